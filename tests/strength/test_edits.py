"""Which small errors are put into inputs, values and conditions over several lines."""

from cds.reading import LoadedFile, read_file
from cds.strength import Edit, edits
from cds.strength.report import passes

RULESET = """\
language: 1
ruleset: small-errors
version: 1.0.0
status: draft
title:
  en: "Small errors"
intended_use:
  en: "For the test of small errors."
owner: "nobody"
review_by: 2030-01-01
sources:
  own:
    cite: "None"
    to_confirm: "everything"
applies_to:
  - has heart_failure
inputs:
  heart_failure:
    diagnosis: heart_failure
  morning:
    concept: blood_pressure
    arm: left
    time_of_day: 04:00 to 12:00
  doses:
    dispenser_doses: all
    day_starts: 00:00
    leave_out: [hospital_stay, paused, travel_dose]
  hospital:
    stay: hospital_stay
limits:
  high:
    default: 135 mmHg
    source: own
values:
  week:
    protocol_mean: morning
    last: 7 days
    skip_first_days: 1
    sessions:
      evening: 16:00 to 24:00
    per_session: first 2
    outside_sessions: left out
  lacking:
    missed_readings: morning
    last: 7 days
    at_times:
      - 08:00
      - 20:00
    stays: hospital
rules:
  several_lines:
    when: "(week.systolic is at least high
      or week.diastolic is at least high)
      and lacking is known"
    colour: red
    summary:
      en: "Several lines"
"""
CONDITION = "(week.systolic is at least high or week.diastolic is at least high) and lacking is known"


def file() -> LoadedFile:
    read, found = read_file(RULESET, "small-errors.yaml", has_cases=False)
    assert [] == [each for each in found if each.is_error]
    assert isinstance(read, LoadedFile)
    return read


def told(name: str) -> list[tuple[str, str, str]]:
    return [(each.kind, each.before, each.after) for each in edits(file()) if each.name == name]


def changed(edit: Edit) -> str:
    """The lines that an error changes, as they then stand."""
    before = RULESET.split("\n")
    return "\n".join(line for line in edit.applied(before) if line not in before)


def test_which_readings_an_input_takes() -> None:
    assert [
        ("dropped", "arm", ""),
        ("dropped", "time_of_day", ""),
        ("number", "04:00 to 12:00", "04:01 to 12:00"),
        ("number", "04:00 to 12:00", "03:59 to 12:00"),
        ("number", "04:00 to 12:00", "04:00 to 12:01"),
        ("number", "04:00 to 12:00", "04:00 to 11:59"),
    ] == told("morning")


def test_a_clock_stays_within_its_day_and_a_list_loses_one_item_at_a_time() -> None:
    assert [
        ("number", "00:00", "00:01"),
        ("dropped", "hospital_stay", ""),
        ("dropped", "paused", ""),
        ("dropped", "travel_dose", ""),
    ] == told("doses")
    assert [
        "    leave_out: [paused, travel_dose]",
        "    leave_out: [hospital_stay, travel_dose]",
        "    leave_out: [hospital_stay, paused]",
    ] == [changed(each) for each in edits(file()) if each.name == "doses" and each.kind == "dropped"]


def test_what_a_value_makes_of_readings() -> None:
    assert {
        ("dropped", "skip_first_days", ""),
        ("number", "16:00 to 24:00", "16:00 to 23:59"),
        ("dropped", "per_session", ""),
        ("number", "outside_sessions: left out", "outside_sessions: kept"),
    } <= set(told("week"))
    assert ("number", "16:00 to 24:00", "16:00 to 24:01") not in told("week")
    assert {("number", "08:00", "08:01"), ("dropped", "20:00", ""), ("dropped", "stays", "")} <= set(told("lacking"))


def test_a_condition_over_several_lines_is_joined_otherwise() -> None:
    joined = [each for each in edits(file()) if each.name == "several_lines" and each.kind in ("joining", "dropped")]
    assert {
        CONDITION.replace(" and ", " or "),
        CONDITION.replace(" or ", " and "),
        "lacking is known",
        "(week.systolic is at least high or week.diastolic is at least high)",
        "(week.systolic is at least high) and lacking is known",
        "(week.diastolic is at least high) and lacking is known",
    } == {each.after for each in joined}
    for each in joined:
        assert f'    when: "{each.after}"' == changed(each)
        assert len(RULESET.split("\n")) - 2 == len(each.applied(RULESET.split("\n")))


def test_of_a_long_condition_the_words_around_the_error_are_told() -> None:
    terms = [f"value_{number} is above limit_{number}" for number in range(10)]
    before = " or ".join(terms)
    edit = Edit("comparison", "rule", edits(file())[0].place, before, before.replace("5 is above", "5 is at least"))
    assert (
        "rule: `…value_4 is above limit_4 or value_5 is above limit_5 or value_6 is above limit_6 or …` → "
        "`…value_4 is above limit_4 or value_5 is at least limit_5 or value_6 is above limit_6 or …` would go unnoticed"
    ) in passes(edit, "en")
