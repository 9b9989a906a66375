"""Every issue in the data is said in English and in Norwegian, in the same words of the author's data."""

import re

import pytest

from cds.adapters.issues import ISSUES, NORWEGIAN, issue
from cds.adapters.limits import limits_from_dicts
from cds.diagnostics import Language

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


COUNTED = {code for code, said in ISSUES.items() if said.startswith("{count}")} - {"too_many_at_once"}  # never of one
PLURAL = {"en": r"\b(are|have|refer|they|them)\b", "nb": r"\b(ressurser|planer|varsler|apparater|de ble|dem\b(?! som))"}


@pytest.mark.parametrize("language", ["en", "nb"])
@pytest.mark.parametrize("code", sorted(COUNTED))
def test_one_is_said_in_the_singular(code: str, language: Language) -> None:
    said = issue(code, "place", **(WORDS | {"count": 1})).text(language)
    assert said.startswith("1 ")
    assert not re.search(PLURAL[language], said), said


def test_a_code_that_is_nearly_known_is_named() -> None:
    made = issue("unlike_code", "place", name="body_weight", known="29463-7")
    assert made.text("nb").endswith("mente du 29463-7?")
    assert made.text("en").endswith("did you mean 29463-7?")


@pytest.mark.parametrize("row", [{}, {"value": 1, "from": "soon"}, {"value": 1, "unit": 3}, {"value": 1, "hvilken": 1}])
def test_cures_of_limits_are_translated(row: dict[str, object]) -> None:
    _, issues = limits_from_dicts([row])
    for each in issues:
        assert not re.search(r"\b(as|write|the)\b", each.text("nn")), each.text("nn")
