"""FHIR Encounters → stays away from home (https://hl7.org/fhir/R4/encounter.html).

====================================== ================================================================
field                                  how it is read
====================================== ================================================================
``class``, ``classHistory``            each stay concept that it stands for; one in no code system of
                                       the stays, or none: stays do not count as supplied
``status`` in-progress, arrived,       a stay that goes on; one that has an end all the same is not
triaged, onleave                       certain after it
finished                               a stay that is over; without an end not certain until it was last
                                       updated
planned, cancelled                     no stay
entered-in-error                       not used
unknown or none                        a stay that is not certain
``period``                             from when to when; a date ends at 24:00, a year or month leaves
                                       all of it open; without a start not certain
``location.period``                    in its place where it has neither start nor end
``statusHistory`` onleave              that part of the stay is not certain
``modifierExtension``                  not certain
``meta.security`` masked               withheld; without a class every kind of stay
====================================== ================================================================
"""

from collections.abc import Iterable, Iterator
from typing import Final

from cds.adapters.fhir.resource import Json, Resource, codings, has_other_meaning, is_masked, last_updated
from cds.adapters.fhir.span import Certainty, Moments, is_told, moments, spans_between
from cds.adapters.rows import Intake, Span
from cds.adapters.shapes import as_list, as_object
from cds.operators.reasons import KNOWN, NOT_CERTAIN, WITHHELD
from cds.operators.series import FIRST_TIME, LAST_TIME

_OPEN: Final = ("in-progress", "arrived", "triaged", "onleave")
_OVER: Final = "finished"
_NO_STAY: Final = ("planned", "cancelled", "entered-in-error")
_MOST_LEAVES: Final = 100
_NOT_THERE: Final = ("planned", "reserved")


def take_encounters(intake: Intake, resources: list[Resource]) -> None:
    """Add the stays of the patient's Encounters; where there is any, all stays count as supplied."""
    untold = {each.name: 0 for each in intake.concepts.of_kind("stay") if each.codes}
    for each in resources:
        if each.content.get("status") not in _NO_STAY:
            for name in untold:
                untold[name] += not _is_told(intake, name, each.content)
            _take(intake, each)
        elif each.content.get("status") == "entered-in-error":
            intake.note("entered_in_error", each.place)
    if resources:
        since = {intake.concepts.key(name): LAST_TIME if count else FIRST_TIME for name, count in untold.items()}
        intake.supplied.update(since)
    if any(untold.values()):
        intake.note("class_not_known", "Encounter", count=max(untold.values()))


def _is_told(intake: Intake, name: str, content: Json) -> bool:
    """Whether the class tells if the encounter is such a stay; of a masked one that says nothing, a row will."""
    codes = [each for one in (content, *_history(content, "classHistory")) for each in _codes(one)]
    return is_told(intake.concepts.by_name[name], codes) or (is_masked(content) and not codes)


def _history(content: Json, field: str) -> list[Json]:
    return [as_object(each) or {} for each in as_list(content.get(field)) or ()]


def _codes(holder: Json) -> list[tuple[str, str]]:
    return codings({"coding": [holder.get("class")]})


def _meant(intake: Intake, holder: Json) -> set[str]:
    hits = [name for each in _codes(holder) for name, _ in intake.concepts.find_all(*each)]
    return {name for name in hits if intake.concepts.by_name[name].kind == "stay"}


def _take(intake: Intake, resource: Resource) -> None:
    """Add the stays that the encounter is, and those that it was according to its history."""
    content, place = resource.content, resource.place
    now = _meant(intake, content)
    if is_masked(content) and not _codes(content):
        now = {each.name for each in intake.concepts.of_kind("stay")}
    before = [(_meant(intake, each) - now, each) for each in _history(content, "classHistory")]
    if not now and not any(names for names, _ in before):
        return
    quality, leaves = _quality(intake, content, place), _leaves(intake, content, place)
    if now:
        spans = _spans(intake, resource, *_presence(intake, content, place), content.get("status"), quality)
        _add(intake, now, spans, leaves, place)
    for names, entry in before:
        if names:
            spans = _spans(intake, resource, *_bounds(intake, [entry.get("period")], place), _OVER, quality)
            _add(intake, names, spans, leaves, place)


def _add(
    intake: Intake, names: Iterable[str], found: Iterable[Certainty], leaves: Iterable[Moments], place: str
) -> None:
    spans = list(found)
    for leave in leaves:
        spans = [each for span in spans for each in _apart(span, *leave)]
    for name in sorted(names):
        rows = intake.spans.setdefault(intake.concepts.key(name), [])
        rows += [Span(start, FIRST_TIME, end, reason, place) for start, end, reason in spans]


def _quality(intake: Intake, content: Json, place: str) -> int:
    """KNOWN, or why the stay cannot be counted on."""
    status = content.get("status")
    if is_masked(content):
        intake.note("value_withheld", place)
        return WITHHELD
    if has_other_meaning(content):
        intake.note("meaning_changed", place)
        return NOT_CERTAIN
    if status != _OVER and status not in _OPEN:
        intake.note("certainty_not_understood", place)
        return NOT_CERTAIN
    return KNOWN


def _presence(intake: Intake, content: Json, place: str) -> tuple[Moments | None, Moments | None]:
    """Start and end of the encounter, else from the first to the last at one of its locations."""
    start, end = _bounds(intake, [content.get("period")], place)
    if start or end:
        return start, end
    there = [each for each in _history(content, "location") if each.get("status") not in _NOT_THERE]
    return _bounds(intake, [each.get("period") for each in there], place)


def _bounds(intake: Intake, periods: list[object], place: str) -> tuple[Moments | None, Moments | None]:
    """The first start of some periods, and the last end where each of them has one."""
    written = [as_object(each) or {} for each in periods]
    starts = [moments(intake, each, "start", place) for each in written]
    ends = [moments(intake, each, "end", place) for each in written]
    return (
        min((each for each in starts if each), default=None),
        None if None in ends else max((each for each in ends if each), default=None),
    )


def _spans(
    intake: Intake, resource: Resource, start: Moments | None, end: Moments | None, status: object, quality: int
) -> Iterator[Certainty]:
    place, updated = resource.place, last_updated(intake, resource.content)
    goes_on = status in _OPEN or (status != _OVER and end is None)
    if start is None:
        intake.note("stay_not_dated", place)
        start = FIRST_TIME, end[0] if end else LAST_TIME
    if end is None and not goes_on:
        intake.note("end_not_known", place)
    elif end and end[1] < start[0]:
        intake.note("period_reversed", place)
    elif end and goes_on:
        intake.note("end_disagrees", place)
    over_by = None if goes_on else updated if updated > FIRST_TIME else LAST_TIME
    return spans_between(start, end, over_by, quality)


def _leaves(intake: Intake, content: Json, place: str) -> list[Moments]:
    """From when to when the patient was on leave; all of it where only the status of the encounter says so.

    So many that they cannot be right count as one.
    """
    leaves: list[Json] = [each for each in _history(content, "statusHistory") if each.get("status") == "onleave"]
    if not leaves and content.get("status") == "onleave":
        leaves = [{}]
    found: list[Moments] = []
    for each in leaves:
        period = as_object(each.get("period")) or {}
        start, end = moments(intake, period, "start", place), moments(intake, period, "end", place)
        found.append((start[0] if start else FIRST_TIME, end[1] if end else LAST_TIME))
    if found:
        intake.note("stay_on_leave", place)
    if len(found) > _MOST_LEAVES:
        return [(min(first for first, _ in found), max(last for _, last in found))]
    return found


def _apart(span: Certainty, first: int, last: int) -> Iterator[Certainty]:
    """A span with the part of it between two moments made uncertain."""
    start, end, quality = span
    first, last = max(first, start), min(last, end)
    pieces = [(start, first, quality), (first, last, quality or NOT_CERTAIN), (last, end, quality)]
    yield from (each for each in pieces if each[0] < each[1]) if first < last else [span]
