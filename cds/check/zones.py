"""Zones: colours that can all show, the worst first."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Final

from cds import source
from cds.check.amounts import first_unit, in_unit
from cds.check.conditions import check_row_test
from cds.check.limits import number_of
from cds.check.names import Names
from cds.check.scores import span_of
from cds.diagnostics import Diagnostic
from cds.diagnostics.advice import GreenTwice, OrderNotKept, WorstFirst
from cds.diagnostics.findings import LevelHidden, NoLevel
from cds.model import Zone
from cds.phrases import RowTest

_COLOURS: Final = ("red", "orange", "yellow")
_UPWARD: Final = ("above", "at least")
_DOWNWARD: Final = ("below", "at most")


@dataclass(frozen=True, slots=True)
class _Region:
    """The numbers for which a level holds."""

    low: float
    low_inside: bool
    high: float
    high_inside: bool

    def holds(self, other: "_Region") -> bool:
        """Whether every number of the other one lies in this one."""
        begins = self.low < other.low or (self.low == other.low and (self.low_inside or not other.low_inside))
        ends = self.high > other.high or (self.high == other.high and (self.high_inside or not other.high_inside))
        return begins and ends


def check_zones(names: Names) -> Iterator[Diagnostic]:
    """Everything wrong with the zones of a file."""
    for name, zone in names.model.zones.items():
        spot = names.spot("zones", name, "value")
        sort = names.number(zone.value)
        if sort is None:
            yield names.missing_number(zone.value, spot.place)
        levels = levels_of(zone)
        if not levels:
            yield NoLevel.at(names.key("zones", name), name=name)
        for colour, test in levels.items():
            yield from check_row_test(names, test, sort, zone.value, names.spot("zones", name, colour))
        yield from _as_written(names, name)
        yield from _green(names, name, zone, levels)
        hidden = [each for pair in combinations(levels, 2) for each in _hidden(names, name, levels, *pair)]
        yield from hidden
        for worse, milder in pairwise(levels) if not hidden else ():
            yield from _kept(names, name, levels[worse], levels[milder], worse)


def levels_of(zone: Zone) -> dict[str, RowTest]:
    """Colour → test, worst first."""
    found = (("red", zone.red), ("orange", zone.orange), ("yellow", zone.yellow))
    return {colour: test for colour, test in found if test}


def _green(names: Names, name: str, zone: Zone, levels: dict[str, RowTest]) -> Iterator[Diagnostic]:
    """More than one stretch of numbers without a colour: one of them is likely forgotten."""
    regions = [_region(names, test) for test in levels.values()]
    known = sorted((each for each in regions if each), key=lambda each: (each.low, not each.low_inside))
    if len(known) < len(regions):
        return
    lowest, highest = span_of(names, zone.value)
    stretches: list[tuple[float, float]] = []
    edge, inside = lowest, False
    for region in known:
        if region.low > edge or (region.low == edge and not region.low_inside and not inside and edge != lowest):
            stretches.append((edge, region.low))
        if region.high > edge or (region.high == edge and region.high_inside):
            edge, inside = region.high, region.high_inside
    if edge < highest:
        stretches.append((edge, highest))
    if len(stretches) > 1:
        said = " and ".join(_stretch(*each, "below", "above", "to") for each in stretches)
        said_nb = " og ".join(_stretch(*each, "under", "over", "til") for each in stretches)
        yield GreenTwice.at(names.key("zones", name), name=name, stretches=said, stretches_nb=said_nb)


def _stretch(low: float, high: float, below: str, above: str, to: str) -> str:
    if math.isinf(low):
        return f"{below} {high:g}"
    return f"{above} {low:g}" if math.isinf(high) else f"{low:g} {to} {high:g}"


def _as_written(names: Names, name: str) -> Iterator[Diagnostic]:
    node = source.node_at(names.file.node, ("zones", name))
    written = [each for each in node.entries if each in _COLOURS] if isinstance(node, source.Mapping) else []
    for first, second in pairwise(written):
        if _COLOURS.index(first) > _COLOURS.index(second):
            place, also = names.key("zones", name, second), names.key("zones", name, first)
            yield WorstFirst.at(place, also=also, worse=second, milder=first)


def _hidden(names: Names, name: str, levels: dict[str, RowTest], worse: str, milder: str) -> Iterator[Diagnostic]:
    outer, inner = _region(names, levels[worse]), _region(names, levels[milder])
    if outer and inner and outer.holds(inner):
        place, also = names.file.place("zones", name, milder), names.file.place("zones", name, worse)
        yield LevelHidden.at(place, also=also, milder=milder, worse=worse)


def _region(names: Names, test: RowTest) -> _Region | None:
    """The numbers that a test holds when every limit has the ruleset's own number; None when one has none."""
    low = _number(names, test.lower.name)
    if low is None:
        return None
    if test.word in _UPWARD:
        return _Region(low, test.word == "at least", math.inf, True)
    if test.word in _DOWNWARD:
        return _Region(-math.inf, True, low, test.word == "at most")
    high = _number(names, test.upper.name) if test.upper else None
    return None if high is None else _Region(low, True, high, True)


def _number(names: Names, name: str) -> float | None:
    """A limit's own number, in the first unit of its dimension so that two can be compared."""
    limit = names.model.limits.get(name)
    quantity = number_of(limit) if limit else None
    if quantity is None:
        return None
    return in_unit(quantity.number, quantity.unit, first_unit(quantity.unit))


def _kept(names: Names, name: str, worse: RowTest, milder: RowTest, colour: str) -> Iterator[Diagnostic]:
    """Two limits of one direction, that a patient may have of their own, with nothing that keeps their order."""
    is_upward = worse.word in _UPWARD and milder.word in _UPWARD
    is_downward = worse.word in _DOWNWARD and milder.word in _DOWNWARD
    outer, inner = worse.lower.name, milder.lower.name
    if not (is_upward or is_downward) or outer == inner or not {outer, inner} <= set(names.model.limits):
        return
    if all(names.model.limits[each].fixed is not None for each in (outer, inner)):
        return
    upper, lower = (outer, inner) if is_upward else (inner, outer)
    if not _is_above(names, upper, lower):
        word, field = ("above", "beyond") if is_upward else ("below", "below")
        place = names.spot("zones", name, colour).part(worse.lower.start, worse.lower.end)
        yield OrderNotKept.at(place, worse=outer, milder=inner, word=word, field=field)


def _is_above(names: Names, upper: str, lower: str) -> bool:
    """Whether `beyond` and `below` keep one limit above another, through others too."""
    directly: dict[str, set[str]] = {}
    for name, limit in names.model.limits.items():
        if limit.beyond:
            directly.setdefault(name, set()).add(limit.beyond)
        if limit.below:
            directly.setdefault(limit.below, set()).add(name)
    seen = {upper}
    waiting = [upper]
    while waiting:
        fresh = directly.get(waiting.pop(), set()) - seen
        seen |= fresh
        waiting += sorted(fresh)
    return lower in seen
