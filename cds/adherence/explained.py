"""How a measure came about for one patient: windows, every supply with its gap and carry-over, and the rule used."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from cds.adherence.events import Columns, PatientEvents, Table, rows_of
from cds.adherence.gaps import found_gaps, read_for
from cds.adherence.issues import RowIssue
from cds.adherence.loops import Tasks
from cds.adherence.measures import FOLLOW_UP, NO_CARRY, Carry, estimates, measure_number, tasks_of
from cds.adherence.output import REASONS
from cds.adherence.windows import EPOCH, Window
from cds.diagnostics import CdsError
from cds.operators.continuous import Gaps

Place = Literal["outside", "before", "observed"]


@dataclass(frozen=True, slots=True)
class SupplyStep:
    """One supply. row: its number in the table; day: civil day from 1970-01-01; days_supply: None where not known.

    how: whether the days are stated, derived or unknown, as `with_days_supply` says; stated where no column tells.
    place: outside the follow-up window or after the observation window; before the observation window; or observed.
    interval, gap_days, carried_over: as in `EventGap`, None where the measure does not look at the supply.
    """

    row: int
    day: int
    medication: Any
    days_supply: float | None
    how: str
    place: Place
    interval: float | None
    gap_days: float | None
    carried_over: float | None

    @property
    def date(self) -> date:
        """The day of the supply."""
        return date.fromordinal(self.day + EPOCH)


@dataclass(frozen=True, slots=True)
class Availability:
    """One measure of one patient, explained. windows: first day, and the day after the last one.

    value: a share, None when it is unknown, for the reason given. carry: how left-over supply was used.
    """

    patient: Any
    measure: str
    value: float | None
    reason: str
    carry: Carry
    follow_up: tuple[int, int]
    observation: tuple[int, int]
    supplies: tuple[SupplyStep, ...]
    issues: tuple[RowIssue, ...]

    @property
    def medications(self) -> tuple[Any, ...]:
        """The medications in the order in which they were first supplied."""
        return tuple(dict.fromkeys(each.medication for each in self.supplies))


def explain_availability(
    events: Table,
    patient: Any,
    measure: str = "CMA7",
    *,
    follow_up: Window = FOLLOW_UP,
    observation: Window = FOLLOW_UP,
    carry: Carry = NO_CARRY,
    at: date | str | None = None,
    columns: Columns | None = None,
) -> Availability:
    """How `continuous_availability` comes to its answer for one patient; CdsError when no row is of the patient.

    >>> supply = [{"patient": 1, "date": "2026-01-01", "days_supply": 30, "medication": "A"},
    ...           {"patient": 1, "date": "2026-01-20", "days_supply": 30, "medication": "A"}]
    >>> window = Window(0, 80)
    >>> shown = explain_availability(supply, 1, follow_up=window, observation=window)
    >>> shown.value, [(each.carried_over, each.gap_days) for each in shown.supplies]
    (0.75, [(0.0, 0.0), (11.0, 20.0)])
    """
    number = measure_number(measure)
    held = read_for(events, columns, at, carry, "single")
    if patient not in list(held.patients):
        raise CdsError("the table holds no supply of this patient; check how the patient is written")
    place = list(held.patients).index(patient)
    whole = tasks_of(held, follow_up, observation)
    task = Tasks(*([column[place]] for column in whole))
    value, reason = estimates(held, number, task, carry)
    return Availability(
        patient=patient,
        measure=measure,
        value=value[0] if value[0] == value[0] else None,
        reason=REASONS[int(reason[0])],
        carry=carry,
        follow_up=(int(task.opens[0]), int(task.closes[0])),
        observation=(int(task.starts[0]), int(task.ends[0])),
        supplies=tuple(_steps(held, place, task, number, carry, _told(events, columns))),
        issues=tuple(each for each in held.issues if each.patient == patient),
    )


def _told(events: Table, columns: Columns | None) -> Callable[[int], str]:
    """What the table says of how the days of a row are known."""
    if columns is None or not columns.how:
        return lambda row: "stated"
    codes, words = rows_of(events, [columns.how]).codes(columns.how)
    return lambda row: str(words[codes[row]]) if codes[row] >= 0 else "stated"


def _steps(
    held: PatientEvents, place: int, task: Tasks, number: int, carry: Carry, told: Callable[[int], str]
) -> list[SupplyStep]:
    """Every supply of the patient; CMA9 looks at the whole follow-up window."""
    looked = task._replace(starts=task.opens, ends=task.closes) if number == 9 else task
    gaps, low, high = found_gaps(held, looked, carry.rule_of(number))
    rows = range(int(held.offsets[place]), int(held.offsets[place + 1]))
    return [_step(held, row, low[0] <= row < high[0], task, gaps, told) for row in rows]


def _step(
    held: PatientEvents, row: int, is_looked_at: bool, task: Tasks, gaps: Gaps, told: Callable[[int], str]
) -> SupplyStep:
    day, medication = held.events.day[row], held.events.medication[row]
    inside: Place = "before" if day < task.starts[0] else "observed"
    is_outside = day < task.opens[0] or day > task.closes[0] or day > task.ends[0]
    return SupplyStep(
        row=held.source[row],
        day=day,
        medication=held.medications[medication] if medication >= 0 else None,
        days_supply=held.events.days[row] if held.events.quality[row] == 0 else None,
        how=told(int(held.source[row])) if held.events.quality[row] == 0 else "unknown",
        place="outside" if is_outside else inside,
        interval=gaps.interval[row] if is_looked_at else None,
        gap_days=gaps.gap[row] if is_looked_at else None,
        carried_over=gaps.carried[row] if is_looked_at else None,
    )
