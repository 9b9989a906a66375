"""How continuously one patient had medicine, as data: a band for each medication, supplies, gaps, and the estimate."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from cds.adherence import Availability, Carry, SupplyStep, Window, explain_availability
from cds.api import Moment, Patient, Ruleset, microseconds
from cds.diagnostics import CdsError, Language
from cds.execute.single import Evaluation
from cds.operators.reasons import KNOWN
from cds.operators.series import MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE
from cds.plots.axis import axis, date_text
from cds.plots.inputs import View
from cds.plots.words import words
from cds.sentences import Sentences, say
from cds.wording import number_text

USUAL_DAYS: Final = 365
WORDS: Final[Sentences] = {
    "title": (
        "Tilgang til medisin, {label}, pasient {id}",
        "Tilgang til medisin, {label}, pasient {id}",
        "Medicine available, {label}, patient {id}",
    ),
    "description": (
        "Ett bånd per legemiddel: hva som ble utlevert, hvor lenge det rekker, og dager uten. Vinduet som er vurdert, "
        "er skyggelagt.",
        "Eitt band per legemiddel: kva som vart utlevert, kor lenge det rekk, og dagar utan. Vindauget som er vurdert, "
        "er skugga.",
        "One band per medication: what was handed out, how long it lasts, and days without. The window that is judged "
        "is shaded.",
    ),
    "follow_up": (
        "oppfølging {first} – {last}",
        "oppfølging {first} – {last}",
        "follow-up {first} to {last}",
    ),
    "observation": (
        "vurdert {first} – {last}",
        "vurdert {first} – {last}",
        "judged {first} to {last}",
    ),
    "unknown": ("ukjent ({reason})", "ukjend ({reason})", "unknown ({reason})"),
    "at_least": ("minst {value} %", "minst {value} %", "at least {value} %"),
    "carries": (
        "tidlig utlevert venter til det forrige er brukt opp",
        "tidleg utlevert ventar til det førre er brukt opp",
        "an early refill waits until the one before is used up",
    ),
    "carries_same": (
        "tidlig utlevert venter til det samme legemidlet er brukt opp",
        "tidleg utlevert ventar til det same legemiddelet er brukt opp",
        "an early refill waits until the same medication is used up",
    ),
    "no_carry": (
        "tidlig utlevert venter ikke",
        "tidleg utlevert ventar ikkje",
        "an early refill does not wait",
    ),
    "no_name": ("legemiddel ikke oppgitt", "legemiddel ikkje oppgitt", "medication not stated"),
    "supply": ("{date}: rekker {days} dager", "{date}: rekk {days} dagar", "{date}: lasts {days} days"),
    "supply_unknown": (
        "{date}: ikke kjent hvor lenge det rekker",
        "{date}: ikkje kjent kor lenge det rekk",
        "{date}: nobody knows how long it lasts",
    ),
    "carried": ("{days} dager fra før", "{days} dagar frå før", "{days} days from before"),
    "gap": ("{days} dager uten", "{days} dagar utan", "{days} days without"),
    "covered": ("dager med medisin", "dagar med medisin", "days with medicine"),
    "without": ("dager uten", "dagar utan", "days without"),
    "waits": (
        "venter på at det forrige brukes opp",
        "ventar på at det førre blir brukt opp",
        "waits for the one before",
    ),
    "not_known": ("ikke kjent", "ikkje kjent", "not known"),
    "issue": ("rad {row}: {code}", "rad {row}: {code}", "row {row}: {code}"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One supply on the axis of days. used_from, used_until: when it is used, None where that is not known.

    covered_until: until when days from its day on are covered; next_day: the supply after it, or the window's end. Both
    are None where the supply is not judged.
    """

    day: int
    used_from: float
    used_until: float | None
    covered_until: float | None
    next_day: float | None
    text: str


@dataclass(frozen=True, slots=True)
class MedicationBand:
    """One medication."""

    label: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class AvailabilityChart:
    """One patient's supplies and one measure. first, last: days on the axis; windows: first day, day after the last."""

    language: Language
    patient: str
    label: str
    measure: str
    estimate: str
    share: float | None
    rule: str
    draft: str
    first: int
    last: int
    follow_up: tuple[int, int]
    observation: tuple[int, int]
    bands: tuple[MedicationBand, ...]
    issues: tuple[str, ...]


def availability_chart(
    explained: Availability, *, label: str = "", language: Language = "en", draft: str = ""
) -> AvailabilityChart:
    """The chart of an explanation. label: what the supplies are of."""
    days = [*explained.follow_up, *explained.observation, *(each.day for each in explained.supplies)]
    inside = [each for each in days if each <= explained.follow_up[1]] or days
    carry = explained.carry
    rule = "no_carry" if explained.measure < "CMA5" else "carries_same" if carry.same_medication else "carries"
    return AvailabilityChart(
        language=language,
        patient=str(explained.patient),
        label=label,
        measure=explained.measure,
        estimate=_estimate(explained, language),
        share=explained.value,
        rule=said(rule, language),
        draft=draft,
        first=min(days),
        last=max(inside),
        follow_up=explained.follow_up,
        observation=explained.observation,
        bands=tuple(_band(explained, each, language) for each in explained.medications),
        issues=tuple(said("issue", language, row=each.row + 1, code=each.code) for each in explained.issues),
    )


def said(key: str, language: Language, **values: object) -> str:
    """Words of this chart."""
    return say(key, language, WORDS, **values)


def _estimate(explained: Availability, language: Language) -> str:
    if explained.value is None:
        return said("unknown", language, reason=explained.reason)
    value = number_text(100.0 * explained.value, 1, language)
    return said("at_least", language, value=value) if explained.reason == "at_least" else f"{value} %"


def _band(explained: Availability, medication: Any, language: Language) -> MedicationBand:
    steps = tuple(_step(each, language) for each in explained.supplies if each.medication == medication)
    return MedicationBand(said("no_name", language) if medication is None else str(medication), steps)


def _step(supply: SupplyStep, language: Language) -> Step:
    day = date_text(supply.day, language)
    lasts, carried = supply.days_supply, supply.carried_over or 0.0
    text = [said("supply_unknown", language, date=day)]
    if lasts is not None:
        text = [said("supply", language, date=day, days=number_text(lasts, -1, language))]
    without = supply.gap_days if lasts is not None else None
    for key, amount in (("carried", supply.carried_over), ("gap", without)):
        if amount:
            text.append(said(key, language, days=number_text(amount, -1, language)))
    following = None if supply.interval is None else supply.day + supply.interval
    covered = None if following is None or supply.gap_days is None else following - supply.gap_days
    begins = supply.day + carried
    return Step(supply.day, begins, None if lasts is None else begins + lasts, covered, following, ", ".join(text))


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

    medicines: a class of the ruleset's concepts (`statins`), or `all`. at, allow_draft: as in `Ruleset.evaluate`.
    CdsError when nothing of the class was handed out.
    """
    ruleset.refuse_drafts(allow_draft)
    facts = patient.facts
    moment = microseconds(at, facts.zone)
    spanned = axis(facts.zone, moment, days=days)
    view = View(Evaluation(ruleset.plan, facts, moment), spanned, ruleset.concepts, language)
    key = f"supply.{medicines}"
    rows = _handed_out(view, key, patient.id)
    if not rows:
        raise CdsError(
            f"nothing of `{medicines}` was handed out to the patient; name a class such as `statins`, or `all`"
        )
    first = min(each["date"] for each in rows)
    until = _date(spanned.last_day + 1)
    starts = max(first, until - timedelta(days=days))
    follow_up, observation, carry = Window(first, until), Window(starts, until), Carry(same_medication=True)
    explained = explain_availability(
        rows, patient.id, measure, follow_up=follow_up, observation=observation, carry=carry
    )
    drafts = [each.id for each in ruleset.heads if each.status == "draft"]
    draft = say("notice", language, rulesets=", ".join(drafts)) if drafts else ""
    return availability_chart(explained, label=_label(view, key), language=language, draft=draft)


def _label(view: View, key: str) -> str:
    return words("supply", view.language) if key == "supply.all" else view.label(key)


def _date(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)


def _handed_out(view: View, key: str, patient: str) -> list[dict[str, Any]]:
    """The dispenses that are known, as rows of a table of supply; medicines are numbered in order."""
    series = view.known(key)
    numbers = {group: place for place, group in enumerate(sorted(set(series.group)), 1)}
    label = _label(view, key)
    names = {group: words("medicine", view.language, label=label, n=n) for group, n in numbers.items()}
    return [
        {
            "patient": patient,
            "date": _date((time + ahead * MICROSECONDS_PER_MINUTE) // MICROSECONDS_PER_DAY),
            "days_supply": series.values[row] if series.quality[row] == KNOWN else None,
            "medication": names[series.group[row]] if len(names) > 1 else label,
        }
        for row, (time, ahead) in enumerate(zip(series.times, series.utc_offset, strict=True))
    ]
