"""What holds for every patient: told by a sweep over values, and the same by a solver that knows nothing of it."""

import json
import os
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds.cases import case_files, run_cases
from cds.cli import main
from cds.codes import Concepts
from cds.compile import compile_plan
from cds.loading import Checked, check_paths, check_texts
from cds.plan import Plan
from cds.strength.measuring import used_by
from cds.verify import Kind, Proven, verify
from cds.verify.filled import with_limits_set
from cds.verify.solver import Solver
from cds.verify.sweep import Sweep
from cds.verify.variables import Variables
from tests.written import ruleset_texts

SHIPPED = Path(__file__).parents[2] / "rulesets"
NAMES = sorted(each.stem for each in SHIPPED.glob("*.yaml") if not each.name.endswith(".test.yaml"))
HEAD = """\
language: 1
ruleset: odd
version: 1.0.0
status: draft
title:
  en: "Odd"
intended_use:
  en: "For the test of proofs."
owner: "nobody"
review_by: 2030-01-01
sources:
  own:
    cite: "None"
    to_confirm: "everything"
inputs:
  blood_pressure: blood_pressure
  pulse: heart_rate
  weight: body_weight
values:
  systolic:
    last_reading: blood_pressure.systolic
    last: 1 day
  beats:
    last_reading: pulse
    last: 1 day
  gain:
    rise_in: weight
    within: 3 days
"""
LIMITS = """\
limits:
  low:
    fixed: 100 mmHg
    source: own
  high:
    fixed: 160 mmHg
    source: own
  higher:
    fixed: 180 mmHg
    source: own
  beyond_life:
    fixed: 900 mmHg
    source: own
  none:
    fixed: 0 mmHg
    source: own
"""


def rule(name: str, when: str) -> str:
    return f'  {name}:\n    when: {when}\n    colour: red\n    summary:\n      en: "{name}"\n'


@cache
def shipped() -> Checked:
    return check_paths([SHIPPED])


def compiled(name: str) -> tuple[Plan, Concepts]:
    checked = shipped()
    file = next(each for each in checked.files if each.model.ruleset == name)
    return compile_plan([file, *used_by(checked, file)], checked.concepts), checked.concepts


def agree(plan: Plan, concepts: Concepts) -> int:
    """How many questions the sweep and the solver answer alike; an undecided one is not asked."""
    variables = Variables(plan, concepts)
    sweep, solver = Sweep(variables), Solver(variables)
    asked = 0
    for one in range(len(plan.rules)):
        told = sweep.fires_ever(one)
        if told != "undecided":
            asked += 1
            assert (one, solver.fires_ever(one)) == (one, told)
    for one, other in combinations(range(len(plan.rules)), 2):
        both = sweep.together(one, other)
        if "undecided" not in both:
            asked += 1
            assert (one, other, solver.together(one, other)) == (one, other, both)
    return asked


@pytest.mark.parametrize("name", NAMES)
def test_sweep_and_solver_agree_on_every_pair_of_shipped_rules(name: str) -> None:
    plan, concepts = compiled(name)
    for each in (plan, with_limits_set(plan)):
        agree(each, concepts)


def test_most_of_the_shipped_rules_need_no_solver() -> None:
    sweeps = [Sweep(Variables(*compiled(name))) for name in NAMES]
    told = [sweep.fires_ever(place) for sweep in sweeps for place in range(len(sweep.variables.plan.rules))]
    assert 0.8 < sum(each != "undecided" for each in told) / len(told)


def test_the_solver_decides_what_is_left() -> None:
    solvers = [Solver(Variables(with_limits_set(plan), concepts)) for plan, concepts in map(compiled, NAMES)]
    told = {solver.fires_ever(place) for solver in solvers for place in range(len(solver.variables.plan.rules))}
    assert "undecided" not in told


@settings(
    max_examples=500 if os.environ.get("CDS_PROFILE") == "long" else 40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_sweep_and_solver_agree_on_any_ruleset(data: st.DataObject) -> None:
    checked = check_texts([(data.draw(ruleset_texts()), "written.yaml", True)])
    assert checked.plan
    agree(with_limits_set(checked.plan), checked.concepts)


def proven(folder: Path, text: str, cases: str = "") -> tuple[tuple[Proven, ...], Checked]:
    (folder / "odd.yaml").write_text(text, "utf-8")
    if cases:
        (folder / "odd.test.yaml").write_text(cases, "utf-8")
    checked = check_paths([folder / "odd.yaml"])
    assert checked.plan, [str(each) for each in checked.diagnostics]
    files = case_files(checked)
    return verify(checked, checked.files[0], files[0] if files else None), checked


def told(found: tuple[Proven, ...]) -> list[tuple[Kind, str, str, str]]:
    return [(each.kind, each.rule, each.other, each.subject) for each in found]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((("a", "systolic is above high"),), []),
        ((("a", "systolic is above beyond_life"),), [("never_fires", "a", "", "")]),
        ((("a", "systolic is above higher and systolic is below high"),), [("never_fires", "a", "", "")]),
        ((("a", "systolic is at least none"),), []),
        (
            (("a", "systolic is above high"), ("b", "not (systolic is at most high)")),
            [("always_together", "a", "b", "")],
        ),
        (
            (("a", "systolic is above high"), ("b", "systolic is below low")),
            [("never_together", "a", "b", "")],
        ),
        (
            (("a", "systolic is from high to higher"),),
            [("silent_at_worst", "a", "", "systolic")],
        ),
        (
            (("a", "systolic is from high to higher"), ("b", "systolic is above higher")),
            [("never_together", "a", "b", "")],
        ),
        ((("a", "systolic is above high and a is known"),), None),
        ((("a", "systolic is unknown and systolic is known"),), [("never_fires", "a", "", "")]),
        ((("a", "systolic is above high"), ("b", "a fires and systolic is below low")), [("never_fires", "b", "", "")]),
        ((("a", "systolic is above beats"),), None),
    ],
    ids=str,
)
def test_what_is_odd_about_rules(
    tmp_path: Path, rules: tuple[tuple[str, str], ...], expected: list[tuple[str, str, str, str]] | None
) -> None:
    text = HEAD + LIMITS + "rules:\n" + "".join(rule(*each) for each in rules)
    if expected is None:  # the checker does not let it through
        assert check_texts([(text, "odd.yaml", False)]).plan is None
    else:
        assert expected == told(proven(tmp_path, text)[0])


CASES = """\
cases:
  high:
    at: 2026-01-08 08:00
    blood_pressure:
      2026-01-08 07:30: 170/80 mmHg
    expect:
      a: red
"""


def test_a_patient_shows_that_nothing_fires_at_the_worst_value(tmp_path: Path) -> None:
    text = HEAD + LIMITS + "rules:\n" + rule("a", "systolic is from high to higher")
    found, _ = proven(tmp_path, text, CASES)
    assert "300" in found[0].value
    (tmp_path / "odd.test.yaml").write_text(CASES + found[0].patient + "\n", "utf-8")
    results = run_cases(check_paths([tmp_path / "odd.yaml"]))
    assert [True, True] == [each.is_ok for each in results]


def test_a_case_shows_that_two_rules_are_one(tmp_path: Path) -> None:
    text = HEAD + LIMITS + "rules:\n" + rule("a", "systolic is above high") + rule("b", "not systolic is at most high")
    cases = CASES.replace("a: red", "a: red\n      b: red")
    assert ["high"] == [each.patient for each in proven(tmp_path, text, cases)[0]]


TURNED = """\
limits:
  gain_yellow:
    default: 2 kg
    allowed: 0.5 to 5 kg
    source: own
  gain_red:
    default: 3 kg
    allowed: 1 to 8 kg
    source: own
zones:
  weight_gain:
    value: gain
    red: above gain_red
    yellow: above gain_yellow
    summary:
      en: "Weight up"
"""


def test_own_limits_that_turn_the_order_are_shown(tmp_path: Path) -> None:
    found, _ = proven(tmp_path, HEAD + TURNED)
    assert [("order_turned", "weight_gain", "gain_yellow", "gain_red")] == told(found)
    assert ["patient_limits:", "gain_red: 1 kg", "gain_yellow: 5 kg"] == [
        line.strip() for line in found[0].patient.split("\n")
    ]


def test_an_order_that_is_kept_is_in_order(tmp_path: Path) -> None:
    kept = TURNED.replace("    allowed: 1 to 8 kg\n", "    allowed: 1 to 8 kg\n    beyond: gain_yellow\n")
    assert [] == told(proven(tmp_path, HEAD + kept)[0])


def test_what_cannot_be_weighed_without_the_solver_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEAD + LIMITS + "rules:\n" + rule("a", "systolic - systolic is above high")
    assert [("never_fires", "a", "", "")] == told(proven(tmp_path, text)[0])
    monkeypatch.setattr("cds.verify.proving._has_solver", lambda: False)
    assert [("undecided", "a", "", "")] == told(proven(tmp_path, text)[0])


@pytest.mark.parametrize(
    ("language", "words"), [("en", "can never fire"), ("nb", "aldri slå til"), ("nn", "aldri slå til")]
)
def test_the_command_tells_it(tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, words: str) -> None:
    (tmp_path / "odd.yaml").write_text(HEAD + LIMITS + "rules:\n" + rule("a", "systolic is above beyond_life"), "utf-8")
    assert 1 == main(["verify", "--lang", language, str(tmp_path)])
    assert words in capsys.readouterr().out
    assert 1 == main(["verify", "--format", "json", str(tmp_path)])
    assert ["never_fires"] == [each["kind"] for each in json.loads(capsys.readouterr().out)["odd"]]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_odd_about_a_shipped_ruleset(name: str) -> None:
    file = next(each for each in shipped().files if each.model.ruleset == name)
    found = verify(shipped(), file)
    assert [] == [each for each in found if each.is_problem]
    assert [] == [each for each in found if each.kind == "undecided"]
