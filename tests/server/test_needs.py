"""Prefetch templates: computed from the rulesets, within what the standard allows, asking for no less than is used."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cds
from cds.api import Ruleset
from cds.lookback import days_back
from cds.operators import OPERATORS
from cds.operators.ask import parameter_vector
from cds.operators.logic import ABOVE
from cds.operators.series import (
    DAYS,
    DAYS_BEFORE,
    FIRST_TIME,
    LOWER,
    MICROSECONDS_PER_DAY,
    MINUTES,
    MONTHS,
    SCRATCH_PER_ROW,
    TEST,
    WINDOW,
    WINDOW_KIND,
    Now,
    Series,
)
from cds.plan import Input, Measure
from cds.server.needs import MARGIN_DAYS, needs_of
from cds.server.prefetch import Answer, gathered

DAY = date(2026, 11, 23)
AT = 1_800_000_000_000_000


def test_a_ruleset_asks_for_what_it_reads_and_no_more(heart_failure: Ruleset) -> None:
    asked = needs_of(heart_failure.plan, heart_failure.concepts).templates(DAY)
    kinds = [re.split(r"[?/]", each)[0] for each in asked.values()]
    assert ["CarePlan", "Condition", "Goal", "Observation", "Patient"] == sorted(kinds)
    (weight,) = [each for key, each in asked.items() if key.startswith("body_weight-")]
    assert "code=27113001,29463-7" in weight


def test_templates_keep_to_what_the_standard_recommends(everything: Ruleset) -> None:
    allowed = re.compile(
        r"(Patient/\{\{context\.patientId\}\}"
        r"|[A-Z]\w+\?patient=\{\{context\.patientId\}\}(&code=[\w.,-]+)?(&status=active)?"
        r"(&_sort=-date)?&_count=1000(&date=ge\d{4}-\d\d-\d\d)?)"
    )
    for template in needs_of(everything.plan, everything.concepts).templates(DAY).values():
        assert allowed.fullmatch(template), template


def test_every_input_of_every_ruleset_is_asked_for_or_has_no_code(everything: Ruleset) -> None:
    needs = needs_of(everything.plan, everything.concepts)
    measures = [each for each in everything.plan.numbers if isinstance(each, Measure)]
    read = {key.partition(".")[0] for each in measures for key in each.input.keys}
    assert read | {"limits"} == {each.name for each in needs.inputs}
    concepts = everything.concepts.by_name
    without_codes = {
        each for each in read if each in concepts and not concepts[each].codes and not concepts[each].parts
    }
    assert without_codes == {each.name for each in needs.inputs if not each.queries}


def test_kinds_that_the_clients_do_not_hold_are_not_asked_for(everything: Ruleset) -> None:
    needs = needs_of(everything.plan, everything.concepts, without={"MedicationStatement", "Goal"})
    assert {"medication_statement", "goal"}.isdisjoint(needs.templates(DAY))
    (medicines,) = [each for each in needs.inputs if each.name == "medicines"]
    assert ("medication_request",) == medicines.queries


def test_a_key_changes_with_its_question_and_not_with_the_day(heart_failure: Ruleset, everything: Ruleset) -> None:
    needs = needs_of(everything.plan, everything.concepts)
    assert needs.templates(DAY).keys() == needs.templates(date(2027, 1, 1)).keys()
    bounded = next(each for each in needs.queries.values() if each.days)
    assert f"date=ge{date.fromordinal(DAY.toordinal() - bounded.days - MARGIN_DAYS)}" in bounded.template(DAY)
    weight = next(each for each in needs_of(heart_failure.plan, heart_failure.concepts).queries if "weight" in each)
    concepts = dict(heart_failure.concepts.by_name)
    codes = (*concepts["body_weight"].codes, ("http://loinc.org", "3141-9"))
    concepts["body_weight"] = replace(concepts["body_weight"], codes=codes)
    other = needs_of(heart_failure.plan, cds.codes.Concepts(concepts))
    assert weight not in other.queries


WINDOWS = [
    (1.0, DAYS),
    (3.0, DAYS),
    (3.0, DAYS_BEFORE),
    (90.0, MINUTES),
    (4320.0, MINUTES),
    (1.0, MONTHS),
    (12.0, MONTHS),
]


@pytest.mark.parametrize("operator", [name for name, each in OPERATORS.items() if each.keeps_to_window])
@given(
    ages=st.lists(st.integers(0, 800 * 24 * 60), max_size=12, unique=True),
    window=st.sampled_from(WINDOWS),
    offset=st.sampled_from([-720, 0, 60, 840]),
)
def test_no_more_than_the_days_back_is_seen(
    operator: str, ages: list[int], window: tuple[float, int], offset: int
) -> None:
    """With what lies further back taken away and not supplied, each of these operators answers the same."""
    vector = parameter_vector({WINDOW: window[0], WINDOW_KIND: window[1], TEST: ABOVE, LOWER: 50.0})
    days = days_back([Measure("m", operator, Input("i", "k"), tuple(vector))])
    assert days is not None
    start = AT - (days + 1) * MICROSECONDS_PER_DAY
    times = sorted(AT - each * 60_000_000 for each in ages)
    answers = [
        _answer(operator, [each for each in times if each >= since], since, vector, offset)
        for since in (FIRST_TIME, start)
    ]
    assert answers[0] == answers[1]


def _answer(operator: str, times: list[int], since: int, vector: list[float], offset: int) -> object:
    values = [float(each // 60_000_000 % 100) for each in times]
    nothing = [0] * len(times)
    series = Series(times, [offset] * len(times), values, values, nothing, nothing, nothing, nothing)
    now = Now(AT, offset, since, [FIRST_TIME], [offset])
    return OPERATORS[operator].function(series, series, now, vector, [], [0.0] * (SCRATCH_PER_ROW * len(times)))


def test_an_operator_that_looks_further_is_asked_for_in_full() -> None:
    vector = parameter_vector({WINDOW: 3.0, WINDOW_KIND: DAYS})
    near = Measure("m", "mean", Input("i", "k"), tuple(vector))
    assert 3 == days_back([near])
    assert None is days_back([near, replace(near, operator="change")])
    assert None is days_back([near, replace(near, bound=((WINDOW, 0),))])
    assert None is days_back([near, replace(near, parameters=tuple(parameter_vector({})))])
    assert None is days_back([])


def test_a_silent_dispenser_is_not_taken_for_one_that_gave_every_dose(everything: Ruleset) -> None:
    needs = needs_of(everything.plan, everything.concepts)
    answers = {key: Answer() for key in needs.queries}
    person = {"resourceType": "Patient", "id": "1"}
    made = gathered(needs, answers, person, "1", "", datetime(2026, 11, 23, tzinfo=UTC))
    assert "doses" not in made.supplied
    assert {True} == {made.supplied[each] for each in ("supply", "events", "conditions", "medicines", "devices")}
