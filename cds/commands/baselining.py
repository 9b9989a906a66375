"""`cds baseline`."""

import argparse
import json
import sys

from cds.baseline import baseline, baseline_document, baseline_text
from cds.catalogue import concepts_from
from cds.commands.running import read_patient


def suggest(given: argparse.Namespace) -> int:
    """Print what is usual for one patient in a start period; nothing is applied."""
    concepts = concepts_from(given.concepts)
    patient = read_patient(given.patient, concepts)
    made = baseline(
        patient, at=given.at, concepts=concepts, days=given.days, least_days=given.least, spreads=given.spreads
    )
    if given.format == "json":
        sys.stdout.write(json.dumps(baseline_document(made), ensure_ascii=False, indent=2, allow_nan=False) + "\n")
    else:
        sys.stdout.write(baseline_text(made, given.lang))
    return 0
