"""Ids of patients in columns of texts or whole numbers → positions among everybody."""

from collections.abc import Sequence
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from cds.adapters.tables.arrow import ArrowArray, compute, pa
from cds.adapters.tables.encoding import all_texts, positions
from cds.adapters.tables.loops import loop
from cds.population import Array

NOBODY: Final = -1  # a position of no patient
SPARSE: Final = 64  # whole numbers that are spread wider than this many for each id are looked for otherwise
_NUMBER: Final = "^(0|-?[1-9][0-9]{0,17})$"  # a whole number as its digits
_LONG: Final = "^-?[1-9][0-9]{18,}$"  # one that may be too long for a table


class Numbers(NamedTuple):
    """Positions of ids that are whole numbers. place: of each number from `lowest` on, NOBODY where there is none."""

    lowest: int
    place: Array


def named_in(columns: Sequence[ArrowArray]) -> list[str]:
    """Every id that occurs in some columns, in order; an empty text is none."""
    if columns and all(is_number(each) for each in columns):
        texts = _numbers_in(columns).cast(pa.string())
    else:
        texts = all_texts(columns)
    return [each for each in texts.take(compute.sort_indices(texts)).to_pylist() if each]


def is_number(column: ArrowArray) -> bool:
    """Whether the ids of a column are whole numbers that loops can read."""
    return bool(pa.types.is_integer(column.type)) and not pa.types.is_uint64(column.type)


def _numbers_in(columns: Sequence[ArrowArray]) -> ArrowArray:
    """Every number that occurs, once."""
    lows, highs = zip(*(compute.min_max(each).values() for each in columns), strict=True)
    low = min((each.as_py() for each in lows if each.is_valid), default=0)
    high = max((each.as_py() for each in highs if each.is_valid), default=0)
    if high - low >= SPARSE * (sum(map(len, columns)) + 1):
        return compute.unique(pa.chunked_array([each.cast(pa.int64()) for each in columns])).drop_null()
    occurs = np.zeros(high - low + 1, np.uint8)
    for each in columns:
        loop("mark")(plain(each.drop_null()), low, occurs)
    return pa.array(np.flatnonzero(occurs) + low, pa.int64())


def plain(column: ArrowArray) -> Array:
    """A column of whole numbers without nulls."""
    found = column.cast(pa.int64()).to_numpy()
    found.flags.writeable = False
    return found


class Ids:
    """Finds the ids of columns among those of everybody."""

    def __init__(self, ids: Sequence[str]) -> None:
        self._texts = pa.array(ids, pa.string())

    def positions(self, column: ArrowArray) -> Array:
        """The position of each row's id; NOBODY where there is none, or nobody has it."""
        numbers = self._numbers if is_number(column) else None
        if numbers is None:
            return positions(column, self._texts)
        found = np.empty(len(column), np.int32)
        filled = column.fill_null(numbers.lowest - 1) if column.null_count else column
        loop("place_numbers")(plain(filled), numbers.lowest, numbers.place, found)
        return found

    @cached_property
    def _numbers(self) -> Numbers | None:
        """The ids that are whole numbers; None where they lie too far apart for a table."""
        if compute.any(compute.match_substring_regex(self._texts, _LONG)).as_py():
            return None
        is_number = compute.match_substring_regex(self._texts, _NUMBER)
        numbers = self._texts.filter(is_number).cast(pa.int64()).to_numpy()
        if not len(numbers) or int(numbers.max()) - int(numbers.min()) >= SPARSE * (len(numbers) + 1):
            return None
        lowest = int(numbers.min())
        place = np.full(int(numbers.max()) - lowest + 1, NOBODY, np.int32)
        place[numbers - lowest] = np.flatnonzero(is_number.to_numpy(zero_copy_only=False))
        return Numbers(lowest, place)
