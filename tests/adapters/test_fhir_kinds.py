"""What holds for every kind of resource: whatever stands in it, whoever it is about, in whatever order."""

import json
import math
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.adapters.fhir import patient_from_fhir
from cds.diagnostics import PatientError
from cds.operators.series import LAST_TIME
from cds.patient import Patient
from tests.adapters.building import Json, bundle, codes, concept, contents
from tests.adapters.made_up import AWAKE, BREATH, PUMP, SLEEP, concepts
from tests.adapters.test_fhir_device import device, use
from tests.adapters.test_fhir_encounter import ON_LEAVE, encounter, klass
from tests.adapters.test_fhir_goal import goal, target
from tests.adapters.test_fhir_plan import activity, plan, zone, zone_condition
from tests.adapters.test_fhir_questionnaire import ADDRESS, OPTIONS, form, response
from tests.adapters.test_records_properties import spoiled
from tests.adapters.work import calls

CONCEPTS = concepts(BREATH, SLEEP, PUMP, AWAKE)
RESOURCES = (
    response(source={"reference": "RelatedPerson/7"}),
    form({"linkId": "q1", "answerOption": OPTIONS}, url=ADDRESS),
    encounter(statusHistory=ON_LEAVE, classHistory=[{"class": klass("EMER")}], location=[{"period": {}}]),
    device(),
    use(recordedOn="2026-01-06T08:00:00Z"),
    goal(target(dueDate="2026-12-31"), startDate="2026-01-01", expressedBy={"display": "Kari Lege"}),
    zone_condition(),
    plan(activity(code=zone("yellow")), period={"start": "2026-01-01"}, category=[concept("x", "y")]),
)
OWNED = [each for each in RESOURCES if each["resourceType"] != "Questionnaire"]


def read(data: Any) -> Patient:
    return patient_from_fhir(data, concepts=CONCEPTS)


def told(patient: Patient) -> tuple[Any, ...]:
    return contents(patient), patient.limits, patient.plan_actions, patient.issues


WHOLE = bundle(*RESOURCES)


def test_every_kind_is_used() -> None:
    patient = read(WHOLE)
    assert {"breath.cough", "stays.hospital_stay", "devices.pump"} <= {
        key for key, table in patient.tables.items() if table.times
    }
    assert (1, 1) == (len(patient.limits), len(patient.plan_actions))


@given(spoiled(WHOLE))
def test_anything_is_a_patient_or_a_patient_error(data: Any) -> None:
    for each in (data, json.dumps(data)):
        try:
            patient = read(each)
        except PatientError:
            continue
        assert all("{" not in issue.message for issue in patient.issues)


@given(st.integers(0, 10_000))
def test_the_order_of_entries_does_not_matter(seed: int) -> None:
    data = deepcopy(WHOLE)
    Random(seed).shuffle(data["entry"])
    assert told(read(WHOLE)) == told(read(data))


def test_nothing_is_changed_in_the_bundle() -> None:
    before = deepcopy(WHOLE)
    read(WHOLE)
    assert before == WHOLE


@pytest.mark.parametrize("made", OWNED, ids=lambda each: each["resourceType"])
def test_nothing_of_another_patient_comes_in(made: Json) -> None:
    field = "patient" if made["resourceType"] == "Device" else "subject"
    for stated, issue in (
        ({"reference": "Patient/2"}, "other_patient"),
        ({"reference": "https://other.example.org/Patient/2"}, "other_patient"),
        ({"reference": "Group/1"}, "other_patient"),
        ({"display": "Kari Nordmann"}, "ambiguous_subject"),
    ):
        patient = read(bundle({**made, field: stated}))
        assert ({}, ()) == (patient.tables, patient.plan_actions)
        assert all(math.isnan(each.value) and each.author == "" for each in patient.limits)
        assert [f"{issue} {made['resourceType']}/{made['id']}"] == codes(patient.issues)


@pytest.mark.parametrize("made", OWNED, ids=lambda each: each["resourceType"])
def test_what_may_be_of_another_patient_is_not_known_to_be_absent(made: Json) -> None:
    """Beside one of the patient's own, of which everything of its kind would else count as supplied."""
    field = "patient" if made["resourceType"] == "Device" else "subject"
    whole, alone = read(bundle(made)), {**made, "id": "another", field: {"display": "Kari Nordmann"}}
    patient = read(bundle(made, alone))
    held = {key for key, table in whole.tables.items() if table.times}
    assert held == {key for key in held if patient.tables[key].supplied_from == LAST_TIME}
    assert [table.times for table in whole.tables.values()] == [table.times for table in patient.tables.values()]


def test_copies_of_a_kind_count_once() -> None:
    twice = bundle(*RESOURCES, *RESOURCES)
    assert told(read(WHOLE)) == told(read(twice))


def crowd(made: Json, count: int) -> list[Json]:
    return [{**made, "id": str(number)} for number in range(count)]


@pytest.mark.parametrize(
    "many",
    [
        lambda count: [
            one
            for number in range(count)
            for one in (
                response(id=f"r{number}", questionnaire=f"{ADDRESS}|{number}"),
                form(id=f"q{number}", url=ADDRESS, version=str(number)),
            )
        ],
        lambda count: [encounter(statusHistory=ON_LEAVE * count, classHistory=[{"class": klass("AMB")}] * count)],
        lambda count: crowd(encounter(), count),
        lambda count: [device(), *crowd(use(), count)],
        lambda count: [goal(*[target()] * count)],
        lambda count: [zone_condition(), plan(*[activity()] * count)],
        lambda count: [{"resourceType": f"Claim{number}"} for number in range(count)],
    ],
    ids=["forms", "one stay", "stays", "devices", "goals", "plans", "unknown kinds"],
)
def test_crowds_take_work_in_proportion(many: Any) -> None:
    few, more = bundle(*many(300)), bundle(*many(3000))
    read(few)
    assert calls(lambda: read(more)) < 15 * calls(lambda: read(few))


SECRET = "13579"


@pytest.mark.parametrize("made", OWNED, ids=lambda each: each["resourceType"])
def test_no_value_of_the_patient_is_repeated(made: Json) -> None:
    """Anything at all in a field is at most said to be wrong."""
    for field in made:
        if field not in ("resourceType", "id"):
            issues = read(bundle({**made, field: SECRET})).issues + read(bundle({**made, field: [SECRET]})).issues
            assert not [each for each in issues if SECRET in each.message or SECRET in each.place]
