"""One patient at a moment: three-valued logic, what a result offers, what an explanation holds, and that it is safe.

What operators and words mean is in `language/*.yaml`; this is about the executor and its result.
"""

import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

import cds
from cds.document import document
from cds.execute.explain import evaluate
from cds.execute.single import Evaluation
from cds.operators.logic import both, either, negate
from cds.operators.reasons import FALSE, NOT_COMPUTABLE, NOT_SET, NOT_SUPPLIED, TRUE, Reason
from cds.patient import Patient, PatientLimit
from cds.periods import instant, zone
from cds.plan import (
    NONE,
    And,
    Compare,
    Condition,
    Constant,
    Fact,
    Fires,
    Head,
    IsKnown,
    IsTrue,
    Level,
    Limit,
    Not,
    Or,
    Plan,
    Points,
    Rule,
    Wording,
)
from cds.result import Finding, Step

RULESETS = Path(__file__).parents[1] / "rulesets"
OSLO = zone()


def moment(text: str) -> int:
    found = instant(text, OSLO)
    assert found
    return found[0]


# three values

STATES = {"F": FALSE, "T": TRUE, "U": NOT_SUPPLIED, "V": NOT_COMPUTABLE, "N": NOT_SET}
AND = """\
    F T U V N
  F F F F F F
  T F T U V N
  U F U U U N
  V F V V V N
  N F N N N N
"""
OR = """\
    F T U V N
  F F T U V F
  T T T T T T
  U U T U U U
  V V T V V V
  N F T U V N
"""
NOT = {"F": "T", "T": "F", "U": "U", "V": "V", "N": "N"}


def table(text: str) -> dict[tuple[str, str], str]:
    """(left, right) -> what they come to; U and V are two different reasons, N is not set."""
    head, *lines = [line.split() for line in text.splitlines()]
    return {(line[0], right): word for line in lines for right, word in zip(head, line[1:], strict=True)}


@pytest.mark.parametrize(("left", "right"), list(product(STATES, STATES)))
def test_tables(left: str, right: str) -> None:
    assert STATES[table(AND)[left, right]] == both(STATES[left], STATES[right])
    assert STATES[table(OR)[left, right]] == either(STATES[left], STATES[right])


@pytest.mark.parametrize("state", STATES)
def test_not(state: str) -> None:
    assert STATES[NOT[state]] == negate(STATES[state])


# A number that says each state: 0, 1, the age of nobody, points of a value in no band, a limit that is not set.
NUMBERS = (
    Constant("no", 0.0),
    Constant("yes", 1.0),
    Fact("age"),
    Points("points", 0, ((5.0, True, 9.0, True, 1.0),)),
    Limit("unset", "made", NONE, ""),
)
PARTS: dict[str, Condition] = {state: IsTrue(place) for place, state in enumerate(STATES)}
WORDING = Wording({"en": "{value}"})


def made(*rules: Rule) -> Plan:
    return Plan((Head("made", "1.0.0", "draft", {}, {}, ""),), NUMBERS, rules, "")


def rule(name: str, *levels: Level, applies: Condition | None = None, **more: Any) -> Rule:
    return Rule("made", name, more.pop("kind", "rule"), applies or And(()), levels, WORDING, **more)


def nobody() -> Patient:
    return Patient("nobody", OSLO, {})


def state_of(condition: Condition) -> tuple[int, Condition | None]:
    return Evaluation(made(), nobody(), 0).state(condition)


@pytest.mark.parametrize("states", list(product(STATES, repeat=3)), ids="".join)
def test_conditions_of_three_parts_are_those_of_two_twice(states: tuple[str, str, str]) -> None:
    first, second, third = states
    parts = tuple(PARTS[each] for each in states)
    expected = table(AND)[table(AND)[first, second], third]
    assert STATES[expected] == state_of(And(parts))[0]
    expected = table(OR)[table(OR)[first, second], third]
    assert STATES[expected] == state_of(Or(parts))[0]
    assert STATES[NOT[expected]] == state_of(Not(Or(parts)))[0]


@pytest.mark.parametrize("states", list(product(STATES, repeat=3)), ids="".join)
def test_the_first_part_that_says_what_the_whole_says_decides(states: tuple[str, str, str]) -> None:
    parts = tuple(PARTS[each] for each in states)
    for whole in (And(parts), Or(parts)):
        state, leaf = state_of(whole)
        word = next(key for key, each in STATES.items() if each == state)
        assert PARTS[word if word in states else states[0]] is leaf


def test_an_empty_and_holds_and_nothing_decided_it() -> None:
    assert (TRUE, None) == state_of(And(()))


def test_is_known_is_never_unknown() -> None:
    assert [TRUE, TRUE, FALSE, FALSE, FALSE] == [state_of(IsKnown(place))[0] for place in range(len(NUMBERS))]


# what a rule comes to


def finding(*rules: Rule) -> Finding:
    """The last rule's finding."""
    return evaluate(made(*rules), nobody(), 0).findings[-1]


@pytest.mark.parametrize(
    ("state", "status", "reason"),
    [
        ("T", "fired", None),
        ("F", "not_applicable", None),
        ("U", "unknown", Reason.not_supplied),
        ("V", "unknown", Reason.not_computable),
        ("N", "not_applicable", Reason.not_set),
    ],
)
def test_applies(state: str, status: str, reason: Reason | None) -> None:
    found = finding(rule("one", Level("red", PARTS["T"]), applies=PARTS[state]))
    assert (status, reason) == (found.status, found.reason)


LEVELS = """\
red orange  kind  → status         colour reason         uncertain
T   T       zone  → fired          red    -              no
T   U       zone  → fired          red    -              no
F   T       zone  → fired          orange -              no
U   T       zone  → fired          orange not_supplied   yes
N   T       zone  → fired          orange -              no
F   F       zone  → not_fired      green  -              no
F   F       rule  → not_fired      -      -              no
F   U       zone  → unknown        -      not_supplied   no
U   F       zone  → unknown        -      not_supplied   no
U   V       zone  → unknown        -      not_supplied   no
V   U       zone  → unknown        -      not_computable no
N   F       zone  → not_fired      green  -              no
F   N       zone  → not_fired      green  -              no
N   U       zone  → unknown        -      not_supplied   no
N   N       zone  → not_applicable -      not_set        no
N   N       rule  → not_applicable -      not_set        no
"""


@pytest.mark.parametrize("line", LEVELS.splitlines()[1:])
def test_levels(line: str) -> None:
    red, orange, kind, _, status, colour, reason, uncertain = line.split()
    found = finding(rule("one", Level("red", PARTS[red]), Level("orange", PARTS[orange]), kind=kind))
    assert (status, colour.strip("-")) == (found.status, found.colour)
    assert reason == (found.reason.name if found.reason else "-")
    assert (uncertain == "yes") == found.uncertain


@pytest.mark.parametrize("state", STATES)
def test_confirmed(state: str) -> None:
    found = finding(rule("one", Level("red", PARTS["T"], PARTS[state])))
    assert ("fired" if state == "T" else "unconfirmed") == found.status
    assert "red" == found.colour


@pytest.mark.parametrize("state", "FUVN")
def test_what_does_not_hold_needs_no_confirming(state: str) -> None:
    with_it = finding(rule("one", Level("red", PARTS[state], PARTS["T"])))
    without = finding(rule("one", Level("red", PARTS[state])))
    assert (with_it.status, with_it.reason) == (without.status, without.reason)


OTHERS = {
    "fired": Level("yellow", PARTS["T"]),
    "not_fired": Level("yellow", PARTS["F"]),
    "unconfirmed": Level("yellow", PARTS["T"], PARTS["F"]),
    "unknown": Level("yellow", PARTS["U"]),
    "not_applicable": Level("yellow", PARTS["N"]),
}


@pytest.mark.parametrize(
    ("other", "fires", "silenced"),
    [
        ("fired", ("fired", None), ("unknown", Reason.silenced)),
        ("not_fired", ("not_fired", None), ("fired", None)),
        ("unconfirmed", ("unknown", Reason.unconfirmed), ("unknown", Reason.unconfirmed)),
        ("unknown", ("unknown", Reason.not_supplied), ("unknown", Reason.not_supplied)),
        ("not_applicable", ("not_fired", None), ("fired", None)),
    ],
)
def test_rules_that_lean_on_another(
    other: str, fires: tuple[str, Reason | None], silenced: tuple[str, Reason | None]
) -> None:
    first = rule("first", OTHERS[other])
    found = finding(first, rule("second", Level("red", Fires(0))))
    assert fires == (found.status, found.reason)
    found = finding(first, rule("second", Level("red", PARTS["T"]), unknown_while=(0,)))
    assert silenced == (found.status, found.reason)
    for level in ("fired", "unconfirmed"):
        found = finding(first, rule("second", OTHERS[level], hidden_by=(0,)))
        assert ("made/first" if other == "fired" else "") == found.hidden_by
        assert level == found.status
    assert "" == finding(first, rule("second", OTHERS["unknown"], hidden_by=(0,))).hidden_by


def test_the_first_of_several_that_says_something_counts() -> None:
    rules = [rule(name, level) for name, level in OTHERS.items()]
    places = {name: place for place, name in enumerate(OTHERS)}
    order = [places[each] for each in ("not_fired", "unknown", "fired")]
    found = finding(*rules, rule("last", Level("red", PARTS["T"]), unknown_while=tuple(order)))
    assert ("unknown", Reason.not_supplied) == (found.status, found.reason)
    found = finding(*rules, rule("last", Level("red", PARTS["T"]), unknown_while=tuple(order[::-1])))
    assert ("unknown", Reason.silenced) == (found.status, found.reason)


def test_age_in_whole_years_and_sex() -> None:
    plan = Plan((Head("made", "1.0.0", "draft", {}, {}, ""),), (Fact("age"), Fact("sex")), (), "")

    def facts(born: date | None, sex: str, at: str) -> list[tuple[float, int]]:
        evaluation = Evaluation(plan, Patient("1", OSLO, {}, born, sex), moment(at))
        return [evaluation.number(0), evaluation.number(1)]

    assert [(17.0, 0), (1.0, 0)] == facts(date(2008, 1, 16), "female", "2026-01-15 23:59")
    assert [(18.0, 0), (2.0, 0)] == facts(date(2008, 1, 16), "male", "2026-01-16 00:00")
    assert [(17.0, 0), (3.0, 0)] == facts(date(2008, 2, 29), "other", "2026-02-28 23:59")
    assert [(18.0, 0), (0.0, NOT_SUPPLIED)] == facts(date(2008, 2, 29), "", "2026-03-01 00:00")
    assert (20.0, 0) == facts(date(2008, 2, 29), "", "2028-02-29 00:00")[0]
    assert [(0.0, NOT_SUPPLIED), (0.0, NOT_SUPPLIED)] == facts(None, "", "2026-01-15 08:00")


def test_a_number_that_is_not_finite_is_not_computable() -> None:
    numbers = (Constant("huge", 1e308), Constant("limitless", float("inf")), Constant("nothing", float("nan")))
    plan = Plan((), numbers, (), "")
    evaluation = Evaluation(plan, nobody(), 0)
    assert [(1e308, 0), (0.0, NOT_COMPUTABLE), (0.0, NOT_COMPUTABLE)] == [evaluation.number(each) for each in range(3)]


# what a result offers


@pytest.fixture(scope="module")
def ruleset() -> cds.Ruleset:
    return cds.load(RULESETS)


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
    assert {"gain_red": "patient", "gain_yellow": "default", "adult_age": "default"} == limits


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
    files = sorted(each for each in RULESETS.glob("*.yaml") if not each.name.endswith(".test.yaml"))
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
