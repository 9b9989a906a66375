"""Bands without a scale: doses, dispenses, events, spans and stays."""

from typing import Any

import pytest

from cds.operators.reasons import DAYS_NOT_KNOWN, NOT_CERTAIN, WITHHELD
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.plots.chart import Chart, RowBand
from tests.plots.building import at, busy_chart, patient, table

NOW = "2026-04-20T09:00"


def row(chart: Chart, key: str) -> RowBand:
    found = next(each for each in chart.bands if each.key == key)
    assert isinstance(found, RowBand)
    return found


def doses(*rows: dict[str, Any], **more: Any) -> RowBand:
    written = [{"atc": ["C09AA05"], **each} for each in rows]
    return row(busy_chart(patient({"doses": written, **more}), "nb", NOW, days=5), "doses.all")


DOSES = [
    ("taken", {"status": "taken", "taken": "2026-04-18T09:00"}, "dose tatt, 60 min etter"),
    ("taken", {"status": "taken", "taken": "2026-04-18T07:45"}, "dose tatt, 15 min før"),
    ("late", {"status": "taken", "taken": "2026-04-18T09:01"}, "dose tatt for sent, 61 min etter"),
    ("missed", {"status": "missed"}, "dose ikke tatt"),
    ("not_judged", {"status": "unknown"}, "ikke kjent om dosen ble tatt"),
    ("delay_not_known", {"status": "taken"}, "dose tatt, ukjent når"),
]


@pytest.mark.parametrize(("kind", "fields", "note"), DOSES, ids=[f"{each[0]}-{n}" for n, each in enumerate(DOSES)])
def test_what_became_of_a_dose(kind: str, fields: dict[str, Any], note: str) -> None:
    mark = doses({"planned": "2026-04-18T08:00", **fields}).marks[0]
    assert (kind, note, 8.0) == (mark.kind, mark.note, mark.value)
    assert (kind in ("taken", "late", "missed")) == mark.is_told


@pytest.mark.parametrize(
    ("reason", "note"),
    [
        ("hospital_stay", "dose ikke tatt, innlagt"),
        ("travel_dose", "ikke kjent om dosen ble tatt, på reise"),
        ("paused", "dose ikke tatt, pause"),
    ],
)
def test_a_dose_may_be_set_aside(reason: str, note: str) -> None:
    mark = doses({"planned": "2026-04-18T08:00", "status": "missed", "reason": reason}).marks[0]
    assert (True, note) == (mark.is_set_aside, mark.note)


def test_a_dose_as_needed_has_no_mark_among_those_planned() -> None:
    planned = {"planned": "2026-04-18T20:00", "status": "missed"}
    marks = doses({"planned": "2026-04-18T08:00", "status": "missed", "use": "as_needed"}, planned).marks
    assert ["dose ikke tatt"] == [each.note for each in marks]


def test_doses_stand_by_the_patients_clock_when_clocks_change() -> None:
    rows = [{"planned": f"2026-03-{day}T08:00", "status": "missed", "atc": ["C09AA05"]} for day in (28, 29, 30)]
    found = row(busy_chart(patient({"doses": rows}), "nb", "2026-03-30T12:00"), "doses.all")
    assert [8.0, 8.0, 8.0] == [each.value for each in found.marks]
    assert 23 * 3_600_000_000 == found.marks[1].time - found.marks[0].time


def test_a_dose_after_the_moment_is_not_shown() -> None:
    found = doses(
        {"planned": "2026-04-20T09:01", "status": "missed"}, {"planned": "2026-04-20T08:00", "status": "missed"}
    )
    assert [at("2026-04-20T08:00")] == [each.time for each in found.marks]


def test_doses_that_contradict_each_other_are_held_back() -> None:
    same = {"planned": "2026-04-18T08:00"}
    found = doses({**same, "status": "missed"}, {**same, "status": "taken", "taken": "2026-04-18T08:05"})
    assert ["conflict", "conflict"] == [each.kind for each in found.marks]


def test_without_a_limit_no_dose_is_late() -> None:
    own = [{"limit": "late_after", "value": 60, "unit": "kg"}]
    found = doses({"planned": "2026-04-18T08:00", "status": "taken", "taken": "2026-04-18T12:00"}, limits=own)
    assert ["taken"] == [each.kind for each in found.marks]
    assert "pasientens egen grense kan ikke brukes" in [each.text for each in found.limits]


# events and spans


def test_events_are_marks_and_none_is_said() -> None:
    found = busy_chart(patient({"events": {"technical_fault": [{"time": "2026-04-18T08:00"}]}}), "nn", NOW)
    assert ["event"] == [each.kind for each in row(found, "events.technical_fault").marks]
    assert "ingen" == row(busy_chart(patient({"events": {}}), "nb", NOW), "events.technical_fault").note


def test_a_span_is_cut_to_the_days_and_says_all_of_itself() -> None:
    records = {"conditions": {"heart_failure": [{"from": "2023-02-06"}]}}
    found = row(busy_chart(patient(records), "nb", NOW, days=7), "conditions.heart_failure").spans[0]
    assert (at("2026-04-14"), at(NOW), "fra 6.2.2023", True) == (found.start, found.end, found.note, found.is_certain)


@pytest.mark.parametrize(
    ("start", "end", "note"),
    [
        (at("2026-04-15T08:00"), at("2026-04-18T08:00"), "15.4.2026 – 18.4.2026"),
        (FIRST_TIME, at("2026-04-18T08:00"), "til 18.4.2026"),
        (FIRST_TIME, LAST_TIME, "startdato ikke oppgitt"),
        (at("2026-04-15T08:00"), at("2026-04-25T08:00"), "fra 15.4.2026"),
    ],
)
def test_when_a_span_was(start: int, end: int, note: str) -> None:
    """An end that is still to come is not told."""
    made = table([{"time": "2026-04-15T08:00", "value": end}])
    made.times[0] = start
    found = row(busy_chart(patient({}, {"devices.medicine_dispenser": made}), "nb", NOW), "devices.medicine_dispenser")
    assert [note] == [each.note for each in found.spans]


@pytest.mark.parametrize(("quality", "words"), [(NOT_CERTAIN, "ikke sikkert"), (WITHHELD, "sperret opplysning")])
def test_a_span_that_is_not_certain_says_so(quality: int, words: str) -> None:
    made = table([{"time": "2026-04-15T08:00", "value": LAST_TIME, "quality": quality}])
    found = row(busy_chart(patient({}, {"conditions.heart_failure": made}), "nb", NOW), "conditions.heart_failure")
    assert [(False, f"fra 15.4.2026, {words}")] == [(each.is_certain, each.note) for each in found.spans]


def test_a_span_that_was_over_before_the_first_day_leaves_a_word() -> None:
    records = {"conditions": {"heart_failure": [{"from": "2020-01-01", "to": "2020-02-01"}]}}
    found = row(busy_chart(patient(records), "nb", NOW), "conditions.heart_failure")
    assert ((), "ingen i tidsrommet") == (found.spans, found.note)


def test_stays_are_a_row_and_shade_the_chart_when_they_are_certain() -> None:
    stays = [
        {"time": "2026-04-15T08:00", "value": at("2026-04-16T08:00")},
        {"time": "2026-04-18T08:00", "value": at("2026-04-19T08:00"), "quality": WITHHELD},
    ]
    made = busy_chart(patient({}, {"stays.hospital_stay": table(stays)}), "nb", NOW)
    assert 2 == len(row(made, "stays.hospital_stay").spans)
    assert [(at("2026-04-15T08:00"), at("2026-04-16T08:00"))] == [(each.start, each.end) for each in made.stays]


def test_medicines_in_use_are_spans() -> None:
    made = table([{"time": "2026-04-15", "value": LAST_TIME, "attribute": 65536}])
    found = row(
        busy_chart(patient({}, {"medicines.antihypertensives": made}), "en", NOW), "medicines.antihypertensives"
    )
    assert ("Antihypertensives", ["from 2026-04-15"]) == (found.label, [each.note for each in found.spans])


# dispenses


def supply(*rows: dict[str, Any], moment: str = NOW) -> list[RowBand]:
    made = table([{"attribute": 1, **each} for each in rows])
    bands = busy_chart(patient({}, {"supply.antihypertensives": made}), "nb", moment, days=60).bands
    return [each for each in bands if isinstance(each, RowBand) and each.key == "supply.antihypertensives"]


def days(band: RowBand) -> list[tuple[int, int]]:
    return [(each.start, each.end) for each in band.spans]


def test_a_dispense_waits_until_the_one_before_is_used_up() -> None:
    found = supply({"time": "2026-03-01", "value": 20}, {"time": "2026-03-15", "value": 10, "group": 0})[0]
    expected = [(at("2026-03-01"), at("2026-03-21")), (at("2026-03-21"), at("2026-03-31"))]
    assert expected == days(found)  # over the day of 23 hours
    assert ["handed_out", "handed_out"] == [each.kind for each in found.marks]
    assert "utlevert 15.3.2026, rekker 10 dager" == found.spans[1].note


def test_dispenses_of_different_medicines_have_a_row_each() -> None:
    found = supply({"time": "2026-03-01", "value": 20, "group": 0}, {"time": "2026-03-15", "value": 10, "group": 1})
    assert ["Utlevert: Blodtrykksmedisiner (1)", "Utlevert: Blodtrykksmedisiner (2)"] == [each.label for each in found]
    assert (at("2026-03-15"), at("2026-03-25")) == days(found[1])[0]
    assert [1, 0] == [len(each.limits) for each in found]


def test_a_dispense_that_lasts_nobody_knows_how_long_is_held_back() -> None:
    found = supply({"time": "2026-04-01", "quality": DAYS_NOT_KNOWN}, {"time": "2026-04-02", "value": 5, "group": 0})[0]
    assert [("days_not_known", False), ("handed_out", True)] == [(each.kind, each.is_told) for each in found.marks]
    assert [(at("2026-04-02"), at("2026-04-07"))] == days(found)


def test_supply_is_not_shown_beyond_the_moment() -> None:
    assert [(at("2026-04-10"), at(NOW))] == days(supply({"time": "2026-04-10", "value": 100})[0])


def test_supply_from_before_the_first_day_reaches_into_it() -> None:
    found = supply({"time": "2026-02-01", "value": 40})[0]
    assert [(at("2026-02-20"), at("2026-03-13"))] == days(found)
    assert () == found.marks


@pytest.mark.parametrize(
    "key",
    [
        "doses.all",
        "events.technical_fault",
        "conditions.heart_failure",
        "devices.medicine_dispenser",
        "supply.antihypertensives",
        "medicines.antihypertensives",
        "stays.hospital_stay",
    ],
)
def test_what_was_not_handed_over_is_a_row_that_says_so(key: str) -> None:
    found = row(busy_chart(patient({}), "nb", NOW), key)
    assert ["not_supplied"] == [each.kind for each in found.stretches]
    assert [(at("2026-04-14"), at(NOW), "ikke levert")] == [
        (each.start, each.end, each.note) for each in found.stretches
    ]
    assert ("", (), ()) == (found.note, found.marks, found.spans)
