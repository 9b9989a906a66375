"""What a ruleset reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

from pydantic import Field

from cds.codes import Kind
from cds.model.scalars import ClockText, NameText, Strict, TimeOfDayText


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
AS_NEEDED: Final = "as_needed"  # the use of medicines whose doses are never planned


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
    time_of_day: TimeOfDayText | None = Field(
        None,
        description="Only readings at this time of day, also `22:00 to 06:00`; one that is a date alone is at none.",
    )
    use: Literal["regular", "course", "as_needed"] | None = Field(
        None, description="Only medicines for such use; doses `as_needed` are read only where this says so."
    )

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


def read_input(value: Any) -> Any:
    """Bring `weight: body_weight` into the field concept."""
    return {"concept": value} if isinstance(value, str) else value
