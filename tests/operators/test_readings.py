"""Newest, previous and confirming readings, time since, and absence: cases worked out by hand."""

import pytest

from cds.operators import OPERATORS
from cds.operators.ask import parameter_vector
from cds.operators.readings import BACK, COUNTED_IN, IN_DAYS, NTH, NTH_SPAN
from cds.operators.series import (
    DAYS,
    DAYS_BEFORE,
    FRESH,
    FRESH_KIND,
    MINUTES,
    MONTHS,
    WINDOW,
    WINDOW_KIND,
)
from tests.operators.build import answer, now_at, rows

AT = "2026-01-08 08:00"
TODAY = {WINDOW: 1, WINDOW_KIND: DAYS}
WITHIN_1_DAY = {WINDOW: 1, WINDOW_KIND: DAYS_BEFORE}
DAY = {WINDOW: 24 * 60, WINDOW_KIND: MINUTES}
FRESH_TODAY = {FRESH: 1, FRESH_KIND: DAYS}
TWO = ["2026-01-07 07:00 81", "2026-01-08 07:30 83"]

LAST = {
    "the newest": (TWO, {}, "always", 83.0, "known"),
    "nothing at all": ([], {}, "always", 0.0, "no_data"),
    "nothing, not supplied": ([], {}, "never", 0.0, "not_supplied"),
    "rows although not supplied": (TWO, {}, "never", 0.0, "not_supplied"),
    "newest is after the supply began": (TWO, {}, "2026-01-08 07:30", 83.0, "known"),
    "newest is before the supply began": (TWO, {}, "2026-01-08 07:31", 0.0, "not_supplied"),
    "empty window that was supplied": (TWO[:1], TODAY, "2026-01-08 00:00", 0.0, "no_data"),
    "empty window, supplied from a minute later": (TWO[:1], TODAY, "2026-01-08 00:01", 0.0, "not_supplied"),
    "first minute of today": (["2026-01-08 00:00 80"], TODAY, "always", 80.0, "known"),
    "last minute of yesterday": (["2026-01-07 23:59 80"], TODAY, "always", 0.0, "no_data"),
    "within 1 day holds yesterday": (["2026-01-07 00:00 80"], WITHIN_1_DAY, "always", 80.0, "known"),
    "within 1 day ends at midnight": (["2026-01-06 23:59 80"], WITHIN_1_DAY, "always", 0.0, "no_data"),
    "24 hours ago is outside 24 hours": (["2026-01-07 08:00 80"], DAY, "always", 0.0, "no_data"),
    "a minute later is inside": (["2026-01-07 08:01 80"], DAY, "always", 80.0, "known"),
    "a date alone has no hours": (["2026-01-08 80"], DAY, "always", 0.0, "no_data"),
    "a date alone lies in a day": (["2026-01-08 80"], TODAY, "always", 80.0, "known"),
    "impossible values are passed over": ([*TWO, "2026-01-08 07:40 830 implausible_only"], {}, "always", 83.0, "known"),
    "only impossible values": (["2026-01-08 07:40 830 implausible_only"], {}, "always", 0.0, "implausible_only"),
    "unit not understood": ([*TWO, "2026-01-08 07:40 9 unit_not_understood"], {}, "always", 0.0, "unit_not_understood"),
    "withheld": ([*TWO, "2026-01-08 07:40 9 withheld"], {}, "always", 0.0, "withheld"),
    "meter shows HI": ([*TWO, "2026-01-08 07:40 90 at_least"], {}, "always", 90.0, "at_least"),
    "meter shows LO": ([*TWO, "2026-01-08 07:40 1 at_most"], {}, "always", 1.0, "at_most"),
    "two values at one instant": ([*TWO, "2026-01-08 07:30 84"], {}, "always", 0.0, "conflict"),
    "one instant, differing by noise": (
        [*TWO, "2026-01-08 07:30 83.00000000001"],
        {},
        "always",
        83.00000000001,
        "known",
    ),
    "one instant, the other impossible": ([*TWO, "2026-01-08 07:30 830 implausible_only"], {}, "always", 83.0, "known"),
    "one instant, the other without value": ([*TWO, "2026-01-08 07:30 83 withheld"], {}, "always", 0.0, "conflict"),
    "conflict at an older instant": ([*TWO, "2026-01-07 07:00 99"], {}, "always", 83.0, "known"),
    "a date of today says otherwise": ([*TWO, "2026-01-08 84"], {}, "always", 0.0, "conflict"),
    "a date of today, behind midnight itself": (
        [*TWO, "2026-01-08 00:00 70", "2026-01-08 84"],
        {},
        "always",
        0.0,
        "conflict",
    ),
    "a date of today says the same": ([*TWO, "2026-01-08 83"], {}, "always", 83.0, "known"),
    "a date of today does not count in hours": ([*TWO, "2026-01-08 84"], DAY, "always", 83.0, "known"),
    "a date of yesterday says otherwise": ([*TWO, "2026-01-07 84"], {}, "always", 83.0, "known"),
    "two dates of today": (["2026-01-08 84", "2026-01-08 83"], {}, "always", 0.0, "conflict"),
    "fresh enough": (TWO, FRESH_TODAY, "always", 83.0, "known"),
    "too old": (TWO[:1], FRESH_TODAY, "always", 0.0, "too_old"),
    "three months": (["2025-10-08 00:00 80"], {WINDOW: 3, WINDOW_KIND: MONTHS}, "always", 80.0, "known"),
    "before three months": (["2025-10-07 23:59 80"], {WINDOW: 3, WINDOW_KIND: MONTHS}, "always", 0.0, "no_data"),
}


@pytest.mark.parametrize("case", LAST)
def test_last_reading(case: str) -> None:
    lines, slots, supplied, value, reason = LAST[case]
    assert answer("last_reading", lines, AT, slots, supplied)[:2] == (value, reason)
    assert answer("nth_newest", lines, AT, slots, supplied)[:2] == (value, reason)


THREE = ["2026-01-06 07:00 80", *TWO]
PREVIOUS = {
    "one back": (THREE, {}, "always", 81.0, "known"),
    "two back": (THREE, {BACK: 2}, "always", 80.0, "known"),
    "three back": (THREE, {BACK: 3}, "always", 0.0, "no_earlier_reading"),
    "three back, older ones not supplied": (THREE, {BACK: 3}, "2026-01-01", 0.0, "not_supplied"),
    "nothing at all": ([], {}, "always", 0.0, "no_data"),
    "only one in the window": (TWO, TODAY, "always", 0.0, "no_earlier_reading"),
    "one instant is one step": ([*THREE, "2026-01-08 07:30 99"], {}, "always", 81.0, "known"),
    "conflict at that instant": ([*THREE, "2026-01-07 07:00 99"], {}, "always", 0.0, "conflict"),
    "impossible values are no step": ([*THREE, "2026-01-07 09:00 810 implausible_only"], {}, "always", 81.0, "known"),
    "one without value is a step": ([*THREE, "2026-01-07 09:00 1 withheld"], {}, "always", 0.0, "withheld"),
    "the newest without value does not matter": ([*THREE, "2026-01-08 07:40 1 withheld"], {}, "always", 83.0, "known"),
    "a date of that day says otherwise": ([*THREE, "2026-01-07 82"], {}, "always", 0.0, "conflict"),
    "the step is a date, contested by its day": (["2026-01-08 82", TWO[1]], {}, "always", 0.0, "conflict"),
    "the newest is too old": (THREE[:2], FRESH_TODAY, "always", 0.0, "too_old"),
}


@pytest.mark.parametrize("case", PREVIOUS)
def test_previous(case: str) -> None:
    lines, slots, supplied, value, reason = PREVIOUS[case]
    assert answer("previous", lines, AT, slots, supplied)[:2] == (value, reason)


PAIR = ["2026-01-08 07:30 182", "2026-01-08 07:45 178"]
CONFIRMING = {
    "exactly at the span": (PAIR, {NTH: 1, NTH_SPAN: 15}, "always", 182.0, "known"),
    "a minute outside": (PAIR, {NTH: 1, NTH_SPAN: 14}, "always", 0.0, "no_earlier_reading"),
    "none before": (PAIR[:1], {NTH: 1, NTH_SPAN: 15}, "always", 0.0, "no_earlier_reading"),
    "older than the span need not be supplied": (
        PAIR[:1],
        {NTH: 1, NTH_SPAN: 15},
        "2026-01-08 07:00",
        0.0,
        "no_earlier_reading",
    ),
    "within the span not supplied": (PAIR[1:], {NTH: 1, NTH_SPAN: 15}, "2026-01-08 07:40", 0.0, "not_supplied"),
    "two before": (
        ["2026-01-08 07:31 170", "2026-01-08 07:33 160", "2026-01-08 07:40 150"],
        {NTH: 2, NTH_SPAN: 9},
        "always",
        170.0,
        "known",
    ),
}


@pytest.mark.parametrize("case", CONFIRMING)
def test_confirming_readings(case: str) -> None:
    lines, slots, supplied, value, reason = CONFIRMING[case]
    assert answer("nth_newest", lines, AT, slots, supplied)[:2] == (value, reason)


SINCE = {
    "hours": (["2026-01-06 20:00 1"], AT, {}, "always", 36.0, "known"),
    "days": (["2026-01-06 20:00 1"], AT, {COUNTED_IN: IN_DAYS}, "always", 2.0, "known"),
    "a minute over midnight is one day": (
        ["2026-01-07 23:59 1"],
        "2026-01-08 00:00",
        {COUNTED_IN: IN_DAYS},
        "always",
        1.0,
        "known",
    ),
    "the short day has 23 hours": (["2026-03-29 00:00 1"], "2026-03-30 00:00", {}, "always", 23.0, "known"),
    "the long day has 25 hours": (["2026-10-25 00:00 1"], "2026-10-26 00:00", {}, "always", 25.0, "known"),
    "the short day is one day": (
        ["2026-03-29 00:00 1"],
        "2026-03-30 00:00",
        {COUNTED_IN: IN_DAYS},
        "always",
        1.0,
        "known",
    ),
    "never": ([], AT, {}, "always", 0.0, "no_data"),
    "never, supplied since New Year": ([], AT, {}, "2026-01-01", 0.0, "not_supplied"),
    "a value is not needed": (["2026-01-08 07:00 1 unit_not_understood"], AT, {}, "always", 1.0, "known"),
    "impossible values do not count": (
        ["2026-01-08 07:00 1 implausible_only"],
        AT,
        {},
        "always",
        0.0,
        "implausible_only",
    ),
    "a date alone leaves a bound in hours": (["2026-01-07 1"], AT, {}, "always", 32.0, "at_most"),
    "a date alone is exact in days": (["2026-01-07 1"], AT, {COUNTED_IN: IN_DAYS}, "always", 1.0, "known"),
}


@pytest.mark.parametrize("case", SINCE)
def test_time_since(case: str) -> None:
    lines, at, slots, supplied, value, reason = SINCE[case]
    assert answer("time_since", lines, at, slots, supplied)[:2] == (value, reason)


THREE_DAYS = {WINDOW: 3, WINDOW_KIND: DAYS}
TWO_HOURS = {WINDOW: 120, WINDOW_KIND: MINUTES}
ABSENT = {
    "a reading three days ago": (["2026-01-05 00:00 1"], "2026-01-08 23:59", THREE_DAYS, "always", 0.0, "known"),
    "three whole days have passed": (["2026-01-05 23:59 1"], "2026-01-09 00:00", THREE_DAYS, "always", 1.0, "known"),
    "never": ([], AT, THREE_DAYS, "always", 1.0, "known"),
    "never, supplied since the window opened": ([], AT, THREE_DAYS, "2026-01-05", 1.0, "known"),
    "never, supplied for less": ([], AT, THREE_DAYS, "2026-01-05 00:01", 0.0, "not_supplied"),
    "never, not supplied": ([], AT, THREE_DAYS, "never", 0.0, "not_supplied"),
    "recent, whatever was supplied": (["2026-01-08 07:00 1"], AT, THREE_DAYS, "never", 0.0, "known"),
    "old, supplied for less": (["2026-01-01 07:00 1"], AT, THREE_DAYS, "2026-01-06", 0.0, "not_supplied"),
    "old, and the window supplied": (["2026-01-01 07:00 1"], AT, THREE_DAYS, "2026-01-02", 1.0, "known"),
    "impossible values are no reading": (
        ["2026-01-08 07:00 1 implausible_only"],
        AT,
        THREE_DAYS,
        "always",
        1.0,
        "known",
    ),
    "a unit not understood is a reading": (
        ["2026-01-08 07:00 1 unit_not_understood"],
        AT,
        THREE_DAYS,
        "always",
        0.0,
        "known",
    ),
    "exactly two hours ago": (["2026-01-08 06:00 1"], AT, TWO_HOURS, "always", 1.0, "known"),
    "a minute less than two hours ago": (["2026-01-08 06:01 1"], AT, TWO_HOURS, "always", 0.0, "known"),
    "a date of today cannot decide hours": (["2026-01-08 1"], AT, TWO_HOURS, "always", 1.0, "at_most"),
    "a date of yesterday decides": (["2026-01-07 1"], AT, TWO_HOURS, "always", 1.0, "known"),
    "a date three days ago": (["2026-01-05 1"], AT, THREE_DAYS, "always", 0.0, "known"),
    "the short day counts whole": (
        ["2026-03-28 23:59 1"],
        "2026-03-30 00:00",
        {WINDOW: 1, WINDOW_KIND: DAYS},
        "always",
        1.0,
        "known",
    ),
    "one month": (["2026-02-28 00:00 1"], "2026-03-31 12:00", {WINDOW: 1, WINDOW_KIND: MONTHS}, "always", 0.0, "known"),
}


@pytest.mark.parametrize("case", ABSENT)
def test_absent(case: str) -> None:
    lines, at, slots, supplied, value, reason = ABSENT[case]
    assert answer("absent", lines, at, slots, supplied)[:2] == (value, reason)


def test_the_newest_time_is_that_of_the_reading_told() -> None:
    series = rows(*THREE)
    places = {"last_reading": 2, "previous": 1, "absent": 2}
    for operator, place in places.items():
        told = OPERATORS[operator].function(series, series, now_at(AT), parameter_vector({}), [], [0.0] * 3)
        assert told[2] == series.times[place], operator
