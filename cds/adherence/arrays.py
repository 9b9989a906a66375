"""Columns as NumPy arrays and tables as Arrow tables: what many patients need."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow  # pyright: ignore[reportMissingTypeStubs]
import pyarrow.compute  # pyright: ignore[reportMissingTypeStubs]

from cds.adherence.executors import ExecutorName
from cds.adherence.loops import NO_DAY, UNREAD_DAY
from cds.diagnostics import CdsError
from cds.operators.series import Column
from cds.population import Array

_PA: Final[Any] = pyarrow
_COMPUTE: Final[Any] = pyarrow.compute
_FIRST_DAY: Final = -25567  # 1900-01-01
_LAST_DAY: Final = 47846  # 2100-12-31


class Batch:
    """The loops compiled, over NumPy arrays."""

    name: ExecutorName = "batch"

    def integers(self, values: Iterable[int] | int) -> Column:
        """An array of whole numbers."""
        return np.zeros(values, np.int64) if isinstance(values, int) else _line(values, np.int64)

    def numbers(self, values: Iterable[float] | int) -> Column:
        """An array of numbers."""
        return np.zeros(values, np.float64) if isinstance(values, int) else _line(values, np.float64)

    def take(self, column: Column, places: Column) -> Column:
        """The entries at some places."""
        return column[places]

    def run(self, loop: Callable[..., Any], *arguments: Any) -> Any:
        """Call the loop in its compiled form."""
        from cds.compiling import compiled  # noqa: PLC0415 – costly

        return compiled(loop)(*arguments)


def _line(values: Iterable[Any], kind: Any) -> Array:
    if isinstance(values, range):
        return np.arange(values.start, values.stop, values.step).astype(kind, copy=False)
    return np.ascontiguousarray(values if hasattr(values, "dtype") else list(values), kind)


def is_table(given: object) -> bool:
    """Whether an object streams Arrow batches."""
    return hasattr(given, "__arrow_c_stream__")


class ArrowRows:
    """The columns of an Arrow stream."""

    def __init__(self, given: Any, wanted: Sequence[str]) -> None:
        table = _PA.table(given)
        missing = [each for each in wanted if each not in table.column_names]
        if missing:
            names = ", ".join(f"`{each}`" for each in missing)
            raise CdsError(f"the table has no column {names}; name the columns with `columns`")
        self._table: Any = table
        self.count: int = table.num_rows

    def codes(self, name: str) -> tuple[Array, Sequence[Any]]:
        """The distinct values of a column in order of appearance, and of each row which; -1 = nothing."""
        return _encoded(self._table.column(name))

    def numbers(self, name: str) -> Array:
        """Numbers of a column: NaN where nothing stands, -inf where it is no number."""
        held = self._table.column(name)
        if _PA.types.is_floating(held.type) or _PA.types.is_integer(held.type) or _PA.types.is_decimal(held.type):
            read = held.cast(_PA.float64(), safe=False)
            return np.array(read.fill_null(float("nan")).to_numpy(), np.float64)
        codes, words = _encoded(held)
        return _looked_up(codes, [_number(each) for each in words], float("nan"), np.float64)

    def days(self, name: str, read: Callable[[Any], int]) -> Array:
        """Civil days of a column; NO_DAY where nothing stands, UNREAD_DAY where it is no date."""
        held = self._table.column(name)
        if _PA.types.is_date(held.type):
            days = held.cast(_PA.date32()).cast(_PA.int32())
            found = days.cast(_PA.int64()).fill_null(NO_DAY).to_numpy()
            strange = (found != NO_DAY) & ((found < _FIRST_DAY) | (found > _LAST_DAY))
            return np.where(strange, UNREAD_DAY, found)
        codes, words = _encoded(held)
        return _looked_up(codes, [read(each) for each in words], NO_DAY, np.int64)

    def in_order(self, patient: Array, day: Array) -> Array:
        """Rows by patient, then by day, those of one day in their given order."""
        steps, later = np.diff(patient), np.diff(day)
        if not len(steps) or bool(np.all((steps > 0) | ((steps == 0) & (later >= 0)))):
            return np.arange(len(patient), dtype=np.int64)
        return np.lexsort((day, patient)).astype(np.int64)


def _encoded(held: Any) -> tuple[Array, Sequence[Any]]:
    whole = held.combine_chunks()
    if isinstance(whole, _PA.ChunkedArray):
        whole = _PA.concat_arrays(whole.chunks) if whole.num_chunks else _PA.array([], whole.type)
    encoded = whole if _PA.types.is_dictionary(whole.type) else whole.dictionary_encode()
    codes = encoded.indices.cast(_PA.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
    return np.ascontiguousarray(codes), encoded.dictionary.to_pylist()


def _looked_up(codes: Array, values: Sequence[Any], absent: Any, kind: Any) -> Array:
    return np.array([*values, absent], kind)[codes]


def _number(word: Any) -> float:
    try:
        number = float(word)
    except (TypeError, ValueError):
        return float("-inf")
    return number if np.isfinite(number) else float("-inf")


def arrow_table(columns: Mapping[str, Any], days: Sequence[str], words: Mapping[str, Sequence[str]]) -> Any:
    """An Arrow table. days: columns of civil days as numbers; words: columns of codes with what each stands for."""
    return _PA.table({name: _arrow_column(values, name in days, words.get(name)) for name, values in columns.items()})


def _arrow_column(values: Any, is_day: bool, words: Sequence[str] | None) -> Any:
    if is_day:
        found = np.asarray(values, np.float64)
        absent = ~np.isfinite(found)
        whole = np.floor(np.where(absent, 0.0, found)).astype(np.int32)
        return _PA.array(whole, _PA.int32(), mask=absent).cast(_PA.date32())
    if words is not None:
        codes = np.asarray(values, np.int32)
        kinds = _PA.array(list(words)) if len(words) else _PA.array([], _PA.string())
        return _PA.DictionaryArray.from_arrays(_PA.array(codes, mask=codes < 0), kinds)
    found = np.asarray(values)
    return _PA.array(found, mask=np.isnan(found)) if found.dtype.kind == "f" else _PA.array(found)
