"""A population from files to findings on Spark, beside the same on this machine alone, in one run.

Both read the same Parquet files, shuffled, with the sixteen rules of `population/rules`, and write findings in full to
Parquet, on two cores. They take turns after a round that is not counted, in which Java compiles. Medians are shown, on
the clock and of the processor: of Spark that of the Java process and of all its workers, conversion included.
`--write` puts the page into `spark.md`.
"""

import argparse
import os
import platform
import shutil
import statistics
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

import pyarrow as pa
import pyarrow.parquet as parquet
import pyspark
from population.generator import write
from population.moments import AT
from pyspark.sql import SparkSession

import cds
import cds.spark
from cds.adapters.tables.specification import MANIFEST

CORES: Final = 2
WRITTEN: Final = Path(__file__).with_suffix(".md")
RULES: Final = Path(__file__).parent / "population" / "rules"
_TICKS: Final = os.sysconf("SC_CLK_TCK")
Measured = tuple[float, float]


def processor_seconds(top: int) -> float:
    """What a process and all that descend from it have used, as Linux counts it; those that ended are in it."""
    parents: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = each.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(words[1]), []).append(int(each.parent.name))
        used[int(each.parent.name)] = sum(map(int, words[11:15])) / _TICKS
    total, waiting = 0.0, [top]
    while waiting:
        now = waiting.pop()
        total += used.get(now, 0.0)
        waiting += parents.get(now, [])
    return total


def measured(run: Callable[[], None]) -> Measured:
    """Seconds on the clock, and of the processor in this process and all that it started."""
    clock, processor = perf_counter(), processor_seconds(os.getpid())
    run()
    return perf_counter() - clock, processor_seconds(os.getpid()) - processor


def tables(session: SparkSession, folder: Path) -> dict[str, object]:
    """The files of a folder as DataFrames."""
    found: dict[str, object] = {each.stem: session.read.parquet(str(each)) for each in sorted(folder.glob("*.parquet"))}
    return {**found, "manifest": folder / MANIFEST}


def main() -> None:
    """Measure, and print the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--partitions", type=int, default=8)
    options.add_argument("--folder", type=Path, help="a population of `population.generator` that is there already")
    options.add_argument("--write", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = given.folder or Path(name, "population")
        if not given.folder:
            write(folder, given.people, "shuffled")
        page = compared(folder, Path(name), given.rounds, given.partitions)
    print(page)
    if given.write:
        WRITTEN.write_text(page, "utf-8")


def compared(folder: Path, out: Path, rounds: int, partitions: int) -> str:
    """Run both in turn, compare what they found, and write the page."""
    ruleset = cds.load(RULES)
    alone, together = out / "alone.parquet", out / "together"
    session = cds.spark.local_session(CORES, memory="2g")
    frames = tables(session, folder)

    def batch() -> None:
        alone.unlink(missing_ok=True)
        cds.score_tables(ruleset, folder, at=AT, out=alone, threads=CORES, allow_draft=True)

    def spark() -> None:
        shutil.rmtree(together, ignore_errors=True)
        scored = cds.spark.score(ruleset, frames, at=AT, partitions=partitions, allow_draft=True)
        scored.findings.write.parquet(str(together))

    try:
        batch(), spark()
        taken = [(measured(batch), measured(spark)) for _ in range(rounds)]
    finally:
        session.stop()
    rows = sum(parquet.read_metadata(each).num_rows for each in folder.glob("*.parquet"))
    people = parquet.read_metadata(folder / "patients.parquet").num_rows
    return page(people, rows, taken, is_same=answers(alone) == answers(together))


def answers(file: Path) -> pa.Table:
    """The findings in one order, in plain texts."""
    found = parquet.read_table(file)
    plain = pa.table([_plain(each) for each in found.columns], found.schema.names)
    return plain.sort_by([(name, "ascending") for name in ("patient", "ruleset", "rule")]).combine_chunks()


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        return column.cast(pa.string())
    return column.cast(pa.timestamp("us", "UTC")) if pa.types.is_timestamp(column.type) else column


def page(people: int, rows: int, taken: Sequence[tuple[Measured, Measured]], *, is_same: bool) -> str:
    """What was measured, as Markdown."""
    lines: list[str] = []
    first = statistics.median(each[0][1] for each in taken)
    for place, name in enumerate(("cds.score_tables", "cds.spark.score")):
        clock, processor = (statistics.median(each[place][which] for each in taken) for which in (0, 1))
        lines.append(
            f"| {name} | {clock:.1f} | {processor:.1f} | {people / processor:,.0f} | {rows / processor:,.0f} "
            f"| {processor / first:.2f} × |"
        )
    said = "the same" if is_same else "NOT the same"
    return (
        "# A population on Spark\n\nWritten by `python benchmarks/spark.py --write`; what is measured stands at the "
        f"top of it.\n\n{people:,} patients, {rows:,} rows; local[{CORES}], medians of {len(taken)} rounds. "
        f"pyspark {pyspark.__version__}, pyarrow {pa.__version__}, Python {platform.python_version()}.\n\n"
        "| program | clock s | processor s | patients a core and second | rows a core and second | takes |\n"
        f"|---|---:|---:|---:|---:|---:|\n{chr(10).join(lines)}\n\nThe findings of both are {said}.\n"
    )


if __name__ == "__main__":
    main()
