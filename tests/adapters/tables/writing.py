"""Plain records written out as tables, in many ways: order of rows, files, types of ids and of times."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as parquet

from cds.adapters.tables.specification import TABLES
from cds.catalogue import shared_concepts
from cds.periods import instant, zone

Record = Mapping[str, Any]
Row = dict[str, Any]

READING_WORDS: Final = ("unit", "recorded", "comparator", "status", "entered", "position", "arm", "meal")


@dataclass
class Tables:
    """Rows of each table, in any order, and what the manifest says."""

    rows: dict[str, list[Row]]
    manifest: dict[str, Any]


def even(records: Sequence[Record]) -> list[Record]:
    """The same patients, each with everything that one of them was handed over; a manifest speaks of them all."""
    sections = {key for each in records for key in each if key not in ("id", "zone", "sex", "birth_date", "limits")}
    kinds = {key: {name for each in records for name in each.get(key, {})} for key in ("readings", "forms")}
    made: list[Record] = []
    for each in records:
        one = {**{key: [] if key not in kinds else {} for key in sections - {"supplied"}}, **each}
        for key, names in kinds.items():
            one[key] = {name: one.get(key, {}).get(name, []) for name in sorted(names)}
        made.append(one)
    return made


SPANS: Final = ("conditions", "devices", "stays", "events")
LISTS: Final = {"medicines": "medications", "dispenses": "dispenses", "doses": "doses", "limits": "limits"}


def tables_of(records: Sequence[Record]) -> Tables:
    """What `even` records hold, as tables."""
    rows: dict[str, list[Row]] = {"patients": [], "observations": [], "answers": []}
    supplied: dict[str, Any] = {}
    for patient in records:
        rows["patients"].append({key: patient.get(key) for key in ("id", "zone", "sex", "birth_date")})
        for section, table in (("readings", "observations"), ("forms", "answers")):
            for name, readings in patient.get(section, {}).items():
                supplied[name] = True
                for number, each in enumerate(readings):
                    rows[table] += _reading(patient["id"], table, name, f"{name}-{number}", each)
        for section in SPANS:
            if section in patient:
                supplied[section] = True
                rows.setdefault(section, []).extend(_spans(patient["id"], patient[section]))
        for section, table in LISTS.items():
            if section in patient:
                if section != "limits":
                    supplied[{"dispenses": "supply"}.get(section, section)] = True
                rows.setdefault(table, []).extend({"patient": patient["id"], **each} for each in patient[section])
    return Tables(rows, {"supplied": {**supplied, **(records[0].get("supplied", {}) if records else {})}})


def _spans(patient: str, written: Any) -> list[Row]:
    if isinstance(written, list):
        return [{"patient": patient, "code": name} for name in written]
    return [{"patient": patient, "code": name, **each} for name, rows in written.items() for each in rows]


def _reading(patient: str, table: str, name: str, reading: str, record: Record) -> list[Row]:
    parts = shared_concepts().by_name[name].parts
    shared = {"patient": patient, "time": record.get("time"), **{word: record.get(word) for word in READING_WORDS}}
    if not parts:
        return [{**shared, "code": name, "value": record.get("value")}]
    named = {**shared, "reading": f"{patient}-{reading}"}
    found: list[Row] = []
    is_empty = all(record.get(part) is None for part in parts)
    for place, part in enumerate(parts):
        if record.get(part) is not None or (is_empty and place == 0):
            code = {"form": name, "item": part} if table == "answers" else {"code": f"{name}.{part}"}
            found.append({**named, **code, "value": record.get(part)})
    return found


TIMES: Final = ("time", "recorded", "from", "to", "planned", "taken")


def write_parquet(file: Path, table: str, rows: Sequence[Row]) -> None:
    """The rows as Parquet, every time as text."""
    parquet.write_table(arrow(table, rows), file)


def write_csv(file: Path, table: str, rows: Sequence[Row]) -> None:
    """The rows as CSV."""
    arrow_csv.write_csv(arrow(table, rows), file)


def write_ndjson(file: Path, table: str, rows: Sequence[Row]) -> None:
    """The rows as NDJSON, without what is empty."""
    lines = (json.dumps({key: each for key, each in row.items() if each is not None}) for row in rows)
    file.write_text("\n".join(lines) + "\n", "utf-8")


def arrow(table: str, rows: Sequence[Row], types: Mapping[str, pa.DataType] | None = None) -> pa.Table:
    """The rows as an Arrow table; columns in which nothing stands are left out where they may be."""
    rows = [_with_word(row) for row in rows]
    required = [each.name for each in TABLES[table] if each.is_required]
    names = list(dict.fromkeys([*required, *(name for row in rows for name in row)]))
    columns = {name: [row.get(name) for row in rows] for name in names}
    return pa.table(
        {
            name: pa.array(held, (types or {}).get(name) or (pa.string() if _is_textual(held) else None))
            for name, held in columns.items()
        }
    )


def _with_word(row: Row) -> Row:
    """A column of Arrow holds numbers or words; words get a column of their own."""
    return {**row, "value": None, "word": row["value"]} if isinstance(row.get("value"), str) else row


def _is_textual(held: Sequence[Any]) -> bool:
    return any(isinstance(each, str) for each in held) or all(each is None for each in held)


def shuffled(rows: Sequence[Row], seed: int) -> list[Row]:
    """The rows in another order."""
    found = list(rows)
    Random(seed).shuffle(found)
    return found


def split(rows: Sequence[Row], seed: int) -> list[list[Row]]:
    """The rows in up to three pieces."""
    pick = Random(seed)
    places = sorted(pick.randint(0, len(rows)) for _ in range(2))
    pieces = [list(rows[: places[0]]), list(rows[places[0] : places[1]]), list(rows[places[1] :])]
    return [each for each in pieces if each] or [[]]


def with_instants(table: str, rows: Sequence[Row], unit: str, tz: str | None = "UTC") -> pa.Table:
    """The rows with times as timestamps of a unit; rows that hold other times than instants are refused."""
    where = zone("Etc/UTC")
    typed: list[Row] = []
    for row in rows:
        made = dict(row)
        for name in TIMES:
            if row.get(name) is not None:
                read = instant(row[name], where)
                assert read is not None
                made[name] = read[0] * {"ns": 1000, "us": 1}[unit]
        typed.append(made)
    return arrow(table, typed, dict.fromkeys(TIMES, pa.timestamp(unit, tz)))
