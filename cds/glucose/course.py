"""Numbers of how glucose moves from hour to hour and from day to day, on an even grid of time; all in mg/dL."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, stdev

from cds.glucose.recording import Grid, known


def conga(grid: Grid, *, hours: int = 24) -> float:
    """Standard deviation of the changes over so many hours (iglu 4.3.0, `conga`)."""
    lag = hours * 60 // grid.step
    return _deviation([later - earlier for earlier, later in zip(grid.course, grid.course[lag:], strict=False)])


def modd(grid: Grid) -> float:
    """Mean of daily differences: mean size of the change from one day to the next at the same time of day.

    Source: iglu 4.3.0, `modd`.
    """
    changes = [abs(later - earlier) for one, next_day in pairwise(grid.days) for earlier, later in _zip(one, next_day)]
    return _mean(changes)


def mean_absolute_change(grid: Grid) -> float:
    """Mean size of the change from one point to the next, in mg/dL an hour.

    Source: Hermanides et al., Crit Care Med 38: 838, 2010.
    """
    return _mean([abs(later - earlier) for earlier, later in pairwise(grid.course)]) * 60.0 / grid.step


def variation_percentage(grid: Grid) -> float:
    """Glycaemic variability percentage: how much longer than a level line the line of glucose is, in percent.

    Source: iglu 4.3.0, `gvp`.
    """
    changes = known([later - earlier for earlier, later in pairwise(grid.course)])
    if not changes:
        return math.nan
    length = math.fsum(math.sqrt(grid.step * grid.step + each * each) for each in changes)
    return 100.0 * (length / (grid.step * len(changes)) - 1.0)


@dataclass(frozen=True, slots=True)
class Deviations:
    """Standard deviations by what they compare (Rodbard, Diabetes Technol Ther 11: 551, 2009).

    within_days: mean of the days'. of_times: of the means of each time of day. within_hours: mean over every hour of
    the course. of_days: of the days' means. between_days: mean over times of day, between days; corrected: the same
    after each day's mean is taken off.
    """

    within_days: float
    of_times: float
    within_hours: float
    of_days: float
    between_days: float
    corrected: float


def deviations(grid: Grid) -> Deviations:
    """Every standard deviation of a grid."""
    width = 60 // grid.step
    course = grid.course
    hours = [course[start : start + width] for start in range(len(course) - width + 1)]
    means = [_mean(day) for day in grid.days]
    level = Grid(
        grid.step, tuple(tuple(value - mean for value in day) for day, mean in zip(grid.days, means, strict=True))
    )
    return Deviations(
        _mean(map(_deviation, grid.days)),
        _deviation([_mean(each) for each in grid.at_times]),
        _mean(map(_deviation, hours)),
        _deviation(means),
        _mean(map(_deviation, grid.at_times)),
        _mean(map(_deviation, level.at_times)),
    )


def daily_variation(grid: Grid) -> tuple[float, float]:
    """Mean and standard deviation over days of each day's coefficient of variation, in percent."""
    variations = [100.0 * _deviation(day) / _mean(day) for day in grid.days]
    return _mean(variations), _deviation(variations)


def _zip(one: Sequence[float], other: Sequence[float]) -> Iterable[tuple[float, float]]:
    return zip(one, other, strict=True)


def _mean(values: Iterable[float]) -> float:
    """Mean of what is known."""
    found = known(list(values))
    return fmean(found) if found else math.nan


def _deviation(values: Sequence[float]) -> float:
    """Standard deviation (n − 1) of what is known."""
    found = known(values)
    return stdev(found) if len(found) > 1 else math.nan
