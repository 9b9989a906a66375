"""The columns, colours and shapes of a chart, and where a moment stands on its axis."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cds.plots.chart import Chart, Limit, Mark, MarkKind, Note, Severity, Stretch
from cds.plots.page import Area, Group, Item, Lines, Marks, Point, Shape, Text, box, hatching, text_width, wrapped
from cds.plots.words import limit_name, limit_words, words

WIDTH: Final = 842.0  # A4 on its side, in points
MARGIN: Final = 20.0
LEFT: Final = 148.0  # where the days begin
RIGHT: Final = 588.0  # and end
ASIDE: Final = 622.0  # where limits and reasons stand
END: Final = WIDTH - MARGIN

TITLE: Final = 13.0
HEADING: Final = 8.5
BODY: Final = 7.5
SMALL: Final = 7.0
ROW: Final = 16.0  # a band with one line
LINE: Final = 9.0  # from one base line to the next

INK: Final = "#1d1d1f"
GREY: Final = "#5c6066"
PALE: Final = "#9aa0a6"
GRID: Final = "#e4e6e9"
HATCH: Final = "#c3c8ce"
BLUE: Final = "#1f4e79"
BAR: Final = "#8fa6bd"
STAY: Final = "#e8e4f0"
LATER: Final = "#f5f5f5"
STROKES: Final[Mapping[str, str]] = {
    "red": "#b3261e",
    "orange": "#b85c00",
    "yellow": "#806600",
    "green": "#2f7d4f",
    "": GREY,
}
FILLS: Final[Mapping[str, str]] = {"red": "#f8dcd9", "orange": "#fde8d0", "yellow": "#fcf6d4", "green": "#e6f3e9"}
SEVERITY_SHAPES: Final[Mapping[Severity, Shape]] = {
    "red": "square",
    "orange": "up",
    "yellow": "diamond",
    "green": "disc",
    "": "dash",
}


@dataclass(frozen=True, slots=True)
class Style:
    """How one kind of mark looks. fill "" = hollow."""

    shape: Shape
    size: float
    colour: str
    fill: str = ""


MARKS: Final[Mapping[MarkKind, Style]] = {
    "reading": Style("disc", 1.7, BLUE, BLUE),
    "implausible_only": Style("crossed_ring", 3.0, INK),
    "unit_not_understood": Style("square", 2.7, INK),
    "value_not_read": Style("cross", 2.6, INK),
    "withheld": Style("barred_ring", 3.0, INK),
    "conflict": Style("diamond", 2.8, INK),
    "at_least": Style("up", 3.0, INK),
    "at_most": Style("down", 3.0, INK),
    "no_data": Style("ring", 2.7, INK),
    "taken": Style("disc", 1.9, BLUE, BLUE),
    "late": Style("up", 2.6, STROKES["orange"], STROKES["orange"]),
    "missed": Style("cross", 2.6, STROKES["red"]),
    "not_judged": Style("ring", 2.5, INK),
    "delay_not_known": Style("dotted_ring", 2.5, BLUE),
    "event": Style("diamond", 2.6, STROKES["orange"], STROKES["orange"]),
    "handed_out": Style("flag", 3.2, BLUE),
    "days_not_known": Style("ring", 2.7, INK),
    "not_certain": Style("ring", 2.7, INK),
}
NOTE_STYLES: Final[Mapping[str, Style]] = {
    "red": Style("square", 3.2, STROKES["red"], STROKES["red"]),
    "orange": Style("up", 3.2, STROKES["orange"], STROKES["orange"]),
    "yellow": Style("diamond", 3.2, STROKES["yellow"], "#e2b714"),
    "green": Style("disc", 3.2, STROKES["green"], STROKES["green"]),
    "waiting": Style("ring", 3.2, INK),
    "quiet": Style("tick", 3.2, STROKES["green"]),
    "plain": Style("dash", 2.6, PALE),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """The chart's axis on the page."""

    chart: Chart

    def x(self, time: int) -> float:
        """Where a moment stands; what lies before the axis stands at its beginning."""
        share = (time - self.chart.start) / (self.chart.end - self.chart.start)
        return LEFT + (RIGHT - LEFT) * min(max(share, 0.0), 1.0)

    def stretch(self, stretch: Stretch, top: float, bottom: float) -> Iterator[Item]:
        """A hatched stretch."""
        left, right = self.x(stretch.start), self.x(stretch.end)
        step = 4.0 if stretch.kind == "not_supplied" else 9.0
        yield Lines(hatching(left, top, right, bottom, step), HATCH, 0.6)

    def stretch_words(self, stretch: Stretch, top: float, bottom: float) -> Iterator[Item]:
        """What a hatched stretch means, on white, where there is room for it."""
        left, right = self.x(stretch.start), self.x(stretch.end)
        room = right - left - 6.0
        lines = wrapped(stretch.note, SMALL, max(room, 1.0))
        if max(text_width(word, SMALL) for word in stretch.note.split()) <= room and len(lines) * LINE <= bottom - top:
            yield from over_hatching(lines, (left + right) / 2, (top + bottom) / 2)

    def stays(self, top: float, bottom: float) -> Iterator[Item]:
        """Stays in hospital, shaded."""
        for stay in self.chart.stays:
            yield Area(box(self.x(stay.start), top, self.x(stay.end), bottom), STAY)


def over_hatching(lines: list[str], middle: float, height: float) -> Iterator[Item]:
    """Words in the middle of a hatched stretch, on white."""
    first = height - len(lines) * LINE / 2
    half = max(text_width(each, SMALL) for each in lines) / 2 + 2.0
    yield Area(box(middle - half, first, middle + half, first + len(lines) * LINE), "#ffffff")
    for place, line in enumerate(lines):
        yield Text(middle, first + place * LINE + 6.8, line, SMALL, GREY, "middle")


def kinds(marks: Iterable[Mark]) -> list[MarkKind]:
    """The kinds of marks that occur, in the order in which they come."""
    found: dict[MarkKind, None] = {}
    for each in marks:
        found[each.kind] = None
    return list(found)


def sample(style: Style, x: float, y: float) -> Item:
    """One mark beside the words that say what it is; y is the words' base line."""
    return Marks(style.shape, ((x, y - 2.5),), style.size, style.colour, style.fill)


def note_sign(note: Note, x: float, y: float) -> Item:
    """The shape before a finding; one that cannot be told has a question mark."""
    if note.sign == "unknown":
        return Text(x, y, "?", HEADING, INK, "middle", is_bold=True)
    return sample(NOTE_STYLES[note.sign], x, y)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of text beside a band. y: where on the scale they belong, None = anywhere."""

    lines: tuple[str, ...]
    style: Style | None
    colour: str
    y: float | None = None

    @property
    def height(self) -> float:
        return len(self.lines) * LINE + 1.5

    def items(self, top: float) -> Iterator[Item]:
        """The lines from `top` on, with their sign."""
        first = top + 6.8
        if self.style:
            yield sample(self.style, ASIDE + 3.5, first)
        else:
            yield Text(ASIDE + 3.5, first, "?", BODY, INK, "middle", is_bold=True)
        for place, line in enumerate(self.lines):
            yield Text(ASIDE + 10.0, first + place * LINE, line, SMALL, self.colour)


def block(text: str, style: Style | None, colour: str = INK, y: float | None = None) -> Block:
    """Words beside a band, in as many lines as they need."""
    return Block(tuple(wrapped(text, SMALL, END - ASIDE - 10.0)), style, colour, y)


def limit_block(limit: Limit, frame: Frame, y: float | None = None) -> Block:
    """A limit in words: colour, comparison, number, name, and whose it is."""
    colour, language = STROKES[limit.colour], frame.chart.language
    style = Style(SEVERITY_SHAPES[limit.colour], 2.6, colour, colour)
    if limit.value is None:
        return block(limit_name(limit, language), None)
    return block(f"{limit_words(limit, language)}: {limit_name(limit, language)}", style, INK, y)


def idle_limits(limits: tuple[Limit, ...], frame: Frame) -> list[Block]:
    """Of a band that shows nothing: how many limits there are; what they say stands in the table."""
    if not limits:
        return []
    key = "one_idle" if len(limits) == 1 else "idle"
    return [block(words(key, frame.chart.language, n=len(limits)), Style("dash", 2.6, PALE), GREY)]


def stacked(blocks: list[Block], top: float, bottom: float) -> list[float]:
    """The tops of blocks, near where they belong, none over another; those without a place come last."""
    tops: list[float] = []
    free = top
    for each in blocks:
        wanted = free if each.y is None else each.y - LINE / 2
        tops.append(max(free, min(wanted, bottom - each.height)))
        free = tops[-1] + each.height
    over = free - bottom
    for place in range(len(blocks) - 1, -1, -1):
        if over <= 0.0:
            break
        tops[place] -= over
        over = tops[place - 1] + blocks[place - 1].height - tops[place] if place else 0.0
    return tops


def named(name: str, title: str, items: Iterator[Item]) -> Group:
    """A group of what was laid out."""
    return Group(name, title, tuple(items))


def across(y: float, colour: str = GRID) -> Lines:
    """A line over the whole width."""
    return Lines((((MARGIN, y), (END, y)),), colour, 0.6)


def border(top: float, bottom: float) -> Lines:
    """The edge of a band's part of the axis."""
    corners: tuple[Point, ...] = box(LEFT, top, RIGHT, bottom)
    return Lines(((*corners, corners[0]),), PALE, 0.5)
