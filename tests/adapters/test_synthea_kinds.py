"""Whole synthetic records of a generator that is not ours: stays, and what is said of the kinds that are not read."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cds.adapters.fhir import patient_from_fhir
from cds.operators.reasons import KNOWN
from tests.adapters.building import supply
from tests.adapters.test_synthea import FILES, text
from tests.adapters.test_synthea import pytestmark as unless_there_are_records

pytestmark = unless_there_are_records

INPATIENT = {"IMP", "ACUTE", "NONACUTE", "OBSENC", "SS"}
READ = {
    "Patient",
    "Observation",
    "Condition",
    "Encounter",
    "CarePlan",
    "MedicationRequest",
    "MedicationAdministration",
}
each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.partition("_")[0])


def held(file: Path) -> list[dict[str, Any]]:
    return [each["resource"] for each in json.loads(text(file))["entry"]]


def microseconds(written: str) -> int:
    return round(datetime.fromisoformat(written).timestamp()) * 1_000_000


@each_file
def test_every_stay_arrives(file: Path) -> None:
    patient = patient_from_fhir(text(file))
    encounters = [each for each in held(file) if each["resourceType"] == "Encounter"]
    expected = sorted(
        (microseconds(each["period"]["start"]), microseconds(each["period"]["end"]), KNOWN)
        for each in encounters
        if each["class"]["code"] in INPATIENT
    )
    table = patient.tables["stays.hospital_stay"]
    found = [
        (time, int(end), quality) for time, end, quality in zip(table.times, table.values, table.quality, strict=True)
    ]
    assert expected == found
    assert "all" == supply(patient, "stays.hospital_stay")


@each_file
def test_every_kind_that_is_not_read_is_listed_with_its_count(file: Path) -> None:
    patient = patient_from_fhir(text(file))
    counts = Counter(each["resourceType"] for each in held(file))
    expected = {
        f"{count} {kind} resource{' is' if count == 1 else 's are'} not read here"
        for kind, count in counts.items()
        if kind not in READ
    }
    assert expected
    assert sorted(expected) == sorted(each.message for each in patient.issues if each.code == "kind_not_read")
    plans = [each.message for each in patient.issues if each.code == "plan_without_zones"]
    one, several = "1 care plan names no zone, and nothing of it", "care plans name no zone, and nothing of them"
    told = one if counts["CarePlan"] == 1 else f"{counts['CarePlan']} {several}"
    assert [f"{told} was used"] * bool(counts["CarePlan"]) == plans


def test_what_the_records_hold() -> None:
    counts = Counter(each["resourceType"] for file in FILES for each in held(file))
    assert (372, 246, 1554, 22) == tuple(counts[kind] for kind in ("Encounter", "Condition", "Observation", "CarePlan"))
    stays = [each for file in FILES for each in held(file) if each["resourceType"] == "Encounter"]
    assert 5 == sum(each["class"]["code"] in INPATIENT for each in stays)
