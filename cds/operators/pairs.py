"""Two readings that belong together and differ in how they were taken: lying and standing, left and right arm."""

from typing import Final

from cds.operators.changes import difference
from cds.operators.readings import NO_ROW, contradicts, has_value, is_too_old
from cds.operators.reasons import (
    CONFLICT,
    IMPLAUSIBLE_ONLY,
    KNOWN,
    NO_DATA,
    NO_EARLIER,
    NOT_COMPUTABLE,
    NOT_SUPPLIED,
    TOO_OLD,
)
from cds.operators.series import DATE_ONLY, NO_TIME, OWN, Answer, Column, Now, Series
from cds.operators.windows import microseconds, window_opening

ONE: Final = OWN  # attribute bits of the reading named first
OTHER: Final = OWN + 1  # and of the one named second
APART: Final = OWN + 2  # minutes between the two, at most


def paired_rise(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """The newest reading taken the second way minus the one taken the first way just before it, in the input's unit.

    The two lie at most APART minutes from each other. Negative after a fall. Unknown: not supplied, no reading taken
    the second way (no data), none taken the first way near enough before it (no earlier reading), differing values at
    one instant (conflict), too old; readings of which only the date is known take no part.

    >>> from cds.operators.ask import ask
    >>> ask(paired_rise, {}, at="2026-01-08 08:00")[3] == NO_DATA
    True
    """
    one, other = int(parameters[ONE]), int(parameters[OTHER])
    second = _newest(series, now, window_opening(now, parameters), other)
    first = _before(series, now, second, one, parameters)
    reason = _doubt(series, now, parameters, first, second)
    if reason != KNOWN:
        return _unknown(series, second, used, reason)
    return difference(series, second, int(series.quality[second]), first, int(series.quality[first]), used)


def paired_fall(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """As `paired_rise` the other way round: positive when the second way gives less.

    Source: fall in blood pressure on standing, NICE NG136, 1.1.6.

    >>> from cds.operators.ask import ask
    >>> ask(paired_fall, {}, at="2026-01-08 08:00")[3] == NO_DATA
    True
    """
    one, other = int(parameters[ONE]), int(parameters[OTHER])
    second = _newest(series, now, window_opening(now, parameters), other)
    first = _before(series, now, second, one, parameters)
    reason = _doubt(series, now, parameters, first, second)
    if reason != KNOWN:
        return _unknown(series, second, used, reason)
    return difference(series, first, int(series.quality[first]), second, int(series.quality[second]), used)


def paired_difference(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Size of the difference between the newest reading of either kind and one of the other kind just before it.

    Unknown as `paired_rise`; a meter's HI or LO makes it not computable. Source: difference between arms, NICE NG136,
    1.2.1.

    >>> from cds.operators.ask import ask
    >>> ask(paired_difference, {}, at="2026-01-08 08:00")[3] == NO_DATA
    True
    """
    start = window_opening(now, parameters)
    one, other = int(parameters[ONE]), int(parameters[OTHER])
    second = _newest(series, now, start, other)
    mirrored = _newest(series, now, start, one)
    sought = one
    if mirrored > second:
        second = mirrored
        sought = other
    first = _before(series, now, second, sought, parameters)
    reason = _doubt(series, now, parameters, first, second)
    if reason != KNOWN:
        return _unknown(series, second, used, reason)
    value, count, newest, reason = difference(
        series, second, int(series.quality[second]), first, int(series.quality[first]), used
    )
    if reason != KNOWN:
        return 0.0, count, newest, NOT_COMPUTABLE
    return (-value if value < 0.0 else value), count, newest, KNOWN


def _is_taken(series: Series, row: int, bits: int) -> bool:
    """Whether a row is a possible reading at a known time, taken in this way."""
    attribute = int(series.attribute[row])
    return (attribute & bits) == bits and not attribute & DATE_ONLY and series.quality[row] != IMPLAUSIBLE_ONLY


def _newest(series: Series, now: Now, start: int, bits: int) -> int:
    """Row of the newest reading taken in a way, not before `start` nor before what was supplied; else NO_ROW."""
    row = len(series.times) - 1
    while row >= 0 and series.times[row] >= start and series.times[row] >= now.supplied_from:
        if _is_taken(series, row, bits):
            return row
        row -= 1
    return NO_ROW


def _before(series: Series, now: Now, second: int, bits: int, parameters: Column) -> int:
    """Row of the newest reading taken in a way, at most APART minutes before row `second` or at its instant."""
    if second == NO_ROW:
        return NO_ROW
    time = series.times[second]
    opens = time - microseconds(parameters[APART])
    row = second
    while row + 1 < len(series.times) and series.times[row + 1] == time:
        row += 1
    while row >= 0 and series.times[row] >= opens and series.times[row] >= now.supplied_from:
        if row != second and _is_taken(series, row, bits):
            return row
        row -= 1
    return NO_ROW


def _doubt(series: Series, now: Now, parameters: Column, first: int, second: int) -> int:
    """Why the two readings give no difference, KNOWN when they do."""
    if second == NO_ROW:
        return NOT_SUPPLIED if window_opening(now, parameters) < now.supplied_from else NO_DATA
    newest = series.times[second]
    if is_too_old(now, parameters, newest):
        return TOO_OLD
    if first == NO_ROW:
        return NOT_SUPPLIED if newest - microseconds(parameters[APART]) < now.supplied_from else NO_EARLIER
    for row in (first, second):
        if not has_value(int(series.quality[row])):
            return int(series.quality[row])
        if _is_contradicted(series, row):
            return CONFLICT
    return KNOWN


def _is_contradicted(series: Series, row: int) -> bool:
    """Whether another reading of the same instant, taken in the same way, says something else."""
    for step in (-1, 1):
        other = row + step
        while other >= 0 and other < len(series.times) and series.times[other] == series.times[row]:
            if series.attribute[other] == series.attribute[row] and contradicts(series, other, row):
                return True
            other += step
    return False


def _unknown(series: Series, second: int, used: Column, reason: int) -> Answer:
    if second == NO_ROW:
        return 0.0, 0, NO_TIME, reason
    if len(used) > 0:
        used[second] = 1
    return 0.0, 1, series.times[second], reason
