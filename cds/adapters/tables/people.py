"""The table `patients` → who there is, where they live, and what each position of other tables means."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np

from cds.adapters.tables.arrow import ArrowArray, ArrowBatch, pa
from cds.adapters.tables.clocks import Zones
from cds.adapters.tables.encoding import all_texts, positions
from cds.adapters.tables.notes import WHOLE_TABLE, Notes
from cds.adapters.tables.source import Opened
from cds.diagnostics import PatientError
from cds.patient import SEX
from cds.periods import Zone, calendar_date, zone
from cds.population import NO_DAY, Array, Population

NOWHERE: Final = -2
_UNKNOWN_SEX: Final = ("", "unknown")
_EPOCH: Final = date(1970, 1, 1).toordinal()


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
    def _ids(self) -> ArrowArray:
        return pa.array(list(self.population.ids), pa.string())

    def positions(self, column: ArrowArray) -> Array:
        """The position of each row's patient; NOBODY, or NOWHERE where the patient's rows cannot be used."""
        found = positions(column, self._ids)
        if len(self.nowhere):
            found = np.where(np.isin(found, self.nowhere), NOWHERE, found).astype(np.int32)
        return found


def people_of(tables: Mapping[str, Opened], default: Zone, notes: Notes) -> People:
    """Everybody in the table `patients`; without one, everybody whom a row of another table names."""
    if "patients" in tables:
        return _listed(tables["patients"], default, notes)
    named = [batch["patient"] for opened in tables.values() for batch in opened.batches]
    ids = sorted(each for each in all_texts(named).to_pylist() if each)
    count = len(ids)
    born, sex = np.full(count, NO_DAY, np.int64), np.zeros(count, np.int8)
    return People(Population(ids, {}, (default,), np.zeros(count, np.int16), born, sex), np.zeros(0, np.int64))


def _listed(table: Opened, default: Zone, notes: Notes) -> People:
    found: dict[str, Person] = {}
    for first, batch in table.parts():
        held = {name: _texts(batch, name) for name in ("id", "zone", "birth_date", "sex")}
        for number, (name, *rest) in enumerate(zip(*held.values(), strict=True), first):
            person = Person(number, *rest)
            if name is None:
                notes.add("patients", number, "id", WHOLE_TABLE, "patient_not_stated")
            elif name in found and _differ(found[name], person):
                found[name] = _both(found[name], person)
                notes.add("patients", number, "", list(found).index(name), "patient_twice")
            else:
                found.setdefault(name, person)
    return _people(found, default, notes)


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


def _texts(batch: ArrowBatch, name: str) -> list[str | None]:
    if name not in batch.schema.names:
        return [None] * batch.num_rows
    column = batch[name]
    if pa.types.is_date64(column.type):
        column = column.cast(pa.date32())
    found = column.cast(pa.string()).to_pylist()
    return [each or None for each in found]


def _people(found: Mapping[str, Person], default: Zone, notes: Notes) -> People:
    zones: dict[str, Zone] = {}
    number: dict[str, int] = {}
    places: list[int] = []
    nowhere: list[int] = []
    for position, person in enumerate(found.values()):
        lives = _zone(person, position, default, notes)
        if lives is None:
            nowhere.append(position)
        lives = lives or default
        places.append(number.setdefault(lives.name, len(number)))
        zones.setdefault(lives.name, lives)
    population = Population(
        ids=list(found),
        tables={},
        zones=tuple(zones.values()),
        zone=np.array(places, np.int16),
        birth_day=np.array([_born(each, i, notes) for i, each in enumerate(found.values())], np.int64),
        sex=np.array([_sex(each, i, notes) for i, each in enumerate(found.values())], np.int8),
    )
    return People(population, np.array(nowhere, np.int64))


def _zone(person: Person, position: int, default: Zone, notes: Notes) -> Zone | None:
    if person.zone is None:
        return default
    try:
        return zone(person.zone)
    except PatientError:
        notes.add("patients", person.row, "zone", position, "zone_not_known")
        return None


def _born(person: Person, position: int, notes: Notes) -> int:
    if person.birth_date is None:
        return NO_DAY
    read = calendar_date(person.birth_date)
    if read is None:
        notes.add("patients", person.row, "birth_date", position, "date_not_understood")
        return NO_DAY
    return read.toordinal() - _EPOCH


def _sex(person: Person, position: int, notes: Notes) -> int:
    written = person.sex or ""
    if written in SEX:
        return SEX[written]
    if written not in _UNKNOWN_SEX:
        cure = f"; write one of {', '.join(SEX)}, unknown"
        notes.add("patients", person.row, "sex", position, "word_not_known", cure=cure)
    return 0
