"""Patients followed live, from events to alarms, on a store that survives the process.

::

    event ─ incoming ─▶ followed: session, rebuilt from the log when first needed ─▶ findings that changed ─┐
       │                                                                                                    ▼
       └──────────── one batch, on disk before anything is answered: the event, and entries of the alarm log
                                                                                                            │
    answer: alarm events, numbered as the log is ◀─ fold ◀──────────────────────────────────────────────────┘

Nothing reads a clock: time moves by what events state. The same events give the same log, and the log the same alarm
events, byte for byte, whenever and however often the process ends in between.
"""

from cds.follow.answers import Rejected, answered, document
from cds.follow.follower import Answer, Follower
from cds.follow.incoming import KINDS, EventRefused
from cds.follow.sole import sole_writer
from cds.follow.told import happened_after, history, listed, place_of, standing

__all__ = [
    "KINDS",
    "Answer",
    "EventRefused",
    "Follower",
    "Rejected",
    "answered",
    "document",
    "happened_after",
    "history",
    "listed",
    "place_of",
    "sole_writer",
    "standing",
]
