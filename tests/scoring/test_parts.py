"""How a population is cut: whose each row is, where blocks end, where rows wait, and how much memory there is."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.adapters.tables.encoding import moments
from cds.adapters.tables.kernels import MISSING, UNREADABLE
from cds.api import load
from cds.diagnostics import CdsError
from cds.scoring import memory, score_tables
from cds.scoring.blocks import Streams, blocks_of, streams_of
from cds.scoring.census import Census, census_of
from cds.scoring.memory import LEAST, MOST_UNASKED, bytes_of, room_of, usual_limit
from cds.scoring.pieces import pieces_of
from cds.scoring.shelf import with_coded_texts
from cds.scoring.steps import silent
from cds.shipped import shipped_rulesets

PATIENTS = [f"p{number:02}" for number in range(20)]
TIME = "2026-01-08T07:30"


def observations(patients: list[str | None], file: Path, row_group_size: int) -> Path:
    columns = {"patient": patients, "code": ["body_weight"] * len(patients), "time": [TIME] * len(patients)}
    table = pa.table({**columns, "value": [float(row) for row in range(len(patients))], "unit": ["kg"] * len(patients)})
    parquet.write_table(table, file, row_group_size=row_group_size)
    return file


def streams(source: object, folder: Path, rows_each_block: int) -> Streams:
    tables, _ = pieces_of(source, folder, silent)
    census = census_of(tables, folder, silent)
    weight = sum((each.rows_each for each in census.whose.values()), np.zeros(len(census.ids), np.int64))
    return streams_of(tables, blocks_of(census, weight, rows_each_block), folder, 7, silent)


def taken(found: Streams) -> list[tuple[list[str], list[float]]]:
    """For each block its patients, and the values of its rows."""
    return [
        (
            block.ids.to_pylist(),
            [value for batch in block.tables["observations"].batches for value in batch["value"].to_pylist()],
        )
        for block in found
    ]


def test_what_lies_in_order_is_read_where_it_is(tmp_path: Path) -> None:
    file = observations([each for each in PATIENTS for _ in range(5)], tmp_path / "o.parquet", 16)
    found = streams({"observations": file}, tmp_path, 20)
    assert [(PATIENTS[k : k + 4], [*map(float, range(5 * k, 5 * k + 20))]) for k in range(0, 20, 4)] == taken(found)
    assert [] == list(tmp_path.glob("aside*"))


def test_what_lies_in_no_order_is_put_aside(tmp_path: Path) -> None:
    file = observations(PATIENTS * 5, tmp_path / "o.parquet", 16)
    found = streams({"observations": file}, tmp_path, 10)
    expected = [
        (PATIENTS[k : k + 2], sorted(float(20 * turn + k + one) for turn in range(5) for one in (0, 1)))
        for k in range(0, 20, 2)
    ]
    assert expected == taken(found)
    assert ["aside.observations.0.parquet"] == [each.name for each in tmp_path.glob("aside*")]


@given(
    named=st.lists(st.sampled_from(["b", "a", "c", "", None, "stranger"]), max_size=40),
    group=st.integers(1, 9),
    size=st.integers(1, 50),
)
def test_each_row_is_in_one_block(
    named: list[str | None], group: int, size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("blocks")
    people = pa.table({"id": ["c", "a", "b", "a"]})
    source = {"patients": people, "observations": observations(named, folder / "o.parquet", group)}
    whose: dict[float, str | None] = {}
    order: list[str] = []
    for block in streams(source, folder, size):
        order += block.ids.to_pylist()
        batches = block.tables["observations"].batches
        rows = [(row["patient"], row["value"]) for batch in batches for row in batch.to_pylist()]
        assert [value for _, value in rows] == block.rows["observations"].tolist()
        assert {patient for patient, _ in rows if patient} <= set(block.ids.to_pylist())
        assert not whose.keys() & {value for _, value in rows}
        whose |= {value: patient for patient, value in rows}
    assert ["c", "a", "b"] == order
    expected = {float(row): "" if each == "stranger" else each for row, each in enumerate(named)}
    assert expected == whose


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())])
def test_ids_are_told_apart_in_any_type(tmp_path: Path, kind: pa.DataType) -> None:
    people = pa.table({"id": pa.array(["2", "10", None, "2", ""], kind)})
    tables, _ = pieces_of({"patients": people}, tmp_path, silent)
    census = census_of(tables, tmp_path, silent)
    assert ["2", "10"] == census.ids.to_pylist()
    whose = census.whose["patients"]
    assert [0, 1, -1, 0, -2] == whose.of(tables["patients"].pieces[0]).tolist()
    assert ([2, 1], 2) == (whose.rows_each.tolist(), whose.strangers)


def test_ids_that_are_numbers_are_in_the_order_of_texts(tmp_path: Path) -> None:
    table = pa.table({"patient": [10, 2, 2], "code": ["x"] * 3, "time": [TIME] * 3})
    census = census_of(pieces_of({"events": table}, tmp_path, silent)[0], tmp_path, silent)
    assert ["10", "2"] == census.ids.to_pylist()


@given(st.lists(st.integers(0, 30), max_size=40), st.integers(1, 60))
def test_blocks_are_of_about_one_weight(weights: list[int], most: int) -> None:
    census = Census(pa.array(map(str, weights), pa.string()), {})
    bounds = blocks_of(census, np.array(weights, np.int64), most).bounds.tolist()
    assert (0, len(weights)) == (bounds[0], bounds[-1])
    assert bounds[1:-1] == sorted(set(bounds[1:-1]) - {0, len(weights)})
    heaviest = max((sum(weights[one:other]) for one, other in pairwise(bounds)), default=0)
    assert heaviest <= most + max(weights, default=0)


@pytest.mark.parametrize(
    ("size", "expected"), [("2GiB", 2**31), ("1.5 gib", 3 * 2**29), ("500MB", 5 * 10**8), (7, 7), ("12", 12)]
)
def test_sizes_as_people_write_them(size: str | int, expected: int) -> None:
    assert expected == bytes_of(size)


@pytest.mark.parametrize("size", ["", "GiB", "-1GiB", "2 giga", "1e9", "2,5GB"])
def test_sizes_that_are_none(size: str) -> None:
    with pytest.raises(CdsError, match="is no amount of memory"):
        bytes_of(size)


@pytest.mark.parametrize(
    ("machine", "group", "expected"),
    [
        ("MemTotal:       4194304 kB\n", "max\n", 2**31),
        ("MemTotal:       4194304 kB\n", "1073741824\n", 2**29),
        ("MemTotal:     419430400 kB\n", None, MOST_UNASKED),
        (None, None, 2 * LEAST),
    ],
)
def test_the_usual_limit_is_a_share_of_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: str | None, group: str | None, expected: int
) -> None:
    for name, text in (("_MEMORY", machine), ("_GROUP", group)):
        file = tmp_path / name
        if text is not None:
            file.write_text(text)
        monkeypatch.setattr(memory, name, file)
    assert expected == usual_limit()


def test_patients_that_do_not_fit_are_refused() -> None:
    census = Census(pa.array([f"{number:030}" for number in range(1_000_000)]), {})
    with pytest.raises(CdsError, match="1000000 patients do not fit into 1024 MiB; give more memory"):
        room_of("1GiB").left(census)


def test_the_job_tells_how_far_it_has_come(tmp_path: Path) -> None:
    observations(PATIENTS * 5, tmp_path / "observations.parquet", 16)
    told: list[tuple[str, int, int]] = []
    ruleset = load(shipped_rulesets() / "heart-failure-weight.yaml")
    out = tmp_path / "out.parquet"
    done = score_tables(ruleset, tmp_path, at=TIME, out=out, allow_draft=True, progress=lambda *step: told.append(step))
    assert ("who", 100, 100) in told
    assert ("score", 100, 100) == told[-1]
    assert (20, 100, 1) == (done.patients, done.rows, done.blocks)
    assert (
        parquet.read_metadata(out).num_rows
        == done.findings
        == sum(sum(each.values()) for each in done.unknown.values())
    )


@pytest.mark.parametrize("far", [9 * 10**18, -(2**63)])
def test_times_too_far_off_for_parquet(far: int) -> None:
    """They stay too far off to be read; others stay the same instant."""
    instant = 1_767_857_400
    column = pa.array([instant, far, None], pa.timestamp("s", "UTC"))
    stored = with_coded_texts(pa.table({"time": column}))["time"]
    read = moments(stored.combine_chunks())
    assert [0, UNREADABLE, MISSING] == read.when.tolist()
    assert instant * 1_000_000 == read.time[0]
    assert pa.timestamp("ms", "UTC") == stored.type
