"""Calls of CDS Hooks: whole, partial and mixed-up prefetch, the FHIR server, and what goes back."""

import json
from typing import Any

import httpx
import pytest

from cds.api import Ruleset
from cds.server.offers import HOOKS
from cds.server.settings import Fetching, Reason, Settings
from tests.server.building import Client, Json, call, searchset, serving, templates, weight

FHIR = "https://fhir.example.org/r4"
HEAVIER = [weight("w1", 81.0, "2026-11-20T07:00:00+01:00"), weight("w2", 83.5, "2026-11-23T07:00:00+01:00")]
HEART_FAILURE = {
    "resourceType": "Condition",
    "id": "c",
    "subject": {"reference": "Patient/1"},
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "84114007"}]},
}
PERSON = {"resourceType": "Patient", "id": "1", "birthDate": "1950-05-01", "gender": "female"}
TOKEN = {"access_token": "abc", "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read", "subject": "cds"}
FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}


def whole(client: Client, **other: Any) -> Json:
    """A prefetch in which everything was answered. other: by the beginning of the key, what stands there instead."""
    answers: Json = {"patient": PERSON, "body_weight": searchset(*HEAVIER), "condition": searchset(HEART_FAILURE)}
    answers |= other
    made = {}
    for key in templates(client):
        (beginning,) = [each for each in answers if key.startswith(each)] or [""]
        made[key] = answers.get(beginning, searchset())
    return {key: each for key, each in made.items() if each is not None}


def called(client: Client, **fields: Any) -> httpx.Response:
    return client.post("/cds-services/cds", json=call(**fields))


def summaries(response: httpx.Response) -> list[str]:
    assert 200 == response.status_code, response.text
    return [each["summary"] for each in response.json()["cards"]]


@pytest.fixture
def client(heart_failure: Ruleset) -> Any:
    with serving(heart_failure) as client:
        yield client


def test_everything_sent_gives_the_finding(client: Client) -> None:
    (card,) = called(client, prefetch=whole(client)).json()["cards"]
    assert "Weight up 2.5 kg" in card["summary"]
    assert "warning" == card["indicator"]
    assert all({"code", "system", "display"} == each.keys() for each in card["overrideReasons"])


def test_the_hosts_own_reasons_stand_on_the_cards(heart_failure: Ruleset) -> None:
    reason = Reason(code="r1", display="Seen", system="https://epj.example.org/reasons")
    with serving(heart_failure, Settings(override_reasons=(reason,))) as client:
        (card,) = called(client, prefetch=whole(client)).json()["cards"]
    assert [reason.model_dump()] == [{**each} for each in card["overrideReasons"]]


def test_no_finding_gives_an_empty_list(client: Client) -> None:
    light = [weight("w", 81.0, "2026-11-20T07:00:00+01:00"), weight("v", 81.0, "2026-11-23T07:00:00+01:00")]
    assert {"cards": []} == called(client, prefetch=whole(client, body_weight=searchset(*light))).json()


def test_what_is_missing_is_said_and_never_taken_for_none(client: Client) -> None:
    told, missing = called(client, prefetch=whole(client, condition=None)).json()["cards"]
    assert "could not be told" in told["summary"]
    assert "diagnoses (condition: not sent)" in missing["detail"]
    assert "info" == missing["indicator"]


UNUSABLE = {
    "an error": (FAILED, "answered with an error"),
    "an error among the entries": (searchset(FAILED, total=0), "answered with an error"),
    "a next page": (searchset(*HEAVIER, link=[{"relation": "next", "url": f"{FHIR}?page=2"}]), "only a part"),
    "a next page without address": (searchset(*HEAVIER, link=[{"relation": "next"}]), "only a part"),
    "a larger total": (searchset(*HEAVIER, total=3), "only a part"),
    "something else": (HEAVIER[0], "could not be read"),
    "a collection": ({**searchset(*HEAVIER), "type": "collection"}, "could not be read"),
    "an entry of nothing": (searchset() | {"entry": [None]}, "could not be read"),
    "null": ({"null": None}["null"], "not sent"),
    "a text": ("none", "not sent"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_an_answer_that_is_not_whole_counts_as_not_supplied(client: Client, name: str) -> None:
    answer, why = UNUSABLE[name]
    prefetch = whole(client)
    key = next(each for each in prefetch if each.startswith("body_weight"))
    cards = called(client, prefetch=prefetch | {key: answer}).json()["cards"]
    assert all("kg" not in each["summary"] for each in cards)
    assert f"Body weight ({key}: " in cards[-1]["detail"]
    assert why in cards[-1]["detail"]


def test_an_answer_to_another_question_is_not_taken_for_this_one(client: Client) -> None:
    prefetch = whole(client)
    key = next(each for each in prefetch if each.startswith("body_weight"))
    earlier = {"body_weight-000000": prefetch.pop(key)} | prefetch
    assert f"Body weight ({key}: not sent)" in called(client, prefetch=earlier).json()["cards"][-1]["detail"]


def test_nothing_sent_is_refused_with_412(client: Client) -> None:
    for fields in ({}, {"prefetch": {}}, {"prefetch": {"patient": PERSON}}, {"fhirServer": FHIR}):
        response = called(client, **fields)
        assert 412 == response.status_code
        assert "body_weight" in response.json()["issue"][0]["details"]["text"]


MIXED = {
    "the Patient": {"patient": PERSON | {"id": "2"}},
    "a second Patient": {"condition": searchset(HEART_FAILURE, PERSON | {"id": "2"}, total=1)},
    "a reading": {"body_weight": searchset(*HEAVIER, weight("w3", 99.0, "2026-11-22T07:00:00+01:00", patient="2"))},
    "all readings": {"body_weight": searchset(weight("w3", 99.0, "2026-11-22T07:00:00+01:00", patient="2"))},
    "a diagnosis": {"condition": searchset(HEART_FAILURE | {"subject": {"reference": "Patient/2"}})},
}


@pytest.mark.parametrize("name", MIXED)
def test_another_patients_data_are_refused(client: Client, name: str) -> None:
    response = called(client, prefetch=whole(client, **MIXED[name]))
    assert 422 == response.status_code
    assert "99" not in response.text


@pytest.mark.parametrize("name", ["a second Patient", "a reading", "all readings", "a diagnosis"])
def test_and_so_they_are_when_the_patient_was_not_sent(client: Client, name: str) -> None:
    response = called(client, prefetch=whole(client, **MIXED[name], patient=None))
    assert 422 == response.status_code
    assert "99" not in response.text


def test_a_reading_of_another_server_is_refused(client: Client) -> None:
    foreign = weight("w3", 99.0, "2026-11-22T07:00:00+01:00")
    foreign["subject"] = {"reference": "https://elsewhere.example/r4/Patient/1"}
    prefetch = whole(client, body_weight=searchset(*HEAVIER, foreign))
    assert 422 == called(client, prefetch=prefetch, fhirServer=FHIR).status_code


@pytest.mark.parametrize("address", [FHIR, f"{FHIR}/"])
def test_readings_of_the_clients_own_server_are_used(client: Client, address: str) -> None:
    prefetch = whole(client)
    for answer in prefetch.values():
        for entry in answer.get("entry", []):
            resource = entry["resource"]
            entry["fullUrl"] = f"{FHIR}/{resource['resourceType']}/{resource['id']}"
            resource["subject"] = {"reference": f"{FHIR}/Patient/1"}
    (summary,) = summaries(called(client, prefetch=prefetch, fhirServer=address))
    assert "Weight up 2.5 kg" in summary


@pytest.fixture
def every_hook(heart_failure: Ruleset) -> Any:
    with serving(heart_failure, Settings(hooks=HOOKS)) as client:
        yield client


def test_orders_for_another_patient_are_refused(every_hook: Client) -> None:
    client = every_hook
    order = {"resourceType": "MedicationRequest", "status": "draft", "subject": {"reference": "Patient/2"}}
    body = call(hook="order-sign", prefetch=whole(client))
    body["context"]["draftOrders"] = {"resourceType": "Bundle", "entry": [{"resource": order}]}
    assert 422 == client.post("/cds-services/cds", json=body).status_code
    order["subject"] = {"reference": f"{FHIR}/Patient/1"}
    assert 200 == client.post("/cds-services/cds", json=body).status_code


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_of_discovery_is_answered(every_hook: Client, hook: str) -> None:
    (summary,) = summaries(called(every_hook, hook=hook, prefetch=whole(every_hook)))
    assert "Weight up 2.5 kg" in summary


def test_another_hook_is_refused(client: Client) -> None:
    assert 400 == called(client, hook="appointment-book", prefetch=whole(client)).status_code
    assert 404 == client.post("/cds-services/other", json=call()).status_code


def test_fields_of_later_versions_are_let_pass(client: Client) -> None:
    body = call(prefetch=whole(client), extension={"org.example": {"a": 1}}, somethingNew=[1])
    assert 200 == client.post("/cds-services/cds", json=body).status_code


class Server:
    """A FHIR server that holds the readings on two pages, and notes what it is asked."""

    def __init__(self, **answers: Any) -> None:
        self.asked: list[httpx.Request] = []
        self._answers = answers

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        kind = request.url.path.removeprefix("/r4/").partition("/")[0]
        if kind in self._answers:
            return self._answers[kind]
        if kind == "Patient":
            return httpx.Response(200, json=PERSON)
        if kind == "Observation" and "page" not in request.url.params:
            more = [{"relation": "next", "url": f"{FHIR}/Observation?page=2"}]
            return httpx.Response(200, json=searchset(HEAVIER[0], total=2, link=more))
        found = {"Observation": HEAVIER[1:], "Condition": [HEART_FAILURE]}.get(kind, [])
        return httpx.Response(200, json=searchset(*found, total=2 if kind == "Observation" else len(found)))


def fetching(heart_failure: Ruleset, server: Server, **fields: Any) -> httpx.Response:
    settings = Settings(fhir=Fetching(servers=(f"{FHIR}/",), pages=3))
    with serving(heart_failure, settings, fhir=httpx.MockTransport(server)) as client:
        return called(client, fhirServer=FHIR, fhirAuthorization=TOKEN, **fields)


def test_what_is_lacking_is_fetched_with_the_token_page_by_page(heart_failure: Ruleset) -> None:
    server = Server()
    assert ["DRAFT: Weight up 2.5 kg"] == [each[:23] for each in summaries(fetching(heart_failure, server))]
    assert {"Bearer abc"} == {each.headers["authorization"] for each in server.asked}
    assert {"fhir.example.org"} == {each.url.host for each in server.asked}


def test_what_was_sent_is_not_fetched(heart_failure: Ruleset) -> None:
    server = Server()
    with serving(heart_failure) as client:
        prefetch = whole(client, condition=None)
    assert 200 == fetching(heart_failure, server, prefetch=prefetch).status_code
    assert ["/r4/Condition"] == [each.url.path for each in server.asked]


ELSEWHERE = httpx.Response(
    200, json=searchset(*HEAVIER, link=[{"relation": "next", "url": "https://evil.example/r4/Observation?page=2"}])
)
LOOP = httpx.Response(200, json=searchset(link=[{"relation": "next", "url": f"{FHIR}/Observation?page=1"}]))
POOR = {
    "forbidden": httpx.Response(403),
    "moved": httpx.Response(302, headers={"Location": "https://evil.example/"}),
    "no JSON": httpx.Response(200, text="<html>"),
    "an error": httpx.Response(200, json=FAILED),
    "a page elsewhere": ELSEWHERE,
    "pages without end": LOOP,
}


@pytest.mark.parametrize("name", POOR)
def test_what_cannot_be_fetched_is_missing(heart_failure: Ruleset, name: str) -> None:
    server = Server(Observation=POOR[name])
    response = fetching(heart_failure, server)
    assert any("Body weight" in each.get("detail", "") for each in response.json()["cards"])
    assert all("kg" not in each for each in summaries(response))
    assert {"fhir.example.org"} == {each.url.host for each in server.asked}


def test_a_server_that_sends_without_end_is_left(heart_failure: Ruleset) -> None:
    response = fetching(heart_failure, Server(Observation=httpx.Response(200, content=b" " * 20_000_001)))
    assert 412 == response.status_code
    assert "could not be fetched" in response.json()["issue"][0]["details"]["text"]


@pytest.mark.parametrize(
    "address", ["https://evil.example/r4", "http://fhir.example.org/r4", f"{FHIR}/../other", f"{FHIR}x", "file:///etc"]
)
def test_a_server_that_is_not_named_is_never_asked(heart_failure: Ruleset, address: str) -> None:
    server = Server()
    settings = Settings(fhir=Fetching(servers=(FHIR,)))
    with serving(heart_failure, settings, fhir=httpx.MockTransport(server)) as client:
        assert 412 == called(client, fhirServer=address, fhirAuthorization=TOKEN).status_code
    assert [] == server.asked


def test_nothing_empty_goes_out(client: Client) -> None:
    """Null, "", [] and {} are prohibited but for `cards: []`."""

    def empty(value: Any) -> bool:
        if isinstance(value, dict):
            return not value or any(map(empty, value.values()))
        if isinstance(value, list):
            return not value or any(map(empty, value))
        return value is None or value == ""

    assert not empty(client.get("/cds-services").json())
    for prefetch in (whole(client), whole(client, condition=None), whole(client, condition=FAILED)):
        cards = called(client, prefetch=prefetch).json()["cards"]
        assert cards
        assert not empty(cards)


def test_the_same_call_gets_the_same_bytes(client: Client) -> None:
    body = json.dumps(call(prefetch=whole(client, condition=None)))
    sent = {"content": body, "headers": {"Content-Type": "application/json"}}
    assert client.post("/cds-services/cds", **sent).content == client.post("/cds-services/cds", **sent).content
