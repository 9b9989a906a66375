"""Mean amplitude of glycaemic excursions."""

import math
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from statistics import fmean, stdev

from cds.glucose.recording import Recording, grid_of, known

SHORT = 5  # points of the two moving averages whose crossings part one excursion from the next; Fernandes 2022
LONG = 32
APART = timedelta(hours=3)  # a longer gap parts a recording into stretches of their own; iglu 4.3.0


def mage(recording: Recording) -> float:
    """The mean amplitude of glycaemic excursions, in mg/dL: of rises and of falls by at least one standard deviation.

    Turning points are the highest and lowest values between crossings of a short and a long moving average. The mean of
    rises and that of falls count alike; stretches between long gaps count by their length. NaN without any excursion.
    Service 1970 (Diabetes 19:644) in the form of Fernandes 2022 (J Diabetes Sci Technol 16:1115), programmed anew: a
    reference program differs by some per cent.
    """
    told = [(_of_stretch(each), len(each.values)) for each in _stretches(recording)]
    weighed = [(value, count) for value, count in told if not math.isnan(value)]
    total = sum(count for _, count in weighed)
    return sum(value * count for value, count in weighed) / total if total else math.nan


def _stretches(recording: Recording) -> Iterator[Recording]:
    start = 0
    for place, (earlier, later) in enumerate(pairwise(recording.times), 1):
        if later - earlier > APART:
            yield Recording(recording.times[start:place], recording.values[start:place])
            start = place
    yield Recording(recording.times[start:], recording.values[start:])


def _of_stretch(recording: Recording) -> float:
    if len(recording.values) < LONG:
        return math.nan
    course = known(grid_of(recording).course)
    legs = list(pairwise(_turns(_turning_points(course), stdev(course))))
    rises = [later - earlier for earlier, later in legs if later > earlier]
    falls = [earlier - later for earlier, later in legs if later < earlier]
    means = [fmean(each) for each in (rises, falls) if each]
    return fmean(means) if means else math.nan


def _turning_points(course: Sequence[float]) -> list[float]:
    """The highest and the lowest value between crossings, in turn."""
    short, long = _averages(course, SHORT), _averages(course, LONG)
    above = [one > other for one, other in zip(short, long, strict=True)]
    crossings = [place for place, (before, now) in enumerate(pairwise(above), 1) if before != now]
    points: list[float] = []
    for start, end in pairwise([0, *crossings, len(course)]):
        part = course[start:end]
        points.append(max(part) if above[start] else min(part))
    return points


def _averages(course: Sequence[float], length: int) -> list[float]:
    """The mean of the last `length` points, and of all there are before there are so many."""
    found: list[float] = []
    total = 0.0
    for place, value in enumerate(course):
        total += value - (course[place - length] if place >= length else 0.0)
        found.append(total / min(place + 1, length))
    return found


def _turns(points: Sequence[float], least: float) -> list[float]:
    """The turning points between which the course moves by at least so much; smaller moves are joined."""
    kept = list(points[:1])
    for value in points[1:]:
        is_further = len(kept) > 1 and (value > kept[-1]) == (kept[-1] > kept[-2])
        if is_further:
            kept[-1] = value
        elif abs(value - kept[-1]) >= least:
            kept.append(value)
    return kept
