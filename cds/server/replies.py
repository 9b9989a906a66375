"""What goes back to a CDS client: discovery, cards with reasons for passing over them, and what was missing."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from cds import __version__
from cds.adapters.cards import REASON_SYSTEM, Card, cards, reason_system
from cds.codes import Concepts
from cds.diagnostics import Language
from cds.identity import finding_uuid, stable_uuid
from cds.plan import Head, Plan
from cds.result import Result, text_in
from cds.sentences import Sentences, say
from cds.server.needs import PATIENT, Needs
from cds.server.offers import Offer
from cds.server.prefetch import Gathered, Lack
from cds.server.settings import Reason, Settings

_SENTENCES: Final[Sentences] = {
    "summary": (
        "Noe ble ikke sendt, og {n} av {all} slags opplysninger er ikke vurdert",
        "Noko vart ikkje sendt, og {n} av {all} slags opplysningar er ikkje vurderte",
        "Something was not sent, and {n} of {all} kinds of data were not assessed",
    ),
    "not_sent": ("ikke sendt", "ikkje sendt", "not sent"),
    "failed": (
        "journalsystemet svarte med feil",
        "journalsystemet svara med feil",
        "the record system answered with an error",
    ),
    "incomplete": ("bare en del ble sendt", "berre ein del vart sendt", "only a part was sent"),
    "not_understood": ("svaret kunne ikke leses", "svaret kunne ikkje lesast", "the answer could not be read"),
    "not_fetched": ("kunne ikke hentes", "kunne ikkje hentast", "could not be fetched"),
    "patient": ("alder og kjønn", "alder og kjønn", "age and sex"),
    "conditions": ("diagnoser", "diagnosar", "diagnoses"),
    "devices": ("utstyr", "utstyr", "devices"),
    "doses": ("doser tatt", "dosar tekne", "doses taken"),
    "events": ("varsler", "varsel", "alerts"),
    "medicines": ("legemidler i bruk", "legemiddel i bruk", "medicines in use"),
    "stays": ("opphold", "opphald", "stays"),
    "supply": ("utleverte legemidler", "utleverte legemiddel", "medicines handed out"),
    "limits": (
        "pasientens egne grenser; regelsettets er brukt",
        "pasienten sine eigne grenser; regelsettet sine er brukte",
        "the patient's own limits; the ruleset's were used",
    ),
    "usage": (
        "Send alt som prefetch spør om. Det som mangler, eller ikke er sendt i sin helhet, regnes som ukjent.",
        "Send alt som prefetch spør om. Det som manglar, eller ikkje er sendt i sin heilskap, blir rekna som ukjent.",
        "Send all that prefetch asks for. What is missing, or not sent in full, counts as unknown.",
    ),
}
_REASONS: Final[Sentences] = {  # code -> what people read
    "already-handled": ("Allerede fulgt opp", "Alt følgt opp", "Already followed up"),
    "not-relevant": (
        "Ikke relevant for denne pasienten",
        "Ikkje relevant for denne pasienten",
        "Not relevant for this patient",
    ),
    "data-wrong": ("Opplysningene stemmer ikke", "Opplysningane stemmer ikkje", "The data are wrong"),
    "limit-not-right": (
        "Grensen passer ikke for pasienten",
        "Grensa passar ikkje for pasienten",
        "The limit does not suit the patient",
    ),
    "patient-declines": ("Pasienten ønsker det ikke", "Pasienten ønskjer det ikkje", "The patient does not wish it"),
    "later": ("Tas opp senere", "Blir teke opp seinare", "To be taken up later"),
}


def discovery(
    settings: Settings, offers: Iterable[Offer], needs: Needs, heads: Iterable[Head], language: Language, today: date
) -> dict[str, Any]:
    """The services, one for each hook."""
    listed = list(heads)
    services: list[dict[str, Any]] = []
    for offer in offers:
        own = [each for each in listed if each.id in offer.rulesets]
        rulesets = ", ".join(f"{each.id} {each.version} ({each.status})" for each in own)
        about = {
            "id": offer.id,
            "title": settings.title or ", ".join(text_in(each.title, language)[0] for each in own[:3]),
            "description": f"cds {__version__}: {rulesets}",
            "usageRequirements": say("usage", language, _SENTENCES),
            "prefetch": needs.templates(today),
        }
        services += [{"hook": hook, **about} for hook in offer.hooks]
    return {"services": services}


def response(
    result: Result, gathered: Gathered, needs: Needs, settings: Settings, language: Language, concepts: Concepts
) -> dict[str, Any]:
    """The response to a call: cards of the result, and one that says what was missing, if anything was."""
    made = cards(result, language)["cards"]
    fired = {finding_uuid(result, each, "card") for each in result.fired}
    reasons = override_reasons(settings.override_reasons, language)
    with_reasons = [{"overrideReasons": reasons} | each if each["uuid"] in fired and reasons else each for each in made]
    return {"cards": [*with_reasons, *_missing(result, gathered, needs, language, concepts)]}


def override_reasons(own: tuple[Reason, ...] | None, language: Language) -> list[dict[str, str]]:
    """Codings of the reasons for a card of which the ruleset names none: the host's, else those that come with cds."""
    if own is not None:
        return [{"code": each.code, "system": each.system, "display": each.display} for each in own]
    return [{"code": code, "system": REASON_SYSTEM, "display": say(code, language, _REASONS)} for code in _REASONS]


def reasons_offered(plan: Plan, settings: Settings) -> frozenset[tuple[str, str]]:
    """System and code of every reason that a card may carry."""
    given = {(each["system"], each["code"]) for each in override_reasons(settings.override_reasons, "en")}
    return frozenset(
        given | {(reason_system(rule.ruleset), code) for rule in plan.rules for code in rule.override_reasons}
    )


def missing_text(gathered: Gathered, needs: Needs, language: Language, concepts: Concepts) -> list[str]:
    """A line for each input that could not be used, with the prefetch key and why."""
    lines = [_line(PATIENT, (PATIENT,), gathered.missing, language, concepts)] if PATIENT in gathered.missing else []
    asked = {each.name: each.queries for each in needs.inputs}
    return [
        *lines,
        *(_line(name, asked[name], gathered.missing, language, concepts) for name in gathered.unknown_inputs),
    ]


def _line(name: str, keys: tuple[str, ...], missing: Mapping[str, Lack], language: Language, concepts: Concepts) -> str:
    said = [f"{key}: {say(missing[key], language, _SENTENCES)}" for key in keys if key in missing]
    return f"{_label(name, language, concepts)} ({'; '.join(said)})" if said else _label(name, language, concepts)


def _label(name: str, language: Language, concepts: Concepts) -> str:
    if name in _SENTENCES:
        return say(name, language, _SENTENCES)
    return text_in(concepts.by_name[name].label, language)[0] or name


def _missing(
    result: Result, gathered: Gathered, needs: Needs, language: Language, concepts: Concepts
) -> Iterable[Card]:
    lines = missing_text(gathered, needs, language, concepts)
    if not lines:
        return
    yield {
        "uuid": stable_uuid("missing", result.hash, result.patient, result.at, *lines),
        "summary": say("summary", language, _SENTENCES, n=len(lines), all=len(needs.inputs) + 1),
        "detail": "\n".join(f"- {each}" for each in lines),
        "indicator": "info",
        "source": {"label": f"cds {__version__}"},
    }


def as_bytes(document: object) -> bytes:
    """JSON in UTF-8; half a surrogate pair goes back escaped as it came. ValueError for a number JSON cannot hold."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")
