"""Scoring a population: what comes out, in which form, and what is kept."""

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from cds.diagnostics import PatientError
from cds.execute.batch import score
from cds.execute.explain import evaluate
from cds.execute.findings import STATUSES
from cds.operators.ask import parameter_vector
from cds.operators.logic import ABOVE, AT_LEAST_OF
from cds.operators.series import DAYS, FIRST_TIME, WINDOW, WINDOW_KIND
from cds.patient import Patient, PatientLimit, Table
from cds.periods import instant, zone
from cds.plan import And, Compare, Constant, Head, Input, Level, Limit, Measure, Or, Plan, Rule, Wording
from cds.population import Columns, Population, population_of

AT = instant("2026-01-08T08:00:00Z", zone())[0]  # type: ignore[index]
HOUR = 3_600_000_000
WEEK = tuple(parameter_vector({WINDOW: 7, WINDOW_KIND: DAYS}))


def weights(*values: float) -> Table:
    """One weight an hour, the last one at AT."""
    times = [AT - HOUR * back for back in range(len(values) - 1, -1, -1)]
    none = [0] * len(values)
    return Table(
        times, [FIRST_TIME] * len(values), [60] * len(values), list(values), list(values), none, none, none, none, []
    )


def person(name: str, *values: float, limits: tuple[PatientLimit, ...] = ()) -> Patient:
    return Patient(name, zone(), {"weight": weights(*values)}, limits=limits)


def rule(name: str, *levels: Level, **more: Any) -> Rule:
    return Rule("heart", name, more.pop("kind", "zone"), And(()), levels, Wording({"en": name}), **more)


PLAN = Plan(
    (Head("heart", "1.2.0", "active", {"en": "Heart"}, {}, "hash"),),
    (
        Measure("newest", "last_reading", Input("weight", "weight"), WEEK, unit="kg"),
        Constant("heavy", 90.0, "kg"),
        Limit("high", "heart", 1, "kg", unit_factors={"kg": (1.0, 1.0, 0.0)}),
        Limit("very_high", "heart", 4, "kg", beyond=2, adapted=True),
        Constant("very heavy", 120.0, "kg"),
    ),
    (
        rule(
            "weight",
            Level("red", Compare(AT_LEAST_OF, 0, 3)),
            Level("yellow", Compare(ABOVE, 0, 2)),
        ),
        rule("again", Level("orange", Compare(ABOVE, 0, 2)), kind="rule", hidden_by=(0,)),
    ),
    "hash",
)
OWN = PatientLimit("high", 75.0, "kg", "heart", "a nurse", date(2026, 1, 1), None)
BAD = PatientLimit("high", 75.0, "stone", "heart", "a nurse")
PEOPLE = [
    person("light", 80.0),
    person("heavy", 80.0, 91.0),
    person("huge", 120.0),
    person("own", 80.0, limits=(OWN,)),
    person("bad", 80.0, limits=(BAD,)),
    person("empty"),
    Patient("nothing", zone(), {}),
]


SHOWN = ("patient", "rule", "status", "colour", "value", "limit_name", "limit_origin", "reason", "hidden_by")


@pytest.fixture(scope="module")
def population() -> Population:
    return population_of(PEOPLE)


def test_the_table_says_what_matters(population: Population) -> None:
    rows = score(PLAN, population, AT).table().to_pylist()
    assert [
        ("heavy", "weight", "fired", "yellow", 91.0, "high", "default", None, None),
        ("heavy", "again", "fired", "orange", 91.0, "high", "default", None, "heart/weight"),
        ("huge", "weight", "fired", "red", 120.0, "very_high", "adaptation", None, None),
        ("huge", "again", "fired", "orange", 120.0, "high", "default", None, "heart/weight"),
        ("own", "weight", "fired", "yellow", 80.0, "high", "patient", None, None),
        ("own", "again", "fired", "orange", 80.0, "high", "patient", None, "heart/weight"),
        ("bad", "weight", "unknown", "", 80.0, "high", "patient", "limit_invalid", None),
        ("bad", "again", "unknown", "", 80.0, "high", "patient", "limit_invalid", None),
        ("empty", "weight", "unknown", "", None, "very_high", "adaptation", "no_data", None),
        ("empty", "again", "unknown", "", None, "high", "default", "no_data", None),
        ("nothing", "weight", "unknown", "", None, "very_high", "adaptation", "not_supplied", None),
        ("nothing", "again", "unknown", "", None, "high", "default", "not_supplied", None),
    ] == [tuple(row[name] for name in SHOWN) for row in rows]
    assert {("heart", "1.2.0", "kg")} == {(row["ruleset"], row["version"], row["unit"]) for row in rows}


def test_the_table_speaks_as_findings_do(population: Population) -> None:
    table = score(PLAN, population, AT, keep=list(STATUSES)).table(everything=True)
    findings = [(each.id, finding) for each in PEOPLE for finding in evaluate(PLAN, each, AT).findings]
    assert len(findings) == table.num_rows
    for row, (name, finding) in zip(table.to_pylist(), findings, strict=True):
        assert (name, finding.rule.name, finding.status) == (row["patient"], row["rule"], row["status"])
        assert (finding.colour, finding.uncertain) == (row["colour"], row["uncertain"])
        assert (finding.value, finding.limit) == (row["value"], row["limit"])
        assert (finding.severity.indicator, finding.severity.triage) == (row["indicator"], row["triage"])
        assert (finding.reason.name if finding.reason else None) == row["reason"]
        assert (finding.limit_origin.kind if finding.limit_origin else None) == row["limit_origin"]
        assert (finding.limit_name, finding.hidden_by) == (row["limit_name"] or "", row["hidden_by"] or "")


def test_newest_is_the_newest_reading_in_utc(population: Population) -> None:
    table = score(PLAN, population, AT).table()
    assert pa.timestamp("us", "UTC") == table.schema.field("newest").type
    newest = {row["patient"]: row["newest"] for row in table.to_pylist()}
    assert ("2026-01-08T08:00:00+00:00", None) == (newest["heavy"].isoformat(), newest["empty"])


def test_counts_cover_what_is_not_kept(population: Population) -> None:
    findings = score(PLAN, population, AT, keep=())
    assert 0 == findings.table(everything=True).num_rows
    expected = {"not_applicable": 0, "not_fired": 1, "unknown": 3, "unconfirmed": 0, "fired": 3}
    assert {"heart/weight": expected, "heart/again": expected} == findings.counts()


def test_quiet_findings_are_listed_only_on_request(population: Population) -> None:
    findings = score(PLAN, population, AT, keep=list(STATUSES))
    assert "light" not in findings.table()["patient"].to_pylist()
    assert "light" in findings.table(everything=True)["patient"].to_pylist()


def test_issues_name_the_patient(population: Population) -> None:
    issues = score(PLAN, population, AT).issues
    assert {4: ["limit_invalid"]} == {place: [each.code for each in found] for place, found in issues.items()}


@pytest.mark.parametrize(("chunk", "threads"), [(1, 1), (2, 3), (100, 2), (3, None)])
def test_chunks_and_threads_change_nothing(population: Population, chunk: int, threads: int | None) -> None:
    expected = score(PLAN, population, AT).table()
    assert expected.equals(score(PLAN, population, AT, chunk=chunk, threads=threads).table())


def test_nobody_and_no_rules() -> None:
    nobody = score(PLAN, population_of([]), AT)
    assert (0, (2, 0)) == (nobody.table().num_rows, nobody.status.shape)
    silent = score(Plan(PLAN.heads, PLAN.numbers, (), "hash"), population_of(PEOPLE), AT)
    assert (0, (0, len(PEOPLE))) == (silent.table(everything=True).num_rows, silent.status.shape)


def test_numbers_are_held_when_watched(population: Population) -> None:
    found = score(PLAN, population, AT, watch=True).numbers
    assert found is not None
    assert [80.0, 91.0, 120.0, 80.0, 80.0, 0.0, 0.0] == found.value[0].tolist()
    assert [1, 0, 1, 1, 1, 1] == found.used[0].tolist()


def test_parts_of_a_panel_must_share_their_rows() -> None:
    broken = Patient("x", zone(), {"pressure.systolic": weights(120.0), "pressure.diastolic": weights()})
    source = Input("pressure", "pressure.systolic", "pressure.diastolic")
    plan = Plan(
        PLAN.heads,
        (Measure("mean", "mean", source, WEEK), Constant("c", 1.0)),
        (rule("r", Level("red", Or((Compare(ABOVE, 0, 1),)))),),
        "hash",
    )
    with pytest.raises(PatientError, match="must have the same rows"):
        score(plan, population_of([broken]), AT)


def test_a_long_population_is_scored_as_one_patient_is() -> None:
    """Arrays that were never lists: the columns as a loader of tables makes them."""
    size, rows = 3000, 20
    rng = np.random.default_rng(1)
    n = size * rows
    columns = Columns(
        offsets=np.arange(size + 1) * rows,
        times=np.sort(AT - rng.integers(0, 10 * 24, (size, rows)) * HOUR, axis=1).ravel(),
        recorded=np.full(n, FIRST_TIME),
        utc_offset=np.full(n, 60, np.int16),
        values=rng.integers(600, 1300, n) / 10.0,
        raw=np.zeros(n),
        unit=np.zeros(n, np.int16),
        group=np.zeros(n, np.int64),
        attribute=np.zeros(n, np.int32),
        quality=np.zeros(n, np.int16),
        supplied_from=np.full(size, FIRST_TIME),
    )
    population = Population(
        [f"p{each}" for each in range(size)],
        {"weight": columns},
        (zone(),),
        np.zeros(size, np.int16),
        np.zeros(size, np.int64),
        np.zeros(size, np.int8),
    )
    status = score(PLAN, population, AT, chunk=512, threads=2).status
    for place in range(0, size, 97):
        start, end = columns.offsets[place : place + 2]
        alone = Patient("x", zone(), {"weight": _table(columns, start, end)})
        expected = [STATUSES[each.status] for each in evaluate(PLAN, alone, AT).findings]
        assert expected == status[:, place].tolist()


def _table(columns: Columns, start: int, end: int) -> Table:
    names = ("times", "recorded", "utc_offset", "values", "raw", "unit", "group", "attribute", "quality")
    return Table(*(getattr(columns, name)[start:end].tolist() for name in names), [])
