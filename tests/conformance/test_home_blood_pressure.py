"""Blood pressure at home: stages of every pair of numbers, and summaries of published recordings.

Where the published program gives no stage (it takes numbers outside its span for impossible), ours still alarms.
"""

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from cds import pressure
from cds.execute.batch import score
from cds.execute.findings import STATUSES
from cds.execute.single import Evaluation
from cds.patient import Patient
from cds.periods import instant, zone
from cds.population import population_of
from tests.conformance.measured import (
    RULESETS,
    Row,
    alone,
    grouped,
    known,
    missing,
    patient,
    plan_of,
    rows_of,
    settings,
)
from tests.conformance.measured import together as batch

AT = instant("2026-01-08T08:00Z", zone("UTC"))
NORMAL = "Normal"
VALID = (range(50, 240), range(40, 140))  # systolic, diastolic: where the published program may be believed
STAGES: Mapping[str, Any] = settings("bp_stage")
NO_STAGES = missing("bp_stage", "grid")
SUMMARY: Mapping[str, Any] = settings("bp_summary")
NO_SUMMARY = missing("bp_summary", "input", "expected")
PLAN = plan_of((RULESETS / "blood-pressure-stages.yaml").read_text("utf-8"))


def person(row: Row) -> Patient:
    reading = {"time": "2026-01-08T07:30Z", "systolic": float(row["SBP"]), "diastolic": float(row["DBP"])}
    units = {"unit": "mmHg"}
    return patient(f"{row['SBP']}/{row['DBP']}", "blood_pressure", [reading | units])


@cache
def people() -> tuple[tuple[Row, Patient], ...]:
    return tuple((row, person(row)) for row in rows_of(STAGES["grid"]))


def moment() -> int:
    assert AT
    return AT[0]


def stage(fired: list[str]) -> str:
    """The worst rule that fired, as the published program calls it."""
    return fired[0].replace("_", " ").capitalize() if fired else NORMAL


@cache
def singly() -> dict[str, list[str]]:
    """The rules that fire for each pair of numbers, worst first."""
    found: dict[str, list[str]] = {}
    for _, each in people():
        evaluation = Evaluation(PLAN, each, moment())
        verdicts = [(rule.name, evaluation.verdict(place)) for place, rule in enumerate(PLAN.rules)]
        found[each.id] = [name for name, verdict in verdicts if verdict.status == "fired"]
    return found


@cache
def together() -> dict[str, list[str]]:
    """The same from one population."""
    everybody = [each for _, each in people()]
    status = score(PLAN, population_of(everybody), moment()).status == STATUSES["fired"]
    names = [rule.name for rule in PLAN.rules]
    return {
        each.id: [name for name, fired in zip(names, status[:, place], strict=True) if fired]
        for place, each in enumerate(everybody)
    }


@pytest.mark.skipif(bool(NO_STAGES), reason=NO_STAGES)
@pytest.mark.parametrize("executor", [singly, together], ids=["single", "batch"])
def test_every_stage_in_the_valid_span(executor: Any) -> None:
    fired = executor()
    valid = [row for row, _ in people() if int(row["SBP"]) in VALID[0] and int(row["DBP"]) in VALID[1]]
    differ = {
        key: (row["stage_AHA_hbpm"], stage(fired[key]))
        for row in valid
        if row["stage_AHA_hbpm"] != stage(fired[key := f"{row['SBP']}/{row['DBP']}"])
    }
    assert valid
    assert differ == {}


@pytest.mark.skipif(bool(NO_STAGES), reason=NO_STAGES)
@pytest.mark.parametrize("executor", [singly, together], ids=["single", "batch"])
def test_an_alarm_outside_the_span(executor: Any) -> None:
    """A number too high for the published program is a crisis, and one too low is low, whatever the other one is."""
    fired = executor()
    silent: list[str] = []
    outside = 0
    for row, each in people():
        for column, valid in zip(("SBP", "DBP"), VALID, strict=True):
            if int(row[column]) not in valid:
                outside += 1
                needed = "low" if int(row[column]) < valid.start else "crisis"
                silent += [each.id] * (needed not in fired[each.id])
    assert outside
    assert silent == []


PARTS = {"SBP": "systolic", "DBP": "diastolic"}
COLUMNS = {"mean": "mean", "med": "median", "max": "max", "min": "min", "SD": "sd", "CV": "cv"}


@pytest.mark.skipif(bool(NO_SUMMARY), reason=NO_SUMMARY)
def test_summaries() -> None:
    values = "".join(f"  the_{each}:\n    {each}: pressure\n    last: 20 years\n" for each in COLUMNS.values())
    plan = plan_of(f"inputs:\n  pressure: blood_pressure\nvalues:\n{values}")
    courses = grouped(rows_of(SUMMARY["input"]), "ID")
    expected = {row["ID"]: row for row in rows_of(SUMMARY["expected"])}
    people = [
        patient(
            name,
            "blood_pressure",
            [
                {
                    "time": f"{row['DATE_TIME']}Z",
                    "systolic": float(row["SBP"]),
                    "diastolic": float(row["DBP"]),
                    "unit": "mmHg",
                }
                for row in rows
            ],
        )
        for name, rows in courses.items()
    ]
    found = batch(plan, people, moment())
    compared = 0
    for each in people:
        for numbers in (alone(plan, each, moment()), found[each.id]):
            for short, part in PARTS.items():
                for column, name in COLUMNS.items():
                    told = known(numbers, f"the_{name}.{part}")
                    stated = expected[each.id].get(f"{short}_{column}") or expected[each.id][f"{column}_{short}"]
                    assert told == pytest.approx(float(stated), rel=1e-9)
                    compared += 1
    assert compared


DIP: Mapping[str, Any] = settings("bp_dip")
NO_DIP = missing("bp_dip", "input", "expected")


@pytest.mark.skipif(bool(NO_DIP), reason=NO_DIP)
def test_dips_of_the_night() -> None:
    rows = rows_of(DIP["input"])
    for stated in rows_of(DIP["expected"]):
        own = [row for row in rows if (row["ID"], row["VISIT"]) == (stated["ID"], stated["VISIT"])]
        for part, short in (("SBP", "sys"), ("DBP", "dias")):
            awake, asleep = ([float(row[part]) for row in own if row["WAKE"] == wake] for wake in ("1", "0"))
            dip = pressure.nocturnal_dip(awake, asleep)
            assert dip == pytest.approx(float(stated[f"dip_{short}"]), rel=1e-9)
            assert stated[f"class_{short}"] == pressure.dipping(dip)


@pytest.mark.skipif(bool(NO_SUMMARY), reason=NO_SUMMARY)
@pytest.mark.parametrize("part", PARTS)
def test_variation_from_reading_to_reading(part: str) -> None:
    courses = grouped(rows_of(SUMMARY["input"]), "ID")
    for stated in rows_of(SUMMARY["expected"]):
        course = sorted(courses[stated["ID"]], key=lambda row: row["DATE_TIME"])
        values = [float(row[part]) for row in course]
        peak, trough = pressure.peak_and_trough(values)
        told = {
            "ARV": pressure.average_real_variability(values),
            "SV": pressure.successive_variation(values),
            "Peak": peak,
            "Trough": trough,
        }
        for column, value in told.items():
            assert value == pytest.approx(float(stated[f"{column}_{part}"]), rel=1e-9)


def test_nothing_to_compute_from_is_not_a_number_and_names_follow_the_dip() -> None:
    assert math.isnan(pressure.nocturnal_dip([], [120.0])) and math.isnan(pressure.nocturnal_dip([120.0], []))
    assert math.isnan(pressure.average_real_variability([120.0])) and math.isnan(pressure.successive_variation([]))
    assert all(map(math.isnan, pressure.peak_and_trough([])))
    names = [pressure.dipping(dip) for dip in (-0.01, 0.0, 0.1, 0.11, 0.2, 0.21)]
    assert ["reverse", "non-dipper", "non-dipper", "dipper", "dipper", "extreme"] == names
