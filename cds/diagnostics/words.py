"""Phrases that fill the sentences of diagnostics, in the reader's language; looked up by their English form."""

from typing import Final, Literal

Language = Literal["nb", "nn", "en"]

# Names of values that hold phrases of ours; all others hold what an author wrote.
PHRASES: Final = frozenset({"expected", "found", "kind", "needed", "now_is", "then_is", "where", "word"})

_NB: Final = {
    "a text": "en tekst",
    "a list": "en liste",
    "a block": "en blokk",
    "a block of fields": "en blokk med felter",
    "a quantity": "et tall med enhet",
    "a number with its unit": "et tall med enhet",
    "a number": "et tall",
    "a whole number": "et helt tall",
    "a word": "et ord",
    "words": "ord",
    "`0 decimals` to `4 decimals`": "`0 decimals` til `4 decimals`",
    "`first 1` to `first 9`": "`first 1` til `first 9`",
    "words on one line": "ord på én linje",
    "an indented block": "en innrykket blokk",
    "nothing": "ingenting",
    "limit": "grense",
    "value": "verdi",
    "value, score or limit": "verdi, skår eller grense",
    "input": "input",
    "rule": "regel",
    "source": "kilde",
    "concept": "begrep",
    "part": "del",
    "ruleset under uses": "regelsett under uses",
    "diagnosis, device, medicine or stay": "diagnose, hjelpemiddel, legemiddel eller opphold",
    "check": "kontroll",
    "band table or score": "poengtabell eller skår",
    "a band table or score": "en poengtabell eller skår",
    "an input": "en input",
    "a limit": "en grense",
    "a value": "en verdi",
    "a band table": "en poengtabell",
    "a score": "en skår",
    "a rule": "en regel",
    "a zone": "en sone",
    "a missing-data rule": "en regel for manglende data",
    "a source": "en kilde",
    "a former name": "et tidligere navn",
    "a word of the texts": "et ord i tekstene",
    "a value, score or limit": "en verdi, skår eller grense",
    "a diagnosis, device, medicine or stay": "en diagnose, et hjelpemiddel, et legemiddel eller et opphold",
    "a form": "et skjema",
    "a stay": "et opphold",
    "a measurement": "en måling",
    "a panel": "et panel",
    "a diagnosis": "en diagnose",
    "a device": "et hjelpemiddel",
    "a medicine class": "en legemiddelgruppe",
    "an event": "en hendelse",
    "measurements": "målinger",
    "readings": "målinger",
    "doses": "doser",
    "events": "hendelser",
    "spans": "perioder",
    "forms": "skjemaer",
    "dispenses": "utleveringer",
    "the check": "kontrollen",
    "dispenser doses": "doser fra dispenser",
    "doses taken as needed": "doser tatt ved behov",
    "ATC code of a substance of the class": "ATC-kode for et stoff i gruppen",
    "a number above 0 in mg, mL or tablets": "et tall over 0 i mg, mL eller tablets",
    "dispenser events": "hendelser fra dispenser",
    "diagnoses": "diagnoser",
    "devices": "hjelpemidler",
    "above": "over",
    "below": "under",
    "a ruleset": "et regelsett",
    "an adaptation": "en tilpasning",
    "the bands": "poengtabellen",
    "the score": "skåren",
    "the zone": "sonen",
    "the rule": "regelen",
    "the missing-data rule": "regelen for manglende data",
    "the source": "kilden",
    "the input": "inputen",
    "the limit": "grensen",
    "the value": "verdien",
    "the file": "filen",
    "this file": "denne filen",
    "the concept": "begrepet",
    "code system": "kodesystem",
    "group": "gruppe",
    "the group": "gruppen",
    "the indicator": "indikatoren",
}


def in_words(text: str, language: Language) -> str:
    """The phrase in the reader's language, also before a quoted word and joined by "or"; any other text as it is.

    >>> in_words("the rule `high` under `when`", "nb"), in_words("readings or dispenser events", "nb")
    ('regelen `high` under `when`', 'målinger eller hendelser fra dispenser')
    """
    if language == "en" or not text:
        return text
    if text in _NB:
        return _NB[text]
    for english, norwegian in (", ", ", "), (" or ", " eller "):
        if english in text and "`" not in text:
            return norwegian.join(in_words(part, language) for part in text.split(english))
    phrase, quote, rest = text.partition(" `")
    return _NB.get(phrase, phrase) + quote + rest
