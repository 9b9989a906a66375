"""What is too long, too deep, too much or not what it should be: a clear refusal, and the next one is answered."""

import asyncio
import json
from threading import Event
from typing import Any

import pytest
from starlette.requests import Request

from cds.api import Ruleset
from cds.server.outcomes import Refused
from cds.server.settings import Limits, Settings
from cds.server.work import Work
from tests.server.building import Client, call, searchset, serving, templates, weight

JSON = {"Content-Type": "application/json"}
PERSON = {"resourceType": "Patient", "id": "1"}
HOOK, REST = "/cds-services/cds", "/evaluate"


@pytest.fixture
def client(heart_failure: Ruleset) -> Any:
    with serving(heart_failure) as client:
        yield client
        assert 200 == client.get("/health").status_code


def refused(client: Client, path: str, body: bytes, status: int, says: str = "", **headers: str) -> None:
    response = client.post(path, content=body, headers={**JSON, **headers})
    assert status == response.status_code, response.text
    assert "OperationOutcome" == response.json()["resourceType"]
    assert says in response.json()["issue"][0]["details"]["text"]


@pytest.mark.parametrize("path", [HOOK, REST])
def test_fifty_megabytes_are_refused(client: Client, path: str) -> None:
    refused(client, path, b'{"at": "' + b"x" * 50_000_000 + b'"}', 413, "longer than 20000000 bytes")


@pytest.mark.parametrize("path", [HOOK, REST])
@pytest.mark.parametrize("deep", [101, 5_000, 2_000_000])
def test_deep_nesting_is_refused(client: Client, path: str, deep: int) -> None:
    refused(client, path, b'{"at":' + b"[" * deep + b"]" * deep + b"}", 400, "nested too deeply")


BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "not UTF-8": b'{"at": "\xff"}',
    "a list": b"[]",
    "null": b"null",
    "a number": b"1" * 5000,
    "an empty object": b"{}",
    "a field twice": b'{"hook": "a", "hook": "b", "at": "a", "at": "b"}',
    "half a character": b'{"hook": "\\ud800", "at": "\\ud800"}',
}


@pytest.mark.parametrize("path", [HOOK, REST])
@pytest.mark.parametrize("name", BODIES)
def test_what_is_no_request_is_refused(client: Client, path: str, name: str) -> None:
    refused(client, path, BODIES[name], 400)


WRONG: list[Any] = [None, 0, 1.5, True, "x", [], {}, ["x"], {"x": 1}, "\ud800", "x" * 100_000]


@pytest.mark.parametrize("field", ["hook", "hookInstance", "context", "prefetch", "fhirServer", "fhirAuthorization"])
@pytest.mark.parametrize("number", range(len(WRONG)))
def test_wrong_types_never_fail(client: Client, field: str, number: int) -> None:
    body = json.dumps(call(prefetch={"patient": PERSON}) | {field: WRONG[number]}).encode()
    assert client.post(HOOK, content=body, headers=JSON).status_code in (400, 412)


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_wrong_types_in_context_and_prefetch_never_fail(client: Client, number: int) -> None:
    wrong = WRONG[number]
    keys = templates(client)
    bodies = [call() | {"context": {"patientId": wrong}}]
    bodies += [call() | {"context": {"patientId": "1", "draftOrders": wrong}}]
    bodies += [
        call(prefetch=dict.fromkeys(keys, wrong)),
        call(prefetch={each: searchset() | {"entry": wrong} for each in keys}),
    ]
    bodies += [call(prefetch={each: searchset() | {"link": wrong, "total": wrong} for each in keys})]
    bodies += [call(prefetch={each: searchset({"resourceType": wrong}) for each in keys})]
    bodies += [call(prefetch={each: searchset({"resourceType": "Condition", "subject": wrong}) for each in keys})]
    for body in bodies:
        response = client.post(HOOK, content=json.dumps(body).encode(), headers=JSON)
        assert response.status_code in (200, 400, 412, 422), response.text


def test_an_id_that_is_a_path_is_refused(client: Client) -> None:
    for name in ("../1", "1/2", "1?x", "", "1 or 1=1", "x" * 65):
        refused(client, HOOK, json.dumps(call(name)).encode(), 400)


def test_other_content_is_refused(client: Client) -> None:
    body = json.dumps(call()).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "", "application/json; charset=latin-1"):
        response = client.post(HOOK, content=body, headers={"Content-Type": kind})
        assert 415 == response.status_code
    refused(client, HOOK, body, 415, **{"Content-Encoding": "gzip"})


def test_other_methods_and_paths_are_refused(client: Client) -> None:
    for method, path, status in (
        ("GET", HOOK, 405),
        ("PUT", REST, 405),
        ("POST", "/cds-services", 405),
        ("GET", "/x", 404),
    ):
        response = client.request(method, path)
        assert status == response.status_code
        assert "OperationOutcome" == response.json()["resourceType"]


def test_two_patients_in_a_bundle_are_refused(client: Client) -> None:
    entries = [{"resource": each} for each in (PERSON, {"resourceType": "Patient", "id": "2"})]
    body = {"at": "2026-11-23T08:00", "bundle": {"resourceType": "Bundle", "type": "collection", "entry": entries}}
    refused(client, REST, json.dumps(body).encode(), 422, "more than one patient")


def test_readings_of_another_in_a_bundle_are_not_used(client: Client) -> None:
    times = ("2026-11-20T07:00:00+01:00", "2026-11-23T07:00:00+01:00")
    foreign = [weight("a", 70.0, times[0], "2"), weight("b", 97.3127, times[1], "2")]
    entries = [{"resource": each} for each in (PERSON, *foreign)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    response = client.post(REST, json={"at": "2026-11-23T08:00", "bundle": bundle, "explain": True})
    assert "other_patient" in {each["code"] for each in response.json()["issues"]}
    assert "97.3127" not in response.text


def test_copies_that_differ_are_no_answer(client: Client) -> None:
    twice = [weight("a", 70.0, "2026-11-23T07:00:00+01:00"), weight("a", 99.0, "2026-11-23T07:00:00+01:00")]
    entries = [{"resource": each} for each in (PERSON, *twice)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    answer = client.post(REST, json={"at": "2026-11-23T08:00", "bundle": bundle}).json()
    assert "conflicting_copies" in {each["code"] for each in answer["issues"]}
    assert [] == [each for each in answer["findings"] if each["status"] == "fired"]


def test_more_at_a_time_than_allowed_are_sent_away(heart_failure: Ruleset) -> None:
    settings = Settings(limits=Limits(threads=1, waiting=1))
    body = {"at": "2026-11-23T08:00", "patient": {"id": "1", "readings": {"body_weight": []}}}
    with serving(heart_failure, settings) as client:
        answers = client.together([("POST", REST, {"json": body})] * 6)
        assert {200, 503} == {each.status_code for each in answers}
        assert {"1"} == {each.headers["retry-after"] for each in answers if each.status_code == 503}
        assert 200 == client.post(REST, json=body).status_code


def test_bodies_together_are_bounded(heart_failure: Ruleset) -> None:
    settings = Settings(limits=Limits(bytes_in_flight=1000))
    body = {"at": "2026-11-23T08:00", "patient": {"id": "1", "readings": {"body_weight": []}}}
    with serving(heart_failure, settings) as client:
        assert 503 == client.post(REST, content=b" " * 1001, headers=JSON).status_code
        assert 200 == client.post(REST, json=body).status_code


def test_an_evaluation_that_takes_too_long_is_given_up() -> None:
    work, go_on = Work(Limits(answer_seconds=0.01)), Event()
    with pytest.raises(Refused) as late:
        asyncio.run(work.run(go_on.wait))
    assert 504 == late.value.status
    go_on.set()
    work.close()


def test_a_body_that_does_not_come_is_given_up() -> None:
    async def never() -> dict[str, object]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def read() -> None:
        async with work.body(Request({"type": "http", "headers": []}, never)):
            raise AssertionError

    work = Work(Limits(body_seconds=0.01))
    with pytest.raises(Refused) as late:
        asyncio.run(read())
    assert 408 == late.value.status
