"""The reference says what is read: every column is in it, and rows that are read fit the schema."""

from random import Random

import jsonschema
import pytest

from cds.adapters.tables.reference import tables_reference, tables_schema
from cds.adapters.tables.specification import TABLES
from tests.adapters.tables import hostile
from tests.adapters.tables.writing import even, tables_of


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_told(name: str) -> None:
    section = tables_reference().split(f"\n## {name}\n")[1].split("\n## ")[0]
    assert [each.name for each in TABLES[name]] == [
        line.split("`")[1] for line in section.splitlines() if line.startswith("| `")
    ]


def test_rows_fit_the_schema() -> None:
    schema = tables_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    tables = tables_of(even([hostile.record(Random(each), str(each)) for each in range(5)]))
    checked = 0
    for name, rows in tables.rows.items():
        check = jsonschema.Draft202012Validator({**schema["$defs"][name], "required": []})
        for row in rows:
            check.validate(row)
            checked += 1
    assert checked > 100
