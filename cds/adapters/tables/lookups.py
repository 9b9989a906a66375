"""Loops that look something up for each row; in the same subset as `kernels`."""

from cds.operators.series import Column


def look_up(codes: Column, table: Column, found: Column) -> None:
    """What the table says of each code; it begins with what it says of -1."""
    for row in range(len(codes)):
        found[row] = table[codes[row] + 1]


def pair_up(systems: Column, codes: Column, count: int, pairs: Column) -> None:
    """Two codes of each row in one; count: how many there are of the second, -1 included."""
    for row in range(len(codes)):
        pairs[row] = (systems[row] + 1) * count + codes[row]


def mark(numbers: Column, lowest: int, occurs: Column) -> None:
    """Mark the numbers that occur."""
    for row in range(len(numbers)):
        occurs[numbers[row] - lowest] = 1


def place_numbers(numbers: Column, lowest: int, place: Column, found: Column) -> None:
    """What the table says of each number from `lowest` on; -1 of numbers outside it."""
    for row in range(len(numbers)):
        number = numbers[row] - lowest
        found[row] = place[number] if 0 <= number < len(place) else -1
