"""What a task does with the packages that reach it: it scores bucket after bucket with the batch executor."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple

import numpy as np

from cds.adapters.tables.arrow import ArrowArray, ArrowBatch, ArrowTable, pa
from cds.adapters.tables.opened import Opened
from cds.adapters.tables.source import open_tables
from cds.api import Ruleset
from cds.execute.batch import score
from cds.execute.findings import STATUSES
from cds.population import Array
from cds.result import Status
from cds.spark.packing import rows_in
from cds.spark.parcel import Parcel
from cds.spark.rows import ROW, finding_batches, issue_batches
from cds.spark.unusable import unusable

_SAID: Final[tuple[Status, ...]] = ("fired", "unconfirmed", "unknown")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Worker:
    """What is asked. at: microseconds UTC; tables: all that were given, also those of which a bucket has no row."""

    parcel: Parcel
    at: int
    everything: bool
    tables: Sequence[str]
    manifest: object

    def scored(self, batches: Iterable[ArrowBatch]) -> Iterator[ArrowBatch]:
        """The findings and issues of each bucket, of `rows.SCHEMA`. batches: packages in the order of their buckets."""
        ruleset = self.parcel.opened()
        for _, packages in groupby(_packages(batches), key=lambda each: each.bucket):
            rows: dict[str, list[ArrowTable]] = {}
            for each in packages:
                rows.setdefault(each.table, []).append(rows_in(each.rows))
            yield from self._bucket(ruleset, rows)

    def _bucket(self, ruleset: Ruleset, given: Mapping[str, Sequence[ArrowTable]]) -> Iterator[ArrowBatch]:
        numbered = {name: _numbered(given.get(name, ())) for name in self.tables}
        opened, _ = open_tables({name: each.parts or Opened.of(name, [], []) for name, each in numbered.items()})
        moment = _EPOCH + timedelta(microseconds=self.at)
        population, issues = ruleset.read_tables({**opened, "manifest": self.manifest}, at=moment, threads=1)
        keep = tuple(STATUSES) if self.everything else _SAID
        found = score(ruleset.plan, population, self.at, threads=1, keep=keep)
        yield from finding_batches(found.table(self.everything))
        numbers = {name: each.numbers for name, each in numbered.items()}
        yield from issue_batches(unusable(issues, opened, numbers, found))


class _Package(NamedTuple):
    bucket: int
    table: str
    rows: ArrowArray


def _packages(batches: Iterable[ArrowBatch]) -> Iterator[_Package]:
    for batch in batches:
        columns: Any = (batch["bucket"].to_pylist(), batch["table"].to_pylist(), batch["rows"])
        yield from map(_Package, *columns)


class _Numbered(NamedTuple):
    """Rows of a table, and what number each was given; -1 = none."""

    parts: list[ArrowTable]
    numbers: Array


def _numbered(packages: Sequence[ArrowTable]) -> _Numbered:
    """The rows of packages, those of one schema in the order of their numbers if they have any."""
    parts: list[ArrowTable] = []
    numbers: list[Array] = [np.zeros(0, np.int64)]
    for schema, those in groupby(packages, key=lambda each: each.schema):
        rows: ArrowTable = pa.concat_tables(those)
        if ROW not in schema.names:
            numbers.append(np.full(int(rows.num_rows), -1))
        else:
            rows = _in_order(rows)
            given: Array = rows[ROW].fill_null(-1).to_numpy()
            numbers.append(given)
            rows = rows.drop_columns([ROW])
        parts.append(rows)
    return _Numbered(parts, np.concatenate(numbers))


def _in_order(rows: ArrowTable) -> ArrowTable:
    numbers = rows[ROW].fill_null(-1).to_numpy()
    if (np.diff(numbers) >= 0).all():
        return rows
    return rows.unify_dictionaries().take(pa.array(np.argsort(numbers, kind="stable")))
