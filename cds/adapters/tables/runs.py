"""Rows of spans, doses and dispenses → columns of a key, each patient's rows in their total order."""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, Final, NamedTuple

import numpy as np

from cds.adapters.tables.encoding import given
from cds.adapters.tables.loops import loop
from cds.adapters.tables.people import People
from cds.population import ROW_TYPES, Array

_COMPARED: Final = 2  # words by which rows are sorted in a loop; by the others where those are the same
_EACH_ITS_OWN: Final = np.zeros(0, np.int32)

Rows = dict[str, Array]  # the columns of a key and its offsets, without what was supplied


class InOrder(NamedTuple):
    """Rows in the order of patients, and each patient's by some words. places: where they stood; patient: whose they
    are. first: the first word of each. is_new: whether it differs from the row before in some word.
    """

    places: Array
    patient: Array
    first: Array
    is_new: Array


def in_order(patient: Array, words: Sequence[Array]) -> InOrder:
    """The order of rows; words: the columns by which those of a patient are sorted."""
    varied = [each for each in words if _varies(each)]
    whole = [*takewhile(lambda each: each.dtype.kind != "f", varied)][:_COMPARED]
    keys = [np.ascontiguousarray(each, np.int64) for each in whole]
    keys += [np.zeros(len(patient), np.int64)] * (_COMPARED - len(keys))
    order, first = np.empty((2, len(patient)), np.int64)
    whose, is_like = np.empty(len(patient), np.int32), np.empty(len(patient), np.uint8)
    places = np.zeros(int(patient.max(initial=0)) + 1, np.int64)
    loop("order_rows")(
        given(patient), *keys, places, np.empty((len(patient), 2), np.int64), order, whose, first, is_like
    )
    is_new = is_like == 0
    if len(varied) > len(whole):
        _settle(order, is_new, patient, varied)
    return InOrder(order, whose, first if whole and whole[0] is words[0] else picked(words[0], order), is_new)


def same_in_all(value: Any, kind: Any, count: int) -> Array:
    """A column that says the same of every row, in next to no memory."""
    return np.broadcast_to(np.array(value, kind), count)


def _is_same_in_all(column: Array) -> bool:
    return column.strides == (0,)


def _varies(column: Array) -> bool:
    if _is_same_in_all(column) or not len(column):
        return False
    return bool(column[0] != column[-1] or column.min() != column.max())


def picked(column: Array, places: Array) -> Array:
    """The column's entries at some places."""
    return column[: len(places)] if _is_same_in_all(column) else column.take(places)


def _settle(order: Array, is_new: Array, patient: Array, words: Sequence[Array]) -> None:
    """Put rows that are like the one before them in what was compared among those by all words; they may be new."""
    if is_new.all():
        return
    is_tied = ~is_new
    is_tied[:-1] |= ~is_new[1:]
    tied = order[is_tied]
    order[is_tied] = tied[np.lexsort((*(each[tied] for each in reversed(words)), patient[tied]))]
    like = np.flatnonzero(~is_new)
    one, other = order[like], order[like - 1]
    is_new[like] = np.logical_or.reduce([each[one] != each[other] for each in words])


def number_instants(patient: Array, time: Array, what: Array = _EACH_ITS_OWN) -> tuple[Array, Array]:
    """Of rows in order, as `ranking.number_instants` tells."""
    number, size = np.empty((2, len(patient)), np.int64)
    loop("number_instants")(given(patient), given(time), given(what), number, size)
    return number, size


def rows_of(people: People, patient: Array, columns: Mapping[str, Array]) -> Rows:
    """The columns of a key from rows in order; those not given are zero, `group` the row's place."""
    count = len(patient)
    offsets = np.append(0, np.cumsum(np.bincount(patient, minlength=people.population.n))).astype(np.int64)
    utc_offset = np.zeros(count, np.int16)
    times = np.ascontiguousarray(columns["times"], np.int64)
    loop("find_offsets")(given(times), given(patient), people.zones, utc_offset)
    made: dict[str, Array] = {"utc_offset": utc_offset, **columns}
    if "group" not in made:
        made["group"] = np.empty(count, np.int64)
        loop("number_rows")(given(patient), made["group"])
    return {**{name: _typed(made.get(name), kind, count) for name, kind in ROW_TYPES.items()}, "offsets": offsets}


def _typed(column: Array | None, kind: Any, count: int) -> Array:
    if column is None or (_is_same_in_all(column) and not column.any()):
        return np.zeros(count, kind)
    return column.astype(kind) if _is_same_in_all(column) else np.ascontiguousarray(column, kind)
