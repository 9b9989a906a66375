"""Alarms kept in a store: entries go in, alarms are made anew from them; a copy only saves time."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from cds.alarms import (
    Advanced,
    AlarmEvent,
    Alarms,
    Entry,
    alarms_read,
    alarms_written,
    fold,
    next_due,
    read,
    written,
)
from cds.diagnostics import CdsError
from cds.store.protocol import Event, EventStore, Snapshot

KIND: Final = "alarm"
_WORTH_A_COPY: Final = 200  # entries that were read again


class _Known(NamedTuple):
    """The alarms after the event of a number, and what happened to them that nobody was told yet."""

    alarms: Alarms
    number: int
    untold: tuple[AlarmEvent, ...] = ()


class AlarmLog:
    """The alarms of everybody in a store. Several may stand on one store: each sees what the others wrote.

    It is for one thread at a time. StoreError when the store cannot do what is asked; ask again.
    """

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._known: dict[str, _Known] = {}

    def alarms(self, patient: str) -> Alarms:
        """A patient's alarms after everything that is in the store."""
        return self._caught_up(patient).alarms

    def add(self, patient: str, entries: Iterable[tuple[str, Entry]]) -> tuple[AlarmEvent, ...]:
        """Keep entries by their ids, all or none, and tell what has happened since the last time.

        What others wrote meanwhile is told too, but nothing from before this log was first asked about the patient.
        An entry that was there already changes nothing.
        """
        self._caught_up(patient)
        self._store.append([Event(name, patient, KIND, written(entry)) for name, entry in entries])
        return self._told(patient)

    def advance(self, patient: str, at: int) -> tuple[AlarmEvent, ...]:
        """Let happen what is due until then, and tell it as `add` does.

        That time went by is kept in the store, so that an entry which comes late undoes nothing that happened.
        """
        while (due := next_due(self.alarms(patient))) is not None and due <= at:
            name = f"after {self._known[patient].number} until {due}"  # the same from whoever comes this far
            self._store.append([Event(name, patient, KIND, written(Advanced(due)))])
        return self._told(patient)

    def history(self, patient: str) -> tuple[AlarmEvent, ...]:
        """Everything that ever happened to a patient's alarms."""
        return fold(Alarms(patient), (entry for _, entry in self._entries(patient))).events

    def _entries(self, patient: str, first: int = 1) -> list[tuple[int, Entry]]:
        """The numbers of a patient's entries from one on, and the entries."""
        found = self._store.of_patient(patient, first - 1)
        return [(each.number, read(each.event.content)) for each in found if each.event.kind == KIND]

    def _told(self, patient: str) -> tuple[AlarmEvent, ...]:
        known = self._caught_up(patient)
        self._known[patient] = known._replace(untold=())
        return known.untold

    def _caught_up(self, patient: str) -> _Known:
        """What is known of a patient after everything that is in the store."""
        before = self._known.get(patient)
        known = before or self._copied(patient)
        entries = self._entries(patient, known.number)
        if known.number and (not entries or entries[0][0] != known.number):  # the patient was erased meanwhile
            known, entries = _Known(Alarms(patient), 0), self._entries(patient)
        entries = [each for each in entries if each[0] > known.number]
        alarms, events = fold(known.alarms, (entry for _, entry in entries))
        number = entries[-1][0] if entries else known.number
        self._known[patient] = now = _Known(alarms, number, known.untold + events if before else ())
        if len(entries) >= _WORTH_A_COPY:
            self._store.keep_snapshot(patient, KIND, Snapshot(number, alarms_written(alarms)))
        return now

    def _copied(self, patient: str) -> _Known:
        """The alarms of the copy, or those of somebody of whom nothing is known."""
        copy = self._store.snapshot(patient, KIND)
        try:
            return _Known(alarms_read(copy.content), copy.number) if copy else _Known(Alarms(patient), 0)
        except CdsError:
            return _Known(Alarms(patient), 0)
