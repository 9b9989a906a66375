"""How close readings stand: the interval of a device that measures all the time, and how much of a time it was worn.

The interval is found from the patient's own readings, so a patient's answer never depends on anybody else's device.
"""

import math

from cds.operators.readings import has_value
from cds.operators.series import DATE_ONLY, MICROSECONDS_PER_MINUTE, Column, Series


def interval(series: Series, first: int, end: int, dates: bool, scratch: Column) -> tuple[float, int, int, int]:
    """The device's interval in whole minutes, at least 1; instants measured, the first and the newest of them.

    The median of the times between neighbouring instants with a value in rows first to end, rounded to whole minutes;
    0 when there are fewer than two instants. Writes to `scratch` from place len(series.times) on.

    >>> from cds.operators.ask import rows_at
    >>> five_minutes = rows_at({"2026-01-08 07:00": 5.0, "2026-01-08 07:05": 5.1, "2026-01-08 07:10:20": 5.2})
    >>> interval(five_minutes, 0, 3, True, [0.0] * 9)[:2]
    (5.0, 3)
    """
    place = len(series.times)
    count = 0
    oldest = 0
    newest = 0
    for row in range(first, end):
        if not has_value(series.quality[row]) or (series.attribute[row] & DATE_ONLY and not dates):
            continue
        time = series.times[row]
        if count == 0:
            oldest = time
        elif time == newest:
            continue
        else:
            scratch[place + count - 1] = float(time - newest) / MICROSECONDS_PER_MINUTE
        newest = time
        count += 1
    if count < 2:
        return 0.0, count, oldest, newest
    minutes = math.floor(middle_of(scratch, place, count - 1) + 0.5) * 1.0
    return (minutes if minutes >= 1.0 else 1.0), count, oldest, newest


def worn_percent(series: Series, first: int, end: int, dates: bool, start: int, closes: int, scratch: Column) -> float:
    """Instants measured, in percent of those that the device gives from `start` to before `closes`; at most 100.

    Source: iglu 4.3.0, `active_percent`, range type manual. -1 when the interval cannot be told.
    """
    minutes, count, _, _ = interval(series, first, end, dates, scratch)
    if minutes == 0.0 or closes <= start:
        return -1.0
    expected = float(closes - start) / MICROSECONDS_PER_MINUTE / minutes
    return _percent(float(count), expected)


def covered_percent(series: Series, first: int, end: int, dates: bool, scratch: Column) -> float:
    """As `worn_percent` from the first reading to the newest, less what the gaps between readings swallow.

    Source: iglu 4.3.0, `active_percent`, range type automatic. -1 when the interval cannot be told.
    """
    minutes, count, oldest, newest = interval(series, first, end, dates, scratch)
    if minutes == 0.0:
        return -1.0
    length = math.floor(float(newest - oldest) / MICROSECONDS_PER_MINUTE + 0.5)
    expected = math.floor(length / minutes + 0.5) + 1.0
    place = len(series.times)
    missing = 0.0
    gaps = 0
    for i in range(place, place + count - 1):
        if math.floor(scratch[i] + 0.5) > minutes:
            missing += scratch[i]
            gaps += 1
    missing = math.floor((missing - gaps * minutes) / minutes + 0.5)
    return _percent(expected - missing, expected)


def _percent(part: float, whole: float) -> float:
    """part of whole in percent, from 0 to 100; 100 of nothing."""
    if part >= whole or whole <= 0.0:
        return 100.0
    return 100.0 * part / whole if part > 0.0 else 0.0


def middle_of(numbers: Column, first: int, count: int) -> float:
    """Median of `count` numbers from place `first` on, at least one; changes their order."""
    middle = nth_smallest(numbers, first, count, count // 2)
    if count % 2 == 1:
        return middle
    below = numbers[first]
    for i in range(first + 1, first + count // 2):
        if numbers[i] > below:
            below = numbers[i]
    return (below + middle) / 2.0


def nth_smallest(numbers: Column, first: int, count: int, nth: int) -> float:
    """The number at place `nth` by size (0 = smallest); what is smaller stands before it afterwards (Hoare's select).

    >>> nth_smallest([4.0, 1.0, 3.0, 1.0], 0, 4, 2)
    3.0
    """
    low = first
    high = first + count - 1
    wanted = first + nth
    while low < high:
        pivot = numbers[wanted]
        left = low
        right = high
        while left <= right:
            while numbers[left] < pivot:
                left += 1
            while pivot < numbers[right]:
                right -= 1
            if left <= right:
                number = numbers[left]
                numbers[left] = numbers[right]
                numbers[right] = number
                left += 1
                right -= 1
        if right < wanted:
            low = left
        if wanted < left:
            high = right
    return numbers[wanted]
