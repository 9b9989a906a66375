"""What an author may write in a ruleset file: frozen, nothing extra, every scalar read from text.

The fields' descriptions are the field reference (`cds schema --reference`) and the JSON Schema (`cds schema`).
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from cds.diagnostics.shape import UnsupportedLanguage
from cds.grammar import Misread
from cds.model.inputs import ALL, AS_NEEDED, INPUT_KINDS, Input, read_input
from cds.model.limits import Amount, AmountText, Case, Limit
from cds.model.rules import Alarm, Check, Missing, Rule, Zone
from cds.model.scalars import (
    Colour,
    ConditionText,
    Hook,
    NameText,
    Plain,
    Reasons,
    RulesetId,
    SpanText,
    Strict,
    Texts,
    VersionText,
    read_date,
    text_of,
    words_for,
)
from cds.model.values import AUTHOR_OPERATORS, BandTable, Score, Value, read_value

__all__ = [
    "ALL",
    "AS_NEEDED",
    "AUTHOR_OPERATORS",
    "INPUT_KINDS",
    "AdaptationFile",
    "AdaptedLimit",
    "AdaptedRule",
    "Alarm",
    "Amount",
    "BandTable",
    "Case",
    "Check",
    "Input",
    "Limit",
    "Missing",
    "NameText",
    "Plain",
    "Review",
    "Rule",
    "RulesetFile",
    "Score",
    "Source",
    "SpanText",
    "Strict",
    "Texts",
    "Value",
    "Zone",
]


def _language(text: str) -> int:
    if text != "1":
        raise Misread(UnsupportedLanguage, text, version=text)
    return 1


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
    date: Annotated[date, text_of(read_date), words_for("date", "2026-11-01"), Field(description="When.")]
    hash: Plain = Field(description="Content hash of the reviewed file; an edit voids the review.")


class RulesetFile(Strict):
    """A ruleset file."""

    language: Annotated[int, text_of(_language), words_for("version of the language", "1")] = Field(
        description="Version of the language, not of the ruleset."
    )
    ruleset: RulesetId = Field(description="Its id: lower case words joined by hyphens.")
    version: VersionText = Field(description="Its version; any change of meaning makes a new one.")
    status: Literal["draft", "active", "retired"] = Field(description="Drafts run only when asked for.")
    title: Texts = Field(description="What people call it.")
    intended_use: Texts = Field({}, description="Purpose, users, patients, and what it is not for.")
    owner: Plain | None = Field(None, description="Who answers for it.")
    review_by: Annotated[date, text_of(read_date), words_for("date", "2027-11-01")] | None = Field(
        None, description="When it must be looked at again."
    )
    sources: Mapping[NameText, Source] = Field({}, description="Where numbers and rules come from, by name.")
    reviewed: Review | None = Field(None, description="Required for active.")
    hooks: Annotated[tuple[Hook, ...], Field(min_length=1)] = Field(
        ("patient-view",), description="When a CDS Hooks client asks for it."
    )
    override_reasons: Reasons = Field(
        {}, description="Reasons for passing over a card, by code, in place of those of the service."
    )
    uses: Mapping[NameText, Plain] = Field({}, description="Other rulesets: `alias: id 1.x`.")
    applies_to: tuple[ConditionText, ...] = Field((), description="All must hold.")
    inputs: Mapping[NameText, Annotated[Input, BeforeValidator(read_input)]] = Field(
        {}, description="What it reads: `name: concept`, or a block."
    )
    limits: Mapping[NameText, Limit] = Field({}, description="Every number of the ruleset, by name.")
    values: Mapping[NameText, Annotated[Value, BeforeValidator(read_value)]] = Field(
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

    language: Annotated[int, text_of(_language), words_for("version of the language", "1")] = Field(
        description="Version of the language, not of the ruleset."
    )
    adaptation: RulesetId = Field(description="Its id: lower case words joined by hyphens.")
    adapts: Plain = Field(description="The ruleset and its version: `id 1.x`.")
    version: VersionText = Field(description="Its version; any change of meaning makes a new one.")
    status: Literal["draft", "active", "retired"] = Field(description="A draft makes the adapted ruleset a draft.")
    owner: Plain | None = Field(None, description="Who answers for it.")
    review_by: Annotated[date, text_of(read_date), words_for("date", "2027-11-01")] | None = Field(
        None, description="When it must be looked at again."
    )
    reviewed: Review | None = Field(None, description="Required for active.")
    switch_off: tuple[NameText, ...] = Field((), description="Rules that are not used here.")
    limits: Mapping[NameText, AdaptedLimit] = Field({}, description="Other numbers, within what the ruleset allows.")
    rules: Mapping[NameText, AdaptedRule] = Field({}, description="Rules, zones and missing-data rules.")
