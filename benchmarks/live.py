"""What one event costs in a live session, beside reading and evaluating the patient anew for each event.

One patient with 90 days of home measurements and doses: weight, blood pressure, pulse, oxygen saturation and
temperature daily, glucose four times a day, doses twice a day; all rulesets that ship. What follows comes event by
event. For every event the sides take turns in one process, so that whatever else the machine does falls on all alike;
their findings are compared. Times are processor time of this process.

    python benchmarks/live.py [--days 90] [--events 200]
"""

import argparse
import pickle
import statistics
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from time import process_time_ns
from typing import Any, Final

import cds

RULESETS: Final = Path(__file__).parents[1] / "rulesets"
FIRST_DAY: Final = datetime(2026, 1, 1)
Row = dict[str, Any]
Event = tuple[str, Row]  # when it comes, the record

READINGS: Final = (  # concept, unit, value, spread, clock times
    ("body_weight", "kg", 80.0, 0.6, (7,)),
    ("heart_rate", "/min", 70.0, 6.0, (7,)),
    ("oxygen_saturation", "%", 95.0, 1.5, (7,)),
    ("body_temperature", "Cel", 36.8, 0.3, (7,)),
    ("glucose", "mmol/L", 7.0, 1.8, (7, 12, 17, 22)),
)
DOSES: Final = (8, 20)


def events(first: int, days: int, pick: Random) -> Iterator[Event]:
    """Everything that comes on some days, in its order."""
    for number in range(first, first + days):
        day = FIRST_DAY + timedelta(days=number)
        found = [*readings(day, pick), *pressures(day, pick), *doses(day, pick)]
        yield from sorted(found, key=lambda each: each[0])


def readings(day: datetime, pick: Random) -> Iterator[Event]:
    """Single numbers of a day."""
    for concept, unit, value, spread, hours in READINGS:
        for hour in hours:
            time = (day + timedelta(hours=hour, minutes=pick.randrange(40))).isoformat()
            row = {"id": f"{concept}-{time}", "time": time, "value": round(pick.gauss(value, spread), 1), "unit": unit}
            yield time, {"readings": {concept: [row]}}


def pressures(day: datetime, pick: Random) -> Iterator[Event]:
    """Two blood pressures in the morning and two in the evening."""
    for hour, minute in ((7, 40), (7, 42), (20, 40), (20, 42)):
        time = (day + timedelta(hours=hour, minutes=minute)).isoformat()
        parts = {"systolic": round(pick.gauss(136, 8)), "diastolic": round(pick.gauss(84, 5))}
        yield time, {"readings": {"blood_pressure": [{"id": f"bp-{time}", "time": time, "unit": "mmHg", **parts}]}}


def doses(day: datetime, pick: Random) -> Iterator[Event]:
    """What a dispenser tells: most doses are taken."""
    for hour in DOSES:
        planned = day + timedelta(hours=hour)
        row: Row = {"id": f"dose-{planned.isoformat()}", "planned": planned.isoformat(), "atc": "C07AB02"}
        told = planned + timedelta(minutes=pick.randrange(60))
        taken = {"status": "taken", "taken": told.isoformat()} if pick.random() < 0.95 else {"status": "missed"}
        yield told.isoformat(), {"doses": [row | taken]}


def record(days: int, pick: Random) -> Row:
    """The patient with all that came before."""
    found: Row = {"id": "1", "birth_date": "1950-05-17", "sex": "female", "readings": {}, "doses": []}
    found |= {"conditions": ["heart_failure", "hypertension", "diabetes"], "devices": ["medicine_dispenser"]}
    for _, event in events(0, days, pick):
        for name, rows in event.get("readings", {}).items():
            found["readings"].setdefault(name, []).extend(rows)
        found["doses"] += event.get("doses", ())
    return found


def with_event(patient: Row, event: Row) -> Row:
    """The record with an event written into it."""
    named = {name: [*rows, *event.get("readings", {}).get(name, ())] for name, rows in patient["readings"].items()}
    return {**patient, "readings": named, "doses": [*patient["doses"], *event.get("doses", ())]}


def timed(do: Callable[[], Any], into: list[float]) -> Any:
    """What it gives; how many milliseconds of processor it took is added to the list."""
    start = process_time_ns()
    given = do()
    into.append((process_time_ns() - start) / 1e6)
    return given


def line(name: str, times: list[float]) -> str:
    """How many a second, and milliseconds of processor: the median, and what 99 of 100 keep under."""
    ordered = sorted(times)
    at_99 = ordered[min(len(ordered) - 1, round(0.99 * (len(ordered) - 1)))]
    rate = 1000 * len(times) / sum(times)
    return f"{name:<34}{rate:>10.0f}{statistics.median(ordered):>10.2f}{at_99:>10.2f}"


def is_due(due: str | None, time: str) -> bool:
    """Whether a host's timer rings before the next event, so that it lets time go first."""
    return due is not None and datetime.fromisoformat(due).replace(tzinfo=None) <= datetime.fromisoformat(time)


def measured(days: int, count: int) -> str:
    """The table."""
    pick = Random(1)
    ruleset, patient = cds.load(RULESETS), record(days, pick)
    coming = list(events(days, count // 12 + 1, pick))[:count]
    at = (FIRST_DAY + timedelta(days=days)).isoformat()
    session = ruleset.session(cds.Patient.from_dict(patient), at=at, allow_draft=True)
    adding, asking, advancing, evaluating, reading = ([] for _ in range(5))
    for time, event in coming:
        patient = with_event(patient, event)
        while is_due(timed(lambda: session.next_due, asking), time):
            timed(lambda: session.advance(to=session.next_due or at), advancing)
        timed(lambda: session.add({"id": "1", **event}, at=time), adding)  # noqa: B023 - called at once
        known = timed(lambda: cds.Patient.from_dict(patient), reading)  # noqa: B023
        fresh = timed(lambda: ruleset.evaluate(known, at=time, allow_draft=True), evaluating)  # noqa: B023
        assert fresh == session.result
    anew = [one + other for one, other in zip(reading, evaluating, strict=True)]
    rules, bytes_held = len(ruleset.plan.rules), len(pickle.dumps(session))
    return "\n".join(
        [
            f"{len(coming)} events after {days} days, {rules} rules; the session pickled: {bytes_held / 1e6:.1f} MB",
            f"{'':<34}{'each s':>10}{'p50 ms':>10}{'p99 ms':>10}",
            line("session.add", adding),
            line("session.next_due", asking),
            line("session.advance to what is due", advancing),
            line("evaluate, patient in memory", evaluating),
            line("read the patient and evaluate", anew),
        ]
    )


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--days", type=int, default=90)
    asked.add_argument("--events", type=int, default=200)
    given = asked.parse_args()
    print(measured(given.days, given.events))


if __name__ == "__main__":
    main()
