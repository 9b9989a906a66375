"""Limits: a number in a known unit, inside its span, in the order they ask for."""

from collections.abc import Iterator, Sequence
from typing import Any

from cds.check.amounts import fits, in_unit, mismatch, unknown_unit
from cds.check.circles import circles
from cds.check.conditions import check_condition, names_in, relations
from cds.check.names import Names, check_source, is_pair, lacks_unit
from cds.diagnostics import Diagnostic
from cds.diagnostics.advice import SourceMissing
from cds.diagnostics.amounts import PairUnits, UnitMissing
from cds.diagnostics.limits import (
    CaseProblem,
    DefaultOrFixed,
    LimitInCase,
    NoSource,
    NoUnitKnown,
    OutOfOrder,
    OutsideAllowed,
    ReversedSpan,
)
from cds.diagnostics.names import Cycle
from cds.grammar import Quantity, Span
from cds.model import Amount, Case, Limit


def check_limits(names: Names) -> Iterator[Diagnostic]:
    """Everything wrong with the limits of a file."""
    for name, limit in names.model.limits.items():
        yield from _number(names, name, limit)
        yield from _no_unit(names, name, limit) if lacks_unit(limit) else _units(names, name, limit)
        yield from _span(names, name, limit)
        yield from _cases(names, name, limit)
        yield from _order(names, name, limit)
        yield from check_source(names, "limits", name)
        yield from _source(names, name, limit)
    yield from _order_circles(names)


def _number(names: Names, name: str, limit: Limit) -> Iterator[Diagnostic]:
    stated = [each for each in (limit.default, limit.fixed) if each is not None]
    if len(stated) != 1 or limit.fixed == "not set":
        yield DefaultOrFixed.at(names.key("limits", name), name=name)
    elif limit.default == "not set" and limit.allowed is None:
        yield NoUnitKnown.at(names.file.place("limits", name, "default"), name=name)
    amount = stated[0] if stated else None
    if isinstance(amount, dict) and len(amount) != 2:
        found = ", ".join(f"`{unit}`" for unit in amount)
        expected: dict[str, Any] = {"expected": "two units", "expected_nb": "to enheter"}
        yield PairUnits.at(names.key("limits", name), name=name, found=found or "nothing", **expected)


def _no_unit(names: Names, name: str, limit: Limit) -> Iterator[Diagnostic]:
    for path, each in amounts_of(limit):
        right = f"{each.text} {limit.allowed.unit}" if limit.allowed else ""
        yield UnitMissing.at(names.file.place("limits", name, *path), text=each.text, right=right)


def amounts_of(limit: Limit) -> Iterator[tuple[tuple[str | int, ...], Quantity]]:
    """Every number of a limit, and its path below the limit."""
    stated: tuple[tuple[str, Amount | None], ...] = (("default", limit.default), ("fixed", limit.fixed))
    for field, amount in stated:
        yield from (((field, *path), each) for path, each in _quantities(amount))


def _quantities(amount: Amount | None) -> Iterator[tuple[tuple[str | int, ...], Quantity]]:
    match amount:
        case Quantity():
            yield (), amount
        case dict():
            yield from (((unit,), each) for unit, each in amount.items())
        case tuple():
            for position, case in enumerate(amount):
                for word, each in case.stated.items():
                    yield (position, word), each
        case _:
            pass


def _units(names: Names, name: str, limit: Limit) -> Iterator[Diagnostic]:
    """Known units that can all be converted into the first; a unit pair has its own check."""
    stated = [(path, each.unit, each.text) for path, each in amounts_of(limit)]
    if limit.allowed:
        stated.append((("allowed",), limit.allowed.unit, _words(limit.allowed)))
    first = None
    for path, unit, text in stated:
        place = names.file.place("limits", name, *path)
        problem = unknown_unit(unit, place)
        if problem:
            yield problem
            continue
        first = first or (place, unit, text)
        is_second = is_pair(limit) and path[-1] == unit
        if not is_second and not fits(first[1], unit):
            yield mismatch(place, first[0], f"`{text}`", unit, f"`{first[2]}`", first[1])


def _words(span: Span) -> str:
    return f"{span.low:g} to {span.high:g} {span.unit}".strip()


def _span(names: Names, name: str, limit: Limit) -> Iterator[Diagnostic]:
    allowed = limit.allowed
    if allowed is None:
        return
    place = names.file.place("limits", name, "allowed")
    text = _words(allowed)
    if allowed.low > allowed.high:
        yield ReversedSpan.at(place, text=text)
        return
    for path, each in amounts_of(limit):
        value = in_unit(each.number, each.unit, allowed.unit)
        if value is not None and not allowed.low <= value <= allowed.high:
            here = names.file.place("limits", name, *path)
            yield OutsideAllowed.at(here, also=place, text=f"`{each.text}`", allowed=text)


def _cases(names: Names, name: str, limit: Limit) -> Iterator[Diagnostic]:
    for field, amount in (("default", limit.default), ("fixed", limit.fixed)):
        if isinstance(amount, tuple):
            yield from _complete(names, name, field, amount)
            for position, case in enumerate(amount):
                if case.when:
                    spot = names.spot("limits", name, field, position, "when")
                    yield from check_condition(names, case.when, spot, "case")
                    yield from _earlier(names, name, case, field, position)


def _complete(names: Names, name: str, field: str, cases: Sequence[Case]) -> Iterator[Diagnostic]:
    for position, case in enumerate(cases):
        is_last = position == len(cases) - 1
        is_case = case.when is not None and case.use is not None and case.otherwise is None
        is_rest = case.otherwise is not None and case.when is None and case.use is None
        if is_case and not is_last:
            continue
        if not is_rest or not is_last:
            place = names.file.place("limits", name, field, position)
            wrong = ("the last case must be `otherwise`", "det siste tilfellet må være `otherwise`")
            if not is_last:
                wrong = ("a case needs `when` and `use`", "et tilfelle trenger `when` og `use`")
            yield CaseProblem.at(place, problem=wrong[0], problem_nb=wrong[1])
    if not any(case.stated for case in cases):
        wrong = ("no case states a number", "ingen tilfeller oppgir et tall")
        yield CaseProblem.at(names.key("limits", name, field), problem=wrong[0], problem_nb=wrong[1])


def _earlier(names: Names, name: str, case: Case, field: str, position: int) -> Iterator[Diagnostic]:
    """A case is decided before any patient's limit, so it may use only fixed limits, and those above it."""
    above = list(names.model.limits)[: list(names.model.limits).index(name)]
    used = (
        [
            each
            for relation in relations(case.when)
            for side in (relation.left, relation.right, relation.upper)
            for each in names_in(side)
        ]
        if case.when
        else []
    )
    for each in used:
        other = names.model.limits.get(each.name)
        if other and (other.fixed is None or each.name not in above):
            place = names.spot("limits", name, field, position, "when").part(each.start, each.end)
            yield LimitInCase.at(place, name=each.name, other=name)


def _order(names: Names, name: str, limit: Limit) -> Iterator[Diagnostic]:
    for field, other, word in (("beyond", limit.beyond, "above"), ("below", limit.below, "below")):
        if other is None:
            continue
        place = names.file.place("limits", name, field)
        if other not in names.model.limits:
            yield names.missing(other, place, "limit", tuple(names.model.limits))
            continue
        yield from _pair_in_order(names, name, other, field, word)


def _pair_in_order(names: Names, name: str, other: str, field: str, word: str) -> Iterator[Diagnostic]:
    place = names.file.place("limits", name, field)
    own, reference = names.number(name), names.number(other)
    if own and reference and own.unit and not fits(own.unit, reference.unit):
        yield mismatch(place, reference.place, f"`{name}`", own.unit, f"`{other}`", reference.unit)
        return
    mine, theirs = number_of(names.model.limits[name]), number_of(names.model.limits[other])
    if mine is None or theirs is None:
        return
    converted = in_unit(theirs.number, theirs.unit, mine.unit)
    if converted is None:
        return
    kept = mine.number > converted if word == "above" else mine.number < converted
    if not kept:
        texts = {"text": mine.text, "other_text": theirs.text}
        also = reference.place if reference else None
        yield OutOfOrder.at(
            own.place if own and own.place else place, also=also, name=name, other=other, word=word, **texts
        )


def number_of(limit: Limit) -> Quantity | None:
    """The one number that a ruleset states, in the first unit of a pair; None for cases and `not set`."""
    amount = limit.fixed if limit.fixed is not None else limit.default
    if isinstance(amount, dict):
        return next(iter(amount.values()), None)
    return amount if isinstance(amount, Quantity) else None


def _order_circles(names: Names) -> Iterator[Diagnostic]:
    limits = names.model.limits
    higher: dict[str, list[str]] = {name: [] for name in limits}
    for name, limit in limits.items():
        if limit.beyond in limits:
            higher[name].append(limit.beyond or "")
        if limit.below in limits:
            higher[limit.below or ""].append(name)
    for circle in circles(higher):
        yield Cycle.at(names.key("limits", circle[0]), path=" → ".join((*circle, circle[0])))


def _source(names: Names, name: str, limit: Limit) -> Iterator[Diagnostic]:
    has_number = limit.default not in (None, "not set")
    if has_number and limit.source is None and name not in names.file.adapted:
        kind = NoSource if names.model.status == "active" else SourceMissing
        yield kind.at(names.key("limits", name), name=name)
