"""What is said to hold for every patient is contradicted by none: traps made by hand, and any ruleset and patients."""

import os
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from cds.adapters.records import patient_from_dict
from cds.execute.single import Evaluation
from cds.loading import Checked, check_texts
from cds.periods import NORWAY, instant, zone
from cds.strength.trying import rules_by_id
from cds.verify import Proven, verify
from tests.verify.test_verify import HEAD, rule
from tests.written import records, ruleset_texts

AT = "2026-01-08T08:00"
HEAD_MORE = HEAD.replace(
    "values:\n",
    "  sugar: glucose\n  flow: peak_expiratory_flow\n"
    "values:\n"
    "  sweet:\n    last_reading: sugar\n    last: 1 day\n"
    "  share:\n    percent_of_best: flow\n    within: 1 day\n    best: best\n"
    "  exact:\n    last_reading: weight\n    last: 1 day\n",
)


def limit(name: str, *lines: str) -> str:
    return f"  {name}:\n" + "".join(f"    {each}\n" for each in (*lines, "source: own"))


PAIR = limit("pair", "fixed:", "  mmol/L: 3.88", "  mg/dL: 70")
BEST = limit("best", "fixed: 400 L/min")
TRAPS: dict[str, tuple[str, str, dict[str, list[dict[str, Any]]], list[dict[str, Any]]]] = {
    "a limit in two units is met in the second one alone": (
        PAIR + limit("low", "fixed: 3.88 mmol/L"),
        "sweet is below pair and sweet is above low",
        {"glucose": [{"time": AT, "value": 69.95, "unit": "mg/dL"}]},
        [],
    ),
    "a patient's own limit makes room between two": (
        limit("upper", "default: 160 mmHg", "allowed: 100 to 200 mmHg") + limit("lower", "fixed: 180 mmHg"),
        "systolic is at least lower and systolic is below upper",
        {"blood_pressure": [{"time": AT, "systolic": 190.0, "diastolic": 80.0, "unit": "mmHg"}]},
        [{"limit": "upper", "value": 195.0, "unit": "mmHg", "ruleset": "odd"}],
    ),
    "a limit that the plan has and that cannot be used is unknown": (
        limit("upper", "default: 160 mmHg", "allowed: 100 to 200 mmHg"),
        "upper is unknown and systolic is known",
        {"blood_pressure": [{"time": AT, "systolic": 190.0, "diastolic": 80.0, "unit": "mmHg"}]},
        [{"limit": "upper", "value": 900.0, "unit": "mmHg", "ruleset": "odd"}],
    ),
    "more than a meter can show is above, and not known": (
        limit("high", "fixed: 15 mmol/L"),
        "sweet is above high and sweet is unknown",
        {"glucose": [{"time": AT, "value": 27.8, "unit": "mmol/L", "comparator": ">"}]},
        [],
    ),
    "a ratio of a number to itself plus a number": (
        limit("ten", "fixed: 10 kg") + limit("near", "fixed: 1.12") + limit("nearer", "fixed: 1.13"),
        "(exact + ten) / exact is above near and (exact + ten) / exact is below nearer",
        {"body_weight": [{"time": AT, "value": 80.0, "unit": "kg"}]},
        [],
    ),
}


def checked_and_proven(text: str) -> tuple[Checked, tuple[Proven, ...]]:
    checked = check_texts([(text, "odd.yaml", False)])
    assert checked.plan, [str(each) for each in checked.diagnostics]
    return checked, verify(checked, checked.files[0])


def evaluated(checked: Checked, record: dict[str, Any], at: str) -> Evaluation:
    assert checked.plan
    moment = instant(at, zone(NORWAY))
    assert moment
    return Evaluation(checked.plan, patient_from_dict(record, concepts=checked.concepts), moment[0])


def contradicted(proven: Sequence[Proven], evaluation: Evaluation, ruleset: str, has_limits: bool) -> list[Proven]:
    """The claims that a patient contradicts, those about patients without limits of their own only for such."""
    places = rules_by_id(evaluation.plan)

    def fires(name: str) -> bool:
        return evaluation.verdict(places[f"{ruleset}/{name}"]).status == "fired"

    held = [each for each in proven if each.for_everybody or not has_limits]
    return [
        each
        for each in held
        if (each.kind == "never_fires" and fires(each.rule))
        or (each.kind == "never_together" and fires(each.rule) and fires(each.other))
        or (each.kind == "always_together" and fires(each.rule) != fires(each.other))
    ]


@pytest.mark.parametrize("trap", TRAPS)
def test_a_rule_that_fires_for_somebody_is_not_said_never_to(trap: str) -> None:
    limits, when, readings, own = TRAPS[trap]
    checked, proven = checked_and_proven(HEAD_MORE + "limits:\n" + BEST + limits + "rules:\n" + rule("a", when))
    evaluation = evaluated(checked, {"id": "p", "readings": readings, "limits": own}, AT)
    assert "fired" == evaluation.verdict(rules_by_id(evaluation.plan)["odd/a"]).status
    assert [] == contradicted(proven, evaluation, "odd", bool(own))


def test_more_than_all_of_the_best_can_be() -> None:
    text = HEAD_MORE + "limits:\n" + BEST + limit("all", "fixed: 100 %") + "rules:\n" + rule("a", "share is above all")
    assert "never_fires" not in {each.kind for each in checked_and_proven(text)[1]}


def test_what_a_patients_own_limit_can_change_is_said_so() -> None:
    limits = limit("upper", "default: 160 mmHg", "allowed: 100 to 200 mmHg") + limit("lower", "fixed: 180 mmHg")
    text = HEAD + "limits:\n" + limits + "rules:\n"
    (one,) = checked_and_proven(text + rule("a", "systolic is at least lower and systolic is below upper"))[1]
    assert ("never_fires", False) == (one.kind, one.for_everybody)
    within = text.replace("100 to 200", "100 to 170") + rule(
        "a", "systolic is at least lower and systolic is below upper"
    )
    (other,) = checked_and_proven(within)[1]
    assert ("never_fires", True) == (other.kind, other.for_everybody)


@settings(
    max_examples=300 if os.environ.get("CDS_PROFILE") == "long" else 30,
    deadline=None,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
)
@given(ruleset_texts(), st.lists(records(), min_size=1, max_size=4))
def test_no_patient_contradicts_what_is_said_of_any_ruleset(
    text: str, drawn: list[tuple[str, list[dict[str, Any]]]]
) -> None:
    checked, proven = checked_and_proven(text)
    event(f"claims: {min(5, len(proven))}")
    for at, patients in drawn:
        for record in patients:
            for taken in ((), ("limits",)):
                asked = {name: each for name, each in record.items() if name not in taken}
                assert [] == contradicted(proven, evaluated(checked, asked, at), "written", not taken)
