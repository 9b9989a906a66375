"""Rise, fall and change: cases worked out by hand."""

import pytest

from cds.operators.changes import LAG, LAG_KIND, TOLERANCE, TOLERANCE_KIND
from cds.operators.series import DAYS, DAYS_BEFORE, FRESH, FRESH_KIND, MINUTES, MONTHS, WINDOW, WINDOW_KIND
from tests.operators.build import answer

AT = "2026-01-08 08:00"
THREE_DAYS = {WINDOW: 3, WINDOW_KIND: DAYS_BEFORE}
HOURS = {WINDOW: 24 * 60, WINDOW_KIND: MINUTES}
WEIGHTS = ["2026-01-05 00:00 81.5", "2026-01-06 07:00 81", "2026-01-07 07:00 82", "2026-01-08 07:30 83"]
NEWEST = WEIGHTS[-1:]
OLD = "2026-01-04 23:59 70"

# lines, slots, supplied, rise, reason of rise, fall, reason of fall
DIFFERENCES = {
    "smallest and largest before the newest": (WEIGHTS, {}, "always", 2.0, "known", -1.0, "known"),
    "before the window": ([OLD, *WEIGHTS], {}, "always", 2.0, "known", -1.0, "known"),
    "the newest is the lowest": ([*WEIGHTS[:3], "2026-01-08 07:30 80.5"], {}, "always", -0.5, "known", 1.5, "known"),
    "no earlier": (NEWEST, {}, "always", 0.0, "no_earlier_reading", 0.0, "no_earlier_reading"),
    "earlier only before the window": (
        [OLD, *NEWEST],
        {},
        "always",
        0.0,
        "no_earlier_reading",
        0.0,
        "no_earlier_reading",
    ),
    "nothing": ([], {}, "always", 0.0, "no_data", 0.0, "no_data"),
    "not supplied": (WEIGHTS, {}, "never", 0.0, "not_supplied", 0.0, "not_supplied"),
    "supplied since the window opened": (WEIGHTS, {}, "2026-01-05", 2.0, "known", -1.0, "known"),
    "supplied a minute too late": (WEIGHTS, {}, "2026-01-05 00:01", 0.0, "not_supplied", 0.0, "not_supplied"),
    "the newest has no value": (
        [*WEIGHTS, "2026-01-08 07:40 1 withheld"],
        {},
        "always",
        0.0,
        "withheld",
        0.0,
        "withheld",
    ),
    "the newest is impossible": (
        [*WEIGHTS, "2026-01-08 07:40 1 implausible_only"],
        {},
        "always",
        2.0,
        "known",
        -1.0,
        "known",
    ),
    "an earlier one has no value": (
        ["2026-01-06 08:00 1 withheld", *WEIGHTS],
        {},
        "always",
        2.0,
        "known",
        -1.0,
        "known",
    ),
    "the only earlier one has no value": (
        ["2026-01-06 08:00 1 unit_not_understood", *NEWEST],
        {},
        "always",
        0.0,
        "unit_not_understood",
        0.0,
        "unit_not_understood",
    ),
    "the only earlier one is impossible": (
        ["2026-01-06 08:00 1 implausible_only", *NEWEST],
        {},
        "always",
        0.0,
        "no_earlier_reading",
        0.0,
        "no_earlier_reading",
    ),
    "conflict at the newest instant": (
        [*WEIGHTS, "2026-01-08 07:30 84"],
        {},
        "always",
        0.0,
        "conflict",
        0.0,
        "conflict",
    ),
    "a date of today says otherwise": ([*WEIGHTS, "2026-01-08 84"], {}, "always", 0.0, "conflict", 0.0, "conflict"),
    "a date of today does not count in hours": (
        ["2026-01-08 84", "2026-01-07 09:00 80", *NEWEST],
        HOURS,
        "always",
        3.0,
        "known",
        -3.0,
        "known",
    ),
    "the newest is HI": ([*WEIGHTS, "2026-01-08 07:40 90 at_least"], {}, "always", 9.0, "at_least", -7.0, "at_most"),
    "the newest is LO": ([*WEIGHTS, "2026-01-08 07:40 70 at_most"], {}, "always", -11.0, "at_most", 13.0, "at_least"),
    "an earlier one is LO": (["2026-01-06 08:00 70 at_most", *WEIGHTS], {}, "always", 13.0, "at_least", -1.0, "known"),
    "an earlier one is HI": (["2026-01-06 08:00 90 at_least", *WEIGHTS], {}, "always", 2.0, "known", 7.0, "at_least"),
    "bounds that pull apart": (
        ["2026-01-06 08:00 90 at_least", "2026-01-08 07:40 95 at_least"],
        {},
        "always",
        0.0,
        "not_computable",
        0.0,
        "not_computable",
    ),
    "too old": (WEIGHTS[:3], {FRESH: 1, FRESH_KIND: DAYS}, "always", 0.0, "too_old", 0.0, "too_old"),
}


@pytest.mark.parametrize("case", DIFFERENCES)
def test_rise_and_fall(case: str) -> None:
    lines, slots, supplied, rise, rise_reason, fall, fall_reason = DIFFERENCES[case]
    assert answer("rise_in", lines, AT, THREE_DAYS | slots, supplied)[:2] == (rise, rise_reason)
    assert answer("fall_in", lines, AT, THREE_DAYS | slots, supplied)[:2] == (fall, fall_reason)


MONTH = {LAG: 30, LAG_KIND: DAYS_BEFORE, TOLERANCE: 2, TOLERANCE_KIND: DAYS_BEFORE}
LATER = "2026-02-07 07:00 80"  # 30 days after 2026-01-08
HOUR = {LAG: 60, LAG_KIND: MINUTES, TOLERANCE: 10, TOLERANCE_KIND: MINUTES}

CHANGES = {
    "the same clock time 30 days ago": (["2026-01-08 08:00 82", LATER], MONTH, "always", -2.0, "known"),
    "first minute of the tolerance": (["2026-01-06 00:00 82", LATER], MONTH, "always", -2.0, "known"),
    "a minute before it": (["2026-01-05 23:59 82", LATER], MONTH, "always", 0.0, "no_earlier_reading"),
    "last minute of the tolerance": (["2026-01-10 23:59 82", LATER], MONTH, "always", -2.0, "known"),
    "a minute after it": (["2026-01-11 00:00 82", LATER], MONTH, "always", 0.0, "no_earlier_reading"),
    "the nearest counts": (["2026-01-07 08:00 90", "2026-01-08 10:00 82", LATER], MONTH, "always", -2.0, "known"),
    "of two as near the older": (["2026-01-08 07:00 82", "2026-01-08 09:00 90", LATER], MONTH, "always", -2.0, "known"),
    "a date alone": (["2026-01-07 82", LATER], MONTH, "always", -2.0, "known"),
    "contradicting at that instant": (
        ["2026-01-08 08:00 82", "2026-01-08 08:00 83", LATER],
        MONTH,
        "always",
        0.0,
        "conflict",
    ),
    "one without value is passed over": (
        ["2026-01-08 08:00 1 withheld", "2026-01-07 08:00 82", LATER],
        MONTH,
        "always",
        -2.0,
        "known",
    ),
    "only one without value": (["2026-01-08 08:00 1 withheld", LATER], MONTH, "always", 0.0, "withheld"),
    "the other is LO": (["2026-01-08 08:00 70 at_most", LATER], MONTH, "always", 10.0, "at_least"),
    "nothing": ([], MONTH, "always", 0.0, "no_data"),
    "supplied since the tolerance began": (["2026-01-08 08:00 82", LATER], MONTH, "2026-01-06", -2.0, "known"),
    "supplied a minute too late": (["2026-01-08 08:00 82", LATER], MONTH, "2026-01-06 00:01", 0.0, "not_supplied"),
    "the newest is too old": (
        ["2026-01-08 08:00 82", "2026-02-06 07:00 80"],
        MONTH | {FRESH: 1, FRESH_KIND: DAYS},
        "always",
        0.0,
        "too_old",
    ),
    "the newest lies within the tolerance itself": (
        ["2026-01-09 08:00 82"],
        MONTH,
        "always",
        0.0,
        "no_earlier_reading",
    ),
    "minutes, edge of the tolerance": (["2026-02-07 06:50 82", LATER], HOUR, "always", -2.0, "known"),
    "minutes, outside": (["2026-02-07 06:49 82", LATER], HOUR, "always", 0.0, "no_earlier_reading"),
    "minutes, a date alone": (["2026-02-07 82", LATER], HOUR | {LAG: 480}, "always", 0.0, "conflict"),
    "a month back from the 7th": (
        ["2026-01-07 08:00 82", LATER],
        MONTH | {LAG: 1, LAG_KIND: MONTHS, TOLERANCE: 0},
        "always",
        -2.0,
        "known",
    ),
    "lag in minutes, tolerance in days of 24 hours": (
        ["2026-02-05 07:00 82", LATER],
        HOUR | {TOLERANCE: 2, TOLERANCE_KIND: DAYS},
        "always",
        -2.0,
        "known",
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_change(case: str) -> None:
    lines, slots, supplied, value, reason = CHANGES[case]
    assert answer("change", lines, "2026-02-07 08:00", slots, supplied)[:2] == (value, reason)


def test_the_same_clock_time_across_the_change_of_clocks() -> None:
    week = {LAG: 7, LAG_KIND: DAYS_BEFORE, TOLERANCE: 0, TOLERANCE_KIND: MINUTES}
    assert answer("change", ["2026-03-25 08:00 82", "2026-04-01 07:00 80"], "2026-04-01 08:00", week)[0] == -2.0
