"""The table `patients` → who there is, where they live, and what each position of other tables means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from cds.adapters.tables.arrow import ArrowArray, compute, pa
from cds.adapters.tables.clocks import Zones
from cds.adapters.tables.encoding import Coded, coded, looked_up
from cds.adapters.tables.ids import Ids, named_in
from cds.adapters.tables.notes import WHOLE_TABLE, Notes
from cds.adapters.tables.opened import Opened
from cds.diagnostics import PatientError
from cds.patient import SEX
from cds.periods import FIRST_YEAR, LAST_YEAR, Zone, calendar_date, zone
from cds.population import NO_DAY, Array, Population

NOWHERE: Final = -2
_UNKNOWN_SEX: Final = ("", "unknown")
_EPOCH: Final = date(1970, 1, 1).toordinal()
_FIRST_READ: Final = date(FIRST_YEAR, 1, 1).toordinal() - _EPOCH
_LAST_READ: Final = date(LAST_YEAR, 12, 31).toordinal() - _EPOCH


@dataclass(slots=True)
class Person:
    """What the rows of one patient say."""

    row: int
    zone: str | None = None
    birth_date: str | None = None
    sex: str | None = None


@dataclass(frozen=True)
class People:
    """Everybody, without facts. nowhere: positions of those of whom it cannot be told where they live."""

    population: Population
    nowhere: Array

    @cached_property
    def zones(self) -> Zones:
        """Where everybody lives, for loops."""
        return Zones(self.population.zone, *self.population.clocks)

    @cached_property
    def _ids(self) -> Ids:
        return Ids(self.population.ids)

    def positions(self, column: ArrowArray) -> Array:
        """The position of each row's patient; NOBODY, or NOWHERE where the patient's rows cannot be used."""
        found = self._ids.positions(column)
        if len(self.nowhere):
            found = np.where(np.isin(found, self.nowhere), NOWHERE, found).astype(np.int32)
        return found


def people_of(tables: Mapping[str, Opened], default: Zone, notes: Notes) -> People:
    """Everybody in the table `patients`; without one, everybody whom a row of another table names."""
    if "patients" in tables:
        return _listed(tables["patients"], default, notes)
    named = [each for opened in tables.values() for each in opened.column("patient")]
    ids = named_in(named)
    count = len(ids)
    born, sex = np.full(count, NO_DAY, np.int64), np.zeros(count, np.int8)
    return People(Population(ids, {}, (default,), np.zeros(count, np.int16), born, sex), np.zeros(0, np.int64))


_NAMES: Final = ("id", "zone", "birth_date", "sex")


def _listed(table: Opened, default: Zone, notes: Notes) -> People:
    ids = _texts(table, "id")
    if ids.null_count or compute.count_distinct(ids).as_py() < len(ids):
        return _listed_again([ids, *(_texts(table, name) for name in _NAMES[1:])], default, notes)
    said = _Said(coded(_texts(table, "zone")), _birth_days(table), coded(_texts(table, "sex")))
    return _people(ids.to_pylist(), range(len(ids)), said, default, notes)


def _birth_days(table: Opened) -> Array:
    """Days of birth from 1970-01-01, NO_DAY where none is stated, _UNREADABLE where it cannot be read."""
    held = list(table.column("birth_date"))
    if not all(pa.types.is_date(each.type) for each in held):
        return _written_days(coded(_texts(table, "birth_date")))
    column = pa.chunked_array([_as_date(each) for each in held], pa.date32()).combine_chunks()
    days = column.cast(pa.int32()).fill_null(0).to_numpy().astype(np.int64)
    days[(days < _FIRST_READ) | (days > _LAST_READ)] = _UNREADABLE
    days[column.is_null().to_numpy(zero_copy_only=False)] = NO_DAY
    return days


def _written_days(born: Coded) -> Array:
    dates = [NO_DAY, *map(_born, born.texts)]
    return looked_up(born.codes, np.array([_UNREADABLE if each is None else each for each in dates], np.int64))


def _listed_again(columns: Sequence[ArrowArray], default: Zone, notes: Notes) -> People:
    """The same where somebody has no id, or several rows."""
    found: dict[str, Person] = {}
    for number, (name, *rest) in enumerate(zip(*(each.to_pylist() for each in columns), strict=True)):
        person = Person(number, *rest)
        if name is None:
            notes.add("patients", number, "id", WHOLE_TABLE, "patient_not_stated")
        elif name in found and _differ(found[name], person):
            found[name] = _both(found[name], person)
            notes.add("patients", number, "", list(found).index(name), "patient_twice")
        else:
            found.setdefault(name, person)
    people = found.values()
    zones, born, sex = (coded(pa.array([getattr(each, name) for each in people], pa.string())) for name in _NAMES[1:])
    said = _Said(zones, _written_days(born), sex)
    return _people(list(found), [each.row for each in people], said, default, notes)


_CONTRADICTS: Final = "?"


def _differ(one: Person, other: Person) -> bool:
    return (one.zone, one.birth_date, one.sex) != (other.zone, other.birth_date, other.sex)


def _both(one: Person, other: Person) -> Person:
    """What two rows of one patient agree on; a zone on which they do not is none."""
    return Person(
        one.row,
        one.zone if one.zone == other.zone else _CONTRADICTS,
        one.birth_date if one.birth_date == other.birth_date else None,
        one.sex if one.sex == other.sex else None,
    )


def _texts(table: Opened, name: str) -> ArrowArray:
    """A column as texts; an empty one is none, and so is one that a piece of the table does not have."""
    chunks = [_as_date(each).cast(pa.string()) for each in table.column(name)]
    texts = pa.chunked_array(chunks, pa.string()).combine_chunks()
    return compute.if_else(compute.equal(texts, ""), None, texts)


def _as_date(column: ArrowArray) -> ArrowArray:
    return column.cast(pa.date32()) if pa.types.is_date64(column.type) else column


class _Said(NamedTuple):
    """What is said of everybody. born: as `_birth_days` gives it."""

    zones: Coded
    born: Array
    sexes: Coded


def _people(ids: Sequence[str], rows: Sequence[int], said: _Said, default: Zone, notes: Notes) -> People:
    """Everybody. rows: where each stands."""
    zones, day, sex = said

    def note(wrong: Array, column: str, code: str, **words: str) -> None:
        people = np.flatnonzero(wrong)
        notes.add_rows("patients", np.asarray(rows, np.int64)[people], column, people, code, **words)

    lives = [default, *map(_zone, zones.texts)]
    nowhere = looked_up(zones.codes, np.array([each is None for each in lives], np.bool_))
    note(nowhere, "zone", "zone_not_known")
    named = {each.name: each for each in (each or default for each in lives)}
    place = {name: number for number, name in enumerate(named)}
    zone_of = looked_up(zones.codes, np.array([place[(each or default).name] for each in lives], np.int16))
    used, firsts, zone_number = np.unique(zone_of, return_index=True, return_inverse=True)
    by_first = np.argsort(firsts)
    note(day == _UNREADABLE, "birth_date", "date_not_understood")
    sexes = looked_up(sex.codes, np.array([0, *map(_sex, sex.texts)], np.int8))
    note(sexes < 0, "sex", "word_not_known", cure=f"; write one of {', '.join(SEX)}, unknown")
    population = Population(
        ids=ids,
        tables={},
        zones=tuple(list(named.values())[used[each]] for each in by_first),
        zone=np.argsort(by_first).astype(np.int16)[zone_number],
        birth_day=np.where(day == _UNREADABLE, NO_DAY, day),
        sex=np.maximum(sexes, 0),
    )
    return People(population, np.flatnonzero(nowhere))


_UNREADABLE: Final = NO_DAY - 1


def _zone(written: str) -> Zone | None:
    try:
        return zone(written)
    except PatientError:
        return None


def _born(written: str) -> int | None:
    read = calendar_date(written)
    return None if read is None else read.toordinal() - _EPOCH


def _sex(written: str) -> int:
    """Code of a sex, -1 where the word is not known."""
    return SEX.get(written, 0 if written in _UNKNOWN_SEX else -1)
