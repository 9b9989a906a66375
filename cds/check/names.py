"""What the names of one file stand for: what kind of thing, and in which unit its number is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cds import source
from cds.codes import Concept, Concepts
from cds.diagnostics import Diagnostic, Place, closest
from cds.diagnostics.names import InputNotValue, NameTwice, PartNeeded, UnknownName, WrongKind
from cds.grammar import Quantity
from cds.model import Limit, RulesetFile, Value
from cds.operators import OPERATORS, RESULT_UNITS
from cds.reading import LoadedFile

Path = tuple[str | int, ...]

_NUMBERS: Final = {
    "values": "a value",
    "bands": "a band table",
    "scores": "a score",
    "limits": "a limit",
}
_RULES: Final = {"rules": "a rule", "zones": "a zone", "missing": "a missing-data rule"}
UNKNOWN_UNIT: Final = "?"  # fits every unit, so that one slip is not reported twice
_IN_TEXTS: Final = ("value", "limit", "newest")


@dataclass(frozen=True, slots=True)
class Sort:
    """What a number is. unit: as its author or concept states it; pair: the second unit of a limit in two.

    is_reading: one reading's own value, which arrived in a unit. place: where it is written.
    """

    unit: str
    pair: str = ""
    is_reading: bool = False
    concept: Concept | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """A text of the file: its place, and the place of a stretch of it."""

    file: LoadedFile
    path: Path

    @property
    def place(self) -> Place:
        return self.file.place(*self.path)

    def part(self, start: int, end: int) -> Place:
        """Characters start … end of the text."""
        node = source.node_at(self.file.node, self.path)
        return source.place_within(node, start, end) if isinstance(node, source.Scalar) else self.place


@dataclass(frozen=True, slots=True)
class Names:
    """One file's names. files: every loaded ruleset by its id."""

    file: LoadedFile
    concepts: Concepts
    files: Mapping[str, LoadedFile]

    @property
    def model(self) -> RulesetFile:
        return self.file.model

    def spot(self, *path: str | int) -> Spot:
        return Spot(self.file, path)

    def key(self, *path: str | int) -> Place:
        """The place of a name before its colon."""
        return source.place_of(self.file.node, path, key=True)

    def concept(self, name: str) -> Concept | None:
        """The concept behind an input, or behind PANEL.PART."""
        head, _, part = name.partition(".")
        given = self.model.inputs.get(head)
        if given is None:
            return None
        found = self.concepts.by_name.get(given.named[1])
        return found.parts.get(part) if found and part else found

    def parts(self, value: Value) -> tuple[str, ...]:
        """The parts in which a value gives one number each; nothing when it gives a single one."""
        concept = self.concept(value.of)
        return tuple(concept.parts) if concept else ()

    def number(self, name: str) -> Sort | None:
        """The number of that name, or None when there is none (or it has parts)."""
        model = self.model
        head, _, part = name.partition(".")
        if name == "age":
            return Sort("years")
        if head in model.values and part in (self.parts(model.values[head]) or ("",)):
            return self._value(head, part)
        if name in model.bands or name in model.scores:
            return Sort("points", place=self.key("bands" if name in model.bands else "scores", name))
        if name in model.limits:
            return self._limit(name, model.limits[name])
        return None

    def _value(self, name: str, part: str) -> Sort:
        value = self.model.values[name]
        concept = self.concept(f"{value.of}.{part}" if part else value.of)
        operator = OPERATORS[value.operator]
        unit = RESULT_UNITS.get(operator.result, concept.unit if concept else UNKNOWN_UNIT)
        if operator.result == "hours":
            unit = value.counted_in or "days"
        elif operator.result == "per_day":
            unit = f"{unit}/day"
        elif operator.result == "readings" and concept and concept.kind == "event":
            unit = ""
        place = self.file.place("values", name)
        return Sort(unit, is_reading=operator.selects, concept=concept, place=place)

    def _limit(self, name: str, limit: Limit) -> Sort:
        units = stated_units(limit)
        pair = units[1] if is_pair(limit) and len(units) > 1 else ""
        field = "default" if limit.default is not None else "fixed"
        return Sort(units[0] if units else UNKNOWN_UNIT, pair, place=self.file.place("limits", name, field))

    def all_numbers(self) -> tuple[str, ...]:
        """Every name that a condition may compare."""
        values = (
            f"{name}.{part}" if part else name
            for name, value in self.model.values.items()
            for part in self.parts(value) or ("",)
        )
        return (*values, *self.model.bands, *self.model.scores, *self.model.limits, "age")

    def kind_of(self, name: str) -> str:
        """What a name is, in words; "" when nothing has it."""
        head = name.partition(".")[0]
        for block, kind in (*_NUMBERS.items(), ("inputs", "an input"), *_RULES.items(), ("sources", "a source")):
            if head in getattr(self.model, block):
                return kind
        return ""

    def missing_number(self, name: str, place: Place) -> Diagnostic:
        """Why a name is no number."""
        value = self.model.values.get(name)
        if value and self.parts(value):
            return part_needed(name, self.parts(value), place)
        return self.missing(name, place, "value, score or limit", self.all_numbers())

    def missing(self, name: str, place: Place, needed: str, known: tuple[str, ...]) -> Diagnostic:
        """A name that is not one of those that may stand here."""
        kind = self.kind_of(name)
        if kind == "an input" and "value" in needed:
            return InputNotValue.at(place, name=name)
        if kind and "." not in name:
            article = "an" if needed[0] in "aeiou" else "a"
            return WrongKind.at(place, name=name, found=kind, needed=f"{article} {needed}")
        return UnknownName.at(place, near=closest(name, known), name=name, kind=needed)

    def rules(self) -> tuple[str, ...]:
        """Every rule, zone and missing-data rule."""
        return (*self.model.rules, *self.model.zones, *self.model.missing)

    def missing_rule(self, name: str, place: Place) -> Diagnostic | None:
        """Why `name` (or ALIAS.NAME) is no rule; None when it is one, or when its ruleset is not there at all."""
        alias, _, rule = name.rpartition(".")
        if not alias:
            return None if rule in self.rules() else self.missing(name, place, "rule", self.rules())
        if alias not in self.model.uses:
            near = closest(alias, self.model.uses)
            return UnknownName.at(place, near=near, name=alias, kind="ruleset under uses")
        other = self.files.get(used_id(self.model.uses[alias]))
        if other is None:
            return None
        known = (*other.model.rules, *other.model.zones, *other.model.missing)
        if rule in known:
            return None
        near = closest(rule, known)
        return UnknownName.at(place, near=f"{alias}.{near}" if near else "", name=name, kind="rule")


def part_needed(name: str, parts: Sequence[str], place: Place) -> Diagnostic:
    """A panel, or a value of one, named without its part."""
    listed = ", ".join(f"`{part}`" for part in parts)
    return PartNeeded.at(place, name=name, parts=listed, example=f"{name}.{parts[0]}")


def used_id(use: str) -> str:
    """The id in `home-blood-pressure 1.x`."""
    return use.split(" ", maxsplit=1)[0]


def is_pair(limit: Limit) -> bool:
    """Whether a limit is given in two units."""
    return isinstance(limit.default, dict) or isinstance(limit.fixed, dict)


def stated_units(limit: Limit) -> tuple[str, ...]:
    """Every unit in which a limit is stated, the one of its own number first."""
    found: list[str] = []
    for amount in () if lacks_unit(limit) else (limit.fixed, limit.default):
        match amount:
            case Quantity():
                found.append(amount.unit)
            case dict():
                found += amount
            case tuple():
                found += [each.unit for case in amount for each in case.stated.values()]
            case _:
                pass
    return (*found, limit.allowed.unit) if limit.allowed else tuple(found)


def lacks_unit(limit: Limit) -> bool:
    """Whether the number is written without the unit that `allowed` has."""
    amount = limit.fixed if limit.default is None else limit.default
    return isinstance(amount, Quantity) and not amount.unit and limit.allowed is not None and bool(limit.allowed.unit)


def check_names(names: Names) -> Iterator[Diagnostic]:
    """One name for two things, and names that mean something else in texts."""
    for blocks in (_NUMBERS, _RULES):
        yield from _twice(names, blocks)
    yield from _former(names)
    for name in _IN_TEXTS:
        value = names.model.values.get(name)
        block = "limits" if name in names.model.limits else "values"
        if (value and not names.parts(value)) or block == "limits":
            found = _NUMBERS[block]
            yield NameTwice.at(names.key(block, name), name=name, now_is=found, then_is="a word of the texts")


def _former(names: Names) -> Iterator[Diagnostic]:
    """A former name of a limit that is also another's: a patient's own limit could mean either."""
    seen = {name: names.key("limits", name) for name in names.model.limits}
    for name, limit in names.model.limits.items():
        for position, former in enumerate(limit.was):
            place = names.file.place("limits", name, "was", position)
            if former in seen:
                former_words = {"now_is": "a former name", "then_is": "a limit"}
                yield NameTwice.at(place, also=seen[former], name=former, **former_words)
            seen.setdefault(former, place)


def _twice(names: Names, blocks: Mapping[str, str]) -> Iterator[Diagnostic]:
    seen: dict[str, str] = {}
    for block in blocks:
        for name in getattr(names.model, block):
            if name in seen:
                places = names.key(block, name), names.key(seen[name], name)
                later, earlier = sorted(places, reverse=True)
                first, second = (block, seen[name]) if later == places[0] else (seen[name], block)
                yield NameTwice.at(later, also=earlier, name=name, now_is=blocks[first], then_is=blocks[second])
            seen.setdefault(name, block)


def check_source(names: Names, *path: str | int) -> Iterator[Diagnostic]:
    """A `source:` that is not under `sources`."""
    node = source.node_at(names.file.node, (*path, "source"))
    known = names.model.sources
    if isinstance(node, source.Scalar) and node.text.strip() not in known:
        name = node.text.strip()
        yield UnknownName.at(node.place, near=closest(name, known), name=name, kind="source")
