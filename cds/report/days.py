"""Doses and supply of a population day by day, with small counts held back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from cds.adapters.tables.reading import population_from_tables
from cds.adherence.daily import DoseDay, SupplyDay, dose_counts, fates_of, supply_counts
from cds.api import Moment
from cds.catalogue import concepts_from
from cds.codes import Concepts
from cds.diagnostics import CdsError, Language, closest
from cds.plots.axis import date_text
from cds.population import Population
from cds.report.suppression import Sum, held_back
from cds.result import text_in
from cds.sentences import Sentences, say

Kind = Literal["doses", "supply"]
ASKED: Final = "asked"
UNKNOWN: Final = "unknown"
_ALL: Final = "all"

WORDS: Final[Sentences] = {
    "doses": ("Doser dag for dag: {label}", "Dosar dag for dag: {label}", "Doses day by day: {label}"),
    "supply": (
        "Utleverte legemidler dag for dag: {label}",
        "Utleverte legemiddel dag for dag: {label}",
        "Medicines at hand day by day: {label}",
    ),
    "all": ("alle legemidler", "alle legemiddel", "all medicines"),
    "span": ("{first} til {last}", "{first} til {last}", "{first} to {last}"),
    "doses_share": (
        "Andel av pasienter med planlagt dose, per dosedøgn fra kl. 03:00. De som ikke kan avgjøres, står for seg.",
        "Del av pasientar med planlagd dose, per dosedøgn frå kl. 03:00. Dei som ikkje kan avgjerast, står for seg.",
        "Share of patients with a planned dose, by dose day from 03:00. Those of whom it cannot be told stand apart.",
    ),
    "supply_share": (
        "Andel av pasienter som fikk noe utlevert året før, per døgn. De som ikke kan avgjøres, står for seg.",
        "Del av pasientar som fekk noko utlevert året før, per døgn. Dei som ikkje kan avgjerast, står for seg.",
        "Share of patients to whom some was handed out in the year before, by day. Those of whom it cannot be told "
        "stand apart.",
    ),
    "asked": ("pasienter", "pasientar", "patients"),
    "every": ("alle doser tatt", "alle dosar tekne", "every dose taken"),
    "some": ("noen tatt, noen ikke", "nokre tekne, nokre ikkje", "some taken, some not"),
    "none": ("ingen tatt", "ingen tekne", "none taken"),
    "covered": ("har legemiddel", "har legemiddel", "medicine at hand"),
    "without": ("uten legemiddel", "utan legemiddel", "without medicine"),
    "unknown": ("kan ikke avgjøres", "kan ikkje avgjerast", "cannot be told"),
    "share": ("andel av kjente", "del av kjende", "share of those known"),
    "day": ("dag", "dag", "day"),
    "nobody": ("ingen pasienter denne dagen", "ingen pasientar denne dagen", "no patients on that day"),
    "hidden": (
        "{sign} holdt tilbake: tall under {least}, og de andre som måtte til for at ingen kan regne dem ut",
        "{sign} halde tilbake: tal under {least}, og dei andre som måtte til for at ingen kan rekne dei ut",
        "{sign} held back: counts below {least}, and the others it took so that none of them can be worked out",
    ),
}


@dataclass(frozen=True, slots=True)
class Day:
    """One day. day: counted from 1970-01-01. counts: `asked` and each fate -> patients, None = held back."""

    day: int
    counts: Mapping[str, int | None]

    @property
    def share(self) -> float | None:
        """The good fate among those of whom it can be told; None when held back, or when there is nobody."""
        judged = [count for fate, count in self.counts.items() if fate not in (ASKED, UNKNOWN)]
        whole = None if None in judged else sum(each or 0 for each in judged)
        asked, unknown = self.counts[ASKED], self.counts[UNKNOWN]
        if whole is None and asked is not None and unknown is not None:
            whole = asked - unknown
        return judged[0] / whole if whole and judged[0] is not None else None

    @property
    def is_suppressed(self) -> bool:
        """Whether any count of the day is held back."""
        return None in self.counts.values()


@dataclass(frozen=True, slots=True)
class Daily:
    """The days of a population. label: what the medicines are called, by language. fates: the good one first."""

    kind: Kind
    label: Mapping[Language, str]
    fates: tuple[str, ...]
    least: int
    days: tuple[Day, ...]


def days_from_tables(
    source: object,
    kind: Kind,
    *,
    at: Moment,
    days: int,
    medicines: str,
    least: int,
    concepts: Iterable[str | Path],
) -> Daily:
    """See `cds.report.daily`. CdsError when there is no such class, or no day."""
    known = concepts_from(concepts)
    label = _label(known, medicines)
    population = source if isinstance(source, Population) else _read(source, known, f"{kind}.{medicines}")
    count, counted = (dose_counts, DoseDay) if kind == "doses" else (supply_counts, SupplyDay)
    found = count(population, at, days, medicines)
    made = tuple(Day(day, published(found[day], least)) for day in sorted(found))
    return Daily(kind, label, fates_of(counted), least, made)


def _read(source: object, concepts: Concepts, key: str) -> Population:
    return population_from_tables(source, concepts=concepts, wanted={key})[0]


def published(fates: Mapping[str, int], least: int) -> Mapping[str, int | None]:
    """The counts of a day with their sum, None where one is held back.

    >>> published({"covered": 20, "without": 3, "unknown": 0}, 5)
    {'asked': 23, 'covered': None, 'without': None, 'unknown': 0}
    """
    names = (ASKED, *fates)
    counts = [sum(fates.values()), *fates.values()]
    small = [place for place, count in enumerate(counts) if 0 < count < least]
    zeros = [place for place, count in enumerate(counts) if count == 0]
    held = held_back(counts, [Sum((0,), tuple(range(1, len(counts))))], small, zeros)
    return {name: None if place in held else counts[place] for place, name in enumerate(names)}


def _label(concepts: Concepts, medicines: str) -> Mapping[Language, str]:
    languages: Sequence[Language] = ("nb", "nn", "en")
    if medicines == _ALL:
        return {each: said("all", each) for each in languages}
    classes = {each.name: each for each in concepts.of_kind("medicine")}
    if medicines not in classes:
        near = closest(medicines, classes)
        raise CdsError(f"`{medicines}` is no class of medicines{f'; did you mean `{near}`?' if near else ''}")
    return {each: text_in(classes[medicines].label, each)[0] for each in languages}


def said(key: str, language: Language, **values: object) -> str:
    """Words of these pictures and tables."""
    return say(key, language, WORDS, **values)


def span_words(shown: Daily, language: Language) -> str:
    """The first and the last day."""
    first, last = (date_text(shown.days[place].day, language) for place in (0, -1))
    return said("span", language, first=first, last=last)
