"""When an alarm is due again: the ruleset's durations added to a moment."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from cds.grammar import Duration, read_duration
from cds.periods import LAST_YEAR, Zone, instant

_MINUTE: Final = 60_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_MONTH: Final = 31


def later(at: int, duration: str, where: Zone) -> int:
    """The moment a duration after `at`: min and hours elapsed, all else on the calendar at the same clock time.

    >>> from cds.periods import zone
    >>> noon_before = instant("2026-03-28 12:00", zone())[0]
    >>> later(noon_before, "1 day", zone()) == instant("2026-03-29 12:00", zone())[0]
    True
    >>> later(noon_before, "24 hours", zone()) == instant("2026-03-29 13:00", zone())[0]
    True
    """
    length = _read(duration)
    if length.is_elapsed:
        return at + length.minutes * _MINUTE
    clock = _EPOCH + timedelta(microseconds=at + where.offset_at(at) * _MINUTE)
    found = instant(_moved(clock, length).replace(tzinfo=None).isoformat(), where)
    assert found is not None
    return found[0]


@cache
def _read(duration: str) -> Duration:
    return read_duration(duration)


def _moved(clock: datetime, length: Duration) -> datetime:
    """The clock time so many days, weeks, months or years later; a day that a month lacks is its last."""
    if length.unit in ("days", "weeks"):
        return _within(clock, timedelta(minutes=length.minutes))
    months = clock.year * 12 + clock.month - 1 + length.amount * (12 if length.unit == "years" else 1)
    year, month = divmod(months, 12)
    if year > LAST_YEAR:
        return datetime(LAST_YEAR, 12, 31, tzinfo=UTC)
    first = clock.replace(year=year, month=month + 1, day=1)
    last = (first + timedelta(days=_LONGEST_MONTH)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(clock.day, last.day))


def _within(clock: datetime, length: timedelta) -> datetime:
    end = datetime(LAST_YEAR, 12, 31, tzinfo=UTC)
    return min(clock + length, end) if length < end - clock else end
