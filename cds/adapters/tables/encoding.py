"""Arrow columns of any fitting type → NumPy columns of one type: codes of texts, instants, numbers."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from cds.adapters.tables.arrow import ArrowArray, ArrowType, compute, pa
from cds.adapters.tables.kernels import DATE, MISSING, UNREADABLE
from cds.adapters.tables.loops import loop
from cds.operators.series import FIRST_TIME, MICROSECONDS_PER_DAY
from cds.periods import FIRST_YEAR, LAST_YEAR, instant, zone
from cds.population import Array

_MICROSECONDS: Final = {"s": 1_000_000, "ms": 1_000, "us": 1}
_FIRST: Final = int(np.datetime64(f"{FIRST_YEAR}-01-01", "us").astype(np.int64))
_END: Final = int(np.datetime64(f"{LAST_YEAR + 1}-01-01", "us").astype(np.int64))


class Coded(NamedTuple):
    """A column of texts. codes: position in `texts` for each row, -1 = nothing there."""

    codes: Array
    texts: Sequence[str]

    def looked_up(self, table: Callable[[str], float], absent: float, kind: Any = np.int16) -> Array:
        """For each row what the function says of its text, or `absent`."""
        return looked_up(self.codes, np.array([absent, *(table(each) for each in self.texts)], kind))


def looked_up(codes: Array, table: Array) -> Array:
    """What a table says of each code; it begins with what it says of -1."""
    found = np.empty(len(codes), table.dtype)
    loop("look_up")(given(codes), table, found)
    return found


class Moments(NamedTuple):
    """A column of times. time: microseconds, UTC or, where is_clock, as clocks show it. when: MISSING, UNREADABLE,
    DATE or 0; no rows = 0 for all."""

    time: Array
    is_clock: Array | bool
    when: Array


def is_textual(kind: ArrowType) -> bool:
    """Whether a column of this type holds texts, dictionaries of texts included."""
    if pa.types.is_dictionary(kind):
        return is_textual(kind.value_type)
    is_string = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    return bool(is_string or pa.types.is_null(kind))


def is_id(kind: ArrowType) -> bool:
    """Whether a column of this type can hold ids."""
    if pa.types.is_dictionary(kind):
        return is_id(kind.value_type)
    return is_textual(kind) or bool(pa.types.is_integer(kind))


def is_temporal(kind: ArrowType) -> bool:
    """Whether a column of this type holds timestamps or dates."""
    return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))


def coded(column: ArrowArray) -> Coded:
    """A column of texts or ids by what occurs in it; integers as their digits."""
    if pa.types.is_null(column.type):
        return Coded(np.full(len(column), -1, np.int32), ())
    if not pa.types.is_dictionary(column.type):
        column = compute.dictionary_encode(column)
    held = column.dictionary
    texts = held.cast(pa.string()).to_pylist()
    codes = column.indices.cast(pa.int32())
    if codes.null_count:
        codes = codes.fill_null(-1)
    found = codes.to_numpy()
    absent = [place for place, each in enumerate(texts) if each is None]
    if absent:
        found = np.where(np.isin(found, absent), -1, found).astype(np.int32)
    return Coded(found, ["" if each is None else each for each in texts])


def all_texts(columns: Sequence[ArrowArray]) -> ArrowArray:
    """Every text, or id as its digits, that occurs in some columns, once, in no order to be relied on."""
    texts = [_unique(each).cast(pa.string()) for each in columns]
    return compute.unique(pa.chunked_array(texts, pa.string())).drop_null()


def _unique(column: ArrowArray) -> ArrowArray:
    """What occurs in a column; its dictionary may hold more, for instance after a filter."""
    if not pa.types.is_dictionary(column.type):
        return compute.unique(column)
    return column.dictionary.take(compute.unique(column.indices.drop_null()))


def positions(column: ArrowArray, among: ArrowArray) -> Array:
    """For each row the position of its text or id among some texts, -1 where it is none of them."""
    if pa.types.is_null(column.type):
        return np.full(len(column), -1, np.int32)
    if not pa.types.is_dictionary(column.type):
        column = compute.dictionary_encode(column)
    found = compute.index_in(column.dictionary.cast(pa.string()), value_set=among)
    place = np.append(-1, found.fill_null(-1).to_numpy(zero_copy_only=False)).astype(np.int32)
    codes = column.indices.cast(pa.int32())
    return looked_up((codes.fill_null(-1) if codes.null_count else codes).to_numpy(), place)


def numbers(column: ArrowArray) -> tuple[Array, Array]:
    """A column of numbers as floats, and which rows hold none (no rows = all hold one)."""
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    absent = np.zeros(0, np.bool_)
    if column.null_count:
        absent = column.is_null().to_numpy(zero_copy_only=False)
        column = column.fill_null(0)
    return np.ascontiguousarray(column.to_numpy(zero_copy_only=False), np.float64), absent


def moments(column: ArrowArray) -> Moments:
    """A column of timestamps, dates or written times."""
    if is_textual(column.type):
        return _written_times(coded(column))
    is_date = bool(pa.types.is_date(column.type))
    if pa.types.is_date64(column.type):
        column = column.cast(pa.date32())
    missing = column.is_null().to_numpy(zero_copy_only=False) if column.null_count else None
    raw = column.cast(pa.int32()).cast(pa.int64()) if is_date else column.cast(pa.int64())
    ticks = (raw.fill_null(0) if missing is not None else raw).to_numpy()
    time, is_outside = _scaled(ticks, "D" if is_date else column.type.unit)
    when = np.full(len(time), DATE, np.int8) if is_date else np.zeros(0, np.int8)
    if missing is not None or is_outside.any():
        when = when.copy() if len(when) else np.zeros(len(time), np.int8)
        when[is_outside] = UNREADABLE
        if missing is not None:
            when[missing] = MISSING
    return Moments(time, is_date or column.type.tz is None, when)


def _scaled(ticks: Array, unit: str) -> tuple[Array, Array]:
    """Microseconds, and which lie outside the years that are read; what lies outside is 0."""
    size = MICROSECONDS_PER_DAY if unit == "D" else _MICROSECONDS.get(unit, 0)
    if unit == "ns":
        ticks, size = ticks // 1_000, 1
    if len(ticks) and _FIRST <= int(ticks.min()) * size and int(ticks.max()) * size < _END:
        return (ticks * size if size != 1 else ticks), np.zeros(0, np.int64)
    is_outside = (ticks < -(-_FIRST // size)) | (ticks > (_END - 1) // size)
    return np.where(is_outside, 0, ticks) * size, np.flatnonzero(is_outside)


def _written_times(written: Coded) -> Moments:
    read = [_read(each) for each in written.texts]
    columns = zip((0, False, MISSING), *read, strict=True)
    tables = (np.array(each, kind) for each, kind in zip(columns, (np.int64, np.bool_, np.int8), strict=True))
    return Moments(*(looked_up(written.codes, each) for each in tables))


def _read(text: str) -> tuple[int, bool, int]:
    """Microseconds, whether they are those of a clock on the wall, and what is wrong; a text without a zone is the
    same everywhere only as a clock shows it."""
    here, elsewhere = instant(text, zone("Etc/UTC")), instant(text, zone("Etc/GMT-1"))
    if here is None or elsewhere is None:
        return 0, False, UNREADABLE
    return here[0], here != elsewhere, DATE if here[1] else 0


def stated(time: Moments) -> Array:
    """The instants of a column that may be empty: FIRST_TIME where none can be read."""
    if not len(time.when):
        return time.time
    return np.where((time.when == MISSING) | (time.when == UNREADABLE), FIRST_TIME, time.time)


def given(column: Array) -> Array:
    """The column as one that loops may only read."""
    view = np.ascontiguousarray(column).view()
    view.flags.writeable = False
    return view
