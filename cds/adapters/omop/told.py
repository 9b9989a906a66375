"""A CDM as our own tables, and what could not be used of it, told in the CDM's own words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from cds.adapters.omop.derived import DerivedDays
from cds.adapters.omop.origin import Origin
from cds.adapters.omop.people import Coverage
from cds.adapters.tables.arrow import ArrowTable, compute, pa
from cds.diagnostics import Issue
from cds.population import HeldByPatient, Population


@dataclass(frozen=True)
class CdmTables:
    """A CDM as our own tables.

    tables: for the reader of tables, with the manifest. issues: what could not be used before they were made, as a
    table of `cds.adapters.tables.notes.SCHEMA`. origin: where each row came from. coverage: for which time what is
    said of a person is all there is. derived: dispenses whose days' supply was derived.
    """

    tables: Mapping[str, object]
    issues: ArrowTable
    origin: Origin
    coverage: Coverage
    derived: DerivedDays

    def settled(self, population: Population) -> Population:
        """A population read from our tables, with what these cannot say of a CDM."""
        return self.derived.marked(self.coverage.limited(population))

    def all_issues(self, of_reader: ArrowTable) -> ArrowTable:
        """What could not be used, with what the reader of our tables found: that of the CDM first."""
        return pa.concat_tables([self.issues, self.origin.issues(of_reader)])

    def issues_of(self, patient: str) -> tuple[Issue, ...]:
        """What could not be used of one person's rows before they came to the reader of our tables."""
        mine = self.issues.filter(compute.equal(self.issues["patient"], patient))
        return tuple(map(_issue, mine.to_pylist()))

    def issues_by_patient(self, population: Population) -> Mapping[int, tuple[Issue, ...]]:
        """The issues of each patient by position, those of the CDM first. population: as our tables were read."""
        place = compute.index_in(self.issues["patient"], value_set=pa.array(population.ids, pa.string()))
        position = place.fill_null(-1).to_numpy()
        rows = np.flatnonzero(position >= 0)
        rows = rows[np.argsort(position[rows], kind="stable")]
        before = HeldByPatient(position[rows], lambda at: _issue(self.issues.slice(int(rows[at]), 1).to_pylist()[0]))
        return _Told(before, population.issues, self.origin)


def _issue(row: Mapping[str, object]) -> Issue:
    column = f".{row['column']}" if row["column"] else ""
    return Issue(str(row["code"]), f"{row['table']}[{row['row']}]{column}", str(row["message"]), str(row["norwegian"]))


class _Told(Mapping[int, tuple[Issue, ...]]):
    """What each patient has of issues: those of the CDM, then those of our tables in the CDM's words."""

    def __init__(
        self, before: Mapping[int, tuple[Issue, ...]], of_reader: Mapping[int, tuple[Issue, ...]], origin: Origin
    ) -> None:
        self._before, self._of_reader, self._origin = before, of_reader, origin

    def __getitem__(self, position: int) -> tuple[Issue, ...]:
        found = (
            *self._before.get(position, ()),
            *map(self._origin.issue, self._of_reader.get(position, ())),
        )
        if not found:
            raise KeyError(position)
        return found

    def __iter__(self) -> Iterator[int]:
        return iter(sorted({*self._before, *self._of_reader}))

    def __len__(self) -> int:
        return len({*self._before, *self._of_reader})
