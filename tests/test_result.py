"""What an evaluation hands over: the result, its explanations, and that nothing else changes it."""

import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import pytest

import cds
from cds.document import document
from cds.operators.reasons import TRUE, Reason
from cds.patient import PatientLimit
from cds.plan import (
    Compare,
)
from cds.result import Step
from cds.shipped import demo_rulesets
from tests.test_single import state_of


@pytest.fixture(scope="module")
def ruleset() -> cds.Ruleset:
    return cds.load(demo_rulesets())


AT = "2026-01-15T21:00"


def weight(time: str, value: float, **more: str) -> dict[str, object]:
    return {"time": time, "value": value, "unit": "kg", **more}


def pressure(time: str, systolic: float, diastolic: float, **more: str) -> dict[str, object]:
    return {"time": time, "systolic": systolic, "diastolic": diastolic, "unit": "mmHg", **more}


def record() -> dict[str, Any]:
    """A patient of whom much is to be said: fired, hidden, unknown, quiet and not applicable."""
    week = [pressure(f"2026-01-{day:02}T{clock}", 150, 95) for day in range(9, 16) for clock in ("07:00", "20:00")]
    return {
        "id": "1",
        "birth_date": "1950-05-17",
        "sex": "female",
        "readings": {
            "body_weight": [
                weight("2026-01-12T07:30", 81.0, id="Observation/1", entered="device"),
                weight("2026-01-13T07:30", 81.6, id="Observation/2"),
                {"time": "2026-01-15T07:30", "value": 83500, "unit": "g", "id": "Observation/3", "entered": "typed"},
            ],
            "blood_pressure": [
                *week,
                pressure("2026-01-15T20:30", 185, 100),
                pressure("2026-01-15T20:40", 183, 100),
            ],
        },
        "conditions": {"heart_failure": [{}]},
        "devices": {},
        "doses": [],
        "events": {},
        "limits": [{"limit": "gain_red", "value": 2.3, "unit": "kg", "author": "Kari Lege", "from": "2026-01-02"}],
    }


@pytest.fixture(scope="module")
def result(ruleset: cds.Ruleset) -> cds.Result:
    return ruleset.evaluate(cds.Patient.from_dict(record()), at=AT, allow_draft=True)


def test_result(result: cds.Result) -> None:
    assert "1" == result.patient
    assert "2026-01-15T21:00:00+01:00" == result.at
    assert "Europe/Oslo" == result.zone
    assert ["heart-failure-weight/weight_gain", "home-blood-pressure/severe"] == sorted(
        each.id for each in result.fired if each.colour == "red"
    )
    assert result.worst is result.fired[0]
    assert [each.severity.rank for each in result.fired] == sorted(
        (each.severity.rank for each in result.fired), reverse=True
    )
    assert ["home-blood-pressure/above_target"] == [each.id for each in result.hidden]
    assert "above_target" not in {each.rule.name for each in result.fired}
    assert "fired" == result["above_target"].status
    assert result["weight_gain"] is result["heart-failure-weight/weight_gain"]
    assert "not_applicable" == result["doses_missed"].status
    assert () == result.unknown


def test_a_rule_that_is_not_there_or_not_one(result: cds.Result) -> None:
    with pytest.raises(KeyError, match="names 0 rules"):
        result["weight_gian"]


def test_unknown_is_listed_and_nothing_is_worst(ruleset: cds.Ruleset) -> None:
    bare = {"id": "1", "conditions": {"heart_failure": [{}]}, "birth_date": "1950-05-17"}
    told = ruleset.evaluate(cds.Patient.from_dict(bare), at=AT, allow_draft=True)
    assert told.worst is None
    assert {"weight_gain", "weight_loss", "no_weight", "severe"} <= {each.rule.name for each in told.unknown}
    assert {"NR"} == {each.severity.triage for each in told.unknown}
    assert {""} == {each.colour for each in told.unknown}


def test_a_finding_names_ruleset_version_and_hash(result: cds.Result) -> None:
    found = result["weight_gain"]
    assert ("heart-failure-weight", "1.0.0", "draft") == (found.head.id, found.head.version, found.head.status)
    assert 64 == len(found.head.hash) == len(result.hash)
    assert found.head in result.heads
    assert ("critical", "R") == (found.severity.indicator, found.severity.triage)


def test_moments(ruleset: cds.Ruleset) -> None:
    patient = cds.Patient.from_dict(record())
    results = [
        ruleset.evaluate(patient, at=at, allow_draft=True)
        for at in (
            "2026-01-15 21:00",
            "2026-01-15T20:00:00Z",
            datetime(2026, 1, 15, 20, tzinfo=UTC),
            datetime(2026, 1, 15, 21),
        )
    ]
    assert 1 == len({json.dumps(document(each)) for each in results})


@pytest.mark.parametrize("at", ["2026-01-15", "now", "", "2026-13-01 08:00"])
def test_what_is_no_moment(ruleset: cds.Ruleset, at: str) -> None:
    with pytest.raises(cds.CdsError, match="is no moment"):
        ruleset.evaluate(cds.Patient.from_dict(record()), at=at, allow_draft=True)


def test_drafts_run_only_when_asked_for(ruleset: cds.Ruleset) -> None:
    with pytest.raises(cds.DraftNotAllowed, match="heart-failure-weight"):
        ruleset.evaluate(cds.Patient.from_dict(record()), at=AT)


def test_limits_of_the_call_are_added_to_those_of_the_patient(ruleset: cds.Ruleset) -> None:
    patient = cds.Patient.from_dict(record())
    own = [{"limit": "gain_yellow", "value": 1.0, "unit": "kg", "author": "Per Lege"}]
    told = ruleset.evaluate(patient, at=AT, limits=own, allow_draft=True)
    assert 2.3 == told["weight_gain"].limit
    own[0] |= {"limit": "gain_red", "value": 2.6, "from": "2026-01-03"}
    told = ruleset.evaluate(patient, at=AT, limits=own, allow_draft=True)
    assert ("yellow", 2.0) == (told["weight_gain"].colour, told["weight_gain"].limit)
    assert (PatientLimit("gain_red", 2.3, "kg", "", "Kari Lege", date(2026, 1, 2)),) == patient.facts.limits


# what an explanation holds


def steps(step: Step) -> list[Step]:
    return [step, *(each for part in step.parts for each in steps(part))]


def test_readings_behind_a_finding(result: cds.Result) -> None:
    explained = result["weight_gain"].explain()
    gain = next(each for each in explained.numbers if each.name == "gain")
    assert ("rise_in", "weight") == (gain.operator, gain.input)
    assert [
        ("2026-01-12T07:30:00+01:00", 81.0, "81 kg", "device", "Observation/1"),
        ("2026-01-15T07:30:00+01:00", 83.5, "83500 g", "typed", "Observation/3"),
    ] == [(each.time, each.value, each.arrived, each.entered, each.reference) for each in gain.readings]
    assert (2.5, "kg", "2026-01-15T07:30:00+01:00") == (gain.shown.value, gain.shown.unit, gain.shown.newest)


def test_whose_limit_it_was(result: cds.Result) -> None:
    found = result["weight_gain"]
    assert ("gain_red", 2.3) == (found.limit_name, found.limit)
    assert found.limit_origin
    assert ("patient", "Kari Lege", date(2026, 1, 2), None) == (
        found.limit_origin.kind,
        found.limit_origin.author,
        found.limit_origin.since,
        found.limit_origin.until,
    )
    limits = {each.name: each.origin.kind for each in found.explain().numbers if each.origin}
    others = dict.fromkeys(("gain_yellow", "adult_age", "weight_jump"), "default")
    assert {"gain_red": "patient", **others} == limits


def test_how_far_it_was_from_changing(result: cds.Result) -> None:
    levels = dict(result["weight_gain"].explain().levels)
    assert ("is above", "true", "gain", "gain_red") == (
        levels["red"].words,
        levels["red"].state,
        levels["red"].left,
        levels["red"].right,
    )
    assert pytest.approx(0.2) == levels["red"].margin
    assert pytest.approx(0.5) == levels["yellow"].margin


def test_where_the_rule_comes_from(result: cds.Result) -> None:
    assert "heartfailurematters.org" in result["weight_gain"].explain().citation


def test_every_comparison_of_a_rule(result: cds.Result) -> None:
    explained = result["severe"].explain()
    told = [(each.left, each.words, each.right, each.state) for each in steps(explained.levels[0][1])]
    assert [
        ("", "or", "", "true"),
        ("newest.systolic", "is at least", "systolic_severe", "true"),
        ("newest.diastolic", "is at least", "diastolic_severe", "false"),
    ] == told
    assert ["true", "true", "true", "false"] == [each.state for each in steps(explained.applies)]


def test_the_readings_of_a_protocol_leave_out_its_first_day(result: cds.Result) -> None:
    explained = result["above_target"].explain()
    week = next(each for each in explained.numbers if each.name == "week.systolic")
    assert 13 == len(week.readings)
    assert "2026-01-10T07:00:00+01:00" == week.readings[0].time
    assert "2026-01-15T20:30:00+01:00" == week.readings[-1].time


def test_what_was_unknown_and_what_stood_in_the_way(ruleset: cds.Ruleset) -> None:
    silent = record() | {
        "devices": ["medicine_dispenser"],
        "events": {"technical_fault": [{"time": "2026-01-15T20:00"}]},
    }
    told = ruleset.evaluate(cds.Patient.from_dict(silent), at=AT, allow_draft=True)
    missed = told["doses_missed"]
    assert ("unknown", Reason.silenced) == (missed.status, missed.reason)
    explained = missed.explain()
    assert "dispenser-doses/fault" == explained.blocked_by
    assert (("unknown", Reason.no_data),) == tuple((step.state, step.reason) for _, step in explained.levels)


def test_issues_are_those_of_the_data_and_of_the_limits(ruleset: cds.Ruleset) -> None:
    bad = record()
    bad["readings"]["body_weight"].append({"time": "2026-01-15T08:00", "value": 13, "unit": "stones"})
    bad["limits"] = [{"limit": "gain_rde", "value": 2.3, "unit": "kg"}]
    told = ruleset.evaluate(cds.Patient.from_dict(bad), at=AT, allow_draft=True)
    assert ["unit_not_understood", "limit_unknown_name"] == [each.code for each in told.issues]
    assert all("13" not in each.message for each in told.issues)
    assert Reason.limit_invalid == told["weight_gain"].reason


def test_a_number_as_text_is_asked_for_as_a_number_and_hides_no_older_reading(ruleset: cds.Ruleset) -> None:
    bad = record()
    bad["readings"]["body_weight"].append({"time": "2026-01-15T08:00", "value": "83,5", "unit": "kg"})
    found = ruleset.evaluate(cds.Patient.from_dict(bad), at=AT, allow_draft=True)["weight_gain"]
    assert ("unknown", Reason.value_not_read) == (found.status, found.reason)


def test_a_number_is_never_shown_on_the_wrong_side_of_its_limit(ruleset: cds.Ruleset) -> None:
    near = record()
    near["readings"]["body_weight"] = [weight("2026-01-12T07:30", 81.0), weight("2026-01-15T07:30", 83.0000001)]
    near["limits"] = []
    told = ruleset.evaluate(cds.Patient.from_dict(near), at=AT, allow_draft=True)
    assert "yellow" == told["weight_gain"].colour
    finding = next(each for each in document(told)["findings"] if each["id"].endswith("weight_gain"))
    assert "Weight up 2.0000001 kg in 3 days, the limit is 2 kg" == finding["summary"]


# safe


def whole(result: cds.Result) -> str:
    """Everything that a result says, explanations included."""
    return json.dumps(document(result, explain=True), sort_keys=True)


def test_rulesets_and_results_survive_pickling(ruleset: cds.Ruleset, result: cds.Result) -> None:
    copy = pickle.loads(pickle.dumps(ruleset))
    assert copy == ruleset
    again = copy.evaluate(cds.Patient.from_dict(record()), at=AT, allow_draft=True)
    assert whole(result) == whole(again)
    assert whole(result) == whole(pickle.loads(pickle.dumps(result)))
    patient = cds.Patient.from_dict(record())
    assert patient == pickle.loads(pickle.dumps(patient))


def test_nothing_of_a_ruleset_can_be_set(ruleset: cds.Ruleset, result: cds.Result) -> None:
    for each in (ruleset, ruleset.plan, ruleset.plan.rules[0], result, result.findings[0]):
        with pytest.raises((AttributeError, TypeError)):
            each.hash = "0"  # type: ignore[misc]


def test_threads_give_the_same_answers(ruleset: cds.Ruleset) -> None:
    patients: list[cds.Patient] = []
    for number in range(24):
        other = record()
        other["id"] = str(number)
        for row in other["readings"]["body_weight"][:2]:
            row["value"] += number / 10
        patients.append(cds.Patient.from_dict(other))

    def told(patient: cds.Patient) -> str:
        return whole(ruleset.evaluate(patient, at=AT, allow_draft=True))

    alone = [told(each) for each in patients]
    with ThreadPoolExecutor(8) as pool:
        assert alone * 4 == list(pool.map(told, patients * 4))
    assert len(set(alone)) == len(alone)


def test_one_patient_shared_by_threads(ruleset: cds.Ruleset) -> None:
    patient = cds.Patient.from_dict(record())
    result = ruleset.evaluate(patient, at=AT, allow_draft=True)
    with ThreadPoolExecutor(8) as pool:
        explained = list(pool.map(lambda _: whole(result), range(32)))
        again = list(pool.map(lambda _: whole(ruleset.evaluate(patient, at=AT, allow_draft=True)), range(32)))
    assert {whole(result)} == set(explained) == set(again)


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_rows_does_not_matter(ruleset: cds.Ruleset, result: cds.Result, seed: int) -> None:
    shuffled = record()
    for rows in shuffled["readings"].values():
        rows += [dict(row) for row in rows[:3]]
        Random(seed).shuffle(rows)
    shuffled["readings"] = dict(sorted(shuffled["readings"].items(), reverse=seed % 2 == 0))
    told = ruleset.evaluate(cds.Patient.from_dict(shuffled), at=AT, allow_draft=True)
    assert whole(result) == whole(told)


def test_the_order_of_files_does_not_matter(result: cds.Result) -> None:
    files = demo_rulesets()
    told = [
        whole(cds.load(order).evaluate(cds.Patient.from_dict(record()), at=AT, allow_draft=True))
        for order in (files, files[::-1])
    ]
    assert told == [whole(result)] * 2


def test_evaluating_changes_nothing(ruleset: cds.Ruleset) -> None:
    patient, before = cds.Patient.from_dict(record()), cds.Patient.from_dict(record())
    plan = pickle.dumps(ruleset.plan)
    ruleset.evaluate(patient, at=AT, allow_draft=True)
    assert before == patient
    assert plan == pickle.dumps(ruleset.plan)


def test_facts_after_the_moment_change_nothing(ruleset: cds.Ruleset, result: cds.Result) -> None:
    later = record()
    later["readings"]["body_weight"] += [
        weight("2026-01-15T21:01", 99.0),
        weight("2026-01-14T07:30", 60.0, recorded="2026-01-15T21:01"),
    ]
    told = ruleset.evaluate(cds.Patient.from_dict(later), at=AT, allow_draft=True)
    assert whole(result) == whole(told)


def test_a_comparison_in_the_plan_needs_no_more_than_positions() -> None:
    compared = Compare(1, 1, 0)
    assert (TRUE, compared) == state_of(compared)
