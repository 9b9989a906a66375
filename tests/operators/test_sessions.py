"""Means by a measuring protocol: cases worked out by hand."""

import pytest

from cds.operators.series import DAYS, FRESH, FRESH_KIND, LEAST_DAYS, LEAST_ROWS, MINUTES, WINDOW, WINDOW_KIND
from cds.operators.sessions import (
    DISCARD_FIRST,
    KEEP_OUTSIDE,
    PER_SESSION,
    SESSION_BOUNDS,
    SESSIONS,
    SKIP_FIRST_DAYS,
)
from tests.operators.build import answer

AT = "2026-01-08 23:00"
WEEK = {WINDOW: 7, WINDOW_KIND: DAYS}
TWO_SESSIONS = {
    SESSIONS: 2,
    SESSION_BOUNDS: 4 * 60,
    SESSION_BOUNDS + 1: 12 * 60,
    SESSION_BOUNDS + 2: 16 * 60,
    SESSION_BOUNDS + 3: 24 * 60,
}
MORNING = ["2026-01-06 07:00 150", "2026-01-06 07:02 140", "2026-01-06 07:04 130"]
EVENING = ["2026-01-06 20:00 110", "2026-01-06 20:02 120"]
DAY_BEFORE = ["2026-01-05 07:00 190", "2026-01-05 20:00 180"]

CASES = {
    # lines, slots, value, reason, readings used
    "every reading of the sessions": (MORNING + EVENING, {}, 130.0, "known", 5),
    "the first two of each session": (MORNING + EVENING, {PER_SESSION: 2}, 130.0, "known", 4),
    "the first of each session": (MORNING + EVENING, {PER_SESSION: 1}, 130.0, "known", 2),
    "without the first of each session": (MORNING + EVENING, {DISCARD_FIRST: 1}, 130.0, "known", 3),
    "the two after the first": (MORNING, {DISCARD_FIRST: 1, PER_SESSION: 2}, 135.0, "known", 2),
    "without the first day": (DAY_BEFORE + EVENING, {SKIP_FIRST_DAYS: 1}, 115.0, "known", 2),
    "the first day is the first with data": (
        ["2026-01-03 07:00 190", *EVENING],
        {SKIP_FIRST_DAYS: 1},
        115.0,
        "known",
        2,
    ),
    "two days with data left out": (
        ["2026-01-03 07:00 190", "2026-01-05 07:00 180", *EVENING],
        {SKIP_FIRST_DAYS: 2},
        115.0,
        "known",
        2,
    ),
    "data outside sessions make a first day": (
        ["2026-01-05 13:00 190", *EVENING],
        {SKIP_FIRST_DAYS: 1},
        115.0,
        "known",
        2,
    ),
    "before the window is no first day": (["2026-01-01 07:00 190", *EVENING], {SKIP_FIRST_DAYS: 1}, 0.0, "too_few", 0),
    "outside sessions left out": ([*EVENING, "2026-01-06 13:00 200"], {}, 115.0, "known", 2),
    "outside sessions kept": ([*EVENING, "2026-01-06 13:00 130"], {KEEP_OUTSIDE: 1, PER_SESSION: 1}, 120.0, "known", 2),
    "start of a session is inside": (["2026-01-06 04:00 120"], {}, 120.0, "known", 1),
    "end of a session is outside": (["2026-01-06 12:00 120"], {}, 0.0, "too_few", 0),
    "until 24:00": (["2026-01-06 23:59 120"], {}, 120.0, "known", 1),
    "a minute before a session": (["2026-01-06 03:59 120"], {}, 0.0, "too_few", 0),
    "a date alone lies in no session": ([*EVENING, "2026-01-06 200"], {}, 115.0, "known", 2),
    "a date alone is kept with those outside": ([*EVENING, "2026-01-06 130"], {KEEP_OUTSIDE: 1}, 120.0, "known", 3),
    "without sessions the day is one": (MORNING + EVENING, {SESSIONS: 0, PER_SESSION: 2}, 145.0, "known", 2),
    "without sessions a date counts": ([*EVENING, "2026-01-06 130"], {SESSIONS: 0}, 120.0, "known", 3),
    "the same session next day starts anew": ([*MORNING, "2026-01-07 07:00 110"], {PER_SESSION: 1}, 130.0, "known", 2),
    "enough readings": (MORNING, {LEAST_ROWS: 3}, 140.0, "known", 3),
    "too few of what remains": (MORNING, {LEAST_ROWS: 3, PER_SESSION: 2}, 0.0, "too_few", 2),
    "enough days": (DAY_BEFORE + MORNING, {LEAST_DAYS: 2}, 158.0, "known", 5),
    "too few days remain": (DAY_BEFORE + MORNING, {LEAST_DAYS: 2, SKIP_FIRST_DAYS: 1}, 0.0, "too_few", 3),
    "nothing": ([], {}, 0.0, "no_data", 0),
    "impossible": ([*EVENING, "2026-01-06 20:01 900 implausible_only"], {}, 115.0, "known", 2),
    "only impossible": (["2026-01-06 20:01 900 implausible_only"], {}, 0.0, "implausible_only", 0),
    "only without value": (["2026-01-06 20:01 900 withheld"], {}, 0.0, "withheld", 0),
    "HI among those kept": ([*EVENING, "2026-01-06 20:04 130 at_least"], {}, 120.0, "at_least", 3),
    "HI among those left out": ([*EVENING, "2026-01-06 20:04 300 at_least"], {PER_SESSION: 2}, 115.0, "known", 2),
    "too old": (EVENING, {FRESH: 2, FRESH_KIND: DAYS}, 0.0, "too_old", 2),
    "fresh enough": (EVENING, {FRESH: 3, FRESH_KIND: DAYS}, 115.0, "known", 2),
}


@pytest.mark.parametrize("case", CASES)
def test_protocol_mean(case: str) -> None:
    lines, slots, value, reason, used = CASES[case]
    assert answer("protocol_mean", lines, AT, WEEK | TWO_SESSIONS | slots) == (value, reason, used)


def test_supply() -> None:
    assert answer("protocol_mean", EVENING, AT, WEEK | TWO_SESSIONS, "2026-01-02")[:2] == (115.0, "known")
    assert answer("protocol_mean", EVENING, AT, WEEK | TWO_SESSIONS, "2026-01-02 00:01")[:2] == (0.0, "not_supplied")


def test_both_parts_of_a_panel_rest_on_the_same_readings() -> None:
    systolic = ["2026-01-06 07:00 150", "2026-01-06 07:02 140", "2026-01-06 07:04 130"]
    diastolic = ["2026-01-06 07:00 9 withheld", "2026-01-06 07:02 90", "2026-01-06 07:04 80"]
    slots = WEEK | TWO_SESSIONS | {PER_SESSION: 1}
    assert answer("protocol_mean", systolic, AT, slots, partner=diastolic) == (140.0, "known", 1)
    assert answer("protocol_mean", diastolic, AT, slots, partner=systolic) == (90.0, "known", 1)
    assert answer("protocol_mean", systolic[:1], AT, slots, partner=diastolic[:1]) == (0.0, "withheld", 0)
    assert answer("protocol_mean", diastolic[:1], AT, slots, partner=systolic[:1]) == (0.0, "withheld", 0)


def test_the_hour_that_comes_twice_stays_in_its_session() -> None:
    night = {SESSIONS: 1, SESSION_BOUNDS: 120, SESSION_BOUNDS + 1: 180}
    lines = ["2026-10-25 02:30 150", "2026-10-25T02:10:00+01:00 130"]
    assert answer("protocol_mean", lines, "2026-10-25 12:00", WEEK | night | {PER_SESSION: 1})[0] == 150.0


def test_hours_leave_out_dates_alone() -> None:
    hours = {WINDOW: 72 * 60, WINDOW_KIND: MINUTES, SESSIONS: 0}
    assert answer("protocol_mean", [*EVENING, "2026-01-06 200"], "2026-01-08 12:00", hours) == (115.0, "known", 2)
