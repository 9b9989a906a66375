"""A start period: numbers against the standard library, what is not enough, and what people read."""

import json
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean, median, stdev
from typing import Any

import pytest

from cds.api import Patient
from cds.baseline import Baseline, Figures, baseline, baseline_document, baseline_text
from cds.catalogue import shared_concepts
from cds.cli import main
from cds.diagnostics import CdsError
from cds.operators.reasons import Reason

CONCEPTS = shared_concepts()
FIRST = date(2026, 3, 10)  # an hour is skipped within
DAYS = 28
AT = f"{FIRST + timedelta(DAYS - 1)}T23:45"
FLOWS = [[400.0 + 7 * (day % 5), 430.0 - 4 * (day % 3)] for day in range(DAYS)]


def records(days: int = DAYS) -> dict[str, Any]:
    """Two peak flows a day, from the first day on."""
    readings = [
        {"time": f"{FIRST + timedelta(day)}T{clock}", "value": value, "unit": "L/min"}
        for day, both in enumerate(FLOWS[:days])
        for clock, value in zip(("00:30", "23:30"), both, strict=True)
    ]
    return {"id": "one", "readings": {"peak_expiratory_flow": readings, "body_weight": []}}


def made(data: dict[str, Any], **more: Any) -> Baseline:
    return baseline(Patient.from_dict(data), at=AT, concepts=CONCEPTS, **more)


def figures(told: Baseline, name: str) -> Figures | Reason:
    return next(each.figures for each in told.measured if each.input == name)


def test_the_numbers_are_those_of_the_days() -> None:
    told = made(records(), spreads=2.0)
    means = [fmean(each) for each in FLOWS]
    found = figures(told, "peak_expiratory_flow")
    assert isinstance(found, Figures)
    assert (told.since, told.until) == (FIRST.isoformat(), AT[:10])
    assert found.median == pytest.approx(median(means))
    assert found.spread == pytest.approx(stdev(means))
    assert (found.lowest, found.highest) == (min(map(min, FLOWS)), max(map(max, FLOWS)))
    assert found.span == pytest.approx((found.median - 2 * found.spread, found.median + 2 * found.spread))


def test_no_span_unless_somebody_says_how_wide() -> None:
    found = figures(made(records()), "peak_expiratory_flow")
    assert isinstance(found, Figures)
    assert found.span is None


@pytest.mark.parametrize(("days", "told"), [(14, Figures), (13, Reason)])
def test_days_that_are_required(days: int, told: type) -> None:
    assert isinstance(figures(made(records(days), least_days=14), "peak_expiratory_flow"), told)


def test_what_was_not_measured_and_what_was_not_handed_over() -> None:
    told = made(records())
    assert figures(told, "body_weight") == Reason.no_data
    assert "heart_rate" not in {each.input for each in told.measured}


def test_a_reading_after_the_moment_or_before_the_period_changes_nothing() -> None:
    data = records()
    told = made(data)
    for time in (f"{FIRST - timedelta(1)}T23:59", f"{AT[:10]}T23:46"):
        data["readings"]["peak_expiratory_flow"].append({"time": time, "value": 150, "unit": "L/min"})
    assert made(data) == told


@pytest.mark.parametrize("wrong", [{"days": 0}, {"days": 13}, {"least_days": 0}, {"spreads": 0.0}, {"days": 400}])
def test_numbers_that_make_no_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(CdsError, match="start period"):
        made(records(), **wrong)


def test_nothing_is_ever_applied() -> None:
    assert baseline_document(made(records()))["applied"] is False


NOTES = {
    "nb": "Ingenting av dette er tatt i bruk",
    "nn": "Ingenting av dette er teke i bruk",
    "en": "None of this is in use",
}
BEST = {"nb": "personlig beste: 430 L/min", "nn": "personleg beste: 430 L/min", "en": "personal best: 430 L/min"}


@pytest.mark.parametrize("language", NOTES)
def test_people_read_that_it_is_a_suggestion(language: Any) -> None:
    text = baseline_text(made(records(), spreads=1.5), language)
    assert NOTES[language] in text
    assert BEST[language] in text


def test_a_patient_without_measurements() -> None:
    text = baseline_text(made({"id": "one"}), "en")
    assert "No measurements were handed over." in text


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "patient.json"
    file.write_text(json.dumps(records()), "utf-8")
    asked = ["baseline", "--patient", str(file), "--at", AT]
    assert main([*asked, "--format", "json"]) == 0
    assert baseline_document(made(records())) == json.loads(capsys.readouterr().out)
    assert main([*asked, "--lang", "nb", "--spreads", "2"]) == 0
    assert baseline_text(made(records(), spreads=2.0), "nb") == capsys.readouterr().out
    assert main([*asked, "--days", "3"]) == 2
    assert "start period" in capsys.readouterr().err
