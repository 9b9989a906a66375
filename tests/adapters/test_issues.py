"""Every issue in the data is said in English and in Norwegian, in the same words of the author's data."""

import re

import pytest

from cds.adapters.issues import ISSUES, NORWEGIAN, issue
from cds.adapters.limits import limits_from_dicts

WORDS = {
    "count": 3,
    "cure": "; did you mean `weight`?",
    "units": "kg, g",
    "known": "1-2",
    "name": "w",
    "kind": "Claim",
    "expected": "a list",
}


def test_both_languages_have_every_code() -> None:
    assert ISSUES.keys() == NORWEGIAN.keys()


@pytest.mark.parametrize("code", sorted(ISSUES))
def test_both_sentences_hold_the_same_words(code: str) -> None:
    assert set(re.findall(r"{\w+}", ISSUES[code])) == set(re.findall(r"{\w+}", NORWEGIAN[code]))


@pytest.mark.parametrize("code", sorted(ISSUES))
def test_nothing_english_is_left_in_a_norwegian_sentence(code: str) -> None:
    said = issue(code, "place", **WORDS).text("nb")
    assert said != issue(code, "place", **WORDS).text("en")
    assert not re.search(r"\b(the|and|was|did you|write|send `value` as|used)\b", said), said


@pytest.mark.parametrize("row", [{}, {"value": 1, "from": "soon"}, {"value": 1, "unit": 3}, {"value": 1, "hvilken": 1}])
def test_cures_of_limits_are_translated(row: dict[str, object]) -> None:
    _, issues = limits_from_dicts([row])
    for each in issues:
        assert not re.search(r"\b(as|write|the)\b", each.text("nn")), each.text("nn")
