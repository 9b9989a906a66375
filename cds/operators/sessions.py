"""Means by a measuring protocol: days left out at the start, sessions of the day, so many readings of each."""

from typing import Final

from cds.operators.aggregates import joined, mean_of
from cds.operators.readings import has_value, is_too_old, nothing_usable
from cds.operators.reasons import KNOWN, NOT_SUPPLIED, TOO_FEW, TOO_OLD
from cds.operators.series import (
    DATE_ONLY,
    LEAST_DAYS,
    LEAST_ROWS,
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
from cds.operators.windows import first_row, window_opening

SKIP_FIRST_DAYS: Final = OWN  # days with data to leave out
PER_SESSION: Final = OWN + 1  # the first N readings of each session; 0 = all
DISCARD_FIRST: Final = OWN + 2  # so many readings of each session left out before those
KEEP_OUTSIDE: Final = OWN + 3  # 1 = readings outside every session count too
SESSIONS: Final = OWN + 4  # number of sessions stated, 0 to MOST_SESSIONS; 0 = the whole day is one
SESSION_BOUNDS: Final = OWN + 5  # start, end, start, end … in minutes after 00:00, end not inside
MOST_SESSIONS: Final = 4

_OUTSIDE: Final = -1


def protocol_mean(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Mean of the readings that a measuring protocol keeps, each with equal weight, in the input's unit.

    Of a panel only readings with both parts count, so that both means rest on the same readings. The first
    SKIP_FIRST_DAYS civil days with data in the window are left out. A session is a span of clock time on one civil
    day; a reading of which only the date is known lies in none. What is required is counted in what remains.
    Unknown as `mean`. Source: home blood pressure protocol, table 3, PMC8030885.

    >>> from cds.operators.ask import ask
    >>> pressures = {"2026-01-06 07:00": 170.0, "2026-01-07 07:00": 150.0, "2026-01-07 07:02": 140.0}
    >>> ask(protocol_mean, pressures, at="2026-01-08 08:00", slots={SKIP_FIRST_DAYS: 1})
    (145.0, 2, '2026-01-07 07:02', 0)
    """
    start = window_opening(now, parameters)
    if start < now.supplied_from:
        return 0.0, 0, NO_TIME, NOT_SUPPLIED
    first = first_row(series.times, start)
    measured, count, days, newest, reason = _keep(series, partner, parameters, first, used, scratch)
    if measured == 0:
        return 0.0, 0, NO_TIME, _nothing_usable(series, partner, first, parameters[WINDOW_KIND] != MINUTES)
    if count > 0 and is_too_old(now, parameters, newest):
        return 0.0, count, newest, TOO_OLD
    if count == 0 or count < parameters[LEAST_ROWS] or days < parameters[LEAST_DAYS]:
        return 0.0, count, newest, TOO_FEW
    if not has_value(reason):
        return 0.0, count, newest, reason
    return mean_of(scratch, count), count, newest, reason


def _keep(
    series: Series, partner: Series, parameters: Column, first: int, used: Column, scratch: Column
) -> tuple[int, int, int, int, int]:
    """Copy what the protocol keeps to `scratch`: days with data, readings kept, days kept, newest time, bound."""
    paired = len(partner.quality) == len(series.quality)
    dates = parameters[WINDOW_KIND] != MINUTES
    measured = 0
    kept = 0
    days_kept = 0
    newest = NO_TIME
    bound = KNOWN
    day = 0
    kept_day = 0
    session = _OUTSIDE
    place = 0  # of the reading in its session
    for row in range(first, len(series.times)):
        undated = series.attribute[row] & DATE_ONLY
        if not has_value(series.quality[row]) or (paired and not has_value(partner.quality[row])):
            continue
        if undated and not dates:
            continue
        local = series.times[row] + series.utc_offset[row] * MICROSECONDS_PER_MINUTE
        this_day = local // MICROSECONDS_PER_DAY
        if measured == 0 or this_day != day:
            measured += 1
            day = this_day
            session = _OUTSIDE
        this_session = _OUTSIDE if undated else session_of(parameters, local % MICROSECONDS_PER_DAY)
        if this_session != _OUTSIDE:
            place = place + 1 if this_session == session else 1
            session = this_session
        if measured <= parameters[SKIP_FIRST_DAYS] or not _is_wanted(parameters, this_session, place):
            continue
        scratch[kept] = series.values[row]
        kept += 1
        newest = series.times[row]
        bound = joined(bound, int(series.quality[row]))
        if len(used) > 0:
            used[row] = 1
        if days_kept == 0 or day != kept_day:
            days_kept += 1
            kept_day = day
    return measured, kept, days_kept, newest, bound


def session_of(parameters: Column, clock: int) -> int:
    """Number of the first session that holds a clock time (microseconds after 00:00), or -1."""
    sessions = int(parameters[SESSIONS])
    if sessions <= 0:
        return 0
    if sessions > MOST_SESSIONS:
        sessions = MOST_SESSIONS
    minutes = float(clock) / 60e6
    for session in range(sessions):
        bound = SESSION_BOUNDS + 2 * session
        if parameters[bound] <= minutes and minutes < parameters[bound + 1]:
            return session
    return _OUTSIDE


def _is_wanted(parameters: Column, session: int, place: int) -> bool:
    """Whether the protocol keeps the reading at this place (from 1) of a session."""
    if session == _OUTSIDE:
        return parameters[KEEP_OUTSIDE] != 0.0 or parameters[SESSIONS] == 0.0
    counted = place - parameters[DISCARD_FIRST]
    return counted >= 1.0 and (parameters[PER_SESSION] <= 0.0 or counted <= parameters[PER_SESSION])


def _nothing_usable(series: Series, partner: Series, first: int, dates: bool) -> int:
    """Why no reading has all its values: this part's reason, else the other part's."""
    reason = nothing_usable(series, first, dates)
    if has_value(reason) and len(partner.quality) == len(series.quality):
        return nothing_usable(partner, first, dates)
    return reason
