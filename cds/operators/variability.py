"""How much a number swings within the day."""

from cds.operators.aggregates import gather
from cds.operators.readings import has_value
from cds.operators.reasons import KNOWN, NOT_COMPUTABLE, TOO_FEW
from cds.operators.series import (
    DATE_ONLY,
    LEAST_DAYS,
    MINUTES,
    WINDOW_KIND,
    Answer,
    Column,
    Now,
    Series,
)
from cds.operators.windows import day_of


def diurnal_variability(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Mean over days of (highest − lowest) in percent of the mean of these two; days with one reading are passed over.

    Required days are days with two readings or more. A meter's HI or LO among the readings, or a day whose numbers are
    not above 0, makes it not computable; without a day of two readings too few; else unknown as `mean`. Source: peak
    flow, BMJ 319: 45, 1999.

    >>> from cds.operators.ask import ask
    >>> flows = {"2026-01-07 07:00": 360.0, "2026-01-07 20:00": 440.0, "2026-01-08 07:00": 400.0}
    >>> ask(diurnal_variability, flows, at="2026-01-08 08:00")[0]
    20.0
    """
    first, end, count, newest, reason = gather(series, now, parameters, used, scratch, 1)
    if reason != KNOWN:
        return 0.0, count, newest, NOT_COMPUTABLE if has_value(reason) else reason
    swings, days, is_positive = _swings(series, first, end, parameters[WINDOW_KIND] != MINUTES)
    if days == 0 or days < parameters[LEAST_DAYS]:
        return 0.0, count, newest, TOO_FEW
    if not is_positive:
        return 0.0, count, newest, NOT_COMPUTABLE
    return 100.0 * swings / days, count, newest, KNOWN


def _swings(series: Series, first: int, end: int, dates: bool) -> tuple[float, int, bool]:
    """Sum over days of (highest − lowest) / mean of the two, how many days, and whether all means are above 0."""
    swings = 0.0
    days = 0
    is_positive = True
    row = first
    while row < end:
        day = day_of(series.times[row], series.utc_offset[row])
        lowest = 0.0
        highest = 0.0
        readings = 0
        while row < end and day_of(series.times[row], series.utc_offset[row]) == day:
            if has_value(series.quality[row]) and (dates or not series.attribute[row] & DATE_ONLY):
                value = series.values[row]
                if readings == 0 or value < lowest:
                    lowest = value
                if readings == 0 or value > highest:
                    highest = value
                readings += 1
            row += 1
        if readings >= 2:
            days += 1
            middle = (highest + lowest) / 2.0
            if middle > 0.0:
                swings += (highest - lowest) / middle
            else:
                is_positive = False
    return swings, days, is_positive
