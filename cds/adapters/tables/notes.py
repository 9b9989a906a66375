"""What could not be used of the tables, collected in columns: a table of issues, and the issues of each patient."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from cds.adapters.issues import issue
from cds.adapters.tables.arrow import ArrowArray, ArrowTable, pa
from cds.diagnostics import Issue
from cds.population import Array, HeldByPatient

WHOLE_TABLE: Final = -1
NOBODY: Final = -1  # a position of no patient
SCHEMA: Final = pa.schema(
    [
        ("table", pa.string()),
        ("row", pa.int64()),
        ("column", pa.string()),
        ("patient", pa.string()),
        ("code", pa.string()),
        ("message", pa.string()),
        ("norwegian", pa.string()),
    ]
)
"""row: from 0, null = the table as a whole or a reading of several rows; patient: id, null = nobody's."""
_MOST: Final = (1 << 63) - 1
_ROWS_AT_ONCE: Final = 1 << 20  # Arrow holds at most 2 GB of text in one piece


class Kind(NamedTuple):
    """What is said of many rows alike. said: the issue, in no place."""

    table: str
    column: str
    said: Issue


class Part(NamedTuple):
    """Rows of which the same is said. rows, patients: positions, WHOLE_TABLE = none."""

    kind: Kind
    rows: Array
    patients: Array


class Ordered(NamedTuple):
    """Issues in columns, in order. kind: position in `kinds`; row, patient: positions, WHOLE_TABLE = none."""

    kinds: Sequence[Kind]
    kind: Array
    row: Array
    patient: Array

    def taken(self, places: Array) -> "Ordered":
        """The issues at some places, in the order of these."""
        return Ordered(self.kinds, self.kind[places], self.row[places], self.patient[places])

    def issue(self, place: int) -> Issue:
        """An issue by itself, with the place in the tables that it speaks of."""
        table, column, said = self.kinds[int(self.kind[place])]
        return Issue(said.code, _place(table, int(self.row[place]), column), said.message, said.norwegian)


@dataclass(slots=True)
class Notes:
    """The issues so far, in the order found."""

    held: list[Part] = field(default_factory=list[Part])

    def add(self, table: str, row: int, column: str, patient: int, code: str, **words: str) -> None:
        """Note what is wrong with a row."""
        self.add_rows(table, np.array([row]), column, np.array([patient]), code, **words)

    def add_rows(self, table: str, rows: Array, column: str, patients: Array, code: str, **words: str) -> None:
        """Note what is wrong with some rows, each of another patient perhaps."""
        if len(rows):
            self.held.append(Part(Kind(table, column, _sentences(code, tuple(words.items()))), rows, patients))

    def add_patients(self, table: str, column: str, patients: Array, code: str, **words: str) -> None:
        """Note what is wrong with patients, in no single row."""
        self.add_rows(table, np.full(len(patients), WHOLE_TABLE), column, patients, code, **words)

    def add_strangers(self, table: str, first: int, patients: ArrowArray, positions: Array) -> None:
        """Note the rows of nobody who is known. first: the number of the first row; positions: -1 = nobody's."""
        if not len(positions) or positions.min() >= 0:
            return
        is_strange, is_stated = positions == NOBODY, patients.is_valid().to_numpy(zero_copy_only=False)
        for code, where in (("patient_not_known", is_stated), ("patient_not_stated", ~is_stated)):
            rows = np.flatnonzero(is_strange & where)
            self.add_rows(table, first + rows, "patient", np.full(len(rows), NOBODY), code)

    def take(self, table: str, found: Iterable[Issue], row: int = WHOLE_TABLE, patient: int = NOBODY) -> None:
        """Note issues that another part of the intake wrote, of a row or of the table as a whole."""
        for each in found:
            said = Issue(each.code, "", each.message, each.norwegian)
            self.held.append(Part(Kind(table, "", said), np.array([row]), np.array([patient])))

    def in_order(self) -> Ordered:
        """The issues by table, row, column, patient and code, however the rows were read."""
        kinds = sorted({each.kind for each in self.held}, key=lambda each: (each.table, each.column, each.said.code))
        number = {each: place for place, each in enumerate(kinds)}
        nothing = np.zeros(0, np.int64)
        sizes = [len(each.rows) for each in self.held]
        found = Ordered(
            kinds,
            np.repeat(np.array([number[each.kind] for each in self.held], np.int32), sizes),
            np.concatenate([nothing, *(each.rows for each in self.held)]),
            np.concatenate([nothing, *(each.patients for each in self.held)]),
        )
        words = ((each.table for each in kinds), (each.column for each in kinds), (each.said.code for each in kinds))
        table, column, code = (_ranks(list(each))[found.kind] for each in words)
        return found.taken(_ordered((table, found.row, column, found.patient, code)))


def _ordered(words: Sequence[Array]) -> Array:
    """Positions that put rows in the order of their words, none below WHOLE_TABLE; those of the same as they stand."""
    spans = [int(each.max(initial=WHOLE_TABLE)) + 2 for each in words]
    if math.prod(spans) > _MOST:
        return np.lexsort(words[::-1])
    key = np.zeros(len(words[0]), np.int64)
    for span, each in zip(spans, words, strict=True):
        key = key * span + (each + 1)
    return np.argsort(key, kind="stable")


def _ranks(texts: Sequence[str]) -> Array:
    """The place of each text among those that occur, in their order."""
    place = {each: number for number, each in enumerate(sorted(set(texts)))}
    return np.array([place[each] for each in texts], np.int32)


def _place(table: str, row: int, column: str) -> str:
    return (table if row == WHOLE_TABLE else f"{table}[{row}]") + (f".{column}" if column else "")


@cache
def _sentences(code: str, words: tuple[tuple[str, str], ...]) -> Issue:
    return issue(code, "", **dict(words))


def issues_table(found: Ordered, ids: Sequence[str]) -> ArrowTable:
    """The issues as a table of SCHEMA."""
    names = pa.array(ids, pa.string())
    starts = range(0, max(len(found.kind), 1), _ROWS_AT_ONCE)
    return pa.concat_tables(
        [_table(found.taken(np.arange(each, min(each + _ROWS_AT_ONCE, len(found.kind)))), names) for each in starts]
    )


def _table(found: Ordered, names: ArrowArray) -> ArrowTable:
    kind = pa.array(found.kind)
    columns = {
        "table": _texts([each.table for each in found.kinds]).take(kind),
        "row": pa.array(found.row, mask=found.row == WHOLE_TABLE),
        "column": _texts([each.column or None for each in found.kinds]).take(kind),
        "patient": names.take(pa.array(found.patient, mask=found.patient == NOBODY)),
        "code": _texts([each.said.code for each in found.kinds]).take(kind),
        "message": _texts([each.said.message for each in found.kinds]).take(kind),
        "norwegian": _texts([each.said.norwegian for each in found.kinds]).take(kind),
    }
    return pa.table(columns, SCHEMA)


def _texts(words: Sequence[str | None]) -> ArrowArray:
    return pa.array(words, pa.string())


def issues_by_patient(found: Ordered) -> Mapping[int, tuple[Issue, ...]]:
    """The issues of each patient, by position; each is made when it is asked for."""
    of_patients = np.flatnonzero(found.patient != NOBODY)
    found = found.taken(of_patients[np.argsort(found.patient[of_patients], kind="stable")])
    return HeldByPatient(found.patient, found.issue)
