"""Rules, zones and missing-data rules: conditions that can be decided, references that lead somewhere."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from cds.check.circles import circles
from cds.check.conditions import check_condition, names_in, relations
from cds.check.inputs import READS_WORDS, reads_of
from cds.check.lasting import check_lasting
from cds.check.names import Names, check_source, used_id
from cds.check.timing import check_time_limit
from cds.diagnostics import Diagnostic, Place
from cds.diagnostics.advice import ReminderKeptBack
from cds.diagnostics.findings import ConfirmNeedsReadings, NotAVkpCode
from cds.diagnostics.names import Cycle
from cds.diagnostics.shape import MissingField, UnknownField
from cds.diagnostics.values import InputNotTaken
from cds.model import Alarm, Check, Missing, Rule
from cds.operators import OPERATORS
from cds.phrases import fired_names

_VKP: Final = re.compile(r"\d{1,2}(\.\d{1,2}){0,3}")
_REFERENCES: Final = ("hidden_by", "unknown_while")


def check_rules(names: Names) -> Iterator[Diagnostic]:
    """Everything wrong with single rules; zones' colours are in `zones`, texts in `texts`."""
    for position, phrase in enumerate(names.model.applies_to):
        yield from check_condition(names, phrase, names.spot("applies_to", position), "applies")
    for block, name, alarm in alarms(names):
        yield from _references(names, block, name, alarm)
        yield from check_source(names, block, name)
        yield from _vkp(names, block, name, alarm)
        yield from _silence(names, block, name, alarm)
        if alarm.clear_when:
            yield from check_condition(names, alarm.clear_when, names.spot(block, name, "clear_when"))
    for name, rule in names.model.rules.items():
        yield from check_condition(names, rule.when, names.spot("rules", name, "when"))
        yield from _confirm(names, name, rule)
        yield from check_lasting(names, name, rule)
    for name, missing in names.model.missing.items():
        yield from _missing(names, name, missing)
    for name, check in names.model.checks.items():
        yield from _check(names, name, check)


def alarms(names: Names) -> Iterator[tuple[str, str, Alarm]]:
    """Block, name and content of everything that can fire."""
    blocks: tuple[tuple[str, Mapping[str, Alarm]], ...] = (
        ("rules", names.model.rules),
        ("zones", names.model.zones),
        ("missing", names.model.missing),
    )
    for block, found in blocks:
        for name, alarm in found.items():
            yield block, name, alarm


def _references(names: Names, block: str, name: str, alarm: Alarm) -> Iterator[Diagnostic]:
    for field in _REFERENCES:
        for position, reference in enumerate(_referred(alarm, field)):
            problem = names.missing_rule(reference, _reference_place(names, block, name, field, position))
            if problem:
                yield problem


def _referred(alarm: Alarm, field: str) -> Sequence[str]:
    return alarm.hidden_by if field == "hidden_by" else alarm.unknown_while


def _reference_place(names: Names, block: str, name: str, field: str, position: int) -> Place:
    """A single reference stands on the line of its field, several in a list."""
    return names.file.place(block, name, field, position)


def _vkp(names: Names, block: str, name: str, alarm: Alarm) -> Iterator[Diagnostic]:
    if alarm.vkp and not _VKP.fullmatch(alarm.vkp):
        yield NotAVkpCode.at(names.file.place(block, name, "vkp"), text=alarm.vkp)


def _silence(names: Names, block: str, name: str, alarm: Alarm) -> Iterator[Diagnostic]:
    quiet, remind = alarm.quiet_for, alarm.remind_after
    if quiet and remind and 0 < remind.minutes < quiet.minutes:
        place = names.file.place(block, name, "remind_after")
        yield ReminderKeptBack.at(place, remind=remind.text, quiet=quiet.text)


def _confirm(names: Names, name: str, rule: Rule) -> Iterator[Diagnostic]:
    if rule.confirm is None:
        return
    spot = names.spot("rules", name, "when")
    compared = [
        each
        for relation in relations(rule.when)
        for side in (relation.left, relation.right, relation.upper)
        for each in names_in(side)
        if each.name not in names.model.limits and each.name != "age" and names.number(each.name)
    ]
    for each in compared:
        value = names.model.values.get(each.name.partition(".")[0])
        if value is None or value.operator != "last_reading":
            yield ConfirmNeedsReadings.at(
                spot.part(each.start, each.end), also=names.key("rules", name, "confirm"), name=each.name
            )
    if not compared and not any(True for _ in relations(rule.when)):
        yield ConfirmNeedsReadings.at(names.key("rules", name, "confirm"), name="when")


def _missing(names: Names, name: str, missing: Missing) -> Iterator[Diagnostic]:
    if missing.check:
        for field in ("input", "after"):
            if getattr(missing, field):
                where = f"`{name}`, which names a `check`"
                fields = ", ".join(f"`{each}`" for each in Missing.model_fields if each not in ("input", "after"))
                yield UnknownField.at(names.key("missing", name, field), field=field, where=where, fields=fields)
        if missing.check not in names.model.checks:
            place = names.file.place("missing", name, "check")
            yield names.missing(missing.check, place, "check", tuple(names.model.checks))
        return
    for field in ("input", "after"):
        if not getattr(missing, field):
            yield MissingField.at(names.key("missing", name), where=f"`{name}`", field=field)
    if missing.input:
        yield from _may_be_silent(names, missing.input, names.file.place("missing", name, "input"), "missing")
    if missing.after:
        place = names.file.place("missing", name, "after")
        yield from _length_of_time(names, missing.after, place, "after", ("elapsed time", "civil days"))


def _may_be_silent(names: Names, asked: str, place: Place, operator: str) -> Iterator[Diagnostic]:
    """The input must be something that can fail to come."""
    reads = reads_of(names, asked)
    if asked not in names.model.inputs:
        yield names.missing(asked, place, "input", tuple(names.model.inputs))
    elif reads and reads not in OPERATORS["absent"].reads:
        needed = "readings, forms, dispenses, dispenser events or dispenser doses"
        found = READS_WORDS[reads]
        yield InputNotTaken.at(place, operator=operator, needed=needed, name=asked, found=found)


def _length_of_time(
    names: Names, limit: str, place: Place, field: str, dimensions: tuple[str, ...]
) -> Iterator[Diagnostic]:
    sort = names.number(limit)
    if limit not in names.model.limits:
        yield names.missing(limit, place, "limit", tuple(names.model.limits))
    elif sort:
        yield from check_time_limit(limit, sort, place, field, dimensions)


def _check(names: Names, name: str, check: Check) -> Iterator[Diagnostic]:
    for position, each in enumerate(check.inputs):
        yield from _may_be_silent(names, each, names.file.place("checks", name, "inputs", position), "checks")
    for field, limit in (("every", check.every), ("grace", check.grace)):
        if limit:
            place = names.file.place("checks", name, field)
            yield from _length_of_time(names, limit, place, field, ("civil days",))


def check_circles(files: Sequence[Names]) -> Iterator[Diagnostic]:
    """Rules that lean on each other in a circle, across all files."""
    places: dict[str, Place] = {}
    references: dict[str, list[str]] = {}
    for names in files:
        for block, name, alarm in alarms(names):
            rule = f"{names.model.ruleset}/{name}"
            places.setdefault(rule, names.key(block, name))
            written = [*alarm.hidden_by, *alarm.unknown_while]
            if isinstance(alarm, Rule):
                written += [each.name for each in fired_names(alarm.when)]
            if alarm.clear_when:
                written += [each.name for each in fired_names(alarm.clear_when)]
            references.setdefault(rule, []).extend(_full(names, each) for each in written)
    for circle in circles(references):
        path = [*circle, circle[0]]
        if len({each.partition("/")[0] for each in circle}) == 1:
            path = [each.partition("/")[2] for each in path]
        yield Cycle.at(places[circle[0]], path=" → ".join(path))


def _full(names: Names, reference: str) -> str:
    alias, _, rule = reference.rpartition(".")
    ruleset = used_id(names.model.uses.get(alias, "")) if alias else names.model.ruleset
    return f"{ruleset}/{rule}"
