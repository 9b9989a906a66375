"""What becomes of Devices and DeviceUseStatements: which device, whose, from when to when, and how sure."""

from typing import Any

import pytest

from cds.adapters.fhir import patient_from_fhir
from cds.operators.reasons import KNOWN, NOT_CERTAIN, WITHHELD
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.patient import Patient
from tests.adapters.building import Json, at, bundle, codes, concept, observation, supply
from tests.adapters.made_up import KNOWN_SYSTEM, PUMP, concepts

RESTRICTED = {"security": [{"code": "R"}]}
PATIENT = {"reference": "Patient/1"}
FIRST, LAST = "2026-01-05T14:00:00+01:00", "2026-01-09"
START, END = at(FIRST), at("2026-01-10")
STORED = {"meta": {"lastUpdated": "2026-01-12T08:00:00+01:00"}}
UPDATED = at("2026-01-12T08:00:00+01:00")
Spans = list[tuple[int, int, int]]
WHOLE: Spans = [(FIRST_TIME, LAST_TIME, KNOWN)]
UNSURE: Spans = [(FIRST_TIME, LAST_TIME, NOT_CERTAIN)]


def device(status: str | None = "active", **fields: Any) -> Json:
    """A pump of patient 1, changed by `fields`; a field that is None is left out."""
    made = {
        "resourceType": "Device",
        "id": "d",
        "status": status,
        "type": concept(KNOWN_SYSTEM, "TEST-PUMP"),
        "patient": PATIENT,
    } | fields
    return {name: each for name, each in made.items() if each is not None}


def use(status: str | None = "active", **fields: Any) -> Json:
    """That patient 1 uses the pump."""
    made = {
        "resourceType": "DeviceUseStatement",
        "id": "u",
        "status": status,
        "subject": PATIENT,
        "device": {"reference": "Device/d"},
        "timingPeriod": {"start": FIRST},
    } | fields
    return {name: each for name, each in made.items() if each is not None}


def read(*resources: Json) -> Patient:
    return patient_from_fhir(bundle(*resources), concepts=concepts(PUMP))


def spans(patient: Patient) -> Spans:
    table = patient.tables["devices.pump"]
    rows = zip(table.times, table.values, table.quality, strict=True)
    return [(start, int(end), quality) for start, end, quality in rows]


@pytest.mark.parametrize(
    ("made", "expected", "issues"),
    [
        (device(), WHOLE, []),
        (device("inactive", **STORED), [(FIRST_TIME, UPDATED, NOT_CERTAIN)], ["end_not_known"]),
        (device("inactive"), [], ["end_not_known"]),
        (device("unknown"), UNSURE, ["certainty_not_understood"]),
        (device(None), UNSURE, ["certainty_not_understood"]),
        (device("entered-in-error"), [], ["entered_in_error"]),
        (device(modifierExtension=[{"url": "x"}]), UNSURE, ["meaning_changed"]),
        (device(meta=RESTRICTED), [(FIRST_TIME, LAST_TIME, WITHHELD)], ["value_withheld"]),
        (device(meta=RESTRICTED, type=None), [(FIRST_TIME, LAST_TIME, WITHHELD)], ["value_withheld"]),
    ],
)
def test_devices(made: Json, expected: Spans, issues: list[str]) -> None:
    patient = read(made)
    assert expected == spans(patient)
    assert [f"{each} Device/d" for each in issues] == codes(patient.issues)
    assert "all" == supply(patient, "devices.pump")


@pytest.mark.parametrize(
    ("made", "expected", "issues"),
    [
        (use(), [(START, LAST_TIME, KNOWN)], []),
        (use(timingPeriod=None), WHOLE, []),
        (
            use(timingPeriod={"start": "2026"}),
            [(at("2026-01-01"), at("2027-01-01"), NOT_CERTAIN), (at("2027-01-01"), LAST_TIME, KNOWN)],
            [],
        ),
        (use(timingPeriod={"start": "soon"}), WHOLE, ["time_not_understood"]),
        (
            use(timingPeriod={"start": FIRST, "end": LAST}),
            [(START, END, KNOWN), (END, LAST_TIME, NOT_CERTAIN)],
            ["end_disagrees"],
        ),
        (use("completed", timingPeriod={"start": FIRST, "end": LAST}), [(START, END, KNOWN)], []),
        (use("stopped", timingPeriod={"end": LAST}), [(FIRST_TIME, END, KNOWN)], []),
        (use("completed", **STORED), [(START, UPDATED, NOT_CERTAIN)], ["end_not_known"]),
        (use("completed"), [], ["end_not_known"]),
        (
            use(
                "completed", timingPeriod=None, timingTiming={"repeat": {"boundsPeriod": {"start": FIRST, "end": LAST}}}
            ),
            [(START, END, KNOWN)],
            [],
        ),
        (use(timingPeriod=None, timingDateTime=FIRST), [(START, LAST_TIME, NOT_CERTAIN)], ["use_not_dated"]),
        (
            use("completed", timingPeriod={"start": "2026-01-09", "end": "2026-01-05"}),
            [(at("2026-01-09"), LAST_TIME, NOT_CERTAIN)],
            ["period_reversed"],
        ),
        (use("on-hold"), [(START, LAST_TIME, NOT_CERTAIN)], ["not_certain"]),
        (use(None), [(START, LAST_TIME, NOT_CERTAIN)], ["certainty_not_understood"]),
        (use("entered-in-error"), WHOLE, ["entered_in_error"]),
        (use("intended"), WHOLE, []),
        (use(meta=RESTRICTED), [(START, LAST_TIME, WITHHELD)], ["value_withheld"]),
        (
            use(device={"display": "pump"}, meta=RESTRICTED),
            [(FIRST_TIME, LAST_TIME, KNOWN), (START, LAST_TIME, WITHHELD)],
            ["value_withheld"],
        ),
    ],
)
def test_uses(made: Json, expected: Spans, issues: list[str]) -> None:
    """Beside the Device itself, which then says nothing of its own; only where nobody uses it."""
    patient = read(device(), made)
    assert expected == spans(patient)
    assert [f"{each} DeviceUseStatement/u" for each in issues] == codes(patient.issues)


def test_when_a_use_became_known() -> None:
    patient = read(device(), use(recordedOn="2026-01-06T08:00:00Z"))
    assert [at("2026-01-06T08:00Z")] == patient.tables["devices.pump"].recorded


OF_NOBODY = device(patient=None)


@pytest.mark.parametrize(
    ("resources", "expected", "supplied", "issues"),
    [
        ([OF_NOBODY], None, "none", []),
        ([OF_NOBODY, use()], [(START, LAST_TIME, KNOWN)], "all", []),
        ([OF_NOBODY, observation(device={"reference": "Device/d"})], None, "none", []),
        ([device(patient={"reference": "Patient/2"})], None, "none", ["other_patient Device/d"]),
        ([device(patient={"display": "Kari"})], None, "none", ["ambiguous_subject Device/d"]),
        ([device(subject=PATIENT, patient={"reference": "Patient/2"})], None, "none", ["other_patient Device/d"]),
        (
            [device(patient={"reference": "Patient/2"}), use()],
            [],
            "none",
            ["other_patient Device/d", "device_not_included DeviceUseStatement"],
        ),
        ([OF_NOBODY, use(subject={"reference": "Patient/2"})], None, "none", ["other_patient DeviceUseStatement/u"]),
        ([OF_NOBODY, use(subject=None, patient=PATIENT)], None, "none", ["ambiguous_subject DeviceUseStatement/u"]),
        ([use()], [], "none", ["device_not_included DeviceUseStatement"]),
        (
            [device("entered-in-error", patient=None), use()],
            [],
            "none",
            ["device_not_included DeviceUseStatement"],
        ),
        (
            [use(device={"reference": "#p"}, contained=[device(id="p", patient=None)])],
            [(START, LAST_TIME, KNOWN)],
            "all",
            [],
        ),
        ([device(type=concept(KNOWN_SYSTEM, "TEST-OTHER"))], [], "all", ["unknown_device Device"]),
        ([device(type=concept("https://example.org", "TEST-PUMP"))], [], "none", ["unknown_device Device"]),
        ([device(type={"text": "pump"})], [], "none", ["unknown_device Device"]),
        ([device(), device(id="e", type=None)], WHOLE, "none", ["unknown_device Device"]),
    ],
)
def test_whose_and_which(resources: list[Json], expected: Spans | None, supplied: str, issues: list[str]) -> None:
    patient = read(*resources)
    assert (expected or []) == (spans(patient) if "devices.pump" in patient.tables else [])
    assert (expected is not None) == ("devices.pump" in patient.tables)
    assert (supplied, sorted(issues)) == (supply(patient, "devices.pump"), sorted(codes(patient.issues)))


def test_a_device_without_codes_is_never_guessed() -> None:
    """The shared dispenser has none yet, so that nothing is said of it, whatever its text."""
    patient = patient_from_fhir(bundle(device(type={"text": "Medisindispenser"})))
    assert {} == patient.tables
    assert ["unknown_device Device"] == codes(patient.issues)
