"""A population at one moment: the operators compiled, conditions and rules as columns, chunks of patients on threads.

Gives each patient what `cds.execute.single` gives, bit for bit, whatever the chunks, threads and company.
"""

import os
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from cds.diagnostics import Issue
from cds.execute.columns import Chunk
from cds.execute.findings import STATUSES, Findings, Rows, joined, rows_of, watched
from cds.execute.program import Program, program_of
from cds.plan import Plan
from cds.population import Array, Population
from cds.result import Status

CHUNK: Final = 8192
"""Patients evaluated together: enough that calls cost nothing, few enough that their columns stay in the cache."""

SAID: Final[tuple[Status, ...]] = ("fired", "unconfirmed", "unknown")


@dataclass(frozen=True, slots=True)
class _Part:
    status: Array
    rows: Rows
    issues: dict[int, tuple[Issue, ...]]
    chunk: Chunk | None


def score(
    plan: Plan,
    population: Population,
    at: int,
    *,
    threads: int | None = None,
    chunk: int = CHUNK,
    keep: Collection[Status] = SAID,
    watch: bool = False,
) -> Findings:
    """Every rule's finding for every patient at `at` (microseconds UTC).

    threads: how many at once, as many as there are processors unless said. chunk: patients evaluated together. keep:
    statuses of which findings are held in full; of the others only the status. watch: also hold every number with
    the rows it used. Neither threads nor chunk changes an answer.
    """
    program = program_of(plan)
    kept = np.array([name in keep for name in STATUSES])

    def evaluate(first: int) -> _Part:
        last = min(first + chunk, population.n)
        return _evaluate(Chunk(program, population, first, last, at, watch), kept)

    starts = range(0, max(population.n, 1), chunk)
    threads = threads or os.cpu_count() or 1
    if threads == 1 or len(starts) == 1:
        parts = [evaluate(first) for first in starts]
    else:
        with ThreadPoolExecutor(threads) as pool:
            parts = list(pool.map(evaluate, starts))
    return _joined(program, population, at, parts)


def _evaluate(chunk: Chunk, kept: Array) -> _Part:
    rules = range(len(chunk.plan.rules))
    status = np.array([chunk.verdict(index).status for index in rules], np.int8).reshape(len(rules), chunk.n)
    chunk.limits()
    issues = {chunk.first + place: tuple(each.issues) for place, each in chunk.own.items() if each.issues}
    return _Part(status, rows_of(chunk, kept), issues, chunk if chunk.watch else None)


def _joined(program: Program, population: Population, at: int, parts: Sequence[_Part]) -> Findings:
    issues = dict(population.issues)
    for part in parts:
        for patient, found in part.issues.items():
            issues[patient] = (*issues.get(patient, ()), *found)
    chunks = [part.chunk for part in parts if part.chunk]
    return Findings(
        plan=program.plan,
        ids=population.ids,
        at=at,
        status=np.concatenate([part.status for part in parts], axis=1),
        rows=joined([part.rows for part in parts]),
        issues=issues,
        numbers=watched(chunks) if chunks else None,
    )
