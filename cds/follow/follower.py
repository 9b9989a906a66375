"""Everybody who is followed on a store."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from cds.alarms import Alarms, moment, written
from cds.alarms.state import START
from cds.api import Ruleset
from cds.diagnostics import CdsError, Issue
from cds.follow.followed import Followed, Moved
from cds.follow.incoming import HOST, OWN, EventRefused, Incoming, read_event
from cds.follow.told import Document, history, listed, place_of, standing, told
from cds.identity import stable_uuid
from cds.store import Event, EventStore, Snapshot, StoreError
from cds.store.alarm_log import KIND

SESSIONS: Final = 1000
_AT_ONCE: Final = 100  # patients whose entries are written together when time goes by
_TIME: Final = "time"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an event that is on disk. is_repeated: it was there already, and what it did is told again.

    alarms: what happened to alarms, as JSON has it; `id` is the place in the log, the same whenever it is told.
    issues: what of the event could not be used; of time, for whom it could not go by.
    """

    event: str
    is_repeated: bool = False
    alarms: tuple[Document, ...] = ()
    issues: tuple[Issue, ...] = ()


class Follower:
    """Patients followed by rulesets on a store: events in, alarm events out. For one thread, and one on a store.

    sessions: how many patients are held ready; others are made anew from the log. DraftNotAllowed when a ruleset is a
    draft and drafts are not allowed; StoreError when the store cannot do what is asked, and nothing of it was kept.
    """

    def __init__(
        self, ruleset: Ruleset, store: EventStore, *, allow_draft: bool = False, sessions: int = SESSIONS
    ) -> None:
        ruleset.refuse_drafts(allow_draft)
        self._ruleset, self._store, self._most = ruleset, store, sessions
        self._held: OrderedDict[str, Followed] = OrderedDict()
        self._patients = {each for each in store.patients() if each != HOST}
        self._due: dict[str, int | None] = {}  # when to look at a patient again; who is not in it is looked at
        self._standing: dict[str, Alarms] | None = None  # read when first asked for
        self._time = self._time_told()

    def add(self, given: object, *, latest: int | None = None) -> Answer:
        """Take one event, and answer when it and all that it does are on disk; `KINDS` says which there are.

        An event from before the time that went by counts from then on. latest: microseconds UTC; an event of after
        that is refused, where a host knows the time. EventRefused and PatientError when it cannot be used,
        EventConflict when another event has its id; nothing is kept then.
        """
        event = read_event(given)
        if latest is not None and event.moment() > latest:
            raise EventRefused("`at` has not been yet; state when it was, with the offset from UTC", "at")
        if self._store.number_of(event.id) is not None:
            return self._again(event)
        match event.kind:
            case "time":
                return self._advance(event)
            case "erase":
                return self._erase(event)
            case _:
                return self._take(event)

    def alarms(self, patient: str = "", state: str = "") -> list[Document]:
        """Alarms that are not closed, or those in one state, of everybody or of one patient."""
        return listed(self._everybody().values(), patient, state)

    def patient_of(self, alarm: str) -> str:
        """Whose alarm it is; EventRefused when there is none with this id."""
        found = (one.patient for one in self._everybody().values() for each in one.latest.values() if each.id == alarm)
        patient = next(found, None)
        if patient is None:
            raise EventRefused(
                "there is no alarm with this id, or a later one of its rule has taken its place", "alarm"
            )
        return patient

    def _take(self, event: Incoming) -> Answer:
        try:
            moved = self._followed(event.patient).take(event, self._time)
            numbers = self._store.append([event.kept, *_numbered(event, moved)]).numbers
        except BaseException:
            self._let_go(event.patient)
            raise
        self._patients.add(event.patient)
        self._due.pop(event.patient, None)
        return Answer(event.id, False, self._told(moved, numbers[1:]), moved.issues)

    def _erase(self, event: Incoming) -> Answer:
        self._let_go(event.patient)
        self._store.erase(event.patient, event.at)
        self._patients.discard(event.patient)
        if self._standing is not None:
            self._standing.pop(event.patient, None)
        self._store.append([event.kept])
        return Answer(event.id)

    def _again(self, event: Incoming) -> Answer:
        """What an event did that was there already; EventConflict when it was another one."""
        self._store.append([event.kept])
        whose = sorted(self._patients) if event.kind == _TIME else [event.patient]
        return Answer(event.id, True, tuple(each for patient in whose for each in self._done(event, patient)))

    # time

    def _advance(self, event: Incoming) -> Answer:
        """Let time go for everybody who is due, some patients at a time, in the order of their ids."""
        to = event.moment()
        found, stuck = list[Document](), list[Issue]()
        looking = iter(sorted(each for each in self._patients if self._is_due(each, to)))
        while some := list(islice(looking, _AT_ONCE)):
            found += self._advance_some(event, some, to, stuck)
        self._store.append([event.kept])
        self._time = max(self._time, to)
        return Answer(event.id, False, tuple(found), tuple(stuck))

    def _is_due(self, patient: str, to: int) -> bool:
        due = self._due.get(patient, to)
        return due is not None and due <= to

    def _advance_some(self, event: Incoming, patients: Sequence[str], to: int, stuck: list[Issue]) -> list[Document]:
        """Let time go for some patients. What was done before a process died is told again, not done again."""
        found = [each for patient in patients for each in self._done(event, patient)]
        try:
            moves = [each for patient in patients if (each := self._moved(patient, to, len(patients), stuck))]
            batch = [each for moved in moves for each in _numbered(event, moved)]
            numbers = self._store.append(batch).numbers if batch else ()
        except BaseException:
            for patient in patients:
                self._let_go(patient)
            raise
        for moved in moves:
            found += self._told(moved, numbers[: len(moved.entries)])
            numbers = numbers[len(moved.entries) :]
            self._due[moved.before.patient] = moved.due
        return found

    def _moved(self, patient: str, to: int, beside: int, stuck: list[Issue]) -> Moved | None:
        """What time brings for one patient; one for whom it fails holds up nobody else, and is tried again."""
        try:
            return self._followed(patient, beside).advance(to)
        except StoreError:
            raise
        except Exception as wrong:
            self._let_go(patient)
            why = str(wrong) if isinstance(wrong, CdsError) else f"cds itself failed, {type(wrong).__name__}"
            says = f"time could not go by for this patient ({why}); its alarms stand still until it can"
            stuck.append(Issue("patient_stuck", patient, says))
            return None

    def _time_told(self) -> int:
        """As far as time went by, from the log."""
        copy = self._store.snapshot(HOST, _TIME)
        number, last = (copy.number, copy.content["at"]) if copy else (0, START)
        log = [each for each in self._store.of_patient(HOST, number) if each.event.kind == _TIME]
        last = max([last, *(moment(each.event.content["at"]) for each in log)])
        if log:
            self._store.keep_snapshot(HOST, _TIME, Snapshot(log[-1].number, {"at": last}))
        return last

    # patients

    def _followed(self, patient: str, beside: int = 1) -> Followed:
        """The patient's session and alarms; beside: how many are needed at a time."""
        found = self._held.get(patient)
        if found is None:
            log = self._store.of_patient(patient) if patient in self._patients else ()
            found = self._held[patient] = Followed(self._ruleset, patient, log, self._time)
        self._held.move_to_end(patient)
        while len(self._held) > max(self._most, beside):
            self._held.popitem(last=False)
        return found

    def _let_go(self, patient: str) -> None:
        self._held.pop(patient, None)
        self._due.pop(patient, None)

    # alarms

    def _everybody(self) -> dict[str, Alarms]:
        if self._standing is None:
            self._standing = standing(self._store)
        return self._standing

    def _told(self, moved: Moved, numbers: Sequence[int]) -> tuple[Document, ...]:
        """What entries that are on disk made happen."""
        if self._standing is not None and moved.entries:
            self._standing[moved.before.patient] = moved.alarms
        return told(moved.before, zip(numbers, moved.entries, strict=True))

    def _done(self, event: Incoming, patient: str) -> tuple[Document, ...]:
        """What happened to a patient's alarms when an event came."""
        names = _name(event, patient)
        if self._store.number_of(f"{names}0") is None:
            return ()
        log = self._store.of_patient(patient)
        mine = {each.number for each in log if each.event.id.startswith(names)}
        return tuple(each for each in history(patient, log) if place_of(each["id"])[0] in mine)


def _name(event: Incoming, patient: str) -> str:
    """How the ids of entries begin that an event makes: the same whoever makes them."""
    return f"{OWN}{stable_uuid(event.id, patient)}:"


def _numbered(event: Incoming, moved: Moved) -> list[Event]:
    patient = moved.before.patient
    names = _name(event, patient)
    return [Event(f"{names}{place}", patient, KIND, written(each)) for place, each in enumerate(moved.entries)]
