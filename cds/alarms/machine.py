"""The life of alarms: what findings, people and the time that goes by make of them.

::

    fires ──▶ open ──acknowledge──▶ acknowledged ──remind_after, task due──▶ open
               │ ▲                        │
       pause,  │ │ silence over      worse colour ──▶ open
    quiet_for  ▼ │ or worse colour
              quiet            open ──respond_within──▶ escalated ──acknowledge──▶ acknowledged
    any state ── does not fire and clear_when holds ──▶ closed

What can be told from the past alone happens at its own time, in order of time, before what comes next: so it makes no
difference how often anybody looks. Of several at one instant: by rule, a pause first and a reminder last.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, NamedTuple

from cds.alarms.entries import (
    Acknowledge,
    Action,
    Advanced,
    Close,
    Entry,
    Evaluated,
    HandOver,
    Pause,
    Seen,
    TakeInHand,
)
from cds.alarms.reasons import ACKNOWLEDGE_REASONS
from cds.alarms.state import START, Alarm, AlarmEvent, Alarms, AlarmState, EventKind, Refusal
from cds.alarms.times import later
from cds.identity import stable_uuid
from cds.periods import Zone, zone
from cds.result import COLOURS

_ORDER: Final = ("quieted", "shown", "escalated", "task_due", "reminded")


class Step(NamedTuple):
    """The alarms after one or more entries, and what happened to them, in order."""

    alarms: Alarms
    events: tuple[AlarmEvent, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """What happens by itself. at: microseconds UTC; in the past when what has just been said makes it overdue."""

    at: int
    rule: str
    kind: Literal["quieted", "shown", "escalated", "task_due", "reminded"]


def fold(alarms: Alarms, entries: Iterable[Entry]) -> Step:
    """The alarms after these entries, in the order of the log. An entry from before `alarms.now` counts from now."""
    events: list[AlarmEvent] = []
    for entry in entries:
        alarms, happened = after(alarms, entry)
        events += happened
    return Step(alarms, tuple(events))


def after(alarms: Alarms, entry: Entry) -> Step:
    """The alarms after one entry, and after all that was due until then."""
    course = _Course(alarms)
    course.advance(entry.at)
    course.take(entry)
    course.advance(entry.at)
    return course.step()


def next_due(alarms: Alarms) -> int | None:
    """When the next thing happens by itself, if nothing else does before; None = nothing."""
    times = [each.at for each in _all_dues(alarms.latest.values(), alarms.pauses, zone(alarms.zone), alarms.now)]
    return min(times, default=None)


class _Course:
    """The alarms while they change."""

    def __init__(self, alarms: Alarms) -> None:
        self.patient = alarms.patient
        self.now = alarms.now
        self.zone = zone(alarms.zone)
        self.latest = dict(alarms.latest)
        self.heard = dict(alarms.heard)
        self.pauses = alarms.pauses
        self.events: list[AlarmEvent] = []

    def step(self) -> Step:
        latest, heard = dict(sorted(self.latest.items())), dict(sorted(self.heard.items()))
        alarms = Alarms(self.patient, self.now, self.zone.name, latest, heard, self.pauses)
        return Step(alarms, tuple(self.events))

    # time

    def advance(self, until: int) -> None:
        """Let happen what is due until then."""
        while due := self.first_due():
            if due.at > max(until, self.now):
                break
            self.now = max(self.now, due.at)
            self.happen(due)
        self.now = max(self.now, until)

    def first_due(self) -> Due | None:
        dues = _all_dues(self.latest.values(), self.pauses, self.zone, self.now)
        return min(dues, key=lambda each: (each.at, each.rule, _ORDER.index(each.kind)), default=None)

    def happen(self, due: Due) -> None:
        alarm = self.latest[due.rule]
        match due.kind:
            case "quieted":
                reason = next(each.reason for each in self.pauses if each.covers(due.rule, self.now))
                quiet = replace(alarm, state="quiet", quiet_until=self.now, asked=None)
                self.put(quiet, "quieted", reason=reason)
            case "escalated":
                self.put(replace(alarm, state="escalated", asked=None), "escalated", to=alarm.responsible)
            case "reminded" if alarm.state in ("open", "escalated"):
                self.put(replace(alarm, shown=self.now, shown_colour=alarm.colour), "reminded", to=alarm.responsible)
            case _:
                self.show(alarm, due.kind)

    # findings

    def take(self, entry: Entry) -> None:
        """What one entry changes."""
        match entry:
            case Evaluated():
                self.zone = zone(entry.zone)
                for seen in entry.findings:
                    self.hear(seen, entry.at)
            case Pause():
                others = [each for each in self.pauses if each.rule != entry.rule]
                self.pauses = (*others, entry)
                self.tell("paused", entry, rule=entry.rule, reason=entry.reason, due=entry.until)
            case Advanced():
                pass
            case _:
                self.act(entry)

    def hear(self, seen: Seen, at: int) -> None:
        """A finding counts unless a newer one of its rule is known."""
        if at >= self.heard.get(seen.rule, at):
            self.heard[seen.rule] = at
            self.see(seen)
        elif seen.is_firing:
            about: dict[str, Any] = {"rule": seen.rule, "version": seen.version, "hash": seen.hash}
            self.tell("refused", None, **about, colour=seen.colour, reason="outdated", stated=at)

    def see(self, seen: Seen) -> None:
        alarm = self.latest.get(seen.rule)
        if alarm is None or alarm.is_closed:
            if seen.is_firing:
                self.open(seen, alarm)
            return
        before, alarm = alarm, replace(alarm, seen=seen)
        if seen.is_firing and seen.rank > alarm.rank:
            is_paused = self.is_paused(seen.rule)
            self.show(replace(alarm, colour=seen.colour, breaks_pause=is_paused), "risen")
        elif seen.may_close:
            reason = "does_not_apply" if seen.status == "not_applicable" else "no_longer_fires"
            self.put(_closed(alarm), "closed", reason=reason)
        else:
            self.change(before, alarm)

    def change(self, before: Alarm, alarm: Alarm) -> None:
        """The finding is another, and the alarm stands as it stood."""
        seen = alarm.seen
        if seen.is_firing and not seen.uncertain:
            alarm = replace(alarm, colour=seen.colour)
        self.latest[alarm.rule] = alarm
        if (_said(before), before.colour) != (_said(alarm), alarm.colour):
            self.put(alarm, "changed", reason=_said(alarm))

    def open(self, seen: Seen, before: Alarm | None) -> None:
        number = before.number + 1 if before else 1
        name = stable_uuid("alarm", self.patient, seen.rule, str(self.now), str(number))
        shown, colour = (before.shown, before.shown_colour) if before else (None, "")
        alarm = Alarm(name, number, seen, "quiet", seen.colour, self.now, shown, colour)
        silent_until = START
        if shown is not None and seen.behaviour.quiet_for and seen.rank <= COLOURS[colour].rank:
            silent_until = later(shown, seen.behaviour.quiet_for, self.zone)
        if silent_until > self.now or self.is_paused(seen.rule):
            self.put(replace(alarm, quiet_until=max(silent_until, self.now)), "opened", reason="fired")
        else:
            self.show(alarm, "opened", reason="fired")

    def show(self, alarm: Alarm, kind: EventKind, **more: Any) -> None:
        """Bring it before people; whoever has it in hand keeps it."""
        state: AlarmState = "escalated" if alarm.state == "escalated" else "open"
        is_kept = state == alarm.state or (alarm.state == "quiet" and alarm.in_hand != "")
        asked = alarm.asked if is_kept else self.now
        in_hand = alarm.in_hand if is_kept else ""
        shown = replace(
            alarm,
            state=state,
            shown=self.now,
            shown_colour=alarm.colour,
            asked=asked,
            in_hand=in_hand,
            task_due=None,
        )
        self.put(shown, kind, to=shown.responsible, **more)

    # people

    def act(self, action: Action) -> None:
        alarm = next((each for each in self.latest.values() if each.id == action.alarm), None)
        refusal = _refusal(alarm, action)
        if alarm is None or refusal:
            rule = alarm.rule if alarm else ""
            self.tell("refused", action, rule=rule, alarm=action.alarm, reason=refusal)
            return
        match action:
            case Acknowledge():
                self.acknowledge(alarm, action)
            case TakeInHand():
                state = "open" if alarm.state == "escalated" else alarm.state
                self.put(replace(alarm, state=state, in_hand=action.who, asked=None), "taken_in_hand", action)
            case HandOver():
                asked = self.now if alarm.in_hand and alarm.state == "open" else alarm.asked
                handed = replace(alarm, handed_to=action.to, in_hand="", asked=asked)
                self.put(handed, "handed_over", action, to=action.to)
            case Close():
                self.put(_closed(alarm), "closed", action, reason="by_hand")

    def acknowledge(self, alarm: Alarm, action: Acknowledge) -> None:
        done = replace(
            alarm,
            state="acknowledged",
            asked=None,
            in_hand="",
            breaks_pause=False,
            acknowledged=self.now,
            acknowledged_by=action.who,
            reason=action.reason,
            task_due=action.until,
        )
        to = alarm.seen.owner if ACKNOWLEDGE_REASONS[action.reason].to_owner else ""
        self.put(done, "acknowledged", action, reason=action.reason, due=action.until, to=to)

    # the log of what happened

    def is_paused(self, rule: str) -> bool:
        return any(each.covers(rule, self.now) for each in self.pauses)

    def put(self, alarm: Alarm, kind: EventKind, action: Action | None = None, **more: Any) -> None:
        """The alarm as it is now, and what happened to it."""
        self.latest[alarm.rule] = alarm
        seen = alarm.seen
        about: dict[str, Any] = {"rule": alarm.rule, "alarm": alarm.id, "state": alarm.state, "colour": alarm.colour}
        self.tell(kind, action, **about, version=seen.version, hash=seen.hash, **more)

    def tell(self, kind: EventKind, action: Action | Pause | None, **more: Any) -> None:
        if action:
            stated = action.at if action.at < self.now else None
            more = {**more, "who": action.who, "role": action.role, "stated": stated}
        self.events.append(AlarmEvent(self.now, kind, **more))


def _refusal(alarm: Alarm | None, action: Action) -> Refusal | Literal[""]:
    """Why an action has no effect; "" when it has."""
    if alarm is None:
        return "no_such_alarm"
    if alarm.is_closed:
        return "is_closed"
    if isinstance(action, Close) and alarm.seen.status == "fired":
        return "still_fires"
    if isinstance(action, Acknowledge) and action.colour and alarm.rank > COLOURS[action.colour].rank:
        return "has_risen"
    return ""


def _closed(alarm: Alarm) -> Alarm:
    return replace(alarm, state="closed", asked=None, in_hand="", handed_to="", task_due=None)


def _said(alarm: Alarm) -> str:
    return "hidden" if alarm.seen.status == "fired" and alarm.seen.hidden_by else alarm.seen.status


def _all_dues(alarms: Iterable[Alarm], pauses: Sequence[Pause], where: Zone, now: int) -> list[Due]:
    return [Due(at, alarm.rule, kind) for alarm in alarms for at, kind in _dues(alarm, pauses, where, now)]


def _dues(alarm: Alarm, pauses: Sequence[Pause], where: Zone, now: int) -> Iterator[tuple[int, Any]]:
    """What happens to an alarm by itself, and when."""
    behaviour = alarm.seen.behaviour
    match alarm.state:
        case "quiet":
            yield _out_of(pauses, alarm.rule, max(alarm.quiet_until, now)), "shown"
        case "open" | "escalated":
            if alarm.asked is not None and behaviour.respond_within:
                yield later(alarm.asked, behaviour.respond_within, where), "escalated"
            if behaviour.remind_after:
                yield _reminder(alarm, alarm.shown, where), "reminded"
            for each in () if alarm.breaks_pause else pauses:
                if each.rule in ("", alarm.rule) and max(each.since, now) < each.until:
                    yield each.since, "quieted"
        case "acknowledged":
            if alarm.task_due is not None:
                yield _out_of(pauses, alarm.rule, max(alarm.task_due, now)), "task_due"
            elif behaviour.remind_after:
                reminder = _reminder(alarm, alarm.acknowledged, where)
                yield _out_of(pauses, alarm.rule, max(reminder, now)), "reminded"
        case "closed":
            pass


def _reminder(alarm: Alarm, since: int | None, where: Zone) -> int:
    """`remind_after` from then on, but not while `quiet_for` keeps it silent."""
    behaviour = alarm.seen.behaviour
    assert since is not None
    at = later(since, behaviour.remind_after, where)
    if behaviour.quiet_for and alarm.shown is not None:
        at = max(at, later(alarm.shown, behaviour.quiet_for, where))
    return at


def _out_of(pauses: Sequence[Pause], rule: str, at: int) -> int:
    """The first moment from `at` on that no pause covers."""
    while covering := [each.until for each in pauses if each.covers(rule, at)]:
        at = max(covering)
    return at
