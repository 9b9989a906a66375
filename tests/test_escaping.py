"""Text from anywhere is shown as text: no markup, no link, no element, no forged line."""

import re
from html import unescape
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cds.escaping import markdown, markdown_paragraphs, plain, xhtml

GFM = MarkdownIt("commonmark").enable(["table", "strikethrough"])
# GitHub Flavored Markdown 6.9: what becomes a link without any markup.
LINKED = re.compile(r"www\.|(?:https?|ftp)://|[a-z0-9.\-_+]+@[a-z0-9\-_]+\.", re.IGNORECASE)
SIGNS = r"\`*_{}[]()<>#+-.!|~&;:/@='" + '"$^%'
MARKUP = (
    "[a](https://example.org)",
    "![a](https://example.org/a.png)",
    "<script>alert(1)</script>",
    "<https://example.org>",
    "https://example.org/a?b=c",
    "HTTP://EXAMPLE.ORG",
    "www.example.org",
    "somebody@example.org",
    "mailto:somebody@example.org",
    "*a* __b__ ~~c~~ `d`",
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "2) item",
    "> quote",
    "---",
    "===",
    "***",
    "```\ncode\n```",
    "    code",
    "a | b\n--|--\nc | d",
    "&lt;b&gt; &#60;b&#62; &copy;",
    "[a]: https://example.org",
    "[^1]",
    "a\\",
    "a  \nb",
    "<!-- comment -->",
    "$a_b$",
    "a\n\n# b",
    "a\u2028# b",
    "\u202e321 kg",
    "\x00\x07\x1b[31m",
    "\ud800",
)
TEXTS = st.one_of(
    st.text(),
    st.text(st.sampled_from(SIGNS + " \n\tab1")),
    st.lists(st.sampled_from(MARKUP)).map(" ".join),
    st.lists(st.sampled_from(MARKUP)).map("".join),
)


def shown(tokens: list[Token]) -> str:
    """The text of one paragraph; anything but plain text in it fails."""
    assert ["paragraph_open", "inline", "paragraph_close"] == [each.type for each in tokens]
    parts = tokens[1].children or []
    assert {each.type for each in parts} <= {"text", "text_special"}
    return "".join(each.content for each in parts)


@given(TEXTS)
def test_markdown_shows_any_text_as_it_is(text: str) -> None:
    said = markdown(text)
    assert said == "" or shown(GFM.parse(said)).replace("\u2060", "") == plain(text).replace("\u2060", "")


@given(TEXTS)
def test_markdown_links_nowhere(text: str) -> None:
    said = markdown(text)
    assert LINKED.search(unescape(shown(GFM.parse(said)) if said else "")) is None


@given(TEXTS)
def test_markdown_stays_text_after_a_bullet(text: str) -> None:
    said = markdown(text)
    if said:
        kinds = [each.type for each in GFM.parse(f"- {said}") if each.type != "inline"]
        opened = ["bullet_list_open", "list_item_open", "paragraph_open"]
        assert kinds == [*opened, "paragraph_close", "list_item_close", "bullet_list_close"]


@given(TEXTS)
def test_markdown_paragraphs_are_the_lines(text: str) -> None:
    kinds = [each.type for each in GFM.parse(markdown_paragraphs(text))]
    assert kinds == ["paragraph_open", "inline", "paragraph_close"] * (len(kinds) // 3)


@given(TEXTS)
def test_plain_text_is_one_line_that_can_be_written(text: str) -> None:
    said = plain(text)
    assert len(said.splitlines()) <= 1
    assert said == said.strip()
    assert said.encode("utf-8").decode("utf-8") == plain(said)


@given(TEXTS)
def test_xhtml_is_one_text_without_elements(text: str) -> None:
    element = ElementTree.fromstring(f"<div>{xhtml(text)}</div>")
    assert (plain(text), []) == (element.text or "", list(element))


@pytest.mark.parametrize(
    "text", ["Weight up 1.7 kg (limit 1.5 kg)", "Ærlig, 184/102 mmHg; 2 doser − «på rad»", "1.5 kg"]
)
def test_what_people_write_stays_readable(text: str) -> None:
    assert (text, text) == (plain(text), markdown(text))
