"""The readings of a population that can matter to a plan at a moment, so that others need not be held."""

from typing import Final

from cds.lookback import days_back
from cds.operators.series import FIRST_TIME, MICROSECONDS_PER_DAY
from cds.plan import Measure, Plan
from cds.population import Extent

_MARGIN: Final = 3  # days: zones, and a clock that is put forward or back


def extent_needed(plan: Plan, at: int) -> Extent:
    """The readings that a plan may look at when it is evaluated at `at`, by input key; never too few."""
    measures: dict[str, list[Measure]] = {}
    for number in plan.numbers:
        if isinstance(number, Measure):
            for key in number.input.keys:
                measures.setdefault(key, []).append(number)
    days = {key: days_back(each) for key, each in measures.items()}
    return Extent({key: FIRST_TIME if each is None else _since(at, each) for key, each in days.items()}, at)


def _since(at: int, days: int) -> int:
    return at - (days + _MARGIN) * MICROSECONDS_PER_DAY
