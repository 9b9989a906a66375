"""A ruleset file → every small error that could slip into it: the text as it stands, and as it would be.

An edit changes the text that the author wrote, so that what comes of it is read, checked and compiled like any
ruleset, and can be told in the author's own words at its place.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal

from cds import source
from cds.diagnostics import Place
from cds.reading import LoadedFile
from cds.strength.steps import moved
from cds.strength.words import groups, operands

Kind = Literal["number", "comparison", "joining", "dropped", "boundary", "missing_as_false"]
Span = tuple[Place, str]

_FLIPPED: Final = {"above": "at least", "at least": "above", "below": "at most", "at most": "below"}
_COMPARISON: Final = re.compile(r"\b(above|at least|below|at most)\b")
_NUMBER: Final = re.compile(r"(?<![\w.:-])\d+(?:\.\d+)?(?![\w:-]|\.\d)")
_CLOCK: Final = re.compile(r"(\d\d):(\d\d)")
_MINUTES_PER_DAY: Final = 24 * 60
_AMOUNTS: Final = ("default", "fixed")
_COLOURS: Final = ("red", "orange", "yellow")
_WAITING: Final = ("confirm", "for")
_REFERRING: Final = ("hidden_by", "unknown_while")
_LASTS: Final = frozenset(
    "last within require newest_within back over give_or_take gap_at_most gap_below lasting ends_after leave_out_last "
    "leave_out_first apart_at_most skip_first_days per_session".split()
)
_CLOCKS: Final = ("sessions", "at_times", "time_of_day", "day_starts")
_YES_OR_NO: Final = ("yes", "no")
_CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "outside_sessions": ("left out", "kept"),
    "stay_days": ("left out", "covered"),
    "carry_over": ("same medicine", "any medicine", "none"),
    "each_day": ("mean", "median", "min", "max"),
}
_NOT_NEEDED: Final = frozenset(
    "newest_within require round leave_out_first leave_out_last leave_out_beyond skip_first_days per_session each_day "
    "stays medicines_at_least position arm meal entered time_of_day use".split()
)
_LISTS: Final = ("at_times", "leave_out")


@dataclass(frozen=True, slots=True)
class Edit:
    """One small error.

    name: of the limit, value, bands or rule that it is in. before, after: the author's words, as they stand and as they
    would be; after is "" for what is left out. spans: the stretches of the file with their new text. whole: (first,
    last) line to be left out besides, or None. rule: for `missing_as_false` alone, the rule that would take what it
    does not know for false.
    """

    kind: Kind
    name: str
    place: Place
    before: str
    after: str
    spans: tuple[Span, ...] = ()
    whole: tuple[int, int] | None = None
    rule: str = ""

    def applied(self, lines: Sequence[str]) -> list[str]:
        """The lines of the file with the error in it."""
        changed = list(lines)
        for place, text in sorted(self.spans, key=lambda each: (each[0].line, each[0].column), reverse=True):
            line = changed[place.line - 1]
            changed[place.line - 1] = line[: place.column - 1] + text + line[place.end - 1 :]
        if self.whole:
            del changed[self.whole[0] - 1 : self.whole[1]]
        return changed


def edits(file: LoadedFile) -> list[Edit]:
    """Every small error that could slip into a ruleset, in the order of its text."""
    found = [
        *_in_limits(file),
        *_in_readings(file),
        *_in_bands(file),
        *_in_conditions(file),
        *_in_rules(file),
        *_missing_as_false(file),
    ]
    return sorted(found, key=lambda each: (each.place.line, each.place.column))


def _block(file: LoadedFile, name: str) -> dict[str, source.Entry]:
    node = source.node_at(file.node, (name,))
    return node.entries if isinstance(node, source.Mapping) else {}


def _fields(entry: source.Entry) -> dict[str, source.Entry]:
    return entry.value.entries if isinstance(entry.value, source.Mapping) else {}


def _scalars(node: source.Node) -> Iterator[source.Scalar]:
    """The texts under a node, those of names left out."""
    if isinstance(node, source.Scalar):
        yield node
    elif isinstance(node, source.Sequence):
        for item in node.items:
            yield from _scalars(item)
    else:
        for entry in node.entries.values():
            yield from _scalars(entry.value)


def _numbers(name: str, scalar: source.Scalar, unit: str = "") -> Iterator[Edit]:
    """Every number of a text, one step up and one step down."""
    for match in _NUMBER.finditer(scalar.text):
        for other in moved(match[0], unit or scalar.text[match.end() :].strip()):
            changed = scalar.text[: match.start()] + other + scalar.text[match.end() :]
            span = source.place_within(scalar, *match.span()), other
            yield Edit("number", name, scalar.place, scalar.text, changed, (span,))


def _comparisons(name: str, scalar: source.Scalar) -> Iterator[Edit]:
    for match in _COMPARISON.finditer(scalar.text):
        other = _FLIPPED[match[0]]
        changed = scalar.text[: match.start()] + other + scalar.text[match.end() :]
        span = source.place_within(scalar, *match.span()), other
        yield Edit("comparison", name, scalar.place, scalar.text, changed, (span,))


def _joinings(name: str, scalar: source.Scalar) -> Iterator[Edit]:
    """`and` ↔ `or` in one pair of brackets at a time, and every operand left out."""
    if scalar.style == "block":
        return  # its lines begin below the place that it has
    for group in groups(scalar.text):
        other = "or" if group.word == "and" else "and"
        yield _rewritten("joining", name, scalar, [(start, end, other) for start, end in group.joins])
    for start, end in operands(scalar.text):
        yield _rewritten("dropped", name, scalar, [(start, end, "")])


def _rewritten(kind: Kind, name: str, scalar: source.Scalar, changes: Sequence[tuple[int, int, str]]) -> Edit:
    text, place = scalar.text, scalar.place
    for start, end, other in sorted(changes, reverse=True):
        text = text[:start] + other + text[end:]
    written = f'"{text}"' if scalar.quoted else text
    first, last = place.line, _last(scalar)
    if first == last:
        return Edit(kind, name, place, scalar.text, text, ((place, written),))
    begun = replace(place, end=place.column + len(scalar.raw.partition("\n")[0]))
    return Edit(kind, name, place, scalar.text, text, ((begun, written),), whole=(first + 1, last))


def _left_out(name: str, entry: source.Entry) -> Edit:
    lines = entry.key.place.line, _last(entry.value)
    return Edit("dropped", name, entry.key.place, entry.key.text, "", whole=lines)


def _last(node: source.Node) -> int:
    """The last line of what stands under a name."""
    if isinstance(node, source.Scalar):
        return node.place.line + node.raw.count("\n")
    if isinstance(node, source.Sequence):
        return max((_last(each) for each in node.items), default=node.place.line)
    return max(_last(each.value) for each in node.entries.values())


def _in_limits(file: LoadedFile) -> Iterator[Edit]:
    for limit, entry in _block(file, "limits").items():
        for field in _AMOUNTS:
            stated = _fields(entry).get(field)
            if stated is None:
                continue
            if isinstance(stated.value, source.Mapping):
                for unit, each in stated.value.entries.items():
                    yield from (edit for scalar in _scalars(each.value) for edit in _numbers(limit, scalar, unit))
            elif isinstance(stated.value, source.Sequence):
                yield from _in_limit_cases(limit, stated.value)
            else:
                yield from (edit for scalar in _scalars(stated.value) for edit in _numbers(limit, scalar))


def _in_limit_cases(limit: str, cases: source.Sequence) -> Iterator[Edit]:
    for case in cases.items:
        for field, each in (case.entries if isinstance(case, source.Mapping) else {}).items():
            for scalar in _scalars(each.value):
                if field == "when":
                    yield from (*_comparisons(limit, scalar), *_joinings(limit, scalar))
                else:
                    yield from _numbers(limit, scalar)


def _in_readings(file: LoadedFile) -> Iterator[Edit]:
    """Which readings inputs and values take, and what values make of them."""
    for block in ("inputs", "values"):
        for name, entry in _block(file, block).items():
            for field, each in _fields(entry).items():
                for scalar in _scalars(each.value):
                    yield from _in_field(name, field, scalar)
                if field in _LISTS and isinstance(each.value, source.Sequence):
                    yield from _items_left_out(name, each, each.value)
                elif field in _NOT_NEEDED:
                    yield _left_out(name, each)


def _in_field(name: str, field: str, scalar: source.Scalar) -> Iterator[Edit]:
    if field in _LASTS:
        yield from _numbers(name, scalar)
    elif field in _CLOCKS:
        yield from _clocks(name, scalar)
    elif field == "that_are":
        yield from _comparisons(name, scalar)
    else:
        yield from _choices(name, field, scalar)


def _clocks(name: str, scalar: source.Scalar) -> Iterator[Edit]:
    """Every time of day of a text, a minute later and a minute earlier."""
    for match in _CLOCK.finditer(scalar.text):
        minutes = 60 * int(match[1]) + int(match[2])
        for other in (minutes + 1, minutes - 1):
            if 0 <= other <= _MINUTES_PER_DAY:
                clock = f"{other // 60:02}:{other % 60:02}"
                span = source.place_within(scalar, *match.span()), clock
                yield Edit("number", name, scalar.place, scalar.text, _with(scalar, match, clock), (span,))


def _choices(name: str, field: str, scalar: source.Scalar) -> Iterator[Edit]:
    """The other words that might stand where a few are to be chosen from."""
    words = _CHOICES.get(field, _YES_OR_NO)
    for other in words if scalar.text in words else ():
        if other != scalar.text:
            before, after = f"{field}: {scalar.text}", f"{field}: {other}"
            yield Edit("number", name, scalar.place, before, after, ((scalar.place, other),))


def _items_left_out(name: str, entry: source.Entry, listed: source.Sequence) -> Iterator[Edit]:
    """A list with each of its items left out, one at a time."""
    items = [each for each in listed.items if isinstance(each, source.Scalar)]
    if len(items) == 1:
        yield _left_out(name, entry)
        return
    for at, item in enumerate(items):
        if not listed.flow:
            yield Edit("dropped", name, item.place, item.text, "", whole=(item.place.line, _last(item)))
        elif items[0].place.line == items[-1].place.line:
            yield Edit("dropped", name, item.place, item.text, "", ((_with_its_comma(items, at), ""),))


def _with_its_comma(items: Sequence[source.Scalar], at: int) -> Place:
    """Where an item of a list in brackets stands, with the comma that parts it from the others."""
    place = items[at].place
    return replace(place, column=items[at - 1].place.end) if at else replace(place, end=items[1].place.column)


def _in_bands(file: LoadedFile) -> Iterator[Edit]:
    """The points of every band, and every border between two bands."""
    for name, entry in _block(file, "bands").items():
        points = _fields(entry).get("points")
        items = points.value.items if points and isinstance(points.value, source.Sequence) else ()
        bands = [each for item in items if isinstance(item, source.Mapping) for each in item.entries.values()]
        for band in bands:
            yield from (edit for scalar in _scalars(band.value) for edit in _numbers(name, scalar, "points"))
        for low, high in pairwise(bands):
            yield from _borders(name, low.key, high.key)


def _borders(name: str, low: source.Scalar, high: source.Scalar) -> Iterator[Edit]:
    below, above = [*_NUMBER.finditer(low.text)][-1:], [*_NUMBER.finditer(high.text)][:1]
    if not below or not above or low.quoted or high.quoted:
        return
    for under, over in zip(moved(below[0][0], ""), moved(above[0][0], ""), strict=True):
        spans = (
            (source.place_within(low, *below[0].span()), under),
            (source.place_within(high, *above[0].span()), over),
        )
        changed = f"{_with(low, below[0], under)} | {_with(high, above[0], over)}"
        yield Edit("boundary", name, low.place, f"{low.text} | {high.text}", changed, spans)


def _with(scalar: source.Scalar, match: re.Match[str], other: str) -> str:
    return scalar.text[: match.start()] + other + scalar.text[match.end() :]


def _in_conditions(file: LoadedFile) -> Iterator[Edit]:
    """What `applies_to`, `when` and zones compare, join and ask for."""
    asked = source.node_at(file.node, ("applies_to",))
    for item in asked.items if isinstance(asked, source.Sequence) and not asked.flow else ():
        if isinstance(item, source.Scalar):
            yield from (*_comparisons("applies_to", item), *_joinings("applies_to", item))
            yield Edit("dropped", "applies_to", item.place, item.text, "", whole=(item.place.line, _last(item)))
    for rule, entry in _block(file, "rules").items():
        when = _fields(entry).get("when")
        for scalar in _scalars(when.value) if when else ():
            yield from (*_comparisons(rule, scalar), *_joinings(rule, scalar))
    for zone, entry in _block(file, "zones").items():
        for colour in _COLOURS:
            level = _fields(entry).get(colour)
            for scalar in _scalars(level.value) if level else ():
                yield from _comparisons(zone, scalar)
            if level:
                yield _left_out(zone, level)


def _in_rules(file: LoadedFile) -> Iterator[Edit]:
    for block in ("rules", "zones", "missing"):
        for rule, entry in _block(file, block).items():
            for field, each in _fields(entry).items():
                if field in _WAITING:
                    yield from (edit for scalar in _scalars(each.value) for edit in _numbers(rule, scalar))
                if field in (*_WAITING, *_REFERRING):
                    yield _left_out(rule, each)


def _missing_as_false(file: LoadedFile) -> Iterator[Edit]:
    """A rule that takes what it does not know for false, so that a missing value looks green."""
    for block in ("rules", "zones"):
        for name, entry in _block(file, block).items():
            yield Edit("missing_as_false", name, entry.key.place, name, "", rule=f"{file.model.ruleset}/{name}")
