"""What the codes in a table stand for, and what is said of those that nothing is known of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Final

import numpy as np

from cds.adapters.tables.arrow import ArrowBatch
from cds.adapters.tables.encoding import Coded, coded, given, looked_up
from cds.adapters.tables.loops import loop
from cds.adapters.tables.notes import WHOLE_TABLE, Notes
from cds.codes import Concepts, system_url
from cds.diagnostics import closest
from cds.population import Array

UNKNOWN: Final = -1
NOT_WANTED: Final = -2
_NONE: Final = Coded(np.zeros(0, np.int32), ())

Code = tuple[str, str]  # system ("" = a concept's name) and code
Find = Callable[[Code], Sequence[int]]  # the numbers that a code stands for; NOT_WANTED, or none when it is not known


@dataclass(slots=True)
class Unread:
    """Codes of a table that stand for nothing: of each and each batch the first row, and whose rows they are."""

    held: dict[Code, list[tuple[int, Array]]] = field(default_factory=dict["Code", "list[tuple[int, Array]]"])

    def take(self, code: Code, row: int, patients: Array) -> None:
        """Take in rows of a batch."""
        self.held.setdefault(code, []).append((row, patients))


def code_columns(table: str, batch: ArrowBatch) -> tuple[Coded, Coded]:
    """System and code of each row; an item of a form is named by both."""
    if table == "answers":
        return coded(batch["form"]), coded(batch["item"])
    system = coded(batch["system"]) if "system" in batch.schema.names else _NONE
    return system, coded(batch["code"])


def meanings(
    table: str, number: Callable[[int], int], columns: tuple[Coded, Coded], find: Find, patient: Array, unread: Unread
) -> list[Array]:
    """For each row what its code stands for; another column for each thing that some code stands for besides.

    number: a row's number in the table. columns: system and code.
    """
    system, code = columns
    codes, systems = ["", *code.texts], ["", *system.texts]
    named = [(_system(table, one, other), _code(table, one, other)) for one in systems for other in codes]
    found = [find(each) for each in named]
    pairs = code.codes
    if len(system.codes):
        pairs = np.empty(len(code.codes), np.int32)
        loop("pair_up")(given(system.codes), given(code.codes), len(codes), pairs)
    most = max((len(each) for each in found), default=1)
    meant = [
        looked_up(
            pairs,
            np.array([each[k] if k < len(each) else UNKNOWN if not k else NOT_WANTED for each in found], np.int16),
        )
        for k in range(max(most, 1))
    ]
    strange: Array = np.flatnonzero(meant[0] == UNKNOWN)
    occurring: list[int] = np.unique(pairs[strange]).tolist()
    for pair in occurring:
        rows: Array = strange[pairs[strange] == pair]
        unread.take(named[pair + 1], number(int(rows[0])), patient[rows])
    return meant


def _system(table: str, system: str, code: str) -> str:
    return "" if table == "answers" else system_url(system)


def _code(table: str, system: str, code: str) -> str:
    return (f"{system}.{code}" if system and code else "") if table == "answers" else code


def note_unread(
    table: str, unread: Unread, concepts: Concepts, names: Sequence[str], notes: Notes
) -> Mapping[str, Sequence[Array]]:
    """Note the codes that stand for nothing; gives the names that were likely meant, and whose rows they were in."""
    meant: dict[str, list[Array]] = {}
    column = "item" if table == "answers" else "code"
    others = 0
    for (system, code), held in sorted(unread.held.items(), key=itemgetter(0)):
        row, patients = min(first for first, _ in held), [each for _, each in held]
        near = closest(code[:60], names) if not system else None
        if near:
            meant.setdefault(near, []).extend(patients)
        if not system:
            cure = f"; did you mean `{near}`?" if near else ""
            notes.add(table, row, column, WHOLE_TABLE, "name_not_known", cure=cure)
        elif slip := concepts.one_digit_off(system, code):
            notes.add(table, row, column, WHOLE_TABLE, "unlike_code", name=slip[0], known=slip[1])
        else:
            others += sum(map(len, patients))
    if others:
        notes.add(table, WHOLE_TABLE, column, WHOLE_TABLE, "unknown_code", count=str(others))
    return meant
