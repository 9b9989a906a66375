"""Daily implementation from raw openings of pill bottles, held against published answers, every row of them.

The published definition has no settings: days from 03:00 and the rest are what `cds.adherence.doses` does unasked.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any

import pytest

from cds.adherence.doses import (
    AddedOpenings,
    ExpectedOpenings,
    MonitorDay,
    MonitoredPeriod,
    Opening,
    PatientDay,
    Record,
    daily_implementation,
    mean_implementation,
    patient_days,
)
from tests.conformance.truth import PLACE, absent

FOLDER = PLACE / "adherence" / "em"
SHARE = {"implemented": 1.0, "not_implemented": 0.0, "unknown": None}
ABSENT = absent("adherence", "em/implementation__by_monitor.csv")

pytestmark = pytest.mark.skipif(bool(ABSENT), reason=ABSENT or "it is there")


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def auxiliary(name: str) -> list[dict[str, str]]:
    return rows(f"AuxiliaryData__{name}.csv")


def periods(name: str) -> list[MonitoredPeriod]:
    return [MonitoredPeriod(*whose(each), day(each["StartDate"]), day(each["EndDate"])) for each in auxiliary(name)]


def whose(row: dict[str, str]) -> tuple[str, str]:
    return row["PatientCode"], row["Monitor"]


def day(text: str) -> date:
    return date.fromisoformat(text)


def number(text: str) -> int:
    return int(float(text)) if text else 0


def share(text: str) -> float | None:
    return float(text) if text else None


@cache
def record() -> Record:
    opened = [each for file in sorted(FOLDER.glob("*_Eventlist.csv")) for each in rows(file.name)]
    return daily_implementation(
        [Opening(*whose(each), datetime.fromisoformat(each["Date"])) for each in opened],
        monitored=periods("EMInfo"),
        unmonitored=periods("NonMonitoredPeriods"),
        added=[
            AddedOpenings(*whose(each), day(each["Date"]), int(each["AddedOpenings"]))
            for each in auxiliary("AddedOpenings")
        ],
        expected=[
            ExpectedOpenings(
                *whose(each),
                day(each["StartDate"]),
                day(each["EndDate"]),
                int(each["ExpectedOpenings"]),
                number(each["On"]),
                number(each["Off"]),
            )
            for each in auxiliary("Regimen")
        ],
    )


def test_every_day_of_every_bottle() -> None:
    expected = {
        (*whose(each), day(each["Date"])): (
            int(each["RecordedOpenings"]),
            int(each["AddedOpenings"]),
            int(each["CorrectedOpenings"]),
            int(each["ExpectedOpenings"]),
            each["NonMonitored"] == "False",
            share(each["Implementation"]),
        )
        for each in rows("implementation__by_monitor.csv")
    }
    actual: dict[Any, Any] = {
        (each.patient, each.monitor, each.day): (
            each.recorded,
            each.added,
            each.corrected,
            each.expected,
            each.is_monitored,
            SHARE[each.implementation],
        )
        for each in record().days
    }
    assert expected == actual
    assert () == record().outside


def test_every_day_of_every_patient() -> None:
    expected = {
        (each["PatientCode"], day(each["Date"])): (int(each["MonitorsNb"]), share(each["Implementation"]))
        for each in rows("implementation__by_patient.csv")
    }
    actual = {
        (each.patient, each.day): (each.monitors, SHARE[each.implementation]) for each in patient_days(record().days)
    }
    assert expected == actual


def means(days: Iterable[MonitorDay | PatientDay]) -> dict[tuple[str, ...], float | None]:
    held: dict[tuple[str, ...], list[MonitorDay | PatientDay]] = defaultdict(list)
    for each in days:
        held[(each.patient, each.monitor) if isinstance(each, MonitorDay) else (each.patient,)].append(each)
    return {key: mean_implementation(those) for key, those in held.items()}


def test_the_mean_of_every_bottle() -> None:
    expected = {whose(each): float(each["Implementation"]) for each in rows("implementation__summary_by_monitor.csv")}
    assert pytest.approx(expected, rel=1e-9) == means(record().days)


def test_the_mean_of_every_patient() -> None:
    expected = {
        (each["PatientCode"],): float(each["Implementation"]) for each in rows("implementation__summary_by_patient.csv")
    }
    assert pytest.approx(expected, rel=1e-9) == means(patient_days(record().days))
