"""Scalars of a ruleset file, each read from its text, and what the blocks have in common."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from cds.diagnostics import Code
from cds.diagnostics.notation import NotADate, NotAQuantity, NotAVersion
from cds.diagnostics.shape import Empty, NotAName, NotAnId, WrongShape
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
    read_time_of_day,
)
from cds.phrases import RESERVED, Phrase, RowTest, read_condition, read_row_test


def text_of(read: Callable[[str], Any]) -> BeforeValidator:
    """Read a scalar's text; anything that is not text is the wrong shape."""

    def validate(value: Any) -> Any:
        if not isinstance(value, str):
            raise Misread(WrongShape, "", expected="words on one line", found=shape_of(value))
        if not value.strip():
            raise Misread(Empty, "")
        return read(value.strip())

    return BeforeValidator(validate)


def shape_of(value: Any) -> str:
    """What was written in place of a text."""
    return "a list" if isinstance(value, list) else "an indented block" if isinstance(value, dict) else "nothing"


def matching(pattern: str, kind: type[Code], expected: str = "") -> Callable[[str], str]:
    """A reader of texts of one pattern; others are misread with this code."""
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


def read_date(text: str) -> date:
    """A date as it is written, such as 2026-11-01."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Misread(NotADate, text) from None


def words_for(kind: str, example: str) -> WithJsonSchema:
    """How the JSON Schema shows a text that is read."""
    return WithJsonSchema({"type": "string", "title": kind, "examples": [example]})


NameText = Annotated[str, text_of(_name), words_for("name", "systolic_high")]
Reference = Annotated[
    str, text_of(matching(r"[a-z][a-z0-9_]{0,59}(\.[a-z][a-z0-9_]{0,59})?", NotAName)), words_for("name", "bp.severe")
]
RulesetId = Annotated[
    str, text_of(matching(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", NotAnId)), words_for("id", "home-blood-pressure")
]
VersionText = Annotated[
    str, text_of(matching(r"\d{1,4}\.\d{1,4}\.\d{1,4}", NotAVersion)), words_for("version", "1.0.0")
]


def _listed(value: Any) -> Any:
    """One name, or a list of names."""
    return [value] if isinstance(value, str) else value


References = Annotated[tuple[Reference, ...], BeforeValidator(_listed)]
QuantityText = Annotated[Quantity, text_of(read_quantity), words_for("quantity", "135 mmHg")]
SpanText = Annotated[Span, text_of(read_span), words_for("span", "110 to 160 mmHg")]
DurationText = Annotated[Duration, text_of(read_duration), words_for("duration", "7 days")]
ClockText = Annotated[int, text_of(read_clock), words_for("clock time", "03:00")]
ClockSpanText = Annotated[ClockSpan, text_of(read_clock_span), words_for("clock span", "04:00 to 12:00")]
TimeOfDayText = Annotated[ClockSpan, text_of(read_time_of_day), words_for("clock span", "04:00 to 12:00")]
ConditionText = Annotated[Phrase, text_of(read_condition), words_for("condition", "gain is above gain_red")]
RowTestText = Annotated[RowTest, text_of(read_row_test), words_for("test", "below low")]
RequirementText = Annotated[Requirement, text_of(read_requirement), words_for("requirement", "12 readings")]
ConfirmText = Annotated[Confirm, text_of(read_confirm), words_for("confirm", "2 readings within 15 min")]
BandText = Annotated[Band, text_of(read_band), words_for("band", "92 to 93")]
Plain = Annotated[str, text_of(str), Field(min_length=1, max_length=2000)]
Count = Annotated[
    str, text_of(matching(r"[1-9]\d{0,2}", NotAQuantity, "a whole number")), words_for("whole number", "1")
]
Language = Literal["nb", "nn", "en"]
Texts = Mapping[Language, Plain]
Colour = Literal["red", "orange", "yellow"]
Hook = Literal["patient-view", "order-select", "order-sign", "medication-refill"]
Reasons = Mapping[NameText, Annotated[Texts, Field(min_length=1)]]
Clinical = Literal["clinical", "technical", "supply"]


class Strict(BaseModel):
    """No field that the language does not have; nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
