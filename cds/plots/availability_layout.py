"""The chart of supplies and one measure on a page, and as a table in plain text."""

from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Final

from cds.diagnostics import Language
from cds.escaping import plain
from cds.operators.windows import civil_date, civil_day
from cds.plots.availability import AvailabilityChart, MedicationBand, Step, Stretch, said
from cds.plots.axis import date_text
from cds.plots.frame import (
    BAR,
    BLUE,
    BODY,
    END,
    GREY,
    GRID,
    HEADING,
    INK,
    LINE,
    MARGIN,
    MARKS,
    PALE,
    SMALL,
    STAY,
    STROKES,
    TITLE,
    WIDTH,
    border,
)
from cds.plots.page import Area, Group, Item, Lines, Marks, Page, Shape, Text, box, hatching, text_width, wrapped

_LEFT: Final = 148.0
_RIGHT: Final = END
_LEVELS: Final = 3  # supplies one under the other, so that an early refill is seen
_STEP: Final = 8.0
_BOX: Final = 7.0
_BAND: Final = _LEVELS * _STEP + _BOX + 14.0  # at least as high, and as high as its label
_ANY: Final = _BOX + 12.0
_NAME: Final = _LEFT - MARGIN - 8.0  # room for a band's label
_TICKS: Final = 10
_COLOURS: Final = (BLUE, STROKES["orange"], STROKES["green"], "#6b4c9a", STROKES["red"], GREY)


def availability_page(shown: AvailabilityChart) -> Page:
    """The chart on a page."""
    head, top = _head(shown)
    tops = list(accumulate((_height(band) for band in shown.bands), initial=top))
    bottom = tops[-1] + (_ANY if shown.together else 0.0)
    legend, end = _legend(shown, bottom + 16.0)
    title = said("title", shown.language, label=shown.label, id=shown.patient or "?")
    items = (
        Group("head", title, tuple(head)),
        Group("windows", _windows_text(shown), tuple(_windows(shown, top, bottom))),
        Group("axis", "", tuple(_axis(shown, top, bottom))),
        *(
            Group(f"band-{place}", band.label, tuple(_band(shown, band, place, tops[place])))
            for place, band in enumerate(shown.bands)
        ),
        *([Group("together", shown.measure, tuple(_together(shown, tops[-1])))] if shown.together else []),
        Group("legend", "", tuple(legend)),
    )
    described = f"{title}, {shown.measure} {shown.estimate}"
    description = said("description", shown.language)
    return Page(WIDTH, end + MARGIN, shown.language, described, description, items)


def _windows_text(shown: AvailabilityChart) -> str:
    spans = (("follow_up", shown.follow_up), ("observation", shown.observation))
    return " · ".join(
        said(
            key,
            shown.language,
            first=date_text(first, shown.language),
            last=date_text(max(first, after - 1), shown.language),
        )
        for key, (first, after) in spans
    )


def _head(shown: AvailabilityChart) -> tuple[list[Item], float]:
    y = MARGIN + 10.0
    items: list[Item] = []
    title = said("title", shown.language, label=shown.label, id=shown.patient or "?")
    for place, line in enumerate(wrapped(title, TITLE, END - MARGIN, is_bold=True)):
        y += TITLE + 3.0 if place else 0.0
        items.append(Text(MARGIN, y, line, TITLE, INK, is_bold=True))
    y += LINE + 4.0
    items.append(Text(MARGIN, y, _windows_text(shown), HEADING, GREY))
    for line in wrapped(shown.draft, BODY, END - MARGIN, is_bold=True) if shown.draft else []:
        y += LINE + 2.0
        items.append(Text(MARGIN, y, line, BODY, STROKES["red"], is_bold=True))
    y += LINE + 8.0
    items += _estimate(shown, y)
    return items, y + 28.0


def _estimate(shown: AvailabilityChart, y: float) -> Iterator[Item]:
    """The measure with its number, a bar of that length, and the rule."""
    said_so = f"{shown.measure} {shown.estimate}"
    yield Text(MARGIN, y, said_so, HEADING, INK, is_bold=True)
    left = max(_LEFT, MARGIN + text_width(said_so, HEADING, is_bold=True) + 8.0)
    length = 120.0
    yield Area(box(left, y - 7.0, left + length, y + 1.0), "", PALE)
    if shown.share is not None:
        yield Area(box(left, y - 7.0, left + length * min(shown.share, 1.0), y + 1.0), BAR)
    for place, line in enumerate(wrapped(shown.rule, BODY, END - left - length - 8.0)):
        yield Text(left + length + 8.0, y + place * LINE, line, BODY, GREY)


def _x(shown: AvailabilityChart, day: float) -> float:
    share = (day - shown.first) / max(shown.last - shown.first, 1)
    return _LEFT + (_RIGHT - _LEFT) * min(max(share, 0.0), 1.0)


def _windows(shown: AvailabilityChart, top: float, bottom: float) -> Iterator[Item]:
    """The observation window shaded, the follow-up window dashed."""
    left, right = (_x(shown, each) for each in shown.observation)
    yield Area(box(left, top, right, bottom), STAY)
    edges = tuple(((x, top - 8.0), (x, bottom)) for x in (_x(shown, each) for each in shown.follow_up))
    yield Lines(edges, INK, 0.8, (4.0, 3.0))


def _axis(shown: AvailabilityChart, top: float, bottom: float) -> Iterator[Item]:
    days = _months(shown.first, shown.last)
    yield Lines(tuple(((_x(shown, each), top), (_x(shown, each), bottom)) for each in days), GRID, 0.4)
    for day in days:
        text = date_text(day, shown.language)
        x = min(max(_x(shown, day), _LEFT), _RIGHT - text_width(text, SMALL) / 2)
        yield Text(x, top - 10.0, text, SMALL, GREY, "middle")


def _months(first: int, last: int) -> list[int]:
    """Firsts of months between two days, few enough to stand side by side.

    >>> [civil_date(each) for each in _months(civil_day(2026, 1, 15), civil_day(2026, 4, 2))]
    [(2026, 2, 1), (2026, 3, 1), (2026, 4, 1)]
    """
    year, month, _ = civil_date(first)
    ends, end_month, _ = civil_date(last)
    numbers = range(year * 12 + month - 1, ends * 12 + end_month)
    days = [(number, civil_day(number // 12, number % 12 + 1, 1)) for number in numbers]
    inside = [(number, day) for number, day in days if first <= day <= last]
    every = next(each for each in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if len(inside) <= each * _TICKS)
    return [day for number, day in inside if number % every == 0]


def _label(band: MedicationBand) -> list[tuple[str, str]]:
    """The lines beside a band, each with its colour."""
    named = [(line, INK) for line in wrapped(band.label, BODY, _NAME)]
    return [*named, *((line, GREY) for line in wrapped(band.estimate, BODY, _NAME) if band.estimate)]


def _height(band: MedicationBand) -> float:
    return max(_BAND, len(_label(band)) * LINE + 10.0)


def _band(shown: AvailabilityChart, band: MedicationBand, place: int, top: float) -> Iterator[Item]:
    colour = _COLOURS[place % len(_COLOURS)]
    bottom = top + _height(band)
    for line, (text, ink) in enumerate(_label(band)):
        yield Text(MARGIN, top + 12.0 + line * LINE, text, BODY, ink)
    for number, step in enumerate(band.steps):
        yield from _boxes(shown, step, bottom - _BOX - 5.0)
        yield from _supply(shown, step, top + 8.0 + (number % _LEVELS) * _STEP, colour)
    yield _frame(top, bottom)


def _frame(top: float, bottom: float) -> Item:
    corners = border(top, bottom).paths[0]
    return Lines((tuple((_RIGHT if x > _LEFT else x, y) for x, y in corners),), PALE, 0.5)


def _together(shown: AvailabilityChart, top: float) -> Iterator[Item]:
    """The days with at least one of the medications."""
    for line, text in enumerate(wrapped(shown.measure, BODY, _NAME)[:2]):
        yield Text(MARGIN, top + 12.0 + line * LINE, text, BODY, INK, is_bold=True)
    for stretch in shown.together:
        left, right = _x(shown, stretch.start), _x(shown, stretch.end)
        yield _days(stretch.kind, left, right, top + 6.0)
    yield _frame(top, top + _ANY)


def _days(kind: str, left: float, right: float, top: float) -> Item:
    """Days with medicine filled, days without hollow, and hatched those of which nobody knows."""
    if kind == "unknown":
        return Lines(hatching(left, top, right, top + _BOX, 4.0), GREY, 0.6)
    corners = box(left, top, right, top + _BOX)
    return Area(corners, BAR) if kind == "covered" else Area(corners, "", STROKES["red"])


def _boxes(shown: AvailabilityChart, step: Step, base: float) -> Iterator[Item]:
    """The days from a supply to the next one: those with medicine, and the others."""
    if step.covered_until is None or step.next_day is None:
        return
    begins, covered, ends = (_x(shown, each) for each in (step.day, step.covered_until, step.next_day))
    if covered > begins:
        yield _days("covered", begins, covered, base)
    if ends > covered:
        yield _days("unknown" if step.used_until is None else "without", covered, ends, base)


def _supply(shown: AvailabilityChart, step: Step, y: float, colour: str) -> Iterator[Item]:
    """When it was handed out, dotted until it is used, and for how long it lasts."""
    day, begins = _x(shown, step.day), _x(shown, step.used_from)
    if begins > day:
        yield Lines((((day, y), (begins, y)),), colour, 0.7, (1.0, 2.0))
    if step.used_until is None:
        yield Marks("ring", ((day, y),), 2.7, INK, "", (step.text,))
        return
    yield Lines((((begins, y), (_x(shown, step.used_until), y)),), colour, 3.0)
    style = MARKS["handed_out"]
    yield Marks(style.shape, ((day, y),), 2.4, colour, "", (step.text,))


_Drawn = Callable[[float, float], list[Item]]


def _samples(shown: AvailabilityChart) -> Iterator[tuple[_Drawn, str]]:
    """Each sign that occurs, with its words."""

    def days(kind: str) -> _Drawn:
        return lambda x, y: [_days(kind, x, x + 18.0, y - _BOX)]

    def mark(shape: Shape, size: float, colour: str) -> _Drawn:
        return lambda x, y: [Marks(shape, ((x + 9.0, y - 3.0),), size, colour)]

    def line(colour: str, width: float, dash: tuple[float, ...]) -> _Drawn:
        return lambda x, y: [Lines((((x, y - 3.0), (x + 18.0, y - 3.0)),), colour, width, dash)]

    def shaded(x: float, y: float) -> list[Item]:
        return [Area(box(x, y - 7.0, x + 18.0, y), STAY)]

    is_open = any(step.used_until is None for band in shown.bands for step in band.steps)
    signs: list[tuple[_Drawn, str, bool]] = [
        (mark(MARKS["handed_out"].shape, 2.4, BLUE), "handed_out", True),
        (line(BLUE, 0.7, (1.0, 2.0)), "waits", True),
        (mark("ring", 2.7, INK), "days_not_known", is_open),
        (days("covered"), "covered", True),
        (days("without"), "without", True),
        (days("unknown"), "not_known", is_open),
        (line(INK, 0.8, (4.0, 3.0)), "follow_up_window", True),
        (shaded, "observation_window", True),
    ]
    yield from ((drawn, said(key, shown.language)) for drawn, key, is_shown in signs if is_shown)
    for issue in shown.issues:
        yield (lambda x, y: [Text(x + 9.0, y, "?", SMALL, INK, "middle", is_bold=True)]), issue


def _legend(shown: AvailabilityChart, top: float) -> tuple[list[Item], float]:
    items: list[Item] = []
    x, y = _LEFT, top
    for drawn, text in _samples(shown):
        width = 22.0 + text_width(text, SMALL)
        if x + width > _RIGHT and x > _LEFT:
            x, y = _LEFT, y + LINE + 4.0
        items += [*drawn(x, y), Text(x + 22.0, y, text, SMALL, GREY)]
        x += width + 10.0
    return items, y + 4.0


def availability_listing(shown: AvailabilityChart) -> str:
    """Everything that the picture shows, as a table in plain text."""
    lines = [
        said("title", shown.language, label=plain(shown.label), id=plain(shown.patient) or "?"),
        _windows_text(shown),
        *([plain(shown.draft)] if shown.draft else []),
        "",
        f"{shown.measure} {shown.estimate} ({shown.rule})",
    ]
    for band in shown.bands:
        estimate = f" ({band.estimate})" if band.estimate else ""
        lines += ["", plain(band.label) + estimate, *(f"  {plain(step.text)}" for step in band.steps)]
    lines += (
        ["", shown.measure, *(_stretch_words(each, shown.language) for each in shown.together)]
        if shown.together
        else []
    )
    lines += ["", *(plain(issue) for issue in shown.issues)] if shown.issues else []
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _stretch_words(stretch: Stretch, language: Language) -> str:
    first, last = (date_text(int(day), language) for day in (stretch.start, max(stretch.start, stretch.end - 1)))
    return f"  {said(f'stretch_{stretch.kind}', language, first=first, last=last)}"
