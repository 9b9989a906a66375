"""What could not be used of the tables, collected row by row: a table of issues, and the issues of each patient."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from cds.adapters.issues import issue
from cds.adapters.tables.arrow import ArrowArray, ArrowTable, pa
from cds.diagnostics import Issue
from cds.population import Array

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


class Note(NamedTuple):
    """One issue. row, patient: position, WHOLE_TABLE = none."""

    table: str
    row: int
    column: str
    patient: int
    issue: Issue


@dataclass(slots=True)
class Notes:
    """The issues so far, in the order found."""

    held: list[Note] = field(default_factory=list[Note])

    def add(self, table: str, row: int, column: str, patient: int, code: str, **words: str) -> None:
        """Note what is wrong with a row."""
        found = _issue(code, _place(table, row, column), tuple(words.items()))
        self.held.append(Note(table, row, column, patient, found))

    def add_strangers(self, table: str, first: int, patients: ArrowArray, positions: Array) -> None:
        """Note the rows of nobody who is known. first: the number of the first row; positions: -1 = nobody's."""
        if not len(positions) or positions.min() >= 0:
            return
        strange = np.flatnonzero(positions == NOBODY)
        for row in strange.tolist():
            code = "patient_not_known" if patients[row].is_valid else "patient_not_stated"
            self.add(table, first + row, "patient", WHOLE_TABLE, code)

    def take(self, table: str, found: Iterable[Issue]) -> None:
        """Note issues of the table as a whole that another part of the intake wrote."""
        self.held += [Note(table, WHOLE_TABLE, "", WHOLE_TABLE, each) for each in found]

    def in_order(self) -> list[Note]:
        """The issues by table, row and column, however the rows were read."""
        return sorted(self.held, key=lambda each: (each.table, each.row, each.column, each.patient, each.issue.code))


def _place(table: str, row: int, column: str) -> str:
    return (table if row == WHOLE_TABLE else f"{table}[{row}]") + (f".{column}" if column else "")


@cache
def _sentences(code: str, words: tuple[tuple[str, str], ...]) -> Issue:
    return issue(code, "", **dict(words))


def _issue(code: str, place: str, words: tuple[tuple[str, str], ...]) -> Issue:
    said = _sentences(code, words)
    return Issue(code, place, said.message, said.norwegian)


def issues_table(notes: Notes, ids: Sequence[str]) -> ArrowTable:
    """The issues as a table of SCHEMA."""
    rows = [
        {
            "table": each.table,
            "row": None if each.row == WHOLE_TABLE else each.row,
            "column": each.column or None,
            "patient": None if each.patient == WHOLE_TABLE else ids[each.patient],
            "code": each.issue.code,
            "message": each.issue.message,
            "norwegian": each.issue.norwegian,
        }
        for each in notes.in_order()
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def issues_by_patient(notes: Notes) -> Mapping[int, tuple[Issue, ...]]:
    """The issues of each patient, by position."""
    found: dict[int, list[Issue]] = {}
    for each in notes.in_order():
        if each.patient != WHOLE_TABLE:
            found.setdefault(each.patient, []).append(each.issue)
    return {patient: tuple(found[patient]) for patient in sorted(found)}
