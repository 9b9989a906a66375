"""The same questions put to a solver, for rules whose numbers are weighed against each other; needs the extra `verify`.

Conditions are translated anew, not by way of the evaluation, so that each holds the other true in tests.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from typing import Any, Final

from cds.diagnostics import MissingExtra
from cds.operators.logic import ABOVE, ADD, AT_LEAST_OF, BELOW, MULTIPLY, SUBTRACT
from cds.plan import (
    NONE,
    And,
    Arithmetic,
    Choice,
    Compare,
    Condition,
    Constant,
    Fact,
    Fires,
    IsKnown,
    IsTrue,
    Limit,
    Matches,
    Measure,
    Not,
    Or,
    Pair,
    PairedLimit,
    Points,
    Rounded,
    Total,
)
from cds.verify.sweep import Answer
from cds.verify.variables import Variables

_UPWARD: Final = (ABOVE, AT_LEAST_OF)
_PATIENCE: Final = 20_000  # milliseconds for one question
_MOST_BANDS: Final = -1e12, 1e12


@dataclass(frozen=True, slots=True)
class Value:
    """A number: its value, whether it is known, and whether it hangs on a limit that is not set; least, most: whether
    the value is only a bound of it."""

    value: Any
    known: Any
    unset: Any
    least: Any = False
    most: Any = False


@dataclass(frozen=True, slots=True)
class Truth:
    """A condition: whether it is true, whether it is false, and whether it hangs on a limit that is not set."""

    true: Any
    false: Any
    unset: Any


def z3() -> Any:
    """The solver; MissingExtra when it is not installed."""
    try:
        return import_module("z3")
    except ImportError:
        raise MissingExtra("rules that weigh numbers against each other need the extra `verify` (z3-solver)") from None


@dataclass(frozen=True)
class Solver:
    """The rules of a plan as formulas over its free numbers.

    own_limits: every limit that is not fixed may be the patient's own, within what is allowed and in the order to be
    kept, and any limit may be unknown; otherwise limits are as the plan has them.
    """

    variables: Variables
    own_limits: bool = False

    def fires_ever(self, rule: int) -> Answer:
        """Whether there are values at which a rule fires."""
        return self._asked([self.fires(rule)])

    def together(self, one: int, other: int) -> tuple[Answer, Answer]:
        """Whether two rules can fire together, and whether one of them can fire without the other."""
        first, second = self.fires(one), self.fires(other)
        return self._asked([first, second]), self._asked([self.z3.Xor(first, second)])

    @cached_property
    def z3(self) -> Any:
        return z3()

    def _asked(self, claims: Iterable[Any]) -> Answer:
        solver = self.z3.Solver()
        solver.set("timeout", _PATIENCE)
        solver.set("random_seed", 1)
        claims = list(claims)
        for claim in claims:
            solver.add(claim)
        for bound in self._bounds():
            solver.add(bound)
        found = solver.check()
        return "yes" if found == self.z3.sat else "no" if found == self.z3.unsat else "undecided"

    def _bounds(self) -> list[Any]:
        bounds: list[Any] = []
        for index in self.variables.free:
            domain, value = self.variables.domain(index), self.number(index).value
            if domain.low > -float("inf"):
                bounds.append(value >= self._exactly(domain.low))
            if domain.high < float("inf"):
                bounds.append(value <= self._exactly(domain.high))
            if domain.whole:
                bounds.append(self.z3.IsInt(value))
        return [*bounds, *self._limit_bounds()] if self.own_limits else bounds

    def _limit_bounds(self) -> Iterator[Any]:
        z, plan = self.z3, self.variables.plan
        for index, limit in plan.limits.items():
            if limit.allowed and not limit.fixed:
                low, high = map(self._exactly, limit.allowed)
                yield z.And(z.Real(f"v{index}") >= low, z.Real(f"v{index}") <= high)
        for above, below in plan.limits_in_order:
            high, low = self.number(above), self.number(below)
            is_own = z.Or(self._is_own(above), self._is_own(below))
            yield z.Implies(z.And(is_own, high.known, low.known), high.value > low.value)

    def _is_own(self, index: int) -> Any:
        limit = self.variables.plan.limits.get(index)
        return self.z3.BoolVal(False) if limit is None or limit.fixed else self.z3.Bool(f"o{index}")

    def _exactly(self, value: float) -> Any:
        return self.z3.RealVal(repr(value))

    # numbers

    @cached_property
    def _numbers(self) -> dict[int, Value]:
        return {}

    def number(self, index: int) -> Value:
        """A number of the plan as a formula."""
        found = self._numbers.get(index)
        if found is None:
            found = self._numbers[index] = self._number(index)
        return found

    def _number(self, index: int) -> Value:
        never, always = self.z3.BoolVal(False), self.z3.BoolVal(True)
        match self.variables.plan.numbers[index]:
            case Measure() | Fact():
                return self._free(index)
            case Constant(_, value):
                return Value(self._exactly(value), always, never)
            case Limit(default=default):
                stated = self.number(default) if default != NONE else Value(self._exactly(0.0), never, always)
                return self._limit(index, index, stated) if self.own_limits else stated
            case PairedLimit(limit=limit, default=default):
                stated = self.number(default)
                return self._limit(index, limit, stated) if self.own_limits else stated
            case Choice() as choice:
                return self._choice(choice)
            case Arithmetic(_, operator, left, right):
                return self._arithmetic(operator, self.number(left), self.number(right))
            case Rounded(_, of, step):
                part = self.number(of)
                return replace(part, value=self._rounded(part.value, step))
            case Points(_, of, bands):
                return self._points(self.number(of), bands)
            case Total(_, parts):
                return self._total([self.number(each) for each in parts])

    def _free(self, index: int) -> Value:
        z = self.z3
        known, least, most, unset = (z.Bool(f"{way}{index}") for way in "klmu")
        none = z.BoolVal(False)
        if index not in self.variables.bounded:
            least = most = none
        if index not in self.variables.unset:
            unset = none
        half = z.And(z.Not(known), least), z.And(z.Not(known), z.Not(least), most)
        is_unset = z.And(z.Not(known), z.Not(least), z.Not(most), unset)
        return Value(z.Real(f"v{index}"), known, is_unset, *half)

    def _limit(self, index: int, limit: int, stated: Value) -> Value:
        """A limit that may be the patient's own, or unknown; in the second unit of a pair its number is left open."""
        z = self.z3
        is_own, told = self._is_own(limit), z.Not(z.Bool(f"x{limit}"))
        return Value(
            z.If(is_own, z.Real(f"v{index}"), stated.value),
            z.And(told, z.Or(is_own, stated.known)),
            z.And(told, z.Not(is_own), stated.unset),
        )

    def _choice(self, choice: Choice) -> Value:
        z = self.z3
        last = self.number(choice.otherwise) if choice.otherwise != NONE else None
        found = last or Value(self._exactly(0.0), z.BoolVal(False), z.BoolVal(True))
        for condition, number in reversed(choice.cases):
            asked, used = self.condition(condition), self.number(number)
            told = z.Or(asked.true, asked.false)
            found = Value(
                z.If(asked.true, used.value, found.value),
                z.And(told, z.If(asked.true, used.known, found.known)),
                z.And(told, z.If(asked.true, used.unset, found.unset)),
            )
        return found

    def _arithmetic(self, operator: int, left: Value, right: Value) -> Value:
        z = self.z3
        known, unset = z.And(left.known, right.known), z.If(left.known, right.unset, left.unset)
        if operator == ADD:
            return Value(left.value + right.value, known, unset)
        if operator == SUBTRACT:
            return Value(left.value - right.value, known, unset)
        if operator == MULTIPLY:
            return Value(left.value * right.value, known, unset)
        return Value(left.value / right.value, z.And(known, right.value != 0), unset)

    def _rounded(self, value: Any, step: float) -> Any:
        z, size = self.z3, self._exactly(step)
        half = self._exactly(0.5)
        up = z.ToReal(z.ToInt(value / size + half)) * size
        return z.If(value >= 0, up, -z.ToReal(z.ToInt(-value / size + half)) * size)

    def _points(self, of: Value, bands: Iterable[tuple[float, bool, float, bool, float]]) -> Value:
        z = self.z3
        value, held = self._exactly(0.0), z.BoolVal(False)
        for low, low_inside, high, high_inside, points in reversed(list(bands)):
            least, most = max(low, _MOST_BANDS[0]), min(high, _MOST_BANDS[1])
            above = of.value >= self._exactly(least) if low_inside else of.value > self._exactly(least)
            below = of.value <= self._exactly(most) if high_inside else of.value < self._exactly(most)
            inside = z.And(above, below)
            value, held = z.If(inside, self._exactly(points), value), z.Or(inside, held)
        return Value(value, z.And(of.known, held), of.unset)

    def _total(self, parts: list[Value]) -> Value:
        z = self.z3
        unset = z.BoolVal(False)
        for each in reversed(parts):
            unset = z.If(each.known, unset, each.unset)
        return Value(z.Sum([each.value for each in parts]), z.And([each.known for each in parts]), unset)

    # conditions

    def condition(self, condition: Condition) -> Truth:
        """A condition of the plan as a formula, with three values."""
        z = self.z3
        match condition:
            case Compare(comparison, left, right, pair):
                first = self._compare(comparison, self.number(left), self.number(right))
                return self._in_either_unit(pair, comparison, first) if pair else first
            case IsKnown(number):
                known = self.number(number).known
                return Truth(known, z.Not(known), z.BoolVal(False))
            case IsTrue(number):
                each = self.number(number)
                return Truth(z.And(each.known, each.value != 0), z.And(each.known, each.value == 0), each.unset)
            case Matches(number, code):
                each = self.number(number)
                return Truth(z.And(each.known, each.value == code), z.And(each.known, each.value != code), each.unset)
            case Fires(rule):
                return self._fires(rule)
            case Not(part):
                inner = self.condition(part)
                return Truth(inner.false, inner.true, inner.unset)
            case And(parts):
                return self._and([self.condition(each) for each in parts])
            case Or(parts):
                return self._or([self.condition(each) for each in parts])

    def _compare(self, comparison: int, left: Value, right: Value) -> Truth:
        z = self.z3
        if comparison == ABOVE:
            holds = left.value > right.value
        elif comparison == AT_LEAST_OF:
            holds = left.value >= right.value
        else:
            holds = left.value < right.value if comparison == BELOW else left.value <= right.value
        surely, surely_not = (left.least, left.most) if comparison in _UPWARD else (left.most, left.least)
        true = z.And(right.known, z.Or(left.known, surely), holds)
        false = z.And(right.known, z.Or(left.known, surely_not), z.Not(holds))
        unset = z.If(right.known, left.unset, right.unset)
        return Truth(true, false, z.And(z.Not(z.And(left.known, right.known)), unset))

    def _in_either_unit(self, pair: Pair, comparison: int, first: Truth) -> Truth:
        z, unit = self.z3, self.number(pair.unit_of)
        second = self._compare(comparison, self.number(pair.raw), self.number(pair.limit))
        is_second = z.And(unit.known, unit.value == pair.unit)
        both = ((second.true, first.true), (second.false, first.false), (second.unset, first.unset))
        return Truth(*(z.If(is_second, one, other) for one, other in both))

    def _and(self, parts: list[Truth]) -> Truth:
        z = self.z3
        false = z.Or([each.false for each in parts])
        return Truth(
            z.And([each.true for each in parts]), false, z.And(z.Not(false), z.Or([each.unset for each in parts]))
        )

    def _or(self, parts: list[Truth]) -> Truth:
        z = self.z3
        drops = z.And([each.unset for each in parts])
        false = z.And(z.Not(drops), *(z.Or(each.false, each.unset) for each in parts))
        return Truth(z.Or([each.true for each in parts]), false, drops)

    # rules

    @cached_property
    def _rules(self) -> dict[int, tuple[Any, Any]]:
        return {}

    def fires(self, rule: int) -> Any:
        """That a rule fires, as a formula."""
        return self._rule(rule)[0]

    def _fires(self, rule: int) -> Truth:
        fired, quiet = self._rule(rule)
        return Truth(fired, quiet, self.z3.BoolVal(False))

    def _rule(self, rule: int) -> tuple[Any, Any]:
        """That a rule fires, and that it is known not to."""
        found = self._rules.get(rule)
        if found is None:
            found = self._rules[rule] = self._judged(rule)
        return found

    def _judged(self, rule: int) -> tuple[Any, Any]:
        z, asked = self.z3, self.variables.plan.rules[rule]
        applies = self.condition(asked.applies)
        calm = z.And([self._rule(each)[1] for each in asked.unknown_while])
        fired, quiet, doubted = z.BoolVal(False), z.BoolVal(False), z.BoolVal(False)
        before, decided = z.BoolVal(True), z.BoolVal(False)
        for level in asked.levels:
            state = self.condition(level.condition)
            confirmed = self.condition(level.confirmed).true if level.confirmed is not None else z.BoolVal(True)
            fired = z.Or(fired, z.And(before, state.true, confirmed))
            before = z.And(before, z.Not(state.true))
            decided = z.Or(decided, state.false)
            doubted = z.Or(doubted, z.And(z.Not(state.true), z.Not(state.false), z.Not(state.unset)))
        quiet = z.Or(z.Or(applies.false, applies.unset), z.And(applies.true, calm, before, z.Not(doubted)))
        return z.And(applies.true, calm, fired), quiet
