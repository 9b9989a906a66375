"""Words for people: numbers as they may be displayed, reasons as sentences, texts with their placeholders filled."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from cds.operators.reasons import Reason
from cds.operators.series import DAYS_BEFORE, EVERYTHING, MINUTES, MONTHS
from cds.plan import Texts
from cds.result import Finding, Shown, text_in

MAX_DECIMALS: Final = 9
_PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_.]*)\}")

STATUSES: Final[Mapping[str, Texts]] = {
    "fired": {"nb": "utløst", "nn": "utløyst", "en": "fired"},
    "not_fired": {"nb": "ikke utløst", "nn": "ikkje utløyst", "en": "not fired"},
    "unconfirmed": {"nb": "venter på bekreftelse", "nn": "ventar på stadfesting", "en": "unconfirmed"},
    "unknown": {"nb": "kan ikke avgjøres", "nn": "kan ikkje avgjerast", "en": "cannot tell"},
    "not_applicable": {"nb": "ikke aktuelt", "nn": "ikkje aktuelt", "en": "not applicable"},
}
COLOUR_WORDS: Final[Mapping[str, Texts]] = {
    "red": {"nb": "RØD", "nn": "RAUD", "en": "RED"},
    "orange": {"nb": "ORANSJE", "nn": "ORANSJE", "en": "ORANGE"},
    "yellow": {"nb": "GUL", "nn": "GUL", "en": "YELLOW"},
    "green": {"nb": "GRØNN", "nn": "GRØN", "en": "GREEN"},
    "": {"nb": "–", "nn": "–", "en": "–"},
}
REASONS: Final[Mapping[Reason, Texts]] = {
    Reason.not_set: {
        "nb": "pasienten har ingen slik grense",
        "nn": "pasienten har inga slik grense",
        "en": "the patient has no such limit",
    },
    Reason.not_supplied: {
        "nb": "opplysningene er ikke levert for hele tidsrommet",
        "nn": "opplysningane er ikkje leverte for heile tidsrommet",
        "en": "the data were not supplied for the whole span",
    },
    Reason.no_data: {
        "nb": "ingen målinger i tidsrommet",
        "nn": "ingen målingar i tidsrommet",
        "en": "no readings in the window",
    },
    Reason.too_few: {"nb": "for få målinger", "nn": "for få målingar", "en": "too few readings"},
    Reason.too_old: {
        "nb": "siste måling er for gammel",
        "nn": "siste måling er for gammal",
        "en": "the newest reading is too old",
    },
    Reason.implausible_only: {
        "nb": "bare verdier som ikke kan stemme",
        "nn": "berre verdiar som ikkje kan stemme",
        "en": "implausible values only",
    },
    Reason.unit_not_understood: {
        "nb": "enheten er ikke forstått",
        "nn": "eininga er ikkje forstått",
        "en": "unit not understood",
    },
    Reason.conflict: {
        "nb": "ulike verdier på samme tidspunkt",
        "nn": "ulike verdiar på same tidspunkt",
        "en": "different values at the same time",
    },
    Reason.withheld: {"nb": "sperret opplysning", "nn": "sperra opplysning", "en": "withheld"},
    Reason.limit_invalid: {
        "nb": "pasientens egen grense kan ikke brukes",
        "nn": "pasienten si eiga grense kan ikkje brukast",
        "en": "the patient's own limit cannot be used",
    },
    Reason.limit_expired: {
        "nb": "pasientens egen grense er utløpt",
        "nn": "pasienten si eiga grense har gått ut",
        "en": "the patient's own limit has expired",
    },
    Reason.not_computable: {"nb": "kan ikke regnes ut", "nn": "kan ikkje reknast ut", "en": "not computable"},
    Reason.no_earlier_reading: {
        "nb": "ingen tidligere måling å sammenligne med",
        "nn": "inga tidlegare måling å samanlikne med",
        "en": "no earlier reading",
    },
    Reason.at_least: {
        "nb": "bare en nedre grense for verdien er kjent",
        "nn": "berre ei nedre grense for verdien er kjend",
        "en": "only a lower bound is known",
    },
    Reason.at_most: {
        "nb": "bare en øvre grense for verdien er kjent",
        "nn": "berre ei øvre grense for verdien er kjend",
        "en": "only an upper bound is known",
    },
    Reason.silenced: {
        "nb": "kan ikke bedømmes så lenge et annet funn står",
        "nn": "kan ikkje vurderast så lenge eit anna funn står",
        "en": "cannot be judged while another finding stands",
    },
    Reason.unconfirmed: {
        "nb": "venter på en bekreftende måling",
        "nn": "ventar på ei stadfestande måling",
        "en": "waits for a confirming reading",
    },
    Reason.not_judged: {
        "nb": "det er ikke kjent om dosen ble tatt",
        "nn": "det er ikkje kjent om dosen vart teken",
        "en": "the fate of the dose is not known",
    },
    Reason.not_certain: {
        "nb": "diagnosen er ikke bekreftet",
        "nn": "diagnosen er ikkje stadfesta",
        "en": "the diagnosis is not certain",
    },
    Reason.days_not_known: {
        "nb": "det er ikke kjent hvor lenge legemidlet rekker",
        "nn": "det er ikkje kjent kor lenge legemiddelet rekk",
        "en": "how long the medicine lasts is not known",
    },
    Reason.value_not_read: {
        "nb": "verdien kan ikke leses som et tall",
        "nn": "verdien kan ikkje lesast som eit tal",
        "en": "the value cannot be read as a number",
    },
}
CURES: Final[Mapping[Reason, Texts]] = {
    Reason.not_supplied: {
        "nb": "lever disse opplysningene, eller si fra at det ikke finnes noen",
        "nn": "lever desse opplysningane, eller sei frå at det ikkje finst nokon",
        "en": "supply these data, or state that there are none",
    },
    Reason.no_data: {"nb": "ta en måling", "nn": "ta ei måling", "en": "take a reading"},
    Reason.too_few: {"nb": "ta flere målinger", "nn": "ta fleire målingar", "en": "take more readings"},
    Reason.too_old: {"nb": "mål på nytt", "nn": "mål på nytt", "en": "measure again"},
    Reason.implausible_only: {"nb": "mål på nytt", "nn": "mål på nytt", "en": "measure again"},
    Reason.unit_not_understood: {
        "nb": "send målingen med en enhet som er i bruk",
        "nn": "send målinga med ei eining som er i bruk",
        "en": "send the reading with an accepted unit",
    },
    Reason.conflict: {"nb": "mål på nytt", "nn": "mål på nytt", "en": "measure again"},
    Reason.limit_invalid: {
        "nb": "rett grensen i pasientens plan",
        "nn": "rett grensa i planen til pasienten",
        "en": "mend the limit in the patient's plan",
    },
    Reason.limit_expired: {
        "nb": "forny grensen i pasientens plan",
        "nn": "forny grensa i planen til pasienten",
        "en": "renew the limit in the patient's plan",
    },
    Reason.no_earlier_reading: {
        "nb": "ta en måling til en senere dag",
        "nn": "ta ei måling til ein seinare dag",
        "en": "take another reading on a later day",
    },
    Reason.unconfirmed: {"nb": "mål på nytt", "nn": "mål på nytt", "en": "measure again"},
    Reason.at_least: {
        "nb": "mål på nytt, eller oppgi den nøyaktige verdien",
        "nn": "mål på nytt, eller oppgi den nøyaktige verdien",
        "en": "measure again, or state the exact value",
    },
    Reason.at_most: {
        "nb": "mål på nytt, eller oppgi den nøyaktige verdien",
        "nn": "mål på nytt, eller oppgi den nøyaktige verdien",
        "en": "measure again, or state the exact value",
    },
    Reason.days_not_known: {
        "nb": "oppgi hvor mange dager utleveringen rekker",
        "nn": "oppgi kor mange dagar utleveringa rekk",
        "en": "state how many days the dispense lasts",
    },
    Reason.value_not_read: {
        "nb": "send verdien som et tall",
        "nn": "send verdien som eit tal",
        "en": "send the value as a number",
    },
}
_SPECIAL: Final[Mapping[tuple[str, Reason], tuple[Texts, Texts]]] = {
    ("supply", Reason.no_data): (
        {"nb": "ingenting er utlevert", "nn": "ingenting er utlevert", "en": "nothing was handed out"},
        {
            "nb": "avklar om legemidlet hentes et annet sted",
            "nn": "avklar om legemiddelet blir henta ein annan stad",
            "en": "find out whether it is fetched elsewhere",
        },
    ),
    ("supply", Reason.too_few): (
        {
            "nb": "for få utleveringer, eller for kort tid siden den første",
            "nn": "for få utleveringar, eller for kort tid sidan den første",
            "en": "too few dispenses, or too short a time since the first",
        },
        {},
    ),
    ("supply", Reason.at_least): (
        {
            "nb": "minst så mye; hvor lenge en utlevering rekker, eller hva som var levert før, er ikke kjent",
            "nn": "minst så mykje; kor lenge ei utlevering rekk, eller kva som var levert før, er ikkje kjent",
            "en": "at least so much; how long a dispense lasts, or what came before, is not known",
        },
        {
            "nb": "oppgi hvor mange dager hver utlevering rekker",
            "nn": "oppgi kor mange dagar kvar utlevering rekk",
            "en": "state how many days each dispense lasts",
        },
    ),
    ("supply", Reason.at_most): (
        {
            "nb": "høyst så mange dager; hvor lenge en utlevering rekker, er ikke kjent",
            "nn": "høgst så mange dagar; kor lenge ei utlevering rekk, er ikkje kjent",
            "en": "at most so many days; how long a dispense lasts is not known",
        },
        {
            "nb": "oppgi hvor mange dager hver utlevering rekker",
            "nn": "oppgi kor mange dagar kvar utlevering rekk",
            "en": "state how many days each dispense lasts",
        },
    ),
    ("medicines", Reason.no_data): (
        {"nb": "ingen endring er kjent", "nn": "inga endring er kjend", "en": "no change is known"},
        {},
    ),
    ("medicines", Reason.not_certain): (
        {
            "nb": "det er ikke sikkert at legemidlet er i bruk",
            "nn": "det er ikkje sikkert at legemiddelet er i bruk",
            "en": "it is not certain that the medicine is in use",
        },
        {
            "nb": "avklar legemiddellisten",
            "nn": "avklar legemiddellista",
            "en": "settle the medication list",
        },
    ),
    ("doses", Reason.no_data): (
        {"nb": "ingen doser i tidsrommet", "nn": "ingen dosar i tidsrommet", "en": "no doses in the window"},
        {},
    ),
    ("forms", Reason.no_data): (
        {"nb": "ikke besvart", "nn": "ikkje svara på", "en": "not answered"},
        {"nb": "svar på hele skjemaet", "nn": "svar på heile skjemaet", "en": "answer the whole form"},
    ),
    ("forms", Reason.too_old): (
        {"nb": "siste svar er for gammelt", "nn": "siste svar er for gammalt", "en": "the newest answer is too old"},
        {"nb": "svar på skjemaet på nytt", "nn": "svar på skjemaet på nytt", "en": "answer the form again"},
    ),
}
"""Kind of input and reason -> why it cannot be told, and what would settle it, where readings are not the word."""
_UNITS: Final[Mapping[str, Texts]] = {
    "days": {"nb": "dager", "nn": "dagar", "en": "days"},
    "weeks": {"nb": "uker", "nn": "veker", "en": "weeks"},
    "hours": {"nb": "timer", "nn": "timar", "en": "hours"},
    "min": {"nb": "min", "nn": "min", "en": "min"},
    "months": {"nb": "måneder", "nn": "månader", "en": "months"},
    "years": {"nb": "år", "nn": "år", "en": "years"},
    "doses": {"nb": "doser", "nn": "dosar", "en": "doses"},
    "episodes": {"nb": "episoder", "nn": "episodar", "en": "episodes"},
    "medicines": {"nb": "legemidler", "nn": "legemiddel", "en": "medicines"},
    "dispenses": {"nb": "utleveringer", "nn": "utleveringar", "en": "dispenses"},
    "readings": {"nb": "målinger", "nn": "målingar", "en": "readings"},
    "points": {"nb": "poeng", "nn": "poeng", "en": "points"},
}
_ONE: Final[Mapping[str, Texts]] = {
    "days": {"nb": "dag", "nn": "dag", "en": "day"},
    "weeks": {"nb": "uke", "nn": "veke", "en": "week"},
    "hours": {"nb": "time", "nn": "time", "en": "hour"},
    "months": {"nb": "måned", "nn": "månad", "en": "month"},
    "years": {"nb": "år", "nn": "år", "en": "year"},
    "doses": {"nb": "dose", "nn": "dose", "en": "dose"},
    "episodes": {"nb": "episode", "nn": "episode", "en": "episode"},
    "medicines": {"nb": "legemiddel", "nn": "legemiddel", "en": "medicine"},
    "dispenses": {"nb": "utlevering", "nn": "utlevering", "en": "dispense"},
    "readings": {"nb": "måling", "nn": "måling", "en": "reading"},
    "points": {"nb": "poeng", "nn": "poeng", "en": "point"},
}
_PER_DAY: Final = "/day"
_LAST: Final[Texts] = {"nb": "siste", "nn": "siste", "en": "last"}
_WITHIN: Final[Texts] = {"nb": "i løpet av", "nn": "i løpet av", "en": "within"}
_NEVER: Final[Texts] = {"nb": "oppstart", "nn": "oppstart", "en": "the start"}


def number_text(value: float, decimals: int, language: str, against: Sequence[float] = ()) -> str:
    """The number with so many decimals, or as many more as it takes to stay on its side of each of `against`.

    Half is rounded away from zero; nb and nn have a decimal comma. decimals below 0: as many as the number has.

    >>> number_text(134.96, 0, "en", against=[135.0]), number_text(134.96, 0, "en")
    ('134.96', '135')
    >>> number_text(2.5, 1, "nb")
    '2,5'
    """
    if decimals < 0:
        decimals = next((each for each in range(MAX_DECIMALS) if abs(round(value, each) - value) < 1e-9), MAX_DECIMALS)
    text = _fixed(value, decimals)
    while decimals < MAX_DECIMALS and not all(_same_side(float(text), value, each) for each in against):
        decimals += 1
        text = _fixed(value, decimals)
    return _in_language(text, language)


def _fixed(value: float, decimals: int) -> str:
    scale = 10.0**decimals
    size = int(abs(value) * scale + 0.5 + 1e-9) / scale if abs(value) < 1e15 else abs(value)
    return f"{-size if value < 0 and size else size:.{decimals}f}"


def _same_side(shown: float, value: float, against: float) -> bool:
    difference = value - against
    shown_difference = shown - against
    if abs(difference) < 1e-9:
        return abs(shown_difference) < 1e-9
    return (difference > 0) == (shown_difference > 1e-12) and abs(shown_difference) > 1e-12


def shown_text(shown: Shown, language: str, with_unit: bool = True) -> str:
    """A number with its unit in the reader's language; `?` when it cannot be told."""
    if shown.reason not in (None, Reason.at_least, Reason.at_most):
        return "?"
    sign = {Reason.at_least: "≥ ", Reason.at_most: "≤ "}.get(shown.reason or Reason.not_set, "")
    text = sign + number_text(shown.value, shown.decimals, language, shown.against)
    unit = unit_text(shown.unit, shown.value, language)
    return f"{text} {unit}" if with_unit and unit else text


def arrived_text(arrived: str, language: str) -> str:
    """A value as it arrived, `83.5 kg`, with the language's decimal sign; its unit stays as it came.

    >>> arrived_text("83.5 [lb_av]", "nb"), arrived_text("83.5 kg", "en")
    ('83,5 [lb_av]', '83.5 kg')
    """
    number, space, unit = arrived.partition(" ")
    return _in_language(number, language) + space + unit


def _in_language(number: str, language: str) -> str:
    return number if language == "en" else number.replace(".", ",").replace("-", "−")


def unit_text(unit: str, value: float, language: str) -> str:
    """The unit as people write it, in singular for one."""
    if unit.endswith(_PER_DAY) and language != "en":
        return f"{unit_text(unit.removesuffix(_PER_DAY), value, language)}/dag"
    words = _ONE if value == 1.0 and unit in _ONE else _UNITS
    return text_in(words[unit], language)[0] if unit in words else unit


def filled(texts: Texts, names: Mapping[str, Shown], language: str) -> str:
    """The text in the language, with its placeholders filled; nb and nn stand in for each other, then en."""
    text, spoken = text_in(texts, language)

    def fill(match: re.Match[str]) -> str:
        shown = names.get(match[1])
        if shown is None:
            return "?"
        if match[1] == "newest":
            return moment_text(shown.newest, spoken)
        after = match.string[match.end() :]
        unit = unit_text(shown.unit, shown.value, spoken)
        said = after.startswith("/") or (
            unit != "" and after.lstrip().startswith((unit, unit_text(shown.unit, 2.0, spoken)))
        )
        return shown_text(shown, spoken, with_unit=not said)

    return _PLACEHOLDER.sub(fill, text)


def moment_text(iso: str, language: str) -> str:
    """An ISO 8601 time as people write it: `2026-01-08 07:30`, in Norwegian `8.1.2026 kl. 07:30`."""
    if not iso:
        return text_in(_NEVER, language)[0]
    day, _, clock = iso[:16].partition("T")
    if language == "en":
        return f"{day} {clock}".strip()
    year, month, date = day.split("-")
    return f"{int(date)}.{int(month)}.{year}" + (f" kl. {clock}" if clock else "")


def window_text(length: float, kind: int, language: str) -> str:
    """A window as people say it; "" for everything there is.

    >>> window_text(7.0, 2, "nb"), window_text(3.0, DAYS_BEFORE, "en"), window_text(90.0, MINUTES, "en")
    ('siste 7 dager', 'within 3 days', 'last 90 min')
    """
    if kind == EVERYTHING or length <= 0.0:
        return ""
    unit = {MINUTES: "min", MONTHS: "months"}.get(kind, "days")
    if kind == MINUTES and length % 60.0 == 0.0:
        length, unit = length / 60.0, "hours"
    said = text_in(_WITHIN if kind == DAYS_BEFORE else _LAST, language)[0]
    return f"{said} {number_text(length, -1, language)} {unit_text(unit, length, language)}"


def reason_text(reason: Reason, language: str, kind: str = "") -> str:
    """Why something cannot be told. kind: of the inputs it is about, as `input_kind` tells it."""
    return text_in(_SPECIAL[kind, reason][0] if (kind, reason) in _SPECIAL else REASONS[reason], language)[0]


def cure_text(reason: Reason, language: str, kind: str = "") -> str:
    """What would settle it; "" when only the world can."""
    return text_in(_SPECIAL[kind, reason][1] if (kind, reason) in _SPECIAL else CURES.get(reason, {}), language)[0]


def input_kind(key: str, unit: str) -> str:
    """What a column key is about, where it has words of its own: doses, supply, medicines or forms; else "".

    >>> input_kind("supply.statins", "%"), input_kind("gad7.item1", "points"), input_kind("body_weight", "kg")
    ('supply', 'forms', '')
    """
    folder, _, part = key.partition(".")
    if part and folder in ("doses", "supply", "medicines"):
        return folder
    return "forms" if part and unit == "points" else ""


def is_reading(key: str, unit: str) -> bool:
    """Whether a column holds measurements, and not doses, dispenses, answers, events or spans.

    >>> is_reading("blood_pressure.systolic", "mm[Hg]"), is_reading("doses.all", "doses"), is_reading("", "kg")
    (True, False, False)
    """
    folder = key.partition(".")[0]
    return bool(key) and not input_kind(key, unit) and folder not in ("events", "conditions", "devices", "stays")


def summary(finding: Finding, language: str) -> str:
    """The finding's summary, or for one that waits for confirmation what to do now."""
    wording = finding.rule.wording
    texts = wording.unconfirmed if finding.status == "unconfirmed" and wording.unconfirmed else wording.summary
    return filled(texts, finding.tell().names, language)
