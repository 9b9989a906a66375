"""How much the newest reading differs from earlier ones."""

from typing import Final

from cds.operators.aggregates import BEYOND, LEAST_IN_STEP, extreme, is_beyond
from cds.operators.readings import (
    NO_ROW,
    has_value,
    instant_starts,
    is_too_old,
    newest_reading,
    nothing_usable,
    reading_reason,
)
from cds.operators.reasons import (
    AT_LEAST,
    AT_MOST,
    CONFLICT,
    KNOWN,
    NO_EARLIER,
    NOT_COMPUTABLE,
    NOT_SUPPLIED,
    TOO_OLD,
)
from cds.operators.series import (
    DATE_ONLY,
    FIRST_TIME,
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_MINUTE,
    MINUTES,
    MONTHS,
    NO_TIME,
    OWN,
    WINDOW_KIND,
    Answer,
    Column,
    Now,
    Series,
)
from cds.operators.spacing import middle_of
from cds.operators.windows import first_row, instant_of, microseconds, months_before, whole, window_opening

LAG: Final = OWN  # change: how long before `at` the other reading was
LAG_KIND: Final = OWN + 1  # MINUTES, MONTHS, or any kind of days
TOLERANCE: Final = OWN + 2  # how far from that moment it may lie
TOLERANCE_KIND: Final = OWN + 3  # MINUTES, or any kind of days: civil days before and after


def rise_in(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """The newest reading minus the smallest earlier one of the window, in the input's unit; negative after a fall.

    BEYOND: readings further than this from the median of the window are left out, perhaps somebody else's; of one or
    two readings nobody can tell whose they are. Unknown: not supplied for the whole window; as `last_reading` for the
    newest; no earlier reading in the window; the newest is itself left out, or one of two is too far away (conflict);
    a meter's HI or LO among readings of which some may be left out (not computable).

    >>> from cds.operators.ask import ask
    >>> from cds.operators.series import DAYS_BEFORE, WINDOW, WINDOW_KIND
    >>> weights = {"2026-01-05 07:40": 81.0, "2026-01-06 07:00": 81.5, "2026-01-08 07:30": 83.0}
    >>> ask(rise_in, weights, at="2026-01-08 08:00", slots={WINDOW: 3, WINDOW_KIND: DAYS_BEFORE})
    (2.0, 2, '2026-01-08 07:30', 0)
    """
    return _from_extreme(series, now, parameters, used, scratch, -1.0)


def fall_in(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """The largest earlier reading of the window minus the newest, in the input's unit; negative after a rise.

    Unknown as `rise_in`.

    >>> from cds.operators.ask import ask
    >>> ask(fall_in, {"2026-01-06 07:00": 83.5, "2026-01-08 07:30": 81.0}, at="2026-01-08 08:00")
    (2.5, 2, '2026-01-08 07:30', 0)
    """
    return _from_extreme(series, now, parameters, used, scratch, 1.0)


def _from_extreme(series: Series, now: Now, parameters: Column, used: Column, scratch: Column, sign: float) -> Answer:
    """Newest minus smallest earlier (sign -1), or largest earlier minus newest (sign 1)."""
    start = window_opening(now, parameters)
    if start < now.supplied_from:
        return 0.0, 0, NO_TIME, NOT_SUPPLIED
    first = first_row(series.times, start)
    dates = parameters[WINDOW_KIND] != MINUTES
    row = newest_reading(series, start, start, dates, len(series.times) - 1)
    reason = newest_reason(series, now, parameters, first, dates, row)
    if not has_value(reason):
        return _without_other(series, row, used, reason)
    end = instant_starts(series.times, row)
    if parameters[BEYOND] > 0.0:
        other, other_reason = _extreme_in_step(series, first, end, row, dates, sign, parameters[BEYOND], scratch)
        if other == NO_ROW and other_reason != KNOWN:
            return _without_other(series, row, used, other_reason)
    else:
        other, other_reason = extreme(series, first, end, dates, sign)
    if other == NO_ROW:
        return _without_other(series, row, used, reason_for_none(series, first, end - 1, dates))
    if sign > 0.0:
        return difference(series, other, other_reason, row, reason, used)
    return difference(series, row, reason, other, other_reason, used)


def _extreme_in_step(
    series: Series, first: int, end: int, newest: int, dates: bool, sign: float, beyond: float, scratch: Column
) -> tuple[int, int]:
    """As `extreme` of rows first to end, of those in step with all from `first` on; why none may be taken, or KNOWN."""
    count = 0
    for row in range(first, len(series.times)):
        if has_value(series.quality[row]) and (dates or not series.attribute[row] & DATE_ONLY):
            if series.quality[row] != KNOWN:
                return NO_ROW, NOT_COMPUTABLE
            scratch[count] = series.values[row]
            count += 1
    is_telling = count >= LEAST_IN_STEP
    middle = middle_of(scratch, 0, count) if is_telling else series.values[newest]
    if is_beyond(series.values[newest], middle, beyond):
        return NO_ROW, CONFLICT
    best = NO_ROW
    for row in range(first, end):
        if not has_value(series.quality[row]) or (series.attribute[row] & DATE_ONLY and not dates):
            continue
        if is_beyond(series.values[row], middle, beyond):
            if not is_telling:
                return NO_ROW, CONFLICT
        elif best == NO_ROW or sign * series.values[row] > sign * series.values[best]:
            best = row
    return best, KNOWN


def newest_reason(series: Series, now: Now, parameters: Column, first: int, dates: bool, row: int) -> int:
    """Why the newest reading's value cannot be told (also when there is none), else its own reason."""
    if row == NO_ROW:
        return nothing_usable(series, first, dates)
    reason = reading_reason(series, now, dates, row)
    if has_value(reason) and is_too_old(now, parameters, series.times[row]):
        return TOO_OLD
    return reason


def reason_for_none(series: Series, first: int, last: int, dates: bool) -> int:
    """Why no row of first to last can be compared with: the reason of a real reading without value, else none there."""
    row = newest_reading(series, FIRST_TIME, FIRST_TIME, dates, last)
    return int(series.quality[row]) if row >= first else NO_EARLIER


def _without_other(series: Series, row: int, used: Column, reason: int) -> Answer:
    if row == NO_ROW:
        return 0.0, 0, NO_TIME, reason
    if len(used) > 0:
        used[row] = 1
    return 0.0, 1, series.times[row], reason


def difference(series: Series, left: int, left_reason: int, right: int, right_reason: int, used: Column) -> Answer:
    """Value of one row minus that of another; a bound of either leaves a bound, unless the two bounds pull apart."""
    if len(used) > 0:
        used[left] = 1
        used[right] = 1
    newest = series.times[left] if series.times[left] > series.times[right] else series.times[right]
    turned = right_reason
    if right_reason == AT_LEAST:
        turned = AT_MOST
    elif right_reason == AT_MOST:
        turned = AT_LEAST
    if left_reason != KNOWN and turned != KNOWN and left_reason != turned:
        return 0.0, 2, newest, NOT_COMPUTABLE
    reason = turned if left_reason == KNOWN else left_reason
    return series.values[left] - series.values[right], 2, newest, reason


def change(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """The newest reading minus the reading nearest to LAG before `at`, in the input's unit; of two as near the older.

    A lag in days or months is the same clock time on the civil day so long before. The other reading lies within
    TOLERANCE of that moment: elapsed minutes, or civil days before and after (24 hours each beside a lag in minutes).
    Nothing is interpolated. Unknown: not supplied back to the start of the tolerance; as `last_reading` for the
    newest; no earlier reading within the tolerance.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.series import DAYS_BEFORE
    >>> month = {LAG: 30, LAG_KIND: DAYS_BEFORE, TOLERANCE: 3, TOLERANCE_KIND: DAYS_BEFORE}
    >>> weights = {"2026-01-07 07:00": 84.0, "2026-01-10 07:00": 83.0, "2026-02-08 07:00": 81.0}
    >>> ask(change, weights, at="2026-02-08 08:00", slots=month)
    (-2.0, 2, '2026-02-08 07:00', 0)
    """
    start, target, end = _tolerated(now, parameters)
    if start < now.supplied_from:
        return 0.0, 0, NO_TIME, NOT_SUPPLIED
    row = newest_reading(series, FIRST_TIME, FIRST_TIME, True, len(series.times) - 1)
    reason = newest_reason(series, now, parameters, 0, True, row)
    if not has_value(reason):
        return _without_other(series, row, used, reason)
    newest = series.times[row]
    dates = parameters[LAG_KIND] != MINUTES and parameters[TOLERANCE_KIND] != MINUTES
    first = first_row(series.times, start)
    after = first_row(series.times, newest if newest < end else end)
    other = _nearest(series, first, after, dates, target)
    if other == NO_ROW:
        return _without_other(series, row, used, reason_for_none(series, first, after - 1, dates))
    other_reason = reading_reason(series, now, dates, other)
    if not has_value(other_reason):
        return _without_other(series, row, used, other_reason)
    return difference(series, row, reason, other, other_reason, used)


def _tolerated(now: Now, parameters: Column) -> tuple[int, int, int]:
    """Where the other reading of a change may lie: from, nearest to, and before which instant."""
    local = now.at + now.utc_offset * MICROSECONDS_PER_MINUTE
    day = local // MICROSECONDS_PER_DAY
    kind = int(parameters[LAG_KIND])
    if kind == MINUTES:
        target = now.at - microseconds(parameters[LAG])
    else:
        lag = whole(parameters[LAG])
        day = months_before(day, lag) if kind == MONTHS else day - lag
        target = instant_of(now, day * MICROSECONDS_PER_DAY + local % MICROSECONDS_PER_DAY)
    if kind == MINUTES or parameters[TOLERANCE_KIND] == MINUTES:
        tolerance = parameters[TOLERANCE]
        reach = microseconds(tolerance if parameters[TOLERANCE_KIND] == MINUTES else tolerance * 1440.0)
        return target - reach, target, target + reach + 1
    days = whole(parameters[TOLERANCE])
    start = instant_of(now, (day - days) * MICROSECONDS_PER_DAY)
    return start, target, instant_of(now, (day + days + 1) * MICROSECONDS_PER_DAY)


def _nearest(series: Series, first: int, end: int, dates: bool, target: int) -> int:
    """The reading nearest to `target` in rows first to end that has a value; NO_ROW when there is none.

    Of two as near the older; of several at one instant the last.
    """
    best = NO_ROW
    nearest = 0
    for row in range(first, end):
        if has_value(series.quality[row]) and (dates or not series.attribute[row] & DATE_ONLY):
            distance = series.times[row] - target
            if distance < 0:
                distance = -distance
            if best == NO_ROW or distance < nearest or series.times[row] == series.times[best]:
                best = row
                nearest = distance
    return best
