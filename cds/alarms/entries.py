"""What alarms are made of: findings at a moment, and what people did. Plain data; the log holds nothing else.

Times are microseconds since 1970 in UTC. Every entry is written to the log as JSON and read back the same.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config

from cds.alarms.reasons import ACKNOWLEDGE_REASONS, ReasonCode
from cds.diagnostics import CdsError
from cds.periods import NORWAY, instant, zone
from cds.plan import Colour, Head
from cds.result import COLOURS, Finding, Result, State, Status

Route = Literal["clinical", "technical", "supply"]
PauseReason = Literal["hospital_stay", "travel", "other"]
_whole = with_config(ConfigDict(extra="forbid", strict=True))  # nothing unknown or guessed when it is read again


@_whole
@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a rule's alarm behaves, in the ruleset's words (`24 hours`, `2 days`); "" = the ruleset does not say."""

    quiet_for: str = ""
    remind_after: str = ""
    respond_within: str = ""
    responsible: str = ""
    route: Route = "clinical"


@_whole
@dataclass(frozen=True, slots=True)
class Seen:
    """What a finding says of its rule, as far as an alarm goes by it.

    version, hash, owner: of the ruleset. reason: why it is unknown, "" when it is not. uncertain: a worse colour
    could not be told. clears: whether the rule's `clear_when` holds.
    """

    rule: str
    status: Status
    colour: Colour | Literal[""] = ""
    version: str = ""
    hash: str = ""
    owner: str = ""
    reason: str = ""
    uncertain: bool = False
    hidden_by: str = ""
    clears: State = "true"
    behaviour: Behaviour = Behaviour()

    @property
    def is_firing(self) -> bool:
        """Whether it fires and is to be shown."""
        return self.status == "fired" and not self.hidden_by

    @property
    def may_close(self) -> bool:
        """Whether an alarm closes: the rule is known not to fire and `clear_when` holds.

        A rule that applies no more closes too, but not one whose limit nobody has set any longer.
        """
        is_over = self.status == "not_fired" or (self.status == "not_applicable" and self.reason != "not_set")
        return is_over and self.clears == "true"

    @property
    def rank(self) -> int:
        """How severe the colour is: 4 red, 3 orange, 2 yellow."""
        return COLOURS[self.colour].rank


@_whole
@dataclass(frozen=True, slots=True)
class Evaluated:
    """Findings of the patient at a moment: all of them, or those that changed. zone: whose civil days count."""

    at: int
    findings: tuple[Seen, ...]
    zone: str = NORWAY
    kind: Literal["evaluated"] = "evaluated"


@_whole
@dataclass(frozen=True, slots=True)
class Advanced:
    """Time went by until `at`, and nothing else happened. It is not needed: every entry brings its time along."""

    at: int
    kind: Literal["advanced"] = "advanced"


@_whole
@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Somebody has dealt with an alarm. alarm: its id. colour: the one that they saw, so that nobody acknowledges
    what has become worse meanwhile; "" = not stated. until: when `will_monitor` brings it back.
    """

    at: int
    alarm: str
    who: str
    role: str
    reason: ReasonCode
    until: int | None = None
    colour: Colour | Literal[""] = ""
    kind: Literal["acknowledge"] = "acknowledge"

    def __post_init__(self) -> None:
        makes_task = ACKNOWLEDGE_REASONS[self.reason].makes_task
        if makes_task and (self.until is None or self.until <= self.at):
            raise CdsError(f"`{self.reason}` brings the alarm back; state in `until` a time after `at`")
        if not makes_task and self.until is not None:
            raise CdsError(f"`{self.reason}` brings nothing back; leave out `until`, or write `will_monitor`")
        _check_person(self.who)


@_whole
@dataclass(frozen=True, slots=True)
class TakeInHand:
    """Somebody works on an alarm."""

    at: int
    alarm: str
    who: str
    role: str = ""
    kind: Literal["take_in_hand"] = "take_in_hand"

    def __post_init__(self) -> None:
        _check_person(self.who)


@_whole
@dataclass(frozen=True, slots=True)
class HandOver:
    """An alarm goes on to somebody else. to: person, role or service."""

    at: int
    alarm: str
    who: str
    to: str
    role: str = ""
    kind: Literal["hand_over"] = "hand_over"

    def __post_init__(self) -> None:
        _check_person(self.who)
        if not self.to.strip():
            raise CdsError("a hand-over needs to whom; state the person, role or service in `to`")


@_whole
@dataclass(frozen=True, slots=True)
class Pause:
    """Alarms are silent in [since, until); they stay listed. rule: "" = all of the patient's.

    A later pause of the same rule takes the place of the one before; with `until` = `since` it ends the pause.
    """

    at: int
    since: int
    until: int
    reason: PauseReason
    who: str
    role: str = ""
    rule: str = ""
    kind: Literal["pause"] = "pause"

    def __post_init__(self) -> None:
        _check_person(self.who)
        if self.until < self.since:
            raise CdsError("a pause ends before it begins; state `since` and `until` the other way round")

    def covers(self, rule: str, at: int) -> bool:
        """Whether a rule's alarm is silent at a moment."""
        return self.rule in ("", rule) and self.since <= at < self.until


@_whole
@dataclass(frozen=True, slots=True)
class Close:
    """Somebody closes an alarm whose rule does not fire, such as one that can no longer be told."""

    at: int
    alarm: str
    who: str
    role: str = ""
    kind: Literal["close"] = "close"

    def __post_init__(self) -> None:
        _check_person(self.who)


Action = Acknowledge | TakeInHand | HandOver | Close
Entry = Evaluated | Advanced | Acknowledge | TakeInHand | HandOver | Pause | Close
_ENTRY: Final[TypeAdapter[Entry]] = TypeAdapter(Annotated[Entry, Field(discriminator="kind")])


def _check_person(who: str) -> None:
    if not who.strip():
        raise CdsError("nobody is named; state in `who` the person who acts")


def evaluated(result: Result, known: Iterable[Seen] = ()) -> Evaluated:
    """What a result says, for the log.

    known: what alarms that stand were made of. A rule of the same rulesets that the result does not have any more was
    taken out or switched off: it is `not_applicable`.
    """
    found = instant(result.at, zone(result.zone))
    assert found is not None
    heads = {each.id: each for each in result.heads}
    there = {each.id for each in result.findings}
    gone = [each for each in known if each.rule not in there and each.rule.partition("/")[0] in heads]
    findings = (*map(seen, result.findings), *(_withdrawn(each, heads[each.rule.partition("/")[0]]) for each in gone))
    return Evaluated(found[0], findings, result.zone)


def _withdrawn(before: Seen, head: Head) -> Seen:
    return Seen(before.rule, "not_applicable", "", head.version, head.hash, head.owner, behaviour=before.behaviour)


def seen(finding: Finding) -> Seen:
    """What a finding says, for the log."""
    return Seen(
        rule=finding.id,
        status=finding.status,
        colour=finding.colour,
        version=finding.head.version,
        hash=finding.head.hash,
        owner=finding.head.owner,
        reason=finding.reason.name if finding.reason else "",
        uncertain=finding.uncertain,
        hidden_by=finding.hidden_by,
        clears=finding.clears,
        behaviour=_behaviour(finding.rule.alarm),
    )


def _behaviour(words: Mapping[str, Any]) -> Behaviour:
    return Behaviour(**words)


def written(entry: Entry) -> dict[str, Any]:
    """An entry as JSON has it."""
    return _ENTRY.dump_python(entry, mode="json")


def read(content: Mapping[str, Any]) -> Entry:
    """An entry that was written; CdsError when it is none."""
    try:
        return _ENTRY.validate_json(json.dumps(dict(content)))
    except ValidationError as wrong:
        places = sorted({".".join(map(str, each["loc"])) for each in wrong.errors()})
        raise CdsError(f"this is no entry of an alarm log; look at {', '.join(places)[:200] or '`kind`'}") from None
