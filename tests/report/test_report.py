"""From a population to its report: every count by hand, every form valid, and no held-back number anywhere."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from fhir.resources.R4B.bundle import Bundle

import cds
from cds.cli import main
from cds.diagnostics import CdsError, RulesetError
from cds.execute.batch import score
from cds.execute.findings import STATUSES
from cds.plan import Plan
from cds.report import measure_reports, png, report, svg, table, text
from cds.report.counting import Counts
from cds.report.definitions import definitions_from, indicators_schema, read_definitions
from cds.report.making import Report, report_of

TOP = Path(__file__).parents[2]
RULES = TOP / "rulesets" / "heart-failure-weight.yaml"
RULE = "heart-failure-weight/weight_gain"
AT = "2026-11-23T08:00"
# municipality -> (county, how many gained weight, how many did not, how many did not measure)
PLACES = {
    "0301": ("03", 20, 30, 10),
    "1103": ("11", 8, 12, 6),
    "1144": ("11", 2, 6, 5),
    "4601": ("46", 9, 15, 7),
    "4626": ("46", 11, 16, 8),
}
INDICATORS = f"""\
language: 1
groups:
  municipality:
    title:
      nb: "Kommune"
      en: "Municipality"
indicators:
  gained:
    title:
      nb: "Vekt over grensen"
      en: "Weight above the limit"
    rules: [{RULE}]
    numerator: [fired]
    groups: [municipality by sex, county]
    reasons: yes
    limits: yes
    source: "our own definition"
"""


def someone(number: int, gain: float | None) -> dict[str, Any]:
    weights = [] if gain is None else [("2026-11-20", 80.0), ("2026-11-23", 80.0 + gain)]
    rows = [{"time": f"{day}T07:00", "value": value, "unit": "kg"} for day, value in weights]
    return {
        "id": str(number),
        "sex": "female" if number % 2 else "male",
        "birth_date": "1950-11-24" if number % 3 else "1980-02-29",
        "conditions": ["heart_failure"],
        "readings": {"body_weight": rows},
    }


def people() -> tuple[list[cds.Patient], Any]:
    patients, groups = [], {"patient": [], "municipality": [], "county": []}
    for municipality, (county, *counts) in PLACES.items():
        for gain, count in zip((2.5, 0.0, None), counts, strict=True):
            for _ in range(count):
                groups["patient"].append(str(len(patients)))
                groups["municipality"].append(municipality)
                groups["county"].append(county)
                patients.append(cds.Patient.from_dict(someone(len(patients), gain)))
    return patients, pa.table(groups)


@pytest.fixture(scope="module")
def ruleset() -> cds.Ruleset:
    return cds.load(RULES)


@pytest.fixture(scope="module")
def made(ruleset: cds.Ruleset, tmp_path_factory: pytest.TempPathFactory) -> Report:
    file = tmp_path_factory.mktemp("indicators") / "indicators.yaml"
    file.write_text(INDICATORS, "utf-8")
    patients, groups = people()
    return counted(ruleset.plan, [patients], groups, file)


def counted(plan: Plan, blocks: list[list[cds.Patient]], groups: Any, file: Path, least: int = 5) -> Report:
    from cds.api import microseconds
    from cds.periods import zone
    from cds.population import population_of

    definitions = definitions_from(file, plan, ("municipality", "county"))
    counts = Counts(("municipality", "sex", "county"), definitions.ages, groups)
    at = microseconds(AT, zone())
    for block in blocks:
        population = population_of([each.facts for each in block])
        counts.add(population, score(plan, population, at, keep=list(STATUSES)), {RULE}, with_limits={RULE})
    return report_of(counts, definitions, plan, at, least=least)


def count(made: Report, what: str, detail: str = "", **groups: str) -> int | None:
    (found,) = [r.count for r in made.rows if (r.what, r.detail, dict(r.groups)) == (what, detail, groups)]
    return found


def test_everybody_is_counted_once(made: Report) -> None:
    said = {what: count(made, what) for what in ("persons", "numerator", "rest", "denominator", "unknown", "asked")}
    fired, not_fired, unknown = (sum(each[place] for each in PLACES.values()) for place in (1, 2, 3))
    assert {
        "persons": fired + not_fired + unknown,
        "numerator": fired,
        "rest": not_fired,
        "denominator": fired + not_fired,
        "unknown": unknown,
        "asked": fired + not_fired + unknown,
    } == said
    assert unknown == count(made, "reason", "no_data")


def test_shares_say_how_the_unknown_are_counted(made: Report) -> None:
    (row,) = [each for each in made.rows if each.what == "numerator" and not each.groups]
    assert (50 / 129, 50 / 165) == (row.share, row.share_of_asked)
    (unknown,) = [each for each in made.rows if each.what == "unknown" and not each.groups]
    assert 36 / 165 == unknown.share


def test_a_small_count_is_held_back_with_what_would_reveal_it(made: Report) -> None:
    assert count(made, "numerator", municipality="1144") is None
    assert count(made, "numerator", municipality="1103") is None or count(made, "numerator", county="11") is None
    hidden = [row for row in made.rows if row.is_suppressed]
    assert hidden
    assert all(row.share is None and row.share_of_asked is None for row in hidden)
    assert [] == [row for row in made.rows if row.count is not None and 0 < row.count < made.least]


def test_a_share_of_a_hidden_count_is_hidden(made: Report) -> None:
    by_group: dict[Any, dict[str, Any]] = {}
    for row in made.rows:
        by_group.setdefault(tuple(row.groups.items()), {})[row.what] = row
    for each in by_group.values():
        if each["denominator"].is_suppressed or each["numerator"].is_suppressed:
            assert each["numerator"].share is None


def test_blocks_of_patients_give_the_same_report(made: Report, ruleset: cds.Ruleset, tmp_path: Path) -> None:
    file = tmp_path / "indicators.yaml"
    file.write_text(INDICATORS, "utf-8")
    patients, groups = people()
    split = counted(ruleset.plan, [patients[100:], patients[:3], patients[3:100]], groups, file)
    assert made == split
    assert text(made, "nb") == text(split, "nb")


def test_the_table_holds_no_hidden_number(made: Report) -> None:
    rows = table(made).to_pylist()
    assert {"suppressed", "published"} == {row["status"] for row in rows}
    assert all((row["status"] == "suppressed") == (row["count"] is None) for row in rows)
    assert [each.count for each in made.rows] == [row["count"] for row in rows]


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_measure_reports_are_valid_and_masked(made: Report, language: Any) -> None:
    bundle = measure_reports(made, language)
    Bundle.model_validate(bundle)
    (entry,) = bundle["entry"]
    group = entry["resource"]["group"][0]
    strata = [stratum for each in group["stratifier"] for stratum in each["stratum"]]
    populations = [*group["population"], *(each for stratum in strata for each in stratum["population"])]
    assert len(made.rows) == len(populations)
    masked = [each for each in populations if "_count" in each]
    assert sum(row.is_suppressed for row in made.rows) == len(masked)
    assert all("count" not in each for each in masked)
    assert {"masked"} == {each["_count"]["extension"][0]["valueCode"] for each in masked}
    assert json.dumps(bundle) == json.dumps(measure_reports(made, language))


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_people_see_the_sign_and_never_a_hidden_number(made: Report, language: Any) -> None:
    shown = text(made, language)
    (line,) = [
        each for each in shown.splitlines() if each.strip().startswith(("Kommune 1144  ", "Municipality 1144  "))
    ]
    assert ":" in line.split()
    drawn = svg(made, language)
    assert "1144" in drawn
    assert drawn == svg(made, language)
    assert png(made, language)[:8] == b"\x89PNG\r\n\x1a\n"


def test_the_command_writes_every_kind_of_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "observations.csv").write_text(
        "patient,code,time,value,unit\n"
        + "".join(
            f"{n},body_weight,2026-11-{d}T07:00,{80 + (d - 20) * (n % 2)},kg\n" for n in range(20) for d in (20, 23)
        )
    )
    (tmp_path / "conditions.csv").write_text("patient,code\n" + "".join(f"{n},heart_failure\n" for n in range(20)))
    (tmp_path / "groups.csv").write_text("patient,unit\n" + "".join(f"{n},{'ab'[n > 15]}\n" for n in range(20)))
    data = tmp_path / "tables"
    data.mkdir()
    (tmp_path / "patients.csv").write_text("id,birth_date\n" + "".join(f"{n},1950-05-01\n" for n in range(20)))
    for name in ("observations", "conditions", "patients"):
        (tmp_path / f"{name}.csv").rename(data / f"{name}.csv")
    files = [tmp_path / f"report.{kind}" for kind in ("csv", "parquet", "ndjson", "json", "txt", "svg", "png")]
    outs = [part for each in files for part in ("--out", str(each))]
    command = ["report", "--rules", str(RULES), "--data", str(data), "--at", AT, "--draft"]
    assert 0 == main([*command, "--groups", str(tmp_path / "groups.csv"), *outs])
    assert [f"wrote {each}" for each in files] == capsys.readouterr().out.splitlines()
    rows = list(csv.DictReader(io.StringIO(files[0].read_text("utf-8"))))
    assert len(rows) == pyarrow.parquet.read_table(files[1]).num_rows == len(files[2].read_text("utf-8").splitlines())
    fired = [row for row in rows if (row["rule"], row["what"], row["grouping"]) == ("weight_gain", "numerator", "")]
    assert ["10"] == [row["count"] for row in fired]
    Bundle.model_validate(json.loads(files[3].read_text("utf-8")))
    assert 0 == main([*command, "--least", "1"])
    assert ":" not in capsys.readouterr().out.replace(": ", "").replace("07:00", "").split()
    assert 2 == main([*command, "--out", str(tmp_path / "report.doc")])


def test_a_patient_stands_in_one_group_of_a_kind(ruleset: cds.Ruleset) -> None:
    twice = pa.table({"patient": ["1", "1"], "unit": ["a", "b"]})
    with pytest.raises(CdsError, match="twice"):
        report(ruleset, {}, at=AT, groups=twice, allow_draft=True)
    with pytest.raises(CdsError, match="no column `patient`"):
        report(ruleset, {}, at=AT, groups=pa.table({"id": ["1"]}), allow_draft=True)


def test_drafts_are_not_reported_unasked(ruleset: cds.Ruleset) -> None:
    with pytest.raises(cds.DraftNotAllowed):
        report(ruleset, {}, at=AT)


def test_ages_change_on_the_birthday(ruleset: cds.Ruleset) -> None:
    from cds.population import population_of

    born = ["2008-11-24", "1961-11-23", "1961-11-24", None]

    def bands(at: str) -> dict[Any, int]:
        from cds.api import microseconds
        from cds.periods import zone

        patients = [cds.Patient.from_dict({"id": str(n), "birth_date": b}) for n, b in enumerate(born)]
        population = population_of([each.facts for each in patients])
        counts = Counts(("age",), (18, 65))
        moment = microseconds(at, zone())
        counts.add(population, score(ruleset.plan, population, moment), ())
        return dict(counts.persons)

    assert {("0–17",): 1, ("18–64",): 1, ("65+",): 1, ("",): 1} == bands("2026-11-23T00:30")
    assert {("18–64",): 1, ("65+",): 2, ("",): 1} == bands("2026-11-24T00:30")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (RULE, "heart-failure-weight/weight_gian", "12:13 CDS201 there is no rule `heart-failure-weight/weight_gian`"),
        ("municipality by sex", "municipalty by sex", "14:14 CDS201 there is no group `municipalty`"),
        ("numerator: [fired]", "numerator: [unknown]", "13:17 CDS112 `unknown` is not a choice here"),
        ("numerator: [fired]", "numerator: []", "13:5 CDS105 the field `numerator` is empty"),
        ("numerator:", "numeratr:", "13:5 CDS102 unknown field `numeratr` in the indicator `gained`"),
        ('      nb: "Vekt', '      no: "Vekt', "10:7 CDS119 `no` is not a language of the texts"),
        (
            "    reasons: yes\n",
            "    users: yes\n    source: a\n  other:\n    title:\n      en: O\n"
            f"    rules: [{RULE}]\n    numerator: [fired]\n",
            "20:13 CDS112 `no` is not a choice here",
        ),
        ("reasons: yes", "reasons: maybe", "15:14 CDS112 `maybe` is not a choice here"),
        ("  municipality:\n", "  age:\n    bands: [18, 17]\n", "4:17 CDS112 `17` is not a choice here"),
        ("  municipality:\n", "  age:\n    bands: [old]\n", "4:13 CDS107 `old`"),
    ],
)
def test_a_mistake_is_shown_where_it_stands(ruleset: cds.Ruleset, before: str, after: str, expected: str) -> None:
    written = INDICATORS.replace(before, after, 1)
    found, wrong = read_definitions(written, "indicators.yaml", ruleset.plan, ("municipality", "county"))
    assert found is None
    said = [f"{each.place.line}:{each.place.column} {each.code} {each.message()}" for each in wrong]
    assert any(each.startswith(expected) for each in said), said
    assert all(each.cure() and each.cure("nb") for each in wrong)


def test_a_file_of_indicators_with_errors_is_refused(ruleset: cds.Ruleset, tmp_path: Path) -> None:
    file = tmp_path / "indicators.yaml"
    file.write_text("language: 1\nindicators:\n  a: b\n")
    with pytest.raises(RulesetError, match="CDS104"):
        definitions_from(file, ruleset.plan)


def test_the_schema_fits_what_is_read() -> None:
    import jsonschema

    from cds import source

    node, found = source.read(INDICATORS, "indicators.yaml")
    assert node is not None
    assert [] == found
    jsonschema.validate(source.plain(node), indicators_schema())


def test_only_users_of_a_medicine_are_asked_whether_they_had_it() -> None:
    ruleset = cds.load(TOP / "rulesets" / "medicine-supply.yaml")
    statin = {"atc": ["C10AA05"], "from": "2024-01-01"}
    fetched = [{"time": f"2026-{month:02}-01T10:00", "days": 31, "atc": ["C10AA05"]} for month in range(1, 12)]
    people = {
        "covered": {"medicines": [statin], "dispenses": fetched},
        "rarely": {"medicines": [statin], "dispenses": fetched[:3]},
        "no user": {"medicines": [], "dispenses": []},
        "not known": {},
    }
    patients = [
        cds.Patient.from_dict({"id": name, "birth_date": "1950-05-01", **said}) for name, said in people.items()
    ]
    from cds.population import population_of

    made = report(
        ruleset,
        population_of([each.facts for each in patients]),
        at=AT,
        indicators=TOP / "cds" / "indicators" / "adherence.yaml",
        least=1,
        allow_draft=True,
    )
    rule = "medicine-supply/statin_rarely_fetched"
    said = {row.what: row.count for row in made.rows if row.rule == rule and not row.groups and not row.detail}
    assert {"persons": 4, "not_applicable": 1, "numerator": 1, "rest": 1, "unknown": 1} == {
        what: said[what] for what in ("persons", "not_applicable", "numerator", "rest", "unknown")
    }
