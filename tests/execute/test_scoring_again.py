"""A population that is scored again and again: with other limits, from what was found out once."""

import re
from pathlib import Path

import numpy as np
import pytest

import cds
from cds.api import Prepared
from cds.execute.batch import found_out, score
from cds.population import Population, population_of

RULESETS = Path(cds.__file__).parent.parent / "rulesets"
AT = "2026-01-08T08:00"
PEOPLE = [
    {"id": "steady", "readings": {"glucose": [[5.0], [6.0], [5.5]], "body_weight": [[81.0], [81.2], [81.0]]}},
    {"id": "low", "readings": {"glucose": [[4.1], [4.1], [4.1]], "body_weight": [[80.0], [81.0], [82.6]]}},
    {"id": "milligrams", "readings": {"glucose": [[75, "mg/dL"], [76, "mg/dL"], [74, "mg/dL"]]}},
    {
        "id": "own",
        "readings": {"glucose": [[4.1], [4.1], [4.1]]},
        "limits": [{"limit": "glucose_low", "value": 3.6, "unit": "mmol/L", "ruleset": "glucose-self-measured"}],
    },
]
OTHER = {
    "glucose-self-measured.glucose_low": "4.5 mmol/L",
    "heart-failure-weight.gain_yellow": "2.5 kg",
    "lows_in_a_week": "2 readings",
}


@pytest.fixture(scope="module")
def ruleset() -> cds.Ruleset:
    return cds.load([RULESETS / "glucose-self-measured.yaml", RULESETS / "heart-failure-weight.yaml"])


@pytest.fixture(scope="module")
def population() -> Population:
    return population_of([cds.Patient.from_dict(written(each)).facts for each in PEOPLE])


def written(person: dict) -> dict:
    """Readings of three mornings, the last one today; everybody is grown up and has both illnesses."""
    readings = {
        key: [
            {
                "time": f"2026-01-0{6 + day}T07:30",
                "value": value,
                "unit": (*unit, "mmol/L" if key == "glucose" else "kg")[0],
            }
            for day, (value, *unit) in enumerate(rows)
        ]
        for key, rows in person["readings"].items()
    }
    return {**person, "readings": readings, "birth_date": "1960-01-01", "conditions": ["diabetes", "heart_failure"]}


@pytest.fixture(scope="module")
def prepared(ruleset: cds.Ruleset, population: Population) -> Prepared:
    return ruleset.prepare(population, at=AT, allow_draft=True)


def test_the_same_as_scoring(ruleset: cds.Ruleset, population: Population, prepared: Prepared) -> None:
    anew = ruleset.score(population, at=AT, allow_draft=True)
    assert anew.table().equals(prepared.score().table())


def test_other_limits_give_what_scoring_with_them_gives(
    ruleset: cds.Ruleset, population: Population, prepared: Prepared
) -> None:
    other = ruleset.with_limits(OTHER)
    anew = other.score(population, at=AT, allow_draft=True)
    assert anew.table().equals(prepared.score(other).table())
    assert not anew.table().equals(prepared.score().table())


def test_what_other_limits_change(ruleset: cds.Ruleset, prepared: Prepared) -> None:
    """A patient's own limit goes before it, and a reading in mg/dL is compared with what it is there."""
    rows = prepared.score(ruleset.with_limits(OTHER)).table().to_pylist()
    lows = {row["patient"]: row for row in rows if row["rule"] == "low_glucose" and row["status"] == "fired"}
    assert {"low": (4.1, 4.5, "mmol/L"), "milligrams": (74.0, 81.0, "mg/dL")} == {
        name: (row["value"], round(row["limit"], 0 if name == "milligrams" else 9), row["unit"])
        for name, row in lows.items()
    }
    assert {"adaptation"} == {row["limit_origin"] for row in lows.values()}
    before = [row["patient"] for row in prepared.score().table().to_pylist() if row["rule"] == "low_glucose"]
    assert [] == before


def test_operators_are_asked_only_for_what_is_new(ruleset: cds.Ruleset, population: Population) -> None:
    """Answers that were falsified come back, but for those that depend on a limit that is another one."""
    at = 1_767_855_600_000_000
    found = found_out(ruleset.plan, population, at)
    for each in (each for asked, several in found.items() for each in several if asked[0] in ("last_reading", "count")):
        each.answer.value[:] = 1000.0
    falsified = score(ruleset.plan, population, at, before=found)
    count = {rule: said["fired"] for rule, said in falsified.counts().items()}
    assert 4 == count["glucose-self-measured/repeated_lows"]
    other = ruleset.with_limits({"glucose_low": "4.5 mmol/L"})
    count = {rule: said["fired"] for rule, said in score(other.plan, population, at, before=found).counts().items()}
    assert 2 == count["glucose-self-measured/repeated_lows"], "counted anew, as the limit stands in the question"
    assert 0 == count["glucose-self-measured/low_glucose"], "the newest reading does not depend on a limit"


def test_the_hash_tells_other_limits(ruleset: cds.Ruleset) -> None:
    other = ruleset.with_limits({"lows_in_a_week": "2 readings"})
    same = [one.id for one, another in zip(ruleset.heads, other.heads, strict=True) if one.hash == another.hash]
    assert ["heart-failure-weight"] == same
    assert ruleset.plan.hash != other.plan.hash


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("lows_in_a_week", "many", "the limit `lows_in_a_week`: `many` is no number with a unit"),
        ("lows_in_a_weak", "2 readings", "no ruleset has a limit `lows_in_a_weak`; did you mean `lows_in_a_week`?"),
        ("adult_age", "16 years", "the limit `adult_age` is in several rulesets; say which one it belongs to"),
        ("other-ruleset.glucose_low", "4 mmol/L", "belongs to the ruleset `other-ruleset`, which is not loaded"),
        ("one_reading", "2 readings", "the limit `one_reading` may not be changed for a patient"),
        ("glucose_low", "4 kg", "the limit `glucose_low` has a unit that does not fit; write it in mmol/L"),
        ("glucose_low", "9 mmol/L", "the limit `glucose_low` lies outside 3.5 – 5.5 mmol/L"),
        ("glucose_very_low", "3.9 mmol/L", "the limit `glucose_low` must lie above `glucose_very_low`"),
    ],
)
def test_limits_that_cannot_be(ruleset: cds.Ruleset, name: str, text: str, message: str) -> None:
    with pytest.raises(cds.CdsError, match=re.escape(message)):
        ruleset.with_limits({name: text})


def test_drafts_are_asked_for_once(ruleset: cds.Ruleset, population: Population) -> None:
    with pytest.raises(cds.DraftNotAllowed):
        ruleset.prepare(population, at=AT)
    assert np.any(ruleset.prepare(population, at=AT, allow_draft=True).score(ruleset).status)
