"""The follow-up of an alarm as VKP has it: written, valid, and read again."""

import json
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given
from hypothesis import strategies as st

from cds.adapters.fhir_out import FOLLOW_UP_CODES, FollowUpEvent, bundle, follow_up, follow_up_from_fhir
from cds.diagnostics import CdsError, PatientError
from cds.escaping import plain
from tests.adapters.evaluated import evaluated
from tests.adapters.test_cards import emptiness
from tests.adapters.test_fhir_out import Json, issue, references, resources

MADE = bundle(evaluated(), "nb")
ALARM = issue(MADE, "gaining")
DEVICE = resources(MADE, "Device")[0]
EVENTS = (
    FollowUpEvent("0", "2026-01-15T12:00:00+01:00"),
    FollowUpEvent("1", "2026-01-15T11:10:00Z", "kari@example"),
    FollowUpEvent("3", "2026-01-15T12:40:30.5+01:00", "Kari Lege"),
)


def composition(made: Json) -> Json:
    """The first entry, which is the Composition of a document."""
    return made["entry"][0]["resource"]


@pytest.mark.parametrize("device", [None, DEVICE])
def test_a_follow_up_is_a_valid_document_and_is_read_again(device: Json | None) -> None:
    made = follow_up(ALARM, EVENTS, device=device)
    Bundle.model_validate(made)
    assert [] == list(emptiness(made))
    urls = {each["fullUrl"] for each in made["entry"]}
    assert {each for each in references(made) if each.startswith("urn:uuid:")} <= urls
    kinds = [each["resource"]["resourceType"] for each in made["entry"]]
    assert ["Composition", "DetectedIssue", *(["Device"] if device else [])] == kinds
    read = follow_up_from_fhir(json.loads(json.dumps(made)))
    assert (EVENTS, ()) == (read.events, read.unread)
    assert ("watch/gaining", "2.1.0", "orange", "5") == (
        read.finding.rule,
        read.finding.version,
        read.finding.colour,
        read.finding.vkp,
    )


def test_a_whole_composition() -> None:
    made = composition(follow_up(ALARM, EVENTS[:1], device=DEVICE))
    system = "http://ehelse.no/fhir/CodeSystem/vkp-composition"
    assert made == {
        "resourceType": "Composition",
        "id": made["id"],
        "meta": {"profile": ["http://ehelse.no/fhir/StructureDefinition/vkp-Composition-v090"]},
        "status": "final",
        "type": {"coding": [{"system": "http://loinc.org", "code": "34133-9"}]},
        "category": [{"coding": [{"system": f"{system}-category-v090", "code": "2"}]}],
        "subject": {"reference": "Patient/p1"},
        "date": "2026-01-15T12:00:00+01:00",
        "author": [{"reference": f"urn:uuid:{DEVICE['id']}", "display": "cds"}],
        "title": "Journalnotat for respons på hendelse",
        "event": [
            {
                "code": [{"coding": [{"system": f"{system}-event-v090", "code": "0"}]}],
                "period": {"start": "2026-01-15T12:00:00+01:00"},
            }
        ],
        "section": [
            {
                "code": {"coding": [{"system": f"{system}-section-v090", "code": "2"}]},
                "text": {
                    "status": "additional",
                    "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{ALARM["detail"]}</div>',
                },
                "entry": [{"reference": f"urn:uuid:{ALARM['id']}"}],
            }
        ],
    }


def test_events_stand_in_order_of_time_and_the_last_person_is_the_author() -> None:
    made = follow_up(ALARM, reversed(EVENTS))
    assert made == follow_up(ALARM, EVENTS)
    assert ("2026-01-15T12:40:30.5+01:00", [{"display": "Kari Lege"}]) == (
        composition(made)["date"],
        composition(made)["author"],
    )
    assert made["id"] != follow_up(ALARM, EVENTS[:2])["id"]


def test_an_issue_as_a_server_gives_it_back() -> None:
    stored = {**ALARM, "id": "12345", "author": {"reference": "Device/7"}, "patient": {"reference": "Patient/8"}}
    made = follow_up(stored, EVENTS)
    Bundle.model_validate(made)
    assert {"reference": "Device/7"} == made["entry"][1]["resource"]["author"]
    assert "Patient/8" == follow_up_from_fhir(made).finding.patient
    assert made["entry"][1]["fullUrl"] == composition(made)["section"][0]["entry"][0]["reference"]


def test_a_category_only_for_home_follow_up() -> None:
    dispenser = {"coding": [{"system": "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090", "code": "1.1"}]}
    assert "category" not in composition(follow_up({**ALARM, "code": dispenser}, EVENTS))


@pytest.mark.parametrize(
    ("events", "sentence"),
    [
        ((), "needs at least one event"),
        ((FollowUpEvent("2", "2026-01-15T12:00:00Z"),), "`2` is no event of a follow-up; write one of 0 reported"),
        ((FollowUpEvent("0", "2026-01-15T12:00"),), "the time of an event cannot be read"),
        ((FollowUpEvent("0", "2026-13-15T12:00:00Z"),), "the time of an event cannot be read"),
    ],
)
def test_events_that_cannot_be_written_are_refused(events: Any, sentence: str) -> None:
    with pytest.raises(CdsError, match=sentence):
        follow_up(ALARM, events)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"resourceType": "Flag"}, "a follow-up is of a DetectedIssue"),
        ({"patient": None}, "does not say whom it is about"),
        ({"author": None}, "nobody is named"),
    ],
)
def test_an_issue_that_cannot_be_followed_up_is_refused(change: Json, sentence: str) -> None:
    with pytest.raises(CdsError, match=sentence):
        follow_up({**ALARM, **change}, EVENTS[:1])


def test_events_of_others_are_read_and_none_vanishes() -> None:
    made = follow_up(ALARM, EVENTS)
    system = "http://ehelse.no/fhir/CodeSystem/vkp-composition-event-v090"
    composition(made)["event"] += [
        {"code": [{"coding": [{"system": system, "code": "9"}]}], "period": {"start": "2026-01-15T13:00:00.1234567Z"}},
        {"code": [{"coding": [{"system": system, "code": "3"}]}]},
        {"code": [{"coding": [{"system": "other", "code": "3"}]}], "period": {"start": "2026-01-15T13:00:00Z"}},
    ]
    read = follow_up_from_fhir(made)
    assert (*EVENTS, FollowUpEvent("9", "2026-01-15T13:00:00.1234567Z")) == read.events
    assert ("event[4]", "event[5]") == read.unread


@pytest.mark.parametrize("wrong", [{}, MADE, {"resourceType": "Bundle"}, {"resourceType": "Bundle", "entry": [None]}])
def test_what_is_no_follow_up_is_refused(wrong: Json) -> None:
    with pytest.raises(PatientError):
        follow_up_from_fhir(wrong)


@given(
    st.lists(
        st.builds(
            FollowUpEvent,
            st.sampled_from(sorted(FOLLOW_UP_CODES)),
            st.datetimes().map(lambda moment: f"{moment.replace(microsecond=0).isoformat()}Z"),
            st.text(max_size=20),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_happened_is_read_again(events: list[FollowUpEvent]) -> None:
    made = follow_up(ALARM, events)
    Bundle.model_validate(made)
    read = follow_up_from_fhir(json.loads(json.dumps(made)))
    expected = [FollowUpEvent(each.code, each.time, plain(each.who)) for each in events]
    assert sorted(expected, key=lambda each: each.time) == list(read.events)
