"""How readings that say nothing but who, what, when and how much are packed: a look at all of them, and a plan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from cds.adapters.tables.kernels import DATE, NO_TROUBLE, Facts
from cds.adapters.tables.layout import Coding, Each
from cds.adapters.tables.loops import loop
from cds.adapters.tables.meaning import MANNERS, Vocabulary, uses_raw
from cds.adapters.tables.packing import HIGHEST, LOWEST, QUALITY_BITS, STRETCHES, Packing, Usual
from cds.adapters.tables.unpacking import Details
from cds.codes import Concept
from cds.operators.reasons import IMPLAUSIBLE_ONLY
from cds.population import Array

ROWS_PER_BLOCK: Final = 1 << 15
ROWS_PER_NEAR_BLOCK: Final = 1 << 17  # of a table in the order of patients
ROWS_EACH_STRETCH: Final = 8  # a table is in the order of patients when so many rows of one stand together
KEY_BITS: Final = 63
_MARGIN: Final = 1e-6  # of the limits of what is possible, so that rounding decides nothing


def are_plain(facts: Sequence[Facts]) -> bool:
    """Whether the rows say nothing that a packed row has no room for."""
    more = (column for part in facts for column in (part.recorded, part.attribute, part.reading))
    return not any(map(len, more)) and not any(np.any(part.when == DATE) for part in facts)


@dataclass(frozen=True, slots=True)
class Survey:
    """What a look at who, what and when tells. per_block: most rows of each part and block; seen: of each manner.

    stretches: how many stretches of rows of one patient each part has; is_near: whether those are long, and most of
    their rows held.
    """

    block: int
    per_block: Array
    seen: Array
    lowest: int
    highest: int
    stretches: Array
    is_near: bool

    def coarser(self, block: int) -> Array:
        """The counts by blocks of more patients."""
        parts, blocks = self.per_block.shape
        each = 1 << (block - self.block)
        padded = np.zeros((parts, -(-blocks // each) * each), np.int64)
        padded[:, :blocks] = self.per_block
        return np.ascontiguousarray(padded.reshape(parts, -1, each).sum(axis=2))


def surveyed(facts: Sequence[Facts], since: Array, until: int, people: int, each: Each) -> Survey:
    """Look at all rows once. since: of each meaning the time from which its rows are held; until: up to which."""
    rows = sum(len(part.patient) for part in facts)
    block = max(_bits_of_block(people, rows, ROWS_PER_BLOCK) - 3, 0)
    per_block = np.zeros((len(facts), ((people - 1) >> block) + 1), np.int64)
    seen = np.zeros((len(facts), len(since) * MANNERS), np.int64)
    found = np.tile(np.array([np.iinfo(np.int64).max, np.iinfo(np.int64).min, 0]), (len(facts), 1))
    given = MANNERS, block, since, until
    each(loop("survey"), ((part, *given, per_block[k], seen[k], found[k]) for k, part in enumerate(facts)))
    lowest, highest, stretches = found[:, LOWEST].min(), found[:, HIGHEST].max(), found[:, STRETCHES]
    if lowest > highest:  # no row is held
        lowest, highest = 0, 0
    is_near = int(stretches.sum()) * ROWS_EACH_STRETCH <= rows and int(per_block.sum()) * 2 >= rows
    return Survey(block, per_block, seen.sum(axis=0), int(lowest), int(highest), stretches, is_near)


def _bits_of_block(people: int, rows: int, wanted: int) -> int:
    """How many bits of a patient's position tell it from others of its block of about so many rows."""
    return min(max(people * wanted // max(rows, 1), 1).bit_length() - 1, 20)


def _bits(highest: int) -> int:
    return max(highest, 0).bit_length()


@dataclass(frozen=True, slots=True)
class Plan:
    """How the rows of a survey are packed. concepts: of each slot; detail_of: of each unit and quality."""

    concepts: Sequence[Concept]
    coding: Coding
    details: Details
    detail_of: Array
    packing: Packing
    usual: Usual
    has_raw: bool


def planned(survey: Survey, known: Vocabulary, people: int, rows: int, has_words: bool) -> Plan | None:
    """How to pack the rows; None when a key has no room for what there is."""
    seen = np.flatnonzero(survey.seen)
    measured: list[int] = np.unique(seen // MANNERS).tolist()
    concepts = list({each.name: each for each in (known.parts[place].concept for place in measured)}.values())
    coding = replace(known.coding(is_joined=False), meanings=known.meanings(concepts))
    details = _details(coding, seen, has_words)
    detail_of = np.zeros((int(details.unit.max()) + 1) << QUALITY_BITS, np.int64)
    detail_of[details.unit << QUALITY_BITS | details.quality] = np.arange(len(details.unit))
    part = _bits(len(details.unit) - 1)
    time = part + _bits(max(len(each.parts) for each in concepts) - 1)
    slot = time + _bits(survey.highest - survey.lowest)
    patient = slot + _bits(len(concepts) - 1)
    wanted = _bits_of_block(people, rows, ROWS_PER_NEAR_BLOCK if survey.is_near else ROWS_PER_BLOCK)
    block = min(max(wanted, survey.block), KEY_BITS - patient)
    if block < survey.block:
        return None
    packing = Packing(block, patient, slot, time, part, survey.lowest)
    usual = _usual(coding, seen, detail_of, packing)
    return Plan(concepts, coding, details, detail_of, packing, usual, uses_raw(coding.manners, survey.seen != 0))


def _details(coding: Coding, seen: Array, has_words: bool) -> Details:
    """Every unit with every quality that can occur together, in their order."""
    manners, words = coding.manners, coding.words
    units, qualities = [np.array([0]), *[manners.unit[seen]] * 2], [np.array([IMPLAUSIBLE_ONLY])]
    qualities += [manners.quality[seen], manners.beyond[seen]]
    if has_words:
        units, qualities = [*units, words.unit], [*qualities, words.quality]
    pairs = np.unique(np.stack([np.concatenate(units), np.concatenate(qualities)]), axis=1)
    return Details(*np.ascontiguousarray(pairs, np.int64))


def _usual(coding: Coding, seen: Array, detail_of: Array, packing: Packing) -> Usual:
    """What each manner of each meaning does with the usual number: one that is possible by a margin."""
    manners, meanings = coding.manners, coding.meanings
    meaning = np.arange(len(manners.unit)) // MANNERS
    key = meanings.part[meaning] << packing.part | np.maximum(meanings.slot[meaning], 0) << packing.slot
    key[seen] |= detail_of[manners.unit[seen] << QUALITY_BITS | manners.quality[seen]]
    is_told = manners.trouble == NO_TROUBLE
    low, high = (np.ascontiguousarray(each[meaning]) for each in (meanings.low, meanings.high))
    low += np.where(np.isinf(low), 0.0, _MARGIN * np.maximum(1.0, np.abs(low)))
    high -= np.where(np.isinf(high), 0.0, _MARGIN * np.maximum(1.0, np.abs(high)))
    low, high = np.where(is_told, low, np.inf), np.where(is_told, high, -np.inf)
    return Usual(key, low, high, manners.numerator, manners.denominator, manners.shift)
