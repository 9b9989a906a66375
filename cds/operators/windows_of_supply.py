"""Windows over supply events: civil days forward by a calendar, where a window begins among the events, and steps.

Days are whole days from 1970-01-01. Months and years follow the calendar; a day that the month does not have is the
first of the next one.
"""

import math
from typing import Final

from cds.operators.series import Column
from cds.operators.windows import civil_date, civil_day

DAYS: Final = 0
WEEKS: Final = 1
MONTHS: Final = 2
YEARS: Final = 3
UNTIL: Final = 4  # the amount is the day itself


def first_event(day: Column, first: int, end: int, moment: float) -> int:
    """The first of the rows `first` to `end` on or after a moment; `end` when there is none.

    >>> first_event([3, 5, 5, 8], 0, 4, 5.0), first_event([3, 5, 5, 8], 0, 4, 5.5), first_event([3, 5, 5, 8], 0, 4, 9.0)
    (1, 3, 4)
    """
    low = first
    high = end
    while low < high:
        middle = (low + high) // 2
        if day[middle] < moment:
            low = middle + 1
        else:
            high = middle
    return low


def first_event_after(day: Column, first: int, end: int, moment: float) -> int:
    """The first of the rows `first` to `end` later than a moment; `end` when there is none.

    >>> first_event_after([3, 5, 5, 8], 0, 4, 5.0), first_event_after([3, 5, 5, 8], 0, 4, 5.5)
    (3, 3)
    """
    low = first
    high = end
    while low < high:
        middle = (low + high) // 2
        if day[middle] <= moment:
            low = middle + 1
        else:
            high = middle
    return low


def shifted(day: int, amount: int, unit: int) -> int:
    """The civil day so much later; earlier when the amount is below 0; `amount` itself with UNTIL.

    >>> civil_date(shifted(civil_day(2028, 1, 31), 1, MONTHS)), civil_date(shifted(civil_day(2028, 2, 29), 1, YEARS))
    ((2028, 3, 1), (2029, 3, 1))
    """
    if unit == UNTIL:
        return amount
    if unit == DAYS:
        return day + amount
    if unit == WEEKS:
        return day + 7 * amount
    year, month, of_month = civil_date(day)
    counted = year * 12 + month - 1 + (amount * 12 if unit == YEARS else amount)
    following = counted + 1
    first = civil_day(counted // 12, counted % 12 + 1, 1)
    next_first = civil_day(following // 12, following % 12 + 1, 1)
    return next_first if of_month > next_first - first else first + of_month - 1


def whole_days(length: float) -> float:
    """The nearest whole number of days, of two equally near ones the even one.

    >>> whole_days(2.5), whole_days(3.5), whole_days(3.2)
    (2.0, 4.0, 3.0)
    """
    below = float(math.floor(length))
    beyond = length - below
    if beyond > 0.5 or (beyond == 0.5 and math.floor(below / 2.0) * 2.0 != below):
        return below + 1.0
    return below
