"""Evidence is of what is there: a case that is taken away leaves a hole that trace, strength and release all show."""

import csv
import json
from dataclasses import replace
from datetime import date
from functools import cache, partial
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow
import pytest

from cds.approval import shortcomings
from cds.cases import CaseFile, case_files, run
from cds.cli import main
from cds.evidence import selftest, trace
from cds.evidence.components import PURPOSES, as_cyclonedx, components
from cds.evidence.hazards import HAZARDS
from cds.evidence.tracing import as_csv
from cds.evidence.writing import program_hash
from cds.loading import Checked, check_paths
from cds.strength import strength

ROOT = Path(__file__).parents[2]
RULESET = ROOT / "rulesets" / "heart-failure-weight.yaml"


@cache
def loaded() -> tuple[Checked, CaseFile]:
    checked = check_paths([RULESET])
    return checked, case_files(checked)[0]


def without(*names: str) -> CaseFile:
    cases = loaded()[1]
    kept = tuple(each for each in cases.cases if each.name not in names)
    assert len(kept) == len(cases.cases) - len(names)
    return replace(cases, cases=kept)


def rows(cases: CaseFile) -> dict[tuple[str, str, str], tuple[str, ...]]:
    checked, _ = loaded()
    traced = trace(checked, checked.files[0], run(cases.cases, checked, executors=("single",)))
    return {
        (each.rule, each.level, each.comparison): (each.below, each.at, each.above, each.missing) for each in traced
    }


def test_every_comparison_leads_to_its_source_risks_and_cases() -> None:
    checked, cases = loaded()
    traced = trace(checked, checked.files[0], run(cases.cases, checked))
    yellow = next(each for each in traced if (each.rule, each.level) == ("weight_gain", "yellow"))
    assert "gain is above gain_yellow" == yellow.comparison
    assert "Heart Failure Association" in yellow.source
    assert "worsening heart failure" in yellow.risks
    assert "over the general limit" in yellow.above
    assert "exactly at the limit is not above it" in yellow.at
    assert yellow.below
    assert yellow.missing
    assert yellow.clocks
    count = yellow.single.partition(" ")[0]
    assert f"{count} of {count}" == yellow.single == yellow.batch
    assert {""} == {each.holes for each in traced if each.level in ("yellow", "red")}


def test_a_case_that_is_taken_away_leaves_a_hole_that_trace_strength_and_release_show() -> None:
    checked, cases = loaded()
    file, name = checked.files[0], "exactly at the limit is not above it"
    at_limit = [each for each in cases.cases if rows(replace(cases, cases=(each,))).get(_GAIN, ("",) * 4)[1]]
    assert name in [each.name for each in at_limit]
    less = without(*[each.name for each in at_limit])
    assert rows(cases)[_GAIN][1]
    assert "" == rows(less)[_GAIN][1]
    before, after = strength(checked, file, cases, tries=300), strength(checked, file, less, tries=300)
    assert "above gain_yellow" in {each.before for each in after.unnoticed}
    assert "above gain_yellow" not in {each.before for each in before.unnoticed}
    found, _ = shortcomings(checked, file, less, "9.0.0", date(2026, 11, 23))
    assert "strength" in {key for key, _ in found}


_GAIN = ("weight_gain", "yellow", "gain is above gain_yellow")


def test_every_test_that_a_hazard_names_is_there() -> None:
    for each in HAZARDS:
        for path in each.tests.split():
            assert (ROOT / path).exists(), path


def test_components_are_those_that_are_installed() -> None:
    found = {each.name: each for each in components()}
    assert {"pydantic", "pyyaml", "tzdata", "numpy", "numba", "pyarrow"} <= found.keys()
    assert "pytest" not in found
    assert all(each.version and each.why and each.failure for each in found.values())
    assert found["pydantic"].why == PURPOSES["pydantic"][0]
    assert found["pydantic-core"].needed_by == "pydantic"


def test_the_bill_of_materials_is_cyclonedx_and_the_same_each_time() -> None:
    text = as_cyclonedx(components(), date(2026, 11, 23))
    assert text == as_cyclonedx(components(), date(2026, 11, 23))
    made = json.loads(text)
    assert ("CycloneDX", "1.6") == (made["bomFormat"], made["specVersion"])
    assert {each.name for each in components()} == {each["name"] for each in made["components"]}


def test_a_spreadsheet_runs_nothing_of_it() -> None:
    text = as_csv([HAZARDS[0]], ("hazard",)) + as_csv([replace(HAZARDS[0], hazard="=cmd()")], ("hazard",))
    assert "'=cmd()" == list(csv.reader(StringIO(text)))[-1][0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("evidence")
    arguments = ["evidence", str(RULESET), "--out", str(out), "--date", "2026-11-23", "--tries", "50"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cds.evidence.writing.selftest", partial(selftest, [RULESET], patients=5))
        assert 0 == main(arguments)
    return out


def test_the_command_writes_the_whole_folder(folder: Path) -> None:
    names = {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}
    assert {
        *("trace.csv", "junit.xml", "strength.json", "proofs.json", "sbom.cdx.json", "soup.csv", "hazards.csv"),
        *("known-anomalies.md", "release.json", "selftest.json"),
        *(f"requirements/heart-failure-weight.{language}.html" for language in ("nb", "nn", "en")),
    } == names
    release = json.loads((folder / "release.json").read_text("utf-8"))
    assert program_hash() == release["program_hash"]
    assert loaded()[0].files[0].hash == release["rulesets"][0]["hash"]
    tested = json.loads((folder / "selftest.json").read_text("utf-8"))
    assert tested["is_ok"]
    assert tested["cases"] == tested["cases_ok"] > 10
    assert tested["compared"] == 15


def test_a_case_that_fails_gives_no_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for each in (RULESET, RULESET.with_name("heart-failure-weight.test.yaml")):
        text = each.read_text("utf-8").replace("is: yellow", "is: green")
        (tmp_path / each.name).write_text(text, "utf-8")
    arguments = ["evidence", str(tmp_path), "--out", str(tmp_path / "out"), "--date", "2026-11-23"]
    assert 2 == main(arguments)
    assert "do not come as expected" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_self_test_sees_a_compiler_that_goes_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    from cds.execute import findings

    table = findings.Findings.table

    def spoiled(self: findings.Findings, everything: bool = False) -> Any:
        good = table(self, everything)
        others = pyarrow.array(["red"] * good.num_rows)
        return good.set_column(good.column_names.index("colour"), "colour", others)

    monkeypatch.setattr(findings.Findings, "table", spoiled)
    tested = selftest([RULESET], patients=5)
    assert tested.differing
    assert tested.cases_ok < tested.cases
    assert not tested.is_ok
