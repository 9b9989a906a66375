"""A CDM gives the findings that the same patients give as our own tables, whatever it comes as."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest

import cds
from cds.api import microseconds
from cds.cli import main
from cds.diagnostics import MissingExtra
from cds.execute.batch import score
from cds.execute.findings import STATUSES
from cds.periods import zone
from cds.shipped import shipped_rulesets
from tests.adapters.omop.made import AT, Cdm, arrow, as_csv, as_duckdb, as_parquet, cdm, own_tables
from tests.scoring.test_blocks_agree import SmallRoom, scored

NAMES = ("heart-failure-weight", "home-blood-pressure", "days-covered-pqa-statins", "blood-pressure-low")
FORMS: dict[str, Callable[[Cdm, Path], Path]] = {"parquet": as_parquet, "csv": as_csv, "cdm.duckdb": as_duckdb}
RULESETS = [shipped_rulesets() / f"{name}.yaml" for name in NAMES]


def found(ruleset: cds.Ruleset, population: Any) -> list[dict[str, Any]]:
    """Every finding of everybody."""
    findings = score(ruleset.plan, population, microseconds(AT, zone()), keep=tuple(STATUSES))
    return findings.table(everything=True).to_pylist()


@pytest.fixture(scope="module")
def ruleset() -> cds.Ruleset:
    return cds.load(RULESETS)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_tables(tmp_path_factory.mktemp("tables") / "own")


@pytest.mark.parametrize("form", FORMS)
def test_the_same_findings(form: str, ruleset: cds.Ruleset, own: Path, tmp_path: Path) -> None:
    expected = found(ruleset, ruleset.read_tables(own, at=AT)[0])
    population, issues = ruleset.read_omop(FORMS[form](cdm(), tmp_path / form), at=AT)
    assert expected == found(ruleset, population)
    assert {"fired", "not_fired", "not_applicable", "unknown"} == {each["status"] for each in expected}
    told = [(each["table"], each["row"], each["column"], each["code"]) for each in issues.to_pylist()]
    assert [
        ("drug_exposure", 1, "days_supply", "days_derived"),
        ("condition_occurrence", None, "condition_concept_id", "unknown_code"),
    ] == told


def test_without_observation_periods_as_the_caller_says(ruleset: cds.Ruleset, own: Path) -> None:
    said = json.loads((own / "manifest.json").read_text("utf-8"))
    content = {name: arrow(rows) for name, rows in cdm().items() if name != "observation_period"}
    expected = found(ruleset, ruleset.read_tables(own, at=AT)[0])
    assert expected == found(ruleset, ruleset.read_omop({**content, "manifest": said}, at=AT)[0])
    silent = found(ruleset, ruleset.read_omop(content, at=AT)[0])
    assert [["not_applicable"], ["unknown"]] == [weight_gain_of_the_third(each) for each in (expected, silent)]


def weight_gain_of_the_third(findings: list[dict[str, Any]]) -> list[str]:
    """Of somebody with no diagnosis: whether they have heart failure depends on what was handed over."""
    return [each["status"] for each in findings if (each["patient"], each["rule"]) == ("7000000000", "weight_gain")]


def test_the_command(ruleset: cds.Ruleset, own: Path, tmp_path: Path) -> None:
    data = as_parquet(cdm(), tmp_path / "cdm")
    asked = ["score", "--rules", *map(str, RULESETS), "--at", AT, "--draft", "--all"]
    for source, out in ((own, "own.parquet"), (data, "omop.parquet")):
        issues = ["--issues", str(tmp_path / f"issues-{out}")]
        assert 0 == main([*asked, "--data", str(source), "--out", str(tmp_path / out), *issues])
    one, other = (parquet.read_table(tmp_path / each) for each in ("own.parquet", "omop.parquet"))
    assert one.to_pylist() == other.to_pylist()
    assert found(ruleset, ruleset.read_omop(data, at=AT)[0]) == other.to_pylist()
    told = parquet.read_table(tmp_path / "issues-omop.parquet")
    assert ["drug_exposure", "condition_occurrence"] == told["table"].to_pylist()


def test_one_patient_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = as_parquet(cdm(), tmp_path / "cdm")
    asked = [
        "score",
        "--rules",
        *map(str, RULESETS),
        "--at",
        AT,
        "--draft",
        "--data",
        str(data),
        "--lang",
        "en",
        "--all",
    ]
    assert 0 == main([*asked, "--explain", "1"])
    assert "Weight up 2.1 kg" in capsys.readouterr().out
    assert 0 == main([*asked, "--explain", "2"])
    told = capsys.readouterr().out
    assert "2025-05-20, 100 days, derived from the first and the last day" in told
    assert "drug_exposure[1].days_supply" in told


def test_blocks_change_nothing(ruleset: cds.Ruleset, tmp_path: Path) -> None:
    data = as_csv(cdm(), tmp_path / "cdm")
    rooms = {"one": SmallRoom(10**9, 10**9), "many": SmallRoom(1, 2)}
    done = {name: scored(ruleset, data, tmp_path / name, room) for name, room in rooms.items()}
    assert (1, 3) == (done["one"].blocks, done["many"].blocks)
    for file in ("findings.ndjson", "issues.ndjson"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "many" / file).read_bytes()
    assert done["one"].issues == done["many"].issues


def test_a_duckdb_file_without_the_package_names_the_extra(
    ruleset: cds.Ruleset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = as_duckdb(cdm(), tmp_path / "cdm.duckdb")
    monkeypatch.setitem(sys.modules, "duckdb", None)
    monkeypatch.delitem(sys.modules, "cds.adapters.omop.database", raising=False)
    with pytest.raises(MissingExtra, match=r"cds-engine\[omop\]"):
        ruleset.read_omop(file, at=AT)
