"""Words of reports in nb, nn and en."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from cds.diagnostics import Language
from cds.operators.reasons import Reason
from cds.report.counting import NOT_STATED
from cds.report.making import Report, Row
from cds.result import text_in
from cds.sentences import Sentences, say
from cds.wording import moment_text, number_text, reason_text

HIDDEN: Final = ":"
"""What stands in place of a number that is held back, as in tables of Statistics Norway."""

WORDS: Final[Sentences] = {
    "title": ("Indikatorer {at}", "Indikatorar {at}", "Indicators {at}"),
    "persons": ("personer", "personar", "persons"),
    "not_applicable": ("ikke aktuelt", "ikkje aktuelt", "not applicable"),
    "applicable": ("aktuelt for", "aktuelt for", "applicable to"),
    "asked": ("med og uten svar", "med og utan svar", "told and not told"),
    "denominator": ("kan avgjøres", "kan avgjerast", "can be told"),
    "numerator": ("teller", "teljar", "numerator"),
    "rest": ("resten", "resten", "the rest"),
    "left_out": ("holdt utenfor", "haldne utanfor", "left out"),
    "unknown": ("kan ikke avgjøres", "kan ikkje avgjerast", "cannot be told"),
    "share": ("andel", "del", "share"),
    "share_of_asked": ("andel, ukjente medregnet", "del, ukjende medrekna", "share, unknown included"),
    "share_unknown": ("andel ukjent", "del ukjend", "share unknown"),
    "everybody": ("alle", "alle", "everybody"),
    "not_stated": ("ikke oppgitt", "ikkje oppgitt", "not stated"),
    "sex": ("kjønn", "kjønn", "sex"),
    "age": ("alder", "alder", "age"),
    "female": ("kvinne", "kvinne", "female"),
    "male": ("mann", "mann", "male"),
    "other": ("annet", "anna", "other"),
    "patient": ("pasientens egen grense", "pasienten si eiga grense", "the patient's own limit"),
    "adaptation": ("lokal tilpasning", "lokal tilpassing", "local adaptation"),
    "default": ("regelsettets grense", "grensa frå regelsettet", "the ruleset's limit"),
    "expired": ("egen grense utløpt", "eiga grense har gått ut", "own limit expired"),
    "invalid": ("egen grense kan ikke brukes", "eiga grense kan ikkje brukast", "own limit cannot be used"),
    "none": ("ikke holdt mot noen grense", "ikkje halde mot noka grense", "held against no limit"),
    "hidden": (
        "{sign} holdt tilbake: tall under {least}, og de andre som måtte til for at ingen kan regne dem ut ({small} + "
        "{secondary} av {cells} tall)",
        "{sign} halde tilbake: tal under {least}, og dei andre som måtte til for at ingen kan rekne dei ut ({small} + "
        "{secondary} av {cells} tal)",
        "{sign} held back: counts below {least}, and the others it took so that none of them can be worked out "
        "({small} + {secondary} of {cells} counts)",
    ),
    "unknown_apart": (
        "Andelen er av dem regelen kan avgjøres for. De som ikke kan avgjøres, står for seg, og andelen med dem "
        "medregnet står ved siden av.",
        "Delen er av dei regelen kan avgjerast for. Dei som ikkje kan avgjerast, står for seg, og delen med dei "
        "medrekna står ved sida av.",
        "The share is of those of whom the rule can be told. Those of whom it cannot stand apart, and the share with "
        "them counted in stands beside.",
    ),
    "source": ("Kilde: {text}", "Kjelde: {text}", "Source: {text}"),
    "draft": (
        "!! UTKAST, IKKE GODKJENT FOR BRUK: {rulesets}",
        "!! UTKAST, IKKJE GODKJENT FOR BRUK: {rulesets}",
        "!! DRAFT, NOT APPROVED FOR USE: {rulesets}",
    ),
}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def words(key: str, language: Language, **values: object) -> str:
    """The words in the language, with their places filled.

    >>> words("persons", "nn")
    'personar'
    """
    return say(key, language, WORDS, **values)


def at_text(report: Report) -> str:
    """The moment as ISO 8601 in UTC, to the second."""
    return (_EPOCH + timedelta(microseconds=report.at)).isoformat(timespec="seconds")


def title(report: Report, language: Language) -> str:
    """What the report is called."""
    return words("title", language, at=f"{moment_text(at_text(report)[:16], language)} UTC")


def drafts(report: Report, language: Language) -> str:
    """The warning that rulesets are drafts, or ""."""
    named = [each.id for each in report.heads if each.status == "draft"]
    return words("draft", language, rulesets=", ".join(named)) if named else ""


def held_back_words(report: Report, language: Language) -> str:
    """What the sign in place of a number means, and how many there are."""
    counts = {"small": report.small, "secondary": report.secondary, "cells": report.cells, "least": report.least}
    return words("hidden", language, sign=HIDDEN, **counts)


def group_words(row: Row, report: Report, language: Language) -> str:
    """A row's group: `kjønn kvinne, alder 18–44`; everybody when it is of no group."""
    titles = report.definitions.titles
    return ", ".join(
        f"{_group_name(name, titles, language)} {value_words(name, value, language)}"
        for name, value in row.groups.items()
    ) or words("everybody", language)


def _group_name(name: str, titles: Mapping[str, Mapping[str, str]], language: Language) -> str:
    return text_in(titles[name], language)[0] if name in titles else words(name, language) if name in WORDS else name


def value_words(group: str, value: str, language: Language) -> str:
    """A group's value as people read it."""
    if value == NOT_STATED:
        return words("not_stated", language)
    return words(value, language) if group == "sex" else value


def what_words(row: Row, language: Language) -> str:
    """What a row counts."""
    if row.what == "reason":
        return reason_text(Reason[row.detail], language)
    return words(row.detail if row.what == "limit" else row.what, language)


def count_words(count: int | None) -> str:
    """A count, or the sign for one that is held back."""
    return HIDDEN if count is None else str(count)


def share_words(share: float | None, is_hidden: bool, language: Language) -> str:
    """A share in percent with one decimal; the sign when it is held back, a dash when there is nobody to share."""
    if share is None:
        return HIDDEN if is_hidden else "–"
    return f"{number_text(100 * share, 1, language)} %"
