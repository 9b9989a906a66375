"""An approval is for one text; a local adaptation changes what it may and nothing else."""

import re
from pathlib import Path
from typing import Any

import pytest

from cds.api import Patient, Ruleset, ruleset_of
from cds.cases import run_cases
from cds.diagnostics.explain import SURROUNDINGS
from cds.loading import check_paths, check_texts

ADAPTATION = """\
language: 1
adaptation: bergen
adapts: demo 1.x
version: 1.2.0
status: draft
"""
HEAVY = {"id": "p", "readings": {"body_weight": [{"time": "2026-01-08 07:30", "value": 97, "unit": "kg"}]}}


def reviewed(text: str, digest: str) -> str:
    block = f"reviewed:\n  name: Kari Lege\n  role: GP\n  date: 2026-11-01\n  hash: {digest}\n"
    return text.replace("status: draft\n", f"status: active\n{block}")


def codes(*texts: str) -> list[str]:
    checked = check_texts([(text, f"{number}.yaml", True) for number, text in enumerate(texts)])
    return [each.code for each in checked.diagnostics]


def hash_told(text: str) -> str:
    (found,) = check_texts([(reviewed(text, "0" * 64), "demo.yaml", True)]).diagnostics
    match = re.search(r"[0-9a-f]{64}", found.message())
    assert match
    return match[0]


def test_the_hash_that_is_told_approves_the_text() -> None:
    assert [] == codes(reviewed(SURROUNDINGS, hash_told(SURROUNDINGS)))


def test_an_edit_voids_the_review() -> None:
    approved = reviewed(SURROUNDINGS, hash_told(SURROUNDINGS))
    assert ["CDS278"] == codes(approved.replace("default: 100 kg", "default: 101 kg"))


def test_an_adaptation_in_use_needs_a_review_of_its_own() -> None:
    assert ["CDS276"] == codes(SURROUNDINGS, ADAPTATION.replace("draft", "active"))


def test_a_review_of_an_adaptation_is_for_its_text() -> None:
    voided = reviewed(ADAPTATION, "0" * 64)
    (found,) = check_texts([(SURROUNDINGS, "demo.yaml", True), (voided, "local.yaml", True)]).diagnostics
    match = re.search(r"[0-9a-f]{64}", found.message())
    assert match and "CDS278" == found.code
    approved = reviewed(ADAPTATION, match[0])
    assert [] == codes(SURROUNDINGS, approved)
    assert ["CDS278"] == codes(SURROUNDINGS, approved + "switch_off:\n  - too_heavy\n")


def adapted(changes: str) -> Ruleset:
    return ruleset_of(check_texts([(SURROUNDINGS, "demo.yaml", True), (ADAPTATION + changes, "local.yaml", True)]))


def evaluate(ruleset: Ruleset, **more: Any) -> Any:
    patient = Patient.from_dict({**HEAVY, **more})
    return ruleset.evaluate(patient, at="2026-01-08 08:00", allow_draft=True)


def test_a_local_limit_counts_and_is_named() -> None:
    ruleset = adapted("limits:\n  heavy:\n    default: 95 kg\n    source: Local routine\n")
    finding = evaluate(ruleset)["too_heavy"]
    assert ("fired", 95.0, "adaptation") == (finding.status, finding.limit, finding.limit_origin.kind)
    assert "bergen 1.2.0" == ruleset.heads[0].adaptation


def test_the_patients_own_limit_goes_before_the_local_one() -> None:
    ruleset = adapted("limits:\n  heavy:\n    default: 95 kg\n    source: Local routine\n")
    own = [{"limit": "heavy", "value": 98, "unit": "kg", "author": "Kari Lege"}]
    finding = evaluate(ruleset, limits=own)["too_heavy"]
    assert ("not_fired", "patient") == (finding.status, finding.limit_origin.kind)


def test_a_local_colour_and_text() -> None:
    changes = "rules:\n  too_heavy:\n    colour: red\n    summary:\n      nb: For tung\nlimits:\n"
    ruleset = adapted(changes + "  heavy:\n    default: 95 kg\n    source: Local routine\n")
    finding = evaluate(ruleset)["too_heavy"]
    assert ("red", "For tung") == (finding.colour, finding.rule.wording.summary["nb"])


def test_a_rule_switched_off_is_gone() -> None:
    assert () == evaluate(adapted("switch_off:\n  - too_heavy\n")).findings


def test_an_adaptation_changes_the_hash() -> None:
    plain = ruleset_of(check_texts([(SURROUNDINGS, "demo.yaml", True)]))
    changed = adapted("")
    assert plain.plan.hash != changed.plan.hash
    assert plain.heads[0].hash != changed.heads[0].hash


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ("limits:\n  heavy:\n    default: 500 kg\n    source: x\n", "CDS282"),
        ("limits:\n  heavy:\n    default: 95 mmHg\n    source: x\n", "CDS282"),
        ("limits:\n  hevy:\n    default: 95 kg\n    source: x\n", "CDS281"),
        ("switch_off:\n  - to_heavy\n", "CDS281"),
        ("rules:\n  nothing:\n    colour: red\n", "CDS281"),
    ],
)
def test_what_it_may_not_do(changes: str, code: str) -> None:
    assert [code] == codes(SURROUNDINGS, ADAPTATION + changes)


def test_the_ruleset_must_be_there_in_that_version() -> None:
    assert ["CDS280"] == codes(SURROUNDINGS.replace("version: 1.0.0", "version: 2.0.0"), ADAPTATION)


CASES = """\
cases:
  97 kg:
    at: 2026-01-08 08:00
    weight:
      2026-01-08 07:30: 97 kg
    expect:
      too_heavy: {}
"""


def test_a_ruleset_keeps_its_own_cases_and_the_adaptation_has_its_own(tmp_path: Path) -> None:
    changes = "limits:\n  heavy:\n    default: 95 kg\n    source: Local routine\n"
    files = {
        "demo.yaml": SURROUNDINGS,
        "demo.test.yaml": CASES.format("not fired"),
        "local.yaml": ADAPTATION + changes,
        "local.test.yaml": CASES.format("yellow"),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    results = run_cases(check_paths([tmp_path]))
    assert [("not_fired", True), ("fired", True)] == [(each.result.findings[0].status, each.is_ok) for each in results]
