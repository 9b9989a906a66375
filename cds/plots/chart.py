"""What a chart shows, as data: everything is decided here, and drawing only finds room for it.

Times are microseconds UTC, values are in the band's unit, texts are in the chart's language.
"""

from dataclasses import dataclass
from typing import Final, Literal

from cds.diagnostics import Language

Severity = Literal["red", "orange", "yellow", "green", ""]
MarkKind = Literal[
    "reading",
    "implausible_only",
    "unit_not_understood",
    "value_not_read",
    "withheld",
    "conflict",
    "at_least",
    "at_most",
    "no_data",
    "taken",
    "late",
    "missed",
    "not_judged",
    "delay_not_known",
    "event",
    "handed_out",
    "days_not_known",
    "not_certain",
]
TOLD: Final = frozenset({"reading", "taken", "late", "missed", "event", "handed_out"})  # the rest is held back


@dataclass(frozen=True, slots=True)
class Mark:
    """One fact. time: its place on the axis; when: its time in words. value: its place on the scale, or the hour of a
    dose; None when it has none. part: of a panel. note: what it was, and for what is held back why. is_set_aside: a
    dose during a stay, a journey or a pause."""

    time: int
    when: str
    kind: MarkKind
    note: str
    value: float | None = None
    part: int = 0
    is_date_only: bool = False
    is_set_aside: bool = False

    @property
    def is_told(self) -> bool:
        """Whether it says what it seems to say; else it is drawn hollow, with its reason."""
        return self.kind in TOLD


@dataclass(frozen=True, slots=True)
class Stretch:
    """Time for which a band says nothing: not handed over, or nothing came."""

    start: int
    end: int
    kind: Literal["not_supplied", "no_data"]
    when: str
    note: str


@dataclass(frozen=True, slots=True)
class Span:
    """Time that a diagnosis, device, medicine, stay or dispense holds, cut to the chart; note: all of it, in words."""

    start: int
    end: int
    note: str
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that applies to the patient.

    sign: how a value is compared with it (`≥`). text: the limit with its unit, or why there is none. whose: the
    patient's own, of an adaptation or the ruleset's. part: of the band, on whose scale it lies; None when it lies on
    another scale (a rise, a number of days). is_single: each reading is compared, not a number made of several.
    """

    name: str
    label: str
    colour: Severity
    sign: str
    value: float | None
    text: str
    whose: str
    part: int | None
    is_single: bool = True


@dataclass(frozen=True, slots=True)
class Zone:
    """Values of one part that have one colour, between limits; None = open end."""

    part: int
    low: float | None
    high: float | None
    colour: Severity


@dataclass(frozen=True, slots=True)
class ReadingBand:
    """One input on its own scale.

    parts: of a panel, else one. curves: (time, value) of readings that are joined. bars: (time, lowest, highest) of a
    panel's reading. note: what there is to say of the whole band.
    """

    key: str
    label: str
    unit: str
    decimals: int
    parts: tuple[str, ...]
    marks: tuple[Mark, ...]
    curves: tuple[tuple[tuple[int, float], ...], ...]
    bars: tuple[tuple[int, float, float], ...]
    stretches: tuple[Stretch, ...]
    limits: tuple[Limit, ...]
    zones: tuple[Zone, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class RowBand:
    """One input without a scale. by_clock: marks stand higher the earlier in the day they were planned."""

    key: str
    label: str
    marks: tuple[Mark, ...] = ()
    spans: tuple[Span, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    limits: tuple[Limit, ...] = ()
    by_clock: bool = False
    note: str = ""


Band = ReadingBand | RowBand


@dataclass(frozen=True, slots=True)
class Tick:
    """The beginning of a civil day, with its date."""

    time: int
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """One finding in words. sign: the colour of a finding, or how it came out otherwise."""

    sign: Literal["red", "orange", "yellow", "green", "waiting", "unknown", "quiet", "plain"]
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One patient's facts and findings on one axis of civil days, from `start` to `end`; nothing after `at`.

    at_text: the moment in words. days: first and last day in words. rulesets: title, version and status. draft: the
    warning that a ruleset is not approved, or "". stays: shaded across all bands. issues: facts that could not be
    used as they came.
    """

    language: Language
    patient: str
    zone: str
    start: int
    end: int
    at: int
    at_text: str
    days: tuple[str, str]
    rulesets: tuple[str, ...]
    draft: str
    ticks: tuple[Tick, ...]
    bands: tuple[Band, ...]
    stays: tuple[Span, ...]
    findings: tuple[Note, ...]
    totals: str
    issues: tuple[str, ...]
