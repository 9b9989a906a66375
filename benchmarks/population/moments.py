"""The moment at which the population is scored, and clock time in Norway as instants."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from population.columns import Array

ZONE: Final = "Europe/Oslo"
AT: Final = "2026-03-31T08:00"
"""Two days after the clocks went forward: windows of days hold one of 23 hours."""

MINUTE: Final = 60_000_000
DAY: Final = 1440 * MINUTE
_YEARS_BACK: Final = 3


def instant(text: str) -> int:
    """Clock time in Norway as microseconds UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp()) * 1_000_000


def today() -> int:
    """The civil day of AT, counted from 1970-01-01."""
    return int(np.datetime64(AT, "D").astype(np.int64))


def instants(day: Array, minute: Array) -> Array:
    """Civil days and minutes after midnight as microseconds UTC; of the skipped hour, the same clock an hour on."""
    first = today() - _YEARS_BACK * 366
    noons = np.arange(first, today() + 40)
    at_noon = [instant(f"{np.datetime64(int(each), 'D')}T12:00") for each in noons]
    ahead = (noons * DAY + 12 * 60 * MINUTE - np.array(at_noon)) // MINUTE
    return day * DAY + (minute - ahead[np.clip(day, first, noons[-1]) - first]) * MINUTE
