"""The same patient gives the same findings, whichever way the data come."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import cds
from cds.adapters.cards import cards
from cds.api import Ruleset
from cds.audit import AuditLog
from cds.document import document
from cds.result import Result
from cds.server.needs import Need, needs_of
from tests.server.building import SYNTHEA, Hands, Json, call, prefetched, serving, synthea, templates

pytestmark = pytest.mark.skipif(not SYNTHEA, reason="the made-up patients are not beside this checkout")
KINDS = {"conditions": ("Condition",), "stays": ("Encounter",), "events": ("DetectedIssue",)}
KINDS |= {"medicines": ("MedicationRequest", "MedicationStatement"), "devices": ("Device", "DeviceUseStatement")}
KINDS |= {"supply": ("MedicationDispense",)}
KINDS |= {"doses": ("MedicationDispense", "MedicationAdministration", "DetectedIssue")}


def last_time(bundle: Json) -> datetime:
    """An hour after the newest reading."""
    times = [each["resource"].get("effectiveDateTime") for each in bundle["entry"]]
    return max(datetime.fromisoformat(each) for each in times if each).astimezone(UTC) + timedelta(hours=1)


def supplied(bundle: Json, inputs: tuple[Need, ...]) -> dict[str, bool]:
    """All was handed over: what is measured, and the other kinds of fact where there are none."""
    held = {each["resource"]["resourceType"] for each in bundle["entry"]}
    measured = {each.name: True for each in inputs if each.is_recorded}
    return measured | {name: True for name, kinds in KINDS.items() if held.isdisjoint(kinds)}


def from_file(ruleset: Ruleset, bundle: Json, at: str) -> Result:
    said = supplied(bundle, needs_of(ruleset.plan, ruleset.concepts).inputs)
    patient = cds.Patient.from_fhir(bundle, supplied=said, concepts=ruleset.concepts)
    return ruleset.evaluate(patient, at=at, allow_draft=True)


def shown(result: Result) -> list[list[str]]:
    return [[each.id, each.status, each.colour] for each in result.findings]


@pytest.mark.parametrize("path", SYNTHEA, ids=lambda path: path.name.partition("_")[0])
def test_file_rest_and_cds_hooks_say_the_same(everything: Ruleset, path: Path, tmp_path: Path) -> None:
    bundle = synthea(path)
    clock = Hands(last_time(bundle).replace(microsecond=0))
    at = clock.now.isoformat()
    expected = from_file(everything, bundle, at)
    said = supplied(bundle, needs_of(everything.plan, everything.concepts).inputs)
    with serving(everything, state=tmp_path, clock=clock) as client:
        rest = client.post("/evaluate", json={"at": at, "bundle": bundle, "supplied": said})
        sent = prefetched(bundle, templates(client))
        hook = client.post("/cds-services/cds", json=call(expected.patient, prefetch=sent))
    assert (200, 200) == (rest.status_code, hook.status_code), hook.text
    assert document(expected, "en")["findings"] == rest.json()["findings"]
    recorded = list(AuditLog(tmp_path).of_patient(expected.patient))
    assert ["evaluate", "patient-view"] == [each["service"] for each in recorded]
    for each in recorded:
        assert shown(expected) == each["findings"]
    fired = [each for each in hook.json()["cards"] if each.pop("overrideReasons", None)]
    assert [each for each in cards(expected)["cards"] if each["uuid"] in {card["uuid"] for card in fired}] == fired
    assert len(expected.fired) == len(fired)


def test_they_have_something_to_say(everything: Ruleset) -> None:
    bundles = [synthea(path) for path in SYNTHEA]
    results = [from_file(everything, each, last_time(each).isoformat()) for each in bundles]
    statuses = {each.status for result in results for each in result.findings}
    assert {"fired", "not_fired", "unknown"} <= statuses
