"""Readings that say nothing but who, what, when and how much take a short way; it gives what the long way gives."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.adapters.tables import packed, readings
from cds.adapters.tables.kernels import ABSENT, Kept
from cds.adapters.tables.ordering import MOVES_EACH
from cds.adapters.tables.packing import STRETCHES, find_stretches, survey
from cds.adapters.tables.reading import population_from_tables
from cds.adapters.tables.unpacked import Unpacked
from cds.population import Population
from tests.adapters.tables.compared import assert_same, of_records, values
from tests.adapters.tables.writing import Row, arrow, split
from tests.strategies import SEEDS

START = 1_767_225_600_000_000
MINUTE = 60_000_000
MEASURED: dict[str, tuple[tuple[Any, ...], tuple[str | None, ...]]] = {
    "body_weight": ((83.1, 83.2, 0.1, 5000.0, 83100.0), ("kg", "kg", "kg", "g", "lb", None)),
    "heart_rate": ((72.0, 0.0, -0.0, 900.0, 300.0), ("/min",)),
    "glucose": ((3.9, 70.0, 27.8), ("mmol/L", "mmol/L", "mg/dL", "mmHg")),
    "blood_pressure.systolic": ((120.0, 120.0, 140.0, 900.0), ("mmHg", "mmHg", "kPa")),
    "blood_pressure.diastolic": ((80.0, 90.0), ("mmHg", "mmHg", "kPa")),
    "no_such_thing": ((1.0,), ("kg",)),
}


def drawn(seed: int, numbers: bool) -> list[Row]:
    """Readings of a few patients; what can be told of them, and how often two bear one time, differs by the seed."""
    pick = Random(seed)
    codes = pick.sample(sorted(MEASURED), pick.randint(1, len(MEASURED)))
    instants = pick.choice((2, 30, 50_000))
    span = pick.choice((1, MINUTE, 10_000 * MINUTE))
    is_clean, people = pick.random() < 0.4, pick.randint(1, 7)
    rows: list[Row] = []
    for _ in range(pick.choice((1, 20, 90))):
        code = pick.choice(codes)
        held, units = MEASURED[code]
        patient = pick.randrange(people) * 7
        value, unit = pick.choice(held[:2] if is_clean else held), units[0] if is_clean else pick.choice(units)
        bound = None if is_clean else pick.choice((None, None, None, "<", ">", "?"))
        time = None if not is_clean and pick.random() < 0.05 else START + pick.randrange(instants) * span
        row = {"patient": patient if numbers else f"p{patient}", "code": code, "time": time, "value": value}
        if not is_clean and pick.random() < 0.1:
            row["value"] = pick.choice(("HI", "lo", "heavy", None, float("inf"), float("nan")))
        rows.append({**row, "unit": unit, "comparator": bound})
    return rows


def in_some_order(rows: Sequence[Row], order: str, seed: int) -> list[Row]:
    """By patient, by patient and time, or as they are."""
    if order == "as drawn":
        return list(rows)
    return sorted(rows, key=lambda row: (row["patient"], (row["time"] or 0) if order == "by time" else 0))


TYPES = {"time": pa.timestamp("us", "UTC"), "value": pa.float64()}


def as_tables(rows: Sequence[Row], seed: int) -> dict[str, Any]:
    """The rows in pieces; ids and codes in some of them as dictionaries."""
    pieces = [arrow("observations", piece, TYPES) for piece in split(rows, seed)]
    for place, piece in enumerate(pieces):
        for name in ("patient", "code") if place % 2 else ():
            column = piece.schema.get_field_index(name)
            piece = piece.set_column(column, name, piece[name].dictionary_encode())
        pieces[place] = piece
    return {"observations": pieces}


def both_ways(source: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """Population and issues by the short way and by the long one."""
    short = population_from_tables(source)
    with monkeypatch.context() as patched:
        patched.setattr(readings, "are_plain", lambda _: False)
        return short, population_from_tables(source)


def assert_both_same(source: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Population:
    """Both ways give the same, bit for bit; returns it."""
    (short, issues), (long, others) = both_ways(source, monkeypatch)
    assert_same(long, short)
    assert others.to_pylist() == issues.to_pylist()
    return short


@given(SEEDS, st.booleans(), st.sampled_from(("as drawn", "by patient", "by time")), st.sampled_from((1, 4, 1 << 15)))
def test_same_as_the_long_way(seed: int, numbers: bool, order: str, rows_per_block: int) -> None:
    rows = in_some_order(drawn(seed, numbers), order, seed)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(packed, "ROWS_PER_BLOCK", rows_per_block)
        patched.setattr(packed, "ROWS_PER_NEAR_BLOCK", rows_per_block)
        assert_both_same(as_tables(rows, seed), patched)


def weights(people: int, each: int) -> list[dict[str, Any]]:
    """Records of patients with weights and pressures, each at a time of its own."""
    units = {"unit": "kg"}, {"unit": "mmHg"}
    return [
        {
            "id": f"{patient}",
            "readings": {
                "body_weight": [{"time": at(number), "value": 80.0 + number, **units[0]} for number in range(each)],
                "blood_pressure": [
                    {"time": at(number), "systolic": 130.0 + patient, "diastolic": 80.0 + number, **units[1]}
                    for number in range(each)
                ],
            },
        }
        for patient in range(people)
    ]


def at(number: int) -> str:
    """A minute of the day."""
    return f"2026-03-29T{number // 60:02}:{number % 60:02}:00Z"


def rows_of(records: Sequence[dict[str, Any]]) -> list[Row]:
    """The same as rows, without names of readings."""
    rows: list[Row] = []
    for record in records:
        for name, held in record["readings"].items():
            for each in held:
                shared = {"patient": record["id"], "time": each["time"], "unit": each["unit"]}
                parts = [part for part in each if part not in ("time", "unit")]
                codes = {part: name if part == "value" else f"{name}.{part}" for part in parts}
                rows += [{**shared, "code": codes[part], "value": each[part]} for part in parts]
    return rows


@pytest.mark.parametrize("order", ["in order", "shuffled", "backwards"])
def test_same_as_one_by_one(order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    records = weights(9, 40)
    rows = rows_of(records)
    if order == "shuffled":
        Random(1).shuffle(rows)
    elif order == "backwards":
        rows.reverse()
    ways: list[bool] = []
    take = Unpacked.columns

    def columns(self: Unpacked) -> Any:
        ways.append(self._survey.is_near)
        return take(self)

    monkeypatch.setattr(Unpacked, "columns", columns)
    monkeypatch.setattr(packed, "ROWS_PER_BLOCK", 100)
    found, _ = population_from_tables({"observations": arrow("observations", rows)})
    assert_same(of_records(records), found)
    assert [order != "shuffled"] == ways


def test_long_runs_in_no_order(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of(weights(1, 40 * MOVES_EACH))
    for order in (sorted(rows, key=lambda row: row["value"]), sorted(rows, key=lambda row: -row["value"])):
        assert_both_same({"observations": arrow("observations", order)}, monkeypatch)


def test_a_crowd_takes_the_long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row for row in rows_of(weights(3, 150)) if row["code"] == "body_weight"]
    crowded = [{**row, "time": at(0)} if row["patient"] == "1" else row for row in rows]
    found = assert_both_same({"observations": arrow("observations", crowded)}, monkeypatch)
    assert [150, 1, 150] == [
        *map(int, found.tables["body_weight"].offsets[1:] - found.tables["body_weight"].offsets[:-1])
    ]


@pytest.mark.parametrize("bits", [8, 24, 34, 63])
def test_keys_with_little_room(bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "KEY_BITS", bits)
    monkeypatch.setattr(packed, "ROWS_PER_BLOCK", 4)
    rows = rows_of(weights(40, 3))
    Random(2).shuffle(rows)
    assert_both_same({"observations": arrow("observations", rows)}, monkeypatch)


@pytest.mark.parametrize("strangers", [1, 30])
@pytest.mark.parametrize("place", [0, 20, 40])
def test_rows_of_nobody_who_is_known(place: int, strangers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before, between and behind the stretches of rows of those who are; also alone in the last part."""
    rows = rows_of(weights(2, 10))
    nobody = [{**rows[number % 20], "patient": "nobody"} for number in range(strangers)]
    parts = [rows[:place] + nobody + rows[place:], nobody]
    patients = arrow("patients", [{"id": "0"}, {"id": "1"}])
    monkeypatch.setattr(packed, "ROWS_EACH_STRETCH", 1)
    monkeypatch.setattr(packed, "ROWS_PER_NEAR_BLOCK", 1)
    source = {"patients": patients, "observations": [arrow("observations", each) for each in parts]}
    assert_same(of_records(weights(2, 10)), assert_both_same(source, monkeypatch))


@given(st.lists(st.sampled_from([0, 1, 2]), max_size=8))
def test_there_is_room_for_every_stretch(patients: list[int]) -> None:
    rows = [0] * len(patients)
    kept = Kept(patients, rows, rows, [], [], rows, [], [], [])
    found, starts = [0, 0, 0], [ABSENT] * (len(patients) + 2)
    survey(kept, 1, 0, [0, 0, 0], [0], [0], found)
    find_stretches(patients, starts)
    assert sum(each != ABSENT for each in starts) == found[STRETCHES] + 1


@pytest.mark.parametrize("ids", [[3, 20, 100], [-5, 7, 2**40], [2**62, 1, 0]])
def test_whole_numbers_as_ids(ids: list[int]) -> None:
    rows = {"patient": [*ids, None], "code": ["body_weight"] * 4, "time": ["2026-01-08"] * 4, "unit": ["kg"] * 4}
    table = pa.table({**rows, "value": [81.0, 82.0, 83.0, 84.0]})
    population, issues = population_from_tables({"observations": table})
    order = sorted(range(3), key=lambda place: str(ids[place]))
    assert [str(ids[place]) for place in order] == list(population.ids)
    assert [81.0 + place for place in order] == values(population, "body_weight")
    assert ["patient_not_stated"] == issues["code"].to_pylist()
