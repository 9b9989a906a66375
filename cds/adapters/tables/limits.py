"""The table `limits` → each patient's own limits, read as those of plain records are."""

from collections.abc import Mapping
from typing import Any

from cds.adapters.limits import limits_from_dicts
from cds.adapters.tables.arrow import ArrowBatch
from cds.adapters.tables.cells import cells_of
from cds.adapters.tables.notes import Note, Notes
from cds.adapters.tables.people import People
from cds.adapters.tables.source import Opened
from cds.adapters.tables.specification import TEXT
from cds.diagnostics import Issue
from cds.patient import PatientLimit


def limits_of(opened: Opened, people: People, notes: Notes) -> Mapping[int, tuple[PatientLimit, ...]]:
    """The limits of each patient that has some, by position; their order does not depend on that of the rows."""
    found: dict[int, list[PatientLimit]] = {}
    for cells in cells_of(opened, people, notes):
        rows = _records(cells.batch)
        for row, patient, written in zip(cells.rows.tolist(), cells.patient.tolist(), rows, strict=True):
            limits, issues = limits_from_dicts([written])
            found.setdefault(patient, []).extend(limits)
            notes.held += [
                Note(opened.name, row, "", patient, Issue(each.code, f"limits[{row}]", each.message, each.norwegian))
                for each in issues
            ]
    return {patient: tuple(sorted(found[patient], key=repr)) for patient in sorted(found)}


def _records(batch: ArrowBatch) -> list[dict[str, Any]]:
    """The rows as plain records: dates as text, and words where a number should be as they came."""
    records: list[dict[str, Any]] = []
    for row in batch.to_pylist():
        word = row.pop("value" + TEXT, None)
        held = {name: each for name, each in row.items() if each is not None and name != "patient"}
        if word is not None and "value" not in held:
            held["value"] = word
        for name in ("from", "until"):
            if name in held:
                held[name] = str(held[name])
        records.append(held)
    return records
