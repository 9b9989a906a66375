"""What scoring a population in memory costs: the first time, again with other limits, and as a table.

A population is made from a seed, straight in columns: readings of some weeks, dispenses of a year and doses of two
weeks, and for some patients limits of their own. Seventeen rules are asked (`scoring_rules`). In each round every side
has its turn, so that whatever else the machine does falls on all alike; medians are printed, of time on the clock, as
scoring uses all cores, and of processor time.

The plain loop is what a programmer would write with Numba for the rules' readings alone: means of the same windows of
the same columns, on as many threads; it knows no units, no quality, no zones, no limits and no reasons.
"""

import argparse
import resource
import statistics
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

import numpy as np

import cds
from cds.compiling import compiled
from cds.patient import PatientLimit
from cds.periods import zone
from cds.population import NO_DAY, ROW_TYPES, Columns, Population

SEED: Final = 20260108
AT: Final = "2026-01-08T08:00:00+01:00"
NOW: Final = 1_767_855_600_000_000
MINUTE: Final = 60_000_000
DAY: Final = 1440 * MINUTE
FIRST: Final = -(2**62)
OSLO: Final = zone()
READINGS: Final = (  # key, usual value, spread, rows for each patient, decimals, days
    ("body_weight", 83.0, 0.8, 15, 1, 15),
    ("oxygen_saturation", 95.5, 1.5, 15, 0, 15),
    ("glucose", 7.0, 1.8, 20, 1, 30),
    ("peak_expiratory_flow", 420.0, 60.0, 6, 0, 12),
    ("body_temperature", 37.1, 0.5, 4, 1, 8),
    ("heart_rate", 78.0, 9.0, 10, 0, 30),
)
PRESSURES: Final = 30
CLASSES: Final = ("statins", "antihypertensives", "diabetes_medicines")
DISPENSES: Final = 4
DOSES: Final = 18
OWN: Final = (  # name, unit, lowest, highest
    ("systolic_week", "mmHg", 125, 150),
    ("rise_limit", "kg", 1, 4),
    ("saturation_low", "%", 85, 94),
    ("personal_best", "L/min", 300, 600),
    ("glucose_high", "mmol/L", 8, 14),
    ("rate_high", "/min", 80, 120),
)
WINDOWS: Final = (  # what the plain loop computes: key, days
    *((f"blood_pressure.{part}", 7) for part in ("systolic", "systolic", "diastolic")),
    *(("body_weight", 4), ("oxygen_saturation", 2), ("oxygen_saturation", 14)),
    *(("glucose", 14), ("glucose", 14), ("glucose", 30)),
    *(("peak_expiratory_flow", 3), ("body_temperature", 2), ("heart_rate", 7)),
)
OTHER: Final = {"systolic_week": "140 mmHg", "rise_limit": "1.5 kg", "glucose_low": "4.2 mmol/L"}
RULES: Final = Path(__file__).parent / "scoring_rules"


def columns(people: int, rows: Mapping[str, Any]) -> Columns:
    """Columns with so many rows for each patient, zeros where nothing is said."""
    size = len(rows["times"])
    filled = {name: rows.get(name, np.zeros(0)) for name in ROW_TYPES}
    made = {
        name: np.ascontiguousarray(each, ROW_TYPES[name]) if len(each) else np.zeros(size, ROW_TYPES[name])
        for name, each in filled.items()
    }
    if "recorded" not in rows:
        made["recorded"] = np.full(size, FIRST)
    supplied = np.full(people, FIRST)
    return Columns(offsets=np.arange(people + 1) * (size // people), supplied_from=supplied, **made)


def moments(random: np.random.Generator, people: int, each: int, days: int) -> Any:
    """One minute of each of so many even parts of the last days for each patient, in order."""
    part = days * 1440 // each
    drawn = np.arange(each) * part + random.integers(0, part, (people, each))
    return (NOW - days * DAY + drawn * MINUTE).ravel()


def readings(random: np.random.Generator, people: int) -> dict[str, Columns]:
    """Home readings of the last weeks; the parts of a pressure share what belongs to the reading."""
    found: dict[str, Columns] = {}
    for key, usual, spread, each, decimals, days in READINGS:
        times = moments(random, people, each, days)
        values = np.round(random.normal(usual, spread, len(times)), decimals)
        rows = {"times": times, "values": values, "utc_offset": np.full(len(times), 60), "raw": values}
        found[key] = columns(people, rows)
    times = moments(random, people, PRESSURES, 15)
    offset = np.full(len(times), 60, np.int16)
    for part, usual, spread in (("systolic", 128.0, 12.0), ("diastolic", 78.0, 8.0)):
        values = np.round(random.normal(usual, spread, len(times)))
        found[f"blood_pressure.{part}"] = columns(
            people, {"times": times, "values": values, "utc_offset": offset, "raw": values}
        )
    return found


def medicines(random: np.random.Generator, people: int) -> dict[str, Columns]:
    """Dispenses of a year for three classes, and planned doses of two weeks, one in ten missed."""
    found: dict[str, Columns] = {}
    for name in CLASSES:
        times = moments(random, people, DISPENSES, 365)
        rows = {"times": times, "values": random.choice([78.0, 98.0, 100.0], len(times))}
        found[f"supply.{name}"] = columns(people, {**rows, "utc_offset": np.full(len(times), 60)})
    times = moments(random, people, DOSES, 14)
    taken = (random.random(len(times)) > 0.1).astype(np.float64)
    away = np.where(random.random(len(times)) < 0.01, 4096, 0)
    rows = {"times": times, "values": taken, "attribute": away, "utc_offset": np.full(len(times), 60)}
    found["doses.all"] = columns(people, rows)
    return found


def own_limits(random: np.random.Generator, people: int, share: float) -> dict[int, tuple[PatientLimit, ...]]:
    """One to three limits of the patient's own plan for a share of the patients."""
    found: dict[int, tuple[PatientLimit, ...]] = {}
    for place in np.flatnonzero(random.random(people) < share).tolist():
        chosen = random.choice(len(OWN), random.integers(1, 4), replace=False)
        since = date(2025, int(random.integers(1, 13)), int(random.integers(1, 29)))
        found[place] = tuple(
            PatientLimit(name, float(random.integers(low, high + 1)), unit, "scoring", "a nurse", since)
            for name, unit, low, high in (OWN[each] for each in chosen)
        )
    return found


def population(people: int, share: float) -> Population:
    """Everybody, from the seed."""
    random = np.random.default_rng(SEED)
    return Population(
        ids=[f"p{place:07d}" for place in range(people)],
        tables=readings(random, people) | medicines(random, people),
        zones=(OSLO,),
        zone=np.zeros(people, np.int16),
        birth_day=np.full(people, NO_DAY, np.int64),
        sex=np.zeros(people, np.int8),
        limits=own_limits(random, people, share),
    )


# the plain loop


def window_means(offsets: Any, times: Any, values: Any, opens: int, means: Any) -> None:
    """Mean of each patient's values from a moment on."""
    for i in range(len(means)):
        row = offsets[i + 1]
        total, count = 0.0, 0
        while row > offsets[i] and times[row - 1] >= opens:
            row -= 1
            total += values[row]
            count += 1
        means[i] = total / count if count > 0 else np.nan


def plain_side(people: Population, threads: int) -> Callable[[], object]:
    """Means of all windows, the patients shared out among threads."""
    loop = compiled(window_means)
    bounds = np.linspace(0, people.n, threads + 1).astype(int)
    means = np.empty((len(WINDOWS), people.n))

    def part(k: int) -> None:
        first, last = bounds[k], bounds[k + 1]
        for line, (key, days) in enumerate(WINDOWS):
            rows = people.tables[key]
            loop(rows.offsets[first : last + 1], rows.times, rows.values, NOW - days * DAY, means[line, first:last])

    def run() -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(part, range(threads)))

    return run


def measured(call: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of the processor."""
    clock, processor = perf_counter(), process_time()
    call()
    return perf_counter() - clock, process_time() - processor


def main() -> None:
    """Make the population, let the sides take turns, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--own", type=float, default=0.2, help="share of patients with limits of their own")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    ruleset = cds.load(RULES)
    other = ruleset.with_limits(OTHER)
    everybody, without = population(given.people, given.own), population(given.people, 0.0)
    how: dict[str, Any] = {"threads": given.threads, "allow_draft": True}

    def score(people: Population) -> Any:
        return ruleset.score(people, at=AT, **how)

    start = perf_counter()
    findings = score(everybody)
    print(f"first call, with compiling or loading compiled code: {perf_counter() - start:.2f} s")
    prepared = ruleset.prepare(everybody, at=AT, **how)
    sides = {
        "plain loop over the readings": plain_side(everybody, given.threads),
        "scoring": lambda: score(without),
        f"scoring, {given.own:.0%} with own limits": lambda: score(everybody),
        "preparing": lambda: ruleset.prepare(everybody, at=AT, **how),
        "scoring it again": lambda: prepared.score(**how),
        "scoring it again, 3 other limits": lambda: prepared.score(other, **how),
        "table": findings.table,
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for _ in range(given.rounds):
        for name, side in sides.items():
            taken[name].append(measured(side))
    base = statistics.median(clock for clock, _ in taken["plain loop over the readings"])
    rows = sum(len(each.times) for each in everybody.tables.values())
    said = findings.table().num_rows
    print(f"{given.people} patients, {rows} rows, {findings.status.size} verdicts, {said} in the table")
    print(f"{'':40}{'clock':>9}{'processor':>11}{'of plain':>10}")
    for name, times in taken.items():
        clock, processor = (statistics.median(each) for each in zip(*times, strict=True))
        print(f"{name:40}{clock:8.3f}s{processor:10.3f}s{clock / base:9.1f}x")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
