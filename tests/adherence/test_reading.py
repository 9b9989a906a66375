"""Tables of every kind, and rows that cannot be used."""

from datetime import date
from typing import Any

import pytest

from cds import adherence
from cds.adherence import Carry, Columns, RowIssue, Window
from cds.diagnostics import CdsError
from tests.adherence.tables import COLUMNS, row

GOOD = [row("p", 0, 30.0), row("p", 40, 30.0), row("q", 0, 30.0)]
WINDOW = Window(0, 100)


def asked(table: Any, executor: Any = "single", columns: Columns = COLUMNS, **more: Any) -> adherence.Answer:
    return adherence.continuous_availability(
        table, ["CMA7"], follow_up=WINDOW, observation=WINDOW, columns=columns, executor=executor, **more
    )


def cells(answer: adherence.Answer) -> list[tuple[Any, Any, str]]:
    return [(each["patient"], each["value"], each["reason"]) for each in answer.rows.to_pylist()]


EXPECTED = [("p", 0.6, "known"), ("q", 0.3, "known")]


def as_columns() -> dict[str, list[Any]]:
    return {name: [each[name] for each in GOOD] for name in GOOD[0]}


@pytest.mark.parametrize("executor", ["single", "batch"])
@pytest.mark.parametrize("kind", ["rows", "columns", "texts", "objects", "pyarrow", "polars", "pandas"])
def test_any_table(kind: str, executor: str) -> None:
    if executor == "batch":
        pytest.importorskip("numba")
    table: Any = GOOD
    if kind == "columns":
        table = as_columns()
    elif kind == "texts":
        table = {name: [str(cell) for cell in cells] for name, cells in as_columns().items()}
    elif kind == "objects":
        table = [type("Supply", (), each) for each in GOOD]
    elif kind == "pyarrow":
        table = pytest.importorskip("pyarrow").table(as_columns())
    elif kind in ("polars", "pandas"):
        table = pytest.importorskip(kind).DataFrame(as_columns())
    answer = asked(table, executor)
    assert [(patient, pytest.approx(value), reason) for patient, value, reason in EXPECTED] == cells(answer)
    assert answer.issues == ()


BAD: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "zero": (row("p", 60, 0.0), "days_supply", "days_not_possible", "at_least"),
    "negative": (row("p", 60, -30.0), "days_supply", "days_not_possible", "at_least"),
    "absurd": (row("p", 60, 3000.0), "days_supply", "days_not_possible", "at_least"),
    "missing": (row("p", 60, None), "days_supply", "days_not_stated", "at_least"),
    "not a number": (row("p", 60, "thirty"), "days_supply", "days_not_understood", "at_least"),
    "no date": (row("p", None, 30.0), "date", "date_not_stated", "not_computable"),
    "no such date": (row("p", "2026-02-30", 30.0), "date", "date_not_understood", "not_computable"),
    "far ahead": (row("p", "2999-01-01", 30.0), "date", "date_not_understood", "not_computable"),
}


@pytest.mark.parametrize("executor", ["single", "batch"])
@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_is_an_issue_of_its_patient(name: str, executor: str) -> None:
    if executor == "batch":
        pytest.importorskip("numba")
    bad, column, code, reason = BAD[name]
    for table in ([bad, *GOOD], [*GOOD, bad]):
        answer = asked(table, executor)
        (issue,) = answer.issues
        assert (table.index(bad), column, "p", code) == (issue.row, issue.column, issue.patient, issue.code)
        assert {("p", reason), ("q", "known")} == {(each[0], each[2]) for each in cells(answer)}
        assert str(bad["days_supply"]) not in issue.message or bad["days_supply"] is None


def test_a_row_of_nobody_is_an_issue() -> None:
    answer = asked([*GOOD, row(None, 5, 30.0)])
    assert [("p", "known"), ("q", "known")] == [(each[0], each[2]) for each in cells(answer)]
    assert [(3, None, "patient_not_stated")] == [(each.row, each.patient, each.code) for each in answer.issues]


def test_the_same_row_again_counts_and_is_told() -> None:
    answer = asked([*GOOD, GOOD[2]])
    assert pytest.approx(0.6) == cells(answer)[1][1]
    assert [("q", "same_again")] == [(each.patient, each.code) for each in answer.issues]


def test_what_is_dated_after_the_last_day_known_takes_no_part() -> None:
    answer = asked(GOOD, at=date(2026, 1, 31))
    assert [(1, "p", "after_at")] == [(each.row, each.patient, each.code) for each in answer.issues]
    ends = [each["observation_end"] for each in answer.rows.to_pylist()]
    assert [date(2026, 2, 1)] * 2 == ends
    assert [pytest.approx(30 / 31)] * 2 == [each[1] for each in cells(answer)]


def test_a_bound_that_cannot_be_more_is_known() -> None:
    answer = asked([row("p", 0, 100.0), row("p", 50, 0.0)])
    assert [("p", 1.0, "known")] == cells(answer)


def test_a_missing_dose_counts_only_where_doses_do() -> None:
    table = [row("p", 0, 30.0, dose=None), row("p", 10, 30.0)]
    assert asked(table).issues == ()
    answer = asked(table, carry=Carry(dose_change=True))
    assert ["dose_not_known"] == [each.code for each in answer.issues]
    assert [("p", None, "not_computable")] == cells(answer)


def test_an_unnamed_medication_is_one_of_its_own() -> None:
    table = [row("p", 0, 30.0, medication=None), row("p", 10, 30.0, medication=None)]
    answer = asked(table, carry=Carry(same_medication=True))
    assert ["medicine_not_stated"] * 2 == [each.code for each in answer.issues]
    assert [("p", pytest.approx(0.4), "known")] == cells(answer)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (5, "a table is anything with"),
        ([{"patient": 1}], "a row of the table has no `date`"),
        ({"patient": [1]}, "the table has no column `date`"),
        ({name: [1] * (2 if name == "date" else 1) for name in GOOD[0]}, "of different lengths"),
    ],
)
def test_what_is_no_table(table: Any, told: str) -> None:
    with pytest.raises(CdsError, match=told):
        asked(table)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"follow_up": Window("soon", 5)}, "`soon` is no length of time"),
        ({"follow_up": Window(0, 0)}, "`0` lasts no time"),
        ({"observation": Window({"p": date(2026, 1, 1)}, 5)}, "1 patients have no day"),
        ({"at": "yesterday"}, "`yesterday` is no date"),
        ({"executor": "gpu"}, "`gpu` executes nothing"),
        ({"columns": Columns(), "carry": Carry(dose_change=True)}, "no column holds it"),
    ],
)
def test_what_cannot_be_asked(more: dict[str, Any], told: str) -> None:
    with pytest.raises(CdsError, match=told):
        adherence.continuous_availability(GOOD, **{"columns": COLUMNS, **more})


def test_a_measure_that_is_none() -> None:
    with pytest.raises(CdsError, match="`CMA10` is no measure"):
        adherence.continuous_availability(GOOD, ["CMA10"])


def test_windows_by_date_and_by_patient() -> None:
    """January in days of the year, stated for everybody and for each."""
    for start in (date(2026, 1, 11), "2026-01-11", {"p": date(2026, 1, 11), "q": date(2026, 1, 11)}):
        for until in (date(2026, 2, 10), 30, "2026-02-10"):
            answer = adherence.continuous_availability(
                GOOD, follow_up=Window("2026-01-01", 365), observation=Window(start, until), executor="single"
            )
            shown = {(each["observation_start"], each["observation_end"]) for each in answer.rows.to_pylist()}
            assert {(date(2026, 1, 11), date(2026, 2, 10))} == shown
            assert [pytest.approx(20 / 30)] * 2 == [each[1] for each in cells(answer)]


def test_an_issue_says_where() -> None:
    issue = asked([row("p", 0, 0.0)]).issues[0]
    assert isinstance(issue, RowIssue)
    assert issue.message.endswith("correct the days' supply")


def test_without_pyarrow_rows_are_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    from cds.adherence import output

    monkeypatch.setattr(output, "has_arrow", lambda: False)
    rows = asked([*GOOD, row("r", 0, None)]).rows
    assert [("p", 0.6, "known"), ("q", 0.3, "known"), ("r", 0.0, "at_least")] == [
        (each.patient, pytest.approx(each.value), each.reason) for each in rows
    ]
    assert date(2026, 4, 11) == rows[0].observation_end
