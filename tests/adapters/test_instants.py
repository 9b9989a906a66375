"""Times read part by part are the times that `instant` reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.adapters.fhir.instants import Instants
from cds.periods import instant, zone

DAYS = st.sampled_from(
    ["2026-01-08", "2026-03-29", "2026-10-25", "2024-02-29", "2026-02-30", "1899-12-31", "2101-01-01"]
)
CLOCKS = st.sampled_from(["T07:30", " 07:30", "t07:30", "T23:59", "T24:00", "T02:30", "T7:30", "T07:3", ""])
RESTS = st.sampled_from(
    [
        *("", "Z", "z", ":00", ":30Z", ":60Z", "+01:00", ":00+01:00", ":59-14:00", ":00+14:30", ":00.5", ":00.5Z"),
        *(":00.123456789Z", ":00.1234567+01:00", ":00+0100", ":00+01:00 ", ":00,5Z", ":0٣Z"),
    ]
)
WRITTEN = st.builds(str.__add__, DAYS, st.builds(str.__add__, CLOCKS, RESTS))


@given(st.lists(WRITTEN | st.from_regex(r"20\d\d-[01]\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]0\d:00)", fullmatch=True)))
@pytest.mark.parametrize("name", ["Europe/Oslo", "America/New_York"])
def test_each_time_is_the_same_whatever_was_read_before(name: str, written: list[str]) -> None:
    where = zone(name)
    instants = Instants(where)
    for text in (*written, *reversed(written)):
        assert instant(text, where) == instants.read(text)
