"""On Spark everybody gets what the batch executor gives, and what could not be used is told in the same words."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark import TaskContext
from pyspark.sql import DataFrame, SparkSession

import cds.spark
from cds.api import Ruleset, load
from cds.diagnostics import CdsError, DraftNotAllowed, PatientError
from cds.shipped import shipped_rulesets
from cds.synthetic import AT, population
from tests.adapters.tables.hostile import hostile_records
from tests.adapters.tables.writing import arrow, even, shuffled, split, tables_of
from tests.scoring.test_blocks_agree import RULES, with_strangers
from tests.spark.frames import alone, frames, together
from tests.strategies import SEEDS

# What pyspark says of the versions of others, and what it leaves open when Python ends, is not ours.
pytestmark = [
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:pyspark"),
]
PAGE = Path(__file__).parents[2] / "docs" / "spark.md"
IS_LONG = os.environ.get("CDS_PROFILE") == "long"
DRAWN_AT = "2026-11-01T08:00"
WEIGHT = {"code": "body_weight", "unit": "kg"}


@pytest.fixture(scope="module")
def session() -> Iterator[SparkSession]:
    session = cds.spark.local_session(2, attempts=2)
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return load([shipped_rulesets() / f"{name}.yaml" for name in RULES])


def weights(patient: str, count: int) -> list[dict[str, Any]]:
    """Weights that rise, several a minute, the last shortly before the moment of the draws."""
    first = 1_793_520_000 - count
    return [{"patient": patient, "time": first + each, "value": 80 + each / count, **WEIGHT} for each in range(count)]


def observations(rows: list[dict[str, Any]]) -> pa.Table:
    table = pa.Table.from_pylist(rows)
    return table.set_column(1, "time", table["time"].cast(pa.timestamp("s", "UTC")).cast(pa.timestamp("us", "UTC")))


def test_a_made_up_population_gets_the_same(session: SparkSession, ruleset: Ruleset, tmp_path: Path) -> None:
    everything = load([shipped_rulesets()]) if IS_LONG else ruleset
    made = population(1000 if IS_LONG else 250, seed=3)
    tables = made if IS_LONG else {name: each if name == "manifest" else each[:2] for name, each in made.items()}
    scored = cds.spark.score(everything, frames(session, tmp_path, tables), at=AT, partitions=3, allow_draft=True)
    findings, issues = together(scored)
    assert alone(everything, tables, AT) == (findings, issues)
    assert findings and issues


@pytest.mark.parametrize(("partitions", "everything"), [(1, True), (16, False)])
def test_one_patient_may_have_nearly_everything(
    session: SparkSession, ruleset: Ruleset, tmp_path: Path, partitions: int, everything: bool
) -> None:
    """With 16 partitions most of them are empty."""
    rows = [*weights("huge", 60_000), *weights("a", 3), *weights("b", 40)]
    Random(1).shuffle(rows)
    tables = {"observations": observations(rows), "patients": pa.table({"id": ["huge", "a", "b", "nothing known"]})}
    given = frames(session, tmp_path, tables)
    scored = cds.spark.score(
        ruleset, given, at=DRAWN_AT, everything=everything, partitions=partitions, allow_draft=True
    )
    assert alone(ruleset, tables, DRAWN_AT, everything=everything) == together(scored)


@given(drawn=hostile_records(), seed=SEEDS, partitions=st.sampled_from((1, 2, 5)))
@settings(
    max_examples=60 if IS_LONG else 2,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_whatever_rows_hold(
    session: SparkSession,
    ruleset: Ruleset,
    tmp_path_factory: pytest.TempPathFactory,
    drawn: list[dict[str, Any]],
    seed: int,
    partitions: int,
) -> None:
    made = with_strangers(tables_of(even(drawn)), Random(seed))
    tables: dict[str, Any] = {
        name: [arrow(name, each) for each in split(shuffled(rows, seed), seed)]
        for name, rows in made.rows.items()
        if rows
    }
    if tables:
        tables["manifest"] = made.manifest
        given = frames(session, tmp_path_factory.mktemp("drawn"), tables)
        scored = cds.spark.score(ruleset, given, at=DRAWN_AT, everything=True, partitions=partitions, allow_draft=True)
        assert alone(ruleset, tables, DRAWN_AT, everything=True) == together(scored)


def failing_once(frame: DataFrame, place: Path) -> DataFrame:
    """The same rows; the task that reaches their end first fails there, once."""

    def through(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from batches
        if TaskContext.get().attemptNumber() == 0 and not place.exists():
            place.touch()
            raise OSError("the machine went away")

    return frame.mapInArrow(through, frame.schema)


def test_a_task_that_is_run_again_gives_the_same(session: SparkSession, ruleset: Ruleset, tmp_path: Path) -> None:
    """Both while rows are packed and after a bucket was scored."""
    tables = {"observations": observations([*weights("a", 30), *weights("b", 30), *weights("c", 30)])}
    given = frames(session, tmp_path / "tables", tables)
    before, after = tmp_path / "before", tmp_path / "after"
    given["observations"] = [failing_once(each, before) for each in given["observations"]]
    scored = cds.spark.score(ruleset, given, at=DRAWN_AT, partitions=2, allow_draft=True)
    again = cds.spark.Scored(failing_once(scored.rows, after), scored.of_tables)
    assert alone(ruleset, tables, DRAWN_AT) == together(again)
    assert before.exists() and after.exists()


def test_without_numbers_of_rows_issues_name_none(session: SparkSession, ruleset: Ruleset) -> None:
    rows = [
        ("a", "body_weight", "2026-10-31T08:00", 81.0, "stone-ish"),
        (None, "body_weight", "2026-10-31", 80.0, "kg"),
    ]
    frame = session.createDataFrame(rows, "patient string, code string, time string, value double, unit string")
    scored = cds.spark.score(ruleset, {"observations": frame}, at=DRAWN_AT, partitions=2, allow_draft=True)
    found = {(each["code"], each["row"], each["patient"]) for each in scored.issues.collect()}
    assert {("patient_not_stated", None, None), ("unit_not_understood", None, "a")} == found


def test_what_is_wrong_with_the_arguments_is_said_before_anything_runs(session: SparkSession, ruleset: Ruleset) -> None:
    good = session.createDataFrame([], "patient string, code string, time string, value double")
    cases: list[tuple[type[CdsError], str, dict[str, Any]]] = [
        (DraftNotAllowed, "allow_draft=True", {"allow_draft": False}),
        (PatientError, "no DataFrame of Spark", {"tables": {"observations": "observations.parquet"}}),
        (PatientError, "there is no table to be scored", {"tables": {"manifest": {}}}),
        (PatientError, "there is no table `observation`; did you mean", {"tables": {"observation": good}}),
        (PatientError, "no column `value`", {"tables": {"observations": good.drop("value")}}),
        (
            PatientError,
            "`time` is bool",
            {"tables": {"observations": good.withColumn("time", good.value > 1)}},
        ),
        (CdsError, "0 partitions cannot hold anybody", {"partitions": 0}),
    ]
    for kind, says, changed in cases:
        arguments = {"tables": {"observations": good}, "allow_draft": True, **changed}
        with pytest.raises(kind, match=re.escape(says)):
            cds.spark.score(ruleset, arguments.pop("tables"), at=DRAWN_AT, **arguments)


def test_the_page_prints_what_it_shows(session: SparkSession, capsys: pytest.CaptureFixture[str]) -> None:
    """The session of the page is the one that is there."""
    blocks = re.findall(r"^```(?:py|text)\n(.*?)^```$", PAGE.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    exec(compile(blocks[0], str(PAGE), "exec"), {})
    assert blocks[1] == capsys.readouterr().out
