"""Who the patients are: birth dates, diagnoses, dispensers, and limits of their own, with what goes wrong in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from population.columns import NO_DATE, NO_TIME, Array, Column, Columns, Layout, Random, joined, picked
from population.moments import instants, today

DIAGNOSES: Final[Mapping[str, tuple[float, tuple[str, ...]]]] = {  # share of patients, ICD-10 codes
    "heart_failure": (0.25, ("I50.0", "I50.1", "I50.9")),
    "diabetes": (0.30, ("E10.9", "E11.9", "E11")),
    "copd": (0.20, ("J44.1", "J44")),
    "asthma": (0.12, ("J45.9", "J46")),
    "pregnancy": (0.01, ("Z34.0",)),
    "hypertension": (0.50, ("I10",)),
    "other": (0.30, ("M17.1", "F32.1")),
}
HAS_DISPENSER: Final = 0.25

LIMITS: Final[Mapping[str, tuple[str, float, float, float, str]]] = {  # unit, usual, spread, share, of whom
    "systolic_high": ("mmHg", 135, 5, 0.05, ""),
    "diastolic_high": ("mmHg", 85, 4, 0.03, ""),
    "systolic_low_orange": ("mmHg", 100, 4, 0.02, ""),
    "systolic_low_red": ("mmHg", 92, 5, 0.02, ""),
    "gain_yellow": ("kg", 1.8, 0.4, 0.10, "heart_failure"),
    "gain_red": ("kg", 2.8, 0.6, 0.10, "heart_failure"),
    "saturation_yellow": ("%", 87, 2, 0.30, "copd"),
    "saturation_red": ("%", 83, 2, 0.15, "copd"),
    "glucose_low": ("mmol/L", 4.2, 0.3, 0.08, "diabetes"),
    "glucose_high": ("mg/dL", 200, 20, 0.04, "diabetes"),
    "lows_in_a_week": ("readings", 4, 1, 0.03, "diabetes"),
    "personal_best": ("L/min", 440, 80, 0.70, "asthma"),
    "temperature_high_yellow": ("°C", 38.0, 0.2, 0.02, ""),
    "pulse_high_yellow": ("/min", 100, 5, 0.02, ""),
    "statin_least": ("%", 75, 5, 0.01, ""),
    "missed_red": ("doses", 3, 1, 0.04, "dispenser"),
}
_MISSPELT: Final = "gain_yelow"
_LIMIT_NAMES: Final = (*LIMITS, _MISSPELT)
_LIMIT_UNITS: Final = (*dict.fromkeys(unit for unit, *_ in LIMITS.values()), "kPa")

PATIENTS: Final[Layout] = {"id": Column("id"), "birth_date": Column("date")}
_CODES: Final = tuple(code for _, codes in DIAGNOSES.values() for code in codes)
CONDITIONS: Final[Layout] = {
    "patient": Column("id"),
    "code": Column("text", _CODES),
    "system": Column("text", ("ICD-10",)),
    "from": Column("time"),
    "to": Column("time"),
    "certain": Column("boolean"),
}
DEVICES: Final[Layout] = {
    "patient": Column("id"),
    "code": Column("text", ("medicine_dispenser",)),
    "from": Column("time"),
    "to": Column("time"),
}
OWN_LIMITS: Final[Layout] = {
    "patient": Column("id"),
    "limit": Column("text", _LIMIT_NAMES),
    "value": Column("number"),
    "unit": Column("text", _LIMIT_UNITS),
    "from": Column("date"),
    "until": Column("date"),
}


@dataclass(frozen=True)
class People:
    """A block of patients. has: diagnosis, or `dispenser`, and who has it."""

    ids: Array
    has: Mapping[str, Array]

    @property
    def count(self) -> int:
        """How many."""
        return len(self.ids)


def people(first: int, count: int, random: Random) -> People:
    """Patients with ids from `first` on."""
    has = {name: random.random(count) < share for name, (share, _) in DIAGNOSES.items()}
    return People(np.arange(first, first + count), {**has, "dispenser": random.random(count) < HAS_DISPENSER})


def patients(block: People, random: Random) -> Columns:
    """Birth dates: some children, and a few of whom nobody knows."""
    age = np.clip(random.normal(68, 15, block.count), 18, 104)
    age = np.where(random.random(block.count) < 0.015, random.uniform(3, 20, block.count), age)
    born = (today() - age * 365.25).astype(np.int32)
    return {"id": block.ids, "birth_date": np.where(random.random(block.count) < 0.01, NO_DATE, born)}


def conditions(block: People, random: Random) -> Columns:
    """Diagnoses: some are over, some not certain, and many do not say since when."""
    found: list[Columns] = []
    first = 0
    for name, (_, codes) in DIAGNOSES.items():
        who = np.flatnonzero(block.has[name])
        since, ends = _spans(len(who), random)
        found.append(
            {
                "patient": block.ids[who],
                "code": (first + random.integers(0, len(codes), len(who))).astype(np.int16),
                "system": np.zeros(len(who), np.int16),
                "from": since,
                "to": ends,
                "certain": random.random(len(who)) >= 0.02,
            }
        )
        first += len(codes)
    return joined(found)


def devices(block: People, random: Random) -> Columns:
    """Dispensers: some were handed back."""
    who = np.flatnonzero(block.has["dispenser"])
    since, ends = _spans(len(who), random)
    return {"patient": block.ids[who], "code": np.zeros(len(who), np.int16), "from": since, "to": ends}


def _spans(count: int, random: Random) -> tuple[Array, Array]:
    """Starts and ends: a tenth began nobody knows when, a twentieth is over, a few are yet to come."""
    ago = random.integers(-10, 1000, count)
    since = instants(today() - ago, np.full(count, 540))
    ends = instants(today() - random.integers(-30, 300, count), np.full(count, 600))
    is_over = (random.random(count) < 0.05) & (ends > since)
    return np.where(random.random(count) < 0.1, NO_TIME, since), np.where(is_over, ends, NO_TIME)


def own_limits(block: People, random: Random) -> Columns:
    """Limits of patients' plans: expired, not begun, not allowed, in a wrong unit, stated twice, misspelt."""
    found: list[Columns] = []
    for place, (unit, usual, spread, share, whose) in enumerate(LIMITS.values()):
        is_asked = random.random(block.count) < share
        who = np.flatnonzero(is_asked & block.has[whose] if whose else is_asked)
        found.append(_limits(block.ids[who], place, unit, usual, spread, random))
    stated = joined(found)
    again = picked(stated, np.flatnonzero(random.random(len(stated["patient"])) < 0.03))
    again["value"] = np.round(again["value"] * 1.02, 1)
    is_same_day = random.random(len(again["from"])) < 0.2
    again["from"] = np.where(is_same_day | (again["from"] == NO_DATE), again["from"], again["from"] + 5)
    again["until"] = np.full(len(again["until"]), NO_DATE)
    return joined([stated, again])


def _limits(ids: Array, place: int, unit: str, usual: float, spread: float, random: Random) -> Columns:
    count = len(ids)
    is_wide = random.random(count) < 0.02
    value = random.normal(usual, np.where(is_wide, 10 * spread, spread), count)
    since = (today() - random.integers(-5, 300, count)).astype(np.int32)
    until = np.maximum(today() + random.integers(-60, 300, count), since).astype(np.int32)
    chance = random.random((3, count))
    return {
        "patient": ids,
        "limit": np.where(chance[0] < 0.003, len(LIMITS), place).astype(np.int16),
        "value": np.round(value, 0 if spread >= 1 else 1),
        "unit": np.where(chance[1] < 0.005, len(_LIMIT_UNITS) - 1, _LIMIT_UNITS.index(unit)).astype(np.int16),
        "from": np.where(chance[2] < 0.1, NO_DATE, since),
        "until": np.where(random.random(count) < 0.2, until, NO_DATE),
    }
