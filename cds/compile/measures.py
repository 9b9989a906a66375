"""Values → measures with their parameters in place; bands and scores."""

from cds import model
from cds.compile.conditions import COMPARISONS
from cds.compile.inputs import input_of, parts_of
from cds.compile.scope import Scope
from cds.grammar import Duration
from cds.operators import OPERATORS
from cds.operators.ask import parameter_vector
from cds.operators.changes import LAG, LAG_KIND, TOLERANCE, TOLERANCE_KIND
from cds.operators.counts import GAP_AT_MOST, NEEDED
from cds.operators.doses import DAY_STARTS, LATE_AFTER
from cds.operators.readings import BACK, COUNTED_IN, IN_DAYS, IN_HOURS
from cds.operators.series import (
    DAYS,
    DAYS_BEFORE,
    FRESH,
    FRESH_KIND,
    LEAST_DAYS,
    LEAST_ROWS,
    LEAST_SHARE,
    LOWER,
    MINUTES,
    MONTHS,
    PAIR_LOWER,
    PAIR_UNIT,
    PAIR_UPPER,
    TEST,
    UPPER,
    WINDOW,
    WINDOW_KIND,
)
from cds.operators.sessions import (
    DISCARD_FIRST,
    KEEP_OUTSIDE,
    PER_SESSION,
    SESSION_BOUNDS,
    SESSIONS,
    SKIP_FIRST_DAYS,
)
from cds.operators.supply import FROM_FIRST
from cds.plan import NONE, Measure, Points, Rounded, Total
from cds.units import conversion, unit_id

DOSE_DAY_STARTS = 180  # 03:00, LANGUAGE: dose days start at 03:00 unless said
_LEAST = {"readings": LEAST_ROWS, "dispenses": LEAST_ROWS, "days": LEAST_DAYS, "monitored": LEAST_SHARE}


def compile_values(scope: Scope) -> None:
    """Add every value of a file; a panel gives one number for each part."""
    for name, value in scope.model.values.items():
        for part in parts_of(scope, value.of) or ("",):
            scope.values[f"{name}.{part}" if part else name] = _value(scope, name, value, part)


def _value(scope: Scope, name: str, value: model.Value, part: str) -> int:
    full_name = f"{name}.{part}" if part else name
    unit, decimals = _shown(scope, value, part)
    slots, bound = _slots(scope, value)
    source = input_of(scope, value.of, part)
    measure = Measure(full_name, value.operator, source, tuple(parameter_vector(slots)), bound, unit, decimals)
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
    unit, decimals = {
        "percent": ("%", 0),
        "readings": ("readings", 0),
        "days": ("days", 0),
        "doses": ("doses", 0),
        "hours": ("hours", 0),
        "yes_no": ("", 0),
    }.get(kind, (concept.unit, concept.decimals) if concept else ("", NONE))
    if concept and concept.kind == "event" and kind == "readings":
        unit = ""
    if value.operator in ("time_since", "time_since_change"):
        unit = value.counted_in or "days"
    return unit, int(value.show[0]) if value.show else decimals


def _slots(scope: Scope, value: model.Value) -> tuple[dict[int, float], tuple[tuple[int, int], ...]]:
    """The parameters that the author stated, and those that limits fill in."""
    slots: dict[int, float] = {}
    bound: list[tuple[int, int]] = []
    if value.last or value.within:
        slots[WINDOW], slots[WINDOW_KIND] = window(value.last or value.within, within=value.within is not None)
    if value.newest_within:
        slots[FRESH], slots[FRESH_KIND] = window(value.newest_within, within=True)
    for requirement in value.require:
        slots[_LEAST[requirement.kind]] = requirement.amount
    if value.that_are:
        _row_test(scope, value.that_are, slots, bound)
    _OWN.get(value.operator, _nothing)(scope, value, slots, bound)
    return slots, tuple(bound)


def window(duration: Duration | None, within: bool) -> tuple[float, int]:
    """Length and kind of a window: minutes elapsed, civil days counting today or the days before, or months."""
    assert duration is not None
    if duration.is_elapsed:
        return float(duration.minutes), MINUTES
    if duration.unit in ("days", "weeks"):
        days = duration.amount * (7 if duration.unit == "weeks" else 1)
        return float(days), DAYS_BEFORE if within else DAYS
    return float(duration.amount * (12 if duration.unit == "years" else 1)), MONTHS


Slots = dict[int, float]
Bound = list[tuple[int, int]]


def _row_test(scope: Scope, test: model.RowTest, slots: Slots, bound: Bound) -> None:
    slots[TEST] = COMPARISONS[test.word]
    names = [(LOWER, PAIR_LOWER, test.lower.name)]
    if test.upper:
        names.append((UPPER, PAIR_UPPER, test.upper.name))
    for slot, pair_slot, name in names:
        limit = scope.limits[name]
        bound.append((slot, limit))
        if limit in scope.paired:
            pair = scope.paired[limit]
            slots[PAIR_UNIT] = float(unit_id(scope.builder.numbers[pair].unit))
            bound.append((pair_slot, pair))


def _nothing(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    """The operator has no parameters of its own."""


def _previous(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    slots[BACK] = float(value.back or 1)


def _time_since(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    slots[COUNTED_IN] = IN_HOURS if value.counted_in == "hours" else IN_DAYS


def _protocol(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    slots[SKIP_FIRST_DAYS] = float(value.skip_first_days or 0)
    slots[PER_SESSION] = float(value.per_session.removeprefix("first ")) if value.per_session else 0.0
    slots[DISCARD_FIRST] = float(value.discard_first_in_session == "yes")
    slots[KEEP_OUTSIDE] = float(value.outside_sessions == "kept")
    slots[SESSIONS] = float(len(value.sessions))
    for position, span in enumerate(value.sessions.values()):
        slots[SESSION_BOUNDS + 2 * position] = float(span.start)
        slots[SESSION_BOUNDS + 2 * position + 1] = float(span.end)


def _change(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    slots[LAG], slots[LAG_KIND] = window(value.over, within=True)
    if value.give_or_take:
        slots[TOLERANCE], slots[TOLERANCE_KIND] = window(value.give_or_take, within=True)
    else:
        slots[TOLERANCE], slots[TOLERANCE_KIND] = 0.0, slots[LAG_KIND]


def _consecutive(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    slots[GAP_AT_MOST] = float(value.gap_at_most.minutes) if value.gap_at_most else 0.0
    if value.needed:
        bound.append((NEEDED, scope.limits[value.needed]))


def _doses(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    starts = scope.model.inputs[value.of].day_starts
    slots[DAY_STARTS] = float(DOSE_DAY_STARTS if starts is None else starts)
    if value.late_after:
        bound.append((LATE_AFTER, scope.limits[value.late_after]))


def _supply(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    slots[FROM_FIRST] = float(value.from_first_dispense == "yes")


_OWN = {
    "previous": _previous,
    "time_since": _time_since,
    "time_since_change": _time_since,
    "percent_of_days_covered": _supply,
    "protocol_mean": _protocol,
    "change": _change,
    "consecutive": _consecutive,
    "missed_in_a_row": _doses,
    "days_with_late_dose": _doses,
    "share_taken": _doses,
}


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
