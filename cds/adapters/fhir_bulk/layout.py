"""Rows of plain Observations → the columns of a population, beside what was read patient by patient."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np

from cds.adapters.fhir_bulk.plain import Rows
from cds.adapters.fhir_bulk.shapes import Shape
from cds.adapters.rows import Reading, keys_meant
from cds.codes import Concepts
from cds.operators.reasons import KNOWN
from cds.periods import Zone
from cds.population import ROW_TYPES, Array, Columns, nothing

Names = Mapping[int, Sequence[str]]

_MINUTES: Final = np.int16


class Ordered:
    """The rows of readings with one number of parts, by patient, concept and time.

    Rows of one patient and concept stand together: a run. Those of a run that the short way cannot tell apart, or of
    which the long way has more, are handed over.
    """

    def __init__(self, rows: Rows, shapes: Sequence[Shape | None], names: Sequence[str]) -> None:
        self._shapes = shapes
        self._names = names
        number = {name: place for place, name in enumerate(names)}
        concept = np.array([number.get(each.name, -1) if each else -1 for each in shapes], np.int64)[rows.shape]
        run = rows.whose.astype(np.int64) * len(names) + concept
        order = np.lexsort((rows.time, run))
        rows, run = rows.taken(order), run[order]
        again = (run[1:] == run[:-1]) & (rows.time[1:] == rows.time[:-1])
        if again.any():
            rows = rows.taken(_in_total_order(rows, run, again, shapes))
        self.rows = rows
        self._starts = np.flatnonzero(np.diff(run, prepend=-1))
        self._ends = np.append(self._starts[1:], len(run))
        self._of_run = run[self._starts]
        self._is_kept = np.ones(len(self._starts), np.bool_)
        self._again = np.zeros(len(self._starts), np.bool_)
        self._again[np.searchsorted(self._starts, np.flatnonzero(again), "right") - 1] = True

    def of_patients(self) -> dict[int, dict[str, int]]:
        """For each patient the concepts that there are runs of, and which."""
        found: dict[int, dict[str, int]] = {}
        runs: list[int] = self._of_run.tolist()
        for place, run in enumerate(runs):
            whose, concept = divmod(run, len(self._names))
            found.setdefault(whose, {})[self._names[concept]] = place
        return found

    def is_ambiguous(self, run: int) -> bool:
        """Whether readings of one instant have to be told apart."""
        return bool(self._again[run])

    def hand_over(self, run: int) -> list[Reading]:
        """The readings of a run, which is then no longer here."""
        self._is_kept[run] = False
        part = slice(int(self._starts[run]), int(self._ends[run]))
        rows = Rows(*(each[part] for each in self.rows))
        shapes: list[Shape | None] = [self._shapes[number] for number in rows.shape.tolist()]
        return [
            Reading(time, recorded, tuple(value), shape.units, tuple(raw), (KNOWN,) * len(value), shape.attribute, "")
            for shape, time, recorded, value, raw in zip(
                shapes,
                rows.time.tolist(),
                rows.recorded.tolist(),
                rows.value.tolist(),
                rows.raw.tolist(),
                strict=True,
            )
            if shape
        ]

    def columns(
        self, concepts: Concepts, zone: Zone, people: int, wanted: Collection[str] | None
    ) -> dict[str, Columns]:
        """The columns of each key, of the runs that are still here; of nobody it is said that they were supplied."""
        found: dict[str, Columns] = {}
        lengths = self._ends - self._starts
        of_run = np.where(self._is_kept, self._of_run % len(self._names), -1)
        concept, whose = np.repeat(of_run, lengths), self.rows.whose
        first = np.repeat(self._starts, lengths)
        for number, name in enumerate(self._names):
            parts = keys_meant(concepts, name)
            if wanted is not None and not any(each in wanted for each in parts):
                continue
            places = np.flatnonzero(concept == number)
            if len(places):
                offsets = np.zeros(people + 1, np.int64)
                np.cumsum(np.bincount(whose[places], minlength=people), out=offsets[1:])
                found |= self._columns(parts, self.rows.taken(places), places - first[places], offsets, zone)
        return found

    def _columns(self, keys: Sequence[str], rows: Rows, group: Array, offsets: Array, zone: Zone) -> dict[str, Columns]:
        units, bits = _units_and_bits(self._shapes, len(keys))
        shared = {
            "offsets": offsets,
            "times": rows.time,
            "recorded": rows.recorded,
            "utc_offset": _offsets_at(rows.time, zone),
            "group": group.astype(np.int64),
            "attribute": bits[rows.shape],
            "quality": np.zeros(len(rows.time), np.int16),
            "supplied_from": nothing(len(offsets) - 1).supplied_from,
        }
        return {
            key: Columns(
                **shared,
                values=np.ascontiguousarray(rows.value[:, part]),
                raw=np.ascontiguousarray(rows.raw[:, part]),
                unit=units[rows.shape, part],
            )
            for part, key in enumerate(keys)
        }


def _in_total_order(rows: Rows, run: Array, again: Array, shapes: Sequence[Shape | None]) -> Array:
    """The order of all rows in which also those of one run and time stand in the order of their readings."""
    units, bits = _units_and_bits(shapes, rows.raw.shape[1])
    order = np.arange(len(run))
    among = np.unique(np.flatnonzero(again)[:, None] + np.arange(2))
    some = rows.taken(among)
    parts = range(rows.raw.shape[1])
    keys = [some.recorded, *(some.value[:, part] for part in parts), *(units[some.shape, part] for part in parts)]
    keys += [*(some.raw[:, part] for part in parts), bits[some.shape]]
    order[among] = among[np.lexsort((*reversed(keys), some.time, run[among]))]
    return order


def _units_and_bits(shapes: Sequence[Shape | None], parts: int) -> tuple[Array, Array]:
    """The units of the parts, and the attribute, of each shape that has so many parts."""
    held = [each if each and len(each.units) == parts else None for each in shapes]
    units = np.array([each.units if each else (0,) * parts for each in held], np.int16)
    return units, np.array([each.attribute if each else 0 for each in held], np.int32)


def _offsets_at(times: Array, zone: Zone) -> Array:
    place = np.searchsorted(np.array(zone.transitions), times, "right") - 1
    return np.array(zone.offsets, _MINUTES)[place]


def joined(one: Columns, other: Columns) -> Columns:
    """Columns of which each patient has rows in one only; what was supplied is as the first says."""
    people = len(one.supplied_from)
    whose = np.concatenate([np.repeat(np.arange(people), np.diff(each.offsets)) for each in (one, other)])
    order = np.argsort(whose, kind="stable")
    rows = {name: np.concatenate([getattr(one, name), getattr(other, name)])[order] for name in ROW_TYPES}
    return Columns(offsets=one.offsets + other.offsets, supplied_from=one.supplied_from, **rows)
