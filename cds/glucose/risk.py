"""The average daily risk range: how far glucose swings to either side, on the scale of risk."""

import math
from statistics import fmean

from cds.glucose.recording import Recording


def average_daily_risk_range(recording: Recording) -> float:
    """Mean over days of the greatest risk of low plus the greatest risk of high glucose.

    Risk 22.77 f², f = ln(mg/dL)^1.084 − 5.381 (iglu 4.3.0, `adrr`).
    """
    days: dict[object, list[float]] = {}
    for time, value in zip(recording.times, recording.values, strict=True):
        days.setdefault(time.date(), []).append(math.log(value) ** 1.084 - 5.381)
    return fmean(_risk(min(each)) * (min(each) < 0) + _risk(max(each)) * (max(each) > 0) for each in days.values())


def _risk(place: float) -> float:
    return 22.77 * place * place
