"""Shapes of Observations, and what `cds.adapters.fhir.observation` makes of them.

A shape is all of an Observation that decides how its numbers are read, without the numbers: status, codes, units, and
whatever may change the meaning. The reader for one patient is asked once for each shape, with the first Observation
that has it; when it reads known numbers and has nothing to say, all of that shape are read alike.
"""

import json
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any, Final, NamedTuple, cast

import msgspec

from cds.adapters.fhir.observation import Observations
from cds.adapters.fhir.resource import Json, Resource
from cds.adapters.fhir.value import unit_of_quantity
from cds.adapters.fhir_bulk.written import NOTHING, Component, Observation
from cds.adapters.rows import Intake, Reading
from cds.codes import Concept, Concepts
from cds.operators.reasons import NO_DATA
from cds.periods import Zone
from cds.units import Conversion, unit_of

THE_LONG_WAY: Final = 0
NOT_KNOWN: Final = 1
"""Numbers of shapes: those that only the reader for one patient reads; those with codes that no concept uses."""

_SELDOM: Final = (
    *("focus", "modifierExtension", "implicitRules", "interpretation"),
    *("bodySite", "extension", "device", "performer"),
)
_seldom: Final = attrgetter(*_SELDOM)
_PLAIN: Final = (NOTHING,) * len(_SELDOM)
_BY_VALUE: Final = frozenset({"implausible", "value_not_finite"})
_MOST: Final = 50_000  # shapes that are remembered
_TIME: Final = "2026-01-08T07:30:00+01:00"
_unit: Final = attrgetter("unit", "system", "code", "comparator")

Key = tuple[Any, ...]


class Shape(NamedTuple):
    """How the numbers of a shape are read. name: of the concept. sources: for each part the component that holds it;
    () = the value of the Observation itself. concepts, units, conversions: of each part."""

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

    def of(self, written: Sequence[Observation]) -> list[int]:
        """The number of the shape of each Observation."""
        found = list(map(self._numbers.get, _keys(written)))
        if None in found:
            keys = list(_keys(written))
            return [
                self._learn(key, each) if number is None else number
                for key, each, number in zip(keys, written, found, strict=True)
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


def _keys(written: Sequence[Observation]) -> Iterator[Key]:
    """What decides how the numbers of each Observation are read."""
    quantities = [each.valueQuantity for each in written]
    units = [None if each is None or each.value is None else _unit(each) for each in quantities]
    components: list[Any] = [each.component for each in written]
    if components.count(None) < len(components):
        components = [each and tuple(map(_part, each)) for each in components]
    labels = [
        None if each.meta is None or each.meta.security is NOTHING else bytes(each.meta.security) for each in written
    ]
    seldom = [None if each == _PLAIN else tuple(map(_rarity, _SELDOM, each)) for each in map(_seldom, written)]
    if labels.count(None) < len(labels):
        seldom = list(zip(seldom, labels, strict=True))
    codes, statuses = [bytes(each.code) for each in written], [each.status for each in written]
    return zip(codes, units, statuses, components, seldom, strict=True)


def _part(component: Component) -> Key:
    quantity = component.valueQuantity
    return bytes(component.code), None if quantity is None or quantity.value is None else _unit(quantity)


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
    sources = _sources(content, concepts, zone, readings[0])
    if sources is None:
        return THE_LONG_WAY
    held = [content["component"][each] for each in sources] or [content]
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
    if written.code is not NOTHING:
        content["code"] = json.loads(bytes(written.code))
    if written.valueQuantity is not None:
        content["valueQuantity"] = json.loads(msgspec.json.encode(written.valueQuantity))
    if written.component is not None:
        content["component"] = json.loads(msgspec.json.encode(written.component))
    if written.meta is not None and written.meta.security is not NOTHING:
        content["meta"] = {"security": json.loads(bytes(written.meta.security))}
    for name, element in zip(_SELDOM, _seldom(written), strict=True):
        if element is not NOTHING:
            content[name] = json.loads(bytes(element))
    return content


def _sources(content: Json, concepts: Concepts, zone: Zone, whole: Reading) -> tuple[int, ...] | None:
    """The component that each part of a reading comes from, () where it is the value itself; None when in doubt.

    Each component is asked about alone; together they must make up what all of them say.
    """
    components = content.get("component")
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
