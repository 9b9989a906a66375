"""Findings and explanations of one patient's evaluation; nothing here decides anything."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
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
from cds.operators.series import DATE_ONLY, MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE, WINDOW, WINDOW_KIND
from cds.patient import Patient, Table, table_of
from cds.periods import Zone
from cds.plan import (
    NONE,
    And,
    Colour,
    Compare,
    Condition,
    Fact,
    Fires,
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
from cds.result import Explanation, Finding, Reading, Result, Shown, State, Step, Used
from cds.units import unit_name

RELATIONS = {ABOVE: "is above", AT_LEAST_OF: "is at least", BELOW: "is below", AT_MOST_OF: "is at most"}
_SPANS: Final = ("conditions", "devices", "medicines", "stays")  # what a patient has for some time
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_REAL_TIME = 2**57  # some 4,500 years from now; things that always were may stand a little after FIRST_TIME


def evaluate(plan: Plan, patient: Patient, at: int) -> Result:
    """Every rule's finding for one patient at `at` (microseconds UTC)."""
    evaluation = Evaluation(plan, patient, at)
    findings = tuple(_finding(evaluation, index, rule) for index, rule in enumerate(plan.rules))
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


def _finding(evaluation: Evaluation, index: int, rule: Rule) -> Finding:
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
        partial(explanation, evaluation, rule, verdict),
    )


def explanation(evaluation: Evaluation, rule: Rule, verdict: Verdict) -> Explanation:
    """What the finding rests on: the tree of every colour's condition, and each number with its readings."""
    plan = evaluation.plan
    applies = _step(evaluation, rule.applies)
    levels: tuple[tuple[Colour, Step], ...] = tuple(
        (level.colour, _step(evaluation, level.condition)) for level in rule.levels
    )
    conditions = (rule.applies, *(level.condition for level in rule.levels))
    wanted = numbers_behind(plan, conditions, into_limits=False)
    head = plan.head(rule.ruleset)
    is_in_question = evaluation.state(rule.applies)[0] == TRUE
    blocking = (each for each in rule.unknown_while if is_in_question and _blocks(evaluation, each))
    blocked = next((plan.rules[each].id for each in blocking), "")
    return Explanation(
        applies=applies,
        levels=levels,
        numbers=tuple(_used(evaluation, index) for index in wanted),
        names=_names(evaluation, rule, verdict),
        citation=head.sources.get(rule.source, ""),
        blocked_by=blocked,
    )


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


def _used(evaluation: Evaluation, index: int) -> Used:
    number = evaluation.plan.numbers[index]
    shown = _shown(evaluation, index)
    match number:
        case Measure():
            readings = tuple(_readings(evaluation, index, number))
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
    parameters, reason = evaluation.parameters(measure)
    if reason != KNOWN:
        return []
    rows = evaluation.known_rows(measure.input)
    used = [0] * len(rows)
    evaluation.apply(measure, parameters, used)
    return [row for row, was_used in zip(rows, used, strict=True) if was_used]


def _readings(evaluation: Evaluation, index: int, measure: Measure) -> Iterator[Reading]:
    table = table_of(evaluation.patient, measure.input.key)
    for row in used_rows(evaluation, index, measure):
        attribute = table.attribute[row]
        entered = next((word for bit, word in _ENTERED if attribute & bit), "")
        time = _row_time(evaluation, measure.input.key, table.times[row], bool(attribute & DATE_ONLY))
        reference = table.references[row] if row < len(table.references) else ""
        value, arrived = _arrived(measure.input.key, table, row)
        yield Reading(time, value, measure.unit, arrived, entered, reference)


def _arrived(key: str, table: Table, row: int) -> tuple[float, str]:
    """A row's value and how it arrived; an event or a span is there, and has no value to show."""
    kind = key.partition(".")[0]
    if kind == "events" or kind in _SPANS:
        return 1.0, ""
    if kind == "doses":
        return table.values[row], "taken" if table.values[row] else "missed"
    return table.values[row], f"{table.raw[row]:.12g} {unit_name(table.unit[row])}".strip()


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
