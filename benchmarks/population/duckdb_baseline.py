"""The sixteen rules of `rules/*.yaml` in SQL (`duckdb_rules.sql`), run by DuckDB; and its plan as text."""

import argparse
import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import duckdb

from population.generator import TABLES
from population.moments import AT, ZONE

HERE: Final = Path(__file__).parent
RULES: Final = HERE / "duckdb_rules.sql"
PLAN: Final = HERE / "duckdb_plan.txt"
MEMORY: Final = "8GB"


def connection(folder: Path, at: datetime, threads: int) -> duckdb.DuckDBPyConnection:
    """A database with a view on each file of a population. at: with the patients' zone."""
    database = duckdb.connect(config={"threads": threads, "memory_limit": MEMORY})
    database.execute("SET preserve_insertion_order = false")
    for name in TABLES:
        database.execute(f"CREATE VIEW {name} AS FROM read_parquet('{folder / name}.parquet')")
    database.execute("SET VARIABLE moment = ?::TIMESTAMPTZ", [at.isoformat()])
    return database


def write_findings(folder: Path, at: datetime, out: Path, threads: int) -> None:
    """Score a population of files, and write the findings."""
    database = connection(folder, at, threads)
    for statement in database.extract_statements(RULES.read_text("utf-8")):
        database.execute(statement).fetchall()
    database.execute(f"COPY findings TO '{out}' (FORMAT parquet)").fetchall()
    database.close()


def plan(folder: Path, at: datetime) -> str:
    """How DuckDB carries out each step, as a tree of its operators with their conditions."""
    database = connection(folder, at, threads=1)
    parts: list[str] = []
    for statement in database.extract_statements(RULES.read_text("utf-8")):
        text = statement.query.strip()
        start = text.find(_MAKES)
        if start >= 0:
            parts += [text[start:].split()[5], *_tree(database, text[start:])]
        database.execute(statement).fetchall()
    parts += ["findings", *_tree(database, "FROM findings")]
    return "\n".join(parts).replace(f"{folder}/", "") + "\n"


_MAKES: Final = "CREATE OR REPLACE TEMP TABLE"
_SHOWN: Final = ("Function", "Filters", "Expression", "Conditions", "Join Type", "Groups")


def _tree(database: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    found = database.execute(f"EXPLAIN (FORMAT json) {query}").fetchall()[0][1]
    return [line for each in json.loads(found) for line in _branch(each, 1)]


def _branch(node: dict[str, Any], depth: int) -> list[str]:
    """One operator and those that feed it; projections, which say nothing, are left out."""
    told = [f"{name}: {node['extra_info'][name]}" for name in _SHOWN if node.get("extra_info", {}).get(name)]
    is_shown = not node["name"].strip().upper().startswith("PROJECTION")
    line = (
        [" ".join(("  " * depth + node["name"].strip(), *(" ".join(each.split()) for each in told)))]
        if is_shown
        else []
    )
    below = [each for child in node["children"] for each in _branch(child, depth + is_shown)]
    return [*line, *below]


def main() -> None:
    """Write the plan of a population's files beside the rules."""
    parser = argparse.ArgumentParser(description="Write DuckDB's plan for a folder of tables.")
    parser.add_argument("folder", type=Path)
    at = datetime.fromisoformat(AT).replace(tzinfo=ZoneInfo(ZONE))
    PLAN.write_text(plan(parser.parse_args().folder, at), "utf-8")


if __name__ == "__main__":
    main()
