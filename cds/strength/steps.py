"""How far a number is moved to see whether a case notices: the smallest difference that a clinician would write."""

from decimal import Decimal
from typing import Final

_SMALLEST: Final = {
    "kg": "0.05",
    "°C": "0.1",
    "mmol/L": "0.1",
    "INR": "0.1",
    "kg/m2": "0.1",
    "L": "0.1",
    "L/min": "5",
    "%": "2",
}


def moved(number: str, unit: str) -> tuple[str, str]:
    """A number as it is written, one step up and one step down; never below zero.

    The step is that of the unit, and 1 for units that are counted or read off in whole numbers; a number without a
    unit moves by one, or by a tenth when it has decimals.

    >>> moved("160", "mmHg"), moved("2.5", "kg"), moved("38.0", "")
    (('161', '159'), ('2.55', '2.45'), ('38.1', '37.9'))
    """
    value = Decimal(number)
    step = Decimal(_SMALLEST.get(unit, "1")) if unit or "." not in number else Decimal("0.1")
    down = value - step
    if down < 0:
        down = value / 2
    return f"{value + step:f}", f"{down:f}"
