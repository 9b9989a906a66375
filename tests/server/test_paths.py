"""The same patient gives the same findings, whichever way the data come."""

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

import cds
from cds.adapters.cards import cards
from cds.api import Ruleset
from cds.audit import AuditLog
from cds.cli import main
from cds.commands.streaming import responses
from cds.document import document
from cds.exchange import Service
from cds.execute.findings import STATUSES
from cds.result import Result
from cds.server.needs import Need, needs_of
from cds.shipped import shipped_rulesets
from tests.adapters.exported import bundle_of, write_export
from tests.adapters.medication import alert, clocked, report
from tests.adapters.test_fhir_bulk import vkp_patient
from tests.server.building import SYNTHEA, Hands, Json, call, prefetched, serving, synthea, templates

FEW = ("home-blood-pressure", "heart-failure-weight", "glucose-self-measured")
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


def streamed(ruleset: Ruleset, *requests: Json) -> list[Json]:
    """The findings that `cds run --stream` answers each request with."""
    lines = b"".join(json.dumps(each).encode() + b"\n" for each in requests)
    _, *answers = responses(Service(ruleset, allow_draft=True), BytesIO(lines))
    return [json.loads(each)["result"]["findings"] for each in answers]


def assert_same(ruleset: Ruleset, bundle: Json, clock: Hands, folder: Path) -> Result:
    """A bundle from a file, in a stream, over REST and as prefetch of CDS Hooks; what was found in the file."""
    at = clock.now.isoformat()
    expected = from_file(ruleset, bundle, at)
    said = supplied(bundle, needs_of(ruleset.plan, ruleset.concepts).inputs)
    with serving(ruleset, state=folder, clock=clock) as client:
        rest = client.post("/evaluate", json={"at": at, "bundle": bundle, "supplied": said})
        sent = prefetched(bundle, templates(client))
        hook = client.post("/cds-services/cds", json=call(expected.patient, prefetch=sent))
    assert (200, 200) == (rest.status_code, hook.status_code), hook.text
    found = document(expected, "en")["findings"]
    assert found == rest.json()["findings"]
    assert [found] == streamed(ruleset, {"at": at, "bundle": bundle, "supplied": said})
    recorded = list(AuditLog(folder).of_patient(expected.patient))
    assert ["evaluate", "patient-view"] == [each["service"] for each in recorded]
    assert [shown(expected)] * 2 == [each["findings"] for each in recorded]
    fired = [each for each in hook.json()["cards"] if each.pop("overrideReasons", None)]
    assert cards(expected)["cards"][: len(expected.fired)] == fired
    return expected


@pytest.mark.parametrize("path", SYNTHEA, ids=lambda path: path.name.partition("_")[0])
def test_file_stream_rest_and_cds_hooks_say_the_same(everything: Ruleset, path: Path, tmp_path: Path) -> None:
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


def vkp_bundle(number: int) -> Json:
    """A patient of the welfare technology hub: known by a national number, with readings at home and an alert."""
    person, *others = vkp_patient(number)
    return bundle_of([person | {"birthDate": "1950-05-01"}, *others])


def test_they_do_for_home_measurements(everything: Ruleset, tmp_path: Path) -> None:
    clock = Hands(datetime(2026, 1, 13, 8, tzinfo=UTC))
    result = assert_same(everything, vkp_bundle(41), clock, tmp_path / "state")
    assert {"fired", "unconfirmed", "not_fired", "unknown", "not_applicable"} == {
        each.status for each in result.findings
    }


def patient_of(bundle: Json) -> str:
    resources = [each["resource"] for each in bundle["entry"]]
    return next(each["id"] for each in resources if each["resourceType"] == "Patient")


def told(findings: Any) -> dict[str, dict[str, tuple[str, str]]]:
    """Status of every rule, and colour of what is to be seen, by patient."""
    names = {code: name for name, code in STATUSES.items()}
    made = {
        patient: {
            rule.id: (names[int(line[place])], "")
            for rule, line in zip(findings.plan.rules, findings.status, strict=True)
        }
        for place, patient in enumerate(findings.ids)
    }
    for row in findings.table().to_pylist():
        made[row["patient"]][f"{row['ruleset']}/{row['rule']}"] = row["status"], row["colour"] or ""
    return made


@pytest.mark.skipif(not SYNTHEA, reason="the made-up patients are not beside this checkout")
def test_everybody_in_an_export_gets_what_each_gets_alone(everything: Ruleset, tmp_path: Path) -> None:
    bundles = [*map(synthea, SYNTHEA), vkp_bundle(1), vkp_bundle(41)]
    folder = write_export(tmp_path, (each["resource"] for bundle in bundles for each in bundle["entry"]))
    at = "2026-01-13T08:00+01:00"
    population, _ = everything.read_bulk_fhir(folder)
    together = told(everything.score(population, at=at, allow_draft=True))
    alone = streamed(everything, *({"at": at, "bundle": each} for each in bundles))
    seen = [{each["id"]: (each["status"], each["colour"]) for each in found} for found in alone]
    expected = [
        {rule: (status, colour.removeprefix("green")) for rule, (status, colour) in each.items()} for each in seen
    ]
    assert expected == [together[patient_of(each)] for each in bundles]


def test_the_command_says_the_same(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    bundle, at = vkp_bundle(1), "2026-01-13T08:00+01:00"
    file, rules = tmp_path / "bundle.json", [shipped_rulesets() / f"{each}.yaml" for each in FEW]
    file.write_text(json.dumps(bundle), "utf-8")
    names = [part for each in rules for part in ("--rules", str(each))]
    assert main(["run", *names, "--draft", "--patient", str(file), "--at", at, "--format", "json"]) in (0, 1)
    (expected,) = streamed(cds.load(rules), {"at": at, "bundle": bundle})
    assert expected == json.loads(capsysbinary.readouterr().out)["findings"]


@pytest.mark.skipif(not SYNTHEA, reason="the made-up patients are not beside this checkout")
def test_they_have_something_to_say(everything: Ruleset) -> None:
    bundles = [synthea(path) for path in SYNTHEA]
    results = [from_file(everything, each, last_time(each).isoformat()) for each in bundles]
    statuses = {each.status for result in results for each in result.findings}
    assert {"fired", "not_fired", "unknown"} <= statuses
