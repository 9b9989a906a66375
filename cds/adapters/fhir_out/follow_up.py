"""How an alarm was followed up, as VKP has it: a document Bundle of a Composition with events and the DetectedIssue.

Source: https://github.com/HL7Norway/Velferdsteknologi (vkp-Composition-v090 and its code systems), and NHN's published
example of an alarm's follow-up (https://github.com/NorskHelsenett/VKP.Samples).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from cds.adapters.fhir_out.building import Json, coding, resource, to_entry, trimmed
from cds.adapters.fhir_out.codes import (
    LOINC,
    UUIDS,
    VKP_CATEGORY,
    VKP_COMPOSITION,
    VKP_EVENT,
    VKP_SECTION,
)
from cds.adapters.fhir_out.reading import StoredFinding, coding_of, resources_of, stored_finding
from cds.adapters.shapes import as_list, as_object, as_text
from cds.diagnostics import CdsError, PatientError
from cds.escaping import plain, xhtml
from cds.identity import stable_uuid

FOLLOW_UP_CODES: Final[Mapping[str, str]] = {
    "0": "reported",
    "1": "being handled",
    "3": "acknowledged",
    "4": "handed to responders",
    "5": "accepted by responders",
}
"""Code of vkp-composition-event-v090 -> what it says."""

_EPISODE_NOTE: Final = "34133-9"  # Summarization of episode note: the type that VKP fixes
_HOME_FOLLOW_UP: Final = "2"  # vkp-composition-category-v090
_HOME_ALERTS: Final = "5"  # vkp-alert-code-v090: 5 and everything below it
_REASON: Final = "2"  # vkp-composition-section-v090
_TITLE: Final = "Journalnotat for respons på hendelse"  # as VKP fixes it
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class FollowUpEvent:
    """One thing done about an alarm. code: a key of `FOLLOW_UP_CODES`; what is read may have others. time: ISO 8601
    with offset and seconds. who: name or user of the person, "" when nobody is named."""

    code: str
    time: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A follow-up as it was read. unread: places of events without a code of VKP or a time that can be read."""

    finding: StoredFinding
    events: tuple[FollowUpEvent, ...]
    unread: tuple[str, ...]


def follow_up(
    issue: Mapping[str, Any], events: Iterable[FollowUpEvent], *, device: Mapping[str, Any] | None = None
) -> Json:
    """The document Bundle of an alarm's follow-up, ready for `json.dumps`; events are put in order of time.

    issue: the finding's DetectedIssue, as written or as a server gives it back. device: its author, to go along.
    CdsError when there is no event, or one with a code or time that VKP would not take.
    """
    if issue.get("resourceType") != "DetectedIssue":
        raise CdsError("a follow-up is of a DetectedIssue; hand over the resource of the finding")
    if not as_object(issue.get("patient")):
        raise CdsError("the DetectedIssue does not say whom it is about; hand it over with its patient")
    ordered = sorted(events, key=_moment)
    if not ordered:
        raise CdsError("a follow-up needs at least one event; the first is `0`, reported")
    author = {**_entry_of(device), **_display(device)} if device else _display(issue.get("author"))
    entries = [_composition(issue, ordered, author), {**issue, "author": _author(issue, author)}]
    written = json.dumps([[each.code, each.time, each.who] for each in ordered])
    uuid = stable_uuid("follow-up", _uuid(issue), written)
    content = {
        "identifier": {"system": UUIDS, "value": f"urn:uuid:{uuid}"},
        "type": "document",
        "timestamp": ordered[-1].time,
        "entry": [
            {"fullUrl": f"urn:uuid:{_uuid(each)}", "resource": dict(each)}
            for each in (*entries, *([device] if device else []))
        ],
    }
    return resource("Bundle", uuid, content)


def follow_up_from_fhir(document: Mapping[str, Any]) -> FollowUp:
    """The events of a document as `follow_up` or VKP writes it; PatientError when it holds no alarm's follow-up."""
    compositions = list(resources_of(document, "Composition"))
    issues = list(resources_of(document, "DetectedIssue"))
    if len(compositions) != 1 or len(issues) != 1:
        raise PatientError("a follow-up is a document with one Composition and one DetectedIssue")
    listed = as_list(compositions[0].get("event", []))
    if listed is None:
        raise PatientError("the events of the Composition are a list")
    read = {f"event[{number}]": _event(each) for number, each in enumerate(listed)}
    events = tuple(each for each in read.values() if each)
    return FollowUp(stored_finding(issues[0]), events, tuple(place for place, each in read.items() if not each))


def _moment(event: FollowUpEvent) -> datetime:
    if event.code not in FOLLOW_UP_CODES:
        known = ", ".join(f"{code} {word}" for code, word in FOLLOW_UP_CODES.items())
        raise CdsError(f"`{plain(event.code)[:20]}` is no event of a follow-up; write one of {known}")
    if _INSTANT.fullmatch(event.time):
        try:
            return datetime.fromisoformat(event.time)
        except ValueError:
            pass
    raise CdsError("the time of an event cannot be read; write it like `2026-01-08T07:30:00+01:00`")


def _composition(issue: Mapping[str, Any], events: Sequence[FollowUpEvent], author: Json) -> Json:
    finding = stored_finding(issue)
    named = [{"display": plain(each.who)} for each in events if plain(each.who)]
    if not named and not author:
        raise CdsError("nobody is named in the follow-up; say who in an event, or hand over the Device")
    is_home = finding.vkp.partition(".")[0] == _HOME_ALERTS
    content = {
        "meta": {"profile": [VKP_COMPOSITION]},
        "status": "final",
        "type": {"coding": [coding(LOINC, _EPISODE_NOTE)]},
        "category": [{"coding": [coding(VKP_CATEGORY, _HOME_FOLLOW_UP)]}] if is_home else [],
        "subject": issue["patient"],
        "date": events[-1].time,
        "author": [named[-1] if named else author],
        "title": _TITLE,
        "event": [_event_element(each) for each in events],
        "section": [_section(issue, finding)],
    }
    written = json.dumps([[each.code, each.time, each.who] for each in events])
    return resource("Composition", stable_uuid("Composition", _uuid(issue), written), content)


def _event_element(event: FollowUpEvent) -> Json:
    concept = trimmed({"coding": [coding(VKP_EVENT, event.code)], "text": plain(event.who)})
    return {"code": [concept], "period": {"start": event.time}}


def _section(issue: Mapping[str, Any], finding: StoredFinding) -> Json:
    """What the alarm was about, in words, with the DetectedIssue."""
    said = xhtml(finding.text or finding.summary or finding.vkp)
    return {
        "code": {"coding": [coding(VKP_SECTION, _REASON)]},
        "text": {"status": "additional", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{said}</div>'},
        "entry": [_entry_of(issue)],
    }


def _author(issue: Mapping[str, Any], author: Json) -> Json:
    """The author of the DetectedIssue; a reference into a Bundle that is not here leads nowhere and is left out."""
    stated = as_object(issue.get("author")) or {}
    leads_on = not as_text(stated.get("reference")).startswith("urn:")
    return dict(stated) if leads_on and stated else author


def _display(stated: object) -> Json:
    """The name of an author, as a Reference without an address."""
    content = as_object(stated) or {}
    names = [as_object(each) or {} for each in as_list(content.get("deviceName")) or ()]
    name = as_text(content.get("display")) or next((as_text(each.get("name")) for each in names), "")
    return trimmed({"display": name})


def _entry_of(content: Mapping[str, Any]) -> Json:
    return to_entry(_uuid(content))


def _uuid(content: Mapping[str, Any]) -> str:
    """The resource's id when it is a UUID, else one that follows from it: servers give ids of their own."""
    name = as_text(content.get("id"))
    try:
        return str(UUID(name))
    except ValueError:
        written = name or json.dumps(content, sort_keys=True, default=str)
        return stable_uuid(as_text(content.get("resourceType")), written)


def _event(written: object) -> FollowUpEvent | None:
    """An event as it was read; None without a code of VKP or a time that can be read."""
    event = as_object(written) or {}
    concepts = [as_object(each) or {} for each in as_list(event.get("code")) or ()]
    time = as_text((as_object(event.get("period")) or {}).get("start"))
    for concept in concepts:
        code = as_text(coding_of(concept.get("coding"), VKP_EVENT).get("code"))
        if code and _INSTANT.fullmatch(time):
            return FollowUpEvent(code, time, as_text(concept.get("text")))
    return None
