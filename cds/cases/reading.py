"""Text of a case file → its cases, with every `like` filled in, and everything found wrong with it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from cds import source
from cds.cases.expected import Rules
from cds.cases.facts import Facts, Named, named_inputs
from cds.cases.model import Case
from cds.cases.words import is_sex, read_born, read_moment, read_patient_limit, read_time, split
from cds.diagnostics import Code, Diagnostic, PatientError, Place, closest, in_order
from cds.diagnostics.casework import (
    CaseCircle,
    NotAPatientWord,
    SameCase,
    UnknownCase,
    UnknownInput,
    UnknownZone,
)
from cds.diagnostics.shape import MissingField, UnknownField, WrongShape
from cds.grammar import Misread
from cds.load import Checked
from cds.periods import NORWAY, Zone, zone
from cds.reading import LoadedFile

FIELDS: Final = ("like", "at", "zone", "patient", "patient_limits", "not_supplied", "supplied_from", "expect")
Entries = dict[str, source.Entry]
_Read = TypeVar("_Read")


def read_cases(text: str | bytes, file: str, of: LoadedFile, checked: Checked) -> tuple[list[Case], list[Diagnostic]]:
    """The cases in the text of a case file that stands beside the ruleset `of`, and everything wrong with it.

    `checked` holds that ruleset, without errors, and those it uses. A case with a fault is left out.
    """
    node, found = source.read(text, file)
    if node is None or any(each.is_error for each in found):
        return [], found
    cases, more = cases_in(node, of, checked)
    return cases, in_order([*found, *more])


def cases_in(node: source.Mapping, of: LoadedFile, checked: Checked) -> tuple[list[Case], list[Diagnostic]]:
    """The cases in the block of a case file; as `read_cases`."""
    book = _Book(of, checked)
    for name, entry in node.entries.items():
        if name != "cases":
            cure = "a case file has the one field `cases`"
            book.found.append(UnknownField.at(entry.key.place, cure=cure, field=name, where="a case file"))
    block = node.entries.get("cases")
    if block is None:
        book.found.append(MissingField.at(node.place, where="a case file", field="cases"))
        return [], book.found
    book.take(block)
    return book.read(), in_order(book.found)


@dataclass(slots=True)
class _Book:
    """One case file while it is read."""

    of: LoadedFile
    checked: Checked
    found: list[Diagnostic] = field(default_factory=list[Diagnostic])
    written: dict[str, tuple[Place, Entries]] = field(default_factory=dict[str, tuple[Place, Entries]])
    inputs: Mapping[str, Named] = field(init=False)
    rules: Rules = field(init=False)

    def __post_init__(self) -> None:
        self.inputs = named_inputs(self.of, self.checked)
        self.rules = _rules(self.of, self.checked)

    def take(self, block: source.Entry) -> None:
        """Take in the cases as they are written."""
        if not isinstance(block.value, source.Mapping):
            self.wrong_shape(block.key.place, "`cases`", "a block of cases with their names")
            return
        for name, entry in block.value.entries.items():
            if isinstance(entry.value, source.Mapping):
                self.written[name] = entry.key.place, entry.value.entries
            else:
                self.wrong_shape(entry.key.place, f"the case `{name}`", "a block of fields")

    def read(self) -> list[Case]:
        """Every case that can be read and says something of its own."""
        cases: list[Case] = []
        seen: dict[str, Case] = {}
        for name in self.written:
            case = self.case(name)
            if case is None:
                continue
            content = repr((case.at, case.record | {"id": ""}, sorted(each.content for each in case.expect, key=str)))
            if content in seen:
                first = seen[content]
                self.found.append(SameCase.at(case.place, also=first.place, name=name, other=first.name))
            else:
                seen[content] = case
                cases.append(case)
        return cases

    def case(self, name: str) -> Case | None:
        """The case, or None when something in it is wrong."""
        place, _ = self.written[name]
        entries = self.filled_in(name, ())
        if entries is None:
            return None
        before = len(self.found)
        where = f"the case `{name}`"
        self.found += [
            MissingField.at(place, where=where, field=each) for each in ("at", "expect") if each not in entries
        ]
        self.unknown_fields(entries, where)
        time_zone = self.zone(entries)
        at = self.text(entries, "at", where)
        moment = self.attempt(at, lambda text: read_moment(text, time_zone)) if at else None
        if at is None or moment is None:
            return None
        facts = self.facts(entries, time_zone, moment)
        expect = self.rules.read(entries["expect"].value, self.found) if "expect" in entries else ()
        if len(self.found) > before:
            return None
        return Case(name, place, at.text, time_zone.name, facts.record(name), expect)

    def filled_in(self, name: str, above: tuple[str, ...]) -> Entries | None:
        """The fields of a case over those of the case that it is like."""
        place, entries = self.written[name]
        like = entries.get("like")
        if like is None:
            return entries
        other = like.value.text if isinstance(like.value, source.Scalar) else ""
        if other not in self.written:
            near = closest(other, [each for each in self.written if each != name])
            self.found.append(UnknownCase.at(like.value.place, near=near, text=other))
            return None
        if other in (*above, name):
            start = (*above, name).index(other)
            circle = " → ".join([*(*above, name)[start:], other])
            self.found.append(CaseCircle.at(like.value.place, circle=circle))
            return None
        below = self.filled_in(other, (*above, name))
        return None if below is None else {**below, **entries}

    def unknown_fields(self, entries: Entries, where: str) -> None:
        known = [*FIELDS, *self.inputs]
        for name, entry in entries.items():
            if name not in known:
                near = closest(name, known)
                cure = "" if near else "write an input of the ruleset, or one of " + ", ".join(FIELDS)
                self.found.append(UnknownField.at(entry.key.place, near=near, cure=cure, field=name, where=where))

    def zone(self, entries: Entries) -> Zone:
        written = self.text(entries, "zone", "a case")
        try:
            return zone(written.text) if written else zone(NORWAY)
        except PatientError:
            assert written
            self.found.append(UnknownZone.at(written.place, text=written.text))
            return zone(NORWAY)

    def facts(self, entries: Entries, time_zone: Zone, at: int) -> Facts:
        """The patient that a case describes."""
        facts = Facts(self.checked.concepts, time_zone, self.inputs)
        self.patient(entries, facts, at)
        for name, entry in entries.items():
            if name in self.inputs and name not in FIELDS:
                self.found += facts.take(self.inputs[name], entry)
        self.limits(entries, facts)
        self.supply(entries, facts)
        return facts

    def patient(self, entries: Entries, facts: Facts, at: int) -> None:
        """Age, sex, diagnoses and devices in words."""
        written = self.text(entries, "patient", "a case")
        for word in split(written.text) if written else ():
            assert written
            if is_sex(word):
                facts.sex = word
            elif word in self.inputs and self.inputs[word].is_span:
                facts.has(self.inputs[word], {})
            elif (born := self.attempt(written, lambda _, each=word: read_born(each, at, facts.zone))) is not None:
                facts.birth_date = born
            elif not self.found or self.found[-1].place != written.place:
                near = closest(word, ["female", "male", *(name for name, each in self.inputs.items() if each.is_span)])
                self.found.append(NotAPatientWord.at(written.place, near=near, text=word))

    def limits(self, entries: Entries, facts: Facts) -> None:
        """The patient's own limits: `name: 1.5 kg, author, date`, or records in a list, as they may arrive."""
        for path, scalar in self.lines(entries, "patient_limits"):
            if isinstance(path, dict):
                facts.limits.append(path)
            elif scalar:
                alias, _, name = path.rpartition(".")
                ruleset = self.of.model.uses[alias].split()[0] if alias in self.of.model.uses else alias
                facts.limits.append(
                    read_patient_limit(name, scalar.text, ruleset or self.of.model.ruleset)
                )

    def lines(
        self, entries: Entries, name: str
    ) -> Iterator[tuple[str | dict[str, object], source.Scalar | None]]:
        """Names with their texts; a name with a list of texts comes once for each; records of a list come whole."""
        entry = entries.get(name)
        if entry is None:
            return
        if isinstance(entry.value, source.Sequence):
            for item in entry.value.items:
                record = source.plain(item)
                yield (_with_number(record) if isinstance(record, dict) else {}), None
            return
        if not isinstance(entry.value, source.Mapping):
            self.wrong_shape(entry.key.place, f"`{name}`", "a block of names")
            return
        for each in entry.value.entries.values():
            items = each.value.items if isinstance(each.value, source.Sequence) else (each.value,)
            for item in items:
                if isinstance(item, source.Scalar):
                    yield each.key.text, item
                else:
                    self.wrong_shape(each.key.place, f"`{name}`", "words on one line")

    def supply(self, entries: Entries, facts: Facts) -> None:
        """What was not handed over, or only from a time on."""
        entry = entries.get("not_supplied")
        if entry is not None and not isinstance(entry.value, source.Sequence):
            self.wrong_shape(entry.key.place, "`not_supplied`", "a list of inputs")
        elif entry is not None and isinstance(entry.value, source.Sequence):
            for item in entry.value.items:
                if isinstance(item, source.Scalar) and (named := self.input(item)):
                    facts.supplied[named.supply] = False
        since = entries.get("supplied_from")
        for each in since.value.entries.values() if since and isinstance(since.value, source.Mapping) else ():
            if isinstance(each.value, source.Scalar) and (named := self.input(each.key)):
                time = self.attempt(each.value, lambda text: read_time(text, facts.zone))
                facts.supplied[named.supply] = {"from": time}

    def input(self, name: source.Scalar) -> Named | None:
        if name.text in self.inputs:
            return self.inputs[name.text]
        near, names = closest(name.text, self.inputs), ", ".join(f"`{each}`" for each in self.inputs)
        self.found.append(UnknownInput.at(name.place, near=near, text=name.text, names=names))
        return None

    def text(self, entries: Entries, name: str, where: str) -> source.Scalar | None:
        """The text of a field; None when it is not there."""
        entry = entries.get(name)
        if entry is None or isinstance(entry.value, source.Scalar):
            return entry.value if entry else None
        self.wrong_shape(entry.key.place, f"`{name}` of {where}", "words on one line")
        return None

    def attempt(self, scalar: source.Scalar, read: Callable[[str], _Read]) -> _Read | None:
        """What the text says; None after a diagnostic when it cannot be read."""
        try:
            return read(scalar.text)
        except Misread as misread:
            self.found.append(diagnostic(misread, scalar))
            return None

    def wrong_shape(self, place: Place, where: str, expected: str) -> None:
        self.found.append(WrongShape.at(place, where=where, expected=expected, found="something else"))
