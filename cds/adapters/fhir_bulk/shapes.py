"""Shapes of Observations, and what `cds.adapters.fhir.observation` makes of them.

A shape is all of an Observation that decides how its numbers are read, without the numbers: status, codes, units, and
whatever may change the meaning. The reader for one patient is asked once for each shape, with the first Observation
that has it; when it reads known numbers and has nothing to say, all of that shape are read alike.
"""

from collections.abc import Iterator, Sequence
from itertools import repeat
from operator import attrgetter
from typing import Any, Final, NamedTuple, cast

import msgspec

from cds.adapters.fhir.observation import Observations
from cds.adapters.fhir.resource import Json, Resource
from cds.adapters.fhir.value import unit_of_quantity
from cds.adapters.fhir_bulk.numbers import Around, marked, value_of
from cds.adapters.fhir_bulk.written import NOTHING, SELDOM, Observation, Written
from cds.adapters.rows import Intake, Reading
from cds.adapters.shapes import as_list, as_object
from cds.codes import Concept, Concepts
from cds.operators.reasons import NO_DATA
from cds.periods import Zone
from cds.units import Conversion, unit_of

THE_LONG_WAY: Final = 0
NOT_KNOWN: Final = 1
"""Numbers of shapes: those that only the reader for one patient reads; those with codes that no concept uses."""

_BY_VALUE: Final = frozenset({"implausible", "value_not_finite"})
_MOST: Final = 50_000  # shapes that are remembered
_TIME: Final = "2026-01-08T07:30:00+01:00"
_DECISIVE: Final = ("code", "valueQuantity", "component", *SELDOM)
_decisive: Final = attrgetter(*_DECISIVE)

Key = tuple[Any, ...]


class Shape(NamedTuple):
    """How the numbers of a shape are read. name: of the concept. sources: for each part the number in `component`
    that it is, from 0; () = the value of the Observation itself. concepts, units, conversions: of each part."""

    name: str
    sources: tuple[int, ...]
    concepts: tuple[Concept, ...]
    units: tuple[int, ...]
    conversions: tuple[Conversion, ...]
    attribute: int


class Shapes:
    """Numbers the shapes as they come. `shapes[number]` is None for those that are not read the short way."""

    def __init__(self, concepts: Concepts, zone: Zone) -> None:
        self._concepts = concepts
        self._zone = zone
        self._numbers: dict[Key, int] = {}
        self.shapes: list[Shape | None] = [None, None]

    def of(self, written: Written, units: Sequence[Around], parts: Sequence[Around] | None) -> list[int]:
        """The number of the shape of each Observation.

        units, parts: what stands around the numbers of `valueQuantity` and of `component`; None = no components.
        """
        found = list(map(self._numbers.get, _keys(written, units, parts)))
        if None in found:
            return [
                self._learn(key, each) if number is None else number
                for key, each, number in zip(_keys(written, units, parts), written.each, found, strict=True)
            ]
        return cast("list[int]", found)

    def _learn(self, key: Key, written: Observation) -> int:
        """The number of a shape that may be new."""
        if key in self._numbers:
            return self._numbers[key]
        try:
            shape = _shape(written, self._concepts, self._zone)
        except (_DependsOnValue, ValueError, RecursionError):
            return THE_LONG_WAY
        number = shape if isinstance(shape, int) else len(self.shapes)
        if not isinstance(shape, int):
            self.shapes.append(shape)
        if len(self._numbers) < _MOST:
            self._numbers[key] = number
        return number


class _DependsOnValue(Exception):
    """What is said of an Observation holds for its value, and not for its shape."""


def _keys(written: Written, units: Sequence[Around], parts: Sequence[Around] | None) -> Iterator[Key]:
    """What decides how the numbers of each Observation are read."""
    rarities, labels = _rarities(written), _labels(written)
    return zip(written.codes, units, written.statuses, parts or repeat(b""), rarities, labels, strict=False)


def _rarities(written: Written) -> "Sequence[Key] | repeat[None]":
    """The elements of each Observation that are there seldom."""
    if not written.seldom:
        return repeat(None)
    columns = [
        [None if each is NOTHING else _rarity(name, each) for each in held] if held else repeat(None)
        for name, held in zip(SELDOM, map(written.seldom.get, SELDOM), strict=True)
    ]
    return list(zip(*columns, strict=False))


def _labels(written: Written) -> "Sequence[bytes | None] | repeat[None]":
    """The labels of who may see each Observation."""
    if written.metas.count(None) == len(written.metas):
        return repeat(None)
    return [None if each is None or each.security is NOTHING else bytes(each.security) for each in written.metas]


def _rarity(name: str, element: msgspec.Raw) -> bytes:
    """A seldom element as far as it may change the meaning: whose device and which performer it was does not."""
    written = bytes(element)
    if name == "device":
        return b'{"display":"?"}' if written[:1] == b"{" and b'"' in written else b""
    if name == "performer":
        return written if b"RelatedPerson" in written or b"\\" in written else b""
    return written


def _shape(written: Observation, concepts: Concepts, zone: Zone) -> Shape | int:
    """How Observations like this are read, by asking the reader for one patient."""
    content = _content(written)
    found = _asked(content, concepts, zone)
    said = {each.code for each in found.issues}
    if said & _BY_VALUE:
        raise _DependsOnValue
    if said == {"unknown_code"} and not found.readings and not found.withheld:
        return NOT_KNOWN
    if said or found.withheld or len(found.readings) != 1:
        return THE_LONG_WAY
    [(name, readings)] = found.readings.items()
    concept = concepts.by_name[name]
    if len(readings) != 1 or any(readings[0].qualities):
        return THE_LONG_WAY
    places = _places(content, concepts, zone, readings[0])
    sources = None if places is None else _sources(written, places)
    if places is None or sources is None:
        return THE_LONG_WAY
    held = [content["component"][each] for each in places] or [content]
    parts = tuple(concept.parts.values()) or (concept,)
    units = [unit_of(unit_of_quantity(each["valueQuantity"])) for each in held]
    conversions = tuple(part.units[unit.ucum] for part, unit in zip(parts, units, strict=True) if unit)
    if len(conversions) < len(parts):
        return THE_LONG_WAY
    return Shape(name, sources, parts, readings[0].units, conversions, readings[0].attribute)


def _asked(content: Json, concepts: Concepts, zone: Zone) -> Intake:
    """What the reader for one patient makes of an Observation by itself."""
    intake = Intake(concepts, zone)
    reader = Observations(intake)
    reader.take(Resource("Observation", content, "", 0))
    reader.finish()
    return intake


def _content(written: Observation) -> dict[str, Any]:
    """The Observation with what its shape consists of, measured at some time."""
    content: dict[str, Any] = {"status": written.status, "effectiveDateTime": _TIME}
    if written.meta is not None and written.meta.security is not NOTHING:
        content["meta"] = {"security": value_of(bytes(written.meta.security))}
    for name, element in zip(_DECISIVE, _decisive(written), strict=True):
        if element is not None and element is not NOTHING:
            content[name] = value_of(bytes(element))
    return content


def _places(content: Json, concepts: Concepts, zone: Zone, whole: Reading) -> tuple[int, ...] | None:
    """The component that each part of a reading comes from, () where it is the value itself; None when in doubt.

    Each component is asked about alone; together they must make up what all of them say.
    """
    components = as_list(content.get("component")) or ()
    if not components:
        return () if len(whole.values) == 1 else None
    if "valueQuantity" in content:
        return None
    found: dict[int, int] = {}
    for place, component in enumerate(components):
        alone = _asked({**content, "component": [component]}, concepts, zone)
        readings = [each for many in alone.readings.values() for each in many]
        parts = [part for each in readings for part, quality in enumerate(each.qualities) if quality != NO_DATA]
        if len(parts) > 1 or any(part in found for part in parts):
            return None
        found.update(dict.fromkeys(parts, place))
    return tuple(found[part] for part in range(len(whole.values))) if len(found) == len(whole.values) else None


def _sources(written: Observation, places: Sequence[int]) -> tuple[int, ...] | None:
    """Which number of all in `component` stands in each of some components; () for none of them; None when in doubt,
    also where there are other numbers than those of quantities."""
    said, marks = marked(bytes(written.component if places else written.valueQuantity))
    held = [(as_object(each) or {}).get("valueQuantity") for each in as_list(said) or ()] if places else [said]
    values: list[Any] = [(as_object(each) or {}).get("value") for each in held]
    if [each for each in values if each is not None] != marks:
        return None
    return tuple(marks.index(values[place]) for place in places)
