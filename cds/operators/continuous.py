"""How continuously a patient had medicine: events with their gaps and carry-over, and the measures CMA1 to CMA9.

An event is a supply: the civil day on which it began and the days that it lasts. Days are whole days from 1970-01-01;
moments within them are float. A window holds the days from its start up to its end; an event on the end day is its
last one, with an interval of no days. Rows `first` to `end` of the columns are one patient's, oldest first.

The follow-up window is the time for which supply is known, the observation window the time that is judged. Measures
after Vollmer et al. 2012, BMC Health Services Research 12:155 (CMA1 to CMA8), and Dima and Dediu 2017, PLoS ONE 12(4):
e0174426 (CMA9). What the reference implementation computes wrongly comes out as it does there only on request.
"""

from typing import Final, NamedTuple

from cds.operators.reasons import AT_LEAST, DAYS_NOT_KNOWN, KNOWN, NO_DATA, NOT_COMPUTABLE, TOO_FEW
from cds.operators.series import Column
from cds.operators.windows_of_supply import first_event, first_event_after, whole_days

CMA1: Final = 1
CMA2: Final = 2
CMA3: Final = 3
CMA4: Final = 4
CMA5: Final = 5
CMA6: Final = 6
CMA7: Final = 7
CMA8: Final = 8
CMA9: Final = 9


class Events(NamedTuple):
    """Supply events in columns, those of one patient together and oldest first; same-day events in their given order.

    day: civil day on which the supply begins. days: how long it lasts, 0 where that is not known. medication: its
    number. dose: units taken a day, 0 where not known. quality: 0, or the `Reason` why the days are not known.
    """

    day: Column
    days: Column
    medication: Column
    dose: Column
    quality: Column


class CarryOver(NamedTuple):
    """What is done with supply that is left when the next event begins; every field is 0 or 1.

    within: it is used before the new supply. into: what was left when the observation window starts, too.
    same_medication: only when the next event is of the same medication. dose_change: what is left is counted in days of
    the next event's dose. as_reference: the faults of the reference implementation are repeated.
    """

    within: int
    into: int
    same_medication: int
    dose_change: int
    as_reference: int


class Gaps(NamedTuple):
    """Room for what is found of each event, one place per row.

    interval: days from the event to the next one. gap: days of it without supply. carried: days left from before.
    """

    interval: Column
    gap: Column
    carried: Column


def event_gaps(
    events: Events,
    first: int,
    end: int,
    opens: float,
    closes: float,
    starts: float,
    ends: float,
    rule: CarryOver,
    gaps: Gaps,
) -> tuple[int, int]:
    """Interval, gap and carry-over of each event that counts; the rows from which and before which they lie.

    opens, closes: follow-up window; starts, ends: observation window inside it. Events before the observation window
    count only with `into`. The last interval ends with the observation window.

    >>> nothing = [0, 0, 0]
    >>> events = Events([0, 20, 60], [30.0, 30.0, 30.0], nothing, nothing, nothing)
    >>> gaps = Gaps([0.0] * 3, [0.0] * 3, [0.0] * 3)
    >>> event_gaps(events, 0, 3, 0.0, 100.0, 0.0, 100.0, CarryOver(1, 1, 0, 0, 0), gaps)
    (0, 3)
    >>> gaps.gap, gaps.carried
    ([0.0, 0.0, 10.0], [0.0, 10.0, 0.0])
    """
    low = first_event(events.day, first, end, opens if rule.into == 1 or starts < opens else starts)
    high = first_event_after(events.day, low, end, closes if closes < ends else ends)
    left = 0.0
    for row in range(low, high):
        until = float(events.day[row + 1]) if row + 1 < high else ends
        interval = until - events.day[row]
        without = interval - events.days[row] - left
        gaps.interval[row] = interval
        gaps.carried[row] = left
        gaps.gap[row] = without if without > 0.0 else 0.0
        left = 0.0
        if without < 0.0 and rule.within == 1 and row + 1 < high:
            left = _passed_on(events, row, -without, rule)
    return low, high


def _passed_on(events: Events, row: int, left: float, rule: CarryOver) -> float:
    """What the event after `row` takes over of the days that are left."""
    if rule.same_medication == 1 and events.medication[row] != events.medication[row + 1]:
        return 0.0
    if rule.dose_change == 1:
        return left * ratio(events.dose[row], events.dose[row + 1])
    return left


def availability(
    measure: int,
    events: Events,
    first: int,
    end: int,
    opens: float,
    closes: float,
    starts: float,
    ends: float,
    rule: CarryOver,
    gaps: Gaps,
) -> tuple[float, int]:
    """One of the measures CMA1 to CMA9 as a share (1 = always), and why it is unknown.

    `rule` is `carry_over_of(measure, …)`. Events that last nobody knows how long leave a bound: at least; CMA8 is
    then unknown, since where its window starts depends on them. Unknown: no event that tells anything (no data), fewer
    than two days with an event where the time between events is judged (too few), an observation window outside the
    follow-up window, or earlier supply that outlasts it in CMA8 (not computable).
    """
    if not starts < ends or starts < opens or ends > closes:
        return 0.0, NOT_COMPUTABLE
    if measure == CMA9:
        return _weighted_share(events, first, end, opens, closes, starts, ends, rule, gaps)
    if measure == CMA8:
        lagged = _after_earlier_supply(events, first, end, opens, closes, starts, ends, rule, gaps)
        if rule.as_reference == 1:
            ends = lagged + whole_days(ends - lagged)
        elif lagged >= ends:
            return 0.0, NOT_COMPUTABLE
        starts = lagged
    low, high = event_gaps(events, first, end, opens, closes, starts, ends, rule, gaps)
    inside = first_event(events.day, low, high, starts)
    reason = _certainty(events, low, high, rule)
    if reason == NOT_COMPUTABLE or (measure == CMA8 and reason != KNOWN):
        return 0.0, NOT_COMPUTABLE if reason == NOT_COMPUTABLE else DAYS_NOT_KNOWN
    if measure <= CMA4:
        value, found = _supplied_share(measure, events, inside, high, ends, rule)
    elif measure <= CMA6:
        value, found = _covered_share(measure, events, inside, high, ends, gaps)
    else:
        value, found = _window_share(events, low, inside, high, starts, ends, gaps)
    return _settled(measure, value, found, reason)


def _settled(measure: int, value: float, found: int, reason: int) -> tuple[float, int]:
    """The value, a bound where not every event is known; a share that cannot be more than 1 is known when it is."""
    if found != KNOWN:
        return 0.0, found
    if measure > CMA2 and value >= 1.0:
        return 1.0, KNOWN
    return value, reason


def _certainty(events: Events, low: int, high: int, rule: CarryOver) -> int:
    """KNOWN, AT_LEAST where nobody knows how long an event lasts, NOT_COMPUTABLE where a dose that is needed is not."""
    reason = KNOWN
    for row in range(low, high):
        if rule.dose_change == 1 and not events.dose[row] > 0.0:
            return NOT_COMPUTABLE
        if events.quality[row] != KNOWN:
            reason = AT_LEAST
    return reason


def _supplied_share(
    measure: int, events: Events, inside: int, high: int, ends: float, rule: CarryOver
) -> tuple[float, int]:
    """CMA1 to CMA4: days supplied over the days from the first event to the last one (1, 3) or the window's end (2, 4).

    What begins on the end day supplies no day of the window; the reference counts it in full.
    """
    last = high - 1
    if measure == CMA2 or measure == CMA4:
        last = high if rule.as_reference == 1 else first_event(events.day, inside, high, ends)
        if last <= inside:
            return 0.0, NO_DATA
        whole = ends - events.day[inside]
    else:
        if last <= inside:
            return 0.0, NO_DATA if last < inside else TOO_FEW
        whole = float(events.day[last] - events.day[inside])
    if not whole > 0.0:
        if rule.as_reference == 1 and measure == CMA4:
            return 1.0, KNOWN
        return 0.0, TOO_FEW if last < high else NOT_COMPUTABLE
    supplied = 0.0
    for row in range(inside, last):
        supplied += events.days[row]
    return ratio(supplied, whole), KNOWN


def _covered_share(measure: int, events: Events, inside: int, high: int, ends: float, gaps: Gaps) -> tuple[float, int]:
    """CMA5 and CMA6: days without a gap from the first event to the last one (5) or the window's end (6)."""
    if high <= inside:
        return 0.0, NO_DATA
    last = high - 1 if measure == CMA5 else high
    until = float(events.day[high - 1]) if measure == CMA5 else ends
    whole = until - events.day[inside]
    if not whole > 0.0:
        return 0.0, TOO_FEW if measure == CMA5 else NOT_COMPUTABLE
    return 1.0 - ratio(_sum(gaps.gap, inside, last), whole), KNOWN


def _window_share(
    events: Events, low: int, inside: int, high: int, starts: float, ends: float, gaps: Gaps
) -> tuple[float, int]:
    """CMA7 and CMA8: days without a gap over all days of the window, supply from before it counted."""
    if high <= low:
        return 0.0, NO_DATA
    whole = ends - starts
    if inside == high:
        gap = gaps.gap[high - 1]
        return (1.0 - ratio(gap, whole) if gap < whole else 0.0), KNOWN
    gap = events.day[inside] - starts
    if inside > low and gaps.gap[inside - 1] < gap:
        gap = gaps.gap[inside - 1]
    return 1.0 - ratio(gap + _sum(gaps.gap, inside, high), whole), KNOWN


def _after_earlier_supply(
    events: Events,
    first: int,
    end: int,
    opens: float,
    closes: float,
    starts: float,
    ends: float,
    rule: CarryOver,
    gaps: Gaps,
) -> float:
    """When the supply from before the observation window is used up; `starts` where it was by then."""
    low, high = event_gaps(events, first, end, opens, closes, starts, ends, rule, gaps)
    lagged = starts
    for row in range(low, first_event(events.day, low, high, starts)):
        until = events.day[row] + events.days[row] + gaps.carried[row]
        if until > lagged:
            lagged = until
    return lagged


def _weighted_share(
    events: Events,
    first: int,
    end: int,
    opens: float,
    closes: float,
    starts: float,
    ends: float,
    rule: CarryOver,
    gaps: Gaps,
) -> tuple[float, int]:
    """CMA9: every day counts as much as its interval between events was covered, over all days of the window."""
    low, high = event_gaps(events, first, end, opens, closes, opens, closes, rule, gaps)
    reason = _certainty(events, low, high, rule)
    if reason == NOT_COMPUTABLE:
        return 0.0, NOT_COMPUTABLE
    if high <= low or events.day[low] > ends:
        return 0.0, NO_DATA
    covered = 0.0
    for row in range(low, high):
        begins = float(events.day[row])
        stops = begins + gaps.interval[row]
        inside = (stops if stops < ends else ends) - (begins if begins > starts else starts)
        if inside > 0.0:
            covered += (1.0 - ratio(gaps.gap[row], gaps.interval[row])) * inside
    return _settled(CMA9, ratio(covered, ends - starts), KNOWN, reason)


def _sum(column: Column, low: int, high: int) -> float:
    total = 0.0
    for row in range(low, high):
        total += column[row]
    return total


def ratio(part: float, whole: float) -> float:
    """part / whole; 0 where the whole is not above 0."""
    if not whole > 0.0:
        return 0.0
    return part / whole
