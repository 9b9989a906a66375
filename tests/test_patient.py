"""Which rows of a patient count at a moment."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.operators.rows import EVERY_ROW, keep_known
from cds.operators.series import FIRST_TIME, LAST_TIME, Series
from cds.patient import Table, rows_known_at, series_of
from tests.strategies import MOMENTS, patients

THREE = Table(
    times=[10, 20, 30],
    recorded=[FIRST_TIME, 50, 30],
    utc_offset=[60, 60, 120],
    values=[1.0, 2.0, 3.0],
    raw=[18.0, 2.0, 54.0],
    unit=[10, 9, 10],
    group=[0, 1, 2],
    attribute=[0, 0, 4],
    quality=[0, 0, 0],
    references=[],
)


@given(st.data(), st.sampled_from(MOMENTS))
def test_rows_taken_without_a_look_are_those_that_a_look_keeps(data: st.DataObject, at: int) -> None:
    for patient in data.draw(patients(at)):
        for table in patient.tables.values():
            kept = [0] * len(table.times)
            of_values, of_quality = (table.values, table.values), (table.quality, table.quality)
            keep_known(
                *(table.times, table.utc_offset, table.recorded, *of_values, table.attribute, *of_quality),
                *(at, EVERY_ROW, kept),
            )
            assert [row for row, wanted in enumerate(kept) if wanted] == list(rows_known_at(table, table, at))


@pytest.mark.parametrize(("at", "rows"), [(9, []), (10, [0]), (29, [0]), (30, [0, 2]), (49, [0, 2]), (50, [0, 1, 2])])
def test_rows_count_from_when_they_were_measured_and_recorded(at: int, rows: list[int]) -> None:
    assert rows == list(rows_known_at(THREE, THREE, at))


def test_the_moment_from_which_all_rows_count() -> None:
    assert 50 == THREE.all_count_from
    assert 30 == replace(THREE, recorded=[FIRST_TIME] * 3).all_count_from
    assert LAST_TIME == replace(THREE, times=[10, 20, 20]).all_count_from
    assert FIRST_TIME == Table([], [], [], [], [], [], [], [], [], []).all_count_from


def test_a_series_of_some_rows_and_of_another_column() -> None:
    all_rows = Series(
        [10, 20, 30], [60, 60, 120], [1.0, 2.0, 3.0], [18.0, 2.0, 54.0], [10, 9, 10], [0, 1, 2], [0, 0, 4], [0, 0, 0]
    )
    assert all_rows == series_of(THREE, range(3))
    assert [each[::2] for each in all_rows] == list(series_of(THREE, [0, 2]))
    assert [18.0, 54.0] == series_of(THREE, [0, 2], "raw").values
    assert [10.0, 9.0, 10.0] == series_of(THREE, range(3), "unit").values
    assert [1.0, 2.0, 3.0] == THREE.values
