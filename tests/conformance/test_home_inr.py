"""Time in the therapeutic range: near a published program that counts days, and equal to an exact integral."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import pairwise
from statistics import fmean
from typing import Any

import pytest

from cds.patient import Patient
from cds.periods import instant, zone
from cds.plan import Plan
from tests.conformance.measured import Numbers, Row, alone, grouped, known, missing, patient, plan_of, rows_of, settings
from tests.conformance.measured import together as batch

SETTINGS: Mapping[str, Any] = settings("inr")
MISSING = missing("inr", "input", "expected")
pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

WORST, MEAN = 3.0, 0.5  # percentage points
COURSES: dict[str, list[Row]] = {} if MISSING else grouped(rows_of(SETTINGS["input"]), "id")
EXPECTED: dict[str, Row] = {} if MISSING else {row["id"]: row for row in rows_of(SETTINGS["expected"])}
SIDES = {"below": "below low", "in": "from low to high", "above": "above high"}


@cache
def plan() -> Plan:
    text = "inputs:\n  inr: inr\nlimits:\n"
    text += "".join(f"  {name}:\n    default: {SETTINGS[name]} INR\n" for name in ("low", "high"))
    text += "values:\n"
    for name, test in SIDES.items():
        text += f"  {name}_range:\n    percent_of_time: inr\n    that_are: {test}\n    last: 20 years\n"
        text += f"    gap_below: {SETTINGS['max_gap_days']} days\n"
    return plan_of(text)


@cache
def person(name: str) -> Patient:
    readings = [{"time": row["INR_date"], "value": float(row["INR"]), "unit": "INR"} for row in COURSES[name]]
    return patient(name, "inr", readings)


@cache
def told() -> dict[str, tuple[Numbers, Numbers]]:
    """What each executor says of each course after its newest reading."""
    read = instant(f"{max(row['INR_date'] for rows in COURSES.values() for row in rows)}T23:59Z", zone("UTC"))
    assert read
    together = batch(plan(), [person(name) for name in COURSES], read[0])
    return {name: (alone(plan(), person(name), read[0]), together[name]) for name in COURSES}


def integral(rows: list[Row]) -> dict[str, Fraction] | None:
    """Shares of the time below, in and above the range: each line cut where it crosses a limit, in exact fractions."""
    low, high = (Fraction(str(SETTINGS[name])) for name in ("low", "high"))
    time = dict.fromkeys(SIDES, Fraction(0))
    points = [(date.fromisoformat(row["INR_date"]), Fraction(row["INR"])) for row in rows]
    for (first, earlier), (second, later) in pairwise(sorted(points)):
        days = (second - first).days
        if days >= SETTINGS["max_gap_days"]:
            continue
        cuts = {Fraction(0), Fraction(1)}
        if earlier != later:
            cuts |= {part for each in (low, high) if 0 < (part := (each - earlier) / (later - earlier)) < 1}
        for begin, end in pairwise(sorted(cuts)):
            middle = earlier + (later - earlier) * (begin + end) / 2
            side = "below" if middle < low else "above" if middle > high else "in"
            time[side] += days * (end - begin)
    total = sum(time.values())
    return {side: each / total for side, each in time.items()} if total else None


@pytest.mark.parametrize("name", COURSES)
def test_the_exact_integral(name: str) -> None:
    expected = integral(COURSES[name])
    assert expected is not None
    for numbers in told()[name]:
        for side, share in expected.items():
            assert known(numbers, f"{side}_range") == pytest.approx(100 * float(share), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_executors_agree(name: str) -> None:
    single, together = told()[name]
    assert single == together


def test_near_the_published_program_that_counts_days() -> None:
    """It says of each whole day whether it is in range, so that a crossing costs it up to a day either way."""
    assert EXPECTED.keys() == COURSES.keys()
    away = {
        side: [
            known(told()[name][0], f"{side}_range") - 100 * float(row[f"{side}_range"])
            for name, row in EXPECTED.items()
        ]
        for side in SIDES
    }
    assert max(map(abs, away["in"])) <= WORST
    assert abs(fmean(away["in"])) <= MEAN
    assert fmean(abs(each) for side in away.values() for each in side) <= MEAN
