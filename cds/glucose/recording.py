"""A recording of sensor glucose, and the same on an even grid of time, one line for each day."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

GAP = timedelta(minutes=45)  # the usual longest gap that a line is drawn across; iglu 4.3.0


@dataclass(frozen=True, slots=True)
class Recording:
    """Readings in order of time: civil times of one zone, each once, and glucose in mg/dL."""

    times: Sequence[datetime]
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class Grid:
    """Glucose every `step` minutes after 00:00 of each day, the last of a day at 24:00; NaN where nothing is known."""

    step: int
    days: tuple[tuple[float, ...], ...]

    @property
    def course(self) -> tuple[float, ...]:
        """All points in order of time."""
        return tuple(value for day in self.days for value in day)

    @property
    def at_times(self) -> tuple[tuple[float, ...], ...]:
        """The points of each time of day over all days."""
        return tuple(zip(*self.days, strict=True))


def grid_of(recording: Recording, *, gap: timedelta = GAP) -> Grid:
    """The recording on a grid of its own interval: straight lines between readings, none across a longer gap.

    The step is the median time between readings in whole minutes, brought to a part of a day where it is none.
    """
    step = _step(recording.times)
    midnight = datetime.combine(recording.times[0].date(), datetime.min.time(), recording.times[0].tzinfo)
    per_day = 1440 // step
    count = math.ceil((recording.times[-1] - recording.times[0]) / timedelta(days=1) + 1) * per_day
    points = [math.nan] * count
    minutes = [(each - midnight) / timedelta(minutes=1) for each in recording.times]
    rows = list(zip(minutes, recording.values, strict=True))
    longest = gap / timedelta(minutes=1)
    for (begin, earlier), (end, later) in pairwise(rows):
        first, last = math.ceil(begin / step), math.floor(end / step)
        for place in range(first, last + 1):
            at = place * step
            if end - begin <= longest or at in (begin, end):
                points[place - 1] = earlier + (later - earlier) * (at - begin) / (end - begin)
    days = tuple(tuple(points[start : start + per_day]) for start in range(0, count, per_day))
    return Grid(step, days)


def _step(times: Sequence[datetime]) -> int:
    minutes = max(1, round(median((later - earlier) / timedelta(minutes=1) for earlier, later in pairwise(times))))
    if 1440 % minutes == 0:
        return minutes
    return 20 if minutes > 20 else max(5, 5 * round(minutes / 5))


def known(values: Sequence[float]) -> list[float]:
    """The numbers that are known."""
    return [each for each in values if not math.isnan(each)]
