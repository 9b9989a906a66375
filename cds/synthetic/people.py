"""Who is followed, since when, for what, and when nothing is heard of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.random import Generator

from cds.population import Array
from cds.synthetic.sheet import Sheet

Reason = Literal["holiday", "gave_up", "device_broken", "hospital_stay"]

LAST_DAY: Final = (date(2026, 11, 23) - date(1970, 1, 1)).days
"""The day of the moment of scoring; days are counted from 1970."""
LAST_MINUTE: Final = 8 * 60
MICROSECONDS: Final = 60_000_000
"""Of a minute."""
DAY: Final = 1440
"""Minutes of a day on which no clock is changed; clock times are counted in these."""
YEAR: Final = 365
SHORTEST, LONGEST = 60, 354
"""Days of follow-up, all between as often."""

_ZONES: Final = ("Europe/Oslo", "Europe/London", "Europe/Madrid")
_ABROAD: Final = 0.02
_CONDITIONS: Final[Mapping[str, tuple[float, str, str]]] = {
    "hypertension": (0.45, "ICD-10", "I10"),
    "heart_failure": (0.22, "ICD-10", "I50.0"),
    "copd": (0.25, "ICPC-2", "R95"),
    "diabetes": (0.30, "ICPC-2", "T90"),
    "asthma": (0.10, "ICPC-2", "R96"),
    "atrial_fibrillation": (0.18, "ICD-10", "I48"),
}
"""Condition -> how often, and a code that some senders use in its place."""
_PREGNANT: Final = 0.03
_BEARING_AGES: Final = range(20, 45)
_BY_CODE: Final = 0.4
_PROVISIONAL: Final = 0.02
_SEX_NOT_TOLD: Final = 0.01


class Absence(NamedTuple):
    """Days without readings, from the first to before the last. concept: the one measured, "" = all of them."""

    reason: Reason
    first: int
    end: int
    concept: str = ""


@dataclass(frozen=True)
class Person:
    """One made-up patient. random: the patient's own stream, so that nobody's facts depend on who else there is.

    first: first day of follow-up. diligence: share of the agreed readings that are taken.
    """

    id: str
    random: Generator
    age: int
    is_female: bool
    conditions: frozenset[str]
    first: int
    diligence: float
    has_dispenser: bool
    absences: tuple[Absence, ...]

    def has(self, chance: float) -> bool:
        """Whether something of this chance is so, drawn anew each time."""
        return bool(self.random.random() < chance)

    def is_away(self, days: Array, concept: str = "") -> Array:
        """Of each day whether nothing is heard: of the concept, or of anything."""
        away = np.zeros(len(days), np.bool_)
        for each in self.absences:
            if each.concept in ("", concept):
                away |= (days >= each.first) & (days < each.end)
        return away


def person_of(seed: int, index: int) -> Person:
    """The patient of a number, the same for a seed whatever the size of the population."""
    random = np.random.default_rng([seed, index])
    age = int(np.clip(random.normal(71.0, 13.0), 19, 99))
    is_female = bool(random.random() < 0.52)
    conditions = {name for name, (chance, _, _) in _CONDITIONS.items() if random.random() < chance}
    if not conditions:
        conditions = {"hypertension"}
    if is_female and age in _BEARING_AGES and random.random() < _PREGNANT:
        conditions.add("pregnancy")
    first = LAST_DAY - int(random.integers(SHORTEST, LONGEST + 1))
    return Person(
        id=f"p{index:06d}",
        random=random,
        age=age,
        is_female=is_female,
        conditions=frozenset(conditions),
        first=first,
        diligence=float(random.beta(5.0, 2.0)),
        has_dispenser=bool(random.random() < (0.35 if age >= 75 else 0.10)),
        absences=_absences(random, first),
    )


def _absences(random: Generator, first: int) -> tuple[Absence, ...]:
    """Holidays, stays, broken devices, and those who stop without a word."""
    followed = LAST_DAY - first
    found: list[Absence] = []

    def draw(reason: Reason, count: int, shortest: int, longest: int, concept: str = "") -> None:
        for _ in range(count):
            start = first + int(random.integers(0, followed))
            found.append(Absence(reason, start, start + int(random.integers(shortest, longest + 1)), concept))

    draw("holiday", int(random.poisson(0.9 * followed / YEAR)), 7, 21)
    draw("hospital_stay", int(random.poisson(0.7 * followed / YEAR)), 1, 12)
    for concept in ("body_weight", "blood_pressure", "oxygen_saturation", "glucose", "peak_expiratory_flow"):
        draw("device_broken", int(random.random() < 0.06), 3, 21, concept)
    if random.random() < 0.10:
        found.append(Absence("gave_up", LAST_DAY - int(random.integers(3, SHORTEST)), LAST_DAY + 1))
    return tuple(found)


def write_person(person: Person, sheets: Mapping[str, Sheet], is_listed: bool = True) -> None:
    """The patient, what the patient has, and the stays. is_listed: whether the table `patients` gets its row."""
    random = person.random
    born = LAST_DAY - person.age * 365 - person.age // 4 - int(random.integers(0, 365))
    lives = _ZONES[int(random.integers(1, len(_ZONES)))] if person.has(_ABROAD) else None
    told = None if person.has(_SEX_NOT_TOLD) else "female" if person.is_female else "male"
    if is_listed:
        sheets["patients"].add(1, id=person.id, birth_date=born, sex=told, zone=lives)
    for name in sorted(person.conditions):
        _write_condition(person, name, sheets["conditions"])
    for each in person.absences:
        if each.reason == "hospital_stay":
            _write_stay(person, each, sheets["stays"])


def _write_condition(person: Person, name: str, sheet: Sheet) -> None:
    since = (person.first - int(person.random.integers(30, 3000))) * DAY * MICROSECONDS
    certain = 0 if person.has(_PROVISIONAL) else None
    by_code = name in _CONDITIONS and person.has(_BY_CODE)
    system, code = _CONDITIONS[name][1:] if by_code else (None, name)
    sheet.add(1, patient=person.id, code=code, system=system, **{"from": since}, certain=certain)


def _write_stay(person: Person, stay: Absence, sheet: Sheet) -> None:
    start = (stay.first * DAY + int(person.random.integers(7 * 60, 20 * 60))) * MICROSECONDS
    end = (stay.end * DAY + int(person.random.integers(10 * 60, 16 * 60))) * MICROSECONDS
    is_over = stay.end <= LAST_DAY
    sheet.add(1, patient=person.id, code="hospital_stay", **{"from": start}, to=end if is_over else None)
