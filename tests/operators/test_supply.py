"""Days covered: cases worked out by hand, and a day-by-day count with the standard library as the oracle."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.operators.ask import parameter_vector
from cds.operators.reasons import AT_LEAST, AT_MOST, DAYS_NOT_KNOWN, IMPLAUSIBLE_ONLY, KNOWN, NO_DATA, NOT_COMPUTABLE
from cds.operators.series import (
    DAYS,
    FIRST_TIME,
    MICROSECONDS_PER_DAY,
    NO_TIME,
    SCRATCH_PER_ROW,
    WINDOW,
    WINDOW_KIND,
    Answer,
    Now,
    Series,
)
from cds.operators.supply import FROM_FIRST, days_without_supply, percent_of_days_covered

Dispense = tuple[int, int, int]  # days ago, days that it lasts, number of the medicine

TODAY = date(2026, 6, 1)
AT = int(datetime(2026, 6, 1, 12, tzinfo=UTC).timestamp()) * 1_000_000
NOW = Now(AT, 0, FIRST_TIME, [FIRST_TIME], [0])


def series_of(dispenses: list[Dispense], quality: int = KNOWN, doubtful: int = 0) -> Series:
    """Rows in order of time; the last `doubtful` of them have the quality."""
    rows = sorted(dispenses, key=lambda each: -each[0])
    qualities = [KNOWN] * (len(rows) - doubtful) + [quality] * doubtful
    times = [(AT // MICROSECONDS_PER_DAY - ago) * MICROSECONDS_PER_DAY for ago, _, _ in rows]
    values = [float(days) for _, days, _ in rows]
    nothing = [0] * len(rows)
    return Series(times, nothing, values, values, nothing, [number for _, _, number in rows], nothing, qualities)


def covered(series: Series, window: int, from_first: bool = False, used: list[int] | None = None) -> Answer:
    slots = {WINDOW: window, WINDOW_KIND: DAYS, FROM_FIRST: float(from_first)}
    scratch = [0.0] * (SCRATCH_PER_ROW * len(series.times))
    return percent_of_days_covered(series, series, NOW, parameter_vector(slots), used or [], scratch)


def without(series: Series, now: Now = NOW) -> Answer:
    scratch = [0.0] * (SCRATCH_PER_ROW * len(series.times))
    return days_without_supply(series, series, now, parameter_vector({}), [], scratch)


def days_with_medicine(dispenses: list[Dispense]) -> set[date]:
    """Every day on which some medicine was left, each medicine taken day by day from a stock of its own."""
    found: set[date] = set()
    for medicine in {number for _, _, number in dispenses}:
        stock = 0
        for ago in range(1000, -1, -1):
            stock += sum(days for each, days, number in dispenses if (each, number) == (ago, medicine))
            if stock:
                stock -= 1
                found.add(TODAY - timedelta(days=ago))
        found |= {TODAY + timedelta(days=1)} if stock else set()
    return found


DISPENSES = st.lists(st.tuples(st.integers(0, 900), st.integers(1, 120), st.integers(0, 20)), min_size=3, max_size=12)


@given(DISPENSES, st.integers(1, 365))
def test_a_stock_used_day_by_day_says_the_same(dispenses: list[Dispense], window: int) -> None:
    asked = {TODAY - timedelta(days=each) for each in range(window)}
    share = 100.0 * len(asked & days_with_medicine(dispenses)) / window
    assert (pytest.approx(share), KNOWN) == covered(series_of(dispenses), window)[::3]


@given(DISPENSES, st.integers(1, 365))
def test_from_the_first_dispense_only_what_came_since_counts(dispenses: list[Dispense], window: int) -> None:
    inside = [each for each in dispenses if each[0] < window]
    if not inside:
        assert covered(series_of(dispenses), window, from_first=True)[3] == NO_DATA
        return
    asked = {TODAY - timedelta(days=each) for each in range(max(ago for ago, _, _ in inside) + 1)}
    share = 100.0 * len(asked & days_with_medicine(inside)) / len(asked)
    assert (pytest.approx(share), KNOWN) == covered(series_of(dispenses), window, from_first=True)[::3]


@given(DISPENSES)
def test_days_without_are_those_after_the_last_with(dispenses: list[Dispense]) -> None:
    with_medicine = days_with_medicine(dispenses)
    expected = (TODAY - max(with_medicine)).days
    assert (float(max(expected, 0)), KNOWN) == without(series_of(dispenses))[::3]


@given(DISPENSES, st.integers(1, 365), st.sampled_from((DAYS_NOT_KNOWN, IMPLAUSIBLE_ONLY)))
def test_what_is_not_known_can_only_cover_more(dispenses: list[Dispense], window: int, quality: int) -> None:
    whole = series_of(dispenses)
    doubtful = series_of(dispenses, quality, doubtful=1)
    told, known = covered(doubtful, window), covered(whole, window)
    assert told[3] in (KNOWN, AT_LEAST)
    assert told[0] <= known[0] + 1e-9
    assert told[3] == AT_LEAST or told[0] == pytest.approx(known[0])
    least, most = without(whole), without(doubtful)
    assert most[3] in (KNOWN, AT_MOST)
    assert most[0] >= least[0]


def test_the_rows_that_reach_the_window_are_marked() -> None:
    used = [0, 0, 0]
    covered(series_of([(300, 30, 0), (40, 30, 0), (5, 30, 0)]), 30, used=used)
    assert [0, 1, 1] == used


@given(DISPENSES, st.integers(1, 365), st.integers(1, 10**9))
def test_the_numbers_of_the_medicines_say_nothing(dispenses: list[Dispense], window: int, more: int) -> None:
    """Medicines that are not handed out yet have numbers too, so that those of the others may be any."""
    others = [(ago, days, number + more) for ago, days, number in dispenses]
    assert covered(series_of(dispenses), window) == covered(series_of(others), window)
    assert without(series_of(dispenses)) == without(series_of(others))


def test_what_may_have_been_handed_out_before_the_supply_begins_leaves_a_bound() -> None:
    since = AT - 400 * MICROSECONDS_PER_DAY
    assert (771.0, AT_MOST) == without(series_of([(800, 30, 0)]), NOW._replace(supplied_from=since))[::3]


def test_no_days_to_judge() -> None:
    assert covered(series_of([(5, 30, 0)]), 0)[3] == NOT_COMPUTABLE


def test_nothing_ever() -> None:
    assert (0.0, 0, NO_TIME, NO_DATA) == covered(series_of([]), 30)
    assert (0.0, 0, NO_TIME, NO_DATA) == without(series_of([]))
