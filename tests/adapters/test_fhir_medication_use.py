"""What becomes of MedicationStatements and MedicationRequests: in use from when to when, how, and how sure."""

from collections.abc import Iterator

import pytest

from cds.codes import Attribute
from cds.operators.reasons import KNOWN, NOT_CERTAIN, WITHHELD
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.patient import Patient
from tests.adapters.building import Json, at, codes, concept, supply
from tests.adapters.medication import (
    BETA_BLOCKER,
    MASKED,
    NATIONAL,
    STATIN,
    amount,
    dosage,
    eresept,
    extension,
    read,
    repeating,
    request,
    sfm,
    statement,
    used,
)

Spans = list[tuple[int, int, int]]
WHOLE: Spans = [(FIRST_TIME, LAST_TIME, KNOWN)]
DOUBT: Spans = [(FIRST_TIME, LAST_TIME, NOT_CERTAIN)]
MAY, JUNE = at("2025-05-01"), at("2025-06-10")
UPDATED = {"meta": {"lastUpdated": "2025-07-01T12:00:00Z"}}
LATER = at("2025-07-01T12:00:00Z")
MOMENT = "2025-05-01T08:00:00+02:00"
SINCE_MAY = {"effectivePeriod": {"start": "2025-05-01"}}
TO_JUNE = {"effectivePeriod": {"start": "2025-05-01", "end": "2025-06-09"}}
COURSE = {"dosageInstruction": [dosage(boundsPeriod={"start": "2025-05-01", "end": "2025-06-09"})]}
FULL = {"dosageInstruction": [dosage(frequency=1, period=1, periodUnit="d", boundsDuration=amount(10, "d"))]}


def spans(patient: Patient, key: str = "medicines.statins") -> Spans:
    table = patient.tables[key]
    return [(start, int(end), why) for start, end, why in zip(table.times, table.values, table.quality, strict=True)]


STATEMENTS = [
    ({}, WHOLE, []),
    (SINCE_MAY, [(MAY, LAST_TIME, KNOWN)], []),
    ({"effectiveDateTime": "2025-05-01"}, [(MAY, LAST_TIME, KNOWN)], []),
    (
        {"effectiveDateTime": "2025-05"},
        [(MAY, at("2025-06-01"), NOT_CERTAIN), (at("2025-06-01"), LAST_TIME, KNOWN)],
        [],
    ),
    ({"effectiveDateTime": "in spring"}, WHOLE, ["time_not_understood"]),
    ({**TO_JUNE, "status": "completed"}, [(MAY, JUNE, KNOWN)], []),
    ({**TO_JUNE, "status": "stopped"}, [(MAY, JUNE, KNOWN)], []),
    ({**TO_JUNE, "dateAsserted": "2025-05-20"}, [(MAY, JUNE, KNOWN)], []),
    (
        {**TO_JUNE, "dateAsserted": "2025-06-20"},
        [(MAY, JUNE, KNOWN), (JUNE, LAST_TIME, NOT_CERTAIN)],
        ["end_disagrees"],
    ),
    (TO_JUNE, [(MAY, JUNE, KNOWN), (JUNE, LAST_TIME, NOT_CERTAIN)], ["end_disagrees"]),
    ({**SINCE_MAY, "status": "completed"}, [(MAY, LAST_TIME, NOT_CERTAIN)], ["end_not_known"]),
    ({**SINCE_MAY, **UPDATED, "status": "completed"}, [(MAY, LATER, NOT_CERTAIN)], ["end_not_known"]),
    ({**SINCE_MAY, **UPDATED, "status": "stopped"}, [(MAY, LATER, NOT_CERTAIN)], ["end_not_known"]),
    (
        {"effectivePeriod": {"start": "2025-06-09", "end": "2025-05-01"}},
        [(at("2025-06-09"), LAST_TIME, NOT_CERTAIN)],
        ["period_reversed"],
    ),
    (
        {"effectivePeriod": {"start": "2025-05-01", "end": "later"}},
        [(MAY, LAST_TIME, NOT_CERTAIN)],
        ["time_not_understood"],
    ),
    (
        {"effectivePeriod": {"start": "2025-05-01", "end": "2025-06"}, "status": "completed"},
        [(MAY, at("2025-06-01"), KNOWN), (at("2025-06-01"), at("2025-07-01"), NOT_CERTAIN)],
        [],
    ),
    (
        {"effectivePeriod": {"start": "2025-05-01", "end": "2025-04-30"}, "status": "completed"},
        [(MAY, LAST_TIME, NOT_CERTAIN)],
        ["period_reversed"],
    ),
    ({"effectivePeriod": {"start": MOMENT, "end": MOMENT}, "status": "completed"}, [], []),
    ({**SINCE_MAY, "status": "on-hold"}, [(MAY, LAST_TIME, NOT_CERTAIN)], ["not_certain"]),
    ({**SINCE_MAY, "status": "intended"}, [(MAY, LAST_TIME, NOT_CERTAIN)], ["not_certain"]),
    ({**TO_JUNE, "status": "unknown"}, [(MAY, JUNE, NOT_CERTAIN)], ["not_certain"]),
    (
        {"effectivePeriod": {"start": "2025-05", "end": "2025-06"}, "status": "unknown"},
        [(MAY, at("2025-07-01"), NOT_CERTAIN)],
        ["not_certain"],
    ),
    (
        {"effectivePeriod": {"start": "2025-05", "end": "2025-05-10"}, "status": "completed"},
        [(MAY, at("2025-05-11"), NOT_CERTAIN)],
        [],
    ),
    (
        {"effectivePeriod": {"start": "2025-05-20", "end": "2025-05"}, "status": "completed"},
        [(at("2025-05-20"), at("2025-06-01"), NOT_CERTAIN)],
        [],
    ),
    ({"status": "not-taken"}, [], []),
    ({"status": "entered-in-error"}, None, ["entered_in_error"]),
    ({"status": "ongoing"}, DOUBT, ["certainty_not_understood"]),
    ({"status": None}, DOUBT, ["certainty_not_understood"]),
    ({"implicitRules": "http://example.org/rules"}, DOUBT, ["meaning_changed"]),
    ({"modifierExtension": [{"url": "http://example.org/not"}]}, DOUBT, ["meaning_changed"]),
    (MASKED, [(FIRST_TIME, LAST_TIME, WITHHELD)], ["value_withheld"]),
]

REQUESTS = [
    ({"authoredOn": "2025-05-01"}, [(MAY, LAST_TIME, KNOWN)], []),
    *(
        ({"intent": intent}, WHOLE, [])
        for intent in ("original-order", "reflex-order", "filler-order", "instance-order")
    ),
    ({"intent": "plan"}, DOUBT, ["not_certain"]),
    ({"intent": None}, DOUBT, ["not_certain"]),
    ({"intent": "proposal"}, None, ["not_a_use"]),
    ({"intent": "option"}, None, ["not_a_use"]),
    ({"status": "draft"}, None, ["not_a_use"]),
    ({"status": "cancelled"}, None, ["not_a_use"]),
    ({"doNotPerform": True}, None, ["not_a_use"]),
    ({"doNotPerform": False}, WHOLE, []),
    ({"doNotPerform": "no"}, DOUBT, ["certainty_not_understood"]),
    ({**COURSE}, [(FIRST_TIME, JUNE, KNOWN)], []),
    ({**COURSE, "authoredOn": "2025-05-01", "status": "completed"}, [(MAY, JUNE, KNOWN)], []),
    ({**COURSE, "authoredOn": "2025-05-01", "status": "stopped"}, [(MAY, JUNE, NOT_CERTAIN)], ["end_not_known"]),
    (
        {**COURSE, "authoredOn": "2025-07-01"},
        [(at("2025-07-01"), LAST_TIME, NOT_CERTAIN)],
        ["period_reversed"],
    ),
    ({**FULL, "authoredOn": "2025-05-01"}, [(MAY, at("2025-05-11"), KNOWN)], []),
    ({**FULL, "authoredOn": "2025-05"}, [(MAY, at("2025-05-11"), NOT_CERTAIN)], []),
    (
        {"dosageInstruction": [dosage(boundsRange={"high": amount(2, "wk")})], "authoredOn": "2025-05-01"},
        [(MAY, at("2025-05-15"), KNOWN)],
        [],
    ),
    (
        {"dosageInstruction": [*COURSE["dosageInstruction"], {"text": "1 daily"}], "authoredOn": "2025-05-01"},
        [(MAY, LAST_TIME, KNOWN)],
        [],
    ),
    ({"authoredOn": "2025-05-01", "status": "stopped"}, [(MAY, LAST_TIME, NOT_CERTAIN)], ["end_not_known"]),
    ({**UPDATED, "authoredOn": "2025-05-01", "status": "stopped"}, [(MAY, LATER, NOT_CERTAIN)], ["end_not_known"]),
    ({"authoredOn": "2025-05-01", "status": "on-hold"}, [(MAY, LAST_TIME, NOT_CERTAIN)], ["not_certain"]),
    (
        {"authoredOn": "2025-05-01", "dispenseRequest": {"validityPeriod": {"end": "2025-05-20"}}},
        [(MAY, LAST_TIME, KNOWN)],
        [],
    ),
]


def outcomes() -> Iterator[tuple[Json, Spans | None, list[str]]]:
    yield from ((statement(**fields), expected, issues) for fields, expected, issues in STATEMENTS)
    yield from ((request(**fields), expected, issues) for fields, expected, issues in REQUESTS)


@pytest.mark.parametrize(("resource", "expected", "issues"), [*outcomes()])
def test_in_use(resource: Json, expected: Spans | None, issues: list[str]) -> None:
    """`None`: nothing counts as supplied, so that the rest of the bundle must say whether it is in use."""
    patient = read(resource)
    place = f"{resource['resourceType']}/{resource['id']}"
    assert [f"{each} {place}" for each in issues] == codes(patient.issues)
    if expected is None:
        assert "none" == supply(patient, "medicines.statins")
    else:
        assert "all" == supply(patient, "medicines.statins")
        assert expected == spans(patient)


def amended(*inner: Json, **fields: Json) -> Json:
    return {"extension": [sfm("reseptamendment", *inner)], **fields}


SEPONERT = extension("recallinfo", extension("recallcode", valueCodeableConcept=concept(f"{NATIONAL}7500", "2")))
REPLACED = extension("recallinfo", extension("recallcode", valueCodeableConcept=concept(f"{NATIONAL}7500", "1")))
ENDED = sfm(
    "discontinuation",
    extension("timedate", valueDateTime="2025-06-10T00:00:00+02:00"),
    extension("reason", valueCodeableConcept=concept(f"{NATIONAL}7494", "A")),
)
ONE = repeating(1, "tablett")


@pytest.mark.parametrize(
    ("fields", "expected", "issues"),
    [
        (amended(eresept(ONE, start="2025-05-01")), [(MAY, LAST_TIME, KNOWN)], []),
        (amended(eresept(ONE, start="2025-05-01", end="2025-06-09")), [(MAY, JUNE, KNOWN)], []),
        (
            amended(eresept(ONE, start="2025-05-01", end="2025-05-10"), eresept(ONE, start="2025-05-11")),
            [(MAY, LAST_TIME, KNOWN)],
            [],
        ),
        (amended(extension("reseptdate", valueDate="2025-05-01")), [(MAY, LAST_TIME, KNOWN)], []),
        ({"extension": [{"url": "effectiveDateTime", "valueDate": "2025-05-01"}]}, [(MAY, LAST_TIME, KNOWN)], []),
        (amended(extension("expirationdate", valueDate="2025-05-20")), WHOLE, []),
        ({"extension": [ENDED], "effectiveDateTime": "2025-05-01"}, [(MAY, JUNE, KNOWN)], []),
        (
            {"extension": [ENDED], "effectiveDateTime": "2025-05-01", "status": "completed"},
            [(MAY, JUNE, KNOWN)],
            [],
        ),
        (
            {**amended(SEPONERT), **UPDATED, "effectiveDateTime": "2025-05-01"},
            [(MAY, LATER, NOT_CERTAIN)],
            ["end_not_known"],
        ),
        ({**amended(SEPONERT), **TO_JUNE}, [(MAY, JUNE, KNOWN)], []),
        ({**amended(SEPONERT), "status": "not-taken"}, [], []),
        (amended(REPLACED), WHOLE, []),
    ],
)
def test_what_a_norwegian_prescription_says(fields: Json, expected: Spans, issues: list[str]) -> None:
    patient = read(statement(**fields))
    assert expected == spans(patient)
    assert [f"{each} MedicationStatement/s" for each in issues] == codes(patient.issues)


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (statement(dosage=[used("1")]), Attribute.REGULAR),
        (statement(dosage=[used("2")]), Attribute.COURSE),
        (statement(dosage=[used("3")]), Attribute.AS_NEEDED),
        (statement(dosage=[used("4")]), 0),
        (statement(dosage=[{"asNeededBoolean": True}]), Attribute.AS_NEEDED),
        (statement(dosage=[{"asNeededBoolean": False}]), 0),
        (statement(dosage=[{"asNeededCodeableConcept": {"text": "pain"}}]), Attribute.AS_NEEDED),
        (request(dosageInstruction=[{"text": "1 daily"}, {"asNeededBoolean": True}]), Attribute.AS_NEEDED),
        (request(dosageInstruction=[used("2")]), Attribute.COURSE),
        (request(courseOfTherapyType={"coding": [{"code": "continuous"}]}), Attribute.REGULAR),
        (request(courseOfTherapyType={"coding": [{"code": "acute"}]}), Attribute.COURSE),
        (request(courseOfTherapyType={"coding": [{"code": "seasonal"}]}), 0),
    ],
)
def test_how_it_is_used(resource: Json, expected: int) -> None:
    assert [int(expected)] == read(resource).tables["medicines.statins"].attribute


def test_when_it_was_recorded() -> None:
    patient = read(statement(dateAsserted="2025-05-01"), request(BETA_BLOCKER, authoredOn="2025-06-10"))
    assert [MAY] == patient.tables["medicines.statins"].recorded
    assert [JUNE] == patient.tables["medicines.antihypertensives"].recorded


def test_a_statement_and_a_request_are_two_rows_of_one_class() -> None:
    patient = read(statement(), request())
    assert ["MedicationRequest/r", "MedicationStatement/s"] == sorted(patient.tables["medicines.statins"].references)
    assert 2 == len(patient.tables["medicines.all"].times)
    assert [] == patient.tables["medicines.antihypertensives"].times
    assert "all" == supply(patient, "medicines.antihypertensives")


def test_a_masked_medicine_without_a_name_may_be_any() -> None:
    patient = read(statement(medicationCodeableConcept={"text": "Sperret"}, **MASKED), statement(BETA_BLOCKER, "other"))
    for name in ("all", "statins", "antihypertensives"):
        assert "none" == supply(patient, f"medicines.{name}")
    assert [KNOWN] == patient.tables["medicines.antihypertensives"].quality
    assert WITHHELD in patient.tables["medicines.all"].quality


def test_of_nobody_else() -> None:
    patient = read(statement(subject={"reference": "Patient/2"}), statement(STATIN, "x", subject=None))
    assert ["other_patient MedicationStatement/s", "ambiguous_subject MedicationStatement/x"] == codes(patient.issues)
    assert "none" == supply(patient, "medicines.all")
