"""Rows of spans, doses and dispenses → columns of a key, each patient's rows in their total order."""

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

import numpy as np

from cds.adapters.tables.encoding import given
from cds.adapters.tables.loops import loop
from cds.adapters.tables.memory import room
from cds.adapters.tables.people import People
from cds.adapters.tables.ranking import WORDS
from cds.population import ROW_TYPES, Array

_COMPARED: Final = WORDS - 1  # words by which rows are sorted in a loop; by the others where those are the same

Rows = dict[str, Array]  # the columns of a key and its offsets, without what was supplied


def in_order(patient: Array, words: Sequence[Array]) -> Array:
    """Positions that put rows in the order of patients, and each patient's by the words."""
    words = [each for each in words if len(each) and each.min() != each.max()]
    whole = [*takewhile(lambda each: each.dtype.kind != "f", words)][:_COMPARED]
    keys = [np.ascontiguousarray(each, np.int64) for each in whole]
    keys += [np.zeros(len(patient), np.int64)] * (_COMPARED - len(keys))
    order = np.empty(len(patient), np.int64)
    places = np.zeros(int(patient.max(initial=0)) + 1, np.int64)
    loop("order_rows")(given(patient), *keys, places, room((len(patient), WORDS)), order)
    if len(words) > len(whole):
        _settle(order, starts_new(*(each[order] for each in (patient, *whole))), patient, words)
    return order


def _settle(order: Array, new: Array, patient: Array, words: Sequence[Array]) -> None:
    """Put rows that are not new among those before them by all words."""
    if not new.all():
        is_tied = ~new
        is_tied[:-1] |= ~new[1:]
        tied = order[is_tied]
        order[is_tied] = tied[np.lexsort((*(each[tied] for each in reversed(words)), patient[tied]))]


def starts_new(*columns: Array) -> Array:
    """Which rows differ from the row before in some column."""
    new = np.ones(len(columns[0]), np.bool_)
    if len(new):
        new[1:] = np.logical_or.reduce([each[1:] != each[:-1] for each in columns])
    return new


def place_within(new: Array) -> Array:
    """For each row how many rows stand before it since the last that is new."""
    place = np.arange(len(new))
    return place - np.maximum.accumulate(np.where(new, place, 0))


def rank_within(outer: Array, inner: Array) -> Array:
    """For each row how many `inner` are new before it since the last `outer`."""
    total = np.cumsum(inner)
    return total - total[np.maximum.accumulate(np.where(outer, np.arange(len(outer)), 0))]


def rows_of(people: People, patient: Array, columns: dict[str, Array]) -> Rows:
    """The columns of a key from rows in order; those not given are zero, `group` the row's place."""
    count = len(patient)
    offsets = np.append(0, np.cumsum(np.bincount(patient, minlength=people.population.n))).astype(np.int64)
    utc_offset = np.zeros(count, np.int16)
    times = np.ascontiguousarray(columns["times"], np.int64)
    loop("find_offsets")(given(times), given(patient.astype(np.int32)), people.zones, utc_offset)
    made = {"utc_offset": utc_offset, "group": place_within(starts_new(patient)), **columns}
    typed = {
        name: np.ascontiguousarray(made[name], kind) if name in made else np.zeros(count, kind)
        for name, kind in ROW_TYPES.items()
    }
    return {**typed, "offsets": offsets}
