"""Days' supply from what was handed out: stated, derived or unknown, and never guessed."""

from typing import Any

import pytest

from cds import adherence
from cds.adherence import Columns, QuantityColumns, Window
from cds.diagnostics import CdsError

COLUMNS = QuantityColumns(
    days_supply="days",
    daily_dose="dose",
    daily_dose_unit="dose_unit",
    strength="strength",
    strength_unit="strength_unit",
)


def dispense(days: Any = None, quantity: Any = None, dose: Any = None, strength: Any = None, name: str = "X") -> Any:
    """A dispense; amounts are pairs of a number and a unit."""
    pairs = {"quantity": quantity, "dose": dose, "strength": strength}
    row = {"patient": "p", "date": "2026-01-01", "medication": name, "days": days}
    for key, pair in pairs.items():
        row[key], row[f"{key}_unit"] = pair or (None, None)
    return row


@pytest.mark.parametrize(
    ("given", "days", "how", "by"),
    [
        (dispense(days=30.0), 30.0, "stated", ""),
        (dispense(days=30.0, quantity=(100, "tablets"), dose=(1, "tablet")), 30.0, "stated", ""),
        (dispense(quantity=(100, "tablets"), dose=(2, "STK")), 50.0, "derived", "daily dose"),
        (dispense(quantity=(2, "g"), dose=(40, "mg")), 50.0, "derived", "daily dose"),
        (dispense(quantity=(0.5, "L"), dose=(10, "mL")), 50.0, "derived", "daily dose"),
        (dispense(quantity=(100, "tablets"), dose=(40, "mg"), strength=(20, "mg")), 50.0, "derived", "daily dose"),
        (dispense(quantity=(2, "g"), dose=(2, "tablets"), strength=(20, "mg")), 50.0, "derived", "daily dose"),
        (dispense(quantity=(600, "IE"), dose=(12, "IE")), 50.0, "derived", "daily dose"),
        (dispense(quantity=(2, "g"), name="Y"), 50.0, "derived", "defined daily dose"),
        (dispense(quantity=(2, "g"), dose=(20, "mg"), name="Y"), 100.0, "derived", "daily dose"),
    ],
)
def test_known_days(given: Any, days: float, how: str, by: str) -> None:
    answer = adherence.with_days_supply([given], columns=COLUMNS, defined_daily_doses={"Y": (40, "mg")})
    (found,) = answer.rows.to_pylist()
    assert (pytest.approx(days), how, by) == (found["days_supply"], found["how"], found["by"])
    assert answer.issues == ()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (dispense(), "days_not_derived"),
        (dispense(quantity=(4, None), dose=(1, "tablet")), "days_not_derived"),
        (dispense(quantity=(100, "tablets"), dose=(40, "mg")), "days_not_derived"),
        (dispense(quantity=(100, "tablets"), dose=(0, "tablets")), "days_not_derived"),
        (dispense(quantity=(-100, "tablets"), dose=(1, "tablets")), "days_not_derived"),
        (dispense(quantity=(9999, "tablets"), dose=(1, "tablets")), "days_not_derived"),
        (dispense(quantity=(100, "tablets"), name="Z"), "days_not_derived"),
        (dispense(days=-30.0, quantity=(100, "tablets"), dose=(1, "tablet")), "days_not_possible"),
        (dispense(days="a month"), "days_not_understood"),
    ],
)
def test_unknown_days_are_an_issue_of_the_row(given: Any, code: str) -> None:
    answer = adherence.with_days_supply([dispense(days=30.0), given], columns=COLUMNS)
    assert [(30.0, "stated"), (None, "unknown")] == [
        (each["days_supply"], each["how"]) for each in answer.rows.to_pylist()
    ]
    assert [(1, "p", code)] == [(each.row, each.patient, each.code) for each in answer.issues]


def test_the_answer_is_a_table_of_supply() -> None:
    table = adherence.with_days_supply([dispense(quantity=(30, "tablets"), dose=(1, "tablet"))], columns=COLUMNS).rows
    window = Window(0, 60)
    found = adherence.continuous_availability(table, follow_up=window, observation=window)
    assert [0.5] == found.rows.column("value").to_pylist()


@pytest.mark.parametrize("dose", [(0, "mg"), (40, ""), (float("nan"), "mg")])
def test_a_defined_daily_dose_that_is_none(dose: Any) -> None:
    with pytest.raises(CdsError, match="the defined daily dose of `Y`"):
        adherence.with_days_supply([], columns=COLUMNS, defined_daily_doses={"Y": dose})


def test_an_explanation_says_how_the_days_of_each_supply_are_known() -> None:
    table = [
        {"patient": 1, "date": "2026-01-01", "medication": "A", "days": 30},
        {"patient": 1, "date": "2026-01-31", "medication": "A", "quantity": 60, "quantity_unit": "tablets", "dose": 2},
        {"patient": 1, "date": "2026-03-02", "medication": "A", "quantity": 60},
    ]
    names = ("days", "quantity", "quantity_unit", "dose", "unit")
    whole = [{**dict.fromkeys(names), **each, "unit": "tablets"} for each in table]
    columns = QuantityColumns(days_supply="days", daily_dose="dose", daily_dose_unit="unit")
    reckoned = adherence.with_days_supply(whole, columns=columns).rows
    expected = {"how": ["stated", "derived", "unknown"], "": ["stated", "stated", "unknown"]}
    for name, said in expected.items():
        shown = adherence.explain_availability(reckoned, 1, columns=Columns(how=name))
        assert said == [each.how for each in shown.supplies]
