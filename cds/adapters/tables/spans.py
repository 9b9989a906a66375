"""The tables `conditions`, `devices`, `stays` and `events` → columns of each of their concepts."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from cds.adapters.tables.cells import Cells, cells_of
from cds.adapters.tables.codes import Code, Unread, code_columns, meanings, note_unread
from cds.adapters.tables.kernels import MISSING, UNREADABLE
from cds.adapters.tables.notes import Notes
from cds.adapters.tables.opened import Opened
from cds.adapters.tables.people import People
from cds.adapters.tables.runs import Rows, in_order, number_instants, picked, rows_of
from cds.adapters.tables.supply import Supplied
from cds.codes import Concepts, Kind
from cds.operators.reasons import KNOWN
from cds.population import Array

KINDS: Final[dict[str, Kind]] = {"conditions": "diagnosis", "devices": "device", "stays": "stay", "events": "event"}

Span = tuple[Array, ...]  # patient, start, recorded, end, quality, attribute


def span_columns(
    opened: Opened,
    concepts: Concepts,
    wanted: Collection[str] | None,
    people: People,
    notes: Notes,
    supplied: Supplied,
) -> dict[str, Rows]:
    """The rows of every diagnosis, device, stay or event that occurs in the table of them."""
    names = [each.name for each in concepts.of_kind(KINDS[opened.name])]
    keys = [concepts.key(name) for name in names]
    taken = _Taken(concepts, dict(zip(names, keys, strict=True)), people, notes, supplied).spans(opened)
    return {key: span_rows(people, rows) for key, rows in taken.items() if wanted is None or key in wanted}


class _Taken:
    """Takes one table; `keys`: the concepts of its kind and their column keys."""

    def __init__(
        self, concepts: Concepts, keys: dict[str, str], people: People, notes: Notes, supplied: Supplied
    ) -> None:
        self._concepts = concepts
        self._keys = keys
        self._place = {name: number for number, name in enumerate(keys)}
        self._people = people
        self._notes = notes
        self._supplied = supplied

    def spans(self, opened: Opened) -> dict[str, Span]:
        """The rows of each key."""
        found: dict[str, list[Span]] = {}
        unread = Unread()
        for cells in cells_of(opened, self._people, self._notes):
            codes = code_columns(opened.name, cells.batch)
            nothing = np.flatnonzero(codes[1].codes < 0)
            numbers = cells.rows
            columns = meanings(
                opened.name, lambda row, held=numbers: int(held[row]), codes, self._find, cells.patient, unread
            )
            for key in self._keys.values():
                self._supplied.lose(key, cells.patient[nothing])
            for number, meant in enumerate(columns):
                known = cells.keep(meant >= 0)
                quiet = known if number == 0 else replace(known, notes=Notes())
                self._take(quiet, meant[meant >= 0], found)
        near = note_unread(opened.name, unread, self._concepts, sorted(self._keys), self._notes)
        for name, patients in near.items():
            self._supplied.lose(self._keys[name], np.concatenate(patients))
        return {key: _joined(each) for key, each in found.items()}

    def _find(self, code: Code) -> Sequence[int]:
        system, text = code
        names = [text] if not system else [name for name, _ in self._concepts.find_all(system, text)]
        return [self._place[each] for each in names if each in self._place]

    def _take(self, cells: Cells, meant: Array, found: dict[str, list[Span]]) -> None:
        is_read = np.ones(cells.count, np.bool_)
        if cells.table == "events":
            start, when = cells.times("time")
            cells.note(when == MISSING, "", "time_missing")
            is_read = (when != MISSING) & (when != UNREADABLE)
            cells, start, lost = cells.keep(is_read), start[is_read], (cells.patient[~is_read], meant[~is_read])
            meant = meant[is_read]
            recorded, end, quality = cells.recorded(), start, np.full(len(start), KNOWN)
            for place, key in enumerate(self._keys.values()):
                self._supplied.lose(key, lost[0][lost[1] == place])
        else:
            start, recorded, end, quality = cells.span()
        attribute = np.zeros(len(start), np.int32)
        for place, key in enumerate(self._keys.values()):
            held = meant == place
            if held.any():
                columns = (cells.patient, start, recorded, end, quality, attribute)
                found.setdefault(key, []).append(tuple(each[held] for each in columns))


def _joined(pieces: Sequence[Span]) -> Span:
    return tuple(np.concatenate(each) for each in zip(*pieces, strict=True))


def span_rows(people: People, span: Span) -> Rows:
    """Each span once; those of a patient that begin together are set a microsecond apart: none corrects another."""
    found = in_order(span[0], span[1:])
    patient, start, places = (each[found.is_new] for each in (found.patient, found.first, found.places))
    recorded, end, quality, attribute = (picked(each, places) for each in span[2:])
    times = start + number_instants(patient, start)[0]
    held = {"times": times, "recorded": recorded, "values": end.astype(np.float64)}
    return rows_of(people, patient, {**held, "quality": quality, "attribute": attribute})
