"""What the patient is told: only what the ruleset's authors wrote for patients, never a text for clinicians.

A finding without a text for the patient is counted, and it is said that something waits or could not be told, so that
no silence reads as "all is well".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal, get_args

from pydantic import TypeAdapter

from cds import __version__
from cds.diagnostics import CdsError, Language, check_language
from cds.escaping import plain
from cds.identity import finding_uuid
from cds.result import Finding, Result, text_in
from cds.sentences import Sentences, say
from cds.wording import filled, moment_text

FORMAT: Final = "cds-messages/1"
Audience = Literal["clinician", "patient"]
_SENTENCES: Final[Sentences] = {
    "draft": (
        "!! UTKAST, IKKE GODKJENT FOR BRUK",
        "!! UTKAST, IKKJE GODKJENT FOR BRUK",
        "!! DRAFT, NOT APPROVED FOR USE",
    ),
    "one_without_text": (
        "Ett funn har ingen tekst til deg; oppfølgingstjenesten din ser det.",
        "Eitt funn har ingen tekst til deg; oppfølgingstenesta di ser det.",
        "One finding has no text for you; your follow-up service sees it.",
    ),
    "without_text": (
        "{n} funn har ingen tekst til deg; oppfølgingstjenesten din ser dem.",
        "{n} funn har ingen tekst til deg; oppfølgingstenesta di ser dei.",
        "{n} findings have no text for you; your follow-up service sees them.",
    ),
    "waiting": (
        "Vi trenger en ny måling for å være sikre. Følg planen din.",
        "Vi treng ei ny måling for å vere sikre. Følg planen din.",
        "We need a new reading to be sure. Follow your plan.",
    ),
    "untold": (
        "Noe kunne ikke vurderes nå. Spør oppfølgingstjenesten din hvis du lurer.",
        "Noko kunne ikkje vurderast no. Spør oppfølgingstenesta di om du lurer.",
        "Something could not be assessed now. Ask your follow-up service if you wonder.",
    ),
    "nothing": (
        "Det er ingen melding til deg nå. Det betyr ikke at alt er bra.",
        "Det er inga melding til deg no. Det betyr ikkje at alt er bra.",
        "There is no message for you now. That does not mean that all is well.",
    ),
}


def check_audience(audience: str) -> None:
    """Raise CdsError unless it is known who shall read."""
    if audience not in get_args(Audience):
        raise CdsError(f"`{audience}` is no audience; write {' or '.join(get_args(Audience))}")


@dataclass(frozen=True, slots=True)
class Message:
    """One text for the patient. id: a UUID that follows from the finding. indicator: how urgent it is, in the words of
    CDS Hooks. language: of the text, which may be another than asked for."""

    id: str
    indicator: Literal["info", "warning", "critical"]
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class MessagesDocument:
    """Everything that the patient is told. notice: that a ruleset is a draft, "" when none is. messages: worst first.
    notes: what has no text of its own, what waits, what could not be told; never empty when there is no message."""

    format: Literal["cds-messages/1"]
    engine: str
    patient: str
    at: str
    zone: str
    language: Language
    hash: str
    notice: str
    messages: tuple[Message, ...]
    notes: tuple[str, ...]


def messages(result: Result, language: Language = "en") -> MessagesDocument:
    """What the patient is told, worst first; CdsError when there are no texts in the language."""
    check_language(language)
    told = [_message(result, each, language) for each in result.fired if _is_told(result, each)]
    return MessagesDocument(
        format=FORMAT,
        engine=f"cds {__version__}",
        patient=result.patient,
        at=result.at,
        zone=result.zone,
        language=language,
        hash=result.hash,
        notice=say("draft", language, _SENTENCES) if any(each.status == "draft" for each in result.heads) else "",
        messages=tuple(told),
        notes=tuple(_notes(result, language)),
    )


def messages_document(result: Result, language: Language = "en") -> dict[str, Any]:
    """The same as plain data, ready for `json.dumps`; `messages_schema` describes it."""
    return _shape().dump_python(messages(result, language), mode="json")


def messages_schema() -> dict[str, Any]:
    """JSON Schema of `messages_document`.

    >>> messages_schema()["properties"]["format"]["const"]
    'cds-messages/1'
    """
    return _shape().json_schema(mode="serialization")


def messages_text(result: Result, language: Language = "en") -> str:
    """The same as text, ending with a line break."""
    made = messages(result, language)
    lines = [moment_text(made.at, language), made.notice, *(each.text for each in made.messages), *made.notes]
    return "\n\n".join(each for each in lines if each) + "\n"


@cache
def _shape() -> TypeAdapter[MessagesDocument]:
    return TypeAdapter(MessagesDocument)


def _is_told(result: Result, finding: Finding) -> bool:
    """Whether the patient gets the finding's text: none while a finding that hides it waits, for a mild text would
    then belittle the worse one."""
    waiting = {each.id for each in result.unconfirmed}
    return bool(finding.rule.wording.patient) and waiting.isdisjoint(finding.hiders)


def _message(result: Result, finding: Finding, language: Language) -> Message:
    texts = finding.rule.wording.patient
    text = plain(filled(texts, finding.tell().names, language))
    name = finding_uuid(result, finding, "message")
    return Message(name, finding.severity.indicator, text, text_in(texts, language)[1])


def _notes(result: Result, language: Language) -> Iterator[str]:
    without_text = sum(not _is_told(result, each) for each in result.fired)
    is_untold = bool(result.unknown) or any(each.uncertain for each in result.fired)
    if without_text:
        yield say("one_without_text" if without_text == 1 else "without_text", language, _SENTENCES, n=without_text)
    if result.unconfirmed:
        yield say("waiting", language, _SENTENCES)
    if is_untold:
        yield say("untold", language, _SENTENCES)
    if not (result.fired or result.unconfirmed or is_untold):
        yield say("nothing", language, _SENTENCES)
