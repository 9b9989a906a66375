"""A chart laid out on a page that is as wide as A4 on its side and as high as it takes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from cds.plots.chart import Chart, ReadingBand
from cds.plots.frame import (
    BODY,
    END,
    GREY,
    GRID,
    HATCH,
    HEADING,
    INK,
    LATER,
    LEFT,
    LINE,
    MARGIN,
    RIGHT,
    SMALL,
    STAY,
    STROKES,
    TITLE,
    WIDTH,
    Frame,
    across,
    note_sign,
)
from cds.plots.page import Area, Group, Item, Lines, Page, Text, box, hatching, text_width, wrapped
from cds.plots.reading_layout import reading_group
from cds.plots.row_layout import row_group
from cds.plots.words import words

_GAP: Final = 4.0
_WORDS: Final = 138.0  # room for the word before a finding
_DAYS: Final = 220.0  # room for the days beside the title
_MOST_ISSUES: Final = 5


def page_of(chart: Chart) -> Page:
    """The chart on a page."""
    frame = Frame(chart)
    head, top = _head(chart)
    bands, bottom = _bands(frame, top)
    legend, below = _legend(chart, bottom)
    findings, end = _findings(chart, below)
    items = (
        Group("head", words("title", chart.language, id=chart.patient or "?"), tuple(head)),
        Group(
            "axis",
            words("span", chart.language, first=chart.days[0], last=chart.days[1], zone=chart.zone),
            tuple(_axis(frame, top, bottom)),
        ),
        *bands,
        Group("at", chart.at_text, tuple(_at(frame, top, bottom))),
        Group("legend", "", tuple(legend)),
        Group("findings", words("findings_at", chart.language, at=chart.at_text), tuple(findings)),
    )
    title = words("title", chart.language, id=chart.patient or "?")
    description = words("description", chart.language, at=chart.at_text)
    return Page(WIDTH, end + MARGIN, chart.language, f"{title}, {chart.at_text}", description, items)


def _head(chart: Chart) -> tuple[list[Item], float]:
    """Title, days, rulesets and the warning about drafts; where the bands begin."""
    language = chart.language
    y = MARGIN + 10.0
    days = words("span", language, first=chart.days[0], last=chart.days[1], zone=chart.zone)
    items: list[Item] = [Text(END, y, days, HEADING, GREY, "end")]
    title = words("title", language, id=chart.patient or "?")
    for place, line in enumerate(wrapped(title, TITLE, END - MARGIN - _DAYS, is_bold=True)):
        y += TITLE + 3.0 if place else 0.0
        items.append(Text(MARGIN, y, line, TITLE, INK, is_bold=True))
    for line in wrapped(" · ".join(chart.rulesets), BODY, END - MARGIN):
        y += LINE + 2.0
        items.append(Text(MARGIN, y, line, BODY, GREY))
    if chart.draft:
        for line in wrapped(chart.draft, BODY, END - MARGIN, is_bold=True):
            y += LINE + 2.0
            items.append(Text(MARGIN, y, line, BODY, STROKES["red"], is_bold=True))
    return items, y + 34.0


def _bands(frame: Frame, top: float) -> tuple[list[Group], float]:
    groups: list[Group] = []
    y = top
    for band in frame.chart.bands:
        group, height = reading_group(frame, band, y) if isinstance(band, ReadingBand) else row_group(frame, band, y)
        repeated = sum(each.key == band.key for each in frame.chart.bands[: len(groups)])
        groups.append(replace(group, name=f"{group.name}-{repeated + 1}") if repeated else group)
        y += height + _GAP
    return groups, max(y - _GAP, top + 20.0)


def _axis(frame: Frame, top: float, bottom: float) -> Iterator[Item]:
    """What lies behind all bands: stays, days, and the time that has not come."""
    chart = frame.chart
    yield Area(box(frame.x(chart.at), top, RIGHT, bottom), LATER)
    yield from frame.stays(top - 2.0, bottom)
    yield Lines(
        tuple(((frame.x(each.time), top - 2.0), (frame.x(each.time), bottom)) for each in chart.ticks), GRID, 0.6
    )
    for each in chart.ticks:
        yield Text(frame.x(each.time) + 1.0, top - 16.0, each.text, SMALL, GREY)


def _at(frame: Frame, top: float, bottom: float) -> Iterator[Item]:
    x = frame.x(frame.chart.at)
    yield Lines((((x, top - 4.0), (x, bottom)),), INK, 1.1)
    yield Text(x + 1.0, top - 5.5, frame.chart.at_text, SMALL, INK, "end", is_bold=True)


def _legend(chart: Chart, top: float) -> tuple[list[Item], float]:
    """What the hatching and the lines mean, of those that occur."""
    y = top + 14.0
    x = LEFT
    items: list[Item] = []
    for name, drawn in _samples(chart):
        said = words(name, chart.language)
        items += drawn(x, y)
        items.append(Text(x + 22.0, y, said, SMALL, GREY))
        x += 30.0 + text_width(said, SMALL)
    return items, y + 4.0 if items else top


def _samples(chart: Chart) -> Iterator[tuple[str, Callable[[float, float], list[Item]]]]:
    """The key of the words and what is drawn before them, of each thing that occurs."""
    stretches = {each.kind for band in chart.bands for each in band.stretches}
    lines = [each for band in chart.bands if band.marks for each in band.limits if each.part is not None]
    if "no_data" in stretches:
        yield "no_readings", lambda x, y: [Lines(hatching(x, y - 6.0, x + 18.0, y, 9.0), HATCH, 0.6)]
    if "not_supplied" in stretches:
        yield "not_supplied", lambda x, y: [Lines(hatching(x, y - 6.0, x + 18.0, y, 4.0), HATCH, 0.6)]
    if any(each.is_single for each in lines):
        yield "single", lambda x, y: [Lines((((x, y - 2.5), (x + 18.0, y - 2.5)),), GREY, 0.9)]
    if any(not each.is_single for each in lines):
        yield "several", lambda x, y: [Lines((((x, y - 2.5), (x + 18.0, y - 2.5)),), GREY, 0.9, (4.0, 2.5))]
    if chart.stays:
        yield "stay", lambda x, y: [Area(box(x, y - 6.0, x + 18.0, y + 1.0), STAY)]


def _findings(chart: Chart, top: float) -> tuple[list[Item], float]:
    y = top + 18.0
    said = f"{words('findings_at', chart.language, at=chart.at_text)}: {chart.totals}"
    items: list[Item] = [across(y - 12.0), Text(MARGIN, y, said, HEADING, INK, is_bold=True)]
    for note in chart.findings:
        y += LINE + 2.5
        items.append(note_sign(note, MARGIN + 4.0, y))
        items.append(Text(MARGIN + 12.0, y, note.word, BODY, INK, is_bold=note.sign not in ("quiet", "plain")))
        indent = MARGIN + 12.0 + _WORDS if note.word else MARGIN + 12.0
        for place, line in enumerate(wrapped(note.text, BODY, END - indent)):
            y += LINE if place else 0.0
            items.append(Text(indent, y, line, BODY, INK))
    return [*items, *(drawn := list(_issues(chart, y)))], y + len(drawn) * LINE + (8.0 if drawn else 0.0)


def _issues(chart: Chart, y: float) -> Iterator[Item]:
    if not chart.issues:
        return
    y += LINE + 8.0
    yield Text(MARGIN, y, words("issues", chart.language), BODY, INK, is_bold=True)
    shown = [line for each in chart.issues[:_MOST_ISSUES] for line in wrapped(each, SMALL, END - MARGIN - 12.0)]
    if len(chart.issues) > _MOST_ISSUES:
        shown.append(words("more", chart.language, n=len(chart.issues) - _MOST_ISSUES))
    for line in shown:
        y += LINE
        yield Text(MARGIN + 12.0, y, line, SMALL, GREY)
