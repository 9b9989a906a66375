"""What a population's past costs: four weeks, day by day, through the alarm logic.

A population of `population/generator.py` (`--patients`, or `--folder` with one that is there already) is read once for
all days and simulated. Beside it, in the same run:

- `score, day by day`: what `cds.score` takes for as many moments with the population in memory, without any alarms;
- `one by one`: `evaluate` for some patients at every moment and `cds.alarms.fold` over what it says, times how many
  more there are. It must tell the same alarm events, and the script stops when it does not.

Time on the clock and of the processor are printed, and the number of alerts.
"""

import argparse
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

from population.generator import write
from population.moments import AT

import cds
from cds.alarms import Advanced, Alarms, evaluated, fold
from cds.execute.batch import score
from cds.population import Population, patient_at, population_of
from cds.simulation import Period, Simulated, period_of, simulate_each
from cds.simulation.running import read

RULES: Final = Path(__file__).parent / "population" / "rules"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SAMPLE: Final = 50
Timed = tuple[Any, float, float]


def timed(work: Callable[[], Any]) -> Timed:
    """What work gives, and the seconds that it takes on the clock and of the processor."""
    clock, processor = perf_counter(), process_time()
    made = work()
    return made, perf_counter() - clock, process_time() - processor


def scored(ruleset: cds.Ruleset, population: Population, period: Period, threads: int) -> None:
    """Every moment by itself, without alarms."""
    for at in period.moments(population.zones[0]):
        score(ruleset.plan, population, at, threads=threads)


def one_by_one(ruleset: cds.Ruleset, people: list[cds.Patient], period: Period) -> list[tuple[str, int, str, str]]:
    """The alarm events of some patients, each evaluated alone at every moment."""
    told: list[tuple[str, int, str, str]] = []
    for patient in people:
        moments = [EPOCH + timedelta(microseconds=at) for at in period.moments(patient.facts.zone)]
        seen = [evaluated(ruleset.evaluate(patient, at=at, allow_draft=True)) for at in moments]
        _, events = fold(Alarms(patient.id), [*seen, Advanced(period.end_of(patient.facts.zone))])
        told += [(patient.id, each.at, each.rule, each.kind) for each in events]
    return sorted(told)


def told_of(simulated: Simulated, ids: set[str]) -> list[tuple[str, int, str, str]]:
    """The alarm events that a simulation gives of some patients."""
    rows = simulated.events_table().to_pylist()
    events = [each for each in rows if each["patient"] in ids and each["kind"] != "suppressed"]
    return sorted(
        (each["patient"], (each["at"] - EPOCH) // timedelta(microseconds=1), each["rule"], each["kind"])
        for each in events
    )


def compare(folder: Path, period: Period, threads: int) -> None:
    """Measure and print."""
    ruleset = cds.load(RULES)
    population, *reading = timed(lambda: read([ruleset], folder, period, threads))
    people = sample_of(ruleset, folder)
    few = population_of([each.facts for each in people])
    (alone,) = simulate_each([ruleset], few, period)  # which also compiles what is measured
    (simulated,), *simulating = timed(lambda: simulate_each([ruleset], population, period, threads=threads))
    _, *scoring = timed(lambda: scored(ruleset, population, period, threads))
    told, *single = timed(lambda: one_by_one(ruleset, people, period))
    assert told == told_of(alone, set(few.ids)), "alarm events differ"
    many = population.n / len(people)
    print(f"{population.n} patients, {period.days} days, {len(ruleset.plan.rules)} rules, {threads} threads")
    print(f"{simulated.alerts} alerts, {len(simulated.events.at)} events, {simulated.per_week:.2f} a week per 80")
    for name, (clock, processor) in {
        "read": reading,
        "simulate": simulating,
        "score, day by day": scoring,
        f"one by one ({len(people)}, scaled)": [each * many for each in single],
    }.items():
        print(f"{name:<28} clock {clock:>9.1f} s   processor {processor:>9.1f} s")


def sample_of(ruleset: cds.Ruleset, folder: Path) -> list[cds.Patient]:
    """Some patients with all of their data."""
    everybody, _ = ruleset.read_tables(folder)
    step = max(everybody.n // SAMPLE, 1)
    return [cds.Patient(patient_at(everybody, place)) for place in range(0, everybody.n, step)][:SAMPLE]


def main() -> None:
    """Read the command line, make what is missing, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, help="a population that is there already")
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    last = datetime.fromisoformat(AT).date()
    period = period_of(last - timedelta(days=given.days - 1), last)
    if given.folder:
        compare(given.folder, period, given.threads)
        return
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), given.patients, "in order")
        compare(Path(folder), period, given.threads)


if __name__ == "__main__":
    main()
