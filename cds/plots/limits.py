"""Limits that apply to the patient: as lines and zones where they lie on a band's own scale, else in words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import groupby, pairwise
from typing import Final

from cds.document import OriginDocument
from cds.execute.single import Evaluation
from cds.operators import OPERATORS
from cds.operators.logic import (
    ABOVE,
    AT_LEAST_OF,
    AT_MOST_OF,
    BELOW,
    FROM_TO,
    both,
    compare,
    either,
    negate,
)
from cds.operators.reasons import FALSE, KNOWN, NOT_COMPUTABLE, NOT_SET, TRUE, Reason
from cds.operators.series import LOWER, OWN, TEST, UPPER
from cds.plan import (
    NONE,
    And,
    Compare,
    Condition,
    IsTrue,
    Measure,
    Not,
    Or,
    Plan,
    Rounded,
    Rule,
    leaves_of,
    numbers_behind,
)
from cds.plan import Limit as PlanLimit
from cds.plots.chart import Limit, Severity, Zone
from cds.plots.inputs import View, measures, rules_in_question
from cds.result import COLOURS, Origin, text_in
from cds.sentences import whose
from cds.wording import number_text, reason_text, unit_text

SIGNS: Final = {ABOVE: ">", AT_LEAST_OF: "≥", BELOW: "<", AT_MOST_OF: "≤"}
_OPPOSITE: Final = {ABOVE: AT_MOST_OF, AT_LEAST_OF: BELOW, BELOW: AT_LEAST_OF, AT_MOST_OF: ABOVE}
_MIRRORED: Final = {ABOVE: BELOW, AT_LEAST_OF: AT_MOST_OF, BELOW: ABOVE, AT_MOST_OF: AT_LEAST_OF}
_LEVELS: Final = frozenset({"min", "max", "mean", "median", "protocol_mean"})  # on the scale of what they are made of
_WHOSE: Final = ("patient", "adaptation", "default")


@dataclass(frozen=True, slots=True)
class _Use:
    """A limit as a rule uses it. comparison: a code of `cds.operators.logic`, 0 = none; value: what is compared."""

    limit: int
    comparison: int
    colour: Severity
    value: int = NONE
    measure: Measure | None = None  # of which each row is compared


def limits_of(view: View, keys: Sequence[str]) -> tuple[Limit, ...]:
    """The limits that say something of these keys, each once, those on the keys' own scale first."""
    found: dict[tuple[int, str, int | None], Limit] = {}
    for rule in rules_in_question(view.evaluation):
        for use in _uses(view.evaluation.plan, rule):
            made = _limit(view, keys, use)
            if made:
                place = use.limit, made.sign, made.part
                found[place] = _worse(found.get(place, made), made)
    return tuple(sorted(found.values(), key=lambda each: each.part is None))


def _worse(one: Limit, other: Limit) -> Limit:
    """One limit that two rules use, in the worse of their colours."""
    return replace(one, colour=_worst([one.colour, other.colour]), is_single=one.is_single or other.is_single)


def _worst(colours: Iterable[Severity]) -> Severity:
    worst: Severity = ""
    for each in colours:
        worst = each if COLOURS[each].rank > COLOURS[worst].rank else worst
    return worst


def _uses(plan: Plan, rule: Rule) -> Iterator[_Use]:
    for level in rule.levels:
        for comparison, left, right in _comparisons(plan, level.condition):
            if _measured(plan, right):  # no number that is set, but one that is worked out with such
                yield from (_Use(each, 0, level.colour, left) for each in _limits_in(plan, right))
            else:
                yield _Use(right, comparison, level.colour, left)
        for measure in measures(plan, [level.condition], into_limits=False):
            yield from _bound(measure)
        for leaf in leaves_of(level.condition):
            if isinstance(leaf, IsTrue) and leaf.limit != NONE:
                yield _Use(leaf.limit, 0, level.colour, leaf.number)


def _bound(measure: Measure) -> Iterator[_Use]:
    """Limits that an operator holds each row against, or works with."""
    test = int(measure.parameters[TEST])
    ends = {LOWER: AT_LEAST_OF if test == FROM_TO else test, UPPER: AT_MOST_OF}
    for slot, number in measure.bound:
        if slot in ends:
            yield _Use(number, ends[slot], "", measure=measure)
        elif slot >= OWN:
            yield _Use(number, 0, "", measure=measure)


def _comparisons(plan: Plan, condition: Condition, is_negated: bool = False) -> Iterator[tuple[int, int, int]]:
    """(comparison, value, limit) of every comparison of something measured with something that is set."""
    match condition:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _comparisons(plan, part, is_negated)
        case Not(part):
            yield from _comparisons(plan, part, not is_negated)
        case Compare(comparison, left, right):
            sides = _sides(plan, comparison, left, right)
            if sides:
                yield (_OPPOSITE[sides[0]] if is_negated else sides[0], *sides[1:])
        case _:
            pass


def _sides(plan: Plan, comparison: int, left: int, right: int) -> tuple[int, int, int] | None:
    """The comparison with the measured value to the left; None when a side is of another kind."""
    if _measured(plan, left) and _limits_in(plan, right):
        return comparison, left, right
    if _measured(plan, right) and _limits_in(plan, left):
        return _MIRRORED[comparison], right, left
    return None


def _measured(plan: Plan, index: int) -> list[Measure]:
    """What a number measures; what a limit depends on is no part of it."""
    return measures(plan, [index], into_limits=False)


def _limits_in(plan: Plan, index: int) -> list[int]:
    """The limits that a number is made of; of several, those that are more than a fixed unit of measure."""
    behind = numbers_behind(plan, [index], into_limits=False)
    found = [each for each in behind if isinstance(plan.numbers[each], PlanLimit)]
    return [each for each in found if not _is_fixed(plan, each)] or found


def _is_fixed(plan: Plan, index: int) -> bool:
    number = plan.numbers[index]
    return isinstance(number, PlanLimit) and number.fixed


def _limit(view: View, keys: Sequence[str], use: _Use) -> Limit | None:
    """The limit as this band shows it; None when it is not about the keys, or the patient has no such limit."""
    evaluation, plan = view.evaluation, view.evaluation.plan
    about = [use.measure] if use.measure else _measured(plan, use.value)
    value, reason = evaluation.number(use.limit)
    if reason == NOT_SET or not any(each.input.key in keys for each in about):
        return None
    scale = use.measure if use.measure else _on_scale(plan, use.value)
    is_on_scale = scale is not None and use.comparison != 0 and scale.input.key in keys
    made_of = [each for index in _limits_in(plan, use.limit) if isinstance(each := plan.numbers[index], PlanLimit)]
    labels = (text_in(each.label, view.language)[0] or each.name.replace("_", " ") for each in made_of)
    return Limit(
        name=plan.numbers[use.limit].name,
        label=" × ".join(dict.fromkeys(labels)),
        colour=use.colour,
        sign=SIGNS.get(use.comparison, ""),
        value=value if reason == KNOWN else None,
        text=_text(view, use.limit) if reason == KNOWN else reason_text(Reason(reason), view.language),
        whose=_whose(view, use.limit),
        part=keys.index(scale.input.key) if scale and is_on_scale else None,
        is_single=use.measure is not None or scale is None or OPERATORS[scale.operator].selects,
    )


def _on_scale(plan: Plan, index: int) -> Measure | None:
    """The measure behind a value on the scale of its readings; None for a difference, a count, a share."""
    number = plan.numbers[index]
    while isinstance(number, Rounded):
        number = plan.numbers[number.of]
    if not isinstance(number, Measure) or number.input.column != "values":
        return None
    return number if number.operator in _LEVELS or OPERATORS[number.operator].selects else None


def _text(view: View, index: int) -> str:
    value, _ = view.evaluation.number(index)
    number = view.evaluation.plan.numbers[index]
    decimals = NONE if view.evaluation.stated(index) in view.evaluation.resolved().own else number.decimals
    unit = unit_text(number.unit, value, view.language)
    return f"{number_text(value, decimals, view.language)} {unit}".strip()


def _whose(view: View, index: int) -> str:
    """Whose the limit is; of one made of several, the patient's own comes first."""
    evaluation = view.evaluation
    origins = [evaluation.origin(each) for each in _limits_in(evaluation.plan, index)]
    known = sorted((each for each in origins if each), key=lambda each: _WHOSE.index(each.kind))
    return whose(_document(known[0]), view.language) if known else ""


def _document(origin: Origin) -> OriginDocument:
    since, until = (each.isoformat() if each else "" for each in (origin.since, origin.until))
    return OriginDocument(origin.kind, origin.author, since, until)


def zones_of(view: View, keys: Sequence[str], limits: Sequence[Limit]) -> tuple[Zone, ...]:
    """The colours that single values of each key have, whatever else is measured, from low to high."""
    return tuple(zone for part, key in enumerate(keys) for zone in _zones(view, key, part, limits))


def _zones(view: View, key: str, part: int, limits: Sequence[Limit]) -> Iterator[Zone]:
    cuts = sorted({each.value for each in limits if each.part == part and each.value is not None})
    if not cuts:
        return
    ends = [None, *cuts, None]
    pieces = [Zone(part, *each, _colour(view.evaluation, key, _between(*each))) for each in pairwise(ends)]
    for _, together in groupby(pieces, key=lambda each: each.colour):
        alike = list(together)
        if alike[0].colour:
            yield replace(alike[0], high=alike[-1].high)


def _between(low: float | None, high: float | None) -> float:
    """A value between two limits that are not both open."""
    if low is None:
        return (high or 0.0) - 1.0
    return low + 1.0 if high is None else (low + high) / 2.0


def _colour(evaluation: Evaluation, key: str, value: float) -> Severity:
    """The worst colour that this value alone brings; green only where a zone says so."""
    is_green = False
    found: list[Severity] = []
    for rule in rules_in_question(evaluation):
        states = [_state(evaluation, level.condition, key, value) for level in rule.levels]
        found.extend(level.colour for level, state in zip(rule.levels, states, strict=True) if state == TRUE)
        is_green = is_green or (rule.kind == "zone" and FALSE in states and {FALSE, NOT_SET} >= set(states))
    return _worst(found) if found or not is_green else "green"


def _state(evaluation: Evaluation, condition: Condition, key: str, value: float) -> int:
    """State of a condition when all that is known is one value of one key."""
    match condition:
        case And(parts):
            return reduce(both, (_state(evaluation, part, key, value) for part in parts), TRUE)
        case Or(parts):
            return reduce(either, (_state(evaluation, part, key, value) for part in parts))
        case Not(part):
            return negate(_state(evaluation, part, key, value))
        case Compare(comparison, left, right):
            sides = _sides(evaluation.plan, comparison, left, right)
            scale = _on_scale(evaluation.plan, sides[1]) if sides else None
            if sides is None or scale is None or scale.input.key != key:
                return NOT_COMPUTABLE
            return compare(sides[0], value, KNOWN, *evaluation.number(sides[2]))
        case _:
            return NOT_COMPUTABLE
