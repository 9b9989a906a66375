"""The tables `person` and `observation_period`: who there is, and for which time what they did is known in full."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from cds.adapters.omop.cells import Figures, days, wholes
from cds.adapters.omop.codes import worded
from cds.adapters.omop.events import Events, Lost, Portion
from cds.adapters.omop.notes import NOBODY, CdmNotes
from cds.adapters.omop.source import CdmTable
from cds.adapters.omop.specification import NO_CONCEPT, PERIOD, SEXES
from cds.adapters.tables.arrow import ArrowArray, pa
from cds.codes import MEDICINE_FOLDERS
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.periods import FIRST_YEAR, LAST_YEAR, Zone, instant
from cds.population import Array, Columns, Population

_PARTS: Final = ("year_of_birth", "month_of_birth", "day_of_birth")
_EPOCH: Final = np.datetime64("1970-01-01", "D")
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_FIRST_DAY: Final = date(FIRST_YEAR, 1, 1).toordinal() - _EPOCH_DAY
_LAST_DAY: Final = date(LAST_YEAR, 12, 31).toordinal() - _EPOCH_DAY


def persons(given: Events) -> Iterator[Portion]:
    """The rows of `person` for the table of patients."""
    sex = given.whole("gender_concept_id")
    vocabulary = given.book.vocabulary
    words = worded(
        np.where(sex.absent, NO_CONCEPT, sex.value),
        lambda each: vocabulary.word("gender_concept_id", each) or SEXES.get(each, ""),
    )
    columns = {"id": given.patient, "birth_date": _birth_dates(given), "sex": words}
    yield Portion("patients", np.ones(given.count, np.bool_), columns)


def _birth_dates(given: Events) -> ArrowArray:
    """The dates of birth that are stated in full; the CDM fills in parts of `birth_datetime` that are not known."""
    parts = [given.whole(each) for each in _PARTS]
    if not any(given.has(each) for each in _PARTS[1:]) and given.has("birth_datetime"):
        read = days(given.batch["birth_datetime"])
        given.note(read.bad, "birth_datetime", "date_not_understood")
        return _dates(read.value, read.absent)
    absent = np.logical_or.reduce([each.absent for each in parts])
    bad = np.logical_or.reduce([each.bad for each in parts])
    given.note(absent & ~bad & ~parts[0].absent, "day_of_birth", "birth_date_in_part")
    day, is_real = _calendar_days(parts)
    given.note(~is_real & ~absent, "year_of_birth", "date_not_understood")
    return _dates(day, absent | ~is_real)


def _calendar_days(parts: Sequence[Figures]) -> tuple[Array, Array]:
    """Days from 1970-01-01 of years, months and days, and which of them a calendar has."""
    year, month, day = (each.value for each in parts)
    fits = (FIRST_YEAR <= year) & (year <= LAST_YEAR) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    months = (np.where(fits, year, 1970) - 1970) * 12 + np.where(fits, month, 1) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]")
    found = first + (np.where(fits, day, 1) - 1).astype("timedelta64[D]")
    is_real = fits & (found.astype("datetime64[M]").astype(np.int64) == months)
    return (found - _EPOCH).astype(np.int64), is_real


def _dates(day: Array, absent: Array) -> ArrowArray:
    return pa.array(np.where(absent, 0, day).astype(np.int32), pa.int32(), mask=absent).cast(pa.date32())


@dataclass(frozen=True)
class Coverage:
    """For which time what a CDM says of a person is all there is.

    periods: ids in order, and for each the beginning of the observation period in which the moment lies; None = the
    CDM has no observation periods. lost: folder -> ids of persons of whom it cannot be told in full. said: column keys
    of which the caller says for what time they are handed over: that goes before observation periods, and before
    diagnoses, devices and stays without a code; of a medicine that may be of any kind nobody's word makes it complete.
    """

    periods: "tuple[Array, Array] | None"
    lost: Mapping[str, Array]
    said: frozenset[str]

    def limited(self, population: Population) -> Population:
        """The population, with nothing counted as supplied in full for another time."""
        ids = pa.array(population.ids, pa.string()).cast(pa.int64()).to_numpy()
        since = self._since(ids)
        tables = {key: self._limited(columns, key, ids, since) for key, columns in population.tables.items()}
        return replace(population, tables=tables)

    def _since(self, ids: Array) -> Array:
        if self.periods is None:
            return np.full(len(ids), FIRST_TIME, np.int64)
        known, since = self.periods
        at = np.minimum(np.searchsorted(known, ids), max(len(known) - 1, 0))
        if not len(known):
            return np.full(len(ids), LAST_TIME, np.int64)
        return np.where(known[at] == ids, since[at], LAST_TIME)

    def _limited(self, columns: Columns, key: str, ids: Array, since: Array) -> Columns:
        folder, limited = key.partition(".")[0], columns.supplied_from
        if key not in self.said:
            limited = np.maximum(limited, since)
        if folder in self.lost and (key not in self.said or folder in MEDICINE_FOLDERS):
            limited = np.where(np.isin(ids, self.lost[folder]), LAST_TIME, limited)
        return replace(columns, supplied_from=limited)


def lost_of(lost: Iterable[Lost]) -> Mapping[str, Array]:
    """The persons of whom a folder cannot be told in full, each once."""
    by_folder: dict[str, list[Array]] = {}
    for each in lost:
        by_folder.setdefault(each.folder, []).append(each.persons)
    return {folder: np.unique(np.concatenate(each)) for folder, each in by_folder.items()}


def periods_at(table: CdmTable, at: int, where: Zone, notes: CdmNotes) -> tuple[Array, Array]:
    """Persons in order, and since when the observation period lasts in which the moment lies (microseconds UTC)."""
    persons_found, starts = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    row = 0
    for batch in table.batches(PERIOD):
        person, (first, last) = wholes(batch[PERIOD[0]]), (days(batch[each]) for each in PERIOD[1:])
        _note_bad(notes, row, zip(PERIOD, (person, first, last), strict=True))
        row += int(batch.num_rows)
        is_read = ~(person.absent | first.absent | last.absent)
        holds = is_read & (_instants(first.value, where) <= at) & (at < _instants(last.value + 1, where))
        persons_found.append(person.value[holds])
        starts.append(_instants(first.value, where)[holds])
    people, since = np.concatenate(persons_found), np.concatenate(starts)
    order = np.lexsort((since, people))
    people, since = people[order], since[order]
    is_first = np.diff(people, prepend=people[:1] - 1) != 0
    return people[is_first], since[is_first]


def _note_bad(notes: CdmNotes, first: int, columns: Iterable[tuple[str, Figures]]) -> None:
    for name, read in columns:
        rows = first + np.flatnonzero(read.bad)
        nobody = np.full(len(rows), NOBODY)
        if name == PERIOD[0]:
            notes.add("observation_period", name, "wrong_shape", rows, nobody, expected="a whole number")
        else:
            notes.add("observation_period", name, "date_not_understood", rows, nobody)


def _instants(day: Array, where: Zone) -> Array:
    """00:00 of days in a zone, microseconds UTC; days of no year that is read are moved to the nearest that is."""
    occurring, places = np.unique(np.clip(day, _FIRST_DAY, _LAST_DAY), return_inverse=True)
    read = (instant(date.fromordinal(each + _EPOCH_DAY).isoformat(), where) for each in occurring.tolist())
    return np.array([0 if each is None else each[0] for each in read], np.int64)[places]
