"""How readings that say nothing but who, what, when and how much are packed: a look at all of them, and a plan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from cds.adapters.tables.kernels import Kept
from cds.adapters.tables.layout import Coding, Each
from cds.adapters.tables.loops import loop
from cds.adapters.tables.meaning import MANNERS, Vocabulary, uses_raw
from cds.adapters.tables.packing import HIGHEST, LOWEST, QUALITY_BITS, STRETCHES, Packing
from cds.adapters.tables.sifting import Usual
from cds.adapters.tables.unpacking import Details
from cds.codes import Concept
from cds.operators.reasons import IMPLAUSIBLE_ONLY
from cds.population import Array

ROWS_PER_BLOCK: Final = 1 << 15
ROWS_PER_NEAR_BLOCK: Final = 1 << 17  # of a table in the order of patients
ROWS_EACH_STRETCH: Final = 8  # a table is in the order of patients when so many rows of one stand together
KEY_BITS: Final = 63


def are_plain(kept: Sequence[Kept]) -> bool:
    """Whether the rows say nothing that a packed row has no room for."""
    return not any(len(column) for part in kept for column in (part.recorded, part.attribute, part.reading))


@dataclass(frozen=True, slots=True)
class Survey:
    """What a look at who, what and when tells. per_block, per_meaning: rows of each part and block, and of each
    meaning; seen: which manners of which meaning occur.

    stretches: how many stretches of rows of one patient each part has; is_near: whether those are long.
    """

    block: int
    per_block: Array
    per_meaning: Array
    seen: Array
    lowest: int
    highest: int
    stretches: Array
    is_near: bool

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.per_block.sum())

    def coarser(self, block: int) -> Array:
        """The counts by blocks of more patients."""
        parts, blocks = self.per_block.shape
        each = 1 << (block - self.block)
        padded = np.zeros((parts, -(-blocks // each) * each), np.int64)
        padded[:, :blocks] = self.per_block
        return np.ascontiguousarray(padded.reshape(parts, -1, each).sum(axis=2))


def surveyed(kept: Sequence[Kept], meanings: int, people: int, each: Each) -> Survey:
    """Look at all rows once. meanings: how many there are."""
    rows = sum(len(part.patient) for part in kept)
    block = max(_bits_of_block(people, rows, ROWS_PER_BLOCK) - 3, 0)
    per_block = np.zeros((len(kept), ((people - 1) >> block) + 1), np.int64)
    per_meaning = np.zeros((len(kept), meanings), np.int64)
    seen = np.zeros((len(kept), meanings * MANNERS), np.uint8)
    found = np.tile(np.array([np.iinfo(np.int64).max, np.iinfo(np.int64).min, 0]), (len(kept), 1))
    counts = zip(per_block, seen, per_meaning, found, strict=True)
    each(loop("survey"), ((part, MANNERS, block, *each) for part, each in zip(kept, counts, strict=True)))
    lowest, highest, stretches = found[:, LOWEST].min(), found[:, HIGHEST].max(), found[:, STRETCHES]
    is_near = int(stretches.sum()) * ROWS_EACH_STRETCH <= rows
    occurs: Array = seen.max(axis=0) > 0
    return Survey(block, per_block, per_meaning.sum(axis=0), occurs, int(lowest), int(highest), stretches, is_near)


def _bits_of_block(people: int, rows: int, wanted: int) -> int:
    """How many bits of a patient's position tell it from others of its block of about so many rows."""
    return min(max(people * wanted // max(rows, 1), 1).bit_length() - 1, 20)


def _bits(highest: int) -> int:
    return max(highest, 0).bit_length()


@dataclass(frozen=True, slots=True)
class Plan:
    """How the rows of a survey are packed. concepts: of each slot; detail_of: of each unit and quality; keys: as in
    `packing.Known`.
    """

    concepts: Sequence[Concept]
    coding: Coding
    details: Details
    detail_of: Array
    packing: Packing
    usual: Usual
    keys: Array
    has_raw: bool


def planned(survey: Survey, known: Vocabulary, people: int, has_words: bool) -> Plan | None:
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
    wanted = _bits_of_block(people, survey.rows, ROWS_PER_NEAR_BLOCK if survey.is_near else ROWS_PER_BLOCK)
    block = min(max(wanted, survey.block), KEY_BITS - patient)
    if block < survey.block:
        return None
    packing = Packing(block, patient, slot, time, part, survey.lowest)
    keys = _keys(coding, seen, detail_of, packing)
    return Plan(concepts, coding, details, detail_of, packing, known.usual, keys, uses_raw(coding.manners, survey.seen))


def _details(coding: Coding, seen: Array, has_words: bool) -> Details:
    """Every unit with every quality that can occur together, in their order."""
    manners, words = coding.manners, coding.words
    units, qualities = [np.array([0]), *[manners.unit[seen]] * 2], [np.array([IMPLAUSIBLE_ONLY])]
    qualities += [manners.quality[seen], manners.beyond[seen]]
    if has_words:
        units, qualities = [*units, words.unit], [*qualities, words.quality]
    pairs = np.unique(np.stack([np.concatenate(units), np.concatenate(qualities)]), axis=1)
    return Details(*np.ascontiguousarray(pairs, np.int64))


def _keys(coding: Coding, seen: Array, detail_of: Array, packing: Packing) -> Array:
    """Slot, part and detail of the usual number of each meaning and manner, in their places in a key."""
    manners, meanings = coding.manners, coding.meanings
    meaning = np.arange(len(manners.unit)) // MANNERS
    key = meanings.part[meaning] << packing.part | np.maximum(meanings.slot[meaning], 0) << packing.slot
    key[seen] |= detail_of[manners.unit[seen] << QUALITY_BITS | manners.quality[seen]]
    return key
