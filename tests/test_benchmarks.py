"""Benchmarks compare what says the same; what they measure is never looked at here."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
SCRIPTS = sorted(each.stem for each in BENCHMARKS.glob("*.py"))
ENGINES = {"zen-engine": "zen", "rule-engine": "rule_engine"}


@pytest.fixture(autouse=True)
def _as_scripts_find_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCHMARKS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_imports_without_measuring(name: str) -> None:
    assert callable(import_module(name).main)


def same(answers: list[Any]) -> list[Any]:
    """Answers to be compared: the last digit of a sum depends on how Python adds."""
    return [(status, pytest.approx(value), limit) for status, value, limit in answers]


PLACES = {
    "ten features": "of_features",
    "from records": "of_records",
    "explained": "of_explanations",
}


@pytest.mark.parametrize("made", PLACES.values(), ids=PLACES)
def test_ten_features(made: str) -> None:
    comparison = getattr(import_module("single"), made)()
    for other in comparison.others.values():
        assert same(other()) == comparison.cds()


def test_ten_features_with_limits_of_the_patients_own() -> None:
    single = import_module("single")
    own, default = single.of_features(single.own_limits()), single.of_features()
    assert same(own.others["plain Python"]()) == own.cds()
    changed = [one[2] != other[2] for one, other in zip(own.cds(), default.cds(), strict=True)]
    assert changed.count(True) == 9


def test_some_of_ten_rules_fire_and_others_do_not() -> None:
    single = import_module("single")
    for comparison in (single.of_features(), single.of_features(single.own_limits()), single.of_values([])):
        statuses = [status for status, _, _ in comparison.cds()]
        assert {"fired", "not_fired"} == set(statuses)
        assert 10 == len(statuses)


def test_ten_values_by_plain_python() -> None:
    comparison = import_module("single").of_values([])
    assert 2 == len(comparison.others)
    for other in comparison.others.values():
        assert other() == comparison.cds()


@pytest.mark.parametrize("engine", ENGINES)
def test_ten_values_by_another_engine(engine: str) -> None:
    pytest.importorskip(ENGINES[engine], reason=f"{engine} is not installed; it comes with the extra `bench`")
    comparison = import_module("single").of_values([engine])
    assert list(comparison.others.values())[-1]() == comparison.cds()


def test_the_table_is_the_one_that_the_script_writes() -> None:
    """All but the figures, the machine and the versions; they are those of the run that wrote it."""
    for package in ENGINES.values():
        pytest.importorskip(package, reason="without every engine the table has fewer lines")
    single = import_module("single")
    rows = [row for each in single.comparisons() for row in single.rows_of(each, rounds=2)]
    assert without_figures(single.table(rows)) == without_figures(single.WRITTEN.read_text("utf-8"))


def without_figures(text: str) -> str:
    """The table with a mark for every number, and without the two lines about the machine."""
    kept = [line for line in text.splitlines() if not line.startswith(("Machine: ", "Python "))]
    return re.sub(r"\d+\.\d+", "#", "\n".join(kept))
