"""Medicines from tables: several codes of one, and many rows of one patient in any order."""

from random import Random
from typing import Any

import pyarrow as pa
import pytest

from cds.adapters.tables.reading import population_from_tables
from tests.adapters.tables.compared import assert_same, of_records
from tests.adapters.tables.writing import arrow

CODES: list[Any] = [
    ["C10AA05", "A10BA02"],
    [" a10ba02", "C10AA05"],
    ["C10"],
    [],
    None,
    ["statin"],
    ["", None],
    ["A\0B"],
]


@pytest.mark.parametrize("kind", [pa.list_(pa.string()), pa.large_list(pa.string())], ids=str)
@pytest.mark.parametrize("first", [0, 3])
def test_several_codes(kind: pa.DataType, first: int) -> None:
    held = CODES[first:]
    records = [{"id": f"{n}", "medicines": [{"atc": each, "from": "2026-01-01"}]} for n, each in enumerate(held)]
    atc = pa.array(CODES, kind).slice(first)
    ids = [each["id"] for each in records]
    table = pa.table({"patient": ids, "atc": atc, "from": ["2026-01-01"] * len(ids)})
    population, _ = population_from_tables({"medications": table, "manifest": {"supplied": {"medicines": True}}})
    assert_same(of_records(records), population)


@pytest.mark.parametrize("order", ["as they were", "backwards", "shuffled"])
def test_many_rows_of_one_patient(order: str) -> None:
    times = [f"2026-{1 + n // 28:02}-{1 + n % 28:02}T08:00:00Z" for n in range(300)]
    atc = ("C10AA05", "C09AA05", None)
    doses = [{"planned": time, "status": "taken", "taken": time, "atc": atc[n % 3]} for n, time in enumerate(times)]
    supply = [{"time": times[n // 4], "days": float(n % 3 + 1), "atc": atc[n % 2]} for n in range(300)]
    record: dict[str, Any] = {"id": "a", "doses": doses, "dispenses": supply}
    rows = {name: [{"patient": "a", **each} for each in record[name]] for name in ("doses", "dispenses")}
    for held in rows.values():
        if order == "backwards":
            held.reverse()
        elif order == "shuffled":
            Random(1).shuffle(held)
    tables = {name: arrow(name, held) for name, held in rows.items()}
    manifest = {"supplied": {"doses": True, "supply": True}}
    assert_same(of_records([record]), population_from_tables({**tables, "manifest": manifest})[0])
