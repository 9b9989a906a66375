"""The chart of supplies and one measure on a page, and as a table in plain text."""

from collections.abc import Callable, Iterator
from typing import Final

from cds.escaping import plain
from cds.operators.windows import civil_date, civil_day
from cds.plots.availability import AvailabilityChart, MedicationBand, Step, said
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
from cds.plots.page import Area, Group, Item, Lines, Marks, Page, Text, box, hatching, text_width, wrapped

_LEFT: Final = 148.0
_RIGHT: Final = END
_LEVELS: Final = 3  # supplies one under the other, so that an early refill is seen
_STEP: Final = 8.0
_BOX: Final = 7.0
_BAND: Final = _LEVELS * _STEP + _BOX + 14.0
_TICKS: Final = 10
_COLOURS: Final = (BLUE, STROKES["orange"], STROKES["green"], "#6b4c9a", STROKES["red"], GREY)


def availability_page(shown: AvailabilityChart) -> Page:
    """The chart on a page."""
    head, top = _head(shown)
    bottom = top + max(len(shown.bands), 1) * _BAND
    legend, end = _legend(shown, bottom + 16.0)
    title = said("title", shown.language, label=shown.label, id=shown.patient or "?")
    items = (
        Group("head", title, tuple(head)),
        Group("windows", _windows_text(shown), tuple(_windows(shown, top, bottom))),
        Group("axis", "", tuple(_axis(shown, top, bottom))),
        *(
            Group(f"band-{place}", band.label, tuple(_band(shown, band, place, top + place * _BAND)))
            for place, band in enumerate(shown.bands)
        ),
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
    yield Text(MARGIN, y, f"{shown.measure} {shown.estimate}", HEADING, INK, is_bold=True)
    length = 120.0
    yield Area(box(_LEFT, y - 7.0, _LEFT + length, y + 1.0), "", PALE)
    if shown.share is not None:
        yield Area(box(_LEFT, y - 7.0, _LEFT + length * min(shown.share, 1.0), y + 1.0), BAR)
    yield Text(_LEFT + length + 8.0, y, shown.rule, BODY, GREY)


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


def _band(shown: AvailabilityChart, band: MedicationBand, place: int, top: float) -> Iterator[Item]:
    colour = _COLOURS[place % len(_COLOURS)]
    for line, text in enumerate(wrapped(band.label, BODY, _LEFT - MARGIN - 8.0)[:3]):
        yield Text(MARGIN, top + 12.0 + line * LINE, text, BODY, INK)
    base = top + _BAND - _BOX - 5.0
    for number, step in enumerate(band.steps):
        yield from _boxes(shown, step, base)
        yield from _supply(shown, step, top + 8.0 + (number % _LEVELS) * _STEP, colour)
    frame = border(top, top + _BAND)
    yield Lines((tuple((_RIGHT if x > _LEFT else x, y) for x, y in frame.paths[0]),), PALE, 0.5)


def _boxes(shown: AvailabilityChart, step: Step, base: float) -> Iterator[Item]:
    """Days with medicine filled, days without hollow, and hatched those of which nobody knows."""
    if step.covered_until is None or step.next_day is None:
        return
    begins, covered, ends = (_x(shown, each) for each in (step.day, step.covered_until, step.next_day))
    if covered > begins:
        yield Area(box(begins, base, covered, base + _BOX), BAR)
    if step.used_until is None:
        yield Lines(hatching(covered, base, ends, base + _BOX, 4.0), GREY, 0.6)
    elif ends > covered:
        yield Area(box(covered, base, ends, base + _BOX), "", STROKES["red"])


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
    def filled(x: float, y: float) -> list[Item]:
        return [Area(box(x, y - 6.0, x + 18.0, y), BAR)]

    def hollow(x: float, y: float) -> list[Item]:
        return [Area(box(x, y - 6.0, x + 18.0, y), "", STROKES["red"])]

    def dotted(x: float, y: float) -> list[Item]:
        return [Lines((((x, y - 3.0), (x + 18.0, y - 3.0)),), BLUE, 0.7, (1.0, 2.0))]

    def hatched(x: float, y: float) -> list[Item]:
        return [Lines(hatching(x, y - 6.0, x + 18.0, y, 4.0), GREY, 0.6)]

    yield filled, said("covered", shown.language)
    yield hollow, said("without", shown.language)
    yield dotted, said("waits", shown.language)
    if any(step.used_until is None for band in shown.bands for step in band.steps):
        yield hatched, said("not_known", shown.language)
    for issue in shown.issues:
        yield (lambda x, y: []), issue


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
        lines += ["", plain(band.label), *(f"  {plain(step.text)}" for step in band.steps)]
    lines += ["", *(plain(issue) for issue in shown.issues)] if shown.issues else []
    return "\n".join(line.rstrip() for line in lines) + "\n"
