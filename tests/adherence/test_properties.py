"""What holds for every table: bad rows stay with their patient, the future changes nothing, executors agree."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds import adherence
from cds.adherence import Carry, Discontinuation, Sliding, Window
from tests.adherence.tables import BAD, CARRIES, COLUMNS, FIRST, FOLLOW_UP, OBSERVATIONS, TABLES, Row, row

pytest.importorskip("numba")

MEASURES = tuple(f"CMA{number}" for number in range(1, 10))
GAPS = st.builds(
    Discontinuation, st.sampled_from([30, "2 months", "50 %"]), st.booleans(), st.booleans(), st.booleans()
)


def everything(
    table: list[Row], observation: Window, carry: Carry, gap: Discontinuation, executor: Any, at: Any = None
) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of every function, as they print; the numbers of rows in the table left out."""
    asked: Any = {"carry": carry, "columns": COLUMNS, "executor": executor, "at": at, "follow_up": FOLLOW_UP}
    observed = {**asked, "observation": observation}
    answers = {
        "measures": adherence.continuous_availability(table, MEASURES, **observed),
        "gaps": adherence.event_gaps(table, **observed),
        "episodes": adherence.treatment_episodes(table, gap, **asked),
        "persistence": adherence.persistence(table, gap, **asked),
        "per episode": adherence.availability_per_episode(table, "CMA9", gap, **observed),
        "sliding": adherence.sliding_availability(table, "CMA7", Sliding(60, 30), **observed),
    }
    return {
        name: [tuple(repr(cell) for key, cell in each.items() if key != "row") for each in answer.rows.to_pylist()]
        for name, answer in answers.items()
    }


def of(patients: set[str], found: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    return {name: sorted(each for each in rows if each[0] in map(repr, patients)) for name, rows in found.items()}


@given(TABLES, st.lists(BAD, max_size=3), OBSERVATIONS, CARRIES, GAPS)
@settings(max_examples=60, deadline=None)
def test_executors_agree_to_the_last_bit(
    table: list[Row], bad: list[Row], observation: Window, carry: Carry, gap: Discontinuation
) -> None:
    whole = table + bad
    single = everything(whole, observation, carry, gap, "single")
    assert single == everything(whole, observation, carry, gap, "batch")


@given(TABLES, BAD, st.integers(0, 25), OBSERVATIONS, CARRIES, GAPS)
@settings(max_examples=60, deadline=None)
def test_a_bad_row_changes_no_other_patient(
    table: list[Row], bad: Row, place: int, observation: Window, carry: Carry, gap: Discontinuation
) -> None:
    others = {"p", "q", "r"}
    before = everything(table, observation, carry, gap, "single")
    after = everything([*table[:place], bad, *table[place:]], observation, carry, gap, "single")
    assert of(others, before) == of(others, after)


@given(TABLES, st.lists(st.integers(1, 400), min_size=1, max_size=4), OBSERVATIONS, CARRIES, GAPS)
@settings(max_examples=60, deadline=None)
def test_what_happens_later_changes_nothing(
    table: list[Row], later: list[int], observation: Window, carry: Carry, gap: Discontinuation
) -> None:
    at = max(each["date"] for each in table)
    future = [row("p", (at - FIRST).days + ahead, 30.0) for ahead in later]
    people = {each["patient"] for each in table}
    before = everything(table, observation, carry, gap, "single", at)
    after = everything(table + future, observation, carry, gap, "single", at)
    assert of(people, before) == of(people, after)


@given(TABLES, st.lists(st.integers(1, 400), min_size=1, max_size=4), OBSERVATIONS, CARRIES)
@settings(max_examples=60, deadline=None)
def test_what_lies_after_the_follow_up_window_changes_nothing(
    table: list[Row], later: list[int], observation: Window, carry: Carry
) -> None:
    closes = min(each["date"] for each in table) + timedelta(days=1000)
    inside = [each for each in table if each["patient"] == "p"] or [row("p", 0, 30.0)]
    asked: Any = {"carry": carry, "columns": COLUMNS, "executor": "single", "observation": observation}
    before, after = (
        adherence.continuous_availability(each, MEASURES, follow_up=FOLLOW_UP, **asked).rows
        for each in (inside, inside + [row("p", (closes - FIRST).days + 800 + ahead, 30.0) for ahead in later])
    )
    assert before.equals(after)


@given(TABLES, st.randoms(), OBSERVATIONS, CARRIES, GAPS)
@settings(max_examples=40, deadline=None)
def test_the_order_of_rows_is_immaterial_but_for_one_day(
    table: list[Row], random: Any, observation: Window, carry: Carry, gap: Discontinuation
) -> None:
    alone = list({(each["patient"], each["date"]): each for each in table}.values())
    mixed = random.sample(alone, len(alone))
    found = [everything(each, observation, carry, gap, "single") for each in (alone, mixed)]
    assert of({"p", "q", "r"}, found[0]) == of({"p", "q", "r"}, found[1])


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 90)), min_size=1, max_size=15), st.integers(0, 200))
def test_a_stock_used_day_by_day_says_cma7(events: list[tuple[int, int]], start: int) -> None:
    """Everything that was handed out goes into one stock, of which one day's supply is taken a day."""
    first = min(day for day, _ in events)
    stock, covered = 0, 0
    for day in range(first, first + start + 150):
        stock += sum(lasts for each, lasts in events if each == day)
        if stock:
            stock -= 1
            covered += day >= first + start
    answer = adherence.continuous_availability(
        [row("p", day, lasts) for day, lasts in events],
        ["CMA7"],
        follow_up=Window(0, 600),
        observation=Window(start, 150),
        columns=COLUMNS,
        executor="single",
    )
    assert [pytest.approx(covered / 150)] == answer.rows.column("value").to_pylist()
