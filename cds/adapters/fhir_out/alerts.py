"""What a finding that fired becomes: a DetectedIssue, and a Flag or a Task beside it."""

from datetime import datetime, timedelta
from typing import Any

from cds.adapters.fhir_out.building import (
    Evaluated,
    Found,
    Json,
    colour_tags,
    resource,
    rule_concept,
    sentences,
    to_entry,
    trimmed,
)
from cds.adapters.fhir_out.codes import PRIORITY, SEVERITY, VKP_DETECTED_ISSUE
from cds.adapters.fhir_out.readings import implicated
from cds.escaping import plain
from cds.grammar import read_duration
from cds.sentences import against_limit, say, why_unknown
from cds.wording import COLOUR_WORDS

FLAGGED = ("red", "orange")


def detected_issue(evaluated: Evaluated, each: Found) -> Json:
    """The finding by VKP's profile where it has a code of VKP, else as a plain DetectedIssue; of a draft preliminary.

    http://hl7.org/fhir/R4/detectedissue.html
    """
    said, head = each.said, each.finding.head
    content = {
        "meta": trimmed({"profile": [VKP_DETECTED_ISSUE] if said.vkp else [], "tag": colour_tags(said)}),
        "language": said.language,
        "status": "preliminary" if head.status == "draft" else "final",
        "code": rule_concept(each),
        "severity": SEVERITY.get(said.colour),
        "patient": evaluated.subject,
        "identifiedDateTime": evaluated.result.at,
        "author": evaluated.device(head),
        "implicated": implicated(evaluated, each),
        "detail": _detail(evaluated, each),
    }
    return resource("DetectedIssue", evaluated.uuid(each, "DetectedIssue"), content)


def _detail(evaluated: Evaluated, each: Found) -> str:
    """The colour as a word, the summary and the detail, the limit and whose it was, and what could not be told."""
    said, language = each.said, evaluated.language
    worse = said.unknown and say("worse", language, why=why_unknown(said.unknown, language))
    colour = COLOUR_WORDS[said.colour][language]
    notice = evaluated.notice(each.finding.head)
    return sentences(notice, f"{colour}: {said.summary}", said.detail, against_limit(said, language), worse or "")


def flag(evaluated: Evaluated, each: Found) -> Json | None:
    """An active Flag for a red or orange finding (http://hl7.org/fhir/R4/flag.html)."""
    if each.said.colour not in FLAGGED:
        return None
    concept = rule_concept(each)
    notice = evaluated.notice(each.finding.head)
    content = {
        "meta": {"tag": colour_tags(each.said)},
        "language": each.said.language,
        "status": "active",
        "code": concept | {"text": sentences(notice, concept["text"])} if notice else concept,
        "subject": evaluated.subject,
        "period": {"start": evaluated.result.at},
        "author": evaluated.device(each.finding.head),
    }
    return resource("Flag", evaluated.uuid(each, "Flag"), content)


def task(evaluated: Evaluated, each: Found) -> Json | None:
    """A proposed Task for a finding that asks for action; a person decides whether it becomes one.

    The rest of the alarm's settings stand as its inputs, as written. http://hl7.org/fhir/R4/task.html
    """
    said, alarm = each.said, each.said.alarm
    if not (said.suggest or "respond_within" in alarm or "responsible" in alarm):
        return None
    issue = to_entry(evaluated.uuid(each, "DetectedIssue"))
    content: dict[str, Any] = {
        "language": said.language,
        "status": "draft",
        "intent": "proposal",
        "priority": PRIORITY.get(said.colour),
        "description": sentences(evaluated.notice(each.finding.head), said.suggest or said.summary),
        "focus": issue,
        "for": evaluated.subject,
        "authoredOn": evaluated.result.at,
        "requester": evaluated.device(each.finding.head),
        "owner": trimmed({"display": plain(alarm.get("responsible", ""))}),
        "restriction": _restriction(evaluated.result.at, alarm.get("respond_within", "")),
        "input": [{"type": {"text": name}, "valueString": plain(text)} for name, text in alarm.items()],
    }
    return resource("Task", evaluated.uuid(each, "Task"), content)


def _restriction(at: str, within: str) -> Json:
    """The time limit for an answer: an instant for minutes and hours, the last day for days and weeks."""
    if not within:
        return {}
    duration = read_duration(within)
    if not duration.minutes:  # months differ in length; the text stands among the inputs
        return {}
    end = datetime.fromisoformat(at) + timedelta(minutes=duration.minutes)
    return {"period": {"start": at, "end": end.isoformat() if duration.is_elapsed else end.date().isoformat()}}
