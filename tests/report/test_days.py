"""A population day by day: the counts that are published, the picture, its table, and the command."""

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.cli import main
from cds.report import daily, png, svg, text
from cds.report.days import published

AT = "2026-03-31T12:00"
PATIENTS = 12


@given(st.lists(st.integers(0, 9), min_size=3, max_size=4), st.integers(1, 6))
def test_no_small_count_can_be_worked_out(counts: list[int], least: int) -> None:
    """Whoever tries every count that fits what is published finds values more than 1 apart for each small one."""
    names = [str(place) for place in range(len(counts))]
    shown = published(dict(zip(names, counts, strict=True)), least)
    assert not any(0 < (count or 0) < least for count in shown.values())
    held = [name for name in names if shown[name] is None]
    most = 2 * sum(counts) + 3
    fits = (
        [
            dict(zip(held, tried, strict=True))
            for tried in product(range(most), repeat=len(held))
            if shown["asked"] in (None, sum(tried) + sum(shown[name] or 0 for name in names))
        ]
        if len(held) < 3
        else []
    )
    for name, count in zip(names, counts, strict=True):
        if fits and 0 < count < least:
            assert max(each[name] for each in fits) - min(each[name] for each in fits) > 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve patients: on the 29th all take both doses; on the 30th six do, five take one, of one nobody knows."""
    where = tmp_path_factory.mktemp("people")
    doses = ["patient,planned,status,taken,atc"]
    for number in range(PATIENTS):
        fates = {"08": "taken", "20": "taken" if number < 6 else "missed" if number < 11 else "unknown"}
        for day, told in (("29", {"08": "taken", "20": "taken"}), ("30", fates)):
            for hour, fate in told.items():
                planned = f"2026-03-{day}T{hour}:00"
                doses.append(f"p{number},{planned},{fate},{planned if fate == 'taken' else ''},C09AA05")
    dispenses = ["patient,time,atc,days,quantity"]
    dispenses += [f"p{number},2026-03-01,C10AA05,{29 if number < 6 else 60},60" for number in range(PATIENTS)]
    patients = ["id,birth_date,sex", *(f"p{number},1950-01-01,female" for number in range(PATIENTS))]
    for name, lines in (("doses", doses), ("dispenses", dispenses), ("patients", patients)):
        (where / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return where


def rows_of(made: Any) -> list[tuple[int | None, ...]]:
    return [tuple(day.counts.values()) for day in made.days]


def test_counts_and_shares(folder: Path) -> None:
    told = daily(folder, "doses", at=AT, days=3, least=1)
    assert [(0, 0, 0, 0, 0), (12, 12, 0, 0, 0), (12, 6, 5, 0, 1)] == rows_of(told)
    assert [None, 1.0, 6 / 11] == [day.share for day in told.days]
    held = daily(folder, "doses", at=AT, days=1)
    assert [(12, 6, None, 0, None)] == rows_of(held)
    assert [None] == [day.share for day in held.days]
    supply = daily(folder, "supply", at=AT, days=2, medicines="statins")
    assert [(12, 12, 0, 0), (12, 6, 6, 0)] == rows_of(supply)
    assert [(0, 0, 0, 0)] == rows_of(daily(folder, "supply", at=AT, days=1, medicines="anticoagulants"))


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("nb", "30.3.2026 12 6 : 0 : :"),
        ("nn", "del av kjende"),
        ("en", "2026-03-29 12 12 0 0 0 100.0 %"),
    ],
)
def test_the_table_tells_what_the_picture_shows(folder: Path, language: Any, told: str) -> None:
    made = daily(folder, "doses", at=AT, days=2)
    assert told in " ".join(text(made, language).split())
    drawn = svg(made, language)
    groups = {each.get("id") for each in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}g")}
    assert {"head", "axis", "day-0", "day-1", "dates", "legend"} <= groups
    assert drawn == svg(daily(folder, "doses", at=AT, days=2), language)


def test_a_png_picture(folder: Path) -> None:
    pytest.importorskip("matplotlib")
    assert png(daily(folder, "supply", at=AT, days=40, medicines="statins")).startswith(b"\x89PNG\r\n\x1a\n")


Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def plot(capsys: pytest.CaptureFixture[str]) -> Command:
    """`cds plot` of a population; exit code, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(("plot", "--at", AT, *arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_the_command(plot: Command, folder: Path, tmp_path: Path) -> None:
    data = ("--data", str(folder), "--days", "2")
    shown = text(daily(folder, "doses", at=AT, days=2, least=2), "nn")
    assert (0, shown, "") == plot(*data, "--doses", "--least", "2", "--lang", "nn", "--table")
    file = tmp_path / "supply.svg"
    assert (0, f"wrote {file}\n", "") == plot(*data, "--supply", "statins", "--out", str(file))
    assert svg(daily(folder, "supply", at=AT, days=2, medicines="statins")) == file.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--table"], "say which: --doses or --supply CLASS"),
        (["--doses", "--table", "--from", "2026-03-01"], "say how many days: --days"),
        (["--doses", "--table", "--days", "0"], "at least one day"),
        (["--supply", "statin", "--table"], "`statin` is no class of medicines; did you mean `statins`?"),
        (["--doses", "--out", "days.pdf"], "ends with .svg or .png"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_misuse_ends_as_one_sentence(plot: Command, folder: Path, arguments: list[str], sentence: str) -> None:
    code, out, err = plot("--data", str(folder), *arguments)
    assert (2, "") == (code, out)
    assert sentence in err


def test_one_patient_needs_rulesets(plot: Command) -> None:
    assert "--rules" in plot("--patient", "nobody.json", "--table")[2]
    assert "--data" in plot("--patient", "nobody.json", "--least", "3", "--table")[2]
