"""A session says at every step what evaluating all the data says, whatever comes, and in whatever order."""

import json
import os
import pickle
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import cds
from cds.api import Patient, Ruleset, ruleset_of
from cds.diagnostics import CdsError, PatientError
from cds.document import described
from cds.live import Session
from cds.loading import check_texts
from cds.result import Finding, Result
from tests.strategies import SEEDS
from tests.test_language import FILES, loaded
from tests.written import records, ruleset_texts

PROFILES = {"quick": 5, "long": 1000}
examples = settings(
    max_examples=PROFILES[os.environ.get("CDS_PROFILE", "quick")],
    deadline=None,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
    derandomize=os.environ.get("CDS_PROFILE", "quick") == "quick",
)
TOP = Path(cds.__file__).parent.parent
NAMED = ("readings", "forms", "events")
PLAIN = ("doses", "medicines", "dispenses")
WITH_STATUS = ("readings", "forms")

Row = dict[str, Any]
Event = tuple[str, str, Row]  # section, name, row


@cache
def shipped() -> Ruleset:
    return cds.load(TOP / "rulesets")


def written(result: Result, explain: bool = False) -> str:
    """The result as JSON."""
    return json.dumps(asdict(described(result, "en", explain=explain)))


def rows_of(record: Row) -> Iterator[Event]:
    """Every row of a record that an event may bring, each with an id."""
    for section in NAMED:
        for name, rows in record.get(section, {}).items():
            yield from ((section, name, {**row, "id": f"{name}-{place}"}) for place, row in enumerate(rows))
    for section in PLAIN:
        yield from ((section, "", {**row, "id": f"{section}-{place}"}) for place, row in enumerate(record[section]))


def event_of(patient: str, event: Event) -> Row:
    section, name, row = event
    return {"id": patient, section: {name: [row]} if name else [row]}


class Kept:
    """What a careful person would have written down after each event."""

    def __init__(self, record: Row) -> None:
        self.record = {key: deepcopy(each) for key, each in record.items() if key not in (*NAMED, *PLAIN)}
        self.record |= {section: {name: [] for name in record.get(section, {})} for section in NAMED}
        self.record |= {section: [] for section in PLAIN}

    def take(self, event: Event) -> None:
        section, name, row = event
        rows: list[Row] = self.record[section].setdefault(name, []) if name else self.record[section]
        place = next((place for place, each in enumerate(rows) if each["id"] == row["id"]), None)
        if section not in WITH_STATUS and row.get("status") == "entered-in-error":
            if place is not None:
                rows.pop(place)
            return
        kept = row if section in WITH_STATUS else {k: v for k, v in row.items() if (k, v) != ("status", "corrected")}
        if place is None:
            rows.append(kept)
        else:
            rows[place] = kept


def later_version(event: Event, pick: Random, others: list[Event]) -> Event:
    """The same row corrected, with what another row of its kind says, or erased."""
    section, name, row = event
    if pick.random() < 0.4:
        return section, name, {"id": row["id"], "status": "entered-in-error"}
    alike = [each for each in others if each[:2] == (section, name)]
    said = {key: each for key, each in pick.choice(alike)[2].items() if key != "recorded"} | {"id": row["id"]}
    return section, name, said if section == "doses" else {**said, "status": "corrected"}


def sequence(record: Row, pick: Random) -> list[Event]:
    """The rows in any order, some of them corrected or erased later."""
    rows = list(rows_of(record))
    pick.shuffle(rows)
    found = rows[: pick.randint(1, 12)]
    for event in pick.sample(found, min(4, len(found))):
        found.insert(pick.randint(found.index(event) + 1, len(found)), later_version(event, pick, rows))
    return found


@examples
@given(records(), ruleset_texts(), SEEDS)
def test_any_events_in_any_order(drawn: tuple[str, list[Row]], text: str, seed: int) -> None:
    pick = Random(seed)
    ruleset = ruleset_of(check_texts([(text, "written.yaml", True)])) if pick.random() < 0.8 else shipped()
    moment, (record, *_) = drawn
    kept = Kept(record)
    session = ruleset.session(Patient.from_dict(kept.record), at=moment, allow_draft=True)
    events = sequence(record, pick)
    for event in events:
        before = session.result
        changes = session.add(event_of(record["id"], event), at=session.next_due if pick.random() < 0.1 else None)
        kept.take(event)
        fresh = ruleset.evaluate(Patient.from_dict(kept.record), at=session.at, allow_draft=True)
        assert written(fresh, event is events[-1]) == written(session.result, event is events[-1])
        expected = [pair for pair in zip(before.findings, fresh.findings, strict=True) if pair[0] != pair[1]]
        assert expected == [(each.before, each.after) for each in changes]
        assert {*before.issues, *changes.issues} >= set(fresh.issues)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_cases_of_the_language_event_by_event(file: Path) -> None:
    """The meaning of every operator, as a session comes to it; the quick profile takes some cases of each file."""
    each = loaded(file)
    ruleset = ruleset_of(each.checked)
    for case in each.cases[:: 1 if os.environ.get("CDS_PROFILE") == "long" else 6]:
        pick = Random(case.name)
        kept, events = Kept(case.record), list(rows_of(case.record))
        patient = Patient.from_dict(kept.record, concepts=each.checked.concepts)
        session = ruleset.session(patient, at=case.at, allow_draft=True)
        for event in pick.sample(events, len(events)):
            session.add(event_of(case.record["id"], event))
        for expected in case.expect:
            finding = session.result[expected.rule]
            assert (expected.status, expected.hidden_by) == (finding.status, finding.hidden_by), case.name
            assert not expected.colour or expected.colour == finding.colour, case.name
            assert expected.reason is None or expected.reason == finding.reason, case.name


def demonstration() -> tuple[Row, list[Event]]:
    """The demo patient's record without what came over time, and that, oldest first."""
    record = json.loads((TOP / "cds" / "demo" / "patient.json").read_text("utf-8"))
    record["events"] = {}
    came = [*rows_of({**record, "medicines": [], "dispenses": []})]
    empty = {**record, "readings": {name: [] for name in record["readings"]}, "doses": []}
    return empty, sorted(came, key=lambda event: event[2].get("time") or event[2]["planned"])


def test_the_demo_patient_event_by_event() -> None:
    record, events = demonstration()
    session = shipped().session(Patient.from_dict(record), at="2026-11-01T08:00", allow_draft=True)
    for number, event in enumerate(events):
        time = event[2].get("time") or event[2]["planned"]
        session.add(event_of("demo", event), at=max(time, session.at[:16]))
        is_last = number == len(events) - 1
        if number % 12 == 0 or is_last:
            patient = Patient.from_dict(session.written)
            fresh = shipped().evaluate(patient, at=session.at, allow_draft=True)
            assert written(fresh, is_last) == written(session.result, is_last)
            session = pickle.loads(pickle.dumps(session))
    assert session.result.fired


def test_between_two_moments_that_are_due_nothing_changes() -> None:
    record, events = demonstration()
    for _, name, row in events:
        (record["readings"][name] if name else record["doses"]).append(row)
    patient = Patient.from_dict(record)
    session = shipped().session(patient, at="2026-11-23T08:00", allow_draft=True)
    pick = Random(1)
    for _ in range(6):
        before, due = session.result, session.next_due
        assert due
        between = shipped().evaluate(patient, at=moment_between(session.at, due, pick), allow_draft=True)
        assert [said(each) for each in before.findings] == [said(each) for each in between.findings]
        session.advance(to=due)
        assert written(shipped().evaluate(patient, at=due, allow_draft=True)) == written(session.result)


def said(finding: Finding) -> tuple[Any, ...]:
    """A finding without its value, which may be hours since a reading and run on with the clock."""
    status = finding.status, finding.colour, finding.reason, finding.uncertain, finding.hidden_by
    return *status, finding.limit, finding.limit_origin


def moment_between(first: str, last: str, pick: Random) -> str:
    start, end = datetime.fromisoformat(first), datetime.fromisoformat(last)
    return (start + (end - start) * pick.random()).isoformat()


def resource_of(kind: str, number: int, pick: Random) -> Row:
    """A weight, a blood pressure, half a blood pressure or a diagnosis of the patient `1`."""
    day = f"2026-01-{pick.randint(1, 8):02}T0{pick.randint(5, 8)}:00:00+01:00"
    about: Row = {"id": f"{kind}-{number}", "subject": {"reference": "Patient/1"}}
    if kind == "diagnosis":
        code = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": pick.choice(("I50", "I10"))}]}
        return {**about, "resourceType": "Condition", "code": code, "recordedDate": day}
    observation = {**about, "resourceType": "Observation", "status": "final", "effectiveDateTime": day}
    if kind == "weight":
        return observation | loinc("29463-7") | quantity(pick.choice((80.0, 82.5, 500.0)), "kg")
    parts = [loinc("8480-6") | quantity(pick.choice((135.0, 190.0)), "mm[Hg]")]
    parts += [loinc("8462-4") | quantity(85.0, "mm[Hg]")] if kind == "pressure" else []
    return observation | loinc("85354-9") | {"component": parts}


def loinc(code: str) -> Row:
    return {"code": {"coding": [{"system": "http://loinc.org", "code": code}]}}


def quantity(value: float, unit: str) -> Row:
    return {"valueQuantity": {"value": value, "system": "http://unitsofmeasure.org", "code": unit}}


@pytest.mark.parametrize("seed", range(3))
def test_fhir_resource_by_resource(seed: int) -> None:
    pick = Random(seed)
    entries = [{"resource": {"resourceType": "Patient", "id": "1", "birthDate": "1950-02-28"}}]
    for number in range(6):
        entries.append({"resource": resource_of(pick.choice(("weight", "pressure")), number, pick)})
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    start: Any = (json.dumps(bundle), deepcopy(bundle), [deepcopy(bundle)])[seed % 3]
    session = shipped().session(Patient.from_fhir(start), at="2026-01-08T09:00", allow_draft=True)
    for _ in range(8):
        number = pick.randrange(12)
        kind = pick.choice(("weight", "weight", "pressure", "pressure", "half", "diagnosis"))
        status = pick.choice(("amended", "amended", "entered-in-error"))
        resource = resource_of(kind, number, pick) | ({"status": status} if kind != "diagnosis" else {})
        place = next((place for place, each in enumerate(entries) if each["resource"]["id"] == resource["id"]), None)
        was = entries[place]["resource"] if place is not None else {}
        if (was.get("status"), status) != ("entered-in-error", "amended"):
            entries[len(entries) if place is None else place : (place or len(entries)) + 1] = [{"resource": resource}]
        session.add(resource, at=None)
        fresh = shipped().evaluate(Patient.from_fhir(bundle), at=session.at, allow_draft=True)
        assert written(fresh) == written(session.result)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"subject": {"reference": "Patient/2"}}, "about another patient"),
        ({"subject": {}}, "does not say whom it is about"),
        ({"id": "Kari Nordmann"}, "has no id"),
        ({"resourceType": "Bundle", "entry": []}, "one resource"),
        ({"resourceType": ""}, "this is none"),
    ],
)
def test_a_resource_of_another_patient_is_refused(changed: Row, says: str) -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": {"resourceType": "Patient", "id": "1"}}],
    }
    session = shipped().session(Patient.from_fhir(bundle), at="2026-01-08T09:00", allow_draft=True)
    before = written(session.result)
    with pytest.raises(PatientError, match=says):
        session.add(resource_of("weight", 1, Random(0)) | changed)
    assert before == written(session.result)


WEIGHT = {"id": "w-1", "time": "2026-01-08T07:30", "value": 83.0, "unit": "kg"}


def session_of() -> Session:
    patient = Patient.from_dict({"id": "1", "conditions": ["heart_failure"], "readings": {"body_weight": []}})
    return shipped().session(patient, at="2026-01-08T08:00", allow_draft=True)


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ({"id": "2", "readings": {"body_weight": [WEIGHT]}}, "about another patient"),
        ({"readings": {"body_weight": [WEIGHT]}}, "does not say whom it is about"),
        ({"id": "1", "readings": {"body_weight": [{**WEIGHT, "id": ""}]}}, "has no id"),
        ({"id": "1", "readings": {"body_weight": [WEIGHT, WEIGHT]}}, "one row"),
        ({"id": "1"}, "one row"),
        ({"id": "1", "limits": []}, "nothing else"),
        ("text", "is an object"),
    ],
)
def test_what_is_no_event_of_this_patient_is_refused(event: Any, says: str) -> None:
    session = session_of()
    before = written(session.result)
    with pytest.raises(PatientError, match=says):
        session.add(event, at="2026-01-09T08:00")
    assert before == written(session.result)


def test_time_never_goes_back() -> None:
    session = session_of()
    for step in (lambda: session.advance(to="2026-01-08T07:59"), lambda: session.add({}, at="2026-01-07T08:00")):
        with pytest.raises(CdsError, match="time never goes back"):
            step()


def test_versions_count_whatever_the_order() -> None:
    first, second, gone = (
        {"id": "1", "readings": {"body_weight": [row]}}
        for row in (
            WEIGHT,
            {**WEIGHT, "value": 84.0, "status": "corrected"},
            {"id": "w-1", "status": "entered-in-error"},
        )
    )
    session = session_of()
    assert session.add(second).is_new
    assert not session.add(first).is_new
    assert not session.add(second).is_new
    assert [84.0] == [row["value"] for row in session.written["readings"]["body_weight"]]
    assert session.add(gone).is_new
    assert not session.add(second).is_new
    assert ["entered_in_error"] == [each.code for each in session.result.issues]


def test_a_patient_whose_data_are_not_at_hand_takes_no_events() -> None:
    session = shipped().session(Patient(Patient.from_dict({"id": "1"}).facts), at="2026-01-08T08:00", allow_draft=True)
    session.advance(to="2026-02-08T08:00")
    with pytest.raises(CdsError, match="not read from records"):
        session.add({"id": "1", "readings": {"body_weight": [WEIGHT]}})


def test_data_changed_behind_the_back_of_the_patient_are_noticed() -> None:
    record: Row = {"id": "1", "readings": {"body_weight": [WEIGHT]}}
    patient = Patient.from_dict(record)
    record["readings"]["body_weight"].append({**WEIGHT, "id": "w-2", "time": "2026-01-07T07:30"})
    with pytest.raises(CdsError, match="have been changed"):
        shipped().session(patient, at="2026-01-08T08:00", allow_draft=True)


def test_a_session_shows_nothing_of_the_patient_in_logs() -> None:
    assert "<Session: at 2026-01-08T08:00:00+01:00>" == repr(session_of())
