"""Whatever the records hold and in whatever order and unit: the same patient, or a clear refusal."""

import json
from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cds.adapters.records import patient_from_dict
from cds.adapters.records_schema import records_schema
from cds.diagnostics import PatientError
from cds.operators.logic import without_noise
from cds.operators.reasons import (
    KNOWN,
)
from tests.adapters.building import contents
from tests.adapters.test_records import MORNING, Json, dose, weight

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
    **dose(reason="paused", use="regular"),
    "forms": {"gad7": [{"time": "2026-01-07", "item1": 2, "item2": "HI"}]},
    "stays": {"hospital_stay": [{"from": "2026-01-02", "to": "2026-01-04", "certain": False}]},
    "medicines": [{"atc": ["C10AA05"], "from": "2025-01-01", "to": "2026-01-01", "use": "regular", "certain": True}],
    "dispenses": [{"time": "2025-12-01", "atc": "C10AA05", "days": 30, "quantity": 30, "use": "course", "id": "d"}],
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
