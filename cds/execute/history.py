"""How far back a plan looks: the readings that can matter at a moment, so that others need not be held."""

from typing import Final

from cds.operators import OPERATORS
from cds.operators.series import (
    DAYS,
    DAYS_BEFORE,
    FIRST_TIME,
    MICROSECONDS_PER_DAY,
    MINUTES,
    MONTHS,
    WINDOW,
    WINDOW_KIND,
)
from cds.operators.windows import microseconds, whole
from cds.plan import Measure, Plan
from cds.population import Extent

_LONGEST_MONTH: Final = 31
_MARGIN: Final = 3  # days: today, the zone, and a clock that is put forward or back


def extent_needed(plan: Plan, at: int) -> Extent:
    """The readings that a plan may look at when it is evaluated at `at`, by input key; never too few.

    An operator that keeps to its window needs nothing before it; of what another reads, everything is needed.
    """
    since: dict[str, int] = {}
    for number in plan.numbers:
        if isinstance(number, Measure):
            first = _opening(number, at)
            for key in (number.input.key, number.input.partner):
                if key:
                    since[key] = min(first, since.get(key, first))
    return Extent(since, at)


def _opening(measure: Measure, at: int) -> int:
    """An instant that no window of the measure opens before, in whatever zone."""
    is_fixed = all(slot not in (WINDOW, WINDOW_KIND) for slot, _ in measure.bound)
    if not (OPERATORS[measure.operator].keeps_to_window and is_fixed):
        return FIRST_TIME
    length, kind = measure.parameters[WINDOW], measure.parameters[WINDOW_KIND]
    if kind == MINUTES:
        return at - microseconds(length) - _MARGIN * MICROSECONDS_PER_DAY
    days = {DAYS: whole(length), DAYS_BEFORE: whole(length), MONTHS: whole(length) * _LONGEST_MONTH}.get(int(kind))
    return FIRST_TIME if days is None else at - (days + _MARGIN) * MICROSECONDS_PER_DAY
