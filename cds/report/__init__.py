"""The population report: indicators by group, with small counts held back so that nobody can be recognised.

`report` scores a population and counts; `table`, `csv`, `parquet`, `ndjson`, `text`, `svg`, `png` and `measure_reports`
write what it gives, for programs and people. `daily` counts doses or supply day by day, for `text`, `svg` and `png`.
`cds.report.counting.Counts` and `cds.report.making.report_of` do the same as `report` block by block. Counts below
`least` are held back, with as many others as it takes that none of them can be worked out; see
`cds.report.suppression`.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cds.api import Ruleset
from cds.diagnostics import Language, MissingExtra

if TYPE_CHECKING:
    from cds.plots.page import Page
    from cds.report.days import Daily
    from cds.report.making import Report

__all__ = ["daily", "measure_reports", "png", "report", "svg", "table", "text"]


def report(
    ruleset: Ruleset,
    source: object,
    *,
    at: str | datetime,
    groups: object = None,
    indicators: str | Path | None = None,
    least: int = 5,
    zeros: Literal["open", "protected"] = "open",
    allow_draft: bool = False,
    threads: int = 0,
) -> "Report":
    """The indicators of everybody in the tables of a source, or in a Population that was read from them.

    at: as in `Ruleset.score`. groups: a file, or anything with an Arrow stream, with the column `patient` and a column
    of text for each further group, such as municipality or unit. indicators: a file of indicators; without one, each
    rule's share in which it fires, by sex, age and every column of the groups. least: counts from 1 to below it are
    held back, with zeros="protected" 0 as well. Needs the extra `batch`.
    """
    try:
        from cds.report.running import report_from_tables  # noqa: PLC0415
    except ImportError as missing:
        raise MissingExtra(f"a report needs the package {missing.name}: pip install 'cds-engine[batch]'") from missing
    return report_from_tables(
        ruleset,
        source,
        at=at,
        groups=groups,
        indicators=indicators,
        least=least,
        zeros=zeros,
        allow_draft=allow_draft,
        threads=threads,
    )


def daily(
    source: object,
    kind: Literal["doses", "supply"],
    *,
    at: str | datetime,
    days: int = 28,
    medicines: str = "all",
    least: int = 5,
    concepts: Iterable[str | Path] = (),
) -> "Daily":
    """How many patients took their doses, or had medicine to take, on each of so many days that are over at `at`.

    source: tables, or a Population that was read from them. medicines: a class of the concepts, such as `statins`, or
    `all`; concepts: files with classes of your own. least: counts from 1 to below it are held back, and the others of
    their day that would reveal them. `cds.adherence.daily_doses` and `daily_supply` tell what is counted, and give the
    counts as they are. Needs the extra `batch`.
    """
    try:
        from cds.report.days import days_from_tables  # noqa: PLC0415
    except ImportError as missing:
        raise MissingExtra(f"a report needs the package {missing.name}: pip install 'cds-engine[batch]'") from missing
    return days_from_tables(source, kind, at=at, days=days, medicines=medicines, least=least, concepts=concepts)


def table(report: "Report") -> Any:
    """One row for each count, as a `pyarrow.Table`."""
    from cds.report.tables import table_of  # noqa: PLC0415

    return table_of(report)


def text(report: "Report | Daily", language: Language = "en") -> str:
    """Tables for people, in plain text."""
    from cds.report.days import Daily  # noqa: PLC0415
    from cds.report.days_listing import listing_of  # noqa: PLC0415
    from cds.report.listing import text_of  # noqa: PLC0415

    return listing_of(report, language) if isinstance(report, Daily) else text_of(report, language)


def measure_reports(report: "Report", language: Language = "en") -> dict[str, Any]:
    """A FHIR R4 Bundle with a MeasureReport for each indicator and rule."""
    from cds.report.measure import measure_reports_of  # noqa: PLC0415

    return measure_reports_of(report, language)


def svg(report: "Report | Daily", language: Language = "en") -> str:
    """A chart of the shares as an SVG document."""
    from cds.plots.vector import svg_of  # noqa: PLC0415

    return svg_of(_page(report, language))


def _page(report: "Report | Daily", language: Language) -> "Page":
    from cds.report.days import Daily  # noqa: PLC0415
    from cds.report.days_picture import page_of_days  # noqa: PLC0415
    from cds.report.picture import page_of  # noqa: PLC0415

    return page_of_days(report, language) if isinstance(report, Daily) else page_of(report, language)


def png(report: "Report | Daily", language: Language = "en") -> bytes:
    """The same chart as a PNG picture; needs the extra `plot`."""
    try:
        from cds.plots.raster import png_of  # noqa: PLC0415
    except ImportError as missing:
        raise MissingExtra(
            "a PNG picture needs the package matplotlib: pip install 'cds-engine[plot]'; SVG needs nothing more"
        ) from missing
    return png_of(_page(report, language))
