"""A result as one Bundle (http://hl7.org/fhir/R4/bundle.html, type `collection`)."""

from collections.abc import Iterator, Mapping
from typing import Any

from cds.adapters.fhir_out.alerts import detected_issue, flag, task
from cds.adapters.fhir_out.building import Evaluated, Json, collection, subject_of
from cds.adapters.fhir_out.device import device
from cds.adapters.fhir_out.guidance import guidance_response, operation_outcome
from cds.adapters.fhir_out.patient_messages import message_requests
from cds.catalogue import shared_concepts
from cds.codes import Concepts
from cds.diagnostics import Language
from cds.document import described
from cds.messages import Audience, check_audience, messages
from cds.result import Result


def bundle(
    result: Result,
    language: Language = "en",
    *,
    audience: Audience = "clinician",
    subject: Mapping[str, Any] | str | None = None,
    concepts: Concepts | None = None,
) -> Json:
    """The result as FHIR R4, ready for `json.dumps`.

    For clinicians: per ruleset a Device, the author, and a GuidanceResponse with every rule's outcome; an
    OperationOutcome when data could not be used as they came; per finding to show a DetectedIssue, for a red or
    orange one a Flag, and for one that asks for action a Task. For the patient: only CommunicationRequests that nobody
    has sent.
    subject: a Reference to the patient, for instance with a national identifier, or its text, `Patient/1`; without it
    `Patient/` and the patient's id. concepts: that the rulesets were written with. CdsError when the patient has no
    id, or when subject or language cannot be used.
    """
    patient = subject_of(result, subject)
    check_audience(audience)
    if audience == "patient":
        return collection(result, language, "messages", message_requests(messages(result, language), patient))
    evaluated = Evaluated(result, described(result, language), patient, concepts or shared_concepts())
    return collection(result, language, "Bundle", _resources(evaluated))


def _resources(evaluated: Evaluated) -> Iterator[Json]:
    heads = evaluated.result.heads
    yield from (device(evaluated, head) for head in heads)
    yield from (guidance_response(evaluated, head) for head in heads)
    issues = operation_outcome(evaluated)
    if issues:
        yield issues
    for each in evaluated.shown():
        made = detected_issue(evaluated, each), flag(evaluated, each), task(evaluated, each)
        yield from (content for content in made if content)
