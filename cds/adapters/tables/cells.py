"""Cells of the tables of spans, doses and dispenses: whole columns at once, with what cannot be read noted by row."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from cds.adapters.medicine_quantity import stated
from cds.adapters.rows import read_atc
from cds.adapters.tables.arrow import ArrowArray, ArrowBatch, compute, pa
from cds.adapters.tables.encoding import coded, given, looked_up, moments, numbers
from cds.adapters.tables.facts import column_of, settled
from cds.adapters.tables.kernels import DATE, MISSING, UNREADABLE
from cds.adapters.tables.loops import loop
from cds.adapters.tables.notes import Notes
from cds.adapters.tables.opened import Opened
from cds.adapters.tables.people import People
from cds.adapters.tables.specification import TEXT
from cds.codes import ATTRIBUTE_WORDS
from cds.operators.reasons import KNOWN, NOT_CERTAIN
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.population import Array

_TRUTH: Final = {"true": 1, "false": 0}
_NOT_UNDERSTOOD: Final = 2
_BETWEEN: Final = "\0"

Medicine = tuple[str, ...]  # ATC codes, sorted; () = not known


@dataclass(frozen=True)
class Cells:
    """A batch of a table, its rows those of somebody who is known. rows: their numbers in the table."""

    table: str
    batch: ArrowBatch
    rows: Array
    patient: Array
    people: People
    notes: Notes

    @property
    def count(self) -> int:
        """How many rows."""
        return len(self.rows)

    def note(self, where: Array, column: str, code: str, **words: str) -> None:
        """Note the rows that a mask marks."""
        self.notes.add_rows(self.table, self.rows[where], column, self.patient[where], code, **words)

    def keep(self, where: Array) -> "Cells":
        """The rows that a mask marks."""
        if where.all():
            return self
        batch = self.batch.filter(pa.array(where))
        return Cells(self.table, batch, self.rows[where], self.patient[where], self.people, self.notes)

    def times(self, name: str, absent: int = FIRST_TIME) -> tuple[Array, Array]:
        """Instants of a column, `absent` where none can be read, and what is wrong with each; unreadable ones noted."""
        held = column_of(self.batch, name)
        if held is None:
            return np.full(self.count, absent, np.int64), np.full(self.count, MISSING, np.int8)
        read = moments(held)
        time = settled(read, self.patient, self.people)
        if not len(read.when):
            return time, np.zeros(self.count, np.int8)
        when = read.when
        self.note(when == UNREADABLE, name, "time_not_understood")
        return np.where((when == MISSING) | (when == UNREADABLE), absent, time), when

    def recorded(self) -> Array:
        """When each row became known, FIRST_TIME = not stated."""
        return self.times("recorded")[0]

    def attribute(self, name: str) -> Array:
        """The attribute bits of a column of words."""
        held = column_of(self.batch, name)
        if held is None:
            return np.zeros(self.count, np.int32)
        known = ATTRIBUTE_WORDS[name]
        bits = coded(held).looked_up(lambda text: int(known.get(text, -1)), 0, np.int32)
        self.note(bits == -1, name, "word_not_known", cure=f"; write one of {', '.join(known)}")
        return np.where(bits == -1, 0, bits)

    def numbers(self, name: str) -> tuple[Array, Array, Array]:
        """Numbers of a column, which rows hold none, and which hold something that is none."""
        value, absent = np.zeros(self.count, np.float64), np.ones(self.count, np.bool_)
        held, words = column_of(self.batch, name), column_of(self.batch, name + TEXT)
        if held is not None:
            value, missing = numbers(held)
            absent = missing if len(missing) else np.zeros(self.count, np.bool_)
        strange = np.zeros(self.count, np.bool_) if words is None else words.is_valid().to_numpy(zero_copy_only=False)
        strange = strange & absent | ~absent & ~np.isfinite(value)
        return np.where(strange | absent, 0.0, value), absent & ~strange, strange

    def amount(self, name: str, kinds: dict[str, int]) -> tuple[Array, Array]:
        """Amounts of medicine, and what each counts, by number in `kinds`, which grows; 0 where that is not told."""
        value, absent, strange = self.numbers(name)
        held = column_of(self.batch, f"{name}_unit")
        if held is None:
            return value, np.zeros(self.count, np.int16)
        units = coded(held)
        size = units.looked_up(lambda text: one.value if (one := stated(1.0, text)) else np.nan, np.nan, np.float64)
        kind = units.looked_up(
            lambda text: kinds.setdefault(one.unit, len(kinds) + 1) if (one := stated(1.0, text)) else 0, 0
        )
        sized = value * size
        is_told = ~absent & ~strange & (sized > 0.0)
        return np.where(is_told, sized, value), np.where(is_told, kind, 0)

    def certain(self) -> Array:
        """Whether each row is certain; what cannot be read is not."""
        held = column_of(self.batch, "certain")
        if held is None:
            return np.ones(self.count, np.bool_)
        if pa.types.is_boolean(held.type):
            said = held.fill_null(True).to_numpy(zero_copy_only=False).astype(np.int16)
        else:
            said = coded(held).looked_up(lambda text: _TRUTH.get(text, _NOT_UNDERSTOOD), 1)
        self.note(said == _NOT_UNDERSTOOD, "certain", "certainty_not_understood")
        self.note(said == 0, "", "not_certain")
        return said == 1

    def span(self) -> tuple[Array, Array, Array, Array]:
        """Start, when it became known, end and quality; one that cannot be read in full stays, not certain."""
        start, start_when = self.times("from")
        end, end_when = self.times("to", LAST_TIME)
        days = np.flatnonzero(end_when == DATE)
        if len(days):
            ends = np.empty(len(days), np.int64)
            loop("end_days")(given(end[days]), given(self.patient[days]), self.people.zones, ends)
            end[days] = ends
        is_certain = self.certain()
        is_reversed = (end < start) | ((end == start) & (end_when == DATE))
        self.note(is_reversed, "", "period_reversed")
        is_read = (start_when != UNREADABLE) & (end_when != UNREADABLE) & ~is_reversed
        quality = np.where(is_certain & is_read, KNOWN, NOT_CERTAIN)
        return start, self.recorded(), np.where(is_reversed, LAST_TIME, end), quality

    def words(self, name: str, meant: Callable[[str], int], absent: int) -> Array:
        """For each row what the function says of its text in a column, or `absent`."""
        held = column_of(self.batch, name)
        return np.full(self.count, absent, np.int16) if held is None else coded(held).looked_up(meant, absent)

    def atc(self) -> tuple[Array, Sequence[Medicine]]:
        """The medicine of each row, by position among those that occur; () where one of its codes cannot be read."""
        held = column_of(self.batch, "atc")
        if held is None:
            return np.zeros(self.count, np.int32), [()]
        is_list = pa.types.is_list(held.type) or pa.types.is_large_list(held.type)
        codes, texts = coded(_joined(held) if is_list else held)
        read = [read_atc(_parted(each) if is_list else [each]) for each in texts]
        known = sorted({(), *(each for each in read if each)})
        place = {each: number for number, each in enumerate(known)}
        is_strange = looked_up(codes, np.array([False, *(each is None for each in read)], np.bool_))
        self.note(is_strange, "atc", "medicine_not_read")
        return looked_up(codes, np.array([0, *(place[each or ()] for each in read)], np.int32)), known


def _joined(lists: ArrowArray) -> ArrowArray:
    """Lists of texts as texts, which `_parted` takes apart again; what is empty in a list is an empty text."""
    made = pa.LargeListArray if pa.types.is_large_list(lists.type) else pa.ListArray
    filled = made.from_arrays(lists.offsets, lists.values.cast(pa.string()).fill_null(""))
    count = compute.list_value_length(lists).cast(pa.string())
    return compute.binary_join_element_wise(count, compute.binary_join(filled, _BETWEEN), _BETWEEN)


def _parted(joined: str) -> list[str]:
    """The texts of a list; one that cannot be a code when they hold what stands between them."""
    count, *texts = joined.split(_BETWEEN)
    return [] if count == "0" else texts if len(texts) == int(count) else [""]


def cells_of(opened: Opened, people: People, notes: Notes) -> Iterator[Cells]:
    """The batches of a table; rows of nobody who is known are noted and left out."""
    for first, batch in opened.parts():
        patient = people.positions(batch["patient"])
        rows: Array = np.arange(first, first + int(batch.num_rows))
        notes.add_strangers(opened.name, first, batch["patient"], patient)
        cells = Cells(opened.name, batch, rows, patient, people, notes)
        yield cells if np.all(patient >= 0) else cells.keep(patient >= 0)
