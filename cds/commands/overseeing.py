"""`cds oversight`."""

import argparse
import csv
import json
import sys
from collections import Counter
from datetime import date
from pathlib import Path

from cds.api import Patient
from cds.catalogue import concepts_from, shared_concepts
from cds.diagnostics import CdsError, MissingExtra
from cds.oversight import as_csv, as_words, oversee
from cds.oversight.counting import KEYS
from cds.periods import calendar_date

_WAITING = ("open", "escalated")


def list_patients(given: argparse.Namespace) -> int:
    """Print one line for each patient with a dispenser; 0 whatever it says."""
    start, end = (_day(each) for each in (given.since, given.until))
    if end < start:
        raise CdsError("the last day lies before the first; state --from and --to the other way round")
    listed = oversee(
        _patients(given),
        start=start,
        end=end,
        late_after=given.late_after,
        unanswered=_unanswered(Path(given.alarms)) if given.alarms else None,
        evaluations=_evaluations(Path(given.evaluations)) if given.evaluations else None,
    )
    text = as_csv(listed) if given.format == "csv" else as_words(listed, start, end, given.lang) + "\n"
    sys.stdout.write(text)
    return 0


def _patients(given: argparse.Namespace) -> list[Patient]:
    try:
        from cds.adapters.tables.reading import population_from_tables  # noqa: PLC0415
        from cds.population import patient_at  # noqa: PLC0415
    except ImportError as missing:
        raise MissingExtra(f"tables need the package {missing.name}: pip install 'cds-engine[batch]'") from missing
    concepts = concepts_from(given.concepts) if given.concepts else shared_concepts()
    population, _ = population_from_tables(given.data, concepts=concepts, wanted=KEYS)
    return [Patient(patient_at(population, place)) for place in range(population.n)]


def _day(text: str) -> date:
    found = calendar_date(text)
    if found is None:
        raise CdsError(f"`{text}` is no date; write for instance 2026-01-08")
    return found


def _unanswered(path: Path) -> Counter[str]:
    """Alarms that are shown and in nobody's hand, by patient, from lines as `cds follow --alarms` writes them."""
    counted: Counter[str] = Counter()
    try:
        for line in path.read_text("utf-8").splitlines():
            alarm = json.loads(line)
            counted[str(alarm["patient"])] += alarm["state"] in _WAITING and not alarm.get("in_hand")
    except (ValueError, KeyError, TypeError):
        raise CdsError(f"{path} is no list of alarms; write it with `cds follow --alarms`") from None
    return counted


def _evaluations(path: Path) -> dict[str, date]:
    """The day by which each patient's service is to be evaluated, from the columns `patient` and `due`."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if not {"patient", "due"} <= set(rows.fieldnames or ()):
            raise CdsError(f"{path} must have the columns patient and due")
        return {row["patient"]: _day(row["due"]) for row in rows if row["due"]}
