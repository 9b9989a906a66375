"""A ruleset → what is odd about its rules taken together, with a patient where there is one to show."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Final, Literal

from cds import source
from cds.cases.model import CaseFile
from cds.compile import compile_plan
from cds.diagnostics import MissingExtra, Place
from cds.loading import Checked
from cds.operators.logic import ABOVE, AT_LEAST_OF
from cds.plan import NONE, Compare, Limit, Plan
from cds.reading import LoadedFile
from cds.strength.measuring import node_of, used_by
from cds.strength.search import Search, block
from cds.strength.trying import Prepared, prepared
from cds.verify.filled import with_limits_set
from cds.verify.solver import Solver, z3
from cds.verify.sweep import Answer, Sweep
from cds.verify.variables import Variables

Kind = Literal[
    "never_fires",
    "silent_at_worst",
    "order_turned",
    "hides_worse",
    "always_together",
    "never_together",
    "undecided",
]
PROBLEMS: Final[frozenset[Kind]] = frozenset(
    {"never_fires", "silent_at_worst", "order_turned", "hides_worse", "always_together"}
)
_UPWARD: Final = (ABOVE, AT_LEAST_OF)
_BLOCKS: Final = {"rule": "rules", "zone": "zones", "missing": "missing"}


@dataclass(frozen=True, slots=True)
class Proven:
    """One thing that holds for every patient, or that some patient shows.

    rule: its name. other: the other rule of two, or the other limit. subject: the number, or the limit, that it is
    about. value: of that number, with its unit. patient: a case that shows it, ready to be pasted, or the name of one
    that does. for_everybody: whether it holds whatever limits of his own a patient has; otherwise, with the ruleset's.
    """

    kind: Kind
    place: Place
    rule: str
    other: str = ""
    subject: str = ""
    value: str = ""
    patient: str = ""
    for_everybody: bool = True

    @property
    def is_problem(self) -> bool:
        """Whether somebody should look at it; the rest is for information."""
        return self.kind in PROBLEMS


class _Ruleset:
    """One ruleset while it is looked at, as written and with every limit set."""

    def __init__(self, checked: Checked, of: LoadedFile, cases: CaseFile | None) -> None:
        self.of = of
        self.plan = compile_plan([of, *used_by(checked, of)], checked.concepts)
        plans = self.plan, with_limits_set(self.plan)
        self.sweeps = [Sweep(Variables(each, checked.concepts)) for each in plans]
        self.solvers = [Solver(each.variables) for each in self.sweeps]
        self.with_own_limits = Solver(self.sweeps[0].variables, own_limits=True)
        self.own = [place for place, rule in enumerate(self.plan.rules) if rule.ruleset == of.model.ruleset]
        self.known = prepared(cases.cases, checked.concepts) if cases else []
        self.search = Search(node_of(cases), of, checked, self.plan, self.known) if cases else None

    def place(self, rule: int) -> Place:
        asked = self.plan.rules[rule]
        return source.place_of(self.of.node, (_BLOCKS[asked.kind], asked.name), key=True)

    def fires_ever(self, rule: int) -> Answer:
        """Whether there is a patient, with or without limits of his own, for whom a rule fires."""
        return _any([_decided(sweep.fires_ever(rule), solver, rule) for sweep, solver in self._ways()])

    def together(self, one: int, other: int) -> tuple[Answer, Answer]:
        """Whether two rules can fire together, and one without the other."""
        both: list[Answer] = []
        apart: list[Answer] = []
        for sweep, solver in self._ways():
            answers = sweep.together(one, other)
            if "undecided" in answers and _has_solver():
                answers = solver.together(one, other)
            both.append(answers[0])
            apart.append(answers[1])
        return _any(both), _any(apart)

    def never_fires(self, rule: int) -> bool:
        """Whether a rule that never fires with the ruleset's limits does not with any others either."""
        return not self._may_differ(rule) or (_has_solver() and self.with_own_limits.fires_ever(rule) == "no")

    def holds_together(self, one: int, other: int, answer: int) -> bool:
        """The same of what was told of two rules. answer: 0 for both of them, 1 for one without the other."""
        if not (self._may_differ(one) or self._may_differ(other)):
            return True
        return _has_solver() and self.with_own_limits.together(one, other)[answer] == "no"

    def _may_differ(self, rule: int) -> bool:
        """Whether a rule depends on a limit: a patient may have another, or one that cannot be used."""
        return bool(self.sweeps[0].variables.limits_behind(rule))

    def _ways(self) -> Iterator[tuple[Sweep, Solver]]:
        yield from zip(self.sweeps, self.solvers, strict=True)


def _any(answers: Iterable[Answer]) -> Answer:
    given = frozenset(answers)
    return "yes" if "yes" in given else "undecided" if "undecided" in given else "no"


def _decided(answer: Answer, solver: Solver, rule: int) -> Answer:
    return solver.fires_ever(rule) if answer == "undecided" and _has_solver() else answer


def _has_solver() -> bool:
    try:
        z3()
    except MissingExtra:
        return False
    return True


def verify(checked: Checked, of: LoadedFile, cases: CaseFile | None = None) -> tuple[Proven, ...]:
    """What is odd about the rules of a ruleset taken together, in the order of the rules.

    checked: holds the ruleset, without errors, and those that it uses. cases: from which patients are made that show
    what was found. What a sweep over values cannot decide is put to z3, where the extra `verify` is installed.
    """
    ruleset = _Ruleset(checked, of, cases)
    found = [
        *_silent_rules(ruleset),
        *_silent_at_worst(ruleset),
        *_order_turned(ruleset),
        *_hides_worse(ruleset),
        *_pairs(ruleset),
    ]
    return tuple(sorted(found, key=lambda each: (not each.is_problem, each.place.line)))


def _silent_rules(ruleset: _Ruleset) -> Iterator[Proven]:
    for rule in ruleset.own:
        answer = ruleset.fires_ever(rule)
        if answer != "yes":
            kind: Kind = "never_fires" if answer == "no" else "undecided"
            holds = answer != "no" or ruleset.never_fires(rule)
            yield Proven(kind, ruleset.place(rule), ruleset.plan.rules[rule].name, for_everybody=holds)


def _hides_worse(ruleset: _Ruleset) -> Iterator[Proven]:
    """Rules that one of a milder colour hides, so that the worse is not seen."""
    for rule in ruleset.own:
        asked = ruleset.plan.rules[rule]
        for hiding in asked.hidden_by:
            if ruleset.sweeps[1].hides_worse(rule, hiding):
                yield Proven("hides_worse", ruleset.place(rule), asked.name, ruleset.plan.rules[hiding].name)


def _pairs(ruleset: _Ruleset) -> Iterator[Proven]:
    firing = [each for each in ruleset.own if ruleset.fires_ever(each) == "yes"]
    for one, other in combinations(firing, 2):
        both, apart = ruleset.together(one, other)
        names = ruleset.plan.rules[one].name, ruleset.plan.rules[other].name
        if both == "no":
            holds = ruleset.holds_together(one, other, 0)
            yield Proven("never_together", ruleset.place(one), *names, for_everybody=holds)
        elif apart == "no":
            showing = (each.case.name for each in ruleset.known if _fire(each, ruleset.plan, (one, other)))
            holds = ruleset.holds_together(one, other, 1)
            patient = next(showing, "")
            yield Proven("always_together", ruleset.place(one), *names, patient=patient, for_everybody=holds)


def _fire(case: Prepared, plan: Plan, rules: Sequence[int]) -> bool:
    evaluation = case.evaluation(plan)
    return all(evaluation.verdict(each).status == "fired" for each in rules)


def _silent_at_worst(ruleset: _Ruleset) -> Iterator[Proven]:
    plan = ruleset.plan
    for rule in ruleset.own:
        for number, ends in ruleset.sweeps[0].silent_at_worst(rule):
            asked, name = plan.numbers[number], plan.rules[rule].name
            values = [f"{end:g} {asked.unit}".strip() for end in ends]
            patient = next((text for end in ends if (text := _shown(ruleset, rule, number, end))), "")
            yield Proven(
                "silent_at_worst",
                ruleset.place(rule),
                name,
                subject=asked.name,
                value=" – ".join(values),
                patient=patient,
            )


def _shown(ruleset: _Ruleset, rule: int, number: int, value: float) -> str:
    """A case at the worst value, made from one in which the rule fires; nothing fires in it."""
    plan, search = ruleset.plan, ruleset.search
    for case in ruleset.known if search else ():
        if search and _fire(case, plan, [rule]):
            for candidate in search.measuring(case.case.name, number, value):
                evaluation = candidate.prepared.evaluation(plan)
                is_silent = all(evaluation.verdict(each).status != "fired" for each in ruleset.own)
                if is_silent and evaluation.number(number)[0] == value:
                    expect: dict[str, source.Plain] = {plan.rules[rule].name: "not fired"}
                    fields: dict[str, source.Plain] = {"like": candidate.like, **candidate.fields, "expect": expect}
                    return "\n".join([f"  {plan.rules[rule].name} at {value:g}:", *block(fields, 4)])
    return ""


def _order_turned(ruleset: _Ruleset) -> Iterator[Proven]:
    """Zones of which a patient's own limits, each within what is allowed, can put a worse colour before a milder."""
    plan = ruleset.plan
    for rule in ruleset.own:
        levels = [each.condition for each in plan.rules[rule].levels]
        for worse, milder in pairwise(levels):
            if isinstance(worse, Compare) and isinstance(milder, Compare) and worse.left == milder.left:
                found = _turned(plan, worse, milder)
                if found:
                    name, unit = plan.rules[rule].name, plan.numbers[worse.right].unit
                    limits = {
                        plan.numbers[each.right].name: f"{value:g} {unit}".strip()
                        for each, value in zip((worse, milder), found, strict=True)
                    }
                    text = "\n".join(block({"patient_limits": dict(limits)}, 4))
                    subject, other = limits
                    yield Proven("order_turned", ruleset.place(rule), name, other, subject, limits[subject], text)


def _turned(plan: Plan, worse: Compare, milder: Compare) -> tuple[float, float] | None:
    """A worse and a milder limit in the wrong order, when nothing keeps a patient from having them."""
    outer, inner = plan.numbers[worse.right], plan.numbers[milder.right]
    if not isinstance(outer, Limit) or not isinstance(inner, Limit) or worse.right == milder.right:
        return None
    if _is_kept(plan, worse.right, milder.right):
        return None
    upward = worse.comparison in _UPWARD
    if upward != (milder.comparison in _UPWARD):
        return None
    outermost, innermost = _span(plan, outer), _span(plan, inner)
    if outermost is None or innermost is None:
        return None
    pair = (outermost[0], innermost[1]) if upward else (outermost[1], innermost[0])
    return pair if (pair[0] < pair[1] if upward else pair[0] > pair[1]) else None


def _is_kept(plan: Plan, one: int, other: int) -> bool:
    """Whether the order of two limits is kept, by way of others too."""
    above: dict[int, set[int]] = {}
    for high, low in plan.limits_in_order:
        above.setdefault(high, set()).add(low)
    for start, goal in ((one, other), (other, one)):
        seen, waiting = {start}, [start]
        while waiting:
            fresh = above.get(waiting.pop(), set()) - seen
            seen |= fresh
            waiting += fresh
        if goal in seen:
            return True
    return False


def _span(plan: Plan, limit: Limit) -> tuple[float, float] | None:
    """The lowest and the highest value that a limit can have for a patient."""
    if not limit.fixed and limit.allowed:
        return limit.allowed
    default = plan.numbers[limit.default] if limit.default != NONE else None
    value = getattr(default, "value", None)
    return None if value is None else (value, value)
