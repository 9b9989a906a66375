"""Which counts must be held back so that no small one can be worked out from those that are published.

Published counts are linked: a total is the sum of its parts, in every table in which it occurs. Who reads them knows
these sums, and that no count is below 0. A small count is safe when the sums still allow it values that lie more than
`WIDTH` apart, however everything published is put together.

What the sums leave open is held as *circuits*: changes of counts that are held back which no sum notices. A count is
safe when a circuit runs through it that has room for more than `WIDTH` before any count falls below 0; that circuit is
the proof. We begin with everything held back and publish one count after another, the largest first, each only if every
small count keeps a proof. Arithmetic is in whole numbers, so nothing depends on rounding. That what reveals nothing is
published greedily by elimination is the idea of Statistics Norway's GaussSuppression; it asks that no small count is
determined, which follows here, since a count with room is not determined.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from math import gcd, inf
from typing import Final

WIDTH: Final = 1
"""A small count is safe when the least and the most that it may be lie further apart than this."""

_SMALL_ENOUGH: Final = 1000
_ENOUGH: Final = WIDTH + 1e-9
_MOST_PIVOTS: Final = 6  # ways that are tried to publish one cell

Circuit = dict[int, int]  # cell -> by how much it changes, never 0


@dataclass(frozen=True, slots=True)
class Sum:
    """Cells that together count as much as others do: a total and its parts. whole, parts: positions of cells."""

    whole: tuple[int, ...]
    parts: tuple[int, ...]

    @property
    def row(self) -> Circuit:
        """The sum as an equation: whole minus parts is 0."""
        found: Circuit = {}
        for cells, sign in ((self.whole, 1), (self.parts, -1)):
            for cell in cells:
                found[cell] = found.get(cell, 0) + sign
        return {cell: factor for cell, factor in found.items() if factor}


def held_back(
    counts: Sequence[int], sums: Sequence[Sum], small: Collection[int], is_open: Collection[int] = ()
) -> frozenset[int]:
    """The cells that must not be published: the small ones, and few others that protect them.

    counts: of each cell. sums: every sum that a reader knows. small: positions of the cells to be protected. is_open:
    positions of cells that are published whatever happens, such as counts of 0. A small cell that cannot be protected
    while those are open does not occur when only counts of 0 are. The same input gives the same cells.
    """
    if not small:
        return frozenset()
    may_be_held = frozenset(range(len(counts))) - frozenset(is_open)
    found = _HeldBack(counts, may_be_held, [each.row for each in _from_below(sums)], sorted(small))
    if not found.is_safe():
        raise ValueError("a small count cannot be protected while those around it are published whatever happens")
    return found.after_publishing()


def _from_below(sums: Sequence[Sum]) -> list[Sum]:
    """Totals of parts ordered so that a total comes after those among its parts; then what is no total of parts."""
    of: dict[int, set[int]] = {}
    for each in sums:
        if len(each.whole) == 1 < len(each.parts):
            of.setdefault(each.whole[0], set()).update(each.parts)
    order = {total: place for place, total in enumerate(TopologicalSorter(of).static_order())}
    last = len(order)
    return sorted(sums, key=lambda each: order[each.whole[0]] if len(each.whole) == 1 < len(each.parts) else last)


class _HeldBack:
    """Cells that are held back, and a basis of the circuits that the sums leave among them.

    Every change of these cells that no sum notices is made of circuits of the basis. room: of each circuit, how far one
    can go along it, forth and back together, before a count falls below 0.
    """

    def __init__(
        self, counts: Sequence[int], cells: frozenset[int], rows: Sequence[Circuit], small: Sequence[int]
    ) -> None:
        self.counts = counts
        self.cells = cells
        self.small = small
        self.circuits: dict[int, Circuit] = {cell: {cell: 1} for cell in sorted(cells)}
        self.through: dict[int, set[int]] = {cell: {cell} for cell in cells}
        for row in rows:
            self._obey({cell: factor for cell, factor in row.items() if cell in cells})
        self.room = {name: self._room(circuit) for name, circuit in self.circuits.items()}
        found = ((cell, next(self._proofs(cell), None)) for cell in small)
        self.proof = {cell: name for cell, name in found if name is not None}

    def is_safe(self) -> bool:
        """Whether every small cell has a proof."""
        return len(self.proof) == len(self.small)

    def after_publishing(self) -> frozenset[int]:
        """The cells that remain when all others were published that could be, the largest counts first."""
        held = sorted(self.cells - set(self.small), key=lambda cell: (-self.counts[cell], cell))
        while True:
            refused = [cell for cell in held if not self._publish(cell)]
            if len(refused) == len(held):
                return frozenset((*self.small, *refused))
            held = refused

    def _obey(self, row: Circuit) -> None:
        """Leave only the circuits that a sum does not notice."""
        noticed = {name for cell in row for name in self.through[cell]}
        change = {name: sum(row.get(cell, 0) * step for cell, step in self.circuits[name].items()) for name in noticed}
        change = {name: step for name, step in change.items() if step}
        if change:
            self._replace(*self._without(change, self._pivots(change)[0]))

    def _pivots(self, change: Mapping[int, int]) -> list[int]:
        """Circuits by which others may be mended, best first: on the side where fewer are, so that few are mixed with
        one of the other direction; short ones before long ones."""
        is_rising_rare = 2 * sum(step > 0 for step in change.values()) <= len(change)
        return sorted(change, key=lambda name: ((change[name] > 0) != is_rising_rare, len(self.circuits[name]), name))

    def _without(self, change: Mapping[int, int], pivot: int) -> tuple[dict[int, Circuit], int]:
        """Circuits combined with the pivot so that nothing changes any more, and the pivot, which is used up."""
        taken, step = self.circuits[pivot], change[pivot]
        return {
            name: _combined(self.circuits[name], step, taken, -change[name]) for name in sorted(change) if name != pivot
        }, pivot

    def _replace(self, fresh: Mapping[int, Circuit], pivot: int) -> None:
        for name in (*fresh, pivot):
            for cell in self.circuits.pop(name):
                self.through[cell].discard(name)
        for name, circuit in fresh.items():
            self.circuits[name] = circuit
            for cell in circuit:
                self.through[cell].add(name)

    def _publish(self, cell: int) -> bool:
        """Publish a cell unless a small one would lose its proof; whether it was."""
        change = {name: self.circuits[name][cell] for name in self.through[cell]}
        for pivot in self._pivots(change)[:_MOST_PIVOTS]:
            fresh, _ = self._without(change, pivot)
            room = {name: self._room(circuit) for name, circuit in fresh.items()}
            proof = self._proofs_with(fresh, room, pivot)
            if proof is not None:
                self._replace(fresh, pivot)
                self.room |= room
                self.proof |= proof
                return True
        return not change

    def _proofs_with(
        self, fresh: Mapping[int, Circuit], room: Mapping[int, float], pivot: int
    ) -> dict[int, int] | None:
        """A proof for each small cell whose own is replaced; None when one would have none."""
        found: dict[int, int] = {}
        for cell, name in self.proof.items():
            if name != pivot and name not in fresh:
                continue
            new = (each for each in fresh if abs(fresh[each].get(cell, 0)) * room[each] > _ENOUGH)
            kept = (each for each in self._proofs(cell) if each != pivot and each not in fresh)
            proof = next(new, next(kept, None))
            if proof is None:
                return None
            found[cell] = proof
        return found

    def _proofs(self, cell: int) -> Iterator[int]:
        """The circuits through a cell that have room enough."""
        return (
            name for name in sorted(self.through[cell]) if abs(self.circuits[name][cell]) * self.room[name] > _ENOUGH
        )

    def _room(self, circuit: Circuit) -> float:
        falling = min((self.counts[cell] / -step for cell, step in circuit.items() if step < 0), default=inf)
        rising = min((self.counts[cell] / step for cell, step in circuit.items() if step > 0), default=inf)
        return falling + rising


def _combined(first: Circuit, factor: int, second: Circuit, other: int) -> Circuit:
    """factor × first + other × second, in smallest whole numbers."""
    found = {cell: step * factor for cell, step in first.items()}
    for cell, step in second.items():
        found[cell] = found.get(cell, 0) + step * other
    shared = gcd(*found.values())
    return {cell: step // shared for cell, step in found.items() if step}
