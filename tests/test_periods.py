"""Instants, civil days and zones: against the zone database's own reader, through hours that are skipped or doubled."""

import pickle
import zoneinfo
from datetime import UTC, date, datetime, timedelta, timezone
from importlib.resources import files
from io import BytesIO
from itertools import pairwise
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.diagnostics import PatientError
from cds.operators.series import FIRST_TIME
from cds.periods import calendar_date, civil_date, end_of_day, instant, zone

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = datetime(1900, 1, 2), datetime(2100, 12, 30)
ZONES = (
    "Europe/Oslo",
    "Europe/London",
    "Europe/Dublin",  # winter time is the deviation
    "America/New_York",
    "America/Sao_Paulo",  # midnight was skipped
    "Africa/Casablanca",  # Ramadan
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Apia",  # a day was skipped
    "Antarctica/Troll",
    "UTC",
)


def microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def rules(name: str) -> zoneinfo.ZoneInfo:
    content = files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    return zoneinfo.ZoneInfo.from_file(BytesIO(content), name)


@given(st.sampled_from(ZONES), st.datetimes(FIRST, LAST))
def test_offsets_are_those_of_the_zone_database(name: str, moment: datetime) -> None:
    expected = moment.replace(tzinfo=UTC).astimezone(rules(name)).utcoffset()
    assert expected is not None
    found = zone(name).offset_at(microseconds(moment.replace(tzinfo=UTC)))
    assert abs(expected.total_seconds() - found * 60) <= 30


@pytest.mark.parametrize("name", ZONES)
def test_offsets_change_at_the_second(name: str) -> None:
    known = rules(name)
    for time in zone(name).transitions[1:]:
        moment = EPOCH + timedelta(microseconds=time)
        assert moment.astimezone(known).utcoffset() != (moment - timedelta(seconds=1)).astimezone(known).utcoffset()


@pytest.mark.parametrize("name", ZONES)
def test_a_zone_is_in_order(name: str) -> None:
    where = zone(name)
    assert FIRST_TIME == where.transitions[0]
    assert all(a < b for a, b in pairwise(where.transitions))
    assert all(a != b for a, b in pairwise(where.offsets))
    assert len(where.transitions) == len(where.offsets)
    assert where == pickle.loads(pickle.dumps(where))
    assert where is zone(name)


def test_a_zone_is_found_quickly() -> None:
    zone.__wrapped__("Europe/Oslo")  # type: ignore[attr-defined]
    start = perf_counter()
    zone.__wrapped__("America/New_York")  # type: ignore[attr-defined]
    assert perf_counter() - start < 0.1


@pytest.mark.parametrize(
    "name", ["Europe/Olso", "europe/oslo", "", "Europe", "../../etc/passwd", "/etc/passwd", "CEST", "Europe/Oslo\n"]
)
def test_unknown_zones(name: str) -> None:
    with pytest.raises(PatientError, match="the time zone is not known"):
        zone(name)


def test_unknown_zone_is_mended() -> None:
    with pytest.raises(PatientError, match="did you mean `Europe/Oslo`"):
        zone("Europe/Olso")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-08T07:30:00+01:00", "2026-01-08 06:30:00"),
        ("2026-01-08T07:30:00Z", "2026-01-08 07:30:00"),
        ("2026-01-08T07:30:00-00:00", "2026-01-08 07:30:00"),
        ("2026-01-08T07:30:00.25Z", "2026-01-08 07:30:00.250000"),
        ("2026-01-08T07:30:00.000001Z", "2026-01-08 07:30:00.000001"),
        ("2026-01-08T07:30:00.1234567Z", "2026-01-08 07:30:00.123456"),
        ("2026-01-08T07:30Z", "2026-01-08 07:30:00"),
        ("2026-01-08 07:30", "2026-01-08 06:30:00"),
        ("2026-01-08T07:30", "2026-01-08 06:30:00"),
        ("2026-07-08 07:30", "2026-07-08 05:30:00"),
        ("2026-01-08T07:30:00+14:00", "2026-01-07 17:30:00"),
        ("2014-01-12T05:43:59.328+10:00", "2014-01-11 19:43:59.328000"),
        ("2026-03-29 01:59", "2026-03-29 00:59:00"),
        ("2026-03-29 02:30", "2026-03-29 01:30:00"),  # skipped: becomes 03:30
        ("2026-03-29 03:00", "2026-03-29 01:00:00"),
        ("2026-10-25 02:30", "2026-10-25 00:30:00"),  # twice: the first
        ("2026-10-25 03:00", "2026-10-25 02:00:00"),
        ("2024-02-29 12:00", "2024-02-29 11:00:00"),
        ("1900-01-02 00:00", "1900-01-01 23:00:00"),
        ("2100-12-31 23:59", "2100-12-31 22:59:00"),
    ],
)
def test_instants(text: str, expected: str) -> None:
    moment = datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert (microseconds(moment), False) == instant(text, zone())


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("2026-01-08", "Europe/Oslo", "2026-01-07 23:00"),
        ("2026-07-08", "Europe/Oslo", "2026-07-07 22:00"),
        ("2026-03-29", "Europe/Oslo", "2026-03-28 23:00"),
        ("2026-01-08", "UTC", "2026-01-08 00:00"),
        ("2017-10-15", "America/Sao_Paulo", "2017-10-15 03:00"),  # 00:00 was skipped
    ],
)
def test_dates(text: str, name: str, expected: str) -> None:
    moment = datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert (microseconds(moment), True) == instant(text, zone(name))


@pytest.mark.parametrize(
    "text",
    """2026 2026-01 26-01-08 2026-1-8 2026-13-01 2026-02-30 2025-02-29 20260108 2026-W02-4 2026-008 0000-01-01
    1899-12-31 2101-01-01 2026-01-08T24:00:00Z 2026-01-08T07:60:00Z 2016-12-31T23:59:60Z 2026-01-08T7:30:00Z
    2026-01-08T07Z 2026-01-08T07:30:00+0100 2026-01-08T07:30:00+15:00 2026-01-08T07:30:00+14:30 2026-01-08T07:30:00+01
    2026-01-08T 2026-01-08T07:30:00.Z 2026-01-08T07:30:00,5Z 2026-01-08t07:30:00z 08.01.2026 01/08/2026 today 17678
    ٢٠٢٦-٠١-٠٨ 2026-01-08T07:30:00+01:00[Europe/Oslo] 9999-12-31 99999-01-01 2026-01-08T25:00""".split(),
)
def test_what_names_no_instant(text: str) -> None:
    assert instant(text, zone()) is None


@pytest.mark.parametrize("text", ["", " ", "2026-01-08 ", " 2026-01-08", "2026-01-08\n", "2026-01-08  07:30", "\x00"])
def test_nothing_is_trimmed(text: str) -> None:
    assert instant(text, zone()) is None
    assert calendar_date(text) is None


@given(st.text(max_size=40))
def test_any_text_is_an_instant_or_none(text: str) -> None:
    instant(text, zone())
    calendar_date(text)


OFFSETS = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1900, 1, 3), datetime(2100, 12, 29)), OFFSETS, OFFSETS)
def test_the_notation_of_the_offset_does_not_matter(moment: datetime, one: timezone, other: timezone) -> None:
    time = moment.replace(tzinfo=UTC)
    found = {instant(time.astimezone(each).isoformat(), zone()) for each in (one, other, UTC)}
    assert {(microseconds(time), False)} == found


@given(st.sampled_from(ZONES), st.datetimes(datetime(1940, 1, 2), LAST))
def test_clock_times_are_read_as_the_zone_database_reads_them(name: str, clock: datetime) -> None:
    """Zones had odd seconds before 1940; here they are whole minutes."""
    expected = microseconds(clock.replace(tzinfo=rules(name), fold=0).astimezone(UTC))
    assert (expected, False) == instant(clock.isoformat(), zone(name))


@given(st.sampled_from(ZONES), st.datetimes(datetime(1940, 1, 2), LAST))
def test_civil_dates_are_those_on_the_wall(name: str, moment: datetime) -> None:
    time = microseconds(moment.replace(tzinfo=UTC))
    assert moment.replace(tzinfo=UTC).astimezone(rules(name)).date() == civil_date(time, zone(name))


@given(st.sampled_from(ZONES), st.datetimes(datetime(1940, 1, 2), LAST))
def test_a_day_ends_where_the_next_begins(name: str, moment: datetime) -> None:
    where, time = zone(name), microseconds(moment.replace(tzinfo=UTC))
    end = end_of_day(time, where)
    assert time < end
    assert civil_date(end - 1, where) == civil_date(time, where) < civil_date(end, where)


@pytest.mark.parametrize(("text", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-01-08", 24)])
def test_days_are_as_long_as_they_are(text: str, hours: int) -> None:
    found = instant(text, zone())
    assert found
    assert hours * 3_600_000_000 == end_of_day(found[0], zone()) - found[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2026-01-08", date(2026, 1, 8)), ("1900-01-01", date(1900, 1, 1)), ("2024-02-29", date(2024, 2, 29))],
)
def test_calendar_dates(text: str, expected: date) -> None:
    assert expected == calendar_date(text)


@pytest.mark.parametrize("text", ["2026-02-30", "1899-12-31", "2101-01-01", "2026-01-08T00:00", "8 January", "2026"])
def test_what_is_no_calendar_date(text: str) -> None:
    assert calendar_date(text) is None
