"""Tables as DataFrames, and what comes of them beside what scoring them on this machine alone gives."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
from pyspark.sql import DataFrame, SparkSession

import cds
from cds.api import Ruleset
from cds.spark import Scored

Tables = Mapping[str, Any]
Lines = list[tuple[str, ...]]


def frames(session: SparkSession, folder: Path, tables: Tables) -> dict[str, Any]:
    """The tables as files that Spark reads, with the number of each row."""
    found: dict[str, Any] = {}
    for name, each in tables.items():
        found[name] = each if name == "manifest" else _read(session, folder / name, parts_of(each))
    return found


def parts_of(table: Any) -> Sequence[pa.Table]:
    """A table or several as a list."""
    return table if isinstance(table, list) else [table]


def _read(session: SparkSession, folder: Path, parts: Sequence[pa.Table]) -> list[DataFrame]:
    folder.mkdir(parents=True)
    first, found = 0, list[DataFrame]()
    for number, part in enumerate(parts):
        rows = pa.array(range(first, first + part.num_rows), pa.int64())
        first += part.num_rows
        file = folder / f"{number}.parquet"
        parquet.write_table(part.append_column("row", rows), file)
        found.append(session.read.parquet(str(file)))
    return found


def alone(ruleset: Ruleset, tables: Tables, at: str, *, everything: bool = False) -> tuple[Lines, Lines]:
    """Findings and issues of `cds.score_tables`."""
    with tempfile.TemporaryDirectory() as name:
        files = Path(name, "findings.parquet"), Path(name, "issues.parquet")
        cds.score_tables(
            ruleset, tables, at=at, out=files[0], issues=files[1], everything=everything, threads=1, allow_draft=True
        )
        return lines(parquet.read_table(files[0])), lines(parquet.read_table(files[1]))


def together(scored: Scored) -> tuple[Lines, Lines]:
    """Findings and issues of `cds.spark.score`; the job runs once."""
    kept = scored.rows.persist()
    try:
        return lines(scored.findings.toArrow()), lines(scored.issues.toArrow())
    finally:
        kept.unpersist()


def lines(table: pa.Table) -> Lines:
    """The rows in one order, numbers to their last bit."""
    assert table.num_columns
    return sorted((*map(repr, row.items()),) for row in table.to_pylist())
