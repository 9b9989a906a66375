"""Instants, civil days and time zones, in whole microseconds and whole minutes.

An instant is an int of microseconds since 1970-01-01T00:00Z. Zone rules come from the `tzdata` package, never from
the machine, so that the same data give the same answer everywhere.
"""

import re
import struct
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Final
from zoneinfo import ZoneInfo

from cds.diagnostics import PatientError, closest

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
NORWAY: Final = "Europe/Oslo"

_FIRST_TIME: Final = -(2**62)  # the same number as `cds.operators.series.FIRST_TIME`, which lies on a higher floor
_SECOND: Final = 1_000_000
_MINUTE: Final = 60 * _SECOND
_DAY: Final = 86_400 * _SECOND
_EPOCH: Final = datetime(1970, 1, 1)
_EPOCH_UTC: Final = _EPOCH.replace(tzinfo=UTC)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_FIRST_SECOND: Final = (date(FIRST_YEAR, 1, 1).toordinal() - _EPOCH_DAY) * 86_400
_END_SECOND: Final = (date(LAST_YEAR + 1, 1, 1).toordinal() - _EPOCH_DAY) * 86_400
_PROBE: Final = 60 * 86_400  # closing rules hold no season shorter than this


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone 1900 to 2100: from transitions[i] (microseconds UTC) on, clocks are offsets[i] minutes ahead of UTC.

    transitions[0] is earlier than any real time, so every instant has an offset.
    """

    name: str
    transitions: list[int]
    offsets: list[int]

    def offset_at(self, time: int) -> int:
        """Minutes that clocks are ahead of UTC at an instant."""
        return self.offsets[bisect_right(self.transitions, time) - 1]


@cache
def zone(name: str = NORWAY) -> Zone:
    """The zone of this IANA name; PatientError when there is none.

    >>> oslo = zone()
    >>> oslo.offset_at(instant("2026-01-08", oslo)[0]), oslo.offset_at(instant("2026-07-08", oslo)[0])
    (60, 120)
    """
    if name not in _zone_names():
        near = closest(name[:60], _zone_names())
        cure = f"did you mean `{near}`?" if near else "use an IANA name such as `Europe/Oslo`"
        raise PatientError(f"the time zone is not known: {cure}")
    text = files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    rules = ZoneInfo.from_file(BytesIO(text), name)
    transitions, offsets = [_FIRST_TIME], [_offset(rules, _FIRST_SECOND)]
    for second in _change_seconds(text, rules):
        offset = _offset(rules, second)
        if offset != offsets[-1]:
            transitions.append(second * _SECOND)
            offsets.append(offset)
    return Zone(name, transitions, offsets)


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text("ascii").split())


def _offset(rules: ZoneInfo, second: int) -> int:
    """Whole minutes; the odd seconds of local mean time before about 1937 are rounded away."""
    ahead = datetime.fromtimestamp(second, rules).utcoffset() or timedelta()
    return (ahead.days * 86_400 + ahead.seconds + 30) // 60


def _change_seconds(text: bytes, rules: ZoneInfo) -> list[int]:
    """Seconds at which the offset may change: those the file lists, then two a year by its closing rule."""
    listed = [each for each in _listed_seconds(text) if _FIRST_SECOND < each < _END_SECOND]
    start = max([*listed, _FIRST_SECOND])
    while start < _END_SECOND:
        end = min(start + _PROBE, _END_SECOND)
        if _offset(rules, start) != _offset(rules, end):
            end = _first_after(rules, start, end)
            listed.append(end)
        start = end
    return listed


def _first_after(rules: ZoneInfo, low: int, high: int) -> int:
    """The second at which the offset of `high` begins."""
    wanted = _offset(rules, high)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(rules, middle) == wanted:
            high = middle
        else:
            low = middle
    return high


def _listed_seconds(text: bytes) -> tuple[int, ...]:
    """Transition times of a TZif file, from its 64-bit block (RFC 8536, sections 3.1 and 3.2)."""
    utc, standard, leap, times, types, letters = struct.unpack(">6l", text[20:44])
    second = 44 + times * 5 + types * 6 + letters + leap * 8 + standard + utc
    count = struct.unpack(">6l", text[second + 20 : second + 44])[3]
    return struct.unpack(f">{count}q", text[second + 44 : second + 44 + count * 8])


_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATE_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,18})?)?"
    r"(Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?",
    re.ASCII,
)


def instant(text: str, where: Zone) -> tuple[int, bool] | None:
    """Microseconds UTC of a written time, and whether only its date is known; None when it names no instant.

    FHIR date, dateTime and instant are read, and `2026-01-08 07:30`. Without an offset the clock time is that of
    the zone: the first of an hour that comes twice, and after the jump when it falls in an hour that is skipped. A
    date is 00:00 of that day. Not read: a year or month alone, leap seconds, years outside 1900 to 2100. Digits
    after the microsecond are cut off.

    >>> instant("2026-01-08T07:30:00+01:00", zone()) == instant("2026-01-08 07:30", zone())
    True
    >>> instant("2026-01", zone()) is None
    True
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        day = calendar_date(text)
        return None if day is None else (_from_clock(datetime(day.year, day.month, day.day), where), True)
    if not FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    if match[1] is None:
        return _from_clock(read, where), False
    return _microseconds(read - _EPOCH_UTC), False


def _microseconds(since: timedelta) -> int:
    return since.days * _DAY + since.seconds * _SECOND + since.microseconds


def _from_clock(clock: datetime, where: Zone) -> int:
    """The instant at which clocks of the zone show this time."""
    shown = _microseconds(clock - _EPOCH)
    before = where.offset_at(shown - _DAY)
    after = where.offset_at(shown + _DAY)
    early, late = sorted((shown - before * _MINUTE, shown - after * _MINUTE))
    for time in (early, late):
        if time + where.offset_at(time) * _MINUTE == shown:
            return time
    return shown - before * _MINUTE


def civil_date(time: int, where: Zone) -> date:
    """The date that a calendar on the wall of the zone shows at an instant."""
    return date.fromordinal((time + where.offset_at(time) * _MINUTE) // _DAY + _EPOCH_DAY)


def end_of_day(time: int, where: Zone) -> int:
    """00:00 of the civil day after the one that holds an instant.

    >>> oslo = zone()
    >>> end_of_day(instant("2026-03-29", oslo)[0], oslo) == instant("2026-03-30", oslo)[0]
    True
    """
    day = (time + where.offset_at(time) * _MINUTE) // _DAY + 1
    return _from_clock(_EPOCH + timedelta(days=day), where)


def calendar_date(text: str) -> date | None:
    """A written `2026-01-08` as a date, or None; years 1900 to 2100."""
    if not _DATE.fullmatch(text) or not FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
