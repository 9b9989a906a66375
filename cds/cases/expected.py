"""What is expected of a rule, in words: `yellow`, `unknown, no earlier reading`, `green`, `red, hidden by severe`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cds import source
from cds.cases.model import Expectation
from cds.cases.words import split
from cds.diagnostics import Diagnostic, Language, closest
from cds.diagnostics.casework import NotAnExpectation, UnknownRule
from cds.diagnostics.shape import MissingField, UnknownField, WrongShape
from cds.operators.reasons import Reason
from cds.plan import Rule
from cds.result import Finding, Status

COLOURS: Final = ("red", "orange", "yellow")
REASONS: Final[Mapping[str, Reason]] = {each.name.replace("_", " "): each for each in Reason}
_LANGUAGES: Final[Mapping[str, Language]] = {"nb": "nb", "nn": "nn", "en": "en"}
_STATUSES: Final[Mapping[str, Status]] = {
    "not fired": "not_fired",
    "unknown": "unknown",
    "unconfirmed": "unconfirmed",
    "not applicable": "not_applicable",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that a case file may name: as it names them -> the rule."""

    by_name: Mapping[str, Rule]

    def read(self, node: source.Node, found: list[Diagnostic]) -> tuple[Expectation, ...]:
        """What the block `expect` says of each rule; what cannot be read is added to `found`."""
        if not isinstance(node, source.Mapping):
            words = "`rule: what is expected` lines"
            found.append(WrongShape.at(node.place, where="`expect`", expected=words, found="something else"))
            return ()
        read = [self._expectation(entry, found) for entry in node.entries.values()]
        return tuple(each for each in read if each)

    def _expectation(self, entry: source.Entry, found: list[Diagnostic]) -> Expectation | None:
        name = entry.key.text
        rule = self.by_name.get(name)
        if rule is None:
            near, names = closest(name, self.by_name), ", ".join(f"`{each}`" for each in self.by_name)
            found.append(UnknownRule.at(entry.key.place, near=near, text=name, names=names))
            return None
        scalar, texts = _parts(entry, found)
        if scalar is None:
            return None
        read = self._words(scalar, rule, texts)
        if read is None:
            text = scalar.text
            cure = _cure(text, rule)
            found.append(NotAnExpectation.at(scalar.place, cure=cure, text=text, rule=name))
        return read

    def _words(self, scalar: source.Scalar, rule: Rule, texts: Mapping[Language, str]) -> Expectation | None:
        first, *words = split(scalar.text)
        status = _STATUSES.get(first)
        colour = first if first in (*COLOURS, "green") else ""
        if (colour == "green" or status == "not_fired") and (colour == "green") != (rule.kind == "zone"):
            return None
        if colour:
            status = "not_fired" if colour == "green" else "fired"
        if status is None:
            return None
        reason, uncertain, hidden_by = None, None, ""
        for word in words:
            if word in REASONS and (status == "unknown" or uncertain) and reason is None:
                reason = REASONS[word]
            elif word in COLOURS and status == "unconfirmed" and not colour:
                colour = word
            elif word == "uncertain" and status in ("fired", "unconfirmed"):
                uncertain = True
            elif word.startswith("hidden by ") and word.removeprefix("hidden by ") in self.by_name:
                hidden_by = self.by_name[word.removeprefix("hidden by ")].id
            else:
                return None
        return Expectation(rule.id, scalar.text, scalar.place, status, colour, reason, uncertain, hidden_by, texts)


def _parts(entry: source.Entry, found: list[Diagnostic]) -> tuple[source.Scalar | None, dict[Language, str]]:
    """The words, and the texts that people shall read, of a line or a block with `is`."""
    where = f"`{entry.key.text}` under `expect`"
    texts: dict[Language, str] = {}
    if isinstance(entry.value, source.Scalar):
        return entry.value, texts
    scalar: source.Scalar | None = None
    entries = entry.value.entries if isinstance(entry.value, source.Mapping) else {}
    for name, each in entries.items():
        if not isinstance(each.value, source.Scalar):
            found.append(WrongShape.at(each.key.place, where=where, expected="words on one line", found="a block"))
        elif name == "is":
            scalar = each.value
        elif name in _LANGUAGES:
            texts[_LANGUAGES[name]] = each.value.text
        else:
            cure = "write `is`, `nb`, `nn` or `en`"
            found.append(UnknownField.at(each.key.place, cure=cure, field=name, where=where))
    if scalar is None:
        found.append(MissingField.at(entry.key.place, where=where, field="is"))
    return scalar, texts


def _cure(text: str, rule: Rule) -> str:
    if text == "green":
        return "only a zone is green; write `not fired`"
    if text == "not fired" and rule.kind == "zone":
        return "a quiet zone is `green`"
    reasons = [each for each in split(text)[1:] if each not in REASONS and each not in COLOURS]
    near = closest(reasons[0], REASONS) if reasons and text.startswith("unknown") else ""
    return f"did you mean `unknown, {near}`?" if near else ""


def words_of(finding: Finding) -> str:
    """A finding as a case file would expect it."""
    if finding.status == "unknown":
        return f"unknown, {finding.reason.name.replace('_', ' ')}" if finding.reason else "unknown"
    first = finding.status.replace("_", " ")
    if finding.status == "unconfirmed":
        first = f"unconfirmed, {finding.colour}"
    elif finding.colour:
        first = finding.colour
    if finding.uncertain and finding.reason:
        first += f", uncertain, {finding.reason.name.replace('_', ' ')}"
    return first + (f", hidden by {finding.hidden_by.rpartition('/')[2]}" if finding.hidden_by else "")
