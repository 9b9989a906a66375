"""Least, greatest, mean, median, standard deviation: cases worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.operators.aggregates import put_in_order
from cds.operators.series import (
    DAYS,
    FRESH,
    FRESH_KIND,
    LEAST_DAYS,
    LEAST_ROWS,
    MINUTES,
    MONTHS,
    WINDOW,
    WINDOW_KIND,
)
from tests.operators.build import answer

AT = "2026-01-08 08:00"
WEEK = {WINDOW: 7, WINDOW_KIND: DAYS}
DAY = {WINDOW: 24 * 60, WINDOW_KIND: MINUTES}
FOUR = ["2026-01-02 00:00 4", "2026-01-05 07:00 6", "2026-01-08 07:00 8", "2026-01-08 07:30 14"]
OUTSIDE = "2026-01-01 23:59 500"
HIGH = "2026-01-07 09:00 10 at_least"
LOW = "2026-01-07 10:00 5 at_most"

OF_FOUR = {"min": 4.0, "max": 14.0, "mean": 8.0, "median": 7.0, "sd": (56 / 3) ** 0.5}


@pytest.mark.parametrize("operator", OF_FOUR)
@pytest.mark.parametrize("extra", ["", OUTSIDE, "2026-01-07 09:00 7 withheld", "2026-01-07 09:00 7 implausible_only"])
def test_only_usable_rows_of_the_window_count(operator: str, extra: str) -> None:
    lines = [*FOUR, extra] if extra else FOUR
    assert answer(operator, lines, AT, WEEK) == (OF_FOUR[operator], "known", 4)


UNKNOWN = {
    "no rows": ([], {}, "always", "no_data"),
    "no rows, supplied since the window opened": ([], {}, "2026-01-02", "no_data"),
    "supplied a minute too late": (FOUR, {}, "2026-01-02 00:01", "not_supplied"),
    "not supplied": (FOUR, {}, "never", "not_supplied"),
    "only impossible values": (["2026-01-07 09:00 900 implausible_only"], {}, "always", "implausible_only"),
    "a real reading before an impossible one": (
        ["2026-01-07 08:00 9 unit_not_understood", "2026-01-07 09:00 900 implausible_only"],
        {},
        "always",
        "unit_not_understood",
    ),
    "only withheld": (["2026-01-07 09:00 9 withheld"], {}, "always", "withheld"),
    "too few readings": (FOUR, {LEAST_ROWS: 5}, "always", "too_few"),
    "too few days": (FOUR, {LEAST_DAYS: 4}, "always", "too_few"),
    "too old": (FOUR[:2], {FRESH: 1, FRESH_KIND: DAYS}, "always", "too_old"),
    "too old in hours": (FOUR[:2], {FRESH: 60, FRESH_KIND: MINUTES}, "always", "too_old"),
}


@pytest.mark.parametrize("operator", OF_FOUR)
@pytest.mark.parametrize("case", UNKNOWN)
def test_unknown(operator: str, case: str) -> None:
    lines, slots, supplied, reason = UNKNOWN[case]
    assert answer(operator, lines, AT, WEEK | slots, supplied)[:2] == (0.0, reason)


@pytest.mark.parametrize("operator", OF_FOUR)
def test_what_is_required_is_met(operator: str) -> None:
    slots = {LEAST_ROWS: 4, LEAST_DAYS: 3, FRESH: 30, FRESH_KIND: MINUTES}
    assert answer(operator, FOUR, "2026-01-08 07:59", WEEK | slots) == (OF_FOUR[operator], "known", 4)
    assert answer(operator, FOUR, "2026-01-08 08:00", WEEK | slots)[1] == "too_old"


def test_one_reading() -> None:
    one = FOUR[-1:]
    for operator in ("min", "max", "mean", "median"):
        assert answer(operator, one, AT, WEEK) == (14.0, "known", 1)
    assert answer("sd", one, AT, WEEK) == (0.0, "too_few", 1)


def test_a_date_alone_counts_in_days_but_not_in_hours() -> None:
    lines = ["2026-01-08 4", "2026-01-08 07:00 6"]
    assert answer("mean", lines, AT, WEEK) == (5.0, "known", 2)
    assert answer("mean", lines, AT, DAY) == (6.0, "known", 1)
    assert answer("mean", lines[:1], AT, DAY) == (0.0, "no_data", 0)


def test_a_date_alone_is_a_day() -> None:
    lines = ["2026-01-07 4", "2026-01-08 07:00 6"]
    assert answer("mean", lines, AT, WEEK | {LEAST_DAYS: 2}) == (5.0, "known", 2)
    assert answer("mean", [*lines, "2026-01-07 22:00 8"], AT, DAY | {LEAST_DAYS: 3})[1] == "too_few"


def test_two_values_of_one_instant_both_count() -> None:
    assert answer("mean", ["2026-01-08 07:00 4", "2026-01-08 07:00 6"], AT, WEEK) == (5.0, "known", 2)


BOUNDS = {
    ("mean", HIGH): (8.4, "at_least"),
    ("mean", LOW): (7.4, "at_most"),
    ("median", HIGH): (8.0, "at_least"),
    ("median", LOW): (6.0, "at_most"),
    ("max", HIGH): (14.0, "at_least"),
    ("max", LOW): (14.0, "known"),
    ("max", "2026-01-07 09:00 20 at_least"): (20.0, "at_least"),
    ("max", "2026-01-07 09:00 20 at_most"): (20.0, "at_most"),
    ("min", LOW): (4.0, "at_most"),
    ("min", HIGH): (4.0, "known"),
    ("min", "2026-01-07 09:00 2 at_most"): (2.0, "at_most"),
    ("min", "2026-01-07 09:00 2 at_least"): (2.0, "at_least"),
    ("sd", HIGH): (0.0, "not_computable"),
    ("sd", LOW): (0.0, "not_computable"),
}


@pytest.mark.parametrize(("operator", "extra"), BOUNDS)
def test_a_reading_of_which_only_a_bound_is_known(operator: str, extra: str) -> None:
    value, reason, used = answer(operator, [*FOUR, extra], AT, WEEK)
    assert (pytest.approx(BOUNDS[operator, extra][0]), BOUNDS[operator, extra][1]) == (value, reason)
    assert used == 5


def test_bounds_of_both_kinds() -> None:
    both = [*FOUR, HIGH, LOW]
    for operator in ("mean", "median", "sd"):
        assert answer(operator, both, AT, WEEK)[:2] == (0.0, "not_computable")
    assert answer("max", both, AT, WEEK)[:2] == (14.0, "at_least")
    assert answer("min", both, AT, WEEK)[:2] == (4.0, "at_most")
    assert answer("max", [LOW, "2026-01-07 09:00 3 at_least"], AT, WEEK)[:2] == (3.0, "at_least")


def test_the_long_and_the_short_day() -> None:
    autumn = ["2026-10-25 00:30 4", "2026-10-25 23:30 6"]
    assert answer("mean", autumn, "2026-10-25 23:45", {WINDOW: 1, WINDOW_KIND: DAYS})[0] == 5.0
    assert answer("mean", autumn, "2026-10-25 23:45", DAY)[0] == 6.0
    spring = ["2026-03-28 23:50 4", "2026-03-29 23:30 6"]
    assert answer("mean", spring, "2026-03-29 23:45", {WINDOW: 1, WINDOW_KIND: DAYS})[0] == 6.0
    assert answer("mean", spring, "2026-03-29 23:45", DAY)[0] == 5.0


def test_a_month_from_the_31st() -> None:
    lines = ["2026-02-27 23:59 4", "2026-02-28 00:00 6", "2026-03-31 07:00 8"]
    assert answer("mean", lines, "2026-03-31 08:00", {WINDOW: 1, WINDOW_KIND: MONTHS}) == (7.0, "known", 2)


@given(st.lists(st.floats(allow_nan=False)), st.integers(0, 50), st.integers(0, 50))
def test_some_of_the_numbers_are_put_in_order(numbers: list[float], first: int, count: int) -> None:
    first = min(first, len(numbers))
    end = min(first + count, len(numbers))
    expected = [*numbers[:first], *sorted(numbers[first:end]), *numbers[end:]]
    put_in_order(numbers, first, end - first)
    assert expected == numbers
