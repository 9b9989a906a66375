"""A report as tables in plain text."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from cds.diagnostics import Language
from cds.escaping import plain
from cds.report.making import Report, Row, What
from cds.report.words import (
    count_words,
    drafts,
    group_words,
    held_back_words,
    share_words,
    title,
    what_words,
    words,
)
from cds.result import text_in

_SHOWN: Final[tuple[What, ...]] = ("persons", "denominator", "numerator", "unknown")
_DETAILS: Final = ("reason", "limit")


def text_of(report: Report, language: Language) -> str:
    """Each indicator's table, with what is held back and how the unknown are counted."""
    lines = [title(report, language), *filter(None, [drafts(report, language)]), ""]
    for (indicator, rule), rows in groupby(report.rows, key=lambda row: (row.indicator.id, row.rule)):
        lines += [*_indicator(list(rows), report, language, f"{indicator}: {rule}"), ""]
    return "\n".join([*lines, words("unknown_apart", language), held_back_words(report, language)]) + "\n"


def _indicator(rows: Sequence[Row], report: Report, language: Language, name: str) -> Iterator[str]:
    yield plain(f"{text_in(rows[0].indicator.title, language)[0]} ({name})")
    head = ["", *(words(each, language) for each in (*_SHOWN, "share", "share_of_asked", "share_unknown"))]
    lines = [head]
    for _, group in groupby(rows, key=lambda row: tuple(row.groups.items())):
        lines += _group(list(group), report, language)
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    for first, *rest in lines:
        cells = (each.rjust(width) for each, width in zip(rest, widths[1:], strict=True))
        yield f"  {first.ljust(widths[0])}  {'  '.join(cells)}".rstrip()
    if rows[0].indicator.source:
        yield "  " + words("source", language, text=plain(rows[0].indicator.source))


def _group(rows: Sequence[Row], report: Report, language: Language) -> Iterator[list[str]]:
    """A group's line, and below it those of whom the rule cannot be told by reason, and whose limits were used."""
    told = {row.what: row for row in rows if row.what not in _DETAILS}
    numerator, unknown = told["numerator"], told["unknown"]
    is_hidden = any(row.is_suppressed for row in (numerator, unknown, told["denominator"], told["asked"]))
    counts = [count_words(told[each].count) for each in _SHOWN]
    shares = (numerator.share, numerator.share_of_asked, unknown.share)
    yield [
        plain(group_words(numerator, report, language)),
        *counts,
        *(share_words(each, is_hidden, language) for each in shares),
    ]
    for row in rows:
        if row.what in _DETAILS:
            yield ["  – " + what_words(row, language), count_words(row.count), *[""] * 6]
