"""Named numbers."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator, Field, WithJsonSchema

from cds.diagnostics.shape import Empty, WrongShape
from cds.grammar import (
    Misread,
    Quantity,
    read_quantity,
)
from cds.model.scalars import (
    ConditionText,
    NameText,
    QuantityText,
    SpanText,
    Strict,
    Texts,
    shape_of,
    text_of,
    words_for,
)

NOT_SET: Literal["not set"] = "not set"


def _rest(text: str) -> Quantity | Literal["not set"]:
    return NOT_SET if text == NOT_SET else read_quantity(text)


class Case(Strict):
    """One case of a limit that depends on age, sex or diagnosis; the last one says `otherwise`."""

    when: ConditionText | None = Field(None, description="Age, sex or diagnosis.")
    use: QuantityText | None = Field(None, description="The limit when the condition holds.")
    otherwise: Annotated[Quantity | Literal["not set"], text_of(_rest), words_for("quantity", "135 mmHg")] | None = (
        Field(None, description="The limit when no case holds; `not set` = then there is none.")
    )

    @property
    def stated(self) -> Mapping[str, Quantity]:
        """The numbers of the case, by the word before each."""
        words = {"use": self.use, "otherwise": self.otherwise}
        return {word: each for word, each in words.items() if isinstance(each, Quantity)}


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
        raise Misread(WrongShape, "", expected="a number with its unit", found=shape_of(value))
    if not value.strip():
        raise Misread(Empty, "")
    return NOT_SET if value.strip() == NOT_SET else read_quantity(value.strip())


def _with_unit(unit: str, number: Any) -> Quantity:
    if not isinstance(number, str):
        raise Misread(WrongShape, "", expected="a number", found=shape_of(number))
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
