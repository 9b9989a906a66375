"""The word that an author most likely meant: the English for a Norwegian one, else the nearest by its letters."""

from collections.abc import Iterable
from typing import Final

from cds.diagnostics.report import closest

IN_ENGLISH: Final = {
    "detaljer": "detail",
    "eier": "owner",
    "eigar": "owner",
    "farge": "colour",
    "fast": "fixed",
    "forslag": "suggest",
    "gjelder": "applies_to",
    "gjeld": "applies_to",
    "grenser": "limits",
    "gul": "yellow",
    "inndata": "inputs",
    "kilde": "source",
    "kilder": "sources",
    "kjelde": "source",
    "kjelder": "sources",
    "kontroller": "checks",
    "mangler": "missing",
    "målinger": "inputs",
    "når": "when",
    "oransje": "orange",
    "oppsummering": "summary",
    "pasient": "patient",
    "poeng": "points",
    "raud": "red",
    "regelsett": "ruleset",
    "regler": "rules",
    "reglar": "rules",
    "rød": "red",
    "skårer": "scores",
    "soner": "zones",
    "sonar": "zones",
    "språk": "language",
    "tillatt": "allowed",
    "tittel": "title",
    "verdi": "value",
    "verdier": "values",
    "verdiar": "values",
    "versjon": "version",
}
"""Norwegian word → the word of the language."""


def in_english(word: str, known: Iterable[str]) -> str:
    """The known word that a Norwegian one stands for, or ""."""
    meant = IN_ENGLISH.get(word.casefold(), "")
    return meant if meant in known else ""


def near_word(word: str, known: Iterable[str]) -> str:
    """The known word that was most likely meant, or "" when none is near.

    >>> near_word("grenser", ["limits", "values"]), near_word("withing", ["last", "within"])
    ('limits', 'within')
    """
    words = list(known)
    return in_english(word, words) or closest(word, words)
