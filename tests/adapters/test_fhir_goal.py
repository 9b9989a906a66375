"""What becomes of Goals: which limit, of what value, from when to when, and whose."""

import math
from datetime import date
from typing import Any

import pytest

import cds
from cds.adapters.fhir import patient_from_fhir
from cds.identity import LIMIT_SYSTEM
from cds.patient import Patient, PatientLimit
from tests.adapters.building import LOINC, UCUM, Json, bundle, codes, concept, condition, observation
from tests.adapters.evaluated import ruleset

RESTRICTED = {"security": [{"code": "R"}]}
NAMED = concept(LIMIT_SYSTEM, "watch/gain_orange")
KILOS = {"value": 1.5, "unit": "kg", "system": UCUM, "code": "kg"}


def target(measure: Json | None = NAMED, **fields: Any) -> Json:
    """A target, changed by `fields`; a field that is None is left out."""
    made = {"measure": measure, "detailQuantity": KILOS} | fields
    return {name: each for name, each in made.items() if each is not None}


def goal(*targets: Json, **fields: Any) -> Json:
    """A Goal of patient 1, changed by `fields`; a field that is None is left out."""
    made = {
        "resourceType": "Goal",
        "id": "g",
        "lifecycleStatus": "active",
        "description": {"text": "to stay well"},
        "subject": {"reference": "Patient/1"},
        "target": list(targets) or [target()],
    } | fields
    return {name: each for name, each in made.items() if each is not None}


def read(*resources: Json) -> Patient:
    return patient_from_fhir(bundle(*resources))


def limit(name: str = "gain_orange", value: float = 1.5, unit: str = "kg", **fields: Any) -> PatientLimit:
    return PatientLimit(**({"name": name, "value": value, "unit": unit, "ruleset": "watch"} | fields))


JANUARY, JUNE = date(2026, 1, 1), date(2026, 6, 30)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (goal(), limit()),
        (goal(target(concept(LIMIT_SYSTEM, "gain_orange"))), limit(ruleset="")),
        (goal(target({"coding": [*concept(LOINC, "29463-7")["coding"], *NAMED["coding"]]})), limit()),
        (goal(target(detailQuantity={"value": 1500, "code": "g", "system": UCUM})), limit(value=1500.0, unit="g")),
        (goal(target(detailQuantity={"value": 1.5, "unit": "kilogram", "code": "kg", "system": UCUM})), limit()),
        (goal(target(detailQuantity={"value": 1.5})), limit(unit="")),
        (goal(target(detailQuantity=None, detailRange={"high": KILOS})), limit()),
        (goal(target(detailQuantity=None, detailRange={"low": KILOS})), limit()),
        (goal(target(detailQuantity=None, detailInteger=2)), limit(value=2.0, unit="")),
        (goal(lifecycleStatus="accepted"), limit()),
        (goal(startDate="2026-01-01"), limit(since=JANUARY)),
        (goal(statusDate="2026-01-01"), limit(since=JANUARY)),
        (goal(startDate="2026-01-01", statusDate="2026-03-01"), limit(since=JANUARY)),
        (goal(startCodeableConcept={"text": "admission"}), limit()),
        (goal(target(dueDate="2026-06-30"), startDate="2026-01-01"), limit(since=JANUARY, until=JUNE)),
        (goal(target(dueDate="2026-01-01"), startDate="2026-01-01"), limit(since=JANUARY, until=JANUARY)),
        (goal(lifecycleStatus="completed", statusDate="2026-06-30"), limit(until=JUNE)),
        (goal(target(dueDate="2026-12-31"), lifecycleStatus="completed", statusDate="2026-06-30"), limit(until=JUNE)),
        (goal(expressedBy={"reference": "Practitioner/7", "display": "Kari Lege"}), limit(author="Kari Lege")),
        (goal(expressedBy={"reference": "Practitioner/7"}), limit(author="Practitioner/7")),
    ],
)
def test_limits(made: Json, expected: PatientLimit) -> None:
    patient = read(made)
    assert ((expected,), ()) == (patient.limits, patient.issues)


@pytest.mark.parametrize(
    ("made", "cure"),
    [
        (goal(target(detailQuantity=None)), "state one value"),
        (goal(target(detailQuantity={"value": "1.5", "unit": "kg"})), "state one value"),
        (goal(target(detailQuantity={**KILOS, "comparator": "<"})), "state one value"),
        (goal(target(detailQuantity=None, detailString="1.5 kg")), "state one value"),
        (goal(target(detailQuantity=None, detailBoolean=True)), "state one value"),
        (goal(target(detailQuantity=None, detailInteger=True)), "state one value"),
        (goal(target(detailQuantity=None, detailRange={"low": KILOS, "high": KILOS})), "state one value"),
        (goal(target(detailQuantity=None, detailRange={})), "state one value"),
        (goal(target(detailInteger=2)), "state one value"),
        (goal(target(concept(LIMIT_SYSTEM, "watch/gain_orange", "watch/gain_red"))), "name one limit"),
        (goal(startDate="2026"), "write the dates"),
        (goal(statusDate="soon"), "write the dates"),
        (goal(target(dueDate="30.6.2026")), "write the dates"),
        (goal(target(dueDuration={"value": 6, "unit": "mo"})), "write the dates"),
        (goal(target(dueDate="2025-12-31"), startDate="2026-01-01"), "let it end"),
        (goal(lifecycleStatus="on-hold"), "say whether"),
        (goal(lifecycleStatus=None), "say whether"),
        (goal(lifecycleStatus="in-force"), "say whether"),
        (goal(modifierExtension=[{"url": "x"}]), "take out"),
        (goal(implicitRules="x"), "take out"),
        (goal(target(modifierExtension=[{"url": "x"}])), "take out"),
        (goal(meta=RESTRICTED), "withheld"),
    ],
)
def test_limits_that_cannot_be_read_keep_their_name(made: Json, cure: str) -> None:
    patient = read(made)
    assert ["limit_not_read Goal/g.target[0]"] == codes(patient.issues)
    assert cure in patient.issues[0].message
    assert {"gain_orange"} <= {each.name for each in patient.limits}
    assert all(math.isnan(each.value) for each in patient.limits)


@pytest.mark.parametrize(
    ("made", "issues"),
    [
        (goal(target(None)), ["target_not_a_limit Goal/g"]),
        (goal(target(concept(LOINC, "29463-7"))), ["target_not_a_limit Goal/g"]),
        (goal(target({"text": "watch/gain_orange"})), ["target_not_a_limit Goal/g"]),
        (goal(target(concept("", "watch/gain_orange"))), ["target_not_a_limit Goal/g"]),
        (goal(target(None), target(None)), ["target_not_a_limit Goal/g"]),
        (goal(target=[]), []),
        (goal(target=None), []),
        (goal(lifecycleStatus="proposed"), ["goal_not_in_force Goal/g"]),
        (goal(lifecycleStatus="planned"), ["goal_not_in_force Goal/g"]),
        (goal(lifecycleStatus="cancelled"), ["goal_not_in_force Goal/g"]),
        (goal(lifecycleStatus="rejected"), ["goal_not_in_force Goal/g"]),
        (goal(lifecycleStatus="completed"), ["goal_not_in_force Goal/g"]),
        (goal(lifecycleStatus="entered-in-error"), ["entered_in_error Goal/g"]),
        (goal(subject={"reference": "Patient/2"}), ["other_patient Goal/g"]),
    ],
)
def test_goals_that_are_no_limits(made: Json, issues: list[str]) -> None:
    patient = read(made)
    assert ((), issues) == (patient.limits, codes(patient.issues))


def test_a_goal_that_does_not_say_whose_it_is_leaves_its_limit_unknown() -> None:
    patient = read(goal(subject=None))
    assert ["ambiguous_subject Goal/g"] == codes(patient.issues)
    (limit,) = patient.limits
    assert ("gain_orange", "watch", True) == (limit.name, limit.ruleset, math.isnan(limit.value))


def test_each_target_is_a_limit_of_its_own() -> None:
    red = target(concept(LIMIT_SYSTEM, "watch/gain_red"), detailQuantity={**KILOS, "value": 3})
    patient = read(goal(target(), red, target(None)))
    assert (limit(), limit("gain_red", 3.0)) == patient.limits
    assert ["target_not_a_limit Goal/g"] == codes(patient.issues)


@pytest.mark.parametrize("name", ["Kari Nordmann", "watch/", "/gain", "a/b/c", "", "watch/Gain", "x" * 300])
def test_what_can_be_no_name_is_not_repeated_and_may_mean_any_limit(name: str) -> None:
    patient = read(goal(target(concept(LIMIT_SYSTEM, name))))
    assert [("", "")] == [(each.name, each.ruleset) for each in patient.limits]
    result = ruleset().evaluate(cds.Patient(patient), at="2026-01-15T12:00", allow_draft=True)
    assert name == "" or all(name not in each.message for each in result.issues)


def masked_of_anything() -> Json:
    return goal(target=None, meta=RESTRICTED)


HEAVIER = [
    observation(101.0, time="2026-01-13T07:30:00+01:00", id="a"),
    observation(102.7, time="2026-01-15T07:30:00+01:00", id="b"),
]


@pytest.mark.parametrize(
    ("goals", "status", "reason", "origin"),
    [
        ([], "not_fired", None, "default"),
        ([goal()], "fired", None, "patient"),
        ([goal(target(detailQuantity={"value": 1500, "code": "g", "system": UCUM}))], "fired", None, "patient"),
        ([goal(target(detailQuantity={**KILOS, "value": 3}))], "not_fired", None, "patient"),
        ([goal(target(detailQuantity={"value": 1.5, "unit": "mmHg"}))], "unknown", "limit_invalid", None),
        ([goal(target(detailQuantity=None, detailString="1.5 kg"))], "unknown", "limit_invalid", None),
        ([goal(target(dueDate="2025-12-31"))], "unknown", "limit_expired", None),
        ([goal(startDate="2026-02-01")], "not_fired", None, "default"),
        ([goal(lifecycleStatus="completed", statusDate="2025-12-31")], "unknown", "limit_expired", None),
        (
            [goal(lifecycleStatus="completed", statusDate="2025-12-31"), goal(id="h", startDate="2026-01-01")],
            "fired",
            None,
            "patient",
        ),
        ([goal(lifecycleStatus="cancelled")], "not_fired", None, "default"),
        ([goal(meta=RESTRICTED)], "unknown", "limit_invalid", None),
        ([masked_of_anything()], "unknown", "limit_invalid", None),
        ([goal(), goal(target(detailQuantity={**KILOS, "value": 1.6}), id="h")], "unknown", "limit_invalid", None),
        ([goal(target(concept(LIMIT_SYSTEM, "other/gain_orange")))], "not_fired", None, "default"),
        ([goal(target(concept(LOINC, "29463-7")))], "not_fired", None, "default"),
    ],
)
def test_what_a_rule_makes_of_them(goals: list[Json], status: str, reason: str | None, origin: str | None) -> None:
    """1.7 kg in three days: less than the ruleset's 2 kg."""
    patient = read(condition(), *HEAVIER, *goals)
    result = ruleset().evaluate(cds.Patient(patient), at="2026-01-15T12:00", allow_draft=True)
    found = result["gaining"]
    assert (status, reason) == (found.status, found.reason.name if found.reason else None)
    assert origin is None or (found.limit_origin and found.limit_origin.kind == origin)


def test_the_order_of_goals_does_not_matter() -> None:
    goals = [goal(id=f"g{number}", expressedBy={"display": f"Kari {number}"}) for number in range(3)]
    assert read(*goals).limits == read(*reversed(goals)).limits
