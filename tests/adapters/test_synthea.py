"""Whole synthetic records of a generator that is not ours: everything in them arrives, counted in another way."""

import gzip
import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cds.adapters.fhir import patient_from_fhir
from cds.adapters.rows import FOLDERS
from cds.operators.reasons import KNOWN
from cds.patient import Patient

SHARED = Path(os.environ.get("CDS_SHARED", Path(__file__).parents[3] / "shared"))
FILES = sorted((SHARED / "data" / "synthea").glob("*.json.gz"))

pytestmark = pytest.mark.skipif(not FILES, reason=f"no synthetic records under {SHARED}; CDS_SHARED names the folder")

LOINC = {
    "29463-7": "body_weight",
    "8302-2": "body_height",
    "8867-4": "heart_rate",
    "9279-1": "respiratory_rate",
    "8310-5": "body_temperature",
    "2708-6": "oxygen_saturation",
    "59408-5": "oxygen_saturation",
    "8480-6": "blood_pressure.systolic",
    "8462-4": "blood_pressure.diastolic",
    "2339-0": "glucose",
    "6301-6": "inr",
    "59261-8": "hba1c",
}
SNOMED = {
    "59621000": "hypertension",
    "38341003": "hypertension",
    "88805009": "heart_failure",
    "84114007": "heart_failure",
    "72892002": "pregnancy",
    "77386006": "pregnancy",
    "44054006": "diabetes",
    "73211009": "diabetes",
    "46635009": "diabetes",
    "13645005": "copd",
    "185086009": "copd",
    "195967001": "asthma",
    "233678006": "asthma",
    "49436004": "atrial_fibrillation",
}


def text(file: Path) -> bytes:
    return gzip.decompress(file.read_bytes())


def resources(file: Path, kind: str) -> Iterator[dict[str, Any]]:
    for entry in json.loads(text(file))["entry"]:
        if entry["resource"]["resourceType"] == kind:
            yield entry["resource"]


def written(file: Path) -> Iterator[tuple[str, datetime, float]]:
    """(key, time, value in the unit of the file) of each number that a concept is known by."""
    for each in resources(file, "Observation"):
        time = datetime.fromisoformat(each["effectiveDateTime"])
        for part in (each, *each.get("component", ())):
            for key in {LOINC[each["code"]] for each in part["code"]["coding"] if each["code"] in LOINC}:
                yield key, time, part["valueQuantity"]["value"]


def arrived(patient: Patient) -> Iterator[tuple[str, int, float]]:
    for key, table in patient.tables.items():
        if key.partition(".")[0] not in FOLDERS:
            for time, raw in zip(table.times, table.raw, strict=True):
                yield key, time, raw


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.partition("_")[0])
def test_every_reading_arrives(file: Path) -> None:
    patient = patient_from_fhir(text(file))
    expected = Counter((key, round(time.timestamp()) * 1_000_000, value) for key, time, value in written(file))
    assert expected
    assert expected == Counter(arrived(patient))
    readings = [table for key, table in patient.tables.items() if key.partition(".")[0] not in FOLDERS]
    assert {KNOWN} == {quality for table in readings for quality in table.quality}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.partition("_")[0])
def test_every_diagnosis_arrives(file: Path) -> None:
    expected = Counter(
        SNOMED[coding["code"]]
        for each in resources(file, "Condition")
        for coding in each["code"]["coding"]
        if coding["code"] in SNOMED
    )
    tables = patient_from_fhir(text(file)).tables
    found = {key.partition(".")[2]: len(table.times) for key, table in tables.items() if key.startswith("conditions.")}
    assert expected == Counter(found)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.partition("_")[0])
def test_only_unknown_codes_are_left_over(file: Path) -> None:
    patient = patient_from_fhir(text(file))
    person = next(resources(file, "Patient"))
    assert (person["id"], person["birthDate"], person["gender"]) == (patient.id, str(patient.birth_date), patient.sex)
    known = Counter(
        any(coding["code"] in LOINC for part in (each, *each.get("component", ())) for coding in part["code"]["coding"])
        for each in resources(file, "Observation")
    )
    assert [("unknown_code", known[False])] == [
        (each.code, int(each.message.partition(" ")[0]))
        for each in patient.issues
        if each.place.startswith("Observation")
    ]
