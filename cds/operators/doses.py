"""Planned doses of a dispenser or a diary: missed in a row, late, share taken.

A row is a planned dose: its planned time, 1 taken or 0 missed, and the delay in minutes in `raw`. A row whose quality
is not 0 is a dose whose fate is not known; an impossible one is passed over. Days are dose days, from DAY_STARTS.
"""

from typing import Final

from cds.operators.logic import ABOVE, AT_LEAST_OF, compare
from cds.operators.readings import NO_ROW, is_contradicted, newest_reading, none_newest, nothing_usable
from cds.operators.reasons import (
    AT_LEAST,
    IMPLAUSIBLE_ONLY,
    KNOWN,
    NOT_JUDGED,
    NOT_SUPPLIED,
    TOO_FEW,
    TRUE,
)
from cds.operators.series import (
    DATE_ONLY,
    DELAY_UNKNOWN,
    LEAST_SHARE,
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_MINUTE,
    MINUTES,
    NO_TIME,
    OWN,
    WINDOW,
    WINDOW_KIND,
    Answer,
    Column,
    Now,
    Series,
)
from cds.operators.windows import first_row, microseconds, opening

DAY_STARTS: Final = OWN  # minutes after 00:00 at which a dose day begins; the same slot for all dose operators
LATE_AFTER: Final = OWN + 1  # days_with_late_dose: minutes of delay that are not yet late


def missed_in_a_row(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Number of the newest doses in a row that were missed, within the window; a dose taken ends the run.

    A dose whose fate is not known, contradicting fates of one planned time, or the start of what was supplied leave
    a bound: at least those counted. Unknown: no doses in the window, not supplied.

    >>> from cds.operators.ask import ask
    >>> doses = {"2026-01-07 08:00": 1.0, "2026-01-07 20:00": 0.0, "2026-01-08 08:00": 0.0}
    >>> ask(missed_in_a_row, doses, at="2026-01-08 12:00")
    (2.0, 2, '2026-01-08 08:00', 0)
    """
    start = dose_opening(now, parameters)
    dates = parameters[WINDOW_KIND] != MINUTES
    run = 0
    row = newest_reading(series, start, now.supplied_from, dates, len(series.times) - 1)
    if row == NO_ROW:
        return 0.0, 0, NO_TIME, none_newest(series, now, start, dates)
    newest = series.times[row]
    while row != NO_ROW:
        if series.quality[row] != KNOWN or is_contradicted(series, dates, row):
            return float(run), run, newest, AT_LEAST
        if series.values[row] != 0.0:
            return float(run), run, newest, KNOWN
        run += 1
        if len(used) > 0:
            used[row] = 1
        row = newest_reading(series, start, now.supplied_from, dates, row - 1)
    return float(run), run, newest, AT_LEAST if start < now.supplied_from else KNOWN


def days_with_late_dose(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Number of dose days in the window with a dose taken more than LATE_AFTER minutes after its time.

    A missed dose is not late. A day without a late dose that holds one whose fate is not known, or that was taken
    nobody knows when, leaves a bound: at least those counted. Unknown: no doses in the window, not supplied for the
    whole window. The example's delays are its values, 1 minute each.

    >>> from cds.operators.ask import ask
    >>> doses = {"2026-01-07 08:00": 1.0, "2026-01-08 08:00": 1.0}
    >>> ask(days_with_late_dose, doses, at="2026-01-08 12:00", slots={LATE_AFTER: 0.5})
    (2.0, 2, '2026-01-08 08:00', 0)
    """
    start = dose_opening(now, parameters)
    if start < now.supplied_from:
        return 0.0, 0, NO_TIME, NOT_SUPPLIED
    first = first_row(series.times, start)
    dates = parameters[WINDOW_KIND] != MINUTES
    shift = microseconds(parameters[DAY_STARTS])
    newest = NO_TIME
    late_days, late_doses, open_days = 0, 0, 0
    day, late, open_fate = 0, False, False
    for row in range(first, len(series.times)):
        if not is_dose(series, row, dates):
            continue
        this_day = (
            series.times[row] + series.utc_offset[row] * MICROSECONDS_PER_MINUTE - shift
        ) // MICROSECONDS_PER_DAY
        if newest == NO_TIME or this_day != day:
            day, late, open_fate = this_day, False, False
        newest = series.times[row]
        if series.quality[row] != KNOWN or (series.attribute[row] & DELAY_UNKNOWN) != 0:
            if not late and not open_fate:
                open_days += 1
            open_fate = True
        elif series.values[row] != 0.0 and is_late(series.raw[row], parameters[LATE_AFTER]):
            late_doses += 1
            if len(used) > 0:
                used[row] = 1
            if not late:
                late_days += 1
                open_days -= 1 if open_fate else 0
            late = True
    if newest == NO_TIME:
        return 0.0, 0, NO_TIME, nothing_usable(series, first, dates)
    return float(late_days), late_doses, newest, AT_LEAST if open_days > 0 else KNOWN


def share_taken(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """Share of the window's doses that were taken, of those whose fate is known, in percent.

    Unknown: no doses; no fate known (not judged); fate known of less than LEAST_SHARE percent of the doses (too few);
    not supplied for the whole window.

    >>> from cds.operators.ask import ask
    >>> doses = {"2026-01-07 08:00": 1.0, "2026-01-07 20:00": 0.0, "2026-01-08 08:00": 1.0, "2026-01-08 09:00": 1.0}
    >>> ask(share_taken, doses, at="2026-01-08 12:00")
    (75.0, 4, '2026-01-08 09:00', 0)
    """
    start = dose_opening(now, parameters)
    if start < now.supplied_from:
        return 0.0, 0, NO_TIME, NOT_SUPPLIED
    first = first_row(series.times, start)
    dates = parameters[WINDOW_KIND] != MINUTES
    doses, known, taken = 0, 0, 0
    newest = NO_TIME
    for row in range(first, len(series.times)):
        if not is_dose(series, row, dates):
            continue
        doses += 1
        newest = series.times[row]
        if series.quality[row] == KNOWN:
            known += 1
            taken += 1 if series.values[row] != 0.0 else 0
            if len(used) > 0:
                used[row] = 1
    if doses == 0:
        return 0.0, 0, NO_TIME, nothing_usable(series, first, dates)
    if known == 0:
        return 0.0, 0, newest, NOT_JUDGED
    if compare(AT_LEAST_OF, 100.0 * known / doses, KNOWN, parameters[LEAST_SHARE], KNOWN) != TRUE:
        return 0.0, known, newest, TOO_FEW
    return 100.0 * taken / known, known, newest, KNOWN


def dose_opening(now: Now, parameters: Column) -> int:
    """First instant of a window whose days are dose days."""
    return opening(now, parameters[WINDOW], int(parameters[WINDOW_KIND]), parameters[DAY_STARTS])


def is_dose(series: Series, row: int, dates: bool) -> bool:
    """Whether the row is a dose of a window; `dates`: also one of which only the date is known."""
    return series.quality[row] != IMPLAUSIBLE_ONLY and (dates or not series.attribute[row] & DATE_ONLY)


def is_late(delay: float, late_after: float) -> bool:
    """Whether a delay in minutes is above the limit; exactly at it is not late."""
    return compare(ABOVE, delay, KNOWN, late_after, KNOWN) == TRUE
