"""The small notations of a case file: readings, doses, series, words about a patient, what is expected.

Each function takes the author's text and returns fields of a record or of an expectation, or raises `Misread`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from cds.adapters.records import STATUS_USED
from cds.codes import ATTRIBUTE_WORDS, Concept
from cds.diagnostics.casework import NotADispense, NotADose, NotAPresence, NotAReading, NotASeries, NotATime
from cds.grammar import Misread, read_duration
from cds.operators.series import MICROSECONDS_PER_MINUTE
from cds.periods import Zone, calendar_date, civil_date, instant

Record = dict[str, Any]

STATUSES: Final = STATUS_USED | {"registered", "preliminary", "cancelled", "entered-in-error"}
READING_WORDS: Final = ("entered", "position", "arm", "meal")
SERIES: Final = frozenset({"from", "every", "values"})

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = r"[+-]?\d{1,15}(?:\.\d{1,15})?"
_VALUE = rf"(?:{_NUMBER}|-|HI|LO)"
_AMOUNT: Final = re.compile(
    rf"(?:(above|at least|below|at most|[<>]=?)\s*)?({_VALUE}(?:/{_VALUE})*)(?:\s*([^\d\s].*))?"
)
_COMPARATORS: Final = {"above": ">", "at least": ">=", "below": "<", "at most": "<="}
_SHIFTED: Final = re.compile(r"(late|early)\s+(\d{1,6}) min")
_AGE: Final = re.compile(r"(\d{1,3}) years?")
_ATC: Final = re.compile(r"[A-Z]\d\d[A-Z0-9]{0,4}", re.ASCII)
_DAYS: Final = re.compile(r"(-?\d{1,9}(?:\.\d{1,9})?) days?")
_TOKEN: Final = re.compile(rf"[<>]?=?{_NUMBER}(?:/(?:{_NUMBER}|-))?|-(?:/{_NUMBER})?|HI|LO|taken|missed|unknown")


def split(text: str) -> list[str]:
    """The parts between commas."""
    return [each.strip() for each in text.split(",")]


def read_moment(text: str, zone: Zone) -> int:
    """Microseconds UTC of a moment with a clock time."""
    found = instant(text, zone)
    if found is None or found[1]:
        raise Misread(NotATime, text)
    return found[0]


def utc_text(time: int) -> str:
    """An instant as ISO 8601 in UTC."""
    return (_EPOCH + timedelta(microseconds=time)).isoformat()


def read_time(text: str, zone: Zone) -> str:
    """The text itself, when it is a moment or a date."""
    if instant(text, zone) is None:
        raise Misread(NotATime, text)
    return text


def read_reading(text: str, concept: Concept, name: str, zone: Zone) -> Record:
    """A record's fields of a reading, all but its time: `81.0 kg, typed`, `150/95 mmHg`, `above 27.8 mmol/L`, `HI`."""
    first, *words = split(text)
    if first in concept.answers:
        row: Record = {"value": first}
        for word in words:
            row |= _reading_word(word, text, name, zone)
        return row
    match = _AMOUNT.fullmatch(first)
    if match is None:
        raise Misread(NotAReading, text, input=name)
    comparator, numbers, unit = match.groups()
    values: list[str] = numbers.split("/")
    parts = list(concept.parts) or ["value"]
    if len(values) != len(parts):
        raise Misread(NotAReading, text, input=name)
    row = {part: _number(value) for part, value in zip(parts, values, strict=True) if value != "-"}
    if unit:
        row["unit"] = unit
    if comparator:
        row["comparator"] = _COMPARATORS.get(comparator, comparator)
    for word in words:
        row |= _reading_word(word, text, name, zone)
    return row


def _number(text: str) -> float | int | str:
    if text in ("HI", "LO"):
        return text
    return float(text) if "." in text else int(text)


def _reading_word(word: str, text: str, name: str, zone: Zone) -> Record:
    for field in READING_WORDS:
        if word in ATTRIBUTE_WORDS[field]:
            return {field: word}
    if word in STATUSES:
        return {"status": word}
    if word.startswith("recorded "):
        return {"recorded": read_time(word.removeprefix("recorded ").strip(), zone)}
    raise Misread(NotAReading, text, input=name)


def read_dose(text: str, planned: str, zone: Zone) -> Record:
    """A record's fields of a dose: `taken`, `late 75 min`, `missed`, `unknown`, then `, C09AA05`, `as_needed`."""
    first, *words = split(text)
    row: Record = {"planned": read_time(planned, zone)}
    match = _SHIFTED.fullmatch(first)
    if match:
        minutes = int(match[2]) * (1 if match[1] == "late" else -1)
        taken = read_moment(planned, zone) + minutes * MICROSECONDS_PER_MINUTE
        row |= {"status": "taken", "taken": utc_text(taken)}
    elif first == "taken":
        row |= {"status": "taken", "taken": planned}
    elif first in ("missed", "unknown"):
        row["status"] = first
    else:
        raise Misread(NotADose, text)
    for word in words:
        _dose_word(row, word, text, zone)
    return row


def _dose_word(row: Record, word: str, text: str, zone: Zone) -> None:
    if _ATC.fullmatch(word):
        row.setdefault("atc", []).append(word)
    elif word in ATTRIBUTE_WORDS["reason"]:
        row["reason"] = word
    elif word in ATTRIBUTE_WORDS["use"]:
        row["use"] = word
    elif word == "time unknown" and row["status"] == "taken":
        del row["taken"]
    elif word.startswith("recorded "):
        row["recorded"] = read_time(word.removeprefix("recorded ").strip(), zone)
    else:
        raise Misread(NotADose, text)


def read_dispense(text: str, zone: Zone) -> Record:
    """A record's fields of a dispense, all but its time: `30 days`, `days unknown`, then `, C10AA05, as_needed`."""
    first, *words = split(text)
    match = _DAYS.fullmatch(first)
    if match is None and first != "days unknown":
        raise Misread(NotADispense, text)
    row: Record = {"days": float(match[1])} if match else {}
    for word in words:
        if not _take_medicine_word(row, word, zone):
            raise Misread(NotADispense, text)
    return row


def _take_medicine_word(row: Record, word: str, zone: Zone) -> bool:
    """Add what a word says about a medicine; whether it is such a word."""
    if _ATC.fullmatch(word):
        row.setdefault("atc", []).append(word)
    elif word in ATTRIBUTE_WORDS["use"]:
        row["use"] = word
    elif word.startswith("recorded "):
        row["recorded"] = read_time(word.removeprefix("recorded ").strip(), zone)
    else:
        return False
    return True


def read_event(text: str, zone: Zone) -> Record:
    """A record's fields of an event: `2026-01-08 07:30`, then `, recorded 2026-01-08 09:00`."""
    first, *words = split(text)
    row = {"time": read_time(first, zone)}
    for word in words:
        if not word.startswith("recorded "):
            raise Misread(NotATime, word)
        row["recorded"] = read_time(word.removeprefix("recorded ").strip(), zone)
    return row


def read_presence(text: str, name: str, zone: Zone, is_medicine: bool) -> Record | bool | None:
    """A record's fields of what somebody has for a time; None for `no`, False for `unknown` (not supplied)."""
    first, *words = split(text)
    if first in ("no", "unknown") and not words:
        return None if first == "no" else False
    if first not in ("yes", "provisional"):
        raise Misread(NotAPresence, text, input=name)
    row: Record = {} if first == "yes" else {"certain": False}
    for word in words:
        field, _, time = word.partition(" ")
        if field in ("from", "to", "recorded"):
            row[field] = read_time(time.strip(), zone)
        elif not (is_medicine and _take_medicine_word(row, word, zone)):
            raise Misread(NotAPresence, text, input=name)
    return row


def read_born(text: str, at: int, zone: Zone) -> str | None:
    """Birth date of `74 years` (birthday on the day of `at`) or `born 1952-03-04`; None when it is neither."""
    match = _AGE.fullmatch(text)
    if match is None:
        born = calendar_date(text.removeprefix("born ").strip()) if text.startswith("born ") else None
        return born.isoformat() if born else None
    today = civil_date(at, zone)
    year = today.year - int(match[1])
    is_leap_day = (today.month, today.day) == (2, 29)
    return date(year, 2, 28).isoformat() if is_leap_day else date(year, today.month, today.day).isoformat()


def read_patient_limit(name: str, text: str, ruleset: str) -> Record:
    """A record of a patient's own limit: `1.5 kg, Kari Lege, 2026-01-02, until 2026-03-01`.

    What cannot be read is handed on as it stands: that a bad limit is caught is for the case to show.
    """
    first, *words = split(text)
    match = re.fullmatch(rf"({_NUMBER})\s*(.*)", first)
    row: Record = {"limit": name, "value": float(match[1]) if match else first, "ruleset": ruleset}
    row["unit"] = match[2] if match else ""
    for word in words:
        field, _, rest = word.partition(" ")
        if field in ("from", "until"):
            row[field] = rest.strip()
        elif word[:1].isdigit():  # a date, or something that only looks like one and is refused by the intake
            row["from"] = word
        else:
            row["author"] = word
    return row


def read_series(text: str, fields: Mapping[str, str], zone: Zone) -> list[tuple[str, str]]:
    """Time and value of each step of a series, without the gaps; `text` is what an author is shown when it is wrong.

    >>> from cds.periods import zone
    >>> weights = {"from": "2026-03-28 07:30", "every": "1 day", "values": "81.0 - 81.2 x 2 kg, typed"}
    >>> for row in read_series("", weights, zone()): print(*row)
    2026-03-28 07:30 81.0 kg, typed
    2026-03-30 07:30 81.2 kg, typed
    2026-03-31 07:30 81.2 kg, typed
    """
    values, unit, words = _values(fields["values"])
    after = "".join(f", {each}" for each in words)
    rows = ((step, f"{value} {unit}".strip() + after) for step, value in enumerate(values) if value != "-")
    try:
        return [(_step(fields, step, zone), row) for step, row in rows]
    except OverflowError:
        raise Misread(NotASeries, text, expected="a length") from None


def _values(text: str) -> tuple[list[str], str, list[str]]:
    first, *words = split(text)
    values: list[str] = []
    tokens = first.split()
    while tokens and (_TOKEN.fullmatch(tokens[0]) or tokens[0] == "x"):
        token = tokens.pop(0)
        if token != "x":
            values.append(token)
        elif values and tokens and tokens[0].isdecimal() and 0 < int(tokens[0]) <= 100_000:
            values += values[-1:] * (int(tokens.pop(0)) - 1)
        else:
            raise Misread(NotASeries, text, expected="the values")
    if not values or any(_TOKEN.match(each) for each in (*tokens, *words)):
        raise Misread(NotASeries, text, expected="the values")
    return values, " ".join(tokens), words


def _step(fields: Mapping[str, str], step: int, zone: Zone) -> str:
    """The time so many steps after the first: civil days keep the clock time, hours and minutes are elapsed."""
    every = read_duration(fields["every"])
    start = read_time(fields["from"], zone)
    if every.unit in ("days", "weeks"):
        days = step * every.amount * (7 if every.unit == "weeks" else 1)
        return (date.fromisoformat(start[:10]) + timedelta(days=days)).isoformat() + start[10:]
    if not every.is_elapsed:
        raise Misread(NotASeries, fields["every"], expected="a step")
    return utc_text(read_moment(start, zone) + step * every.minutes * MICROSECONDS_PER_MINUTE)
