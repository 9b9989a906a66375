"""Loops that find the order of rows by patient and two words, and number what patients have; as in `kernels`."""

from typing import Final

from cds.adapters.tables.ordering import MOVES_EACH
from cds.execute.kernels import uncounted
from cds.operators.series import Column

WORDS: Final = 3  # of a line: the two by which rows are sorted, and the row's number, so that no two are the same


def order_rows(patient: Column, first: Column, second: Column, places: Column, lines: Column, order: Column) -> None:
    """order: the rows by patient, first and second word, equal ones as they stand.

    places: zeros, one per patient. lines: room for one of each row.
    """
    patient, first, second = uncounted(patient), uncounted(first), uncounted(second)
    places, lines, order = uncounted(places), uncounted(lines), uncounted(order)
    for row in range(len(patient)):
        places[patient[row]] += 1
    place = 0
    for i in range(len(places)):
        count = places[i]
        places[i] = place
        place += count
    for row in range(len(patient)):
        place = places[patient[row]]
        places[patient[row]] = place + 1
        put_line(lines, place, first[row], second[row], row)
    start = 0
    for i in range(len(places)):
        rank(lines, start, places[i])
        start = places[i]
    for i in range(len(order)):
        order[i] = lines[i, 2]


def put_line(lines: Column, place: int, first: int, second: int, row: int) -> None:
    """Write a line."""
    lines[place, 0] = first
    lines[place, 1] = second
    lines[place, 2] = row


def rank(lines: Column, start: int, end: int) -> None:
    """Sort the lines of one patient: those nearly in order by moving some, others as a heap."""
    left = MOVES_EACH * (end - start)
    for i in range(start + 1, end):
        first, second, row, place = lines[i, 0], lines[i, 1], lines[i, 2], i
        while place > start and stands_before(first, second, row, lines, place - 1):
            put_line(lines, place, lines[place - 1, 0], lines[place - 1, 1], lines[place - 1, 2])
            place -= 1
        if place < i:
            put_line(lines, place, first, second, row)
            left -= i - place
            if left < 0:
                rank_heap(lines, start, end - start)
                return


def stands_before(first: int, second: int, row: int, lines: Column, other: int) -> bool:
    """Whether a line stands before another one."""
    if first != lines[other, 0]:
        return first < lines[other, 0]
    if second != lines[other, 1]:
        return second < lines[other, 1]
    return row < lines[other, 2]


def rank_heap(lines: Column, start: int, count: int) -> None:
    """Sort lines, whatever their order, in place."""
    for root in range(count // 2 - 1, -1, -1):
        lower(lines, start, root, count)
    for end in range(count - 1, 0, -1):
        first, second, row = lines[start + end, 0], lines[start + end, 1], lines[start + end, 2]
        put_line(lines, start + end, lines[start, 0], lines[start, 1], lines[start, 2])
        put_line(lines, start, first, second, row)
        lower(lines, start, 0, end)


def lower(lines: Column, start: int, root: int, count: int) -> None:
    """Move a line of a heap down to where none below it stands after it."""
    first, second, row = lines[start + root, 0], lines[start + root, 1], lines[start + root, 2]
    child = 2 * root + 1
    while child < count:
        place = start + child
        if child + 1 < count and stands_before(lines[place, 0], lines[place, 1], lines[place, 2], lines, place + 1):
            child, place = child + 1, place + 1
        if not stands_before(first, second, row, lines, place):
            break
        put_line(lines, start + root, lines[place, 0], lines[place, 1], lines[place, 2])
        root = child
        child = 2 * root + 1
    put_line(lines, start + root, first, second, row)


def number_medicines(patient: Column, medicine: Column, room: Column, number: Column) -> None:
    """The number of each row's medicine among those of the patient, in their order. room: one for each medicine."""
    patient, medicine, room, number = uncounted(patient), uncounted(medicine), uncounted(room), uncounted(number)
    start = 0
    while start < len(patient):
        end, known = start, 0
        while end < len(patient) and patient[end] == patient[start]:
            known = add_once(room, known, medicine[end])
            end += 1
        for row in range(start, end):
            place = 0
            while room[place] < medicine[row]:
                place += 1
            number[row] = place
        start = end


def add_once(held: Column, count: int, one: int) -> int:
    """Put a number among the first ones, which stand in order, unless it is there; returns how many there are then."""
    place = count
    while place > 0 and held[place - 1] > one:
        place -= 1
    if place > 0 and held[place - 1] == one:
        return count
    for i in range(count, place, -1):
        held[i] = held[i - 1]
    held[place] = one
    return count + 1
