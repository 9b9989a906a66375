"""A plan made ready for columns, and what columns of numbers, conditions and rules consist of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from cds.plan import (
    NONE,
    Choice,
    Compare,
    Condition,
    IsKnown,
    IsTrue,
    Leaf,
    Matches,
    Pair,
    Plan,
    Rule,
    conditions_of,
    leaves_of,
)
from cds.population import Array

NO_ORIGIN: Final = 0
ORIGINS: Final = ("", "default", "adaptation", "patient")
COLOURS: Final = ("", "green", "yellow", "orange", "red")


class Valued(NamedTuple):
    """A number of every patient: float64 values, int8 reasons."""

    value: Array
    reason: Array


class Decided(NamedTuple):
    """A condition of every patient: int8 states, and int32 positions in `Program.leaves` of what decided."""

    state: Array
    leaf: Array


class Verdict(NamedTuple):
    """A rule of every patient: codes of `kernels`, `COLOURS` and reasons; leaf as in `Decided`, hidden_by a rule."""

    status: Array
    colour: Array
    reason: Array
    uncertain: Array
    leaf: Array
    hidden_by: Array


@dataclass(frozen=True)
class Program:
    """A plan with what every chunk of patients needs of it. leaves: every condition that can decide, by position."""

    plan: Plan
    leaves: tuple[Leaf, ...]
    position: dict[int, int]  # id of a leaf -> position

    def shown(self, rule: Rule, leaf: int) -> tuple[int, int]:
        """Positions of the number and the limit that a finding shows; NONE where there is none."""
        number, limit = NONE, NONE
        match self.leaves[leaf] if leaf != NONE else None:
            case Compare(left=left, right=right):
                number, limit = left, right
            case IsTrue(number=known, limit=right):
                number, limit = known, right
            case IsKnown(number=known) | Matches(number=known):
                number = known
            case _:
                pass
        return (rule.subject if rule.subject != NONE else number), limit

    def pair_of(self, leaf: int) -> Pair | None:
        """The second unit in which a comparison is made for readings that arrived in it."""
        found = self.leaves[leaf] if leaf != NONE else None
        return found.pair if isinstance(found, Compare) else None


def program_of(plan: Plan) -> Program:
    """Prepare a plan."""
    leaves = tuple(leaf for each in _conditions(plan) for leaf in leaves_of(each))
    return Program(plan, leaves, {id(leaf): place for place, leaf in enumerate(leaves)})


def _conditions(plan: Plan) -> Iterator[Condition]:
    for number in plan.numbers:
        if isinstance(number, Choice):
            yield from (condition for condition, _ in number.cases)
    for rule in plan.rules:
        yield from conditions_of(rule)
