"""What rests on what in a plan: from a column, a number, the date or the patient's limits to numbers and rules.

What rests on something is one whole number: bit i stands for number i, bit `len(numbers)` + j for rule j.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cds.plan import (
    NONE,
    Choice,
    Compare,
    Fact,
    Fires,
    IsKnown,
    IsTrue,
    Leaf,
    Limit,
    Matches,
    Measure,
    PairedLimit,
    Plan,
    Points,
    Rule,
    conditions_of,
    leaves_of,
    numbers_behind,
)

_NAME: Final = "cds.execute.live.reach"


@dataclass(frozen=True, slots=True)
class Reach:
    """What changes with what. numbers: what rests on each number, itself among it. columns: on each column key.

    ages: what rests on the patient's age or sex. limits: on limits, which a patient may have of their own.
    behind_limits: the numbers that the ruleset's own limits begin with; when one changes, limits are to be resolved
    anew. leaves: every comparison and question of the plan, and the numbers that it looks at as a mask. points: the
    banded points.
    """

    numbers: Sequence[int]
    columns: Mapping[str, int]
    ages: int
    limits: int
    behind_limits: int
    leaves: Sequence[tuple[Leaf, int]]
    points: Sequence[int]


def reach_of(plan: Plan) -> Reach:
    """The reach of a plan, worked out once."""
    found = plan.remembered.get(_NAME)
    if found is None:
        found = plan.remembered[_NAME] = _reach(plan)
    return found


def bits_of(mask: int) -> Iterator[int]:
    """Positions of the bits that are set.

    >>> list(bits_of(0b10110))
    [1, 2, 4]
    """
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def numbers_asked(leaf: Leaf) -> tuple[int, ...]:
    """The numbers that a comparison or question looks at, those for readings in another unit among them."""
    match leaf:
        case Compare(_, left, right, pair):
            return (left, right, *((pair.unit_of, pair.raw, pair.limit) if pair else ()))
        case IsTrue(number, limit):
            return (number,) if limit == NONE else (number, limit)
        case IsKnown(number) | Matches(number, _):
            return (number,)
        case Fires():
            return ()


def _reach(plan: Plan) -> Reach:
    numbers = _following(plan)
    columns: dict[str, int] = {}
    ages = limits = behind = 0
    for index, number in enumerate(plan.numbers):
        if isinstance(number, Measure):
            for key in number.input.keys:
                columns[key] = columns.get(key, 0) | numbers[index]
        elif isinstance(number, Fact):
            ages |= numbers[index]
        elif isinstance(number, Limit | PairedLimit):
            limits |= numbers[index]
            for each in numbers_behind(plan, [number.default]):
                behind |= 1 << each
    leaves = [(leaf, sum(1 << each for each in set(numbers_asked(leaf)))) for leaf in _every_leaf(plan)]
    points = [index for index, number in enumerate(plan.numbers) if isinstance(number, Points)]
    return Reach(numbers, columns, ages, limits, behind, leaves, points)


def _following(plan: Plan) -> list[int]:
    """What rests on each number. A later rule rests on what the earlier ones do that it asks about."""
    count = len(plan.numbers)
    rules = [1 << count + index for index in range(len(plan.rules))]
    for index in reversed(range(len(plan.rules))):
        for earlier in _rules_asked(plan.rules[index]):
            rules[earlier] |= rules[index]
    found = [0] * count
    for index in range(count):
        for behind in _all_behind(plan, [index]):
            found[behind] |= 1 << index
    for index, rule in enumerate(plan.rules):
        asked = (number for each in conditions_of(rule) for leaf in leaves_of(each) for number in numbers_asked(leaf))
        for behind in _all_behind(plan, [*asked, rule.subject, *rule.names.values()]):
            found[behind] |= rules[index]
    return found


def _all_behind(plan: Plan, roots: Sequence[int]) -> set[int]:
    """Every number that numbers rest on, also through comparisons in another unit."""
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        new = [each for each in numbers_behind(plan, waiting) if each not in found]
        found.update(new)
        waiting = [number for each in new for leaf in _leaves_in(plan, each) for number in numbers_asked(leaf)]
    return found


def _leaves_in(plan: Plan, index: int) -> Iterator[Leaf]:
    number = plan.numbers[index]
    if isinstance(number, Choice):
        for condition, _ in number.cases:
            yield from leaves_of(condition)


def _rules_asked(rule: Rule) -> set[int]:
    """The earlier rules that a rule looks at."""
    leaves = (leaf for each in conditions_of(rule) for leaf in leaves_of(each))
    return {*(leaf.rule for leaf in leaves if isinstance(leaf, Fires)), *rule.unknown_while, *rule.hidden_by}


def _every_leaf(plan: Plan) -> Iterator[Leaf]:
    """Every comparison and question of a plan, those that choose between numbers among them."""
    for index in range(len(plan.numbers)):
        yield from _leaves_in(plan, index)
    for rule in plan.rules:
        for condition in conditions_of(rule):
            yield from leaves_of(condition)
