"""Rows that are written piece by piece, column by column, and become one Arrow table."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from cds.adapters.tables.arrow import ArrowTable, pa
from cds.adapters.tables.specification import TABLES, Type
from cds.population import Array

NO_NUMBER: Final = np.nan
NO_TIME: Final = np.iinfo(np.int64).min
NO_TEXT: Final = -1
_TYPES: Final[dict[Type, Any]] = {
    "id": np.int32,
    "text": np.int32,
    "number": np.float64,
    "time": np.int64,
    "date": np.int32,
    "boolean": np.int8,
    "codes": np.int32,
}
_NONE: Final[dict[Type, Any]] = {
    "id": NO_TEXT,
    "text": NO_TEXT,
    "number": NO_NUMBER,
    "time": NO_TIME,
    "date": np.iinfo(np.int32).min,
    "boolean": -1,
    "codes": NO_TEXT,
}


@dataclass
class Sheet:
    """The rows of one table. name: of a table of `cds.adapters.tables.specification`."""

    name: str
    size: int = 0
    _pieces: dict[str, list[Array]] = field(default_factory=dict[str, list[Array]])
    _words: dict[str, dict[Any, int]] = field(default_factory=dict[str, dict[Any, int]])

    def add(self, count: int, **cells: Any) -> None:
        """Add rows. Each column is one cell for all of them, or an array with one cell for each.

        Times are microseconds of clock time since 1970 and dates are days since then; texts are texts, or arrays of
        them. A column that is not named is empty in these rows.
        """
        if not count:
            return
        for column in TABLES[self.name]:
            cell = cells.pop(column.name, None)
            held = self._coded(column.name, column.type, cell)
            self._pieces.setdefault(column.name, []).append(np.broadcast_to(held, count).astype(_TYPES[column.type]))
        if cells:
            raise KeyError(f"the table {self.name} has no column {sorted(cells)}")
        self.size += count

    def _coded(self, name: str, kind: Type, cell: Any) -> Array:
        if cell is None:
            return np.array(_NONE[kind])
        if kind not in ("id", "text", "codes"):
            return np.asarray(cell)
        words = self._words.setdefault(name, {})
        if isinstance(cell, np.ndarray):
            return np.array([words.setdefault(each, len(words)) for each in cell.tolist()], np.int32)
        return np.array(words.setdefault(cell, len(words)), np.int32)

    def table(self) -> ArrowTable:
        """All rows, with every column of the table."""
        made: dict[str, Any] = {}
        for column in TABLES[self.name]:
            pieces = self._pieces.get(column.name)
            cells = np.concatenate(pieces) if pieces else np.zeros(0, _TYPES[column.type])
            is_empty = np.isnan(cells) if column.type == "number" else cells == _NONE[column.type]
            made[column.name] = self._arrow(column.name, column.type, cells, is_empty)
        return pa.table(made)

    def _arrow(self, name: str, kind: Type, cells: Array, is_empty: Array) -> Any:
        if kind == "number":
            return pa.array(cells, mask=is_empty)
        if kind == "time":
            return pa.array(cells, pa.timestamp("us"), mask=is_empty)
        if kind == "date":
            return pa.array(cells, pa.int32(), mask=is_empty).cast(pa.date32())
        if kind == "boolean":
            return pa.array(cells == 1, mask=is_empty)
        words = list(self._words.get(name, {}))
        if kind == "codes":
            lists = pa.array([list(each) for each in words], pa.list_(pa.string()))
            return lists.take(pa.array(cells, mask=is_empty))
        return pa.array(words, pa.string()).take(pa.array(cells, mask=is_empty))
