"""Patients from plain records: what each row becomes, what is said about a bad one, what counts as supplied."""

from typing import Any

import pytest

from cds.adapters.records import patient_from_dict
from cds.codes import Attribute
from cds.operators.reasons import (
    AT_LEAST,
    AT_MOST,
    IMPLAUSIBLE_ONLY,
    KNOWN,
    NO_DATA,
    NOT_CERTAIN,
    NOT_JUDGED,
    UNIT_NOT_UNDERSTOOD,
    VALUE_NOT_READ,
)
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.units import unit_id
from tests.adapters.building import at, codes, rows, supply

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
        ({"value": "83.1"}, 0.0, 0.0, "", VALUE_NOT_READ, "value_not_a_number"),
        ({"value": True}, 0.0, 0.0, "", VALUE_NOT_READ, "value_not_a_number"),
        ({"value": [83.1]}, 0.0, 0.0, "", VALUE_NOT_READ, "value_not_a_number"),
        ({"value": {}}, 0.0, 0.0, "", VALUE_NOT_READ, "value_not_a_number"),
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
    out_of_time = issue.startswith(("time_", "future_dated"))  # it may be the newest, and nobody knows
    assert ("none" if out_of_time else "all") == supply(patient, "body_weight")


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
            (0.0, VALUE_NOT_READ),
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
        ({"dispenses": [{"time": "2026-01-08"}], "supplied": {"supply": True}}, "supply.statins", "none"),
        ({"dispenses": [{"time": "2026-01-08"}], "supplied": {"supply": True}}, "supply.all", "all"),
        ({"dispenses": [{"atc": "C10AA05"}], "supplied": {"supply": True}}, "supply.all", "none"),
        ({"doses": [{"status": "missed"}], "supplied": {"doses": True}}, "doses.all", "none"),
        ({"events": {"technical_fault": [{}]}, "supplied": {"events": "2026-01-01"}}, "events.technical_fault", "none"),
        ({"events": {"technical_fault": [{}]}, "supplied": {"events": True}}, "events.no_contact", "all"),
        ({"conditions": {"copd": ["yes"]}, "supplied": {"conditions": True}}, "conditions.copd", "none"),
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


def test_a_date_that_ends_the_day_before_it_begins_is_reversed() -> None:
    patient = patient_from_dict({"conditions": {"asthma": [{"from": "2026-01-08", "to": "2026-01-07"}]}})
    assert [NOT_CERTAIN] == patient.tables["conditions.asthma"].quality
    assert ["period_reversed conditions.asthma[0]"] == codes(patient.issues)
