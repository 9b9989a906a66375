"""Code systems and profiles that resources state, and what our colours are called in them.

VKP's are from https://github.com/HL7Norway/Velferdsteknologi (folder VKP-R4), published by Direktoratet for e-helse.
"""

from collections.abc import Mapping
from typing import Final

from cds.codes import system_url
from cds.result import COLOURS

LOINC: Final = system_url("LOINC")
VKP_ALERT: Final = system_url("VKP alert")
VKP_TRIAGE: Final = "http://ehelse.no/fhir/CodeSystem/vkp-triage-v090"
VKP_SEVERITY: Final = "http://ehelse.no/fhir/CodeSystem/vkp-severity-level-v090"
VKP_EVENT: Final = "http://ehelse.no/fhir/CodeSystem/vkp-composition-event-v090"
VKP_CATEGORY: Final = "http://ehelse.no/fhir/CodeSystem/vkp-composition-category-v090"
VKP_SECTION: Final = "http://ehelse.no/fhir/CodeSystem/vkp-composition-section-v090"
VKP_DETECTED_ISSUE: Final = "http://ehelse.no/fhir/StructureDefinition/vkp-DetectedIssue-v090"
VKP_COMPOSITION: Final = "http://ehelse.no/fhir/StructureDefinition/vkp-Composition-v090"

RULESET: Final = "urn:cds:ruleset"  # its id
ISSUE: Final = "urn:cds:issue"  # what was wrong with the data
UUIDS: Final = "urn:ietf:rfc:3986"

SEVERITY: Final[Mapping[str, str]] = {"red": "high", "orange": "high", "yellow": "moderate", "green": "low"}
"""Colour -> http://hl7.org/fhir/R4/valueset-detectedissue-severity.html, by VKP's levels: 30 is high, 20 moderate."""

PRIORITY: Final[Mapping[str, str]] = {"red": "stat", "orange": "asap", "yellow": "urgent", "green": "routine"}
"""Colour -> http://hl7.org/fhir/R4/valueset-request-priority.html, by VKP's triage: immediate, very urgent, urgent."""

COLOUR_OF: Final[Mapping[str, str]] = {severity.triage: colour for colour, severity in COLOURS.items() if colour}
"""VKP triage -> colour."""
