"""Bundles shaped as the welfare technology hub (VKP) sends them, through the shipped rulesets.

The patient is known by a national identity number only, and so is the performer; the codes, units and times are those
seen in the hub's profiles, its guide and its examples. What the rulesets should find is counted here, in plain Python.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cds
from cds.result import Finding
from tests.adapters.building import LOINC, SNOMED, UCUM, Json

RULESETS = Path(__file__).parents[2] / "rulesets"
NUMBER = {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "05073500186"}
NPU = "urn:oid:2.16.578.1.12.4.1.1.7280"
ICPC = "urn:oid:2.16.578.1.12.4.1.1.7170"
AT = "2026-01-15T12:00"


def person() -> Json:
    return {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{**NUMBER, "system": "http://hl7.no/fhir/NamingSystem/FNR"}],
        "birthDate": "1950-05-17",
        "gender": "female",
    }


def coding(**codes: str) -> Json:
    systems = {"loinc": LOINC, "sct": SNOMED, "npu": NPU}
    return {"coding": [{"system": systems[name], "code": code} for name, code in codes.items()]}


def measured(name: str, time: str, code: Json, **fields: Any) -> Json:
    """An Observation as the hub's profile has it."""
    return {
        "resourceType": "Observation",
        "id": name,
        "meta": {"profile": ["http://ehelse.no/fhir/StructureDefinition/vkp-Observation-v090"]},
        "status": "final",
        "code": code,
        "subject": {"identifier": NUMBER, "display": "Line Danser"},
        "performer": [
            {"identifier": {"system": NUMBER["system"], "value": "13116900216"}, "display": "Ærlend Sørgård"}
        ],
        "effectiveDateTime": time,
        **fields,
    }


def quantity(value: float, unit: str) -> Json:
    return {"valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit}}


def diagnosis(code: str) -> Json:
    return {
        "resourceType": "Condition",
        "id": f"d{code}",
        "subject": {"identifier": NUMBER},
        "code": {"coding": [{"system": ICPC, "code": code}]},
    }


@cache
def shipped(name: str) -> cds.Ruleset:
    return cds.load(RULESETS / f"{name}.yaml")


def findings(ruleset: str, *resources: Json) -> dict[str, Finding]:
    """What a shipped ruleset finds, by rule."""
    entries = [{"resource": each} for each in (person(), diagnosis("A97"), *resources)]
    patient = cds.Patient.from_fhir({"resourceType": "Bundle", "type": "collection", "entry": entries})
    result = shipped(ruleset).evaluate(patient, at=AT, allow_draft=True)
    assert () == result.issues
    return {each.rule.name: each for each in result.findings}


def weights(grams: Sequence[int]) -> list[Json]:
    """One a day until today, without a clock time."""
    return [
        measured(f"w{day}", f"2026-01-{day:02}", coding(sct="27113001", loinc="29463-7"), **quantity(each, "g"))
        for day, each in enumerate(grams, 16 - len(grams))
    ]


@pytest.mark.parametrize(
    "grams",
    [
        (83100, 83400, 84300, 85100),
        (83100, 83400, 84300, 85101),
        (83100, 82000, 84300, 83900),
        (90000, 83100, 83100, 83100, 85000),
    ],
)
def test_weights_in_grams_without_a_clock(grams: Sequence[int]) -> None:
    """The rise since 00:00 of the day three before, against 2 kg."""
    gain = Fraction(grams[-1] - min(grams[-4:]), 1000)
    found = findings("heart-failure-weight", diagnosis("K77"), *weights(grams))["weight_gain"]
    assert ("fired" if gain > 2 else "not_fired", pytest.approx(float(gain))) == (found.status, found.value)


PANELS = (
    coding(sct="75367002", loinc="85354-9"),
    coding(sct="75367002"),
)
PARTS = (
    (coding(sct="271649006", loinc="8480-6"), coding(sct="271650006", loinc="8462-4")),
    (coding(sct="4471000202106"), coding(sct="4481000202108")),
)
"""The hub's codes, and those of the national vital signs profiles."""


def pressures(values: Sequence[tuple[int, int]], *clocks: str) -> list[Json]:
    """Four a day until yesterday, the variants of the codes taking turns."""
    made: list[Json] = []
    for number, (systolic, diastolic) in enumerate(values):
        day, variant = 9 + number // len(clocks), number % 2
        clock = clocks[number % len(clocks)]
        time = f"2026-01-{day:02}T{clock}:00+01:00" if clock else f"2026-01-{day:02}"
        parts = [
            {"code": code, **quantity(each, "mm[Hg]")}
            for code, each in zip(PARTS[variant], (systolic, diastolic), strict=True)
        ]
        made.append(measured(f"b{number}", time, PANELS[variant], component=parts))
    return made


WEEK = [(130 + 3 * (number % 5), 78 + number % 7) for number in range(24)]


@pytest.mark.parametrize("more", [-4, 0, 1, 2, 3, 8])
def test_blood_pressures_in_both_codings(more: int) -> None:
    """The mean of morning and evening, two of each, without the first day, against 135/85."""
    week = [(systolic + more, diastolic + more) for systolic, diastolic in WEEK]
    counted = week[4:]
    systolic, diastolic = (Fraction(sum(each), len(counted)) for each in zip(*counted, strict=True))
    clocks = ("07:00", "07:05", "20:00", "20:05")
    found = findings("home-blood-pressure", *pressures(week, *clocks))["above_target"]
    assert ("fired" if systolic >= 135 or diastolic >= 85 else "not_fired") == found.status
    assert found.value in (pytest.approx(float(systolic)), pytest.approx(float(diastolic)))


def test_blood_pressures_without_a_clock_are_of_no_session() -> None:
    """So that nobody can tell whether the week is above its target: unknown, and never green."""
    found = findings("home-blood-pressure", *pressures(WEEK[:6], ""))
    assert "unknown" == found["above_target"].status


def glucoses(*values: float, unit: str = "mmol/l") -> list[Json]:
    """Three hours apart, the newest at 11:00 today."""
    return [
        measured(
            f"g{number}", f"2026-01-15T{11 - 3 * number:02}:00:00+01:00", coding(npu="NPU02187"), **quantity(each, unit)
        )
        for number, each in enumerate(values)
    ]


@pytest.mark.parametrize("values", [(5.4, 6.1), (3.9, 6.1), (3.8, 6.1), (2.9, 6.1), (3.0, 3.1, 3.2), (5.4, 2.9)])
def test_glucose_in_npu_with_a_small_l(values: Sequence[float]) -> None:
    found = findings("glucose-self-measured", diagnosis("T90"), *glucoses(*values))
    newest = values[0]
    colour = "red" if newest < 3.0 else "yellow" if newest < 3.9 else "green"
    assert (colour, pytest.approx(newest)) == (found["low_glucose"].colour, found["low_glucose"].value)
    lows = sum(each < 3.9 for each in values)
    assert ("fired" if lows >= 3 else "not_fired", lows) == (
        found["repeated_lows"].status,
        found["repeated_lows"].value,
    )


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [(88, 88, "fired"), (90, 88, "unconfirmed"), (88, 90, "not_fired"), (92, 94, "not_fired")],
)
def test_saturations(first: int, second: int, status: str) -> None:
    made = [
        measured(
            name, f"2026-01-15T11:{minute}:00+01:00", coding(sct="431314004", loinc="2708-6"), **quantity(each, "%")
        )
        for name, minute, each in (("s1", "00", first), ("s2", "10", second))
    ]
    assert status == findings("oxygen-saturation", diagnosis("R95"), *made)["low"].status


@pytest.mark.parametrize(
    ("value", "colour"), [(4.4, "green"), (4.5, "yellow"), (5.0, "yellow"), (5.1, "orange"), (8.1, "red")]
)
def test_inr_in_npu(value: float, colour: str) -> None:
    made = measured("i", "2026-01-14T09:00:00+01:00", coding(npu="NPU01685"), **quantity(value, "1"))
    assert colour == findings("inr", made)["high_inr"].colour


def test_whoever_is_named_by_another_number_is_somebody_else() -> None:
    other = weights((83100, 90000))
    for each in other:
        each["subject"] = {"identifier": {**NUMBER, "value": "13116900216"}}
    entries = [{"resource": each} for each in (person(), diagnosis("K77"), *other)]
    patient = cds.Patient.from_fhir({"resourceType": "Bundle", "type": "collection", "entry": entries})
    assert ["other_patient", "other_patient"] == [each.code for each in patient.facts.issues]
    assert "body_weight" not in patient.facts.tables
