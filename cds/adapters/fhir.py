"""A patient from a FHIR R4 Bundle with Patient, Observation and Condition (https://hl7.org/fhir/R4/bundle.html).

::

    text → JSON → resources, each once → the one patient → readings and diagnoses → tables
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from cds.adapters.fhir_condition import take_condition
from cds.adapters.fhir_observation import Observations
from cds.adapters.fhir_resource import Json, Resource, each_once
from cds.adapters.fhir_subject import Subject, the_patient
from cds.adapters.rows import Intake, keys_meant, state_supply, tables
from cds.adapters.shapes import as_list, as_object, as_text
from cds.catalogue import shared_concepts
from cds.codes import Concepts
from cds.diagnostics import PatientError
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.patient import SEX, Patient
from cds.periods import NORWAY, calendar_date
from cds.periods import zone as zone_called

MOST_BYTES: Final = 50_000_000
MOST_ENTRIES: Final = 200_000
DEEPEST: Final = 100

_TYPES: Final = ("collection", "searchset", "document", "transaction", "batch")
_READ: Final = frozenset({"Patient", "Observation", "Condition"})
_NOT_STORED: Final = frozenset({"DELETE", "GET", "HEAD", "PATCH"})
_CONTAINERS: Final = frozenset({dict, list})
_MOST_CONTAINERS: Final = 20_000_000


def patient_from_fhir(
    bundle: Mapping[str, Any] | str | bytes,
    *,
    concepts: Concepts | None = None,
    supplied: Mapping[str, bool | str] | None = None,
    zone: str = NORWAY,
    most_bytes: int = MOST_BYTES,
    most_entries: int = MOST_ENTRIES,
    deepest: int = DEEPEST,
) -> Patient:
    """The one patient of a Bundle; PatientError when there is none, more than one, or it cannot be read.

    What cannot be used becomes an issue, and the rest stands. A measurement counts as supplied when the bundle holds
    a reading of it, the diagnoses when it holds any Condition; `supplied` (key -> bool, or the time from which on)
    says otherwise. A searchset with pages to come holds nothing in full.
    zone: of the patient. most_bytes, most_entries, deepest: bounds on what is read.

    >>> weight = {"resourceType": "Observation", "id": "w", "status": "final", "subject": {"reference": "Patient/1"},
    ...           "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    ...           "effectiveDateTime": "2026-01-08T07:30:00+01:00", "valueQuantity": {"value": 83100, "code": "g"}}
    >>> entries = [{"resource": {"resourceType": "Patient", "id": "1"}}, {"resource": weight}]
    >>> patient = patient_from_fhir({"resourceType": "Bundle", "type": "collection", "entry": entries})
    >>> patient.tables["body_weight"].values
    [83.1]
    """
    intake = Intake(concepts or shared_concepts(), zone_called(zone))
    data = _read(bundle, most_bytes)
    _check_bounds(data, most_entries, deepest)
    resources = each_once(intake, list(_resources(intake, data)))
    person = the_patient(intake, resources)
    observations = Observations(intake)
    has_conditions = False
    for each in resources:
        if each.kind == "Patient" or not person.owns(intake, each):
            continue
        if each.kind == "Observation":
            observations.take(each)
        else:
            has_conditions = True
            take_condition(intake, each)
    observations.finish()
    _state_default(intake, has_conditions)
    state_supply(intake, supplied or {})
    if _is_incomplete(data):
        intake.note("incomplete", "Bundle")
        intake.supplied = dict.fromkeys(intake.supplied, LAST_TIME)
    birth_date, sex = _facts(intake, person)
    issues = tuple(sorted(intake.issues, key=lambda each: (each.place, each.code, each.message)))
    return Patient(person.id, intake.zone, tables(intake), birth_date, sex, (), issues)


def _read(bundle: object, most_bytes: int) -> Json:
    """The bundle as JSON."""
    if isinstance(bundle, str | bytes | bytearray):
        if len(bundle) > most_bytes:
            raise PatientError(f"the bundle is larger than {most_bytes} bytes; send fewer resources at a time")
        bundle = _parsed(bundle)
    data = as_object(bundle)
    if data is None or data.get("resourceType") != "Bundle":
        raise PatientError("this is not a FHIR Bundle; put the patient's resources in a Bundle")
    if as_text(data.get("type")) not in _TYPES:
        raise PatientError(f"the type of the bundle is not one that is read here: {', '.join(_TYPES)}")
    if data.get("implicitRules") is not None:
        raise PatientError("the bundle follows rules of its own (implicitRules) that are not known here")
    return data


def _parsed(text: str | bytes | bytearray) -> object:
    try:
        return json.loads(text.removeprefix("\ufeff") if isinstance(text, str) else text)
    except json.JSONDecodeError as wrong:
        raise PatientError(f"the bundle is not JSON: line {wrong.lineno}, column {wrong.colno}") from None
    except RecursionError:
        raise PatientError("the bundle is nested too deeply to be read") from None
    except ValueError:
        raise PatientError("the bundle is not JSON in UTF-8, or holds a number that is too long") from None


def _check_bounds(data: Json, most_entries: int, deepest: int) -> None:
    if len(as_list(data.get("entry")) or ()) > most_entries:
        raise PatientError(f"the bundle has more than {most_entries} entries; send fewer resources at a time")
    level: list[Any] = [dict(data)]
    for _ in range(deepest):
        level = [
            value
            for held in level
            for value in (held.values() if hasattr(held, "values") else held)
            if type(value) in _CONTAINERS
        ]
        if not level:
            return
        if len(level) > _MOST_CONTAINERS:
            raise PatientError("the bundle is too large to be read; send fewer resources at a time")
    raise PatientError(f"the bundle is nested more than {deepest} deep")


def _resources(intake: Intake, data: Json) -> Iterator[Resource]:
    """The entries that hold a resource of a kind that is read here."""
    entries = as_list(data.get("entry"))
    if entries is None and data.get("entry") is not None:
        raise PatientError("the bundle's `entry` is not a list")
    for number, written in enumerate(entries or ()):
        entry = as_object(written) or {}
        content = as_object(entry.get("resource"))
        if "request" in entry and as_text((as_object(entry["request"]) or {}).get("method")) in _NOT_STORED:
            continue
        if content is None or not isinstance(content.get("resourceType"), str):
            intake.note("entry_not_read", f"entry[{number}]")
        elif content["resourceType"] in _READ:
            yield Resource(content["resourceType"], content, as_text(entry.get("fullUrl")), number)


def _state_default(intake: Intake, has_conditions: bool) -> None:
    for name in intake.readings:
        intake.supplied.update(dict.fromkeys(keys_meant(intake.concepts, name), FIRST_TIME))
    if has_conditions:
        intake.supplied.update(dict.fromkeys(keys_meant(intake.concepts, "conditions"), FIRST_TIME))


def _is_incomplete(data: Json) -> bool:
    """Whether the server holds more than is here: a next page, a larger total, or a failure that it reports."""
    links = [as_object(each) or {} for each in as_list(data.get("link")) or ()]
    if any(each.get("relation") == "next" for each in links):
        return True
    if data["type"] != "searchset":
        return False
    matches = 0
    for each in as_list(data.get("entry")) or ():
        entry = as_object(each) or {}
        mode = (as_object(entry.get("search")) or {}).get("mode", "match")
        matches += mode == "match"
        if _has_failed(as_object(entry.get("resource")) or {}):
            return True
    total = data.get("total")
    return isinstance(total, int) and total > matches


def _has_failed(content: Json) -> bool:
    if content.get("resourceType") != "OperationOutcome":
        return False
    found = [as_object(each) or {} for each in as_list(content.get("issue")) or ()]
    return any(each.get("severity") in ("fatal", "error") for each in found)


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
