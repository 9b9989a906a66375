"""The tables of a source in pieces that can be read one by one: row groups of Parquet files.

What comes in another format is first copied, a little at a time, to Parquet in a folder of our own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from cds.adapters.tables.arrow import ArrowArray, ArrowBatch, ArrowTable, compute, pa, parquet
from cds.adapters.tables.encoding import is_textual
from cds.adapters.tables.opened import Opened
from cds.adapters.tables.source import checked, file_of, known_columns, readable, tables_in, with_words
from cds.adapters.tables.specification import TABLES
from cds.adapters.tables.stream import stream
from cds.population import Array
from cds.scoring.shelf import COMPRESSION, with_coded_texts
from cds.scoring.steps import Progress

ROWS_COPIED_AT_ONCE: Final = 1 << 19
OWNERS: Final[Mapping[str, str]] = {name: "id" if name == "patients" else "patient" for name in TABLES}


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive rows of a table. first: number of the first of them in the table; count: how many."""

    file: "_File"
    group: int
    first: int
    count: int


@dataclass(slots=True)
class Pieces:
    """A table. unknown: columns that it has and that are not read; rows: how many in all."""

    name: str
    pieces: list[Piece] = field(default_factory=list[Piece])
    unknown: dict[str, None] = field(default_factory=dict[str, None])
    rows: int = 0

    @property
    def owner(self) -> str:
        """The column that says whose a row is."""
        return OWNERS[self.name]

    def add(self, file: "_File") -> None:
        """Append the rows of a file."""
        for group, count in enumerate(file.counts):
            self.pieces.append(Piece(file, group, self.rows, count))
            self.rows += count

    def owners(self, piece: Piece) -> list[ArrowArray]:
        """Whose each row of a piece is, as it is written there, in one array after another."""
        return [batch[self.owner] for batch in piece.file.read(piece.group, [self.owner])]

    def facts(self, piece: Piece) -> list[ArrowBatch]:
        """The rows of a piece; whose they are only where they say nothing else."""
        return piece.file.read(piece.group, self._facts_in(piece))

    def facts_in_batches(self, piece: Piece, most: int) -> Iterator[ArrowBatch]:
        """The same, at most so many rows at once."""
        return piece.file.batches(piece.group, self._facts_in(piece), most)

    def _facts_in(self, piece: Piece) -> list[str]:
        return [each for each in piece.file.names if each != self.owner] or [self.owner]


@dataclass(frozen=True, slots=True)
class _File:
    """A Parquet file. names: its columns that are read; is_ours: whether it is a copy, which needs no looking at."""

    table: str
    path: Path
    reader: Any
    names: Sequence[str]
    is_ours: bool

    @property
    def counts(self) -> list[int]:
        held = self.reader.metadata
        return [held.row_group(group).num_rows for group in range(held.num_row_groups)]

    def read(self, group: int, names: Sequence[str]) -> list[ArrowBatch]:
        with readable(self.table, self.path):
            return self._made(self.reader.read_row_group(group, columns=names))

    def batches(self, group: int, names: Sequence[str], most: int) -> Iterator[ArrowBatch]:
        with readable(self.table, self.path):
            for batch in self.reader.iter_batches(batch_size=most, row_groups=[group], columns=names):
                yield from self._made(pa.table(batch))

    def _made(self, table: ArrowTable) -> list[ArrowBatch]:
        if self.is_ours:
            return table.unify_dictionaries().to_batches()
        return [with_words(each) for each in checked(self.table, table)]


def pieces_of(source: object, folder: Path, progress: Progress) -> tuple[Mapping[str, Pieces], object]:
    """The tables of a source, and what its manifest says (None = it has none).

    source: as for `Ruleset.read_tables`. folder: for copies of what is not Parquet. PatientError when a table as a
    whole cannot be read.
    """
    given, manifest = tables_in(source)
    return {name: _pieces(name, each, folder, progress) for name, each in given.items()}, manifest


def _pieces(name: str, given: object, folder: Path, progress: Progress) -> Pieces:
    found = Pieces(name)
    many: list[object] = list(given) if isinstance(given, list | tuple) else [given]  # pyright: ignore[reportUnknownArgumentType]
    for number, each in enumerate(many):
        file = file_of(name, each) if isinstance(each, str | Path) else each
        if isinstance(file, Path) and file.suffix == ".parquet":
            found.add(_opened(found, file))
        else:
            found.add(_copied(found, file, folder / f"copy.{name}.{number}.parquet", progress))
    return found


def _opened(table: Pieces, file: Path) -> _File:
    with readable(table.name, file):
        schema = parquet.read_schema(file)
        known, unknown = known_columns(table.name, schema.names)
        table.unknown.update(dict.fromkeys(unknown))
        checked(table.name, schema.empty_table().select(known))
        texts = [each for each in known if is_textual(schema.field(each).type)]
        return _File(table.name, file, parquet.ParquetFile(file, read_dictionary=texts), known, is_ours=False)


def _copied(table: Pieces, given: object, to: Path, progress: Progress) -> _File:
    """A copy in Parquet; of nothing, when there are no rows."""
    writer: Any = None
    done = table.rows
    for rows in _in_portions(stream(table.name, given, table.unknown)):
        coded = with_coded_texts(rows)
        writer = writer or parquet.ParquetWriter(to, coded.schema, compression=COMPRESSION)
        writer.write_table(coded, row_group_size=coded.num_rows)
        done += coded.num_rows
        progress("copy", done, 0)
    if writer is None:
        parquet.write_table(pa.table({table.owner: pa.array([], pa.string())}), to)
    else:
        writer.close()
    reader = parquet.ParquetFile(to)
    return _File(table.name, to, reader, reader.schema_arrow.names, is_ours=True)


def _in_portions(batches: Iterable[ArrowBatch]) -> Iterator[ArrowTable]:
    """The batches as tables large enough for a row group of their own."""
    held: list[ArrowBatch] = []
    for each in batches:
        held.append(each)
        if sum(part.num_rows for part in held) >= ROWS_COPIED_AT_ONCE:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


def rows_of_one(table: Pieces, patient: str) -> tuple[Opened, Array]:
    """The rows of one patient, and their numbers in the table."""
    batches: list[ArrowBatch] = []
    rows: list[Array] = [np.zeros(0, np.int64)]
    for piece in table.pieces:
        owners = pa.chunked_array([each.cast(pa.string()) for each in table.owners(piece)], pa.string())
        is_theirs = compute.equal(owners, patient).fill_null(False).combine_chunks()
        if is_theirs.true_count:
            rows.append(np.flatnonzero(is_theirs.to_numpy(zero_copy_only=False)) + piece.first)
            batches += _of_one(table, piece, patient, is_theirs)
    return Opened.of(table.name, batches, [*table.unknown]), np.concatenate(rows)


def _of_one(table: Pieces, piece: Piece, patient: str, is_theirs: ArrowArray) -> Iterator[ArrowBatch]:
    start = 0
    for batch in table.facts(piece):
        chosen = batch.filter(is_theirs.slice(start, batch.num_rows))
        start += batch.num_rows
        if chosen.num_rows:
            facts = chosen.drop_columns([table.owner]) if table.owner in chosen.schema.names else chosen
            owner = pa.array([patient] * chosen.num_rows, pa.string())
            yield pa.RecordBatch.from_arrays([owner, *facts.columns], [table.owner, *facts.schema.names])
