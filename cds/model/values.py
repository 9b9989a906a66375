"""Ways of looking at an input over time, points and scores."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

from pydantic import Field

from cds.diagnostics.notation import NotAQuantity
from cds.diagnostics.shape import NoOperator, TwoOperators
from cds.grammar import (
    Misread,
)
from cds.model.scalars import (
    BandText,
    ClockSpanText,
    ClockText,
    Count,
    DurationText,
    NameText,
    QuantityText,
    Reference,
    RequirementText,
    RowTestText,
    Strict,
    matching,
    text_of,
)
from cds.operators import OPERATORS

AUTHOR_OPERATORS = frozenset(name for name, each in OPERATORS.items() if each.public)


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
    show: Annotated[str, text_of(matching(r"[0-4] decimals?", NotAQuantity, "`0 decimals` to `4 decimals`"))] | None = (
        Field(None, description="Decimals when displayed; never changes the value.")
    )
    that_are: RowTestText | None = Field(None, description="Which readings count.")
    skip_first_days: Count | None = Field(None, description="Days with data to leave out at the start of the window.")
    sessions: Mapping[NameText, ClockSpanText] = Field({}, description="Times of day that form sessions.")
    per_session: Annotated[str, text_of(matching(r"first [1-9]", NotAQuantity, "`first 1` to `first 9`"))] | None = (
        Field(None, description="How many readings of a session count.")
    )
    discard_first_in_session: Literal["yes", "no"] | None = Field(
        None, description="Leave out a session's first reading."
    )
    outside_sessions: Literal["left out", "kept"] | None = Field(None, description="Readings outside every session.")
    late_after: NameText | None = Field(None, description="The limit after which a dose is late.")
    on_time_within: NameText | None = Field(
        None, description="The limit that says how long before or after its time a dose is on time."
    )
    holiday_from: NameText | None = Field(
        None, description="The limit that says how many days in a row without a dose are a drug holiday."
    )
    back: Count | None = Field(None, description="How many readings back; 1 = the one before the newest.")
    over: DurationText | None = Field(None, description="How long ago the other reading was.")
    give_or_take: DurationText | None = Field(None, description="How far from that time it may lie.")
    gap_at_most: DurationText | None = Field(None, description="A longer gap between readings ends a run or episode.")
    gap_below: DurationText | None = Field(
        None, description="Readings as far apart as this, or further, are not joined."
    )
    lasting: DurationText | None = Field(None, description="How long the test must hold before it is an episode.")
    ends_after: DurationText | None = Field(None, description="How long it must then fail before the episode is over.")
    from_first_reading: Literal["yes", "no"] | None = Field(
        None, description="The time runs from the first reading in the window to the newest, less the gaps."
    )
    leave_out_last: DurationText | None = Field(
        None, description="Newest stretch of the window that is left out; days count today."
    )
    leave_out_first: DurationText | None = Field(
        None, description="Days or weeks from the patient's very first reading on that are left out."
    )
    each_day: Literal["mean", "median", "min", "max"] | None = Field(
        None, description="What every civil day is first brought to, so that days count alike."
    )
    spread_at_least: NameText | None = Field(
        None, description="The limit below which a standard deviation is not taken."
    )
    by_more_than: NameText | None = Field(
        None, description="The limit of how far a reading may lie from the median of the window."
    )
    leave_out_beyond: NameText | None = Field(
        None,
        description="Leave out readings further than this limit from the median, perhaps somebody else's; none are "
        "while the limit is not set.",
    )
    best: NameText | None = Field(None, description="The limit that is the patient's personal best.")
    pair: (
        Annotated[str, text_of(matching(r"[a-z_]+ (then|and) [a-z_]+", NotAQuantity, "`lying then standing`"))] | None
    ) = Field(None, description="The two ways of measuring that belong together, in order (`then`) or not (`and`).")
    apart_at_most: DurationText | None = Field(None, description="How far apart the two readings may lie.")
    at_times: tuple[ClockText, ...] = Field((), description="Clock times at which a reading is planned every day.")
    needed: NameText | None = Field(None, description="The limit that says how long a run must be.")
    from_first_dispense: Literal["yes", "no"] | None = Field(
        None, description="The days begin with the first dispense in the window, and earlier ones do not count."
    )
    carry_over: Literal["same medicine", "any medicine", "none"] | None = Field(
        None, description="What waits until it is needed when more is handed out early; same medicine unless said."
    )
    medicines_at_least: NameText | None = Field(
        None, description="The limit that says of how many medicines a covered day has some left; one unless said."
    )
    stopped_after: NameText | None = Field(
        None, description="The limit that says after how many days without supply the treatment has stopped."
    )
    stays: NameText | None = Field(
        None,
        description="The stays, of the inputs: what was handed out lasts longer for them, and no reading is planned.",
    )
    stay_days: Literal["left out", "covered"] | None = Field(
        None, description="What becomes of days in a stay; left out unless said."
    )
    counted_in: Literal["hours", "days"] | None = Field(None, alias="in", description="Unit of the answer.")


def read_value(value: Any) -> Any:
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
