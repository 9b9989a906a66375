"""Which limits a band shows, whose they are, and which values have which colour."""

from pathlib import Path
from typing import Any

import pytest

import cds
from cds.plots import chart
from cds.plots.chart import Chart, Limit, ReadingBand, Severity, Zone
from cds.plots.words import limit_name
from tests.plots.building import BUSY, BUSY_AT, busy_chart, demo_chart, patient

RULESET = """\
language: 1
ruleset: small
version: 1.0.0
status: draft
title:
  en: Small
intended_use:
  en: For tests
owner: nobody
review_by: 2030-01-01
sources:
  none:
    cite: Made up for a test
inputs:
  pulse: heart_rate
  flow: peak_expiratory_flow
limits:
  high:
    default: 100 /min
    allowed: 60 to 200 /min
    source: none
  very_high:
    default: not set
    allowed: 60 to 250 /min
    beyond: high
    source: none
  best:
    default: not set
    allowed: 100 to 900 L/min
    source: none
  share:
    default: 60 %
    source: none
values:
  pulse_now:
    last_reading: pulse
    within: 1 day
  average:
    mean: pulse
    last: 3 days
  earlier:
    previous: pulse
    within: 3 days
  blown:
    last_reading: flow
    within: 1 day
rules:
"""
PULSE = [{"time": "2026-04-20T08:00", "value": 90, "unit": "/min"}]


def small(rules: str, folder: Path, records: dict[str, Any] | None = None) -> Chart:
    """The chart of a patient by a ruleset with these rules."""
    file = folder / "small.yaml"
    file.write_text(RULESET + rules, "utf-8")
    return chart(cds.load(file), patient(records or {}), at=BUSY_AT, allow_draft=True)


def rule(name: str, when: str, colour: str = "yellow") -> str:
    text = f"  {name}:\n    when: {when}\n    colour: {colour}\n    source: none\n"
    return text + "    summary:\n      en: A finding\n"


def band(made: Chart, key: str) -> ReadingBand:
    found = next(each for each in made.bands if each.key == key)
    assert isinstance(found, ReadingBand)
    return found


def limits(made: Chart, key: str) -> dict[str, Limit]:
    return {each.name: each for each in next(band for band in made.bands if band.key == key).limits}


def zones(made: Chart, key: str) -> list[tuple[Any, ...]]:
    return [(each.low, each.high, each.colour) for each in band(made, key).zones]


def test_a_limit_says_how_it_compares_what_it_is_and_whose() -> None:
    found = limits(demo_chart("nb"), "blood_pressure")["systolic_high"]
    assert ("yellow", "≥", "135 mmHg", 135.0) == (found.colour, found.sign, found.text, found.value)
    assert ("Systolisk, gul", "regelsettets", 0) == (found.label, found.whose, found.part)


def test_a_limit_for_a_mean_differs_from_one_for_each_reading() -> None:
    found = limits(demo_chart("en"), "blood_pressure")
    single = {name: each.is_single for name, each in found.items() if each.part is not None}
    expected = {"systolic_high": False, "diastolic_high": False, "systolic_severe": True, "diastolic_severe": True}
    assert expected == {name: single[name] for name in expected}


def test_the_patients_own_limit_is_named_with_its_author() -> None:
    found = limits(demo_chart("en"), "body_weight")["gain_yellow"]
    assert "1.5 kg" == found.text
    assert "the patient's own, set by Kari Lege, from 2026-09-01, until 2027-03-01" == found.whose
    assert found.part is None


def test_a_limit_that_cannot_be_told_stays_with_its_reason() -> None:
    found = limits(demo_chart("nb"), "body_weight")["loss_yellow"]
    assert (None, "pasientens egen grense er utløpt") == (found.value, found.text)


def test_limits_given_beside_the_data_count() -> None:
    own = [{"limit": "oxygen_red", "value": 85, "unit": "%", "author": "Ola Lege"}]
    who = patient({"readings": {"oxygen_saturation": []}})
    found = busy_chart(who, "en", limits=own)
    assert 85.0 == limits(found, "oxygen_saturation")["oxygen_red"].value
    assert "Ola Lege" in limits(found, "oxygen_saturation")["oxygen_red"].whose


def test_a_local_adaptation_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "busy.yaml").write_text(BUSY.read_text("utf-8"), "utf-8")
    (tmp_path / "local.yaml").write_text(
        "language: 1\nadaptation: local\nadapts: busy 1.x\nversion: 1.0.0\nstatus: draft\nlimits:\n"
        "  oxygen_yellow:\n    default: 90 %\n    source: none\n",
        "utf-8",
    )
    ruleset = cds.load(tmp_path)
    found = chart(ruleset, patient({"readings": {"oxygen_saturation": []}}), at=BUSY_AT, allow_draft=True)
    assert ("90 %", "local adaptation") == (
        limits(found, "oxygen_saturation")["oxygen_yellow"].text,
        limits(found, "oxygen_saturation")["oxygen_yellow"].whose,
    )


def test_limits_that_rows_are_held_against_lie_on_the_scale() -> None:
    found = limits(busy_chart(patient({"readings": {"glucose": []}, "conditions": ["diabetes"]}), "en"), "glucose")
    shown = {name: (each.sign, each.part, each.colour) for name, each in found.items()}
    assert {"sugar_low": ("≥", 0, ""), "sugar_high": ("≤", 0, ""), "range_goal": ("<", None, "yellow")} == shown


def test_limits_of_rules_that_do_not_apply_are_left_out() -> None:
    found = busy_chart(patient({"readings": {"body_weight": []}, "conditions": []}), "en")
    assert "silent_weight" in limits(found, "body_weight")
    assert limits(demo_chart("en"), "blood_pressure").keys().isdisjoint({"adult_age"})


def test_a_limit_nobody_has_set_is_left_out(tmp_path: Path) -> None:
    found = small(rule("much", "pulse_now is above very_high"), tmp_path, {"readings": {"heart_rate": PULSE}})
    assert {} == limits(found, "heart_rate")


def test_a_negated_comparison_is_turned_round(tmp_path: Path) -> None:
    found = small(rule("calm", "not pulse_now is above high"), tmp_path)
    assert "≤" == limits(found, "heart_rate")["high"].sign
    assert [(None, 100.0, "yellow")] == zones(found, "heart_rate")


def test_a_limit_in_two_rules_has_the_worse_colour(tmp_path: Path) -> None:
    rules = rule("often", "average is above high") + rule("now", "pulse_now is above high", "red")
    found = limits(small(rules, tmp_path), "heart_rate")["high"]
    assert ("red", True) == (found.colour, found.is_single)


def test_a_number_made_of_limits_is_a_line_and_one_made_of_readings_is_words(tmp_path: Path) -> None:
    rules = rule("weak", "blown is below best * share") + rule("jump", "pulse_now is above earlier + high")
    own = [{"limit": "best", "value": 500, "unit": "L/min", "author": "Kari Lege"}]
    found = small(rules, tmp_path, {"limits": own})
    line = next(iter(limits(found, "peak_expiratory_flow").values()))
    assert (300.0, "300 L/min", 0, "<") == (line.value, line.text, line.part, line.sign)
    assert ("best × share", "the patient's own, set by Kari Lege") == (line.label, line.whose)
    words = limits(found, "heart_rate")["high"]
    assert (None, "100 /min", "") == (words.part, words.text, words.sign)


def test_a_limit_that_depends_on_a_diagnosis_is_one_line_at_the_number_that_counts(tmp_path: Path) -> None:
    cases = "default:\n      - when: has diabetes\n        use: 90 /min\n      - otherwise: 100 /min\n"
    text = RULESET.replace("  flow: peak", "  diabetes:\n    diagnosis: diabetes\n  flow: peak")
    text = text.replace("default: 100 /min\n", cases, 1)
    file = tmp_path / "small.yaml"
    file.write_text(text + rule("quick", "pulse_now is above high"), "utf-8")
    for conditions, value in ((["diabetes"], 90.0), ([], 100.0)):
        made = chart(cds.load(file), patient({"conditions": conditions}), at=BUSY_AT, allow_draft=True)
        found = limits(made, "heart_rate")["high"]
        assert (value, 0, ">", "yellow") == (found.value, found.part, found.sign, found.colour)
        assert [(value, None, "yellow")] == zones(made, "heart_rate")
        assert "conditions.diabetes" in [each.key for each in made.bands]


# zones


def test_a_zone_is_green_only_where_it_says_so() -> None:
    found = busy_chart(patient({"readings": {"oxygen_saturation": [], "heart_rate": []}}), "en")
    assert [(None, 88.0, "red"), (88.0, 92.0, "yellow"), (92.0, None, "green")] == zones(found, "oxygen_saturation")
    assert [(None, 50.0, "orange"), (110.0, None, "orange")] == zones(found, "heart_rate")


def test_each_part_of_a_panel_has_its_own_zones() -> None:
    found = band(demo_chart("en"), "blood_pressure").zones
    expected = (
        Zone(0, 135.0, 180.0, "yellow"),
        Zone(0, 180.0, None, "red"),
        Zone(1, 85.0, 120.0, "yellow"),
        Zone(1, 120.0, None, "red"),
    )
    assert expected == found


def test_nothing_is_green_while_a_limit_cannot_be_told() -> None:
    expired = [{"limit": "oxygen_red", "value": 86, "unit": "%", "until": "2026-01-01"}]
    who = patient({"readings": {"oxygen_saturation": []}, "limits": expired})
    assert [(None, 92.0, "yellow")] == zones(busy_chart(who, "en"), "oxygen_saturation")


def test_a_value_that_needs_another_beside_it_has_no_colour(tmp_path: Path) -> None:
    found = small(rule("both", "pulse_now is above high and average is above high"), tmp_path)
    assert [(100.0, None, "yellow")] == zones(found, "heart_rate")
    own = [{"limit": "best", "value": 500, "unit": "L/min"}]
    found = small(rule("both", "pulse_now is above high and blown is below best"), tmp_path, {"limits": own})
    assert [] == zones(found, "heart_rate")


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_limit_has_words_in_every_language(language: str) -> None:
    made = demo_chart(language)
    shown = [each for each in made.bands for each in each.limits]
    assert len(shown) > 8
    assert [] == [each for each in shown if not (each.label and each.text and each.whose)]


@pytest.mark.parametrize(
    ("label", "colour", "value", "said"),
    [
        ("Vektøkning, gul", "yellow", 1.5, "Vektøkning"),
        ("Vektøkning, gul", "red", 1.5, "Vektøkning, gul"),
        ("Regngul", "yellow", 1.5, "Regngul"),
        ("Vektøkning, gul", "yellow", None, "Vektøkning, gul: ukjent"),
    ],
)
def test_a_colour_that_stands_before_the_name_is_not_said_again(
    label: str, colour: Severity, value: float | None, said: str
) -> None:
    text = "ukjent" if value is None else "1,5 kg"
    assert said == limit_name(Limit("own", label, colour, ">", value, text, "", None), "nb")
