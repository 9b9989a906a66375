"""What one event costs when patients are followed on a store: `Follower.add`, on disk before it answers.

A store of many made-up patients, each with some days of weights, pulses and blood pressures; all rulesets that ship
unless said. Then one event after the other about some of them. The first event about a patient makes the session anew
from the log, later ones find it in memory. Times are of the clock on the wall, with everything that waits for the disk,
and of the processor.

    python benchmarks/follow.py [--patients 50000] [--days 14] [--active 500] [--rounds 4] [--rules PATH]
"""

import argparse
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter, process_time
from typing import Any, Final

import cds
from cds.follow import Follower
from cds.store import Event, SqliteStore

RULESETS: Final = Path(__file__).parents[1] / "rulesets"
FIRST_DAY: Final = datetime(2026, 1, 1)
AT_ONCE: Final = 1000
Row = dict[str, Any]


def reading(name: str, time: datetime, pick: Random) -> tuple[str, Row]:
    """One measurement: its concept and its row."""
    row: Row = {"id": f"{name}-{time.isoformat()}", "time": time.isoformat()}
    if name == "blood_pressure":
        parts = {"systolic": round(pick.gauss(136, 12)), "diastolic": round(pick.gauss(84, 7)), "unit": "mmHg"}
        return name, row | parts
    middle, spread, unit = {"body_weight": (80.0, 0.8, "kg"), "heart_rate": (70.0, 8.0, "/min")}[name]
    return name, row | {"value": round(pick.gauss(middle, spread), 1), "unit": unit}


def record(days: int, pick: Random) -> Row:
    """A patient with all that came before."""
    found: Row = {"birth_date": "1950-05-17", "sex": "female", "conditions": ["heart_failure", "hypertension"]}
    readings: dict[str, list[Row]] = {"body_weight": [], "heart_rate": [], "blood_pressure": []}
    for day in range(days):
        for name, rows in readings.items():
            rows.append(reading(name, FIRST_DAY + timedelta(days=day, hours=7, minutes=pick.randrange(40)), pick)[1])
    return found | {"readings": readings}


def beginnings(patients: int, days: int, pick: Random) -> Iterator[Event]:
    """Everybody's first event, as it lies in the store."""
    at = (FIRST_DAY + timedelta(days=days)).isoformat()
    for number in range(patients):
        yield Event(f"begin-{number}", f"p{number}", "patient", {"at": at, "record": record(days, pick)})


def timed(do: Callable[[], Any], into: list[tuple[float, float]]) -> None:
    """How many milliseconds it took, and how many of them the processor worked, are added to the list."""
    start, worked = perf_counter(), process_time()
    do()
    into.append(((perf_counter() - start) * 1000, (process_time() - worked) * 1000))


def line(name: str, times: list[tuple[float, float]]) -> str:
    """How many a second, and milliseconds: the median, and what 99 of 100 keep under; the same of the processor."""
    shown = f"{name:<28}{len(times):>8}{1000 * len(times) / sum(each for each, _ in times):>10.0f}"
    for column in zip(*times, strict=True):
        ordered = sorted(column)
        shown += f"{median(ordered):>10.2f}{ordered[round(0.99 * (len(ordered) - 1))]:>10.2f}"
    return shown


def resident() -> float:
    """The most memory that this process ever held, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e6 if sys.platform == "darwin" else 1e3)


def measured(folder: Path, rules: str, patients: int, days: int, active: int, rounds: int) -> str:
    """The table."""
    pick = Random(1)
    store = SqliteStore(folder / "follow.sqlite", bytes(32))
    waiting: list[Event] = []
    for event in beginnings(patients, days, pick):
        waiting.append(event)
        if len(waiting) == AT_ONCE:
            store.append(waiting)
            waiting = []
    store.append(waiting)
    ruleset = cds.load(rules)
    start = perf_counter()
    follower = Follower(ruleset, store, allow_draft=True)
    ready = perf_counter() - start
    asked = pick.sample(range(patients), min(active, patients))
    cold, warm = ([] for _ in range(2))
    for turn in range(rounds + 1):
        at = FIRST_DAY + timedelta(days=days, hours=2 * turn + 1)
        for number in asked:
            name, row = reading(pick.choice(("body_weight", "heart_rate", "blood_pressure")), at, pick)
            event = {"id": f"{number}-{turn}", "patient": f"p{number}", "at": at.isoformat(), "kind": "record"}
            event["record"] = {"readings": {name: [row]}}
            timed(lambda: follower.add(event), warm if turn else cold)  # noqa: B023 - called at once
    size = sum(each.stat().st_size for each in folder.iterdir())
    rows = [line("add, made anew from the log", cold), line("add, in memory", warm)]
    store.close()
    return "\n".join(
        [
            f"{patients} patients with {days} days each, {len(ruleset.plan.rules)} rules; ready in {ready:.1f} s; "
            f"files {size / 1e6:.0f} MB; at most {resident():.0f} MB of memory",
            f"{'':<28}{'events':>8}{'each s':>10}{'p50 ms':>10}{'p99 ms':>10}{'p50 cpu':>10}{'p99 cpu':>10}",
            *rows,
        ]
    )


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--patients", type=int, default=50_000)
    asked.add_argument("--days", type=int, default=14)
    asked.add_argument("--active", type=int, default=500)
    asked.add_argument("--rounds", type=int, default=4)
    asked.add_argument("--rules", default=str(RULESETS))
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(measured(Path(folder), given.rules, given.patients, given.days, given.active, given.rounds))


if __name__ == "__main__":
    main()
