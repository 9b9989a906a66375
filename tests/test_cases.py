"""Case files: what they say, how they are read, what is wrong with them, and what running them tells."""

from textwrap import dedent

import pytest

from cds.adapters.records import patient_from_dict
from cds.cases import Case, CaseResult, read_cases, run
from cds.diagnostics import Diagnostic, render
from cds.loading import Checked, check_texts
from cds.operators.reasons import Reason

BESIDE = """\
language: 1
ruleset: beside
version: 1.0.0
status: draft
title:
  en: Beside
inputs:
  pressure: blood_pressure
  pregnancy:
    diagnosis: pregnancy
limits:
  high:
    default: 135 mmHg
    allowed: 100 to 180 mmHg
values:
  last_one:
    last_reading: pressure
    within: 1 day
rules:
  high_pressure:
    when: last_one.systolic is at least high
    colour: yellow
    summary:
      en: "{last_one.systolic}"
"""

OWN = """\
language: 1
ruleset: own
version: 1.0.0
status: draft
title:
  en: Own
uses:
  bp: beside 1.x
inputs:
  weight: body_weight
  standing_pressure:
    concept: blood_pressure
    position: standing
  failure:
    diagnosis: heart_failure
  dispenser:
    device: medicine_dispenser
  doses:
    dispenser_doses: all
  bp_doses:
    dispenser_doses: antihypertensives
  faults:
    dispenser_events: technical_fault
limits:
  heavy:
    default: 100 kg
    allowed: 60 to 200 kg
  heavier:
    default: 120 kg
    allowed: 60 to 200 kg
    beyond: heavy
values:
  kilos:
    last_reading: weight
    within: 1 day
zones:
  weight_zone:
    value: kilos
    red: above heavier
    yellow: above heavy
    summary:
      nb: "Vekt {kilos}, grensen er {limit}"
      en: "Weight {kilos}, the limit is {limit}"
rules:
  heavier_one:
    when: kilos is above heavier
    confirm: 2 readings within 15 min
    colour: red
    summary:
      en: "{kilos}"
  heavy_one:
    when: kilos is above heavy
    hidden_by: heavier_one
    colour: yellow
    summary:
      en: "{kilos}"
"""

FIRST = """\
cases:
  first:
    at: 2026-01-15 08:00
    weight:
      2026-01-15 07:00: 101 kg
    expect:
      weight_zone: yellow
"""


def demonstration() -> Checked:
    found = check_texts([(OWN, "own.yaml", True), (BESIDE, "beside.yaml", True)])
    assert found.plan, [render(each) for each in found.diagnostics]
    return found


@pytest.fixture(scope="module")
def checked() -> Checked:
    return demonstration()


def read(checked: Checked, text: str) -> tuple[list[Case], list[Diagnostic]]:
    own = next(each for each in checked.files if each.file == "own.yaml")
    return read_cases(dedent(text), "own.test.yaml", own, checked)


def one(checked: Checked, fields: str) -> Case:
    """A case with these fields besides the usual ones."""
    lines = ["cases:", "  only:", "    at: 2026-01-15 08:00", *("    " + line for line in dedent(fields).splitlines())]
    if "expect:" not in fields:
        lines += ["    expect:", "      weight_zone: green"]
    cases, found = read(checked, "\n".join(lines))
    assert [] == [render(each) for each in found]
    return cases[0]


def wrong(checked: Checked, fields: str) -> str:
    """The diagnostics of such a case, without the frames."""
    lines = ["cases:", "  only:", "    at: 2026-01-15 08:00", *("    " + line for line in dedent(fields).splitlines())]
    if "expect:" not in fields:
        lines += ["    expect:", "      weight_zone: green"]
    cases, found = read(checked, "\n".join(lines))
    assert [] == cases
    return "\n".join(
        f"{each.place.line}:{each.place.column} {each.code} {each.message()} = {each.cure()}" for each in found
    )


def results(checked: Checked, text: str) -> list[CaseResult]:
    cases, found = read(checked, text)
    assert [] == [render(each) for each in found]
    return run(cases, checked, executors=("single",))


# what a case says


def test_everything_that_is_not_said_is_supplied_and_empty(checked: Checked) -> None:
    record = one(checked, "").record
    assert {
        "id": "only",
        "zone": "Europe/Oslo",
        "readings": {"body_weight": [], "blood_pressure": []},
        "events": {"technical_fault": []},
        "conditions": {"heart_failure": [], "pregnancy": []},
        "devices": {"medicine_dispenser": []},
        "forms": {},
        "stays": {},
        "doses": [],
        "medicines": [],
        "dispenses": [],
        "limits": [],
        "supplied": {},
    } == record
    tables = patient_from_dict(record).tables
    assert {"body_weight", "conditions.heart_failure", "devices.medicine_dispenser", "doses.all"} <= tables.keys()
    assert {"doses.antihypertensives", "events.technical_fault", "blood_pressure.systolic"} <= tables.keys()


def test_readings_as_they_would_arrive(checked: Checked) -> None:
    record = one(
        checked,
        """\
        weight:
          2026-01-14: 81.0 kg, typed
          2026-01-15T06:30Z: 83100 g, relative, recorded 2026-01-15 09:00
          2026-01-15 07:31:
            - above 27.8 kg
            - "<0.5 kg"
            - HI
            - 81, entered-in-error
        bp.pressure:
          2026-01-15 07:00: 150/95 mmHg, sitting, left
          2026-01-15 07:05: 150/- mmHg
        standing_pressure:
          2026-01-15 07:10: 140/90 mmHg
          2026-01-15 07:15: 141/90 mmHg, lying
        """,
    ).record
    assert [
        {"time": "2026-01-14", "value": 81.0, "unit": "kg", "entered": "typed"},
        {
            "time": "2026-01-15T06:30Z",
            "value": 83100,
            "unit": "g",
            "entered": "relative",
            "recorded": "2026-01-15 09:00",
        },
        {"time": "2026-01-15 07:31", "value": 27.8, "unit": "kg", "comparator": ">"},
        {"time": "2026-01-15 07:31", "value": 0.5, "unit": "kg", "comparator": "<"},
        {"time": "2026-01-15 07:31", "value": "HI"},
        {"time": "2026-01-15 07:31", "value": 81, "status": "entered-in-error"},
    ] == record["readings"]["body_weight"]
    assert [
        {
            "time": "2026-01-15 07:00",
            "systolic": 150,
            "diastolic": 95,
            "unit": "mmHg",
            "position": "sitting",
            "arm": "left",
        },
        {"time": "2026-01-15 07:05", "systolic": 150, "unit": "mmHg"},
        {"time": "2026-01-15 07:10", "position": "standing", "systolic": 140, "diastolic": 90, "unit": "mmHg"},
        {"time": "2026-01-15 07:15", "position": "lying", "systolic": 141, "diastolic": 90, "unit": "mmHg"},
    ] == record["readings"]["blood_pressure"]


def test_series(checked: Checked) -> None:
    record = one(
        checked,
        """\
        weight:
          - from: 2026-03-28 02:30
            every: 1 day
            values: 81.0 - 81.2 x 2 kg, typed
            2026-01-01: 80 kg
          - from: 2026-03-29 01:30
            every: 30 min
            values: 82 83 kg
        standing_pressure:
          from: 2026-01-01
          every: 2 weeks
          values: 150/95 - 148/- mmHg
        doses:
          from: 2026-01-01 08:00
          every: 12 hours
          values: taken - missed unknown
        """,
    ).record
    weights = record["readings"]["body_weight"]
    assert [
        ("2026-03-28 02:30", 81.0),
        ("2026-03-30 02:30", 81.2),
        ("2026-03-31 02:30", 81.2),
        ("2026-01-01", 80),
        ("2026-03-29T00:30:00+00:00", 82),
        ("2026-03-29T01:00:00+00:00", 83),
    ] == [(row["time"], row["value"]) for row in weights]
    assert ["typed", "typed", "typed", None, None, None] == [row.get("entered") for row in weights]
    assert ["2026-01-01", "2026-01-29"] == [row["time"] for row in record["readings"]["blood_pressure"]]
    assert ["taken", "missed", "unknown"] == [row["status"] for row in record["doses"]]
    assert ["2026-01-01T07:00:00+00:00", "2026-01-02T07:00:00+00:00", "2026-01-02T19:00:00+00:00"] == [
        row["planned"] for row in record["doses"]
    ]


def test_doses_and_events(checked: Checked) -> None:
    record = one(
        checked,
        """\
        doses:
          2026-01-14 08:00: taken, C10AA05, C03CA01
          2026-01-14 20:00: late 75 min, hospital_stay
          2026-01-15 08:00: early 20 min, recorded 2026-01-15 09:00
        bp_doses:
          2026-01-15 08:05: missed
          2026-01-15 08:10: unknown, C09AA05
          2026-01-15 08:15: taken, time unknown
        faults:
          - 2026-01-15 07:00
          - 2026-01-15 07:30, recorded 2026-01-15 09:00
        """,
    ).record
    assert [
        {
            "planned": "2026-01-14 08:00",
            "status": "taken",
            "taken": "2026-01-14 08:00",
            "atc": ["C10AA05", "C03CA01"],
        },
        {
            "planned": "2026-01-14 20:00",
            "status": "taken",
            "taken": "2026-01-14T20:15:00+00:00",
            "reason": "hospital_stay",
        },
        {
            "planned": "2026-01-15 08:00",
            "status": "taken",
            "taken": "2026-01-15T06:40:00+00:00",
            "recorded": "2026-01-15 09:00",
        },
        {"atc": "C02", "planned": "2026-01-15 08:05", "status": "missed"},
        {"atc": ["C09AA05"], "planned": "2026-01-15 08:10", "status": "unknown"},
        {"atc": "C02", "planned": "2026-01-15 08:15", "status": "taken"},
    ] == record["doses"]
    assert [
        {"time": "2026-01-15 07:00"},
        {"time": "2026-01-15 07:30", "recorded": "2026-01-15 09:00"},
    ] == record["events"]["technical_fault"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("74 years", {"birth_date": "1952-01-15"}),
        ("1 year, male", {"birth_date": "2025-01-15", "sex": "male"}),
        ("born 1952-03-04, female", {"birth_date": "1952-03-04", "sex": "female"}),
        ("other", {"sex": "other"}),
    ],
)
def test_age_and_sex(checked: Checked, words: str, expected: dict[str, str]) -> None:
    record = one(checked, f"patient: {words}").record
    assert expected == {key: record[key] for key in ("birth_date", "sex") if key in record}


def test_an_age_stated_on_a_leap_day(checked: Checked) -> None:
    cases, _ = read(
        checked,
        FIRST.replace("2026-01-15 08:00", "2028-02-29 08:00").replace("weight:", "patient: 1 year\n    weight:"),
    )
    assert "2027-02-28" == cases[0].record["birth_date"]


def test_diagnoses_and_devices(checked: Checked) -> None:
    record = one(checked, "patient: failure, bp.pregnancy, dispenser").record
    assert {"heart_failure": [{}], "pregnancy": [{}]} == record["conditions"]
    assert {"medicine_dispenser": [{}]} == record["devices"]
    record = one(
        checked,
        """\
        patient: failure
        failure: no
        bp.pregnancy: provisional, from 2025-09-01, to 2026-06-01
        dispenser: unknown
        """,
    ).record
    assert {"heart_failure": [], "pregnancy": [{"certain": False, "from": "2025-09-01", "to": "2026-06-01"}]} == record[
        "conditions"
    ]
    assert {"medicine_dispenser": False} == record["supplied"]


def test_supply(checked: Checked) -> None:
    record = one(
        checked,
        """\
        not_supplied: [weight, bp.pregnancy, doses]
        supplied_from:
          bp.pressure: 2026-01-10
        """,
    ).record
    assert {
        "body_weight": False,
        "pregnancy": False,
        "doses.all": False,
        "blood_pressure": {"from": "2026-01-10"},
    } == record["supplied"]
    assert () == patient_from_dict(record).issues


def test_own_limits(checked: Checked) -> None:
    record = one(
        checked,
        """\
        patient_limits:
          heavy: 90.5 kg, Kari Lege, 2026-01-02, until 2026-03-01
          bp.high:
            - 130 mmHg
            - 125 mmHg, from 2026-01-03
          heavvy: a little
        """,
    ).record
    assert [
        {
            "limit": "heavy",
            "value": 90.5,
            "unit": "kg",
            "ruleset": "own",
            "author": "Kari Lege",
            "from": "2026-01-02",
            "until": "2026-03-01",
        },
        {"limit": "high", "value": 130.0, "unit": "mmHg", "ruleset": "beside"},
        {"limit": "high", "value": 125.0, "unit": "mmHg", "ruleset": "beside", "from": "2026-01-03"},
        {"limit": "heavvy", "value": "a little", "unit": "", "ruleset": "own"},
    ] == record["limits"]
    record = one(
        checked,
        """\
        patient_limits:
          - limit: heavy
            value: 90.5
            unit: kg
          - limit: heavy
            value: many
        """,
    ).record
    assert [{"limit": "heavy", "value": 90.5, "unit": "kg"}, {"limit": "heavy", "value": "many"}] == record["limits"]


def test_like_takes_over_whole_fields(checked: Checked) -> None:
    cases, found = read(
        checked,
        """\
        cases:
          third:
            like: second
            weight: none
          first:
            at: 2026-01-15 08:00
            patient: 50 years
            weight:
              2026-01-14 07:00: 99 kg
              2026-01-15 07:00: 101 kg
            expect:
              weight_zone: yellow
              heavy_one: yellow
          second:
            like: first
            at: 2026-01-16 08:00
            weight:
              2026-01-15 07:00: 90 kg
            expect:
              weight_zone: green
        """,
    )
    assert [] == found
    third, first, second = cases
    assert ["first", "second", "third"] == [first.name, second.name, third.name]
    assert [2, 1, 0] == [len(each.record["readings"]["body_weight"]) for each in (first, second, third)]
    assert ["2026-01-15 08:00", "2026-01-16 08:00", "2026-01-16 08:00"] == [first.at, second.at, third.at]
    assert [["own/weight_zone", "own/heavy_one"], ["own/weight_zone"]] == [
        [expected.rule for expected in each.expect] for each in (first, second)
    ]


def test_expectations(checked: Checked) -> None:
    case = one(
        checked,
        """\
        expect:
          weight_zone:
            is: yellow, uncertain, limit expired
            nb: "Vekt"
          heavier_one: unconfirmed, red
          heavy_one: yellow, hidden by heavier_one
          bp.high_pressure: unknown, no data
        """,
    )
    zone, heavier, heavy, high = case.expect
    assert ("fired", "yellow", Reason.limit_expired, True) == (zone.status, zone.colour, zone.reason, zone.uncertain)
    assert {"nb": "Vekt"} == zone.texts
    assert ("unconfirmed", "red") == (heavier.status, heavier.colour)
    assert "own/heavier_one" == heavy.hidden_by
    assert ("beside/high_pressure", "unknown", Reason.no_data) == (high.rule, high.status, high.reason)
