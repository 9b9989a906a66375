"""`cds test --strength`."""

import argparse
import sys
from pathlib import Path

from cds.cases import case_files
from cds.commands.checked import usable
from cds.diagnostics import CdsError
from cds.strength import as_json, as_words, strength


def measure(given: argparse.Namespace) -> int:
    """Print which small errors in rulesets no case would notice; 1 when there is one, or when a ruleset has no cases.

    Cases are taken as they stand: run `cds test` first.
    """
    if given.format not in ("text", "json"):
        raise CdsError(f"strength is written as text or json, not as {given.format}")
    checked = usable(given, given.paths)
    written = checked.as_written or checked
    files = {each.file: each for each in case_files(checked) if not each.is_adapted}
    if any(each.is_error for file in files.values() for each in file.diagnostics):
        raise CdsError("the case files have errors; `cds check` shows them")
    beside = {file.file: file for file in written.files}
    pairs = [(ruleset, cases) for cases in files.values() if (ruleset := beside.get(_ruleset(cases.file)))]
    if not pairs:
        raise CdsError("no cases were found; they stand in NAME.test.yaml beside NAME.yaml")
    found = [strength(written, ruleset, cases) for ruleset, cases in pairs]
    text = as_json(found) if given.format == "json" else as_words(found, given.lang)
    if given.out:
        Path(given.out).write_text(text + "\n", "utf-8", newline="\n")
    else:
        sys.stdout.write(text + "\n")
    return 1 if any(each.unnoticed for each in found) else 0


def _ruleset(cases: str) -> str:
    """The ruleset file that a case file stands beside."""
    path = Path(cases)
    return str(path.with_name(path.name.removesuffix(path.suffix).removesuffix(".test") + path.suffix))
