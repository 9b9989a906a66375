"""Small errors put into a ruleset: which are there, which a case notices, and the case that would."""

import json
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cds.cases import case_files, run_cases
from cds.cli import main
from cds.diagnostics import Language
from cds.loading import Checked, check_paths
from cds.strength import Edit, Strength, as_words, edits, strength

RULESET = """\
language: 1
ruleset: weight-gain
version: 1.0.0
status: draft
title:
  en: "Weight"
intended_use:
  en: "For the test of cases."
owner: "nobody"
review_by: 2030-01-01
sources:
  own:
    cite: "None"
    to_confirm: "everything"
applies_to:
  - age is at least grown_up
  - has heart_failure
inputs:
  weight: body_weight
  pulse: heart_rate
  heart_failure:
    diagnosis: heart_failure
limits:
  grown_up:
    fixed: 18 years
    source: own
  gain_yellow:
    default: 2 kg
    source: own
  fast:
    default: 100 /min
    source: own
values:
  gain:
    rise_in: weight
    within: 3 days
  newest_pulse:
    last_reading: pulse
    last: 60 min
zones:
  weight_gain:
    value: gain
    yellow: above gain_yellow
    summary:
      en: "Weight up {gain}"
rules:
  both:
    when: gain is above gain_yellow and newest_pulse is at least fast
    colour: red
    summary:
      en: "Weight and pulse"
"""
CASES = """\
cases:
  above:
    at: 2026-01-08 08:00
    patient: 74 years, heart_failure
    weight:
      2026-01-05 07:40: 81.0 kg
      2026-01-08 07:30: 83.05 kg
    pulse:
      2026-01-08 07:30: 100 /min
    expect:
      weight_gain: yellow
      both: red
  at the limit:
    like: above
    weight:
      2026-01-05 07:40: 81.0 kg
      2026-01-08 07:30: 83.0 kg
    expect:
      weight_gain: green
      both: not fired
"""
MORE = """\
  slow:
    like: above
    pulse:
      2026-01-08 07:30: 99 /min
    expect:
      both: not fired
  no weight:
    like: above
    weight: none
    expect:
      weight_gain: unknown
      both: unknown
"""


@cache
def once(cases: str, ruleset: str = RULESET) -> Strength:
    with TemporaryDirectory() as folder:
        return measured(Path(folder), cases, ruleset)[0]


def measured(folder: Path, cases: str, ruleset: str = RULESET) -> tuple[Strength, Checked]:
    (folder / "weight-gain.yaml").write_text(ruleset, "utf-8")
    (folder / "weight-gain.test.yaml").write_text(cases, "utf-8")
    checked = check_paths([folder / "weight-gain.yaml"])
    assert () == tuple(each for each in checked.diagnostics if each.is_error)
    return strength(checked, checked.files[0], case_files(checked)[0], tries=400), checked


def told(edit: Edit) -> tuple[int, str, str, str]:
    return edit.place.line, edit.kind, edit.before, edit.after


def test_every_kind_of_small_error_is_put_in(tmp_path: Path) -> None:
    _, checked = measured(tmp_path, CASES)
    condition = "gain is above gain_yellow and newest_pulse is at least fast"
    assert [
        (16, "comparison", "age is at least grown_up", "age is above grown_up"),
        (16, "dropped", "age is at least grown_up", ""),
        (17, "dropped", "has heart_failure", ""),
        (25, "number", "18 years", "19 years"),
        (25, "number", "18 years", "17 years"),
        (28, "number", "2 kg", "2.05 kg"),
        (28, "number", "2 kg", "1.95 kg"),
        (31, "number", "100 /min", "101 /min"),
        (31, "number", "100 /min", "99 /min"),
        (36, "number", "3 days", "4 days"),
        (36, "number", "3 days", "2 days"),
        (39, "number", "60 min", "61 min"),
        (39, "number", "60 min", "59 min"),
        (41, "missing_as_false", "weight_gain", ""),
        (43, "dropped", "yellow", ""),
        (43, "comparison", "above gain_yellow", "at least gain_yellow"),
        (47, "missing_as_false", "both", ""),
        (48, "comparison", condition, condition.replace("above", "at least")),
        (48, "comparison", condition, condition.replace("at least", "above")),
        (48, "joining", condition, condition.replace(" and ", " or ")),
        (48, "dropped", condition, "newest_pulse is at least fast"),
        (48, "dropped", condition, "gain is above gain_yellow"),
    ] == [told(each) for each in edits(checked.files[0])]


def test_an_edit_changes_what_it_says_and_nothing_else(tmp_path: Path) -> None:
    _, checked = measured(tmp_path, CASES)
    lines = RULESET.split("\n")
    for each in edits(checked.files[0]):
        if each.kind != "missing_as_false":
            other = each.applied(lines)
            assert len(lines) - len(other) == (each.whole[1] - each.whole[0] + 1 if each.whole else 0)
            if not each.whole:
                differing = [place for place, line in enumerate(lines) if line != other[place]]
                assert [each.place.line - 1] == differing
                assert lines[differing[0]].replace(each.before, each.after) == other[differing[0]]


def test_what_no_case_notices_is_said_and_what_one_notices_is_not() -> None:
    few, more = once(CASES), once(CASES + MORE)
    passing = {told(each)[2:] for each in few.unnoticed}
    assert {("100 /min", "99 /min"), ("weight_gain", ""), ("has heart_failure", "")} <= passing
    assert ("2 kg", "2.05 kg") not in passing
    assert ("100 /min", "101 /min") not in passing
    gone = passing - {told(each)[2:] for each in more.unnoticed}
    assert {("100 /min", "99 /min"), ("weight_gain", ""), ("both", "")} <= gone
    assert few.noticed < more.noticed
    assert few.share < more.share < 100


def test_the_missing_cases_notice_everything(tmp_path: Path) -> None:
    found, _ = measured(tmp_path, CASES)
    rounds = 0
    cases = CASES
    while found.unnoticed:
        rounds += 1
        assert rounds < 4
        cases += "\n".join(found.missing) + "\n"
        found, checked = measured(tmp_path, cases)
        assert [] == [each.report() for each in run_cases(checked) if not each.is_ok]
    assert 100 == found.share
    assert rounds


def test_the_same_ruleset_gives_the_same_cases(tmp_path: Path) -> None:
    again, _ = measured(tmp_path, CASES)
    assert once(CASES).missing == again.missing


def test_what_has_no_bearing_is_told_apart() -> None:
    twice = RULESET.replace(
        "gain is above gain_yellow and", "gain is above gain_yellow and gain is at least gain_yellow and"
    )
    found = once(CASES + MORE, twice)
    assert "gain is above gain_yellow and newest_pulse is at least fast" in {each.after for each in found.silent}


def test_a_comparison_tells_in_which_states_it_was_seen() -> None:
    few, more = once(CASES), once(CASES + MORE)
    words = "gain is above gain_yellow"
    unseen = {(each.rule, each.words): each.unseen for each in few.clauses}
    assert ("unknown",) == unseen["weight-gain/weight_gain", words]
    assert ("false", "unknown") == unseen["weight-gain/both", "newest_pulse is at least fast"]
    assert () == {(each.rule, each.words): each.unseen for each in more.clauses}["weight-gain/weight_gain", words]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "small errors are noticed"),
        ("nb", "små feil blir lagt merke til"),
        ("nn", "små feil blir lagde merke til"),
    ],
)
def test_it_is_told_in_every_language(language: Language, words: str) -> None:
    found = once(CASES)
    text = as_words([found], language)
    assert words in text.split("\n")[0]
    assert "weight-gain.yaml:31:14: fast: `100 /min` → `99 /min`" in text
    assert all(each in text for each in found.missing)


def test_the_command_writes_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cds.commands.strengthening.strength", partial(strength, tries=400))
    found, _ = measured(tmp_path, CASES)
    path, out = tmp_path / "weight-gain.yaml", tmp_path / "strength.json"
    assert 1 == main(["test", "--strength", "--format", "json", "--out", str(out), str(path)])
    told_of = json.loads(out.read_text("utf-8"))
    unnoticed = {(each["kind"], each["before"], each["after"]) for each in told_of[0]["unnoticed"]}
    assert ("number", "100 /min", "99 /min") in unnoticed
    assert found.noticed == told_of[0]["noticed"]


def test_files_with_errors_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "wrong.yaml").write_text(RULESET.replace("above gain_yellow", "above gain_orange"), "utf-8")
    assert 2 == main(["test", "--strength", str(tmp_path)])
    assert "cds check" in capsys.readouterr().err
