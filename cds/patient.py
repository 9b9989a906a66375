"""Facts of one patient in columns; what was supplied and what was not.

A `Patient` holds one `Table` per input key. Keys: a concept's name (`body_weight`), a panel's part
(`blood_pressure.systolic`, all parts of a panel share rows), `conditions.NAME`, `devices.NAME`, `events.NAME`,
`doses.all` and `doses.CLASS`. A key that is absent was not supplied; a table without rows was supplied and is empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from cds.diagnostics import Issue
from cds.operators.rows import keep_known
from cds.operators.series import FIRST_TIME, LAST_TIME, Now, Series
from cds.periods import Zone

SEX: Final = {"female": 1, "male": 2, "other": 3}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one key in their total order: time, recorded, value, unit, group. Columns as in `Series`.

    recorded: microseconds UTC when the row became known, FIRST_TIME = not stated. supplied_from: microseconds UTC
    from which the input was handed over in full, FIRST_TIME = all of it. references: where each row came from
    (`Observation/42`), for explanations; may be shorter than the rows when nothing was stated.
    """

    times: list[int]
    recorded: list[int]
    utc_offset: list[int]
    values: list[float]
    raw: list[float]
    unit: list[int]
    group: list[int]
    attribute: list[int]
    quality: list[int]
    references: list[str]
    supplied_from: int = FIRST_TIME


@dataclass(frozen=True, slots=True)
class PatientLimit:
    """A limit of this patient's own plan.

    ruleset: "" when the plan does not say. since, until: civil dates, both included; None = open. unit: field unit
    or UCUM.
    """

    name: str
    value: float
    unit: str
    ruleset: str = ""
    author: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient's facts. issues: what could not be used, and why; it never stops the rest."""

    id: str
    zone: Zone
    tables: Mapping[str, Table]
    birth_date: date | None = None
    sex: str = ""
    limits: tuple[PatientLimit, ...] = ()
    issues: tuple[Issue, ...] = field(default=())


_NOTHING: Final = Table([], [], [], [], [], [], [], [], [], [], LAST_TIME)


def table_of(patient: Patient, key: str) -> Table:
    """The table of a key; when it was not supplied, an empty one that says so."""
    return patient.tables.get(key, _NOTHING)


def in_total_order(rows: list[tuple[Any, ...]]) -> list[int]:
    """Positions that put rows (time, recorded, value, unit, group, …) into their total order."""
    return sorted(range(len(rows)), key=rows.__getitem__)


def rows_known_at(table: Table, partner: Table, at: int, keep: int = 0, drop: int = 0) -> list[int]:
    """Positions of the rows that count at `at`: known by then, each reading once, with the attributes asked for."""
    kept = [0] * len(table.times)
    keep_known(
        table.times,
        table.recorded,
        table.values,
        partner.values,
        table.attribute,
        table.quality,
        partner.quality,
        at,
        keep,
        drop,
        kept,
    )
    return [row for row, wanted in enumerate(kept) if wanted]


def series_of(table: Table, rows: list[int], column: str = "values") -> Series:
    """The rows as an operator reads them; `column` stands in for the values."""
    whole = len(rows) == len(table.times)
    values: list[Any] = getattr(table, column)

    def pick(source: list[Any]) -> list[Any]:
        return source if whole else [source[row] for row in rows]

    return Series(
        pick(table.times),
        pick(table.utc_offset),
        [float(each) for each in pick(values)] if column == "unit" else pick(values),
        pick(table.raw),
        pick(table.unit),
        pick(table.group),
        pick(table.attribute),
        pick(table.quality),
    )


def moment(zone: Zone, at: int, supplied_from: int) -> Now:
    """The moment asked about, as operators see it."""
    return Now(at, zone.offset_at(at), supplied_from, zone.transitions, zone.offsets)
