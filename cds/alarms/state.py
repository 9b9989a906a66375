"""The alarms of one patient as they stand, and what happens to them. Plain data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from pydantic import TypeAdapter, ValidationError

from cds.alarms.entries import Pause, PauseReason, Seen
from cds.alarms.reasons import ReasonCode
from cds.diagnostics import CdsError
from cds.periods import NORWAY
from cds.plan import Colour
from cds.result import COLOURS, Status

AlarmState = Literal["open", "acknowledged", "quiet", "escalated", "closed"]
EventKind = Literal[
    "opened",  # the rule fires; in the state `quiet` when it is silent for now
    "risen",  # the colour became worse: shown, whatever kept it silent
    "shown",  # it is silent no longer
    "reminded",  # shown again after `remind_after`
    "task_due",  # shown again at the time that was agreed
    "escalated",  # nobody answered within `respond_within`
    "quieted",  # a pause began
    "changed",  # another status or milder colour, which does not close it
    "acknowledged",
    "taken_in_hand",
    "handed_over",
    "closed",
    "paused",  # a pause was entered
    "refused",  # what somebody did, or what a finding says, has no effect; the reason says why
]
Refusal = Literal["no_such_alarm", "is_closed", "still_fires", "has_risen", "outdated"]
EventReason = Literal["", "hidden", "no_longer_fires", "does_not_apply", "by_hand"] | (
    Status | ReasonCode | PauseReason | Refusal
)
START: Final = -(2**62)  # before any real time


@dataclass(frozen=True, slots=True)
class AlarmEvent:
    """One change. at: microseconds UTC. state: after it, "" for what is of no single alarm.

    stated: when it was, where that was before `at`: what reaches the log late counts from then on. version, hash: of
    the ruleset. due: when a task comes back, or a pause ends. to: whom it is addressed to.
    """

    at: int
    kind: EventKind
    rule: str = ""
    alarm: str = ""
    state: AlarmState | Literal[""] = ""
    colour: Colour | Literal[""] = ""
    reason: EventReason = ""
    who: str = ""
    role: str = ""
    to: str = ""
    due: int | None = None
    stated: int | None = None
    version: str = ""
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm of a rule. number: how many the rule has had. colour: the worst that is not known to be over.

    shown, shown_colour: the last time it, or the rule's alarm before it, was shown. asked: since when an answer is
    awaited; None = answered, or silent. quiet_until: while it is quiet, the end of
    `quiet_for` or the beginning of the pause. breaks_pause: shown in spite of a pause.
    """

    id: str
    number: int
    seen: Seen
    state: AlarmState
    colour: Colour | Literal[""]
    opened: int
    shown: int | None = None
    shown_colour: Colour | Literal[""] = ""
    asked: int | None = None
    quiet_until: int = START
    breaks_pause: bool = False
    in_hand: str = ""
    handed_to: str = ""
    acknowledged: int | None = None
    acknowledged_by: str = ""
    reason: ReasonCode | Literal[""] = ""
    task_due: int | None = None

    @property
    def rule(self) -> str:
        return self.seen.rule

    @property
    def rank(self) -> int:
        return COLOURS[self.colour].rank

    @property
    def is_closed(self) -> bool:
        return self.state == "closed"

    @property
    def responsible(self) -> str:
        """Who answers: whom it was handed over to, else as the ruleset says."""
        return self.handed_to or self.seen.behaviour.responsible


@dataclass(frozen=True, slots=True)
class Alarms:
    """One patient's alarms at a moment. now: as far as is told. latest: rule -> its latest alarm, closed ones too.

    heard: rule -> the moment of its newest finding.
    """

    patient: str
    now: int = START
    zone: str = NORWAY
    latest: Mapping[str, Alarm] = field(default_factory=dict[str, Alarm])
    heard: Mapping[str, int] = field(default_factory=dict[str, int])
    pauses: tuple[Pause, ...] = ()

    @property
    def listed(self) -> tuple[Alarm, ...]:
        """Alarms that are not closed, silent ones too: worst first, then by rule."""
        standing = [each for each in self.latest.values() if not each.is_closed]
        return tuple(sorted(standing, key=lambda each: (-each.rank, each.rule)))

    def __getitem__(self, rule: str) -> Alarm:
        """The latest alarm of a rule."""
        return self.latest[rule]


_ALARMS: Final[TypeAdapter[Alarms]] = TypeAdapter(Alarms)


def alarms_written(alarms: Alarms) -> dict[str, Any]:
    """The alarms as JSON has them: a copy that saves reading the whole log."""
    return _ALARMS.dump_python(alarms, mode="json")


def alarms_read(content: Mapping[str, Any]) -> Alarms:
    """The alarms of such a copy; CdsError when it is none, and then the log tells."""
    try:
        return _ALARMS.validate_json(json.dumps(dict(content)))
    except ValidationError:
        raise CdsError("this is no copy of a patient's alarms; make them anew from the log") from None
