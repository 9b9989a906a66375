"""How continuously one patient had medicine, as data: a band for each medication, supplies, gaps, and the estimate."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from cds.adherence import Availability, SupplyStep
from cds.diagnostics import Language
from cds.operators.supply import LOOK_BACK
from cds.plots.axis import date_text
from cds.sentences import Sentences, say
from cds.wording import number_text

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
    "any": ("Minst ett legemiddel", "Minst eitt legemiddel", "At least one medicine"),
    "all_medicines": ("alle legemidler", "alle legemiddel", "all medicines"),
    "any_rule": (
        "andel dager med minst ett av dem; hvert legemiddel er vurdert for seg fra første utlevering",
        "del av dagane med minst eitt av dei; kvart legemiddel er vurdert for seg frå første utlevering",
        "share of days with at least one of them; each is judged by itself from its first dispense",
    ),
    "handed_out": ("utlevert", "utlevert", "handed out"),
    "days_not_known": (
        "utlevert, ikke kjent hvor lenge det rekker",
        "utlevert, ikkje kjent kor lenge det rekk",
        "handed out, nobody knows for how long",
    ),
    "follow_up_window": ("oppfølging", "oppfølging", "follow-up"),
    "observation_window": ("vurdert", "vurdert", "judged"),
    "stretch_covered": (
        "{first} – {last}: med medisin",
        "{first} – {last}: med medisin",
        "{first} to {last}: with medicine",
    ),
    "stretch_without": ("{first} – {last}: uten", "{first} – {last}: utan", "{first} to {last}: without"),
    "stretch_unknown": (
        "{first} – {last}: ikke kjent",
        "{first} – {last}: ikkje kjent",
        "{first} to {last}: not known",
    ),
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
    """One medication. estimate: its own measure in words, where each is judged by itself."""

    label: str
    steps: tuple[Step, ...]
    estimate: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on which at least one medication was at hand, none was, or nobody knows. end: the day after the last one."""

    kind: Literal["covered", "without", "unknown"]
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class AvailabilityChart:
    """One patient's supplies and one measure. first, last: days on the axis; windows: first day, day after the last.

    together: of several medications, the days with at least one of them; () of one.
    """

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
    together: tuple[Stretch, ...] = ()


def availability_chart(
    explained: Availability,
    *,
    parts: Sequence[Availability] = (),
    label: str = "",
    language: Language = "en",
    draft: str = "",
) -> AvailabilityChart:
    """The chart of an explanation. label: what the supplies are of.

    parts: explanations of each medication by itself; their days and estimates then stand in the bands, and a last band
    shows the days with at least one of them.
    """
    days = [*explained.follow_up, *explained.observation, *(each.day for each in explained.supplies)]
    inside = [each for each in days if each <= explained.follow_up[1]] or days
    carry = explained.carry
    bands = tuple(_bands(parts or (explained,), bool(parts), language))
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
        bands=bands,
        issues=tuple(said("issue", language, row=each.row + 1, code=each.code) for each in explained.issues),
        together=tuple(_together([step for band in bands for step in band.steps], *explained.observation))
        if parts
        else (),
    )


def said(key: str, language: Language, **values: object) -> str:
    """Words of this chart."""
    return say(key, language, WORDS, **values)


def _estimate(explained: Availability, language: Language) -> str:
    if explained.value is None:
        return said("unknown", language, reason=explained.reason)
    return percent(100.0 * explained.value, explained.reason == "at_least", language)


def percent(value: float, is_bound: bool, language: Language) -> str:
    """A share in words; `is_bound`: it may be more."""
    text = number_text(value, 1, language)
    return said("at_least", language, value=text) if is_bound else f"{text} %"


def _bands(parts: Iterable[Availability], has_estimate: bool, language: Language) -> Iterator[MedicationBand]:
    for each in parts:
        estimate = f"{each.measure} {_estimate(each, language)}" if has_estimate else ""
        yield from (_band(each, medication, estimate, language) for medication in each.medications)


def _band(explained: Availability, medication: Any, estimate: str, language: Language) -> MedicationBand:
    steps = tuple(_step(each, language) for each in explained.supplies if each.medication == medication)
    return MedicationBand(said("no_name", language) if medication is None else str(medication), steps, estimate)


def _together(steps: Sequence[Step], opens: float, closes: float) -> Iterator[Stretch]:
    """The days of a window on which anything was at hand, and the others: unknown from a supply on that may last."""
    open_ended = [each.day for each in steps if each.used_until is None]
    reached = opens
    for start, end in _joined(steps, opens, closes):
        yield from _not_covered(open_ended, reached, start)
        yield Stretch("covered", start, end)
        reached = end
    yield from _not_covered(open_ended, reached, closes)


def _joined(steps: Sequence[Step], opens: float, closes: float) -> list[tuple[float, float]]:
    """When something was used within a window, in order, without overlap."""
    joined: list[tuple[float, float]] = []
    used = sorted((each.used_from, each.used_until) for each in steps if each.used_until is not None)
    for start, end in ((max(start, opens), min(end, closes)) for start, end in used):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        elif start < end:
            joined.append((start, end))
    return joined


def _not_covered(open_ended: Sequence[int], start: float, end: float) -> Iterator[Stretch]:
    perhaps = min((max(day, start) for day in open_ended if start - LOOK_BACK < day < end), default=end)
    if start < perhaps:
        yield Stretch("without", start, perhaps)
    if perhaps < end:
        yield Stretch("unknown", perhaps, end)


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
