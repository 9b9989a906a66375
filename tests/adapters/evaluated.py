"""A small ruleset and patients of whom every kind of finding is to be said, for what goes out to others."""

from functools import cache
from typing import Any, Final

import cds
from cds.api import ruleset_of
from cds.loading import check_texts
from cds.result import Result

AT: Final = "2026-01-15T12:00"
RULESET: Final = """\
language: 1
ruleset: watch
version: 2.1.0
status: draft
title:
  nb: Vakt
  en: Watch
owner: to be named
review_by: 2027-11-01
sources:
  guide:
    cite: A guide, table 2
    link: "https://example.org/guide"
    year: "2020"
  routine:
    cite: Our own routine
applies_to:
  - has heart_failure
inputs:
  weight: body_weight
  pulse: heart_rate
  pressure: blood_pressure
  heart_failure:
    diagnosis: heart_failure
limits:
  gain_orange:
    default: 2 kg
    allowed: 0.5 to 5 kg
    source: guide
    label:
      en: Gain
  gain_red:
    default: not set
    allowed: 1 to 8 kg
    beyond: gain_orange
    source: guide
    label:
      en: Large gain
  heavy:
    default: 100 kg
    source: routine
    label:
      en: Heavy
  light:
    default: 90 kg
    source: routine
    label:
      en: Light
  systolic_severe:
    default: 180 mmHg
    source: routine
    label:
      en: Severe
  systolic_high:
    default: 135 mmHg
    source: routine
    label:
      en: High
  fast:
    default: 100 /min
    source: routine
    label:
      en: Fast
  without_weight:
    default: 3 days
    source: routine
    label:
      en: Without weight
values:
  gain:
    rise_in: weight
    within: 3 days
    show: 1 decimal
  last_weight:
    last_reading: weight
    within: 30 days
  newest_pressure:
    last_reading: pressure
    within: 1 day
  pulse_now:
    last_reading: pulse
    within: 1 day
zones:
  gaining:
    value: gain
    red: above gain_red
    orange: above gain_orange
    vkp: "5"
    source: guide
    respond_within: 4 hours
    responsible: the nurse on duty
    route: clinical
    summary:
      nb: "Vekten har økt {gain}, grensen er {limit}"
      en: "Weight up {gain}, the limit is {limit}"
    detail:
      nb: Se også på hevelser.
      en: "Look for swelling too. [Not a link](https://example.org) <b>"
    patient:
      nb: "Vekten har gått opp {gain}. Følg planen din."
      en: "Your weight has gone up {gain}. Follow your plan."
    suggest:
      nb: Ring pasienten
      en: Call the patient
rules:
  heavy_rule:
    when: last_weight is above heavy
    hidden_by: gaining
    colour: yellow
    source: routine
    summary:
      nb: "Vekten er {last_weight}"
      en: "The weight is {last_weight}"
  light_rule:
    when: last_weight is above light
    hidden_by: heavy_rule
    colour: yellow
    summary:
      en: Not light
  severe:
    when: newest_pressure.systolic is at least systolic_severe
    confirm: 2 readings within 15 min
    colour: red
    vkp: "5"
    source: routine
    summary:
      nb: "Svært høyt blodtrykk: {newest_pressure.systolic}"
      en: "Very high blood pressure: {newest_pressure.systolic}"
    patient:
      en: Your blood pressure is very high.
    suggest:
      en: Measure again
  high:
    when: newest_pressure.systolic is at least systolic_high
    hidden_by: severe
    colour: yellow
    vkp: "5"
    respond_within: 2 days
    summary:
      en: "High blood pressure: {newest_pressure.systolic}"
    patient:
      en: Your blood pressure is high. There is nothing to do now.
  racing:
    when: pulse_now is above fast
    colour: red
    vkp: "5"
    summary:
      en: "Pulse {pulse_now}"
missing:
  no_weight:
    input: weight
    after: without_weight
    colour: yellow
    vkp: 5.3.2
    summary:
      nb: "Ingen vekt siden {newest}"
      en: "No weight since {newest}"
"""


@cache
def ruleset() -> cds.Ruleset:
    """The ruleset of this file, loaded once."""
    return ruleset_of(check_texts([(RULESET, "watch.yaml", True)]))


def weight(time: str, value: float, **fields: Any) -> dict[str, Any]:
    """A weight in kg."""
    return {"time": time, "value": value, "unit": "kg", **fields}


def person(**fields: Any) -> dict[str, Any]:
    """A patient who has gained weight, whose blood pressure waits for confirmation, and whose pulse nobody knows.

    `fields` take the place of sections; one that is None is left out.
    """
    made = {
        "id": "p1",
        "birth_date": "1950-05-17",
        "conditions": {"heart_failure": [{"id": "Condition/hf"}]},
        "readings": {
            "body_weight": [
                weight("2026-01-13T07:30", 101.0, id="Observation/w1"),
                weight("2026-01-15T07:30", 103.5, id="Observation/w2"),
            ],
            "blood_pressure": [
                {"time": "2026-01-15T08:00", "systolic": 185, "diastolic": 95, "unit": "mmHg", "id": "bp1"}
            ],
        },
    } | fields
    return {name: each for name, each in made.items() if each is not None}


def evaluated(at: str = AT, **fields: Any) -> Result:
    """What the ruleset says of such a patient."""
    return ruleset().evaluate(cds.Patient.from_dict(person(**fields)), at=at, allow_draft=True)


def calm() -> Result:
    """What the ruleset says when everything could be told and nothing was found."""
    readings = {
        "body_weight": [weight("2026-01-13T07:30", 80.0), weight("2026-01-15T07:30", 80.0)],
        "blood_pressure": [{"time": "2026-01-15T08:00", "systolic": 120, "diastolic": 80, "unit": "mmHg"}],
        "heart_rate": [{"time": "2026-01-15T08:00", "value": 70, "unit": "/min"}],
    }
    return evaluated(readings=readings)
