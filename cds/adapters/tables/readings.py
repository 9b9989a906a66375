"""The tables `observations` and `answers` → columns of every measurement, panel and form."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Final

import numpy as np

from cds.adapters.amounts import accepted_units
from cds.adapters.layout import MOST_AT_ONCE
from cds.adapters.tables.arrow import ArrowBatch
from cds.adapters.tables.codes import NOT_WANTED, Code, Unread, code_columns, meanings, note_unread
from cds.adapters.tables.columns import Written
from cds.adapters.tables.facts import Batch, facts_of, reading_names, words_in
from cds.adapters.tables.kernels import ABSENT, ATTRIBUTE_MASK, KEY, TIME, Facts, Kept, Shape
from cds.adapters.tables.layout import Each, Runs, arranged, counted
from cds.adapters.tables.loops import loop
from cds.adapters.tables.meaning import (
    FIRST_OF_VALUE,
    LAST_OF_VALUE,
    TROUBLES,
    Vocabulary,
    uses_raw,
    vocabulary,
)
from cds.adapters.tables.notes import WHOLE_TABLE, Notes
from cds.adapters.tables.opened import Opened, Part
from cds.adapters.tables.packed import are_plain, planned, surveyed
from cds.adapters.tables.panels import CROWDED, RECORDED, VALUES, joined_width
from cds.adapters.tables.people import People
from cds.adapters.tables.sieve import PRESENT, Sieve
from cds.adapters.tables.unpacked import Unpacked
from cds.codes import ATTRIBUTE_WORDS, Concept, Concepts
from cds.codes import RECORDED as READ_OFF
from cds.operators.reasons import NO_DATA
from cds.operators.series import FIRST_TIME
from cds.population import ROW_TYPES, Array, Extent

Rows = dict[str, Array]  # the columns of a key and its offsets, without what was supplied
_LEFT_OUT: Final = np.zeros(0, np.int64)


@dataclass
class Readings:
    """Takes the tables of readings. extent: which rows are needed; is_cut: whether others were in fact left out. lost:
    names -> positions of patients some of whose rows were likely meant for it.
    """

    concepts: Concepts
    wanted: Collection[str] | None
    people: People
    notes: Notes
    each: Each
    extent: Extent
    is_cut: bool = False
    lost: dict[str, list[Array]] = field(default_factory=dict[str, "list[Array]"])
    _troubled: list["_Troubled"] = field(default_factory=list["_Troubled"])

    def columns(self, tables: Sequence[Opened]) -> dict[str, Rows]:
        """The rows of every key that occurs."""
        if not any(table.pieces for table in tables):
            return {}
        known = vocabulary(self.concepts, self.wanted, sorted(words_in(tables)))
        names = reading_names(tables)
        place = {self.concepts.key(each.concept.name, each.name): k for k, each in enumerate(known.parts)}
        sieve = Sieve(known, self._since, self.extent.until, self.people.population.n)
        for table in tables:
            unread = Unread()

            def take_all(share: Iterable[Part]) -> None:
                for each in share:
                    take(*each)

            def take(first: int, batch: ArrowBatch, table: str = table.name, unread: Unread = unread) -> None:
                patient = self.people.positions(batch["patient"])
                find = cache(partial(self._find, place))
                meant = meanings(table, lambda row: first + row, code_columns(table, batch), find, patient, unread)
                found = facts_of(table, first, batch, patient, meant, self.people, known, names)
                for number, facts in enumerate(found.facts):
                    sieve.take((table, first, number), facts)
                self._note(found)

            self.each(take_all, ((share,) for share in table.shares()))
            for name, patients in note_unread(table.name, unread, self.concepts, sorted(place), self.notes).items():
                self.lost.setdefault(name, []).extend(patients)
        self._note_troubles(known)
        self.is_cut = True
        return self._with_present(self._laid_out(sieve.kept, known), sieve)

    def _laid_out(self, kept: Sequence[Kept], known: Vocabulary) -> dict[str, Rows]:
        """The rows of every key, by the short way if that can be gone."""
        if not kept:
            return {}
        found = self._plain(kept, known) if are_plain(kept) else None
        return {**self._single(kept, known), **self._panels(kept, known)} if found is None else found

    def _with_present(self, found: dict[str, Rows], sieve: Sieve) -> dict[str, Rows]:
        """Beside the rows of a key who has any, held or not; also where none are held."""
        for concept in {part.concept.name: part.concept for part in sieve.known.parts}.values():
            present = sieve.present(concept)
            for part in (concept.parts or ("",)) if present.any() else ():
                key = self.concepts.key(concept.name, part)
                rows = found.get(key, {})
                has_held = np.diff(rows["offsets"]) > 0 if rows else False
                found[key] = {**rows, PRESENT: present | has_held}
        return found

    def _find(self, place: dict[str, int], code: Code) -> Sequence[int]:
        system, text = code
        if not system:
            return [place[text]] if text in place else [NOT_WANTED] if text in self._keys else []
        hits = [
            self.concepts.key(*hit)
            for hit in self.concepts.find_all(system, text)
            if self.concepts.by_name[hit[0]].kind in READ_OFF
        ]
        return [place.get(hit, NOT_WANTED) for hit in hits]

    @property
    def _keys(self) -> frozenset[str]:
        return self.concepts.keys

    # readings that are told in full by who, what, when and how much

    def _plain(self, kept: Sequence[Kept], known: Vocabulary) -> dict[str, Rows] | None:
        """The rows of every key by the short way; None when they need another look."""
        people = self.people.population.n
        survey = surveyed(kept, len(known.parts), people, self.each)
        plan = planned(survey, known, people, has_words=any(len(each.word) for each in kept))
        found = Unpacked(plan, survey, kept, self.people.zones, self.each).columns() if plan else None
        if found is None:
            return None
        for (name, part), rows in found.items():
            if part:
                self._note_missing(rows, self.concepts.by_name[name], part)
        return {self.concepts.key(*name): rows for name, rows in found.items()}

    def _since(self, concept: Concept) -> int:
        """From when on the rows of a concept are held: the parts of a reading stay together."""
        keys = [self.concepts.key(concept.name, part) for part in concept.parts or ("",)]
        return min((self.extent.since[key] for key in keys if key in self.extent.since), default=FIRST_TIME)

    # readings of one number

    def _single(self, kept: Sequence[Kept], known: Vocabulary) -> dict[str, Rows]:
        coding, slots = known.coding(is_joined=False), known.slots(is_joined=False)
        counts = counted(kept, coding, self.people.population.n, self.each)
        if not counts.per_block.any():
            return {}
        shape = _shape(kept, is_joined=False, has_raw=uses_raw(coding.manners, counts.seen))
        runs = arranged(kept, counts, coding, shape, len(slots), self.people.population.n, self.each)
        found: dict[str, Rows] = {}
        for slot, concept in enumerate(slots):
            if runs.counts[slot].any():
                self._uncrowd(runs.rows, runs, slot, concept, (shape.value, shape.raw, shape.quality, 1))
                found[self.concepts.key(concept.name)] = self._written(runs.rows, runs, slot, shape)
        return found

    # panels and forms

    def _panels(self, kept: Sequence[Kept], known: Vocabulary) -> dict[str, Rows]:
        coding, slots = known.coding(is_joined=True), known.slots(is_joined=True)
        counts = counted(kept, coding, self.people.population.n, self.each)
        if not counts.per_block.any():
            return {}
        shape = _shape(kept, is_joined=True, has_raw=uses_raw(coding.manners, counts.seen))
        runs = arranged(kept, counts, coding, shape, len(slots), self.people.population.n, self.each)
        found: dict[str, Rows] = {}
        for slot, concept in enumerate(slots):
            if runs.counts[slot].any():
                found |= self._panel(runs, slot, concept, shape)
        return found

    def _panel(self, runs: Runs, slot: int, concept: Concept, shape: Shape) -> dict[str, Rows]:
        parts = len(concept.parts)
        joined = np.empty((len(runs.rows), joined_width(parts)), np.int64)
        reals = runs.rows.view(np.float64)
        starts, counts = runs.starts[slot], runs.counts[slot]

        def join(first: int, last: int, most: int) -> None:
            scratch = np.empty((most, joined_width(parts)), np.int64)
            order, spare = np.empty((2, most), np.int64)
            given = runs.rows, reals, shape, parts, first, last, starts, counts
            loop("join_parts")(*given, scratch, scratch.view(np.float64), order, spare, joined)

        self.each(join, runs.blocks)
        self._uncrowd(joined, runs, slot, concept, (VALUES, VALUES + 2 * parts, VALUES + 3 * parts, parts))
        found: dict[str, Rows] = {}
        shared: Rows = {}
        for place, part in enumerate(concept.parts):
            where = _joined_shape(place, parts)
            rows = self._written(joined, runs, slot, where, shared)
            shared = shared or rows
            found[self.concepts.key(concept.name, part)] = rows
            self._note_missing(rows, concept, part)
        return found

    # both

    def _uncrowd(self, rows: Array, runs: Runs, slot: int, concept: Concept, where: tuple[int, int, int, int]) -> None:
        """Settle what was told too often at one instant, and note what the loops wrote down in the rows."""
        starts, counts = runs.starts[slot], runs.counts[slot]
        is_single, is_crowded = where[3] == 1, int(counts.max()) > MOST_AT_ONCE
        if is_crowded:
            self.each(loop("uncrowd"), ((rows, first, last, starts, counts, *where) for first, last, _ in runs.blocks))
        if is_crowded or not is_single:
            marks = np.zeros(len(counts), np.int64)
            self.each(loop("count_marks"), ((rows, *each[:2], starts, counts, marks) for each in runs.blocks))
            for patient in np.flatnonzero(marks).tolist():
                held = rows[int(starts[patient]) : int(starts[patient] + counts[patient])]
                self._note_marks(held[self._matters(concept, held[:, TIME]), KEY], patient, concept)

    def _matters(self, concept: Concept, times: Array) -> Array:
        """Whether readings are needed; of others nothing is said, as those that are left out are not looked into."""
        return (self._since(concept) <= times) & (times <= self.extent.until)

    def _note_marks(self, keys: Array, patient: int, concept: Concept) -> None:
        for mark in (keys & ATTRIBUTE_MASK).tolist():
            if mark & CROWDED:
                self._note_reading(patient, "too_many_at_once", concept.name, count=str(mark & (CROWDED - 1)))
                continue
            for place, part in enumerate(concept.parts):
                if mark >> place & 1:
                    self._note_reading(patient, "part_twice", f"{concept.name}.{part}")

    def _note_reading(self, patient: int, code: str, name: str, **words: str) -> None:
        self.notes.add("observations", WHOLE_TABLE, name, patient, code, **words)

    def _note_missing(self, rows: Rows, concept: Concept, part: str) -> None:
        missing = np.flatnonzero((rows["quality"] == NO_DATA) & self._matters(concept, rows["times"]))
        patients = np.searchsorted(rows["offsets"], missing, "right") - 1
        self.notes.add_patients("observations", f"{concept.name}.{part}", patients, "part_missing")

    def _written(self, rows: Array, runs: Runs, slot: int, shape: Shape, shared: Rows | None = None) -> Rows:
        """The columns of a key; those that belong to the reading as a whole are taken from another part."""
        starts, counts = runs.starts[slot], runs.counts[slot]
        offsets = np.append(0, np.cumsum(counts))
        made = _columns(int(offsets[-1]), shape, shared or {})
        out = Written(
            *(_LEFT_OUT.astype(kind) if made[name] is None else made[name] for name, kind in _WRITTEN_TYPES.items())
        )
        zones = self.people.zones
        given = (starts, counts, offsets, zones, out)
        self.each(loop("write_columns"), ((rows, shape, first, last, *given) for first, last, _ in runs.blocks))
        return _finished(made, offsets, shared or {})

    # issues

    def _note(self, batch: Batch) -> None:
        """What was wrong with single rows and cells of a batch."""
        patient, meant, trouble = (getattr(batch.facts[0], each) for each in ("patient", "meaning", "trouble"))
        for number, facts in enumerate(batch.facts):
            self._troubled.append(_troubled(batch, number, facts))
        is_meant = (patient >= 0) & (meant >= 0)
        for column, code, rows in batch.bad:
            cure = {"cure": f"; write one of {', '.join(ATTRIBUTE_WORDS[column])}"} if code == "word_not_known" else {}
            is_noted = _IS_RECORDED if column == "recorded" else _IS_USED
            noted = rows[is_meant[rows] & is_noted[trouble[rows]]]
            self.notes.add_rows(batch.table, batch.first + noted, column, patient[noted], code, **cure)
        self.notes.add_strangers(batch.table, batch.first, batch.named, patient)

    def _note_troubles(self, known: Vocabulary) -> None:
        """What was wrong with rows, for each trouble and what the rows mean."""
        for of in sorted({each.of for each in self._troubled}):
            held = [each for each in self._troubled if each.of == of]
            rows, patients, sort = (np.concatenate(each) for each in zip(*(each.columns for each in held), strict=True))
            sorts: list[int] = np.unique(sort).tolist()
            for each in sorts:
                here = sort == each
                self._note_trouble(of[0], rows[here], patients[here], each, known)

    def _note_trouble(self, table: str, rows: Array, patients: Array, sort: int, known: Vocabulary) -> None:
        trouble, meant = divmod(sort, _MOST_MEANINGS)
        part, code = known.parts[meant], TROUBLES[trouble]
        is_value = FIRST_OF_VALUE <= trouble <= LAST_OF_VALUE
        units = {"units": accepted_units(part.measured)} if is_value else {}
        column = "value" if is_value else "time" if code == "time_not_understood" else ""
        self.notes.add_rows(table, rows, column, patients, code, **units)
        if code in _OUT_OF_TIME:
            self.lost.setdefault(part.concept.name, []).append(patients)


@dataclass(frozen=True, slots=True)
class _Troubled:
    """Rows with which something is wrong. of: the table, and which meaning of their codes; columns: numbers, patients,
    and trouble and meaning in one.
    """

    of: tuple[str, int]
    columns: tuple[Array, Array, Array]


_MOST_MEANINGS: Final = 1 << 16


def _troubled(batch: Batch, number: int, facts: Facts) -> _Troubled:
    wrong = np.flatnonzero(facts.trouble) if facts.trouble.any() else _LEFT_OUT
    wrong = wrong[(facts.patient[wrong] >= 0) & (facts.meaning[wrong] >= 0)]
    sort = facts.trouble[wrong].astype(np.int64) * _MOST_MEANINGS + facts.meaning[wrong]
    return _Troubled((batch.table, number), (batch.first + wrong, facts.patient[wrong], sort))


_WRITTEN_TYPES: Final = {name: ROW_TYPES[name] for name in Written._fields} | {"values": np.int64, "raw": np.int64}
_WHOLE: Final = ("times", "recorded", "utc_offset", "group", "attribute")  # say the same of every part of a reading


_OUT_OF_TIME: Final = ("time_missing", "time_not_understood", "future_dated")  # it may be the newest
_IS_USED: Final = np.array([not each or FIRST_OF_VALUE <= each <= LAST_OF_VALUE for each in range(len(TROUBLES))])
_IS_RECORDED: Final = _IS_USED | np.isin(TROUBLES, ("value_missing", "future_dated"))


def _shape(kept: Sequence[Kept], is_joined: bool, has_raw: bool) -> Shape:
    """The narrowest rows that hold what there is."""
    words = ["key", "time"]
    words += ["joins", "part"] if is_joined else []
    words += ["recorded"] if any(len(each.recorded) for each in kept) else []
    words += ["value", "unit", "raw", "rest"] if has_raw else ["value", "rest"]
    at = {name: place for place, name in enumerate(words)}
    rest = at["rest"]
    return Shape(
        width=len(words),
        joins=at.get("joins", ABSENT),
        recorded=at.get("recorded", ABSENT),
        value=at["value"],
        unit=at.get("unit", rest),
        raw=at.get("raw", ABSENT),
        quality=rest,
        attribute=at["joins"] if is_joined else rest,
    )


def _joined_shape(part: int, parts: int) -> Shape:
    """Where a joined row holds one of its parts."""
    first = VALUES + part
    return Shape(
        joined_width(parts),
        ABSENT,
        RECORDED,
        first,
        first + parts,
        first + 2 * parts,
        first + 3 * parts,
        VALUES + 4 * parts,
    )


def _columns(count: int, shape: Shape, shared: Rows) -> dict[str, Any]:
    """Room for the columns that are written; values and raw as bits."""
    made: dict[str, Any] = {name: np.empty(count, kind) for name, kind in _WRITTEN_TYPES.items()}
    if shape.recorded == ABSENT:
        made["recorded"] = None
    if shape.raw == ABSENT:
        made["raw"] = None
    return made | dict.fromkeys(_WHOLE if shared else ())


def _finished(made: dict[str, Any], offsets: Array, shared: Rows) -> Rows:
    if shared:
        made |= {name: shared[name] for name in _WHOLE}
        offsets = shared["offsets"]
    elif made["recorded"] is None:
        made["recorded"] = np.full(len(made["times"]), FIRST_TIME)
    values = made["values"].view(np.float64)
    raw = values if made["raw"] is None else made["raw"].view(np.float64)
    return {**made, "values": values, "raw": raw, "offsets": offsets}
