"""Patients laid end to end: the same rows, shared where they say the same, refused where they cannot be right."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.diagnostics import PatientError
from cds.operators.series import LAST_TIME
from cds.patient import SEX, Patient, Table, table_of
from cds.periods import zone
from cds.population import NO_DAY, ROW_TYPES, Columns, Population, nothing, population_of
from tests.strategies import KEYS, MOMENTS, patients


@given(st.data(), st.sampled_from(MOMENTS))
def test_every_row_is_there_in_its_place(data: st.DataObject, at: int) -> None:
    people = data.draw(patients(at))
    population = population_of(people)
    for key in (*KEYS, "not there"):
        columns = population.columns_of(key)
        for place, each in enumerate(people):
            start, end = columns.offsets[place : place + 2]
            table = table_of(each, key)
            for name in ROW_TYPES:
                assert getattr(table, name) == getattr(columns, name)[start:end].tolist()
            assert table.supplied_from == columns.supplied_from[place]


def test_people() -> None:
    population = population_of(
        [
            Patient("a", zone(), {}, date(1970, 1, 2), "female"),
            Patient("b", zone("Europe/London"), {}),
            Patient("c", zone(), {}, date(1900, 1, 1), "other"),
        ]
    )
    assert ["a", "b", "c"] == list(population.ids)
    assert [1, NO_DAY, -25567] == population.birth_day.tolist()
    assert [SEX["female"], 0, SEX["other"]] == population.sex.tolist()
    assert ["Europe/Oslo", "Europe/London", "Europe/Oslo"] == [population.zones[each].name for each in population.zone]
    starts, transitions, offsets = population.clocks
    for place, each in enumerate(population.zones):
        own = slice(starts[place], starts[place + 1])
        assert (each.transitions, each.offsets) == (transitions[own].tolist(), offsets[own].tolist())


@given(st.data())
def test_from_when_all_rows_count_is_each_patients_own(data: st.DataObject) -> None:
    people = data.draw(patients(MOMENTS[0]))
    columns = population_of(people).columns_of("pulse")
    assert [table_of(each, "pulse").all_count_from for each in people] == columns.all_count_from.tolist()


def test_parts_of_a_panel_share_what_belongs_to_the_reading() -> None:
    tables = {"pressure.systolic": _one_row(1.0), "pressure.diastolic": _one_row(2.0)}
    population = population_of([Patient("a", zone(), tables)])
    one, other = (population.columns_of(key) for key in tables)
    assert one.times is other.times
    assert one.values is not other.values


def _one_row(value: float) -> Any:
    return Table([0], [0], [0], [value], [value], [0], [0], [0], [0], [])


def test_what_nobody_got() -> None:
    columns = nothing(2)
    assert ([0, 0, 0], [LAST_TIME] * 2) == (columns.offsets.tolist(), columns.supplied_from.tolist())


def columns_of(**changes: Any) -> Columns:
    columns = {name: np.zeros(3, kind) for name, kind in ROW_TYPES.items()}
    return Columns(**{"offsets": np.array([0, 2, 3]), "supplied_from": np.zeros(2, np.int64), **columns, **changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"values": np.zeros(3, np.float32)}, "`values` must be one contiguous line of float64"),
        ({"values": np.zeros(6)[::2]}, "`values` must be one contiguous line of float64"),
        ({"unit": np.zeros(2, np.int16)}, "`unit` has 2 rows, `times` has 3"),
        ({"offsets": np.array([0, 2, 4])}, "must lead from 0 to the number of rows"),
        ({"offsets": np.array([0, 3])}, "must lead from 0 to the number of rows"),
        ({"offsets": np.array([0, 5, 3])}, "must not fall"),
    ],
)
def test_columns_that_cannot_be_read_safely(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(PatientError, match=words):
        columns_of(**changes)


def test_people_and_columns_must_fit() -> None:
    population = population_of([Patient("a", zone(), {})])
    with pytest.raises(PatientError, match="`sex` must hold one int8 for each patient"):
        replace(population, sex=np.zeros(2, np.int8))
    with pytest.raises(PatientError, match="the columns of `key` are not of 1 patients"):
        Population(population.ids, {"key": nothing(2)}, population.zones, *_people(population))


def _people(population: Population) -> tuple[Any, ...]:
    return population.zone, population.birth_day, population.sex
