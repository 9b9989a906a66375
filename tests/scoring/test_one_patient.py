"""One patient taken out of a population gets alone the findings that the population gives."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cds
from cds.diagnostics import PatientError
from cds.execute.batch import score
from cds.execute.explain import evaluate
from cds.execute.findings import STATUSES
from cds.operators.series import LAST_TIME
from cds.plan import Plan
from cds.population import patient_at, population_of
from cds.shipped import shipped_rulesets
from tests.strategies import MOMENTS, patients, plans


@given(st.data(), plans(), st.sampled_from(MOMENTS))
def test_alone_as_among_others(data: st.DataObject, plan: Plan, at: int) -> None:
    population = population_of(data.draw(patients(at)))
    findings = score(plan, population, at, threads=1, keep=tuple(STATUSES))
    rows = findings.table(everything=True).to_pylist()
    for place in range(population.n):
        alone = evaluate(plan, patient_at(population, place), at)
        expected = [
            (each.rule.name, each.status, each.colour, each.value, each.limit, each.uncertain)
            for each in alone.findings
        ]
        mine = rows[place * len(plan.rules) : (place + 1) * len(plan.rules)]
        columns = ("rule", "status", "colour", "value", "limit", "uncertain")
        assert expected == [tuple(row[name] for name in columns) for row in mine]
        assert list(findings.issues.get(place, ())) == list(alone.issues)


@given(st.data(), st.sampled_from(MOMENTS))
def test_all_of_the_facts(data: st.DataObject, at: int) -> None:
    people = data.draw(patients(at))
    population = population_of(people)
    for place, each in enumerate(people):
        found = patient_at(population, place)
        told = {key: table for key, table in each.tables.items() if table.times or table.supplied_from != LAST_TIME}
        assert told == found.tables
        who = (each.id, each.zone, each.birth_date, each.sex, each.limits, each.issues)
        assert who == (found.id, found.zone, found.birth_date, found.sex, found.limits, found.issues)


def test_a_finding_of_a_population_is_explained(tmp_path: Path) -> None:
    (tmp_path / "observations.csv").write_text(
        "patient,code,time,value,unit\na,body_weight,2026-11-20T07:30,81.0,kg\na,body_weight,2026-11-23T07:30,83.1,kg\n"
    )
    (tmp_path / "patients.csv").write_text("id,birth_date\na,1950-05-01\n")
    (tmp_path / "conditions.csv").write_text("patient,code\na,heart_failure\n")
    ruleset = cds.load(shipped_rulesets() / "heart-failure-weight.yaml")
    population, _ = ruleset.read_tables(tmp_path)
    patient = cds.Patient.from_population(population, "a")
    (finding,) = ruleset.evaluate(patient, at="2026-11-23T08:00", allow_draft=True).fired
    readings = [reading.value for number in finding.explain().numbers for reading in number.readings]
    assert {81.0, 83.1} <= set(readings)
    with pytest.raises(PatientError, match="the population holds nobody with the id `b`"):
        cds.Patient.from_population(population, "b")
