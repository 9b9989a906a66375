"""A patient written as plain records, followed event by event."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from cds.adapters.following.splice import spliced
from cds.adapters.following.versions import ERASED, replaces
from cds.adapters.records import patient_from_dict
from cds.adapters.shapes import as_list, as_object, as_text
from cds.codes import Concepts
from cds.diagnostics import PatientError
from cds.patient import Patient

_BY_NAME: Final = ("readings", "forms", "conditions", "devices", "events", "stays")
_PLAIN: Final = ("doses", "medicines", "dispenses")
_WITH_STATUS: Final = ("readings", "forms")  # where the intake itself reads whether a row is corrected or erased
_VERSIONS: Final = ("amended", "corrected", ERASED)
_KEPT: Final = ("id", "zone", "supplied")

Record = Mapping[str, Any]


class _Event(NamedTuple):
    """One row and where it belongs. name: the concept's, "" where rows stand without one."""

    section: str
    name: str
    row: dict[str, Any]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.section, self.name, self.row["id"]


class RecordChart:
    """What is written of a patient, and the facts that it was read to."""

    def __init__(self, written: Record, concepts: Concepts) -> None:
        self._concepts = concepts
        self._written: dict[str, Any] = dict(written)
        self._own: set[str] = set()  # sections that are ours to change
        self._places: dict[tuple[str, str, str], int] = {}
        self._erased: dict[tuple[str, str, str], Record] = {}
        for section in (*_BY_NAME, *_PLAIN):
            for name, rows in self._sections(section):
                for place, row in enumerate(rows):
                    identity = as_text((as_object(row) or {}).get("id"))
                    if identity:
                        self._places[section, name, identity] = place
        self.facts: Patient = patient_from_dict(self._written, concepts=concepts)

    @property
    def written(self) -> Record:
        """Everything that is written, as `Patient.from_dict` reads it."""
        return self._written

    def take(self, event: Record) -> Patient | None:
        """The facts with one event; None when they stay as they are, since what is here is the same or newer.

        event: a record with the patient's id and one row. PatientError when it is of another patient or no one event.
        """
        found = _event_of(event, self.facts.id)
        place = self._places.get(found.key)
        before = self._erased.get(found.key) if place is None else self._rows(found)[place]
        if before is not None and not replaces(found.row, before):
            return None
        tables = self._spliced(found, before if place is not None else None)
        self._write(found, place)
        if tables is None:
            self.facts = patient_from_dict(self._written, concepts=self._concepts)
        else:
            self.facts = replace(self.facts, tables=tables)
        return self.facts

    def _sections(self, section: str) -> Iterator[tuple[str, list[Any]]]:
        """Name and rows of each list in a section; conditions and so on may be a list of names alone."""
        held = self._written.get(section)
        rows = as_list(held)
        if section in _PLAIN and rows is not None:
            yield "", rows
        for name, named in (as_object(held) or {}).items():
            listed = as_list(named)
            if listed is not None:
                yield name, listed

    def _rows(self, event: _Event) -> list[Any]:
        """The rows where an event belongs, ours to change."""
        if event.section not in self._own:
            self._own.add(event.section)
            self._written[event.section] = self._copied(event.section)
        section = self._written[event.section]
        return section if event.section in _PLAIN else section.setdefault(event.name, [])

    def _copied(self, section: str) -> Any:
        held = self._written.get(section)
        if section in _PLAIN:
            return list(as_list(held) or ())
        names = as_list(held)
        if names is not None:
            section_of_names: dict[str, list[Record]] = {name: [{}] for name in names}
            return section_of_names
        return {name: list(as_list(rows) or ()) for name, rows in (as_object(held) or {}).items()}

    def _write(self, event: _Event, place: int | None) -> None:
        rows = self._rows(event)
        is_erased = event.row.get("status") == ERASED
        row = event.row if event.section in _WITH_STATUS else _without_version(event.row)
        if is_erased and event.section not in _WITH_STATUS:
            self._erased[event.key] = event.row
            if place is not None:
                rows.pop(place)
                del self._places[event.key]
                self._moved_up(event, place)
        elif place is None:
            self._places[event.key] = len(rows)
            rows.append(row)
        else:
            rows[place] = row

    def _moved_up(self, event: _Event, place: int) -> None:
        for key, other in self._places.items():
            if key[:2] == event.key[:2] and other > place:
                self._places[key] = other - 1

    def _spliced(self, event: _Event, before: Any) -> Any:
        """The tables with the event's row in place of the one before; None when everything is to be read again."""
        if event.section not in ("readings", "forms", "doses") or event.row.get("status") == ERASED:
            return None
        ones = [self._alone(event, row) for row in (before, event.row) if row is not None]
        if any(not issue.place.startswith("supplied") for each in ones for issue in each.issues):
            return None
        return spliced(self.facts, ones[0] if before is not None else None, ones[-1])

    def _alone(self, event: _Event, row: Record) -> Patient:
        """The patient as if the row were all that is known."""
        kept = {name: self._written[name] for name in _KEPT if name in self._written}
        rows = [row if event.section in _WITH_STATUS else _without_version(row)]
        section = rows if event.section in _PLAIN else {event.name: rows}
        return patient_from_dict({**kept, event.section: section}, concepts=self._concepts)


def _event_of(event: Record, patient: str) -> _Event:
    """The one row in a record; PatientError when it is of another patient, or is no one row."""
    if as_object(event) is None:
        raise PatientError("an event is an object with the patient's `id` and one row, such as under `readings`")
    named = event.get("id")
    if not isinstance(named, str) or not named:
        raise PatientError("the event does not say whom it is about; write the patient's id as its `id`")
    if named != patient:
        raise PatientError("the event is about another patient than the session; it was not used")
    others = sorted(as_text(each) for each in event if each not in ("id", *_BY_NAME, *_PLAIN))
    if others:
        raise PatientError(f"an event holds one row of {', '.join((*_BY_NAME, *_PLAIN))}, and nothing else")
    rows = [(section, name, row) for section in event if section != "id" for name, row in _rows_in(section, event)]
    if len(rows) != 1:
        raise PatientError("an event holds one row; send several rows one by one")
    section, name, row = rows[0]
    identity = (as_object(row) or {}).get("id")
    if not isinstance(identity, str) or not identity:
        raise PatientError("the row has no id, so that it could never be corrected; write its `id` as a text")
    return _Event(section, name, dict(row))


def _rows_in(section: str, event: Record) -> Iterator[tuple[str, Any]]:
    if section in _PLAIN:
        yield from (("", row) for row in as_list(event[section]) or ())
        return
    for name, rows in (as_object(event[section]) or {}).items():
        yield from ((name, row) for row in as_list(rows) or ())


def _without_version(row: Record) -> dict[str, Any]:
    """The row without a status that says only that it is a corrected one; that of a dose says what became of it."""
    return {name: value for name, value in row.items() if name != "status" or value not in _VERSIONS}
