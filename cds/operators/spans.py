"""Spans of time that a diagnosis, a device or a stay holds."""

from cds.operators.reasons import IMPLAUSIBLE_ONLY, KNOWN, NOT_SUPPLIED
from cds.operators.series import FIRST_TIME, NO_TIME, Answer, Column, Now, Series

_NO_ROW = -1


def active(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """1.0 when a span [time, end) holds `at`, 0.0 when none does; the newest time is that span's start.

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
    return 1.0 if reason == KNOWN else 0.0, 1, series.times[row], reason


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
