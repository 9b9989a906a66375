"""`cds simulate`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cds.api import Ruleset, load, ruleset_of
from cds.commands.checked import usable
from cds.diagnostics import CdsError, Language
from cds.loading import Checked

if TYPE_CHECKING:
    from cds.simulation.comparing import Column

FORMATS: Final = ("text", "json", "csv")


def simulate(given: argparse.Namespace) -> int:
    """Print what alarms a population's past would have given; 1 when a rule is not where it is expected."""
    from cds.simulation import period_of, simulate_each  # noqa: PLC0415
    from cds.simulation.comparing import Column  # noqa: PLC0415
    from cds.simulation.running import read  # noqa: PLC0415

    checked = usable(given, given.rules)
    sides = _sides(given, ruleset_of(checked))
    for each in sides.values():
        each.refuse_drafts(given.draft)
    period = period_of(given.since, given.until, given.times.split(","))
    rulesets = list(sides.values())
    population = read(rulesets, given.data, period, given.threads)
    made = simulate_each(rulesets, population, period, acknowledge_after=given.acknowledge_after, threads=given.threads)
    columns = [Column(name, each) for name, each in zip(sides, made, strict=True)]
    sys.stdout.write(_written(columns, given.format, given.lang))
    asked = columns[1 if given.against else 0]
    return _bands(given, checked, asked)


def _sides(given: argparse.Namespace, ruleset: Ruleset) -> dict[str, Ruleset]:
    """What is to be simulated, by name: an older version first, then the rulesets as written, then other limits."""
    sides: dict[str, Ruleset] = {}
    if given.against:
        old = load(given.against, concepts=given.concepts)
        sides[f"against {_versions(old)}"] = old
    sides["as written"] = ruleset
    for settings in given.limit:
        limits = dict(_setting(each) for each in settings)
        sides[", ".join(f"{name}={value}" for name, value in limits.items())] = ruleset.with_limits(limits)
    return sides


def _versions(ruleset: Ruleset) -> str:
    return ", ".join(f"{each.id} {each.version}" for each in ruleset.heads)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals or not value.strip():
        raise CdsError(f"`--limit {text}` sets nothing; write for instance --limit 'gain_yellow=1.5 kg'")
    return name.strip(), value.strip()


def _written(columns: "Sequence[Column]", form: str, language: Language) -> str:
    from cds.simulation.report import as_csv, as_json, as_words  # noqa: PLC0415

    if form == "csv":
        return as_csv(columns)
    return (as_json(columns) if form == "json" else as_words(columns, language)) + "\n"


def _bands(given: argparse.Namespace, checked: Checked, column: "Column") -> int:
    from cds.simulation.bands import band_file, bands_of, off, read_bands, written  # noqa: PLC0415
    from cds.simulation.report import off_words  # noqa: PLC0415

    files = {each.model.ruleset: band_file(each.file) for each in checked.files}
    if given.write_band:
        for ruleset, each in bands_of(column.simulated, Path(given.data).name).items():
            files[ruleset].write_text(written(each), "utf-8", newline="\n")
            sys.stderr.write(f"wrote {files[ruleset]}\n")
    if not given.band:
        return 0
    found = off(column.simulated, {ruleset: read_bands(path) for ruleset, path in files.items()})
    told = sys.stdout if given.format == "text" else sys.stderr
    told.write("".join(f"{each}\n" for each in ("", *off_words(found, given.lang))))
    return 1 if found else 0
