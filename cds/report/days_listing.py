"""Doses and supply of a population day by day, as a table in plain text."""

from cds.diagnostics import Language
from cds.plots.axis import date_text
from cds.report.days import ASKED, Daily, said, span_words
from cds.report.words import HIDDEN, count_words, share_words


def listing_of(shown: Daily, language: Language) -> str:
    """Everything that the picture shows, as a table in plain text."""
    names = (ASKED, *shown.fates)
    lines = [[said("day", language), *(said(each, language) for each in names), said("share", language)]]
    for day in shown.days:
        share = share_words(day.share, day.is_suppressed, language)
        lines.append([date_text(day.day, language), *(count_words(day.counts[each]) for each in names), share])
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    table = ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    head = [said(shown.kind, language, label=shown.label[language]), span_words(shown, language)]
    foot = [said(f"{shown.kind}_share", language), said("hidden", language, sign=HIDDEN, least=shown.least)]
    return "\n".join([*head, "", *table, "", *foot]) + "\n"
