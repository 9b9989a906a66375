"""From a draft to a ruleset in use: nothing goes in that was not reviewed as it stands and is not in order."""

import json
import re
from pathlib import Path

import pytest

from cds.cli import main
from cds.loading import check_paths
from cds.reading import review_hash
from cds.source import lines_of

RULESET = """\
language: 1
ruleset: weight-gain
version: 0.9.0
status: draft
title:
  nb: "Vekt"
  nn: "Vekt"
  en: "Weight"
intended_use:
  nb: "Til prøve."
  nn: "Til prøve."
  en: "For a test."
owner: "Ola Eier"
review_by: 2030-01-01
sources:
  own:
    cite: "A guideline of this test, 2026"
inputs:
  weight: body_weight
limits:
  gain_yellow:
    fixed: 2 kg
    source: own
    label:
      nb: "Vektøkning"
      nn: "Vektauke"
      en: "Weight gain"
values:
  gain:
    rise_in: weight
    within: 3 days
zones:
  weight_gain:
    value: gain
    yellow: above gain_yellow
    source: own
    risks:
      - "Silent"
    summary:
      nb: "Vekten har økt {gain}"
      nn: "Vekta har auka {gain}"
      en: "Weight up {gain}"
"""
CASES = """\
cases:
  above:
    at: 2026-01-08 08:00
    weight:
      2026-01-05 07:40: 81.0 kg
      2026-01-08 07:30: 83.01 kg
    expect:
      weight_gain: yellow
  at the limit:
    like: above
    weight:
      2026-01-05 07:40: 81.0 kg
      2026-01-08 07:30: 83.0 kg
    expect:
      weight_gain: green
  within three days and no longer:
    like: above
    weight:
      2026-01-04 07:40: 80.0 kg
      2026-01-05 00:00: 82.0 kg
      2026-01-08 07:30: 83.0 kg
    expect:
      weight_gain: green
  the first of three days counts:
    like: above
    weight:
      2026-01-05 07:40: 80.0 kg
      2026-01-06 07:40: 83.0 kg
      2026-01-08 07:30: 83.0 kg
    expect:
      weight_gain: yellow
  one weight:
    like: above
    weight:
      2026-01-08 07:30: 83.0 kg
    expect:
      weight_gain: unknown
"""
GIVEN = {"above": "yellow", "at the limit": "green"}
DATE = ["--date", "2026-11-23"]
WHO = ["--name", 'Kari "K" Lege', "--role", "GP", *DATE]


@pytest.fixture
def ruleset(tmp_path: Path) -> Path:
    (tmp_path / "weight-gain.yaml").write_text(RULESET, "utf-8")
    (tmp_path / "weight-gain.test.yaml").write_text(CASES, "utf-8")
    return tmp_path / "weight-gain.yaml"


def asked(ruleset: Path, answer: str | None = None) -> Path:
    """The sheet, filled in as the ruleset would, or with one answer throughout."""
    sheet = ruleset.with_name("sheet.yaml")
    assert 0 == main(["review", str(ruleset), "--ask", str(sheet)])
    text = sheet.read_text("utf-8")
    filled = []
    for question in re.split(r"(?m)^(?=  \d+:)", text):
        right = "unknown" if question.count(" kg") == 1 else "yellow" if "83.01" in question else "green"
        right = "yellow" if question.count(" kg") == 3 and "01-06" in question else right
        filled.append(question.replace('weight_gain: ""', f"weight_gain: {answer or right}"))
    sheet.write_text("".join(filled), "utf-8")
    return sheet


def reviewed(ruleset: Path) -> None:
    assert 0 == main(["review", str(ruleset), "--answers", str(asked(ruleset)), *WHO])


def release(ruleset: Path, version: str = "1.0.0") -> int:
    return main(["release", str(ruleset), "--version", version, *DATE])


def test_reviewed_then_released(ruleset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reviewed(ruleset)
    assert [] == [str(each) for each in check_paths([ruleset]).diagnostics]
    assert 0 == release(ruleset), capsys.readouterr().out
    checked = check_paths([ruleset])
    assert [] == [str(each) for each in checked.diagnostics if each.is_error]
    model = checked.files[0].model
    assert ("1.0.0", "active") == (model.version, model.status)
    assert model.reviewed
    assert 'Kari "K" Lege' == model.reviewed.name
    (record,) = json.loads((ruleset.parent / "weight-gain.release.json").read_text("utf-8"))
    assert checked.files[0].hash == record["hash"]
    (kept,) = json.loads((ruleset.parent / "weight-gain.review.json").read_text("utf-8"))
    assert kept["hash"] == record["reviewed_hash"]
    assert 5 == len(kept["answers"])
    assert kept["agreed"]


def test_an_edit_after_the_review_voids_it(ruleset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reviewed(ruleset)
    ruleset.write_text(ruleset.read_text("utf-8").replace("Vekten har økt", "Vekten økte"), "utf-8")
    assert 2 == release(ruleset)
    assert "the files have errors" in capsys.readouterr().err


def test_a_hash_written_by_hand_is_no_review(ruleset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    digest = review_hash(lines_of(RULESET))
    block = f"reviewed:\n  name: Kari Lege\n  role: GP\n  date: 2026-11-01\n  hash: {digest}\n"
    ruleset.write_text(RULESET.replace("review_by:", f"{block}review_by:"), "utf-8")
    assert [] == [each for each in check_paths([ruleset]).diagnostics if each.is_error]
    assert 1 == release(ruleset)
    assert "nobody has approved" in capsys.readouterr().out


def test_answers_that_differ_approve_nothing_and_are_kept(ruleset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = asked(ruleset, "yellow")
    assert 1 == main(["review", str(ruleset), "--answers", str(sheet), *WHO, "--lang", "nb"])
    said = capsys.readouterr().out
    assert "du svarte «yellow», regelsettet sier «green»" in said
    assert RULESET == ruleset.read_text("utf-8")
    (kept,) = json.loads((ruleset.parent / "weight-gain.review.json").read_text("utf-8"))
    assert not kept["agreed"]
    assert 1 == release(ruleset)


def test_the_sheet_gives_no_answer_away(ruleset: Path) -> None:
    sheet = ruleset.with_name("sheet.yaml")
    assert 0 == main(["review", str(ruleset), "--ask", str(sheet), "--questions", "3"])
    text = sheet.read_text("utf-8")
    assert 3 == text.count('weight_gain: ""')
    for name in ("above", "at the limit", "one weight", "like:"):
        assert name not in text.partition("questions:")[2]


@pytest.mark.parametrize(
    ("change", "arguments", "words"),
    [
        (None, WHO, "has no answer for weight_gain"),
        (("weight_gain: ", "weight_gain: purple #"), WHO, "the answers are: red"),
        (("hash: ", "hash: 0"), WHO, "another text"),
        (None, ["--name", "Ola eier", *WHO[2:]], "is the owner"),
        (None, WHO[:4], "--date DATE"),
        (None, [*WHO[:4], "--date", "today"], "is no date"),
    ],
    ids=["empty", "no answer", "other text", "owner", "no date", "bad date"],
)
def test_what_is_wrong_with_answers_is_said(
    ruleset: Path,
    capsys: pytest.CaptureFixture[str],
    change: tuple[str, str] | None,
    arguments: list[str],
    words: str,
) -> None:
    if words.startswith("has no answer"):
        sheet = ruleset.with_name("sheet.yaml")
        main(["review", str(ruleset), "--ask", str(sheet)])
    else:
        sheet = asked(ruleset)
    if change:
        sheet.write_text(sheet.read_text("utf-8").replace(*change), "utf-8")
    assert 2 == main(["review", str(ruleset), "--answers", str(sheet), *arguments])
    assert words in capsys.readouterr().err
    assert RULESET == ruleset.read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "cases", "words"),
    [
        (("    cite: ", "    to_confirm: the year\n    cite: "), CASES, "must be confirmed first: the year"),
        (('owner: "Ola Eier"', 'owner: "to be named"'), CASES, "no owner is named"),
        (("review_by: 2030-01-01", "review_by: 2026-11-23"), CASES, "does not lie after 2026-11-23"),
        (('      nn: "Vekta har auka {gain}"\n', ""), CASES, "missing in nn: zones.weight_gain.summary"),
        (("version: 0.9.0", "version: 1.2.0"), CASES, "version 1.0.0 is below 1.2.0"),
        (None, "", "it has no cases"),
        (None, CASES.replace("yellow", "green", 1), "1 cases do not come as expected"),
        (None, CASES.partition("  the first of three")[0], "small errors would go unnoticed"),
        (("yellow: above gain_yellow", "yellow: from gain_yellow to beyond_all"), "", "cannot"),
    ],
    ids=["to_confirm", "owner", "review_by", "texts", "version", "no cases", "cases", "strength", "errors"],
)
def test_a_release_is_refused_and_says_why(
    ruleset: Path,
    capsys: pytest.CaptureFixture[str],
    change: tuple[str, str] | None,
    cases: str,
    words: str,
) -> None:
    text = RULESET.replace(*change) if change else RULESET
    ruleset.write_text(text, "utf-8")
    beside = ruleset.with_name("weight-gain.test.yaml")
    beside.unlink()
    if cases:
        beside.write_text(cases, "utf-8")
    code = release(ruleset)
    said = capsys.readouterr()
    assert code == (2 if "beyond_all" in text else 1)
    assert ("errors" if "beyond_all" in text else words) in said.out + said.err
    assert text == ruleset.read_text("utf-8")
    assert not ruleset.with_name("weight-gain.release.json").exists()
