"""Bands without a scale: doses, dispenses, medicines, dispenser events, stays, diagnoses and devices."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from cds.codes import Attribute
from cds.operators.doses import LATE_AFTER, is_late
from cds.operators.reasons import KNOWN, Reason
from cds.operators.series import FIRST_TIME, LAST_TIME, MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE, Series
from cds.operators.windows import day_of
from cds.plots.axis import midnight
from cds.plots.chart import Limit, Mark, MarkKind, RowBand, Span, Stretch
from cds.plots.inputs import View, contested, folder, is_date_only, measures, rules_in_question
from cds.plots.readings import silent, unsupplied
from cds.plots.words import DOSE_REASONS, mark_words, words
from cds.wording import number_text, unit_text

_MICROSECONDS_PER_HOUR: Final = 3_600_000_000
_ASIDE: Final[Mapping[Attribute, str]] = {Attribute[name.upper()]: word for name, word in DOSE_REASONS.items()}


def row_bands(view: View, key: str, limits: tuple[Limit, ...]) -> Iterator[RowBand]:
    """The rows of one input: one, or for dispenses one per medicine."""
    kind = folder(key, view.concepts)
    if kind == "doses":
        yield _dose_row(view, key, limits)
    elif kind == "supply":
        yield from _supply_rows(view, key, limits)
    elif kind == "events":
        yield _event_row(view, key, limits)
    else:
        yield _span_row(view, key, limits)


def _label(view: View, key: str) -> str:
    kind, _, name = key.partition(".")
    if name == "all":
        return words(kind, view.language)
    if key == "stays.hospital_stay" and name not in view.concepts.by_name:
        return words("hospital_stay", view.language)
    label = view.label(key)
    return words(f"{kind}_of", view.language, label=label) if kind in ("doses", "supply") else label


def _dose_row(view: View, key: str, limits: tuple[Limit, ...]) -> RowBand:
    series = view.known(key)
    marks = tuple(_doses(view, series, late_after_of(view, key)))
    stretches = (*unsupplied(view, [key]), *silent(view, [key], list(series.times), "no_doses"))
    note = "" if marks or stretches else words("no_doses_here", view.language)
    return RowBand(key, _label(view, key), marks, (), stretches, limits, by_clock=True, note=note)


def late_after_of(view: View, key: str) -> float | None:
    """Minutes after which a dose is late: by a rule about these doses, else about others; None = no rule says."""
    evaluation = view.evaluation
    found: list[tuple[bool, float]] = []
    for rule in rules_in_question(evaluation):
        for measure in measures(evaluation.plan, (level.condition for level in rule.levels)):
            if measure.operator == "days_with_late_dose":
                parameters, reason = evaluation.parameters(measure)
                if reason == KNOWN:
                    found.append((measure.input.key != key, parameters[LATE_AFTER]))
    return min(found)[1] if found else None


def _doses(view: View, series: Series, late_after: float | None) -> Iterator[Mark]:
    clashing = contested(series)
    for row, time in enumerate(series.times):
        dated = is_date_only(series, row)
        place = view.place(time, dated)
        if view.axis.start <= place:
            kind = "conflict" if row in clashing else fate_of(series, row, late_after)
            aside = aside_of(series, row)
            clock = None if dated else _clock(series, row)
            note = dose_note(view, series, row, kind, aside)
            yield Mark(place, view.when(time, dated), kind, note, clock, 0, dated, bool(aside))


def aside_of(series: Series, row: int) -> list[str]:
    """Why a dose is set aside, as keys of words; nothing when it counts."""
    return [word for bit, word in _ASIDE.items() if series.attribute[row] & bit]


def fate_of(series: Series, row: int, late_after: float | None) -> MarkKind:
    """What became of a dose that nothing contradicts."""
    if series.quality[row] != KNOWN:
        return "not_judged"
    if series.values[row] == 0.0:
        return "missed"
    if series.attribute[row] & Attribute.DELAY_UNKNOWN:
        return "delay_not_known"
    return "late" if late_after is not None and is_late(series.raw[row], late_after) else "taken"


def _clock(series: Series, row: int) -> float:
    """Hours since 00:00 in the patient's zone."""
    local = series.times[row] + series.utc_offset[row] * MICROSECONDS_PER_MINUTE
    return local % MICROSECONDS_PER_DAY / _MICROSECONDS_PER_HOUR


def dose_note(view: View, series: Series, row: int, kind: MarkKind, aside: Iterable[str]) -> str:
    """The same in words, with how early or late it was, and why it is set aside."""
    said = [mark_words(kind, view.language)]
    if kind in ("taken", "late"):
        delay = series.raw[row]
        key = "before" if delay < 0.0 else "after"
        said.append(words(key, view.language, n=number_text(abs(delay), 0, view.language)))
    return ", ".join([*said, *(words(each, view.language) for each in aside)])


def _event_row(view: View, key: str, limits: tuple[Limit, ...]) -> RowBand:
    marks = tuple(_events(view, view.known(key)))
    stretches = tuple(unsupplied(view, [key]))
    return RowBand(key, _label(view, key), marks, (), stretches, limits, note=_nothing(view, key, marks, stretches))


def _events(view: View, series: Series) -> Iterator[Mark]:
    for row, time in enumerate(series.times):
        dated = is_date_only(series, row)
        place = view.place(time, dated)
        if view.axis.start <= place:
            kind: MarkKind = "event" if series.quality[row] == KNOWN else "not_certain"
            yield Mark(place, view.when(time, dated), kind, mark_words(kind, view.language), is_date_only=dated)


def _nothing(view: View, key: str, shown: Iterable[object], stretches: tuple[Stretch, ...]) -> str:
    """Said of a row that was handed over and shows nothing."""
    if any(True for _ in shown) or stretches:
        return ""
    return words("none_now" if view.known(key).times else "nothing", view.language)


def _span_row(view: View, key: str, limits: tuple[Limit, ...]) -> RowBand:
    spans = tuple(spans_of(view, key))
    stretches = tuple(unsupplied(view, [key]))
    return RowBand(key, _label(view, key), (), spans, stretches, limits, note=_nothing(view, key, spans, stretches))


def spans_of(view: View, key: str) -> Iterator[Span]:
    """The spans of a diagnosis, device, medicine or stay, cut to the chart."""
    series = view.known(key)
    for row, start in enumerate(series.times):
        shown = view.axis.cut(start, int(series.values[row]))
        if shown:
            is_certain = series.quality[row] == KNOWN
            reason = "" if is_certain else f", {mark_words(_doubt(series.quality[row]), view.language)}"
            yield Span(*shown, _period(view, start, int(series.values[row])) + reason, is_certain)


def _doubt(quality: int) -> MarkKind:
    return "withheld" if quality == Reason.withheld else "not_certain"


def _period(view: View, start: int, end: int) -> str:
    """From when until when, as far as that is known at the moment."""
    first = view.when(start, True) if start > FIRST_TIME else ""
    last = view.when(end, True) if end <= view.axis.at and end < LAST_TIME else ""
    if first and last:
        return words("from_to", view.language, first=first, last=last)
    if last:
        return words("to_only", view.language, last=last)
    return words("from_on", view.language, first=first) if first else words("no_start", view.language)


def _supply_rows(view: View, key: str, limits: tuple[Limit, ...]) -> Iterator[RowBand]:
    """One row per medicine; a dispense waits until the one before it is used up."""
    series = view.known(key)
    medicines = sorted(set(series.group))
    stretches = tuple(unsupplied(view, [key]))
    label = _label(view, key)
    for place, medicine in enumerate(medicines):
        rows = [row for row, group in enumerate(series.group) if group == medicine]
        named = words("medicine", view.language, label=label, n=place + 1) if len(medicines) > 1 else label
        marks, spans = tuple(_handed_out(view, series, rows)), tuple(_lasting(view, series, rows))
        note = _nothing(view, key, (*marks, *spans), stretches)
        yield RowBand(key, named, marks, spans, stretches, limits if place == 0 else (), note=note)
    if not medicines:
        yield RowBand(key, label, (), (), stretches, limits, note=_nothing(view, key, (), stretches))


def _handed_out(view: View, series: Series, rows: Iterable[int]) -> Iterator[Mark]:
    for row in rows:
        time = series.times[row]
        if view.axis.start <= time:
            is_told = series.quality[row] == KNOWN
            kind: MarkKind = "handed_out" if is_told else "days_not_known"
            note = _lasts(view, series, row) if is_told else mark_words(kind, view.language)
            dated = is_date_only(series, row)
            yield Mark(time, view.when(time, dated), kind, note, is_date_only=dated)


def _lasting(view: View, series: Series, rows: Iterable[int]) -> Iterator[Span]:
    used_up = FIRST_TIME
    for row in rows:
        if series.quality[row] == KNOWN:
            begins = max(day_of(series.times[row], series.utc_offset[row]), used_up)
            used_up = begins + int(series.values[row])
            shown = view.axis.cut(midnight(view.axis.zone, begins), midnight(view.axis.zone, used_up))
            if shown:
                yield Span(*shown, _lasts(view, series, row))


def _lasts(view: View, series: Series, row: int) -> str:
    days = series.values[row]
    text = f"{number_text(days, -1, view.language)} {unit_text('days', days, view.language)}"
    return words("lasts", view.language, when=view.when(series.times[row], True), days=text)
