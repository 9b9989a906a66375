"""Whatever the ruleset and patient: what goes out is valid, tells every finding, and looks no better than it is."""

from typing import Any

from fhir.resources.R4B.bundle import Bundle
from hypothesis import given, settings

import cds
from cds.adapters.cards import cards
from cds.adapters.fhir_out import bundle, detected_issues_from_fhir
from cds.api import ruleset_of
from cds.loading import check_texts
from cds.messages import messages
from cds.result import Result
from tests.adapters.test_cards import RESPONSE, emptiness
from tests.adapters.test_fhir_out import resources
from tests.written import records, ruleset_texts


@settings(max_examples=max(5, settings().max_examples // 5))
@given(records(), ruleset_texts())
def test_whatever_is_found_goes_out(written: tuple[str, list[dict[str, Any]]], text: str) -> None:
    at, people = written
    ruleset = ruleset_of(check_texts([(text, "written.yaml", True)]))
    for each in people:
        result = ruleset.evaluate(cds.Patient.from_dict(each), at=at, allow_draft=True)
        assert_cards(result)
        assert_bundle(result)
        assert_messages(result)


def assert_cards(result: Result) -> None:
    """Every finding to show has its card; what could not be told is in one more."""
    made = cards(result)
    RESPONSE.validate(made)
    assert [] == list(emptiness(made))
    untold = bool(result.unknown or result.issues)
    assert len(result.fired) + len(result.unconfirmed) + untold == len(made["cards"])
    said = "".join(each["detail"] for each in made["cards"]).replace("\\", "")
    silent = [each.id for each in result.findings if each.status in ("fired", "unconfirmed", "unknown")]
    assert [each for each in silent if each not in said] == []


def assert_bundle(result: Result) -> None:
    """Every finding to show is read again; success only when everything was told."""
    made = bundle(result)
    Bundle.model_validate(made)
    assert [] == list(emptiness(made))
    read = {(each.rule, each.colour, each.time) for each in detected_issues_from_fhir(made)}
    assert {(each.id, each.colour, result.at) for each in result.fired} == read
    is_open = any(each.status in ("unknown", "unconfirmed") or each.uncertain for each in result.findings)
    (response,) = resources(made, "GuidanceResponse")
    assert ("data-required" if is_open else "success") == response["status"]
    Bundle.model_validate(bundle(result, audience="patient"))


def assert_messages(result: Result) -> None:
    """No silence: there is always something to read."""
    made = messages(result)
    assert made.messages or made.notes
