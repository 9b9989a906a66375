"""Days' supply where it is not stated: the quantity handed out by what is taken a day; marked, never guessed.

Units are read as `cds.adapters.medicine_quantity` reads them: pieces, masses and volumes are three kinds, any other
unit agrees with itself only, and a number without a unit is of no kind (a quantity of 4 may be four packages).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from cds.adapters.amounts import days_supply
from cds.adapters.medicine_quantity import Quantity, days_by_dose, stated
from cds.adherence.events import Table, civil_day_of, rows_of
from cds.adherence.issues import RowIssue
from cds.adherence.loops import LEAST_NUMBER, NO_DAY, UNREAD_DAY
from cds.adherence.output import Answer, handed_out
from cds.diagnostics import CdsError
from cds.operators.reasons import KNOWN

How = Literal["stated", "derived", "unknown"]
HOW: Final[tuple[How, ...]] = ("stated", "derived", "unknown")
BY: Final = ("", "daily dose", "defined daily dose")


@dataclass(frozen=True, slots=True)
class QuantityColumns:
    """What the columns of a table of dispenses are called; "" = there is none.

    days_supply: as it is stated, if so. quantity, quantity_unit: what was handed out. daily_dose, daily_dose_unit: what
    is taken a day. strength, strength_unit: what one piece holds, to bring pieces and masses together.
    """

    patient: str = "patient"
    date: str = "date"
    medication: str = "medication"
    days_supply: str = ""
    quantity: str = "quantity"
    quantity_unit: str = "quantity_unit"
    daily_dose: str = ""
    daily_dose_unit: str = ""
    strength: str = ""
    strength_unit: str = ""


@dataclass(frozen=True, slots=True)
class SupplyDays:
    """One dispense, as the functions on tables of supply read it. row: its number in the table.

    days_supply: None when unknown. how: stated, derived or unknown; by: what a derived one was reckoned by.
    """

    patient: Any
    date: date
    medication: Any
    days_supply: float | None
    how: str
    by: str
    row: int


def with_days_supply(
    dispenses: Table,
    *,
    defined_daily_doses: Mapping[str, tuple[float, str]] | None = None,
    columns: QuantityColumns | None = None,
) -> Answer:
    """A row of `SupplyDays` for every dispense: the days stated, else the quantity divided by the daily dose.

    defined_daily_doses: by medication (an ATC code), the dose and its unit, used where no daily dose is stated. It is a
    unit of measurement, not the patient's dose, so `by` says when it was used.

    >>> table = [{"patient": 1, "date": "2026-01-01", "medication": "X", "quantity": 100, "quantity_unit": "tablets",
    ...           "dose": 2, "unit": "tablets"}]
    >>> names = QuantityColumns(daily_dose="dose", daily_dose_unit="unit")
    >>> with_days_supply(table, columns=names).rows.to_pylist()[0]["days_supply"]
    50.0
    """
    names = columns or QuantityColumns()
    read = _Reader(dispenses, names)
    doses = {each: _defined(each, *dose) for each, dose in (defined_daily_doses or {}).items()}
    found = [read.row(row, doses) for row in range(read.count)]
    patients, medications = read.words(names.patient), read.words(names.medication)
    made = {
        "patient": patients[0],
        "date": [float("nan") if day in (NO_DAY, UNREAD_DAY) else float(day) for day in read.days],
        "medication": medications[0],
        "days_supply": [days for days, _, _ in found],
        "how": [HOW.index(how) for _, how, _ in found],
        "by": [BY.index(by) for _, _, by in found],
        "row": list(range(read.count)),
    }
    words = {"patient": patients[1], "medication": medications[1], "how": HOW, "by": BY}
    return Answer(handed_out(SupplyDays, made, ("date",), words), tuple(read.issues))


def _defined(medication: str, value: float, unit: str) -> Quantity:
    found = stated(value, unit)
    if found is None:
        raise CdsError(
            f"the defined daily dose of `{medication}` is a number above 0 with its unit, such as (40, 'mg')"
        )
    return found


class _Reader:
    """The columns of a table of dispenses, and the issues of its rows."""

    def __init__(self, table: Table, columns: QuantityColumns) -> None:
        self._columns = columns
        named = [getattr(columns, each) for each in columns.__slots__]
        self._held = rows_of(table, [each for each in named if each])
        self.count: int = self._held.count
        self.days: list[int] = [int(each) for each in self._held.days(columns.date, civil_day_of)]
        self.issues: list[RowIssue] = []
        self._patients = self._texts(columns.patient)
        self._medications = self._texts(columns.medication)
        self._stated = self._numbers(columns.days_supply)
        pairs = ("quantity", "quantity_unit"), ("daily_dose", "daily_dose_unit"), ("strength", "strength_unit")
        self._amounts = [
            (self._numbers(getattr(columns, number)), self._texts(getattr(columns, unit))) for number, unit in pairs
        ]

    def words(self, name: str) -> tuple[Any, Any]:
        """Codes of a column and what they stand for."""
        return self._held.codes(name)

    def _texts(self, name: str) -> list[Any]:
        if not name:
            return [None] * self.count
        codes, words = self._held.codes(name)
        return [words[each] if each >= 0 else None for each in codes]

    def _numbers(self, name: str) -> list[float]:
        return [float(each) for each in self._held.numbers(name)] if name else [float("nan")] * self.count

    def row(self, row: int, doses: Mapping[str, Quantity]) -> tuple[float, How, str]:
        """Days of a row, how they are known, and what they were reckoned by."""
        said = self._stated[row]
        if said == said:
            days, quality, code = days_supply("" if said < LEAST_NUMBER else said)
            if quality != KNOWN:
                self._note(row, self._columns.days_supply, code)
            return (days, "stated", "") if quality == KNOWN else (float("nan"), "unknown", "")
        amount, own, strength = (self._amount(place, row) for place in range(3))
        dose, by = (own, BY[1]) if own else (doses.get(self._medications[row]), BY[2])
        days, quality, _ = days_supply(days_by_dose(amount, dose, strength))
        if quality != KNOWN:
            self._note(row, self._columns.quantity, "days_not_derived")
            return float("nan"), "unknown", ""
        return days, "derived", by

    def _amount(self, place: int, row: int) -> Quantity | None:
        numbers, units = self._amounts[place]
        return stated(numbers[row], units[row]) if numbers[row] > LEAST_NUMBER else None

    def _note(self, row: int, column: str, code: str) -> None:
        self.issues.append(RowIssue(row, column, self._patients[row], code, _MESSAGES[code]))


_MESSAGES: Final[Mapping[str, str]] = {
    "days_not_possible": "a supply cannot last so many days, and it counts as lasting nobody knows how long; correct "
    "the days' supply",
    "days_not_understood": "the days' supply is not a number, and it counts as lasting nobody knows how long; send a "
    "number",
    "days_not_derived": "the days' supply is not stated, and cannot be derived: the quantity and the daily dose need "
    "units of one kind, or a strength between them; state the days, or what is missing",
}
