"""Whole synthetic records of a generator that is not ours: every order and dose arrives, and no class is made up.

Their medicines are coded in RxNorm, so that nobody can say of which class they are.
"""

import gzip
import json
import os
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cds.adapters.fhir import patient_from_fhir
from cds.operators.reasons import KNOWN, NOT_CERTAIN
from cds.operators.series import LAST_TIME
from tests.adapters.building import supply

SHARED = Path(os.environ.get("CDS_SHARED", Path(__file__).parents[3] / "shared"))
FILES = sorted((SHARED / "data" / "synthea").glob("*.json.gz"))
CLASSES = ("statins", "antihypertensives", "anticoagulants", "diabetes_medicines")

pytestmark = pytest.mark.skipif(not FILES, reason=f"no synthetic records under {SHARED}; CDS_SHARED names the folder")
each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.partition("_")[0])


def record(file: Path) -> dict[str, Any]:
    return json.loads(gzip.decompress(file.read_bytes()))


def resources(whole: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each["resource"] for each in whole["entry"] if each["resource"]["resourceType"] == kind]


def microseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp()) * 1_000_000


@each_file
def test_every_order_arrives(file: Path) -> None:
    """Of one that was stopped nobody says when, so that it is not certain since then."""
    whole = record(file)
    quality = {"active": KNOWN, "stopped": NOT_CERTAIN}
    expected = Counter(
        (f"MedicationRequest/{each['id']}", microseconds(each["authoredOn"]), quality[each["status"]])
        for each in resources(whole, "MedicationRequest")
    )
    patient = patient_from_fhir(whole)
    table = patient.tables.get("medicines.all")
    assert bool(expected) == (table is not None)
    if table:
        to_second = [time - time % 1_000_000 for time in table.times]
        assert expected == Counter(zip(table.references, to_second, table.quality, strict=True))
        assert {float(LAST_TIME)} == set(table.values)


@each_file
def test_every_dose_arrives(file: Path) -> None:
    whole = record(file)
    expected = sorted(microseconds(each["effectiveDateTime"]) for each in resources(whole, "MedicationAdministration"))
    table = patient_from_fhir(whole).tables.get("doses.all")
    assert expected == (table.times if table else [])
    assert {1.0} >= set(table.values if table else [])


@each_file
def test_no_class_is_made_up(file: Path) -> None:
    """It is said once for each kind of fact, however many medicines there are."""
    whole = record(file)
    stopped = [each for each in resources(whole, "MedicationRequest") if each["status"] == "stopped"]
    patient = patient_from_fhir(whole)
    folders = {"medicines": "MedicationRequest", "doses": "MedicationAdministration"}
    held = [folder for folder, kind in folders.items() if resources(whole, kind)]
    for folder in held:
        assert "all" == supply(patient, f"{folder}.all")
        assert {"none"} == {supply(patient, f"{folder}.{name}") for name in CLASSES}
        assert [] == [time for name in CLASSES for time in patient.tables[f"{folder}.{name}"].times]
    issues = Counter(each.code for each in patient.issues if each.place.startswith(("Medication", *folders)))
    assert Counter(medicine_not_stated=len(held)) + Counter(end_not_known=len(stopped)) == issues


def test_what_the_records_hold() -> None:
    counts = Counter(
        each["resource"]["resourceType"]
        for file in FILES
        for each in record(file)["entry"]
        if each["resource"]["resourceType"].startswith("Medication")
    )
    assert {"MedicationRequest": 103, "MedicationAdministration": 2} == counts
