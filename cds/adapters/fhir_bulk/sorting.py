"""Lines of an export → plain Observations in columns, and every other resource with the lines of its patient."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from cds.adapters.fhir import DEEPEST, READ, is_about_nobody
from cds.adapters.fhir.resource import Json, Resource, is_id
from cds.adapters.fhir_bulk.lines import Portion
from cds.adapters.fhir_bulk.people import ISSUE, People
from cds.adapters.fhir_bulk.plain import PlainObservations
from cds.adapters.fhir_bulk.written import (
    NOTHING,
    AnyObservation,
    Head,
    Written,
    heads,
    in_columns,
    observations,
    plain_observations,
)
from cds.adapters.issues import place_word
from cds.adapters.shapes import as_list, as_object, as_text
from cds.population import Array

NOT_NOW: Final = -9  # a patient of another block
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_WITH_PATIENT: Final = ("DetectedIssue", "Device")


class PatientsElsewhere(Exception):
    """There is a Patient in a file where none was looked for."""


class Line(NamedTuple):
    """A line that the reader for one patient reads. place: its number among all lines."""

    place: int
    text: bytes


class Said(NamedTuple):
    """What is wrong with a line. column: the resource, as `Observation/42`."""

    place: int
    column: str
    code: str


class Sorting:
    """Takes portions of lines. held: lines by patient; shared: lines about nobody; said: what is nobody's;
    not_read: how many resources there are of each kind that is not read; first, last: the patients read now."""

    def __init__(self, people: People, plain: PlainObservations, first: int, last: int) -> None:
        """first, last: positions of the patients that are read now, last exclusive."""
        self.people = people
        self.plain = plain
        self.first, self.last = first, last
        self._whose: dict[tuple[str, bytes], int | None] = {}
        self.held: dict[int, list[Line]] = {}
        self.shared: list[Line] = []
        self.said: list[Said] = []
        self.not_read: dict[str, int] = {}
        self._is_of_observations = True
        self._is_plain = True  # none so far has an element that is there seldom

    def take(self, portion: Portion, place: int) -> None:
        """Take whole lines, of which the first has this place among all lines."""
        if not portion.text:
            self.said.append(Said(place, "", "line_not_read"))
        elif not self._take_together(portion, place):
            self._take_one_by_one(portion.text, place)

    def _take_together(self, portion: Portion, place: int) -> bool:
        """Take the lines if all of them are plain Observations, or of one kind that is not read."""
        _, count, text = portion
        if not _is_utf8(text):
            return False
        if self._is_of_observations:
            written = self._observations_in(text, count)
            if written:
                self._take_observations(in_columns(written), np.arange(place, place + count), lambda: text.split(b"\n"))
                return True
        found: list[Head] | None = _decoded(heads, text, count)
        kinds = {each.resourceType for each in found or ()}
        self._is_of_observations = "Observation" in kinds
        if len(kinds) != 1 or not kinds.isdisjoint(READ):
            return False
        self._count(kinds.pop(), count)
        return True

    def _observations_in(self, text: bytes, count: int) -> Any:
        """So many Observations, one a line; None where it is otherwise."""
        if self._is_plain:
            written = _decoded(plain_observations, text, count)
            if written is not None:
                return written
        written = _decoded(observations, text, count)
        self._is_plain = self._is_plain and written is None
        return written

    def _take_one_by_one(self, text: bytes, place: int) -> None:
        written: list[AnyObservation] = []
        numbers: list[int] = []
        lines = text.split(b"\n")
        for number, line in enumerate(lines):
            if not line.strip():
                continue
            head = _one(heads, line)
            if head is None or head.resourceType == "Observation":
                observation = _one(observations, line)
                if observation is not None:
                    written.append(observation)
                    numbers.append(number)
                else:
                    self._take_content(line, place + number)
            else:
                self._take_head(head, line, place + number)
        if written:
            self._take_observations(
                in_columns(written), np.array(numbers) + place, lambda: [lines[each] for each in numbers]
            )

    def _take_observations(self, written: Written, places: Array, lines: Callable[[], Sequence[bytes]]) -> None:
        whose = np.array(self._owners(written.subjects), np.int64)
        for each in np.flatnonzero(whose < 0).tolist():
            if whose[each] != NOT_NOW:
                self._say(int(whose[each]), "Observation", written.ids[each], int(places[each]))
        is_long = np.flatnonzero(self.plain.take(written, whose, places)).tolist()
        held = lines() if is_long else ()
        for each in is_long:
            self._hold(int(whose[each]), int(places[each]), held[each])

    def _owners(self, subjects: Sequence[bytes]) -> list[int]:
        known = self.people.known
        found: list[Any] = list(map(known.get, subjects))
        if None in found:
            for stated in {each for each, whose in zip(subjects, found, strict=True) if whose is None}:
                known[stated] = self.people.of("Observation", {"subject": _value(stated)})
            found = list(map(known.get, subjects))
        if self.first > 0 or self.last < len(self.people.ids):
            return [self._now(each) for each in found]
        return found

    def _take_head(self, head: Head, line: bytes, place: int) -> None:
        kind = head.resourceType
        if kind not in READ:
            self._count(kind, 1)
            return
        if kind == "Patient" or not _is_utf8(line):
            self._take_content(line, place)
            return
        field = head.patient if kind in _WITH_PATIENT else head.subject
        key = kind, bytes(field)
        if key not in self._whose:
            content = {} if field is NOTHING else {"patient" if kind in _WITH_PATIENT else "subject": _value(key[1])}
            self._whose[key] = self._owner(kind, content)
        self._assign(self._whose[key], kind, line, place)

    def _take_content(self, line: bytes, place: int) -> None:
        """Take a line whose types are not as they should be, or that has to be looked into."""
        content = parsed(line)
        kind = as_text((content or {}).get("resourceType"))
        if content is None or not kind or kind == "Bundle":
            self.said.append(Said(place, "", "line_not_read"))
        elif kind not in READ:
            self._count(kind, 1)
        elif kind == "Patient":
            self._take_patient(content, line, place)
        else:
            whose = self._owner(kind, content)
            if kind == "Observation" and whose is not None and whose >= 0 and as_text(content.get("id")):
                self.plain.take_another(whose, as_text(content["id"]), place)
            self._assign(whose, kind, line, place, as_text(content.get("id")))

    def _take_patient(self, content: Json, line: bytes, place: int) -> None:
        name = as_text(content.get("id"))
        position = self.people.position_of(name)
        if not name:
            self.said.append(Said(place, "Patient", "patient_not_stated"))
        elif position is None:
            raise PatientsElsewhere
        else:
            self._hold(self._now(position), place, line)

    def _owner(self, kind: str, content: Json) -> int | None:
        """Whose a resource is, None where it may be about nobody."""
        whose = self.people.of(kind, content)
        if whose < 0 and is_about_nobody(Resource(kind, content, "", 0)):
            return None
        return self._now(whose)

    def _now(self, whose: int) -> int:
        return NOT_NOW if whose >= 0 and not self.first <= whose < self.last else whose

    def _assign(self, whose: int | None, kind: str, line: bytes, place: int, name: str = "") -> None:
        if whose is None:
            self.shared.append(Line(place, line))
        elif whose >= 0:
            self._hold(whose, place, line)
        elif whose != NOT_NOW:
            self._say(whose, kind, name or as_text((parsed(line) or {}).get("id")), place)

    def _hold(self, whose: int, place: int, line: bytes) -> None:
        if whose >= 0:
            self.held.setdefault(whose, []).append(Line(place, line))

    def _say(self, whose: int, kind: str, name: str, place: int) -> None:
        self.said.append(Said(place, f"{kind}/{name}" if is_id(name) else kind, ISSUE[whose]))

    def _count(self, kind: str, count: int) -> None:
        self.not_read[place_word(kind)] = self.not_read.get(place_word(kind), 0) + count


def _value(written: bytes) -> object:
    """What is written where a reference belongs; None where nothing is, or more digits than a number may have."""
    try:
        return json.loads(written) if written else None
    except ValueError:
        return None


def parsed(line: bytes) -> dict[str, Any] | None:
    """The object that a line holds, as a Bundle would be read; None when it cannot be read."""
    try:
        found = as_object(json.loads(line.decode("utf-8")))
    except (ValueError, RecursionError):
        return None
    if found is None or (line.count(b"{") + line.count(b"[") > DEEPEST and _is_too_deep(found)):
        return None
    return dict(found)


def _is_too_deep(content: Json) -> bool:
    level: list[Any] = [content]
    for _ in range(DEEPEST):
        level = [one for each in level for one in _within(each)]
        if not level:
            return False
    return True


def _within(value: object) -> Iterable[Any]:
    fields = as_object(value)
    return as_list(value) or () if fields is None else fields.values()


def _is_utf8(text: bytes) -> bool:
    if text.isascii():
        return True
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decoded(decoder: Any, text: bytes, count: int) -> Any:
    """So many values, one a line; None where it is otherwise."""
    try:
        found = decoder.decode_lines(text)
    except _UNREADABLE:
        return None
    return found if len(found) == count else None


def _one(decoder: Any, line: bytes) -> Any:
    try:
        return decoder.decode(line) if _is_utf8(line) else None
    except _UNREADABLE:
        return None
