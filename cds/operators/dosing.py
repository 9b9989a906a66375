"""How doses were taken over a window: days with the right number, on time, drug holidays, streaks, lateness.

Rows are planned doses, as in `cds.operators.doses`. Doses that are left out (stays, journeys, pauses) are no rows here;
days without a planned dose count for nothing. Doses as needed are rows only where an author asks for
them, and are then counted and nothing else. A dose whose fate is not known is neither taken nor missed, and two rows of
one planned time that say different things are such a dose. In the words of the ABC taxonomy they measure
implementation.
"""

from typing import Final

from cds.operators.aggregates import median_of
from cds.operators.doses import DAY_STARTS, dose_opening, is_dose, is_late
from cds.operators.logic import AT_LEAST_OF, compare
from cds.operators.readings import is_contradicted, nothing_usable
from cds.operators.reasons import AT_LEAST, KNOWN, NO_DATA, NOT_JUDGED, NOT_SUPPLIED, TOO_FEW, TRUE
from cds.operators.series import (
    DELAY_UNKNOWN,
    LEAST_SHARE,
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_MINUTE,
    MINUTES,
    NO_TIME,
    OWN,
    WINDOW_KIND,
    Answer,
    Column,
    Now,
    Series,
)
from cds.operators.windows import first_row, microseconds

ON_TIME_WITHIN: Final = OWN + 1  # share_on_time: minutes before or after the plan
HOLIDAY: Final = OWN + 1  # drug_holidays: days in a row without a dose

_NOTHING_PLANNED: Final = 0
_SOME_TAKEN: Final = 1
_ALL_MISSED: Final = 2
_NOT_TOLD: Final = 3  # nothing taken for sure, and something whose fate is not known


def correct_dosing_days(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Share of the window's dose days on which every planned dose was taken, in percent of the days that can be judged.

    A day with a missed dose is not correct, whatever else is not known of it; one with only taken doses and a dose
    whose fate is not known cannot be judged. Unknown: no doses; no day that can be judged; fewer than LEAST_SHARE
    percent of the days (too few); not supplied for the whole window.

    >>> from cds.operators.ask import ask
    >>> doses = {"2026-01-07 08:00": 1.0, "2026-01-07 20:00": 0.0, "2026-01-08 08:00": 1.0}
    >>> ask(correct_dosing_days, doses, at="2026-01-08 12:00")
    (50.0, 3, '2026-01-08 08:00', 0)
    """
    start = dose_opening(now, parameters)
    if start < now.supplied_from:
        return 0.0, 0, NO_TIME, NOT_SUPPLIED
    first = first_row(series.times, start)
    dates = parameters[WINDOW_KIND] != MINUTES
    days, wrong_days, open_days, known = 0, 0, 0, 0
    newest = NO_TIME
    day, wrong, is_open = 0, False, False
    for row in range(first, len(series.times)):
        if not is_dose(series, row, dates):
            continue
        this_day = dose_day(series, row, parameters[DAY_STARTS])
        if newest == NO_TIME or this_day != day:
            day, wrong, is_open = this_day, False, False
            days += 1
        newest = series.times[row]
        if not is_told(series, dates, row):
            open_days += 0 if wrong or is_open else 1
            is_open = True
            continue
        known += 1
        if len(used) > 0:
            used[row] = 1
        if series.values[row] == 0.0 and not wrong:
            wrong = True
            wrong_days += 1
            open_days -= 1 if is_open else 0
    if newest == NO_TIME:
        return 0.0, 0, NO_TIME, nothing_usable(series, first, dates)
    return share(days - wrong_days - open_days, days - open_days, days, known, newest, parameters[LEAST_SHARE])


def share_on_time(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Share of the window's doses taken at most ON_TIME_WITHIN minutes before or after their time, in percent.

    Of the doses of which that is known: a missed dose was not on time; one whose fate is not known, or that was taken
    nobody knows when, is left out. Exactly at the limit is on time. Unknown as `share_taken`. The example's delays are
    its values, 1 minute each.

    >>> from cds.operators.ask import ask
    >>> doses = {"2026-01-07 08:00": 1.0, "2026-01-07 20:00": 0.0, "2026-01-08 08:00": 1.0, "2026-01-08 09:00": 1.0}
    >>> ask(share_on_time, doses, at="2026-01-08 12:00", slots={ON_TIME_WITHIN: 1.0})
    (75.0, 4, '2026-01-08 09:00', 0)
    """
    start = dose_opening(now, parameters)
    if start < now.supplied_from:
        return 0.0, 0, NO_TIME, NOT_SUPPLIED
    first = first_row(series.times, start)
    dates = parameters[WINDOW_KIND] != MINUTES
    limit = parameters[ON_TIME_WITHIN]
    doses, known, on_time = 0, 0, 0
    newest = NO_TIME
    for row in range(first, len(series.times)):
        if not is_dose(series, row, dates):
            continue
        doses += 1
        newest = series.times[row]
        is_taken = series.values[row] != 0.0
        if not is_told(series, dates, row) or (is_taken and series.attribute[row] & DELAY_UNKNOWN):
            continue
        known += 1
        if len(used) > 0:
            used[row] = 1
        if is_taken and not is_late(series.raw[row], limit) and not is_late(-series.raw[row], limit):
            on_time += 1
    if doses == 0:
        return 0.0, 0, NO_TIME, nothing_usable(series, first, dates)
    return share(on_time, known, doses, known, newest, parameters[LEAST_SHARE])


def share(part: int, judged: int, all_of_them: int, rows: int, newest: int, least: float) -> Answer:
    """`part` in percent of those judged; unknown when none is, or fewer than `least` percent of all."""
    if judged == 0 or all_of_them == 0:
        return 0.0, 0, newest, NOT_JUDGED
    if compare(AT_LEAST_OF, 100.0 * judged / all_of_them, KNOWN, least, KNOWN) != TRUE:
        return 0.0, rows, newest, TOO_FEW
    return 100.0 * part / judged, rows, newest, KNOWN


def doses_taken(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """Number of the window's doses that were taken, 0 when there were none.

    A dose whose fate is not known leaves a bound: at least. Unknown: not supplied for the whole window.

    >>> from cds.operators.ask import ask
    >>> doses = {"2026-01-07 08:00": 1.0, "2026-01-07 20:00": 0.0, "2026-01-08 08:00": 1.0}
    >>> ask(doses_taken, doses, at="2026-01-08 12:00")
    (2.0, 2, '2026-01-08 08:00', 0)
    """
    start = dose_opening(now, parameters)
    if start < now.supplied_from:
        return 0.0, 0, NO_TIME, NOT_SUPPLIED
    dates = parameters[WINDOW_KIND] != MINUTES
    taken = 0
    newest, reason = NO_TIME, KNOWN
    for row in range(first_row(series.times, start), len(series.times)):
        if not is_dose(series, row, dates):
            continue
        if not is_told(series, dates, row):
            reason = AT_LEAST
        elif series.values[row] != 0.0:
            taken += 1
            newest = series.times[row]
            if len(used) > 0:
                used[row] = 1
    return float(taken), taken, newest, reason


def drug_holidays(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Number of drug holidays in the window: at least HOLIDAY dose days in a row on which no dose was taken.

    Days without a planned dose neither count nor end a holiday; the day of the moment counts by its doses so far. A
    day of which it is not known whether a dose was taken leaves a bound where it could make one more holiday. Unknown:
    no doses in the window, not supplied for the whole window.

    >>> from cds.operators.ask import ask
    >>> doses = {"2026-01-06 08:00": 1.0, "2026-01-07 08:00": 0.0, "2026-01-08 08:00": 0.0}
    >>> ask(drug_holidays, doses, at="2026-01-08 12:00", slots={HOLIDAY: 2.0})[0]
    1.0
    """
    start = dose_opening(now, parameters)
    if start < now.supplied_from:
        return 0.0, 0, NO_TIME, NOT_SUPPLIED
    first = first_row(series.times, start)
    dates = parameters[WINDOW_KIND] != MINUTES
    needed = parameters[HOLIDAY]
    holidays, rows = 0, 0
    is_bound = False
    newest = NO_TIME
    row = first
    while row < len(series.times):
        end, newest_here, longest, possible = without_dose(series, row, dates, parameters[DAY_STARTS])
        is_holiday = is_enough(longest, needed)
        holidays += 1 if is_holiday else 0
        is_bound = is_bound or (longest < possible and is_enough(possible - (longest + 1 if is_holiday else 0), needed))
        newest = newest_here if newest_here != NO_TIME else newest
        rows += mark_told(series, row, end, dates, used)
        row = end
    if newest == NO_TIME:
        return 0.0, 0, NO_TIME, nothing_usable(series, first, dates)
    return float(holidays), rows, newest, AT_LEAST if is_bound else KNOWN


def is_enough(days: int, needed: float) -> bool:
    """Whether so many days make a holiday; none does where no number is stated."""
    return days > 0 and compare(AT_LEAST_OF, float(days), KNOWN, needed, KNOWN) == TRUE


def without_dose(series: Series, first: int, dates: bool, day_starts: float) -> tuple[int, int, int, int]:
    """From a row to the end of the next day with a dose: the row after it, the newest dose's time, and of the days
    before it how many in a row were surely without a dose, at most, and how many may have been."""
    row = first
    newest = NO_TIME
    run, longest, possible = 0, 0, 0
    while row < len(series.times):
        end, last, kind = day_of_doses(series, row, dates, day_starts)
        newest = last if last != NO_TIME else newest
        row = end
        if kind == _SOME_TAKEN:
            return row, newest, longest, possible
        if kind == _ALL_MISSED:
            run += 1
            possible += 1
            longest = run if run > longest else longest
        elif kind == _NOT_TOLD:
            run = 0
            possible += 1
    return row, newest, longest, possible


def day_of_doses(series: Series, first: int, dates: bool, day_starts: float) -> tuple[int, int, int]:
    """The dose day that a row begins: the row after it, the newest dose's time, and what became of its doses."""
    day = dose_day(series, first, day_starts)
    kind = _NOTHING_PLANNED
    newest = NO_TIME
    row = first
    while row < len(series.times) and dose_day(series, row, day_starts) == day:
        if is_dose(series, row, dates):
            newest = series.times[row]
            if not is_told(series, dates, row):
                kind = _NOT_TOLD if kind != _SOME_TAKEN else kind
            elif series.values[row] != 0.0:
                kind = _SOME_TAKEN
            elif kind == _NOTHING_PLANNED:
                kind = _ALL_MISSED
        row += 1
    return row, newest, kind


def longest_missed_in_a_row(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Most doses in a row that were missed, anywhere in the window; a dose taken ends a run.

    A dose whose fate is not known ends a run too, and leaves a bound where a longer run could go through it. Unknown:
    no doses in the window, not supplied for the whole window.

    >>> from cds.operators.ask import ask
    >>> doses = {"2026-01-07 08:00": 0.0, "2026-01-07 20:00": 0.0, "2026-01-08 08:00": 1.0, "2026-01-08 20:00": 0.0}
    >>> ask(longest_missed_in_a_row, doses, at="2026-01-08 22:00")
    (2.0, 2, '2026-01-08 20:00', 0)
    """
    start = dose_opening(now, parameters)
    if start < now.supplied_from:
        return 0.0, 0, NO_TIME, NOT_SUPPLIED
    first = first_row(series.times, start)
    dates = parameters[WINDOW_KIND] != MINUTES
    run, longest, possible, most_possible, ends = 0, 0, 0, 0, first
    newest = NO_TIME
    for row in range(first, len(series.times)):
        if not is_dose(series, row, dates):
            continue
        newest = series.times[row]
        told = is_told(series, dates, row)
        if told and series.values[row] != 0.0:
            run, possible = 0, 0
            continue
        run = run + 1 if told else 0
        possible += 1
        most_possible = possible if possible > most_possible else most_possible
        if run > longest:
            longest, ends = run, row
    if newest == NO_TIME:
        return 0.0, 0, NO_TIME, nothing_usable(series, first, dates)
    mark_run(series, ends, longest, dates, used)
    return float(longest), longest, newest, AT_LEAST if most_possible > longest else KNOWN


def mark_run(series: Series, ends: int, count: int, dates: bool, used: Column) -> None:
    """Mark the last `count` doses up to a row."""
    row = ends
    left = count
    while len(used) > 0 and left > 0 and row >= 0:
        if is_dose(series, row, dates):
            used[row] = 1
            left -= 1
        row -= 1


def mean_lateness(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Mean of the minutes that doses taken in the window came after their time; one that came before counts as 0.

    Of the doses that were taken at a known time. Unknown: no doses; none of them judged; none taken (no data); the
    time known of fewer than LEAST_SHARE percent of those that were not missed (too few); not supplied for the whole
    window. The example's delays are its values, 1 minute each.

    >>> from cds.operators.ask import ask
    >>> ask(mean_lateness, {"2026-01-07 08:00": 1.0, "2026-01-08 08:00": 1.0}, at="2026-01-08 12:00")
    (1.0, 2, '2026-01-08 08:00', 0)
    """
    count, newest, reason = _gather_lateness(series, now, parameters, used, scratch)
    if reason != KNOWN or count == 0:
        return 0.0, count, newest, reason
    total = 0.0
    for place in range(count):
        total += scratch[place]
    return total / count, count, newest, KNOWN


def median_lateness(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Median of the minutes that doses taken in the window came after their time; one that came before counts as 0.

    Of an even number the mean of the two in the middle. Unknown as `mean_lateness`.

    >>> from cds.operators.ask import ask
    >>> ask(median_lateness, {"2026-01-07 08:00": 1.0, "2026-01-08 08:00": 1.0}, at="2026-01-08 12:00")[0]
    1.0
    """
    count, newest, reason = _gather_lateness(series, now, parameters, used, scratch)
    if reason != KNOWN:
        return 0.0, count, newest, reason
    return median_of(scratch, 0, count), count, newest, KNOWN


def _gather_lateness(
    series: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> tuple[int, int, int]:
    """Put the lateness of each dose into scratch; how many, the newest dose's time, and why they cannot be told."""
    start = dose_opening(now, parameters)
    if start < now.supplied_from:
        return 0, NO_TIME, NOT_SUPPLIED
    first = first_row(series.times, start)
    dates = parameters[WINDOW_KIND] != MINUTES
    count, missed, doses = 0, 0, 0
    newest = NO_TIME
    for row in range(first, len(series.times)):
        if not is_dose(series, row, dates):
            continue
        doses += 1
        newest = series.times[row]
        if not is_told(series, dates, row):
            continue
        if series.values[row] == 0.0:
            missed += 1
        elif not series.attribute[row] & DELAY_UNKNOWN:
            scratch[count] = series.raw[row] if series.raw[row] > 0.0 else 0.0
            count += 1
            if len(used) > 0:
                used[row] = 1
    if doses == 0:
        return 0, NO_TIME, nothing_usable(series, first, dates)
    expected = doses - missed
    if expected == 0:
        return 0, newest, NO_DATA
    if count == 0:
        return 0, newest, NOT_JUDGED
    is_enough_told = compare(AT_LEAST_OF, 100.0 * count / expected, KNOWN, parameters[LEAST_SHARE], KNOWN) == TRUE
    return count, newest, KNOWN if is_enough_told else TOO_FEW


def dose_day(series: Series, row: int, day_starts: float) -> int:
    """The dose day of a row, counted from 1970-01-01."""
    local = series.times[row] + series.utc_offset[row] * MICROSECONDS_PER_MINUTE
    return (local - microseconds(day_starts)) // MICROSECONDS_PER_DAY


def is_told(series: Series, dates: bool, row: int) -> bool:
    """Whether the dose's fate is known, and no row of the same planned time says otherwise."""
    if series.quality[row] != KNOWN or is_contradicted(series, dates, row):
        return False
    later = row + 1
    while later < len(series.times) and series.times[later] == series.times[row]:
        if is_dose(series, later, dates) and is_contradicted(series, dates, later):
            return False
        later += 1
    return True


def mark_told(series: Series, first: int, end: int, dates: bool, used: Column) -> int:
    """Mark the doses of a stretch of rows whose fate is known; how many they are."""
    count = 0
    for row in range(first, end):
        if is_dose(series, row, dates) and is_told(series, dates, row):
            count += 1
            if len(used) > 0:
                used[row] = 1
    return count
