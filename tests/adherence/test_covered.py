"""Proportion of days covered: worked out by hand, and by stocks that are used day by day."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds import adherence
from cds.adherence import Window
from cds.diagnostics import CdsError
from tests.adherence.tables import FIRST, row

Supply = tuple[int, int, str]  # day, days that it lasts, medication
SUPPLIES = st.lists(st.tuples(st.integers(0, 250), st.integers(1, 90), st.sampled_from("AB")), min_size=1, max_size=12)
STAYS = st.lists(st.tuples(st.integers(0, 250), st.integers(0, 25)), max_size=3)


def answer(supplies: list[Supply], days: int, stays: list[tuple[int, int]], executor: Any, **more: Any) -> Any:
    return adherence.proportion_of_days_covered(
        [row("p", *each) for each in supplies],
        window=Window(0, days),
        stays=[_stay("p", *each) for each in stays],
        executor=executor,
        **more,
    )


def _stay(patient: str, start: int, lasts: int) -> dict[str, Any]:
    return {"patient": patient, "start": FIRST + timedelta(start), "end": FIRST + timedelta(start + lasts)}


def by_stocks(supplies: list[Supply], days: int, stays: list[tuple[int, int]]) -> dict[str, float | None]:
    """Each medication has a stock, of which one day's supply is taken every day out of hospital."""
    first = min(day for day, _, _ in supplies)
    medications = sorted({name for day, _, name in supplies if day < first + days})
    stock = dict.fromkeys(medications, 0)
    taken: list[int] = []
    for day in range(first, first + days):
        for each, lasts, name in supplies:
            if each == day:
                stock[name] += lasts
        if any(start <= day < start + length for start, length in stays):
            continue
        taken.append(sum(stock[name] > 0 for name in medications))
        stock = {name: max(left - 1, 0) for name, left in stock.items()}
    if not taken:
        return dict.fromkeys(("any", "all", "mean"))
    count = len(taken)
    return {
        "any": sum(each > 0 for each in taken) / count,
        "all": sum(each == len(medications) for each in taken) / count,
        "mean": sum(taken) / count / len(medications),
    }


@pytest.mark.parametrize("executor", ["single", "batch"])
def test_stocks_used_day_by_day_say_the_same(executor: str) -> None:
    if executor == "batch":
        pytest.importorskip("numba")

    @given(SUPPLIES, st.integers(1, 200), STAYS)
    @settings(max_examples=80, deadline=None)
    def check(supplies: list[Supply], days: int, stays: list[tuple[int, int]]) -> None:
        expected = by_stocks(supplies, days, stays)
        for medications, share in expected.items():
            found = answer(supplies, days, stays, executor, medications=medications).rows.to_pylist()
            assert [None if share is None else pytest.approx(share)] == [each["value"] for each in found]

    check()


def test_supply_is_shifted_past_a_stay() -> None:
    """Thirty days of supply, ten of them in hospital: they last until day 40, and thirty of forty days are judged."""
    (found,) = answer([(0, 30, "A")], 50, [(10, 10)], "single").rows.to_pylist()
    assert (30.0, 40.0, pytest.approx(0.75)) == (found["days_covered"], found["days"], found["value"])
    (without,) = answer([(0, 30, "A")], 50, [], "single").rows.to_pylist()
    assert (30.0, 50.0, pytest.approx(0.6)) == (without["days_covered"], without["days"], without["value"])


def test_from_the_first_dispense_in_the_window() -> None:
    supplies = [(0, 100, "A"), (60, 20, "A")]
    window = Window("2026-02-01", "2026-05-02")  # 90 days; the second dispense is on 2026-03-02
    for from_first, share in ((False, 89 / 90), (True, 20 / 61)):
        found = adherence.proportion_of_days_covered(
            [row("p", *each) for each in supplies], window=window, from_first_dispense=from_first, executor="single"
        )
        assert [pytest.approx(share)] == found.rows.column("value").to_pylist()


def test_too_few_dates_or_days() -> None:
    for more in ({"least_dates": 2}, {"least_days": 51}):
        (found,) = answer([(0, 30, "A"), (0, 30, "B")], 50, [], "single", **more).rows.to_pylist()
        assert (None, "too_few") == (found["value"], found["reason"])


def test_a_stay_that_cannot_be_read_is_an_issue_of_its_patient() -> None:
    supplies = [row("p", 0, 30), row("q", 0, 30)]
    for stay in ({"patient": "p", "start": None, "end": FIRST}, _stay("p", 20, -5)):
        found = adherence.proportion_of_days_covered(supplies, window=Window(0, 60), stays=[stay], executor="single")
        assert [(None, "not_computable"), (0.5, "known")] == [
            (each["value"], each["reason"]) for each in found.rows.to_pylist()
        ]
        assert [("stays", 0, "p", "stay_not_understood")] == [
            (each.table, each.row, each.patient, each.code) for each in found.issues
        ]


def test_a_supply_that_lasts_nobody_knows_how_long_leaves_a_bound() -> None:
    found = adherence.proportion_of_days_covered(
        [row("p", 0, 30), row("p", 20, 0)], window=Window(0, 60), at=date(2027, 1, 1)
    )
    assert [(0.5, "at_least")] == [(each["value"], each["reason"]) for each in found.rows.to_pylist()]


def test_words_that_are_none() -> None:
    with pytest.raises(CdsError, match="medications is one of any, all, mean"):
        adherence.proportion_of_days_covered([], medications="most")  # pyright: ignore
