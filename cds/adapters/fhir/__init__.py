"""A patient from a FHIR R4 Bundle (https://hl7.org/fhir/R4/bundle.html).

::

    text → entries → resources, each once → the one patient's → facts → tables

Most bundles hold each resource once and their Patient early. So entries are used as they are read, and only where
that turns out to be wrong is the bundle read again, all of it before anything is used.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any, Final

from cds.adapters.fhir import device, medication, plan, questionnaire
from cds.adapters.fhir.bundle import Bounds, Bundle, ReadAgain
from cds.adapters.fhir.condition import take_conditions
from cds.adapters.fhir.device import is_of_nobody, take_devices
from cds.adapters.fhir.encounter import take_encounters
from cds.adapters.fhir.goal import take_goals
from cds.adapters.fhir.medication import take_medication
from cds.adapters.fhir.observation import Observations
from cds.adapters.fhir.pages import Pages
from cds.adapters.fhir.plan import take_plans
from cds.adapters.fhir.questionnaire import take_forms
from cds.adapters.fhir.resource import Resource, each_once
from cds.adapters.fhir.subject import Subject, the_patient
from cds.adapters.issues import place_word
from cds.adapters.layout import tables
from cds.adapters.rows import Intake, state_supply
from cds.adapters.shapes import OBJECT, as_object, as_text
from cds.catalogue import shared_concepts
from cds.codes import Concepts
from cds.operators.series import LAST_TIME
from cds.patient import SEX, Patient, PatientLimit
from cds.periods import NORWAY, calendar_date
from cds.periods import zone as zone_called

BeforeLast = Callable[[Intake, Observations], None]
AfterLast = Callable[[Intake], None]

MOST_BYTES: Final = 50_000_000
MOST_ENTRIES: Final = 200_000
DEEPEST: Final = 100

_TAKE: Final[Mapping[tuple[str, ...], Callable[[Intake, list[Resource]], None]]] = {
    ("Condition",): take_conditions,
    medication.KINDS: take_medication,
    questionnaire.KINDS: take_forms,
    ("Encounter",): take_encounters,
    device.KINDS: take_devices,
    ("Goal",): take_goals,
    plan.KINDS: take_plans,
}
"""Kinds of resource -> what takes all of them that are about the patient, each once, and states what they supply.

A new kind is one line here. Observations, of which there may be very many, are taken while they are read.
"""
READ: Final = frozenset({"Patient", "Observation", *chain.from_iterable(_TAKE)})
"""The kinds of resource that are read."""
_ABOUT_NOBODY: Final = frozenset({*medication.ABOUT_NOBODY, "Questionnaire"})
_NOT_STORED: Final = frozenset({"DELETE", "GET", "HEAD", "PATCH"})


Written = Mapping[str, Any] | str | bytes


def patient_from_fhir(
    bundle: Written | Sequence[Written],
    *,
    concepts: Concepts | None = None,
    supplied: Mapping[str, bool | str] | None = None,
    zone: str = NORWAY,
    most_bytes: int = MOST_BYTES,
    most_entries: int = MOST_ENTRIES,
    deepest: int | None = DEEPEST,
) -> Patient:
    """The one patient of a Bundle; PatientError when there is none, more than one, or it cannot be read.

    What cannot be used becomes an issue, and the rest stands. A measurement counts as supplied when the bundle holds
    a reading of it, a form when one was answered, the diagnoses when it holds any Condition, stays any Encounter,
    devices any Device of the patient's, medicines, dispenses, doses and events as `medication` says; `supplied`
    (key -> bool, or the time from which on) says otherwise. A searchset with pages to come holds nothing in full; its
    pages may come as a list, in any order.
    What does not say whom it is about leaves what it tells of not supplied, and its limit unknown.
    zone: of the patient. most_bytes, most_entries, deepest: bounds on what is read; deepest None for an object that the
    caller knows to be no deeper than is good.

    >>> weight = {"resourceType": "Observation", "id": "w", "status": "final", "subject": {"reference": "Patient/1"},
    ...           "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    ...           "effectiveDateTime": "2026-01-08T07:30:00+01:00", "valueQuantity": {"value": 83100, "code": "g"}}
    >>> entries = [{"resource": {"resourceType": "Patient", "id": "1"}}, {"resource": weight}]
    >>> patient = patient_from_fhir({"resourceType": "Bundle", "type": "collection", "entry": entries})
    >>> patient.tables["body_weight"].values
    [83.1]
    """
    bounds = Bounds(most_bytes, most_entries, deepest)
    pages = list(bundle) if isinstance(bundle, list | tuple) else [bundle]
    source = Pages([Bundle(each, bounds) for each in pages])
    known, where = concepts or shared_concepts(), zone_called(zone)
    try:
        intake = Intake(known, where)
        person = _take_as_they_come(intake, _once(_resources(intake, source)))
    except ReadAgain:
        intake = Intake(known, where)
        resources = each_once(intake, list(_resources(intake, source)))
        person = _take(intake, the_patient(intake, resources), resources)
    state_supply(intake, supplied or {})
    if source.is_incomplete():
        intake.note("incomplete", "Bundle")
        intake.supplied = dict.fromkeys(intake.supplied, LAST_TIME)
    return _patient(intake, person)


def patient_from_resources(intake: Intake, resources: list[Resource], before: BeforeLast, after: AfterLast) -> Patient:
    """The one patient of resources that all are about it, or about nobody; PatientError when there is none.

    before: adds readings of the patient's Observations that were read elsewhere, once the resources' own are there.
    after: states what was supplied, once everything is read.
    """
    once = each_once(intake, resources)
    person = _take(intake, the_patient(intake, once), once, before)
    after(intake)
    return _patient(intake, person)


def _patient(intake: Intake, person: Subject) -> Patient:
    """The patient, when everything is read."""
    birth_date, sex = _facts(intake, person)
    made = tables(intake)
    issues = tuple(sorted(intake.issues, key=lambda each: (each.place, each.code, each.message)))
    limits = tuple(sorted(intake.limits, key=repr))
    texts = tuple(sorted(set(intake.plan_actions), key=repr))
    return Patient(person.id, intake.zone, made, birth_date, sex, limits, issues, texts)


def _take_as_they_come(intake: Intake, resources: Iterator[Resource]) -> Subject:
    """Take what comes before the Patient after it, and the rest at once."""
    first = list(_up_to_the_patient(resources))
    return _take(intake, the_patient(intake, first), chain(first, resources))


def _up_to_the_patient(resources: Iterator[Resource]) -> Iterator[Resource]:
    for each in resources:
        yield each
        if each.kind == "Patient":
            return


def _once(resources: Iterator[Resource]) -> Iterator[Resource]:
    """The resources, as long as none is there twice and no second patient; ReadAgain there."""
    seen: dict[str, set[str]] = {kind: set() for kind in READ}
    for each in resources:
        names, name = seen[each.kind], each.name
        if name in names or (names and each.kind == "Patient"):
            raise ReadAgain
        names.add(name)
        yield each


def _nothing_more(intake: Intake, observations: Observations) -> None:
    """There are no readings but those of the resources."""


def _take(
    intake: Intake, person: Subject, resources: Iterable[Resource], before: BeforeLast = _nothing_more
) -> Subject:
    """Add what the resources that are about this patient say."""
    observations = Observations(intake)
    others: list[Resource] = []
    about_nobody: list[Resource] = []
    unsaid: list[Resource] = []
    for each in resources:
        if each.kind == "Patient":
            continue
        if each.kind != "Observation" and is_about_nobody(each):
            about_nobody.append(each)
            continue
        is_ours = person.owns(intake, each)
        if is_ours is None:
            unsaid.append(each)
        elif is_ours and each.kind == "Observation":
            observations.take(each)
        elif is_ours:
            others.append(each)
    before(intake, observations)
    _finish(intake, observations, [*others, *about_nobody])
    if unsaid:
        _leave_open(intake, unsaid, about_nobody)
    return person


def _finish(intake: Intake, observations: Observations, others: Iterable[Resource]) -> None:
    """Add what the resources of the other kinds say, once the last Observation is taken."""
    held: dict[str, list[Resource]] = {kind: [] for kind in chain.from_iterable(_TAKE)}
    for each in others:
        held[each.kind].append(each)
    observations.finish()
    for kinds, take in _TAKE.items():
        take(intake, [each for kind in kinds for each in held[kind]])


def _leave_open(intake: Intake, unsaid: Iterable[Resource], about_nobody: Iterable[Resource]) -> None:
    """What may be about the patient or about another is used for nobody, but then nothing is known in full of what it
    tells of: a diagnosis that stands there is not known to be absent, nor a limit to be the ruleset's own."""
    apart = Intake(intake.concepts, intake.zone)
    observations = Observations(apart)
    for each in unsaid:
        if each.kind == "Observation":
            observations.take(each)
    _finish(apart, observations, [*(each for each in unsaid if each.kind != "Observation"), *about_nobody])
    told = (key for key, table in tables(apart).items() if table.times)
    not_told = (key for key, since in apart.supplied.items() if since == LAST_TIME)
    intake.withheld.update(told, not_told, apart.withheld)
    intake.limits += [PatientLimit(each.name, math.nan, "", each.ruleset) for each in apart.limits]


def is_about_nobody(resource: Resource) -> bool:
    """Whether it need not be about anybody: what it says counts only through what is about the patient."""
    return resource.kind in _ABOUT_NOBODY or is_of_nobody(resource)


def _resources(intake: Intake, source: Pages) -> Iterator[Resource]:
    """The entries that hold a resource of a kind that is read here; the other kinds are counted."""
    not_read: dict[str, int] = {}
    for number, entry in enumerate(source.entries()):
        if isinstance(entry, OBJECT) and "request" in entry and _stores_nothing(entry["request"]):
            continue
        content = entry.get("resource") if isinstance(entry, OBJECT) else None
        kind = content.get("resourceType") if isinstance(content, OBJECT) else None
        if not isinstance(content, OBJECT) or not isinstance(kind, str) or kind == "Bundle":
            intake.note("entry_not_read", f"entry[{number}]")
        elif kind in READ:
            yield Resource(kind, content, as_text(entry.get("fullUrl")), number)
        elif kind == "OperationOutcome":
            source.heed(content)
        else:
            not_read[place_word(kind)] = not_read.get(place_word(kind), 0) + 1
    for kind, count in not_read.items():
        intake.note("kind_not_read", kind, kind=kind, count=count)


def _stores_nothing(request: object) -> bool:
    return as_text((as_object(request) or {}).get("method")) in _NOT_STORED


def _facts(intake: Intake, person: Subject) -> tuple[date | None, str]:
    """Birth date and sex, where every copy of the Patient says the same."""
    births = {as_text(each.get("birthDate")) for each in person.contents}
    genders = {as_text(each.get("gender")) for each in person.contents}
    birth = births.pop() if len(births) == 1 else ""
    gender = genders.pop() if len(genders) == 1 else ""
    if birth and calendar_date(birth) is None:
        intake.note("date_not_understood", "Patient.birthDate")
    if gender not in ("", "unknown", *SEX):
        intake.note("word_not_known", "Patient.gender", cure="")
    return calendar_date(birth), gender if gender in SEX else ""
