"""A population to be scored, made from a seed: tables as `cds schema tables` describes them, as Parquet.

For each 100,000 patients about 13 million home readings, 1.2 million dispenses and 1.8 million doses, and with them
what real data bring: rows sent twice or twice with different numbers, values no body can have, wrong and missing units,
weeks without readings, rows without time or of nobody who is known, limits that have expired or cannot be used. The
same seed and number of patients give the same rows, in the same order. Patients are made block by block, so that a
million take no more memory than 25,000.
"""

import argparse
import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Literal

import numpy as np

from population.columns import Columns, Layout, Random
from population.medicines import DISPENSES, DOSES, MEDICATIONS, doses, medications_and_dispenses
from population.people import (
    CONDITIONS,
    DEVICES,
    OWN_LIMITS,
    PATIENTS,
    People,
    conditions,
    devices,
    own_limits,
    patients,
    people,
)
from population.readings import READINGS, readings
from population.writing import InOrder, Shuffled

Order = Literal["shuffled", "in order"]

SEED: Final = 20260331
BLOCK: Final = 25_000
TABLES: Final[Mapping[str, tuple[Layout, int]]] = {  # and about how many rows for 100 patients
    "patients": (PATIENTS, 100),
    "observations": (READINGS, 13_000),
    "conditions": (CONDITIONS, 170),
    "devices": (DEVICES, 25),
    "medications": (MEDICATIONS, 180),
    "dispenses": (DISPENSES, 1_200),
    "doses": (DOSES, 2_000),
    "limits": (OWN_LIMITS, 60),
}
SUPPLIED: Final = {  # nothing is said of asthma and peak flow: who has no row of them may have been left out
    **dict.fromkeys(("blood_pressure", "body_weight", "oxygen_saturation", "glucose", "body_temperature"), True),
    **dict.fromkeys(("heart_rate", "heart_failure", "diabetes", "copd", "pregnancy", "devices", "medicines"), True),
    "doses": True,
    "supply": {"from": "2024-01-01T00:00"},
}
MANIFEST: Final = {"zone": "Europe/Oslo", "supplied": SUPPLIED}


def write(folder: Path, count: int, order: Order, *, seed: int = SEED, block: int = BLOCK) -> None:
    """Write so many patients to a folder; the same seed and block give the same rows in either order."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(MANIFEST, indent=2) + "\n", "utf-8")
    shuffling = np.random.default_rng([seed, count])
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(
                InOrder(folder / f"{name}.parquet", layout)
                if order == "in order"
                else Shuffled(folder / f"{name}.parquet", layout, count * rows // 100, shuffling)
            )
            for name, (layout, rows) in TABLES.items()
        }
        for first in range(0, count, block):
            random = np.random.default_rng([seed, first])
            made = tables(people(first + 1, min(block, count - first), random), random)
            for name, columns in made.items():
                writers[name].add(columns)


def tables(block: People, random: Random) -> Mapping[str, Columns]:
    """Every table of a block of patients."""
    used, dispensed = medications_and_dispenses(block, random)
    return {
        "patients": patients(block, random),
        "observations": readings(block, random),
        "conditions": conditions(block, random),
        "devices": devices(block, random),
        "medications": used,
        "dispenses": dispensed,
        "doses": doses(block, random),
        "limits": own_limits(block, random),
    }


def main() -> None:
    """Write a population."""
    parser = argparse.ArgumentParser(description="A made-up population as Parquet, to be scored.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--in-order", action="store_true", help="in the order of patients, instead of shuffled")
    given = parser.parse_args()
    write(given.folder, given.people, "in order" if given.in_order else "shuffled")


if __name__ == "__main__":
    main()
