"""One patient at a moment: three-valued logic, what a result offers, what an explanation holds, and that it is safe.

What operators and words mean is in `language/*.yaml`; this is about the executor and its result.
"""

import pickle
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from cds.execute.explain import evaluate
from cds.execute.single import Evaluation
from cds.operators.logic import both, either, negate
from cds.operators.reasons import FALSE, NOT_COMPUTABLE, NOT_SET, NOT_SUPPLIED, TRUE, Reason
from cds.patient import Patient
from cds.periods import instant, zone
from cds.plan import (
    NONE,
    And,
    Condition,
    Constant,
    Fact,
    Fires,
    Head,
    IsKnown,
    IsTrue,
    Level,
    Limit,
    Not,
    Or,
    Plan,
    Points,
    Rule,
    Wording,
)
from cds.result import Finding

RULESETS = Path(__file__).parents[1] / "rulesets"
OSLO = zone()


def moment(text: str) -> int:
    found = instant(text, OSLO)
    assert found
    return found[0]


# three values

STATES = {"F": FALSE, "T": TRUE, "U": NOT_SUPPLIED, "V": NOT_COMPUTABLE, "N": NOT_SET}
AND = """\
    F T U V N
  F F F F F F
  T F T U V N
  U F U U U N
  V F V V V N
  N F N N N N
"""
OR = """\
    F T U V N
  F F T U V F
  T T T T T T
  U U T U U U
  V V T V V V
  N F T U V N
"""
NOT = {"F": "T", "T": "F", "U": "U", "V": "V", "N": "N"}


def table(text: str) -> dict[tuple[str, str], str]:
    """(left, right) -> what they come to; U and V are two different reasons, N is not set."""
    head, *lines = [line.split() for line in text.splitlines()]
    return {(line[0], right): word for line in lines for right, word in zip(head, line[1:], strict=True)}


@pytest.mark.parametrize(("left", "right"), list(product(STATES, STATES)))
def test_tables(left: str, right: str) -> None:
    assert STATES[table(AND)[left, right]] == both(STATES[left], STATES[right])
    assert STATES[table(OR)[left, right]] == either(STATES[left], STATES[right])


@pytest.mark.parametrize("state", STATES)
def test_not(state: str) -> None:
    assert STATES[NOT[state]] == negate(STATES[state])


# A number that says each state: 0, 1, the age of nobody, points of a value in no band, a limit that is not set.
NUMBERS = (
    Constant("no", 0.0),
    Constant("yes", 1.0),
    Fact("age"),
    Points("points", 0, ((5.0, True, 9.0, True, 1.0),)),
    Limit("unset", "made", NONE, ""),
)
PARTS: dict[str, Condition] = {state: IsTrue(place) for place, state in enumerate(STATES)}
WORDING = Wording({"en": "{value}"})


def made(*rules: Rule) -> Plan:
    return Plan((Head("made", "1.0.0", "draft", {}, {}, ""),), NUMBERS, rules, "")


def rule(name: str, *levels: Level, applies: Condition | None = None, **more: Any) -> Rule:
    return Rule("made", name, more.pop("kind", "rule"), applies or And(()), levels, WORDING, **more)


def nobody() -> Patient:
    return Patient("nobody", OSLO, {})


def state_of(condition: Condition) -> tuple[int, Condition | None]:
    return Evaluation(made(), nobody(), 0).state(condition)


@pytest.mark.parametrize("states", list(product(STATES, repeat=3)), ids="".join)
def test_conditions_of_three_parts_are_those_of_two_twice(states: tuple[str, str, str]) -> None:
    first, second, third = states
    parts = tuple(PARTS[each] for each in states)
    expected = table(AND)[table(AND)[first, second], third]
    assert STATES[expected] == state_of(And(parts))[0]
    expected = table(OR)[table(OR)[first, second], third]
    assert STATES[expected] == state_of(Or(parts))[0]
    assert STATES[NOT[expected]] == state_of(Not(Or(parts)))[0]


@pytest.mark.parametrize("states", list(product(STATES, repeat=3)), ids="".join)
def test_the_first_part_that_says_what_the_whole_says_decides(states: tuple[str, str, str]) -> None:
    parts = tuple(PARTS[each] for each in states)
    for whole in (And(parts), Or(parts)):
        state, leaf = state_of(whole)
        word = next(key for key, each in STATES.items() if each == state)
        assert PARTS[word if word in states else states[0]] is leaf


def test_an_empty_and_holds_and_nothing_decided_it() -> None:
    assert (TRUE, None) == state_of(And(()))


def test_is_known_is_never_unknown() -> None:
    assert [TRUE, TRUE, FALSE, FALSE, FALSE] == [state_of(IsKnown(place))[0] for place in range(len(NUMBERS))]


# what a rule comes to


def finding(*rules: Rule) -> Finding:
    """The last rule's finding."""
    return evaluate(made(*rules), nobody(), 0).findings[-1]


@pytest.mark.parametrize(
    ("state", "status", "reason"),
    [
        ("T", "fired", None),
        ("F", "not_applicable", None),
        ("U", "unknown", Reason.not_supplied),
        ("V", "unknown", Reason.not_computable),
        ("N", "not_applicable", Reason.not_set),
    ],
)
def test_applies(state: str, status: str, reason: Reason | None) -> None:
    found = finding(rule("one", Level("red", PARTS["T"]), applies=PARTS[state]))
    assert (status, reason) == (found.status, found.reason)


LEVELS = """\
red orange  kind  → status         colour reason         uncertain
T   T       zone  → fired          red    -              no
T   U       zone  → fired          red    -              no
F   T       zone  → fired          orange -              no
U   T       zone  → fired          orange not_supplied   yes
N   T       zone  → fired          orange -              no
F   F       zone  → not_fired      green  -              no
F   F       rule  → not_fired      -      -              no
F   U       zone  → unknown        -      not_supplied   no
U   F       zone  → unknown        -      not_supplied   no
U   V       zone  → unknown        -      not_supplied   no
V   U       zone  → unknown        -      not_computable no
N   F       zone  → not_fired      green  -              no
F   N       zone  → not_fired      green  -              no
N   U       zone  → unknown        -      not_supplied   no
N   N       zone  → not_applicable -      not_set        no
N   N       rule  → not_applicable -      not_set        no
"""


@pytest.mark.parametrize("line", LEVELS.splitlines()[1:])
def test_levels(line: str) -> None:
    red, orange, kind, _, status, colour, reason, uncertain = line.split()
    found = finding(rule("one", Level("red", PARTS[red]), Level("orange", PARTS[orange]), kind=kind))
    assert (status, colour.strip("-")) == (found.status, found.colour)
    assert reason == (found.reason.name if found.reason else "-")
    assert (uncertain == "yes") == found.uncertain


@pytest.mark.parametrize("state", STATES)
def test_confirmed(state: str) -> None:
    found = finding(rule("one", Level("red", PARTS["T"], PARTS[state])))
    assert ("fired" if state == "T" else "unconfirmed") == found.status
    assert "red" == found.colour


@pytest.mark.parametrize("state", "FUVN")
def test_what_does_not_hold_needs_no_confirming(state: str) -> None:
    with_it = finding(rule("one", Level("red", PARTS[state], PARTS["T"])))
    without = finding(rule("one", Level("red", PARTS[state])))
    assert (with_it.status, with_it.reason) == (without.status, without.reason)


OTHERS = {
    "fired": Level("yellow", PARTS["T"]),
    "not_fired": Level("yellow", PARTS["F"]),
    "unconfirmed": Level("yellow", PARTS["T"], PARTS["F"]),
    "unknown": Level("yellow", PARTS["U"]),
    "not_applicable": Level("yellow", PARTS["N"]),
}


@pytest.mark.parametrize(
    ("other", "fires", "silenced"),
    [
        ("fired", ("fired", None), ("unknown", Reason.silenced)),
        ("not_fired", ("not_fired", None), ("fired", None)),
        ("unconfirmed", ("unknown", Reason.unconfirmed), ("unknown", Reason.unconfirmed)),
        ("unknown", ("unknown", Reason.not_supplied), ("unknown", Reason.not_supplied)),
        ("not_applicable", ("not_fired", None), ("fired", None)),
    ],
)
def test_rules_that_lean_on_another(
    other: str, fires: tuple[str, Reason | None], silenced: tuple[str, Reason | None]
) -> None:
    first = rule("first", OTHERS[other])
    found = finding(first, rule("second", Level("red", Fires(0))))
    assert fires == (found.status, found.reason)
    found = finding(first, rule("second", Level("red", PARTS["T"]), unknown_while=(0,)))
    assert silenced == (found.status, found.reason)
    for level in ("fired", "unconfirmed"):
        found = finding(first, rule("second", OTHERS[level], hidden_by=(0,)))
        assert ("made/first" if other == "fired" else "") == found.hidden_by
        assert level == found.status
    assert "" == finding(first, rule("second", OTHERS["unknown"], hidden_by=(0,))).hidden_by


def test_the_first_of_several_that_says_something_counts() -> None:
    rules = [rule(name, level) for name, level in OTHERS.items()]
    places = {name: place for place, name in enumerate(OTHERS)}
    order = [places[each] for each in ("not_fired", "unknown", "fired")]
    found = finding(*rules, rule("last", Level("red", PARTS["T"]), unknown_while=tuple(order)))
    assert ("unknown", Reason.not_supplied) == (found.status, found.reason)
    found = finding(*rules, rule("last", Level("red", PARTS["T"]), unknown_while=tuple(order[::-1])))
    assert ("unknown", Reason.silenced) == (found.status, found.reason)


def test_age_in_whole_years_and_sex() -> None:
    plan = Plan((Head("made", "1.0.0", "draft", {}, {}, ""),), (Fact("age"), Fact("sex")), (), "")

    def facts(born: date | None, sex: str, at: str) -> list[tuple[float, int]]:
        evaluation = Evaluation(plan, Patient("1", OSLO, {}, born, sex), moment(at))
        return [evaluation.number(0), evaluation.number(1)]

    assert [(17.0, 0), (1.0, 0)] == facts(date(2008, 1, 16), "female", "2026-01-15 23:59")
    assert [(18.0, 0), (2.0, 0)] == facts(date(2008, 1, 16), "male", "2026-01-16 00:00")
    assert [(17.0, 0), (3.0, 0)] == facts(date(2008, 2, 29), "other", "2026-02-28 23:59")
    assert [(18.0, 0), (0.0, NOT_SUPPLIED)] == facts(date(2008, 2, 29), "", "2026-03-01 00:00")
    assert (20.0, 0) == facts(date(2008, 2, 29), "", "2028-02-29 00:00")[0]
    assert [(0.0, NOT_SUPPLIED), (0.0, NOT_SUPPLIED)] == facts(None, "", "2026-01-15 08:00")


def test_a_number_that_is_not_finite_is_not_computable() -> None:
    numbers = (Constant("huge", 1e308), Constant("limitless", float("inf")), Constant("nothing", float("nan")))
    plan = Plan((), numbers, (), "")
    evaluation = Evaluation(plan, nobody(), 0)
    assert [(1e308, 0), (0.0, NOT_COMPUTABLE), (0.0, NOT_COMPUTABLE)] == [evaluation.number(each) for each in range(3)]


def test_a_plan_is_pickled_as_it_was_made_however_often_it_was_used() -> None:
    plan = made(rule("one", Level("red", PARTS["T"])))
    unused = pickle.dumps(plan)
    found = evaluate(plan, nobody(), 0)
    assert unused == pickle.dumps(plan)
    assert found == evaluate(pickle.loads(unused), nobody(), 0)
