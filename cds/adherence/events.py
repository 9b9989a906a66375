"""Tables of supply → each patient's events in order, and what is wrong with single rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast

from cds.adapters.amounts import MOST_DAYS, finite
from cds.adherence.executors import Executor, ExecutorName, executor, has_batch
from cds.adherence.issues import RowIssue, issues_of
from cds.adherence.loops import NO_DAY, UNREAD_DAY, Arrived, take_rows
from cds.adherence.windows import EPOCH
from cds.diagnostics import CdsError, MissingExtra
from cds.operators.continuous import Events
from cds.operators.series import LAST_TIME, Column
from cds.periods import FIRST_YEAR, LAST_YEAR, calendar_date

Table = object
"""Anything with an Arrow C stream, a mapping of columns, or rows that are mappings or objects with these names."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a table are called; "" = there is none.

    days_supply: how many days the supply lasts. daily_dose: what is taken a day, in one unit for a medication. how: the
    column in which `with_days_supply` says how the days are known, for explanations.
    """

    patient: str = "patient"
    date: str = "date"
    days_supply: str = "days_supply"
    medication: str = "medication"
    daily_dose: str = ""
    how: str = ""


@dataclass(frozen=True)
class PatientEvents:
    """Events of many patients. patients: their ids; offsets: where each one's events begin; source: the row of each.

    blocked: for each patient 0, or why nothing can be said. last_day: the last day that is known.
    """

    executor: Executor
    patients: Sequence[Any]
    medications: Sequence[Any]
    events: Events
    offsets: Column
    source: Column
    blocked: Column
    issues: tuple[RowIssue, ...]
    last_day: float

    @property
    def count(self) -> int:
        """How many events."""
        return len(self.events.day)


def read_events(
    table: Table,
    columns: Columns,
    *,
    at: date | str | None = None,
    needs_dose: bool = False,
    needs_medication: bool = False,
    by: ExecutorName | None = None,
) -> PatientEvents:
    """The events of a table. at: the last day of which anything is known; what is dated later takes no part.

    A row without a readable date makes its patient's answers unknown; one whose days are not known, zero, negative or
    more than five years leaves a bound. Every such row becomes an issue, and no other patient is touched.
    """
    if needs_dose and not columns.daily_dose:
        raise CdsError("the dose is asked for, and no column holds it; name it with `columns`")
    if needs_medication and not columns.medication:
        raise CdsError("the medication is asked for, and no column holds it; name it with `columns`")
    rows = rows_of(table, [each for each in _names(columns) if each])
    runs = executor(by, rows.count)
    patient, patients = rows.codes(columns.patient)
    medication, medications = rows.codes(columns.medication) if columns.medication else ([0] * rows.count, ("",))
    arrived = Arrived(
        runs.integers(patient),
        runs.integers(rows.days(columns.date, civil_day_of)),
        runs.numbers(rows.numbers(columns.days_supply)),
        runs.integers(medication),
        runs.numbers(rows.numbers(columns.daily_dose)) if columns.daily_dose else runs.numbers([1.0] * rows.count),
    )
    last = last_day(at)
    return _laid_out(rows, runs, arrived, patients, medications, last, needs_dose, needs_medication, columns)


def _names(columns: Columns) -> tuple[str, ...]:
    return columns.patient, columns.date, columns.days_supply, columns.medication, columns.daily_dose


def last_day(at: date | str | None) -> int:
    """The civil day of `at`; far ahead when nothing is said."""
    if at is None:
        return LAST_TIME
    day = at if isinstance(at, date) else calendar_date(at)
    if day is None:
        raise CdsError(f"`{at}` is no date; write year-month-day")
    return day.toordinal() - EPOCH


def _laid_out(
    rows: "Rows",
    runs: Executor,
    arrived: Arrived,
    patients: Sequence[Any],
    medications: Sequence[Any],
    last: int,
    needs_dose: bool,
    needs_medication: bool,
    columns: Columns,
) -> PatientEvents:
    count = rows.count
    made = Events(
        runs.integers(count), runs.numbers(count), runs.integers(count), runs.numbers(count), runs.integers(count)
    )
    source, fault = runs.integers(count), runs.integers(count)
    offsets, blocked = runs.integers(len(patients) + 1), runs.integers(len(patients))
    order = runs.integers(rows.in_order(arrived.patient, arrived.day))
    sound = runs.run(
        take_rows, arrived, order, last, float(MOST_DAYS), int(needs_dose), int(needs_medication),
        made, source, offsets, blocked, fault,
    )  # fmt: skip
    return PatientEvents(
        runs,
        patients,
        medications,
        Events(*(each[:sound] for each in made)),
        offsets,
        source[:sound],
        blocked,
        issues_of(fault, arrived.patient, patients, columns),
        float(last + 1) if last < LAST_TIME else float(LAST_TIME),
    )


class Rows:
    """The columns of a table that is read row by row."""

    def __init__(self, columns: Mapping[str, Sequence[Any]], count: int) -> None:
        self._columns = columns
        self.count = count

    def codes(self, name: str) -> tuple[Any, Sequence[Any]]:
        """The distinct values of a column in order of appearance, and of each row which; -1 = nothing."""
        found: dict[Any, int] = {}
        codes = [-1 if each is None else found.setdefault(each, len(found)) for each in self._columns[name]]
        return codes, tuple(found)

    def numbers(self, name: str) -> Any:
        """Numbers of a column: NaN where nothing stands, -inf where it is no number."""
        return [_number(each) for each in self._columns[name]]

    def days(self, name: str, read: Callable[[Any], int]) -> Any:
        """Civil days of a column; NO_DAY where nothing stands, UNREAD_DAY where it is no date."""
        return [NO_DAY if each is None else read(each) for each in self._columns[name]]

    def in_order(self, patient: Column, day: Column) -> Any:
        """Rows by patient, then by day, those of one day in their given order."""
        return sorted(range(self.count), key=lambda row: (patient[row], day[row]))


def _number(value: Any) -> float:
    if value is None:
        return float("nan")
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return float("-inf")
    number = finite(value)
    return float("-inf") if number is None else number


def civil_day_of(value: Any) -> int:
    """The civil day of a date or of a text such as `2026-01-08`; UNREAD_DAY when it is none."""
    if isinstance(value, datetime):
        value = value.date()
    day = value if isinstance(value, date) else calendar_date(value.strip()) if isinstance(value, str) else None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        return UNREAD_DAY
    return day.toordinal() - EPOCH


def rows_of(table: Table, wanted: Sequence[str]) -> Any:
    """The columns of a table; CdsError when it is none, or a column is missing."""
    if hasattr(table, "__arrow_c_stream__"):
        if not has_batch():
            raise MissingExtra("reading a table needs numpy, numba and pyarrow; install cds-engine[batch]")
        from cds.adherence.arrays import ArrowRows  # noqa: PLC0415 – optional

        return ArrowRows(table, wanted)
    if isinstance(table, Mapping):
        columns = {str(name): list(values) for name, values in cast("Mapping[Any, Iterable[Any]]", table).items()}
    elif isinstance(table, Iterable):
        listed = list(cast("Iterable[Any]", table))
        columns = {name: [_cell(row, name) for row in listed] for name in wanted}
    else:
        raise CdsError("a table is anything with an Arrow C stream, a mapping of columns, or a list of rows")
    missing = [name for name in wanted if name not in columns]
    if missing:
        names = ", ".join(f"`{each}`" for each in missing)
        raise CdsError(f"the table has no column {names}; name the columns with `columns`")
    lengths = {len(columns[name]) for name in wanted}
    if len(lengths) > 1:
        raise CdsError("the columns of the table are of different lengths")
    return Rows(columns, lengths.pop() if lengths else 0)


_NOTHING: Final = object()


def _cell(row: Any, name: str) -> Any:
    found = (
        cast("Mapping[str, Any]", row).get(name, _NOTHING) if isinstance(row, Mapping) else getattr(row, name, _NOTHING)
    )
    if found is _NOTHING:
        raise CdsError(f"a row of the table has no `{name}`; name the columns with `columns`")
    return found
