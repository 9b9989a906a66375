"""Facts of one patient in columns; what was supplied and what was not.

A `Patient` holds one `Table` per input key. Keys: a concept's name (`body_weight`), a panel's part
(`blood_pressure.systolic`, all parts of a panel share rows), `conditions.NAME`, `devices.NAME`, `events.NAME`,
`doses.all` and `doses.CLASS`. A key that is absent was not supplied; a table without rows was supplied and is empty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final, Literal

from cds.diagnostics import Issue
from cds.operators.rows import EVERY_ROW, Wanted, keep_known
from cds.operators.series import FIRST_TIME, LAST_TIME, Now, Series
from cds.periods import Zone

SEX: Final = {"female": 1, "male": 2, "other": 3}


@dataclass(frozen=True)
class Table:
    """Rows of one key in their total order: time, recorded, value, unit, group. Columns as in `Series`.

    recorded: microseconds UTC when the row became known, FIRST_TIME = not stated. supplied_from: microseconds UTC
    from which the input was handed over in full, FIRST_TIME = all of it. references: where each row came from
    (`Observation/42`), for explanations; may be shorter than the rows when nothing was stated. medicines: of dispenses
    the ATC codes behind each number in `group`, to be shown; () where they are not held. The lists stay as they are
    given.
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
    medicines: tuple[tuple[str, ...], ...] = field(default=(), compare=False)

    @cached_property
    def series(self) -> Series:
        """All rows as an operator reads them."""
        columns = self.times, self.utc_offset, self.values, self.raw, self.unit, self.group
        return Series(*columns, self.attribute, self.quality)

    @cached_property
    def all_count_from(self) -> int:
        """The moment from which every row counts, LAST_TIME when two are of one instant and may be the same reading."""
        return LAST_TIME if len(set(self.times)) < len(self.times) else self.all_known_from

    @cached_property
    def all_known_from(self) -> int:
        """The moment from which every row is known; FIRST_TIME when there is none."""
        return max((self.times[-1], *self.recorded)) if self.times else FIRST_TIME


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
class PlanAction:
    """What the patient's own plan says to do in a zone, as it is written there, in whatever language.

    colour: of the zone. reference: where it stands (`CarePlan/7`). since, until: microseconds UTC between which the
    plan is in force.
    """

    colour: str
    text: str
    reference: str
    since: int = FIRST_TIME
    until: int = LAST_TIME


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
    plan_actions: tuple[PlanAction, ...] = ()


_NOTHING: Final = Table([], [], [], [], [], [], [], [], [], [], LAST_TIME)


def table_of(patient: Patient, key: str) -> Table:
    """The table of a key; when it was not supplied, an empty one that says so."""
    return patient.tables.get(key, _NOTHING)


def in_total_order(rows: list[tuple[Any, ...]]) -> list[int]:
    """Positions that put rows (time, recorded, value, unit, group, …) into their total order."""
    return sorted(range(len(rows)), key=rows.__getitem__)


def rows_known_at(table: Table, partner: Table, at: int, wanted: Wanted = EVERY_ROW) -> Sequence[int]:
    """Positions of the rows that count at `at`: known by then, each reading once, and asked for."""
    if at >= table.all_count_from and wanted == EVERY_ROW:
        return range(len(table.times))
    kept = [0] * len(table.times)
    keep_known(
        table.times,
        table.utc_offset,
        table.recorded,
        table.values,
        partner.values,
        table.attribute,
        table.quality,
        partner.quality,
        at,
        wanted,
        kept,
    )
    return [row for row, wanted in enumerate(kept) if wanted]


def series_of(table: Table, rows: Sequence[int], column: Literal["values", "raw", "unit"] = "values") -> Series:
    """The rows as an operator reads them; `column` stands in for the values."""
    series = table.series
    if len(rows) < len(table.times):
        series = Series(*([each[row] for row in rows] for each in series))
    if column == "raw":
        return series._replace(values=series.raw)
    if column == "unit":
        return series._replace(values=[float(each) for each in series.unit])
    return series


def moment(zone: Zone, at: int, supplied_from: int, partner_supplied_from: int = FIRST_TIME) -> Now:
    """The moment asked about, as operators see it."""
    return Now(at, zone.offset_at(at), supplied_from, zone.transitions, zone.offsets, partner_supplied_from)
