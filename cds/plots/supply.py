"""The chart of what was handed out to a patient, from the patient's records."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from cds.adherence import Availability, Carry, Window, explain_availability
from cds.api import Moment, Patient, Ruleset, microseconds
from cds.codes import Concept, Concepts
from cds.diagnostics import CdsError, Language
from cds.execute.single import Evaluation
from cds.operators.ask import parameter_vector
from cds.operators.reasons import AT_LEAST, KNOWN, Reason
from cds.operators.series import (
    DAYS,
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_MINUTE,
    SCRATCH_PER_ROW,
    WINDOW,
    WINDOW_KIND,
)
from cds.operators.supply import percent_of_days_covered
from cds.patient import moment, table_of
from cds.plots.availability import AvailabilityChart, availability_chart, percent, said
from cds.plots.axis import axis
from cds.plots.inputs import View
from cds.plots.words import words
from cds.result import text_in
from cds.sentences import say
from cds.wording import reason_text

USUAL_DAYS: Final = 365
_CARRY: Final = Carry(same_medication=True)


def availability(
    ruleset: Ruleset,
    patient: Patient,
    medicines: str = "all",
    *,
    at: Moment,
    days: int = USUAL_DAYS,
    measure: str = "CMA7",
    language: Language = "en",
    allow_draft: bool = False,
) -> AvailabilityChart:
    """The chart of what was handed out to a patient, over so many days up to `at`, those of the first dispense at most.

    One medicine is judged by the measure. Of several each is judged by itself from its first dispense on, and all
    together by the share of days with at least one of them, as `percent_of_days_covered` in a ruleset. medicines: a
    class of the ruleset's concepts (`statins`), or `all`. at, allow_draft: as in `Ruleset.evaluate`. CdsError when
    nothing of the class was handed out.
    """
    ruleset.refuse_drafts(allow_draft)
    facts = patient.facts
    instant = microseconds(at, facts.zone)
    spanned = axis(facts.zone, instant, days=days)
    view = View(Evaluation(ruleset.plan, facts, instant), spanned, ruleset.concepts, language)
    key = f"supply.{medicines}"
    rows = _handed_out(view, key, patient.id)
    if not rows:
        raise CdsError(
            f"nothing of `{medicines}` was handed out to the patient; name a class such as `statins`, or `all`"
        )
    until = _date(spanned.last_day + 1)
    opens = until - timedelta(days=days)
    whole = _explained(rows, measure, opens, until)
    drafts = [each.id for each in ruleset.heads if each.status == "draft"]
    draft = say("notice", language, rulesets=", ".join(drafts)) if drafts else ""
    parts = [
        _explained([each for each in rows if each["medication"] == medication], measure, opens, until)
        for medication in whole.medications
    ]
    label = said("all_medicines", language) if medicines == "all" else view.label(key)
    if len(parts) == 1:
        return availability_chart(whole, label=label, language=language, draft=draft)
    chart = availability_chart(whole, parts=parts, label=label, language=language, draft=draft)
    return _with_any(chart, view, key, whole)


def _explained(rows: Sequence[dict[str, Any]], measure: str, opens: date, until: date) -> Availability:
    """The measure from the first of these supplies on, judged from `opens` at the earliest."""
    first = min(each["date"] for each in rows)
    follow_up, observation = Window(first, until), Window(max(first, opens), until)
    patient = rows[0]["patient"]
    return explain_availability(rows, patient, measure, follow_up=follow_up, observation=observation, carry=_CARRY)


def _with_any(chart: AvailabilityChart, view: View, key: str, whole: Availability) -> AvailabilityChart:
    """The chart with the share of days on which at least one of the medicines was at hand."""
    language, series = view.language, view.known(key)
    window = parameter_vector({WINDOW: whole.observation[1] - whole.observation[0], WINDOW_KIND: DAYS})
    now = moment(view.axis.zone, view.axis.at, view.since(key))
    scratch = [0.0] * (SCRATCH_PER_ROW * len(series.times))
    value, _, _, reason = percent_of_days_covered(series, series, now, window, [], scratch)
    is_told = reason in (KNOWN, AT_LEAST)
    why = "" if is_told else reason_text(Reason(reason), language)
    return replace(
        chart,
        measure=said("any", language),
        estimate=percent(value, reason == AT_LEAST, language) if is_told else said("unknown", language, reason=why),
        share=value / 100.0 if is_told else None,
        rule=said("any_rule", language),
    )


def _date(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)


def _handed_out(view: View, key: str, patient: str) -> list[dict[str, Any]]:
    """The dispenses that are known, as rows of a table of supply."""
    series = view.known(key)
    names = _names(view, key, sorted(set(series.group)))
    return [
        {
            "patient": patient,
            "date": _date((time + ahead * MICROSECONDS_PER_MINUTE) // MICROSECONDS_PER_DAY),
            "days_supply": series.values[row] if series.quality[row] == KNOWN else None,
            "medication": names[series.group[row]],
        }
        for row, (time, ahead) in enumerate(zip(series.times, series.utc_offset, strict=True))
    ]


def _names(view: View, key: str, groups: Sequence[int]) -> dict[int, str]:
    """What each medicine is called: its ATC codes and their narrowest class; else the class asked for, numbered."""
    codes = table_of(view.evaluation.patient, key).medicines
    label = words("supply", view.language) if key == "supply.all" else view.label(key)
    names: dict[int, str] = {}
    for number, group in enumerate(groups, 1):
        known = codes[group] if group < len(codes) else ()
        plain = words("medicine", view.language, label=label, n=number) if len(groups) > 1 else label
        names[group] = _named(known, view) if known else plain
    return names


def _named(codes: Sequence[str], view: View) -> str:
    """`C10AA05, Statins`."""
    found = [_narrowest(view.concepts, each) for each in codes]
    labels = dict.fromkeys(text_in(each.label, view.language)[0] for each in found if each)
    return ", ".join([" + ".join(codes), *labels])


def _narrowest(concepts: Concepts, code: str) -> Concept | None:
    """The class with the longest beginning of the code, of several the one with the fewest others."""
    held = [concepts.by_name[name] for name in concepts.classes(code)]
    ranked = ((max(len(atc) for atc in each.atc if code.startswith(atc)), -len(each.atc), each) for each in held)
    return max(ranked, key=lambda each: each[:2], default=(0, 0, None))[2]
