"""Records as a whole: what is no patient, the patient's own limits, and that no value is repeated."""

from typing import Any

import pytest

from cds.adapters.records import limits_from_dicts, patient_from_dict
from cds.diagnostics import PatientError
from tests.adapters.building import codes
from tests.adapters.test_records import Json, dose, weight


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
