"""Files that are there only when they are whole, and whose bytes do not tell in which portions they came."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.diagnostics import CdsError
from cds.scoring import writing
from cds.scoring.writing import written

HEADER = {"format": "test/1", "at": "2026-01-08T07:00:00+00:00", "hash": "abc", "rulesets": [{"id": "x"}]}
KINDS = (".parquet", ".csv", ".ndjson")
ROWS = [
    {
        "patient": 'a "b", \u00e6',
        "code": None,
        "number": 0.1 + 0.2,
        "sure": True,
        "time": datetime(2026, 1, 8, 7, 0, 1, tzinfo=UTC),
    },
    {"patient": "b\nc", "code": "x", "number": None, "sure": False, "time": None},
    {"patient": "", "code": "y", "number": 1e20, "sure": None, "time": datetime(1970, 1, 1, 0, 0, 0, 5, tzinfo=UTC)},
]
SCHEMA = pa.schema(
    [
        ("patient", pa.string()),
        ("code", pa.dictionary(pa.int32(), pa.string())),
        ("number", pa.float64()),
        ("sure", pa.bool_()),
        ("time", pa.timestamp("us", "UTC")),
    ]
)


def write(file: Path, portions: Sequence[pa.Table]) -> bytes:
    with written(file, HEADER) as writer:
        for each in portions:
            writer.write(each)
    return file.read_bytes()


def test_parquet_holds_the_rows_and_says_from_what_they_were_made(tmp_path: Path) -> None:
    table = pa.Table.from_pylist(ROWS, SCHEMA)
    write(tmp_path / "out.parquet", [table])
    read = parquet.read_table(tmp_path / "out.parquet")
    assert ROWS == read.to_pylist()
    assert HEADER == json.loads(read.schema.metadata[b"cds"])


def test_ndjson_begins_with_what_it_was_made_from(tmp_path: Path) -> None:
    write(tmp_path / "out.ndjson", [pa.Table.from_pylist(ROWS, SCHEMA)])
    first, *lines = map(json.loads, (tmp_path / "out.ndjson").read_text("utf-8").splitlines())
    assert {"cds": HEADER} == first
    times = ["2026-01-08T07:00:01.000000Z", None, "1970-01-01T00:00:00.000005Z"]
    assert [{**row, "time": time} for row, time in zip(ROWS, times, strict=True)] == lines


def test_csv_says_in_each_row_from_what_it_was_made(tmp_path: Path) -> None:
    write(tmp_path / "out.csv", [pa.Table.from_pylist(ROWS, SCHEMA)])
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["patient"] for row in ROWS] == [row["patient"] for row in rows]
    assert ["0.30000000000000004", "", "1e+20"] == [row["number"] for row in rows]
    assert ["2026-01-08T07:00:01.000000Z", "", "1970-01-01T00:00:00.000005Z"] == [row["time"] for row in rows]
    assert {(HEADER["at"], HEADER["hash"])} == {(row["at"], row["hash"]) for row in rows}


@pytest.mark.parametrize("kind", KINDS)
@given(rows=st.lists(st.sampled_from(ROWS), max_size=20), cuts=st.lists(st.integers(0, 20), max_size=5))
def test_portions_leave_no_trace(
    kind: str, rows: list[dict[str, object]], cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = pa.Table.from_pylist(rows, SCHEMA)
    places = sorted({0, len(rows), *(min(each, len(rows)) for each in cuts)})
    portions = [pa.Table.from_pylist(rows[a:b], SCHEMA) for a, b in pairwise(places)]
    folder = tmp_path_factory.mktemp("out")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "ROWS_TOGETHER", 3)
        assert write(folder / f"one{kind}", [table]) == write(folder / f"many{kind}", [table.slice(0, 0), *portions])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, ValueError])
def test_nothing_is_left_when_writing_ends_early(tmp_path: Path, kind: str, error: type[BaseException]) -> None:
    def interrupted() -> None:
        with written(tmp_path / f"out{kind}", HEADER) as writer:
            writer.write(pa.Table.from_pylist(ROWS, SCHEMA))
            raise error

    with pytest.raises(error):
        interrupted()
    assert [] == list(tmp_path.iterdir())


def test_until_the_end_nothing_bears_the_name(tmp_path: Path) -> None:
    with written(tmp_path / "out.csv", HEADER) as writer:
        writer.write(pa.Table.from_pylist(ROWS, SCHEMA))
        assert not (tmp_path / "out.csv").exists()
    assert ["out.csv"] == [each.name for each in tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("out.xlsx", "`out.xlsx` names no kind of file; end it with .parquet, .csv, .ndjson"),
        ("nowhere/out.csv", "to write `out.csv` into"),
        ("old.csv", "is there already"),
    ],
)
def test_files_that_cannot_be_written(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "old.csv").write_text("precious")
    with pytest.raises(CdsError, match=words), written(tmp_path / name, HEADER):
        pass
    assert "precious" == (tmp_path / "old.csv").read_text()
