"""What a store of events does, for those who keep events in a database of their own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cds.audit import Verdict
from cds.diagnostics import CdsError


class StoreError(CdsError):
    """The store could not do it, and nothing of what was asked has happened."""


class EventConflict(StoreError):
    """An event has the id of one that is there and says something else."""


class StoreBusy(StoreError):
    """Somebody else writes; the same may be asked again."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that came in about one patient. id: unique, chosen by whoever sends it, and tells nothing of the
    patient. kind: who is to read it (`alarm`). content: as JSON has it.
    """

    id: str
    patient: str
    kind: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as it lies in the store. number: its place among all; place: among the patient's; both from 1."""

    number: int
    place: int
    event: Event


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a batch, in its order. numbers: of each event. repeated: ids that were there already, with the
    same content; a patient who has been erased stays so, and the content of what is sent again is not looked at.
    """

    numbers: tuple[int, ...]
    repeated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy of what follows from a patient's events up to a number; without it, they are read again."""

    number: int
    content: Mapping[str, Any]


class EventStore(Protocol):
    """An append-only log of events with an order for all and for each patient. StoreError when something fails."""

    def append(self, events: Sequence[Event]) -> Received:
        """Keep all of them or none; when this returns they survive a crash."""
        ...

    def number_of(self, event: str) -> int | None:
        """The number of the event with this id, also of an erased patient's; None when there is none."""
        ...

    def of_patient(self, patient: str, after: int = 0) -> Sequence[Stored]:
        """A patient's events behind a number, in order."""
        ...

    def everything(self, after: int = 0) -> Iterator[Stored]:
        """Every event behind a number, in order; those of erased patients are left out."""
        ...

    def patients(self) -> Sequence[str]:
        """Everybody with events who was not erased, in the order of text."""
        ...

    def keep_snapshot(self, patient: str, about: str, snapshot: Snapshot) -> None:
        """Keep a copy in place of the one before; about: of what."""
        ...

    def snapshot(self, patient: str, about: str) -> Snapshot | None:
        """The copy that was kept; None when there is none that can be read."""
        ...

    def erase(self, patient: str, at: str) -> bool:
        """Make a patient's events unreadable for ever, and record that and when; whether there were any."""
        ...

    def verify(self, expected: str = "") -> Verdict:
        """Whether everything is as it was written. expected: a head that was noted earlier."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...
