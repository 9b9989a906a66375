"""The small languages inside a ruleset's values: quantities, durations, spans, clock times, requirements.

Each `read_…` takes the author's text and returns a value, or raises `Misread`, which knows the kind of diagnostic
and where in the text it went wrong. Conditions are in `cds.phrases`, with the whole grammar on one page.
"""

import re
from dataclasses import dataclass
from typing import Final

from cds.diagnostics import Code
from cds.diagnostics.notation import (
    NotABand,
    NotAClock,
    NotAConfirm,
    NotADuration,
    NotAQuantity,
    NotARequirement,
    NotASpan,
)


class Misread(ValueError):
    """The text does not follow the grammar. `start`, `end`: the offending stretch of it; `values`: for the message."""

    def __init__(self, kind: type[Code], text: str, start: int = 0, end: int | None = None, **values: str) -> None:
        super().__init__(text)
        self.kind = kind
        self.start = start
        self.end = len(text) if end is None else end
        self.values = {"text": text[:80], **values}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit as written (`2.27 kg`, `3 doses`, `1`)."""

    number: float
    unit: str
    decimals: int
    text: str


@dataclass(frozen=True, slots=True)
class Duration:
    """A whole number of min, hours (elapsed), days, weeks, months or years (civil)."""

    amount: int
    unit: str
    text: str

    @property
    def is_elapsed(self) -> bool:
        return self.unit in ("min", "hours")

    @property
    def minutes(self) -> int:
        """Length in minutes; meant for elapsed durations and for days and weeks of 24 hours."""
        return self.amount * {"min": 1, "hours": 60, "days": 1440, "weeks": 10080}.get(self.unit, 0)


@dataclass(frozen=True, slots=True)
class Span:
    """A closed span with one unit (`110 to 160 mmHg`)."""

    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True)
class ClockSpan:
    """Minutes after midnight, [start, end); from one day into the next where the end is the earlier."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Requirement:
    """`4 days`, `12 readings`, `14 days apart`, `70 % worn`; kind: the last word."""

    amount: float
    kind: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """`2 readings within 15 min`."""

    readings: int
    within: Duration


@dataclass(frozen=True, slots=True)
class Band:
    """One row of a band table; None = open end."""

    low: float | None
    low_inside: bool
    high: float | None
    high_inside: bool
    text: str


_NUMBER = r"[+-]?\d+(?:\.\d+)?"
_QUANTITY: Final = re.compile(rf"({_NUMBER})\s*(\S(?:.*\S)?)?")
_SPAN: Final = re.compile(rf"({_NUMBER})\s+to\s+({_NUMBER})\s*(\S(?:.*\S)?)?")
_DURATION: Final = re.compile(r"(\d{1,6})\s+(min|hours?|days?|weeks?|months?|years?)")
_CLOCK: Final = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
_REQUIREMENT: Final = re.compile(
    r"(\d{1,6}(?:\.\d+)?)\s*(readings?|days?(?:\s+apart)?|dispenses?|%\s+(?:monitored|worn))"
)
SHARES: Final = ("monitored", "worn")  # requirements in percent
_CONFIRM: Final = re.compile(r"(\d{1,3})\s+readings?\s+within\s+(.+)")
_BAND: Final = re.compile(
    rf"(at most|at least|above|below)\s+({_NUMBER})|({_NUMBER})(?:\s+to\s+(below\s+)?({_NUMBER}))?"
)
_UNIT: Final = re.compile(r"[^\d\s+-][^\s]*(?:\s[^\s]+)?")


def read_quantity(text: str) -> Quantity:
    """A number with its unit.

    >>> read_quantity("2.27 kg")
    Quantity(number=2.27, unit='kg', decimals=2, text='2.27 kg')
    """
    match = _QUANTITY.fullmatch(text)
    if not match or len(match[1]) > 18 or (match[2] and not _UNIT.fullmatch(match[2])):
        raise Misread(NotAQuantity, text)
    decimals = len(match[1].partition(".")[2])
    return Quantity(float(match[1]), _singular(match[2] or ""), decimals, text)


def read_span(text: str) -> Span:
    """Two numbers and a unit."""
    match = _SPAN.fullmatch(text)
    if not match or (match[3] and not _UNIT.fullmatch(match[3])):
        raise Misread(NotASpan, text)
    return Span(float(match[1]), float(match[2]), _singular(match[3] or ""))


def read_duration(text: str) -> Duration:
    """A whole number of time units.

    >>> read_duration("1 day")
    Duration(amount=1, unit='days', text='1 day')
    """
    match = _DURATION.fullmatch(text)
    if not match or int(match[1]) == 0:
        raise Misread(NotADuration, text)
    return Duration(int(match[1]), _singular(match[2]), text)


def read_clock(text: str) -> int:
    """Minutes after midnight of HH:MM, up to 24:00."""
    match = _CLOCK.fullmatch(text)
    if not match or (match[1] == "24" and match[2] != "00"):
        raise Misread(NotAClock, text)
    return int(match[1]) * 60 + int(match[2])


def read_clock_span(text: str) -> ClockSpan:
    """`04:00 to 12:00`; the end is later than the start."""
    span = read_time_of_day(text)
    if span.end < span.start:
        raise Misread(NotAClock, text)
    return span


def read_time_of_day(text: str) -> ClockSpan:
    """`04:00 to 12:00`; also `22:00 to 06:00`, from the evening into the morning."""
    first, _, last = text.partition(" to ")
    span = ClockSpan(read_clock(first.strip()), read_clock(last.strip()))
    if span.end == span.start:
        raise Misread(NotAClock, text)
    return span


def read_requirement(text: str) -> Requirement:
    """`4 days`, `12 readings`, `2 dispenses`, `14 days apart`, `70 % monitored`, `70 % worn`."""
    match = _REQUIREMENT.fullmatch(text)
    if not match:
        raise Misread(NotARequirement, text)
    word = match[2].rpartition(" ")[2]
    kind = word if word in SHARES else _singular(word)
    if kind not in SHARES and "." in match[1]:
        raise Misread(NotARequirement, text)
    return Requirement(float(match[1]), kind)


def read_confirm(text: str) -> Confirm:
    """`2 readings within 15 min`."""
    match = _CONFIRM.fullmatch(text)
    if not match or int(match[1]) < 2:
        raise Misread(NotAConfirm, text)
    within = read_duration(match[2].strip())
    if not within.is_elapsed:
        raise Misread(NotADuration, text, match.start(2), match.end(2))
    return Confirm(int(match[1]), within)


def read_band(text: str) -> Band:
    """A row of a band table: `at most 91`, `92 to 93`, `94 to below 96`, `at least 96`."""
    match = _BAND.fullmatch(text)
    if not match:
        raise Misread(NotABand, text)
    word, bound, low, open_end, high = match.groups()
    if word in ("at most", "below"):
        return Band(None, False, float(bound), word == "at most", text)
    if word:
        return Band(float(bound), word == "at least", None, False, text)
    return Band(float(low), True, float(high if high is not None else low), not open_end, text)


def is_version(version: str, wanted: str) -> bool:
    """Whether a version is one of those wanted: `1.x`, `1.2.x`, `1.2.3`, or the beginning `1.2`.

    >>> is_version("1.2.3", "1.x"), is_version("1.2.3", "1.2"), is_version("1.12.3", "1.1.x")
    (True, True, False)
    """
    parts = wanted.removesuffix(".x").split(".")
    return version.split(".")[: len(parts)] == parts


def _singular(unit: str) -> str:
    """The one spelling of a counted unit: `1 day` and `2 days` are both in days."""
    return {
        "day": "days",
        "week": "weeks",
        "hour": "hours",
        "month": "months",
        "year": "years",
        "dose": "doses",
        "reading": "readings",
        "episode": "episodes",
        "dispense": "dispenses",
        "medicine": "medicines",
        "point": "points",
    }.get(unit, unit)
