"""Several simulations of one population side by side: the first is what the others are held against."""

from collections.abc import Sequence
from dataclasses import dataclass

from cds.simulation.outcome import RuleLoad, Simulated


@dataclass(frozen=True, slots=True)
class Column:
    """One simulation under a name: `as written`, a version, or the limits that it has otherwise."""

    name: str
    simulated: Simulated

    def load(self, rule: str) -> RuleLoad | None:
        """A rule's load; None when there is no such rule."""
        return next((each for each in self.simulated.loads if each.rule == rule), None)


@dataclass(frozen=True, slots=True)
class Moved:
    """Patients who have an alert of a rule in one simulation and not in the first, and the other way round, by id."""

    rule: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


def rules_of(columns: Sequence[Column]) -> tuple[str, ...]:
    """Every rule that any of them has, in the order in which they are met."""
    return tuple(dict.fromkeys(each.rule for column in columns for each in column.simulated.loads))


def moved(first: Column, other: Column, rule: str) -> Moved:
    """Who is gained and who is lost by a rule."""
    before, after = (each.simulated.patients_of(rule) for each in (first, other))
    return Moved(rule, tuple(sorted(after - before)), tuple(sorted(before - after)))
