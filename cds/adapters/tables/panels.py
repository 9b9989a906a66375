"""Loops that join the parts of a panel or form into readings, and settle what was told too often at one instant.

In the same subset and with the same rows as `kernels`. A joined row holds every part: KEY, TIME, when it was recorded,
then values, units, numbers as they arrived and qualities, each for all parts, then the attribute.
"""

from typing import Final

from cds.adapters.layout import MOST_AT_ONCE
from cds.adapters.tables.columns import bits_of
from cds.adapters.tables.kernels import (
    ABSENT,
    ATTRIBUTE_MASK,
    KEY,
    PART_BITS,
    PART_MASK,
    QUALITY_BIT,
    QUALITY_MASK,
    TIME,
    UNIT_BIT,
    Shape,
)
from cds.adapters.tables.sorting import is_before, sort_run
from cds.execute.kernels import uncounted
from cds.operators.logic import without_noise
from cds.operators.reasons import CONFLICT, NO_DATA, VALUE_NOT_READ
from cds.operators.series import FIRST_TIME, Column

RECORDED: Final = 2
VALUES: Final = 3  # first of the values; the other three groups follow
CROWDED: Final = 1 << 31  # in KEY, with the number of rows; without it, one bit for each part that was told twice


def joined_width(parts: int) -> int:
    """How many words a row of so many parts has."""
    return VALUES + 4 * parts + 1


def join_parts(
    rows: Column,
    reals: Column,
    shape: Shape,
    parts: int,
    first: int,
    last: int,
    run_starts: Column,
    run_counts: Column,
    scratch: Column,
    scratch_reals: Column,
    order: Column,
    spare: Column,
    joined: Column,
) -> None:
    """The readings of patients first to last (exclusive), in total order, where their parts stood; updates the counts.

    reals, scratch_reals: the memory of `rows` and `scratch`, as floats.
    """
    rows, reals, joined = uncounted(rows), uncounted(reals), uncounted(joined)
    scratch, scratch_reals = uncounted(scratch), uncounted(scratch_reals)
    order, spare = uncounted(order), uncounted(spare)
    for patient in range(first, last):
        start = run_starts[patient]
        count = join_run(rows, reals, shape, parts, start, start + run_counts[patient], scratch, scratch_reals)
        sort_run(scratch, 0, count, order, spare)
        for i in range(count):
            for word in range(scratch.shape[1]):
                joined[start + i, word] = scratch[order[i], word]
        run_counts[patient] = count


def join_run(
    rows: Column, reals: Column, shape: Shape, parts: int, start: int, end: int, out: Column, out_reals: Column
) -> int:
    """Write one patient's readings of a panel to `out`, return how many; the rows stand by time, attribute, reading."""
    count = 0
    while start < end:
        until = start + 1
        while until < end and are_together(rows, shape, start, until):
            until += 1
        if rows[start, shape.joins + 1] >> PART_BITS:
            begin_reading(rows, shape, start, parts, out, count)
            for row in range(start, until):
                add_part(rows, shape, row, parts, out, count)
            count += 1
        else:
            count = join_by_time(rows, reals, shape, parts, start, until, out, out_reals, count)
        start = until
    return count


def are_together(rows: Column, shape: Shape, one: int, other: int) -> bool:
    """Whether two rows are of one instant, with the same attributes and of the same reading."""
    return (
        rows[one, TIME] == rows[other, TIME]
        and rows[one, shape.joins] == rows[other, shape.joins]
        and rows[one, shape.joins + 1] >> PART_BITS == rows[other, shape.joins + 1] >> PART_BITS
    )


def begin_reading(rows: Column, shape: Shape, row: int, parts: int, out: Column, place: int) -> None:
    """A reading without any part, of the row's time."""
    out[place, KEY] = rows[row, KEY] & ~ATTRIBUTE_MASK
    out[place, TIME] = rows[row, TIME]
    out[place, RECORDED] = FIRST_TIME
    for word in range(VALUES, VALUES + 3 * parts):
        out[place, word] = 0
    for word in range(VALUES + 3 * parts, VALUES + 4 * parts):
        out[place, word] = NO_DATA << QUALITY_BIT
    out[place, VALUES + 4 * parts] = rows[row, shape.joins]


def add_part(rows: Column, shape: Shape, row: int, parts: int, out: Column, place: int) -> None:
    """Put the row into a reading; a part that is told twice, and differently, cannot be told."""
    part = rows[row, shape.joins + 1] & PART_MASK
    value = rows[row, shape.value]
    unit = (rows[row, shape.unit] >> UNIT_BIT) << UNIT_BIT
    raw = rows[row, shape.raw] if shape.raw != ABSENT else value
    quality = rows[row, shape.quality] & (QUALITY_MASK << QUALITY_BIT)
    word = VALUES + part
    if shape.recorded != ABSENT and rows[row, shape.recorded] > out[place, RECORDED]:
        out[place, RECORDED] = rows[row, shape.recorded]
    is_new = out[place, word + 3 * parts] == NO_DATA << QUALITY_BIT
    is_same = (
        out[place, word] == value
        and out[place, word + parts] == unit
        and out[place, word + 2 * parts] == raw
        and out[place, word + 3 * parts] == quality
    )
    if not is_new and not is_same:
        out[place, KEY] |= 1 << part
        value, unit, raw, quality = 0, 0, 0, VALUE_NOT_READ << QUALITY_BIT
    out[place, word] = value
    out[place, word + parts] = unit
    out[place, word + 2 * parts] = raw
    out[place, word + 3 * parts] = quality


def join_by_time(
    rows: Column,
    reals: Column,
    shape: Shape,
    parts: int,
    start: int,
    end: int,
    out: Column,
    out_reals: Column,
    count: int,
) -> int:
    """Rows of one instant that name no reading: one reading where each part is told once, else one for each row."""
    begin = count
    is_small = end - start <= MOST_AT_ONCE * parts  # comparing each with each costs the square
    for row in range(start, end):
        part = rows[row, shape.joins + 1] & PART_MASK
        is_told = False
        for earlier in range(begin, count if is_small else begin):
            if out[earlier, VALUES + 3 * parts + part] != NO_DATA << QUALITY_BIT:
                is_told = is_told or is_same_told(rows, reals, shape, row, parts, part, out, out_reals, earlier)
        if not is_told:
            begin_reading(rows, shape, row, parts, out, count)
            add_part(rows, shape, row, parts, out, count)
            count += 1
    if not is_small or not is_each_once(out, parts, begin, count):
        return count
    for other in range(begin + 1, count):
        take_parts(out, parts, begin, other)
    return begin + 1


def is_same_told(
    rows: Column,
    reals: Column,
    shape: Shape,
    row: int,
    parts: int,
    part: int,
    out: Column,
    out_reals: Column,
    other: int,
) -> bool:
    """Whether a reading says of the part what the row says, in whatever unit it arrived."""
    quality = rows[row, shape.quality] & (QUALITY_MASK << QUALITY_BIT)
    if out[other, VALUES + 3 * parts + part] != quality:
        return False
    one = number_at(rows, reals, row, shape.value)
    return without_noise(one) == without_noise(number_at(out, out_reals, other, VALUES + part))


def number_at(rows: Column, reals: Column, row: int, word: int) -> float:
    """The number that `put_number` wrote."""
    kept = rows[row, word]
    rows[row, word] = bits_of(kept)
    number = reals[row, word]
    rows[row, word] = kept
    return number


def is_each_once(out: Column, parts: int, begin: int, end: int) -> bool:
    """Whether no part is in two of the readings."""
    for part in range(VALUES + 3 * parts, VALUES + 4 * parts):
        told = 0
        for place in range(begin, end):
            if out[place, part] != NO_DATA << QUALITY_BIT:
                told += 1
        if told > 1:
            return False
    return True


def take_parts(out: Column, parts: int, place: int, other: int) -> None:
    """Put the parts of another reading into a reading that lacks them; it is known since the later of the two was."""
    if out[other, RECORDED] > out[place, RECORDED]:
        out[place, RECORDED] = out[other, RECORDED]
    for word in range(VALUES, VALUES + parts):
        if out[other, word + 3 * parts] != NO_DATA << QUALITY_BIT:
            for group in range(4):
                out[place, word + group * parts] = out[other, word + group * parts]


def uncrowd(
    rows: Column,
    first: int,
    last: int,
    run_starts: Column,
    run_counts: Column,
    value: int,
    raw: int,
    quality: int,
    parts: int,
) -> None:
    """So many readings of one instant that none can be right become one conflict; updates the counts.

    value, raw, quality: where those of the first part stand; raw may be ABSENT.
    """
    width = rows.shape[1]
    for patient in range(first, last):
        start, count, kept = run_starts[patient], run_counts[patient], 0
        i = start if count > MOST_AT_ONCE else start + count
        while i < start + count:
            until, different = i + 1, 1
            while until < start + count and rows[until, TIME] == rows[i, TIME]:
                different += 1 if is_before(rows, until - 1, until) else 0
                until += 1
            is_crowd = until - i > MOST_AT_ONCE
            for row in range(i, until if not is_crowd or different <= MOST_AT_ONCE else i + 1):
                if not is_crowd or row == i or is_before(rows, row - 1, row):
                    for word in range(width):
                        rows[start + kept, word] = rows[row, word]
                    kept += 1
            if is_crowd and different > MOST_AT_ONCE:
                spoil(rows, start + kept - 1, value, raw, quality, parts, different)
            i = until
        if count > MOST_AT_ONCE:
            run_counts[patient] = kept


def spoil(rows: Column, row: int, value: int, raw: int, quality: int, parts: int, count: int) -> None:
    """Make a row one that contradicts itself, and write down how many readings it stands for."""
    rows[row, KEY] = (rows[row, KEY] & ~ATTRIBUTE_MASK) | CROWDED | count
    for part in range(parts):
        rows[row, value + part] = 0
        if raw != ABSENT:
            rows[row, raw + part] = 0
        rows[row, quality + part] &= ~(QUALITY_MASK << QUALITY_BIT)
        rows[row, quality + part] |= CONFLICT << QUALITY_BIT


def count_marks(rows: Column, first: int, last: int, run_starts: Column, run_counts: Column, marks: Column) -> None:
    """How many of each patient's rows hold a mark in KEY."""
    for patient in range(first, last):
        for i in range(run_counts[patient]):
            if rows[run_starts[patient] + i, KEY] & ATTRIBUTE_MASK:
                marks[patient] += 1
