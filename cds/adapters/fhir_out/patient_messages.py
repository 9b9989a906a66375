"""What the patient is told as FHIR: requests to communicate, none of them sent."""

from collections.abc import Iterator, Mapping
from typing import Final

from cds.adapters.fhir_out.building import Json, resource
from cds.identity import stable_uuid
from cds.messages import MessagesDocument

_PRIORITY: Final[Mapping[str, str]] = {"critical": "stat", "warning": "urgent", "info": "routine"}


def message_requests(made: MessagesDocument, patient: Json) -> Iterator[Json]:
    """A CommunicationRequest (R4) with the status `draft` for each message, and one for the notes.

    Drafts, for a person or the caller's own rules decide what reaches a patient; and requests rather than a
    DetectedIssue or Flag, which carry what is written for clinicians. patient: a Reference.
    """
    for each in made.messages:
        yield _request(made, patient, each.id, [made.notice, each.text], each.indicator, each.language)
    if made.notes:
        name = stable_uuid("notes", made.hash, made.patient, made.at)
        yield _request(made, patient, name, [made.notice, *made.notes], "info", made.language)


def _request(made: MessagesDocument, patient: Json, uuid: str, texts: list[str], indicator: str, spoken: str) -> Json:
    content = {
        "language": spoken,
        "status": "draft",
        "priority": _PRIORITY[indicator],
        "subject": patient,
        "payload": [{"contentString": text} for text in texts if text],
        "authoredOn": made.at,
        "requester": {"display": made.engine},
        "recipient": [patient],
    }
    return resource("CommunicationRequest", uuid, content)
