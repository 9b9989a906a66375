"""Straight lines between readings: what an instant says, and what share of a line satisfies a test.

With a unit pair a line is tested in the pair's second unit where both its ends arrived in it, as readings are.
"""

from cds.operators.logic import ABOVE, AT_LEAST_OF, BELOW, FROM_TO, without_noise
from cds.operators.readings import has_value
from cds.operators.reasons import KNOWN, NOT_COMPUTABLE
from cds.operators.series import (
    DATE_ONLY,
    FIRST_TIME,
    LOWER,
    PAIR_LOWER,
    PAIR_UNIT,
    PAIR_UPPER,
    TEST,
    UPPER,
    Column,
    Series,
)
from cds.operators.windows import first_row


def carried_in(series: Series, start: int, supplied_from: int, dates: bool) -> int:
    """First row of the newest instant with a value before `start`, else the first row from `start` on."""
    first = first_row(series.times, start)
    if start == FIRST_TIME:
        return first
    row = first - 1
    while row >= 0 and series.times[row] >= supplied_from:
        if has_value(series.quality[row]) and (dates or not series.attribute[row] & DATE_ONLY):
            time = series.times[row]
            while row > 0 and series.times[row - 1] == time:
                row -= 1
            return row
        row -= 1
    return first


def instant_ends(times: Column, row: int) -> int:
    """Position after the last row at the same instant as `row`."""
    end = row + 1
    while end < len(times) and times[end] == times[row]:
        end += 1
    return end


def at_instant(
    series: Series, first: int, end: int, dates: bool, parameters: Column, used: Column
) -> tuple[int, float, float, bool, int]:
    """What rows first to end, all of one instant, say together.

    How many have a value, their mean, the mean of what arrived, whether all arrived in the pair's unit, and the bound
    that is all that is known of it (NOT_COMPUTABLE for bounds of both kinds).
    """
    count = 0
    total = 0.0
    arrived = 0.0
    in_pair = parameters[PAIR_UNIT] >= 0.0
    bound = KNOWN
    for row in range(first, end):
        quality = int(series.quality[row])
        if not has_value(quality) or (series.attribute[row] & DATE_ONLY and not dates):
            continue
        count += 1
        total += series.values[row]
        arrived += series.raw[row]
        in_pair = in_pair and series.unit[row] == parameters[PAIR_UNIT]
        if quality != KNOWN:
            bound = quality if bound == KNOWN or bound == quality else NOT_COMPUTABLE
        if len(used) > 0:
            used[row] = 1
    if count > 1:
        total = total / count
        arrived = arrived / count
    return count, total, arrived, in_pair, bound


def holds(value: float, arrived: float, in_pair: bool, parameters: Column) -> bool:
    """Whether a point of a line satisfies the test."""
    point = without_noise(arrived if in_pair else value)
    lower = without_noise(parameters[PAIR_LOWER] if in_pair else parameters[LOWER])
    test = int(parameters[TEST])
    if test == FROM_TO:
        upper = without_noise(parameters[PAIR_UPPER] if in_pair else parameters[UPPER])
        return lower <= point and point <= upper
    if test == ABOVE:
        return point > lower
    if test == AT_LEAST_OF:
        return point >= lower
    return point < lower if test == BELOW else point <= lower


def share_that_holds(earlier: float, later: float, in_pair: bool, parameters: Column) -> float:
    """Share of a line from one number to another that satisfies the test; both in the pair's unit when `in_pair`."""
    test = int(parameters[TEST])
    lower = parameters[PAIR_LOWER] if in_pair else parameters[LOWER]
    if test == FROM_TO:
        upper = parameters[PAIR_UPPER] if in_pair else parameters[UPPER]
        share = _above(earlier, later, lower, True) - _above(earlier, later, upper, False)
        return share if share > 0.0 else 0.0
    if test == ABOVE or test == AT_LEAST_OF:
        return _above(earlier, later, lower, test == AT_LEAST_OF)
    return 1.0 - _above(earlier, later, lower, test == BELOW)


def _above(earlier: float, later: float, limit: float, counts_at: bool) -> float:
    """Share of the line above a limit; `counts_at`: whether a line that stays at the limit is above it."""
    low = without_noise(earlier)
    high = without_noise(later)
    limit = without_noise(limit)
    if low == high:
        return 1.0 if low > limit or (counts_at and low == limit) else 0.0
    share = (high - limit) / (high - low)
    if high < low:
        share = 1.0 - share
    if share <= 0.0:
        return 0.0
    return share if share < 1.0 else 1.0
