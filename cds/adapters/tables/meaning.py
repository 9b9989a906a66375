"""What codes, units, signs and words in tables of readings stand for, as small numbers for the compiled loops."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from cds.adapters.amounts import amount
from cds.adapters.rows import keys_meant
from cds.adapters.tables import kernels
from cds.adapters.tables.kernels import ABSENT, NOTHING, Manners, Meanings, Words
from cds.adapters.tables.layout import Coding
from cds.adapters.tables.sifting import Usual
from cds.codes import RECORDED, Concept, Concepts
from cds.population import Array
from cds.units import UNITS, Conversion, unit_of

TROUBLES: Final = (
    "",
    "time_missing",
    "time_not_understood",
    "future_dated",
    "value_missing",
    "value_not_finite",
    "implausible",
    "unit_missing",
    "unit_not_understood",
    "comparator_not_understood",
    "value_not_a_number",
    "meter_limit_not_stated",
    "entered_in_error",
    "status_not_used",
)
"""Issue codes by the numbers that `kernels` uses; those that concern the row as a whole, and those of its value."""

FIRST_OF_VALUE: Final = TROUBLES.index("value_not_finite")
LAST_OF_VALUE: Final = TROUBLES.index("meter_limit_not_stated")
ENTERED_IN_ERROR: Final = TROUBLES.index("entered_in_error")
STATUS_NOT_USED: Final = TROUBLES.index("status_not_used")

_NO_UNIT, _STRANGE_UNIT, _FIRST_UNIT = 0, 1, 2
_UNIT_TEXTS: Final = ("", "?", *(each.field or each.ucum for each in UNITS))
_SIGNS: Final = (None, "<", ">", "?")  # bounds in the order of `sign_number`
MANNERS: Final = len(_UNIT_TEXTS) * len(_SIGNS)
_UNIT_PLACE: Final = {each.id: place for place, each in enumerate(UNITS, _FIRST_UNIT)}
_MARGIN: Final = 1e-6  # of the limits of what is possible, so that rounding decides nothing
_AS_IT_IS: Final = Conversion(1.0, 1.0, 0.0)


class Part(NamedTuple):
    """One thing that a code can mean: a measurement, or a part of a panel or form."""

    concept: Concept  # the whole
    name: str  # of the part, "" = it has none

    @property
    def measured(self) -> Concept:
        """What has the unit and the plausible span."""
        return self.concept.parts[self.name] if self.name else self.concept


def unit_number(text: str) -> int:
    """A unit as it is written, as the first half of a manner."""
    if not text:
        return _NO_UNIT
    found = unit_of(text)
    return _STRANGE_UNIT if found is None else _UNIT_PLACE[found.id]


def sign_number(text: str) -> int:
    """A comparator as it is written, as the second half of a manner."""
    return {"<": 1, "<=": 1, ">": 2, ">=": 2}.get(text, 3)


def manner(unit: int, sign: int) -> int:
    """Unit and comparator in one number."""
    return unit * len(_SIGNS) + sign


NO_MANNER: Final = manner(_NO_UNIT, 0)


@dataclass(frozen=True)
class Vocabulary:
    """Everything that can be measured, asked or answered, of what is wanted. words: those seen in place of numbers."""

    parts: Sequence[Part]
    words: Sequence[str]

    def slots(self, is_joined: bool) -> Sequence[Concept]:
        """The concepts whose rows are laid out together: those in parts, or those without."""
        found = {each.concept.name: each.concept for each in self.parts if bool(each.name) == is_joined}
        return list(found.values())

    def coding(self, is_joined: bool) -> Coding:
        """The tables that the loops look things up in."""
        return Coding(self.meanings(self.slots(is_joined)), self._manners, self._words, MANNERS)

    def meanings(self, slots: Sequence[Concept]) -> Meanings:
        """What each part is, where these concepts have slots, in this order."""
        slot = {each.name: place for place, each in enumerate(slots)}
        spans = [each.measured.plausible or (-math.inf, math.inf) for each in self.parts]
        return Meanings(
            np.array([slot.get(each.concept.name, ABSENT) for each in self.parts], np.int64),
            np.array([list(each.concept.parts).index(each.name) if each.name else 0 for each in self.parts], np.int64),
            np.array([low for low, _ in spans], np.float64),
            np.array([high for _, high in spans], np.float64),
        )

    @cached_property
    def usual(self) -> Usual:
        """How the usual number of each meaning and manner counts: one that is possible by a margin."""
        manners, meanings = self._manners, self.meanings(())
        meaning = np.arange(len(manners.unit)) // MANNERS
        low, high = (np.ascontiguousarray(each[meaning]) for each in (meanings.low, meanings.high))
        low += np.where(np.isinf(low), 0.0, _MARGIN * np.maximum(1.0, np.abs(low)))
        high -= np.where(np.isinf(high), 0.0, _MARGIN * np.maximum(1.0, np.abs(high)))
        is_told = manners.trouble == kernels.NO_TROUBLE
        low, high = np.where(is_told, low, np.inf), np.where(is_told, high, -np.inf)
        return Usual(low, high, manners.numerator, manners.denominator, manners.shift)

    @cached_property
    def _manners(self) -> Manners:
        rows = [row for each in self.parts for row in _counts_all(each.measured)]
        *whole, numerator, denominator, shift = zip(*rows, strict=True) if rows else ((),) * 8
        factors = (np.array(each, np.float64) for each in (numerator, denominator, shift))
        return Manners(*(np.array(each, np.int64) for each in whole), *factors)

    @cached_property
    def _words(self) -> Words:
        told = [amount(each.measured, word, None) for each in self.parts for word in ("", "", *self.words)]
        return Words(
            np.array([found.value for found, _ in told], np.float64),
            np.array([found.unit for found, _ in told], np.int64),
            np.array([found.quality for found, _ in told], np.int64),
            np.array([TROUBLES.index(code) for _, code in told], np.int64),
        )


def uses_raw(manners: Manners, seen: Array) -> bool:
    """Whether some number that arrived in one of these manners differs from its value."""
    as_it_is = (manners.numerator == 1.0) & (manners.denominator == 1.0) & (manners.shift == 0.0)
    as_it_is &= manners.is_kept != 0
    return bool(np.any(seen[~as_it_is | (manners.trouble != kernels.NO_TROUBLE)]))


Count = tuple[int, int, int, int, int, float, float, float]  # a line of `Manners`


def _counts_all(concept: Concept) -> list[Count]:
    """How a number counts in each manner, in their order; the sign matters only in a unit that is accepted."""
    ways = replace(concept, plausible=None), replace(concept, plausible=(math.inf, -math.inf))
    found: list[Count] = []
    for unit in _UNIT_TEXTS:
        plain = _counts(*ways, unit, None)
        is_told = plain[2] == kernels.NO_TROUBLE
        found += [plain, *(_counts(*ways, unit, sign) if is_told else plain for sign in _SIGNS[1:])]
    return found


def _counts(possible: Concept, impossible: Concept, unit: str, sign: str | None) -> Count:
    """How a number in this unit, with this comparator, counts, where any number is possible and where none is."""
    found, code = amount(possible, 1.0, unit, sign)
    beyond, _ = amount(impossible, 1.0, unit, sign)
    arrived = unit_of(unit or ("points" if possible.unit == "points" else "?"))
    conversion = possible.units.get(arrived.ucum) if arrived and not code else None
    numerator, denominator, shift = conversion or _AS_IT_IS
    kept = int(beyond.value != 0.0)
    return found.unit, found.quality, TROUBLES.index(code), beyond.quality, kept, numerator, denominator, shift


def vocabulary(concepts: Concepts, wanted: Collection[str] | None, words: Sequence[str]) -> Vocabulary:
    """Of the concepts of which a wanted column key is a part; of all when none is named.

    words: all that stand in place of numbers; those that no part knows are one.
    """
    parts = [
        Part(each, name)
        for each in concepts.of_kind(*RECORDED)
        if wanted is None or not set(keys_meant(concepts, each.name)).isdisjoint(wanted)
        for name in (each.parts or ("",))
    ]
    known = sorted(word for word in set(words) if any(_is_told(each.measured, word) for each in parts))
    return Vocabulary(parts, ("?", *known))


def _is_told(concept: Concept, word: str) -> bool:
    return amount(concept, word, None)[1] != "value_not_a_number"


FIRST_WORD: Final = NOTHING + 1
