"""FHIR Goals → limits of the patient's own plan (https://hl7.org/fhir/R4/goal.html).

====================================== ================================================================
field                                  how it is read
====================================== ================================================================
``target.measure``                     a coding in ``urn:cds:limit`` names the limit, `ruleset/limit` or
                                       `limit`; a target without one is no limit, and listed
``target.detailQuantity``              its value, in its unit
``target.detailRange``                 the same, where it has one end only
``target.detailInteger``               a plain number
any other detail, a comparator, none   the limit cannot be read, so that its rules are unknown
``startDate``                          from when, else ``statusDate``; the day is included
``target.dueDate``                     until when; the day is included
``lifecycleStatus`` accepted, active   in force
completed                              in force until ``statusDate``
proposed, planned, cancelled,          not used
rejected, entered-in-error
on-hold, another or none               the limit cannot be read
``expressedBy``                        whose limit it is
``modifierExtension``, implicitRules   the limit cannot be read
``meta.security`` masked               the limit cannot be read; without targets any limit may be meant
====================================== ================================================================
"""

import math
import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from cds.adapters.amounts import finite
from cds.adapters.fhir.resource import Json, Resource, codings, has_other_meaning, is_masked
from cds.adapters.fhir.value import unit_of_quantity
from cds.adapters.rows import Intake
from cds.adapters.shapes import as_list, as_object, as_text
from cds.identity import LIMIT_SYSTEM
from cds.patient import PatientLimit
from cds.periods import calendar_date

_IN_FORCE: Final = ("accepted", "active")
_NOT_IN_FORCE: Final = ("proposed", "planned", "cancelled", "rejected")
_NAME: Final = re.compile(r"(?:([a-z][a-z0-9_-]{0,99})/)?([a-z][a-z0-9_]{0,99})", re.ASCII)

_NO_NUMBER: Final = "state one value with its unit, without a sign before it"
_NO_DATE: Final = "write the dates as year-month-day"
_REVERSED: Final = "let it end no earlier than it begins"
_NO_STATUS: Final = "say whether the goal is in force"
_SEVERAL: Final = "name one limit in each target"
_CHANGED: Final = "take out what may change its meaning"
_WITHHELD: Final = "it is withheld"


class _Unreadable(Exception):
    """What would mend a limit that cannot be read."""


def take_goals(intake: Intake, resources: list[Resource]) -> None:
    """Add the limits that the targets of the patient's Goals name."""
    for each in resources:
        _take(intake, each)


def _take(intake: Intake, resource: Resource) -> None:
    content, place = resource.content, resource.place
    if content.get("lifecycleStatus") == "entered-in-error":
        intake.note("entered_in_error", place)
        return
    targets = [as_object(each) or {} for each in as_list(content.get("target")) or ()]
    if is_masked(content) and not any(codings(each.get("measure")) for each in targets):
        intake.note("limit_not_read", place, cure=_WITHHELD)
        intake.limits.append(PatientLimit("", math.nan, ""))
        return
    named = [(number, each, _names(each)) for number, each in enumerate(targets)]
    if any(not names for _, _, names in named):
        intake.note("target_not_a_limit", place)
    status = content.get("lifecycleStatus")
    if any(names for _, _, names in named) and (
        status in _NOT_IN_FORCE or (status == "completed" and "statusDate" not in content)
    ):
        intake.note("goal_not_in_force", place)
        return
    for number, target, names in named:
        intake.limits += _limits(intake, content, target, names, f"{place}.target[{number}]")


def _names(target: Json) -> list[str]:
    """The limits that a target names."""
    return sorted({code for system, code in codings(target.get("measure")) if system == LIMIT_SYSTEM})


def _limits(intake: Intake, goal: Json, target: Json, names: list[str], place: str) -> Iterator[PatientLimit]:
    """The limit; each that is named, and without a number, where it cannot be read."""
    try:
        if names:
            yield _limit(goal, target, names)
    except _Unreadable as cure:
        intake.note("limit_not_read", place, cure=cure)
        for each in names:
            ruleset, name = _split(each)
            yield PatientLimit(name, math.nan, "", ruleset, _author(goal))


def _limit(goal: Json, target: Json, names: list[str]) -> PatientLimit:
    if is_masked(goal):
        raise _Unreadable(_WITHHELD)
    if has_other_meaning(goal) or has_other_meaning(target):
        raise _Unreadable(_CHANGED)
    if len(names) > 1:
        raise _Unreadable(_SEVERAL)
    ruleset, name = _split(names[0])
    value, unit = _detail(target)
    since, until = _dates(goal, target)
    return PatientLimit(name, value, unit, ruleset, _author(goal), since, until)


def _split(name: str) -> tuple[str, str]:
    """Ruleset, or "", and limit; a name that can be none is not repeated, and may mean any limit."""
    match = _NAME.fullmatch(name)
    return (match[1] or "", match[2]) if match else ("", "")


def _detail(target: Json) -> tuple[float, str]:
    """The one number of a target, with its unit."""
    details = [each for each in target if each.startswith("detail") and target[each] is not None]
    written: Any = target[details[0]] if len(details) == 1 else None
    if details == ["detailRange"]:
        ends = [each for each in map((as_object(written) or {}).get, ("low", "high")) if each is not None]
        written = ends[0] if len(ends) == 1 else None
    quantity = {"value": written} if details == ["detailInteger"] else as_object(written) or {}
    value = finite(quantity.get("value"))
    if value is None or quantity.get("comparator") is not None:
        raise _Unreadable(_NO_NUMBER)
    return value, unit_of_quantity(quantity)


def _dates(goal: Json, target: Json) -> tuple[date | None, date | None]:
    """The first and the last day on which the limit is in force; None = open."""
    status = goal.get("lifecycleStatus")
    if status not in (*_IN_FORCE, "completed"):
        raise _Unreadable(_NO_STATUS)
    if "dueDuration" in target:
        raise _Unreadable(_NO_DATE)
    changed, due = _date(goal, "statusDate"), _date(target, "dueDate")
    since = _date(goal, "startDate") or (changed if status in _IN_FORCE else None)
    ends = [each for each in (due, changed if status == "completed" else None) if each]
    until = min(ends, default=None)
    if since and until and until < since:
        raise _Unreadable(_REVERSED)
    return since, until


def _date(holder: Json, field: str) -> date | None:
    found = calendar_date(as_text(holder.get(field)))
    if found is None and holder.get(field) is not None:
        raise _Unreadable(_NO_DATE)
    return found


def _author(goal: Json) -> str:
    expressed = as_object(goal.get("expressedBy")) or {}
    return as_text(expressed.get("display")) or as_text(expressed.get("reference"))
