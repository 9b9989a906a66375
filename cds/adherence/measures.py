"""Continuous multiple-interval measures of medication availability, CMA1 to CMA9, over one window per patient."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from cds.adherence.events import Columns, PatientEvents, Table, read_events
from cds.adherence.executors import ExecutorName
from cds.adherence.loops import Tasks, cut_windows, estimate_all, first_days, set_windows
from cds.adherence.output import REASONS, Answer, handed_out, known_values, shown_reason
from cds.adherence.windows import Window, length, own_days, span
from cds.diagnostics import CdsError
from cds.operators.continuous import CarryOver, Gaps
from cds.operators.series import Column

MEASURES: Final = {f"CMA{number}": number for number in range(1, 10)}


@dataclass(frozen=True, slots=True)
class Carry:
    """How supply that is left over is used. Which measure carries over at all is part of its definition.

    same_medication: only when the next event is of the same medication. dose_change: what is left lasts as many days
    as the next event's dose makes of it. adherer_compat: repeat the known faults of AdhereR 0.8.1, to compare with
    older results.
    """

    same_medication: bool = False
    dose_change: bool = False
    adherer_compat: bool = False

    def rule(self, within: bool, into: bool) -> CarryOver:
        """For the computing functions."""
        flags = (within, into, self.same_medication, self.dose_change, self.adherer_compat)
        return CarryOver(*(int(each) for each in flags))

    def rule_of(self, measure: int) -> CarryOver:
        """For one of the measures."""
        return self.rule(measure >= 5, measure >= 7)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One measure of one patient. value: a share, 1 = always; None when it is unknown.

    reason: `known`, `at_least` when only a lower bound is known, else why it is unknown (`cds.operators.reasons`).
    """

    patient: Any
    measure: str
    value: float | None
    reason: str
    follow_up_start: date
    follow_up_end: date
    observation_start: date
    observation_end: date


NO_CARRY: Final = Carry()
FOLLOW_UP: Final = Window()


def continuous_availability(
    events: Table,
    measures: Sequence[str] = ("CMA7",),
    *,
    follow_up: Window = FOLLOW_UP,
    observation: Window = FOLLOW_UP,
    carry: Carry = NO_CARRY,
    at: date | str | None = None,
    columns: Columns | None = None,
    executor: ExecutorName | None = None,
) -> Answer:
    """CMA1 to CMA9 of every patient: a row of `Estimate` for each patient and measure.

    Vollmer et al. 2012, BMC Health Services Research 12:155; CMA9: Dima and Dediu 2017, PLoS ONE 12(4): e0174426. CMA7
    is nearest to the proportion of days covered. at: the last day known; later events take no part, and windows end
    there.

    >>> supply = [{"patient": 1, "date": "2026-01-01", "days_supply": 30, "medication": "A"},
    ...           {"patient": 1, "date": "2026-02-10", "days_supply": 30, "medication": "A"}]
    >>> year = Window(0, "100 days")
    >>> answer = continuous_availability(supply, ["CMA7"], follow_up=year, observation=year)
    >>> answer.rows.column("value").to_pylist(), answer.issues
    ([0.6], ())
    """
    numbers = [measure_number(each) for each in measures]
    held = read_events(
        events,
        columns or Columns(),
        at=at,
        needs_dose=carry.dose_change,
        needs_medication=carry.same_medication,
        by=executor,
    )
    tasks = tasks_of(held, follow_up, observation)
    return Answer(_estimates(held, numbers, tasks, carry), held.issues)


def measure_number(measure: str) -> int:
    """1 to 9 for `CMA1` to `CMA9`; CdsError for anything else."""
    if measure not in MEASURES:
        raise CdsError(f"`{measure}` is no measure; write one of {', '.join(MEASURES)}")
    return MEASURES[measure]


def tasks_of(held: PatientEvents, follow_up: Window, observation: Window) -> Tasks:
    """The windows of every patient."""
    runs, count = held.executor, len(held.patients)
    base = runs.integers(count)
    runs.run(first_days, held.events, held.offsets, base)
    opens, closes = windows_from(held, follow_up, base)
    starts, ends = windows_from(held, observation, opens)
    tasks = Tasks(runs.integers(range(count)), opens, closes, starts, ends)
    runs.run(cut_windows, tasks, held.last_day)
    return tasks


def windows_from(held: PatientEvents, window: Window, base: Column) -> tuple[Column, Column]:
    """From and until when a window lasts for each patient, counted from the day `base`."""
    runs, count = held.executor, len(held.patients)
    own = own_days(window.start, held.patients)
    start, unit = (0, 0) if own is not None else span(window.start)  # pyright: ignore[reportArgumentType]
    begins, ends = runs.numbers(count), runs.numbers(count)
    runs.run(
        set_windows, held.offsets, base, start, unit, *length(window.duration), runs.integers(own or ()), begins, ends
    )
    return begins, ends


def gaps_for(held: PatientEvents) -> Gaps:
    """Room for the gaps of all events."""
    return Gaps(*(held.executor.numbers(held.count) for _ in Gaps._fields))


def estimates(held: PatientEvents, measure: int, tasks: Tasks, carry: Carry) -> tuple[Column, Column]:
    """Value and reason of one measure for every task."""
    runs = held.executor
    value, reason = runs.numbers(len(tasks.patient)), runs.integers(len(tasks.patient))
    runs.run(
        estimate_all, measure, held.events, held.offsets, held.blocked, tasks, carry.rule_of(measure), gaps_for(held),
        value, reason,
    )  # fmt: skip
    return known_values(runs, value, reason), shown_reason(runs, reason)


def _estimates(held: PatientEvents, measures: Sequence[int], tasks: Tasks, carry: Carry) -> Any:
    columns: dict[str, list[Any]] = {}
    for place, measure in enumerate(measures):
        value, reason = estimates(held, measure, tasks, carry)
        part = {
            "patient": tasks.patient,
            "measure": held.executor.integers([place] * len(tasks.patient)),
            "value": value,
            "reason": reason,
            "follow_up_start": tasks.opens,
            "follow_up_end": tasks.closes,
            "observation_start": tasks.starts,
            "observation_end": tasks.ends,
        }
        for name, values in part.items():
            columns.setdefault(name, []).append(values)
    whole = {name: joined(held, parts) for name, parts in columns.items()}
    names = {number: name for name, number in MEASURES.items()}
    words = {"patient": held.patients, "measure": [names[each] for each in measures], "reason": REASONS}
    return handed_out(Estimate, whole, _DAYS, words)


_DAYS: Final = ("follow_up_start", "follow_up_end", "observation_start", "observation_end")


def joined(held: PatientEvents, parts: Sequence[Column]) -> Any:
    """Columns one after the other."""
    if len(parts) == 1:
        return parts[0]
    if held.executor.name == "single":
        return [each for part in parts for each in part]
    from numpy import concatenate  # noqa: PLC0415 – optional

    return concatenate(parts)
