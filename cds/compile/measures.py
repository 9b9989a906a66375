"""Values → measures with their parameters in place; bands and scores."""

from collections.abc import Mapping
from dataclasses import replace

from cds import model
from cds.compile.inputs import input_of, parts_of
from cds.compile.parameters import slots_of
from cds.compile.scope import Scope
from cds.operators import OPERATORS, RESULT_UNITS
from cds.operators.aggregates import BEYOND
from cds.operators.ask import parameter_vector
from cds.plan import NONE, Measure, Points, Rounded, Total
from cds.units import conversion

_DECIMALS: Mapping[str, int] = {"gmi": 1, "lbgi": 1, "hbgi": 1, "z_score": 1, "episodes_per_day": 1}


def compile_values(scope: Scope) -> None:
    """Add every value of a file; a panel gives one number for each part."""
    for name, value in scope.model.values.items():
        for part in parts_of(scope, value.of) or ("",):
            scope.values[f"{name}.{part}" if part else name] = _value(scope, name, value, part)


def _value(scope: Scope, name: str, value: model.Value, part: str) -> int:
    full_name = f"{name}.{part}" if part else name
    unit, decimals = _shown(scope, value, part)
    slots, bound = slots_of(scope, value)
    source = input_of(scope, value.of, part)
    if value.stays:
        source = replace(source, beside=input_of(scope, value.stays))
    may_lack = (BEYOND,) if value.leave_out_beyond else ()
    parameters = tuple(parameter_vector(slots))
    measure = Measure(full_name, value.operator, source, parameters, bound, unit, decimals, may_lack)
    position = scope.builder.add(measure)
    if value.round is None:
        return position
    factor = conversion(value.round.unit, unit)
    step = value.round.number * (factor.numerator / factor.denominator if factor else 1.0)
    return scope.builder.add(Rounded(full_name, position, step, unit, max(decimals, value.round.decimals)))


def _shown(scope: Scope, value: model.Value, part: str) -> tuple[str, int]:
    """Unit of the answer and its decimals for display."""
    kind = OPERATORS[value.operator].result
    concept = scope.concept(f"{value.of}.{part}" if part else value.of)
    unit, decimals = (concept.unit, concept.decimals) if concept else ("", NONE)
    if kind in RESULT_UNITS:
        unit, decimals = RESULT_UNITS[kind], _DECIMALS.get(value.operator, 0)
    elif kind == "per_day":
        unit, decimals = f"{unit}/day", decimals + 2
    if concept and concept.kind == "event" and kind == "readings":
        unit = ""
    if kind == "hours":
        unit, decimals = value.counted_in or "days", 0
    return unit, int(value.show[0]) if value.show else decimals


def compile_scores(scope: Scope) -> None:
    """Add band tables, then scores in an order in which each uses only earlier ones."""
    for name, table in scope.model.bands.items():
        scope.points[name] = scope.builder.add(_points(scope, name, table))
    waiting = dict(scope.model.scores)
    while waiting:
        ready = [name for name, score in waiting.items() if waiting.keys().isdisjoint(score.sum)]
        for name in ready:
            parts = tuple(part for each in waiting.pop(name).sum for part in _parts_of_sum(scope, each))
            scope.points[name] = scope.builder.add(Total(name, parts, "points", 0))
        assert ready, "scores that use each other"


def _parts_of_sum(scope: Scope, name: str) -> tuple[int, ...]:
    """The numbers behind a name in a sum: a value of a form stands for all its items."""
    found = scope.number(name)
    return (
        (found,)
        if found != NONE
        else tuple(number for value, number in scope.values.items() if value.startswith(f"{name}."))
    )


def _points(scope: Scope, name: str, table: model.BandTable) -> Points:
    bands = [
        (
            float("-inf") if band.low is None else band.low,
            band.low_inside,
            float("inf") if band.high is None else band.high,
            band.high_inside,
            points.number,
        )
        for row in table.points
        for band, points in row.items()
    ]
    return Points(name, scope.number(table.value), tuple(bands), "points", 0)
