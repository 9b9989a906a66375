"""Bundles that nobody should send: real ones, small, spoiled in any place; and what must become of each of them."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Final

import cds
from cds.adapters.fhir import patient_from_fhir
from cds.diagnostics import PatientError
from cds.document import document
from cds.patient import Patient
from tests.adapters.building import LOINC, SNOMED, bundle, concept, condition, observation, pressure
from tests.adapters.test_fhir_kinds import RESOURCES
from tests.adapters.test_fhir_medication_hostile import EVERYTHING

Pick = Callable[[int], int]
"""A choice: a whole number from 0 up to, not including, the one given."""

AT: Final = "2026-01-09T08:00"
RULESETS: Final = Path(__file__).parents[2] / "rulesets"
ATC: Final = "http://www.whocc.no/atc"
READINGS: Final = (
    observation(issued="2026-01-08T08:00:00.5Z", meta={"lastUpdated": "2026-01-08T08:00:00Z", "security": []}),
    observation(82.9, id="v", time="2026-01-07", performer=[{"reference": "RelatedPerson/1"}]),
    pressure(id="p", bodySite=concept(SNOMED, "368209003"), device={"reference": "Device/1"}),
    condition(
        onsetDateTime="2019-05-01",
        recordedDate="2019-05-02",
        clinicalStatus=concept("x", "active"),
        verificationStatus=concept("x", "confirmed"),
    ),
)
BUNDLES: Final = (
    bundle(*READINGS, kind="searchset", total=5, link=[{"relation": "self", "url": "x"}]),
    EVERYTHING,
    bundle(*RESOURCES, READINGS[0], kind="searchset"),
    {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"fullUrl": f"https://fhir.example.org/{each['resourceType']}/{each['id']}", "resource": each}
            | {"request": {"method": "PUT", "url": "x"}, "search": {"mode": "match"}}
            for each in (READINGS[3], READINGS[2], {"resourceType": "Patient", "id": "1", "birthDate": "1951"})
        ],
    },
)

FIELDS: Final = tuple(
    "resourceType id status subject reference identifier system value code coding unit comparator meta security entry "
    "resource fullUrl request method type link relation total search mode effectiveDateTime effectivePeriod start end "
    "valueQuantity valueString component issued device performer bodySite extension url modifierExtension focus "
    "implicitRules dataAbsentReason hasMember lastUpdated verificationStatus clinicalStatus onsetDateTime contained "
    "abatementDateTime recordedDate medicationReference medicationCodeableConcept dosage timing repeat item".split()
)
LEAVES: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -0.0, 1, -1, 83.1, 1e-300, 1e308, float("inf"), float("nan"), 2**63, 10**400),
    *("", " ", "\x00", "\ud800", "\ufeff", "\u202e", "[", '"', "\\", '\\"', "a" * 65, "æøå", "Kari Nordmann"),
    *("1", "Patient/1", "Patient/2", "#1", "urn:uuid:1", "https://fhir.example.org/Patient/1", "Medication/m"),
    *(LOINC, SNOMED, ATC, "29463-7", "29563-7", "8480-6", "85354-9", "84114007", "C07AB02", "kg", "mm[Hg]", "d"),
    *("final", "amended", "entered-in-error", "active", "resolved", "refuted", "R", "masked", "HI", "<", ">="),
    *("2026", "2026-01", "2026-01-08", "2026-02-30", "2026-01-08T07:30:00+01:00", "2026-01-08T07:30:60Z"),
    *("0000-01-01", "9999-12-31T23:59:59Z", "2026-03-29T02:30", "2026-01-08T07:30:00.123456789-14:00"),
    *("Bundle", "Patient", "Observation", "Condition", "searchset", "next", "DELETE"),
    *([], {}, [[]], [None], [{}], {"coding": []}, {"coding": [{}]}, {"reference": "Patient/1"}, {"": []}),
)


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every place inside."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inside in steps:
        yield (*path, step)
        yield from nodes(inside, (*path, step))


def at_path(value: Any, path: tuple[Any, ...]) -> Any:
    """What stands there."""
    for step in path:
        value = value[step]
    return value


def spoiled(value: Any, pick: Pick) -> Any:
    """A copy with one place left out, replaced, wrapped, repeated, or of another kind."""
    made = deepcopy(value)
    paths = list(nodes(made))
    if not paths:
        return deepcopy(LEAVES[pick(len(LEAVES))])
    path = paths[pick(len(paths))]
    holder, step = at_path(made, path[:-1]), path[-1]
    before = holder[step]
    way = pick(8)
    if way == 0:
        del holder[step]
    elif way == 1:
        holder[step] = deepcopy(at_path(made, paths[pick(len(paths))]))
    elif way == 2:
        holder[step] = [before]
    elif way == 3:
        holder[step] = {FIELDS[pick(len(FIELDS))]: before}
    elif way == 4 and isinstance(holder, list):
        holder.insert(pick(len(holder) + 1), deepcopy(before))
    elif way == 4:
        holder[FIELDS[pick(len(FIELDS))]] = deepcopy(before)
    elif way == 5 and isinstance(before, str | int | float):
        holder[step] = str(before) if not isinstance(before, str) else before[: pick(len(before) + 1)]
    else:
        holder[step] = deepcopy(LEAVES[pick(len(LEAVES))])
    return made


@cache
def shipped() -> cds.Ruleset:
    """All the rulesets that come with cds."""
    return cds.load([RULESETS])


def answer(written: Any) -> cds.Patient | None:
    """Read, evaluate and write JSON; None where the bundle is refused. Nothing else may happen."""
    try:
        patient = cds.Patient.from_fhir(written)
    except PatientError:
        return None
    result = shipped().evaluate(patient, at=AT, allow_draft=True)
    made = json.loads(json.dumps(document(result), ensure_ascii=False, allow_nan=False))
    assert {(each.code, each.place) for each in patient.issues} <= {
        (each["code"], each["place"]) for each in made["issues"]
    }
    assert all("{" not in each.message for each in patient.issues)
    return patient


def told(written: Any) -> Patient | str:
    """The patient's facts, or why the bundle is refused."""
    try:
        return patient_from_fhir(written)
    except PatientError as refusal:
        return str(refusal)
