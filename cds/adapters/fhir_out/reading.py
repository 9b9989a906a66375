"""What was written is read again: findings from their DetectedIssues."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cds.adapters.fhir_out.codes import COLOUR_OF, VKP_ALERT, VKP_TRIAGE
from cds.adapters.shapes import as_list, as_object, as_text
from cds.diagnostics import PatientError
from cds.identity import RULE_SYSTEM


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """A finding as its DetectedIssue holds it; a field that is not there, or not ours, is "".

    rule: `ruleset/rule`. version: of the ruleset. vkp: VKP's alert code. time: of the evaluation. patient: a
    reference, else an identifier. status: of the DetectedIssue (`preliminary` for a draft's). text: its detail.
    """

    id: str
    rule: str
    version: str
    colour: str
    vkp: str
    time: str
    patient: str
    status: str
    summary: str
    text: str


def detected_issues_from_fhir(bundle: Mapping[str, Any]) -> tuple[StoredFinding, ...]:
    """Every DetectedIssue of a Bundle, in its order; PatientError when it is no Bundle with entries that can be read.

    Also those of others come back, with an empty `rule`.
    """
    return tuple(stored_finding(each) for each in resources_of(bundle, "DetectedIssue"))


def resources_of(bundle: Mapping[str, Any], kind: str) -> Iterator[Mapping[str, Any]]:
    """The resources of a kind in a Bundle."""
    entries = as_list(bundle.get("entry", []))
    if bundle.get("resourceType") != "Bundle" or entries is None:
        raise PatientError("a FHIR Bundle with a list of entries is expected")
    for number, each in enumerate(entries):
        content = as_object((as_object(each) or {}).get("resource", {}))
        if not as_object(each) or content is None:
            raise PatientError(f"entry[{number}] of the Bundle cannot be read; an entry holds a resource")
        if content.get("resourceType") == kind:
            yield content


def stored_finding(issue: Mapping[str, Any]) -> StoredFinding:
    """A DetectedIssue as a finding."""
    tags = (as_object(issue.get("meta")) or {}).get("tag")
    concept = as_object(issue.get("code")) or {}
    codings = concept.get("coding")
    rule = coding_of(codings, RULE_SYSTEM)
    patient = as_object(issue.get("patient")) or {}
    identifier = as_object(patient.get("identifier")) or {}
    return StoredFinding(
        id=as_text(issue.get("id")),
        rule=as_text(rule.get("code")),
        version=as_text(rule.get("version")),
        colour=COLOUR_OF.get(as_text(coding_of(tags, VKP_TRIAGE).get("code")), ""),
        vkp=as_text(coding_of(codings, VKP_ALERT).get("code")),
        time=as_text(issue.get("identifiedDateTime")),
        patient=as_text(patient.get("reference")) or as_text(identifier.get("value")),
        status=as_text(issue.get("status")),
        summary=as_text(concept.get("text")),
        text=as_text(issue.get("detail")),
    )


def coding_of(codings: object, system: str) -> Mapping[str, Any]:
    """The first coding of a system in a list of codings, {} when there is none."""
    listed = [as_object(each) or {} for each in as_list(codings) or ()]
    of_system: list[Mapping[str, Any]] = [each for each in listed if each.get("system") == system]
    return of_system[0] if of_system else {}
