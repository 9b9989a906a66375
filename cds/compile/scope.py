"""The names of one ruleset file while it is compiled, and the numbers that all files share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cds.codes import Concept, Concepts
from cds.model import RulesetFile, Texts
from cds.plan import NONE, Fact, Number
from cds.reading import LoadedFile
from cds.units import UNITS, unit_of


@dataclass(slots=True)
class Builder:
    """The plan's numbers as they grow; each uses only earlier ones."""

    numbers: list[Number] = field(default_factory=list[Number])
    shared: dict[Number, int] = field(default_factory=dict[Number, int])

    def add(self, number: Number) -> int:
        """Append a number, return its position."""
        self.numbers.append(number)
        return len(self.numbers) - 1

    def fact(self, fact: Fact) -> int:
        """The position of a fact, the same for every ruleset."""
        if fact not in self.shared:
            self.shared[fact] = self.add(fact)
        return self.shared[fact]


@dataclass(slots=True)
class Scope:
    """One file's names. limits, values: name -> position; paired: limit's position -> its paired limit's."""

    file: LoadedFile
    concepts: Concepts
    builder: Builder
    limits: dict[str, int] = field(default_factory=dict[str, int])
    values: dict[str, int] = field(default_factory=dict[str, int])
    points: dict[str, int] = field(default_factory=dict[str, int])
    paired: dict[int, int] = field(default_factory=dict[int, int])

    @property
    def model(self) -> RulesetFile:
        return self.file.model

    def concept(self, name: str) -> Concept | None:
        """The concept behind an input, or behind PANEL.PART."""
        head, _, part = name.partition(".")
        source = self.model.inputs.get(head)
        if source is None:
            return None
        concept = self.concepts.by_name.get(source.named[1])
        return concept.parts.get(part) if concept and part else concept

    def number(self, name: str) -> int:
        """The position of a value, score, limit or fact."""
        if name == "age":
            return self.builder.fact(Fact("age", unit="years"))
        for names in (self.values, self.points, self.limits):
            if name in names:
                return names[name]
        return NONE


def texts_of(texts: Texts) -> dict[str, str]:
    """An author's texts, as a plan holds them."""
    return {str(language): text for language, text in texts.items()}


def canonical(unit: str) -> str:
    """The unit in which the plan compares numbers of this unit's dimension."""
    known = unit_of(unit)
    if known is None:
        return unit
    return next(each.field for each in UNITS if each.dimension == known.dimension)


def unit_spellings() -> Mapping[str, str]:
    """Every accepted spelling of every unit -> its field unit."""
    return {text: each.field for each in UNITS for text in (each.field, each.ucum, *each.aliases)}
