"""From tables to a `Population`: the same facts, in the same columns, as `cds.adapters.records` gives one by one."""

import os
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

import numpy as np

from cds.adapters.issues import place_word
from cds.adapters.rows import keys_meant
from cds.adapters.tables.arrow import ArrowTable
from cds.adapters.tables.layout import on_threads
from cds.adapters.tables.limits import limits_of
from cds.adapters.tables.medicines import FOLDERS, medicine_columns
from cds.adapters.tables.notes import WHOLE_TABLE, Notes, issues_by_patient, issues_table
from cds.adapters.tables.people import people_of
from cds.adapters.tables.readings import Readings
from cds.adapters.tables.sieve import PRESENT
from cds.adapters.tables.source import open_tables
from cds.adapters.tables.spans import KINDS, span_columns
from cds.adapters.tables.specification import columns
from cds.adapters.tables.supply import Supplied, manifest_of, supplied_to
from cds.adapters.tables.unpacked import Rows
from cds.catalogue import shared_concepts
from cds.codes import Concepts
from cds.diagnostics import closest
from cds.patient import PatientLimit
from cds.population import EVERYTHING, ROW_TYPES, Columns, Extent, Population

Limits = Mapping[int, tuple[PatientLimit, ...]]
_OF_READINGS: Final = ("observations", "answers")


def population_from_tables(
    source: object,
    *,
    concepts: Concepts | None = None,
    wanted: Collection[str] | None = None,
    extent: Extent = EVERYTHING,
    threads: int = 0,
) -> tuple[Population, ArrowTable]:
    """Everybody in the tables of a source, and what could not be used (rows of `notes.SCHEMA`).

    source: a folder with one file for each table (`observations.parquet`, `.csv` or `.ndjson`) and a `manifest.json`,
    or a mapping of the tables' names to files, to lists of files, or to anything with an Arrow stream, with
    `manifest` as an object. wanted: the column keys that matter, such as a ruleset's inputs; other rows are not
    looked at. extent: the times that matter; readings of other times may be left out, and the population then says so;
    of those it is told when one cannot be read, not which part of a reading is missing.
    threads: 0 = one per core; they change no answer. PatientError when a table as a whole cannot be read.
    """
    known = concepts or shared_concepts()
    tables, written = open_tables(source)
    manifest = manifest_of(written)
    notes = Notes()
    for name, table in tables.items():
        for unknown in table.unknown:
            near = closest(unknown[:60], sorted(columns(name)))
            cure = f"; did you mean `{near}`?" if near else ""
            notes.add(name, WHOLE_TABLE, place_word(unknown), WHOLE_TABLE, "name_not_known", cure=cure)
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        people = people_of(tables, manifest.zone, notes)
        supplied = supplied_to(people, manifest, known, notes)
        given = known, wanted, people, notes, supplied
        others = [pool.submit(span_columns, opened, *given) for name, opened in tables.items() if name in KINDS]
        others += [pool.submit(medicine_columns, opened, *given) for name, opened in tables.items() if name in FOLDERS]
        readings = Readings(known, wanted, people, notes, on_threads(pool), extent)
        found = readings.columns([tables[each] for each in _OF_READINGS if each in tables])
        for name, patients in readings.lost.items():
            for key in keys_meant(known, name):
                supplied.lose(key, np.concatenate(patients))
        for each in others:
            found |= each.result()
    limits: Limits = limits_of(tables["limits"], people, notes) if "limits" in tables else {}
    issues = notes.in_order()
    population = replace(
        people.population,
        tables=_columns(found, supplied, wanted, people.population.n),
        limits=limits,
        issues=issues_by_patient(issues),
        extent=extent if readings.is_cut else EVERYTHING,
    )
    return population, issues_table(issues, people.population.ids)


def _columns(
    found: Mapping[str, Rows], supplied: Supplied, wanted: Collection[str] | None, people: int
) -> Mapping[str, Columns]:
    """The rows of every key that occurs, or of which it is stated whether it was supplied."""
    keys = {*found, *(key for key in supplied.stated if wanted is None or key in wanted)}
    empty: Rows = {name: np.zeros(0, kind) for name, kind in ROW_TYPES.items()}
    empty["offsets"] = np.zeros(people + 1, np.int64)
    made: dict[str, Columns] = {}
    for key in sorted(keys):
        rows = {**empty, **found.get(key, {})}
        present = rows.pop(PRESENT, np.diff(rows["offsets"]) > 0)
        made[key] = Columns(**rows, supplied_from=supplied.of(key, present))
    return made
