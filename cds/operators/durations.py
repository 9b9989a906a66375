"""How long each dispense lasts, from what was prescribed, what was dispensed, and stays in hospital.

Of one patient and one medication: prescriptions make a course of segments, each with one daily dose, 0 = interrupted;
a dispense lasts as long as its total dose does at the doses of the segments that it reaches. Days are whole days from
1970-01-01; OPEN ends stand for "still so".
"""

from typing import Final, NamedTuple

from cds.operators.continuous import ratio
from cds.operators.series import Column

OPEN: Final = 1e15
CONTINUE: Final = 0  # what happens to supply in a stay, or while the treatment is interrupted: it is used on
DISCARD: Final = 1  # the rest is lost
CARRY_OVER: Final = 2  # the rest waits until afterwards
NOT_PRESCRIBED: Final = -1.0  # duration of a dispense to which no prescription belongs


class Prescriptions(NamedTuple):
    """Prescriptions of one medication, oldest first. dose: units a day. lasts: days, OPEN = until something else."""

    day: Column
    dose: Column
    lasts: Column


class Course(NamedTuple):
    """Room for the segments of a course of treatment: from start up to end with one daily dose, 0 = interrupted."""

    start: Column
    end: Column
    dose: Column


class Pieces(NamedTuple):
    """Room for the parts of one dispense, of which each has one dose and one course of days.

    start: first day. lasts: days, NOT_PRESCRIBED = none can be told. dose: units a day, 0 = none. from_day, to_day: the
    segment. inside: days of it in a stay. waits: days of a stay after it for which the rest is kept.
    """

    start: Column
    lasts: Column
    dose: Column
    from_day: Column
    to_day: Column
    inside: Column
    waits: Column


class Stays(NamedTuple):
    """Stays in hospital by patient, from `start` up to `end`; those of one patient do not overlap, oldest first."""

    start: Column
    end: Column


class Handling(NamedTuple):
    """What happens to supply. interruption, stay: CONTINUE, DISCARD or CARRY_OVER.

    first_dispense: treatment begins with the first dispense when that is before the first prescription. renewal: a
    visit at which the medication was not prescribed interrupts it.
    """

    interruption: int
    stay: int
    first_dispense: int
    renewal: int


def course_of_treatment(
    prescriptions: Prescriptions,
    low: int,
    high: int,
    visits: Column,
    first_visit: int,
    last_visit: int,
    first_dispense: float,
    handling: Handling,
    course: Course,
    place: int,
) -> int:
    """Write the segments from `place` on, and return how many they are: at most two for each prescription and visit.

    visits: the days on which anything was prescribed, `first_visit` to `last_visit`; the prescriptions are those from
    `low` to `high`.
    """
    count = 0
    visit = first_visit
    is_limited = False  # whether the last prescription of the first segment has an end
    for row in range(low, high):
        day = float(prescriptions.day[row])
        while visit < last_visit and visits[visit] < day:
            if handling.renewal == 1 and row > low:
                count = _add_segment(course, place, count, float(visits[visit]), OPEN, 0.0)
            visit += 1
        if visit < last_visit and visits[visit] == day:
            visit += 1
        has_end = prescriptions.lasts[row] < OPEN
        end = day + prescriptions.lasts[row] if has_end else OPEN
        count = _add_segment(course, place, count, day, end, float(prescriptions.dose[row]))
        if count == 1:
            is_limited = has_end
    if handling.first_dispense == 1 and count > 0 and not is_limited and first_dispense < course.start[place]:
        course.start[place] = first_dispense
    return count


def _add_segment(course: Course, place: int, count: int, start: float, end: float, dose: float) -> int:
    """Append a segment: the one before ends where it begins, and one of the same dose is made longer."""
    if count > 0:
        last = place + count - 1
        if course.end[last] > start:
            course.end[last] = start
        elif course.end[last] < start:
            if course.dose[last] == 0.0:
                course.end[last] = start
            else:
                course.start[last + 1], course.end[last + 1], course.dose[last + 1] = course.end[last], start, 0.0
                count += 1
                last += 1
        if course.dose[last] == dose:
            course.end[last] = end
            return count
        if not course.start[last] < course.end[last]:
            count -= 1
    course.start[place + count], course.end[place + count], course.dose[place + count] = start, end, dose
    return count + 1


def interruptions(course: Course, place: int, count: int) -> int:
    """How many segments are interruptions."""
    found = 0
    for segment in range(place, place + count):
        if course.dose[segment] == 0.0:
            found += 1
    return found


def dispense_pieces(
    day: float,
    total: float,
    course: Course,
    place: int,
    count: int,
    stays: Stays,
    low: int,
    high: int,
    handling: Handling,
    pieces: Pieces,
    to: int,
) -> int:
    """Write the parts of a dispense of `total` units from `to` on, and return how many they are.

    The course stands in `place` and the following `count`; the stays are those from `low` to `high`. At most one part
    for each segment and two for each stay, and one more.
    """
    end = place + count
    segment = _segment_on(course, place, end, day)
    if segment == end:
        return _write(pieces, to, 0, day, NOT_PRESCRIBED, -1, course)
    written = 0
    left = total
    start = day
    while segment < end:
        source = segment
        if course.dose[segment] == 0.0:
            if handling.interruption == DISCARD:
                return written if written > 0 else _write(pieces, to, 0, start, 0.0, -1, course)
            if handling.interruption == CARRY_OVER or segment == place:
                segment += 1
                continue
            source = segment - 1
        if start < course.start[segment]:
            start = float(course.start[segment])
        until = OPEN if _goes_on(course, segment, end, source, handling) else float(course.end[segment])
        days = ratio(left, course.dose[source])
        written, days = _spread(start, days, until, source, course, stays, low, high, handling, pieces, to, written)
        if not days > 0.0:
            return written
        left = days * course.dose[source]
        segment += 1
    return written


def _segment_on(course: Course, place: int, end: int, day: float) -> int:
    """The segment that holds a day; `end` when there is none."""
    segment = place
    while segment < end and course.end[segment] <= day:
        segment += 1
    return end if segment < end and day < course.start[segment] else segment


def _goes_on(course: Course, segment: int, end: int, source: int, handling: Handling) -> bool:
    """Whether what is left at the end of a segment is used on at the same dose."""
    if segment + 1 == end or source != segment:
        return True
    return handling.interruption == CONTINUE and course.dose[segment + 1] == 0.0


def _spread(
    start: float,
    days: float,
    until: float,
    source: int,
    course: Course,
    stays: Stays,
    low: int,
    high: int,
    handling: Handling,
    pieces: Pieces,
    to: int,
    written: int,
) -> tuple[int, float]:
    """Lay `days` of supply from `start` to `until` at the latest, around the stays; how many parts, and days left."""
    stay = low
    while stay < high and stays.end[stay] <= start:
        stay += 1
    while handling.stay != CONTINUE and stay < high and stays.start[stay] < until:
        begins = float(stays.start[stay])
        before = begins - start if begins > start else 0.0
        if days <= before and before > 0.0:
            break
        written = _write(pieces, to, written, start, before, source, course)
        if handling.stay == DISCARD:
            return written, 0.0
        leaves = float(stays.end[stay]) if stays.end[stay] < until else until
        pieces.waits[to + written - 1] = leaves - (begins if begins > start else start)
        days -= before
        start = leaves
        stay += 1
        if start >= until:
            return written, days
    lasts = days if start + days <= until else until - start
    written = _write(pieces, to, written, start, lasts, source, course)
    if handling.stay == CONTINUE:
        pieces.inside[to + written - 1] = _inside(start, lasts, stays, stay, high)
    return written, days - lasts


def _inside(start: float, lasts: float, stays: Stays, low: int, high: int) -> float:
    """How many of the `lasts` days from `start` on lie in a stay."""
    total = 0.0
    for stay in range(low, high):
        begins = stays.start[stay] - start if stays.start[stay] > start else 0.0
        ends = stays.end[stay] - start if stays.end[stay] - start < lasts else lasts
        if ends > begins:
            total += ends - begins
    return total


def _write(pieces: Pieces, to: int, written: int, start: float, lasts: float, source: int, course: Course) -> int:
    """Append a part of the segment `source`, -1 = of none."""
    place = to + written
    pieces.start[place], pieces.lasts[place] = start, lasts
    pieces.inside[place], pieces.waits[place] = 0.0, 0.0
    pieces.dose[place] = course.dose[source] if source >= 0 else 0.0
    pieces.from_day[place] = course.start[source] if source >= 0 else -OPEN
    pieces.to_day[place] = course.end[source] if source >= 0 else OPEN
    return written + 1


def merge_stays(start: Column, end: Column, low: int, high: int) -> int:
    """Join stays that overlap, in place; `low` to `high` are one patient's by start. Before which row they then end."""
    if low == high:
        return low
    last = low
    for stay in range(low + 1, high):
        if start[stay] < end[last]:
            if end[stay] > end[last]:
                end[last] = end[stay]
        else:
            last += 1
            start[last], end[last] = start[stay], end[stay]
    return last + 1
