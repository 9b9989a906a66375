"""Files written by hand in every way that the language allows: indentation, quotes, line breaks, comments anywhere."""

from dataclasses import dataclass, field
from random import Random
from typing import Final

from hypothesis import strategies as st

from tests.strategies import SEEDS
from tests.written import ruleset_texts

WORDS: Final = ("taken", "81.0 kg", "2026-01-05 07:40", "NO", "1.10", "-5 kg", "a is above b", "ø", "x:y", "¤", "%")
TEXTS: Final = (
    "Vekt",
    "2,5 kg: nå",
    "it's",
    'say "no"',
    "a\\b",
    "# not a comment",
    " blank ",
    "135\u00a0mmHg",
    "[x]",
    "-",
    "",
)
BEFORE: Final = ("", " ", "!", "  ")  # what a comment begins and ends with
AFTER: Final = ("", " ", ': "', " ]")
GAPS: Final = ("", "", "", "\n", "\n\n", "   \n")


@dataclass
class _Hand:
    """Writes a file; comments are numbered, so that each can be found again."""

    pick: Random
    comments: int = 0
    names: int = 0
    out: list[str] = field(default_factory=list[str])

    def comment(self) -> str:
        self.comments += 1
        return f"#{self.pick.choice(BEFORE)}c{self.comments}{self.pick.choice(AFTER)}"

    def above(self) -> None:
        """Blank lines and comments, indented in any way."""
        pick = self.pick
        self.out.append(pick.choice(GAPS))
        while pick.random() < 0.3:
            self.out.append(" " * pick.randrange(9) + self.comment() + "\n" + pick.choice(GAPS))

    def behind(self) -> str:
        return " " * self.pick.randint(1, 3) + self.comment() if self.pick.random() < 0.2 else ""

    def name(self) -> str:
        self.names += 1
        name = f"{self.pick.choice(('at', 'from x', 'weight', '2026-01-05 07:40', 'ø-y'))}{self.names}"
        return self.pick.choice((name, name, name, f'"{name}"', f"'{name}'", f"{name} "))

    def block(self, indent: int, depth: int) -> None:
        for _ in range(self.pick.randint(1, 4)):
            self.above()
            self.out.append(" " * indent + self.name() + ":")
            self.value(indent, depth)

    def value(self, indent: int, depth: int) -> None:
        """What stands behind a colon or a dash in this column."""
        pick = self.pick
        kind = pick.randrange(8) if depth < 4 else pick.randrange(4)
        if kind < 4:
            self.words(indent, kind)
            return
        self.out.append(self.behind() + "\n")
        if kind < 6:
            self.block(indent + pick.randint(1, 4), depth + 1)
        else:
            self.items(indent + pick.randint(0, 3), depth + 1, is_deep=kind == 7)

    def items(self, indent: int, depth: int, *, is_deep: bool) -> None:
        for _ in range(self.pick.randint(1, 3)):
            self.above()
            gap = self.pick.randint(1, 3)
            self.out.append(" " * indent + "-" + " " * gap)
            if is_deep and self.pick.random() < 0.5:
                inside = indent + 1 + gap
                self.out.append(self.name() + ":")
                self.value(inside, depth)
                if self.pick.random() < 0.7:
                    self.block(inside, depth + 1)
            else:
                self.words(indent, self.pick.randrange(4))

    def words(self, indent: int, kind: int) -> None:
        pick = self.pick
        on_own_line = kind < 3 and pick.random() < 0.2
        if on_own_line:
            self.out.append(self.behind() + "\n")
            self.above()
        self.out.append(" " * (indent + pick.randint(1, 5) if on_own_line else pick.randint(1, 3)))
        texts = (self.plain, self.double, self.single, self.brackets)
        self.out.append(texts[kind](indent + pick.randint(1, 5)) + self.behind() + "\n")

    def broken(self, pieces: list[str], indent: int) -> str:
        """Words over several lines."""
        text = pieces[0]
        for each in pieces[1:]:
            text += self.pick.choice((" ", f"\n{' ' * indent}", f"  \n\n{' ' * indent}")) + each
        return text

    def plain(self, indent: int) -> str:
        return self.broken(self.pick.sample(WORDS[:7], self.pick.randint(0, 3)) or [""], indent)

    def double(self, indent: int) -> str:
        texts = [each.replace("\\", "\\\\").replace('"', '\\"') for each in self.texts()]
        ends = [self.pick.choice(("", "", "\\ ", "\\", "\\n", "\\u200b")) for _ in texts[1:]]
        return '"' + self.broken([each + end for each, end in zip(texts, [*ends, ""], strict=True)], indent) + '"'

    def single(self, indent: int) -> str:
        return "'" + self.broken([each.replace("'", "''") for each in self.texts()], indent) + "'"

    def texts(self) -> list[str]:
        return self.pick.sample(TEXTS, self.pick.randint(1, 3))

    def brackets(self, indent: int) -> str:
        pick, text = self.pick, "["
        items = pick.sample(WORDS[:-1], pick.choice((0, 1, 2, 3)))
        for place, each in enumerate(items):
            text += self.in_brackets(indent) + pick.choice((each, f'"{each}"', f"'{each}'"))
            text += self.in_brackets(indent) + ("," if place < len(items) - 1 else pick.choice(("", ",")))
        return text + self.in_brackets(indent) + "]"

    def in_brackets(self, indent: int) -> str:
        if self.pick.random() < 0.8:
            return self.pick.choice(("", " "))
        return f"{self.behind()}\n{' ' * indent}"


@st.composite
def case_texts(draw: st.DrawFn) -> str:
    """A file that the reader mostly accepts, as a case file whose content is free."""
    hand = _Hand(Random(draw(SEEDS)))
    hand.out.append(hand.pick.choice(("", "---\n", "--- # begins\n", "%YAML 1.2\n---\n")))
    hand.above()
    hand.out.append("cases:\n")
    hand.block(hand.pick.randint(1, 4), 0)
    hand.above()
    return "".join(hand.out)


@st.composite
def commented_rulesets(draw: st.DrawFn) -> str:
    """A ruleset that the checker accepts, with comments and blank lines between any two lines."""
    pick = Random(draw(SEEDS))
    lines: list[str] = []
    for place, line in enumerate(draw(ruleset_texts()).splitlines()):
        if pick.random() < 0.2:
            lines.append(" " * pick.randrange(8) + f"# over {place}")
        if pick.random() < 0.15:
            lines.append("")
        may_follow = not line.lstrip().startswith(("en:", "label:", "summary:", "title:"))
        lines.append(f"{line}  # at {place}" if may_follow and pick.random() < 0.15 else line)
    return pick.choice(("\n", "\r\n")).join(lines)
