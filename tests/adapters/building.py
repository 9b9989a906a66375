"""Synthetic patients: short ways to write the rows and resources of the tests, and to see what came of them."""

from collections.abc import Mapping
from typing import Any

from cds.diagnostics import Issue
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.patient import Patient, Table
from cds.periods import instant, zone

Json = dict[str, Any]

LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"


def at(text: str) -> int:
    """Microseconds UTC of a written time, in Norway."""
    found = instant(text, zone())
    assert found
    return found[0]


def codes(issues: tuple[Issue, ...]) -> list[str]:
    """`code place` of each issue."""
    return [f"{each.code} {each.place}" for each in issues]


def rows(table: Table) -> list[tuple[Any, ...]]:
    """The table's rows, without what depends on their number."""
    named = table.references or [""] * len(table.times)
    columns = (table.times, table.recorded, table.utc_offset, table.values, table.raw, table.unit)
    return list(zip(*columns, table.attribute, table.quality, named, strict=True))


def contents(patient: Patient) -> Mapping[str, tuple[int, list[tuple[Any, ...]]]]:
    """Everything in the tables."""
    return {key: (table.supplied_from, rows(table)) for key, table in patient.tables.items()}


def supply(patient: Patient, key: str) -> str:
    """`all`, `none`, or the time from which on a key was supplied."""
    table = patient.tables.get(key)
    since = LAST_TIME if table is None else table.supplied_from
    return {FIRST_TIME: "all", LAST_TIME: "none"}.get(since, str(since))


def concept(system: str, *words: str) -> Json:
    """A CodeableConcept."""
    return {"coding": [{"system": system, "code": word} for word in words]}


def bundle(*resources: Json, kind: str = "collection", **fields: Any) -> Json:
    """A Bundle of a patient with the id 1 and these resources."""
    person = {"resourceType": "Patient", "id": "1", "birthDate": "1951-05-01", "gender": "female"}
    entries = [{"resource": each} for each in (person, *resources)]
    return {"resourceType": "Bundle", "type": kind, "entry": entries, **fields}


def observation(value: Any = 83.1, unit: str = "kg", time: str = "2026-01-08T07:30:00+01:00", **fields: Any) -> Json:
    """A weight of patient 1, changed by `fields`; a field that is None is left out."""
    made = {
        "resourceType": "Observation",
        "id": "w",
        "status": "final",
        "subject": {"reference": "Patient/1"},
        "code": concept(LOINC, "29463-7"),
        "effectiveDateTime": time,
        "valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit},
    } | fields
    return {name: each for name, each in made.items() if each is not None}


def pressure(systolic: Any = 135, diastolic: Any = 85, **fields: Any) -> Json:
    """A blood pressure of patient 1."""
    parts = [
        {"code": concept(LOINC, code), "valueQuantity": {"value": value, "system": UCUM, "code": "mm[Hg]"}}
        for code, value in (("8480-6", systolic), ("8462-4", diastolic))
    ]
    made = {"code": concept(LOINC, "85354-9"), "valueQuantity": None, "component": parts}
    return observation(**(made | fields))


def condition(snomed: str = "84114007", **fields: Any) -> Json:
    """A diagnosis of patient 1 in SNOMED CT; heart failure when nothing is said."""
    made = {
        "resourceType": "Condition",
        "id": "c",
        "subject": {"reference": "Patient/1"},
        "code": concept(SNOMED, snomed),
    } | fields
    return {name: each for name, each in made.items() if each is not None}
