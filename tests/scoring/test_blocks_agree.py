"""A population scored in blocks is the one scored at once, byte for byte, in findings and in what could not be used."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.api import Ruleset, load
from cds.scoring import Scored, ledger, pieces, running, score_tables, writing
from cds.scoring.census import Census
from cds.scoring.memory import Room
from cds.shipped import shipped_rulesets
from tests.adapters.tables.hostile import hostile_records
from tests.adapters.tables.writing import Row, Tables, arrow, even, shuffled, split, tables_of, write_csv, write_ndjson
from tests.strategies import SEEDS

AT = "2026-11-01T08:00"
RULES = ("heart-failure-weight", "home-blood-pressure", "glucose-self-measured", "anxiety-gad7", "medicine-supply")


@dataclass(frozen=True, slots=True)
class SmallRoom(Room):
    """So many bytes are left, and so many rows are put aside at once."""

    rows: int = 1

    def left(self, census: Census) -> float:
        return self.limit

    def rows_at_once(self, census: Census) -> int:
        return self.rows


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return load([shipped_rulesets() / f"{name}.yaml" for name in RULES])


def scored(ruleset: Ruleset, source: object, folder: Path, room: Room, **sizes: int) -> Scored:
    """Score in blocks as small as the room, with files of small parts."""
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "room_of", lambda _: room)
        patch.setattr(pieces, "ROWS_COPIED_AT_ONCE", sizes.get("copied", 3))
        patch.setattr(ledger, "ROWS_PER_BUCKET", sizes.get("bucket", 4))
        patch.setattr(writing, "ROWS_TOGETHER", sizes.get("together", 5))
        return score_tables(
            ruleset,
            source,
            at=AT,
            out=folder / "findings.ndjson",
            issues=folder / "issues.ndjson",
            everything=True,
            allow_draft=True,
        )


def assert_agrees(ruleset: Ruleset, source: object, room: Room) -> None:
    """What the files hold is what the tables give when all of them are read and scored at once."""
    population, _ = ruleset.read_tables(source)
    _, issues = ruleset.read_tables(source, at=AT)
    findings = ruleset.score(population, at=AT, allow_draft=True)
    with tempfile.TemporaryDirectory() as name:
        one, other = Path(name, "one"), Path(name, "other")
        done = scored(ruleset, source, one, room)
        assert 1 == scored(ruleset, source, other, SmallRoom(10**9, 10**9), together=7, bucket=100, copied=9).blocks
        for file in ("findings.ndjson", "issues.ndjson"):
            assert (one / file).read_bytes() == (other / file).read_bytes()
        told = lines(one / "findings.ndjson")
        assert lines_of(findings.table()) == [each for each in told if each["status"] in SAID]
        assert [each for each in population.ids for _ in ruleset.plan.rules] == [each["patient"] for each in told]
        of_rows = [
            each for each in lines(one / "issues.ndjson") if each["column"] != "limit" or each["row"] is not None
        ]
        assert issues.to_pylist() == of_rows
    assert findings.counts() == done.rules
    assert len(population.ids) == done.patients


def lines(file: Path) -> list[dict[str, Any]]:
    """The rows in a file, without the header."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()[1:]]


def lines_of(table: pa.Table) -> list[dict[str, Any]]:
    """The rows of a table as a file of them holds them."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "out.ndjson")
        with writing.written(file, {}) as writer:
            writer.write(table)
        return lines(file)


SAID = ("fired", "unconfirmed", "unknown")
rooms = st.builds(SmallRoom, st.sampled_from((1, 1500, 4000, 20_000, 10**9)), st.sampled_from((1, 3, 10, 1000)))


def with_strangers(tables: Tables, pick: Random) -> Tables:
    """The tables with rows of nobody, of somebody else, and with codes that are not known."""
    rows = {name: list(held) for name, held in tables.rows.items()}
    for name, held in rows.items():
        if name != "patients":
            for row in list(held):
                if pick.random() < 0.15:
                    held.append({**row, "patient": pick.choice(("nobody", "", None))})
                if "code" in row and pick.random() < 0.15:
                    system, code = pick.choice(
                        (("http://loinc.org", "29463-8"), ("LOINC", "1-1"), (None, "bodyweight"), (None, "x"))
                    )
                    held.append({**row, "system": system, "code": code})
    return Tables(rows, tables.manifest)


def written(folder: Path, tables: Tables, kind: str, pick: Random) -> Mapping[str, Any]:
    """The tables as files, the rows of each in any order and in several files, or in the order of patients in one."""
    source: dict[str, Any] = {"manifest": tables.manifest}
    is_sorted = pick.random() < 0.5
    for name, rows in tables.rows.items():
        if rows and (name != "patients" or pick.random() < 0.7):
            seed = pick.randint(0, 9)
            parts = [rows] if is_sorted else split(shuffled(rows, seed), seed)
            source[name] = [file_of(folder / f"{name}{number}{kind}", name, each) for number, each in enumerate(parts)]
    return source


def file_of(file: Path, table: str, rows: list[Row]) -> Any:
    match file.suffix:
        case ".csv":
            write_csv(file, table, rows)
        case ".ndjson":
            write_ndjson(file, table, rows)
        case ".parquet":
            parquet.write_table(arrow(table, rows), file, row_group_size=3)
        case _:
            return arrow(table, rows)
    return file


@given(hostile_records(), SEEDS, rooms, st.sampled_from((".parquet", ".csv", ".ndjson", "")))
def test_any_block_gives_the_same(
    ruleset: Ruleset, drawn: list[dict[str, Any]], seed: int, room: Room, kind: str
) -> None:
    pick = Random(seed)
    tables = with_strangers(tables_of(even(drawn)), pick)
    with tempfile.TemporaryDirectory() as folder:
        source = written(Path(folder), tables, kind, pick)
        if len(source) > 1:
            assert_agrees(ruleset, source, room)


def test_what_is_told_of_old_readings_does_not_depend_on_the_memory(tmp_path: Path) -> None:
    """Of one patient it is said when a reading was recorded, which leaves all rows of that patient's block in place."""
    low = load([shipped_rulesets() / "blood-pressure-low.yaml"])
    unit = {"code": "blood_pressure.systolic", "value": 120.0, "unit": "mmHg", "recorded": None}
    times = ("2020-01-01T08:00Z", "2020-01-02T08:00Z", "2026-10-31T08:00Z")
    rows: list[Row] = [{"patient": each, "time": time, **unit} for each in ("a", "b", "c") for time in times]
    rows[0]["recorded"] = times[0]
    rows.append({**rows[4], "value": 130.0})
    told: set[bytes] = set()
    for blocks, room in ((3, SmallRoom(1)), (1, SmallRoom(10**9))):
        folder = tmp_path / str(blocks)
        assert blocks == scored(low, {"observations": arrow("observations", rows)}, folder, room).blocks
        assert ["part_missing"] * 3 == [each["code"] for each in lines(folder / "issues.ndjson")]
        told.add((folder / "issues.ndjson").read_bytes())
    assert 1 == len(told)
