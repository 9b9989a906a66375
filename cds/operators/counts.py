"""How many readings or days, what share, how many in a row: readings told apart by a test (`that_are`)."""

from typing import Final

from cds.operators.aggregates import shortfall
from cds.operators.logic import AT_LEAST_OF, AT_MOST_OF, FROM_TO, both, compare
from cds.operators.readings import (
    NO_ROW,
    has_value,
    instant_starts,
    is_too_old,
    newest_reading,
    none_newest,
    nothing_usable,
)
from cds.operators.reasons import (
    AT_LEAST,
    CONFLICT,
    FALSE,
    IMPLAUSIBLE_ONLY,
    KNOWN,
    NO_DATA,
    NOT_SUPPLIED,
    TOO_FEW,
    TOO_OLD,
    TRUE,
)
from cds.operators.series import (
    DATE_ONLY,
    LOWER,
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_MINUTE,
    MINUTES,
    NO_TIME,
    OWN,
    PAIR_LOWER,
    PAIR_UNIT,
    PAIR_UPPER,
    TEST,
    UPPER,
    WINDOW_KIND,
    Answer,
    Column,
    Now,
    Series,
)
from cds.operators.windows import day_of, first_row, instant_of, microseconds, window_opening

GAP_AT_MOST: Final = OWN  # consecutive: minutes between neighbours; 0 = any
NEEDED: Final = OWN + 1  # consecutive: the run that is asked for; 0 = none


def meets(series: Series, row: int, parameters: Column) -> int:
    """State of the test for one row: true, false, or why it cannot be told. Without a test every row is true.

    With a unit pair, a row that arrived in the pair's unit is compared as it arrived.
    """
    test = int(parameters[TEST])
    reason = int(series.quality[row])
    if test == 0:
        return TRUE
    if parameters[PAIR_UNIT] >= 0.0 and series.unit[row] == parameters[PAIR_UNIT]:
        value, lower, upper = series.raw[row], parameters[PAIR_LOWER], parameters[PAIR_UPPER]
    else:
        value, lower, upper = series.values[row], parameters[LOWER], parameters[UPPER]
    if test != FROM_TO:
        return compare(test, value, reason, lower, KNOWN)
    return both(compare(AT_LEAST_OF, value, reason, lower, KNOWN), compare(AT_MOST_OF, value, reason, upper, KNOWN))


def count(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """Number of readings or events in the window that satisfy the test.

    Without a test every reading counts, whatever its value, except an impossible one, and none at all is 0. With a
    test: only readings with a value; no such reading is unknown; one that the test cannot decide leaves a bound, at
    least those that satisfy it. Unknown too: not supplied for the whole window, too old, too few.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.logic import ABOVE
    >>> pressures = {"2026-01-07 07:00": 150.0, "2026-01-08 07:30": 130.0}
    >>> ask(count, pressures, at="2026-01-08 08:00", slots={TEST: ABOVE, LOWER: 135})
    (1.0, 1, '2026-01-08 07:30', 0)
    """
    _, hits, newest, reason = _tally(series, now, parameters, used, scratch, False)
    if reason == NO_DATA and parameters[TEST] == 0.0:
        reason = KNOWN
    return float(hits) if has_value(reason) else 0.0, hits, newest, reason


def percent_of_readings(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Share of the window's readings that satisfy the test, in percent (iglu: in range, both ends inside).

    Unknown as `count` with a test; a reading that the test cannot decide leaves a bound, at least.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.logic import FROM_TO
    >>> glucose = {"2026-01-08 07:00": 3.9, "2026-01-08 07:05": 3.8, "2026-01-08 07:10": 10.0, "2026-01-08 07:15": 12.0}
    >>> ask(percent_of_readings, glucose, at="2026-01-08 08:00", slots={TEST: FROM_TO, LOWER: 3.9, UPPER: 10})[0]
    50.0
    """
    judged, hits, newest, reason = _tally(series, now, parameters, used, scratch, True)
    if judged == 0 or not has_value(reason):
        return 0.0, judged, newest, reason
    return 100.0 * hits / judged, judged, newest, reason


def _tally(
    series: Series, now: Now, parameters: Column, used: Column, scratch: Column, mark_all: bool
) -> tuple[int, int, int, int]:
    """Rows that the test is put to, rows that satisfy it, newest time and reason; `scratch` holds each row's state.

    Marks every row that the test is put to, or only those that satisfy it.
    """
    start = window_opening(now, parameters)
    if start < now.supplied_from:
        return 0, 0, NO_TIME, NOT_SUPPLIED
    times, quality, attribute = series.times, series.quality, series.attribute
    first = first_row(times, start)
    dates = parameters[WINDOW_KIND] != MINUTES
    tested = parameters[TEST] != 0.0
    judged = 0
    hits = 0
    newest = NO_TIME
    reason = KNOWN
    for row in range(first, len(times)):
        scratch[row] = FALSE
        if (quality[row] != KNOWN and not _is_counted(quality[row], tested)) or (
            attribute[row] & DATE_ONLY and not dates
        ):
            continue
        judged += 1
        newest = times[row]
        state = meets(series, row, parameters)
        scratch[row] = state
        if state == TRUE:
            hits += 1
        elif state != FALSE:
            reason = AT_LEAST
        if len(used) > 0 and (mark_all or state == TRUE):
            used[row] = 1
    if judged == 0:
        return 0, 0, NO_TIME, nothing_usable(series, first, dates)
    lacking = shortfall(series, now, parameters, first, len(times), judged, newest, 1, scratch)
    return judged, hits, newest, reason if lacking == KNOWN else lacking


def _is_counted(quality: int, tested: bool) -> bool:
    """A test needs a value; without a test any reading counts that is not impossible."""
    return has_value(quality) if tested else quality != IMPLAUSIBLE_ONLY


def days_with(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """Number of civil days in the window that hold a reading which satisfies the test.

    Unknown as `count`; a day that only an undecided reading could make count leaves a bound, at least.

    >>> from cds.operators.ask import ask
    >>> weights = {"2026-01-07 07:00": 81.0, "2026-01-08 07:00": 83.0, "2026-01-08 07:30": 83.5}
    >>> ask(days_with, weights, at="2026-01-08 08:00")
    (2.0, 3, '2026-01-08 07:30', 0)
    """
    _, hits, newest, reason = _tally(series, now, parameters, used, scratch, False)
    if reason == NO_DATA and parameters[TEST] == 0.0:
        return 0.0, 0, NO_TIME, KNOWN
    if not has_value(reason):
        return 0.0, hits, newest, reason
    first = first_row(series.times, window_opening(now, parameters))
    sure, in_doubt = _days(series, first, scratch)
    return float(sure), hits, newest, AT_LEAST if in_doubt else KNOWN


def _days(series: Series, first: int, states: Column) -> tuple[int, bool]:
    """Civil days with a row that satisfies the test, and whether an undecided row could add a day."""
    sure = 0
    in_doubt = False
    day = 0
    best = FALSE  # of the day: TRUE, FALSE or AT_LEAST for undecided
    for row in range(first, len(series.times)):
        this_day = (series.times[row] + series.utc_offset[row] * MICROSECONDS_PER_MINUTE) // MICROSECONDS_PER_DAY
        if this_day != day:
            in_doubt = in_doubt or best == AT_LEAST
            best = FALSE
            day = this_day
        if states[row] == TRUE and best != TRUE:
            sure += 1
            best = TRUE
        elif states[row] != FALSE and best == FALSE:
            best = AT_LEAST
    return sure, in_doubt or best == AT_LEAST


def consecutive(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """Number of newest readings in a row that satisfy the test; readings of one instant are one.

    A reading that fails, or a gap above GAP_AT_MOST minutes, makes the number exact. A reading that the test cannot
    decide, contradicting readings of one instant, or the start of the data leave a bound, at least; but where the
    data run out before NEEDED readings, the answer is too few. Unknown too: no data, too old, not supplied.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.logic import ABOVE
    >>> pressures = {"2026-01-06": 130.0, "2026-01-07": 150.0, "2026-01-08": 140.0}
    >>> ask(consecutive, pressures, at="2026-01-08 08:00", slots={TEST: ABOVE, LOWER: 135})
    (2.0, 2, '2026-01-08 00:00', 0)
    """
    start = window_opening(now, parameters)
    dates = parameters[WINDOW_KIND] != MINUTES
    gap = microseconds(parameters[GAP_AT_MOST])
    run = 0
    row = newest_reading(series, start, now.supplied_from, dates, len(series.times) - 1)
    if row == NO_ROW:
        return 0.0, 0, NO_TIME, none_newest(series, now, start, dates)
    newest = series.times[row]
    if is_too_old(now, parameters, newest):
        return 0.0, 0, newest, TOO_OLD
    before = newest
    day = 0
    while row != NO_ROW:
        time = series.times[row]
        if gap > 0 and before - time > gap:
            return float(run), run, newest, KNOWN
        this_day = day_of(time, series.utc_offset[row])
        if dates and (run == 0 or this_day != day) and _is_order_unknown(series, now, parameters, row):
            return float(run), run, newest, AT_LEAST
        state = _state_at_instant(series, parameters, dates, row)
        if state != TRUE:
            return float(run), run, newest, KNOWN if state == FALSE else AT_LEAST
        run += 1
        if len(used) > 0:
            used[row] = 1
        before = time
        day = this_day
        row = newest_reading(series, start, now.supplied_from, dates, instant_starts(series.times, row) - 1)
    if run >= parameters[NEEDED]:
        return float(run), run, newest, AT_LEAST
    return 0.0, run, newest, NOT_SUPPLIED if start < now.supplied_from else TOO_FEW


def _state_at_instant(series: Series, parameters: Column, dates: bool, row: int) -> int:
    """State of the test for the readings at the row's instant together; CONFLICT when they differ in it."""
    state = meets(series, row, parameters)
    older = row - 1
    while older >= 0 and series.times[older] == series.times[row]:
        is_reading = series.quality[older] != IMPLAUSIBLE_ONLY and (dates or not series.attribute[older] & DATE_ONLY)
        if is_reading and meets(series, older, parameters) != state:
            return CONFLICT
        older -= 1
    return state


def _is_order_unknown(series: Series, now: Now, parameters: Column, newest: int) -> bool:
    """Whether a day's readings differ in the test and one has no clock time; `newest` is the day's last row."""
    day = day_of(series.times[newest], series.utc_offset[newest])
    if newest == 0 or day_of(series.times[newest - 1], series.utc_offset[newest - 1]) != day:
        return False
    row = first_row(series.times, instant_of(now, day * MICROSECONDS_PER_DAY))
    midnight = series.times[row] if row <= newest else series.times[newest]
    undated = False
    differ = False
    while row < newest and (undated or series.times[row] == midnight):
        if series.quality[row] != IMPLAUSIBLE_ONLY:
            undated = undated or (series.attribute[row] & DATE_ONLY) != 0
            differ = differ or meets(series, row, parameters) != meets(series, newest, parameters)
        row += 1
    return undated and differ
