"""Single readings: the newest, one before it, a confirming one, how long since, and whether any came at all."""

from typing import Final

from cds.operators.logic import without_noise
from cds.operators.reasons import (
    AT_LEAST,
    AT_MOST,
    CONFLICT,
    IMPLAUSIBLE_ONLY,
    KNOWN,
    NO_DATA,
    NO_EARLIER,
    NOT_SUPPLIED,
    TOO_OLD,
)
from cds.operators.series import (
    DATE_ONLY,
    DAYS,
    DAYS_BEFORE,
    FIRST_TIME,
    FRESH,
    FRESH_KIND,
    MICROSECONDS_PER_DAY,
    MINUTES,
    NO_TIME,
    OWN,
    WINDOW,
    WINDOW_KIND,
    Answer,
    Column,
    Now,
    Series,
)
from cds.operators.windows import day_of, first_row, instant_of, microseconds, opening, window_opening

BACK: Final = OWN  # previous: how many readings before the newest; 0 counts as 1
NTH: Final = OWN  # nth_newest: 0 = the newest
NTH_SPAN: Final = OWN + 1  # nth_newest: minutes from that reading to the newest, at most
COUNTED_IN: Final = OWN  # time_since: one of the two below
IN_HOURS: Final = 0
IN_DAYS: Final = 1

NO_ROW: Final = -1


def last_reading(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """The newest reading, in the input's unit.

    A reading whose value cannot be told (unit, withheld) is still the newest: the answer is then that reason, never
    an older value. A meter's HI or LO gives its bound. Different values at the newest instant, or a reading of the
    newest day whose clock time is not known and that differs: conflict. Impossible values are passed over. Unknown
    too: no data, too old (`newest_within`), not supplied.

    >>> from cds.operators.ask import ask
    >>> ask(last_reading, {"2026-01-05 07:40": 81.0, "2026-01-08 07:30": 83.1}, at="2026-01-08 08:00")
    (83.1, 1, '2026-01-08 07:30', 0)
    """
    return reading_back(series, now, parameters, 0, 0.0, used)


def previous(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """The reading before the newest, or BACK readings before it; several at one instant are one step.

    Unknown as `last_reading`; no earlier reading when there are fewer.

    >>> from cds.operators.ask import ask
    >>> ask(previous, {"2026-01-05 07:40": 81.0, "2026-01-08 07:30": 83.1}, at="2026-01-08 08:00")
    (81.0, 1, '2026-01-05 07:40', 0)
    """
    back = int(parameters[BACK])
    return reading_back(series, now, parameters, back if back > 1 else 1, 0.0, used)


def nth_newest(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """The NTH newest reading (0 = the newest), for confirming: no earlier reading if it lies outside NTH_SPAN minutes.

    >>> from cds.operators.ask import ask
    >>> pressures = {"2026-01-08 07:30": 182.0, "2026-01-08 07:35": 178.0}
    >>> ask(nth_newest, pressures, at="2026-01-08 08:00", slots={NTH: 1, NTH_SPAN: 5})
    (182.0, 1, '2026-01-08 07:30', 0)
    >>> ask(nth_newest, pressures, at="2026-01-08 08:00", slots={NTH: 1, NTH_SPAN: 4})[3] == NO_EARLIER
    True
    """
    return reading_back(series, now, parameters, int(parameters[NTH]), parameters[NTH_SPAN], used)


def reading_back(series: Series, now: Now, parameters: Column, back: int, span: float, used: Column) -> Answer:
    """The reading `back` instants before the newest; `span` minutes above 0: not further from the newest than that."""
    start = window_opening(now, parameters)
    dates = parameters[WINDOW_KIND] != MINUTES
    row = newest_reading(series, start, now.supplied_from, dates, len(series.times) - 1)
    if row == NO_ROW:
        return 0.0, 0, NO_TIME, none_newest(series, now, start, dates)
    newest = series.times[row]
    if span > 0.0 and newest - microseconds(span) > start:
        start = newest - microseconds(span)
    for _ in range(back):
        row = newest_reading(series, start, now.supplied_from, dates, instant_starts(series.times, row) - 1)
        if row == NO_ROW:
            return 0.0, 0, newest, NOT_SUPPLIED if start < now.supplied_from else NO_EARLIER
    reason = reading_reason(series, now, dates, row)
    if has_value(reason) and is_too_old(now, parameters, newest):
        reason = TOO_OLD
    if len(used) > 0:
        used[row] = 1
    return series.values[row] if has_value(reason) else 0.0, 1, series.times[row], reason


def has_value(reason: int) -> bool:
    """Whether there is a number: known, or only a bound of it."""
    return reason == KNOWN or reason == AT_LEAST or reason == AT_MOST


def is_too_old(now: Now, parameters: Column, newest: int) -> bool:
    """Whether the newest reading lies before what `newest_within` asks for."""
    return newest < opening(now, parameters[FRESH], int(parameters[FRESH_KIND]), 0.0)


def newest_reading(series: Series, start: int, supplied_from: int, dates: bool, row: int) -> int:
    """Position of the newest reading not after position `row` and not before either instant, or NO_ROW.

    Impossible values are no readings. `dates`: rows of which only the date is known count too.
    """
    if start < supplied_from:
        start = supplied_from
    while row >= 0 and series.times[row] >= start:
        if series.quality[row] != IMPLAUSIBLE_ONLY and (dates or not series.attribute[row] & DATE_ONLY):
            return row
        row -= 1
    return NO_ROW


def instant_starts(times: Column, row: int) -> int:
    """Position of the first row at the same instant as `row`."""
    while row > 0 and times[row - 1] == times[row]:
        row -= 1
    return row


def none_newest(series: Series, now: Now, start: int, dates: bool) -> int:
    """Why there is no newest reading in a window: not supplied, or why no row of it is one."""
    if start < now.supplied_from:
        return NOT_SUPPLIED
    return nothing_usable(series, first_row(series.times, start), dates)


def nothing_usable(series: Series, first: int, dates: bool) -> int:
    """Why no row from `first` on has a value: the newest real reading's reason, else implausible, else no data."""
    return nothing_usable_in(series, first, len(series.times), dates)


def nothing_usable_in(series: Series, first: int, end: int, dates: bool) -> int:
    """`nothing_usable` of rows first to end."""
    reason = NO_DATA
    for row in range(first, end):
        if dates or not series.attribute[row] & DATE_ONLY:
            quality = int(series.quality[row])
            if quality != IMPLAUSIBLE_ONLY or reason == NO_DATA:
                reason = quality
    return reason


def reading_reason(series: Series, now: Now, dates: bool, row: int) -> int:
    """The row's own reason, or CONFLICT when another reading contests that it is the one at its time."""
    if is_contradicted(series, dates, row) or (dates and _is_contested_within_day(series, now, row)):
        return CONFLICT
    return int(series.quality[row])


def is_contradicted(series: Series, dates: bool, row: int) -> bool:
    """Whether a row before it, at the same instant, says something else."""
    older = row - 1
    while older >= 0 and series.times[older] == series.times[row]:
        if (dates or not series.attribute[older] & DATE_ONLY) and contradicts(series, older, row):
            return True
        older -= 1
    return False


def contradicts(series: Series, one: int, other: int) -> bool:
    """Whether two rows say different things; an impossible value contradicts nothing."""
    if series.quality[one] == IMPLAUSIBLE_ONLY or series.quality[other] == IMPLAUSIBLE_ONLY:
        return False
    if series.quality[one] != series.quality[other]:
        return True
    return without_noise(series.values[one]) != without_noise(series.values[other])


def _is_contested_within_day(series: Series, now: Now, row: int) -> bool:
    """Whether the row's civil day holds a reading that may be newer or older, one of the two having no clock time."""
    day = day_of(series.times[row], series.utc_offset[row])
    undated = series.attribute[row] & DATE_ONLY
    if not undated and (row == 0 or day_of(series.times[row - 1], series.utc_offset[row - 1]) != day):
        return False
    other = first_row(series.times, instant_of(now, day * MICROSECONDS_PER_DAY))
    midnight = series.times[other] if other <= row else series.times[row]
    while other < len(series.times) and day_of(series.times[other], series.utc_offset[other]) == day:
        if not undated and series.times[other] != midnight:
            return False
        if (undated or series.attribute[other] & DATE_ONLY) and contradicts(series, other, row):
            return True
        other += 1
    return False


def time_since(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """Time since the newest reading: elapsed hours, or civil days (0 = today) with COUNTED_IN days.

    A reading counts whatever its value is, if it is not impossible. In hours, a reading of which only the date is
    known gives the most it can be. Unknown: never measured (no data), not supplied.

    >>> from cds.operators.ask import ask
    >>> ask(time_since, {"2026-01-06 20:00": 81.0}, at="2026-01-08 08:00")
    (36.0, 1, '2026-01-06 20:00', 0)
    >>> ask(time_since, {"2026-01-06 20:00": 81.0}, at="2026-01-08 08:00", slots={COUNTED_IN: IN_DAYS})[0]
    2.0
    """
    start = window_opening(now, parameters)
    dates = parameters[WINDOW_KIND] != MINUTES
    row = newest_reading(series, start, now.supplied_from, dates, len(series.times) - 1)
    if row == NO_ROW:
        return 0.0, 0, NO_TIME, none_newest(series, now, start, dates)
    if len(used) > 0:
        used[row] = 1
    newest = series.times[row]
    if parameters[COUNTED_IN] == IN_DAYS:
        days = day_of(now.at, now.utc_offset) - day_of(newest, series.utc_offset[row])
        return float(days), 1, newest, KNOWN
    reason = AT_MOST if series.attribute[row] & DATE_ONLY else KNOWN
    return float(now.at - newest) / 3.6e9, 1, newest, reason


def absent(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """1.0 when no reading came for the whole window, else 0.0; the newest time is that of the newest reading ever.

    A window of N days means that N whole civil days have passed without a reading: a reading N days ago is not
    absence. In minutes: the newest reading is that old or older. A reading in a unit that is not understood, or
    withheld, is a reading; an impossible value is none. Only a date known, and the answer hangs on its clock time:
    at most. Not supplied: nothing recent enough is there, and the window was not handed over in full.

    >>> from cds.operators.ask import ask
    >>> three_days = {WINDOW: 3, WINDOW_KIND: DAYS}
    >>> ask(absent, {"2026-01-05 07:40": 81.0}, at="2026-01-08 23:00", slots=three_days)
    (0.0, 1, '2026-01-05 07:40', 0)
    >>> ask(absent, {"2026-01-05 07:40": 81.0}, at="2026-01-09 00:00", slots=three_days)
    (1.0, 1, '2026-01-05 07:40', 0)
    """
    kind = int(parameters[WINDOW_KIND])
    start = opening(now, parameters[WINDOW], DAYS_BEFORE if kind == DAYS else kind, 0.0)
    row = newest_reading(series, FIRST_TIME, FIRST_TIME, True, len(series.times) - 1)
    newest = NO_TIME
    if row != NO_ROW:
        newest = series.times[row]
        if len(used) > 0:
            used[row] = 1
    count = 0 if row == NO_ROW else 1
    if newest >= start:
        return 0.0, count, newest, KNOWN
    if now.supplied_from > start:
        return 0.0, count, newest, NOT_SUPPLIED
    if row != NO_ROW and kind == MINUTES and series.attribute[row] & DATE_ONLY:
        next_day = day_of(newest, series.utc_offset[row]) + 1
        if instant_of(now, next_day * MICROSECONDS_PER_DAY) > start:
            return 1.0, count, newest, AT_MOST
    return 1.0, count, newest, KNOWN
