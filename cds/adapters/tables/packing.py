"""Loops that pack rows of readings into two or three words each and put them by block of patients.

Plain Python in the subset that Numba compiles. Most readings say nothing but who, what, when and how much: the KEY of a
packed row holds patient within the block, slot, time, part and detail (unit and quality in one), in this order, so that
rows stand by run and time when their keys do; then come the value and, where some arrived in another unit, the number
as it arrived. What holds more is laid out by `kernels`.
"""

from typing import Final, NamedTuple

from cds.adapters.tables.kernels import (
    NUMBER,
    Kept,
    Manners,
    Meanings,
    Words,
    told,
    uncounted_kept,
    uncounted_manners,
    uncounted_meanings,
    uncounted_words,
)
from cds.adapters.tables.sifting import Usual, as_usual, uncounted_usual
from cds.execute.kernels import uncounted
from cds.operators.series import Column

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


def survey(
    kept: Kept,
    manners: int,
    shift: int,
    counts: Column,
    seen: Column,
    held: Column,
    found: Column,
) -> None:
    """How many rows each block of patients and each meaning has, which manners occur, and what times there are."""
    patients, meant, manner = uncounted(kept.patient), uncounted(kept.meaning), uncounted(kept.manner)
    times, counts, seen, held = uncounted(kept.time), uncounted(counts), uncounted(seen), uncounted(held)
    lowest, highest, stretches, before = found[LOWEST], found[HIGHEST], 0, -1
    for row in range(len(patients)):
        patient, meaning = patients[row], meant[row]
        if patient != before:
            stretches += 1
            before = patient
        seen[meaning * manners + manner[row]] = 1
        counts[patient >> shift] += 1
        held[meaning] += 1
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
    """All that rows are packed by. keys: of each meaning and manner slot, part and detail of the usual number, in their
    places. details: of each unit and quality.
    """

    meanings: Meanings
    manners: Manners
    words: Words
    usual: Usual
    keys: Column
    details: Column
    packing: Packing


def pack_rows(
    kept: Kept, firsts: Column, lasts: Column, known: Known, shift: int, cursor: Column, rows: Column, reals: Column
) -> None:
    """Write the rows of some stretches, each at its block's cursor.

    shift: as in `Packing.block`, or large: all go to one. reals: the memory of `rows`, as floats.
    """
    meanings, manners, words = uncounted_known(known)
    kept, usual, details = uncounted_kept(kept), uncounted_usual(known.usual), uncounted(known.details)
    packing, keys = known.packing, uncounted(known.keys)
    cursor, rows, reals = uncounted(cursor), uncounted(rows), uncounted(reals)
    has_words, has_raw = len(kept.word) > 0, rows.shape[1] > RAW
    per_meaning, mask = len(keys) // len(meanings.slot), (1 << packing.block) - 1
    for stretch in range(len(firsts)):
        for row in range(firsts[stretch], lasts[stretch]):
            patient, meaning, raw = kept.patient[row], kept.meaning[row], kept.value[row] + 0.0
            word = kept.word[row] if has_words else NUMBER
            manner = meaning * per_meaning + kept.manner[row]
            key, value = keys[manner], as_usual(usual, manner, raw)
            if not (usual.low[manner] < value < usual.high[manner] and word == NUMBER):
                value, raw, unit, quality, _ = told(kept, meanings, manners, words, per_meaning, row, word)
                key = (key >> packing.part << packing.part) | details[unit << QUALITY_BITS | quality]
            place = cursor[patient >> shift]
            cursor[patient >> shift] = place + 1
            rows[place, KEY] = (
                key | (patient & mask) << packing.patient | (kept.time[row] - packing.lowest) << packing.time
            )
            reals[place, VALUE] = value
            if has_raw:
                reals[place, RAW] = raw


def uncounted_known(known: Known) -> tuple[Meanings, Manners, Words]:
    """What codes, units and words mean; compiled, without counting who holds the columns."""
    return uncounted_meanings(known.meanings), uncounted_manners(known.manners), uncounted_words(known.words)
