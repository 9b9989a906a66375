"""A population in blocks of consecutive patients, each block with all rows of its patients and of nobody else.

A table whose rows lie near those of the same patients is read where it is; any other is first put aside on disk, block
by block. Rows of nobody who is known are spread over the blocks, so that they are told of like any other.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import numpy as np

from cds.adapters.tables.arrow import ArrowArray, ArrowBatch, ArrowTable, pa
from cds.adapters.tables.opened import Opened
from cds.population import Array
from cds.scoring.census import STRANGER, UNSIGNED, Census, Span, Whose
from cds.scoring.pieces import Piece, Pieces
from cds.scoring.shelf import Shelf
from cds.scoring.steps import Count, Progress

MOST_READINGS: Final = 4.0
"""How often a table may be read where it is, before putting it aside is cheaper."""
_POSITION: Final = "#position"
_ROW: Final = "#row"


@dataclass(frozen=True, slots=True)
class Block:
    """Patients first to last (exclusive). tables: their rows; rows: what number each had in its table."""

    first: int
    last: int
    ids: ArrowArray
    tables: Mapping[str, Opened]
    rows: Mapping[str, Array]


@dataclass(frozen=True)
class Blocks:
    """Where the blocks end. bounds: first position of each, and the number of patients."""

    census: Census
    bounds: Array

    @property
    def count(self) -> int:
        """How many blocks."""
        return len(self.bounds) - 1

    def of(self, position: Array, rows: Array, total: int) -> Array:
        """The block of each row of a table of `total` rows. position: as in `Whose`; rows: their numbers."""
        found = np.searchsorted(self.bounds[1:], position, "right")
        return np.where(position < 0, rows * self.count // max(total, 1), found)


def blocks_of(census: Census, weight_each: Array, most: float) -> Blocks:
    """Blocks of about the same weight, at most `most` and one patient's more. weight_each: of each patient."""
    ends: Array = np.cumsum(weight_each)
    if not len(ends):
        return Blocks(census, np.zeros(2, np.int64))
    total = float(ends[-1])
    count = max(math.ceil(total / most), 1)
    cuts = {int(np.searchsorted(ends, total * part / count)) + 1 for part in range(1, count)}
    return Blocks(census, np.array(sorted({0, *cuts, len(ends)}), np.int64))


class Taken(NamedTuple):
    """Rows of one block. position: whose each is, as in `Whose`; row: its number in the table."""

    batch: ArrowBatch
    position: Array
    row: Array


class Where(Protocol):
    """Where the rows of a table are found."""

    def take(self, block: int) -> Iterable[Taken]:
        """The rows of a block, in their order."""
        ...


def where_of(table: Pieces, blocks: Blocks, folder: Path, rows_at_once: int, progress: Progress) -> Where:
    """The table as it is where that is cheap, else put aside in the folder."""
    whose = blocks.census.whose[table.name]
    needed = [
        _blocks_of(piece, span, blocks, table.rows) for piece, span in zip(table.pieces, whose.spans, strict=True)
    ]
    read = sum(piece.count * len(each) for piece, each in zip(table.pieces, needed, strict=True))
    if read <= MOST_READINGS * table.rows:
        by_block = [[p for p, each in zip(table.pieces, needed, strict=True) if k in each] for k in range(blocks.count)]
        return _InPlace(table, whose, blocks, by_block)
    return _Aside(_put_aside(table, whose, blocks, Shelf(folder, f"aside.{table.name}"), rows_at_once, progress))


def _blocks_of(piece: Piece, span: Span, blocks: Blocks, total: int) -> set[int]:
    """The blocks of which a piece may hold rows."""
    ends = np.array([piece.first, piece.first + piece.count - 1])
    known = blocks.of(np.array([span.first, span.last - 1]), ends, total)
    strange = blocks.of(np.full(2, STRANGER), ends, total)
    found = set(range(known[0], known[1] + 1)) if span.first < span.last else set[int]()
    return found | set(range(strange[0], strange[1] + 1)) if span.has_strangers else found


@dataclass(frozen=True)
class _InPlace:
    table: Pieces
    whose: Whose
    blocks: Blocks
    pieces: Sequence[Sequence[Piece]]

    def take(self, block: int) -> Iterator[Taken]:
        for piece in self.pieces[block]:
            position, row = self.whose.of(piece), np.arange(piece.first, piece.first + piece.count)
            is_ours = self.blocks.of(position, row, self.table.rows) == block
            start = 0
            for batch in self.table.facts(piece) if is_ours.any() else ():
                part = slice(start, start + batch.num_rows)
                start = part.stop
                if is_ours[part].any():
                    chosen = is_ours[part]
                    yield Taken(_chosen(batch, chosen), position[part][chosen], row[part][chosen])


def _chosen(batch: ArrowBatch, chosen: Array) -> ArrowBatch:
    """The rows that a mask marks; without a copy where they stand together."""
    first, count = int(np.argmax(chosen)), int(np.count_nonzero(chosen))
    return batch.slice(first, count) if chosen[first : first + count].all() else batch.filter(pa.array(chosen))


@dataclass(frozen=True)
class _Aside:
    shelf: Shelf

    def take(self, block: int) -> Iterator[Taken]:
        for table in self.shelf.take(block):
            for batch in table.unify_dictionaries().to_batches():
                position, row = (batch[name].to_numpy() for name in (_POSITION, _ROW))
                yield Taken(batch.drop_columns([_POSITION, _ROW]), position, row)


def _put_aside(
    table: Pieces, whose: Whose, blocks: Blocks, shelf: Shelf, rows_at_once: int, progress: Progress
) -> Shelf:
    count = Count("sort", table.rows, progress)
    for rows in _in_portions(_numbered(table, whose, rows_at_once), rows_at_once):
        position, row = (rows[name].to_numpy() for name in (_POSITION, _ROW))
        shelf.put_by(blocks.of(position, row, table.rows), rows)
        count.add(rows.num_rows)
    return shelf


def _numbered(table: Pieces, whose: Whose, most: int) -> Iterator[ArrowBatch]:
    """The rows of a table with their numbers and whose they are."""
    for piece in table.pieces:
        position, start = whose.of(piece), 0
        for batch in table.facts_in_batches(piece, most):
            end = start + int(batch.num_rows)
            row: Array = np.arange(piece.first + start, piece.first + end)
            numbered = batch.append_column(_POSITION, pa.array(position[start:end]))
            yield numbered.append_column(_ROW, pa.array(row))
            start = end


def _in_portions(batches: Iterable[ArrowBatch], most: int) -> Iterator[ArrowTable]:
    """The batches of one schema after another, together as long as they are few rows."""
    held: list[ArrowBatch] = []
    for each in batches:
        count = sum(part.num_rows for part in held)
        if held and (count + each.num_rows > most or not held[0].schema.equals(each.schema)):
            yield pa.Table.from_batches(held)
            held = []
        held.append(each)
    if held:
        yield pa.Table.from_batches(held)


@dataclass(frozen=True)
class Streams:
    """Everything in the tables, to be taken block by block."""

    tables: Mapping[str, Pieces]
    blocks: Blocks
    where: Mapping[str, Where]

    def __iter__(self) -> Iterator[Block]:
        for number in range(self.blocks.count):
            yield self._block(number)

    def _block(self, number: int) -> Block:
        first, last = self.blocks.bounds[number : number + 2].tolist()
        ids = self.blocks.census.ids.slice(first, last - first)
        taken = {name: list(where.take(number)) for name, where in self.where.items()}
        tables: dict[str, Opened] = {}
        for name, found in taken.items():
            owner = self.tables[name].owner
            batches = [_owned(each, owner, first, ids) for each in found]
            unknown = [*self.tables[name].unknown] if number == 0 else []
            tables[name] = Opened.of(name, batches, unknown)
        rows = {name: np.concatenate([_NO_ROWS, *(each.row for each in found)]) for name, found in taken.items()}
        return Block(first, last, ids, tables, rows)


_NO_ROWS: Final = np.zeros(0, np.int64)


def _owned(taken: Taken, owner: str, first: int, ids: ArrowArray) -> ArrowBatch:
    """The rows with whose they are: an empty id for a stranger, none for nobody."""
    codes = np.where(taken.position == STRANGER, len(ids), taken.position - first).astype(np.int32)
    column = pa.DictionaryArray.from_arrays(
        pa.array(codes, mask=taken.position == UNSIGNED), pa.concat_arrays([ids, pa.array([""], pa.string())])
    )
    batch = taken.batch.drop_columns([owner]) if owner in taken.batch.schema.names else taken.batch
    return pa.RecordBatch.from_arrays([column, *batch.columns], [owner, *batch.schema.names])


def streams_of(
    tables: Mapping[str, Pieces], blocks: Blocks, folder: Path, rows_at_once: int, progress: Progress
) -> Streams:
    """The tables, each where it is or put aside in the folder, at most so many rows in memory meanwhile."""
    where = {name: where_of(each, blocks, folder, rows_at_once, progress) for name, each in tables.items()}
    return Streams(tables, blocks, where)
