"""The programs that are compared, each in a process of its own that stays warm between its turns."""

import multiprocessing
import os
import resource
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter, process_time
from types import TracebackType
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from population.generator import TABLES
from population.moments import AT, ZONE

RULES: Final = Path(__file__).parent / "rules"
OTHER_LIMITS: Final = Path(__file__).parent / "other_limits.yaml"
Call = Callable[[], object]


@dataclass(frozen=True)
class Job:
    """What a program is given: a folder of tables, the file of findings to write, and how many threads it may use."""

    folder: Path
    out: Path
    threads: int

    @property
    def at(self) -> datetime:
        """When the population is scored."""
        return datetime.fromisoformat(AT).replace(tzinfo=ZoneInfo(ZONE))


@dataclass(frozen=True)
class Measured:
    """One turn: seconds on the clock and of the processor, and the most memory held so far, in GB."""

    clock: float
    processor: float
    memory: float


def decoding(job: Job) -> Call:
    """Only decodes the columns that the others read, and keeps nothing."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as parquet  # noqa: PLC0415

    pa.set_cpu_count(job.threads)

    def decode() -> None:
        for name, (layout, _) in TABLES.items():
            texts = [column for column, each in layout.items() if each.kind == "text"]
            parquet.ParquetFile(job.folder / f"{name}.parquet", read_dictionary=texts).read()

    return decode


def scoring(job: Job) -> Call:
    """cds: the status of every patient and rule."""
    import cds  # noqa: PLC0415

    ruleset = cds.load(RULES)

    def score() -> None:
        population, _ = ruleset.read_tables(job.folder, at=AT, threads=job.threads)
        findings = ruleset.score(population, at=AT, threads=job.threads, allow_draft=True)
        _write_statuses(findings, job.out)

    return score


def explained_scoring(job: Job) -> Call:
    """cds: the table of findings with colour, value, limit, whose it is, reason and newest reading."""
    import pyarrow.parquet as parquet  # noqa: PLC0415

    import cds  # noqa: PLC0415

    ruleset = cds.load(RULES)

    def score() -> None:
        population, _ = ruleset.read_tables(job.folder, at=AT, threads=job.threads)
        findings = ruleset.score(population, at=AT, threads=job.threads, allow_draft=True)
        parquet.write_table(findings.table(), job.out)

    return score


def scoring_again(job: Job) -> Call:
    """cds: a population that was read before, with other limits."""
    import cds  # noqa: PLC0415

    population, _ = cds.load(RULES).read_tables(job.folder, at=AT, threads=job.threads)
    ruleset = cds.load([RULES, OTHER_LIMITS])

    def score() -> None:
        findings = ruleset.score(population, at=AT, threads=job.threads, allow_draft=True)
        _write_statuses(findings, job.out)

    return score


def _write_statuses(findings: Any, out: Path) -> None:
    import numpy as np  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as parquet  # noqa: PLC0415

    from cds.execute.findings import STATUSES  # noqa: PLC0415

    rules, people = findings.status.shape
    ids = pa.array(findings.ids).cast(pa.int64()).to_numpy()
    names = pa.array([each.name for each in findings.plan.rules])
    table = {
        "patient": np.tile(ids, rules),
        "rule": pa.DictionaryArray.from_arrays(np.repeat(np.arange(rules, dtype=np.int32), people), names),
        "status": pa.DictionaryArray.from_arrays(findings.status.reshape(-1), pa.array(list(STATUSES))),
    }
    parquet.write_table(pa.table(table), out)


def in_duckdb(job: Job) -> Call:
    """DuckDB."""
    from population import duckdb_baseline  # noqa: PLC0415

    return lambda: duckdb_baseline.write_findings(job.folder, job.at, job.out, job.threads)


def in_polars(job: Job) -> Call:
    """Polars; how many threads it has is settled when it is loaded."""
    os.environ["POLARS_MAX_THREADS"] = str(job.threads)
    from population import polars_baseline  # noqa: PLC0415

    return lambda: polars_baseline.write_findings(job.folder, job.at, job.out)


MADE: Final[Mapping[str, Callable[[Job], Call]]] = {
    "decode": decoding,
    "cds": scoring,
    "cds, findings in full": explained_scoring,
    "cds, other limits": scoring_again,
    "DuckDB": in_duckdb,
    "Polars": in_polars,
}


class Program:
    """One program in its own process."""

    def __init__(self, name: str, job: Job) -> None:
        self.name = name
        self.job = job
        self._here, there = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process
        self._process = process(target=_serve, args=(name, job, there), daemon=True)
        self._process.start()
        there.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._here.close()
        self._process.join()

    def run(self) -> Measured:
        """Have the program do its job once."""
        self._here.send(None)
        return self._here.recv()


def _serve(name: str, job: Job, there: Connection) -> None:
    call = MADE[name](job)
    while True:
        try:
            there.recv()
        except EOFError:
            return
        clock, processor = perf_counter(), process_time()
        call()
        there.send(Measured(perf_counter() - clock, process_time() - processor, _most_memory()))


def _most_memory() -> float:
    """The most memory the process ever held, in GB.

    Linux tells it of the program itself in /proc; what `getrusage` says there counts the process that started it too.
    """
    told = Path("/proc/self/status")
    if told.exists():
        line = next(each for each in told.read_text("utf-8").splitlines() if each.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e9
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e9  # macOS counts in bytes
