"""What is expected of a rule, in words: `yellow`, `unknown, no earlier reading`, `green`, `red, hidden by severe`."""

from collections.abc import Mapping
from typing import Any, Final

from cds import source
from cds.cases.model import Expectation
from cds.cases.notes import Notes
from cds.cases.words import split
from cds.diagnostics import Language, closest
from cds.diagnostics.casework import NotAnExpectation, UnknownRule
from cds.diagnostics.shape import MissingField, UnknownField
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


def read_expectations(node: source.Node, rules: Mapping[str, Rule], notes: Notes) -> tuple[Expectation, ...]:
    """What the block `expect` says of each rule. rules: the rules that may be named, by the names they have there."""
    if not isinstance(node, source.Mapping):
        notes.wrong_shape(node.place, "`expect`", "`rule: what is expected` lines")
        return ()
    read = [_expectation(entry, rules, notes) for entry in node.entries.values()]
    return tuple(each for each in read if each)


def _expectation(entry: source.Entry, rules: Mapping[str, Rule], notes: Notes) -> Expectation | None:
    name = entry.key.text
    rule = rules.get(name)
    if rule is None:
        near, names = closest(name, rules), ", ".join(f"`{each}`" for each in rules)
        notes.append(UnknownRule.at(entry.key.place, near=near, text=name, names=names))
        return None
    scalar, texts = _parts(entry, notes)
    if scalar is None:
        return None
    first, *words = split(scalar.text)
    read = _first_word(first, rule)
    for word in words:
        read = _further_word(read, word, rules) if read else None
    if read is None:
        text = scalar.text
        notes.append(NotAnExpectation.at(scalar.place, cure=_cure(text, rule), text=text, rule=name))
        return None
    return Expectation(rule.id, scalar.text, scalar.place, **read, texts=texts)


Fields = dict[str, Any]


def _first_word(word: str, rule: Rule) -> Fields | None:
    """Status and colour; a quiet zone is green and nothing else."""
    if word in COLOURS:
        return {"status": "fired", "colour": word}
    if word == "green" or word == "not fired":
        fields = {"status": "not_fired", "colour": "green" if word == "green" else ""}
        return fields if (word == "green") == (rule.kind == "zone") else None
    return {"status": _STATUSES[word]} if word in _STATUSES else None


def _further_word(read: Fields, word: str, rules: Mapping[str, Rule]) -> Fields | None:
    """What follows after a comma."""
    status = read["status"]
    hiding = rules.get(word.removeprefix("hidden by "))
    if word in REASONS and "reason" not in read and (status == "unknown" or "uncertain" in read):
        return {**read, "reason": REASONS[word]}
    if word in COLOURS and status == "unconfirmed" and "colour" not in read:
        return {**read, "colour": word}
    if word == "uncertain" and status in ("fired", "unconfirmed"):
        return {**read, "uncertain": True}
    if hiding and word.startswith("hidden by ") and status in ("fired", "unconfirmed"):
        return {**read, "hidden_by": hiding.id}
    return None


def _parts(entry: source.Entry, notes: Notes) -> tuple[source.Scalar | None, dict[Language, str]]:
    """The words, and the texts that people shall read, of a line or a block with `is`."""
    where = f"`{entry.key.text}` under `expect`"
    texts: dict[Language, str] = {}
    if isinstance(entry.value, source.Scalar):
        return entry.value, texts
    scalar: source.Scalar | None = None
    entries = entry.value.entries if isinstance(entry.value, source.Mapping) else {}
    for name, each in entries.items():
        if not isinstance(each.value, source.Scalar):
            notes.wrong_shape(each.key.place, where, "words on one line")
        elif name == "is":
            scalar = each.value
        elif name in _LANGUAGES:
            texts[_LANGUAGES[name]] = each.value.text
        else:
            cure = "write `is`, `nb`, `nn` or `en`"
            notes.append(UnknownField.at(each.key.place, cure=cure, field=name, where=where))
    if scalar is None:
        notes.append(MissingField.at(entry.key.place, where=where, field="is"))
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
