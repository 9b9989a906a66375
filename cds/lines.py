"""Looks at a file line by line for the slips that YAML passes over in silence or answers with riddles.

It knows just enough of YAML to tell names, texts, quotes, lists and indentation apart, and never stops at a slip, so
that an author sees all of them at once. What it can mend without moving a column (a decimal comma, a hard space) it
mends, so that the rest of the file can be read and checked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cds.diagnostics.report import Code, Diagnostic, Place
from cds.diagnostics.signs import (
    BlockText,
    CurlyQuotes,
    DecimalComma,
    HardSpace,
    Reuse,
    Tab,
    Tag,
    TextAfterQuote,
    UnclosedQuote,
    UnquotedColon,
    UnquotedHash,
    UnquotedStart,
)
from cds.diagnostics.writing import (
    BadKey,
    DashAfterColon,
    DuplicateName,
    FlowBlock,
    Indentation,
    NoColon,
    NoSpace,
    SecondDocument,
    UnclosedList,
)

MOST: Final = 200  # findings; nobody mends more in one go

# Fields that hold words for people, where a comma or a colon is part of the text.
TEXT_FIELDS: Final = frozenset(
    (
        *("nb", "nn", "en", "title", "intended_use", "label", "summary", "detail", "patient", "suggest", "unconfirmed"),
        *("cite", "link", "year", "to_confirm", "name", "role", "hash", "owner", "responsible", "risks"),
    )
)
_HARD: Final = "\u00a0\u202f\u2007\u3000"
_GAP: Final = re.compile(rf"[ \t{_HARD}]*")
_COMMENT: Final = re.compile(rf"(?:(?<=[ \t{_HARD}])|^)#")
_COLON: Final = re.compile(rf":(?=[ \t{_HARD}]|$)")
_ITEM: Final = re.compile(r"-(?=[ \t]|$)")
_TIGHT_ITEM: Final = re.compile(r"-([^\W\d_].*)")
_TIGHT_KEY: Final = re.compile(r"([A-Za-z_]\w*):([^\s/:].*)")
_QUOTED_KEY: Final = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')[ \t]*:(?=[ \t]|$)""")
_WORDS: Final = re.compile(r"[^\W_][\w .-]*")
_FIELD: Final = re.compile(r" *(?:- +)?(?:[\w.-]+|\"[^\"]*\"|'[^']*') *:(?: |$)")
_DECIMAL: Final = re.compile(r"(?<![\w.,])[+-]?\d+,\d+(?![\d,])")
_PLACEHOLDER: Final = re.compile(r"\{[\w.]*\}")
_FIELD_IN_BRACES: Final = re.compile(r"\{ *[\w\"']+ *: ")
_MARK: Final = re.compile(r"[&*!][^\s,\[\]{}]*")
_BLOCK: Final = re.compile(r"[|>][+-]?\d?[+-]?[ \t]*(?:#.*)?$")
_END_OF_QUOTE: Final = {'"': re.compile(r'(?:[^"\\]|\\.)*(")?'), "'": re.compile(r"(?:[^']|'')*(')?")}
_FLOW_SIGN: Final = re.compile(r"[\[\]{}\"'#]")
_SPECIAL: Final = str.maketrans(dict.fromkeys("{}[]:#&*!|>%@`,\"'?-", "_"))
_CURLY: Final = {"“": "”", "”": "”", "„": "“", "«": "»", "»": "«", "‘": "’", "’": "’", "‚": "‘"}


@dataclass(slots=True)
class _Level:
    """A block that is open: the column of its lines, whether they are list items, the names seen, its field."""

    column: int
    is_list: bool
    owner: str
    names: dict[str, Place] = field(default_factory=dict[str, Place])


def find_slips(lines: Sequence[str], file: str) -> tuple[list[Diagnostic], list[str]]:
    """Every slip in the lines, and the lines with those mended that can be without moving a column."""
    scan = _Scan(list(lines), file)
    while scan.row < len(scan.lines) and len(scan.found) < MOST:
        scan.line()
        scan.row += 1
    scan.end()
    return scan.found, scan.lines


class _Scan:
    """Walks the lines. row: the line looked at. open: the last name has nothing after its colon yet."""

    def __init__(self, lines: list[str], file: str) -> None:
        self.lines = lines
        self.file = file
        self.found: list[Diagnostic] = []
        self.row = 0
        self.levels: list[_Level] = []
        self.open = True
        self.owner = ""  # the field whose value is being read
        self.text_from = -1  # column of the name or dash whose unquoted text may go on in deeper lines
        self.bare: Place | None = None  # words alone on a line where a name was expected
        self.tabbed = False  # this line is indented with tabs, so its column means nothing
        self.lost = False  # as are lines above, so that columns mean little until the next line at the margin

    @property
    def text(self) -> str:
        """The line looked at."""
        return self.lines[self.row]

    def place(self, start: int, end: int, row: int | None = None) -> Place:
        return Place(self.file, (self.row if row is None else row) + 1, start + 1, max(end, start + 1) + 1)

    def report(
        self, kind: type[Code], start: int, end: int, *, text: str = "", sign: str = "", right: str = ""
    ) -> None:
        self.found.append(kind.at(self.place(start, end), text=text, sign=sign, right=right))

    def mend(self, start: int, end: int, by: str) -> None:
        line = self.text
        self.lines[self.row] = line[:start] + by + line[end:]

    def line(self) -> None:
        """One line, with the lines that its quotes, brackets or block take in."""
        if self.document_mark():
            return
        column = self.indentation()
        if column == len(self.text) or self.text[column] == "#":
            return
        self.lost = self.lost and column > 0
        start = self.items(column)
        if start < len(self.text) and self.text[start] != "#":
            self.field_or_text(start)

    def end(self) -> None:
        if self.bare and len(self.levels) == 0:
            self.found.append(_no_colon(self.bare, self.lines))

    def document_mark(self) -> bool:
        mark = self.text[:3]
        if mark not in ("---", "...") or self.text[3:4].strip():
            return not self.levels and mark[:1] == "%"
        if self.levels or mark == "...":
            self.report(SecondDocument, 0, 3, text=mark)
        self.levels.clear()
        self.open = True
        return True

    def indentation(self) -> int:
        end = _end(_GAP, self.text, 0)
        gap = self.text[:end]
        if end == len(self.text):
            self.lines[self.row] = ""
            return 0
        self.tabbed = "\t" in gap
        self.lost = self.lost or self.tabbed
        self.smooth(0, end)
        return end

    def smooth(self, start: int, end: int, wrong: str = "\t" + _HARD) -> None:
        """Report tabs and hard spaces in a stretch outside quotes; all but tabs at the margin are mended."""
        stretch = self.text[start:end]
        first = next((at for at, sign in enumerate(stretch) if sign in wrong), -1)
        if first < 0:
            return
        kind = Tab if stretch[first] == "\t" else HardSpace
        self.report(kind, start + first, start + first + 1)
        if not (start == 0 and "\t" in stretch):
            self.mend(start, end, "".join(" " if sign in wrong else sign for sign in stretch))

    def items(self, column: int) -> int:
        """Past the dashes of list items; where the rest of the line begins."""
        continues = 0 <= self.text_from < column
        while match := _ITEM.match(self.text, column):
            if continues:
                return column
            self.enter(column, is_list=True)
            self.owner = self.levels[-1].owner
            self.open, self.text_from = True, column
            column = _end(_GAP, self.text, match.end())
        tight = _TIGHT_ITEM.match(self.text, column)
        if tight and not continues and self.text_from != column and (not self.levels or self.in_list(column)):
            self.report(NoSpace, column, column + 1, sign="-", right=f"- {tight[1][:40]}")
        return column

    def in_list(self, column: int) -> bool:
        return self.open or any(level.is_list and level.column == column for level in self.levels)

    def enter(self, column: int, *, is_list: bool) -> None:
        """Find or begin the block that a name or dash in this column belongs to."""
        if self.tabbed and self.levels:
            return
        self.words_alone(column)
        while self.levels and self.levels[-1].column > column:
            self.levels.pop()
        top = self.levels[-1] if self.levels else None
        if top and top.column == column and top.is_list and not is_list:
            self.levels.pop()
            top = self.levels[-1] if self.levels else None
        if top and top.column == column and top.is_list == is_list:
            return
        deeper = not top or top.column < column or is_list
        if not self.lost and not (deeper and self.open):
            self.report(Indentation, column, len(self.text.rstrip()))
        self.levels.append(_Level(column, is_list, self.owner))

    def words_alone(self, column: int) -> None:
        """Words without a colon that turn out to stand where a name should."""
        if self.bare and column >= self.bare.column - 1:
            self.found.append(_no_colon(self.bare, self.lines))
            self.levels.append(_Level(self.bare.column - 1, False, self.owner))
            self.open = True
        self.bare = None

    def field_or_text(self, column: int) -> None:
        name = self.name(column)
        if self.text[column] == "?" and not 0 <= self.text_from < column:
            self.report(BadKey, column, column + 1)
            return
        if name is None:
            self.words(column)
            return
        colon = _end_of_name(self.text, column, name)
        self.enter(column, is_list=False)
        self.smooth(column, colon, "\t")
        self.note_name(name, column)
        in_item = len(self.levels) > 1 and self.levels[-2].is_list
        if in_item and not name.isidentifier():
            self.decimals(column, colon)
        self.owner, self.open, self.text_from = name, False, column
        start = _end(_GAP, self.text, colon + 1)
        self.smooth(colon + 1, start)
        self.value(start, column)

    def name(self, column: int) -> str | None:
        """The name before a colon, or None when the line has none."""
        first = self.text[column]
        if first in "\"'":
            match = _QUOTED_KEY.match(self.text, column)
            return match[0].rpartition(":")[0].strip()[1:-1] if match else None
        if first in "[{]},|>%@`" or (first in _CURLY and first not in "«»"):
            return None
        colon = _COLON.search(self.text, column)
        if not colon or _COMMENT.search(self.text[column : colon.start()]):
            return None
        return self.text[column : colon.start()].strip()

    def note_name(self, name: str, column: int) -> None:
        place = self.place(column, column + len(name))
        if not name and self.text[column] == ":":
            self.report(BadKey, column, column + 1)
        elif name == "<<":
            self.report(Reuse, column, column + 2, text=name)
        elif self.tabbed:
            return
        elif name in self.levels[-1].names:
            first = self.levels[-1].names[name]
            self.found.append(DuplicateName.at(place, also=first, name=name))
        self.levels[-1].names.setdefault(name, place)

    def words(self, column: int) -> None:
        """A line, or the rest of an item, without a name."""
        is_item = bool(self.levels) and self.levels[-1].is_list and self.text_from == self.levels[-1].column
        goes_on = 0 <= self.text_from < column
        tight = _TIGHT_KEY.match(self.text, column)
        if tight and (is_item or not goes_on):
            self.report(NoSpace, column, column + len(tight[1]) + 1, sign=":", right=f"{tight[1]}: {tight[2][:40]}")
        elif not is_item and not goes_on and not self.open and _WORDS.fullmatch(self.text.rstrip(), column):
            self.bare = self.place(column, len(self.text.rstrip()))
            self.words_alone(column)
        elif not is_item and not goes_on and self.open and _WORDS.fullmatch(self.text.rstrip(), column):
            self.bare = self.place(column, len(self.text.rstrip()))
        if not is_item and not goes_on and not self.open and self.text[column] in "]}?":
            return
        parent = self.text_from if self.text_from >= 0 else (self.levels[-1].column if self.levels else -1)
        self.value(column, parent, goes_on=goes_on and not is_item)

    def value(self, start: int, parent: int, *, goes_on: bool = False) -> None:
        """What stands after a colon or dash; `parent`: column of the name or dash it belongs to."""
        if start >= len(self.text):
            self.open, self.text_from = True, -1
            return
        sign, is_text = self.text[start], self.owner in TEXT_FIELDS
        if goes_on:
            self.unquoted(start, parent)
        elif sign in "\"'":
            self.quoted(start, parent)
        elif sign == "#":
            self.open, self.text_from = True, -1
            if is_text:
                self.report(UnquotedHash, start, len(self.text))
        elif _FIELD_IN_BRACES.match(self.text, start) or (
            sign in "[{" and not is_text and not _PLACEHOLDER.match(self.text, start)
        ):
            self.brackets(start, parent)
        elif sign in "&*!" and not is_text:
            self.marks(start, parent)
        elif _BLOCK.match(self.text, start):
            self.block_text(start, parent)
        elif _ITEM.match(self.text, start) and not is_text:
            self.report(DashAfterColon, start, start + 1)
        elif sign in "{[%@`>|*&!,]}" or (sign in "-?" and self.text[start + 1 : start + 2] in ("", " ")):
            self.report(UnquotedStart, start, start + 1, sign=sign)
            self.blank(start)
        else:
            self.unquoted(start, parent)

    def blank(self, start: int) -> None:
        """Take the meaning out of the signs of a text for people, so that the rest can be read."""
        if self.owner in TEXT_FIELDS:
            self.mend(start, len(self.text), self.text[start:].translate(_SPECIAL))
        self.text_from = -1

    def unquoted(self, start: int, parent: int) -> None:
        self.text_from = parent
        end = self.comment(start)
        words = self.text[start:end].rstrip()
        is_text = self.owner in TEXT_FIELDS
        if words and _CURLY.get(words[0]) == words[-1] and len(words) > 1:
            self.curly(start, start + len(words))
        elif end < len(self.text) and is_text:
            self.report(UnquotedHash, end, len(self.text))
            self.blank(start)
        elif colon := _COLON.search(self.text[:end], start):
            self.report(UnquotedColon, colon.start(), colon.end())
            self.blank(start)
        else:
            self.smooth(start, end, "\t" if is_text else "\t" + _HARD)
            if not is_text:
                self.decimals(start, end)

    def comment(self, start: int) -> int:
        """Where the text that begins at `start` ends: before a comment, or at the end of the line."""
        match = _COMMENT.search(self.text, start + 1)
        return match.start() if match else len(self.text)

    def curly(self, start: int, end: int) -> None:
        inside = self.text[start + 1 : end - 1]
        self.report(CurlyQuotes, start, end, text=f"{self.text[start]}…{self.text[end - 1]}")
        self.mend(start, end, '"' + inside.replace("\\", "/").replace('"', "'") + '"')
        self.text_from = -1

    def decimals(self, start: int, end: int) -> None:
        for match in _DECIMAL.finditer(self.text[:end], start):
            right = match[0].replace(",", ".")
            self.report(DecimalComma, *match.span(), text=match[0], right=right)
            self.mend(*match.span(), right)

    def marks(self, start: int, parent: int) -> None:
        """An anchor, alias or tag before or instead of the value."""
        mark = _MARK.match(self.text, start)
        end = mark.end() if mark else start + 1
        text = self.text[start:end]
        self.report(Tag if text[0] == "!" else Reuse, start, end, text=text)
        if text[0] != "*":
            self.mend(start, end, " " * len(text))
            self.value(_end(_GAP, self.text, end), parent)

    def block_text(self, start: int, parent: int) -> None:
        self.report(BlockText, start, start + 1, sign=self.text[start])
        self.text_from = -1
        while self.row + 1 < len(self.lines) and _is_deeper(self.lines[self.row + 1], parent):
            self.row += 1

    def quoted(self, start: int, parent: int) -> None:
        """Past the closing quote, which may stand on a later line."""
        opening = self.place(start, len(self.text.rstrip()))
        first, pattern = self.row, _END_OF_QUOTE[self.text[start]]
        self.text_from = -1
        match = pattern.match(self.text, start + 1)
        while match and not match[1]:
            if self.row + 1 == len(self.lines) or self.is_next_field(parent):
                self.found.append(UnclosedQuote.at(opening))
                return
            self.row += 1
            match = pattern.match(self.text)
        end = match.end() if match else len(self.text)
        self.after_quote(end, start if first == self.row else 0)

    def is_next_field(self, parent: int) -> bool:
        line = self.lines[self.row + 1]
        return bool(_FIELD.match(line)) and not _is_deeper(line, parent)

    def after_quote(self, end: int, start: int) -> None:
        rest = _end(_GAP, self.text, end)
        if rest == len(self.text) or (self.text[rest] == "#" and rest > end):
            self.smooth(end, rest)
            return
        self.report(TextAfterQuote, rest, len(self.text.rstrip()))
        self.blank(start)

    def brackets(self, start: int, parent: int) -> None:
        """Past the closing bracket of a list of words."""
        opening, depth, at = self.place(start, start + 1), 0, start
        refused = False
        while True:
            depth, at, nested = self.bracket_line(at, depth)
            if nested >= 0 and not refused:
                refused = True
                self.report(FlowBlock, nested, nested + 1)
            if depth <= 0:
                break
            if self.row + 1 == len(self.lines) or self.is_next_field(parent):
                self.found.append(UnclosedList.at(opening))
                return
            self.row, at = self.row + 1, 0
        rest = _end(_GAP, self.text, at)
        if rest < len(self.text) and self.text[rest] != "#":
            self.report(UnquotedStart, start, start + 1, sign=self.lines[opening.line - 1][start])

    def bracket_line(self, at: int, depth: int) -> tuple[int, int, int]:
        """The depth after this line, where the last bracket closed, and where a nested one opened, or -1."""
        nested, begin = -1, at
        while match := _FLOW_SIGN.search(self.text, at):
            sign, at = match[0], match.end()
            if sign in "[{":
                depth += 1
                nested = match.start() if (depth > 1 or sign == "{") and nested < 0 else nested
            elif sign in "]}":
                depth -= 1
                if depth <= 0:
                    break
            elif sign == "#" and _COMMENT.match(self.text, match.start()):
                break
            elif sign in "\"'":
                quote = _END_OF_QUOTE[sign].match(self.text, at)
                at = quote.end() if quote else at
        end = at if depth <= 0 else len(self.text)
        self.smooth(begin, end)
        self.decimals(begin, end)
        return depth, at, nested


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def _end_of_name(text: str, column: int, name: str) -> int:
    """Position of the colon after the name."""
    match = _QUOTED_KEY.match(text, column) if text[column] in "\"'" else _COLON.search(text, column)
    if not match:
        return column + len(name)
    return match.end() - 1 if text[column] in "\"'" else match.start()


def _is_deeper(line: str, column: int) -> bool:
    return not line.strip() or len(line) - len(line.lstrip(" ")) > column


def _no_colon(place: Place, lines: Sequence[str]) -> Diagnostic:
    text = lines[place.line - 1][place.column - 1 : place.end - 1]
    return NoColon.at(place, text=text[:60], right=f"{text[:60]}:")
