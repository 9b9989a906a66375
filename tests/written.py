"""Random rulesets as authors write them, and random patients as records: the whole way from text to finding."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from hypothesis import strategies as st

from tests.strategies import MOMENTS, SEEDS

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

HEAD: Final = """\
language: 1
ruleset: written
version: 1.0.0
status: draft
title:
  en: Written by chance
uses: {}
applies_to:
  - {applies}
inputs:
  weight: body_weight
  pressure: blood_pressure
  sugar: glucose
  doses:
    dispenser_doses: all
    leave_out: [hospital_stay, paused]
  faults:
    dispenser_events: technical_fault
  failure:
    diagnosis: heart_failure
  child:
    diagnosis: pregnancy
  supply:
    dispenses: statins
  statin:
    medicine: statins
  mood:
    form: gad7
limits:
"""

LIMITS: Final = """\
  {name}:
    {kind}: {amount}
    label:
      en: {name}
"""
_DOSES: Final = ("1 doses", "2 doses")
_PERCENT: Final = ("50 %", "80 %")
_READINGS: Final = ("1 readings", "2 readings", "4 readings")
_DAYS: Final = ("1 days", "3 days", "7 days")
LIMIT_POOLS: Final = {
    "kg_low": ("1 kg", "2 kg", "81 kg"),
    "kg_high": ("82.5 kg\n    beyond: kg_low", "not set\n    allowed: 1 to 100 kg\n    beyond: kg_low"),
    "mmhg_low": ("135 mmHg\n    allowed: 100 to 150 mmHg", "140 mmHg"),
    "mmhg_high": ("180 mmHg", "not set\n    allowed: 140 to 200 mmHg"),
    "some_doses": _DOSES,
    "share": _PERCENT,
    "some_readings": _READINGS,
    "some_days": _DAYS,
    "some_points": ("1 points", "3 points"),
    "adult": ("18 years", "60 years"),
    "late": ("30 min", "60 min"),
}
PAIR: Final = """\
  sugar_low:
    default:
      mmol/L: 3.9
      mg/dL: 70
    label:
      en: sugar_low
"""
CASES: Final = """\
  kg_by_age:
    default:
      - when: age is at least adult
        use: 82 kg
      - when: has child
        use: 70 kg
      - otherwise: 90 kg
    label:
      en: kg_by_age
"""
_WINDOWS: Final = ("7 days", "3 days", "1 day", "36 hours", "90 min", "1 months", "2 weeks")
_NEAR: Final = (0.0, 0.0, 0.1, -0.1, 1e-10, -1e-10, 2.0, 5.0)


@st.composite
def ruleset_texts(draw: st.DrawFn) -> str:
    """A ruleset that the checker accepts."""
    pick = Random(draw(SEEDS))
    text = HEAD.format("{}", applies=pick.choice(("age is at least adult", "has failure", "does not have child")))
    text = text.replace("uses: {}\n", "")
    for name, pool in LIMIT_POOLS.items():
        kind = "fixed" if name in ("adult", "late") else "default"
        text += LIMITS.format(name=name, kind=kind, amount=pick.choice(pool))
    text += PAIR + CASES + "values:\n"
    amounts = _values(pick)
    text += "".join(value for value, _, _ in amounts)
    names = [(name, limits) for _, name, limits in amounts]
    text += "zones:\n" + "".join(_zone(pick, f"zone{each}", names) for each in range(pick.randint(1, 3)))
    text += "rules:\n"
    said: list[str] = []
    for each in range(pick.randint(1, 5)):
        text += _rule(pick, f"rule{each}", names, said)
        said.append(f"rule{each}")
    return text + "missing:\n" + _missing(pick)


def _values(pick: Random) -> list[tuple[str, str, tuple[str, ...]]]:
    """Each value's text, the name that conditions use, and the limits that it may be compared with."""
    kg, mmhg = ("kg_low", "kg_high", "kg_by_age"), ("mmhg_low", "mmhg_high")
    found: list[tuple[str, str, tuple[str, ...]]] = []
    for place in range(pick.randint(3, 8)):
        name = f"value{place}"
        kind = pick.randrange(14)
        operator = pick.choice(("mean", "min", "max", "median", "sd"))
        if kind == 0:
            found.append((_value(pick, name, f"{operator}: weight", "last"), name, kg))
        elif kind == 1:
            found.append((_value(pick, name, f"{operator}: pressure", "last"), f"{name}.systolic", mmhg))
        elif kind == 2:
            how = pick.choice(("rise_in", "fall_in"))
            found.append((_value(pick, name, f"{how}: weight", "within"), name, kg))
        elif kind == 3:
            window = pick.choice(("last", "within"))
            found.append((_value(pick, name, "last_reading: pressure", window), f"{name}.systolic", mmhg))
        elif kind == 4:
            found.append((_value(pick, name, "last_reading: sugar", "within"), name, ("sugar_low",)))
        elif kind == 5:
            found.append((_protocol(pick, name), f"{name}.diastolic", mmhg))
        elif kind == 6:
            test = f"that_are: {pick.choice(('above', 'at least', 'below'))} kg_low"
            how = pick.choice((("percent_of_readings", "share"), ("days_with", "some_days")))
            found.append((_value(pick, name, f"{how[0]}: weight", "last", test), name, (how[1],)))
        elif kind == 7:
            test = "that_are: below sugar_low"
            how = pick.choice((("count", "some_readings"), ("percent_of_readings", "share")))
            found.append((_value(pick, name, f"{how[0]}: sugar", "last", test), name, (how[1],)))
        elif kind == 8:
            how = pick.choice((("missed_in_a_row", "some_doses"), ("share_taken", "share")))
            found.append((_value(pick, name, f"{how[0]}: doses", "last days"), name, (how[1],)))
        elif kind == 9:
            first = f"from_first_dispense: {pick.choice(('yes', 'no'))}"
            how = _value(pick, name, "percent_of_days_covered: supply", "last days", first)
            found.append((how, name, ("share",)))
        elif kind == 10:
            found.append((f"  {name}:\n    days_without_supply: supply\n", name, ("some_days",)))
        elif kind == 11:
            found.append((f"  {name}:\n    time_since_change: statin\n    in: days\n", name, ("some_days",)))
        elif kind == 12:
            found.append((_value(pick, name, "last_reading: mood", "within"), f"{name}.item2", ("some_points",)))
        else:
            late = _value(pick, name, "days_with_late_dose: doses", "last days", "late_after: late")
            found.append((late, name, ("some_days",)))
    return found


def _value(pick: Random, name: str, operator: str, window: str, *more: str) -> str:
    span = pick.choice(("7 days", "3 days", "1 day") if " " in window else _WINDOWS)
    lines = [operator, f"{window.partition(' ')[0]}: {span}", *more]
    fresh = operator.partition(":")[0] in ("mean", "min", "max", "rise_in", "fall_in", "last_reading")
    if fresh and pick.random() < 0.3:
        lines.append(f"newest_within: {pick.choice(('1 day', '12 hours', '3 days'))}")
    return f"  {name}:\n" + "".join(f"    {line}\n" for line in lines)


def _protocol(pick: Random, name: str) -> str:
    text = f"  {name}:\n    protocol_mean: pressure\n    last: {pick.choice(('7 days', '3 days'))}\n"
    if pick.random() < 0.5:
        text += "    skip_first_days: 1\n"
    if pick.random() < 0.5:
        text += "    sessions:\n      morning: 04:00 to 12:00\n      evening: 16:00 to 24:00\n"
        text += f"    per_session: first {pick.randint(1, 2)}\n"
    if pick.random() < 0.5:
        text += f"    require:\n      - {pick.randint(1, 3)} readings\n"
    return text


Names = Sequence[tuple[str, tuple[str, ...]]]


def _test(pick: Random, limits: tuple[str, ...]) -> str:
    return f"{pick.choice(('above', 'at least', 'below', 'at most'))} {pick.choice(limits)}"


def _zone(pick: Random, name: str, values: Names) -> str:
    value, limits = pick.choice(values)
    stem = limits[0].partition("_")[0]
    two = stem in ("kg", "mmhg") and pick.random() < 0.7
    colours = {"red": f"above {stem}_high", "yellow": f"above {stem}_low"} if two else {"orange": _test(pick, limits)}
    levels = "".join(f"    {colour}: {test}\n" for colour, test in colours.items())
    return f"  {name}:\n    value: {value}\n{levels}    summary:\n      en: {name} says\n"


def _condition(pick: Random, values: Names, said: list[str], depth: int) -> str:
    if depth and pick.random() < 0.6:
        word = pick.choice((" and ", " or "))
        parts = [_condition(pick, values, said, depth - 1) for _ in range(2)]
        joined = "(" + word.join(parts) + ")"
        return f"not {joined}" if pick.random() < 0.2 else joined
    kind = pick.randrange(8)
    value, limits = pick.choice(values)
    if kind == 0:
        return f"{value} is {pick.choice(('known', 'unknown'))}"
    if kind == 1:
        return pick.choice(("has failure", "does not have child", "has statin"))
    if kind == 2 and said:
        return f"{pick.choice(said)} fires"
    return f"{value} is {_test(pick, limits)}"


def _rule(pick: Random, name: str, values: Names, said: list[str]) -> str:
    text = f"  {name}:\n    when: {_condition(pick, values, said, 2)}\n    colour: {pick.choice(('red', 'yellow'))}\n"
    if said and pick.random() < 0.3:
        text += f"    hidden_by: {pick.choice(said)}\n"
    if said and pick.random() < 0.3:
        text += f"    unknown_while: {pick.choice(said)}\n"
    return text + f"    summary:\n      en: {name} says\n"


def _missing(pick: Random) -> str:
    source = pick.choice(("weight", "pressure", "faults", "mood", "supply"))
    return f"  silent:\n    input: {source}\n    after: some_days\n    colour: yellow\n    summary:\n      en: silent\n"


# patients


@st.composite
def records(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    """A moment, and a few patients around it."""
    at = draw(st.sampled_from(MOMENTS))
    seeds = draw(st.lists(SEEDS, min_size=1, max_size=4))
    return _text(at), [_record(Random(seed), f"p{place}", at) for place, seed in enumerate(seeds)]


def _text(time: int) -> str:
    return (_EPOCH + timedelta(microseconds=time)).isoformat()


def _record(pick: Random, name: str, at: int) -> dict[str, Any]:
    where = pick.choice(("Europe/Oslo", "Europe/Oslo", "America/St_Johns"))
    readings = {
        "body_weight": [_reading(pick, at, (81.0, 82.5, 84.0, 500.0), ("kg", "kg", "g")) for _ in range(8)],
        "glucose": [_reading(pick, at, (3.9, 70.0, 10.0), ("mmol/L", "mg/dL", "")) for _ in range(6)],
        "blood_pressure": [_pressure(pick, at) for _ in range(pick.choice((0, 4, 12)))],
    }
    limits = [("kg_low", 1.5, "kg"), ("kg_high", 2.0, "kg"), ("mmhg_low", 130.0, "mmHg"), ("sugar_low", 72.0, "mg/dL")]
    return {
        "id": name,
        "zone": where,
        "sex": pick.choice(("female", "male")),
        "birth_date": pick.choice(("1950-02-28", "2008-01-08", "2004-02-29")),
        "readings": {key: rows for key, rows in readings.items() if pick.random() < 0.85},
        "conditions": pick.choice(({"heart_failure": [{"from": "2020-01-01"}]}, ["heart_failure", "pregnancy"], [])),
        "events": {"technical_fault": [{"time": _time(pick, at)} for _ in range(pick.choice((0, 1)))]},
        "forms": {"gad7": [_form(pick, at) for _ in range(pick.choice((0, 1, 3)))]},
        "medicines": [_use(pick, at) for _ in range(pick.choice((0, 1, 3)))],
        "dispenses": [_dispense(pick, at) for _ in range(pick.choice((0, 2, 6)))],
        "doses": [_dose(pick, at) for _ in range(pick.choice((0, 3, 9)))],
        "limits": [
            {"limit": limit, "value": value, "unit": unit, "ruleset": "written"}
            for limit, value, unit in limits
            if pick.random() < 0.2
        ],
    }


def _time(pick: Random, at: int) -> str:
    minutes = pick.choice((0, 0, 1, 2, 3, 6)) * 1440 + pick.choice((-5, 0, 0, 1, 10, 15, 60, 180, 700))
    text = _text(at - minutes * 60_000_000)
    return text[:10] if pick.random() < 0.1 else text


def _reading(pick: Random, at: int, values: tuple[float, ...], units: tuple[str, ...]) -> dict[str, Any]:
    unit = pick.choice(units)
    value = pick.choice(values) + pick.choice(_NEAR)
    row: dict[str, Any] = {"time": _time(pick, at), "value": value * 1000.0 if unit == "g" else value, "unit": unit}
    if pick.random() < 0.2:
        row["recorded"] = _time(pick, at)[:10] + "T20:00:00Z"
    return row


def _pressure(pick: Random, at: int) -> dict[str, Any]:
    systolic = pick.choice((135.0, 140.0, 180.0)) + pick.choice(_NEAR)
    return {"time": _time(pick, at), "systolic": systolic, "diastolic": 85.0 + pick.choice(_NEAR), "unit": "mmHg"}


def _dose(pick: Random, at: int) -> dict[str, Any]:
    planned = at - pick.randrange(8) * 86_400_000_000 - pick.choice((0, 60, 720)) * 60_000_000
    status = pick.choice(("taken", "taken", "missed", "unknown"))
    row: dict[str, Any] = {"planned": _text(planned), "status": status}
    if status == "taken":
        row["taken"] = _text(planned + pick.choice((0, 30, 31, 60, 61)) * 60_000_000)
    return row


def _form(pick: Random, at: int) -> dict[str, Any]:
    answers = {f"item{each}": pick.choice((0, 1, 3, 3, 4)) for each in range(1, 8) if pick.random() < 0.9}
    return {"time": _time(pick, at), **answers}


def _use(pick: Random, at: int) -> dict[str, Any]:
    end = {"to": _time(pick, at)} if pick.random() < 0.4 else {}
    return {"atc": pick.choice(("C10AA05", "C10AA05", "C09AA05", "C10")), "from": _time(pick, at), **end}


def _dispense(pick: Random, at: int) -> dict[str, Any]:
    day = _text(at - pick.choice((0, 1, 2, 3, 6, 7, 30)) * 86_400_000_000)[:10]
    row: dict[str, Any] = {"time": day, "atc": pick.choice(("C10AA05", "C10AA07", "C09AA05"))}
    return row | pick.choice(({"days": 2}, {"days": 1.5}, {"days": 5}, {"days": 0}, {}))
