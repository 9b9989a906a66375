"""When a window opens, and which rows lie in it: elapsed minutes, civil days and civil months of the patient's zone.

A window is turned into one instant, so that each row needs one comparison. Calendar arithmetic is whole numbers only.
"""

from typing import Final

from cds.operators.series import (
    DAYS,
    DAYS_BEFORE,
    EVERYTHING,
    FIRST_TIME,
    LAST_TIME,
    LEFT_OUT,
    LEFT_OUT_KIND,
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_MINUTE,
    MINUTES,
    WINDOW,
    WINDOW_KIND,
    Column,
    Now,
)

_MOST_MINUTES: Final = 1.44e9  # a million days: longer windows are cut to it, so that no time leaves 64 bits
_MOST_DAYS: Final = 1e6


def window_opening(now: Now, parameters: Column) -> int:
    """First instant of the operator's window, microseconds UTC; FIRST_TIME for a window without a bound."""
    return opening(now, parameters[WINDOW], int(parameters[WINDOW_KIND]), 0.0)


def window_closing(now: Now, parameters: Column) -> int:
    """First instant after the operator's window: LAST_TIME, or where the stretch begins that is left out."""
    kind = int(parameters[LEFT_OUT_KIND])
    if kind == EVERYTHING:
        return LAST_TIME
    return opening(now, parameters[LEFT_OUT], kind, 0.0)


def opening(now: Now, length: float, kind: int, day_starts: float) -> int:
    """First instant of the window of `length` that ends at `now.at`; days begin `day_starts` minutes after 00:00.

    >>> noon = 12 * 60 * 60_000_000  # 1970-01-01 12:00 in a zone one hour ahead of UTC
    >>> now = Now(noon - 60 * 60_000_000, 60, FIRST_TIME, [FIRST_TIME], [60])
    >>> opening(now, 1.0, DAYS, 0.0) == -60 * 60_000_000
    True
    >>> opening(now, 90.0, MINUTES, 0.0) == now.at - 90 * 60_000_000 + 1
    True
    """
    if kind == EVERYTHING:
        return FIRST_TIME
    if kind == MINUTES:
        return now.at - microseconds(length) + 1
    shift = microseconds(day_starts)
    today = (now.at + now.utc_offset * MICROSECONDS_PER_MINUTE - shift) // MICROSECONDS_PER_DAY
    return instant_of(now, _first_day(today, length, kind) * MICROSECONDS_PER_DAY + shift)


def opening_day(now: Now, length: float, kind: int) -> int:
    """First civil day of a window of days or months that ends with today, counted from 1970-01-01."""
    return _first_day(day_of(now.at, now.utc_offset), length, kind)


def _first_day(today: int, length: float, kind: int) -> int:
    if kind == DAYS:
        return today - whole(length) + 1
    if kind == DAYS_BEFORE:
        return today - whole(length)
    return months_before(today, whole(length))


def microseconds(minutes: float) -> int:
    """Minutes as microseconds; nothing below 0, at most a million days."""
    if not minutes > 0.0:
        return 0
    if minutes > _MOST_MINUTES:
        minutes = _MOST_MINUTES
    return int(minutes * 60e6)


def whole(length: float) -> int:
    """Whole days or months in a length; nothing below 0, at most a million."""
    if not length > 0.0:
        return 0
    if length > _MOST_DAYS:
        length = _MOST_DAYS
    return int(length)


def instant_of(now: Now, local: int) -> int:
    """Microseconds UTC when the patient's clock first shows `local` (microseconds of civil time since 1970-01-01).

    A clock time that occurs twice is the earlier one; one that is skipped is the moment of the skip.
    """
    transitions = now.transitions
    offsets = now.offsets
    low = 0
    high = len(transitions)
    if high == 0:
        return local - now.utc_offset * MICROSECONDS_PER_MINUTE
    while high - low > 1:
        middle = (low + high) // 2
        if transitions[middle] + offsets[middle] * MICROSECONDS_PER_MINUTE <= local:
            low = middle
        else:
            high = middle
    if low > 0 and local < transitions[low] + offsets[low - 1] * MICROSECONDS_PER_MINUTE:
        low -= 1
    instant = local - offsets[low] * MICROSECONDS_PER_MINUTE
    if low + 1 < len(transitions) and instant > transitions[low + 1]:
        return transitions[low + 1]
    return instant


def offset_at(now: Now, instant: int) -> int:
    """The zone's offset in minutes at an instant."""
    low = 0
    high = len(now.transitions)
    if high == 0:
        return now.utc_offset
    while high - low > 1:
        middle = (low + high) // 2
        if now.transitions[middle] <= instant:
            low = middle
        else:
            high = middle
    return now.offsets[low]


def first_row(times: Column, instant: int) -> int:
    """Position of the first row at or after `instant`; the number of rows when there is none.

    Searched from the newest row in growing steps, so that a short window touches no old rows.
    """
    high = len(times)
    step = 1
    while step <= high and times[high - step] >= instant:
        high -= step
        step *= 2
    low = high - step + 1 if step <= high else 0
    while low < high:
        middle = (low + high) // 2
        if times[middle] < instant:
            low = middle + 1
        else:
            high = middle
    return low


def day_of(time: int, utc_offset: int) -> int:
    """Civil day of an instant, counted from 1970-01-01."""
    return (time + utc_offset * MICROSECONDS_PER_MINUTE) // MICROSECONDS_PER_DAY


def months_before(day: int, months: int) -> int:
    """The civil day so many months earlier; the last of the month where the month is too short.

    >>> civil_date(months_before(civil_day(2026, 3, 31), 1))
    (2026, 2, 28)
    """
    year, month, of_month = civil_date(day)
    counted = year * 12 + month - 1 - months
    year = counted // 12
    month = counted % 12 + 1
    following = counted + 1
    last = civil_day(following // 12, following % 12 + 1, 1) - civil_day(year, month, 1)
    return civil_day(year, month, last if of_month > last else of_month)


def civil_day(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 to a date (Howard Hinnant, chrono-compatible date algorithms, days_from_civil).

    >>> civil_day(2026, 3, 29)
    20541
    """
    if month <= 2:
        year -= 1
    era = year // 400
    year_of_era = year - era * 400
    day_of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * 146097 + day_of_era - 719468


def civil_date(day: int) -> tuple[int, int, int]:
    """Year, month and day of month of a civil day (Howard Hinnant, civil_from_days).

    >>> civil_date(20541)
    (2026, 3, 29)
    """
    shifted = day + 719468
    era = shifted // 146097
    day_of_era = shifted - era * 146097
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    counted = (5 * day_of_year + 2) // 153
    month = counted + 3 if counted < 10 else counted - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    return year, month, day_of_year - (153 * counted + 2) // 5 + 1
