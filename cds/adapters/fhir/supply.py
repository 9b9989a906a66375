"""FHIR MedicationDispenses of a pharmacy → medicines handed out, and how long they last.

https://hl7.org/fhir/R4/medicationdispense.html. What a dispenser at home reports in the same resource is not supply:
`dose_event` reads it.

=========================================== ================================================================
field                                       how it is read
=========================================== ================================================================
``whenHandedOver``                          when it was handed out; ``whenPrepared`` is not: it may still lie
                                            in the pharmacy
``status`` completed                        handed out
unknown, stopped, in-progress, another      with a time of hand-over: lasts nobody knows how long
preparation, in-progress, on-hold, stopped  without one: not supply, an issue says so
cancelled, declined; e-resept cancelled     not supply, an issue says so
entered-in-error                            not used
multidose roll (e-resept)                   lasts from its first dose to its last
taken as needed                             lasts nobody knows how long
``daysSupply``                              lasts so long (d, wk, mo, …); without a unit nobody knows
``quantity`` with a unit                    derived: divided by what is taken a day, where both count the same
``quantity`` without a unit                 packages, where the size of one is stated; else nobody knows
neither stated                              derived by the defined daily dose of the substance, where the
                                            concepts hold one and no dosage is stated
``dosageInstruction``                       what is taken a day, else that of ``authorizingPrescription``, where
                                            both are of the same ATC code
``modifierExtension``, ``implicitRules``    lasts nobody knows how long
``meta.security`` masked                    withheld; of an unnamed medicine every class
=========================================== ================================================================
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from cds.adapters.amounts import days_supply, finite
from cds.adapters.fhir import dosing, eresept
from cds.adapters.fhir.dosing import Dosing, days_lasting
from cds.adapters.fhir.medication_use import Prescribed
from cds.adapters.fhir.medicine import Medicine, Medicines, leave_open, withhold
from cds.adapters.fhir.reference import References
from cds.adapters.fhir.resource import Json, Resource, has_other_meaning, is_masked
from cds.adapters.medicine_quantity import Quantity, days_by_dose, days_of, defined_daily_dose, quantity
from cds.adapters.rows import Intake, Supply, state_medicines
from cds.adapters.shapes import as_list, as_object, as_text
from cds.codes import Attribute
from cds.operators.reasons import DAYS_NOT_KNOWN, KNOWN, WITHHELD
from cds.operators.series import FIRST_TIME
from cds.periods import instant
from cds.units import NOT_UNDERSTOOD

_NEVER_HANDED_OVER: Final = ("cancelled", "declined")
_NOT_YET: Final = ("preparation", "in-progress", "on-hold", "stopped")
_WHOLE_CODE: Final = 7  # letters and digits of an ATC code that names a substance

Judged = tuple[float, int, int, str]  # days, quality, attribute, issue


class Lasting(NamedTuple):
    """How long a dispense lasts. begins: microseconds; issue: the code of what is wrong, "" = nothing."""

    begins: int
    days: float
    quality: int
    attribute: int
    issue: str


class Supplies:
    """Takes the dispenses of a pharmacy."""

    def __init__(
        self,
        intake: Intake,
        medicines: Medicines,
        references: References,
        prescribed: Sequence[Prescribed],
        basics: Sequence[Resource],
    ) -> None:
        self._intake = intake
        self._medicines = medicines
        self._references = references
        self._prescribed = {each.resource.number: each for each in prescribed}
        self._rolls = dict(self._each_roll(basics))

    def take(self, dispenses: Sequence[Resource]) -> None:
        """Add what was handed out; where there is any dispense, all that was handed out counts as supplied."""
        told: list[tuple[str, ...]] = []
        left_open: list[tuple[str, ...]] = []
        for each in dispenses:
            medicine = self._medicines.of(each)
            if self._is_handed_over(each):
                told += medicine.told
                if not self._add(each, medicine):
                    left_open.append(medicine.atc if medicine.is_told else ())
        if dispenses:
            state_medicines(self._intake, "supply", told, "supply")
        for codes in left_open:
            leave_open(self._intake, "supply", codes)

    def _each_roll(self, basics: Sequence[Resource]) -> Iterator[tuple[int, tuple[object, object]]]:
        """The entry of the dispense, and the first and last dose, of each multidose roll."""
        for basic in basics:
            for reference, first, last in eresept.rolls(basic.content):
                dispense = self._references.find(reference, basic)
                if dispense:
                    yield dispense.number, (first, last)

    def _is_handed_over(self, dispense: Resource) -> bool:
        content, status = dispense.content, dispense.content.get("status")
        if status == "entered-in-error":
            self._intake.note("entered_in_error", dispense.place)
            return False
        waits = status in _NOT_YET and content.get("whenHandedOver") is None
        if waits or status in _NEVER_HANDED_OVER or eresept.is_cancelled(content):
            self._intake.note("not_handed_over", dispense.place)
            return False
        return True

    def _add(self, dispense: Resource, medicine: Medicine) -> bool:
        """Add a dispense to the rows; False when it has no time, after an issue."""
        content, place = dispense.content, dispense.place
        masked, written = is_masked(content), content.get("whenHandedOver")
        time = instant(as_text(written), self._intake.zone)
        if masked and not (medicine.is_told and time):
            withhold(self._intake, "supply", medicine.atc if medicine.is_told else ())
        if time is None:
            self._intake.note("time_missing" if written is None else "time_not_understood", place)
            return masked
        prescribed = self._prescription(dispense)
        use = _use_of(content, prescribed)
        lasting = self._lasting(dispense, medicine, prescribed, use, time[0])
        if masked:
            lasting = Lasting(time[0], 0.0, WITHHELD, 0, "value_withheld")
        if lasting.issue:
            self._intake.note(lasting.issue, place)
        attribute = use | lasting.attribute | (int(Attribute.DATE_ONLY) if time[1] else 0)
        amount = quantity(content.get("quantity"))
        handed_out = (amount.value, amount.unit_id) if amount else (0.0, NOT_UNDERSTOOD)
        self._intake.supplies.append(
            Supply(lasting.begins, time[0], medicine.atc, lasting.days, *handed_out, lasting.quality, attribute, place)
        )
        return True

    def _prescription(self, dispense: Resource) -> Prescribed | None:
        listed = as_list(dispense.content.get("authorizingPrescription")) or ()
        found = [each for each in (self._references.find(one, dispense) for one in listed) if each]
        return self._prescribed.get(found[0].number) if len(listed) == len(found) == 1 else None

    def _lasting(
        self, dispense: Resource, medicine: Medicine, prescribed: Prescribed | None, use: int, given: int
    ) -> Lasting:
        content = dispense.content
        if has_other_meaning(content) or content.get("status") != "completed":
            issue = "meaning_changed" if has_other_meaning(content) else "not_certain"
            return Lasting(given, 0.0, DAYS_NOT_KNOWN, 0, issue)
        if dispense.number in self._rolls:
            roll = eresept.days_of_roll(*self._rolls[dispense.number], given, self._intake.zone)
            begins, days = roll or (given, None)
            return Lasting(begins, *_judged(days))
        if use & Attribute.AS_NEEDED:
            return Lasting(given, 0.0, DAYS_NOT_KNOWN, 0, "days_as_needed")
        if content.get("daysSupply") is not None:
            return Lasting(given, *_stated(content["daysSupply"]))
        return Lasting(given, *self._derived(content, medicine, prescribed, given))

    def _derived(self, content: Json, medicine: Medicine, prescribed: Prescribed | None, given: int) -> Judged:
        """The quantity by what is taken a day."""
        amount = quantity(content.get("quantity"))
        if amount is None or amount.value <= 0.0:
            return _judged(amount and amount.value)
        if not amount.unit:
            size = _package(medicine, prescribed, as_text(content.get("whenHandedOver")))
            if size is None:
                return 0.0, DAYS_NOT_KNOWN, 0, "package_size_missing"
            amount = Quantity(amount.value * size.value, size.unit)
        ways = self._ways(content, medicine, prescribed, given)
        if ways and not amount.is_like(ways[0].unit):
            amount = _in_mass(amount, medicine.content)
        lasts, how = days_lasting(ways, amount, given, self._intake.zone), Attribute.DERIVED
        is_open = prescribed is None and content.get("dosageInstruction") is None
        dose = defined_daily_dose(self._intake.concepts, medicine.atc) if is_open else None
        if dose and lasts is None:
            amount = amount if amount.is_like(dose.unit) else _in_mass(amount, medicine.content)
            lasts, how = days_by_dose(amount, dose, None), Attribute.DERIVED | Attribute.BY_DEFINED_DOSE
        days, quality, _, issue = _judged(lasts)
        return days, quality, int(how) if quality == KNOWN else 0, issue

    def _ways(self, content: Json, medicine: Medicine, prescribed: Prescribed | None, given: int) -> tuple[Dosing, ...]:
        """What is taken: by the dispense itself where it says so, else by the prescription of the same substance."""
        own = dosing.dosings(content.get("dosageInstruction"), FIRST_TIME, self._intake.zone)
        if any(each.daily for each in own) or prescribed is None:
            return own
        is_same = medicine.is_told and medicine.atc == prescribed.medicine.atc
        return prescribed.ways if is_same and all(len(code) == _WHOLE_CODE for code in medicine.atc) else ()


def _use_of(content: Json, prescribed: Prescribed | None) -> int:
    listed = content.get("dosageInstruction")
    own = eresept.use_of(listed) | dosing.use_of(listed)
    return own | (prescribed.attribute if prescribed else 0)


def _stated(written: object) -> Judged:
    days = days_of(written)
    if days is None and finite((as_object(written) or {}).get("value")) is not None:
        return 0.0, DAYS_NOT_KNOWN, 0, "days_unit_not_understood"
    days, quality, issue = days_supply("" if days is None else days)
    return days, quality, 0, issue


def _judged(days: float | None) -> Judged:
    lasts, quality, issue = days_supply(days)
    return lasts, quality, 0, issue


def _package(medicine: Medicine, prescribed: Prescribed | None, handed_over: str) -> Quantity | None:
    """What one package holds; None when nothing says so, or two say different things."""
    sizes = eresept.package_of_medication(medicine.content)
    if not sizes and prescribed:
        sizes = eresept.package_of_statement(prescribed.resource.content, handed_over)
    size = sizes.pop() if len(sizes) == 1 else None
    return size if size and size.unit and size.value > 0.0 else None


def _in_mass(amount: Quantity, medication: Json) -> Quantity:
    """Pieces as the mass of the one substance in them, where its strength is stated; else as they are."""
    listed = [as_object(each) or {} for each in as_list(medication.get("ingredient")) or ()]
    active = [each for each in listed if each.get("isActive") is not False]
    strength = (as_object(active[0].get("strength")) or {}) if len(active) == 1 else {}
    mass, per = quantity(strength.get("numerator")), quantity(strength.get("denominator"))
    if mass is None or per is None or not per.is_like(amount.unit) or per.value <= 0.0:
        return amount
    return Quantity(amount.value * mass.value / per.value, mass.unit)
