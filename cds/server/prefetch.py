"""Answers to the prefetch templates → one Bundle of one patient, what it holds in full, and what is missing.

An answer counts only when it is whole: a page with more to come, an error, or anything else than was asked for is as
if nothing had been sent, and what it would have told is not supplied.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from cds.adapters.shapes import as_list, as_object, as_text
from cds.server.needs import LIMITS, PATIENT, Need, Needs
from cds.server.outcomes import Refused

Json = Mapping[str, Any]
Lack = Literal["not_sent", "failed", "incomplete", "not_understood", "not_fetched"]

_SEVERE: Final = ("fatal", "error")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came for one template. entries: of the Bundle, when it is whole; lack: why it cannot be used, or ""."""

    entries: tuple[Json, ...] = ()
    lack: Lack | Literal[""] = ""


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that is known for one evaluation. supplied: as `Patient.from_fhir` takes it. missing: key -> why.

    unknown_inputs: what was asked for and counts as not supplied; has_any: whether any input can be told at all.
    """

    bundle: Json
    supplied: Mapping[str, bool | str]
    missing: Mapping[str, Lack]
    unknown_inputs: tuple[str, ...]
    has_any: bool


def answer_of(sent: object, kind: str) -> Answer:
    """What was sent for a search, judged.

    >>> answer_of({"resourceType": "OperationOutcome", "issue": []}, "Condition").lack
    'failed'
    """
    found = as_object(sent)
    if found is None:
        return Answer(lack="not_sent")
    if found.get("resourceType") == "OperationOutcome":
        return Answer(lack="failed")
    if found.get("resourceType") != "Bundle" or found.get("type") != "searchset":
        return Answer(lack="not_understood")
    entries = [as_object(each) for each in as_list(found.get("entry")) or ()]
    resources = [as_object((each or {}).get("resource")) for each in entries]
    if any(each is None for each in resources):
        return Answer(lack="not_understood")
    if any(_is_failure(each or {}) for each in resources):
        return Answer(lack="failed")
    if next_page(found) or _is_short(found, entries, kind):
        return Answer(lack="incomplete")
    return Answer(tuple(each or {} for each in entries))


def next_page(bundle: Json) -> str:
    """The address of the next page, "" when there is none; a link without an address still says that there is one."""
    for each in as_list(bundle.get("link")) or ():
        link = as_object(each) or {}
        if link.get("relation") == "next":
            return as_text(link.get("url")) or "?"
    return ""


def _is_failure(resource: Json) -> bool:
    if resource.get("resourceType") != "OperationOutcome":
        return False
    issues = [as_object(each) or {} for each in as_list(resource.get("issue")) or ()]
    return any(each.get("severity") in _SEVERE for each in issues)


def _is_short(bundle: Json, entries: Iterable[Json | None], kind: str) -> bool:
    """Whether the server says that it holds more than it sent."""
    total = bundle.get("total")
    sent = sum((as_object((each or {}).get("resource")) or {}).get("resourceType") == kind for each in entries)
    return isinstance(total, int) and total > sent


def gathered(
    needs: Needs, answers: Mapping[str, Answer], person: object, patient: str, server: str, at: datetime
) -> Gathered:
    """One patient's Bundle of all answers that are whole. person: the Patient as it was sent; server: of the client.

    Refused when the Patient is another one than the call is about.
    """
    missing: dict[str, Lack] = {key: lack for key in needs.queries if (lack := answers[key].lack)}
    whole = _person(person, patient, missing)
    address = f"{server.rstrip('/')}/Patient/{patient}" if server else ""
    entries: list[Json] = [{"fullUrl": address, "resource": whole} if address else {"resource": whole}]
    entries += [each for key in needs.queries for each in answers[key].entries]
    states = {each.name: _state(each, needs, answers, at) for each in needs.inputs if each.name != LIMITS}
    supplied = {name: state for name, state in states.items() if state is not None}
    unknown = tuple(each.name for each in needs.inputs if each.queries and not _is_answered(each, answers))
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    return Gathered(bundle, supplied, missing, unknown, any(state is not False for state in states.values()))


def _person(person: object, patient: str, missing: dict[str, Lack]) -> Json:
    """The Patient as it was sent, else one of which only the id is known."""
    found = as_object(person)
    if found is None or found.get("resourceType") != "Patient":
        missing[PATIENT] = "not_sent" if found is None else "failed"
        return {"resourceType": "Patient", "id": patient}
    if found.get("id") != patient:
        raise Refused(422, "the Patient is another one than the call is about", place=f"prefetch.{PATIENT}")
    return found


def _is_answered(need: Need, answers: Mapping[str, Answer]) -> bool:
    return bool(need.queries) and not any(answers[key].lack for key in need.queries)


def _state(need: Need, needs: Needs, answers: Mapping[str, Answer], at: datetime) -> bool | str | None:
    """What `supplied` says of an input: not at all, all of it, from a time on; None = what was sent tells itself.

    Diagnoses, medicines and the like may be there and yet not tell all, as when one of them is in words only; that
    is judged where they are read. Where no fact of the kind was found, there is none.
    """
    if not _is_answered(need, answers):
        return False
    if not need.is_recorded:
        return None if not need.facts or any(answers[key].entries for key in need.facts) else True
    days = [needs.queries[key].days for key in need.queries]
    known = [each for each in days if each is not None]
    if len(known) < len(days):
        return True
    return (at - timedelta(max(known) + 1)).isoformat(timespec="seconds")
