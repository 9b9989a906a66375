"""Very many rows at one instant: bounded work, and never a value picked among them."""

from typing import Any

from cds.adapters.fhir import patient_from_fhir
from cds.adapters.layout import MOST_AT_ONCE
from cds.adapters.records import patient_from_dict
from cds.catalogue import shared_concepts
from cds.operators.reasons import CONFLICT, KNOWN, NOT_JUDGED

TIME = "2026-01-08 07:30"


def weights(values: list[float]) -> Any:
    rows = [{"time": TIME, "value": value, "unit": "kg"} for value in values]
    return patient_from_dict({"id": "p", "readings": {"body_weight": rows}}, concepts=shared_concepts())


def test_more_different_readings_than_anybody_takes_are_one_conflict() -> None:
    patient = weights([80 + place / 1000 for place in range(20_000)])
    table = patient.tables["body_weight"]
    assert [CONFLICT] == table.quality
    assert [0.0] == table.values
    assert [("too_many_at_once", "readings.body_weight")] == [(each.code, each.place) for each in patient.issues]


def test_one_reading_sent_over_and_over_is_that_reading() -> None:
    patient = weights([81.0] * 20_000)
    assert ([81.0], [KNOWN]) == (patient.tables["body_weight"].values, patient.tables["body_weight"].quality)
    assert () == patient.issues


def test_as_many_as_are_accepted_stay() -> None:
    patient = weights([80 + place / 1000 for place in range(MOST_AT_ONCE)])
    assert MOST_AT_ONCE == len(patient.tables["body_weight"].times)


def test_one_dose_told_over_and_over_is_not_judged() -> None:
    doses = [{"planned": TIME, "status": "taken" if place % 2 else "missed"} for place in range(20_000)]
    patient = patient_from_dict({"id": "p", "doses": doses}, concepts=shared_concepts())
    assert [NOT_JUDGED] == patient.tables["doses.all"].quality


def test_the_same_dispense_twice_counts_once_and_is_said() -> None:
    row = {"time": "2026-01-02", "atc": "C10AA05", "days": 30}
    rows = [{**row, "id": "a"}, {**row, "id": "b"}, {**row, "atc": "C10AA07"}]
    patient = patient_from_dict({"id": "1", "dispenses": rows})
    assert [30.0, 30.0] == patient.tables["supply.statins"].values
    assert [("dispense_twice", "b")] == [(each.code, each.place) for each in patient.issues]


def test_too_many_at_once_is_said_of_a_bundle_too() -> None:
    code = {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}
    weight = {"resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/1"}, "code": code}
    entries = [{"resource": {"resourceType": "Patient", "id": "1"}}]
    for place in range(MOST_AT_ONCE + 1):
        value = {"value": 80 + place / 1000, "code": "kg", "system": "http://unitsofmeasure.org"}
        time = {"id": f"w{place}", "effectiveDateTime": "2026-01-08T07:30:00+01:00", "valueQuantity": value}
        entries.append({"resource": {**weight, **time}})
    patient = patient_from_fhir({"resourceType": "Bundle", "type": "collection", "entry": entries})
    assert [CONFLICT] == patient.tables["body_weight"].quality
    assert ["too_many_at_once"] == [each.code for each in patient.issues]
