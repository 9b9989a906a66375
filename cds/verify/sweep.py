"""Every rule at every combination of values that can make a difference to it."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import Final, Literal

from cds.execute.single import Verdict
from cds.operators.reasons import KNOWN
from cds.plan import Measure
from cds.verify.variables import Assumed, Valued, Variables

MOST: Final = 60_000  # combinations of one rule

_MOST_OTHERS: Final = 2_000  # combinations of what else the others look at
_WORST: Final = ("red", "orange", "yellow", "green", "")

Assignment = tuple[Valued, ...]
Answer = Literal["yes", "no", "undecided"]


@dataclass(frozen=True)
class Swept:
    """One rule at every combination of the numbers that it depends on.

    numbers: their positions. firing, quiet: the combinations at which it fires, and at which it does not.
    """

    rule: int
    numbers: tuple[int, ...]
    firing: frozenset[Assignment]
    quiet: frozenset[Assignment]

    def projected(self, shared: tuple[int, ...], fires: bool) -> frozenset[Assignment]:
        """What numbers that it shares with another rule are when it fires, or when it does not."""
        places = [self.numbers.index(each) for each in shared]
        asked = self.firing if fires else self.quiet
        return frozenset(tuple(each[place] for place in places) for each in asked)


@dataclass(frozen=True)
class Sweep:
    """The rules of a plan, swept one by one when they are asked about."""

    variables: Variables

    @cached_property
    def _done(self) -> dict[int, Swept | None]:
        return {}

    def rule(self, rule: int) -> Swept | None:
        """A rule at every combination; None when there are too many, or when no finite number stands for all."""
        if rule not in self._done:
            self._done[rule] = self._swept(rule)
        return self._done[rule]

    def _swept(self, rule: int) -> Swept | None:
        numbers = self.variables.behind(rule)
        choices = [self.variables.values[each] for each in numbers]
        if prod(map(len, choices)) > MOST or self.variables.joint.intersection(numbers):
            return None
        firing: set[Assignment] = set()
        quiet: set[Assignment] = set()
        for assignment in product(*choices):
            fires = self.verdict(rule, dict(zip(numbers, assignment, strict=True))).status == "fired"
            (firing if fires else quiet).add(assignment)
        return Swept(rule, numbers, frozenset(firing), frozenset(quiet))

    def verdict(self, rule: int, given: Mapping[int, Valued]) -> Verdict:
        """What a rule says when numbers are so, and all others unknown."""
        return Assumed(self.variables.plan, given.items(), self.variables.free).verdict(rule)

    def fires_ever(self, rule: int) -> Answer:
        """Whether there is a combination at which a rule fires."""
        swept = self.rule(rule)
        if swept is None:
            return "undecided"
        return "yes" if swept.firing else "no"

    def together(self, one: int, other: int) -> tuple[Answer, Answer]:
        """Whether two rules can fire together, and whether one of them can fire without the other."""
        first, second = self.rule(one), self.rule(other)
        if first is None or second is None:
            return "undecided", "undecided"
        shared = tuple(each for each in first.numbers if each in second.numbers)
        fires, quiet = ([each.projected(shared, way) for each in (first, second)] for way in (True, False))
        both = bool(fires[0] & fires[1])
        apart = bool(fires[0] & quiet[1]) or bool(quiet[0] & fires[1])
        return "yes" if both else "no", "yes" if apart else "no"

    def silent_at_worst(self, rule: int) -> Iterator[tuple[int, tuple[float, float]]]:
        """Numbers, each with its lowest and highest value, of which a rule fires for some value between them while
        nothing fires at either end: whichever end is the worst, nobody is told of it.
        """
        swept = self.rule(rule)
        for number in swept.numbers if swept else ():
            ends = self._ends(number)
            if swept and ends and any(self._silent(swept, number, ends, each) for each in sorted(swept.firing)):
                yield number, ends

    def _ends(self, number: int) -> tuple[float, float] | None:
        """The lowest and highest value of a measured number; None when it has none, or only says yes or no."""
        domain = self.variables.domain(number)
        is_bounded = domain.low > -math.inf and domain.high < math.inf and domain.high > 1.0
        is_measured = isinstance(self.variables.plan.numbers[number], Measure)
        return (domain.low, domain.high) if is_bounded and is_measured else None

    def _silent(self, swept: Swept, number: int, ends: tuple[float, float], assignment: Assignment) -> bool:
        given = dict(zip(swept.numbers, assignment, strict=True))
        if given[number][1] != KNOWN:
            return False
        others = self._others(swept, number)
        more = sorted({each for rule in others for each in self.variables.behind(rule)} - given.keys())
        choices = [self.variables.values[each][:-1] for each in more]
        if prod(map(len, choices)) > _MOST_OTHERS or self.variables.joint.intersection(more):
            return False
        return any(
            not any(
                self._somebody(others, {**given, **dict(zip(more, known, strict=True)), number: (end, KNOWN)})
                for end in ends
            )
            for known in product(*choices)
        )

    def _others(self, swept: Swept, number: int) -> list[int]:
        """The rules of the same ruleset, this one too, that look at a number."""
        plan = self.variables.plan
        own = (each for each, rule in enumerate(plan.rules) if rule.ruleset == plan.rules[swept.rule].ruleset)
        return [each for each in own if number in self.variables.behind(each)]

    def _somebody(self, rules: Iterable[int], given: Mapping[int, Valued]) -> bool:
        """Whether one of some rules says more than that all is well: it fires, waits, or does not know."""
        return any(self.verdict(rule, given).status not in ("not_fired", "not_applicable") for rule in rules)

    def hides_worse(self, hidden: int, hiding: int) -> bool:
        """Whether there is a combination at which a rule fires and one of a milder colour hides it; not when there are
        too many to tell.
        """
        numbers = sorted({*self.variables.behind(hidden), *self.variables.behind(hiding)})
        choices = [self.variables.values[each] for each in numbers]
        if prod(map(len, choices)) > MOST or self.variables.joint.intersection(numbers):
            return False
        for assignment in product(*choices):
            evaluation = Assumed(self.variables.plan, zip(numbers, assignment, strict=True), self.variables.free)
            inner, outer = evaluation.verdict(hidden), evaluation.verdict(hiding)
            if inner.status == outer.status == "fired" and _WORST.index(inner.colour) < _WORST.index(outer.colour):
                return True
        return False
