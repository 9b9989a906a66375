"""Which finding does what to which: the default pass on rulesets, and durable-rules held against it in processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import cds
from cds.api import ruleset_of
from cds.diagnostics import CdsError
from cds.execute.live import durable
from cds.execute.live.chain import ChainRule, Link, Premise, program_of
from cds.loading import check_texts

TOP = Path(__file__).parents[2]
EXAMPLES = 300 if os.environ.get("CDS_PROFILE") == "long" else 25
HAS_DURABLE = sys.version_info < (3, 13)

RULESET = """\
language: 1
ruleset: pulse
version: 1.0.0
status: draft
title:
  en: Pulse
inputs:
  pulse: heart_rate
limits:
  very_fast:
    default: 130 /min
  fast:
    default: 110 /min
values:
  pulse_now:
    last_reading: pulse
    within: 2 days
rules:
  racing:
    when: pulse_now is above very_fast
    colour: red
    summary:
      en: "Racing"
  quick:
    when: pulse_now is above fast
    hidden_by: racing
    colour: orange
    summary:
      en: "Quick"
  busy:
    when: quick fires
    colour: yellow
    summary:
      en: "Busy"
  restless:
    when: pulse_now is above fast
    unknown_while: racing
    colour: yellow
    summary:
      en: "Restless"
"""


def links(pulse: float | None, engine: str = "own") -> list[tuple[str, str, str]]:
    ruleset = ruleset_of(check_texts([(RULESET, "pulse.yaml", True)]))
    rows = [] if pulse is None else [{"value": pulse, "unit": "/min", "time": "2026-01-15T12:00"}]
    patient = cds.Patient.from_dict({"id": "1", "readings": {"heart_rate": rows}})
    result = ruleset.evaluate(patient, at="2026-01-15T12:00", allow_draft=True)
    found = ruleset.chain(engine).links(result)  # type: ignore[arg-type]
    assert all(isinstance(each, Link) for each in found)
    return [(each.tie, each.by.removeprefix("pulse/"), each.on.removeprefix("pulse/")) for each in found]


ENGINES = ["own", pytest.param("durable", marks=pytest.mark.skipif(not HAS_DURABLE, reason="durable-rules: < 3.13"))]


@pytest.mark.parametrize("engine", ENGINES)
def test_what_findings_do_to_each_other(engine: str) -> None:
    hides, brings = ("hides", "racing", "quick"), ("brings about", "quick", "busy")
    silences = ("silences", "racing", "restless")
    assert [hides, brings, ("leads to", "racing", "busy"), silences] == links(140, engine)
    assert [brings] == links(120, engine)
    assert [] == links(80, engine)
    assert [silences] == links(None, engine)


HELD_AGAINST = """
import sys
from dataclasses import replace
from random import Random
from types import SimpleNamespace
from hypothesis import given, settings
from hypothesis import strategies as st
import cds
from cds.execute.live.chain import OwnPass, program_of
from cds.execute.live.durable import DurableFacts
from cds.plan import Fires

SHIPPED = cds.load("rulesets").plan

def plan(pick):
    "Rules with any ties to those before them, or what ships."
    if pick.random() < 0.2:
        return SHIPPED
    rules = []
    for on in range(pick.randint(2, 7)):
        some = lambda: tuple(pick.sample(range(on), pick.randint(0, min(on, 2))))
        rule = replace(SHIPPED.rules[0], name=str(on), hidden_by=some(), unknown_while=some(), clear_when=None)
        rules.append(replace(rule, applies=Fires(pick.randrange(on)) if on and pick.random() < 0.3 else rule.applies))
    return SimpleNamespace(rules=rules)

@settings(max_examples=int(sys.argv[1]), deadline=None, database=None, derandomize=True)
@given(st.integers(0, 2**32))
def check(seed):
    pick = Random(seed)
    made = plan(pick)
    program, keys = program_of(made), [f"r{each}" for each in range(len(made.rules))]
    own, durable = OwnPass(program), DurableFacts(program)
    facts, log = dict.fromkeys(keys, 0), []
    for step in range(12):
        for key in pick.sample(keys, pick.randint(1, len(keys))):
            facts[key] = pick.randrange(4)
        log.append(dict(facts))
        assert own.derived(facts) == durable.derived(facts)
        if step % 5 == 0:  # restored from the log
            restored = [DurableFacts(program)]
            assert own.derived(facts) == [restored[0].derived(each) for each in log][-1]

check()
print("same")
"""


@pytest.mark.skipif(not HAS_DURABLE, reason="durable-rules runs on Python below 3.13")
@pytest.mark.parametrize("perturbed", ["0", "165"])
def test_durable_rules_say_the_same(perturbed: str) -> None:
    """Any facts, come and gone, on any program and the shipped one; also where memory that was freed is spoiled."""
    environment = {**os.environ, "PYTHONPATH": str(TOP), "MALLOC_PERTURB_": perturbed}
    command = [sys.executable, "-c", HELD_AGAINST, str(EXAMPLES)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=TOP, env=environment, check=False, timeout=300)
    assert (0, "same\n") == (done.returncode, done.stdout), done.stderr


def rule(number: int, first: str, second: str) -> ChainRule:
    return ChainRule(f"t{number}", (Premise(first, 1), Premise(second, 1)), "hides", 0, number)


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ([rule(each, "r0", f"r{each + 1}") for each in range(61)], "more ties than"),
        ([rule(1, "costarring", "liquid")], "by a hash"),
    ],
)
def test_what_it_cannot_be_trusted_with_is_refused(program: list[ChainRule], says: str) -> None:
    with pytest.raises(CdsError, match=says):
        durable.check_usable(program)


def test_a_locale_with_a_decimal_comma_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locale.localeconv", lambda: {"decimal_point": ","})
    with pytest.raises(CdsError, match="decimal comma"):
        durable.check_usable([])


def test_without_the_package_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "durable.engine", None)
    with pytest.raises(CdsError, match=r"cds-engine\[durable\]|3\.13"):
        cds.load(TOP / "rulesets" / "heart-failure-weight.yaml").chain("durable")


@pytest.mark.skipif(not HAS_DURABLE, reason="durable-rules runs on Python below 3.13")
@pytest.mark.parametrize("value", [True, 0.5, 4, -1])
def test_only_small_whole_numbers_reach_it(value: int) -> None:
    with pytest.raises(CdsError, match="whole numbers"):
        durable.DurableFacts([rule(0, "r0", "r1")]).derived({"r0": value})


def test_the_program_of_what_ships_is_within_its_limits() -> None:
    durable.check_usable(program_of(cds.load(TOP / "rulesets").plan))
