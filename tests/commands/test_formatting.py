"""`cds format`: what it writes, what it says, and how it ends."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cds.cli import main
from cds.shipped import STARTER, STARTER_CASES

Format = Callable[..., tuple[int, str, str]]
TIDY = STARTER.read_bytes()
UNTIDY = TIDY.replace(b"    within: 3 days\n", b"    within:   3 days  # days\n")
TIDIED = TIDY.replace(b"    within: 3 days\n", b"    within: 3 days # days\n")
WRONG = TIDY.replace(b"rise_in:", b"rise_inn:")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Format:
    """`cds format` in a folder with four files; exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CDS_LANG", raising=False)
    files = {
        "tidy.yaml": TIDY,
        "tidy.test.yaml": STARTER_CASES.read_bytes(),
        "untidy.yaml": UNTIDY,
        "wrong.yaml": WRONG,
    }
    for name, content in files.items():
        Path(name).write_bytes(content)

    def formatted(*arguments: str) -> tuple[int, str, str]:
        code = main(["format", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return formatted


def test_it_writes_what_changes_and_leaves_the_rest(run: Format) -> None:
    assert (0, "formatted untidy.yaml\n3 files: 1 formatted, 2 unchanged\n", "") == run(
        "tidy.yaml", "tidy.test.yaml", "untidy.yaml"
    )
    assert (TIDIED, TIDY) == (Path("untidy.yaml").read_bytes(), Path("tidy.yaml").read_bytes())
    assert (0, "1 file: 0 formatted, 1 unchanged\n", "") == run("untidy.yaml")


def test_a_folder_is_taken_with_its_cases_and_without_what_is_hidden(run: Format) -> None:
    Path("sub").mkdir()
    Path("sub/also.yml").write_bytes(TIDY)
    Path(".hidden").mkdir()
    Path(".hidden/settings.yaml").write_bytes(b"a:   b\n")
    Path("notes.txt").write_bytes(b"a:   b\n")
    code, out, _ = run(".")
    assert (1, "5 files: 1 formatted, 3 unchanged, 1 with errors, untouched") == (code, out.splitlines()[-1])
    assert b"a:   b\n" == Path(".hidden/settings.yaml").read_bytes()


@pytest.mark.parametrize(("options", "ends"), [(["--check"], 1), (["--diff"], 0), (["--check", "--diff"], 1)])
def test_nothing_is_written_when_only_asked_what_would_change(run: Format, options: list[str], ends: int) -> None:
    code, out, _ = run("untidy.yaml", *options)
    assert (ends, UNTIDY) == (code, Path("untidy.yaml").read_bytes())
    assert out.endswith("1 file: 1 would be formatted, 0 unchanged\n")
    assert ("-    within:   3 days  # days\n+    within: 3 days # days\n" in out) == ("--diff" in options)
    assert ("would be formatted untidy.yaml\n" in out) == ("--diff" not in options)
    assert 0 == run("tidy.yaml", *options)[0]


def test_line_ends_alone_are_named_where_a_diff_has_nothing_to_show(run: Format) -> None:
    Path("tidy.yaml").write_bytes(TIDY.replace(b"\n", b"\r\n"))
    assert (1, "would be formatted tidy.yaml\n1 file: 1 would be formatted, 0 unchanged\n", "") == run(
        "tidy.yaml", "--check", "--diff"
    )


def test_a_file_with_errors_is_shown_and_untouched_and_the_others_are_written(run: Format) -> None:
    code, out, _ = run("wrong.yaml", "untidy.yaml")
    assert 1 == code
    assert out.startswith("error[CDS115]: ")
    assert f" --> wrong.yaml:{1 + WRONG.decode().split(chr(10)).index('  gain:')}:3\n" in out
    assert (WRONG, TIDIED) == (Path("wrong.yaml").read_bytes(), Path("untidy.yaml").read_bytes())


@pytest.mark.parametrize(
    ("language", "totals"),
    [
        ("nb", "2 filer: 1 formatert, 0 uendret, 1 med feil, urørt\n"),
        ("nn", "2 filer: 1 formatert, 0 uendra, 1 med feil, urørt\n"),
    ],
)
def test_it_speaks_norwegian(run: Format, language: str, totals: str) -> None:
    _, out, _ = run("wrong.yaml", "untidy.yaml", "--lang", language)
    assert out.startswith("feil[CDS")
    assert out.endswith(f"formatert untidy.yaml\n{totals}")


@pytest.mark.parametrize("path", ["nowhere.yaml", "empty"])
def test_misuse(run: Format, path: str) -> None:
    Path("empty").mkdir()
    code, out, err = run(path)
    assert (2, "", 1) == (code, out, err.count("\n"))
