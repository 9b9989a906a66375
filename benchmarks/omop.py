"""What reading an OMOP CDM costs beyond reading the same readings as our own tables: rows per second, and the ratio.

The home readings of `layout` as Parquet, once as our own tables with whole ids, once as `measurement` with a vocabulary
of a few concepts of its own (ids above two billion, which the CDM leaves to everybody) and the source values that CDMs
carry along. Both are read in turn, so that whatever else the machine does falls on both alike; medians are printed, of
time on the clock and of processor time. Both populations hold the same rows, which is checked.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

import layout
import numpy as np
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.parquet as parquet

from cds.adapters.omop.reading import population_from_cdm
from cds.adapters.tables.reading import population_from_tables
from cds.catalogue import shared_concepts
from cds.population import EVERYTHING, Population

AT = layout.START + layout.DAYS * layout.DAY
OWN = 2_000_000_000
LOINC = {
    "blood_pressure.systolic": "8480-6",
    "blood_pressure.diastolic": "8462-4",
    "body_weight": "29463-7",
    "heart_rate": "8867-4",
    "oxygen_saturation": "59408-5",
}
UCUM = {"mmHg": "mm[Hg]", "kg": "kg", "/min": "/min", "%": "%"}
CONCEPTS = {name: OWN + number for number, name in enumerate([*LOINC, *UCUM])}


def vocabulary() -> pa.Table:
    """The table `concept`."""
    codes = [("LOINC", each) for each in LOINC.values()] + [("UCUM", each) for each in UCUM.values()]
    systems, words = zip(*codes, strict=True)
    return pa.table({"concept_id": list(CONCEPTS.values()), "vocabulary_id": systems, "concept_code": words})


def measurement(own: pa.Table) -> pa.Table:
    """Our readings as the table `measurement`."""

    def concepts(column: str) -> pa.Array:
        coded = own[column].combine_chunks().dictionary_encode()
        ids = pa.array([CONCEPTS[each] for each in coded.dictionary.to_pylist()], pa.int64())
        return ids.take(coded.indices)

    time = own["time"].cast(pa.timestamp("us"))
    zeros = pa.array(np.zeros(own.num_rows, np.int64))
    return pa.table(
        {
            "measurement_id": pa.array(np.arange(own.num_rows)),
            "person_id": own["patient"],
            "measurement_concept_id": concepts("code"),
            "measurement_date": compute.cast(time, pa.date32()),
            "measurement_datetime": time,
            "measurement_type_concept_id": zeros,
            "operator_concept_id": zeros,
            "value_as_number": own["value"],
            "value_as_concept_id": zeros,
            "unit_concept_id": concepts("unit"),
            "measurement_source_value": own["code"],
            "measurement_source_concept_id": zeros,
            "unit_source_value": own["unit"],
            "value_source_value": own["value"].cast(pa.string()),
        }
    )


def after_midnight(times: pa.ChunkedArray) -> pa.Array:
    """Clock times, none of them midnight, which in a CDM says that the time is not known."""
    ticks = times.cast(pa.timestamp("us")).cast(pa.int64()).to_numpy()
    return pa.array(np.where(ticks % layout.DAY == 0, ticks + layout.MINUTE, ticks), pa.timestamp("us"))


def files(people: int, folder: Path) -> tuple[Path, Path, int]:
    """Our own tables, the CDM, and the number of rows in each."""
    own = layout.home_readings(people, np.random.default_rng(layout.SEED))
    own = own.set_column(own.schema.get_field_index("time"), "time", after_midnight(own["time"]))
    tables, cdm = folder / "own", folder / "cdm"
    for each in (tables, cdm):
        each.mkdir()
    ids = pa.array(np.arange(people))
    parquet.write_table(own, tables / "observations.parquet")
    parquet.write_table(pa.table({"id": ids}), tables / "patients.parquet")
    parquet.write_table(measurement(own), cdm / "measurement.parquet")
    parquet.write_table(vocabulary(), cdm / "concept.parquet")
    person = {"person_id": ids, "gender_concept_id": pa.array(np.full(people, 8532))}
    parquet.write_table(pa.table(person), cdm / "person.parquet")
    return tables, cdm, own.num_rows


def same(one: Population, other: Population) -> bool:
    """Whether two populations hold the same readings."""
    keys = {key for each in (one, other) for key, columns in each.tables.items() if len(columns.times)}
    return all(
        np.array_equal(getattr(one.tables[key], name), getattr(other.tables[key], name))
        for key in keys
        for name in ("offsets", "times", "values", "unit", "attribute")
    )


def timed(run: Callable[[], Population]) -> tuple[float, float, Population]:
    """Seconds on the clock, of the processor, and what came of it."""
    clock, processor = perf_counter(), process_time()
    found = run()
    return perf_counter() - clock, process_time() - processor, found


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("--people", type=int, default=20_000)
    given.add_argument("--rounds", type=int, default=7)
    asked = given.parse_args()
    concepts = shared_concepts()
    with tempfile.TemporaryDirectory() as folder:
        tables, cdm, rows = files(asked.people, Path(folder))
        runs: dict[str, Callable[[], Population]] = {
            "own tables": lambda: population_from_tables(tables, wanted=layout.WANTED)[0],
            "OMOP CDM": lambda: population_from_cdm(
                cdm, concepts=concepts, at=AT, wanted=layout.WANTED, extent=EVERYTHING
            )[0],
        }
        first = {name: timed(run)[2] for name, run in runs.items()}
        assert same(*first.values()), "the CDM gives other readings than our own tables"
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
        for _ in range(asked.rounds):
            for name, run in runs.items():
                taken[name].append(timed(run)[:2])
    medians = {name: [statistics.median(each) for each in zip(*times, strict=True)] for name, times in taken.items()}
    for name, (clock, processor) in medians.items():
        rates = rows / clock / 1e6, rows / processor / 1e6
        print(f"{name:<12} {rates[0]:6.2f} million rows/s on the clock, {rates[1]:6.2f} of processor time")
    clock, processor = (cdm / own for own, cdm in zip(medians["own tables"], medians["OMOP CDM"], strict=True))
    print(
        f"the CDM takes {clock:.2f} times as long on the clock, {processor:.2f} times the processor time; {rows} rows"
    )


if __name__ == "__main__":
    main()
