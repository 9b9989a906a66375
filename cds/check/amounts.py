"""Whether two units can meet, and how they are called in sentences."""

from cds.diagnostics import Diagnostic, Place, closest
from cds.diagnostics.amounts import UnitMismatch, UnknownUnit
from cds.units import UNITS, conversion, dimension, unit_of

PLAIN = "plain number"


def fits(left: str, right: str) -> bool:
    """Whether numbers in the two units can be compared; an unknown unit fits all, it is reported by itself."""
    if left == right or unit_of(left) is None or unit_of(right) is None:
        return True
    return {dimension(left), dimension(right)} == {PLAIN, "share"} or conversion(left, right) is not None


def unknown_unit(unit: str, place: Place) -> Diagnostic | None:
    """The diagnostic when cds does not know the unit."""
    if unit_of(unit) is not None:
        return None
    spellings = {text.lower(): each.field for each in UNITS for text in (each.field, each.ucum, *each.aliases) if text}
    near = closest(unit.lower(), spellings)
    return UnknownUnit.at(place, near=spellings.get(near, ""), unit=unit)


def mismatch(place: Place, also: Place | None, left: str, left_unit: str, right: str, right_unit: str) -> Diagnostic:
    """Both sides with unit and dimension; `also`: where the other side is written."""
    return UnitMismatch.at(
        place,
        also=also,
        left=left,
        left_is=unit_words(left_unit),
        left_is_nb=unit_words_nb(left_unit),
        right=right,
        right_is=unit_words(right_unit),
        right_is_nb=unit_words_nb(right_unit),
    )


def unit_words(unit: str) -> str:
    """`in kg (mass)`."""
    return f"in {unit} ({dimension(unit)})" if unit else "a plain number"


def unit_words_nb(unit: str) -> str:
    """The same in Norwegian."""
    return f"i {unit} ({dimension(unit, 'nb')})" if unit else "et rent tall"


def first_unit(unit: str) -> str:
    """The first unit of the table that measures the same."""
    return next((each.field for each in UNITS if each.dimension == dimension(unit)), unit)


def in_unit(value: float, unit: str, wanted: str) -> float | None:
    """The value in another unit, or None when they do not fit."""
    if unit == wanted:
        return value
    step = conversion(unit, wanted)
    return (value + step.shift) * step.numerator / step.denominator if step else None
