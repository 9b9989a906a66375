"""JSON read without surprises: no field twice, no depth without end, every fault with its place and never a value.

Of a field that stands twice in one object, JSON readers silently keep the last; nobody can tell which one is meant.

Most texts are plain: a fast reader takes them, and what it gives shows that nothing can be wrong. Where that does not
show, the text is read again, slowly, by the one reader that says what is wrong and where.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, Literal

from cds.adapters.issues import place_word
from cds.adapters.shapes import as_list, as_object

try:  # what it reads, the standard library reads the same way, in twice the time
    from msgspec import DecodeError
    from msgspec.json import decode
except ImportError:
    from json import JSONDecodeError as DecodeError
    from json import loads as decode

DEEPEST: Final = 100

JsonCode = Literal["not_utf8", "not_json", "number_too_long", "nested_too_deeply", "field_twice"]

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_CONTAINERS: Final = frozenset({dict, list})
_OBJECTS: Final = frozenset({dict})
_SPACES: Final = b" \t\n\r"
_UNREADABLE: Final = (DecodeError, RecursionError, ValueError)
_TOO_DEEP: Final = f"nested too deeply; objects and lists may stand {DEEPEST} deep"


@dataclass(frozen=True, slots=True)
class JsonFault:
    """What is wrong with a text that should be JSON. place: `line 1, column 9`, or the field (`readings.spo2[3].unit`);
    "" where there is none. message: what is wrong and how to mend it, without values."""

    code: JsonCode
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


def read_json(raw: bytes) -> tuple[Any, JsonFault | None]:
    """The value that UTF-8 text holds, and what is wrong with it.

    With a fault the value is not to be used: it is None, or what is left without the fields that stand twice, so
    that a caller can still be told which of its requests was refused.

    >>> read_json(b'{"id": "7", "at": 1, "at": 2}')[0]
    {'id': '7'}
    >>> print(read_json(b'{"id": "7", "at": 1, "at": 2}')[1])
    at: the field stands twice in one object, and nobody can tell which one is meant; send it once
    """
    try:
        text = raw.removeprefix(_BYTE_ORDER_MARK).decode("utf-8")
    except UnicodeDecodeError as wrong:
        return None, JsonFault("not_utf8", f"byte {wrong.start + 1}", "not JSON in UTF-8; send the text as UTF-8")
    try:
        value = decode(text)
    except _UNREADABLE:
        return _read_slowly(text)
    return (value, None) if _is_plain(value, raw) else _read_slowly(text)


def _is_plain(value: object, raw: bytes) -> bool:
    """Whether it is certain that no field stands twice, and that nothing is too deep.

    Of each field that is written, the text has a quote and, after spaces or none, a colon. It may have more of these,
    within texts; so as many as there are fields in the value means that not one was lost.
    """
    fields = 0
    level: list[Any] = [value]
    for _ in range(DEEPEST + 1):
        containers = [each for each in level if type(each) in _CONTAINERS]
        if not containers:
            return fields == raw.translate(None, _SPACES).count(b'":')
        fields += sum([len(each) for each in containers if type(each) in _OBJECTS])
        level = _inside(containers)
    return False


def _read_slowly(text: str) -> tuple[Any, JsonFault | None]:
    """The value and what is wrong, whatever the text is."""
    twice: list[tuple[dict[str, Any], str]] = []
    try:
        value = json.loads(text, object_pairs_hook=lambda pairs: _each_once(pairs, twice))
    except json.JSONDecodeError as wrong:
        return None, JsonFault("not_json", f"line {wrong.lineno}, column {wrong.colno}", f"not JSON: {wrong.msg}")
    except RecursionError:
        return None, JsonFault("nested_too_deeply", "", _TOO_DEEP)
    except ValueError:
        return None, JsonFault("number_too_long", "", "a number that is too long to be read; send fewer digits")
    if _is_deeper(value, DEEPEST):
        return value, JsonFault("nested_too_deeply", "", _TOO_DEEP)
    return value, _field_twice(value, twice) if twice else None


def _each_once(pairs: list[tuple[str, Any]], twice: list[tuple[dict[str, Any], str]]) -> dict[str, Any]:
    """An object of its fields that stand once; what stands more often is noted."""
    made = dict(pairs)
    if len(made) < len(pairs):
        for name in [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]:
            del made[name]
            twice.append((made, name))
    return made


def _is_deeper(value: object, deepest: int) -> bool:
    level = [value]
    for _ in range(deepest + 1):
        level = [each for each in level if type(each) in _CONTAINERS]
        if not level:
            return False
        level = _inside(level)
    return True


def _inside(containers: list[Any]) -> list[Any]:
    """What objects and lists hold."""
    return [*chain.from_iterable([each.values() if type(each) in _OBJECTS else each for each in containers])]


def _field_twice(value: Any, twice: list[tuple[dict[str, Any], str]]) -> JsonFault:
    """The first such field, outermost and in the order of the text."""
    names = {id(made): name for made, name in reversed(twice)}
    place = next((f"{path}{place_word(names[id(held)])}" for path, held in _objects(value) if id(held) in names), "")
    says = "the field stands twice in one object, and nobody can tell which one is meant; send it once"
    return JsonFault("field_twice", place, says)


def _objects(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every object with the place of its fields."""
    fields, items = as_object(value), as_list(value)
    if fields is not None:
        yield path, value
        for name, each in fields.items():
            yield from _objects(each, f"{path}{place_word(name)}.")
    for number, each in enumerate(items or ()):
        yield from _objects(each, f"{path.removesuffix('.')}[{number}].")
