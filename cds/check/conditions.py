"""Conditions: every name there, of the right kind, and in units that can meet."""

from collections.abc import Iterator
from typing import Final, Literal

from cds.check.amounts import fits, mismatch, unit_words, unit_words_nb
from cds.check.names import Names, Sort, Spot
from cds.diagnostics import Diagnostic
from cds.diagnostics.amounts import CannotCombine, PairMisused, PairUnits
from cds.diagnostics.findings import NotApplicable
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
from cds.units import dimension, unit_of

Where = Literal["rule", "applies", "case"]
_RATIOS: Final = ("plain number", "share")


def check_condition(names: Names, phrase: Phrase, spot: Spot, where: Where = "rule") -> Iterator[Diagnostic]:
    """Everything wrong with the condition at a spot. A limit's case may ask for less than a rule."""
    match phrase:
        case Conjunction(_, parts):
            for part in parts:
                yield from check_condition(names, part, spot, where)
        case Negation(part):
            yield from check_condition(names, part, spot, where)
        case Has(name):
            yield from _has(names, name, spot)
        case RuleFires(name):
            place = spot.part(name.start, name.end)
            problem = names.missing_rule(name.name, place)
            if where != "rule":
                yield NotApplicable.at(place, text=f"{name.name} fires")
            elif problem:
                yield problem
        case SexIs():
            pass
        case Relation():
            yield from _relation(names, phrase, spot, where)


def _has(names: Names, name: Name, spot: Spot) -> Iterator[Diagnostic]:
    given = names.model.inputs.get(name.name)
    if given and given.is_span:
        return
    known = tuple(each for each, one in names.model.inputs.items() if one.is_span)
    yield names.missing(name.name, spot.part(name.start, name.end), "diagnosis, device, medicine or stay", known)


def _relation(names: Names, relation: Relation, spot: Spot, where: Where) -> Iterator[Diagnostic]:
    if where == "case":
        yield from _only_facts(names, relation, spot)
    found: list[Diagnostic] = []
    left = sort_of(names, relation.left, spot, found)
    others = [each for each in (relation.right, relation.upper) if each]
    for other in others:
        right = sort_of(names, other, spot, found)
        if left and right:
            found += _meeting(relation.left, left, other, right, spot)
    if isinstance(relation.left, Name) and left and left.pair and others:
        found.append(_misused(relation.left, others[0], spot))
    yield from found


def _only_facts(names: Names, relation: Relation, spot: Spot) -> Iterator[Diagnostic]:
    for each in (relation.left, relation.right, relation.upper):
        for name in names_in(each):
            if name.name != "age" and name.name not in names.model.limits:
                yield NotApplicable.at(spot.part(name.start, name.end), text=name.name)


def names_in(expression: Expression | None) -> Iterator[Name]:
    """Every name of an expression."""
    match expression:
        case Name():
            yield expression
        case Sum():
            yield from names_in(expression.left)
            yield from names_in(expression.right)
        case None:
            pass


def relations(phrase: Phrase) -> Iterator[Relation]:
    """Every comparison of a condition."""
    match phrase:
        case Conjunction(_, parts):
            for part in parts:
                yield from relations(part)
        case Negation(part):
            yield from relations(part)
        case Relation():
            yield phrase
        case _:
            pass


def sort_of(names: Names, expression: Expression, spot: Spot, found: list[Diagnostic]) -> Sort | None:
    """What an expression comes to; None when that cannot be told, and then `found` says why."""
    if isinstance(expression, Name):
        sort = names.number(expression.name)
        if sort is None:
            found.append(names.missing_number(expression.name, spot.part(expression.start, expression.end)))
        return sort
    left = sort_of(names, expression.left, spot, found)
    right = sort_of(names, expression.right, spot, found)
    if left is None or right is None:
        return None
    for side, sort in ((expression.left, left), (expression.right, right)):
        if sort.pair and isinstance(side, Name):
            found.append(_misused(side, expression, spot))
    unit = _combined(expression.operator, left.unit, right.unit)
    if unit is None:
        found.append(_cannot_combine(expression, left, right, spot))
        return None
    return Sort(unit)


def _combined(sign: str, left: str, right: str) -> str | None:
    """The unit of `left sign right`; None when it has none. A unit that cds does not know passes."""
    if unit_of(left) is None or unit_of(right) is None:
        return left
    same = fits(left, right)
    if sign in "+-":
        return left if same else None
    if sign == "*":
        if dimension(right) in _RATIOS:
            return left if dimension(left) not in _RATIOS else ""
        return right if dimension(left) in _RATIOS else None
    if same:
        return ""
    return left if dimension(right) == "plain number" else None


def _cannot_combine(expression: Sum, left: Sort, right: Sort, spot: Spot) -> Diagnostic:
    return CannotCombine.at(
        spot.part(expression.start, expression.end),
        text=words_of(expression),
        sign=expression.operator,
        left_is=unit_words(left.unit),
        left_is_nb=unit_words_nb(left.unit),
        right_is=unit_words(right.unit),
        right_is_nb=unit_words_nb(right.unit),
    )


def words_of(expression: Expression) -> str:
    """The expression as its author wrote it."""
    if isinstance(expression, Name):
        return expression.name
    return f"{words_of(expression.left)} {expression.operator} {words_of(expression.right)}"


def _meeting(
    left: Expression, left_sort: Sort, right: Expression, right_sort: Sort, spot: Spot
) -> Iterator[Diagnostic]:
    place = spot.part(right.start, right.end)
    if right_sort.pair and isinstance(right, Name):
        yield from pair_problem(left_sort, words_of(left), right_sort, right.name, spot, right.start, right.end)
    elif not fits(left_sort.unit, right_sort.unit):
        left_words, right_words = f"`{words_of(left)}`", f"`{words_of(right)}`"
        yield mismatch(place, right_sort.place, left_words, left_sort.unit, right_words, right_sort.unit)


def _misused(name: Name, other: Expression, spot: Spot) -> Diagnostic:
    return PairMisused.at(spot.part(name.start, name.end), name=name.name, other=words_of(other))


def pair_problem(
    left: Sort, left_words: str, limit: Sort, name: str, spot: Spot, start: int, end: int
) -> Iterator[Diagnostic]:
    """A limit in two units needs single readings of a concept that arrives in just these two."""
    if not left.is_reading:
        yield PairMisused.at(spot.part(start, end), name=name, other=left_words)
        return
    units = two_units(left)
    if not fits(left.unit, limit.unit) and not fits(left.unit, limit.pair):
        place = spot.part(start, end)
        yield mismatch(place, limit.place, f"`{left_words}`", left.unit, f"`{name}`", limit.unit)
    elif units != (limit.unit, limit.pair):
        expected = " and ".join(f"`{unit}`" for unit in units) or "one unit"
        expected_nb = " og ".join(f"`{unit}`" for unit in units) or "én enhet"
        found, found_nb = (f"`{limit.unit}` {word} `{limit.pair}`" for word in ("and", "og"))
        values = {"name": name, "found": found, "found_nb": found_nb, "expected": expected, "expected_nb": expected_nb}
        yield PairUnits.at(limit.place or spot.place, also=spot.part(start, end), **values)


def two_units(sort: Sort) -> tuple[str, ...]:
    """The two units in which readings of a concept arrive, its own first; nothing when it is not just two."""
    concept = sort.concept
    if concept is None:
        return ()
    fields = {unit.field for code in concept.units if (unit := unit_of(code)) and unit.field}
    others = sorted(fields - {concept.unit})
    return (concept.unit, others[0]) if len(others) == 1 else ()


def check_row_test(
    names: Names, test: RowTest, left: Sort | None, left_words: str, spot: Spot, *, only_limits: bool = False
) -> Iterator[Diagnostic]:
    """`above heavy`, `from low to high`: in a unit that fits what they are compared with."""
    for name in (test.lower, test.upper):
        if name is None:
            continue
        place = spot.part(name.start, name.end)
        sort = names.number(name.name)
        if only_limits and name.name not in names.model.limits:
            yield names.missing(name.name, place, "limit", tuple(names.model.limits))
        elif sort is None:
            yield names.missing_number(name.name, place)
        elif left and sort.pair:
            yield from pair_problem(left, left_words, sort, name.name, spot, name.start, name.end)
        elif left and not fits(left.unit, sort.unit):
            yield mismatch(place, sort.place, f"`{left_words}`", left.unit, f"`{name.name}`", sort.unit)
