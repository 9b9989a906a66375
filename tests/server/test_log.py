"""The log says what happened, and nothing of any patient, whatever was sent."""

import json
import logging
from io import StringIO
from pathlib import Path

import httpx
import pytest

from cds.api import Ruleset
from cds.server.logs import Log
from tests.server.building import FAILING, Client, Hands, call, searchset, serving, templates, weight

PLANTED = "PLANTED-19505012345"
NUMBER, VALUES = "19505012345", (81.7391, 94.2683)
NAMES = {"patient": "planted-19505012345", "text": PLANTED}
FIELDS = {"time", "event", "route", "method", "status", "ms", "bytes", "caller"}


def plant(client: Client) -> list[httpx.Response]:
    """Names of a patient in every place where a client can put them."""
    answers: list[httpx.Response] = []
    person = {"resourceType": "Patient", "id": NAMES["patient"], "name": [{"text": PLANTED}], "birthDate": PLANTED}
    reading = weight(PLANTED, 81.0, PLANTED, NAMES["patient"]) | {"note": [{"text": PLANTED}]}
    keys = dict.fromkeys(templates(client), searchset(reading))
    whole = call(NAMES["patient"], prefetch={**keys, "patient": person}, fhirServer=f"https://{PLANTED}/r4")
    records = {"at": "2026-11-23T08:00", "patient": {"id": PLANTED, "readings": {PLANTED: [PLANTED]}}}
    bodies = [
        whole,
        call(PLANTED),
        call(hook=PLANTED),
        {PLANTED: PLANTED},
        [PLANTED],
        records,
        records | {"at": PLANTED},
    ]
    feedback = [{"card": PLANTED, "outcome": PLANTED, "outcomeTimestamp": PLANTED}]
    for body in (*bodies, {"feedback": feedback}):
        for path in ("/cds-services/cds", "/evaluate", "/cds-services/cds/feedback", f"/cds-services/{PLANTED}"):
            token = {"Authorization": f"Bearer {PLANTED}"}
            answers.append(client.post(f"{path}?patient={PLANTED}", json=body, headers=token))
    answers.append(client.post("/evaluate", content=PLANTED.encode(), headers={"Content-Type": "application/json"}))
    return [*answers, client.get(f"/{PLANTED}")]


def test_no_line_holds_anything_of_a_patient(heart_failure: Ruleset, tmp_path: Path) -> None:
    log = StringIO()
    with serving(heart_failure, state=tmp_path, log=log) as client:
        plant(client)
    text = log.getvalue()
    lines = [json.loads(each) for each in text.splitlines()]
    assert len(lines) > 30
    assert {200, 404} <= {each["status"] for each in lines}
    assert all(each.keys() <= FIELDS for each in lines)
    assert "planted" not in text.lower()
    assert NUMBER not in text


def planted(client: Client) -> list[httpx.Response]:
    """Whole requests of a patient with planted name, number and values, which are answered; and feedback on a card."""
    person = {"resourceType": "Patient", "id": NAMES["patient"], "name": [{"text": PLANTED}]}
    person["identifier"] = [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": NUMBER}]
    times = ("2026-11-21T06:00:00Z", "2026-11-23T06:00:00Z")
    readings = [
        weight(f"w{each[8:10]}", value, each, NAMES["patient"]) for each, value in zip(times, VALUES, strict=True)
    ]
    sent = {key: searchset(*readings) if key.startswith("body_weight") else searchset() for key in templates(client)}
    entries = [{"resource": each} for each in (person, *readings)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    records = {
        "id": NUMBER,
        "readings": {"body_weight": [{"time": "2026-11-23T07:00", "value": VALUES[0], "unit": "kg"}]},
    }
    reason = {"code": NUMBER, "system": PLANTED, "display": PLANTED}
    override = {"reason": reason, "userComment": PLANTED}
    about = {"card": "00000000-0000-4000-8000-000000000001", "outcomeTimestamp": "2026-11-23T08:00:00Z"}
    given = {"feedback": [about | {"outcome": "overridden", "overrideReason": override}]}
    return [
        client.post("/cds-services/cds", json=call(NAMES["patient"], prefetch=sent | {"patient": person})),
        client.post("/evaluate", json={"at": "2026-11-23T08:00", "bundle": bundle, "explain": True}),
        client.post("/evaluate", json={"at": "2026-11-23T08:00", "patient": records}),
        client.post("/cds-services/cds/feedback", json=given),
    ]


def test_nothing_that_the_service_writes_holds_anything_of_a_patient(heart_failure: Ruleset, tmp_path: Path) -> None:
    """The log, every refusal, and every file of the state folder but the key that seals the audit log."""
    log, state = StringIO(), tmp_path / "state"
    with serving(heart_failure, state=state, log=log) as client:
        answers = planted(client)
        assert [200] * 4 == [each.status_code for each in answers]
        assert str(VALUES[1]) in answers[1].text
        refusals = [each for each in plant(client) if each.status_code >= 400]
        refusals += [client.get(f"/{NUMBER}"), client.post("/evaluate", content=NUMBER.encode())]
        kept = {each.name: each.read_bytes() for each in state.iterdir() if each.name != "audit.key"}
    assert {"audit.sqlite", "feedback.sqlite"} <= kept.keys()
    assert len(refusals) > 20
    written = {**kept, "log": log.getvalue().encode(), "refusals": "\n".join(each.text for each in refusals).encode()}
    for name, raw in written.items():
        found = [each for each in (PLANTED, NUMBER, *map(str, VALUES)) if each.lower().encode() in raw.lower()]
        assert [] == found, name


def test_a_failure_is_logged_by_its_place_alone(heart_failure: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: object) -> bytes:
        raise RuntimeError(PLANTED)

    monkeypatch.setattr(FAILING, fail)
    log = StringIO()
    with serving(heart_failure, log=log) as client:
        response = client.get("/cds-services")
    assert 500 == response.status_code
    assert PLANTED not in response.text + log.getvalue()
    failure = json.loads(log.getvalue().splitlines()[0])
    assert ("failure", "RuntimeError") == (failure["event"], failure["kind"])
    assert failure["where"].startswith("test_log.py:")


def test_what_the_http_server_says_is_logged_without_what_it_fills_in() -> None:
    stream = StringIO()
    Log(stream, Hands()).take_over_server_logs()
    try:
        logging.getLogger("uvicorn.error").warning("Bad thing from %s", PLANTED)
        try:
            raise ValueError(PLANTED)
        except ValueError:
            logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    finally:
        for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
            logging.getLogger(name).handlers = []
    assert PLANTED not in stream.getvalue()
    assert ["Bad thing from %s", "Exception in ASGI application"] == [
        json.loads(each)["says"] for each in stream.getvalue().splitlines()
    ]
