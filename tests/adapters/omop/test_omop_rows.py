"""What single rows of a CDM come to: codes, units, times, supply, stays, and what is told of those that are bad."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from cds.adapters.omop.reading import population_from_cdm
from cds.api import microseconds
from cds.catalogue import shared_concepts
from cds.codes import Attribute
from cds.diagnostics import PatientError
from cds.operators.reasons import DAYS_NOT_KNOWN, IMPLAUSIBLE_ONLY, KNOWN, NOT_CERTAIN, UNIT_NOT_UNDERSTOOD
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.periods import zone
from cds.population import EVERYTHING, Columns, Population
from tests.adapters.omop import made
from tests.adapters.omop.made import AT, OWN, Cdm, arrow, condition, drug, measurement, person, visit, vocabulary

NOON = datetime(2026, 1, 10, 12)
DAY = date(2026, 1, 10)
NOWHERE = OWN + 999


def read(content: Cdm, **more: object) -> tuple[Population, list[dict[str, Any]]]:
    """The population of a CDM in memory, and its issues."""
    tables = {name: arrow(rows) for name, rows in {"person": [person(1, 8532, 1950)], **content}.items() if rows}
    population, issues = population_from_cdm(
        {**tables, **more}, concepts=shared_concepts(), at=moment(AT), wanted=None, extent=EVERYTHING
    )
    return population, issues.to_pylist()


def moment(text: str) -> int:
    """Microseconds UTC of clock time in Norway."""
    return microseconds(text, zone())


def told(issues: list[dict[str, Any]]) -> list[tuple[str, int | None, str, str]]:
    """Where each issue is, and of which kind."""
    return [(each["table"], each["row"], each["column"], each["code"]) for each in issues]


def weights(*rows: dict[str, Any], **more: object) -> tuple[Columns, list[tuple[str, int | None, str, str]]]:
    """The weights of a CDM with these measurements, and what is told of them."""
    population, issues = read({"measurement": [*rows], **vocabulary()}, **more)
    return population.tables["body_weight"], told(issues)


def weight(value: float | None, unit: int = made.KILOGRAM, when: datetime | date = NOON, **more: Any) -> dict[str, Any]:
    """A measurement of the first patient's weight."""
    return measurement(1, more.pop("concept", made.WEIGHT), when, value, unit, **more)


UNITS = {
    "by its concept": ({"unit": made.POUND}, 183.2, 83.1, KNOWN),
    "as the source wrote it": ({"unit": 0, "unit_source_value": "kg"}, 80.0, 80.0, KNOWN),
    "the concept goes first": ({"unit": made.KILOGRAM, "unit_source_value": "lb"}, 80.0, 80.0, KNOWN),
    "a concept that is not known": ({"unit": NOWHERE}, 80.0, 0.0, UNIT_NOT_UNDERSTOOD),
    "a word that is not known": ({"unit": 0, "unit_source_value": "stone-ish"}, 80.0, 0.0, UNIT_NOT_UNDERSTOOD),
    "none": ({"unit": 0}, 80.0, 0.0, UNIT_NOT_UNDERSTOOD),
}


@pytest.mark.parametrize("case", UNITS)
def test_units(case: str) -> None:
    given, value, expected, quality = UNITS[case]
    found, _ = weights(weight(value, **given))
    assert ([pytest.approx(expected, abs=0.05)], [quality]) == (found.values.tolist(), found.quality.tolist())


@pytest.mark.parametrize(("concept", "is_known"), [(0, True), (4172703, True), (4171756, False), (NOWHERE, False)])
def test_a_sign_before_the_value_is_no_value(concept: int, is_known: bool) -> None:
    found, _ = weights(weight(80.0, operator_concept_id=concept))
    assert [is_known] == [each == KNOWN for each in found.quality.tolist()]


TIMES = {
    "a moment by the clock": (NOON, DAY, moment("2026-01-10T12:00"), False),
    "a moment in a zone": (datetime(2026, 1, 10, 11, tzinfo=UTC), DAY, moment("2026-01-10T12:00"), False),
    "midnight by the clock is a day": (datetime(2026, 1, 10), DAY, moment("2026-01-10T00:00"), True),
    "a day": (None, DAY, moment("2026-01-10T00:00"), True),
    "a moment without its day": (NOON, None, moment("2026-01-10T12:00"), False),
    "as text": ("2026-01-10 12:00:00", "2026-01-10", moment("2026-01-10T12:00"), False),
    "as text in a zone": ("2026-01-10T12:00:00+02:00", "2026-01-10", moment("2026-01-10T11:00"), False),
    "a text that is no moment": ("noonish", "2026-01-10", moment("2026-01-10T00:00"), True),
}


@pytest.mark.parametrize("case", TIMES)
def test_times(case: str) -> None:
    when, day, expected, is_date = TIMES[case]
    found, issues = weights(weight(80.0, measurement_datetime=when, measurement_date=day))
    assert [expected] == found.times.tolist()
    assert [is_date] == [bool(each & Attribute.DATE_ONLY) for each in found.attribute.tolist()]
    bad = [("measurement", 0, "measurement_datetime", "time_not_understood")] if when == "noonish" else []
    assert bad == issues


def test_a_moment_of_another_day_than_its_date_is_none() -> None:
    population, issues = read({"measurement": [weight(80.0, measurement_date=date(2026, 1, 9))], **vocabulary()})
    assert 0 == sum(len(each.times) for each in population.tables.values())
    assert ("measurement", 0, "measurement_datetime", "times_disagree") in told(issues)


CONCEPTS = {
    "by its concept": ({}, [80.0], []),
    "by the concept of the source": ({"concept": 0, "measurement_source_concept_id": made.WEIGHT}, [80.0], []),
    "the one that rules ask for": (
        {"concept": made.COUGH, "measurement_source_concept_id": made.WEIGHT},
        [80.0],
        [],
    ),
}


@pytest.mark.parametrize("case", CONCEPTS)
def test_concepts(case: str) -> None:
    given, expected, issues = CONCEPTS[case]
    found, said = weights(weight(80.0, **given))
    assert (expected, issues) == (found.values.tolist(), said)


def test_a_concept_of_which_nothing_is_known_is_told_of_once() -> None:
    rows = [weight(80.0), *(weight(80.0, concept=NOWHERE) for _ in range(3)), weight(80.0, concept=0)]
    population, issues = read({"measurement": rows, **vocabulary()})
    assert 1 == len(population.tables["body_weight"].times)
    column = "measurement_concept_id"
    assert [("measurement", row, column, "concept_not_mapped") for row in (1, 4)] == told(issues)
    assert ["3 of them" in issues[0]["message"], "1 of them" in issues[1]["message"]] == [True, True]


def test_without_vocabulary_tables_nothing_is_known() -> None:
    population, issues = read(
        {"measurement": [weight(80.0)], "condition_occurrence": [condition(1, made.FAILURE, DAY)]}
    )
    assert {} == {key: each for key, each in population.tables.items() if len(each.times)}
    assert ["concept_not_mapped"] * 2 == [each["code"] for each in issues]


MAP = f"""field,value,system,code
measurement_concept_id,{NOWHERE},LOINC,29463-7
measurement_source_value,VEKT,,body_weight
unit_concept_id,{NOWHERE},UCUM,kg
unit_source_value,kilo,UCUM,kg
operator_concept_id,{NOWHERE},,<
condition_source_value,hjertesvikt,ICD-10,I50
visit_source_value,innlagt,,hospital_stay
gender_concept_id,{NOWHERE},,female
drug_concept_id,{NOWHERE},ATC,C10AA05
drug_type_concept_id,{NOWHERE},,dispensed
"""


def test_what_the_user_says_of_concepts(tmp_path: Path) -> None:
    (tmp_path / "map.csv").write_text(MAP, "utf-8")
    rows = [
        weight(80.0, unit=NOWHERE, concept=NOWHERE),
        weight(
            81.0, unit=0, concept=0, measurement_source_value="VEKT", unit_source_value="kilo", when=date(2026, 1, 11)
        ),
    ]
    content = {
        "person": [person(1, NOWHERE, 1950)],
        "measurement": rows,
        "condition_occurrence": [condition(1, 0, DAY, condition_source_value="hjertesvikt")],
        "visit_occurrence": [{**visit(1, 0, NOON, NOON), "visit_source_value": "innlagt"}],
        "drug_exposure": [drug(1, NOWHERE, DAY, None, NOWHERE, 30)],
    }
    population, issues = read(content, concept_map=tmp_path / "map.csv")
    assert [] == issues
    assert [1] == population.sex.tolist()
    assert [80.0, 81.0] == population.tables["body_weight"].values.tolist()
    keys = ("conditions.heart_failure", "stays.hospital_stay", "supply.statins")
    assert [1, 1, 1] == [len(population.tables[key].times) for key in keys]


WRONG_LINES = {
    "weight_concept_id,1,LOINC,1-8": "`field` names no column that is looked up",
    "measurement_concept_id,1,,body_wieght": "did you mean `body_weight`",
    "drug_type_concept_id,1,,bought": "write one of dispensed, prescribed, given, and no system",
    "drug_concept_id,1,RxNorm,17": "a medicine has a code of the system ATC",
    "unit_concept_id,,UCUM,kg": "must not be empty",
}


@pytest.mark.parametrize("line", WRONG_LINES)
def test_a_line_of_the_concept_map_that_cannot_be_meant(line: str, tmp_path: Path) -> None:
    (tmp_path / "map.csv").write_text(f"field,value,system,code\n{line}\n", "utf-8")
    with pytest.raises(PatientError, match=f"line 2: .*{WRONG_LINES[line]}"):
        read({}, concept_map=tmp_path / "map.csv")


FIRST = date(2025, 12, 1)
DAYS = {
    "stated": (30, date(2025, 12, 15), 30.0, KNOWN, []),
    "missing": (None, date(2025, 12, 30), 30.0, KNOWN, ["days_derived"]),
    "zero": (0, date(2025, 12, 30), 30.0, KNOWN, ["days_derived"]),
    "negative": (-30, date(2025, 12, 30), 30.0, KNOWN, ["days_derived"]),
    "absurd": (9999, date(2025, 12, 30), 30.0, KNOWN, ["days_derived"]),
    "missing, and an end that says nothing": (None, FIRST, 0.0, DAYS_NOT_KNOWN, ["days_not_stated"]),
    "missing, and no end": (None, None, 0.0, DAYS_NOT_KNOWN, ["days_not_stated"]),
    "zero, and an end before the beginning": (0, date(2025, 11, 1), 0.0, IMPLAUSIBLE_ONLY, ["days_not_possible"]),
    "missing, and an absurd end": (None, date(2099, 12, 31), 0.0, DAYS_NOT_KNOWN, ["days_not_stated"]),
}


@pytest.mark.parametrize("case", DAYS)
def test_days_supply(case: str) -> None:
    stated, last, days, quality, issues = DAYS[case]
    rows = [drug(1, made.TABLET, FIRST, last, made.DISPENSED, stated)]
    population, said = read({"drug_exposure": rows, **vocabulary()})
    found = population.tables["supply.statins"]
    assert ([days], [quality], [100.0]) == (found.values.tolist(), found.quality.tolist(), found.raw.tolist())
    assert [("drug_exposure", 0, "days_supply", each) for each in issues] == told(said)
    assert [issues == ["days_derived"]] == [bool(each & Attribute.DERIVED) for each in found.attribute.tolist()]


@pytest.mark.parametrize(
    ("kind", "supply", "use"),
    [(made.DISPENSED, 1, 0), (38000175, 1, 0), (made.WRITTEN, 0, 1), (made.GIVEN, 0, 0), (0, 0, 0), (None, 0, 0)],
)
def test_only_what_was_handed_out_is_supply(kind: int | None, supply: int, use: int) -> None:
    rows = [
        drug(1, made.TABLET, FIRST, date(2025, 12, 30), made.DISPENSED, 30),
        drug(1, made.TABLET, FIRST, FIRST, kind, 7),
    ]
    manifest = {"supplied": {"supply": True, "medicines": True}}
    population, issues = read({"drug_exposure": rows, **vocabulary()}, manifest=manifest)
    found = population.tables
    assert (1 + supply, use) == (len(found["supply.statins"].times), len(found["medicines.statins"].times))
    is_known = kind not in (0, None)
    assert (FIRST_TIME if is_known else LAST_TIME) == found["supply.statins"].supplied_from[0]
    assert ([] if is_known else [("drug_exposure", 1, "drug_type_concept_id", "drug_type_not_known")]) == told(issues)


MEDICINES = {
    "classes above it": ({}, ("C10AA05",)),
    "what it maps to": ({"concept": 0, "drug_source_concept_id": made.TABLET_SOURCE}, ("C10AA05",)),
    "an ATC code as it was recorded": (
        {"concept": made.OTHER_TABLET, "drug_source_concept_id": made.STATIN},
        ("C10AA05",),
    ),
    "no class": ({"concept": made.OTHER_TABLET}, ()),
}


@pytest.mark.parametrize("case", MEDICINES)
def test_medicines(case: str) -> None:
    given, atc = MEDICINES[case]
    more = {name: each for name, each in given.items() if name != "concept"}
    rows = [drug(1, given.get("concept", made.TABLET), FIRST, None, made.DISPENSED, 30, **more)]
    population, issues = read({"drug_exposure": rows, **vocabulary()}, manifest={"supplied": {"supply": True}})
    found = population.tables
    assert (1, len(atc)) == (len(found["supply.all"].times), len(found["supply.statins"].times))
    assert ([] if atc else ["medicine_not_mapped", "medicine_not_stated"]) == [each["code"] for each in issues]
    assert (FIRST_TIME if atc else LAST_TIME) == found["supply.statins"].supplied_from[0]


def test_visits() -> None:
    concepts = (9201, 262, made.WARD, 9202, NOWHERE)
    rows = [
        visit(1, each, datetime(2025, 12, 1 + 3 * k, 9), datetime(2025, 12, 3 + 3 * k, 9))
        for k, each in enumerate(concepts)
    ]
    population, issues = read({"visit_occurrence": rows, **vocabulary()})
    found = population.tables["stays.hospital_stay"]
    assert [moment(f"2025-12-{day:02}T09:00") for day in (1, 4, 7)] == found.times.tolist()
    assert [("visit_occurrence", 4, "visit_concept_id", "concept_not_mapped")] == told(issues)
    assert [LAST_TIME] == found.supplied_from.tolist()


def test_a_preliminary_diagnosis_is_not_certain() -> None:
    rows = [condition(1, made.FAILURE, DAY, condition_status_concept_id=32899)]
    population, _ = read({"condition_occurrence": rows, **vocabulary()})
    assert [NOT_CERTAIN] == population.tables["conditions.heart_failure"].quality.tolist()


BIRTHS = {
    "in full": (person(1, 8532, 1950, 2, 28), "1950-02-28", []),
    "the year only": (person(1, 8532, 1950, None, None), None, [("person", 0, "day_of_birth", "birth_date_in_part")]),
    "a day that no calendar has": (
        person(1, 8532, 1950, 2, 30),
        None,
        [("person", 0, "year_of_birth", "date_not_understood")],
    ),
    "only as a moment": ({"person_id": 1, "birth_datetime": datetime(1950, 2, 28)}, "1950-02-28", []),
}


@pytest.mark.parametrize("case", BIRTHS)
def test_births(case: str) -> None:
    row, expected, issues = BIRTHS[case]
    population, said = read({"person": [row]})
    born = int(population.birth_day[0])
    assert expected == (None if born < -100_000 else date.fromordinal(born + date(1970, 1, 1).toordinal()).isoformat())
    assert issues == told(said)


def test_sexes() -> None:
    population, _ = read({"person": [person(number, each, 1950) for number, each in enumerate((8532, 8507, 0, 8521))]})
    assert [1, 2, 0, 0] == population.sex.tolist()


PERIODS = {
    "within it": ([(1, "2025-06-01", "2026-06-30")], moment("2025-06-01T00:00")),
    "on its last day": ([(1, "2025-06-01", "2026-01-12")], moment("2025-06-01T00:00")),
    "after it": ([(1, "2025-06-01", "2026-01-11")], LAST_TIME),
    "before it": ([(1, "2026-01-13", "2026-06-30")], LAST_TIME),
    "of several": ([(1, "2020-01-01", "2020-12-31"), (1, "2025-06-01", "2026-06-30")], moment("2025-06-01T00:00")),
    "of somebody else": ([(2, "2025-06-01", "2026-06-30")], LAST_TIME),
    "one that cannot be read": ([(1, "2025-06-01", "for ever")], LAST_TIME),
}


@pytest.mark.parametrize("case", PERIODS)
def test_absence_counts_within_an_observation_period(case: str) -> None:
    periods, expected = PERIODS[case]
    rows = [made.period(each, first, last) for each, first, last in periods]  # type: ignore[arg-type]
    content = {"observation_period": rows, "measurement": [weight(80.0)], **vocabulary()}
    population, issues = read(content)
    assert [expected] == population.tables["body_weight"].supplied_from.tolist()
    bad = [("observation_period", 0, "observation_period_end_date", "date_not_understood")]
    assert (bad if "for ever" in str(periods) else []) == told(issues)


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (None, [moment("2026-01-10T00:00"), LAST_TIME, LAST_TIME]),
        ({"supplied": {"conditions": True}}, [FIRST_TIME] * 3),
    ],
)
def test_diagnoses_without_a_code_may_be_any_unless_the_caller_says_so(
    manifest: dict[str, Any] | None, expected: list[int]
) -> None:
    content: Cdm = {
        "person": [person(number, 8532, 1950) for number in (1, 2, 3)],
        "observation_period": [made.period(number, DAY, date(2026, 2, 1)) for number in (1, 2)],
        "condition_occurrence": [condition(1, made.FAILURE, DAY), condition(2, NOWHERE, DAY)],
        **vocabulary(),
    }
    population, _ = read(content, manifest=manifest)
    assert expected == population.tables["conditions.copd"].supplied_from.tolist()


def test_rows_of_nobody() -> None:
    rows = [weight(80.0), weight(81.0) | {"person_id": 5}, weight(82.0) | {"person_id": None}]
    found, issues = weights(*rows)
    assert [80.0] == found.values.tolist()
    assert [
        ("measurement", 1, "person_id", "patient_not_known"),
        ("measurement", 2, "person_id", "patient_not_stated"),
    ] == issues


def test_issues_name_the_rows_of_the_cdm() -> None:
    whens = [NOON, DAY, None, datetime(2026, 1, 9, 8, tzinfo=UTC)]
    rows = [
        weight(
            80.0, unit=made.KILOGRAM if row % 3 else 0, measurement_datetime=str(whens[row % 4] or ""), concept=concept
        )
        for row, concept in enumerate([made.WEIGHT, made.COUGH, made.WEIGHT, 0, made.WEIGHT] * 4)
    ]
    for row in rows[::2]:
        row["measurement_date"] = None
    table = pa.concat_tables([arrow(rows).slice(first, 3) for first in range(0, len(rows), 3)])
    expected = [("unit_missing", row) for row, each in enumerate(rows) if untold(each)]
    population, issues = read({**vocabulary()}, measurement=table)
    assert expected == sorted((code, row) for _, row, _, code in told(issues) if code == "unit_missing")
    of_patient = {(each.code, each.place) for each in population.issues[0]}
    assert {(code, f"measurement[{row}].value_as_number") for code, row in expected} < of_patient


def untold(row: dict[str, Any]) -> bool:
    """Whether a weight is without its unit, and has a time."""
    has_time = bool(row["measurement_datetime"] or row["measurement_date"])
    return has_time and row["measurement_concept_id"] == made.WEIGHT and row["unit_concept_id"] == 0


def test_files_of_one_table_may_have_other_columns() -> None:
    full, bare = weight(80.0), weight(81.0, when=date(2026, 1, 9))
    few = ("person_id", "measurement_concept_id", "measurement_date", "value_as_number", "unit_concept_id")
    parts = [arrow([full]), arrow([bare]).select(few), arrow([full | {"value_as_number": None}]).select(few[:3])]
    population, issues = read(vocabulary(), measurement=parts)
    assert [81.0, 80.0] == population.tables["body_weight"].values.tolist()
    assert [("measurement", 2, None, "value_missing")] == told(issues)


def test_words_in_place_of_numbers_do_not_vanish() -> None:
    rows = [weight(None, value_source_value="HI"), weight(None, value_as_concept_id=NOWHERE, when=date(2026, 1, 9))]
    found, issues = weights(*rows)
    assert [False, False] == [each == KNOWN for each in found.quality.tolist()]
    codes = {(row, code) for _, row, _, code in issues}
    assert {(0, "meter_limit_not_stated"), (1, "value_not_a_number")} == codes


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({}, "no table `person`"),
        ({"person": pa.table({"PERSON_ID": [1], "person_id": [1]})}, "the column `person_id` twice"),
        ({"person": pa.table({"person": [1]})}, "`person` has no column `person_id`"),
        ({"person": "nowhere.parquet"}, "there is no file `nowhere.parquet`"),
        ({"person": 7}, "neither a file nor anything that hands over Arrow"),
    ],
)
def test_what_is_no_cdm(tables: dict[str, object], message: str) -> None:
    with pytest.raises(PatientError, match=message):
        population_from_cdm(tables, concepts=shared_concepts(), at=0, wanted=None, extent=EVERYTHING)
