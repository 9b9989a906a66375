"""Takes rows for our own tables: those whose times are of one kind together, and where each came from."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from cds.adapters.omop.cells import CLOCK, DATE, INSTANT, NONE, Times
from cds.adapters.omop.origin import Chunk, Origin
from cds.adapters.tables.arrow import ArrowArray, ArrowBatch, ArrowTable, pa, parquet
from cds.operators.series import MICROSECONDS_PER_DAY
from cds.population import Array

_KINDS: Final = 4
_COMPRESSION: Final = "lz4"


class Store(Protocol):
    """Where the rows of one table and kind are kept."""

    def put(self, batch: ArrowBatch) -> None:
        """Append rows."""
        ...

    def done(self) -> object:
        """What the reader of tables takes: a table, or a file."""
        ...


class _InMemory:
    def __init__(self) -> None:
        self._batches: list[ArrowBatch] = []

    def put(self, batch: ArrowBatch) -> None:
        self._batches.append(batch)

    def done(self) -> ArrowTable:
        return pa.Table.from_batches(self._batches)


class _OnDisk:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._writer: Any = None

    def put(self, batch: ArrowBatch) -> None:
        self._writer = self._writer or parquet.ParquetWriter(self._file, batch.schema, compression=_COMPRESSION)
        self._writer.write_batch(batch)

    def done(self) -> Path:
        self._writer.close()
        return self._file


Key = tuple[str, int, str]  # table, kinds of its times, and schema: the files of a table may have other columns


class Sink:
    """The tables so far. folder: where their rows are put as Parquet, None = they stay in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._stores: dict[Key, Store] = {}
        self._chunks: dict[Key, list[Chunk]] = {}

    def put(
        self, table: str, source: str, first: int, is_ours: Array, columns: Mapping[str, ArrowArray | Times]
    ) -> None:
        """Take rows of a batch of an OMOP table.

        source: the OMOP table; first: number of the batch's first row; is_ours: which of its rows; columns: of the
        whole batch.
        """
        kinds = np.zeros(len(is_ours), np.int32)
        for each in columns.values():
            if isinstance(each, Times):
                kinds = kinds * _KINDS + np.where(each.kind == NONE, DATE, each.kind)
        for kind in np.unique(kinds[is_ours]).tolist():
            rows = is_ours & (kinds == kind)
            batch = _chosen(rows, columns)
            key = table, kind, str(batch.schema)
            bits = None if rows.all() else np.packbits(rows)
            self._store(key).put(batch)
            self._chunks.setdefault(key, []).append(Chunk(source, first, int(batch.num_rows), bits))

    def _store(self, key: Key) -> Store:
        if key not in self._stores:
            name = f"cdm.{key[0]}.{len(self._stores)}.parquet"
            self._stores[key] = _InMemory() if self._folder is None else _OnDisk(self._folder / name)
        return self._stores[key]

    def tables(self) -> Mapping[str, Sequence[object]]:
        """What was taken, for the reader of tables."""
        found: dict[str, list[object]] = {}
        for key in sorted(self._stores):
            found.setdefault(key[0], []).append(self._stores[key].done())
        return found

    def origin(self) -> Origin:
        """Where each row came from."""
        found: dict[str, list[Chunk]] = {}
        for key in sorted(self._chunks):
            found.setdefault(key[0], []).extend(self._chunks[key])
        return Origin(found)


def _chosen(rows: Array, columns: Mapping[str, ArrowArray | Times]) -> ArrowBatch:
    """Some rows of columns, whose times there are of one kind."""
    mask = None if rows.all() else pa.array(rows)
    made = [
        _moments(each, rows) if isinstance(each, Times) else each if mask is None else each.filter(mask)
        for each in columns.values()
    ]
    return pa.RecordBatch.from_arrays(made, [*columns])


def _moments(times: Times, rows: Array) -> ArrowArray:
    """Times of one kind as Arrow has them: dates, timestamps without a zone, or instants."""
    ticks, kind = times.ticks[rows], times.kind[rows]
    if len(kind) and kind.max() == CLOCK:
        return pa.array(ticks, pa.timestamp("us"))
    if len(kind) and kind.max() == INSTANT:
        return pa.array(ticks, pa.timestamp("us", "UTC"))
    day = (ticks // MICROSECONDS_PER_DAY).astype(np.int32)
    return pa.array(day, pa.int32(), mask=kind == NONE).cast(pa.date32())
