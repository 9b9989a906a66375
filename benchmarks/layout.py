"""What laying out a population costs beyond decoding its Parquet file: rows per second, and the ratio of the two.

Home readings, dispenses and doses are made from a seed, as files in patient order and as ones in no order at all, the
readings also with ids that are texts. In each round every file is decoded alone (pyarrow, the same columns) and then
read into a `Population`, in turn, so that whatever else the machine does falls on both alike. Medians are printed: of
time on the clock, as both use all cores, and of processor time.
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
DISPENSES_EACH = 12
DOSES_EACH = 18
DAYS = 90
START = 1_767_225_600_000_000  # 2026-01-01
MINUTE = 60_000_000
DAY = 1440 * MINUTE
MEASURED = (  # code, unit, usual value, spread, share of rows
    ("blood_pressure.systolic", "mmHg", 135.0, 12.0, 0.3),
    ("blood_pressure.diastolic", "mmHg", 82.0, 8.0, 0.3),
    ("body_weight", "kg", 83.0, 1.0, 0.15),
    ("heart_rate", "/min", 72.0, 9.0, 0.15),
    ("oxygen_saturation", "%", 95.0, 1.5, 0.1),
)
MEDICINES = np.array(["C10AA05", "C09AA05", "B01AA03", "C07AB02", "A10BA02", "N02BE01"])
FATES = np.array(["taken", "missed", "unknown"])
SUPPLIED = {code.partition(".")[0]: True for code, *_ in MEASURED} | {"supply": True, "doses": True}
WANTED = {code for code, *_ in MEASURED} | {"supply.all", "supply.statins", "doses.all"}
TEXTS = ["code", "unit", "atc", "status"]


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
            "time": instants(START + minutes[order] * MINUTE),
            "value": pa.array(value[order]),
            "unit": pa.DictionaryArray.from_arrays(kind[order].astype(np.int32), names[1]),
        }
    )


def instants(times: np.ndarray, absent: np.ndarray | None = None) -> pa.Array:
    """Microseconds as timestamps."""
    return pa.array(times, pa.timestamp("us", "UTC"), mask=absent)


def dispenses(people: int, random: np.random.Generator) -> pa.Table:
    """Medicines handed out to so many patients within a year."""
    count = people * DISPENSES_EACH
    medicine = random.integers(0, len(MEDICINES), count).astype(np.int32)
    return pa.table(
        {
            "patient": np.sort(random.integers(0, people, count)),
            "time": instants(START - random.integers(0, 365 * 1440, count) * MINUTE),
            "atc": pa.DictionaryArray.from_arrays(medicine, MEDICINES),
            "days": np.round(random.uniform(10, 90, count)),
            "quantity": np.full(count, 100.0),
        }
    )


def doses(people: int, random: np.random.Generator) -> pa.Table:
    """Planned doses of three medicines, two of them at the same time."""
    count = people * DOSES_EACH
    place = np.arange(DOSES_EACH)
    planned = START + np.tile(place // 3 * DAY + np.array([480, 480, 1200])[place % 3] * MINUTE, people)
    fate = random.choice(len(FATES), count, p=(0.9, 0.08, 0.02)).astype(np.int32)
    return pa.table(
        {
            "patient": np.repeat(np.arange(people), DOSES_EACH),
            "planned": instants(planned),
            "status": pa.DictionaryArray.from_arrays(fate, FATES),
            "taken": instants(planned + random.integers(-30, 60, count) * MINUTE, fate != 0),
            "atc": pa.DictionaryArray.from_arrays(np.tile(place % 3, people).astype(np.int32), MEDICINES),
        }
    )


def with_texts_as_ids(table: pa.Table) -> pa.Table:
    """The table with ids like `patient-000042`."""
    names = pa.array([f"patient-{each:06}" for each in range(int(pa.compute.max(table["patient"]).as_py()) + 1)])
    return table.set_column(0, "patient", names.take(table["patient"]))


def write(folder: Path, people: int) -> dict[str, dict[str, Path]]:
    """The tables of each case, as files in patient order and shuffled."""
    random = np.random.default_rng(SEED)
    readings = home_readings(people, random)
    cases = {
        "readings": {"observations": readings},
        "text ids": {"observations": with_texts_as_ids(readings)},
        "medicines": {"dispenses": dispenses(people, random), "doses": doses(people, random)},
    }
    found: dict[str, dict[str, Path]] = {}
    for case, tables in cases.items():
        for order in ("in order", "shuffled"):
            files = found.setdefault(f"{case}, {order}", {})
            for name, table in tables.items():
                rows = table if order == "in order" else table.take(random.permutation(table.num_rows))
                files[name] = folder / f"{case}_{order}_{name}.parquet".replace(" ", "_")
                parquet.write_table(rows, files[name])
    return found


def decode(files: dict[str, Path]) -> None:
    """Decode the files; texts stay dictionaries, ids among them."""
    for file in files.values():
        schema = parquet.read_schema(file)
        ids = ["patient"] if pa.types.is_string(schema.field("patient").type) else []
        parquet.read_table(file, read_dictionary=[*ids, *(each for each in TEXTS if each in schema.names)])


def measured(call: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of the processor."""
    clock, processor = perf_counter(), process_time()
    call()
    return perf_counter() - clock, process_time() - processor


def shown(name: str, rows: int, found: list[tuple[float, float]], base: list[tuple[float, float]]) -> str:
    """A line of the result."""
    clock, processor = (statistics.median(each) for each in zip(*found, strict=True))
    bases = [statistics.median(each) for each in zip(*base, strict=True)]
    speed = f"{clock:8.3f} {processor:8.3f} {rows / clock / 1e6:9.1f}"
    return f"{name:28} {speed} {clock / bases[0]:10.2f} {processor / bases[1]:10.2f}"


def main() -> None:
    """Measure all cases in turn, and print what came out."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=10_000)
    arguments.add_argument("--rounds", type=int, default=7)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = write(Path(folder), given.people)
        calls: dict[str, Callable[[], object]] = {}
        for name, held in files.items():
            source = {**held, "manifest": {"supplied": SUPPLIED}}
            calls[f"decode {name}"] = lambda held=held: decode(held)
            calls[f"read {name}"] = lambda source=source: population_from_tables(source, wanted=WANTED)
        for call in calls.values():
            call()
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
        for _ in range(given.rounds):
            for name, call in calls.items():
                times[name].append(measured(call))
        print(f"{given.people} patients")
        print(f"{'':28} {'s':>8} {'CPU s':>8} {'M rows/s':>9} {'of decode':>10} {'of its CPU':>10}")
        for name, found in times.items():
            case = name.partition(" ")[2]
            rows = sum(parquet.read_metadata(file).num_rows for file in files[case].values())
            print(shown(name, rows, found, times[f"decode {case}"]))


if __name__ == "__main__":
    main()
