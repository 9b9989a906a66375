"""A day profile on a page, and as a table in plain text."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from cds.escaping import plain
from cds.plots.frame import (
    BLUE,
    BODY,
    END,
    GREY,
    GRID,
    HATCH,
    HEADING,
    INK,
    LINE,
    MARGIN,
    SMALL,
    STROKES,
    TITLE,
    WIDTH,
)
from cds.plots.page import Area, Group, Item, Lines, Page, Text, box, hatching, text_width, wrapped
from cds.plots.profile import LEAST_DAYS, PERCENTILES, STRETCH, Profile
from cds.plots.reading_layout import Scale, scale_of
from cds.plots.words import limit_name, words
from cds.sentences import Sentences, say
from cds.wording import number_text, unit_text

WORDS: Final[Sentences] = {
    "title": (
        "Døgnprofil, {label}, pasient {id}",
        "Døgnprofil, {label}, pasient {id}",
        "Day profile, {label}, patient {id}",
    ),
    "description": (
        "Målinger over {days} dager etter klokkeslett: midtlinjen er medianen, det mørke båndet halvparten av "
        "målingene, det lyse ni av ti. Ingenting etter {at} er brukt.",
        "Målingar over {days} dagar etter klokkeslett: midtlinja er medianen, det mørke bandet halvparten av "
        "målingane, det lyse ni av ti. Ingenting etter {at} er brukt.",
        "Readings over {days} days by time of day: the line is the median, the dark band half of the readings, the "
        "light one nine of ten. Nothing after {at} is used.",
    ),
    "counted": (
        "{readings} målinger på {days} dager",
        "{readings} målingar på {days} dagar",
        "{readings} readings on {days} days",
    ),
    "median": ("median", "median", "median"),
    "half": ("25.–75. persentil", "25.–75. persentil", "25th to 75th percentile"),
    "most": ("5.–95. persentil", "5.–95. persentil", "5th to 95th percentile"),
    "open": (
        "målinger på færre enn {n} dager",
        "målingar på færre enn {n} dagar",
        "readings on fewer than {n} days",
    ),
}
_LEFT: Final = MARGIN + 40.0
_RIGHT: Final = END - 150.0
_HEIGHT: Final = 280.0
_PALE: Final = "#dbe5ef"
_DARK: Final = "#a9c1d9"
_HOURS: Final = range(0, 25, 3)


def profile_page(shown: Profile) -> Page:
    """The day profile on a page."""
    head, top = _head(shown)
    bottom = top + _HEIGHT
    scale = _scale(shown, top, bottom)
    legend, end = _legend(shown, bottom + 26.0)
    title = _said("title", shown, label=shown.label, id=shown.patient or "?")
    items = (
        Group("head", title, tuple(head)),
        Group("axis", "", tuple(_axis(shown, scale, top, bottom))),
        Group("open", _said("open", shown, n=LEAST_DAYS), tuple(_open(shown, top, bottom))),
        Group("bands", "", tuple(_bands(shown, scale))),
        Group("limits", "", tuple(_limits(shown, scale))),
        Group("legend", "", tuple(legend)),
    )
    description = _said("description", shown, days=shown.days, at=shown.at_text)
    return Page(WIDTH, end + MARGIN, shown.language, f"{title}, {shown.at_text}", description, items)


def _said(key: str, shown: Profile, **values: object) -> str:
    return say(key, shown.language, WORDS, **values)


def _head(shown: Profile) -> tuple[list[Item], float]:
    y = MARGIN + 10.0
    items: list[Item] = []
    title = _said("title", shown, label=shown.label, id=shown.patient or "?")
    for place, line in enumerate(wrapped(title, TITLE, END - MARGIN, is_bold=True)):
        y += TITLE + 3.0 if place else 0.0
        items.append(Text(MARGIN, y, line, TITLE, INK, is_bold=True))
    y += LINE + 4.0
    span = words("span", shown.language, first=shown.span[0], last=shown.span[1], zone=shown.zone)
    items.append(Text(MARGIN, y, f"{span} · {shown.at_text} · {_counted(shown)}", HEADING, GREY))
    for line in wrapped(shown.draft, BODY, END - MARGIN, is_bold=True) if shown.draft else []:
        y += LINE + 2.0
        items.append(Text(MARGIN, y, line, BODY, STROKES["red"], is_bold=True))
    return items, y + 20.0


def _counted(shown: Profile) -> str:
    return _said("counted", shown, readings=shown.readings, days=shown.days)


def _scale(shown: Profile, top: float, bottom: float) -> Scale:
    values = [value for each in shown.stretches for value in each]
    limits = [each.value for each in shown.limits if each.value is not None]
    return scale_of([*values, *limits] or [0.0, 1.0], shown.decimals, top, bottom)


def _x(hour: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * hour / 24.0


def _begins(place: int) -> float:
    """Hours after 00:00 at which a stretch begins."""
    return place * STRETCH / 60.0


def _axis(shown: Profile, scale: Scale, top: float, bottom: float) -> Iterator[Item]:
    yield Lines(tuple(((_x(hour), top), (_x(hour), bottom)) for hour in _HOURS), GRID, 0.5)
    for hour in _HOURS:
        yield Text(_x(hour), bottom + 11.0, f"{hour:02}:00", SMALL, GREY, "middle")
    yield Text(_LEFT - 4.0, top - 6.0, unit_text(shown.unit, 0.0, shown.language), SMALL, GREY, "end")
    for tick in scale.ticks():
        yield Lines((((_LEFT, scale.y(tick)), (_RIGHT, scale.y(tick))),), GRID, 0.5)
        text = number_text(tick, shown.decimals, shown.language)
        yield Text(_LEFT - 4.0, scale.y(tick) + 2.5, text, SMALL, GREY, "end")


def _open(shown: Profile, top: float, bottom: float) -> Iterator[Item]:
    for place, each in enumerate(shown.stretches):
        if not each:
            left, right = _x(_begins(place)), _x(_begins(place + 1))
            yield Lines(hatching(left, top, right, bottom, 5.0), HATCH, 0.6)


def _runs(shown: Profile) -> Iterator[list[tuple[float, tuple[float, ...]]]]:
    """Stretches that follow each other without an open one: the hour of each one's middle, and its percentiles."""
    for is_open, run in groupby(enumerate(shown.stretches), key=lambda each: not each[1]):
        if not is_open:
            yield [(_begins(place) + STRETCH / 120.0, each) for place, each in run]


def _bands(shown: Profile, scale: Scale) -> Iterator[Item]:
    for run in _runs(shown):
        for low, high, colour in ((0, 4, _PALE), (1, 3, _DARK)):
            above = [(_x(hour), scale.y(each[high])) for hour, each in _widened(run)]
            below = [(_x(hour), scale.y(each[low])) for hour, each in _widened(run)]
            yield Area((*above, *reversed(below)), colour)
        yield Lines((tuple((_x(hour), scale.y(each[2])) for hour, each in _widened(run)),), BLUE, 1.6)


def _widened(run: list[tuple[float, tuple[float, ...]]]) -> list[tuple[float, tuple[float, ...]]]:
    """The run from the beginning of its first stretch to the end of its last."""
    half = STRETCH / 120.0
    return [(run[0][0] - half, run[0][1]), *run, (run[-1][0] + half, run[-1][1])]


def _limits(shown: Profile, scale: Scale) -> Iterator[Item]:
    taken = 0.0
    for each in sorted(shown.limits, key=lambda limit: -(limit.value or 0.0)):
        if each.value is None:
            continue
        y, colour = scale.y(each.value), STROKES[each.colour]
        yield Lines((((_LEFT, y), (_RIGHT, y)),), colour, 0.9, (4.0, 2.5))
        said = f"{each.text}: {limit_name(each, shown.language)}"
        taken = max(taken, y - 2.0)
        for line in wrapped(said, SMALL, END - _RIGHT - 8.0):
            yield Text(_RIGHT + 6.0, taken + 4.5, line, SMALL, colour)
            taken += LINE


def _legend(shown: Profile, top: float) -> tuple[list[Item], float]:
    x = _LEFT
    items: list[Item] = []
    for kind, said in _samples(shown):
        if kind == "median":
            items.append(Lines((((x, top - 2.5), (x + 18.0, top - 2.5)),), BLUE, 1.6))
        elif kind == "open":
            items.append(Lines(hatching(x, top - 6.0, x + 18.0, top, 5.0), HATCH, 0.6))
        else:
            items.append(Area(box(x, top - 6.0, x + 18.0, top), _DARK if kind == "half" else _PALE))
        items.append(Text(x + 22.0, top, said, SMALL, GREY))
        x += 34.0 + text_width(said, SMALL)
    return items, top + 4.0


def _samples(shown: Profile) -> Iterator[tuple[str, str]]:
    """Each thing that occurs, and what it is called."""
    if any(shown.stretches):
        yield from ((kind, _said(kind, shown)) for kind in ("median", "half", "most"))
    if not all(shown.stretches):
        yield "open", _said("open", shown, n=LEAST_DAYS)


def profile_listing(shown: Profile) -> str:
    """Everything that the picture shows, as a table in plain text."""
    language = shown.language
    unit = unit_text(shown.unit, 0.0, language)
    lines = [
        f"{_said('title', shown, label=shown.label, id=plain(shown.patient) or '?')}, {shown.at_text}",
        words("span", language, first=shown.span[0], last=shown.span[1], zone=shown.zone),
        _counted(shown),
        *([plain(shown.draft)] if shown.draft else []),
        "",
        f"  {'':11}  " + "  ".join(f"{share:>5} %" for share in PERCENTILES) + f"  {unit}",
    ]
    for place, each in enumerate(shown.stretches):
        told = "  ".join(f"{number_text(value, shown.decimals, language):>7}" for value in each)
        lines.append(f"  {_clock(place)}–{_clock(place + 1)}  {told or _said('open', shown, n=LEAST_DAYS)}")
    lines += ["", *(f"  {each.text}: {limit_name(each, language)}" for each in shown.limits)]
    return "\n".join(line.rstrip() for line in lines).rstrip("\n") + "\n"


def _clock(place: int) -> str:
    minutes = place * STRETCH
    return f"{minutes // 60:02}:{minutes % 60:02}"
