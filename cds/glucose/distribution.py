"""Numbers of how glucose is distributed, whatever its course; all in mg/dL."""

import math
from collections.abc import Sequence
from statistics import fmean, stdev
from typing import Final

LOW, HIGH = 80.0, 140.0  # the span that the indices of low and high glucose leave out
_GRADE_SPAN: Final = (70.0, 140.0)
_MG_PER_MMOL: Final = 18.0


def estimated_a1c(values: Sequence[float]) -> float:
    """HbA1c in percent that a mean glucose stands for: (46.7 + mean) / 28.7 (iglu 4.3.0, `ea1c`)."""
    return (46.7 + fmean(values)) / 28.7


def interquartile_range(values: Sequence[float]) -> float:
    """From the first to the third quartile, with straight lines between readings in order of size."""
    ordered = sorted(values)
    return _quantile(ordered, 0.75) - _quantile(ordered, 0.25)


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def j_index(values: Sequence[float]) -> float:
    """0.001 × (mean + standard deviation)² (iglu 4.3.0, `j_index`)."""
    size = fmean(values) + stdev(values)
    return 0.001 * size * size


def m_value(values: Sequence[float], *, ideal: float = 90.0) -> float:
    """Mean of |10 log10(glucose / ideal)|³ (iglu 4.3.0, `m_value`)."""
    return fmean(abs(10.0 * math.log10(each / ideal)) ** 3 for each in values)


def high_index(values: Sequence[float], *, limit: float = HIGH) -> float:
    """Sum of (glucose − limit)^1.1 above the limit, by 30 n (iglu 4.3.0, `hyper_index`)."""
    return sum((each - limit) ** 1.1 for each in values if each > limit) / (len(values) * 30.0)


def low_index(values: Sequence[float], *, limit: float = LOW) -> float:
    """Sum of (limit − glucose)² below the limit, by 30 n (iglu 4.3.0, `hypo_index`)."""
    return sum((limit - each) ** 2 for each in values if each < limit) / (len(values) * 30.0)


def grade(values: Sequence[float]) -> float:
    """Glycaemic risk assessment diabetes equation: the mean of a reading's risk, 50 at most.

    425 (log10(log10(mmol/L)) + 0.16)² (iglu 4.3.0, `grade`).
    """
    return fmean(_grades(values))


def grade_shares(values: Sequence[float], *, span: tuple[float, float] = _GRADE_SPAN) -> tuple[float, float, float]:
    """Percent of `grade` that comes from below, within and above the span (its ends inside)."""
    grades = _grades(values)
    total = math.fsum(grades)
    pairs = list(zip(values, grades, strict=True))
    below = math.fsum(each for value, each in pairs if value < span[0])
    above = math.fsum(each for value, each in pairs if value > span[1])
    return 100.0 * below / total, 100.0 * (total - below - above) / total, 100.0 * above / total


def _grades(values: Sequence[float]) -> list[float]:
    return [min(50.0, 425.0 * (math.log10(math.log10(each / _MG_PER_MMOL)) + 0.16) ** 2) for each in values]


def risk_index(values: Sequence[float]) -> float:
    """Glycaemia risk index: 3.0 and 2.4 × percent below 54 and 70, 1.6 and 0.8 × percent above 250 and 180; ≤ 100.

    Source: iglu 4.3.0, `gri`.
    """
    parts = (
        3.0 * sum(each < 54 for each in values),
        2.4 * sum(54 <= each < 70 for each in values),
        1.6 * sum(each > 250 for each in values),
        0.8 * sum(180 < each <= 250 for each in values),
    )
    return min(100.0, 100.0 * sum(parts) / len(values))


def control_index(values: Sequence[float]) -> float:
    """Continuous glucose monitoring index, 0 to 100: time in 70 to 180 (half), time below 70, and deviation.

    Time below counts from 15 % (worst) to none, the standard deviation from 108 (worst) to 18 mg/dL. Source: iglu
    4.3.0, `cogi`.
    """
    inside = 100.0 * fmean(70 <= each <= 180 for each in values)
    below = 100.0 * fmean(each < 70 for each in values)
    return (
        0.5 * inside
        + 35.0 * (1.0 - _stretched(below, 0.0, 15.0))
        + 15.0 * (1.0 - _stretched(stdev(values), 18.0, 108.0))
    )


def _stretched(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))
