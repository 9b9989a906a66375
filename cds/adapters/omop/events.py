"""A batch of an OMOP table of events → columns of our own tables, and which rows go where."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from cds.adapters.amounts import MOST_DAYS
from cds.adapters.omop.cells import CLOCK, DATE, NONE, Figures, Times, days, no_figures, numbers, texts, times, wholes
from cds.adapters.omop.codes import CodeBook, first_of, reworded, worded
from cds.adapters.omop.derived import DerivedDays
from cds.adapters.omop.notes import NOBODY, CdmNotes
from cds.adapters.omop.specification import (
    COMPARATORS,
    DRUG,
    DRUG_TYPE,
    DRUG_TYPES,
    NO_CONCEPT,
    PRELIMINARY,
    Names,
)
from cds.adapters.omop.vocabulary import Vocabulary
from cds.adapters.tables.arrow import ArrowArray, ArrowBatch, compute, pa
from cds.operators.series import MICROSECONDS_PER_DAY
from cds.population import Array

Columns = Mapping[str, "ArrowArray | Times"]


class Portion(NamedTuple):
    """Rows for one of our tables. is_ours: which rows of the batch; columns: of the whole batch."""

    table: str
    is_ours: Array
    columns: Columns


class Lost(NamedTuple):
    """Persons of whom it cannot be told in full what a part of the CDM says. folder: as in `supplied`."""

    folder: str
    persons: Array


@dataclass(frozen=True)
class Events:
    """A batch of a table of events. first: number of its first row."""

    table: str
    names: Names
    first: int
    batch: ArrowBatch
    book: CodeBook
    notes: CdmNotes
    lost: list[Lost] = field(default_factory=list[Lost])
    derived: list[DerivedDays] = field(default_factory=list[DerivedDays])

    @property
    def count(self) -> int:
        """How many rows."""
        return int(self.batch.num_rows)

    @cached_property
    def person(self) -> Figures:
        """Whose each row is."""
        return self.whole("person_id")

    @cached_property
    def concept(self) -> Figures:
        """What each row is about."""
        return self.whole(self.names.concept)

    def has(self, column: str) -> bool:
        """Whether the table has a column."""
        return bool(column) and column in self.batch.schema.names

    def note(self, where: Array, column: str, code: str, **words: str) -> None:
        """Note the rows that a mask marks."""
        rows = np.flatnonzero(where)
        if len(rows):
            persons = np.where(self.person.absent[rows], NOBODY, self.person.value[rows])
            self.notes.add(self.table, column, code, self.first + rows, persons, **words)

    def lose(self, folder: str, where: Array) -> None:
        """Take in that of these rows' persons it cannot be told in full what the folder holds."""
        known = where & ~self.person.absent
        if known.any():
            self.lost.append(Lost(folder, np.unique(self.person.value[known])))

    def whole(self, column: str) -> Figures:
        """A column of whole numbers; one that the table does not have is empty."""
        if not self.has(column):
            return no_figures(self.count)
        read = wholes(self.batch[column])
        rows = np.flatnonzero(read.bad)
        if len(rows):
            nobody = np.full(len(rows), NOBODY)
            self.notes.add(self.table, column, "wrong_shape", self.first + rows, nobody, expected="a whole number")
        return read

    def number(self, column: str) -> Figures:
        """A column of numbers."""
        if not self.has(column):
            return no_figures(self.count)
        return numbers(self.batch[column])

    def amount(self, column: str) -> ArrowArray:
        """A column of numbers as Arrow has them; what is no number is noted and none."""
        read = self.number(column)
        self.note(read.bad, column, "wrong_shape", expected="a number")
        return pa.array(read.value, mask=read.absent)

    def moments(self, time: str, date: str) -> Times:
        """When: the moment where its clock time is known, else the day. One that contradicts its day is unknown."""
        day = self.days(date)
        self.note(day.bad, date, "time_not_understood")
        by_day = Times(day.value * MICROSECONDS_PER_DAY, np.where(day.absent, NONE, DATE).astype(np.int8), day.bad)
        if not self.has(time):
            return by_day
        read = times(self.batch[time])
        self.note(read.bad, time, "time_not_understood")
        is_timed = (read.kind != NONE) & ~((read.kind == DATE) & ~day.absent)
        differs = (read.kind == CLOCK) | (read.kind == DATE)
        differs = differs & ~day.absent & (read.ticks // MICROSECONDS_PER_DAY != day.value)
        self.note(differs, time, "times_disagree")
        kind = np.where(differs, NONE, np.where(is_timed, read.kind, by_day.kind)).astype(np.int8)
        return Times(np.where(is_timed, read.ticks, by_day.ticks), kind, read.bad)

    def days(self, column: str) -> Figures:
        """A column of days."""
        if not self.has(column):
            return no_figures(self.count)
        return days(self.batch[column])

    def codes(self) -> Array:
        """For each row the position of its code in the code book."""
        source_concept = self.whole(self.names.source_concept) if self.has(self.names.source_concept) else None
        source = self.batch[self.names.source] if self.has(self.names.source) else None
        return self.book.chosen(self.concept, source_concept, source)

    def note_unmapped(self, where: Array, column: str, concept: Figures, code: str = "concept_not_mapped") -> None:
        """Note the rows whose concept means nothing here."""
        rows = np.flatnonzero(where)
        if len(rows):
            self.notes.add_unmapped(self.table, column, code, self.first + rows, concept.value[rows])

    @property
    def patient(self) -> ArrowArray:
        """Whose each row is, as our tables have it."""
        return pa.array(self.person.value, mask=self.person.absent)


def readings(given: Events) -> Iterator[Portion]:
    """Rows of `measurement` or `observation` for the table of readings."""
    names, vocabulary = given.names, given.book.vocabulary
    chosen = given.codes()
    is_mapped = chosen > 0
    given.note_unmapped(~is_mapped, names.concept, given.concept)
    value = given.number(names.value)
    columns: dict[str, ArrowArray | Times] = {
        "patient": given.patient,
        **given.book.columns(chosen),
        "time": given.moments(names.time, names.date),
        "value": pa.array(value.value, mask=value.absent),
        "unit": _units(given, vocabulary),
        "word": _words(given, vocabulary, value),
    }
    if given.has(names.operator):
        columns["comparator"] = worded(given.whole(names.operator).value, lambda each: _comparator(vocabulary, each))
    yield Portion("observations", is_mapped, columns)


def _comparator(vocabulary: Vocabulary, concept: int) -> str:
    told = vocabulary.word("operator_concept_id", concept)
    return told or COMPARATORS.get(concept, "" if concept == NO_CONCEPT else f"concept {concept}")


def _units(given: Events, vocabulary: Vocabulary) -> ArrowArray:
    """The unit of each row: that of its concept, else as the source wrote it."""
    names, columns = given.names, list[ArrowArray]()
    concept = given.whole(names.unit)
    columns.append(worded(concept.value, vocabulary.unit))
    if given.has(names.unit_source):

        def said(text: str) -> str:
            told = vocabulary.of_source(names.unit_source, text)
            return told[1] if told else text.strip()

        columns.append(reworded(given.batch[names.unit_source], said))
    columns.append(worded(concept.value, lambda each: f"concept {each}" if each != NO_CONCEPT else ""))
    return first_of(columns)


def _words(given: Events, vocabulary: Vocabulary, value: Figures) -> ArrowArray:
    """What stands in place of a number, in rows that have none."""
    names = given.names
    nothing = pa.nulls(given.count, pa.dictionary(pa.int32(), pa.string()))
    if not value.absent.any():
        return nothing
    rows = pa.array(value.absent)
    concept = given.whole(names.value_concept)
    columns = [reworded(given.batch[names.value], str.strip)] if value.bad.any() else []
    columns.append(worded(concept.value, lambda each: vocabulary.answer(each) if each != NO_CONCEPT else ""))
    columns += [reworded(given.batch[each], str.strip) for each in names.words if given.has(each)]
    found = first_of(columns).cast(pa.string())
    return compute.if_else(rows, found, None).dictionary_encode()


def spans(given: Events, table: str) -> Iterator[Portion]:
    """Rows of `condition_occurrence` or `device_exposure` for our table of the same."""
    chosen = given.codes()
    is_mapped = chosen > 0
    given.note_unmapped(~is_mapped, given.names.concept, given.concept)
    given.lose(table, ~is_mapped)
    yield Portion(table, is_mapped, _span(given, chosen))


def stays(given: Events) -> Iterator[Portion]:
    """Inpatient visits for the table of stays; other visits are none."""
    chosen = given.codes()
    given.note_unmapped(chosen == 0, given.names.concept, given.concept)
    given.lose("stays", chosen == 0)
    yield Portion("stays", given.book.known_among(chosen), _span(given, chosen))


def _span(given: Events, chosen: Array) -> dict[str, "ArrowArray | Times"]:
    names = given.names
    columns: dict[str, ArrowArray | Times] = {
        "patient": given.patient,
        **given.book.columns(chosen),
        "from": given.moments(names.time, names.date),
        "to": given.moments(names.end_time, names.end_date),
    }
    if given.has(names.certainty):
        status = given.whole(names.certainty).value
        columns["certain"] = pa.array(~np.isin(status, sorted(PRELIMINARY)))
    return columns


def drugs(given: Events) -> Iterator[Portion]:
    """Rows of `drug_exposure`: dispensed ones as supply, prescribed ones as use; others as neither."""
    vocabulary = given.book.vocabulary
    kind = given.whole(DRUG_TYPE)
    types = _drug_types(vocabulary, kind)
    given.note_unmapped(types == "", DRUG_TYPE, kind, "drug_type_not_known")
    given.lose("supply", types == "")
    given.lose("medicines", types == "")
    medicine, is_told = _medicines(given, vocabulary)
    given.note_unmapped(~is_told & (types != "given"), DRUG.concept, given.concept, "medicine_not_mapped")
    start = given.moments(DRUG.time, DRUG.date)
    end = given.moments(DRUG.end_time, DRUG.end_date)
    shared = {"patient": given.patient, "atc": medicine}
    is_dispensed = types == "dispensed"
    supply = {"days": _days_supply(given, is_dispensed), "quantity": given.amount("quantity")}
    yield Portion("dispenses", is_dispensed, {**shared, "time": start, **supply})
    certain = pa.array(end.kind != NONE)
    yield Portion("medications", types == "prescribed", {**shared, "from": start, "to": end, "certain": certain})


def _drug_types(vocabulary: Vocabulary, kind: Figures) -> Array:
    """How each medicine is known of: a word of `DRUG_TYPES`, "" = nobody knows."""
    words = worded(kind.value, lambda each: vocabulary.word(DRUG_TYPE, each) or DRUG_TYPES.get(each, ""))
    return np.array(words.cast(pa.string()).fill_null(""), object)


def _medicines(given: Events, vocabulary: Vocabulary) -> tuple[ArrowArray, Array]:
    """The ATC codes of each row, and which rows have one."""
    source = texts(given.batch[DRUG.source]) if given.has(DRUG.source) and DRUG.source in vocabulary.said else None
    columns = [given.concept.value, given.whole(DRUG.source_concept).value]
    if source is not None:
        columns.append(source.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64))
    place, kinds = _combined(columns)
    words: list[str | None] = source.dictionary.to_pylist() if source is not None else []
    told: list[list[str] | None] = []
    for concept, source_concept, *text in kinds:
        written = words[text[0]] or "" if text and text[0] >= 0 else ""
        told.append(list(vocabulary.atc(concept, source_concept, written)) or None)
    is_told = np.array([each is not None for each in told], np.bool_)
    return pa.array(told, pa.list_(pa.string())).take(pa.array(place)), is_told[place]


def _combined(columns: list[Array]) -> tuple[Array, list[tuple[int, ...]]]:
    """For each row the place of its values among the combinations that occur."""
    coded = [pa.array(each).dictionary_encode() for each in columns]
    number = np.zeros(len(columns[0]), np.int64)
    for each in coded:
        number = number * max(len(each.dictionary), 1) + each.indices.to_numpy()
    together = pa.array(number).dictionary_encode()
    place = together.indices.to_numpy()
    firsts = np.full(len(together.dictionary), len(place), np.int64)
    np.minimum.at(firsts, place, np.arange(len(place)))
    return place, list(zip(*(each[firsts].tolist() for each in columns), strict=True))


def _days_supply(given: Events, is_dispensed: Array) -> ArrowArray:
    """How many days each dispense lasts: as stated where that can be, else from its first day to its last."""
    stated = given.number("days_supply")
    given.note(stated.bad & is_dispensed, "days_supply", "wrong_shape", expected="a number")
    is_possible = ~stated.absent & (stated.value > 0.0) & (stated.value <= MOST_DAYS)
    first, last = given.days(DRUG.date), given.days(DRUG.end_date)
    length = last.value - first.value + 1
    is_derived = is_dispensed & ~is_possible & ~first.absent & ~last.absent & (length > 1) & (length <= MOST_DAYS)
    given.note(is_derived, "days_supply", "days_derived")
    known = is_derived & ~given.person.absent
    given.derived.append(DerivedDays(given.person.value[known], first.value[known], length[known]))
    return pa.array(np.where(is_derived, length, stated.value), mask=stated.absent & ~is_derived)
