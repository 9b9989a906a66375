"""`cds verify`."""

import argparse
import sys
from pathlib import Path

from cds.cases import case_files
from cds.commands.checked import usable
from cds.verify import as_json, as_words, verify


def prove(given: argparse.Namespace) -> int:
    """Print what is odd about rulesets for every patient; 1 when there is something to look at."""
    checked = usable(given, given.paths)
    written = checked.as_written or checked
    cases = {
        Path(each.file).name.removesuffix(".test.yaml"): each for each in case_files(checked) if not each.is_adapted
    }
    found = {each.model.ruleset: verify(written, each, cases.get(Path(each.file).stem)) for each in written.files}
    sys.stdout.write((as_json(found) if given.format == "json" else as_words(found, given.lang, given.all)) + "\n")
    return 1 if any(proven.is_problem for each in found.values() for proven in each) else 0
