"""MedicationAdministrations, and what a medicine dispenser reports → planned doses.

https://hl7.org/fhir/R4/medicationadministration.html; `vkp` says how the messages of a dispenser are read,
`dispenser_doses` what they become.

========================================= ==================================================================
MedicationAdministration                  how it is read
========================================= ==================================================================
``status`` completed                      taken; when it was planned is not stated, so its delay is not known
not-done                                  missed
in-progress, on-hold, stopped, unknown,   not judged
another or none
entered-in-error                          not used
``effective[x]``                          when, a period: its start
``request`` taken as needed               taken as needed, which is no planned dose; not-done: nothing
``modifierExtension``, ``implicitRules``  not judged
``meta.security`` masked                  withheld; of an unnamed medicine every class
========================================= ==================================================================
"""

from collections.abc import Mapping, Sequence
from typing import Final

from cds.adapters.fhir import vkp
from cds.adapters.fhir.dispenser_doses import Dispenser
from cds.adapters.fhir.dispenser_schedule import Codes, Schedule
from cds.adapters.fhir.event import Alert
from cds.adapters.fhir.medication_use import Prescribed
from cds.adapters.fhir.medicine import Medicines, classes_of, leave_open, withhold
from cds.adapters.fhir.reference import References
from cds.adapters.fhir.resource import Json, Resource, has_other_meaning, is_masked
from cds.adapters.fhir.vkp import Message
from cds.adapters.rows import Dose, Intake, state_medicines
from cds.adapters.shapes import as_list, as_object, as_text
from cds.codes import Attribute
from cds.operators.reasons import KNOWN, NOT_JUDGED, WITHHELD
from cds.operators.series import LAST_TIME
from cds.periods import instant

_FATES: Final[Mapping[object, float]] = {"completed": 1.0, "not-done": 0.0}
_DENIES: Final = (vkp.MISSED, vkp.DOUBTFUL)  # an alert of the dose itself: it tells what the dispense would
_CASTS_DOUBT: Final = (vkp.STOPPED, vkp.NO_CONTACT)


class Doses:
    """Takes planned doses."""

    def __init__(
        self, intake: Intake, medicines: Medicines, references: References, prescribed: Sequence[Prescribed]
    ) -> None:
        self._intake = intake
        self._medicines = medicines
        self._references = references
        self._prescribed = {each.resource.number: each for each in prescribed}
        self._told: set[Codes] = set()
        self._maybe: set[Codes] = set()
        self._left_open: set[Codes] = set()

    def take(self, administrations: Sequence[Resource], reports: Sequence[Resource], alerts: Sequence[Alert]) -> None:
        """Add what was given, and what a dispenser reported in MedicationDispenses and in alerts.

        The doses count as supplied where there is any. A dispenser's missed doses come as alerts: where there is no
        alert and no clock time in the schedule, or where there are alerts only, half of the doses would not be seen,
        and they are not supplied.
        """
        for each in administrations:
            self._administer(each)
        has_slots = self._take_dispenser(reports, alerts)
        if administrations or reports or alerts:
            state_medicines(self._intake, "doses", self._told, "doses")
        if (reports and not alerts and not has_slots) or (alerts and not reports):
            self._intake.note("alerts_not_supplied" if reports else "reports_not_supplied", "doses")
            keys = "doses.all", *classes_of(self._intake, "doses", ())
            self._intake.supplied.update(dict.fromkeys(keys, LAST_TIME))
        for codes in self._maybe:
            self._intake.supplied.update(dict.fromkeys(classes_of(self._intake, "doses", codes), LAST_TIME))
        for codes in self._left_open:
            leave_open(self._intake, "doses", codes)

    def _administer(self, resource: Resource) -> None:
        content, place = resource.content, resource.place
        if content.get("status") == "entered-in-error":
            self._intake.note("entered_in_error", place)
            return
        request = self._references.find(content.get("request"), resource)
        prescribed = self._prescribed.get(request.number) if request else None
        is_as_needed = prescribed is not None and bool(prescribed.attribute & Attribute.AS_NEEDED)
        if is_as_needed and content.get("status") == "not-done":
            return
        medicine = self._medicines.of(resource)
        codes = medicine.atc if medicine.is_told else ()
        masked = is_masked(content)
        time = self._time(content.get("effectiveDateTime", _start(content)), place)
        if masked and not (codes and time):
            withhold(self._intake, "doses", codes)
        elif time is None:
            self._left_open.add(codes)
        if time is None:
            return
        self._told.update(medicine.told)
        taken, quality = self._fate(content, place, masked)
        bits = Attribute.DELAY_UNKNOWN if taken else Attribute(0)
        bits |= Attribute.DATE_ONLY if time[1] else Attribute(0)
        bits |= Attribute.AS_NEEDED if is_as_needed else Attribute(0)
        self._intake.doses.append(Dose(time[0], medicine.atc, time[0], taken, 0.0, quality, int(bits), place))

    def _fate(self, content: Json, place: str, masked: bool) -> tuple[float, int]:
        """1.0 for taken, and 0 or why nobody knows."""
        if masked:
            self._intake.note("value_withheld", place)
            return 0.0, WITHHELD
        if has_other_meaning(content):
            self._intake.note("meaning_changed", place)
            return 0.0, NOT_JUDGED
        fate = _FATES.get(as_text(content.get("status")))
        if fate is None:
            self._intake.note("dose_not_judged", place)
        return fate or 0.0, NOT_JUDGED if fate is None else KNOWN

    def _take_dispenser(self, reports: Sequence[Resource], alerts: Sequence[Alert]) -> bool:
        """Add what a dispenser reported; whether its schedule has clock times."""
        denied = {number for each in alerts if each.kind in _DENIES for number in each.implicated}
        doubted = {number for each in alerts if each.kind in _CASTS_DOUBT for number in each.implicated}
        when_needed = {each.number for each in reports if _is_as_needed(self._prescriptions(each))}
        told = [each for each in alerts if each.kind not in _DENIES or not _is_within(each.implicated, when_needed)]
        messages = [each.message for each in told if each.message]
        self._left_open.update(() for each in alerts if each.message is None and each.kind != vkp.SIGN_OF_LIFE)
        pouches: set[int] = set()
        for report in reports:
            prescriptions = self._prescriptions(report)
            pouches.update(each.resource.number for each in prescriptions if each)
            message = None if report.number in denied else self._message(report, prescriptions)
            if message and report.number in doubted:
                message = message._replace(kind=vkp.DOUBTFUL)
            if message and message.kind in (vkp.TAKEN, vkp.DOUBTFUL) and report.number in when_needed:
                self._add_as_needed(message)
            else:
                messages += [message] if message else []
        medicines = [each for number, each in self._prescribed.items() if each.is_in_pouches or number in pouches]
        if not messages:
            return False
        schedule = Schedule(medicines, self._intake.zone)
        dispenser = Dispenser(messages, schedule)
        for dose, contents in dispenser.doses():
            self._intake.doses.append(dose)
            self._told |= contents.told
            self._maybe |= contents.maybe
        if schedule.is_exhausted:
            self._intake.note("schedule_too_large", "doses")
            self._left_open.add(())
        return bool(dispenser.slots)

    def _add_as_needed(self, message: Message) -> None:
        """A dose as needed that came out, or of which nobody knows; it belongs to no slot."""
        codes = tuple(sorted({code for each in message.atc or () for code in each}))
        bits = Attribute.AS_NEEDED | (Attribute.DATE_ONLY if message.is_date_only else Attribute(0))
        taken, quality = (1.0, KNOWN) if message.kind == vkp.TAKEN else (0.0, NOT_JUDGED)
        dose = Dose(message.time, codes, message.told, taken, 0.0, quality, int(bits), message.place)
        self._intake.doses.append(dose)
        self._told.update(message.atc or ())

    def _message(self, report: Resource, prescriptions: Sequence[Prescribed | None]) -> Message | None:
        """What a dispenser's MedicationDispense reports; None when it cannot be placed, after an issue."""
        content, place = report.content, report.place
        if content.get("status") == "entered-in-error":
            self._intake.note("entered_in_error", place)
            return None
        if is_masked(content):
            self._intake.note("value_withheld", place)
            withhold(self._intake, "doses", ())
            return None
        kind = vkp.event_of(content)
        time = self._time(content.get("whenHandedOver"), place)
        if time is None:
            self._left_open.update([] if kind == vkp.SIGN_OF_LIFE else [()])
            return None
        if kind == vkp.TAKEN and (content.get("status") != "completed" or has_other_meaning(content)):
            kind = vkp.DOUBTFUL
        if kind == vkp.DOUBTFUL:
            self._intake.note("dispenser_report_not_understood", place)
        first, last = self._journey(report, time[0]) if kind == vkp.TRAVEL else (None, None)
        return Message(time[0], time[0], time[1], kind, place, first, last, self._stated(report, prescriptions))

    def _journey(self, report: Resource, handed_over: int) -> tuple[int, int] | tuple[None, None]:
        found = vkp.journey(report.content, handed_over, self._intake.zone)
        if found is None:
            self._intake.note("journey_not_read", report.place)
        return found or (None, None)

    def _stated(self, report: Resource, prescriptions: Sequence[Prescribed | None]) -> tuple[Codes, ...] | None:
        """What a pouch holds by the report itself; None when it does not say."""
        medicine = self._medicines.of(report)
        if medicine.atc:
            return medicine.told
        told = tuple(codes for each in prescriptions if each for codes in each.medicine.told)
        return (told if all(prescriptions) else (*told, ())) if prescriptions else None

    def _prescriptions(self, report: Resource) -> list[Prescribed | None]:
        """The prescriptions that a pouch is of; None for one that is not here."""
        listed = as_list(report.content.get("authorizingPrescription")) or ()
        found = [self._references.find(each, report) for each in listed]
        return [self._prescribed.get(each.number) if each else None for each in found]

    def _time(self, written: object, place: str) -> tuple[int, bool] | None:
        time = instant(as_text(written), self._intake.zone)
        if time is None:
            self._intake.note("time_missing" if written is None else "time_not_understood", place)
        return time


def _is_as_needed(prescriptions: Sequence[Prescribed | None]) -> bool:
    """Whether a pouch holds nothing but what is taken as needed."""
    return bool(prescriptions) and all(each and each.attribute & Attribute.AS_NEEDED for each in prescriptions)


def _is_within(some: Sequence[int], others: set[int]) -> bool:
    """Whether there are some, and every one of them is among the others."""
    return bool(some) and others.issuperset(some)


def _start(content: Json) -> object:
    return (as_object(content.get("effectivePeriod")) or {}).get("start")
