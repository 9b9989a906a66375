"""Text from anywhere made harmless where it is shown: as plain text, in Markdown and in XHTML."""

import re
from html import escape
from typing import Final

_REPLACEMENT: Final = "\ufffd"
_SPACES: Final = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85")
_UNSEEN: Final = dict.fromkeys(
    (
        each
        for span in (
            range(0x20),
            range(0x7F, 0xA0),
            range(0x202A, 0x202F),  # signs that turn the direction of writing, and so the order of digits
            range(0x2066, 0x206A),
            range(0xD800, 0xE000),  # half of a character, which no encoding can write
            range(0xFFFE, 0x10000),
        )
        for each in span
        if chr(each) not in _SPACES
    ),
    _REPLACEMENT,
)

_WORD_JOINER: Final = "\u2060"  # no width; what stands on both sides of it is no address
_ADDRESS: Final = re.compile(r":(?=/)|www(?=\.)|@", re.IGNORECASE)
_SIGN: Final = re.compile(r"[\\`*_\[\]<>&~|$]")
_FIRST: Final = re.compile(r"[#+=-]|(?<=\d)[.)](?=\s|$)")
_NUMBERED: Final = re.compile(r"\d+(?=[.)](?:\s|$))")


def plain(text: str) -> str:
    """The text on one line, without control characters and signs that turn the direction of writing.

    >>> plain("two\\n\\n  lines")
    'two lines'
    """
    return " ".join(text.translate(_UNSEEN).split())


def markdown(text: str) -> str:
    """The text on one line of GitHub Flavored Markdown, read as nothing but text: no markup, link or HTML.

    Signs with a meaning stand behind a backslash. Addresses, which Markdown turns into links by themselves, hold a
    word joiner. Source: https://github.github.com/gfm/, 6.1 backslash escapes and 6.9 autolinks (extension).

    >>> markdown("<b> 5 * 3")
    '\\\\<b\\\\> 5 \\\\* 3'
    >>> markdown("1. not a list"), markdown("- nor this")
    ('1\\\\. not a list', '\\\\- nor this')
    """
    said = _SIGN.sub(r"\\\g<0>", _ADDRESS.sub(rf"\g<0>{_WORD_JOINER}", plain(text)))
    number = _NUMBERED.match(said)
    sign = _FIRST.match(said, number.end() if number else 0)
    return f"{said[: sign.start()]}\\{said[sign.start() :]}" if sign else said


def markdown_paragraphs(text: str) -> str:
    """The text in Markdown, each of its lines a paragraph."""
    return "\n\n".join(markdown(line) for line in text.splitlines() if line.strip())


def xhtml(text: str) -> str:
    """The text as the content of an XHTML element.

    >>> xhtml("a < b & c")
    'a &lt; b &amp; c'
    """
    return escape(plain(text))
