"""Rows as real senders send them that nobody can use as they are: one kind for each code of an issue with tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cds.adapters.tables.arrow import ArrowTable, pa
from cds.adapters.tables.specification import TABLES

Row = Mapping[str, Any]
EVERY: Final = 5
"""Of so many patients one has a fault, each kind in turn."""

_WHEN: Final = "2026-11-20T09:00:00"
_WEIGHT: Final = {"code": "body_weight", "time": _WHEN, "value": 81.2, "unit": "kg"}
_UPPER: Final = {"code": "blood_pressure.systolic", "time": _WHEN, "value": 138.0, "unit": "mm[Hg]"}
_LOWER: Final = {**_UPPER, "code": "blood_pressure.diastolic", "value": 81.0}
_TWICE: Final = (_UPPER, {**_UPPER, "value": 139.0}, _LOWER)
_DISPENSE: Final = {"time": _WHEN, "atc": "C10AA05", "days": 28.0, "quantity": 28.0}
_DOSE: Final = {"planned": _WHEN, "status": "taken", "taken": _WHEN, "atc": "C10AA05"}
_LIMIT: Final = {"limit": "gain_yellow", "ruleset": "heart-failure-weight", "value": 2.0, "unit": "kg"}
_CROWD: Final = 101  # one more than the intake tells apart


@dataclass(frozen=True)
class Fault:
    """One kind of fault. code: of the issue that it gives; rows: what is sent, of the patient unless they say so.

    replaces: the rows stand in place of the patient's own row in the table `patients`.
    """

    code: str
    table: str
    rows: Sequence[Row]
    replaces: bool = False


def _weights(issue: str, **differs: Any) -> Fault:
    return Fault(issue, "observations", [{**_WEIGHT, **differs}])


FAULTS: Final = (
    _weights("unit_missing", unit=None),
    _weights("unit_not_understood", unit="stone"),
    _weights("value_missing", value=None),
    _weights("value_not_a_number", value=None, word="omtrent 80"),
    _weights("value_not_finite", value=float("nan")),
    _weights("implausible", value=81200.0),
    _weights("comparator_not_understood", comparator="~"),
    _weights("meter_limit_not_stated", code="glucose", value=None, word="HI", unit="mmol/L"),
    _weights("status_not_used", status="preliminary"),
    _weights("entered_in_error", status="entered-in-error"),
    _weights("time_missing", time=None),
    _weights("time_not_understood", time="i går kl. 9"),
    _weights("future_dated", time="2027-11-20T09:00:00", recorded=_WHEN),
    _weights("word_not_known", entered="robot"),
    _weights("name_not_known", code="body_wieght"),
    _weights("unlike_code", system="LOINC", code="29563-7"),
    _weights("unknown_code", system="urn:made-up-meter", code="grip-strength"),
    _weights("patient_not_known", patient="nobody"),
    _weights("patient_not_stated", patient=None),
    Fault("part_missing", "observations", [_UPPER]),
    Fault("part_twice", "observations", [{**each, "reading": "twice"} for each in _TWICE]),
    Fault("too_many_at_once", "observations", [{**_WEIGHT, "value": 70.0 + each / 10} for each in range(_CROWD)]),
    Fault("certainty_not_understood", "conditions", [{"code": "copd", "certain": "perhaps"}]),
    Fault("period_reversed", "conditions", [{"code": "diabetes", "from": _WHEN, "to": "2026-01-01T00:00:00"}]),
    Fault("days_not_understood", "dispenses", [{**_DISPENSE, "days": "three months"}]),
    Fault("days_not_possible", "dispenses", [{**_DISPENSE, "days": -3.0}]),
    Fault("dispense_twice", "dispenses", [_DISPENSE, _DISPENSE]),
    Fault("medicine_not_stated", "dispenses", [{**_DISPENSE, "atc": None}]),
    Fault("medicine_not_read", "dispenses", [{**_DISPENSE, "atc": "metoprolol"}]),
    Fault("fate_not_understood", "doses", [{**_DOSE, "status": "given"}]),
    Fault("delay_not_known", "doses", [{**_DOSE, "taken": None}]),
    Fault("limit_not_read", "limits", [{**_LIMIT, "value": "omtrent 2"}]),
    Fault("patient_twice", "patients", [{"birth_date": "1948-04-17", "sex": "other"}]),
    Fault("zone_not_known", "patients", [{"birth_date": "1948-04-17", "zone": "Oslo"}], replaces=True),
    Fault("date_not_understood", "patients", [{"birth_date": "17.04.1948", "sex": "female"}], replaces=True),
)
"""Every kind, in the order in which patients have them."""


def fault_of(index: int) -> Fault | None:
    """The fault of the patient of a number, if that patient has one."""
    return FAULTS[index // EVERY % len(FAULTS)] if index % EVERY == EVERY - 1 else None


def fault_table(fault: Fault, patients: Sequence[str]) -> ArrowTable:
    """The faulty rows of these patients, with times as texts and numbers as they were sent."""
    name = "id" if fault.table == "patients" else "patient"
    rows = [{name: each, **row} for each in patients for row in fault.rows]
    numbers = {each.name for each in TABLES[fault.table] if each.type == "number"}
    columns = {
        column: [row.get(column) for row in rows] for column in dict.fromkeys(key for row in rows for key in row)
    }
    for each in TABLES[fault.table]:
        if each.is_required:
            columns.setdefault(each.name, [None] * len(rows))
    return pa.table({key: pa.array(cells, _type(key in numbers, cells)) for key, cells in columns.items()})


def _type(is_number: bool, cells: Sequence[Any]) -> Any:
    return pa.float64() if is_number and not any(isinstance(each, str) for each in cells) else pa.string()
