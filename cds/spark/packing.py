"""Rows of a table in packages: what the shuffle moves are few large binaries, and not rows.

A package holds the rows of one bucket of patients, of one table, from one task, in their order, as an Arrow stream.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from cds.adapters.tables.arrow import ArrowArray, ArrowBatch, ArrowTable, pa
from cds.adapters.tables.encoding import is_textual

BUCKET: Final = "#bucket"
ROWS_AT_ONCE: Final = 1 << 19
BYTES_AT_ONCE: Final = 1 << 26
PACKAGES: Final = pa.schema(
    [("bucket", pa.int32()), ("table", pa.string()), ("number", pa.int32()), ("rows", pa.binary())]
)
"""number: the place of a package among those of its task."""
_REPEATED: Final = 4  # a text that occurs so often on average is worth a number that stands for it


@dataclass(frozen=True, slots=True)
class Packer:
    """Packs the rows of a table. They have a column BUCKET; owner: the column that says whose a row is."""

    table: str
    owner: str

    def packed(self, batches: Iterable[ArrowBatch]) -> Iterator[ArrowBatch]:
        """The packages of a task, of schema PACKAGES."""
        number = 0
        for rows in _portions(batches):
            packed = [(bucket, _written(each)) for bucket, each in _by_bucket(self._coded(rows))]
            numbers = pa.array(range(number, number + len(packed)), pa.int32())
            buckets, contents = map(pa.array, zip(*packed, strict=True), (pa.int32(), pa.binary()))
            names = pa.array([self.table] * len(packed), pa.string())
            yield pa.RecordBatch.from_arrays([buckets, names, numbers, contents], schema=PACKAGES)
            number += len(packed)

    def _coded(self, rows: ArrowTable) -> ArrowTable:
        """The rows in one piece, with texts that repeat as small numbers."""
        rows = rows.combine_chunks()
        names: list[str] = rows.schema.names
        columns = [each if name == self.owner else _coded(each) for name, each in zip(names, rows.columns, strict=True)]
        return pa.table(columns, names)


def rows_in(package: ArrowArray) -> ArrowTable:
    """The rows of a package, which is a scalar of `PACKAGES.rows`."""
    return pa.ipc.open_stream(package.as_buffer()).read_all()


def _portions(batches: Iterable[ArrowBatch]) -> Iterator[ArrowTable]:
    """The rows in tables of bounded size."""
    held: list[ArrowBatch] = []
    rows = size = 0
    for each in batches:
        if each.num_rows:
            held.append(each)
            rows, size = rows + each.num_rows, size + each.nbytes
        if rows >= ROWS_AT_ONCE or size >= BYTES_AT_ONCE:
            yield pa.Table.from_batches(held)
            held, rows, size = [], 0, 0
    if held:
        yield pa.Table.from_batches(held)


def _by_bucket(rows: ArrowTable) -> Iterator[tuple[int, ArrowTable]]:
    """The rows of each bucket, in their order."""
    bucket = rows[BUCKET].to_numpy()
    order = np.argsort(bucket, kind="stable")
    ends = np.flatnonzero(np.diff(bucket[order])) + 1
    chosen = rows.drop_columns([BUCKET]).take(pa.array(order))
    starts = [0, *ends.tolist()]
    for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
        yield int(bucket[order[start]]), chosen.slice(start, end - start)


def _coded(column: ArrowArray) -> ArrowArray:
    if not is_textual(column.type) or pa.types.is_dictionary(column.type):
        return column
    coded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    return coded if len(coded.dictionary) * _REPEATED <= len(coded) else column


def _written(rows: ArrowTable) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
    return sink.getvalue().to_pybytes()
