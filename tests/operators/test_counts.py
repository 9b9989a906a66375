"""Counts, shares, days and runs of readings that satisfy a test: cases worked out by hand."""

import pytest

from cds.operators.counts import GAP_AT_MOST, NEEDED, meets
from cds.operators.logic import ABOVE, AT_LEAST_OF, AT_MOST_OF, BELOW, FROM_TO
from cds.operators.series import (
    DAYS,
    FRESH,
    FRESH_KIND,
    LEAST_DAYS,
    LEAST_ROWS,
    LOWER,
    MINUTES,
    PAIR_LOWER,
    PAIR_UNIT,
    PAIR_UPPER,
    TEST,
    UPPER,
    WINDOW,
    WINDOW_KIND,
)
from tests.operators.build import answer, rows

AT = "2026-01-08 08:00"
WEEK = {WINDOW: 7, WINDOW_KIND: DAYS}
HIGH = {TEST: ABOVE, LOWER: 10}
RANGE = {TEST: FROM_TO, LOWER: 4, UPPER: 10}

STATES = {
    "below": ("3.9", {TEST: BELOW, LOWER: 3.9}, 0),
    "below, under the limit": ("3.8", {TEST: BELOW, LOWER: 3.9}, 1),
    "at most": ("3.9", {TEST: AT_MOST_OF, LOWER: 3.9}, 1),
    "above": ("10", HIGH, 0),
    "at least": ("10", {TEST: AT_LEAST_OF, LOWER: 10}, 1),
    "lower end is inside": ("4", RANGE, 1),
    "upper end is inside": ("10", RANGE, 1),
    "under the range": ("3.9", RANGE, 0),
    "over the range": ("10.1", RANGE, 0),
    "noise at the limit": ("10.0000000001", HIGH, 0),
    "HI is over the range": ("27 at_least", RANGE, 0),
    "HI may be over": ("9 at_least", RANGE, 15),
    "LO is under the range": ("3 at_most", RANGE, 0),
    "LO is below": ("3 at_most", {TEST: BELOW, LOWER: 3.9}, 1),
    "compared as it arrived": ("3.886 unit=7 raw=70", {TEST: BELOW, LOWER: 3.9, PAIR_UNIT: 7, PAIR_LOWER: 70}, 0),
    "arrived in the other unit": ("3.886 unit=8 raw=70", {TEST: BELOW, LOWER: 3.9, PAIR_UNIT: 7, PAIR_LOWER: 70}, 1),
    "range as it arrived": ("9.99 unit=7 raw=181", RANGE | {PAIR_UNIT: 7, PAIR_LOWER: 70, PAIR_UPPER: 180}, 0),
    "no test": ("1", {}, 1),
}


@pytest.mark.parametrize("case", STATES)
def test_meets(case: str) -> None:
    row, slots, state = STATES[case]
    vector = [0.0] * 30
    vector[PAIR_UNIT] = -1.0
    for slot, number in slots.items():
        vector[slot] = number
    assert meets(rows(f"{AT} {row}"), 0, vector) == state


FOUR = ["2026-01-02 00:00 12", "2026-01-07 07:00 9", "2026-01-07 08:00 11", "2026-01-08 07:00 11"]
HI = "2026-01-06 07:00 9 at_least"
LO = "2026-01-06 07:00 12 at_most"
CASES = {
    # lines, slots, supplied, then count, percent and days with their reasons
    "two days, three readings": (FOUR, HIGH, "always", 3.0, 75.0, 3.0, "known"),
    "none satisfies": (FOUR, {TEST: ABOVE, LOWER: 50}, "always", 0.0, 0.0, 0.0, "known"),
    "before the window": ([*FOUR, "2026-01-01 23:59 20"], HIGH, "always", 3.0, 75.0, 3.0, "known"),
    "two on one day": ([*FOUR, "2026-01-08 07:30 12"], HIGH, "always", 4.0, 80.0, 3.0, "known"),
    "a date alone": ([*FOUR, "2026-01-05 12"], HIGH, "always", 4.0, 80.0, 4.0, "known"),
    "impossible": ([*FOUR, "2026-01-05 07:00 900 implausible_only"], HIGH, "always", 3.0, 75.0, 3.0, "known"),
    "unit not understood": ([*FOUR, "2026-01-05 07:00 9 unit_not_understood"], HIGH, "always", 3.0, 75.0, 3.0, "known"),
    "HI that may be over": ([*FOUR, HI], HIGH, "always", 3.0, 60.0, 3.0, "at_least"),
    "LO that may be over": ([*FOUR, LO], HIGH, "always", 3.0, 60.0, 3.0, "at_least"),
    "HI that is over": ([*FOUR, "2026-01-06 07:00 27 at_least"], HIGH, "always", 4.0, 80.0, 4.0, "known"),
    "nothing": ([], HIGH, "always", 0.0, 0.0, 0.0, "no_data"),
    "only unit not understood": (
        ["2026-01-05 07:00 9 unit_not_understood"],
        HIGH,
        "always",
        0.0,
        0.0,
        0.0,
        "unit_not_understood",
    ),
    "only impossible": (["2026-01-05 07:00 9 implausible_only"], HIGH, "always", 0.0, 0.0, 0.0, "implausible_only"),
    "supplied since the window opened": (FOUR, HIGH, "2026-01-02", 3.0, 75.0, 3.0, "known"),
    "supplied a minute too late": (FOUR, HIGH, "2026-01-02 00:01", 0.0, 0.0, 0.0, "not_supplied"),
    "not supplied": ([], HIGH, "never", 0.0, 0.0, 0.0, "not_supplied"),
    "too few": (FOUR, HIGH | {LEAST_ROWS: 5}, "always", 0.0, 0.0, 0.0, "too_few"),
    "too few days": (FOUR, HIGH | {LEAST_DAYS: 4}, "always", 0.0, 0.0, 0.0, "too_few"),
    "enough": (FOUR, HIGH | {LEAST_ROWS: 4, LEAST_DAYS: 3}, "always", 3.0, 75.0, 3.0, "known"),
    "too old": (FOUR[:1], HIGH | {FRESH: 1, FRESH_KIND: DAYS}, "always", 0.0, 0.0, 0.0, "too_old"),
}


@pytest.mark.parametrize("case", CASES)
def test_count_percent_and_days(case: str) -> None:
    lines, slots, supplied, count, percent, days, reason = CASES[case]
    assert answer("count", lines, AT, WEEK | slots, supplied)[:2] == (count, reason)
    assert answer("percent_of_readings", lines, AT, WEEK | slots, supplied)[:2] == (percent, reason)
    assert answer("days_with", lines, AT, WEEK | slots, supplied)[:2] == (days, reason)


def test_a_day_that_counts_anyway_needs_no_decision() -> None:
    lines = [*FOUR, "2026-01-07 09:00 9 at_least"]
    assert answer("days_with", lines, AT, WEEK | HIGH)[:2] == (3.0, "known")
    assert answer("count", lines, AT, WEEK | HIGH)[:2] == (3.0, "at_least")


WITHOUT_TEST = {
    "any value": ([*FOUR, "2026-01-05 07:00 9 unit_not_understood", HI], "always", 6.0, 5.0, "known"),
    "none": ([], "always", 0.0, 0.0, "known"),
    "none, supplied for less": ([], "2026-01-03", 0.0, 0.0, "not_supplied"),
    "only impossible": (["2026-01-05 07:00 9 implausible_only"], "always", 0.0, 0.0, "implausible_only"),
}


@pytest.mark.parametrize("case", WITHOUT_TEST)
def test_without_a_test_a_value_is_not_needed(case: str) -> None:
    lines, supplied, count, days, reason = WITHOUT_TEST[case]
    assert answer("count", lines, AT, WEEK, supplied)[:2] == (count, reason)
    assert answer("days_with", lines, AT, WEEK, supplied)[:2] == (days, reason)


def test_a_reading_just_after_midnight_belongs_to_the_next_day() -> None:
    lines = ["2026-03-28 23:59 12", "2026-03-29 00:00 12", "2026-03-29 23:59 12", "2026-10-25 00:00 12"]
    assert answer("days_with", lines[:3], "2026-03-30 00:00", WEEK | HIGH)[0] == 2.0
    assert answer("days_with", [*lines[3:], "2026-10-25 23:59 12"], "2026-10-26 00:00", WEEK | HIGH)[0] == 1.0


RUNS = {
    "a failing reading ends the run": (FOUR, {}, "always", 2.0, "known"),
    "the newest fails": ([*FOUR, "2026-01-08 07:30 10"], {}, "always", 0.0, "known"),
    "the data end": (FOUR[2:], {}, "always", 2.0, "at_least"),
    "the data end after the run that is needed": (FOUR[2:], {NEEDED: 2}, "always", 2.0, "at_least"),
    "the data end before": (FOUR[2:], {NEEDED: 3}, "always", 0.0, "too_few"),
    "the data end before, older not supplied": (FOUR[2:], {NEEDED: 3}, "2026-01-07", 0.0, "not_supplied"),
    "older not supplied, not needed": (FOUR[2:], {NEEDED: 2}, "2026-01-07", 2.0, "at_least"),
    "only the run is needed": (FOUR, {NEEDED: 3}, "always", 2.0, "known"),
    "a gap ends the run": (FOUR[2:], {GAP_AT_MOST: 22 * 60}, "always", 1.0, "known"),
    "a gap just small enough": (FOUR[2:], {GAP_AT_MOST: 23 * 60}, "always", 2.0, "at_least"),
    "an undecided reading": ([*FOUR[2:], HI], {}, "always", 2.0, "at_least"),
    "the newest is undecided": (["2026-01-08 07:30 9 at_least", *FOUR], {}, "always", 0.0, "at_least"),
    "one without value": ([*FOUR[2:], "2026-01-07 09:00 1 withheld"], {}, "always", 1.0, "at_least"),
    "an impossible one is passed over": ([*FOUR, "2026-01-07 09:00 1 implausible_only"], {}, "always", 2.0, "known"),
    "one instant, both satisfy": ([*FOUR, "2026-01-08 07:00 12"], {}, "always", 2.0, "known"),
    "one instant, one of three differs": (
        [*FOUR[:3], "2026-01-08 07:00 9", "2026-01-08 07:00 11", "2026-01-08 07:00 12"],
        {},
        "always",
        0.0,
        "at_least",
    ),
    "one instant, they differ": ([*FOUR, "2026-01-08 07:00 9"], {}, "always", 0.0, "at_least"),
    "a date of that day differs": ([*FOUR, "2026-01-08 9"], {}, "always", 0.0, "at_least"),
    "a date of an older day differs": ([*FOUR[2:], "2026-01-07 9"], {}, "always", 1.0, "at_least"),
    "a date of that day is impossible": (
        [*FOUR[:3], "2026-01-08 9 implausible_only", "2026-01-08 07:00 12"],
        {},
        "always",
        2.0,
        "known",
    ),
    "a date of that day, beside midnight itself": (
        [*FOUR, "2026-01-08 00:00 5", "2026-01-08 12"],
        {},
        "always",
        0.0,
        "at_least",
    ),
    "a date of that day agrees": ([*FOUR, "2026-01-08 12"], {}, "always", 3.0, "known"),
    "nothing": ([], {}, "always", 0.0, "no_data"),
    "nothing, not supplied": ([], {}, "never", 0.0, "not_supplied"),
    "only impossible": (["2026-01-05 07:00 9 implausible_only"], {}, "always", 0.0, "implausible_only"),
    "too old": (FOUR[:3], {FRESH: 1, FRESH_KIND: DAYS}, "always", 0.0, "too_old"),
    "the window ends": ([*FOUR[2:], "2026-01-01 07:00 12"], {}, "always", 2.0, "at_least"),
}


@pytest.mark.parametrize("case", RUNS)
def test_consecutive(case: str) -> None:
    lines, slots, supplied, value, reason = RUNS[case]
    assert answer("consecutive", lines, AT, WEEK | HIGH | slots, supplied)[:2] == (value, reason)


def test_a_run_in_hours_leaves_out_dates_alone() -> None:
    lines = [*FOUR, "2026-01-08 9"]
    hours = {WINDOW: 48 * 60, WINDOW_KIND: MINUTES}
    assert answer("consecutive", lines, AT, hours | HIGH)[:2] == (2.0, "known")
