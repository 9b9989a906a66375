"""Fields of values that look at home measurements: sensors, baselines, pairs and planned times."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from cds.check.amounts import fits, mismatch
from cds.check.names import Names
from cds.codes import ATTRIBUTE_WORDS
from cds.diagnostics import Diagnostic
from cds.diagnostics.measuring import (
    GlucoseNeeded,
    NotContinuous,
    NothingLeft,
    PairProblem,
    PlannedTimesProblem,
    TwoWays,
)
from cds.diagnostics.values import WrongDuration
from cds.grammar import Duration
from cds.model import Value
from cds.operators import OPERATORS
from cds.operators.slots import MOST_SLOTS
from cds.units import conversion

_ELAPSED: Final = ("gap_at_most", "lasting", "ends_after", "apart_at_most")  # no months: their length varies
_WAYS: Final = {word: field for field in ("position", "arm", "meal") for word in ATTRIBUTE_WORDS[field]}
_FORMULAS: Final = ("gmi", "lbgi", "hbgi")


def check_measuring(names: Names, name: str, value: Value) -> Iterator[Diagnostic]:
    """Everything wrong with one value's fields about home measurements."""
    yield from _durations(names, name, value)
    yield from _continuous(names, name, value)
    yield from _glucose(names, name, value)
    yield from _left_out(names, name, value)
    yield from _pair(names, name, value)
    yield from _planned(names, name, value)
    yield from _own_unit(names, name, value)
    if value.leave_out_beyond and value.each_day:
        place = names.key("values", name, "leave_out_beyond")
        yield TwoWays.at(place, also=names.key("values", name, "each_day"), first="each_day", second="leave_out_beyond")


def _durations(names: Names, name: str, value: Value) -> Iterator[Diagnostic]:
    for field in (*_ELAPSED, "gap_below"):
        given: Duration | None = getattr(value, field)
        if given and not given.minutes:
            place = names.file.place("values", name, field)
            yield WrongDuration.at(place, field=field, text=given.text, expected="min, hours, days, weeks")
    first = value.leave_out_first
    if first and first.unit not in ("days", "weeks"):
        place = names.file.place("values", name, "leave_out_first")
        yield WrongDuration.at(place, field="leave_out_first", text=first.text, expected="days, weeks")
    planned = value.give_or_take if value.at_times else None
    if planned and not planned.is_elapsed:
        place = names.file.place("values", name, "give_or_take")
        yield WrongDuration.at(place, field="give_or_take", text=planned.text, expected="min, hours")
    if value.at_times and value.last and value.last.is_elapsed:
        place = names.file.place("values", name, "last")
        yield WrongDuration.at(place, field="last", text=value.last.text, expected="days, weeks, months")


def _continuous(names: Names, name: str, value: Value) -> Iterator[Diagnostic]:
    given = names.model.inputs.get(value.of.partition(".")[0])
    if given is None or given.kind == "continuous":
        return
    if OPERATORS[value.operator].is_continuous:
        yield NotContinuous.at(names.file.place("values", name, value.operator), text=value.operator, name=value.of)
    for position, each in enumerate(value.require):
        if each.kind == "worn":
            place = names.spot("values", name, "require", position).place
            yield NotContinuous.at(place, text=f"{each.amount:g} % worn", name=value.of)


def _glucose(names: Names, name: str, value: Value) -> Iterator[Diagnostic]:
    concept = names.concept(value.of)
    if value.operator not in _FORMULAS or concept is None:
        return
    if conversion(concept.unit, "mg/dL", concept.molar_mass) is None:
        place = names.file.place("values", name, value.operator)
        yield GlucoseNeeded.at(place, operator=value.operator, name=value.of)


def _left_out(names: Names, name: str, value: Value) -> Iterator[Diagnostic]:
    window = value.last or value.within
    if window is None or value.leave_out_last is None:
        return
    if _most_minutes(value.leave_out_last) >= _most_minutes(window):
        place = names.file.place("values", name, "leave_out_last")
        yield NothingLeft.at(place, text=value.leave_out_last.text, window=window.text)


def _most_minutes(duration: Duration) -> int:
    return duration.minutes or duration.amount * {"months": 31, "years": 366}[duration.unit] * 1440


def _pair(names: Names, name: str, value: Value) -> Iterator[Diagnostic]:
    if value.pair is None:
        return
    place = names.file.place("values", name, "pair")
    one, joined, other = value.pair.split(" ")
    fields = {_WAYS.get(one), _WAYS.get(other)}
    wanted = "and" if value.operator == "paired_difference" else "then"
    if one == other or len(fields) > 1 or None in fields:
        yield PairProblem.at(
            place,
            problem=f"`{one}` and `{other}` are not two positions, two arms or two meals",
            problem_nb=f"`{one}` og `{other}` er ikke to stillinger, to armer eller to måltider",
        )
    elif joined != wanted and "paired" in value.operator:
        yield PairProblem.at(
            place,
            problem=f"`{value.operator}` joins the two with `{wanted}`",
            problem_nb=f"`{value.operator}` knytter de to sammen med `{wanted}`",
        )
    given = names.model.inputs.get(value.of.partition(".")[0])
    for field in sorted(each for each in fields if each):
        if given and getattr(given, field):
            yield PairProblem.at(
                place,
                also=names.key("inputs", value.of.partition(".")[0], field),
                problem=f"the input keeps only one `{field}`, so there is no pair",
                problem_nb=f"inputen beholder bare én `{field}`, så det finnes ikke noe par",
            )


def _planned(names: Names, name: str, value: Value) -> Iterator[Diagnostic]:
    place = names.key("values", name, "at_times")
    if len(value.at_times) > MOST_SLOTS:
        yield PlannedTimesProblem.at(
            place,
            problem=f"{len(value.at_times)} planned times are more than {MOST_SLOTS}",
            problem_nb=f"{len(value.at_times)} planlagte tidspunkter er mer enn {MOST_SLOTS}",
        )
    grace = value.give_or_take.minutes if value.give_or_take else 0
    again = (*value.at_times, value.at_times[0] + 1440) if value.at_times else ()
    for first, second in pairwise(again):
        if second - first <= 2 * grace:
            yield PlannedTimesProblem.at(
                place,
                problem=f"{_clock(first)} and {_clock(second)} are not in order, or `give_or_take` lets them overlap",
                problem_nb=f"{_clock(first)} og {_clock(second)} er ikke i rekkefølge, eller de overlapper",
            )


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _own_unit(names: Names, name: str, value: Value) -> Iterator[Diagnostic]:
    """Limits that stand for a number of the input's own kind."""
    concept = names.concept(value.of)
    for field in ("spread_at_least", "best", "by_more_than", "leave_out_beyond"):
        limit: str | None = getattr(value, field)
        if limit is None:
            continue
        place = names.file.place("values", name, field)
        sort = names.number(limit)
        if limit not in names.model.limits:
            yield names.missing(limit, place, "limit", tuple(names.model.limits))
        elif sort and concept and concept.unit and not fits(concept.unit, sort.unit):
            yield mismatch(place, sort.place, f"`{value.of}`", concept.unit, f"`{limit}`", sort.unit)
