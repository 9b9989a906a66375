"""Which rows of a patient count at a moment: known by then, each reading once, the later correction first."""

from cds.operators.logic import without_noise
from cds.operators.series import FIRST_TIME, Column


def keep_known(
    times: Column,
    recorded: Column,
    values: Column,
    partner: Column,
    attribute: Column,
    quality: Column,
    partner_quality: Column,
    at: int,
    needed: int,
    unwanted: int,
    kept: Column,
) -> int:
    """Set kept[i] to 1 for the rows that count at `at`, return how many.

    A row counts when its time and its recorded time are not after `at`. Rows of one instant with the same
    attributes: identical ones count once; of differing ones the latest recorded counts, and all of them when a
    recorded time is not stated. `needed`: bits an attribute must have; `unwanted`: bits it must not have.
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
            wanted = (attribute[i] & needed) == needed and (attribute[i] & unwanted) == 0
            if not wanted or recorded[i] > at or _is_superseded(recorded, attribute, at, start, end, i):
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
