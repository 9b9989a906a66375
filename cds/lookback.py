"""How far back measures look into an input, so that no more than that is asked for or held."""

import math
from collections.abc import Iterable
from typing import Final

from cds.operators import OPERATORS
from cds.operators.series import DAYS, DAYS_BEFORE, MINUTES, MONTHS, WINDOW, WINDOW_KIND
from cds.plan import Measure

_MINUTES_PER_DAY: Final = 1440.0
_LONGEST_MONTH: Final = 31


def days_back(measures: Iterable[Measure]) -> int | None:
    """Days, the present one included, in which all that these measures see lies; None = everything is needed.

    An operator that keeps to its window needs nothing before it; `absent`, for one, tells when the newest reading was.

    >>> from cds.plan import Input
    >>> weight = Input("weight", "body_weight")
    >>> days_back([Measure("gain", "rise_in", weight, (3.0, float(DAYS), 0.0, 0.0) + (0.0,) * 20)])
    3
    """
    each = [_days(measure) for measure in measures]
    known = [days for days in each if days is not None]
    return max(known) if known and len(known) == len(each) else None


def _days(measure: Measure) -> int | None:
    parameters = measure.parameters
    is_bound = any(slot in (WINDOW, WINDOW_KIND) for slot, _ in measure.bound)
    if is_bound or not OPERATORS[measure.operator].keeps_to_window:
        return None
    length = parameters[WINDOW]
    match int(parameters[WINDOW_KIND]):
        case kind if kind == MINUTES:
            return math.ceil(length / _MINUTES_PER_DAY) + 1
        case kind if kind == DAYS:
            return math.ceil(length)
        case kind if kind == DAYS_BEFORE:
            return math.ceil(length) + 1
        case kind if kind == MONTHS:
            return math.ceil(length) * _LONGEST_MONTH + 1
        case _:
            return None
