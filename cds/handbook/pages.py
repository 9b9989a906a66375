"""A document as headings, paragraphs and tables, and how it is written as HTML and as Markdown."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final

Cells = tuple[str, ...]

_STYLE: Final = """\
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.8rem; margin-bottom: 0; } h2 { margin-top: 2.2rem; border-bottom: 2px solid #1a1a1a; }
h3 { margin-bottom: .3rem; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; font-size: .95rem; }
th, td { border: 1px solid #767676; padding: .3rem .5rem; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
th { background: #eee; } caption { text-align: left; font-weight: 600; padding: .3rem 0; }
.notice { border: 3px solid #1a1a1a; padding: .6rem 1rem; font-weight: 600; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } h2 { break-after: avoid; }
  tr, h3 { break-inside: avoid; } a { color: inherit; } }
"""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 2 begins a section."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A few sentences. is_notice: it must not be overlooked."""

    text: str
    is_notice: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """Items of a list."""

    items: Cells


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with the words over its columns."""

    heads: Cells
    rows: tuple[Cells, ...]


Block = Heading | Paragraph | Listing | Grid


@dataclass(frozen=True, slots=True)
class Page:
    """A document in one language."""

    title: str
    language: str
    blocks: tuple[Block, ...]


def as_html(page: Page) -> str:
    """One file that needs no other: it can be kept, printed and signed."""
    body = "\n".join(line for block in page.blocks for line in _html(block))
    return (
        f'<!doctype html>\n<html lang="{page.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(page.title)}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(page.title)}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _html(block: Block) -> Iterator[str]:
    match block:
        case Heading(text, level):
            yield f"<h{level}>{escape(text)}</h{level}>"
        case Paragraph(text, is_notice):
            yield f'<p class="notice">{escape(text)}</p>' if is_notice else f"<p>{escape(text)}</p>"
        case Listing(items):
            yield "<ul>"
            yield from (f"<li>{escape(each)}</li>" for each in items)
            yield "</ul>"
        case Grid(heads, rows):
            yield "<table>"
            yield "<thead><tr>" + "".join(f'<th scope="col">{escape(each)}</th>' for each in heads) + "</tr></thead>"
            yield "<tbody>"
            yield from ("<tr>" + "".join(f"<td>{_lines(each)}</td>" for each in row) + "</tr>" for row in rows)
            yield "</tbody></table>"


def _lines(text: str) -> str:
    return "<br>".join(map(escape, text.split("\n")))


def as_markdown(page: Page) -> str:
    """The same as Markdown."""
    lines = [f"# {_marked(page.title)}", ""]
    for block in page.blocks:
        lines += [*_markdown(block), ""]
    return "\n".join(lines).rstrip() + "\n"


def _markdown(block: Block) -> Iterator[str]:
    match block:
        case Heading(text, level):
            yield f"{'#' * level} {_marked(text)}"
        case Paragraph(text, is_notice):
            yield f"> **{_marked(text)}**" if is_notice else _marked(text)
        case Listing(items):
            yield from (f"- {_marked(each)}" for each in items)
        case Grid(heads, rows):
            yield "| " + " | ".join(map(_cell, heads)) + " |"
            yield "|" + "---|" * len(heads)
            yield from ("| " + " | ".join(map(_cell, row)) + " |" for row in rows)


def _marked(text: str) -> str:
    """Text in which nothing is taken for a mark."""
    return "".join(f"\\{each}" if each in "\\`*_[]<>#|" else each for each in text).replace("\n", " ")


def _cell(text: str) -> str:
    return "<br>".join(_marked(each) for each in text.split("\n"))
