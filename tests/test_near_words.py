"""What is offered in place of a word that nothing has: by meaning first, by letters last."""

from dataclasses import replace

import pytest

from cds.catalogue import shared_concepts
from cds.check.inputs import near_concept
from cds.codes import Kind
from cds.diagnostics.near import IN_ENGLISH, near_word
from cds.manual import field_reference
from cds.model import INPUT_KINDS

BLOCKS = ["inputs", "limits", "values", "zones", "rules", "missing"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [("grenser", "limits"), ("Verdier", "values"), ("soner", "zones"), ("reglar", "rules"), ("mangler", "missing")],
)
def test_a_norwegian_block_name_is_understood(word: str, expected: str) -> None:
    assert expected == near_word(word, BLOCKS)


def test_a_norwegian_word_is_offered_only_where_its_meaning_belongs() -> None:
    assert "" == near_word("gul", BLOCKS)
    assert "yellow" == near_word("gul", ["red", "orange", "yellow"])


def test_every_word_offered_is_a_word_of_the_language() -> None:
    reference = field_reference()
    assert [] == [each for each in IN_ENGLISH.values() if f"`{each}`" not in reference]


def kinds_of(field: str) -> tuple[Kind, ...]:
    return INPUT_KINDS[field].kinds


@pytest.mark.parametrize(
    ("field", "word", "expected"),
    [
        ("diagnosis", "hjertesvikt", "heart_failure"),
        ("diagnosis", "hjartesvikt", "heart_failure"),
        ("diagnosis", "Hjertesvikt", "heart_failure"),
        ("diagnosis", "hart_failure", "heart_failure"),
        ("concept", "vekt", "body_weight"),
        ("concept", "bodyweight", "body_weight"),
        ("concept", "qqqqqqqq", ""),
    ],
)
def test_concepts_are_found_by_what_people_call_them(field: str, word: str, expected: str) -> None:
    assert expected == near_concept(word, shared_concepts().of_kind(*kinds_of(field)))


def test_a_word_that_fits_two_diagnoses_suggests_neither() -> None:
    heart = shared_concepts().by_name["heart_failure"]
    kidney = replace(heart, name="kidney_failure", label={"nb": "Nyresvikt", "en": "Kidney failure"})
    assert "heart_failure" == near_concept("svikt", [heart])
    assert "" == near_concept("svikt", [heart, kidney])
    assert "kidney_failure" == near_concept("nyresvikt", [heart, kidney])


@pytest.mark.parametrize("field", INPUT_KINDS)
def test_every_label_leads_to_its_own_concept(field: str) -> None:
    fitting = list(shared_concepts().of_kind(*kinds_of(field)))
    led = {(label, each.name): near_concept(label, fitting) for each in fitting for label in each.label.values()}
    shared = {label for label, _ in led if sum(label == other for other, _ in led) > 1}
    assert {} == {key: found for key, found in led.items() if found != key[1] and key[0] not in shared}
