"""Case files: what they say, how they are read, what is wrong with them, and what running them tells."""

from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.adapters.records import patient_from_dict
from cds.cases import GRAMMAR, Case, CaseResult, case_files, read_cases, run, run_cases, running
from cds.cases.reading import FIELDS
from cds.cases.words import STATUSES, read_patient_limit
from cds.codes import ATTRIBUTE_WORDS
from cds.diagnostics import Diagnostic, RulesetError, render
from cds.loading import Checked, check_paths, check_texts
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


@pytest.fixture(scope="module")
def checked() -> Checked:
    found = check_texts([(OWN, "own.yaml", True), (BESIDE, "beside.yaml", True)])
    assert found.plan, [render(each) for each in found.diagnostics]
    return found


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
        "doses": [],
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


def test_the_grammar_names_every_word() -> None:
    words = {*FIELDS, *STATUSES, *(word for field in ATTRIBUTE_WORDS.values() for word in field)}
    assert set() == {each for each in words if f'"{each}' not in GRAMMAR} - {"registered", "cancelled", "final"}


# what can be wrong


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("weigth: none", "4:5 CDS102 unknown field `weigth` in the case `only` = did you mean `weight`?"),
        ("weight:\n  2026-01-15 07:00: 81,0 kg", "5:25 CDS155 `81,0` has a decimal comma = write `81.0`"),
        ("weight:\n  2026-01-15 07:00: 81/80 kg", "5:25 CDS176 `81/80 kg` is not a reading of `weight`"),
        ("weight:\n  2026-01-15 07:00: 81 kg, upright", "5:25 CDS176 `81 kg, upright` is not a reading of `weight`"),
        ("weight:\n  15.01.2026 07:00: 81 kg", "5:7 CDS177 `15.01.2026 07:00` is not a moment"),
        ("weight: 81 kg", "4:5 CDS104 `weight` takes `time: value` lines, or `none`, and here is something else"),
        ("weight:\n  from: 2026-01-01\n  values: 81 kg", "5:7 CDS103 a series needs the field `every`"),
        (
            "weight:\n  from: 2026-01-01\n  every: 1 day\n  values: 81, 82 kg",
            "7:15 CDS178 `81, 82 kg` is not the values of a series",
        ),
        (
            "weight:\n  from: 2026-01-01\n  every: 1 day\n  values: 81 x many kg",
            "7:15 CDS178 `81 x many kg` is not the values of a series",
        ),
        (
            "weight:\n  from: 2026-01-01\n  every: 1 month\n  values: 81 82 kg",
            "7:15 CDS178 `1 month` is not a step of a series",
        ),
        (
            "weight:\n  from: 2026-01-01\n  every: 999999 days\n  values: 81 x 9999 kg",
            "7:15 CDS178 `81 x 9999 kg` is not a length of a series",
        ),
        ("doses:\n  2026-01-15 07:00: forgotten", "5:25 CDS180 `forgotten` does not say what became of a dose"),
        ("faults: yesterday", "4:13 CDS177 `yesterday` is not a moment"),
        ("failure: perhaps", "4:14 CDS181 `perhaps` does not say whether the patient has `failure`"),
        ("patient: 74", "4:14 CDS175 `74` says nothing about a patient"),
        ("patient: fail", "4:14 CDS175 `fail` says nothing about a patient = did you mean `failure`?"),
        ("patient: born 1952-13-04", "4:14 CDS175 `born 1952-13-04` says nothing about a patient"),
        ("not_supplied: [weigth]", "4:20 CDS179 there is no input `weigth` = did you mean `weight`?"),
        ("not_supplied: weight", "4:5 CDS104 `not_supplied` takes a list of inputs, and here is something else"),
        ("zone: Oslo", "4:11 CDS182 `Oslo` is not a time zone"),
        ("expect:\n  weight_zon: green", "5:7 CDS173 there is no rule `weight_zon` = did you mean `weight_zone`?"),
        ("expect:\n  bp.weight_zone: green", "5:7 CDS173 there is no rule `bp.weight_zone`"),
        (
            "expect:\n  heavy_one: green",
            "5:18 CDS174 `green` is nothing that can be expected of `heavy_one` = only a zone",
        ),
        (
            "expect:\n  weight_zone: not fired",
            "5:20 CDS174 `not fired` is nothing that can be expected of `weight_zone`",
        ),
        (
            "expect:\n  weight_zone: unknown, no dat",
            "5:20 CDS174 `unknown, no dat` is nothing that can be expected of `weight_zone`"
            " = did you mean `unknown, no data`?",
        ),
        ("expect:\n  heavy_one: red, no data", "5:18 CDS174 `red, no data` is nothing that can be expected"),
        ("expect:\n  heavy_one: yellow, hidden by nobody", "5:18 CDS174 `yellow, hidden by nobody` is nothing"),
        ("expect:\n  weight_zone:\n    nb: a", "5:7 CDS103 `weight_zone` under `expect` needs the field `is`"),
        (
            "expect:\n  weight_zone:\n    is: green\n    no: a",
            "7:9 CDS102 unknown field `no` in `weight_zone` under `expect`",
        ),
        ("expect: green", "4:13 CDS104 `expect` takes `rule: what is expected` lines"),
        ("like: nobody", "4:11 CDS170 there is no case `nobody` in this file"),
        ("like: only", "4:11 CDS171 these cases are like each other: only → only"),
    ],
)
def test_what_is_wrong_is_said_with_place_and_cure(checked: Checked, fields: str, expected: str) -> None:
    found = wrong(checked, fields)
    assert found.startswith(expected), found
    assert 1 == len(found.splitlines())
    assert found.partition(" = ")[2]


def test_moments_need_a_clock(checked: Checked) -> None:
    _, found = read(checked, FIRST.replace("2026-01-15 08:00", "2026-01-15"))
    assert ["`2026-01-15` is not a moment"] == [each.message() for each in found]


def test_a_case_needs_a_moment_and_an_expectation(checked: Checked) -> None:
    _, found = read(checked, "cases:\n  empty:\n    weight: none\n")
    assert [
        "the case `empty` needs the field `at`",
        "the case `empty` needs the field `expect`",
    ] == [each.message() for each in found]


@pytest.mark.parametrize("text", ["weight: none\n", "cases: none\n", "cases:\n  first: none\n", "cases:\n  - a\n"])
def test_a_file_without_cases(checked: Checked, text: str) -> None:
    cases, found = read(checked, text)
    assert [] == cases
    assert found


def test_slips_of_the_pen_are_found_as_in_rulesets(checked: Checked) -> None:
    cases, found = read(checked, FIRST + "  first:\n    at: 2026-01-15 08:00\n")
    assert [] == cases
    assert ["DuplicateName"] == [each.kind.__name__ for each in found]


def test_same_cases_are_refused_and_the_first_is_kept(checked: Checked) -> None:
    cases, found = read(checked, FIRST + "  again:\n    like: first\n")
    assert ["first"] == [each.name for each in cases]
    assert ["the case `again` says the same as `first`"] == [each.message() for each in found]
    assert found[0].also == cases[0].place


def test_one_bad_case_does_not_hide_the_others(checked: Checked) -> None:
    cases, found = read(
        checked, FIRST + "  bad:\n    like: first\n    weight: 81\n  good:\n    like: first\n    weight: none\n"
    )
    assert ["first", "good"] == [each.name for each in cases]
    assert 1 == len(found)


def test_a_long_row_of_likes(checked: Checked) -> None:
    more = "".join(f"  c{n}:\n    like: {f'c{n - 1}' if n else 'first'}\n" for n in range(2000))
    cases, found = read(checked, FIRST + more)
    assert ["first"] == [each.name for each in cases]
    assert {"SameCase"} == {each.kind.__name__ for each in found}


# running


def test_a_failing_case_says_what_came_and_why(checked: Checked) -> None:
    text = FIRST.replace("yellow", "green").replace("101 kg", "101.5 kg")
    result = results(checked, text)[0]
    assert not result.is_ok
    assert (
        dedent("""\
        own.test.yaml:7:20: first
          weight_zone: expected `green`, came `yellow`
            kilos 101.5 kg is above heavier 120 kg: false
            kilos 101.5 kg is above heavy 100 kg: true""")
        == result.report()
    )
    assert result.report("nb").splitlines()[1] == "  weight_zone: ventet `green`, fikk `yellow`"


def test_a_failing_case_says_what_is_unknown_and_which_data_were_not_used(checked: Checked) -> None:
    result = results(checked, FIRST.replace("101 kg", "101 stones"))[0]
    assert "came `unknown, unit not understood`" in result.report()
    assert "send the reading with an accepted unit" in result.report()
    assert "readings.body_weight[0].value: the unit is not accepted here" in result.report()


def test_a_failing_text(checked: Checked) -> None:
    text = FIRST.replace("weight_zone: yellow", 'weight_zone:\n        is: yellow\n        nb: "Vekt 101 kg"')
    result = results(checked, text)[0]
    assert not result.is_ok
    assert "expected `Vekt 101 kg`, came `Vekt 101,0 kg, grensen er 100 kg`" in result.report()


@pytest.mark.parametrize(
    ("expected", "is_ok"),
    [
        ("weight_zone: yellow", True),
        ("weight_zone: red", False),
        ("weight_zone: unknown", False),
        ("heavy_one: yellow", True),
        ("heavy_one: yellow, hidden by heavier_one", False),
        ("heavier_one: not fired", True),
        ("heavier_one: unconfirmed", False),
        ("bp.high_pressure: unknown", True),
        ("bp.high_pressure: unknown, no data", True),
        ("bp.high_pressure: unknown, not supplied", False),
    ],
)
def test_what_is_as_expected(checked: Checked, expected: str, is_ok: bool) -> None:
    assert is_ok == results(checked, FIRST.replace("weight_zone: yellow", expected))[0].is_ok


def test_a_finding_that_is_hidden_is_not_simply_yellow(checked: Checked) -> None:
    readings = "      2026-01-15 07:00: 130 kg\n      2026-01-15 07:05: 130 kg\n    expect:\n"
    base = FIRST.partition("      2026-01-15 07:00")[0] + readings
    assert results(checked, base + "      heavy_one: yellow, hidden by heavier_one\n")[0].is_ok
    plain = results(checked, base + "      heavy_one: yellow\n")[0]
    assert "expected `yellow`, came `yellow, hidden by heavier_one`" in plain.report()


def test_executors_that_disagree_are_told(checked: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    cases, _ = read(checked, FIRST)
    told = run(cases, checked)[0]
    assert ("single", "batch") == told.executors
    assert told.is_ok
    honest = running._said
    monkeypatch.setattr(running, "_said", lambda finding: honest(replace(finding, value=7.0)))
    told = run(cases, checked)[0]
    assert not told.is_ok
    assert "own.test.yaml:2:3: first: own/weight_zone: value is 7.0 alone and 101.0 in a population" in told.report()


def test_without_the_extra_one_executor_runs(checked: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "has_batch", lambda: False)
    cases, _ = read(checked, FIRST)
    assert ("single",) == run(cases, checked)[0].executors


def test_files_beside_rulesets(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN)
    (tmp_path / "beside.yaml").write_text(BESIDE)
    (tmp_path / "own.test.yaml").write_text(FIRST)
    checked = check_paths([tmp_path / "own.yaml"])
    files = case_files(checked)
    assert [str(tmp_path / "own.test.yaml")] == [each.file for each in files]
    assert [()] == [each.diagnostics for each in files]
    assert [True] == [each.is_ok for each in run_cases(checked)]
    (tmp_path / "own.test.yaml").write_text(FIRST.replace("weight:", "weigth:"))
    with pytest.raises(RulesetError, match="did you mean `weight`"):
        run_cases(checked)


def test_a_ruleset_with_errors_has_no_cases(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN.replace("colour: red", "colour: pink"))
    (tmp_path / "own.test.yaml").write_text(FIRST)
    checked = check_paths([tmp_path])
    assert [] == case_files(checked)
    with pytest.raises(RulesetError, match="pink"):
        run_cases(checked)


LINES = tuple(
    line
    for file in sorted((Path(__file__).parents[1] / "rulesets").glob("*.test.yaml"))
    for line in file.read_text("utf-8").splitlines()
)


@given(st.data())
def test_no_file_is_too_strange_to_be_told_what_is_wrong(checked: Checked, data: st.DataObject) -> None:
    lines = FIRST.splitlines()
    for _ in range(data.draw(st.integers(1, 6))):
        row = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["swap", "delete", "line", "word", "sign"])):
            case "swap":
                other = data.draw(st.integers(0, len(lines) - 1))
                lines[row], lines[other] = lines[other], lines[row]
            case "delete" if len(lines) > 1:
                del lines[row]
            case "line":
                lines.insert(row, data.draw(st.sampled_from(LINES)))
            case "word":
                words = data.draw(st.sampled_from(LINES)).split()
                lines[row] += f" {data.draw(st.sampled_from(words))}" if words else ""
            case _:
                place = data.draw(st.integers(0, len(lines[row])))
                sign = data.draw(st.sampled_from([*":-,#\"'/x9 ", "\n", "- ", ": ", "none", "  "]))
                lines[row] = lines[row][:place] + sign + lines[row][place:]
    cases, found = read(checked, "\n".join(lines) + "\n")
    for each in found:
        assert each.message()
        assert render(each, {"own.test.yaml": lines})
    for result in run(cases, checked, executors=("single",)):
        assert isinstance(result.report(), str)


def test_a_date_in_another_notation_is_no_author() -> None:
    record = read_patient_limit("heavy", "90 kg, Kari Lege, 01.03.2026", "demo")
    assert ("Kari Lege", "01.03.2026") == (record["author"], record["from"])
