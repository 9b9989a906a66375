"""The parts that every resource is built of: references, codings, and everything known of one evaluation."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cds.adapters.fhir_out.codes import RULESET, UUIDS, VKP_ALERT, VKP_SEVERITY, VKP_TRIAGE
from cds.codes import Concepts
from cds.diagnostics import CdsError, Language
from cds.document import FindingDocument, ResultDocument
from cds.escaping import plain
from cds.identity import RULE_SYSTEM, finding_uuid, stable_uuid
from cds.plan import Head
from cds.result import Finding, Result
from cds.sentences import say

Json = dict[str, Any]

_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
_REFERENCE: Final = re.compile(r"(https?://|urn:uuid:|urn:oid:)\S+|[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, and the same in words."""

    finding: Finding
    said: FindingDocument


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A result with all that its resources need. subject: a Reference to the patient."""

    result: Result
    document: ResultDocument
    subject: Json
    concepts: Concepts

    @property
    def language(self) -> Language:
        return self.document.language

    def found(self) -> Iterator[Found]:
        """Every finding: those to be seen first, worst first."""
        findings = {each.id: each for each in self.result.findings}
        return (Found(findings[each.id], each) for each in self.document.findings)

    def shown(self) -> Iterator[Found]:
        """Findings to show: fired and not hidden, worst first."""
        return (each for each in self.found() if each.said.group == "fired")

    def uuid(self, each: Found, kind: str) -> str:
        """The id of the resource of this kind that is made of a finding."""
        return finding_uuid(self.result, each.finding, kind)

    def device(self, head: Head) -> Json:
        """A Reference to the Device that stands for cds with one ruleset."""
        return {**to_entry(device_uuid(self.document, head)), "display": f"{self.document.engine}, {head.id}"}

    def notice(self, head: Head) -> str:
        """That a ruleset is a draft, else ""."""
        return say("notice", self.language, rulesets=head.id) if head.status == "draft" else ""


def device_uuid(document: ResultDocument, head: Head) -> str:
    """The id of the Device: the same for every patient whom this version evaluates with this ruleset."""
    return stable_uuid("Device", document.engine, head.hash)


def resource(kind: str, uuid: str, content: Mapping[str, Any]) -> Json:
    """A resource without its empty fields."""
    return {"resourceType": kind, "id": uuid, **trimmed(content)}


def trimmed(content: Mapping[str, Any]) -> Json:
    """The fields that hold something; FHIR knows no empty ones."""
    return {key: value for key, value in content.items() if value not in (None, "", [], {})}


def entry(content: Json) -> Json:
    """An entry of a Bundle for a resource whose id is a UUID."""
    return {"fullUrl": f"urn:uuid:{content['id']}", "resource": content}


def collection(result: Result, language: Language, kind: str, resources: Iterable[Json]) -> Json:
    """A Bundle of the type `collection`. kind: what it holds, so that two of one result differ in their id."""
    uuid = stable_uuid(kind, result.hash, result.patient, result.at)
    content = {
        "language": language,
        "identifier": {"system": UUIDS, "value": f"urn:uuid:{uuid}"},
        "type": "collection",
        "timestamp": result.at,
        "entry": [entry(each) for each in resources],
    }
    return resource("Bundle", uuid, content)


def to_entry(uuid: str) -> Json:
    """A Reference to an entry of the same Bundle."""
    return {"reference": f"urn:uuid:{uuid}"}


def reference_to(text: str) -> Json:
    """A Reference to what the data called by this name; {} when it cannot be found by it."""
    name = plain(text)
    if _REFERENCE.fullmatch(name):
        return {"reference": name}
    return {} if not name or name.startswith("entry[") else {"identifier": {"value": name}}


def subject_of(result: Result, subject: Mapping[str, Any] | str | None) -> Json:
    """The Reference to the patient: the caller's, else by the patient's id."""
    if isinstance(subject, Mapping) and subject:
        return dict(subject)
    if isinstance(subject, str) and _REFERENCE.fullmatch(subject):
        return {"reference": subject}
    if subject:
        raise CdsError("subject is no reference; pass `Patient/1`, or a FHIR Reference as a mapping")
    if _ID.fullmatch(result.patient):
        return {"reference": f"Patient/{result.patient}"}
    made = reference_to(result.patient)
    if not made:
        raise CdsError("the patient has no id, so no resource can say whom it is about; state the id, or pass subject=")
    return made


def coding(system: str, code: str, version: str = "") -> Json:
    """A Coding."""
    return trimmed({"system": system, "version": version, "code": code})


def rule_concept(each: Found) -> Json:
    """What a finding is about: VKP's code where there is one, our rule, and the summary as text."""
    said = each.said
    codings = [coding(VKP_ALERT, said.vkp)] if said.vkp else []
    return {"coding": [*codings, coding(RULE_SYSTEM, said.id, said.version)], "text": plain(said.summary)}


def ruleset_concept(head: Head, title: str) -> Json:
    """A ruleset as a CodeableConcept."""
    return trimmed({"coding": [coding(RULESET, head.id, head.version)], "text": plain(title)})


def colour_tags(said: FindingDocument) -> list[Json]:
    """The colour in the words of VKP, by which resources can be searched for."""
    return [coding(VKP_TRIAGE, said.triage), coding(VKP_SEVERITY, said.vkp_severity)]


def sentences(*parts: str) -> str:
    """The parts as one plain text."""
    return " ".join(each if each.endswith((".", "!", "?")) else f"{each}." for each in map(plain, parts) if each)
