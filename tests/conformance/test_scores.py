"""Published scores, said in the language of rulesets, give the published answers on every executor."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

import cds
from cds import source
from cds.diagnostics import render
from cds.execute.batch import score
from cds.execute.findings import STATUSES
from cds.loading import Checked, check_paths
from cds.operators.reasons import KNOWN
from cds.periods import instant, zone
from cds.plan import Limit, Points
from cds.population import population_of
from tests.conformance.published import (
    NAMES,
    SCORES,
    UNKNOWN,
    Case,
    agrees,
    cases,
    concepts,
    mapping,
    missing,
    name_of,
    patient,
)

no_cases = pytest.mark.skipif(bool(missing()), reason=missing())
each_case = pytest.mark.parametrize(
    "case", [pytest.param(each, id=each.id) for each in cases()] or [pytest.param(None, marks=no_cases)]
)


@dataclass(frozen=True)
class Said:
    """What an executor says of one patient. rules: rule → status, colour, value, unit; numbers: those asked for."""

    rules: dict[str, tuple[str, str, float | None, str]] = field(default_factory=dict)
    numbers: dict[str, float | None] = field(default_factory=dict)


@cache
def checked(name: str) -> Checked:
    return check_paths([SCORES / "rulesets" / f"{name}.yaml"], concepts(name))


@cache
def ruleset(name: str) -> cds.Ruleset:
    plan = checked(name).plan
    assert plan
    return cds.Ruleset(plan)


@cache
def exceptions() -> dict[str, str]:
    """Id of each case that must not agree, and why."""
    file = SCORES / "exceptions.yaml"
    node, found = source.read(file.read_bytes(), file.name)
    assert node is not None and not found
    return {f"{each['guideline']}: {each['case']}": each["reason"] for each in source.plain(node)["exceptions"]}


@cache
def numbers_of(name: str) -> set[str]:
    """Bands and limits that outputs of a mapping ask for by name."""
    return {each["number"] for each in mapping(name)["outputs"].values() if "number" in each}


def alone(name: str, someone: cds.Patient) -> Said:
    said = Said()
    for each in ruleset(name).evaluate(someone, at=mapping(name)["at"], allow_draft=True).findings:
        why = each.explain()
        unit = why.names["value"].unit if "value" in why.names else ""
        said.rules[each.rule.name] = each.status, each.colour, each.value, unit
        shown = {one.name: one.shown for one in why.numbers if one.name in numbers_of(name)}
        said.numbers.update((one, None if each.reason else each.value) for one, each in shown.items())
    return said


def together(name: str, people: Iterable[cds.Patient]) -> list[Said]:
    """The same of many at once, in their order."""
    listed = list(people)
    when = instant(mapping(name)["at"], zone())
    assert when
    plan = ruleset(name).plan
    found = score(plan, population_of([each.facts for each in listed]), when[0], keep=list(STATUSES), watch=True)
    public = ruleset(name).score(listed, at=mapping(name)["at"], allow_draft=True)
    assert public.status.tolist() == found.status.tolist()
    said = [Said() for _ in listed]
    for row, place in zip(found.table(everything=True).to_pylist(), found.rows.patient, strict=True):
        said[place].rules[row["rule"]] = row["status"], row["colour"], row["value"], row["unit"] or ""
    assert found.numbers
    for position, number in enumerate(plan.numbers):
        if isinstance(number, Limit | Points) and number.name in numbers_of(name):
            for place, one in enumerate(said):
                is_known = found.numbers.reason[position, place] == KNOWN
                one.numbers[number.name] = float(found.numbers.value[position, place]) if is_known else None
    return said


@cache
def in_batch(name: str) -> dict[str, Said]:
    """Every case of a guideline, scored as one population."""
    listed = [each for each in cases() if name_of(each.guideline) == name]
    return dict(zip([each.id for each in listed], together(name, map(patient, listed)), strict=True))


def answer(said: Said, rule: Mapping[str, Any]) -> tuple[Any, str]:
    """The number or word that an output of a mapping names, and its unit; UNKNOWN when it cannot be told."""
    match rule:
        case {"number": name}:
            return _known(said.numbers[name]), ""
        case {"value_of": name}:
            return _known(said.rules[name][2]), said.rules[name][3]
        case {"colour_of": name}:
            status, colour, _, _ = said.rules[name]
            return colour if status in ("fired", "not_fired") else UNKNOWN, ""
        case {"first_that_fires": names}:
            decided = (each for each in names if said.rules[each][0] != "not_fired")
            first = next(decided, "none")
            return first if first == "none" or said.rules[first][0] == "fired" else UNKNOWN, ""
        case _:
            raise AssertionError(f"nothing is known of {rule}")


def _known(value: float | None) -> float | str:
    return UNKNOWN if value is None else value


def differences(case: Case, said: Said, or_unknown: bool = False) -> dict[str, tuple[Any, Any]]:
    """Element → what was published, and what came instead."""
    rules = mapping(name_of(case.guideline))["outputs"]
    wrong: dict[str, tuple[Any, Any]] = {}
    for element, expected in case.expected.items():
        if element in rules:
            found, unit = answer(said, rules[element])
            is_right = agrees(expected, found, unit, rules[element].get("codes")) or (or_unknown and found == UNKNOWN)
            wrong |= {} if is_right else {element: (expected, found)}
    return wrong


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wrong_with_the_ruleset(name: str) -> None:
    found = checked(name)
    assert not found.diagnostics, "\n".join(render(each, found.lines) for each in found.diagnostics)


@each_case
def test_every_element_of_a_case_is_mapped_or_left_out_for_a_reason(case: Case) -> None:
    rules = mapping(name_of(case.guideline))
    left_out = rules.get("left_out", {}).keys()
    assert case.given.keys() <= rules["inputs"].keys() | left_out
    assert case.expected.keys() <= rules["outputs"].keys() | left_out
    assert case.expected.keys() & rules["outputs"].keys()


@each_case
def test_a_case_gives_what_was_published(case: Case) -> None:
    name, someone = name_of(case.guideline), patient(case)
    said = alone(name, someone)
    # No score asks for the diastolic pressure, and no case gives it.
    assert [] == [each for each in someone.issues if each.place != "readings.blood_pressure[0].diastolic"]
    assert said == in_batch(name)[case.id]
    if case.id in exceptions():
        pytest.skip(exceptions()[case.id])
    assert {} == differences(case, said)


@each_case
def test_what_was_not_handed_over_never_gives_another_answer(case: Case) -> None:
    if case.id in exceptions():
        pytest.skip(exceptions()[case.id])
    name = name_of(case.guideline)
    told = [element for element in case.given if element in mapping(name)["inputs"]]
    said = together(name, [patient(case, without=element) for element in told])
    found = {element: differences(case, one, or_unknown=True) for element, one in zip(told, said, strict=True)}
    assert {} == {element: wrong for element, wrong in found.items() if wrong}


@no_cases
def test_the_exceptions_are_just_the_cases_that_differ() -> None:
    """One that comes to agree must leave the list; one that this folder does not hold says nothing."""
    differing = {each.id for each in cases() if differences(each, in_batch(name_of(each.guideline))[each.id])}
    assert exceptions().keys() & {each.id for each in cases()} == differing


@no_cases
def test_every_guideline_has_a_ruleset_and_every_ruleset_a_guideline() -> None:
    assert set(NAMES) == {name_of(each.guideline) for each in cases()}
    assert set(NAMES) == {each.stem for each in (SCORES / "rulesets").glob("*.yaml")}
    assert {each.stem for each in (SCORES / "concepts").glob("*.yaml")} <= set(NAMES)
