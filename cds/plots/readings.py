"""Bands of readings: what was measured, what is held back and why, and when nothing came."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from cds.execute.single import Evaluation
from cds.operators.reasons import IMPLAUSIBLE_ONLY, KNOWN, Reason
from cds.operators.series import DAYS, DAYS_BEFORE, MICROSECONDS_PER_DAY, WINDOW, WINDOW_KIND, Series
from cds.operators.windows import opening
from cds.patient import moment
from cds.plots.chart import Limit, Mark, MarkKind, ReadingBand, Stretch, Zone
from cds.plots.inputs import View, concept_of, contested, is_date_only, measures, rules_in_question
from cds.plots.words import mark_words, words
from cds.units import unit_name
from cds.wording import number_text, unit_text

UNREMARKED: Final = (7.0, DAYS_BEFORE)
"""Without a rule about missing data, a stretch is marked when more than these whole days passed without anything."""
_KINDS: Final[Mapping[int, MarkKind]] = {
    KNOWN: "reading",
    Reason.unit_not_understood: "unit_not_understood",
    Reason.value_not_read: "value_not_read",
    Reason.implausible_only: "implausible_only",
    Reason.withheld: "withheld",
    Reason.conflict: "conflict",
    Reason.at_least: "at_least",
    Reason.at_most: "at_most",
    Reason.no_data: "no_data",
}
_MOST_PARTS: Final = 8
_FIRST_DAYS: Final = 2 * MICROSECONDS_PER_DAY  # before the first reading ever, a shorter stretch tells nothing
_ON_SCALE: Final = frozenset({"reading", "conflict", "at_least", "at_most"})


def reading_band(view: View, keys: tuple[str, ...], limits: tuple[Limit, ...], zones: tuple[Zone, ...]) -> ReadingBand:
    """The band of one measurement, or of all parts of a panel."""
    columns = [view.known(key, _partner(keys, part)) for part, key in enumerate(keys)]
    marks = tuple(_marks(view, keys, columns))
    stretches = (*unsupplied(view, keys), *silent(view, keys, _heard(columns), "no_readings"))
    concept = concept_of(view, keys[0])
    decimals = concept.decimals if concept else -1
    return ReadingBand(
        key=_name(keys),
        label=view.label(_name(keys)),
        unit=concept.unit if concept else "",
        decimals=decimals,
        parts=tuple(view.label(key) for key in keys),
        marks=marks,
        curves=tuple(_curves(marks, stretches)) if len(keys) == 1 else (),
        bars=tuple(_bars(marks)) if len(keys) > 1 else (),
        stretches=stretches,
        limits=limits,
        zones=zones,
        note=words("none_here", view.language) if not marks and not stretches else "",
    )


def _name(keys: tuple[str, ...]) -> str:
    """The key of a band: a panel's own name, else the one key."""
    key, *others = keys
    return key.partition(".")[0] if others else key


def _partner(keys: tuple[str, ...], part: int) -> str:
    return keys[part - 1] if len(keys) > 1 else ""


def _marks(view: View, keys: tuple[str, ...], columns: Sequence[Series]) -> Iterator[Mark]:
    for part, (key, series) in enumerate(zip(keys, columns, strict=True)):
        clashing = contested(series)
        for row, time in enumerate(series.times):
            dated = is_date_only(series, row)
            place = view.place(time, dated)
            if view.axis.start <= place:
                kind: MarkKind = "conflict" if row in clashing else _KINDS.get(series.quality[row], "not_certain")
                note, value = _note(view, key, series, row, kind), _value(series, row, kind)
                yield Mark(place, view.when(time, dated), kind, note, value, part, dated)


def _value(series: Series, row: int, kind: MarkKind) -> float | None:
    """The place on the scale; a number of which the unit is not known has none."""
    has_unit = kind == "implausible_only" and series.unit[row] != 0
    is_placed = series.quality[row] != Reason.conflict and (kind in _ON_SCALE or has_unit)
    return series.values[row] if is_placed else None


def _note(view: View, key: str, series: Series, row: int, kind: MarkKind) -> str:
    """The value; for what is held back, how it arrived, and why."""
    concept = concept_of(view, key)
    if kind == "reading":
        unit = concept.unit if concept else ""
        text = number_text(series.values[row], concept.decimals if concept else -1, view.language)
        return f"{text} {unit_text(unit, series.values[row], view.language)}".strip()
    sign = {"at_least": "≥ ", "at_most": "≤ "}.get(kind, "")
    has_unit = series.unit[row] != 0
    if not has_unit and (sign or series.raw[row] == 0.0):  # a meter's HI or LO, or no number at all
        return mark_words(kind, view.language)
    arrived = f"{sign}{number_text(series.raw[row], -1, view.language)} {unit_name(series.unit[row])}".strip()
    return f"{arrived}: {mark_words(kind, view.language)}"


def _curves(marks: Sequence[Mark], stretches: Sequence[Stretch]) -> Iterator[tuple[tuple[int, float], ...]]:
    """Readings that stand in a row, broken where nothing came; what is held back is never joined."""
    ends = [each.end for each in stretches]
    joined: list[tuple[int, float]] = []
    for mark in marks:
        if mark.kind == "reading" and mark.value is not None:
            following = bisect_right(ends, joined[-1][0]) if joined else len(ends)
            if following < len(ends) and stretches[following].start < mark.time:
                yield tuple(joined)
                joined = []
            joined.append((mark.time, mark.value))
    if joined:
        yield tuple(joined)


def _bars(marks: Sequence[Mark]) -> Iterator[tuple[int, float, float]]:
    """From the lowest to the highest part of one panel reading."""
    for time, together in groupby(sorted(marks, key=lambda each: each.time), key=lambda each: each.time):
        told = [each for each in together if each.kind == "reading"]
        parts = [[each.value for each in told if each.part == part] for part in range(_MOST_PARTS)]
        for values in zip(*filter(None, parts), strict=False):
            known = [each for each in values if each is not None]
            if len(known) > 1:
                yield time, min(known), max(known)


def _heard(columns: Sequence[Series]) -> list[int]:
    """When somebody measured: any reading but an impossible one."""
    times = {
        time
        for series in columns
        for time, quality in zip(series.times, series.quality, strict=True)
        if quality != IMPLAUSIBLE_ONLY
    }
    return sorted(times)


def unsupplied(view: View, keys: Sequence[str]) -> Iterator[Stretch]:
    """The time before any of the keys was handed over in full."""
    shown = view.axis.cut(view.axis.start, max(map(view.since, keys)))
    if shown:
        yield Stretch(*shown, "not_supplied", view.from_to(*shown), words("not_supplied", view.language))


def silent(view: View, keys: Sequence[str], heard: Sequence[int], note: str) -> Iterator[Stretch]:
    """Stretches of the time handed over in which nothing came for longer than the ruleset bears."""
    since = max(map(view.since, keys))
    begins = max(view.axis.start, since)
    if begins >= view.axis.at:
        return
    borne = list(_borne(view.evaluation, keys)) or [UNREMARKED]
    earlier = [each for each in heard if each < begins]
    ends = [*(each for each in heard if each >= begins), view.axis.at]
    starts = [earlier[-1] if earlier else since, *ends[:-1]]
    for start, end in zip(starts, ends, strict=True):
        now = moment(view.axis.zone, end, since)
        shown = view.axis.cut(max(start, begins), end)
        if start < begins and end < begins + _FIRST_DAYS:
            continue
        if shown and start < max(opening(now, length, kind, 0.0) for length, kind in borne):
            yield Stretch(*shown, "no_data", view.from_to(*shown), words(note, view.language))


def _borne(evaluation: Evaluation, keys: Sequence[str]) -> Iterator[tuple[float, int]]:
    """How long rules about missing data let nothing come: the window that must hold a reading, length and kind."""
    for rule in rules_in_question(evaluation):
        for measure in measures(evaluation.plan, (level.condition for level in rule.levels)):
            if measure.operator == "absent" and measure.input.key in keys:
                parameters, reason = evaluation.parameters(measure)
                if reason == KNOWN:
                    kind = int(parameters[WINDOW_KIND])
                    yield parameters[WINDOW], DAYS_BEFORE if kind == DAYS else kind
