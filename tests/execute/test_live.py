"""A live evaluation says at every step what a fresh one says, and nothing changes before it says that it may."""

import os
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds.execute.explain import evaluate
from cds.execute.live.current import Current
from cds.execute.live.due import next_due
from cds.operators.series import MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE
from cds.patient import Patient, Table
from cds.plan import Plan
from cds.result import Result
from tests.strategies import MOMENTS, SEEDS, patient, plans

PROFILES = {"quick": 50, "long": 4000}
examples = settings(
    max_examples=PROFILES[os.environ.get("CDS_PROFILE", "quick")],
    deadline=None,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much),
    derandomize=os.environ.get("CDS_PROFILE", "quick") == "quick",
)
STEPS = (1, MICROSECONDS_PER_MINUTE, 61 * MICROSECONDS_PER_MINUTE, MICROSECONDS_PER_DAY, 9 * MICROSECONDS_PER_DAY)


def told(result: Result) -> Any:
    """All of a result, every explanation too."""
    return result, [each.explain() for each in result.findings]


def parts_of_a_panel(key: str) -> tuple[str, ...]:
    return ("pressure.systolic", "pressure.diastolic") if key.startswith("pressure") else (key,)


def with_other_columns(person: Patient, other: Patient, pick: Random) -> tuple[Patient, set[str]]:
    """The patient with one column, or the parts of a panel, as another patient has them."""
    key = pick.choice(sorted({*person.tables, *other.tables}))
    touched = set(parts_of_a_panel(key))
    kept: dict[str, Table] = {name: each for name, each in person.tables.items() if name not in touched}
    given_by = {name: other.tables[name] for name in touched if name in other.tables}
    return replace(person, tables={**kept, **given_by}), touched


@examples
@given(st.sampled_from(MOMENTS), plans(), SEEDS, SEEDS)
def test_every_step_says_what_a_fresh_evaluation_says(at: int, plan: Plan, seed: int, other: int) -> None:
    pick = Random(seed)
    person, source = patient("p", at, seed, set(), 16), patient("p", at, other, set(), 16)
    live = Current.of(plan, person, at)
    for _ in range(6):
        touched: set[str] = set()
        if pick.random() < 0.7:
            person, touched = with_other_columns(person, source, pick)
        if pick.random() < 0.7:
            at += pick.choice(STEPS)
        before = live.result()
        live, rules = live.moved(person, at, touched)
        fresh = evaluate(plan, person, at)
        assert told(fresh) == told(live.result())
        pairs = enumerate(zip(before.findings, fresh.findings, strict=True))
        assert {index for index, (one, other) in pairs if one != other} <= set(rules)


@examples
@given(st.sampled_from(MOMENTS), plans(), SEEDS)
def test_nothing_changes_before_it_may(at: int, plan: Plan, seed: int) -> None:
    pick = Random(seed)
    person = patient("p", at, seed, set(), 16)
    live = Current.of(plan, person, at)
    due = next_due(live)
    assert due is None or due > at
    last = at + 40 * MICROSECONDS_PER_DAY if due is None else due - 1
    for moment in {last, *(at + int((last - at) * pick.random() ** 4) for _ in range(6))}:
        fresh = Current.of(plan, person, moment)
        for rule in range(len(plan.rules)):
            assert live.said(rule) == fresh.said(rule)
