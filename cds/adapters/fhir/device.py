"""FHIR Devices and DeviceUseStatements → devices that the patient has
(https://hl7.org/fhir/R4/device.html, https://hl7.org/fhir/R4/deviceusestatement.html).

====================================== ================================================================
field                                  how it is read
====================================== ================================================================
``Device.type``                        each device concept that it stands for; one in no code system of
                                       a concept: that device does not count as supplied
``Device.patient``                     whose it is; a Device of nobody counts only through a statement
``Device.status`` active               the patient has it; nobody knows since when, so always
inactive                               not certain until it was last updated
``DeviceUseStatement.device``          the Device that is used; its own status then says nothing
``DeviceUseStatement.timingPeriod``    from when to when; also the bounds of ``timingTiming``
``timingDateTime``                     used then, and not certain after
``DeviceUseStatement.status`` active   it goes on
completed, stopped                     it is over
on-hold                                not certain
intended                               not used
entered-in-error                       not used
unknown or none                        not certain
``modifierExtension``                  not certain
``meta.security`` masked               withheld; without a type every device
====================================== ================================================================
"""

from collections.abc import Iterable
from typing import Final

from cds.adapters.fhir.reference import References
from cds.adapters.fhir.resource import Json, Resource, codings, has_other_meaning, is_masked, last_updated
from cds.adapters.fhir.span import ALWAYS, Moments, is_told, moments, spans_between
from cds.adapters.rows import Intake, Span
from cds.adapters.shapes import as_object, as_text
from cds.operators.reasons import KNOWN, NOT_CERTAIN, WITHHELD
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.periods import instant

KINDS: Final = ("Device", "DeviceUseStatement")
_OPEN: Final = ("active",)
_OVER: Final = ("inactive", "completed", "stopped")
_PAUSED: Final = "on-hold"
_NOT_USED: Final = ("intended", "entered-in-error")


def is_of_nobody(resource: Resource) -> bool:
    """Whether this is a Device that does not say whose it is: a scale or a gateway that others may refer to."""
    return resource.kind == "Device" and "patient" not in resource.content


def take_devices(intake: Intake, resources: list[Resource]) -> None:
    """Add the devices that the patient has or uses; where there is one, those with codes count as supplied."""
    _Devices(intake, resources).take()


class _Devices:
    def __init__(self, intake: Intake, resources: list[Resource]) -> None:
        self._intake = intake
        self._references = References(resources)
        self._statements = [each for each in resources if each.kind == "DeviceUseStatement"]
        self._devices = [each for each in resources if each.kind == "Device"]
        self._untold: set[str] = set()
        self._unknown = 0
        self._missing = 0

    def take(self) -> None:
        used: set[int] = set()
        for each in self._statements:
            device = self._references.find(each.content.get("device"), each)
            if device and each.content.get("status") not in _NOT_USED:
                used.add(id(device.content))
            self._take(each, device if device and device.content.get("status") != "entered-in-error" else None)
        own = [each for each in self._devices if not is_of_nobody(each) and id(each.content) not in used]
        for each in own:
            self._take(each, each)
        if own or self._statements:
            self._state_supply()
        if self._unknown:
            self._intake.note("unknown_device", "Device", count=self._unknown)
        if self._missing:
            self._intake.note("device_not_included", "DeviceUseStatement", count=self._missing)

    def _state_supply(self) -> None:
        for each in self._intake.concepts.of_kind("device"):
            if each.codes:
                since = LAST_TIME if each.name in self._untold else FIRST_TIME
                self._intake.supplied[self._intake.concepts.key(each.name)] = since

    def _take(self, resource: Resource, device: Resource | None) -> None:
        """Add a device for as long as its resource says that the patient has it."""
        content, place = resource.content, resource.place
        if content.get("status") in _NOT_USED:
            if content.get("status") == "entered-in-error":
                self._intake.note("entered_in_error", place)
            return
        masked = is_masked(content) or (device is not None and is_masked(device.content))
        names = self._names(device, masked)
        if not names:
            return
        quality = self._quality(content, masked, place)
        start, end = self._start(content, place), moments(self._intake, _period(content), "end", place)
        over_by = self._over_by(content, end, place)
        if end and end[1] < start[0]:
            self._intake.note("period_reversed", place)
        elif end and over_by is None:
            self._intake.note("end_disagrees", place)
        recorded = instant(as_text(content.get("recordedOn")), self._intake.zone)
        for name in names:
            rows = self._intake.spans.setdefault(self._intake.concepts.key(name), [])
            for first, last, reason in spans_between(start, end, over_by, quality):
                rows.append(Span(first, recorded[0] if recorded else FIRST_TIME, last, reason, place))

    def _names(self, device: Resource | None, masked: bool) -> Iterable[str]:
        """The device concepts that a Device is; all of them where masking hides which."""
        concepts = self._intake.concepts
        codes = codings(device.content.get("type")) if device else []
        known = concepts.of_kind("device")
        if masked and not codes:
            return [each.name for each in known]
        self._missing += device is None
        self._untold |= {each.name for each in known if not is_told(each, codes)}
        names = {name for each in codes for name, _ in concepts.find_all(*each)}
        found = sorted(name for name in names if concepts.by_name[name].kind == "device")
        self._unknown += device is not None and not found
        return found

    def _quality(self, content: Json, masked: bool, place: str) -> int:
        if masked:
            self._intake.note("value_withheld", place)
            return WITHHELD
        if has_other_meaning(content):
            self._intake.note("meaning_changed", place)
            return NOT_CERTAIN
        if content.get("status") not in (*_OPEN, *_OVER):
            self._intake.note("not_certain" if content.get("status") == _PAUSED else "certainty_not_understood", place)
            return NOT_CERTAIN
        if "timingDateTime" in content:
            self._intake.note("use_not_dated", place)
            return NOT_CERTAIN
        return KNOWN

    def _start(self, content: Json, place: str) -> Moments:
        period = {"start": content["timingDateTime"]} if "timingDateTime" in content else _period(content)
        return moments(self._intake, period, "start", place) or ALWAYS

    def _over_by(self, content: Json, end: Moments | None, place: str) -> int | None:
        """When the use was over at the latest; None while it goes on."""
        if content.get("status") not in _OVER:
            return None
        if end is None:
            self._intake.note("end_not_known", place)
        return max(last_updated(self._intake, content), FIRST_TIME)


def _period(content: Json) -> Json:
    timing = as_object((as_object(content.get("timingTiming")) or {}).get("repeat")) or {}
    return as_object(content.get("timingPeriod")) or as_object(timing.get("boundsPeriod")) or {}
