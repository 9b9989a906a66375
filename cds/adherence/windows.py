"""Windows of time as an analyst writes them: `182 days`, `6 months`, a date, or a day of each patient's own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from cds.diagnostics import CdsError
from cds.operators.windows_of_supply import DAYS, MONTHS, UNTIL, WEEKS, YEARS
from cds.periods import calendar_date

Start = int | str | date | Mapping[Any, date]
Length = int | str | date

EPOCH: Final = date(1970, 1, 1).toordinal()
_SPAN: Final = re.compile(r"(-?\d{1,6}) (day|week|month|year)s?")
_UNITS: Final = {"day": DAYS, "week": WEEKS, "month": MONTHS, "year": YEARS}
_DAYS_IN: Final = {DAYS: 1, WEEKS: 7, MONTHS: 30, YEARS: 365}


@dataclass(frozen=True, slots=True)
class Window:
    """A window of time; it holds the days from its start up to, and without, its end.

    start: how long after the patient's first event (follow-up window) or after the start of the follow-up window
    (observation window), as a number of days or a text such as `6 months`; a date; or a date for each patient.
    duration: how long it lasts, or the date on which it ends. Months and years follow the calendar; a day that a month
    does not have is the first of the next one.

    >>> Window("182 days", "1 year")
    Window(start='182 days', duration='1 year')
    """

    start: Start = 0
    duration: Length = "2 years"


def span(written: int | str | date) -> tuple[int, int]:
    """An amount and its unit (a code of `cds.operators.windows_of_supply`); CdsError when it is none.

    >>> span("-90 days"), span(14), span("2 weeks")
    ((-90, 0), (14, 0), (2, 1))
    """
    if isinstance(written, bool):
        raise CdsError("a length of time is written as a number of days or as a text such as `6 months`")
    if isinstance(written, int):
        return written, DAYS
    day = written if isinstance(written, date) else calendar_date(written)
    if day is not None:
        return day.toordinal() - EPOCH, UNTIL
    found = _SPAN.fullmatch(str(written).strip())
    if found is None:
        raise CdsError(f"`{written}` is no length of time; write a number and days, weeks, months or years, or a date")
    return int(found[1]), _UNITS[found[2]]


def length(written: int | str | date) -> tuple[int, int]:
    """As `span`, for how long something lasts, which is at least one unit."""
    amount, unit = span(written)
    if unit != UNTIL and amount < 1:
        raise CdsError(f"`{written}` lasts no time; write at least 1 day")
    return amount, unit


def days_in(written: int | str) -> int:
    """A length in days where the calendar plays no part: a month is 30 days, a year 365.

    >>> days_in("2 months")
    60
    """
    amount, unit = span(written)
    if unit == UNTIL or amount < 0:
        raise CdsError(f"`{written}` is no length of time; write a number and days, weeks, months or years")
    return amount * _DAYS_IN[unit]


def own_days(start: Start, patients: Any) -> list[int] | None:
    """The day on which each patient's window starts where that is stated for each, else None."""
    if not isinstance(start, Mapping):
        return None
    missing = [each for each in patients if each not in start]
    if missing:
        raise CdsError(f"{len(missing)} patients have no day on which the window starts; state one for each")
    return [start[each].toordinal() - EPOCH for each in patients]
