"""The axis: which days it shows, how wide they are, which dates stand on it."""

from datetime import date
from itertools import pairwise

import pytest

from cds.diagnostics import CdsError
from cds.periods import zone
from cds.plots.axis import MOST_DATES, MOST_TICKS, Axis, axis, ticks
from tests.plots.building import at

OSLO = zone()
DAY = 86_400_000_000
HOUR = 3_600_000_000


def made(moment: str, **words: object) -> Axis:
    return axis(OSLO, at(moment), **words)  # pyright: ignore[reportArgumentType]


def test_it_ends_with_the_day_of_the_moment() -> None:
    found = made("2026-01-08T08:00", days=3)
    assert (at("2026-01-06"), at("2026-01-09")) == (found.start, found.end)
    assert (at("2026-01-08"), at("2026-01-09")) == (made("2026-01-08T00:00", days=1).start, found.end)


def test_the_first_day_may_be_named() -> None:
    assert at("2025-12-24") == made("2026-01-08T08:00", since=date(2025, 12, 24)).start


@pytest.mark.parametrize(
    ("first", "begins"),
    [
        (None, "2026-05-25"),
        ("2026-05-31T07:00", "2026-05-25"),
        ("2026-05-11T23:59", "2026-05-11"),
        ("2026-03-03T00:00", "2026-03-03"),
        ("2025-01-01T00:00", "2026-03-03"),
    ],
)
def test_else_it_begins_with_the_first_fact_and_shows_7_to_90_days(first: str | None, begins: str) -> None:
    found = made("2026-05-31T08:00", first=None if first is None else at(first))
    assert at(begins) == found.start


@pytest.mark.parametrize(
    "words", [{"days": 0}, {"days": -4}, {"days": 10**9}, {"since": date(2026, 1, 9)}, {"since": date(1899, 12, 31)}]
)
def test_days_that_make_no_axis_are_refused_in_a_sentence(words: dict[str, object]) -> None:
    with pytest.raises(CdsError, match="at least one day"):
        made("2026-01-08T08:00", **words)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_is_as_wide_as_it_is_long(day: str, hours: int) -> None:
    found = made(f"{day}T12:00", days=1)
    assert hours * HOUR == found.end - found.start


@pytest.mark.parametrize("moment", ["2026-04-01T12:00", "2026-10-28T12:00"])
def test_every_tick_is_midnight_where_the_patient_lives(moment: str) -> None:
    found = [each.time for each in ticks(made(moment, days=7), "nb")]
    local = {(time + OSLO.offset_at(time) * 60_000_000) % DAY for time in found}
    assert {0} == local
    assert 7 == len(found)


@pytest.mark.parametrize("days", [1, 7, 16, 17, 32, 33, 90, 112, 113, 224, 400, 448, 449, 700, 3_000, 30_000])
def test_dates_are_few_and_evenly_spread(days: int) -> None:
    found = ticks(made("2026-11-23T08:00", days=days), "nb")
    most = MOST_TICKS if days <= 28 * MOST_TICKS else MOST_DATES
    assert 1 <= len(found) <= most
    gaps = [later.time - earlier.time for earlier, later in pairwise(found)]
    assert not gaps or max(gaps) <= 1.15 * min(gaps)


def test_weeks_begin_with_a_monday() -> None:
    found = ticks(made("2026-04-20T09:00", days=60), "nb")
    assert ["23.2.", "2.3."] == [each.text for each in found[:2]]


def test_dates_are_written_as_the_language_does() -> None:
    short = made("2026-11-23T08:00", days=2)
    assert ["22.11.", "23.11."] == [each.text for each in ticks(short, "nn")]
    assert ["22 Nov", "23 Nov"] == [each.text for each in ticks(short, "en")]
    long = made("2026-11-23T08:00", days=700)
    assert "1.1.2026" in [each.text for each in ticks(long, "nb")]
    assert "2026-01-01" in [each.text for each in ticks(long, "en")]


def test_nothing_is_cut_out_beyond_the_moment() -> None:
    found = made("2026-01-08T08:00", days=2)
    assert (at("2026-01-07"), at("2026-01-08T08:00")) == found.cut(at("2020-01-01"), at("2030-01-01"))
    assert found.cut(at("2026-01-08T08:00"), at("2030-01-01")) is None
    assert found.cut(at("2020-01-01"), at("2026-01-07")) is None
