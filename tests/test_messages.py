"""What the patient is told: the authors' own words for patients, and that nothing else is all well."""

import json
import re
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

import cds.messages
from cds.adapters import cards
from cds.diagnostics import Language
from cds.messages import messages, messages_document, messages_schema, messages_text
from cds.operators.reasons import Reason
from cds.sentences import SENTENCES, Sentences
from tests.adapters.evaluated import calm, evaluated

NOTHING = {
    "nb": "Det er ingen melding til deg nå. Det betyr ikke at alt er bra.",
    "nn": "Det er inga melding til deg no. Det betyr ikkje at alt er bra.",
    "en": "There is no message for you now. That does not mean that all is well.",
}
LANGUAGES: tuple[Language, ...] = ("nb", "nn", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_texts_for_patients_are_shown(language: Language) -> None:
    result = evaluated()
    said = messages_text(result, language) + json.dumps(messages_document(result, language), ensure_ascii=False)
    for each in result.findings:
        wording = each.rule.wording
        assert each.id not in said
        for texts in (wording.summary, wording.detail, wording.suggest, wording.unconfirmed):
            assert [text for text in texts.values() if text.partition("{")[0].strip() in said] == []


def test_the_text_as_a_whole() -> None:
    assert messages_text(evaluated(), "nb") == (
        "15.1.2026 kl. 12:00\n\n"
        "!! UTKAST, IKKE GODKJENT FOR BRUK\n\n"
        "Vekten har gått opp 2,5 kg. Følg planen din.\n\n"
        "Ett funn har ingen tekst til deg; oppfølgingstjenesten din ser det.\n\n"
        "Vi trenger en ny måling for å være sikre. Følg planen din.\n\n"
        "Noe kunne ikke vurderes nå. Spør oppfølgingstjenesten din hvis du lurer.\n"
    )


def test_a_mild_text_waits_while_the_finding_that_would_hide_it_does() -> None:
    waiting = messages(evaluated())
    assert "There is nothing to do now." not in " ".join(each.text for each in waiting.messages)
    result = evaluated()
    settled = tuple(each for each in result.findings if each.rule.name != "severe")
    said = " ".join(each.text for each in messages(replace(result, findings=settled)).messages)
    assert "There is nothing to do now." in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_to_say_is_not_all_well(language: Language) -> None:
    assert (NOTHING[language],) == messages(calm(), language).notes
    assert NOTHING[language] in messages_text(calm(), language)


def test_every_finding_is_told_or_noted() -> None:
    result = evaluated()
    heavy = replace(result["heavy_rule"], hidden_by="")
    uncertain = replace(result["gaining"], uncertain=True, reason=Reason.limit_expired)
    made = messages(replace(result, findings=(heavy, replace(heavy), uncertain, result["racing"])))
    assert 1 == len(made.messages)
    assert made.notes == (
        "2 findings have no text for you; your follow-up service sees them.",
        "Something could not be assessed now. Ask your follow-up service if you wonder.",
    )


def test_the_document_follows_its_schema_and_is_the_same_every_time() -> None:
    made = messages_document(evaluated(), "nb")
    Draft202012Validator(messages_schema()).validate(made)
    assert json.dumps(made) == json.dumps(messages_document(evaluated(), "nb"))
    assert {
        "text": "Vekten har gått opp 2,5 kg. Følg planen din.",
        "indicator": "warning",
        "language": "nb",
    }.items() <= (made["messages"][0].items())


def test_a_text_in_another_language_says_which() -> None:
    finding = evaluated()["gaining"]
    wording = replace(finding.rule.wording, patient={"nn": "Vekta har auka\n\x1b[31m"})
    changed = replace(finding, rule=replace(finding.rule, wording=wording))
    (told,) = messages(replace(evaluated(), findings=(changed,)), "en").messages
    assert ("nn", "Vekta har auka \ufffd[31m") == (told.language, told.text)


@pytest.mark.parametrize(
    "table", [cards._SENTENCES, cds.messages._SENTENCES, SENTENCES], ids=["cards", "messages", "shared"]
)
def test_sentences_have_the_same_places_to_fill_in_every_language(table: Sentences) -> None:
    different = {
        key
        for key, texts in table.items()
        if len({frozenset(re.findall(r"\{\w+\}", each)) for each in texts}) > 1 or not all(texts)
    }
    assert different == set()
