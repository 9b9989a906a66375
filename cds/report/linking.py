"""Counts in several groupings as cells, and every sum that links them.

A *kind* of patients is one value of each group. A *part* is what a cell counts among them (all, or those with some
outcomes). A cell is one part in one group of one grouping; with a grouping its margins are published too. Whoever
reads them knows three kinds of sums: a part is the sum of the parts that it is made of, in every group; the groups of
one grouping have the same sum as those of another wherever both cover the same patients (margins, a municipality and
its county, a unit that is the whole of a municipality); and parts that are the same everywhere are the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from cds.report.suppression import Sum

Kind = tuple[str, ...]
Grouping = tuple[int, ...]  # positions of groups
Part = tuple[Any, ...]
Cell = tuple[Part, Grouping, Kind]  # the kind has the values of the grouping's groups

_EVERYBODY: Final[Grouping] = ()


@dataclass(frozen=True)
class Linked:
    """Cells with their counts, and the sums between their positions."""

    cells: Mapping[Cell, int]
    counts: Sequence[int]
    sums: Sequence[Sum]


def with_margins(groupings: Iterable[Sequence[int]]) -> tuple[Grouping, ...]:
    """The groupings, everybody, and everything between them, few groups first.

    >>> with_margins([(0, 2)])
    ((), (0,), (2,), (0, 2))
    """
    found = {
        tuple(sorted(part)) for each in groupings for size in range(len(each) + 1) for part in combinations(each, size)
    }
    return tuple(sorted({_EVERYBODY, *found}, key=lambda each: (len(each), each)))


def linked(
    parts: Mapping[Part, Mapping[Kind, int]],
    groupings: Sequence[Grouping],
    made_of: Mapping[Part, Sequence[Sequence[Part]]],
    everybody: Part,
    are_zeros_open: bool = True,
) -> Linked:
    """The cells of all parts in all groupings.

    parts: what is counted -> kind -> how many. groupings: with their margins. made_of: part -> each way in which it is
    the sum of others. everybody: the part that says which groups there are; a group without anybody is no cell.
    are_zeros_open: a reader sees where there is nobody, and so knows that no kind within has anybody either.
    """
    cells: dict[Cell, int] = {}
    counts: list[int] = []
    for part, of_kind in parts.items():
        for grouping in groupings:
            totals = _totals(of_kind, grouping)
            for group in sorted(_totals(parts[everybody], grouping)):
                cells[part, grouping, group] = len(counts)
                counts.append(totals.get(group, 0))
    sums: dict[Sum, None] = {}
    for part, of_kind in parts.items():
        known = _perhaps(parts[everybody], of_kind, groupings) if are_zeros_open else list(parts[everybody])
        for one, other in _same_patients(sorted(known), groupings):
            left, right = (tuple(cells[part, *each] for each in side) for side in (one, other))
            sums[Sum(left, right)] = None
    same = [(one, [other]) for one, other in _same_parts(parts)]
    for whole, ways in [*((part, way) for part, all_ways in made_of.items() for way in all_ways), *same]:
        for grouping in groupings:
            for group in _totals(parts[everybody], grouping):
                sums[Sum((cells[whole, grouping, group],), tuple(cells[each, grouping, group] for each in ways))] = None
    return Linked(cells, counts, tuple(sums))


def _in(kind: Kind, grouping: Grouping) -> Kind:
    return tuple(kind[each] for each in grouping)


def _totals(of_kind: Mapping[Kind, int], grouping: Grouping) -> dict[Kind, int]:
    found: dict[Kind, int] = defaultdict(int)
    for kind, count in of_kind.items():
        found[_in(kind, grouping)] += count
    return found


def _perhaps(everybody: Iterable[Kind], of_kind: Mapping[Kind, int], groupings: Sequence[Grouping]) -> list[Kind]:
    """The kinds of which the published zeros do not say that nobody is there."""
    totals = [(each, _totals(of_kind, each)) for each in groupings]
    return [kind for kind in everybody if all(total.get(_in(kind, each), 0) for each, total in totals)]


Side = tuple[tuple[Grouping, Kind], ...]


def _same_patients(kinds: Sequence[Kind], groupings: Sequence[Grouping]) -> Iterable[tuple[Side, Side]]:
    """Groups of one grouping that together hold the same patients as groups of another, as small as they come.

    What follows from others (a county from its municipalities by sex, when it does from its municipalities) is left
    out.
    """
    told: dict[frozenset[int], list[set[Grouping]]] = {}
    for one, other in combinations(groupings, 2):
        is_margin = set(one) < set(other)
        if is_margin and len(other) > len(one) + 1:
            continue
        for members in _covered(kinds, one, other):
            classes = told.setdefault(members, [])
            if not is_margin and any(_follows(one, other, each) for each in classes):
                continue
            _join(classes, one, other)
            yield _side(kinds, members, one), _side(kinds, members, other)


def _follows(one: Grouping, other: Grouping, known: set[Grouping]) -> bool:
    return any(set(each) <= set(one) for each in known) and any(set(each) <= set(other) for each in known)


def _join(classes: list[set[Grouping]], one: Grouping, other: Grouping) -> None:
    both = {one, other}
    touching = [each for each in classes if each & both]
    classes[:] = [*(each for each in classes if not each & both), both.union(*touching)]


def _side(kinds: Sequence[Kind], members: frozenset[int], grouping: Grouping) -> Side:
    return tuple((grouping, group) for group in sorted({_in(kinds[each], grouping) for each in members}))


def _covered(kinds: Sequence[Kind], one: Grouping, other: Grouping) -> list[frozenset[int]]:
    """The kinds in sets, as small as can be, that are whole groups of both groupings."""
    parent: dict[tuple[int, Kind], tuple[int, Kind]] = {}

    def root(node: tuple[int, Kind]) -> tuple[int, Kind]:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for kind in kinds:
        parent[root((1, _in(kind, other)))] = root((0, _in(kind, one)))
    found: dict[tuple[int, Kind], list[int]] = defaultdict(list)
    for number, kind in enumerate(kinds):
        found[root((0, _in(kind, one)))].append(number)
    return [frozenset(each) for each in found.values()]


def _same_parts(parts: Mapping[Part, Mapping[Kind, int]]) -> Iterable[tuple[Part, Part]]:
    """Parts that count the same in every kind, each with the one before it."""
    last: dict[frozenset[tuple[Kind, int]], Part] = {}
    for part, of_kind in parts.items():
        key = frozenset((kind, count) for kind, count in of_kind.items() if count)
        if key and key in last:
            yield last[key], part
        last[key] = part
