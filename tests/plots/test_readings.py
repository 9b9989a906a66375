"""Bands of readings: what is joined, what is held back and why, and when nothing came."""

from typing import Any

import pytest

from cds.operators.reasons import WITHHELD
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.patient import Table
from cds.plots.chart import Chart, Mark, ReadingBand
from cds.plots.layout import page_of
from cds.plots.reading_layout import scale_of
from tests.plots.building import at, busy_chart, patient, table

NOW = "2026-04-20T09:00"


def band(chart: Chart, key: str) -> ReadingBand:
    found = next(each for each in chart.bands if each.key == key)
    assert isinstance(found, ReadingBand)
    return found


def weights(*rows: tuple[str, Any], language: str = "nb", days: int = 10, **more: Any) -> ReadingBand:
    """The weight band of readings in kg: (time, value) or (time, further fields)."""
    written = [
        {"time": time, **(value if isinstance(value, dict) else {"value": value, "unit": "kg"})} for time, value in rows
    ]
    who = patient({"readings": {"body_weight": written}, **more})
    return band(busy_chart(who, language, NOW, days=days), "body_weight")


def kinds(marks: tuple[Mark, ...]) -> list[str]:
    return [each.kind for each in marks]


def test_readings_in_a_row_are_joined() -> None:
    found = weights(("2026-04-18T07:00", 81.5), ("2026-04-19T07:00", 82))
    assert ((at("2026-04-18T07:00"), 81.5), (at("2026-04-19T07:00"), 82.0)) == found.curves[0]
    assert ("Kroppsvekt", "kg", ("Kroppsvekt",)) == (found.label, found.unit, found.parts)
    assert ["81,5 kg", "82,0 kg"] == [each.note for each in found.marks]


HELD_BACK = [
    ("implausible_only", {"value": 8200, "unit": "kg"}, "8200 kg: verdi som ikke kan stemme"),
    ("unit_not_understood", {"value": 82.1}, "82,1: enheten er ikke forstått"),
    ("unit_not_understood", {"value": 12, "unit": "mmHg"}, "12 mmHg: enheten er ikke forstått"),
    ("value_not_read", {"value": "81,5", "unit": "kg"}, "verdien kan ikke leses som et tall"),
    ("at_least", {"value": 150, "unit": "kg", "comparator": ">"}, "≥ 150 kg: bare en nedre grense er kjent"),
    ("at_most", {"value": 40, "unit": "kg", "comparator": "<"}, "≤ 40 kg: bare en øvre grense er kjent"),
    ("at_least", {"value": "HI", "unit": "kg"}, "bare en nedre grense er kjent"),
]


@pytest.mark.parametrize(("kind", "row", "note"), HELD_BACK, ids=[f"{each[0]}-{n}" for n, each in enumerate(HELD_BACK)])
def test_what_cannot_be_told_is_held_back_with_its_reason(kind: str, row: dict[str, Any], note: str) -> None:
    found = weights(("2026-04-18T07:00", 81), ("2026-04-18T12:00", row), ("2026-04-19T07:00", 82))
    assert ["reading", kind, "reading"] == kinds(found.marks)
    assert note == found.marks[1].note
    assert not found.marks[1].is_told
    assert [[81.0, 82.0]] == [[value for _, value in curve] for curve in found.curves]


def test_a_number_without_its_unit_has_no_place_on_the_scale() -> None:
    found = weights(("2026-04-18T07:00", 81), ("2026-04-18T12:00", {"value": 81.2}))
    assert [81.0, None] == [each.value for each in found.marks]


def test_a_withheld_reading_is_shown_as_one() -> None:
    who = patient({}, {"body_weight": table([{"time": "2026-04-19T07:00", "quality": WITHHELD}])})
    found = band(busy_chart(who, "nb", NOW), "body_weight")
    assert [("withheld", "sperret opplysning", None)] == [(each.kind, each.note, each.value) for each in found.marks]


def test_different_values_of_one_instant_are_a_conflict_until_one_is_corrected() -> None:
    twice = ("2026-04-18T07:00", 81), ("2026-04-18T07:00", 84)
    found = weights(*twice)
    assert (["conflict", "conflict"], ()) == (kinds(found.marks), found.curves)
    assert [81.0, 84.0] == [each.value for each in found.marks]
    rows = [{"value": value, "unit": "kg", "recorded": f"2026-04-18T0{n}:00"} for n, (_, value) in enumerate(twice, 7)]
    corrected = weights(*(("2026-04-18T07:00", row) for row in rows))
    assert [("reading", 84.0)] == [(each.kind, each.value) for each in corrected.marks]
    assert ["reading"] == kinds(weights(twice[0], twice[0]).marks)


def test_nothing_after_the_moment_is_shown_nor_what_was_not_known_then() -> None:
    known = {"value": 82, "unit": "kg", "recorded": "2026-04-20T08:59"}
    later = {"value": 83, "unit": "kg", "recorded": "2026-04-20T09:01"}
    found = weights(
        ("2026-04-18T07:00", known), ("2026-04-19T07:00", later), ("2026-04-20T09:00", 84), ("2026-04-20T09:01", 85)
    )
    assert [82.0, 84.0] == [each.value for each in found.marks]


def test_what_lies_before_the_first_day_is_left_out() -> None:
    assert [82.0] == [each.value for each in weights(("2026-04-18T23:59", 81), ("2026-04-19T00:00", 82), days=2).marks]


def test_a_reading_without_a_clock_time_stands_in_the_middle_of_its_day() -> None:
    found = weights(("2026-04-18", 81), ("2026-04-20", 82))
    assert [at("2026-04-18T12:00"), at("2026-04-20T04:30")] == [each.time for each in found.marks]
    assert ["18.4.2026", "20.4.2026"] == [each.when for each in found.marks]
    assert [True, True] == [each.is_date_only for each in found.marks]


# panels


def pressures(*rows: dict[str, Any]) -> ReadingBand:
    who = patient({"readings": {"blood_pressure": [{"unit": "mmHg", **row} for row in rows]}})
    return band(busy_chart(who, "en", NOW), "blood_pressure")


def test_the_parts_of_a_panel_are_joined_by_a_bar_and_never_by_a_curve() -> None:
    found = pressures(
        {"time": "2026-04-18T07:00", "systolic": 140, "diastolic": 85},
        {"time": "2026-04-19T07:00", "systolic": 150, "diastolic": 90},
    )
    assert ("Systolic blood pressure", "Diastolic blood pressure") == found.parts
    assert ((at("2026-04-18T07:00"), 85.0, 140.0), (at("2026-04-19T07:00"), 90.0, 150.0)) == found.bars
    assert () == found.curves
    assert [0, 0, 1, 1] == [each.part for each in found.marks]


@pytest.mark.parametrize(("systolic", "kind"), [(None, "no_data"), (1400, "implausible_only")])
def test_a_part_that_cannot_be_told_gets_no_bar_and_the_other_stays(systolic: int | None, kind: str) -> None:
    row = {"time": "2026-04-18T07:00", "diastolic": 85} | ({} if systolic is None else {"systolic": systolic})
    found = pressures(row)
    assert ([kind, "reading"], ()) == (kinds(found.marks), found.bars)


def test_two_readings_of_one_instant_that_differ_have_no_bar() -> None:
    same = "2026-04-18T07:00"
    found = pressures(
        {"time": same, "systolic": 140, "diastolic": 85}, {"time": same, "systolic": 150, "diastolic": 85}
    )
    assert ["conflict", "conflict", "reading", "reading"] == kinds(found.marks)
    assert () == found.bars


# stretches


def stretches(found: ReadingBand) -> list[tuple[str, str]]:
    return [(each.note, each.when) for each in found.stretches]


def test_what_was_not_handed_over_is_named_and_not_joined_to_what_was() -> None:
    rows = [("2026-04-15T07:00", 80), ("2026-04-19T07:00", 82), ("2026-04-20T07:00", 82.5)]
    found = weights(*rows, supplied={"body_weight": {"from": "2026-04-18"}})
    assert ("ikke levert", "11.4.2026 kl. 00:00 – 18.4.2026 kl. 00:00") == stretches(found)[0]
    assert [[80.0], [82.0, 82.5]] == [[value for _, value in curve] for curve in found.curves]


def test_an_input_that_was_not_handed_over_at_all_is_shown_as_that() -> None:
    found = band(busy_chart(patient({}), "nn", NOW, days=7), "body_weight")
    assert [("ikkje levert", "14.4.2026 kl. 00:00 – 20.4.2026 kl. 09:00")] == stretches(found)
    assert () == found.marks


@pytest.mark.parametrize(("last", "is_silent"), [("2026-04-17T00:00", False), ("2026-04-16T23:59", True)])
def test_silence_longer_than_the_rulesets_limit_is_marked(last: str, is_silent: bool) -> None:
    """The rule about missing weights says three days, counted as the rule counts them."""
    found = weights(("2026-04-12T07:00", 80), ("2026-04-15T07:00", 81), (last, 82))
    assert is_silent == any(each.end == at(NOW) for each in found.stretches)


def test_silence_breaks_the_curve() -> None:
    found = weights(("2026-04-11T07:00", 80), ("2026-04-16T07:00", 81), ("2026-04-17T07:00", 82))
    assert [("ingen målinger", "11.4.2026 kl. 07:00 – 16.4.2026 kl. 07:00")] == stretches(found)
    assert [[80.0], [81.0, 82.0]] == [[value for _, value in curve] for curve in found.curves]


def test_a_reading_in_a_wrong_unit_is_no_silence_and_an_impossible_one_is() -> None:
    ends = ("2026-04-12T07:00", 80), ("2026-04-17T07:00", 82)
    assert [] == stretches(weights(*ends, ("2026-04-14T07:00", {"value": 81})))
    assert 1 == len(stretches(weights(*ends, ("2026-04-14T07:00", 9999))))


def test_no_reading_ever_is_silence_from_the_first_day_on() -> None:
    found = weights()
    assert [("ingen målinger", "11.4.2026 kl. 00:00 – 20.4.2026 kl. 09:00")] == stretches(found)


def test_without_a_rule_about_missing_data_more_than_a_week_is_marked() -> None:
    def pulse(last: str) -> ReadingBand:
        rows = [{"time": time, "value": 70, "unit": "/min"} for time in ("2026-04-01T08:00", last)]
        return band(busy_chart(patient({"readings": {"heart_rate": rows}}), "nb", "2026-04-10T08:00"), "heart_rate")

    assert [] == stretches(pulse("2026-04-08T08:00"))
    assert 1 == len(stretches(pulse("2026-04-09T08:00")))


def test_silence_is_counted_in_civil_days_when_clocks_change() -> None:
    found = weights(("2026-03-27T23:30", 80), ("2026-03-31T00:30", 81), ("2026-04-01T00:30", 82), days=30)
    assert "27.3.2026 kl. 23:30 – 31.3.2026 kl. 00:30" in [when for _, when in stretches(found)]


def test_readings_before_the_first_day_are_known_of() -> None:
    """The newest reading was the day before the chart begins, so its first days are not silent."""
    assert [] == stretches(weights(("2026-04-17T07:00", 80), ("2026-04-19T07:00", 81), days=3))


# many


def test_ten_thousand_readings() -> None:
    count = 10_000
    times = [at("2026-04-20T08:00") - n * 4 * 60_000_000 for n in range(count)][::-1]
    values = [4.0 + n % 70 / 10 for n in range(count)]
    same = {
        name: [number] * count for name, number in (("utc_offset", 120), ("unit", 9), ("attribute", 4), ("quality", 0))
    }
    numbers = list(range(count))
    many = Table(times, [FIRST_TIME] * count, values=values, raw=values, group=numbers, references=[], **same)
    chart = busy_chart(patient({"conditions": ["diabetes"]}, {"glucose": many}), "nb", NOW)
    found = band(chart, "glucose")
    assert count == len(found.marks) == len(found.curves[0])
    assert {"reading"} == set(kinds(found.marks))
    assert page_of(chart).height < 800


def test_rows_of_something_not_handed_over_in_full_are_shown_unjoined() -> None:
    rows = [{"time": f"2026-04-{day}T07:00", "value": 80, "unit": 3} for day in (18, 19)]
    found = band(busy_chart(patient({}, {"body_weight": table(rows, LAST_TIME)}), "nb", NOW), "body_weight")
    assert (2, 2, 1) == (len(found.marks), len(found.curves), len(found.stretches))


@pytest.mark.parametrize(
    "values",
    [
        (70.0,),
        (70.0, 71.0),
        (79.1, 80.9),
        (2.5, 5.0),
        (0.0, 15.0),
        (-40.0, 3.0),
        (99.9, 100.1),
        (0.0, 1e12),
        (5.0, 250.0),
    ],
)
@pytest.mark.parametrize("height", [20.0, 70.0, 106.0, 300.0])
def test_labels_of_a_scale_hold_every_value(values: tuple[float, ...], height: float) -> None:
    scale = scale_of(values, 1, 10.0, 10.0 + height)
    labels = scale.ticks()
    assert 3 <= len(labels) <= 7
    assert labels[0] <= min(values) + 1e-9 and max(values) - 1e-9 <= labels[-1]
    assert 10.0 < scale.y(labels[-1]) < scale.y(labels[0]) < 10.0 + height
