"""FHIR Observations → readings (https://hl7.org/fhir/R4/observation.html).

====================================== ================================================================
element                                how it is read
====================================== ================================================================
``code``                               each measurement that it stands for; codes that disagree: not
                                       used; one that no concept uses is counted
``status``                             final, amended and corrected are used
``subject``                            the patient, else not used
``focus``                              about something else than the patient: not used
``effectiveDateTime``                  when it was measured; a date alone has no clock time; a year or
                                       month alone: not used
``effectiveInstant``                   when it was measured
``effectivePeriod``                    when it ended; without an end not used
``effectiveTiming``                    the one time that it names; several: not used
``issued``                             when it became known; a day or more before it was measured: not
                                       used
``valueQuantity``                      the value in its unit: the UCUM code, else the text; with a
                                       comparator a bound
``value[x]``                           any other is read as `value` says
``interpretation``                     `>` and `<`: off the meter's scale, see `value`
``dataAbsentReason``                   masked: withheld; others: see `value`
``component``                          parts of a panel, or measurements of their own
``hasMember``                          a panel that only names its members is not missing a value
``performer``                          a RelatedPerson: reported by a relative; whether the patient
                                       typed it in, no performer tells
``device``                             from a device
``extension`` deviceCode,              from a device
gatewayDevice
``extension`` bodyPosition             sitting, standing or lying
``bodySite``                           left or right arm
``modifierExtension``                  not used
``implicitRules``                      not used
``meta.security``                      masked: withheld
``category``, ``encounter``,           not read
``note``, ``method``, ``specimen``,
``referenceRange``, ``derivedFrom``,
``basedOn``, ``partOf``,
``identifier``
====================================== ================================================================
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from cds.adapters.amounts import MASKED, MISSING, UNTOLD, Amount, accepted_units, amount
from cds.adapters.fhir.instants import Instants
from cds.adapters.fhir.reference import refers_to
from cds.adapters.fhir.resource import Json, Resource, codings, has_other_meaning, is_masked, one_of
from cds.adapters.fhir.value import comparator_of, other_value, unit_of_quantity
from cds.adapters.rows import Intake, Reading, is_future_dated, keys_meant
from cds.adapters.shapes import OBJECT, as_list, as_object, as_text
from cds.codes import Attribute, Concept
from cds.operators.logic import without_noise
from cds.operators.reasons import NO_DATA
from cds.operators.series import FIRST_TIME

_USED: Final = frozenset({"final", "amended", "corrected"})
_DATE_ONLY: Final = Attribute.DATE_ONLY.value
_DEVICE: Final = Attribute.DEVICE.value
_RELATIVE: Final = Attribute.RELATIVE.value
_BODY_POSITION: Final = "http://hl7.org/fhir/StructureDefinition/observation-bodyPosition"
_MEASURING_DEVICE: Final = (
    "http://hl7.org/fhir/StructureDefinition/observation-deviceCode",
    "http://hl7.org/fhir/StructureDefinition/observation-gatewayDevice",
)
_POSITIONS: Final[Mapping[str, int]] = {  # SNOMED CT
    "33586001": Attribute.SITTING.value,
    "10904000": Attribute.STANDING.value,
    "102538003": Attribute.LYING.value,
    "40199007": Attribute.LYING.value,
}
_SITES: Final[Mapping[str, int]] = {  # SNOMED CT
    "368208006": Attribute.LEFT.value,
    "368209003": Attribute.RIGHT.value,
}

Hit = tuple[str, str]  # concept, part or ""
Codes = tuple[tuple[str, str], ...]  # (system, code) of each coding
When = tuple[int, int, int]  # measured, recorded, DATE_ONLY or 0
Told = tuple[tuple[float, int] | None, ...]
Parts = list[tuple[Json, tuple[Hit, ...]]]  # component, what it stands for
Found = dict[str, dict[str, Amount]]  # concept -> part or "" -> amount


class Observations:
    """Takes Observations one by one; `finish` says what was left over."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._concepts = intake.concepts.by_name
        self._instants = Instants(intake.zone)
        self._meanings: dict[Codes, tuple[Hit, ...] | None] = {}
        self._plain: dict[tuple[Hit, float, str], Amount] = {}  # what numbers count as that came before
        self._unknown = 0
        self._near: dict[tuple[str, str], tuple[str, ...]] = {}

    def take(self, resource: Resource) -> None:
        """Add the readings of an Observation that is about the patient."""
        content, place = resource.content, resource.place
        hits = self._meant(content.get("code"), place)
        parts: Parts = []
        if content.get("component"):
            components = [as_object(each) or {} for each in as_list(content["component"]) or ()]
            parts = [(each, self._meant(each.get("code"), place)) for each in components]
        if not hits and not any(meant for _, meant in parts):
            self._note_unknown(content, place)
            return
        masked = is_masked(content)
        is_used = self._is_used(content, parts, place)
        when = self._when(content, place) if is_used else None
        if when is None:  # a reading that nobody can place in time may be the newest
            if is_used or (masked and content.get("status") != "entered-in-error"):
                self._withhold(name for meant in (hits, *(each for _, each in parts)) for name, _ in meant)
            return
        if masked:
            self._intake.note("value_withheld", place)
        attribute = _attributes(content) | when[2]
        if len(hits) == 1 and not parts and not self._concepts[hits[0][0]].parts:  # one number, as in most
            found = {hits[0][0]: {"": self._amount(hits[0], content, masked, place)}}
        else:
            found = self._amounts(content, hits, parts, masked, place)
        for name, amounts in found.items():
            reading = _reading(self._concepts[name], amounts, when, attribute, place)
            if reading:
                self._intake.readings.setdefault(name, []).append(reading)
            elif not content.get("hasMember"):
                self._intake.note("value_missing", place)

    def add_unknown(self, count: int) -> None:
        """Count Observations of the patient's that have a code which no concept uses."""
        self._unknown += count

    def finish(self) -> None:
        """Join parts of a panel that came as Observations of their own; state what is supplied and what was left."""
        for name, readings in self._intake.readings.items():
            parts = self._concepts[name].parts
            if parts:
                self._intake.readings[name] = _joined(readings)
            for each in self._intake.readings[name] if parts else ():
                if NO_DATA in each.qualities:
                    self._note_missing(tuple(parts), each)
            self._intake.supplied.update(dict.fromkeys(keys_meant(self._intake.concepts, name), FIRST_TIME))
        if self._unknown:
            self._intake.note("unknown_code", "Observation", count=self._unknown)

    def _note_missing(self, parts: tuple[str, ...], reading: Reading) -> None:
        for part, quality in zip(parts, reading.qualities, strict=True):
            if quality == NO_DATA:
                self._intake.note("part_missing", f"{reading.reference}.{part}")

    def _meant(self, concept: Any, place: str) -> tuple[Hit, ...]:
        """The measurements that a CodeableConcept stands for; none after an issue when its codes disagree."""
        try:
            meant = self._meanings[tuple([(each["system"], each["code"]) for each in concept["coding"]])]
        except (KeyError, TypeError):  # not seen before, or not as it should be
            codes = tuple(codings(concept))
            meant = self._meanings[codes] = self._find(codes)
        if meant is None:
            self._intake.note("codes_disagree", place)
        return meant or ()

    def _find(self, codes: Codes) -> tuple[Hit, ...] | None:
        """The measurements that all of the codes stand for; None when they disagree."""
        found: tuple[Hit, ...] = ()
        for coding in codes:
            hits = tuple(each for each in self._intake.concepts.find_all(*coding) if self._is_measured(each[0]))
            if found and hits and set(found).isdisjoint(hits):
                return None
            found = found or hits
        return found

    def _is_measured(self, name: str) -> bool:
        return self._concepts[name].kind in ("measurement", "panel")

    def _note_unknown(self, content: Json, place: str) -> None:
        codes = codings(content.get("code"))
        if not codes and is_masked(content):
            self._intake.note("value_withheld", place)
            self._withhold(each.name for each in self._intake.concepts.of_kind("measurement", "panel"))
            return
        for coding in codes:
            if coding not in self._near:
                self._near[coding] = self._intake.concepts.one_digit_off(*coding)
                if self._near[coding]:
                    name, known = self._near[coding]
                    self._intake.note("unlike_code", place, name=name, known=known)
            if self._near[coding]:
                return
        self._unknown += 1

    def _withhold(self, names: Iterable[str]) -> None:
        """A masked Observation that has no place in the rows: its measurement is not known in full."""
        self._intake.withheld.update(key for name in names for key in keys_meant(self._intake.concepts, name))

    def _is_used(self, content: Json, parts: Parts, place: str) -> bool:
        status = as_text(content.get("status"))
        if status in _USED and not parts and not content.get("focus") and not has_other_meaning(content):
            return True
        code = ""
        if status == "entered-in-error":
            code = "entered_in_error"
        elif content.get("focus"):
            code = "other_patient"
        elif status not in _USED:
            code = "status_not_used"
        elif has_other_meaning(content) or (parts and any(has_other_meaning(each) for each, _ in parts)):
            code = "meaning_changed"
        if code:
            self._intake.note(code, place)
        return not code

    def _when(self, content: Json, place: str) -> When | None:
        """When it was measured (a period: its end), and when it was recorded."""
        written = content.get("effectiveDateTime") or content.get("effectiveInstant")
        if not written:
            written = (as_object(content.get("effectivePeriod")) or {}).get("end") or _only_event(content)
        time = self._instants.read(written) if isinstance(written, str) else None
        if time is None:
            self._intake.note("time_not_understood" if written else "time_missing", place)
            return None
        measured, is_date = time
        issued = self._instants.read(as_text(content["issued"])) if "issued" in content else None
        recorded = issued[0] if issued else FIRST_TIME
        if issued and is_future_dated(measured, recorded):
            self._intake.note("future_dated", place)
            return None
        return measured, recorded, _DATE_ONLY if is_date else 0

    def _amounts(self, content: Json, hits: Iterable[Hit], parts: Parts, masked: bool, place: str) -> Found:
        """What the Observation and its components say, by concept and part."""
        found: Found = {}
        for hit in hits:
            name, part = hit
            amounts = found.setdefault(name, {})
            concept = self._concepts[name]
            if part or not concept.parts:
                amounts[part] = self._amount(hit, content, masked, place)
            elif masked:
                amounts.update(dict.fromkeys(concept.parts, MASKED))
        for component, meant in parts:
            for hit in meant:
                name, part = hit
                amounts = found.setdefault(name, {})
                one = self._amount(hit, component, masked, place)
                if amounts.setdefault(part, one) != one:
                    self._intake.note("part_twice", place)
                    amounts[part] = UNTOLD
        return found

    def _amount(self, hit: Hit, content: Json, masked: bool, place: str) -> Amount:
        if masked:
            return MASKED
        quantity = content.get("valueQuantity")
        if not isinstance(quantity, OBJECT):
            return self._without_quantity(self._concept(hit), content, place)
        value, unit, comparator = quantity.get("value"), unit_of_quantity(quantity), quantity.get("comparator")
        if value is None:
            return self._without_quantity(self._concept(hit), content, place)
        if "interpretation" in content:
            comparator = comparator_of(quantity, content)
        is_plain = (type(value) is int or type(value) is float) and value and comparator is None  # zero has two signs
        if is_plain and (hit, value, unit) in self._plain:
            return self._plain[hit, value, unit]
        concept = self._concept(hit)
        found, code = amount(concept, value, unit, comparator)
        if code:
            self._intake.note(code, place, units=accepted_units(concept))
        elif is_plain:
            self._plain[hit, value, unit] = found
        return found

    def _concept(self, hit: Hit) -> Concept:
        name, part = hit
        return self._concepts[name].parts[part] if part else self._concepts[name]

    def _without_quantity(self, concept: Concept, content: Json, place: str) -> Amount:
        """What any other value counts as, or no value at all."""
        found, code = other_value(concept, content)
        if code:
            self._intake.note(code, place, units=accepted_units(concept))
        return found


def _only_event(content: Json) -> object:
    """The time of an `effectiveTiming` that names one time only."""
    events = as_list((as_object(content.get("effectiveTiming")) or {}).get("event")) or [None]
    return events[0] if len(events) == 1 else "?"


def _reading(concept: Concept, amounts: Mapping[str, Amount], when: When, attribute: int, place: str) -> Reading | None:
    time, recorded, _ = when
    if not concept.parts:
        value, raw, unit, quality = amounts.get("", MISSING)
        if quality == NO_DATA:
            return None
        return Reading(time, recorded, (value,), (unit,), (raw,), (quality,), attribute, place)
    values, raws, units, qualities = zip(*[amounts.get(part, MISSING) for part in concept.parts], strict=True)
    if qualities.count(NO_DATA) == len(qualities):
        return None
    return Reading(time, recorded, values, units, raws, qualities, attribute, place)


def _attributes(content: Json) -> int:
    """Arm and position, and whether a device measured or a relative reported, where the resource says so plainly."""
    bits = 0
    if "bodySite" in content:
        bits |= _SITES.get(one_of(_SITES, content["bodySite"]), 0)
    if "extension" in content:
        for each in map(as_object, as_list(content["extension"]) or ()):
            if each and each.get("url") == _BODY_POSITION:
                bits |= _POSITIONS.get(one_of(_POSITIONS, each.get("valueCodeableConcept")), 0)
            elif each and each.get("url") in _MEASURING_DEVICE:
                bits |= _DEVICE
    if "device" in content and as_object(content["device"]):
        bits |= _DEVICE
    if "performer" in content:
        for each in as_list(content["performer"]) or ():
            if refers_to(each, "RelatedPerson"):
                bits |= _RELATIVE
    return bits


def _joined(readings: list[Reading]) -> list[Reading]:
    """Readings of a panel; two that complete each other at one instant are one.

    A part that came again by itself, as servers send the members of a panel, adds nothing.
    """
    if len({(each.time, each.attribute) for each in readings}) == len(readings):
        return readings
    together: dict[tuple[int, int], list[Reading]] = {}
    for each in readings:
        together.setdefault((each.time, each.attribute), []).append(each)
    return [kept for same in together.values() for kept in (same if len(same) == 1 else _told_once(same))]


def _told_once(same: list[Reading]) -> list[Reading]:
    whole = [each for each in same if NO_DATA not in each.qualities]
    told: dict[tuple[bool, ...], set[Told]] = {}
    partial: dict[Told, Reading] = {}
    for each in sorted(each for each in same if NO_DATA in each.qualities):
        known = tuple(quality != NO_DATA for quality in each.qualities)
        if known not in told:
            told[known] = {_told(one, known) for one in whole}
        if _told(each, known) not in told[known]:
            partial.setdefault(_told(each, known), each)
    rest = list(partial.values())
    return whole + (_one(*rest) if len(rest) == 2 else rest)


def _told(reading: Reading, known: tuple[bool, ...]) -> Told:
    """The values and qualities of these parts, None for the others."""
    told = zip(reading.values, reading.qualities, known, strict=True)
    return tuple((without_noise(value), quality) if asked else None for value, quality, asked in told)


def _one(first: Reading, second: Reading) -> list[Reading]:
    lacking = [[quality == NO_DATA for quality in each.qualities] for each in (first, second)]
    if any(a == b for a, b in zip(*lacking, strict=True)):
        return [first, second]
    first, second = sorted((first, second), key=lambda each: each.reference)
    take = [first if quality != NO_DATA else second for quality in first.qualities]
    return [
        Reading(
            first.time,
            max(first.recorded, second.recorded),
            tuple(each.values[part] for part, each in enumerate(take)),
            tuple(each.units[part] for part, each in enumerate(take)),
            tuple(each.raws[part] for part, each in enumerate(take)),
            tuple(each.qualities[part] for part, each in enumerate(take)),
            first.attribute,
            f"{first.reference}, {second.reference}",
        )
    ]
