"""Who there is in the tables, and whose each row is: one pass over the columns that name patients.

Whose each row is goes to disk, four bytes a row, so that no later pass looks an id up again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from cds.adapters.tables.arrow import ArrowArray, compute, pa
from cds.population import Array
from cds.scoring.pieces import Piece, Pieces
from cds.scoring.steps import Count, Progress

STRANGER: Final = -2  # a row that names somebody who is no patient
UNSIGNED: Final = -1  # a row that names nobody
ROWS_AT_ONCE: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class Span:
    """The positions that the rows of a piece lie between (last exclusive), and whether some are nobody's."""

    first: int
    last: int
    has_strangers: bool


@dataclass(frozen=True)
class Whose:
    """Whose the rows of a table are. spans: of each piece; rows_each: of each patient; strangers: nobody's."""

    file: Path
    spans: Sequence[Span]
    rows_each: Array
    strangers: int

    def of(self, piece: Piece) -> Array:
        """The patient's position for each row of a piece, or STRANGER or UNSIGNED."""
        return np.fromfile(self.file, np.int32, piece.count, offset=4 * piece.first)


@dataclass(frozen=True)
class Census:
    """Everybody. ids: texts in the order of the patients."""

    ids: ArrowArray
    whose: Mapping[str, Whose]


def census_of(tables: Mapping[str, Pieces], folder: Path, progress: Progress) -> Census:
    """Everybody in the table `patients` as they come; without one, everybody whom a row names, by id."""
    named = [tables["patients"]] if "patients" in tables else list(tables.values())
    ids = _unique(_named(named))
    if "patients" not in tables:
        ids = ids.take(compute.sort_indices(ids))
    rows = Count("who", sum(each.rows for each in tables.values()), progress)
    return Census(ids, {name: _whose(each, ids, folder / f"whose.{name}", rows) for name, each in tables.items()})


def _named(tables: Sequence[Pieces]) -> Iterator[ArrowArray]:
    """The ids in each piece, each once, in the order in which they come."""
    for table in tables:
        for piece in table.pieces:
            for column in table.owners(piece):
                once = compute.unique(column)
                once = once.dictionary_decode() if pa.types.is_dictionary(once.type) else once
                yield once.cast(pa.string())


def _unique(columns: Iterator[ArrowArray]) -> ArrowArray:
    """Each text once, in the order in which they come; what is empty is no id."""
    held: list[ArrowArray] = [pa.array([], pa.string())]
    known = count = 0
    for each in columns:
        held.append(each)
        count += len(each)
        if count > 2 * known + ROWS_AT_ONCE:
            held = [compute.unique(pa.chunked_array(held))]
            known = count = len(held[0])
    found = compute.unique(pa.chunked_array(held)).drop_null()
    return found.filter(compute.not_equal(found, ""))


def _whose(table: Pieces, ids: ArrowArray, file: Path, count: Count) -> Whose:
    spans: list[Span] = []
    rows_each = np.zeros(len(ids), np.int64)
    strangers = 0
    with file.open("wb") as out:
        for columns in _in_portions(table):
            for position in _positions(columns, ids):
                position.tofile(out)
                known = position[position >= 0]
                strangers += len(position) - len(known)
                rows_each += np.bincount(known, minlength=len(ids))
                first, last = (int(known.min()), int(known.max()) + 1) if len(known) else (0, 0)
                spans.append(Span(first, last, len(known) < len(position)))
                count.add(len(position))
    return Whose(file, spans, rows_each, strangers)


class _Column(NamedTuple):
    """Whose the rows of a piece are: codes, -1 = nothing there, of these texts."""

    codes: Array
    texts: ArrowArray


def _in_portions(table: Pieces) -> Iterator[list[_Column]]:
    """The column of each piece; several pieces together, for looking up few ids costs as much as looking up many."""
    held: list[_Column] = []
    for piece in table.pieces:
        parts = [_coded(each) for each in table.owners(piece)]
        held.append(parts[0] if len(parts) == 1 else _joined(parts))
        rows, texts = sum(len(each.codes) for each in held), sum(len(each.texts) for each in held)
        if rows >= 4 * ROWS_AT_ONCE or texts >= ROWS_AT_ONCE:
            yield held
            held = []
    if held:
        yield held


def _coded(column: ArrowArray) -> _Column:
    if pa.types.is_null(column.type):
        return _Column(np.full(len(column), UNSIGNED, np.int32), pa.array([], pa.string()))
    if not pa.types.is_dictionary(column.type):
        column = compute.dictionary_encode(column)
    codes = column.indices.cast(pa.int32())
    codes = codes.fill_null(UNSIGNED) if codes.null_count else codes
    return _Column(codes.to_numpy(zero_copy_only=False), column.dictionary.cast(pa.string()))


def _joined(parts: Sequence[_Column]) -> _Column:
    shifts = np.cumsum([0, *(len(each.texts) for each in parts)])
    codes = [np.where(each.codes < 0, UNSIGNED, each.codes + shift) for each, shift in zip(parts, shifts, strict=False)]
    texts = pa.chunked_array([each.texts for each in parts], pa.string()).combine_chunks()
    return _Column(np.concatenate([np.zeros(0, np.int32), *codes]).astype(np.int32), texts)


def _positions(columns: Sequence[_Column], ids: ArrowArray) -> Iterator[Array]:
    """For each row of each column the position of its id, or STRANGER or UNSIGNED."""
    texts = pa.chunked_array([each.texts for each in columns], pa.string()).combine_chunks()
    places = compute.index_in(texts, value_set=ids).fill_null(STRANGER).to_numpy(zero_copy_only=False)
    places = np.where(compute.is_null(texts).to_numpy(zero_copy_only=False), UNSIGNED, places).astype(np.int32)
    start = 0
    for each in columns:
        end = start + len(each.texts)
        yield np.append(places[start:end], np.int32(UNSIGNED))[each.codes]
        start = end
