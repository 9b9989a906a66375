"""The day profile: percentiles by time of day against the standard library, what stays open, and what is written."""

import statistics
from itertools import product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import cds
from cds.cli import main
from cds.diagnostics import CdsError
from cds.plots import Profile, day_profile, svg, table
from cds.plots.profile import LEAST_DAYS, STRETCH
from cds.shipped import shipped_rulesets

RULES = shipped_rulesets() / "glucose-self-measured.yaml"
RULESET = cds.load(RULES)
DAYS = [f"2026-03-{day}" for day in range(20, 32)]  # an hour is skipped on the 29th
AT = "2026-03-31T23:59"
VALUES = {day: 4.0 + 0.7 * (place * 5 % 12) for place, day in enumerate(DAYS)}


def patient(days: list[str], clocks: tuple[str, ...] = ("07:00", "07:29"), **more: Any) -> cds.Patient:
    readings = [
        {"time": f"{day}T{clock}", "value": VALUES[day], "unit": "mmol/L"} for day, clock in product(days, clocks)
    ]
    readings += more.get("readings", [])
    return cds.Patient.from_dict({"id": "one", "conditions": ["diabetes"], "readings": {"glucose": readings}})


def profile(whose: cds.Patient, **more: Any) -> Profile:
    return day_profile(RULESET, whose, "glucose", at=AT, allow_draft=True, **more)


def at_clock(shown: Profile, clock: str) -> tuple[float, ...]:
    hour, minute = map(int, clock.split(":"))
    return shown.stretches[(hour * 60 + minute) // STRETCH]


def test_percentiles_of_a_stretch() -> None:
    shown = profile(patient(DAYS))
    values = sorted(VALUES[day] for day in DAYS for _ in range(2))
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    expected = [cuts[0], cuts[4], statistics.median(values), cuts[14], cuts[18]]
    assert expected == pytest.approx(at_clock(shown, "07:00"))
    assert (24, 12) == (shown.readings, shown.days)
    assert 47 == sum(each == () for each in shown.stretches)


def test_the_clock_is_the_patients_also_after_it_changed() -> None:
    shown = profile(patient(DAYS, ("23:59",)))
    assert at_clock(shown, "23:30")
    assert [] == [place for place, each in enumerate(shown.stretches[:-1]) if each]


def test_readings_on_too_few_days_stay_open() -> None:
    assert at_clock(profile(patient(DAYS[:LEAST_DAYS])), "07:00")
    assert () == at_clock(profile(patient(DAYS[: LEAST_DAYS - 1])), "07:00")


def test_what_is_not_used() -> None:
    """Readings before the days, after the moment, impossible, without a clock time or in no unit that is understood."""
    out = [
        {"time": "2026-03-10T07:00", "value": 20, "unit": "mmol/L"},
        {"time": "2026-04-01T07:00", "value": 20, "unit": "mmol/L"},
        {"time": "2026-03-21T07:05", "value": 900, "unit": "mmol/L"},
        {"time": "2026-03-21", "value": 20, "unit": "mmol/L"},
        {"time": "2026-03-21T07:06", "value": 20, "unit": "stones"},
    ]
    assert profile(patient(DAYS)).stretches == profile(patient(DAYS, readings=out)).stretches


def test_the_limits_of_the_rules_lie_on_it_once_each() -> None:
    names = [each.name for each in profile(patient(DAYS)).limits]
    assert names and len(names) == len(set(names))


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_picture_is_sound_and_the_same_every_time(language: Any) -> None:
    shown = profile(patient(DAYS), language=language)
    drawn = svg(shown)
    assert drawn == svg(profile(patient(DAYS), language=language))
    root = ElementTree.fromstring(drawn)
    groups = {each.get("id") for each in root.iter("{http://www.w3.org/2000/svg}g")}
    assert {"head", "axis", "open", "bands", "limits", "legend"} <= groups
    written = " ".join(each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}text"))
    assert all(each.text in written for each in shown.limits)


def test_a_patient_without_readings_gets_an_empty_picture() -> None:
    shown = profile(patient([]))
    assert {()} == set(shown.stretches)
    ElementTree.fromstring(svg(shown))
    assert "readings on fewer than 3 days" in table(shown)


def test_the_table_says_what_the_picture_shows() -> None:
    lines = table(profile(patient(DAYS), language="nb")).splitlines()
    (row,) = [each for each in lines if each.strip().startswith("07:00")]
    assert ["4,1", "5,9", "7,9", "9,8", "11,6"] == row.split()[1:]


@pytest.mark.parametrize("key", ["weight", "blood_pressure", "conditions.diabetes", "doses.all"])
def test_only_measurements_have_one(key: str) -> None:
    with pytest.raises(CdsError, match="no measurement"):
        day_profile(RULESET, patient(DAYS), key, at=AT, allow_draft=True)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "patient.json"
    readings = ",".join(f'{{"time": "{day}T07:00", "value": {VALUES[day]}, "unit": "mmol/L"}}' for day in DAYS)
    file.write_text(f'{{"id": "one", "readings": {{"glucose": [{readings}]}}}}', "utf-8")
    asked = ["plot", "--rules", str(RULES), "--patient", str(file), "--at", AT, "--draft", "--profile", "glucose"]
    assert 0 == main([*asked, "--table"])
    assert "12 readings on 12 days" in capsys.readouterr().out
    assert 0 == main([*asked, "--days", "7", "--out", str(tmp_path / "profile.svg")])
    assert "7 readings" not in capsys.readouterr().out
    assert "7 readings on 7 days" in (tmp_path / "profile.svg").read_text("utf-8")
    assert 2 == main([*asked, "--from", "2026-03-20", "--table"])
