"""The axis of civil days in the patient's zone; a day of 23 or 25 hours is as wide as it is long."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from cds.diagnostics import CdsError, Language
from cds.operators.series import FIRST_TIME
from cds.operators.windows import civil_date, civil_day, day_of, instant_of
from cds.patient import moment
from cds.periods import FIRST_YEAR, Zone
from cds.plots.chart import Tick
from cds.plots.words import MONTHS
from cds.wording import moment_text

MOST_DAYS: Final = 90  # shown when nobody says how many
LEAST_DAYS: Final = 7
MOST_TICKS: Final = 16
MOST_DATES: Final = 11  # of those with the year
_DAY: Final = 86_400_000_000
_FIRST_MONDAY: Final = 4  # 1970-01-05


@dataclass(frozen=True, slots=True)
class Axis:
    """From 00:00 of the first civil day to 00:00 after the last one, which holds `at`."""

    zone: Zone
    first_day: int
    last_day: int
    at: int

    @property
    def start(self) -> int:
        return midnight(self.zone, self.first_day)

    @property
    def end(self) -> int:
        return midnight(self.zone, self.last_day + 1)

    def cut(self, start: int, end: int) -> tuple[int, int] | None:
        """The part of [start, end) that the chart shows, which ends at `at`; None when there is none."""
        low, high = max(start, self.start), min(end, self.at)
        return (low, high) if low < high else None


def axis(zone: Zone, at: int, *, since: date | None = None, days: int | None = None, first: int | None = None) -> Axis:
    """The axis that ends with the day of `at`.

    since: first day. days: how many. With neither: from the day of the first fact (`first`, microseconds UTC), 7 to 90
    days. CdsError when the days asked for make no axis.
    """
    last = _day(zone, at)
    if since is not None:
        begins = civil_day(since.year, since.month, since.day)
    elif days is not None:
        begins = last - days + 1
    else:
        wanted = last - _day(zone, first) + 1 if first is not None else LEAST_DAYS
        begins = last - min(max(wanted, LEAST_DAYS), MOST_DAYS) + 1
    if begins > last or civil_date(begins)[0] < FIRST_YEAR:
        raise CdsError(f"a chart needs at least one day, the last one that of the moment, none before {FIRST_YEAR}")
    return Axis(zone, begins, last, at)


def midnight(zone: Zone, day: int) -> int:
    """The instant at which a civil day (counted from 1970-01-01) begins.

    >>> from cds.periods import zone
    >>> (midnight(zone(), 20542) - midnight(zone(), 20541)) / 3.6e9  # 2026-03-29, clocks go forward
    23.0
    """
    return instant_of(moment(zone, 0, FIRST_TIME), day * _DAY)


def _day(zone: Zone, time: int) -> int:
    return day_of(time, zone.offset_at(time))


def ticks(axis: Axis, language: Language) -> tuple[Tick, ...]:
    """Dates along the axis, few enough to stand side by side: every day, every few, Mondays, or firsts of months."""
    step = next((each for each in (1, 2, 7, 14, 28) if len(_days(axis, each)) <= MOST_TICKS), 0)
    if step:
        return tuple(Tick(midnight(axis.zone, day), day_text(day, language)) for day in _days(axis, step))
    firsts = (_firsts(axis, step) for step in (1, 2, 3, 6, 12, 24, 60, 120, 240))
    months = next(found for found in firsts if len(found) <= MOST_DATES)
    return tuple(Tick(midnight(axis.zone, day), date_text(day, language)) for day in months)


def _days(axis: Axis, step: int) -> range:
    """Days at a distance of `step`; whole weeks begin with a Monday."""
    anchor = _FIRST_MONDAY if step % 7 == 0 else axis.last_day
    begins = axis.first_day + (anchor - axis.first_day) % step
    return range(begins, axis.last_day + 1, step)


def _firsts(axis: Axis, step: int) -> list[int]:
    return [day for day, month in _months(axis) if month % step == 0]


def _months(axis: Axis) -> Iterator[tuple[int, int]]:
    """First day of every month on the axis, and the month's number since year 0."""
    year, month, _ = civil_date(axis.first_day)
    number = year * 12 + month - 1
    while (day := civil_day(number // 12, number % 12 + 1, 1)) <= axis.last_day:
        if day >= axis.first_day:
            yield day, number
        number += 1


def day_text(day: int, language: Language) -> str:
    """A civil day without its year: `14.11.`, in English `14 Nov`."""
    _, month, of_month = civil_date(day)
    return f"{of_month} {MONTHS[month - 1]}" if language == "en" else f"{of_month}.{month}."


def date_text(day: int, language: Language) -> str:
    """A civil day: `14.11.2026`, in English `2026-11-14`."""
    year, month, of_month = civil_date(day)
    return moment_text(f"{year}-{month:02}-{of_month:02}", language)
