"""Circles among things that refer to each other."""

from collections.abc import Mapping, Sequence
from typing import Final

MOST: Final = 20  # circles; nobody mends more in one go


def circles(references: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """Each circle once, from its first name in the order of the mapping; references to nothing are passed over.

    >>> circles({"a": ["b"], "b": ["c", "a"], "c": ["c"]})
    [('c',), ('a', 'b')]
    """
    found: dict[frozenset[str], tuple[str, ...]] = {}
    done: set[str] = set()
    order = {name: position for position, name in enumerate(references)}
    for start in references:
        path: list[str] = []
        on_path: dict[str, int] = {}
        stack = [(start, 0)] if start not in done else []
        while stack:
            name, step = stack.pop()
            if step == 0:
                on_path[name] = len(path)
                path.append(name)
            below = references[name]
            if step == len(below):
                done.add(path.pop())
                del on_path[name]
                continue
            stack.append((name, step + 1))
            following = below[step]
            if following in on_path and len(found) < MOST:
                circle = _from_first(tuple(path[on_path[following] :]), order)
                found.setdefault(frozenset(circle), circle)
            elif following in references and following not in done and following not in on_path:
                stack.append((following, 0))
    return list(found.values())


def _from_first(circle: tuple[str, ...], order: Mapping[str, int]) -> tuple[str, ...]:
    first = min(range(len(circle)), key=lambda position: order[circle[position]])
    return circle[first:] + circle[:first]
