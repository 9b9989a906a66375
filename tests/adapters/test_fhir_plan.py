"""What becomes of CarePlans with zones: shown with the finding in its zone, word for word; limits as text listed."""

from typing import Any

import pytest
from markdown_it import MarkdownIt

import cds
from cds.adapters.cards import cards
from cds.adapters.fhir import patient_from_fhir
from cds.document import document
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.patient import Patient, PlanAction
from cds.render import report
from cds.result import Result
from tests.adapters.building import Json, at, bundle, codes, concept, condition, observation, pressure, supply
from tests.adapters.evaluated import ruleset

ZONES = "http://hl7.no/fhir/ig/planer-hacking/CodeSystem/planer-hacking-observation-severity-zone-cs"
RESTRICTED = {"security": [{"code": "R"}]}
TEXT = "Øk dosen og kontakt fastlegen innen 24 timer"
YELLOW = [PlanAction("yellow", TEXT, "CarePlan/p")]


def zone(colour: str) -> Json:
    return concept(ZONES, colour)


def zone_condition(colour: str = "yellow", **fields: Any) -> Json:
    """A zone as the draft guide has it: its limits in words."""
    made = {"id": f"zone-{colour}", "severity": zone(colour), "code": {"text": "Peak flow mellom 50 og 80 prosent"}}
    return condition(**(made | fields))


def activity(text: str | None = TEXT, **fields: Any) -> Json:
    made = {"status": "not-started", "description": text} | fields
    return {"detail": {name: each for name, each in made.items() if each is not None}}


def plan(*activities: Json, **fields: Any) -> Json:
    """A plan of patient 1 for its yellow zone, changed by `fields`; a field that is None is left out."""
    made = {
        "resourceType": "CarePlan",
        "id": "p",
        "status": "active",
        "intent": "plan",
        "subject": {"reference": "Patient/1"},
        "addresses": [{"reference": "Condition/zone-yellow"}],
        "activity": list(activities) or [activity()],
    } | fields
    return {name: each for name, each in made.items() if each is not None}


def read(*resources: Json) -> Patient:
    return patient_from_fhir(bundle(*resources))


LISTED = "limit_only_as_text Condition/zone-yellow"


@pytest.mark.parametrize(
    "made",
    [
        plan(),
        plan(intent="order"),
        plan(activity(status="scheduled")),
        plan(activity(status="in-progress")),
        plan(activity(doNotPerform=False)),
        plan(addresses=None, category=[zone("yellow")]),
        plan(activity(code=zone("yellow")), addresses=None),
        plan(activity(reasonCode=[zone("yellow")]), addresses=None),
        plan(activity(reasonReference=[{"reference": "Condition/zone-yellow"}]), addresses=None),
        plan(activity(goal=[{"reference": "Goal/g"}]), addresses=None),
        plan(addresses=None, goal=[{"reference": "Goal/g"}]),
        plan(activity(code=zone("yellow")), category=[zone("red")]),
        plan(addresses=[{"reference": "Condition/zone-yellow"}, {"reference": "Condition/other"}]),
        plan(activity(), activity(None)),
        plan(activity(), {"reference": {"reference": "Task/1"}}),
    ],
)
def test_what_to_do_in_a_zone(made: Json) -> None:
    goal = {
        "resourceType": "Goal",
        "id": "g",
        "lifecycleStatus": "active",
        "category": [zone("yellow")],
        "subject": {"reference": "Patient/1"},
    }
    patient = read(zone_condition(), goal, made)
    assert (YELLOW, [LISTED]) == (list(patient.plan_actions), codes(patient.issues))


@pytest.mark.parametrize(
    ("period", "since", "until"),
    [
        ({"start": "2026-01-01"}, at("2026-01-01"), LAST_TIME),
        ({"end": "2026-06-30"}, FIRST_TIME, at("2026-07-01")),
        ({"start": "2026", "end": "2026-06"}, at("2026-01-01"), at("2026-07-01")),
        ({}, FIRST_TIME, LAST_TIME),
    ],
)
def test_when_a_plan_is_in_force(period: Json, since: int, until: int) -> None:
    (found,) = read(zone_condition(), plan(period=period)).plan_actions
    assert (since, until) == (found.since, found.until)


@pytest.mark.parametrize(
    ("made", "issues"),
    [
        (plan(status="draft"), ["plan_not_in_force CarePlan/p"]),
        (plan(status="completed"), ["plan_not_in_force CarePlan/p"]),
        (plan(status="revoked"), ["plan_not_in_force CarePlan/p"]),
        (plan(status="on-hold"), ["plan_not_in_force CarePlan/p"]),
        (plan(status=None), ["plan_not_in_force CarePlan/p"]),
        (plan(status="entered-in-error"), ["entered_in_error CarePlan/p"]),
        (plan(intent="proposal"), ["plan_not_in_force CarePlan/p"]),
        (plan(intent=None), ["plan_not_in_force CarePlan/p"]),
        (plan(modifierExtension=[{"url": "x"}]), ["meaning_changed CarePlan/p"]),
        (plan(meta=RESTRICTED), ["plan_withheld CarePlan/p"]),
        (plan(meta=RESTRICTED, addresses=None), ["plan_withheld CarePlan/p"]),
        (plan(activity(status="cancelled")), ["plan_not_in_force CarePlan/p"]),
        (plan(activity(status="stopped")), ["plan_not_in_force CarePlan/p"]),
        (plan(activity(status=None)), ["plan_not_in_force CarePlan/p"]),
        (plan(activity(doNotPerform=True)), ["meaning_changed CarePlan/p"]),
        (plan({**activity(), "modifierExtension": [{"url": "x"}]}), ["meaning_changed CarePlan/p"]),
        (plan(category=[zone("red")]), ["plan_zone_not_told CarePlan/p"]),
        (plan(activity(" ")), []),
        (plan(activity=None), []),
        (plan(addresses=None), ["plan_without_zones CarePlan"]),
        (plan(addresses=[{"reference": "Condition/other"}]), ["plan_without_zones CarePlan"]),
        (plan(addresses=None, category=[concept("https://example.org", "yellow")]), ["plan_without_zones CarePlan"]),
        (plan(addresses=None, category=[zone("purple")]), ["plan_without_zones CarePlan"]),
        (plan(subject={"reference": "Patient/2"}), ["other_patient CarePlan/p"]),
        (plan(subject=None), ["ambiguous_subject CarePlan/p"]),
    ],
)
def test_what_is_not_shown(made: Json, issues: list[str]) -> None:
    patient = read(zone_condition(), made)
    assert ((), sorted([LISTED, *issues])) == (patient.plan_actions, sorted(codes(patient.issues)))


@pytest.mark.parametrize(
    "fields",
    [
        {"clinicalStatus": concept("x", "inactive")},
        {"clinicalStatus": concept("x", "resolved")},
        {"verificationStatus": concept("x", "refuted")},
        {"modifierExtension": [{"url": "x"}]},
        {"meta": RESTRICTED},
        {"subject": {"reference": "Patient/2"}},
    ],
)
def test_zones_that_do_not_count(fields: Json) -> None:
    patient = read(zone_condition(**fields), plan())
    assert () == patient.plan_actions
    assert "plan_without_zones CarePlan" in codes(patient.issues)


def test_a_plan_with_a_zone_for_each_activity() -> None:
    activities = [activity(colour, code=zone(colour)) for colour in ("green", "yellow", "red")]
    patient = read(plan(*activities, addresses=None))
    assert ["green", "red", "yellow"] == sorted(each.colour for each in patient.plan_actions)
    assert all(each.colour == each.text for each in patient.plan_actions)


@pytest.mark.parametrize(
    ("fields", "listed"),
    [
        ({}, True),
        ({"code": {"text": " "}}, False),
        ({"code": None}, False),
        ({"severity": concept("http://snomed.info/sct", "6736007")}, False),
        ({"verificationStatus": concept("x", "entered-in-error")}, False),
        ({"meta": RESTRICTED}, False),
    ],
)
def test_limits_in_words_are_listed_and_never_read(fields: Json, listed: bool) -> None:
    patient = read(zone_condition(**fields))
    assert () == patient.limits
    assert listed == (LISTED in codes(patient.issues))


def test_zones_are_no_diagnoses() -> None:
    """A plan says nothing of which diagnoses there are, and a masked zone hides none."""
    assert "none" == supply(read(zone_condition()), "conditions.copd")
    assert {} == read(zone_condition(meta=RESTRICTED)).tables
    coded = zone_condition(code=concept("http://snomed.info/sct", "84114007"))
    patient = read(coded)
    assert 1 == len(patient.tables["conditions.heart_failure"].times)
    assert "none" == supply(patient, "conditions.heart_failure")
    assert "all" == supply(read(zone_condition(), condition()), "conditions.copd")


READINGS = (
    observation(101.0, time="2026-01-13T07:30:00+01:00", id="a"),
    observation(103.5, time="2026-01-15T07:30:00+01:00", id="b"),
    pressure(150, 95, id="c", effectiveDateTime="2026-01-15T08:00:00+01:00"),
)


def evaluated(*resources: Json, moment: str = "2026-01-15T12:00") -> Result:
    """Orange, as the weight is up; yellow, as the blood pressure is high."""
    patient = cds.Patient(read(condition(), *READINGS, *resources))
    return ruleset().evaluate(patient, at=moment, allow_draft=True)


def actions(result: Result) -> dict[str, list[Json]]:
    """What stands of the plan in each finding's document."""
    found = document(result, "nb")["findings"]
    return {each["rule"]: each["plan_actions"] for each in found if each["plan_actions"]}


def test_a_text_stands_with_the_findings_of_its_colour_only() -> None:
    texts = [activity(f"to do in {colour}", code=zone(colour)) for colour in ("green", "yellow", "red")]
    result = evaluated(plan(*texts, addresses=None))
    fired = {each.rule.name: each.colour for each in result.findings if each.status == "fired"}
    assert {"orange", "yellow"} == set(fired.values())
    yellow = {rule for rule, colour in fired.items() if colour == "yellow"}
    assert {rule: [{"text": "to do in yellow", "reference": "CarePlan/p"}] for rule in yellow} == actions(result)


def test_a_finding_that_waits_shows_no_text() -> None:
    """A very high pressure waits for a second reading, so nobody is in the red zone yet."""
    severe = pressure(185, 95, id="d", effectiveDateTime="2026-01-15T09:00:00+01:00")
    result = evaluated(severe, plan(activity("to do", code=zone("red")), addresses=None))
    assert "unconfirmed" == result["severe"].status
    assert {} == actions(result)


@pytest.mark.parametrize(
    ("moment", "is_shown"), [("2026-01-14T23:59", False), ("2026-01-15T12:00", True), ("2026-01-16T00:00", False)]
)
def test_a_plan_is_shown_while_it_is_in_force(moment: str, is_shown: bool) -> None:
    period = {"start": "2026-01-15", "end": "2026-01-15"}
    result = evaluated(zone_condition(), plan(period=period), moment=moment)
    assert is_shown == bool(result.plan_actions)


HOSTILE = "# Ring\n\n[legen](javascript:alert(1)) <b>nå</b> **og** `x`\u202e | https://example.org *"
SAID = "# Ring [legen](javascript:alert(1)) <b>nå</b> **og** `x`\ufffd | https://example.org *"


def test_reports_and_cards_quote_it_as_text_and_as_the_plans_own() -> None:
    result = evaluated(zone_condition(), plan(activity(HOSTILE)))
    assert {HOSTILE} == {each["text"] for said in actions(result).values() for each in said}
    expected = f"Pasientens egen plan for gul sone, ordrett: «{SAID}» (CarePlan/p; sjekk at det gjelder dette)"
    assert expected in report(result, "nb")
    details = [each["detail"] for each in cards(result, "nb")["cards"]]
    quoted = [each for each in details if "Pasientens egen plan for gul sone" in each]
    assert quoted
    for each in quoted:
        html = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table").render(each)
        assert not [tag for tag in ("<a ", "<b>", "<h1", "<code>", "<table") if tag in html], html
        plain = html.replace("&lt;", "<").replace("&gt;", ">").replace("\u2060", "")
        assert "Ring [legen](javascript:alert(1)) <b>nå</b> **og**" in plain


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nb", "Pasientens egen plan for gul sone, ordrett: «do it» (CarePlan/p; sjekk at det gjelder dette)"),
        ("nn", "Pasienten sin eigen plan for gul sone, ordrett: «do it» (CarePlan/p; sjekk at det gjeld dette)"),
        (
            "en",
            "The patient's own plan for the yellow zone, word for word: “do it” "
            "(CarePlan/p; check that it is about this)",
        ),
    ],
)
def test_it_is_quoted_in_its_own_language(language: Any, said: str) -> None:
    assert said in report(evaluated(zone_condition(), plan(activity("do it"))), language)
