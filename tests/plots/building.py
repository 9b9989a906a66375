"""Patients for charts, all made up: plain records, and tables made by hand for what records say in other ways."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import cds
from cds.api import Ruleset, ruleset_of
from cds.codes import Attribute
from cds.loading import check_texts
from cds.operators.reasons import DAYS_NOT_KNOWN, KNOWN, WITHHELD
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.patient import Table
from cds.periods import instant, zone
from cds.plots import Chart, chart
from cds.shipped import DEMO_AT, DEMO_PATIENT, shipped_rulesets

BUSY = Path(__file__).parent / "busy.yaml"
DEMO_RULES = ("home-blood-pressure", "heart-failure-weight", "dispenser-doses")
BUSY_AT = "2026-04-20T09:00"
Row = Mapping[str, Any]


def at(text: str) -> int:
    """Microseconds UTC of a clock time in Norway."""
    read = instant(text, zone())
    assert read
    return read[0]


def table(rows: Sequence[Row], supplied_from: int = FIRST_TIME) -> Table:
    """A table made by hand; what a row does not say is 0."""
    times = [at(row["time"]) for row in rows]
    return Table(
        times,
        [at(row["recorded"]) if "recorded" in row else FIRST_TIME for row in rows],
        [zone().offset_at(time) for time in times],
        [float(row.get("value", 0.0)) for row in rows],
        [float(row.get("raw", row.get("value", 0.0))) for row in rows],
        [int(row.get("unit", 0)) for row in rows],
        [int(row.get("group", place)) for place, row in enumerate(rows)],
        [int(row.get("attribute", 0)) for row in rows],
        [int(row.get("quality", KNOWN)) for row in rows],
        [],
        supplied_from,
    )


def patient(records: Mapping[str, Any], tables: Mapping[str, Table] | None = None) -> cds.Patient:
    """A patient from records, some tables replaced by those made by hand."""
    read = cds.Patient.from_dict({"id": "1", **records})
    return cds.Patient(replace(read.facts, tables={**read.facts.tables, **(tables or {})}))


def loaded(text: str) -> Ruleset:
    """The ruleset of a text."""
    return ruleset_of(check_texts([(text, "written.yaml", True)]))


def demo_chart(language: Any = "nb", rules: Sequence[str] = DEMO_RULES, **words: Any) -> Chart:
    """The chart of the demonstration patient, by the rulesets that she has something to show for."""
    records = json.loads(DEMO_PATIENT.read_text("utf-8"))
    ruleset = cds.load([shipped_rulesets() / f"{each}.yaml" for each in rules])
    who = cds.Patient.from_dict(records)
    return chart(ruleset, who, at=DEMO_AT, language=language, allow_draft=True, **words)


def busy_chart(who: cds.Patient, language: Any = "nb", moment: str = BUSY_AT, **words: Any) -> Chart:
    """A chart by the ruleset that uses every kind of input."""
    return chart(cds.load(BUSY), who, at=moment, language=language, allow_draft=True, **words)


def busy_patient() -> cds.Patient:
    """Ninety days with everything that a chart can show."""
    random = Random(7)
    days = [datetime(2026, 1, 21) + timedelta(days=n) for n in range(90)]
    home = [day for day in days if not 28 <= (day - days[0]).days < 36]
    records = {
        "birth_date": "1948-04-17",
        "conditions": {
            "heart_failure": [{"from": "2023-02-06"}],
            "diabetes": [{"from": "2026-02-10", "certain": False}],
        },
        "devices": {"medicine_dispenser": [{"from": "2026-01-25"}]},
        "events": {"technical_fault": [{"time": "2026-02-10T12:00"}, {"time": "2026-04-19T21:00"}]},
        "limits": [
            {"limit": "oxygen_red", "value": 86, "unit": "%", "author": "Kari Lege", "from": "2026-01-01"},
            {"limit": "gain_yellow", "value": 1.5, "unit": "kg", "author": "Kari Lege", "until": "2026-03-01"},
        ],
        "readings": {
            "blood_pressure": list(_pressures(random, home)),
            "oxygen_saturation": list(_oxygen(random, home)),
            "heart_rate": [_at(day, 8, random.gauss(78, 9) // 1, "/min") for day in home[45:]],
            "body_weight": list(_weights(random, home)),
            "glucose": list(_sugar(random, home)),
        },
        "doses": list(_doses(random, days[4:])),
        "supplied": {"heart_rate": {"from": "2026-03-05"}},
    }
    return patient(records, _by_hand())


def _at(day: datetime, hour: float, value: float, unit: str, **more: Any) -> dict[str, Any]:
    return {"time": (day + timedelta(hours=hour)).isoformat(), "value": value, "unit": unit, **more}


def _pressures(random: Random, days: Sequence[datetime]) -> Iterator[dict[str, Any]]:
    for place, day in enumerate(days):
        if place % 3:
            high = 138 + 12 * (place > 50) + random.randint(-9, 14)
            time = (day + timedelta(hours=7.5)).isoformat()
            yield {"time": time, "systolic": high, "diastolic": high - 52 + random.randint(-6, 6), "unit": "mmHg"}
    yield {"time": "2026-03-20T08:00", "systolic": 1390, "diastolic": 85, "unit": "mmHg"}
    yield {"time": "2026-04-02T08:00", "systolic": 139, "unit": "mmHg"}


def _oxygen(random: Random, days: Sequence[datetime]) -> Iterator[dict[str, Any]]:
    for day in days[::2]:
        yield _at(day, 9, random.randint(88, 97), "%")
    yield {"time": "2026-04-11", "value": 87, "unit": "%"}
    yield _at(days[70], 20, 85, "%", comparator="<")
    yield _at(days[20], 18, 93, "%")
    yield _at(days[20], 18, 84, "%")


def _weights(random: Random, days: Sequence[datetime]) -> Iterator[dict[str, Any]]:
    weight = 82.0
    for place, day in enumerate(days):
        weight += random.gauss(0.02, 0.25)
        if not 48 <= place < 58:
            yield _at(day, 7.2, round(weight, 1), "kg")
    yield {"time": "2026-02-03T07:30", "value": 82.4}
    yield {"time": "2026-02-05T07:30", "value": 82.1, "unit": "stone"}
    yield {"time": "2026-04-15T07:30", "value": 820, "unit": "kg"}


def _sugar(random: Random, days: Sequence[datetime]) -> Iterator[dict[str, Any]]:
    for day in days[60:]:
        for hour in (7, 12, 17, 22):
            yield _at(day, hour, round(max(2.5, random.gauss(8.5, 3.2)), 1), "mmol/L")
    yield _at(days[65], 10, 27.8, "mmol/L", comparator=">")
    yield {"time": "2026-04-05T15:00", "value": "HI", "unit": "mmol/L"}


def _doses(random: Random, days: Sequence[datetime]) -> Iterator[dict[str, Any]]:
    for place, day in enumerate(days):
        for hour in (8, 20):
            planned = day + timedelta(hours=hour)
            fate = random.choices(("taken", "late", "missed", "unknown"), (80, 9, 8, 3))[0]
            row = {"planned": planned.isoformat(), "status": "taken" if fate == "late" else fate, "atc": ["C09AA05"]}
            if 24 <= place < 32:
                yield {**row, "status": "missed", "reason": "hospital_stay"}
            elif fate in ("taken", "late"):
                minutes = random.randint(75, 200) if fate == "late" else random.randint(0, 40)
                yield {**row, "taken": (planned + timedelta(minutes=minutes)).isoformat()}
            else:
                yield row
    yield {"planned": "2026-04-20T07:00", "status": "taken", "atc": ["C09AA05"]}


def _by_hand() -> dict[str, Table]:
    dispenses = [("2026-01-10", 30, 0), ("2026-02-05", 30, 0), ("2026-02-06", 28, 1), ("2026-03-25", 30, 0)]
    handed_out = [{"time": day, "value": days, "group": group, "attribute": 1} for day, days, group in dispenses]
    unclear = {"time": "2026-04-12", "group": 1, "attribute": 1, "quality": DAYS_NOT_KNOWN}
    stays = [
        {"time": "2026-02-18T11:00", "value": at("2026-02-26T14:00")},
        {"time": "2026-04-08T22:00", "value": at("2026-04-09T10:00"), "quality": WITHHELD},
    ]
    return {
        "supply.antihypertensives": table([*handed_out, unclear]),
        "stays.hospital_stay": table(stays),
        "medicines.antihypertensives": table(
            [{"time": "2025-11-03", "value": LAST_TIME, "attribute": Attribute.REGULAR}]
        ),
    }
