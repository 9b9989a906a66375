"""Rulesets that a command was given, without errors."""

import argparse
from collections.abc import Iterable
from pathlib import Path

from cds.catalogue import concepts_from
from cds.diagnostics import CdsError
from cds.loading import Checked, check_paths


def usable(given: argparse.Namespace, paths: Iterable[str | Path]) -> Checked:
    """The rulesets of paths, with the concept files that the command names; CdsError when a file has errors."""
    checked = check_paths(paths, concepts_from(given.concepts) if given.concepts else None)
    if checked.plan is None:
        raise CdsError("the files have errors; `cds check` shows them")
    return checked


def as_written(given: argparse.Namespace, paths: Iterable[str | Path]) -> Checked:
    """As `usable`, and without the local adaptations among them."""
    checked = usable(given, paths)
    return checked.as_written or checked
