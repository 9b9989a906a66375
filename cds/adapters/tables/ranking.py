"""Loops that find the order of rows by patient and words, and number what stands together; as in `kernels`."""

from typing import Final

from cds.adapters.tables.ordering import MOVES_EACH
from cds.execute.kernels import uncounted
from cds.operators.series import Column

WORD: Final = 0  # of a line: the word by which rows are sorted first
ROW: Final = 1  # and the row's number; the second word is looked up where the first says the same


def order_rows(
    patient: Column,
    first: Column,
    second: Column,
    places: Column,
    lines: Column,
    order: Column,
    whose: Column,
    sorted_first: Column,
    is_like: Column,
) -> None:
    """order: the rows by patient, first and second word, equal ones as they stand; whose, sorted_first: their patient
    and first word. is_like: 1 where a row is like the one before it in all three.

    places: zeros, one per patient. lines: room for one of each row.
    """
    patient, first, second = uncounted(patient), uncounted(first), uncounted(second)
    places, lines, order = uncounted(places), uncounted(lines), uncounted(order)
    whose, sorted_first, is_like = uncounted(whose), uncounted(sorted_first), uncounted(is_like)
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
        lines[place, WORD] = first[row]
        lines[place, ROW] = row
    start = 0
    for i in range(len(places)):
        rank(lines, start, places[i], second)
        for place in range(start, places[i]):
            word, row = lines[place, WORD], lines[place, ROW]
            order[place], whose[place], sorted_first[place] = row, i, word
            is_like[place] = 0
            if place > start and word == sorted_first[place - 1] and second[row] == second[order[place - 1]]:
                is_like[place] = 1
        start = places[i]


def rank(lines: Column, start: int, end: int, second: Column) -> None:
    """Sort the lines of one patient: those nearly in order by moving some, others as a heap."""
    left = MOVES_EACH * (end - start)
    for i in range(start + 1, end):
        word, row, place = lines[i, WORD], lines[i, ROW], i
        while place > start and stands_before(word, row, lines, place - 1, second):
            lines[place, WORD], lines[place, ROW] = lines[place - 1, WORD], lines[place - 1, ROW]
            place -= 1
        if place < i:
            lines[place, WORD], lines[place, ROW] = word, row
            left -= i - place
            if left < 0:
                rank_heap(lines, start, end - start, second)
                return


def stands_before(word: int, row: int, lines: Column, other: int, second: Column) -> bool:
    """Whether a line stands before another one."""
    if word != lines[other, WORD]:
        return word < lines[other, WORD]
    if second[row] != second[lines[other, ROW]]:
        return second[row] < second[lines[other, ROW]]
    return row < lines[other, ROW]


def rank_heap(lines: Column, start: int, count: int, second: Column) -> None:
    """Sort lines, whatever their order, in place."""
    for root in range(count // 2 - 1, -1, -1):
        lower(lines, start, root, count, second)
    for end in range(count - 1, 0, -1):
        word, row = lines[start + end, WORD], lines[start + end, ROW]
        lines[start + end, WORD], lines[start + end, ROW] = lines[start, WORD], lines[start, ROW]
        lines[start, WORD], lines[start, ROW] = word, row
        lower(lines, start, 0, end, second)


def lower(lines: Column, start: int, root: int, count: int, second: Column) -> None:
    """Move a line of a heap down to where none below it stands after it."""
    word, row = lines[start + root, WORD], lines[start + root, ROW]
    child = 2 * root + 1
    while child < count:
        place = start + child
        if child + 1 < count and stands_before(lines[place, WORD], lines[place, ROW], lines, place + 1, second):
            child, place = child + 1, place + 1
        if not stands_before(word, row, lines, place, second):
            break
        lines[start + root, WORD], lines[start + root, ROW] = lines[place, WORD], lines[place, ROW]
        root = child
        child = 2 * root + 1
    lines[start + root, WORD], lines[start + root, ROW] = word, row


def number_rows(patient: Column, number: Column) -> None:
    """The number of each row among those of its patient."""
    patient, number = uncounted(patient), uncounted(number)
    for row in range(len(patient)):
        number[row] = number[row - 1] + 1 if row > 0 and patient[row] == patient[row - 1] else 0


def number_instants(patient: Column, time: Column, what: Column, number: Column, size: Column) -> None:
    """number: of what is told of one instant, how many other things are told of it before; size: how many rows up to
    this one tell of the same thing.

    what: of no length when every row tells of a thing of its own.
    """
    patient, time, what = uncounted(patient), uncounted(time), uncounted(what)
    number, size, is_each_own = uncounted(number), uncounted(size), len(what) == 0
    for row in range(len(patient)):
        number[row], size[row] = 0, 1
        if row > 0 and patient[row] == patient[row - 1] and time[row] == time[row - 1]:
            if is_each_own or what[row] != what[row - 1]:
                number[row] = number[row - 1] + 1
            else:
                number[row], size[row] = number[row - 1], size[row - 1] + 1


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
