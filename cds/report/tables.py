"""A report for programs: an Arrow table, and the same as CSV, Parquet or NDJSON."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from cds.adapters.tables.arrow import ArrowTable, pa, parquet
from cds.report.making import Report, Row

_SUPPRESSED: Final = "suppressed"
_PUBLISHED: Final = "published"


def table_of(report: Report) -> ArrowTable:
    """One row for each count; see docs/report.md for the columns. A count that is held back has no number at all."""
    return pa.Table.from_pylist([_record(each, report) for each in report.rows], schema=_schema(report))


def _schema(report: Report) -> Any:
    texts = ("indicator", "ruleset", "version", "rule", "grouping", *_columns(report), "what", "detail", "status")
    numbers = (("count", pa.int64()), ("share", pa.float64()), ("share_of_asked", pa.float64()))
    return pa.schema([*((name, pa.string()) for name in texts), *numbers])


def _columns(report: Report) -> list[str]:
    """A column for each group; apart from those of the table itself."""
    return [f"group_{name}" for name in report.groups]


def _record(row: Row, report: Report) -> dict[str, Any]:
    ruleset, _, rule = row.rule.partition("/")
    version = next(each.version for each in report.heads if each.id == ruleset)
    return {
        "indicator": row.indicator.id,
        "ruleset": ruleset,
        "version": version,
        "rule": rule,
        "grouping": " by ".join(row.groups),
        **{f"group_{name}": value for name, value in row.groups.items()},
        "what": row.what,
        "detail": row.detail,
        "status": _SUPPRESSED if row.is_suppressed else _PUBLISHED,
        "count": row.count,
        "share": row.share,
        "share_of_asked": row.share_of_asked,
    }


def _csv(report: Report) -> bytes:
    """UTF-8, comma, one line a row. An absent group is empty, and so is one that is not stated: `grouping` tells."""
    table = table_of(report)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(table.schema.names)
    writer.writerows(tuple(row.values()) for row in table.to_pylist())
    return written.getvalue().encode()


def _ndjson(report: Report) -> bytes:
    rows = table_of(report).to_pylist()
    return "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows).encode()


def _parquet(report: Report) -> bytes:
    written = pa.BufferOutputStream()
    parquet.write_table(table_of(report), written)
    return written.getvalue().to_pybytes()


TABLES: Final[Mapping[str, Callable[[Report], bytes]]] = {".csv": _csv, ".ndjson": _ndjson, ".parquet": _parquet}
"""How a file ends -> what is written into it."""
