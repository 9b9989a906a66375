"""One GuidanceResponse per ruleset: every rule's outcome, what could not be told, and what would settle it.

http://hl7.org/fhir/R4/guidanceresponse.html. Its status is `success` only when everything could be told. Data that
could not be used are one OperationOutcome, to which every GuidanceResponse refers.
"""

from collections.abc import Iterator, Sequence

from cds.adapters.fhir_out.building import (
    Evaluated,
    Found,
    Json,
    coding,
    resource,
    ruleset_concept,
    to_entry,
    trimmed,
)
from cds.adapters.fhir_out.codes import ISSUE
from cds.adapters.fhir_out.readings import is_settled, required
from cds.escaping import markdown, plain
from cds.identity import stable_uuid
from cds.plan import Head
from cds.result import text_in
from cds.sentences import say, why_unknown


def guidance_response(evaluated: Evaluated, head: Head) -> Json:
    """What one ruleset said. Notes are Markdown: drafts, what is unknown, waits or is hidden, each with the reason."""
    result = evaluated.result
    found = [each for each in evaluated.found() if each.finding.head.id == head.id]
    findings = [each.finding for each in found]
    content = {
        "language": evaluated.language,
        "contained": [_outputs(evaluated, found)],
        "moduleCodeableConcept": ruleset_concept(head, text_in(head.title, evaluated.language)[0]),
        "status": "success" if all(map(is_settled, findings)) else "data-required",
        "subject": evaluated.subject,
        "occurrenceDateTime": result.at,
        "performer": evaluated.device(head),
        "note": [{"text": markdown(each)} for each in _notes(evaluated, head, found)],
        "evaluationMessage": [to_entry(_outcome_uuid(evaluated))] if evaluated.document.issues else [],
        "outputParameters": {"reference": "#outputs"},
        "dataRequirement": required(evaluated, findings),
    }
    uuid = stable_uuid("GuidanceResponse", head.hash, head.id, result.patient, result.at)
    return resource("GuidanceResponse", uuid, content)


def _outputs(evaluated: Evaluated, found: Sequence[Found]) -> Json:
    """Every rule's outcome as Parameters, and the hash of every file that was used."""
    outcomes = [{"name": "finding", "part": _outcome(evaluated, each)} for each in found]
    hashes = [{"name": "hash", "valueString": evaluated.result.hash}]
    return {"resourceType": "Parameters", "id": "outputs", "parameter": [*hashes, *outcomes]}


def _outcome(evaluated: Evaluated, each: Found) -> list[Json]:
    said = each.said
    issue = evaluated.uuid(each, "DetectedIssue")
    parts = {
        "rule": {"valueString": said.id},
        "status": {"valueCode": said.status},
        "colour": {"valueCode": said.colour},
        "reason": {"valueCode": said.unknown.reason if said.unknown else ""},
        "hidden-by": {"valueString": said.hidden_by},
        "detected-issue": {"valueReference": to_entry(issue) if said.group == "fired" else {}},
    }
    return [{"name": name, **trimmed(value)} for name, value in parts.items() if trimmed(value)]


def _notes(evaluated: Evaluated, head: Head, found: Sequence[Found]) -> Iterator[str]:
    notice = evaluated.notice(head)
    if notice:
        yield notice
    for each in found:
        note = _note(evaluated, each)
        if note:
            yield note


def _note(evaluated: Evaluated, each: Found) -> str:
    """What is not as it looks about one rule, else ""."""
    said, language = each.said, evaluated.language
    parts = [said.summary]
    if said.status == "unconfirmed":
        parts.append(say("waits", language))
    elif said.unknown and said.status == "fired":
        parts.append(say("worse", language, why=why_unknown(said.unknown, language)))
    elif said.unknown:
        parts.append(why_unknown(said.unknown, language))
    if said.unknown and said.unknown.settle:
        parts.append(say("settle", language, text=said.unknown.settle))
    if said.hidden_by:
        parts.append(say("hidden_by", language, rule=said.hidden_by))
    is_plain = said.status in ("not_fired", "not_applicable") or (is_settled(each.finding) and not said.hidden_by)
    return "" if is_plain else f"{said.id}: {'; '.join(each for each in parts if each)}"


def operation_outcome(evaluated: Evaluated) -> Json | None:
    """Data that could not be used, or not as they came (http://hl7.org/fhir/R4/operationoutcome.html); None without."""
    issues = [
        {
            "severity": "warning",
            "code": "processing",
            "details": {"coding": [coding(ISSUE, each.code)], "text": plain(each.message)},
            "diagnostics": plain(each.place),
        }
        for each in evaluated.document.issues
    ]
    content = {"language": evaluated.language, "issue": issues}
    return resource("OperationOutcome", _outcome_uuid(evaluated), content) if issues else None


def _outcome_uuid(evaluated: Evaluated) -> str:
    result = evaluated.result
    return stable_uuid("OperationOutcome", result.hash, result.patient, result.at)
