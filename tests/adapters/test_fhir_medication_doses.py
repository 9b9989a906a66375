"""What becomes of MedicationAdministrations and of a dispenser's reports: taken, missed, or nobody knows."""

from typing import Any

import pytest

from cds.adapters.fhir import patient_from_fhir
from cds.codes import Attribute
from cds.operators.reasons import KNOWN, NOT_JUDGED, WITHHELD
from cds.patient import Patient
from tests.adapters.building import Json, bundle, codes, concept, supply
from tests.adapters.medication import (
    ALIVE,
    ATC,
    BETA_BLOCKER,
    LATE,
    MASKED,
    METFORMIN,
    STATIN,
    VKP,
    Row,
    administration,
    alert,
    amount,
    clocked,
    dosage,
    eresept,
    in_roll,
    read,
    repeating,
    report,
    request,
    rows,
    statement,
    used,
)

EIGHT = {"dosage": [dosage(amount(1, "tablett"), timeOfDay=["08:00:00"])]}


@pytest.mark.parametrize(
    ("fields", "expected", "issues"),
    [
        ({}, ("8 08:00", 1.0, 0.0, KNOWN, LATE), []),
        ({"effectiveDateTime": "2026-01-08"}, ("8 00:00", 1.0, 0.0, KNOWN, LATE | Attribute.DATE_ONLY), []),
        (
            {"effectiveDateTime": None, "effectivePeriod": {"start": "2026-01-08T08:00:00+01:00"}},
            ("8 08:00", 1.0, 0.0, KNOWN, LATE),
            [],
        ),
        ({"status": "not-done"}, ("8 08:00", 0.0, 0.0, KNOWN, 0), []),
        *(
            ({"status": status}, ("8 08:00", 0.0, 0.0, NOT_JUDGED, 0), ["dose_not_judged"])
            for status in ("in-progress", "on-hold", "stopped", "unknown", "given", None)
        ),
        ({"implicitRules": "http://x"}, ("8 08:00", 0.0, 0.0, NOT_JUDGED, 0), ["meaning_changed"]),
        (MASKED, ("8 08:00", 0.0, 0.0, WITHHELD, 0), ["value_withheld"]),
    ],
)
def test_what_was_given(fields: Json, expected: Row, issues: list[str]) -> None:
    patient = read(administration(**fields))
    assert [expected] == rows(patient) == rows(patient, "doses.statins")
    assert [f"{each} MedicationAdministration/a" for each in issues] == codes(patient.issues)
    assert [] == rows(patient, "doses.antihypertensives")
    assert "all" == supply(patient, "doses.antihypertensives")


@pytest.mark.parametrize("supplied", [{}, {"doses": True}])
@pytest.mark.parametrize(
    ("fields", "issue", "open_keys"),
    [
        ({"effectiveDateTime": None}, "time_missing", {"all", "statins"}),
        ({"effectiveDateTime": "2026"}, "time_not_understood", {"all", "statins"}),
        ({"status": "entered-in-error"}, "entered_in_error", set()),
    ],
)
def test_what_has_no_place_among_the_doses(fields: Json, issue: str, open_keys: set[str], supplied: Json) -> None:
    patient = read(administration(**fields), administration(BETA_BLOCKER, "other"), supplied=supplied)
    assert [f"{issue} MedicationAdministration/a"] == codes(patient.issues)
    names = ("all", "statins", "antihypertensives")
    assert open_keys == {name for name in names if supply(patient, f"doses.{name}") == "none"}


def test_a_dose_as_needed_is_not_planned() -> None:
    asked = request(dosageInstruction=[{"asNeededBoolean": True}])
    given = {"request": {"reference": "MedicationRequest/r"}}
    patient = read(administration(**given), administration(name="b", status="not-done", **given), asked)
    assert [("8 08:00", 1.0, 0.0, KNOWN, LATE | Attribute.AS_NEEDED)] == rows(patient)
    assert [] == codes(patient.issues)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("1.17", [("8 08:05", 1.0, 0.0, KNOWN, Attribute.AS_NEEDED)]),  # tells of no dose
        ("1.1", []),  # it did not come out
        ("1.5", [("8 08:05", 0.0, 0.0, NOT_JUDGED, Attribute.AS_NEEDED)]),  # dispensing had stopped
    ],
)
def test_a_pouch_as_needed_belongs_to_no_slot_and_is_never_missed(code: str, expected: list[Row]) -> None:
    asked = request(METFORMIN, "n", dosageInstruction=[{"asNeededBoolean": True}])
    pouch = report(name="v", authorizingPrescription=[{"reference": "MedicationRequest/n"}])
    about = alert("2026-01-08T08:30:00+01:00", code, implicated=[{"reference": "MedicationDispense/v"}])
    patient = read(clocked(), asked, report("2026-01-07T20:00:00+01:00"), pouch, about)
    assert expected == [each for each in rows(patient) if each[4] & Attribute.AS_NEEDED]
    assert [0.0] == [each[1] for each in rows(patient) if each[0] == "8 08:00"]
    assert KNOWN not in [each[3] for each in rows(patient) if each[0].startswith("8 ") and not each[4]]


def test_a_dose_without_a_name_is_a_dose_all_the_same() -> None:
    patient = read(administration(medicationCodeableConcept={"text": "?"}))
    assert ("all", "none") == (supply(patient, "doses.all"), supply(patient, "doses.statins"))
    assert ["medicine_not_stated doses"] == codes(patient.issues)


def test_a_masked_dose_without_a_time_is_of_its_class() -> None:
    patient = read(administration(effectiveDateTime=None, **MASKED), administration(BETA_BLOCKER, "other"))
    names = ("all", "statins", "antihypertensives")
    assert ["none", "none", "all"] == [supply(patient, f"doses.{name}") for name in names]


def test_a_masked_dose_without_a_name_may_be_of_any_medicine() -> None:
    hidden = administration(medicationCodeableConcept={"text": "?"}, **MASKED)
    patient = read(hidden, administration(BETA_BLOCKER, "other"))
    assert {"none"} == {supply(patient, f"doses.{name}") for name in ("all", "statins", "antihypertensives")}


@pytest.mark.parametrize(
    ("event", "fields", "expected", "issues"),
    [
        ("1", {}, [("8 08:05", 1.0, 0.0, KNOWN, LATE)], []),
        ("1.1", {}, [("8 08:05", 1.0, 0.0, KNOWN, LATE)], []),
        ("1.2", {}, [("8 08:05", 1.0, 0.0, KNOWN, LATE)], []),
        ("1.3", {}, [], []),
        ("3", {}, [], []),
        ("1.1", {"status": "in-progress"}, [("8 08:05", 0.0, 0.0, NOT_JUDGED, 0)], ["dispenser_report_not_understood"]),
        ("1.1", {"status": "declined"}, [("8 08:05", 0.0, 0.0, NOT_JUDGED, 0)], ["dispenser_report_not_understood"]),
        ("1.1", {"status": None}, [("8 08:05", 0.0, 0.0, NOT_JUDGED, 0)], ["dispenser_report_not_understood"]),
        (
            "1.1",
            {"modifierExtension": [{"url": "http://x"}]},
            [("8 08:05", 0.0, 0.0, NOT_JUDGED, 0)],
            ["dispenser_report_not_understood"],
        ),
        ("4", {}, [("8 08:05", 0.0, 0.0, NOT_JUDGED, 0)], ["dispenser_report_not_understood"]),
        ("1.1", {"category": None}, [("8 08:05", 0.0, 0.0, NOT_JUDGED, 0)], ["dispenser_report_not_understood"]),
        (
            "1.1",
            {"category": concept(f"{VKP}medicationdispense-events-v06", "2")},
            [("8 08:05", 0.0, 0.0, NOT_JUDGED, 0)],
            ["dispenser_report_not_understood"],
        ),
        (
            "1.1",
            {"category": concept(f"{VKP}medicationdispense-events-v090", "1.1", "2")},
            [("8 08:05", 0.0, 0.0, NOT_JUDGED, 0)],
            ["dispenser_report_not_understood"],
        ),
        (
            "1.1",
            {"whenHandedOver": "2026-01-08"},
            [("8 00:00", 1.0, 0.0, KNOWN, LATE | Attribute.DATE_ONLY)],
            [],
        ),
        ("1.1", {"status": "entered-in-error"}, [], ["entered_in_error"]),
    ],
)
def test_a_time_alone_is_never_a_dose_taken(event: str, fields: Json, expected: list[Row], issues: list[str]) -> None:
    patient = read(report(event=event, name="v", **fields), ALIVE)
    assert expected == rows(patient)
    said = [each for each in codes(patient.issues) if not each.startswith("medicine_not_stated")]
    assert [f"{each} MedicationDispense/v" for each in issues] == said
    assert "all" == supply(patient, "doses.all")
    assert "supply.all" not in patient.tables


@pytest.mark.parametrize(
    "marks",
    [
        {"category": None},
        {"meta": None},
        {"meta": None, "category": concept(f"{VKP}medicationdispense-events-v06", "1")},
        {
            "meta": None,
            "category": None,
            "extension": [
                {"url": "http://ehelse.no/fhir/StructureDefinition/VkpMedicationDispenseDevice-v090", "extension": []}
            ],
        },
    ],
)
def test_a_dispenser_is_known_by_each_of_its_marks(marks: Json) -> None:
    patient = read(report(**marks))
    assert 1 == len(rows(patient))
    assert "supply.all" not in patient.tables


@pytest.mark.parametrize(
    ("fields", "issue"),
    [({"whenHandedOver": None}, "time_missing"), (MASKED | {"category": None}, "value_withheld")],
)
def test_a_report_that_cannot_be_placed_leaves_the_doses_open(fields: Json, issue: str) -> None:
    profile = {"profile": ["http://ehelse.no/fhir/StructureDefinition/vkp-MedicationDispense-v090"]}
    meta = {"meta": {**profile, **fields.get("meta", {})}}
    patient = read(report(name="v", **{**fields, **meta}), report("2026-01-08T20:00:00+01:00"), ALIVE)
    assert f"{issue} MedicationDispense/v" in codes(patient.issues)
    assert "none" == supply(patient, "doses.all") == supply(patient, "doses.statins")


def in_class(patient: Patient, name: str) -> tuple[int, str]:
    """How many doses of a class, and whether it was supplied."""
    return len(rows(patient, f"doses.{name}")), supply(patient, f"doses.{name}")


def taken_at(atc: str, *parts: str, name: str = "", **fields: Any) -> Json:
    """A medicine of the roll, once a day in each of these parts of the day."""
    periods = [eresept(*(repeating(1, "tablett", part) for part in parts))] if parts else []
    return statement(atc, name or atc, **in_roll(*periods), **fields)


MORNING, EVENING = "1", "5"


@pytest.mark.parametrize(
    ("medicines", "statins", "metformin", "others"),
    [
        ([], (0, "none"), (0, "none"), (0, "none")),
        ([taken_at(STATIN, MORNING)], (1, "all"), (0, "all"), (0, "all")),
        ([taken_at(STATIN, MORNING), taken_at(METFORMIN, MORNING)], (1, "all"), (1, "all"), (0, "all")),
        (
            [taken_at(STATIN, EVENING), taken_at(METFORMIN, MORNING, EVENING)],
            (0, "none"),
            (1, "all"),
            (0, "all"),
        ),
        ([taken_at(STATIN)], (0, "none"), (0, "all"), (0, "all")),
        ([taken_at(STATIN, MORNING, status="on-hold")], (0, "none"), (0, "all"), (0, "all")),
        (
            [taken_at(STATIN, MORNING, status="not-taken"), taken_at(METFORMIN, MORNING)],
            (0, "all"),
            (1, "all"),
            (0, "all"),
        ),
        (
            [taken_at(STATIN, MORNING, dosage=[used("3")]), taken_at(METFORMIN, MORNING)],
            (0, "all"),
            (1, "all"),
            (0, "all"),
        ),
        ([statement(STATIN, **EIGHT), taken_at(METFORMIN, MORNING)], (0, "all"), (1, "all"), (0, "all")),
        ([statement(STATIN, **EIGHT)], (0, "none"), (0, "none"), (0, "none")),
        (
            [taken_at(STATIN, MORNING, medicationCodeableConcept={"text": "?"}), taken_at(METFORMIN, MORNING)],
            (0, "none"),
            (1, "none"),
            (0, "none"),
        ),
        (
            [
                statement(STATIN, **in_roll(eresept(repeating(1, "tablett", MORNING, every=amount(7, "Døgn"))))),
                taken_at(METFORMIN, MORNING),
            ],
            (0, "none"),
            (1, "all"),
            (0, "all"),
        ),
        (
            [
                statement(STATIN, **in_roll(eresept(repeating(1, "tablett"), end="2026-01-05"))),
                taken_at(METFORMIN, MORNING),
            ],
            (0, "all"),
            (1, "all"),
            (0, "all"),
        ),
    ],
)
def test_what_a_pouch_holds(
    medicines: list[Json], statins: tuple[int, str], metformin: tuple[int, str], others: tuple[int, str]
) -> None:
    """Only what is stated to lie in the roll does; what may lie in the pouch leaves its class open."""
    patient = read(report(), ALIVE, *medicines)
    found = [in_class(patient, name) for name in ("statins", "diabetes_medicines", "antihypertensives")]
    assert [statins, metformin, others] == found
    assert 1 == len(rows(patient))
    assert "all" == supply(patient, "doses.all")


@pytest.mark.parametrize(
    "fields",
    [
        {"medicationCodeableConcept": concept(ATC, STATIN)},
        {"authorizingPrescription": [{"reference": "MedicationRequest/r"}]},
    ],
)
def test_a_pouch_that_says_what_it_holds(fields: Json) -> None:
    patient = read(report(**fields), ALIVE, request())
    assert [(1, "all"), (0, "all")] == [in_class(patient, name) for name in ("statins", "antihypertensives")]


def test_a_prescription_that_is_not_here_leaves_every_class_open() -> None:
    prescriptions = [{"reference": "MedicationRequest/r"}, {"reference": "MedicationRequest/x"}]
    patient = read(report(authorizingPrescription=prescriptions), ALIVE, request())
    assert [(1, "none"), (0, "none")] == [in_class(patient, name) for name in ("statins", "antihypertensives")]


@pytest.mark.parametrize(
    ("resources", "expected", "issue"),
    [
        ([report()], "none", "alerts_not_supplied doses"),
        ([report(), ALIVE], "all", ""),
        ([report(), clocked()], "all", ""),
        ([alert()], "none", "reports_not_supplied doses"),
        ([alert(code="4.1")], "none", ""),
        ([administration()], "all", ""),
    ],
)
def test_half_of_what_a_dispenser_says_is_not_all_of_it(resources: list[Json], expected: str, issue: str) -> None:
    patient = read(*resources)
    assert expected == supply(patient, "doses.all")
    assert [issue] * bool(issue) == [each for each in codes(patient.issues) if "_supplied" in each]


def test_the_caller_may_say_that_there_were_no_alerts() -> None:
    patient = read(report(), supplied={"doses.all": True})
    assert ("all", "none") == (supply(patient, "doses.all"), supply(patient, "doses.statins"))


def test_a_message_sent_twice_is_one_pouch() -> None:
    patient = read(clocked(), ALIVE, report(name="one"), report(name="two"))
    assert 1 == sum(each[1] for each in rows(patient))


def test_a_message_of_the_hub() -> None:
    """A dispense comes in a message, with a header; its patient is named by a national number."""
    person = {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "00000000000"}
    whole = bundle({"resourceType": "MessageHeader"}, report(subject={"identifier": person}), ALIVE, kind="message")
    whole["entry"][0]["resource"]["identifier"] = [person]
    assert [("8 08:05", 1.0, 0.0, KNOWN, LATE)] == rows(patient_from_fhir(whole))
