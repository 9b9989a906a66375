"""Why people acknowledge an alarm: a few coded reasons, so that alarms can be counted and improved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from cds.plan import Texts

ReasonCode = Literal[
    "contacted_patient",
    "action_taken",
    "will_monitor",
    "expected",
    "value_wrong",
    "limit_does_not_fit",
    "other_system",
]


@dataclass(frozen=True, slots=True)
class AcknowledgeReason:
    """One reason. makes_task: it comes back at a stated time. to_owner: the rule's owner is to know of it."""

    texts: Texts
    makes_task: bool = False
    to_owner: bool = False


ACKNOWLEDGE_REASONS: Final[Mapping[ReasonCode, AcknowledgeReason]] = {
    "contacted_patient": AcknowledgeReason(
        {
            "nb": "Pasienten er kontaktet",
            "nn": "Pasienten er kontakta",
            "en": "The patient has been contacted",
        }
    ),
    "action_taken": AcknowledgeReason(
        {
            "nb": "Behandling, plan eller utstyr er endret",
            "nn": "Behandling, plan eller utstyr er endra",
            "en": "Treatment, plan or equipment was changed",
        }
    ),
    "will_monitor": AcknowledgeReason(
        {
            "nb": "Følges med på; kommer tilbake til avtalt tid",
            "nn": "Blir følgd med på; kjem tilbake til avtalt tid",
            "en": "Will be watched; comes back at the agreed time",
        },
        makes_task=True,
    ),
    "expected": AcknowledgeReason(
        {
            "nb": "Kjent og ventet hos denne pasienten",
            "nn": "Kjent og venta hos denne pasienten",
            "en": "Known and expected in this patient",
        }
    ),
    "value_wrong": AcknowledgeReason(
        {
            "nb": "Verdien er feil",
            "nn": "Verdien er feil",
            "en": "The value is wrong",
        },
        to_owner=True,
    ),
    "limit_does_not_fit": AcknowledgeReason(
        {
            "nb": "Grensen passer ikke for pasienten",
            "nn": "Grensa passar ikkje for pasienten",
            "en": "The limit does not fit the patient",
        }
    ),
    "other_system": AcknowledgeReason(
        {
            "nb": "Kvittert i et annet system, som ikke oppgir grunn",
            "nn": "Kvittert i eit anna system, som ikkje oppgir grunn",
            "en": "Acknowledged in another system, which states no reason",
        }
    ),
}
