"""Alarms of a ruleset's own findings: how they clear, how fast they are answered, and their way through VKP."""

import json
from dataclasses import replace
from typing import Any, Final

import pytest
from fhir.resources.R4B.bundle import Bundle

import cds
from cds.adapters.fhir_out import FollowUpEvent, bundle, follow_up, follow_up_from_fhir
from cds.alarms import (
    ACKNOWLEDGE_REASONS,
    Acknowledge,
    Alarms,
    HandOver,
    Pause,
    Step,
    TakeInHand,
    actions_of,
    after,
    evaluated,
    fold,
    follow_up_events,
    read,
    responses,
)
from cds.api import Ruleset, ruleset_of
from cds.diagnostics import CdsError
from cds.loading import check_texts
from cds.result import Result
from tests.adapters.test_fhir_out import Json, resources

RULESET: Final = """\
language: 1
ruleset: pulse
version: 1.4.0
status: draft
title:
  en: Pulse
owner: Cardiology
inputs:
  pulse: heart_rate
limits:
  fast:
    default: 110 /min
  settled:
    default: 95 /min
values:
  now:
    last_reading: pulse
    within: 2 days
rules:
  racing:
    when: now is above fast
    clear_when: now is below settled
    colour: red
    vkp: "1.1"
    summary:
      en: "Pulse {now}"
    quiet_for: 1 hours
    remind_after: 4 hours
    respond_within: 30 min
    responsible: the nurse
    route: clinical
"""
MINUTE: Final = 60_000_000
RULE: Final = "pulse/racing"


def ruleset() -> Ruleset:
    return ruleset_of(check_texts([(RULESET, "pulse.yaml", True)]))


def result(at: str, *readings: tuple[str, int]) -> Result:
    rows = [{"value": value, "unit": "/min", "time": time} for time, value in readings]
    patient = cds.Patient.from_dict({"id": "p1", "readings": {"heart_rate": rows}})
    return ruleset().evaluate(patient, at=at, allow_draft=True)


def issue() -> Json:
    """The DetectedIssue of the finding that opens the alarm."""
    (found,) = resources(bundle(result("2026-01-15T12:00", ("2026-01-15T11:59", 130)), "en"), "DetectedIssue")
    return found


def opened() -> Step:
    return after(Alarms("p1"), evaluated(result("2026-01-15T12:00", ("2026-01-15T11:59", 130))))


def test_what_the_ruleset_says_reaches_the_alarm() -> None:
    alarm = opened().alarms[RULE]
    behaviour = alarm.seen.behaviour
    assert ("1 hours", "4 hours", "30 min") == (behaviour.quiet_for, behaviour.remind_after, behaviour.respond_within)
    assert ("the nurse", "clinical", "Cardiology") == (alarm.responsible, behaviour.route, alarm.seen.owner)
    (event,) = opened().events
    head = ruleset().heads[0]
    assert ("1.4.0", head.hash, "red") == (event.version, event.hash, event.colour)


@pytest.mark.parametrize(
    ("value", "status", "clears", "is_closed"),
    [
        (120, "fired", "false", False),
        (110, "not_fired", "false", False),
        (95, "not_fired", "false", False),
        (94, "not_fired", "true", True),
        (None, "unknown", "unknown", False),
    ],
)
def test_clear_when_holds_an_alarm(value: int | None, status: str, clears: str, is_closed: bool) -> None:
    later = result("2026-01-18T12:00", *([("2026-01-18T11:00", value)] if value else []))
    assert (status, clears) == (later[RULE].status, later[RULE].clears)
    assert is_closed == fold(opened().alarms, [evaluated(later)]).alarms[RULE].is_closed


def test_the_alarm_of_a_rule_that_was_taken_out_closes() -> None:
    """But not that of a ruleset which the result is not about."""
    before = opened().alarms
    text = RULESET.replace("1.4.0", "1.5.0").replace("racing:", "racing_more:")
    newer = ruleset_of(check_texts([(text, "pulse.yaml", True)]))
    now = newer.evaluate(cds.Patient.from_dict({"id": "p1"}), at="2026-01-15T13:00", allow_draft=True)
    others = replace(before[RULE].seen, rule="other/racing")
    assert [RULE] == [each.rule for each in evaluated(now, [before[RULE].seen, others]).findings[1:]]
    after_it = fold(before, [evaluated(now, [each.seen for each in before.listed])])
    assert ("closed", "does_not_apply", "1.5.0") == (
        after_it.alarms[RULE].state,
        after_it.events[-1].reason,
        after_it.events[-1].version,
    )


def test_answers_and_their_way_through_vkp() -> None:
    """What is written for VKP is a valid document; read again, it does to an alarm what people did."""
    first = opened()
    alarm = first.alarms[RULE]
    start = alarm.opened
    taken = TakeInHand(start + 10 * MINUTE, alarm.id, "kari@example")
    done = Acknowledge(start + 40 * MINUTE, alarm.id, "Kari Lege", "doctor", "action_taken")
    here = fold(first.alarms, [taken, done])
    events = (*first.events, *here.events)
    (response,) = responses(events)
    assert (start, start + 10 * MINUTE, start + 40 * MINUTE) == (
        response.shown,
        response.taken_in_hand,
        response.acknowledged,
    )
    assert (10 * MINUTE, None) == (response.answered_after, response.escalated)
    told = follow_up_events(events, alarm.id)
    assert [
        ("0", "2026-01-15T12:00:00+01:00", ""),
        ("1", "2026-01-15T12:10:00+01:00", "kari@example"),
        ("3", "2026-01-15T12:40:00+01:00", "Kari Lege"),
    ] == [(each.code, each.time, each.who) for each in told]
    document = follow_up(issue(), told)
    Bundle.model_validate(document)
    actions = actions_of(follow_up_from_fhir(json.loads(json.dumps(document))), alarm)
    there = fold(first.alarms, actions)
    assert ("acknowledged", "Kari Lege", "other_system") == (
        there.alarms[RULE].state,
        there.alarms[RULE].acknowledged_by,
        there.alarms[RULE].reason,
    )
    assert told == follow_up_events((*first.events, *there.events), alarm.id)


def test_a_follow_up_of_another_rule_is_refused() -> None:
    first = opened()
    alarm = first.alarms[RULE]
    told = FollowUpEvent("0", "2026-01-15T12:00:00+01:00", "Kari")
    read_again = follow_up_from_fhir(follow_up(issue(), [told]))
    other = replace(alarm, seen=replace(alarm.seen, rule="pulse/other"))
    with pytest.raises(CdsError, match="not about `pulse/other`"):
        actions_of(read_again, other)


@pytest.mark.parametrize(
    ("make", "cure"),
    [
        (lambda: Acknowledge(5, "a", "Kari", "nurse", "will_monitor"), "state in `until`"),
        (lambda: Acknowledge(5, "a", "Kari", "nurse", "will_monitor", until=5), "state in `until`"),
        (lambda: Acknowledge(5, "a", "Kari", "nurse", "expected", until=6), "write `will_monitor`"),
        (lambda: TakeInHand(5, "a", " "), "state in `who`"),
        (lambda: HandOver(5, "a", "Kari", ""), "in `to`"),
        (lambda: Pause(5, 7, 6, "travel", "Kari"), "the other way round"),
        (lambda: read({"kind": "acknowledge", "at": "noon"}), "look at"),
        (lambda: read({"kind": "advanced", "at": 5, "more": 1}), "more"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Any, cure: str) -> None:
    with pytest.raises(CdsError, match=cure):
        make()


def test_every_reason_can_be_read_in_three_languages() -> None:
    assert 7 == len(ACKNOWLEDGE_REASONS)
    assert {("en", "nb", "nn")} == {tuple(sorted(each.texts)) for each in ACKNOWLEDGE_REASONS.values()}
