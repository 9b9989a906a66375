"""Stays, in hospital for instance, beside medicines that were handed out.

In hospital nobody takes what was handed out at home. So the days of a stay are taken out of time: what was left when it
began, and what is handed out later, lasts so much longer (CMS, adjustment of the proportion of days covered for
inpatient stays). They are the days from the one on which it begins up to the one on which it ends, which is none of
them; a stay that has not ended lasts through today. Rows of stays are spans as in `cds.operators.spans`, and may
overlap. Days counted without those of stays are called outside days here.
"""

from typing import Final

from cds.operators.reasons import KNOWN, NOT_SUPPLIED
from cds.operators.series import FIRST_TIME, MICROSECONDS_PER_DAY, OWN, Column, Now, Series
from cds.operators.windows import day_of, instant_of, offset_at

STAYS: Final = OWN + 4  # what becomes of days in a stay, one of the three below; the stays are the partner
NOT_ASKED: Final = 0
LEFT_OUT: Final = 1  # nobody judges them
COVERED: Final = 2  # they count as days with medicine
LOOK_BACK: Final = 366  # days: what was handed out, or began, earlier than this is not expected to last into a window


def stays_asked(partner: Series, parameters: Column) -> int:
    """How many rows of the partner are stays to look at."""
    return len(partner.times) if parameters[STAYS] != NOT_ASKED else 0


def why_stays_unknown(partner: Series, now: Now, parameters: Column, opens: int) -> int:
    """KNOWN, or why nobody can tell the stays that matter from the day `opens` on.

    Unknown: not supplied as far back as one may last into the days; one of them is not certain.
    """
    if parameters[STAYS] == NOT_ASKED:
        return KNOWN
    if instant_of(now, (opens - LOOK_BACK) * MICROSECONDS_PER_DAY) < now.partner_supplied_from:
        return NOT_SUPPLIED
    for stay in range(len(partner.times)):
        if partner.quality[stay] != KNOWN and _ends(partner, stay, now) > opens - LOOK_BACK:
            return int(partner.quality[stay])
    return KNOWN


def days_in_stays(partner: Series, stays: int, now: Now, day: int) -> int:
    """How many days before a civil day lie in one of the first `stays` rows of the partner.

    >>> from cds.operators.ask import rows_at
    >>> from cds.operators.series import LAST_TIME
    >>> partner = rows_at({"1970-01-03 09:00": 5 * 86_400e6, "1970-01-05": 8 * 86_400e6, "1970-01-10": LAST_TIME})
    >>> now = Now(11 * MICROSECONDS_PER_DAY, 0, FIRST_TIME, [FIRST_TIME], [0])
    >>> [days_in_stays(partner, 3, now, day) for day in (2, 4, 10, 12)]
    [0, 2, 7, 9]
    """
    total = 0
    reached = FIRST_TIME
    for stay in range(stays):
        begins, ends = _days_of(partner, stay, now, reached)
        if ends > day:
            ends = day
        if ends > begins:
            total += ends - begins
            reached = ends
    return total


def civil_day_of(partner: Series, stays: int, now: Now, outside: float, after: bool) -> float:
    """The civil day of an outside day; where a stay lies just there, the day `after` it, else the one that it begins.

    >>> from cds.operators.ask import rows_at
    >>> partner = rows_at({"1970-01-03": 5 * 86_400e6})
    >>> now = Now(11 * MICROSECONDS_PER_DAY, 0, FIRST_TIME, [FIRST_TIME], [0])
    >>> [civil_day_of(partner, 1, now, day, after) for day, after in ((2.0, False), (2.0, True), (3.0, False))]
    [2.0, 5.0, 6.0]
    """
    day = outside
    passed = 0
    reached = FIRST_TIME
    for stay in range(stays):
        begins, ends = _days_of(partner, stay, now, reached)
        if ends > begins:
            if begins - passed < outside or (after and begins - passed == outside):
                day += ends - begins
            passed += ends - begins
            reached = ends
    return day


def put_outside_days(series: Series, partner: Series, stays: int, now: Now, scratch: Column, place: int) -> None:
    """Write the outside day of every row into `scratch`, from `place` on."""
    for row in range(len(series.times)):
        day = day_of(series.times[row], series.utc_offset[row])
        scratch[place + row] = float(day - days_in_stays(partner, stays, now, day))


def mark_stays(series: Series, partner: Series, stays: int, now: Now, opens: int, used: Column) -> None:
    """Mark behind the rows of the series the certain stays that end after `opens` or after the first row marked."""
    n = len(series.times)
    if len(used) < n + stays:
        return
    since = opens
    for row in range(n):
        day = day_of(series.times[row], series.utc_offset[row])
        if used[row] != 0 and day < since:
            since = day
    for stay in range(stays):
        if partner.quality[stay] == KNOWN and _ends(partner, stay, now) > since:
            used[n + stay] = 1


def _days_of(partner: Series, stay: int, now: Now, reached: int) -> tuple[int, int]:
    """First day of a stay, not before `reached`, and the day after its last; one that is not certain has none."""
    begins = day_of(partner.times[stay], partner.utc_offset[stay])
    ends = _ends(partner, stay, now) if partner.quality[stay] == KNOWN else begins
    return (begins if begins > reached else reached), ends


def _ends(partner: Series, stay: int, now: Now) -> int:
    """The day after the last one of a stay, through today when it has not ended."""
    if not partner.values[stay] <= float(now.at):
        return day_of(now.at, now.utc_offset) + 1
    end = int(partner.values[stay]) if partner.values[stay] > partner.times[stay] else partner.times[stay]
    return day_of(end, offset_at(now, end))
