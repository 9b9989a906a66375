"""Numbers of a day's recording of blood pressure that research uses and no rule does, as plain functions; in mmHg.

A dip by the clock can be said in the ruleset language: the mean of an input with `time_of_day: 22:00 to 06:00` beside
that of the day. A number that cannot be computed is NaN.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean
from typing import Literal

DIPPER, EXTREME = 0.1, 0.2

Dipping = Literal["reverse", "non-dipper", "dipper", "extreme"]


def nocturnal_dip(awake: Sequence[float], asleep: Sequence[float]) -> float:
    """By what share the mean asleep lies below the mean awake; negative where it lies above (bp 2.1.1, `dip_calc`).

    >>> nocturnal_dip([140.0, 120.0], [100.0, 95.0])
    0.25
    """
    if not awake or not asleep:
        return math.nan
    return 1.0 - fmean(asleep) / fmean(awake)


def dipping(dip: float) -> Dipping:
    """What a dip is called: reverse below 0, dipper above 10 %, extreme above 20 % (bp 2.1.1, `dip_calc`)."""
    if dip < 0.0:
        return "reverse"
    if dip > EXTREME:
        return "extreme"
    return "dipper" if dip > DIPPER else "non-dipper"


def average_real_variability(values: Sequence[float]) -> float:
    """Mean size of the change from one reading to the next (bp 2.1.1, `arv`)."""
    return fmean(abs(later - earlier) for earlier, later in pairwise(values)) if len(values) > 1 else math.nan


def successive_variation(values: Sequence[float]) -> float:
    """Square root of the mean square of the change from one reading to the next (bp 2.1.1, `sv`)."""
    if len(values) < 2:
        return math.nan
    return math.sqrt(fmean((later - earlier) * (later - earlier) for earlier, later in pairwise(values)))


def peak_and_trough(values: Sequence[float]) -> tuple[float, float]:
    """How far the highest reading lies above the mean, and the lowest below it (bp 2.1.1, `bp_mag`)."""
    if not values:
        return math.nan, math.nan
    middle = fmean(values)
    return max(values) - middle, middle - min(values)
