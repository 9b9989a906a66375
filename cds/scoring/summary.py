"""What a job has done, as text for people: findings by rule, what could not be told and why, what could not be used."""

from collections.abc import Iterator, Mapping
from typing import Final

from cds.adapters.issues import ISSUES, sentence
from cds.api import Ruleset
from cds.diagnostics import Language
from cds.operators.reasons import Reason
from cds.result import Status
from cds.scoring.tally import Scored
from cds.sentences import SENTENCES, Sentences, say
from cds.wording import STATUSES, reason_text

_SHOWN: Final[tuple[Status, ...]] = ("fired", "unconfirmed", "unknown", "not_fired", "not_applicable")
_GAP: Final = "  "
_WORDS: Final[Sentences] = {
    **SENTENCES,
    "patients": ("{n} pasienter, {rows} rader", "{n} pasientar, {rows} rader", "{n} patients, {rows} rows"),
    "rule": ("Regel", "Regel", "Rule"),
    "reasons": (
        "Kan ikke avgjøres, antall pasienter",
        "Kan ikkje avgjerast, tal på pasientar",
        "Cannot tell, number of patients",
    ),
    "unusable": (
        "Opplysninger som ikke kunne brukes som de kom: {n}",
        "Opplysningar som ikkje kunne brukast slik dei kom: {n}",
        "Data that could not be used as they came: {n}",
    ),
}


def summary(scored: Scored, ruleset: Ruleset, language: Language) -> str:
    """All of it as lines of text."""
    return "".join(f"{line}\n" for line in _lines(scored, ruleset, language))


def _lines(scored: Scored, ruleset: Ruleset, language: Language) -> Iterator[str]:
    yield say("patients", language, _WORDS, n=scored.patients, rows=scored.rows)
    drafts = [each.id for each in ruleset.heads if each.status == "draft"]
    if drafts:
        yield say("notice", language, _WORDS, rulesets=", ".join(drafts))
    yield ""
    yield from _table(scored, language)
    if any(scored.unknown.values()):
        yield ""
        yield say("reasons", language, _WORDS)
        yield from _reasons(scored.unknown, language)
    if scored.issues:
        yield ""
        yield say("unusable", language, _WORDS, n=sum(scored.issues.values()))
        yield from _issues(scored.issues, language)


def _table(scored: Scored, language: Language) -> Iterator[str]:
    heads = [say("rule", language, _WORDS), *(STATUSES[status][language] for status in _SHOWN)]
    rows = [[rule, *(str(counts[status]) for status in _SHOWN)] for rule, counts in scored.rules.items()]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for row in (heads, *rows):
        cells = [row[0].ljust(widths[0]), *(each.rjust(width) for each, width in zip(row[1:], widths[1:], strict=True))]
        yield _GAP.join(cells)


def _reasons(unknown: Mapping[str, Mapping[str, int]], language: Language) -> Iterator[str]:
    for rule, counts in unknown.items():
        for name, count in sorted(counts.items(), key=lambda each: -each[1]):
            yield f"{_GAP}{count:>9}  {rule}: {reason_text(Reason[name], language)}"


def _issues(issues: Mapping[str, int], language: Language) -> Iterator[str]:
    for code, count in issues.items():
        says = f": {sentence(code, language)}" if code in ISSUES else ""
        yield f"{_GAP}{count:>9}  {code}{says}"
