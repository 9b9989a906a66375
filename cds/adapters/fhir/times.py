"""Times of FHIR fields → instants; a year, or a year and month, leaves all of it open."""

import re
from typing import Final

from cds.adapters.shapes import as_text
from cds.operators.series import MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE
from cds.periods import Zone, end_of_day, instant

_PART_OF_DATE: Final = re.compile(r"(\d{4})(?:-(\d\d))?", re.ASCII)


def moment(written: object, where: Zone) -> int | None:
    """The instant that a dateTime names; None for a part of a date, and for what is no time."""
    read = instant(as_text(written), where)
    return read[0] if read else None


def open_between(written: object, where: Zone, side: str) -> tuple[int, int] | None:
    """The earliest and the latest moment that a dateTime leaves open; None when it names none.

    A year or month leaves all of it open; as `side` "end" a date is over at 24:00, else it begins at 00:00.

    >>> from cds.periods import zone
    >>> oslo = zone()
    >>> open_between("2026-01-08", oslo, "end") == (moment("2026-01-09", oslo), moment("2026-01-09", oslo))
    True
    """
    text = as_text(written)
    read = instant(text, where)
    if read:
        time = end_of_day(read[0], where) if read[1] and side == "end" else read[0]
        return time, time
    match = _PART_OF_DATE.fullmatch(text)
    if match is None:
        return None
    year, month = int(match[1]), int(match[2] or 1)
    after = (year, month + 1) if match[2] and month < 12 else (year + 1, 1)
    first = instant(f"{year:04}-{month:02}-01", where)
    last = instant(f"{after[0]:04}-{after[1]:02}-01", where)
    return (first[0], last[0]) if first and last else None


def civil_day(time: int, where: Zone) -> int:
    """The number of the civil day that holds an instant, also of the ends of time."""
    return (time + where.offset_at(time) * MICROSECONDS_PER_MINUTE) // MICROSECONDS_PER_DAY
