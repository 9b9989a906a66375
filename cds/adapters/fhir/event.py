"""FHIR DetectedIssues → events, and what they tell of doses (https://hl7.org/fhir/R4/detectedissue.html).

===================================== ==================================================================
field                                 how it is read
===================================== ==================================================================
``code``                              each event concept that it stands for; those of its code system
                                      count as supplied
``identified[x]``                     when, a period: its start
``status`` final, amended, corrected  it happened
registered, preliminary, another or   not certain; a dose that it tells of is not judged
none; ``modifierExtension``
cancelled, entered-in-error           not used
a code of a ruleset's rule            not used: a finding of cds itself is no report of a dispenser
``implicated``                        the MedicationDispense that says of what time the dose was
``meta.security`` masked              withheld: its event; of an alert of doses the doses; of one without
                                      a code every event and dose
===================================== ==================================================================
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from cds.adapters.fhir import vkp
from cds.adapters.fhir.medicine import withhold
from cds.adapters.fhir.reference import References
from cds.adapters.fhir.resource import Json, Resource, codings, has_other_meaning, is_masked
from cds.adapters.fhir.vkp import Message
from cds.adapters.rows import Intake, Span, keys_meant
from cds.adapters.shapes import as_list, as_object, as_text
from cds.codes import system_url
from cds.identity import RULE_SYSTEM
from cds.operators.reasons import KNOWN, NOT_CERTAIN
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.periods import instant

_CERTAIN: Final = ("final", "amended", "corrected")
_WITHDRAWN: Final = ("cancelled", "entered-in-error")


class Alert(NamedTuple):
    """What a DetectedIssue tells of doses. implicated: entries of the MedicationDispenses that it is about.

    message: None when it has no time, so that nobody knows which dose it tells of.
    """

    kind: str
    message: Message | None
    implicated: tuple[int, ...]


class Events:
    """Takes events."""

    def __init__(self, intake: Intake, references: References) -> None:
        self._intake = intake
        self._references = references
        self._systems: set[str] = set()
        self._open: set[str] = set()
        self._unknown = 0

    def take(self, issues: Sequence[Resource]) -> list[Alert]:
        """Add the events of the patient's DetectedIssues, and give back what they tell of a dispenser's doses."""
        found = [each for each in map(self._alert, issues) if each]
        for concept in self._intake.concepts.of_kind("event"):
            systems = {system for system, _ in concept.codes}
            if systems and systems <= self._systems:
                self._intake.supplied[self._intake.concepts.key(concept.name)] = FIRST_TIME
        self._intake.supplied.update(dict.fromkeys(self._open, LAST_TIME))
        self._intake.open.update(self._open)
        if self._unknown:
            self._intake.note("alert_not_known", "DetectedIssue", count=self._unknown)
        return found

    def _alert(self, resource: Resource) -> Alert | None:
        content, place = resource.content, resource.place
        codes = codings(content.get("code"))
        if any(system == RULE_SYSTEM for system, _ in codes):
            return None
        self._systems.update(system_url(system) for system, _ in codes)
        if content.get("status") in _WITHDRAWN:
            if content.get("status") == "entered-in-error":
                self._intake.note("entered_in_error", place)
            return None
        keys, kind = self._keys(codes), vkp.alert_of(codes)
        if is_masked(content):
            self._withhold(place, keys, kind or not codes)
            return None
        self._unknown += bool(kind and not keys)
        return self._placed(resource, keys, kind)

    def _keys(self, codes: Sequence[tuple[str, str]]) -> list[str]:
        """The keys of the events that codes stand for."""
        concepts = self._intake.concepts
        names = {name for each in codes for name, _ in concepts.find_all(*each)}
        return sorted(concepts.key(name) for name in names if concepts.by_name[name].kind == "event")

    def _withhold(self, place: str, keys: Sequence[str], tells_of_doses: object) -> None:
        self._intake.note("value_withheld", place)
        self._intake.withheld.update(keys)
        if tells_of_doses:
            withhold(self._intake, "doses", ())
        if tells_of_doses and not keys:
            self._intake.withheld.update(keys_meant(self._intake.concepts, "events"))

    def _placed(self, resource: Resource, keys: Sequence[str], kind: str) -> Alert | None:
        """Add an event at its time."""
        content, place = resource.content, resource.place
        if not keys and not kind:
            return None
        written = _identified(content)
        time = instant(as_text(written), self._intake.zone)
        if time is None:
            self._intake.note("time_missing" if written is None else "time_not_understood", place)
            self._open.update(keys)
            return Alert(kind, None, ()) if kind else None
        quality = self._quality(resource)
        for key in keys:
            event = Span(time[0], FIRST_TIME, time[0], quality, place)
            self._intake.spans.setdefault(key, []).append(event)
        if not kind:
            return None
        kind = vkp.DOUBTFUL if kind == vkp.MISSED and quality != KNOWN else kind
        message = Message(time[0], time[0], time[1], kind, place)
        return self._about_dispense(resource, Alert(kind, message, ()), message)

    def _about_dispense(self, resource: Resource, alert: Alert, message: Message) -> Alert:
        """The alert at the time of the dispense that it is about."""
        listed = as_list(resource.content.get("implicated")) or ()
        found = [each for each in (self._references.find(one, resource) for one in listed) if each]
        dispenses = [each for each in found if each.kind == "MedicationDispense" and vkp.is_dispenser(each)]
        times = [instant(as_text(each.content.get("whenHandedOver")), self._intake.zone) for each in dispenses]
        if len(times) == 1 and times[0] and alert.kind in (vkp.MISSED, vkp.DOUBTFUL):
            message = message._replace(time=times[0][0], is_date_only=times[0][1])
        return Alert(alert.kind, message, tuple(each.number for each in dispenses))

    def _quality(self, resource: Resource) -> int:
        if has_other_meaning(resource.content):
            self._intake.note("meaning_changed", resource.place)
            return NOT_CERTAIN
        if resource.content.get("status") not in _CERTAIN:
            self._intake.note("not_certain", resource.place)
            return NOT_CERTAIN
        return KNOWN


def _identified(content: Json) -> object:
    period = as_object(content.get("identifiedPeriod")) or {}
    return content.get("identifiedDateTime", period.get("start"))
