"""From an OMOP CDM to our own tables, which are then read like any others."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from cds.adapters.omop.codes import CodeBook
from cds.adapters.omop.derived import DerivedDays, joined
from cds.adapters.omop.events import Events, Lost, Portion, drugs, readings, spans, stays
from cds.adapters.omop.notes import CdmNotes
from cds.adapters.omop.people import Coverage, lost_of, periods_at, persons
from cds.adapters.omop.sink import Sink
from cds.adapters.omop.source import CdmTable, open_cdm
from cds.adapters.omop.specification import DRUG_AMOUNTS, DRUG_TYPE, EVENTS, PERSON, Names
from cds.adapters.omop.told import CdmTables
from cds.adapters.omop.vocabulary import vocabulary_of
from cds.adapters.rows import keys_meant
from cds.adapters.shapes import as_object
from cds.adapters.tables.arrow import ArrowTable
from cds.adapters.tables.reading import population_from_tables
from cds.adapters.tables.supply import manifest_of
from cds.codes import Concepts
from cds.population import Extent, Population

_READERS: Final[Mapping[str, Callable[[Events], Iterator[Portion]]]] = {
    "person": persons,
    "measurement": readings,
    "observation": readings,
    "condition_occurrence": partial(spans, table="conditions"),
    "device_exposure": partial(spans, table="devices"),
    "visit_occurrence": stays,
    "drug_exposure": drugs,
}
_MORE: Final[Mapping[str, tuple[str, ...]]] = {"drug_exposure": (DRUG_TYPE, *DRUG_AMOUNTS)}
_NOBODYS: Final = Names("", "", "", "", "")
_WHOLE: Final[Mapping[str, str]] = {"condition_occurrence": "conditions", "visit_occurrence": "stays"}
"""Tables that hold all of their kind within an observation period -> what that is called under `supplied`. Whether
anybody was asked for a reading, and whether the CDM has what pharmacies handed out, it does not tell."""


def tables_from_cdm(
    source: object, *, concepts: Concepts, at: int, folder: Path | None = None, said: Iterable[str] = ()
) -> CdmTables:
    """The tables of a CDM as our own.

    source: as for `open_cdm`. at: the moment at which they are to be scored, microseconds UTC: what is absent counts as
    absent only where that lies in an observation period. folder: where the tables are put as Parquet; without one they
    stay in memory. said: of what the caller tells, besides the manifest, whether it was supplied. PatientError when a
    table as a whole cannot be read.
    """
    cdm = open_cdm(source)
    manifest = manifest_of(cdm.manifest)
    vocabulary = vocabulary_of(cdm, concepts)
    taken = _Taken(Sink(folder), CdmNotes(), [], [])
    for name in _READERS:
        if name in cdm.tables:
            taken.take(cdm.tables[name], CodeBook(vocabulary, concepts, EVENTS.get(name, _NOBODYS)))
    table = cdm.tables.get("observation_period")
    periods = None if table is None else periods_at(table, at, manifest.zone, taken.notes)
    keys = (keys_meant(concepts, each) for each in (*manifest.supplied, *said))
    coverage = Coverage(periods, lost_of(taken.lost), frozenset(key for each in keys for key in each))
    whole = {} if table is None else {folder: True for name, folder in _WHOLE.items() if name in cdm.tables}
    written = {**(as_object(cdm.manifest) or {}), "supplied": {**whole, **manifest.supplied}}
    tables = {**taken.sink.tables(), "manifest": written}
    return CdmTables(tables, taken.notes.table(), taken.sink.origin(), coverage, joined(taken.derived))


@dataclass(frozen=True)
class _Taken:
    """What was taken of a CDM so far."""

    sink: Sink
    notes: CdmNotes
    lost: list[Lost]
    derived: list[DerivedDays]

    def take(self, table: CdmTable, book: CodeBook) -> None:
        """Take a table."""
        wanted = PERSON if table.name == "person" else (*book.names.all, *_MORE.get(table.name, ()))
        first = 0
        for batch in table.batches(wanted):
            events = Events(table.name, book.names, first, batch, book, self.notes, self.lost, self.derived)
            for name, is_ours, columns in _READERS[table.name](events):
                if is_ours.any():
                    self.sink.put(name, table.name, first, is_ours, columns)
            first += int(batch.num_rows)


def population_from_cdm(
    source: object, *, concepts: Concepts, at: int, wanted: Collection[str] | None, extent: Extent, threads: int = 0
) -> tuple[Population, ArrowTable]:
    """Everybody in a CDM, and what could not be used, in the CDM's tables, rows and columns.

    at: the moment at which they are to be scored, as for `tables_from_cdm`; the others as for
    `population_from_tables`.
    """
    cdm = tables_from_cdm(source, concepts=concepts, at=at)
    population, issues = population_from_tables(
        cdm.tables, concepts=concepts, wanted=wanted, extent=extent, threads=threads
    )
    held = replace(cdm.settled(population), issues=cdm.issues_by_patient(population))
    return replace(held, extent=Extent(population.extent.since, at)), cdm.all_issues(issues)
