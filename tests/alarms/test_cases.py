"""The life of alarms, case by case: `cases.yaml`."""

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from cds.alarms import (
    Acknowledge,
    Advanced,
    AlarmEvent,
    Alarms,
    Behaviour,
    Close,
    Entry,
    Evaluated,
    HandOver,
    Pause,
    Seen,
    TakeInHand,
    after,
    alarms_read,
    alarms_written,
    next_due,
    read,
    written,
)
from cds.execute.explain import iso_time
from cds.periods import instant, zone

CASES: Final = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text("utf-8"))
RULE: Final = "r/rule"
PERSON: Final = ("Kari", "nurse")


def moment(text: str, month: int = 1) -> int:
    found = instant(f"2026-{month:02}-{text}", zone())
    assert found
    return found[0]


def entry_of(step: dict[str, Any], alarms: Alarms, case: dict[str, Any]) -> Entry:
    """One line of a log; what people do is done to the latest alarm of the rule."""
    at = moment(step["at"], step.get("month", case.get("month", 1)))
    until = moment(step["until"]) if "until" in step else None
    alarm = alarms.latest[RULE].id if RULE in alarms.latest else ""
    match step:
        case {"time": _}:
            return Advanced(at)
        case {"acknowledge": reason}:
            return Acknowledge(at, alarm, *PERSON, reason, until, step.get("saw", ""))
        case {"take_in_hand": who}:
            return TakeInHand(at, alarm, who)
        case {"hand_over": to}:
            return HandOver(at, alarm, "Kari", to, "nurse")
        case {"close": _}:
            return Close(at, alarm, *PERSON)
        case {"pause": reason, "since": since}:
            return Pause(at, moment(since), until or 0, reason, *PERSON, step.get("of", ""))
        case _:
            return Evaluated(at, (seen_of(step, case),))


def seen_of(step: dict[str, Any], case: dict[str, Any]) -> Seen:
    colour = step.get("fires", step.get("colour", ""))
    more = {name: step[name] for name in ("reason", "uncertain", "hidden_by", "clears") if name in step}
    behaviour = Behaviour(**case.get("behaviour", {}))
    status = step.get("status", "fired")
    rule = step.get("rule", RULE)
    return Seen(rule, status, colour, "1.0.0", "hash", "the owner", behaviour=behaviour, **more)


def clock(at: int) -> str:
    text = iso_time(at, zone())
    return f"{text[8:10]} {text[11:16]}"


def said(event: AlarmEvent) -> str:
    parts = [clock(event.at), event.kind, *filter(None, (event.state, event.colour, event.reason))]
    if event.rule not in (RULE, "") and event.kind != "paused":
        parts.append(f"rule={event.rule}")
    parts += [f"{name}={value}" for name, value in (("to", event.to),) if value]
    times = (("due", event.due), ("stated", event.stated))
    return " ".join([*parts, *(f"{name}={clock(value)}" for name, value in times if value is not None)])


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    """Also: every entry and the alarms after it are the same when they have been written and read."""
    case = CASES[name]
    alarms, events = Alarms("p1"), list[AlarmEvent]()
    for step in case["log"]:
        entry = entry_of(step, alarms, case)
        assert entry == read(written(entry))
        alarms, happened = after(alarms, entry)
        assert alarms == alarms_read(alarms_written(alarms))
        events += happened
    assert case["events"] == [said(each) for each in events]
    if "next" in case:
        due = next_due(alarms)
        assert case["next"] == (None if due is None else clock(due))
