"""Hypothesis draws of one patient's rows in Oslo, a moment, and an operator's parameters."""

from collections.abc import Sequence

from hypothesis import strategies as st

from cds.operators.ask import parameter_vector
from cds.operators.reasons import (
    AT_LEAST,
    AT_MOST,
    IMPLAUSIBLE_ONLY,
    KNOWN,
    NOT_CERTAIN,
    NOT_JUDGED,
    UNIT_NOT_UNDERSTOOD,
    WITHHELD,
)
from cds.operators.series import (
    DATE_ONLY,
    DAYS,
    DAYS_BEFORE,
    EVERYTHING,
    FIRST_TIME,
    FRESH,
    FRESH_KIND,
    LAST_TIME,
    LEAST_DAYS,
    LEAST_ROWS,
    LEAST_SHARE,
    LEFT_OUT,
    LEFT_OUT_KIND,
    LOWER,
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_MINUTE,
    MINUTES,
    MONTHS,
    OWN,
    PAIR_LOWER,
    PAIR_UNIT,
    PAIR_UPPER,
    TEST,
    UPPER,
    WINDOW,
    WINDOW_KIND,
    Now,
    Series,
)
from cds.operators.windows import instant_of
from tests.operators.build import OSLO, time_of

Row = tuple[int, int, float, float, int, int, int, int]

DAYS_TO_ASK = ("2026-01-08", "2026-03-29", "2026-03-31", "2026-10-25", "2024-02-29")
QUALITIES = (KNOWN,) * 8 + (AT_LEAST, AT_MOST, IMPLAUSIBLE_ONLY, UNIT_NOT_UNDERSTOOD, WITHHELD, NOT_JUDGED, NOT_CERTAIN)
LENGTHS = {
    EVERYTHING: (0.0,),
    MINUTES: (1.0, 90.0, 1440.0, 4320.5, 100_000.0),
    DAYS: (1.0, 2.0, 7.0, 14.0, 30.0),
    DAYS_BEFORE: (0.0, 1.0, 3.0, 7.0, 30.0),
    MONTHS: (1.0, 2.0, 13.0),
}


@st.composite
def moments(draw: st.DrawFn) -> int:
    return time_of(draw(st.sampled_from(DAYS_TO_ASK))) + draw(st.integers(0, 1439)) * MICROSECONDS_PER_MINUTE


@st.composite
def rows_before(
    draw: st.DrawFn,
    at: int,
    qualities: Sequence[int] = QUALITIES,
    clean: bool = False,
    values: st.SearchStrategy[float] | None = None,
) -> Series:
    """Rows up to `at`; clean: every one at an instant of its own and with a clock time."""
    numbers = st.integers(0, 200).map(lambda tenths: tenths / 10.0) if values is None else values
    ago = st.one_of(st.integers(0, 300), st.integers(0, 40_000), st.integers(0, 60).map(lambda days: days * 1440))
    row = st.tuples(ago, numbers, numbers, st.integers(1, 2), st.booleans(), st.sampled_from(qualities))
    drawn = draw(st.lists(row, max_size=25, unique_by=(lambda row: row[0]) if clean else None))
    return Series(*columns([_row(at, each, clean) for each in drawn]))


def columns(rows: list[Row]) -> list[list[int] | list[float]]:
    """Rows as columns, in their order of time, value and the rest."""
    rows = sorted(rows, key=lambda row: (row[0], row[2], row[4], row[6], row[7]))
    return [[row[column] for row in rows] for column in range(8)]


def _row(at: int, row: tuple[int, float, float, int, bool, int], clean: bool) -> Row:
    ago, value, raw, unit, undated, quality = row
    time = at - ago * MICROSECONDS_PER_MINUTE
    attribute = 0
    if undated and ago % 3 == 0 and not clean:
        time = midnight(time)
        attribute = DATE_ONLY
    return time, OSLO.offset_at(time), value, raw, unit, 0, attribute, quality


def midnight(time: int) -> int:
    day = (time + OSLO.offset_at(time) * MICROSECONDS_PER_MINUTE) // MICROSECONDS_PER_DAY
    return instant_of(now_of(time, FIRST_TIME), day * MICROSECONDS_PER_DAY)


def now_of(at: int, supplied_from: int) -> Now:
    return Now(at, OSLO.offset_at(at), supplied_from, OSLO.transitions, OSLO.offsets)


@st.composite
def nows(draw: st.DrawFn, at: int) -> Now:
    """The moment, with all, nothing, or the last days supplied."""
    days = draw(st.integers(0, 40))
    since = draw(st.sampled_from((FIRST_TIME, FIRST_TIME, LAST_TIME, at - days * MICROSECONDS_PER_DAY)))
    return now_of(at, since)


@st.composite
def windows(draw: st.DrawFn) -> dict[int, float]:
    kind = draw(st.sampled_from(sorted(LENGTHS)))
    return {WINDOW_KIND: kind, WINDOW: draw(st.sampled_from(LENGTHS[kind]))}


@st.composite
def parameters(draw: st.DrawFn) -> list[float]:
    """A whole parameter vector; own slots hold what some operator could be given."""
    slots = draw(windows())
    slots[FRESH_KIND] = draw(st.sampled_from((EVERYTHING, EVERYTHING, MINUTES, DAYS)))
    slots[FRESH] = draw(st.sampled_from((1.0, 2.0, 600.0)))
    slots[LEAST_ROWS] = draw(st.sampled_from((0.0, 0.0, 2.0, 5.0)))
    slots[LEAST_DAYS] = draw(st.sampled_from((0.0, 0.0, 2.0, 4.0)))
    slots[LEAST_SHARE] = draw(st.sampled_from((0.0, 50.0, 70.0)))
    slots[LEFT_OUT_KIND] = draw(st.sampled_from((EVERYTHING, EVERYTHING, MINUTES, DAYS)))
    slots[LEFT_OUT] = draw(st.sampled_from((1.0, 2.0, 600.0)))
    slots[TEST] = float(draw(st.integers(0, 5)))
    slots[LOWER] = draw(st.sampled_from((0.1, 5.0, 10.0)))
    slots[UPPER] = draw(st.sampled_from((10.0, 15.0)))
    slots[PAIR_UNIT] = draw(st.sampled_from((-1.0, 1.0)))
    slots[PAIR_LOWER] = 4.0
    slots[PAIR_UPPER] = 12.0
    for slot in range(OWN, OWN + 5):
        slots[slot] = draw(st.sampled_from((0.0, 0.0, 1.0, 2.0, 4.0, 15.0, 180.0)))
    for slot in range(OWN + 5, OWN + 13):
        slots[slot] = draw(st.sampled_from((0.0, 240.0, 720.0, 960.0, 1440.0)))
    return parameter_vector(slots)
