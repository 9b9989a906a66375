"""What laying out a population costs beyond decoding its Parquet file: rows per second, and the ratio of the two.

Home readings are made from a seed, as a file in patient order and as one in no order at all. In each round every file
is decoded alone (pyarrow, the same columns) and then read into a `Population`, in turn, so that whatever else the
machine does falls on both alike. Medians are printed: of time on the clock, as both use all cores, and of processor
time.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from cds.adapters.tables.reading import population_from_tables

SEED = 20260108
ROWS_EACH = 130
DAYS = 90
START = 1_767_225_600_000_000  # 2026-01-01
MINUTE = 60_000_000
MEASURED = (  # code, unit, usual value, spread, share of rows
    ("blood_pressure.systolic", "mmHg", 135.0, 12.0, 0.3),
    ("blood_pressure.diastolic", "mmHg", 82.0, 8.0, 0.3),
    ("body_weight", "kg", 83.0, 1.0, 0.15),
    ("heart_rate", "/min", 72.0, 9.0, 0.15),
    ("oxygen_saturation", "%", 95.0, 1.5, 0.1),
)
COLUMNS = ["patient", "code", "time", "value", "unit"]
SUPPLIED = {code.partition(".")[0]: True for code, *_ in MEASURED}


def home_readings(people: int, random: np.random.Generator) -> pa.Table:
    """Readings of so many patients in the order of patients and time; a pressure is two rows of one instant."""
    groups = [(0, 1), (2,), (3,), (4,)]
    shares = np.array([0.3, 0.15, 0.15, 0.1])
    count = int(people * ROWS_EACH / (1 + 0.3 / shares.sum()))
    which = random.choice(len(groups), count, p=shares / shares.sum())
    sizes = np.array([len(each) for each in groups])[which]
    patient = np.repeat(np.sort(random.integers(0, people, count)), sizes)
    minutes = np.repeat(random.integers(0, DAYS * 1440, count), sizes)
    first = np.repeat(np.array([each[0] for each in groups])[which], sizes)
    kind = first + (np.arange(len(first)) - np.repeat(np.cumsum(sizes) - sizes, sizes))
    order = np.lexsort((minutes, patient))
    usual, spread = (np.array([row[k] for row in MEASURED]) for k in (2, 3))
    value = np.round(random.normal(usual[kind], spread[kind]), 1)
    names = [np.array([row[k] for row in MEASURED]) for k in (0, 1)]
    return pa.table(
        {
            "patient": pa.array(patient[order].astype(np.int64)),
            "code": pa.DictionaryArray.from_arrays(kind[order].astype(np.int32), names[0]),
            "time": pa.array(START + minutes[order] * MINUTE, pa.timestamp("us", "UTC")),
            "value": pa.array(value[order]),
            "unit": pa.DictionaryArray.from_arrays(kind[order].astype(np.int32), names[1]),
        }
    )


def measured(call: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of the processor."""
    clock, processor = perf_counter(), process_time()
    call()
    return perf_counter() - clock, process_time() - processor


def write(folder: Path, people: int) -> dict[str, Path]:
    """The same readings in patient order, and shuffled."""
    random = np.random.default_rng(SEED)
    table = home_readings(people, random)
    found: dict[str, Path] = {}
    for name, rows in (("in order", table), ("shuffled", table.take(random.permutation(table.num_rows)))):
        found[name] = folder / f"{name.replace(' ', '_')}.parquet"
        parquet.write_table(rows, found[name])
    return found


def main() -> None:
    """Measure both files in turn, and print what came out."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=10_000)
    arguments.add_argument("--rounds", type=int, default=7)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = write(Path(folder), given.people)
        calls: dict[str, Callable[[], object]] = {}
        for name, file in files.items():
            texts = ["code", "unit"]
            calls[f"decode, {name}"] = lambda file=file, texts=texts: parquet.read_table(
                file, columns=COLUMNS, read_dictionary=texts
            )
            source = {"observations": file, "manifest": {"supplied": SUPPLIED}}
            calls[f"read, {name}"] = lambda source=source: population_from_tables(source)
        for call in calls.values():
            call()
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
        for _ in range(given.rounds):
            for name, call in calls.items():
                times[name].append(measured(call))
        rows = parquet.read_metadata(files["shuffled"]).num_rows
        print(f"{rows} rows of {given.people} patients")
        print(f"{'':18} {'s':>8} {'CPU s':>8} {'M rows/s':>9} {'of decode':>10} {'of its CPU':>10}")
        for name, found in times.items():
            clock, processor = (statistics.median(each) for each in zip(*found, strict=True))
            base = times[f"decode, {name.partition(', ')[2]}"]
            bases = [statistics.median(each) for each in zip(*base, strict=True)]
            print(
                f"{name:18} {clock:8.3f} {processor:8.3f} {rows / clock / 1e6:9.1f} {clock / bases[0]:10.2f}"
                f" {processor / bases[1]:10.2f}"
            )


if __name__ == "__main__":
    main()
