"""Every code explains itself truly, every wrong file of tests/errors prints what stands below it, and no file at all
makes the reading of it fail."""

import ast
import json
import re
from pathlib import Path

import pytest
from hypothesis import given

import cds.diagnostics
from cds.cases.reading import read_cases
from cds.diagnostics import (
    Code,
    Diagnostic,
    Place,
    all_codes,
    as_github,
    as_json,
    as_sarif,
    as_text,
    explanation,
    in_order,
    render,
)
from cds.diagnostics.explain import MODULES, SURROUNDINGS, Explanation, files_of, parts_of, whole
from cds.diagnostics.internal import Unexpected
from cds.diagnostics.notation import NotAQuantity
from cds.diagnostics.scores import ScoresTooDeep
from cds.diagnostics.shape import UnknownField, WrongShape
from cds.diagnostics.writing import DuplicateName, EmptyFile, NotUtf8, TooLarge, TooMany
from cds.loading import check_texts
from cds.source import lines_of
from tests.test_source import mutated

PACKAGE = Path(cds.diagnostics.__file__).parents[1]
ERRORS = sorted((Path(__file__).parent / "errors").glob("*.yaml"))
EXPECTED = "--- expected ---\n"
WITHOUT_EXAMPLE = (TooLarge, TooMany, NotUtf8, EmptyFile, ScoresTooDeep, Unexpected)

pytestmark = pytest.mark.filterwarnings("error")
RULESET_CODES = [kind for kind in all_codes().values() if kind.subject == "ruleset"]
CASE_CODES = [kind for kind in all_codes().values() if kind.subject == "cases"]


def found_in(files: dict[str, str], has_cases: bool = True) -> list[Diagnostic]:
    return list(check_texts([(text, name, has_cases) for name, text in files.items()]).diagnostics)


@pytest.mark.parametrize("kind", RULESET_CODES, ids=lambda kind: kind.number)
def test_examples_are_true(kind: type[Code]) -> None:
    """The example of a code yields that code and nothing else; what it says instead yields nothing."""
    parts = parts_of(kind)
    if parts.example:
        assert [kind.number] == [each.code for each in found_in(files_of(parts.example))]
        assert [] == found_in(files_of(parts.instead))


@pytest.mark.parametrize("kind", CASE_CODES, ids=lambda kind: kind.number)
def test_examples_of_cases_are_true(kind: type[Code]) -> None:
    """The same for case files, beside the ruleset that the examples leave out."""
    checked = check_texts([(SURROUNDINGS, "demo.yaml", True)])
    parts = parts_of(kind)
    shown = ((parts.example, [kind.number]), (parts.instead, [])) if parts.example else ()
    for text, expected in shown:
        _, diagnostics = read_cases(text, "demo.test.yaml", checked.files[0], checked)
        assert expected == sorted({each.code for each in diagnostics})


@pytest.mark.parametrize("kind", all_codes().values(), ids=lambda kind: kind.number)
def test_every_code_explains_itself(kind: type[Code]) -> None:
    parts: Explanation = parts_of(kind)
    assert re.fullmatch(r"[A-Z`].+\.", parts.first)
    assert parts.means
    assert parts.matters
    assert bool(parts.example) == bool(parts.instead)
    assert re.fullmatch(r"CDS[1239]\d\d", kind.number)
    assert ("warning" if kind.number[3] == "3" else "error") == kind.severity
    assert {"en", "nb"} <= set(kind.message)
    assert {"en", "nb"} <= set(kind.cure)
    for texts in (kind.message, kind.cure):
        named = [set(re.findall(r"\{(\w+?)(?:_nb)?\}", text)) for text in texts.values()]
        assert all(names == named[0] for names in named)
    assert f"{kind.number} ({kind.severity}): {parts.first}" == explanation(kind.number).splitlines()[0]


def test_numbers_are_the_codes_own() -> None:
    classes = [
        each
        for path in (PACKAGE / "diagnostics").glob("*.py")
        for each in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(each, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "Code" for base in each.bases)
    ]
    numbers = [
        statement.value.value
        for each in classes
        for statement in each.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and statement.targets[0].id == "number"
        and isinstance(statement.value, ast.Constant)
    ]
    assert sorted(numbers) == sorted(set(numbers))
    assert sorted(numbers) == list(all_codes())


def test_every_code_is_given_somewhere() -> None:
    own = {Path(module.__file__ or "").name for module in MODULES}
    elsewhere = "\n".join(
        path.read_text("utf-8")
        for path in PACKAGE.rglob("*.py")
        if not (path.parent.name == "diagnostics" and path.name in own)
    )
    given_nowhere = [
        kind.__name__ for kind in all_codes().values() if not re.search(rf"\b{kind.__name__}\b", elsewhere)
    ]
    assert [] == given_nowhere


@pytest.mark.parametrize("kind", WITHOUT_EXAMPLE, ids=lambda kind: kind.__name__)
def test_codes_without_example_are_few(kind: type[Code]) -> None:
    assert "" == parts_of(kind).example


def without_example() -> set[type[Code]]:
    return {kind for kind in RULESET_CODES if not parts_of(kind).example}


def test_all_others_have_one() -> None:
    from cds.diagnostics.findings import ActiveNeedsCases

    assert without_example() == {*WITHOUT_EXAMPLE, ActiveNeedsCases}


def scores_on_scores(levels: int) -> str:
    sums = [f"  s{level}:\n    sum:\n      - {f's{level - 1}' if level else 'weights'}\n" for level in range(levels)]
    bands = "bands:\n  weights:\n    value: current\n    points:\n      - below 80: 1\n      - at least 80: 2\n"
    limit = "limits:\n  many:\n    default: 2 points\n    source: house\n"
    rule = "rules:\n  high:\n    when: s{} is at least many\n    colour: yellow\n    summary:\n      en: High\n"
    return whole(bands + "scores:\n" + "".join(sums) + limit + rule.format(levels - 1))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (TooLarge, "title: " + "x" * 1_100_000),
        (TooMany, "inputs:\n" + "".join(f"  a{n}: b\n" for n in range(50_001))),
        (NotUtf8, SURROUNDINGS.replace("Demo", "Mål").encode("latin-1")),
        (EmptyFile, ""),
        (ScoresTooDeep, scores_on_scores(21)),
    ],
    ids=lambda each: each.__name__ if isinstance(each, type) else "",
)
def test_what_no_docstring_can_show_is_found_too(kind: type[Code], text: str | bytes) -> None:
    assert [kind.number] == [each.code for each in check_texts([(text, "demo.yaml", True)]).diagnostics]


def test_twenty_levels_of_scores_are_accepted() -> None:
    assert () == check_texts([(scores_on_scores(20), "demo.yaml", True)]).diagnostics


def printed(text: str, has_cases: bool) -> str:
    """What `cds check` prints about the files in a text, in both languages."""
    files = files_of(text)
    lines = {name: lines_of(each) for name, each in files.items()}
    diagnostics = found_in(files, has_cases)
    return "\n\n".join(as_text(diagnostics, lines, language) for language in ("en", "nb")) + "\n"


@pytest.mark.parametrize("file", ERRORS, ids=lambda path: path.stem)
def test_wrong_files_print(file: Path, request: pytest.FixtureRequest) -> None:
    text, _, expected = file.read_bytes().decode("utf-8").partition(EXPECTED)
    now = printed(text, has_cases="without-cases" not in file.name)
    if request.config.getoption("--update"):
        file.write_bytes((text + EXPECTED + now).encode("utf-8"))
    else:
        assert expected == now


def test_there_are_wrong_files() -> None:
    assert len(ERRORS) > 10


PLACE = Place("a, b.yaml", 2, 3, 9)
UNKNOWN = UnknownField.at(PLACE, field="for_day", where="the rule `r`", near="for_days")
LINES = {"a, b.yaml": ["rules:", "  for_day: 3", "x" * 300 + "here"]}


def test_render() -> None:
    expected = """\
error[CDS102]: unknown field `for_day` in the rule `r`
 --> a, b.yaml:2:3
  |
2 |   for_day: 3
  |   ^^^^^^
  = help: did you mean `for_days`?"""
    assert expected == render(UNKNOWN, LINES)
    assert "feil[CDS102]: ukjent felt `for_day` i regelen `r`" == render(UNKNOWN, {}, "nb").splitlines()[0]
    assert "  = hjelp: meinte du `for_days`?" == render(UNKNOWN, {}, "nn").splitlines()[-1]


def test_a_long_line_is_shown_where_it_matters() -> None:
    shown = render(UnknownField.at(Place("a, b.yaml", 3, 301, 305), field="here", where="x"), LINES).splitlines()
    assert len(shown[3]) < 200
    start = shown[4].index("^")
    assert "here" == shown[3][start : start + 4]


def test_nothing_in_a_frame_moves_the_cursor() -> None:
    lines = {"f": ["a\x1b[2J\tb\u202e"]}
    assert "\x1b" not in render(EmptyFile.at(Place("f", 1, 1)), lines)


def test_phrases_are_translated_and_usual_values_filled() -> None:
    place = Place("f", 1, 1)
    wrong = WrongShape.at(place, where="`x`", expected="a list", found="words on one line")
    assert "`x` skal ha en liste, og her står ord på én linje" == wrong.message("nb")
    assert "`1,5` is not a number with its unit" == NotAQuantity.at(place, text="1,5").message()
    assert "`a` is not a whole number" == NotAQuantity.at(place, text="a", expected="a whole number").message()


def test_order_is_by_place_and_each_comes_once() -> None:
    first, second = EmptyFile.at(Place("f", 1, 1)), EmptyFile.at(Place("f", 2, 1))
    assert [first, second] == in_order([second, first, second])


def test_json() -> None:
    (found,) = json.loads(as_json([UNKNOWN]))
    assert {"file": "a, b.yaml", "line": 2, "column": 3, "end": 9} == found["place"]
    assert ("CDS102", "error", None) == (found["code"], found["severity"], found["also"])


def test_sarif() -> None:
    also = DuplicateName.at(PLACE, also=Place("a, b.yaml", 1, 1, 2), name="x")
    (run,) = json.loads(as_sarif([UNKNOWN, also], version="1.0"))["runs"]
    assert ["CDS102", "CDS149"] == [each["id"] for each in run["tool"]["driver"]["rules"]]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert {"startLine": 2, "startColumn": 3, "endColumn": 9} == region
    assert 1 == len(run["results"][1]["relatedLocations"])


def test_github() -> None:
    expected = (
        "::error file=a%2C b.yaml,line=2,col=3,endColumn=9,title=CDS102::"
        "unknown field `for_day` in the rule `r`%0Adid you mean `for_days`?"
    )
    assert expected == as_github([UNKNOWN])


USED = Path(__file__).parents[1] / "rulesets" / "home-blood-pressure.yaml"
SENTENCE_OF_A_CLASS = re.compile(r"\b(?:pydantic|NoneType|Traceback|dict|tuple|str_type|cds\.\w+)\b")


@given(text=mutated())
def test_any_slip_in_a_good_ruleset_is_said_or_harmless(text: str) -> None:
    beside = [(USED.read_bytes(), "used.yaml", True)] if "uses:" in text else []
    checked = check_texts([(text, "slip.yaml", True), *beside])
    assert Unexpected not in {each.kind for each in checked.diagnostics}
    assert (checked.plan is None) == any(each.is_error for each in checked.diagnostics)
    lines = lines_of(text)
    for each in checked.diagnostics:
        if each.place.file != "slip.yaml":
            continue
        assert 1 <= each.place.line <= len(lines)
        assert 1 <= each.place.column <= len(lines[each.place.line - 1]) + 1
        for language in ("en", "nb", "nn"):
            sentences = render(each, {"slip.yaml": lines}, language)
            assert not SENTENCE_OF_A_CLASS.search(each.message(language))
            assert "{" not in re.sub(r"`[^`]*`", "", each.message(language))
            assert sentences
