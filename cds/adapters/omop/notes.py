"""What could not be used of a CDM, told by table, row and column, as the reader of tables tells it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np

from cds.adapters.issues import issue
from cds.adapters.tables.arrow import ArrowTable, pa
from cds.adapters.tables.notes import SCHEMA
from cds.diagnostics import Issue
from cds.population import Array

NOBODY: Final = np.iinfo(np.int64).min


class Noted(NamedTuple):
    """Rows of which the same is said. persons: their ids, NOBODY = no person is named."""

    table: str
    column: str
    said: Issue
    rows: Array
    persons: Array


@dataclass(slots=True)
class CdmNotes:
    """The issues so far. unmapped: table and column -> concept -> first row and number of rows."""

    held: list[Noted] = field(default_factory=list[Noted])
    unmapped: dict[tuple[str, str, str], dict[int, tuple[int, int]]] = field(default_factory=dict[Any, Any])

    def add(self, table: str, column: str, code: str, rows: Array, persons: Array, **words: str) -> None:
        """Note what is wrong with some rows."""
        if len(rows):
            self.held.append(Noted(table, column, issue(code, "", **words), rows, persons))

    def add_unmapped(self, table: str, column: str, code: str, rows: Array, concepts: Array) -> None:
        """Note rows whose concept means nothing here; they are told of once for each concept."""
        found = self.unmapped.setdefault((table, column, code), {})
        occurring, firsts, counts = np.unique(concepts, return_index=True, return_counts=True)
        for concept, first, count in zip(occurring.tolist(), firsts.tolist(), counts.tolist(), strict=True):
            row, before = found.get(concept, (int(rows[first]), 0))
            found[concept] = row, before + count

    def table(self) -> ArrowTable:
        """All issues by table, column, code and row, as a table of `SCHEMA`."""
        parts = sorted(self._all(), key=lambda each: (each.table, each.column, each.said.code, int(each.rows[0])))
        return pa.concat_tables([SCHEMA.empty_table(), *map(_part, parts)])

    def _all(self) -> Iterator[Noted]:
        yield from self.held
        for (table, column, code), concepts in self.unmapped.items():
            for row, count in concepts.values():
                said = issue(code, "", count=str(count))
                yield Noted(table, column, said, np.array([row]), np.array([NOBODY]))


def _part(noted: Noted) -> ArrowTable:
    count = len(noted.rows)
    said: Mapping[str, str | None] = {
        "table": noted.table,
        "column": noted.column or None,
        "code": noted.said.code,
        "message": noted.said.message,
        "norwegian": noted.said.norwegian,
    }
    columns: dict[str, Any] = {name: pa.repeat(pa.scalar(text, pa.string()), count) for name, text in said.items()}
    columns["row"] = pa.array(noted.rows, pa.int64())
    columns["patient"] = pa.array(noted.persons, pa.int64(), mask=noted.persons == NOBODY).cast(pa.string())
    return pa.table([columns[name] for name in SCHEMA.names], SCHEMA)
