"""Who a bundle is about, and whether a resource is about that patient."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from cds.adapters.fhir.resource import Json, Resource, has_other_meaning
from cds.adapters.rows import Intake
from cds.adapters.shapes import OBJECT, as_list, as_object, as_text
from cds.diagnostics import PatientError

Identifier = tuple[str, str]  # system, value

REFERENCE = re.compile(r"(?:(https?://.+)/)?Patient/([A-Za-z0-9.\-]{1,64})(?:/_history/[^/]+)?", re.ASCII)
_ASKED = "Patient?identifier="
_SEVERAL = "the bundle is about more than one patient; send one bundle for each"
FIELD: Final[Mapping[str, str]] = {"DetectedIssue": "patient", "Device": "patient"}  # where it is not called `subject`
_SYSTEMS: Final[Mapping[str, str]] = {  # names of the national identity numbers seen side by side in Norwegian data
    "http://hl7.no/fhir/NamingSystem/FNR": "urn:oid:2.16.578.1.12.4.1.4.1",
    "http://hl7.no/fhir/NamingSystem/DNR": "urn:oid:2.16.578.1.12.4.1.4.2",
}

_UNSAID: Final = "ambiguous_subject"


class Subject:
    """The patient of a bundle. contents: the copies of its Patient resource; none when the bundle only refers to it."""

    def __init__(self, name: str, full_urls: Iterable[str], contents: list[Json], identifiers: set[Identifier]) -> None:
        self.id = name
        self.contents = contents
        self._full_urls = frozenset(full_urls) - {""}
        self._servers = frozenset(map(_server, self._full_urls)) - {""}
        self._identifiers = identifiers
        self._numbered = frozenset(system for system, _ in identifiers)
        self._verdicts: dict[tuple[Any, ...], str] = {}

    def owns(self, intake: Intake, resource: Resource) -> bool | None:
        """Whether the resource is about this patient, None when it does not say; if not, an issue says so."""
        stated = resource.content.get(FIELD.get(resource.kind, "subject"))
        reference = stated.get("reference") if isinstance(stated, OBJECT) else ""
        number = stated.get("identifier") if isinstance(stated, OBJECT) else None
        system, value = (number.get("system"), number.get("value")) if isinstance(number, OBJECT) else ("", "")
        server = _server(resource.full_url) if resource.full_url else ""
        try:
            verdict = self._verdicts[reference, system, value, server]
        except (KeyError, TypeError):  # not seen before, or not as it should be
            asked = as_text(reference), as_text(system), as_text(value), server
            verdict = self._verdicts[asked] = self._verdict(*asked)
        if verdict:
            intake.note(verdict, resource.place)
        return None if verdict == _UNSAID else not verdict

    def _verdict(self, reference: str, system: str, value: str, server: str) -> str:
        """What is wrong with a subject in a resource of this server; "" when it is the patient."""
        identifier = identifier_of({"system": system, "value": value})
        if not reference and identifier is None:
            return _UNSAID
        is_ours = self._is_named(reference, server) or (
            identifier in self._identifiers and not REFERENCE.fullmatch(reference)
        )
        return "" if is_ours and not (identifier and self._contradicts(identifier)) else "other_patient"

    def _is_named(self, reference: str, server: str) -> bool:
        """Whether a reference in a resource of this server means the patient."""
        if reference in self._full_urls:
            return True
        if reference.startswith(_ASKED):
            return asked_identifier(reference) in self._identifiers
        match = REFERENCE.fullmatch(reference)
        if match is None:
            return bool(self.id) and reference.lower() == f"urn:uuid:{self.id.lower()}"
        named = match[1] or server
        return match[2] == self.id and (not named or not self._servers or named in self._servers)

    def _contradicts(self, identifier: Identifier) -> bool:
        """Whether the patient has another number of the same kind."""
        return identifier not in self._identifiers and identifier[0] in self._numbered


def _server(full_url: str) -> str:
    """The address before `/Patient/1`; "" when the resource has no address on a server."""
    return full_url.rsplit("/", 2)[0] if full_url.startswith(("http://", "https://")) else ""


def asked_identifier(reference: str) -> Identifier:
    """The identifier in `Patient?identifier=system|value`."""
    system, _, value = unquote(reference.removeprefix(_ASKED)).rpartition("|")
    return _SYSTEMS.get(system, system), value


def identifier_of(written: object) -> Identifier | None:
    """System and value of an Identifier, the names of one system told as one; None when either is missing."""
    found = as_object(written) or {}
    system, value = as_text(found.get("system")), as_text(found.get("value"))
    return (_SYSTEMS.get(system, system), value) if system and value else None


def the_patient(intake: Intake, resources: list[Resource]) -> Subject:
    """The one patient that the resources are about; PatientError when there is none or more than one."""
    patients = [each for each in resources if each.kind == "Patient"]
    if not patients:
        return _referred(resources)
    names = {as_text(each.content.get("id")) or each.full_url or each.place for each in patients}
    if len(names) > 1 or len({each.full_url for each in patients} - {""}) > 1:
        raise PatientError(_SEVERAL)
    contents: list[Json] = []
    for each in patients:
        if has_other_meaning(each.content):
            intake.note("meaning_changed", each.place)
        else:
            contents.append(each.content)
    listed = [each for one in patients for each in as_list(one.content.get("identifier")) or ()]
    identifiers = {found for found in map(identifier_of, listed) if found}
    name = as_text(patients[0].content.get("id"))
    return Subject(name, [each.full_url for each in patients], contents, identifiers)


def _referred(resources: list[Resource]) -> Subject:
    """The one patient that resources refer to when the bundle holds no Patient."""
    subjects = [as_object(each.content.get(FIELD.get(each.kind, "subject"))) or {} for each in resources]
    written = {as_text(each.get("reference")) for each in subjects}
    references = {each for each in written if REFERENCE.fullmatch(each) or each.startswith("urn:")}
    identifiers = {found for found in (identifier_of(each.get("identifier")) for each in subjects) if found}
    identifiers |= {asked_identifier(each) for each in written if each.startswith(_ASKED)}
    if not references and not identifiers:
        raise PatientError("the bundle names no patient; include the Patient resource")
    named = {(match[2], match[1] or "") for match in map(REFERENCE.fullmatch, references) if match}
    names = {name for name, _ in named} | {each for each in references if each.startswith("urn:")}
    servers = {server for _, server in named} - {""}
    if len(names) > 1 or len(servers) > 1 or len({system for system, _ in identifiers}) < len(identifiers):
        raise PatientError(_SEVERAL)
    return Subject(next((name for name, _ in named), ""), references, [], identifiers)
