"""Every executor gives the same answer, bit for bit, whatever stands beside a patient and in whatever order."""

import os
import struct
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cds
from cds.adapters.records import patient_from_dict
from cds.compiling import cache_folder
from cds.diagnostics import render
from cds.execute.batch import found_out, score
from cds.execute.explain import used_rows
from cds.execute.findings import STATUSES, Findings, Rows
from cds.execute.program import COLOURS, ORIGINS
from cds.execute.single import Evaluation
from cds.loading import check_texts, load_plan
from cds.patient import Patient
from cds.periods import instant, zone
from cds.plan import NONE, Constant, Measure, Plan
from cds.population import Population, population_of
from tests.strategies import MOMENTS, SEEDS, patients, plans
from tests.written import records, ruleset_texts

PROFILES = {"quick": 100, "long": 4000}
_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
examples = settings(
    max_examples=int(os.environ.get("CDS_EXAMPLES", PROFILES[os.environ.get("CDS_PROFILE", "quick")])),
    deadline=None,
    suppress_health_check=_SLOW,
    derandomize=os.environ.get("CDS_PROFILE", "quick") == "quick",
)

Said = dict[str, Any]


def bits(value: float) -> bytes:
    """The number's own bits: tells 0.0 from -0.0 and one last digit from the next."""
    return struct.pack("<d", value)


def alone(plan: Plan, patient: Patient, at: int) -> Said:
    """All that `single` says of a patient: each number, each rule, the issues."""
    evaluation = Evaluation(plan, patient, at)
    said: Said = {"issues": (*patient.issues, *evaluation.resolved().issues)}
    for index, number in enumerate(plan.numbers):
        value, reason = evaluation.number(index)
        said[f"number {index}"] = bits(value), reason
        if isinstance(number, Measure):
            _, count, newest, _ = evaluation.answer(index, number)
            said[f"rows of {index}"] = count, newest, used_rows(evaluation, index, number)
    for index, rule in enumerate(plan.rules):
        verdict = evaluation.verdict(index)
        number, limit = evaluation.shown(rule, verdict)
        origin = evaluation.origin(limit)
        said[f"rule {index}"] = (
            verdict.status,
            verdict.colour,
            verdict.reason,
            verdict.uncertain,
            verdict.hidden_by,
            number,
            evaluation.number(number) if number != NONE else None,
            limit,
            evaluation.number(limit) if limit != NONE else None,
            origin.kind if origin else "",
        )
    return said


def together(findings: Findings, population: Population) -> dict[str, Said]:
    """The same of every patient from a batch, by the patient's id."""
    said: dict[str, Said] = {}
    assert findings.numbers
    for place, name in enumerate(findings.ids):
        said[name] = {"issues": findings.issues.get(place, ())}
        for index, number in enumerate(findings.plan.numbers):
            said[name] |= _number_said(findings, population, index, number, place)
    for row in range(len(findings.rows.patient)):
        index, words = _rule_said(findings, row)
        said[findings.ids[int(findings.rows.patient[row])]][f"rule {index}"] = words
    return said


def _number_said(findings: Findings, population: Population, index: int, number: Any, place: int) -> Said:
    found = findings.numbers
    assert found
    said: Said = {f"number {index}": (bits(found.value[index, place]), int(found.reason[index, place]))}
    if isinstance(number, Measure):
        start, end = population.columns_of(number.input.key).offsets[place : place + 2]
        used = np.flatnonzero(found.used[index][start:end]).tolist()
        said[f"rows of {index}"] = int(found.count[index, place]), int(found.newest[index, place]), used
    return said


def _rule_said(findings: Findings, row: int) -> tuple[int, Any]:
    rows = findings.rows
    number, limit = int(rows.number[row]), int(rows.limit[row])
    index = int(rows.rule[row])
    assert findings.status[index, rows.patient[row]] == rows.status[row]
    return index, (
        list(STATUSES)[rows.status[row]],
        COLOURS[rows.colour[row]],
        int(rows.reason[row]),
        bool(rows.uncertain[row]),
        int(rows.hidden_by[row]),
        number,
        (float(rows.value[row]), int(rows.value_reason[row])) if number != NONE else None,
        limit,
        (float(rows.limit_value[row]), int(rows.limit_reason[row])) if limit != NONE else None,
        ORIGINS[rows.origin[row]],
    )


def everything(plan: Plan, people: list[Patient], at: int, **how: Any) -> dict[str, Said]:
    population = population_of(people)
    return together(score(plan, population, at, keep=list(STATUSES), watch=True, **how), population)


@examples
@given(st.data(), st.sampled_from(MOMENTS), plans())
def test_batch_says_what_single_says(data: st.DataObject, at: int, plan: Plan) -> None:
    people = data.draw(patients(at))
    expected = {each.id: alone(plan, each, at) for each in people}
    assert expected == everything(plan, people, at)


@examples
@given(st.data(), st.sampled_from(MOMENTS), plans(), SEEDS)
def test_company_order_chunks_and_threads_change_nothing(data: st.DataObject, at: int, plan: Plan, seed: int) -> None:
    people = data.draw(patients(at))
    expected = everything(plan, people, at)
    pick = Random(seed)
    shuffled = pick.sample(people, len(people))
    chunk, threads = pick.randint(1, len(people)), pick.randint(1, 3)
    assert expected == everything(plan, shuffled, at, chunk=chunk, threads=threads)
    one = pick.choice(people)
    assert expected[one.id] == everything(plan, [one], at)[one.id]


@examples
@given(st.data(), st.sampled_from(MOMENTS), plans(), SEEDS)
def test_scoring_again_says_what_scoring_anew_says(data: st.DataObject, at: int, plan: Plan, seed: int) -> None:
    """With the same plan, and with one whose constants and limits are others."""
    pick = Random(seed)
    population = population_of(data.draw(patients(at)))
    found = found_out(plan, population, at, chunk=pick.randint(1, population.n), threads=pick.randint(1, 3))
    for each in (plan, with_other_constants(plan, pick)):
        how: dict[str, Any] = {"keep": list(STATUSES), "chunk": pick.randint(1, population.n)}
        again, anew = (score(each, population, at, **how, **more) for more in ({"before": found}, {}))
        assert anew.issues == again.issues
        assert anew.status.tolist() == again.status.tolist()
        for name in Rows.__slots__:
            assert getattr(anew.rows, name).tobytes() == getattr(again.rows, name).tobytes(), name


def with_other_constants(plan: Plan, pick: Random) -> Plan:
    """The plan with some of its constants changed, and so limits, what is compared and what operators are given."""
    numbers = [
        replace(each, value=each.value + pick.choice((0.0, 1.0, -7.5))) if isinstance(each, Constant) else each
        for each in plan.numbers
    ]
    return replace(plan, numbers=tuple(numbers))


@cache
def shipped() -> Plan:
    plan = load_plan([Path(cds.__file__).parent.parent / "rulesets"]).plan
    assert plan
    return plan


@settings(examples, max_examples=examples.max_examples // 2)
@given(records(), ruleset_texts(), SEEDS)
def test_rulesets_as_they_are_written(written: tuple[str, list[dict[str, Any]]], text: str, seed: int) -> None:
    """From YAML and records on; rows in another order in the records give the same findings."""
    checked = check_texts([(text, "written.yaml", True)])
    assert checked.plan, "\n".join(render(each, checked.lines) for each in checked.diagnostics)
    moment = instant(written[0], zone())
    assert moment
    people = [patient_from_dict(each) for each in written[1]]
    for plan in (checked.plan, shipped()):
        expected = {each.id: alone(plan, each, moment[0]) for each in people}
        assert expected == everything(plan, people, moment[0])
        shuffled = [patient_from_dict(_shuffled(each, Random(seed))) for each in written[1]]
        assert without_issues(expected) == without_issues(everything(plan, shuffled, moment[0]))


def _shuffled(record: dict[str, Any], pick: Random) -> dict[str, Any]:
    readings = {key: pick.sample(rows, len(rows)) for key, rows in record["readings"].items()}
    return {**record, "readings": readings, "doses": pick.sample(record["doses"], len(record["doses"]))}


def without_issues(said: dict[str, Said]) -> dict[str, Said]:
    """Issues name the place of a row in the data, which another order changes."""
    return {name: {key: each for key, each in one.items() if key != "issues"} for name, one in said.items()}


def test_no_operator_reads_past_its_rows() -> None:
    """The same tests with compiled code that checks every index, in a cache folder of its own."""
    if numba.config.BOUNDSCHECK:
        pytest.skip("this is that run")
    folder = cache_folder().parent / "bounds-checked"
    names = [name for name in globals() if name.startswith("test_") and name != "test_no_operator_reads_past_its_rows"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(f"{__file__}::{name}" for name in names)],
        env={"CDS_EXAMPLES": "25", **os.environ, "NUMBA_BOUNDSCHECK": "1", "CDS_CACHE": str(folder)},
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
