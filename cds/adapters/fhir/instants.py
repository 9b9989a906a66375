"""Written times of one bundle, read as `cds.periods.instant` reads them but each part of them once."""

from functools import cache
from typing import Final

from cds.operators.series import MICROSECONDS_PER_MINUTE
from cds.periods import Zone, instant

_LONGEST_REST: Final = len(":30+01:00")


class Instants:
    """Reads times in a zone.

    The instant of a time with an offset is the sum of its day, its minute and the rest (seconds and offset), whichever
    they are: a patient's times share few days and fewer rests, so that most times are three look-ups.

    >>> from cds.periods import zone
    >>> Instants(zone()).read("2026-01-08T07:30:00+01:00") == instant("2026-01-08T07:30:00+01:00", zone())
    True
    """

    def __init__(self, where: Zone) -> None:
        self._where = where
        self._days: dict[str, int] = {}
        self._minutes = _minutes()
        self._rests: dict[str, int] = {}

    def read(self, text: str) -> tuple[int, bool] | None:
        """Microseconds UTC, and whether only the date is known; None when the text names no instant."""
        day = self._days.get(text[:10])
        minute = self._minutes.get(text[10:16])
        rest = self._rests.get(text[16:])
        if day is None or minute is None or rest is None:
            return self._learn(text)
        return day + minute + rest, False

    def _learn(self, text: str) -> tuple[int, bool] | None:
        found = instant(text, self._where)
        minute, rest = self._minutes.get(text[10:16]), text[16:]
        if found is None or minute is None or len(rest) > _LONGEST_REST or not rest.strip(":0123456789"):
            return found
        if rest not in self._rests:
            whole = instant(f"{text[:10]}T00:00Z", self._where)
            self._rests[rest] = found[0] - minute - (whole[0] if whole else 0)
        self._days[text[:10]] = found[0] - minute - self._rests[rest]
        return found


@cache
def _minutes() -> dict[str, int]:
    """Microseconds since midnight of every minute of a day, as both ways of writing it."""
    return {
        f"{between}{hour:02}:{minute:02}": (hour * 60 + minute) * MICROSECONDS_PER_MINUTE
        for between in "T "
        for hour in range(24)
        for minute in range(60)
    }
