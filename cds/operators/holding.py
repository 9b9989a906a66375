"""For how long a test has held: what `for:` asks of every reading that a rule looks at."""

from cds.operators.counts import meets
from cds.operators.readings import NO_ROW, instant_starts, newest_reading, none_newest
from cds.operators.reasons import AT_LEAST, FALSE, IMPLAUSIBLE_ONLY, KNOWN, TRUE
from cds.operators.series import DATE_ONLY, NO_TIME, Answer, Column, Now, Series
from cds.operators.windows import window_opening


def held_for(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """Minutes from the oldest to the newest of the unbroken run of newest readings that all satisfy the test.

    Nothing is assumed between readings. A reading that fails ends the run; one that the test cannot decide, or of
    which only the date is known, or the start of what was supplied, leaves a bound: at least. Unknown: no reading in
    the window, not supplied.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.logic import AT_LEAST_OF
    >>> from cds.operators.series import LOWER, TEST
    >>> fever = {"2026-01-08 06:00": 37.9, "2026-01-08 06:30": 38.1, "2026-01-08 07:45": 38.4}
    >>> ask(held_for, fever, at="2026-01-08 08:00", slots={TEST: AT_LEAST_OF, LOWER: 38})
    (75.0, 2, '2026-01-08 07:45', 0)
    """
    start = window_opening(now, parameters)
    row = newest_reading(series, start, now.supplied_from, True, len(series.times) - 1)
    if row == NO_ROW:
        return 0.0, 0, NO_TIME, none_newest(series, now, start, True)
    newest = series.times[row]
    oldest = newest
    count = 0
    while row != NO_ROW:
        first = instant_starts(series.times, row)
        state = _state(series, parameters, first, row)
        if state != TRUE:
            return float(newest - oldest) / 6e7, count, newest, KNOWN if state == FALSE else AT_LEAST
        oldest = series.times[row]
        count += 1
        if len(used) > 0:
            used[row] = 1
        row = newest_reading(series, start, now.supplied_from, True, first - 1)
    return float(newest - oldest) / 6e7, count, newest, AT_LEAST


def _state(series: Series, parameters: Column, first: int, last: int) -> int:
    """State of the test for all possible readings in rows first to last: the first that does not satisfy it."""
    for row in range(first, last + 1):
        if series.quality[row] != IMPLAUSIBLE_ONLY:
            if series.attribute[row] & DATE_ONLY:
                return AT_LEAST
            state = meets(series, row, parameters)
            if state != TRUE:
                return state
    return TRUE
