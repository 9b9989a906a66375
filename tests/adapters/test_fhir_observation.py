"""What becomes of Observations: values, times, codes, panels, and the ones that are not used."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.adapters.fhir import patient_from_fhir
from cds.codes import Attribute
from cds.operators.logic import without_noise
from cds.operators.reasons import (
    AT_LEAST,
    AT_MOST,
    IMPLAUSIBLE_ONLY,
    KNOWN,
    NO_DATA,
    UNIT_NOT_UNDERSTOOD,
    VALUE_NOT_READ,
    WITHHELD,
)
from cds.operators.series import FIRST_TIME
from cds.patient import Patient
from cds.units import unit_id
from tests.adapters.building import (
    LOINC,
    SNOMED,
    UCUM,
    Json,
    at,
    bundle,
    codes,
    concept,
    contents,
    observation,
    pressure,
    rows,
    supply,
)

MORNING = "2026-01-08T07:30:00+01:00"
RESTRICTED = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]}
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"


def read(*resources: Json) -> Patient:
    return patient_from_fhir(bundle(*resources))


def test_a_reading() -> None:
    table = read(observation(83100, "g", issued="2026-01-08T08:00:00Z")).tables["body_weight"]
    expected = (at(MORNING), at("2026-01-08T08:00Z"), 60, 83.1, 83100.0, unit_id("g"), 0, KNOWN, "Observation/w")
    assert [expected] == rows(table)


@pytest.mark.parametrize(
    ("quantity", "value", "quality", "issue"),
    [
        ({"value": 83.1, "code": "kg", "system": UCUM}, 83.1, KNOWN, ""),
        ({"value": 83.1, "unit": "kg"}, 83.1, KNOWN, ""),
        ({"value": 83.1, "code": "kg"}, 83.1, KNOWN, ""),
        ({"value": 83.1, "unit": "kilogram", "code": "kg", "system": UCUM}, 83.1, KNOWN, ""),
        ({"value": 83.1, "unit": "body mass", "code": "kg", "system": UCUM}, 83.1, KNOWN, ""),
        ({"value": 83.1, "unit": "kg", "code": "258683005", "system": SNOMED}, 83.1, KNOWN, ""),
        ({"value": 200, "unit": "lbs", "code": "[lb_av]", "system": UCUM}, 90.718474, KNOWN, ""),
        ({"value": 83100, "unit": "g", "code": "kg", "system": UCUM}, 0.0, UNIT_NOT_UNDERSTOOD, "unit_not_understood"),
        ({"value": 83.1, "unit": "stone"}, 0.0, UNIT_NOT_UNDERSTOOD, "unit_not_understood"),
        ({"value": 83.1, "code": "cm"}, 0.0, UNIT_NOT_UNDERSTOOD, "unit_not_understood"),
        ({"value": 83.1}, 0.0, UNIT_NOT_UNDERSTOOD, "unit_missing"),
        ({"value": 83.1, "unit": ""}, 0.0, UNIT_NOT_UNDERSTOOD, "unit_missing"),
        ({"value": 83.1, "unit": ["kg"]}, 0.0, UNIT_NOT_UNDERSTOOD, "unit_missing"),
        ({"value": "83.1", "unit": "kg"}, 0.0, VALUE_NOT_READ, "value_not_a_number"),
        ({"value": True, "unit": "kg"}, 0.0, VALUE_NOT_READ, "value_not_a_number"),
        ({"value": 8310, "unit": "kg"}, 8310.0, IMPLAUSIBLE_ONLY, "implausible"),
        ({"value": float("inf"), "unit": "kg"}, 0.0, IMPLAUSIBLE_ONLY, "value_not_finite"),
        ({"value": 160, "unit": "kg", "comparator": ">"}, 160.0, AT_LEAST, ""),
        ({"value": 160, "unit": "kg", "comparator": "<="}, 160.0, AT_MOST, ""),
        ({"value": 160, "unit": "kg", "comparator": "ad"}, 0.0, UNIT_NOT_UNDERSTOOD, "comparator_not_understood"),
    ],
)
def test_quantities(quantity: Json, value: float, quality: int, issue: str) -> None:
    patient = read(observation(valueQuantity=quantity))
    table = patient.tables["body_weight"]
    assert ([value], [quality]) == (table.values, table.quality)
    assert [f"{issue} Observation/w"] * bool(issue) == codes(patient.issues)


@pytest.mark.parametrize(
    ("fields", "value", "quality", "issue"),
    [
        ({"valueString": "HI"}, 0.1, AT_LEAST, "meter_limit_not_stated"),
        ({"valueString": "LO"}, 150.0, AT_MOST, "meter_limit_not_stated"),
        ({"valueString": "high-ish"}, 0.0, VALUE_NOT_READ, "value_not_a_number"),
        ({"valueInteger": 7}, 0.0, UNIT_NOT_UNDERSTOOD, "unit_missing"),
        ({"valueCodeableConcept": {"text": "7"}}, 0.0, VALUE_NOT_READ, "value_not_a_number"),
        ({"dataAbsentReason": concept(ABSENT, "masked")}, 0.0, WITHHELD, "value_withheld"),
    ],
)
def test_other_values(fields: Json, value: float, quality: int, issue: str) -> None:
    patient = read(observation(code=concept(LOINC, "15074-8"), valueQuantity=None, **fields))
    table = patient.tables["glucose"]
    assert ([value], [quality]) == (table.values, table.quality)
    assert [f"{issue} Observation/w"] == codes(patient.issues)


@pytest.mark.parametrize(
    ("fields", "issue"),
    [
        ({"status": "entered-in-error"}, "entered_in_error"),
        ({"status": "preliminary"}, "status_not_used"),
        ({"status": "registered"}, "status_not_used"),
        ({"status": "cancelled"}, "status_not_used"),
        ({"status": "unknown"}, "status_not_used"),
        ({"status": None}, "status_not_used"),
        ({"status": ["final"]}, "status_not_used"),
        ({"valueQuantity": None}, "value_missing"),
        ({"valueQuantity": {"unit": "kg"}}, "value_missing"),
        ({"valueQuantity": None, "dataAbsentReason": concept(ABSENT, "unknown")}, "value_missing"),
        ({"effectiveDateTime": None}, "time_missing"),
        ({"effectiveDateTime": "2026-01"}, "time_not_understood"),
        ({"effectiveDateTime": 2026}, "time_not_understood"),
        ({"effectiveDateTime": None, "effectivePeriod": {"start": MORNING}}, "time_missing"),
        ({"effectiveDateTime": None, "effectiveTiming": {"event": [MORNING, MORNING]}}, "time_not_understood"),
        ({"issued": "2026-01-06T07:30:00+01:00"}, "future_dated"),
        ({"modifierExtension": [{"url": "http://example.org/not"}]}, "meaning_changed"),
        ({"implicitRules": "http://example.org/rules"}, "meaning_changed"),
        ({"subject": None}, "ambiguous_subject"),
        ({"subject": {"display": "the patient"}}, "ambiguous_subject"),
        ({"subject": {"reference": "Patient/2"}}, "other_patient"),
        ({"code": {"coding": [*concept(LOINC, "29463-7", "8867-4")["coding"]]}}, "codes_disagree"),
    ],
)
def test_observations_that_are_not_used(fields: Json, issue: str) -> None:
    patient = read(observation(**fields))
    assert {} == patient.tables
    assert issue in [each.code for each in patient.issues]
    assert "none" == supply(patient, "body_weight")


@pytest.mark.parametrize(
    ("fields", "time", "bits"),
    [
        ({"effectiveDateTime": MORNING}, MORNING, 0),
        ({"effectiveDateTime": "2026-01-08"}, "2026-01-08", Attribute.DATE_ONLY),
        ({"effectiveDateTime": None, "effectiveInstant": MORNING}, MORNING, 0),
        ({"effectiveDateTime": None, "effectivePeriod": {"start": "2026-01-08", "end": MORNING}}, MORNING, 0),
        ({"status": "corrected"}, MORNING, 0),
    ],
)
def test_times(fields: Json, time: str, bits: int) -> None:
    patient = read(observation(**fields))
    table = patient.tables["body_weight"]
    assert ([at(time)], [bits], [FIRST_TIME], ()) == (table.times, table.attribute, table.recorded, patient.issues)


@pytest.mark.parametrize(
    ("fields", "bits"),
    [
        ({"bodySite": concept(SNOMED, "368208006")}, Attribute.LEFT),
        ({"bodySite": concept(SNOMED, "368209003")}, Attribute.RIGHT),
        ({"bodySite": concept(SNOMED, "61685007")}, 0),
        ({"device": {"reference": "Device/1"}}, Attribute.DEVICE),
        ({"performer": [{"reference": "RelatedPerson/3"}]}, Attribute.RELATIVE),
        ({"performer": [{"reference": "Practitioner/3"}]}, 0),
        (
            {
                "extension": [
                    {
                        "url": "http://hl7.org/fhir/StructureDefinition/observation-bodyPosition",
                        "valueCodeableConcept": concept(SNOMED, "33586001"),
                    }
                ]
            },
            Attribute.SITTING,
        ),
        ({"extension": [{"url": "http://example.org", "valueCodeableConcept": concept(SNOMED, "33586001")}]}, 0),
    ],
)
def test_attributes(fields: Json, bits: int) -> None:
    patient = read(pressure(**fields))
    assert ([bits], ()) == (patient.tables["blood_pressure.systolic"].attribute, patient.issues)


@pytest.mark.parametrize(
    ("security", "quality"),
    [
        ([{"code": "R"}], WITHHELD),
        ([{"code": "V", "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"}], WITHHELD),
        ([{"code": "N", "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"}], KNOWN),
        ([{"code": "MASKED", "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"}], WITHHELD),
        ([{"code": "REDACTED"}], WITHHELD),
        ([{"code": "N"}, {"code": "R"}], WITHHELD),
        ([{"code": "R", "system": "http://example.org/colours"}], KNOWN),
        ([{"code": ["R"]}], KNOWN),
        ([7], KNOWN),
        ("R", KNOWN),
        ([], KNOWN),
    ],
)
def test_masked_readings_stay_without_their_value(security: Any, quality: int) -> None:
    patient = read(observation(meta={"security": security}), pressure(id="p", meta={"security": security}))
    masked = quality == WITHHELD
    for key, value in (("body_weight", 83.1), ("blood_pressure.systolic", 135.0), ("blood_pressure.diastolic", 85.0)):
        table = patient.tables[key]
        assert ([0.0 if masked else value], [quality]) == (table.values, table.quality)
    assert masked == ("value_withheld Observation/w" in codes(patient.issues))


@pytest.mark.parametrize("fields", [{"code": None}, {"code": {"text": "masked"}}])
def test_a_masked_observation_of_anything_leaves_every_measurement_open(fields: Json) -> None:
    patient = patient_from_fhir(bundle(observation(), observation(id="m", meta=RESTRICTED, **fields)))
    assert "none" == supply(patient, "body_weight")
    patient = patient_from_fhir(bundle(observation(id="m", meta=RESTRICTED, **fields)), supplied={"glucose": True})
    assert "none" == supply(patient, "glucose")


def test_a_masked_observation_without_a_time_leaves_its_measurement_open() -> None:
    patient = read(observation(), observation(id="m", meta=RESTRICTED, effectiveDateTime=None), pressure(id="p"))
    assert "none" == supply(patient, "body_weight")
    assert "all" == supply(patient, "blood_pressure.systolic")


def test_a_panel() -> None:
    patient = read(pressure())
    systolic, diastolic = (patient.tables[f"blood_pressure.{part}"] for part in ("systolic", "diastolic"))
    assert ([135.0], [85.0], systolic.group) == (systolic.values, diastolic.values, diastolic.group)
    assert "all" == supply(patient, "blood_pressure.diastolic")


def parts(*values: Any) -> list[Json]:
    return [{"code": concept(LOINC, code), "valueQuantity": {"value": value, "unit": "mmHg"}} for code, value in values]


@pytest.mark.parametrize(
    ("fields", "systolic", "diastolic", "issues"),
    [
        (
            {"component": parts(("8480-6", 135))},
            (135.0, KNOWN),
            (0.0, NO_DATA),
            ["part_missing Observation/w.diastolic"],
        ),
        (
            {"component": parts(("8480-6", 135), ("8462-4", 999))},
            (135.0, KNOWN),
            (999.0, IMPLAUSIBLE_ONLY),
            ["implausible Observation/w"],
        ),
        (
            {"component": [*parts(("8480-6", 135)), {"code": concept(LOINC, "8462-4"), "dataAbsentReason": {}}]},
            (135.0, KNOWN),
            (0.0, NO_DATA),
            ["part_missing Observation/w.diastolic"],
        ),
        ({"component": parts(("8480-6", 135), ("8462-4", 85), ("8480-6", 135))}, (135.0, KNOWN), (85.0, KNOWN), []),
        (
            {"component": parts(("8480-6", 135), ("8462-4", 85), ("8480-6", 175))},
            (0.0, VALUE_NOT_READ),
            (85.0, KNOWN),
            ["part_twice Observation/w"],
        ),
        (
            {"code": concept(LOINC, "35094-2"), "component": parts(("8480-6", 135), ("8462-4", 85))},
            (135.0, KNOWN),
            (85.0, KNOWN),
            [],
        ),
        (
            {"code": concept(SNOMED, "75367002"), "component": parts(("8480-6", 135), ("8462-4", 85))},
            (135.0, KNOWN),
            (85.0, KNOWN),
            [],
        ),
    ],
)
def test_parts_of_a_panel(
    fields: Json, systolic: tuple[float, int], diastolic: tuple[float, int], issues: list[str]
) -> None:
    patient = read(pressure(**fields))
    for part, (value, quality) in (("systolic", systolic), ("diastolic", diastolic)):
        table = patient.tables[f"blood_pressure.{part}"]
        assert ([value], [quality]) == (table.values, table.quality)
    assert issues == codes(patient.issues)


def test_a_component_with_another_meaning_spoils_its_observation() -> None:
    changed = [*parts(("8480-6", 135)), {**parts(("8462-4", 85))[0], "modifierExtension": [{"url": "x"}]}]
    patient = read(pressure(component=changed))
    assert ({}, ["meaning_changed Observation/w"]) == (patient.tables, codes(patient.issues))


def alone(code: str, value: float, name: str, **fields: Any) -> Json:
    return observation(value, "mm[Hg]", code=concept(LOINC, code), id=name, **fields)


def test_parts_that_came_alone_are_joined() -> None:
    patient = read(alone("8480-6", 135, "s"), alone("8462-4", 85, "d", issued="2026-01-08T08:00:00Z"))
    systolic, diastolic = (patient.tables[f"blood_pressure.{part}"] for part in ("systolic", "diastolic"))
    assert ([135.0], [85.0]) == (systolic.values, diastolic.values)
    assert ["Observation/d, Observation/s"] == systolic.references
    assert [at("2026-01-08T08:00Z")] == systolic.recorded
    assert () == patient.issues


def test_parts_that_came_again_add_nothing() -> None:
    """Servers send a panel with its members beside it."""
    members = [{"reference": "Observation/s"}, {"reference": "Observation/d"}]
    patient = read(pressure(hasMember=members), alone("8480-6", 135, "s"), alone("8462-4", 85, "d"))
    assert [135.0] == patient.tables["blood_pressure.systolic"].values
    assert () == patient.issues


def test_a_panel_that_only_names_its_members_is_not_missing_a_value() -> None:
    members = [{"reference": "Observation/s"}, {"reference": "Observation/d"}]
    patient = read(pressure(component=None, hasMember=members), alone("8480-6", 135, "s"), alone("8462-4", 85, "d"))
    assert ([135.0], ()) == (patient.tables["blood_pressure.systolic"].values, patient.issues)


def test_parts_that_differ_are_kept_apart() -> None:
    patient = read(pressure(), alone("8480-6", 175, "s"))
    assert [0.0, 85.0] == sorted(patient.tables["blood_pressure.diastolic"].values)
    patient = read(alone("8480-6", 135, "a"), alone("8480-6", 145, "b"), alone("8462-4", 85, "c"))
    assert [NO_DATA, NO_DATA, KNOWN] == sorted(patient.tables["blood_pressure.diastolic"].quality, reverse=True)


def test_a_part_without_the_other_says_so() -> None:
    patient = read(alone("8480-6", 135, "s"))
    assert ["part_missing Observation/s.diastolic"] == codes(patient.issues)


def test_codes_that_no_concept_uses_are_counted() -> None:
    others = [observation(code=concept(LOINC, "4548-4"), id=f"o{number}") for number in range(3)]
    patient = read(observation(), *others, observation(code=None, id="n"))
    assert ["unknown_code Observation"] == codes(patient.issues)
    assert patient.issues[0].message.startswith("4 observations")


def test_a_slip_in_a_code_is_pointed_out_once() -> None:
    slips = [observation(code=concept(LOINC, "29563-7"), id=f"s{number}") for number in range(3)]
    patient = read(*slips)
    assert ["unlike_code Observation/s0"] == codes(patient.issues)
    assert "29463-7" in patient.issues[0].message and "body_weight" in patient.issues[0].message
    assert {} == patient.tables


def test_a_code_with_a_translation_of_its_own() -> None:
    coding = [{"code": "VEKT", "system": "http://example.org"}, *concept(LOINC, "29463-7")["coding"]]
    assert [83.1] == read(observation(code={"coding": coding})).tables["body_weight"].values


@pytest.mark.parametrize(
    ("system", "code", "unit", "value", "key"),
    [
        ("urn:oid:2.16.578.1.12.4.1.1.7280", "NPU02187", "mmol/l", 5.5, "glucose"),
        (LOINC, "2339-0", "mg/dL", 180.156, "glucose"),
        (LOINC, "8310-5", "[degF]", 98.6, "body_temperature"),
        (LOINC, "59408-5", "%", 97, "oxygen_saturation"),
        (LOINC, "8867-4", "{beats}/min", 72, "heart_rate"),
        (SNOMED, "271625008", "/min", 16, "respiratory_rate"),
        (LOINC, "19935-6", "L/min", 420, "peak_expiratory_flow"),
        (LOINC, "6301-6", "{INR}", 2.5, "inr"),
        (LOINC, "59261-8", "mmol/mol", 53, "hba1c"),
        (LOINC, "8302-2", "m", 1.75, "body_height"),
    ],
)
def test_measurements(system: str, code: str, unit: str, value: float, key: str) -> None:
    patient = read(observation(value, unit, code=concept(system, code)))
    assert ([KNOWN], ()) == (patient.tables[key].quality, patient.issues)


READINGS = st.builds(
    lambda number, value, unit, time, issued, status, kind: kind(value, unit, time, issued, status, f"o{number}"),
    st.integers(0, 10_000),
    st.sampled_from([83.1, 82.9, 8310, "x", None]),
    st.sampled_from(["kg", "g", ""]),
    st.sampled_from([MORNING, "2026-01-08", "2026-01-07T06:30:00Z"]),
    st.sampled_from([None, "2026-01-08T08:00:00Z", "2026-01-09T08:00:00Z"]),
    st.sampled_from(["final", "amended", "entered-in-error"]),
    st.sampled_from(
        [
            lambda value, unit, time, issued, status, name: observation(
                value, unit, time, issued=issued, status=status, id=name
            ),
            lambda value, unit, time, issued, status, name: pressure(
                135, 85, effectiveDateTime=time, issued=issued, status=status, id=name
            ),
            lambda value, unit, time, issued, status, name: alone(
                "8480-6", 135, name, effectiveDateTime=time, issued=issued, status=status
            ),
            lambda value, unit, time, issued, status, name: alone(
                "8462-4", 85, name, effectiveDateTime=time, issued=issued, status=status
            ),
        ]
    ),
)


@given(st.lists(READINGS, max_size=8, unique_by=lambda each: each["id"]), st.randoms())
def test_the_order_of_entries_does_not_matter(resources: list[Json], random: Any) -> None:
    mixed = list(resources)
    random.shuffle(mixed)
    one, other = read(*resources), read(*mixed)
    assert contents(one) == contents(other)
    assert one.issues == other.issues


@given(st.integers(500, 500_000).map(lambda grams: grams / 1000))
def test_the_unit_of_arrival_does_not_matter(kilograms: float) -> None:
    for value, unit in ((kilograms * 1000, "g"), (kilograms / 0.45359237, "[lb_av]")):
        found = read(observation(value, unit)).tables["body_weight"].values
        assert [without_noise(kilograms)] == [without_noise(each) for each in found]


@pytest.mark.parametrize(
    "time",
    [
        "2026-01-08T06:30:00Z",
        "2026-01-08T06:30:00+00:00",
        "2026-01-08T07:30:00.000+01:00",
        "2026-01-08T16:30:00+10:00",
        "2026-01-07T20:30:00-10:00",
        "2026-01-08T07:30",
    ],
)
def test_the_notation_of_the_time_zone_does_not_matter(time: str) -> None:
    assert contents(read(observation())) == contents(read(observation(time=time)))
