"""FHIR Conditions → spans of diagnoses (https://hl7.org/fhir/R4/condition.html)."""

from collections.abc import Iterator
from typing import Final

from cds.adapters.fhir.plan import is_zone
from cds.adapters.fhir.resource import Json, Resource, codings, has_other_meaning, is_masked, last_updated, one_of
from cds.adapters.fhir.times import moment, open_between
from cds.adapters.rows import Intake, Span, keys_meant
from cds.adapters.shapes import as_object
from cds.operators.reasons import KNOWN, NOT_CERTAIN, WITHHELD
from cds.operators.series import FIRST_TIME, LAST_TIME

_ENDED: Final = ("resolved", "inactive", "remission")
_OPEN: Final = ("active", "recurrence", "relapse")
_CERTAIN: Final = ("confirmed",)
_UNCERTAIN: Final = ("provisional", "differential", "unconfirmed")
_NOT_SO: Final = ("refuted", "entered-in-error")


def take_conditions(intake: Intake, resources: list[Resource]) -> None:
    """Add the diagnoses of the patient's Conditions; where there is any, all diagnoses count as supplied.

    A Condition that is a zone of the patient's plan is no diagnosis, and says nothing of whether there are others. One
    that is written in words only may be any diagnosis: then none counts as supplied, unless the caller says so.
    """
    for each in resources:
        _take(intake, each)
    if any(not is_zone(each.content) for each in resources):
        in_words = [each for each in resources if _is_in_words(each.content)]
        for each in in_words:
            intake.note("diagnosis_in_words", each.place)
        since = LAST_TIME if in_words else FIRST_TIME
        intake.supplied.update(dict.fromkeys(keys_meant(intake.concepts, "conditions"), since))


def _is_in_words(content: Json) -> bool:
    """Whether it says in words alone what the patient has or may have."""
    is_told = codings(content.get("code")) or is_zone(content) or is_masked(content)
    return not is_told and not one_of(_NOT_SO, content.get("verificationStatus"))


def _take(intake: Intake, resource: Resource) -> None:
    content, place = resource.content, resource.place
    verification = one_of(_NOT_SO, content.get("verificationStatus"))
    if verification == "entered-in-error":
        intake.note("entered_in_error", place)
    if verification:
        return
    names = _diagnoses(intake, content)
    if not names and is_masked(content) and not codings(content.get("code")) and not is_zone(content):
        names = [each.name for each in intake.concepts.of_kind("diagnosis")]
    if not names:
        return
    quality = _quality(intake, content, place)
    recorded = moment(content.get("recordedDate"), intake.zone)
    spans = [
        Span(start, FIRST_TIME if recorded is None else recorded, end, reason, place)
        for start, end, reason in _spans(intake, content, quality, place)
        if start < end
    ]
    for name in names:
        intake.spans.setdefault(intake.concepts.key(name), []).extend(spans)


def _diagnoses(intake: Intake, content: Json) -> list[str]:
    found = {
        name
        for coding in codings(content.get("code"))
        for name, _ in intake.concepts.find_all(*coding)
        if intake.concepts.by_name[name].kind == "diagnosis"
    }
    return sorted(found)


def _quality(intake: Intake, content: Json, place: str) -> int:
    """KNOWN, or why the diagnosis cannot be counted on; a closed one stays, so that it is never taken as absent."""
    if is_masked(content):
        intake.note("value_withheld", place)
        return WITHHELD
    if has_other_meaning(content):
        intake.note("meaning_changed", place)
        return NOT_CERTAIN
    stated = content.get("verificationStatus")
    if stated is None or one_of(_CERTAIN, stated):
        return KNOWN
    intake.note("not_certain" if one_of(_UNCERTAIN, stated) else "certainty_not_understood", place)
    return NOT_CERTAIN


def _spans(intake: Intake, content: Json, quality: int, place: str) -> Iterator[tuple[int, int, int]]:
    """(start, end, quality): certain between the latest start and the earliest end, not certain around them."""
    starts = _moments(intake, content, "onset", "start", place) or (FIRST_TIME, FIRST_TIME)
    ends = _moments(intake, content, "abatement", "end", place)
    unsure = quality or NOT_CERTAIN
    has_end = any(key.startswith("abatement") for key in content)
    status = one_of((*_ENDED, *_OPEN), content.get("clinicalStatus"))
    if status == "" and content.get("clinicalStatus") is not None:
        intake.note("certainty_not_understood", place)
        yield starts[0], LAST_TIME, unsure
    elif status in _OPEN and has_end:
        intake.note("end_disagrees", place)
        yield starts[1], ends[0] if ends else starts[1], quality
        yield ends[0] if ends else starts[1], LAST_TIME, unsure
    elif status in _ENDED or has_end:
        if ends is None:
            intake.note("end_not_known", place)
            ends = starts[0], _known_ended(intake, content, starts[1])
        if ends[1] < starts[0]:
            intake.note("period_reversed", place)
            ends = starts[0], LAST_TIME
        yield starts[0], starts[1], unsure
        yield starts[1], ends[0], quality
        yield max(starts[1], ends[0]), ends[1], unsure
    else:
        yield starts[0], starts[1], unsure
        yield starts[1], LAST_TIME, quality


def _known_ended(intake: Intake, content: Json, start: int) -> int:
    """From when a diagnosis without a date of its end has certainly ended: when it was last written."""
    recorded = moment(content.get("recordedDate"), intake.zone)
    return max(start, last_updated(intake, content), FIRST_TIME if recorded is None else recorded)


def _moments(intake: Intake, content: Json, field: str, side: str, place: str) -> tuple[int, int] | None:
    """The earliest and the latest moment that `onset[x]` or `abatement[x]` leaves open; None when it names none."""
    period = as_object(content.get(f"{field}Period")) or {}
    written = content.get(f"{field}DateTime", period.get(side))
    if written is None:
        return None
    found = open_between(written, intake.zone, side)
    if found is None:
        intake.note("time_not_understood", place)
    return found
