"""`cds verify`."""

import argparse
import sys
from pathlib import Path

from cds.cases import case_files
from cds.catalogue import concepts_from
from cds.diagnostics import CdsError
from cds.loading import check_paths
from cds.verify import as_json, as_words, verify


def prove(given: argparse.Namespace) -> int:
    """Print what is odd about rulesets for every patient; 1 when there is something to look at."""
    checked = check_paths(given.paths, concepts_from(given.concepts) if given.concepts else None)
    written = checked.as_written or checked
    if written.plan is None:
        raise CdsError("the files have errors; `cds check` shows them")
    cases = {
        Path(each.file).name.removesuffix(".test.yaml"): each for each in case_files(checked) if not each.is_adapted
    }
    found = {each.model.ruleset: verify(written, each, cases.get(Path(each.file).stem)) for each in written.files}
    sys.stdout.write((as_json(found) if given.format == "json" else as_words(found, given.lang, given.all)) + "\n")
    return 1 if any(proven.is_problem for each in found.values() for proven in each) else 0
