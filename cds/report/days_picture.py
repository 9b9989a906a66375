"""Doses and supply of a population day by day: a column for each day."""

from collections.abc import Callable, Iterator
from itertools import takewhile
from typing import Final

from cds.diagnostics import Language
from cds.plots.axis import date_text, day_text
from cds.plots.frame import BAR, BLUE, BODY, END, GREY, GRID, HATCH, HEADING, INK, LINE, MARGIN, SMALL, TITLE, WIDTH
from cds.plots.page import Area, Group, Item, Lines, Page, Text, box, hatching, text_width, wrapped
from cds.report.days import ASKED, UNKNOWN, Daily, Day, said, span_words
from cds.report.words import HIDDEN, count_words

_LEFT: Final = 64.0
_HEIGHT: Final = 200.0
_GAP: Final = 0.16  # of a day's width, on either side of its column
_FILLS: Final = (BLUE, BAR, "#ffffff")  # dark, middle and white, so that they differ without colour too
_QUARTERS: Final = (0, 25, 50, 75, 100)
_HATCH_STEP: Final = 4.0


def page_of_days(shown: Daily, language: Language) -> Page:
    """The picture on a page."""
    title = said(shown.kind, language, label=shown.label[language])
    head, top = _head(shown, title, language)
    bottom = top + _HEIGHT
    legend, end = _legend(shown, bottom + 40.0, language)
    items = (
        Group("head", title, tuple(head)),
        Group("axis", "", tuple(_axis(top, bottom))),
        *(
            Group(f"day-{place}", _in_words(shown, day, language), tuple(_column(shown, place, top, bottom)))
            for place, day in enumerate(shown.days)
        ),
        Group("dates", "", tuple(_dates(shown, bottom, language))),
        Group("legend", "", tuple(legend)),
    )
    return Page(WIDTH, end + MARGIN, language, title, said(f"{shown.kind}_share", language), items)


def _head(shown: Daily, title: str, language: Language) -> tuple[list[Item], float]:
    y = MARGIN + 10.0
    items: list[Item] = []
    for place, line in enumerate(wrapped(title, TITLE, END - MARGIN, is_bold=True)):
        y += TITLE + 3.0 if place else 0.0
        items.append(Text(MARGIN, y, line, TITLE, INK, is_bold=True))
    y += LINE + 4.0
    items.append(Text(MARGIN, y, span_words(shown, language), HEADING, GREY))
    for line in wrapped(said(f"{shown.kind}_share", language), BODY, END - MARGIN):
        y += LINE + 2.0
        items.append(Text(MARGIN, y, line, BODY, GREY))
    return items, y + 22.0


def _axis(top: float, bottom: float) -> Iterator[Item]:
    for percent in _QUARTERS:
        y = bottom - (bottom - top) * percent / 100
        yield Lines((((_LEFT, y), (END, y)),), GRID, 0.5)
        yield Text(_LEFT - 6.0, y + 2.5, f"{percent} %", SMALL, GREY, "end")


def _edges(shown: Daily, place: int) -> tuple[float, float]:
    wide = (END - _LEFT) / len(shown.days)
    return _LEFT + wide * (place + _GAP), _LEFT + wide * (place + 1 - _GAP)


def _column(shown: Daily, place: int, top: float, bottom: float) -> Iterator[Item]:
    """The fates of a day one above the other; from the first one that is held back on, only a dashed edge."""
    day = shown.days[place]
    left, right = _edges(shown, place)
    asked = day.counts[ASKED]
    if asked == 0:
        yield Text((left + right) / 2, bottom - 3.0, "–", BODY, GREY, "middle")
        return
    y = bottom
    for fate, count in zip(shown.fates, _told_from_below(shown, day), strict=False):
        if count:
            high = y - (bottom - top) * count / (asked or 1)
            yield from _part(shown, fate, left, right, y, high)
            y = high
    if day.is_suppressed:
        corners = box(left, top, right, y)
        yield Lines(((*corners, corners[0]),), GREY, 0.6, (2.0, 2.0))
        yield Text((left + right) / 2, top - 3.0, HIDDEN, BODY, GREY, "middle")


def _told_from_below(shown: Daily, day: Day) -> Iterator[int]:
    """The counts of the fates that can be stacked, up to the first one that is held back."""
    if day.counts[ASKED] is not None:
        counts = (day.counts[fate] for fate in shown.fates)
        yield from (count for count in takewhile(lambda count: count is not None, counts) if count is not None)


def _part(shown: Daily, fate: str, left: float, right: float, low: float, high: float) -> Iterator[Item]:
    if fate == UNKNOWN:
        yield Lines(hatching(left, high, right, low, _HATCH_STEP), HATCH, 0.8)
        yield Area(box(left, high, right, low), "", GREY)
    else:
        yield Area(box(left, high, right, low), _fill(shown, fate), GREY)


def _fill(shown: Daily, fate: str) -> str:
    """Dark for the good fate, white for the last one that is known."""
    known = [each for each in shown.fates if each != UNKNOWN]
    return _FILLS[-1] if fate == known[-1] else _FILLS[known.index(fate)]


def _dates(shown: Daily, bottom: float, language: Language) -> Iterator[Item]:
    """How many patients a column is of, and its date, as many as there is room for."""
    widest = max(text_width(day_text(day.day, language), SMALL) for day in shown.days) + 6.0
    wide = (END - _LEFT) / len(shown.days)
    every = max(1, -int(-widest // wide))
    yield Text(_LEFT - 6.0, bottom + 11.0, "n", SMALL, GREY, "end")
    for place in range(len(shown.days) - 1, -1, -every):
        middle = sum(_edges(shown, place)) / 2
        day = shown.days[place]
        yield Text(middle, bottom + 11.0, count_words(day.counts[ASKED]), SMALL, INK, "middle")
        yield Text(middle, bottom + 22.0, day_text(day.day, language), SMALL, GREY, "middle")


_Drawn = Callable[[float, float], list[Item]]


def _samples(shown: Daily, language: Language) -> Iterator[tuple[_Drawn, str]]:
    for fate in shown.fates:
        yield (lambda x, y, fate=fate: list(_part(shown, fate, x, x + 14.0, y, y - 7.0))), said(fate, language)
    if any(day.is_suppressed for day in shown.days):
        words = said("hidden", language, sign=HIDDEN, least=shown.least)
        yield (lambda x, y: [Lines(((*box(x, y - 7.0, x + 14.0, y), (x, y - 7.0)),), GREY, 0.6, (2.0, 2.0))]), words
    if any(day.counts[ASKED] == 0 for day in shown.days):
        yield (lambda x, y: [Text(x + 7.0, y, "–", BODY, GREY, "middle")]), said("nobody", language)


def _legend(shown: Daily, top: float, language: Language) -> tuple[list[Item], float]:
    items: list[Item] = []
    x, y = _LEFT, top
    for drawn, text in _samples(shown, language):
        width = 18.0 + text_width(text, SMALL)
        if x + width > END and x > _LEFT:
            x, y = _LEFT, y + LINE + 4.0
        items += [*drawn(x, y), Text(x + 18.0, y, text, SMALL, GREY)]
        x += width + 14.0
    return items, y + 4.0


def _in_words(shown: Daily, day: Day, language: Language) -> str:
    counts = (f"{said(name, language)} {count_words(day.counts[name])}" for name in (ASKED, *shown.fates))
    return f"{date_text(day.day, language)}: {', '.join(counts)}"
