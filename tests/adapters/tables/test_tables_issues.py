"""What cannot be used is said, with its place, and touches nobody else; a table that is none is refused."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from cds.adapters.tables.notes import SCHEMA
from cds.adapters.tables.reading import population_from_tables
from cds.diagnostics import PatientError
from cds.operators.series import FIRST_TIME, LAST_TIME
from tests.adapters.tables.compared import values
from tests.adapters.tables.writing import arrow, write_parquet

WEIGHT = {"code": "body_weight", "time": "2026-01-08T07:30", "value": 83.1, "unit": "kg"}


def weights(*rows: dict[str, Any]) -> pa.Table:
    """Weights; each row says how it differs from the usual one."""
    full = [{"patient": "a", **WEIGHT, **row} for row in rows]
    return pa.table({name: [row.get(name) for row in full] for name in {key: 0 for row in full for key in row}})


def told(source: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Table, row, column, patient and code of each issue."""
    _, issues = population_from_tables(source)
    assert issues.schema == SCHEMA
    return [tuple(row[name] for name in ("table", "row", "column", "patient", "code")) for row in issues.to_pylist()]


def test_a_bad_row_touches_nobody_else() -> None:
    rows = weights({}, {"patient": "b", "unit": "stone"}, {"patient": "c", "time": "soon"}, {"patient": "d"})
    population, _ = population_from_tables({"observations": rows})
    assert ["a", "b", "c", "d"] == list(population.ids)
    assert [83.1, 0.0, 83.1] == values(population, "body_weight")
    assert [0, 1, 2, 2, 3] == population.tables["body_weight"].offsets.tolist()
    assert {1: ["unit_not_understood"], 2: ["time_not_understood"]} == {
        place: [each.code for each in held] for place, held in population.issues.items()
    }
    assert [
        ("observations", 1, "value", "b", "unit_not_understood"),
        ("observations", 2, "time", "c", "time_not_understood"),
    ] == told({"observations": rows})


def test_rows_are_numbered_through_all_pieces() -> None:
    pieces = [weights({}, {}), weights({}), weights({"unit": ""})]
    assert [("observations", 3, "value", "a", "unit_missing")] == told({"observations": pieces})


def test_issues_hold_no_values() -> None:
    rows = weights({"value": 987.5}, {"unit": "secret"}, {"time": "secret"}, {"code": "secret"})
    _, issues = population_from_tables({"observations": rows.append_column("secret name", pa.array(["secret"] * 4))})
    said = json.dumps(issues.drop_columns(["patient"]).to_pylist())
    assert 5 == issues.num_rows
    assert "secret" not in said
    assert "987" not in said


def test_who_is_not_in_the_table_of_patients() -> None:
    source = {
        "patients": pa.table({"id": ["b", "a"]}),
        "observations": weights({}, {"patient": "z"}, {"patient": None}),
    }
    population, _ = population_from_tables(source)
    assert ["b", "a"] == list(population.ids)
    assert [
        ("observations", 1, "patient", None, "patient_not_known"),
        ("observations", 2, "patient", None, "patient_not_stated"),
    ] == told(source)


def test_who_is_there_twice() -> None:
    people = pa.table(
        {"id": ["a", "b", "a", "b"], "sex": ["female", "male", "female", "female"], "birth_date": ["1950-01-01"] * 4}
    )
    population, _ = population_from_tables({"patients": people})
    assert [1, 0] == population.sex.tolist()
    assert population.birth_day[0] == population.birth_day[1]
    assert [("patients", 3, None, "b", "patient_twice")] == told({"patients": people})


@pytest.mark.parametrize("zones", [["Europe/Oslo", "Mars/Olympus"], ["Europe/Oslo", "UTC", "Europe/Paris"]])
def test_of_whom_it_is_not_known_where_they_live_nothing_is_known(zones: list[str]) -> None:
    people = pa.table({"id": ["a", "b", "b"][: len(zones)], "zone": zones})
    source = {
        "patients": people,
        "observations": weights({}, {"patient": "b"}),
        "conditions": pa.table({"patient": ["b"], "code": ["heart_failure"]}),
        "manifest": {"supplied": {"body_weight": True, "conditions": True}},
    }
    population, issues = population_from_tables(source)
    assert [FIRST_TIME, LAST_TIME] == population.tables["body_weight"].supplied_from.tolist()
    assert [FIRST_TIME, LAST_TIME] == population.tables["conditions.heart_failure"].supplied_from.tolist()
    assert [0, 1, 1] == population.tables["body_weight"].offsets.tolist()
    assert "zone_not_known" in issues["code"].to_pylist()


def test_what_counts_as_supplied() -> None:
    rows = weights({}, {"patient": "b", "code": "pulse"}, {"patient": "b", "code": "heart_rate", "unit": "/min"})
    unstated, _ = population_from_tables({"observations": rows})
    assert [FIRST_TIME, LAST_TIME] == unstated.tables["body_weight"].supplied_from.tolist()
    stated = {"body_weight": "2026-01-01", "glucose": True, "heart_rate": False}
    population, _ = population_from_tables({"observations": rows, "manifest": {"supplied": stated}})
    assert {"body_weight", "glucose", "heart_rate"} == population.tables.keys()
    assert [1767222000000000] * 2 == population.tables["body_weight"].supplied_from.tolist()
    assert [FIRST_TIME] * 2 == population.tables["glucose"].supplied_from.tolist()
    assert [LAST_TIME] * 2 == population.tables["heart_rate"].supplied_from.tolist()


def test_a_misspelt_code_leaves_what_was_meant_unknown_to_its_patients() -> None:
    rows = weights({}, {"patient": "b", "code": "body_wieght"}, {"patient": "b", "code": "body_wieght"})
    source = {"observations": rows, "manifest": {"supplied": {"body_weight": True}}}
    population, issues = population_from_tables(source)
    assert [FIRST_TIME, LAST_TIME] == population.tables["body_weight"].supplied_from.tolist()
    assert [("observations", 1, "code", None, "name_not_known")] == told(source)
    assert "did you mean `body_weight`?" in issues["message"][0].as_py()


def test_codes_of_other_systems() -> None:
    codes = [("LOINC", "29463-7"), ("http://loinc.org", "29463-7"), ("LOINC", "29463-1"), ("LOINC", "1-8"), ("X", "y")]
    rows = weights(*({"system": system, "code": code} for system, code in codes))
    population, issues = population_from_tables({"observations": rows})
    assert [83.1, 83.1] == values(population, "body_weight")
    assert ["unknown_code", "unlike_code"] == sorted(issues["code"].to_pylist())
    assert "2 observations" in next(each for each in issues["message"].to_pylist() if "observations" in each)


def pressures(*rows: tuple[str, str, float, str | None]) -> pa.Table:
    """Parts of pressures: time, part, value, reading."""
    times, parts, held, readings = zip(*rows, strict=True)
    codes = [f"blood_pressure.{each}" for each in parts]
    count = len(rows)
    units = ["mmHg"] * count
    columns = {"patient": ["a"] * count, "code": codes, "time": times, "value": held, "unit": units}
    return pa.table({**columns, "reading": pa.array(readings, pa.string())})


NO = 0.0
PARTS = {"s": "systolic", "d": "diastolic"}
MISSING = "part_missing"


def parts(written: str) -> list[Any]:
    """`s130 d80@20:30#1`: systolic 130 in the morning without a reading's name, diastolic 80 at 20:30 of reading 1."""
    found: list[Any] = []
    for each in written.split():
        rest, _, reading = each.partition("#")
        value, _, clock = rest[1:].partition("@")
        found.append((f"2026-01-08T{clock or '07:30'}", PARTS[each[0]], float(value), reading or None))
    return found


@pytest.mark.parametrize(
    ("written", "systolic", "diastolic", "codes"),
    [
        ("d80 s130", [130.0], [80.0], []),
        ("s130 d80@20:30", [130.0, NO], [NO, 80.0], [MISSING] * 2),
        ("s130#1 d80#2", [NO, 130.0], [80.0, NO], [MISSING] * 2),
        ("s130#1 d80#1 s140#2 d90#2", [130.0, 140.0], [80.0, 90.0], []),
        ("s130#1 s140#1 d80#1", [NO], [80.0], ["part_twice"]),
        ("s130 s130 d80", [130.0], [80.0], []),
        ("s130 s140 d80", [NO, 130.0, 140.0], [80.0, NO, NO], [MISSING] * 3),
    ],
)
def test_parts_of_a_reading_find_each_other(
    written: str, systolic: list[float], diastolic: list[float], codes: list[str]
) -> None:
    rows = parts(written)
    for each in (rows, rows[::-1]):
        population, issues = population_from_tables({"observations": pressures(*each)})
        assert systolic == values(population, "blood_pressure.systolic")
        assert diastolic == values(population, "blood_pressure.diastolic")
        assert codes == issues["code"].to_pylist()


def test_a_crowd_at_one_instant_is_a_conflict() -> None:
    rows = weights(*({"value": 80.0 + each / 100} for each in range(120)), *({"patient": "b"} for _ in range(120)))
    population, issues = population_from_tables({"observations": rows})
    assert [0.0, 83.1] == values(population, "body_weight")
    assert ["120 different readings bear the same time; they count as one that contradicts itself"] == issues[
        "message"
    ].to_pylist()


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ({"observation": weights({})}, "no table `observation`; did you mean `observations`?"),
        ({"observations": weights({}).drop_columns(["time"])}, "no column `time`"),
        (
            {"observations": weights({}).rename_columns(["patient", "code", "time", "values", "unit"])},
            "is `values` meant",
        ),
        ({"observations": weights({"time": 5})}, "`time` is int64"),
        ({"observations": weights({"patient": 1.5})}, "`patient` is double"),
        ({"observations": 5}, "neither a file nor anything that hands over Arrow"),
        ({"observations": "nowhere.parquet"}, "there is no file `nowhere.parquet`"),
        ({"manifest": {"supply": {}}}, "manifest.json is an object"),
        ({"manifest": {"zone": "Mars"}}, "time zone is not known"),
        (5, "tables come as a folder"),
        ("nowhere", "there is no folder"),
    ],
)
def test_what_is_refused(source: object, says: str) -> None:
    with pytest.raises(PatientError, match=says):
        population_from_tables(source)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("observations.parquet", "no parquet"),
        ("observations.ndjson", '{"patient": "a"}\n{"patient": '),
        ("observations.csv", "patient,code,time,value\na,body_weight\n"),
    ],
)
def test_a_broken_file_is_refused_as_a_whole(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(PatientError, match="observations"):
        population_from_tables(tmp_path)


def test_one_table_is_not_there_twice(tmp_path: Path) -> None:
    write_parquet(tmp_path / "events.parquet", "events", [])
    (tmp_path / "events.csv").write_text("patient,code,time\n", "utf-8")
    with pytest.raises(PatientError, match="keep one"):
        population_from_tables(tmp_path)


def test_nobody() -> None:
    population, issues = population_from_tables({"observations": weights({}).slice(0, 0)})
    assert (0, 0) == (population.n, issues.num_rows)


def test_pieces_of_the_table_of_patients_may_have_different_columns() -> None:
    bare, full = pa.table({"id": ["a"]}), pa.table({"id": ["b"], "zone": ["Europe/London"], "sex": ["female"]})
    for pieces, names in (([bare, full], ["a", "b"]), ([full, bare], ["b", "a"])):
        population, issues = population_from_tables({"patients": pieces})
        lives = {name: population.zones[place].name for name, place in zip(names, population.zone, strict=True)}
        assert names == list(population.ids)
        assert {"a": "Europe/Oslo", "b": "Europe/London"} == lives
        assert 0 == issues.num_rows


@pytest.mark.parametrize("table", ["conditions", "observations"])
def test_a_misspelt_name_leaves_what_was_meant_open(table: str) -> None:
    """Of the one whose row it is; of others it stays as the manifest says."""
    near = {"conditions": ("heart_failur", "heart_failure"), "observations": ("body_weigth", "body_weight")}[table]
    held = {"time": "2026-01-08T07:30", "value": 81.0, "unit": "kg"} if table == "observations" else {}
    rows = [{"patient": "a", "code": near[0], **held}, {"patient": "b", "code": near[1], **held}]
    key = near[1] if table == "observations" else f"conditions.{near[1]}"
    source = {table: arrow(table, rows), "manifest": {"supplied": {key: True}}}
    population, _ = population_from_tables(source)
    assert [True, False] == (population.tables[key].supplied_from == LAST_TIME).tolist()
