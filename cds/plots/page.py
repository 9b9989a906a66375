"""A page of lines, areas, marks and texts, in points from the upper left corner: what a drawing is made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Final, Literal

from cds.diagnostics import Language

Point = tuple[float, float]
Shape = Literal[
    "disc",
    "ring",
    "square",
    "diamond",
    "up",
    "down",
    "cross",
    "crossed_ring",
    "barred_ring",
    "dotted_ring",
    "flag",
    "tick",
    "dash",
]


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of one kind. dash: lengths of stroke and gap, () = unbroken."""

    paths: tuple[tuple[Point, ...], ...]
    colour: str
    width: float
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon; colour "" = not filled, stroke "" = no edge."""

    corners: tuple[Point, ...]
    colour: str
    stroke: str = ""


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks of one kind. size: radius; fill: "" = hollow; titles: words for each that a pointer meets."""

    shape: Shape
    places: tuple[Point, ...]
    size: float
    colour: str
    fill: str = ""
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; y is its base line."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    anchor: Literal["start", "middle", "end"] = "start"
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Things that belong together. name: stable, for other programs; title: for people who cannot see it."""

    name: str
    title: str
    items: tuple["Item", ...]


EDGE: Final = 0.7  # width of an area's edge
MARK_EDGE: Final = 0.8  # and of a mark's
Item = Lines | Area | Marks | Text | Group


@dataclass(frozen=True, slots=True)
class Page:
    """A whole drawing. title, description: what stands in place of it for those who cannot see it."""

    width: float
    height: float
    language: Language
    title: str
    description: str
    items: tuple[Item, ...]


def box(left: float, top: float, right: float, bottom: float) -> tuple[Point, ...]:
    """The corners of an upright rectangle."""
    return (left, top), (right, top), (right, bottom), (left, bottom)


def hatching(left: float, top: float, right: float, bottom: float, step: float) -> tuple[tuple[Point, ...], ...]:
    """Rising lines `step` apart that fill a rectangle.

    >>> hatching(0.0, 0.0, 4.0, 4.0, 4.0)
    (((0.0, 4.0), (4.0, 0.0)),)
    """
    return tuple(_rising(left, top, right, bottom, step))


def _rising(left: float, top: float, right: float, bottom: float, step: float) -> Iterator[tuple[Point, ...]]:
    """Lines x + y = n × step, so that neighbouring rectangles are hatched in one pattern."""
    place = (int((left + top) // step) + 1) * step
    while place < right + bottom:
        low, high = max(left, place - bottom), min(right, place - top)
        if low < high:
            yield (low, place - low), (high, place - high)
        place += step


_CORNERS: Final = 16
_RING: Final = tuple((cos(2 * pi * n / _CORNERS), sin(2 * pi * n / _CORNERS)) for n in range(_CORNERS))
_SLANT: Final = 0.7
Outline = tuple[tuple[Point, ...], bool]  # corners, and whether the last is joined to the first

OUTLINES: Final[dict[Shape, tuple[Outline, ...]]] = {
    "disc": ((_RING, True),),
    "ring": ((_RING, True),),
    "square": ((box(-0.9, -0.9, 0.9, 0.9), True),),
    "diamond": ((((0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)), True),),
    "up": ((((0.0, -1.1), (1.1, 0.9), (-1.1, 0.9)), True),),
    "down": ((((0.0, 1.1), (1.1, -0.9), (-1.1, -0.9)), True),),
    "cross": ((((-0.9, -0.9), (0.9, 0.9)), False), (((-0.9, 0.9), (0.9, -0.9)), False)),
    "crossed_ring": (
        (_RING, True),
        (((-_SLANT, -_SLANT), (_SLANT, _SLANT)), False),
        (((-_SLANT, _SLANT), (_SLANT, -_SLANT)), False),
    ),
    "barred_ring": ((_RING, True), (((-1.0, 0.0), (1.0, 0.0)), False)),
    "dotted_ring": ((_RING, True), (((0.0, -0.5), (0.0, 0.5)), False)),
    "flag": ((((-0.4, 1.3), (-0.4, -1.3), (1.2, -0.7), (-0.4, -0.1)), False),),
    "tick": ((((-0.9, 0.1), (-0.3, 0.8), (1.0, -0.9)), False),),
    "dash": ((((-1.0, 0.0), (1.0, 0.0)), False),),
}
"""Every shape around its middle, with a radius of 1."""

_WIDTHS: Final = {  # advance widths of DejaVu Sans in ems, rounded up to the next twentieth
    0.3: "'IJijl",
    0.35: " ,./:;\\|·",
    0.4: "()-[]ft",
    0.45: "!r²",
    0.5: '"*_`–°',
    0.55: "?csz",
    0.6: "FLkvxy",
    0.65: "$0123456789EPSTYabdeghnopqu{}øåµ",
    0.7: "ABCKRVXZÅ",
    0.75: "NU",
    0.8: "&DGHOQØ",
    0.85: "#+<=>^w~≥≤×",
    0.9: "M",
}
_WIDTH: Final = {sign: width for width, signs in _WIDTHS.items() for sign in signs}
_BOLD: Final = 1.15


def text_width(text: str, size: float, is_bold: bool = False) -> float:
    """How wide a line of text is, rather too wide than too narrow; no font is asked."""
    return sum(_WIDTH.get(sign, 1.0) for sign in text) * size * (_BOLD if is_bold else 1.0)


def wrapped(text: str, size: float, width: float, is_bold: bool = False) -> list[str]:
    """The text in lines of at most so many points; a word that is too long by itself is broken.

    >>> wrapped("two short words", 10.0, 60.0)
    ['two short', 'words']
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, is_bold) <= width:
            lines[-1] = longer
        else:
            lines += _broken(word, size, width, is_bold)
    return lines or [""]


def _broken(word: str, size: float, width: float, is_bold: bool) -> list[str]:
    """The word in pieces that fit; at least one letter each."""
    pieces = [""]
    for sign in word:
        if pieces[-1] and text_width(pieces[-1] + sign, size, is_bold) > width:
            pieces.append("")
        pieces[-1] += sign
    return pieces
