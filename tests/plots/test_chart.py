"""The whole chart: which bands, which findings, nothing from after the moment, and nothing that vanishes."""

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cds
from cds.api import Ruleset
from cds.diagnostics import CdsError, DraftNotAllowed
from cds.execute.explain import iso_time
from cds.patient import rows_known_at, table_of
from cds.plots import Chart, chart, svg, table
from cds.plots.chart import RowBand
from cds.shipped import shipped_rulesets
from tests import strategies, written
from tests.plots.building import BUSY, BUSY_AT, at, busy_chart, busy_patient, demo_chart, loaded, patient


def keys(made: Chart) -> list[str]:
    return [each.key for each in made.bands]


# bands


def test_readings_come_first_and_each_kind_has_its_place() -> None:
    expected = [
        "blood_pressure",
        "body_weight",
        "doses.all",
        "doses.antihypertensives",
        "events.technical_fault",
        "events.no_contact",
        "conditions.heart_failure",
        "conditions.pregnancy",
        "devices.medicine_dispenser",
    ]
    assert sorted(expected) == sorted(keys(demo_chart()))
    assert [each.partition(".")[0] for each in expected] == [each.partition(".")[0] for each in keys(demo_chart())]


def test_an_empty_patient_has_every_band_and_none_is_silent() -> None:
    made = busy_chart(patient({}))
    assert 13 == len(made.bands)
    assert {("not_supplied",)} == {tuple(stretch.kind for stretch in each.stretches) for each in made.bands}
    assert {"unknown"} == {each.sign for each in made.findings}


def heart_failure(records: dict[str, Any]) -> Chart:
    """The chart of a grown-up by a ruleset that applies only with heart failure."""
    ruleset = cds.load(shipped_rulesets() / "heart-failure-weight.yaml")
    return chart(ruleset, patient({"birth_date": "1948-04-17", **records}), at=BUSY_AT, allow_draft=True)


def test_inputs_of_rules_that_do_not_apply_are_shown_when_the_patient_has_them() -> None:
    weight = {"body_weight": [{"time": "2026-04-19T08:00", "value": 81, "unit": "kg"}]}
    assert [] == keys(heart_failure({"conditions": []}))
    assert ["body_weight"] == keys(heart_failure({"conditions": [], "readings": weight}))
    assert ["body_weight", "conditions.heart_failure"] == keys(heart_failure({"conditions": ["heart_failure"]}))
    assert ["body_weight", "conditions.heart_failure"] == keys(heart_failure({}))


def test_an_input_that_no_rule_uses_is_left_out() -> None:
    reading = [{"time": "2026-04-19T08:00", "value": 37, "unit": "Cel"}]
    assert "body_temperature" not in keys(busy_chart(patient({"readings": {"body_temperature": reading}})))


# the moment


def test_nothing_after_the_moment_has_a_place() -> None:
    made = busy_chart(busy_patient(), moment="2026-03-15T12:00")
    times = [mark.time for band in made.bands for mark in band.marks]
    times += [each.end for band in made.bands for each in band.stretches]
    times += [each.end for band in made.bands if isinstance(band, RowBand) for each in band.spans]
    times += [each.end for each in made.stays]
    assert at("2026-03-15T12:00") == made.at == max(times)
    assert min(times) >= made.start


def test_what_comes_later_changes_nothing() -> None:
    rows = [{"time": f"2026-04-{day}T08:00", "value": 80, "unit": "kg"} for day in (17, 18, 19)]
    known = busy_chart(patient({"readings": {"body_weight": rows}}))
    later = [
        {"time": "2026-04-20T09:01", "value": 99, "unit": "kg"},
        {"time": "2026-04-18T08:00", "value": 99, "unit": "kg", "recorded": "2026-04-21T08:00"},
    ]
    assert svg(known) == svg(busy_chart(patient({"readings": {"body_weight": [*rows, *later]}})))


def test_the_moment_and_the_days_are_said() -> None:
    made = demo_chart("nb", days=5)
    assert ("23.11.2026 kl. 08:00", ("19.11.2026", "23.11.2026")) == (made.at_text, made.days)
    assert ("2026-11-23 08:00", ("2026-11-01", "2026-11-23")) == (
        (english := demo_chart("en", since="2026-11-01")).at_text,
        english.days,
    )


@pytest.mark.parametrize("words", [{"since": "1.11.2026"}, {"since": "2026-11-24"}, {"days": 0}])
def test_days_that_cannot_be_shown_are_refused_in_a_sentence(words: dict[str, Any]) -> None:
    with pytest.raises(CdsError, match="chart"):
        demo_chart(**words)


def test_a_draft_runs_only_when_asked_for_and_says_so() -> None:
    ruleset = cds.load(BUSY)
    with pytest.raises(DraftNotAllowed):
        chart(ruleset, patient({}), at=BUSY_AT)
    assert "!! UTKAST, IKKE GODKJENT FOR BRUK: busy" == busy_chart(patient({})).draft
    assert ("Alt på én gang (busy 1.0.0, UTKAST)",) == busy_chart(patient({})).rulesets


# findings


def test_findings_are_the_results_own_worst_first_and_what_is_unknown_is_named() -> None:
    made = demo_chart("en")
    signs = [each.sign for each in made.findings]
    assert ["red", "waiting", "yellow", "yellow", "yellow", "unknown", "yellow"] == signs[:7]
    assert "2 doses in a row not dispensed, the limit is 2 doses" == made.findings[0].text
    assert "RED, waiting for confirmation" == made.findings[1].word
    unknown = made.findings[5]
    assert ("Cannot tell", True) == (unknown.word, "heart-failure-weight/weight_loss" in unknown.text)
    assert "hidden by dispenser-doses/doses_missed" in made.findings[6].text
    assert "4 findings, 1 of 11 rules could not be told" == made.totals


def test_green_is_said_of_a_zone_that_was_read_and_of_nothing_else() -> None:
    made = busy_chart(busy_patient(), "en")
    assert ["busy/oxygen_level: 93 %; limit 92 % (the ruleset's)"] == [
        each.text for each in made.findings if each.word == "GREEN"
    ]
    empty = busy_chart(patient({"readings": {"oxygen_saturation": []}}), "en")
    assert [] == [each for each in empty.findings if each.word == "GREEN" or each.sign == "quiet"]


def test_rules_that_do_not_apply_share_a_line() -> None:
    names = ("weight_gain", "weight_loss", "no_weight")
    expected = "Not applicable: " + ", ".join(f"heart-failure-weight/{name}" for name in names)
    assert [expected] == [each.text for each in heart_failure({"conditions": []}).findings]


def test_issues_in_the_data_are_listed() -> None:
    made = demo_chart("en")
    assert any("readings.body_weight[8].value" in each for each in made.issues)


# nothing vanishes


def rows_in_span(who: cds.Patient, made: Chart, key: str, partner: str) -> int:
    """How many of the key's rows that count at the moment lie on the axis."""
    held = table_of(who.facts, key)
    known = rows_known_at(held, table_of(who.facts, partner), made.at)
    return sum(held.times[row] >= made.start for row in known)


def has_point(key: str) -> bool:
    return key.partition(".")[0] not in ("conditions", "devices", "medicines", "stays", "supply")


@given(written.ruleset_texts(), written.records())
def test_every_row_of_every_input_is_a_mark(text: str, drawn: tuple[str, list[dict[str, Any]]]) -> None:
    moment, records = drawn
    who = cds.Patient.from_dict(records[0])
    made = chart(loaded(text), who, at=moment, allow_draft=True, language="nn")
    for band in made.bands:
        if isinstance(band, RowBand) and has_point(band.key):
            assert rows_in_span(who, made, band.key, band.key) == len(band.marks)
        elif not isinstance(band, RowBand):
            parts = [each for each in who.facts.tables if each == band.key or each.startswith(f"{band.key}.")]
            assert sum(rows_in_span(who, made, *each) for each in zip(parts, parts[::-1], strict=True)) == len(
                band.marks
            )
            if len(band.parts) == 1:  # what can be told is joined, and nothing else
                assert sum(each.is_told for each in band.marks) == sum(map(len, band.curves))
    ElementTree.fromstring(svg(made).encode())
    assert table(made).startswith("Kurve for pasient p0")


@given(st.data())
def test_any_plan_and_any_columns_make_a_chart(data: st.DataObject) -> None:
    plan = data.draw(strategies.plans())
    moment = data.draw(st.sampled_from(strategies.MOMENTS))
    for facts in data.draw(strategies.patients(moment, most=2)):
        made = chart(Ruleset(plan), cds.Patient(facts), at=iso_time(moment, facts.zone), allow_draft=True)
        assert made.at == moment
        ElementTree.fromstring(svg(made).encode())


def test_a_row_without_a_clock_time_on_the_first_day_is_there() -> None:
    found = busy_chart(
        patient({"readings": {"heart_rate": [{"time": "2026-04-14", "value": 70, "unit": "/min"}]}}), days=7
    )
    band = next(each for each in found.bands if each.key == "heart_rate")
    assert [True] == [each.is_date_only for each in band.marks]


def test_the_axis_begins_with_the_first_fact_that_is_shown() -> None:
    def reading(day: str) -> list[dict[str, Any]]:
        return [{"time": f"{day}T07:00", "value": 70, "unit": "/min"}]

    warm = [{"time": "2026-02-20T07:00", "value": 37.0, "unit": "Cel"}]
    both = busy_chart(patient({"readings": {"heart_rate": reading("2026-04-02"), "body_temperature": warm}}))
    assert "body_temperature" not in keys(both)
    assert at("2026-04-02") == both.start
