"""Rows in any order → each patient's and concept's in a run of its own, sorted: two counting passes, then short sorts.

Rows go first to their block of patients, of which each fits into the processor's cache, then within the block to their
run. All of it on threads: the compiled loops hold no lock.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from cds.adapters.tables.kernels import Kept, Manners, Meanings, Shape, Words
from cds.adapters.tables.loops import loop
from cds.population import Array

ROWS_PER_BLOCK: Final = 1 << 16

Each = Callable[[Callable[..., None], Iterable[tuple[Any, ...]]], None]


@dataclass(frozen=True, slots=True)
class Coding:
    """What the small numbers in `Kept` stand for. manners_each: how many manners each meaning has."""

    meanings: Meanings
    manners: Manners
    words: Words
    manners_each: int


@dataclass(frozen=True, slots=True)
class Runs:
    """Rows by run: those of slot s and patient i stand from starts[s, i] on, counts[s, i] of them.

    blocks: first and last (exclusive) patient, and most rows, of each part that one thread handles at a time.
    """

    rows: Array
    starts: Array
    counts: Array
    blocks: Sequence[tuple[int, int, int]]


def on_threads(pool: ThreadPoolExecutor) -> Each:
    """A way to call a function with each of many arguments, on the threads of a pool; the first error is raised."""

    def each(call: Callable[..., None], arguments: Iterable[tuple[Any, ...]]) -> None:
        for done in [pool.submit(call, *given) for given in arguments]:
            done.result()

    return each


@dataclass(frozen=True, slots=True)
class Counts:
    """The first pass. per_block: most rows of each part and block; shift: which bits of a position tell the block."""

    per_block: Array
    shift: int
    seen: Array


def counted(kept: Sequence[Kept], coding: Coding, people: int, each: Each) -> Counts:
    """How many rows each block gets, and which manners occur."""
    shift = _shift(people, sum(len(part.patient) for part in kept))
    blocks = ((people - 1) >> shift) + 1 if people else 0
    counts = np.zeros((len(kept), blocks), np.int64)
    seen = np.zeros(len(coding.manners.unit), np.uint8)
    given = (coding.meanings, coding.manners_each, shift)
    each(loop("count_rows"), ((part, *given, counts[k], seen) for k, part in enumerate(kept)))
    return Counts(counts, shift, seen)


def arranged(
    kept: Sequence[Kept], counts: Counts, coding: Coding, shape: Shape, slots: int, people: int, each: Each
) -> Runs:
    """The rows that have a slot, in runs."""
    per_block = counts.per_block
    ends = np.cumsum(per_block.T).reshape(per_block.shape[::-1]).T
    starts = np.ascontiguousarray(ends - per_block)
    rows = np.empty((int(per_block.sum()), shape.width), np.int64)
    cursors = starts.copy()
    given = (coding.meanings, coding.manners, coding.words, coding.manners_each, shape, counts.shift)
    reals = rows.view(np.float64)
    each(loop("take_rows"), ((part, *given, cursors[k], rows, reals) for k, part in enumerate(kept)))
    return _in_runs(rows, starts, cursors, counts.shift, slots, people, each)


def _shift(people: int, rows: int) -> int:
    """How many bits of a patient's position tell it from others of its block."""
    per_block = max(people * ROWS_PER_BLOCK // max(rows, 1), 1)
    return min(per_block.bit_length() - 1, 20)


def _in_runs(rows: Array, starts: Array, ends: Array, shift: int, slots: int, people: int, each: Each) -> Runs:
    taken = (ends - starts).sum(axis=0)
    bases = np.cumsum(taken) - taken
    run_starts, run_counts = np.zeros((slots, people), np.int64), np.zeros((slots, people), np.int64)
    in_runs = np.empty((int(taken.sum()), rows.shape[1]), np.int64)
    blocks = [
        (block << shift, min((block + 1) << shift, people), int(taken[block])) for block in range(starts.shape[1])
    ]

    def arrange(block: int) -> None:
        first, last, count = blocks[block]
        scratch = np.empty((count, rows.shape[1]), np.int64)
        order, spare = np.empty((2, count), np.int64)
        loop("arrange")(
            rows,
            np.ascontiguousarray(starts[:, block]),
            np.ascontiguousarray(ends[:, block]),
            first,
            last,
            int(bases[block]),
            scratch,
            order,
            spare,
            run_starts,
            run_counts,
            in_runs,
        )

    each(arrange, ((block,) for block in range(len(blocks))))
    return Runs(in_runs, run_starts, run_counts, blocks)
