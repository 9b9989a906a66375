"""Concept files of one's own, given beside rulesets on the command line."""

import json
import re
from pathlib import Path

import pytest

from cds.cli import main

CONCEPTS = """\
concepts:
  steps_walked:
    kind: measurement
    label:
      en: "Steps walked"
    unit: readings
    source: "our own counter"
"""
RULESET = """\
language: 1
ruleset: few-steps
version: 1.0.0
status: draft
title:
  en: "Few steps"
sources:
  house:
    cite: "Our own routine"
inputs:
  steps: steps_walked
limits:
  few:
    default: 100 readings
    source: house
values:
  current:
    last_reading: steps
rules:
  too_few:
    when: current is below few
    colour: yellow
    summary:
      en: "{current}, the limit is {limit}"
"""
CASES = """\
cases:
  too few:
    at: 2026-01-08 08:00
    steps:
      2026-01-08 07:00: 99 readings
    expect:
      too_few: yellow
"""
STEPS = {"time": "2026-01-08T07:00", "value": 99, "unit": "readings"}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    texts = {"own.yaml": CONCEPTS, "steps.yaml": RULESET, "steps.test.yaml": CASES}
    texts["patient.json"] = json.dumps({"id": "1", "readings": {"steps_walked": [STEPS]}})
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    return {name: str(tmp_path / name) for name in texts}


def test_own_concepts_are_known_to_every_command(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    own = ["--concepts", files["own.yaml"]]
    assert 0 == main(["check", files["steps.yaml"], *own])
    assert 0 == main(["test", files["steps.yaml"], *own])
    assert "1 of 1 cases came as expected" in capsys.readouterr().out
    asked = ["--rules", files["steps.yaml"], "--patient", files["patient.json"], "--at", "2026-01-08T08:00", "--draft"]
    assert 0 == main(["run", *asked, *own])
    assert "99 readings, the limit is 100 readings" in capsys.readouterr().out
    assert 0 == main(["plot", *asked, *own, "--table"])
    assert "Steps walked" in capsys.readouterr().out


def test_without_them_the_input_is_unknown(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == main(["check", files["steps.yaml"]])
    assert "there is no concept `steps_walked`" in capsys.readouterr().out


def test_the_option_takes_one_file_and_may_come_first_and_twice(files: dict[str, str], tmp_path: Path) -> None:
    more = tmp_path / "more.yaml"
    more.write_text(CONCEPTS.replace("steps_walked", "stairs_walked"), "utf-8")
    assert 0 == main(["check", "--concepts", str(more), "--concepts", files["own.yaml"], files["steps.yaml"]])


def test_a_concept_file_is_checked_as_one(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["check", files["own.yaml"]])
    assert "1 file checked: 0 errors, 0 warnings\n" == capsys.readouterr().out
    Path(files["own.yaml"]).write_text(CONCEPTS.replace("unit: readings", "unit: reedings"), "utf-8")
    assert 1 == main(["check", files["own.yaml"]])
    assert ["CDS221"] == re.findall(r"CDS\d+", capsys.readouterr().out)


def test_fhir_out_names_the_code_of_an_own_concept(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    own = Path(files["own.yaml"])
    own.write_text(CONCEPTS + '    codes:\n      LOINC: ["41950-7"]\n', "utf-8")
    silent = Path(files["patient.json"])
    silent.write_text('{"id": "1", "readings": {"steps_walked": []}}', "utf-8")
    asked = ["--rules", files["steps.yaml"], "--patient", str(silent), "--at", "2026-01-08T08:00", "--draft"]
    assert 0 == main(["run", *asked, "--concepts", str(own), "--format", "fhir"])
    assert "41950-7" in capsys.readouterr().out
