"""Rules, zones, checks and missing data."""

from typing import Annotated

from pydantic import Field

from cds.model.scalars import (
    Clinical,
    Colour,
    ConditionText,
    ConfirmText,
    DurationText,
    NameText,
    Plain,
    Reasons,
    Reference,
    References,
    RowTestText,
    Strict,
    Texts,
    text_of,
)


class Alarm(Strict):
    """What a finding says, and how its alarm behaves in a live session."""

    summary: Texts = Field(description="At most 140 characters.")
    detail: Texts = Field({}, description="More words for the clinician.")
    patient: Texts = Field({}, description="Words for the patient.")
    suggest: Texts = Field({}, description="What to do.")
    vkp: Annotated[str, text_of(str)] | None = Field(None, description="VKP alert code.")
    source: NameText | None = Field(None, description="A name under sources.")
    override_reasons: Reasons = Field(
        {}, description="Reasons for passing over its card, by code; in place of those of the ruleset."
    )
    risks: tuple[Plain, ...] = Field((), description="What can go wrong if this is wrong or silent.")
    hidden_by: References = Field((), description="Listed but not shown while one of these fires.")
    unknown_while: References = Field((), description="Unknown while one of these fires.")
    quiet_for: DurationText | None = Field(None, description="Live: silent this long after it was shown.")
    remind_after: DurationText | None = Field(None, description="Live: shown again after this.")
    clear_when: ConditionText | None = Field(
        None, description="Live: must hold, besides that it no longer fires, before its alarm closes."
    )
    respond_within: DurationText | None = Field(None, description="Live: time limit for an answer.")
    responsible: Plain | None = Field(None, description="Live: who answers.")
    route: Clinical | None = Field(None, description="Live: which desk.")


class Rule(Alarm):
    """A condition and what it means."""

    when: ConditionText = Field(description="Fires when this holds.")
    colour: Colour = Field(description="The severity.")
    confirm: ConfirmText | None = Field(None, description="Readings that must agree before it fires.")
    held: DurationText | None = Field(
        None, alias="for", description="How long every reading must have satisfied it before it fires."
    )
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
