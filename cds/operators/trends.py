"""Where a number is going: the slope of a straight line through the readings of a window."""

from typing import Final

from cds.operators.aggregates import gather, mean_of
from cds.operators.readings import has_value
from cds.operators.reasons import KNOWN, NOT_COMPUTABLE, TOO_FEW
from cds.operators.series import (
    DATE_ONLY,
    MICROSECONDS_PER_DAY,
    MINUTES,
    OWN,
    WINDOW_KIND,
    Answer,
    Column,
    Now,
    Series,
)
from cds.operators.windows import day_of

DAYS_APART: Final = OWN  # require: civil days from the first reading to the newest, at least


def slope(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """Slope of the line of least squares through the readings of the window, in the input's unit per day of 24 hours.

    At least two instants. A meter's HI or LO among the readings makes it not computable; else unknown as `mean`, and
    too few when the first and the newest reading do not lie DAYS_APART.

    >>> from cds.operators.ask import ask
    >>> weights = {"2026-01-05 07:00": 81.0, "2026-01-06 07:00": 81.0, "2026-01-08 07:00": 82.5}
    >>> round(ask(slope, weights, at="2026-01-08 08:00")[0], 9)
    0.535714286
    """
    first, end, count, newest, reason = gather(series, now, parameters, used, scratch, 2)
    if reason != KNOWN:
        return 0.0, count, newest, NOT_COMPUTABLE if has_value(reason) else reason
    dates = parameters[WINDOW_KIND] != MINUTES
    times = series.times
    width = len(times)  # the times stand behind the values in `scratch`
    place = 0
    oldest = first
    latest = first
    for row in range(first, end):
        if has_value(series.quality[row]) and (dates or not series.attribute[row] & DATE_ONLY):
            if place == 0:
                oldest = row
            latest = row
            scratch[width + place] = float(times[row] - times[oldest]) / MICROSECONDS_PER_DAY
            place += 1
    days = day_of(newest, series.utc_offset[latest]) - day_of(times[oldest], series.utc_offset[oldest])
    if days < parameters[DAYS_APART]:
        return 0.0, count, newest, TOO_FEW
    value, spread = _least_squares(scratch, width, count)
    return (value, count, newest, KNOWN) if spread > 0.0 else (0.0, count, newest, TOO_FEW)


def _least_squares(numbers: Column, width: int, count: int) -> tuple[float, float]:
    """Slope of numbers[0…count] over numbers[width…width + count], and the sum of squares of the latter."""
    center = mean_of(numbers, count)
    total = 0.0
    for i in range(count):
        total += numbers[width + i]
    middle = total / count if count > 0 else 0.0
    products = 0.0
    squares = 0.0
    for i in range(count):
        away = numbers[width + i] - middle
        products += away * (numbers[i] - center)
        squares += away * away
    return (products / squares if squares > 0.0 else 0.0), squares
