"""The tables of a made-up population, in memory and as files."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from cds.adapters.tables.arrow import ArrowTable, pa, parquet
from cds.adapters.tables.specification import MANIFEST, TABLES
from cds.periods import NORWAY
from cds.shipped import DEMO_AT
from cds.synthetic.dispensers import write_dispenser
from cds.synthetic.faults import FAULTS, fault_of, fault_table
from cds.synthetic.forms import write_answers
from cds.synthetic.measuring import write_readings
from cds.synthetic.medicines import write_medicines
from cds.synthetic.people import person_of, write_person
from cds.synthetic.plans import write_limits
from cds.synthetic.sheet import Sheet

AT: Final = DEMO_AT
"""The moment that the population is followed up to."""
BLOCK: Final = 2000
"""Patients written together, so that a large population needs no more memory than its tables."""
_SECTIONS: Final = ("conditions", "devices", "stays", "events", "medicines", "supply", "doses")

Tables = dict[str, Any]


def population(patients: int, *, seed: int = 1) -> Tables:
    """Tables of so many patients, as `Ruleset.read_tables` takes them: name -> Arrow tables, and `manifest`.

    The same seed gives the same tables, byte for byte. Each patient is drawn alone: in a larger population of the
    same seed the first patients are the same ones.
    """
    made: dict[str, list[ArrowTable]] = {name: [] for name in TABLES}
    for first in range(0, patients, BLOCK):
        for name, sheet in _block(range(first, min(first + BLOCK, patients)), seed).items():
            made[name].append(sheet.table())
    tables: Tables = {name: [pa.concat_tables(each)] for name, each in made.items()}
    for fault in FAULTS:
        those = [person_of(seed, each).id for each in range(patients) if fault_of(each) is fault]
        if those:
            tables[fault.table].append(fault_table(fault, those))
    return {**tables, "manifest": manifest()}


def manifest() -> dict[str, Any]:
    """What was handed over in full. Of readings and forms it says nothing: nobody is asked for all of them."""
    return {"zone": NORWAY, "supplied": dict.fromkeys(_SECTIONS, True)}


def _block(those: Sequence[int], seed: int) -> Mapping[str, Sheet]:
    sheets = {name: Sheet(name) for name in TABLES}
    for index in those:
        person = person_of(seed, index)
        fault = fault_of(index)
        write_person(person, sheets, is_listed=not (fault and fault.replaces))
        write_readings(person, sheets["observations"])
        write_answers(person, sheets["answers"])
        regular = write_medicines(person, sheets["medications"], sheets["dispenses"])
        write_dispenser(person, regular, sheets)
        write_limits(person, sheets["limits"])
    return sheets


def save(tables: Tables, folder: Path) -> list[Path]:
    """Write the tables as Parquet, with their manifest, for `Ruleset.read_tables`; gives the files.

    What was sent as it should be goes into `NAME.parquet`, what was not into files of the folder `NAME`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / MANIFEST]
    text = json.dumps(tables["manifest"], ensure_ascii=False, indent=2) + "\n"
    written[0].write_text(text, "utf-8", newline="\n")
    for name in TABLES:
        for number, table in enumerate(tables[name]):
            file = folder / name / f"odd-{number:02d}.parquet" if number else folder / f"{name}.parquet"
            file.parent.mkdir(exist_ok=True)
            parquet.write_table(table, file)
            written.append(file)
    return written
