"""Doses by day and time of day: where each stands, what it says, and which days nobody knows of."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import cds
from cds.cli import main
from cds.diagnostics import CdsError, DraftNotAllowed
from cds.operators.series import LAST_TIME
from cds.plots import Chronology, chronology, png, svg, table
from cds.shipped import DEMO_AT, DEMO_PATIENT, shipped_rulesets
from tests.plots.building import patient
from tests.plots.building import table as rows

NOW = "2026-04-20T09:00"
RULES = [str(shipped_rulesets() / f"{each}.yaml") for each in ("dispenser-doses", "home-blood-pressure")]


def shown(*doses: dict[str, Any], days: int = 3, at: str = NOW, language: Any = "en", **more: Any) -> Chronology:
    """Doses of somebody with a dispenser, for whom a dose is late after 60 min."""
    records = {"devices": ["medicine_dispenser"], "doses": [{"atc": ["C09AA05"], **each} for each in doses], **more}
    return chronology(cds.load(RULES), patient(records), at=at, days=days, language=language, allow_draft=True)


def stands(made: Chronology) -> list[tuple[int, float, str]]:
    return [(each.day, each.hour, each.kind) for each in made.marks]


PLACES = [
    ({"planned": "2026-04-19T08:00", "status": "taken", "taken": "2026-04-19T08:30"}, (1, 5.5, "taken")),
    ({"planned": "2026-04-19T08:00", "status": "taken", "taken": "2026-04-19T09:01"}, (1, 6 + 1 / 60, "late")),
    ({"planned": "2026-04-19T08:00", "status": "missed"}, (1, 5.0, "missed")),
    ({"planned": "2026-04-19T08:00", "status": "unknown"}, (1, 5.0, "not_judged")),
    ({"planned": "2026-04-19T08:00", "status": "taken"}, (1, 5.0, "delay_not_known")),
    ({"planned": "2026-04-19T22:00", "status": "taken", "taken": "2026-04-20T02:59"}, (1, 23 + 59 / 60, "late")),
    ({"planned": "2026-04-19T22:00", "status": "taken", "taken": "2026-04-20T03:00"}, (2, 0.0, "late")),
]


@pytest.mark.parametrize(("dose", "place"), PLACES, ids=[f"{place[2]} {n}" for n, (_, place) in enumerate(PLACES)])
def test_a_dose_stands_where_it_was_taken_else_where_it_was_planned(dose: Any, place: Any) -> None:
    assert [pytest.approx(place[:2])] == [each[:2] for each in stands(shown(dose))]
    assert place[2] == shown(dose).marks[0].kind


def test_hours_are_of_the_clock_when_clocks_change() -> None:
    doses = [{"planned": f"2026-03-{day}T08:00", "status": "missed"} for day in (28, 29, 30)]
    assert [(0, 5.0), (1, 5.0), (2, 5.0)] == [each[:2] for each in stands(shown(*doses, at="2026-03-30T09:00"))]


def test_days_of_which_nobody_knows() -> None:
    doses = [
        {"planned": "2026-04-18T08:00", "status": "missed"},
        {"planned": "2026-04-19T08:00", "status": "unknown"},
    ]
    assert (False, True, True) == shown(*doses).unmonitored
    assert ("18 Apr", "19 Apr", "20 Apr") == shown(*doses).labels


def test_what_was_not_handed_over_is_unmonitored() -> None:
    never = patient({"devices": ["medicine_dispenser"]}, {"doses.all": rows([], LAST_TIME)})
    made = chronology(cds.load(RULES), never, at=NOW, days=2, allow_draft=True)
    assert (True, True) == made.unmonitored
    assert () == made.marks


def test_a_dose_that_is_set_aside_is_there_and_says_so() -> None:
    mark = shown({"planned": "2026-04-19T08:00", "status": "unknown", "reason": "travel_dose"}).marks[0]
    assert mark.is_set_aside
    assert "travelling" in mark.note


def test_a_dose_without_a_clock_time_is_counted() -> None:
    made = shown({"planned": "2026-04-19", "status": "missed"})
    assert (1, ()) == (made.undated, made.marks)
    assert "1 × date only" in table(made)


def test_nothing_after_the_moment_is_shown() -> None:
    made = shown({"planned": "2026-04-20T08:30", "status": "taken", "taken": "2026-04-20T09:30"})
    assert () == made.marks


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_picture_and_table_say_the_same(language: Any) -> None:
    made = shown(
        {"planned": "2026-04-19T08:00", "status": "missed"},
        {"planned": "2026-04-20T08:00", "status": "taken", "taken": "2026-04-20T08:10"},
        language=language,
    )
    picture, listed = svg(made), table(made)
    assert svg(made) == picture
    texts = "".join(ElementTree.fromstring(picture.encode()).itertext())
    for each in made.marks:
        assert f"{each.when}: {each.note}" in texts
        assert f"{each.when}  {each.note}" in listed
    for word in {"nb": "ikke overvåket", "nn": "ikkje overvaka", "en": "not monitored"}[language], "1 × ":
        assert word in texts and word in listed
    assert made.draft in listed


@pytest.mark.parametrize("days", [1, 2, 28, 200])
def test_any_number_of_days_can_be_drawn(days: int) -> None:
    made = shown({"planned": "2026-04-20T08:00", "status": "missed"}, days=days)
    assert days == len(made.labels) == len(made.unmonitored)
    ElementTree.fromstring(svg(made).encode())


def test_it_is_drawn_as_png() -> None:
    assert png(shown({"planned": "2026-04-20T08:00", "status": "missed"})).startswith(b"\x89PNG")


def test_drafts_are_refused_unless_asked_for() -> None:
    with pytest.raises(DraftNotAllowed):
        chronology(cds.load(RULES), patient({}), at=NOW)
    with pytest.raises(CdsError, match="at least one day"):
        chronology(cds.load(RULES), patient({}), at=NOW, days=0, allow_draft=True)


COMMAND = ("plot", "--doses", "--rules", *RULES, "--patient", str(DEMO_PATIENT), "--at", DEMO_AT, "--draft")


def test_the_command_draws_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "doses.svg"
    assert 0 == main([*COMMAND, "--out", str(file)])
    ElementTree.parse(file)
    assert 0 == main([*COMMAND, "--days", "14", "--table", "--lang", "nn"])
    assert "Dosar etter dag og klokkeslett" in capsys.readouterr().out


def test_the_command_refuses_a_first_day(capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == main([*COMMAND, "--from", "2026-11-01", "--table"])
    assert "--days" in capsys.readouterr().err
