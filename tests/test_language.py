"""The meaning of every operator and word, as cases in `language/*.yaml`, on every executor that there is.

A file holds a ruleset (its head is added here) and the cases that say what it means.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent

import pytest

from cds import source
from cds.adapters.records import patient_from_dict
from cds.api import Patient, Ruleset
from cds.cases import Case, CaseResult, cases_in, run
from cds.diagnostics import render
from cds.loading import Checked, check_texts
from cds.operators import OPERATORS
from cds.periods import instant, zone

FOLDER = Path(__file__).parent / "language"
FILES = sorted(FOLDER.glob("*.yaml"))
HAS_BATCH = all(find_spec(name) for name in ("numpy", "numba", "pyarrow"))
EXECUTORS = ("single", "batch") if HAS_BATCH else ("single",)

RULESETS = ("ruleset", "used")
HEAD = """\
language: 1
ruleset: {name}
version: 1.0.0
status: draft
title:
  en: {name}
"""


@dataclass(frozen=True)
class Loaded:
    """One file: the checked ruleset and its cases."""

    checked: Checked
    cases: tuple[Case, ...]


@cache
def loaded(file: Path) -> Loaded:
    text = file.read_text("utf-8")
    node, found = source.read(text, file.name)
    assert node is not None, "\n".join(render(each) for each in found)
    names = [name for name in RULESETS if name in node.entries]
    checked = check_texts([(_ruleset(text, name, file), f"{file.name}:{name}", True) for name in names])
    found += [each for each in checked.diagnostics if each.is_error]
    assert not found, "\n".join(render(each, {**checked.lines, file.name: text.split("\n")}) for each in found)
    block = source.Mapping({"cases": node.entries["cases"]}, node.place)
    own = next(each for each in checked.files if each.file.endswith(":ruleset"))
    cases, found = cases_in(block, own, checked)
    assert not found, "\n".join(render(each, {file.name: text.split("\n")}) for each in found)
    return Loaded(checked, tuple(cases))


def _ruleset(text: str, name: str, file: Path) -> str:
    """The lines under `name`, brought to the margin, with a head of their own."""
    found = re.search(rf"^{name}:\n((?:[ \n].*\n?)*)", text, re.MULTILINE)
    assert found, f"`{name}:` in {file.name}"
    own = file.stem.replace("_", "-")
    return HEAD.format(name=own if name == "ruleset" else f"{own}-{name}") + dedent(found[1])


def every_case() -> list[tuple[Path, int, str]]:
    """(file, position, name) of every case, without compiling anything."""
    found: list[tuple[Path, int, str]] = []
    for file in FILES:
        node, _ = source.read(file.read_bytes(), file.name)
        cases = node.entries["cases"].value if node else None
        names = list(cases.entries) if isinstance(cases, source.Mapping) else []
        found += [(file, place, name) for place, name in enumerate(names)]
    return found


@cache
def results(file: Path) -> tuple[CaseResult, ...]:
    each = loaded(file)
    return tuple(run(each.cases, each.checked))


CASES = every_case()


@pytest.mark.parametrize(("file", "place", "name"), CASES, ids=[f"{file.stem}: {name}" for file, _, name in CASES])
def test_case(file: Path, place: int, name: str) -> None:
    result = results(file)[place]
    assert name == result.case.name
    assert EXECUTORS == result.executors
    assert "" == result.report()
    assert result.is_ok


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.skipif(not HAS_BATCH, reason="the extra `batch` is not installed")
def test_patients_of_one_moment_as_a_population(file: Path) -> None:
    """In company every patient gets the same answer as alone."""
    each = loaded(file)
    assert each.checked.plan
    ruleset = Ruleset(each.checked.plan)
    for at in {case.at for case in each.cases}:
        together = [case for case in each.cases if case.at == at and case.zone == "Europe/Oslo"]
        patients = [Patient(patient_from_dict(case.record, concepts=each.checked.concepts)) for case in together]
        if not patients:
            continue
        findings = ruleset.score(patients, at=at, allow_draft=True)
        alone = [ruleset.evaluate(patient, at=at, allow_draft=True) for patient in patients]
        for rule in each.checked.plan.rules:
            counted: dict[str, int] = {}
            for result in alone:
                status = result[rule.id].status
                counted[status] = counted.get(status, 0) + 1
            assert counted == {key: number for key, number in findings.counts()[rule.id].items() if number}


def test_every_public_operator_has_its_file() -> None:
    public = {name for name, each in OPERATORS.items() if each.public}
    assert set() == public - {file.stem for file in FILES}


def test_every_file_says_something_of_unknown() -> None:
    for file in FILES:
        assert "unknown" in {each.status for case in loaded(file).cases for each in case.expect}, file.stem


def test_moments_of_cases_are_read_as_clock_time_in_the_patients_zone() -> None:
    assert instant("2026-01-15 08:00", zone("Europe/Oslo")) == instant("2026-01-15T07:00Z", zone("Europe/Oslo"))
