"""What patients measure, when, with what, and how it arrives: other units, late, twice, or of somebody else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from cds.population import Array
from cds.synthetic import signals
from cds.synthetic.people import DAY, LAST_DAY, LAST_MINUTE, MICROSECONDS, Person
from cds.synthetic.sheet import NO_TIME, Sheet

Signal = Callable[[Person, Array], Array]


class Unit(NamedTuple):
    """A unit as a meter sends it. factor, shift: from the concept's unit; decimals: as the meter shows them."""

    name: str
    factor: float
    decimals: int
    shift: float = 0.0


class Meter(NamedTuple):
    """What measures a concept. others: units that some meters have instead, and how often. loinc: as some send it."""

    signal: Signal
    unit: Unit
    others: tuple[tuple[float, Unit], ...] = ()
    loinc: str = ""


MOLAR_MASS: Final = 18.0156
"""Milligrams per decilitre of glucose in a millimole per litre."""
METERS: Final[Mapping[str, Meter]] = {
    "body_weight": Meter(
        signals.body_weight,
        Unit("kg", 1.0, 1),
        ((0.20, Unit("g", 1000.0, -2)), (0.03, Unit("[lb_av]", 1 / 0.45359237, 1))),
        "29463-7",
    ),
    "heart_rate": Meter(signals.heart_rate, Unit("/min", 1.0, 0), loinc="8867-4"),
    "oxygen_saturation": Meter(signals.oxygen_saturation, Unit("%", 1.0, 0), loinc="2708-6"),
    "body_temperature": Meter(
        signals.body_temperature, Unit("Cel", 1.0, 1), ((0.05, Unit("[degF]", 1.8, 1, 32.0)),), "8310-5"
    ),
    "glucose": Meter(signals.glucose, Unit("mmol/L", 1.0, 1), ((0.12, Unit("mg/dL", MOLAR_MASS, 0)),), "15074-8"),
    "hba1c": Meter(signals.hba1c, Unit("mmol/mol", 1.0, 0)),
    "peak_expiratory_flow": Meter(signals.peak_flow, Unit("L/min", 1.0, -1)),
    "inr": Meter(signals.inr, Unit("INR", 1.0, 1)),
    "body_height": Meter(signals.body_height, Unit("cm", 1.0, 0)),
}


class Routine(NamedTuple):
    """What somebody with a condition has agreed to measure: at these minutes of the day, every so many days.

    share: how many of them do. run, rest: so many days in a row, then so many without; rest 0 = always.
    """

    condition: str
    concept: str
    minutes: tuple[int, ...]
    every: int = 1
    share: float = 1.0
    run: int = 1
    rest: int = 0


_MORNING, _NOON, _EVENING = 7 * 60 + 20, 12 * 60 + 30, 19 * 60 + 30
ROUTINES: Final = (
    Routine("heart_failure", "body_weight", (_MORNING,)),
    Routine("heart_failure", "blood_pressure", (_MORNING,), every=2, share=0.8),
    Routine("hypertension", "blood_pressure", (_MORNING, _MORNING + 2, _EVENING, _EVENING + 2), run=7, rest=21),
    Routine("copd", "oxygen_saturation", (_MORNING,)),
    Routine("copd", "heart_rate", (_MORNING + 1,), share=0.7),
    Routine("copd", "body_temperature", (_MORNING,), every=7, share=0.5),
    Routine("diabetes", "glucose", (_MORNING,), share=0.9),
    Routine("diabetes", "glucose", (_NOON + 90, _EVENING), share=0.4),
    Routine("diabetes", "hba1c", (_NOON,), every=90),
    Routine("diabetes", "body_weight", (_MORNING,), every=7, share=0.5),
    Routine("asthma", "peak_expiratory_flow", (_MORNING, _EVENING)),
    Routine("atrial_fibrillation", "inr", (_NOON,), every=21, share=0.4),
    Routine("atrial_fibrillation", "heart_rate", (_MORNING,), every=3, share=0.5),
    Routine("heart_failure", "body_height", (_NOON,), every=1000),
)
_BY_LOINC: Final = 0.3
_TYPED: Final = 0.15
_BY_RELATIVE: Final = 0.03
_TWO_APPS: Final = 0.06
_SENT_TWICE: Final = 0.5
_SENT_LATE: Final = 0.03
_SHARES_SCALES: Final = 0.15
_SOMEBODY_ELSE: Final = 0.02
_BEYOND_METER: Final = 0.004


@dataclass(frozen=True)
class Habits:
    """How a patient's readings arrive."""

    has_two_apps: bool
    shares_scales: bool
    by_loinc: bool
    entered: str

    @classmethod
    def of(cls, person: Person) -> "Habits":
        """Drawn once for a patient."""
        draw = float(person.random.random())
        entered = "typed" if draw < _TYPED else "relative" if draw < _TYPED + _BY_RELATIVE else "device"
        return cls(person.has(_TWO_APPS), person.has(_SHARES_SCALES), person.has(_BY_LOINC), entered)


def write_readings(person: Person, sheet: Sheet) -> None:
    """Everything that the patient measured."""
    habits = Habits.of(person)
    agreed: set[tuple[str, int]] = set()
    for routine in ROUTINES:
        slot = routine.concept, routine.minutes[0]
        if routine.condition in person.conditions and slot not in agreed and person.has(routine.share):
            agreed.add(slot)
            moments, days = moments_of(person, routine)
            if len(moments) and routine.concept == "blood_pressure":
                _write_pressures(person, moments, days, sheet, habits)
            elif len(moments):
                _write(person, routine.concept, moments, days, sheet, habits)


def moments_of(person: Person, routine: Routine) -> tuple[Array, Array]:
    """Clock times of the readings that were taken, and their days; none after the last moment."""
    random = person.random
    agreed = np.arange(person.first, LAST_DAY + 1, routine.every)
    if routine.rest:
        phase = int(random.integers(0, routine.run + routine.rest))
        agreed = agreed[(agreed - person.first + phase) % (routine.run + routine.rest) < routine.run]
    agreed = agreed[~person.is_away(agreed, routine.concept)]
    days = np.repeat(agreed, len(routine.minutes))
    minutes = np.tile(np.array(routine.minutes), len(agreed)) + np.repeat(
        np.clip(np.rint(random.normal(0.0, 18.0, len(agreed))), -90, 90).astype(np.int64), len(routine.minutes)
    )
    kept = (random.random(len(days)) < person.diligence) & (days * DAY + minutes < LAST_DAY * DAY + LAST_MINUTE)
    order = np.argsort(days[kept] * DAY + minutes[kept], kind="stable")
    days, minutes = days[kept][order], minutes[kept][order]
    return (days * DAY + minutes) * MICROSECONDS, days


def _write(person: Person, concept: str, moments: Array, days: Array, sheet: Sheet, habits: Habits) -> None:
    meter = METERS[concept]
    values = meter.signal(person, days)
    if concept == "body_weight" and habits.shares_scales:
        is_other = person.random.random(len(values)) < _SOMEBODY_ELSE
        values = np.where(is_other, person.random.normal(72.0, 14.0), values)
    unit = _unit_of(person, meter)
    by_loinc = habits.by_loinc and bool(meter.loinc)
    cells: dict[str, Any] = {
        "time": moments,
        "value": np.round(values * unit.factor + unit.shift, unit.decimals),
        "unit": unit.name,
        "code": meter.loinc if by_loinc else concept,
        "system": "LOINC" if by_loinc else None,
        "recorded": _recorded(person, moments),
        "entered": habits.entered,
    }
    if concept == "glucose":
        cells |= _glucose_cells(person, moments, cells["value"], unit)
    _send(person, sheet, cells, habits)


def _unit_of(person: Person, meter: Meter) -> Unit:
    draw = float(person.random.random())
    for chance, unit in meter.others:
        if draw < chance:
            return unit
        draw -= chance
    return meter.unit


def _recorded(person: Person, moments: Array) -> Array:
    """A minute later; some readings lie in the meter for days, and of some nobody knows."""
    waits = np.where(
        person.random.random(len(moments)) < _SENT_LATE, person.random.integers(DAY, 4 * DAY, len(moments)), 1
    )
    is_known = person.random.random(len(moments)) < 0.9
    return np.where(is_known, moments + waits * MICROSECONDS, NO_TIME)


def _glucose_cells(person: Person, moments: Array, values: Array, unit: Unit) -> dict[str, Any]:
    """Morning readings are before a meal; a few lie beyond what the meter can show."""
    is_beyond = person.random.random(len(moments)) < _BEYOND_METER
    top = 33.3 if unit.name == "mmol/L" else 600.0
    is_morning = (moments // MICROSECONDS) % DAY < 10 * 60
    return {
        "value": np.where(is_beyond, top, values),
        "comparator": _texts(is_beyond, ">", None),
        "meal": _texts(is_morning, "before_meal", "after_meal"),
    }


def _texts(which: Array, one: str, other: str | None) -> Array:
    return np.array([one if each else other for each in which.tolist()], np.object_)


def _write_pressures(person: Person, moments: Array, days: Array, sheet: Sheet, habits: Habits) -> None:
    """Systolic and diastolic of one reading, and the heart rate that the same cuff gives."""
    random = person.random
    upper = signals.systolic(person, days)
    lower = 0.55 * upper + random.normal(6.0, 4.0) + random.normal(0.0, 4.0, len(days))
    names = np.array([f"{person.id}-{each}" for each in (moments // MICROSECONDS).tolist()], np.object_)
    recorded = _recorded(person, moments)
    has_rate = person.has(0.8)
    for code, values, unit in (
        ("blood_pressure.systolic", upper, "mm[Hg]"),
        ("blood_pressure.diastolic", np.minimum(lower, upper - 15.0), "mm[Hg]"),
        *((("heart_rate", signals.heart_rate(person, days), "/min"),) if has_rate else ()),
    ):
        is_part = unit == "mm[Hg]"
        cells = {"code": code, "time": moments, "value": np.round(values), "unit": unit, "recorded": recorded}
        cells |= {"entered": habits.entered, "position": "sitting", "reading": names if is_part else None}
        _send(person, sheet, cells, habits, is_whole=not is_part)


def _send(person: Person, sheet: Sheet, cells: dict[str, Any], habits: Habits, is_whole: bool = True) -> None:
    """Write readings; of somebody with two apps some of them twice."""
    count = len(cells["time"])
    sheet.add(count, patient=person.id, **cells)
    if habits.has_two_apps and is_whole:
        twice = person.random.random(count) < _SENT_TWICE
        again: dict[str, Any] = {
            name: each[twice] if isinstance(each, np.ndarray) else each for name, each in cells.items()
        }
        sheet.add(int(twice.sum()), patient=person.id, **again)
