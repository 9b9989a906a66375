"""Words of charts in nb, nn and en."""

from collections.abc import Mapping
from typing import Final

from cds.diagnostics import Language
from cds.plots.chart import Limit
from cds.sentences import Sentences, say
from cds.wording import COLOUR_WORDS

WORDS: Final[Sentences] = {
    "title": ("Kurve for pasient {id}", "Kurve for pasient {id}", "Chart of patient {id}"),
    "span": ("{first} – {last} ({zone})", "{first} – {last} ({zone})", "{first} to {last} ({zone})"),
    "description": (
        "Målinger, grenser, doser og perioder for én pasient på én tidsakse, og funnene {at}. Ingenting etter "
        "dette tidspunktet er brukt.",
        "Målingar, grenser, dosar og periodar for éin pasient på éin tidsakse, og funna {at}. Ingenting etter "
        "dette tidspunktet er brukt.",
        "Readings, limits, doses and spans of one patient on one axis of time, and the findings at {at}. Nothing after "
        "that moment is used.",
    ),
    "findings_at": ("Funn {at}", "Funn {at}", "Findings {at}"),
    "counts": ("{n} funn, {untold}", "{n} funn, {untold}", "{n} findings, {untold}"),
    "one_count": ("1 funn, {untold}", "1 funn, {untold}", "1 finding, {untold}"),
    "not_applicable": ("Ikke aktuelt: {rules}", "Ikkje aktuelt: {rules}", "Not applicable: {rules}"),
    "no_finding": ("uten funn", "utan funn", "no finding"),
    "more": ("… og {n} til", "… og {n} til", "… and {n} more"),
    "not_supplied": ("ikke levert", "ikkje levert", "not supplied"),
    "no_readings": ("ingen målinger", "ingen målingar", "no readings"),
    "no_doses": ("ingen doser", "ingen dosar", "no doses"),
    "nothing": ("ingen", "ingen", "none"),
    "none_here": ("ingen målinger i tidsrommet", "ingen målingar i tidsrommet", "no readings in this span"),
    "no_doses_here": ("ingen doser i tidsrommet", "ingen dosar i tidsrommet", "no doses in this span"),
    "none_now": ("ingen i tidsrommet", "ingen i tidsrommet", "none in this span"),
    "single": ("grense for hver måling", "grense for kvar måling", "limit for each reading"),
    "several": (
        "grense for et tall av flere målinger",
        "grense for eit tal av fleire målingar",
        "limit for a number made of several readings",
    ),
    "idle": (
        "{n} grenser, ingenting å holde mot dem",
        "{n} grenser, ingenting å halde mot dei",
        "{n} limits, nothing to hold against them",
    ),
    "one_idle": (
        "1 grense, ingenting å holde mot den",
        "1 grense, ingenting å halde mot henne",
        "1 limit, nothing to hold against it",
    ),
    "stay": ("innlagt", "innlagd", "in hospital"),
    "on_travel": ("på reise", "på reise", "travelling"),
    "on_pause": ("pause", "pause", "paused"),
    "set_aside": (
        "{n} × grå: innleggelse, reise eller pause",
        "{n} × grå: innlegging, reise eller pause",
        "{n} × grey: stay, travel or pause",
    ),
    "date_only": ("bare dato kjent", "berre dato kjend", "date only"),
    "doses": ("Doser, alle", "Dosar, alle", "Doses, all"),
    "doses_of": ("Doser: {label}", "Dosar: {label}", "Doses: {label}"),
    "supply": ("Utlevert, alle", "Utlevert, alle", "Handed out, all"),
    "supply_of": ("Utlevert: {label}", "Utlevert: {label}", "Handed out: {label}"),
    "medicines": ("Legemidler, alle", "Legemiddel, alle", "Medicines, all"),
    "hospital_stay": ("Sykehusopphold", "Sjukehusopphald", "Hospital stay"),
    "medicine": ("{label} ({n})", "{label} ({n})", "{label} ({n})"),
    "chronology": (
        "Doser etter dag og klokkeslett, pasient {id}",
        "Dosar etter dag og klokkeslett, pasient {id}",
        "Doses by day and time of day, patient {id}",
    ),
    "chronology_description": (
        "Én kolonne per døgn fra kl. {clock}: når doser ble tatt, og når de som ikke ble tatt, var planlagt. Skravert: "
        "døgn ingen vet noe om. Ingenting etter {at} er brukt.",
        "Éi kolonne per døgn frå kl. {clock}: når dosar vart tekne, og når dei som ikkje vart tekne, var planlagde. "
        "Skravert: døgn ingen veit noko om. Ingenting etter {at} er brukt.",
        "One column per day from {clock}: when doses were taken, and when those that were not were planned. Hatched: "
        "days of which nobody knows. Nothing after {at} is used.",
    ),
    "not_monitored": ("ikke overvåket", "ikkje overvaka", "not monitored"),
    "planned_at": ("{when}: {note}", "{when}: {note}", "{when}: {note}"),
    "before": ("{n} min før", "{n} min før", "{n} min before"),
    "after": ("{n} min etter", "{n} min etter", "{n} min after"),
    "lasts": (
        "utlevert {when}, rekker {days}",
        "utlevert {when}, rekk {days}",
        "handed out {when}, lasts {days}",
    ),
    "from_to": ("{first} – {last}", "{first} – {last}", "{first} to {last}"),
    "from_on": ("fra {first}", "frå {first}", "from {first}"),
    "to_only": ("til {last}", "til {last}", "until {last}"),
    "no_start": ("startdato ikke oppgitt", "startdato ikkje oppgitt", "start not stated"),
    "issues": (
        "Opplysninger som ikke kunne brukes som de kom",
        "Opplysningar som ikkje kunne brukast slik dei kom",
        "Data that could not be used as they came",
    ),
}
MARKS: Final[Sentences] = {
    "reading": ("måling", "måling", "reading"),
    "implausible_only": ("verdi som ikke kan stemme", "verdi som ikkje kan stemme", "implausible value"),
    "unit_not_understood": ("enheten er ikke forstått", "eininga er ikkje forstått", "unit not understood"),
    "value_not_read": (
        "verdien kan ikke leses som et tall",
        "verdien kan ikkje lesast som eit tal",
        "value that cannot be read as a number",
    ),
    "withheld": ("sperret opplysning", "sperra opplysning", "withheld"),
    "conflict": ("ulike verdier på samme tidspunkt", "ulike verdiar på same tidspunkt", "different values at one time"),
    "at_least": ("bare en nedre grense er kjent", "berre ei nedre grense er kjend", "only a lower bound is known"),
    "at_most": ("bare en øvre grense er kjent", "berre ei øvre grense er kjend", "only an upper bound is known"),
    "no_data": ("verdien mangler", "verdien manglar", "value missing"),
    "taken": ("dose tatt", "dose teken", "dose taken"),
    "late": ("dose tatt for sent", "dose teken for seint", "dose taken late"),
    "missed": ("dose ikke tatt", "dose ikkje teken", "dose missed"),
    "not_judged": (
        "ikke kjent om dosen ble tatt",
        "ikkje kjent om dosen vart teken",
        "not known whether the dose was taken",
    ),
    "delay_not_known": ("dose tatt, ukjent når", "dose teken, ukjent når", "dose taken, not known when"),
    "event": ("hendelse", "hending", "event"),
    "handed_out": ("utlevert", "utlevert", "handed out"),
    "days_not_known": (
        "ikke kjent hvor lenge det rekker",
        "ikkje kjent kor lenge det rekk",
        "how long it lasts is not known",
    ),
    "not_certain": ("ikke sikkert", "ikkje sikkert", "not certain"),
}
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DOSE_REASONS: Final[Mapping[str, str]] = {"hospital_stay": "stay", "travel_dose": "on_travel", "paused": "on_pause"}


def words(key: str, language: Language, **values: object) -> str:
    """The words in the language, with their places filled.

    >>> words("not_supplied", "nb")
    'ikke levert'
    """
    return say(key, language, WORDS, **values)


def mark_words(kind: str, language: Language) -> str:
    """What a kind of mark stands for."""
    return say(kind, language, MARKS)


def limit_words(limit: Limit, language: Language) -> str:
    """Colour, comparison and number of a limit; `?` where the number cannot be told."""
    if limit.value is None:
        return "?"
    word = COLOUR_WORDS[limit.colour][language] if limit.colour else ""
    return " ".join(each for each in (word, limit.sign, limit.text) if each)


def limit_name(limit: Limit, language: Language) -> str:
    """What a limit is called, why it has no number, and whose it is; the colour that `limit_words` says is not said
    again."""
    whose = f" ({limit.whose})" if limit.whose else ""
    if limit.value is None:
        return f"{limit.label}: {limit.text}{whose}"
    colour = COLOUR_WORDS[limit.colour][language].lower()
    return limit.label.removesuffix(f", {colour}") + whose
