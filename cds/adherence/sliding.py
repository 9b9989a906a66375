"""A measure in windows that slide over the observation window, to see how it changes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from cds.adherence.events import Columns, PatientEvents, Table
from cds.adherence.executors import ExecutorName
from cds.adherence.gaps import read_for
from cds.adherence.loops import Tasks, count_windows, fill_windows
from cds.adherence.measures import FOLLOW_UP, NO_CARRY, Carry, estimates, measure_number, tasks_of
from cds.adherence.output import REASONS, Answer, handed_out
from cds.adherence.windows import Window, days_in, span
from cds.diagnostics import CdsError


@dataclass(frozen=True, slots=True)
class Sliding:
    """Windows over the observation window. start: how long after its start the first one begins.

    length, step: how long each lasts, and how long after one the next begins (a month is 30 days, a year 365).
    steps: how many there are, spread evenly, instead of a step.
    """

    length: int | str
    step: int | str = 1
    start: int | str = 0
    steps: int = 0


@dataclass(frozen=True, slots=True)
class WindowEstimate:
    """One measure of one patient in one window. number: 1 for the patient's first."""

    patient: Any
    number: int
    start: date
    end: date
    value: float | None
    reason: str


def sliding_availability(
    events: Table,
    measure: str,
    sliding: Sliding,
    *,
    follow_up: Window = FOLLOW_UP,
    observation: Window = FOLLOW_UP,
    carry: Carry = NO_CARRY,
    at: date | str | None = None,
    columns: Columns | None = None,
    executor: ExecutorName | None = None,
) -> Answer:
    """A row of `WindowEstimate` for every patient and every window that fits into the observation window.

    >>> supply = [{"patient": 1, "date": "2026-01-01", "days_supply": 30, "medication": "A"}]
    >>> days = Window(0, 90)
    >>> answer = sliding_availability(supply, "CMA7", Sliding(30, 30), follow_up=days, observation=days)
    >>> answer.rows.column("value").to_pylist()
    [1.0, 0.0, 0.0]
    """
    number = measure_number(measure)
    held = read_for(events, columns, at, carry, executor)
    which, tasks = _windows(held, tasks_of(held, follow_up, observation), sliding)
    value, reason = estimates(held, number, tasks, carry)
    made = {
        "patient": tasks.patient,
        "number": which,
        "start": tasks.starts,
        "end": tasks.ends,
        "value": value,
        "reason": reason,
    }
    words = {"patient": held.patients, "reason": REASONS}
    return Answer(handed_out(WindowEstimate, made, ("start", "end"), words), held.issues)


def _windows(held: PatientEvents, tasks: Tasks, sliding: Sliding) -> tuple[Any, Tasks]:
    length, step, start = float(days_in(sliding.length)), float(days_in(sliding.step)), span(sliding.start)
    if length < 1.0 or step < 1.0 or sliding.steps < 0 or start[0] < 0:
        raise CdsError(
            "a sliding window lasts at least 1 day, moves at least 1 day and starts in the observation window"
        )
    runs = held.executor
    count = runs.integers(len(tasks.patient))
    total = int(runs.run(count_windows, tasks, *start, length, step, sliding.steps, count))
    made = Tasks(runs.integers(total), *(runs.numbers(total) for _ in range(4)))
    number = runs.integers(total)
    runs.run(fill_windows, tasks, count, *start, length, step, sliding.steps, number, made)
    return number, made
