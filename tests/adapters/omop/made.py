"""A small CDM with vocabulary tables of its own, and the same patients in our own tables.

Concept ids above two billion are what the CDM leaves to everybody for concepts of their own; none is of a real one.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet

Rows = list[dict[str, Any]]
Cdm = dict[str, Rows]

AT = "2026-01-12T08:00"
OWN = 2_000_000_000
WEIGHT, SYSTOLIC, DIASTOLIC, SENSOR = OWN + 1, OWN + 2, OWN + 3, OWN + 4
KILOGRAM, POUND, MMHG = OWN + 11, OWN + 12, OWN + 13
FAILURE, FAILURE_NO, COUGH = OWN + 21, OWN + 22, OWN + 23
TABLET, TABLET_SOURCE, STATIN, GROUP, OTHER_TABLET = OWN + 31, OWN + 32, OWN + 33, OWN + 34, OWN + 35
WARD = OWN + 41
DISPENSED, WRITTEN, GIVEN = 32825, 32838, 32818

CODES = {
    WEIGHT: ("LOINC", "29463-7"),
    SYSTOLIC: ("LOINC", "8480-6"),
    DIASTOLIC: ("LOINC", "8462-4"),
    SENSOR: ("LOINC", "99504-3"),
    KILOGRAM: ("UCUM", "kg"),
    POUND: ("UCUM", "[lb_av]"),
    MMHG: ("UCUM", "mm[Hg]"),
    FAILURE: ("SNOMED", "84114007"),
    FAILURE_NO: ("ICD10", "I50.0"),
    COUGH: ("SNOMED", "49727002"),
    TABLET: ("RxNorm", "000001"),
    TABLET_SOURCE: ("Tablets of the test", "1"),
    OTHER_TABLET: ("RxNorm", "000002"),
    STATIN: ("ATC", "C10AA05"),
    GROUP: ("ATC", "C10AA"),
    WARD: ("Visits of the test", "ward"),
    9201: ("Visit", "IP"),
    9202: ("Visit", "OP"),
}


def vocabulary() -> Cdm:
    """The vocabulary tables."""
    ancestors = [(STATIN, TABLET), (GROUP, TABLET), (GROUP, STATIN), (TABLET, TABLET), (9201, WARD)]
    return {
        "concept": [
            {"concept_id": concept, "concept_name": "a name", "vocabulary_id": system, "concept_code": code}
            for concept, (system, code) in CODES.items()
        ],
        "concept_relationship": [
            {"concept_id_1": one, "concept_id_2": other, "relationship_id": kind, "invalid_reason": reason}
            for one, other, kind, reason in (
                (TABLET_SOURCE, TABLET, "Maps to", None),
                (FAILURE_NO, FAILURE, "Maps to", None),
                (COUGH, FAILURE, "Maps to", "D"),
                (COUGH, FAILURE, "Is a", None),
            )
        ],
        "concept_ancestor": [{"ancestor_concept_id": one, "descendant_concept_id": other} for one, other in ancestors],
    }


def measurement(
    person: int | None, concept: int, when: datetime | date, value: float | None, unit: int, **more: Any
) -> dict[str, Any]:
    """A row of `measurement`."""
    timed = when if isinstance(when, datetime) else None
    return {
        "person_id": person,
        "measurement_concept_id": concept,
        "measurement_date": when.date() if isinstance(when, datetime) else when,
        "measurement_datetime": timed,
        "operator_concept_id": None,
        "value_as_number": value,
        "value_as_concept_id": None,
        "unit_concept_id": unit,
        "measurement_source_value": None,
        "measurement_source_concept_id": 0,
        "unit_source_value": None,
        "value_source_value": None,
        **more,
    }


def drug(
    person: int, concept: int, first: date, last: date | None, kind: int, days: int | None, **more: Any
) -> dict[str, Any]:
    """A row of `drug_exposure`."""
    return {
        "person_id": person,
        "drug_concept_id": concept,
        "drug_exposure_start_date": first,
        "drug_exposure_start_datetime": None,
        "drug_exposure_end_date": last,
        "drug_type_concept_id": kind,
        "refills": 2,
        "quantity": 100.0,
        "days_supply": days,
        "drug_source_value": None,
        "drug_source_concept_id": None,
        **more,
    }


def condition(person: int, concept: int, first: date, last: date | None = None, **more: Any) -> dict[str, Any]:
    """A row of `condition_occurrence`."""
    return {
        "person_id": person,
        "condition_concept_id": concept,
        "condition_start_date": first,
        "condition_end_date": last,
        "condition_status_concept_id": 0,
        "condition_source_value": "a text",
        "condition_source_concept_id": 0,
        **more,
    }


def visit(person: int, concept: int, first: datetime, last: datetime) -> dict[str, Any]:
    """A row of `visit_occurrence`."""
    return {
        "person_id": person,
        "visit_concept_id": concept,
        "visit_start_date": first.date(),
        "visit_start_datetime": first,
        "visit_end_date": last.date(),
        "visit_end_datetime": last,
    }


def person(number: int, gender: int, year: int, month: int | None = 5, day: int | None = 1) -> dict[str, Any]:
    """A row of `person`."""
    return {
        "person_id": number,
        "gender_concept_id": gender,
        "year_of_birth": year,
        "month_of_birth": month,
        "day_of_birth": day,
        "birth_datetime": datetime(year, 1, 1),
    }


def period(number: int, first: date, last: date) -> dict[str, Any]:
    """A row of `observation_period`."""
    return {"person_id": number, "observation_period_start_date": first, "observation_period_end_date": last}


def clinical() -> Cdm:
    """Three patients: one gains weight, one has high pressure and a statin, one has next to nothing."""
    return {
        "person": [person(1, 8532, 1950), person(2, 8507, 1961), person(7_000_000_000, 0, 1948)],
        "observation_period": [
            period(1, date(2000, 1, 1), date(2026, 12, 31)),
            period(2, date(2000, 1, 1), date(2026, 12, 31)),
            period(7_000_000_000, date(2000, 1, 1), date(2026, 1, 12)),
        ],
        "measurement": [
            measurement(1, WEIGHT, datetime(2026, 1, 9, 7, 30), 81.0, KILOGRAM),
            measurement(1, WEIGHT, datetime(2026, 1, 12, 7, 30), 183.2, POUND),
            *(
                measurement(2, concept, datetime(2026, 1, day, hour, 5), value + day, MMHG)
                for day in range(6, 12)
                for hour in (7, 19)
                for concept, value in ((SYSTOLIC, 150.0), (DIASTOLIC, 88.0))
            ),
            measurement(2, WEIGHT, date(2026, 1, 11), 64.5, KILOGRAM),
            measurement(2, WEIGHT, datetime(2026, 1, 10, 0, 0), 64.4, KILOGRAM),
            measurement(7_000_000_000, WEIGHT, datetime(2025, 11, 3, 8), 70.0, KILOGRAM),
        ],
        "condition_occurrence": [
            condition(1, FAILURE, date(2019, 3, 1)),
            condition(2, 0, date(2020, 1, 15), condition_source_concept_id=FAILURE_NO),
            condition(7_000_000_000, COUGH, date(2025, 11, 1), date(2025, 11, 20)),
        ],
        "visit_occurrence": [
            visit(1, 9202, datetime(2025, 12, 1, 9), datetime(2025, 12, 1, 10)),
            visit(2, WARD, datetime(2025, 10, 2, 11), datetime(2025, 10, 5, 14, 30)),
        ],
        "drug_exposure": [
            drug(2, TABLET, date(2025, 2, 1), date(2025, 5, 11), DISPENSED, 100),
            drug(2, TABLET, date(2025, 5, 20), date(2025, 8, 27), DISPENSED, None),
            drug(2, 0, date(2025, 9, 10), None, DISPENSED, 98, drug_source_concept_id=TABLET_SOURCE),
            drug(2, TABLET, date(2025, 2, 1), date(2026, 2, 1), WRITTEN, None),
            drug(2, TABLET, date(2025, 10, 3), date(2025, 10, 3), GIVEN, 1),
        ],
    }


def cdm() -> Cdm:
    """The whole CDM."""
    return {**clinical(), **vocabulary()}


SAID = {"conditions": True, "body_weight": True, "blood_pressure": True, "supply": True, "medicines": True}
SUPPLIED = {**SAID, "stays": {"from": "2000-01-01"}}


def own_tables(folder: Path) -> Path:
    """The same patients as our own tables, handed over in full from the day on which all of them are observed."""
    pressures = "".join(
        f"2,blood_pressure.{part},2026-01-{day:02}T{hour:02}:05,{value + day},mmHg\n"
        for day in range(6, 12)
        for hour in (7, 19)
        for part, value in (("systolic", 150.0), ("diastolic", 88.0))
    )
    files = {
        "patients": "id,birth_date,sex\n1,1950-05-01,female\n2,1961-05-01,male\n7000000000,1948-05-01,\n",
        "observations": "patient,code,time,value,unit\n1,body_weight,2026-01-09T07:30,81.0,kg\n"
        "1,body_weight,2026-01-12T07:30,183.2,lb\n"
        + pressures
        + "2,body_weight,2026-01-11,64.5,kg\n2,body_weight,2026-01-10,64.4,kg\n"
        "7000000000,body_weight,2025-11-03T08:00,70.0,kg\n",
        "conditions": "patient,code,system,from\n1,heart_failure,,2019-03-01\n2,I50.0,ICD-10,2020-01-15\n",
        "stays": "patient,code,from,to\n2,hospital_stay,2025-10-02T11:00,2025-10-05T14:30\n",
        "dispenses": "patient,time,atc,days,quantity\n2,2025-02-01,C10AA05,100,100\n2,2025-05-20,C10AA05,100,100\n"
        "2,2025-09-10,C10AA05,98,100\n",
        "medications": "patient,atc,from,to\n2,C10AA05,2025-02-01,2026-02-01\n",
    }
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    (folder / "manifest.json").write_text(json.dumps({"supplied": SUPPLIED}), "utf-8")
    return folder


def arrow(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows as an Arrow table; a column of which nothing is known holds whole numbers."""
    table = pa.Table.from_pylist([*rows])
    for place, each in enumerate(table.schema):
        if pa.types.is_null(each.type):
            table = table.set_column(place, each.name, table[each.name].cast(pa.int64()))
    return table


def with_manifest(folder: Path) -> None:
    """What the caller says; of stays the observation periods tell."""
    (folder / "manifest.json").write_text(json.dumps({"supplied": SAID}), "utf-8")


def as_parquet(content: Cdm, folder: Path) -> Path:
    """A CDM as a folder of Parquet files."""
    folder.mkdir()
    with_manifest(folder)
    for name, rows in content.items():
        parquet.write_table(arrow(rows), folder / f"{name}.parquet", row_group_size=7)
    return folder


def as_csv(content: Cdm, folder: Path) -> Path:
    """A CDM as a folder of CSV files, some with names in capitals, and tabs between the cells of the vocabulary."""
    folder.mkdir()
    with_manifest(folder)
    for name, rows in content.items():
        table = arrow(rows)
        is_vocabulary = name.startswith("concept")
        if is_vocabulary:
            table = table.rename_columns([each.upper() for each in table.schema.names])
        options = csv.WriteOptions(delimiter="\t" if is_vocabulary else ",", quoting_style="none")
        csv.write_csv(table, folder / f"{name.upper() if is_vocabulary else name}.csv", options)
    return folder


def as_duckdb(content: Cdm, file: Path) -> Path:
    """A CDM as a DuckDB file, the vocabulary in a schema of its own."""
    with_manifest(file.parent)
    with duckdb.connect(str(file)) as connection:
        connection.execute("CREATE SCHEMA vocabulary")
        for name, rows in content.items():
            place = f"vocabulary.{name}" if name.startswith("concept") else name
            table = arrow(rows)
            connection.register("given", table)
            connection.execute(f"CREATE TABLE {place} AS SELECT * FROM given")
            connection.unregister("given")
    return file
