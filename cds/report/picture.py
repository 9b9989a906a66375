"""A report as a chart: for each group a bar of what the rule says, those of whom it cannot be told hatched."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from cds.diagnostics import Language
from cds.escaping import plain
from cds.plots.frame import BLUE, BODY, END, GREY, GRID, HATCH, HEADING, INK, LINE, MARGIN, SMALL, STROKES, TITLE, WIDTH
from cds.plots.page import Area, Group, Item, Lines, Page, Text, box, hatching, wrapped
from cds.report.making import Report, Row
from cds.report.words import (
    HIDDEN,
    count_words,
    drafts,
    group_words,
    held_back_words,
    share_words,
    title,
    words,
)
from cds.result import text_in

_LEFT: Final = 230.0  # where bars begin
_RIGHT: Final = 640.0  # and end, at 100 %
_ASIDE: Final = 654.0
_BAR: Final = 9.0
_ROW: Final = 15.0
_REST: Final = "#d7e0ea"


def page_of(report: Report, language: Language) -> Page:
    """The report on a page as wide as A4 on its side and as high as it takes."""
    y = MARGIN + TITLE
    items: list[Item] = [Text(MARGIN, y, title(report, language), TITLE, INK, is_bold=True)]
    for text, colour in ((drafts(report, language), STROKES["red"]), (words("unknown_apart", language), GREY)):
        for line in wrapped(plain(text), BODY, END - MARGIN) if text else ():
            y += LINE + 2.0
            items.append(Text(MARGIN, y, line, BODY, colour))
    for number, (_, rows) in enumerate(groupby(report.rows, key=lambda row: (row.indicator.id, row.rule)), 1):
        group, y = _indicator(list(rows), report, language, y + 24.0, number)
        items.append(group)
    for line in wrapped(held_back_words(report, language), BODY, END - MARGIN):
        y += LINE + 4.0
        items.append(Text(MARGIN, y, line, BODY, GREY))
    return Page(WIDTH, y + MARGIN, language, title(report, language), words("unknown_apart", language), tuple(items))


def _indicator(rows: Sequence[Row], report: Report, language: Language, y: float, number: int) -> tuple[Group, float]:
    """The bars of one indicator; where they end."""
    name = plain(f"{text_in(rows[0].indicator.title, language)[0]} ({rows[0].rule})")
    items: list[Item] = []
    for line in wrapped(name, HEADING, END - MARGIN, is_bold=True):
        items.append(Text(MARGIN, y, line, HEADING, INK, is_bold=True))
        y += LINE + 1.0
    for _, group in groupby(rows, key=lambda row: tuple(row.groups.items())):
        items += _group({row.what: row for row in group if not row.detail}, report, language, y)
        y += _ROW
    return Group(f"indicator-{number}", name, tuple(items)), y


def _group(told: dict[str, Row], report: Report, language: Language, y: float) -> Iterator[Item]:
    numerator, denominator, unknown, asked = (told[each] for each in ("numerator", "denominator", "unknown", "asked"))
    label = wrapped(plain(group_words(numerator, report, language)), SMALL, _LEFT - MARGIN - 8.0)[0]
    yield Text(MARGIN, y + _BAR - 2.0, label, SMALL, INK)
    counts = numerator.count, denominator.count, unknown.count, asked.count
    yield from _bar(counts, y)
    is_hidden = numerator.is_suppressed or denominator.is_suppressed
    share = share_words(numerator.share, is_hidden, language)
    said = f"{share} ({count_words(numerator.count)}/{count_words(denominator.count)}), {count_words(unknown.count)} ?"
    yield Text(_ASIDE, y + _BAR - 2.0, said, SMALL, INK)


def _bar(counts: tuple[int | None, ...], y: float) -> Iterator[Item]:
    """Numerator, rest and unknown as parts of all that were asked; only its edge when one is held back."""
    numerator, denominator, unknown, asked = counts
    edge = box(_LEFT, y, _RIGHT, y + _BAR)
    if None in counts:
        yield Area(edge, "", GRID)
        yield Text((_LEFT + _RIGHT) / 2, y + _BAR - 2.0, HIDDEN, SMALL, GREY, "middle")
    elif asked and numerator is not None and denominator is not None and unknown is not None:
        ends = [_LEFT + (_RIGHT - _LEFT) * part / asked for part in (numerator, denominator)]
        yield Area(box(_LEFT, y, ends[0], y + _BAR), BLUE)
        yield Area(box(ends[0], y, ends[1], y + _BAR), _REST)
        if unknown:
            yield Lines(hatching(ends[1], y, _RIGHT, y + _BAR, 4.0), HATCH, 0.6)
        yield Area(edge, "", GREY)
