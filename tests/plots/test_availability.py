"""What was handed out, drawn: supplies, gaps, windows and the estimate, from a table and from a patient's records."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import cds
from cds.adherence import Carry, Window, explain_availability
from cds.cli import main
from cds.diagnostics import CdsError
from cds.plots import availability, availability_chart, png, svg, table
from tests.adherence.tables import FIRST

SUPPLIES = [(0, 30, "A"), (20, 30, "A"), (75, 30, "A"), (120, None, "B")]


def explained(measure: str = "CMA7", **more: Any) -> Any:
    rows = [
        {"patient": "p", "date": FIRST + timedelta(day), "days_supply": lasts, "medication": name}
        for day, lasts, name in SUPPLIES
    ]
    windows = {"follow_up": Window(0, 200), "observation": Window(40, 120)}
    return explain_availability([*rows, rows[0] | {"patient": "q"}], "p", measure, **{**windows, **more})


def test_every_supply_is_explained() -> None:
    shown = explained()
    assert [("before", 0.0, 0.0), ("before", 10.0, 15.0), ("observed", 0.0, 15.0), ("observed", 0.0, 40.0)] == [
        (each.place, each.carried_over, each.gap_days) for each in shown.supplies
    ]
    assert (pytest.approx(50 / 120), "at_least") == (shown.value, shown.reason)
    assert ("A", "B") == shown.medications
    assert [("p", 3, "days_not_stated")] == [(each.patient, each.row, each.code) for each in shown.issues]


def test_a_measure_looks_at_what_it_judges() -> None:
    """CMA5 has no supply from before its window, CMA1 no carry-over, CMA9 the whole follow-up window."""
    assert [None, None, 0.0, 0.0] == [each.carried_over for each in explained("CMA5").supplies]
    assert [0.0, 0.0, 0.0, 0.0] == [
        each.carried_over for each in explained("CMA1", observation=Window(0, 160)).supplies
    ]
    assert 80.0 == explained("CMA9").supplies[-1].interval


def test_a_supply_after_the_window_is_outside_it() -> None:
    shown = explained(observation=Window(0, 100))
    assert ["observed", "observed", "observed", "outside"] == [each.place for each in shown.supplies]
    assert shown.supplies[-1].gap_days is None


def test_nobody_of_that_name() -> None:
    with pytest.raises(CdsError, match="no supply of this patient"):
        explain_availability([], "p")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("nb", "minst 41,7 %"),
        ("nn", "1.5.2026: ikkje kjent kor lenge det rekk\n"),
        ("en", "2026-01-21: lasts 30 days, 10 days from before, 15 days without\n"),
    ],
)
def test_the_table_tells_all_that_the_picture_shows(language: Any, told: str) -> None:
    text = table(availability_chart(explained(), label="Statins", language=language))
    assert told in text
    assert "days_not_stated" in text


def test_the_picture_has_a_band_for_each_medication() -> None:
    chart = availability_chart(explained(), label="Statins")
    drawn = svg(chart)
    root = ElementTree.fromstring(drawn)
    groups = {each.get("id") for each in root.iter("{http://www.w3.org/2000/svg}g")}
    assert {"head", "windows", "axis", "band-0", "band-1", "legend"} <= groups
    assert drawn == svg(availability_chart(explained(), label="Statins"))
    assert "stroke-dasharray" in drawn and "at least 41.7 %" in drawn


def test_what_is_unknown_is_drawn_without_a_number() -> None:
    chart = availability_chart(explained("CMA8"))
    assert chart.share is None
    assert "unknown (days_not_known)" in svg(chart)


def test_the_rule_is_told() -> None:
    rules = {
        "CMA2": "does not wait",
        "CMA7": "until the one before is used up",
    }
    for measure, told in rules.items():
        assert told in table(availability_chart(explained(measure)))
    assert "the same medication" in table(availability_chart(explained(carry=Carry(same_medication=True))))


def test_a_png_picture() -> None:
    pytest.importorskip("matplotlib")
    assert png(availability_chart(explained())).startswith(b"\x89PNG\r\n\x1a\n")


Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def plot(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """`cds plot --supply` of a patient with statins; exit code, standard output and standard error."""
    days = {"2026-01-01": ("C10AA05", 30), "2026-01-20": ("C10AA05", 30), "2026-04-01": ("C10AA07", 28)}
    dispenses = [{"time": time, "atc": atc, "days": lasts} for time, (atc, lasts) in days.items()]
    records = tmp_path / "records.json"
    records.write_text(json.dumps({"id": "p", "dispenses": dispenses}), "utf-8")
    ruleset = tmp_path / "rules.yaml"
    ruleset.write_text(RULESET, "utf-8")

    def run(*arguments: str) -> tuple[int, str, str]:
        said = ("--rules", str(ruleset), "--patient", str(records), "--at", "2026-05-31T12:00", "--draft")
        code = main(("plot", *said, *arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return run


RULESET = """\
language: 1
ruleset: covered
version: 1.0.0
status: draft
title:
  en: Covered
intended_use:
  en: A case for a test.
owner: test
inputs:
  statin_supply:
    dispenses: statins
limits:
  least:
    default: 80 %
    allowed: 50 to 100 %
values:
  covered:
    percent_of_days_covered: statin_supply
    last: 90 days
rules:
  little:
    when: covered is below least
    colour: yellow
    summary:
      en: "{covered}"
"""


def test_the_command_draws_what_was_handed_out(plot: Command, tmp_path: Path) -> None:
    code, out, err = plot("--supply", "statins", "--table")
    assert (0, "") == (code, err)
    assert "At least one medicine 58.3 %" in out  # 88 of 151 days
    assert "C10AA05, Statins (CMA7 39.7 %)" in out  # 60 of 151
    assert "2026-01-20: lasts 30 days, 11 days from before, 91 days without" in out
    assert "C10AA07, Statins (CMA7 45.9 %)" in out  # 28 of 61
    assert "  2026-03-02 to 2026-03-31: without\n  2026-04-01 to 2026-04-28: with medicine\n" in out
    file = tmp_path / "supply.svg"
    assert 0 == plot("--supply", "statins", "--days", "60", "--out", str(file))[0]
    ElementTree.parse(file)


DISPENSES = {
    "one that ends while another lasts": (
        [("2026-05-01", "C10AA05", 10), ("2026-05-06", "C10AA07", 10)],
        ["C10AA05, Statins", "C10AA07, Statins"],
        [("covered", 15), ("without", 16)],
    ),
    "nobody knows how long one lasts": (
        [("2026-05-01", "C10AA05", 10), ("2026-05-16", "C10AA07", None)],
        ["C10AA05, Statins", "C10AA07, Statins"],
        [("covered", 10), ("without", 5), ("unknown", 16)],
    ),
    "two substances in one, and two that are not named": (
        [("2026-05-01", ["C10AA05", "C09AA05"], 31), ("2026-05-01", None, 31), ("2026-05-01", "N02BE01", 31)],
        [
            "Handed out, all (1)",
            "C09AA05 + C10AA05, Agents acting on the renin-angiotensin system, Statins",
            "N02BE01",
        ],
        [("covered", 31)],
    ),
    "one medicine": ([("2026-05-01", "C10AA05", 10)], ["C10AA05, Statins"], []),
}


@pytest.mark.parametrize(("handed", "labels", "together"), DISPENSES.values(), ids=list(DISPENSES))
def test_each_medicine_has_a_band_with_its_codes(handed: Any, labels: list[str], together: Any, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(RULESET, "utf-8")
    dispenses = [{"time": time, "atc": atc, "days": days} for time, atc, days in handed]
    patient = cds.Patient.from_dict({"id": "p", "dispenses": dispenses})
    chart = availability(cds.load(file), patient, at="2026-05-31T12:00", allow_draft=True)
    assert sorted(labels) == sorted(band.label for band in chart.bands)
    assert together == [(each.kind, each.end - each.start) for each in chart.together]
    assert all(label.split(",")[0] in table(chart) for label in labels)


def test_the_command_says_when_nothing_was_handed_out(plot: Command) -> None:
    code, _, err = plot("--supply", "anticoagulants", "--table")
    assert 2 == code
    assert "nothing of `anticoagulants` was handed out" in err
