"""FHIR MedicationStatements and MedicationRequests → medicines in use.

https://hl7.org/fhir/R4/medicationstatement.html, https://hl7.org/fhir/R4/medicationrequest.html

====================================================== ====================================================
field                                                  how it is read
====================================================== ====================================================
``status`` active                                      in use
completed, stopped                                     ended; without an end not certain until it was last
                                                       recorded, for ever when that is not stated either
on-hold, intended, unknown, another or none            not certain
not-taken                                              not in use
entered-in-error                                       not used
draft, cancelled (request)                             not in use, an issue says so
``intent`` order and the orders that follow from it    in use
plan, another or none                                  not certain
proposal, option                                       not in use, an issue says so
``doNotPerform`` true                                  not in use, an issue says so
seponering (e-resept)                                  ended by the prescriber, whatever the status
``effectivePeriod``, ``effectiveDateTime``, else
``authoredOn``, else what e-resept states              when it began
``effectivePeriod.end``                                when it ended; of an active one that was recorded later
                                                       or nobody knows when, not certain after it
bounds of the dosing                                   when it ended, where that is not stated and nobody
                                                       stopped it; one that was stopped ended by then
``dateAsserted``, ``authoredOn``                       when it was recorded
``asNeeded[x]``, e-resept's use, ``courseOfTherapyType``   as needed, a course, every day
``modifierExtension``, ``implicitRules``               not certain
``meta.security`` masked                               withheld; of an unnamed medicine every class
``dispenseRequest``, ``expirationdate``                not read: they bound the prescription, not its use
====================================================== ====================================================

A statement and a request of the same medicine are two rows: it is in use while one of them says so.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from cds.adapters.fhir import dosing, eresept
from cds.adapters.fhir.dosing import Dosing
from cds.adapters.fhir.medicine import Medicine, Medicines, withhold
from cds.adapters.fhir.resource import Json, Resource, has_other_meaning, is_masked, last_updated, one_of
from cds.adapters.fhir.times import moment, open_between
from cds.adapters.rows import Intake, Use, state_medicines
from cds.adapters.shapes import as_object, as_text
from cds.codes import Attribute
from cds.operators.reasons import KNOWN, NOT_CERTAIN, WITHHELD
from cds.operators.series import FIRST_TIME, LAST_TIME

_RUNNING: Final = "running"
_ENDED: Final = "ended"
_STOPPED: Final = "stopped"  # ended before what was planned
_DOUBTFUL: Final = "doubtful"
_NOT_TAKEN: Final = "not taken"
_NO_USE: Final = "no use"
_STATES: Final[Mapping[str, str]] = {
    "active": _RUNNING,
    "completed": _ENDED,
    "stopped": _STOPPED,
    "on-hold": _DOUBTFUL,
    "intended": _DOUBTFUL,
    "unknown": _DOUBTFUL,
    "not-taken": _NOT_TAKEN,
    "draft": _NO_USE,
    "cancelled": _NO_USE,
}
_ORDERS: Final = ("order", "original-order", "reflex-order", "filler-order", "instance-order")
_COURSES: Final[Mapping[str, Attribute]] = {"continuous": Attribute.REGULAR, "acute": Attribute.COURSE}
_NEVER_BEGAN: Final = (FIRST_TIME, FIRST_TIME)

Span = tuple[int, int, int]  # start, end, quality
Open = tuple[int, int]  # the earliest and the latest moment that is left open


class Prescribed(NamedTuple):
    """A medicine that a statement or request says is to be taken. attribute: how; spans: when; ways: how much.

    is_in_pouches: whether it lies in the pouches of a multidose roll.
    """

    resource: Resource
    medicine: Medicine
    attribute: int
    spans: tuple[Span, ...]
    ways: tuple[Dosing, ...]
    is_in_pouches: bool


def take_uses(intake: Intake, resources: list[Resource], medicines: Medicines) -> list[Prescribed]:
    """Add the medicines in use of the patient's statements and requests, and give back what is to be taken.

    Where there is one that is more than a proposal, all medicines in use count as supplied.
    """
    read = [each for each in (_read(intake, one, medicines) for one in resources) if each]
    for each in read:
        reference, recorded = each.resource.place, _recorded(intake, each.resource)
        intake.uses += [
            Use(start, recorded, end, quality, each.attribute, each.medicine.atc, reference)
            for start, end, quality in each.spans
        ]
    if read:
        told = [codes for each in read for codes in each.medicine.told if each.spans]
        state_medicines(intake, "medicines", told, "medicines")
    return read


def _read(intake: Intake, resource: Resource, medicines: Medicines) -> Prescribed | None:
    content = resource.content
    state = _state(intake, resource)
    if not state:
        return None
    medicine = medicines.of(resource)
    if is_masked(content) and not medicine.is_told:
        withhold(intake, "medicines", medicine.atc)
    starts = _starts(intake, resource)
    listed = content.get("dosage") if resource.kind == "MedicationStatement" else content.get("dosageInstruction")
    ways = eresept.dosings(content, starts[0], intake.zone) or dosing.dosings(listed, starts[0], intake.zone)
    spans = () if state == _NOT_TAKEN else tuple(_spans(intake, resource, state, starts, ways))
    attribute = eresept.use_of(listed) | dosing.use_of(listed)
    attribute |= int(_COURSES.get(one_of(_COURSES, content.get("courseOfTherapyType")), 0))
    kept = tuple(each for each in spans if each[0] < each[1])
    return Prescribed(resource, medicine, attribute, kept, ways, eresept.is_in_pouches(content))


def _state(intake: Intake, resource: Resource) -> str:
    """Whether it is taken; "" when the resource says nothing of it, after an issue."""
    content, place = resource.content, resource.place
    state = _STATES.get(as_text(content.get("status")), "")
    if content.get("status") == "entered-in-error":
        intake.note("entered_in_error", place)
        return ""
    is_request = resource.kind == "MedicationRequest"
    if state == _NO_USE or (is_request and _asks_for_nothing(content)):
        intake.note("not_a_use", place)
        return ""
    if eresept.is_stopped(content) and state != _NOT_TAKEN:
        state = _STOPPED
    is_order = not is_request or content.get("intent") in _ORDERS
    is_clear = content.get("doNotPerform") in (None, False) and state != ""
    if state == _DOUBTFUL or (is_clear and not is_order):
        intake.note("not_certain", place)
    elif not is_clear:
        intake.note("certainty_not_understood", place)
    return state if is_clear and is_order else _DOUBTFUL


def _asks_for_nothing(content: Json) -> bool:
    return content.get("intent") in ("proposal", "option") or content.get("doNotPerform") is True


def _starts(intake: Intake, resource: Resource) -> Open:
    """The earliest and the latest moment at which it may have begun; nobody knows: since always."""
    content = resource.content
    period = as_object(content.get("effectivePeriod")) or {}
    stated = [period.get("start"), content.get("effectiveDateTime")]
    if resource.kind == "MedicationRequest":
        stated.append(content.get("authoredOn"))
    written = next((each for each in stated if each is not None), None)
    found = open_between(written, intake.zone, "start")
    if written is not None and found is None:
        intake.note("time_not_understood", resource.place)
    return found or open_between(eresept.first_taken(content), intake.zone, "start") or _NEVER_BEGAN


def _ends(intake: Intake, resource: Resource) -> Open | None:
    """The earliest and the latest moment at which it ended, any when that cannot be read; None when none is stated."""
    content = resource.content
    written = eresept.stop_time(content) if eresept.is_stopped(content) else None
    if written is None:
        written = (as_object(content.get("effectivePeriod")) or {}).get("end")
    if written is None:
        return None
    found = open_between(written, intake.zone, "end")
    if found is None:
        intake.note("time_not_understood", resource.place)
    return found or (FIRST_TIME, LAST_TIME)


def _recorded(intake: Intake, resource: Resource) -> int:
    """When it was recorded first, FIRST_TIME when that is not stated."""
    field = "authoredOn" if resource.kind == "MedicationRequest" else "dateAsserted"
    found = moment(resource.content.get(field), intake.zone)
    return FIRST_TIME if found is None else found


def _last_told(intake: Intake, resource: Resource) -> int:
    """When its status was last known to be so, FIRST_TIME when that is not stated."""
    updated = last_updated(intake, resource.content)
    return updated if resource.kind == "MedicationRequest" else max(updated, _recorded(intake, resource))


def _spans(intake: Intake, resource: Resource, state: str, starts: Open, ways: tuple[Dosing, ...]) -> Iterator[Span]:
    """From when to when it is in use, and how sure that is."""
    quality = _quality(intake, resource)
    unsure = quality or NOT_CERTAIN
    ends = _ends(intake, resource)
    planned = max((each.end for each in ways), default=LAST_TIME)
    told = _last_told(intake, resource)
    if _is_reversed(resource.content, starts[0], ends[1] if ends else planned):
        intake.note("period_reversed", resource.place)
        yield starts[0], LAST_TIME, unsure
    elif state == _DOUBTFUL:
        yield starts[0], ends[1] if ends else planned, unsure
    elif ends is None and (state == _STOPPED or (state == _ENDED and planned == LAST_TIME)):
        intake.note("end_not_known", resource.place)
        yield starts[0], min(planned, told if told > starts[0] else LAST_TIME), unsure
    else:
        first, last = ends or (planned, planned)
        yield starts[0], min(starts[1], last), unsure
        yield starts[1], first, quality
        yield max(starts[1], first), last, unsure
        if state == _RUNNING and ends and last < LAST_TIME and not FIRST_TIME < told <= last:
            intake.note("end_disagrees", resource.place)
            yield max(starts[0], last), LAST_TIME, unsure


def _is_reversed(content: Json, start: int, end: int) -> bool:
    """Whether it ends before it begins, the day before it too; what begins and ends at one moment does not."""
    period = as_object(content.get("effectivePeriod")) or {}
    return end < start or (end == start and period.get("start") != period.get("end"))


def _quality(intake: Intake, resource: Resource) -> int:
    """KNOWN, or why it cannot be counted on."""
    if is_masked(resource.content):
        intake.note("value_withheld", resource.place)
        return WITHHELD
    if has_other_meaning(resource.content):
        intake.note("meaning_changed", resource.place)
        return NOT_CERTAIN
    return KNOWN
