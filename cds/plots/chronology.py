"""Doses by day and time of day: when they were taken, late, missed, and of which days nobody knows.

One column for each dose day, from 03:00 at the top to 03:00 the day after at the bottom, so that a dose after midnight
stands with the evening it belongs to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cds.api import Moment, Patient, Ruleset, microseconds
from cds.diagnostics import Language
from cds.execute.single import Evaluation
from cds.operators.series import MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE, Series
from cds.plots.axis import axis, date_text, day_text
from cds.plots.chart import MarkKind
from cds.plots.inputs import View, contested, is_date_only
from cds.plots.rows import aside_of, dose_note, fate_of, late_after_of
from cds.sentences import say

ALL_DOSES: Final = "doses.all"
DAY_STARTS: Final = 180
"""Minutes after 00:00 at which a dose day begins."""
USUAL_DAYS: Final = 28
_SHIFT: Final = DAY_STARTS * MICROSECONDS_PER_MINUTE
_IN_PLACE: Final = ("taken", "late")  # stand where they were taken; the others where they were planned


@dataclass(frozen=True, slots=True)
class DoseMark:
    """One dose. day: which column. hour: hours since the dose day began. when: its planned time in words. note: what
    became of it. is_set_aside: a dose during a stay, a journey or a pause."""

    day: int
    hour: float
    kind: MarkKind
    when: str
    note: str
    is_set_aside: bool


@dataclass(frozen=True, slots=True)
class Chronology:
    """One patient's doses on columns of dose days; the last one holds `at`.

    labels: each day's date. unmonitored: days of which nothing is told: not handed over, no dose planned, or no dose
    judged. undated: doses of those days of which the clock time is not known, so that they stand nowhere.
    """

    language: Language
    patient: str
    zone: str
    at_text: str
    span: tuple[str, str]
    draft: str
    labels: tuple[str, ...]
    marks: tuple[DoseMark, ...]
    unmonitored: tuple[bool, ...]
    undated: int


def chronology(
    ruleset: Ruleset,
    patient: Patient,
    *,
    at: Moment,
    days: int = USUAL_DAYS,
    language: Language = "en",
    allow_draft: bool = False,
) -> Chronology:
    """The doses of a patient over so many dose days, up to `at`.

    When a dose is late, the patient's rules about late doses say; where none does, no dose is shown as late. at,
    allow_draft: as in `Ruleset.evaluate`. CdsError when the days make no axis.
    """
    ruleset.refuse_drafts(allow_draft)
    facts = patient.facts
    moment = microseconds(at, facts.zone)
    evaluation = Evaluation(ruleset.plan, facts, moment)
    view = View(evaluation, axis(facts.zone, moment, days=days), ruleset.concepts, language)
    last = _dose_day(view, moment)
    first = last - days + 1
    marks = tuple(each for each in _marks(view, first) if 0 <= each.day < days)
    drafts = [each.id for each in ruleset.heads if each.status == "draft"]
    return Chronology(
        language=language,
        patient=patient.id,
        zone=facts.zone.name,
        at_text=view.when(moment),
        span=(date_text(first, language), date_text(last, language)),
        draft=say("notice", language, rulesets=", ".join(drafts)) if drafts else "",
        labels=tuple(day_text(day, language) for day in range(first, last + 1)),
        marks=marks,
        unmonitored=tuple(_unmonitored(view, marks, first, days)),
        undated=_undated(view, first),
    )


def _dose_day(view: View, time: int) -> int:
    return _local(view, time) // MICROSECONDS_PER_DAY


def _local(view: View, time: int) -> int:
    """Microseconds of clock time since the first dose day of 1970."""
    return time + view.axis.zone.offset_at(time) * MICROSECONDS_PER_MINUTE - _SHIFT


def _marks(view: View, first: int) -> Iterator[DoseMark]:
    """Every dose of which the clock time is known."""
    series = view.known(ALL_DOSES)
    late_after = late_after_of(view, ALL_DOSES)
    clashing = contested(series)
    for row, planned in enumerate(series.times):
        if not is_date_only(series, row):
            kind: MarkKind = "conflict" if row in clashing else fate_of(series, row, late_after)
            aside = aside_of(series, row)
            day, rest = divmod(_local(view, _stands_at(series, row, kind)), MICROSECONDS_PER_DAY)
            note = dose_note(view, series, row, kind, aside)
            yield DoseMark(day - first, rest / 3.6e9, kind, view.when(planned), note, bool(aside))


def _stands_at(series: Series, row: int, kind: MarkKind) -> int:
    delay = series.raw[row] if kind in _IN_PLACE else 0.0
    return series.times[row] + round(delay * MICROSECONDS_PER_MINUTE)


def _unmonitored(view: View, marks: tuple[DoseMark, ...], first: int, days: int) -> Iterator[bool]:
    """Of each day whether nothing is told of it."""
    told = {each.day for each in marks if each.kind in ("taken", "late", "missed", "delay_not_known")}
    since = view.since(ALL_DOSES)
    supplied = _dose_day(view, since) - first if since > view.axis.start - MICROSECONDS_PER_DAY else 0
    for day in range(days):
        yield day < supplied or day not in told


def _undated(view: View, first: int) -> int:
    series = view.known(ALL_DOSES)
    days = (_local(view, time) + _SHIFT for row, time in enumerate(series.times) if is_date_only(series, row))
    return sum(each // MICROSECONDS_PER_DAY >= first for each in days)
