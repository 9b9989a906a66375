"""Adherence from supply, held against published tables: every row, by both executors.

A row may differ only where the reference is wrong: those are listed by id under `adherence/exceptions.yaml`, and each
kind of fault has a case here that shows what is right. On other data of the same shape, a row may differ only where the
setting that repeats the reference's faults gives what is published.
"""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from cds import adherence
from cds.adherence import Carry, Discontinuation, SupplyRules, Window
from tests.conformance import adherence_tables
from tests.conformance.adherence_tables import Published, absent, differing, digest, ours, published
from tests.conformance.truth import PLACE

pytest.importorskip("numba")

LISTED: Final = yaml.safe_load((Path(__file__).parent / "adherence" / "exceptions.yaml").read_text("utf-8"))
TABLES: Final = adherence_tables.tables()
FUNCTIONS: Final = {
    "CMA1..CMA9",
    "compute.event.int.gaps",
    "compute.treatment.episodes",
    "CMA_per_episode",
    "CMA_sliding_window",
    "durations",
    "initiation",
}


def of_table(name: str) -> dict[str, str]:
    """The listed rows of a table, with the kind of fault of each."""
    return {row: kind for kind, each in LISTED["kinds"].items() for row in each["rows"].get(name, ())}


def skip_what_is_absent(table: Published) -> None:
    if absent(table):
        pytest.skip(absent(table))


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_every_family_is_there(function: str) -> None:
    if not any(table.function == function for table in TABLES):
        pytest.skip(f"the folder of published answers `{PLACE.name}/adherence` has no table of {function}")


@pytest.mark.parametrize("executor", ["single", "batch"])
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_row_is_as_published_or_named(table: Published, executor: str) -> None:
    skip_what_is_absent(table)
    expected = published(table)
    assert expected
    differs = differing(expected, ours(table, executor))
    if LISTED["inputs"].get(" ".join(Path(each).stem for each in table.inputs)) == digest(table):
        assert set(of_table(table.name)) == differs
    elif table.function == "durations":
        assert differs <= _with_a_stay(table)
    else:
        assert set() == differs & differing(_comparable(expected), ours(table, executor, compat=True))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_reference_with_its_faults_can_be_repeated(table: Published) -> None:
    skip_what_is_absent(table)
    if table.function not in ("durations", "initiation"):
        assert set() == differing(_comparable(published(table)), ours(table, "batch", compat=True))


def _comparable(rows: Any) -> Any:
    """A share over no days, and a reference that stopped, have no number that could be repeated."""
    stopped = {key: cells for key, cells in rows.items() if adherence_tables.STOPPED in cells}
    infinite = {key: cells for key, cells in rows.items() if adherence_tables.INF in cells}
    return {**rows, **dict.fromkeys(stopped, (0.0,)), **dict.fromkeys(infinite, (None,))}


def _with_a_stay(table: Published) -> set[str]:
    stays = adherence_tables._columns(table.inputs[2])["ID"]
    return {key for key in published(table) if key.partition(" ")[0] in stays}


def test_the_exceptions_are_counted() -> None:
    counts = Counter({kind: sum(len(rows) for rows in each["rows"].values()) for kind, each in LISTED["kinds"].items()})
    assert KINDS == dict(counts)
    assert all(each["reason"].endswith(".") for each in LISTED["kinds"].values())
    listed = [(name, row) for each in LISTED["kinds"].values() for name, rows in each["rows"].items() for row in rows]
    assert len(set(listed)) == len(listed)


KINDS: Final = {
    "counted_on_the_end_day": 82,
    "window_outlasted_by_earlier_supply": 19,
    "end_moved_by_rounding": 11,
    "appended_gap_taken_off": 64,
    "gap_as_long_as_permitted": 3,
    "episode_cut_to_whole_days": 4,
    "stay_ends_continued_use": 11,
    "stay_after_the_prescribed_days": 8,
    "stay_on_the_end_day_counted_twice": 9,
}

FIRST: Final = date(2026, 1, 1)


def supply(*events: tuple[int, float], **more: Any) -> list[dict[str, Any]]:
    """Supplies of one patient: days after the first, and days that each lasts."""
    return [
        {"patient": "p", "date": FIRST + timedelta(days=day), "days_supply": lasts, "medication": "A", **more}
        for day, lasts in events
    ]


def estimate(events: list[dict[str, Any]], measure: str, start: int, days: int, carry: Carry = Carry()) -> Any:  # noqa: B008
    follow_up, observation = Window(0, 1000), Window(start, days)
    answer = adherence.continuous_availability(
        events, [measure], follow_up=follow_up, observation=observation, carry=carry, executor="single",
        columns=adherence.Columns(daily_dose="dose" if "dose" in events[0] else ""),
    )  # fmt: skip
    (row,) = answer.rows.to_pylist()
    return row["value"] if row["value"] is not None else row["reason"]


@pytest.mark.parametrize(("measure", "ours", "theirs"), [("CMA2", 0.3, 0.6), ("CMA4", 0.3, 0.6), ("CMA7", 0.3, 0.3)])
def test_counted_on_the_end_day(measure: str, ours: float, theirs: float) -> None:
    """Thirty of a hundred days were supplied; the other thirty begin when the window ends."""
    events = supply((0, 30), (100, 30))
    assert pytest.approx(ours) == estimate(events, measure, 0, 100)
    assert pytest.approx(theirs) == estimate(events, measure, 0, 100, Carry(adherer_compat=True))


def test_window_outlasted_by_earlier_supply() -> None:
    """Covered every day, so never 0; and with no day left after the earlier supply there is no share of days."""
    events = supply((0, 300))
    assert estimate(events, "CMA7", 100, 100) == 1.0
    assert estimate(events, "CMA8", 100, 100) == "not_computable"
    assert estimate(events, "CMA8", 100, 100, Carry(adherer_compat=True)) == 0.0


def test_end_moved_by_rounding() -> None:
    """Earlier supply lasts until day 112.5, a new one covers ten of the 87.5 days that are left until day 200."""
    events = supply((0, 112.5), (150, 10))
    assert pytest.approx(10 / 87.5) == estimate(events, "CMA8", 100, 100)
    assert pytest.approx(10 / 88) == estimate(events, "CMA8", 100, 100, Carry(adherer_compat=True))


def episodes(events: list[dict[str, Any]], discontinuation: Discontinuation, compat: bool = False) -> list[float]:
    answer = adherence.treatment_episodes(
        events, discontinuation, follow_up=Window(0, 365), carry=Carry(adherer_compat=compat), executor="single"
    )
    return [row["days"] for row in answer.rows.to_pylist()]


def test_appended_gap_taken_off() -> None:
    """Thirty days of supply and sixty that are appended are ninety, for the only episode as for the first of two."""
    assert episodes(supply((0, 30)), Discontinuation(60, appended=True)) == [90.0]
    assert episodes(supply((0, 30), (200, 30)), Discontinuation(60, appended=True)) == [90.0, 90.0]
    assert episodes(supply((0, 30)), Discontinuation(60, appended=True), compat=True) == [-30.0]


def test_gap_as_long_as_permitted() -> None:
    """A gap of sixty days is not longer than sixty days, last or not."""
    assert episodes(supply((0, 305)), Discontinuation(60)) == [365.0]
    assert episodes(supply((0, 30), (90, 215)), Discontinuation(60)) == [365.0]
    assert episodes(supply((0, 305)), Discontinuation(60), compat=True) == [305.0]


def test_episode_cut_to_whole_days() -> None:
    """An episode of 20.5 days, all covered but the two between its supplies."""
    events = supply((0, 10), (12, 8.5))
    for compat, covered in ((False, 18.5 / 20.5), (True, 18 / 20)):
        answer = adherence.availability_per_episode(
            events, "CMA7", Discontinuation(30), follow_up=Window(0, 365), observation=Window(0, 365),
            carry=Carry(adherer_compat=compat), executor="single",
        )  # fmt: skip
        assert [pytest.approx(covered)] == answer.rows.column("value").to_pylist()


def test_a_change_of_dose_begins_a_new_episode() -> None:
    """The reference has the setting, and it does nothing."""
    events = [row | {"dose": dose} for row, dose in zip(supply((0, 30), (30, 30)), (1.0, 2.0), strict=True)]
    columns = adherence.Columns(daily_dose="dose")
    asked = Discontinuation(60, dose_change=True)
    answer = adherence.treatment_episodes(events, asked, columns=columns, executor="single")
    assert [30.0, 30.0] == answer.rows.column("days").to_pylist()


def parts(rules: SupplyRules, total: float, stays: list[tuple[int, int]], *prescribed: tuple[int, float, int]) -> Any:
    """(first day, days, dose, days in a stay, days waiting) of each part of a dispense on day 0."""

    def on(day: int) -> date:
        return FIRST + timedelta(days=day)

    prescriptions = [
        {"patient": 1, "medication": "A", "date": on(day), "daily_dose": dose, "days": days or None}
        for day, dose, days in prescribed
    ]
    answer = adherence.event_durations(
        [{"patient": 1, "medication": "A", "date": on(0), "total_dose": total}],
        prescriptions,
        [{"patient": 1, "start": on(start), "end": on(end)} for start, end in stays],
        rules=rules,
        columns=adherence.SupplyColumns(prescribed_days="days"),
        executor="single",
    )
    assert answer.issues == ()
    names = ("start", "days_supply", "daily_dose", "days_in_stay", "days_waiting")
    found = [[row[name] for name in names] for row in answer.rows.to_pylist()]
    return [((start - FIRST).days, *rest) for start, *rest in found]


CONTINUE: Final = SupplyRules("continue", "continue")
WAIT: Final = SupplyRules("continue", "carry over")


def test_stay_ends_continued_use() -> None:
    """Prescribed for ten days and again from day 30: twenty days of supply are used on, whether or not there was a stay
    during the ten."""
    prescribed = ((0, 1.0, 10), (30, 1.0, 0))
    assert parts(CONTINUE, 20.0, [], *prescribed) == [(0, 20.0, 1.0, 0.0, 0.0)]
    assert parts(CONTINUE, 20.0, [(2, 4)], *prescribed) == [(0, 20.0, 1.0, 2.0, 0.0)]


def test_stay_after_the_prescribed_days() -> None:
    """Used on after the ten days prescribed, until the patient is in hospital on days 12 and 13."""
    assert parts(CONTINUE, 20.0, [(12, 14)], (0, 1.0, 10)) == [(0, 20.0, 1.0, 2.0, 0.0)]
    assert parts(WAIT, 20.0, [(12, 14)], (0, 1.0, 10)) == [(0, 12.0, 1.0, 0.0, 2.0), (14, 8.0, 1.0, 0.0, 0.0)]


def test_stay_on_the_end_day_counted_twice() -> None:
    """Two days in hospital, from the day on which the dose changes: they lie in the second part alone."""
    prescribed = ((0, 1.0, 0), (10, 2.0, 0))
    assert parts(CONTINUE, 20.0, [(10, 12)], *prescribed) == [(0, 10.0, 1.0, 0.0, 0.0), (10, 5.0, 2.0, 2.0, 0.0)]
    waiting = [(0, 10.0, 1.0, 0.0, 0.0), (10, 0.0, 2.0, 0.0, 2.0), (12, 5.0, 2.0, 0.0, 0.0)]
    assert parts(WAIT, 20.0, [(10, 12)], *prescribed) == waiting
