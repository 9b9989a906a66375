"""Following says the same whatever is held in memory, and the log tells it all again."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from cds.cli import main
from cds.commands.following import answers
from cds.follow import Follower, answered, happened_after, history, place_of, standing
from cds.follow.followed import Followed, Moved
from cds.follow.incoming import HOST
from cds.store import AlarmLog
from tests.live.course import FIRST, Json, course, follower_in, patient, said, store_in

COUNT = 150


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Json], list[list[Json]]]:
    """The folder of a store, the events that were sent, and the answer to each."""
    folder = tmp_path_factory.mktemp("undisturbed")
    events, lines = zip(*course(follower_in(folder), COUNT), strict=True)
    return folder, list(events), list(lines)


def logged(folder: Path) -> list[Any]:
    store = store_in(folder)
    found = list(store.everything())
    assert () == store.verify().faults
    store.close()
    return found


def test_a_session_made_anew_goes_on_as_if_it_had_never_been_away(undisturbed: Any, tmp_path: Path) -> None:
    """One patient in memory at a time, and every tenth event another process; what is sent twice is told twice."""
    folder, events, lines = undisturbed
    for start in range(0, COUNT, 10):
        follower = follower_in(tmp_path, sessions=1)
        for event, expected in zip(events[start : start + 10], lines[start : start + 10], strict=True):
            assert expected == said(answered(follower, event))
            again = said(answered(follower, event))
            is_erased = event["kind"] == "erase" or "error" in expected[-1]
            assert is_erased or [*expected[:-1], {"taken": {"event": event["id"], "repeated": True}}] == again
    assert logged(folder) == logged(tmp_path)


def test_the_log_alone_tells_every_alarm_event(undisturbed: Any) -> None:
    folder, _, lines = undisturbed
    store = store_in(folder)
    left = set(store.patients())
    told = [each["alarm"] for some in lines for each in some if "alarm" in each]
    kept = [each for each in told if each["patient"] in left]
    from_the_log = [each for name in left - {HOST} for each in history(name, store.of_patient(name))]
    ids = {each["id"] for each in from_the_log}
    assert sorted(ids, key=place_of) == [each["id"] for each in kept if each["id"] in ids]
    assert {json.dumps(each) for each in from_the_log} <= {json.dumps(each) for each in told}
    middle = place_of(kept[len(kept) // 2]["id"])
    expected = sorted((each for each in from_the_log if place_of(each["id"]) > middle), key=lambda e: place_of(e["id"]))
    assert expected == happened_after(store, middle)
    for name, alarms in standing(store).items():
        assert AlarmLog(store).alarms(name) == alarms
    store.close()


AT = "2026-01-15T12:00"
ABOUT = {"patient": "p1", "at": AT}
ROW = {"id": "w1", "time": AT, "value": 80, "unit": "kg"}
WEIGHT = {**ABOUT, "kind": "record", "record": {"readings": {"body_weight": [ROW]}}}
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [{"resource": {"resourceType": "Patient", "id": "p2"}}],
}
ACKNOWLEDGE = {**ABOUT, "kind": "acknowledge", "alarm": "a", "who": "Kari", "role": "nurse"}
REFUSED: dict[str, tuple[object, str, str]] = {
    "no object": ([], "", "an event is an object"),
    "no kind": ({"id": "x", **ABOUT}, "kind", "one of patient, record"),
    "a field too many": ({"id": "x", **WEIGHT, "record_": {}}, "record_", "did you mean `record`?"),
    "a field too few": ({**WEIGHT}, "id", "needs `id`"),
    "a time that is none": ({"id": "x", **WEIGHT, "at": "yesterday"}, "at", "`at` is no moment"),
    "a name of cds": ({"id": "cds:x", **WEIGHT}, "id", "only cds itself"),
    "time of one patient": ({"id": "x", **ABOUT, "kind": "time"}, "patient", "no such field"),
    "record and bundle": ({"id": "x", **ABOUT, "kind": "patient", "record": {}, "bundle": {}}, "record", "either"),
    "another patient": ({"id": "x", **ABOUT, "kind": "patient", "bundle": BUNDLE}, "patient", "another patient"),
    "two rows": ({"id": "x", **WEIGHT, "record": {"readings": {"body_weight": [ROW, ROW]}}}, "", "one row"),
    "FHIR among records": ({"id": "x", **ABOUT, "kind": "resource", "resource": {}}, "kind", "followed by records"),
    "a reason that is none": ({"id": "x", **ACKNOWLEDGE, "reason": "bored"}, "reason", "`reason` is one of"),
    "no time to come back": ({"id": "x", **ACKNOWLEDGE, "reason": "will_monitor"}, "", "state in `until`"),
    "a patient nobody follows": (
        {"id": "x", **ACKNOWLEDGE, "reason": "expected", "patient": "p9"},
        "patient",
        "nobody",
    ),
    "an id that is taken": ({"id": "begin", **WEIGHT}, "id", "has the id of another one"),
}


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Follower:
    follower = follower_in(tmp_path_factory.mktemp("begun"))
    follower.add({"id": "begin", **ABOUT, "kind": "patient", "record": {"birth_date": "1950-02-28"}})
    return follower


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_used_says_what_and_where_and_changes_nothing(begun: Follower, name: str) -> None:
    event, place, says = REFUSED[name]
    before = list(begun._store.everything())
    (said_of_it,) = answers(begun, io.BytesIO(json.dumps(event).encode()))
    error = json.loads(said_of_it)["error"]
    assert (1, place) == (error["line"], error.get("place", ""))
    assert says in error["message"]
    assert before == list(begun._store.everything())


def test_a_patient_in_fhir_and_another_zone(tmp_path: Path) -> None:
    follower = follower_in(tmp_path)
    about = {"patient": "p2", "at": AT}
    coded = {"code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}}
    value = {"valueQuantity": {"value": 80, "system": "http://unitsofmeasure.org", "code": "kg"}}
    weight = {"resourceType": "Observation", "id": "o1", "status": "final", "subject": {"reference": "Patient/p2"}}
    resource = {**weight, **coded, **value, "effectiveDateTime": "2026-01-15T09:00:00+01:00"}
    assert () == follower.add({"id": "f1", **about, "kind": "patient", "bundle": BUNDLE}).issues
    assert () == follower.add({"id": "f2", **about, "kind": "resource", "resource": resource}).issues
    unread = {**resource, "id": "o2", "valueQuantity": {"value": 80}}
    assert ["unit_missing"] == [
        each.code for each in follower.add({"id": "f3", **about, "kind": "resource", "resource": unread}).issues
    ]
    record = {"zone": "America/New_York", "conditions": ["heart_failure"], "birth_date": "1950-02-28"}
    record |= {"readings": {"body_weight": []}}
    (opened,) = follower.add({"id": "z1", "patient": "p3", "at": AT, "kind": "patient", "record": record}).alarms
    assert "2026-01-15T12:00:00-05:00" == opened["at"]


def test_limits_of_ones_own_count_from_when_they_are_told(tmp_path: Path) -> None:
    follower = follower_in(tmp_path)
    begin = patient("p1", FIRST, 0)
    rows = [{"id": f"w{day}", "time": f"2026-01-0{day}T07:00", "value": 76 + day, "unit": "kg"} for day in (4, 5)]
    begin["record"]["readings"]["body_weight"] = rows
    assert () == follower.add(begin).alarms
    limit = {"limit": "gain_yellow", "ruleset": "heart-failure-weight", "value": 0.5, "unit": "kg"}
    event = {"id": "l1", "patient": "p1", "at": FIRST.isoformat(), "kind": "patient", "record": {"limits": [limit]}}
    (opened,) = follower.add(event).alarms
    assert ("opened", "heart-failure-weight/weight_gain") == (opened["kind"], opened["rule"])


def test_the_alarms_of_a_store_are_listed(undisturbed: Any, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    folder, _, _ = undisturbed
    files = ["--store", str(folder / "events.sqlite"), "--key", str(folder / "master.key")]
    assert 0 == main(["follow", "--alarms", *files])
    store = store_in(folder)
    standing_now = {each.id for one in standing(store).values() for each in one.listed}
    store.close()
    assert standing_now == {json.loads(each)["alarm"] for each in capfdbinary.readouterr().out.splitlines()}


def test_a_patient_for_whom_time_fails_holds_up_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    follower = follower_in(tmp_path)
    for number in range(3):
        follower.add(patient(f"p{number}", FIRST, number))
    ordinary = Followed.advance

    def failing(followed: Followed, to: int) -> Moved:
        if followed.patient == "p1":
            raise ArithmeticError
        return ordinary(followed, to)

    monkeypatch.setattr(Followed, "advance", failing)
    rows = [{"id": f"w{number}", "time": FIRST.isoformat(), "value": 80, "unit": "kg"} for number in range(3)]
    for number, row in enumerate(rows):
        event = {"id": f"r{number}", "patient": f"p{number}", "at": FIRST.isoformat(), "kind": "record"}
        follower.add({**event, "record": {"readings": {"body_weight": [row]}}})
    answer = follower.add({"id": "t1", "at": "2026-01-20T08:00", "kind": "time"})
    assert {"p0", "p2"} == {each["patient"] for each in answer.alarms}
    assert [("patient_stuck", "p1")] == [(each.code, each.place) for each in answer.issues]
    monkeypatch.undo()
    late = follower.add({"id": "t2", "at": "2026-01-20T08:01", "kind": "time"})
    assert {"p1"} == {each["patient"] for each in late.alarms}
