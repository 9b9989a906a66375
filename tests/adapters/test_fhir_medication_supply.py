"""What becomes of a pharmacy's MedicationDispenses: when, how long they last, and why that is not known."""

from typing import Any

import pytest

from cds.codes import Attribute
from cds.operators.reasons import DAYS_NOT_KNOWN, IMPLAUSIBLE_ONLY, KNOWN
from tests.adapters.building import SNOMED, Json, concept
from tests.adapters.medication import (
    ATC,
    DATED,
    OTHER_STATIN,
    STATIN,
    amount,
    dispense,
    dosage,
    eresept,
    extension,
    medication,
    read,
    repeating,
    request,
    row,
    said,
    sfm,
    statement,
    used,
)

DERIVED = int(Attribute.DERIVED | Attribute.DATE_ONLY)
DAILY = {"frequency": 1, "period": 1, "periodUnit": "d"}
ONE_A_DAY = [dosage(amount(1, "tablett"), **DAILY)]
ORDER = {"authorizingPrescription": [{"reference": "MedicationRequest/r"}]}
ON_LIST = {"authorizingPrescription": [{"reference": "MedicationStatement/s"}]}


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ({"value": 30, "unit": "d"}, 30.0),
        ({"value": 30, "code": "d", "system": "http://unitsofmeasure.org"}, 30.0),
        ({"value": 30, "unit": "days", "code": "d"}, 30.0),
        ({"value": 30, "unit": "dager"}, 30.0),
        ({"value": 12, "unit": "uker"}, 84.0),
        ({"value": 2, "code": "wk"}, 14.0),
        ({"value": 3, "code": "mo"}, 91.3125),
        ({"value": 1, "code": "a"}, 365.25),
        ({"value": 48, "code": "h"}, 2.0),
    ],
)
def test_days_that_are_stated(written: Json, days: float) -> None:
    patient = read(dispense(daysSupply=written, quantity=amount(100, "STK"), dosageInstruction=ONE_A_DAY))
    assert ((days, KNOWN, DATED), []) == (row(patient), said(patient))


@pytest.mark.parametrize(
    ("written", "quality", "issue"),
    [
        ({"value": 30}, DAYS_NOT_KNOWN, "days_unit_not_understood"),
        ({"value": 30, "unit": "tabletter"}, DAYS_NOT_KNOWN, "days_unit_not_understood"),
        ({"value": 30, "unit": "d", "code": "wk"}, DAYS_NOT_KNOWN, "days_unit_not_understood"),
        ({"unit": "d"}, DAYS_NOT_KNOWN, "days_not_understood"),
        ({"value": "30", "unit": "d"}, DAYS_NOT_KNOWN, "days_not_understood"),
        ({"value": 0, "unit": "d"}, IMPLAUSIBLE_ONLY, "days_not_possible"),
        ({"value": -30, "unit": "d"}, IMPLAUSIBLE_ONLY, "days_not_possible"),
        ({"value": 300, "unit": "mo"}, IMPLAUSIBLE_ONLY, "days_not_possible"),
        (30, DAYS_NOT_KNOWN, "days_not_understood"),
    ],
)
def test_days_that_cannot_be_read(written: Any, quality: int, issue: str) -> None:
    """What is stated and cannot be read is not replaced by what could be derived."""
    patient = read(dispense(daysSupply=written, quantity=amount(100, "STK"), dosageInstruction=ONE_A_DAY))
    assert ((0.0, quality, DATED), [issue]) == (row(patient), said(patient))


@pytest.mark.parametrize(
    ("quantity", "dose", "repeat", "days"),
    [
        (amount(100, "STK"), amount(1, "tablett"), DAILY, 100.0),
        (amount(100, "tabletter"), amount(2, "stk"), DAILY, 50.0),
        (amount(28, "{tbl}"), amount(0.5, "tablett"), DAILY, 56.0),
        (amount(90, "kapsler"), amount(1, "kapsel"), {"frequency": 3, "period": 1, "periodUnit": "d"}, 30.0),
        (amount(12, "stk"), amount(1, "tablett"), {"period": 1, "periodUnit": "wk"}, 84.0),
        (amount(12, "stk"), amount(1, "stk"), {"frequency": 1, "period": 8, "periodUnit": "h"}, 4.0),
        (amount(30, "stk"), amount(1, "stk"), {"timeOfDay": ["08:00:00", "20:00:00"]}, 15.0),
        (amount(30, "stk"), amount(1, "stk"), {"when": ["MORN"]}, 30.0),
        (amount(12, "stk"), amount(1, "stk"), {**DAILY, "dayOfWeek": ["mon", "wed", "fri"]}, 28.0),
        (amount(500, "mL"), amount(10, "ml"), DAILY, 50.0),
        (amount(1, "g"), amount(250, "mg"), DAILY, 4.0),
        (amount(200, "dose"), amount(2, "Dose"), DAILY, 100.0),
        (amount(1, "stk"), amount(1, "stk"), DAILY, 1.0),
        (amount(0.5, "stk"), amount(1, "stk"), DAILY, 0.5),
    ],
)
def test_days_that_are_derived(quantity: Json, dose: Json, repeat: Json, days: float) -> None:
    patient = read(dispense(quantity=quantity, dosageInstruction=[dosage(dose, **repeat)]))
    assert ((days, KNOWN, DERIVED), []) == (row(patient), said(patient))
    assert [quantity["value"] * (1000 if quantity["unit"] == "g" else 1)] == patient.tables["supply.statins"].raw


@pytest.mark.parametrize(
    ("quantity", "instructions", "issue"),
    [
        (amount(100, "STK"), None, "days_not_stated"),
        (amount(100, "STK"), [{"text": "1 daglig"}], "days_not_stated"),
        (amount(100, "STK"), [dosage(amount(1), **DAILY)], "days_not_stated"),
        (amount(100, "STK"), [dosage(amount(500, "mg"), **DAILY)], "days_not_stated"),
        (amount(100, "STK"), [dosage(amount(1, "dråpe"), **DAILY)], "days_not_stated"),
        (amount(100, "STK"), [dosage(amount(0, "stk"), **DAILY)], "days_not_stated"),
        (amount(100, "STK"), [dosage({"value": 1, "unit": "stk", "comparator": "<"}, **DAILY)], "days_not_stated"),
        (amount(100, "STK"), [dosage(amount(1, "stk"), **DAILY, frequencyMax=2)], "days_not_stated"),
        (amount(100, "STK"), [dosage(amount(1, "stk"), **DAILY, timeOfDay=["08:00", "20:00"])], "days_not_stated"),
        (amount(100, "STK"), [dosage(amount(1, "stk"), timeOfDay=["8"])], "days_not_stated"),
        (amount(100, "STK"), [dosage(amount(1, "stk"), frequency=1, period=1)], "days_not_stated"),
        (
            amount(100, "STK"),
            [{**dosage(amount(1, "stk"), **DAILY), "modifierExtension": [{"url": "x"}]}],
            "days_not_stated",
        ),
        (
            amount(100, "STK"),
            [{**dosage(amount(1, "stk"), **DAILY), "sequence": number} for number in (1, 2)],
            "days_not_stated",
        ),
        (amount(100, "Mg"), [dosage(amount(1, "mg"), **DAILY)], "days_not_stated"),
        ({"value": 100, "unit": "STK", "code": "mg"}, ONE_A_DAY, "days_not_stated"),
        (amount(100), ONE_A_DAY, "package_size_missing"),
        ({"value": 4.0, "code": "1", "system": "http://unitsofmeasure.org"}, ONE_A_DAY, "package_size_missing"),
        (None, ONE_A_DAY, "days_not_stated"),
        (amount("4", "STK"), ONE_A_DAY, "days_not_stated"),
    ],
)
def test_days_that_nobody_knows(quantity: Json | None, instructions: list[Json] | None, issue: str) -> None:
    patient = read(dispense(quantity=quantity, dosageInstruction=instructions))
    assert ((0.0, DAYS_NOT_KNOWN, DATED), [issue]) == (row(patient), said(patient))


@pytest.mark.parametrize("value", [0, -10, 1_000_000])
def test_quantities_that_cannot_be(value: float) -> None:
    patient = read(dispense(quantity=amount(value, "STK"), dosageInstruction=ONE_A_DAY))
    assert ((0.0, IMPLAUSIBLE_ONLY, DATED), ["days_not_possible"]) == (row(patient), said(patient))


@pytest.mark.parametrize(
    "instructions",
    [
        [{**ONE_A_DAY[0], "asNeededBoolean": True}],
        [*ONE_A_DAY, {"asNeededCodeableConcept": {"text": "pain"}}],
        [{**ONE_A_DAY[0], **used("3")}],
    ],
)
@pytest.mark.parametrize("days", [{}, {"daysSupply": amount(30, "d")}])
def test_as_needed_lasts_nobody_knows_how_long(instructions: list[Json], days: Json) -> None:
    patient = read(dispense(quantity=amount(100, "STK"), dosageInstruction=instructions, **days))
    expected = (0.0, DAYS_NOT_KNOWN, int(Attribute.DATE_ONLY | Attribute.AS_NEEDED))
    assert (expected, ["days_as_needed"]) == (row(patient), said(patient))


TWO_A_DAY = eresept(repeating(1, "tablett", "1"), repeating(1, "tablett", "5"))


def on_list(*periods: Json, atc: str = STATIN, **fields: Any) -> Json:
    return statement(atc, extension=[sfm("reseptamendment", *periods)], **fields)


def packed(*sizes: tuple[str, str], **fields: Any) -> Json:
    """A Medication that states what one package holds."""
    stated = [
        extension(
            "packinginfoprescription",
            extension("packingsize", valueString=size),
            extension("packingunit", valueCodeableConcept=concept("urn:oid:2.16.578.1.12.4.1.1.7452", unit)),
        )
        for size, unit in sizes
    ]
    return medication({"system": ATC, "code": STATIN}, extension=[sfm("medicationdetails", *stated)], **fields)


PACKAGE = {"medicationCodeableConcept": None, "medicationReference": {"reference": "Medication/m"}}
HANDED = sfm(
    "deliverysummary",
    extension("pakningsstr", valueQuantity=amount(100.0, "STK")),
    extension("sistutlevert", valueDateTime="2026-01-08T00:00:00+00:00"),
)
AMOUNT_TEXT = {"extension": [sfm("amountText", extension("quantity", valueQuantity=amount(100.0, "STK")))]}


@pytest.mark.parametrize(
    ("resources", "days"),
    [
        ([dispense(quantity=amount(4.0), **PACKAGE, **ON_LIST), packed(("100", "STK")), on_list(TWO_A_DAY)], 200.0),
        ([dispense(quantity=amount(2), **PACKAGE, **ON_LIST), packed(("30 x 3", "STK")), on_list(TWO_A_DAY)], 90.0),
        ([dispense(quantity=amount(2), **PACKAGE, **ON_LIST), packed(("1", "STK")), on_list(TWO_A_DAY)], 1.0),
        (
            [
                dispense(quantity=amount(2), **PACKAGE, **ON_LIST),
                packed(("10 x 1,5", "mg")),
                on_list(eresept(repeating(1, "mg"))),
            ],
            30.0,
        ),
        (
            [
                dispense(quantity=amount(4.0), **PACKAGE, **ON_LIST),
                packed(amount=AMOUNT_TEXT),
                on_list(TWO_A_DAY),
            ],
            200.0,
        ),
        (
            [
                dispense(quantity=amount(4.0), **PACKAGE, **ON_LIST),
                packed(("100", "STK"), amount=AMOUNT_TEXT),
                on_list(TWO_A_DAY),
            ],
            200.0,
        ),
        (
            [
                dispense(quantity=amount(4.0), **ON_LIST),
                statement(extension=[sfm("reseptamendment", TWO_A_DAY), HANDED]),
            ],
            200.0,
        ),
        ([dispense(quantity=amount(60, "STK"), **ON_LIST), on_list(TWO_A_DAY)], 30.0),
        ([dispense(quantity=amount(60, "STK"), **ORDER), request(dosageInstruction=ONE_A_DAY)], 60.0),
        (
            [
                dispense(quantity=amount(60, "STK"), dosageInstruction=ONE_A_DAY, **ON_LIST),
                on_list(TWO_A_DAY, atc=OTHER_STATIN),
            ],
            60.0,
        ),
        (
            [
                dispense(quantity=amount(30, "STK"), **ON_LIST),
                on_list(eresept(repeating(1, "tablett", every=amount(2, "Døgn")))),
            ],
            60.0,
        ),
        (
            [
                dispense(quantity=amount(30, "STK"), **ON_LIST),
                on_list(
                    eresept(repeating(1, "tablett"), start="2026-01-01", end="2026-01-14"),
                    eresept(repeating(2, "tablett"), start="2026-01-15"),
                ),
            ],
            7.0 + 23 / 2,
        ),
        (
            [
                dispense(quantity=amount(60, "STK"), **PACKAGE, **ON_LIST),
                medication(
                    {"system": ATC, "code": STATIN},
                    ingredient=[
                        {
                            "itemCodeableConcept": concept(SNOMED, "1"),
                            "strength": {"numerator": amount(250, "mg"), "denominator": amount(1, "tablett")},
                        }
                    ],
                ),
                on_list(eresept(repeating(500, "mg"))),
            ],
            30.0,
        ),
    ],
)
def test_days_that_are_derived_from_the_prescription(resources: list[Json], days: float) -> None:
    patient = read(*resources)
    assert ((days, KNOWN, DERIVED), []) == (row(patient), said(patient))


@pytest.mark.parametrize(
    ("resources", "issue"),
    [
        ([dispense(quantity=amount(4.0), **ON_LIST), on_list(TWO_A_DAY)], "package_size_missing"),
        (
            [dispense(quantity=amount(4.0), **PACKAGE, **ON_LIST), packed(("30 poser", "STK")), on_list(TWO_A_DAY)],
            "package_size_missing",
        ),
        (
            [
                dispense(quantity=amount(4.0), **PACKAGE, **ON_LIST),
                packed(("100", "STK"), ("30", "STK")),
                on_list(TWO_A_DAY),
            ],
            "package_size_missing",
        ),
        (
            [
                dispense(quantity=amount(4.0), whenHandedOver="2025-12-01", **ON_LIST),
                statement(extension=[sfm("reseptamendment", TWO_A_DAY), HANDED]),
            ],
            "package_size_missing",
        ),
        (
            [dispense(quantity=amount(60, "STK"), **ON_LIST), on_list(TWO_A_DAY, atc=OTHER_STATIN)],
            "days_not_stated",
        ),
        ([dispense(quantity=amount(60, "STK"), **ON_LIST)], "days_not_stated"),
        (
            [dispense("C10AA", quantity=amount(60, "STK"), **ON_LIST), on_list(TWO_A_DAY, atc="C10AA")],
            "days_not_stated",
        ),
        (
            [
                dispense(quantity=amount(60, "STK"), **ON_LIST),
                on_list(eresept(repeating(1, "tablett"), end="2026-01-20")),
            ],
            "days_not_stated",
        ),
        (
            [
                dispense(quantity=amount(60, "STK"), **ON_LIST),
                on_list(eresept(repeating(1, "tablett"), start="2026-02-01")),
            ],
            "days_not_stated",
        ),
        (
            [dispense(quantity=amount(60, "STK"), **ON_LIST), on_list(eresept(extension("x", valueString="x")))],
            "days_not_stated",
        ),
        (
            [
                dispense(quantity=amount(60, "STK"), **ON_LIST),
                on_list(eresept(repeating(1, "tablett"), repeating(5, "ml"))),
            ],
            "days_not_stated",
        ),
        *(
            ([dispense(quantity=amount(60, "STK"), **ON_LIST), on_list(eresept(wrong))], "days_not_stated")
            for wrong in (
                repeating(0, "tablett"),
                repeating("1", "tablett"),
                repeating(1, "tablett", every=amount(0, "Døgn")),
                repeating(1, "tablett", every=amount(1, "gang")),
            )
        ),
    ],
)
def test_days_that_the_prescription_does_not_tell(resources: list[Json], issue: str) -> None:
    patient = read(*resources)
    assert (0.0, DAYS_NOT_KNOWN) == row(patient, "supply.all")[:2]
    assert [issue] == said(patient)


def test_a_prescription_as_needed_is_as_needed() -> None:
    patient = read(dispense(quantity=amount(60, "STK"), **ON_LIST), on_list(TWO_A_DAY, dosage=[used("3")]))
    assert ["days_as_needed"] == said(patient)
    assert row(patient)[2] & Attribute.AS_NEEDED
