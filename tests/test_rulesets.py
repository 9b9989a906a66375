"""The rulesets that come with cds: their cases on every executor, their texts, sources, and how tight the cases are."""

import os
import re
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cds.cases import CaseFile, CaseResult, case_files, run
from cds.compile import compile_plan
from cds.loading import Checked, check_paths
from cds.plan import NONE, Choice, Constant, Limit, PairedLimit, Plan, Rule
from cds.reading import LoadedFile
from cds.strength import Edit, edits, strength
from cds.strength.measuring import used_by
from cds.strength.trying import Prepared, prepared, rules_by_id
from cds.wording import summary

FOLDER = Path(__file__).parents[1] / "rulesets"
NAMES = sorted(
    each.name.removesuffix(".yaml") for each in FOLDER.glob("*.yaml") if not each.name.endswith(".test.yaml")
)
LANGUAGES = {"nb", "nn", "en"}
HAS_BATCH = all(find_spec(name) for name in ("numpy", "numba", "pyarrow"))
SHARED = Path(os.environ.get("CDS_SHARED", Path(__file__).parents[2] / "shared"))
VKP_CODES = SHARED / "data" / "norway" / "vkp-alert-code-v090.codesystem.xml"

# How far a limit is moved to see whether a case notices: the smallest difference that a clinician would write.
STEPS = {
    "mmHg": 1.0,
    "kg": 0.05,
    "°C": 0.1,
    "/min": 1.0,
    "mmol/L": 0.1,
    "mg/dL": 1.0,
    "mmol/mol": 1.0,
    "INR": 0.1,
    "cm": 1.0,
    "kg/m2": 0.1,
    "points": 1.0,
    "readings": 1.0,
    "days": 1.0,
    "min": 1.0,
    "doses": 1.0,
    "episodes": 1.0,
    "dispenses": 1.0,
    "medicines": 1.0,
    "L": 0.1,
    "L/min": 5.0,
    "hours": 1.0,
    "%": 2.0,
    "years": 1.0,
    "": 1.0,
}


ONLY_SHOWN = "shown in the text alone, and a rule that shows it is unknown when today and yesterday have no reading"
ONLY_COUNTED = "only how many episodes the text tells of: one is enough, and it is one before it ends"

# Small errors that change no status, colour or reason of any patient, ruleset by ruleset, and why.
NO_BEARING = {
    "glucose-sensor": {
        "very_lows: 15 min → 16 min": ONLY_COUNTED,
        "very_lows: 15 min → 14 min": ONLY_COUNTED,
        "long_lows: 15 min → 16 min": ONLY_COUNTED,
        "long_lows: 15 min → 14 min": ONLY_COUNTED,
    },
    "heart-failure-baseline": {
        "newest_pulse: 1 day → 2 day": ONLY_SHOWN,
        "newest_systolic: 1 day → 2 day": ONLY_SHOWN,
        "newest_weight: 1 day → 2 day": ONLY_SHOWN,
    },
    "oxygen-saturation-change": {"current: 1 day → 2 day": ONLY_SHOWN},
    "spirometry-change": {
        "current_fvc: 1 day → 2 day": ONLY_SHOWN,
        "current_fev1: 1 day → 2 day": ONLY_SHOWN,
    },
}


@cache
def checked() -> Checked:
    return check_paths([FOLDER])


@cache
def files() -> dict[str, CaseFile]:
    return {Path(each.file).name.removesuffix(".test.yaml"): each for each in case_files(checked())}


@cache
def alone(name: str) -> Checked:
    """A ruleset with those that it uses, and no others."""
    ruleset = loaded(name)
    used = (ruleset, *used_by(checked(), ruleset))
    return replace(checked(), files=used, plan=compile_plan(used, checked().concepts))


@cache
def results(name: str) -> tuple[CaseResult, ...]:
    return tuple(run(files()[name].cases, alone(name)))


def loaded(name: str) -> LoadedFile:
    return next(each for each in checked().files if each.model.ruleset == name)


def cases() -> list[tuple[str, int, str]]:
    return [(name, place, case.name) for name in NAMES for place, case in enumerate(files()[name].cases)]


def test_nothing_is_wrong_with_them() -> None:
    assert () == checked().diagnostics
    assert set(NAMES) == set(files())
    assert dict.fromkeys(NAMES, ()) == {name: each.diagnostics for name, each in files().items()}


@pytest.mark.parametrize(("name", "place", "case"), cases(), ids=[f"{name}: {case}" for name, _, case in cases()])
def test_case(name: str, place: int, case: str) -> None:
    result = results(name)[place]
    assert case == result.case.name
    assert "" == result.report()
    assert result.is_ok
    assert (("single", "batch") if HAS_BATCH else ("single",)) == result.executors


@pytest.mark.parametrize("name", NAMES)
def test_head(name: str) -> None:
    model = loaded(name).model
    assert "draft" == model.status
    assert "to be named" == model.owner
    assert model.review_by
    assert LANGUAGES == set(model.title) == set(model.intended_use)


@pytest.mark.parametrize("name", NAMES)
def test_every_text_in_every_language(name: str) -> None:
    model = loaded(name).model
    for limit in model.limits.values():
        assert LANGUAGES == set(limit.label)
    for block in (*model.rules.values(), *model.zones.values(), *model.missing.values()):
        texts = [block.summary, block.suggest, block.detail, block.patient, getattr(block, "unconfirmed", {})]
        assert block.summary
        assert all(LANGUAGES == set(each) for each in texts if each)
        assert block.risks
        assert block.vkp
        for each in texts:
            placeholders = {frozenset(re.findall(r"\{[^}]+\}", text)) for text in each.values()}
            assert len(placeholders) <= 1


@pytest.mark.parametrize("name", NAMES)
def test_every_number_has_a_source_and_what_lacks_one_says_so(name: str) -> None:
    model = loaded(name).model
    for limit in model.limits.values():
        assert limit.source in model.sources
    for source in model.sources.values():
        assert source.to_confirm or source.link
    assert model.sources["proposal"].to_confirm


@pytest.mark.parametrize("name", NAMES)
def test_vkp_codes_exist(name: str) -> None:
    if not VKP_CODES.exists():
        pytest.skip(f"{VKP_CODES} is not here")
    codes = {each.get("value") for each in ElementTree.parse(VKP_CODES).iter("{http://hl7.org/fhir}code")}
    model = loaded(name).model
    blocks = (*model.rules.values(), *model.zones.values(), *model.missing.values())
    assert {each.vkp for each in blocks} <= codes


@pytest.mark.parametrize("name", NAMES)
def test_summaries_fit_also_when_they_are_filled(name: str) -> None:
    for result in results(name):
        for finding in result.result.findings:
            for language in LANGUAGES:
                text = summary(finding, language)
                assert len(text) <= 140
                assert "{" not in text


def rules(name: str) -> list[Rule]:
    plan = checked().plan
    assert plan
    return [each for each in plan.rules if each.ruleset == name]


@pytest.mark.parametrize("rule", [rule for name in NAMES for rule in rules(name)], ids=lambda rule: rule.id)
def test_every_rule_is_seen_fired_quiet_unknown_and_not_applicable(rule: Rule) -> None:
    found = {
        each.status for file in files().values() for case in file.cases for each in case.expect if each.rule == rule.id
    }
    assert {"fired", "not_fired", "unknown", "not_applicable"} <= found


@pytest.mark.parametrize("name", NAMES)
def test_clocks_change_in_some_case(name: str) -> None:
    days = {case.at[:10] for case in files()[name].cases}
    assert {each[:7] for each in days} >= {"2026-03", "2026-10"}


def stated(plan: Plan, limit: Limit) -> list[int]:
    """Positions of the numbers that a ruleset states for a limit: one, one for each case, or one for each unit."""
    default = plan.numbers[limit.default]
    if isinstance(default, Choice):
        return [*(number for _, number in default.cases), default.otherwise]
    pairs = [each for each in plan.numbers if isinstance(each, PairedLimit) and plan.numbers[each.limit] is limit]
    return [limit.default, *(each.default for each in pairs)]


def numbers(plan: Plan, name: str) -> list[tuple[str, int, float]]:
    """(limit, position of one of its numbers, by how much it is moved) of a ruleset, up and down."""
    limits = [each for each in plan.numbers if isinstance(each, Limit) and each.default != NONE]
    return [
        (each.name, position, sign * STEPS[plan.numbers[position].unit])
        for each in limits
        if each.ruleset == name
        for position in stated(plan, each)
        for sign in (1.0, -1.0)
    ]


def moved(plan: Plan, position: int, by: float) -> Plan:
    """The plan with one number moved."""
    constant = plan.numbers[position]
    assert isinstance(constant, Constant)
    other = list(plan.numbers)
    other[position] = replace(constant, value=constant.value + by)
    return replace(plan, numbers=tuple(other))


@cache
def patients(name: str) -> tuple[Prepared, ...]:
    return tuple(prepared(files()[name].cases, checked().concepts))


@pytest.mark.parametrize("name", NAMES)
def test_a_case_notices_when_a_number_is_moved(name: str) -> None:
    plan = alone(name).plan
    assert plan
    rules = rules_by_id(plan)
    passing = [
        (limit, by)
        for limit, position, by in numbers(plan, name)
        if not any(each.notices(moved(plan, position, by), rules) for each in patients(name))
    ]
    assert [] == passing


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_every_limit_is_among_the_small_errors(name: str) -> None:
    plan = alone(name).plan
    assert plan
    texts = [each for each in edits(loaded(name)) if each.kind == "number"]
    for limit in {each for each, _, _ in numbers(plan, name)}:
        asked = [each for each, _, _ in numbers(plan, name) if each == limit]
        assert len(asked) == len([each for each in texts if each.name == limit])


def told(edit: Edit) -> str:
    return f"{edit.name}: {edit.before} → {edit.after or 'left out'}"


@pytest.mark.parametrize("name", NAMES)
def test_every_small_error_is_noticed_or_known_to_have_no_bearing(name: str) -> None:
    found = strength(alone(name), loaded(name), files()[name], tries=150)
    assert [] == [told(each) for each in found.unnoticed]
    assert set(NO_BEARING.get(name, {})) == {told(each) for each in found.silent}
