"""Numbers over all usable readings of a window: least, greatest, mean, median, standard deviation."""

import math

from cds.operators.readings import NO_ROW, has_value, is_too_old, nothing_usable
from cds.operators.reasons import AT_LEAST, AT_MOST, KNOWN, NOT_COMPUTABLE, NOT_SUPPLIED, TOO_FEW, TOO_OLD
from cds.operators.series import (
    DATE_ONLY,
    LEAST_DAYS,
    LEAST_ROWS,
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_MINUTE,
    MINUTES,
    NO_TIME,
    WINDOW_KIND,
    Answer,
    Column,
    Now,
    Series,
)
from cds.operators.windows import first_row, window_opening


def mean(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """Arithmetic mean over the readings of the window, each with equal weight, in the input's unit.

    A meter's HI or LO among them leaves a bound of the mean, both make it not computable. Unknown: not supplied for
    the whole window, no data (or why no row is usable), too old, too few.

    >>> from cds.operators.ask import ask
    >>> ask(mean, {"2026-01-07 07:00": 134.9, "2026-01-08 07:30": 135.1}, at="2026-01-08 08:00")
    (135.0, 2, '2026-01-08 07:30', 0)
    """
    _, count, newest, reason = gather(series, now, parameters, used, scratch, 1)
    if not has_value(reason):
        return 0.0, count, newest, reason
    return mean_of(scratch, count), count, newest, reason


def median(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """The middle reading of the window by size; of an even number the mean of the two in the middle.

    Unknown as `mean`.

    >>> from cds.operators.ask import ask
    >>> ask(median, {"2026-01-06": 5.0, "2026-01-07": 90.0, "2026-01-08": 7.0}, at="2026-01-08 08:00")[0]
    7.0
    """
    _, count, newest, reason = gather(series, now, parameters, used, scratch, 1)
    if not has_value(reason):
        return 0.0, count, newest, reason
    put_in_order(scratch, 0, count)
    middle = count // 2
    value = scratch[middle] if count % 2 == 1 else (scratch[middle - 1] + scratch[middle]) / 2.0
    return value, count, newest, reason


def standard_deviation(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Sample standard deviation (n - 1) over the readings of the window, in the input's unit.

    At least two readings. A meter's HI or LO among them makes it not computable; else unknown as `mean`.

    >>> from cds.operators.ask import ask
    >>> ask(standard_deviation, {"2026-01-06": 4.0, "2026-01-07": 6.0, "2026-01-08": 8.0}, at="2026-01-08 08:00")[0]
    2.0
    """
    _, count, newest, reason = gather(series, now, parameters, used, scratch, 2)
    if reason != KNOWN:
        return 0.0, count, newest, NOT_COMPUTABLE if has_value(reason) else reason
    center = mean_of(scratch, count)
    squares = 0.0
    for i in range(count):
        distance = scratch[i] - center
        squares += distance * distance
    return math.sqrt(squares / (count - 1)), count, newest, reason


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
    first, count, newest, reason = gather(series, now, parameters, used, scratch, 1)
    if not has_value(reason) and reason != NOT_COMPUTABLE:
        return 0.0, count, newest, reason
    row, reason = extreme(series, first, len(series.times), parameters[WINDOW_KIND] != MINUTES, sign)
    if row == NO_ROW:
        return 0.0, count, newest, reason
    return series.values[row], count, newest, reason


def gather(
    series: Series, now: Now, parameters: Column, used: Column, scratch: Column, least_rows: int
) -> tuple[int, int, int, int]:
    """Copy the window's values to `scratch`, oldest first: the window's first row, how many, newest time, reason.

    The reason is a bound's when such rows are among them, and NOT_COMPUTABLE when bounds of both kinds are.
    """
    start = window_opening(now, parameters)
    if start < now.supplied_from:
        return 0, 0, NO_TIME, NOT_SUPPLIED
    times, values, quality, attribute = series.times, series.values, series.quality, series.attribute
    first = first_row(times, start)
    dates = parameters[WINDOW_KIND] != MINUTES
    marking = len(used) > 0
    count = 0
    newest = NO_TIME
    bound = KNOWN
    for row in range(first, len(times)):
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
        return first, 0, NO_TIME, nothing_usable(series, first, dates)
    lacking = shortfall(series, now, parameters, first, count, newest, least_rows)
    return first, count, newest, bound if lacking == KNOWN else lacking


def joined(bound: int, other: int) -> int:
    """What is left of a number that rises with each of two, of which only these bounds are known."""
    if bound == KNOWN or bound == other:
        return other
    return bound if other == KNOWN else NOT_COMPUTABLE


def shortfall(
    series: Series, now: Now, parameters: Column, first: int, count: int, newest: int, least_rows: int
) -> int:
    """TOO_OLD or TOO_FEW when the rows of a window do not meet what the author requires, else KNOWN."""
    if is_too_old(now, parameters, newest):
        return TOO_OLD
    if count < least_rows or count < parameters[LEAST_ROWS]:
        return TOO_FEW
    days = parameters[LEAST_DAYS]
    if days > 1.0 and days_with_value(series, first, parameters[WINDOW_KIND] != MINUTES) < days:
        return TOO_FEW
    return KNOWN


def days_with_value(series: Series, first: int, dates: bool) -> int:
    """Civil days that hold a row with a value, from row `first` on."""
    days = 0
    newest = 0
    for row in range(first, len(series.times)):
        if has_value(series.quality[row]) and (dates or not series.attribute[row] & DATE_ONLY):
            day = (series.times[row] + series.utc_offset[row] * MICROSECONDS_PER_MINUTE) // MICROSECONDS_PER_DAY
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
