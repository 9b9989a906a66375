"""Which medicine a resource is about, however it says so, and what becomes of one that it does not name."""

import pytest

from cds.adapters.fhir import patient_from_fhir
from cds.operators.series import LAST_TIME
from tests.adapters.building import SNOMED, Json, bundle, codes, concept, supply
from tests.adapters.medication import (
    ATC,
    BETA_BLOCKER,
    FEST,
    MASKED,
    METFORMIN,
    RXNORM,
    STATIN,
    medication,
    read,
    request,
    statement,
)

COMBINATION = "C09BA02"
SEVERAL = {"coding": [{"system": FEST, "code": "123456"}, {"system": ATC, "code": STATIN}]}
TOLD = {"system": ATC, "code": STATIN}


def named(concept: Json | None = None, **fields: Json) -> Json:
    return statement(medicationCodeableConcept=concept, **fields)


def referring(reference: str = "Medication/m", **fields: object) -> Json:
    return named(medicationReference={"reference": reference}, **fields)


def part(atc: str, **fields: object) -> Json:
    return {"itemCodeableConcept": concept(ATC, atc), **fields}


@pytest.mark.parametrize(
    "resources",
    [
        [named(concept(ATC, STATIN))],
        [named(concept(ATC, STATIN.lower()))],
        [named(concept("urn:oid:2.16.840.1.113883.6.73", STATIN))],
        [named(concept("urn:oid:2.16.578.1.12.4.1.1.7180", STATIN))],
        [named(SEVERAL)],
        [referring(), medication(TOLD)],
        [referring(), medication(code=SEVERAL)],
        [referring("Medication/m/_history/3"), medication(TOLD)],
        [referring("#m", contained=[medication(TOLD), medication({"system": ATC, "code": METFORMIN}, name="n")])],
        [referring(), medication(code=None, ingredient=[part(STATIN)])],
        [referring(), medication(code=None, ingredient=[part(STATIN), part(BETA_BLOCKER)])],
        [referring(), medication(code=None, ingredient=[part(STATIN), {"isActive": False}])],
        [
            referring(),
            medication(code=None, ingredient=[{"itemReference": {"reference": "Medication/n"}}]),
            medication(TOLD, name="n"),
        ],
        [
            referring(
                "#m",
                contained=[
                    medication(code=None, ingredient=[{"itemReference": {"reference": "#n"}}]),
                    medication(TOLD, name="n"),
                ],
            )
        ],
    ],
)
def test_a_statin_however_it_is_named(resources: list[Json]) -> None:
    patient = read(*resources)
    assert 1 == len(patient.tables["medicines.statins"].times)
    assert () == patient.issues
    assert "all" == supply(patient, "medicines.statins") == supply(patient, "medicines.diabetes_medicines")


@pytest.mark.parametrize(
    ("resources", "issues"),
    [
        ([named({"text": "statin"})], []),
        ([named(concept(RXNORM, "617314"))], []),
        ([named(concept(FEST, "123456"))], []),
        ([named(concept(SNOMED, "387584000"))], []),
        ([named(concept("", STATIN))], []),
        ([named()], []),
        ([named(concept(ATC, "C10AA5"))], ["medicine_not_read MedicationStatement/s"]),
        ([referring()], ["medicine_not_included Medication"]),
        ([referring("#m", contained=[medication(TOLD, name="n")])], ["medicine_not_included Medication"]),
        ([named(medicationReference={"identifier": {"value": "1"}})], ["medicine_not_included Medication"]),
        ([referring(), medication({"system": RXNORM, "code": "617314"})], []),
        ([referring(), medication(TOLD, **MASKED)], ["medicine_not_used Medication/m"]),
        ([referring(), medication(TOLD, implicitRules="http://x")], ["medicine_not_used Medication/m"]),
        ([referring(), medication(TOLD, status="entered-in-error")], ["medicine_not_used Medication/m"]),
        ([referring(), medication(code=None, ingredient=[part(STATIN), {}])], []),
        (
            [referring(), medication(code=None, ingredient=[{"itemReference": {"reference": "Medication/m"}}])],
            [],
        ),
    ],
)
def test_what_is_not_named_may_be_of_any_class(resources: list[Json], issues: list[str]) -> None:
    patient = read(*resources, request(BETA_BLOCKER))
    assert sorted([*issues, "medicine_not_stated medicines"]) == sorted(codes(patient.issues))
    assert "all" == supply(patient, "medicines.all")
    for name in ("statins", "antihypertensives"):
        assert "none" == supply(patient, f"medicines.{name}")
    assert 2 == len(patient.tables["medicines.all"].times)
    assert 1 == len(patient.tables["medicines.antihypertensives"].times)


@pytest.mark.parametrize(
    ("written", "open_classes"),
    [("C", {"statins", "antihypertensives", "ras_antagonists"}), ("C10", {"statins"}), ("C09", set()), ("N02", set())],
)
def test_a_code_too_short_leaves_its_classes_open(written: str, open_classes: set[str]) -> None:
    patient = read(statement(written))
    names = ("statins", "antihypertensives", "ras_antagonists", "diabetes_medicines")
    assert open_classes == {name for name in names if supply(patient, f"medicines.{name}") == "none"}


def test_the_code_of_a_product_stands_before_those_of_its_parts() -> None:
    parts = [part("C09AA02"), part("C03AA03")]
    product = medication({"system": ATC, "code": COMBINATION}, ingredient=parts)
    patient = read(referring(), product)
    assert 1 == len(patient.tables["medicines.ras_antagonists"].times)
    assert 1 == len(patient.tables["medicines.all"].times)


def test_a_pouch_is_of_the_class_of_each_part() -> None:
    pouch = medication(code=None, ingredient=[part(STATIN), part(METFORMIN), part("C07AB02", isActive=True)])
    patient = read(referring(), pouch)
    for name in ("statins", "diabetes_medicines", "antihypertensives"):
        assert 1 == len(patient.tables[f"medicines.{name}"].times)


def entries(*entries: tuple[str, Json]) -> Json:
    made = bundle()
    made["entry"][0]["fullUrl"] = "https://a.example.org/fhir/Patient/1"
    return made | {"entry": made["entry"] + [{"fullUrl": url, "resource": each} for url, each in entries]}


HERE, THERE = "https://a.example.org/fhir/", "https://b.example.org/fhir/"
OTHER = {"system": ATC, "code": METFORMIN}


@pytest.mark.parametrize(
    ("reference", "statin", "metformin"),
    [
        ("Medication/m", 1, 0),
        (f"{HERE}Medication/m", 1, 0),
        (f"{THERE}Medication/m", 0, 1),
        ("Medication/m/_history/1", 1, 0),
        ("https://c.example.org/fhir/Medication/m", 0, 0),
        ("urn:uuid:0b0f9e5c-3d0f-4a4e-9d4f-6f2f4e1f8a01", 0, 1),
        ("Medication/n", 0, 0),
    ],
)
def test_a_reference_means_the_entry_of_its_server(reference: str, statin: int, metformin: int) -> None:
    made = entries(
        (f"{HERE}MedicationStatement/s", referring(reference)),
        (f"{HERE}Medication/m", medication(TOLD)),
        (f"{THERE}Medication/m", medication(OTHER)),
        ("urn:uuid:0b0f9e5c-3d0f-4a4e-9d4f-6f2f4e1f8a01", medication(OTHER, name="u")),
        (f"{THERE}Medication/n", medication(TOLD, name="n")),
    )
    tables = patient_from_fhir(made).tables
    found = len(tables["medicines.statins"].times), len(tables["medicines.diabetes_medicines"].times)
    assert (statin, metformin) == found
    assert (LAST_TIME if not statin + metformin else -(2**62)) == tables["medicines.statins"].supplied_from


def test_two_medications_that_contradict_each_other_are_neither() -> None:
    patient = read(referring(), medication(TOLD), medication(OTHER))
    assert {"conflicting_copies Medication/m", "medicine_not_included Medication"} <= set(codes(patient.issues))
    assert "none" == supply(patient, "medicines.statins")


def test_how_many_refer_to_what_is_not_here() -> None:
    patient = read(*(referring("Medication/x", id=f"s{number}") for number in range(3)))
    assert ["3"] == [each.message.split()[0] for each in patient.issues if each.code == "medicine_not_included"]


def test_hundreds_without_a_code_are_said_once() -> None:
    patient = read(*(named(concept(RXNORM, "617314"), id=f"s{number}") for number in range(300)))
    assert ["medicine_not_stated medicines"] == codes(patient.issues)
    assert 300 == len(patient.tables["medicines.all"].times)
