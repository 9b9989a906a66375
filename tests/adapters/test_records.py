"""Patients from plain records: what each row becomes, what is said about a bad one, what counts as supplied."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cds.adapters.records import limits_from_dicts, patient_from_dict
from cds.adapters.records_schema import records_schema
from cds.codes import Attribute
from cds.diagnostics import PatientError
from cds.operators.logic import without_noise
from cds.operators.reasons import (
    AT_LEAST,
    AT_MOST,
    IMPLAUSIBLE_ONLY,
    KNOWN,
    NO_DATA,
    NOT_CERTAIN,
    NOT_JUDGED,
    UNIT_NOT_UNDERSTOOD,
)
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.units import unit_id
from tests.adapters.building import at, codes, contents, rows, supply

Json = dict[str, Any]

MORNING = "2026-01-08T07:30:00+01:00"


def weight(**fields: Any) -> Json:
    made = {"time": MORNING, "value": 83.1, "unit": "kg"} | fields
    return {"readings": {"body_weight": [{name: each for name, each in made.items() if each is not None}]}}


def pressure(**fields: Any) -> Json:
    made = {"time": MORNING, "systolic": 135, "diastolic": 85, "unit": "mmHg"} | fields
    return {"readings": {"blood_pressure": [{name: each for name, each in made.items() if each is not None}]}}


def dose(**fields: Any) -> Json:
    made = {"planned": "2026-01-08 08:00", "status": "taken", "taken": "2026-01-08 08:20", "atc": ["C07AB02"]} | fields
    return {"doses": [{name: each for name, each in made.items() if each is not None}]}


def test_one_of_everything() -> None:
    patient = patient_from_dict(
        {
            "id": "1",
            "birth_date": "1951-05-01",
            "sex": "female",
            "zone": "Europe/Oslo",
            "readings": {"body_weight": [], "blood_pressure": []},
            "conditions": {"heart_failure": [{"from": "2019-05-01"}]},
            "devices": ["medicine_dispenser"],
            "events": {"technical_fault": [{"time": "2026-01-08 09:00", "id": "e"}]},
            "doses": [],
            "limits": [{"limit": "gain_yellow", "value": 1.5, "unit": "kg", "author": "Kari Lege"}],
            "supplied": {"glucose": False},
        }
    )
    assert () == patient.issues
    assert ("1", "1951-05-01", "female", "Europe/Oslo") == (
        patient.id,
        str(patient.birth_date),
        patient.sex,
        patient.zone.name,
    )
    assert [at("2019-05-01")] == patient.tables["conditions.heart_failure"].times
    assert [float(LAST_TIME)] == patient.tables["conditions.heart_failure"].values
    assert [FIRST_TIME] == patient.tables["devices.medicine_dispenser"].times
    assert [at("2026-01-08 09:00")] == patient.tables["events.technical_fault"].times
    assert ["e"] == patient.tables["events.technical_fault"].references
    assert ("gain_yellow", 1.5, "kg", "Kari Lege") == (
        patient.limits[0].name,
        patient.limits[0].value,
        patient.limits[0].unit,
        patient.limits[0].author,
    )


def test_a_reading() -> None:
    table = patient_from_dict(weight(value=83100, unit="g", recorded="2026-01-08T08:00Z", id="w")).tables["body_weight"]
    known = (at(MORNING), at("2026-01-08T08:00Z"), 60, 83.1, 83100.0, unit_id("g"), 0, KNOWN, "w")
    assert [known] == rows(table)
    assert [0] == table.group


@pytest.mark.parametrize(
    ("row", "value", "raw", "unit", "quality", "issue"),
    [
        ({}, 83.1, 83.1, "kg", KNOWN, ""),
        ({"value": 83}, 83.0, 83.0, "kg", KNOWN, ""),
        ({"unit": "[lb_av]", "value": 200}, 90.718474, 200.0, "lb", KNOWN, ""),
        ({"status": "amended"}, 83.1, 83.1, "kg", KNOWN, ""),
        ({"comparator": ">"}, 83.1, 83.1, "kg", AT_LEAST, ""),
        ({"comparator": "<="}, 83.1, 83.1, "kg", AT_MOST, ""),
        ({"comparator": ">", "value": 700}, 700.0, 700.0, "kg", IMPLAUSIBLE_ONLY, "implausible"),
        ({"comparator": "<", "value": 700}, 700.0, 700.0, "kg", AT_MOST, ""),
        ({"comparator": "~"}, 0.0, 83.1, "kg", UNIT_NOT_UNDERSTOOD, "comparator_not_understood"),
        ({"comparator": ["<"]}, 0.0, 83.1, "kg", UNIT_NOT_UNDERSTOOD, "comparator_not_understood"),
        ({"value": 650}, 650.0, 650.0, "kg", KNOWN, ""),
        ({"value": 650.1}, 650.1, 650.1, "kg", IMPLAUSIBLE_ONLY, "implausible"),
        ({"value": 0}, 0.0, 0.0, "kg", IMPLAUSIBLE_ONLY, "implausible"),
        ({"value": -83.1}, -83.1, -83.1, "kg", IMPLAUSIBLE_ONLY, "implausible"),
        ({"value": float("nan")}, 0.0, 0.0, "", IMPLAUSIBLE_ONLY, "value_not_finite"),
        ({"value": float("inf")}, 0.0, 0.0, "", IMPLAUSIBLE_ONLY, "value_not_finite"),
        ({"value": 10**400}, 0.0, 0.0, "", IMPLAUSIBLE_ONLY, "value_not_finite"),
        ({"unit": None}, 0.0, 83.1, "", UNIT_NOT_UNDERSTOOD, "unit_missing"),
        ({"unit": ""}, 0.0, 83.1, "", UNIT_NOT_UNDERSTOOD, "unit_missing"),
        ({"unit": 1}, 0.0, 83.1, "", UNIT_NOT_UNDERSTOOD, "unit_missing"),
        ({"unit": "stones"}, 0.0, 83.1, "", UNIT_NOT_UNDERSTOOD, "unit_not_understood"),
        ({"unit": "1"}, 0.0, 83.1, "1", UNIT_NOT_UNDERSTOOD, "unit_not_understood"),
        ({"unit": "mmHg"}, 0.0, 83.1, "mmHg", UNIT_NOT_UNDERSTOOD, "unit_not_understood"),
        ({"value": "83.1"}, 0.0, 0.0, "", UNIT_NOT_UNDERSTOOD, "value_not_a_number"),
        ({"value": True}, 0.0, 0.0, "", UNIT_NOT_UNDERSTOOD, "value_not_a_number"),
        ({"value": [83.1]}, 0.0, 0.0, "", UNIT_NOT_UNDERSTOOD, "value_not_a_number"),
        ({"value": {}}, 0.0, 0.0, "", UNIT_NOT_UNDERSTOOD, "value_not_a_number"),
        ({"value": "HI"}, 0.3, 0.3, "", AT_LEAST, "meter_limit_not_stated"),
        ({"value": "lo "}, 650.0, 650.0, "", AT_MOST, "meter_limit_not_stated"),
    ],
)
def test_values(row: Json, value: float, raw: float, unit: str, quality: int, issue: str) -> None:
    patient = patient_from_dict(weight(**row))
    table = patient.tables["body_weight"]
    found = (table.values, table.raw, table.quality)
    assert ([value], [raw], [quality]) == found
    assert [unit_id(unit) if unit else 0] == table.unit
    assert [f"{issue} readings.body_weight[0].value"] * bool(issue) == codes(patient.issues)


@pytest.mark.parametrize(
    ("row", "issue"),
    [
        ({"value": None}, "value_missing readings.body_weight[0]"),
        ({"time": None}, "time_missing readings.body_weight[0]"),
        ({"time": "yesterday"}, "time_not_understood readings.body_weight[0].time"),
        ({"time": "2026-01"}, "time_not_understood readings.body_weight[0].time"),
        ({"time": 1767853800}, "time_not_understood readings.body_weight[0].time"),
        ({"status": "entered-in-error"}, "entered_in_error readings.body_weight[0]"),
        ({"status": "preliminary"}, "status_not_used readings.body_weight[0]"),
        ({"status": ["final"]}, "status_not_used readings.body_weight[0]"),
        ({"recorded": "2026-01-07T07:29:00+01:00"}, "future_dated readings.body_weight[0]"),
    ],
)
def test_rows_that_are_not_used(row: Json, issue: str) -> None:
    patient = patient_from_dict(weight(**row))
    assert [] == patient.tables["body_weight"].times
    assert [issue] == codes(patient.issues)
    assert "all" == supply(patient, "body_weight")


@pytest.mark.parametrize(
    ("row", "issue"),
    [
        ({"recorded": "lately"}, "time_not_understood readings.body_weight[0].recorded"),
        ({"position": "upright"}, "word_not_known readings.body_weight[0].position"),
        ({"meal": 3}, "word_not_known readings.body_weight[0].meal"),
        ({"id": 7}, "wrong_shape readings.body_weight[0].id"),
        ({"comparators": "<"}, "name_not_known readings.body_weight[0].comparators"),
    ],
)
def test_rows_that_are_used_all_the_same(row: Json, issue: str) -> None:
    patient = patient_from_dict(weight(**row))
    assert [83.1] == patient.tables["body_weight"].values
    assert [issue] == codes(patient.issues)


@pytest.mark.parametrize(
    ("row", "bits"),
    [
        ({}, 0),
        ({"entered": "device"}, Attribute.DEVICE),
        ({"entered": "typed"}, Attribute.TYPED),
        ({"entered": "relative"}, Attribute.RELATIVE),
        ({"position": "sitting", "arm": "left"}, Attribute.SITTING | Attribute.LEFT),
        ({"position": "lying", "arm": "right"}, Attribute.LYING | Attribute.RIGHT),
        ({"meal": "before_meal"}, Attribute.BEFORE_MEAL),
        ({"time": "2026-01-08"}, Attribute.DATE_ONLY),
    ],
)
def test_attributes(row: Json, bits: int) -> None:
    patient = patient_from_dict(weight(**row))
    assert ([bits], ()) == (patient.tables["body_weight"].attribute, patient.issues)


def test_a_panel() -> None:
    patient = patient_from_dict(pressure(position="sitting"))
    systolic, diastolic = (patient.tables[f"blood_pressure.{part}"] for part in ("systolic", "diastolic"))
    assert ([135.0], [85.0]) == (systolic.values, diastolic.values)
    assert (systolic.times, systolic.group, systolic.attribute) == (
        diastolic.times,
        diastolic.group,
        diastolic.attribute,
    )


@pytest.mark.parametrize(
    ("row", "systolic", "diastolic", "issue"),
    [
        ({"diastolic": None}, (135.0, KNOWN), (0.0, NO_DATA), "part_missing readings.blood_pressure[0].diastolic"),
        ({"systolic": None}, (0.0, NO_DATA), (85.0, KNOWN), "part_missing readings.blood_pressure[0].systolic"),
        (
            {"systolic": 999},
            (999.0, IMPLAUSIBLE_ONLY),
            (85.0, KNOWN),
            "implausible readings.blood_pressure[0].systolic",
        ),
        (
            {"systolic": "135"},
            (0.0, UNIT_NOT_UNDERSTOOD),
            (85.0, KNOWN),
            "value_not_a_number readings.blood_pressure[0].systolic",
        ),
    ],
)
def test_a_bad_part_leaves_the_other(
    row: Json, systolic: tuple[float, int], diastolic: tuple[float, int], issue: str
) -> None:
    patient = patient_from_dict(pressure(**row))
    for part, (value, quality) in (("systolic", systolic), ("diastolic", diastolic)):
        table = patient.tables[f"blood_pressure.{part}"]
        assert ([value], [quality]) == (table.values, table.quality)
    assert [issue] == codes(patient.issues)


def test_a_panel_without_parts_is_no_reading() -> None:
    patient = patient_from_dict(pressure(systolic=None, diastolic=None))
    assert [] == patient.tables["blood_pressure.systolic"].times
    assert ["value_missing readings.blood_pressure[0]"] == codes(patient.issues)


@pytest.mark.parametrize(
    ("row", "start", "end", "quality", "issue"),
    [
        ({}, FIRST_TIME, LAST_TIME, KNOWN, ""),
        ({"from": "2026-01-08"}, at("2026-01-08"), LAST_TIME, KNOWN, ""),
        ({"to": "2026-01-08"}, FIRST_TIME, at("2026-01-09"), KNOWN, ""),
        ({"to": "2026-01-08 12:00"}, FIRST_TIME, at("2026-01-08 12:00"), KNOWN, ""),
        ({"from": "2026-01-08", "to": "2026-01-08"}, at("2026-01-08"), at("2026-01-09"), KNOWN, ""),
        ({"certain": False}, FIRST_TIME, LAST_TIME, NOT_CERTAIN, "not_certain conditions.heart_failure[0]"),
        (
            {"certain": "no"},
            FIRST_TIME,
            LAST_TIME,
            NOT_CERTAIN,
            "certainty_not_understood conditions.heart_failure[0].certain",
        ),
        (
            {"from": "2019"},
            FIRST_TIME,
            LAST_TIME,
            NOT_CERTAIN,
            "time_not_understood conditions.heart_failure[0].from",
        ),
        ({"to": "soon"}, FIRST_TIME, LAST_TIME, NOT_CERTAIN, "time_not_understood conditions.heart_failure[0].to"),
        (
            {"from": "2026-01-08", "to": "2025-01-08"},
            at("2026-01-08"),
            LAST_TIME,
            NOT_CERTAIN,
            "period_reversed conditions.heart_failure[0]",
        ),
    ],
)
def test_spans(row: Json, start: int, end: int, quality: int, issue: str) -> None:
    patient = patient_from_dict({"conditions": {"heart_failure": [row]}})
    table = patient.tables["conditions.heart_failure"]
    assert ([start], [float(end)], [quality]) == (table.times, table.values, table.quality)
    assert [issue] * bool(issue) == codes(patient.issues)


def test_spans_that_begin_together_are_not_corrections_of_each_other() -> None:
    spans = [{"to": "2020-01-01", "recorded": "2021-01-01"}, {"recorded": "2019-01-01"}]
    table = patient_from_dict({"conditions": {"heart_failure": spans}}).tables["conditions.heart_failure"]
    assert [FIRST_TIME, FIRST_TIME + 1] == table.times
    assert [at("2019-01-01"), at("2021-01-01")] == table.recorded


@pytest.mark.parametrize(
    ("row", "taken", "delay", "quality", "bits", "recorded", "issues"),
    [
        ({}, 1.0, 20.0, KNOWN, 0, at("2026-01-08 08:20"), []),
        ({"taken": "2026-01-08 07:45"}, 1.0, -15.0, KNOWN, 0, at("2026-01-08 07:45"), []),
        ({"recorded": "2026-01-08 09:00"}, 1.0, 20.0, KNOWN, 0, at("2026-01-08 09:00"), []),
        (
            {"taken": None},
            1.0,
            0.0,
            KNOWN,
            Attribute.DELAY_UNKNOWN,
            FIRST_TIME,
            ["delay_not_known doses[0]"],
        ),
        (
            {"taken": "2026-01-08"},
            1.0,
            0.0,
            KNOWN,
            Attribute.DELAY_UNKNOWN,
            at("2026-01-08 00:00"),
            ["delay_not_known doses[0]"],
        ),
        ({"status": "missed", "taken": None}, 0.0, 0.0, KNOWN, 0, FIRST_TIME, []),
        ({"status": "unknown", "taken": None}, 0.0, 0.0, NOT_JUDGED, 0, FIRST_TIME, []),
        ({"status": "missed"}, 0.0, 0.0, NOT_JUDGED, 0, FIRST_TIME, ["fate_not_understood doses[0]"]),
        ({"status": None}, 0.0, 0.0, NOT_JUDGED, 0, FIRST_TIME, ["fate_not_understood doses[0]"]),
        ({"status": ["taken"]}, 0.0, 0.0, NOT_JUDGED, 0, FIRST_TIME, ["fate_not_understood doses[0]"]),
        (
            {"status": "missed", "taken": None, "reason": "hospital_stay"},
            0.0,
            0.0,
            KNOWN,
            Attribute.HOSPITAL_STAY,
            FIRST_TIME,
            [],
        ),
        (
            {"reason": "on a boat"},
            1.0,
            20.0,
            KNOWN,
            0,
            at("2026-01-08 08:20"),
            ["word_not_known doses[0].reason"],
        ),
    ],
)
def test_doses(
    row: Json, taken: float, delay: float, quality: int, bits: int, recorded: int, issues: list[str]
) -> None:
    patient = patient_from_dict(dose(**row))
    expected = [(at("2026-01-08 08:00"), recorded, 60, taken, delay, 0, bits, quality, "")]
    assert expected == rows(patient.tables["doses.all"]) == rows(patient.tables["doses.antihypertensives"])
    assert [] == patient.tables["doses.statins"].times
    assert issues == codes(patient.issues)


@pytest.mark.parametrize("atc", [None, [], "metoprolol", ["C07AB02", 7], {"code": "C07"}, "C07 AB02"])
def test_a_dose_of_an_unknown_medicine_leaves_its_class_open(atc: Any) -> None:
    first, second = dose()["doses"][0], dose(atc=atc, planned="2026-01-09 08:00")["doses"][0]
    patient = patient_from_dict({"doses": [first, second]})
    assert "all" == supply(patient, "doses.all")
    assert "none" == supply(patient, "doses.antihypertensives") == supply(patient, "doses.statins")
    assert "medicine_not_stated doses" in codes(patient.issues)


@pytest.mark.parametrize(
    "row", ["dose", {"status": "taken", "atc": ["C07AB02"]}, {"planned": "noon", "status": "taken"}]
)
def test_a_dose_that_cannot_be_placed_leaves_its_class_open(row: Any) -> None:
    patient = patient_from_dict({"doses": [dose()["doses"][0], row]})
    assert "none" == supply(patient, "doses.antihypertensives")


def test_doses_of_different_medicines_at_one_time_are_two() -> None:
    first, second = dose()["doses"][0], dose(atc="C10AA01", status="missed", taken=None)["doses"][0]
    patient = patient_from_dict({"doses": [second, first]})
    planned = at("2026-01-08 08:00")
    assert [planned, planned + 1] == patient.tables["doses.all"].times
    assert [1.0] == patient.tables["doses.antihypertensives"].values
    assert [0.0] == patient.tables["doses.statins"].values


@pytest.mark.parametrize(
    ("data", "key", "expected"),
    [
        ({}, "body_weight", "none"),
        ({"readings": {}}, "body_weight", "none"),
        ({"readings": {"body_weight": []}}, "body_weight", "all"),
        ({"readings": {"blood_pressure": []}}, "blood_pressure.diastolic", "all"),
        ({"readings": {"body_weight": {}}}, "body_weight", "none"),
        ({"readings": []}, "body_weight", "none"),
        ({}, "conditions.pregnancy", "none"),
        ({"conditions": []}, "conditions.pregnancy", "all"),
        ({"conditions": {}}, "conditions.pregnancy", "all"),
        ({"conditions": ["heart_failure"]}, "conditions.pregnancy", "all"),
        ({"conditions": {"pregnancy": "yes"}}, "conditions.pregnancy", "none"),
        ({"conditions": {"pregnancy": "yes"}}, "conditions.diabetes", "all"),
        ({"conditions": "heart_failure"}, "conditions.pregnancy", "none"),
        ({"conditions": ["heart_failure", 7]}, "conditions.pregnancy", "none"),
        ({"devices": []}, "devices.medicine_dispenser", "all"),
        ({"events": {}}, "events.no_contact", "all"),
        ({}, "doses.all", "none"),
        ({"doses": []}, "doses.all", "all"),
        ({"doses": []}, "doses.statins", "all"),
        ({"doses": {}}, "doses.all", "none"),
        ({"supplied": {"glucose": True}}, "glucose", "all"),
        ({"supplied": {"blood_pressure": True}}, "blood_pressure.systolic", "all"),
        ({"supplied": {"conditions": True}}, "conditions.copd", "all"),
        ({"supplied": {"copd": True}}, "conditions.copd", "all"),
        ({"supplied": {"conditions.copd": True}}, "conditions.copd", "all"),
        ({"conditions": [], "supplied": {"copd": False}}, "conditions.copd", "none"),
        ({"conditions": [], "supplied": {"copd": False}}, "conditions.asthma", "all"),
        ({"doses": [], "supplied": {"doses": False}}, "doses.statins", "none"),
        ({"supplied": {"glucose": {"from": "2026-01-01"}}}, "glucose", str(at("2026-01-01"))),
        ({"supplied": {"glucose": "2026-01-01"}}, "glucose", str(at("2026-01-01"))),
        ({"supplied": {"glucose": "long ago"}}, "glucose", "none"),
    ],
)
def test_supply(data: Json, key: str, expected: str) -> None:
    assert expected == supply(patient_from_dict(data), key)


def test_what_was_not_supplied_in_full_is_there_all_the_same() -> None:
    patient = patient_from_dict({"conditions": ["heart_failure"], "supplied": {"conditions": False}})
    assert [FIRST_TIME] == patient.tables["conditions.heart_failure"].times
    assert "none" == supply(patient, "conditions.heart_failure")


@pytest.mark.parametrize(
    ("data", "issues"),
    [
        ({"reading": {}}, ["name_not_known reading"]),
        ({"Kari Nordmann": 1}, ["name_not_known ?"]),
        ({"readings": {"body_wieght": []}}, ["name_not_known readings.body_wieght"]),
        ({"readings": {"heart_failure": []}}, ["name_not_known readings.heart_failure"]),
        ({"readings": {"body_weight": [7]}}, ["wrong_shape readings.body_weight[0]"]),
        ({"conditions": ["heart_failur"]}, ["name_not_known conditions.heart_failur"]),
        ({"events": {"technical_fault": [{}]}}, ["time_missing events.technical_fault[0]"]),
        ({"doses": {}}, ["wrong_shape doses"]),
        ({"supplied": []}, ["wrong_shape supplied"]),
        ({"supplied": {"glucos": True}}, ["name_not_known supplied.glucos"]),
        ({"supplied": {"glucose": {"form": "2026-01-01"}}}, ["wrong_shape supplied.glucose"]),
        ({"birth_date": "1951"}, ["date_not_understood birth_date"]),
        ({"birth_date": 1951}, ["date_not_understood birth_date"]),
        ({"sex": "woman"}, ["word_not_known sex"]),
        ({"sex": {}}, ["word_not_known sex"]),
        ({"sex": "unknown"}, []),
        ({"id": 7}, ["wrong_shape id"]),
        ({"limits": {}}, ["limit_not_read limits[0]"]),
    ],
)
def test_what_is_said(data: Json, issues: list[str]) -> None:
    assert issues == codes(patient_from_dict(data).issues)


@pytest.mark.parametrize("data", [None, [], "patient", 7, {"zone": "Europe/Olso"}, {"zone": 1}, {"zone": ["UTC"]}])
def test_what_is_no_patient(data: Any) -> None:
    with pytest.raises(PatientError):
        patient_from_dict(data)


@pytest.mark.parametrize(
    ("row", "value", "issue"),
    [
        ({}, 1.5, ""),
        ({"value": 2}, 2.0, ""),
        ({"author": None, "until": None}, 1.5, ""),
        ({"from": "2026-01-01", "until": "2026-12-31"}, 1.5, ""),
        ({"value": "1.5"}, None, "limit_not_read"),
        ({"value": True}, None, "limit_not_read"),
        ({"value": float("nan")}, None, "limit_not_read"),
        ({"until": "next year"}, None, "limit_not_read"),
        ({"from": 2026}, None, "limit_not_read"),
        ({"from": "2026-12-31", "until": "2026-01-01"}, None, "limit_not_read"),
        ({"unit": 1}, None, "limit_not_read"),
        ({"limit": ["gain_yellow"]}, None, "limit_not_read"),
        ({"units": "kg"}, 1.5, "name_not_known"),
    ],
)
def test_limits(row: Json, value: float | None, issue: str) -> None:
    limits, issues = limits_from_dicts([{"limit": "gain_yellow", "value": 1.5, "unit": "kg"} | row])
    assert [value] == [None if each.value != each.value else each.value for each in limits]
    assert [issue] * bool(issue) == [each.code for each in issues]


@pytest.mark.parametrize("row", [None, 7, "gain_yellow", ["gain_yellow", 1.5]])
def test_a_limit_of_another_shape_is_a_limit_that_cannot_be_read(row: Any) -> None:
    limits, issues = limits_from_dicts([row])
    assert ("", True, ["limit_not_read limits[0]"]) == (
        limits[0].name,
        limits[0].value != limits[0].value,
        codes(issues),
    )


SECRET = "13.579"


@pytest.mark.parametrize(
    "data",
    [
        weight(value=13.579e9),
        weight(value=SECRET),
        weight(unit=SECRET),
        weight(time=SECRET),
        weight(position=SECRET),
        {"birth_date": SECRET, "sex": SECRET, "id": 13.579},
        {"conditions": [SECRET, 13.579]},
        {"supplied": {SECRET: SECRET}},
        {"limits": [{"limit": "a", "value": SECRET, "unit": "kg", "until": SECRET, SECRET: 1}]},
        dose(status=SECRET, taken=SECRET, atc=SECRET, reason=SECRET),
        {SECRET: 1},
    ],
)
def test_no_value_of_the_patient_is_repeated(data: Json) -> None:
    patient = patient_from_dict(data)
    assert patient.issues
    assert not [each for each in patient.issues if "579" in each.message or "579" in each.place]


ROWS = st.fixed_dictionaries(
    {
        "time": st.sampled_from(["2026-01-08", "2026-01-08 07:30", "2026-01-07 07:30", "2026-01-08T06:30:00Z"]),
        "systolic": st.sampled_from([135, 140.5, 999, None, "x"]),
        "diastolic": st.sampled_from([85, 90, None]),
        "unit": st.sampled_from(["mmHg", "mm[Hg]", "kPa", None]),
        "recorded": st.sampled_from([None, "2026-01-08 08:00", "2026-01-09"]),
        "id": st.sampled_from(["a", "b"]),
    }
)
SPANS = st.fixed_dictionaries(
    {
        "from": st.sampled_from([None, "2019-05-01", "2020"]),
        "to": st.sampled_from([None, "2021-05-01"]),
        "certain": st.sampled_from([True, False]),
    }
)
DOSES = st.fixed_dictionaries(
    {
        "planned": st.sampled_from(["2026-01-08 08:00", "2026-01-08 20:00"]),
        "status": st.sampled_from(["taken", "missed", "unknown"]),
        "atc": st.sampled_from([["C07AB02"], ["C10AA01", "C07AB02"], []]),
        "taken": st.sampled_from([None, "2026-01-08 08:10"]),
    }
)


@given(st.lists(ROWS, max_size=6), st.lists(SPANS, max_size=4), st.lists(DOSES, max_size=5), st.randoms())
def test_the_order_of_rows_does_not_matter(
    readings: list[Json], spans: list[Json], doses: list[Json], random: Any
) -> None:
    data = {"readings": {"blood_pressure": readings}, "conditions": {"asthma": spans}, "doses": doses}
    mixed = deepcopy(data)
    for each in (mixed["readings"]["blood_pressure"], mixed["conditions"]["asthma"], mixed["doses"]):
        random.shuffle(each)
    one, other = patient_from_dict(data), patient_from_dict(mixed)
    assert contents(one) == contents(other)
    assert sorted(each.code for each in one.issues) == sorted(each.code for each in other.issues)


KILOGRAMS = st.integers(500, 500_000).map(lambda grams: grams / 1000)


@given(KILOGRAMS)
def test_the_unit_of_arrival_does_not_matter(kilograms: float) -> None:
    for value, unit in ((kilograms * 1000, "g"), (kilograms / 0.45359237, "[lb_av]")):
        found = patient_from_dict(weight(value=value, unit=unit)).tables["body_weight"].values
        assert [without_noise(kilograms)] == [without_noise(each) for each in found]


@given(st.integers(300, 450).map(lambda tenths: tenths / 10))
def test_the_scale_of_the_thermometer_does_not_matter(celsius: float) -> None:
    row = {"time": MORNING, "value": celsius * 9 / 5 + 32, "unit": "[degF]"}
    found = patient_from_dict({"readings": {"body_temperature": [row]}}).tables["body_temperature"]
    assert ([without_noise(celsius)], [KNOWN]) == ([without_noise(each) for each in found.values], found.quality)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=12,
)


@st.composite
def spoiled(draw: st.DrawFn, whole: Any) -> Any:
    """JSON of the right shape, with anything at all in one place."""
    found = deepcopy(whole)
    holder, step = None, None
    inside: Any = found
    for _ in range(draw(st.integers(1, 6))):
        steps = (
            list(inside) if isinstance(inside, dict) else list(range(len(inside))) if isinstance(inside, list) else []
        )
        if not steps:
            break
        holder, step = inside, draw(st.sampled_from(steps))
        inside = holder[step]
    if holder is not None:
        holder[step] = draw(JSON)
    return found


WHOLE = {
    "id": "1",
    "birth_date": "1951-05-01",
    "sex": "female",
    "zone": "Europe/Oslo",
    **weight(recorded="2026-01-08 08:00", entered="device", comparator="<", status="final", id="a"),
    "conditions": {"heart_failure": [{"from": "2019-05-01", "to": "2020-01-01", "certain": True}]},
    "devices": ["medicine_dispenser"],
    "events": {"technical_fault": [{"time": "2026-01-08 09:00"}]},
    **dose(reason="paused"),
    "limits": [{"limit": "gain_yellow", "value": 1.5, "unit": "kg", "from": "2026-01-01"}],
    "supplied": {"glucose": {"from": "2026-01-01"}},
}


@given(spoiled(WHOLE))
def test_anything_is_a_patient_or_a_patient_error(data: Any) -> None:
    try:
        patient = patient_from_dict(data)
    except PatientError:
        return
    assert all("{" not in each.message for each in patient.issues)


def test_the_schema_holds_a_whole_patient() -> None:
    schema = records_schema()
    Draft202012Validator.check_schema(schema)
    assert [] == list(Draft202012Validator(schema).iter_errors(json.loads(json.dumps(WHOLE))))
    assert schema["properties"].keys() == WHOLE.keys()
