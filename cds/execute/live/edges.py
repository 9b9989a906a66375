"""Until when a number stands if nothing new comes: the next edge of a window, a day, a plan or a span.

An operator sees rows and the moment. Where it sees the moment through windows only, its answer stands until a row, or
the beginning of what was supplied, passes an edge of one: an elapsed window of `w` loses a row exactly `w` after the
row's time, a civil window moves at 00:00 of the patient's clock (a dose day where the ruleset says), and everything may
move where clocks are changed. What an operator does beside is told by one of the sets below; one that stands in none
is taken to say something else at every moment, which is never too late.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from cds.execute.single import RowsKey
from cds.operators import OPERATORS
from cds.operators.aggregates import worn
from cds.operators.doses import DAY_STARTS
from cds.operators.readings import COUNTED_IN, IN_DAYS
from cds.operators.sensor import FROM_FIRST_READING
from cds.operators.series import (
    DATE_ONLY,
    EVERYTHING,
    FIRST_TIME,
    FRESH,
    FRESH_KIND,
    LAST_TIME,
    LEAST_SHARE,
    LEFT_OUT,
    LEFT_OUT_KIND,
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_MINUTE,
    MINUTES,
    NO_REAL_TIME,
    SCRATCH_PER_ROW,
    WINDOW,
    WINDOW_KIND,
    Now,
    Series,
)
from cds.operators.slots import GRACE, MOST_SLOTS, SLOT_TIMES, SLOTS
from cds.operators.windows import day_of, first_row, instant_of, microseconds, window_opening
from cds.patient import Patient, Table, moment, table_of
from cds.periods import Zone, end_of_day
from cds.plan import Measure

_BY_WINDOW: Final = frozenset(
    "absent active consecutive correct_dosing_days count cv days_with days_with_late_dose diurnal_variability "
    "drug_holidays episode_length episode_mean episodes episodes_per_day fall_in gmi hbgi held_for last_reading lbgi "
    "longest_missed_in_a_row max mean mean_lateness median median_lateness min missed_in_a_row nth_newest out_of_step "
    "paired_difference paired_fall paired_rise percent_of_best percent_of_readings percent_of_time previous "
    "protocol_mean rise_in sd share_on_time share_taken slope z_score".split()
)
"""Operators that see the moment through their windows only."""

_BY_DAY: Final = frozenset(
    "days_from_first_dispense days_on_treatment days_supply days_with_dispense days_without_supply dispenses "
    "longest_without_supply medicines_at_once percent_of_days_covered treatment_episodes".split()
)
"""Operators that see the civil day besides."""

_BY_PLAN: Final = frozenset({"missed_readings", "percent_received"})
"""Operators that judge a planned time when its grace is over."""

_SINCE: Final = frozenset({"time_since", "time_since_change"})
"""Operators whose value runs on with the clock, unless they count in days."""

_LENGTHS: Final = ((WINDOW, WINDOW_KIND), (FRESH, FRESH_KIND), (LEFT_OUT, LEFT_OUT_KIND))


_MARGIN: Final = 1_000_000  # a second, for what floats round


def runs(measure: Measure, parameters: Sequence[float], has_answer: bool) -> bool:
    """Whether the value runs on with the clock, in one direction, while nothing else of the answer changes.

    has_answer: whether there is a value; what there is none of does not run.
    """
    if not has_answer:
        return False
    if measure.operator in _SINCE:
        return parameters[COUNTED_IN] != IN_DAYS
    is_from_first = parameters[FROM_FIRST_READING] != 0.0
    return measure.operator == "percent_worn" and not is_from_first and not _is_of_one_length(parameters)


def runs_straight(measure: Measure) -> bool:
    """Whether what runs on gains as much as the clock does."""
    return measure.operator in _SINCE


def stands(measure: Measure, parameters: Sequence[float], has_answer: bool) -> bool:
    """Whether the answer stays as it is from one edge to the next.

    A sensor that was not worn for long enough of the days until now will not have been until more comes of it.
    """
    if measure.operator in _BY_WINDOW:
        if measure.operator == "percent_of_time" and parameters[WINDOW_KIND] == MINUTES:
            return False
        is_as_long = not _asks_for_worn(measure, parameters) or _is_of_one_length(parameters)
        return is_as_long or (_is_until_now(parameters) and not has_answer)
    if measure.operator in _BY_DAY or measure.operator in _BY_PLAN:
        return True
    is_told = measure.operator in _SINCE or measure.operator == "percent_worn"
    return is_told and not runs(measure, parameters, has_answer)


def worn_until(measure: Measure, parameters: Sequence[float], series: Series, now: Now) -> int:
    """Until when at least a sensor has been worn for long enough, if nothing comes of it; FIRST_TIME = not told.

    Asked where it has been, and the window ends now: the share that it was worn falls with the length of the window.
    """
    if not (_asks_for_worn(measure, parameters) and _is_until_now(parameters)):
        return FIRST_TIME
    opens = window_opening(now, parameters)
    first, end = first_row(series.times, opens), len(series.times)
    start = series.times[first] if opens == FIRST_TIME and first < end else opens
    share = worn(series, now, parameters, first, end, [0.0] * (SCRATCH_PER_ROW * end))
    return start + int((now.at - start) * share / parameters[LEAST_SHARE]) - _MARGIN


def _asks_for_worn(measure: Measure, parameters: Sequence[float]) -> bool:
    return parameters[LEAST_SHARE] > 0.0 and "readings" in OPERATORS[measure.operator].reads


def _is_until_now(parameters: Sequence[float]) -> bool:
    """Whether the window begins with a day, and ends now."""
    return parameters[WINDOW_KIND] != MINUTES and parameters[LEFT_OUT_KIND] == EVERYTHING


def _is_of_one_length(parameters: Sequence[float]) -> bool:
    """Whether the window is as long at every moment, so that a share of it stands."""
    return parameters[WINDOW_KIND] == MINUTES and parameters[LEFT_OUT_KIND] in (EVERYTHING, MINUTES)


def next_edge(measure: Measure, parameters: Sequence[float], patient: Patient, at: int) -> int:
    """The first moment after `at` at which the answer may be another; LAST_TIME = never.

    For an answer that does not stand: at which it may be another but for what runs or slides from one moment to the
    next.
    """
    return min((each for each in _edges(measure, parameters, patient, at) if each > at), default=LAST_TIME)


def _edges(measure: Measure, parameters: Sequence[float], patient: Patient, at: int) -> Iterator[int]:
    tables = [table_of(patient, key) for key in measure.input.keys]
    for table in tables:
        yield next_known(table, at)
        if measure.input.beside or "spans" in OPERATORS[measure.operator].reads:
            yield min((int(end) for end in table.values if end > at), default=LAST_TIME)
        for length, kind in _LENGTHS:
            if parameters[kind] == MINUTES:
                yield from _leaving(table, microseconds(parameters[length]), at)
        if measure.operator == "absent" and parameters[WINDOW_KIND] == MINUTES:
            yield from _days_ended(table, microseconds(parameters[WINDOW]), patient.zone)
    if _sees_days(measure, parameters):
        yield next_day(patient.zone, at)
        yield next_clock_change(patient.zone, at)
        if "doses" in OPERATORS[measure.operator].reads:
            yield next_day(patient.zone, at, microseconds(parameters[DAY_STARTS]))
    if measure.operator in _BY_PLAN:
        yield from _judged(parameters, patient.zone, at)


def _sees_days(measure: Measure, parameters: Sequence[float]) -> bool:
    is_by_window = measure.operator in _BY_WINDOW
    return not is_by_window or any(parameters[kind] not in (EVERYTHING, MINUTES) for _, kind in _LENGTHS)


def _leaving(table: Table, length: int, at: int) -> Iterator[int]:
    """When the next row leaves an elapsed window, and when the window begins to lie in what was supplied."""
    row = bisect_right(table.times, at - length)
    if row < len(table.times):
        yield table.times[row] + length
    if NO_REAL_TIME < table.supplied_from < -NO_REAL_TIME:
        yield table.supplied_from + length - 1


def _days_ended(table: Table, length: int, zone: Zone) -> Iterator[int]:
    """When rows of which only the date is known have left an elapsed window whatever their clock time was."""
    for time, bits in zip(table.times, table.attribute, strict=True):
        if bits & DATE_ONLY:
            yield end_of_day(time, zone) + length - 1


def _judged(parameters: Sequence[float], zone: Zone, at: int) -> Iterator[int]:
    """The moments after which planned times whose grace is not over count as missed."""
    now, grace = moment(zone, at, FIRST_TIME), microseconds(parameters[GRACE])
    today = day_of(at, now.utc_offset)
    slots = [microseconds(parameters[SLOT_TIMES + slot]) for slot in range(min(int(parameters[SLOTS]), MOST_SLOTS))]
    for day in range(today - grace // MICROSECONDS_PER_DAY - 2, today + 1):
        for slot in slots:
            yield instant_of(now, day * MICROSECONDS_PER_DAY + slot) + grace + 1


def next_known(table: Table, at: int) -> int:
    """When the next row becomes known that is not known at `at`; LAST_TIME when all are."""
    if at >= table.all_known_from:
        return LAST_TIME
    known = map(max, table.times, table.recorded)
    return min((each for each in known if each > at), default=LAST_TIME)


def next_day(zone: Zone, at: int, day_starts: int = 0) -> int:
    """When the next day begins, `day_starts` microseconds after 00:00, unless clocks are changed before."""
    ahead = zone.offset_at(at) * MICROSECONDS_PER_MINUTE - day_starts
    return ((at + ahead) // MICROSECONDS_PER_DAY + 1) * MICROSECONDS_PER_DAY - ahead


def next_clock_change(zone: Zone, at: int) -> int:
    """When clocks are next put forward or back; LAST_TIME when never."""
    place = bisect_right(zone.transitions, at)
    return zone.transitions[place] if place < len(zone.transitions) else LAST_TIME


def same_rows(source: RowsKey, before: Patient, after: Patient, at: int, later: int) -> bool:
    """Whether an input has the same rows `later`, of the patient as it is then, as it had at `at`."""
    key, partner, _ = source
    return _has_same(key, before, after, at, later) and (not partner or _has_same(partner, before, after, at, later))


def _has_same(key: str, before: Patient, after: Patient, at: int, later: int) -> bool:
    is_same = before.tables.get(key) is after.tables.get(key)
    return is_same and next_known(table_of(after, key), at) > later
