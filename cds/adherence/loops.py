"""Loops over many patients, in the subset that compiles: the same functions for lists and for arrays.

Rows of patient `i` are `offsets[i]` to `offsets[i + 1]`. A task is one answer that is asked for: of which patient, and
its windows. Results are written into the columns at the end of each argument list.
"""

from typing import Final, NamedTuple

from cds.operators.continuous import CarryOver, Events, Gaps, availability, event_gaps, ratio
from cds.operators.reasons import DAYS_NOT_KNOWN, IMPLAUSIBLE_ONLY, KNOWN, NOT_COMPUTABLE
from cds.operators.series import Column
from cds.operators.treatment import Episodes, Permitted, treatment_episodes
from cds.operators.windows_of_supply import shifted, whole_days

SOUND: Final = 0  # what is wrong with a row
NO_PATIENT: Final = 1
NO_DATE: Final = 2
DATE_NOT_READ: Final = 3
AFTER_AT: Final = 4
DAYS_NOT_STATED: Final = 5
DAYS_NOT_READ: Final = 6
DAYS_NOT_POSSIBLE: Final = 7
DOSE_NOT_KNOWN: Final = 8
MEDICATION_NOT_STATED: Final = 9
SAME_AGAIN: Final = 10

NO_DAY: Final = -(2**40)  # in the column of days: nothing stands there
UNREAD_DAY: Final = -(2**41)  # something stands there that is no day
SET_ASIDE: Final = AFTER_AT  # rows with a fault up to this one take part in nothing
LEAST_NUMBER: Final = -1e300  # what is below stands for no number


class Arrived(NamedTuple):
    """Columns as they arrived, by row. patient, medication: number, -1 = not stated.

    days, dose: NaN = not stated, -inf = no number.
    """

    patient: Column
    day: Column
    days: Column
    medication: Column
    dose: Column


class Tasks(NamedTuple):
    """What is asked: the patient's number, and the follow-up and observation window from day to day."""

    patient: Column
    opens: Column
    closes: Column
    starts: Column
    ends: Column


def take_rows(
    arrived: Arrived,
    order: Column,
    at: int,
    longest: float,
    needs_dose: int,
    needs_medication: int,
    events: Events,
    source: Column,
    offsets: Column,
    blocked: Column,
    fault: Column,
) -> int:
    """Put sound rows into `events`, in `order` (by patient, then day); how many they are.

    source: the row that each event was. offsets: one more than patients. blocked: why nothing can be said of a patient.
    fault: what is wrong with each row that arrived.
    """
    count = 0
    current = 0
    for place in range(len(order)):
        row = order[place]
        patient, day, days = arrived.patient[row], arrived.day[row], arrived.days[row]
        found = _fault(patient, day, days, at, longest)
        fault[row] = found
        while current < patient:
            current += 1
            offsets[current] = count
        if SOUND < found <= SET_ASIDE:
            if patient >= 0 and found != AFTER_AT:
                blocked[patient] = NOT_COMPUTABLE
            continue
        dose = arrived.dose[row] if arrived.dose[row] > 0.0 else 0.0
        is_named = arrived.medication[row] >= 0
        events.day[count], events.days[count] = day, (days if found == SOUND else 0.0)
        events.medication[count] = arrived.medication[row] if is_named else -2 - row
        events.dose[count], events.quality[count] = dose, _reason(found)
        if found == SOUND and needs_dose == 1 and dose == 0.0:
            fault[row] = DOSE_NOT_KNOWN
        elif found == SOUND and needs_medication == 1 and not is_named:
            fault[row] = MEDICATION_NOT_STATED
        elif found == SOUND and count > offsets[patient] and events.day[count - 1] == day and _is_again(events, count):
            fault[row] = SAME_AGAIN
        source[count] = row
        count += 1
    while current + 1 < len(offsets):
        current += 1
        offsets[current] = count
    return count


def _fault(patient: int, day: int, days: float, at: int, longest: float) -> int:
    """What is wrong with a row's patient, day or number of days."""
    if patient < 0:
        return NO_PATIENT
    if day <= NO_DAY:
        return NO_DATE if day == NO_DAY else DATE_NOT_READ
    if day > at:
        return AFTER_AT
    if 0.0 < days <= longest:
        return SOUND
    if days < LEAST_NUMBER:
        return DAYS_NOT_READ
    return DAYS_NOT_POSSIBLE if days == days else DAYS_NOT_STATED


def _reason(fault: int) -> int:
    if fault == SOUND:
        return KNOWN
    return IMPLAUSIBLE_ONLY if fault == DAYS_NOT_POSSIBLE else DAYS_NOT_KNOWN


def _is_again(events: Events, row: int) -> bool:
    """Whether the event before is of the same length, medication and dose; that there is one is certain."""
    return (
        events.days[row - 1] == events.days[row]
        and events.medication[row - 1] == events.medication[row]
        and events.dose[row - 1] == events.dose[row]
    )


def set_windows(
    offsets: Column,
    base: Column,
    start: int,
    start_unit: int,
    length: int,
    length_unit: int,
    own: Column,
    begins: Column,
    ends: Column,
) -> None:
    """Window of each patient: so much after `base`, or on the patient's `own` day where there are such days."""
    for patient in range(len(offsets) - 1):
        first = int(base[patient])
        day = own[patient] if len(own) > 0 else shifted(first, start, start_unit)
        begins[patient] = float(day)
        ends[patient] = float(shifted(day, length, length_unit))


def cut_windows(tasks: Tasks, after: float) -> None:
    """End every window at `after` at the latest: what lies later is not known yet."""
    for task in range(len(tasks.patient)):
        if tasks.closes[task] > after:
            tasks.closes[task] = after
        if tasks.ends[task] > after:
            tasks.ends[task] = after


def first_days(events: Events, offsets: Column, base: Column) -> None:
    """The day of each patient's first event; 0 where there is none."""
    for patient in range(len(offsets) - 1):
        base[patient] = events.day[offsets[patient]] if offsets[patient] < offsets[patient + 1] else 0


def estimate_all(
    measure: int,
    events: Events,
    offsets: Column,
    blocked: Column,
    tasks: Tasks,
    rule: CarryOver,
    gaps: Gaps,
    value: Column,
    reason: Column,
) -> None:
    """`availability` for every task."""
    for task in range(len(tasks.patient)):
        patient = tasks.patient[task]
        if blocked[patient] != KNOWN:
            value[task], reason[task] = 0.0, blocked[patient]
            continue
        value[task], reason[task] = availability(
            measure, events, offsets[patient], offsets[patient + 1], tasks.opens[task], tasks.closes[task],
            tasks.starts[task], tasks.ends[task], rule, gaps,
        )  # fmt: skip


def gaps_all(
    events: Events,
    offsets: Column,
    blocked: Column,
    tasks: Tasks,
    rule: CarryOver,
    gaps: Gaps,
    low: Column,
    high: Column,
) -> None:
    """`event_gaps` for every task, one for each patient at most; the rows that it judged."""
    for task in range(len(tasks.patient)):
        patient = tasks.patient[task]
        low[task], high[task] = 0, 0
        if (
            blocked[patient] == KNOWN
            and tasks.starts[task] >= tasks.opens[task]
            and tasks.ends[task] <= tasks.closes[task]
        ):
            low[task], high[task] = event_gaps(
                events, offsets[patient], offsets[patient + 1], tasks.opens[task], tasks.closes[task],
                tasks.starts[task], tasks.ends[task], rule, gaps,
            )  # fmt: skip


def episodes_all(
    events: Events,
    low: Column,
    high: Column,
    closes: Column,
    gaps: Gaps,
    permitted: Permitted,
    episodes: Episodes,
    count: Column,
) -> None:
    """`treatment_episodes` for every patient, whose episodes stand from place `low` on."""
    for patient in range(len(low)):
        count[patient] = treatment_episodes(
            events, low[patient], high[patient], closes[patient], gaps, permitted, episodes, low[patient]
        )


def mark_owners(offsets: Column, owner: Column) -> None:
    """The patient of each event."""
    for patient in range(len(offsets) - 1):
        for row in range(offsets[patient], offsets[patient + 1]):
            owner[row] = patient


def mark_events(
    events: Events, tasks: Tasks, offsets: Column, low: Column, high: Column, gaps: Gaps, nothing: float, kept: Column
) -> int:
    """The events of the follow-up window, in `kept`; how many. What was not judged is set to `nothing`.

    Intervals of events outside the observation window are no part of it, and are set to `nothing` too.
    """
    count = 0
    for task in range(len(tasks.patient)):
        patient = tasks.patient[task]
        for row in range(offsets[patient], offsets[patient + 1]):
            if not low[task] <= row < high[task]:
                gaps.interval[row], gaps.gap[row], gaps.carried[row] = nothing, nothing, nothing
            elif events.day[row] < tasks.starts[task]:
                gaps.interval[row] = nothing
            if tasks.opens[task] <= events.day[row] <= tasks.closes[task]:
                kept[count] = row
                count += 1
    return count


def count_windows(
    tasks: Tasks, start: int, start_unit: int, length: float, step: float, most: int, count: Column
) -> int:
    """How many windows of `length` days, `step` days apart, fit into each observation window; the sum of all.

    The first begins `start` after the observation window. most: no more than so many, evenly spread; 0 = by the step.
    """
    total = 0
    for task in range(len(tasks.patient)):
        begins = float(shifted(int(tasks.starts[task]), start, start_unit))
        room = tasks.ends[task] - begins - length
        count[task] = windows_in(room, length, step, most)
        total += count[task]
    return total


def windows_in(room: float, length: float, step: float, most: int) -> int:
    """How many windows begin within `room` days after the first one began.

    >>> windows_in(610.0, 120.0, 30.0, 0), windows_in(-1.0, 120.0, 30.0, 0), windows_in(90.0, 10.0, 30.0, 4)
    (21, 0, 4)
    """
    if room < 0.0:
        return 0
    if most == 1:
        return 1
    found = int(ratio(room, step_of(room, length, step, most))) + 1
    return most if most > 0 and found > most else found


def step_of(room: float, length: float, step: float, most: int) -> float:
    """Days from one window's start to the next: as asked, or so that `most` windows spread over the room."""
    if most < 2:
        return step
    spread = room / (most - 1)
    if spread > length:
        return length
    return spread if spread > 1.0 else 1.0


def fill_windows(
    tasks: Tasks,
    count: Column,
    start: int,
    start_unit: int,
    length: float,
    step: float,
    most: int,
    number: Column,
    made: Tasks,
) -> None:
    """The tasks of the windows that `count_windows` counted; number: which of its patient's windows, from 1."""
    place = 0
    for task in range(len(tasks.patient)):
        begins = float(shifted(int(tasks.starts[task]), start, start_unit))
        apart = step_of(tasks.ends[task] - begins - length, length, step, most)
        for each in range(count[task]):
            made.patient[place], number[place] = tasks.patient[task], each + 1
            made.opens[place], made.closes[place] = tasks.opens[task], tasks.closes[task]
            made.starts[place] = begins + whole_days(each * apart)
            made.ends[place] = made.starts[place] + length
            place += 1


def list_episodes(tasks: Tasks, low: Column, count: Column, kept: Column, number: Column) -> int:
    """Places of the episodes in `kept`, and which of its patient's each is; how many."""
    found = 0
    for task in range(len(tasks.patient)):
        for each in range(count[task]):
            kept[found], number[found] = low[task] + each, each + 1
            found += 1
    return found


def episode_tasks(
    tasks: Tasks,
    low: Column,
    count: Column,
    episodes: Episodes,
    as_reference: int,
    kept: Column,
    number: Column,
    made: Tasks,
) -> int:
    """A task for the part of each episode that lies in the observation window; how many.

    kept: the place of the episode; number: which of its patient's. as_reference: windows are cut to whole days.
    """
    found = 0
    for task in range(len(tasks.patient)):
        for each in range(count[task]):
            place = low[task] + each
            begins = float(episodes.start[place])
            ends = begins + episodes.lasts[place]
            starts = begins if begins > tasks.starts[task] else tasks.starts[task]
            until = ends if ends < tasks.ends[task] else tasks.ends[task]
            if starts < until:
                if as_reference == 1:
                    ends = begins + whole_days(episodes.lasts[place])
                    until = starts + whole_days(until - starts)
                kept[found], number[found] = place, each + 1
                made.patient[found], made.opens[found], made.closes[found] = tasks.patient[task], begins, ends
                made.starts[found], made.ends[found] = starts, until
                found += 1
    return found
