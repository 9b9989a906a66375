"""What becomes of Conditions: which diagnosis, from when to when, and how sure."""

from itertools import pairwise

import pytest

from cds.adapters.fhir import patient_from_fhir
from cds.catalogue import shared_concepts
from cds.operators.reasons import KNOWN, NOT_CERTAIN, WITHHELD
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.patient import Patient
from tests.adapters.building import SNOMED, Json, at, bundle, codes, concept, condition, supply

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
MASKED = {"security": [{"code": "R"}]}


def read(*resources: Json) -> Patient:
    return patient_from_fhir(bundle(*resources))


def clinical(word: str) -> Json:
    return {"clinicalStatus": concept(CLINICAL, word)}


def verified(word: str) -> Json:
    return {"verificationStatus": concept(VERIFICATION, word)}


Spans = list[tuple[int, int, int]]
WHOLE: Spans = [(FIRST_TIME, LAST_TIME, KNOWN)]
MAY, JUNE = at("2019-05-01"), at("2020-06-10")


def spans(patient: Patient, name: str = "heart_failure") -> Spans:
    table = patient.tables[f"conditions.{name}"]
    return [
        (start, int(end), quality) for start, end, quality in zip(table.times, table.values, table.quality, strict=True)
    ]


@pytest.mark.parametrize(
    ("fields", "expected", "issues"),
    [
        ({}, WHOLE, []),
        (clinical("active"), WHOLE, []),
        (clinical("recurrence"), WHOLE, []),
        (clinical("relapse"), WHOLE, []),
        (verified("confirmed"), WHOLE, []),
        ({"onsetDateTime": "2019-05-01"}, [(MAY, LAST_TIME, KNOWN)], []),
        ({"onsetPeriod": {"start": "2019-05-01"}}, [(MAY, LAST_TIME, KNOWN)], []),
        ({"onsetAge": {"value": 60, "unit": "a"}}, WHOLE, []),
        ({"onsetString": "long ago"}, WHOLE, []),
        ({"onsetDateTime": "long ago"}, WHOLE, ["time_not_understood"]),
        (
            {"onsetDateTime": "2019"},
            [(at("2019-01-01"), at("2020-01-01"), NOT_CERTAIN), (at("2020-01-01"), LAST_TIME, KNOWN)],
            [],
        ),
        (
            {"onsetDateTime": "2019-12"},
            [(at("2019-12-01"), at("2020-01-01"), NOT_CERTAIN), (at("2020-01-01"), LAST_TIME, KNOWN)],
            [],
        ),
        ({"abatementDateTime": "2020-06-09"}, [(FIRST_TIME, JUNE, KNOWN)], []),
        ({"abatementPeriod": {"end": "2020-06-09"}}, [(FIRST_TIME, JUNE, KNOWN)], []),
        (
            {**clinical("resolved"), "onsetDateTime": "2019-05-01", "abatementDateTime": "2020-06-09"},
            [(MAY, JUNE, KNOWN)],
            [],
        ),
        ({**clinical("remission"), "abatementDateTime": "2020-06-09T22:00:00Z"}, [(FIRST_TIME, JUNE, KNOWN)], []),
        (
            {**clinical("resolved"), "onsetDateTime": "2019-05-01", "abatementDateTime": "2020-06"},
            [(MAY, at("2020-06-01"), KNOWN), (at("2020-06-01"), at("2020-07-01"), NOT_CERTAIN)],
            [],
        ),
        (
            {**clinical("resolved"), "onsetDateTime": "2019", "abatementDateTime": "2019"},
            [(at("2019-01-01"), at("2020-01-01"), NOT_CERTAIN)],
            [],
        ),
        (clinical("resolved"), [], ["end_not_known"]),
        (
            {**clinical("resolved"), "onsetDateTime": "2019-05-01", "recordedDate": "2020-06-10"},
            [(MAY, JUNE, NOT_CERTAIN)],
            ["end_not_known"],
        ),
        (
            {
                **clinical("inactive"),
                "onsetDateTime": "2019-05-01",
                "recordedDate": "2019-05-02",
                "meta": {"lastUpdated": "2020-06-10T00:00:00+02:00"},
            },
            [(MAY, JUNE, NOT_CERTAIN)],
            ["end_not_known"],
        ),
        (
            {**clinical("resolved"), "onsetDateTime": "2019-05-01", "abatementString": "in June"},
            [],
            ["end_not_known"],
        ),
        (
            {**clinical("active"), "abatementDateTime": "2020-06-09"},
            [(FIRST_TIME, JUNE, KNOWN), (JUNE, LAST_TIME, NOT_CERTAIN)],
            ["end_disagrees"],
        ),
        (
            {"onsetDateTime": "2020-06-10", "abatementDateTime": "2019-05-01"},
            [(JUNE, LAST_TIME, NOT_CERTAIN)],
            ["period_reversed"],
        ),
        (verified("provisional"), [(FIRST_TIME, LAST_TIME, NOT_CERTAIN)], ["not_certain"]),
        (verified("differential"), [(FIRST_TIME, LAST_TIME, NOT_CERTAIN)], ["not_certain"]),
        (verified("unconfirmed"), [(FIRST_TIME, LAST_TIME, NOT_CERTAIN)], ["not_certain"]),
        (verified("probable"), [(FIRST_TIME, LAST_TIME, NOT_CERTAIN)], ["certainty_not_understood"]),
        ({"verificationStatus": "confirmed"}, [(FIRST_TIME, LAST_TIME, NOT_CERTAIN)], ["certainty_not_understood"]),
        (clinical("better"), [(FIRST_TIME, LAST_TIME, NOT_CERTAIN)], ["certainty_not_understood"]),
        ({"modifierExtension": [{"url": "x"}]}, [(FIRST_TIME, LAST_TIME, NOT_CERTAIN)], ["meaning_changed"]),
        ({"meta": MASKED}, [(FIRST_TIME, LAST_TIME, WITHHELD)], ["value_withheld"]),
    ],
)
def test_spans(fields: Json, expected: Spans, issues: list[str]) -> None:
    patient = read(condition(**fields))
    assert expected == spans(patient)
    assert issues == [each.code for each in patient.issues]
    assert all(one[1] <= other[0] for one, other in pairwise(expected))
    assert "all" == supply(patient, "conditions.heart_failure") == supply(patient, "conditions.pregnancy")


@pytest.mark.parametrize(
    ("fields", "issues"),
    [
        (verified("refuted"), []),
        (verified("entered-in-error"), ["entered_in_error Condition/c"]),
        ({"subject": {"reference": "Patient/2"}}, ["other_patient Condition/c"]),
        ({"subject": None}, ["ambiguous_subject Condition/c"]),
        ({"code": concept(SNOMED, "55680006")}, []),
        ({"code": None}, ["diagnosis_in_words Condition/c"]),
        ({"code": {"text": "heart failure"}}, ["diagnosis_in_words Condition/c"]),
        ({"code": {"text": "heart failure"}, **verified("refuted")}, []),
    ],
)
def test_conditions_that_are_not_used(fields: Json, issues: list[str]) -> None:
    patient = read(condition(**fields))
    assert issues == codes(patient.issues)
    table = patient.tables.get("conditions.heart_failure")
    assert table is None or [] == table.times


@pytest.mark.parametrize(
    ("system", "code", "names"),
    [
        (SNOMED, "88805009", {"heart_failure"}),
        (SNOMED, "38341003", {"hypertension"}),
        (SNOMED, "77386006", {"pregnancy"}),
        (SNOMED, "46635009", {"diabetes"}),
        ("http://hl7.org/fhir/sid/icd-10-no", "J44.1", {"copd"}),
        ("urn:oid:2.16.578.1.12.4.1.1.7110", "I110", {"heart_failure", "hypertension"}),
        ("urn:oid:2.16.578.1.12.4.1.1.7170", "R96", {"asthma"}),
        ("http://hl7.org/fhir/sid/icpc-2", "K78", {"atrial_fibrillation"}),
        (SNOMED, "29463-7", set[str]()),
    ],
)
def test_diagnoses(system: str, code: str, names: set[str]) -> None:
    patient = read(condition(code=concept(system, code)))
    assert names == {key.removeprefix("conditions.") for key, table in patient.tables.items() if table.times}


def test_a_diagnosis_in_words_leaves_every_diagnosis_open() -> None:
    in_words = condition(id="w", code={"text": "heart failure"})
    asked = "conditions.heart_failure", "conditions.diabetes"
    patient = read(condition(code=concept(SNOMED, "73211009")), in_words)
    assert [LAST_TIME, LAST_TIME] == [patient.tables[key].supplied_from for key in asked]
    assert 1 == len(patient.tables["conditions.diabetes"].times)
    told = patient_from_fhir(bundle(in_words), supplied={"conditions": True})
    assert [FIRST_TIME, FIRST_TIME] == [told.tables[key].supplied_from for key in asked]


def test_a_masked_condition_of_anything_may_be_every_diagnosis() -> None:
    patient = read(condition(code=None, meta=MASKED))
    tables = [table for key, table in patient.tables.items() if key.startswith("conditions.")]
    diagnoses = [each for each in shared_concepts().by_name.values() if each.kind == "diagnosis"]
    assert len(tables) == len(diagnoses) > 5
    assert all([WITHHELD] == table.quality for table in tables)


def test_two_conditions_are_not_corrections_of_each_other() -> None:
    patient = read(
        condition(id="a", recordedDate="2021-01-01", **clinical("active")),
        condition(id="b", recordedDate="2022-01-01", abatementDateTime="2021-06-01"),
    )
    table = patient.tables["conditions.heart_failure"]
    assert [FIRST_TIME, FIRST_TIME + 1] == table.times
    assert [float(LAST_TIME), float(at("2021-06-02"))] == table.values


def test_no_condition_supplies_no_diagnosis() -> None:
    patient = read()
    assert "none" == supply(patient, "conditions.heart_failure")
