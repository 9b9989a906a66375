"""Which medicines patients use, and when they fetch them: early, late, or no more."""

from typing import Final, NamedTuple

import numpy as np

from cds.population import Array
from cds.synthetic.people import DAY, LAST_DAY, LAST_MINUTE, MICROSECONDS, YEAR, Person
from cds.synthetic.sheet import Sheet


class Medicine(NamedTuple):
    """A medicine. share: of those with the condition that use it; as_needed: of those that take it only at times."""

    atc: str
    condition: str
    share: float
    as_needed: float = 0.0


MEDICINES: Final = (
    Medicine("C09AA05", "hypertension", 0.60),
    Medicine("C07AB02", "heart_failure", 0.75),
    Medicine("C03CA01", "heart_failure", 0.70, as_needed=0.1),
    Medicine("C10AA05", "diabetes", 0.60),
    Medicine("C10AA05", "hypertension", 0.30),
    Medicine("A10BA02", "diabetes", 0.70),
    Medicine("B01AF02", "atrial_fibrillation", 0.60),
)
_ROLL: Final = 14
_PACKS: Final = (28, 90, 98, 100)
_KEEPS_UP: Final = 0.45
_STOPS: Final = 0.05
_DAYS_NOT_STATED: Final = 0.02
_BEGAN: Final = 400
"""Days before the moment of scoring from which on dispenses are known."""


def write_medicines(person: Person, medications: Sheet, dispenses: Sheet) -> tuple[str, ...]:
    """Uses and dispenses; gives the ATC codes of what is taken every day."""
    regular: dict[str, None] = {}
    for each in MEDICINES:
        if each.condition not in person.conditions or each.atc in regular or not person.has(each.share):
            continue
        is_regular = not person.has(each.as_needed)
        use = "regular" if is_regular else "as_needed"
        began = LAST_DAY - int(person.random.integers(30, 2500))
        start = began * DAY * MICROSECONDS
        medications.add(1, patient=person.id, atc=(each.atc,), use=use, **{"from": start})
        _write_dispenses(person, each.atc, use, began, dispenses)
        if is_regular:
            regular[each.atc] = None
    return tuple(regular)


def _write_dispenses(person: Person, atc: str, use: str, began: int, sheet: Sheet) -> None:
    random = person.random
    pack = _ROLL if person.has_dispenser else int(random.choice(_PACKS))
    stops = LAST_DAY - int(random.integers(0, YEAR)) if person.has(_STOPS) else LAST_DAY + 1
    days = _refills(person, max(began, LAST_DAY - _BEGAN), stops, pack)
    if not len(days):
        return
    minutes = random.integers(9 * 60, 18 * 60, len(days))
    moments = (days * DAY + minutes) * MICROSECONDS
    moments = moments[moments < (LAST_DAY * DAY + LAST_MINUTE) * MICROSECONDS]
    is_stated = (random.random(len(moments)) >= _DAYS_NOT_STATED) & (use != "as_needed")
    length = np.where(is_stated, float(pack), np.nan)
    sheet.add(len(moments), patient=person.id, time=moments, atc=(atc,), days=length, quantity=float(pack), use=use)


def _refills(person: Person, first: int, stops: int, pack: int) -> Array:
    """Days of dispenses: most fetch some days before the pack is empty, some let days go by."""
    random = person.random
    keeps_up = person.has_dispenser or person.has(_KEEPS_UP)
    usual = float(random.normal(-5.0, 3.0)) if keeps_up else float(random.exponential(0.5 * pack))
    found: list[int] = []
    day = first
    while day < stops and day <= LAST_DAY:
        found.append(day)
        wait = usual + float(random.normal(0.0, 2.0 if person.has_dispenser else 5.0))
        day += max(pack + round(min(wait, 3.0) if person.has_dispenser else wait), pack // 2)
    return np.array(found, np.int64)
