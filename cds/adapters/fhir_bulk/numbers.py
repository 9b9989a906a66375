"""The numbers within elements as they are written, and what stands around them.

Many quantities differ in their number alone. What stands around it tells their unit, so that it is looked up as it is
written, and not decoded for each.
"""

import json
import math
import re
from collections.abc import Sequence
from typing import Any, Final

_FIRST: Final = b'{"value":'
_VALUE: Final = b'"value":'
_NUMBER: Final = re.compile(rb'"value":\s*(-?[0-9][0-9.eE+-]*)')
_MARK: Final = 10**15

Around = bytes | tuple[bytes, ...]
"""What stands around the numbers of an element; b"" where there is no element."""


def numbers_of(quantities: Sequence[bytes]) -> tuple[list[Around], list[float]]:
    """What stands around the number of each Quantity, and the number; NaN where there is none."""
    parts = [each.partition(b",") for each in quantities]
    around: list[Around] = [rest for _, _, rest in parts]
    try:
        numbers = [float(head.removeprefix(_FIRST)) if rest else math.nan for head, _, rest in parts]
    except ValueError:
        numbers = []
    if not numbers or around.count(b"") != quantities.count(b""):
        found = list(map(_number_of, quantities))
        return [each for each, _ in found], [number for _, number in found]
    return around, numbers


def _number_of(quantity: bytes) -> tuple[Around, float]:
    """The same of one that may be written in any way."""
    head, _, rest = quantity.partition(b",")
    try:
        number = float(head.removeprefix(_FIRST)) if rest else math.nan
    except ValueError:
        number = math.nan
    if math.isfinite(number) or not quantity:
        return rest, number
    around, stated = all_numbers_of(quantity)
    return around, stated[0] if len(stated) == 1 else math.nan


def all_numbers_of(element: bytes) -> tuple[tuple[bytes, ...], list[float]]:
    """What stands around the numbers of an element that may have several, and the numbers in their order."""
    first, *others = element.split(_VALUE)
    parts = [each.partition(b",") for each in others]
    try:
        return (first, *[rest for _, _, rest in parts]), [float(head) for head, _, _ in parts]
    except ValueError:
        pieces = _NUMBER.split(element)
    return tuple(pieces[::2]), list(map(float, pieces[1::2]))


def value_of(element: bytes) -> Any:
    """What an element says; ValueError when it says a thing twice."""
    return json.loads(element, object_pairs_hook=_once)


def marked(element: bytes) -> tuple[Any, list[int]]:
    """What an element says with another mark in place of each number, and the marks in the order of the numbers."""
    pieces = _NUMBER.split(element)
    marks = [_MARK + place for place in range(len(pieces) // 2)]
    pieces[1::2] = [b"%b%d" % (_VALUE, mark) for mark in marks]
    return value_of(b"".join(pieces)), marks


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found
