"""A population from files to findings: cds beside the same sixteen rules written by hand for DuckDB and for Polars.

Run as `python benchmarks/score_population.py`. All are given the same Parquet files, shuffled or in patient order, may
use the same threads, and write patient, rule and status of every patient and rule; the answers are compared row by
row. `decode` only decodes the same columns. Each program has a process of its own that stays warm, and they take turns,
so that whatever else the machine does falls on all alike; medians of the rounds are shown, on the clock and of the
processor. Memory is the most that a process held up to the end of its first turn.

DuckDB and Polars run programs that know these rules and this moment: they read only the times that some rule looks at,
and explain nothing. `cds, findings in full` writes colour, value, limit, whose limit, reason and newest reading of what
fired or is unknown, instead of the bare statuses. `cds, other limits` scores a population that is in memory already.
`--write` puts the page into `results.md`.
"""

import argparse
import os
import platform
import shutil
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.parquet as parquet

from population.generator import write
from population.programs import Job, Measured, Program

WRITTEN: Final = Path(__file__).parent / "results.md"
PACKAGES: Final = {"duckdb": "DuckDB", "polars": "Polars"}
COMPARED: Final = ("cds", "DuckDB", "Polars")
SHUFFLED: Final = ("decode", "cds", "cds, findings in full", "cds, other limits", "DuckDB", "Polars")
IN_ORDER: Final = ("decode", "cds", "DuckDB", "Polars")
GROWING: Final = ("decode", "cds", "DuckDB", "Polars")
GB_PER_PERSON: Final = 7e-6  # of disk while a shuffled population is written


def versions() -> Mapping[str, str]:
    """Versions of what is compared, of those that are installed."""
    found: dict[str, str] = {}
    for each in ("numpy", "numba", "pyarrow", *PACKAGES):
        try:
            found[each] = version(each)
        except PackageNotFoundError:
            continue
    return found


def installed(names: Sequence[str]) -> list[str]:
    """The programs of these that can be run."""
    absent = {program for package, program in PACKAGES.items() if package not in versions()}
    return [each for each in names if each not in absent]


# answers


def answers(file: Path) -> pa.Table:
    """Findings in the order of patients and rules, as plain texts."""
    table = parquet.read_table(file)
    plain = pa.table(
        {"patient": table["patient"], "rule": table["rule"].cast("string"), "status": table["status"].cast("string")}
    )
    return plain.sort_by([("patient", "ascending"), ("rule", "ascending")]).combine_chunks()


@dataclass(frozen=True)
class Agreement:
    """How many rows were compared, and in how many each other program says something else than the first."""

    rows: int
    differing: Mapping[str, int]


def agreement(files: Mapping[str, Path]) -> Agreement:
    """Compare the findings of several programs row by row; programs that find other patients differ in every row."""
    (_, first), *others = [(name, answers(file)) for name, file in files.items()]
    differing: dict[str, int] = {}
    for name, other in others:
        same_rows = first.num_rows == other.num_rows and first.drop_columns("status") == other.drop_columns("status")
        unequal = compute.not_equal(first["status"], other["status"]) if same_rows else None
        differing[name] = first.num_rows if unequal is None else compute.sum(unequal).as_py()
    return Agreement(first.num_rows, differing)


# measuring


@dataclass(frozen=True)
class Row:
    """Medians of a program over the rounds."""

    program: str
    files: str
    clock: float
    processor: float
    memory: float


@dataclass(frozen=True)
class Comparison:
    """Everything that was measured of one population."""

    people: int
    readings: int
    rows: Sequence[Row]
    agreed: Agreement


def compared(folder: Path, people: int, rounds: int, threads: int, only: Sequence[str] = ()) -> Comparison:
    """Write a population twice, run all programs in turn, and compare their answers."""
    orders = {"shuffled": folder / "shuffled", "in order": folder / "in_order"}
    asked = {"shuffled": installed(only or SHUFFLED), "in order": [] if only else installed(IN_ORDER)}
    programs: list[tuple[str, Program]] = []
    with ExitStack() as stack:
        for order, names in asked.items():
            if names:
                write(orders[order], people, order)
            for name in names:
                job = Job(orders[order], folder / f"{len(programs)}.parquet", threads)
                programs.append((order, stack.enter_context(Program(name, job))))
        first = [program.run() for _, program in programs]
        taken = [[program.run() for _, program in programs] for _ in range(rounds)]
    rows = [_row(order, each.name, first[k], [turn[k] for turn in taken]) for k, (order, each) in enumerate(programs)]
    files = {f"{each.name}, {order}": each.job.out for order, each in programs if each.name in COMPARED}
    readings = parquet.read_metadata(orders["shuffled"] / "observations.parquet").num_rows
    return Comparison(people, readings, rows, agreement(files))


def _row(order: str, name: str, first: Measured, turns: Sequence[Measured]) -> Row:
    clock, processor = (statistics.median(each) for each in zip(*((t.clock, t.processor) for t in turns), strict=True))
    return Row(name, order, clock, processor, first.memory)


# showing


def table(comparison: Comparison) -> str:
    """What was measured, in Markdown."""
    lines = [
        f"{comparison.people:,} patients, {comparison.readings:,} readings:",
        "",
        "| program | files | clock s | processor s | of decode's | cds takes: clock | processor | memory GB |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for each in comparison.rows:
        decode, ours = (_find(comparison, name, each.files) for name in ("decode", "cds"))
        lines.append(
            f"| {each.program} | {each.files} | {each.clock:.2f} | {each.processor:.2f} |"
            f" {each.processor / decode.processor:.1f} × | {ours.clock / each.clock:.2f} × |"
            f" {ours.processor / each.processor:.2f} × | {each.memory:.2f} |"
        )
    return "\n".join([*lines, "", agreed(comparison.agreed)])


def agreed(found: Agreement) -> str:
    """Whether the programs said the same, in a sentence."""
    differing = [f"{name} differs in {count:,}" for name, count in found.differing.items() if count]
    said = "; ".join(differing) if differing else f"all {len(found.differing) + 1} programs agree in every one"
    return f"{found.rows:,} rows of patient, rule and status: {said}."


def _find(comparison: Comparison, program: str, files: str) -> Row:
    return next(each for each in comparison.rows if (each.program, each.files) == (program, files))


def growth_table(comparisons: Sequence[Comparison]) -> str:
    """Processor time for each patient as the population grows."""
    names = [each.program for each in comparisons[0].rows]
    lines = [
        "Processor time per patient in microseconds, and memory in GB, as the population grows (shuffled files):",
        "",
        f"| patients | {' | '.join(names)} | {' | '.join(f'memory of {name}' for name in names)} |",
        f"|---:|{'---:|' * 2 * len(names)}",
    ]
    for each in comparisons:
        times = [f"{row.processor / each.people * 1e6:.1f}" for row in each.rows]
        lines.append(f"| {each.people:,} | {' | '.join([*times, *(f'{row.memory:.2f}' for row in each.rows)])} |")
    return "\n".join([*lines, "", *(agreed(each.agreed) for each in comparisons)])


def page(parts: Sequence[str], threads: int, rounds: int) -> str:
    """The whole page."""
    named = ", ".join(f"{name} {number}" for name, number in versions().items())
    lines = [
        "# A population from files to findings",
        "",
        "Written by `python benchmarks/score_population.py --write`; what is measured stands at the top of",
        "`population/benchmark.py`. `cds takes` is its time over that of the other program: below 1, cds is faster.",
        "",
        f"Machine: {platform.machine()}, {os.cpu_count()} processors, {platform.system()}; {threads} threads each,"
        f" medians of {rounds} rounds.",
        f"Python {platform.python_version()}, {named}.",
        "",
    ]
    return "\n".join(lines) + "\n" + "\n\n".join(parts) + "\n"


def main() -> None:
    """Measure, print the page, and write it when asked."""
    parser = argparse.ArgumentParser(description="A population from files to findings, beside DuckDB and Polars.")
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--growth", type=int, nargs="*", default=(), help="sizes to be measured one after another")
    parser.add_argument("--folder", type=Path, help="where there is room; a temporary one unless said")
    parser.add_argument("--write", action="store_true", help=f"put the page into {WRITTEN.name}")
    given = parser.parse_args()
    parts: list[str] = []
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        parts.append(table(compared(Path(folder), given.people, given.rounds, given.threads)))
    if given.growth:
        parts.append(growth_table([_grown(people, given) for people in given.growth]))
    text = page(parts, given.threads, given.rounds)
    print(text, end="")
    if given.write:
        WRITTEN.write_text(text, "utf-8")


def _grown(people: int, given: argparse.Namespace) -> Comparison:
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        free = shutil.disk_usage(folder).free / 1e9
        if free < people * GB_PER_PERSON:
            raise SystemExit(f"{people} patients need {people * GB_PER_PERSON:.0f} GB of disk, and {free:.0f} are free")
        return compared(Path(folder), people, given.rounds, given.threads, GROWING)
