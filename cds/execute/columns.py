"""One plan over many patients at once: numbers, conditions and rules as columns, each computed when first needed.

The same steps as `cds.execute.single` takes for one patient, by loops over the same functions.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, NamedTuple

import numpy as np

from cds.execute.compiled import kernel, operator
from cds.execute.kernels import FIRED, NOT_FIRED, WAITS, Clocks
from cds.execute.limits import Resolved, in_second_unit, origin_of, resolve
from cds.execute.material import Material, material
from cds.execute.program import COLOURS, ORIGINS, Decided, Leaf, Program, Valued, Verdict
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


@dataclass
class Chunk:
    """Patients first to last (exclusive) of a population at `at`. used: number -> marks of rows, filled on `watch`."""

    program: Program
    population: Population
    first: int
    last: int
    at: int
    watch: bool = False
    newest: dict[int, Array] = field(default_factory=dict[int, Array])
    count: dict[int, Array] = field(default_factory=dict[int, Array])
    used: dict[int, list[Marks]] = field(default_factory=dict[int, "list[Marks]"])
    origins: dict[int, Array] = field(default_factory=dict[int, Array])
    own: dict[int, Resolved] = field(default_factory=dict[int, Resolved])

    def __post_init__(self) -> None:
        self.n = self.last - self.first
        self.plan = self.program.plan
        self.zone = self.population.zone[self.first : self.last]
        self.today: list[date] = [civil_date(self.at, each) for each in self.population.zones]
        ahead = np.array([each.offset_at(self.at) for each in self.population.zones], np.int64)
        self._clocks = Clocks(self.zone, ahead, *self.population.clocks)
        self._numbers: dict[int, Valued] = {}
        self._states: dict[int, Decided] = {}
        self._verdicts: dict[int, Verdict] = {}
        self._materials: dict[Input, Material] = {}
        self._limits: dict[int, Valued] | None = None

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
        answer = Answered(*self._empty(), np.zeros(self.n, np.int64), np.full(self.n, NO_TIME))
        source = self._material(measure.input)
        parameters, blocked = self._parameters(measure)
        for rows in source.parts:
            used = np.zeros(len(rows.series.times) if self.watch else 0, np.uint8)
            kernel("measure")(
                operator(OPERATORS[measure.operator].function),
                *(rows.who, rows.starts, rows.ends, rows.series, rows.partner, not measure.input.partner),
                *(self.at, self._clocks, source.supplied_from),
                *(parameters, blocked, np.zeros(SCRATCH_PER_ROW * rows.most), used),
                *answer,
            )
            if self.watch:
                self.used.setdefault(index, []).append((rows.positions, used))
        self.count[index], self.newest[index] = answer.counted, answer.newest
        return Valued(answer.value, answer.reason)

    def _material(self, source: Input) -> Material:
        if source not in self._materials:
            self._materials[source] = material(self.population, source, self.first, self.last, self.at)
        return self._materials[source]

    def _parameters(self, measure: Measure) -> tuple[Array, Array]:
        """Parameters, one line for all or one each, and why they cannot be told."""
        blocked = np.zeros(self.n, np.int8)
        parameters = np.array([measure.parameters])
        if measure.bound:
            parameters = np.repeat(parameters, self.n, 0)
        for slot, number in measure.bound:
            value, reason = self.number(number)
            parameters[:, slot] = value
            blocked = np.where(blocked == KNOWN, reason, blocked)
        return parameters, blocked

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

    def limits(self) -> dict[int, Valued]:
        """Every limit of the plan as it counts for each patient; fills `own` and `origins`."""
        if self._limits is None:
            found: dict[int, Valued] = {}
            for index, each in self.plan.limits.items():
                default = self.number(each.default) if each.default != NONE else self._empty(0.0, NOT_SET)
                found[index] = Valued(default.value.copy(), default.reason.copy())
                self.origins[index] = np.full(self.n, ORIGINS.index(origin_of(each).kind), np.int8)
            for place in self._with_own_limits():
                self._resolve(place, found)
            self._limits = found
        return self._limits

    def _with_own_limits(self) -> Sequence[int]:
        places = self.population.with_own_limits
        return places[bisect_left(places, self.first) : bisect_left(places, self.last)]

    def _resolve(self, place: int, found: dict[int, Valued]) -> None:
        """Put one patient's own limits in place of the defaults."""
        i = place - self.first

        def default(index: int) -> tuple[float, int]:
            return float(found[index].value[i]), int(found[index].reason[i])

        resolved = resolve(self.plan, self.population.limits[place], default, self.today[int(self.zone[i])])
        for index, (value, reason) in resolved.values.items():
            found[index].value[i], found[index].reason[i] = value, reason
        for index, origin in resolved.origins.items():
            self.origins[index][i] = ORIGINS.index(origin.kind)
        self.own[i] = resolved

    def _limit(self, index: int, limit: Limit) -> Valued:
        return self.limits()[index]

    def _paired(self, index: int, limit: PairedLimit) -> Valued:
        stated, default = self.limits()[limit.limit], self.number(limit.default)
        known = stated.reason == KNOWN
        result = Valued(np.where(known, default.value, 0.0), np.where(known, default.reason, stated.reason))
        for i, resolved in self.own.items():
            own = resolved.own.get(limit.limit)
            if own and known[i]:
                result.value[i], result.reason[i] = in_second_unit(limit, own, float(stated.value[i])), KNOWN
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
