"""A made-up course of events over some patients, and what following them without any disturbance gives."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import cds
from cds.api import Ruleset
from cds.follow import Answer, Follower, answered, document
from cds.store import SqliteStore, key_from_file

TOP = Path(cds.__file__).parents[1]
RULES = ("rulesets/heart-failure-weight.yaml",)
FIRST = datetime(2026, 1, 5, 7, 0)
PATIENTS = 5
Json = dict[str, Any]


@cache
def ruleset() -> Ruleset:
    return cds.load([TOP / each for each in RULES])


def store_in(folder: Path, patience: float = 10.0) -> SqliteStore:
    return SqliteStore(folder / "events.sqlite", key_from_file(folder / "master.key"), patience=patience)


def follower_in(folder: Path, **more: Any) -> Follower:
    return Follower(ruleset(), store_in(folder), allow_draft=True, **more)


def said(answer: Any) -> list[Json]:
    """An answer as `cds follow` writes it, line by line."""
    alarms = answer.alarms if isinstance(answer, Answer) else ()
    return [*({"alarm": each} for each in alarms), document(answer)]


def patient(name: str, at: datetime, number: int) -> Json:
    record: Json = {"birth_date": "1950-02-28", "conditions": ["heart_failure"], "readings": {"body_weight": []}}
    return {"id": f"e{number}", "patient": name, "at": at.isoformat(), "kind": "patient", "record": record}


def weight(name: str, at: datetime, number: int, pick: Random) -> Json:
    """A weight, now and then one from before, one that corrects the last, or one that cannot be used."""
    row: Json = {"id": f"w{number - pick.choice((0, 0, 0, 3))}", "time": at.isoformat(), "unit": "kg"}
    row |= {"value": pick.choice((80.0, 80.4, 81.0, 82.5, 84.0, 900.0))}
    if pick.random() < 0.2:
        row["time"] = (at - timedelta(hours=pick.randrange(40))).isoformat()
    record = {"readings": {"body_weight": [row]}}
    return {"id": f"e{number}", "patient": name, "at": at.isoformat(), "kind": "record", "record": record}


def action(name: str, alarm: str, at: datetime, number: int, pick: Random) -> Json:
    made = {"id": f"e{number}", "patient": name, "at": at.isoformat(), "alarm": alarm, "who": "Kari", "role": "nurse"}
    more = pick.choice(
        (
            {"kind": "take_in_hand"},
            {"kind": "hand_over", "to": "the doctor"},
            {"kind": "acknowledge", "reason": "contacted_patient"},
            {"kind": "acknowledge", "reason": "will_monitor", "until": (at + timedelta(hours=9)).isoformat()},
            {"kind": "close"},
        )
    )
    return made | more


def course(follower: Follower, count: int, seed: int = 1) -> Iterator[tuple[Json, list[Json]]]:
    """So many events, and what is answered to each: people answer alarms that were told before."""
    pick, at, alarms = Random(seed), FIRST, list[tuple[str, str]]()
    for number in range(count):
        at += timedelta(minutes=pick.choice((0, 7, 61, 240)))
        name = f"p{pick.randrange(PATIENTS)}"
        draw = pick.random()
        if number < PATIENTS:
            event = patient(f"p{number}", at, number)
        elif draw < 0.15:
            event = {"id": f"e{number}", "at": at.isoformat(), "kind": "time"}
        elif draw < 0.3 and alarms:
            event = action(*pick.choice(alarms[-9:]), at, number, pick)
        elif draw < 0.31:
            event = {"id": f"e{number}", "patient": name, "at": at.isoformat(), "kind": "erase"}
        elif draw < 0.34:
            until = (at + timedelta(days=1)).isoformat()
            pause = {"since": at.isoformat(), "until": until, "reason": "travel", "who": "Kari"}
            event = {"id": f"e{number}", "patient": name, "at": at.isoformat(), "kind": "pause", **pause}
        elif draw < 0.36:
            event = patient(name, at, number)
        else:
            event = weight(name, at, number, pick)
        lines = said(answered(follower, event))
        alarms += [
            (each["alarm"]["patient"], each["alarm"]["alarm"]) for each in lines if "alarm" in each.get("alarm", {})
        ]
        yield event, lines


def in_lines(events: list[Json]) -> str:
    return "".join(json.dumps(each) + "\n" for each in events)
