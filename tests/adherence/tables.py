"""Made-up tables of supply for the tests of adherence."""

from datetime import date, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from cds.adherence import Carry, Columns, Window

COLUMNS: Final = Columns(daily_dose="dose")
FIRST: Final = date(2026, 1, 1)
Row = dict[str, Any]


def row(patient: Any, day: Any, lasts: Any, medication: Any = "A", dose: Any = 1.0) -> Row:
    """A supply; day: number after the first day, or what stands in the table."""
    when = FIRST + timedelta(days=day) if isinstance(day, int) else day
    return {"patient": patient, "date": when, "days_supply": lasts, "medication": medication, "dose": dose}


PATIENTS: Final = st.sampled_from(["p", "q", "r"])
LENGTHS: Final = st.one_of(st.integers(1, 120).map(float), st.sampled_from([0.5, 30.0, 41.25]))
ROWS: Final = st.builds(
    row, PATIENTS, st.integers(0, 800), LENGTHS, st.sampled_from(["A", "B"]), st.sampled_from([1.0, 2.0, 3.0])
)
TABLES: Final = st.lists(ROWS, min_size=1, max_size=25)
BAD: Final = st.one_of(
    st.builds(
        row, st.just("bad"), st.integers(0, 800), st.sampled_from([0.0, -30.0, 1e9, None, "thirty", float("inf")])
    ),
    st.builds(row, st.just("bad"), st.sampled_from([None, "2026-02-30", "2999-01-01", ""]), LENGTHS),
    st.builds(row, st.just("bad"), st.integers(0, 800), LENGTHS, st.just(None), st.sampled_from([None, 0.0, -1.0])),
    st.builds(row, st.just(None), st.integers(0, 800), LENGTHS),
)
CARRIES: Final = st.builds(Carry, st.booleans(), st.booleans(), st.booleans())
FOLLOW_UP: Final = Window(0, "2 years")
OBSERVATIONS: Final = st.builds(Window, st.sampled_from([0, "60 days", "3 months"]), st.sampled_from([120, "1 year"]))
