"""Medicines of a FHIR R4 Bundle: what is used, what was handed out, which doses were taken.

::

    MedicationStatement, MedicationRequest ─▶ medication_use      ─▶ medicines.CLASS
    MedicationDispense of a pharmacy       ─▶ supply              ─▶ supply.CLASS
    MedicationDispense of a dispenser,
    MedicationAdministration               ─▶ dose_event          ─▶ doses.CLASS
    DetectedIssue                          ─▶ event               ─▶ events.NAME, and missed doses

What they refer to: Medication (`medicine`), and Basic for multidose rolls (`eresept`).
"""

from typing import Final

from cds.adapters.fhir import vkp
from cds.adapters.fhir.dose_event import Doses
from cds.adapters.fhir.event import Events
from cds.adapters.fhir.medication_use import take_uses
from cds.adapters.fhir.medicine import Medicines
from cds.adapters.fhir.reference import References
from cds.adapters.fhir.resource import Resource
from cds.adapters.fhir.supply import Supplies
from cds.adapters.rows import Intake

ABOUT_NOBODY: Final = ("Medication", "Basic")
KINDS: Final = (
    "MedicationStatement",
    "MedicationRequest",
    "MedicationDispense",
    "MedicationAdministration",
    "DetectedIssue",
    *ABOUT_NOBODY,
)
"""The kinds of resource that are read together: each may refer to another."""


def take_medication(intake: Intake, resources: list[Resource]) -> None:
    """Add what the patient's resources of KINDS say, and state what they supply.

    Of each kind of fact all counts as supplied where there is one resource that tells of it, and a class of medicines
    where each of them has an ATC code.
    """
    references = References(resources)
    medicines = Medicines(intake, references)
    prescribed = take_uses(intake, _of(resources, "MedicationStatement", "MedicationRequest"), medicines)
    dispenses = _of(resources, "MedicationDispense")
    reports = [each for each in dispenses if vkp.is_dispenser(each)]
    handed_out = [each for each in dispenses if not vkp.is_dispenser(each)]
    supplies = Supplies(intake, medicines, references, prescribed, _of(resources, "Basic"))
    supplies.take(handed_out)
    alerts = Events(intake, references).take(_of(resources, "DetectedIssue"))
    doses = Doses(intake, medicines, references, prescribed)
    doses.take(_of(resources, "MedicationAdministration"), reports, alerts)
    medicines.finish()


def _of(resources: list[Resource], *kinds: str) -> list[Resource]:
    return [each for each in resources if each.kind in kinds]
