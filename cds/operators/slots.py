"""Planned times of measuring and the readings that came: how many are missing, what share was received.

The plan is a few clock times of every civil day. A reading fills at most one planned time, the earliest that it lies
within GRACE of; one whose grace is not over is not judged unless a reading fills it. A planned time of which a stay
holds a part, its grace included, is taken out of the plan: neither missed nor received.
"""

from typing import Final

from cds.operators.readings import NO_ROW, has_value
from cds.operators.reasons import AT_LEAST, AT_MOST, IMPLAUSIBLE_ONLY, KNOWN, NO_DATA, NOT_SUPPLIED
from cds.operators.series import (
    DATE_ONLY,
    MICROSECONDS_PER_DAY,
    NO_TIME,
    OWN,
    WINDOW,
    WINDOW_KIND,
    Answer,
    Column,
    Now,
    Series,
)
from cds.operators.stays import LOOK_BACK
from cds.operators.windows import day_of, first_row, instant_of, microseconds, opening_day

GRACE: Final = OWN  # minutes before and after a planned time within which a reading fills it
SLOTS: Final = OWN + 1  # how many clock times follow, 1 to MOST_SLOTS
SLOT_TIMES: Final = OWN + 2  # minutes after 00:00, ascending
MOST_SLOTS: Final = 8
HAS_STAYS: Final = SLOT_TIMES + MOST_SLOTS  # 1 = the partner holds stays, spans as in `cds.operators.spans`


def missed_readings(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Number of planned times in the window that no reading filled.

    A reading counts whatever its value is, if it is not impossible. One of which only the date is known could have
    filled any: at most. Unknown: the window, or stays that may reach into it, were not handed over in full (not
    supplied); a stay that is not certain takes out a planned time (its reason).

    >>> from cds.operators.ask import ask
    >>> from cds.operators.series import DAYS
    >>> plan = {WINDOW: 2, WINDOW_KIND: DAYS, GRACE: 120, SLOTS: 2, SLOT_TIMES: 480, SLOT_TIMES + 1: 1200}
    >>> ask(missed_readings, {"2026-01-07 09:30": 81.0, "2026-01-08 07:00": 81.0}, at="2026-01-08 12:00", slots=plan)[0]
    1.0
    """
    planned, filled, newest, reason = _fill(series, partner, now, parameters, used)
    if reason == AT_LEAST and filled < planned:
        return float(planned - filled), filled, newest, AT_MOST
    return (
        (float(planned - filled) if has_value(reason) else 0.0),
        filled,
        newest,
        KNOWN if has_value(reason) else reason,
    )


def percent_received(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Share of the planned times in the window that a reading filled, in percent; as `missed_readings`, at least.

    No data: no planned time can be judged yet, or all are taken out.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.series import DAYS
    >>> plan = {WINDOW: 2, WINDOW_KIND: DAYS, GRACE: 120, SLOTS: 1, SLOT_TIMES: 480}
    >>> ask(percent_received, {"2026-01-07 09:30": 81.0}, at="2026-01-08 12:00", slots=plan)[0]
    50.0
    """
    planned, filled, newest, reason = _fill(series, partner, now, parameters, used)
    if planned <= 0 or not has_value(reason):
        return 0.0, filled, newest, NO_DATA if has_value(reason) else reason
    return 100.0 * filled / planned, filled, newest, reason if filled < planned else KNOWN


def _fill(series: Series, partner: Series, now: Now, parameters: Column, used: Column) -> tuple[int, int, int, int]:
    """Planned times judged, those filled, the newest filling reading, and AT_LEAST when more may have been filled."""
    day = opening_day(now, parameters[WINDOW], int(parameters[WINDOW_KIND]))
    today = day_of(now.at, now.utc_offset)
    start = instant_of(now, day * MICROSECONDS_PER_DAY)
    stays = len(partner.times) if parameters[HAS_STAYS] != 0.0 else 0
    if start < now.supplied_from or (parameters[HAS_STAYS] != 0.0 and _is_stay_missing(now, day)):
        return 0, 0, NO_TIME, NOT_SUPPLIED
    grace = microseconds(parameters[GRACE])
    slots = int(parameters[SLOTS])
    if slots > MOST_SLOTS:
        slots = MOST_SLOTS
    planned = 0
    filled = 0
    newest = NO_TIME
    row = first_row(series.times, start - grace)
    reason = AT_LEAST if _has_undated(series, row) else KNOWN
    while day <= today:
        for slot in range(slots):
            time = instant_of(now, day * MICROSECONDS_PER_DAY + microseconds(parameters[SLOT_TIMES + slot]))
            stay = _stay_between(partner, stays, time - grace, time + grace)
            if stay != NO_ROW and time - grace < now.at:
                if partner.quality[stay] != KNOWN:
                    return 0, 0, NO_TIME, int(partner.quality[stay])
                if len(used) > len(series.times) + stay:
                    used[len(series.times) + stay] = 1
                continue
            row = _next_reading(series, row, time - grace)
            if row < len(series.times) and series.times[row] <= time + grace:
                planned += 1
                filled += 1
                newest = series.times[row]
                if len(used) > 0:
                    used[row] = 1
                row = first_row(series.times, newest + 1)
            elif time + grace < now.at:
                planned += 1
        day += 1
    return planned, filled, newest, reason


def _is_stay_missing(now: Now, day: int) -> bool:
    """Whether a stay that reaches into the days from `day` on may not have been supplied."""
    return instant_of(now, (day - LOOK_BACK) * MICROSECONDS_PER_DAY) < now.partner_supplied_from


def _stay_between(partner: Series, stays: int, first: int, last: int) -> int:
    """Row of a stay that holds an instant from `first` to `last`, a certain one if there is one, else NO_ROW."""
    found = NO_ROW
    for stay in range(stays):
        if partner.times[stay] > last:
            return found
        if partner.values[stay] > float(first) and partner.quality[stay] != IMPLAUSIBLE_ONLY:
            found = stay
            if partner.quality[stay] == KNOWN:
                return found
    return found


def _next_reading(series: Series, row: int, start: int) -> int:
    """Position from `row` on of the first possible reading at a known time, not before `start`."""
    while row < len(series.times):
        if series.times[row] >= start and _is_reading(series, row) and not series.attribute[row] & DATE_ONLY:
            return row
        row += 1
    return row


def _has_undated(series: Series, first: int) -> bool:
    """Whether a possible reading from `first` on has no clock time."""
    for row in range(first, len(series.times)):
        if series.attribute[row] & DATE_ONLY and _is_reading(series, row):
            return True
    return False


def _is_reading(series: Series, row: int) -> bool:
    return series.quality[row] != IMPLAUSIBLE_ONLY
