"""The events of an alarm as VKP's Composition has them (0 reported, 1 being handled, 3 acknowledged), and back.

The document itself is written and read by `cds.adapters.fhir_out.follow_up`.
"""

from collections.abc import Iterable
from typing import Final

from cds.adapters.fhir_out import FollowUp, FollowUpEvent
from cds.alarms.entries import Acknowledge, Action, TakeInHand
from cds.alarms.state import Alarm, AlarmEvent
from cds.alarms.telling import moment_text
from cds.diagnostics import CdsError
from cds.periods import NORWAY, instant, zone

_REPORTED: Final = "0"
_HANDLED: Final = "1"
_ACKNOWLEDGED: Final = "3"
_CODES: Final = {"taken_in_hand": _HANDLED, "acknowledged": _ACKNOWLEDGED}
_NOBODY: Final = "?"


def follow_up_events(events: Iterable[AlarmEvent], alarm: str, time_zone: str = NORWAY) -> tuple[FollowUpEvent, ...]:
    """What VKP takes of one alarm's events: that it was first shown, and who took it in hand and acknowledged it."""
    found = list[FollowUpEvent]()
    is_reported = False
    for event in events:
        code = _CODES.get(event.kind, "" if is_reported or event.state != "open" else _REPORTED)
        if event.alarm == alarm and code:
            is_reported = is_reported or code == _REPORTED
            at = event.at if event.stated is None else event.stated
            found.append(FollowUpEvent(code, moment_text(at, time_zone), "" if event.who == _NOBODY else event.who))
    return tuple(found)


def actions_of(follow_up: FollowUp, alarm: Alarm) -> tuple[Action, ...]:
    """What people did about an alarm in another system, as entries of the log, in order of time.

    CdsError when the document is about another rule. VKP states neither role nor reason: they stay open, and the
    reason is `other_system`.
    """
    if follow_up.finding.rule != alarm.rule:
        raise CdsError(f"the follow-up is not about `{alarm.rule}`; hand over the alarm of its own rule")
    found: list[Action] = []
    for event in follow_up.events:
        at = instant(event.time, zone())
        if at and event.code == _HANDLED:
            found.append(TakeInHand(at[0], alarm.id, event.who or _NOBODY))
        elif at and event.code == _ACKNOWLEDGED:
            found.append(Acknowledge(at[0], alarm.id, event.who or _NOBODY, "", "other_system"))
    return tuple(sorted(found, key=lambda each: each.at))
