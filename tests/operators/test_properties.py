"""Operators against independent formulas, and what must hold whatever the rows."""

import statistics
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cds.operators import OPERATORS
from cds.operators.ask import parameter_vector
from cds.operators.doses import DAY_STARTS, LATE_AFTER, dose_opening
from cds.operators.logic import ABOVE
from cds.operators.reasons import AT_LEAST, AT_MOST, IMPLAUSIBLE_ONLY, KNOWN, NO_DATA, NO_EARLIER, NOT_JUDGED, TOO_FEW
from cds.operators.series import (
    DAYS,
    DAYS_BEFORE,
    FIRST_TIME,
    LOWER,
    MICROSECONDS_PER_MINUTE,
    MINUTES,
    MONTHS,
    SCRATCH_PER_ROW,
    TEST,
    WINDOW,
    WINDOW_KIND,
    Answer,
    Now,
    Series,
)
from cds.operators.windows import window_opening
from tests.operators.strategies import Row, columns, moments, now_of, nows, parameters, rows_before, windows

OSLO = ZoneInfo("Europe/Oslo")
LIMIT = 10.0
FEW = settings(max_examples=30)  # of each operator


def run(operator: str, series: Series, now: Now, vector: Sequence[float]) -> Answer:
    used = [0] * len(series.times)
    told = OPERATORS[operator].function(
        series, series, now, vector, used, [0.0] * (SCRATCH_PER_ROW * len(series.times))
    )
    assert told[1] == sum(used) or told[3] not in (KNOWN, AT_LEAST, AT_MOST)
    return told


def clock(time: int) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time)).astimezone(OSLO)


def months_back(day: date, months: int) -> date:
    month = day.year * 12 + day.month - 1 - months
    for of_month in range(day.day, 27, -1):
        try:
            return date(month // 12, month % 12 + 1, of_month)
        except ValueError:
            continue
    return date(month // 12, month % 12 + 1, day.day)


def is_inside(time: int, at: int, kind: int, length: float) -> bool:
    """Whether a row lies in a window, told by the standard library's calendar."""
    today, day = clock(at).date(), clock(time).date()
    if kind == MINUTES:
        return at - time < length * MICROSECONDS_PER_MINUTE
    if kind == DAYS:
        return (today - day).days < length
    if kind == DAYS_BEFORE:
        return (today - day).days <= length
    return day >= months_back(today, int(length)) if kind == MONTHS else True


FORMULAS: dict[str, tuple[int, Callable[[list[float]], float]]] = {
    "mean": (1, statistics.fmean),
    "median": (1, statistics.median),
    "sd": (2, statistics.stdev),
    "min": (1, min),
    "max": (1, max),
    "percent_of_readings": (1, lambda values: 100 * statistics.fmean(value > LIMIT for value in values)),
    "last_reading": (1, lambda values: values[-1]),
    "rise_in": (2, lambda values: values[-1] - min(values[:-1])),
    "fall_in": (2, lambda values: max(values[:-1]) - values[-1]),
    "protocol_mean": (1, statistics.fmean),
}


@pytest.mark.parametrize("operator", FORMULAS)
@FEW
@given(st.data())
def test_usable_rows_give_what_the_formula_says(operator: str, data: st.DataObject) -> None:
    at = data.draw(moments())
    series = data.draw(rows_before(at, (KNOWN,), clean=True))
    window = data.draw(windows())
    pairs = zip(series.times, series.values, strict=True)
    inside = [value for time, value in pairs if is_inside(time, at, int(window[WINDOW_KIND]), window[WINDOW])]
    least, formula = FORMULAS[operator]
    vector = parameter_vector(window | {TEST: ABOVE, LOWER: LIMIT})
    value, _, _, reason = run(operator, series, now_of(at, FIRST_TIME), vector)
    if len(inside) >= least:
        assert (value, reason) == (pytest.approx(formula(inside)), KNOWN)
    else:
        assert (value, reason) in [(0.0, NO_DATA)] if not inside else [(0.0, TOO_FEW), (0.0, NO_EARLIER)]


@given(st.data())
def test_counts_of_days_and_runs(data: st.DataObject) -> None:
    at = data.draw(moments())
    series = data.draw(rows_before(at, (KNOWN,), clean=True))
    window = data.draw(windows())
    now, vector = now_of(at, FIRST_TIME), parameter_vector(window | {TEST: ABOVE, LOWER: LIMIT})
    pairs = list(zip(series.times, series.values, strict=True))
    inside = [pair for pair in pairs if is_inside(pair[0], at, int(window[WINDOW_KIND]), window[WINDOW])]
    assume(inside)
    high = [clock(time).date() for time, value in inside if value > LIMIT]
    failing = [place for place, (_, value) in enumerate(reversed(inside)) if value <= LIMIT]
    assert run("count", series, now, vector)[0] == len(high)
    assert run("days_with", series, now, vector)[0] == len(set(high))
    expected = (failing[0], KNOWN) if failing else (len(inside), AT_LEAST)
    assert run("consecutive", series, now, vector)[::3] == expected


@given(st.data())
def test_doses(data: st.DataObject) -> None:
    at = data.draw(moments())
    series = data.draw(rows_before(at, (KNOWN,), clean=True, values=st.sampled_from((0.0, 1.0))))
    days = data.draw(st.integers(1, 14))
    vector = parameter_vector({WINDOW: days, WINDOW_KIND: DAYS, DAY_STARTS: 180, LATE_AFTER: 5})
    now = now_of(at, FIRST_TIME)

    def dose_day(time: int) -> date:
        return (clock(time).replace(tzinfo=None) - timedelta(hours=3)).date()

    rows = zip(series.times, series.values, series.raw, strict=True)
    inside = [row for row in rows if (dose_day(at) - dose_day(row[0])).days < days]
    assume(inside)
    fates = [taken for _, taken, _ in inside]
    late = {dose_day(time) for time, taken, delay in inside if taken and delay > 5}
    assert run("share_taken", series, now, vector)[0] == pytest.approx(100 * statistics.fmean(fates))
    assert run("days_with_late_dose", series, now, vector)[0] == len(late)
    assert run("missed_in_a_row", series, now, vector)[0] == [*fates[::-1], 1.0].index(1.0)


SUPPLY = {name for name, each in OPERATORS.items() if "supply" in each.reads and name not in ("absent", "time_since")}
BEFORE = {"percent_of_time", "missed_readings", "percent_received"}  # a line or a planned time reaches into the window
WINDOWED = sorted(OPERATORS.keys() - {"absent", "active", "change", "time_since_change"} - SUPPLY - BEFORE)


@pytest.mark.parametrize("operator", WINDOWED)
@FEW
@given(st.data())
def test_rows_before_the_window_do_not_matter(operator: str, data: st.DataObject) -> None:
    at = data.draw(moments())
    series, now, vector = data.draw(rows_before(at)), data.draw(nows(at)), data.draw(parameters())
    is_dose = "doses" in OPERATORS[operator].reads
    opening = dose_opening(now, vector) if is_dose else window_opening(now, vector)
    kept = [row for row in zip(*series, strict=True) if row[0] >= opening]
    assert run(operator, series, now, vector) == run(operator, Series(*columns(kept)), now, vector)


@pytest.mark.parametrize("operator", sorted(OPERATORS.keys() - SUPPLY))
@FEW
@given(st.data())
def test_impossible_values_never_enter_a_value(operator: str, data: st.DataObject) -> None:
    at = data.draw(moments())
    series, now, vector = data.draw(rows_before(at)), data.draw(nows(at)), data.draw(parameters())
    told = run(operator, series, now, vector)
    kept = [row for row in zip(*series, strict=True) if row[7] != IMPLAUSIBLE_ONLY]
    other = run(operator, Series(*columns(kept)), now, vector)
    if told[3] != IMPLAUSIBLE_ONLY:
        assert told == other
    else:
        assert other[3] in (NO_DATA, KNOWN) and other[0] == 0.0


def resolved(data: st.DataObject, row: Row) -> Row:
    """The row with what a meter could not show, or what became of a dose, made known."""
    quality = row[7]
    away = data.draw(st.sampled_from((0.0, 0.1, 3.0, 100.0)))
    if quality == AT_LEAST:
        return (*row[:2], row[2] + away, row[3] + away, *row[4:7], KNOWN)
    if quality == AT_MOST:
        return (*row[:2], row[2] - away, row[3] - away, *row[4:7], KNOWN)
    if quality == NOT_JUDGED:
        return (*row[:2], float(data.draw(st.booleans())), row[3], *row[4:7], KNOWN)
    return row


EPISODES = {"episodes", "episodes_per_day", "episode_length", "episode_mean"}  # a sensor's LO counts as its limit
OF_JUDGED_DOSES = {"share_taken", "share_on_time", "correct_dosing_days", "mean_lateness", "median_lateness"}
NO_BOUNDS = {"absent", "active", "time_since", "time_since_change"}
BOUNDED = sorted(OPERATORS.keys() - NO_BOUNDS - OF_JUDGED_DOSES - SUPPLY - EPISODES)


@pytest.mark.parametrize("operator", BOUNDED)
@FEW
@given(st.data())
def test_what_is_told_of_bounds_holds_when_they_become_known(operator: str, data: st.DataObject) -> None:
    """Known or bounded answers stay true, whatever value a bounded reading turns out to have had."""
    at = data.draw(moments())
    is_dose = "doses" in OPERATORS[operator].reads
    values = st.sampled_from((0.0, 1.0)) if is_dose else None
    qualities = (KNOWN, NOT_JUDGED) if is_dose else (KNOWN, KNOWN, AT_LEAST, AT_MOST)
    series = data.draw(rows_before(at, qualities, clean=True, values=values))
    vector = parameter_vector(data.draw(windows()) | {TEST: data.draw(st.integers(1, 4)), LOWER: LIMIT})
    now = now_of(at, FIRST_TIME)
    value, _, _, reason = run(operator, series, now, vector)
    known = columns([resolved(data, row) for row in zip(*series, strict=True)])
    then, _, _, then_reason = run(operator, Series(*known), now, vector)
    if reason == KNOWN:
        assert (then, then_reason) == (pytest.approx(value), KNOWN)
    elif reason == AT_LEAST:
        assert then >= value - 1e-9
    elif reason == AT_MOST:
        assert then <= value + 1e-9
