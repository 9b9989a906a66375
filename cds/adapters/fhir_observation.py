"""FHIR Observations → readings (https://hl7.org/fhir/R4/observation.html)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from cds.adapters.amounts import MASKED, MISSING, UNTOLD, Amount, accepted_units, amount
from cds.adapters.fhir_resource import Json, Resource, codings, has_other_meaning, is_masked, one_of
from cds.adapters.rows import Intake, Reading, is_future_dated, keys_meant
from cds.adapters.shapes import as_list, as_object, as_text
from cds.codes import Attribute, Concept
from cds.operators.logic import without_noise
from cds.operators.reasons import NO_DATA
from cds.operators.series import FIRST_TIME
from cds.periods import instant
from cds.units import unit_of

_USED: Final = frozenset({"final", "amended", "corrected"})
_UCUM: Final = frozenset({"http://unitsofmeasure.org", "urn:oid:2.16.840.1.113883.6.8", ""})
_BODY_POSITION: Final = "http://hl7.org/fhir/StructureDefinition/observation-bodyPosition"
_POSITIONS: Final[Mapping[str, Attribute]] = {  # SNOMED CT
    "33586001": Attribute.SITTING,
    "10904000": Attribute.STANDING,
    "102538003": Attribute.LYING,
    "40199007": Attribute.LYING,
}
_SITES: Final[Mapping[str, Attribute]] = {"368208006": Attribute.LEFT, "368209003": Attribute.RIGHT}  # SNOMED CT

Hit = tuple[str, str]  # concept, part or ""
Told = tuple[tuple[float, int] | None, ...]
Found = dict[str, dict[str, Amount]]  # concept -> part or "" -> amount


class Observations:
    """Takes Observations one by one; `finish` says what was left over."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._hits: dict[tuple[str, str], tuple[Hit, ...]] = {}
        self._unknown = 0
        self._near: dict[tuple[str, str], tuple[str, ...]] = {}

    def take(self, resource: Resource) -> None:
        """Add the readings of an Observation that is about the patient."""
        intake, content, place = self._intake, resource.content, resource.place
        hits = self._meant(content.get("code"), place)
        components = [as_object(each) or {} for each in as_list(content.get("component")) or ()]
        parts = [(each, self._meant(each.get("code"), place)) for each in components]
        if not hits and not any(found for _, found in parts):
            self._note_unknown(content, place)
            return
        named = {name for each in (hits, *(found for _, found in parts)) for name, _ in each}
        if not self._is_used(content, components, place):
            if is_masked(content) and content.get("status") != "entered-in-error":
                self._withhold(named)
            return
        time, recorded = self._times(content, place)
        if time is None:
            if is_masked(content):
                self._withhold(named)
            return
        found = self._amounts(content, hits, parts, place)
        attribute = int(_attributes(content) | (Attribute.DATE_ONLY if time[1] else 0))
        for name, amounts in found.items():
            reading = _reading(intake.concepts.by_name[name], amounts, time[0], recorded, attribute, place)
            if reading:
                intake.readings.setdefault(name, []).append(reading)
            elif not content.get("hasMember"):
                intake.note("value_missing", place)

    def finish(self) -> None:
        """Join parts of a panel that came as Observations of their own, and count what no concept uses."""
        for name, readings in self._intake.readings.items():
            parts = self._intake.concepts.by_name[name].parts
            if parts:
                self._intake.readings[name] = _joined(readings)
            for each in self._intake.readings[name] if parts else ():
                for part, quality in zip(parts, each.qualities, strict=True):
                    if quality == NO_DATA:
                        self._intake.note("part_missing", f"{each.reference}.{part}")
        if self._unknown:
            self._intake.note("unknown_code", "Observation", count=self._unknown)

    def _meant(self, concept: object, place: str) -> tuple[Hit, ...]:
        """The measurements that a CodeableConcept stands for; none after an issue when its codes disagree."""
        found: tuple[Hit, ...] = ()
        for coding in codings(concept):
            if coding not in self._hits:
                self._hits[coding] = tuple(self._find(*coding))
            hits = self._hits[coding]
            if found and hits and set(found).isdisjoint(hits):
                self._intake.note("codes_disagree", place)
                return ()
            found = found or hits
        return found

    def _find(self, system: str, code: str) -> Iterator[Hit]:
        for name, part in self._intake.concepts.find_all(system, code):
            if self._intake.concepts.by_name[name].kind in ("measurement", "panel"):
                yield name, part

    def _note_unknown(self, content: Json, place: str) -> None:
        if is_masked(content) and not codings(content.get("code")):
            self._intake.note("value_withheld", place)
            self._withhold(each.name for each in self._intake.concepts.of_kind("measurement", "panel"))
            return
        for coding in codings(content.get("code")):
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

    def _is_used(self, content: Json, components: list[Json], place: str) -> bool:
        status = as_text(content.get("status"))
        code = ""
        if status == "entered-in-error":
            code = "entered_in_error"
        elif content.get("focus"):
            code = "other_patient"
        elif status not in _USED:
            code = "status_not_used"
        elif has_other_meaning(content) or any(map(has_other_meaning, components)):
            code = "meaning_changed"
        if code:
            self._intake.note(code, place)
        return not code

    def _times(self, content: Json, place: str) -> tuple[tuple[int, bool] | None, int]:
        """When it was measured (a period: its end), and when it was recorded."""
        period = as_object(content.get("effectivePeriod")) or {}
        written = content.get("effectiveDateTime") or content.get("effectiveInstant") or period.get("end")
        time = instant(as_text(written), self._intake.zone)
        issued = instant(as_text(content.get("issued")), self._intake.zone)
        recorded = issued[0] if issued else FIRST_TIME
        if time is None:
            self._intake.note("time_not_understood" if written else "time_missing", place)
        elif is_future_dated(time[0], recorded):
            self._intake.note("future_dated", place)
            return None, recorded
        return time, recorded

    def _amounts(
        self, content: Json, hits: Iterable[Hit], parts: list[tuple[Json, tuple[Hit, ...]]], place: str
    ) -> Found:
        """What the Observation and its components say, by concept and part."""
        found: Found = {}
        masked = is_masked(content)
        if masked:
            self._intake.note("value_withheld", place)
        for name, part in hits:
            concept = self._intake.concepts.by_name[name]
            if part or not concept.parts:
                found.setdefault(name, {})[part] = self._amount(
                    concept.parts.get(part, concept), content, masked, place
                )
            else:
                found.setdefault(name, {}).update(dict.fromkeys(concept.parts, MASKED) if masked else {})
        for component, meant in parts:
            for name, part in meant:
                concept = self._intake.concepts.by_name[name]
                one = self._amount(concept.parts.get(part, concept), component, masked, place)
                before = found.setdefault(name, {}).get(part)
                if before is not None and before != one:
                    self._intake.note("part_twice", place)
                    one = UNTOLD
                found[name][part] = one
        return found

    def _amount(self, concept: Concept, content: Json, masked: bool, place: str) -> Amount:
        if masked:
            return MASKED
        quantity = as_object(content.get("valueQuantity"))
        if quantity is None:
            return self._without_quantity(concept, content, place)
        if quantity.get("value") is None:
            return MISSING
        found, code = amount(concept, quantity["value"], _unit(quantity), quantity.get("comparator"))
        if code:
            self._intake.note(code, place, units=accepted_units(concept))
        return found

    def _without_quantity(self, concept: Concept, content: Json, place: str) -> Amount:
        """A meter's HI or LO comes as text; any other kind of value cannot be told; none at all is missing."""
        if one_of(("masked",), content.get("dataAbsentReason")):
            self._intake.note("value_withheld", place)
            return MASKED
        value = next((content[key] for key in sorted(content) if key.startswith("value")), None)
        if value is None:
            return MISSING
        found, code = amount(concept, value, None)
        self._intake.note(code, place, units=accepted_units(concept))
        return found


def _unit(quantity: Json) -> str:
    """The unit of a Quantity: its UCUM code, else its text; "" when they say different things."""
    code = as_text(quantity.get("code")) if as_text(quantity.get("system")) in _UCUM else ""
    text = as_text(quantity.get("unit"))
    if code and text and code != text:
        one, other = unit_of(code), unit_of(text)
        if one and other and one.id != other.id:
            return "?"
        return code if one else text
    return code or text


def _reading(
    concept: Concept, amounts: Mapping[str, Amount], time: int, recorded: int, attribute: int, place: str
) -> Reading | None:
    columns = [amounts.get(part, MISSING) for part in concept.parts or ("",)]
    if all(each.quality == NO_DATA for each in columns):
        return None
    values, raws, units, qualities = zip(*columns, strict=True)
    return Reading(time, recorded, values, units, raws, qualities, attribute, place)


def _attributes(content: Json) -> Attribute:
    """Arm and position, and whether a device measured or a relative reported, where the resource says so plainly."""
    bits = Attribute(0)
    if "bodySite" in content:
        bits |= _SITES.get(one_of(_SITES, content["bodySite"]), 0)
    for each in map(as_object, as_list(content.get("extension")) or ()):
        if each and each.get("url") == _BODY_POSITION:
            bits |= _POSITIONS.get(one_of(_POSITIONS, each.get("valueCodeableConcept")), 0)
    if as_object(content.get("device")):
        bits |= Attribute.DEVICE
    for each in map(as_object, as_list(content.get("performer")) or ()):
        if "RelatedPerson/" in as_text((each or {}).get("reference")):
            bits |= Attribute.RELATIVE
    return bits


def _joined(readings: list[Reading]) -> list[Reading]:
    """Readings of a panel; two that complete each other at one instant are one.

    A part that came again by itself, as servers send the members of a panel, adds nothing.
    """
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
