"""Numbers over all usable readings of a window: least, greatest, mean, median, standard deviation, variation.

Each may look at days instead of readings: BY_DAY says what every civil day of the window is first brought to. Or it
leaves out readings that lie BEYOND a distance from the median, which are then not among those used.
"""

import math
from typing import Final

from cds.operators.logic import without_noise
from cds.operators.readings import NO_ROW, has_value, is_too_old, nothing_usable_in
from cds.operators.reasons import AT_LEAST, AT_MOST, KNOWN, NOT_COMPUTABLE, NOT_SUPPLIED, TOO_FEW, TOO_OLD
from cds.operators.series import (
    DATE_ONLY,
    FIRST_TIME,
    LAST_TIME,
    LEAST_DAYS,
    LEAST_ROWS,
    LEAST_SHARE,
    MINUTES,
    NO_TIME,
    OWN,
    WINDOW_KIND,
    Answer,
    Column,
    Now,
    Series,
)
from cds.operators.spacing import middle_of, worn_percent
from cds.operators.windows import day_of, first_row, window_closing, window_opening

BY_DAY: Final = OWN  # what each civil day is brought to first: one of those below
EVERY_READING: Final = 0  # every reading counts for itself
DAY_MEAN: Final = 1
DAY_MEDIAN: Final = 2
DAY_LEAST: Final = 3
DAY_GREATEST: Final = 4
BEYOND: Final = OWN + 1  # readings further than this from the median of the window are left out; 0 = none
LEAST_IN_STEP: Final = 3  # readings that are needed to tell which of them is out of step


def mean(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """Arithmetic mean over the readings of the window, each with equal weight, in the input's unit.

    A meter's HI or LO among them leaves a bound of the mean, both make it not computable. Unknown: not supplied for
    the whole window, no data (or why no row is usable), too old, too few.

    >>> from cds.operators.ask import ask
    >>> ask(mean, {"2026-01-07 07:00": 134.9, "2026-01-08 07:30": 135.1}, at="2026-01-08 08:00")
    (135.0, 2, '2026-01-08 07:30', 0)
    """
    numbers, count, newest, reason = _gather_by_day(series, now, parameters, used, scratch, 1)
    if not has_value(reason):
        return 0.0, count, newest, reason
    return mean_of(scratch, numbers), count, newest, reason


def median(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """The middle reading of the window by size; of an even number the mean of the two in the middle.

    Unknown as `mean`.

    >>> from cds.operators.ask import ask
    >>> ask(median, {"2026-01-06": 5.0, "2026-01-07": 90.0, "2026-01-08": 7.0}, at="2026-01-08 08:00")[0]
    7.0
    """
    numbers, count, newest, reason = _gather_by_day(series, now, parameters, used, scratch, 1)
    if not has_value(reason):
        return 0.0, count, newest, reason
    return median_of(scratch, 0, numbers), count, newest, reason


def standard_deviation(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Sample standard deviation (n - 1) over the readings of the window, in the input's unit.

    At least two readings. A meter's HI or LO among them makes it not computable; else unknown as `mean`.

    >>> from cds.operators.ask import ask
    >>> ask(standard_deviation, {"2026-01-06": 4.0, "2026-01-07": 6.0, "2026-01-08": 8.0}, at="2026-01-08 08:00")[0]
    2.0
    """
    numbers, count, newest, reason = _gather_by_day(series, now, parameters, used, scratch, 2)
    if reason != KNOWN:
        return 0.0, count, newest, NOT_COMPUTABLE if has_value(reason) else reason
    return deviation_of(scratch, numbers), count, newest, reason


def coefficient_of_variation(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Sample standard deviation of the readings of the window, in percent of their mean.

    Unknown as `standard_deviation`; not computable when the mean is not above 0.

    >>> from cds.operators.ask import ask
    >>> glucose = {"2026-01-06": 4.0, "2026-01-07": 6.0, "2026-01-08": 8.0}
    >>> round(ask(coefficient_of_variation, glucose, at="2026-01-08 08:00")[0], 2)
    33.33
    """
    numbers, count, newest, reason = _gather_by_day(series, now, parameters, used, scratch, 2)
    if reason != KNOWN:
        return 0.0, count, newest, NOT_COMPUTABLE if has_value(reason) else reason
    center = mean_of(scratch, numbers)
    if center <= 0.0:
        return 0.0, count, newest, NOT_COMPUTABLE
    return 100.0 * deviation_of(scratch, numbers) / center, count, newest, reason


def least(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """The smallest reading of the window, in the input's unit.

    A meter's LO leaves a bound: at most its limit; a HI only if nothing smaller was measured. Unknown as `mean`.

    >>> from cds.operators.ask import ask
    >>> ask(least, {"2026-01-07": 4.2, "2026-01-08": 5.0}, at="2026-01-08 08:00")[0]
    4.2
    """
    return _furthest(series, now, parameters, used, scratch, -1.0)


def greatest(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """The largest reading of the window, in the input's unit.

    A meter's HI leaves a bound: at least its limit; a LO only if nothing larger was measured. Unknown as `mean`.

    >>> from cds.operators.ask import ask
    >>> ask(greatest, {"2026-01-07": 4.2, "2026-01-08": 5.0}, at="2026-01-08 08:00")[0]
    5.0
    """
    return _furthest(series, now, parameters, used, scratch, 1.0)


def _furthest(series: Series, now: Now, parameters: Column, used: Column, scratch: Column, sign: float) -> Answer:
    if parameters[BY_DAY] != EVERY_READING or parameters[BEYOND] > 0.0:
        numbers, count, newest, reason = _gather_by_day(series, now, parameters, used, scratch, 1)
        if not has_value(reason):
            return 0.0, count, newest, reason
        return sign * furthest_of(scratch, 0, numbers, sign), count, newest, reason
    first, end, count, newest, reason = gather(series, now, parameters, used, scratch, 1)
    if not has_value(reason) and reason != NOT_COMPUTABLE:
        return 0.0, count, newest, reason
    row, reason = extreme(series, first, end, parameters[WINDOW_KIND] != MINUTES, sign)
    if row == NO_ROW:
        return 0.0, count, newest, reason
    return series.values[row], count, newest, reason


def _gather_by_day(
    series: Series, now: Now, parameters: Column, used: Column, scratch: Column, least: int
) -> tuple[int, int, int, int]:
    """`gather`, with each civil day brought to one number: numbers in `scratch`, rows used, newest time, reason."""
    first, end, count, newest, reason = gather(series, now, parameters, used, scratch, least)
    if not has_value(reason):
        return count, count, newest, reason
    if parameters[BY_DAY] != EVERY_READING:
        numbers = _daily(series, first, end, parameters, scratch)
        return numbers, count, newest, TOO_FEW if numbers < least else reason
    if parameters[BEYOND] > 0.0:
        if count < LEAST_IN_STEP or reason != KNOWN:
            return count, count, newest, TOO_FEW if count < LEAST_IN_STEP else NOT_COMPUTABLE
        count, newest = _in_step(series, first, end, parameters, used, scratch, count)
        if is_too_old(now, parameters, newest):
            return count, count, newest, TOO_OLD
        return count, count, newest, TOO_FEW if count < least or count < parameters[LEAST_ROWS] else KNOWN
    return count, count, newest, reason


def _in_step(
    series: Series, first: int, end: int, parameters: Column, used: Column, scratch: Column, count: int
) -> tuple[int, int]:
    """Leave only those values in `scratch` that lie near their median: how many, and the newest row's time."""
    dates = parameters[WINDOW_KIND] != MINUTES
    middle = middle_of(scratch, 0, count)
    kept = 0
    newest = NO_TIME
    for row in range(first, end):
        if not has_value(series.quality[row]) or (series.attribute[row] & DATE_ONLY and not dates):
            continue
        if is_beyond(series.values[row], middle, parameters[BEYOND]):
            if len(used) > 0:
                used[row] = 0
            continue
        scratch[kept] = series.values[row]
        kept += 1
        newest = series.times[row]
    return kept, newest


def is_beyond(value: float, middle: float, distance: float) -> bool:
    """Whether a number lies further than a distance from the middle."""
    away = without_noise(value - middle)
    return away > distance or -away > distance


def _daily(series: Series, first: int, end: int, parameters: Column, scratch: Column) -> int:
    """Bring the values that `gather` left in `scratch` to one number for each civil day; how many."""
    dates = parameters[WINDOW_KIND] != MINUTES
    kind = int(parameters[BY_DAY])
    days = 0
    day = 0
    begins = 0  # place of the day's first value
    place = 0
    for row in range(first, end):
        if not has_value(series.quality[row]) or (series.attribute[row] & DATE_ONLY and not dates):
            continue
        this_day = day_of(series.times[row], series.utc_offset[row])
        if place > begins and this_day != day:
            scratch[days] = _of_day(scratch, begins, place - begins, kind)
            days += 1
            begins = place
        day = this_day
        place += 1
    if place > begins:
        scratch[days] = _of_day(scratch, begins, place - begins, kind)
        days += 1
    return days


def _of_day(numbers: Column, first: int, count: int, kind: int) -> float:
    if kind == DAY_MEDIAN:
        return median_of(numbers, first, count)
    if kind == DAY_LEAST:
        return -furthest_of(numbers, first, count, -1.0)
    if kind == DAY_GREATEST:
        return furthest_of(numbers, first, count, 1.0)
    total = 0.0
    for i in range(first, first + count):
        total += numbers[i]
    return total / count if count > 0 else 0.0


def gather(
    series: Series, now: Now, parameters: Column, used: Column, scratch: Column, least_rows: int
) -> tuple[int, int, int, int, int]:
    """Copy the window's values to `scratch`, oldest first: rows of the window, how many, newest time, reason.

    The reason is a bound's when such rows are among them, and NOT_COMPUTABLE when bounds of both kinds are.
    """
    first, end, count, newest, reason = collect(series, now, parameters, used, scratch)
    if count == 0:
        return first, end, 0, NO_TIME, reason
    lacking = shortfall(series, now, parameters, first, end, count, newest, least_rows, scratch)
    return first, end, count, newest, reason if lacking == KNOWN else lacking


def collect(
    series: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> tuple[int, int, int, int, int]:
    """`gather` without asking whether that is enough."""
    start = window_opening(now, parameters)
    if start < now.supplied_from:
        return 0, 0, 0, NO_TIME, NOT_SUPPLIED
    times, values, quality, attribute = series.times, series.values, series.quality, series.attribute
    first = first_row(times, start)
    closes = window_closing(now, parameters)
    end = len(times) if closes == LAST_TIME else first_row(times, closes)
    dates = parameters[WINDOW_KIND] != MINUTES
    marking = len(used) > 0
    count = 0
    newest = NO_TIME
    bound = KNOWN
    for row in range(first, end):
        reason = quality[row]
        if (reason != KNOWN and not has_value(reason)) or (attribute[row] & DATE_ONLY and not dates):
            continue
        scratch[count] = values[row]
        count += 1
        newest = times[row]
        if reason != KNOWN:
            bound = joined(bound, reason)
        if marking:
            used[row] = 1
    if count == 0:
        return first, end, 0, NO_TIME, nothing_usable_in(series, first, end, dates)
    return first, end, count, newest, bound


def joined(bound: int, other: int) -> int:
    """What is left of a number that rises with each of two, of which only these bounds are known."""
    if bound == KNOWN or bound == other:
        return other
    return bound if other == KNOWN else NOT_COMPUTABLE


def shortfall(
    series: Series,
    now: Now,
    parameters: Column,
    first: int,
    end: int,
    count: int,
    newest: int,
    least_rows: int,
    scratch: Column,
) -> int:
    """TOO_OLD or TOO_FEW when rows first to end do not meet what the author requires, else KNOWN.

    Writes to `scratch` from place len(series.times) on.
    """
    if is_too_old(now, parameters, newest):
        return TOO_OLD
    if count < least_rows or count < parameters[LEAST_ROWS]:
        return TOO_FEW
    dates = parameters[WINDOW_KIND] != MINUTES
    days = parameters[LEAST_DAYS]
    if days > 1.0 and days_with_value(series, first, end, dates) < days:
        return TOO_FEW
    share = parameters[LEAST_SHARE]
    if share > 0.0 and without_noise(worn(series, now, parameters, first, end, scratch)) < share:
        return TOO_FEW
    return KNOWN


def worn(series: Series, now: Now, parameters: Column, first: int, end: int, scratch: Column) -> float:
    """`worn_percent` of the operator's window; one without a bound begins with its first row."""
    start = window_opening(now, parameters)
    if start == FIRST_TIME and first < end:
        start = series.times[first]
    closes = window_closing(now, parameters)
    if closes > now.at:
        closes = now.at + 1 if parameters[WINDOW_KIND] == MINUTES else now.at  # minutes begin after their first instant
    return worn_percent(series, first, end, parameters[WINDOW_KIND] != MINUTES, start, closes, scratch)


def days_with_value(series: Series, first: int, end: int, dates: bool) -> int:
    """Civil days that hold a row with a value, in rows first to end."""
    days = 0
    newest = 0
    for row in range(first, end):
        if has_value(series.quality[row]) and (dates or not series.attribute[row] & DATE_ONLY):
            day = day_of(series.times[row], series.utc_offset[row])
            if days == 0 or day != newest:
                days += 1
                newest = day
    return days


def mean_of(numbers: Column, count: int) -> float:
    """Mean of the first `count` numbers, added in their order; 0 of none."""
    if count == 0:
        return 0.0
    total = 0.0
    for i in range(count):
        total += numbers[i]
    return total / count


def deviation_of(numbers: Column, count: int) -> float:
    """Sample standard deviation (n - 1) of the first `count` numbers; 0 of fewer than two."""
    if count < 2:
        return 0.0
    center = mean_of(numbers, count)
    squares = 0.0
    for i in range(count):
        distance = numbers[i] - center
        squares += distance * distance
    return math.sqrt(squares / (count - 1))


def median_of(numbers: Column, first: int, count: int) -> float:
    """The middle of `count` numbers from place `first` on, which are put in order; 0 of none."""
    if count == 0:
        return 0.0
    put_in_order(numbers, first, count)
    middle = first + count // 2
    return numbers[middle] if count % 2 == 1 else (numbers[middle - 1] + numbers[middle]) / 2.0


def furthest_of(numbers: Column, first: int, count: int, sign: float) -> float:
    """The largest of sign times `count` numbers from place `first` on; 0 of none."""
    if count == 0:
        return 0.0
    found = sign * numbers[first]
    for i in range(first + 1, first + count):
        if sign * numbers[i] > found:
            found = sign * numbers[i]
    return found


def extreme(series: Series, first: int, end: int, dates: bool, sign: float) -> tuple[int, int]:
    """Row of the largest (sign 1) or smallest (sign -1) value in rows first to end, and its reason.

    Rows that bound outward (a HI among the largest) leave an outward bound; one that bounds inward matters only when
    it lies beyond every other row. NO_ROW when no row has a value.
    """
    outward = AT_LEAST if sign > 0.0 else AT_MOST
    best = NO_ROW
    inward = NO_ROW
    reason = KNOWN
    for row in range(first, end):
        quality = series.quality[row]
        if (quality != KNOWN and not has_value(quality)) or (series.attribute[row] & DATE_ONLY and not dates):
            continue
        value = sign * series.values[row]
        if quality == KNOWN or quality == outward:
            if best == NO_ROW or value > sign * series.values[best]:
                best = row
            if quality != KNOWN:
                reason = outward
        elif inward == NO_ROW or value > sign * series.values[inward]:
            inward = row
    if reason != KNOWN or inward == NO_ROW:
        return best, reason
    if best != NO_ROW and sign * series.values[best] >= sign * series.values[inward]:
        return best, reason
    return inward, AT_MOST if sign > 0.0 else AT_LEAST


def put_in_order(numbers: Column, first: int, count: int) -> None:
    """Sort `count` numbers from place `first` on upward, in place (shell sort, gaps 3k + 1)."""
    gap = 1
    while gap < count // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(first + gap, first + count):
            number = numbers[i]
            place = i
            while place >= first + gap and numbers[place - gap] > number:
                numbers[place] = numbers[place - gap]
                place -= gap
            numbers[place] = number
        gap //= 3
