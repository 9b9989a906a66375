"""What becomes of each day in many patients: fates of doses, days with supply, and what counts for nobody."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds import Patient
from cds.adherence import SupplyDay, daily_doses, daily_supply
from cds.adherence.daily import dose_counts, fates_of, supply_counts
from cds.adherence.windows import EPOCH
from cds.diagnostics import CdsError
from tests.operators.test_supply import TODAY, Dispense, days_with_medicine

AT = "2026-03-31T12:00"
DAY = "2026-03-30"  # the newest that is over
FATES = {
    "every dose taken": (["08:00 taken", "20:00 taken"], "every"),
    "none taken": (["08:00 missed", "20:00 missed"], "none"),
    "one of each": (["08:00 taken", "20:00 missed"], "some"),
    "one of each, and one of which nobody knows": (["08:00 taken", "12:00 unknown", "20:00 missed"], "some"),
    "one taken, one of which nobody knows": (["08:00 taken", "20:00 unknown"], "unknown"),
    "one missed, one of which nobody knows": (["08:00 missed", "20:00 unknown"], "unknown"),
    "one row says taken, another missed": (["08:00 taken", "08:00 missed"], "unknown"),
    "the day begins at 03:00": (["03:00 taken"], "every"),
    "before 03:00 is the day before": (["02:59 taken"], ""),
    "only the date is known": (["taken"], "every"),
    "in hospital": (["08:00 missed hospital_stay"], ""),
    "a pause": (["08:00 taken", "20:00 missed paused"], "every"),
}


def dose(text: str) -> dict[str, Any]:
    """`08:00 missed paused`: a clock time if there is one, the fate, and why it may not count."""
    words = text.split()
    clock = words.pop(0) if ":" in words[0] else ""
    planned = f"{DAY}T{clock}" if clock else DAY
    told = {"planned": planned, "status": words[0], "atc": "C09AA05"}
    return told | ({"taken": planned} if words[0] == "taken" else {}) | ({"reason": words[1]} if words[1:] else {})


def days_of(counts: Any) -> dict[date, list[str]]:
    return {
        date.fromordinal(day + EPOCH): [fate for fate, patients in told.items() for _ in range(patients)]
        for day, told in counts.items()
    }


@pytest.mark.parametrize(("doses", "expected"), FATES.values(), ids=list(FATES))
def test_the_fate_of_a_day_of_doses(doses: list[str], expected: str) -> None:
    patient = Patient.from_dict({"id": "p", "doses": [dose(each) for each in doses]})
    found = days_of(dose_counts([patient], AT, 1, "all"))
    assert {date.fromisoformat(DAY): [expected] if expected else []} == found
    assert {date.fromisoformat(DAY): []} == days_of(dose_counts([patient], AT, 1, "statins"))


def test_a_day_that_is_not_over_and_what_was_not_handed_over() -> None:
    rows = [{"planned": f"2026-03-{day}T08:00", "status": "missed"} for day in (29, 30, 31)]
    record = {"id": "p", "doses": rows, "supplied": {"doses": {"from": "2026-03-30"}}}
    told = days_of(dose_counts([Patient.from_dict(record)], AT, 2, "all"))
    assert [["unknown"], ["none"]] == list(told.values())
    early = days_of(dose_counts([Patient.from_dict(record)], "2026-03-31T02:59", 1, "all"))
    assert [date(2026, 3, 29)] == list(early)


DISPENSES = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 60), st.integers(0, 2)),
    max_size=10,
    unique_by=lambda each: (each[0], each[2]),
)


@given(DISPENSES)
def test_days_with_supply(supplies: list[Dispense]) -> None:
    """Against a count of stocks day by day; the year of supplies reaches over both changes of clocks."""
    codes = ("C10AA05", "C10AA07", "C10AA01")
    rows = [
        {"time": (TODAY - timedelta(ago)).isoformat(), "atc": codes[number], "days": days}
        for ago, days, number in supplies
    ]
    patient = Patient.from_dict({"id": "p", "dispenses": rows})
    covered = days_with_medicine(supplies)
    handed = [TODAY - timedelta(ago) for ago, _, _ in supplies]
    found = days_of(supply_counts([patient], f"{TODAY + timedelta(1)}T12:00", 90, "statins"))
    for day, told in found.items():
        is_asked = any(day - timedelta(366) < each <= day for each in handed)
        assert told == ([] if not is_asked else ["covered"] if day in covered else ["without"])


def test_supply_that_lasts_nobody_knows_how_long_or_was_not_handed_over() -> None:
    rows = [{"time": "2026-03-01", "atc": "C10AA05", "days": 10}, {"time": "2026-03-20", "atc": "C10AA05"}]
    told = days_of(supply_counts([Patient.from_dict({"id": "p", "dispenses": rows})], AT, 30, "all"))
    assert ["covered"] == told[date(2026, 3, 10)]
    assert ["without"] == told[date(2026, 3, 19)]
    assert ["unknown"] == told[date(2026, 3, 20)]
    cut = {"id": "p", "dispenses": rows[:1], "supplied": {"supply": {"from": "2026-02-01"}}}
    told = days_of(supply_counts([Patient.from_dict(cut)], AT, 30, "all"))
    assert [["covered"], ["unknown"]] == [told[date(2026, 3, day)] for day in (10, 11)]


def test_the_tables_have_a_row_for_each_day() -> None:
    patients = [Patient.from_dict({"id": "p", "doses": [dose("08:00 taken"), dose("20:00 missed")]})]
    patients += [Patient.from_dict({"id": str(n), "doses": [dose("08:00 taken")]}) for n in range(3)]
    rows = daily_doses(patients, at=AT, days=2).rows.to_pylist()
    assert [date(2026, 3, 29), date(2026, 3, 30)] == [each["day"] for each in rows]
    assert [(0, None), (4, 0.75)] == [(each["asked"], each["share"]) for each in rows]
    supply = daily_supply(patients, at=AT, days=3).rows
    assert ["day", "asked", *fates_of(SupplyDay), "share"] == supply.column_names
    assert [0, 0, 0] == supply.column("asked").to_pylist()


@pytest.mark.parametrize("days", [0, -3, 10**9])
def test_no_days(days: int) -> None:
    with pytest.raises(CdsError, match="at least one day"):
        daily_doses([], at=AT, days=days)
