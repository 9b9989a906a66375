"""How files are laid out, which are refused, and how they are written."""

import os
from pathlib import Path

import pytest
import yaml

from cds import source
from cds.formatting import Formatted, files, format_text, write_in_place
from cds.formatting.layout import WIDTH
from cds.loading import check_texts
from cds.reading import review_hash
from cds.shipped import STARTER
from cds.source import lines_of

TOP = Path(__file__).parents[2]
LAYOUTS = yaml.safe_load((Path(__file__).parent / "layouts.yaml").read_text("utf-8"))
SHIPPED = [
    file for folder in ("rulesets", "cds/concepts", "cds/templates") for file in sorted((TOP / folder).glob("*.yaml"))
]


def after(text: str) -> str:
    formatted = format_text(text.encode(), "f.yaml")
    assert () == formatted.diagnostics
    return formatted.after.decode()


@pytest.mark.parametrize("name", LAYOUTS)
def test_layout(name: str) -> None:
    written, laid_out = LAYOUTS[name]["written"], LAYOUTS[name]["laid_out"]
    assert laid_out == after(written)
    assert laid_out == after(laid_out)


def test_without_libyaml_the_layout_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "_LOADER", yaml.SafeLoader)
    for each in LAYOUTS.values():
        assert each["laid_out"] == after(each["written"])


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_what_is_shipped_is_laid_out(file: Path) -> None:
    raw = file.read_bytes()
    assert raw.decode() == format_text(raw, file.name).after.decode()


@pytest.mark.parametrize("raw", [b"\xef\xbb\xbfcases:\r\n  a: b", b"cases:\r  a: b\r", b"cases:\n  a: b\n\n"])
def test_line_ends_and_mark_of_the_encoding(raw: bytes) -> None:
    assert b"cases:\n  a: b\n" == format_text(raw, "f.yaml").after


def test_a_list_in_brackets_gets_lines_of_its_own_when_it_is_too_wide() -> None:
    def written(count: int) -> str:
        return f"cases:\n  a: [{', '.join(['word'] * count)}]\n"

    most = (WIDTH - len("  a: []")) // len("word, ")
    assert written(most) == after(written(most))
    assert "cases:\n  a:\n" + "    - word\n" * 30 == after(written(30))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cases:\n\ta: b\n", ["Tab"]),
        ("cases:\n  a: b\n  a: c\n", ["DuplicateName"]),
        ("cases: {a: b}\n", ["FlowBlock"]),
        ("", ["EmptyFile"]),
        ("language: 1\nruleset: demo\n", ["MissingField"] * 3),
        (STARTER.read_text("utf-8").replace("rise_in:", "rise_inn:"), ["NoOperator"]),
        (STARTER.read_text("utf-8").replace("3 days", "3 dager"), ["NotADuration"]),
        ("concepts:\n  pulse:\n    kind: animal\n", ["MissingField", "MissingField", "NotAChoice"]),
        ("concepts: x\n", ["WrongShape"]),
    ],
)
def test_errors_of_shape_and_notation_are_refused(text: str, expected: list[str]) -> None:
    formatted = format_text(text.encode(), "f.yaml")
    assert expected == sorted(each.kind.__name__ for each in formatted.diagnostics)
    assert formatted.before == formatted.after


def test_errors_of_meaning_are_none_of_its_business() -> None:
    assert format_text(STARTER.read_bytes().replace(b"above gain_yellow", b"above gain_yelow"), "f").diagnostics == ()


def test_a_file_that_would_come_out_otherwise_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should the layout ever lose a word or a comment, nothing is written."""
    real = files.laid_out
    for lost in ("b", "# c"):
        monkeypatch.setattr(files, "laid_out", lambda *given, lost=lost: real(*given).replace(lost, ""))
        formatted = format_text(b"cases:\n    a: b # c\n", "f.yaml")
        assert ["CDS901"] == [each.code for each in formatted.diagnostics]
        assert not formatted.is_changed


UNTIDY = STARTER.read_text("utf-8").replace("    within: 3 days", "    within:   3 days")
REVIEW = "\nreviewed:\n  name: Kari Lege\n  role: cardiologist\n  date: 2026-11-01\n  hash: {}\n"


def reviewed(text: str) -> bytes:
    """The text with a review that holds for it as it stands."""
    text += REVIEW
    return text.replace("{}", review_hash(lines_of(text))).encode()


def has_valid_review(text: bytes) -> bool:
    return "ReviewVoid" not in [each.kind.__name__ for each in check_texts([(text, "f.yaml", True)]).diagnostics]


def test_what_was_approved_is_left_as_it_stands() -> None:
    text = reviewed(UNTIDY)
    assert has_valid_review(text)
    assert Formatted("f.yaml", text, text, is_approved=True) == format_text(text, "f.yaml")


def test_what_was_edited_after_its_approval_is_laid_out() -> None:
    text = reviewed(UNTIDY).replace(b"default: 2 kg", b"default: 3 kg")
    assert not has_valid_review(text)
    formatted = format_text(text, "f.yaml")
    assert (False, True) == (formatted.is_approved, formatted.is_changed)


def test_the_review_itself_may_be_laid_out() -> None:
    text = reviewed(STARTER.read_text("utf-8"))
    formatted = format_text(text, "f.yaml")
    assert b'  name: "Kari Lege"\n' in formatted.after
    assert has_valid_review(formatted.after)


def test_a_file_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"old")
    file.chmod(0o640)
    write_in_place(file, b"new")
    assert (b"new", 0o640) == (file.read_bytes(), file.stat().st_mode & 0o777)
    assert ["a.yaml"] == [each.name for each in tmp_path.iterdir()]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_bytes(b"old")
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    write_in_place(tmp_path / "link.yaml", b"new")
    assert (tmp_path / "link.yaml").is_symlink()
    assert b"new" == (tmp_path / "real.yaml").read_bytes()


def test_a_write_that_fails_leaves_the_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    file = tmp_path / "a.yaml"
    file.write_bytes(b"old")
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_in_place(file, b"new")
    assert [b"old"] == [each.read_bytes() for each in tmp_path.iterdir()]
