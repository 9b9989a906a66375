"""`cds plot`."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from cds.api import load
from cds.commands.running import read_limits, read_patient
from cds.diagnostics import CdsError
from cds.plots import Drawn, availability, chart, chronology, day_profile, png, svg, table

DRAWINGS: Final[Mapping[str, Callable[[Drawn], bytes]]] = {".svg": lambda made: svg(made).encode(), ".png": png}


def plot(given: argparse.Namespace) -> int:
    """Write one patient's chart as a picture, or print what it shows as a table."""
    drawing = DRAWINGS.get(Path(given.out).suffix.lower()) if given.out else None
    if given.out and drawing is None:
        raise CdsError(f"{given.out}: a chart is written to a file that ends with .svg or .png")
    made = _drawn(given)
    if drawing is None:
        sys.stdout.write(table(made))
    else:
        Path(given.out).write_bytes(drawing(made))
        sys.stdout.write(f"wrote {given.out}\n")
    return 0


def _drawn(given: argparse.Namespace) -> Drawn:
    ruleset = load(given.rules, concepts=given.concepts)
    patient = read_patient(given.patient, ruleset.concepts)
    limits = read_limits(given.limits) if given.limits else ()
    said = {"at": given.at, "language": given.lang, "allow_draft": given.draft}
    if not given.doses and not given.profile and not given.supply:
        return chart(ruleset, patient, since=given.since, days=given.days, limits=limits, **said)
    if given.since:
        raise CdsError("--from is about the chart of days; with --doses, --profile or --supply say how many: --days")
    days = {} if given.days is None else {"days": given.days}
    patient = patient.with_limits(limits)
    if given.profile:
        return day_profile(ruleset, patient, given.profile, **days, **said)
    if given.supply:
        return availability(ruleset, patient, given.supply, **days, **said)
    return chronology(ruleset, patient, **days, **said)
