"""Readings out of step with the patient's own: perhaps somebody else stood on the scales.

Such a reading is never dropped by itself. A rule can count and ask about it, and a value leaves it out only when its
author says so.
"""

from typing import Final

from cds.operators.aggregates import LEAST_IN_STEP, gather, is_beyond
from cds.operators.readings import has_value
from cds.operators.reasons import KNOWN, NOT_COMPUTABLE
from cds.operators.series import DATE_ONLY, MINUTES, OWN, WINDOW_KIND, Answer, Column, Now, Series
from cds.operators.spacing import middle_of

STEP: Final = OWN  # how far from the median of the window a reading may lie, in the input's unit


def out_of_step(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """Number of readings in the window that lie further than STEP from the median of all of them.

    A meter's HI or LO among them makes it not computable; else unknown as `mean`, and too few with fewer than three.

    >>> from cds.operators.ask import ask
    >>> weights = {"2026-01-05": 81.0, "2026-01-06": 81.4, "2026-01-07": 58.2, "2026-01-08": 81.2}
    >>> ask(out_of_step, weights, at="2026-01-08 08:00", slots={STEP: 8})[0]
    1.0
    """
    first, end, count, newest, reason = gather(series, now, parameters, used, scratch, LEAST_IN_STEP)
    if reason != KNOWN:
        return 0.0, count, newest, NOT_COMPUTABLE if has_value(reason) else reason
    middle = middle_of(scratch, 0, count)
    dates = parameters[WINDOW_KIND] != MINUTES
    away = 0
    for row in range(first, end):
        counts = has_value(series.quality[row]) and (dates or not series.attribute[row] & DATE_ONLY)
        if counts and is_beyond(series.values[row], middle, parameters[STEP]):
            away += 1
    return float(away), count, newest, KNOWN
