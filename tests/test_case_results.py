"""What is said of cases that were run, and of the files that hold them."""

from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.cases import case_files, run, run_cases, running
from cds.cases.words import read_patient_limit
from cds.diagnostics import RulesetError, render
from cds.loading import Checked, check_paths
from tests.test_cases import BESIDE, FIRST, OWN, demonstration, read, results


@pytest.fixture(scope="module")
def checked() -> Checked:
    return demonstration()


def test_a_failing_case_says_what_came_and_why(checked: Checked) -> None:
    text = FIRST.replace("yellow", "green").replace("101 kg", "101.5 kg")
    result = results(checked, text)[0]
    assert not result.is_ok
    assert (
        dedent("""\
        own.test.yaml:7:20: first
          weight_zone: expected `green`, came `yellow`
            kilos 101.5 kg is above heavier 120 kg: false
            kilos 101.5 kg is above heavy 100 kg: true""")
        == result.report()
    )
    assert result.report("nb").splitlines()[1] == "  weight_zone: ventet `green`, fikk `yellow`"


def test_a_failing_case_says_what_is_unknown_and_which_data_were_not_used(checked: Checked) -> None:
    result = results(checked, FIRST.replace("101 kg", "101 stones"))[0]
    assert "came `unknown, unit not understood`" in result.report()
    assert "send the reading with an accepted unit" in result.report()
    assert "readings.body_weight[0].value: the unit is not accepted here" in result.report()


def test_a_failing_text(checked: Checked) -> None:
    text = FIRST.replace("weight_zone: yellow", 'weight_zone:\n        is: yellow\n        nb: "Vekt 101 kg"')
    result = results(checked, text)[0]
    assert not result.is_ok
    assert "expected `Vekt 101 kg`, came `Vekt 101,0 kg, grensen er 100 kg`" in result.report()


@pytest.mark.parametrize(
    ("expected", "is_ok"),
    [
        ("weight_zone: yellow", True),
        ("weight_zone: red", False),
        ("weight_zone: unknown", False),
        ("heavy_one: yellow", True),
        ("heavy_one: yellow, hidden by heavier_one", False),
        ("heavier_one: not fired", True),
        ("heavier_one: unconfirmed", False),
        ("bp.high_pressure: unknown", True),
        ("bp.high_pressure: unknown, no data", True),
        ("bp.high_pressure: unknown, not supplied", False),
    ],
)
def test_what_is_as_expected(checked: Checked, expected: str, is_ok: bool) -> None:
    assert is_ok == results(checked, FIRST.replace("weight_zone: yellow", expected))[0].is_ok


def test_a_finding_that_is_hidden_is_not_simply_yellow(checked: Checked) -> None:
    readings = "      2026-01-15 07:00: 130 kg\n      2026-01-15 07:05: 130 kg\n    expect:\n"
    base = FIRST.partition("      2026-01-15 07:00")[0] + readings
    assert results(checked, base + "      heavy_one: yellow, hidden by heavier_one\n")[0].is_ok
    plain = results(checked, base + "      heavy_one: yellow\n")[0]
    assert "expected `yellow`, came `yellow, hidden by heavier_one`" in plain.report()


def test_executors_that_disagree_are_told(checked: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    cases, _ = read(checked, FIRST)
    told = run(cases, checked)[0]
    assert ("single", "batch") == told.executors
    assert told.is_ok
    honest = running._said
    monkeypatch.setattr(running, "_said", lambda finding: honest(replace(finding, value=7.0)))
    told = run(cases, checked)[0]
    assert not told.is_ok
    assert "own.test.yaml:2:3: first: own/weight_zone: value is 7.0 alone and 101.0 in a population" in told.report()


def test_without_the_extra_one_executor_runs(checked: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "has_batch", lambda: False)
    cases, _ = read(checked, FIRST)
    assert ("single",) == run(cases, checked)[0].executors


def test_files_beside_rulesets(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN)
    (tmp_path / "beside.yaml").write_text(BESIDE)
    (tmp_path / "own.test.yaml").write_text(FIRST)
    checked = check_paths([tmp_path / "own.yaml"])
    files = case_files(checked)
    assert [str(tmp_path / "own.test.yaml")] == [each.file for each in files]
    assert [()] == [each.diagnostics for each in files]
    assert [True] == [each.is_ok for each in run_cases(checked)]
    (tmp_path / "own.test.yaml").write_text(FIRST.replace("weight:", "weigth:"))
    with pytest.raises(RulesetError, match="did you mean `weight`"):
        run_cases(checked)


def test_a_ruleset_with_errors_has_no_cases(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN.replace("colour: red", "colour: pink"))
    (tmp_path / "own.test.yaml").write_text(FIRST)
    checked = check_paths([tmp_path])
    assert [] == case_files(checked)
    with pytest.raises(RulesetError, match="pink"):
        run_cases(checked)


LINES = tuple(
    line
    for file in sorted((Path(__file__).parents[1] / "rulesets").glob("*.test.yaml"))
    for line in file.read_text("utf-8").splitlines()
)


@given(st.data())
def test_no_file_is_too_strange_to_be_told_what_is_wrong(checked: Checked, data: st.DataObject) -> None:
    lines = FIRST.splitlines()
    for _ in range(data.draw(st.integers(1, 6))):
        row = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["swap", "delete", "line", "word", "sign"])):
            case "swap":
                other = data.draw(st.integers(0, len(lines) - 1))
                lines[row], lines[other] = lines[other], lines[row]
            case "delete" if len(lines) > 1:
                del lines[row]
            case "line":
                lines.insert(row, data.draw(st.sampled_from(LINES)))
            case "word":
                words = data.draw(st.sampled_from(LINES)).split()
                lines[row] += f" {data.draw(st.sampled_from(words))}" if words else ""
            case _:
                place = data.draw(st.integers(0, len(lines[row])))
                sign = data.draw(st.sampled_from([*":-,#\"'/x9 ", "\n", "- ", ": ", "none", "  "]))
                lines[row] = lines[row][:place] + sign + lines[row][place:]
    cases, found = read(checked, "\n".join(lines) + "\n")
    for each in found:
        assert each.message()
        assert render(each, {"own.test.yaml": lines})
    for result in run(cases, checked, executors=("single",)):
        assert isinstance(result.report(), str)


def test_a_date_in_another_notation_is_no_author() -> None:
    record = read_patient_limit("heavy", "90 kg, Kari Lege, 01.03.2026", "demo")
    assert ("Kari Lege", "01.03.2026") == (record["author"], record["from"])
