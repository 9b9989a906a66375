"""YAML text → names, texts and lists, and the place of each.

Every scalar stays the text that the author wrote: `NO`, `7:30`, `1.10` and `0123` are never guessed to be something
else. YAML's own parser (libyaml where it is installed) finds the structure; `cds.lines` has looked for slips before
it, so that one broken line does not hide the others.
"""

import codecs
import re
from dataclasses import dataclass
from typing import Any, Final, Literal

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from cds.diagnostics.report import Diagnostic, Place, in_order
from cds.diagnostics.shape import WrongShape
from cds.diagnostics.signs import BadEscape, HiddenCharacter, Reuse, Tab, Tag, UnclosedQuote
from cds.diagnostics.writing import (
    BadKey,
    DashAfterColon,
    DuplicateName,
    EmptyFile,
    FlowBlock,
    Indentation,
    NotReadable,
    NotUtf8,
    SecondDocument,
    TooDeep,
    TooLarge,
    TooMany,
    UnclosedList,
)
from cds.lines import find_slips

MOST_CHARACTERS: Final = 1_000_000
MOST_NODES: Final = 50_000
DEEPEST: Final = 30

Style = Literal["plain", "double", "single", "block"]
Step = str | int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text as written. raw: the stretch of the file it stands in, when that differs from `text` (quotes, lines)."""

    text: str
    place: Place
    quoted: bool = False
    style: Style = "plain"
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A name and what stands under it."""

    key: Scalar
    value: "Node"


@dataclass(frozen=True, slots=True)
class Mapping:
    """A block of names, in the order of the file; `place`: its first name."""

    entries: dict[str, Entry]
    place: Place


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list; flow: in square brackets. `place`: its first item or bracket."""

    items: tuple["Node", ...]
    place: Place
    flow: bool = False


Node = Scalar | Mapping | Sequence
Plain = str | list["Plain"] | dict[str, "Plain"]


def read(text: str | bytes, file: str) -> tuple[Mapping | None, list[Diagnostic]]:
    """The file's block, and everything found wrong with how it is written.

    The block is None when the text could not be read to its end. Otherwise it is there even when slips were found
    (every slip is an error), mended where possible, so that its meaning can be checked in the same go.
    """
    characters, found = _decoded(text, file)
    if len(characters) > MOST_CHARACTERS:
        return None, [TooLarge.at(Place(file, 1, 1), size=len(characters), most=MOST_CHARACTERS)]
    lines = lines_of(characters)
    found += _hidden(lines, file)
    slips, mended = find_slips(lines, file)
    node, more = _Builder(mended, file).build()
    refused = [each for each in more if each.kind in (TooDeep, TooMany)]
    if refused:
        return None, refused
    found += slips
    known = {(each.place.line, each.kind) for each in found}
    found += [each for each in more if (each.place.line, each.kind) not in known and not _explained(each, found)]
    if any(each.kind is SecondDocument for each in found):
        node = None
    if node and not isinstance(node, Mapping):
        wrong = WrongShape.at(node.place, where="the file", expected="a block of fields", found=_shape(node))
        found += [] if found else [wrong]
    return node if isinstance(node, Mapping) else None, in_order(found)


def lines_of(text: str | bytes) -> list[str]:
    """The lines of a file as places count them."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def plain(node: Node) -> Plain:
    """The same without places: texts, lists and dicts."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [plain(each) for each in node.items]
    return {name: plain(entry.value) for name, entry in node.entries.items()}


def node_at(node: Node, path: tuple[Step, ...]) -> Node | None:
    """What stands at the path, or None."""
    for step in path:
        found = _step(node, step)
        if found is None:
            return None
        node = found[1]
    return node


def place_of(node: Node, path: tuple[Step, ...], *, key: bool = False) -> Place:
    """Where the text at the path stands, or its name when `key`; for a block or list, the name above it.

    A path that leads nowhere gives the nearest parent that exists.
    """
    place = node.place
    for step in path:
        found = _step(node, step)
        if found is None:
            return place
        name, node = found
        at_text = isinstance(node, Scalar) and (node.text or node.quoted)
        place = name.place if name and not at_text else node.place
        if key and name:
            place = name.place
    return place


def _step(node: Node, step: Step) -> tuple[Scalar | None, Node] | None:
    if isinstance(node, Mapping) and str(step) in node.entries:
        entry = node.entries[str(step)]
        return entry.key, entry.value
    if isinstance(node, Sequence) and isinstance(step, int) and 0 <= step < len(node.items):
        return None, node.items[step]
    return None


def place_within(scalar: Scalar, start: int, end: int) -> Place:
    """Where a stretch of the text stands; quotes and line breaks are counted back in.

    Texts with escapes (`\\n` in double quotes) give the place of the whole.
    """
    whole, raw = scalar.place, scalar.raw or scalar.text
    if scalar.style == "block" or "\\" in raw or "''" in raw[1:-1]:
        return whole
    skipped = sum(not each.isspace() for each in scalar.text[:start]) + (1 if scalar.quoted else 0)
    at = _after_signs(raw, skipped)
    line, before = raw.count("\n", 0, at), raw.rfind("\n", 0, at) + 1
    column = at - before + (whole.column if line == 0 else 1)
    return Place(whole.file, whole.line + line, column, column + max(1, end - start))


def _after_signs(raw: str, count: int) -> int:
    """Position in the raw text of the first sign, not a space, after `count` of them."""
    at = 0
    while at < len(raw) and (count > 0 or raw[at].isspace()):
        count -= not raw[at].isspace()
        at += 1
    return at


def _decoded(text: str | bytes, file: str) -> tuple[str, list[Diagnostic]]:
    if isinstance(text, str):
        return text.removeprefix("\ufeff"), []
    if len(text) > 4 * MOST_CHARACTERS:
        return " " * (MOST_CHARACTERS + 1), []
    if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return text.decode("utf-16", "replace").removeprefix("\ufeff"), [NotUtf8.at(Place(file, 1, 1))]
    try:
        return text.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        before = text[: error.start].decode("utf-8-sig", "replace")
        last = lines_of(before)
        place = Place(file, len(last), len(last[-1]) + 1)
        return text.decode("utf-8-sig", "replace"), [NotUtf8.at(place)]


# Control characters, soft hyphen, zero width space, marks of direction, line separators, byte order mark,
# surrogates and the two characters that are none.
_HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
_MOST_HIDDEN: Final = 20


def _hidden(lines: list[str], file: str) -> list[Diagnostic]:
    """Report characters that cannot be seen, and put a space in place of each."""
    found: list[Diagnostic] = []
    for row, line in enumerate(lines):
        first = _HIDDEN.search(line)
        if not first:
            continue
        lines[row] = _HIDDEN.sub(" ", line)
        if len(found) < _MOST_HIDDEN:
            place = Place(file, row + 1, first.start() + 1, first.end() + 1)
            found.append(HiddenCharacter.at(place, name=f"U+{ord(first[0]):04X}"))
    return found


_BREAKING: Final = (NotReadable, Indentation, UnclosedQuote, UnclosedList, BadEscape, Tab, DashAfterColon)


def _explained(diagnostic: Diagnostic, found: list[Diagnostic]) -> bool:
    """Whether the parser stopped at the consequence of a slip that is already reported."""
    return diagnostic.kind in _BREAKING and any(each.place.line <= diagnostic.place.line + 1 for each in found)


def _shape(node: Node) -> str:
    return "a list" if isinstance(node, Sequence) else "words on one line"


class _Stop(Exception):
    """Reading cannot go on; the diagnostic says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic)
        self.diagnostic = diagnostic


_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STYLES: Final[dict[str | None, Style]] = {'"': "double", "'": "single", "|": "block", ">": "block"}


class _Builder:
    """Turns the parser's events into nodes."""

    def __init__(self, lines: list[str], file: str) -> None:
        self.lines = lines
        self.file = file
        self.found: list[Diagnostic] = []
        self.count = 0
        self.in_flow = 0
        self.loader: Any = None

    def build(self) -> tuple[Node | None, list[Diagnostic]]:
        """The first document, and what was found."""
        self.loader = _LOADER("\n".join(self.lines))
        try:
            node = self.document()
        except _Stop as stop:
            return None, [*self.found, stop.diagnostic]
        except yaml.YAMLError as error:
            return None, [*self.found, _translated(error, self.lines, self.file)]
        finally:
            self.loader.dispose()
        return node, self.found

    def document(self) -> Node:
        self.next()
        if isinstance(self.next(), StreamEndEvent):
            raise _Stop(EmptyFile.at(Place(self.file, 1, 1)))
        node = self.node(self.next(), 0)
        if isinstance(node, Scalar) and not node.text and not node.quoted:
            raise _Stop(EmptyFile.at(Place(self.file, 1, 1)))
        self.next()
        following = self.next()
        if isinstance(following, DocumentStartEvent):
            place = self.place(following)
            self.found.append(SecondDocument.at(Place(self.file, place.line, place.column, place.column + 3)))
        return node

    def next(self) -> Any:
        return self.loader.get_event()

    def place(self, event: Any) -> Place:
        row: int = event.start_mark.line
        first: int = event.start_mark.column
        last: int = event.end_mark.column if event.end_mark.line == row else len(self.lines[row])
        return Place(self.file, row + 1, first + 1, max(last, first + 1) + 1)

    def node(self, event: Any, depth: int) -> Node:
        self.count += 1
        if self.count > MOST_NODES:
            raise _Stop(TooMany.at(self.place(event), most=MOST_NODES))
        if depth > DEEPEST:
            raise _Stop(TooDeep.at(self.place(event), most=DEEPEST))
        self.refuse_marks(event)
        if isinstance(event, ScalarEvent):
            return self.scalar(event)
        if isinstance(event, MappingStartEvent):
            return self.mapping(event, depth)
        return self.sequence(event, depth)

    def refuse_marks(self, event: Any) -> None:
        place = self.place(event)
        if isinstance(event, AliasEvent):
            raise _Stop(Reuse.at(place, text=f"*{event.anchor}"))
        if event.anchor:
            self.found.append(Reuse.at(place, text=f"&{event.anchor}"))
        if event.tag:
            self.found.append(Tag.at(place, text=self.lines[place.line - 1][place.column - 1 : place.end - 1]))
        if self.in_flow and isinstance(event, CollectionStartEvent):
            self.found.append(FlowBlock.at(place))

    def scalar(self, event: ScalarEvent) -> Scalar:
        place = self.place(event)
        style = _STYLES.get(event.style, "plain")
        quoted = style in ("double", "single")
        text: str = event.value
        start, end = event.start_mark, event.end_mark
        multiline = end.line > start.line
        raw = self.stretch(start, end) if quoted or multiline else ""
        return Scalar(text, place, quoted, style, raw)

    def stretch(self, start: Any, end: Any) -> str:
        lines = self.lines[start.line : end.line + 1]
        lines[-1] = lines[-1][: end.column]
        lines[0] = lines[0][start.column :]
        return "\n".join(lines)

    def mapping(self, start: Any, depth: int) -> Mapping:
        entries: dict[str, Entry] = {}
        place = self.place(start)
        self.enter_flow(start, FlowBlock.at(place))
        while not isinstance(event := self.next(), MappingEndEvent):
            if not isinstance(event, ScalarEvent):
                raise _Stop(BadKey.at(self.place(event)))
            key = self.node(event, depth + 1)
            value = self.node(self.next(), depth + 1)
            if isinstance(key, Scalar):
                self.add(entries, Entry(key, value))
        self.in_flow -= bool(start.flow_style)
        first = next(iter(entries.values()), None)
        return Mapping(entries, first.key.place if first and not start.flow_style else place)

    def enter_flow(self, start: Any, refusal: Diagnostic | None) -> None:
        if start.flow_style:
            if refusal and not self.in_flow:
                self.found.append(refusal)
            self.in_flow += 1

    def add(self, entries: dict[str, Entry], entry: Entry) -> None:
        name = entry.key.text
        if not name and not entry.key.quoted:
            self.found.append(BadKey.at(entry.key.place))
        elif name in entries:
            first = entries[name].key.place
            self.found.append(DuplicateName.at(entry.key.place, also=first, name=name))
        else:
            entries[name] = entry

    def sequence(self, start: Any, depth: int) -> Sequence:
        items: list[Node] = []
        place = self.place(start)
        self.enter_flow(start, None)
        while not isinstance(event := self.next(), SequenceEndEvent):
            items.append(self.node(event, depth + 1))
        self.in_flow -= bool(start.flow_style)
        return Sequence(tuple(items), place, bool(start.flow_style))


def _translated(error: yaml.YAMLError, lines: list[str], file: str) -> Diagnostic:
    """What stopped the parser, in the author's words."""
    problem = str(getattr(error, "problem", "") or "")
    context = str(getattr(error, "context", "") or "")
    here = _mark_place(getattr(error, "problem_mark", None), lines, file)
    opened = _mark_place(getattr(error, "context_mark", None), lines, file)
    if "escape" in problem or "hexadecimal" in problem or "escape" in context:
        return BadEscape.at(here)
    if "end of stream" in problem and "quoted" in context:
        return UnclosedQuote.at(opened)
    if "flow sequence" in context:
        return UnclosedList.at(opened)
    if "block sequence entries" in problem or "sequence entries are not allowed" in problem:
        return DashAfterColon.at(here)
    line = lines[here.line - 1] if here.line <= len(lines) else ""
    if line[here.column - 1 : here.column] == "\t":
        return Tab.at(here)
    begins_line = not line[: here.column - 1].strip() and line.strip() and here.column > 1
    if begins_line and "block" in context:
        return Indentation.at(Place(file, here.line, here.column, len(line) + 1))
    return NotReadable.at(here)


def _mark_place(mark: Any, lines: list[str], file: str) -> Place:
    """The place of a parser's mark, drawn back into the text when it points behind the end."""
    if mark is None:
        return Place(file, 1, 1)
    row: int = min(mark.line, len(lines) - 1)
    while row > 0 and not lines[row].strip():
        row -= 1
    column: int = min(mark.column, len(lines[row].rstrip())) if row == mark.line else len(lines[row].rstrip())
    return Place(file, row + 1, column + 1)
