"""Phrases that fill the sentences of diagnostics, in the reader's language; looked up by their English form."""

from typing import Literal

Language = Literal["nb", "nn", "en"]

_NB = {
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
    "words on one line": "ord på én linje",
    "an indented block": "en innrykket blokk",
    "nothing": "ingenting",
    "the file": "filen",
    "this file": "denne filen",
}


def in_words(text: str, language: Language) -> str:
    """The phrase in the reader's language; a text that is no known phrase comes back as it is."""
    return text if language == "en" else _NB.get(text, text)
