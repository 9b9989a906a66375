"""`cds report`."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cds.api import load
from cds.diagnostics import CdsError, Language
from cds.report import measure_reports, png, report, svg, text

if TYPE_CHECKING:
    from cds.report.making import Report

_Written = Callable[["Report", Language], bytes]


def _as_table(suffix: str) -> _Written:
    def write(made: "Report", language: Language) -> bytes:
        from cds.report.tables import TABLES  # noqa: PLC0415

        return TABLES[suffix](made)

    return write


def _as_fhir(made: "Report", language: Language) -> bytes:
    return (json.dumps(measure_reports(made, language), ensure_ascii=False, indent=2) + "\n").encode()


FILES: Final[Mapping[str, _Written]] = {
    ".csv": _as_table(".csv"),
    ".parquet": _as_table(".parquet"),
    ".ndjson": _as_table(".ndjson"),
    ".json": _as_fhir,
    ".txt": lambda made, language: text(made, language).encode(),
    ".svg": lambda made, language: svg(made, language).encode(),
    ".png": png,
}
"""How the file ends -> what is written into it; `.json` is FHIR."""


def make_report(given: argparse.Namespace) -> int:
    """Write the indicators of a population into files, or print them as tables."""
    written = [(Path(each), FILES.get(Path(each).suffix.lower())) for each in given.out]
    for path, write in written:
        if write is None:
            raise CdsError(f"{path}: a report is written to a file that ends with {', '.join(FILES)}")
    made = report(
        load(given.rules, concepts=given.concepts),
        Path(given.data),
        at=given.at,
        groups=given.groups,
        indicators=given.indicators,
        least=given.least,
        zeros=given.zeros,
        allow_draft=given.draft,
    )
    for path, write in written:
        if write is not None:
            path.write_bytes(write(made, given.lang))
            sys.stdout.write(f"wrote {path}\n")
    if not written:
        sys.stdout.write(text(made, given.lang))
    return 0
