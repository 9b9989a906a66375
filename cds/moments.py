"""A moment as users state it → microseconds UTC."""

from datetime import datetime

from cds.diagnostics import CdsError
from cds.periods import Zone, instant

Moment = str | datetime


def microseconds(at: object, where: Zone) -> int:
    """A moment as microseconds UTC; text or a datetime without an offset is clock time in the zone `where`."""
    text = at.isoformat() if isinstance(at, datetime) else at
    found = instant(text, where) if isinstance(text, str) else None
    if found is None or found[1]:
        raise CdsError(f"`{text}` is no moment; write for instance 2026-01-08T08:00 or 2026-01-08T08:00:00+01:00")
    return found[0]
