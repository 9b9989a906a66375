"""A chart's content as a table in plain text: everything that the picture shows, for those who would rather read."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from cds.diagnostics import Language
from cds.escaping import plain
from cds.plots.chart import Band, Chart, Mark, ReadingBand
from cds.plots.words import limit_name, limit_words, words
from cds.wording import unit_text

_INDENT = "  "


def listing_of(chart: Chart) -> str:
    """The table, ending with a line break."""
    return "\n".join(line.rstrip() for line in _lines(chart)) + "\n"


def _lines(chart: Chart) -> Iterator[str]:
    language = chart.language
    yield f"{words('title', language, id=plain(chart.patient) or '?')}, {chart.at_text}"
    yield words("span", language, first=chart.days[0], last=chart.days[1], zone=chart.zone)
    yield from map(plain, (*chart.rulesets, *([chart.draft] if chart.draft else [])))
    for band in chart.bands:
        yield ""
        yield from _band(band, language)
    yield ""
    yield f"{words('findings_at', language, at=chart.at_text)}: {chart.totals}"
    yield from _aligned([(note.word, plain(note.text)) for note in chart.findings])
    if chart.issues:
        yield ""
        yield words("issues", language)
        yield from _indented(map(plain, chart.issues))


def _band(band: Band, language: Language) -> Iterator[str]:
    unit = unit_text(band.unit, 2.0, language) if isinstance(band, ReadingBand) else ""
    yield plain(band.label) + (f" ({unit})" if unit else "")
    if band.note:
        yield _INDENT + band.note
    if isinstance(band, ReadingBand):
        yield from _aligned(_readings(band, language))
    else:
        yield from _aligned([(mark.when, plain(mark.note)) for mark in band.marks])
        said = {each.note for each in band.marks}
        yield from _indented(plain(each.note) for each in band.spans if each.note not in said)
    yield from _aligned([(each.when, each.note) for each in band.stretches])
    yield from _aligned([(limit_words(each, language), plain(limit_name(each, language))) for each in band.limits])


def _readings(band: ReadingBand, language: Language) -> Iterator[Sequence[str]]:
    """One row per reading; a panel's parts side by side."""
    if len(band.parts) > 1:
        yield ("", *map(plain, band.parts))
    for _, marks in groupby(sorted(band.marks, key=lambda each: each.time), key=lambda each: each.time):
        together = list(marks)
        columns = [[each for each in together if each.part == part] for part in range(len(band.parts))]
        for place in range(max(map(len, columns))):
            row = [column[place] if place < len(column) else None for column in columns]
            yield (together[0].when, *(_cell(each, language) for each in row))


def _cell(mark: Mark | None, language: Language) -> str:
    if mark is None:
        return ""
    return plain(mark.note) + (f" ({words('date_only', language)})" if mark.is_date_only else "")


def _aligned(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Rows whose columns stand under each other."""
    listed = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*listed, strict=True)] if listed else []
    for row in listed:
        yield _INDENT + _INDENT.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (_INDENT + line for line in lines)
