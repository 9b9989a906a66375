"""What a finding rests on, as References; and what it lacks, as References and DataRequirements."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from cds.adapters.fhir_out.building import Evaluated, Found, Json, coding, reference_to, trimmed
from cds.adapters.fhir_out.codes import LOINC
from cds.codes import SYSTEMS, Concept, Concepts
from cds.escaping import plain
from cds.result import Finding, Used

_FOLDERS: Final[Mapping[str, tuple[str, str]]] = {  # folder of a column key -> resource, and where its code stands
    "conditions": ("Condition", "code"),
    "devices": ("Device", "type"),
    "doses": ("MedicationDispense", ""),
    "events": ("DetectedIssue", "code"),
    "medicines": ("MedicationStatement", ""),
    "stays": ("Encounter", "class"),
    "supply": ("MedicationDispense", ""),
}
_FACTS: Final[Mapping[str, str]] = {"age": "birthDate", "sex": "gender"}
_PREFIXED: Final = frozenset(each.url for each in SYSTEMS if each.by_prefix)


def implicated(evaluated: Evaluated, each: Found) -> list[Json]:
    """The readings that a finding rests on; of a missing-data rule also what is missing, by its LOINC code."""
    numbers = each.finding.explain().numbers
    missing = _missing(numbers, evaluated) if each.finding.rule.kind == "missing" else ()
    return _once([*_used(numbers, evaluated.concepts), *missing])


def required(evaluated: Evaluated, findings: Iterable[Finding]) -> list[Json]:
    """What would settle findings that are unknown, unconfirmed, or could not tell a worse colour."""
    numbers = [used for each in findings for used in _wanting(each)]
    return _once(_requirement(used, evaluated.concepts) for used in numbers)


def is_settled(finding: Finding) -> bool:
    """Whether everything about a finding could be told."""
    return finding.status not in ("unknown", "unconfirmed") and not finding.uncertain


def _wanting(finding: Finding) -> Iterator[Used]:
    """The numbers that another reading or limit would settle."""
    if is_settled(finding):
        return
    for used in finding.explain().numbers:
        if finding.status == "unconfirmed":
            is_wanted = bool(used.readings) and used.key.partition(".")[0] not in _FOLDERS
        else:
            is_wanted = used.shown.reason == finding.reason and bool(used.key or used.origin)
        if is_wanted:
            yield used


def _used(numbers: Iterable[Used], concepts: Concepts) -> Iterator[Json]:
    for used in numbers:
        kind = _kind(used.key, concepts)
        for reading in used.readings:
            to = reference_to(reading.reference)
            if "reference" not in to:
                to |= {"type": kind, "display": plain(f"{used.input} {reading.time}")}
            yield to


def _missing(numbers: Iterable[Used], evaluated: Evaluated) -> Iterator[Json]:
    for used in numbers:
        concept = _concept(used.key, evaluated.concepts)
        code = next((code for system, code in concept.codes if system == LOINC), "") if concept else ""
        if code:
            name = {"system": LOINC, "value": code}
            yield {"type": _kind(used.key, evaluated.concepts), "identifier": name, "display": plain(used.input)}


def _requirement(used: Used, concepts: Concepts) -> Json:
    """http://hl7.org/fhir/R4/metadatatypes.html#DataRequirement"""
    if not used.key:
        return {"type": "Goal"}  # a patient's own limits are targets of goals
    if used.key in _FACTS:
        return {"type": "Patient", "mustSupport": [_FACTS[used.key]]}
    kind, path = _FOLDERS.get(used.key.partition(".")[0], (_kind(used.key, concepts), "code"))
    concept = _concept(used.key, concepts)
    exact = [coding(*each) for each in concept.codes if each[0] not in _PREFIXED] if concept and path else []
    return trimmed({"type": kind, "codeFilter": [{"path": path, "code": exact}] if exact else []})


def _kind(key: str, concepts: Concepts) -> str:
    """The resource that the rows of a column come in."""
    folder = key.partition(".")[0]
    if folder in _FOLDERS:
        return _FOLDERS[folder][0]
    concept = _concept(key, concepts)
    return "QuestionnaireResponse" if concept and concept.kind == "form" else "Observation"


def _concept(key: str, concepts: Concepts) -> Concept | None:
    """The concept of a column; of a part the whole panel or form, which is what is sent."""
    folder, _, name = key.partition(".")
    return concepts.by_name.get(name if folder in _FOLDERS else folder)


def _once(made: Iterable[Json]) -> list[Json]:
    """The list without copies, in its order."""
    return list({json.dumps(each): each for each in made}.values())
