"""`cds.source`: text stays text, every place is right, every slip is named, and nothing takes long."""

import re
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cds import source
from cds.diagnostics import Diagnostic, Place
from cds.diagnostics.explain import SURROUNDINGS, all_codes, parts_of, whole
from cds.source import Mapping, Scalar, Sequence, lines_of, node_at, place_of, place_within, plain, read

EXAMPLES = [
    *Path(__file__).parents[2].glob("shared/examples/*.yaml"),
    *Path(__file__).parents[1].glob("rulesets/*.yaml"),
]


def found(text: str | bytes) -> list[tuple[str, int, int]]:
    return [(each.kind.__name__, each.place.line, each.place.column) for each in read(text, "f.yaml")[1]]


def node_of(text: str) -> Mapping:
    node, diagnostics = read(text, "f.yaml")
    assert [] == diagnostics
    assert node is not None
    return node


@pytest.mark.parametrize(
    "text",
    ["NO", "no", "yes", "7:30", "1.10", "0123", "1e3", "2026-01-01", "~", "null", "0x1F", "1_000", ".5", "<", "="],
)
def test_scalars_stay_text(text: str) -> None:
    assert {"a": text} == plain(node_of(f"a: {text}\n"))
    assert {text: "b"} == plain(node_of(f"{text}: b\n"))


def test_empty_and_quoted() -> None:
    node = node_of("a:\nb: \"x\"\nc: 'it''s'\nd: [p, q]\n")
    assert {"a": "", "b": "x", "c": "it's", "d": ["p", "q"]} == plain(node)
    b = node_at(node, ("b",))
    assert isinstance(b, Scalar)
    assert (True, "double", '"x"') == (b.quoted, b.style, b.raw)
    d = node_at(node, ("d",))
    assert isinstance(d, Sequence) and d.flow


def test_places() -> None:
    node = node_of("a:\n  b: one\n  c:\n    - x\n    - d: y\n  e:\n")
    assert Place("f.yaml", 2, 6, 9) == place_of(node, ("a", "b"))
    assert Place("f.yaml", 2, 3, 4) == place_of(node, ("a", "b"), key=True)
    assert Place("f.yaml", 3, 3, 4) == place_of(node, ("a", "c"))
    assert Place("f.yaml", 4, 7, 8) == place_of(node, ("a", "c", 0))
    assert Place("f.yaml", 5, 10, 11) == place_of(node, ("a", "c", 1, "d"))
    assert Place("f.yaml", 6, 3, 4) == place_of(node, ("a", "e"))
    assert Place("f.yaml", 1, 1, 2) == place_of(node, ("a", "missing", "deeper"))
    assert Place("f.yaml", 3, 3, 4) == place_of(node, ("a", "c", 7))


@pytest.mark.parametrize(
    ("text", "word", "place"),
    [
        ("a: one two", "two", (1, 8)),
        ("a: 'one two'", "two", (1, 9)),
        ('a: "æøå 😀 two"', "two", (1, 11)),
        ("a: one\n  two", "two", (2, 3)),
        ('a: "one\n\n   two three"', "three", (3, 8)),
        ('a: "one\\n two"', "two", (1, 4)),
        ("a: 'it''s two'", "two", (1, 4)),
    ],
)
def test_place_within(text: str, word: str, place: tuple[int, int]) -> None:
    scalar = node_at(node_of(text), ("a",))
    assert isinstance(scalar, Scalar)
    start = scalar.text.index(word)
    at = place_within(scalar, start, start + len(word))
    assert place == (at.line, at.column)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda path: path.name)
def test_good_files_are_clean_in_every_encoding(file: Path) -> None:
    raw = file.read_bytes()
    node, diagnostics = read(raw, file.name)
    assert [] == diagnostics
    assert node is not None
    assert plain(node) == yaml.load(raw, yaml.BaseLoader)
    for other in (raw.replace(b"\n", b"\r\n"), raw.replace(b"\n", b"\r"), b"\xef\xbb\xbf" + raw, raw.decode()):
        assert (node, []) == read(other, file.name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title:\n  en: 'Kari's vekt'", [("TextAfterQuote", 2, 13)]),
        ('title:\n  nb: "Vekt\n  en: "Weight"', [("UnclosedQuote", 2, 7)]),
        ("limits:\n  heavy\n    default: 1 kg", [("NoColon", 2, 3)]),
        ("a: b\nc\nd: e", [("NoColon", 2, 1)]),
        ("limits:\n  heavy:\n    default: 1 kg\n   allowed: 2", [("Indentation", 4, 4)]),
        ("a: 1\n  b: 2", [("Indentation", 2, 3)]),
        ("applies_to:\n  -has diabetes\n  - has: x", [("NoSpace", 2, 3)]),
        ("a: [b, [c]]", [("FlowBlock", 1, 8)]),
        ("a: [b, {c: d}]\ne: f", [("FlowBlock", 1, 8)]),
        ("a: [1,5 kg, 2]", [("DecimalComma", 1, 5)]),
        ("a: [b, c\nd: 1", [("UnclosedList", 1, 4)]),
        ("p:\n  - at most 2,5: 1\n  - above 2,5: 2", [("DecimalComma", 2, 13), ("DecimalComma", 3, 11)]),
        ("nb: 2,5 kg\nallowed: 0,5 to 2,5 kg", [("DecimalComma", 2, 10), ("DecimalComma", 2, 17)]),
        ("a: 1,000,000", []),
        ("a:\u00a0b", [("HardSpace", 1, 3)]),
        ("nb: 135\u00a0mmHg\nen: “Weight”", [("CurlyQuotes", 2, 5)]),
        ("nb: «Rask» økning", []),
        ("nb: «Rask økning»", [("CurlyQuotes", 1, 5)]),
        ("a:\n\t- b\n\t- c", [("Tab", 2, 1), ("Tab", 3, 1)]),
        ("a: b\n\t\nc: d", []),
        ("x: |\n a\ny: 1,5 kg", [("BlockText", 1, 4), ("DecimalComma", 2 + 1, 4)]),
        ("when: a is above b\n  and c is below d", []),
        ('a: "x\n   y: z\n   w"\nb: c', []),
        ('a: "x\ny: z"\nb: c', [("UnclosedQuote", 1, 4)]),
        ("a: 1\na: 2\na: 3", [("DuplicateName", 2, 1), ("DuplicateName", 3, 1)]),
        ("'a b': c\n\"a b\": d", [("DuplicateName", 2, 1)]),
        ("---\na: b", []),
        ("---\na: b\n...", [("SecondDocument", 3, 1)]),
        ("<<: *x\na: &y z\nb: !!int 3", [("Reuse", 1, 1), ("Reuse", 1, 5), ("Reuse", 2, 4), ("Tag", 3, 4)]),
        ("title:\n  en: #1 vekt", [("UnquotedHash", 2, 7)]),
        ("default: 2 kg # usual", []),
        ("a: - b", [("DashAfterColon", 1, 4)]),
        ("a: -5 kg", []),
        ("? a\n: b", [("BadKey", 1, 1), ("BadKey", 2, 1)]),
        ("risks:\n  - Vekt 2,5, for lite # sant", [("UnquotedHash", 2, 24)]),
        ("link: http://a.b/c", []),
        ("hello", [("NoColon", 1, 1)]),
        ("", [("EmptyFile", 1, 1)]),
        ("# nothing\n", [("EmptyFile", 1, 1)]),
        (b"a: b\nc: \xe6", [("NotUtf8", 2, 4)]),
        ("a: b".encode("utf-16"), [("NotUtf8", 1, 1)]),
        ("a: b\x00c\ud800", [("HiddenCharacter", 1, 5)]),
        ("a: '\u202eb'", [("HiddenCharacter", 1, 5)]),
    ],
)
def test_slips(text: str | bytes, expected: list[tuple[str, int, int]]) -> None:
    assert expected == found(text)


def test_slips_do_not_hide_each_other() -> None:
    text = "title:\n\ten: Demo\nlimits:\n  a:\n    default: 2,5 kg\n  a:\n    default:3 kg\nwhen: “x”\n"
    kinds = [kind for kind, _, _ in found(text)]
    assert ["Tab", "DecimalComma", "DuplicateName", "NoSpace", "CurlyQuotes"] == kinds


def test_duplicates_show_both_places() -> None:
    (duplicate,) = read("a: 1\nb: 2\na: 3\n", "f.yaml")[1]
    assert (Place("f.yaml", 3, 1, 2), Place("f.yaml", 1, 1, 2)) == (duplicate.place, duplicate.also)


def test_mended_slips_let_the_rest_be_read() -> None:
    node, diagnostics = read("nb: {gain} og mer\ndefault:\u00a02,5 kg\nuses: &a b\nen: “x”\n", "f.yaml")
    assert 5 == len(diagnostics)
    assert node is not None
    assert {"nb": "_gain_ og mer", "default": "2.5 kg", "uses": "b", "en": "x"} == plain(node)


BOMBS = {
    "open brackets": "[" * 999_000,
    "open brackets in a field": "a: " + "[" * 999_000,
    "open braces": "{" * 999_000,
    "nested maps in flow": "{a: " * 200_000,
    "quoted flow list": '["a",' * 160_000,
    "quoted flow map": '{"a":' * 190_000,
    "flow list without end": "a: [\n" + "b,\n" * 300_000,
    "many names": "\n".join(f"k{each}: 1" for each in range(80_000)),
    "one name over and over": "a: 1\n" * 199_000,
    "deep blocks": "\n".join(" " * each + "a:" for each in range(1_300)),
    "dashes": "- " * 499_000,
    "aliases": "a: &a [x]\n" + "\n".join(f"b{each}: [*a, *a]" for each in range(20_000)),
    "quotes": '"' * 999_000,
    "apostrophes": "'" * 999_001,
    "backslashes": 'a: "' + "\\" * 999_000,
    "open quote": 'a: "\n' + "b\n" * 400_000,
    "colons": "a" + ":" * 999_000,
    "comments": "a: " + " #" * 490_000,
    "spaces": "a:" + " " * 999_000 + "b",
    "digits": "a: " + "1" * 999_000,
    "commas": "a: " + "1," * 490_000,
    "tabs": "\t" * 999_000,
    "hidden": "a: b\u200b\n" * 140_000,
    "words alone": "abc\n" * 240_000,
    "documents": "---\n" * 240_000,
    "too large": "a: " + "b" * 1_000_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_at_once(name: str) -> None:
    start = time.perf_counter()
    _, diagnostics = read(BOMBS[name], "bomb.yaml")
    assert time.perf_counter() - start < 10
    assert len(diagnostics) <= 250


@pytest.mark.parametrize(
    ("name", "kind"),
    [("open brackets", "TooDeep"), ("deep blocks", "TooDeep"), ("many names", "TooMany"), ("too large", "TooLarge")],
)
def test_refusals_say_why(name: str, kind: str) -> None:
    assert [kind] == [each for each, _, _ in found(BOMBS[name])]


def test_bytes_far_too_large_are_not_decoded() -> None:
    assert ["TooLarge"] == [each for each, _, _ in found(b"\xff" * 5_000_000)]


def shown(text: str) -> tuple[object, list[tuple[str, int]]]:
    node, diagnostics = read(text, "f.yaml")
    return node, [(each.code, each.place.line) for each in diagnostics]


def test_without_libyaml_the_answer_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [part for kind in all_codes().values() for part in (parts_of(kind).example, parts_of(kind).instead) if part]
    files = [whole(each) for each in texts]
    usual = [shown(each) for each in files]
    monkeypatch.setattr(source, "_LOADER", yaml.SafeLoader)
    assert usual == [shown(each) for each in files]


def _words(line: str) -> list[str]:
    return re.findall(r"[^\s:{}\"]+", line)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A good ruleset after a few slips of the hand."""
    lines = lines_of(draw(st.sampled_from([SURROUNDINGS, *(each.read_text("utf-8") for each in EXAMPLES)])))
    for _ in range(draw(st.integers(1, 4))):
        row = draw(st.integers(0, len(lines) - 1))
        other = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["delete", "duplicate", "swap", "insert", "cut", "word", "word"])):
            case "delete" if len(lines) > 1:
                del lines[row]
            case "duplicate":
                lines.insert(other, lines[row])
            case "swap":
                lines[row], lines[other] = lines[other], lines[row]
            case "word" if (words := _words(lines[row])) and (others := _words(lines[other])):
                word = draw(st.sampled_from(words))
                new = draw(st.sampled_from([*others, "0", "-1", "kg", "age", "not set", "10 mmHg", "2 months"]))
                lines[row] = lines[row].replace(word, new, 1)
            case "cut":
                column = draw(st.integers(0, len(lines[row])))
                lines[row] = lines[row][:column] + lines[row][column + 1 :]
            case _:
                column = draw(st.integers(0, len(lines[row])))
                piece = draw(
                    st.sampled_from([*"\t:#\"'[]{}&*!|>%@`,-? \u00a0“0a\n\x00", ": ", " #", "- ", "---", "'s"])
                )
                lines[row] = lines[row][:column] + piece + lines[row][column:]
    return "\n".join(lines)


def is_sound(diagnostic: Diagnostic, text: str) -> bool:
    """The place lies in the file, and the sentences have no hole in either language."""
    lines = lines_of(text)
    place = diagnostic.place
    sentences = [diagnostic.message(language) + diagnostic.cure(language) for language in ("en", "nb", "nn")]
    return 1 <= place.line <= len(lines) and 1 <= place.column <= len(lines[place.line - 1]) + 1 and all(sentences)


@given(text=st.one_of(st.text(max_size=300), mutated()))
def test_any_text_gives_a_node_or_says_why_not(text: str) -> None:
    node, diagnostics = read(text, "f.yaml")
    assert node is not None or any(each.is_error for each in diagnostics)
    assert all(is_sound(each, text) for each in diagnostics)


@given(raw=st.binary(max_size=200))
def test_any_bytes_give_a_node_or_say_why_not(raw: bytes) -> None:
    node, diagnostics = read(raw, "f.yaml")
    assert node is not None or diagnostics


@given(text=mutated())
def test_no_slip_is_found_where_the_parser_agrees_with_the_text(text: str) -> None:
    """A file without findings means to the parser exactly what we read; lines of nothing but gaps are empty."""
    node, diagnostics = read(text, "f.yaml")
    if not diagnostics:
        assert node is not None
        clean = "\n".join(each if each.strip() else "" for each in lines_of(text))
        assert plain(node) == yaml.load(clean, yaml.BaseLoader)
