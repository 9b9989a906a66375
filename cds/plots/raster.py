"""A page as PNG, drawn by matplotlib; the one module that needs the extra `plot`.

Everything is stated, and nothing is taken from matplotlib's settings, so that whoever embeds cds keeps their own.
"""

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Final, Literal

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text as DrawnText
from matplotlib.transforms import Affine2D, IdentityTransform, Transform

from cds.escaping import plain
from cds.plots.page import EDGE, MARK_EDGE, OUTLINES, Area, Group, Item, Lines, Marks, Page, Point, Text

DOTS_PER_INCH: Final = 144
_POINTS_PER_INCH: Final = 72
_MOST_DOTS: Final = 30_000  # in height; more takes more memory than a picture is worth
_FONT: Final = "DejaVu Sans"  # comes with matplotlib
_START, _NEXT, _CLOSE = int(Path.MOVETO), int(Path.LINETO), int(Path.CLOSEPOLY)
_ANCHORS: Final[Mapping[str, Literal["left", "center", "right"]]] = {
    "start": "left",
    "middle": "center",
    "end": "right",
}


def png_of(page: Page) -> bytes:
    """The page as a PNG picture; a page of unusual height gets fewer dots."""
    dots_per_inch = min(DOTS_PER_INCH, int(_MOST_DOTS * _POINTS_PER_INCH / page.height))
    size = page.width / _POINTS_PER_INCH, page.height / _POINTS_PER_INCH
    figure = Figure(figsize=size, dpi=dots_per_inch, facecolor="#ffffff", edgecolor="none", linewidth=0)
    figure.set_layout_engine("none")  # pyright: ignore[reportUnknownMemberType]
    canvas = FigureCanvasAgg(figure)
    scale = dots_per_inch / _POINTS_PER_INCH
    upright = Affine2D().scale(scale, -scale).translate(0, page.height * scale)
    _draw(figure, page.items, upright)
    written = BytesIO()
    named = {"Software": None, "Title": plain(page.title)}
    canvas.print_png(written, metadata=named)  # pyright: ignore[reportUnknownMemberType]
    return written.getvalue()


def _draw(figure: Figure, items: Iterable[Item], place: Transform) -> None:
    for item in items:
        match item:
            case Lines():
                _path(figure, [(each, False) for each in item.paths], place, "none", item.colour, item.width, item.dash)
            case Area():
                _path(figure, [(item.corners, True)], place, item.colour or "none", item.stroke or "none", EDGE)
            case Marks():
                _path(figure, list(_outlines(item)), place, item.fill or "none", item.colour, MARK_EDGE)
            case Text():
                _text(figure, item, place)
            case Group():
                _draw(figure, item.items, place)


def _outlines(marks: Marks) -> Iterable[tuple[tuple[Point, ...], bool]]:
    for x, y in marks.places:
        for corners, closed in OUTLINES[marks.shape]:
            yield tuple((x + marks.size * dx, y + marks.size * dy) for dx, dy in corners), closed


def _path(
    figure: Figure,
    lines: list[tuple[tuple[Point, ...], bool]],
    place: Transform,
    fill: str,
    stroke: str,
    width: float,
    dash: tuple[float, ...] = (),
) -> None:
    """Add lines and polygons of one kind as one path."""
    corners: list[Point] = []
    codes: list[int] = []
    for line, closed in lines:
        corners += [*line, line[0]] if closed else line
        codes += [_START, *[_NEXT] * (len(line) - 1), *([_CLOSE] if closed else [])]
    if not corners:
        return
    path = Path(corners, codes)
    path.should_simplify = False
    patch = PathPatch(
        path,
        transform=place,
        facecolor=fill,
        edgecolor=stroke,
        linewidth=width,
        linestyle=(0, [each / width for each in dash]) if dash else "solid",
        capstyle="butt",
        joinstyle="round",
        antialiased=True,
        snap=False,
    )
    figure.add_artist(patch)


def _text(figure: Figure, text: Text, place: Transform) -> None:
    x, y = place.transform((text.x, text.y))
    drawn = DrawnText(
        x,
        y,
        plain(text.text),
        color=text.colour,
        fontproperties=FontProperties(family=_FONT, size=text.size, weight="bold" if text.is_bold else "normal"),
        horizontalalignment=_ANCHORS[text.anchor],
        verticalalignment="baseline",
        rotation=0,
        parse_math=False,
        usetex=False,
        transform=IdentityTransform(),
    )
    figure.add_artist(drawn)
