"""The table: everything that the picture shows, to be read."""

from typing import Any

import pytest

from cds.plots import table
from tests.plots.building import busy_chart, busy_patient, demo_chart, patient


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_it_begins_with_whose_when_and_by_what() -> None:
    found = table(demo_chart("nb")).splitlines()
    assert "Kurve for pasient demo, 23.11.2026 kl. 08:00" == found[0]
    assert "9.11.2026 – 23.11.2026 (Europe/Oslo)" == found[1]
    assert any(each.startswith("!! UTKAST, IKKE GODKJENT") for each in found[:7])


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_everything_in_the_picture_is_in_the_table(language: Any) -> None:
    made = busy_chart(busy_patient(), language)
    text = table(made)
    assert [] == [each for each in made.bands if each.label not in text]
    notes = [mark.note for band in made.bands for mark in band.marks]
    notes += [stretch.note for band in made.bands for stretch in band.stretches]
    notes += [span.note for band in made.bands for span in getattr(band, "spans", ())]
    notes += [limit.text for band in made.bands for limit in band.limits]
    notes += [each.text for each in made.findings]
    assert [] == [each for each in (*notes, *made.issues) if each not in text]
    assert sum(len(band.marks) for band in made.bands) > 500


def test_a_panels_parts_stand_side_by_side() -> None:
    found = lines(table(demo_chart("en")))
    assert "Systolic blood pressure Diastolic blood pressure" in found
    assert "2026-11-23 07:41 184 mmHg 102 mmHg" in found


def test_what_is_held_back_says_what_arrived_and_why() -> None:
    found = lines(table(demo_chart("nb")))
    assert "21.11.2026 kl. 19:30 77,9: enheten er ikke forstått" in found
    assert any(each.startswith("? Vekttap på 7 dager, gul: pasientens egen grense er utløpt") for each in found)


def test_what_was_not_handed_over_is_said_of_every_band() -> None:
    made = busy_chart(patient({}), "en")
    assert len(made.bands) == table(made).count("not supplied\n")


def test_a_reading_without_a_clock_time_says_so() -> None:
    who = patient({"readings": {"heart_rate": [{"time": "2026-04-19", "value": 70, "unit": "/min"}]}})
    assert "2026-04-19 70 /min (date only)" in lines(table(busy_chart(who, "en")))


def test_names_from_the_data_stay_on_their_line() -> None:
    made = busy_chart(patient({"id": "a\nb\x1b[31m"}), "en")
    assert "Chart of patient a b" in table(made).splitlines()[0]
    assert "\x1b" not in table(made)


def test_columns_stand_under_each_other() -> None:
    found = [line for line in table(demo_chart("en")).splitlines() if "mmHg  " in line and "2026-11" in line]
    assert len(found) == 29
    assert 1 == len({line.index("mmHg  ") for line in found})
