"""What becomes of QuestionnaireResponses: which form, which item, what an answer counts, and what is not used."""

from dataclasses import replace
from typing import Any

import pytest

import cds
from cds.adapters.fhir import patient_from_fhir
from cds.api import ruleset_of
from cds.codes import Attribute
from cds.loading import check_texts
from cds.operators.reasons import (
    CONFLICT,
    KNOWN,
    NO_DATA,
    NOT_COMPUTABLE,
    UNIT_NOT_UNDERSTOOD,
    VALUE_NOT_READ,
    WITHHELD,
    Reason,
)
from cds.operators.series import FIRST_TIME
from cds.patient import Patient
from tests.adapters.building import Json, at, bundle, codes, observation, supply
from tests.adapters.made_up import ADDRESS, BREATH, DEFINITION, KNOWN_SYSTEM, SLEEP, SLEEP_ADDRESS, concepts, hosted

OTHER = "https://example.org/Questionnaire/other"
EVENING = "2026-01-08T20:15:00+01:00"
RESTRICTED = {"security": [{"code": "R"}]}
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
WEIGHT = "http://hl7.org/fhir/StructureDefinition/itemWeight"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"

CONCEPTS = concepts(BREATH, SLEEP)
EMPTY = (0.0, NO_DATA)


def answer(link: str, *values: Json, **fields: Any) -> Json:
    """An item with its answers, each a value[x]."""
    return {"linkId": link, "answer": list(values), **fields}


WHOLE = (
    answer("q1", {"valueInteger": 1}),
    answer("q2", {"valueBoolean": True}),
    answer("q3", {"valueQuantity": {"value": 83100, "code": "g"}}),
)


def response(*items: Json, **fields: Any) -> Json:
    """A completed response of patient 1, changed by `fields`; a field that is None is left out."""
    made = {
        "resourceType": "QuestionnaireResponse",
        "id": "r",
        "status": "completed",
        "questionnaire": ADDRESS,
        "subject": {"reference": "Patient/1"},
        "authored": EVENING,
        "item": list(items or WHOLE),
    } | fields
    return {name: each for name, each in made.items() if each is not None}


def form(*items: Json, **fields: Any) -> Json:
    """A Questionnaire."""
    return {"resourceType": "Questionnaire", "id": "q", "status": "active", "item": list(items), **fields}


def read(*resources: Json) -> Patient:
    return patient_from_fhir(bundle(*resources), concepts=CONCEPTS)


def answered(patient: Patient, form: str = "breath") -> list[list[tuple[float, int]]]:
    """(value, quality) of each item, for each answered form."""
    tables = [patient.tables[f"{form}.{part}"] for part in CONCEPTS.by_name[form].parts]
    rows = zip(*(zip(each.values, each.quality, strict=True) for each in tables), strict=True)
    return [list(row) for row in rows]


def test_an_answered_form() -> None:
    patient = read(response())
    table = patient.tables["breath.cough"]
    assert [[(1.0, KNOWN), (2.0, KNOWN), (83.1, KNOWN)]] == answered(patient)
    assert ([at(EVENING)], [FIRST_TIME], [0], ["QuestionnaireResponse/r"], ()) == (
        table.times,
        table.recorded,
        table.attribute,
        table.references,
        patient.issues,
    )
    assert ("all", "none") == (supply(patient, "breath.weight"), supply(patient, "sleep.rest"))


@pytest.mark.parametrize(
    ("fields", "definitions", "is_known"),
    [
        ({"questionnaire": f"{ADDRESS}|2.1"}, [], True),
        ({"questionnaire": OTHER}, [], False),
        ({"questionnaire": None}, [], False),
        ({"questionnaire": ADDRESS.upper()}, [], False),
        ({"questionnaire": f"{ADDRESS}/2"}, [], False),
        ({"questionnaire": OTHER}, [form(url=OTHER, code=[{"system": KNOWN_SYSTEM, "code": "TEST-FORM"}])], True),
        (
            {"questionnaire": f"{OTHER}|1"},
            [form(url=OTHER, code=[{"system": KNOWN_SYSTEM, "code": "TEST-FORM"}])],
            False,
        ),
        (
            {"questionnaire": OTHER},
            [form(url=OTHER, version="1", code=[{"system": KNOWN_SYSTEM, "code": "TEST-FORM"}])],
            True,
        ),
        (
            {"questionnaire": OTHER},
            [
                form(url=OTHER, id="a", version="1", code=[{"system": KNOWN_SYSTEM, "code": "TEST-FORM"}]),
                form(url=OTHER, id="b", version="2", code=[{"system": KNOWN_SYSTEM, "code": "TEST-FORM"}]),
            ],
            False,
        ),
        ({"questionnaire": OTHER}, [form(url=OTHER, code=[{"system": "x", "code": "TEST-FORM"}])], False),
        (
            {"questionnaire": OTHER},
            [form(url=f"{OTHER}/2", code=[{"system": KNOWN_SYSTEM, "code": "TEST-FORM"}])],
            False,
        ),
        (
            {"questionnaire": "#q", "contained": [form(code=[{"system": KNOWN_SYSTEM, "code": "TEST-FORM"}])]},
            [],
            True,
        ),
        ({"questionnaire": "#p", "contained": [form(code=[{"system": KNOWN_SYSTEM, "code": "TEST-FORM"}])]}, [], False),
        (
            {"questionnaire": f"{OTHER}|2"},
            [
                form(url=OTHER, id="a", version="1", code=[{"system": KNOWN_SYSTEM, "code": "TEST-FORM"}]),
                form(url=OTHER, id="b", version="2"),
            ],
            False,
        ),
        (
            {"questionnaire": f"{OTHER}|1"},
            [
                form(url=OTHER, id="a", version="1", code=[{"system": KNOWN_SYSTEM, "code": "TEST-FORM"}]),
                form(url=OTHER, id="b", version="2"),
            ],
            True,
        ),
        (
            {"questionnaire": OTHER},
            [
                form(
                    {"linkId": "q1", "code": [{"system": KNOWN_SYSTEM, "code": "TEST-COUGH"}]},
                    {"linkId": "q2", "code": [{"system": KNOWN_SYSTEM, "code": "TEST-PAIN"}]},
                    url=OTHER,
                )
            ],
            True,
        ),
        (
            {"questionnaire": OTHER},
            [form({"linkId": "q1", "code": [{"system": KNOWN_SYSTEM, "code": "TEST-COUGH"}]}, url=OTHER)],
            False,
        ),
        (
            {"questionnaire": OTHER},
            [
                form(
                    url=OTHER,
                    code=[{"system": KNOWN_SYSTEM, "code": "TEST-FORM"}],
                    modifierExtension=[{"url": "https://example.org/not"}],
                )
            ],
            False,
        ),
    ],
)
def test_which_form(fields: Json, definitions: list[Json], is_known: bool) -> None:
    patient = read(response(**fields), *definitions)
    assert ([] if is_known else ["unknown_form QuestionnaireResponse"]) == codes(patient.issues)
    assert is_known == ("breath.cough" in patient.tables)


def test_a_response_that_may_be_of_two_forms_is_of_none() -> None:
    both = concepts(BREATH, SLEEP, replace(BREATH, name="breath_too"))
    patient = patient_from_fhir(bundle(response()), concepts=both)
    assert {} == patient.tables
    assert ["codes_disagree QuestionnaireResponse/r", "unknown_form QuestionnaireResponse"] == sorted(
        codes(patient.issues)
    )


def test_unknown_forms_are_counted_and_listed_once() -> None:
    patient = read(*(response(id=f"r{number}", questionnaire=OTHER) for number in range(3)))
    assert ["unknown_form QuestionnaireResponse"] == codes(patient.issues)
    assert "3 answered forms" in patient.issues[0].message


COUGH = {"linkId": "a", "code": [{"system": KNOWN_SYSTEM, "code": "TEST-COUGH"}]}


@pytest.mark.parametrize(
    ("item", "definition"),
    [
        (answer("q1", {"valueInteger": 1}), None),
        (answer("a", {"valueInteger": 1}, definition=DEFINITION), None),
        (answer("a", {"valueInteger": 1}), COUGH),
        (answer("a", {"valueInteger": 1}), {"linkId": "group", "item": [COUGH]}),
        (
            answer("a", {"valueInteger": 1}),
            {"linkId": "a", "definition": DEFINITION},
        ),
        ({"linkId": "group", "item": [{"linkId": "inner", "item": [answer("q1", {"valueInteger": 1})]}]}, None),
        (answer("before", {"valueString": "hello", "item": [answer("q1", {"valueInteger": 1})]}), None),
        (answer("q1", {"valueInteger": 1}, item=[answer("other", {"valueInteger": 3})]), None),
    ],
)
def test_which_item(item: Json, definition: Json | None) -> None:
    definitions = [form(definition, url=ADDRESS)] if definition else []
    assert [[(1.0, KNOWN), EMPTY, EMPTY]] == answered(read(response(item), *definitions))


def test_link_ids_mean_something_within_their_own_form_only() -> None:
    patient = read(response(questionnaire=SLEEP_ADDRESS))
    assert {"sleep.rest", "sleep.nap"} == {key for key, table in patient.tables.items() if table.times}


def coded(code: str, system: str = KNOWN_SYSTEM, **fields: Any) -> Json:
    return {"valueCoding": {"system": system, "code": code, **fields}}


def stated(number: Any, address: str = ORDINAL) -> Json:
    return {"extension": [{"url": address, "valueDecimal": number}]}


@pytest.mark.parametrize(
    ("link", "value", "found", "issues"),
    [
        ("q1", {"valueInteger": 3}, (3.0, KNOWN), []),
        ("q1", {"valueDecimal": 1.5}, (1.5, KNOWN), []),
        ("q1", {"valueInteger": 4}, (0.0, NOT_COMPUTABLE), ["implausible"]),
        ("q1", {"valueQuantity": {"value": 2, "unit": "points"}}, (2.0, KNOWN), []),
        ("q1", {"valueQuantity": {"value": 2}}, (2.0, KNOWN), []),
        ("q1", {"valueQuantity": {"value": 2, "unit": "kg"}}, (0.0, UNIT_NOT_UNDERSTOOD), ["unit_not_understood"]),
        ("q1", {"valueQuantity": {"unit": "points"}}, EMPTY, []),
        ("q1", {"valueBoolean": True}, (0.0, VALUE_NOT_READ), ["value_not_a_number"]),
        ("q1", {"valueString": "3"}, (0.0, VALUE_NOT_READ), ["value_not_a_number"]),
        ("q1", {"valueDate": "2026-01-08"}, (0.0, VALUE_NOT_READ), ["value_not_a_number"]),
        ("q1", {"valueReference": {"reference": "x"}}, (0.0, VALUE_NOT_READ), ["value_not_a_number"]),
        ("q1", coded("LA1", **stated(2)), (2.0, KNOWN), []),
        ("q1", coded("LA1", **stated(2, WEIGHT)), (2.0, KNOWN), []),
        ("q1", coded("LA1", **stated(7)), (0.0, NOT_COMPUTABLE), ["implausible"]),
        ("q1", coded("LA1", **stated("2")), (0.0, VALUE_NOT_READ), ["value_not_a_number"]),
        ("q1", coded("LA1"), (0.0, VALUE_NOT_READ), ["value_not_a_number"]),
        (
            "q1",
            {"valueCoding": {"extension": [*stated(1)["extension"], *stated(2, WEIGHT)["extension"]]}},
            (0.0, VALUE_NOT_READ),
            ["value_not_a_number"],
        ),
        ("q2", {"valueBoolean": False}, (0.0, KNOWN), []),
        ("q2", {"valueString": "yes"}, (2.0, KNOWN), []),
        ("q2", {"valueString": "sometimes"}, (0.0, VALUE_NOT_READ), ["answer_not_known"]),
        ("q2", {"valueInteger": 1}, (1.0, KNOWN), []),
        ("q2", coded("TEST-NO"), (0.0, KNOWN), []),
        ("q2", coded("TEST-YES"), (2.0, KNOWN), []),
        ("q2", coded("TEST-YES", **stated(2)), (2.0, KNOWN), []),
        ("q2", coded("TEST-YES", **stated(1)), (0.0, VALUE_NOT_READ), ["codes_disagree"]),
        ("q2", coded("TEST-YES", system="https://example.org"), (0.0, VALUE_NOT_READ), ["answer_not_known"]),
        ("q2", coded("TEST-MAYBE"), (0.0, VALUE_NOT_READ), ["answer_not_known"]),
        ("q3", {"valueQuantity": {"value": 83.1, "unit": "kg"}}, (83.1, KNOWN), []),
        ("q3", {"valueDecimal": 83.1}, (0.0, UNIT_NOT_UNDERSTOOD), ["unit_missing"]),
        (
            "q1",
            {"_valueInteger": {"extension": [{"url": ABSENT, "valueCode": "masked"}]}},
            (0.0, WITHHELD),
            ["value_withheld"],
        ),
        ("q1", {"_valueInteger": {"extension": [{"url": ABSENT, "valueCode": "asked-declined"}]}}, EMPTY, []),
        ("q1", {}, EMPTY, []),
    ],
)
def test_what_an_answer_counts(link: str, value: Json, found: tuple[float, int], issues: list[str]) -> None:
    place = ["q1", "q2", "q3"].index(link)
    items = [answer(link, value) if name == link else WHOLE[number] for number, name in enumerate(("q1", "q2", "q3"))]
    patient = read(response(*items))
    assert found == answered(patient)[0][place]
    lacking = ["part_missing"] if found == EMPTY else []
    assert [*issues, *lacking] == [each.code for each in patient.issues]


OPTIONS = [
    {"valueCoding": {"system": KNOWN_SYSTEM, "code": "A", **stated(1)}},
    {"valueCoding": {"system": KNOWN_SYSTEM, "code": "B"}, **stated(3)},
    {"valueCoding": {"system": KNOWN_SYSTEM, "code": "C"}},
]


@pytest.mark.parametrize(("code", "found"), [("A", 1.0), ("B", 3.0), ("C", None)])
def test_what_the_questionnaire_says_that_an_answer_counts(code: str, found: float | None) -> None:
    definition = form({"linkId": "q1", "answerOption": OPTIONS}, url=ADDRESS)
    patient = read(response(answer("q1", coded(code))), definition)
    expected = (0.0, VALUE_NOT_READ) if found is None else (found, KNOWN)
    assert expected == answered(patient)[0][0]


@pytest.mark.parametrize(
    ("items", "found", "issue"),
    [
        ([answer("q1", {"valueInteger": 1}), answer("q1", {"valueInteger": 2})], (0.0, CONFLICT), "part_twice"),
        ([answer("q1", {"valueInteger": 1}, {"valueInteger": 2})], (0.0, CONFLICT), "part_twice"),
        ([answer("q1", {"valueInteger": 1}, {"valueInteger": 1})], (1.0, KNOWN), ""),
        ([answer("q1", {"valueInteger": 1}), answer("q1", {"valueInteger": 1})], (1.0, KNOWN), ""),
        ([answer("q1"), answer("q1", {"valueInteger": 1})], (1.0, KNOWN), ""),
        (
            [answer("q1", {"valueInteger": 1}), answer("q1", {"valueInteger": 2}), answer("q1", {"valueInteger": 1})],
            (0.0, CONFLICT),
            "part_twice",
        ),
    ],
)
def test_items_that_are_there_twice(items: list[Json], found: tuple[float, int], issue: str) -> None:
    patient = read(response(*items, *WHOLE[1:]))
    assert found == answered(patient)[0][0]
    assert {issue} - {""} == {each.code for each in patient.issues}


def test_an_item_that_goes_by_two_names_is_not_used() -> None:
    definition = form({"linkId": "q1", "code": [{"system": KNOWN_SYSTEM, "code": "TEST-PAIN"}]}, url=ADDRESS)
    patient = read(response(answer("q1", {"valueInteger": 1}), WHOLE[2]), definition)
    assert [[(0.0, CONFLICT), (0.0, CONFLICT), (83.1, KNOWN)]] == answered(patient)
    assert ["codes_disagree QuestionnaireResponse/r"] == codes(patient.issues)


def test_missing_items_are_named() -> None:
    patient = read(response(WHOLE[0]))
    assert ["part_missing QuestionnaireResponse/r.pain", "part_missing QuestionnaireResponse/r.weight"] == codes(
        patient.issues
    )


@pytest.mark.parametrize(
    ("fields", "issue"),
    [
        ({"status": "in-progress"}, "form_not_completed"),
        ({"status": "stopped"}, "form_not_completed"),
        ({"status": None}, "form_not_completed"),
        ({"status": ["completed"]}, "form_not_completed"),
        ({"status": "entered-in-error"}, "entered_in_error"),
        ({"authored": None}, "time_missing"),
        ({"authored": None, "_authored": {"extension": [{"url": ABSENT, "valueCode": "unknown"}]}}, "time_missing"),
        ({"authored": "2026-01"}, "time_not_understood"),
        ({"authored": "2026"}, "time_not_understood"),
        ({"item": None}, "value_missing"),
        ({"item": [answer("other", {"valueInteger": 1})]}, "value_missing"),
        ({"modifierExtension": [{"url": "https://example.org/not"}]}, "meaning_changed"),
        ({"implicitRules": "https://example.org/rules"}, "meaning_changed"),
        ({"item": [{**WHOLE[0], "modifierExtension": [{"url": "https://example.org/not"}]}]}, "meaning_changed"),
        (
            {"item": [answer("q1", {"valueInteger": 1, "modifierExtension": [{"url": "https://example.org/not"}]})]},
            "meaning_changed",
        ),
        ({"subject": {"reference": "Patient/2"}}, "other_patient"),
        ({"subject": None}, "ambiguous_subject"),
    ],
)
def test_responses_that_are_not_used(fields: Json, issue: str) -> None:
    patient = read(response(**fields))
    assert ({}, [f"{issue} QuestionnaireResponse/r"]) == (patient.tables, codes(patient.issues))


@pytest.mark.parametrize(
    ("fields", "time", "bits"),
    [
        ({"status": "amended"}, EVENING, 0),
        ({"authored": "2026-01-08"}, "2026-01-08", Attribute.DATE_ONLY),
        ({"source": {"reference": "RelatedPerson/7"}}, EVENING, Attribute.RELATIVE),
        ({"source": {"type": "RelatedPerson", "identifier": {"value": "7"}}}, EVENING, Attribute.RELATIVE),
        ({"author": {"reference": "https://example.org/RelatedPerson/7"}}, EVENING, Attribute.RELATIVE),
        ({"source": {"reference": "Patient/1"}, "author": {"reference": "Device/7"}}, EVENING, 0),
        ({"meta": {"lastUpdated": "2026-03-01T08:00:00Z"}}, EVENING, 0),
    ],
)
def test_when_and_by_whom(fields: Json, time: str, bits: int) -> None:
    table = read(response(**fields)).tables["breath.cough"]
    assert ([at(time)], [FIRST_TIME], [bits]) == (table.times, table.recorded, table.attribute)


def test_a_masked_response_keeps_its_time_and_nothing_else() -> None:
    patient = read(response(meta=RESTRICTED))
    assert [[(0.0, WITHHELD)] * 3] == answered(patient)
    assert ["value_withheld QuestionnaireResponse/r"] == codes(patient.issues)


@pytest.mark.parametrize(
    ("fields", "forms"),
    [
        ({"meta": RESTRICTED, "authored": None}, {"breath"}),
        ({"meta": RESTRICTED, "status": "in-progress"}, {"breath"}),
        ({"authored": None, "_authored": {"extension": [{"url": ABSENT, "valueCode": "masked"}]}}, {"breath"}),
        ({"meta": RESTRICTED, "questionnaire": None}, {"breath", "sleep"}),
        ({"meta": RESTRICTED, "status": "entered-in-error"}, set[str]()),
        ({"meta": RESTRICTED, "questionnaire": OTHER}, set[str]()),
    ],
)
def test_a_masked_response_without_its_place_leaves_the_form_open(fields: Json, forms: set[str]) -> None:
    sleep = response(answer("q1", {"valueInteger": 2}), id="s", questionnaire=SLEEP_ADDRESS)
    patient = read(response(id="a"), sleep, response(**fields))
    assert forms == {
        name for name, part in (("breath", "cough"), ("sleep", "rest")) if supply(patient, f"{name}.{part}") == "none"
    }


RULESET = """\
language: 1
ruleset: mood
version: 1.0.0
status: draft
title:
  en: Mood
owner: to be named
review_by: 2027-11-01
sources:
  routine:
    cite: Our own routine
inputs:
  mood:
    form: gad7
limits:
  moderate:
    default: 10 points
    source: routine
    label:
      en: Moderate
values:
  answers:
    last_reading: mood
    within: 14 days
scores:
  total:
    sum: [answers]
zones:
  anxious:
    value: total
    yellow: at least moderate
    summary:
      en: "{total} of {limit}"
"""


def mood(*points: int) -> Patient:
    """An answered GAD-7, whose items go by linkIds that a host has added."""
    items = [answer(f"item{number}", {"valueInteger": each}) for number, each in enumerate(points, 1)]
    return patient_from_fhir(bundle(response(*items)), concepts=concepts(hosted("gad7", ADDRESS)))


@pytest.mark.parametrize(
    ("points", "status", "value", "reason"),
    [
        ((2, 2, 2, 2, 2, 0, 0), "fired", 10.0, None),
        ((2, 2, 2, 2, 1, 0, 0), "not_fired", 9.0, None),
        ((3, 3, 3, 3, 3, 3), "unknown", None, Reason.no_data),
    ],
)
def test_a_score_of_answers_is_never_prorated(
    points: tuple[int, ...], status: str, value: float | None, reason: Reason | None
) -> None:
    ruleset = ruleset_of(check_texts([(RULESET, "mood.yaml", True)]))
    result = ruleset.evaluate(cds.Patient(mood(*points)), at="2026-01-09T08:00", allow_draft=True)
    found = result["anxious"]
    assert (status, value, reason) == (found.status, found.value, found.reason)


def test_readings_and_forms_do_not_disturb_each_other() -> None:
    patient = read(observation(), response())
    assert [83.1] == patient.tables["body_weight"].values
    assert 1 == len(answered(patient))
