"""When a dispenser's pouches were due: what came out, what did not, and what nobody knows."""

import pytest

from cds.operators.reasons import KNOWN, NOT_JUDGED
from tests.adapters.building import Json, at, codes, supply
from tests.adapters.medication import (
    ALIVE,
    LATE,
    METFORMIN,
    STATIN,
    TRAVEL,
    alert,
    amount,
    clocked,
    dosage,
    known_by,
    read,
    report,
    rows,
)


def test_a_pouch_is_taken_at_its_slot() -> None:
    patient = read(clocked(), report("2026-01-08T08:05:00+01:00"), report("2026-01-08T22:30:00+01:00"), ALIVE)
    expected = [("8 08:00", 1.0, 5.0, KNOWN, 0), ("8 20:00", 1.0, 150.0, KNOWN, 0)]
    assert expected == rows(patient, until="2026-01-09")[-2:] == rows(patient, "doses.statins", "2026-01-09")[-2:]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (["07:50"], {"08:00": -10.0}),
        (["14:00"], {"08:00": 360.0}),
        (["14:01"], {"20:00": -359.0}),
        (["15:00", "20:05"], {"08:00": 420.0, "20:00": 5.0}),
        (["08:05", "19:00", "20:05"], {"08:00": 5.0, "20:00": 5.0}),
    ],
)
def test_a_pouch_belongs_to_the_nearest_slot_that_has_none_nearer(times: list[str], expected: dict[str, float]) -> None:
    patient = read(clocked(), ALIVE, *(report(f"2026-01-08T{each}:00+01:00") for each in times))
    day = [each for each in rows(patient, until="2026-01-09") if each[0].startswith("8 ") and each[1]]
    assert expected == {planned[2:]: delay for planned, _, delay, _, bits in day if not bits & LATE}
    assert len(times) == sum(each[1] for each in rows(patient))


def test_a_pouch_too_many_is_a_dose_of_its_own() -> None:
    extra = report("2026-01-08T08:20:00+01:00")
    both = report("2026-01-07T20:00:00+01:00"), report("2026-01-08T20:00:00+01:00")
    patient = read(clocked(), ALIVE, report(), extra, *both)
    assert ("8 08:20", 1.0, 0.0, KNOWN, LATE) in rows(patient)


def test_a_slot_of_which_nothing_was_reported_is_not_judged() -> None:
    patient = read(clocked(), ALIVE, report("2026-01-07T08:01:00+01:00"), report("2026-01-08T20:02:00+01:00"))
    assert [
        ("7 08:00", 1.0, 1.0, KNOWN, 0),
        ("7 20:00", 0.0, 0.0, NOT_JUDGED, 0),
        ("8 08:00", 0.0, 0.0, NOT_JUDGED, 0),
        ("8 20:00", 1.0, 2.0, KNOWN, 0),
        ("9 08:00", 0.0, 0.0, NOT_JUDGED, 0),
        ("9 20:00", 0.0, 0.0, NOT_JUDGED, 0),
    ] == [each for each in rows(patient) if each[0] >= "7"]


def test_a_slot_counts_as_unreported_when_the_next_is_due() -> None:
    patient = read(clocked(), ALIVE, report("2026-01-07T08:01:00+01:00"))
    assert ("7 20:00", 0.0, 0.0, NOT_JUDGED, 0) not in known_by(patient, "2026-01-08 07:59")
    assert ("7 20:00", 0.0, 0.0, NOT_JUDGED, 0) in known_by(patient, "2026-01-08 08:00")
    assert ("7 08:00", 1.0, 1.0, KNOWN, 0) not in known_by(patient, "2026-01-07 08:00")
    assert ("7 08:00", 1.0, 1.0, KNOWN, 0) in known_by(patient, "2026-01-07 08:01")


def test_slots_follow_the_clock_through_the_change_to_summer_time() -> None:
    patient = read(clocked(), ALIVE, report("2026-03-28T08:00:00+01:00"), report("2026-03-29T08:00:00+02:00"))
    taken = [each for each in rows(patient, until="2026-04-01") if each[1]]
    assert ["87 08:00", "88 08:00"] == [each[0] for each in taken]
    assert [0.0, 0.0] == [each[2] for each in taken]


def test_no_slot_before_the_first_message_and_a_month_after_the_last() -> None:
    patient = read(clocked(), report("2026-01-08T20:05:00+01:00"))
    table = patient.tables["doses.all"]
    assert at("2026-01-08 20:00") == min(table.times)
    assert at("2026-02-08 20:00") == max(table.times)


def test_weekdays() -> None:
    mondays = dosage(amount(1, "tablett"), timeOfDay=["08:00"], dayOfWeek=["mon"])
    patient = read(
        clocked(METFORMIN),
        clocked(STATIN, dosage=[mondays]),
        ALIVE,
        *(report(f"2026-01-{day:02}T08:00:00+01:00") for day in (4, 5, 6)),
    )
    assert ["5 08:00"] == [each[0] for each in rows(patient, "doses.statins") if each[1]]
    assert ["4 08:00", "5 08:00", "6 08:00"] == [
        each[0] for each in rows(patient, "doses.diabetes_medicines") if each[1]
    ]


# What the dispenser warns of


def test_not_dispensed_is_missed_at_its_slot() -> None:
    patient = read(clocked(), report("2026-01-07T20:00:00+01:00"), alert("2026-01-08T09:00:00+01:00"))
    assert ("8 08:00", 0.0, 0.0, KNOWN, 0) in known_by(patient, "2026-01-08 09:00", "doses.statins")
    assert ("8 08:00", 0.0, 0.0, KNOWN, 0) not in known_by(patient, "2026-01-08 08:59", "doses.statins")


@pytest.mark.parametrize(
    ("code", "quality"),
    [("1.1", KNOWN), ("1.2", KNOWN), ("1.3", NOT_JUDGED)],
)
def test_without_a_schedule_at_its_own_time(code: str, quality: int) -> None:
    patient = read(report("2026-01-07T20:00:00+01:00"), alert(code=code))
    assert ("8 09:00", 0.0, 0.0, quality, 0) == rows(patient)[-1]


@pytest.mark.parametrize("code", ["1.4", "1.10", "1.12", "1.13", "1.14", "1.15", "1.17", "1.19", "1.21"])
def test_other_alerts_tell_of_no_dose(code: str) -> None:
    patient = read(report("2026-01-07T20:00:00+01:00"), alert(code=code))
    assert [("7 20:00", 1.0, 0.0, KNOWN, LATE)] == rows(patient)


def test_missed_and_then_taken_late() -> None:
    patient = read(clocked(), alert("2026-01-08T09:00:00+01:00"), report("2026-01-08T10:30:00+01:00", "1.2"))
    eight = [each for each in rows(patient) if each[0] == "8 08:00"]
    assert [("8 08:00", 0.0, 0.0, KNOWN, 0), ("8 08:00", 1.0, 150.0, KNOWN, 0)] == sorted(eight)
    assert [("8 08:00", 0.0, 0.0, KNOWN, 0)] == known_by(patient, "2026-01-08 10:00")


@pytest.mark.parametrize(
    ("status", "quality", "issues"),
    [
        ("final", KNOWN, []),
        ("amended", KNOWN, []),
        ("preliminary", NOT_JUDGED, ["not_certain DetectedIssue/i"]),
        (None, NOT_JUDGED, ["not_certain DetectedIssue/i"]),
    ],
)
def test_an_alert_that_is_not_final_is_not_judged(status: str | None, quality: int, issues: list[str]) -> None:
    patient = read(report("2026-01-07T20:00:00+01:00"), alert(name="i", status=status))
    assert ("8 09:00", 0.0, 0.0, quality, 0) == rows(patient)[-1]
    assert issues == [each for each in codes(patient.issues) if "medicine_not_stated" not in each]


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error"])
def test_an_alert_that_was_withdrawn_tells_nothing(status: str) -> None:
    patient = read(report("2026-01-07T20:00:00+01:00"), ALIVE, alert(status=status))
    assert [("7 20:00", 1.0, 0.0, KNOWN, LATE)] == rows(patient)


def test_a_dispense_that_an_alert_denies_did_not_happen() -> None:
    denied = report("2026-01-08T08:00:00+01:00", name="v")
    said = alert("2026-01-08T09:00:00+01:00", implicated=[{"reference": "MedicationDispense/v"}])
    patient = read(denied, said)
    assert [("8 08:00", 0.0, 0.0, KNOWN, 0)] == rows(patient)
    assert [at("2026-01-08 09:00")] == patient.tables["doses.all"].recorded


@pytest.mark.parametrize("code", ["1.5", "1.20"])
def test_a_dispense_that_a_fault_casts_doubt_on(code: str) -> None:
    said = alert("2026-01-08T09:00:00+01:00", code, implicated=[{"reference": "MedicationDispense/v"}])
    patient = read(report("2026-01-08T08:00:00+01:00", name="v"), said)
    assert [("8 08:00", 0.0, 0.0, NOT_JUDGED, 0), ("8 09:00", 0.0, 0.0, NOT_JUDGED, 0)] == rows(patient)


@pytest.mark.parametrize("code", ["1.5", "1.6", "1.7", "1.8", "1.9", "1.18", "1.20"])
def test_what_comes_before_a_fault_is_not_the_newest(code: str) -> None:
    patient = read(report("2026-01-07T20:00:00+01:00"), alert(code=code))
    assert ("8 09:00", 0.0, 0.0, NOT_JUDGED, 0) == rows(patient)[-1]


def test_a_fault_is_no_missed_dose_until_a_pouch_comes_out() -> None:
    patient = read(
        alert("2026-01-06T20:30:00+01:00"),
        alert("2026-01-07T06:00:00+01:00", "1.5"),
        alert("2026-01-07T09:00:00+01:00"),
        report("2026-01-08T08:05:00+01:00"),
        alert("2026-01-08T21:00:00+01:00"),
    )
    assert [
        ("6 20:30", 0.0, 0.0, KNOWN, 0),
        ("7 06:00", 0.0, 0.0, NOT_JUDGED, 0),
        ("7 09:00", 0.0, 0.0, NOT_JUDGED, 0),
        ("8 08:05", 1.0, 0.0, KNOWN, LATE),
        ("8 21:00", 0.0, 0.0, KNOWN, 0),
    ] == rows(patient)


def test_no_contact_leaves_the_slots_until_the_next_message() -> None:
    patient = read(
        clocked(),
        report("2026-01-07T08:00:00+01:00"),
        alert("2026-01-07T12:00:00+01:00", "1.20"),
        report("2026-01-08T20:10:00+01:00"),
    )
    assert [
        ("7 08:00", 1.0, 0.0, KNOWN, 0),
        ("7 20:00", 0.0, 0.0, NOT_JUDGED, 0),
        ("8 08:00", 0.0, 0.0, NOT_JUDGED, 0),
        ("8 20:00", 1.0, 10.0, KNOWN, 0),
    ] == rows(patient, until="2026-01-09")


def test_an_alert_without_a_time_leaves_the_doses_open() -> None:
    patient = read(report(), alert(name="i", identifiedDateTime=None))
    assert "time_missing DetectedIssue/i" in codes(patient.issues)
    assert "none" == supply(patient, "doses.all") == supply(patient, "doses.statins")


# On a journey

TEXT = "10 doser medisin ble matet ut for bruk på reise.\nFørste dose: 8/1 kl. 08:00.\nSiste dose: 9/1 kl. 08:00."
BOUNDS = {"boundsPeriod": {"start": "2026-01-08T08:00:00+01:00", "end": "2026-01-09T08:00:00+01:00"}}


@pytest.mark.parametrize("event", ["2", "2.1", "2.2"])
@pytest.mark.parametrize("instruction", [{"text": TEXT}, {"text": TEXT.upper()}, {"timing": {"repeat": BOUNDS}}])
def test_doses_of_a_journey_are_unknown_not_missed(event: str, instruction: Json) -> None:
    packed = report("2026-01-07T18:00:00+01:00", event, dosageInstruction=[instruction])
    patient = read(clocked(), ALIVE, packed, alert("2026-01-08T09:00:00+01:00"), alert("2026-01-09T21:00:00+01:00"))
    assert [
        ("7 20:00", 0.0, 0.0, NOT_JUDGED, 0),
        ("8 08:00", 0.0, 0.0, NOT_JUDGED, TRAVEL),
        ("8 20:00", 0.0, 0.0, NOT_JUDGED, TRAVEL),
        ("9 08:00", 0.0, 0.0, NOT_JUDGED, TRAVEL),
        ("9 20:00", 0.0, 0.0, KNOWN, 0),
    ] == [each for each in rows(patient) if each[0] > "7 18"]
    assert "journey_not_read" not in " ".join(codes(patient.issues))


def test_a_journey_without_a_schedule_has_its_first_and_last_dose() -> None:
    patient = read(report("2026-01-07T18:00:00+01:00", "2", dosageInstruction=[{"text": TEXT}]), ALIVE)
    assert [("8 08:00", 0.0, 0.0, NOT_JUDGED, TRAVEL), ("9 08:00", 0.0, 0.0, NOT_JUDGED, TRAVEL)] == rows(patient)


@pytest.mark.parametrize("text", ["", "10 doser", TEXT.replace("Siste", "Annen"), TEXT.replace("9/1", "31/2")])
def test_a_journey_that_is_not_stated_lasts_until_a_pouch_comes_out(text: str) -> None:
    patient = read(
        report("2026-01-06T18:00:00+01:00", "2", name="v", dosageInstruction=[{"text": text}]),
        alert("2026-01-07T09:00:00+01:00"),
        report("2026-01-08T08:00:00+01:00"),
        alert("2026-01-09T09:00:00+01:00"),
    )
    assert "journey_not_read MedicationDispense/v" in codes(patient.issues)
    assert [
        ("6 18:00", 0.0, 0.0, NOT_JUDGED, TRAVEL),
        ("7 09:00", 0.0, 0.0, NOT_JUDGED, TRAVEL),
        ("8 08:00", 1.0, 0.0, KNOWN, LATE),
        ("9 09:00", 0.0, 0.0, KNOWN, 0),
    ] == rows(patient)


def test_journeys_that_overlap_are_one() -> None:
    texts = (TEXT, TEXT.replace("8/1 kl. 08:00", "8/1 kl. 20:00").replace("9/1", "10/1"))
    packed = [
        report(f"2026-01-07T1{hour}:00:00+01:00", "2", dosageInstruction=[{"text": text}])
        for hour, text in enumerate(texts)
    ]
    patient = read(clocked(), ALIVE, *packed, alert("2026-01-11T21:00:00+01:00"))
    on_journey = [each[0] for each in rows(patient, until="2026-01-12") if each[4] & TRAVEL]
    assert ["8 08:00", "8 20:00", "9 08:00", "9 20:00", "10 08:00"] == on_journey


def test_the_year_of_a_journey_is_the_nearest() -> None:
    text = "Første dose: 31/12 kl. 08:00. Siste dose: 2/1 kl. 20:00."
    patient = read(report("2025-12-30T18:00:00+01:00", "2", dosageInstruction=[{"text": text}]), ALIVE)
    table = patient.tables["doses.all"]
    assert [at("2025-12-31 08:00"), at("2026-01-02 20:00")] == table.times
