"""What a job is given: a folder, a mapping, one file of observations or an OMOP CDM, and the word for what was handed
over."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cds.adapters.omop.reading import tables_from_cdm
from cds.adapters.omop.source import is_cdm
from cds.adapters.omop.told import CdmTables
from cds.adapters.shapes import as_object
from cds.adapters.tables.arrow import ArrowTable
from cds.adapters.tables.specification import MANIFEST
from cds.adapters.tables.supply import manifest_of
from cds.codes import Concepts
from cds.diagnostics import Issue
from cds.patient import Patient
from cds.population import Population

Supplied = Mapping[str, bool | str]


@dataclass(frozen=True)
class Source:
    """What is read. tables: as the reader of tables takes them; cdm: the CDM that they were made of, if they were."""

    tables: object
    cdm: CdmTables | None = None

    def settled(self, population: Population) -> Population:
        """The population, with what our tables cannot say of the source: for which time it is all there is."""
        return population if self.cdm is None else self.cdm.settled(population)

    def issues(self, found: Iterable[ArrowTable]) -> Iterator[ArrowTable]:
        """What could not be used, in the source's own words: what was told before its tables were read comes first."""
        if self.cdm is None:
            yield from found
            return
        yield self.cdm.issues
        for each in found:
            yield self.cdm.origin.issues(each)

    def counts(self, found: Mapping[str, int]) -> Mapping[str, int]:
        """How many issues there are of each code, most first. found: those of the tables."""
        if self.cdm is None:
            return found
        mine = {each["values"]: each["counts"] for each in self.cdm.issues["code"].value_counts().to_pylist()}
        total = Counter(found) + Counter[str](mine)
        return dict(sorted(total.items(), key=lambda each: (-each[1], each[0])))

    def told(self, patient: Patient, issues: Iterable[Issue]) -> Patient:
        """A patient with these issues, in the source's own words."""
        if self.cdm is None:
            return replace(patient, issues=tuple(issues))
        return replace(patient, issues=(*self.cdm.issues_of(patient.id), *map(self.cdm.origin.issue, issues)))


def source_of(given: object, *, concepts: Concepts, at: int, folder: Path, supplied: Supplied | None = None) -> Source:
    """A source of tables; a file alone is the table of observations, with the manifest beside it.

    at: the moment at which they are to be scored, microseconds UTC; folder: for what has to be copied. Both are for an
    OMOP CDM: a folder of its tables, or a DuckDB file.
    """
    if is_cdm(given):
        cdm = tables_from_cdm(given, concepts=concepts, at=at, folder=folder, said=supplied or ())
        return Source(cdm.tables, cdm)
    if not isinstance(given, str | Path) or not Path(given).is_file():
        return Source(given)
    beside = Path(given).parent / MANIFEST
    return Source({"observations": given, **({"manifest": beside} if beside.is_file() else {})})


def with_supplied(manifest: object, supplied: Supplied | None) -> object:
    """The manifest, with more said of what was handed over; PatientError when it is no manifest."""
    manifest_of(manifest)
    if not supplied:
        return manifest
    written: dict[str, Any] = {**(as_object(manifest) or {})}
    return {**written, "supplied": {**(as_object(written.get("supplied")) or {}), **supplied}}
