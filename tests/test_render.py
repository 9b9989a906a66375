"""Reports and documents: what they must always say, whatever the result."""

import json
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

import cds
from cds.diagnostics import Language
from cds.document import GROUPS, document, result_schema
from cds.operators.reasons import Reason
from cds.render import _WORDS, report, why
from cds.result import Result
from cds.shipped import DEMO_AT, DEMO_PATIENT, demo_rulesets, shipped_rulesets


@pytest.fixture(scope="module")
def result() -> Result:
    patient = cds.Patient.from_dict(json.loads(DEMO_PATIENT.read_bytes()))
    return cds.load(demo_rulesets()).evaluate(patient, at=DEMO_AT, allow_draft=True)


def test_every_finding_is_listed_once(result: Result) -> None:
    made = document(result)
    assert sorted(each["id"] for each in made["findings"]) == sorted(each.id for each in result.findings)
    assert sum(made["counts"].values()) == len(result.findings)
    assert {each["group"] for each in made["findings"]} <= set(GROUPS)
    listed = report(result, everything=True)
    assert [each.id for each in result.findings if listed.count(each.id) == 0] == []


def test_the_worst_stands_first_also_while_it_waits(result: Result) -> None:
    shown = [each for each in document(result)["findings"] if each["group"] in ("fired", "unconfirmed")]
    assert [(each["colour"], each["status"]) for each in shown[:3]] == [
        ("red", "fired"),
        ("red", "unconfirmed"),
        ("yellow", "fired"),
    ]


def test_a_rule_that_waits_for_a_limit_of_the_patients_own_is_named() -> None:
    ruleset = cds.load(shipped_rulesets() / "glucose-self-measured.yaml")
    high = [{"time": "2026-11-23T07:00", "value": 28.0, "unit": "mmol/L"}]
    patient = {"id": "1", "birth_date": "1950-01-01", "readings": {"glucose": high}, "conditions": ["diabetes"]}
    own = [{"limit": "glucose_high_yellow", "value": 15, "unit": "mmol/L"}]
    without = ruleset.evaluate(cds.Patient.from_dict(patient), at="2026-11-23T08:00", allow_draft=True)
    given = ruleset.evaluate(cds.Patient.from_dict({**patient, "limits": own}), at="2026-11-23T08:00", allow_draft=True)
    unset = [each.id for each in without.findings if each.status == "not_applicable" and each.reason == Reason.not_set]
    assert unset
    line = f"Not judged, for the patient has no such limit: {', '.join(unset)}"
    assert line in report(without).splitlines()
    assert line not in report(without, everything=True).splitlines()
    assert line not in report(given).splitlines()


def test_texts_are_said_only_of_what_was_found(result: Result) -> None:
    for each in document(result)["findings"]:
        assert bool(each["summary"]) == (each["status"] in ("fired", "unconfirmed")), each["id"]
        assert not each["patient_text"] or each["status"] == "fired", each["id"]


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_said_in_every_language(result: Result, reason: Reason, language: Language) -> None:
    untold = tuple(
        replace(each, status="unknown", colour="", reason=reason, value=None, limit=None, hidden_by="")
        for each in result.findings
    )
    made = replace(result, findings=untold)
    Draft202012Validator(result_schema()).validate(document(made, language, explain=True))
    text = report(made, language)
    count = len(untold)
    expected = {
        "en": f"0 findings; {count} of {count} rules could not be told",
        "nb": f"0 funn; {count} av {count} regler kan ikke avgjøres",
        "nn": f"0 funn; {count} av {count} reglar kan ikkje avgjerast",
    }
    assert expected[language] in text
    assert "✓" not in text


def test_a_worse_colour_that_could_not_be_told_is_said(result: Result) -> None:
    fired = replace(result["weight_gain"], uncertain=True, reason=Reason.limit_expired)
    text = report(replace(result, findings=(fired,)))
    assert "A worse colour could not be told: the patient's own limit has expired" in text


def test_a_text_in_another_language_is_marked(result: Result) -> None:
    finding = result["weight_gain"]
    wording = replace(finding.rule.wording, summary={"nb": "Vekten har økt"})
    changed = replace(finding, rule=replace(finding.rule, wording=wording))
    assert "Vekten har økt [nb]" in report(replace(result, findings=(changed,)))


def test_words_have_the_same_places_to_fill_in_every_language() -> None:
    def places(text: str) -> set[str]:
        return {each.partition("}")[0] for each in text.split("{")[1:]}

    assert {key for key, texts in _WORDS.items() if len({frozenset(places(each)) for each in texts}) > 1} == set()


@pytest.fixture(scope="module")
def gaining() -> Result:
    def reading(day: int, value: float, **more: str) -> dict[str, object]:
        return {"time": f"2026-11-{day}T07:00", "value": value, "unit": "kg", **more}

    patient = {
        "id": "1",
        "birth_date": "1950-01-01",
        "readings": {"body_weight": [reading(21, 81.5), reading(23, 83.5)]},
        "conditions": {"heart_failure": [{"from": "2023-02-06"}]},
    }
    ruleset = cds.load(shipped_rulesets() / "heart-failure-weight.yaml")
    return ruleset.evaluate(cds.Patient.from_dict(patient), at="2026-11-23T08:00", allow_draft=True)


GAIN = {
    "nb": [
        "økning i Kroppsvekt i løpet av 3 dager",
        "kom som 83,5 kg",
        "er over «Vektøkning på 3 dager, gul»",
        "6.2.2023",
    ],
    "nn": ["Kroppsvekt i løpet av 3 dagar", "kom som 83,5 kg", "er over «Vektauke på 3 dagar, gul»", "6.2.2023"],
    "en": [
        "in Body weight within 3 days",
        "arrived as 83.5 kg",
        "is above “Weight gain in 3 days, yellow”",
        "2023-02-06",
    ],
}


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_an_explanation_is_in_the_readers_words(gaining: Result, language: Language) -> None:
    said = why(gaining, "heart-failure-weight/weight_gain", language)
    assert [] == [each for each in GAIN[language] if each not in said]
    assert "00:00" not in said  # a diagnosis is dated by its day


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_a_document_has_names_beside_labels_and_numbers_as_they_came(gaining: Result, language: Language) -> None:
    made = document(gaining, language, explain=True)
    Draft202012Validator(result_schema()).validate(made)
    found = next(each for each in made["findings"] if each["rule"] == "weight_gain")
    gain = next(each for each in found["explanation"]["numbers"] if each["name"] == "gain")
    assert "weight" == gain["input"]
    assert {"nb": "Kroppsvekt", "nn": "Kroppsvekt", "en": "Body weight"}[language] == gain["input_label"]
    assert ["81.5 kg", "83.5 kg"] == [each["arrived"] for each in gain["readings"]]
    compared = next(each for each in found["explanation"]["levels"] if each["colour"] == "yellow")["condition"]
    assert ("gain", "", "gain_yellow") == (compared["left"], compared["left_label"], compared["right"])
    assert compared["right_label"]


def test_only_readings_are_called_so(result: Result) -> None:
    kinds = {each["rule"]: each["newest_kind"] for each in document(result)["findings"]}
    assert "reading" == kinds["weight_gain"]
    doses = next(each for each in result.findings if each.colour == "red" and each.status == "fired")
    assert "else" == kinds[doses.rule.name]
    said = report(result, "nb")
    assert "Nyeste måling 23.11.2026 kl. 07:13" in said
    assert "Nyeste opplysning 23.11.2026 kl. 07:30" in said
