"""Tables to Parquet block by block: in the order of patients, or in no order at all.

Shuffled, a table is written in two passes, so that no more than one row group is ever held. First each row of a block
of patients goes to one of several scratch files, drawn anew for each row; then each scratch file is read, shuffled and
written as one row group. Every order of the whole table is as likely as any other: each row group holds rows of
patients from the whole population.
"""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
import pyarrow.parquet as parquet

from population.columns import Array, Columns, Layout, Random, arrow_schema, arrow_table, line_type, lines

ROWS_PER_GROUP: Final = 1 << 20


class InOrder:
    """Writes a table whose blocks come in the order of patients; the rows of a block are put in that order."""

    def __init__(self, file: Path, layout: Layout) -> None:
        self._layout = layout
        self._writer = parquet.ParquetWriter(file, arrow_schema(layout))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    def add(self, columns: Columns) -> None:
        """Write a block."""
        order = np.argsort(columns[next(iter(self._layout))], kind="stable")
        rows = lines(self._layout, columns)[order]
        self._writer.write_table(arrow_table(self._layout, rows), row_group_size=ROWS_PER_GROUP)


class Shuffled:
    """Writes a table in no order at all. rows: how many are expected, which tells the number of row groups."""

    def __init__(self, file: Path, layout: Layout, rows: int, random: Random) -> None:
        self._file = file
        self._layout = layout
        self._random = random
        count = max(-(-rows // ROWS_PER_GROUP), 1)
        self._scratch = [file.with_suffix(f".{place}.rows") for place in range(count)]
        self._open = [each.open("wb") for each in self._scratch]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in self._open:
            each.close()
        if kind is None:
            self._write()
        for each in self._scratch:
            each.unlink(missing_ok=True)

    def add(self, columns: Columns) -> None:
        """Deal the rows of a block out to the scratch files."""
        rows = lines(self._layout, columns)
        bins = self._random.integers(0, len(self._open), len(rows), np.uint16)
        order = np.argsort(bins, kind="stable")
        ends = np.cumsum(np.bincount(bins, minlength=len(self._open)))
        for out, part in zip(self._open, np.split(rows[order], ends[:-1]), strict=True):
            part.tofile(out)

    def _write(self) -> None:
        with parquet.ParquetWriter(self._file, arrow_schema(self._layout)) as writer:
            for rows in self._groups():
                writer.write_table(arrow_table(self._layout, rows), row_group_size=len(rows) or 1)

    def _groups(self) -> Iterator[Array]:
        for each in self._scratch:
            rows = np.fromfile(each, line_type(self._layout))
            yield rows[self._random.permutation(len(rows))]
            each.unlink()
