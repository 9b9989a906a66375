"""A start period: what is usual for one patient, as a suggestion for the patient's own plan.

From some weeks of readings each measurement gets its median, its spread from day to day, its lowest and highest, and,
when asked, the span that lies so many spreads around the median. Nothing of it is applied: a limit counts when a
clinician has put it into the plan. Every number comes from the operators that rulesets use.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from cds.api import Moment, Patient, microseconds
from cds.codes import Concept, Concepts
from cds.diagnostics import CdsError
from cds.diagnostics.report import Language
from cds.execute.single import Evaluation
from cds.operators.aggregates import BY_DAY, DAY_MEAN
from cds.operators.ask import parameter_vector
from cds.operators.reasons import KNOWN, Reason
from cds.operators.series import DAYS, LEAST_DAYS, WINDOW, WINDOW_KIND
from cds.periods import civil_date
from cds.plan import Input, Measure, Plan
from cds.result import text_in
from cds.wording import number_text, reason_text, unit_text

DAYS_OF_START: Final = 28
LEAST_DAYS_MEASURED: Final = 14
_OPERATORS: Final = ("count", "days_with", "median", "sd", "min", "max")
_HIGHEST_IS_BEST: Final = ("peak_expiratory_flow",)
_DAILY: Final = frozenset({"median", "sd"})  # over the days' means, so that days count alike

TEXTS: Final[Mapping[str, Mapping[Language, str]]] = {
    "title": {
        "nb": "Forslag til egne grenser, {since} til {until}",
        "nn": "Framlegg til eigne grenser, {since} til {until}",
        "en": "Suggestion for limits of the patient's own, {since} to {until}",
    },
    "note": {
        "nb": "Ingenting av dette er tatt i bruk. En grense gjelder først når en kliniker har ført den inn i planen.",
        "nn": "Ingenting av dette er teke i bruk. Ei grense gjeld først når ein klinikar har ført henne inn i planen.",
        "en": "None of this is in use. A limit counts only when a clinician has put it into the plan.",
    },
    "nothing": {
        "nb": "Ingen målinger er overlevert.",
        "nn": "Ingen målingar er overleverte.",
        "en": "No measurements were handed over.",
    },
    "on": {"nb": "på", "nn": "på", "en": "on"},
    "median": {"nb": "median", "nn": "median", "en": "median"},
    "spread": {
        "nb": "spredning fra dag til dag",
        "nn": "spreiing frå dag til dag",
        "en": "spread from day to day",
    },
    "lowest": {"nb": "lavest", "nn": "lågast", "en": "lowest"},
    "highest": {"nb": "høyest", "nn": "høgast", "en": "highest"},
    "best": {"nb": "personlig beste", "nn": "personleg beste", "en": "personal best"},
    "span": {"nb": "vanlig område", "nn": "vanleg område", "en": "usual span"},
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Median and spread of the days' means, lowest and highest reading; span: None when not asked for."""

    median: float
    spread: float
    lowest: float
    highest: float
    span: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Usual:
    """What one measurement is like in the start period, in its concept's unit; figures: or the reason for none."""

    input: str
    concept: Concept
    readings: int
    days: int
    figures: Figures | Reason


@dataclass(frozen=True, slots=True)
class Baseline:
    """A suggestion for one patient; `since` and `until` are civil dates, both counted."""

    patient: str
    since: str
    until: str
    measured: tuple[Usual, ...]


def baseline(
    patient: Patient,
    *,
    at: Moment,
    concepts: Concepts,
    days: int = DAYS_OF_START,
    least_days: int = LEAST_DAYS_MEASURED,
    spreads: float | None = None,
) -> Baseline:
    """What is usual for a patient in the days up to `at`, today among them.

    least_days: days with readings below which nothing is suggested. spreads: how wide the usual span shall be; none
    is given unless asked for. CdsError when the numbers make no sense.
    """
    if not 1 <= least_days <= days <= 366 or (spreads is not None and not 0 < spreads <= 10):
        raise CdsError(
            "a start period has 1 to 366 days, at least as many as required, and a width above 0, at most 10"
        )
    facts = patient.facts
    moment = microseconds(at, facts.zone)
    until = civil_date(moment, facts.zone)
    found: list[Usual] = []
    for key, concept in _measurements(concepts):
        if key in facts.tables:
            plan = Plan((), tuple(_measure(each, key, days, least_days) for each in _OPERATORS), (), "")
            found.append(_usual(Evaluation(plan, facts, moment), key, concept, spreads))
    return Baseline(patient.id, (until - timedelta(days - 1)).isoformat(), until.isoformat(), tuple(found))


def _measurements(concepts: Concepts) -> Iterator[tuple[str, Concept]]:
    """Column key and concept of everything that is measured as a number."""
    for concept in concepts.of_kind("measurement", "panel"):
        yield from ((f"{concept.name}.{part}", each) for part, each in concept.parts.items())
        if not concept.parts and not concept.answers:
            yield concept.name, concept


def _usual(evaluation: Evaluation, key: str, concept: Concept, spreads: float | None) -> Usual:
    answers = [evaluation.number(place) for place in range(len(_OPERATORS))]
    readings, measured, median, spread, lowest, highest = (value for value, _ in answers)
    reason = next((each for _, each in answers[2:] if each != KNOWN), KNOWN)
    span = None if spreads is None else (median - spreads * spread, median + spreads * spread)
    figures = Reason(reason) if reason != KNOWN else Figures(median, spread, lowest, highest, span)
    return Usual(key, concept, int(readings), int(measured), figures)


def _measure(operator: str, key: str, days: int, least_days: int) -> Measure:
    slots: dict[int, float] = {WINDOW: float(days), WINDOW_KIND: DAYS}
    if operator not in ("count", "days_with"):
        slots[LEAST_DAYS] = float(least_days)
    if operator in _DAILY:
        slots[BY_DAY] = DAY_MEAN
    return Measure(operator, operator, Input(key, key), tuple(parameter_vector(slots)))


def baseline_document(made: Baseline) -> dict[str, Any]:
    """The suggestion as JSON; `applied` is always false."""
    return {
        "patient": made.patient,
        "since": made.since,
        "until": made.until,
        "applied": False,
        "measured": [_row(each) for each in made.measured],
    }


def _row(each: Usual) -> dict[str, Any]:
    row: dict[str, Any] = {"input": each.input, "unit": each.concept.unit, "readings": each.readings, "days": each.days}
    match each.figures:
        case Figures(median, spread, lowest, highest, span):
            row |= {"median": median, "spread": spread, "lowest": lowest, "highest": highest}
            return row | {"usual": {"low": span[0], "high": span[1]}} if span else row
        case reason:
            return row | {"reason": reason.name}


def baseline_text(made: Baseline, language: Language = "en") -> str:
    """The suggestion for people to read, in their language."""
    lines = [TEXTS["title"][language].format(since=made.since, until=made.until), TEXTS["note"][language]]
    for each in made.measured:
        lines += ["", text_in(each.concept.label, language)[0], f"  {_amount(each, language)}"]
        lines += [f"  {line}" for line in _numbers(each, language)]
    return "\n".join(lines if made.measured else [*lines, "", TEXTS["nothing"][language]]) + "\n"


def _amount(each: Usual, language: Language) -> str:
    readings = f"{each.readings} {unit_text('readings', each.readings, language)}"
    return f"{readings} {TEXTS['on'][language]} {each.days} {unit_text('days', each.days, language)}"


def _numbers(each: Usual, language: Language) -> Iterator[str]:
    figures = each.figures
    if isinstance(figures, Reason):
        yield reason_text(figures, language)
        return
    unit = unit_text(each.concept.unit, figures.median, language)

    def shown(value: float, more: int = 0) -> str:
        return number_text(value, each.concept.decimals + more, language)

    highest = "best" if each.input in _HIGHEST_IS_BEST else "highest"
    for name, value in (("median", figures.median), ("lowest", figures.lowest), (highest, figures.highest)):
        yield f"{TEXTS[name][language]}: {shown(value)} {unit}"
    yield f"{TEXTS['spread'][language]}: {shown(figures.spread, more=1)} {unit}"
    if figures.span:
        yield f"{TEXTS['span'][language]}: {shown(figures.span[0])}–{shown(figures.span[1])} {unit}"
