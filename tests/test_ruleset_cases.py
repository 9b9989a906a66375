"""What the cases of the shipped rulesets show of every rule: limits of a plan, missing data, and changes of the clock.

Cases are also told again, moved to a day of 23 or 25 hours, or with the general limits written into the patient's own
plan: every rule must then say what its case expects.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from cds.adapters.records import patient_from_dict
from cds.cases import Case
from cds.execute.single import Evaluation, Verdict
from cds.operators.reasons import KNOWN, Reason
from cds.operators.series import DAYS, DAYS_BEFORE, FRESH_KIND, MINUTES, MONTHS, WINDOW, WINDOW_KIND
from cds.periods import instant, zone
from cds.plan import (
    NONE,
    And,
    Compare,
    Condition,
    Measure,
    Not,
    Or,
    Plan,
    Rule,
    numbers_behind,
)
from tests.test_rulesets import NAMES, STEPS, checked, files

SHORT_DAY, LONG_DAY = date(2026, 3, 29), date(2026, 10, 25)
MINUTES_PER_DAY = 1440.0
BY_THE_CALENDAR = ("change", "percent_of_time")  # months, or time between readings


@cache
def plan() -> Plan:
    found = checked().plan
    assert found
    return found


@cache
def places() -> Mapping[str, int]:
    return {rule.id: place for place, rule in enumerate(plan().rules)}


@cache
def measures_of(place: int) -> tuple[Measure, ...]:
    found = (plan().numbers[each] for each in numbers_behind(plan(), conditions(plan().rules[place])))
    return tuple(each for each in found if isinstance(each, Measure) and each.operator != "active")


def conditions(rule: Rule) -> list[Any]:
    confirmed = [each.confirmed for each in rule.levels if each.confirmed is not None]
    return [*(each.condition for each in rule.levels), *confirmed]


def evaluated(case: Case, record: Mapping[str, Any], at: str = "") -> Evaluation:
    moment = instant(at or case.at, zone(case.zone))
    assert moment
    return Evaluation(plan(), patient_from_dict(record, concepts=checked().concepts), moment[0])


def differing(case: Case, evaluation: Evaluation, without: frozenset[str] = frozenset()) -> list[str]:
    """What the rules say that is not what the case expects; `without`: rules that are not asked."""
    asked = [each for each in case.expect if each.rule not in without]
    said = {each.rule: evaluation.verdict(places()[each.rule]) for each in asked}
    return [
        f"{case.name}: {each.words}, {each.rule} is {said[each.rule].status} {said[each.rule].colour}"
        for each in asked
        if not is_expected(each.status, each.colour, said[each.rule])
    ]


def is_expected(status: str, colour: str, said: Verdict) -> bool:
    return status == said.status and colour in ("", said.colour)


@pytest.mark.parametrize("name", NAMES)
def test_cases_come_out_alike_beside_all_other_rulesets(name: str) -> None:
    assert [] == [each for case in files()[name].cases for each in differing(case, evaluated(case, case.record))]


# A change of the clock


def counts_days(place: int) -> bool:
    """Whether a rule looks at civil days; months differ in length, so that moved readings may lie outside."""
    kinds = {int(each.parameters[slot]) for each in measures_of(place) for slot in (WINDOW_KIND, FRESH_KIND)}
    return bool(kinds & {DAYS, DAYS_BEFORE}) or any(each.operator == "absent" for each in measures_of(place))


def counts_time(place: int) -> bool:
    """Whether a rule counts elapsed time over a night, or months."""
    return any(
        each.operator in BY_THE_CALENDAR
        or int(each.parameters[WINDOW_KIND]) == MONTHS
        or (int(each.parameters[WINDOW_KIND]) == MINUTES and each.parameters[WINDOW] >= MINUTES_PER_DAY)
        for one in (place, *plan().rules[place].unknown_while)
        for each in measures_of(one)
    )


def moved(case: Case, day: date) -> Mapping[str, Any] | None:
    """The case's patient with everything so many days later that the case is told on `day`; None where that cannot be.

    It cannot where a time has an offset of its own, or stands where the clock changes.
    """
    by = day - date.fromisoformat(case.at[:10])
    text = json.dumps(case.record)
    if re.search(r"T\d\d:\d\d[^\"]*(Z|[+-]\d\d:\d\d)\"", text):
        return None
    told = re.sub(r"\b\d{4}-\d\d-\d\d", lambda each: str(date.fromisoformat(each[0]) + by), text)
    return None if re.search(f"{day}[ T]0[23]:", told) else json.loads(told)


def age_in(record: Mapping[str, Any], at: str) -> int:
    """Whole years at a moment; -1 when the birth date is not known."""
    born, today = date.fromisoformat(record.get("birth_date", "9999-01-01")), date.fromisoformat(at[:10])
    return max(-1, today.year - born.year - ((today.month, today.day) < (born.month, born.day)))


@cache
def told_again(name: str, day: date) -> tuple[frozenset[str], tuple[str, ...]]:
    """Rules decided as their case expects when it is told on another day, and what came otherwise."""
    decided: set[str] = set()
    wrong: list[str] = []
    elapsed = frozenset(each.id for place, each in enumerate(plan().rules) if counts_time(place))
    for case in files()[name].cases:
        near = any(abs(date.fromisoformat(case.at[:10]) - each) < timedelta(30) for each in (SHORT_DAY, LONG_DAY))
        record = None if near else moved(case, day)
        at = f"{day}{case.at[10:]}"
        if record and age_in(record, at) == age_in(case.record, case.at):
            wrong += differing(case, evaluated(case, record, at), elapsed)
            decided |= {each.rule for each in case.expect if each.status in ("fired", "not_fired")}
    return frozenset(decided - elapsed), tuple(wrong)


def written_for(name: str, day: date) -> frozenset[str]:
    """Rules of which a case says, within two weeks after the clock changed, that they fire or do not."""
    return frozenset(
        each.rule
        for case in files()[name].cases
        if timedelta(0) <= date.fromisoformat(case.at[:10]) - day < timedelta(14)
        for each in case.expect
        if each.status in ("fired", "not_fired")
    )


@pytest.mark.parametrize("day", [SHORT_DAY, LONG_DAY], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_cases_come_out_alike_where_the_clock_changes(name: str, day: date) -> None:
    decided, wrong = told_again(name, day)
    assert () == wrong
    asked = {rule.id for place, rule in enumerate(plan().rules) if rule.ruleset == name and counts_days(place)}
    assert set() == asked - decided - written_for(name, day)


# A patient's own limits


def in_own_plan(name: str, case: Case, evaluation: Evaluation) -> list[dict[str, Any]]:
    """A ruleset's general limits as entries of the patient's plan, where it has none of that name."""
    own = {each["limit"] for each in case.record["limits"]}
    found: list[dict[str, Any]] = []
    for limit in plan().limits.values():
        if limit.ruleset != name or limit.fixed or limit.default == NONE or limit.name in own:
            continue
        value, reason = evaluation.number(limit.default)
        if reason == KNOWN:
            entry = {"limit": limit.name, "value": value, "unit": limit.unit, "ruleset": name}
            found.append(entry | {"author": "Kari Lege", "from": "2020-01-01"})
    return found


@pytest.mark.parametrize("name", NAMES)
def test_general_limits_in_the_patients_own_plan_say_the_same_and_are_the_patients(name: str) -> None:
    fired: set[str] = set()
    for case in files()[name].cases:
        if "mg/dL" in json.dumps(case.record):  # a limit of the plan has one unit, a general one may have two
            continue
        entries = in_own_plan(name, case, evaluated(case, case.record))
        evaluation = evaluated(case, {**case.record, "limits": [*case.record["limits"], *entries]})
        written = {each["limit"] for each in entries}
        assert [] == differing(case, evaluation)
        for each in case.expect:
            verdict = evaluation.verdict(places()[each.rule])
            limit = evaluation.stated(evaluation.shown(plan().rules[places()[each.rule]], verdict)[1])
            origin = evaluation.origin(limit) if verdict.status == "fired" and may_be_own(limit) else None
            if origin:
                assert "patient" == origin.kind or plan().limits[limit].name not in written
                fired |= {each.rule} if origin.kind == "patient" else set()
    asked = {each.id for each in plan().rules if each.ruleset == name and is_by_own_limits(each)}
    assert set() == asked - fired


def may_be_own(position: int) -> bool:
    limit = plan().limits.get(position)
    return limit is not None and not limit.fixed


def is_by_own_limits(rule: Rule) -> bool:
    """Whether all that the rule compares it compares with limits that a patient may have."""
    tests = list(comparisons(rule))
    return bool(tests) and all(may_be_own(each.right) for each in tests)


def comparisons(rule: Rule) -> Iterator[Compare]:
    """The comparisons that a rule makes."""
    waiting: list[Condition] = [each.condition for each in rule.levels]
    while waiting:
        match waiting.pop():
            case And(parts) | Or(parts):
                waiting += parts
            case Not(part):
                waiting.append(part)
            case Compare() as test:
                yield test
            case _:
                pass


def only_by_a_plan() -> Iterator[tuple[str, str, float]]:
    """(ruleset, limit, by how much it is moved) of the limits that have no general number."""
    for limit in plan().limits.values():
        if limit.default == NONE:
            yield from ((limit.ruleset, limit.name, sign * STEPS[limit.unit]) for sign in (1.0, -1.0))


@pytest.mark.parametrize(("ruleset", "limit", "by"), list(only_by_a_plan()), ids=str)
def test_a_case_notices_when_a_limit_of_the_plan_is_moved(ruleset: str, limit: str, by: float) -> None:
    def changed(case: Case) -> Mapping[str, Any]:
        entries = [
            each | {"value": each["value"] + by} if each["limit"] == limit else each for each in case.record["limits"]
        ]
        return {**case.record, "limits": entries}

    cases = [each for each in files()[ruleset].cases if any(limit == one["limit"] for one in each.record["limits"])]
    assert any(differing(each, evaluated(each, changed(each))) for each in cases)


# Missing data


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_is_unknown_where_data_are_missing(name: str) -> None:
    asked = {rule.id for place, rule in enumerate(plan().rules) if rule.ruleset == name and measures_of(place)}
    seen = {
        each.rule
        for case in files()[name].cases
        for each in case.expect
        if each.status == "unknown" and each.reason not in (Reason.limit_invalid, Reason.limit_expired)
    }
    assert set() == asked - seen
