"""What a simulation gives: every event of every alarm in columns, and what follows from them by rule."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow  # pyright: ignore[reportMissingTypeStubs]

from cds.execute.kernels import UNKNOWN, WAITS
from cds.execute.program import COLOURS
from cds.plan import Plan
from cds.population import Array
from cds.simulation.courses import (
    CLOSED,
    KINDS,
    NONE,
    NOTHING_SAID,
    OPENED,
    QUIET,
    REASONS,
    REMINDED,
    RISEN,
    SHOWN,
    STATES,
    SUPPRESSED,
    WAS_ESCALATED,
)
from cds.simulation.period import Period

pa: Any = pyarrow  # it has no types

NURSE: Final = 80
"""Patients that one nurse follows; load is told for so many."""
FEW_PATIENTS: Final = 30
FEW_EVENTS: Final = 10
_WEEK: Final = 7 * 86_400_000_000


@dataclass(frozen=True, slots=True)
class Events:
    """What happened to alarms, one per row: by patient, then rule, then time.

    patient, rule: positions; at: microseconds UTC; kind, state, reason: codes of `cds.simulation.courses`; colour: of
    `cds.execute.program.COLOURS`; before: what was said of the rule at the moment before, NOTHING_SAID at the first.
    """

    patient: Array
    rule: Array
    at: Array
    kind: Array
    state: Array
    colour: Array
    reason: Array
    before: Array

    @classmethod
    def of(cls, log: Array) -> "Events":
        """The rows of a log as `courses` writes it."""
        patient, rule, at, *codes = log.T
        return cls(patient.copy(), rule.astype(np.int32), at.copy(), *(each.astype(np.int8) for each in codes))

    @property
    def is_alert(self) -> Array:
        """Whether something is brought before people: opened and not silent, silent no longer, reminded, or worse."""
        shown = (self.kind == OPENED) & (self.state != QUIET)
        return shown | np.isin(self.kind, (RISEN, SHOWN, REMINDED))

    @property
    def is_first(self) -> Array:
        """Whether it stood already at the first moment, so that nobody knows when it began."""
        return (self.kind == OPENED) & (self.before == NOTHING_SAID)


@dataclass(frozen=True, slots=True)
class RuleLoad:
    """One rule over the period.

    alerts: what was brought before people, without `from_before`; per_week: of them, a week for 80 patients whom any of
    the rules applies to. applies, patients: to how many it applied, and how many had an alert, from before too. opened:
    alarms, without `from_before`, which fired at the first moment already. confirmed: opened after the rule had waited
    for a second reading. quietened: opened in silence. shown: silent no longer. risen: worse colour. escalated: nobody
    answered in time. suppressed: hidden by another rule when it began to fire. standing: not closed at the end.
    moments: how often patients were looked at to whom it applies; unknown: of these, how often it could not be told;
    unconfirmed: how often it waited.
    """

    rule: str
    alerts: int
    per_week: float
    applies: int
    patients: int
    opened: int
    from_before: int
    confirmed: int
    quietened: int
    shown: int
    reminded: int
    risen: int
    escalated: int
    suppressed: int
    standing: int
    moments: int
    unknown: int
    unconfirmed: int

    @property
    def unknown_share(self) -> float:
        """Share of looks at which it could not be told; 0 when it applied to nobody."""
        return self.unknown / self.moments if self.moments else 0.0

    @property
    def is_too_little(self) -> bool:
        """Whether there are too few patients or events to say anything of how often it fires."""
        return self.applies < FEW_PATIENTS or self.alerts < FEW_EVENTS


@dataclass(frozen=True)
class Simulated:
    """The alarms of one ruleset, or several loaded together, over a period.

    standing: state at the end, by rule and patient. moments: by rule and what was said, how often. applies: patients by
    rule to whom it applied at any moment; followed: to whom any rule did. acknowledge_after: "" = nobody answered.
    """

    plan: Plan
    ids: Sequence[str]
    period: Period
    acknowledge_after: str
    events: Events
    standing: Array
    moments: Array
    applies: Array
    followed: int

    @cached_property
    def loads(self) -> tuple[RuleLoad, ...]:
        """Each rule, in the order of the rulesets."""
        return tuple(self._load(index) for index in range(len(self.plan.rules)))

    @property
    def alerts(self) -> int:
        """All that was brought before people, without what stood at the first moment."""
        return sum(each.alerts for each in self.loads)

    @property
    def per_week(self) -> float:
        """Alerts a week for 80 patients to whom any rule applies."""
        return self.rate(self.alerts)

    @cached_property
    def alerts_of_patients(self) -> Array:
        """How many alerts each patient had, from before too."""
        return np.bincount(self.events.patient[self.events.is_alert], minlength=len(self.ids))

    @property
    def alerted(self) -> int:
        """Patients with at least one alert."""
        return int(np.count_nonzero(self.alerts_of_patients))

    @property
    def busiest(self) -> tuple[str, int] | None:
        """The patient with most alerts, the first of several, and how many; None when nobody had any."""
        if not self.alerted:
            return None
        place = int(self.alerts_of_patients.argmax())
        return self.ids[place], int(self.alerts_of_patients[place])

    @property
    def is_too_little(self) -> bool:
        """Whether there are too few patients or events to say anything of the load."""
        return self.followed < FEW_PATIENTS or self.alerts < FEW_EVENTS

    def rate(self, alerts: float, weeks: float = 0.0) -> float:
        """So many alerts as a number a week for 80 patients; weeks: the whole period unless said."""
        return alerts * NURSE / (self.followed * (weeks or self.period.weeks)) if self.followed else 0.0

    def patients_of(self, rule: str) -> frozenset[str]:
        """Who had an alert of a rule, by id; nobody when there is no such rule."""
        places = [place for place, each in enumerate(self.plan.rules) if each.id == rule]
        which = self.events.is_alert & np.isin(self.events.rule, places)
        return frozenset(self.ids[int(each)] for each in np.unique(self.events.patient[which]))

    def weekly(self, rule: int, start: int) -> list[float]:
        """Alerts of a rule for 80 patients in each whole week from `start` (microseconds UTC) on."""
        which = self.events.is_alert & ~self.events.is_first & (self.events.rule == rule)
        weeks = (self.events.at[which] - start) // _WEEK
        whole = self.period.days // 7
        return [self.rate(int(np.count_nonzero(weeks == each)), 1.0) for each in range(whole)]

    def table(self) -> Any:
        """One row for each rule, as a `pyarrow.Table`."""
        names = [each.name for each in fields(RuleLoad)]
        return pa.table({name: [getattr(each, name) for each in self.loads] for name in names})

    def events_table(self) -> Any:
        """One row for each event of an alarm, as a `pyarrow.Table`; times in UTC."""
        events = self.events
        texts = {
            "rule": ([each.id for each in self.plan.rules], events.rule),
            "kind": (KINDS, events.kind),
            "state": (STATES, events.state),
            "colour": (COLOURS, events.colour),
            "reason": (REASONS, events.reason),
        }
        columns = {"patient": pa.array(self.ids, pa.string()).take(pa.array(events.patient))}
        columns["at"] = pa.array(events.at, pa.timestamp("us", "UTC"))
        for name, (words, codes) in texts.items():
            positions = pa.array(codes.astype(np.int32))
            columns[name] = pa.DictionaryArray.from_arrays(positions, pa.array(words, pa.string()))
        return pa.table(columns)

    def _load(self, index: int) -> RuleLoad:
        events = self.events
        own = events.rule == index
        kind, first, alert = events.kind[own], events.is_first[own], events.is_alert[own]

        def count(which: Array) -> int:
            return int(np.count_nonzero(which))

        opened = (kind == OPENED) & ~first
        alerts = count(alert & ~first)
        said = self.moments[index]
        return RuleLoad(
            rule=self.plan.rules[index].id,
            alerts=alerts,
            per_week=self.rate(alerts),
            applies=int(self.applies[index]),
            patients=len(np.unique(events.patient[own][alert])),
            opened=count(opened),
            from_before=count(first),
            confirmed=count(opened & (events.before[own] == WAITS)),
            quietened=count(opened & (events.state[own] == QUIET)),
            shown=count(kind == SHOWN),
            reminded=count(kind == REMINDED),
            risen=count(kind == RISEN),
            escalated=count(kind == WAS_ESCALATED),
            suppressed=count(kind == SUPPRESSED),
            standing=count((self.standing[index] != NONE) & (self.standing[index] != CLOSED)),
            moments=int(said.sum() - said[0]),
            unknown=int(said[UNKNOWN]),
            unconfirmed=int(said[WAITS]),
        )
