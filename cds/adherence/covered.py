"""Proportion of days covered: of a class of medicines, of all of them at once, or on average; stays left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from cds.adherence.coverage_loops import cover_all
from cds.adherence.events import Columns, PatientEvents, Table, civil_day_of, read_events, rows_of
from cds.adherence.executors import ExecutorName
from cds.adherence.issues import RowIssue
from cds.adherence.measures import tasks_of
from cds.adherence.output import REASONS, Answer, handed_out, known_values, shown_reason
from cds.adherence.windows import EPOCH, Window
from cds.diagnostics import CdsError
from cds.operators.coverage import ALL, ANY, MEAN, Asked
from cds.operators.durations import Stays, merge_stays
from cds.operators.reasons import KNOWN, NOT_COMPUTABLE
from cds.operators.series import SCRATCH_PER_ROW
from cds.operators.supply import OF_ANY_MEDICINE, OF_NONE, OF_SAME_MEDICINE

Medications = Literal["any", "all", "mean"]
Waits = Literal["same medication", "any medication", "none"]
_MEDICATIONS: Final[Mapping[str, int]] = {"any": ANY, "all": ALL, "mean": MEAN}
_WAITS: Final[Mapping[str, int]] = {
    "same medication": OF_SAME_MEDICINE,
    "any medication": OF_ANY_MEDICINE,
    "none": OF_NONE,
}


@dataclass(frozen=True, slots=True)
class DaysCovered:
    """Proportion of days covered of one patient. value: a share; None when it is unknown; reason: as in `Estimate`.

    days_covered, days: of the window, those in hospital left out. medications: how many were judged.
    """

    patient: Any
    value: float | None
    reason: str
    days_covered: float
    days: float
    medications: int
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class StayColumns:
    """What the columns of a table of stays are called. end: the day of leaving, which is no day of the stay."""

    patient: str = "patient"
    start: str = "start"
    end: str = "end"


ONE_YEAR: Final = Window(0, "1 year")


def proportion_of_days_covered(
    events: Table,
    *,
    window: Window = ONE_YEAR,
    medications: Medications = "any",
    carry_over: Waits = "same medication",
    from_first_dispense: bool = False,
    least_dates: int = 1,
    least_days: int = 1,
    stays: Table | None = None,
    stay_columns: StayColumns | None = None,
    at: date | str | None = None,
    columns: Columns | None = None,
    executor: ExecutorName | None = None,
) -> Answer:
    """A row of `DaysCovered` for every patient: share of the days of the window with medicine to take.

    medications: a day counts when `any` of the patient's medications is covered (a class), when `all` are, or by the
    `mean` of their shares (polypharmacy). carry_over: an early refill waits until the `same medication` is used up.
    from_first_dispense: the days begin with the first dispense in the window, and earlier ones do not count (PQA);
    least_dates: dates with a dispense that there must be in it; least_days: days. stays: days in hospital are left out,
    and what was left when a stay began lasts so much longer (CMS inpatient rule).

    >>> supply = [{"patient": 1, "date": "2026-01-01", "days_supply": 30, "medication": "A"},
    ...           {"patient": 1, "date": "2026-01-01", "days_supply": 20, "medication": "B"}]
    >>> rows = [proportion_of_days_covered(supply, window=Window(0, 40), medications=each).rows
    ...         for each in ("any", "all", "mean")]
    >>> [each.column("value").to_pylist() for each in rows]
    [[0.75], [0.5], [0.625]]
    """
    if medications not in _MEDICATIONS or carry_over not in _WAITS:
        raise CdsError(f"medications is one of {', '.join(_MEDICATIONS)}; carry_over one of {', '.join(_WAITS)}")
    held = read_events(events, columns or Columns(), at=at, by=executor)
    asked = Asked(
        _MEDICATIONS[medications], _WAITS[carry_over], int(from_first_dispense), int(least_dates), int(least_days)
    )
    found, offsets, issues = _stays(held, stays, stay_columns or StayColumns())
    return Answer(_rows(held, window, asked, found, offsets), (*held.issues, *issues))


def _rows(held: PatientEvents, window: Window, asked: Asked, stays: Stays, stay_offsets: Any) -> Any:
    runs, count = held.executor, len(held.patients)
    tasks = tasks_of(held, window, Window(0, 1))
    tasks = tasks._replace(starts=tasks.opens, ends=tasks.closes)
    covered, judged, reason = runs.numbers(count), runs.numbers(count), runs.integers(count)
    medicines = runs.integers(count)
    runs.run(
        cover_all, held.events, held.offsets, held.blocked, tasks, stays, stay_offsets, asked,
        runs.integers(held.count), runs.integers(held.count), runs.integers(0),
        runs.numbers(SCRATCH_PER_ROW * held.count), covered, judged, medicines, reason,
    )  # fmt: skip
    share = [part / whole if whole else 0.0 for part, whole in zip(covered, judged, strict=True)]
    columns = {
        "patient": tasks.patient,
        "value": known_values(runs, runs.numbers(share), reason),
        "reason": shown_reason(runs, reason),
        "days_covered": covered,
        "days": judged,
        "medications": medicines,
        "start": tasks.starts,
        "end": tasks.ends,
    }
    return handed_out(DaysCovered, columns, ("start", "end"), {"patient": held.patients, "reason": REASONS})


def _stays(held: PatientEvents, table: Table | None, columns: StayColumns) -> tuple[Stays, Any, list[RowIssue]]:
    """Stays by patient, joined where they overlap; a stay that cannot be read leaves its patient unknown."""
    numbers = {patient: place for place, patient in enumerate(held.patients)}
    mine: list[list[tuple[int, int]]] = [[] for _ in numbers]
    issues: list[RowIssue] = []
    if table is not None:
        rows = rows_of(table, [columns.patient, columns.start, columns.end])
        codes, words = rows.codes(columns.patient)
        days = zip(rows.days(columns.start, civil_day_of), rows.days(columns.end, civil_day_of), strict=True)
        for row, (code, (start, end)) in enumerate(zip(codes, days, strict=True)):
            patient = words[code] if code >= 0 else None
            if patient is not None and -EPOCH <= start <= end:
                if patient in numbers:
                    mine[numbers[patient]].append((int(start), int(end)))
                continue
            issues.append(RowIssue(row, columns.start, patient, "stay_not_understood", _STAY, table="stays"))
            if patient in numbers and held.blocked[numbers[patient]] == KNOWN:
                held.blocked[numbers[patient]] = NOT_COMPUTABLE
    starts: list[int] = []
    ends: list[int] = []
    offsets = [0]
    for each in mine:
        start, end = [list(days) for days in zip(*sorted(each), strict=True)] if each else ([], [])
        count = merge_stays(start, end, 0, len(start))
        starts, ends = starts + start[:count], ends + end[:count]
        offsets.append(len(starts))
    runs = held.executor
    return Stays(runs.integers(starts), runs.integers(ends)), runs.integers(offsets), issues


_STAY: Final = (
    "whose stay it is, or its days, cannot be read, or it ends before it starts, so that nothing can be said of the "
    "patient; correct it"
)
