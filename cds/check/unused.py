"""Names that nothing uses."""

from collections.abc import Iterator
from typing import Final

from cds.check.conditions import names_in, relations
from cds.check.names import Names
from cds.check.rules import alarms
from cds.check.texts import placeholders
from cds.check.zones import levels_of
from cds.diagnostics import Diagnostic
from cds.diagnostics.advice import Unused
from cds.phrases import Conjunction, Has, Negation, Phrase, RowTest

_KINDS: Final = {
    "limits": "the limit",
    "values": "the value",
    "bands": "the bands",
    "scores": "the score",
    "checks": "the check",
}


def check_unused(names: Names) -> Iterator[Diagnostic]:
    """Inputs, limits, values, bands and scores that stand in no rule, zone, value or text."""
    model = names.model
    used = {name for written in (*_in_conditions(names), *_in_fields(names)) for name in (written.partition(".")[0],)}
    in_texts = {match[1].partition(".")[0] for text in _texts(names) for match in placeholders(text) if match[1]}
    inputs = {value.of.partition(".")[0] for value in model.values.values()}
    inputs |= {value.stays for value in model.values.values() if value.stays}
    inputs |= {each for one in model.checks.values() for each in one.inputs}
    inputs |= {each.input for each in model.missing.values()} | {each for one in _phrases(names) for each in _has(one)}
    for name in model.inputs:
        if name not in inputs:
            yield Unused.at(names.key("inputs", name), kind="the input", name=name)
    for block, kind in _KINDS.items():
        for name in getattr(model, block):
            if name not in used and (block == "limits" or name not in in_texts):
                yield Unused.at(names.key(block, name), kind=kind, name=name)


def _phrases(names: Names) -> Iterator[Phrase]:
    yield from names.model.applies_to
    for rule in names.model.rules.values():
        yield rule.when
    for _, _, alarm in alarms(names):
        if alarm.clear_when:
            yield alarm.clear_when
    for limit in names.model.limits.values():
        for amount in (limit.default, limit.fixed):
            if isinstance(amount, tuple):
                yield from (case.when for case in amount if case.when)


def _has(phrase: Phrase) -> Iterator[str]:
    match phrase:
        case Conjunction(_, parts):
            for part in parts:
                yield from _has(part)
        case Negation(part):
            yield from _has(part)
        case Has(name):
            yield name.name
        case _:
            pass


def _in_conditions(names: Names) -> Iterator[str]:
    for phrase in _phrases(names):
        for relation in relations(phrase):
            for side in (relation.left, relation.right, relation.upper):
                yield from (each.name for each in names_in(side))


def _in_fields(names: Names) -> Iterator[str]:
    model = names.model
    tests: list[RowTest | None] = [value.that_are for value in model.values.values()]
    for zone in model.zones.values():
        yield zone.value
        tests += levels_of(zone).values()
    for test in tests:
        if test:
            yield test.lower.name
            yield test.upper.name if test.upper else ""
    for value in model.values.values():
        yield value.late_after or ""
        yield value.needed or ""
        yield value.on_time_within or ""
        yield value.holiday_from or ""
        yield value.medicines_at_least or ""
        yield value.stopped_after or ""
        yield value.best or ""
        yield value.spread_at_least or ""
        yield value.by_more_than or ""
        yield value.leave_out_beyond or ""
    for limit in model.limits.values():
        yield limit.beyond or ""
        yield limit.below or ""
    yield from (table.value for table in model.bands.values())
    yield from (part for score in model.scores.values() for part in score.sum)
    for missing in model.missing.values():
        yield from (missing.after or "", missing.check or "")
    for check in model.checks.values():
        yield from (check.every, check.grace or "")


def _texts(names: Names) -> Iterator[str]:
    for _, _, alarm in alarms(names):
        for texts in (alarm.summary, alarm.detail, alarm.patient, alarm.suggest):
            yield from texts.values()
