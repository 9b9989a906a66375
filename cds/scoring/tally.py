"""What a job has done, counted block by block."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from cds.execute.findings import STATUSES, Findings
from cds.operators.reasons import Reason
from cds.plan import Plan
from cds.result import Status


@dataclass(frozen=True, slots=True)
class Scored:
    """What a job has done. rules: rule → status → patients; unknown: rule → reason → patients; issues: code → times.

    findings: rows written; rows: of all tables; blocks: in how many parts the population was scored.
    """

    patients: int
    rows: int
    findings: int
    blocks: int
    rules: Mapping[str, Mapping[Status, int]]
    unknown: Mapping[str, Mapping[str, int]]
    issues: Mapping[str, int]


@dataclass(slots=True)
class Tally:
    """Counts of the blocks so far, by the rule's position."""

    plan: Plan
    findings: int = 0
    _statuses: Counter[tuple[int, Status]] = field(default_factory=Counter[tuple[int, Status]])
    _reasons: Counter[tuple[int, str]] = field(default_factory=Counter[tuple[int, str]])

    def take(self, found: Findings, rows: int) -> None:
        """Count a block. rows: how many findings of it were written."""
        self.findings += rows
        for rule, line in enumerate(found.status):
            for name, code in STATUSES.items():
                self._statuses[rule, name] += int(np.count_nonzero(line == code))
        unknown = found.rows.status == STATUSES["unknown"]
        pairs = np.stack([found.rows.rule[unknown], found.rows.reason[unknown]])
        (rules, reasons), counts = np.unique(pairs, axis=1, return_counts=True)
        for rule, reason, count in zip(rules.tolist(), reasons.tolist(), counts.tolist(), strict=True):
            self._reasons[rule, Reason(reason).name] += count

    def scored(self, patients: int, rows: int, blocks: int, issues: Mapping[str, int]) -> Scored:
        """All of it."""
        numbered = list(enumerate(self.plan.rules))
        rules: dict[str, Mapping[Status, int]] = {
            each.id: {name: self._statuses[place, name] for name in STATUSES} for place, each in numbered
        }
        reasons = sorted(self._reasons.items())
        unknown = {each.id: {name: n for (rule, name), n in reasons if rule == place} for place, each in numbered}
        return Scored(patients, rows, self.findings, blocks, rules, unknown, issues)
