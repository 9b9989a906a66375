"""NDJSON, one row a line → Arrow record batches; a column may hold numbers and words side by side."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

from cds.adapters.shapes import as_list, as_object
from cds.adapters.tables.arrow import ArrowArray, ArrowBatch, pa
from cds.adapters.tables.specification import TEXT, columns
from cds.diagnostics import PatientError

ROWS_AT_ONCE: Final = 1 << 18


def batches_of_ndjson(name: str, file: Path) -> tuple[list[ArrowBatch], list[str]]:
    """The rows in batches, and every field that occurs; PatientError names the line that is no row."""
    found: dict[str, None] = {}
    batches = list(stream_of_ndjson(name, file, found))
    missing = [each.name for each in columns(name).values() if each.is_required and each.name not in found]
    return batches, [*found, *missing]


def stream_of_ndjson(name: str, file: Path, found: dict[str, None]) -> Iterator[ArrowBatch]:
    """The rows batch by batch; `found` takes in every field that occurs. PatientError names the line that is no row."""
    wanted = columns(name)
    with file.open("rb") as lines:
        numbered = enumerate(lines, 1)
        while taken := list(islice(numbered, ROWS_AT_ONCE)):
            rows = [_row(name, number, line) for number, line in taken if line.strip()]
            for row in rows:
                found.update(dict.fromkeys(row))
            yield _batch(rows, wanted)


def _row(name: str, number: int, line: bytes) -> Mapping[str, Any]:
    try:
        row = as_object(json.loads(line))
    except (ValueError, RecursionError):
        row = None
    if row is None:
        raise PatientError(f"the table `{name}`: line {number} is no JSON object; send the file as it was written")
    return row


def _batch(rows: list[Mapping[str, Any]], wanted: Mapping[str, Any]) -> ArrowBatch:
    made: dict[str, ArrowArray] = {}
    for name, column in wanted.items():
        held = [row.get(name) for row in rows]
        if column.type == "number":
            made[name] = pa.array([_float(each) for each in held], pa.float64())
            made[name + TEXT] = pa.array([_word(each) for each in held], pa.string())
        elif column.type == "codes":
            made[name] = pa.array([_codes(each) for each in held], pa.list_(pa.string()))
        else:
            made[name] = pa.array([_text(each) for each in held], pa.string())
    return pa.RecordBatch.from_pydict(made)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _float(value: Any) -> float | None:
    if not _is_number(value):
        return None
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _word(value: object) -> str | None:
    """What stands in place of a number; truth values are a form's yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if _is_number(value) else _text(value)


def _text(value: object) -> str | None:
    """A text as it is; what is none as JSON writes it, so that it does not vanish."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def _codes(value: object) -> list[str | None] | None:
    listed: Iterable[object] | None = as_list(value)
    if value is None or listed is not None:
        return None if listed is None else [_text(each) for each in listed]
    return [_text(value) or ""]
