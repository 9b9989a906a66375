"""When a pharmacy's MedicationDispenses count as handed over, and what becomes of those that do not."""

import pytest

from cds.operators.reasons import DAYS_NOT_KNOWN, IMPLAUSIBLE_ONLY, KNOWN, WITHHELD
from tests.adapters.building import Json, at, concept, supply
from tests.adapters.medication import (
    BETA_BLOCKER,
    DATED,
    MASKED,
    METFORMIN,
    OTHER_STATIN,
    STATIN,
    amount,
    dispense,
    extension,
    read,
    report,
    row,
    said,
    sfm,
)

DAY = at("2026-01-08")


def roll(first: str, last: str, reference: str = "MedicationDispense/d") -> Json:
    """What a pharmacy says of a multidose roll that it handed out; it is about nobody."""
    information = extension(
        "deliveryinformation",
        extension("datefirstdose", valueDateTime=first),
        extension("datelastdose", valueDateTime=last),
        extension("deliverydoc", valueReference={"reference": reference}),
    )
    return {
        "resourceType": "Basic",
        "id": "b",
        "extension": [sfm("pllInformation", information)],
        "code": concept("http://ehelse.no/fhir/CodeSystem/sfm-message-type", "M25.3"),
    }


@pytest.mark.parametrize(
    ("first", "last", "begins", "days"),
    [
        ("2026-01-10T00:00:00+00:00", "2026-01-23T00:00:00+00:00", at("2026-01-10T00:00:00+00:00"), 14.0),
        ("2026-01-10", "2026-01-10", at("2026-01-10"), 1.0),
        ("2026-01-05", "2026-01-18", DAY, 11.0),
        ("2026-03-23", "2026-04-05", at("2026-03-23"), 14.0),
    ],
)
def test_a_roll_lasts_from_its_first_dose_to_its_last(first: str, last: str, begins: int, days: float) -> None:
    patient = read(dispense(quantity=amount(4.0)), roll(first, last))
    assert ((days, KNOWN, DATED), []) == (row(patient), said(patient))
    table = patient.tables["supply.statins"]
    assert ([begins], [DAY]) == (table.times, table.recorded)


def test_a_roll_of_another_dispense_says_nothing_of_this_one() -> None:
    patient = read(dispense(daysSupply=amount(7, "d")), roll("2026-01-10", "2026-01-23", "MedicationDispense/x"))
    assert ((7.0, KNOWN, DATED), []) == (row(patient), said(patient))


@pytest.mark.parametrize(
    ("first", "last", "quality", "issue"),
    [
        ("2026-01", "2026-01-18", DAYS_NOT_KNOWN, "days_not_stated"),
        ("2026-01-10", "soon", DAYS_NOT_KNOWN, "days_not_stated"),
        ("2026-01-20", "2026-01-10", IMPLAUSIBLE_ONLY, "days_not_possible"),
    ],
)
def test_a_roll_that_cannot_be_read(first: str, last: str, quality: int, issue: str) -> None:
    patient = read(dispense(), roll(first, last))
    assert ((0.0, quality, DATED), [issue]) == (row(patient), said(patient))


CANCELLED = [sfm("dispenseinfo", extension("cancellation", valueBoolean=True))]


@pytest.mark.parametrize(
    ("fields", "issue"),
    [
        ({"status": "preparation", "whenHandedOver": None}, "not_handed_over"),
        ({"status": "in-progress", "whenHandedOver": None, "whenPrepared": "2026-01-08"}, "not_handed_over"),
        ({"status": "on-hold", "whenHandedOver": None}, "not_handed_over"),
        ({"status": "stopped", "whenHandedOver": None}, "not_handed_over"),
        ({"status": "cancelled"}, "not_handed_over"),
        ({"status": "declined"}, "not_handed_over"),
        ({"extension": CANCELLED}, "not_handed_over"),
        ({"status": "entered-in-error"}, "entered_in_error"),
    ],
)
def test_what_was_not_handed_over(fields: Json, issue: str) -> None:
    patient = read(dispense(**fields))
    assert [issue] == said(patient)
    assert ([], "all") == (patient.tables["supply.statins"].times, supply(patient, "supply.statins"))


@pytest.mark.parametrize(
    ("fields", "issue"),
    [
        ({"status": "in-progress"}, "not_certain"),
        ({"status": "stopped"}, "not_certain"),
        ({"status": "unknown"}, "not_certain"),
        ({"status": None}, "not_certain"),
        ({"implicitRules": "http://x"}, "meaning_changed"),
        ({"modifierExtension": [{"url": "http://x"}]}, "meaning_changed"),
    ],
)
def test_what_was_handed_over_but_is_not_certain(fields: Json, issue: str) -> None:
    patient = read(dispense(daysSupply=amount(30, "d"), **fields))
    assert ((0.0, DAYS_NOT_KNOWN, DATED), [issue]) == (row(patient), said(patient))


@pytest.mark.parametrize("supplied", [{}, {"supply": True}])
@pytest.mark.parametrize(
    ("fields", "issue"),
    [
        ({"whenHandedOver": None}, "time_missing"),
        ({"whenHandedOver": None, "whenPrepared": "2026-01-08"}, "time_missing"),
        ({"whenHandedOver": "2026-01"}, "time_not_understood"),
    ],
)
def test_a_dispense_without_a_day_leaves_its_classes_open(fields: Json, issue: str, supplied: Json) -> None:
    other = dispense(BETA_BLOCKER, "other", daysSupply=amount(30, "d"))
    patient = read(dispense(**fields), other, supplied=supplied)
    assert [issue] == said(patient)
    expected = {"all": "none", "statins": "none", "antihypertensives": "all", "diabetes_medicines": "all"}
    assert expected == {name: supply(patient, f"supply.{name}") for name in expected}


def test_when_it_was_handed_over() -> None:
    patient = read(dispense(whenHandedOver="2026-01-08T14:30:00+01:00", daysSupply=amount(30, "d")))
    table = patient.tables["supply.statins"]
    assert ([at("2026-01-08 14:30")], [0]) == (table.times, table.attribute)
    assert ["MedicationDispense/d"] == table.references


@pytest.mark.parametrize(
    "fields",
    [{}, {"quantity": amount(4)}, {"daysSupply": amount(4)}, {"quantity": amount(0, "stk")}, {"status": "unknown"}],
)
def test_what_nobody_knows_is_not_derived(fields: Json) -> None:
    patient = read(dispense(whenHandedOver="2026-01-08T14:30:00+01:00", **fields))
    assert 0 == row(patient)[2]


def test_each_medicine_has_a_number_of_its_own() -> None:
    listed = (STATIN, OTHER_STATIN, STATIN)
    dispenses = [dispense(atc, f"d{each}", daysSupply=amount(30 + each, "d")) for each, atc in enumerate(listed)]
    patient = read(*dispenses)
    table = patient.tables["supply.statins"]
    assert 3 == len(set(table.times))
    groups = dict(zip(table.references, table.group, strict=True))
    assert groups["MedicationDispense/d0"] == groups["MedicationDispense/d2"] != groups["MedicationDispense/d1"]


@pytest.mark.parametrize(
    ("resource", "withheld"),
    [
        (dispense(**MASKED), {"all": "all", "statins": "all", "diabetes_medicines": "all"}),
        (
            dispense(medicationCodeableConcept={"text": "?"}, **MASKED),
            {"all": "none", "statins": "none", "diabetes_medicines": "none"},
        ),
        (dispense(whenHandedOver=None, **MASKED), {"all": "none", "statins": "none", "diabetes_medicines": "all"}),
    ],
)
def test_masked(resource: Json, withheld: dict[str, str]) -> None:
    patient = read(resource, dispense(METFORMIN, "other", daysSupply=amount(30, "d")))
    assert withheld == {name: supply(patient, f"supply.{name}") for name in withheld}
    assert {KNOWN, WITHHELD} >= set(patient.tables["supply.all"].quality)
    assert "value_withheld" in said(patient) or "time_missing" in said(patient)


def test_a_dispenser_hands_out_no_supply() -> None:
    patient = read(report())
    assert "supply.all" not in patient.tables
