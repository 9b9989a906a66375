"""The programs of the population benchmark say the same of every patient; what they measure is never looked at here."""

import json
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import cds

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
OTHERS = {"DuckDB": "duckdb", "Polars": "polars"}
PEOPLE = 300
BLOCK = 120  # the last one is smaller

pyarrow = pytest.importorskip("pyarrow", reason="scoring a population needs the extra `batch`")
parquet = import_module("pyarrow.parquet")


@pytest.fixture(scope="module")
def benchmark() -> Iterator[Any]:
    """The benchmark's modules, found as its script finds them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield import_module("population.benchmark")


@pytest.fixture(scope="module")
def folders(benchmark: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same patients shuffled and in order."""
    top = tmp_path_factory.mktemp("population")
    made = {order: top / order.replace(" ", "_") for order in ("shuffled", "in order")}
    for order, folder in made.items():
        benchmark.write(folder, PEOPLE, order, block=BLOCK)
    return made


def answered(program: str, folder: Path) -> Any:
    """What a program says, in the order of patients and rules."""
    programs = import_module("population.programs")
    out = folder / f"{program}.parquet"
    programs.MADE[program](programs.Job(folder, out, 2))()
    return import_module("population.benchmark").answers(out)


@pytest.fixture(scope="module")
def by_cds(folders: dict[str, Path]) -> Any:
    return answered("cds", folders["shuffled"])


@pytest.mark.parametrize("program", OTHERS)
@pytest.mark.parametrize("order", ["shuffled", "in order"])
def test_the_other_programs_say_what_cds_says(program: str, order: str, folders: dict[str, Path], by_cds: Any) -> None:
    pytest.importorskip(OTHERS[program], reason=f"{program} is not installed; it comes with the extra `bench`")
    assert by_cds.to_pylist() == answered(program, folders[order]).to_pylist()


def test_cds_says_the_same_of_patients_in_order(folders: dict[str, Path], by_cds: Any) -> None:
    assert by_cds.to_pylist() == answered("cds", folders["in order"]).to_pylist()


def test_every_rule_fires_for_somebody_and_is_open_for_others(by_cds: Any) -> None:
    statuses = Counter((each["rule"], each["status"]) for each in by_cds.to_pylist())
    assert PEOPLE * 16 == statuses.total()
    rules = {rule for rule, _ in statuses}
    assert 16 == len(rules)
    assert {(rule, status) for rule in rules for status in ("not_fired", "unknown")} <= statuses.keys()
    seldom = {"high_temperature", "weight_loss", "low_saturation"}
    assert {(rule, "fired") for rule in rules - seldom} <= statuses.keys()


def test_other_limits_are_other_answers(folders: dict[str, Path], by_cds: Any) -> None:
    other = answered("cds, other limits", folders["shuffled"])
    changed = {one["rule"] for one, two in zip(by_cds.to_pylist(), other.to_pylist(), strict=True) if one != two}
    assert {"above_target"} <= changed <= {"above_target", "adherence_before_more_treatment"}


def test_the_two_orders_hold_the_same_rows(folders: dict[str, Path]) -> None:
    for name in import_module("population.generator").TABLES:
        tables = [parquet.read_table(folder / f"{name}.parquet") for folder in folders.values()]
        rows = [Counter(map(repr, each.to_pylist())) for each in tables]
        assert rows[0] == rows[1]
    shuffled, in_order = (
        [each for each in parquet.read_table(folder / "observations.parquet")["patient"].to_pylist() if each > 0]
        for folder in folders.values()
    )
    assert sorted(shuffled) == in_order
    assert shuffled != in_order


def test_the_same_seed_makes_the_same_files(benchmark: Any, folders: dict[str, Path], tmp_path: Path) -> None:
    benchmark.write(tmp_path, PEOPLE, "shuffled", block=BLOCK)
    for file in sorted(tmp_path.iterdir()):
        assert (folders["shuffled"] / file.name).read_bytes() == file.read_bytes()


def test_a_table_larger_than_a_row_group_is_spread_over_all_of_them(
    benchmark: Any, folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("population.writing"), "ROWS_PER_GROUP", 5_000)
    benchmark.write(tmp_path, PEOPLE, "shuffled", block=BLOCK)
    file = parquet.ParquetFile(tmp_path / "observations.parquet")
    assert 8 == file.num_row_groups
    for group in range(file.num_row_groups):
        patients = file.read_row_group(group)["patient"].to_pylist()
        assert {0, 1, 2} <= {(each - 1) // BLOCK for each in patients if each > 0}
    assert {f"{name}.parquet" for name in import_module("population.generator").TABLES} | {"manifest.json"} == {
        each.name for each in tmp_path.iterdir()
    }
    whole = parquet.read_table(folders["shuffled"] / "observations.parquet")
    assert Counter(map(repr, whole.to_pylist())) == Counter(map(repr, file.read().to_pylist()))


def test_rows_that_differ_are_counted(benchmark: Any, by_cds: Any, tmp_path: Path) -> None:
    parquet.write_table(by_cds, tmp_path / "one.parquet")
    changed = [*by_cds["status"].to_pylist()[:-2], "changed", "changed"]
    parquet.write_table(by_cds.set_column(2, "status", [changed]), tmp_path / "two.parquet")
    parquet.write_table(by_cds.slice(1), tmp_path / "three.parquet")
    files = {name: tmp_path / f"{name}.parquet" for name in ("one", "two", "three")}
    found = benchmark.agreement(files)
    assert {"two": 2, "three": PEOPLE * 16} == found.differing
    assert f"{PEOPLE * 16:,} rows of patient, rule and status: two differs in 2; " in benchmark.agreed(found)


def test_the_rules_are_drafts_without_any_diagnostic() -> None:
    ruleset = cds.load(BENCHMARKS / "population" / "rules")
    assert () == ruleset.diagnostics
    assert {"draft"} == {head.status for head in ruleset.heads}
    assert 16 == len(ruleset.plan.rules)


def test_the_manifest_does_not_say_everything(folders: dict[str, Path]) -> None:
    supplied = json.loads((folders["shuffled"] / "manifest.json").read_text("utf-8"))["supplied"]
    assert not {"asthma", "peak_expiratory_flow"} & supplied.keys()
