"""Facts of many patients in columns: what `Patient` is for one, laid end to end.

A `Population` holds one `Columns` per input key. Rows of patient `i` are `offsets[i]` to `offsets[i + 1]`, in the
patient's own total order. Nothing here changes a fact: a population gives each patient the answers that the same
`Patient` gets alone.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from cds.diagnostics import Issue, PatientError
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.patient import SEX, Patient, PatientLimit, Table
from cds.periods import Zone

Array = NDArray[Any]

NO_DAY: Final = -(2**31)  # birth date not known
_EPOCH: Final = date(1970, 1, 1).toordinal()

ROW_TYPES: Final[Mapping[str, Any]] = {
    "times": np.int64,
    "recorded": np.int64,
    "utc_offset": np.int16,
    "values": np.float64,
    "raw": np.float64,
    "unit": np.int16,
    "group": np.int64,
    "attribute": np.int32,
    "quality": np.int16,
}
"""Types of the columns that have one entry per row; compiled code is made for exactly these."""


@dataclass(frozen=True)
class Columns:
    """Rows of one key for every patient, as in `Table`.

    offsets: n + 1 positions; supplied_from: one per patient, LAST_TIME = the patient did not get this key. Columns
    that say the same may be one array; a column of nothing but zeros from `numpy.zeros` takes no memory.
    """

    offsets: Array
    times: Array
    recorded: Array
    utc_offset: Array
    values: Array
    raw: Array
    unit: Array
    group: Array
    attribute: Array
    quality: Array
    supplied_from: Array

    def __post_init__(self) -> None:
        rows = len(self.times)
        wanted = {**ROW_TYPES, "offsets": np.int64, "supplied_from": np.int64}
        for name, kind in wanted.items():
            column: Array = getattr(self, name)
            if column.dtype != kind or column.ndim != 1 or not column.flags.c_contiguous:
                raise PatientError(f"the column `{name}` must be one contiguous line of {np.dtype(kind).name}")
            if name in ROW_TYPES and len(column) != rows:
                raise PatientError(f"the column `{name}` has {len(column)} rows, `times` has {rows}")
        if len(self.offsets) != len(self.supplied_from) + 1 or self.offsets[0] != 0 or self.offsets[-1] != rows:
            raise PatientError("`offsets` must lead from 0 to the number of rows, one step for each patient")
        if np.any(np.diff(self.offsets) < 0):
            raise PatientError("`offsets` must not fall")

    @property
    def all_count_from(self) -> Array:
        """For each patient the moment from which every row counts as it stands, as in `Table`; LAST_TIME where two
        rows of one instant may be the same reading.

        Found when first asked for. Unlike `cached_property` it lets threads find it for several columns at once.
        """
        found: Array | None = self.__dict__.get("_all_count_from")
        if found is None:
            found = self.__dict__["_all_count_from"] = _all_count_from(self)
        return found


def _all_count_from(columns: Columns) -> Array:
    offsets, times = columns.offsets, columns.times
    found = np.full(len(offsets) - 1, FIRST_TIME, np.int64)
    if not len(times):
        return found
    some = offsets[1:] > offsets[:-1]
    found[some] = times[offsets[1:][some] - 1]
    if columns.recorded.max() > FIRST_TIME:
        found[some] = np.maximum(found[some], np.maximum.reduceat(columns.recorded, offsets[:-1][some]))
    again = np.flatnonzero(times[1:] == times[:-1]) + 1
    patients = np.searchsorted(offsets, again, "right") - 1
    found[patients[again > offsets[patients]]] = LAST_TIME
    return found


@dataclass(frozen=True, slots=True)
class Extent:
    """Which readings a population holds, where it does not hold all. since: key -> the time from which it holds them.
    until: the time up to which.
    """

    since: Mapping[str, int] = field(default_factory=dict[str, int])
    until: int = LAST_TIME

    def covers(self, needed: "Extent") -> bool:
        """Whether every reading is held that is needed."""
        return needed.until <= self.until and not any(
            since < self.since.get(key, FIRST_TIME) for key, since in needed.since.items()
        )


EVERYTHING: Final = Extent()


@dataclass(frozen=True)
class Population:
    """Many patients. zone: per patient a position in `zones`. birth_day: days from 1970-01-01 or NO_DAY; sex: code of
    `cds.patient.SEX` or 0. limits, issues: patient's position -> what that patient has of them. extent: which readings
    are held.
    """

    ids: Sequence[str]
    tables: Mapping[str, Columns]
    zones: tuple[Zone, ...]
    zone: Array
    birth_day: Array
    sex: Array
    limits: Mapping[int, tuple[PatientLimit, ...]] = field(default_factory=dict[int, tuple[PatientLimit, ...]])
    issues: Mapping[int, tuple[Issue, ...]] = field(default_factory=dict[int, tuple[Issue, ...]])
    extent: Extent = EVERYTHING

    def __post_init__(self) -> None:
        for name, kind in (("zone", np.int16), ("birth_day", np.int64), ("sex", np.int8)):
            column: Array = getattr(self, name)
            if column.dtype != kind or column.shape != (self.n,):
                raise PatientError(f"the column `{name}` must hold one {np.dtype(kind).name} for each patient")
        for key, columns in self.tables.items():
            if len(columns.supplied_from) != self.n:
                raise PatientError(f"the columns of `{key}` are not of {self.n} patients")

    @property
    def n(self) -> int:
        """How many patients."""
        return len(self.ids)

    @cached_property
    def own_limits(self) -> "OwnEntries":
        """The patients' own limits in columns."""
        return self.limits.entries if isinstance(self.limits, LimitsInColumns) else _own_entries(self.limits)

    @cached_property
    def clocks(self) -> tuple[Array, Array, Array]:
        """The zones' clock changes laid end to end: where each zone starts, transitions, offsets in minutes."""
        starts = np.cumsum([0, *(len(each.transitions) for each in self.zones)], dtype=np.int64)
        transitions = np.array([time for each in self.zones for time in each.transitions], np.int64)
        offsets = np.array([minutes for each in self.zones for minutes in each.offsets], np.int64)
        return starts, transitions, offsets

    def columns_of(self, key: str) -> Columns:
        """The columns of a key; when nobody got it, empty ones that say so."""
        return self.tables.get(key) or nothing(self.n)


FIRST_DAY: Final = date.min.toordinal()
LAST_DAY: Final = date.max.toordinal()
_Held = TypeVar("_Held")
KindOfLimit = tuple[str, str, str]  # name, unit and ruleset


class HeldByPatient(Mapping[int, tuple[_Held, ...]], Generic[_Held]):
    """What patients have of something, by position; each thing is made when it is asked for.

    patient: of each thing, ascending. make: gives the thing at a place of that column.

    >>> words = HeldByPatient(np.array([3, 3, 8]), ["cup", "jar", "pot"].__getitem__)
    >>> words[3], words.get(4), list(words)
    (('cup', 'jar'), None, [3, 8])
    """

    __slots__ = ("_make", "_patient")

    def __init__(self, patient: Array, make: Callable[[int], _Held]) -> None:
        self._patient = patient
        self._make = make

    def __getitem__(self, position: int) -> tuple[_Held, ...]:
        first, last = self._patient.searchsorted(position), self._patient.searchsorted(position, "right")
        if first == last:
            raise KeyError(position)
        return tuple(self._make(place) for place in range(int(first), int(last)))

    def __iter__(self) -> Iterator[int]:
        return iter(np.unique(self._patient).tolist())

    def __len__(self) -> int:
        return len(np.unique(self._patient))


@dataclass(frozen=True)
class OwnEntries:
    """Entries of patients' own plans, by patient. since, until: proleptic days, FIRST_DAY and LAST_DAY where the plan
    says nothing. kind: position in `kinds`, of which each stands for all of its name, unit and ruleset; author:
    position in `authors`.
    """

    patient: Array
    value: Array
    since: Array
    until: Array
    kind: Array
    named: Sequence[KindOfLimit]
    author: Array
    authors: Sequence[str]

    @cached_property
    def kinds(self) -> Sequence[PatientLimit]:
        """The first entry of each kind."""
        _, first = np.unique(self.kind, return_index=True)
        return [self.entry(each) for each in first.tolist()]

    def entry(self, place: int) -> PatientLimit:
        """An entry by itself."""
        value, since, until = float(self.value[place]), int(self.since[place]), int(self.until[place])
        name, unit, ruleset = self.named[int(self.kind[place])]
        return PatientLimit(
            name,
            math.nan if math.isnan(value) else value,
            unit,
            ruleset,
            self.authors[int(self.author[place])],
            None if since == FIRST_DAY else date.fromordinal(since),
            None if until == LAST_DAY else date.fromordinal(until),
        )


class LimitsInColumns(HeldByPatient[PatientLimit]):
    """Patients' own limits that are held in columns."""

    __slots__ = ("entries",)

    def __init__(self, entries: OwnEntries) -> None:
        super().__init__(entries.patient, entries.entry)
        self.entries = entries


def _own_entries(limits: Mapping[int, tuple[PatientLimit, ...]]) -> OwnEntries:
    places = sorted(limits)
    entries = [each for place in places for each in limits[place]]
    named: dict[KindOfLimit, int] = {}
    authors: dict[str, int] = {}
    kind = [named.setdefault((each.name, each.unit, each.ruleset), len(named)) for each in entries]
    author = [authors.setdefault(each.author, len(authors)) for each in entries]
    since = [each.since.toordinal() if each.since else FIRST_DAY for each in entries]
    until = [each.until.toordinal() if each.until else LAST_DAY for each in entries]
    return OwnEntries(
        patient=np.repeat(np.array(places, np.int64), [len(limits[place]) for place in places]),
        value=np.array([each.value for each in entries], np.float64),
        since=np.array(since, np.int64),
        until=np.array(until, np.int64),
        kind=np.array(kind, np.int32),
        named=list(named),
        author=np.array(author, np.int32),
        authors=list(authors),
    )


def nothing(n: int) -> Columns:
    """Columns of a key that none of n patients was given."""
    empty = {name: np.zeros(0, kind) for name, kind in ROW_TYPES.items()}
    return Columns(offsets=np.zeros(n + 1, np.int64), supplied_from=np.full(n, LAST_TIME, np.int64), **empty)


def population_of(patients: Sequence[Patient]) -> Population:
    """The patients in the order given.

    >>> from cds.periods import zone
    >>> both = population_of([Patient("a", zone(), {}), Patient("b", zone("Europe/London"), {}, sex="female")])
    >>> both.n, both.zone.tolist(), both.sex.tolist()
    (2, [0, 1], [0, 1])
    """
    zones = list({each.zone.name: each.zone for each in patients}.values())
    place = {each.name: position for position, each in enumerate(zones)}
    keys = sorted({key for each in patients for key in each.tables})
    return Population(
        ids=[each.id for each in patients],
        tables=_share_rows({key: _columns(patients, key) for key in keys}),
        zones=tuple(zones),
        zone=np.array([place[each.zone.name] for each in patients], np.int16),
        birth_day=np.array([_day(each.birth_date) for each in patients], np.int64),
        sex=np.array([SEX.get(each.sex, 0) for each in patients], np.int8),
        limits={position: each.limits for position, each in enumerate(patients) if each.limits},
        issues={position: each.issues for position, each in enumerate(patients) if each.issues},
    )


def patient_at(population: Population, position: int) -> Patient:
    """The facts of one patient, of which nothing tells where they came from. PatientError when only those readings are
    held that matter at one moment.

    >>> from cds.periods import zone
    >>> both = population_of([Patient("a", zone(), {}), Patient("b", zone("Europe/London"), {}, sex="female")])
    >>> patient_at(both, 1) == Patient("b", zone("Europe/London"), {}, sex="female")
    True
    """
    if population.extent != EVERYTHING:
        raise PatientError("only what matters at one moment was read of these patients; read the tables without `at`")
    born = int(population.birth_day[position])
    return Patient(
        id=population.ids[position],
        zone=population.zones[int(population.zone[position])],
        tables={
            key: _table(columns, position)
            for key, columns in population.tables.items()
            if columns.supplied_from[position] != LAST_TIME or columns.offsets[position] < columns.offsets[position + 1]
        },
        birth_date=None if born == NO_DAY else date.fromordinal(born + _EPOCH),
        sex=next((name for name, code in SEX.items() if code == population.sex[position]), ""),
        limits=population.limits.get(position, ()),
        issues=population.issues.get(position, ()),
    )


def _table(columns: Columns, position: int) -> Table:
    rows = slice(int(columns.offsets[position]), int(columns.offsets[position + 1]))
    lines = {name: getattr(columns, name)[rows].tolist() for name in ROW_TYPES}
    return Table(**lines, references=[], supplied_from=int(columns.supplied_from[position]))


def _day(born: date | None) -> int:
    return NO_DAY if born is None else born.toordinal() - _EPOCH


def _columns(patients: Sequence[Patient], key: str) -> Columns:
    tables = [each.tables.get(key) for each in patients]
    sizes = [0 if each is None else len(each.times) for each in tables]
    rows = {
        name: np.fromiter((row for each in tables if each for row in getattr(each, name)), kind, sum(sizes))
        for name, kind in ROW_TYPES.items()
    }
    supplied = [LAST_TIME if each is None else each.supplied_from for each in tables]
    offsets = np.cumsum([0, *sizes], dtype=np.int64)
    return Columns(offsets=offsets, supplied_from=np.array(supplied, np.int64), **rows)


_OF_READING: Final = ("offsets", "times", "recorded", "utc_offset", "group", "attribute", "supplied_from")


def _share_rows(tables: dict[str, Columns]) -> dict[str, Columns]:
    """The parts of a panel hold what belongs to the reading as one array, where they say the same."""
    first: dict[str, Columns] = {}
    shared: dict[str, Columns] = {}
    for key, columns in tables.items():
        other = first.setdefault(key.partition(".")[0], columns)
        same = {each: getattr(other, each) for each in _OF_READING if _is_same(other, columns, each)}
        shared[key] = replace(columns, **same)
    return shared


def _is_same(one: Columns, other: Columns, name: str) -> bool:
    return bool(np.array_equal(getattr(one, name), getattr(other, name)))
