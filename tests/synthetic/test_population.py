"""The made-up population: the same every time, with everything in it that it says, and scored as anybody would be."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import cds
from cds.adapters.tables.specification import TABLES
from cds.api import Ruleset, load, microseconds
from cds.execute.batch import score
from cds.execute.findings import STATUSES
from cds.patient import SEX, Patient, Table
from cds.periods import zone
from cds.population import NO_DAY, ROW_TYPES, Population
from cds.shipped import shipped_rulesets
from cds.synthetic import AT, population, save
from cds.synthetic.faults import EVERY, FAULTS, fault_of
from cds.synthetic.marginals import marginals
from cds.synthetic.people import LAST_DAY
from cds.synthetic.tables import BLOCK
from tests.test_agreement import alone, together

MANY = EVERY * len(FAULTS)
SEED = 7
LARGE = 600

BOUNDS = {
    "days_followed": (180.0, 230.0),
    "readings_per_week": (8.0, 16.0),
    "with_stretches": (0.35, 0.70),
    "sent_twice": (0.005, 0.05),
    "other_units": (0.01, 0.09),
    "weighs_four_days": (0.60, 0.88),
    "doses_taken": (0.97, 0.999),
    "doses_late": (0.01, 0.04),
    "doses_unknown": (0.01, 0.10),
    "dispenser_users_old": (0.65, 0.95),
    "own_limits": (0.70, 0.95),
    "limits_expired": (0.03, 0.13),
    "stays_per_year": (0.4, 1.0),
}


@cache
def tables(patients: int = MANY, seed: int = SEED) -> Mapping[str, Any]:
    return population(patients, seed=seed)


@cache
def shipped() -> Ruleset:
    return load([shipped_rulesets()])


@cache
def read() -> tuple[Population, Any]:
    return shipped().read_tables(tables())


def main_rows(made: Mapping[str, Any], table: str) -> pa.Table:
    return made[table][0]


def files(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in sorted(folder.rglob("*.*"))}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("one", SEED), ("again", SEED), ("other", SEED + 1)):
        written = save(population(20, seed=seed), tmp_path / name)
        assert {str(each.relative_to(tmp_path / name)) for each in written} == set(files(tmp_path / name))
    assert files(tmp_path / "one") == files(tmp_path / "again")
    assert files(tmp_path / "one")["observations.parquet"] != files(tmp_path / "other")["observations.parquet"]


@pytest.mark.parametrize("table", TABLES)
def test_a_larger_population_begins_with_the_same_patients(table: str) -> None:
    few, many = main_rows(population(15, seed=SEED), table), main_rows(tables(), table)
    assert few.equals(many.slice(0, len(few)))
    who = "id" if table == "patients" else "patient"
    later = set(many[who].to_pylist()[len(few) :])
    assert set() == {f"p{each:06d}" for each in range(15)} & later


def test_blocks_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = population(9, seed=SEED)
    assert BLOCK > 9
    monkeypatch.setattr("cds.synthetic.tables.BLOCK", 4)
    split = population(9, seed=SEED)
    assert [main_rows(whole, each).to_pylist() for each in TABLES] == [
        main_rows(split, each).to_pylist() for each in TABLES
    ]


def test_saved_tables_are_read_as_those_in_memory(tmp_path: Path) -> None:
    save(tables(), tmp_path)
    again, issues = shipped().read_tables(tmp_path)
    assert read()[0].ids == again.ids
    assert read()[1].num_rows == issues.num_rows
    for key, columns in read()[0].tables.items():
        for name in ("offsets", *ROW_TYPES, "supplied_from"):
            assert np.array_equal(getattr(columns, name), getattr(again.tables[key], name)), (key, name)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: each.code)
def test_every_kind_of_fault_is_told(fault: Any) -> None:
    found = read()[1].filter(pa.compute.equal(read()[1]["code"], fault.code)).to_pylist()
    having = [f"p{each:06d}" for each in range(MANY) if fault_of(each) is fault]
    assert 1 == len(having)
    assert fault.table in {each["table"] for each in found}
    assert {None, *having} & {each["patient"] for each in found}


def test_nothing_is_wrong_with_rows_but_what_is_meant_to_be() -> None:
    """Forms with an item left out, days of supply that nobody stated, or of medicines as needed, provisional diagnoses,
    pouches without names.
    """
    told = set(read()[1]["code"].to_pylist())
    of_clean_rows = {"part_missing", "days_not_stated", "days_as_needed", "not_certain", "medicine_not_stated"}
    assert of_clean_rows | {each.code for each in FAULTS} == told


def test_marginals_stay_within_their_bounds() -> None:
    found = marginals(tables(LARGE), {})
    assert set(BOUNDS) <= set(found)
    assert {} == {name: found[name] for name, (low, high) in BOUNDS.items() if not low <= found[name] <= high}


@pytest.mark.parametrize("patients", [1, 2, 3])
def test_marginals_of_few_are_numbers_or_absent(patients: int) -> None:
    for seed in range(20):
        found = marginals(population(patients, seed=seed), {})
        assert {} == {name: each for name, each in found.items() if not np.isfinite(each)}


def test_nothing_happens_after_the_last_moment() -> None:
    last = np.datetime64(AT)
    for table, column in (("observations", "time"), ("dispenses", "time"), ("doses", "taken"), ("events", "time")):
        times = main_rows(tables(), table)[column].drop_null().to_numpy()
        assert times.max() < last, (table, column)
    assert date.fromisoformat(AT[:10]).toordinal() - date(1970, 1, 1).toordinal() == LAST_DAY


def test_what_real_data_hold_occurs() -> None:
    units = set(main_rows(tables(LARGE), "observations")["unit"].to_pylist())
    assert {"kg", "g", "[lb_av]", "mmol/L", "mg/dL", "Cel", "[degF]", "mm[Hg]"} <= units
    assert {"taken", "missed", "unknown"} == set(main_rows(tables(), "doses")["status"].to_pylist())
    assert {None, "hospital_stay", "travel_dose", "paused"} == set(main_rows(tables(), "doses")["reason"].to_pylist())
    assert {None, ">"} == set(main_rows(tables(), "observations")["comparator"].to_pylist())


def patient_at(population: Population, place: int) -> Patient:
    """One of a population, as if read alone."""
    held: dict[str, Table] = {}
    for key, columns in population.tables.items():
        start, end = columns.offsets[place : place + 2].tolist()
        rows = [getattr(columns, name)[start:end].tolist() for name in ROW_TYPES]
        held[key] = Table(*rows, [], supplied_from=int(columns.supplied_from[place]))
    born = int(population.birth_day[place])
    return Patient(
        population.ids[place],
        population.zones[population.zone[place]],
        held,
        birth_date=None if born == NO_DAY else date.fromordinal(date(1970, 1, 1).toordinal() + born),
        sex={code: name for name, code in SEX.items()}.get(int(population.sex[place]), ""),
        limits=population.limits.get(place, ()),
        issues=population.issues.get(place, ()),
    )


def test_one_by_one_and_together_they_are_told_the_same() -> None:
    everybody, at = read()[0], microseconds(AT, zone())
    plan = shipped().plan
    said = together(score(plan, everybody, at, keep=list(STATUSES), watch=True), everybody)
    for place in range(3, everybody.n, 11):
        patient = patient_at(everybody, place)
        assert alone(plan, patient, at) == said[patient.id], patient.id
    assert cds.load is load
