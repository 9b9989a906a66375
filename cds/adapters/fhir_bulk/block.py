"""The patients of a block: what was read in columns and what the reader for one patient gives, put together."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import Final

import numpy as np

from cds.adapters.fhir import patient_from_resources
from cds.adapters.fhir.observation import Observations
from cds.adapters.fhir.resource import Resource
from cds.adapters.fhir_bulk.files import Files
from cds.adapters.fhir_bulk.layout import Ordered, joined
from cds.adapters.fhir_bulk.plain import COUNTED, LONG, Rows, Seen
from cds.adapters.fhir_bulk.shared import Shared
from cds.adapters.fhir_bulk.sorting import Line, Sorting, parsed
from cds.adapters.fhir_bulk.supply import Supply
from cds.adapters.issues import issue
from cds.adapters.rows import Intake, keys_meant
from cds.adapters.shapes import as_text
from cds.adapters.tables.arrow import ArrowTable, pa
from cds.adapters.tables.notes import SCHEMA
from cds.diagnostics import Issue
from cds.operators.series import FIRST_TIME
from cds.patient import Patient
from cds.population import Array, Columns, Population, population_of

_MIX: Final = 0x2545F4914F6CDD1D  # so that the same id of two patients makes two numbers
IssueRow = tuple[str | None, int | None, str | None, str | None, Issue]
"""Of an issue: the file, the line from 0, the resource, the patient."""


class Block:
    """The patients of a block, once all lines are sorted."""

    def __init__(self, sorting: Sorting, files: Files, supply: Supply) -> None:
        self._sorting = sorting
        self._people = sorting.people
        self._files = files
        self._supply = supply
        rows, self._seen = sorting.plain.rows()
        self._twice = _twice(self._seen)
        self._seen.way[self._twice] = LONG
        self._whole = [self._ordered(each) for each in rows.values()]
        self._runs: dict[int, list[tuple[Ordered, str, int]]] = {}
        for each in self._whole:
            for whose, runs in each.of_patients().items():
                self._runs.setdefault(whose, []).extend((each, name, run) for name, run in runs.items())
        counted = self._seen.whose[self._seen.way == COUNTED]
        self._unknown = np.bincount(counted, minlength=sorting.last).tolist()

    def population(self, wanted: Collection[str] | None) -> tuple[Population, ArrowTable]:
        """The patients, and what could not be used of theirs. wanted: the keys of readings that are held."""
        self._fetch(self._twice)
        issues: list[IssueRow] = []
        shared = Shared(self._resources(self._sorting.shared, issues))
        patients: list[Patient] = []
        for position in range(self._sorting.first, self._sorting.last):
            resources = list(self._resources(self._sorting.held.pop(position, ()), issues))
            resources = sorted([*resources, *shared.referred(resources)], key=lambda each: each.number)
            patient = self._patient(position, resources)
            issues += self._issue_rows(patient, resources)
            patients.append(patient)
        population = population_of(patients)
        return self._with_rows(population, wanted), issues_table(issues)

    def _ordered(self, rows: Rows) -> Ordered:
        """The rows that are read the short way in the end, by patient of the block."""
        kept = rows.taken(np.flatnonzero(self._seen.way[rows.seen] != LONG))
        shapes = self._sorting.plain.shapes
        names = sorted({each.name for each in shapes if each and len(each.units) == rows.raw.shape[1]})
        return Ordered(kept._replace(whose=kept.whose - self._sorting.first), shapes, names)

    def _fetch(self, seen: Array) -> None:
        """Read lines again, for which only the reader for one patient can tell what they mean together."""
        whose = dict(zip(self._seen.place[seen].tolist(), self._seen.whose[seen].tolist(), strict=True))
        for many in self._sorting.held.values():
            for each in many:
                whose.pop(each.place, None)
        for place, line in self._files.lines_at(sorted(whose)):
            self._sorting.held.setdefault(whose[place], []).append(Line(place, line))

    def _resources(self, lines: Iterable[Line], issues: list[IssueRow]) -> Iterator[Resource]:
        """What lines hold; one is told of that only a decoder which skips what it does not need can read."""
        for line in lines:
            content = parsed(line.text)
            if content is None:
                issues.append((*self._files.where(line.place), None, None, issue("line_not_read", "")))
                continue
            kind, name = as_text(content.get("resourceType")), as_text(content.get("id"))
            yield Resource(kind, content, self._people.full_url(kind, name) if name else "", line.place)

    def _patient(self, position: int, resources: list[Resource]) -> Patient:
        intake = Intake(self._people.concepts, self._people.zone)
        self._supply.begin(intake)
        return patient_from_resources(intake, resources, partial(self._add_rows, position), self._supply.finish)

    def _add_rows(self, position: int, intake: Intake, observations: Observations) -> None:
        """Count what was read the short way, and add of it what has to be seen beside other readings."""
        observations.add_unknown(self._unknown[position])
        for ordered, name, run in self._runs.get(position - self._sorting.first, ()):
            intake.supplied.update(dict.fromkeys(keys_meant(intake.concepts, name), FIRST_TIME))
            if name in intake.readings or ordered.is_ambiguous(run):
                intake.readings.setdefault(name, []).extend(ordered.hand_over(run))

    def _issue_rows(self, patient: Patient, resources: Iterable[Resource]) -> Iterator[IssueRow]:
        """The patient's issues with the lines that they speak of."""
        places = {each.place: each.number for each in resources}
        for each in patient.issues:
            place = places.get(each.place.partition(", ")[0])
            if place is None:
                place = places.get(each.place.rpartition(".")[0])
            file, line = (None, None) if place is None else self._files.where(place)
            yield file, line, each.place, patient.id, each

    def _with_rows(self, population: Population, wanted: Collection[str] | None) -> Population:
        """The population with what was read the short way."""
        tables: dict[str, Columns] = dict(population.tables)
        for each in self._whole:
            held = each.columns(self._people.concepts, self._people.zone, population.n, wanted)
            tables |= {key: joined(tables[key], columns) for key, columns in held.items()}
        return Population(
            population.ids,
            {key: tables[key] for key in sorted(tables)},
            population.zones,
            population.zone,
            population.birth_day,
            population.sex,
            population.limits,
            population.issues,
        )


def _twice(seen: Seen) -> Array:
    """The numbers of Observations of which the same patient has another with the same id."""
    mixed = np.sort(seen.named ^ (seen.whose * _MIX))
    if not (mixed[1:] == mixed[:-1]).any():  # nearly always, and much faster to find
        return np.zeros(0, np.int64)
    order = np.lexsort((seen.named, seen.whose))
    whose, named = seen.whose[order], seen.named[order]
    same = (whose[1:] == whose[:-1]) & (named[1:] == named[:-1]) & (whose[1:] >= 0)
    return np.sort(order[np.unique(np.flatnonzero(same)[:, None] + np.arange(2))])


def issues_table(rows: Sequence[IssueRow]) -> ArrowTable:
    """Issues as a table of `notes.SCHEMA`."""
    named = [(*row, said.code, said.message, said.norwegian) for *row, said in rows]
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, each, strict=True)) for each in named], schema=SCHEMA)
