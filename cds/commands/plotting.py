"""`cds plot`."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from cds.api import load
from cds.commands.running import read_limits, read_patient
from cds.diagnostics import CdsError
from cds.plots import Chart, chart, png, svg, table

DRAWINGS: Final[Mapping[str, Callable[[Chart], bytes]]] = {".svg": lambda made: svg(made).encode(), ".png": png}


def plot(given: argparse.Namespace) -> int:
    """Write one patient's chart as a picture, or print what it shows as a table."""
    drawing = DRAWINGS.get(Path(given.out).suffix.lower()) if given.out else None
    if given.out and drawing is None:
        raise CdsError(f"{given.out}: a chart is written to a file that ends with .svg or .png")
    ruleset = load(given.rules, concepts=given.concepts)
    made = chart(
        ruleset,
        read_patient(given.patient, ruleset.concepts),
        at=given.at,
        since=given.since,
        days=given.days,
        limits=read_limits(given.limits) if given.limits else (),
        language=given.lang,
        allow_draft=given.draft,
    )
    if drawing is None:
        sys.stdout.write(table(made))
    else:
        Path(given.out).write_bytes(drawing(made))
        sys.stdout.write(f"wrote {given.out}\n")
    return 0
