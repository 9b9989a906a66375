"""Loops that pack rows of readings into two or three words each and put them by block of patients.

Plain Python in the subset that Numba compiles. Most readings say nothing but who, what, when and how much: the KEY of a
packed row holds patient within the block, slot, time, part and detail (unit and quality in one), in this order, so that
rows stand by run and time when their keys do; then come the value and, where some arrived in another unit, the number
as it arrived. What holds more is laid out by `kernels`.
"""

from typing import Final, NamedTuple

from cds.adapters.tables.kernels import (
    NO_TROUBLE,
    NUMBER,
    Facts,
    Manners,
    Meanings,
    Words,
    told,
    uncounted_facts,
    uncounted_manners,
    uncounted_meanings,
    uncounted_words,
    unusable,
)
from cds.execute.kernels import uncounted
from cds.operators.series import FIRST_TIME, Column

KEY: Final = 0
VALUE: Final = 1
RAW: Final = 2
QUALITY_BITS: Final = 5  # of a unit and quality in one number

LOWEST: Final = 0  # what `survey` finds: the first time, the last one, and how often the patient changes
HIGHEST: Final = 1
STRETCHES: Final = 2


class Packing(NamedTuple):
    """Where a key holds what, by the lowest bit of each; detail from 0 on. lowest: time of which the key holds 0.

    block: how many bits of a patient's position tell it from others of its block.
    """

    block: int
    patient: int
    slot: int
    time: int
    part: int
    lowest: int


class Held(NamedTuple):
    """Which rows are held: of each meaning those since a time, and until one. present: by slot, who had others."""

    since: Column
    until: int
    present: Column


class Usual(NamedTuple):
    """Of each meaning and manner: how the usual number becomes a row. low, high: between them any value is possible.

    key: slot, part and detail, in their places.
    """

    key: Column
    low: Column
    high: Column
    numerator: Column
    denominator: Column
    shift: Column


def survey(
    facts: Facts,
    manners: int,
    shift: int,
    since: Column,
    until: int,
    counts: Column,
    seen: Column,
    found: Column,
) -> None:
    """How many rows each block of patients gets at most, which manners occur how often, and what times there are.

    since, until: as in `Held`.
    """
    patients, meant, manner = uncounted(facts.patient), uncounted(facts.meaning), uncounted(facts.manner)
    times, when, since = uncounted(facts.time), uncounted(facts.when), uncounted(since)
    counts, seen, has_when = uncounted(counts), uncounted(seen), len(facts.when) > 0
    lowest, highest, stretches, before = found[LOWEST], found[HIGHEST], 0, -1
    for row in range(len(patients)):
        patient, meaning = patients[row], meant[row]
        if row == 0 or patient != before:
            stretches += 1
            before = patient
        if patient < 0 or meaning < 0:
            continue
        seen[meaning * manners + manner[row]] += 1
        if since[meaning] <= times[row] <= until and not (has_when and when[row]):
            counts[patient >> shift] += 1
            lowest = times[row] if times[row] < lowest else lowest
            highest = times[row] if times[row] > highest else highest
    found[LOWEST], found[HIGHEST], found[STRETCHES] = lowest, highest, stretches


def find_stretches(patients: Column, starts: Column) -> None:
    """The first row of each stretch of rows of one patient, and the number of rows."""
    count = 0
    for row in range(len(patients)):
        if row == 0 or patients[row] != patients[row - 1]:
            starts[count] = row
            count += 1
    starts[count] = len(patients)


class Known(NamedTuple):
    """All that rows are packed by. details: of each unit and quality."""

    meanings: Meanings
    manners: Manners
    words: Words
    usual: Usual
    details: Column
    packing: Packing
    held: Held


def pack_rows(
    facts: Facts, firsts: Column, lasts: Column, known: Known, shift: int, cursor: Column, rows: Column, reals: Column
) -> None:
    """Write the rows of some stretches that can be used, each at its block's cursor.

    shift: as in `Packing.block`, or large: all go to one. reals: the memory of `rows`, as floats.
    """
    meanings, manners, words = uncounted_known(known)
    facts, usual, details = uncounted_facts(facts), uncounted_usual(known.usual), uncounted(known.details)
    packing, since, until, present = known.packing, uncounted(known.held.since), known.held.until, known.held.present
    cursor, rows, reals = uncounted(cursor), uncounted(rows), uncounted(reals)
    has_words, has_when, has_raw = len(facts.word) > 0, len(facts.when) > 0, rows.shape[1] > RAW
    per_meaning, mask = len(usual.key) // len(meanings.slot), (1 << packing.block) - 1
    for stretch in range(len(firsts)):
        for row in range(firsts[stretch], lasts[stretch]):
            patient, meaning = facts.patient[row], facts.meaning[row]
            if patient < 0 or meaning < 0 or facts.trouble[row] != NO_TROUBLE:
                continue
            word, raw, time = facts.word[row] if has_words else NUMBER, facts.value[row] + 0.0, facts.time[row]
            manner = meaning * per_meaning + facts.manner[row]
            key = usual.key[manner]
            value = (raw + usual.shift[manner]) * usual.numerator[manner] / usual.denominator[manner]
            is_usual = usual.low[manner] < value < usual.high[manner] and word == NUMBER
            if has_when or not is_usual:
                trouble = unusable(facts.when[row] if has_when else 0, time, FIRST_TIME, word)
                facts.trouble[row] = trouble
                if trouble != NO_TROUBLE:
                    continue
            if not is_usual:
                value, raw, unit, quality, trouble = told(facts, meanings, manners, words, per_meaning, row, word)
                facts.trouble[row] = trouble
                key = (key >> packing.part << packing.part) | details[unit << QUALITY_BITS | quality]
            if not since[meaning] <= time <= until:
                present[meanings.slot[meaning], patient] = 1
                continue
            place = cursor[patient >> shift]
            cursor[patient >> shift] = place + 1
            rows[place, KEY] = key | (patient & mask) << packing.patient | (time - packing.lowest) << packing.time
            reals[place, VALUE] = value
            if has_raw:
                reals[place, RAW] = raw


def uncounted_known(known: Known) -> tuple[Meanings, Manners, Words]:
    """What codes, units and words mean; compiled, without counting who holds the columns."""
    return uncounted_meanings(known.meanings), uncounted_manners(known.manners), uncounted_words(known.words)


def uncounted_usual(usual: Usual) -> Usual:
    """The same columns; compiled, without counting who holds them."""
    return Usual(
        uncounted(usual.key),
        uncounted(usual.low),
        uncounted(usual.high),
        uncounted(usual.numerator),
        uncounted(usual.denominator),
        uncounted(usual.shift),
    )
