"""What an author states of a value → the parameters that its operator is called with."""

from cds import model
from cds.compile.conditions import COMPARISONS
from cds.compile.scope import Scope
from cds.grammar import Duration
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
from cds.phrases import RowTest
from cds.units import unit_id

DOSE_DAY_STARTS = 180  # 03:00, LANGUAGE: dose days start at 03:00 unless said
_LEAST = {"readings": LEAST_ROWS, "dispenses": LEAST_ROWS, "days": LEAST_DAYS, "monitored": LEAST_SHARE}


def slots_of(scope: Scope, value: model.Value) -> tuple[dict[int, float], tuple[tuple[int, int], ...]]:
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


def _row_test(scope: Scope, test: RowTest, slots: Slots, bound: Bound) -> None:
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
