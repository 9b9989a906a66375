"""How much of a medicine is taken: quantities that can be compared, doses a day, and how long an amount lasts."""

from typing import Any

import pytest

from cds.adapters.fhir.dosing import doses_a_day, dosings
from cds.adapters.medicine_quantity import days_in, quantity
from cds.periods import zone
from tests.adapters.building import Json, at, concept
from tests.adapters.medication import amount, dosage

TABLETS, MASS, VOLUME = (quantity(amount(1, unit)) for unit in ("stk", "mg", "ml"))


@pytest.mark.parametrize(
    ("value", "unit", "same_as"),
    [
        *((1, unit, TABLETS) for unit in ("STK", "Tablett", "tabletter", "kapsel", "kapsler", "{tbl}", "{capsule}")),
        (1000, "ug", MASS),
        (1000, "µg", MASS),
        (1000, "mikrog", MASS),
        (1_000_000, "ng", MASS),
        (0.001, "g", MASS),
        (1, "milligram", MASS),
        (1, "mL", VOLUME),
        (0.1, "cl", VOLUME),
        (0.01, "dl", VOLUME),
        (0.001, "L", VOLUME),
        (0.001, "liter", VOLUME),
    ],
)
def test_units_of_one_kind(value: float, unit: str, same_as: Any) -> None:
    found = quantity(amount(value, unit))
    assert found and found.is_like(same_as.unit)
    assert found.value == pytest.approx(same_as.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (amount(1), amount(1)),
        (amount(1, "mg"), amount(1, "Mg")),
        (amount(1, "mg"), amount(1, "stk")),
        (amount(1, "mg"), amount(1, "ml")),
        (amount(1, "dråpe"), amount(1, "dose")),
        ({"value": 1, "code": "1"}, {"value": 1, "code": "1"}),
        ({"value": 1, "unit": "stk", "code": "mg"}, {"value": 1, "unit": "stk", "code": "mg"}),
        ({"value": 1, "unit": "g", "code": "mg"}, amount(1, "mg")),
    ],
)
def test_units_that_cannot_be_compared(one: Json, other: Json) -> None:
    first, second = quantity(one), quantity(other)
    assert first and second and not first.is_like(second.unit)


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ({"value": 1, "unit": "tablett", "code": "1"}, "stk"),
        ({"value": 1, "unit": "tablett", "code": "53"}, "stk"),
        ({"value": 1, "unit": "Dråper", "code": "[drp]"}, "[drp]"),
        ({"value": 1, "unit": "Dose"}, "dose"),
    ],
)
def test_which_spelling_of_a_unit_decides(written: Json, unit: str) -> None:
    found, like = quantity(written), quantity(amount(1, unit))
    assert found and like and found.is_like(like.unit)


@pytest.mark.parametrize("written", [None, {}, {"value": "1"}, {"value": True}, {"value": 1, "comparator": ">"}, 7])
def test_no_quantity(written: object) -> None:
    assert quantity(written) is None


@pytest.mark.parametrize(
    ("units", "days"),
    [
        (("d", "day", "days", "dag", "dager", "dagar", "Døgn"), 1.0),
        (("wk", "week", "weeks", "uke", "uker", "veke", "veker"), 7.0),
        (("h", "time", "timer"), 1 / 24),
        (("min",), 1 / 1440),
        (("s",), 1 / 86400),
        (("mo",), 30.4375),
        (("a",), 365.25),
        (("", "gang", None, "M"), None),
    ],
)
def test_lengths_of_time(units: tuple[Any, ...], days: float | None) -> None:
    assert {days} == {days_in(unit) for unit in units}


@pytest.mark.parametrize(
    ("repeat", "expected"),
    [
        ({"frequency": 2, "period": 1, "periodUnit": "d"}, 2.0),
        ({"period": 1, "periodUnit": "d"}, 1.0),
        ({"frequency": 1, "period": 2, "periodUnit": "d"}, 0.5),
        ({"frequency": 1, "period": 6, "periodUnit": "h"}, 4.0),
        ({"frequency": 3, "period": 1, "periodUnit": "wk", "dayOfWeek": ["mon", "wed", "fri"]}, 3 / 7),
        ({"frequency": 2, "period": 1, "periodUnit": "d", "dayOfWeek": ["sat", "sun"]}, 4 / 7),
        ({"timeOfDay": ["08:00", "20:00:00"]}, 2.0),
        ({"timeOfDay": ["08:00", "08:00"]}, 1.0),
        ({"timeOfDay": ["08:00"], "dayOfWeek": ["mon"]}, 1 / 7),
        ({"timeOfDay": ["08:00"], "dayOfWeek": ["mon"], "frequency": 1, "period": 1, "periodUnit": "wk"}, 1 / 7),
        ({"timeOfDay": ["08:00", "20:00"], "frequency": 2, "period": 1, "periodUnit": "d"}, 2.0),
        ({"timeOfDay": ["08:00"], "frequency": 2, "period": 1, "periodUnit": "d"}, 0.0),
        ({"timeOfDay": ["24:00"]}, 0.0),
        ({"timeOfDay": ["08:00", "soon"], "frequency": 2, "period": 1, "periodUnit": "d"}, 0.0),
        ({"when": ["MORN", "EVE"]}, 2.0),
        ({"when": ["MORN"], "frequency": 2, "period": 1, "periodUnit": "d"}, 0.0),
        ({"frequency": 2, "period": 1, "periodUnit": "d", "periodMax": 2}, 0.0),
        ({"frequency": 0, "period": 1, "periodUnit": "d"}, 0.0),
        ({"frequency": 1, "period": 0, "periodUnit": "d"}, 0.0),
        ({"frequency": -1, "period": -1, "periodUnit": "d"}, 0.0),
        ({"frequency": 1, "period": 1}, 0.0),
        ({"frequency": 1, "period": 1, "periodUnit": "d", "dayOfWeek": ["someday"]}, 0.0),
        ({"dayOfWeek": ["mon"]}, 0.0),
        ({}, 0.0),
    ],
)
def test_doses_a_day(repeat: Json, expected: float) -> None:
    assert expected == pytest.approx(doses_a_day({"repeat": repeat}))


@pytest.mark.parametrize(
    ("code", "expected"),
    [("QD", 1.0), ("BID", 2.0), ("TID", 3.0), ("QID", 4.0), ("QOD", 0.5), ("AM", 1.0), ("PM", 1.0), ("Q4H", 0.0)],
)
def test_doses_a_day_by_abbreviation(code: str, expected: float) -> None:
    timing = {"code": concept("http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", code)}
    assert expected == doses_a_day(timing)
    assert 1.0 == doses_a_day({**timing, "repeat": {"period": 1, "periodUnit": "d"}})


DAY = {"frequency": 1, "period": 1, "periodUnit": "d"}


@pytest.mark.parametrize(
    ("repeat", "slots", "weekdays"),
    [
        ({"timeOfDay": ["20:00", "08:00:00"]}, ("08:00", "20:00"), tuple(range(7))),
        ({"timeOfDay": ["08:00"], "dayOfWeek": ["sun", "mon"]}, ("08:00",), (0, 6)),
        ({"timeOfDay": ["08:00"], "frequency": 1, "period": 2, "periodUnit": "d"}, (), ()),
        ({"timeOfDay": ["08:00"], "period": 24, "periodUnit": "h"}, ("08:00",), tuple(range(7))),
        ({"when": ["MORN"]}, ("MORN",), tuple(range(7))),
        (DAY, (), ()),
    ],
)
def test_when_in_the_day(repeat: Json, slots: tuple[str, ...], weekdays: tuple[int, ...]) -> None:
    found = dosings([dosage(amount(1, "stk"), **repeat)], at("2026-01-01"), zone())
    assert [(slots, weekdays)] == [(each.slots, each.weekdays) for each in found]


@pytest.mark.parametrize(
    ("written", "daily"),
    [
        ({}, 2.0),
        ({"doseAndRate": [{"doseQuantity": amount(2, "stk")}, {"doseQuantity": amount(2, "stk")}]}, 2.0),
        ({"doseAndRate": [{"doseQuantity": amount(2, "stk")}, {"doseQuantity": amount(1, "stk")}]}, 0.0),
        ({"doseAndRate": [{"doseRange": {"low": amount(1, "stk"), "high": amount(2, "stk")}}]}, 0.0),
        ({"doseAndRate": [{"doseQuantity": amount(-2, "stk")}]}, 0.0),
        ({"doseAndRate": []}, 0.0),
        ({"asNeededBoolean": True}, 0.0),
        ({"modifierExtension": [{"url": "http://x"}]}, 0.0),
        ({"timing": {"repeat": DAY, "modifierExtension": [{"url": "http://x"}]}}, 0.0),
    ],
)
def test_the_amount_of_a_day(written: Json, daily: float) -> None:
    found = dosings([{**dosage(amount(2, "stk"), **DAY), **written}], at("2026-01-01"), zone())
    assert [daily] == [each.daily for each in found]
