"""The example tables show every table, hold nothing wrong, and give findings."""

from pathlib import Path

import pytest

import cds
from cds.adapters.tables.reading import population_from_tables
from cds.adapters.tables.specification import TABLES

TOP = Path(__file__).parents[3]
EXAMPLE = TOP / "docs" / "tables"


def test_every_table_is_shown() -> None:
    assert sorted(TABLES) == sorted(each.stem for each in EXAMPLE.glob("*.csv"))


def test_nothing_is_wrong() -> None:
    population, issues = population_from_tables(EXAMPLE)
    assert [] == issues["code"].to_pylist()
    assert ["a", "b", "c"] == list(population.ids)
    occurring = {key.partition(".")[0] for key, columns in population.tables.items() if len(columns.times)}
    assert {"body_weight", "blood_pressure", "phq9", "conditions", "devices", "stays", "events"} < occurring
    assert {"medicines", "supply", "doses"} < occurring
    assert {1} == population.limits.keys()


@pytest.mark.parametrize(
    ("name", "finding", "counts"),
    [
        ("heart-failure-weight", "weight_gain", {"fired": 1, "not_fired": 1, "not_applicable": 1}),
        ("depression-phq9", "item_9", {"not_fired": 1, "unknown": 2}),
    ],
)
def test_findings(name: str, finding: str, counts: dict[str, int]) -> None:
    ruleset = cds.load(TOP / "rulesets" / f"{name}.yaml")
    population, _ = ruleset.read_tables(EXAMPLE)
    found = ruleset.score(population, at="2026-11-23T08:00", allow_draft=True).counts()
    assert counts.items() <= found[f"{name}/{finding}"].items()
