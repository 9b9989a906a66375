"""FHIR CarePlans with zones → what the patient's own plan says to do in each
(https://hl7.org/fhir/R4/careplan.html; zones: draft guide `planer-hacking` of HL7 Norway, September 2026).

====================================== ================================================================
field                                  how it is read
====================================== ================================================================
``activity.detail.description``        the text, as it is written; it is quoted, never interpreted
a zone's coding: green, yellow, red    in the activity (``code``, ``reasonCode``, and the severity of
                                       what ``reasonReference`` and ``goal`` refer to), else in the plan
                                       (``category``, and what ``addresses`` and ``goal`` refer to)
several zones                          the text is not shown, and listed
no zone                                the plan is counted
``status`` active, ``intent`` plan or  in force, within ``period``
order
any other status or intent             not shown, and listed
``activity.detail.status``             shown while not-started, scheduled or in-progress
``doNotPerform``, modifierExtension,   not shown, and listed
implicitRules
``meta.security`` masked               not shown, and listed
Condition with a zone as ``severity``  its ``code.text`` may hold a limit: listed, never parsed
====================================== ================================================================
"""

from collections.abc import Iterable
from typing import Final

from cds.adapters.fhir.reference import References
from cds.adapters.fhir.resource import Json, Resource, codings, has_other_meaning, is_masked, one_of
from cds.adapters.fhir.span import moments
from cds.adapters.rows import Intake
from cds.adapters.shapes import as_list, as_object, as_text
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.patient import PlanAction

KINDS: Final = ("CarePlan", "Condition", "Goal")
_ZONES: Final = "http://hl7.no/fhir/ig/planer-hacking/CodeSystem/planer-hacking-observation-severity-zone-cs"
_COLOURS: Final = ("red", "yellow", "green")
_INTENTS: Final = ("plan", "order")
_TO_DO: Final = ("not-started", "scheduled", "in-progress")
_ZONE_FIELDS: Final = ("severity", "category", "priority")
_ENDED: Final = ("resolved", "inactive", "remission")


def is_zone(condition: Json) -> bool:
    """Whether a Condition is a zone of a plan rather than a diagnosis."""
    return bool(_zones_of(condition))


def _zones_of(content: Json) -> set[str]:
    """The zones that a Condition or Goal says it is."""
    return _colours(one for name in _ZONE_FIELDS for one in _listed(content, name))


def take_plans(intake: Intake, resources: list[Resource]) -> None:
    """Add what the patient's CarePlans say to do in their zones; list the limits that they hold as text."""
    references = References(resources)
    unused = 0
    for each in resources:
        if each.kind == "CarePlan":
            unused += not _Plan(intake, each, references).take()
        elif _is_zone_text(each.content):
            intake.note("limit_only_as_text", each.place)
    if unused:
        intake.note("plan_without_zones", "CarePlan", count=unused)


def _is_zone_text(content: Json) -> bool:
    """Whether a Condition or Goal is a zone that says in words alone where it begins and ends."""
    texts = [as_text((as_object(content.get(field)) or {}).get("text")) for field in ("code", "description")]
    is_so = bool(_zones_of(content)) and any(each.strip() for each in texts) and "target" not in content
    return is_so and not is_masked(content) and not _is_withdrawn(content)


def _is_withdrawn(content: Json) -> bool:
    is_error = content.get("lifecycleStatus") == "entered-in-error"
    return is_error or bool(one_of(("entered-in-error", "refuted"), content.get("verificationStatus")))


class _Plan:
    """One CarePlan."""

    def __init__(self, intake: Intake, resource: Resource, references: References) -> None:
        self._intake = intake
        self._resource = resource
        self._references = references

    def take(self) -> bool:
        """Add its texts; False when it names no zone at all."""
        plan, place = self._resource.content, self._resource.place
        details = [as_object((as_object(each) or {}).get("detail")) or {} for each in _listed(plan, "activity")]
        of_plan = self._zones(plan, ("category",), ("addresses", "goal"))
        zones = [self._zones(each, ("code", "reasonCode"), ("reasonReference", "goal")) or of_plan for each in details]
        if not of_plan and not any(zones) and not is_masked(plan):
            return False
        code = self._why_not(plan)
        if code:
            self._intake.note(code, place)
            return True
        since, until = self._period(plan)
        for activity, detail, colours in zip(_listed(plan, "activity"), details, zones, strict=True):
            text = as_text(detail.get("description"))
            if colours and text.strip() and self._is_shown(as_object(activity) or {}, detail, colours):
                self._intake.plan_actions.append(PlanAction(min(colours), text, place, since, until))
        return True

    def _zones(self, holder: Json, fields: Iterable[str], references: Iterable[str]) -> set[str]:
        """The zones that an element names, and those of the Conditions and Goals that it refers to."""
        colours = _colours(one for field in fields for one in _listed(holder, field))
        for field in references:
            for each in _listed(holder, field):
                found = self._references.find(each, self._resource)
                if found and _counts(found.content):
                    colours |= _zones_of(found.content)
        return colours

    def _why_not(self, plan: Json) -> str:
        """Why nothing of the plan is shown, "" when it is in force."""
        if plan.get("status") == "entered-in-error":
            return "entered_in_error"
        if is_masked(plan):
            return "plan_withheld"
        if has_other_meaning(plan):
            return "meaning_changed"
        in_force = plan.get("status") == "active" and plan.get("intent") in _INTENTS
        return "" if in_force else "plan_not_in_force"

    def _is_shown(self, activity: Json, detail: Json, colours: set[str]) -> bool:
        code = ""
        if has_other_meaning(activity) or has_other_meaning(detail) or detail.get("doNotPerform") not in (None, False):
            code = "meaning_changed"
        elif detail.get("status") not in _TO_DO:
            code = "plan_not_in_force"
        elif len(colours) > 1:
            code = "plan_zone_not_told"
        if code:
            self._intake.note(code, self._resource.place)
        return not code

    def _period(self, plan: Json) -> tuple[int, int]:
        """Between which moments the plan is in force; what its dates leave open counts as in force."""
        period, place = as_object(plan.get("period")) or {}, self._resource.place
        start = moments(self._intake, period, "start", place)
        end = moments(self._intake, period, "end", place)
        return start[0] if start else FIRST_TIME, end[1] if end else LAST_TIME


def _listed(holder: Json, field: str) -> list[object]:
    """What a field holds, one or several, as a list."""
    value = holder.get(field)
    listed = as_list(value)
    return [value] if listed is None and value is not None else listed or []


def _counts(content: Json) -> bool:
    """Whether a Condition or Goal that a plan refers to still says of which zone it is."""
    ended = one_of(_ENDED, content.get("clinicalStatus")) or content.get("lifecycleStatus") in (
        "cancelled",
        "rejected",
        "entered-in-error",
    )
    return not ended and not is_masked(content) and not has_other_meaning(content) and not _is_withdrawn(content)


def _colours(concepts: Iterable[object]) -> set[str]:
    """The zones that CodeableConcepts name."""
    return {code for each in concepts for system, code in codings(each) if system == _ZONES and code in _COLOURS}
