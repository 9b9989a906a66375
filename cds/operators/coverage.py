"""Days of a window covered by one, by every, or on average by each of a patient's medicines; stays are left out.

Rows are those of `cds.operators.supply`. A stay is taken out of time: its days are judged by nobody, and what was left
when it began lasts so much longer (CMS, adjustment of the proportion of days covered for inpatient stays).
"""

from typing import Final, NamedTuple

from cds.operators.continuous import ratio
from cds.operators.durations import Stays
from cds.operators.reasons import AT_LEAST, KNOWN, NO_DATA, NOT_COMPUTABLE, TOO_FEW
from cds.operators.series import FIRST_TIME, Column, Series
from cds.operators.supply import OF_SAME_MEDICINE, days_with, dispensed_from, lay_out
from cds.operators.windows import day_of

ANY: Final = 0
ALL: Final = 1
MEAN: Final = 2


class Asked(NamedTuple):
    """What is asked of the days. medicines: ANY, ALL or MEAN. carry: what waits, as in `cds.operators.supply`.

    from_first: 1 = the days begin with the first dispense in the window, and earlier ones do not count. least_dates,
    least_days: days with a dispense, and days judged, that there must be.
    """

    medicines: int
    carry: int
    from_first: int
    least_dates: int
    least_days: int


def coverage(
    series: Series, opens: int, closes: int, asked: Asked, used: Column, scratch: Column
) -> tuple[float, float, int, int]:
    """Days covered, days judged, how many medicines, and why the share is unknown, from `opens` up to `closes`.

    No row lies on `closes` or later. A dispense that lasts nobody knows how long leaves a bound: at least. Unknown:
    nothing was handed out (no data), too few dates or days, no day (not computable).
    """
    first, dates, _ = dispensed_from(series, opens)
    if len(series.times) == 0 or (asked.from_first == 1 and dates == 0):
        return 0.0, 0.0, 0, NO_DATA
    if asked.from_first == 1:
        opens = first
    days = float(closes - opens)
    if not days > 0.0:
        return 0.0, 0.0, 0, NOT_COMPUTABLE
    if dates < asked.least_dates or days < asked.least_days:
        return 0.0, days, 0, TOO_FEW
    n = len(series.times)
    carry = asked.carry if asked.medicines == ANY else OF_SAME_MEDICINE
    for row in range(n):
        scratch[3 * n + row] = float(day_of(series.times[row], series.utc_offset[row]))
    since = opens if asked.from_first == 1 else FIRST_TIME
    count, is_bound = lay_out(series, opens, closes, since, carry, used, scratch)
    medicines = _medicines(series, opens, asked.from_first == 1, scratch)
    covered = days_with(scratch, n, count, medicines if asked.medicines == ALL else 1) if count > 0 else 0.0
    if asked.medicines == MEAN:
        covered = ratio(_sum(scratch, n, n + count) - _sum(scratch, 0, count), float(medicines))
    return covered, days, medicines, AT_LEAST if is_bound and covered < days else KNOWN


def _medicines(series: Series, opens: int, from_first: bool, scratch: Column) -> int:
    """How many medicines were handed out since `opens`, or last until then; `lay_out` has put their rows in order."""
    n = len(series.times)
    count = 0
    medicine = 0
    is_counted = False
    left_until = 0.0
    for place in range(2 * n, 3 * n):
        row = int(scratch[place]) % n
        day = day_of(series.times[row], series.utc_offset[row])
        if place == 2 * n or series.group[row] != medicine:
            medicine = series.group[row]
            is_counted = False
            left_until = float(day)
        if left_until < day:
            left_until = float(day)
        if series.quality[row] == KNOWN:
            left_until += series.values[row]
        if not is_counted and (day >= opens or (left_until > opens and not from_first)):
            is_counted = True
            count += 1
    return count


def _sum(column: Column, low: int, high: int) -> float:
    total = 0.0
    for place in range(low, high):
        total += column[place]
    return total


def day_outside(day: float, stays: Stays, low: int, high: int) -> float:
    """A day counted without the days in hospital before it; a day in hospital is the one after the stay.

    >>> day_outside(10.0, Stays([2, 8], [5, 12]), 0, 2)
    5.0
    """
    outside = day
    for stay in range(low, high):
        if stays.start[stay] < day:
            ends = float(stays.end[stay]) if stays.end[stay] < day else day
            outside -= ends - stays.start[stay]
    return outside
