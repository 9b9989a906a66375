"""What is left when a ruleset has been compiled: numbers, conditions and rules, with nothing left to look up.

Numbers stand in an order in which each uses only earlier ones and constants, rules so that each uses only earlier
ones. Every executor walks the same lists. All references are positions: `Plan.numbers[i]`, `Plan.rules[j]`.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Literal

from cds.operators.reasons import KNOWN, NOT_SET
from cds.operators.rows import EVERY_ROW, Wanted

Texts = Mapping[str, str]  # language -> text
Factor = tuple[float, float, float]  # numerator, denominator, shift, as in `cds.units`
NONE = -1  # a reference to nothing


@dataclass(frozen=True, slots=True)
class Input:
    """The rows that a measure reads.

    key: column key (`body_weight`, `blood_pressure.systolic`, `doses.antihypertensives`, `events.technical_fault`,
    `conditions.heart_failure`, `devices.medicine_dispenser`). partner: key of the panel's other part with the same
    rows, or "". wanted: what a row must be like.
    column: which column the operator sees as `values`: `values`, `raw` or `unit`. beside: another input with rows of
    its own, which the operator sees as the partner. label: what people call it.
    """

    name: str
    key: str
    partner: str = ""
    wanted: Wanted = EVERY_ROW
    column: Literal["values", "raw", "unit"] = "values"
    beside: "Input | None" = None
    label: Texts = field(default_factory=dict[str, str], compare=False)

    @property
    def keys(self) -> tuple[str, ...]:
        """Every column key that is read."""
        own = (self.key, self.partner) if self.partner else (self.key,)
        return (*own, *self.beside.keys) if self.beside else own

    @property
    def is_whole_table(self) -> bool:
        """Whether every row that counts is read, as it stands and alone."""
        return self.wanted == EVERY_ROW and not self.partner and self.column == "values"


@dataclass(frozen=True, slots=True)
class Measure:
    """A temporal operator over an input. `bound`: (slot, number) pairs filled into the parameters at run time.

    may_lack: slots of which the number may not be set; 0 stands there then, and the operator does without it.
    """

    name: str
    operator: str
    input: Input
    parameters: tuple[float, ...]
    bound: tuple[tuple[int, int], ...] = ()
    unit: str = ""
    decimals: int = NONE
    may_lack: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Constant:
    """A number written in the ruleset."""

    name: str
    value: float
    unit: str = ""
    decimals: int = NONE


@dataclass(frozen=True, slots=True)
class Choice:
    """The number of the first case whose condition holds, else `otherwise`; an unknown condition makes it unknown."""

    name: str
    cases: tuple[tuple["Condition", int], ...]
    otherwise: int
    unit: str = ""
    decimals: int = NONE


@dataclass(frozen=True, slots=True)
class Limit:
    """A named limit: the patient's own if there is a valid one, else `default` (NONE = not set).

    allowed: closed span in `unit`. beyond, below: limits it must lie strictly above / below, once resolved.
    was: former names. pair_unit: UCUM code of the second unit of a unit pair; pair_default: the number that holds
    its value there, NONE = none; unit_factors: unit as a patient's limit may state it -> (numerator, denominator,
    shift) to `unit`, as in `cds.units`.
    """

    name: str
    ruleset: str
    default: int
    unit: str
    fixed: bool = False
    allowed: tuple[float, float] | None = None
    beyond: int = NONE
    below: int = NONE
    was: tuple[str, ...] = ()
    unit_factors: Mapping[str, tuple[float, float, float]] = field(
        default_factory=dict[str, tuple[float, float, float]]
    )
    label: Texts = field(default_factory=dict[str, str])
    source: str = ""
    adapted: bool = False
    decimals: int = NONE


@dataclass(frozen=True, slots=True)
class PairedLimit:
    """The same limit in the second unit of its pair: stated there, or the patient's own carried over."""

    name: str
    limit: int
    default: int
    unit: str
    factor: Factor
    decimals: int = NONE


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left + - * / right`; `operator` is a code of `cds.operators.logic`."""

    name: str
    operator: int
    left: int
    right: int
    unit: str = ""
    decimals: int = NONE


@dataclass(frozen=True, slots=True)
class Rounded:
    """`of` at the nearest multiple of `step`, half away from zero."""

    name: str
    of: int
    step: float
    unit: str = ""
    decimals: int = NONE


@dataclass(frozen=True, slots=True)
class Points:
    """Banded points: the points of the first band that holds `of`; a value in no band is not computable.

    bands: (lowest, lowest is inside, highest, highest is inside, points); open ends are -inf and inf.
    """

    name: str
    of: int
    bands: tuple[tuple[float, bool, float, bool, float], ...]
    unit: str = ""
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Total:
    """Sum of parts in their order; unknown as soon as one part is."""

    name: str
    parts: tuple[int, ...]
    unit: str = ""
    decimals: int = NONE


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of the patient: `age` in whole years at `at`, or `sex` as a code of `cds.patient.SEX`."""

    name: Literal["age", "sex"]
    unit: str = ""
    decimals: int = 0


Number = Measure | Constant | Choice | Limit | PairedLimit | Arithmetic | Rounded | Points | Total | Fact


@dataclass(frozen=True, slots=True)
class Pair:
    """Compare in the unit in which the reading arrived: when `unit_of` (a unit id) is `unit`, `raw` with `limit`."""

    unit: int
    unit_of: int
    raw: int
    limit: int


@dataclass(frozen=True, slots=True)
class Compare:
    """`left is … right`; `comparison` is a code of `cds.operators.logic`."""

    comparison: int
    left: int
    right: int
    pair: Pair | None = None


@dataclass(frozen=True, slots=True)
class IsKnown:
    """`name is known`."""

    number: int


@dataclass(frozen=True, slots=True)
class IsTrue:
    """A number that says yes or no (has a diagnosis, nothing measured for too long); `limit` only for display."""

    number: int
    limit: int = NONE


@dataclass(frozen=True, slots=True)
class Matches:
    """A coded fact has this code."""

    number: int
    code: int


@dataclass(frozen=True, slots=True)
class Fires:
    """An earlier rule fires."""

    rule: int


@dataclass(frozen=True, slots=True)
class Not:
    """Not the part."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class And:
    """All parts; without parts it is true. telling: positions in the order in which parts are asked whether they
    decided, so that a finding shows a comparison with its limit; () = as they stand."""

    parts: tuple["Condition", ...]
    telling: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """Any part. telling: as in `And`."""

    parts: tuple["Condition", ...]
    telling: tuple[int, ...] = ()


Leaf = Compare | IsKnown | IsTrue | Matches | Fires
Condition = Leaf | Not | And | Or
Colour = Literal["red", "orange", "yellow", "green"]


@dataclass(frozen=True, slots=True)
class Level:
    """One colour of a rule or zone. `confirmed`: the same with every confirming reading; None = no confirming."""

    colour: Colour
    condition: Condition
    confirmed: Condition | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """What the author wrote for people, by language."""

    summary: Texts
    detail: Texts = field(default_factory=dict[str, str])
    patient: Texts = field(default_factory=dict[str, str])
    suggest: Texts = field(default_factory=dict[str, str])
    unconfirmed: Texts = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, zone or missing-data rule. Levels stand worst first.

    subject: the number shown as `{value}`; NONE = the deciding comparison's. names: placeholder -> number.
    unknown_while, hidden_by: earlier rules. alarm: behaviour for live sessions, carried as written. clear_when: what
    must hold, besides that it does not fire, before its alarm closes; None = nothing more. override_reasons: why a user
    may pass over its card, code -> words.
    """

    ruleset: str
    name: str
    kind: Literal["rule", "zone", "missing"]
    applies: Condition
    levels: tuple[Level, ...]
    wording: Wording
    names: Mapping[str, int] = field(default_factory=dict[str, int])
    subject: int = NONE
    unknown_while: tuple[int, ...] = ()
    hidden_by: tuple[int, ...] = ()
    vkp: str = ""
    source: str = ""
    alarm: Mapping[str, str] = field(default_factory=dict[str, str])
    clear_when: Condition | None = None
    override_reasons: Mapping[str, Texts] = field(default_factory=dict[str, Texts])

    @property
    def id(self) -> str:
        return f"{self.ruleset}/{self.name}"


@dataclass(frozen=True, slots=True)
class Head:
    """One ruleset of the plan: its identity and where its numbers come from.

    sources: name -> citation. adaptation: id and version of the local adaptation, or "". links: name of a source ->
    its address, for those that have one. owner: who answers for it. hooks: of CDS Hooks, at which it is asked for.
    """

    id: str
    version: str
    status: Literal["draft", "active", "retired"]
    title: Texts
    sources: Mapping[str, str]
    hash: str
    adaptation: str = ""
    links: Mapping[str, str] = field(default_factory=dict[str, str])
    owner: str = ""
    hooks: tuple[str, ...] = ("patient-view",)


@dataclass(frozen=True)
class Plan:
    """Everything an executor needs. hash: of every file used."""

    heads: tuple[Head, ...]
    numbers: tuple[Number, ...]
    rules: tuple[Rule, ...]
    hash: str

    def __getstate__(self) -> dict[str, object]:
        """Only what was given is pickled; the rest follows from it."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @cached_property
    def constants(self) -> Sequence[tuple[float, int] | None]:
        """For each number its value and the reason KNOWN when it is the same for every patient, else None."""
        values = (each.value if isinstance(each, Constant) else math.nan for each in self.numbers)
        return [(value, KNOWN) if math.isfinite(value) else None for value in values]

    @cached_property
    def defaults(self) -> Sequence[tuple[float, int] | None]:
        """As `constants`, for patients without limits of their own: where a limit's default is constant, so is it."""
        found = list(self.constants)
        for index, limit in self.limits.items():
            found[index] = self.constants[limit.default] if limit.default != NONE else (0.0, NOT_SET)
        return found

    @cached_property
    def limits(self) -> Mapping[int, Limit]:
        """The limits among the numbers, by position."""
        return {index: each for index, each in enumerate(self.numbers) if isinstance(each, Limit)}

    @cached_property
    def limits_named(self) -> Mapping[str, Sequence[int]]:
        """Positions of the limits of a name, one for each ruleset that has it."""
        found: dict[str, list[int]] = {}
        for index, limit in self.limits.items():
            found.setdefault(limit.name, []).append(index)
        return found

    @cached_property
    def limits_in_order(self) -> tuple[tuple[int, int], ...]:
        """Limits of which the first must lie above the second, by position."""
        above = [(index, each.beyond) for index, each in self.limits.items() if each.beyond != NONE]
        return (*above, *((each.below, index) for index, each in self.limits.items() if each.below != NONE))

    @cached_property
    def remembered(self) -> dict[str, Any]:
        """What others work out about the plan once, by name of what it is."""
        return {}

    @cached_property
    def _heads(self) -> Mapping[str, Head]:
        return {each.id: each for each in self.heads}

    def head(self, ruleset: str) -> Head:
        """The head of a ruleset by its id."""
        return self._heads[ruleset]


def leaves_of(condition: Condition) -> Iterator[Leaf]:
    """The comparisons and questions that a condition is joined from."""
    match condition:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves_of(part)
        case Not(part):
            yield from leaves_of(part)
        case _:
            yield condition


def conditions_of(rule: Rule) -> tuple[Condition, ...]:
    """Every condition that a rule looks at."""
    levels = (each for level in rule.levels for each in (level.condition, level.confirmed))
    return tuple(each for each in (rule.applies, *levels, rule.clear_when) if each is not None)


def numbers_behind(plan: Plan, roots: Iterable[Condition | int], into_limits: bool = True) -> list[int]:
    """Every number that conditions and numbers rest on, each once, in the order in which they are met.

    into_limits: also what the ruleset's own number of a limit depends on, such as an age or a diagnosis.
    """
    found: dict[int, None] = {}
    waiting = list(roots)[::-1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, int):
            if node == NONE or node in found:
                continue
            found[node] = None
            if not into_limits and isinstance(plan.numbers[node], Limit | PairedLimit):
                continue
        waiting += list(_parts(plan, node))[::-1]
    return list(found)


def _parts(plan: Plan, node: Condition | int) -> tuple[Condition | int, ...]:
    """What a condition or a number refers to."""
    match node:
        case int():
            return _parts_of_number(plan, node)
        case And(parts) | Or(parts):
            return parts
        case Not(part):
            return (part,)
        case Compare(_, left, right):
            return left, right
        case IsTrue(number, limit):
            return number, limit
        case IsKnown(number) | Matches(number, _):
            return (number,)
        case Fires():
            return ()


def _parts_of_number(plan: Plan, index: int) -> tuple[Condition | int, ...]:
    match plan.numbers[index]:
        case Measure(bound=bound):
            return tuple(number for _, number in bound)
        case Choice(cases=cases, otherwise=otherwise):
            return (*(each for case in cases for each in case), otherwise)
        case Limit(default=default):
            return (default,)
        case PairedLimit(limit=limit, default=default):
            return limit, default
        case Arithmetic(left=left, right=right):
            return left, right
        case Rounded(of=of) | Points(of=of):
            return (of,)
        case Total(parts=parts):
            return parts
        case Constant() | Fact():
            return ()
