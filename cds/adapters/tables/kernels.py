"""Loops over many rows that put them where they belong: by block of patients, by patient and concept, by time.

Plain Python in the subset that Numba compiles, as the operators are; `loops` makes the fast form. A row is a line of
whole numbers: KEY holds patient and slot (0 once arranged), TIME the instant, and the words after them are in the order
in which rows of one instant stand. A column of no length says the same of every row, as its name tells.
"""

import math
from typing import Final, NamedTuple

from cds.adapters.amounts import is_possible
from cds.execute.kernels import uncounted
from cds.operators.reasons import IMPLAUSIBLE_ONLY
from cds.operators.series import FIRST_TIME, MICROSECONDS_PER_DAY, Column
from cds.units import Conversion, convert

KEY: Final = 0
TIME: Final = 1
PATIENT_BIT: Final = 32  # KEY: patient above it, slot below
UNIT_BIT: Final = 48
QUALITY_BIT: Final = 32
SLOT_MASK: Final = 0xFFFF
ATTRIBUTE_MASK: Final = 0xFFFFFFFF
QUALITY_MASK: Final = 0xFFFF
PART_MASK: Final = 0xFFFF
PART_BITS: Final = 16  # of the word that joins parts: the reading above, the part below
FLIP: Final = 0x7FFFFFFFFFFFFFFF  # turns the bits of a negative number so that they stand in order
ABSENT: Final = -1

MISSING: Final = 1  # what is wrong with a time; DATE: nothing, but only the day is known
UNREADABLE: Final = 2
DATE: Final = 3

NO_TROUBLE: Final = 0  # what is wrong with a row, by position in `readings.TROUBLES`
TIME_MISSING: Final = 1
TIME_UNREADABLE: Final = 2
FUTURE: Final = 3
NO_VALUE: Final = 4
NOT_FINITE: Final = 5
IMPLAUSIBLE: Final = 6

NUMBER: Final = 0  # word: the value is a number
NOTHING: Final = 1  # there is no value


class Meanings(NamedTuple):
    """Of each meaning of a code: slot (ABSENT = elsewhere), part within it, and what a living person can have."""

    slot: Column
    part: Column
    low: Column
    high: Column


class Manners(NamedTuple):
    """Of each meaning, unit and comparator: how a number counts. trouble: NO_TROUBLE, or it cannot be told.

    beyond: quality of a number that no living person can have; is_kept: whether its value stays.
    """

    unit: Column
    quality: Column
    trouble: Column
    beyond: Column
    is_kept: Column
    numerator: Column
    denominator: Column
    shift: Column


class Words(NamedTuple):
    """Of each meaning and word: what the word counts as."""

    value: Column
    unit: Column
    quality: Column
    trouble: Column


class Shape(NamedTuple):
    """Where a row holds what; ABSENT = nowhere. joins: attribute, then reading and part, before the value."""

    width: int
    joins: int
    recorded: int
    value: int
    unit: int
    raw: int
    quality: int
    attribute: int


class Facts(NamedTuple):
    """Columns of rows as they came, in small whole numbers.

    manner: unit and comparator in one. word: NUMBER, NOTHING or a position in `Words`; none = all are numbers. when:
    what is wrong with the time; none = nothing. recorded, attribute, reading: none = not stated. trouble: why a row is
    not used, or what was wrong with it; filled in here.
    """

    patient: Column
    meaning: Column
    manner: Column
    word: Column
    value: Column
    time: Column
    when: Column
    recorded: Column
    attribute: Column
    reading: Column
    trouble: Column


class Kept(NamedTuple):
    """Columns of the rows of `Facts` that matter and can be used.

    word: none = all are numbers. recorded, reading: none = not stated; attribute: none = 0 in all.
    """

    patient: Column
    meaning: Column
    manner: Column
    word: Column
    value: Column
    time: Column
    recorded: Column
    attribute: Column
    reading: Column


def count_rows(kept: Kept, meanings: Meanings, manners: int, shift: int, counts: Column, seen: Column) -> None:
    """How many rows each block of patients gets at most, and which manners occur."""
    patients, meant, manner = uncounted(kept.patient), uncounted(kept.meaning), uncounted(kept.manner)
    slots, counts, seen = uncounted(meanings.slot), uncounted(counts), uncounted(seen)
    for row in range(len(patients)):
        patient, meaning = patients[row], meant[row]
        if slots[meaning] >= 0:
            counts[patient >> shift] += 1
            seen[meaning * manners + manner[row]] = 1


def take_rows(
    kept: Kept,
    meanings: Meanings,
    manners: Manners,
    words: Words,
    per_meaning: int,
    shape: Shape,
    shift: int,
    cursor: Column,
    rows: Column,
    reals: Column,
) -> None:
    """Write each row at its block's cursor. per_meaning: how many manners a meaning has.

    reals: the same memory as `rows`, as floats.
    """
    kept, meanings, manners = uncounted_kept(kept), uncounted_meanings(meanings), uncounted_manners(manners)
    cursor, rows, reals = uncounted(cursor), uncounted(rows), uncounted(reals)
    words = uncounted_words(words)
    has_words = len(kept.word) > 0
    for row in range(len(kept.patient)):
        patient, meaning = kept.patient[row], kept.meaning[row]
        if meanings.slot[meaning] < 0:
            continue
        word = kept.word[row] if has_words else NUMBER
        value, raw, unit, quality, _ = told(kept, meanings, manners, words, per_meaning, row, word)
        attribute = kept.attribute[row] if len(kept.attribute) else 0
        place = cursor[patient >> shift]
        cursor[patient >> shift] = place + 1
        part = meanings.part[meaning] | ((kept.reading[row] + 1) << PART_BITS if len(kept.reading) else 0)
        rows[place, KEY] = (patient << PATIENT_BIT) | meanings.slot[meaning]
        rows[place, TIME] = kept.time[row]
        if shape.recorded != ABSENT:
            rows[place, shape.recorded] = kept.recorded[row] if len(kept.recorded) else FIRST_TIME
        put_attribute(rows, place, shape, attribute, part)
        put_amount(rows, reals, place, shape, value, raw, unit, quality)


def put_attribute(rows: Column, place: int, shape: Shape, attribute: int, part: int) -> None:
    """Write the attribute, and with parts of a reading what joins them."""
    if shape.joins == ABSENT:
        rows[place, shape.attribute] = attribute
    else:
        rows[place, shape.quality] = 0
        rows[place, shape.joins] = attribute
        rows[place, shape.joins + 1] = part


def put_amount(
    rows: Column, reals: Column, place: int, shape: Shape, value: float, raw: float, unit: int, quality: int
) -> None:
    """Write value, unit, number as it arrived and quality; the bits of numbers so that they stand in their order."""
    reals[place, shape.value] = value
    rows[place, shape.value] ^= FLIP if math.copysign(1.0, value) < 0.0 else 0
    rows[place, shape.quality] |= quality << QUALITY_BIT
    if shape.raw == ABSENT:
        rows[place, shape.unit] |= unit << UNIT_BIT
    else:
        rows[place, shape.unit] = unit << UNIT_BIT
        reals[place, shape.raw] = raw
        rows[place, shape.raw] ^= FLIP if math.copysign(1.0, raw) < 0.0 else 0


def uncounted_facts(facts: Facts) -> Facts:
    """The same columns; compiled, without counting who holds them."""
    return Facts(
        uncounted(facts.patient),
        uncounted(facts.meaning),
        uncounted(facts.manner),
        uncounted(facts.word),
        uncounted(facts.value),
        uncounted(facts.time),
        uncounted(facts.when),
        uncounted(facts.recorded),
        uncounted(facts.attribute),
        uncounted(facts.reading),
        uncounted(facts.trouble),
    )


def uncounted_kept(kept: Kept) -> Kept:
    """The same columns; compiled, without counting who holds them."""
    return Kept(
        uncounted(kept.patient),
        uncounted(kept.meaning),
        uncounted(kept.manner),
        uncounted(kept.word),
        uncounted(kept.value),
        uncounted(kept.time),
        uncounted(kept.recorded),
        uncounted(kept.attribute),
        uncounted(kept.reading),
    )


def uncounted_meanings(meanings: Meanings) -> Meanings:
    """The same columns; compiled, without counting who holds them."""
    return Meanings(
        uncounted(meanings.slot), uncounted(meanings.part), uncounted(meanings.low), uncounted(meanings.high)
    )


def uncounted_words(words: Words) -> Words:
    """The same columns; compiled, without counting who holds them."""
    return Words(uncounted(words.value), uncounted(words.unit), uncounted(words.quality), uncounted(words.trouble))


def uncounted_manners(manners: Manners) -> Manners:
    """The same columns; compiled, without counting who holds them."""
    return Manners(
        uncounted(manners.unit),
        uncounted(manners.quality),
        uncounted(manners.trouble),
        uncounted(manners.beyond),
        uncounted(manners.is_kept),
        uncounted(manners.numerator),
        uncounted(manners.denominator),
        uncounted(manners.shift),
    )


def unusable(when: int, time: int, recorded: int, word: int) -> int:
    """Why a row cannot be used at all; NO_TROUBLE when it can."""
    if when == MISSING:
        return TIME_MISSING
    if when == UNREADABLE:
        return TIME_UNREADABLE
    if recorded != FIRST_TIME and time - recorded > MICROSECONDS_PER_DAY:
        return FUTURE
    return NO_VALUE if word == NOTHING else NO_TROUBLE


def told(
    facts: Facts | Kept, meanings: Meanings, manners: Manners, words: Words, per_meaning: int, row: int, word: int
) -> tuple[float, float, int, int, int]:
    """Value, number as it arrived, unit, quality and trouble of a row, as `cds.adapters.amounts.amount` tells."""
    meaning = facts.meaning[row]
    if word != NUMBER:
        place = meaning * (len(words.value) // len(meanings.slot)) + word
        value = words.value[place]
        return value, value, words.unit[place], words.quality[place], words.trouble[place]
    raw, manner = facts.value[row] + 0.0, meaning * per_meaning + facts.manner[row]  # no zero is negative
    if not math.isfinite(raw):
        return 0.0, 0.0, 0, IMPLAUSIBLE_ONLY, NOT_FINITE
    unit, quality = manners.unit[manner], manners.quality[manner]
    if manners.trouble[manner] != NO_TROUBLE:
        return 0.0, raw, unit, quality, manners.trouble[manner]
    conversion = Conversion(manners.numerator[manner], manners.denominator[manner], manners.shift[manner])
    value = convert(raw, conversion)
    if is_possible(meanings.low[meaning], meanings.high[meaning], value, quality):
        return value, raw, unit, quality, NO_TROUBLE
    kept = value if manners.is_kept[manner] and math.isfinite(value) else 0.0
    return kept, raw, unit, manners.beyond[manner], IMPLAUSIBLE
