"""What was handed out in a window: on how many days, since when, and for how long it lasts.

Rows are those of `cds.operators.supply`. Who belongs to a measure of days covered hangs on these three.
"""

from cds.operators.reasons import AT_LEAST, KNOWN, NO_DATA, NOT_SUPPLIED
from cds.operators.series import MICROSECONDS_PER_DAY, NO_TIME, WINDOW, WINDOW_KIND, Answer, Column, Now, Series
from cds.operators.supply import dispensed_from
from cds.operators.windows import day_of, instant_of, opening_day


def days_with_dispense(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """On how many days of the window something was handed out, however often and however long it lasts.

    Unknown: not supplied.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.series import DAYS
    >>> twice = {"2026-01-05 09:00": 30.0, "2026-01-05 16:00": 30.0, "2026-01-08": 30.0}
    >>> ask(days_with_dispense, twice, at="2026-01-08 12:00", slots={WINDOW: 7, WINDOW_KIND: DAYS})
    (2.0, 3, '2026-01-08 00:00', 0)
    """
    opens, reason = _opened(now, parameters)
    if reason != KNOWN:
        return 0.0, 0, NO_TIME, reason
    _, days, _ = dispensed_from(series, opens)
    rows, newest = _rows_from(series, opens, used)
    return float(days), rows, newest, KNOWN


def days_from_first_dispense(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Days from the first dispense in the window up to today, both among them.

    Unknown: nothing was handed out in the window (no data), not supplied.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.series import DAYS
    >>> ask(days_from_first_dispense, {"2026-01-05": 30.0}, at="2026-01-08 12:00", slots={WINDOW: 7, WINDOW_KIND: DAYS})
    (4.0, 1, '2026-01-05 00:00', 0)
    """
    opens, reason = _opened(now, parameters)
    if reason != KNOWN:
        return 0.0, 0, NO_TIME, reason
    first, days, _ = dispensed_from(series, opens)
    rows, newest = _rows_from(series, opens, used)
    if days == 0:
        return 0.0, 0, NO_TIME, NO_DATA
    return float(day_of(now.at, now.utc_offset) + 1 - first), rows, newest, KNOWN


def days_supply(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """How many days everything that was handed out in the window lasts, one after the other.

    A dispense that lasts nobody knows how long leaves a bound: at least. Unknown: not supplied.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.series import DAYS
    >>> supplies = {"2026-01-05": 30.0, "2026-01-08": 28.0}
    >>> ask(days_supply, supplies, at="2026-01-08 12:00", slots={WINDOW: 7, WINDOW_KIND: DAYS})
    (58.0, 2, '2026-01-08 00:00', 0)
    """
    opens, reason = _opened(now, parameters)
    if reason != KNOWN:
        return 0.0, 0, NO_TIME, reason
    total = 0.0
    for row in range(len(series.times)):
        if day_of(series.times[row], series.utc_offset[row]) >= opens:
            if series.quality[row] == KNOWN and series.values[row] > 0.0:
                total += series.values[row]
            else:
                reason = AT_LEAST
    rows, newest = _rows_from(series, opens, used)
    return total, rows, newest, reason


def _opened(now: Now, parameters: Column) -> tuple[int, int]:
    """First day of the window, and why nothing can be told of it; KNOWN when it was supplied."""
    opens = opening_day(now, parameters[WINDOW], int(parameters[WINDOW_KIND]))
    return opens, NOT_SUPPLIED if instant_of(now, opens * MICROSECONDS_PER_DAY) < now.supplied_from else KNOWN


def _rows_from(series: Series, opens: int, used: Column) -> tuple[int, int]:
    """How many rows lie on `opens` or later, and when the newest of them was; marks them."""
    rows = 0
    newest = NO_TIME
    for row in range(len(series.times)):
        if day_of(series.times[row], series.utc_offset[row]) >= opens:
            rows += 1
            newest = series.times[row]
            if len(used) > 0:
                used[row] = 1
    return rows, newest
