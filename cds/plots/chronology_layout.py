"""A chronology of doses on a page, and as a table in plain text."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final

from cds.escaping import plain
from cds.plots.chart import MarkKind
from cds.plots.chronology import DAY_STARTS, Chronology, DoseMark
from cds.plots.frame import (
    BODY,
    END,
    GREY,
    GRID,
    HATCH,
    HEADING,
    INK,
    LINE,
    MARGIN,
    MARKS,
    PALE,
    SMALL,
    STROKES,
    TITLE,
    WIDTH,
)
from cds.plots.page import Group, Item, Lines, Marks, Page, Text, hatching, text_width, wrapped
from cds.plots.words import mark_words, words

_LEFT: Final = MARGIN + 32.0
_RIGHT: Final = END
_HEIGHT: Final = 300.0
_HOURS: Final = 24
_STEP: Final = 3
_STARTS: Final = DAY_STARTS / 60.0


def chronology_page(shown: Chronology) -> Page:
    """The chronology on a page."""
    head, top = _head(shown)
    bottom = top + _HEIGHT
    legend, end = _legend(shown, bottom + 16.0)
    title = words("chronology", shown.language, id=shown.patient or "?")
    said = {"clock": _clock(0.0), "at": shown.at_text}
    items = (
        Group("head", title, tuple(head)),
        Group("axis", "", tuple(_axis(shown, top, bottom))),
        Group("unmonitored", words("not_monitored", shown.language), tuple(_unmonitored(shown, top, bottom))),
        Group("doses", "", tuple(_doses(shown, top))),
        Group("legend", "", tuple(legend)),
    )
    description = words("chronology_description", shown.language, **said)
    return Page(WIDTH, end + MARGIN, shown.language, f"{title}, {shown.at_text}", description, items)


def _head(shown: Chronology) -> tuple[list[Item], float]:
    y = MARGIN + 10.0
    first, last = shown.span
    span = words("span", shown.language, first=first, last=last, zone=shown.zone)
    items: list[Item] = []
    title = words("chronology", shown.language, id=shown.patient or "?")
    for place, line in enumerate(wrapped(title, TITLE, END - MARGIN, is_bold=True)):
        y += TITLE + 3.0 if place else 0.0
        items.append(Text(MARGIN, y, line, TITLE, INK, is_bold=True))
    y += LINE + 4.0
    items.append(Text(MARGIN, y, f"{span} · {shown.at_text}", HEADING, GREY))
    for line in wrapped(shown.draft, BODY, END - MARGIN, is_bold=True) if shown.draft else []:
        y += LINE + 2.0
        items.append(Text(MARGIN, y, line, BODY, STROKES["red"], is_bold=True))
    return items, y + 26.0


def _column(shown: Chronology, day: int) -> float:
    """Where a day's column begins."""
    return _LEFT + (_RIGHT - _LEFT) * day / len(shown.labels)


def _row(top: float, hour: float) -> float:
    return top + _HEIGHT * hour / _HOURS


def _clock(hour: float) -> str:
    """The clock time so many hours after the dose day began.

    >>> _clock(0.0), _clock(22.5)
    ('03:00', '01:30')
    """
    minutes = round((hour + _STARTS) * 60.0) % (_HOURS * 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _axis(shown: Chronology, top: float, bottom: float) -> Iterator[Item]:
    hours = range(0, _HOURS + 1, _STEP)
    yield Lines(tuple(((_LEFT, _row(top, each)), (_RIGHT, _row(top, each))) for each in hours), GRID, 0.6)
    for each in hours:
        yield Text(_LEFT - 4.0, _row(top, each) + 2.5, _clock(float(each)), SMALL, GREY, "end")
    days = range(len(shown.labels) + 1)
    yield Lines(tuple(((_column(shown, each), top), (_column(shown, each), bottom)) for each in days), GRID, 0.4)
    room = max(text_width(each, SMALL) for each in shown.labels) + 6.0
    every = max(1, -int(-room // (_column(shown, 1) - _column(shown, 0))))
    for day in range(len(shown.labels) - 1, -1, -every):
        middle = (_column(shown, day) + _column(shown, day + 1)) / 2
        if middle - room / 2 >= _LEFT - 6.0:
            yield Text(middle, top - 6.0, shown.labels[day], SMALL, GREY, "middle")


def _unmonitored(shown: Chronology, top: float, bottom: float) -> Iterator[Item]:
    for day, is_dark in enumerate(shown.unmonitored):
        if is_dark:
            left, right = _column(shown, day), _column(shown, day + 1)
            yield Lines(hatching(left, top, right, bottom, 5.0), HATCH, 0.6)


def _doses(shown: Chronology, top: float) -> Iterator[Item]:
    groups: dict[tuple[MarkKind, bool], list[DoseMark]] = {}
    for each in shown.marks:
        groups.setdefault((each.kind, each.is_set_aside), []).append(each)
    for (kind, is_aside), those in sorted(groups.items()):
        style = MARKS[kind]
        places = tuple(
            ((_column(shown, each.day) + _column(shown, each.day + 1)) / 2, _row(top, each.hour)) for each in those
        )
        titles = tuple(words("planned_at", shown.language, when=each.when, note=each.note) for each in those)
        colour = PALE if is_aside else style.colour
        yield Marks(style.shape, places, style.size, colour, (colour if style.fill else ""), titles)


def _legend(shown: Chronology, top: float) -> tuple[list[Item], float]:
    """Each kind of mark that occurs with its number, what the hatching means, and what stands nowhere."""
    items: list[Item] = []
    x, y = _LEFT, top
    for drawn, said in _samples(shown):
        width = 22.0 + text_width(said, SMALL)
        if x + width > _RIGHT and x > _LEFT:
            x, y = _LEFT, y + LINE + 4.0
        items += [*drawn(x, y), Text(x + 22.0, y, said, SMALL, GREY)]
        x += width + 10.0
    return items, y + 4.0


_Drawn = Callable[[float, float], list[Item]]


def _samples(shown: Chronology) -> Iterator[tuple[_Drawn, str]]:
    """What is drawn before the words, and the words, of each thing that occurs."""
    for kind, count in _counted(shown):
        yield partial(_mark_sample, kind), f"{count} × {mark_words(kind, shown.language)}"
    if any(shown.unmonitored):
        said = f"{sum(shown.unmonitored)} × {words('not_monitored', shown.language)}"
        yield lambda x, y: [Lines(hatching(x, y - 6.0, x + 18.0, y, 5.0), HATCH, 0.6)], said
    aside = sum(each.is_set_aside for each in shown.marks)
    if aside:
        yield lambda x, y: [], words("set_aside", shown.language, n=aside)
    if shown.undated:
        yield lambda x, y: [], f"{shown.undated} × {words('date_only', shown.language)}"


def _mark_sample(kind: MarkKind, x: float, y: float) -> list[Item]:
    style = MARKS[kind]
    return [Marks(style.shape, ((x + 9.0, y - 2.5),), style.size, style.colour, style.fill)]


def _counted(shown: Chronology) -> list[tuple[MarkKind, int]]:
    counted: Counter[MarkKind] = Counter(each.kind for each in shown.marks)
    return sorted(counted.items(), key=lambda each: list(MARKS).index(each[0]))


def chronology_listing(shown: Chronology) -> str:
    """Everything that the picture shows, as a table in plain text."""
    language = shown.language
    first, last = shown.span
    lines = [
        f"{words('chronology', language, id=plain(shown.patient) or '?')}, {shown.at_text}",
        words("span", language, first=first, last=last, zone=shown.zone),
        *([plain(shown.draft)] if shown.draft else []),
        "",
        *(f"  {each.when}  {plain(each.note)}" for each in _in_order(shown.marks)),
        *(
            f"  {label}  {words('not_monitored', language)}"
            for label, is_dark in zip(shown.labels, shown.unmonitored, strict=True)
            if is_dark
        ),
        "",
        *(f"  {said}" for _, said in _samples(shown)),
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _in_order(marks: Iterable[DoseMark]) -> list[DoseMark]:
    return sorted(marks, key=lambda each: (each.day, each.hour, each.note))
