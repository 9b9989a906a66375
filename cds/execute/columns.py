"""One plan over many patients at once: numbers, conditions and rules as columns, each computed when first needed.

The same steps as `cds.execute.single` takes for one patient, by loops over the same functions.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np

from cds.execute.compiled import kernel
from cds.execute.compiled import measure as measure_by
from cds.execute.kernels import FIRED, NOT_FIRED, WAITS, Clocks
from cds.execute.limits import origin_of
from cds.execute.material import Material, material
from cds.execute.own_limits import Kinds, OwnLimits
from cds.execute.program import COLOURS, NO_ORIGIN, ORIGINS, Decided, Leaf, Program, Valued, Verdict
from cds.operators import OPERATORS
from cds.operators.reasons import AT_LEAST, AT_MOST, IMPLAUSIBLE_ONLY, KNOWN, NOT_SET, NOT_SUPPLIED, TRUE
from cds.operators.series import NO_TIME, SCRATCH_PER_ROW
from cds.periods import civil_date
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
    Input,
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
    Rule,
    Total,
)
from cds.population import NO_DAY, Array, Population

Marks = tuple[slice | Array, Array]  # positions in the population's columns, and a mark for each


class Answered(NamedTuple):
    """What an operator says of every patient."""

    value: Array
    reason: Array
    counted: Array
    newest: Array


class Asked(NamedTuple):
    """A measure's answer for every patient, and the numbers that stood in its parameters, as in `Chunk._bound`."""

    answer: Answered
    bound: Array
    blocked: Array


Question = tuple[str, Input, bytes, tuple[int, ...]]
FoundOut = Mapping[Question, Sequence[Asked]]  # several where a plan fills in other numbers


def question(measure: Measure) -> Question:
    """What tells a measure from others, but for the numbers that a plan fills into it."""
    slots = tuple(slot for slot, _ in measure.bound)
    return measure.operator, _nameless(measure.input), np.array(measure.parameters).tobytes(), slots


def _nameless(source: Input) -> Input:
    """The rows that an input gives, whatever its author calls it."""
    return replace(source, name="", beside=_nameless(source.beside) if source.beside else None)


@dataclass
class Chunk:
    """Patients first to last (exclusive) of a population at `at`. used: number -> marks of rows, filled on `watch`.

    before: what was found out at the same moment about the patients from position `before_from` on.
    """

    program: Program
    population: Population
    kinds: Kinds
    first: int
    last: int
    at: int
    watch: bool = False
    before: FoundOut = field(default_factory=dict[Question, "list[Asked]"])
    before_from: int = 0
    newest: dict[int, Array] = field(default_factory=dict[int, Array])
    count: dict[int, Array] = field(default_factory=dict[int, Array])
    used: dict[int, list[Marks]] = field(default_factory=dict[int, "list[Marks]"])

    def __post_init__(self) -> None:
        self.n = self.last - self.first
        self.plan = self.program.plan
        self.no_time = np.full(self.n, NO_TIME)
        self.no_origin = np.full(self.n, NO_ORIGIN, np.int8)
        self.zone = self.population.zone[self.first : self.last]
        self.today: list[date] = [civil_date(self.at, each) for each in self.population.zones]
        ahead = np.array([each.offset_at(self.at) for each in self.population.zones], np.int64)
        self._clocks = Clocks(self.zone, ahead, *self.population.clocks)
        self._numbers: dict[int, Valued] = {}
        self._states: dict[int, Decided] = {}
        self._verdicts: dict[int, Verdict] = {}
        self._materials: dict[Input, Material] = {}

    # numbers

    def number(self, index: int) -> Valued:
        """A number of the plan; the value is 0 unless it is known or a bound."""
        found = self._numbers.get(index)
        if found is None:
            number = self.plan.numbers[index]
            found = self._numbers_of[type(number)](self, index, number)
            if not isinstance(number, Measure):
                kernel("settle")(*found)
            self._numbers[index] = found
        return found

    def newest_of(self, index: int) -> Array | None:
        """Time of the newest reading behind a number, NO_TIME where there is none."""
        number = self.plan.numbers[index]
        while isinstance(number, Rounded):
            index = number.of
            number = self.plan.numbers[index]
        self.number(index)
        return self.newest.get(index)

    def _empty(self, value: float = 0.0, reason: int = KNOWN) -> Valued:
        return Valued(np.full(self.n, value), np.full(self.n, reason, np.int8))

    def _measure(self, index: int, measure: Measure) -> Valued:
        bound, blocked = self._bound(measure)
        answer = None if self.watch else self._found_before(measure, bound, blocked)
        answer = answer or self._asked(index, measure, bound, blocked)
        self.count[index], self.newest[index] = answer.counted, answer.newest
        return Valued(answer.value, answer.reason)

    def _found_before(self, measure: Measure, bound: Array, blocked: Array) -> Answered | None:
        """What was found out before, if it was with the same numbers in the parameters."""
        who = slice(self.first - self.before_from, self.last - self.before_from)
        for each in self.before.get(question(measure), ()):
            if np.array_equal(each.bound[:, who], bound) and np.array_equal(each.blocked[who], blocked):
                return Answered(*(column[who] for column in each.answer))
        return None

    def _asked(self, index: int, measure: Measure, bound: Array, blocked: Array) -> Answered:
        answer = Answered(*self._empty(), np.zeros(self.n, np.int64), np.full(self.n, NO_TIME))
        source = self._material(measure.input)
        slots = np.array([slot for slot, _ in measure.bound], np.int64)
        for rows in source.parts:
            used = np.zeros(len(rows.series.times) if self.watch else 0, np.uint8)
            measure_by(OPERATORS[measure.operator].function)(
                *(rows.who, rows.starts, rows.ends, rows.series),
                *(rows.partner_starts, rows.partner_ends, rows.partner),
                *(self.at, self._clocks, source.supplied_from, source.partner_supplied_from),
                *(np.array(measure.parameters), slots, bound, blocked),
                *(np.empty(SCRATCH_PER_ROW * rows.most), used),
                *answer,
            )
            if self.watch:
                self.used.setdefault(index, []).append((rows.positions, used))
        return answer

    def write(self, index: int, measure: Measure, whole: Asked) -> None:
        """Put into columns of the whole population what a measure was asked and what it answered."""
        who = slice(self.first, self.last)
        whole.bound[:, who], whole.blocked[who] = self._bound(measure)
        answer = Answered(*self.number(index), self.count[index], self.newest[index])
        for column, said in zip(whole.answer, answer, strict=True):
            column[who] = said

    def asked(self) -> FoundOut:
        """What the operators were asked so far about these patients, and what they answered."""
        found: dict[Question, list[Asked]] = {}
        for index, counted in self.count.items():
            measure = self.plan.numbers[index]
            assert isinstance(measure, Measure)
            answer = Answered(*self.number(index), counted, self.newest[index])
            found.setdefault(question(measure), []).append(Asked(answer, *self._bound(measure)))
        return found

    def _material(self, source: Input) -> Material:
        if source not in self._materials:
            self._materials[source] = material(self.population, source, self.first, self.last, self.at)
        return self._materials[source]

    def _bound(self, measure: Measure) -> tuple[Array, Array]:
        """Each patient's numbers in a measure's parameters, one line for each of them, and why they cannot be told."""
        blocked = np.zeros(self.n, np.int8)
        bound = np.empty((len(measure.bound), self.n))
        for line, (slot, number) in enumerate(measure.bound):
            bound[line], reason = self.number(number)
            if slot in measure.may_lack:
                reason = np.where(reason == NOT_SET, KNOWN, reason)
            blocked = np.where(blocked == KNOWN, reason, blocked)
        return bound, blocked

    def _constant(self, index: int, constant: Constant) -> Valued:
        return self._empty(constant.value)

    def _choice(self, index: int, choice: Choice) -> Valued:
        otherwise = self.number(choice.otherwise) if choice.otherwise != NONE else self._empty(0.0, NOT_SET)
        chosen = Valued(otherwise.value.copy(), otherwise.reason.copy())
        is_open = np.ones(self.n, np.bool_)
        for condition, number in choice.cases:
            kernel("choose")(self.state(condition).state, *self.number(number), is_open, *chosen)
        return chosen

    def _arithmetic(self, index: int, each: Arithmetic) -> Valued:
        result = self._empty()
        kernel("calculate")(each.operator, *self.number(each.left), *self.number(each.right), *result)
        return result

    def _rounded(self, index: int, each: Rounded) -> Valued:
        result = self._empty()
        kernel("to_steps")(*self.number(each.of), each.step, *result)
        return result

    def _points(self, index: int, table: Points) -> Valued:
        result = self._empty()
        kernel("banded")(*self.number(table.of), np.array(table.bands, np.float64), *result)
        return result

    def _total(self, index: int, total: Total) -> Valued:
        result = self._empty()
        for part in total.parts:
            kernel("add_part")(*self.number(part), *result)
        return result

    def _fact(self, index: int, fact: Fact) -> Valued:
        if fact.name == "sex":
            codes = self.population.sex[self.first : self.last]
            return Valued(codes.astype(np.float64), np.where(codes == 0, NOT_SUPPLIED, KNOWN).astype(np.int8))
        born = self.population.birth_day[self.first : self.last]
        years = _calendar(born)[0]
        today = np.array([(each.year, each.month, each.day) for each in self.today]).reshape(-1, 3).T
        year, month, day = today[:, self.zone]
        _, born_month, born_day = _calendar(born)
        before_birthday = (month < born_month) | ((month == born_month) & (day < born_day))
        age = (year - years - before_birthday).astype(np.float64)
        reason = np.where(age < 0.0, IMPLAUSIBLE_ONLY, KNOWN)
        return Valued(age, np.where(born == NO_DAY, NOT_SUPPLIED, reason).astype(np.int8))

    # limits

    @cached_property
    def own_limits(self) -> OwnLimits:
        """What patients' own limits change."""
        nothing = self._empty(0.0, NOT_SET)
        limits = self.plan.limits.items()
        defaults = {index: self.number(each.default) if each.default != NONE else nothing for index, each in limits}
        origins = {index: np.full(self.n, ORIGINS.index(origin_of(each).kind), np.int8) for index, each in limits}
        return OwnLimits(self.kinds, self.first, self.last, self.today, defaults, origins)

    def _limit(self, index: int, limit: Limit) -> Valued:
        found = self.own_limits.values.get(index)
        return found or self.own_limits.defaults[index]

    def _paired(self, index: int, limit: PairedLimit) -> Valued:
        stated, default = self.number(limit.limit), self.number(limit.default)
        known = stated.reason == KNOWN
        result = Valued(np.where(known, default.value, 0.0), np.where(known, default.reason, stated.reason))
        self.own_limits.in_second_unit(limit, stated, result)
        return result

    # conditions

    def state(self, condition: Condition) -> Decided:
        """A condition of the plan, and what decided it."""
        found = self._states.get(id(condition))
        if found is None:
            found = self._states[id(condition)] = self._states_of[type(condition)](self, condition)
        return found

    def _leaf(self, condition: Leaf, loop: str, *arguments: object) -> Decided:
        state = np.empty(self.n, np.int8)
        kernel(loop)(*arguments, state)
        return Decided(state, np.full(self.n, self.program.position[id(condition)], np.int32))

    def _compare(self, test: Compare) -> Decided:
        left, right = self.number(test.left), self.number(test.right)
        if test.pair:
            is_pair = self.arrived_in(test.pair)
            left = _where(is_pair, self.number(test.pair.raw), left)
            right = _where(is_pair, self.number(test.pair.limit), right)
        return self._leaf(test, "compare_all", test.comparison, *left, *right)

    def arrived_in(self, pair: Pair) -> Array:
        """Whose reading, or a bound of it, arrived in the second unit of the pair."""
        unit = self.number(pair.unit_of)
        return (unit.value == pair.unit) & np.isin(unit.reason, (KNOWN, AT_LEAST, AT_MOST))

    def _is_known(self, test: IsKnown) -> Decided:
        return self._leaf(test, "known_all", *self.number(test.number))

    def _is_true(self, test: IsTrue) -> Decided:
        return self._leaf(test, "truth_all", *self.number(test.number))

    def _matches(self, test: Matches) -> Decided:
        return self._leaf(test, "match_all", *self.number(test.number), float(test.code))

    def _fires(self, test: Fires) -> Decided:
        verdict = self.verdict(test.rule)
        return self._leaf(test, "fires_all", verdict.status, verdict.reason)

    def _not(self, test: Not) -> Decided:
        part = self.state(test.part)
        state = np.empty(self.n, np.int8)
        kernel("negate_all")(part.state, state)
        return Decided(state, part.leaf)

    def _or(self, test: Or) -> Decided:
        return self._join("any_of", test)

    def _and(self, test: And) -> Decided:
        if not test.parts:
            return Decided(np.full(self.n, TRUE, np.int8), np.full(self.n, NONE, np.int32))
        return self._join("all_of", test)

    def _join(self, loop: str, test: And | Or) -> Decided:
        states = [self.state(each) for each in test.parts]
        telling = np.array(test.telling or range(len(states)), np.int32)
        joined = Decided(np.empty(self.n, np.int8), np.empty(self.n, np.int32))
        lines = np.stack([each.state for each in states]), np.stack([each.leaf for each in states])
        kernel(loop)(*lines, telling, *joined)
        return joined

    # rules

    def verdict(self, index: int) -> Verdict:
        """What a rule comes to; rules only refer to earlier ones."""
        found = self._verdicts.get(index)
        if found is None:
            found = self._verdicts[index] = self._judge(self.plan.rules[index])
        return found

    def _judge(self, rule: Rule) -> Verdict:
        others = [self.verdict(each) for each in rule.unknown_while]
        levels = [self.state(each.condition) for each in rule.levels]
        confirmed = [
            self.state(each.confirmed).state if each.confirmed is not None else np.full(self.n, TRUE, np.int8)
            for each in rule.levels
        ]
        status, level, reason = (np.empty(self.n, np.int8) for _ in range(3))
        uncertain, leaf = np.empty(self.n, np.bool_), np.empty(self.n, np.int32)
        kernel("judge")(
            self.state(rule.applies).state,
            self._lines([each.status for each in others], np.int8),
            self._lines([each.reason for each in others], np.int8),
            self._lines([each.state for each in levels], np.int8),
            self._lines([each.leaf for each in levels], np.int32),
            self._lines(confirmed, np.int8),
            status,
            level,
            reason,
            uncertain,
            leaf,
        )
        return Verdict(status, _colour(rule, status, level), reason, uncertain, leaf, self._hidden_by(rule, status))

    def _lines(self, columns: Sequence[Array], kind: Any) -> Array:
        return np.stack(columns) if columns else np.empty((0, self.n), kind)

    def _hidden_by(self, rule: Rule, status: Array) -> Array:
        hidden = np.full(self.n, NONE, np.int32)
        for other in reversed(rule.hidden_by):
            hidden[self.verdict(other).status == FIRED] = other
        hidden[(status != FIRED) & (status != WAITS)] = NONE
        return hidden

    _numbers_of: ClassVar[Mapping[type, Callable[..., Valued]]] = {
        Measure: _measure,
        Constant: _constant,
        Choice: _choice,
        Limit: _limit,
        PairedLimit: _paired,
        Arithmetic: _arithmetic,
        Rounded: _rounded,
        Points: _points,
        Total: _total,
        Fact: _fact,
    }
    _states_of: ClassVar[Mapping[type, Callable[..., Decided]]] = {
        Compare: _compare,
        IsKnown: _is_known,
        IsTrue: _is_true,
        Matches: _matches,
        Fires: _fires,
        Not: _not,
        Or: _or,
        And: _and,
    }


def _calendar(days: Array) -> tuple[Array, Array, Array]:
    """Year, month and day of month of days from 1970-01-01."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    count = months.astype(np.int64)
    return count // 12 + 1970, count % 12 + 1, (dates - months).astype(np.int64) + 1


def _where(which: Array, one: Valued, other: Valued) -> Valued:
    return Valued(np.where(which, one.value, other.value), np.where(which, one.reason, other.reason))


def _colour(rule: Rule, status: Array, level: Array) -> Array:
    """Position in COLOURS: that of the level, green for a zone that did not fire, else none."""
    colours = np.array([*(COLOURS.index(each.colour) for each in rule.levels), 0], np.int8)
    found = colours[level]  # NONE is the last
    if rule.kind == "zone":
        found[status == NOT_FIRED] = COLOURS.index("green")
    return found
