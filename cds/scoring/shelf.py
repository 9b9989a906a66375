"""Rows put aside on disk under labels, and taken back label by label: what does not fit into memory at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from cds.adapters.tables.arrow import ArrowTable, compute, pa, parquet
from cds.adapters.tables.encoding import is_textual
from cds.population import Array

COMPRESSION: Final = "lz4"
_MOST_SECONDS: Final = (2**63 - 1) // 1000


@dataclass(slots=True)
class Shelf:
    """Tables put aside in a folder. Those of one schema share a file, of which each row group bears a label."""

    folder: Path
    name: str
    _files: "list[_File]" = field(default_factory=list["_File"])

    def put_by(self, labels: Array, table: ArrowTable) -> None:
        """Put each row aside under its own label; those of one label stay in their order."""
        order = np.argsort(labels, kind="stable")
        sorted_labels = labels[order]
        starts = np.flatnonzero(np.diff(sorted_labels, prepend=sorted_labels[:1] - 1))
        rows = with_coded_texts(table).take(pa.array(order))
        file = self._file_for(rows.schema)
        for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(order)], strict=True):
            file.put(int(sorted_labels[start]), rows.slice(start, end - start))

    def labels(self) -> list[int]:
        """The labels in use, in order."""
        return sorted({label for each in self._files for label in each.groups})

    def take(self, label: int) -> Iterator[ArrowTable]:
        """The rows of a label, in the order in which they were put aside: one table for each schema."""
        for each in self._files:
            if label in each.groups:
                yield each.take(each.groups[label])

    def take_in_portions(self, label: int) -> Iterator[ArrowTable]:
        """The same, in the portions in which they were put aside."""
        for each in self._files:
            for group in each.groups.get(label, ()):
                yield each.take([group])

    def _file_for(self, schema: Any) -> "_File":
        for each in self._files:
            if each.schema.equals(schema):
                return each
        made = _File(self.folder / f"{self.name}.{len(self._files)}.parquet", schema)
        self._files.append(made)
        return made


class _File:
    """One Parquet file: written first, then read."""

    def __init__(self, path: Path, schema: Any) -> None:
        self.schema = schema
        self.groups: dict[int, list[int]] = {}
        self._path = path
        self._count = 0
        self._writer: Any = parquet.ParquetWriter(path, schema, compression=COMPRESSION, write_statistics=False)
        self._reader: Any = None

    def put(self, label: int, table: ArrowTable) -> None:
        self._writer.write_table(table, row_group_size=table.num_rows)
        self.groups.setdefault(label, []).append(self._count)
        self._count += 1

    def take(self, groups: Sequence[int]) -> ArrowTable:
        if self._reader is None:
            self._writer.close()
            self._reader = parquet.ParquetFile(self._path)
        return self._reader.read_row_groups(groups)


def with_coded_texts(table: ArrowTable) -> ArrowTable:
    """The table in one piece, each text as a small number that stands for it, and times as Parquet can hold them."""
    columns = [_coded(_storable(each)) for each in table.columns]
    return pa.table(columns, table.schema.names).unify_dictionaries().combine_chunks()


def _storable(column: Any) -> Any:
    """Seconds as milliseconds, as Parquet has no seconds; what is too far off for them stays too far off to be read."""
    kind = column.type
    if not pa.types.is_timestamp(kind) or kind.unit != "s":
        return column
    capped = compute.max_element_wise(column.cast(pa.int64()), -_MOST_SECONDS, skip_nulls=False)
    capped = compute.min_element_wise(capped, _MOST_SECONDS, skip_nulls=False)
    return compute.multiply(capped, 1000).cast(pa.timestamp("ms", kind.tz))


def _coded(column: Any) -> Any:
    kind = column.type
    if pa.types.is_null(kind) or pa.types.is_dictionary(kind) or not is_textual(kind):
        return column
    return column.cast(pa.string()).dictionary_encode()
