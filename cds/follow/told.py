"""What a log says of alarms, as JSON has it: what happened to them, numbered as the log is, and which stand."""

from collections.abc import Iterable, Iterator
from typing import Any

from cds.alarms import Alarm, Alarms, Entry, after, event_document, moment_text, read
from cds.diagnostics import CdsError
from cds.store import EventStore, Stored
from cds.store.alarm_log import KIND

Document = dict[str, Any]
Place = tuple[int, int]
"""Of an alarm event: the number of its entry in the log, and which of that entry's events it is, from 0."""


def told(alarms: Alarms, entries: Iterable[tuple[int, Entry]]) -> tuple[Document, ...]:
    """What numbered entries make happen to alarms. `id` is the place, written `17.0`."""
    found: list[Document] = []
    for number, entry in entries:
        alarms, events = after(alarms, entry)
        for place, each in enumerate(events):
            name = {"id": f"{number}.{place}", "patient": alarms.patient}
            found.append({**name, **event_document(each, alarms.zone)})
    return tuple(found)


def history(patient: str, log: Iterable[Stored]) -> tuple[Document, ...]:
    """Everything that happened to a patient's alarms, made of the patient's whole log."""
    return told(Alarms(patient), _entries(log))


def place_of(name: str) -> Place:
    """The place that an id states; CdsError when it states none.

    >>> place_of("17.0")
    (17, 0)
    """
    number, point, place = name.partition(".")
    if not (point and number.isdecimal() and place.isdecimal() and name.isascii() and len(name) < 40):
        raise CdsError("this is no place in the log; state the `id` of an alarm event, such as 17.0, or 0.0")
    return int(number), int(place)


def happened_after(store: EventStore, place: Place) -> list[Document]:
    """What happened to alarms behind a place, in the order of the log; of erased patients nothing is left."""
    later = {each.event.patient for each in store.everything(place[0] - 1) if each.event.kind == KIND}
    found = [each for patient in later for each in history(patient, store.of_patient(patient))]
    return sorted((each for each in found if place_of(each["id"]) > place), key=lambda each: place_of(each["id"]))


def standing(store: EventStore) -> dict[str, Alarms]:
    """The alarms of everybody who ever had one."""
    found: dict[str, Alarms] = {}
    for each in store.everything():
        if each.event.kind == KIND:
            patient = each.event.patient
            found[patient] = after(found.get(patient) or Alarms(patient), read(each.event.content)).alarms
    return found


def listed(alarms: Iterable[Alarms], patient: str = "", state: str = "") -> list[Document]:
    """Alarms that are not closed, or those in one state, by patient; a patient's worst first."""
    wanted = sorted((each for each in alarms if patient in ("", each.patient)), key=lambda each: each.patient)
    if state:
        return [_alarm(one, each) for one in wanted for each in one.latest.values() if each.state == state]
    return [_alarm(one, each) for one in wanted for each in one.listed]


def _alarm(alarms: Alarms, alarm: Alarm) -> Document:
    seen = alarm.seen
    times = {"opened": alarm.opened, "shown": alarm.shown, "task_due": alarm.task_due}
    said = {
        "alarm": alarm.id,
        "patient": alarms.patient,
        "rule": alarm.rule,
        "state": alarm.state,
        "colour": alarm.colour,
        "status": seen.status,
        "unknown_because": seen.reason if seen.status == "unknown" else "",
        "hidden_by": seen.hidden_by,
        **{name: moment_text(each, alarms.zone) for name, each in times.items() if each is not None},
        "responsible": alarm.responsible,
        "in_hand": alarm.in_hand,
        "acknowledged_by": alarm.acknowledged_by,
        "reason": alarm.reason,
        "route": seen.behaviour.route,
        "version": seen.version,
        "hash": seen.hash,
    }
    return {name: each for name, each in said.items() if each != ""}


def _entries(log: Iterable[Stored]) -> Iterator[tuple[int, Entry]]:
    return ((each.number, read(each.event.content)) for each in log if each.event.kind == KIND)
