"""`cds demo`: one made-up patient, or with `--patients` a population of them."""

import argparse
import sys
from pathlib import Path
from typing import Final

from cds.commands import running
from cds.diagnostics import CdsError, MissingExtra

MOST_PATIENTS: Final = 1_000_000
SEED: Final = 1


def demo(given: argparse.Namespace) -> int:
    """The demonstration patient; with `--patients` a population, what the shipped rulesets say of it, and how it
    compares with what was published.
    """
    if given.patients is None:
        if given.save or given.seed is not None:
            raise CdsError("--save and --seed are about a population; say how many it is to have with --patients")
        return running.demo(given)
    if not 1 <= given.patients <= MOST_PATIENTS:
        raise CdsError(f"--patients is a number from 1 to {MOST_PATIENTS}")
    if given.seed is not None and given.seed < 0:
        raise CdsError("--seed is a number from 0 on")
    if given.explain or given.all:
        raise CdsError("--explain and --all are about one patient; leave them out with --patients")
    _population(given)
    return 0


def _population(given: argparse.Namespace) -> None:
    """The one place that loads the generator, so that other commands need neither NumPy nor pyarrow."""
    try:
        from cds.synthetic.demonstration import demonstrate, save  # noqa: PLC0415
    except ImportError as missing:
        raise MissingExtra(
            f"making a population needs the package {missing.name}: pip install 'cds-engine[batch]'"
        ) from missing
    tables, text = demonstrate(given.patients, SEED if given.seed is None else given.seed, given.lang)
    sys.stdout.write(text)
    if given.save:
        written = save(tables, Path(given.save))
        sys.stdout.write(f"\nwrote {len(written)} files to {given.save}\n")
