"""`cds plot`."""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from cds import report
from cds.api import load
from cds.commands.running import read_limits, read_patient
from cds.diagnostics import CdsError
from cds.plots import Drawn, availability, chart, chronology, day_profile, png, svg, table


class _Writers(NamedTuple):
    """How what was made becomes a picture, by how its file ends, and a table in plain text."""

    svg: Callable[[], str]
    png: Callable[[], bytes]
    table: Callable[[], str]


_ENDINGS: Final = (".svg", ".png")


def plot(given: argparse.Namespace) -> int:
    """Write a chart as a picture, or print what it shows as a table."""
    ending = Path(given.out).suffix.lower() if given.out else ""
    if given.out and ending not in _ENDINGS:
        raise CdsError(f"{given.out}: a chart is written to a file that ends with .svg or .png")
    made = _of_population(given) if given.data else _of_patient(given)
    if not given.out:
        sys.stdout.write(made.table())
        return 0
    Path(given.out).write_bytes(made.png() if ending == ".png" else made.svg().encode())
    sys.stdout.write(f"wrote {given.out}\n")
    return 0


def _of_patient(given: argparse.Namespace) -> _Writers:
    if given.least is not None:
        raise CdsError("--least is about a population; say where it is: --data")
    if not given.rules:
        raise CdsError("a picture of one patient shows what rulesets use; say which: --rules")
    made = _drawn(given)
    return _Writers(partial(svg, made), partial(png, made), partial(table, made))


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


def _of_population(given: argparse.Namespace) -> _Writers:
    if not given.doses and not given.supply:
        raise CdsError("of a population, doses or supply are drawn day by day; say which: --doses or --supply CLASS")
    if given.since or given.limits or given.rules:
        raise CdsError("--from, --limits and --rules are about one patient; with --data say how many days: --days")
    said = {} if given.days is None else {"days": given.days}
    said |= {} if given.least is None else {"least": given.least}
    kind, medicines = ("supply", given.supply) if given.supply else ("doses", "all")
    made = report.daily(Path(given.data), kind, at=given.at, medicines=medicines, concepts=given.concepts, **said)
    shown = made, given.lang
    return _Writers(partial(report.svg, *shown), partial(report.png, *shown), partial(report.text, *shown))
