"""One request and its response: what is answered, what is refused and how, and that each stands alone."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cds import DraftNotAllowed, Patient, load
from cds.adapters.cards import cards
from cds.adapters.fhir_out import bundle
from cds.api import Ruleset
from cds.document import document
from cds.exchange import Request, Service, request_schema, response_schema
from cds.messages import messages_document
from cds.shipped import DEMO_AT, DEMO_PATIENT, shipped_rulesets

Json = dict[str, Any]

DEMO: Json = json.loads(DEMO_PATIENT.read_text("utf-8"))
WELL_FORMED = DEMO | {"readings": {}}  # one of its readings is without a unit on purpose
RULESET = load(shipped_rulesets())
SERVICE = Service(RULESET, allow_draft=True)
WEIGHT = {
    "resourceType": "Observation",
    "id": "w",
    "status": "final",
    "subject": {"reference": "Patient/1"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    "effectiveDateTime": "2026-11-23T07:30:00+01:00",
    "valueQuantity": {"value": 83.1, "code": "kg", "system": "http://unitsofmeasure.org"},
}
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [{"resource": {"resourceType": "Patient", "id": "1"}}, {"resource": WEIGHT}],
}
OF_REQUESTS = Draft202012Validator(request_schema())
OF_RESPONSES = Draft202012Validator(response_schema())
GAIN_LIMIT = {"limit": "missed_red", "value": 3, "unit": "doses", "author": "Kari Lege"}


def request(**fields: Any) -> Json:
    return {"id": "1", "at": DEMO_AT, "patient": DEMO} | fields


def asked(fields: object, service: Service = SERVICE) -> Json:
    """The response, after it was held against its schema."""
    response = service.answer(json.dumps(fields).encode())
    OF_RESPONSES.validate(json.loads(json.dumps(response)))
    return response


def without(name: str, **fields: Any) -> Json:
    return {key: each for key, each in request(**fields).items() if key != name}


# what is answered


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("explain", [True, False])
def test_the_answer_is_that_of_the_library(language: Any, explain: bool) -> None:
    result = RULESET.evaluate(Patient.from_dict(DEMO), at=DEMO_AT, allow_draft=True)
    expected = {"id": "1", "result": document(result, language, explain=explain)}
    assert expected == asked(request(language=language, explain=explain))
    process = Service(RULESET, language, explain, allow_draft=True)
    assert expected == asked(request(), process) == asked(request(language=None, explain=None), process)


def test_a_bundle_is_answered_as_by_the_library() -> None:
    supplied = {"conditions": True, "body_weight": {"from": "2026-11-20T00:00:00+01:00"}}
    for stated in (None, supplied):
        patient = Patient.from_fhir(BUNDLE, supplied=stated)
        expected = document(RULESET.evaluate(patient, at=DEMO_AT, allow_draft=True))
        assert expected == asked(without("patient", bundle=BUNDLE, supplied=stated))["result"]


@pytest.mark.parametrize("audience", ["clinician", "patient"])
def test_cards_and_fhir_are_those_of_the_library(audience: Any) -> None:
    result = RULESET.evaluate(Patient.from_dict(DEMO), at=DEMO_AT, allow_draft=True)
    made = {"id": "1", **cards(result, "nn", audience=audience)}
    assert made == asked(request(format="cards", audience=audience, language="nn"))
    made = {"id": "1", "fhir": bundle(result, audience=audience)}
    assert made == asked(request(format="fhir", audience=audience))
    assert made == asked(request(), Service(RULESET, format="fhir", audience=audience, allow_draft=True))


def test_a_patient_is_told_only_what_is_written_for_patients() -> None:
    result = RULESET.evaluate(Patient.from_dict(DEMO), at=DEMO_AT, allow_draft=True)
    expected = {"id": "1", "messages": messages_document(result, "nb")}
    assert expected == asked(request(audience="patient", language="nb", explain=True))
    process = Service(RULESET, "nb", True, audience="patient", allow_draft=True)
    assert expected == asked(request(), process)
    assert {"id", "result"} == set(asked(request(audience="clinician"), process))


def test_limits_beside_the_patient_are_used() -> None:
    limits = [GAIN_LIMIT]
    expected = document(RULESET.evaluate(Patient.from_dict(DEMO), at=DEMO_AT, limits=limits, allow_draft=True))
    assert expected == asked(request(limits=limits))["result"]
    assert expected != asked(request())["result"]


def test_a_limit_that_cannot_be_read_is_no_refusal_and_makes_its_rules_unknown() -> None:
    result = asked(request(limits=[GAIN_LIMIT | {"value": "three"}]))["result"]
    missed = next(each for each in result["findings"] if each["limit_name"] == "missed_red")
    assert ("unknown", "limit_invalid") == (missed["group"], missed["unknown"]["reason"])


@pytest.mark.parametrize("name", ["", "7", "æøå ☃", 'quote " and \\', "two\nlines", "x" * 10_000])
def test_any_text_comes_back_as_id(name: str) -> None:
    assert name == asked(request(id=name))["id"]
    assert name == asked(request(id=name, at="never"))["id"]


@pytest.mark.parametrize("name", [0, 7, -7, 10**40])
def test_a_whole_number_comes_back_as_id(name: int) -> None:
    for made in (request(id=name, patient={}), request(id=name, patient={}, at="never")):
        assert OF_REQUESTS.is_valid(made)
        found = asked(made)["id"]
        assert (name, int) == (found, type(found))


def test_a_request_without_id_is_answered_without() -> None:
    assert asked(without("id"))["id"] is None


# what is refused


@pytest.mark.parametrize(
    ("fields", "code", "place", "says"),
    [
        (7, "not_an_object", "", "cds schema request"),
        ([], "not_an_object", "", "JSON object"),
        (None, "not_an_object", "", "JSON object"),
        (without("at"), "field_missing", "at", "2026-01-08T08:00"),
        (without("at", att=DEMO_AT), "field_not_known", "att", "did you mean `at`?"),
        (request(colour="red"), "field_not_known", "colour", "the fields are id, at,"),
        (request(**{"Kari Nordmann": 1}), "field_not_known", "?", "the fields are"),
        (without("patient"), "field_missing", "patient", "`patient` or `bundle`"),
        (request(patient=None), "field_missing", "patient", "`patient` or `bundle`"),
        (request(bundle=BUNDLE), "fields_clash", "bundle", "either `patient` or `bundle`"),
        (request(supplied={"conditions": True}), "fields_clash", "supplied", "into `patient`"),
        (request(patient=BUNDLE), "fields_clash", "patient", "send it as `bundle`"),
        (without("id", Id="1"), "field_not_known", "Id", "did you mean `id`?"),
        (without("at", At=DEMO_AT), "field_not_known", "At", "did you mean `at`?"),
        (without("patient", Patient=DEMO), "field_not_known", "Patient", "did you mean `patient`?"),
        (request(LANGUAGE="nb"), "field_not_known", "LANGUAGE", "did you mean `language`?"),
        (request(id=7.5), "wrong_shape", "id", "a text or a whole number belongs here"),
        (request(id=True), "wrong_shape", "id", "a text or a whole number belongs here"),
        (request(id=["7"]), "wrong_shape", "id", "a text or a whole number belongs here"),
        (request(at=20261123), "wrong_shape", "at", "a text belongs here"),
        (request(patient=[]), "wrong_shape", "patient", "an object belongs here"),
        (request(bundle="{}"), "wrong_shape", "bundle", "an object belongs here"),
        (request(limits={}), "wrong_shape", "limits", "a list belongs here"),
        (request(explain="yes"), "wrong_shape", "explain", "true or false belongs here"),
        (request(explain=1), "wrong_shape", "explain", "true or false belongs here"),
        (request(language="de"), "wrong_shape", "language", "'nb', 'nn' or 'en' belongs here"),
        (request(format="xml"), "wrong_shape", "format", "'result', 'cards' or 'fhir' belongs here"),
        (request(audience="nurse"), "wrong_shape", "audience", "'clinician' or 'patient' belongs here"),
        (request(format="fhir", patient=DEMO | {"id": ""}), "patient_not_named", "format", "state the id"),
        (request(at=""), "time_not_understood", "at", "a date with a clock time"),
        (request(at="2026-11-23"), "time_not_understood", "at", "a date with a clock time"),
        (request(at="2026-11-23T25:00"), "time_not_understood", "at", "a date with a clock time"),
        (request(patient={"zone": "Europe/Olso"}), "patient_not_read", "patient", "`Europe/Oslo`"),
        (without("patient", bundle={}), "patient_not_read", "bundle", "not a FHIR Bundle"),
        (without("patient", bundle=BUNDLE | {"entry": 1}), "patient_not_read", "bundle", "not a list"),
    ],
)
def test_a_refusal_says_what_where_and_the_cure(fields: Any, code: str, place: str, says: str) -> None:
    error = asked(fields)["error"]
    assert (code, place) == (error["code"], error["place"])
    assert says in error["message"]


@pytest.mark.parametrize(
    ("raw", "name", "code", "place"),
    [
        (b'{"id": "1", "at": 1, "at": 2}', "1", "field_twice", "at"),
        (b'{"id": "1", "id": "2"}', None, "field_twice", "id"),
        (b'{"id": "1", "patient": {"zone": "a", "zone": "b"}}', "1", "field_twice", "patient.zone"),
        (b'{"id": "1", "patient": ' + b"[" * 200 + b"]" * 200 + b"}", "1", "nested_too_deeply", ""),
        (b'{"id": "1", ', None, "not_json", "column 13"),
        (b'{"id": "1",\n"at"}', None, "not_json", "line 2, column 5"),
        (b"\xff", None, "not_utf8", "byte 1"),
    ],
)
def test_a_text_that_is_refused_still_names_its_request(raw: bytes, name: str | None, code: str, place: str) -> None:
    response = SERVICE.answer(raw)
    OF_RESPONSES.validate(response)
    assert (name, code, place) == (response["id"], response["error"]["code"], response["error"]["place"])


def test_no_value_of_a_request_stands_in_its_refusal() -> None:
    secret = "Kari 01017012345"
    odd: Json = {"patient": {"zone": secret}, "at": secret, "language": secret, "explain": secret, "limits": secret}
    odd |= {"bundle": {"type": secret, "resourceType": secret, secret: secret}, "supplied": secret, secret: secret}
    for name, each in odd.items():
        fields = without("patient") if name == "bundle" else request()
        assert secret not in json.dumps(asked(fields | {name: each})["error"])
    assert secret not in json.dumps(SERVICE.answer(f'{{"{secret}": 1, "{secret}": 2}}'.encode()))
    assert secret not in json.dumps(SERVICE.answer(f'{{"at": {secret}}}'.encode()))


def test_a_failure_of_cds_itself_is_said_without_values(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("Kari 01017012345")

    with monkeypatch.context() as broken:
        broken.setattr(Ruleset, "evaluate", fail)
        response = asked(request())
    assert ("1", "internal_error") == (response["id"], response["error"]["code"])
    assert "KeyError in fail, test_exchange.py line" in response["error"]["message"]
    assert "Kari" not in response["error"]["message"]
    assert "result" in asked(request())


@given(st.dictionaries(st.sampled_from([*Request.model_fields, "other"]), st.none() | st.text() | st.just(DEMO)))
def test_whatever_the_fields_hold_there_is_an_answer_or_a_refusal(fields: Json) -> None:
    response = asked(fields)
    assert set(response) in ({"id", "result"}, {"id", "error"})


# what stands around it


def test_drafts_answer_only_when_they_may() -> None:
    with pytest.raises(DraftNotAllowed):
        Service(RULESET)


def test_what_answers_is_said_as_in_every_result() -> None:
    ready = Service(RULESET, "nb", True, "cards", "patient", allow_draft=True).ready(1000)
    OF_RESPONSES.validate(json.loads(json.dumps(ready)))
    result = asked(request(language="nb"))["result"]
    said = json.loads(json.dumps(ready["ready"]))
    assert {name: result[name] for name in ("engine", "hash", "rulesets", "language")} == {
        name: said[name] for name in ("engine", "hash", "rulesets", "language")
    }
    assert (True, "cards", "patient", 1000) == (
        said["explain"],
        said["format"],
        said["audience"],
        said["most_bytes"],
    )


@pytest.mark.parametrize(
    "fields",
    [
        request(patient=WELL_FORMED, limits=[GAIN_LIMIT], language="nn", explain=True, supplied=None),
        without("patient", bundle=BUNDLE, supplied={"conditions": True}, limits=None),
        without("id", patient={}),
    ],
)
def test_requests_that_are_answered_follow_the_schema(fields: Json) -> None:
    OF_REQUESTS.validate(fields)
    assert "result" in asked(fields)


@pytest.mark.parametrize(
    "fields",
    [
        without("at"),
        without("patient"),
        without("patient", bundle=None),
        request(bundle=BUNDLE),
        request(colour="red"),
        request(language="de"),
        request(id=7.5),
        request(id=True),
        request(limits={}),
        7,
    ],
)
def test_the_schema_refuses_what_is_refused(fields: Any) -> None:
    assert not OF_REQUESTS.is_valid(fields)
    assert "error" in asked(fields)
