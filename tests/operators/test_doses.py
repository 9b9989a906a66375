"""Planned doses: cases worked out by hand. Value 1 taken, 0 missed; raw is the delay in minutes."""

import pytest

from cds.operators.doses import DAY_STARTS, LATE_AFTER
from cds.operators.series import DAYS, LEAST_SHARE, MINUTES, WINDOW, WINDOW_KIND
from tests.operators.build import answer

AT = "2026-01-08 22:00"
WEEK = {WINDOW: 7, WINDOW_KIND: DAYS, DAY_STARTS: 180}
TODAY = {WINDOW: 1, WINDOW_KIND: DAYS, DAY_STARTS: 180}
UNKNOWN_FATE = "0 not_judged"

MISSED = {
    "two missed after one taken": (
        ["2026-01-07 20:00 1", "2026-01-08 08:00 0", "2026-01-08 20:00 0"],
        WEEK,
        "always",
        2.0,
        "known",
    ),
    "the newest was taken": (["2026-01-08 08:00 0", "2026-01-08 20:00 1"], WEEK, "always", 0.0, "known"),
    "every dose of the window missed": (["2026-01-08 08:00 0", "2026-01-08 20:00 0"], WEEK, "always", 2.0, "known"),
    "older ones not supplied": (["2026-01-08 08:00 0", "2026-01-08 20:00 0"], WEEK, "2026-01-08", 2.0, "at_least"),
    "older ones not supplied, but one taken": (
        ["2026-01-08 08:00 1", "2026-01-08 20:00 0"],
        WEEK,
        "2026-01-08",
        1.0,
        "known",
    ),
    "an unknown dose": (
        ["2026-01-07 20:00 0", f"2026-01-08 08:00 {UNKNOWN_FATE}", "2026-01-08 20:00 0"],
        WEEK,
        "always",
        1.0,
        "at_least",
    ),
    "the newest is unknown": ([f"2026-01-08 20:00 {UNKNOWN_FATE}"], WEEK, "always", 0.0, "at_least"),
    "contradicting fates": (["2026-01-08 20:00 0", "2026-01-08 20:00 1"], WEEK, "always", 0.0, "at_least"),
    "an impossible row is passed over": (
        ["2026-01-08 08:00 0", "2026-01-08 20:00 0 implausible_only"],
        WEEK,
        "always",
        1.0,
        "known",
    ),
    "nothing": ([], WEEK, "always", 0.0, "no_data"),
    "nothing, not supplied": ([], WEEK, "never", 0.0, "not_supplied"),
    "nothing, supplied for less": ([], WEEK, "2026-01-08", 0.0, "not_supplied"),
    "only impossible": (["2026-01-08 20:00 0 implausible_only"], WEEK, "always", 0.0, "implausible_only"),
    "a dose before three belongs to the day before": (
        ["2026-01-08 02:59 0", "2026-01-08 03:00 0"],
        TODAY,
        "always",
        1.0,
        "known",
    ),
    "hours": (
        ["2026-01-07 22:00 0", "2026-01-08 20:00 0"],
        {WINDOW: 1440, WINDOW_KIND: MINUTES},
        "always",
        1.0,
        "known",
    ),
}


@pytest.mark.parametrize("case", MISSED)
def test_missed_in_a_row(case: str) -> None:
    lines, slots, supplied, value, reason = MISSED[case]
    assert answer("missed_in_a_row", lines, AT, slots, supplied)[:2] == (value, reason)


LATE_WEEK = WEEK | {LATE_AFTER: 60}
LATE = {
    "exactly at the limit is not late": (["2026-01-08 08:00 1 raw=60"], LATE_WEEK, "always", 0.0, "known"),
    "a minute over": (["2026-01-08 08:00 1 raw=61"], LATE_WEEK, "always", 1.0, "known"),
    "two on one day": (["2026-01-08 08:00 1 raw=61", "2026-01-08 20:00 1 raw=90"], LATE_WEEK, "always", 1.0, "known"),
    "the night belongs to the day before": (
        ["2026-01-07 20:00 1 raw=61", "2026-01-08 02:00 1 raw=90"],
        LATE_WEEK,
        "always",
        1.0,
        "known",
    ),
    "from three it is the next": (
        ["2026-01-07 20:00 1 raw=61", "2026-01-08 03:00 1 raw=90"],
        LATE_WEEK,
        "always",
        2.0,
        "known",
    ),
    "missed is not late": (["2026-01-08 08:00 0 raw=600"], LATE_WEEK, "always", 0.0, "known"),
    "an unknown dose": (
        ["2026-01-07 08:00 1 raw=61", f"2026-01-08 08:00 {UNKNOWN_FATE}"],
        LATE_WEEK,
        "always",
        1.0,
        "at_least",
    ),
    "an unknown dose on a late day": (
        ["2026-01-08 08:00 1 raw=61", f"2026-01-08 20:00 {UNKNOWN_FATE}"],
        LATE_WEEK,
        "always",
        1.0,
        "known",
    ),
    "a late dose after an unknown one": (
        [f"2026-01-08 08:00 {UNKNOWN_FATE}", "2026-01-08 20:00 1 raw=61"],
        LATE_WEEK,
        "always",
        1.0,
        "known",
    ),
    "two unknown, then late": (
        [f"2026-01-08 08:00 {UNKNOWN_FATE}", f"2026-01-08 09:00 {UNKNOWN_FATE}", "2026-01-08 20:00 1 raw=61"],
        LATE_WEEK,
        "always",
        1.0,
        "known",
    ),
    "nothing": ([], LATE_WEEK, "always", 0.0, "no_data"),
    "before the window": (["2026-01-02 02:59 1 raw=90", "2026-01-02 03:00 1 raw=0"], LATE_WEEK, "always", 0.0, "known"),
    "supplied since the window opened": (["2026-01-08 08:00 1 raw=61"], LATE_WEEK, "2026-01-02 03:00", 1.0, "known"),
    "supplied a minute too late": (["2026-01-08 08:00 1 raw=61"], LATE_WEEK, "2026-01-02 03:01", 0.0, "not_supplied"),
}


@pytest.mark.parametrize("case", LATE)
def test_days_with_late_dose(case: str) -> None:
    lines, slots, supplied, value, reason = LATE[case]
    assert answer("days_with_late_dose", lines, AT, slots, supplied)[:2] == (value, reason)


def test_dose_days_on_the_days_clocks_change() -> None:
    spring = ["2026-03-29 01:59 1 raw=90", "2026-03-29 03:00 1 raw=90"]
    assert answer("days_with_late_dose", spring, "2026-03-29 12:00", LATE_WEEK)[0] == 2.0
    assert answer("days_with_late_dose", spring, "2026-03-29 12:00", LATE_WEEK | TODAY)[0] == 1.0
    autumn = ["2026-10-25 02:30 1 raw=90", "2026-10-25 03:00 1 raw=90"]
    assert answer("days_with_late_dose", autumn, "2026-10-25 12:00", LATE_WEEK)[0] == 2.0
    assert answer("days_with_late_dose", autumn, "2026-10-25 12:00", LATE_WEEK | TODAY)[0] == 1.0


SHARE = {
    "three of four": (
        ["2026-01-07 08:00 1", "2026-01-07 20:00 0", "2026-01-08 08:00 1", "2026-01-08 20:00 1"],
        {},
        "always",
        75.0,
        "known",
    ),
    "all": (["2026-01-08 08:00 1"], {}, "always", 100.0, "known"),
    "none": (["2026-01-08 08:00 0"], {}, "always", 0.0, "known"),
    "unknown ones do not count": (
        ["2026-01-07 08:00 1", f"2026-01-08 08:00 {UNKNOWN_FATE}"],
        {},
        "always",
        100.0,
        "known",
    ),
    "exactly the share that must be known": (
        ["2026-01-07 08:00 1", f"2026-01-08 08:00 {UNKNOWN_FATE}"],
        {LEAST_SHARE: 50},
        "always",
        100.0,
        "known",
    ),
    "less than must be known": (
        ["2026-01-07 08:00 1", f"2026-01-08 08:00 {UNKNOWN_FATE}"],
        {LEAST_SHARE: 51},
        "always",
        0.0,
        "too_few",
    ),
    "only unknown": ([f"2026-01-08 08:00 {UNKNOWN_FATE}"], {}, "always", 0.0, "not_judged"),
    "nothing": ([], {}, "always", 0.0, "no_data"),
    "only impossible": (["2026-01-08 08:00 1 implausible_only"], {}, "always", 0.0, "implausible_only"),
    "before the window": (["2026-01-02 02:59 0", "2026-01-02 03:00 1"], {}, "always", 100.0, "known"),
    "supplied for less": (["2026-01-08 08:00 1"], {}, "2026-01-03", 0.0, "not_supplied"),
}


@pytest.mark.parametrize("case", SHARE)
def test_share_taken(case: str) -> None:
    lines, slots, supplied, value, reason = SHARE[case]
    assert answer("share_taken", lines, AT, WEEK | slots, supplied)[:2] == (value, reason)
