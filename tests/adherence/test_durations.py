"""Durations of dispenses: no unit of a dose is lost, executors agree, bad rows stay with their patient."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds import adherence
from cds.adherence import SupplyColumns, SupplyRules
from tests.adherence.tables import FIRST

COLUMNS = SupplyColumns(prescribed_days="days")
PEOPLE = st.sampled_from(["p", "q"])
MEDICATIONS = st.sampled_from(["A", "B"])
DAYS = st.integers(0, 300).map(lambda day: FIRST + timedelta(day))
DISPENSES = st.lists(
    st.fixed_dictionaries(
        {"patient": PEOPLE, "medication": MEDICATIONS, "date": DAYS, "total_dose": st.sampled_from([1.0, 30.0, 98.0])}
    ),
    min_size=1,
    max_size=8,
)
PRESCRIPTIONS = st.lists(
    st.fixed_dictionaries(
        {
            "patient": PEOPLE,
            "medication": MEDICATIONS,
            "date": DAYS,
            "daily_dose": st.sampled_from([0.0, 0.5, 1.0, 3.0]),
            "days": st.sampled_from([None, None, 10.0, 40.0]),
        }
    ),
    max_size=8,
)
STAYS = st.lists(
    st.builds(
        lambda patient, start, lasts: {"patient": patient, "start": start, "end": start + timedelta(lasts)},
        PEOPLE,
        DAYS,
        st.integers(0, 30),
    ),
    max_size=4,
)
KEPT = st.sampled_from(["continue", "discard", "carry over"])
RULES = st.builds(SupplyRules, KEPT, KEPT, st.booleans(), st.booleans())


def found(dispenses: Any, prescriptions: Any, stays: Any, rules: SupplyRules, executor: Any = "single") -> Any:
    return adherence.event_durations(dispenses, prescriptions, stays, rules=rules, columns=COLUMNS, executor=executor)


@given(DISPENSES, PRESCRIPTIONS, STAYS, RULES)
@settings(max_examples=60, deadline=None)
def test_executors_agree(dispenses: Any, prescriptions: Any, stays: Any, rules: SupplyRules) -> None:
    pytest.importorskip("numba")
    single = found(dispenses, prescriptions, stays, rules)
    batch = found(dispenses, prescriptions, stays, rules, "batch")
    assert repr(single.rows.to_pylist()) == repr(batch.rows.to_pylist())
    assert single.issues == batch.issues


@given(DISPENSES, PRESCRIPTIONS, STAYS, RULES)
@settings(max_examples=80, deadline=None)
def test_no_dose_is_made_or_lost(dispenses: Any, prescriptions: Any, stays: Any, rules: SupplyRules) -> None:
    """The parts of a dispense hold no more than it, and all of it where nothing is discarded and treatment goes on."""
    rows = found(dispenses, prescriptions, stays, rules).rows.to_pylist()
    for place, dispense in enumerate(dispenses):
        parts = [each for each in rows if each["row"] == place]
        assert [*range(1, len(parts) + 1)] == [each["part"] for each in parts]
        told = [each for each in parts if each["days_supply"] is not None]
        held = sum(each["days_supply"] * (each["daily_dose"] or 0.0) for each in told)
        assert held <= dispense["total_dose"] * (1 + 1e-9)
        assert sorted(each["start"] for each in told) == [each["start"] for each in told]
        keeps = "discard" not in (rules.in_stay, rules.in_interruption)
        if keeps and told and rules.in_interruption == "continue":
            assert pytest.approx(dispense["total_dose"]) == held


@given(DISPENSES, PRESCRIPTIONS, STAYS, RULES, st.integers(0, 4))
@settings(max_examples=60, deadline=None)
def test_a_bad_row_changes_no_other_patient(
    dispenses: Any, prescriptions: Any, stays: Any, rules: SupplyRules, kind: int
) -> None:
    bad: list[list[Any]] = [[], [], []]
    bad[min(kind, 2)] = [
        {"patient": "bad", "medication": "A", "date": None, "total_dose": 1.0},
        {"patient": "bad", "medication": "A", "date": FIRST, "daily_dose": -1.0, "days": None},
        {"patient": "bad", "start": FIRST, "end": FIRST - timedelta(1)},
        {"patient": "bad", "start": "soon", "end": FIRST},
        {"patient": None, "start": FIRST, "end": FIRST},
    ][kind : kind + 1]
    before = found(dispenses, prescriptions, stays, rules)
    after = found(dispenses + bad[0], prescriptions + bad[1], stays + bad[2], rules)
    assert repr(before.rows.to_pylist()) == repr(after.rows.to_pylist())
    assert 1 == len(after.issues)


def test_a_total_that_is_no_amount_leaves_its_dispense_untold() -> None:
    dispensed = [{"patient": "p", "medication": "A", "date": FIRST, "total_dose": total} for total in (0.0, 30.0)]
    prescribed = [{"patient": "p", "medication": "A", "date": FIRST, "daily_dose": 1.0, "days": None}]
    answer = found(dispensed, prescribed, [], SupplyRules())
    assert [None, 30.0] == answer.rows.column("days_supply").to_pylist()
    assert [("dispenses", "amount_not_possible", 0)] == [(each.table, each.code, each.row) for each in answer.issues]


def test_what_is_discarded_ends_with_the_stay_that_begins() -> None:
    dispensed = [{"patient": "p", "medication": "A", "date": FIRST, "total_dose": 30.0}]
    prescribed = [{"patient": "p", "medication": "A", "date": FIRST, "daily_dose": 1.0, "days": None}]
    stays = [{"patient": "p", "start": FIRST + timedelta(10), "end": FIRST + timedelta(12)}]
    answer = found(dispensed, prescribed, stays, SupplyRules(in_stay="discard"))
    assert [10.0] == answer.rows.column("days_supply").to_pylist()


def test_initiation_is_unknown_without_a_dispense() -> None:
    prescribed = [
        {"patient": "p", "medication": name, "date": FIRST + timedelta(5), "daily_dose": 1.0} for name in "AB"
    ]
    dispensed = [
        {"patient": "p", "medication": "A", "date": FIRST + timedelta(day), "total_dose": 30.0} for day in (0, 9)
    ]
    answer = adherence.time_to_initiation(prescribed, dispensed)
    assert [4.0, None] == answer.rows.column("days_to_initiation").to_pylist()
