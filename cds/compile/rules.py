"""Rules, zones and missing-data rules → plan rules, ordered so that each refers only to earlier ones."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cds import model
from cds.compile.conditions import Conditions
from cds.compile.inputs import input_of, parts_of
from cds.compile.lasting import lasting
from cds.compile.scope import Scope, texts_of
from cds.operators.ask import parameter_vector
from cds.operators.logic import ADD
from cds.operators.readings import NTH, NTH_SPAN
from cds.operators.series import DAYS, MINUTES, WINDOW, WINDOW_KIND
from cds.phrases import fired_names
from cds.plan import (
    NONE,
    And,
    Arithmetic,
    Compare,
    Condition,
    IsKnown,
    IsTrue,
    Level,
    Measure,
    Not,
    Or,
    Rounded,
    Rule,
    Wording,
)

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_.]*)\}")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One rule-like block of a file before it has a place."""

    scope: Scope
    name: str
    block: model.Rule | model.Zone | model.Missing

    @property
    def id(self) -> str:
        return f"{self.scope.model.ruleset}/{self.name}"


def compile_rules(scopes: Sequence[Scope]) -> list[Rule]:
    """Every rule of every file, in an order in which each refers only to earlier ones."""
    entries = [entry for scope in scopes for entry in _entries(scope)]
    positions: dict[str, int] = {}
    rules: list[Rule] = []
    for entry in _in_order(entries):
        positions[entry.id] = len(rules)
        rules.append(_rule(entry, positions))
    return rules


def _entries(scope: Scope) -> Iterator[_Entry]:
    for blocks in (scope.model.rules, scope.model.zones, scope.model.missing):
        for name, block in blocks.items():
            yield _Entry(scope, name, block)


def _in_order(entries: list[_Entry]) -> list[_Entry]:
    """Depth first along references, otherwise as written."""
    by_id = {entry.id: entry for entry in entries}
    done: dict[str, _Entry] = {}
    for entry in entries:
        waiting = [entry]
        while waiting:
            needed = [by_id[each] for each in _references(waiting[-1]) if each not in done]
            if needed:
                waiting.append(needed[0])
            else:
                last = waiting.pop()
                done[last.id] = last
    return list(done.values())


def _references(entry: _Entry) -> Iterator[str]:
    names = [*entry.block.hidden_by, *entry.block.unknown_while]
    if isinstance(entry.block, model.Rule):
        names += [each.name for each in fired_names(entry.block.when)]
    if entry.block.clear_when:
        names += [each.name for each in fired_names(entry.block.clear_when)]
    for name in names:
        yield _rule_id(entry.scope, name)


def _rule_id(scope: Scope, name: str) -> str:
    alias, _, rule = name.rpartition(".")
    ruleset = scope.model.uses[alias].split()[0] if alias else scope.model.ruleset
    return f"{ruleset}/{rule}"


class _Rules(dict[str, int]):
    """Names as one file writes them -> positions."""

    def __init__(self, scope: Scope, positions: dict[str, int]) -> None:
        self.scope = scope
        self.positions = positions

    def __missing__(self, name: str) -> int:
        return self.positions[_rule_id(self.scope, name)]


def _rule(entry: _Entry, positions: dict[str, int]) -> Rule:
    scope, block = entry.scope, entry.block
    rules = _Rules(scope, positions)
    conditions = Conditions(scope, rules)
    applies = And(tuple(conditions.condition(each) for each in scope.model.applies_to))
    subject, kind, newest = NONE, "rule", NONE
    match block:
        case model.Rule():
            levels = (_rule_level(scope, conditions, block),)
            newest = _first_measure(scope, levels[0].condition)
        case model.Zone():
            kind, subject = "zone", scope.number(block.value)
            levels = tuple(_zone_levels(conditions, subject, block))
            newest = _measure_behind(scope, subject)
        case model.Missing():
            kind = "missing"
            silences = _silences(scope, block)
            newest = silences[0].number if block.input else NONE
            levels = (Level(block.colour, silences[0] if len(silences) == 1 else Or(silences)),)
    return Rule(
        ruleset=scope.model.ruleset,
        name=entry.name,
        kind=kind,
        applies=applies,
        levels=levels,
        wording=_wording(block),
        names=_names(scope, block, newest),
        subject=subject,
        unknown_while=tuple(rules[each] for each in block.unknown_while),
        hidden_by=tuple(rules[each] for each in block.hidden_by),
        vkp=block.vkp or "",
        source=block.source or "",
        alarm=_alarm(block),
        clear_when=conditions.condition(block.clear_when) if block.clear_when else None,
        override_reasons=_override_reasons(scope, block),
    )


def _rule_level(scope: Scope, conditions: Conditions, block: model.Rule) -> Level:
    condition = conditions.condition(block.when)
    confirmed: list[Condition] = []
    if block.confirm:
        arms = condition.parts if isinstance(condition, Or) else (condition,)
        shift = _Shifted(scope, float(block.confirm.within.minutes))
        readings = range(block.confirm.readings)
        confirmed.append(Or(tuple(And(tuple(shift.condition(arm, k) for k in readings)) for arm in arms)))
    if block.held:
        confirmed.append(lasting(scope.builder, condition, block.held.minutes))
    if not confirmed:
        return Level(block.colour, condition)
    return Level(block.colour, condition, confirmed[0] if len(confirmed) == 1 else And(tuple(confirmed)))


class _Shifted:
    """The same condition over the k-th newest reading, for confirming; each number is shifted once."""

    def __init__(self, scope: Scope, span: float) -> None:
        self.scope = scope
        self.span = span
        self.made: dict[tuple[int, int], int] = {}

    def condition(self, condition: Condition, k: int) -> Condition:
        match condition:
            case And(parts) | Or(parts):
                return replace(condition, parts=tuple(self.condition(each, k) for each in parts))
            case Not(part):
                return Not(self.condition(part, k))
            case Compare(comparison, left, right, pair):
                if pair:
                    pair = replace(pair, unit_of=self.number(pair.unit_of, k), raw=self.number(pair.raw, k))
                return Compare(comparison, self.number(left, k), self.number(right, k), pair)
            case IsKnown(number):
                return IsKnown(self.number(number, k))
            case _:
                return condition

    def number(self, index: int, k: int) -> int:
        if (index, k) not in self.made:
            self.made[index, k] = self.shifted(index, k)
        return self.made[index, k]

    def shifted(self, index: int, k: int) -> int:
        number = self.scope.builder.numbers[index]
        match number:
            case Measure(operator="last_reading"):
                slots = list(number.parameters)
                slots[NTH], slots[NTH_SPAN] = float(k), self.span
                return self.scope.builder.add(replace(number, operator="nth_newest", parameters=tuple(slots)))
            case Rounded():
                return self.scope.builder.add(replace(number, of=self.number(number.of, k)))
            case Arithmetic():
                sides = {"left": self.number(number.left, k), "right": self.number(number.right, k)}
                return self.scope.builder.add(replace(number, **sides))
            case _:
                return index


def _zone_levels(conditions: Conditions, subject: int, zone: model.Zone) -> Iterator[Level]:
    if zone.red:
        yield Level("red", conditions.tail(subject, zone.red))
    if zone.orange:
        yield Level("orange", conditions.tail(subject, zone.orange))
    if zone.yellow:
        yield Level("yellow", conditions.tail(subject, zone.yellow))


def _silences(scope: Scope, block: model.Missing) -> tuple[IsTrue, ...]:
    """For each input that is to come: that it has been silent for longer than its limit."""
    if block.check is None:
        return (_silence(scope, block.input or "", scope.limits[block.after or ""]),)
    check = scope.model.checks[block.check]
    limit = scope.limits[check.every]
    if check.grace:
        unit = scope.builder.numbers[limit].unit
        whole = Arithmetic(f"{check.every} + {check.grace}", ADD, limit, scope.limits[check.grace], unit)
        limit = scope.builder.add(whole)
    return tuple(_silence(scope, each, limit) for each in check.inputs)


def _silence(scope: Scope, name: str, limit: int) -> IsTrue:
    kind = DAYS if scope.builder.numbers[limit].unit == "days" else MINUTES
    part = next(iter(parts_of(scope, name)), "")
    source = replace(input_of(scope, name, part), name=name)
    parameters = tuple(parameter_vector({WINDOW_KIND: kind}))
    return IsTrue(scope.builder.add(Measure(name, "absent", source, parameters, ((WINDOW, limit),))), limit)


def _first_measure(scope: Scope, condition: Condition) -> int:
    match condition:
        case And(parts) | Or(parts):
            return next((found for part in parts if (found := _first_measure(scope, part)) != NONE), NONE)
        case Not(part):
            return _first_measure(scope, part)
        case Compare(_, left) | IsKnown(left) | IsTrue(left):
            return _measure_behind(scope, left)
        case _:
            return NONE


def _measure_behind(scope: Scope, index: int) -> int:
    number = scope.builder.numbers[index]
    while isinstance(number, Rounded):
        index = number.of
        number = scope.builder.numbers[index]
    return index if isinstance(number, Measure) else NONE


def _override_reasons(scope: Scope, block: model.Alarm) -> dict[str, dict[str, str]]:
    """The rule's own, else those of its ruleset."""
    reasons = block.override_reasons or scope.model.override_reasons
    return {code: texts_of(texts) for code, texts in reasons.items()}


def _wording(block: model.Alarm) -> Wording:
    return Wording(
        summary=texts_of(block.summary),
        detail=texts_of(block.detail),
        patient=texts_of(block.patient),
        suggest=texts_of(block.suggest),
        unconfirmed=texts_of(block.unconfirmed) if isinstance(block, model.Rule) else {},
    )


def _names(scope: Scope, block: model.Alarm, newest: int) -> dict[str, int]:
    """What each placeholder of the texts stands for; `{value}` and `{limit}` are known only at run time."""
    wording = _wording(block)
    texts = (wording.summary, wording.detail, wording.patient, wording.suggest, wording.unconfirmed)
    written = {name for each in texts for text in each.values() for name in _PLACEHOLDER.findall(text)}
    found = {name: scope.number(name) for name in written - {"value", "limit", "newest"}}
    return {**dict(sorted(found.items())), **({"newest": newest} if newest != NONE else {})}


def _alarm(block: model.Alarm) -> dict[str, str]:
    written = {
        "quiet_for": block.quiet_for and block.quiet_for.text,
        "remind_after": block.remind_after and block.remind_after.text,
        "respond_within": block.respond_within and block.respond_within.text,
        "responsible": block.responsible,
        "route": block.route,
    }
    return {name: text for name, text in written.items() if text}
