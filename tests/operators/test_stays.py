"""Stays beside supply: a stock from which nothing is taken in hospital, counted day by day, is the oracle."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.adherence import Window, proportion_of_days_covered
from cds.operators.ask import parameter_vector
from cds.operators.reasons import KNOWN, NOT_CERTAIN, NOT_COMPUTABLE, NOT_SUPPLIED
from cds.operators.series import (
    DAYS,
    LAST_TIME,
    MICROSECONDS_PER_DAY,
    SCRATCH_PER_ROW,
    WINDOW,
    WINDOW_KIND,
    Answer,
    Series,
)
from cds.operators.stays import COVERED, LEFT_OUT, STAYS
from cds.operators.supply import STOPPED_AFTER, days_without_supply, percent_of_days_covered
from cds.operators.supply_over_time import days_on_treatment, episodes_of_treatment, longest_without_supply
from tests.operators.test_supply import AT, NOW, TODAY, Dispense, series_of

Stay = tuple[int, int]  # days ago, days until the patient leaves

DAY = MICROSECONDS_PER_DAY
HOUR = DAY // 24
FIRST = 1200  # days ago: the oldest day that is looked at
DISPENSES = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 60), st.integers(0, 2)), min_size=1, max_size=10)
STAYS_DRAWN = st.lists(st.tuples(st.integers(0, 320), st.integers(0, 30)), max_size=5)
WINDOWS = st.integers(1, 300)
OPERATORS = (
    percent_of_days_covered,
    days_without_supply,
    longest_without_supply,
    episodes_of_treatment,
    days_on_treatment,
)


def stays_of(stays: list[Stay], quality: int = KNOWN) -> Series:
    """Rows of stays from 09:00 of the first day to 11:00 of the day of leaving, or still there."""
    rows = sorted(stays, key=lambda each: -each[0])
    begins = [(AT // DAY - ago) * DAY + 9 * HOUR for ago, _ in rows]
    ends = [(AT // DAY - ago + days) * DAY + (11 if days else 23) * HOUR for ago, days in rows]
    times = [float(end if end <= AT else LAST_TIME) for end in ends]
    nothing = [0] * len(rows)
    return Series(begins, nothing, times, times, nothing, nothing, nothing, [quality] * len(rows))


def days_away(stays: list[Stay]) -> set[date]:
    """Days in hospital; a stay that ends later than now lasts through today."""
    found = {TODAY - timedelta(days=ago - each) for ago, days in stays for each in range(days)}
    found |= {TODAY for ago, days in stays if ago == days == 0}  # came in this morning and has not left
    return found


def asked(operator: Any, supplies: list[Dispense], partner: Series, window: int = 0, **own: float) -> Answer:
    slots = {WINDOW: window, WINDOW_KIND: DAYS if window else 0, STAYS: LEFT_OUT}
    slots |= {{"stopped_after": STOPPED_AFTER, "stays": STAYS}[name]: value for name, value in own.items()}
    series = series_of(supplies)
    scratch = [0.0] * (SCRATCH_PER_ROW * len(series.times))
    return operator(series, partner, NOW, parameter_vector(slots), [], scratch)


def judged(window: int, away: set[date]) -> list[date]:
    """The days of the window outside stays."""
    days = [TODAY - timedelta(days=ago) for ago in range(window - 1, -1, -1)]
    return [each for each in days if each not in away]


def days_with_medicine(supplies: list[Dispense], away: set[date]) -> set[date]:
    """Days outside stays on which some medicine was left, each medicine taken day by day from a stock of its own."""
    found: set[date] = set()
    for medicine in {number for _, _, number in supplies}:
        stock = 0
        for ago in range(FIRST, -1, -1):
            stock += sum(days for each, days, number in supplies if (each, number) == (ago, medicine))
            day = TODAY - timedelta(days=ago)
            if stock and day not in away:
                stock -= 1
                found.add(day)
    return found


@given(DISPENSES, STAYS_DRAWN, WINDOWS)
def test_days_of_a_stay_are_left_out_or_covered(supplies: list[Dispense], stays: list[Stay], window: int) -> None:
    away = days_away(stays)
    days, covered = judged(window, away), days_with_medicine(supplies, away)
    inside = [each for each in days if each in covered]
    left_out = asked(percent_of_days_covered, supplies, stays_of(stays), window)
    if days:
        assert (pytest.approx(100.0 * len(inside) / len(days)), KNOWN) == left_out[::3]
    else:
        assert (0.0, NOT_COMPUTABLE) == left_out[::3]
    share = 100.0 * (len(inside) + window - len(days)) / window
    found = asked(percent_of_days_covered, supplies, stays_of(stays), window, stays=COVERED)
    assert (pytest.approx(share), KNOWN) == found[::3]


@given(DISPENSES, STAYS_DRAWN, WINDOWS, st.integers(0, 40))
def test_no_day_of_a_stay_is_without(supplies: list[Dispense], stays: list[Stay], window: int, permitted: int) -> None:
    away = days_away(stays)
    covered = days_with_medicine(supplies, away)
    runs = "".join("x" if each in covered else " " for each in judged(window, away))
    longest = max(map(len, runs.split("x")), default=0)
    assert (float(longest), KNOWN) == asked(longest_without_supply, supplies, stays_of(stays), window)[::3]
    gaps = [len(each) for each in runs.strip().split("x") if len(each) > permitted]
    expected = len(gaps) + 1 if "x" in runs else 0
    found = asked(episodes_of_treatment, supplies, stays_of(stays), window, stopped_after=permitted)
    assert (float(expected), KNOWN) == found[::3]
    since = sum(each > max(covered, default=date.min) for each in judged(FIRST, away))
    first = max(ago for ago, _, _ in supplies)
    without = asked(days_without_supply, supplies, stays_of(stays))
    if covered:
        assert (float(since), KNOWN) == without[::3]
    else:
        assert first <= max(ago for ago, _ in stays)


@given(DISPENSES, STAYS_DRAWN, st.integers(0, 40))
def test_days_of_a_stay_within_an_episode_belong_to_it(supplies: list[Dispense], stays: list[Stay], most: int) -> None:
    away = days_away(stays)
    covered = sorted(days_with_medicine(supplies, away))
    outside = judged(FIRST, away)
    place = {day: position for position, day in enumerate(outside)}
    found = asked(days_on_treatment, supplies, stays_of(stays), stopped_after=most)
    if not covered:
        assert 0.0 == found[0]
        return
    begun = covered[0]
    for day, following in pairwise(covered):
        begun = following if place[following] - place[day] - 1 > most else begun
    until = TODAY if len(outside) - 1 - place[covered[-1]] <= most else covered[-1]
    assert (float((until - begun).days + 1), KNOWN) == found[::3]


@given(DISPENSES, STAYS_DRAWN, WINDOWS)
def test_a_table_of_the_same_says_the_same(supplies: list[Dispense], stays: list[Stay], window: int) -> None:
    """`cds.adherence` takes the stays out of time before it counts."""
    opens = TODAY - timedelta(days=window - 1)
    table = [
        {"patient": 1, "date": TODAY - timedelta(days=ago), "days_supply": days, "medication": f"m{number}"}
        for ago, days, number in supplies
    ]
    held = [
        {"patient": 1, "start": TODAY - timedelta(days=ago), "end": TODAY - timedelta(days=ago - days)}
        for ago, days in stays
        if days
    ]
    answer = proportion_of_days_covered(
        table, window=Window(opens.isoformat(), window), stays=held, least_dates=0, executor="single"
    )
    told = stays_of([each for each in stays if each[1]])
    value, _, _, reason = asked(percent_of_days_covered, supplies, told, window)
    expected = (None, "not_computable") if reason == NOT_COMPUTABLE else (pytest.approx(value / 100.0), "known")
    assert [expected] == [(each["value"], each["reason"]) for each in answer.rows.to_pylist()]


@pytest.mark.parametrize("operator", OPERATORS)
def test_stays_that_nobody_can_tell_leave_it_unknown(operator: Any) -> None:
    supplies = [(40, 20, 0)]
    since = NOW._replace(partner_supplied_from=AT - 300 * DAY)
    vector = parameter_vector({WINDOW: 30, WINDOW_KIND: DAYS, STAYS: LEFT_OUT, STOPPED_AFTER: 7})
    series, nobody = series_of(supplies), stays_of([])
    scratch = [0.0] * SCRATCH_PER_ROW
    assert NOT_SUPPLIED == operator(series, nobody, since, vector, [], scratch)[3]
    for stays, reason in (([(10, 2)], NOT_CERTAIN), ([(900, 2)], KNOWN)):
        assert reason == operator(series, stays_of(stays, NOT_CERTAIN), NOW, vector, [], scratch)[3]


def test_stays_that_shift_or_touch_the_days_are_marked_behind_the_dispenses() -> None:
    series, stays = series_of([(50, 30, 0), (400, 5, 0)]), stays_of([(300, 5), (45, 5), (10, 3)])
    used = [0] * 5
    vector = parameter_vector({WINDOW: 30, WINDOW_KIND: DAYS, STAYS: LEFT_OUT})
    percent_of_days_covered(series, stays, NOW, vector, used, [0.0] * (2 * SCRATCH_PER_ROW))
    assert [0, 1, 0, 1, 1] == used
