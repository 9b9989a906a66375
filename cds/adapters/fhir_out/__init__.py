"""A result as FHIR R4, for clinicians and for the patient; the follow-up of an alarm; and both read again.

::

    Result ─ bundle ─▶ Bundle: Device, GuidanceResponse, DetectedIssue, Flag, Task ─ detected_issues_from_fhir ─▶ …
                 │     and an OperationOutcome when data could not be used
                 └ for the patient: CommunicationRequest
    DetectedIssue + events ─ follow_up ─▶ document: Composition, DetectedIssue ─ follow_up_from_fhir ─▶ events

Ids follow from what was evaluated (UUIDs, version 5), so the same result gives the same bytes. A rule that is unknown,
or waits for confirmation, makes its ruleset's GuidanceResponse `data-required`; one that another hides is in its notes.
"""

from cds.adapters.fhir_out.follow_up import FOLLOW_UP_CODES, FollowUp, FollowUpEvent, follow_up, follow_up_from_fhir
from cds.adapters.fhir_out.reading import StoredFinding, detected_issues_from_fhir
from cds.adapters.fhir_out.whole import bundle

__all__ = [
    "FOLLOW_UP_CODES",
    "FollowUp",
    "FollowUpEvent",
    "StoredFinding",
    "bundle",
    "detected_issues_from_fhir",
    "follow_up",
    "follow_up_from_fhir",
]
