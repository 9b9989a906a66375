"""Text of a case file → its cases, with every `like` filled in, and everything found wrong with it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from cds import source
from cds.cases.expected import read_expectations
from cds.cases.facts import Facts, Named, named_inputs
from cds.cases.model import Case
from cds.cases.notes import Entries, Notes
from cds.cases.words import read_moment, read_patient_limit, read_time, split
from cds.diagnostics import Diagnostic, PatientError, Place, closest, in_order
from cds.diagnostics.casework import CaseCircle, NotAPatientWord, SameCase, UnknownCase, UnknownInput, UnknownZone
from cds.diagnostics.shape import MissingField, UnknownField
from cds.loading import Checked
from cds.periods import NORWAY, Zone, zone
from cds.plan import Rule
from cds.reading import LoadedFile

FIELDS: Final = ("like", "at", "zone", "patient", "patient_limits", "not_supplied", "supplied_from", "expect")


def read_cases(text: str | bytes, file: str, of: LoadedFile, checked: Checked) -> tuple[list[Case], list[Diagnostic]]:
    """The cases in the text of a case file that stands beside the ruleset `of`, and everything wrong with it.

    `checked` holds that ruleset, without errors, and those it uses. A case with a fault is left out.
    """
    node, found = source.read(text, file)
    if node is None or found:
        return [], found
    return cases_in(node, of, checked)


def cases_in(node: source.Mapping, of: LoadedFile, checked: Checked) -> tuple[list[Case], list[Diagnostic]]:
    """The cases in the block of a case file; as `read_cases`."""
    book = _Book(of, checked)
    for name, entry in node.entries.items():
        if name != "cases":
            cure = "a case file has the one field `cases`"
            book.notes.append(UnknownField.at(entry.key.place, cure=cure, field=name, where="a case file"))
    block = node.entries.get("cases")
    if block is None:
        book.notes.append(MissingField.at(node.place, where="a case file", field="cases"))
        return [], book.notes
    book.take(block)
    return list(book.read()), in_order(book.notes)


class _Book:
    """One case file while it is read."""

    def __init__(self, of: LoadedFile, checked: Checked) -> None:
        self.of = of
        self.notes = Notes()
        self.written: dict[str, tuple[Place, Entries]] = {}
        self.inputs = named_inputs(of, checked)
        self.rules = _rules(of, checked)

    def take(self, block: source.Entry) -> None:
        """Take in the cases as they are written."""
        if not isinstance(block.value, source.Mapping):
            self.notes.wrong_shape(block.key.place, "`cases`", "a block of cases with their names")
            return
        for name, entry in block.value.entries.items():
            if isinstance(entry.value, source.Mapping):
                self.written[name] = entry.key.place, entry.value.entries
            else:
                self.notes.wrong_shape(entry.key.place, f"the case `{name}`", "a block of fields")

    def read(self) -> Iterator[Case]:
        """Every case that can be read and says something of its own."""
        seen: dict[str, Case] = {}
        for name in self.written:
            case = self.case(name)
            if case is None:
                continue
            expected = sorted(str(each.content) for each in case.expect)
            first = seen.setdefault(repr((case.at, {**case.record, "id": ""}, expected)), case)
            if first is case:
                yield case
            else:
                self.notes.append(SameCase.at(case.place, also=first.place, name=name, other=first.name))

    def case(self, name: str) -> Case | None:
        """The case, or None when something in it is wrong."""
        place, _ = self.written[name]
        entries = self.filled_in(name)
        if entries is None:
            return None
        before = len(self.notes)
        self.fields(entries, place, f"the case `{name}`")
        home = self.zone(entries)
        at = self.notes.text(entries, "at")
        moment = self.notes.attempt(at, read_moment, home) if at else None
        if at is None or moment is None:
            return None
        facts = self.facts(entries, home, moment)
        expect = read_expectations(entries["expect"].value, self.rules, self.notes) if "expect" in entries else ()
        if len(self.notes) > before:
            return None
        return Case(name, place, at.text, home.name, facts.record(name), expect)

    def filled_in(self, name: str) -> Entries | None:
        """The fields of a case over those of the case that it is like."""
        way, filled = [name], dict(self.written[name][1])
        like = filled.get("like")
        while like is not None:
            other = like.value.text if isinstance(like.value, source.Scalar) else ""
            if other in way:
                circle = " → ".join([*way[way.index(other) :], other])
                self.notes.append(CaseCircle.at(like.value.place, circle=circle))
                return None
            if other not in self.written:
                near = closest(other, [each for each in self.written if each not in way])
                self.notes.append(UnknownCase.at(like.value.place, near=near, text=other))
                return None
            way.append(other)
            below = self.written[other][1]
            filled = {**below, **filled}
            like = below.get("like")
        return filled

    def fields(self, entries: Entries, place: Place, where: str) -> None:
        """Say which fields are missing, and which are not known."""
        for each in ("at", "expect"):
            if each not in entries:
                self.notes.append(MissingField.at(place, where=where, field=each))
        known = [*FIELDS, *self.inputs]
        for name, entry in entries.items():
            if name not in known:
                near = closest(name, known)
                cure = "" if near else "write an input of the ruleset, or one of " + ", ".join(FIELDS)
                self.notes.append(UnknownField.at(entry.key.place, near=near, cure=cure, field=name, where=where))

    def zone(self, entries: Entries) -> Zone:
        written = self.notes.text(entries, "zone")
        try:
            return zone(written.text if written else NORWAY)
        except PatientError:
            assert written
            self.notes.append(UnknownZone.at(written.place, text=written.text))
            return zone(NORWAY)

    def facts(self, entries: Entries, home: Zone, at: int) -> Facts:
        """The patient that a case describes."""
        facts = Facts(home, self.inputs, self.notes)
        patient = self.notes.text(entries, "patient")
        for word in split(patient.text) if patient else ():
            if patient and not facts.describe(word, at):
                spans = [name for name, each in self.inputs.items() if each.is_span]
                near = closest(word, ["female", "male", *spans])
                self.notes.append(NotAPatientWord.at(patient.place, near=near, text=word))
        for name, entry in entries.items():
            if name in self.inputs and name not in FIELDS:
                facts.take(self.inputs[name], entry)
        facts.limits += self.limits(entries)
        self.supply(entries, facts)
        return facts

    def limits(self, entries: Entries) -> Iterator[dict[str, Any]]:
        """The patient's own limits: `name: 1.5 kg, author, date`, or a list of records as they may arrive."""
        entry = entries.get("patient_limits")
        if entry is None:
            return
        if isinstance(entry.value, source.Sequence):
            for item in entry.value.items:
                yield _as_it_arrives(source.plain(item))
        elif isinstance(entry.value, source.Mapping):
            for each in entry.value.entries.values():
                items = each.value.items if isinstance(each.value, source.Sequence) else (each.value,)
                for item in items:
                    yield self.limit(each.key.text, source.plain(item))
        else:
            self.notes.wrong_shape(entry.key.place, "`patient_limits`", "a block or a list")

    def limit(self, written: str, text: object) -> dict[str, Any]:
        """A limit under its name; `ALIAS.NAME` for a limit of a ruleset that is used."""
        alias, _, name = written.rpartition(".")
        uses = self.of.model.uses
        ruleset = uses[alias].split()[0] if alias in uses else alias or self.of.model.ruleset
        return read_patient_limit(name, str(text), ruleset)

    def supply(self, entries: Entries, facts: Facts) -> None:
        """What was not handed over, or only from a time on."""
        entry, since = entries.get("not_supplied"), entries.get("supplied_from")
        if entry and not isinstance(entry.value, source.Sequence):
            self.notes.wrong_shape(entry.key.place, "`not_supplied`", "a list of inputs")
        elif entry and isinstance(entry.value, source.Sequence):
            for item in entry.value.items:
                if isinstance(item, source.Scalar) and (named := self.input(item)):
                    facts.supplied[named.supplied_as] = False
        if since and not isinstance(since.value, source.Mapping):
            self.notes.wrong_shape(since.key.place, "`supplied_from`", "`input: moment` lines")
        elif since and isinstance(since.value, source.Mapping):
            for each in since.value.entries.values():
                named = self.input(each.key)
                if named and isinstance(each.value, source.Scalar):
                    facts.supplied[named.supplied_as] = {"from": self.notes.attempt(each.value, read_time, facts.zone)}

    def input(self, name: source.Scalar) -> Named | None:
        if name.text in self.inputs:
            return self.inputs[name.text]
        near, names = closest(name.text, self.inputs), ", ".join(f"`{each}`" for each in self.inputs)
        self.notes.append(UnknownInput.at(name.place, near=near, text=name.text, names=names))
        return None


def _rules(of: LoadedFile, checked: Checked) -> Mapping[str, Rule]:
    """The rules that a case file of this ruleset may name: its own, and `ALIAS.NAME`."""
    prefixes = {of.model.ruleset: ""} | {use.split()[0]: f"{alias}." for alias, use in of.model.uses.items()}
    rules = checked.plan.rules if checked.plan else ()
    return {prefixes[rule.ruleset] + rule.name: rule for rule in rules if rule.ruleset in prefixes}


def _as_it_arrives(record: object) -> dict[str, Any]:
    """A record as data would bring it: its value is a number where it can be one."""
    fields: dict[str, Any] = dict(cast("dict[str, Any]", record)) if isinstance(record, dict) else {}
    try:
        return {**fields, "value": float(fields["value"])}
    except (KeyError, TypeError, ValueError):
        return fields
