"""Live follow-up over HTTP: what is answered with 200 is on disk, and nobody who listens misses anything."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from cds.follow import happened_after, standing
from cds.store import SqliteStore, key_from_file
from tests.server.building import EPJ, Json, Signer, bearer, claims, seconds_now
from tests.server.running import PATIENCE, Running, running

BASE = "http://127.0.0.1:1"
SIGNER = Signer()
RULES = ("--rules", "rulesets/heart-failure-weight.yaml", "--draft")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("following")


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Running]:
    (folder / "keys.json").write_text(json.dumps({"keys": [SIGNER.jwk]}))
    settings = f'base_url = "{BASE}"\n[[issuers]]\niss = "{EPJ}"\nkeys = "keys.json"\n'
    (folder / "service.toml").write_text(settings)
    files = ("--store", str(folder / "events.sqlite"), "--key", str(folder / "master.key"))
    with running(folder, *RULES, "--settings", str(folder / "service.toml"), *files) as it:
        yield it
        assert 0 == it.stop()


class Tokens:
    """A token of its own for every call."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, path: str, subject: str = "Practitioner/9") -> dict[str, str]:
        self.count += 1
        said = claims(path, f"jti-{self.count}", base=BASE, seconds=seconds_now(), sub=subject)
        return bearer(SIGNER.token({name: each for name, each in said.items() if each}))


token = Tokens()


def post(service: Running, path: str, body: Any, **more: Any) -> tuple[int, Any]:
    return service.ask("POST", path, body, **token(path, **more))


def get(service: Running, path: str, query: str = "") -> tuple[int, Any]:
    return service.ask("GET", path + query, **token(path))


def patient(name: str) -> Json:
    record = {"birth_date": "1950-02-28", "conditions": ["heart_failure"], "readings": {"body_weight": []}}
    at = "2026-01-05T08:00:00+01:00"
    return {"id": f"begin-{name}", "patient": name, "at": at, "kind": "patient", "record": record}


def weight(number: int, name: str, day: int, value: float) -> Json:
    row = {"id": f"w{number}", "time": f"2026-01-{day:02}T07:30", "value": value, "unit": "kg"}
    record = {"readings": {"body_weight": [row]}}
    return {
        "id": f"{name}-{number}",
        "patient": name,
        "at": f"2026-01-{day:02}T07:31",
        "kind": "record",
        "record": record,
    }


@contextmanager
def listening(service: Running, last: str = "") -> Iterator[Iterator[Json]]:
    """Alarm events as they come."""
    connection = HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)
    heard = {"Last-Event-ID": last} if last else {}
    connection.request("GET", "/alarms/changes", headers={**token("/alarms/changes"), **heard})
    answer = connection.getresponse()
    assert (200, "text/event-stream") == (answer.status, (answer.headers.get_content_type()))
    assert b": \n" == answer.readline()
    try:
        yield (json.loads(line[6:]) for line in iter(answer.readline, b"") if line.startswith(b"data: "))
    finally:
        answer.close()
        connection.close()


def test_events_alarms_and_those_who_listen(service: Running, folder: Path) -> None:
    with listening(service) as now:
        status, answer = post(service, "/events", {"events": [patient("p1"), weight(1, "p1", 5, 80.0)]})
        assert 200 == status
        told = [each for some in answer["answers"] for each in some["alarms"]]
        assert ["opened", "closed"] == [each["kind"] for each in told]
        assert told == [next(now), next(now)]
        status, answer = post(service, "/events", weight(2, "p1", 6, 84.0))
        (opened,) = answer["answers"][0]["alarms"]
        assert opened == next(now)
        with listening(service, told[0]["id"]) as resumed:
            assert [told[1], opened] == [next(resumed), next(resumed)]
            status, answer = get(service, "/alarms", "?patient=p1&state=open")
            assert (200, [opened["alarm"]]) == (status, [each["alarm"] for each in answer["alarms"]])
            body = {"id": "a-1", "at": "2026-01-06T09:00", "role": "nurse", "reason": "contacted_patient"}
            path = f"/alarms/{opened['alarm']}/acknowledge"
            first, again = (post(service, path, body) for _ in "12")
            assert (200, 200, False, True) == (
                first[0],
                again[0],
                *(each[1]["taken"]["repeated"] for each in (first, again)),
            )
            assert first[1]["alarms"] == again[1]["alarms"] == [next(now)] == [next(resumed)]
            (done,) = first[1]["alarms"]
            assert ("acknowledged", "Practitioner/9", "nurse") == (done["kind"], done["who"], done["role"])
    store = SqliteStore(folder / "events.sqlite", key_from_file(folder / "master.key"))
    assert {"begin-p1", "p1-1", "p1-2", "a-1"} <= {each.event.id for each in store.everything()}
    assert [*told, opened, done] == happened_after(store, (0, 0))
    assert "acknowledged" == standing(store)["p1"]["heart-failure-weight/weight_gain"].state
    store.close()


REFUSED = {
    "no JSON object": ("/events", [], 422, "an event is an object"),
    "an event of tomorrow": ("/events", {"id": "t", "at": "2099-01-01T00:00", "kind": "time"}, 422, "not been yet"),
    "an action nobody knows": ("/events", {"id": "t", "at": "2026-01-01", "kind": "forget"}, 422, "`kind`"),
    "no such alarm": ("/alarms/none/acknowledge", {"id": "a"}, 404, "no alarm with this id"),
    "who": ("/alarms/none/acknowledge", {"id": "a", "who": "Kari"}, 400, "subject of the token"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_is_answered_with_why(service: Running, name: str) -> None:
    path, body, expected, says = REFUSED[name]
    status, answer = post(service, path, body)
    assert expected == status
    assert says in json.dumps(answer, ensure_ascii=False)


def test_one_that_cannot_be_taken_affects_no_other(service: Running) -> None:
    events = [patient("p2"), {"id": "x"}, {**weight(1, "p2", 5, 80.0), "id": "begin-p2"}, weight(2, "p2", 5, 81.0)]
    status, answer = post(service, "/events", {"events": events})
    assert 422 == status
    assert ["taken", "error", "error", "taken"] == [next(iter(each)) for each in answer["answers"]]
    assert ["event_not_understood", "id_taken"] == [each["error"]["code"] for each in answer["answers"][1:3]]


@pytest.mark.parametrize(
    ("path", "query", "expected"), [("/alarms", "?state=gone", 400), ("/alarms", "?who=x", 400), ("/alarms", "", 200)]
)
def test_what_alarms_can_be_asked_for(service: Running, path: str, query: str, expected: int) -> None:
    assert expected == get(service, path, query)[0]


def test_who_has_no_token_hears_nothing(service: Running) -> None:
    for method, path in (("POST", "/events"), ("GET", "/alarms"), ("GET", "/alarms/changes")):
        assert 401 == service.ask(method, path, {} if method == "POST" else None)[0]
    body = {"id": "a-2", "at": "2026-01-06T09:00", "role": "nurse", "reason": "expected"}
    alarm = get(service, "/alarms")[1]["alarms"][0]["alarm"]
    assert 401 == post(service, f"/alarms/{alarm}/acknowledge", body, subject="")[0]


def test_it_is_described(service: Running) -> None:
    _, described = service.ask("GET", "/openapi.json")
    assert {"/events", "/alarms", "/alarms/changes", "/alarms/{id}/acknowledge"} <= described["paths"].keys()
    kinds = {each["properties"]["kind"]["const"] for each in described["components"]["schemas"]["Event"]["oneOf"]}
    assert {"patient", "record", "resource", "acknowledge", "pause", "erase", "time"} <= kinds


def test_a_stream_does_not_keep_the_service_from_ending(tmp_path: Path) -> None:
    files = ("--store", str(tmp_path / "events.sqlite"), "--key", str(tmp_path / "master.key"))
    with running(tmp_path, *RULES, *files) as it, listening(it) as changes:
        assert 200 == it.ask("POST", "/events", patient("p1"))[0]
        assert "opened" == next(changes)["kind"]
        it.process.terminate()
        assert [] == list(changes)
        assert 0 == it.process.wait(PATIENCE)
