"""Which rows of one instant count: identical ones once, the later recorded first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.operators.reasons import IMPLAUSIBLE_ONLY, KNOWN
from cds.operators.rows import Wanted, keep_known
from cds.operators.series import FIRST_TIME

AT = 100
SITTING, LYING = 16, 64
Row = tuple[int, int, float, float, int, int]  # time, recorded, value, partner's value, attribute, quality


def kept(
    rows: list[Row], at: int = AT, needed: int = 0, unwanted: int = 0, other: list[int] | None = None
) -> list[int]:
    marks = [0] * len(rows)
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(6)]
    times, recorded, values, partner, attribute, quality = columns
    other = [KNOWN] * len(rows) if other is None else other
    wanted = Wanted(needed, unwanted)
    utc_offset = [0] * len(rows)
    count = keep_known(times, utc_offset, recorded, values, partner, attribute, quality, other, at, wanted, marks)
    assert count == sum(marks)
    return marks


CASES: dict[str, tuple[list[Row], list[int]]] = {
    "nothing": ([], []),
    "after the moment": ([(100, FIRST_TIME, 1, 1, 0, 0), (101, FIRST_TIME, 1, 1, 0, 0)], [1, 0]),
    "recorded after the moment": ([(50, 100, 1, 1, 0, 0), (60, 101, 1, 1, 0, 0)], [1, 0]),
    "identical rows once": ([(50, FIRST_TIME, 1, 1, 0, 0), (50, FIRST_TIME, 1, 1, 0, 0)], [1, 0]),
    "identical but for noise": ([(50, FIRST_TIME, 0.3, 1, 0, 0), (50, FIRST_TIME, 0.1 + 0.2, 1, 0, 0)], [1, 0]),
    "the other part differs": ([(50, FIRST_TIME, 1, 1, 0, 0), (50, FIRST_TIME, 1, 2, 0, 0)], [1, 1]),
    "other attributes": ([(50, FIRST_TIME, 1, 1, SITTING, 0), (50, FIRST_TIME, 1, 1, LYING, 0)], [1, 1]),
    "the later recorded wins": ([(50, 60, 1, 1, 0, 0), (50, 70, 2, 2, 0, 0)], [0, 1]),
    "corrected back": ([(50, 60, 1, 1, 0, 0), (50, 70, 2, 2, 0, 0), (50, 80, 1, 1, 0, 0)], [0, 0, 1]),
    "a correction not yet known": ([(50, 60, 1, 1, 0, 0), (50, 170, 2, 2, 0, 0)], [1, 0]),
    "a recorded time is not stated": ([(50, FIRST_TIME, 1, 1, 0, 0), (50, 70, 2, 2, 0, 0)], [1, 1]),
    "recorded at the same time": ([(50, 70, 1, 1, 0, 0), (50, 70, 2, 2, 0, 0)], [1, 1]),
    "a correction to an impossible value": ([(50, 60, 1, 1, 0, 0), (50, 70, 900, 1, 0, IMPLAUSIBLE_ONLY)], [0, 1]),
}


@pytest.mark.parametrize("case", CASES)
def test_rows_of_one_instant(case: str) -> None:
    rows, expected = CASES[case]
    assert kept(rows) == expected


def test_attributes_asked_for() -> None:
    rows: list[Row] = [(50, FIRST_TIME, 1, 1, SITTING, 0), (51, FIRST_TIME, 1, 1, LYING, 0)]
    assert kept(rows, needed=SITTING) == [1, 0]
    assert kept(rows, unwanted=SITTING) == [0, 1]


@given(st.lists(st.tuples(st.integers(90, 110), st.sampled_from((FIRST_TIME, 95, 105)), st.integers(0, 2))))
def test_what_is_not_known_yet_changes_nothing(drawn: list[tuple[int, int, int]]) -> None:
    rows: list[Row] = sorted((time, recorded, float(value), 0.0, 0, KNOWN) for time, recorded, value in drawn)
    marks = kept(rows)
    known = [row for row in rows if row[0] <= AT and row[1] <= AT]
    assert [mark for row, mark in zip(rows, marks, strict=True) if row in known] == kept(known)
    assert all(row in known for row, mark in zip(rows, marks, strict=True) if mark)


def test_rows_that_differ_only_in_the_other_parts_quality_are_two_readings() -> None:
    same: list[Row] = [(50, FIRST_TIME, 1, 0, 0, 0), (50, FIRST_TIME, 1, 0, 0, 0)]
    assert [1, 1] == kept(same, other=[KNOWN, IMPLAUSIBLE_ONLY])
    assert [1, 0] == kept(same, other=[IMPLAUSIBLE_ONLY, IMPLAUSIBLE_ONLY])
