"""Discovery and cards as CDS Hooks 2.0 has them, over every ruleset that comes with cds.

`requirements.csv` says for each requirement that concerns a service which test holds it, or why there is none.
"""

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from cds.api import Ruleset
from cds.server.offers import HOOKS
from cds.server.settings import Settings
from tests.server.building import TOP, Client, Json, call, searchset, serving, templates, weight

HERE = Path(__file__).parent
REQUIREMENTS = TOP.parent / "shared" / "data" / "cds-hooks" / "requirements-2.0.csv"
TABLE = {each["id"]: each for each in csv.DictReader((HERE / "requirements.csv").read_text("utf-8").splitlines())}
CARD = {"uuid", "summary", "detail", "indicator", "source", "suggestions", "selectionBehavior", "overrideReasons"}


@pytest.fixture(scope="module")
def client(everything: Ruleset) -> Iterator[Client]:
    with serving(everything, Settings(hooks=HOOKS)) as client:
        yield client


@pytest.fixture(scope="module")
def found(client: Client) -> list[Json]:
    return client.get("/cds-services").json()["services"]


def reading(code: str, value: float, unit: str, time: str) -> Json:
    made = weight(f"{code}-{time[8:13]}", value, time)
    made["code"] = {"coding": [{"system": "http://loinc.org", "code": code}]}
    made["valueQuantity"] = {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    return made


def diagnosis(code: str) -> Json:
    coding = {"system": "http://hl7.org/fhir/sid/icd-10", "code": code}
    made = {
        "resourceType": "Condition",
        "id": code,
        "subject": {"reference": "Patient/1"},
        "code": {"coding": [coding]},
    }
    return made | {"clinicalStatus": {"coding": [{"code": "active"}]}}


@pytest.fixture(scope="module")
def cards(client: Client) -> list[Json]:
    """Cards of many kinds: fired with and without a suggestion, waiting, not told, missing."""
    person = {"resourceType": "Patient", "id": "1", "birthDate": "1950-05-01"}
    given = {
        "body_weight": [weight("w", 80.0, "2026-11-21T06:00:00Z"), weight("v", 90.0, "2026-11-23T06:00:00Z")],
        "oxygen_saturation": [reading("59408-5", 70.0, "%", "2026-11-23T06:00:00Z")],
        "heart_rate": [reading("8867-4", 30.0, "/min", "2026-11-23T06:00:00Z")],
        "glucose": [reading("15074-8", 1.5, "mmol/L", "2026-11-23T06:00:00Z")],
        "body_temperature": [reading("8310-5", 41.0, "Cel", "2026-11-23T06:00:00Z")],
    }
    sent: Json = {}
    for key in templates(client):
        sent[key] = searchset(*given.get(key.partition("-")[0], []))
    sent |= {"patient": person, "condition": searchset(*map(diagnosis, ("I50", "J44", "E11")))}
    del sent["goal"]
    response = client.post("/cds-services/cds", json=call(prefetch=sent))
    assert 200 == response.status_code
    assert {"cards"} == response.json().keys()
    return response.json()["cards"]


def test_discovery_lists_the_services_at_its_address(client: Client) -> None:
    response = client.get("/cds-services")
    assert 200 == response.status_code
    assert "application/json" == response.headers["content-type"]
    assert ["services"] == list(response.json())


def test_each_service_says_what_it_must(found: list[Json]) -> None:
    assert list(HOOKS) == [each["hook"] for each in found]
    for each in found:
        for field in ("hook", "id", "title", "description", "usageRequirements"):
            assert isinstance(each[field], str)
            assert each[field]
        assert re.fullmatch(r"[A-Za-z0-9._-]+", each["id"])
        assert all(isinstance(text, str) and text for pair in each["prefetch"].items() for text in pair)


def test_one_id_for_all_hooks_lets_newer_cards_replace_older_ones(found: list[Json]) -> None:
    assert 1 == len({each["id"] for each in found})


def test_tokens_of_templates_are_fields_of_the_context(found: list[Json]) -> None:
    tokens = {
        token for each in found for text in each["prefetch"].values() for token in re.findall(r"\{\{(.*?)\}\}", text)
    }
    assert {"context.patientId"} == tokens


def test_cards_have_the_fields_of_the_standard(cards: list[Json]) -> None:
    assert len(cards) >= 4
    assert len(cards) == len({UUID(each["uuid"]) for each in cards})
    for each in cards:
        assert each.keys() <= CARD
        assert 0 < len(each["summary"]) < 140
        assert isinstance(each["detail"], str)
        assert each["indicator"] in ("info", "warning", "critical")
    assert {"info", "warning", "critical"} == {each["indicator"] for each in cards}


def test_sources_of_cards(cards: list[Json]) -> None:
    assert any("url" in each["source"] for each in cards)
    for each in cards:
        source = each["source"]
        assert source.keys() <= {"label", "url", "topic"}
        assert source["label"]
        assert "url" not in source or urlsplit(source["url"]).scheme in ("http", "https")
        assert "topic" not in source or {"system", "code"} <= source["topic"].keys()


def test_suggestions_of_cards(cards: list[Json]) -> None:
    assert any("suggestions" in each for each in cards)
    for each in cards:
        assert ("suggestions" in each) == ("selectionBehavior" in each)
        assert each.get("selectionBehavior", "at-most-one") in ("at-most-one", "any")
        for suggestion in each.get("suggestions", []):
            assert {"label", "uuid"} == suggestion.keys(), "a suggestion is a text: nothing acts by itself"
            assert suggestion["label"]
            assert UUID(suggestion["uuid"])


def test_override_reasons_of_cards(cards: list[Json]) -> None:
    assert any("overrideReasons" in each for each in cards)
    for each in cards:
        for reason in each.get("overrideReasons", []):
            assert {"code", "system", "display"} == reason.keys()
            assert all(isinstance(text, str) and text for text in reason.values())


def test_no_markup_of_the_data_reaches_a_card(client: Client) -> None:
    note = weight("<b>x</b>", 80.0, "2026-11-21T06:00:00Z") | {"id": "<script>"}
    sent = {key: searchset(note) if key.startswith("body_weight") else searchset() for key in templates(client)}
    sent["patient"] = {"resourceType": "Patient", "id": "1"}
    assert "<script>" not in client.post("/cds-services/cds", json=call(prefetch=sent)).text


def _tests() -> set[str]:
    files = [*HERE.glob("test_*.py"), *(HERE.parent / "audit").glob("test_*.py")]
    return {
        f"{file.name}::{node.name}"
        for file in files
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_each_row_of_the_table_names_tests_or_says_why_not() -> None:
    known = _tests()
    for number, row in TABLE.items():
        assert bool(row["tests"]) != bool(row["why_not"]), number
        assert [] == [each for each in row["tests"].split() if each not in known], number


@pytest.mark.skipif(not REQUIREMENTS.exists(), reason="the requirements are not beside this checkout")
def test_every_requirement_for_a_service_is_in_the_table() -> None:
    with REQUIREMENTS.open(encoding="utf-8-sig", newline="") as stream:
        rows: list[dict[str, Any]] = list(csv.DictReader(stream))
    assert {each["ID*"] for each in rows if "Service" in each["Actors*"]} == TABLE.keys()
