"""The rows that tasks give back: each is a finding or an issue, and the other is null."""

from collections.abc import Iterator
from typing import Any, Final

from cds.adapters.tables.arrow import ArrowBatch, ArrowTable, pa
from cds.adapters.tables.notes import SCHEMA as ISSUE

ROW: Final = "row"
"""A column that every DataFrame may have: the number of each row, by which issues name it."""
KEY: Final = "key"
COUNT: Final = "count"
FINDING: Final = pa.schema(
    [
        *((name, pa.string()) for name in ("patient", "ruleset", "version", "rule")),
        *((name, pa.string()) for name in ("status", "colour", "indicator", "triage")),
        *(("value", pa.float64()), ("unit", pa.string())),
        *(("limit", pa.float64()), ("limit_name", pa.string()), ("limit_origin", pa.string())),
        *(("reason", pa.string()), ("uncertain", pa.bool_())),
        *(("newest", pa.timestamp("us", "UTC")), ("hidden_by", pa.string())),
    ]
)
"""As `Findings.table` has them, in plain texts."""
TOLD: Final = pa.schema([*ISSUE, (KEY, pa.string()), (COUNT, pa.int64())])
"""key: what an issue is told of once, however many rows hold it: a code; null = a row, or a patient.
count: of how many rows the issue is, where they are only counted."""
_FINDINGS: Final = pa.struct(list(FINDING))
_ISSUES: Final = pa.struct(list(TOLD))
_ROWS_AT_ONCE: Final = 1 << 16
_TYPES: Final = {pa.string(): "string", pa.float64(): "double", pa.bool_(): "boolean", pa.int64(): "bigint"}


def finding_batches(found: ArrowTable) -> Iterator[ArrowBatch]:
    """Findings as rows to give back."""
    for each in found.cast(FINDING).to_batches(_ROWS_AT_ONCE):
        yield _batch(pa.StructArray.from_arrays(each.columns, fields=list(FINDING)), pa.nulls(each.num_rows, _ISSUES))


def issue_batches(found: ArrowTable) -> Iterator[ArrowBatch]:
    """Issues, of schema TOLD, as rows to give back."""
    for each in found.to_batches(_ROWS_AT_ONCE):
        yield _batch(pa.nulls(each.num_rows, _FINDINGS), pa.StructArray.from_arrays(each.columns, fields=list(TOLD)))


def _batch(finding: Any, issue: Any) -> ArrowBatch:
    return pa.RecordBatch.from_arrays([finding, issue], ["finding", "issue"])


def ddl(schema: Any) -> str:
    """A schema in Spark's words.

    >>> ddl(TOLD)[:30]
    '`table` string, `row` bigint, '
    """
    return ", ".join(f"`{each.name}` {_TYPES.get(each.type, 'timestamp')}" for each in schema)


SCHEMA: Final = f"finding struct<{ddl(FINDING)}>, issue struct<{ddl(TOLD)}>"
