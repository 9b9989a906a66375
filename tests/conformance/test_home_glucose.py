"""Sensor glucose: the numbers and episodes that a published program gives for published recordings.

Not taken as truth: an episode that starts at the first sample at 00:00, days on which clocks change (the recordings
stand at a fixed offset, so there are none), a mean length of 0 where there is no episode (here: no data), and
`extended` episodes where the MANIFEST does not say how long these last.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from cds.operators.reasons import NO_DATA
from cds.patient import Patient
from cds.periods import instant, zone
from cds.plan import Plan
from cds.units import conversion
from tests.conformance.measured import Numbers, Row, alone, grouped, known, missing, patient, plan_of, rows_of, settings
from tests.conformance.measured import together as batch

SETTINGS: Mapping[str, Any] = settings("cgm")
MISSING = missing("cgm", "input", "metrics", "episodes")
pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

MOLAR_MASS = 180.156
PER_MG = 1.0 / (MOLAR_MASS / 10.0)  # mmol/L in one mg/dL
AS_CLOSE = 1e-9  # relative, where a second implementation agreed that closely
RISK = 1e-4
WORN = 1e-6
SUBJECTS: dict[str, list[Row]] = {} if MISSING else grouped(rows_of(SETTINGS["input"]), "id")
METRICS: dict[str, Row] = {} if MISSING else {row["id"]: row for row in rows_of(SETTINGS["metrics"])}
EPISODES: list[Row] = [] if MISSING else [row for row in rows_of(SETTINGS["episodes"]) if row["id"] in SUBJECTS]
each_subject = pytest.mark.parametrize("subject", SUBJECTS)


@dataclass(frozen=True)
class Told:
    """What each executor says of a subject at the subject's newest reading."""

    single: Numbers
    batch: Numbers


def in_mmol(milligrams: float) -> str:
    """A limit in mg/dL in the unit in which glucose is held, as text."""
    step = conversion("mg/dL", "mmol/L", MOLAR_MASS)
    assert step
    return f"{milligrams * step.numerator / step.denominator:.12f}"


def limit(milligrams: float) -> str:
    return f"  mg_{milligrams}:\n    default:\n      mmol/L: {in_mmol(milligrams)}\n      mg/dL: {milligrams}\n"


@cache
def plan() -> Plan:
    """Every value that is compared, from the settings."""
    said = SETTINGS["episode"]
    levels = {name: said[name] for name in said if name.startswith("lv")}
    spans = SETTINGS["in_range"]
    numbers = {*SETTINGS["below"], *SETTINGS["above"], *(each for span in spans for each in span), *levels.values()}
    lines = ["inputs:\n  glucose:\n    concept: glucose\n    kind: continuous\nlimits:\n"]
    lines += [limit(each) for each in sorted(numbers)]
    lines.append("values:\n")
    for name in ("mean", "median", "sd", "cv", "min", "max", "gmi", "lbgi", "hbgi"):
        lines.append(f"  the_{name}:\n    {name}: glucose\n    last: 20 years\n")
    tests = {
        **{f"below_{each}": f"below mg_{each}" for each in SETTINGS["below"]},
        **{f"above_{each}": f"above mg_{each}" for each in SETTINGS["above"]},
        **{f"in_range_{low}_{high}": f"from mg_{low} to mg_{high}" for low, high in spans},
    }
    for name, test in tests.items():
        lines.append(f"  {name}:\n    percent_of_readings: glucose\n    that_are: {test}\n    last: 20 years\n")
    lines.append("  worn_auto:\n    percent_worn: glucose\n    last: 20 years\n    from_first_reading: yes\n")
    lines.append(f"  worn_last:\n    percent_worn: glucose\n    last: {24 * SETTINGS['last_n_days']} hours\n")
    for level, number in levels.items():
        test = f"{'below' if 'hypo' in level else 'above'} mg_{number}"
        for operator in ("episodes", "episodes_per_day", "episode_length", "episode_mean"):
            lines.append(f"  {operator}_{level}:\n    {operator}: glucose\n    that_are: {test}\n    last: 20 years\n")
            lines.append(f"    lasting: {said['start_minutes']} min\n    ends_after: {said['end_minutes']} min\n")
            lines.append(f"    gap_at_most: {said['max_gap_minutes']} min\n")
    return plan_of("".join(lines))


@cache
def person(subject: str, unit: str = "mg/dL") -> Patient:
    """A subject as recorded, or as a meter shows it in mmol/L: with one decimal."""
    hours = int(SETTINGS["utc_offset"].partition(":")[0])
    times = [f"{row['time_local_EST']}{SETTINGS['utc_offset']}" for row in SUBJECTS[subject]]
    values = [float(row["gl_mg_dl"]) for row in SUBJECTS[subject]]
    if unit != "mg/dL":
        values = [round(each * PER_MG, 1) for each in values]
    readings = [{"time": time, "value": value, "unit": unit} for time, value in zip(times, values, strict=True)]
    return patient(subject, "glucose", readings, f"Etc/GMT{-hours:+d}")


def moment(subject: str) -> int:
    read = instant(f"{SUBJECTS[subject][-1]['time_local_EST']}{SETTINGS['utc_offset']}", zone("UTC"))
    assert read
    return read[0]


@cache
def told(subject: str) -> Told:
    one, at = person(subject), moment(subject)
    return Told(alone(plan(), one, at), batch(plan(), [person(each) for each in SUBJECTS], at)[subject])


def expect(subject: str, name: str, expected: float, relative: float = AS_CLOSE, absolute: float = 0.0) -> None:
    for numbers in (told(subject).single, told(subject).batch):
        assert known(numbers, name) == pytest.approx(expected, rel=relative, abs=absolute)


@each_subject
@pytest.mark.parametrize(("column", "name"), [("mean", "mean"), ("median", "median"), ("SD", "sd")])
def test_sizes(subject: str, column: str, name: str) -> None:
    expect(subject, f"the_{name}", float(METRICS[subject][column]) * PER_MG)


@each_subject
def test_range(subject: str) -> None:
    for numbers in (told(subject).single, told(subject).batch):
        spread = known(numbers, "the_max") - known(numbers, "the_min")
        assert spread == pytest.approx(float(METRICS[subject]["range"]) * PER_MG, rel=AS_CLOSE)


@each_subject
@pytest.mark.parametrize(("column", "relative"), [("CV", AS_CLOSE), ("GMI", AS_CLOSE), ("LBGI", RISK), ("HBGI", RISK)])
def test_indices(subject: str, column: str, relative: float) -> None:
    expect(subject, f"the_{column.lower()}", float(METRICS[subject][column]), relative)


@each_subject
def test_shares(subject: str) -> None:
    compared = [each for each in METRICS[subject] if each.startswith(("below_", "above_", "in_range_"))]
    assert len(compared) >= 1
    for column in compared:
        if column in told(subject).single:
            expect(subject, column, float(METRICS[subject][column]), absolute=AS_CLOSE)


@each_subject
@pytest.mark.parametrize(
    ("column", "name"), [("active_percent_auto", "worn_auto"), ("active_percent_lastN", "worn_last")]
)
def test_time_worn(subject: str, column: str, name: str) -> None:
    expect(subject, name, float(METRICS[subject][column]), WORN)


@each_subject
def test_company_changes_nothing(subject: str) -> None:
    others = [each for each in SUBJECTS if each != subject]
    Random(0).shuffle(others)
    mixed = [person(each) for each in (*others[: len(others) // 2], subject, *others[len(others) // 2 :])]
    assert batch(plan(), mixed, moment(subject))[subject] == told(subject).batch
    assert batch(plan(), [person(subject)], moment(subject))[subject] == told(subject).batch
    assert told(subject).single == told(subject).batch


def level_of(row: Row) -> str:
    return f"{row['level']}_{row['type']}"


@pytest.mark.parametrize("row", EPISODES, ids=lambda row: f"{row['id']} {row['type']} {row['level']}")
def test_episodes(row: Row) -> None:
    level = level_of(row)
    if level not in SETTINGS["episode"]:
        pytest.skip(f"the MANIFEST does not say what `{row['type']} {row['level']}` is")
    subject, count = row["id"], float(row["total_episodes"])
    expect(subject, f"episodes_{level}", count)
    expect(subject, f"episodes_per_day_{level}", float(row["avg_ep_per_day"]), absolute=AS_CLOSE)
    if count:
        expect(subject, f"episode_length_{level}", float(row["avg_ep_duration"]), 0.0, interval(subject))
        expect(subject, f"episode_mean_{level}", float(row["avg_ep_gl"]) * PER_MG)
    else:
        for numbers in (told(subject).single, told(subject).batch):
            assert numbers[f"episode_length_{level}"] == (0.0, NO_DATA)


def interval(subject: str) -> float:
    """The median time between readings, in minutes."""
    times = [datetime.fromisoformat(row["time_local_EST"]) for row in SUBJECTS[subject]]
    apart = sorted(later - earlier for earlier, later in pairwise(times))
    return apart[len(apart) // 2] / timedelta(minutes=1)


@each_subject
def test_low_readings_are_as_many_in_either_unit(subject: str) -> None:
    number = SETTINGS["episode"]["lv1_hypo"]
    text = (
        "inputs:\n  glucose: glucose\nlimits:\n  low:\n    default:\n"
        f"      mmol/L: {number * PER_MG:.1f}\n      mg/dL: {number}\n"
        "values:\n  lows:\n    count: glucose\n    that_are: below low\n    last: 20 years\n"
    )
    expected = sum(float(row["gl_mg_dl"]) < number for row in SUBJECTS[subject])
    for unit in ("mg/dL", "mmol/L"):
        one, at = person(subject, unit), moment(subject)
        assert alone(plan_of(text), one, at)["lows"] == (expected, 0)
        assert batch(plan_of(text), [one], at)[subject]["lows"] == (expected, 0)
