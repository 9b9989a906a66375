"""A patient from plain records: dicts and lists, as JSON gives them. `records_schema` documents the shape."""

from datetime import date
from typing import Final

from cds.adapters.amounts import MISSING, Amount, accepted_units, amount
from cds.adapters.layout import tables
from cds.adapters.limits import limits_from_dicts
from cds.adapters.records_medicines import take_doses, take_supplies, take_uses
from cds.adapters.records_row import (
    UNREADABLE,
    Record,
    attributes_of,
    check_names,
    each_row,
    recorded_of,
    span_of,
    text_of,
    time_of,
)
from cds.adapters.rows import Intake, Reading, Span, is_future_dated, keys_meant, state_supply
from cds.adapters.shapes import as_list, as_object, as_text
from cds.catalogue import shared_concepts
from cds.codes import Attribute, Concept, Concepts, Kind
from cds.diagnostics import PatientError, closest
from cds.operators.reasons import KNOWN, NO_DATA
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.patient import SEX, Patient, PatientLimit
from cds.periods import NORWAY, calendar_date, zone

__all__ = ["limits_from_dicts", "patient_from_dict"]

FIELDS: Final = frozenset(
    "id birth_date sex zone readings forms conditions devices stays events doses medicines dispenses limits "
    "supplied".split()
)
STATUS_USED: Final = frozenset({"final", "amended", "corrected"})
READING_WORDS: Final = ("entered", "position", "arm", "meal")
READING_FIELDS: Final = frozenset({"time", "recorded", "unit", "comparator", "status", "id", *READING_WORDS})
SPAN_FIELDS: Final = frozenset({"from", "to", "certain", "recorded", "id"})
EVENT_FIELDS: Final = frozenset({"time", "recorded", "id"})


def patient_from_dict(data: Record, *, concepts: Concepts | None = None) -> Patient:
    """The patient in a dict of the shape that `records_schema` describes.

    What cannot be used becomes an issue with its place, and the rest stands; PatientError only when nothing can be
    made of it. A key that is there counts as handed over in full; `conditions`, `devices`, `events` and `doses` that
    are there, even empty, hold everything of their kind. `supplied` says otherwise.

    >>> weight = [{"time": "2026-01-08T07:30", "value": 83100, "unit": "g"}]
    >>> patient = patient_from_dict({"id": "1", "readings": {"body_weight": weight}, "conditions": ["heart_failure"]})
    >>> patient.tables["body_weight"].values, patient.issues
    ([83.1], ())
    """
    written = as_object(data)
    if written is None:
        raise PatientError("a patient is written as an object with `readings`, `conditions` and so on")
    name = written.get("zone", NORWAY)
    if not isinstance(name, str):
        raise PatientError("the time zone is not a text; use an IANA name such as `Europe/Oslo`")
    intake = Intake(concepts or shared_concepts(), zone(name))
    check_names(intake, written, FIELDS, "")
    _take_readings(intake, written, "readings", "measurement", "panel")
    _take_readings(intake, written, "forms", "form")
    _take_spans(intake, written, "conditions", "diagnosis")
    _take_spans(intake, written, "devices", "device")
    _take_spans(intake, written, "events", "event")
    _take_spans(intake, written, "stays", "stay")
    take_doses(intake, written)
    take_uses(intake, written)
    take_supplies(intake, written)
    limits = _take_limits(intake, written)
    if written.get("supplied") is not None:
        state_supply(intake, written["supplied"])
    person = text_of(intake, written, "id", ""), _birth_date(intake, written), _sex(intake, written)
    return Patient(person[0], intake.zone, tables(intake), person[1], person[2], limits, tuple(intake.issues))


def _birth_date(intake: Intake, data: Record) -> date | None:
    read = calendar_date(as_text(data.get("birth_date")))
    if read is None and data.get("birth_date") is not None:
        intake.note("date_not_understood", "birth_date")
    return read


def _sex(intake: Intake, data: Record) -> str:
    written = data.get("sex")
    if written in (None, "", "unknown"):
        return ""
    if as_text(written) in SEX:
        return as_text(written)
    intake.note("word_not_known", "sex", cure=f"; write one of {', '.join(SEX)}, unknown")
    return ""


def _section(intake: Intake, data: Record, field: str, *kinds: Kind) -> Record | None:
    """The blocks in a field of the patient by concept name; None when there are none to be read."""
    if data.get(field) is None:
        return None
    section = as_object(data[field])
    if section is None:
        intake.note("wrong_shape", field, expected="an object")
        return None
    names = [each.name for each in intake.concepts.of_kind(*kinds)]
    check_names(intake, section, names, f"{field}.")
    return {name: section[name] for name in names if name in section}


def _take_readings(intake: Intake, data: Record, section: str, *kinds: Kind) -> None:
    for name, written in (_section(intake, data, section, *kinds) or {}).items():
        concept = intake.concepts.by_name[name]
        rows = as_list(written)
        if rows is None:
            intake.note("wrong_shape", f"{section}.{name}", expected="a list")
            continue
        intake.supplied.update(dict.fromkeys(keys_meant(intake.concepts, name), FIRST_TIME))
        known = READING_FIELDS | (concept.parts.keys() or {"value"})
        objects = list(each_row(intake, rows, f"{section}.{name}", known))
        taken = [_reading(intake, concept, *each) for each in objects]
        intake.readings[name] = [each for each in taken if each]
        if len(objects) < len(rows):
            _leave_open(intake, concept)


def _reading(intake: Intake, concept: Concept, row: Record, place: str) -> Reading | None:
    status = row.get("status") or "final"
    if as_text(status) not in STATUS_USED:
        intake.note("entered_in_error" if status == "entered-in-error" else "status_not_used", place)
        return None
    time = time_of(intake, row, "time", place, "time_missing")
    if time is None:
        _leave_open(intake, concept)
        return None
    recorded = recorded_of(intake, row, place)
    if is_future_dated(time[0], recorded):
        intake.note("future_dated", place)
        _leave_open(intake, concept)
        return None
    amounts = _amounts(intake, concept, row, place)
    if amounts is None:
        return None
    attribute = attributes_of(intake, row, READING_WORDS, place) | (Attribute.DATE_ONLY if time[1] else 0)
    values, raws, units, qualities = zip(*amounts, strict=True)
    reference = text_of(intake, row, "id", f"{place}.")
    return Reading(time[0], recorded, values, units, raws, qualities, int(attribute), reference)


def _leave_open(intake: Intake, concept: Concept) -> None:
    """A reading that nobody can place in time may be the newest: what it was of is not known in full."""
    intake.withheld.update(keys_meant(intake.concepts, concept.name))


def _amounts(intake: Intake, concept: Concept, row: Record, place: str) -> list[Amount] | None:
    """One amount, or one per part of a panel; None when there is nothing at all."""
    fields = concept.parts or {"value": concept}
    found = [_amount(intake, each, row, name, place) for name, each in fields.items()]
    if all(each.quality == NO_DATA for each in found):
        intake.note("value_missing", place)
        return None
    for name, each in zip(fields, found, strict=True):
        if each.quality == NO_DATA:
            intake.note("part_missing", f"{place}.{name}")
    return found


def _amount(intake: Intake, concept: Concept, row: Record, field: str, place: str) -> Amount:
    value = row.get(field)
    if value is None:
        return MISSING
    found, code = amount(concept, value, row.get("unit"), row.get("comparator"))
    if code:
        intake.note(code, f"{place}.{field}", units=accepted_units(concept))
    return found


def _take_spans(intake: Intake, data: Record, field: str, kind: Kind) -> None:
    """Diagnoses, devices or events: what stands there holds everything of its kind, as far as it can be read."""
    names = as_list(data.get(field))
    if names is not None:
        if not all(isinstance(name, str) for name in names):
            intake.note("wrong_shape", field, expected="a list of names")
            return
        data = {field: {name: [{}] for name in names}}
    section = _section(intake, data, field, kind)
    if section is None:
        return
    written = as_object(data.get(field)) or {}
    known_names = [each.name for each in intake.concepts.of_kind(kind)]
    misspelt = {closest(as_text(name)[:60], known_names) for name in written} - written.keys()
    for concept in intake.concepts.of_kind(kind):
        rows, key = as_list(section.get(concept.name, [])), intake.concepts.key(concept.name)
        if rows is None:
            intake.note("wrong_shape", f"{field}.{concept.name}", expected="a list")
            continue
        known = EVENT_FIELDS if kind == "event" else SPAN_FIELDS
        read = _event if kind == "event" else span_of
        taken = [read(intake, *each) for each in each_row(intake, rows, f"{field}.{concept.name}", known)]
        spans = [each for each in taken if each]
        is_read = len(spans) == len(rows)
        is_whole = is_read and concept.name not in misspelt
        intake.supplied[key] = FIRST_TIME if is_whole else LAST_TIME
        intake.open.update(() if is_whole else (key,))
        intake.spans[key] = spans if is_read or kind == "event" else [*spans, UNREADABLE]


def _event(intake: Intake, row: Record, place: str) -> Span | None:
    time = time_of(intake, row, "time", place, "time_missing")
    if time is None:
        return None
    return Span(time[0], recorded_of(intake, row, place), time[0], KNOWN, text_of(intake, row, "id", f"{place}."))


def _take_limits(intake: Intake, data: Record) -> tuple[PatientLimit, ...]:
    written = data.get("limits")
    if written is None:
        return ()
    rows = as_list(written)
    limits, issues = limits_from_dicts([None] if rows is None else rows)
    intake.issues.extend(issues)
    return limits
