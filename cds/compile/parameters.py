"""What an author states of a value → the parameters that its operator is called with."""

from cds import model
from cds.codes import WAYS
from cds.compile.conditions import COMPARISONS
from cds.compile.scope import Scope
from cds.grammar import Duration
from cds.operators.aggregates import BEYOND, BY_DAY, DAY_GREATEST, DAY_LEAST, DAY_MEAN, DAY_MEDIAN, EVERY_READING
from cds.operators.baselines import BEST, LEAST_SPREAD
from cds.operators.changes import LAG, LAG_KIND, TOLERANCE, TOLERANCE_KIND
from cds.operators.counts import GAP_AT_MOST, NEEDED
from cds.operators.doses import DAY_STARTS, LATE_AFTER
from cds.operators.dosing import HOLIDAY, ON_TIME_WITHIN
from cds.operators.episodes import ENDS_AFTER, STARTS_AFTER
from cds.operators.episodes import GAP_AT_MOST as EPISODE_GAP
from cds.operators.outliers import STEP
from cds.operators.pairs import APART, ONE, OTHER
from cds.operators.readings import BACK, COUNTED_IN, IN_DAYS, IN_HOURS
from cds.operators.sensor import FROM_FIRST_READING, MG_PER_DL
from cds.operators.series import (
    DAYS,
    DAYS_BEFORE,
    FRESH,
    FRESH_KIND,
    LEAST_DAYS,
    LEAST_ROWS,
    LEAST_SHARE,
    LEFT_OUT,
    LEFT_OUT_KIND,
    LOWER,
    MINUTES,
    MONTHS,
    PAIR_LOWER,
    PAIR_UNIT,
    PAIR_UPPER,
    TEST,
    UPPER,
    WINDOW,
    WINDOW_KIND,
)
from cds.operators.sessions import (
    DISCARD_FIRST,
    KEEP_OUTSIDE,
    PER_SESSION,
    SESSION_BOUNDS,
    SESSIONS,
    SKIP_FIRST_DAYS,
)
from cds.operators.slots import GRACE, HAS_STAYS, SLOT_TIMES, SLOTS
from cds.operators.stays import COVERED, STAYS
from cds.operators.stays import LEFT_OUT as OUT_OF_TIME
from cds.operators.supply import (
    CARRY,
    FROM_FIRST,
    OF_ANY_MEDICINE,
    OF_NONE,
    OF_SAME_MEDICINE,
    SIDE_BY_SIDE,
    STOPPED_AFTER,
)
from cds.operators.time_in_range import FIRST_LEFT_OUT, GAP_BELOW, GAP_BELOW_KIND
from cds.operators.trends import DAYS_APART
from cds.phrases import RowTest
from cds.units import conversion, unit_id

DOSE_DAY_STARTS = 180  # 03:00, LANGUAGE: dose days start at 03:00 unless said
_LEAST = {
    "readings": LEAST_ROWS,
    "dispenses": LEAST_ROWS,
    "days": LEAST_DAYS,
    "apart": DAYS_APART,
    "monitored": LEAST_SHARE,
    "worn": LEAST_SHARE,
}
_CARRIED = {"same medicine": OF_SAME_MEDICINE, "any medicine": OF_ANY_MEDICINE, "none": OF_NONE}
_DAILY = {"mean": DAY_MEAN, "median": DAY_MEDIAN, "min": DAY_LEAST, "max": DAY_GREATEST}


def slots_of(scope: Scope, value: model.Value) -> tuple[dict[int, float], tuple[tuple[int, int], ...]]:
    """The parameters that the author stated, and those that limits fill in."""
    slots: dict[int, float] = {}
    bound: list[tuple[int, int]] = []
    if value.last or value.within:
        slots[WINDOW], slots[WINDOW_KIND] = window(value.last or value.within, within=value.within is not None)
    if value.newest_within:
        slots[FRESH], slots[FRESH_KIND] = window(value.newest_within, within=True)
    if value.leave_out_last:
        slots[LEFT_OUT], slots[LEFT_OUT_KIND] = window(value.leave_out_last, within=False)
    for requirement in value.require:
        slots[_LEAST[requirement.kind]] = requirement.amount
    if value.that_are:
        _row_test(scope, value.that_are, slots, bound)
    _OWN.get(value.operator, _nothing)(scope, value, slots, bound)
    return slots, tuple(bound)


def window(duration: Duration | None, within: bool) -> tuple[float, int]:
    """Length and kind of a window: minutes elapsed, civil days counting today or the days before, or months."""
    assert duration is not None
    if duration.is_elapsed:
        return float(duration.minutes), MINUTES
    if duration.unit in ("days", "weeks"):
        days = duration.amount * (7 if duration.unit == "weeks" else 1)
        return float(days), DAYS_BEFORE if within else DAYS
    return float(duration.amount * (12 if duration.unit == "years" else 1)), MONTHS


Slots = dict[int, float]
Bound = list[tuple[int, int]]


def _row_test(scope: Scope, test: RowTest, slots: Slots, bound: Bound) -> None:
    slots[TEST] = COMPARISONS[test.word]
    names = [(LOWER, PAIR_LOWER, test.lower.name)]
    if test.upper:
        names.append((UPPER, PAIR_UPPER, test.upper.name))
    for slot, pair_slot, name in names:
        limit = scope.limits[name]
        bound.append((slot, limit))
        if limit in scope.paired:
            pair = scope.paired[limit]
            slots[PAIR_UNIT] = float(unit_id(scope.builder.numbers[pair].unit))
            bound.append((pair_slot, pair))


def _nothing(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    """The operator has no parameters of its own."""


def _previous(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    slots[BACK] = float(value.back or 1)


def _time_since(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    slots[COUNTED_IN] = IN_HOURS if value.counted_in == "hours" else IN_DAYS


def _protocol(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    slots[SKIP_FIRST_DAYS] = float(value.skip_first_days or 0)
    slots[PER_SESSION] = float(value.per_session.removeprefix("first ")) if value.per_session else 0.0
    slots[DISCARD_FIRST] = float(value.discard_first_in_session == "yes")
    slots[KEEP_OUTSIDE] = float(value.outside_sessions == "kept")
    slots[SESSIONS] = float(len(value.sessions))
    for position, span in enumerate(value.sessions.values()):
        slots[SESSION_BOUNDS + 2 * position] = float(span.start)
        slots[SESSION_BOUNDS + 2 * position + 1] = float(span.end)


def _change(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    slots[LAG], slots[LAG_KIND] = window(value.over, within=True)
    if value.give_or_take:
        slots[TOLERANCE], slots[TOLERANCE_KIND] = window(value.give_or_take, within=True)
    else:
        slots[TOLERANCE], slots[TOLERANCE_KIND] = 0.0, slots[LAG_KIND]


def _aggregate(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    slots[BY_DAY] = float(_DAILY[value.each_day] if value.each_day else EVERY_READING)
    _in_step(scope, value, slots, bound)


def _in_step(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    if value.leave_out_beyond:
        bound.append((BEYOND, scope.limits[value.leave_out_beyond]))


def _worn(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    slots[FROM_FIRST_READING] = float(value.from_first_reading == "yes")


def _glucose(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    concept = scope.concept(value.of)
    factor = conversion(concept.unit, "mg/dL", concept.molar_mass) if concept else None
    slots[MG_PER_DL] = factor.numerator / factor.denominator if factor else 0.0


def _episodes(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    for slot, duration in (
        (EPISODE_GAP, value.gap_at_most),
        (STARTS_AFTER, value.lasting),
        (ENDS_AFTER, value.ends_after),
    ):
        slots[slot] = float(duration.minutes) if duration else 0.0


def _of_time(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    if value.gap_below:
        slots[GAP_BELOW], slots[GAP_BELOW_KIND] = window(value.gap_below, within=False)
    if value.leave_out_first:
        slots[FIRST_LEFT_OUT] = window(value.leave_out_first, within=False)[0]


def _z_score(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    if value.spread_at_least:
        bound.append((LEAST_SPREAD, scope.limits[value.spread_at_least]))


def _out_of_step(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    if value.by_more_than:
        bound.append((STEP, scope.limits[value.by_more_than]))


def _of_best(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    if value.best:
        bound.append((BEST, scope.limits[value.best]))


def _paired(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    one, _, other = (value.pair or "").split(" ")
    slots[ONE], slots[OTHER] = float(WAYS[one]), float(WAYS[other])
    slots[APART] = float(value.apart_at_most.minutes) if value.apart_at_most else 0.0


def _planned(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    slots[GRACE] = float(value.give_or_take.minutes) if value.give_or_take else 0.0
    slots[SLOTS] = float(len(value.at_times))
    slots[HAS_STAYS] = float(value.stays is not None)
    for place, minutes in enumerate(value.at_times):
        slots[SLOT_TIMES + place] = float(minutes)


def _consecutive(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    slots[GAP_AT_MOST] = float(value.gap_at_most.minutes) if value.gap_at_most else 0.0
    if value.needed:
        bound.append((NEEDED, scope.limits[value.needed]))


def _doses(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    starts = scope.model.inputs[value.of].day_starts
    slots[DAY_STARTS] = float(DOSE_DAY_STARTS if starts is None else starts)
    for slot, limit in (
        (LATE_AFTER, value.late_after),
        (ON_TIME_WITHIN, value.on_time_within),
        (HOLIDAY, value.holiday_from),
    ):
        if limit:
            bound.append((slot, scope.limits[limit]))


def _supply(scope: Scope, value: model.Value, slots: Slots, bound: Bound) -> None:
    slots[FROM_FIRST] = float(value.from_first_dispense == "yes")
    slots[CARRY] = float(_CARRIED[value.carry_over or "same medicine"])
    if value.stays:
        slots[STAYS] = float(COVERED if value.stay_days == "covered" else OUT_OF_TIME)
    for slot, limit in ((STOPPED_AFTER, value.stopped_after), (SIDE_BY_SIDE, value.medicines_at_least)):
        if limit:
            bound.append((slot, scope.limits[limit]))


_OWN = {
    "previous": _previous,
    "time_since": _time_since,
    "time_since_change": _time_since,
    **dict.fromkeys(
        (
            "percent_of_days_covered",
            "days_without_supply",
            "longest_without_supply",
            "treatment_episodes",
            "days_on_treatment",
        ),
        _supply,
    ),
    "protocol_mean": _protocol,
    **dict.fromkeys(("mean", "median", "sd", "cv", "min", "max"), _aggregate),
    **dict.fromkeys(("rise_in", "fall_in"), _in_step),
    "percent_worn": _worn,
    **dict.fromkeys(("gmi", "lbgi", "hbgi"), _glucose),
    **dict.fromkeys(("episodes", "episodes_per_day", "episode_length", "episode_mean"), _episodes),
    "percent_of_time": _of_time,
    "z_score": _z_score,
    "out_of_step": _out_of_step,
    "percent_of_best": _of_best,
    **dict.fromkeys(("paired_rise", "paired_fall", "paired_difference"), _paired),
    **dict.fromkeys(("missed_readings", "percent_received"), _planned),
    "change": _change,
    "consecutive": _consecutive,
    "missed_in_a_row": _doses,
    "days_with_late_dose": _doses,
    "share_taken": _doses,
    "doses_taken": _doses,
    "correct_dosing_days": _doses,
    "share_on_time": _doses,
    "drug_holidays": _doses,
    "longest_missed_in_a_row": _doses,
    "mean_lateness": _doses,
    "median_lateness": _doses,
}
