"""Daily implementation from openings: cases worked out by hand."""

from datetime import date, datetime

import pytest

from cds.adherence.doses import (
    AddedOpenings,
    ExpectedOpenings,
    MonitoredPeriod,
    Opening,
    Record,
    correct_dosing,
    daily_implementation,
    mean_implementation,
    patient_days,
    taking_adherence,
)
from cds.diagnostics import CdsError

FIRST, SECOND, THIRD, LAST = (date(2026, 1, each) for each in (7, 8, 9, 10))
BOTTLE = ("a", "x")
FOUR_DAYS = MonitoredPeriod(*BOTTLE, FIRST, LAST)
ONCE = ExpectedOpenings(*BOTTLE, FIRST, LAST, 1)


def opened(*days: int, hour: int = 8, minute: int = 0, monitor: str = "x") -> list[Opening]:
    return [Opening("a", monitor, datetime(2026, 1, each, hour, minute)) for each in days]


def of_each_day(record: Record) -> list[str]:
    return [each.implementation for each in record.days]


def test_days_begin_at_three_unless_said() -> None:
    night = opened(8, hour=2, minute=59) + opened(9, hour=3)
    found = daily_implementation(night, monitored=[FOUR_DAYS], expected=[ONCE])
    assert [1, 0, 1, 0] == [each.recorded for each in found.days]
    found = daily_implementation(night, monitored=[FOUR_DAYS], expected=[ONCE], day_starts=0)
    assert [0, 1, 1, 0] == [each.recorded for each in found.days]


def test_added_openings_correct_those_recorded() -> None:
    added = [AddedOpenings(*BOTTLE, FIRST, -1), AddedOpenings(*BOTTLE, SECOND, 2), AddedOpenings(*BOTTLE, SECOND, -1)]
    found = daily_implementation(opened(7), monitored=[FOUR_DAYS], expected=[ONCE], added=added)
    assert [0, 1, 0, 0] == [each.corrected for each in found.days]
    assert ["not_implemented", "implemented", "not_implemented", "not_implemented"] == of_each_day(found)


def test_what_is_not_monitored_or_not_expected_is_unknown() -> None:
    away = [MonitoredPeriod(*BOTTLE, SECOND, SECOND)]
    expected = [ExpectedOpenings(*BOTTLE, FIRST, THIRD, 1)]
    found = daily_implementation(opened(7), monitored=[FOUR_DAYS], expected=expected, unmonitored=away)
    assert ["implemented", "unknown", "not_implemented", "unknown"] == of_each_day(found)
    assert 0.5 == mean_implementation(found.days)


def test_two_plans_that_disagree_are_none() -> None:
    expected = [ONCE, ExpectedOpenings(*BOTTLE, THIRD, LAST, 2), ExpectedOpenings(*BOTTLE, FIRST, FIRST, 1)]
    found = daily_implementation(opened(7, 8, 9, 10), monitored=[FOUR_DAYS], expected=expected)
    assert ["implemented", "implemented", "unknown", "unknown"] == of_each_day(found)


def test_nothing_is_expected_in_the_rest_of_a_cycle() -> None:
    cycle = ExpectedOpenings(*BOTTLE, FIRST, LAST, 1, on=2, off=1)
    found = daily_implementation(opened(7), monitored=[FOUR_DAYS], expected=[cycle])
    assert [1, 1, 0, 1] == [each.expected for each in found.days]
    assert ["implemented", "not_implemented", "implemented", "not_implemented"] == of_each_day(found)


def test_a_patient_day_is_unknown_when_one_medicine_is() -> None:
    other = [MonitoredPeriod("a", "y", FIRST, THIRD)]
    found = daily_implementation(
        [*opened(7, 8, 9, 10), *opened(7, monitor="y")],
        monitored=[FOUR_DAYS, *other],
        expected=[ONCE, ExpectedOpenings("a", "y", FIRST, LAST, 1)],
        unmonitored=[MonitoredPeriod("a", "y", THIRD, THIRD)],
    )
    days = patient_days(found.days)
    assert [(2, "implemented"), (2, "not_implemented"), (2, "unknown"), (1, "implemented")] == [
        (each.monitors, each.implementation) for each in days
    ]
    assert pytest.approx(2 / 3) == mean_implementation(days)


def test_what_lies_on_no_monitored_day_is_handed_back() -> None:
    stray, late = Opening("b", "x", datetime(2026, 1, 7, 8)), AddedOpenings(*BOTTLE, date(2026, 2, 1), 1)
    found = daily_implementation([stray, *opened(7)], monitored=[FOUR_DAYS], expected=[ONCE], added=[late])
    assert (stray, late) == found.outside


def test_taking_and_correct_dosing() -> None:
    found = daily_implementation(opened(7, 7, 8, 9), monitored=[FOUR_DAYS], expected=[ONCE])
    assert 1.0 == taking_adherence(found.days)
    assert 0.5 == correct_dosing(found.days)
    assert 0.75 == mean_implementation(found.days)


def test_of_nothing_there_is_no_share() -> None:
    found = daily_implementation([], monitored=[FOUR_DAYS], expected=[])
    assert [None] * 3 == [each(found.days) for each in (mean_implementation, taking_adherence, correct_dosing)]


def test_a_period_that_is_turned_round_is_refused() -> None:
    with pytest.raises(CdsError, match="ends before it begins"):
        daily_implementation([], monitored=[MonitoredPeriod(*BOTTLE, LAST, FIRST)], expected=[])
