"""Local adaptations: a ruleset with other defaults, colours or texts, inside what its authors allow."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cds.diagnostics import Diagnostic, closest
from cds.diagnostics.adaptation import (
    AdaptsNothing,
    AdaptsTooFar,
    AdaptsUnknownName,
    SwitchedOffButNeeded,
    TwoAdaptations,
)
from cds.grammar import Quantity, is_version
from cds.model import AdaptedLimit, AdaptedRule, Alarm, Limit, Missing, Rule, RulesetFile
from cds.phrases import fired_names
from cds.reading import LoadedAdaptation, LoadedFile, check_review
from cds.units import Conversion, conversion, convert

_BLOCKS = ("rules", "zones", "missing")


def adapt(
    files: Sequence[LoadedFile], adaptations: Sequence[LoadedAdaptation]
) -> tuple[list[LoadedFile], list[Diagnostic]]:
    """The files with their adaptations applied, and what is wrong with the adaptations."""
    found: list[Diagnostic] = []
    adapted = {each.model.ruleset: each for each in files}
    by: dict[str, LoadedAdaptation] = {}
    for adaptation in adaptations:
        found += check_review(adaptation)
        ruleset, _, version = adaptation.model.adapts.partition(" ")
        target = adapted.get(ruleset)
        if target is None or not is_version(target.model.version, version.strip()):
            found.append(AdaptsNothing.at(adaptation.place("adapts"), text=adaptation.model.adapts))
        elif ruleset in by:
            other, place = by[ruleset], adaptation.place("adapts")
            names = {"ruleset": ruleset, "name": other.model.adaptation, "other": adaptation.model.adaptation}
            found.append(TwoAdaptations.at(place, also=other.place("adapts"), **names))
        else:
            by[ruleset] = adaptation
            problems = [*_wrong_names(target, adaptation), *_too_far(target, adaptation)]
            problems += _needed(files, target, adaptation)
            found += problems
            if not problems:
                adapted[ruleset] = _changed(target, adaptation)
    return [adapted[each.model.ruleset] for each in files], found


def _rules(model: RulesetFile) -> dict[str, Alarm]:
    return {name: each for block in _BLOCKS for name, each in getattr(model, block).items()}


def _wrong_names(target: LoadedFile, adaptation: LoadedAdaptation) -> Iterator[Diagnostic]:
    limits, rules = target.model.limits, _rules(target.model)
    written: list[tuple[Mapping[str, Any], str, str, tuple[str | int, ...], str]]
    written = [(limits, "limit", "grense", ("limits", name), name) for name in adaptation.model.limits]
    written += [(rules, "rule", "regel", ("rules", name), name) for name in adaptation.model.rules]
    for position, name in enumerate(adaptation.model.switch_off):
        written.append((rules, "rule", "regel", ("switch_off", position), name))
    for known, kind, kind_nb, path, name in written:
        if name not in known:
            near = closest(name, known)
            yield AdaptsUnknownName.at(
                adaptation.place(*path),
                near=near,
                ruleset=target.model.ruleset,
                kind=kind,
                kind_nb=kind_nb,
                name=name,
            )


def _too_far(target: LoadedFile, adaptation: LoadedAdaptation) -> Iterator[Diagnostic]:
    for name, change in adaptation.model.limits.items():
        limit = target.model.limits.get(name)
        problem = _limit_problem(limit, change) if limit else None
        if problem:
            place = adaptation.place("limits", name, "default")
            yield AdaptsTooFar.at(place, name=name, problem=problem[0], problem_nb=problem[1])
    for name, rule in adaptation.model.rules.items():
        if rule.colour and name in target.model.zones:
            yield AdaptsTooFar.at(
                adaptation.place("rules", name, "colour"),
                name=name,
                problem="the colours of a zone follow from its limits",
                problem_nb="fargene i en sone følger av grensene",
            )


def _limit_problem(limit: Limit, change: AdaptedLimit) -> tuple[str, str] | None:
    if limit.fixed is not None:
        return "the limit is fixed", "grensen er låst"
    if not isinstance(change.default, Quantity) or limit.allowed is None:
        return None
    factor = conversion(change.default.unit, limit.allowed.unit)
    if factor is None:
        return "the unit does not fit", "enheten passer ikke"
    value = convert(change.default.number, Conversion(*factor))
    if not limit.allowed.low <= value <= limit.allowed.high:
        span = f"{limit.allowed.low:g} – {limit.allowed.high:g} {limit.allowed.unit}"
        return f"it lies outside {span}", f"den ligger utenfor {span}"
    return None


def _needed(files: Sequence[LoadedFile], target: LoadedFile, adaptation: LoadedAdaptation) -> Iterator[Diagnostic]:
    """Rules that build on one that is switched off, in this and in every other file."""
    off = set(adaptation.model.switch_off)
    for file in files:
        aliases = {alias for alias, use in file.model.uses.items() if use.split()[0] == target.model.ruleset}
        for name, rule in _rules(file.model).items():
            if file is target and name in off:
                continue
            for reference in (*rule.hidden_by, *rule.unknown_while, *_fires(rule)):
                alias, _, wanted = reference.rpartition(".")
                if wanted in off and (alias in aliases or (not alias and file is target)):
                    place = adaptation.place("switch_off", adaptation.model.switch_off.index(wanted))
                    yield SwitchedOffButNeeded.at(place, name=wanted, other=name)


def _fires(rule: Alarm) -> tuple[str, ...]:
    written = (rule.when if isinstance(rule, Rule) else None, rule.clear_when)
    return tuple(each.name for phrase in written if phrase for each in fired_names(phrase))


def _changed(target: LoadedFile, adaptation: LoadedAdaptation) -> LoadedFile:
    model, change = target.model, adaptation.model
    limits = {**model.limits, **{name: _limit(model.limits[name], each) for name, each in change.limits.items()}}
    blocks = {block: _rules_changed(getattr(model, block), change.rules, change.switch_off) for block in _BLOCKS}
    status = "draft" if "draft" in (model.status, change.status) else model.status
    return replace(
        target,
        model=model.model_copy(update={"limits": limits, "status": status, **blocks}),
        hash=hashlib.sha256(f"{target.hash}\n{adaptation.hash}".encode()).hexdigest(),
        adapted=frozenset(change.limits),
        adaptation=f"{change.adaptation} {change.version}",
    )


def _limit(limit: Limit, change: AdaptedLimit) -> Limit:
    return limit.model_copy(update={"default": change.default, "source": None})


def _rules_changed(
    block: Mapping[str, Alarm], changes: Mapping[str, AdaptedRule], off: Sequence[str]
) -> dict[str, Alarm]:
    return {name: _rule(each, changes.get(name)) for name, each in block.items() if name not in off}


def _rule(rule: Alarm, change: AdaptedRule | None) -> Alarm:
    if change is None:
        return rule
    fields = ("summary", "detail", "patient", "suggest")
    update: dict[str, Any] = {name: {**getattr(rule, name), **getattr(change, name)} for name in fields}
    if change.colour and isinstance(rule, Rule | Missing):
        update["colour"] = change.colour
    return rule.model_copy(update=update)
