"""Where a row goes: doses by the clock, spans, dispenses in steps, events, and the words beside them."""

from collections.abc import Iterator
from typing import Final

from cds.plots.chart import Mark, RowBand
from cds.plots.frame import (
    BLUE,
    BODY,
    GREY,
    GRID,
    INK,
    LEFT,
    LINE,
    MARGIN,
    MARKS,
    PALE,
    RIGHT,
    ROW,
    SMALL,
    Block,
    Frame,
    Style,
    block,
    border,
    idle_limits,
    kinds,
    limit_block,
)
from cds.plots.page import Area, Group, Item, Lines, Marks, Point, Text, box, wrapped
from cds.plots.words import mark_words, words

DOSES: Final = 44.0
_CLOCK: Final = (6, 12, 18)
_STEP: Final = 3.0  # a dispense stands higher or lower than the one before
_MOST_NOTES: Final = 3
_SPAN: Final = "#b9c7d6"


def row_group(frame: Frame, band: RowBand, top: float) -> tuple[Group, float]:
    """The row as a group, and its height."""
    label = wrapped(band.label, BODY + 0.5, LEFT - MARGIN - (20.0 if band.by_clock else 8.0), is_bold=True)
    is_idle = bool(band.stretches) and not band.marks and not band.spans
    limits = idle_limits(band.limits, frame) if is_idle else [limit_block(each, frame) for each in band.limits]
    blocks = [*_counts(frame, band), *limits, *_notes(band)]
    least = DOSES if band.by_clock and not is_idle else ROW
    height = max(least, len(label) * LINE + 6.0, sum(each.height for each in blocks) + 3.0)
    bottom = top + height
    items = (
        *(item for each in band.stretches for item in frame.stretch(each, top, bottom)),
        *(() if is_idle else _clock_lines(band, top, bottom)),
        *(item for each in band.stretches for item in frame.stretch_words(each, top, bottom)),
        *(Text(MARGIN, top + 11.0 + n * LINE, line, BODY + 0.5, INK, is_bold=True) for n, line in enumerate(label)),
        *_spans(frame, band, top, bottom),
        *_marks(frame, band, top, bottom),
        *_beside(blocks, top),
        *_said(band, top, bottom),
        border(top, bottom),
    )
    return Group(f"band-{band.key}", band.label, items), height


def _counts(frame: Frame, band: RowBand) -> Iterator[Block]:
    """How many marks there are of each kind; doses set aside are counted by themselves."""
    language = frame.chart.language
    counted = [each for each in band.marks if not each.is_set_aside]
    for kind in kinds(counted):
        count = sum(each.kind == kind for each in counted)
        yield block(f"{count} × {mark_words(kind, language)}", MARKS[kind])
    aside = len(band.marks) - len(counted)
    if aside:
        yield block(words("set_aside", language, n=aside), Style("disc", 1.9, PALE, PALE))


def _notes(band: RowBand) -> Iterator[Block]:
    """The newest spans in words."""
    for span in band.spans[-_MOST_NOTES:]:
        yield block(span.note, Style("dash", 2.6, BLUE) if span.is_certain else MARKS["not_certain"], GREY)


def _beside(blocks: list[Block], top: float) -> Iterator[Item]:
    y = top + 2.5
    for each in blocks:
        yield from each.items(y)
        y += each.height


def _said(band: RowBand, top: float, bottom: float) -> Iterator[Item]:
    if band.note:
        yield Text(LEFT + 5.0, (top + bottom) / 2 + 2.5, band.note, SMALL, GREY)


def _clock_lines(band: RowBand, top: float, bottom: float) -> Iterator[Item]:
    if band.by_clock:
        heights = [_by_clock(hour, top, bottom) for hour in _CLOCK]
        yield Lines(tuple(((LEFT, y), (RIGHT, y)) for y in heights), GRID, 0.5)
        for hour, y in zip(_CLOCK, heights, strict=True):
            yield Text(LEFT - 4.0, y + 2.3, f"{hour:02}", 6.5, GREY, "end")


def _by_clock(hour: float, top: float, bottom: float) -> float:
    """Early hours stand high."""
    return top + (bottom - top) * hour / 24.0


def _marks(frame: Frame, band: RowBand, top: float, bottom: float) -> Iterator[Item]:
    for kind in kinds(band.marks):
        style = MARKS[kind]
        for is_aside in (False, True):
            marks = [each for each in band.marks if each.kind == kind and each.is_set_aside == is_aside]
            if marks:
                places = tuple(_place(frame, each, top, bottom) for each in marks)
                colour = PALE if is_aside else style.colour
                titles = () if kind == "taken" else tuple(f"{each.when}: {each.note}" for each in marks)
                yield Marks(style.shape, places, style.size, colour, style.fill and colour, titles)


def _place(frame: Frame, mark: Mark, top: float, bottom: float) -> Point:
    y = (top + bottom) / 2 if mark.value is None else _by_clock(mark.value, top, bottom)
    return frame.x(mark.time), y


def _spans(frame: Frame, band: RowBand, top: float, bottom: float) -> Iterator[Item]:
    """Bars; dispenses are the bars of a row with marks, and stand in steps."""
    middle = (top + bottom) / 2
    for place, span in enumerate(band.spans):
        step = (_STEP if place % 2 else -_STEP) if band.marks else 0.0
        left, right = frame.x(span.start), max(frame.x(span.end), frame.x(span.start) + 1.0)
        corners = box(left, middle + step - 2.5, right, middle + step + 2.5)
        yield Area(corners, _SPAN, BLUE) if span.is_certain else Area(corners, "#ffffff", INK)
