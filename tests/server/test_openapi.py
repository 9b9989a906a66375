"""The description is sound; whatever it allows or forbids, nothing fails, hangs, or answers otherwise than it says."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.server.running import Running, running

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
RULES = ("--rules", "rulesets/heart-failure-weight.yaml", "--draft")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("described")
    with running(folder, *RULES, "--state", str(folder / "state")) as it:
        yield it
        assert 200 == it.ask("GET", "/health")[0]


READ = ("GET /cds-services", "GET /health")
SENT = ("POST /cds-services/{id}", "POST /cds-services/{id}/feedback", "POST /evaluate")
ALLOWED = [(name, GenerationMode.POSITIVE) for name in (*READ, *SENT)]
FORBIDDEN = [(name, GenerationMode.NEGATIVE) for name in SENT]


@pytest.fixture(scope="module")
def described(service: Running) -> dict[str, Any]:
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{service.port}/openapi.json")
    return {each.ok().label: each.ok() for each in schema.get_all_operations()}


def test_everything_that_is_served_is_described(described: dict[str, Any]) -> None:
    assert {*READ, *SENT} == described.keys()


@pytest.mark.parametrize(("name", "mode"), [*ALLOWED, *FORBIDDEN])
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_is_sent_is_answered_as_described(
    described: dict[str, Any], name: str, mode: GenerationMode, data: st.DataObject
) -> None:
    """mode: what the description allows, or what it forbids."""
    case = data.draw(described[name].as_strategy(generation_mode=mode))
    if "id" in case.path_parameters and data.draw(st.booleans()):
        case.path_parameters["id"] = "cds"
    case.call_and_validate(checks=CHECKS, timeout=10)
