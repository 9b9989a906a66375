"""A number with its unit as it arrived → what it counts as, and what is wrong with it."""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from cds.codes import Concept
from cds.operators.logic import without_noise
from cds.operators.reasons import (
    AT_LEAST,
    AT_MOST,
    DAYS_NOT_KNOWN,
    IMPLAUSIBLE_ONLY,
    KNOWN,
    NO_DATA,
    NOT_COMPUTABLE,
    UNIT_NOT_UNDERSTOOD,
    VALUE_NOT_READ,
    WITHHELD,
)
from cds.units import NOT_UNDERSTOOD, convert, ucum_code, unit_id, unit_name, unit_of


class Amount(NamedTuple):
    """A number as it counts. value: in the concept's unit; raw, unit: as it arrived; quality: 0 or a `Reason`."""

    value: float
    raw: float
    unit: int
    quality: int


MOST_DAYS: Final = 1830  # five years, as the longest lasting implants; more is a slip of the pen
_POINTS: Final = "points"

MISSING: Final = Amount(0.0, 0.0, NOT_UNDERSTOOD, NO_DATA)
MASKED: Final = Amount(0.0, 0.0, NOT_UNDERSTOOD, WITHHELD)
UNTOLD: Final = Amount(0.0, 0.0, NOT_UNDERSTOOD, VALUE_NOT_READ)

_BOUND: Final[Mapping[object, int]] = {"<": AT_MOST, "<=": AT_MOST, ">": AT_LEAST, ">=": AT_LEAST}
_NUMBERS: Final = (int, float, Decimal)
_METER: Final = {"HI": AT_LEAST, "HIGH": AT_LEAST, "LO": AT_MOST, "LOW": AT_MOST}


def amount(concept: Concept, value: object, unit: object, comparator: object = None) -> tuple[Amount, str]:
    """What a number with its unit counts as, and the code of what is wrong with it ("" = nothing).

    A reading that was taken but cannot be told stays a reading: VALUE_NOT_READ when it is no number,
    UNIT_NOT_UNDERSTOOD when it has no unit, or another one.
    """
    raw = finite(value)
    if raw is None and isinstance(value, _NUMBERS) and not isinstance(value, bool):
        return Amount(0.0, 0.0, NOT_UNDERSTOOD, IMPLAUSIBLE_ONLY), "value_not_finite"
    if raw is None:
        return answer(concept, value) or _not_a_number(concept, value)
    if not unit and concept.unit == _POINTS:
        unit = _POINTS
    if not isinstance(unit, str) or not unit:
        return Amount(0.0, raw, NOT_UNDERSTOOD, UNIT_NOT_UNDERSTOOD), "unit_missing"
    arrived = unit_of(unit)
    conversion = concept.units.get(arrived.ucum) if arrived else None
    if arrived is None or conversion is None:
        number = arrived.id if arrived else NOT_UNDERSTOOD
        return Amount(0.0, raw, number, UNIT_NOT_UNDERSTOOD), "unit_not_understood"
    quality = KNOWN if comparator is None else _BOUND.get(comparator if isinstance(comparator, str) else "", NO_DATA)
    if quality == NO_DATA:
        return Amount(0.0, raw, arrived.id, UNIT_NOT_UNDERSTOOD), "comparator_not_understood"
    converted = convert(raw, conversion)
    if not is_plausible(concept, converted, quality):
        if concept.unit == _POINTS:  # an answer, though an impossible one: an older form must not stand in for it
            return Amount(0.0, raw, arrived.id, NOT_COMPUTABLE), "implausible"
        kept = converted if math.isfinite(converted) else 0.0
        return Amount(kept, raw, arrived.id, IMPLAUSIBLE_ONLY), "implausible"
    return Amount(converted, raw, arrived.id, quality), ""


def answer(concept: Concept, value: object) -> tuple[Amount, str] | None:
    """What a word, or yes and no, counts as where the concept has such answers; None where it has not."""
    word = ("yes" if value else "no") if isinstance(value, bool) else value
    number = concept.answers.get(word) if isinstance(word, str) else None
    if number is None:
        return None
    return Amount(number, number, unit_id(ucum_code(concept.unit)), KNOWN), ""


def days_supply(value: object) -> tuple[float, int, str]:
    """How many days a dispense lasts, 0 or a `Reason`, and the code of what is wrong with the number ("" = nothing)."""
    days = finite(value)
    if value is None or days is None:
        return 0.0, DAYS_NOT_KNOWN, "days_not_stated" if value is None else "days_not_understood"
    if not 0.0 < days <= MOST_DAYS:
        return 0.0, IMPLAUSIBLE_ONLY, "days_not_possible"
    return days, KNOWN, ""


def is_plausible(concept: Concept, value: float, quality: int) -> bool:
    """Whether a living person can have the value; of a bound, whether any value that it leaves open can be."""
    low, high = concept.plausible or (-math.inf, math.inf)
    return is_possible(low, high, value, quality)


def is_possible(low: float, high: float, value: float, quality: int) -> bool:
    """`is_plausible` for a span; in the subset that compiles, for intakes of many rows."""
    if not math.isfinite(value):
        return False
    exact = without_noise(value)
    return (quality == AT_MOST or exact <= high) and (quality == AT_LEAST or low <= exact)


def _not_a_number(concept: Concept, value: object) -> tuple[Amount, str]:
    """A meter's HI or LO without its limit is a bound that decides nothing: it must neither vanish nor be guessed."""
    quality = _METER.get(value.strip().upper(), KNOWN) if isinstance(value, str) else KNOWN
    if quality == KNOWN or concept.plausible is None:
        return UNTOLD, "value_not_a_number"
    low, high = concept.plausible
    bound = low if quality == AT_LEAST else high
    return Amount(bound, bound, NOT_UNDERSTOOD, quality), "meter_limit_not_stated"


def finite(value: object) -> float | None:
    """The number, if it is a finite one; a truth value is none."""
    if type(value) is float:
        return value + 0.0 if math.isfinite(value) else None  # no zero is negative
    if isinstance(value, bool) or not isinstance(value, _NUMBERS):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    return number + 0.0 if math.isfinite(number) else None


def accepted_units(concept: Concept) -> str:
    """The units that may arrive, as authors and as data write them."""
    return ", ".join(dict.fromkeys(word for code in concept.units for word in (unit_name(unit_id(code)), code) if word))
