"""A simulation gives each patient the alarms that evaluating day by day gives, and counts them rightly."""

import csv
import io
import json
from collections import Counter
from pathlib import Path
from random import Random

import pytest

import cds
from cds.alarms import Advanced, Alarms, evaluated, fold
from cds.api import ruleset_of
from cds.cli import main
from cds.diagnostics import CdsError
from cds.loading import check_texts
from cds.periods import zone
from cds.simulation import Simulated, period_of, simulate, simulate_each
from cds.simulation.running import everybody

RULESET = """\
language: 1
ruleset: pulse
version: 1.0.0
status: draft
title:
  en: Pulse
inputs:
  pulse: heart_rate
limits:
  fast:
    default: 110 /min
    allowed: 90 to 200 /min
  very_fast:
    default: 130 /min
    beyond: fast
  settled:
    default: 95 /min
  silence:
    default: 2 days
values:
  pulse_now:
    last_reading: pulse
    within: 1 day
zones:
  rate:
    value: pulse_now
    red: above very_fast
    yellow: above fast
    summary:
      en: "Pulse {pulse_now}"
    quiet_for: 2 days
    remind_after: 36 hours
rules:
  racing:
    when: pulse_now is above very_fast
    colour: red
    confirm: 2 readings within 12 hours
    summary:
      en: "Pulse {pulse_now}"
    clear_when: pulse_now is below settled
    respond_within: 6 hours
  fast_too:
    when: pulse_now is above fast
    colour: yellow
    hidden_by: racing
    summary:
      en: "Pulse {pulse_now}"
missing:
  no_pulse:
    input: pulse
    after: silence
    colour: yellow
    summary:
      en: "No pulse"
    remind_after: 1 day
"""

ruleset = ruleset_of(check_texts([(RULESET, "pulse.yaml", True)]))
DAYS = ("2026-03-25", "2026-04-05")  # clocks change on 29 March
TIMES = ("08:00", "20:00")


def people(count: int = 12) -> list[cds.Patient]:
    """Readings at odd times, some of them in pairs, with days without any; every third lives in London."""
    draw = Random(7)
    made: list[cds.Patient] = []
    for number in range(count):
        rows = []
        for day in range(24, 37):
            date = f"2026-03-{day}" if day < 32 else f"2026-04-{day - 31:02}"
            for hour in draw.sample(range(24), draw.choice((0, 0, 1, 2, 4))):
                value = draw.choice((80, 80, 92, 100, 120, 150, 150))
                rows.append({"time": f"{date}T{hour:02}:{draw.randrange(60):02}", "value": value, "unit": "/min"})
        record = {"id": f"p{number}", "readings": {"heart_rate": rows}}
        made.append(cds.Patient.from_dict(record | ({"zone": "Europe/London"} if number % 3 == 0 else {})))
    return made


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    return simulate(ruleset, people(), start=DAYS[0], end=DAYS[1], times=TIMES, allow_draft=True)


def test_as_the_alarms_of_each_patient_evaluated_day_by_day(simulated: Simulated) -> None:
    period = period_of(*DAYS, TIMES)
    expected = {}
    for patient in people():
        where = zone(patient.facts.zone.name)
        seen = [evaluated(ruleset.evaluate(patient, at=_text(at), allow_draft=True)) for at in period.moments(where)]
        _, events = fold(Alarms(patient.id), [*seen, Advanced(period.end_of(where))])
        for event in events:
            told = event.at, event.kind, event.state, event.colour, event.reason
            expected.setdefault((patient.id, event.rule), []).append(told)
    found = {}
    for row in simulated.events_table().to_pylist():
        if row["kind"] != "suppressed":
            at = int(row["at"].timestamp() * 1_000_000)
            told = at, row["kind"], row["state"], row["colour"], row["reason"]
            found.setdefault((row["patient"], row["rule"]), []).append(told)
    assert expected == found
    kinds = Counter(told[1] for each in found.values() for told in each)
    assert {"opened", "risen", "shown", "reminded", "escalated", "changed", "closed"} == set(kinds)


def _text(at: int) -> str:
    from cds.alarms import moment_text

    return moment_text(at)


def test_counts_follow_from_the_events(simulated: Simulated) -> None:
    rows = simulated.events_table().to_pylist()
    for load in simulated.loads:
        kinds = Counter(row["kind"] for row in rows if row["rule"] == load.rule)
        assert kinds["opened"] == load.opened + load.from_before
        assert (kinds["reminded"], kinds["risen"], kinds["escalated"]) == (load.reminded, load.risen, load.escalated)
        assert kinds["suppressed"] == load.suppressed
        assert kinds["opened"] - kinds["closed"] == load.standing
        assert load.moments == 12 * 12 * 2
    loads = {each.rule.partition("/")[2]: each for each in simulated.loads}
    assert loads["racing"].confirmed and loads["racing"].unconfirmed
    assert loads["fast_too"].suppressed and loads["rate"].quietened and loads["no_pulse"].reminded
    assert simulated.alerts * 80 / (12 * 12 / 7) == pytest.approx(simulated.per_week)
    shown = Counter(
        row["patient"]
        for row in rows
        if row["kind"] in ("risen", "shown", "reminded") or (row["kind"] == "opened" and row["state"] == "open")
    )
    assert (shown.most_common(1)[0][1], len(shown)) == (simulated.busiest[1], simulated.alerted)


def test_neither_chunks_nor_company_change_anything(simulated: Simulated) -> None:
    stricter = ruleset.with_limits({"fast": "95 /min"})
    everyone = everybody(people())
    alone = simulate_each([stricter], everyone, simulated.period, chunk=5, threads=2)
    first, second = simulate_each([ruleset, stricter], everyone, simulated.period, chunk=7)
    assert simulated.events_table().equals(first.events_table())
    assert alone[0].events_table().equals(second.events_table())
    assert simulated.events_table() != second.events_table()


def test_whoever_is_answered_is_reminded_of_less() -> None:
    given = {"start": DAYS[0], "end": DAYS[1], "times": TIMES, "allow_draft": True}
    nobody, answered = (simulate(ruleset, people(), acknowledge_after=each, **given) for each in ("", "1 hours"))
    assert sum(each.escalated for each in nobody.loads) > 0
    assert 0 == sum(each.escalated for each in answered.loads)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"start": "2026-04-05", "end": "2026-04-01"}, "before the first"),
        ({"start": "2026-04", "end": "2026-04-01"}, "is no date"),
        ({"start": "2026-04-01", "end": "2026-04-01", "times": ("25:00",)}, "is no time of day"),
        ({"start": "2026-04-01", "end": "2026-04-01", "times": ("24:00",)}, "time of day from"),
        ({"start": "2026-04-01", "end": "2026-04-01", "acknowledge_after": "soon"}, "is no duration"),
    ],
)
def test_what_cannot_be_read_is_said(given: dict[str, object], words: str) -> None:
    with pytest.raises(CdsError, match=words):
        simulate(ruleset, people(1), allow_draft=True, **given)  # pyright: ignore[reportArgumentType]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty patients whose pulse is 120 every third day, and the ruleset beside them."""
    folder = tmp_path_factory.mktemp("people")
    rows = ["patient,code,time,value,unit"]
    for number in range(40):
        for day in range(1, 29):
            pulse = 120 if (day + number) % 3 == 0 else 80
            rows.append(f"p{number},heart_rate,2026-02-{day:02}T07:00,{pulse},/min")
    (folder / "observations.csv").write_text("\n".join(rows) + "\n", "utf-8")
    (folder / "patients.csv").write_text("\n".join(["id", *(f"p{each}" for each in range(40))]) + "\n", "utf-8")
    (folder / "pulse.yaml").write_text(RULESET, "utf-8")
    return folder


def command(tables: Path, *more: str) -> list[str]:
    days = ("--from", "2026-02-02", "--to", "2026-02-22", "--draft")
    return ["simulate", "--rules", str(tables / "pulse.yaml"), "--data", str(tables), *days, *more]


def test_other_limits_side_by_side(tables: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(command(tables, "--limit", "fast=125 /min", "--format", "json"))
    told = json.loads(capsys.readouterr().out)
    before, after = told["simulations"]
    assert ("as written", "fast=125 /min") == (before["name"], after["name"])
    rate = {each["rule"]: each for each in before["rules"]}["pulse/fast_too"]
    assert 40 == rate["patients"] == {each["rule"]: each for each in after["rules"]}["pulse/fast_too"]["lost"]
    assert 7 * 40 == rate["opened"] + rate["from_before"]
    assert 0 == main(command(tables, "--limit", "fast=125 /min", "--format", "csv"))
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert 8 == len(rows) and "40" == next(each["lost"] for each in rows if each["lost"] != "0")
    for language, words in (("nb", "Forutsetning: ingen"), ("nn", "Føresetnad: ingen"), ("en", "Assumption: nobody")):
        assert 0 == main(command(tables, "--limit", "fast=125 /min", "--lang", language))
        assert words in capsys.readouterr().out


def test_a_rule_that_goes_silent_is_named(tables: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == main(command(tables, "--band"))
    assert "--write-band" in capsys.readouterr().err
    assert 0 == main(command(tables, "--write-band"))
    band = json.loads((tables / "pulse.load.json").read_text("utf-8"))["rules"]["fast_too"]
    assert 0 < band["low"] <= band["high"]
    assert 0 == main(command(tables, "--band"))
    assert "within what is expected" in capsys.readouterr().out
    quieter = RULESET.replace("default: 110 /min", "default: 125 /min")
    (tables / "pulse.yaml").write_text(quieter, "utf-8")
    assert 1 == main(command(tables, "--band"))
    assert "SILENT  pulse/fast_too: no alerts" in capsys.readouterr().out
    (tables / "pulse.yaml").write_text(RULESET.replace("  fast_too:", "  too_fast:"), "utf-8")
    assert 1 == main(command(tables, "--band", "--lang", "nb"))
    told = capsys.readouterr().out
    assert "UKJENT  pulse/too_fast" in told and "BORTE   pulse/fast_too" in told
    (tables / "pulse.yaml").write_text(RULESET, "utf-8")
