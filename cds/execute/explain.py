"""Findings and explanations of one patient's evaluation; nothing here decides anything."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import Final

from cds.codes import Attribute
from cds.execute.single import Evaluation, Verdict, reason_of
from cds.operators.logic import (
    ABOVE,
    AT_LEAST_OF,
    AT_MOST_OF,
    BELOW,
)
from cds.operators.reasons import FALSE, KNOWN, NOT_SET, TRUE, Reason
from cds.operators.series import (
    DATE_ONLY,
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_MINUTE,
    NO_REAL_TIME,
    WINDOW,
    WINDOW_KIND,
)
from cds.operators.stays import days_in_stays
from cds.operators.windows import day_of
from cds.patient import Patient, Table, moment, series_of, table_of
from cds.periods import Zone
from cds.plan import (
    NONE,
    And,
    Colour,
    Compare,
    Condition,
    Fact,
    Fires,
    Input,
    IsKnown,
    IsTrue,
    Limit,
    Matches,
    Measure,
    Not,
    Or,
    PairedLimit,
    Plan,
    Rounded,
    Rule,
    Texts,
    numbers_behind,
)
from cds.result import Explanation, Finding, Reading, Result, Shown, State, Step, Told, Used
from cds.units import unit_name

RELATIONS = {ABOVE: "is above", AT_LEAST_OF: "is at least", BELOW: "is below", AT_MOST_OF: "is at most"}
_SPANS: Final = ("conditions", "devices", "medicines", "stays")  # what a patient has for some time
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_REAL_TIME = 2**57  # some 4,500 years from now; things that always were may stand a little after FIRST_TIME


def evaluate(plan: Plan, patient: Patient, at: int) -> Result:
    """Every rule's finding for one patient at `at` (microseconds UTC)."""
    return result_of(Evaluation(plan, patient, at))


def result_of(evaluation: Evaluation) -> Result:
    """Every rule's finding of an evaluation."""
    plan, patient, at = evaluation.plan, evaluation.patient, evaluation.at
    findings = tuple(finding_of(evaluation, index, rule) for index, rule in enumerate(plan.rules))
    issues = (*patient.issues, *evaluation.resolved().issues)
    when = iso_time(at, patient.zone)
    in_force = tuple(each for each in patient.plan_actions if each.since <= at < each.until)
    return Result(patient.id, when, patient.zone.name, findings, plan.heads, plan.hash, issues, in_force)


def iso_time(at: int, zone: Zone, date_only: bool = False) -> str:
    """ISO 8601 in the patient's zone; a bare date when the clock is not known, "" for never and for always."""
    if abs(at) > _NO_REAL_TIME:
        return ""
    local = timezone(timedelta(minutes=zone.offset_at(at)))
    text = (_EPOCH + timedelta(microseconds=at)).astimezone(local).isoformat()
    return text[:10] if date_only else text


def finding_of(evaluation: Evaluation, index: int, rule: Rule) -> Finding:
    """What an evaluation says of the rule at this position of its plan."""
    verdict = evaluation.verdict(index)
    plan = evaluation.plan
    number, limit = evaluation.shown(rule, verdict)
    value, value_reason = evaluation.number(number) if number != NONE else (0.0, Reason.no_data)
    bound, bound_reason = evaluation.number(limit) if limit != NONE else (0.0, Reason.no_data)
    limit_name, limit_origin = (plan.numbers[limit].name, evaluation.origin(limit)) if limit != NONE else ("", None)
    hidden_by = plan.rules[verdict.hidden_by].id if verdict.hidden_by != NONE else ""
    hiders = tuple([plan.rules[each].id for each in rule.hidden_by]) if rule.hidden_by else ()
    return Finding(
        rule,
        plan.head(rule.ruleset),
        verdict.status,
        verdict.colour,
        reason_of(verdict.reason),
        verdict.uncertain,
        value if value_reason == KNOWN else None,
        bound if bound_reason == KNOWN else None,
        limit_name,
        limit_origin,
        hidden_by,
        hiders,
        _clears(evaluation, rule),
        partial(explanation, evaluation, rule, verdict),
        partial(told, evaluation, rule, verdict),
    )


def _clears(evaluation: Evaluation, rule: Rule) -> State:
    """Whether what must hold before the rule's alarm closes does hold."""
    return _STATES.get(evaluation.state(rule.clear_when)[0], "unknown") if rule.clear_when else "true"


def told(evaluation: Evaluation, rule: Rule, verdict: Verdict) -> Told:
    """What the finding's texts speak of."""
    names = _names(evaluation, rule, verdict)
    is_answer = "value" in names and _is_answer(evaluation, rule, names["value"])
    if verdict.reason == KNOWN:
        return Told(names, is_answer)
    untold = [each for each in _numbers_of(evaluation, rule) if evaluation.number(each)[1] == verdict.reason]
    used = tuple(_used(evaluation, each, with_readings=False) for each in untold)
    return Told(names, is_answer, used, _blocked_by(evaluation, rule))


def _is_answer(evaluation: Evaluation, rule: Rule, value: Shown) -> bool:
    """Whether what is shown is what a condition of the rule asks for by yes or no."""
    said = replace(value, against=())
    asked = (number for each in _conditions_of(rule) for number in _yes_or_no(each))
    return any(said == _shown(evaluation, number) for number in asked)


def _conditions_of(rule: Rule) -> tuple[Condition, ...]:
    return rule.applies, *(level.condition for level in rule.levels)


def _numbers_of(evaluation: Evaluation, rule: Rule) -> Iterable[int]:
    """Every number that the rule's conditions rest on."""
    return numbers_behind(evaluation.plan, _conditions_of(rule), into_limits=False)


def explanation(evaluation: Evaluation, rule: Rule, verdict: Verdict) -> Explanation:
    """What the finding rests on: the tree of every colour's condition, and each number with its readings."""
    plan = evaluation.plan
    applies = _step(evaluation, rule.applies)
    levels: tuple[tuple[Colour, Step], ...] = tuple(
        (level.colour, _step(evaluation, level.condition)) for level in rule.levels
    )
    return Explanation(
        applies=applies,
        levels=levels,
        numbers=tuple(_used(evaluation, index) for index in _numbers_of(evaluation, rule)),
        names=_names(evaluation, rule, verdict),
        citation=plan.head(rule.ruleset).sources.get(rule.source, ""),
        blocked_by=_blocked_by(evaluation, rule),
    )


def _blocked_by(evaluation: Evaluation, rule: Rule) -> str:
    """The first rule that keeps this one from being told, "" when there is none."""
    is_in_question = evaluation.state(rule.applies)[0] == TRUE
    blocking = (each for each in rule.unknown_while if is_in_question and _blocks(evaluation, each))
    return next((evaluation.plan.rules[each].id for each in blocking), "")


def _blocks(evaluation: Evaluation, rule: int) -> bool:
    return evaluation.verdict(rule).status in ("fired", "unknown", "unconfirmed")


def _names(evaluation: Evaluation, rule: Rule, verdict: Verdict) -> dict[str, Shown]:
    """What each placeholder of the rule's texts stands for."""
    number, limit = evaluation.shown(rule, verdict)
    tests = [test for level in rule.levels for test in _comparisons(level.condition)]
    arrived: dict[int, int] = {}
    against: dict[int, list[int]] = {}
    for each in tests:
        left, right = evaluation.sides(each)
        arrived |= {each.left: left, each.right: right}
        against.setdefault(left, []).append(right)
    names = {name: arrived.get(index, index) for name, index in rule.names.items()}
    shown = {name: _shown(evaluation, index, against.get(index, ())) for name, index in names.items()}
    if number != NONE:
        shown["value"] = _shown(evaluation, number, against.get(number, ()))
    if limit != NONE:
        shown["limit"] = _shown(evaluation, limit)
    return shown


def _comparisons(condition: Condition) -> Iterator[Compare]:
    match condition:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _comparisons(part)
        case Not(part):
            yield from _comparisons(part)
        case Compare():
            yield condition
        case _:
            pass


def _yes_or_no(condition: Condition) -> Iterator[int]:
    """The numbers that a condition asks for by yes or no."""
    match condition:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _yes_or_no(part)
        case Not(part):
            yield from _yes_or_no(part)
        case IsTrue(number):
            yield number
        case _:
            pass


def _shown(evaluation: Evaluation, index: int, against: Sequence[int] = ()) -> Shown:
    value, reason = evaluation.number(index)
    number = evaluation.plan.numbers[index]
    others = [evaluation.number(each) for each in against]
    newest = _newest(evaluation, index)
    decimals = (
        NONE if evaluation.stated(index) in evaluation.resolved().own else number.decimals
    )  # a patient's 1.5 kg is not 2 kg
    compared = tuple(value for value, why in others if why == KNOWN)
    measured = _measured(evaluation, index)
    key = measured[1].input.key if measured else ""
    return Shown(value, reason_of(reason), number.unit, decimals, newest, compared, key)


def _measured(evaluation: Evaluation, index: int) -> tuple[int, Measure] | None:
    """The measure that a number is, before it is rounded, and its position; None when it is none."""
    number = evaluation.plan.numbers[index]
    while isinstance(number, Rounded):
        index = number.of
        number = evaluation.plan.numbers[index]
    return (index, number) if isinstance(number, Measure) else None


def _newest(evaluation: Evaluation, index: int) -> str:
    measured = _measured(evaluation, index)
    if measured is None:
        return ""
    newest, key = evaluation.answer(*measured)[2], measured[1].input.key
    table = table_of(evaluation.patient, key)
    rows = range(bisect_left(table.times, newest), bisect_right(table.times, newest))
    return _row_time(evaluation, key, newest, any(table.attribute[row] & DATE_ONLY for row in rows))


def _row_time(evaluation: Evaluation, key: str, time: int, is_date_only: bool) -> str:
    """When a row was; a span that begins at 00:00 was stated by its day."""
    zone = evaluation.patient.zone
    local = time + zone.offset_at(time) * MICROSECONDS_PER_MINUTE
    is_day = key.partition(".")[0] in _SPANS and local % MICROSECONDS_PER_DAY == 0
    return iso_time(time, zone, is_date_only or is_day)


def _used(evaluation: Evaluation, index: int, *, with_readings: bool = True) -> Used:
    number = evaluation.plan.numbers[index]
    shown = _shown(evaluation, index)
    match number:
        case Measure():
            readings = tuple(_readings(evaluation, index, number)) if with_readings else ()
            parameters, _ = evaluation.parameters(number)
            window = parameters[WINDOW], int(parameters[WINDOW_KIND])
            source = number.input
            return Used(
                number.name,
                number.operator,
                source.name,
                shown,
                readings,
                window=window,
                key=source.key,
                input_label=source.label,
            )
        case Limit() | PairedLimit():
            origin, label = evaluation.origin(index), _label(evaluation.plan, index)
            return Used(number.name, "", "", shown, origin=origin, label=label)
        case Fact():
            return Used(number.name, "", "", shown, key=number.name)
        case _:
            return Used(number.name, "", "", shown)


def used_rows(evaluation: Evaluation, index: int, measure: Measure) -> list[int]:
    """Positions in the input's table of the rows that went into a measure."""
    return next((rows for source, rows in _marked(evaluation, measure) if source is measure.input), list[int]())


def _marked(evaluation: Evaluation, measure: Measure) -> Iterator[tuple[Input, list[int]]]:
    """The same for the input of a measure, and for the one beside it."""
    parameters, reason = evaluation.parameters(measure)
    if reason != KNOWN:
        return
    sources = (measure.input, measure.input.beside) if measure.input.beside else (measure.input,)
    rows = [evaluation.known_rows(each) for each in sources]
    used = [0] * sum(map(len, rows))
    evaluation.apply(measure, parameters, used)
    marks = iter(used)
    for source, known in zip(sources, rows, strict=True):
        yield source, [row for row in known if next(marks)]


def _readings(evaluation: Evaluation, index: int, measure: Measure) -> Iterator[Reading]:
    for source, rows in _marked(evaluation, measure):
        table = table_of(evaluation.patient, source.key)
        for row in rows:
            attribute = table.attribute[row]
            entered = next((word for bit, word in _ENTERED if attribute & bit), "")
            time = _row_time(evaluation, source.key, table.times[row], bool(attribute & DATE_ONLY))
            reference = table.references[row] if row < len(table.references) else ""
            if source is measure.input:
                value, unit, arrived = _arrived(measure, table, row)
            else:
                value, unit, arrived = _days_away(evaluation, source, table, row), "days", "stay"
            yield Reading(time, value, unit, arrived, entered, reference)


def _arrived(measure: Measure, table: Table, row: int) -> tuple[float, str, str]:
    """A row's value, its unit and how it arrived; an event or a span is there, and has no value to show."""
    kind = measure.input.key.partition(".")[0]
    value = table.values[row]
    if kind == "events" or kind in _SPANS:
        return 1.0, measure.unit, ""
    if kind == "doses":
        return value, measure.unit, "taken" if value else "missed"
    if kind == "supply":
        if table.quality[row] != KNOWN:
            return 0.0, "days", "unknown"
        if table.attribute[row] & Attribute.BY_DEFINED_DOSE:
            return value, "days", "defined dose"
        if table.attribute[row] & Attribute.BY_DATES:
            return value, "days", "dates"
        return value, "days", "derived" if table.attribute[row] & Attribute.DERIVED else "stated"
    return value, measure.unit, f"{table.raw[row]:.12g} {unit_name(table.unit[row])}".strip()


def _days_away(evaluation: Evaluation, source: Input, table: Table, row: int) -> float:
    """Days of a stay until today; 0 when nobody knows when it began."""
    if table.times[row] < NO_REAL_TIME:
        return 0.0
    now = moment(evaluation.patient.zone, evaluation.at, table.supplied_from)
    return float(days_in_stays(series_of(table, [row]), 1, now, day_of(now.at, now.utc_offset) + 1))


_ENTERED = ((int(Attribute.DEVICE), "device"), (int(Attribute.TYPED), "typed"), (int(Attribute.RELATIVE), "relative"))
_STATES: Final[Mapping[int, State]] = {TRUE: "true", FALSE: "false", NOT_SET: "not set"}


def _step(evaluation: Evaluation, condition: Condition) -> Step:
    """One condition as people follow it, with its numbers."""
    state, _ = evaluation.state(condition)
    word: State = _STATES.get(state, "unknown")
    reason = None if state in (TRUE, FALSE) else Reason(state)
    name = partial(_name, evaluation.plan)
    match condition:
        case And(parts) | Or(parts):
            joined = "and" if isinstance(condition, And) else "or"
            return Step(joined, word, reason, parts=tuple(_step(evaluation, part) for part in parts))
        case Not(part):
            return Step("not", word, reason, parts=(_step(evaluation, part),))
        case Compare(comparison):
            left, right = evaluation.sides(condition)
            value, limit = _shown(evaluation, left, (right,)), _shown(evaluation, right)
            margin = value.value - limit.value if value.reason is None is limit.reason else None
            labels = _label(evaluation.plan, left), _label(evaluation.plan, right)
            return Step(RELATIONS[comparison], word, reason, name(left), name(right), value, limit, margin, (), *labels)
        case IsTrue(number, limit):
            bound = _shown(evaluation, limit) if limit != NONE else None
            return Step("holds", word, reason, name(number), value=_shown(evaluation, number), limit=bound)
        case IsKnown(number):
            return Step("is known", word, reason, name(number), value=_shown(evaluation, number))
        case Matches(number, _):
            return Step("is", word, reason, name(number), value=_shown(evaluation, number))
        case Fires(rule):
            return Step("fires", word, reason, evaluation.plan.rules[rule].id)


def _name(plan: Plan, index: int) -> str:
    return plan.numbers[index].name


def _label(plan: Plan, index: int) -> Texts:
    """What people call a limit; nothing for another number."""
    number = plan.numbers[index]
    if isinstance(number, PairedLimit):
        number = plan.numbers[number.limit]
    return number.label if isinstance(number, Limit) else {}
