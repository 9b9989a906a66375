"""Each supply with the days until the next one, the days without supply among them, and what was left from before."""

import datetime
from dataclasses import dataclass
from typing import Any, Final

from cds.adherence.events import Columns, PatientEvents, Table, read_events
from cds.adherence.executors import ExecutorName
from cds.adherence.loops import Tasks, gaps_all, mark_events, mark_owners
from cds.adherence.measures import FOLLOW_UP, NO_CARRY, Carry, gaps_for, tasks_of
from cds.adherence.output import Answer, handed_out
from cds.adherence.windows import Window
from cds.operators.continuous import CarryOver, Gaps
from cds.operators.series import Column


@dataclass(frozen=True, slots=True)
class EventGap:
    """One supply of the follow-up window.

    row: its number in the table. interval: days to the next one or to the end of the window, None for a supply outside
    the observation window. gap_days: days of the interval without supply. carried_over: days left from before. Both are
    None where the supply was not judged.
    """

    patient: Any
    row: int
    date: datetime.date
    medication: Any
    days_supply: float
    interval: float | None
    gap_days: float | None
    carried_over: float | None
    follow_up_start: datetime.date
    follow_up_end: datetime.date
    observation_start: datetime.date
    observation_end: datetime.date


_WINDOWS: Final = {
    "follow_up_start": "opens",
    "follow_up_end": "closes",
    "observation_start": "starts",
    "observation_end": "ends",
}


def event_gaps(
    events: Table,
    *,
    follow_up: Window = FOLLOW_UP,
    observation: Window = FOLLOW_UP,
    carry: Carry = NO_CARRY,
    carry_over_within: bool = True,
    carry_over_into: bool = True,
    at: datetime.date | str | None = None,
    columns: Columns | None = None,
    executor: ExecutorName | None = None,
) -> Answer:
    """A row of `EventGap` for every supply of the follow-up window.

    carry_over_within: what is left is used before the next supply. carry_over_into: supply from before the observation
    window counts.

    >>> supply = [{"patient": 1, "date": "2026-01-01", "days_supply": 30, "medication": "A"},
    ...           {"patient": 1, "date": "2026-02-10", "days_supply": 30, "medication": "A"}]
    >>> event_gaps(supply).rows.column("gap_days").to_pylist()
    [10.0, 660.0]
    """
    held = read_for(events, columns, at, carry, executor)
    tasks = tasks_of(held, follow_up, observation)
    gaps, low, high = found_gaps(held, tasks, carry.rule(carry_over_within, carry_over_into))
    kept = held.executor.integers(held.count)
    count = held.executor.run(mark_events, held.events, tasks, held.offsets, low, high, gaps, float("nan"), kept)
    return Answer(_rows(held, tasks, gaps, kept[:count]), held.issues)


def read_for(
    events: Table, columns: Columns | None, at: datetime.date | str | None, carry: Carry, executor: ExecutorName | None
) -> PatientEvents:
    """The events of a table, with what the carry-over needs of them."""
    return read_events(
        events,
        columns or Columns(),
        at=at,
        needs_dose=carry.dose_change,
        needs_medication=carry.same_medication,
        by=executor,
    )


def found_gaps(held: PatientEvents, tasks: Tasks, rule: CarryOver) -> tuple[Gaps, Column, Column]:
    """Gaps of all events, and which events of each task were judged."""
    runs = held.executor
    gaps = gaps_for(held)
    low, high = runs.integers(len(tasks.patient)), runs.integers(len(tasks.patient))
    runs.run(gaps_all, held.events, held.offsets, held.blocked, tasks, rule, gaps, low, high)
    return gaps, low, high


def _rows(held: PatientEvents, tasks: Tasks, gaps: Gaps, kept: Column) -> Any:
    take = held.executor.take
    owner = held.executor.integers(held.count)
    held.executor.run(mark_owners, held.offsets, owner)
    owner = take(owner, kept)
    columns = {
        "patient": owner,
        "row": take(held.source, kept),
        "date": take(held.events.day, kept),
        "medication": take(held.events.medication, kept),
        "days_supply": take(held.events.days, kept),
        "interval": take(gaps.interval, kept),
        "gap_days": take(gaps.gap, kept),
        "carried_over": take(gaps.carried, kept),
        **{name: take(getattr(tasks, field), owner) for name, field in _WINDOWS.items()},
    }
    return handed_out(
        EventGap, columns, ("date", *_WINDOWS), {"patient": held.patients, "medication": held.medications}
    )
