"""Home readings: who measures what, when, and what goes wrong on the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from population.columns import NO_NUMBER, NO_TEXT, NO_TIME, Array, Column, Columns, Layout, Random, joined, picked
from population.moments import instants, today
from population.people import People

DAYS: Final = 90
LAYOUT_CODES: Final = (
    "blood_pressure.systolic",
    "blood_pressure.diastolic",
    "body_weight",
    "oxygen_saturation",
    "glucose",
    "peak_expiratory_flow",
    "body_temperature",
    "heart_rate",
    "respiratory_rate",
)
UNITS: Final = (
    *("mmHg", "mm[Hg]", "kg", "g", "[lb_av]", "%", "mmol/L", "mg/dL", "L/min", "L/s", "Cel", "°C", "[degF]"),
    *("/min", "bpm", "stone", "kPa"),
)
WRONG_UNITS: Final = (UNITS.index("stone"), UNITS.index("kPa"), NO_TEXT)
READINGS: Final[Layout] = {
    "patient": Column("id"),
    "code": Column("text", LAYOUT_CODES),
    "time": Column("time"),
    "value": Column("number"),
    "unit": Column("text", UNITS),
}


@dataclass(frozen=True)
class Device:
    """What a meter shows. share: of the patients whose meter it is; value = usual value * factor + shift."""

    unit: str
    share: float
    factor: float = 1.0
    shift: float = 0.0
    decimals: int = 0


@dataclass(frozen=True)
class Measured:
    """One thing that is measured. share: of patients, and of those with the diagnosis; each: readings of one who does.

    usual, between, within: mean, and spread between and within patients; drift: in a day, of one in twelve patients.
    """

    code: str
    share: float
    diagnosis: str
    each: float
    usual: float
    between: float
    within: float
    devices: Sequence[Device]
    drift: float = 0.0
    most: float = 1e9


SCALES: Final = (
    Device("kg", 0.97, decimals=1),
    Device("g", 0.02, 1000),
    Device("[lb_av]", 0.01, 1 / 0.45359237, decimals=1),
)
OXIMETERS: Final = (Device("%", 1.0),)
GLUCOMETERS: Final = (Device("mmol/L", 0.7, decimals=1), Device("mg/dL", 0.3, 18.0156))
FLOW_METERS: Final = (Device("L/min", 0.96), Device("L/s", 0.04, 1 / 60, decimals=2))
THERMOMETERS: Final = (
    Device("Cel", 0.5, decimals=1),
    Device("°C", 0.42, decimals=1),
    Device("[degF]", 0.08, 1.8, 32, 1),
)
PULSES: Final = (Device("/min", 0.7), Device("bpm", 0.3))
MEASURED: Final = (
    Measured("body_weight", 0.35, "heart_failure", 44, 80, 15, 0.5, SCALES, 0.7),
    Measured("oxygen_saturation", 0.25, "copd", 35, 93.5, 2.5, 1.3, OXIMETERS, most=100),
    Measured("glucose", 0.06, "diabetes", 84, 8, 2, 2.3, GLUCOMETERS, -0.2),
    Measured("peak_expiratory_flow", 0.06, "asthma", 56, 420, 80, 35, FLOW_METERS, -8),
    Measured("body_temperature", 0.30, "", 23, 36.8, 0.3, 0.4, THERMOMETERS, 0.1),
    Measured("heart_rate", 0.40, "", 33, 76, 12, 8, PULSES, 1.5),
    Measured("respiratory_rate", 0.10, "", 32, 16, 2, 1.5, (Device("/min", 1.0),)),
)
BY_DIAGNOSIS: Final = 0.9  # of those with the diagnosis measure what it asks for
PRESSURE_SHARE: Final = 0.8
PRESSURE_EACH: Final = 29.0
IN_A_WEEK: Final = 0.5  # of those who measure blood pressure do so most in the last week
STOPPED: Final = 0.15  # of patients stopped some time ago


def readings(block: People, random: Random) -> Columns:
    """All readings of a block of patients."""
    stopped = np.where(random.random(block.count) < STOPPED, random.integers(1, 40, block.count), 0)
    stopped[random.random(block.count) < 0.02] = DAYS + 1  # nothing at all
    found = [_pressures(block, stopped, random), *(_measured(each, block, stopped, random) for each in MEASURED)]
    return _spoiled(joined(found), random)


def _who(share: float, each: float, block: People, has: Array | None, random: Random) -> Array:
    """The patient of each reading: as many as that patient measures."""
    chance = np.full(block.count, share) if has is None else np.where(has, BY_DIAGNOSIS, share)
    measures = random.random(block.count) < chance
    often = random.gamma(3.0, each / 3.0, block.count)
    return np.repeat(np.arange(block.count), random.poisson(np.where(measures, often, 0.0)))


def _when(who: Array, stopped: Array, in_a_week: float, random: Random) -> tuple[Array, Array, Array]:
    """Instant of each reading, its day, and whether it can be: not where the patient had stopped."""
    ago = random.integers(0, DAYS, len(who), np.int32)
    is_most_recent = random.random(len(stopped), np.float32) < in_a_week
    is_recent = is_most_recent[who] & (random.random(len(who), np.float32) < 0.6)
    ago = np.where(is_recent, ago % 7, ago)
    is_morning = random.random(len(who), np.float32) < 0.55
    spread = np.where(is_morning, 30, 70) * random.standard_normal(len(who), np.float32)
    minute = np.clip(np.where(is_morning, 420, 1200) + spread, 240, 1438).astype(np.int64)
    day = today() - ago.astype(np.int64)
    return instants(day, minute), ago, ago >= stopped[who]


def _pressures(block: People, stopped: Array, random: Random) -> Columns:
    """Systolic and diastolic of one instant; now and then one part is missing."""
    who = _who(PRESSURE_SHARE, PRESSURE_EACH, block, None, random)
    time, _, can_be = _when(who, stopped, IN_A_WEEK, random)
    who, time = who[can_be], time[can_be]
    usual = random.normal((132, 81), (16, 9), (block.count, 2))
    noise = random.standard_normal((2, len(who)), np.float32) * np.array([[9], [6]], np.float32)
    unit = np.where(random.random(block.count) < 0.3, UNITS.index("mm[Hg]"), UNITS.index("mmHg")).astype(np.int16)
    parts = []
    for part in (0, 1):
        kept = random.random(len(who), np.float32) >= 0.002
        value = np.round(usual[who, part] + noise[part])
        rows = _rows(block.ids[who], part, time, value, unit[who])
        parts.append(picked(rows, kept))
    return joined(parts)


def _measured(what: Measured, block: People, stopped: Array, random: Random) -> Columns:
    has = block.has[what.diagnosis] if what.diagnosis else None
    who = _who(what.share, what.each, block, has, random)
    time, ago, can_be = _when(who, stopped, 0.0, random)
    who, time, ago = who[can_be], time[can_be], ago[can_be]
    usual = random.normal(what.usual, what.between, block.count)
    drift = np.where(random.random(block.count) < 1 / 12, what.drift, 0.0)
    value = usual[who] + what.within * random.standard_normal(len(who), np.float32)
    value += drift[who] * np.maximum(7 - ago, 0)
    value = np.clip(value, 0.05 * what.usual, what.most)
    which = random.choice(len(what.devices), block.count, p=[each.share for each in what.devices])[who]
    shown = np.empty(len(who))
    unit = np.empty(len(who), np.int16)
    for place, each in enumerate(what.devices):
        is_its = which == place
        shown[is_its] = np.round(value[is_its] * each.factor + each.shift, each.decimals)
        unit[is_its] = UNITS.index(each.unit)
    return _rows(block.ids[who], LAYOUT_CODES.index(what.code), time, shown, unit)


def _rows(patient: Array, code: int, time: Array, value: Array, unit: Array) -> Columns:
    return {
        "patient": patient,
        "code": np.full(len(patient), code, np.int16),
        "time": time,
        "value": value,
        "unit": unit,
    }


def _spoiled(rows: Columns, random: Random) -> Columns:
    """Sent twice, also with different numbers; no number, a slip of the finger, a wrong unit, no time, nobody's."""
    count = len(rows["patient"])
    some = {name: random.integers(0, count, int(count * share)) for name, share in _SPOILED.items()}
    rows["value"][some["nothing"]] = NO_NUMBER
    rows["value"][some["not a number"]] = np.nan
    rows["value"][some["zero"]] = 0.0
    rows["value"][some["slip"]] = 9999.0
    rows["unit"][some["unit"]] = random.choice(np.array(WRONG_UNITS, np.int16), len(some["unit"]))
    rows["time"][some["time"]] = NO_TIME
    rows["patient"][some["nobody"]] = -rows["patient"][some["nobody"]] - 1
    other = picked(rows, some["other"])
    other["value"] = other["value"] + np.where(random.random(len(some["other"])) < 0.5, 1.0, -3.0)
    return joined([rows, picked(rows, some["again"]), other])


_SPOILED: Final[Mapping[str, float]] = {
    "nothing": 0.0005,
    "not a number": 0.0002,
    "zero": 0.002,
    "slip": 0.001,
    "unit": 0.002,
    "time": 0.00002,
    "nobody": 0.0001,
    "again": 0.01,
    "other": 0.001,
}
