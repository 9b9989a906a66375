"""Times and events of alarms as people and other programs write them: ISO 8601 with offset, and JSON."""

from dataclasses import asdict
from datetime import datetime
from typing import Final

from cds.alarms.state import AlarmEvent
from cds.api import microseconds
from cds.execute.explain import iso_time
from cds.periods import NORWAY, zone

_TIMES: Final = ("at", "due", "stated")


def moment(at: str | datetime, time_zone: str = NORWAY) -> int:
    """A moment as entries have it; without an offset it is clock time in the zone. CdsError when it is none.

    >>> moment("2026-01-15T12:00") == moment("2026-01-15T11:00:00Z")
    True
    """
    return microseconds(at, zone(time_zone))


def moment_text(at: int, time_zone: str = NORWAY) -> str:
    """A moment as people read it.

    >>> moment_text(moment("2026-01-15T11:00:00Z"))
    '2026-01-15T12:00:00+01:00'
    """
    return iso_time(at, zone(time_zone))


def event_document(event: AlarmEvent, time_zone: str = NORWAY) -> dict[str, str]:
    """An event as JSON has it: what it has to say, times in the zone."""
    said = {name: value for name, value in asdict(event).items() if value not in ("", None)}
    return {name: moment_text(value, time_zone) if name in _TIMES else value for name, value in said.items()}
