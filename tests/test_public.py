"""What the public names say when they are given something else than they take."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

import cds
from cds.document import document
from cds.messages import messages_document
from tests.adapters.evaluated import evaluated, ruleset, weight

AT = "2026-01-15T12:00"
RECORDS: dict[str, Any] = {
    "id": "Kari-7",
    "conditions": ["heart_failure"],
    "readings": {"body_weight": [weight("2026-01-15T07:30", 83.7), {"time": "2026-01-14T07:30", "value": "83,5"}]},
}
BUNDLE: dict[str, Any] = {"resourceType": "Bundle", "type": "collection", "entry": []}
NO_LANGUAGE = "there are no texts in the language `no`; write nb, nn or en"
NO_PATIENT = "this is no Patient; make one with Patient.from_dict, or Patient.from_fhir for a FHIR Bundle"
NOT_SEVERAL = "a population or a list of patients is scored; for one patient use evaluate"
NO_PATH = "rulesets and concepts are loaded from paths; write the text to a file first"
NO_SUBJECT = "subject is no reference; pass `Patient/1`, or a FHIR Reference as a mapping"
NORWEGIAN = cast("Any", "no")


def patient() -> cds.Patient:
    return cds.Patient.from_dict(RECORDS)


def evaluate(given: Any) -> cds.Result:
    return ruleset().evaluate(given, at=AT, allow_draft=True)


def score(given: Any) -> Any:
    return ruleset().score(given, at=AT, allow_draft=True)


MISTAKES: dict[str, tuple[Callable[[], Any], str]] = {
    "cards in no language": (lambda: cds.cards(evaluated(), NORWEGIAN), NO_LANGUAGE),
    "cards for the patient in no language": (
        lambda: cds.cards(evaluated(), NORWEGIAN, audience="patient"),
        NO_LANGUAGE,
    ),
    "FHIR in no language": (lambda: cds.fhir_bundle(evaluated(), NORWEGIAN), NO_LANGUAGE),
    "FHIR for the patient in no language": (
        lambda: cds.fhir_bundle(evaluated(), NORWEGIAN, audience="patient"),
        NO_LANGUAGE,
    ),
    "a document in no language": (lambda: document(evaluated(), NORWEGIAN), NO_LANGUAGE),
    "messages in no language": (lambda: messages_document(evaluated(), NORWEGIAN), NO_LANGUAGE),
    "a subject that is no reference": (lambda: cds.fhir_bundle(evaluated(), subject="Kari Nordmann"), NO_SUBJECT),
    "a subject that is a number": (lambda: cds.fhir_bundle(evaluated(), subject=cast("Any", 7)), NO_SUBJECT),
    "records in place of a patient": (lambda: evaluate(RECORDS), NO_PATIENT),
    "facts in place of a patient": (lambda: evaluate(patient().facts), NO_PATIENT),
    "records in place of patients": (lambda: score([patient(), RECORDS]), NO_PATIENT),
    "one patient in place of several": (lambda: score(patient()), NOT_SEVERAL),
    "records of one in place of several": (lambda: score(RECORDS), NOT_SEVERAL),
    "a ruleset's text": (lambda: cds.load("language: 1\nruleset: watch\n"), NO_PATH),
    "a ruleset's text, in a list": (lambda: cds.load(["language: 1\nruleset: watch\n" * 900]), NO_PATH),
    "no path": (lambda: cds.load(cast("Any", None)), NO_PATH),
    "bytes": (lambda: cds.load(cast("Any", b"rulesets")), NO_PATH),
    "FHIR as records": (lambda: cds.Patient.from_dict(BUNDLE), "this is FHIR; read it with Patient.from_fhir"),
}


@pytest.mark.parametrize(("call", "says"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_ends_as_a_sentence(call: Callable[[], Any], says: str) -> None:
    with pytest.raises(cds.CdsError) as raised:
        call()
    assert says == str(raised.value)


def test_the_subject_may_be_the_text_of_a_reference() -> None:
    for text in ("Patient/1", "https://example.org/fhir/Patient/1", "urn:uuid:6a7f4c1e-7f3c-4c4e-9d5e-0a6f4b1c2d3e"):
        assert cds.fhir_bundle(evaluated(), subject={"reference": text}) == cds.fhir_bundle(evaluated(), subject=text)


def test_concepts_may_be_one_path(tmp_path: Path) -> None:
    with pytest.raises(cds.CdsError, match=r"the concept file `.*missing\.yaml`"):
        cds.load(tmp_path, concepts=str(tmp_path / "missing.yaml"))


def test_a_patient_in_a_log_tells_nothing_of_anybody() -> None:
    read = patient()
    assert 1 == len(read.issues)
    assert f"<Patient: inputs {len(read.facts.tables)}, issues 1>" == repr(read)


def test_a_ruleset_says_what_it_is() -> None:
    assert "<Ruleset: watch 2.1.0 (draft)>" == repr(ruleset())


@pytest.mark.parametrize("write", [cds.cards, cds.fhir_bundle])
def test_an_audience_that_is_not_known_is_refused(write: Any) -> None:
    with pytest.raises(cds.CdsError, match="`nurse` is no audience"):
        write(evaluated(), audience="nurse")
