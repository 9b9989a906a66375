"""Loops that put a block's packed rows into runs, one for each patient and slot, and each run into its total order.

In the same subset and with the same rows as `packing`.
"""

from typing import Final

from cds.adapters.tables.kernels import FLIP
from cds.adapters.tables.packing import KEY, RAW, VALUE, Packing
from cds.execute.kernels import uncounted
from cds.operators.series import Column

BUCKET_BITS: Final = 10  # rows in no order are put by time first, roughly
MOVES_EACH: Final = 8  # a run in which rows must be moved further than this is sorted in another way


def order_block(
    rows: Column,
    starts: Column,
    ends: Column,
    packing: Packing,
    units: Column,
    buckets: Column,
    spare: Column,
    runs: Column,
    ordered: Column,
) -> None:
    """The rows of a block by run, each run in total order.

    rows: those of the block stand at starts[k] to ends[k]. units: of each detail. buckets: zeros, room to put rows in
    no order by time first; none = they are in order. runs: zeros; where each run ends, by patient and slot.
    """
    rows, spare, ordered = uncounted(rows), uncounted(spare), uncounted(ordered)
    runs, buckets, units = uncounted(runs), uncounted(buckets), uncounted(units)
    is_near = len(buckets) == 0
    time_bits = packing.slot - packing.time
    by_time = packing.slot - (BUCKET_BITS if BUCKET_BITS < time_bits else time_bits)
    count = 0
    for k in range(len(starts)):
        count += ends[k] - starts[k]
        count_keys(rows, starts[k], ends[k], packing.slot, len(runs) - 1, runs)
        if not is_near:
            count_keys(rows, starts[k], ends[k], by_time, (1 << (packing.slot - by_time)) - 1, buckets)
    add_up(runs)
    add_up(buckets)
    for k in range(len(starts)):
        if is_near:
            move_rows(rows, starts[k], ends[k], packing.slot, len(runs) - 1, runs, ordered)
        else:
            move_rows(rows, starts[k], ends[k], by_time, (1 << (packing.slot - by_time)) - 1, buckets, spare)
    if not is_near:
        move_rows(spare, 0, count, packing.slot, len(runs) - 1, runs, ordered)
    first = 0
    for run in range(len(runs)):
        order_run(ordered, first, runs[run], packing.part, units)
        first = runs[run]


def count_keys(rows: Column, first: int, last: int, shift: int, mask: int, counts: Column) -> None:
    """Count the rows by some bits of their keys."""
    for row in range(first, last):
        counts[(rows[row, KEY] >> shift) & mask] += 1


def add_up(counts: Column) -> None:
    """Turn counts into the place where each begins."""
    place = 0
    for i in range(len(counts)):
        count = counts[i]
        counts[i] = place
        place += count


def move_rows(rows: Column, first: int, last: int, shift: int, mask: int, places: Column, out: Column) -> None:
    """Write the rows by some bits of their keys, as they stand where those are the same; moves the places on."""
    has_raw = rows.shape[1] > RAW
    for row in range(first, last):
        key = rows[row, KEY]
        place = places[(key >> shift) & mask]
        places[(key >> shift) & mask] = place + 1
        out[place, KEY] = key
        out[place, VALUE] = rows[row, VALUE]
        if has_raw:
            out[place, RAW] = rows[row, RAW]


def order_run(rows: Column, first: int, last: int, part: int, units: Column) -> None:
    """Sort the rows of a run: those that are nearly in order by moving some, others as a heap."""
    has_raw = rows.shape[1] > RAW
    left = MOVES_EACH * (last - first)
    for row in range(first + 1, last):
        key, value, raw = rows[row, KEY], rows[row, VALUE], rows[row, RAW] if has_raw else 0
        place = row
        while place > first and precedes(key, value, raw, rows, place - 1, part, units):
            copy_row(rows, place - 1, place)
            place -= 1
        if place < row:
            put_row(rows, place, key, value, raw)
            left -= row - place
            if left < 0:
                order_heap(rows, first, last, part, units)
                return


def precedes(key: int, value: int, raw: int, rows: Column, other: int, part: int, units: Column) -> bool:
    """Whether a row stands before another one of the run: by time, part, value, unit, number as it arrived, quality."""
    one, two = key >> part, rows[other, KEY] >> part
    if one != two:
        return one < two
    if value != rows[other, VALUE]:
        return in_order(value) < in_order(rows[other, VALUE])
    one, two = key & ((1 << part) - 1), rows[other, KEY] & ((1 << part) - 1)
    if units[one] != units[two]:
        return units[one] < units[two]
    if rows.shape[1] > RAW and raw != rows[other, RAW]:
        return in_order(raw) < in_order(rows[other, RAW])
    return one < two


def in_order(bits: int) -> int:
    """The bits of a number so that they stand in the order of numbers."""
    return bits if bits >= 0 else bits ^ FLIP


def put_row(rows: Column, place: int, key: int, value: int, raw: int) -> None:
    """Write a row."""
    rows[place, KEY] = key
    rows[place, VALUE] = value
    if rows.shape[1] > RAW:
        rows[place, RAW] = raw


def copy_row(rows: Column, place: int, to: int) -> None:
    """Write a row once more."""
    rows[to, KEY] = rows[place, KEY]
    rows[to, VALUE] = rows[place, VALUE]
    if rows.shape[1] > RAW:
        rows[to, RAW] = rows[place, RAW]


def order_heap(rows: Column, first: int, last: int, part: int, units: Column) -> None:
    """Sort the rows, whatever their order, in place."""
    count = last - first
    for root in range(count // 2 - 1, -1, -1):
        sink(rows, first, root, count, part, units)
    for end in range(count - 1, 0, -1):
        key, value, raw = rows[first, KEY], rows[first, VALUE], rows[first, RAW] if rows.shape[1] > RAW else 0
        copy_row(rows, first + end, first)
        put_row(rows, first + end, key, value, raw)
        sink(rows, first, 0, end, part, units)


def sink(rows: Column, first: int, root: int, count: int, part: int, units: Column) -> None:
    """Move a row of a heap down to where none below it stands after it."""
    key, value = rows[first + root, KEY], rows[first + root, VALUE]
    raw = rows[first + root, RAW] if rows.shape[1] > RAW else 0
    child = 2 * root + 1
    while child < count:
        if child + 1 < count and follows(rows, first + child + 1, first + child, part, units):
            child += 1
        if not precedes(key, value, raw, rows, first + child, part, units):
            break
        copy_row(rows, first + child, first + root)
        root = child
        child = 2 * root + 1
    put_row(rows, first + root, key, value, raw)


def follows(rows: Column, one: int, other: int, part: int, units: Column) -> bool:
    """Whether a row stands after another one."""
    raw = rows[other, RAW] if rows.shape[1] > RAW else 0
    return precedes(rows[other, KEY], rows[other, VALUE], raw, rows, one, part, units)
