"""What is wrong with single rows: a stable code and a sentence with the cure, never the patient's values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cds.adherence.loops import (
    AFTER_AT,
    DATE_NOT_READ,
    DAYS_NOT_POSSIBLE,
    DAYS_NOT_READ,
    DAYS_NOT_STATED,
    DOSE_NOT_KNOWN,
    MEDICATION_NOT_STATED,
    NO_DATE,
    NO_PATIENT,
    SAME_AGAIN,
)
from cds.operators.series import Column

if TYPE_CHECKING:
    from cds.adherence.events import Columns


@dataclass(frozen=True, slots=True)
class RowIssue:
    """Something in one row that could not be used, or not as it stood.

    row: its number from 0. column: what the table calls it. patient: whose row it is, None where that is not stated.
    code: a stable word. message: an English sentence without the patient's values. table: which one, where there are
    several.
    """

    row: int
    column: str
    patient: Any
    code: str
    message: str
    table: str = ""


_FAULTS: Final[Mapping[int, tuple[str, str, str]]] = {
    NO_PATIENT: ("patient", "patient_not_stated", "it is not stated whose row it is, and it was not used; state it"),
    NO_DATE: (
        "date",
        "date_not_stated",
        "a supply without a date may lie anywhere, so that nothing can be said of the patient; state the date",
    ),
    DATE_NOT_READ: (
        "date",
        "date_not_understood",
        "the date cannot be read or lies outside 1900 to 2100, so that nothing can be said of the patient; write "
        "year-month-day, `2026-01-08`",
    ),
    AFTER_AT: ("date", "after_at", "the supply is dated after the last day asked about, and was not used"),
    DAYS_NOT_STATED: (
        "days_supply",
        "days_not_stated",
        "it is not stated how many days the supply lasts, so that the answer is a bound; state or derive it",
    ),
    DAYS_NOT_READ: (
        "days_supply",
        "days_not_understood",
        "the days' supply is not a number, so that the answer is a bound; send a number",
    ),
    DAYS_NOT_POSSIBLE: (
        "days_supply",
        "days_not_possible",
        "a supply cannot last so many days, so that the answer is a bound; correct the days' supply",
    ),
    DOSE_NOT_KNOWN: (
        "daily_dose",
        "dose_not_known",
        "the daily dose is not a number above 0, so that a change of dose cannot be reckoned with; state it",
    ),
    MEDICATION_NOT_STATED: (
        "medication",
        "medicine_not_stated",
        "it is not stated of which medication it is, and it counts as one of its own; state it",
    ),
    SAME_AGAIN: (
        "days_supply",
        "same_again",
        "the row before says the same; both were counted, leave one out if it is the same supply",
    ),
}


def issues_of(fault: Column, patient: Column, patients: Sequence[Any], columns: "Columns") -> tuple[RowIssue, ...]:
    """An issue for each row that has a fault, in the order of the rows."""
    return tuple(
        RowIssue(
            row,
            getattr(columns, _FAULTS[found][0]),
            patients[patient[row]] if patient[row] >= 0 else None,
            _FAULTS[found][1],
            _FAULTS[found][2],
        )
        for row, found in _faulty(fault)
    )


def _faulty(fault: Column) -> Iterator[tuple[int, int]]:
    if hasattr(fault, "nonzero"):
        for row in fault.nonzero()[0].tolist():
            yield row, int(fault[row])
        return
    for row, found in enumerate(fault):
        if found:
            yield row, found
