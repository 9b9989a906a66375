"""The data of a case → a record of one patient, as it would come from outside."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cds import model, source
from cds.cases.notes import Entries, Notes
from cds.cases.words import (
    READING_WORDS,
    SERIES,
    read_born,
    read_dispense,
    read_dose,
    read_event,
    read_presence,
    read_reading,
    read_series,
    read_time,
)
from cds.codes import RECORDED, Concept, Concepts, Kind
from cds.diagnostics.shape import MissingField
from cds.loading import Checked
from cds.patient import SEX
from cds.periods import Zone
from cds.reading import LoadedFile

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Named:
    """An input by the name that a case file gives it: its own, or `ALIAS.NAME`. concept: None for all doses."""

    name: str
    input: model.Input
    concept: Concept | None

    @property
    def is_span(self) -> bool:
        """Whether a patient has it or not: a diagnosis, device, medicine or stay."""
        return self.input.is_span

    @property
    def supplied_as(self) -> str:
        """The name under which a record says whether it was handed over."""
        is_medicine = self.concept is None or self.concept.kind == "medicine"
        return self.input.key if is_medicine else self.input.named[1]


def named_inputs(of: LoadedFile, checked: Checked) -> dict[str, Named]:
    """The inputs that a case file of this ruleset may name."""
    files = {each.model.ruleset: each for each in checked.files}
    found = _inputs(of, "", checked.concepts)
    for alias, use in of.model.uses.items():
        found |= _inputs(files[use.split()[0]], f"{alias}.", checked.concepts)
    return found


def _inputs(file: LoadedFile, prefix: str, concepts: Concepts) -> dict[str, Named]:
    found: dict[str, Named] = {}
    for name, each in file.model.inputs.items():
        found[prefix + name] = Named(prefix + name, each, concepts.by_name.get(each.named[1]))
    return found


@dataclass(slots=True)
class Facts:
    """A patient while a case is read. supplied: as a record says it; spans and rows by concept."""

    zone: Zone
    inputs: Mapping[str, Named]
    notes: Notes
    birth_date: str = ""
    sex: str = ""
    readings: dict[str, list[Record]] = field(default_factory=dict[str, list[Record]])
    forms: dict[str, list[Record]] = field(default_factory=dict[str, list[Record]])
    spans: dict[str, list[Record]] = field(default_factory=dict[str, list[Record]])
    events: dict[str, list[Record]] = field(default_factory=dict[str, list[Record]])
    doses: list[Record] = field(default_factory=list[Record])
    dispenses: list[Record] = field(default_factory=list[Record])
    limits: list[Record] = field(default_factory=list[Record])
    supplied: dict[str, object] = field(default_factory=dict[str, object])

    def describe(self, word: str, at: int) -> bool:
        """Take a word about the patient: age, sex, or what `has` may ask for; whether it is one."""
        named = self.inputs.get(word)
        if word in SEX:
            self.sex = word
        elif named and named.is_span:
            self.spans[named.supplied_as] = [_of_class(named, {})]
        else:
            born = read_born(word, at, self.zone)
            self.birth_date = born or self.birth_date
            return born is not None
        return True

    def take(self, named: Named, entry: source.Entry) -> None:
        """Take the data of one input."""
        value = entry.value
        if named.is_span:
            self._take_span(named, entry)
        elif isinstance(value, source.Scalar) and value.text == "none":
            return
        elif named.input.dispenser_events:
            rows = self.events.setdefault(named.supplied_as, [])
            rows += self._events(named, entry)
        else:
            for time, scalar, text in self._lines(named, entry):
                self._take_row(named, time, source.Scalar(text, scalar.place))

    def _take_span(self, named: Named, entry: source.Entry) -> None:
        rows: list[Record] = []
        for item in entry.value.items if isinstance(entry.value, source.Sequence) else (entry.value,):
            if not isinstance(item, source.Scalar):
                expected = "`yes`, `no`, `unknown` or `provisional`, or a list of them"
                self.notes.wrong_shape(entry.key.place, f"`{named.name}`", expected)
                continue
            row = self.notes.attempt(item, read_presence, named.name, self.zone, named.input.medicine is not None)
            if isinstance(row, dict):
                rows.append(_of_class(named, row))
            elif row is False:
                self.supplied[named.supplied_as] = False
        self.spans[named.supplied_as] = rows

    def _events(self, named: Named, entry: source.Entry) -> Iterator[Record]:
        items = entry.value.items if isinstance(entry.value, source.Sequence) else (entry.value,)
        for item in items:
            if not isinstance(item, source.Scalar):
                self.notes.wrong_shape(item.place, f"`{named.name}`", "a list of moments")
            elif row := self.notes.attempt(item, read_event, self.zone):
                yield row

    def _take_row(self, named: Named, time: str, scalar: source.Scalar) -> None:
        concept = named.concept
        if named.input.dispenser_doses:
            row = self.notes.attempt(scalar, read_dose, time, self.zone)
            self.doses += [_of_class(named, row)] if row else []
        elif named.input.dispenses:
            row = self.notes.attempt(scalar, read_dispense, self.zone)
            self.dispenses += [] if row is None else [{"time": time, **_of_class(named, row)}]
        elif concept:
            row = self.notes.attempt(scalar, read_reading, concept, named.name, self.zone)
            rows = self.forms if concept.kind == "form" else self.readings
            if row:
                rows.setdefault(concept.name, []).append({"time": time, **_asked_for(named.input), **row})

    def _lines(self, named: Named, entry: source.Entry) -> Iterator[tuple[str, source.Scalar, str]]:
        """Time, place and text of every row of an input: a block, or a list of blocks."""
        items = entry.value.items if isinstance(entry.value, source.Sequence) else (entry.value,)
        for item in items:
            if not isinstance(item, source.Mapping):
                expected = "`time: value` lines, or `none`"
                self.notes.wrong_shape(entry.key.place, f"`{named.name}`", expected)
                continue
            if not SERIES.isdisjoint(item.entries):
                yield from self._series(item.entries)
            for key, each in item.entries.items():
                if key not in SERIES and self.notes.attempt(each.key, read_time, self.zone):
                    yield from self._at_one_time(named, each)

    def _at_one_time(self, named: Named, entry: source.Entry) -> Iterator[tuple[str, source.Scalar, str]]:
        values = entry.value.items if isinstance(entry.value, source.Sequence) else (entry.value,)
        for value in values:
            if isinstance(value, source.Scalar):
                yield entry.key.text, value, value.text
            else:
                self.notes.wrong_shape(entry.key.place, f"`{named.name}`", "words on one line")

    def _series(self, entries: Entries) -> Iterator[tuple[str, source.Scalar, str]]:
        written = {name: self.notes.text(entries, name) for name in sorted(SERIES)}
        texts = {name: scalar.text for name, scalar in written.items() if scalar}
        first = next(entries[name].key for name in entries if name in SERIES)
        for name in sorted(SERIES - entries.keys()):
            self.notes.append(MissingField.at(first.place, where="a series", field=name))
        values = written["values"]
        if values and len(texts) == len(SERIES):
            for time, text in self.notes.attempt(values, read_series, texts, self.zone) or ():
                yield time, values, text

    def record(self, name: str) -> Record:
        """The patient as a record: what no input says is supplied and empty, unless it was said not to be."""
        kinds: dict[str, dict[str, list[Record]]] = {kind: {} for kind in _SECTIONS}
        medicines: list[Record] = []
        supplied: dict[str, object] = {}
        for each in self.inputs.values():
            concept, key = each.concept, each.supplied_as
            if each.input.medicine:
                medicines += [row for row in self.spans.get(key, ()) if row not in medicines]
            elif concept and concept.kind in _SECTIONS:
                held = {"form": self.forms, "event": self.events, **dict.fromkeys(RECORDED[:2], self.readings)}
                kinds[concept.kind][key] = held.get(concept.kind, self.spans).get(key, [])
            if key in self.supplied:
                supplied[key] = self.supplied[key]
        found: Record = {"id": name, "zone": self.zone.name}
        for kind, section in _SECTIONS.items():
            found.setdefault(section, {}).update(kinds[kind])
        found |= {"doses": self.doses, "medicines": medicines, "dispenses": self.dispenses}
        found |= {"limits": self.limits, "supplied": supplied}
        return found | {key: value for key, value in (("birth_date", self.birth_date), ("sex", self.sex)) if value}


_SECTIONS: Final[Mapping[Kind, str]] = {
    "measurement": "readings",
    "panel": "readings",
    "form": "forms",
    "diagnosis": "conditions",
    "device": "devices",
    "stay": "stays",
    "event": "events",
}
"""Kind of concept -> where a record holds it."""


def _of_class(named: Named, row: Record) -> Record:
    """A row about a medicine; one that says no code is of the class that the input names."""
    is_medicine = named.concept is not None and named.concept.kind == "medicine"
    return {"atc": named.concept.atc[0], **row} if named.concept and is_medicine else row


def _asked_for(source_of: model.Input) -> dict[str, str]:
    """What readings under an input are unless they say otherwise: just what the input asks for."""
    asked = {each: getattr(source_of, each) for each in READING_WORDS}
    return {name: word for name, word in asked.items() if word}
