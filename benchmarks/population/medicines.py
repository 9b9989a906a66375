"""Medicines in use, handed out and dispensed dose by dose, with what goes wrong in each."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from population.columns import NO_NUMBER, NO_TEXT, NO_TIME, Array, Column, Columns, Layout, Random, joined, picked
from population.moments import MINUTE, instants, today
from population.people import People

_BACK: Final = 460  # days of dispenses before today: some are older than the year that is looked at
_MOST_DISPENSES: Final = 18


@dataclass(frozen=True)
class Medicine:
    """A medicine that is used. share: of patients; atc: the substances, of which a patient changes now and then."""

    share: float
    atc: tuple[str, ...]


MEDICINES: Final = (
    Medicine(0.35, ("C10AA01", "C10AA05")),
    Medicine(0.40, ("C09AA05", "C09CA06")),
    Medicine(0.08, ("C09CA01",)),
    Medicine(0.22, ("A10BA02",)),
    Medicine(0.12, ("A10BK03", "A10BJ06")),
    Medicine(0.30, ("B01AC06",)),
    Medicine(0.30, ("N02BE01",)),
)
ATC: Final = (*(code for each in MEDICINES for code in each.atc), "C10")
_SHORT: Final = len(ATC) - 1
LASTS: Final = np.array([14, 28, 30, 50, 90, 98, 100])

MEDICATIONS: Final[Layout] = {
    "patient": Column("id"),
    "atc": Column("text", ATC),
    "from": Column("time"),
    "to": Column("time"),
}
DISPENSES: Final[Layout] = {
    "patient": Column("id"),
    "time": Column("time"),
    "atc": Column("text", ATC),
    "days": Column("number"),
}
STATUSES: Final = ("taken", "missed", "unknown", "refused")
_TAKEN, _MISSED, _UNKNOWN, _REFUSED = range(4)
DOSES: Final[Layout] = {
    "patient": Column("id"),
    "planned": Column("time"),
    "status": Column("text", STATUSES),
    "taken": Column("time"),
    "reason": Column("text", ("hospital_stay", "paused")),
}
_DOSE_DAYS: Final = 35
_DOSE_HOURS: Final = np.array([8, 20, 14])


def medications_and_dispenses(block: People, random: Random) -> tuple[Columns, Columns]:
    """What is in use, and what was handed out of it, by patients who fetch it more or less in time."""
    uses: list[Columns] = []
    supplies: list[Columns] = []
    late = random.gamma(4.0, 0.3, block.count)  # how much longer than it lasts until the next is fetched
    first = 0
    for each in MEDICINES:
        who = np.flatnonzero(random.random(block.count) < each.share)
        substance = first + random.integers(0, len(each.atc), len(who))
        uses.append(_uses(block.ids[who], substance, random))
        supplies.append(_supplies(block.ids[who], substance, late[who], first, len(each.atc), random))
        first += len(each.atc)
    return joined(uses), _spoiled_supplies(joined(supplies), random)


def _uses(ids: Array, substance: Array, random: Random) -> Columns:
    count = len(ids)
    chance = random.random((3, count))
    since = instants(today() - random.integers(-5, 900, count), np.full(count, 600))
    ends = instants(today() - random.integers(-30, 200, count), np.full(count, 600))
    atc = np.where(chance[2] < 0.0005, NO_TEXT, substance).astype(np.int16)
    return {
        "patient": ids,
        "atc": atc,
        "from": np.where(chance[0] < 0.1, NO_TIME, since),
        "to": np.where((chance[1] < 0.06) & (ends > since), ends, NO_TIME),
    }


def _supplies(ids: Array, substance: Array, late: Array, first: int, kinds: int, random: Random) -> Columns:
    shape = len(ids), _MOST_DISPENSES
    days = LASTS[random.integers(0, len(LASTS), len(ids))][:, None]
    steps = days * np.clip(random.normal((0.55 + 0.45 * late)[:, None], 0.15, shape), 0.1, None)
    ago = _BACK - random.integers(0, 250, len(ids))[:, None] - np.cumsum(steps, 1)
    is_given = (ago > -10) & (random.random(shape) > 0.02)
    changed = np.where(random.random(shape) < 0.04, random.integers(0, kinds, shape), substance[:, None] - first)
    day = (today() - ago[is_given]).astype(np.int64)
    return {
        "patient": np.repeat(ids, is_given.sum(1)),
        "time": instants(day, random.integers(540, 1080, len(day))),
        "atc": (first + changed[is_given]).astype(np.int16),
        "days": np.broadcast_to(days, shape)[is_given].astype(np.float64),
    }


def _spoiled_supplies(rows: Columns, random: Random) -> Columns:
    """How long it lasts not stated or impossible, no code or half of one, sent twice."""
    count = len(rows["patient"])
    some = {name: random.integers(0, count, int(count * share)) for name, share in _SPOILED_SUPPLIES}
    rows["days"][some["not stated"]] = NO_NUMBER
    rows["days"][some["impossible"]] = random.choice(np.array([0.0, -30.0, 9800.0]), len(some["impossible"]))
    rows["atc"][some["no code"]] = NO_TEXT
    rows["atc"][some["half a code"]] = _SHORT
    return joined([rows, picked(rows, some["again"])])


_SPOILED_SUPPLIES: Final = (
    ("not stated", 0.01),
    ("impossible", 0.002),
    ("no code", 0.0005),
    ("half a code", 0.0003),
    ("again", 0.005),
)


def doses(block: People, random: Random) -> Columns:
    """Planned doses of those with a dispenser, also of the hours to come."""
    who = np.flatnonzero(block.has["dispenser"])
    each = random.integers(1, len(_DOSE_HOURS) + 1, len(who))
    shape = len(who), _DOSE_DAYS + 1, len(_DOSE_HOURS)
    is_planned = np.broadcast_to(np.arange(len(_DOSE_HOURS)) < each[:, None, None], shape)
    day = np.broadcast_to(today() + 1 - np.arange(shape[1])[:, None], shape)[is_planned]
    minute = np.broadcast_to(_DOSE_HOURS * 60, shape)[is_planned]
    planned = instants(day.astype(np.int64), minute)
    person = np.broadcast_to(np.arange(len(who))[:, None, None], shape)[is_planned]
    rows = _fates(block.ids[who], person, planned, day, random)
    return _spoiled_doses(rows, random)


def _fates(ids: Array, person: Array, planned: Array, day: Array, random: Random) -> Columns:
    chance = random.random((3, len(person)))
    missed = random.beta(1.0, 8.0, len(ids))
    missed[random.random(len(ids)) < 0.05] = 0.8
    unknown = np.where(random.random(len(ids)) < 0.1, 0.4, 0.01)
    status = np.where(chance[0] < missed[person], _MISSED, _TAKEN)
    status = np.where(chance[1] < unknown[person], _UNKNOWN, status)
    delay = np.round(random.gamma(1.0, 12.0, len(person))).astype(np.int64)
    is_timed = (status == _TAKEN) & (chance[2] >= 0.02)
    began = today() - random.integers(0, 120, len(ids))[person]
    is_away = (random.random(len(ids)) < 0.15)[person] & (day >= began) & (day < began + 5)
    return {
        "patient": ids[person],
        "planned": planned,
        "status": status.astype(np.int16),
        "taken": np.where(is_timed, planned + delay * MINUTE, NO_TIME),
        "reason": np.where(is_away, person % 2, NO_TEXT).astype(np.int16),
    }


def _spoiled_doses(rows: Columns, random: Random) -> Columns:
    """Words that nobody knows, sent twice, and sent twice with another fate."""
    count = len(rows["patient"])
    rows["status"][random.integers(0, count, int(count * 0.0005))] = _REFUSED
    again = picked(rows, random.integers(0, count, int(count * 0.005)))
    other = picked(rows, random.integers(0, count, int(count * 0.002)))
    other["status"] = np.where(other["status"] == _MISSED, _UNKNOWN, _MISSED).astype(np.int16)
    other["taken"] = np.full(len(other["taken"]), NO_TIME)
    return joined([rows, again, other])
