"""Every element of an Observation has a stated outcome: one row or more for each that the docstring names."""

import re
from typing import Any

import pytest

from cds.adapters.fhir import observation as reading
from cds.adapters.fhir import patient_from_fhir
from cds.codes import Attribute
from cds.operators.reasons import (
    AT_LEAST,
    AT_MOST,
    IMPLAUSIBLE_ONLY,
    KNOWN,
    NOT_COMPUTABLE,
    UNIT_NOT_UNDERSTOOD,
    VALUE_NOT_READ,
    WITHHELD,
)
from cds.patient import Patient
from tests.adapters.building import LOINC, SNOMED, UCUM, Json, at, bundle, concept, observation
from tests.adapters.made_up import AWAKE, KNOWN_SYSTEM, concepts

TIME = "2026-01-08T07:30:00+01:00"
DAY = "2026-01-08"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
MEANING = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
STRUCTURE = "http://hl7.org/fhir/StructureDefinition/observation-"
UNTOLD = (0.0, VALUE_NOT_READ)
NO_UNIT = (0.0, UNIT_NOT_UNDERSTOOD)
GLUCOSE = {"code": concept(LOINC, "15074-8"), "valueQuantity": None}
ASLEEP = {"code": concept(KNOWN_SYSTEM, "TEST-AWAKE"), "valueQuantity": None}


def mmol(value: Any = None, **fields: Any) -> Json:
    """A glucose."""
    quantity = {"value": value, "unit": "mmol/L", "code": "mmol/L", "system": UCUM} | fields
    return GLUCOSE | {"valueQuantity": {name: each for name, each in quantity.items() if each is not None}}


def meant(*codes: str, system: str = MEANING) -> Json:
    return {"interpretation": [concept(system, *codes)]}


def absent(code: str) -> Json:
    return {"dataAbsentReason": concept(ABSENT, code)}


def extension(name: str, **value: Any) -> Json:
    return {"extension": [{"url": f"{STRUCTURE}{name}", **value}]}


def coded(*codes: str, system: str = KNOWN_SYSTEM, **fields: Any) -> Json:
    return {"valueCodeableConcept": {"coding": [{"system": system, "code": code, **fields} for code in codes]}}


def weighed(number: float) -> Json:
    return {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/itemWeight", "valueDecimal": number}]}


def read(fields: Json) -> Patient:
    return patient_from_fhir(bundle(observation(**fields)), concepts=concepts(AWAKE))


def only(patient: Patient) -> tuple[float, int]:
    """The value and quality of the one reading."""
    tables = [each for each in patient.tables.values() if each.times]
    assert 1 == len(tables) == len(tables[0].times)
    return tables[0].values[0], tables[0].quality[0]


VALUES: list[tuple[str, Json, tuple[float, int], str]] = [
    ("valueQuantity", {}, (83.1, KNOWN), ""),
    ("valueQuantity", mmol(0.5, comparator="<"), (0.5, AT_MOST), ""),
    ("valueQuantity", mmol(27.8, comparator=">"), (27.8, AT_LEAST), ""),
    ("valueQuantity", mmol(27.8, comparator=">="), (27.8, AT_LEAST), ""),
    ("valueQuantity", mmol(27.8, comparator="~"), NO_UNIT, "comparator_not_understood"),
    ("valueQuantity", mmol(90, unit="mg/dL", code="mg/dL"), (4.995670419, KNOWN), ""),
    ("valueQuantity", mmol(5.4, unit="mmol/l", code="mmol/l"), (5.4, KNOWN), ""),
    ("valueQuantity", mmol(5.4, unit=None, code=None), NO_UNIT, "unit_missing"),
    ("interpretation", mmol(27.8) | meant(">"), (27.8, AT_LEAST), ""),
    ("interpretation", mmol(1.1) | meant("<"), (1.1, AT_MOST), ""),
    ("interpretation", mmol(27.8, comparator=">=") | meant(">"), (27.8, AT_LEAST), ""),
    ("interpretation", mmol(27.8, comparator="<") | meant(">"), NO_UNIT, "comparator_not_understood"),
    ("interpretation", mmol(27.8) | meant("<", ">"), NO_UNIT, "comparator_not_understood"),
    ("interpretation", mmol(27.8) | meant(">", system="http://hl7.org/fhir/v2/0078"), (27.8, AT_LEAST), ""),
    ("interpretation", mmol(27.8) | meant(">", system="https://example.org/signs"), (27.8, KNOWN), ""),
    ("interpretation", mmol(27.8) | meant("HX"), (27.8, KNOWN), ""),
    ("interpretation", mmol(2.1) | meant("LX"), (2.1, KNOWN), ""),
    ("interpretation", mmol(27.8) | meant("HH", "A"), (27.8, KNOWN), ""),
    ("interpretation", mmol(27.8) | {"interpretation": concept(MEANING, ">")}, (27.8, KNOWN), ""),
    ("interpretation", GLUCOSE | meant(">"), (0.1, AT_LEAST), "meter_limit_not_stated"),
    ("interpretation", GLUCOSE | meant("<"), (150.0, AT_MOST), "meter_limit_not_stated"),
    ("interpretation", mmol() | meant(">"), (0.1, AT_LEAST), "meter_limit_not_stated"),
    ("interpretation", GLUCOSE | meant(">") | absent("error"), (0.1, AT_LEAST), "meter_limit_not_stated"),
    ("value[x]", GLUCOSE | {"valueString": " hi "}, (0.1, AT_LEAST), "meter_limit_not_stated"),
    ("value[x]", GLUCOSE | {"valueString": "Lo"}, (150.0, AT_MOST), "meter_limit_not_stated"),
    ("value[x]", GLUCOSE | {"valueString": "5.4 mmol/L"}, UNTOLD, "value_not_a_number"),
    ("value[x]", GLUCOSE | {"valueInteger": 5}, NO_UNIT, "unit_missing"),
    ("value[x]", GLUCOSE | {"valueBoolean": True}, UNTOLD, "value_not_a_number"),
    ("value[x]", GLUCOSE | {"valueRange": {"low": {"value": 5}}}, UNTOLD, "value_not_a_number"),
    ("value[x]", GLUCOSE | coded("TEST-YES"), UNTOLD, "value_not_a_number"),
    ("value[x]", ASLEEP | coded("TEST-NO"), (4.0, KNOWN), ""),
    ("value[x]", ASLEEP | coded("TEST-NO", "TEST-OTHER"), (4.0, KNOWN), ""),
    ("value[x]", ASLEEP | coded("TEST-NO", "TEST-YES"), UNTOLD, "codes_disagree"),
    ("value[x]", ASLEEP | coded("TEST-OTHER"), UNTOLD, "answer_not_known"),
    ("value[x]", ASLEEP | coded("TEST-NO", system="https://example.org"), UNTOLD, "answer_not_known"),
    ("value[x]", ASLEEP | coded("TEST-OTHER", **weighed(1)), (1.0, KNOWN), ""),
    ("value[x]", ASLEEP | {"valueCodeableConcept": {"text": "sleepy"}}, UNTOLD, "answer_not_known"),
    ("value[x]", ASLEEP | {"valueBoolean": True}, (0.0, KNOWN), ""),
    ("value[x]", ASLEEP | {"valueBoolean": False}, (4.0, KNOWN), ""),
    ("value[x]", ASLEEP | {"valueString": "sleepy"}, (1.0, KNOWN), ""),
    ("value[x]", ASLEEP | {"valueString": "dozing"}, UNTOLD, "answer_not_known"),
    ("value[x]", ASLEEP | {"valueInteger": 1}, (1.0, KNOWN), ""),
    ("value[x]", ASLEEP | {"valueInteger": 9}, (0.0, NOT_COMPUTABLE), "implausible"),
    ("dataAbsentReason", GLUCOSE | absent("masked"), (0.0, WITHHELD), "value_withheld"),
    ("dataAbsentReason", mmol() | absent("masked"), (0.0, WITHHELD), "value_withheld"),
    ("dataAbsentReason", GLUCOSE | absent("as-text"), UNTOLD, "value_not_a_number"),
    ("dataAbsentReason", GLUCOSE | absent("not-a-number"), (0.0, IMPLAUSIBLE_ONLY), "value_not_finite"),
    ("dataAbsentReason", GLUCOSE | absent("positive-infinity"), (0.0, IMPLAUSIBLE_ONLY), "value_not_finite"),
    ("dataAbsentReason", GLUCOSE | absent("negative-infinity"), (0.0, IMPLAUSIBLE_ONLY), "value_not_finite"),
    ("dataAbsentReason", mmol(5.4) | absent("unknown"), (5.4, KNOWN), ""),
    ("code", {"code": concept(SNOMED, "27113001")}, (83.1, KNOWN), ""),
    ("status", {"status": "amended"}, (83.1, KNOWN), ""),
    ("subject", {"subject": {"reference": "Patient/1"}}, (83.1, KNOWN), ""),
    (
        "component",
        {
            "code": concept(LOINC, "35094-2"),
            "valueQuantity": None,
            "component": [{"code": concept(LOINC, "15074-8"), **meant(">"), "valueString": "over"}],
        },
        UNTOLD,
        "value_not_a_number",
    ),
    (
        "component",
        {
            "code": concept(LOINC, "35094-2"),
            "component": [{"code": concept(KNOWN_SYSTEM, "TEST-AWAKE"), "valueBoolean": False}],
        },
        (4.0, KNOWN),
        "",
    ),
    ("meta.security", {"meta": {"security": [{"code": "V"}]}}, (0.0, WITHHELD), "value_withheld"),
    ("category", {"category": [concept("http://terminology.hl7.org/CodeSystem/x", "survey")]}, (83.1, KNOWN), ""),
    ("encounter", {"encounter": {"reference": "Encounter/9"}}, (83.1, KNOWN), ""),
    ("note", {"note": [{"text": "with clothes on"}]}, (83.1, KNOWN), ""),
    ("method", {"method": concept(SNOMED, "371911009")}, (83.1, KNOWN), ""),
    ("specimen", {"specimen": {"reference": "Specimen/9"}}, (83.1, KNOWN), ""),
    ("referenceRange", {"referenceRange": [{"high": {"value": 80, "unit": "kg"}}]}, (83.1, KNOWN), ""),
    ("derivedFrom", {"derivedFrom": [{"reference": "Observation/9"}]}, (83.1, KNOWN), ""),
    ("basedOn", {"basedOn": [{"reference": "ServiceRequest/9"}]}, (83.1, KNOWN), ""),
    ("partOf", {"partOf": [{"reference": "Procedure/9"}]}, (83.1, KNOWN), ""),
    ("identifier", {"identifier": [{"value": "9"}]}, (83.1, KNOWN), ""),
]
"""Element, what stands there, (value, quality) of the reading, what is said of it."""

NOT_USED: list[tuple[str, Json, str]] = [
    ("code", {"code": concept(LOINC, "29463-8")}, "unlike_code"),
    ("code", {"code": concept(LOINC, "1-8")}, "unknown_code"),
    ("code", {"code": {"text": "weight"}}, "unknown_code"),
    ("status", {"status": "entered-in-error"}, "entered_in_error"),
    ("status", {"status": "preliminary"}, "status_not_used"),
    ("status", {"status": None}, "status_not_used"),
    ("subject", {"subject": {"reference": "Patient/2"}}, "other_patient"),
    ("subject", {"subject": None}, "ambiguous_subject"),
    ("focus", {"focus": [{"reference": "Patient/3"}]}, "other_patient"),
    ("effectiveDateTime", {"effectiveDateTime": None}, "time_missing"),
    ("effectiveDateTime", {"effectiveDateTime": "2026"}, "time_not_understood"),
    ("effectiveDateTime", {"effectiveDateTime": "2026-01"}, "time_not_understood"),
    ("effectiveDateTime", {"effectiveDateTime": "8.1.2026"}, "time_not_understood"),
    ("effectiveInstant", {"effectiveDateTime": None, "effectiveInstant": "soon"}, "time_not_understood"),
    ("effectivePeriod", {"effectiveDateTime": None, "effectivePeriod": {"start": TIME}}, "time_missing"),
    ("effectivePeriod", {"effectiveDateTime": None, "effectivePeriod": {"end": "2026"}}, "time_not_understood"),
    ("effectiveTiming", {"effectiveDateTime": None, "effectiveTiming": {"event": [TIME, DAY]}}, "time_not_understood"),
    ("effectiveTiming", {"effectiveDateTime": None, "effectiveTiming": {"repeat": {"count": 1}}}, "time_missing"),
    ("issued", {"issued": "2026-01-06T07:00:00Z"}, "future_dated"),
    ("valueQuantity", {"valueQuantity": None}, "value_missing"),
    ("valueQuantity", {"valueQuantity": {"unit": "kg"}}, "value_missing"),
    ("component", {"code": concept(LOINC, "85354-9"), "component": [], "valueQuantity": None}, "value_missing"),
    ("modifierExtension", {"modifierExtension": [{"url": "https://example.org/not"}]}, "meaning_changed"),
    ("implicitRules", {"implicitRules": "https://example.org/rules"}, "meaning_changed"),
    *(
        ("dataAbsentReason", GLUCOSE | absent(code), "value_missing")
        for code in (
            "unknown",
            "asked-unknown",
            "temp-unknown",
            "not-asked",
            "asked-declined",
            "not-applicable",
            "unsupported",
            "error",
            "not-performed",
            "not-permitted",
        )
    ),
]
"""Element, what stands there, why the Observation is not used."""

CONTEXT: list[tuple[str, Json, str, int]] = [
    ("effectiveDateTime", {}, TIME, 0),
    ("effectiveDateTime", {"effectiveDateTime": DAY}, DAY, Attribute.DATE_ONLY),
    ("effectiveInstant", {"effectiveDateTime": None, "effectiveInstant": TIME}, TIME, 0),
    ("effectivePeriod", {"effectiveDateTime": None, "effectivePeriod": {"start": DAY, "end": TIME}}, TIME, 0),
    ("effectivePeriod", {"effectiveDateTime": None, "effectivePeriod": {"end": DAY}}, DAY, Attribute.DATE_ONLY),
    ("effectiveTiming", {"effectiveDateTime": None, "effectiveTiming": {"event": [TIME]}}, TIME, 0),
    ("issued", {"issued": TIME}, TIME, 0),
    ("performer", {"performer": [{"reference": "Patient/1"}]}, TIME, 0),
    ("performer", {"performer": [{"reference": "Practitioner/1"}]}, TIME, 0),
    ("performer", {"performer": [{"identifier": {"value": "1"}, "display": "Kari"}]}, TIME, 0),
    ("performer", {"performer": [{"reference": "RelatedPerson/1"}]}, TIME, Attribute.RELATIVE),
    ("performer", {"performer": [{}, {"type": "RelatedPerson"}]}, TIME, Attribute.RELATIVE),
    ("device", {"device": {"reference": "Device/1"}}, TIME, Attribute.DEVICE),
    ("device", {"device": {"display": "scale"}, "performer": [{"type": "RelatedPerson"}]}, TIME, 4 + 8),
    ("device", {"device": "scale"}, TIME, 0),
    (
        "extension deviceCode",
        extension("deviceCode", valueCodeableConcept=concept(SNOMED, "469204003")),
        TIME,
        Attribute.DEVICE,
    ),
    (
        "extension deviceCode",
        extension("gatewayDevice", valueReference={"reference": "Device/1"}),
        TIME,
        Attribute.DEVICE,
    ),
    (
        "extension bodyPosition",
        extension("bodyPosition", valueCodeableConcept=concept(SNOMED, "10904000")),
        TIME,
        Attribute.STANDING,
    ),
    ("bodySite", {"bodySite": concept(SNOMED, "368208006")}, TIME, Attribute.LEFT),
    ("hasMember", {"hasMember": [{"reference": "Observation/9"}]}, TIME, 0),
]
"""Element, what stands there, when it counts as measured, and what is known of it besides."""


@pytest.mark.parametrize(("element", "fields", "found", "issue"), VALUES)
def test_values(element: str, fields: Json, found: tuple[float, int], issue: str) -> None:
    patient = read(fields)
    value, quality = only(patient)
    assert (pytest.approx(found[0]), found[1]) == (value, quality)
    assert {issue} - {""} == {each.code for each in patient.issues}


@pytest.mark.parametrize(("element", "fields", "issue"), NOT_USED)
def test_what_is_not_used(element: str, fields: Json, issue: str) -> None:
    patient = read(fields)
    assert ({}, [issue]) == (patient.tables, [each.code for each in patient.issues])


@pytest.mark.parametrize(("element", "fields", "time", "bits"), CONTEXT)
def test_context(element: str, fields: Json, time: str, bits: int) -> None:
    patient = read(fields)
    table = patient.tables["body_weight"]
    assert ([at(time)], [bits], ()) == (table.times, table.attribute, patient.issues)


def test_a_panel_that_only_names_its_members_is_not_missing_a_value() -> None:
    panel = {"code": concept(LOINC, "85354-9"), "valueQuantity": None, "hasMember": [{"reference": "Observation/s"}]}
    assert () == read(panel).issues


def test_every_element_that_the_docstring_names_has_a_row_here() -> None:
    """The table of the module and these rows are one."""
    document = reading.__doc__ or ""
    rows = [line for line in document.splitlines() if line.startswith("``")]
    named = {
        f"{name} {more.split(',')[0].split()[0]}" if name == "extension" else name
        for row in rows
        for name, more in re.findall(r"``([\w.\[\]]+)``([^`]*)", row[:38])
    }
    tested = {element for element, *_ in (*VALUES, *NOT_USED, *CONTEXT)}
    assert named == tested
