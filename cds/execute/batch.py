"""A population at one moment: the operators compiled, conditions and rules as columns, chunks of patients on threads.

Gives each patient what `cds.execute.single` gives, bit for bit, whatever the chunks, threads and company.
"""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeVar

import numpy as np

from cds.diagnostics import Issue, PatientError
from cds.execute.columns import Answered, Asked, Chunk, FoundOut, Question, question
from cds.execute.findings import STATUSES, Findings, IssuesAndMore, Rows, joined, rows_of, watched
from cds.execute.history import extent_needed
from cds.execute.own_limits import Kinds
from cds.execute.program import Program, program_of
from cds.plan import Condition, Measure, Plan, numbers_behind
from cds.population import EVERYTHING, Array, Population
from cds.result import Status

CHUNK: Final = 8192
"""Patients evaluated together: enough that calls cost nothing, few enough that their columns stay in the cache."""

SAID: Final[tuple[Status, ...]] = ("fired", "unconfirmed", "unknown")


NOTHING: Final[FoundOut] = MappingProxyType({})
_Result = TypeVar("_Result")


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
    before: FoundOut = NOTHING,
) -> Findings:
    """Every rule's finding for every patient at `at` (microseconds UTC).

    threads: how many at once, as many as there are processors unless said. chunk: patients evaluated together. keep:
    statuses of which findings are held in full; of the others only the status. watch: also hold every number with
    the rows it used. before: what `found_out` says of the same population and moment, for whatever plan. None of
    threads, chunk and before changes an answer.
    """
    _check_extent(plan, population, at)
    program, kinds = program_of(plan), Kinds(plan, population)
    kept = np.array([name in keep for name in STATUSES])

    def evaluate(first: int, last: int) -> _Part:
        return _evaluate(Chunk(program, population, kinds, first, last, at, watch, before), kept)

    return _joined(program, population, at, _by_chunks(evaluate, population.n, chunk, threads))


def found_out(
    plan: Plan, population: Population, at: int, *, threads: int | None = None, chunk: int = CHUNK
) -> FoundOut:
    """What the operators say for every patient at `at`, for all that the plan's rules ask them.

    With it, `score` asks them only what it does not find here: what is asked with other limits, or not at all.
    """
    _check_extent(plan, population, at)
    program, kinds = program_of(plan), Kinds(plan, population)
    numbers = [(each, plan.numbers[each]) for each in numbers_behind(plan, _asked_by(program))]
    asked = {index: (each, _unanswered(each, population.n)) for index, each in numbers if isinstance(each, Measure)}

    def evaluate(first: int, last: int) -> None:
        part = Chunk(program, population, kinds, first, last, at)
        for index, (measure, whole) in asked.items():
            part.write(index, measure, whole)

    _by_chunks(evaluate, population.n, chunk, threads)
    found: dict[Question, list[Asked]] = {}
    for measure, whole in asked.values():
        found.setdefault(question(measure), []).append(whole)
    return found


def _check_extent(plan: Plan, population: Population, at: int) -> None:
    if population.extent != EVERYTHING and not population.extent.covers(extent_needed(plan, at)):
        raise PatientError(
            "only those readings were read that other rulesets, or these at another moment, look at; read the tables "
            "for these rulesets and this moment, or without `at`"
        )


def _asked_by(program: Program) -> Iterator[Condition | int]:
    """The conditions and numbers that rules begin with, and those of readings in the second unit of a pair."""
    for rule in program.plan.rules:
        yield from (rule.applies, rule.subject)
        for level in rule.levels:
            yield from (level.condition, *([] if level.confirmed is None else [level.confirmed]))
    for leaf in range(len(program.leaves)):
        pair = program.pair_of(leaf)
        if pair is not None:
            yield from (pair.unit_of, pair.raw, pair.limit)


def _unanswered(measure: Measure, n: int) -> Asked:
    answer = Answered(np.empty(n), np.empty(n, np.int8), np.empty(n, np.int64), np.empty(n, np.int64))
    return Asked(answer, np.empty((len(measure.bound), n)), np.empty(n, np.int8))


def _by_chunks(evaluate: Callable[[int, int], _Result], n: int, chunk: int, threads: int | None) -> list[_Result]:
    """What `evaluate` says of the patients from one position to another, for all of them, in order."""
    starts = range(0, max(n, 1), chunk)
    ends = [min(first + chunk, n) for first in starts]
    threads = threads or os.cpu_count() or 1
    if threads == 1 or len(starts) == 1:
        return [evaluate(*each) for each in zip(starts, ends, strict=True)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(evaluate, starts, ends))


def _evaluate(chunk: Chunk, kept: Array) -> _Part:
    rules = range(len(chunk.plan.rules))
    status = np.array([chunk.verdict(index).status for index in rules], np.int8).reshape(len(rules), chunk.n)
    issues = {chunk.first + place: found for place, found in chunk.own_limits.issues.items()}
    return _Part(status, rows_of(chunk, status, kept), issues, chunk if chunk.watch else None)


def _joined(program: Program, population: Population, at: int, parts: Sequence[_Part]) -> Findings:
    more = {patient: found for part in parts for patient, found in part.issues.items()}
    chunks = [part.chunk for part in parts if part.chunk]
    return Findings(
        plan=program.plan,
        ids=population.ids,
        at=at,
        status=np.concatenate([part.status for part in parts], axis=1),
        rows=joined([part.rows for part in parts]),
        issues=IssuesAndMore(population.issues, more),
        numbers=watched(chunks) if chunks else None,
    )
