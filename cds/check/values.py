"""Values: operators over inputs they can read, with the fields they take and need."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from cds.check.amounts import fits, mismatch, unknown_unit
from cds.check.conditions import check_row_test
from cds.check.inputs import KIND_WORDS, READS_WORDS, reads_of
from cds.check.measuring import check_measuring
from cds.check.names import Names, Sort, part_needed
from cds.check.timing import check_time_limit
from cds.diagnostics import Diagnostic, closest
from cds.diagnostics.amounts import PairUnits
from cds.diagnostics.names import UnknownName, WrongKind
from cds.diagnostics.values import (
    InputNotTaken,
    NeverMet,
    OptionNeeded,
    OptionNotTaken,
    RequirementNotTaken,
    RoundingStep,
    SessionProblem,
    TwoWindows,
)
from cds.grammar import SHARES, Duration
from cds.model import Value
from cds.operators import OPERATORS, Operator
from cds.operators.sessions import MOST_SESSIONS

_WINDOWS: Final = ("last", "within")
_TIMES: Final[Mapping[str, tuple[str, ...]]] = {
    "late_after": ("elapsed time",),
    "on_time_within": ("elapsed time",),
    "holiday_from": ("civil days",),
    "stopped_after": ("civil days",),
}
_COUNTS: Final[Mapping[str, str]] = {"needed": "readings", "medicines_at_least": "medicines"}
_WHOLE: Final = ("readings", "days", "doses", "episodes", "medicines", "dispenses", "yes_no")  # counted one by one
_ALWAYS: Final = ("round", "show")
_FIELD_NAMES: Final = {"counted_in": "in"}
_OPTIONS: Final = tuple(each for each in Value.model_fields if each not in ("operator", "of", *_WINDOWS, *_ALWAYS))
_REQUIREMENTS: Final = {
    "readings": "`12 readings`",
    "days": "`4 days`",
    "apart": "`14 days apart`",
    "dispenses": "`2 dispenses`",
    "monitored": "`70 % monitored`",
    "worn": "`70 % worn`",
}
_COUNTED: Final = {"monitored": "% monitored", "worn": "% worn", "apart": "days apart"}


def check_values(names: Names) -> Iterator[Diagnostic]:
    """Everything wrong with the values of a file."""
    for name, value in names.model.values.items():
        operator = OPERATORS[value.operator]
        yield from _input(names, name, value, operator)
        yield from _options(names, name, value, operator)
        yield from _requirements(names, name, value, operator)
        yield from _sessions(names, name, value)
        yield from _stays(names, name, value)
        yield from _row_test(names, name, value)
        yield from _limits(names, name, value)
        yield from check_measuring(names, name, value)
        yield from _step(names, name, value)


def _input(names: Names, name: str, value: Value, operator: Operator) -> Iterator[Diagnostic]:
    place = names.file.place("values", name, value.operator)
    head, _, part = value.of.partition(".")
    reads = reads_of(names, value.of)
    if head not in names.model.inputs:
        yield names.missing(value.of, place, "input", tuple(names.model.inputs))
    elif part and names.concept(value.of) is None:
        concept = names.concept(head)
        near = closest(part, concept.parts) if concept else ""
        yield UnknownName.at(place, near=f"{head}.{near}" if near else "", name=value.of, kind="part")
    elif reads and reads not in operator.reads:
        needed = sorted({READS_WORDS[each] for each in operator.reads})
        found = READS_WORDS[reads]
        yield InputNotTaken.at(place, operator=operator.name, needed=_either(needed), name=value.of, found=found)


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else " or ".join(words)


def _options(names: Names, name: str, value: Value, operator: Operator) -> Iterator[Diagnostic]:
    takes = {*operator.window, *operator.options}
    given = [field for field in (*_WINDOWS, *_OPTIONS) if getattr(value, field) not in (None, (), {})]
    written = [_FIELD_NAMES.get(field, field) for field in given]
    for field in written:
        if field not in takes:
            allowed = ", ".join(f"`{each}`" for each in sorted({*takes, *_ALWAYS}))
            yield OptionNotTaken.at(
                names.key("values", name, field), near="", operator=operator.name, field=field, allowed=allowed
            )
    missing = [f"`{field}`" for field in sorted(operator.needs - set(written))]
    if operator.needs_window and not set(written) & set(_WINDOWS):
        missing.append(" or ".join(f"`{each}`" for each in sorted(operator.window)))
    for field in missing:
        yield OptionNeeded.at(names.key("values", name, operator.name), operator=operator.name, field=field)
    if value.last and value.within and operator.window >= set(_WINDOWS):
        place = names.key("values", name, "within")
        yield TwoWindows.at(place, also=names.key("values", name, "last"), name=name)


def _requirements(names: Names, name: str, value: Value, operator: Operator) -> Iterator[Diagnostic]:
    if value.require and "require" not in operator.options:
        return
    allowed = ", ".join(_REQUIREMENTS[each] for each in sorted(operator.requirements))
    for position, requirement in enumerate(value.require):
        spot = names.spot("values", name, "require", position)
        text = f"{requirement.amount:g} {_COUNTED.get(requirement.kind, requirement.kind)}"
        window = value.last or value.within
        if requirement.kind not in operator.requirements:
            yield RequirementNotTaken.at(spot.place, operator=operator.name, text=text, allowed=allowed)
        elif requirement.kind in SHARES and requirement.amount > 100:
            yield NeverMet.at(spot.place, text=text, window="100 %")
        elif requirement.kind in ("days", "apart") and window and requirement.amount > _most_days(window, value):
            yield NeverMet.at(spot.place, text=text, window=window.text)


def _most_days(window: Duration, value: Value) -> float:
    """Civil days that the window can touch, less those that are left out."""
    if window.is_elapsed:
        days = window.minutes / 1440 + 2
    else:
        days = window.amount * {"days": 1, "weeks": 7, "months": 31, "years": 366}[window.unit] + bool(value.within)
    return days - int(value.skip_first_days or 0) - (_days(value.leave_out_last) if value.leave_out_last else 0)


def _days(duration: Duration) -> int:
    """Civil days that a stretch surely holds."""
    return duration.amount * {"days": 1, "weeks": 7, "months": 28, "years": 365}.get(duration.unit, 0)


def _sessions(names: Names, name: str, value: Value) -> Iterator[Diagnostic]:
    place = names.key("values", name, "sessions")
    if len(value.sessions) > MOST_SESSIONS:
        yield SessionProblem.at(
            place,
            problem=f"{len(value.sessions)} sessions are more than {MOST_SESSIONS}",
            problem_nb=f"{len(value.sessions)} økter er mer enn {MOST_SESSIONS}",
        )
    in_order = sorted(value.sessions.items(), key=lambda each: (each[1].start, each[1].end))
    for (first, span), (second, later) in pairwise(in_order):
        if later.start < span.end:
            yield SessionProblem.at(
                names.key("values", name, "sessions", second),
                also=names.key("values", name, "sessions", first),
                problem=f"the sessions `{first}` and `{second}` overlap",
                problem_nb=f"øktene `{first}` og `{second}` overlapper",
            )
    if value.outside_sessions and not value.sessions:
        yield SessionProblem.at(
            names.key("values", name, "outside_sessions"),
            problem="`outside_sessions` is given, and there are no sessions",
            problem_nb="`outside_sessions` er oppgitt, og det finnes ingen økter",
        )


def _stays(names: Names, name: str, value: Value) -> Iterator[Diagnostic]:
    if value.stay_days and not value.stays:
        yield OptionNeeded.at(names.key("values", name, "stay_days"), operator="stay_days", field="`stays`")
    if value.stays is None:
        return
    place = names.file.place("values", name, "stays")
    given = names.model.inputs.get(value.stays)
    inputs = tuple(each for each, one in names.model.inputs.items() if one.stay)
    if given is None:
        yield names.missing(value.stays, place, "input", inputs)
    elif not given.stay:
        concept = names.concept(value.stays)
        found = KIND_WORDS[concept.kind if concept else "medicine"]
        yield WrongKind.at(place, name=value.stays, found=found, needed=KIND_WORDS["stay"])


def _row_test(names: Names, name: str, value: Value) -> Iterator[Diagnostic]:
    test = value.that_are
    if test is None:
        return
    concept = names.concept(value.of)
    if concept and concept.parts:
        place = names.file.place("values", name, value.operator)
        yield part_needed(value.of, tuple(concept.parts), place)
        return
    is_measured = concept and concept.kind == "measurement"
    left = Sort(concept.unit, is_reading=True, concept=concept) if concept and is_measured else None
    spot = names.spot("values", name, "that_are")
    yield from check_row_test(names, test, left, value.of, spot, only_limits=True)
    ends = [names.number(each.name) for each in (test.lower, test.upper) if each]
    single = next((each for each in ends if each and not each.pair), None)
    pair = next((each for each in ends if each and each.pair), None)
    if single and pair:
        expected, expected_nb = (f"`{pair.unit}` {word} `{pair.pair}`" for word in ("and", "og"))
        upper = test.upper if test.upper and ends[0] is pair else test.lower
        values = {"name": upper.name, "found": f"`{single.unit}`", "expected": expected, "expected_nb": expected_nb}
        yield PairUnits.at(single.place or spot.place, also=spot.part(upper.start, upper.end), **values)


def _limits(names: Names, name: str, value: Value) -> Iterator[Diagnostic]:
    for field in (*_TIMES, *_COUNTS):
        limit: str | None = getattr(value, field)
        if limit is None:
            continue
        spot = names.spot("values", name, field)
        sort = names.number(limit)
        if limit not in names.model.limits:
            yield names.missing(limit, spot.place, "limit", tuple(names.model.limits))
        elif field in _TIMES and sort:
            yield from check_time_limit(limit, sort, spot.place, field, _TIMES[field])
        elif field in _COUNTS and sort and not fits(_COUNTS[field], sort.unit):
            yield mismatch(spot.place, sort.place, f"`{field}`", _COUNTS[field], f"`{limit}`", sort.unit)


def _step(names: Names, name: str, value: Value) -> Iterator[Diagnostic]:
    if value.round is None:
        return
    spot = names.spot("values", name, "round")
    problem = unknown_unit(value.round.unit, spot.place)
    if problem:
        yield problem
        return
    if value.round.number <= 0:
        yield RoundingStep.at(spot.place, text=value.round.text)
    unit = _unit(names, name, value)
    if unit is not None and not fits(unit, value.round.unit):
        yield mismatch(spot.place, None, f"`{name}`", unit, "`round`", value.round.unit)


def _unit(names: Names, name: str, value: Value) -> str | None:
    parts = names.parts(value)
    sort = names.number(f"{name}.{parts[0]}" if parts else name)
    return sort.unit if sort and (sort.concept or OPERATORS[value.operator].result != "same") else None


def step_of(value: Value) -> Mapping[str, float]:
    """The step to which a value is rounded, or at which it is counted, by its unit; nothing when it has none."""
    if value.round:
        return {value.round.unit: value.round.number}
    return {"": 1.0} if OPERATORS[value.operator].result in _WHOLE else {}
