"""Medicines that were handed out: days covered, and how long the patient has been without.

A row is a dispense: the day it was handed out, the days that it lasts, and in `group` the number of the medicine
among the rows. A dispense of a medicine waits until the one before it is used up; medicines of one class run side by
side, and a day counts once. A row whose quality is not 0 lasts nobody knows how long. With STAYS the partner holds the
patient's stays, and what becomes of their days is said in `cds.operators.stays`.
"""

from typing import Final

from cds.operators.aggregates import put_in_order
from cds.operators.reasons import AT_LEAST, AT_MOST, KNOWN, NO_DATA, NOT_COMPUTABLE, NOT_SUPPLIED, TOO_FEW
from cds.operators.series import (
    FIRST_TIME,
    LEAST_DAYS,
    LEAST_ROWS,
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
from cds.operators.stays import (
    COVERED,
    LOOK_BACK,
    STAYS,
    days_in_stays,
    mark_stays,
    put_outside_days,
    stays_asked,
    why_stays_unknown,
)
from cds.operators.windows import day_of, instant_of, opening_day

FROM_FIRST: Final = OWN  # percent_of_days_covered: 1 = the window begins with the first dispense in it
CARRY: Final = OWN + 1  # what waits when more is handed out early, one of the three below
STOPPED_AFTER: Final = OWN + 2  # days without supply after which the treatment has stopped
SIDE_BY_SIDE: Final = OWN + 3  # percent_of_days_covered: medicines of which a covered day has some left; 0 counts as 1
OF_SAME_MEDICINE: Final = 0
OF_ANY_MEDICINE: Final = 1
OF_NONE: Final = 2


def percent_of_days_covered(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Share of the window's days, today among them, on which the patient had medicine to take, in percent.

    What was left over when the window opens counts. FROM_FIRST: the days begin with the first dispense in the window,
    and what was handed out before does not count (PQA, proportion of days covered). CARRY: a dispense waits until the
    one before of the same medicine is used up, of any medicine, or does not wait. SIDE_BY_SIDE: of so many medicines
    some is left on a covered day. STAYS: days in a stay are left out, or count as covered. LEAST_ROWS: days with a
    dispense; LEAST_DAYS: days judged. A dispense that lasts nobody knows how long, or history that was not supplied,
    leaves a bound: at least. Unknown: nothing was ever handed out (no data), too few, not supplied, stays that are not
    certain, every day in a stay (not computable).

    >>> from cds.operators.ask import ask
    >>> from cds.operators.series import DAYS
    >>> early_refill = {"2026-01-01": 20.0, "2026-01-15": 7.0}
    >>> ask(percent_of_days_covered, early_refill, at="2026-01-30 12:00", slots={WINDOW: 30, WINDOW_KIND: DAYS})
    (90.0, 2, '2026-01-15 00:00', 0)
    """
    today = day_of(now.at, now.utc_offset)
    opens = opening_day(now, parameters[WINDOW], int(parameters[WINDOW_KIND]))
    if instant_of(now, opens * MICROSECONDS_PER_DAY) < now.supplied_from:
        return 0.0, 0, NO_TIME, NOT_SUPPLIED
    from_first = parameters[FROM_FIRST] != 0.0
    first, dispensed, newest = dispensed_from(series, opens)
    if newest == NO_TIME or (from_first and dispensed == 0):
        return 0.0, 0, newest, NO_DATA
    if from_first:
        opens = first
    reason = why_stays_unknown(partner, now, parameters, opens)
    if reason != KNOWN:
        return 0.0, dispensed, newest, reason
    stays = stays_asked(partner, parameters)
    away = days_in_stays(partner, stays, now, today + 1) - days_in_stays(partner, stays, now, opens)
    covered_away = away if parameters[STAYS] == COVERED else 0
    days = today + 1 - opens - away + covered_away
    if days < 1:
        return 0.0, dispensed, newest, NOT_COMPUTABLE
    if dispensed < parameters[LEAST_ROWS] or days < parameters[LEAST_DAYS]:
        return 0.0, dispensed, newest, TOO_FEW
    since = opens if from_first else FIRST_TIME
    count, is_bound, _, _ = lay_out_since(series, partner, now, parameters, opens, since, used, scratch)
    medicines = int(parameters[SIDE_BY_SIDE]) if parameters[SIDE_BY_SIDE] > 1.0 else 1
    covered = days_with(scratch, len(series.times), count, medicines) + covered_away
    is_bound = is_bound or (not from_first and is_history_cut(now, opens))
    share = 100.0 * covered / days
    return share, count, newest, AT_LEAST if is_bound and share < 100.0 else KNOWN


def days_without_supply(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Whole days up to and with today on which nothing handed out was left; 0 while there is some.

    STAYS: days in a stay are left out. A dispense of the last year that lasts nobody knows how long, or history that
    was not supplied, leaves a bound: at most. Unknown: nothing was ever handed out (no data), not supplied, stays that
    are not certain.

    >>> from cds.operators.ask import ask
    >>> ask(days_without_supply, {"2026-01-01": 20.0, "2026-01-15": 7.0}, at="2026-01-30 12:00")
    (3.0, 2, '2026-01-15 00:00', 0)
    """
    today = day_of(now.at, now.utc_offset)
    _, _, newest = dispensed_from(series, today)
    is_cut = is_history_cut(now, today) or NO_TIME < newest < now.supplied_from
    if newest == NO_TIME:
        return 0.0, 0, NO_TIME, NOT_SUPPLIED if is_cut else NO_DATA
    last = len(series.times) - 1
    opens = day_of(series.times[last], series.utc_offset[last])
    if opens > today - LOOK_BACK:
        opens = today - LOOK_BACK
    reason = why_stays_unknown(partner, now, parameters, opens)
    if reason != KNOWN:
        return 0.0, 0, newest, reason
    count, is_bound, begin, close = lay_out_since(series, partner, now, parameters, opens, FIRST_TIME, used, scratch)
    ends = float(begin)
    for place in range(count):
        if scratch[len(series.times) + place] > ends:
            ends = scratch[len(series.times) + place]
    without = float(int(close - ends))
    return without, count, newest, AT_MOST if (is_bound or is_cut) and without > 0.0 else KNOWN


def dispensed_from(series: Series, opens: int) -> tuple[int, int, int]:
    """First day with a dispense from `opens` on, on how many days there was one, and the newest dispense ever."""
    first, days, last = opens, 0, opens
    for row in range(len(series.times)):
        day = day_of(series.times[row], series.utc_offset[row])
        if day >= opens and (days == 0 or day != last):
            if days == 0:
                first = day
            days += 1
            last = day
    newest = series.times[len(series.times) - 1] if len(series.times) > 0 else NO_TIME
    return first, days, newest


def lay_out_since(
    series: Series, partner: Series, now: Now, parameters: Column, opens: int, since: int, used: Column, scratch: Column
) -> tuple[int, bool, int, int]:
    """`lay_out` for the days from `opens` through today, without those of stays; rows before `since` do not count.

    Answers besides how many reach them and whether one more may: the first day and the day after the last one, both
    counted without the days of stays.
    """
    stays = stays_asked(partner, parameters)
    closes = day_of(now.at, now.utc_offset) + 1
    begin = opens - days_in_stays(partner, stays, now, opens)
    close = closes - days_in_stays(partner, stays, now, closes)
    put_outside_days(series, partner, stays, now, scratch, 3 * len(series.times))
    count, is_bound = lay_out(series, begin, close, since, int(parameters[CARRY]), used, scratch)
    mark_stays(series, partner, stays, now, opens, used)
    return count, is_bound, begin, close


def lay_out(
    series: Series, opens: int, closes: int, since: int, carry: int, used: Column, scratch: Column
) -> tuple[int, bool]:
    """Put each dispense after the one before it, as `carry` says; how many reach the days from `opens` to `closes`.

    The day of each row stands in the last quarter of `scratch`. It then holds their starts from place 0 and their ends
    from place n on, cut to those days, and in its third quarter the rows by medicine. Rows before the civil day `since`
    do not count. The second answer: whether one that may reach them lasts nobody knows how long.
    """
    n = len(series.times)
    for row in range(n):
        scratch[2 * n + row] = float(series.group[row] * n + row if carry == OF_SAME_MEDICINE else row)
    put_in_order(scratch, 2 * n, n)
    count = 0
    is_bound = False
    medicine = -1
    left_until = float(FIRST_TIME)
    for place in range(2 * n, 3 * n):
        row = int(scratch[place]) % n
        day = scratch[3 * n + row]
        if carry == OF_NONE or (carry == OF_SAME_MEDICINE and series.group[row] != medicine):
            medicine = series.group[row]
            left_until = float(FIRST_TIME)
        if day_of(series.times[row], series.utc_offset[row]) < since:
            continue
        if series.quality[row] != KNOWN or not series.values[row] > 0.0:
            if day > opens - LOOK_BACK:
                is_bound = True
                if len(used) > 0:
                    used[row] = 1
            continue
        start = day if left_until < day else left_until
        left_until = start + series.values[row]
        if left_until > opens and start < closes:
            scratch[count] = start if start > opens else float(opens)
            scratch[n + count] = left_until if left_until < closes else float(closes)
            count += 1
            if len(used) > 0:
                used[row] = 1
    return count, is_bound


def days_with(scratch: Column, n: int, count: int, least: int) -> float:
    """Length of the time in which at least so many of `count` stretches run side by side; sorts them.

    Their starts stand in `scratch`, their ends from place n on.
    """
    put_in_order(scratch, 0, count)
    put_in_order(scratch, n, count)
    length = 0.0
    begun, running, opened = 0, 0, 0.0
    for ended in range(count):
        while begun < count and scratch[begun] <= scratch[n + ended]:
            running += 1
            if running == least:
                opened = scratch[begun]
            begun += 1
        if running == least:
            length += scratch[n + ended] - opened
        running -= 1
    return length


def is_history_cut(now: Now, opens: int) -> bool:
    """Whether something handed out before what was supplied may still last when the days begin."""
    return instant_of(now, (opens - LOOK_BACK) * MICROSECONDS_PER_DAY) < now.supplied_from
