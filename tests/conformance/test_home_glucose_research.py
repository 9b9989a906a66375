"""Numbers of sensor glucose that no rule uses, held against a published program.

Its own defaults, which the MANIFEST does not state: the low share of GRADE begins at 80 mg/dL, the middle one at 70.
"""

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

import pytest

from cds import glucose
from cds.glucose import Deviations, Grid, Recording
from tests.conformance.measured import grouped, missing, rows_of, settings

MISSING = missing("cgm", "input", "metrics")
pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

SUBJECTS = {} if MISSING else grouped(rows_of(settings("cgm")["input"]), "id")
METRICS = {} if MISSING else {row["id"]: row for row in rows_of(settings("cgm")["metrics"])}


@cache
def recording(subject: str) -> Recording:
    rows = SUBJECTS[subject]
    times = [datetime.fromisoformat(row["time_local_EST"]) for row in rows]
    return Recording(times, [float(row["gl_mg_dl"]) for row in rows])


@cache
def grid(subject: str) -> Grid:
    return glucose.grid_of(recording(subject))


@cache
def spread(subject: str) -> Deviations:
    return glucose.deviations(grid(subject))


OF_VALUES: dict[str, Callable[[list[float]], float]] = {
    "eA1C": glucose.estimated_a1c,
    "IQR": glucose.interquartile_range,
    "J_index": glucose.j_index,
    "M_value": glucose.m_value,
    "hyper_index": glucose.high_index,
    "hypo_index": glucose.low_index,
    "IGC": lambda values: glucose.high_index(values) + glucose.low_index(values),
    "GRADE": glucose.grade,
    "GRADE_hypo": lambda values: glucose.grade_shares(values, span=(80.0, 140.0))[0],
    "GRADE_eugly": lambda values: glucose.grade_shares(values)[1],
    "GRADE_hyper": lambda values: glucose.grade_shares(values)[2],
    "GRI": glucose.risk_index,
    "COGI": glucose.control_index,
}
OF_COURSE: dict[str, Callable[[str], float]] = {
    "ADRR": lambda subject: glucose.average_daily_risk_range(recording(subject)),
    "CONGA": lambda subject: glucose.conga(grid(subject)),
    "MODD": lambda subject: glucose.modd(grid(subject)),
    "MAG": lambda subject: glucose.mean_absolute_change(grid(subject)),
    "GVP": lambda subject: glucose.variation_percentage(grid(subject)),
    "CVmean": lambda subject: glucose.daily_variation(grid(subject))[0],
    "CVsd": lambda subject: glucose.daily_variation(grid(subject))[1],
    "SDw": lambda subject: spread(subject).within_days,
    "SDhhmm": lambda subject: spread(subject).of_times,
    "SDwsh": lambda subject: spread(subject).within_hours,
    "SDdm": lambda subject: spread(subject).of_days,
    "SDb": lambda subject: spread(subject).between_days,
    "SDbdm": lambda subject: spread(subject).corrected,
}


@pytest.mark.parametrize("column", [*OF_VALUES, *OF_COURSE])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_research_numbers(subject: str, column: str) -> None:
    if column not in METRICS[subject]:
        pytest.skip(f"`{column}` is not in the published table")
    values = list(recording(subject).values)
    told = OF_VALUES[column](values) if column in OF_VALUES else OF_COURSE[column](subject)
    assert told == pytest.approx(float(METRICS[subject][column]), rel=1e-9, abs=1e-12)


def test_a_gap_is_never_bridged_and_what_is_not_known_stays_so() -> None:
    """Twenty minutes of readings, an hour without, twenty minutes more: the hour is unknown, its ends are known."""
    minutes = [*range(5, 26, 5), *range(85, 106, 5)]
    times = [datetime(2026, 1, 8, each // 60, each % 60) for each in minutes]
    made = glucose.grid_of(Recording(times, [float(each) for each in minutes]))
    assert made.step == 5
    known = [place * 5 for place, value in enumerate(made.course, start=1) if not math.isnan(value)]
    assert minutes == known
    assert math.isnan(glucose.modd(made)) and math.isnan(glucose.conga(made))
    assert glucose.mean_absolute_change(made) == pytest.approx(60.0)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_amplitude_of_excursions_is_near_the_published_one(subject: str) -> None:
    """Programs differ in MAGE by some per cent, as each finds the turning points in a way of its own."""
    if "MAGE" not in METRICS[subject]:
        pytest.skip("`MAGE` is not in the published table")
    assert glucose.mage(recording(subject)) == pytest.approx(float(METRICS[subject]["MAGE"]), rel=0.06)


def test_amplitude_of_excursions_by_hand() -> None:
    def at(count: int) -> list[datetime]:
        return [datetime(2026, 1, 8) + timedelta(minutes=5 * place) for place in range(count)]

    wave = [100.0] * 60 + [200.0] * 60 + [100.0] * 60 + [200.0] * 60
    assert glucose.mage(Recording(at(len(wave)), wave)) == pytest.approx(100.0)
    steady = [100.0] * 200
    assert math.isnan(glucose.mage(Recording(at(200), steady)))
    assert math.isnan(glucose.mage(Recording(at(3), [80.0, 200.0, 80.0])))
