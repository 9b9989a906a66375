"""From an export to a `Population`: each patient gets what `cds.adapters.fhir` gives for a Bundle of the same."""

import gc
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from cds.adapters.fhir_bulk.block import Block, IssueRow, issues_table
from cds.adapters.fhir_bulk.export import open_export
from cds.adapters.fhir_bulk.files import Files
from cds.adapters.fhir_bulk.lines import lines_of
from cds.adapters.fhir_bulk.people import People
from cds.adapters.fhir_bulk.plain import PlainObservations
from cds.adapters.fhir_bulk.sorting import PatientsElsewhere, Sorting, parsed
from cds.adapters.fhir_bulk.supply import Supply
from cds.adapters.issues import issue
from cds.adapters.shapes import as_text
from cds.adapters.tables.arrow import ArrowTable, pa
from cds.catalogue import shared_concepts
from cds.codes import Concepts
from cds.diagnostics import PatientError
from cds.patient import Patient
from cds.periods import NORWAY, Zone
from cds.periods import zone as zone_called
from cds.population import Population, patient_at


def population_from_export(
    source: str | Path,
    *,
    concepts: Concepts | None = None,
    wanted: Collection[str] | None = None,
    supplied: Mapping[str, bool | str] | None = None,
    zone: str = NORWAY,
) -> tuple[Population, ArrowTable]:
    """Everybody of whom there is a Patient in a folder of an export, by id, and what could not be used.

    wanted: the keys of readings that matter; others are looked at, and not held. supplied: what was handed over in
    full, as for `Patient.from_fhir`, besides what the manifest says. zone: of the patients. The issues are rows of
    `notes.SCHEMA`: file, line from 0, resource, patient. PatientError when there is no patient, or a file cannot be
    read to its end.
    """
    reading = BulkReading(source, concepts or shared_concepts(), supplied or {}, zone_called(zone))
    [(population, rows)] = reading.blocks(wanted=wanted)
    return population, pa.concat_tables([reading.issues(), rows])


class BulkReading:
    """An export that is read one block of patients after another."""

    def __init__(self, source: str | Path, concepts: Concepts, supplied: Mapping[str, bool | str], zone: Zone) -> None:
        self._export = open_export(source)
        self._concepts, self._zone, self._said = concepts, zone, supplied
        self._files = Files(self._export.files)
        self._people = self._census(is_thorough=False)
        self._whole: list[IssueRow] = []

    def blocks(
        self, patients: int | None = None, wanted: Collection[str] | None = None
    ) -> Iterator[tuple[Population, ArrowTable]]:
        """The patients by id, at most so many at once (None = all), and what could not be used of theirs.

        Each block goes over all files. PatientError when there is nobody.
        """
        first = 0
        while first < len(self._people.ids) or not first:
            size = patients or len(self._people.ids)
            try:
                with _nothing_collected():
                    sorting = self._sorted(first, min(first + size, len(self._people.ids)))
            except PatientsElsewhere:
                self._people = self._census(is_thorough=True)
                continue
            if not self._people.ids:
                raise PatientError("the folder holds no Patient with an id; include the file of Patients")
            if not first:
                self._whole = list(self._of_nobody(sorting))
            with _nothing_collected():
                made = Block(sorting, self._files, self._supply()).population(wanted)
            yield made
            first = sorting.last

    @property
    def ids(self) -> Sequence[str]:
        """The patients' ids, in order; all of them once a block was read."""
        return self._people.ids

    @property
    def lines(self) -> int:
        """How many lines were read."""
        return self._files.lines

    @property
    def bytes_each(self) -> float:
        """How many bytes of text there are for each patient, about."""
        return self._files.size / max(len(self.ids), 1)

    def patient(self, name: str) -> Patient:
        """One patient by id; PatientError when there is nobody of that id."""
        if name not in self.ids:
            self._people = self._census(is_thorough=True)
        if name not in self.ids:
            raise PatientError(f"the export holds nobody with the id `{name}`")
        place = list(self.ids).index(name)
        population, _ = Block(self._sorted(place, place + 1), self._files, self._supply()).population(None)
        return patient_at(population, 0)

    def issues(self) -> ArrowTable:
        """What could not be used and is nobody's; known once a block was read."""
        return issues_table(self._whole)

    def _census(self, is_thorough: bool) -> People:
        """Everybody in the files that begin with a Patient; thorough: in all files."""
        found = chain.from_iterable(_patients(file, is_thorough) for file in self._files.paths)
        return People(found, self._export.server, self._concepts, self._zone)

    def _sorted(self, first: int, last: int) -> Sorting:
        sorting = Sorting(self._people, PlainObservations(self._concepts, self._zone), first, last)
        for file in self._files.paths:
            for portion, place in self._files.portions(file):
                sorting.take(portion, place)
        return sorting

    def _supply(self) -> Supply:
        short = self._files.shorter_than(self._export.counts)
        return Supply(self._export, {*self._export.missing, *short}, self._concepts, self._said)

    def _of_nobody(self, sorting: Sorting) -> Iterator[IssueRow]:
        lacking = {**self._export.missing, **self._files.shorter_than(self._export.counts)}
        for kind, name in sorted(lacking.items()):
            yield name, None, kind, None, issue("file_not_whole", "")
        if self._export.is_part:
            yield None, None, None, None, issue("incomplete", "")
        for kind, count in sorted(sorting.not_read.items()):
            yield None, None, kind, None, issue("kind_not_read", "", kind=kind, count=count)
        for each in sorted(sorting.said):
            name, line = self._files.where(each.place)
            yield name, line, each.column or None, None, issue(each.code, "")


@contextmanager
def _nothing_collected() -> Generator[None]:
    """No search for circles among objects meanwhile: a block makes many objects and no circles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _patients(file: Path, is_thorough: bool) -> Iterator[Mapping[str, Any]]:
    """The Patients of a file; unless thorough none of one that begins with another kind of resource."""
    lines = (line for line in lines_of(file) if line.strip())
    for line in lines:
        content = parsed(line) or {} if b"Patient" in line else {}
        if content.get("resourceType") == "Patient":
            if as_text(content.get("id")):
                yield content
        elif not is_thorough:
            return
