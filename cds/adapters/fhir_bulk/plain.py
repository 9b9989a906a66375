"""Observations that are read the short way → rows: numbers and times in columns, each row with its shape."""

from collections.abc import Sequence
from itertools import compress
from typing import Final, NamedTuple, cast

import numpy as np

from cds.adapters.fhir.instants import Instants
from cds.adapters.fhir_bulk.moments import NOT_READ, read_times
from cds.adapters.fhir_bulk.numbers import Around, all_numbers_of, numbers_of
from cds.adapters.fhir_bulk.shapes import NOT_KNOWN, Shape, Shapes
from cds.adapters.fhir_bulk.written import Written
from cds.adapters.rows import SAME_DAY
from cds.codes import Concepts
from cds.operators.series import FIRST_TIME
from cds.periods import Zone
from cds.population import Array
from cds.units import Conversion, convert

LONG: Final = 0  # left to the reader for one patient
COUNTED: Final = 1  # its code is used by no concept
SHORT: Final = 2  # it has rows
_GRID: Final = 1e9
_GRID_SPAN: Final = 4e6
_NO_COMPONENTS: Final[tuple[Around, list[float]]] = b"", []


class Rows(NamedTuple):
    """Readings. raw, value: a column for each part. seen: the number of the Observation among all that were seen."""

    whose: Array
    shape: Array
    time: Array
    recorded: Array
    raw: Array
    value: Array
    seen: Array

    def taken(self, places: Array) -> "Rows":
        """The rows at some places, in the order of these."""
        return Rows(*(each[places] for each in self))


class Seen(NamedTuple):
    """Observations of the patients. named: a number that those of one id share; place: of its line among all lines;
    way: LONG, COUNTED or SHORT."""

    whose: Array
    named: Array
    place: Array
    way: Array

    def taken(self, places: Array) -> "Seen":
        """The rows at some places, in the order of these."""
        return Seen(*(each[places] for each in self))


class PlainObservations:
    """Takes Observations as they are decoded, many at once."""

    def __init__(self, concepts: Concepts, zone: Zone) -> None:
        self._instants = Instants(zone)
        self._shapes = Shapes(concepts, zone)
        self._rules: _Rules | None = None
        self._rows: dict[int, list[Rows]] = {}
        self._seen: list[Seen] = []
        self._count = 0

    @property
    def shapes(self) -> Sequence[Shape | None]:
        """The shapes that rows have, by number."""
        return self._shapes.shapes

    def take(self, written: Written, whose: Array, places: Array) -> Array:
        """Add the Observations of patients that can be read the short way; a mask of those that cannot.

        whose: the position of each one's patient, negative = nobody's. places: of their lines among all lines.
        """
        units, numbers = numbers_of(written.quantities)
        parts, many = _of_components(written.components)
        shape = np.array(self._shapes.of(written, units, parts), np.int32)
        rules = self._rules_now()
        is_ours = whose >= 0
        count_of = np.where(is_ours, rules.parts[shape], 0)
        way = np.where(is_ours & (shape == NOT_KNOWN), COUNTED, LONG)
        seen = self._count + np.arange(len(shape))
        time, recorded, is_timely = self._times(written, count_of > 0)
        for count in range(1, int(count_of.max(initial=0)) + 1):
            here = np.flatnonzero((count_of == count) & is_timely)
            if len(here):
                raw = self._raw(here, shape[here], numbers, many, count)
                value, is_read = rules.converted(raw, shape[here])
                rows = Rows(whose[here], shape[here], time[here], recorded[here], raw, value, seen[here])
                self._rows.setdefault(count, []).append(rows if is_read.all() else rows.taken(np.flatnonzero(is_read)))
                way[here[is_read]] = SHORT
        self._see(whose, written.ids, places, way)
        return is_ours & (way == LONG)

    def take_another(self, whose: int, name: str, place: int) -> None:
        """Count an Observation that takes the long way, for there may be another of its id."""
        self._see(np.array([whose]), [name], np.array([place]), np.array([LONG]))

    def _see(self, whose: Array, names: Sequence[str], places: Array, way: Array) -> None:
        named = np.fromiter(map(hash, names), np.int64, len(names))
        self._seen.append(Seen(whose, named, places, way))
        self._count += len(names)

    def rows(self) -> "tuple[dict[int, Rows], Seen]":
        """All rows by number of parts, and all Observations."""
        rows = {count: Rows(*map(np.concatenate, zip(*held, strict=True))) for count, held in self._rows.items()}
        nothing = [np.zeros(0, np.int64)] * len(Seen._fields)
        return rows, Seen(*map(np.concatenate, zip(nothing, *self._seen, strict=True)))

    def _rules_now(self) -> "_Rules":
        if self._rules is None or len(self._rules.parts) < len(self.shapes):
            self._rules = _rules_of(self.shapes)
        return self._rules

    def _raw(
        self, here: Array, shape: Array, numbers: Sequence[float], many: Sequence[Sequence[float]], count: int
    ) -> Array:
        """The numbers of the Observations at some places, which have so many parts: a column for each part."""
        raw = np.empty((len(here), count), np.float64)
        raw[:] = np.array(numbers)[here, None]
        there: list[int] = np.unique(shape).tolist() if many else []
        for number in there:
            each = self.shapes[number]
            if each and each.sources:
                places = np.flatnonzero(shape == number)
                chosen: list[int] = here[places].tolist()
                raw[places] = np.array([many[place] for place in chosen])[:, each.sources]
        return raw + 0.0

    def _times(self, written: Written, is_wanted: Array) -> tuple[Array, Array, Array]:
        """When each was measured and when it became known, and whether both can be read."""
        time = self._read_times(written.times, is_wanted)
        if written.issued.count(None) == len(is_wanted):
            return time, np.full(len(time), FIRST_TIME, np.int64), is_wanted & (time != NOT_READ)
        is_stated = is_wanted
        if None in written.issued:
            is_stated = is_wanted & np.array([each is not None for each in written.issued], np.bool_)
        recorded = self._read_times(written.issued, is_stated)
        is_known = (recorded != NOT_READ) & (time - recorded <= SAME_DAY)
        recorded[~is_stated] = FIRST_TIME
        return time, recorded, is_wanted & (time != NOT_READ) & (is_known | ~is_stated)

    def _read_times(self, texts: Sequence[str | None], is_wanted: Array) -> Array:
        found = np.full(len(is_wanted), NOT_READ, np.int64)
        wanted = list(compress(texts, is_wanted.tolist()))
        stated = [each or "" for each in wanted] if None in wanted else cast("list[str]", wanted)
        found[is_wanted] = read_times(stated, self._instants)
        return found


class _Rules(NamedTuple):
    """What shapes say, by number. parts: how many numbers each has, 0 = not read the short way; the others have a
    column for each part."""

    parts: Array
    conversions: tuple[Array, Array, Array]
    low: Array
    high: Array

    def converted(self, raw: Array, shape: Array) -> tuple[Array, Array]:
        """Numbers of Observations of some shapes in the units of their concepts, and whether all of each can be."""
        count = raw.shape[1]
        how = Conversion(*(cast("float", each[shape, :count]) for each in self.conversions))
        with np.errstate(all="ignore"):
            value = cast("Array", convert(cast("float", raw), how))
            is_read = _is_plausible(value, self.low[shape, :count], self.high[shape, :count])
            return value, cast("Array", is_read.all(axis=1))


def _rules_of(shapes: Sequence[Shape | None]) -> _Rules:
    parts = np.array([len(each.units) if each else 0 for each in shapes], np.int64)
    most = int(parts.max(initial=1)) or 1
    table = np.ones((5, len(shapes), most))
    for number, each in enumerate(shapes):
        for part, concept in enumerate(each.concepts if each else ()):
            conversion = each.conversions[part] if each else None
            low, high = concept.plausible or (-np.inf, np.inf)
            table[:, number, part] = (*(conversion or ()), low, high)
    return _Rules(parts, (table[0], table[1], table[2]), table[3], table[4])


def _of_components(components: Sequence[bytes]) -> tuple[list[Around] | None, list[list[float]]]:
    """What stands around the numbers of components, None where there are none, and the numbers."""
    if components.count(b"") == len(components):
        return None, []
    found = [all_numbers_of(each) if each else _NO_COMPONENTS for each in components]
    return [around for around, _ in found], [numbers for _, numbers in found]


def _is_plausible(value: Array, low: Array, high: Array) -> Array:
    """`cds.adapters.amounts.is_possible` of many values at once, none of them a bound."""
    exact = np.where(np.abs(value) > _GRID_SPAN, value, np.floor(value * _GRID + 0.5) / _GRID)
    return np.isfinite(value) & (low <= exact) & (exact <= high)
