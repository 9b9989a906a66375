"""Which rows of a patient count at a moment: known by then, each reading once, the later correction first."""

from typing import Final, NamedTuple

from cds.operators.logic import without_noise
from cds.operators.series import (
    DATE_ONLY,
    FIRST_TIME,
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_MINUTE,
    MINUTES_PER_DAY,
    Column,
)


class Wanted(NamedTuple):
    """What an input asks of a row.

    needed, unwanted: bits that its attribute must have, and must not have. opens, closes: minutes after 00:00 of the
    time of day at which it must lie, the first inside and the last not; from the evening into the morning when the
    first is the later. With a time of day a row of which only the date is known is left out.
    """

    needed: int = 0
    unwanted: int = 0
    opens: int = 0
    closes: int = MINUTES_PER_DAY


EVERY_ROW: Final = Wanted()


def is_wanted(time: int, utc_offset: int, attribute: int, wanted: Wanted) -> bool:
    """Whether a row is one that the input asks for.

    >>> night = Wanted(opens=22 * 60, closes=6 * 60)
    >>> [is_wanted(hour * 60 * MICROSECONDS_PER_MINUTE, 60, 0, night) for hour in (4, 5, 20, 21)]
    [True, False, False, True]
    """
    if (attribute & wanted.needed) != wanted.needed or (attribute & wanted.unwanted) != 0:
        return False
    if wanted.opens == 0 and wanted.closes == MINUTES_PER_DAY:
        return True
    if attribute & DATE_ONLY:
        return False
    clock = (time + utc_offset * MICROSECONDS_PER_MINUTE) % MICROSECONDS_PER_DAY
    after = clock >= wanted.opens * MICROSECONDS_PER_MINUTE
    before = clock < wanted.closes * MICROSECONDS_PER_MINUTE
    return (after and before) if wanted.opens < wanted.closes else (after or before)


def keep_known(
    times: Column,
    utc_offset: Column,
    recorded: Column,
    values: Column,
    partner: Column,
    attribute: Column,
    quality: Column,
    partner_quality: Column,
    at: int,
    wanted: Wanted,
    kept: Column,
) -> int:
    """Set kept[i] to 1 for the rows that count at `at`, return how many.

    A row counts when its time and its recorded time are not after `at`. Rows of one instant with the same
    attributes: identical ones count once; of differing ones the latest recorded counts, and all of them when a
    recorded time is not stated.
    """
    count = 0
    start = 0
    while start < len(times):
        end = start
        while end < len(times) and times[end] == times[start]:
            end += 1
        if times[start] > at:
            break
        for i in range(start, end):
            if not is_wanted(times[i], utc_offset[i], attribute[i], wanted):
                continue
            if recorded[i] > at or _is_superseded(recorded, attribute, at, start, end, i):
                continue
            if not _is_repeated(values, partner, attribute, quality, partner_quality, kept, start, i):
                kept[i] = 1
                count += 1
        start = end
    return count


def _is_superseded(recorded: Column, attribute: Column, at: int, start: int, end: int, row: int) -> bool:
    """Whether a row of the same instant was recorded later, with every recorded time stated."""
    later = False
    for i in range(start, end):
        if attribute[i] == attribute[row] and recorded[i] <= at:
            if recorded[i] == FIRST_TIME:
                return False
            if recorded[i] > recorded[row]:
                later = True
    return later


def _is_repeated(
    values: Column,
    partner: Column,
    attribute: Column,
    quality: Column,
    partner_quality: Column,
    kept: Column,
    start: int,
    row: int,
) -> bool:
    """Whether a row kept before at the same instant is the same reading, in whatever unit it arrived."""
    for i in range(start, row):
        if (
            kept[i] != 0
            and attribute[i] == attribute[row]
            and quality[i] == quality[row]
            and partner_quality[i] == partner_quality[row]
            and without_noise(values[i]) == without_noise(values[row])
            and without_noise(partner[i]) == without_noise(partner[row])
        ):
            return True
    return False
