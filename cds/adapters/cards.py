"""CDS Hooks 2.0 cards (https://cds-hooks.hl7.org/2.0/#cds-service-response) from a result.

One card per finding that fired, worst first; one per finding that waits for confirmation; and one that says what
could not be told and which data could not be used, so that no cards at all means that everything was told.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from cds import __version__
from cds.codes import system_url
from cds.diagnostics import Language
from cds.document import FindingDocument, ResultDocument, described
from cds.escaping import markdown, markdown_paragraphs, plain
from cds.identity import finding_uuid, stable_uuid
from cds.messages import Audience, check_audience, messages
from cds.result import Finding, Result, text_in
from cds.sentences import Sentences, against_limit, marked, newest_line, plan_actions, say, why_unknown
from cds.wording import COLOUR_WORDS

Card = dict[str, Any]

LONGEST_SUMMARY: Final = 139
REASON_SYSTEM: Final = "urn:cds:override-reason"
"""The code system of the reasons for passing over a card that come with cds."""
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"'\\]+")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_SHOWN: Final = ("fired", "unconfirmed", "unknown")  # of the others a card says nothing but how many there are
_SENTENCES: Final[Sentences] = {
    "waits_for": (
        "Venter på bekreftelse: {summary}",
        "Ventar på stadfesting: {summary}",
        "Waiting for confirmation: {summary}",
    ),
    "hides": ("Skjuler {rule}: {summary}", "Skjuler {rule}: {summary}", "Hides {rule}: {summary}"),
    "service": ("Oppfølgingstjenesten din", "Oppfølgingstenesta di", "Your follow-up service"),
}


def cards(result: Result, language: Language = "en", *, audience: Audience = "clinician") -> dict[str, list[Card]]:
    """The response of a CDS service, `{"cards": […]}`, ready for `json.dumps`.

    audience: `patient` gives only what the ruleset's authors wrote for patients, and counts the rest. Where a ruleset
    has no reasons for passing over a card, they are the caller's to add. Nothing in a card acts by itself: a suggestion
    is a text.
    """
    check_audience(audience)
    made = _for_clinicians(result, language) if audience == "clinician" else _for_patient(result, language)
    return {"cards": list(made)}


def reason_system(ruleset: str) -> str:
    """The code system of the reasons that a ruleset has for passing over its cards."""
    return f"{REASON_SYSTEM}:{ruleset}"


def shortened(text: str) -> str:
    """The text on one line of at most 139 characters; a number is never cut, nor left without what followed it.

    >>> shortened("x" * 125 + " the limit is 1.75 kg")[125:]
    ' the limit is…'
    """
    said = plain(text)
    if len(said) <= LONGEST_SUMMARY:
        return said
    *words, cut = said[:LONGEST_SUMMARY].split(" ")
    while words and not _is_word(words[-1]):
        words.pop()
    return f"{' '.join(words) or _beginning(cut)}…"


def _is_word(text: str) -> bool:
    return bool(_LETTERS.search(text)) and not any(map(str.isdigit, text))


def _beginning(word: str) -> str:
    """The letters that a word too long for any line begins with."""
    letters = _LETTERS.match(word)
    return letters[0][: LONGEST_SUMMARY - 1] if letters else ""


def _for_clinicians(result: Result, language: Language) -> Iterator[Card]:
    shown = tuple(each for each in result.findings if each.status in _SHOWN or each.hidden_by)
    made = described(replace(result, findings=shown), language)
    findings = {each.id: each for each in shown}
    hidden = _hidden(made.findings)
    for group in ("fired", "unconfirmed"):
        for each in made.findings:
            if each.group == group:
                yield _finding(result, findings[each.id], each, hidden.get(each.id, ()), language)
    yield from _untold(result, made)


def _hidden(said: Iterable[FindingDocument]) -> dict[str, list[FindingDocument]]:
    """What each finding that is seen hides, also through another that it hides."""
    hiders = {each.id: each.hidden_by for each in said if each.hidden_by}
    found: dict[str, list[FindingDocument]] = {}
    for each in said:
        if each.hidden_by:
            hider = each.hidden_by
            while hider in hiders:
                hider = hiders[hider]
            found.setdefault(hider, []).append(each)
    return found


def _finding(
    result: Result, finding: Finding, said: FindingDocument, hides: Iterable[FindingDocument], language: Language
) -> Card:
    waits = said.status == "unconfirmed"
    is_draft = finding.head.status == "draft"
    whole = plain(marked(said.summary, said, language))
    if waits:
        whole = say("waits_for", language, _SENTENCES, summary=whole)
    if is_draft:
        whole = f"{say('draft', language)}: {whole}"
    summary = shortened(whole)
    detail = [
        _draft_notice([finding.head.id] if is_draft else [], language),
        f"**{COLOUR_WORDS[said.colour][language]}**" + (f", {say('waits', language)}" if waits else ""),
        markdown(whole) if summary != whole else "",
        markdown_paragraphs(said.detail),
        _bullets(_about(said, hides, language)),
    ]
    card = {
        "uuid": finding_uuid(result, finding, "card"),
        "summary": summary,
        "detail": _joined(detail),
        "indicator": "info" if waits else said.indicator,
        "source": _source(finding, said, language),
    }
    return card | _suggestions(result, finding, said) | ({} if waits else _override_reasons(finding, language))


def _about(said: FindingDocument, hides: Iterable[FindingDocument], language: Language) -> Iterator[str]:
    yield against_limit(said, language)
    yield newest_line(said, language)
    if said.unknown and said.status == "fired":
        yield say("worse", language, why=why_unknown(said.unknown, language))
    yield from plan_actions(said, language)
    for each in hides:
        yield say("hides", language, _SENTENCES, rule=each.id, summary=marked(each.summary, each, language))
    yield f"{said.id} {said.version}" + (f", VKP {said.vkp}" if said.vkp else "")


def _source(finding: Finding, said: FindingDocument, language: Language) -> Mapping[str, Any]:
    """The citation, with its address when it has one; the ruleset where a rule cites nothing."""
    head = finding.head
    link = head.links.get(finding.rule.source, "")
    label = plain(said.citation or f"{text_in(head.title, language)[0]} ({head.id} {head.version})")
    source: dict[str, Any] = {"label": label}
    if _ADDRESS.fullmatch(link):
        source = {"label": label.removesuffix(f", {link}"), "url": link}
    if said.vkp:
        source["topic"] = {"system": system_url("VKP alert"), "code": said.vkp}
    return source


def _suggestions(result: Result, finding: Finding, said: FindingDocument) -> Card:
    label = plain(said.suggest)
    if not label:
        return {}
    suggestion = {"label": label, "uuid": finding_uuid(result, finding, "suggestion")}
    return {"suggestions": [suggestion], "selectionBehavior": "at-most-one"}


def _override_reasons(finding: Finding, language: Language) -> Card:
    """The reasons that the ruleset's authors wrote for passing over the card."""
    system = reason_system(finding.head.id)
    reasons = [
        {"code": code, "system": system, "display": plain(text_in(texts, language)[0])}
        for code, texts in finding.rule.override_reasons.items()
    ]
    return {"overrideReasons": reasons} if reasons else {}


def _untold(result: Result, made: ResultDocument) -> Iterator[Card]:
    """What could not be told, and which data could not be used, as one card."""
    language = made.language
    unknown = [each for each in made.findings if each.group == "unknown"]
    parts = {
        "unknown": [_untold_line(each, language) for each in unknown],
        "issues": [f"{each.place}: {each.message} ({each.code})" for each in made.issues],
    }
    told = {key: lines for key, lines in parts.items() if lines}
    if not told:
        return
    summary = say("untold", language, n=len(unknown), all=len(result.findings))
    sections = [f"**{say(key, language)}**\n\n{_bullets(lines)}" for key, lines in told.items()]
    drafts = [each.id for each in made.rulesets if each.status == "draft"]
    rulesets = ", ".join(f"{each.id} {each.version}" for each in made.rulesets)
    yield {
        "uuid": stable_uuid("untold", result.hash, result.patient, result.at),
        "summary": summary if unknown else f"{say('issues', language)} ({len(made.issues)})",
        "detail": _joined([_draft_notice(drafts, language), *sections]),
        "indicator": "info",
        "source": {"label": f"cds {__version__}: {rulesets}"},
    }


def _untold_line(said: FindingDocument, language: Language) -> str:
    assert said.unknown
    settle = said.unknown.settle
    cure = f". {say('settle', language, text=settle)}" if settle else ""
    return f"{said.id}: {why_unknown(said.unknown, language)}{cure}"


def _for_patient(result: Result, language: Language) -> Iterator[Card]:
    made = messages(result, language)
    notice = f"**{markdown(made.notice)}**" if made.notice else ""
    for each in made.messages:
        yield _message(each.id, each.text, [notice], each.indicator, language)
    if made.notes:
        first, *rest = made.notes
        name = stable_uuid("notes", result.hash, result.patient, result.at)
        yield _message(name, first, [notice, _bullets(rest)], "info", language)


def _message(uuid: str, text: str, more: Iterable[str], indicator: str, language: Language) -> Card:
    summary = shortened(text)
    detail = _joined([markdown(text) if summary != text else "", *more])
    card = {"uuid": uuid, "summary": summary, "detail": detail, "indicator": indicator}
    source = {"label": say("service", language, _SENTENCES)}
    return {key: value for key, value in card.items() if value} | {"source": source}


def _draft_notice(drafts: list[str], language: Language) -> str:
    return f"**{markdown(say('notice', language, rulesets=', '.join(drafts)))}**" if drafts else ""


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {markdown(each)}" for each in lines if each)


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(each for each in parts if each)
