"""Alarms with a life of their own: what comes of findings when people answer them and time goes by.

::

    findings ─ evaluated ─▶ entry ─┐
    people: acknowledge, pause … ──┼─ log ─ fold ─▶ Alarms (open, acknowledged, quiet, escalated, closed)
    time ──────────────────────────┘           └──▶ AlarmEvent, AlarmEvent, …

Nothing is kept anywhere else: the same log gives the same alarms and events, in one go or step by step, and however
often anybody asks in between. Missing data never closes an alarm, and a worse colour is shown whatever keeps it silent.
"""

from cds.alarms.entries import (
    Acknowledge,
    Action,
    Advanced,
    Behaviour,
    Close,
    Entry,
    Evaluated,
    HandOver,
    Pause,
    Seen,
    TakeInHand,
    evaluated,
    read,
    seen,
    written,
)
from cds.alarms.follow_up import actions_of, follow_up_events
from cds.alarms.machine import Step, after, fold, next_due
from cds.alarms.reasons import ACKNOWLEDGE_REASONS, AcknowledgeReason
from cds.alarms.responses import Response, responses
from cds.alarms.state import Alarm, AlarmEvent, Alarms, alarms_read, alarms_written
from cds.alarms.telling import event_document, moment, moment_text

__all__ = [
    "ACKNOWLEDGE_REASONS",
    "Acknowledge",
    "AcknowledgeReason",
    "Action",
    "Advanced",
    "Alarm",
    "AlarmEvent",
    "Alarms",
    "Behaviour",
    "Close",
    "Entry",
    "Evaluated",
    "HandOver",
    "Pause",
    "Response",
    "Seen",
    "Step",
    "TakeInHand",
    "actions_of",
    "after",
    "alarms_read",
    "alarms_written",
    "evaluated",
    "event_document",
    "fold",
    "follow_up_events",
    "moment",
    "moment_text",
    "next_due",
    "read",
    "responses",
    "seen",
    "written",
]
