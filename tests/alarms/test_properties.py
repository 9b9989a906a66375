"""Alarms are a function of the log: however it is cut, and however often anybody looks in between."""

from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

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
    fold,
    next_due,
    responses,
)
from cds.alarms.times import later
from cds.periods import instant, zone
from cds.result import COLOURS

START: Final = (instant("2026-03-27 08:00", zone()) or (0,))[0]  # clocks change two days later
MINUTE: Final = 60_000_000
RULES: Final = ("r/one", "r/two")
COLOURS_OF_ALARMS: Final = ("yellow", "orange", "red")
QUIET_FOR: Final = ("", "10 min", "2 hours", "1 day", "3 days")
REMIND_AFTER: Final = ("", "8 hours", "1 day", "3 days")
RESPOND_WITHIN: Final = ("", "10 min", "2 hours", "1 day")
SEEDS: Final = st.binary(min_size=4, max_size=4)


@dataclass(frozen=True)
class Lived:
    """A log, and what came of each of its entries."""

    log: tuple[Entry, ...]
    alarms: tuple[Alarms, ...]
    events: tuple[AlarmEvent, ...]


@st.composite
def lives(draw: st.DrawFn, is_late: bool = True) -> Lived:
    """A patient's life with alarms; what people do is done to alarms that there are, mostly.

    is_late: some entries reach the log after what happened later.
    """
    pick = Random(draw(SEEDS))
    behaviours = [Behaviour(*map(pick.choice, (QUIET_FOR, REMIND_AFTER, RESPOND_WITHIN)), "nurse") for _ in RULES]
    alarms, at = Alarms("p1"), START
    log, states, events = list[Entry](), [alarms], list[AlarmEvent]()
    for _ in range(draw(st.integers(10, 60))):
        at += pick.choice((0, 5, 60, 600, 3000)) * MINUTE
        late = pick.choice((0, 0, 0, 700)) * MINUTE if is_late else 0
        entry = _entry(pick, at - late, alarms, behaviours)
        alarms, happened = after(alarms, entry)
        log.append(entry)
        states.append(alarms)
        events += happened
    return Lived(tuple(log), tuple(states), tuple(events))


def _entry(pick: Random, at: int, alarms: Alarms, behaviours: list[Behaviour]) -> Entry:
    alarm = pick.choice([*(each.id for each in alarms.latest.values()), *["another"] * (pick.random() < 0.1)] or [""])
    who: dict[str, Any] = {"at": at, "who": "Kari", "role": "nurse"}
    length = pick.choice((10, 300, 4000)) * MINUTE
    match pick.randrange(11):
        case 0:
            return Acknowledge(alarm=alarm, reason="expected", **who)
        case 1:
            return Acknowledge(alarm=alarm, reason="will_monitor", until=at + length, **who)
        case 2:
            return TakeInHand(alarm=alarm, **who)
        case 3:
            return HandOver(alarm=alarm, to="Ola", **who)
        case 4:
            return Close(alarm=alarm, **who)
        case 5:
            since = at + pick.choice((-300, 0, 300)) * MINUTE
            rule = pick.choice(("", *RULES))
            return Pause(since=since, until=since + length, reason="travel", rule=rule, **who)
        case _:
            return Evaluated(at, tuple(_seen(pick, *each) for each in zip(RULES, behaviours, strict=True)))


def _seen(pick: Random, rule: str, behaviour: Behaviour) -> Seen:
    status = pick.choice(("fired", "fired", "not_fired", "unknown", "unconfirmed", "not_applicable"))
    colour = pick.choice(COLOURS_OF_ALARMS) if status in ("fired", "unconfirmed") else ""
    clears = pick.choice(("true", "true", "false", "unknown"))
    hidden = pick.choice(("", "", "r/other")) if status == "fired" else ""
    return Seen(
        rule, status, colour, uncertain=pick.random() < 0.2, hidden_by=hidden, clears=clears, behaviour=behaviour
    )


@given(lives(), SEEDS)
def test_the_log_alone_tells(lived: Lived, seed: int) -> None:
    """In one go, or cut anywhere."""
    cut = Random(seed).randint(0, len(lived.log))
    first = fold(Alarms("p1"), lived.log[:cut])
    second = fold(first.alarms, lived.log[cut:])
    assert (lived.alarms[-1], lived.events) == fold(Alarms("p1"), lived.log)
    assert (lived.alarms[cut], lived.alarms[-1]) == (first.alarms, second.alarms)
    assert lived.events == first.events + second.events


@given(lives(is_late=False), SEEDS)
def test_looking_more_often_changes_nothing(lived: Lived, seed: int) -> None:
    pick = Random(seed)
    often: list[Entry] = []
    for before, entry in pairwise((Advanced(START), *lived.log)):
        between = sorted(pick.randint(before.at, entry.at) for _ in range(pick.randrange(3)))
        often += [*map(Advanced, between), entry]
    end = lived.log[-1].at + pick.randrange(5000) * MINUTE
    halfway = (lived.log[-1].at + end) // 2
    looked = fold(Alarms("p1"), [*often, Advanced(halfway), Advanced(end)])
    assert fold(Alarms("p1"), [*lived.log, Advanced(end)]) == looked


@given(lives())
def test_what_is_due_happens_when_it_is_due_and_nothing_before(lived: Lived) -> None:
    alarms = lived.alarms[-1]
    for _ in range(5):
        due = next_due(alarms)
        if due is None:
            assert () == after(alarms, Advanced(alarms.now + 10**12)).events
            return
        assert due > alarms.now
        assert () == after(alarms, Advanced(due - 1)).events
        alarms, events = after(alarms, Advanced(due))
        assert {due} == {each.at for each in events}


@given(lives())
def test_only_a_known_end_or_a_person_closes(lived: Lived) -> None:
    for entry, (before, now) in zip(lived.log, pairwise(lived.alarms), strict=True):
        for rule, alarm in before.latest.items():
            if alarm.is_closed or now[rule].state != "closed":
                continue
            if isinstance(entry, Evaluated):
                said = next(each for each in entry.findings if each.rule == rule)
                assert (True, "true") == (said.status in ("not_fired", "not_applicable"), said.clears)
            else:
                assert isinstance(entry, Close)
                assert alarm.seen.status != "fired"


@given(lives(is_late=False))
def test_a_worse_colour_is_shown_at_once(lived: Lived) -> None:
    for entry, (before, now) in zip(lived.log, pairwise(lived.alarms), strict=True):
        for said in entry.findings if isinstance(entry, Evaluated) else ():
            alarm = before.latest.get(said.rule)
            is_worse = alarm and not alarm.is_closed and COLOURS[said.colour].rank > alarm.rank
            if is_worse and said.status == "fired" and not said.hidden_by:
                shown = now[said.rule]
                assert (True, entry.at, said.colour) == (
                    shown.state in ("open", "escalated"),
                    shown.shown,
                    shown.colour,
                )


@given(lives())
def test_nothing_waits_longer_than_its_limit(lived: Lived) -> None:
    for alarms in lived.alarms:
        for alarm in alarms.listed:
            limit = alarm.seen.behaviour.respond_within
            if alarm.state == "open" and alarm.asked is not None and limit:
                assert later(alarm.asked, limit, zone()) > alarms.now


@given(lives())
def test_what_an_alarm_holds_fits_its_state(lived: Lived) -> None:
    """A task waits only while it is acknowledged, an answer only while it is open; a closed one holds nothing."""
    for alarms in lived.alarms:
        for alarm in alarms.latest.values():
            assert alarm.task_due is None or alarm.state == "acknowledged"
            assert alarm.asked is None or alarm.state == "open"
            assert not alarm.is_closed or ("", "") == (alarm.in_hand, alarm.handed_to)


@given(lives())
def test_events_are_in_order_and_name_their_alarm(lived: Lived) -> None:
    times = [each.at for each in lived.events]
    assert sorted(times) == times
    opened = [each.alarm for each in lived.events if each.kind == "opened"]
    assert len(set(opened)) == len(opened)
    about = {each.alarm for each in lived.events if each.alarm and each.kind != "refused"}
    assert set(opened) == about == {each.alarm for each in responses(lived.events)}
