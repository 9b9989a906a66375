"""A name or text as it is written out: in double quotes, or plain as the author wrote it."""

import re
from typing import Final, Literal

from cds import source
from cds.formatting.comments import pieces_of
from cds.lines import TEXT_FIELDS

Kind = Literal["ruleset", "adaptation", "concepts", "cases"]

_GAP: Final = " \t"
_LANGUAGES: Final = frozenset({"nb", "nn", "en"})
# Blocks whose names are an author's own, and may be called as a text field is.
_OWN_NAMES: Final = frozenset({"inputs", "uses", "sessions"})
_ESCAPED_GAP: Final = re.compile(r"(?<!\\)(?:\\\\)*\\([ \t])[ \t]*$")
_PLAIN_WORDS: Final = re.compile(r"\w[\w .%/°-]*")


def is_text(path: tuple[str, ...], kind: Kind, text: str) -> bool:
    """Whether what stands under these names is a text for people, which is always quoted.

    A `source` is a name in a ruleset and a text elsewhere.
    """
    if kind == "cases":
        return len(path) == 5 and path[2] == "expect" and path[4] in _LANGUAGES
    if path[-1] == "source":
        return kind != "ruleset" or " " in text
    return path[-1] in TEXT_FIELDS and (len(path) < 2 or path[-2] not in _OWN_NAMES)


def written(scalar: source.Scalar, *, quote: bool = False) -> list[str]:
    """The lines of a name or text without their indentation; a plain one is put in quotes when `quote`.

    A text that the author broke into lines stays broken there.
    """
    if not quote and not scalar.quoted:
        return [piece.strip(_GAP) for piece in pieces_of(scalar)]
    first, *more = f'"{_inside(scalar)}"'.split("\n")
    return [_ends_clean(first), *(_ends_clean(each.lstrip(_GAP)) for each in more)]


def is_plain_word(node: source.Node) -> bool:
    """Whether it means the same inside brackets and on a line of its own, without quotes."""
    return isinstance(node, source.Scalar) and bool(_PLAIN_WORDS.fullmatch(node.text))


def _inside(scalar: source.Scalar) -> str:
    """What stands between double quotes."""
    if scalar.style == "double":
        return scalar.raw[1:-1]
    text = scalar.raw[1:-1].replace("''", "'") if scalar.quoted else "\n".join(pieces_of(scalar))
    lines = text.split("\n")
    lines[:-1] = [each.rstrip(_GAP) for each in lines[:-1]]
    return "\n".join(lines).replace("\\", "\\\\").replace('"', '\\"')


def _ends_clean(line: str) -> str:
    """Without blanks at the end, which mean nothing there; one that is escaped is written so that it can be seen."""
    escaped = _ESCAPED_GAP.search(line)
    if escaped:
        return line[: escaped.start(1)] + ("x20" if escaped[1] == " " else "t")
    return line.rstrip(_GAP)
