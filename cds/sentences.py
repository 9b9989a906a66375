"""Sentences about findings that reports, cards and FHIR resources share, in the reader's language."""

from collections.abc import Iterator, Mapping
from typing import Final

from cds.diagnostics import Language
from cds.document import FindingDocument, OriginDocument, RulesetDocument, UnknownDocument
from cds.escaping import plain
from cds.wording import COLOUR_WORDS, moment_text

LANGUAGES: Final[tuple[Language, ...]] = ("nb", "nn", "en")
Sentences = Mapping[str, tuple[str, str, str]]  # key -> the sentence in each of LANGUAGES

SENTENCES: Final[Sentences] = {
    "draft": ("UTKAST", "UTKAST", "DRAFT"),
    "retired": ("UTGÅTT", "UTGÅTT", "RETIRED"),
    "notice": (
        "!! UTKAST, IKKE GODKJENT FOR BRUK: {rulesets}",
        "!! UTKAST, IKKJE GODKJENT FOR BRUK: {rulesets}",
        "!! DRAFT, NOT APPROVED FOR USE: {rulesets}",
    ),
    "waits": ("venter på bekreftelse", "ventar på stadfesting", "waiting for confirmation"),
    "untold": (
        "{n} av {all} regler kan ikke avgjøres",
        "{n} av {all} reglar kan ikkje avgjerast",
        "{n} of {all} rules could not be told",
    ),
    "unknown": ("Kan ikke avgjøres", "Kan ikkje avgjerast", "Cannot tell"),
    "issues": (
        "Opplysninger som ikke kunne brukes som de kom",
        "Opplysningar som ikkje kunne brukast slik dei kom",
        "Data that could not be used as they came",
    ),
    "value": ("{value}; grense {limit}", "{value}; grense {limit}", "{value}; limit {limit}"),
    "limit": ("grense {limit}", "grense {limit}", "limit {limit}"),
    "own": ("pasientens egen", "pasienten si eiga", "the patient's own"),
    "adaptation": ("lokal tilpasning", "lokal tilpassing", "local adaptation"),
    "default": ("regelsettets", "frå regelsettet", "the ruleset's"),
    "author": ("satt av {author}", "sett av {author}", "set by {author}"),
    "since": ("fra {date}", "frå {date}", "from {date}"),
    "until": ("til og med {date}", "til og med {date}", "until {date}"),
    "newest_reading": ("Nyeste måling {newest}", "Nyaste måling {newest}", "Newest reading {newest}"),
    "newest_else": ("Nyeste opplysning {newest}", "Nyaste opplysning {newest}", "Newest {newest}"),
    "worse": (
        "En verre farge kan ikke avgjøres: {why}",
        "Ein verre farge kan ikkje avgjerast: {why}",
        "A worse colour could not be told: {why}",
    ),
    "plan_action": (
        "Pasientens egen plan for {zone} sone, ordrett: «{text}» ({place}; sjekk at det gjelder dette)",
        "Pasienten sin eigen plan for {zone} sone, ordrett: «{text}» ({place}; sjekk at det gjeld dette)",
        "The patient's own plan for the {zone} zone, word for word: “{text}” ({place}; check that it is about this)",
    ),
    "source": ("Kilde: {text}", "Kjelde: {text}", "Source: {text}"),
    "settle": ("Avklares slik: {text}", "Blir avklara slik: {text}", "To settle it: {text}"),
    "hidden_by": ("skjult av {rule}", "skjult av {rule}", "hidden by {rule}"),
    "blocked_by": ("så lenge {rule} står", "så lenge {rule} står", "while {rule} stands"),
}


def say(key: str, language: Language, sentences: Sentences = SENTENCES, **values: object) -> str:
    """The sentence in the language, with its places filled.

    >>> say("own", "nb"), say("author", "en", author="Kari Lege")
    ('pasientens egen', 'set by Kari Lege')
    """
    return sentences[key][LANGUAGES.index(language)].format(**values)


def marked(text: str, each: FindingDocument, language: Language) -> str:
    """The author's text, with a note when it is in another language than asked for."""
    return text if each.language in (language, "") else f"{text} [{each.language}]"


def ruleset_line(each: RulesetDocument, language: Language) -> str:
    """Title, id and version of a ruleset, and whether it is a draft or retired."""
    status = f", {say(each.status, language)}" if each.status != "active" else ""
    return f"{each.title} ({each.id} {each.version}{status})"


def against_limit(each: FindingDocument, language: Language) -> str:
    """The value and the limit that decided, and whose limit it was; "" when there is neither."""
    if each.limit is None:
        return each.value.text if each.value else ""
    origin = whose(each.limit_origin, language)
    limit = each.limit.text + (f" ({origin})" if origin else "")
    if each.value is None:
        return say("limit", language, limit=limit)
    return say("value", language, value=each.value.text, limit=limit)


def newest_line(each: FindingDocument, language: Language) -> str:
    """When the newest reading, or whatever else the finding is about, was; "" when there is none."""
    if not each.newest_kind:
        return ""
    return say(f"newest_{each.newest_kind}", language, newest=moment_text(each.newest, language))


def whose(origin: OriginDocument | None, language: Language) -> str:
    """Whose limit it was, set by whom, from when and until when; "" when it is no limit."""
    if origin is None:
        return ""
    words = [say("own" if origin.kind == "patient" else origin.kind, language)]
    if origin.author:
        words.append(say("author", language, author=origin.author))
    if origin.since:
        words.append(say("since", language, date=moment_text(origin.since, language)))
    if origin.until:
        words.append(say("until", language, date=moment_text(origin.until, language)))
    return ", ".join(words)


def plan_actions(each: FindingDocument, language: Language) -> Iterator[str]:
    """What the patient's own plan says to do in the finding's zone, marked as such and quoted as it is written."""
    zone = COLOUR_WORDS[each.colour][language].lower()
    for action in each.plan_actions:
        yield say("plan_action", language, zone=zone, text=plain(action.text), place=action.reference)


def why_unknown(unknown: UnknownDocument, language: Language) -> str:
    """Why something cannot be told, what stands in the way, and the finding that blocks it."""
    about = f" ({', '.join(unknown.about)})" if unknown.about else ""
    blocked = f", {say('blocked_by', language, rule=unknown.blocked_by)}" if unknown.blocked_by else ""
    return unknown.text + about + blocked
