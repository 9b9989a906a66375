"""Medicines of any shape: always answered, whatever the order, and within bounds."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.adapters.fhir import patient_from_fhir
from tests.adapters.building import Json, bundle, codes, supply
from tests.adapters.medication import (
    ATC,
    METFORMIN,
    STATIN,
    administration,
    alert,
    amount,
    clocked,
    dispense,
    dosage,
    eresept,
    extension,
    in_roll,
    medication,
    read,
    repeating,
    report,
    request,
    sfm,
    statement,
)

REFERRING = {"medicationCodeableConcept": None, "medicationReference": {"reference": "Medication/m"}}
JOURNEY = "Første dose: 9/1 kl. 20:00. Siste dose: 10/1 kl. 8:00."
EVERYTHING: Json = bundle(
    statement(**REFERRING, **in_roll(eresept(repeating(1, "tablett")))),
    medication({"system": ATC, "code": STATIN}, ingredient=[{"itemReference": {"reference": "Medication/m"}}]),
    clocked(METFORMIN, dateAsserted="2026-01-01", effectivePeriod={"start": "2025-01-01", "end": "2026-05-05"}),
    request(dosageInstruction=[dosage(amount(1, "stk"), frequency=1, period=1, periodUnit="d", dayOfWeek=["mon"])]),
    request(METFORMIN, "kur", dosageInstruction=[dosage(boundsDuration=amount(10, "d"))], authoredOn="2026-01-01"),
    dispense(daysSupply=amount(30, "d")),
    dispense(METFORMIN, "q", quantity=amount(2), authorizingPrescription=[{"reference": "MedicationRequest/r"}]),
    administration(request={"reference": "MedicationRequest/r"}),
    report(),
    report("2026-01-09T12:00:00+01:00", "2", dosageInstruction=[{"text": JOURNEY}]),
    alert(implicated=[{"reference": "MedicationDispense/d"}]),
    alert("2026-01-12T08:00:00+01:00", "1.20"),
    {
        "resourceType": "Basic",
        "extension": [
            sfm(
                "pllInformation",
                extension(
                    "deliveryinformation",
                    extension("deliverydoc", valueReference={"reference": "MedicationDispense/q"}),
                    extension("datefirstdose", valueDate="2026-01-09"),
                    extension("datelastdose", valueDate="2026-01-22"),
                ),
            )
        ],
    },
)
EVERYTHING = json.loads(json.dumps(EVERYTHING))  # no part of it is shared
WRONG: list[Any] = [None, True, 7, -0.5, 1e308, "x", "", "2026", [], {}, [None], [[]], {"x": {}}, {"value": 1e308}]


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in the resources that are not the patient."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*path, key)
        yield from paths(each, (*path, key))


PLACES = [each for each in paths(EVERYTHING["entry"][1:]) if len(each) > 2 and each[2] != "resourceType"]


def spoiled(place: tuple[Any, ...], wrong: Any) -> Json:
    made = copy.deepcopy(EVERYTHING)
    held: Any = made["entry"][1:]
    for step in place[:-1]:
        held = held[step]
    held[place[-1]] = wrong
    return made


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_a_wrong_value_anywhere_is_answered(wrong: Any) -> None:
    for place in PLACES:
        patient = patient_from_fhir(spoiled(place, wrong))
        assert patient.tables["medicines.all"]
        for key, table in patient.tables.items():
            assert sorted(table.times) == table.times, (place, key)


@given(st.randoms())
def test_the_order_of_the_resources_does_not_matter(random: Any) -> None:
    entries = list(EVERYTHING["entry"])
    random.shuffle(entries)
    expected, found = patient_from_fhir(EVERYTHING), patient_from_fhir({**EVERYTHING, "entry": entries})
    assert expected.tables == found.tables
    assert sorted(codes(expected.issues)) == sorted(codes(found.issues))


def test_what_is_read_is_left_as_it_was() -> None:
    before = json.dumps(EVERYTHING)
    patient_from_fhir(EVERYTHING)
    assert before == json.dumps(EVERYTHING)


def test_medications_that_hold_themselves_many_times_over() -> None:
    inner = [{"itemReference": {"reference": "Medication/m"}}] * 2_000
    patient = read(
        *(statement(name=f"s{each}", **REFERRING) for each in range(200)),
        medication(code=None, ingredient=inner),
    )
    assert "none" == supply(patient, "medicines.statins")


def test_more_clock_times_than_can_be_laid_out() -> None:
    days = [f"20{each // 34:02}-{each % 12 + 1:02}-{each % 28 + 1:02}" for each in range(3_000)]
    medicines = [clocked(STATIN, id=f"s{number}", effectiveDateTime=each) for number, each in enumerate(days)]
    patient = read(*medicines, report("2000-01-01T08:00:00+01:00"), report("2090-02-01T08:00:00+01:00"), alert())
    assert "schedule_too_large doses" in codes(patient.issues)
    assert "none" == supply(patient, "doses.all") == supply(patient, "doses.statins")


def test_a_clock_that_was_never_set_lays_out_no_million_doses() -> None:
    """Laid out in full, these two messages would be 1.7 million doses and a gigabyte."""
    hours = [f"{each:02}:00:00" for each in range(24)]
    every_hour = dosage(amount(1, "stk"), frequency=24, period=1, periodUnit="d", timeOfDay=hours)
    reports = report("1900-02-01T08:00:00+01:00"), report("2099-02-02T08:00:00+01:00")
    patient = read(clocked(STATIN, dosage=[every_hour]), *reports)
    assert "schedule_too_large doses" in codes(patient.issues)
    assert "none" == supply(patient, "doses.all")
    assert len(patient.tables["doses.all"].times) < 150_000


def test_very_many_journeys_and_faults_are_little_work() -> None:
    """Were the work not in proportion, this would not end."""
    days = [f"{year}-{month:02}-{day:02}" for year in range(2000, 2090) for month in range(1, 13) for day in (1, 15)]
    times = [f"{each}T12:00:00+01:00" for each in days]
    patient = read(
        *(report(each, "2", f"t{number}") for number, each in enumerate(times)),
        *(alert(each, "1.5", f"f{number}") for number, each in enumerate(times)),
        *(alert(each.replace("12:", "13:"), "1.1", f"m{number}") for number, each in enumerate(times)),
    )
    assert 3 * len(times) == len(patient.tables["doses.all"].times)
