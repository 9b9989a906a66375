"""The log says what happened, and nothing of any patient, whatever was sent."""

import json
import logging
from io import StringIO
from pathlib import Path

import pytest

from cds.api import Ruleset
from cds.server.logs import Log
from tests.server.building import FAILING, Client, Hands, call, searchset, serving, templates, weight

PLANTED = "PLANTED-19505012345"
NAMES = {"patient": "planted-19505012345", "text": PLANTED}
FIELDS = {"time", "event", "route", "method", "status", "ms", "bytes", "caller"}


def plant(client: Client) -> None:
    """Names of a patient in every place where a client can put them."""
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
            client.post(f"{path}?patient={PLANTED}", json=body, headers={"Authorization": f"Bearer {PLANTED}"})
    client.post("/evaluate", content=PLANTED.encode(), headers={"Content-Type": "application/json"})
    client.get(f"/{PLANTED}")


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
    assert "19505012345" not in text


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
