"""Where a band of readings goes: scale, limits, zones, curve, what is held back, and the words beside it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

from cds.plots.chart import Limit, Mark, MarkKind, ReadingBand, Zone
from cds.plots.frame import (
    ASIDE,
    BAR,
    BLUE,
    BODY,
    FILLS,
    GREY,
    GRID,
    HEADING,
    INK,
    LEFT,
    LINE,
    MARGIN,
    MARKS,
    PALE,
    RIGHT,
    ROW,
    SMALL,
    STROKES,
    Block,
    Frame,
    block,
    border,
    idle_limits,
    kinds,
    limit_block,
    stacked,
)
from cds.plots.page import Area, Group, Item, Lines, Marks, Point, Text, box, text_width, wrapped
from cds.plots.words import mark_words
from cds.wording import COLOUR_WORDS, number_text, unit_text

LEAST_HEIGHT: Final = 76.0
PANEL_HEIGHT: Final = 112.0
LANE: Final = 11.0
RIBBON: Final = 5.0
_AIR: Final = 0.05  # of the scale, above and below
_TICK_LABELS: Final = 40.0
_LEAST_TICKS: Final = 3
_MOST_TICKS: Final = 7
_NOISE: Final = 1e-9  # of a step, by which a quotient may miss a whole number
_LARGEST: Final = 1e12  # what is larger is no measurement, and stands at the edge
_CROWD: Final = 600  # more marks than this are drawn smaller


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `low` to `high` between two heights on the page. step: from one label to the next."""

    low: float
    high: float
    top: float
    bottom: float
    step: float

    def y(self, value: float) -> float:
        """The height of a value; one outside the scale stands at its edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.bottom - share * (self.bottom - self.top)

    def holds(self, value: float | None) -> bool:
        return value is not None and self.low <= value <= self.high

    def ticks(self) -> list[float]:
        """Round numbers: one below or at everything shown, one above or at it, and some between."""
        return [self.step * n for n in range(ceil(self.low / self.step), floor(self.high / self.step) + 1)]


def reading_group(frame: Frame, band: ReadingBand, top: float) -> tuple[Group, float]:
    """The band as a group, and its height; without a reading it is no more than a row."""
    items, height = _full(frame, band, top) if band.marks else _idle(frame, band, top)
    return Group(f"band-{band.key}", band.label, tuple(items)), height


def _idle(frame: Frame, band: ReadingBand, top: float) -> tuple[list[Item], float]:
    limits = idle_limits(band.limits, frame)
    label = wrapped(band.label, HEADING, LEFT - MARGIN - 8.0, is_bold=True)
    height = max(ROW, len(label) * LINE + 6.0, sum(each.height for each in limits) + 3.0)
    bottom = top + height
    items: list[Item] = [item for each in band.stretches for item in frame.stretch(each, top, bottom)]
    items += [item for each in band.stretches for item in frame.stretch_words(each, top, bottom)]
    items += [Text(MARGIN, top + 11.0 + n * LINE, line, HEADING, INK, is_bold=True) for n, line in enumerate(label)]
    items += [Text((LEFT + RIGHT) / 2, (top + bottom) / 2 + 2.5, band.note, SMALL, GREY, "middle")] if band.note else []
    items += [item for each in limits for item in each.items(top + 2.5)]
    return [*items, border(top, bottom)], height


def _full(frame: Frame, band: ReadingBand, top: float) -> tuple[list[Item], float]:
    lanes = _lanes(frame, band)
    limits = [limit_block(each, frame) for each in band.limits]
    least = PANEL_HEIGHT if len(band.parts) > 1 else LEAST_HEIGHT
    aside = sum(each.height for each in limits)
    depth = sum(each.height for each in lanes.values())
    height = max(least, aside + 4.0) + depth
    bottom = top + height
    scale = _scale(band, top + 3.0, bottom - depth - 3.0)
    items: list[Item] = [
        *_behind(frame, band, scale, top, bottom),
        *_label(frame, band, scale, top),
        *_limits(frame, band, scale, top, bottom - depth),
        *_facts(frame, band, scale),
        *(item for each in band.stretches for item in frame.stretch_words(each, top, bottom)),
        *_held_back(frame, band, scale, lanes, bottom - depth),
        border(top, bottom),
    ]
    return items, height


def _scale(band: ReadingBand, top: float, bottom: float) -> Scale:
    """The scale of a band's readings and limits."""
    told = [each.value for each in band.marks if each.kind in ("reading", "conflict")]
    limits = [each.value for each in band.limits if each.part is not None]
    values = [each for each in (*told, *limits) if each is not None and abs(each) <= _LARGEST]
    return scale_of(values, band.decimals, top, bottom)


def scale_of(values: Sequence[float], decimals: int, top: float, bottom: float) -> Scale:
    """A scale with a label at or beyond the lowest and the highest value, and at least 3 labels. decimals: of the
    readings, so that two that are all but alike do not fill the scale. top, bottom: heights on the page."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    least = 10.0 ** (1 - max(decimals, 0))
    if high - low < least:
        low, high = (low + high - least) / 2, (low + high + least) / 2
    step = _step(low, high, min(max(_LEAST_TICKS, int((bottom - top) / 15)), _MOST_TICKS))
    first, last = (step * each for each in _labels(low, high, step))
    air = (last - first) * _AIR
    return Scale(first - air, last + air, top, bottom, step)


def _labels(low: float, high: float, step: float) -> tuple[int, int]:
    """The first and the last multiple of a step that hold the values between them."""
    return floor(low / step + _NOISE), ceil(high / step - _NOISE)


def _step(low: float, high: float, most: int) -> float:
    """The smallest round step that takes no more than `most` labels to hold the values.

    With 3 or more allowed it takes at least 3, for a step that took 2 has a smaller one beside it that takes 3.
    """
    size = 10.0 ** floor(log10((high - low) / most))
    steps = (each * size for each in (1.0, 2.0, 2.5, 5.0, 10.0, 20.0, 25.0, 50.0))
    return next(each for each in steps if _labels(low, high, each)[1] - _labels(low, high, each)[0] < most)


def _lanes(frame: Frame, band: ReadingBand) -> dict[MarkKind, Block]:
    """A line of words for every kind of reading that is held back, with their number."""
    found: dict[MarkKind, Block] = {}
    for kind in kinds(each for each in band.marks if not each.is_told):
        times = {each.time for each in band.marks if each.kind == kind}
        found[kind] = block(f"{len(times)} × {mark_words(kind, frame.chart.language)}", MARKS[kind])
    return found


def _behind(frame: Frame, band: ReadingBand, scale: Scale, top: float, bottom: float) -> Iterator[Item]:
    if len(band.parts) == 1:
        for zone in band.zones:
            yield from _filled_zone(frame, zone, scale)
    else:
        yield from _ribbons(band, scale)
    yield from frame.stays(top, bottom)
    ticks = [scale.y(each) for each in scale.ticks()] if _has_scale(band) else []
    yield Lines(tuple(((LEFT, y), (RIGHT, y)) for y in ticks), GRID, 0.5)
    for stretch in band.stretches:
        yield from frame.stretch(stretch, top, bottom)


def _has_scale(band: ReadingBand) -> bool:
    """Whether anything has a value to be read on a scale."""
    return any(each.part is not None for each in band.limits) or any(each.kind == "reading" for each in band.marks)


def _reach(zone: Zone, scale: Scale) -> tuple[float, float]:
    """Upper and lower edge of a zone on the page."""
    high = scale.high if zone.high is None else zone.high
    low = scale.low if zone.low is None else zone.low
    return scale.y(high), scale.y(low)


def _filled_zone(frame: Frame, zone: Zone, scale: Scale) -> Iterator[Item]:
    upper, lower = _reach(zone, scale)
    yield Area(box(LEFT, upper, RIGHT, lower), FILLS[zone.colour])
    if lower - upper >= LINE:
        word = COLOUR_WORDS[zone.colour][frame.chart.language]
        yield Text(RIGHT + 2.5, (upper + lower) / 2 + 2.2, word, 6.0, STROKES[zone.colour], is_bold=True)


def _ribbons(band: ReadingBand, scale: Scale) -> Iterator[Item]:
    """A panel's zones beside the axis, one ribbon per part with its first letter, for the parts share the scale."""
    for part, label in enumerate(band.parts):
        left = RIGHT + 2.0 + part * (RIBBON + 1.0)
        edges = [_reach(zone, scale) for zone in band.zones if zone.part == part]
        for (upper, lower), zone in zip(edges, (each for each in band.zones if each.part == part), strict=True):
            yield Area(box(left, upper, left + RIBBON, lower), FILLS[zone.colour], STROKES[zone.colour])
        if edges:
            lowest = max(lower for _, lower in edges)
            yield Text(left + RIBBON / 2, lowest + 6.5, label[:1], 6.0, GREY, "middle")


def _label(frame: Frame, band: ReadingBand, scale: Scale, top: float) -> Iterator[Item]:
    y = top + 10.0
    for line in wrapped(band.label, HEADING, LEFT - MARGIN - _TICK_LABELS, is_bold=True):
        yield Text(MARGIN, y, line, HEADING, INK, is_bold=True)
        y += LINE + 1.0
    yield Text(MARGIN, y, unit_text(band.unit, 2.0, frame.chart.language), BODY, GREY)
    if _has_scale(band):
        for value in scale.ticks():
            yield Text(
                LEFT - 4.0, scale.y(value) + 2.5, number_text(value, -1, frame.chart.language), SMALL, GREY, "end"
            )


def _limits(frame: Frame, band: ReadingBand, scale: Scale, top: float, bottom: float) -> Iterator[Item]:
    """Limits as lines with their words beside them, then those of another scale in words alone."""
    blocks = [_placed(frame, each, scale) for each in band.limits]
    ordered = sorted(blocks, key=lambda each: (each.y is None, each.y or 0.0))
    for each in band.limits:
        if each.part is not None and each.value is not None:
            y = scale.y(each.value)
            width = 1.2 if each.colour == "red" else 0.9
            dash = () if each.is_single else (4.0, 2.5)
            yield Lines((((LEFT, y), (RIGHT, y)),), STROKES[each.colour], width, dash)
    for each, place in zip(ordered, stacked(ordered, top + 2.0, bottom), strict=True):
        if each.y is not None:
            gutter = RIGHT + 2.0 + len(band.parts) * (RIBBON + 1.0) * (len(band.parts) > 1)
            yield Lines((((gutter, each.y), (ASIDE - 2.0, place + 4.3)),), PALE, 0.5)
        yield from each.items(place)


def _placed(frame: Frame, limit: Limit, scale: Scale) -> Block:
    is_line = limit.part is not None and limit.value is not None
    return limit_block(limit, frame, scale.y(limit.value) if is_line and limit.value is not None else None)


def _facts(frame: Frame, band: ReadingBand, scale: Scale) -> Iterator[Item]:
    """What can be told: the curve or the bars, and the readings."""
    bars = tuple(((frame.x(time), scale.y(low)), (frame.x(time), scale.y(high))) for time, low, high in band.bars)
    if bars:
        yield Lines(bars, BAR, 1.0)
    curves = tuple(tuple((frame.x(time), scale.y(value)) for time, value in curve) for curve in band.curves)
    if any(len(each) > 1 for each in curves):
        yield Lines(tuple(each for each in curves if len(each) > 1), BAR, 0.9)
    told = [each for each in band.marks if each.kind == "reading" and each.value is not None]
    style = MARKS["reading"]
    size = style.size if len(told) <= _CROWD else 0.5
    clocked = tuple(_place(frame, each, scale) for each in told if not each.is_date_only)
    dated = tuple(_place(frame, each, scale) for each in told if each.is_date_only)
    if clocked:
        yield Marks("disc", clocked, size, BLUE, BLUE)
    if dated:
        yield Marks("dash", dated, 3.2, BLUE)


def _place(frame: Frame, mark: Mark, scale: Scale) -> Point:
    return frame.x(mark.time), scale.y(mark.value or 0.0)


def _held_back(
    frame: Frame, band: ReadingBand, scale: Scale, lanes: Mapping[MarkKind, Block], top: float
) -> Iterator[Item]:
    """What cannot be told, hollow: at its value where it has one, else in a lane of its kind below the scale."""
    if lanes:
        yield Lines((((LEFT, top), (RIGHT, top)),), GRID, 0.5)
    for kind, words in lanes.items():
        yield from words.items(top)
        height = top + words.height / 2
        marks = [each for each in band.marks if each.kind == kind]
        places = tuple(
            _place(frame, each, scale) if scale.holds(each.value) else (frame.x(each.time), height) for each in marks
        )
        style = MARKS[kind]
        yield Marks(
            style.shape, places, style.size, style.colour, "", tuple(f"{each.when}: {each.note}" for each in marks)
        )
        yield from _raw(marks, places, top)
        top += words.height


def _raw(marks: list[Mark], places: tuple[Point, ...], top: float) -> Iterator[Item]:
    """What arrived, beside the marks of a lane, where there is room for it."""
    free = LEFT
    for mark, (x, y) in zip(marks, places, strict=True):
        text, colon, _ = mark.note.rpartition(": ")
        width = text_width(text, SMALL)
        start = x - 5.0 - width
        if colon and y >= top and start >= free:
            yield Text(start, y + 2.5, text, SMALL, INK)
        free = max(free, x + 5.0)
