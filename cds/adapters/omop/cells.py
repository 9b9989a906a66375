"""Columns of OMOP tables, of whatever type they were written in, as whole numbers, numbers, days and moments.

A cell that cannot be read becomes empty and is told of; the rest of its row, and every other row, is unaffected.
"""

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple

import numpy as np

from cds.adapters.tables.arrow import ArrowArray, compute, pa
from cds.adapters.tables.encoding import is_textual
from cds.operators.series import MICROSECONDS_PER_DAY
from cds.population import Array

_WHOLE: Final = r"^\s*(-?[0-9]{1,18})(\.0*)?\s*$"
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d([T ]00:00(:00(\.0+)?)?)?", re.ASCII)
_MOMENT: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6}\d*)?)?(Z|[+-]\d\d(:?\d\d)?)?", re.ASCII | re.IGNORECASE
)
_ALIKE: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?$"
_MOST: Final = 2.0**53  # whole numbers beyond this are not exact as floats
_EPOCH: Final = datetime(1970, 1, 1)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_US: Final = timedelta(microseconds=1)

NONE: Final = 0
DATE: Final = 1
CLOCK: Final = 2
INSTANT: Final = 3


class Figures(NamedTuple):
    """Numbers, whole numbers or days. value: 0 where absent; bad: which cells hold something that is none."""

    value: Array
    absent: Array
    bad: Array


def no_figures(count: int) -> Figures:
    """Those of a column that is not there."""
    return Figures(np.zeros(count, np.int64), np.ones(count, np.bool_), np.zeros(count, np.bool_))


class Times(NamedTuple):
    """Moments. kind: NONE, DATE, CLOCK (what clocks show where the person lives) or INSTANT; ticks: microseconds from
    1970; bad: which cells cannot be read."""

    ticks: Array
    kind: Array
    bad: Array


def _empty(count: int) -> Array:
    return np.zeros(count, np.bool_)


def _plain(column: ArrowArray) -> ArrowArray:
    """The column without a dictionary."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _mask(column: ArrowArray) -> Array:
    return column.to_numpy(zero_copy_only=False).astype(np.bool_, copy=False)


def _read_each(column: ArrowArray, read: Callable[[str], Any], kind: Any) -> tuple[Array, Array]:
    """For each text what the function makes of it, and which texts it makes nothing of; empty texts are absent."""
    coded = column.cast(pa.string()).dictionary_encode()
    found = [read(each.strip()) for each in coded.dictionary.to_pylist()]
    value = np.array([0, *(0 if each is None else each for each in found)], kind)
    strange = np.array([False, *(each is None for each in found)], np.bool_)
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False) + 1
    return value[codes], strange[codes]


def _blank_as_null(column: ArrowArray) -> ArrowArray:
    """Texts, the empty ones as none."""
    texts = column.cast(pa.string())
    return compute.if_else(compute.equal(compute.utf8_trim_whitespace(texts), ""), None, texts)


def wholes(column: ArrowArray) -> Figures:
    """A column of whole numbers: of a whole type, of floats without a fraction, or of texts of digits."""
    column = _plain(column)
    if is_textual(column.type):
        return _written_wholes(_blank_as_null(column))
    if not pa.types.is_integer(column.type) or pa.types.is_uint64(column.type):
        number = numbers(column)
        bad = number.bad | (np.floor(number.value) != number.value) | (np.abs(number.value) > _MOST)
        return Figures(np.where(bad, 0, number.value).astype(np.int64), number.absent | bad, bad)
    absent = _mask(column.is_null()) if column.null_count else _empty(len(column))
    value = column.fill_null(0) if column.null_count else column
    return Figures(value.cast(pa.int64()).to_numpy(), absent, _empty(len(column)))


def _written_wholes(texts: ArrowArray) -> Figures:
    absent = _mask(texts.is_null())
    fits = _mask(compute.match_substring_regex(texts, _WHOLE).fill_null(False))
    digits = compute.replace_substring_regex(compute.if_else(pa.array(fits), texts, "0"), _WHOLE, r"\1")
    value = digits.fill_null("0").cast(pa.int64()).to_numpy()
    bad = ~absent & ~fits
    return Figures(np.where(fits, value, 0), absent | bad, bad)


def numbers(column: ArrowArray) -> Figures:
    """A column of numbers; one that is not a number stands for none."""
    column = _plain(column)
    if is_textual(column.type):
        column = _blank_as_null(column)
        value, bad = _read_each(column, _number, np.float64)
        return Figures(value, _mask(column.is_null()) | bad, bad)
    is_number = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    if not is_number and not pa.types.is_decimal(column.type):
        return Figures(np.zeros(len(column)), np.ones(len(column), np.bool_), _mask(column.is_valid()))
    absent = _mask(column.is_null()) if column.null_count else _empty(len(column))
    value = (column.fill_null(0) if column.null_count else column).cast(pa.float64(), safe=False).to_numpy()
    not_one = np.isnan(value)
    return Figures(np.where(not_one, 0.0, value) if not_one.any() else value, absent | not_one, _empty(len(column)))


def _number(text: str) -> float | None:
    if not _NUMBER.fullmatch(text):
        return None
    read = float(text)
    return read if math.isfinite(read) else None


def days(column: ArrowArray) -> Figures:
    """A column of days from 1970-01-01: dates, texts like 2026-01-08, or timestamps, of which the day is taken."""
    column = _plain(column)
    if is_textual(column.type):
        column = _blank_as_null(column)
        value, bad = _read_each(column, _written_day, np.int64)
        return Figures(value, _mask(column.is_null()) | bad, bad)
    if not pa.types.is_date(column.type) and not pa.types.is_timestamp(column.type):
        return Figures(np.zeros(len(column), np.int64), np.ones(len(column), np.bool_), _mask(column.is_valid()))
    absent = _mask(column.is_null()) if column.null_count else _empty(len(column))
    held = column.fill_null(0) if column.null_count else column
    if pa.types.is_date(column.type):
        value = held.cast(pa.date32()).cast(pa.int32()).to_numpy().astype(np.int64)
    else:
        value = _microseconds(held) // MICROSECONDS_PER_DAY
    return Figures(value, absent, _empty(len(column)))


def _written_day(text: str) -> int | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text[:10]).toordinal() - _EPOCH_DAY
    except ValueError:
        return None


def times(column: ArrowArray) -> Times:
    """A column of moments. What is written as midnight by the clock is a date, as the CDM fills in unknown times."""
    column = _plain(column)
    if is_textual(column.type):
        return _written_times(_blank_as_null(column))
    if pa.types.is_date(column.type):
        day = days(column)
        return Times(day.value * MICROSECONDS_PER_DAY, np.where(day.absent, NONE, DATE).astype(np.int8), day.bad)
    if not pa.types.is_timestamp(column.type):
        return Times(np.zeros(len(column), np.int64), np.zeros(len(column), np.int8), _mask(column.is_valid()))
    absent = _mask(column.is_null()) if column.null_count else _empty(len(column))
    ticks = _microseconds(column.fill_null(0) if column.null_count else column)
    kind = np.full(len(ticks), CLOCK if column.type.tz is None else INSTANT, np.int8)
    return Times(ticks, _with_dates(ticks, np.where(absent, NONE, kind)), _empty(len(column)))


def _with_dates(ticks: Array, kind: Array) -> Array:
    is_date = (kind == CLOCK) & (ticks % MICROSECONDS_PER_DAY == 0)
    return np.where(is_date, DATE, kind).astype(np.int8)


def _microseconds(column: ArrowArray) -> Array:
    """Timestamps without nulls as microseconds; digits after the microsecond are cut off."""
    ticks: Array = column.cast(pa.int64()).to_numpy()
    unit = column.type.unit
    if unit == "ns":
        return ticks // 1_000
    size = {"s": 1_000_000, "ms": 1_000, "us": 1}[unit]
    most = np.iinfo(np.int64).max // size
    return np.clip(ticks, -most, most) * size


def _written_times(texts: ArrowArray) -> Times:
    """Texts as moments: all at once where they are written alike, else each text by itself."""
    if compute.all(compute.match_substring_regex(texts, _ALIKE)).as_py():
        try:
            return times(texts.cast(pa.timestamp("us")))
        except pa.ArrowInvalid:
            pass  # one of them is on no calendar
    coded = texts.dictionary_encode()
    read = [_written_moment(each.strip()) for each in coded.dictionary.to_pylist()]
    ticks = np.array([0, *(each[0] for each in read)], np.int64)
    kind = np.array([NONE, *(each[1] for each in read)], np.int8)
    bad = np.array([False, *(each[1] == NONE for each in read)], np.bool_)
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False) + 1
    return Times(ticks[codes], _with_dates(ticks[codes], kind[codes]), bad[codes])


def _written_moment(text: str) -> tuple[int, int]:
    day = _written_day(text)
    if day is not None:
        return day * MICROSECONDS_PER_DAY, DATE
    if not _MOMENT.fullmatch(text):
        return 0, NONE
    try:
        read = datetime.fromisoformat(text)
        if read.tzinfo is None:
            return (read - _EPOCH) // _US, CLOCK
        return (read.astimezone(UTC).replace(tzinfo=None) - _EPOCH) // _US, INSTANT
    except (ValueError, OverflowError):
        return 0, NONE


def texts(column: ArrowArray) -> ArrowArray:
    """A column of texts as a dictionary; empty ones are none, and what is no text is written as one."""
    if pa.types.is_dictionary(column.type) and pa.types.is_string(column.type.value_type):
        return column
    column = _plain(column)
    plain = column if is_textual(column.type) else column.cast(pa.string(), safe=False)
    return plain.cast(pa.string()).dictionary_encode()
