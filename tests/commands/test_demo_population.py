"""`cds demo --patients`: a population is made, scored, told of, and written for others to score."""

import builtins
from pathlib import Path
from typing import Any

import pytest

from cds.cli import main

FEW = ("demo", "--patients", "12")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nb", ["oppdiktede pasienter", "UTKAST", "fant ikke noe publisert tall", "publisert:"]),
        ("nn", ["oppdikta pasientar", "UTKAST", "fann ikkje noko publisert tal", "publisert:"]),
        ("en", ["made-up patients", "DRAFT", "no published figure found", "published:"]),
    ],
)
def test_it_says_what_was_found(language: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main([*FEW, "--lang", language])
    shown = capsys.readouterr().out
    assert [] == [each for each in words if each not in shown]
    assert "heart-failure-weight/" in shown
    assert "(not_supplied)" in shown
    assert "JMIR Med Inform 13:e66066" in shown


def test_it_says_the_same_every_time(capsys: pytest.CaptureFixture[str]) -> None:
    shown: list[str] = []
    for seed in ("1", "1", "2"):
        assert 0 == main([*FEW, "--seed", seed])
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1]
    assert shown[0] != shown[2]


def test_without_a_seed_it_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main([*FEW])
    unsaid = capsys.readouterr().out
    assert 0 == main([*FEW, "--seed", "1"])
    assert unsaid == capsys.readouterr().out


def test_it_writes_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "tables"
    assert 0 == main([*FEW, "--save", str(folder)])
    assert f"files to {folder}" in capsys.readouterr().out
    assert {"manifest.json", "patients.parquet", "observations.parquet"} <= {each.name for each in folder.iterdir()}


def test_without_patients_it_is_the_one_patient(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["demo"])
    assert "4 findings" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--patients", "0"], "from 1 to 1000000"),
        (["--patients", "-5"], "from 1 to 1000000"),
        (["--patients", "1000001"], "from 1 to 1000000"),
        (["--patients", "3", "--seed", "-1"], "from 0 on"),
        (["--patients", "3", "--explain"], "about one patient"),
        (["--patients", "3", "--all"], "about one patient"),
        (["--save", "somewhere"], "--patients"),
        (["--seed", "3"], "--patients"),
    ],
)
def test_what_cannot_be_is_refused(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == main(["demo", *arguments])
    assert says in capsys.readouterr().err


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    found = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "cds.synthetic.demonstration":
            raise ModuleNotFoundError("No module named 'pyarrow'", name="pyarrow")
        return found(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    assert 2 == main([*FEW])
    assert "pyarrow: pip install 'cds-engine[batch]'" in capsys.readouterr().err
