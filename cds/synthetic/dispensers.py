"""What medicine dispensers report: planned doses and what became of them, faults, lost contact, journeys."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.random import Generator

from cds.population import Array
from cds.synthetic.people import DAY, LAST_DAY, LAST_MINUTE, MICROSECONDS, YEAR, Person
from cds.synthetic.sheet import NO_TIME, Sheet

_SLOTS: Final = ((8 * 60,), (8 * 60, 20 * 60), (8 * 60, 14 * 60, 20 * 60), (8 * 60, 13 * 60, 18 * 60, 22 * 60))
_SLOT_SHARES: Final = (0.25, 0.45, 0.20, 0.10)
_ERRATIC: Final = 0.05
_MISSED: Final = 0.006
_MISSED_BY_ERRATIC: Final = 0.12
_LATE: Final = 0.02
_TYPICAL_DELAY: Final = 7.0
_FAULTS_PER_YEAR: Final = 1.5
_LOST_PER_YEAR: Final = 1.0
_CHANGES_PER_YEAR: Final = 1.0
_MEDICINE_TOLD: Final = 0.7
"""Share of dispensers whose doses come with the medicine; a dispenser's own message does not say it."""
_PAUSED: Final = 0.04


def write_dispenser(person: Person, medicines: Sequence[str], sheets: Mapping[str, Sheet]) -> None:
    """The device, its doses and its events; nothing for somebody without one."""
    if not person.has_dispenser:
        return
    random = person.random
    since = (person.first * DAY + 12 * 60) * MICROSECONDS
    sheets["devices"].add(1, patient=person.id, code="medicine_dispenser", **{"from": since})
    faults = _breakdowns(random, person.first, _FAULTS_PER_YEAR)
    lost = _breakdowns(random, person.first, _LOST_PER_YEAR)
    events = sheets["events"]
    events.add(len(faults), patient=person.id, code="technical_fault", time=faults[:, 0] * MICROSECONDS)
    events.add(len(lost), patient=person.id, code="1.20", system="VKP alert", time=lost[:, 0] * MICROSECONDS)
    changes = _breakdowns(random, person.first, _CHANGES_PER_YEAR)[:, 0]
    events.add(len(changes), patient=person.id, code="schedule_change_control", time=changes * MICROSECONDS)
    planned = _planned(person)
    is_told = bool(medicines) and person.has(_MEDICINE_TOLD)
    _write_doses(
        person, planned, np.concatenate([faults, lost]), tuple(medicines) if is_told else None, sheets["doses"]
    )


def _breakdowns(random: Generator, first: int, per_year: float) -> Array:
    """First and last minute of each time that something does not work; none begins after the last moment."""
    followed = LAST_DAY - first
    count = int(random.poisson(per_year * followed / YEAR))
    start = first * DAY + random.integers(0, followed * DAY + LAST_MINUTE, count)
    return np.stack([np.sort(start), np.sort(start) + random.integers(30, 2 * DAY, count)], axis=1)


def _planned(person: Person) -> Array:
    """Minutes of the planned doses."""
    slots = np.array(_SLOTS[int(person.random.choice(len(_SLOTS), p=_SLOT_SHARES))])
    days = np.arange(person.first + 1, LAST_DAY + 1)
    minutes = (days[:, None] * DAY + slots[None, :]).ravel()
    return minutes[minutes < LAST_DAY * DAY + LAST_MINUTE]


def _write_doses(person: Person, planned: Array, broken: Array, atc: tuple[str, ...] | None, sheet: Sheet) -> None:
    random = person.random
    missing = _MISSED_BY_ERRATIC if person.has(_ERRATIC) else _MISSED
    is_missed = random.random(len(planned)) < missing
    is_dark = np.zeros(len(planned), np.bool_)
    for start, end in broken.tolist():
        is_dark |= (planned >= start) & (planned < end)
    reason = _reasons(person, planned)
    is_away = np.array([each is not None for each in reason.tolist()], np.bool_)
    is_dark |= is_away
    taken = planned + _delays(random, len(planned))
    is_open = ~is_dark & ~is_missed & (taken >= LAST_DAY * DAY + LAST_MINUTE)  # not yet taken, and not yet missed
    is_taken = ~is_dark & ~is_missed & ~is_open
    cells: dict[str, Any] = {
        "planned": planned * MICROSECONDS,
        "status": np.where(is_taken, "taken", np.where(is_dark | is_open, "unknown", "missed")).astype(np.object_),
        "taken": np.where(is_taken, taken * MICROSECONDS, NO_TIME),
        "reason": reason,
    }
    sheet.add(len(planned), patient=person.id, atc=atc, **cells)


def _delays(random: Generator, count: int) -> Array:
    """Minutes from plan to dose: mostly a few, at times hours."""
    usual = np.exp(random.normal(np.log(_TYPICAL_DELAY), 0.8, count))
    return np.where(random.random(count) < _LATE, random.uniform(60.0, 300.0, count), usual).astype(np.int64)


def _reasons(person: Person, planned: Array) -> Array:
    """Why doses do not count: stays, journeys with doses taken out ahead, and pauses."""
    found = np.full(len(planned), None, np.object_)
    spans = [(each.first, each.end, each.reason) for each in person.absences]
    if person.has(_PAUSED):
        start = person.first + int(person.random.integers(0, LAST_DAY - person.first))
        spans.append((start, start + 3, "holiday"))
    words = {"holiday": "travel_dose", "hospital_stay": "hospital_stay"}
    for number, (first, end, reason) in enumerate(spans):
        word = "paused" if number >= len(person.absences) else words.get(reason)
        if word:
            found[(planned >= first * DAY) & (planned < end * DAY)] = word
    return found
