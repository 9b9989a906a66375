"""Every comparison of every rule: is it seen true, false and unknown in some case?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cds.execute.explain import evaluate
from cds.plan import Plan
from cds.result import State
from cds.strength.trying import Prepared

STATES: tuple[State, ...] = ("true", "false", "unknown")


@dataclass(frozen=True, slots=True)
class Clause:
    """A comparison of a rule in words, and the states in which cases show it."""

    rule: str
    words: str
    seen: frozenset[State]

    @property
    def unseen(self) -> tuple[State, ...]:
        """The states in which no case shows it."""
        return tuple(each for each in STATES if each not in self.seen)


def clauses(plan: Plan, ruleset: str, cases: Iterable[Prepared]) -> tuple[Clause, ...]:
    """The comparisons of a ruleset's rules in the order of the rules."""
    seen: dict[tuple[str, str], set[State]] = {}
    for case in cases:
        for finding in evaluate(plan, case.patient, case.at).findings:
            if finding.rule.ruleset == ruleset:
                explained = finding.explain()
                for step in (explained.applies, *(step for _, step in explained.levels)):
                    for leaf in step.leaves:
                        seen.setdefault((finding.id, leaf.sentence), set()).add(leaf.state)
    return tuple(Clause(rule, words, frozenset(states)) for (rule, words), states in _in_order(plan, seen))


def _in_order(plan: Plan, seen: Mapping[tuple[str, str], set[State]]) -> Iterator[tuple[tuple[str, str], set[State]]]:
    for rule in plan.rules:
        yield from ((key, states) for key, states in seen.items() if key[0] == rule.id)
