"""Medicines that were handed out, over time: the longest stretch without, treatment episodes, medicines at once.

Rows are those of `cds.operators.supply`: a dispense waits until the one before it of its medicine is used up. Where
stays are asked for, their days are left out.
"""

from cds.operators.aggregates import put_in_order
from cds.operators.reasons import AT_LEAST, AT_MOST, DAYS_NOT_KNOWN, KNOWN, NO_DATA, NOT_SUPPLIED
from cds.operators.series import (
    FIRST_TIME,
    MICROSECONDS_PER_DAY,
    NO_TIME,
    WINDOW,
    WINDOW_KIND,
    Answer,
    Column,
    Now,
    Series,
)
from cds.operators.stays import civil_day_of, stays_asked, why_stays_unknown
from cds.operators.supply import (
    STOPPED_AFTER,
    days_with,
    dispensed_from,
    is_history_cut,
    lay_out_since,
)
from cds.operators.windows import day_of, instant_of, opening_day


def longest_without_supply(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """The most days in a row in the window, today among them, on which nothing that was handed out was left.

    STAYS: days in a stay are left out. A dispense that lasts nobody knows how long, or history that was not supplied,
    leaves a bound: at most. Unknown: nothing was ever handed out (no data), not supplied, stays that are not certain.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.series import DAYS
    >>> refill = {"2026-01-01": 10.0, "2026-01-15": 10.0}
    >>> ask(longest_without_supply, refill, at="2026-01-30 12:00", slots={WINDOW: 30, WINDOW_KIND: DAYS})
    (6.0, 2, '2026-01-15 00:00', 0)
    """
    opens = _first_day(now, parameters)
    _, _, newest = dispensed_from(series, opens)
    reason = _why_unknown(partner, now, parameters, opens, newest)
    if reason != KNOWN:
        return 0.0, 0, newest, reason
    count, is_bound, begin, close = lay_out_since(series, partner, now, parameters, opens, FIRST_TIME, used, scratch)
    longest, _, _, _ = _stretches(scratch, len(series.times), count, begin, close, 0.0)
    is_bound = is_bound or is_history_cut(now, opens)
    return longest, count, newest, AT_MOST if is_bound and longest > 0.0 else KNOWN


def episodes_of_treatment(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """How many treatment episodes the window touches: days with supply, with no more than STOPPED_AFTER days between.

    STAYS: days in a stay are left out. Unknown: a dispense lasts nobody knows how long, nothing was ever handed out (no
    data), not supplied, stays that are not certain.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.series import DAYS
    >>> refills = {"2026-01-01": 10.0, "2026-01-15": 5.0, "2026-01-29": 10.0}
    >>> slots = {WINDOW: 30, WINDOW_KIND: DAYS, STOPPED_AFTER: 7}
    >>> ask(episodes_of_treatment, refills, at="2026-01-30 12:00", slots=slots)
    (2.0, 3, '2026-01-29 00:00', 0)
    """
    opens = _first_day(now, parameters)
    _, _, newest = dispensed_from(series, opens)
    reason = _why_unknown(partner, now, parameters, opens, newest)
    if reason != KNOWN:
        return 0.0, 0, newest, reason
    count, is_bound, begin, close = lay_out_since(series, partner, now, parameters, opens, FIRST_TIME, used, scratch)
    _, episodes, _, _ = _stretches(scratch, len(series.times), count, begin, close, parameters[STOPPED_AFTER])
    if is_bound:
        return 0.0, count, newest, DAYS_NOT_KNOWN
    return float(episodes), count, newest, NOT_SUPPLIED if is_history_cut(now, opens) else KNOWN


def days_on_treatment(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Days of the newest treatment episode: persistence, from its first dispense until today or until it stopped.

    It has stopped when nothing was left for more than STOPPED_AFTER days; then it ended when the supply did. With STAYS
    days in a stay are none without supply, and those within the episode belong to it. History that was not supplied
    leaves a bound: at least. Unknown: a dispense lasts nobody knows how long, nothing was ever handed out, or nothing
    but in a stay that goes on (no data), stays that are not supplied or not certain.

    >>> from cds.operators.ask import ask
    >>> refills = {"2026-01-01": 10.0, "2026-01-15": 5.0}
    >>> ask(days_on_treatment, refills, at="2026-01-22 12:00", slots={STOPPED_AFTER: 7})
    (22.0, 2, '2026-01-15 00:00', 0)
    >>> ask(days_on_treatment, refills, at="2026-01-30 12:00", slots={STOPPED_AFTER: 7})
    (19.0, 2, '2026-01-15 00:00', 0)
    """
    today = day_of(now.at, now.utc_offset)
    if len(series.times) == 0:
        return 0.0, 0, NO_TIME, NO_DATA if not is_history_cut(now, today) else NOT_SUPPLIED
    opens = day_of(series.times[0], series.utc_offset[0])
    _, _, newest = dispensed_from(series, opens)
    reason = why_stays_unknown(partner, now, parameters, opens)
    if reason != KNOWN:
        return 0.0, 0, newest, reason
    count, is_bound, begin, close = lay_out_since(series, partner, now, parameters, opens, FIRST_TIME, used, scratch)
    if is_bound or count == 0:
        return 0.0, count, newest, DAYS_NOT_KNOWN if is_bound else NO_DATA
    permitted = parameters[STOPPED_AFTER]
    _, _, begun, ended = _stretches(scratch, len(series.times), count, begin, close, permitted)
    stays = stays_asked(partner, parameters)
    since = civil_day_of(partner, stays, now, begun, True)
    until = float(today + 1) if close - ended <= permitted else civil_day_of(partner, stays, now, ended, False)
    is_cut = begun == begin and is_history_cut(now, opens)
    return until - since, count, newest, AT_LEAST if is_cut else KNOWN


def medicines_at_once(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """The greatest number of medicines of which something was left on one day of the window.

    A dispense that lasts nobody knows how long, or history that was not supplied, leaves a bound: at least. Unknown:
    nothing was ever handed out (no data), not supplied.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.series import DAYS
    >>> ask(medicines_at_once, {"2026-01-01": 30.0}, at="2026-01-08 12:00", slots={WINDOW: 7, WINDOW_KIND: DAYS})
    (1.0, 1, '2026-01-01 00:00', 0)
    """
    opens = _first_day(now, parameters)
    _, _, newest = dispensed_from(series, opens)
    reason = _why_unknown(partner, now, parameters, opens, newest)
    if reason != KNOWN:
        return 0.0, 0, newest, reason
    count, is_bound, _, _ = lay_out_since(series, partner, now, parameters, opens, FIRST_TIME, used, scratch)
    greatest = 0
    while greatest < count and days_with(scratch, len(series.times), count, greatest + 1) > 0.0:
        greatest += 1
    return float(greatest), count, newest, AT_LEAST if is_bound or is_history_cut(now, opens) else KNOWN


def dispenses(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """How many times something was handed out in the window, however long it lasts. Unknown: not supplied.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.series import DAYS
    >>> ask(dispenses, {"2026-01-01": 30.0}, at="2026-01-08 12:00", slots={WINDOW: 7, WINDOW_KIND: DAYS})
    (0.0, 0, '', 0)
    """
    opens = _first_day(now, parameters)
    if instant_of(now, opens * MICROSECONDS_PER_DAY) < now.supplied_from:
        return 0.0, 0, NO_TIME, NOT_SUPPLIED
    count = 0
    newest = NO_TIME
    for row in range(len(series.times)):
        if day_of(series.times[row], series.utc_offset[row]) >= opens:
            count += 1
            newest = series.times[row]
            if len(used) > 0:
                used[row] = 1
    return float(count), count, newest, KNOWN


def _first_day(now: Now, parameters: Column) -> int:
    """First day of the window."""
    return opening_day(now, parameters[WINDOW], int(parameters[WINDOW_KIND]))


def _why_unknown(partner: Series, now: Now, parameters: Column, opens: int, newest: int) -> int:
    """Why nothing can be told of the window; KNOWN when something can."""
    if instant_of(now, opens * MICROSECONDS_PER_DAY) < now.supplied_from:
        return NOT_SUPPLIED
    return NO_DATA if newest == NO_TIME else why_stays_unknown(partner, now, parameters, opens)


def _stretches(
    scratch: Column, n: int, count: int, opens: int, closes: int, permitted: float
) -> tuple[float, int, float, float]:
    """Longest gap, episodes with gaps of no more than `permitted` days, and when the newest began and ended.

    Starts stand in `scratch`, ends from place n on; they are sorted. Where there are none, the newest is an empty one
    when the days open.
    """
    put_in_order(scratch, 0, count)
    put_in_order(scratch, n, count)
    longest, episodes, begun, ended = 0.0, 0, float(opens), float(opens)
    start = 0
    running = 0
    for end in range(count):
        while start < count and scratch[start] <= scratch[n + end]:
            gap = scratch[start] - ended
            if running == 0 and gap > longest:
                longest = gap
            if running == 0 and (episodes == 0 or gap > permitted):
                episodes += 1
                begun = scratch[start]
            running += 1
            start += 1
        running -= 1
        ended = scratch[n + end]
    if closes - ended > longest:
        longest = closes - ended
    return longest, episodes, begun, ended
