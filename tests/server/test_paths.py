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
from cds.shipped import shipped_rulesets
from tests.adapters.medication import alert, clocked, report
from tests.server.building import SYNTHEA, Hands, Json, call, prefetched, serving, synthea, templates

KINDS = {"conditions": ("Condition",), "stays": ("Encounter",), "events": ("DetectedIssue",)}
KINDS |= {"medicines": ("MedicationRequest", "MedicationStatement"), "devices": ("Device", "DeviceUseStatement")}
KINDS |= {"supply": ("MedicationDispense",)}


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


def assert_same(ruleset: Ruleset, bundle: Json, clock: Hands, folder: Path) -> Result:
    """A bundle from a file, over REST and as prefetch of CDS Hooks; what was found in the file."""
    at = clock.now.isoformat()
    expected = from_file(ruleset, bundle, at)
    said = supplied(bundle, needs_of(ruleset.plan, ruleset.concepts).inputs)
    with serving(ruleset, state=folder, clock=clock) as client:
        rest = client.post("/evaluate", json={"at": at, "bundle": bundle, "supplied": said})
        sent = prefetched(bundle, templates(client))
        hook = client.post("/cds-services/cds", json=call(expected.patient, prefetch=sent))
    assert (200, 200) == (rest.status_code, hook.status_code), hook.text
    assert document(expected, "en")["findings"] == rest.json()["findings"]
    recorded = list(AuditLog(folder).of_patient(expected.patient))
    assert ["evaluate", "patient-view"] == [each["service"] for each in recorded]
    assert [shown(expected)] * 2 == [each["findings"] for each in recorded]
    fired = [each for each in hook.json()["cards"] if each.pop("overrideReasons", None)]
    assert cards(expected)["cards"][: len(expected.fired)] == fired
    return expected


@pytest.mark.parametrize("path", SYNTHEA, ids=lambda path: path.name.partition("_")[0])
def test_file_rest_and_cds_hooks_say_the_same(everything: Ruleset, path: Path, tmp_path: Path) -> None:
    bundle = synthea(path)
    assert_same(everything, bundle, Hands(last_time(bundle).replace(microsecond=0)), tmp_path)


def for_everybody(folder: Path) -> Ruleset:
    """The dispenser's rules without asking whether there is one: for that, hosts add codes of their own devices."""
    text = (shipped_rulesets() / "dispenser-doses.yaml").read_text("utf-8")
    for part in ("applies_to:\n  - has dispenser\n", "  dispenser:\n    device: medicine_dispenser\n"):
        assert part in text
        text = text.replace(part, "")
    (folder / "doses.yaml").write_text(text, "utf-8")
    return cds.load([folder / "doses.yaml", shipped_rulesets() / "home-blood-pressure.yaml"])


def test_they_do_for_a_medicine_dispenser(tmp_path: Path) -> None:
    """Reports and alerts as the welfare technology hub (VKP) sends them: two doses in a row were not dispensed."""
    rules = for_everybody(tmp_path)
    missed = ("2026-01-09T09", "2026-01-09T21", "2026-01-10T09")
    alerts = [alert(f"{each}:00:00+01:00", name=f"missed-{each}") for each in missed]
    reports = [report(f"2026-01-08T{each}:05:00+01:00") for each in ("08", "20")]
    person = {"resourceType": "Patient", "id": "1", "birthDate": "1950-05-01"}
    resources = [person, clocked(), *reports, *alerts]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}
    found = assert_same(rules, bundle, Hands(datetime(2026, 1, 10, 12, tzinfo=UTC)), tmp_path / "state")
    assert "dispenser-doses/doses_missed" in [each.id for each in found.fired]


@pytest.mark.skipif(not SYNTHEA, reason="the made-up patients are not beside this checkout")
def test_they_have_something_to_say(everything: Ruleset) -> None:
    bundles = [synthea(path) for path in SYNTHEA]
    results = [from_file(everything, each, last_time(each).isoformat()) for each in bundles]
    statuses = {each.status for result in results for each in result.findings}
    assert {"fired", "not_fired", "unknown"} <= statuses
