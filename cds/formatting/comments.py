"""Comments of a file: what begins with `#` outside every name and text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cds import source
from cds.diagnostics import Place


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment. text: from its `#` on, without blanks at the end. is_alone: only indentation stands before it."""

    place: Place
    text: str
    is_alone: bool


@dataclass(frozen=True, slots=True)
class Margins:
    """What stands outside names and texts. bare: the lines with those blotted out and comments cut off, so that a
    sign in it is one of structure, and stands in its own column."""

    comments: tuple[Comment, ...]
    bare: tuple[str, ...]


def margins_of(node: source.Node, lines: Sequence[str]) -> Margins:
    """The comments of a file that was read without a finding, and its lines without names, texts and comments."""
    blotted = [list(line) for line in lines]
    for scalar in _scalars(node):
        for row, piece in enumerate(pieces_of(scalar)):
            start = scalar.place.column - 1 if row == 0 else 0
            blotted[scalar.place.line - 1 + row][start : start + len(piece)] = "x" * len(piece)
    comments: list[Comment] = []
    bare: list[str] = []
    for row, signs in enumerate(map("".join, blotted)):
        before, sign, _ = signs.partition("#")
        bare.append(before)
        if sign:
            place = Place(node.place.file, row + 1, len(before) + 1)
            comments.append(Comment(place, lines[row][len(before) :].rstrip(), not before.strip()))
    return Margins(tuple(comments), tuple(bare))


def pieces_of(scalar: source.Scalar) -> list[str]:
    """What of each line of the file belongs to the text, quotes included."""
    return (scalar.raw or scalar.text).split("\n")


def end_of(scalar: source.Scalar) -> tuple[int, int]:
    """Line and column behind the text, from 1."""
    first, *more = pieces_of(scalar)
    if more:
        return scalar.place.line + len(more), len(more[-1]) + 1
    return scalar.place.line, scalar.place.column + len(first)


def _scalars(node: source.Node) -> Iterator[source.Scalar]:
    if isinstance(node, source.Scalar):
        yield node
    elif isinstance(node, source.Sequence):
        for item in node.items:
            yield from _scalars(item)
    else:
        for entry in node.entries.values():
            yield entry.key
            yield from _scalars(entry.value)
