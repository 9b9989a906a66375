"""The list of patients with a dispenser."""

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from cds.cli import main

START, END = date(2026, 2, 8), date(2026, 2, 14)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """a misses more than before, b is away for some days, c has a dispenser and no doses, d no dispenser at all."""
    folder = tmp_path_factory.mktemp("dispensers")
    fates = {
        "a": ["taken"] * 7 + ["missed", "missed", "late", "taken", "unknown", "taken", "taken"],
        "b": ["missed", "missed"] + ["taken"] * 12,
    }
    rows = ["patient,planned,status,taken"]
    for name, each in fates.items():
        for number, fate in enumerate(each):
            day = START + timedelta(days=number - 7)
            taken = {"taken": f"{day}T08:05", "late": f"{day}T10:00"}.get(fate, "")
            rows.append(f"{name},{day}T08:00,{'taken' if taken else fate},{taken}")
    written = {
        "patients": ["id", "a", "b", "c", "d"],
        "devices": ["patient,code,from", *(f"{each},medicine_dispenser,2025-06-01" for each in "abc")],
        "doses": rows,
        "events": ["patient,code,time", "a,technical_fault,2026-02-09T10:00", "a,roll_fault,2026-02-09T12:00"],
        "stays": ["patient,code,from,to", "b,hospital_stay,2026-02-12T11:00,2026-02-14T09:00"],
    }
    for name, lines in written.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    supplied = {"devices": True, "events": True, "doses": {"from": "2026-02-01"}, "stays": {"from": "2026-02-01"}}
    (folder / "manifest.json").write_text(json.dumps({"supplied": supplied}), "utf-8")
    return folder


def command(tables: Path, *more: str) -> list[str]:
    return ["oversight", "--data", str(tables), "--from", str(START), "--to", str(END), *more]


def test_a_row_for_each_dispenser(tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alarms, evaluations = tmp_path / "alarms.ndjson", tmp_path / "evaluations.csv"
    states = (("a", "open", ""), ("a", "escalated", "Kari"), ("b", "quiet", ""))
    alarms.write_text(
        "".join(json.dumps({"patient": one, "state": two, "in_hand": three}) + "\n" for one, two, three in states)
    )
    evaluations.write_text("patient,due\na,2026-02-01\nb,2026-03-01\n", "utf-8")
    more = ("--late-after", "60", "--alarms", str(alarms), "--evaluations", str(evaluations), "--format", "csv")
    assert 0 == main(command(tables, *more))
    rows = {each["patient"]: each for each in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    assert ["a", "b", "c"] == list(rows)
    a, b, c = rows.values()
    assert ("7", "2", "1", "1") == (a["planned"], a["missed"], a["unknown"], a["late"])
    assert (2 / 6, 0.0) == (pytest.approx(float(a["missed_share"])), float(a["missed_share_before"]))
    assert 1 / 4 == float(a["late_share"])
    assert ("1", "0", "0", "1") == (a["fault_days"], a["no_contact_days"], a["pause_days"], a["unanswered"])
    assert ("2026-02-01", "yes") == (a["evaluation_due"], a["evaluation_overdue"])
    assert ("5", "0", "3") == (b["planned"], b["missed"], b["pause_days"])
    assert pytest.approx(2 / 7) == float(b["missed_share_before"])
    assert ("0", "no") == (b["unanswered"], b["evaluation_overdue"])
    assert ("0", "", "") == (c["planned"], c["missed_share"], c["evaluation_overdue"])


@pytest.mark.parametrize(
    ("language", "words"), [("nb", "ingen varslingslogg"), ("nn", "ingen datoar"), ("en", "nobody said what is late")]
)
def test_what_the_data_lack_is_said(
    language: str, words: str, tables: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == main(command(tables, "--lang", language))
    assert words in capsys.readouterr().out


def test_what_was_not_handed_over_is_not_none(tables: Path, capsys: pytest.CaptureFixture[str]) -> None:
    days = ["--from", "2026-01-20", "--to", "2026-02-05", "--format", "csv"]
    assert 0 == main(["oversight", "--data", str(tables), *days])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [("", "", "0", "")] * 3 == [
        (each["planned"], each["missed"], each["fault_days"], each["pause_days"]) for each in rows
    ]


def test_a_file_that_is_none_is_said(tables: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = str(tables / "doses.csv")
    assert 2 == main(command(tables, "--alarms", wrong))
    assert 2 == main(command(tables, "--evaluations", wrong))
    assert "patient and due" in capsys.readouterr().err
