"""The head of a ruleset: its id, its status, and the other rulesets it leans on."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from cds.check.names import Names, used_id
from cds.diagnostics import Diagnostic, closest
from cds.diagnostics.advice import Retired
from cds.diagnostics.findings import ActiveNeedsCases
from cds.diagnostics.names import NotAUse, RulesetTwice, UnknownRuleset, VersionNotMet
from cds.grammar import is_version
from cds.reading import LoadedFile, check_review

_USE: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)* (\d{1,4}(?:\.\d{1,4}){0,2}(?:\.x)?)")


def check_rulesets(files: Sequence[LoadedFile]) -> Iterator[Diagnostic]:
    """Ruleset ids that two files give."""
    first: dict[str, LoadedFile] = {}
    for file in files:
        name = file.model.ruleset
        if name in first:
            place, also = file.place("ruleset"), first[name].place("ruleset")
            yield RulesetTwice.at(place, also=also, name=name)
        first.setdefault(name, file)


def check_heads(names: Names) -> Iterator[Diagnostic]:
    """Everything wrong with the head of a file."""
    model, file = names.model, names.file
    yield from check_review(file)
    if model.status == "active" and not file.has_cases:
        yield ActiveNeedsCases.at(file.place("status"))
    if model.status == "retired":
        yield Retired.at(file.place("status"), name=model.ruleset)
    for alias, use in model.uses.items():
        yield from _use(names, alias, use)


def _use(names: Names, alias: str, use: str) -> Iterator[Diagnostic]:
    place = names.file.place("uses", alias)
    match = _USE.fullmatch(use)
    if not match:
        yield NotAUse.at(place, text=use)
        return
    name = used_id(use)
    other = names.files.get(name)
    if other is None:
        yield UnknownRuleset.at(place, near=closest(name, names.files), name=name)
    elif not is_version(other.model.version, match[1]):
        also = other.place("version")
        yield VersionNotMet.at(place, also=also, name=name, wanted=match[1], found=other.model.version)
