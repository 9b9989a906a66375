"""How far back a plan looks: what lies before it changes no answer, and nobody can ask a population for it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cds
from cds.execute.history import extent_needed
from cds.operators import OPERATORS
from cds.operators.series import FIRST_TIME, SCRATCH_PER_ROW, Answer, Now, Series
from cds.patient import Patient
from cds.periods import zone
from cds.plan import Input, Measure, Plan
from cds.population import EVERYTHING, Population, patient_at, population_of
from tests.adapters.tables.test_tables_plain import MINUTE, START, as_tables, drawn, in_some_order
from tests.operators.strategies import moments, nows, parameters, rows_before
from tests.strategies import SEEDS

RULESETS = Path(__file__).parents[2] / "rulesets"
READ = ("heart-failure-weight", "home-blood-pressure", "heart-rate", "glucose-self-measured", "follow-up-silence")
KEEPING = sorted(name for name, each in OPERATORS.items() if each.keeps_to_window)
WEIGHT = {"patient": "a", "code": "body_weight", "value": 83.1, "unit": "kg", "comparator": None}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def measuring(operator: str, vector: list[float], bound: tuple[tuple[int, int], ...] = ()) -> Plan:
    return Plan((), (Measure("m", operator, Input("i", "body_weight"), tuple(vector), bound),), (), "")


@pytest.mark.parametrize("operator", KEEPING)
@settings(max_examples=60)
@given(data=st.data())
def test_rows_before_the_window_change_nothing(operator: str, data: st.DataObject) -> None:
    at = data.draw(moments())
    series, vector, now = data.draw(rows_before(at)), data.draw(parameters()), data.draw(nows(at))
    since = extent_needed(measuring(operator, vector), at).since["body_weight"]
    first = sum(time < since for time in series.times)
    assert ask(operator, series, now, vector) == ask(operator, Series(*(each[first:] for each in series)), now, vector)


def ask(operator: str, series: Series, now: Now, vector: list[float]) -> Answer:
    rows = len(series.times)
    return OPERATORS[operator].function(series, series, now, vector, [0] * rows, [0.0] * (SCRATCH_PER_ROW * rows))


def test_an_operator_that_looks_further_needs_everything() -> None:
    vector = [7.0, 2.0, *[0.0] * 20]
    assert START - 10 * 1440 * MINUTE == extent_needed(measuring("mean", vector), START).since["body_weight"]
    assert FIRST_TIME == extent_needed(measuring("absent", vector), START).since["body_weight"]
    assert FIRST_TIME == extent_needed(measuring("mean", vector, ((0, 1),)), START).since["body_weight"]


@pytest.fixture(scope="module")
def rulesets() -> cds.Ruleset:
    return cds.load([RULESETS / f"{name}.yaml" for name in READ])


def moment(instant: int) -> datetime:
    return EPOCH + timedelta(microseconds=instant)


@given(SEEDS, st.sampled_from(["as drawn", "by patient", "by time"]))
def test_what_is_not_held_changes_no_finding(rulesets: cds.Ruleset, seed: int, order: str) -> None:
    rows = in_some_order(drawn(seed, numbers=False), order, seed)
    source: dict[str, Any] = as_tables(rows, seed)
    at = moment(START + Random(seed).choice((0, 30, 3000, 100_000, 500_000)) * MINUTE)
    scored = [
        rulesets.score(rulesets.read_tables(source, at=asked)[0], at=at, allow_draft=True) for asked in (None, at)
    ]
    assert scored[0].ids == scored[1].ids
    assert scored[0].status.tolist() == scored[1].status.tolist()
    assert scored[0].table().equals(scored[1].table())


def held_for(at: datetime, days_ago: int = 0) -> Population:
    row = {**WEIGHT, "code": "blood_pressure.systolic", "unit": "mmHg", "time": START - days_ago * 1440 * MINUTE}
    population, _ = cds.load(RULESETS / "blood-pressure-low.yaml").read_tables(as_tables([row], 1), at=at)
    assert population.extent != EVERYTHING
    return population


def test_a_reading_that_is_not_held_still_says_that_readings_were_supplied() -> None:
    columns = held_for(moment(START), days_ago=400).columns_of("blood_pressure.systolic")
    assert [0, 0] == columns.offsets.tolist()
    assert [FIRST_TIME] == columns.supplied_from.tolist()


def test_another_moment_or_ruleset_is_refused() -> None:
    population = held_for(moment(START))
    ruleset = cds.load(RULESETS / "blood-pressure-low.yaml")
    ruleset.score(population, at=moment(START), allow_draft=True)
    with pytest.raises(cds.PatientError, match="another moment"):
        ruleset.score(population, at=moment(START + MINUTE), allow_draft=True)
    with pytest.raises(cds.PatientError, match="another moment"):
        ruleset.prepare(population, at=moment(START - 1440 * MINUTE), allow_draft=True)
    with pytest.raises(cds.PatientError, match="other rulesets"):
        cds.load(RULESETS / "home-blood-pressure.yaml").score(population, at=moment(START), allow_draft=True)


def test_no_patient_is_taken_out_of_a_part() -> None:
    with pytest.raises(cds.PatientError, match="without `at`"):
        patient_at(held_for(moment(START)), 0)
    assert "a" == patient_at(population_of([Patient("a", zone(), {})]), 0).id
