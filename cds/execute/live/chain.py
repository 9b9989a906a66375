"""What verdicts do to each other: which finding hides, silences or brings about which, and what that leads to.

The verdicts are those of `cds.execute.single`; nothing here decides one. A chain is a small program of facts and rules
with two premises each, and rules run from a rule of the plan to later ones. One pass in that order finds everything:
it is the default, and the reference for `cds.execute.live.durable`, which runs the same program.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple, Protocol

from cds.execute.live.reach import conditions_of, leaves_of
from cds.plan import Fires, Plan, Rule
from cds.result import Result, Status

Tie = Literal["hides", "silences", "brings about", "leads to"]
Engine = Literal["own", "durable"]

FIRED: Final = 3
_CODES: Final[Mapping[Status, int]] = {"fired": FIRED, "unconfirmed": 2, "unknown": 1, "not_fired": 0}


class Premise(NamedTuple):
    """A fact that is to be there, with a value in [least, most]."""

    key: str
    least: int
    most: int = FIRED

    def holds(self, facts: Mapping[str, int]) -> bool:
        """Whether it does."""
        return self.least <= facts.get(self.key, 0) <= self.most


class ChainRule(NamedTuple):
    """Where both premises hold, `key` holds. tie, by, on: what that says, by positions of the plan's rules."""

    key: str
    premises: tuple[Premise, Premise]
    tie: Tie
    by: int
    on: int


class Link(NamedTuple):
    """What one rule does to another, by their ids. `leads to`: through others between them."""

    tie: Tie
    by: str
    on: str


class Facts(Protocol):
    """An engine: which keys of a program hold with these facts."""

    def derived(self, facts: Mapping[str, int]) -> frozenset[str]:
        """The keys of the rules whose premises hold."""
        ...


class OwnPass:
    """The engine that needs nothing: one pass in the order of the program."""

    def __init__(self, program: Sequence[ChainRule]) -> None:
        self._program = program

    def derived(self, facts: Mapping[str, int]) -> frozenset[str]:
        """The keys of the rules whose premises hold."""
        known = dict(facts)
        for rule in self._program:
            if all(each.holds(known) for each in rule.premises):
                known[rule.key] = 1
        return frozenset(known.keys() - facts.keys())


class Chain:
    """The links of one patient's verdicts, from one result to the next; made by `Ruleset.chain`."""

    def __init__(self, plan: Plan, engine: Engine = "own") -> None:
        self._ids = [each.id for each in plan.rules]
        self._program = program_of(plan)
        self._engine: Facts = OwnPass(self._program) if engine == "own" else _durable(self._program)

    def links(self, result: Result) -> tuple[Link, ...]:
        """What the rules of a result of the same rulesets do to each other, in the order of the rules."""
        facts = {f"r{index}": _CODES.get(each.status, 0) for index, each in enumerate(result.findings)}
        holds = self._engine.derived(facts)
        found = [each for each in self._program if each.key in holds]
        return tuple(dict.fromkeys(Link(each.tie, self._ids[each.by], self._ids[each.on]) for each in found))


def program_of(plan: Plan) -> list[ChainRule]:
    """The chain of a plan: each rule behind those that its premises come from."""
    program: list[ChainRule] = []
    origins: dict[int, set[int]] = {}
    for on, rule in enumerate(plan.rules):
        ties = list(_ties(rule, on))
        program += ties
        for tie in ties:
            for root in sorted(origins.get(tie.by, ())):
                before = [each.key for each in program if each.by == root and each.on == tie.by]
                program += [_leading(key, tie, root) for key in dict.fromkeys(before)]
            origins[on] = origins.get(on, set()) | origins.get(tie.by, set()) | {tie.by}
    return program


def _ties(rule: Rule, on: int) -> Iterator[ChainRule]:
    """What earlier rules may do to a rule, and with which verdicts they do."""
    leaves = (leaf for each in conditions_of(rule) for leaf in leaves_of(each))
    asked = sorted({leaf.rule for leaf in leaves if isinstance(leaf, Fires)})
    for by in rule.hidden_by:
        yield _tie("hides", Premise(f"r{by}", FIRED), Premise(f"r{on}", 2), by, on)
    for by in rule.unknown_while:
        yield _tie("silences", Premise(f"r{by}", 1), Premise(f"r{on}", 1, 1), by, on)
    for by in asked:
        yield _tie("brings about", Premise(f"r{by}", FIRED), Premise(f"r{on}", FIRED), by, on)


def _tie(tie: Tie, first: Premise, second: Premise, by: int, on: int) -> ChainRule:
    return ChainRule(f"{tie[0]}{by}to{on}", (first, second), tie, by, on)


def _leading(before: str, tie: ChainRule, root: int) -> ChainRule:
    premises = Premise(before, 1), Premise(tie.key, 1)
    return ChainRule(f"l{root}to{tie.on}", premises, "leads to", root, tie.on)


def _durable(program: Sequence[ChainRule]) -> Facts:
    from cds.execute.live.durable import DurableFacts  # noqa: PLC0415 - an optional package

    return DurableFacts(program)
