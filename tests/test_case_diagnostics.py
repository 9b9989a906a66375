"""What is wrong with a case file is said with its place and its cure."""

import pytest

from cds.cases import GRAMMAR
from cds.cases.reading import FIELDS
from cds.cases.words import STATUSES
from cds.codes import ATTRIBUTE_WORDS
from cds.loading import Checked
from tests.test_cases import FIRST, demonstration, read, wrong


@pytest.fixture(scope="module")
def checked() -> Checked:
    return demonstration()


def test_the_grammar_names_every_word() -> None:
    words = {*FIELDS, *STATUSES, *(word for field in ATTRIBUTE_WORDS.values() for word in field)}
    assert set() == {each for each in words if f'"{each}' not in GRAMMAR} - {"registered", "cancelled", "final"}


# what can be wrong


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("weigth: none", "4:5 CDS102 unknown field `weigth` in the case `only` = did you mean `weight`?"),
        ("weight:\n  2026-01-15 07:00: 81,0 kg", "5:25 CDS155 `81,0` has a decimal comma = write `81.0`"),
        ("weight:\n  2026-01-15 07:00: 81/80 kg", "5:25 CDS176 `81/80 kg` is not a reading of `weight`"),
        ("weight:\n  2026-01-15 07:00: 81 kg, upright", "5:25 CDS176 `81 kg, upright` is not a reading of `weight`"),
        ("weight:\n  15.01.2026 07:00: 81 kg", "5:7 CDS177 `15.01.2026 07:00` is not a moment"),
        ("weight: 81 kg", "4:5 CDS104 `weight` takes `time: value` lines, or `none`, and here is something else"),
        ("weight:\n  from: 2026-01-01\n  values: 81 kg", "5:7 CDS103 a series needs the field `every`"),
        (
            "weight:\n  from: 2026-01-01\n  every: 1 day\n  values: 81, 82 kg",
            "7:15 CDS178 `81, 82 kg` is not the values of a series",
        ),
        (
            "weight:\n  from: 2026-01-01\n  every: 1 day\n  values: 81 x many kg",
            "7:15 CDS178 `81 x many kg` is not the values of a series",
        ),
        (
            "weight:\n  from: 2026-01-01\n  every: 1 month\n  values: 81 82 kg",
            "7:15 CDS178 `1 month` is not a step of a series",
        ),
        (
            "weight:\n  from: 2026-01-01\n  every: 999999 days\n  values: 81 x 9999 kg",
            "7:15 CDS178 `81 x 9999 kg` is not a length of a series",
        ),
        ("doses:\n  2026-01-15 07:00: forgotten", "5:25 CDS180 `forgotten` does not say what became of a dose"),
        ("faults: yesterday", "4:13 CDS177 `yesterday` is not a moment"),
        ("failure: perhaps", "4:14 CDS181 `perhaps` does not say whether the patient has `failure`"),
        ("patient: 74", "4:14 CDS175 `74` says nothing about a patient"),
        ("patient: fail", "4:14 CDS175 `fail` says nothing about a patient = did you mean `failure`?"),
        ("patient: born 1952-13-04", "4:14 CDS175 `born 1952-13-04` says nothing about a patient"),
        ("not_supplied: [weigth]", "4:20 CDS179 there is no input `weigth` = did you mean `weight`?"),
        ("not_supplied: weight", "4:5 CDS104 `not_supplied` takes a list of inputs, and here is something else"),
        ("zone: Oslo", "4:11 CDS182 `Oslo` is not a time zone"),
        ("expect:\n  weight_zon: green", "5:7 CDS173 there is no rule `weight_zon` = did you mean `weight_zone`?"),
        ("expect:\n  bp.weight_zone: green", "5:7 CDS173 there is no rule `bp.weight_zone`"),
        (
            "expect:\n  heavy_one: green",
            "5:18 CDS174 `green` is nothing that can be expected of `heavy_one` = only a zone",
        ),
        (
            "expect:\n  weight_zone: not fired",
            "5:20 CDS174 `not fired` is nothing that can be expected of `weight_zone`",
        ),
        (
            "expect:\n  weight_zone: unknown, no dat",
            "5:20 CDS174 `unknown, no dat` is nothing that can be expected of `weight_zone`"
            " = did you mean `unknown, no data`?",
        ),
        ("expect:\n  heavy_one: red, no data", "5:18 CDS174 `red, no data` is nothing that can be expected"),
        ("expect:\n  heavy_one: yellow, hidden by nobody", "5:18 CDS174 `yellow, hidden by nobody` is nothing"),
        ("expect:\n  weight_zone:\n    nb: a", "5:7 CDS103 `weight_zone` under `expect` needs the field `is`"),
        (
            "expect:\n  weight_zone:\n    is: green\n    no: a",
            "7:9 CDS102 unknown field `no` in `weight_zone` under `expect`",
        ),
        ("expect: green", "4:13 CDS104 `expect` takes `rule: what is expected` lines"),
        ("like: nobody", "4:11 CDS170 there is no case `nobody` in this file"),
        ("like: only", "4:11 CDS171 these cases are like each other: only → only"),
    ],
)
def test_what_is_wrong_is_said_with_place_and_cure(checked: Checked, fields: str, expected: str) -> None:
    found = wrong(checked, fields)
    assert found.startswith(expected), found
    assert 1 == len(found.splitlines())
    assert found.partition(" = ")[2]


def test_moments_need_a_clock(checked: Checked) -> None:
    _, found = read(checked, FIRST.replace("2026-01-15 08:00", "2026-01-15"))
    assert ["`2026-01-15` is not a moment"] == [each.message() for each in found]


def test_a_case_needs_a_moment_and_an_expectation(checked: Checked) -> None:
    _, found = read(checked, "cases:\n  empty:\n    weight: none\n")
    assert [
        "the case `empty` needs the field `at`",
        "the case `empty` needs the field `expect`",
    ] == [each.message() for each in found]


@pytest.mark.parametrize("text", ["weight: none\n", "cases: none\n", "cases:\n  first: none\n", "cases:\n  - a\n"])
def test_a_file_without_cases(checked: Checked, text: str) -> None:
    cases, found = read(checked, text)
    assert [] == cases
    assert found


def test_slips_of_the_pen_are_found_as_in_rulesets(checked: Checked) -> None:
    cases, found = read(checked, FIRST + "  first:\n    at: 2026-01-15 08:00\n")
    assert [] == cases
    assert ["DuplicateName"] == [each.kind.__name__ for each in found]


def test_same_cases_are_refused_and_the_first_is_kept(checked: Checked) -> None:
    cases, found = read(checked, FIRST + "  again:\n    like: first\n")
    assert ["first"] == [each.name for each in cases]
    assert ["the case `again` says the same as `first`"] == [each.message() for each in found]
    assert found[0].also == cases[0].place


def test_one_bad_case_does_not_hide_the_others(checked: Checked) -> None:
    cases, found = read(
        checked, FIRST + "  bad:\n    like: first\n    weight: 81\n  good:\n    like: first\n    weight: none\n"
    )
    assert ["first", "good"] == [each.name for each in cases]
    assert 1 == len(found)


def test_a_long_row_of_likes(checked: Checked) -> None:
    more = "".join(f"  c{n}:\n    like: {f'c{n - 1}' if n else 'first'}\n" for n in range(2000))
    cases, found = read(checked, FIRST + more)
    assert ["first"] == [each.name for each in cases]
    assert {"SameCase"} == {each.kind.__name__ for each in found}


# running
