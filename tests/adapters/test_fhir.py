"""Bundles as a whole: what is one, whose it is, what is there twice, what counts as supplied, and how much is read."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.adapters.fhir import patient_from_fhir
from cds.diagnostics import PatientError
from cds.patient import Patient
from tests.adapters.building import (
    Json,
    at,
    bundle,
    codes,
    concept,
    condition,
    contents,
    observation,
    pressure,
    supply,
)
from tests.adapters.test_records_properties import JSON, spoiled
from tests.adapters.work import calls

FNR, FNR_OTHER_NAME = "urn:oid:2.16.578.1.12.4.1.4.1", "http://hl7.no/fhir/NamingSystem/FNR"


def weights(patient: Patient) -> list[float]:
    table = patient.tables.get("body_weight")
    return table.values if table else []


@pytest.mark.parametrize("kind", ["collection", "searchset", "document", "transaction", "batch"])
def test_kinds_of_bundle(kind: str) -> None:
    assert [83.1] == weights(patient_from_fhir(bundle(observation(), kind=kind)))


@pytest.mark.parametrize(
    "write", [json.dumps, lambda data: json.dumps(data).encode(), lambda data: "\ufeff" + json.dumps(data)]
)
def test_text_and_bytes(write: Any) -> None:
    data = bundle(observation(), condition())
    assert contents(patient_from_fhir(data)) == contents(patient_from_fhir(write(data)))


def test_the_person() -> None:
    patient = patient_from_fhir(bundle(), zone="Europe/London")
    assert ("1", "1951-05-01", "female", "Europe/London") == (
        patient.id,
        str(patient.birth_date),
        patient.sex,
        patient.zone.name,
    )
    assert ({}, ()) == (patient.tables, patient.issues)


@pytest.mark.parametrize(
    ("fields", "birth_date", "sex", "issues"),
    [
        ({"birthDate": "1951"}, None, "female", ["date_not_understood Patient.birthDate"]),
        ({"birthDate": None}, None, "female", []),
        ({"birthDate": 1951}, None, "female", []),
        ({"gender": "other"}, "1951-05-01", "other", []),
        ({"gender": "unknown"}, "1951-05-01", "", []),
        ({"gender": "F"}, "1951-05-01", "", ["word_not_known Patient.gender"]),
        ({"modifierExtension": [{"url": "x"}]}, None, "", ["meaning_changed Patient/1"]),
        ({"implicitRules": "x"}, None, "", ["meaning_changed Patient/1"]),
    ],
)
def test_facts_of_the_person(fields: Json, birth_date: str | None, sex: str, issues: list[str]) -> None:
    data = bundle()
    data["entry"][0]["resource"] |= fields
    patient = patient_from_fhir(data)
    found = str(patient.birth_date) if patient.birth_date else None
    assert (birth_date, sex, issues) == (found, patient.sex, codes(patient.issues))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "not JSON: line 1, column 1"),
        ('{"resourceType":\n "Bundle",}', "not JSON: line 2, column 11"),
        ("null", "not a FHIR Bundle"),
        ("[]", "not a FHIR Bundle"),
        ("7", "not a FHIR Bundle"),
        ('"Bundle"', "not a FHIR Bundle"),
        (b"\xff\xfe\xfd", "not JSON"),
        (b'{"a": "\xe6"}', "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("1" * 10_000, "not JSON|not a FHIR Bundle"),
        ({}, "not a FHIR Bundle"),
        ({"resourceType": "Patient", "id": "1"}, "not a FHIR Bundle"),
        ({"resourceType": "Bundle"}, "type of the bundle"),
        ({"resourceType": "Bundle", "type": "history"}, "type of the bundle"),
        ({"resourceType": "Bundle", "type": ["collection"]}, "type of the bundle"),
        ({"resourceType": "Bundle", "type": "collection", "implicitRules": "x"}, "rules of its own"),
        ({"resourceType": "Bundle", "type": "collection"}, "names no patient"),
        ({"resourceType": "Bundle", "type": "collection", "entry": {}}, "not a list"),
        (7, "not a FHIR Bundle"),
        (None, "not a FHIR Bundle"),
    ],
)
def test_what_is_no_bundle(data: Any, said: str) -> None:
    with pytest.raises(PatientError, match=said):
        patient_from_fhir(data)


def test_an_unknown_zone() -> None:
    with pytest.raises(PatientError, match="time zone"):
        patient_from_fhir(bundle(), zone="Europe/Olso")


def test_bounds() -> None:
    text = json.dumps(bundle(observation()))
    assert [83.1] == weights(patient_from_fhir(text, most_bytes=len(text), most_entries=2, deepest=8))
    with pytest.raises(PatientError, match="larger than"):
        patient_from_fhir(text, most_bytes=len(text) - 1)
    with pytest.raises(PatientError, match="more than 1 entries"):
        patient_from_fhir(text, most_entries=1)
    with pytest.raises(PatientError, match="nested more than 6 deep"):
        patient_from_fhir(text, deepest=6)


def test_a_deep_resource_is_refused() -> None:
    deep: Any = 1
    for _ in range(120):
        deep = [deep]
    with pytest.raises(PatientError, match="nested more than 100 deep"):
        patient_from_fhir(bundle(observation(note=deep)))


@pytest.mark.parametrize("entry", [7, None, {}, {"resource": 7}, {"resource": {}}, {"resource": {"resourceType": 7}}])
def test_entries_that_hold_nothing(entry: Any) -> None:
    data = bundle(observation())
    data["entry"].append(entry)
    patient = patient_from_fhir(data)
    assert ([83.1], ["entry_not_read entry[2]"]) == (weights(patient), codes(patient.issues))


@pytest.mark.parametrize("method", ["DELETE", "GET", "PATCH"])
def test_requests_that_store_nothing(method: str) -> None:
    data = bundle(observation(), kind="transaction")
    data["entry"].append({"request": {"method": method, "url": "Observation/w"}})
    data["entry"].append({"request": {"method": method, "url": "x"}, "resource": observation(id="x")})
    patient = patient_from_fhir(data)
    assert ([83.1], ()) == (weights(patient), patient.issues)


def test_kinds_of_resource_that_are_not_read_are_listed_once() -> None:
    claims = [{"resourceType": "Claim", "id": str(number), "patient": {"reference": "Patient/2"}} for number in "123"]
    others = [{"resourceType": "Appointment"}, {"resourceType": "Kari Nordmann"}]
    patient = patient_from_fhir(bundle(*claims, observation(), *others))
    assert [
        ("?", "1 ? resource is not read here"),
        ("Appointment", "1 Appointment resource is not read here"),
        ("Claim", "3 Claim resources are not read here"),
    ] == [(each.place, each.message) for each in patient.issues]
    assert {"kind_not_read"} == {each.code for each in patient.issues}
    assert [83.1] == weights(patient)
    twice = bundle(*claims, observation(), observation())
    assert ["kind_not_read Claim"] == codes(patient_from_fhir(twice).issues)


def referring(subject: Json | None, full_url: str = "", own_url: str = "", **person: Any) -> Json:
    data = bundle(observation(subject=subject))
    data["entry"][0]["resource"] |= person
    data["entry"][0]["fullUrl"] = full_url
    data["entry"][1]["fullUrl"] = own_url
    return data


SERVER = "https://fhir.example.org/r4"
UUID = "urn:uuid:cd3d3588-94fc-b980-9e94-0390d989d921"
NUMBER = [{"system": FNR, "value": "01019012345"}]


@pytest.mark.parametrize(
    ("data", "issue"),
    [
        (referring({"reference": "Patient/1"}), ""),
        (referring({"reference": "Patient/1/_history/3"}), ""),
        (referring({"reference": "Patient/1"}, f"{SERVER}/Patient/1", f"{SERVER}/Observation/w"), ""),
        (referring({"reference": f"{SERVER}/Patient/1"}, f"{SERVER}/Patient/1"), ""),
        (referring({"reference": f"{SERVER}/Patient/1"}), ""),
        (referring({"reference": f"{SERVER}/Patient/1"}, UUID), ""),
        (referring({"reference": UUID}, UUID), ""),
        (referring({"reference": "urn:uuid:1"}), ""),
        (referring({"identifier": {"system": FNR, "value": "01019012345"}}, identifier=NUMBER), ""),
        (referring({"identifier": {"system": FNR_OTHER_NAME, "value": "01019012345"}}, identifier=NUMBER), ""),
        (referring({"reference": f"Patient?identifier={FNR}|01019012345"}, identifier=NUMBER), ""),
        (referring({"reference": "Patient/1", "identifier": {"system": "x", "value": "7"}}, identifier=NUMBER), ""),
        (referring({"reference": "Patient/2"}), "other_patient"),
        (referring({"reference": "Patient/11"}), "other_patient"),
        (referring({"reference": "https://other.example.org/Patient/1"}, f"{SERVER}/Patient/1"), "other_patient"),
        (
            referring({"reference": "Patient/1"}, f"{SERVER}/Patient/1", "https://other.example.org/Observation/w"),
            "other_patient",
        ),
        (referring({"reference": UUID}), "other_patient"),
        (referring({"reference": "Group/1"}), "other_patient"),
        (referring({"reference": "#1"}), "other_patient"),
        (referring({"identifier": {"system": FNR, "value": "02019012345"}}, identifier=NUMBER), "other_patient"),
        (
            referring({"reference": "Patient/1", "identifier": {"system": FNR, "value": "2"}}, identifier=NUMBER),
            "other_patient",
        ),
        (
            referring(
                {"reference": "Patient/2", "identifier": {"system": FNR, "value": "01019012345"}}, identifier=NUMBER
            ),
            "other_patient",
        ),
        (referring({}), "ambiguous_subject"),
        (referring({"display": "Kari Nordmann"}), "ambiguous_subject"),
        (referring(None), "ambiguous_subject"),
    ],
)
def test_whose_it_is(data: Json, issue: str) -> None:
    patient = patient_from_fhir(data)
    assert [f"{issue} Observation/w"] * bool(issue) == codes(patient.issues)
    assert ([] if issue else [83.1]) == weights(patient)


def without_person(*resources: Json) -> Json:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": each} for each in resources]}


def test_a_bundle_that_only_refers_to_its_patient() -> None:
    patient = patient_from_fhir(without_person(observation(), condition(subject={"reference": f"{SERVER}/Patient/1"})))
    assert ("1", None, "", [83.1]) == (patient.id, patient.birth_date, patient.sex, weights(patient))
    by_number = observation(subject={"identifier": {"system": FNR, "value": "01019012345"}})
    patient = patient_from_fhir(without_person(by_number))
    assert ("", [83.1]) == (patient.id, weights(patient))
    patient = patient_from_fhir(without_person(observation(subject={"reference": UUID})))
    assert ("", [83.1]) == (patient.id, weights(patient))


@pytest.mark.parametrize(
    "data",
    [
        bundle({"resourceType": "Patient", "id": "2"}),
        bundle({"resourceType": "Patient"}),
        without_person({"resourceType": "Patient"}, {"resourceType": "Patient", "gender": "male"}),
        without_person(observation(), condition(subject={"reference": "Patient/2"})),
        without_person(
            observation(subject={"reference": f"{SERVER}/Patient/1"}),
            condition(subject={"reference": "https://other.example.org/Patient/1"}),
        ),
        without_person(
            observation(subject={"identifier": {"system": FNR, "value": "1"}}),
            condition(subject={"identifier": {"system": FNR_OTHER_NAME, "value": "2"}}),
        ),
        without_person(observation(subject={"reference": "Patient/1"}), condition(subject={"reference": UUID})),
    ],
)
def test_two_patients(data: Json) -> None:
    with pytest.raises(PatientError, match="more than one patient"):
        patient_from_fhir(data)


@pytest.mark.parametrize(
    "data",
    [
        without_person(),
        without_person(observation(subject=None)),
        without_person(observation(subject={"reference": "Group/1"})),
    ],
)
def test_no_patient(data: Json) -> None:
    with pytest.raises(PatientError, match="names no patient"):
        patient_from_fhir(data)


EARLY, LATE = {"lastUpdated": "2026-01-08T08:00:00Z"}, {"lastUpdated": "2026-01-08T09:00:00Z"}


@pytest.mark.parametrize(
    ("copies", "expected", "issues"),
    [
        ([observation(), observation()], [83.1], []),
        ([observation(meta=EARLY), observation(82.9, meta=LATE)], [82.9], []),
        ([observation(82.9, meta=LATE), observation(meta=EARLY)], [82.9], []),
        ([observation(meta=EARLY), observation(meta=LATE, status="entered-in-error")], [], ["entered_in_error"]),
        ([observation(), observation(82.9)], [82.9, 83.1], ["conflicting_copies"]),
        ([observation(meta=EARLY), observation(82.9)], [82.9, 83.1], ["conflicting_copies"]),
        ([observation(meta=LATE), observation(82.9, meta=LATE)], [82.9, 83.1], ["conflicting_copies"]),
        ([observation(), observation(id="v")], [83.1, 83.1], []),
        ([observation(id=None), observation(82.9, id=None)], [82.9, 83.1], []),
    ],
)
def test_copies(copies: list[Json], expected: list[float], issues: list[str]) -> None:
    patient = patient_from_fhir(bundle(*copies))
    assert expected == sorted(weights(patient))
    assert issues == [each.code for each in patient.issues]


@pytest.mark.parametrize(
    ("urls", "expected"),
    [
        (("urn:uuid:a", "urn:uuid:a"), [82.9, 83.1]),
        ((f"{SERVER}/Observation/w", f"{SERVER}/Observation/w"), [82.9, 83.1]),
        ((f"{SERVER}/Observation/w", "https://other.example.org/Observation/w"), [82.9, 83.1]),
    ],
)
def test_copies_by_address(urls: tuple[str, str], expected: list[float]) -> None:
    data = bundle(observation(subject={"reference": f"{SERVER}/Patient/1"}), observation(82.9))
    data["entry"][1]["resource"]["subject"] = data["entry"][2]["resource"]["subject"] = {"reference": "Patient/1"}
    for entry, url in zip(data["entry"][1:], urls, strict=True):
        entry["fullUrl"] = url
    patient = patient_from_fhir(data)
    assert expected == sorted(weights(patient))
    assert (["conflicting_copies Observation/w"] if urls[0] == urls[1] else []) == codes(patient.issues)


def test_copies_of_the_patient() -> None:
    data = bundle({"resourceType": "Patient", "id": "1", "birthDate": "1951-05-02", "gender": "female"})
    patient = patient_from_fhir(data)
    assert (None, "female", ["conflicting_copies Patient/1"]) == (
        patient.birth_date,
        patient.sex,
        codes(patient.issues),
    )


@pytest.mark.parametrize(
    ("data", "supplied", "key", "expected"),
    [
        (bundle(observation()), None, "body_weight", "all"),
        (bundle(observation()), None, "glucose", "none"),
        (bundle(observation()), None, "conditions.pregnancy", "none"),
        (bundle(observation(status="cancelled")), None, "body_weight", "none"),
        (bundle(condition()), None, "conditions.pregnancy", "all"),
        (bundle(condition()), None, "devices.medicine_dispenser", "none"),
        (bundle(), {"glucose": True}, "glucose", "all"),
        (bundle(), {"conditions": True}, "conditions.pregnancy", "all"),
        (bundle(condition()), {"pregnancy": False}, "conditions.pregnancy", "none"),
        (bundle(observation()), {"body_weight": "2026-01-01"}, "body_weight", str(at("2026-01-01"))),
        (bundle(observation(), link=[{"relation": "self", "url": "x"}]), None, "body_weight", "all"),
    ],
)
def test_supply(data: Json, supplied: Any, key: str, expected: str) -> None:
    patient = patient_from_fhir(data, supplied=supplied)
    assert expected == supply(patient, key)


@pytest.mark.parametrize("supplied", [{"glucos": True}, {"glucose": "lately"}, {"glucose": 7}])
def test_supply_that_cannot_be_read(supplied: Any) -> None:
    patient = patient_from_fhir(bundle(observation()), supplied=supplied)
    assert 1 == len(patient.issues)
    assert patient.issues[0].place.startswith("supplied.glucos")


FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
WARNED = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "informational"}]}


@pytest.mark.parametrize(
    ("data", "incomplete"),
    [
        (bundle(observation(), kind="searchset", link=[{"relation": "next", "url": "x"}]), True),
        (bundle(observation(), kind="searchset", total=7), True),
        (bundle(observation(), kind="searchset", total=2), False),
        (bundle(observation(), kind="searchset", total=1), False),
        (bundle(observation(), kind="searchset", total="7"), False),
        (bundle(observation(), FAILED, kind="searchset"), True),
        (bundle(observation(), WARNED, kind="searchset"), False),
        (bundle(observation(), kind="searchset", link=["next", {"relation": ["next"]}]), False),
    ],
)
def test_a_part_of_the_answer_holds_nothing_in_full(data: Json, incomplete: bool) -> None:
    patient = patient_from_fhir(data, supplied={"conditions": True})
    assert ("none" if incomplete else "all") == supply(patient, "body_weight") == supply(patient, "conditions.copd")
    assert ["incomplete Bundle"] * incomplete == codes(patient.issues)
    assert [83.1] == weights(patient)


WHOLE = bundle(
    observation(issued="2026-01-08T08:00:00Z", meta=LATE, performer=[{"reference": "RelatedPerson/1"}]),
    observation(82.9, meta=EARLY),
    pressure(id="p", bodySite=concept("http://snomed.info/sct", "368209003")),
    condition(
        onsetDateTime="2019-05-01",
        abatementDateTime="2020-05-01",
        recordedDate="2019-05-02",
        clinicalStatus=concept("x", "resolved"),
        verificationStatus=concept("x", "confirmed"),
    ),
    kind="searchset",
    total=4,
    link=[{"relation": "self", "url": "x"}],
)


@given(spoiled(WHOLE))
def test_anything_is_a_patient_or_a_patient_error(data: Any) -> None:
    for each in (data, json.dumps(data)):
        try:
            patient = patient_from_fhir(each)
        except PatientError:
            continue
        assert all("{" not in issue.message for issue in patient.issues)


@given(JSON)
def test_any_json_at_all(data: Any) -> None:
    with pytest.raises(PatientError):
        patient_from_fhir(data)


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_any_text_at_all(text: str | bytes) -> None:
    with pytest.raises(PatientError):
        patient_from_fhir(text)


def test_nothing_is_changed_in_the_bundle() -> None:
    before = deepcopy(WHOLE)
    patient_from_fhir(WHOLE)
    assert before == WHOLE


SECRET = "13.579"


def test_no_value_of_the_patient_is_repeated() -> None:
    data = bundle(
        observation(SECRET),
        observation(13.579e9, id="b"),
        observation(unit=SECRET, id="c"),
        observation(effectiveDateTime=SECRET, id="d"),
        observation(id="e", code=concept("http://loinc.org", SECRET)),
        condition(onsetDateTime=SECRET, verificationStatus=concept("x", SECRET)),
        observation(id=f"{SECRET} Kari Nordmann", status=SECRET),
    )
    issues = patient_from_fhir(data).issues
    assert len(issues) >= 6
    assert not [each for each in issues if "579" in each.message or "579" in each.place]


@pytest.mark.parametrize(
    "resources",
    [
        [observation(number, id="same") for number in range(3000)],
        [observation(60 + number / 1000, id=str(number)) for number in range(3000)],
        [pressure(None, number % 150, id=str(number)) for number in range(3000)],
        [condition(id=str(number)) for number in range(3000)],
    ],
    ids=["one id", "one time", "half a panel", "one diagnosis"],
)
def test_crowds_take_work_in_proportion(resources: list[Json]) -> None:
    few, many = bundle(*resources[:300]), bundle(*resources)
    patient_from_fhir(few)
    assert calls(lambda: patient_from_fhir(many)) < 15 * calls(lambda: patient_from_fhir(few))
