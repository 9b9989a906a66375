"""Limits → numbers: defaults, cases, unit pairs, and how a patient's own limit may be stated."""

from dataclasses import replace

from cds import model
from cds.compile.conditions import Conditions
from cds.compile.scope import Scope, canonical, texts_of, unit_spellings
from cds.grammar import Quantity
from cds.plan import NONE, Choice, Condition, Constant, Limit, PairedLimit
from cds.units import Conversion, conversion, convert

UNCHANGED = Conversion(1.0, 1.0, 0.0)


def compile_limits(scope: Scope) -> None:
    """Add every limit of a file, then the order that they must keep."""
    for name, each in scope.model.limits.items():
        scope.limits[name] = _limit(scope, name, each)
    for name, each in scope.model.limits.items():
        position = scope.limits[name]
        number = scope.builder.numbers[position]
        assert isinstance(number, Limit)
        order = {
            "beyond": scope.limits[each.beyond] if each.beyond else NONE,
            "below": scope.limits[each.below] if each.below else NONE,
        }
        scope.builder.numbers[position] = replace(number, **order)


def _limit(scope: Scope, name: str, limit: model.Limit) -> int:
    amount = limit.fixed if limit.fixed is not None else limit.default
    stated = _stated_unit(limit, amount)
    unit = canonical(stated)
    molar_mass = _molar_mass(scope, unit)
    position = scope.builder.add(
        Limit(
            name=name,
            ruleset=scope.model.ruleset,
            default=_default(scope, name, amount, unit),
            unit=unit,
            fixed=limit.fixed is not None,
            allowed=_allowed(limit, unit),
            was=limit.was,
            unit_factors=_factors(unit, molar_mass),
            label=texts_of(limit.label),
            source=scope.model.sources[limit.source].cite if limit.source else "",
            adapted=name in scope.file.adapted,
            decimals=_decimals(amount, stated, unit),
        )
    )
    if isinstance(amount, dict):
        _add_pair(scope, name, position, amount, unit, molar_mass)
    return position


def _stated_unit(limit: model.Limit, amount: model.Amount | None) -> str:
    match amount:
        case Quantity():
            return amount.unit
        case dict():
            return next(iter(amount))
        case tuple():
            return next(each.unit for case in amount for each in case.stated.values())
        case _:
            return limit.allowed.unit if limit.allowed else ""


def _decimals(amount: model.Amount | None, stated: str, unit: str) -> int:
    if isinstance(amount, dict):
        return next(iter(amount.values())).decimals
    return amount.decimals if isinstance(amount, Quantity) and stated == unit else NONE


def _default(scope: Scope, name: str, amount: model.Amount | None, unit: str) -> int:
    """Position of the number that the ruleset states; NONE for `not set`."""
    match amount:
        case Quantity():
            return _constant(scope, name, amount, unit)
        case dict():
            return _constant(scope, name, next(iter(amount.values())), unit)
        case tuple():
            return _choice(scope, name, amount, unit)
        case _:
            return NONE


def _constant(scope: Scope, name: str, quantity: Quantity, unit: str) -> int:
    factor = conversion(quantity.unit, unit) if quantity.unit != unit else UNCHANGED
    value = convert(quantity.number, factor or UNCHANGED)
    return scope.builder.add(Constant(name, value, unit, quantity.decimals))


def _choice(scope: Scope, name: str, cases: tuple[model.Case, ...], unit: str) -> int:
    from_cases: list[tuple[Condition, int]] = []
    otherwise = NONE
    for case in cases:
        if case.when is not None and case.use is not None:
            from_cases.append(
                (Conditions(scope, {}, in_case=True).condition(case.when), _constant(scope, name, case.use, unit))
            )
        elif isinstance(case.otherwise, Quantity):
            otherwise = _constant(scope, name, case.otherwise, unit)
    return scope.builder.add(Choice(name, tuple(from_cases), otherwise, unit))


def _allowed(limit: model.Limit, unit: str) -> tuple[float, float] | None:
    if limit.allowed is None:
        return None
    factor = conversion(limit.allowed.unit, unit) or UNCHANGED
    return convert(limit.allowed.low, factor), convert(limit.allowed.high, factor)


def _factors(unit: str, molar_mass: float | None) -> dict[str, tuple[float, float, float]]:
    """Every spelling of every unit that a patient's own limit may be stated in."""
    found: dict[str, tuple[float, float, float]] = {}
    for spelling, field_unit in unit_spellings().items():
        factor = conversion(field_unit, unit, molar_mass)
        if factor:
            found[spelling] = factor
    return found


def _molar_mass(scope: Scope, unit: str) -> float | None:
    """The molar mass of the one input that is measured in this unit, when it has one."""
    concepts = (scope.concept(name) for name in scope.model.inputs)
    return next((each.molar_mass for each in concepts if each and each.unit == unit and each.molar_mass), None)


def _add_pair(
    scope: Scope, name: str, position: int, amount: dict[str, Quantity], unit: str, molar_mass: float | None
) -> None:
    second = list(amount)[1]
    default = scope.builder.add(Constant(name, amount[second].number, second, amount[second].decimals))
    factor = conversion(unit, second, molar_mass) or UNCHANGED
    pair = PairedLimit(name, position, default, second, factor, amount[second].decimals)
    scope.paired[position] = scope.builder.add(pair)
