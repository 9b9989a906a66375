"""How much of a medicine: a number with its unit as it arrived, made comparable without guessing.

Pieces (tablets, capsules, STK) are one kind, masses and volumes each another; any other word agrees with itself only.
A number without a unit is of no kind: a quantity of 4 may be four packages of a hundred tablets.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from cds.adapters.amounts import finite
from cds.adapters.shapes import as_object, as_text
from cds.codes import Concepts
from cds.units import NOT_UNDERSTOOD, unit_id

PIECES: Final = "pieces"
_MASS: Final = "mass in mg"
_VOLUME: Final = "volume in mL"
_COMPARABLE: Final = (PIECES, _MASS, _VOLUME)
UNIT_IDS: Final[Mapping[str, int]] = {PIECES: unit_id("tablets"), _MASS: unit_id("mg"), _VOLUME: unit_id("mL")}
_CONTRADICTS: Final = "?"
_PLAIN: Final = "1"  # UCUM for a number of anything: of tablets, or of packages
_PIECE_WORDS: Final = frozenset(
    "stk stk. tablett tabletter tab tbl tablet tablets enterotablett enterotabletter depottablett depottabletter "
    "kapsel kapsler kaps cap caps capsule capsules {tbl} {tablet} {tablets} {cap} {caps} {capsule} {capsules}".split()
)
AMOUNTS: Final[Mapping[str, str]] = {
    "quantity": "How much was handed out.",
    "daily_dose": "What is taken a day; where the days are not stated, the quantity is divided by it.",
    "strength": "What one tablet holds, where the quantity and the daily dose do not count the same.",
}
"""The amounts of a dispense in tables and records, each with its unit in a field of its own: `quantity_unit`."""
_SIZES: Final[Mapping[str, tuple[str, float]]] = {  # UCUM and the words of the national dispense units (7452)
    "ng": (_MASS, 1e-6),
    "ug": (_MASS, 1e-3),
    "µg": (_MASS, 1e-3),
    "mcg": (_MASS, 1e-3),
    "mikrog": (_MASS, 1e-3),
    "mikrogram": (_MASS, 1e-3),
    "mg": (_MASS, 1.0),
    "milligram": (_MASS, 1.0),
    "g": (_MASS, 1e3),
    "gram": (_MASS, 1e3),
    "ml": (_VOLUME, 1.0),
    "mL": (_VOLUME, 1.0),
    "milliliter": (_VOLUME, 1.0),
    "cl": (_VOLUME, 10.0),
    "dl": (_VOLUME, 100.0),
    "dL": (_VOLUME, 100.0),
    "l": (_VOLUME, 1e3),
    "L": (_VOLUME, 1e3),
    "liter": (_VOLUME, 1e3),
}
_DAYS: Final[Mapping[str, float]] = {  # UCUM: a month is the mean month of the Julian calendar, a year 365.25 days
    "s": 1 / 86_400,
    "min": 1 / 1_440,
    "h": 1 / 24,
    "d": 1.0,
    "wk": 7.0,
    "mo": 30.4375,
    "a": 365.25,
    "day": 1.0,
    "days": 1.0,
    "week": 7.0,
    "weeks": 7.0,
    "dag": 1.0,
    "dager": 1.0,
    "dagar": 1.0,
    "døgn": 1.0,
    "uke": 7.0,
    "uker": 7.0,
    "veke": 7.0,
    "veker": 7.0,
    "time": 1 / 24,
    "timer": 1 / 24,
}


class Quantity(NamedTuple):
    """An amount of a medicine. unit: what it counts; "" when that was not stated."""

    value: float
    unit: str

    def is_like(self, unit: str) -> bool:
        """Whether it counts what the other unit counts."""
        return self.unit == unit and unit not in ("", _CONTRADICTS)

    @property
    def unit_id(self) -> int:
        """The unit's number in `cds.units`, NOT_UNDERSTOOD for one that only agrees with itself."""
        return UNIT_IDS.get(self.unit, NOT_UNDERSTOOD)


def quantity(written: object) -> Quantity | None:
    """What a FHIR Quantity says; None when it holds no finite number, or one with a comparator."""
    found = as_object(written) or {}
    value = finite(found.get("value"))
    if value is None or found.get("comparator") is not None:
        return None
    unit, size = _unit(as_text(found.get("unit")).strip(), as_text(found.get("code")).strip())
    return Quantity(value * size, unit)


def stated(value: object, unit: object) -> Quantity | None:
    """An amount above 0 with a unit, as a column or a record states it; else None."""
    found = quantity({"value": value, "unit": unit})
    return found if found and found.unit and found.value > 0.0 else None


def days_by_dose(amount: Quantity | None, dose: Quantity | None, strength: Quantity | None) -> float | None:
    """How many days an amount lasts at so much a day; None when that cannot be told.

    Both count the same, or one counts pieces and the strength, what one piece holds, counts as the other.

    >>> days_by_dose(stated(100, "tablets"), stated(20, "mg"), stated(10, "mg"))
    50.0
    """
    if amount is None or dose is None:
        return None
    if amount.is_like(dose.unit):
        return amount.value / dose.value
    if strength is None:
        return None
    if amount.unit == PIECES and strength.is_like(dose.unit):
        return amount.value * strength.value / dose.value
    if dose.unit == PIECES and strength.is_like(amount.unit):
        return amount.value / (dose.value * strength.value)
    return None


def defined_daily_dose(concepts: Concepts, atc: tuple[str, ...]) -> Quantity | None:
    """What the concepts say is taken a day of a medicine of one substance; it is no patient's own dose."""
    found = concepts.defined_daily_doses.get(atc[0]) if len(atc) == 1 else None
    return stated(*found) if found else None


def _unit(text: str, code: str) -> tuple[str, float]:
    """What the two spellings of a unit count, and in what size; where both are words of their own, the code decides."""
    text, code = ("" if each == _PLAIN else each for each in (text, code))
    kinds = {_kind(each) for each in (text, code) if each}
    told = {each for each in kinds if each[0] in _COMPARABLE}
    if len(told) > 1:
        return _CONTRADICTS, 1.0
    return told.pop() if told else _kind(code or text)


def _kind(unit: str) -> tuple[str, float]:
    if unit.casefold() in _PIECE_WORDS:
        return PIECES, 1.0
    return _SIZES.get(unit) or (unit.casefold(), 1.0)


def days_of(written: object) -> float | None:
    """The length of a FHIR Duration in days; None when it holds no number or its unit is no length of time."""
    found = as_object(written) or {}
    value = finite(found.get("value"))
    sizes = {days_in(found[field]) for field in ("unit", "code") if found.get(field)}
    size = sizes.pop() if len(sizes) == 1 else None
    return None if value is None or size is None else value * size


def days_in(unit: object) -> float | None:
    """How many days a unit of time holds, None when it is none."""
    text = as_text(unit).strip()
    return _DAYS.get(text, _DAYS.get(text.casefold()))
