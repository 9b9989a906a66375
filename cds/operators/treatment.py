"""Treatment episodes: how long a patient went on without a gap longer than is permitted (persistence)."""

from typing import Final, NamedTuple

from cds.operators.continuous import Events, Gaps
from cds.operators.series import Column

PERCENT: Final = 1  # the permissible gap is a percentage of the days that the event lasts


class Permitted(NamedTuple):
    """When a treatment episode ends.

    gap: days, or percent of the days supplied with is_percent. is_appended: those days still belong to the episode that
    ends. medication_change, dose_change: the next event begins a new episode when it is of another medication or dose.
    as_reference: the faults of the reference implementation are repeated.
    """

    gap: float
    is_percent: int
    is_appended: int
    medication_change: int
    dose_change: int
    as_reference: int


class Episodes(NamedTuple):
    """Room for one patient's episodes, as many as there are events.

    start: civil day. gap: days without supply after the last event. lasts: days from the start to the end.
    """

    start: Column
    gap: Column
    lasts: Column


def treatment_episodes(
    events: Events, low: int, high: int, closes: float, gaps: Gaps, permitted: Permitted, episodes: Episodes, place: int
) -> int:
    """Write the episodes of the events `low` to `high` from `place` on; how many there are.

    `gaps` is what `event_gaps` found in the follow-up window, which closes at `closes`. The last episode goes on to
    there unless its gap is longer than permitted.
    """
    count = 0
    begun = low
    for row in range(low, high):
        if row + 1 < high and not _ends_with(events, row, gaps, permitted):
            continue
        until = float(events.day[row + 1]) if row + 1 < high else closes
        episodes.start[place + count] = events.day[begun]
        episodes.gap[place + count] = gaps.gap[row]
        cut = _cut(events, row, row + 1 == high, gaps, permitted)
        if permitted.as_reference == 1 and row + 1 == high:
            cut = _cut_of_reference(events, row, count == 0, cut, gaps, permitted)
        episodes.lasts[place + count] = until - events.day[begun] - cut
        count += 1
        begun = row + 1
    return count


def _ends_with(events: Events, row: int, gaps: Gaps, permitted: Permitted) -> bool:
    """Whether an event that has a next one is the last of its episode."""
    if gaps.gap[row] > _limit(events, row, permitted):
        return True
    if permitted.medication_change == 1 and events.medication[row] != events.medication[row + 1]:
        return True
    if permitted.as_reference == 1:
        return False
    return permitted.dose_change == 1 and events.dose[row] != events.dose[row + 1]


def _cut(events: Events, row: int, is_last: bool, gaps: Gaps, permitted: Permitted) -> float:
    """Days without supply at the end that do not belong to the episode."""
    limit = _limit(events, row, permitted)
    gap = float(gaps.gap[row])
    if gap > limit:
        return gap - limit if permitted.is_appended == 1 else gap
    if is_last or permitted.is_appended == 1:
        return 0.0
    return gap


def _cut_of_reference(events: Events, row: int, is_only: bool, cut: float, gaps: Gaps, permitted: Permitted) -> float:
    """What the reference takes off the last episode: a gap as long as is permitted counts as longer, and the gap that
    should be appended to the only episode is taken off instead.
    """
    limit = _limit(events, row, permitted)
    if gaps.gap[row] < limit:
        return cut
    if permitted.is_appended == 0:
        return float(gaps.gap[row])
    return gaps.gap[row] + limit if is_only else cut


def _limit(events: Events, row: int, permitted: Permitted) -> float:
    return permitted.gap * events.days[row] / 100.0 if permitted.is_percent == 1 else float(permitted.gap)
