"""A population's past, moment by moment, through the alarm logic; patients in chunks on threads."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, cast

import numpy as np

from cds.adapters.tables.reading import population_from_tables
from cds.api import Patient, Ruleset
from cds.diagnostics import CdsError
from cds.execute.batch import CHUNK, NOTHING
from cds.execute.columns import Chunk
from cds.execute.history import extent_needed
from cds.execute.kernels import FIRED, NOT_APPLICABLE, NOT_FIRED
from cds.execute.own_limits import Kinds
from cds.execute.program import Program, program_of
from cds.operators.reasons import NOT_SET, TRUE
from cds.operators.series import MICROSECONDS_PER_DAY
from cds.periods import zone
from cds.plan import NONE as NO_RULE
from cds.plan import Measure, Plan, Rule
from cds.population import Array, Extent, Population, population_of
from cds.simulation.courses import (
    ANSWER_AFTER,
    COLUMNS,
    HIDDEN,
    MAY_CLOSE,
    PLACES,
    QUIET_FOR,
    REMIND_AFTER,
    RESPOND_WITHIN,
    ROWS,
    SAYINGS,
    UNCERTAIN,
    WAYS,
    compiled_courses,
)
from cds.simulation.outcome import Events, Simulated
from cds.simulation.period import Period, length_of

_ROOM: Final = 8  # rows of the log for each patient of a chunk, before more are asked for
_WHERE: Final = {"quiet_for": QUIET_FOR, "remind_after": REMIND_AFTER, "respond_within": RESPOND_WITHIN}


def read(rulesets: Sequence[Ruleset], source: object, period: Period, threads: int = 0) -> Population:
    """Everybody in the tables of a source, as far as the rulesets look at any moment of the period.

    source: as `Ruleset.read_tables` takes it. PatientError when a table as a whole cannot be read.
    """
    first, last = period.moments(zone())[0] - MICROSECONDS_PER_DAY, period.end_of(zone()) + MICROSECONDS_PER_DAY
    since: dict[str, int] = {}
    wanted: set[str] = set()
    for each in rulesets:
        wanted |= {key for one in each.plan.numbers if isinstance(one, Measure) for key in one.input.keys}
        for key, time in extent_needed(each.plan, first).since.items():
            since[key] = min(time, since.get(key, time))
    extent = Extent(since, last)
    return population_from_tables(source, concepts=rulesets[0].concepts, wanted=wanted, extent=extent, threads=threads)[
        0
    ]


def simulate_each(
    rulesets: Sequence[Ruleset],
    population: Population,
    period: Period,
    *,
    acknowledge_after: str = "",
    threads: int = 0,
    chunk: int = CHUNK,
) -> tuple[Simulated, ...]:
    """What the alarms of each of several rulesets would have been; what they ask alike is found out once.

    acknowledge_after: a duration such as `12 hours` after which every alarm is answered; "" = nobody answers.
    """
    made = [_Side(each.plan, population, acknowledge_after) for each in rulesets]
    for each in made:
        _check_extent(each.plan, population, period)

    def run(first: int) -> list[_Part]:
        return _run(made, population, period, first, min(first + chunk, population.n))

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        parts = list(pool.map(run, range(0, population.n, chunk)))
    return tuple(
        _joined(side.plan, population, period, acknowledge_after, [part[place] for part in parts])
        for place, side in enumerate(made)
    )


def everybody(source: object) -> Population | None:
    """A population as it is, or made of a list of patients; None for tables, which are to be read."""
    if isinstance(source, Population):
        return source
    members = cast("list[object]", source) if isinstance(source, list) else []
    patients = [each for each in members if isinstance(each, Patient)]
    return population_of([each.facts for each in patients]) if patients and len(patients) == len(members) else None


def _check_extent(plan: Plan, population: Population, period: Period) -> None:
    for where in population.zones:
        for at in (period.moments(where)[0], period.moments(where)[-1]):
            if not population.extent.covers(extent_needed(plan, at)):
                raise CdsError(
                    "only those readings were read that other rulesets, or these at other moments, look at; hand over "
                    "the tables themselves"
                )


class _Side:
    """One ruleset made ready for a population."""

    def __init__(self, plan: Plan, population: Population, acknowledge_after: str) -> None:
        self.plan = plan
        self.program: Program = program_of(plan)
        self.kinds = Kinds(plan, population)
        self.ways = np.zeros((len(plan.rules), WAYS), np.int64)
        for line, rule in zip(self.ways, plan.rules, strict=True):
            line[ANSWER_AFTER : ANSWER_AFTER + 2] = length_of(acknowledge_after)
            for name, place in _WHERE.items():
                line[place : place + 2] = length_of(rule.alarm.get(name, ""))


@dataclass(frozen=True, slots=True)
class _Part:
    """What became of the patients of one chunk.

    moments: by rule and what was said; applies: patients by rule; followed: places of those whom any rule applied to.
    """

    log: Array
    standing: Array
    moments: Array
    applies: Array
    followed: Array


class _Seen:
    """What findings said, by rule, patient and moment."""

    def __init__(self, size: tuple[int, int, int]) -> None:
        self.said, self.colour, self.flags = (np.zeros(size, np.int8) for _ in range(3))


def _run(sides: Sequence[_Side], population: Population, period: Period, first: int, last: int) -> list[_Part]:
    zones = population.zone[first:last]
    by_zone = np.array([period.moments(each) for each in population.zones], np.int64)
    seen = [_Seen((len(each.plan.rules), last - first, by_zone.shape[1])) for each in sides]
    for place, moments in enumerate(by_zone.T):
        for at in np.unique(moments[zones]).tolist():
            _look(sides, population, (first, last), at, moments[zones] == at, place, seen)
    ends = np.array([period.end_of(each) for each in population.zones], np.int64)
    return [_part(side, each, population, first, by_zone, ends) for side, each in zip(sides, seen, strict=True)]


def _look(
    sides: Sequence[_Side],
    population: Population,
    span: tuple[int, int],
    at: int,
    who: Array,
    place: int,
    seen: Sequence[_Seen],
) -> None:
    """What every ruleset says at a moment of those whose clock shows it; what the first asked is not asked again."""
    before = NOTHING
    for side, each in zip(sides, seen, strict=True):
        chunk = Chunk(side.program, population, side.kinds, *span, at, before=before, before_from=span[0])
        for index, rule in enumerate(side.plan.rules):
            _put(chunk, index, rule, [part[index, :, place] for part in (each.said, each.colour, each.flags)], who)
        if before is NOTHING and len(sides) > 1:
            before = chunk.asked()


def _put(chunk: Chunk, index: int, rule: Rule, into: Sequence[Array], who: Array) -> None:
    said, colour, flags = into
    verdict = chunk.verdict(index)
    is_hidden = (verdict.status == FIRED) & (verdict.hidden_by != NO_RULE)
    is_over = (verdict.status == NOT_FIRED) | ((verdict.status == NOT_APPLICABLE) & (verdict.reason != NOT_SET))
    if rule.clear_when is not None:
        is_over &= chunk.state(rule.clear_when).state == TRUE
    np.copyto(said, np.where(is_hidden, HIDDEN, verdict.status).astype(np.int8), where=who)
    np.copyto(colour, verdict.colour, where=who)
    np.copyto(flags, (is_over * MAY_CLOSE + verdict.uncertain * UNCERTAIN).astype(np.int8), where=who)


def _part(side: _Side, seen: _Seen, population: Population, first: int, moments: Array, ends: Array) -> _Part:
    rules, n, _ = seen.said.shape
    standing, applies = (np.zeros((rules, n), np.int8) for _ in range(2))
    alarm, counts = np.zeros(PLACES, np.int64), np.zeros((rules, len(SAYINGS)), np.int64)
    zones = population.zone[first : first + n]
    given = first, seen.said, seen.colour, seen.flags, moments, ends, zones, side.ways, *population.clocks, alarm
    log = np.empty((_ROOM * n, COLUMNS), np.int64)
    compiled_courses()(*given, log, standing, counts, applies)
    if alarm[ROWS] > len(log):
        log = np.empty((int(alarm[ROWS]), COLUMNS), np.int64)
        compiled_courses()(*given, log, standing, counts, applies)
    return _Part(
        log[: int(alarm[ROWS])].copy(), standing, counts, applies.sum(axis=1), np.flatnonzero(applies.sum(axis=0))
    )


def _joined(
    plan: Plan, population: Population, period: Period, acknowledge_after: str, parts: Sequence[_Part]
) -> Simulated:
    rules = len(plan.rules)
    log = np.concatenate([each.log for each in parts]) if parts else np.empty((0, COLUMNS), np.int64)
    return Simulated(
        plan=plan,
        ids=population.ids,
        period=period,
        acknowledge_after=acknowledge_after,
        events=Events.of(log),
        standing=np.concatenate([np.empty((rules, 0), np.int8), *(each.standing for each in parts)], axis=1),
        moments=sum((each.moments for each in parts), np.zeros((rules, len(SAYINGS)), np.int64)),
        applies=sum((each.applies for each in parts), np.zeros(rules, np.int64)),
        followed=sum(len(each.followed) for each in parts),
    )
