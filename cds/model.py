"""What an author may write in a ruleset file: frozen, nothing extra, every scalar read from text.

The fields' descriptions are the field reference (`cds schema --reference`) and the JSON Schema (`cds schema`).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from cds.codes import Kind
from cds.diagnostics import Code
from cds.diagnostics.notation import NotADate, NotAQuantity, NotAVersion
from cds.diagnostics.shape import Empty, NoOperator, NotAName, NotAnId, TwoOperators, UnsupportedLanguage, WrongShape
from cds.grammar import (
    Band,
    ClockSpan,
    Confirm,
    Duration,
    Misread,
    Quantity,
    Requirement,
    Span,
    read_band,
    read_clock,
    read_clock_span,
    read_confirm,
    read_duration,
    read_quantity,
    read_requirement,
    read_span,
)
from cds.operators import OPERATORS
from cds.phrases import RESERVED, Phrase, RowTest, read_condition, read_row_test

AUTHOR_OPERATORS = frozenset(name for name, each in OPERATORS.items() if each.public)


def _text(read: Callable[[str], Any]) -> BeforeValidator:
    """Read a scalar's text; anything that is not text is the wrong shape."""

    def validate(value: Any) -> Any:
        if not isinstance(value, str):
            raise Misread(WrongShape, "", expected="words on one line", found=_shape(value))
        if not value.strip():
            raise Misread(Empty, "")
        return read(value.strip())

    return BeforeValidator(validate)


def _shape(value: Any) -> str:
    return "a list" if isinstance(value, list) else "an indented block" if isinstance(value, dict) else "nothing"


def _matching(pattern: str, kind: type[Code], expected: str = "") -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def read(text: str) -> str:
        if not compiled.fullmatch(text):
            raise Misread(kind, text, expected=expected)
        return text

    return read


def _name(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", text) or text in RESERVED:
        raise Misread(NotAName, text)
    return text


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Misread(NotADate, text) from None


def _listed(value: Any) -> Any:
    """One name, or a list of names."""
    return [value] if isinstance(value, str) else value


def _language(text: str) -> int:
    if text != "1":
        raise Misread(UnsupportedLanguage, text, version=text)
    return 1


def _words(kind: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "title": kind, "examples": [example]})


NameText = Annotated[str, _text(_name), _words("name", "systolic_high")]
Reference = Annotated[
    str, _text(_matching(r"[a-z][a-z0-9_]{0,59}(\.[a-z][a-z0-9_]{0,59})?", NotAName)), _words("name", "bp.severe")
]
RulesetId = Annotated[
    str, _text(_matching(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", NotAnId)), _words("id", "home-blood-pressure")
]
VersionText = Annotated[str, _text(_matching(r"\d{1,4}\.\d{1,4}\.\d{1,4}", NotAVersion)), _words("version", "1.0.0")]
References = Annotated[tuple[Reference, ...], BeforeValidator(_listed)]
QuantityText = Annotated[Quantity, _text(read_quantity), _words("quantity", "135 mmHg")]
SpanText = Annotated[Span, _text(read_span), _words("span", "110 to 160 mmHg")]
DurationText = Annotated[Duration, _text(read_duration), _words("duration", "7 days")]
ClockText = Annotated[int, _text(read_clock), _words("clock time", "03:00")]
ClockSpanText = Annotated[ClockSpan, _text(read_clock_span), _words("clock span", "04:00 to 12:00")]
ConditionText = Annotated[Phrase, _text(read_condition), _words("condition", "gain is above gain_red")]
RowTestText = Annotated[RowTest, _text(read_row_test), _words("test", "below low")]
RequirementText = Annotated[Requirement, _text(read_requirement), _words("requirement", "12 readings")]
ConfirmText = Annotated[Confirm, _text(read_confirm), _words("confirm", "2 readings within 15 min")]
BandText = Annotated[Band, _text(read_band), _words("band", "92 to 93")]
Plain = Annotated[str, _text(str), Field(min_length=1, max_length=2000)]
Count = Annotated[str, _text(_matching(r"[1-9]\d{0,2}", NotAQuantity, "a whole number")), _words("whole number", "1")]
Language = Literal["nb", "nn", "en"]
Texts = Mapping[Language, Plain]
Colour = Literal["red", "orange", "yellow"]
Clinical = Literal["clinical", "technical", "supply"]


class Strict(BaseModel):
    """No field that the language does not have; nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Source(Strict):
    """Where a number or rule comes from."""

    cite: Plain = Field(description="Guideline, table, year; enough to find it.")
    link: Plain | None = Field(None, description="Address of the source.")
    year: Plain | None = Field(None, description="Year of publication.")
    to_confirm: Plain | None = Field(None, description="What a clinician must still confirm in the source.")


class Review(Strict):
    """Who approved this file, as it stands."""

    name: Plain = Field(description="Who reviewed it.")
    role: Plain = Field(description="In what role, for instance cardiologist.")
    date: Annotated[date, _text(_date), _words("date", "2026-11-01"), Field(description="When.")]
    hash: Plain = Field(description="Content hash of the reviewed file; an edit voids the review.")


@dataclass(frozen=True, slots=True)
class InputKind:
    """What a field of an input may name, and under which key its rows stand. is_span: it may follow `has`."""

    kinds: tuple[Kind, ...]
    folder: str = ""
    is_span: bool = False
    takes_all: bool = False


INPUT_KINDS: Final[Mapping[str, InputKind]] = MappingProxyType(
    {
        "concept": InputKind(("measurement", "panel")),
        "form": InputKind(("form",)),
        "diagnosis": InputKind(("diagnosis",), "conditions.", is_span=True),
        "medicine": InputKind(("medicine",), "medicines.", is_span=True, takes_all=True),
        "device": InputKind(("device",), "devices.", is_span=True),
        "stay": InputKind(("stay",), "stays.", is_span=True),
        "dispenses": InputKind(("medicine",), "supply.", takes_all=True),
        "dispenser_doses": InputKind(("medicine",), "doses.", takes_all=True),
        "dispenser_events": InputKind(("event",), "events."),
    }
)
"""Field of an input -> what it may name."""
ALL: Final = "all"  # medicines of every class


class Input(Strict):
    """What the ruleset reads: one thing (such as `concept`, `diagnosis` or `dispenses`), and filters that fit it."""

    concept: NameText | None = Field(None, description="A measurement or panel of the concept files.")
    form: NameText | None = Field(None, description="A form of the concept files, answered by the patient.")
    diagnosis: NameText | None = Field(None, description="A diagnosis of the concept files.")
    medicine: NameText | None = Field(None, description="Medicines in use: `all`, or a class of the concept files.")
    device: NameText | None = Field(None, description="A device of the concept files.")
    stay: NameText | None = Field(None, description="A stay, for instance in hospital, of the concept files.")
    dispenses: NameText | None = Field(None, description="Medicines handed out: `all`, or a class.")
    dispenser_doses: NameText | None = Field(None, description="`all`, or a medicine class of the concept files.")
    dispenser_events: NameText | None = Field(None, description="A kind of event of the concept files.")
    kind: Literal["continuous"] | None = Field(None, description="`continuous`: sensor readings at a fixed interval.")
    day_starts: ClockText | None = Field(None, description="When a dose day starts; 03:00 unless said.")
    leave_out: tuple[Literal["hospital_stay", "travel_dose", "paused"], ...] = Field(
        (), description="Doses that do not count at all."
    )
    position: Literal["sitting", "standing", "lying"] | None = Field(
        None, description="Only readings in this position."
    )
    arm: Literal["left", "right"] | None = Field(None, description="Only readings on this arm.")
    meal: Literal["fasting", "before_meal", "after_meal"] | None = Field(None, description="Only readings so tagged.")
    entered: Literal["device", "typed", "relative"] | None = Field(
        None, description="Only readings that came this way."
    )
    use: Literal["regular", "course", "as_needed"] | None = Field(None, description="Only medicines for such use.")

    @property
    def named(self) -> tuple[str, str]:
        """The field that says what is read, and the concept (or `all`) that it names; "" where nothing does."""
        return next(((field, name) for field in INPUT_KINDS if (name := getattr(self, field))), ("", ""))

    @property
    def is_span(self) -> bool:
        """Whether it is something that a patient has for some time, and that `has` asks for."""
        field = self.named[0]
        return bool(field) and INPUT_KINDS[field].is_span

    @property
    def key(self) -> str:
        """The column key of its rows; for a panel or form the key before its parts."""
        field, name = self.named
        return f"{INPUT_KINDS[field].folder}{name}" if field else ""


def _input(value: Any) -> Any:
    return {"concept": value} if isinstance(value, str) else value


class Case(Strict):
    """One case of a limit that depends on age, sex or diagnosis; the last one says `otherwise`."""

    when: ConditionText | None = Field(None, description="Age, sex or diagnosis.")
    use: QuantityText | None = Field(None, description="The limit when the condition holds.")
    otherwise: QuantityText | None = Field(None, description="The limit when no case holds.")


NOT_SET: Literal["not set"] = "not set"
Amount = Quantity | Literal["not set"] | Mapping[str, Quantity] | tuple[Case, ...]


def _amount(value: Any) -> Any:
    """A quantity, `not set`, a unit pair (`mmol/L: 3.9`) or cases."""
    if isinstance(value, list):
        cases = cast("list[Any]", value)
        return tuple(Case.model_validate(each) for each in cases)
    if isinstance(value, dict):
        pair = cast("dict[str, Any]", value)
        return {unit: _with_unit(unit, number) for unit, number in pair.items()}
    if not isinstance(value, str):
        raise Misread(WrongShape, "", expected="a number with its unit", found=_shape(value))
    if not value.strip():
        raise Misread(Empty, "")
    return NOT_SET if value.strip() == NOT_SET else read_quantity(value.strip())


def _with_unit(unit: str, number: Any) -> Quantity:
    if not isinstance(number, str):
        raise Misread(WrongShape, "", expected="a number", found=_shape(number))
    read = read_quantity(number.strip())
    if read.unit:
        raise Misread(WrongShape, number, expected="a number without a unit", found=f"`{number}`")
    return Quantity(read.number, unit, read.decimals, f"{number} {unit}")


AmountText = Annotated[
    Amount,
    BeforeValidator(_amount),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "examples": ["135 mmHg", "not set"]},
                {"type": "object", "additionalProperties": {"type": "string"}, "examples": [{"mmol/L": "3.9"}]},
                {"type": "array", "items": Case.model_json_schema()},
            ]
        }
    ),
]


class Limit(Strict):
    """A named number. Either `default` (a patient may have another) or `fixed` (nobody may)."""

    default: AmountText | None = Field(None, description="Used when the patient has no own limit; `not set` = none.")
    fixed: AmountText | None = Field(None, description="May not be overridden.")
    allowed: SpanText | None = Field(None, description="A patient's own limit must lie inside.")
    beyond: NameText | None = Field(None, description="The limit above which this one must lie.")
    below: NameText | None = Field(None, description="The limit below which this one must lie.")
    was: tuple[NameText, ...] = Field((), description="Former names, still understood in patients' plans.")
    source: NameText | None = Field(None, description="A name under sources.")
    label: Texts = Field({}, description="What people call it.")


class Value(Strict):
    """One operator over one input."""

    operator: NameText = Field(description="The operator.")
    of: Reference = Field(description="The input.")
    last: DurationText | None = Field(None, description="Window back from now; days count today.")
    within: DurationText | None = Field(
        None, description="As `last`; days: from 00:00 of the day that many days before."
    )
    require: tuple[RequirementText, ...] = Field((), description="Least readings, days or share; else unknown.")
    newest_within: DurationText | None = Field(
        None, description="Unknown when the newest reading is older; days as for within."
    )
    round: QuantityText | None = Field(None, description="Round the value itself to this step, half away from zero.")
    show: Annotated[str, _text(_matching(r"[0-4] decimals?", NotAQuantity, "`0 decimals` to `4 decimals`"))] | None = (
        Field(None, description="Decimals when displayed; never changes the value.")
    )
    that_are: RowTestText | None = Field(None, description="Which readings count.")
    skip_first_days: Count | None = Field(None, description="Days with data to leave out at the start of the window.")
    sessions: Mapping[NameText, ClockSpanText] = Field({}, description="Times of day that form sessions.")
    per_session: Annotated[str, _text(_matching(r"first [1-9]", NotAQuantity, "`first 1` to `first 9`"))] | None = (
        Field(None, description="How many readings of a session count.")
    )
    discard_first_in_session: Literal["yes", "no"] | None = Field(
        None, description="Leave out a session's first reading."
    )
    outside_sessions: Literal["left out", "kept"] | None = Field(None, description="Readings outside every session.")
    late_after: NameText | None = Field(None, description="The limit after which a dose is late.")
    back: Count | None = Field(None, description="How many readings back; 1 = the one before the newest.")
    over: DurationText | None = Field(None, description="How long ago the other reading was.")
    give_or_take: DurationText | None = Field(None, description="How far from that time it may lie.")
    gap_at_most: DurationText | None = Field(None, description="A longer gap between readings ends the run.")
    needed: NameText | None = Field(None, description="The limit that says how long a run must be.")
    from_first_dispense: Literal["yes", "no"] | None = Field(
        None, description="The days begin with the first dispense in the window, and earlier ones do not count."
    )
    counted_in: Literal["hours", "days"] | None = Field(None, alias="in", description="Unit of the answer.")


def _value(value: Any) -> Any:
    """Bring `mean: weight` into the fields operator and of."""
    if not isinstance(value, dict):
        return value
    written = dict(cast("dict[str, Any]", value))
    found = [name for name in written if name in AUTHOR_OPERATORS]
    if not found:
        raise Misread(NoOperator, "", names=", ".join(sorted(AUTHOR_OPERATORS)))
    if len(found) > 1:
        raise Misread(TwoOperators, "", names=", ".join(f"`{name}`" for name in found))
    return {"operator": found[0], "of": written.pop(found[0]), **written}


class BandTable(Strict):
    """Points by bands of one value."""

    value: Reference = Field(description="The value that is banded.")
    covers: Literal["all"] | None = Field(None, description="`all`: the bands must cover the whole plausible span.")
    points: tuple[Mapping[BandText, QuantityText], ...] = Field(description="One `band: points` per line.")


class Score(Strict):
    """Sum of points; unknown as soon as one part is."""

    sum: tuple[Reference, ...] = Field(
        description="Names under bands or scores, or values or limits in points, for instance a limit that depends on "
        "age; a value of a form stands for all its items."
    )


class Alarm(Strict):
    """What a finding says, and how its alarm behaves in a live session."""

    summary: Texts = Field(description="At most 140 characters.")
    detail: Texts = Field({}, description="More words for the clinician.")
    patient: Texts = Field({}, description="Words for the patient.")
    suggest: Texts = Field({}, description="What to do.")
    vkp: Annotated[str, _text(str)] | None = Field(None, description="VKP alert code.")
    source: NameText | None = Field(None, description="A name under sources.")
    risks: tuple[Plain, ...] = Field((), description="What can go wrong if this is wrong or silent.")
    hidden_by: References = Field((), description="Listed but not shown while one of these fires.")
    unknown_while: References = Field((), description="Unknown while one of these fires.")
    quiet_for: DurationText | None = Field(None, description="Live: silent this long after it was shown.")
    remind_after: DurationText | None = Field(None, description="Live: shown again after this.")
    respond_within: DurationText | None = Field(None, description="Live: time limit for an answer.")
    responsible: Plain | None = Field(None, description="Live: who answers.")
    route: Clinical | None = Field(None, description="Live: which desk.")


class Rule(Alarm):
    """A condition and what it means."""

    when: ConditionText = Field(description="Fires when this holds.")
    colour: Colour = Field(description="The severity.")
    confirm: ConfirmText | None = Field(None, description="Readings that must agree before it fires.")
    unconfirmed: Texts = Field({}, description="What to say until then.")


class Zone(Alarm):
    """Colours of one value, worst first; otherwise green when it is known."""

    value: Reference = Field(description="The value, score or panel part.")
    red: RowTestText | None = Field(None, description="For instance `above gain_red`.")
    orange: RowTestText | None = Field(None, description="As red.")
    yellow: RowTestText | None = Field(None, description="As red.")


class Check(Strict):
    """Measurements and forms that belong together and are due again and again, for instance a weekly check."""

    inputs: tuple[NameText, ...] = Field(min_length=1, description="The inputs that are to come.")
    every: NameText = Field(description="The limit that says how often.")
    grace: NameText | None = Field(None, description="The limit that says how much later is still in time.")


class Missing(Alarm):
    """Absence of data as a finding of its own: an input after a limit, or a check that was not done in full."""

    input: NameText | None = Field(None, description="The input.")
    after: NameText | None = Field(None, description="The limit after which silence is a finding.")
    check: NameText | None = Field(None, description="In place of input and after: a name under checks.")
    colour: Colour = Field(description="The severity.")


class RulesetFile(Strict):
    """A ruleset file."""

    language: Annotated[int, _text(_language), _words("version of the language", "1")] = Field(
        description="Version of the language, not of the ruleset."
    )
    ruleset: RulesetId = Field(description="Its id: lower case words joined by hyphens.")
    version: VersionText = Field(description="Its version; any change of meaning makes a new one.")
    status: Literal["draft", "active", "retired"] = Field(description="Drafts run only when asked for.")
    title: Texts = Field(description="What people call it.")
    intended_use: Texts = Field({}, description="Purpose, users, patients, and what it is not for.")
    owner: Plain | None = Field(None, description="Who answers for it.")
    review_by: Annotated[date, _text(_date), _words("date", "2027-11-01")] | None = Field(
        None, description="When it must be looked at again."
    )
    sources: Mapping[NameText, Source] = Field({}, description="Where numbers and rules come from, by name.")
    reviewed: Review | None = Field(None, description="Required for active.")
    uses: Mapping[NameText, Plain] = Field({}, description="Other rulesets: `alias: id 1.x`.")
    applies_to: tuple[ConditionText, ...] = Field((), description="All must hold.")
    inputs: Mapping[NameText, Annotated[Input, BeforeValidator(_input)]] = Field(
        {}, description="What it reads: `name: concept`, or a block."
    )
    limits: Mapping[NameText, Limit] = Field({}, description="Every number of the ruleset, by name.")
    values: Mapping[NameText, Annotated[Value, BeforeValidator(_value)]] = Field(
        {}, description="Ways of looking at an input over time, by name."
    )
    bands: Mapping[NameText, BandTable] = Field({}, description="Points by bands of a value.")
    scores: Mapping[NameText, Score] = Field({}, description="Sums of points.")
    checks: Mapping[NameText, Check] = Field({}, description="Measurements and forms due again and again.")
    zones: Mapping[NameText, Zone] = Field({}, description="Colours of one value; one finding per zone.")
    rules: Mapping[NameText, Rule] = Field({}, description="Conditions that give a finding.")
    missing: Mapping[NameText, Missing] = Field({}, description="Silence that gives a finding.")


class AdaptedLimit(Strict):
    """Another default for a limit, inside what the ruleset allows."""

    default: AmountText = Field(description="Used here when the patient has no own limit.")
    source: Plain = Field(description="Who decided this here, and why.")


class AdaptedRule(Strict):
    """Another colour or other texts for a rule."""

    colour: Colour | None = Field(None, description="The severity here; not for zones.")
    summary: Texts = Field({}, description="At most 140 characters.")
    detail: Texts = Field({}, description="More words for the clinician.")
    patient: Texts = Field({}, description="Words for the patient.")
    suggest: Texts = Field({}, description="What to do.")


class AdaptationFile(Strict):
    """A local file that changes limits, colours and texts of a ruleset, or switches rules off; nothing else."""

    language: Annotated[int, _text(_language), _words("version of the language", "1")] = Field(
        description="Version of the language, not of the ruleset."
    )
    adaptation: RulesetId = Field(description="Its id: lower case words joined by hyphens.")
    adapts: Plain = Field(description="The ruleset and its version: `id 1.x`.")
    version: VersionText = Field(description="Its version; any change of meaning makes a new one.")
    status: Literal["draft", "active", "retired"] = Field(description="A draft makes the adapted ruleset a draft.")
    owner: Plain | None = Field(None, description="Who answers for it.")
    review_by: Annotated[date, _text(_date), _words("date", "2027-11-01")] | None = Field(
        None, description="When it must be looked at again."
    )
    reviewed: Review | None = Field(None, description="Required for active.")
    switch_off: tuple[NameText, ...] = Field((), description="Rules that are not used here.")
    limits: Mapping[NameText, AdaptedLimit] = Field({}, description="Other numbers, within what the ruleset allows.")
    rules: Mapping[NameText, AdaptedRule] = Field({}, description="Rules, zones and missing-data rules.")
