"""Indicators of a population: counted, linked, and the small counts held back with what would reveal them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from cds.diagnostics import CdsError
from cds.execute.findings import STATUSES
from cds.plan import Head, Plan
from cds.report.counting import UNKNOWN, Counts, Kind
from cds.report.definitions import Definitions, Indicator
from cds.report.linking import Grouping, Linked, Part, linked, with_margins
from cds.report.suppression import held_back

Zeros = Literal["open", "protected"]
What = Literal[
    "persons",
    "not_applicable",
    "applicable",
    "asked",
    "denominator",
    "numerator",
    "rest",
    "left_out",
    "unknown",
    "reason",
    "limit",
]
LEAST: Final = 5
"""The smallest count that is published unless said otherwise, apart from 0."""

_OUTCOMES: Final[frozenset[str]] = frozenset(STATUSES)
_PERSONS: Final[Part] = ("", "said", _OUTCOMES)
_BASES: Final[Mapping[What, What]] = {
    "numerator": "denominator",
    "rest": "denominator",
    "unknown": "asked",
    "reason": "unknown",
    "limit": "applicable",
}
"""What a count is a share of."""


@dataclass(frozen=True, slots=True)
class Row:
    """One count of one indicator and rule in one group.

    groups: group -> its value, "" = not stated; those that are absent are all. detail: the reason, or whose limit.
    count, share, share_of_asked: None when held back or when there is nothing to divide by. share_of_asked: of the
    numerator, its share when those of whom the rule cannot be told are counted in.
    """

    indicator: Indicator
    rule: str
    groups: Mapping[str, str]
    what: What
    detail: str
    count: int | None
    share: float | None = None
    share_of_asked: float | None = None

    @property
    def is_suppressed(self) -> bool:
        """Whether the count is held back."""
        return self.count is None


@dataclass(frozen=True)
class Report:
    """Indicators at one moment (microseconds UTC). small, secondary: how many cells are held back for being small, and
    to protect those. heads: the rulesets."""

    definitions: Definitions
    heads: tuple[Head, ...]
    hash: str
    at: int
    groups: tuple[str, ...]
    rows: tuple[Row, ...]
    least: int
    zeros: Zeros
    cells: int
    small: int
    secondary: int


def report_of(
    counts: Counts, definitions: Definitions, plan: Plan, at: int, *, least: int = LEAST, zeros: Zeros = "open"
) -> Report:
    """The report of what was counted. least: counts from 1 to below it are held back, with zeros `protected` 0 too."""
    if least < 1:
        raise CdsError("the least count that is published is 1 or more")
    tables = _tables(counts, definitions)
    groupings = with_margins(_positions(counts, each) for one in definitions.indicators for each in one.groupings)
    cells = linked(tables, groupings, _made_of(tables, definitions), _PERSONS, zeros == "open")
    lowest = 1 if zeros == "open" else 0
    small = [cell for cell, count in enumerate(cells.counts) if lowest <= count < least]
    is_open = [cell for cell, count in enumerate(cells.counts) if count == 0 and zeros == "open"]
    hidden = held_back(cells.counts, cells.sums, small, is_open)
    rows = tuple(
        row for each in definitions.indicators for row in _Rows(each, counts, cells, tuple(tables), hidden).rows()
    )
    return Report(
        definitions,
        plan.heads,
        plan.hash,
        at,
        counts.groups,
        rows,
        least,
        zeros,
        len(cells.counts),
        len(small),
        len(hidden) - len(small),
    )


def _positions(counts: Counts, grouping: Sequence[str]) -> list[int]:
    return [counts.groups.index(name) for name in grouping]


def _by_rule(definitions: Definitions) -> dict[str, list[Indicator]]:
    found: dict[str, list[Indicator]] = defaultdict(list)
    for indicator in definitions.indicators:
        for rule in indicator.rules:
            found[rule].append(indicator)
    return found


def _outcomes_of(indicator: Indicator) -> dict[What, frozenset[str]]:
    """What an indicator counts, as outcomes of its rule."""
    applicable = _OUTCOMES - {"not_applicable"}
    asked = indicator.denominator | {UNKNOWN}
    return {
        "persons": _OUTCOMES,
        "not_applicable": frozenset(("not_applicable",)),
        "applicable": applicable,
        "asked": asked,
        "denominator": indicator.denominator,
        "numerator": indicator.numerator,
        "rest": indicator.denominator - indicator.numerator,
        "left_out": applicable - asked,
        "unknown": frozenset((UNKNOWN,)),
    }


def _said(rule: str, outcomes: frozenset[str]) -> Part:
    return _PERSONS if outcomes == _OUTCOMES else (rule, "said", outcomes)


def _finest(indicators: Sequence[Indicator]) -> list[frozenset[str]]:
    """The outcomes of a rule in sets that its indicators do not tell apart."""
    told = [each for one in indicators for each in _outcomes_of(one).values()]
    sets: dict[tuple[bool, ...], set[str]] = defaultdict(set)
    for outcome in sorted(_OUTCOMES):
        sets[tuple(outcome in each for each in told)].add(outcome)
    return [frozenset(each) for each in sets.values()]


def _counted(indicators: Sequence[Indicator]) -> list[frozenset[str]]:
    """Every set of outcomes of a rule of which there is a cell, the same order every time."""
    told = {each for one in indicators for each in _outcomes_of(one).values() if each}
    return sorted(told.union(_finest(indicators)), key=lambda each: (len(each), sorted(each)))


def _tables(counts: Counts, definitions: Definitions) -> dict[Part, dict[Kind, int]]:
    """Everything that is counted, by kind of patient."""
    found: dict[Part, dict[Kind, int]] = {_PERSONS: dict(counts.persons)}
    for rule, indicators in _by_rule(definitions).items():
        parts = [outcomes for outcomes in _counted(indicators) if outcomes != _OUTCOMES]
        for outcomes in parts:
            found[_said(rule, outcomes)] = defaultdict(int)
        for said, kind, count in _of_rule(counts.said, rule):
            outcome, _, reason = said.partition(":")
            for outcomes in parts:
                if outcome in outcomes:
                    found[_said(rule, outcomes)][kind] += count
            if reason and any(each.has_reasons for each in indicators):
                found.setdefault((rule, "reason", reason), defaultdict(int))[kind] += count
        if any(each.has_limits for each in indicators):
            for whose, kind, count in _of_rule(counts.limits, rule):
                found.setdefault((rule, "limit", whose), defaultdict(int))[kind] += count
    return found


def _of_rule(counter: Mapping[tuple[str, str, Kind], int], rule: str) -> list[tuple[str, Kind, int]]:
    return sorted((outcome, kind, count) for (one, outcome, kind), count in counter.items() if one == rule)


def _made_of(tables: Mapping[Part, object], definitions: Definitions) -> dict[Part, list[list[Part]]]:
    """Each part -> the ways in which it is the sum of others."""
    found: dict[Part, list[list[Part]]] = defaultdict(list)
    for rule, indicators in _by_rule(definitions).items():
        finest = _finest(indicators)
        for outcomes in _counted([*indicators]):
            within = [_said(rule, each) for each in finest if each <= outcomes]
            if len(within) > 1:
                found[_said(rule, outcomes)].append(within)
        if _OUTCOMES not in _counted(indicators):
            found[_PERSONS].append([_said(rule, each) for each in finest])
        for family, whole in (("reason", frozenset((UNKNOWN,))), ("limit", _OUTCOMES - {"not_applicable"})):
            parts = [each for each in tables if each[:2] == (rule, family)]
            if parts:
                found[_said(rule, whole)].append(parts)
    return found


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of one indicator."""

    indicator: Indicator
    counts: Counts
    linked: Linked
    parts: tuple[Part, ...]
    hidden: frozenset[int]

    def rows(self) -> Iterator[Row]:
        """By rule, grouping, group, and what is counted."""
        groupings = with_margins(_positions(self.counts, each) for each in self.indicator.groupings)
        persons = [(grouping, group) for part, grouping, group in self.linked.cells if part == _PERSONS]
        for rule in self.indicator.rules:
            for grouping, group in persons:
                if grouping in groupings:
                    yield from self._of_group(rule, grouping, group)

    def _of_group(self, rule: str, grouping: Grouping, group: Kind) -> Iterator[Row]:
        groups = {self.counts.groups[place]: value for place, value in zip(grouping, group, strict=True)}
        told: dict[What, int | None] = {
            what: self._count(_said(rule, each), grouping, group) for what, each in self._outcomes().items()
        }
        for what, detail, count in (*_wholes(told), *self._details(rule, grouping, group)):
            share = _share(count, told[_BASES[what]]) if what in _BASES else None
            of_asked = _share(count, told["asked"]) if what == "numerator" else None
            yield Row(self.indicator, rule, groups, what, detail, count, share, of_asked)

    def _outcomes(self) -> dict[What, frozenset[str]]:
        return {what: each for what, each in _outcomes_of(self.indicator).items() if each}

    def _details(self, rule: str, grouping: Grouping, group: Kind) -> Iterator[tuple[What, str, int | None]]:
        families: dict[What, bool] = {"reason": self.indicator.has_reasons, "limit": self.indicator.has_limits}
        for family, is_wanted in families.items():
            for part in self.parts:
                if is_wanted and part[:2] == (rule, family):
                    yield family, part[2], self._count(part, grouping, group)

    def _count(self, part: Part, grouping: Grouping, group: Kind) -> int | None:
        """A count, or None when it is held back."""
        cell = self.linked.cells[part, grouping, group]
        return None if cell in self.hidden else self.linked.counts[cell]


def _share(count: int | None, whole: int | None) -> float | None:
    """A share of counts that are both published, else None."""
    return count / whole if count is not None and whole else None


def _wholes(told: Mapping[What, int | None]) -> Iterator[tuple[What, str, int | None]]:
    return ((what, "", count) for what, count in told.items())
