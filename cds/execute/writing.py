"""Loops that write what was found about many patients into rows, one for each finding that is kept.

As those of `cds.execute.kernels`, in the subset that Numba compiles.
"""

from cds.execute.kernels import NONE
from cds.operators.series import Column


def first_places(status: Column, kept: Column, place: Column) -> int:
    """Where each patient's rows begin when those of a kept status are laid end to end; how many rows in all."""
    count = 0
    for i in range(len(place)):
        place[i] = count
        for rule in range(len(status)):
            count += 1 if kept[status[rule, i]] else 0
    return count


def write_rows(
    first: int,
    index: int,
    kept: Column,
    status: Column,
    colour: Column,
    reason: Column,
    uncertain: Column,
    leaf: Column,
    hidden_by: Column,
    place: Column,
    where: Column,
    seen: Column,
    to_patient: Column,
    to_rule: Column,
    to_status: Column,
    to_colour: Column,
    to_reason: Column,
    to_uncertain: Column,
    to_hidden_by: Column,
) -> None:
    """One rule's rows of a kept status, each in its patient's next place.

    first: position of the first patient in the population. where: each patient's row, NONE = none. seen: the leaves
    that decided, counted from 1.
    """
    for i in range(len(place)):
        where[i] = NONE
        if kept[status[i]]:
            row = place[i]
            place[i] = row + 1
            where[i] = row
            seen[leaf[i] + 1] = True
            to_patient[row], to_rule[row], to_status[row] = first + i, index, status[i]
            to_colour[row], to_reason[row], to_uncertain[row] = colour[i], reason[i], uncertain[i]
            to_hidden_by[row] = hidden_by[i]


def show(
    which: Column,
    where: Column,
    number: int,
    value: Column,
    reason: Column,
    to: Column,
    to_value: Column,
    to_reason: Column,
) -> None:
    """Put a number into the rows of those who are marked and have a row."""
    for i in range(len(where)):
        if which[i] and where[i] != NONE:
            to[where[i]], to_value[where[i]], to_reason[where[i]] = number, value[i], reason[i]


def show_time(which: Column, where: Column, time: Column, to: Column) -> None:
    """Put a time into the rows of those who are marked and have a row."""
    for i in range(len(where)):
        if which[i] and where[i] != NONE:
            to[where[i]] = time[i]


def show_origin(which: Column, where: Column, origin: Column, to: Column) -> None:
    """Put the code of whose a limit is into the rows of those who are marked and have a row."""
    for i in range(len(where)):
        if which[i] and where[i] != NONE:
            to[where[i]] = origin[i]
