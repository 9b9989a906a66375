"""One patient at one moment: plain Python that reads as the specification of every executor.

Numbers are (value, reason), conditions (state, deciding leaf). What is not needed is not computed, which cannot be
seen from outside: operators and conditions have no effects.
"""

import math
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, ClassVar, Literal

from cds.execute.limits import Resolved, in_second_unit, origin_of, resolve
from cds.operators import OPERATORS
from cds.operators.logic import (
    arithmetic,
    both,
    compare,
    either,
    known,
    negate,
    rounded,
    truth,
    unbounded,
    without_noise,
)
from cds.operators.reasons import (
    AT_LEAST,
    AT_MOST,
    FALSE,
    IMPLAUSIBLE_ONLY,
    KNOWN,
    NOT_COMPUTABLE,
    NOT_SET,
    NOT_SUPPLIED,
    SILENCED,
    TRUE,
    UNCONFIRMED,
    Reason,
)
from cds.operators.rows import Wanted
from cds.operators.series import FIRST_TIME, NO_TIME, SCRATCH_PER_ROW, Answer, Now, Series
from cds.patient import SEX, Patient, moment, rows_known_at, series_of, table_of
from cds.periods import civil_date
from cds.plan import (
    NONE,
    And,
    Arithmetic,
    Choice,
    Colour,
    Compare,
    Condition,
    Constant,
    Fact,
    Fires,
    Input,
    IsKnown,
    IsTrue,
    Leaf,
    Level,
    Limit,
    Matches,
    Measure,
    Not,
    Or,
    Pair,
    PairedLimit,
    Plan,
    Points,
    Rounded,
    Rule,
    Total,
)
from cds.result import Origin, Status

Valued = tuple[float, int]
Decided = tuple[int, Leaf | None]
RowsKey = tuple[str, str, Wanted]
BOUNDS = (KNOWN, AT_LEAST, AT_MOST)


class Verdict:
    """What one rule came to; the bare facts that a finding is made of."""

    __slots__ = ("colour", "hidden_by", "leaf", "reason", "status", "uncertain")
    status: Status
    colour: Colour | Literal[""]

    def __init__(
        self,
        status: Status,
        reason: int = KNOWN,
        colour: Colour | Literal[""] = "",
        leaf: Leaf | None = None,
        uncertain: bool = False,
    ) -> None:
        self.status = status
        self.reason = reason
        self.colour = colour
        self.leaf = leaf
        self.uncertain = uncertain
        self.hidden_by = NONE


class Evaluation:
    """One plan over one patient at `at` (microseconds UTC); computes each number and rule once."""

    def __init__(self, plan: Plan, patient: Patient, at: int) -> None:
        self.plan = plan
        self.patient = patient
        self.at = at
        self.today: date = civil_date(at, patient.zone)
        self.answers: dict[int, Answer] = {}
        self.rows: dict[RowsKey, Sequence[int]] = {}
        self._moments: dict[tuple[int, int], Now] = {}
        self._numbers: list[Valued | None] = list(plan.constants if patient.limits else plan.defaults)
        self._verdicts: list[Verdict | None] = [None] * len(plan.rules)
        self._resolved: Resolved | None = None

    def taken_on(self, patient: Patient, at: int, stale: Collection[int], rows: Collection[RowsKey]) -> "Evaluation":
        """The same plan over what the patient is at another moment, without computing anew what stands.

        stale: positions of numbers, and of rules after them, that no longer stand; none rests on another that is not
        among them. rows: inputs of which the same rows count as before.
        """
        later = Evaluation(self.plan, patient, at)
        first_rule = len(self._numbers)
        unknown, later._numbers, later._verdicts = later._numbers, self._numbers.copy(), self._verdicts.copy()
        later.answers = self.answers.copy()
        for index in stale:
            if index < first_rule:
                later._numbers[index] = unknown[index]
                later.answers.pop(index, None)
            else:
                later._verdicts[index - first_rule] = None
        later.rows = {key: self.rows[key] for key in rows}
        return later

    # numbers

    def number(self, index: int) -> Valued:
        """A number's value and reason; the value is 0 unless it is known or a bound."""
        found = self._numbers[index]
        if found is None:
            number = self.plan.numbers[index]
            value, reason = self._numbers_by_kind[type(number)](self, index, number)
            if not math.isfinite(value):
                value, reason = 0.0, NOT_COMPUTABLE
            found = self._numbers[index] = (value if reason in BOUNDS else 0.0), reason
        return found

    def resolved(self) -> Resolved:
        """What the patient's own limits change."""
        if self._resolved is None:
            self._resolved = resolve(self.plan, self.patient.limits, self._default, self.today)
        return self._resolved

    def stated(self, limit: int) -> int:
        """The limit that one in the second unit of a pair belongs to; any other number is itself."""
        number = self.plan.numbers[limit] if limit != NONE else None
        return number.limit if isinstance(number, PairedLimit) else limit

    def origin(self, limit: int) -> Origin | None:
        """Whose limit it is; None for what is no limit."""
        index = self.stated(limit)
        found = self.plan.limits.get(index)
        return self.resolved().origins.get(index) or origin_of(found) if found else None

    def _measure(self, index: int, measure: Measure) -> Valued:
        answer = self.answer(index, measure)
        return answer[0], answer[3]

    def answer(self, index: int, measure: Measure) -> Answer:
        """What the operator says: value, rows used, newest row's time, reason."""
        found = self.answers.get(index)
        if found is None:
            parameters, reason = self.parameters(measure)
            found = self.apply(measure, parameters, []) if reason == KNOWN else (0.0, 0, NO_TIME, reason)
            self.answers[index] = found
        return found

    def apply(self, measure: Measure, parameters: Sequence[float], used: list[int]) -> Answer:
        """Call the operator; `used` is empty or has a slot for every row, and for every row beside them."""
        series, partner, now = self.material(measure.input)
        function = OPERATORS[measure.operator].function
        return function(series, partner, now, parameters, used, [0.0] * (SCRATCH_PER_ROW * len(series.times)))

    def parameters(self, measure: Measure) -> tuple[Sequence[float], int]:
        """The operator's parameters with limits filled in, and the reason why that cannot be done."""
        if not measure.bound:
            return measure.parameters, KNOWN
        filled = list(measure.parameters)
        for slot, number in measure.bound:
            filled[slot], reason = self.number(number)
            if reason != KNOWN and not (reason == NOT_SET and slot in measure.may_lack):
                return filled, reason
        return filled, KNOWN

    def material(self, source: Input) -> tuple[Series, Series, Now]:
        """The rows that an input gives at this moment."""
        table = table_of(self.patient, source.key)
        if self.at >= table.all_count_from and source.is_whole_table:
            series = other = table.series
        else:
            rows = self.known_rows(source)
            series = series_of(table, rows, source.column)
            other = series_of(table_of(self.patient, source.partner), rows) if source.partner else series
        if source.beside is None:
            return series, other, self._now(table.supplied_from)
        beside, _, now = self.material(source.beside)
        return series, beside, self._now(table.supplied_from, now.supplied_from)

    def known_rows(self, source: Input) -> Sequence[int]:
        """Positions in the table of the rows that count at this moment."""
        key = source.key, source.partner, source.wanted
        found = self.rows.get(key)
        if found is None:
            table = table_of(self.patient, source.key)
            partner = table_of(self.patient, source.partner) if source.partner else table
            found = self.rows[key] = rows_known_at(table, partner, self.at, source.wanted)
        return found

    def _now(self, supplied_from: int, partner_supplied_from: int = FIRST_TIME) -> Now:
        since = supplied_from, partner_supplied_from
        found = self._moments.get(since)
        if found is None:
            found = self._moments[since] = moment(self.patient.zone, self.at, *since)
        return found

    def _constant(self, index: int, constant: Constant) -> Valued:
        return constant.value, KNOWN

    def _choice(self, index: int, choice: Choice) -> Valued:
        for condition, number in choice.cases:
            state = self.state(condition)[0]
            if state == TRUE:
                return self.number(number)
            if state != FALSE:
                return 0.0, unbounded(state)
        return self.number(choice.otherwise) if choice.otherwise != NONE else (0.0, NOT_SET)

    def _limit(self, index: int, limit: Limit) -> Valued:
        return self.resolved().values.get(index) or self._default(index)

    def _default(self, limit: int) -> Valued:
        default = self.plan.limits[limit].default
        return self.number(default) if default != NONE else (0.0, NOT_SET)

    def _paired(self, index: int, limit: PairedLimit) -> Valued:
        value, reason = self.number(limit.limit)
        if reason != KNOWN:
            return 0.0, reason
        own = self.resolved().own.get(limit.limit)
        return (in_second_unit(limit, own, value), KNOWN) if own else self.number(limit.default)

    def _arithmetic(self, index: int, each: Arithmetic) -> Valued:
        return arithmetic(each.operator, *self.number(each.left), *self.number(each.right))

    def _rounded(self, index: int, each: Rounded) -> Valued:
        value, reason = self.number(each.of)
        return rounded(value, reason, each.step)

    def _points(self, index: int, table: Points) -> Valued:
        value, reason = self.number(table.of)
        if reason != KNOWN:
            return 0.0, unbounded(reason)
        place = without_noise(value)
        for low, low_inside, high, high_inside, points in table.bands:
            if (place > low or (low_inside and place == low)) and (place < high or (high_inside and place == high)):
                return points, KNOWN
        return 0.0, NOT_COMPUTABLE

    def _total(self, index: int, total: Total) -> Valued:
        value = 0.0
        for part in total.parts:
            added, reason = self.number(part)
            if reason != KNOWN:
                return 0.0, unbounded(reason)
            value += added
        return value, KNOWN

    def _fact(self, index: int, fact: Fact) -> Valued:
        if fact.name == "sex":
            code = SEX.get(self.patient.sex)
            return (0.0, NOT_SUPPLIED) if code is None else (float(code), KNOWN)
        born = self.patient.birth_date
        if born is None:
            return 0.0, NOT_SUPPLIED
        before_birthday = (self.today.month, self.today.day) < (born.month, born.day)
        age = float(self.today.year - born.year - before_birthday)
        return age, KNOWN if age >= 0.0 else IMPLAUSIBLE_ONLY

    # conditions

    def state(self, condition: Condition) -> Decided:
        """State of a condition, and the comparison that decided it."""
        return self._states_by_kind[type(condition)](self, condition)

    def sides(self, test: Compare) -> tuple[int, int]:
        """Positions of the two numbers that are compared: those of the unit pair for a reading in its second unit."""
        pair = self.pair(test) if test.pair else None
        return (pair.raw, pair.limit) if pair else (test.left, test.right)

    def pair(self, test: Compare) -> Pair | None:
        """The unit pair of a comparison when the reading, or a bound of it, arrived in its second unit."""
        if test.pair is None:
            return None
        unit, reason = self.number(test.pair.unit_of)
        return test.pair if unit == test.pair.unit and reason in BOUNDS else None

    def _compare(self, test: Compare) -> Decided:
        left, right = self.sides(test)
        value, reason = self.number(left)
        limit, limit_reason = self.number(right)
        return compare(test.comparison, value, reason, limit, limit_reason), test

    def _is_known(self, test: IsKnown) -> Decided:
        return known(*self.number(test.number)), test

    def _is_true(self, test: IsTrue) -> Decided:
        return truth(*self.number(test.number)), test

    def _matches(self, test: Matches) -> Decided:
        value, reason = self.number(test.number)
        if reason != KNOWN:
            return reason, test
        return (TRUE if value == test.code else FALSE), test

    def _fires(self, test: Fires) -> Decided:
        verdict = self.verdict(test.rule)
        if verdict.status == "unconfirmed":
            return UNCONFIRMED, test
        if verdict.status == "unknown":
            return verdict.reason, test
        return (TRUE if verdict.status == "fired" else FALSE), test

    def _not(self, test: Not) -> Decided:
        state, leaf = self.state(test.part)
        return negate(state), leaf

    def _or(self, test: Or) -> Decided:
        states = [self.state(each) for each in test.parts]
        joined = states[0][0]
        for state, _ in states[1:]:
            joined = either(joined, state)
        return joined, _deciding(states, joined, test.telling)

    def _and(self, test: And) -> Decided:
        if not test.parts:
            return TRUE, None
        states = [self.state(each) for each in test.parts]
        joined = states[0][0]
        for state, _ in states[1:]:
            joined = both(joined, state)
        return joined, _deciding(states, joined, test.telling)

    # rules

    def verdict(self, index: int) -> Verdict:
        """What a rule comes to; rules only refer to earlier ones."""
        found = self._verdicts[index]
        if found is None:
            rule = self.plan.rules[index]
            found = self._verdicts[index] = self._judge(rule)
            if found.status in ("fired", "unconfirmed"):
                hiding = (each for each in rule.hidden_by if self.verdict(each).status == "fired")
                found.hidden_by = next(hiding, NONE)
        return found

    def _judge(self, rule: Rule) -> Verdict:
        applies = self.state(rule.applies)[0]
        if applies == FALSE or applies == NOT_SET:
            return Verdict("not_applicable", applies)
        if applies != TRUE:
            return Verdict("unknown", applies)
        for other in rule.unknown_while:
            verdict = self.verdict(other)
            if verdict.status == "fired":
                return Verdict("unknown", SILENCED)
            if verdict.status in ("unknown", "unconfirmed"):
                return Verdict("unknown", verdict.reason if verdict.status == "unknown" else UNCONFIRMED)
        return self._worst_level(rule)

    def _worst_level(self, rule: Rule) -> Verdict:
        doubt: tuple[int, Leaf | None] | None = None
        decided: tuple[int, Leaf | None] | None = None
        for level in rule.levels:
            state, leaf = self.state(level.condition)
            if state == TRUE:
                return self._fired(level, leaf, doubt)
            if state == FALSE:
                decided = (state, leaf)
            elif state != NOT_SET and doubt is None:
                doubt = (state, leaf)
        if doubt:
            return Verdict("unknown", doubt[0], leaf=doubt[1])
        if decided:
            return Verdict("not_fired", KNOWN, "green" if rule.kind == "zone" else "", decided[1])
        return Verdict("not_applicable", NOT_SET)

    def _fired(self, level: Level, leaf: Leaf | None, doubt: tuple[int, Leaf | None] | None) -> Verdict:
        waits = level.confirmed is not None and self.state(level.confirmed)[0] != TRUE
        reason = doubt[0] if doubt else KNOWN
        return Verdict("unconfirmed" if waits else "fired", reason, level.colour, leaf, doubt is not None)

    def shown(self, rule: Rule, verdict: Verdict) -> tuple[int, int]:
        """Positions of the number and the limit that a finding shows; NONE where there is none."""
        leaf = verdict.leaf
        number, limit = NONE, NONE
        if isinstance(leaf, Compare):
            pair = self.pair(leaf)
            if pair:
                return pair.raw, pair.limit
            number, limit = leaf.left, leaf.right
        elif isinstance(leaf, IsTrue):
            number, limit = leaf.number, leaf.limit
        elif isinstance(leaf, IsKnown | Matches):
            number = leaf.number
        return (rule.subject if rule.subject != NONE else number), limit

    _numbers_by_kind: ClassVar[dict[type, Any]] = {
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
    _states_by_kind: ClassVar[dict[type, Any]] = {
        Compare: _compare,
        IsKnown: _is_known,
        IsTrue: _is_true,
        Matches: _matches,
        Fires: _fires,
        Not: _not,
        Or: _or,
        And: _and,
    }


def _deciding(states: list[Decided], joined: int, telling: tuple[int, ...]) -> Leaf | None:
    """The deciding leaf of the first part, in the order of `telling`, that says what the whole says."""
    for place in telling or range(len(states)):
        if states[place][0] == joined:
            return states[place][1]
    return states[0][1]


def reason_of(code: int) -> Reason | None:
    """The reason by name; None when the value is known."""
    return None if code == KNOWN else Reason(code)
