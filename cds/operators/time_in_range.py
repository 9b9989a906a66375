"""Share of time that a number spent on one side of a limit or between two, by straight lines between readings."""

from typing import Final

from cds.operators.lines import at_instant, carried_in, instant_ends, share_that_holds
from cds.operators.readings import has_value, is_too_old, nothing_usable
from cds.operators.reasons import IMPLAUSIBLE_ONLY, KNOWN, NOT_COMPUTABLE, NOT_SUPPLIED, TOO_FEW, TOO_OLD
from cds.operators.series import (
    FIRST_TIME,
    LEAST_ROWS,
    MICROSECONDS_PER_DAY,
    MINUTES,
    NO_TIME,
    OWN,
    WINDOW_KIND,
    Answer,
    Column,
    Now,
    Series,
)
from cds.operators.windows import day_of, first_row, instant_of, microseconds, whole, window_opening

GAP_BELOW: Final = OWN  # readings as far apart as this, or further, are not joined; 0 = any are
GAP_BELOW_KIND: Final = OWN + 1  # MINUTES elapsed, or civil days
FIRST_LEFT_OUT: Final = OWN + 2  # civil days from the first reading of all on of which no reading counts


def percent_of_time(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Share of the time between readings during which the test holds, in percent (Rosendaal, by exact integration).

    The number runs in a straight line from reading to reading. Readings GAP_BELOW apart or more are not joined, and
    that time counts for neither side. The line from the last reading before the window counts from where the window
    opens; after the newest reading nothing is assumed. Readings of one instant count by their mean. A meter's HI or
    LO makes it not computable. FIRST_LEFT_OUT: readings of so many days from the patient's very first one on are left
    out, as NICE asks of the first weeks on treatment. Unknown: not supplied (also when nobody can tell which reading
    was the first), no data, no two readings that can be joined (too few), too old. Source: Rosendaal et al., Thromb
    Haemost 69: 236, 1993.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.logic import FROM_TO
    >>> from cds.operators.series import LOWER, TEST, UPPER
    >>> inr = {"2026-01-01": 1.0, "2026-01-11": 3.0, "2026-01-21": 3.0}
    >>> ask(percent_of_time, inr, at="2026-01-22 08:00", slots={TEST: FROM_TO, LOWER: 2, UPPER: 3})
    (75.0, 3, '2026-01-21 00:00', 0)
    """
    start = window_opening(now, parameters)
    counts_from = _counts_from(series, now, parameters)
    if start < now.supplied_from or (counts_from > start and now.supplied_from != FIRST_TIME):
        return 0.0, 0, NO_TIME, NOT_SUPPLIED
    dates = parameters[WINDOW_KIND] != MINUTES
    inside, total, count, newest, bound = _integrate(series, now, parameters, used, start, counts_from, dates)
    if count == 0 or newest < start:
        reason = nothing_usable(series, first_row(series.times, start), dates)
        return 0.0, 0, NO_TIME, TOO_FEW if has_value(reason) else reason
    if is_too_old(now, parameters, newest):
        return 0.0, count, newest, TOO_OLD
    if total <= 0.0 or count < parameters[LEAST_ROWS]:
        return 0.0, count, newest, TOO_FEW
    if bound != KNOWN:
        return 0.0, count, newest, NOT_COMPUTABLE
    return 100.0 * (inside / total), count, newest, KNOWN


def _counts_from(series: Series, now: Now, parameters: Column) -> int:
    """From when on readings count: after so many days from the first possible one; FIRST_TIME when any does."""
    if not parameters[FIRST_LEFT_OUT] > 0.0:
        return FIRST_TIME
    for row in range(len(series.times)):
        if series.quality[row] != IMPLAUSIBLE_ONLY:
            day = day_of(series.times[row], series.utc_offset[row]) + whole(parameters[FIRST_LEFT_OUT])
            return instant_of(now, day * MICROSECONDS_PER_DAY)
    return FIRST_TIME


def _integrate(
    series: Series, now: Now, parameters: Column, used: Column, start: int, counts_from: int, dates: bool
) -> tuple[float, float, int, int, int]:
    """Days for which the test holds, days joined, readings used, the newest's time, and any bound among them.

    Readings before `start` only begin its line, those before `counts_from` do not count at all.
    """
    times = series.times
    inside = 0.0
    total = 0.0
    count = 0
    newest = NO_TIME
    bound = KNOWN
    before = -1  # a row of the instant before
    earlier, earlier_arrived, earlier_in_pair = 0.0, 0.0, False
    row = carried_in(series, start, counts_from if counts_from > now.supplied_from else now.supplied_from, dates)
    if counts_from > start:
        row = first_row(times, counts_from)
    while row < len(times):
        end = instant_ends(times, row)
        found, value, arrived, in_pair, doubt = at_instant(series, row, end, dates, parameters, used)
        if found > 0:
            count += found
            newest = times[row]
            if doubt != KNOWN:
                bound = doubt
            if before >= 0 and newest >= start and _is_joined(series, before, row, parameters):
                both = earlier_in_pair and in_pair
                left = earlier_arrived if both else earlier
                right = arrived if both else value
                length = float(newest - times[before]) / MICROSECONDS_PER_DAY
                if times[before] < start and length > 0.0:
                    cut = float(start - times[before]) / MICROSECONDS_PER_DAY
                    left = left + (right - left) * (cut / length)
                    length = length - cut
                inside += share_that_holds(left, right, both, parameters) * length
                total += length
            before = row
            earlier, earlier_arrived, earlier_in_pair = value, arrived, in_pair
        row = end
    return inside, total, count, newest, bound


def _is_joined(series: Series, before: int, row: int, parameters: Column) -> bool:
    """Whether two neighbours lie near enough for a line between them."""
    gap = parameters[GAP_BELOW]
    if gap <= 0.0:
        return True
    if parameters[GAP_BELOW_KIND] == MINUTES:
        return series.times[row] - series.times[before] < microseconds(gap)
    days = day_of(series.times[row], series.utc_offset[row]) - day_of(series.times[before], series.utc_offset[before])
    return days < gap
