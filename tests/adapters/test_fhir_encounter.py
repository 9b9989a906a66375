"""What becomes of Encounters: which stay, from when to when, and how sure."""

from itertools import pairwise
from typing import Any

import pytest

from cds.adapters.fhir import patient_from_fhir
from cds.operators.reasons import KNOWN, NOT_CERTAIN, WITHHELD
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.patient import Patient
from tests.adapters.building import Json, at, bundle, codes, supply
from tests.adapters.made_up import KNOWN_SYSTEM, RESPITE, concepts

ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
RESTRICTED = {"security": [{"code": "R"}]}
FIRST, LAST = "2026-01-05T14:00:00+01:00", "2026-01-09T11:00:00+01:00"
PERIOD = {"start": FIRST, "end": LAST}
STORED = {"meta": {"lastUpdated": "2026-01-12T08:00:00+01:00"}}
START, END = at(FIRST), at(LAST)
Spans = list[tuple[int, int, int]]


def klass(code: str | None = "IMP", system: str = ACT) -> Json:
    return {"system": system, "code": code} if code else {}


def encounter(status: str | None = "finished", **fields: Any) -> Json:
    """A stay of patient 1, changed by `fields`; a field that is None is left out."""
    made = {
        "resourceType": "Encounter",
        "id": "e",
        "status": status,
        "class": klass(),
        "subject": {"reference": "Patient/1"},
        "period": PERIOD,
    } | fields
    return {name: each for name, each in made.items() if each is not None}


def read(*resources: Json) -> Patient:
    return patient_from_fhir(bundle(*resources))


def spans(patient: Patient, name: str = "hospital_stay") -> Spans:
    table = patient.tables[f"stays.{name}"]
    rows = zip(table.times, table.values, table.quality, strict=True)
    return [(start, int(end), quality) for start, end, quality in rows]


STAY: Spans = [(START, END, KNOWN)]
OPEN: Spans = [(START, LAST_TIME, KNOWN)]
OUT, BACK = "2026-01-07", "2026-01-08T18:00:00+01:00"
ON_LEAVE = [{"status": "onleave", "period": {"start": OUT, "end": BACK}}]
WITH_LEAVE: Spans = [(START, at(OUT), KNOWN), (at(OUT), at(BACK), NOT_CERTAIN), (at(BACK), END, KNOWN)]


@pytest.mark.parametrize(
    ("made", "expected", "issues"),
    [
        (encounter(), STAY, []),
        (encounter(**{"class": klass("ACUTE")}), STAY, []),
        (encounter(**{"class": klass("NONACUTE")}), STAY, []),
        (encounter(**{"class": klass("OBSENC")}), STAY, []),
        (encounter(**{"class": klass("SS")}), STAY, []),
        (encounter(**{"class": klass(system="http://hl7.org/fhir/v3/ActCode")}), STAY, []),
        (encounter("in-progress", period={"start": FIRST}), OPEN, []),
        (encounter("arrived", period={"start": FIRST}), OPEN, []),
        (encounter("triaged", period={"start": FIRST}), OPEN, []),
        (encounter("in-progress"), [*STAY, (END, LAST_TIME, NOT_CERTAIN)], ["end_disagrees"]),
        (
            encounter(period={"start": "2026-01-05", "end": "2026-01-09"}),
            [(at("2026-01-05"), at("2026-01-10"), KNOWN)],
            [],
        ),
        (
            encounter(period={"start": "2026-01", "end": "2026-02-03"}),
            [(at("2026-01-01"), at("2026-02-01"), NOT_CERTAIN), (at("2026-02-01"), at("2026-02-04"), KNOWN)],
            [],
        ),
        (
            encounter(period={"start": "2026"}, **STORED),
            [(at("2026-01-01"), at("2027-01-01"), NOT_CERTAIN)],
            ["end_not_known"],
        ),
        (
            encounter(period={"start": FIRST}, **STORED),
            [(START, at("2026-01-12T08:00:00+01:00"), NOT_CERTAIN)],
            ["end_not_known"],
        ),
        (encounter(period={"start": FIRST}), [(START, LAST_TIME, NOT_CERTAIN)], ["end_not_known"]),
        (encounter(period={"end": LAST}), [(FIRST_TIME, END, NOT_CERTAIN)], ["stay_not_dated"]),
        (encounter(period=None), [(FIRST_TIME, LAST_TIME, NOT_CERTAIN)], ["stay_not_dated", "end_not_known"]),
        (encounter("in-progress", period=None), [(FIRST_TIME, LAST_TIME, NOT_CERTAIN)], ["stay_not_dated"]),
        (
            encounter(period={"start": "soon", "end": LAST}),
            [(FIRST_TIME, END, NOT_CERTAIN)],
            ["time_not_understood", "stay_not_dated"],
        ),
        (encounter(period={"start": LAST, "end": FIRST}), [(END, LAST_TIME, NOT_CERTAIN)], ["period_reversed"]),
        (encounter(period={"start": FIRST, "end": FIRST}), [], []),
        (encounter("unknown"), [(START, END, NOT_CERTAIN)], ["certainty_not_understood"]),
        (
            encounter("unknown", period={"start": FIRST}),
            [(START, LAST_TIME, NOT_CERTAIN)],
            ["certainty_not_understood"],
        ),
        (encounter(None), [(START, END, NOT_CERTAIN)], ["certainty_not_understood"]),
        (encounter(modifierExtension=[{"url": "x"}]), [(START, END, NOT_CERTAIN)], ["meaning_changed"]),
        (encounter(meta=RESTRICTED), [(START, END, WITHHELD)], ["value_withheld"]),
        (encounter(meta=RESTRICTED, **{"class": None}), [(START, END, WITHHELD)], ["value_withheld"]),
        (
            encounter(period=None, location=[{"period": PERIOD}, {"period": {"start": OUT, "end": "2026-01-11"}}]),
            [(START, at("2026-01-12"), KNOWN)],
            [],
        ),
        (
            encounter("in-progress", period={}, location=[{"period": PERIOD}, {"period": {"start": OUT}}]),
            OPEN,
            [],
        ),
        (
            encounter(period=None, location=[{"period": PERIOD}, {"status": "planned", "period": {"start": OUT}}]),
            STAY,
            [],
        ),
        (encounter(location=[{"period": {"start": "2020-01-01"}}]), STAY, []),
        (encounter(statusHistory=ON_LEAVE), WITH_LEAVE, ["stay_on_leave"]),
        (
            encounter(
                "onleave", period={"start": FIRST}, statusHistory=[{"status": "onleave", "period": {"start": OUT}}]
            ),
            [(START, at(OUT), KNOWN), (at(OUT), LAST_TIME, NOT_CERTAIN)],
            ["stay_on_leave"],
        ),
        (encounter("onleave", period={"start": FIRST}), [(START, LAST_TIME, NOT_CERTAIN)], ["stay_on_leave"]),
        (encounter(statusHistory=[{"status": "in-progress", "period": PERIOD}]), STAY, []),
        (
            encounter(statusHistory=[{"status": "onleave", "period": {"start": "2025-01-01", "end": "2025-02-01"}}]),
            STAY,
            ["stay_on_leave"],
        ),
        (
            encounter("in-progress", **{"class": klass("AMB")}, classHistory=[{"class": klass(), "period": PERIOD}]),
            STAY,
            [],
        ),
        (encounter(classHistory=[{"class": klass("EMER"), "period": PERIOD}]), STAY, []),
    ],
)
def test_stays(made: Json, expected: Spans, issues: list[str]) -> None:
    patient = read(made)
    assert expected == spans(patient)
    assert sorted(f"{each} Encounter/e" for each in issues) == codes(patient.issues)
    assert all(one[1] <= other[0] for one, other in pairwise(expected))
    assert "all" == supply(patient, "stays.hospital_stay")


@pytest.mark.parametrize(
    ("made", "supplied", "issues"),
    [
        (encounter("planned"), "all", []),
        (encounter("cancelled"), "all", []),
        (encounter("entered-in-error"), "all", ["entered_in_error Encounter/e"]),
        (encounter(**{"class": klass("AMB")}), "all", []),
        (encounter(**{"class": klass("EMER")}), "all", []),
        (encounter(**{"class": klass("HH")}), "all", []),
        (encounter(**{"class": klass("1", "urn:oid:2.16.578.1.12.4.1.1.8406")}), "none", ["class_not_known Encounter"]),
        (encounter(**{"class": klass("IMP", "https://example.org")}), "none", ["class_not_known Encounter"]),
        (encounter(**{"class": None}), "none", ["class_not_known Encounter"]),
        (encounter(**{"class": "IMP"}), "none", ["class_not_known Encounter"]),
        (encounter("planned", **{"class": None}), "all", []),
    ],
)
def test_what_is_no_stay(made: Json, supplied: str, issues: list[str]) -> None:
    patient = read(made)
    assert ([], supplied, issues) == (spans(patient), supply(patient, "stays.hospital_stay"), codes(patient.issues))


@pytest.mark.parametrize(
    ("subject", "issue"), [({"reference": "Patient/2"}, "other_patient"), (None, "ambiguous_subject")]
)
def test_stays_of_others(subject: Json | None, issue: str) -> None:
    patient = read(encounter(subject=subject))
    assert ({}, [f"{issue} Encounter/e"]) == (patient.tables, codes(patient.issues))


def test_encounters_of_a_class_that_nobody_knows_are_counted() -> None:
    patient = read(encounter(), *(encounter(id=f"e{number}", **{"class": None}) for number in range(3)))
    assert ["3 encounters"] == [each.message[:12] for each in patient.issues]
    assert (STAY, "none") == (spans(patient), supply(patient, "stays.hospital_stay"))


def test_so_many_leaves_that_they_cannot_be_right_count_as_one() -> None:
    days = [f"2026-01-06T{hour:02}:{minute:02}:00+01:00" for hour in range(2) for minute in range(60)]
    leaves = [{"status": "onleave", "period": {"start": day, "end": day}} for day in days]
    first, last = at(days[0]), at(days[-1])
    expected = [(START, first, KNOWN), (first, last, NOT_CERTAIN), (last, END, KNOWN)]
    assert expected == spans(read(encounter(statusHistory=leaves)))


def test_no_encounter_supplies_no_stay() -> None:
    assert "none" == supply(read(), "stays.hospital_stay")


def test_kinds_of_stay_are_told_apart() -> None:
    """A host's own stay, and a class that says nothing of it."""
    away = encounter(id="a", **{"class": klass("TEST-RESPITE", KNOWN_SYSTEM)})
    patient = patient_from_fhir(bundle(encounter(), away), concepts=concepts(RESPITE))
    assert (STAY, STAY) == (spans(patient), spans(patient, "respite"))
    assert ("none", "none") == (supply(patient, "stays.hospital_stay"), supply(patient, "stays.respite"))
    masked = encounter(meta=RESTRICTED, **{"class": None})
    patient = patient_from_fhir(bundle(masked), concepts=concepts(RESPITE))
    assert [(START, END, WITHHELD)] == spans(patient) == spans(patient, "respite")
