"""A population from tables is the one that its patients make when they are read one by one."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.adapters.tables.reading import population_from_tables
from tests.adapters.tables.compared import assert_same, of_records
from tests.adapters.tables.writing import (
    Tables,
    arrow,
    even,
    shuffled,
    split,
    tables_of,
    write_csv,
    write_ndjson,
    write_parquet,
)
from tests.written import SEEDS, records

OF_READINGS = ("id", "zone", "sex", "birth_date", "readings", "forms")


def readings_only(patients: list[dict[str, Any]]) -> list[Any]:
    return even([{key: each[key] for key in OF_READINGS if key in each} for each in patients])


def in_memory(tables: Tables, seed: int) -> dict[str, Any]:
    """Tables in memory, their rows in any order and in pieces; the patients stay as they are."""
    source: dict[str, Any] = {"manifest": tables.manifest, "patients": arrow(tables.rows["patients"])}
    for name, rows in tables.rows.items():
        if name != "patients" and rows:
            source[name] = [arrow(piece) for piece in split(shuffled(rows, seed), seed)]
    return source


@given(records(), SEEDS)
def test_same_as_one_by_one(drawn: tuple[str, list[dict[str, Any]]], seed: int) -> None:
    patients = readings_only(drawn[1])
    population, _ = population_from_tables(in_memory(tables_of(patients), seed))
    assert_same(of_records(patients), population)
