"""Calendar arithmetic against the standard library, and the edges of windows on the days clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cds.operators.series import DAYS, DAYS_BEFORE, EVERYTHING, FIRST_TIME, MICROSECONDS_PER_DAY, MINUTES, MONTHS, Now
from cds.operators.windows import civil_date, civil_day, day_of, first_row, instant_of, months_before, opening
from cds.periods import zone
from tests.operators.build import now_at, time_of

EPOCH = date(1970, 1, 1)
HOUR = 3_600_000_000


@example(date(2000, 2, 29))  # last day of a cycle of 400 years, as the calculation counts them
@example(date(1900, 2, 28))
@given(st.dates(date(1600, 1, 1), date(2600, 12, 31)))
def test_civil_days_are_those_of_the_calendar(day: date) -> None:
    assert civil_day(day.year, day.month, day.day) == (day - EPOCH).days
    assert civil_date((day - EPOCH).days) == (day.year, day.month, day.day)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ((2026, 3, 31), 1, (2026, 2, 28)),
        ((2024, 3, 31), 1, (2024, 2, 29)),
        ((2026, 1, 15), 1, (2025, 12, 15)),
        ((2026, 12, 31), 1, (2026, 11, 30)),
        ((2026, 1, 31), 12, (2025, 1, 31)),
        ((2024, 2, 29), 12, (2023, 2, 28)),
        ((2026, 5, 10), 0, (2026, 5, 10)),
    ],
)
def test_months_roll_to_the_last_day(day: tuple[int, int, int], months: int, expected: tuple[int, int, int]) -> None:
    assert civil_date(months_before(civil_day(*day), months)) == expected


@pytest.mark.parametrize(
    ("at", "length", "kind", "first"),
    [
        ("2026-01-08 08:00", 1, DAYS, "2026-01-08 00:00"),
        ("2026-01-08 08:00", 7, DAYS, "2026-01-02 00:00"),
        ("2026-01-08 00:00", 1, DAYS, "2026-01-08 00:00"),
        ("2026-01-08 08:00", 3, DAYS_BEFORE, "2026-01-05 00:00"),
        ("2026-03-29 12:00", 1, DAYS, "2026-03-29 00:00"),
        ("2026-03-30 12:00", 2, DAYS, "2026-03-29 00:00"),
        ("2026-10-25 12:00", 1, DAYS, "2026-10-25 00:00"),
        ("2026-10-26 00:30", 1, DAYS_BEFORE, "2026-10-25 00:00"),
        ("2026-03-31 08:00", 1, MONTHS, "2026-02-28 00:00"),
        ("2026-07-15 08:00", 6, MONTHS, "2026-01-15 00:00"),
    ],
)
def test_civil_windows_open_at_midnight(at: str, length: float, kind: int, first: str) -> None:
    assert opening(now_at(at), length, kind, 0.0) == time_of(first)


@pytest.mark.parametrize(
    ("at", "length", "first"),
    [
        ("2026-01-08 02:59", 1, "2026-01-07 03:00"),
        ("2026-01-08 03:00", 1, "2026-01-08 03:00"),
        ("2026-03-29 12:00", 1, "2026-03-29 03:00"),
        ("2026-10-25 12:00", 2, "2026-10-24 03:00"),
    ],
)
def test_dose_days_open_at_three(at: str, length: float, first: str) -> None:
    assert opening(now_at(at), length, DAYS, 180.0) == time_of(first)


def test_elapsed_windows_exclude_their_start() -> None:
    now = now_at("2026-03-29 12:00")
    assert opening(now, 24 * 60, MINUTES, 0.0) == now.at - 24 * HOUR + 1
    assert opening(now, 0.0, EVERYTHING, 0.0) == FIRST_TIME


@pytest.mark.parametrize("length", [0.0, -3.0, float("nan")])
def test_a_window_without_length_holds_nothing(length: float) -> None:
    now = now_at("2026-01-08 08:00")
    assert opening(now, length, DAYS, 0.0) > now.at
    assert opening(now, length, MINUTES, 0.0) > now.at


@pytest.mark.parametrize("length", [1e300, float("inf")])
@pytest.mark.parametrize("kind", [MINUTES, DAYS, DAYS_BEFORE, MONTHS])
def test_endless_windows_stay_in_64_bits(length: float, kind: int) -> None:
    assert -(2**63) < opening(now_at("2026-01-08 08:00"), length, kind, 0.0) < time_of("1900-01-01")


ZONES = ["Europe/Oslo", "America/St_Johns", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kolkata"]


@given(st.sampled_from(ZONES), st.datetimes(datetime(1980, 1, 1), datetime(2090, 12, 31)))
def test_clock_times_are_found_as_the_standard_library_does(name: str, clock: datetime) -> None:
    where = zone(name)
    now = Now(0, where.offset_at(0), FIRST_TIME, where.transitions, where.offsets)
    local = (clock - datetime(1970, 1, 1)) // timedelta(microseconds=1)
    found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant_of(now, local))
    expected = clock.replace(tzinfo=ZoneInfo(name))
    if expected.astimezone(UTC).astimezone(ZoneInfo(name)).replace(tzinfo=None) == clock:
        assert found == expected.astimezone(UTC)
    else:  # skipped by the clock: the moment of the skip, the first that shows a later time
        assert found.astimezone(ZoneInfo(name)).replace(tzinfo=None) > clock
        before = (found - timedelta(microseconds=1)).astimezone(ZoneInfo(name))
        assert before.replace(tzinfo=None) < clock


def test_without_transitions_the_offset_of_now_counts() -> None:
    assert instant_of(Now(0, 60, FIRST_TIME, [], []), MICROSECONDS_PER_DAY) == MICROSECONDS_PER_DAY - HOUR


def test_days_change_at_local_midnight() -> None:
    assert day_of(time_of("2026-07-01 00:00"), 120) == civil_day(2026, 7, 1)
    assert day_of(time_of("2026-07-01 00:00") - 1, 120) == civil_day(2026, 6, 30)


@given(st.lists(st.integers(-5, 5)), st.integers(-6, 6))
def test_the_first_row_is_the_first_not_earlier(times: list[int], instant: int) -> None:
    times.sort()
    row = first_row(times, instant)
    assert all(time < instant for time in times[:row])
    assert all(time >= instant for time in times[row:])
