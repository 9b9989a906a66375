"""What a medicine dispenser reports through the welfare technology hub (VKP, profiles v0.9.0).

Source: https://github.com/HL7Norway/Velferdsteknologi (VKP-R4: vkp-MedicationDispense-v090, vkp-DetectedIssue-v090,
vkp-medicationdispense-events-v090, vkp-alert-code-v090).

================================ ==========================================================================
MedicationDispense               how it is read
================================ ==========================================================================
category 1, 1.1, 1.2, completed  a pouch came out, with or without help; anything else than completed: nobody
                                 knows
category 1.3                     medicine as needed: no planned dose, but a sign of life
category 2, 2.1, 2.2             pouches taken out ahead of a journey: see `Message.first`
category 3                       a message was read: no dose, but a sign of life
another category, or none        something that may be a dose; nobody knows. Codes of other versions mean other
                                 things (2 was `not dispensed` in v06) and are not read
``whenHandedOver``               when it happened, *or did not*: never by itself a dose taken
``medication[x]``                what the pouch holds, where it has ATC codes; most say `unknown`
``authorizingPrescription``      the prescriptions that the pouch is of: what it holds
``performer``                    not read: who helped, and the device's number
================================ ==========================================================================

================================ ==========================================================================
DetectedIssue                    how it is read
================================ ==========================================================================
code 1.1, 1.2                    the dose was not dispensed: missed
code 1.3                         nobody knows whether it was
code 1.5 to 1.9, 1.18            dispensing has stopped: until the next pouch nobody knows of any dose
code 1.20                        no contact: until the next message nobody knows of any dose
every other code                 no dose, but a sign of life
``identified[x]``                when, a period: its start
``implicated``                   the MedicationDispense that says of what time the dose was
================================ ==========================================================================
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from cds.adapters.fhir.extension import extensions
from cds.adapters.fhir.resource import Json, Resource, codings
from cds.adapters.fhir.times import moment
from cds.adapters.shapes import as_list, as_object, as_text
from cds.codes import system_url
from cds.operators.series import MICROSECONDS_PER_DAY
from cds.periods import Zone, civil_date, instant

ALERTS: Final = system_url("VKP alert")
_PROFILE: Final = "http://ehelse.no/fhir/structuredefinition/vkp-medicationdispense-"
_DEVICE: Final = "http://ehelse.no/fhir/structuredefinition/vkpmedicationdispensedevice-v090"
_FAMILY: Final = "http://ehelse.no/fhir/CodeSystem/vkp-medicationdispense-events-"
_EVENTS: Final = f"{_FAMILY}v090"

TAKEN: Final = "taken"
MISSED: Final = "missed"
DOUBTFUL: Final = "doubtful"
TRAVEL: Final = "travel"
STOPPED: Final = "stopped"
NO_CONTACT: Final = "no contact"
SIGN_OF_LIFE: Final = "sign of life"
_CATEGORIES: Final[Mapping[str, str]] = {
    "1": TAKEN,
    "1.1": TAKEN,
    "1.2": TAKEN,
    "1.3": SIGN_OF_LIFE,
    "2": TRAVEL,
    "2.1": TRAVEL,
    "2.2": TRAVEL,
    "3": SIGN_OF_LIFE,
}
_ALERT_CODES: Final[Mapping[str, str]] = {
    "1.1": MISSED,
    "1.2": MISSED,
    "1.3": DOUBTFUL,
    **dict.fromkeys(("1.5", "1.6", "1.7", "1.8", "1.9", "1.18"), STOPPED),
    "1.20": NO_CONTACT,
}
_DOSE: Final = re.compile(r"(første|siste) dose:?\s*(\d{1,2})/(\d{1,2})\.?\s*(?:kl\.?\s*)?(\d{1,2})[:.](\d\d)")
_HALF_A_YEAR: Final = 183 * MICROSECONDS_PER_DAY


class Message(NamedTuple):
    """One thing that a dispenser reported.

    time: of what it is about. told: when it was reported. first, last: of doses taken out for a journey; None = not
    stated. atc: what the pouch holds, where that is stated; None = not stated. place: of the resource.
    """

    time: int
    told: int
    is_date_only: bool
    kind: str
    place: str
    first: int | None = None
    last: int | None = None
    atc: tuple[tuple[str, ...], ...] | None = None


def is_dispenser(dispense: Resource) -> bool:
    """Whether a MedicationDispense is a dispenser's report, and no medicine handed out by a pharmacy."""
    content = dispense.content
    profiles = as_list((as_object(content.get("meta")) or {}).get("profile")) or ()
    return (
        any(as_text(each).casefold().startswith(_PROFILE) for each in profiles)
        or any(system.startswith(_FAMILY) for system, _ in codings(content.get("category")))
        or next(extensions(content, _DEVICE), None) is not None
    )


def event_of(dispense: Json) -> str:
    """What a dispenser's MedicationDispense reports; DOUBTFUL when its category is not known."""
    kinds = {_CATEGORIES.get(code, DOUBTFUL) for system, code in codings(dispense.get("category")) if system == _EVENTS}
    return kinds.pop() if len(kinds) == 1 else DOUBTFUL


def alert_of(codes: list[tuple[str, str]]) -> str:
    """What a DetectedIssue with these codes reports of a dispenser; "" when it is no alert of one."""
    words = [code for system, code in codes if system_url(system) == ALERTS]
    kinds = [_ALERT_CODES.get(each, SIGN_OF_LIFE) for each in words if each == "1" or each.startswith("1.")]
    return min(kinds, key=_SEVEREST.index, default="")


_SEVEREST: Final = (NO_CONTACT, STOPPED, DOUBTFUL, MISSED, SIGN_OF_LIFE)


def journey(dispense: Json, handed_over: int, where: Zone) -> tuple[int, int] | None:
    """The first and last dose taken out for a journey; None when that is not stated.

    The bounds of the dosing, else the text in the form that the profile shows: «Første dose: 22/6 kl. 19:00».
    """
    for dosage in as_list(dispense.get("dosageInstruction")) or ():
        timing = as_object((as_object(dosage) or {}).get("timing")) or {}
        bounds = as_object((as_object(timing.get("repeat")) or {}).get("boundsPeriod")) or {}
        first, last = moment(bounds.get("start"), where), moment(bounds.get("end"), where)
        if first is None or last is None:
            stated = dict(_stated_doses(as_text((as_object(dosage) or {}).get("text")), handed_over, where))
            first, last = stated.get("første"), stated.get("siste")
        if first is not None and last is not None and first <= last:
            return first, last
    return None


def _stated_doses(text: str, handed_over: int, where: Zone) -> Iterator[tuple[str, int]]:
    """`første` and `siste` with their times, of the year in which they lie closest to the hand-over."""
    year = civil_date(handed_over, where).year
    for which, day, month, hour, minute in _DOSE.findall(text.casefold()):
        clock = f"{int(month):02}-{int(day):02}T{int(hour):02}:{minute}"
        for each in (year - 1, year, year + 1):
            read = instant(f"{each}-{clock}", where)
            if read and abs(read[0] - handed_over) < _HALF_A_YEAR:
                yield which, read[0]
