"""A population from tables is the one that its patients make when they are read one by one."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cds.adapters.tables.reading import population_from_tables
from cds.api import Ruleset
from cds.loading import check_texts
from tests.adapters.tables.compared import assert_same, assert_same_facts, of_records
from tests.adapters.tables.hostile import hostile_records
from tests.adapters.tables.writing import (
    Tables,
    arrow,
    even,
    shuffled,
    split,
    tables_of,
)
from tests.strategies import SEEDS
from tests.written import records, ruleset_texts


def in_memory(tables: Tables, seed: int) -> dict[str, Any]:
    """Tables in memory, their rows in any order and in pieces; the patients stay as they are."""
    source: dict[str, Any] = {"manifest": tables.manifest, "patients": arrow("patients", tables.rows["patients"])}
    for name, rows in tables.rows.items():
        if name != "patients" and rows:
            source[name] = [arrow(name, piece) for piece in split(shuffled(rows, seed), seed)]
    return source


@given(records(), SEEDS)
def test_same_as_one_by_one(drawn: tuple[str, list[dict[str, Any]]], seed: int) -> None:
    patients = even(drawn[1])
    population, _ = population_from_tables(in_memory(tables_of(patients), seed))
    assert_same(of_records(patients), population)


VOUCHED = {"events": True, "doses": "2020-01-01", "supply": True, "conditions": True, "glucose": True}


@given(hostile_records(), SEEDS, st.sampled_from([{}, VOUCHED]))
def test_same_where_much_is_wrong(drawn: list[dict[str, Any]], seed: int, supplied: dict[str, Any]) -> None:
    """Also where somebody vouches for more than can be read."""
    patients = [{**each, "supplied": supplied} for each in even(drawn)]
    population, _ = population_from_tables(in_memory(tables_of(patients), seed))
    assert_same_facts(of_records(patients), population)


@given(records(), ruleset_texts(), SEEDS)
def test_same_findings(drawn: tuple[str, list[dict[str, Any]]], text: str, seed: int) -> None:
    checked = check_texts([(text, "written.yaml", True)])
    assert checked.plan
    ruleset = Ruleset(checked.plan)
    patients = even(drawn[1])
    population, _ = population_from_tables(in_memory(tables_of(patients), seed))
    expected, actual = (
        ruleset.score(each, at=drawn[0], allow_draft=True) for each in (of_records(patients), population)
    )
    assert expected.status.tolist() == actual.status.tolist()
    assert expected.table().equals(actual.table())
