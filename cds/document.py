"""A result as plain data: what goes to other programs as JSON, and what `cds.render` lays out for people.

Every text is in the reader's language; every number stands both as computed and as it may be displayed. The same
result and language give the same document, byte for byte once it is written as JSON.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from cds import __version__
from cds.diagnostics import Language, check_language
from cds.operators import OPERATORS
from cds.operators.logic import without_noise
from cds.operators.reasons import Reason
from cds.patient import PlanAction
from cds.plan import Head, Texts
from cds.result import Explanation, Finding, Origin, Result, Shown, Status, Step, Told, Used, text_in
from cds.wording import (
    cure_text,
    filled,
    input_kind,
    is_reading,
    number_text,
    reason_text,
    shown_text,
    summary,
    unit_text,
    window_text,
)

FORMAT: Final = "cds-result/1"
Group = Literal["fired", "unconfirmed", "unknown", "hidden", "not_fired", "not_applicable"]
GROUPS: Final[tuple[Group, ...]] = ("fired", "unconfirmed", "unknown", "hidden", "not_fired", "not_applicable")


@dataclass(frozen=True, slots=True)
class RulesetDocument:
    """A ruleset that was used. hash: of its text; a draft is not approved for use.

    adaptation: id and version of the local adaptation that was applied, "" for none.
    """

    id: str
    version: str
    status: Literal["draft", "active", "retired"]
    title: str
    hash: str
    adaptation: str


@dataclass(frozen=True, slots=True)
class NumberDocument:
    """A number. number: as computed, null when it cannot be told, and `reason` says why; with `at_least` and
    `at_most` it is a bound. text: as it may be displayed. newest: time of the newest reading in it, "" for none."""

    number: float | None
    unit: str
    text: str
    reason: str | None
    newest: str


@dataclass(frozen=True, slots=True)
class OriginDocument:
    """Whose limit it was. since, until: dates, both included, "" for open."""

    kind: Literal["patient", "adaptation", "default"]
    author: str
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class ReadingDocument:
    """One row that went into a number. time: a date alone when the clock is not known. arrived: value and unit as
    they came, with a decimal point in every language; for a dose `taken` or `missed`; for a dispense whether the days
    that it lasts are `stated`, `derived` from a dose, by the `defined dose` or by `dates`, or `unknown`; `stay` for a
    stay, whose value is its days until now. entered: `device`, `typed`, `relative` or "". reference: where it came
    from."""

    time: str
    value: float
    unit: str
    arrived: str
    entered: str
    reference: str


@dataclass(frozen=True, slots=True)
class PartDocument:
    """A number behind a finding. operator: "" for a limit or a fact. phrase: the operator in words. label,
    input_label: what people call the limit, and the input; "" where nobody said."""

    name: str
    label: str
    operator: str
    input: str
    input_label: str
    phrase: str
    value: NumberDocument
    origin: OriginDocument | None
    readings: tuple[ReadingDocument, ...]


@dataclass(frozen=True, slots=True)
class StepDocument:
    """One comparison, or several joined by `and`, `or`, `not`. margin: value − limit in the limit's unit, null when
    either cannot be told; margin_text: its size as it may be displayed. left_label, right_label: what people call a
    limit on that side, "" for other numbers."""

    words: str
    state: Literal["true", "false", "unknown", "not set"]
    reason: str | None
    left: str
    left_label: str
    right: str
    right_label: str
    value: NumberDocument | None
    limit: NumberDocument | None
    margin: float | None
    margin_text: str
    parts: tuple["StepDocument", ...]


@dataclass(frozen=True, slots=True)
class LevelDocument:
    """The condition of one colour."""

    colour: str
    condition: StepDocument


@dataclass(frozen=True, slots=True)
class ExplanationDocument:
    """Everything that a finding rests on."""

    applies: StepDocument
    levels: tuple[LevelDocument, ...]
    numbers: tuple[PartDocument, ...]


@dataclass(frozen=True, slots=True)
class UnknownDocument:
    """Why something cannot be told. about: the inputs or limits that stand in the way. settle: what would settle it,
    "" when only the world can. blocked_by: the rule that makes this one unknown, or ""."""

    reason: str
    text: str
    about: tuple[str, ...]
    settle: str
    blocked_by: str


@dataclass(frozen=True, slots=True)
class PlanActionDocument:
    """What the patient's own plan says to do in a zone, as it is written there. reference: where it stands."""

    text: str
    reference: str


@dataclass(frozen=True, slots=True)
class FindingDocument:
    """What one rule or zone says.

    indicator, triage, vkp_severity: the colour in the words of CDS Hooks and VKP, "" where there is no colour.
    summary, detail, suggest: "" unless it fired or waits for confirmation; patient_text: words for the patient, ""
    unless it fired. language: that of the texts, which may be another than asked for. value, limit: of the comparison
    that decided. newest: time of the newest reading behind it, "" for none. newest_kind: whether that is a `reading`
    or something `else` (a dose, a dispense, an answer, an event, the start of a span), "" for none. unknown: why it, or
    for a fired finding a worse colour, cannot be told. plan_actions: what the patient's own plan says to do in the zone
    of this colour, in the plan's own words and language; only where it fired.
    """

    id: str
    ruleset: str
    version: str
    rule: str
    kind: Literal["rule", "zone", "missing"]
    group: Group
    status: Literal["fired", "not_fired", "unconfirmed", "unknown", "not_applicable"]
    colour: Literal["red", "orange", "yellow", "green", ""]
    indicator: str
    triage: str
    vkp_severity: str
    vkp: str
    summary: str
    detail: str
    suggest: str
    patient_text: str
    language: str
    value: NumberDocument | None
    limit: NumberDocument | None
    limit_name: str
    limit_origin: OriginDocument | None
    newest: str
    newest_kind: Literal["reading", "else", ""]
    unknown: UnknownDocument | None
    hidden_by: str
    citation: str
    alarm: dict[str, str]
    explanation: ExplanationDocument | None
    plan_actions: tuple[PlanActionDocument, ...]


@dataclass(frozen=True, slots=True)
class IssueDocument:
    """Something in the data that could not be used, or not as it stood. message: in English, without values."""

    code: str
    place: str
    message: str


@dataclass(frozen=True, slots=True)
class ResultDocument:
    """Every rule's finding for one patient at one moment. findings: those to be seen worst first, then the others by
    group."""

    format: Literal["cds-result/1"]
    engine: str
    patient: str
    at: str
    zone: str
    language: Language
    hash: str
    rulesets: tuple[RulesetDocument, ...]
    counts: dict[Group, int]
    findings: tuple[FindingDocument, ...]
    issues: tuple[IssueDocument, ...]


def document(result: Result, language: Language = "en", *, explain: bool = False) -> dict[str, Any]:
    """The result as plain data, ready for `json.dumps`; `result_schema` describes it."""
    return _shape().dump_python(described(result, language, explain=explain), mode="json")


def result_schema() -> dict[str, Any]:
    """JSON Schema of `document`.

    >>> result_schema()["properties"]["format"]["const"]
    'cds-result/1'
    """
    return _shape().json_schema(mode="serialization")


@cache
def _shape() -> TypeAdapter[ResultDocument]:
    return TypeAdapter(ResultDocument)


def described(result: Result, language: Language = "en", *, explain: bool = False) -> ResultDocument:
    """The result in words and numbers of one language; with `explain`, everything each finding rests on.

    CdsError when there are no texts in the language.
    """
    check_language(language)
    found = [_finding(each, result.plan_actions, language, explain) for each in _in_order(result)]
    return ResultDocument(
        format=FORMAT,
        engine=f"cds {__version__}",
        patient=result.patient,
        at=result.at,
        zone=result.zone,
        language=language,
        hash=result.hash,
        rulesets=ruleset_documents(result.heads, language),
        counts={group: sum(each.group == group for each in found) for group in GROUPS},
        findings=tuple(found),
        issues=tuple(IssueDocument(each.code, each.place, each.text(language)) for each in result.issues),
    )


def ruleset_documents(heads: Iterable[Head], language: Language) -> tuple[RulesetDocument, ...]:
    """Which rulesets answer, with their titles in one language."""
    return tuple(
        RulesetDocument(
            each.id, each.version, each.status, text_in(each.title, language)[0], each.hash, each.adaptation
        )
        for each in heads
    )


def _group(finding: Finding) -> Group:
    return "hidden" if finding.hidden_by else finding.status


def _in_order(result: Result) -> list[Finding]:
    """What is to be seen first, worst first, also while it waits for confirmation; the rest by group."""

    def place(finding: Finding) -> tuple[int, int, int]:
        group = GROUPS.index(_group(finding))
        return max(group, GROUPS.index("unconfirmed")), -finding.severity.rank, group

    return sorted(result.findings, key=place)


def _finding(finding: Finding, plan: Iterable[PlanAction], language: Language, explain: bool) -> FindingDocument:
    rule, wording, told = finding.rule, finding.rule.wording, finding.tell()
    names = told.names
    severity = finding.severity if finding.colour or finding.status == "unknown" else None

    def text(texts: Texts, *statuses: Status) -> str:
        return filled(texts, names, language) if finding.status in statuses else ""

    return FindingDocument(
        id=rule.id,
        ruleset=rule.ruleset,
        version=finding.head.version,
        rule=rule.name,
        kind=rule.kind,
        group=_group(finding),
        status=finding.status,
        colour=finding.colour,
        indicator=severity.indicator if severity else "",
        triage=severity.triage if severity else "",
        vkp_severity=severity.vkp_severity if severity else "",
        vkp=rule.vkp,
        summary=summary(finding, language) if finding.status in ("fired", "unconfirmed") else "",
        detail=text(wording.detail, "fired", "unconfirmed"),
        suggest=text(wording.suggest, "fired", "unconfirmed"),
        patient_text=text(wording.patient, "fired"),
        language=text_in(wording.summary, language)[1],
        value=None if told.is_answer else _number(names.get("value"), language),
        limit=_number(names.get("limit"), language),
        limit_name=finding.limit_name,
        limit_origin=_origin(finding.limit_origin),
        newest=names["newest"].newest if "newest" in names else "",
        newest_kind=_newest_kind(names),
        unknown=_unknown(finding.reason, told, language) if finding.reason else None,
        hidden_by=finding.hidden_by,
        citation=finding.citation,
        alarm=dict(rule.alarm),
        explanation=_explanation(finding.explain(), language) if explain else None,
        plan_actions=tuple(_plan_actions(finding, plan)),
    )


def _plan_actions(finding: Finding, plan: Iterable[PlanAction]) -> Iterator[PlanActionDocument]:
    """What the plan says to do in the zone that a finding is in; nothing while it only waits for confirmation."""
    for each in plan:
        if finding.status == "fired" and each.colour == finding.colour:
            yield PlanActionDocument(each.text, each.reference)


def _newest_kind(names: Mapping[str, Shown]) -> Literal["reading", "else", ""]:
    newest = names.get("newest")
    if newest is None or not newest.newest:
        return ""
    return "reading" if is_reading(newest.key, newest.unit) else "else"


def _unknown(reason: Reason, told: Told, language: Language) -> UnknownDocument:
    missing = [each for each in told.untold if each.key or each.origin] or told.untold
    about = tuple(dict.fromkeys(each.input or each.name for each in missing))
    kinds = {input_kind(each.key, each.shown.unit) for each in missing if each.key}
    kind = kinds.pop() if len(kinds) == 1 else ""
    text, settle = reason_text(reason, language, kind), cure_text(reason, language, kind)
    return UnknownDocument(reason.name, text, about, settle, told.blocked_by)


def _number(shown: Shown | None, language: Language) -> NumberDocument | None:
    if shown is None:
        return None
    is_told = shown.reason in (None, Reason.at_least, Reason.at_most)
    reason = shown.reason.name if shown.reason else None
    number = shown.value if is_told else None
    return NumberDocument(number, shown.unit, shown_text(shown, language), reason, shown.newest)


def _origin(origin: Origin | None) -> OriginDocument | None:
    if origin is None:
        return None
    since, until = (each.isoformat() if each else "" for each in (origin.since, origin.until))
    return OriginDocument(origin.kind, origin.author, since, until)


def _explanation(why: Explanation, language: Language) -> ExplanationDocument:
    levels = tuple(LevelDocument(colour, _step(step, language)) for colour, step in why.levels)
    return ExplanationDocument(_step(why.applies, language), levels, tuple(_parts(why, language)))


def _parts(why: Explanation, language: Language) -> Iterator[PartDocument]:
    for used in why.numbers:
        shown = _number(used.shown, language)
        assert shown
        readings = tuple(
            ReadingDocument(each.time, each.value, each.unit, each.arrived, each.entered, each.reference)
            for each in used.readings
        )
        yield PartDocument(
            name=used.name,
            label=_label(used.label, language),
            operator=used.operator,
            input=used.input,
            input_label=_label(used.input_label, language),
            phrase=_phrase(used, language),
            value=shown,
            origin=_origin(used.origin),
            readings=readings,
        )


def _phrase(used: Used, language: Language) -> str:
    """The operator in words, with what people call the input: `rise in Body weight within 3 days`."""
    if not used.operator:
        return ""
    words = text_in(OPERATORS[used.operator].phrase, language)[0]
    called = _label(used.input_label, language) or used.input
    said = words.format(input=called, window=window_text(*used.window, language))
    return " ".join(said.split())


def _label(label: Texts, language: Language) -> str:
    """What people call something, on one line; "" where nobody said."""
    return " ".join(text_in(label, language)[0].split())


def _step(step: Step, language: Language) -> StepDocument:
    margin = None if step.margin is None else without_noise(step.margin)
    return StepDocument(
        words=step.words,
        state=step.state,
        reason=step.reason.name if step.reason else None,
        left=step.left,
        left_label=_label(step.left_label, language),
        right=step.right,
        right_label=_label(step.right_label, language),
        value=_number(step.value, language),
        limit=_number(step.limit, language),
        margin=margin,
        margin_text=_margin_text(margin, step, language),
        parts=tuple(_step(each, language) for each in step.parts),
    )


def _margin_text(margin: float | None, step: Step, language: Language) -> str:
    if margin is None or step.value is None or step.limit is None:
        return ""
    size = number_text(abs(margin), max(step.value.decimals, step.limit.decimals), language, against=(0.0,))
    unit = unit_text(step.limit.unit, abs(margin), language)
    return f"{size} {unit}".strip()
