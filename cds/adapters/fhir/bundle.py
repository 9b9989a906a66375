"""A FHIR Bundle read entry by entry (https://hl7.org/fhir/R4/bundle.html); nothing here knows what the entries are.

Each entry of a text is let go before the next is parsed, so that little of a large bundle is in memory at a time. The
bounds hold before the work that they bound: size and number of containers are looked at before anything is parsed.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final, NamedTuple

from cds.adapters.fhir.resource import Json
from cds.adapters.shapes import OBJECT, as_list, as_object, as_text
from cds.diagnostics import PatientError

_TYPES: Final = ("collection", "searchset", "document", "message", "transaction", "batch")
_BYTES_PER_CONTAINER: Final = 20  # at least, in any real resource; an object may take 200 bytes of memory
_FEWEST_CONTAINERS: Final = 1_000
_MOST_ON_A_LEVEL: Final = 20_000_000
_LEAVES: Final = frozenset({str, int, float, bool, type(None)})
_OBJECTS: Final = frozenset({dict})
_OTHERS: Final = bytes(each for each in range(256) if each not in b'"[]{}')
_ONE_KIND: Final = bytes.maketrans(b"{}", b"[]")
_TOO_LARGE: Final = "the bundle is too large to be read; send fewer resources at a time"

_value: Final = json.JSONDecoder().raw_decode
_mark_at: Final = re.compile(r"[ \t\n\r]*([\[\]{}:,])[ \t\n\r]*").match


class Bounds(NamedTuple):
    """What is read at most: bytes of text, entries, containers within containers.

    deepest: None for an object of which somebody has already made sure that it is not too deep.
    """

    bytes: int
    entries: int
    deepest: int | None


class ReadAgain(Exception):
    """The entries cannot be used as they come: read all of them once more before the first is used."""


class Bundle:
    """A Bundle that is a text, or an object that somebody else has parsed."""

    def __init__(self, written: object, bounds: Bounds) -> None:
        """PatientError when it is out of bounds, as far as can be told before reading."""
        self._bounds = bounds
        self._whole: Json | None = None
        self._text, self._brackets = "", b""
        if isinstance(written, str | bytes | bytearray):
            self._text, self._brackets = _looked_at(written, bounds)
        else:
            self._whole = as_object(written) or {}
            if bounds.deepest is not None:
                _check_depth(self._whole, bounds.deepest)
        self._head: dict[str, Any] = {}
        self._matches = 0
        self._has_failed = False

    def entries(self) -> Iterator[Any]:
        """Each entry as it is read; PatientError when this is no Bundle, or more than may be read.

        ReadAgain where a text is not plain; the next call then parses it as a whole.
        """
        self._head, self._matches, self._has_failed = {}, 0, False
        count, most = 0, self._bounds.entries
        for name, value in self._fields():
            if name != "entry":
                self._head[name] = value
                continue
            count += 1
            if count > most:
                raise PatientError(f"the bundle has more than {most} entries; send fewer resources at a time")
            if isinstance(value, OBJECT) and "search" in value:
                self._matches -= (as_object(value["search"]) or {}).get("mode", "match") != "match"
            yield value
        self._matches += count
        _check_head(self._head)
        if self._bounds.deepest is not None:
            _check_brackets(self._brackets, self._bounds.deepest)

    @property
    def matches(self) -> int:
        """How many of the entries that were read are what was searched for."""
        return self._matches

    def links(self, relation: str) -> list[str]:
        """The addresses of other pages that stand in this relation to it; "" for one without an address."""
        listed = [as_object(each) or {} for each in as_list(self._head.get("link")) or ()]
        return [as_text(each.get("url")) for each in listed if each.get("relation") == relation]

    def holds_less_than_stated(self, matches: int) -> bool:
        """Whether so many matches are fewer than the server states, or it reports a failure."""
        total = self._head.get("total")
        is_short = isinstance(total, int) and total > matches
        return self._head["type"] == "searchset" and (is_short or self._has_failed)

    def heed(self, outcome: Json) -> None:
        """Take in what an OperationOutcome among the entries says of the answer."""
        issues = [as_object(each) or {} for each in as_list(outcome.get("issue")) or ()]
        self._has_failed |= any(each.get("severity") in ("fatal", "error") for each in issues)

    def _fields(self) -> Iterator[tuple[str, Any]]:
        """(name, value) of each field; for the list of entries, each of them by itself."""
        if self._whole is not None:
            return _fields_of_object(self._whole)
        return self._fields_of_text()

    def _fields_of_text(self) -> Iterator[tuple[str, Any]]:
        try:
            yield from _fields_of_text(self._text)
        except (ValueError, RecursionError):
            self._whole = as_object(_parsed(self._text)) or {}
            raise ReadAgain from None


def _fields_of_object(whole: Json) -> Iterator[tuple[str, Any]]:
    _check_head(whole)
    for name, value in whole.items():
        entries = as_list(value)
        if name != "entry":
            yield name, value
        elif entries is not None:
            yield from (("entry", each) for each in entries)
        elif value is not None:
            raise PatientError("the bundle's `entry` is not a list")


def _fields_of_text(text: str) -> Iterator[tuple[str, Any]]:
    """The same of a text; ValueError where it is not JSON, or is not an object with one list of entries."""
    mark, place = _mark(text, 0, "{")
    has_entries = False
    while mark != "}":
        name, place = _value(text, place)
        if not isinstance(name, str) or (name == "entry" and has_entries):
            raise ValueError
        _, place = _mark(text, place, ":")
        if name != "entry":
            value, place = _value(text, place)
            yield name, value
        else:
            has_entries = True
            mark, place = _mark(text, place, "[")
            if text.startswith("]", place):
                mark, place = _mark(text, place, "]")
            while mark != "]":
                value, place = _value(text, place)
                yield name, value
                mark, place = _mark(text, place, ",]")
        mark, place = _mark(text, place, ",}")
    if place < len(text):
        raise ValueError


def _mark(text: str, place: int, expected: str) -> tuple[str, int]:
    """The mark that stands here, and where the text goes on after it."""
    found = _mark_at(text, place)
    if found is None or found[1] not in expected:
        raise ValueError
    return found[1], found.end()


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as wrong:
        raise PatientError(f"the bundle is not JSON: line {wrong.lineno}, column {wrong.colno}") from None
    except RecursionError:
        raise PatientError("the bundle is nested too deeply to be read") from None
    except ValueError:
        raise PatientError("the bundle is not JSON that can be read: a number is too long; send fewer digits") from None


def _looked_at(written: str | bytes | bytearray, bounds: Bounds) -> tuple[str, bytes | bytearray]:
    """The text without a byte order mark, and its brackets."""
    if len(written) > bounds.bytes:
        raise _too_large(bounds)
    text, raw = _decoded(written)
    if len(raw) > bounds.bytes:
        raise _too_large(bounds)
    brackets = _brackets(raw)
    if len(brackets) > 2 * max(bounds.bytes // _BYTES_PER_CONTAINER, _FEWEST_CONTAINERS):
        raise PatientError(_TOO_LARGE)
    return text.removeprefix("\ufeff"), brackets


def _decoded(written: str | bytes | bytearray) -> tuple[str, bytes | bytearray]:
    """The text, and the same in UTF-8."""
    if isinstance(written, str):
        return written, written.encode("utf-8", "surrogatepass")
    encoding = json.detect_encoding(written)
    try:
        text = written.decode(encoding, "surrogatepass")
    except ValueError:
        raise PatientError("the bundle is not JSON in UTF-8; send the text as UTF-8") from None
    return text, written if encoding.startswith("utf-8") else text.encode("utf-8", "surrogatepass")


def _brackets(text: bytes | bytearray) -> bytes | bytearray:
    """The brackets of JSON outside its strings, all of one kind.

    With all but quotes and brackets gone, a string without brackets is a pair of quotes. Taking out two quotes that
    stand side by side leaves what is inside strings inside, and outside what is outside.
    """
    left = _without_escapes(text).translate(_ONE_KIND, _OTHERS).replace(b'""', b"")
    return b"".join(left.split(b'"')[::2])  # strings that hold brackets, such as mm[Hg]


def _without_escapes(text: bytes | bytearray) -> bytes | bytearray:
    """JSON without its escaped quotes and backslashes; to look for pairs of characters is slow, so only among many."""
    count = text.count(b"\\")
    if count > len(text) // 100:
        return text.replace(b"\\\\", b"").replace(b'\\"', b"")
    pieces: list[bytes | bytearray] = []
    start = 0
    for _ in range(count):
        place = text.find(b"\\", start)
        if place < 0:
            break
        pieces.append(text[start:place])
        start = place + 2
    return b"".join([*pieces, text[start:]]) if pieces else text


def _check_brackets(brackets: bytes | bytearray, deepest: int) -> None:
    """PatientError where JSON goes too deep: each step takes the innermost containers away."""
    for _ in range(deepest):
        if not brackets:
            return
        brackets = brackets.replace(b"[]", b"")
    if brackets:
        raise _too_deep(deepest)


def _check_depth(written: Json, deepest: int) -> None:
    """The same of an object."""
    level: list[Any] = [written]
    for _ in range(deepest):
        held = chain.from_iterable([each.values() if type(each) in _OBJECTS else _inside(each) for each in level])
        level = [each for each in held if type(each) not in _LEAVES]
        if not level:
            return
        if len(level) > _MOST_ON_A_LEVEL:
            raise PatientError(_TOO_LARGE)
    raise _too_deep(deepest)


def _inside(held: object) -> Iterable[Any]:
    return held.values() if isinstance(held, OBJECT) else as_list(held) or ()


def _check_head(head: Json) -> None:
    if head.get("resourceType") != "Bundle":
        raise PatientError("this is not a FHIR Bundle; put the patient's resources in a Bundle")
    if as_text(head.get("type")) not in _TYPES:
        raise PatientError(f"the type of the bundle is not one that is read here: {', '.join(_TYPES)}")
    if head.get("implicitRules") is not None:
        raise PatientError("the bundle follows rules of its own (implicitRules) that are not known here")


def _too_large(bounds: Bounds) -> PatientError:
    return PatientError(f"the bundle is larger than {bounds.bytes} bytes; send fewer resources at a time")


def _too_deep(deepest: int) -> PatientError:
    return PatientError(f"the bundle is nested more than {deepest} deep; send each resource as its system holds it")
