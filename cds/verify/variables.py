"""What a ruleset's rules depend on, and the values at which any of them may change its mind.

A rule sees a measured number only through comparisons with constants. So it is enough to look at each constant, at one
value between each two neighbours, at both ends of what can be measured, and at the number being unknown: what holds
there holds everywhere. Numbers are taken to be independent of each other, which allows more than patients can show:
what cannot be under that freedom cannot be at all.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from cds.codes import Concept, Concepts
from cds.execute.single import Evaluation
from cds.operators import OPERATORS
from cds.operators.logic import ADD, MULTIPLY, SUBTRACT
from cds.operators.reasons import AT_LEAST, AT_MOST, KNOWN, NO_DATA, NOT_SET
from cds.patient import SEX, Patient
from cds.periods import NORWAY, zone
from cds.plan import (
    NONE,
    Arithmetic,
    Choice,
    Compare,
    Condition,
    Fact,
    Fires,
    IsKnown,
    IsTrue,
    Limit,
    Matches,
    Measure,
    PairedLimit,
    Plan,
    Points,
    Rounded,
    Total,
    leaves_of,
    numbers_behind,
)

Valued = tuple[float, int]
UNKNOWN: Final[Valued] = (0.0, NO_DATA)
_OLDEST: Final = 125.0
_FEW: Final = 200.0
_SHARES: Final = frozenset(
    "percent_of_readings percent_of_time share_taken correct_dosing_days share_on_time percent_of_days_covered".split()
)
_WHOLE: Final = frozenset({"readings", "doses", "episodes", "medicines", "dispenses"})
_COUNTED: Final = frozenset({"points", "score"})
_SELECTING: Final = frozenset({"last_reading", "previous", "min", "max"})
_AS_MEASURED: Final = frozenset({"last_reading", "previous", "min", "max", "mean", "median", "protocol_mean"})


class Assumed(Evaluation):
    """The rules of a plan when some numbers are as assumed; what is not assumed is unknown."""

    def __init__(self, plan: Plan, numbers: Iterable[tuple[int, Valued]], free: Iterable[int]) -> None:
        super().__init__(plan, _nobody(), 0)
        for index in free:
            self._numbers[index] = UNKNOWN
        for index, valued in numbers:
            self._numbers[index] = valued


def _nobody() -> Patient:
    return Patient("", zone(NORWAY), {})


@dataclass(frozen=True, slots=True)
class Domain:
    """The values that a number can have. whole: only whole numbers."""

    low: float = -math.inf
    high: float = math.inf
    whole: bool = False

    @property
    def is_listed(self) -> bool:
        """Whether its values are few enough to be looked at one by one."""
        return self.whole and self.high - self.low < _FEW


@dataclass(frozen=True)
class Variables:
    """The numbers of a plan that come from a patient, and what rules see of them."""

    plan: Plan
    concepts: Concepts

    @cached_property
    def free(self) -> tuple[int, ...]:
        """Positions of the numbers that come from a patient."""
        return tuple(place for place, each in enumerate(self.plan.numbers) if isinstance(each, Measure | Fact))

    def behind(self, rule: int) -> tuple[int, ...]:
        """The free numbers that a rule depends on, by way of other rules too."""
        found: dict[int, None] = {}
        for each in self.rules_behind(rule):
            found |= dict.fromkeys(self._sees(*_conditions(self.plan, each)))
        return tuple(sorted(found))

    def rules_behind(self, rule: int) -> tuple[int, ...]:
        """A rule and those that it refers to."""
        found, waiting = dict[int, None](), [rule]
        while waiting:
            each = waiting.pop()
            if each not in found:
                found[each] = None
                asked = self.plan.rules[each]
                waiting += [*asked.unknown_while, *(_fired(_conditions(self.plan, each)))]
        return tuple(sorted(found))

    def limits_behind(self, rule: int) -> frozenset[int]:
        """The limits that a rule depends on, by way of other rules too."""
        roots = [each for place in self.rules_behind(rule) for each in _conditions(self.plan, place)]
        return frozenset(self.plan.limits.keys() & set(numbers_behind(self.plan, roots)))

    @cached_property
    def _are_free(self) -> frozenset[int]:
        return frozenset(self.free)

    def depends_on(self, number: int) -> frozenset[int]:
        """The free numbers behind a number."""
        return self._are_free.intersection(numbers_behind(self.plan, [number]))

    def domain(self, number: int) -> Domain:
        """The values that a free number can have."""
        each = self.plan.numbers[number]
        if isinstance(each, Fact):
            return (
                Domain(0.0, _OLDEST, whole=True) if each.name == "age" else Domain(0.0, float(max(SEX.values())), True)
            )
        assert isinstance(each, Measure)
        if each.input.column != "values":  # as it arrived: the unit's id, or the number in any unit
            return Domain(0.0, whole=True) if each.input.column == "unit" else Domain()
        concept = _concept(self.concepts, each.input.key)
        result = OPERATORS[each.operator].result
        if result == "yes_no":
            return Domain(0.0, 1.0, whole=True)
        if each.operator in _SHARES:
            return Domain(0.0, 100.0)
        if result in _WHOLE:
            return Domain(0.0, whole=True)
        if concept and concept.plausible and each.operator in _AS_MEASURED:
            is_counted = concept.unit in _COUNTED and each.operator in _SELECTING
            return Domain(*concept.plausible, whole=is_counted)
        return Domain()

    @cached_property
    def tests(self) -> tuple[Condition, ...]:
        """Every comparison that any rule, or any limit that goes by cases, makes."""
        roots = [each for place in range(len(self.plan.rules)) for each in _conditions(self.plan, place)]
        found = dict.fromkeys(leaf for root in roots for leaf in leaves_of(root))
        for number in self.plan.numbers:
            for case, _ in getattr(number, "cases", ()):
                found |= dict.fromkeys(leaves_of(case))
        return tuple(found)

    @cached_property
    def weighed(self) -> frozenset[int]:
        """Free numbers that some comparison, or some bands, weigh against each other, against points or themselves."""
        roots = [(test.left, test.right) for test in self.tests if isinstance(test, Compare)]
        roots += [(each.of,) for each in self.plan.numbers if isinstance(each, Points)]
        found: set[int] = set()
        for sides in roots:
            uses = [free for side in sides for free in self._uses(side)]
            if len(uses) > 1 or (uses and any(self._has_points(side) for side in sides)):
                found.update(uses)
        return frozenset(found)

    @cached_property
    def joint(self) -> frozenset[int]:
        """Those of them for which no finite set of values stands for all."""
        return frozenset(each for each in self.weighed if not self.domain(each).is_listed)

    @cached_property
    def _mixed(self) -> frozenset[int]:
        """Those that are compared with something that depends on another, such as a limit by age."""
        found: set[int] = set(self.weighed)
        for test in self.tests:
            if isinstance(test, Compare) and len(self._sees(test)) > 1:
                paired = (test.pair.unit_of, test.pair.raw) if test.pair else ()
                found.update(free for side in (test.left, test.right, *paired) for free in self._uses(side))
        return frozenset(found)

    def _uses(self, number: int) -> list[int]:
        """The free numbers that a number is made from otherwise than by bands of points, as often as each occurs."""
        if isinstance(self.plan.numbers[number], Measure | Fact):
            return [number]
        return [free for part in self._made_from(number) for free in self._uses(part)]

    def _has_points(self, number: int) -> bool:
        is_points = isinstance(self.plan.numbers[number], Points)
        return is_points or any(self._has_points(part) for part in self._made_from(number))

    def _made_from(self, number: int) -> tuple[int, ...]:
        each = self.plan.numbers[number]
        parts: tuple[int, ...] = ()
        if isinstance(each, Rounded):
            parts = (each.of,)
        elif isinstance(each, Arithmetic):
            parts = each.left, each.right
        elif isinstance(each, Total):
            parts = each.parts
        elif isinstance(each, Choice):
            parts = (*(use for _, use in each.cases), each.otherwise)
        elif isinstance(each, Limit | PairedLimit):
            parts = (each.default,)
        return tuple(part for part in parts if part != NONE)

    @cached_property
    def bounded(self) -> frozenset[int]:
        """Measures of which it matters whether they are known or only bounded, as by `>27.8`: it is asked whether they
        are known, or something is made from them."""
        asked = [test.number for test in self.tests if isinstance(test, IsKnown)]
        made = [place for place, each in enumerate(self.plan.numbers) if isinstance(each, Arithmetic | Total | Points)]
        return frozenset(
            free
            for number in (*asked, *made)
            for free in self.depends_on(number)
            if isinstance(self.plan.numbers[free], Measure)
        )

    @cached_property
    def unset(self) -> frozenset[int]:
        """Measures that a limit without a number may leave without a number."""
        return frozenset(
            place
            for place in self.free
            if isinstance(each := self.plan.numbers[place], Measure)
            and any(isinstance(limit := self.plan.numbers[bound], Limit) and not limit.fixed for _, bound in each.bound)
        )

    @cached_property
    def values(self) -> dict[int, tuple[Valued, ...]]:
        """For each free number the values that stand for all, and that it is unknown last."""
        return {number: (*self._classes(number), *self._half_known(number), UNKNOWN) for number in self.free}

    def _half_known(self, number: int) -> Iterator[Valued]:
        if number in self.bounded:
            yield from ((value, way) for value in self._candidates(number) for way in (AT_LEAST, AT_MOST))
        if number in self.unset:
            yield 0.0, NOT_SET

    def _classes(self, number: int) -> Iterator[Valued]:
        """One value for each way in which the tests can come out that see nothing but this number."""
        own = [test for test in self.tests if self._sees(test) == frozenset({number})]
        points = [
            place
            for place, each in enumerate(self.plan.numbers)
            if isinstance(each, Points) and self.depends_on(place) == frozenset({number})
        ]
        seen: set[tuple[object, ...]] = set()
        for value in self._candidates(number):
            evaluation = Assumed(self.plan, [(number, (value, KNOWN))], self.free)
            told = (*(evaluation.state(test)[0] for test in own), *(evaluation.number(each) for each in points))
            if number in self._mixed or told not in seen:
                seen.add(told)
                yield value, KNOWN

    def _sees(self, *tests: Condition) -> frozenset[int]:
        """The free numbers behind conditions, those of a reading as it arrived in the other unit of a pair too."""
        pairs = [
            number
            for test in tests
            for leaf in leaves_of(test)
            if isinstance(leaf, Compare) and leaf.pair
            for number in (leaf.pair.unit_of, leaf.pair.raw, leaf.pair.limit)
        ]
        return self._are_free.intersection(numbers_behind(self.plan, [*tests, *pairs]))

    def _candidates(self, number: int) -> list[float]:
        """Every landmark, a value between each two, and the ends of what the number can be; the largest first."""
        domain = self.domain(number)
        marks = sorted({each for each in self._landmarks(number) if domain.low <= each <= domain.high})
        low = domain.low if math.isfinite(domain.low) else (marks[0] if marks else 0.0) - 1.0
        high = domain.high if math.isfinite(domain.high) else (marks[-1] if marks else 0.0) + 1.0
        points = sorted({low, *marks, high})
        if domain.is_listed and number in self.weighed:
            return [float(each) for each in range(int(domain.high), int(domain.low) - 1, -1)]
        if domain.whole:
            whole = {math.floor(each) + step for each in points for step in (-1, 0, 1)}
            return sorted((float(each) for each in whole if domain.low <= each <= domain.high), reverse=True)
        return sorted({*points, *((first + last) / 2 for first, last in pairwise(points))}, reverse=True)

    def _landmarks(self, number: int) -> set[float]:
        """The values of a free number at which some comparison, or some points, may turn."""
        found: set[float] = set()
        constant = Assumed(self.plan, (), self.free)
        for test in self.tests:
            if isinstance(test, IsTrue) and test.number == number:
                found |= {0.0, 1.0}
            elif isinstance(test, Matches) and test.number == number:
                found.add(float(test.code))
            elif isinstance(test, Compare):
                for one, other in ((test.left, test.right), (test.right, test.left)):
                    found |= set(self._before(one, number, self._constants(other, constant)))
                if test.pair:
                    found |= set(self._before(test.pair.raw, number, self._constants(test.pair.limit, constant)))
                    found |= {float(test.pair.unit)} if number == test.pair.unit_of else set()
        for each in self.plan.numbers:
            if isinstance(each, Points) and number in self.depends_on(each.of):
                edges = [edge for band in each.bands for edge in (band[0], band[2]) if math.isfinite(edge)]
                found |= set(self._before(each.of, number, edges))
        return found

    def _constants(self, number: int, constant: Evaluation) -> list[float]:
        """The values that a number takes whoever the patient is: one, or several where it goes by cases."""
        each = self.plan.numbers[number]
        cases = getattr(each, "cases", ())
        behind = [*(use for _, use in cases), getattr(each, "otherwise", NONE), getattr(each, "default", NONE)]
        found = [value for part in behind if part != NONE for value in self._constants(part, constant)]
        value, reason = constant.number(number)
        return [*found, value] if reason == KNOWN else found

    def _before(self, number: int, free: int, values: Sequence[float]) -> Iterator[float]:
        """The values of a free number at which one made from it comes to one of these."""
        each = self.plan.numbers[number]
        if number == free:
            yield from values
        elif isinstance(each, Rounded):
            yield from self._before(each.of, free, [turn for value in values for turn in _turns(value, each.step)])
        elif isinstance(each, Total) and len(each.parts) == 1:
            yield from self._before(each.parts[0], free, values)
        elif isinstance(each, Arithmetic):
            yield from self._before_arithmetic(each, free, values)

    def _before_arithmetic(self, each: Arithmetic, free: int, values: Sequence[float]) -> Iterator[float]:
        constant = Assumed(self.plan, (), self.free)
        for part, other, is_left in ((each.left, each.right, True), (each.right, each.left, False)):
            if free in self.depends_on(part):
                turns = [
                    turn
                    for value in values
                    for known in self._constants(other, constant)
                    if (turn := _undone(each.operator, value, known, is_left)) is not None
                ]
                yield from self._before(part, free, turns)


def _turns(value: float, step: float) -> list[float]:
    """A value, and the numbers around it at which rounding to steps goes on to the next step."""
    nearest = math.floor(value / step)
    return [value, *((nearest + half) * step for half in (-0.5, 0.5, 1.5))]


def _undone(operator: int, value: float, known: float, is_left: bool) -> float | None:
    """The operand at which an operation with a known other operand gives a value."""
    if operator == ADD:
        return value - known
    if operator == SUBTRACT:
        return value + known if is_left else known - value
    if operator == MULTIPLY:
        return value / known if known else None
    if is_left:
        return value * known
    return known / value if value else None


def _conditions(plan: Plan, rule: int) -> list[Condition]:
    """What a rule fires by; when its alarm closes is another matter."""
    asked = plan.rules[rule]
    confirmed = (level.confirmed for level in asked.levels)
    return [asked.applies, *(level.condition for level in asked.levels), *(each for each in confirmed if each)]


def _fired(conditions: Iterable[Condition]) -> list[int]:
    return [leaf.rule for each in conditions for leaf in leaves_of(each) if isinstance(leaf, Fires)]


def _concept(concepts: Concepts, key: str) -> Concept | None:
    name, _, part = key.partition(".")
    concept = concepts.by_name.get(name)
    return concept.parts.get(part) if concept and part else concept
