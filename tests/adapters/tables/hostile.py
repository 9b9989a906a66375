"""Patients in whose records much is wrong, or unusual: what intakes must agree on most."""

from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.strategies import SEEDS

_TIMES = (
    "2026-01-05T07:30",
    "2026-01-05T07:30:00+01:00",
    "2026-01-05 06:30:00.123456789Z",
    "2026-01-05",
    "2026-01-06",
    "2026-03-29T02:30",
    "2026-10-25T02:30",
    "2026-10-25T02:30:00+01:00",
    "1900-01-01",
    "2100-12-31T23:59",
    "2026-13-01",
    "yesterday",
    "",
    None,
)
_GOOD_TIMES = _TIMES[:8]


@st.composite
def hostile_records(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A few patients, each drawn from a seed."""
    seeds = draw(st.lists(SEEDS, min_size=1, max_size=4))
    return [record(Random(seed), f"p{place}") for place, seed in enumerate(seeds)]


def record(pick: Random, name: str) -> dict[str, Any]:
    """A patient with everything."""
    return {
        "id": name,
        "zone": pick.choice(("Europe/Oslo", "America/St_Johns", "Pacific/Auckland")),
        "sex": pick.choice(("female", "other", "unknown", "F", None)),
        "birth_date": pick.choice(("1950-02-28", "1950-02-30", "50-02-28", None)),
        "readings": {
            "body_weight": [_reading(pick, _weight) for _ in range(pick.choice((0, 3, 9)))],
            "glucose": [_reading(pick, _glucose) for _ in range(6)],
            "blood_pressure": [_reading(pick, _pressure) for _ in range(pick.choice((0, 3, 9)))],
        },
        "forms": {"gad7": [_reading(pick, _form) for _ in range(2)]},
        "conditions": {key: [_span(pick) for _ in range(3)] for key in ("heart_failure", "pregnancy")},
        "stays": {"hospital_stay": [_span(pick) for _ in range(pick.choice((0, 2)))]},
        "events": {"technical_fault": [_event(pick) for _ in range(pick.choice((0, 1, 3)))]},
        "medicines": [{**_span(pick), **_medicine(pick)} for _ in range(pick.choice((0, 1, 4)))],
        "dispenses": [_dispense(pick) for _ in range(pick.choice((0, 2, 6)))],
        "doses": [_dose(pick) for _ in range(pick.choice((0, 3, 9)))],
        "limits": [_limit(pick) for _ in range(pick.choice((0, 1, 3)))],
    }


def _some(pick: Random, **fields: Any) -> dict[str, Any]:
    """Some of the fields."""
    return {name: each for name, each in fields.items() if each is not None and pick.random() < 0.4}


def _time(pick: Random) -> str | None:
    return pick.choice(_GOOD_TIMES if pick.random() < 0.85 else _TIMES)


def _timed(pick: Random, name: str) -> dict[str, Any]:
    time = _time(pick)
    return {} if not time else {name: time}


def _reading(pick: Random, measured: Any) -> dict[str, Any]:
    recorded = _time(pick) if pick.random() < 0.4 else None
    words = _some(
        pick,
        comparator=pick.choice((None, None, "<", "<=", ">", "~")),
        status=pick.choice((None, "final", "amended", "preliminary", "entered-in-error")),
        entered=pick.choice(("typed", "device", "relative", "robot")),
        position=pick.choice(("sitting", "lying")),
        arm=pick.choice(("left", "both")),
        meal=pick.choice(("fasting", "after_meal")),
    )
    return {**_timed(pick, "time"), **measured(pick), **words, **({"recorded": recorded} if recorded else {})}


def _weight(pick: Random) -> dict[str, Any]:
    unit = pick.choice(("kg", "kg", "g", "lb", "mmHg", "stone", None))
    value = pick.choice((83.1, 83.1, 83100.0, 0.1, 5000.0, -3.0, 1e308, "HI", "heavy", None))
    return {"value": value} | ({"unit": unit} if unit else {})


def _glucose(pick: Random) -> dict[str, Any]:
    return {
        "value": pick.choice((3.9, 70.0, 70.2, 27.8, 0.0, "HI", " lo ", "high", None)),
        "unit": pick.choice(("mmol/L", "mg/dL")),
    }


def _pressure(pick: Random) -> dict[str, Any]:
    parts = {"systolic": pick.choice((140.0, 180.0, 900.0, None)), "diastolic": pick.choice((85.0, 85.0, "LO", None))}
    return {name: each for name, each in parts.items() if each is not None} | {"unit": pick.choice(("mmHg", "kPa"))}


def _form(pick: Random) -> dict[str, Any]:
    return {f"item{each}": pick.choice((0.0, 1.0, 3.0, 4.0, "often")) for each in range(1, 8) if pick.random() < 0.8}


def _span(pick: Random) -> dict[str, Any]:
    times = _some(pick, **{"from": _time(pick) or None, "to": _time(pick) or None, "recorded": _time(pick) or None})
    return {**times, **_some(pick, certain=pick.choice((True, False)))}


def _event(pick: Random) -> dict[str, Any]:
    return {**_timed(pick, "time"), **_some(pick, recorded=_time(pick) or None)}


def _medicine(pick: Random) -> dict[str, Any]:
    codes = pick.choice(("C10AA05", " c10aa07", "C10", "C09AA05", "statin", None))
    return _some(pick, use=pick.choice(("regular", "course", "as_needed", "often"))) | ({"atc": codes} if codes else {})


def _dispense(pick: Random) -> dict[str, Any]:
    amounts = _some(pick, days=pick.choice((30.0, 2.5, 0.0, -1.0, 9999.0)))
    for name in ("quantity", "daily_dose", "strength"):
        unit = pick.choice(("tablets", "stk", "mg", "g", "mL", "puff", " Puff", ""))
        amounts |= _some(pick, **{name: pick.choice((100.0, 4.0, 2.0, 0.3, 0.0, -1.0, 1e300)), f"{name}_unit": unit})
    return {**_event(pick), **_medicine(pick), **amounts}


def _dose(pick: Random) -> dict[str, Any]:
    status = pick.choice(("taken", "taken", "missed", "unknown", "perhaps"))
    row = {**_timed(pick, "planned"), "status": status, **_medicine(pick)}
    reason = pick.choice(("paused", "travel_dose", "lost"))
    more = _some(pick, taken=_time(pick) or None, reason=reason, recorded=_time(pick) or None)
    return {**row, **more}


def _limit(pick: Random) -> dict[str, Any]:
    return {
        "limit": pick.choice(("kg_low", "kg_high")),
        "value": pick.choice((1.5, 2.0)),
        "unit": pick.choice(("kg", "mmHg")),
        **_some(pick, **{"from": pick.choice(("2026-01-01", "soon")), "until": "2025-12-31", "author": "a nurse"}),
    }
