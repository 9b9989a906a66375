"""Comparisons and three-valued logic, one function each, called by every executor.

A state is FALSE, TRUE or a reason (unknown). NOT_SET is an unknown of its own kind: a comparison with a limit
that this patient does not have says nothing, so it drops out of an `or` and makes an `and` say nothing unless
the rest is false.
"""

import math
from typing import Final

from cds.operators.reasons import (
    AT_LEAST,
    AT_MOST,
    FALSE,
    KNOWN,
    NOT_COMPUTABLE,
    NOT_SET,
    TRUE,
)

ABOVE: Final = 1
AT_LEAST_OF: Final = 2
BELOW: Final = 3
AT_MOST_OF: Final = 4
FROM_TO: Final = 5

ADD: Final = 1
SUBTRACT: Final = 2
MULTIPLY: Final = 3
DIVIDE: Final = 4

_GRID: Final = 1e9
_GRID_SPAN: Final = 4e6  # beyond it a float has no digits left at 1e-9
_WHOLE_SPAN: Final = 4e15  # beyond it every float is a whole number


def without_noise(value: float) -> float:
    """The number at the nearest 1e-9, so that 0.1 + 0.2 meets 0.3. Larger than 4e6: unchanged.

    >>> without_noise(0.1 + 0.2) == without_noise(0.3)
    True
    """
    if value > _GRID_SPAN or value < -_GRID_SPAN:
        return value
    return math.floor(value * _GRID + 0.5) / _GRID


def compare(comparison: int, value: float, reason: int, limit: float, limit_reason: int) -> int:
    """State of `value is above/at least/below/at most limit`.

    A value of which only a bound is known is decided where the bound decides it.

    >>> compare(AT_LEAST_OF, (134.9 + 135.1) / 2, KNOWN, 135.0, KNOWN)
    1
    >>> compare(ABOVE, 83.0 - 81.0, KNOWN, 2.0, KNOWN)
    0
    >>> compare(ABOVE, 27.8, AT_LEAST, 15.0, KNOWN) == TRUE
    True
    >>> compare(ABOVE, 27.8, AT_LEAST, 30.0, KNOWN) == AT_LEAST
    True
    """
    if limit_reason != KNOWN:
        return limit_reason
    if reason != KNOWN and reason != AT_LEAST and reason != AT_MOST:
        return reason
    left = without_noise(value)
    right = without_noise(limit)
    if comparison == ABOVE:
        holds = left > right
    elif comparison == AT_LEAST_OF:
        holds = left >= right
    elif comparison == BELOW:
        holds = left < right
    else:
        holds = left <= right
    if reason == KNOWN:
        return TRUE if holds else FALSE
    upward = comparison == ABOVE or comparison == AT_LEAST_OF
    if (reason == AT_LEAST) == upward:
        return TRUE if holds else reason
    return reason if holds else FALSE


def negate(state: int) -> int:
    """`not`: what is unknown stays unknown."""
    if state == FALSE:
        return TRUE
    if state == TRUE:
        return FALSE
    return state


def both(left: int, right: int) -> int:
    """`and`: false if either is false; else not set, then the first unknown; true only if both are true."""
    if left == FALSE or right == FALSE:
        return FALSE
    if left == NOT_SET or right == NOT_SET:
        return NOT_SET
    return right if left == TRUE else left


def either(left: int, right: int) -> int:
    """`or`: true if either is true; an arm that is not set drops out; else the first unknown."""
    if left == TRUE or right == TRUE:
        return TRUE
    if left == NOT_SET:
        return right
    if right == NOT_SET:
        return left
    return right if left == FALSE else left


def known(value: float, reason: int) -> int:
    """State of `is known`; a bound alone is not a known value. Never unknown itself."""
    return TRUE if reason == KNOWN else FALSE


def truth(value: float, reason: int) -> int:
    """State of a value that says yes (not 0) or no (0)."""
    if reason != KNOWN:
        return reason
    return TRUE if value != 0.0 else FALSE


def arithmetic(operator: int, left: float, left_reason: int, right: float, right_reason: int) -> tuple[float, int]:
    """`left + - * / right` with its reason; a result that is no finite number is not computable, nor one of a bound.

    >>> arithmetic(SUBTRACT, 2.5, AT_MOST, 1.0, KNOWN) == (0.0, NOT_COMPUTABLE)
    True
    """
    if left_reason != KNOWN:
        return 0.0, unbounded(left_reason)
    if right_reason != KNOWN:
        return 0.0, unbounded(right_reason)
    if operator == ADD:
        result = left + right
    elif operator == SUBTRACT:
        result = left - right
    elif operator == MULTIPLY:
        result = left * right
    elif right == 0.0:
        return 0.0, NOT_COMPUTABLE
    else:
        result = left / right
    if not math.isfinite(result):
        return 0.0, NOT_COMPUTABLE
    return result, KNOWN


def unbounded(reason: int) -> int:
    """The reason of a number made from one that is unknown: a bound of the part is no bound of the whole."""
    return NOT_COMPUTABLE if reason == AT_LEAST or reason == AT_MOST else reason


def rounded(value: float, reason: int, step: float) -> tuple[float, int]:
    """The value at the nearest multiple of `step`, half away from zero; a bound keeps its reason.

    >>> rounded(134.5, KNOWN, 1.0), rounded(-0.25, KNOWN, 0.1)
    ((135.0, 0), (-0.3, 0))
    """
    if step <= 0.0:
        return value, reason
    size = -value if value < 0.0 else value
    inverse = math.floor(1.0 / step + 0.5)
    if inverse >= 1 and without_noise(inverse * step) == 1.0:
        result = _whole(size * inverse) / inverse
    else:
        result = _whole(size / step) * step
    return (-result if value < 0.0 else result), reason


def _whole(size: float) -> float:
    """Nearest whole number of a size at or above 0, half up, blind to representation noise."""
    if size > _WHOLE_SPAN:
        return size
    return math.floor(without_noise(size) + 0.5) * 1.0
