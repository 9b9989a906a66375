"""Tables as NumPy columns on their way to a file: small numbers for texts, and one number that stands for nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Array = NDArray[Any]
Columns = dict[str, Array]
Random = np.random.Generator

NO_TIME: Final = np.iinfo(np.int64).min
NO_TEXT: Final = -1
NO_NUMBER: Final = np.inf  # NaN is kept as it is: meters do send it
NO_DATE: Final = np.iinfo(np.int32).min

Kind = Literal["id", "time", "date", "number", "text", "boolean"]
_NOTHING: Final[Mapping[Kind, Any]] = {"time": NO_TIME, "date": NO_DATE, "number": NO_NUMBER, "text": NO_TEXT}
_NUMPY: Final[Mapping[Kind, Any]] = {
    "id": np.int64,
    "time": np.int64,
    "date": np.int32,
    "number": np.float64,
    "text": np.int16,
    "boolean": np.bool_,
}
_ARROW: Final[Mapping[Kind, Any]] = {
    "id": pa.int64(),
    "time": pa.timestamp("us", "UTC"),
    "date": pa.date32(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}


@dataclass(frozen=True)
class Column:
    """A column of a table. words: what the numbers of a text stand for, NO_TEXT = nothing."""

    kind: Kind
    words: Sequence[str] = ()


Layout = Mapping[str, Column]


def line_type(layout: Layout) -> np.dtype[Any]:
    """The type of a row of a table, all its columns side by side."""
    return np.dtype([(name, _NUMPY[each.kind]) for name, each in layout.items()])


def lines(layout: Layout, columns: Columns) -> Array:
    """Columns as rows."""
    found = np.empty(len(columns[next(iter(layout))]), line_type(layout))
    for name in layout:
        found[name] = columns[name]
    return found


def arrow_table(layout: Layout, rows: Array) -> pa.Table:
    """Rows as an Arrow table."""
    return pa.table({name: _arrow(each, np.ascontiguousarray(rows[name])) for name, each in layout.items()})


def arrow_schema(layout: Layout) -> pa.Schema:
    """The schema of such a table."""
    return arrow_table(layout, np.empty(0, line_type(layout))).schema


def _arrow(column: Column, values: Array) -> pa.Array:
    nothing = _NOTHING.get(column.kind)
    missing = None if nothing is None else values == nothing
    if column.kind == "text":
        positions = pa.array(values.astype(np.int32), mask=missing)
        return pa.DictionaryArray.from_arrays(positions, pa.array(column.words, pa.string()))
    return pa.array(values, _ARROW[column.kind], mask=missing)


def joined(parts: Sequence[Columns]) -> Columns:
    """Tables of the same columns below each other."""
    return {name: np.concatenate([each[name] for each in parts]) for name in parts[0]}


def picked(columns: Columns, which: Array) -> Columns:
    """The rows that a mask marks or positions name."""
    return {name: each[which] for name, each in columns.items()}
