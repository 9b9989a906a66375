"""One chart per patient on one axis of time: what the rulesets use, the limits, what is missing, the findings.

`chart` decides what is shown, as data, `chronology` the same for doses by day and time of day, `day_profile` for one
measurement by time of day, and `availability` for what was handed out; `svg`, `png` and `table` put each on paper.
Nothing reads the clock, and the same chart gives the same bytes.
"""

from cds.diagnostics import MissingExtra
from cds.plots.availability import AvailabilityChart, availability_chart
from cds.plots.availability_layout import availability_listing, availability_page
from cds.plots.chart import Chart
from cds.plots.chronology import Chronology, chronology
from cds.plots.chronology_layout import chronology_listing, chronology_page
from cds.plots.layout import page_of
from cds.plots.listing import listing_of
from cds.plots.making import chart
from cds.plots.page import Page
from cds.plots.profile import Profile, day_profile
from cds.plots.profile_layout import profile_listing, profile_page
from cds.plots.supply import availability
from cds.plots.vector import svg_of

__all__ = [
    "AvailabilityChart",
    "Chart",
    "Chronology",
    "Drawn",
    "Profile",
    "availability",
    "availability_chart",
    "chart",
    "chronology",
    "day_profile",
    "png",
    "svg",
    "table",
]

Drawn = AvailabilityChart | Chart | Chronology | Profile


def svg(drawn: Drawn) -> str:
    """The chart as an SVG document."""
    return svg_of(_page(drawn))


def _page(drawn: Drawn) -> Page:
    match drawn:
        case Chart():
            return page_of(drawn)
        case Chronology():
            return chronology_page(drawn)
        case Profile():
            return profile_page(drawn)
        case AvailabilityChart():
            return availability_page(drawn)


def png(drawn: Drawn) -> bytes:
    """The chart as a PNG picture; needs the extra `plot`."""
    try:
        from cds.plots.raster import png_of  # noqa: PLC0415
    except ImportError as missing:
        raise MissingExtra(
            "a PNG picture needs the package matplotlib: pip install 'cds-engine[plot]'; SVG needs nothing more"
        ) from missing
    return png_of(_page(drawn))


def table(drawn: Drawn) -> str:
    """Everything that the picture shows, as a table in plain text."""
    match drawn:
        case Chart():
            return listing_of(drawn)
        case Chronology():
            return chronology_listing(drawn)
        case Profile():
            return profile_listing(drawn)
        case AvailabilityChart():
            return availability_listing(drawn)
