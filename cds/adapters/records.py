"""A patient from plain records: dicts and lists, as JSON gives them. `records_schema` documents the shape."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from cds.adapters.amounts import MISSING, Amount, accepted_units, amount
from cds.adapters.issues import place_word
from cds.adapters.limits import limits_from_dicts
from cds.adapters.rows import Dose, Intake, Reading, Span, is_future_dated, keys_meant, state_supply, tables
from cds.adapters.shapes import as_list, as_object, as_text
from cds.catalogue import shared_concepts
from cds.codes import ATTRIBUTE_WORDS, Attribute, Concept, Concepts, Kind
from cds.diagnostics import PatientError, closest
from cds.operators.reasons import KNOWN, NO_DATA, NOT_CERTAIN, NOT_JUDGED
from cds.operators.series import FIRST_TIME, LAST_TIME, MICROSECONDS_PER_MINUTE
from cds.patient import SEX, Patient, PatientLimit
from cds.periods import NORWAY, calendar_date, end_of_day, instant, zone

__all__ = ["limits_from_dicts", "patient_from_dict"]

Record = Mapping[str, Any]

FIELDS: Final = frozenset(
    {"id", "birth_date", "sex", "zone", "readings", "conditions", "devices", "events", "doses", "limits", "supplied"}
)
STATUS_USED: Final = frozenset({"final", "amended", "corrected"})
READING_WORDS: Final = ("entered", "position", "arm", "meal")
READING_FIELDS: Final = frozenset({"time", "recorded", "unit", "comparator", "status", "id", *READING_WORDS})
SPAN_FIELDS: Final = frozenset({"from", "to", "certain", "recorded", "id"})
EVENT_FIELDS: Final = frozenset({"time", "recorded", "id"})
DOSE_FIELDS: Final = frozenset({"planned", "status", "taken", "atc", "recorded", "reason", "id"})

_ATC = re.compile(r"[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?", re.ASCII)


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
    _check_names(intake, written, FIELDS, "")
    _take_readings(intake, written)
    _take_spans(intake, written, "conditions", "diagnosis")
    _take_spans(intake, written, "devices", "device")
    _take_spans(intake, written, "events", "event")
    _take_doses(intake, written)
    limits = _take_limits(intake, written)
    if written.get("supplied") is not None:
        state_supply(intake, written["supplied"])
    person = _text(intake, written, "id", ""), _birth_date(intake, written), _sex(intake, written)
    return Patient(person[0], intake.zone, tables(intake), person[1], person[2], limits, tuple(intake.issues))


def _check_names(intake: Intake, written: Record, known: frozenset[str] | list[str], place: str) -> None:
    for name in written:
        if name not in known:
            near = closest(as_text(name)[:60], sorted(known))
            cure = f"; did you mean `{near}`?" if near else ""
            intake.note("name_not_known", f"{place}{place_word(name)}", cure=cure)


def _text(intake: Intake, row: Record, field: str, place: str) -> str:
    value = row.get(field)
    if value is not None and not isinstance(value, str):
        intake.note("wrong_shape", f"{place}{field}", expected="a text")
    return as_text(value)


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
    _check_names(intake, section, names, f"{field}.")
    return {name: section[name] for name in names if name in section}


def _rows(intake: Intake, rows: list[Any], place: str, known: frozenset[str]) -> Iterator[tuple[Record, str]]:
    """Each row with its place; a row that is no object is an empty one, after an issue."""
    for number, written in enumerate(rows):
        row = as_object(written)
        if row is None:
            intake.note("wrong_shape", f"{place}[{number}]", expected="an object")
        else:
            if not row.keys() <= known:
                _check_names(intake, row, known, f"{place}[{number}].")
            yield row, f"{place}[{number}]"


def _time(intake: Intake, row: Record, field: str, place: str, missing: str = "") -> tuple[int, bool] | None:
    """The instant in a field; None after an issue, and without one when it is absent and may be."""
    written = row.get(field)
    if written is None:
        if missing:
            intake.note(missing, place)
        return None
    read = instant(as_text(written), intake.zone)
    if read is None:
        intake.note("time_not_understood", f"{place}.{field}")
    return read


def _recorded(intake: Intake, row: Record, place: str) -> int:
    read = _time(intake, row, "recorded", place)
    return read[0] if read else FIRST_TIME


def _take_readings(intake: Intake, data: Record) -> None:
    for name, written in (_section(intake, data, "readings", "measurement", "panel") or {}).items():
        concept = intake.concepts.by_name[name]
        rows = as_list(written)
        if rows is None:
            intake.note("wrong_shape", f"readings.{name}", expected="a list")
            continue
        intake.supplied.update(dict.fromkeys(keys_meant(intake.concepts, name), FIRST_TIME))
        known = READING_FIELDS | (concept.parts.keys() or {"value"})
        taken = (_reading(intake, concept, *each) for each in _rows(intake, rows, f"readings.{name}", known))
        intake.readings[name] = [each for each in taken if each]


def _reading(intake: Intake, concept: Concept, row: Record, place: str) -> Reading | None:
    status = row.get("status") or "final"
    if as_text(status) not in STATUS_USED:
        intake.note("entered_in_error" if status == "entered-in-error" else "status_not_used", place)
        return None
    time = _time(intake, row, "time", place, "time_missing")
    if time is None:
        return None
    recorded = _recorded(intake, row, place)
    if is_future_dated(time[0], recorded):
        intake.note("future_dated", place)
        return None
    amounts = _amounts(intake, concept, row, place)
    if amounts is None:
        return None
    attribute = _attributes(intake, row, READING_WORDS, place) | (Attribute.DATE_ONLY if time[1] else 0)
    values, raws, units, qualities = zip(*amounts, strict=True)
    reference = _text(intake, row, "id", f"{place}.")
    return Reading(time[0], recorded, values, units, raws, qualities, int(attribute), reference)


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


def _attributes(intake: Intake, row: Record, fields: tuple[str, ...], place: str) -> int:
    bits = 0
    for field in fields:
        word = row.get(field)
        if word is not None:
            known = ATTRIBUTE_WORDS[field]
            bits |= known.get(as_text(word), 0)
            if as_text(word) not in known:
                intake.note("word_not_known", f"{place}.{field}", cure=f"; write one of {', '.join(known)}")
    return bits


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
        read = _event if kind == "event" else _span
        taken = [read(intake, *each) for each in _rows(intake, rows, f"{field}.{concept.name}", known)]
        spans = [each for each in taken if each]
        is_read = len(spans) == len(rows)
        intake.supplied[key] = FIRST_TIME if is_read and concept.name not in misspelt else LAST_TIME
        intake.spans[key] = spans if is_read or kind == "event" else [*spans, _UNREADABLE]


_UNREADABLE: Final = Span(FIRST_TIME, FIRST_TIME, LAST_TIME, NOT_CERTAIN, "")


def _span(intake: Intake, row: Record, place: str) -> Span:
    """A span that cannot be read in full stays, not certain: what somebody has must not vanish for a wrong date."""
    certain = row.get("certain", True)
    start, end = _time(intake, row, "from", place), _time(intake, row, "to", place)
    is_read = (start is not None or row.get("from") is None) and (end is not None or row.get("to") is None)
    first = start[0] if start else FIRST_TIME
    last = LAST_TIME if end is None else end_of_day(end[0], intake.zone) if end[1] else end[0]
    if not isinstance(certain, bool):
        intake.note("certainty_not_understood", f"{place}.certain")
    elif not certain:
        intake.note("not_certain", place)
    if last < first:
        intake.note("period_reversed", place)
        last, is_read = LAST_TIME, False
    quality = KNOWN if certain is True and is_read else NOT_CERTAIN
    return Span(first, _recorded(intake, row, place), last, quality, _text(intake, row, "id", f"{place}."))


def _event(intake: Intake, row: Record, place: str) -> Span | None:
    time = _time(intake, row, "time", place, "time_missing")
    if time is None:
        return None
    return Span(time[0], _recorded(intake, row, place), time[0], KNOWN, _text(intake, row, "id", f"{place}."))


def _take_doses(intake: Intake, data: Record) -> None:
    rows = as_list(data.get("doses"))
    if rows is None:
        if data.get("doses") is not None:
            intake.note("wrong_shape", "doses", expected="a list")
        return
    taken = [_dose(intake, *each) for each in _rows(intake, rows, "doses", DOSE_FIELDS)]
    intake.doses = [each for each in taken if each]
    intake.supplied["doses.all"] = FIRST_TIME
    if len(taken) == len(rows) and all(each and each.atc for each in taken):
        keys = [intake.concepts.key(each.name) for each in intake.concepts.of_kind("medicine")]
        intake.supplied.update(dict.fromkeys(keys, FIRST_TIME))
    else:
        intake.note("medicine_not_stated", "doses")


def _dose(intake: Intake, row: Record, place: str) -> Dose | None:
    planned = _time(intake, row, "planned", place, "time_missing")
    if planned is None:
        return None
    taken, recorded, status = _time(intake, row, "taken", place), _recorded(intake, row, place), row.get("status")
    is_taken = status == "taken"
    is_judged = is_taken or (status == "missed" and row.get("taken") is None)
    if not is_judged and status != "unknown":
        intake.note("fate_not_understood", place)
    attribute = _attributes(intake, row, ("reason",), place) | (Attribute.DATE_ONLY if planned[1] else 0)
    delay = 0.0
    if is_taken and taken:
        recorded = max(recorded, taken[0])  # nobody knew before it happened
    if is_taken and taken and not taken[1] and not planned[1]:
        delay = (taken[0] - planned[0]) / MICROSECONDS_PER_MINUTE
    elif is_taken:
        intake.note("delay_not_known", place)
        attribute |= Attribute.DELAY_UNKNOWN
    medicines, reference = _medicines(intake, row, place), _text(intake, row, "id", f"{place}.")
    quality = KNOWN if is_judged else NOT_JUDGED
    return Dose(planned[0], medicines, recorded, float(is_taken), delay, quality, int(attribute), reference)


def _medicines(intake: Intake, row: Record, place: str) -> tuple[str, ...]:
    """The ATC codes of a dose, sorted; none when one of them cannot be read."""
    written = row.get("atc")
    codes = [written] if isinstance(written, str) else as_list(written)
    read = {as_text(each).strip().upper() for each in codes or ()}
    if written is not None and (codes is None or not all(map(_ATC.fullmatch, read))):
        intake.note("medicine_not_read", f"{place}.atc")
        return ()
    return tuple(sorted(read))


def _take_limits(intake: Intake, data: Record) -> tuple[PatientLimit, ...]:
    written = data.get("limits")
    if written is None:
        return ()
    rows = as_list(written)
    limits, issues = limits_from_dicts([None] if rows is None else rows)
    intake.issues.extend(issues)
    return limits
