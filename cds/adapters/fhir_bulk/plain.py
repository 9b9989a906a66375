"""Observations that are read the short way → rows: numbers and times in columns, each row with its shape."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, cast

import numpy as np

from cds.adapters.fhir.instants import Instants
from cds.adapters.fhir_bulk.moments import NOT_READ, read_times
from cds.adapters.fhir_bulk.shapes import NOT_KNOWN, Shape, Shapes
from cds.adapters.fhir_bulk.written import Observation
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

    def take(self, written: Sequence[Observation], whose: Array, places: Array) -> Array:
        """Add the Observations of patients that can be read the short way; a mask of those that cannot.

        whose: the position of each one's patient, negative = nobody's. places: of their lines among all lines.
        """
        shape = np.array(self._shapes.of(written), np.int32)
        rules = self._rules_now()
        is_ours = whose >= 0
        parts = np.where(is_ours, rules.parts[shape], 0)
        way = np.where(is_ours & (shape == NOT_KNOWN), COUNTED, LONG)
        seen = self._count + np.arange(len(written))
        for count in range(1, int(parts.max(initial=0)) + 1):
            here = np.flatnonzero(parts == count)
            if len(here):
                chosen = written if len(here) == len(written) else [written[each] for each in here.tolist()]
                rows, is_read = self._read(chosen, whose[here], shape[here], seen[here], count)
                way[here[is_read]] = SHORT
                self._rows.setdefault(count, []).append(rows)
        self._see(whose, [each.id for each in written], places, way)
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

    def _read(
        self, written: Sequence[Observation], whose: Array, shape: Array, seen: Array, count: int
    ) -> tuple[Rows, Array]:
        """The rows of Observations with so many parts each, and which of the Observations they are."""
        rules = self._rules_now()
        time = read_times([each.effectiveDateTime or "" for each in written], self._instants)
        recorded, is_read = self._recorded(written)
        try:
            raw = np.array(self._numbers(written, shape), np.float64).reshape(-1, count) + 0.0
        except OverflowError:  # a whole number that no float holds
            raw = np.full((len(written), count), np.nan)
        how = Conversion(*(cast("float", each[shape, :count]) for each in rules.conversions))
        with np.errstate(all="ignore"):
            value = cast("Array", convert(cast("float", raw), how))
            is_read &= _is_plausible(value, rules.low[shape, :count], rules.high[shape, :count]).all(axis=1)
        is_read &= (time != NOT_READ) & ((recorded == FIRST_TIME) | (time - recorded <= SAME_DAY))
        return Rows(whose, shape, time, recorded, raw, value, seen).taken(np.flatnonzero(is_read)), is_read

    def _recorded(self, written: Sequence[Observation]) -> tuple[Array, Array]:
        """When each became known, and whether that can be read where it is stated."""
        stated = [each.issued for each in written]
        texts = [each for each in stated if each is not None]
        if len(texts) == len(stated):
            found = read_times(texts, self._instants)
            return found, found != NOT_READ
        is_stated = np.array([each is not None for each in stated], np.bool_)
        found = np.full(len(stated), FIRST_TIME, np.int64)
        found[is_stated] = read_times(texts, self._instants)
        return found, found != NOT_READ

    def _numbers(self, written: Sequence[Observation], shape: Array) -> list[Any]:
        """The numbers of all Observations, part after part."""
        components = [each.component for each in written]
        if components.count(None) == len(components):
            return [each.valueQuantity and each.valueQuantity.value for each in written]
        sources = [each.sources if each else () for each in self.shapes]
        found: list[Any] = []
        numbers: list[int] = shape.tolist()
        for each, number in zip(written, numbers, strict=True):
            held = [each.component[place] for place in sources[number]] if each.component else [each]
            found += [one.valueQuantity and one.valueQuantity.value for one in held]
        return found


class _Rules(NamedTuple):
    """What shapes say, by number. parts: how many numbers each has, 0 = not read the short way; the others have a
    column for each part."""

    parts: Array
    conversions: tuple[Array, Array, Array]
    low: Array
    high: Array


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


def _is_plausible(value: Array, low: Array, high: Array) -> Array:
    """`cds.adapters.amounts.is_possible` of many values at once, none of them a bound."""
    exact = np.where(np.abs(value) > _GRID_SPAN, value, np.floor(value * _GRID + 0.5) / _GRID)
    return np.isfinite(value) & (low <= exact) & (exact <= high)
