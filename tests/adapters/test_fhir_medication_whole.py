"""From messages of e-resept and of a dispenser to findings: what rules see of them."""

from pathlib import Path
from typing import Any

import pytest

import cds
from tests.adapters.building import Json, bundle, concept
from tests.adapters.medication import (
    ALIVE,
    ATC,
    STATIN,
    alert,
    amount,
    clocked,
    dispense,
    dosage,
    eresept,
    repeating,
    report,
    sfm,
    statement,
)

RULES = """\
language: 1
ruleset: medicines
version: 1.0.0
status: draft
title:
  en: "Medicines"
intended_use:
  en: "Tests"
owner: "tests"
review_by: 2027-11-01
sources:
  own:
    cite: "Made for this test"
inputs:
  statin:
    medicine: statins
  supply:
    dispenses: statins
  doses:
    dispenser_doses: all
  statin_doses:
    dispenser_doses: statins
  lost_contacts:
    dispenser_events: no_contact
limits:
  covered_least:
    default: 80 %
    source: own
  missed_most:
    default: 2 doses
    source: own
  once:
    fixed: 1
    source: own
values:
  covered:
    percent_of_days_covered: supply
    last: 30 days
  streak:
    missed_in_a_row: doses
    last: 14 days
  statin_streak:
    missed_in_a_row: statin_doses
    last: 14 days
  lost:
    count: lost_contacts
    last: 24 hours
rules:
  on_statin:
    when: has statin
    colour: yellow
    source: own
    summary:
      en: "On a statin"
  little_supply:
    when: covered is below covered_least
    colour: yellow
    source: own
    summary:
      en: "{covered}"
  doses_missed:
    when: streak is at least missed_most
    colour: red
    source: own
    summary:
      en: "{streak}"
  statins_missed:
    when: statin_streak is at least missed_most
    colour: red
    source: own
    summary:
      en: "{statin_streak}"
  no_contact:
    when: lost is at least once
    colour: yellow
    source: own
    summary:
      en: "No contact"
"""
AT = "2026-01-10T12:00:00+01:00"


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> cds.Ruleset:
    file: Path = tmp_path_factory.mktemp("rules") / "medicines.yaml"
    file.write_text(RULES, "utf-8")
    return cds.load(file)


def outcome(rules: cds.Ruleset, rule: str, *resources: Json, **supplied: Any) -> str:
    """The rule's status, and the reason where it is unknown."""
    patient = cds.Patient.from_fhir(bundle(*resources), **supplied)
    result = rules.evaluate(patient, at=AT, allow_draft=True)
    found = next(each for each in result.findings if each.rule.name == rule)
    return f"{found.status} {found.reason.name if found.reason else ''}".strip()


ROLL = clocked(effectiveDateTime="2025-12-01")
TAKEN = report("2026-01-08T20:01:00+01:00")
MISSED = [alert("2026-01-09T09:00:00+01:00"), alert("2026-01-09T21:00:00+01:00"), alert("2026-01-10T09:00:00+01:00")]


@pytest.mark.parametrize(
    ("rule", "resources", "expected"),
    [
        ("on_statin", [statement()], "fired"),
        ("on_statin", [statement("C07AB02")], "not_fired"),
        ("on_statin", [statement(status="unknown")], "unknown not_certain"),
        ("on_statin", [statement(medicationCodeableConcept={"text": "?"})], "unknown not_supplied"),
        ("on_statin", [statement(meta={"security": [{"code": "R"}]})], "unknown withheld"),
        ("on_statin", [], "unknown not_supplied"),
        ("doses_missed", [ROLL, TAKEN, *MISSED], "fired"),
        ("statins_missed", [ROLL, TAKEN, *MISSED], "fired"),
        ("statins_missed", [TAKEN, *MISSED], "unknown not_supplied"),
        ("doses_missed", [TAKEN, *MISSED], "fired"),
        ("doses_missed", [TAKEN, *MISSED[1:2]], "not_fired"),
        ("doses_missed", [ROLL, TAKEN, *MISSED[1:2]], "unknown at_least"),
        ("doses_missed", [TAKEN], "unknown not_supplied"),
        ("doses_missed", MISSED, "unknown not_supplied"),
        ("doses_missed", [TAKEN, alert("2026-01-10T06:00:00+01:00", "1.20")], "unknown at_least"),
        ("doses_missed", [TAKEN, alert("2026-01-08T21:00:00+01:00", "1.5"), *MISSED], "unknown at_least"),
        ("doses_missed", [ROLL, ALIVE, report("2026-01-05T08:00:00+01:00")], "unknown at_least"),
        ("doses_missed", [ROLL, ALIVE, TAKEN, report("2026-01-10T08:01:00+01:00")], "not_fired"),
        ("no_contact", [TAKEN, alert("2026-01-10T06:00:00+01:00", "1.20")], "fired"),
        ("no_contact", [TAKEN, *MISSED], "not_fired"),
        ("no_contact", [TAKEN], "unknown not_supplied"),
    ],
)
def test_what_a_rule_says(rules: cds.Ruleset, rule: str, resources: list[Json], expected: str) -> None:
    assert expected == outcome(rules, rule, *resources)


def packages(count: float, **fields: Any) -> list[Json]:
    """So many packages of a hundred tablets, of which three are taken a day."""
    size = [sfm("amountText", {"url": "quantity", "valueQuantity": amount(100.0, "STK")})]
    parts = [repeating(1, "tablett", part) for part in ("1", "3", "5")]
    return [
        statement(extension=[sfm("reseptamendment", eresept(*parts, start="2025-01-01"))]),
        {"resourceType": "Medication", "id": "m", "code": concept(ATC, STATIN), "amount": {"extension": size}},
        dispense(
            whenHandedOver="2025-12-01",
            quantity={"value": count},
            authorizingPrescription=[{"reference": "MedicationStatement/s"}],
            medicationCodeableConcept=None,
            medicationReference={"reference": "Medication/m"},
            **fields,
        ),
    ]


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        (packages(2), "not_fired"),
        (packages(1), "fired"),
        (packages(1, status="unknown"), "unknown at_least"),
        (packages(2)[:1] + packages(2)[2:], "unknown not_supplied"),
        ([dispense(quantity=amount(4.0), dosageInstruction=[dosage(amount(1, "stk"))])], "unknown at_least"),
        (packages(2, status="cancelled"), "unknown no_data"),
    ],
)
def test_packages_are_not_tablets(rules: cds.Ruleset, resources: list[Json], expected: str) -> None:
    """Two packages last 67 days, two tablets not one: read as tablets the patient would have had none for weeks."""
    assert expected == outcome(rules, "little_supply", *resources)
