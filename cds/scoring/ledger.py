"""What could not be used, from block after block, as if all had been read at once: counted, and kept in order."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from cds.adapters.issues import issue
from cds.adapters.tables.arrow import ArrowArray, ArrowTable, compute, pa
from cds.adapters.tables.notes import SCHEMA
from cds.adapters.tables.opened import Opened
from cds.adapters.tables.specification import MANIFEST, TABLES
from cds.codes import system_url
from cds.diagnostics import Issue
from cds.population import Array
from cds.scoring.blocks import Block
from cds.scoring.shelf import Shelf

ROWS_PER_BUCKET: Final = 1 << 20
_ROW_BITS: Final = 40
OF_CODES: Final = pa.array(["name_not_known", "unlike_code", "unknown_code"])
"""Issues that are told once for all rows that hold a code, or counted."""
_POSITION: Final = "#position"
_NAMES: Final = sorted([*TABLES, MANIFEST])


class _Whole(NamedTuple):
    """An issue of nobody in particular. row: its number in the table, None = the table as a whole."""

    table: str
    row: int | None
    column: str | None
    code: str
    message: str
    norwegian: str


class Ledger:
    """Takes the issues of each block in turn. folder: where they are kept, None = they are only counted."""

    def __init__(self, folder: Path | None) -> None:
        self._counts: Counter[str] = Counter()
        self._codes: dict[tuple[str, str, str], _Whole] = {}
        self._unknown: Counter[tuple[str, str]] = Counter()
        self._whole: list[_Whole] = []
        self._by_row = Shelf(folder, "issues.row") if folder else None
        self._by_column = Shelf(folder, "issues.column") if folder else None
        self._columns: list[tuple[str, str]] = []

    def take(self, block: Block, found: ArrowTable, of_limits: Sequence[tuple[int, Issue]]) -> None:
        """The issues of a block. of_limits: what was wrong with patients' own limits, by position in the block."""
        is_whole = compute.is_null(found["patient"])
        is_coded = compute.and_(is_whole, compute.is_in(found["code"], value_set=OF_CODES))
        for each in found.filter(is_coded).to_pylist():
            self._take_code(block, each)
        rest = found.filter(compute.invert(is_coded))
        if block.first:
            rest = rest.filter(compute.not_equal(rest["table"], MANIFEST))
        self._keep(block, pa.concat_tables([rest, limits_table(block.ids, of_limits)]))

    def counts(self) -> Mapping[str, int]:
        """How many issues there are of each code, most first."""
        total = self._counts + Counter(each.code for each in self._settled())
        return dict(sorted(total.items(), key=lambda each: (-each[1], each[0])))

    def tables(self) -> Iterator[ArrowTable]:
        """All issues in order, as tables of `notes.SCHEMA`."""
        for place, name in enumerate(_NAMES):
            whole = [each for each in self._settled() if each.table == name]
            yield from self._of_columns(name, [each for each in whole if each.row is None])
            yield from self._of_rows(place, [each for each in whole if each.row is not None])

    # what is said of codes, once for all rows that hold them

    def _take_code(self, block: Block, found: Mapping[str, Any]) -> None:
        table, row, column, code = (found[name] for name in ("table", "row", "column", "code"))
        if table == MANIFEST or (row is None and code != "unknown_code"):
            if not block.first:
                self._whole.append(_Whole(table, row, column, code, found["message"], found["norwegian"]))
        elif row is None:
            self._unknown[table, column] += count_in(found["message"])
        else:
            number = int(block.rows[table][row])
            key = (table, *code_at(table, block.tables[table], row))
            known = self._codes.get(key)
            if known is None or (known.row or 0) > number:
                self._codes[key] = _Whole(table, number, column, code, found["message"], found["norwegian"])

    def _settled(self) -> list[_Whole]:
        others = [
            _Whole(table, None, column, said.code, said.message, said.norwegian)
            for (table, column), count in self._unknown.items()
            for said in [issue("unknown_code", "", count=str(count))]
        ]
        return [*self._whole, *others, *self._codes.values()]

    # what is said of single rows and patients

    def _keep(self, block: Block, found: ArrowTable) -> None:
        for each in found["code"].value_counts().to_pylist():
            self._counts[each["values"]] += each["counts"]
        if self._by_row is None or self._by_column is None or not found.num_rows:
            return
        found = _numbered(block, found)
        row = found["row"].fill_null(-1).to_numpy()
        if (row < 0).any():
            of_column = found.filter(pa.array(row < 0))
            self._by_column.put_by(self._column_labels(of_column), of_column)
        if (row >= 0).any():
            of_row = found.filter(pa.array(row >= 0))
            place = np.array([_NAMES.index(each) for each in of_row["table"].to_pylist()], np.int64)
            self._by_row.put_by((place << _ROW_BITS) + row[row >= 0] // ROWS_PER_BUCKET, of_row)

    def _column_labels(self, found: ArrowTable) -> Array:
        """A number for each column of each table."""
        pairs = list(zip(found["table"].to_pylist(), found["column"].fill_null("").to_pylist(), strict=True))
        self._columns += sorted({*pairs} - {*self._columns})
        return np.array([self._columns.index(each) for each in pairs], np.int64)

    def _of_columns(self, table: str, whole: Sequence[_Whole]) -> Iterator[ArrowTable]:
        """Issues without a row: by column, then patient, as the blocks come in the order of patients."""
        columns = {column for name, column in self._columns if name == table} | {each.column or "" for each in whole}
        for column in sorted(columns):
            yield _table([each for each in whole if (each.column or "") == column]).select(SCHEMA.names)
            if self._by_column and (table, column) in self._columns:
                for found in self._by_column.take_in_portions(self._columns.index((table, column))):
                    yield _finished(found)

    def _of_rows(self, place: int, whole: Sequence[_Whole]) -> Iterator[ArrowTable]:
        first = place << _ROW_BITS
        held = {each for each in (self._by_row.labels() if self._by_row else ()) if each >> _ROW_BITS == place}
        bucket = {each: first + (each.row or 0) // ROWS_PER_BUCKET for each in whole}
        for label in sorted(held | {*bucket.values()}):
            found = [_table([each for each in whole if bucket[each] == label])]
            if self._by_row and label in held:
                found += self._by_row.take(label)
            yield _finished(_in_order(found))


def count_in(message: str) -> int:
    """How many rows a message speaks of; it begins with that."""
    found = re.match(r"\d+", message)
    return int(found[0]) if found else 0


def code_at(table: str, opened: Opened, row: int) -> tuple[str, str]:
    """System and code in a row of a block, as the intake tells codes apart."""
    first, second = ("form", "item") if table == "answers" else ("system", "code")
    start, batch = next(each for each in reversed([*opened.parts()]) if each[0] <= row)
    one, other = (
        str(batch[name][row - start].as_py() or "") if name in batch.schema.names else "" for name in (first, second)
    )
    if table == "answers":
        return "", f"{one}.{other}" if one and other else ""
    return system_url(one), other


def limits_table(ids: ArrowArray, found: Sequence[tuple[int, Issue]]) -> ArrowTable:
    """What was wrong with limits only when they were used, as issues of the patients at these places of `ids`."""
    rows = [
        ("limits", None, "limit", ids[place].as_py(), each.code, each.message, each.norwegian) for place, each in found
    ]
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], schema=SCHEMA)


def _numbered(block: Block, found: ArrowTable) -> ArrowTable:
    """The issues with the rows' own numbers, and the patients' positions among all."""
    row = found["row"].fill_null(-1).to_numpy().copy()
    names = found["table"].to_numpy()
    for table, numbers in block.rows.items():
        mine = (names == table) & (row >= 0)
        row[mine] = numbers[row[mine]]
    place = compute.index_in(found["patient"], value_set=block.ids).fill_null(-1 - block.first).to_numpy()
    found = found.set_column(1, "row", pa.array(row, mask=row < 0))
    return found.append_column(_POSITION, pa.array(place.astype(np.int64) + block.first))


def _table(issues: Sequence[_Whole]) -> ArrowTable:
    rows = [{**each._asdict(), "patient": None, _POSITION: -1} for each in issues]
    return pa.Table.from_pylist(rows, schema=SCHEMA.append(pa.field(_POSITION, pa.int64())))


def _in_order(parts: Sequence[ArrowTable]) -> ArrowTable:
    """By row, column, patient and code."""
    found = pa.concat_tables([_finished(each, keep=[*SCHEMA.names, _POSITION]) for each in parts])
    found = found.append_column("#column", found["column"].fill_null(""))
    keys = ("row", "#column", _POSITION, "code")
    return found.take(compute.sort_indices(found, sort_keys=[(name, "ascending") for name in keys]))


def _finished(found: ArrowTable, keep: Sequence[str] = SCHEMA.names) -> ArrowTable:
    """The columns as `notes.SCHEMA` has them: texts that are no small numbers."""
    columns = [found[name] for name in keep]
    plain = [each.cast(each.type.value_type) if pa.types.is_dictionary(each.type) else each for each in columns]
    return pa.table(plain, [*keep])
