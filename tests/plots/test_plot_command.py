"""`cds plot` as its users meet it, and the picture that the documentation shows."""

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cds.cli import main
from cds.plots import svg
from cds.shipped import DEMO_AT, DEMO_PATIENT, shipped_rulesets
from tests.plots.building import DEMO_RULES, demo_chart

Cds = Callable[..., tuple[int, str, str]]
RULES = [str(shipped_rulesets() / f"{each}.yaml") for each in DEMO_RULES]
PLOT = ("plot", "--rules", *RULES, "--patient", str(DEMO_PATIENT), "--at", DEMO_AT)
PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "kurve.svg"


@pytest.fixture
def cds(capsys: pytest.CaptureFixture[str]) -> Cds:
    """Run the command; exit code, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_it_writes_an_svg_picture(cds: Cds, tmp_path: Path) -> None:
    file = tmp_path / "demo.svg"
    assert (0, f"wrote {file}\n", "") == cds(*PLOT, "--draft", "--lang", "nb", "--out", str(file))
    assert svg(demo_chart("nb")).encode() == file.read_bytes()
    ElementTree.parse(file)


def test_it_writes_a_png_picture(cds: Cds, tmp_path: Path) -> None:
    file = tmp_path / "demo.PNG"
    assert 0 == cds(*PLOT, "--draft", "--out", str(file))[0]
    assert file.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_it_prints_a_table(cds: Cds) -> None:
    code, out, err = cds(*PLOT, "--draft", "--table", "--lang", "nn")
    assert (0, "") == (code, err)
    assert out.startswith("Kurve for pasient demo, 23.11.2026 kl. 08:00\n")
    assert "ikkje" in out


def test_the_days_may_be_chosen(cds: Cds) -> None:
    by_number = cds(*PLOT, "--draft", "--table", "--days", "3")
    assert by_number == cds(*PLOT, "--draft", "--table", "--from", "2026-11-21")
    assert "2026-11-21 to 2026-11-23 (Europe/Oslo)" in by_number[1]


def test_limits_come_from_a_file_too(cds: Cds, tmp_path: Path) -> None:
    file = tmp_path / "limits.json"
    file.write_text(json.dumps([{"limit": "systolic_high", "value": 140, "unit": "mmHg", "author": "Ola Lege"}]))
    out = cds(*PLOT, "--draft", "--table", "--limits", str(file))[1]
    assert "Systolic (the patient's own, set by Ola Lege)" in out


WRONG = [
    (["--draft", "--out", "chart.pdf"], "chart.pdf: a chart is written to a file that ends with .svg or .png"),
    (["--draft", "--out", "nowhere/chart.svg"], "nowhere/chart.svg: No such file or directory"),
    (["--draft", "--table", "--from", "yesterday"], "the first day of a chart is a date such as 2026-01-08"),
    (["--draft", "--table", "--from", "2027-01-01"], "a chart needs at least one day"),
    (["--draft", "--table", "--days", "0"], "a chart needs at least one day"),
    (["--table"], "a draft runs only when asked for"),
]


@pytest.mark.parametrize(("arguments", "sentence"), WRONG, ids=[" ".join(each[0]) for each in WRONG])
def test_misuse_ends_as_one_sentence(cds: Cds, arguments: list[str], sentence: str) -> None:
    code, out, err = cds(*PLOT, *arguments)
    assert (2, "") == (code, out)
    assert sentence in err
    assert 1 == err.count("\n")


@pytest.mark.parametrize("arguments", [[], ["--out", "a.svg", "--table"], ["--table", "--days", "3", "--from", "x"]])
def test_one_way_of_showing_and_one_of_choosing_days(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*PLOT, *arguments])
    assert 2 == ended.value.code
    assert "usage: cds plot" in capsys.readouterr().err


def test_the_picture_in_the_documentation_is_what_is_drawn(request: pytest.FixtureRequest) -> None:
    """`pytest --update` draws it anew."""
    drawn = svg(demo_chart("nb")).encode()
    if request.config.getoption("--update"):
        PICTURE.write_bytes(drawn)
    assert drawn == PICTURE.read_bytes()
    assert len(drawn) < 120_000
