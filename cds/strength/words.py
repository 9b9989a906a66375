"""Where a condition, as it is written, joins its parts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_SIGN: Final = re.compile(r"[()]|\b(?:and|or)\b")


@dataclass(frozen=True, slots=True)
class Group:
    """What one pair of brackets, or the whole condition, joins: the word, where it stands, and the ends of the text."""

    word: str
    joins: tuple[tuple[int, int], ...]
    start: int
    end: int


def groups(text: str) -> list[Group]:
    """Every place where parts are joined, outermost first; a condition joins by one word in each pair of brackets."""
    open_at: list[tuple[int, list[re.Match[str]]]] = [(0, [])]
    found: list[Group] = []
    for match in _SIGN.finditer(text):
        if match[0] == "(":
            open_at.append((match.end(), []))
        elif match[0] == ")":
            if len(open_at) > 1:
                found += _group(*open_at.pop(), match.start())
        else:
            open_at[-1][1].append(match)
    found += _group(*open_at[0], len(text))
    return sorted(found, key=lambda each: each.start)


def _group(start: int, joins: list[re.Match[str]], end: int) -> Iterator[Group]:
    if joins:
        yield Group(joins[0][0], tuple(each.span() for each in joins), start, end)


def operands(text: str) -> list[tuple[int, int]]:
    """For every joined part the stretch that leaves it out, together with the word that joins it to the rest."""
    found: list[tuple[int, int]] = []
    for group in groups(text):
        found.append((group.start, _skip(text, group.joins[0][1])))
        ends = [join[0] for join in group.joins[1:]] + [group.end]
        for join, end in zip(group.joins, ends, strict=True):
            found.append((len(text[: join[0]].rstrip()), len(text[:end].rstrip())))
    return found


def _skip(text: str, at: int) -> int:
    return at + len(text[at:]) - len(text[at:].lstrip())
