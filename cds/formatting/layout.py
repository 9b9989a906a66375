"""A file's node and comments → its text, laid out anew."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final

from cds import source
from cds.diagnostics import Place
from cds.formatting.comments import Comment, Margins, end_of
from cds.formatting.quoting import Kind, is_plain_word, is_text, written

WIDTH: Final = 120
_STEP: Final = 2
# Blocks of a ruleset that stand apart from what is above them.
_APART: Final = frozenset({"inputs", "limits", "values", "bands", "scores", "checks", "zones", "rules", "missing"})


@dataclass(frozen=True, slots=True)
class _Level:
    """A block that is open: its column in the file as it was (from 1), and how far it is indented now."""

    column: int
    indent: int


@dataclass(frozen=True, slots=True)
class _Line:
    """A line to write, and whether a blank line stands above it."""

    text: str
    is_apart: bool = False


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where an element goes. lead: what its first line begins with. levels: the open blocks. path: the names above.
    is_apart: a blank line always stands above it."""

    lead: str = ""
    levels: tuple[_Level, ...] = ()
    path: tuple[str, ...] = ()
    is_apart: bool = False

    @property
    def inside(self) -> str:
        """What further lines begin with."""
        return " " * len(self.lead)

    def opened(self, node: source.Mapping | source.Sequence) -> "_Spot":
        """The same, with the block that begins here open."""
        return replace(self, levels=(*self.levels, _Level(node.place.column, len(self.lead))))


def laid_out(node: source.Mapping, lines: Sequence[str], margins: Margins, kind: Kind) -> str:
    """The text of a file whose lines were read as `node` without a finding."""
    layout = _Layout(lines, margins, kind)
    layout.mapping(node, _Spot())
    layout.put(layout.comments_above(None, node.place.column, 0))
    return "\n".join(layout.out) + "\n"


class _Layout:
    """Writes elements in the order of the file. comments: those still to come. out: the lines so far. above: the
    blocks open at the last of them. is_first: it has just opened a block, so no blank line follows."""

    def __init__(self, lines: Sequence[str], margins: Margins, kind: Kind) -> None:
        self.lines = lines
        self.bare = margins.bare
        self.comments = deque(margins.comments)
        self.kind: Kind = kind
        self.out: list[str] = []
        self.above: tuple[_Level, ...] = ()
        self.is_first = True

    def block(self, node: source.Node, spot: _Spot) -> None:
        """What has lines of its own below a name or behind a dash."""
        if isinstance(node, source.Mapping):
            self.mapping(node, spot)
        elif isinstance(node, source.Sequence):
            self.sequence(node, spot)

    def mapping(self, node: source.Mapping, spot: _Spot) -> None:
        """A block of names."""
        spot, was_apart = spot.opened(node), False
        for name, entry in node.entries.items():
            is_apart = self.stands_apart(spot.path, name)
            self.entry(entry, replace(spot, path=(*spot.path, name), is_apart=is_apart or was_apart))
            spot, was_apart = replace(spot, lead=spot.inside), is_apart

    def entry(self, entry: source.Entry, spot: _Spot) -> None:
        """A name and what stands under it."""
        head, start, value = f"{spot.lead}{written(entry.key)[0]}:", entry.key.place, entry.value
        below = replace(spot, lead=spot.inside + " " * _STEP, is_apart=False)
        texts = self.inline(head, value, below)
        if texts:
            self.add(texts, start, spot, *self.span(value))
            return
        if isinstance(value, source.Sequence) and value.flow:  # what stands in the brackets belongs to the items
            self.add([head], start, spot, value.place)
        else:
            self.add([head], start, spot, start, start.line)
        self.is_first = True
        self.block(value, below)

    def sequence(self, node: source.Sequence, spot: _Spot) -> None:
        """A list, with dashes."""
        spot = spot.opened(node)
        closing = self.closing(node) if node.flow else None
        for item, following in zip(node.items, (*node.items[1:], None), strict=True):
            below = replace(spot, lead=f"{spot.lead}- ")
            texts = self.inline(f"{spot.lead}-", item, below, quote=node.flow and not is_plain_word(item))
            until = following.place if following else closing
            if texts:
                self.add(texts, item.place, spot, *self.span(item), until)
            else:
                self.block(item, below)
            spot = replace(spot, lead=spot.inside)
        if closing:
            behind = Place(closing.file, closing.line + 1, 1)
            self.put([_Line(spot.lead + each.text) for each in self.taken(behind)])

    def inline(self, head: str, value: source.Node, below: _Spot, *, quote: bool = False) -> list[str]:
        """The lines of words or of a list in brackets behind a name or dash; none where a block must go below."""
        if isinstance(value, source.Scalar):
            quote = bool(value.text) and (quote or is_text(below.path, self.kind, value.text))
            first, *more = written(value, quote=quote)
            return [f"{head} {first}" if first else head, *(below.inside + each if each else "" for each in more)]
        return self.brackets(head, value) if isinstance(value, source.Sequence) and value.flow else []

    def brackets(self, head: str, node: source.Sequence) -> list[str]:
        """The line of a list in brackets; none when it holds comments or broken words, or would be too long."""
        items = [each for each in node.items if isinstance(each, source.Scalar)]
        if not items:
            return [f"{head} []"]
        closing = self.closing(node)
        before = takewhile(lambda comment: comment.place < closing, self.comments)
        is_broken = any("\n" in each.raw for each in items) or any(each.place > node.place for each in before)
        line = f"{head} [{', '.join(written(each)[0] for each in items)}]"
        return [] if is_broken or len(line) > WIDTH else [line]

    def span(self, value: source.Node) -> tuple[Place, int]:
        """Of words or a list in brackets: the place before which a comment goes above it, and the last line."""
        if isinstance(value, source.Sequence):
            closing = self.closing(value)
            return closing, closing.line
        return value.place, end_of(value)[0] if isinstance(value, source.Scalar) else value.place.line

    def closing(self, node: source.Sequence) -> Place:
        """Where the bracket of a list closes."""
        last = node.items[-1] if node.items else None
        line, column = end_of(last) if isinstance(last, source.Scalar) else (node.place.line, node.place.column)
        at = self.bare[line - 1].find("]", column - 1)
        while at < 0:
            line += 1
            at = self.bare[line - 1].find("]")
        return Place(node.place.file, line, at + 1)

    def add(
        self, texts: Sequence[str], start: Place, spot: _Spot, inner: Place, ends: int = 0, until: Place | None = None
    ) -> None:
        """Write the lines of an element that begins at `start`, with the comments that belong to it.

        inner: a comment before that place goes above the whole. ends: the last line, where a comment stays behind the
        element if it stands before `until`.
        """
        begins = len(texts[0]) - len(texts[0].lstrip(" "))
        column = next(each.column for each in spot.levels if each.indent == begins)
        lines = self.comments_above(start, column, begins)
        own = [_Line(" " * begins + each.text) for each in self.taken(inner)] + [_Line(texts[0])]
        own[0] = replace(own[0], is_apart=self.is_apart(start))
        lines += own
        if spot.is_apart:
            _set_apart(lines, begins)
        lines += [_Line(each) for each in texts[1:]]
        behind = self.comments[0] if self.comments else None
        if behind and behind.place.line == ends and (until is None or behind.place < until):
            self.comments.popleft()
            lines[-1] = replace(lines[-1], text=f"{lines[-1].text} {behind.text}")
        self.put(lines)
        self.above = spot.levels

    def taken(self, until: Place | None) -> list[Comment]:
        """Take the comments before a place, or all."""
        taken: list[Comment] = []
        while self.comments and (until is None or self.comments[0].place < until):
            taken.append(self.comments.popleft())
        return taken

    def comments_above(self, start: Place | None, column: int, begins: int) -> list[_Line]:
        """The comments before an element (or the end) that stood in `column` and is now indented by `begins`.

        One that stood deeper than the element ends the block above, at the level at which it stood.
        """
        lines: list[_Line] = []
        for each in self.taken(start):
            ended = [level.indent for level in self.above if level.column <= each.place.column]
            is_deeper = each.is_alone and each.place.column > column
            indent = max((begins, *ended)) if is_deeper else begins
            lines.append(_Line(" " * indent + each.text, self.is_apart(each.place)))
        return lines

    def is_apart(self, place: Place) -> bool:
        """Whether what stands there is the first of its line, and the line above is blank."""
        is_first = not self.bare[place.line - 1][: place.column - 1].strip(" \t-")
        return is_first and place.line > 1 and not self.lines[place.line - 2].strip()

    def stands_apart(self, above: tuple[str, ...], name: str) -> bool:
        """Whether what stands under a name is set off by blank lines: the blocks of a ruleset, and each concept."""
        if self.kind == "concepts":
            return above == ("concepts",)
        return self.kind != "cases" and not above and name in _APART

    def put(self, lines: Sequence[_Line]) -> None:
        """Write lines."""
        for line in lines:
            if line.is_apart and not self.is_first:
                self.out.append("")
            self.out.append(line.text)
            self.is_first = False


def _set_apart(lines: list[_Line], begins: int) -> None:
    """Put a blank line above the last line and the comments that stand right above it."""
    at = len(lines) - 1
    while at > 0 and not lines[at].is_apart and lines[at - 1].text.startswith(" " * begins + "#"):
        at -= 1
    lines[at] = replace(lines[at], is_apart=True)
