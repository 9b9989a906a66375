"""Spans of time that a diagnosis, a device, a medicine in use or a stay holds."""

from cds.operators.readings import COUNTED_IN, IN_DAYS
from cds.operators.reasons import AT_MOST, IMPLAUSIBLE_ONLY, KNOWN, NO_DATA, NOT_SUPPLIED
from cds.operators.series import FIRST_TIME, NO_REAL_TIME, NO_TIME, Answer, Column, Now, Series
from cds.operators.windows import day_of, offset_at

_NO_ROW = -1


def active(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """1.0 when a span [time, end) holds `at`, 0.0 when none does; the newest time is that span's start,
    if it is known.

    A span that is not certain (a provisional diagnosis, a withheld one) gives its reason when no certain one holds.
    None is known to hold only if the input was supplied for all time; else not supplied. A hit counts in any case.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.series import LAST_TIME
    >>> ask(active, {"2019-05-01": LAST_TIME}, at="2026-01-08 08:00")
    (1.0, 1, '2019-05-01 00:00', 0)
    """
    row = _span_at(series, now.at)
    if row == _NO_ROW:
        return 0.0, 0, NO_TIME, KNOWN if now.supplied_from == FIRST_TIME else NOT_SUPPLIED
    if len(used) > 0:
        used[row] = 1
    reason = int(series.quality[row])
    began = series.times[row] if series.times[row] > NO_REAL_TIME else NO_TIME
    return 1.0 if reason == KNOWN else 0.0, 1, began, reason


def _span_at(series: Series, at: int) -> int:
    """Row of the latest certain span that holds `at`, else of the latest other one, or -1."""
    moment = float(at)
    doubtful = _NO_ROW
    row = len(series.times) - 1
    while row >= 0:
        if series.times[row] <= at and moment < series.values[row]:
            if series.quality[row] == KNOWN:
                return row
            if doubtful == _NO_ROW and series.quality[row] != IMPLAUSIBLE_ONLY:
                doubtful = row
        row -= 1
    return doubtful


def time_since_change(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Time since a span last began or ended: elapsed hours, or civil days (0 = today) with COUNTED_IN days.

    A later change that is not certain, or a time for which nothing was supplied, leaves a bound: at most. Unknown:
    nothing has changed (no data), not supplied.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.series import LAST_TIME
    >>> ask(time_since_change, {"2026-01-05 12:00": LAST_TIME}, at="2026-01-08 08:00", slots={COUNTED_IN: IN_DAYS})
    (3.0, 1, '2026-01-05 12:00', 0)
    """
    certain, newest, doubtful, reason = _NO_ROW, NO_TIME, NO_TIME, NO_DATA
    for row in range(len(series.times)):
        changed = _last_change(series, row, now.at)
        if series.quality[row] == KNOWN and changed > newest:
            certain, newest = row, changed
        elif series.quality[row] != KNOWN and series.quality[row] != IMPLAUSIBLE_ONLY and changed > doubtful:
            doubtful, reason = changed, int(series.quality[row])
    if certain == _NO_ROW:
        return 0.0, 0, NO_TIME, reason if now.supplied_from == FIRST_TIME else NOT_SUPPLIED
    if len(used) > 0:
        used[certain] = 1
    reason = AT_MOST if doubtful > newest or newest < now.supplied_from else KNOWN
    if parameters[COUNTED_IN] == IN_DAYS:
        days = day_of(now.at, now.utc_offset) - day_of(newest, offset_at(now, newest))
        return float(days), 1, newest, reason
    return float(now.at - newest) / 3.6e9, 1, newest, reason


def _last_change(series: Series, row: int, at: int) -> int:
    """When the row's span last began or ended before `at`; NO_TIME when neither is known."""
    if series.values[row] <= float(at):
        return int(series.values[row])
    return series.times[row] if series.times[row] > NO_REAL_TIME else NO_TIME
