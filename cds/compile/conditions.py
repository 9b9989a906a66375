"""Phrases → conditions over positions."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from cds.compile.inputs import active_measure
from cds.compile.scope import Scope
from cds.operators.logic import ABOVE, ADD, AT_LEAST_OF, AT_MOST_OF, BELOW, DIVIDE, FROM_TO, MULTIPLY, SUBTRACT
from cds.patient import SEX
from cds.phrases import (
    Conjunction,
    Expression,
    Has,
    Name,
    Negation,
    Phrase,
    Relation,
    RowTest,
    RuleFires,
    SexIs,
    Sum,
)
from cds.plan import (
    NONE,
    And,
    Arithmetic,
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
    Rounded,
)
from cds.units import conversion, unit_id

COMPARISONS = {"above": ABOVE, "at least": AT_LEAST_OF, "below": BELOW, "at most": AT_MOST_OF, "from": FROM_TO}
_SIGNS = {"+": ADD, "-": SUBTRACT, "*": MULTIPLY, "/": DIVIDE}


class Conditions:
    """Compiles one file's phrases; `rules` is filled with name -> position as rules get their places."""

    def __init__(self, scope: Scope, rules: dict[str, int], in_case: bool = False) -> None:
        self.scope = scope
        self.rules = rules
        self.in_case = in_case

    def condition(self, phrase: Phrase) -> Condition:
        """The condition that a phrase says."""
        match phrase:
            case Conjunction(word, parts):
                compiled = tuple(self.condition(each) for each in parts)
                telling = _telling(compiled)
                return And(compiled, telling) if word == "and" else Or(compiled, telling)
            case Negation(part):
                return Not(self.condition(part))
            case Has(name):
                return IsTrue(active_measure(self.scope, name.name))
            case SexIs(sex):
                return Matches(self.scope.builder.fact(Fact("sex")), SEX[sex])
            case RuleFires(name):
                return Fires(self.rules[name.name])
            case Relation():
                return self.relation(phrase)

    def relation(self, relation: Relation) -> Condition:
        """A comparison; `from A to B` is two."""
        left = self.expression(relation.left)
        if relation.word == "known":
            return IsKnown(left)
        if relation.word == "unknown":
            return Not(IsKnown(left))
        assert relation.right is not None
        right = self.expression(relation.right)
        if relation.word != "from":
            return self.compare(COMPARISONS[relation.word], left, right)
        assert relation.upper is not None
        return self.between(left, right, self.expression(relation.upper))

    def tail(self, left: int, test: RowTest) -> Condition:
        """A zone's condition: its value against the limits of `above gain_red` or `from low to high`."""
        right = self.position(test.lower.name)
        if test.upper is None:
            return self.compare(COMPARISONS[test.word], left, right)
        return self.between(left, right, self.position(test.upper.name))

    def between(self, left: int, low: int, high: int) -> Condition:
        """Both ends inside."""
        return And((self.compare(AT_LEAST_OF, left, low), self.compare(AT_MOST_OF, left, high)))

    def position(self, name: str) -> int:
        """A name's number; in a limit's case a limit stands for its fixed value, which needs no patient."""
        found = self.scope.number(name)
        number = self.scope.builder.numbers[found]
        return number.default if self.in_case and isinstance(number, Limit) else found

    def compare(self, comparison: int, left: int, right: int) -> Compare:
        """The comparison, in one unit, and for a unit pair in the unit in which the reading arrived."""
        right = self.in_unit_of(left, right)
        pair = self.scope.paired.get(right, NONE)
        if pair == NONE:
            return Compare(comparison, left, right)
        second = self.scope.builder.numbers[pair].unit
        raw, arrived = self.column(left, "raw", second), self.column(left, "unit")
        return Compare(comparison, left, right, Pair(unit_id(second), arrived, raw, pair))

    def column(self, index: int, column: Literal["raw", "unit"], unit: str = "") -> int:
        """The same measure over the raw values, in the unit in which they arrive, or over the unit ids."""
        number = self.scope.builder.numbers[index]
        if isinstance(number, Rounded):
            return self.column(number.of, column, unit)
        assert isinstance(number, Measure)
        same = replace(number, input=replace(number.input, column=column), unit=unit, decimals=NONE)
        return self.scope.builder.add(same)

    def expression(self, expression: Expression) -> int:
        """The number that names joined by + - * / come to."""
        if isinstance(expression, Name):
            return self.position(expression.name)
        left, right = self.expression(expression.left), self.expression(expression.right)
        numbers = self.scope.builder.numbers
        name = _said(expression, numbers[left].name, numbers[right].name)
        if expression.operator in "+-":
            return self.joined(name, expression, left, self.in_unit_of(left, right), numbers[left].unit)
        if expression.operator == "/":
            right = self.in_unit_of(left, right)
            same = numbers[left].unit == numbers[right].unit
            return self.joined(name, expression, left, right, "" if same else numbers[left].unit)
        left, right = self.as_ratio(left), self.as_ratio(right)
        return self.joined(name, expression, left, right, numbers[left].unit or numbers[right].unit)

    def joined(self, name: str, expression: Sum, left: int, right: int, unit: str) -> int:
        return self.scope.builder.add(Arithmetic(name, _SIGNS[expression.operator], left, right, unit))

    def as_ratio(self, index: int) -> int:
        """A percentage as a plain number, so that `best * share` keeps the unit of best."""
        return self.scaled(index, 0.01, "") if self.scope.builder.numbers[index].unit == "%" else index

    def in_unit_of(self, left: int, right: int) -> int:
        """`right` in the unit of `left` where they can be converted by a factor."""
        numbers = self.scope.builder.numbers
        wanted, unit = numbers[left].unit, numbers[right].unit
        if wanted == unit:
            return right
        if {wanted, unit} == {"", "%"}:
            return self.scaled(right, 100.0 if wanted == "%" else 0.01, wanted)
        factor = conversion(unit, wanted)
        return self.scaled(right, factor.numerator / factor.denominator, wanted) if factor else right

    def scaled(self, index: int, factor: float, unit: str) -> int:
        number = self.scope.builder.numbers[index]
        times = self.scope.builder.add(Constant(number.name, factor))
        return self.scope.builder.add(Arithmetic(number.name, MULTIPLY, index, times, unit))


def _said(expression: Sum, left: str, right: str) -> str:
    """What is calculated, with the brackets that it needs to be read so."""
    binds = expression.operator in "*/"
    if isinstance(expression.left, Sum) and binds and expression.left.operator in "+-":
        left = f"({left})"
    if isinstance(expression.right, Sum) and (
        binds or (expression.operator == "-" and expression.right.operator in "+-")
    ):
        right = f"({right})"
    return f"{left} {expression.operator} {right}"


def _telling(parts: Sequence[Condition]) -> tuple[int, ...]:
    """The parts that compare with a limit before those that do not; () when that is how they stand."""
    order = sorted(range(len(parts)), key=lambda place: not _compares(parts[place]))
    return () if order == list(range(len(parts))) else tuple(order)


def _compares(condition: Condition) -> bool:
    match condition:
        case And(parts) | Or(parts):
            return any(map(_compares, parts))
        case Not(part):
            return _compares(part)
        case _:
            return isinstance(condition, Compare)
