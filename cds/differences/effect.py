"""What a change does to patients, who is gained and lost by each rule at one moment, and to the number of alerts."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from cds.api import Moment, Ruleset
from cds.result import Status

if TYPE_CHECKING:
    from cds.execute.findings import Findings
    from cds.simulation import Simulated

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Moved:
    """One rule. fired, unknown: patients of whom it says so, before and after; None where it does not exist.

    gained, lost: how many it fires for now and did not before, and the other way about. examples: some of them.
    """

    rule: str
    fired: tuple[int | None, int | None]
    unknown: tuple[int | None, int | None]
    gained: int
    lost: int
    gained_examples: tuple[str, ...] = ()
    lost_examples: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether it fires for the same patients, and is unknown for as many."""
        return not self.gained and not self.lost and self.unknown[0] == self.unknown[1]


@dataclass(frozen=True, slots=True)
class Effect:
    """Every rule of two versions over one population."""

    patients: int
    at: str
    rules: tuple[Moved, ...]


def effect(old: Ruleset, new: Ruleset, source: object, *, at: Moment, threads: int = 0) -> Effect:
    """Score a population with both versions. source: as `Ruleset.read_tables` takes it; drafts are scored too.

    PatientError when a table as a whole cannot be read.
    """
    before, after = (_scored(each, source, at, threads) for each in (old, new))
    rules = dict.fromkeys(rule.id for each in (before, after) for rule in each.plan.rules)
    return Effect(len({*before.ids, *after.ids}), str(at), tuple(_moved(rule, before, after) for rule in rules))


@dataclass(frozen=True, slots=True)
class Load:
    """Alerts a week for 80 patients by rule, before and after, None where a rule does not exist; whole: all rules.

    too_little: rules with too few patients or alerts to say anything, before or after.
    """

    start: str
    end: str
    whole: tuple[float, float]
    rules: dict[str, tuple[float | None, float | None]]
    too_little: tuple[str, ...]


def load_effect(old: Ruleset, new: Ruleset, source: object, *, start: str | date, end: str | date) -> Load:
    """Simulate the alarms of a population with both versions, each day at 08:00; drafts too.

    source: as `Ruleset.read_tables` takes it. CdsError when the days cannot be read; PatientError when a table as a
    whole cannot be.
    """
    from cds.simulation import period_of, read, simulate_each  # noqa: PLC0415

    period = period_of(start, end)
    before, after = simulate_each([old, new], read([old, new], source, period), period)
    names = dict.fromkeys(each.rule for side in (before, after) for each in side.loads)
    few = {each.rule for side in (before, after) for each in side.loads if each.is_too_little}
    rules = {name: (_per_week(before, name), _per_week(after, name)) for name in names}
    little = tuple(name for name in names if name in few)
    return Load(str(start), str(end), (before.per_week, after.per_week), rules, little)


def _per_week(simulated: "Simulated", rule: str) -> float | None:
    return next((each.per_week for each in simulated.loads if each.rule == rule), None)


def _scored(ruleset: Ruleset, source: object, at: Moment, threads: int) -> "Findings":
    population, _ = ruleset.read_tables(source, at=at, threads=threads)
    return ruleset.score(population, at=at, threads=threads, allow_draft=True)


def _moved(rule: str, before: "Findings", after: "Findings") -> Moved:
    old, new = (_patients(each, rule, "fired") for each in (before, after))
    gained, lost = sorted((new or set()) - (old or set())), sorted((old or set()) - (new or set()))
    unknown = [_patients(each, rule, "unknown") for each in (before, after)]
    return Moved(
        rule,
        (_count(old), _count(new)),
        (_count(unknown[0]), _count(unknown[1])),
        len(gained),
        len(lost),
        tuple(gained[:EXAMPLES]),
        tuple(lost[:EXAMPLES]),
    )


def _patients(findings: "Findings", rule: str, status: Status) -> set[str] | None:
    """The patients of whom a rule says so; None when there is no such rule."""
    from cds.execute.findings import STATUSES  # noqa: PLC0415

    place = next((place for place, each in enumerate(findings.plan.rules) if each.id == rule), None)
    if place is None:
        return None
    return {findings.ids[int(each)] for each in (findings.status[place] == STATUSES[status]).nonzero()[0]}


def _count(patients: set[str] | None) -> int | None:
    return None if patients is None else len(patients)
