"""How long a dispense lasts where nobody states it: the same from records and from tables, and marked as derived."""

from dataclasses import replace
from typing import Any

import pytest

from cds.adapters.fhir import patient_from_fhir
from cds.adapters.records import patient_from_dict
from cds.adapters.tables.reading import population_from_tables
from cds.catalogue import shared_concepts
from cds.codes import Attribute, Concepts
from cds.operators.reasons import DAYS_NOT_KNOWN, IMPLAUSIBLE_ONLY, KNOWN
from cds.patient import Patient
from cds.population import patient_at
from tests.adapters.building import Json, bundle
from tests.adapters.medication import amount, dispense, dosage
from tests.adapters.tables.writing import arrow

DERIVED, BY_DDD = int(Attribute.DERIVED), int(Attribute.DERIVED | Attribute.BY_DEFINED_DOSE)
NEEDED = int(Attribute.AS_NEEDED)


def with_doses(*doses: tuple[str, float, str]) -> Concepts:
    """The shared concepts with defined daily doses that are made up."""
    held = shared_concepts().by_name
    return Concepts({**held, "statins": replace(held["statins"], ddd=doses)})


OWN = with_doses(("C10AA05", 10.0, "mg"))


def amounts(**written: str) -> dict[str, Any]:
    """`quantity="100 tablets"` as the two fields of a row."""
    parts = {name: text.split(" ") for name, text in written.items()}
    numbers = {name: float(each[0]) for name, each in parts.items()}
    return numbers | {f"{name}_unit": each[1] for name, each in parts.items() if len(each) > 1}


ROWS = [
    ({"days": 30.0, **amounts(quantity="100 tablets", daily_dose="2 tablets")}, 30.0, KNOWN, 0, ""),
    (amounts(quantity="100 tablets", daily_dose="2 stk"), 50.0, KNOWN, DERIVED, ""),
    (amounts(quantity="1 g", daily_dose="20 mg"), 50.0, KNOWN, DERIVED, ""),
    (amounts(quantity="0.5 L", daily_dose="10 mL"), 50.0, KNOWN, DERIVED, ""),
    (amounts(quantity="100 tablets", daily_dose="40 mg", strength="20 mg"), 50.0, KNOWN, DERIVED, ""),
    (amounts(quantity="2000 mg", daily_dose="2 tablets", strength="20 mg"), 50.0, KNOWN, DERIVED, ""),
    (amounts(quantity="200 puff", daily_dose="4 Puff"), 50.0, KNOWN, DERIVED, ""),
    (amounts(quantity="100 tablets", daily_dose="40 mg"), 0.0, DAYS_NOT_KNOWN, 0, "days_not_stated"),
    (amounts(quantity="4", daily_dose="1 tablets"), 0.0, DAYS_NOT_KNOWN, 0, "days_not_stated"),
    (amounts(quantity="0 tablets", daily_dose="1 tablets"), 0.0, DAYS_NOT_KNOWN, 0, "days_not_stated"),
    (amounts(quantity="-9 tablets", daily_dose="1 tablets"), 0.0, DAYS_NOT_KNOWN, 0, "days_not_stated"),
    (amounts(quantity="9999 tablets", daily_dose="1 tablets"), 0.0, IMPLAUSIBLE_ONLY, 0, "days_not_possible"),
    (amounts(quantity="500 mg"), 50.0, KNOWN, BY_DDD, ""),
    (amounts(quantity="50 tablets", strength="20 mg"), 100.0, KNOWN, BY_DDD, ""),
    (amounts(quantity="50 tablets"), 0.0, DAYS_NOT_KNOWN, 0, "days_not_stated"),
    (amounts(quantity="500 mg", daily_dose="1"), 0.0, DAYS_NOT_KNOWN, 0, "days_not_stated"),
    ({"atc": "C10AA07", **amounts(quantity="500 mg")}, 0.0, DAYS_NOT_KNOWN, 0, "days_not_stated"),
    ({"days": 30.0, "use": "as_needed"}, 0.0, DAYS_NOT_KNOWN, NEEDED, "days_as_needed"),
    ({"use": "as_needed", **amounts(quantity="500 mg")}, 0.0, DAYS_NOT_KNOWN, NEEDED, "days_as_needed"),
]


def found(patient: Patient) -> tuple[float, int, int]:
    table = patient.tables["supply.statins"]
    return table.values[0], table.quality[0], table.attribute[0] & ~Attribute.DATE_ONLY


@pytest.mark.parametrize(("fields", "days", "quality", "bits", "issue"), ROWS, ids=[str(each[0]) for each in ROWS])
def test_of_records_and_tables(fields: Json, days: float, quality: int, bits: int, issue: str) -> None:
    row = {"time": "2026-01-02", "atc": "C10AA05", **fields}
    good = {"time": "2026-01-01", "atc": "C09AA05", "days": 30.0}
    alone = patient_from_dict({"id": "a", "dispenses": [row, good]}, concepts=OWN)
    assert (days, quality, bits) == found(alone)
    rows = [{"patient": "a", **row}, {"patient": "b", **good}]
    tables = {"patients": arrow("patients", [{"id": "a"}, {"id": "b"}]), "dispenses": arrow("dispenses", rows)}
    population, issues = population_from_tables(tables, concepts=OWN)
    assert (days, quality, bits) == found(patient_at(population, 0))
    said = [issue] if issue else []
    assert said == [each.code for each in alone.issues]
    assert said == issues.column("code").to_pylist()
    assert [KNOWN] == patient_at(population, 1).tables["supply.all"].quality


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"quantity": amount(500, "mg")}, (50.0, KNOWN, BY_DDD)),
        ({"quantity": amount(50, "tablett")}, (0.0, DAYS_NOT_KNOWN, 0)),
        ({"quantity": amount(500, "mg"), "dosageInstruction": [{"text": "1"}]}, (0.0, DAYS_NOT_KNOWN, 0)),
        ({"quantity": amount(500, "mg"), "status": "stopped"}, (0.0, DAYS_NOT_KNOWN, 0)),
        (
            {"quantity": amount(9, "mg"), "dosageInstruction": [dosage(amount(3, "mg"), timeOfDay=["08:00:00"])]},
            (3.0, KNOWN, DERIVED),
        ),
    ],
)
def test_of_fhir(fields: Json, expected: tuple[float, int, int]) -> None:
    assert expected == found(patient_from_fhir(bundle(dispense(**fields)), concepts=OWN))


def test_two_concepts_that_say_different_doses_say_none() -> None:
    held = {**OWN.by_name, "other": replace(OWN.by_name["statins"], name="other", ddd=(("C10AA05", 20.0, "mg"),))}
    assert {"C10AA05": (10.0, "mg")} == OWN.defined_daily_doses
    assert {} == Concepts(held).defined_daily_doses
