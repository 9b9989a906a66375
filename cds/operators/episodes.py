"""Episodes of a sensor: stretches during which a test holds, on a grid of the sensor's own interval.

The grid runs from 00:00 of the day of the first reading; between readings a straight line is taken, never across a
gap above GAP_AT_MOST. An episode begins where the test holds for STARTS_AFTER minutes and ends where it then fails
for ENDS_AFTER minutes, or at a gap, or at the newest reading. Source: iglu 4.3.0, `episode_calculation`; Battelino
et al., Lancet Diabetes Endocrinol 11: 42, 2023.
"""

from typing import Final

from cds.operators.aggregates import joined, shortfall
from cds.operators.counts import meets
from cds.operators.lines import at_instant, holds, instant_ends
from cds.operators.readings import nothing_usable
from cds.operators.reasons import FALSE, KNOWN, NO_DATA, NOT_COMPUTABLE, NOT_SUPPLIED, TOO_FEW, TRUE
from cds.operators.series import (
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
from cds.operators.spacing import interval
from cds.operators.windows import day_of, first_row, instant_of, microseconds, window_opening

GAP_AT_MOST: Final = OWN  # minutes; readings further apart are not joined; 0 = any are
STARTS_AFTER: Final = OWN + 1  # minutes for which the test must hold
ENDS_AFTER: Final = OWN + 2  # minutes for which it must then fail
PER_EPISODE: Final = 3  # numbers in `scratch` for each episode: first point of the grid, points, mean value


def episodes(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """Number of episodes in the window.

    Readings without any episode are 0. A meter's HI or LO counts as its limit where the test can tell, else the answer
    is not computable. Unknown: not supplied for the whole window, no data, fewer than two instants (too few), too old.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.logic import BELOW
    >>> from cds.operators.series import LOWER, TEST
    >>> glucose = {f"2026-01-08 07:{minute:02}": 2.9 if 5 < minute < 30 else 6.0 for minute in range(0, 60, 5)}
    >>> below_three = {TEST: BELOW, LOWER: 3, GAP_AT_MOST: 45, STARTS_AFTER: 15, ENDS_AFTER: 15}
    >>> ask(episodes, glucose, at="2026-01-08 08:00", slots=below_three)[0]
    1.0
    """
    found, _, _, count, newest, reason = _find(series, now, parameters, used, scratch)
    return (float(found) if reason == KNOWN else 0.0), count, newest, reason


def episodes_per_day(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Number of episodes for each day of recorded time: gaps do not count as time. Unknown as `episodes`.

    >>> from cds.operators.ask import ask
    >>> ask(episodes_per_day, {"2026-01-08 07:00": 5.0}, at="2026-01-08 08:00")[3] == TOO_FEW
    True
    """
    found, points, step, count, newest, reason = _find(series, now, parameters, used, scratch)
    if reason != KNOWN:
        return 0.0, count, newest, reason
    days = float(points * step) / MICROSECONDS_PER_DAY
    return (float(found) / days if days > 0.0 else 0.0), count, newest, KNOWN


def episode_length(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Mean length of the episodes in the window, in minutes. Unknown as `episodes`; without an episode no data.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.logic import BELOW
    >>> from cds.operators.series import LOWER, TEST
    >>> glucose = {f"2026-01-08 07:{minute:02}": 2.9 if 5 < minute < 30 else 6.0 for minute in range(0, 60, 5)}
    >>> below_three = {TEST: BELOW, LOWER: 3, GAP_AT_MOST: 45, STARTS_AFTER: 15, ENDS_AFTER: 15}
    >>> ask(episode_length, glucose, at="2026-01-08 08:00", slots=below_three)[0]
    20.0
    """
    found, _, step, count, newest, reason = _find(series, now, parameters, used, scratch)
    if reason != KNOWN or found == 0:
        return 0.0, count, newest, reason if reason != KNOWN else NO_DATA
    return float(step) / 6e7 * _mean(scratch, found, 1), count, newest, KNOWN


def episode_mean(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Mean over the episodes in the window of each one's mean value, in the input's unit.

    Unknown as `episodes`; without an episode no data.

    >>> from cds.operators.ask import ask
    >>> ask(episode_mean, {"2026-01-08 07:00": 5.0}, at="2026-01-08 08:00")[3] == TOO_FEW
    True
    """
    found, _, _, count, newest, reason = _find(series, now, parameters, used, scratch)
    if reason != KNOWN or found == 0:
        return 0.0, count, newest, reason if reason != KNOWN else NO_DATA
    return _mean(scratch, found, 2), count, newest, KNOWN


def _mean(episodes: Column, count: int, column: int) -> float:
    """Mean of one of the numbers that each episode has."""
    total = 0.0
    for i in range(count):
        total += episodes[PER_EPISODE * i + column]
    return total / count if count > 0 else 0.0


def _find(
    series: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> tuple[int, int, int, int, int, int]:
    """Episodes in `scratch`, points of the grid with a value, its step in microseconds, rows used, newest, reason."""
    start = window_opening(now, parameters)
    if start < now.supplied_from:
        return 0, 0, 0, 0, NO_TIME, NOT_SUPPLIED
    first, end = first_row(series.times, start), len(series.times)
    dates = parameters[WINDOW_KIND] != MINUTES
    count, newest, reason = _look_over(series, first, parameters, dates, used)
    if count == 0:
        return 0, 0, 0, 0, NO_TIME, nothing_usable(series, first, dates)
    lacking = shortfall(series, now, parameters, first, end, count, newest, 2, scratch)
    minutes, _, oldest, _ = interval(series, first, end, dates, scratch)
    if lacking != KNOWN or minutes == 0.0:
        return 0, 0, 0, count, newest, TOO_FEW if lacking == KNOWN else lacking
    if reason != KNOWN:
        return 0, 0, 0, count, newest, reason
    step = microseconds(minutes)
    origin = instant_of(now, day_of(oldest, series.utc_offset[first]) * MICROSECONDS_PER_DAY)
    found, points = find_episodes(series, first, dates, origin, step, parameters, used, scratch)
    return found, points, step, count, newest, KNOWN


def _look_over(series: Series, first: int, parameters: Column, dates: bool, used: Column) -> tuple[int, int, int]:
    """Rows with a value, the newest's time, and NOT_COMPUTABLE when the test cannot tell of one."""
    count = 0
    newest = NO_TIME
    reason = KNOWN
    row = first
    while row < len(series.times):
        end = instant_ends(series.times, row)
        found, _, _, _, bound = at_instant(series, row, end, dates, parameters, used)
        if found > 0:
            count += found
            newest = series.times[row]
        while row < end:
            state = meets(series, row, parameters) if found > 0 and bound != KNOWN else TRUE
            if state != TRUE and state != FALSE:
                reason = joined(reason, NOT_COMPUTABLE)
            row += 1
    return count, newest, reason


def find_episodes(
    series: Series, first: int, dates: bool, origin: int, step: int, parameters: Column, used: Column, found: Column
) -> tuple[int, int]:
    """Write each episode's first point of the grid, points and mean value to `found`; how many, and points in all.

    origin: the instant of point 0; step: microseconds. Between two episodes lies a reading, so there are never more
    than rows.
    """
    times = series.times
    needed = _points(parameters[STARTS_AFTER], step)
    gap = microseconds(parameters[GAP_AT_MOST])
    points, before, earlier, earlier_arrived, earlier_in_pair = 0, NO_TIME, 0.0, 0.0, False
    state = (0, 0, 0, 0.0, 0, 0.0)
    row = first
    while row < len(times):
        end = instant_ends(times, row)
        usable, value, arrived, in_pair, _ = at_instant(series, row, end, dates, parameters, used)
        if usable > 0:
            time = times[row]
            if before == NO_TIME or (gap > 0 and time - before > gap):
                state = (_closed(state, needed, found), 0, 0, 0.0, 0, 0.0)
                before, earlier, earlier_arrived, earlier_in_pair = time, value, arrived, in_pair
            both = earlier_in_pair and in_pair
            point = (before - origin) // step + 1
            if before == time and origin + (point - 1) * step == time:
                point -= 1
            while origin + point * step <= time:
                part = float(origin + point * step - before) / (time - before) if time > before else 1.0
                state = _taken(
                    state,
                    point,
                    earlier + (value - earlier) * part,
                    earlier_arrived + (arrived - earlier_arrived) * part,
                    both,
                    parameters,
                    step,
                    found,
                )
                points += 1
                point += 1
            before, earlier, earlier_arrived, earlier_in_pair = time, value, arrived, in_pair
        row = end
    return _closed(state, needed, found), points


def _points(minutes: float, step: int) -> int:
    """Points of the grid that last for so many minutes, at least one."""
    points = -(-microseconds(minutes) // step)
    return points if points > 1 else 1


def _taken(
    state: tuple[int, int, int, float, int, float],
    point: int,
    value: float,
    arrived: float,
    in_pair: bool,
    parameters: Column,
    step: int,
    found: Column,
) -> tuple[int, int, int, float, int, float]:
    """The state after one more point of the grid.

    Episodes so far; first point, points and sum of the stretch under way; points and sum for which the test has failed
    since. A stretch of enough points is an episode until the test has failed for long enough.
    """
    count, begins, length, total, failing, failing_total = state
    if holds(value, arrived, in_pair, parameters):
        return count, point if length == 0 else begins, length + failing + 1, total + failing_total + value, 0, 0.0
    if length < _points(parameters[STARTS_AFTER], step):
        return count, 0, 0, 0.0, 0, 0.0
    if failing + 1 < _points(parameters[ENDS_AFTER], step):
        return count, begins, length, total, failing + 1, failing_total + value
    return _written(found, count, begins, length, total), 0, 0, 0.0, 0, 0.0


def _closed(state: tuple[int, int, int, float, int, float], needed: int, found: Column) -> int:
    """Episodes when the recording stops: one under way lasts until then."""
    count, begins, length, total, failing, failing_total = state
    if length < needed:
        return count
    return _written(found, count, begins, length + failing, total + failing_total)


def _written(found: Column, count: int, begins: int, length: int, total: float) -> int:
    """Write one episode down; how many there are then."""
    place = PER_EPISODE * count
    if place + 2 < len(found) and length > 0:
        found[place] = float(begins)
        found[place + 1] = float(length)
        found[place + 2] = total / length
        return count + 1
    return count
