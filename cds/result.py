"""What an evaluation says: findings, why they were or were not given, and what they rest on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from cds.diagnostics import Issue
from cds.operators.reasons import Reason
from cds.patient import PlanAction
from cds.plan import Colour, Head, Rule, Texts

State = Literal["true", "false", "unknown", "not set"]
Status = Literal["fired", "not_fired", "unconfirmed", "unknown", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Severity:
    """One colour in the words of others: CDS Hooks indicator, VKP triage and VKP severity level."""

    rank: int
    indicator: Literal["info", "warning", "critical"]
    triage: str
    vkp_severity: str


COLOURS: Final[Mapping[str, Severity]] = {
    "red": Severity(4, "critical", "R", "40"),
    "orange": Severity(3, "warning", "O", "30"),
    "yellow": Severity(2, "warning", "Y", "20"),
    "green": Severity(1, "info", "G", "10"),
    "": Severity(0, "info", "NR", "0"),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose limit it was. since, until: civil dates, both included."""

    kind: Literal["patient", "adaptation", "default"]
    author: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A number as it may be displayed. against: the limits that it is compared with, so that display never shows
    the number on the wrong side of it. key: of the column that it was measured from, "" for what is not."""

    value: float
    reason: Reason | None
    unit: str
    decimals: int
    newest: str = ""
    against: tuple[float, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One row that went into a number. time: ISO 8601 in the patient's zone (a date when the clock is not known)."""

    time: str
    value: float
    unit: str
    arrived: str
    entered: str
    reference: str


@dataclass(frozen=True, slots=True)
class Used:
    """One number behind a finding. operator: "" for a limit or fact. window: length and kind, as operators have it.

    key: of the column that it was read from (`blood_pressure.systolic`), `age` or `sex` for a fact, "" for a limit.
    label, input_label: what people call the limit, and the input.
    """

    name: str
    operator: str
    input: str
    shown: Shown
    readings: tuple[Reading, ...] = ()
    origin: Origin | None = None
    window: tuple[float, int] = (0.0, 0)
    key: str = ""
    label: Texts = field(default_factory=dict[str, str])
    input_label: Texts = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Step:
    """One comparison, or several joined. margin: value − limit, in the limit's unit; None when either is unknown.

    words: `and`, `or`, `not`, or the relation (`is above`, `fires`, …). left_label, right_label: what people call a
    limit on that side.
    """

    words: str
    state: State
    reason: Reason | None = None
    left: str = ""
    right: str = ""
    value: Shown | None = None
    limit: Shown | None = None
    margin: float | None = None
    parts: tuple["Step", ...] = ()
    left_label: Texts = field(default_factory=dict[str, str])
    right_label: Texts = field(default_factory=dict[str, str])

    @property
    def leaves(self) -> Iterator["Step"]:
        """The comparisons and questions that it is joined from, in their order."""
        if not self.parts and self.words not in ("and", "or"):
            yield self
        for part in self.parts:
            yield from part.leaves

    @property
    def sentence(self) -> str:
        """A comparison in the author's words: `gain is above gain_yellow`."""
        return " ".join(each for each in (self.left, self.words, self.right) if each)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything a finding rests on. levels: per colour the tree of its condition. names: placeholder -> number."""

    applies: Step
    levels: tuple[tuple[Colour, Step], ...]
    numbers: tuple[Used, ...]
    names: Mapping[str, Shown]
    citation: str
    blocked_by: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a finding's texts speak of: less than its explanation, and sooner known.

    names: placeholder -> number. is_answer: the value is one of yes or no, and so no number to show. untold: where
    there is a reason why something could not be told, the numbers that it holds for, without their readings.
    blocked_by: as in the explanation.
    """

    names: Mapping[str, Shown]
    is_answer: bool = False
    untold: tuple[Used, ...] = ()
    blocked_by: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule or zone says about one patient.

    colour: set when fired or unconfirmed, `green` for a zone that did not fire, else "". reason: why unknown; with
    a fired finding, why a worse colour could not be told (`uncertain`). value, limit: of the comparison that
    decided, None when unknown or when there is none. hiders: rules that hide it when they fire. clears: whether the
    rule's `clear_when` holds, "true" for a rule without one.
    """

    rule: Rule
    head: Head
    status: Status
    colour: Colour | Literal[""] = ""
    reason: Reason | None = None
    uncertain: bool = False
    value: float | None = None
    limit: float | None = None
    limit_name: str = ""
    limit_origin: Origin | None = None
    hidden_by: str = ""
    hiders: tuple[str, ...] = ()
    clears: State = "true"
    explain: Callable[[], Explanation] = field(compare=False, repr=False, default=lambda: _NOTHING)
    tell: Callable[[], Told] = field(compare=False, repr=False, default=lambda: _NOTHING_TOLD)

    @property
    def id(self) -> str:
        return self.rule.id

    @property
    def citation(self) -> str:
        return self.head.sources.get(self.rule.source, "")

    @property
    def severity(self) -> Severity:
        return COLOURS[self.colour if self.status != "unknown" else ""]

    @property
    def is_shown(self) -> bool:
        return not self.hidden_by


_NOTHING: Final = Explanation(Step("", "true"), (), (), {}, "")
_NOTHING_TOLD: Final = Told({})


@dataclass(frozen=True, slots=True)
class Result:
    """Findings of every rule for one patient at one moment, worst first within a ruleset's order.

    at: ISO 8601 in the patient's zone. hash: of every file that was used. plan_actions: what the patient's own plan,
    as it is in force then, says to do in its zones.
    """

    patient: str
    at: str
    zone: str
    findings: tuple[Finding, ...]
    heads: tuple[Head, ...]
    hash: str
    issues: tuple[Issue, ...] = ()
    plan_actions: tuple[PlanAction, ...] = ()

    @property
    def fired(self) -> tuple[Finding, ...]:
        """Findings to show: fired and not hidden, worst first."""
        shown = [each for each in self.findings if each.status == "fired" and each.is_shown]
        return tuple(sorted(shown, key=lambda each: -each.severity.rank))

    @property
    def unconfirmed(self) -> tuple[Finding, ...]:
        """Findings that wait for a confirming reading."""
        return tuple(each for each in self.findings if each.status == "unconfirmed" and each.is_shown)

    @property
    def unknown(self) -> tuple[Finding, ...]:
        """Rules that could not be told."""
        return tuple(each for each in self.findings if each.status == "unknown")

    @property
    def hidden(self) -> tuple[Finding, ...]:
        """Findings that another one hides; they stay listed."""
        return tuple(each for each in self.findings if each.hidden_by)

    @property
    def worst(self) -> Finding | None:
        """The worst finding to show, or None when nothing fired; None does not mean green, see `unknown`."""
        return next(iter(self.fired), None)

    def __getitem__(self, rule: str) -> Finding:
        """The finding of a rule: `ruleset/rule`, or `rule` when only one ruleset has it."""
        matching = [each for each in self.findings if each.id == rule or each.rule.name == rule]
        if len(matching) != 1:
            raise KeyError(f"{rule!r} names {len(matching)} rules; write ruleset/rule")
        return matching[0]


def text_in(texts: Texts, language: str) -> tuple[str, str]:
    """The text in a language, and the language that it is in: nb and nn stand in for each other, then en."""
    order = {"nb": ("nb", "nn", "en"), "nn": ("nn", "nb", "en")}.get(language, ("en", "nb", "nn"))
    return next(((texts[each], each) for each in order if each in texts), ("", ""))
