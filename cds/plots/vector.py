"""A page as SVG: real text, a title and a description for those who cannot see it, and the same bytes every time."""

from collections.abc import Iterable, Iterator

from cds.escaping import xhtml
from cds.plots.page import EDGE, MARK_EDGE, OUTLINES, Area, Group, Item, Lines, Marks, Page, Point, Shape, Text

FONTS = "DejaVu Sans, Verdana, Arial, sans-serif"


def svg_of(page: Page) -> str:
    """The page as an SVG document that needs nothing from elsewhere."""
    width, height = _number(page.width), _number(page.height)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{width}pt" '
        f'height="{height}pt" viewBox="0 0 {width} {height}" lang="{page.language}" xml:lang="{page.language}" '
        f'role="graphics-document document" aria-labelledby="cds-title cds-description" font-family="{FONTS}">',
        f'<title id="cds-title">{xhtml(page.title)}</title>',
        f'<desc id="cds-description">{xhtml(page.description)}</desc>',
        "<defs>",
        *(_defined(*each) for each in sorted(set(_sizes(page.items)))),
        "</defs>",
        f'<path d="{_path([((0.0, 0.0), (page.width, 0.0), (page.width, page.height), (0.0, page.height))], True)}" '
        'fill="#ffffff"/>',
        *(line for item in page.items for line in _item(item)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _sizes(items: Iterable[Item]) -> Iterator[tuple[Shape, float]]:
    for item in items:
        if isinstance(item, Marks):
            yield item.shape, item.size
        elif isinstance(item, Group):
            yield from _sizes(item.items)


def _defined(shape: Shape, size: float) -> str:
    """A shape in one size around 0, to be used in many places."""
    drawn = "".join(
        _path([tuple((size * x, size * y) for x, y in corners)], closed) for corners, closed in OUTLINES[shape]
    )
    return f'<path id="{_name(shape, size)}" d="{drawn}"/>'


def _name(shape: Shape, size: float) -> str:
    return f"{shape}-{_number(size)}"


def _item(item: Item) -> Iterator[str]:
    match item:
        case Lines():
            dash = f' stroke-dasharray="{" ".join(map(_number, item.dash))}"' if item.dash else ""
            path = _path(item.paths, False)
            yield f'<path d="{path}" fill="none" stroke="{item.colour}" stroke-width="{_number(item.width)}"{dash}/>'
        case Area():
            edge = f' stroke="{item.stroke}" stroke-width="{EDGE}"' if item.stroke else ""
            yield f'<path d="{_path([item.corners], True)}" fill="{item.colour or "none"}"{edge}/>'
        case Marks():
            yield from _marks(item)
        case Text():
            yield _text(item)
        case Group():
            yield f'<g id="{xhtml(item.name)}">' + (f"<title>{xhtml(item.title)}</title>" if item.title else "")
            for each in item.items:
                yield from _item(each)
            yield "</g>"


def _marks(marks: Marks) -> Iterator[str]:
    kind = f'class="{marks.shape}" fill="{marks.fill or "none"}" stroke="{marks.colour}" stroke-width="{MARK_EDGE}"'
    yield f"<g {kind}>"
    name = _name(marks.shape, marks.size)
    for place, (x, y) in enumerate(marks.places):
        used = f'<use xlink:href="#{name}" x="{_number(x)}" y="{_number(y)}"'
        yield f"{used}><title>{xhtml(marks.titles[place])}</title></use>" if marks.titles else f"{used}/>"
    yield "</g>"


def _text(text: Text) -> str:
    anchor = f' text-anchor="{text.anchor}"' if text.anchor != "start" else ""
    weight = ' font-weight="bold"' if text.is_bold else ""
    place = f'x="{_number(text.x)}" y="{_number(text.y)}" font-size="{_number(text.size)}"'
    return f'<text {place} fill="{text.colour}"{anchor}{weight}>{xhtml(text.text)}</text>'


def _path(lines: Iterable[tuple[Point, ...]], closed: bool) -> str:
    end = "Z" if closed else ""
    return "".join("M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in line) + end for line in lines)


def _number(value: float) -> str:
    """At most two decimals, none without need."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
