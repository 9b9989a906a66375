"""The same rows as Parquet, CSV, NDJSON or Arrow, with ids and times of any type, in any pieces, give the same."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from cds.adapters.tables.reading import population_from_tables
from cds.population import Population
from tests.adapters.tables import hostile
from tests.adapters.tables.compared import assert_same
from tests.adapters.tables.writing import (
    Tables,
    arrow,
    even,
    split,
    tables_of,
    with_instants,
    write_csv,
    write_ndjson,
    write_parquet,
)


@pytest.fixture(scope="module")
def tables() -> Tables:
    return tables_of(even([hostile.record(Random(f"formats {place}"), f"{place}") for place in range(12)]))


@pytest.fixture(scope="module")
def expected(tables: Tables) -> Population:
    return read(tables)


def read(tables: Tables, **others: Any) -> Population:
    """The population of tables in memory; others: tables to be used instead."""
    held = {name: arrow(name, rows) for name, rows in tables.rows.items()}
    return population_from_tables({"manifest": tables.manifest, **held, **others})[0]


@pytest.mark.parametrize("write", [write_parquet, write_csv, write_ndjson])
def test_files(write: Callable[..., None], tables: Tables, expected: Population, tmp_path: Path) -> None:
    kind = write.__name__.removeprefix("write_")
    for name, rows in tables.rows.items():
        write(tmp_path / f"{name}.{kind}", name, rows)
    (tmp_path / "manifest.json").write_text(json.dumps(tables.manifest), "utf-8")
    assert_same(expected, population_from_tables(tmp_path)[0])
    assert_same(expected, population_from_tables(str(tmp_path), threads=1)[0])


def test_a_folder_of_pieces(tables: Tables, expected: Population, tmp_path: Path) -> None:
    for name, rows in tables.rows.items():
        (tmp_path / name).mkdir()
        for number, piece in enumerate(split(rows, 5)):
            write_parquet(tmp_path / name / f"{number}.parquet", name, piece)
    (tmp_path / "manifest.json").write_text(json.dumps(tables.manifest), "utf-8")
    assert_same(expected, population_from_tables(tmp_path)[0])


@pytest.mark.parametrize("kind", [pa.int64(), pa.int32(), pa.uint16(), pa.large_string(), pa.string_view()], ids=str)
def test_types_of_ids(kind: pa.DataType, tables: Tables, expected: Population) -> None:
    other = {
        name: cast(arrow(name, rows), "id" if name == "patients" else "patient", kind)
        for name, rows in tables.rows.items()
    }
    assert_same(expected, read(tables, **other))


def test_ids_of_different_types_meet(tables: Tables, expected: Population) -> None:
    assert_same(expected, read(tables, patients=cast(arrow("patients", tables.rows["patients"]), "id", pa.int16())))


def cast(table: pa.Table, name: str, kind: pa.DataType) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, table[name].cast(kind))


def test_categories(tables: Tables, expected: Population) -> None:
    observations = arrow("observations", tables.rows["observations"])
    for name in ("patient", "code", "unit", "time", "status"):
        place = observations.schema.get_field_index(name)
        observations = observations.set_column(place, name, observations[name].dictionary_encode())
    assert_same(expected, read(tables, observations=observations))


def test_categories_that_no_row_has_are_nobody() -> None:
    """As a filter leaves them: the names of everybody stand in the dictionary, the rows of some are gone."""
    rows = pa.table({"code": ["body_weight"], "time": ["2026-01-08T07:00:00Z"], "value": [83.0], "unit": ["kg"]})
    patient = pa.DictionaryArray.from_arrays(pa.array([1], pa.int32()), ["gone", "here"])
    population, _ = population_from_tables({"observations": rows.append_column("patient", patient)})
    assert ["here"] == list(population.ids)


@pytest.mark.parametrize("unit", ["ns", "us"])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_timestamps(unit: str, zone: str, tables: Tables) -> None:
    rows = [{**row, "time": "2026-03-29T02:30:07.123456Z", "recorded": None} for row in tables.rows["observations"]]
    written = read(tables, observations=arrow("observations", rows))
    assert_same(written, read(tables, observations=with_instants("observations", rows, unit, zone)))


@pytest.mark.parametrize("unit", ["s", "ms"])
def test_coarse_timestamps(unit: str, tables: Tables) -> None:
    rows = [{**row, "time": "1969-12-31T23:59:59Z", "recorded": None} for row in tables.rows["observations"]]
    typed = with_instants("observations", rows, "us")
    typed = cast(typed, "time", pa.timestamp(unit, "UTC"))
    assert_same(read(tables, observations=arrow("observations", rows)), read(tables, observations=typed))


@pytest.mark.parametrize("clock", ["2026-10-25T02:30", "2026-03-29T02:30", "1911-01-01T00:00"])
def test_timestamps_without_a_zone_are_clock_times(clock: str, tables: Tables) -> None:
    rows = [{**row, "time": clock, "recorded": None} for row in tables.rows["observations"]]
    typed = with_instants("observations", rows, "us", None)
    assert_same(read(tables, observations=arrow("observations", rows)), read(tables, observations=typed))


@pytest.mark.parametrize("kind", [pa.date32(), pa.date64()], ids=str)
def test_dates(kind: pa.DataType, tables: Tables) -> None:
    rows = [{**row, "time": "2026-03-29", "recorded": None} for row in tables.rows["observations"]]
    written = arrow("observations", rows)
    typed = cast(cast(written, "time", pa.date32()), "time", kind)
    assert_same(read(tables, observations=written), read(tables, observations=typed))


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_change_nothing(threads: int, tables: Tables, expected: Population) -> None:
    held = {name: arrow(name, rows) for name, rows in tables.rows.items()}
    found, issues = population_from_tables({"manifest": tables.manifest, **held}, threads=threads)
    assert_same(expected, found)
    assert issues == population_from_tables({"manifest": tables.manifest, **held})[1]


def test_only_what_is_wanted(tables: Tables, expected: Population) -> None:
    held = {name: arrow(name, rows) for name, rows in tables.rows.items()}
    wanted = ("body_weight", "blood_pressure.systolic", "conditions.pregnancy", "doses.all")
    found, _ = population_from_tables({"manifest": tables.manifest, **held}, wanted=wanted)
    for key in wanted:
        for name in ("times", "values", "quality", "supplied_from"):
            assert getattr(expected.tables[key], name).tolist() == getattr(found.tables[key], name).tolist()
    assert "glucose" not in found.tables
