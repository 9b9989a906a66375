"""What was handed out in a window: counts of the standard library as the oracle."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.operators.ask import parameter_vector
from cds.operators.handed_out import days_from_first_dispense, days_supply, days_with_dispense
from cds.operators.reasons import AT_LEAST, DAYS_NOT_KNOWN, KNOWN, NO_DATA
from cds.operators.series import DAYS, WINDOW, WINDOW_KIND, Series
from tests.operators.test_supply import NOW, Dispense, series_of

DISPENSES = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 60), st.integers(0, 2)), max_size=12)
WINDOWS = st.integers(1, 300)


def asked(operator: Any, series: Series, window: int) -> tuple[float, int]:
    slots = {WINDOW: window, WINDOW_KIND: DAYS}
    value, _, _, reason = operator(series, series, NOW, parameter_vector(slots), [], [])
    return value, reason


@given(DISPENSES, WINDOWS)
def test_against_counting(supplies: list[Dispense], window: int) -> None:
    series = series_of(supplies)
    inside = [(ago, days) for ago, days, _ in supplies if ago < window]
    assert (float(len({ago for ago, _ in inside})), KNOWN) == asked(days_with_dispense, series, window)
    assert (float(sum(days for _, days in inside)), KNOWN) == asked(days_supply, series, window)
    first = (float(max(ago for ago, _ in inside) + 1), KNOWN) if inside else (0.0, NO_DATA)
    assert first == asked(days_from_first_dispense, series, window)


@pytest.mark.parametrize(
    ("operator", "expected"),
    [(days_with_dispense, (2.0, KNOWN)), (days_from_first_dispense, (61.0, KNOWN)), (days_supply, (20.0, AT_LEAST))],
)
def test_what_lasts_nobody_knows_how_long(operator: Any, expected: tuple[float, int]) -> None:
    series = series_of([(60, 20, 0), (10, 20, 1)], DAYS_NOT_KNOWN, 1)
    assert expected == asked(operator, series, 90)
