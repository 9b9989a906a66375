"""A bad cell in one person's row of a CDM: nothing is raised, and nobody else's findings change."""

from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

import cds
from cds.shipped import shipped_rulesets
from tests.adapters.omop.made import AT, SAID, arrow, cdm

RULESETS = cds.load([shipped_rulesets() / f"{name}.yaml" for name in ("heart-failure-weight", "home-blood-pressure")])
TABLES = {name: arrow(rows) for name, rows in cdm().items()}
MINE = "1"
CELLS = [
    (name, column, row)
    for name, table in TABLES.items()
    if "person_id" in table.schema.names
    for column in table.schema.names
    for row, person in enumerate(table["person_id"].to_pylist())
    if str(person) == MINE
]
OTHERS = {str(each) for each in TABLES["person"]["person_id"].to_pylist()} - {MINE}
WORDS = st.sampled_from(
    [
        *(
            "",
            " ",
            "\x00",
            "nan",
            "true",
            "I50.0",
            "-1",
            "0",
            "1.5",
            "1e400",
            "9" * 19,
            "9" * 40,
            "-9223372036854775808",
        ),
        *("2026-02-30", "2026-13-01 25:61", "0001-01-01", "9999-12-31", "2026-01-10T12:00:00+99:00"),
        *("9201", "4171756", "2000000001"),
    ]
)
TEXTS = (WORDS | st.text(max_size=8)).filter(lambda text: text.strip().split(".")[0] not in OTHERS)
NUMBERS = st.floats().filter(lambda number: str(number).split(".")[0] not in OTHERS)


def findings(tables: dict[str, Any]) -> list[dict[str, Any]]:
    """What is found of everybody but the one with the bad cell."""
    population, _ = RULESETS.read_omop({**tables, "manifest": {"supplied": SAID}}, at=AT)
    rows = RULESETS.score(population, at=AT, allow_draft=True).table().to_pylist()
    return [each for each in rows if each["patient"] in OTHERS]


EXPECTED = findings(TABLES)


def is_number(table: pa.Table, column: str) -> bool:
    """Whether a column holds numbers."""
    kind = table.schema.field(column).type
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def with_cell(table: pa.Table, column: str, row: int, cell: str | float | None) -> pa.Table:
    """The table with another cell, the column of texts or of floats as the cell is."""
    kind = pa.float64() if isinstance(cell, float) else pa.string()
    held = table[column].cast(kind).to_pylist()
    held[row] = cell
    return table.set_column(table.schema.get_field_index(column), column, pa.array(held, kind))


@given(st.sampled_from(CELLS), TEXTS | st.none())
def test_a_bad_text(place: tuple[str, str, int], cell: str | None) -> None:
    name, column, row = place
    assert EXPECTED == findings({**TABLES, name: with_cell(TABLES[name], column, row, cell)})


@given(st.sampled_from([each for each in CELLS if is_number(TABLES[each[0]], each[1])]), NUMBERS)
def test_a_bad_number(place: tuple[str, str, int], cell: float) -> None:
    name, column, row = place
    assert EXPECTED == findings({**TABLES, name: with_cell(TABLES[name], column, row, cell)})
