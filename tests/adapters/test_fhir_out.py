"""A result as FHIR R4: valid, complete, the same every time, and read again as it was written."""

import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from fhir.resources.R4B import get_fhir_model_class
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given
from hypothesis import strategies as st

import cds
from cds.adapters.fhir_out import bundle, detected_issues_from_fhir
from cds.catalogue import shared_concepts
from cds.diagnostics import CdsError, Language, PatientError
from cds.operators.reasons import Reason
from cds.result import COLOURS, Result
from cds.shipped import DEMO_AT, DEMO_PATIENT, demo_rulesets
from tests.adapters.evaluated import calm, evaluated, ruleset, weight
from tests.adapters.test_cards import emptiness

Json = dict[str, Any]
VKP = "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090"
LANGUAGES: tuple[Language, ...] = ("nb", "nn", "en")
RESULTS = {
    "much": evaluated(),
    "calm": calm(),
    "nothing known": ruleset().evaluate(cds.Patient.from_dict({"id": "1"}), at="2026-01-15T12:00", allow_draft=True),
    "not applicable": evaluated(conditions=[]),
    "silent": evaluated(readings={"body_weight": [weight("2026-01-10", 80.0)], "blood_pressure": []}),
}


def resources(made: Json, kind: str) -> list[Json]:
    """The resources of a kind."""
    return [each["resource"] for each in made["entry"] if each["resource"]["resourceType"] == kind]


def issue(made: Json, rule: str) -> Json:
    """The DetectedIssue of a rule of the small ruleset."""
    codings = [(each, coding) for each in resources(made, "DetectedIssue") for coding in each["code"]["coding"]]
    return next(each for each, coding in codings if coding["code"] == f"watch/{rule}")


def references(value: Any) -> Iterator[str]:
    """Every reference in a resource."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


@pytest.mark.parametrize("audience", ["clinician", "patient"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
def test_a_bundle_is_valid_and_whole(result: Result, language: Language, audience: Any) -> None:
    made = bundle(result, language, audience=audience)
    Bundle.model_validate(made)
    for each in made["entry"]:
        kind = each["resource"]["resourceType"]
        get_fhir_model_class(kind).model_validate(each["resource"])
        assert each["fullUrl"] == f"urn:uuid:{each['resource']['id']}"
    assert [] == list(emptiness(made))
    urls = [each["fullUrl"] for each in made["entry"]]
    assert len(urls) == len(set(urls))
    assert {each for each in references(made) if each.startswith("urn:uuid:")} <= set(urls)
    assert {UUID(each).version for each in urls} == {5}
    assert json.dumps(made) == json.dumps(bundle(result, language, audience=audience))


def test_each_kind_of_resource_is_there_as_often_as_it_should() -> None:
    kinds = Counter(each["resource"]["resourceType"] for each in bundle(evaluated())["entry"])
    assert {"Device": 1, "GuidanceResponse": 1, "DetectedIssue": 2, "Flag": 1, "Task": 2} == kinds
    assert {"Device": 1, "GuidanceResponse": 1} == Counter(
        each["resource"]["resourceType"] for each in bundle(calm())["entry"]
    )


def test_a_whole_detected_issue() -> None:
    made = bundle(evaluated(), "nb")
    device = resources(made, "Device")[0]
    gaining = issue(made, "gaining")
    assert gaining == {
        "resourceType": "DetectedIssue",
        "id": gaining["id"],
        "meta": {
            "profile": ["http://ehelse.no/fhir/StructureDefinition/vkp-DetectedIssue-v090"],
            "tag": [
                {"system": "http://ehelse.no/fhir/CodeSystem/vkp-triage-v090", "code": "O"},
                {"system": "http://ehelse.no/fhir/CodeSystem/vkp-severity-level-v090", "code": "30"},
            ],
        },
        "language": "nb",
        "status": "preliminary",
        "code": {
            "coding": [
                {"system": VKP, "code": "5"},
                {"system": "urn:cds:rule", "version": "2.1.0", "code": "watch/gaining"},
            ],
            "text": "Vekten har økt 2,5 kg, grensen er 2 kg",
        },
        "severity": "high",
        "patient": {"reference": "Patient/p1"},
        "identifiedDateTime": "2026-01-15T12:00:00+01:00",
        "author": {"reference": f"urn:uuid:{device['id']}", "display": f"cds {cds.__version__}, watch"},
        "implicated": [
            {"reference": "Condition/hf"},
            {"reference": "Observation/w1"},
            {"reference": "Observation/w2"},
        ],
        "detail": "!! UTKAST, IKKE GODKJENT FOR BRUK: watch. ORANSJE: Vekten har økt 2,5 kg, grensen er 2 kg. "
        "Se også på hevelser. 2,5 kg; grense 2 kg (regelsettets).",
    }


def test_the_author_states_every_version() -> None:
    result = evaluated()
    device = resources(bundle(result), "Device")[0]
    versions = {each["type"]["text"]: each["value"] for each in device["version"]}
    assert {"cds": cds.__version__, "ruleset": "2.1.0", "hash": result.heads[0].hash, "status": "draft"} == versions
    assert [{"system": "urn:cds:ruleset", "value": "watch"}] == device["identifier"]
    assert resources(bundle(evaluated(id="other")), "Device") == [device]


@pytest.mark.parametrize(
    ("colour", "severity", "priority", "triage", "level"),
    [
        ("red", "high", "stat", "R", "40"),
        ("orange", "high", "asap", "O", "30"),
        ("yellow", "moderate", "urgent", "Y", "20"),
    ],
)
def test_a_colour_in_the_words_of_others(colour: Any, severity: str, priority: str, triage: str, level: str) -> None:
    changed = replace(evaluated()["gaining"], colour=colour)
    made = bundle(replace(evaluated(), findings=(changed,)))
    found = issue(made, "gaining")
    assert [triage, level] == [each["code"] for each in found["meta"]["tag"]]
    assert severity == found["severity"]
    assert priority == resources(made, "Task")[0]["priority"]
    assert (colour in ("red", "orange")) == bool(resources(made, "Flag"))


@pytest.mark.parametrize("codes", ["vkp-triage-v090", "vkp-severity-level-v090"])
def test_every_colour_has_its_own_word(codes: str) -> None:
    words = [each.triage if "triage" in codes else each.vkp_severity for each in COLOURS.values()]
    assert len(words) == len(set(words))


def test_a_finding_without_a_code_of_vkp_is_there_without_its_profile() -> None:
    shown = replace(evaluated()["heavy_rule"], hidden_by="")
    found = issue(bundle(replace(evaluated(), findings=(shown,))), "heavy_rule")
    assert "profile" not in found["meta"]
    assert ["urn:cds:rule"] == [each["system"] for each in found["code"]["coding"]]


def test_readings_that_no_reference_leads_to_are_named() -> None:
    unnamed = {"time": "2026-01-15T08:00", "systolic": 150, "diastolic": 80, "unit": "mmHg"}
    said = {"type": "Observation", "display": "pressure 2026-01-15T08:00:00+01:00"}
    named = evaluated(readings={"blood_pressure": [{**unnamed, "id": "bp 1\x07"}]})
    assert {"identifier": {"value": "bp 1\ufffd"}, **said} in issue(bundle(named), "high")["implicated"]
    without = evaluated(readings={"blood_pressure": [unnamed]})
    assert said in issue(bundle(without), "high")["implicated"]


def test_what_is_missing_is_named_by_its_loinc_code() -> None:
    found = issue(bundle(RESULTS["silent"]), "no_weight")
    missing = {"type": "Observation", "identifier": {"system": "http://loinc.org", "value": "29463-7"}}
    assert {**missing, "display": "weight"} in found["implicated"]
    assert {"system": VKP, "code": "5.3.2"} in found["code"]["coding"]


def test_tasks_are_proposals_with_who_and_how_soon() -> None:
    made = bundle(evaluated())
    gaining, high = resources(made, "Task")
    assert {("draft", "proposal")} == {(each["status"], each["intent"]) for each in (gaining, high)}
    assert "!! DRAFT, NOT APPROVED FOR USE: watch. Call the patient." == gaining["description"]
    assert {"display": "the nurse on duty"} == gaining["owner"]
    hours = {"start": "2026-01-15T12:00:00+01:00", "end": "2026-01-15T16:00:00+01:00"}
    assert [hours, {**hours, "end": "2026-01-17"}] == [each["restriction"]["period"] for each in (gaining, high)]
    assert {"reference": f"urn:uuid:{issue(made, 'gaining')['id']}"} == gaining["focus"]
    inputs = {each["type"]["text"]: each["valueString"] for each in gaining["input"]}
    assert {"respond_within": "4 hours", "responsible": "the nurse on duty", "route": "clinical"} == inputs


def test_a_time_limit_in_hours_is_hours_also_when_clocks_change() -> None:
    summer = [weight("2026-03-28T07:30", 101.0), weight("2026-03-28T20:00", 103.5)]
    made = bundle(evaluated(at="2026-03-29T01:00", readings={"body_weight": summer}))
    assert "2026-03-29T05:00:00+01:00" == resources(made, "Task")[0]["restriction"]["period"]["end"]


def response(result: Result, language: Language = "en") -> Json:
    """The one GuidanceResponse."""
    (made,) = resources(bundle(result, language), "GuidanceResponse")
    return made


def outcomes(result: Result) -> dict[str, Json]:
    """What the outputs say of each rule."""
    listed = response(result)["contained"][0]["parameter"]
    parts = [{part["name"]: part for part in each["part"]} for each in listed if each["name"] == "finding"]
    return {each["rule"]["valueString"]: each for each in parts}


@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
def test_every_rule_has_its_outcome(result: Result) -> None:
    found = outcomes(result)
    assert {each.id: each.status for each in result.findings} == {
        rule: each["status"]["valueCode"] for rule, each in found.items()
    }
    assert {each.id for each in result.findings if each.status == "fired" and each.is_shown} == {
        rule for rule, each in found.items() if "detected-issue" in each
    }
    assert {each.id: each.hidden_by for each in result.hidden} == {
        rule: each["hidden-by"]["valueString"] for rule, each in found.items() if "hidden-by" in each
    }


def test_success_only_when_everything_was_told() -> None:
    assert "success" == response(calm())["status"]
    for each in calm().findings:
        for status in ("unknown", "unconfirmed"):
            changed = replace(
                each, status=status, colour="red" if status == "unconfirmed" else "", reason=Reason.no_data
            )
            assert "data-required" == response(replace(calm(), findings=(changed,)))["status"]
        uncertain = replace(evaluated()["gaining"], uncertain=True, reason=Reason.limit_expired)
        assert "data-required" == response(replace(calm(), findings=(uncertain,)))["status"]


def codes(result: Result) -> list[tuple[str, set[str]]]:
    """Each data requirement: the resource, and the codes that it may have."""
    listed = response(result).get("dataRequirement", [])
    return [
        (each["type"], {code["code"] for one in each.get("codeFilter", ()) for code in one["code"]}) for each in listed
    ]


def test_what_would_settle_it_is_required() -> None:
    by_name = shared_concepts().by_name
    pulse, pressure = ({code for _, code in by_name[each].codes} for each in ("heart_rate", "blood_pressure"))
    assert [("Observation", pressure), ("Observation", pulse)] == codes(evaluated())
    failure = {code for system, code in by_name["heart_failure"].codes if system == "http://snomed.info/sct"}
    kinds = [kind for kind, _ in codes(RESULTS["nothing known"])]
    assert ["Condition", "Observation", "Observation", "Observation"] == kinds
    assert ("Condition", failure) == codes(RESULTS["nothing known"])[0]
    expired = [{"limit": "gain_red", "value": 3, "unit": "kg", "until": "2025-12-31"}]
    known = calm()
    gaining = evaluated(limits=expired)["gaining"]
    assert [("Goal", set[str]())] == codes(replace(known, findings=(gaining,)))


def test_what_is_not_as_it_looks_is_noted_with_the_reason() -> None:
    assert [
        "!! DRAFT, NOT APPROVED FOR USE: watch",
        "watch/severe: Very high blood pressure: 185 mmHg; waiting for confirmation",
        "watch/racing: the data were not supplied for the whole span (pulse); "
        "To settle it: supply these data, or state that there are none",
        "watch/heavy\\_rule: The weight is 103.5 kg; hidden by watch/gaining",
        "watch/light\\_rule: Not light; hidden by watch/heavy\\_rule",
    ] == [each["text"] for each in response(evaluated())["note"]]
    assert 1 == len(response(calm())["note"])


def test_data_that_could_not_be_used_go_along() -> None:
    result = evaluated(readings={"body_weight": [{"time": "2026-01-15T07:30", "value": 80}]})
    (outcome,) = resources(bundle(result), "OperationOutcome")
    assert [(each.code, each.place) for each in result.issues] == [
        (each["details"]["coding"][0]["code"], each["diagnostics"]) for each in outcome["issue"]
    ]
    assert [{"reference": f"urn:uuid:{outcome['id']}"}] == response(result)["evaluationMessage"]
    assert "evaluationMessage" not in response(calm())
    assert [] == resources(bundle(calm()), "OperationOutcome")


def test_data_that_could_not_be_used_are_said_once_for_all_rulesets() -> None:
    patient = cds.Patient.from_dict(
        {"id": "1", "readings": {"body_weight": [{"time": "2026-01-15T07:30", "value": 80}]}}
    )
    made = bundle(cds.load(demo_rulesets()).evaluate(patient, at=DEMO_AT, allow_draft=True))
    (outcome,) = resources(made, "OperationOutcome")
    responses = resources(made, "GuidanceResponse")
    assert len(responses) > 1
    assert {f"urn:uuid:{outcome['id']}"} == {each["evaluationMessage"][0]["reference"] for each in responses}


def test_what_was_written_is_read_again() -> None:
    result = evaluated()
    found = detected_issues_from_fhir(json.loads(json.dumps(bundle(result))))
    assert [
        (each.id, "2.1.0", each.colour, each.rule.vkp, result.at, "Patient/p1", "preliminary") for each in result.fired
    ] == [(each.rule, each.version, each.colour, each.vkp, each.time, each.patient, each.status) for each in found]


def test_what_others_wrote_is_read_too() -> None:
    foreign = {"resourceType": "DetectedIssue", "code": {"coding": [{"system": VKP, "code": "1.20"}]}}
    entries = [{"resource": foreign}, {"request": {"method": "DELETE", "url": "Task/1"}}]
    (found,) = detected_issues_from_fhir({"resourceType": "Bundle", "entry": entries})
    assert ("", "1.20", "") == (found.rule, found.vkp, found.colour)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("resource", "code", "coding", "meta", "tag", "patient", "system")), inner)
    ),
)


@given(JSON)
def test_reading_never_breaks(value: Any) -> None:
    issue = {"resourceType": "DetectedIssue", "code": value, "meta": value, "patient": value, "detail": value}
    assert 1 == len(detected_issues_from_fhir({"resourceType": "Bundle", "entry": [{"resource": issue}]}))
    with contextlib.suppress(PatientError):
        assert () == detected_issues_from_fhir({"resourceType": "Bundle", "entry": [value]})


@pytest.mark.parametrize(
    "wrong", [{}, {"resourceType": "Patient"}, {"resourceType": "Bundle", "entry": {}}, {"entry": []}, {"entry": [1]}]
)
def test_what_is_no_bundle_is_refused(wrong: Json) -> None:
    with pytest.raises(PatientError, match="Bundle"):
        detected_issues_from_fhir(wrong)


def test_the_caller_may_say_who_the_patient_is() -> None:
    subject = {"identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "made up"}}
    made = bundle(evaluated(), subject=subject)
    assert {json.dumps(subject)} == {json.dumps(each["patient"]) for each in resources(made, "DetectedIssue")}
    assert ("made up",) == tuple({each.patient for each in detected_issues_from_fhir(made)})


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("p1", {"reference": "Patient/p1"}),
        ("two words", {"identifier": {"value": "two words"}}),
        (
            "urn:uuid:3c0b13d7-9937-55c0-b332-c3d19092248e",
            {"reference": "urn:uuid:3c0b13d7-9937-55c0-b332-c3d19092248e"},
        ),
    ],
)
def test_a_patient_is_referred_to_by_id(name: str, subject: Json) -> None:
    assert subject == response(evaluated(id=name))["subject"]


def test_a_patient_without_a_name_is_refused() -> None:
    with pytest.raises(CdsError, match="the patient has no id"):
        bundle(evaluated(id=None))
    nameless = bundle(evaluated(id=None), subject={"reference": "Patient/9"})
    assert {"reference": "Patient/9"} == resources(nameless, "GuidanceResponse")[0]["subject"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_patient_gets_requests_that_nobody_sent(language: Language) -> None:
    made = bundle(evaluated(), language, audience="patient")
    assert {"CommunicationRequest"} == {each["resource"]["resourceType"] for each in made["entry"]}
    assert {"draft"} == {each["resource"]["status"] for each in made["entry"]}
    text = json.dumps(made, ensure_ascii=False)
    for each in evaluated().findings:
        assert each.id not in text
        for said in (*each.rule.wording.summary.values(), *each.rule.wording.suggest.values()):
            assert said.partition("{")[0].strip() not in text


def test_the_public_name() -> None:
    assert cds.fhir_bundle(evaluated()) == bundle(evaluated())


def test_the_demonstration_is_valid() -> None:
    patient = cds.Patient.from_dict(json.loads(DEMO_PATIENT.read_bytes()))
    result = cds.load(demo_rulesets()).evaluate(patient, at=DEMO_AT, allow_draft=True)
    made = bundle(result, "nn")
    Bundle.model_validate(made)
    statuses = {
        each["moduleCodeableConcept"]["coding"][0]["code"]: each["status"]
        for each in resources(made, "GuidanceResponse")
    }
    assert {head.id for head in result.heads} == statuses.keys()
    assert {
        "dispenser-doses": "success",
        "heart-failure-weight": "data-required",
        "home-blood-pressure": "data-required",
    }.items() <= statuses.items()
