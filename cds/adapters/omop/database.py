"""A CDM in a DuckDB file; the one module that needs the package duckdb."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from cds.adapters.omop.specification import NEEDED
from cds.adapters.tables.arrow import ArrowBatch, pa
from cds.diagnostics import MissingExtra, PatientError

try:
    import duckdb  # pyright: ignore[reportMissingTypeStubs]
except ImportError as missing:
    raise MissingExtra("reading a DuckDB file needs the package duckdb: pip install 'cds-engine[omop]'") from missing

_DUCKDB: Final[Any] = duckdb
_ROWS_AT_ONCE: Final = 1 << 20
_COLUMNS: Final = (
    "SELECT table_schema, table_name, column_name FROM information_schema.columns "
    "WHERE table_catalog = current_database() ORDER BY table_schema, table_name, ordinal_position"
)


class Stored:
    """A table of a DuckDB file. Rows come in the order in which they were put in."""

    def __init__(self, file: Path, schema: str, table: str, names: Sequence[str]) -> None:
        self._file = file
        self._place = f"{_quoted(schema)}.{_quoted(table)}"
        self.names = names

    def read(self, names: Sequence[str]) -> Iterator[ArrowBatch]:
        """The rows in order, with these columns."""
        with _opened(self._file) as connection:
            listed = ", ".join(map(_quoted, names))
            found = connection.sql(f"SELECT {listed} FROM {self._place}")
            for batch in found.to_arrow_reader(_ROWS_AT_ONCE):
                yield from pa.Table.from_batches([batch]).to_batches()


def tables_of(file: Path) -> Mapping[str, Stored]:
    """The tables of a CDM in a file, all of one schema; PatientError when two schemas have one."""
    found: dict[str, dict[str, list[str]]] = {}
    with _opened(file) as connection:
        for schema, table, column in connection.execute(_COLUMNS).fetchall():
            if table.lower() in NEEDED:
                found.setdefault(schema, {}).setdefault(table, []).append(column)
    holders: dict[str, str] = {}
    for schema, tables in found.items():
        for table in tables:
            before = holders.setdefault(table.lower(), schema)
            if before != schema:
                raise PatientError(
                    f"{file.name} has the table `{table}` in the schemas `{before}` and `{schema}`; keep one of them"
                )
    return {
        table.lower(): Stored(file, schema, table, names)
        for schema, tables in found.items()
        for table, names in tables.items()
    }


def _opened(file: Path) -> Any:
    try:
        return _DUCKDB.connect(str(file), read_only=True)
    except _DUCKDB.Error as wrong:
        raise PatientError(f"{file.name} cannot be read as a DuckDB file") from wrong


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
