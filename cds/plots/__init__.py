"""One chart per patient on one axis of time: what the rulesets use, the limits, what is missing, the findings.

`chart` decides what is shown, as data; `svg`, `png` and `table` put it on paper. Nothing reads the clock, and the same
chart gives the same bytes.
"""

from cds.diagnostics import MissingExtra
from cds.plots.chart import Chart
from cds.plots.layout import page_of
from cds.plots.listing import listing_of
from cds.plots.making import chart
from cds.plots.vector import svg_of

__all__ = ["Chart", "chart", "png", "svg", "table"]


def svg(chart: Chart) -> str:
    """The chart as an SVG document."""
    return svg_of(page_of(chart))


def png(chart: Chart) -> bytes:
    """The chart as a PNG picture; needs the extra `plot`."""
    try:
        from cds.plots.raster import png_of  # noqa: PLC0415
    except ImportError as missing:
        raise MissingExtra(
            "a PNG picture needs the package matplotlib: pip install 'cds-engine[plot]'; SVG needs nothing more"
        ) from missing
    return png_of(page_of(chart))


def table(chart: Chart) -> str:
    """Everything that the picture shows, as a table in plain text."""
    return listing_of(chart)
