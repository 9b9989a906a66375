"""Loops that put rows into runs, one for each patient and slot, and each run into its total order.

In the same subset and with the same rows as `kernels`.
"""

from typing import Final

from cds.adapters.tables.kernels import KEY, PATIENT_BIT, SLOT_MASK, TIME
from cds.execute.kernels import uncounted
from cds.operators.series import Column

SHORT: Final = 16  # runs up to this length are sorted by moving rows one by one


def arrange(
    rows: Column,
    starts: Column,
    ends: Column,
    first: int,
    last: int,
    base: int,
    scratch: Column,
    order: Column,
    spare: Column,
    run_starts: Column,
    run_counts: Column,
    arranged: Column,
) -> None:
    """The rows of patients first to last (exclusive), each patient's and slot's in a run of its own, in total order.

    rows: those of the block stand at starts[k] to ends[k]. arranged: they are written from `base` on. run_starts,
    run_counts: where each run stands, by slot and patient.
    """
    rows, scratch, order, spare = uncounted(rows), uncounted(scratch), uncounted(order), uncounted(spare)
    run_starts, run_counts, arranged = uncounted(run_starts), uncounted(run_counts), uncounted(arranged)
    slots = len(run_starts)
    for k in range(len(starts)):
        for row in range(starts[k], ends[k]):
            run_counts[rows[row, KEY] & SLOT_MASK, rows[row, KEY] >> PATIENT_BIT] += 1
    place = base
    for slot in range(slots):
        for patient in range(first, last):
            run_starts[slot, patient] = place
            place += run_counts[slot, patient]
            run_counts[slot, patient] = 0
    width = rows.shape[1]
    for k in range(len(starts)):
        for row in range(starts[k], ends[k]):
            slot, patient = rows[row, KEY] & SLOT_MASK, rows[row, KEY] >> PATIENT_BIT
            place = run_starts[slot, patient] + run_counts[slot, patient] - base
            run_counts[slot, patient] += 1
            for word in range(width):
                scratch[place, word] = rows[row, word]
    for slot in range(slots):
        for patient in range(first, last):
            start, count = run_starts[slot, patient] - base, run_counts[slot, patient]
            sort_run(scratch, start, count, order, spare)
            for i in range(count):
                arranged[base + start + i, KEY] = patient << PATIENT_BIT
                for word in range(TIME, width):
                    arranged[base + start + i, word] = scratch[order[i], word]


def sort_run(rows: Column, first: int, count: int, order: Column, spare: Column) -> None:
    """order[0:count]: the rows from `first` on in their order, equal ones as they stand; a merge sort."""
    is_sorted = True
    for i in range(count):
        order[i] = first + i
        if i and is_before(rows, first + i, first + i - 1):
            is_sorted = False
    if is_sorted:
        return
    for low in range(0, count, SHORT):
        high = low + SHORT if low + SHORT < count else count
        for i in range(low + 1, high):
            row = order[i]
            place = i
            while place > low and is_before(rows, row, order[place - 1]):
                order[place] = order[place - 1]
                place -= 1
            order[place] = row
    length = SHORT
    while length < count:
        for low in range(0, count, 2 * length):
            merge(rows, order, spare, low, low + length, low + 2 * length, count)
        for i in range(count):
            order[i] = spare[i]
        length *= 2


def merge(rows: Column, order: Column, spare: Column, low: int, middle: int, high: int, count: int) -> None:
    """spare[low:high]: two stretches of `order`, each sorted, as one; none reaches past `count`."""
    middle = middle if middle < count else count
    high = high if high < count else count
    left, right = low, middle
    for place in range(low, high):
        if right >= high or (left < middle and not is_before(rows, order[right], order[left])):
            spare[place] = order[left]
            left += 1
        else:
            spare[place] = order[right]
            right += 1


def is_before(rows: Column, one: int, other: int) -> bool:
    """Whether a row stands before another one of the same run."""
    for word in range(TIME, rows.shape[1]):
        if rows[one, word] != rows[other, word]:
            return rows[one, word] < rows[other, word]
    return False
