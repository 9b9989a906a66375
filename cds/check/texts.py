"""Texts for people: placeholders that stand for something, in every language of the title, short enough."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from cds.check.names import Names
from cds.check.rules import alarms
from cds.diagnostics import Diagnostic, closest
from cds.diagnostics.advice import TextMissing
from cds.diagnostics.findings import SummaryTooLong
from cds.diagnostics.names import UnknownPlaceholder
from cds.model import Alarm, Rule, Texts

LONGEST_SUMMARY: Final = 140  # CDS Hooks 2.0, card.summary
_BRACES: Final = re.compile(r"\{([^{}]*)\}?|\}")
_ALWAYS: Final = ("value", "limit", "newest")
_OF_CHECK: Final = ("limit",)  # a check has as many newest times as inputs


def check_texts(names: Names) -> Iterator[Diagnostic]:
    """Everything wrong with the texts of a file."""
    for block, name, alarm in alarms(names):
        for field, texts in _texts(alarm).items():
            yield from _placeholders(names, block, name, field, texts)
            yield from _languages(names, block, name, field, texts=texts)
        for language, text in alarm.summary.items():
            if len(text) > LONGEST_SUMMARY:
                place = names.file.place(block, name, "summary", language)
                yield SummaryTooLong.at(place, length=len(text))
        yield from _reasons(names, alarm.override_reasons, block, name)
    for name, limit in names.model.limits.items():
        yield from _languages(names, "limits", name, "label", texts=limit.label)
    yield from _languages(names, "intended_use", texts=names.model.intended_use)
    yield from _reasons(names, names.model.override_reasons)


def _texts(alarm: Alarm) -> dict[str, Texts]:
    found = {
        "summary": alarm.summary,
        "detail": alarm.detail,
        "patient": alarm.patient,
        "suggest": alarm.suggest,
    }
    return {**found, "unconfirmed": alarm.unconfirmed} if isinstance(alarm, Rule) else found


def _reasons(names: Names, reasons: Mapping[str, Texts], *path: str) -> Iterator[Diagnostic]:
    """A reason is chosen from a list before anything is known of a patient, so nothing in it stands for a number."""
    for code, texts in reasons.items():
        yield from _languages(names, *path, "override_reasons", code, texts=texts)
        for language, text in texts.items():
            spot = names.spot(*path, "override_reasons", code, language)
            for match in placeholders(text):
                yield UnknownPlaceholder.at(spot.part(*match.span()), name=match[1] or "")


def placeholders(text: str) -> Iterator[re.Match[str]]:
    """Everything in braces."""
    return _BRACES.finditer(text)


def _placeholders(names: Names, block: str, name: str, field: str, texts: Texts) -> Iterator[Diagnostic]:
    alarm = names.model.missing.get(name)
    is_check = block == "missing" and alarm is not None and alarm.check is not None
    always = _OF_CHECK if is_check else _ALWAYS
    for language, text in texts.items():
        spot = names.spot(block, name, field, language)
        for match in placeholders(text):
            word = match[1] or ""
            whole = match[0].startswith("{") and match[0].endswith("}")
            if whole and (word in always or (word != "age" and names.number(word))):
                continue
            place = spot.part(*match.span())
            value = names.model.values.get(word)
            if whole and value and names.parts(value):
                yield names.missing_number(word, place)
                continue
            near = closest(word, (*names.all_numbers(), *always)) if word else ""
            yield UnknownPlaceholder.at(place, near=f"{{{near}}}" if near else "", name=word)


def _languages(names: Names, *path: str, texts: Texts) -> Iterator[Diagnostic]:
    missing = [language for language in names.model.title if language not in texts]
    if texts and missing:
        where = f"`{path[-1]}`" if len(path) == 1 else f"`{path[-1]}` ({path[-2]})"
        yield TextMissing.at(names.key(*path), where=where, languages=", ".join(f"`{each}`" for each in missing))
