"""What becomes of DetectedIssues: which event, when, how sure, and what then counts as supplied."""

import pytest

from cds.catalogue import shared_concepts
from cds.operators.reasons import KNOWN, NOT_CERTAIN
from cds.patient import Patient
from tests.adapters.building import SNOMED, Json, at, codes, concept, supply
from tests.adapters.medication import MASKED, VKP, alert, read, report

EVENTS = [each.name for each in shared_concepts().of_kind("event")]
DISPENSER_CODES = [f"1.{number}" for number in range(1, 24)]
V3 = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


def happened(patient: Patient) -> dict[str, list[tuple[int, int]]]:
    """(time, quality) of each event, by name."""
    return {
        key.removeprefix("events."): list(zip(table.times, table.quality, strict=True))
        for key, table in patient.tables.items()
        if key.startswith("events.") and table.times
    }


@pytest.mark.parametrize("code", DISPENSER_CODES)
def test_every_alert_of_a_dispenser_is_an_event(code: str) -> None:
    patient = read(alert(code=code), report())
    found = happened(patient)
    assert [[(at("2026-01-08 09:00"), KNOWN)]] == list(found.values())
    assert {"all"} == {supply(patient, f"events.{name}") for name in EVENTS}
    assert "alert_not_known" not in " ".join(codes(patient.issues))


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("1.1", "not_dispensed"),
        ("1.2", "dispensing_prevented"),
        ("1.5", "technical_fault"),
        ("1.7", "roll_fault"),
        ("1.8", "roll_fault"),
        ("1.13", "out_of_medicine"),
        ("1.14", "schedule_missing"),
        ("1.15", "schedule_change_control"),
        ("1.20", "no_contact"),
    ],
)
def test_which_event(code: str, name: str) -> None:
    assert {name: [(at("2026-01-08 09:00"), KNOWN)]} == happened(read(alert(code=code)))


@pytest.mark.parametrize(
    ("fields", "expected", "issues"),
    [
        ({"status": "amended"}, (at("2026-01-08 09:00"), KNOWN), []),
        ({"status": "corrected"}, (at("2026-01-08 09:00"), KNOWN), []),
        ({"status": "preliminary"}, (at("2026-01-08 09:00"), NOT_CERTAIN), ["not_certain"]),
        ({"status": "registered"}, (at("2026-01-08 09:00"), NOT_CERTAIN), ["not_certain"]),
        ({"status": None}, (at("2026-01-08 09:00"), NOT_CERTAIN), ["not_certain"]),
        ({"status": "cancelled"}, None, []),
        ({"status": "entered-in-error"}, None, ["entered_in_error"]),
        ({"implicitRules": "http://x"}, (at("2026-01-08 09:00"), NOT_CERTAIN), ["meaning_changed"]),
        ({"identifiedDateTime": "2026-01-08"}, (at("2026-01-08"), KNOWN), []),
        (
            {"identifiedDateTime": None, "identifiedPeriod": {"start": "2026-01-08T07:00:00+01:00"}},
            (at("2026-01-08 07:00"), KNOWN),
            [],
        ),
    ],
)
def test_when_and_how_sure(fields: Json, expected: tuple[int, int] | None, issues: list[str]) -> None:
    patient = read(alert(code="1.17", name="i", **fields), report())
    assert ([] if expected is None else [[expected]]) == list(happened(patient).values())
    said = [each for each in codes(patient.issues) if "DetectedIssue" in each]
    assert [f"{each} DetectedIssue/i" for each in issues] == said


@pytest.mark.parametrize("supplied", [{}, {"events": True}])
@pytest.mark.parametrize(("written", "issue"), [(None, "time_missing"), ("2026", "time_not_understood")])
def test_an_event_without_a_time_is_not_known_in_full(written: str | None, issue: str, supplied: Json) -> None:
    """Whoever vouches for the rest."""
    untimed = alert(code="1.5", name="i", identifiedDateTime=written)
    patient = read(untimed, alert(code="1.17"), supplied=supplied)
    assert f"{issue} DetectedIssue/i" in codes(patient.issues)
    assert ("none", "all") == (supply(patient, "events.technical_fault"), supply(patient, "events.no_contact"))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (concept(f"{VKP}alert-code-v090", "4.1"), "all"),
        (concept(f"{VKP}alert-code-v06", "1.5"), "none"),
        (concept(V3, "DRG"), "none"),
        (concept(SNOMED, "1"), "none"),
        ({"text": "Teknisk feil"}, "none"),
    ],
)
def test_only_alerts_of_that_system_say_that_there_was_no_fault(code: Json, expected: str) -> None:
    patient = read(alert(name="i", code=code))
    assert {} == happened(patient)
    assert expected == supply(patient, "events.technical_fault")
    assert "doses.all" not in patient.tables


@pytest.mark.parametrize("code", ["1", "1.99"])
def test_an_alert_that_no_event_is_known_by_is_counted(code: str) -> None:
    patient = read(report(), alert(code=code), alert("2026-01-09T09:00:00+01:00", code))
    assert "alert_not_known DetectedIssue" in codes(patient.issues)
    assert ["2"] == [each.message.split()[0] for each in patient.issues if each.code == "alert_not_known"]


@pytest.mark.parametrize(
    ("code", "withheld", "open_doses"),
    [
        (concept(f"{VKP}alert-code-v090", "1.5"), {"technical_fault"}, True),
        ({"text": "?"}, set(EVENTS), True),
        (concept(SNOMED, "1"), set(), False),
    ],
)
def test_masked(code: Json, withheld: set[str], open_doses: bool) -> None:
    patient = read(alert(name="i", code=code, **MASKED), alert(code="1.17"), report())
    assert "value_withheld DetectedIssue/i" in codes(patient.issues)
    assert withheld == {name for name in EVENTS if supply(patient, f"events.{name}") == "none"}
    assert ("none" if open_doses else "all") == supply(patient, "doses.all")


def test_a_finding_of_a_ruleset_is_no_report_of_a_dispenser() -> None:
    ours = concept(f"{VKP}alert-code-v090", "1.1")
    ours["coding"].append({"system": "urn:cds:rule", "code": "dispenser-doses/doses_missed"})
    patient = read(alert(name="i", code=ours))
    assert {} == dict(patient.tables)


def test_about_another_patient() -> None:
    patient = read(alert(name="i", patient={"reference": "Patient/2"}))
    assert ["other_patient DetectedIssue/i"] == codes(patient.issues)
    assert {} == dict(patient.tables)
