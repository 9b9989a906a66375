"""The day profile of one measurement: what share of the readings lay where, by time of day, over some days.

Each stretch of the day has the 5th, 25th, 50th, 75th and 95th percentile of its readings, with straight lines between
readings in order of size. Stretches with readings on too few days are left open, and nothing is smoothed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cds.api import Moment, Patient, Ruleset, microseconds
from cds.diagnostics import CdsError, Language
from cds.execute.single import Evaluation
from cds.operators.readings import has_value
from cds.operators.series import MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE
from cds.plots.axis import axis, date_text
from cds.plots.chart import Limit
from cds.plots.inputs import View, concept_of, is_date_only
from cds.plots.limits import limits_of
from cds.sentences import say

USUAL_DAYS: Final = 14
STRETCH: Final = 30
"""Minutes of the day that are looked at together."""
LEAST_DAYS: Final = 3
"""Days with a reading below which a stretch is left open."""
PERCENTILES: Final = (5, 25, 50, 75, 95)


@dataclass(frozen=True, slots=True)
class Profile:
    """One measurement over the day. stretches: from 00:00, each with its percentiles, or () when it is left open.

    readings, days: how many were used, and on how many civil days. limits: those on the measurement's own scale, each
    once.
    """

    language: Language
    patient: str
    zone: str
    at_text: str
    span: tuple[str, str]
    draft: str
    label: str
    unit: str
    decimals: int
    readings: int
    days: int
    stretches: tuple[tuple[float, ...], ...]
    limits: tuple[Limit, ...]


def day_profile(
    ruleset: Ruleset,
    patient: Patient,
    key: str,
    *,
    at: Moment,
    days: int = USUAL_DAYS,
    language: Language = "en",
    allow_draft: bool = False,
) -> Profile:
    """The day profile of a measurement (`glucose`, `blood_pressure.systolic`) over so many days up to `at`.

    A meter's HI or LO counts as its limit. at, allow_draft: as in `Ruleset.evaluate`. CdsError when the measurement is
    none, or the days make no axis.
    """
    ruleset.refuse_drafts(allow_draft)
    facts = patient.facts
    moment = microseconds(at, facts.zone)
    view = View(
        Evaluation(ruleset.plan, facts, moment), axis(facts.zone, moment, days=days), ruleset.concepts, language
    )
    concept = concept_of(view, key)
    if concept is None or concept.kind != "measurement" or concept.answers:
        raise CdsError(f"`{key}` is no measurement; name one such as `glucose` or `blood_pressure.systolic`")
    last = view.axis.last_day
    stretches, readings, measured = _collected(view, key)
    drafts = [each.id for each in ruleset.heads if each.status == "draft"]
    return Profile(
        language=language,
        patient=patient.id,
        zone=facts.zone.name,
        at_text=view.when(moment),
        span=(date_text(last - days + 1, language), date_text(last, language)),
        draft=say("notice", language, rulesets=", ".join(drafts)) if drafts else "",
        label=view.label(key),
        unit=concept.unit,
        decimals=concept.decimals,
        readings=readings,
        days=measured,
        stretches=stretches,
        limits=_limits(view, key),
    )


def _limits(view: View, key: str) -> tuple[Limit, ...]:
    """The limits on the measurement's own scale, each once, whatever it is compared with."""
    found: dict[tuple[str, float], Limit] = {}
    for each in limits_of(view, [key]):
        if each.part is not None and each.value is not None:
            found.setdefault((each.name, each.value), each)
    return tuple(found.values())


def _collected(view: View, key: str) -> tuple[tuple[tuple[float, ...], ...], int, int]:
    """Percentiles of each stretch, readings used, and the civil days that they lie on."""
    series = view.known(key)
    values: list[list[float]] = [[] for _ in range(1440 // STRETCH)]
    days: list[set[int]] = [set[int]() for _ in range(1440 // STRETCH)]
    for row, time in enumerate(series.times):
        if view.axis.start <= time and has_value(series.quality[row]) and not is_date_only(series, row):
            local: int = time + series.utc_offset[row] * MICROSECONDS_PER_MINUTE
            place = local % MICROSECONDS_PER_DAY // MICROSECONDS_PER_MINUTE // STRETCH
            values[place].append(series.values[row])
            days[place].add(local // MICROSECONDS_PER_DAY)
    stretches = tuple(
        tuple(percentile(sorted(each), share / 100.0) for share in PERCENTILES) if len(on) >= LEAST_DAYS else ()
        for each, on in zip(values, days, strict=True)
    )
    return stretches, sum(map(len, values)), len(set[int]().union(*days))


def percentile(ordered: Sequence[float], share: float) -> float:
    """The number below which so large a share of the numbers lies; they are in order, at least one.

    >>> percentile([1.0, 2.0, 4.0], 0.75)
    3.0
    """
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
