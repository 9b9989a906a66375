"""The reference of the tables, for people and for programs, made from their specification."""

from collections.abc import Mapping
from typing import Any, Final

from cds.adapters.tables.specification import FILE_TYPES, MANIFEST, TABLES, TYPES, Column, Type

Schema = dict[str, Any]

_HEAD: Final = f"""\
# Tables of a population

A folder holds one file for each table, `NAME{"`, `NAME".join(FILE_TYPES)}`, or a folder `NAME` of several; every table
may be absent. `{MANIFEST}` says what no row can say: `zone`, the time zone of patients of whom none is stated, and
`supplied`, which keys were handed over in full: a column key, a concept's name, or one of conditions, devices, stays,
events, medicines, supply and doses, each with true, false, or the time from which on. Of a key of which it says
nothing, a patient who has rows counts as handed over, and one who has none as unknown, never as empty.

Without the table `patients`, whoever a row names is a patient. A row that cannot be used is told in the table of
issues, and touches no other patient.

Types:
"""

_JSON: Final[Mapping[Type, Schema]] = {
    "id": {"type": ["string", "integer"]},
    "text": {"type": ["string", "null"]},
    "number": {"type": ["number", "string", "null"]},
    "time": {"type": ["string", "null"], "examples": ["2026-01-08T07:30:00+01:00", "2026-01-08T07:30", "2026-01-08"]},
    "date": {"type": ["string", "null"], "examples": ["2026-01-08"]},
    "boolean": {"type": ["boolean", "null"]},
    "codes": {"type": ["string", "array", "null"], "items": {"type": "string"}},
}


def tables_reference() -> str:
    """Every table and column, as Markdown."""
    types = "".join(f"- **{name}**: {says}.\n" for name, says in TYPES.items())
    return _HEAD + "\n" + types + "".join(_section(name, columns) for name, columns in TABLES.items())


def _section(name: str, columns: tuple[Column, ...]) -> str:
    rows = "".join(
        f"| `{each.name}` | {each.type} | {'yes' if each.is_required else ''} | {each.meaning} |\n" for each in columns
    )
    return f"\n## {name}\n\n| column | type | needed | what it holds |\n|---|---|---|---|\n{rows}"


def tables_schema() -> Schema:
    """JSON Schema of one row of each table, as a line of NDJSON holds it.

    >>> tables_schema()["$defs"]["observations"]["required"]
    ['patient', 'code', 'time', 'value']
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cds tables",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in TABLES],
        "$defs": {name: _row(columns) for name, columns in TABLES.items()},
    }


def _row(columns: tuple[Column, ...]) -> Schema:
    return {
        "type": "object",
        "properties": {each.name: {**_JSON[each.type], "description": each.meaning} for each in columns},
        "required": [each.name for each in columns if each.is_required],
        "additionalProperties": False,
    }
