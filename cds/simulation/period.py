"""Which days and moments a simulation is about, and durations as the loops read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from cds.diagnostics import CdsError
from cds.grammar import Misread, read_clock, read_duration
from cds.periods import FIRST_YEAR, LAST_YEAR, Zone, calendar_date, instant
from cds.simulation.courses import DAYS, ELAPSED, MONTHS

_IN_DAYS: Final = {"days": 1, "weeks": 7}
_IN_MONTHS: Final = {"months": 1, "years": 12}
_MOST: Final = 1_000_000  # of minutes, days or months; longer ones end behind all days that there are
_DAY_ENDS: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Period:
    """Civil days from `start` to `end`, both counted, and the clock times at which everybody is evaluated."""

    start: date
    end: date
    times: tuple[str, ...] = ("08:00",)

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def weeks(self) -> float:
        return self.days / 7

    def moments(self, where: Zone) -> list[int]:
        """Every moment at which findings are made, microseconds UTC, by the clock of a zone."""
        each_day = (self.start + timedelta(days=day) for day in range(self.days))
        return [_instant(f"{day.isoformat()}T{clock}", where) for day in each_day for clock in self.times]

    def start_of(self, where: Zone) -> int:
        """00:00 of the first day."""
        return _instant(self.start.isoformat(), where)

    def end_of(self, where: Zone) -> int:
        """The last microsecond of the last day."""
        return _instant((self.end + timedelta(days=1)).isoformat(), where) - 1


def period_of(start: str | date, end: str | date, times: Iterable[str] = ("08:00",)) -> Period:
    """The period as users state it; CdsError when it is none."""
    first, last = (_day(each) for each in (start, end))
    if last < first:
        raise CdsError("the last day lies before the first; state --from and --to the other way round")
    minutes: dict[int, str] = {}
    for each in times:
        try:
            minutes[read_clock(each.strip())] = each.strip().rjust(5, "0")
        except Misread:
            raise CdsError(f"`{each}` is no time of day; write for instance 08:00, or 08:00,20:00") from None
    if not minutes or max(minutes) >= _DAY_ENDS:
        raise CdsError("a time of day from 00:00 to 23:59 is needed; write for instance 08:00")
    return Period(first, last, tuple(minutes[each] for each in sorted(minutes)))


def _day(given: str | date) -> date:
    found = given if isinstance(given, date) else calendar_date(given)
    if found is None or not FIRST_YEAR < found.year < LAST_YEAR:
        raise CdsError(f"`{given}` is no date; write for instance 2026-01-08")
    return found


def _instant(text: str, where: Zone) -> int:
    found = instant(text, where)
    assert found is not None
    return found[0]


def length_of(text: str) -> tuple[int, int]:
    """Kind and amount of a duration as written; CdsError when it is none."""
    if not text:
        return 0, 0
    try:
        length = read_duration(text)
    except Misread:
        raise CdsError(f"`{text}` is no duration; write for instance 12 hours") from None
    if length.is_elapsed:
        return ELAPSED, min(length.minutes, _MOST)
    if length.unit in _IN_DAYS:
        return DAYS, min(length.amount * _IN_DAYS[length.unit], _MOST)
    return MONTHS, min(length.amount * _IN_MONTHS[length.unit], _MOST)
