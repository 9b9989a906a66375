"""What the patient is told: only what the ruleset's authors wrote for patients, never a text for clinicians.

A finding without a text for the patient is counted, and so is what waits or could not be told, so that no silence
reads as "all is well".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from cds import __version__
from cds.diagnostics import Language
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
    "one_waiting": (
        "Ett funn venter på en ny måling; oppfølgingstjenesten din ser det.",
        "Eitt funn ventar på ei ny måling; oppfølgingstenesta di ser det.",
        "One finding waits for a new reading; your follow-up service sees it.",
    ),
    "waiting": (
        "{n} funn venter på en ny måling; oppfølgingstjenesten din ser dem.",
        "{n} funn ventar på ei ny måling; oppfølgingstenesta di ser dei.",
        "{n} findings wait for a new reading; your follow-up service sees them.",
    ),
    "one_untold": (
        "Én ting kunne ikke vurderes; oppfølgingstjenesten din ser det.",
        "Éin ting kunne ikkje vurderast; oppfølgingstenesta di ser det.",
        "One thing could not be assessed; your follow-up service sees it.",
    ),
    "untold": (
        "{n} ting kunne ikke vurderes; oppfølgingstjenesten din ser det.",
        "{n} ting kunne ikkje vurderast; oppfølgingstenesta di ser det.",
        "{n} things could not be assessed; your follow-up service sees it.",
    ),
    "nothing": (
        "Det er ingen melding til deg nå. Det betyr ikke at alt er bra.",
        "Det er inga melding til deg no. Det betyr ikkje at alt er bra.",
        "There is no message for you now. That does not mean that all is well.",
    ),
}


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
    """What the patient is told, worst first."""
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
    text = plain(filled(texts, finding.explain().names, language))
    name = finding_uuid(result, finding, "message")
    return Message(name, finding.severity.indicator, text, text_in(texts, language)[1])


def _notes(result: Result, language: Language) -> Iterator[str]:
    counts = {
        "without_text": sum(not _is_told(result, each) for each in result.fired),
        "waiting": len(result.unconfirmed),
        "untold": len(result.unknown) + sum(each.uncertain for each in result.fired),
    }
    for key, count in counts.items():
        if count:
            yield say(f"one_{key}" if count == 1 else key, language, _SENTENCES, n=count)
    if not any(counts.values()) and not result.fired:
        yield say("nothing", language, _SENTENCES)
