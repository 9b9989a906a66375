"""Packed rows → the columns of each key.

Rows in no order go first to their block of patients, of which each fits into the processor's cache; those of a table in
the order of patients are taken block by block as they stand. A block is then put into runs, sorted and written where
the block before it ended. All of it on threads: the compiled loops hold no lock.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from cds.adapters.layout import MOST_AT_ONCE
from cds.adapters.tables.clocks import Zones
from cds.adapters.tables.kernels import Kept
from cds.adapters.tables.layout import Each
from cds.adapters.tables.loops import loop
from cds.adapters.tables.ordering import BUCKET_BITS
from cds.adapters.tables.packed import Plan, Survey
from cds.adapters.tables.packing import Known
from cds.adapters.tables.panels import joined_width
from cds.adapters.tables.unpacking import CROWD, PARTED, Laid, Room, Slots
from cds.operators.series import FIRST_TIME
from cds.population import Array

_ALL_TO_ONE: Final = 40  # shifts every position to block 0
_IN_ORDER: Final = np.zeros(0, np.int64)

Rows = dict[str, Array]  # the columns of a key and its offsets, without what was supplied


@dataclass(frozen=True, slots=True)
class Scratch:
    """Memory for one block at a time."""

    source: Array
    spare: Array
    ordered: Array
    runs: Array
    room: Room


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows of each block come from. rows: packed, of part k from starts[k, block] to ends[k, block]."""

    rows: Array
    starts: Array
    ends: Array


@dataclass(frozen=True, slots=True)
class Stretches:
    """Rows of one part that stand together, by patient. bounds: the first stretch of each block, and their number."""

    kept: Kept
    firsts: Array
    lasts: Array
    bounds: Array


class Unpacked:
    """Lays the rows out as a plan says."""

    def __init__(self, plan: Plan, survey: Survey, kept: Sequence[Kept], zones: Zones, each: Each) -> None:
        self._plan, self._survey, self._kept, self._zones, self._each = plan, survey, kept, zones, each
        self._people = len(zones.zone)
        self._per_block = survey.coarser(plan.packing.block)
        self._counts = np.zeros((len(plan.concepts), self._people), np.int64)
        self._slots, self._out = self._laid()
        self._free: list[Scratch] = []
        self._is_crowded = False

    def columns(self) -> Mapping[tuple[str, str], Rows] | None:
        """The rows of every concept and part; None when so many bear one time that they need another look."""
        source = self._stretches() if self._survey.is_near else self._scattered()
        blocks = range(self._per_block.shape[1])
        ends: list[Future[Array]] = [Future() for _ in (*blocks, 0)]
        ends[0].set_result(np.zeros(len(self._plan.concepts), np.int64))
        self._each(self._lay_out, ((source, block, ends[block], ends[block + 1]) for block in blocks))
        return None if self._is_crowded else self._columns()

    # where the rows come from

    @property
    def _width(self) -> int:
        return 3 if self._plan.has_raw else 2

    def _pack(self, kept: Kept, firsts: Array, lasts: Array, shift: int, cursor: Array, rows: Array) -> None:
        plan, coding = self._plan, self._plan.coding
        meant = coding.meanings, coding.manners, coding.words
        known = Known(*meant, plan.usual, plan.keys, plan.detail_of, plan.packing)
        loop("pack_rows")(kept, firsts, lasts, known, shift, cursor, rows, rows.view(np.float64))

    def _scattered(self) -> Source:
        """All rows, packed, by block."""
        ends = np.cumsum(self._per_block.T).reshape(self._per_block.shape[::-1]).T
        starts = np.ascontiguousarray(ends - self._per_block)
        cursors = starts.copy()
        rows = self._lines(int(self._per_block.sum()))

        def scatter(k: int, kept: Kept) -> None:
            everything = np.zeros(1, np.int64), np.array([len(kept.patient)])
            self._pack(kept, *everything, self._plan.packing.block, cursors[k], rows)

        self._each(scatter, enumerate(self._kept))
        return Source(rows, starts, cursors)

    def _stretches(self) -> list[Stretches]:
        """Where the rows of each patient stand, for each part."""
        found: list[Stretches | None] = [None] * len(self._kept)

        def find(k: int, kept: Kept) -> None:
            starts = np.empty(int(self._survey.stretches[k]) + 1, np.int64)
            loop("find_stretches")(kept.patient, starts)
            patient = kept.patient[starts[:-1]]
            order = np.argsort(patient, kind="stable")
            edges: Array = np.arange(self._per_block.shape[1] + 1, dtype=np.int64) * (1 << self._plan.packing.block)
            bounds: Array = np.searchsorted(patient[order], edges)
            found[k] = Stretches(kept, starts[:-1][order], starts[1:][order], bounds)

        self._each(find, enumerate(self._kept))
        return [each for each in found if each]

    def _gathered(self, parts: Sequence[Stretches], block: int, scratch: Scratch) -> Source:
        """The rows of a block, packed."""
        cursor = np.zeros(1, np.int64)
        for part in parts:
            low, high = part.bounds[block : block + 2].tolist()
            if low < high:
                self._pack(part.kept, part.firsts[low:high], part.lasts[low:high], _ALL_TO_ONE, cursor, scratch.source)
        return Source(scratch.source, np.zeros((1, 1), np.int64), cursor.reshape(1, 1))

    # block by block

    def _lay_out(
        self, source: Source | list[Stretches], block: int, before: "Future[Array]", after: "Future[Array]"
    ) -> None:
        """Order a block's rows, wait for the blocks before it to be counted, and write them behind those."""
        scratch = self._scratch()
        try:
            totals = self._ordered(source, block, scratch)
            starts = before.result()
            after.set_result(starts + totals)
        except BaseException as wrong:
            after.set_exception(wrong)
            raise
        if not self._is_crowded:
            last = min((block + 1) << self._plan.packing.block, self._people)
            given = scratch.ordered, scratch.runs, self._plan.packing, self._plan.details, self._slots
            others = self._zones, scratch.room, self._out
            loop("write_block")(*given, self._first(block), last, starts, self._counts, *others)
        self._free.append(scratch)

    def _first(self, block: int) -> int:
        return block << self._plan.packing.block

    def _ordered(self, source: Source | list[Stretches], block: int, scratch: Scratch) -> Array:
        """Order a block's rows and count the readings of each slot."""
        plan = self._plan
        buckets = _IN_ORDER if isinstance(source, list) else np.zeros(1 << BUCKET_BITS, np.int64)
        held = self._gathered(source, block, scratch) if isinstance(source, list) else source
        place = 0 if isinstance(source, list) else block
        bounds = np.ascontiguousarray(held.starts[:, place]), np.ascontiguousarray(held.ends[:, place])
        scratch.runs[:] = 0
        ordered = scratch.spare, scratch.runs, scratch.ordered
        loop("order_block")(held.rows, *bounds, plan.packing, plan.details.unit, buckets, *ordered)
        totals = np.zeros(len(plan.concepts), np.int64)
        given = scratch.ordered, scratch.runs, plan.packing, plan.details, self._slots.parts
        loop("count_readings")(*given, self._first(block), scratch.room, self._counts, totals)
        if totals.min() == CROWD:
            self._is_crowded = True
        return totals

    def _scratch(self) -> Scratch:
        try:
            return self._free.pop()
        except IndexError:  # all are in use
            return self._new_scratch()

    def _new_scratch(self) -> Scratch:
        most, is_near = int(self._per_block.sum(axis=0).max()), self._survey.is_near
        source, spare = (most, 0) if is_near else (0, most)
        runs = 1 << (self._plan.packing.block + self._plan.packing.patient - self._plan.packing.slot)
        parted = np.empty((MOST_AT_ONCE, PARTED.width), np.int64)
        joined = np.empty((MOST_AT_ONCE, joined_width(int(self._slots.parts.max()))), np.int64)
        apart = Room(
            parted, parted.view(np.float64), joined, joined.view(np.float64), *np.empty((2, MOST_AT_ONCE), np.int64)
        )
        return Scratch(self._lines(source), self._lines(spare), self._lines(most), np.zeros(runs, np.int64), apart)

    def _lines(self, count: int) -> Array:
        return np.empty((count, self._width), np.int64)

    # what comes out

    def _laid(self) -> tuple[Slots, Laid]:
        """Room for as many readings as there are rows that are held."""
        parts = np.array([len(each.parts) or 1 for each in self._plan.concepts], np.int64)
        slot = self._plan.coding.meanings.slot
        most = np.array([self._survey.per_meaning[slot == each].sum() for each in range(len(parts))], np.int64)
        slots = Slots(parts, np.cumsum(most) - most, np.cumsum(most * parts) - most * parts, most)
        readings, values = int(most.sum()), int((most * parts).sum())
        return slots, Laid(
            times=np.empty(readings, np.int64),
            utc_offset=np.empty(readings, np.int16),
            group=np.empty(readings, np.int64),
            values=np.empty(values, np.int64),
            raw=np.empty(values if self._plan.has_raw else 0, np.int64),
            unit=np.empty(values, np.int16),
            quality=np.zeros(values, np.int16),
            is_told=np.zeros(len(parts), np.int64),
        )

    @cached_property
    def _constants(self) -> Rows:
        """Columns that say the same of every reading, as long as the longest."""
        most = int(self._counts.sum(axis=1).max())
        constant: Rows = {"attribute": np.zeros(most, np.int32), "quality": np.zeros(most, np.int16)}
        constant["recorded"] = np.empty(most, np.int64)
        constant["recorded"][:] = FIRST_TIME
        return constant

    def _columns(self) -> Mapping[tuple[str, str], Rows]:
        found: dict[tuple[str, str], Rows] = {}
        for slot, concept in enumerate(self._plan.concepts):
            offsets = np.append(0, np.cumsum(self._counts[slot]))
            count, space = int(offsets[-1]), int(self._slots.room[slot])
            whole = self._of_readings(int(self._slots.reading[slot]), count)
            for part, name in enumerate(concept.parts or ("",)):
                first = int(self._slots.value[slot]) + part * space
                if count:
                    found[concept.name, name] = {**whole, **self._of_values(slot, first, count), "offsets": offsets}
        return found

    def _of_readings(self, first: int, count: int) -> Rows:
        written = {name: getattr(self._out, name)[first : first + count] for name in ("times", "utc_offset", "group")}
        return {**written, **{name: self._constants[name][:count] for name in ("recorded", "attribute")}}

    def _of_values(self, slot: int, first: int, count: int) -> Rows:
        out, last = self._out, first + count
        values = out.values[first:last].view(np.float64)
        raw = out.raw[first:last].view(np.float64) if self._plan.has_raw else values
        quality = out.quality[first:last] if out.is_told[slot] else self._constants["quality"][:count]
        return {"values": values, "raw": raw, "unit": out.unit[first:last], "quality": quality}
