"""Which row of which OMOP table each row of our own tables came from, so that issues are told in the CDM's words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from cds.adapters.omop.specification import DRUG, EVENTS
from cds.adapters.tables.arrow import ArrowTable, pa
from cds.diagnostics import Issue
from cds.population import Array

_PLACE: Final = re.compile(r"(\w+)(?:\[(\d+)\])?(?:\.(.+))?")
_WHOLE_TABLE: Final = -1
_PERSON: Final = {"id": "person_id", "birth_date": "year_of_birth", "sex": "gender_concept_id"}


class Chunk(NamedTuple):
    """Rows that came together from one batch. first: number of the batch's first row in the OMOP table; bits: which of
    the batch's rows they are, packed, None = all."""

    table: str
    first: int
    rows: int
    bits: Array | None


@dataclass(frozen=True)
class Origin:
    """Chunks of each of our tables, in the order of its rows."""

    chunks: Mapping[str, Sequence[Chunk]]

    def issues(self, found: ArrowTable) -> ArrowTable:
        """A table of issues in the CDM's words, in the order given."""
        tables, columns = (found[name].fill_null("").to_numpy().copy() for name in ("table", "column"))
        rows = found["row"].fill_null(_WHOLE_TABLE).to_numpy().copy()
        for table in self.chunks.keys() & set(tables.tolist()):
            mine = np.flatnonzero(tables == table)
            tables[mine], rows[mine] = self._places(table, rows[mine])
            columns[mine] = _columns(tables[mine], columns[mine])
        made = {
            "table": pa.array(tables, pa.string()),
            "row": pa.array(rows, mask=rows == _WHOLE_TABLE),
            "column": pa.array(columns, pa.string(), mask=columns == ""),
        }
        return pa.table([made.get(name, found[name]) for name in found.schema.names], found.schema)

    def issue(self, given: Issue) -> Issue:
        """An issue of a patient in the CDM's words."""
        match = _PLACE.fullmatch(given.place)
        if match is None or match[1] not in self.chunks:
            return given
        tables, rows = self._places(match[1], np.array([int(match[2] or _WHOLE_TABLE)]))
        (column,) = _columns(tables, np.array([match[3] or ""], object))
        row = f"[{rows[0]}]" if match[2] else ""
        return replace(given, place=tables[0] + row + (f".{column}" if column else ""))

    def _places(self, table: str, rows: Array) -> tuple[Array, Array]:
        """The OMOP tables, and the rows in them, that some rows of ours came from."""
        chunks = self.chunks[table]
        ends = np.cumsum([each.rows for each in chunks])
        at = np.searchsorted(ends, rows, "right")
        names, places = np.full(len(rows), _named(chunks), object), rows.copy()
        numbers: list[int] = np.unique(at[rows != _WHOLE_TABLE]).tolist()
        for number in numbers:
            chunk, mine = chunks[number], (at == number) & (rows != _WHOLE_TABLE)
            within = rows[mine] - (ends[number] - chunk.rows)
            if chunk.bits is not None:
                within = np.flatnonzero(np.unpackbits(chunk.bits))[within]
            names[mine], places[mine] = chunk.table, chunk.first + within
        return names, places


def _named(chunks: Sequence[Chunk]) -> str:
    """The OMOP tables that chunks came from, as people write them."""
    return " and ".join(sorted({each.table for each in chunks}))


def _columns(tables: Array, columns: Array) -> Array:
    """The OMOP columns from which columns of ours are filled. tables: the OMOP tables, perhaps several in one name."""
    found = columns.copy()
    for table, column in set(zip(tables.tolist(), columns.tolist(), strict=True)):
        found[(tables == table) & (columns == column)] = _column(table.partition(" and ")[0], column)
    return found


def _column(table: str, column: str) -> str:
    """The OMOP column from which a column of ours is filled."""
    if table == "person":
        return _PERSON.get(column, column)
    names = EVENTS[table]
    return {
        "patient": "person_id",
        "code": names.concept,
        "system": names.concept,
        "atc": DRUG.concept,
        "time": names.date,
        "from": names.date,
        "to": names.end_date,
        "value": names.value,
        "word": names.value,
        "unit": names.unit,
        "comparator": names.operator,
        "days": "days_supply",
        "certain": names.certainty or names.end_date,
    }.get(column, column)
