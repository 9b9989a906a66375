"""Supply over time: a day-by-day count of stocks with the standard library as the oracle."""

from datetime import date, timedelta
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.operators.ask import parameter_vector
from cds.operators.reasons import AT_LEAST, AT_MOST, DAYS_NOT_KNOWN, KNOWN, NO_DATA
from cds.operators.series import DAYS, SCRATCH_PER_ROW, WINDOW, WINDOW_KIND, Answer, Series
from cds.operators.supply import CARRY, OF_ANY_MEDICINE, OF_NONE, STOPPED_AFTER, percent_of_days_covered
from cds.operators.supply_over_time import (
    days_on_treatment,
    dispenses,
    episodes_of_treatment,
    longest_without_supply,
    medicines_at_once,
)
from tests.operators.test_supply import NOW, TODAY, Dispense, days_with_medicine, series_of

DISPENSES = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 60), st.integers(0, 2)), min_size=3, max_size=12)
WINDOWS = st.integers(1, 300)


def asked(operator: Any, series: Series, window: int = 0, **own: float) -> Answer:
    slots = {WINDOW: window, WINDOW_KIND: DAYS if window else 0}
    slots |= {{"stopped_after": STOPPED_AFTER, "carry": CARRY}[name]: value for name, value in own.items()}
    scratch = [0.0] * (SCRATCH_PER_ROW * len(series.times))
    return operator(series, series, NOW, parameter_vector(slots), [], scratch)


def window_of(length: int) -> list[date]:
    return [TODAY - timedelta(days=ago) for ago in range(length - 1, -1, -1)]


def stretches(days: list[date], covered: set[date], stopped_after: int) -> list[tuple[date, date]]:
    """First and last covered day of each run of days with no more than so many uncovered ones between."""
    found: list[tuple[date, date]] = []
    for day in (each for each in days if each in covered):
        if found and (day - found[-1][1]).days - 1 <= stopped_after:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


@given(DISPENSES, WINDOWS)
def test_the_longest_stretch_without(supplies: list[Dispense], window: int) -> None:
    covered = days_with_medicine(supplies)
    runs = [len(list(run)) for is_covered, run in groupby(window_of(window), covered.__contains__) if not is_covered]
    assert (float(max(runs, default=0)), KNOWN) == asked(longest_without_supply, series_of(supplies), window)[::3]


@given(DISPENSES, WINDOWS, st.integers(0, 40))
def test_treatment_episodes(supplies: list[Dispense], window: int, stopped_after: int) -> None:
    expected = stretches(window_of(window), days_with_medicine(supplies), stopped_after)
    found = asked(episodes_of_treatment, series_of(supplies), window, stopped_after=stopped_after)
    assert (float(len(expected)), KNOWN) == found[::3]


@given(DISPENSES, st.integers(0, 40))
def test_days_on_treatment(supplies: list[Dispense], stopped_after: int) -> None:
    begun, last = stretches(window_of(400), days_with_medicine(supplies), stopped_after)[-1]
    until = TODAY if (TODAY - last).days <= stopped_after else last
    found = asked(days_on_treatment, series_of(supplies), stopped_after=stopped_after)
    assert (float((until - begun).days + 1), KNOWN) == found[::3]


@given(DISPENSES, WINDOWS)
def test_medicines_at_once(supplies: list[Dispense], window: int) -> None:
    by_medicine = [days_with_medicine([each for each in supplies if each[2] == number]) for number in range(3)]
    expected = max(sum(day in days for days in by_medicine) for day in window_of(window))
    assert (float(expected), KNOWN) == asked(medicines_at_once, series_of(supplies), window)[::3]


@given(DISPENSES, WINDOWS)
def test_dispenses(supplies: list[Dispense], window: int) -> None:
    expected = sum(ago < window for ago, _, _ in supplies)
    assert (float(expected), KNOWN) == asked(dispenses, series_of(supplies), window)[::3]


@given(DISPENSES, WINDOWS)
def test_what_is_handed_out_early_waits_as_asked(supplies: list[Dispense], window: int) -> None:
    of_one = [(ago, days, 0) for ago, days, _ in supplies]
    at_once = {TODAY - timedelta(days=ago - day) for ago, days, _ in supplies for day in range(days)}
    for carry, covered in ((OF_ANY_MEDICINE, days_with_medicine(of_one)), (OF_NONE, at_once)):
        share = 100.0 * len(covered & set(window_of(window))) / window
        found = asked(percent_of_days_covered, series_of(supplies), window, carry=carry)
        assert (pytest.approx(share), KNOWN) == found[::3]


OPERATORS = (longest_without_supply, episodes_of_treatment, days_on_treatment, medicines_at_once)


@pytest.mark.parametrize("operator", OPERATORS)
def test_nothing_was_handed_out(operator: Any) -> None:
    assert NO_DATA == asked(operator, series_of([]), 30)[3]


def test_what_lasts_nobody_knows_how_long() -> None:
    series = series_of([(60, 20, 0), (10, 20, 1)], DAYS_NOT_KNOWN, 1)
    reasons = [asked(each, series, 90, stopped_after=30)[3] for each in OPERATORS]
    assert [AT_MOST, DAYS_NOT_KNOWN, DAYS_NOT_KNOWN, AT_LEAST] == reasons
    assert (2.0, KNOWN) == asked(dispenses, series, 90)[::3]
