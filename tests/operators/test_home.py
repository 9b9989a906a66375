"""Operators of home measurements against formulas of the standard library, and at the edges of what they tell."""

import math
import statistics
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cds.operators.aggregates import BEYOND, BY_DAY, DAY_LEAST, DAY_MEAN
from cds.operators.baselines import BEST, LEAST_SPREAD
from cds.operators.episodes import ENDS_AFTER, GAP_AT_MOST, PER_EPISODE, STARTS_AFTER, find_episodes
from cds.operators.logic import ABOVE, AT_LEAST_OF, BELOW, FROM_TO
from cds.operators.outliers import STEP
from cds.operators.reasons import KNOWN
from cds.operators.sensor import FROM_FIRST_READING, MG_PER_DL
from cds.operators.series import (
    DAYS,
    FIRST_TIME,
    LEAST_SHARE,
    LEFT_OUT,
    LEFT_OUT_KIND,
    LOWER,
    MINUTES,
    SCRATCH_PER_ROW,
    TEST,
    UPPER,
    WINDOW,
    WINDOW_KIND,
)
from cds.operators.spacing import middle_of, nth_smallest
from cds.operators.time_in_range import GAP_BELOW, GAP_BELOW_KIND
from cds.operators.trends import DAYS_APART
from tests.operators.build import answer, now_at, rows
from tests.operators.strategies import moments, now_of, rows_before
from tests.operators.test_properties import clock, run
from tests.operators.test_properties import parameter_vector as vector_of

FEW = settings(max_examples=40, deadline=None)
numbers = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


@given(numbers, st.data())
def test_selection_is_sorting(values: list[float], data: st.DataObject) -> None:
    nth = data.draw(st.integers(0, len(values) - 1))
    assert nth_smallest([9.9, *values], 1, len(values), nth) == sorted(values)[nth]
    assert middle_of([9.9, *values], 1, len(values)) == pytest.approx(statistics.median(values))


def drawn(data: st.DataObject) -> tuple[int, Sequence[int], list[float], object]:
    at = data.draw(moments())
    series = data.draw(rows_before(at, (KNOWN,), clean=True))
    return at, series.times, list(series.values), series


@FEW
@given(st.data())
def test_slope_is_least_squares(data: st.DataObject) -> None:
    at, times, values, series = drawn(data)
    assume(len(times) >= 2)
    days = [(time - times[0]) / 86_400_000_000 for time in times]
    value, _, _, reason = run("slope", series, now_of(at, FIRST_TIME), vector_of({}))  # type: ignore[arg-type]
    assert reason == KNOWN
    assert value == pytest.approx(statistics.linear_regression(days, values).slope, rel=1e-9, abs=1e-9)


@FEW
@given(st.data())
def test_variation_and_days(data: st.DataObject) -> None:
    at, times, values, series = drawn(data)
    assume(len(times) >= 2 and statistics.fmean(values) > 0)
    now = now_of(at, FIRST_TIME)
    value = run("cv", series, now, vector_of({}))[0]  # type: ignore[arg-type]
    assert value == pytest.approx(100 * statistics.stdev(values) / statistics.fmean(values))
    by_day: dict[object, list[float]] = {}
    for time, each in zip(times, values, strict=True):
        by_day.setdefault(clock(time).date(), []).append(each)
    of_days = [statistics.fmean(each) for each in by_day.values()]
    assert run("mean", series, now, vector_of({BY_DAY: DAY_MEAN}))[0] == pytest.approx(statistics.fmean(of_days))  # type: ignore[arg-type]
    lowest = [min(each) for each in by_day.values()]
    assert run("max", series, now, vector_of({BY_DAY: DAY_LEAST}))[0] == pytest.approx(max(lowest))  # type: ignore[arg-type]


@FEW
@given(st.data())
def test_out_of_step_and_what_is_left(data: st.DataObject) -> None:
    at, times, values, series = drawn(data)
    assume(len(times) >= 3)
    step = data.draw(st.sampled_from((0.5, 3.0, 8.0)))
    middle = statistics.median(values)
    near = [each for each in values if abs(each - middle) <= step + 1e-9]
    now = now_of(at, FIRST_TIME)
    assert run("out_of_step", series, now, vector_of({STEP: step}))[0] == len(values) - len(near)  # type: ignore[arg-type]
    value, _, _, reason = run("mean", series, now, vector_of({BEYOND: step}))  # type: ignore[arg-type]
    if near:
        assert (value, reason) == (pytest.approx(statistics.fmean(near)), KNOWN)
    else:
        assert reason != KNOWN


@FEW
@given(st.data())
def test_times_below_within_and_above_are_all_of_it(data: st.DataObject) -> None:
    at, times, _, series = drawn(data)
    assume(len(times) >= 2)
    now = now_of(at, FIRST_TIME)
    gap = {GAP_BELOW: data.draw(st.sampled_from((0.0, 2.0, 30.0))), GAP_BELOW_KIND: DAYS}
    window = data.draw(st.sampled_from(({}, {WINDOW: 7.0, WINDOW_KIND: DAYS}, {WINDOW: 3000.0, WINDOW_KIND: MINUTES})))
    tests = ({TEST: BELOW, LOWER: 5.0}, {TEST: FROM_TO, LOWER: 5.0, UPPER: 12.0}, {TEST: ABOVE, LOWER: 12.0})
    told = [run("percent_of_time", series, now, vector_of(window | gap | test)) for test in tests]  # type: ignore[arg-type]
    assert len({each[3] for each in told}) == 1
    if told[0][3] == KNOWN:
        assert sum(each[0] for each in told) == pytest.approx(100.0)


FIVE = {TEST: BELOW, LOWER: 3.0, GAP_AT_MOST: 45.0, STARTS_AFTER: 15.0, ENDS_AFTER: 15.0}


@FEW
@given(st.lists(st.sampled_from((2.0, 2.9, 3.0, 6.0)), min_size=2, max_size=80))
def test_episodes_on_the_grid_are_runs(values: list[float]) -> None:
    """Readings every five minutes on the grid: runs of three below, joined where fewer than three lie between."""
    lines = [f"2026-01-08 {8 + place // 12:02}:{place % 12 * 5:02} {value}" for place, value in enumerate(values)]
    series = rows(*lines)
    scratch = [0.0] * (SCRATCH_PER_ROW * len(values))
    midnight = now_at("2026-01-08 00:00").at
    found, points = find_episodes(series, 0, True, midnight, 300_000_000, vector_of(FIVE), [], scratch)
    text = "".join("b" if value < 3.0 else "a" for value in values)
    expected: list[tuple[int, int]] = []
    place = 0
    while (begins := text.find("bbb", place)) >= 0:
        ends = text.find("aaa", begins)
        ends = len(text) if ends < 0 else ends
        expected.append((begins, ends - begins))
        place = ends
    told = [(int(scratch[PER_EPISODE * i]) - 96, int(scratch[PER_EPISODE * i + 1])) for i in range(found)]
    assert expected == told
    assert points == len(values)
    means = [statistics.fmean(values[begins : begins + length]) for begins, length in expected]
    assert means == pytest.approx([scratch[PER_EPISODE * i + 2] for i in range(found)])


def test_a_line_between_readings_is_seen_on_the_grid() -> None:
    """Readings at :02 and so on: the points of the grid, at :05 and so on, lie on the lines between them."""
    told = ((2, 5.0), (7, 2.0), (12, 2.0), (17, 2.0), (22, 5.0))
    lines = [f"2026-01-08 08:{minute:02} {value}" for minute, value in told]
    on_grid = [5.0 - 3.0 * 3 / 5, 2.0, 2.0, 2.0 + 3.0 * 3 / 5]
    assert [3.2, 2.0, 2.0, 3.8] == pytest.approx(on_grid)
    assert answer("episodes", lines, "2026-01-08 09:00", FIVE | {STARTS_AFTER: 10.0}) == (1.0, "known", 5)
    assert answer("episodes", lines, "2026-01-08 09:00", FIVE) == (0.0, "known", 5)


@pytest.mark.parametrize(("share", "told"), [(70.0, "known"), (70.1, "too_few")])
def test_worn_is_required_to_the_point(share: float, told: str) -> None:
    lines = [f"2026-01-08 08:{minute:02} 5.0" for minute in range(5, 40, 5)]
    slots = {WINDOW: 50.0, WINDOW_KIND: MINUTES, LEAST_SHARE: share}
    assert answer("mean", lines, "2026-01-08 08:50", slots)[1] == told
    assert answer("percent_of_readings", lines, "2026-01-08 08:50", slots | {TEST: ABOVE, LOWER: 1.0})[1] == told


def test_time_worn_from_the_first_reading_leaves_out_what_gaps_swallow() -> None:
    lines = [f"2026-01-08 08:{minute:02} 5.0" for minute in (0, 5, 10, 30, 35, 40)]
    assert answer("percent_worn", lines, "2026-01-08 12:00", {FROM_FIRST_READING: 1})[0] == pytest.approx(100 * 6 / 9)


@pytest.mark.parametrize("milligrams", [40.0, 70.0, 112.0, 113.0, 180.0, 400.0])
def test_risk_indices(milligrams: float) -> None:
    risk = 10 * (1.509 * (math.log(milligrams) ** 1.084 - 5.381)) ** 2
    lines = [f"2026-01-08 08:00 {milligrams / 18.0156}"]
    low, high = (answer(each, lines, "2026-01-08 09:00", {MG_PER_DL: 18.0156})[0] for each in ("lbgi", "hbgi"))
    assert (low, high) == ((pytest.approx(risk), 0.0) if milligrams < 112.5 else (0.0, pytest.approx(risk)))


def test_a_formula_without_a_value_is_not_computable() -> None:
    lines = ["2026-01-08 08:00 0.05"]
    assert answer("lbgi", lines, "2026-01-08 09:00", {MG_PER_DL: 18.0156})[1] == "not_computable"
    assert answer("percent_of_best", lines, "2026-01-08 09:00", {BEST: 0.0})[1] == "not_computable"


def test_the_baseline_has_a_least_spread() -> None:
    lines = ["2026-01-05 08:00 60", "2026-01-06 08:00 60", "2026-01-08 08:00 63"]
    slots = {LEFT_OUT: 1.0, LEFT_OUT_KIND: DAYS}
    assert answer("z_score", lines, "2026-01-08 09:00", slots)[1] == "not_computable"
    assert answer("z_score", lines, "2026-01-08 09:00", slots | {LEAST_SPREAD: 1.5}) == (2.0, "known", 3)


@pytest.mark.parametrize(("apart", "told"), [(2.0, "known"), (3.0, "too_few")])
def test_a_slope_over_days_that_must_lie_apart(apart: float, told: str) -> None:
    lines = ["2026-01-06 23:59 60", "2026-01-08 00:01 63"]
    assert answer("slope", lines, "2026-01-08 09:00", {DAYS_APART: apart})[1] == told


def test_how_long_a_test_has_held() -> None:
    lines = ["2026-01-08 06:00 38.5", "2026-01-08 06:30 37.9", "2026-01-08 07:00 38.0", "2026-01-08 08:10 39.0"]
    assert answer("held_for", lines, "2026-01-08 09:00", {TEST: AT_LEAST_OF, LOWER: 38.0}) == (70.0, "known", 2)
    assert answer("held_for", lines[2:], "2026-01-08 09:00", {TEST: AT_LEAST_OF, LOWER: 38.0}) == (70.0, "at_least", 2)
