"""Tables that grow portion by portion into one file, which is there only when it is whole.

The file is written beside its place under another name and takes its own at the end. Its bytes do not depend on the
portions.
"""

import json
import os
import tempfile
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, Protocol

from cds.adapters.tables.arrow import ArrowTable, compute, csv, pa, parquet
from cds.diagnostics import CdsError

ROWS_TOGETHER: Final = 1 << 17
HEADER: Final = "cds"
"""What the header stands under: in Parquet's metadata, and as the one field of the first line of NDJSON."""


class Writer(Protocol):
    """Takes the rows of a table."""

    def write(self, rows: ArrowTable) -> None:
        """Append rows, all of one schema."""
        ...


@contextmanager
def written(file: Path, header: Mapping[str, Any]) -> Generator[Writer]:
    """A file of the kind that its suffix names, being written; it is there when everything went well, else not.

    header: what the file says of itself. CdsError as `check` raises it.
    """
    check(file)
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", suffix=".part", delete=False) as aside:
        writer = _Together(lambda schema: _KINDS[file.suffix](aside, schema, header))
        try:
            yield writer
            writer.close()
            aside.flush()
            os.fsync(aside.fileno())
            os.chmod(aside.name, 0o666 & ~_umask())
            os.replace(aside.name, file)
        except BaseException:
            writer.abandon()
            Path(aside.name).unlink(missing_ok=True)
            raise
    _keep_name(file.parent)


def check(file: Path) -> None:
    """Raise CdsError when the suffix names no kind of file, or the file cannot stand there or is there already."""
    if file.suffix not in _KINDS:
        raise CdsError(f"`{file.name}` names no kind of file; end it with {', '.join(_KINDS)}")
    if not file.parent.is_dir():
        raise CdsError(f"there is no folder `{file.parent}` to write `{file.name}` into")
    if file.exists():
        raise CdsError(f"`{file}` is there already; name another file, or take it away first")


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _keep_name(folder: Path) -> None:
    """Put the folder itself on disk, where that can be asked for."""
    if os.name == "posix":
        held = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(held)
        finally:
            os.close(held)


class _Kind(Protocol):
    def write(self, rows: ArrowTable) -> None: ...
    def close(self) -> None: ...
    def abandon(self) -> None: ...


class _Together:
    """Hands rows on in portions of one size, so that nothing in the file tells in which portions they came."""

    def __init__(self, begin: Callable[[Any], _Kind]) -> None:
        self._begin = begin
        self._kind: _Kind | None = None
        self._held: list[ArrowTable] = []

    def write(self, rows: ArrowTable) -> None:
        self._kind = self._kind or self._begin(rows.schema)
        self._held.append(rows)
        if sum(each.num_rows for each in self._held) >= ROWS_TOGETHER:
            whole = pa.concat_tables(self._held)
            while whole.num_rows >= ROWS_TOGETHER:
                self._kind.write(_in_one_piece(whole.slice(0, ROWS_TOGETHER)))
                whole = whole.slice(ROWS_TOGETHER)
            self._held = [whole]

    def close(self) -> None:
        assert self._kind is not None, "nothing was written, not even a table without rows"
        rest = pa.concat_tables(self._held)
        if rest.num_rows:
            self._kind.write(_in_one_piece(rest))
        self._kind.close()

    def abandon(self) -> None:
        """Write no more, not even the end."""
        if self._kind is not None:
            self._kind.abandon()


def _in_one_piece(rows: ArrowTable) -> ArrowTable:
    """The rows with nothing left of how they came: neither pieces nor what else their dictionaries held."""
    columns = [_coded_anew(each) if pa.types.is_dictionary(each.type) else each for each in rows.columns]
    return pa.table(columns, rows.schema.names).combine_chunks()


def _coded_anew(column: Any) -> Any:
    return column.cast(column.type.value_type).combine_chunks().dictionary_encode()


class _Parquet:
    """header: in the metadata of the schema."""

    def __init__(self, out: IO[bytes], schema: Any, header: Mapping[str, Any]) -> None:
        self._schema = schema.with_metadata({HEADER: _line(header)})
        self._writer: Any = parquet.ParquetWriter(out, self._schema, compression="zstd")

    def write(self, rows: ArrowTable) -> None:
        self._writer.write_table(rows.replace_schema_metadata(self._schema.metadata), row_group_size=ROWS_TOGETHER)

    def close(self) -> None:
        self._writer.close()

    def abandon(self) -> None:
        self._writer.is_open = False  # else it writes its end when it is collected, into a file that is closed


class _Csv:
    """header: the moment and the hash as columns behind those of the rows, for CSV has no place for anything else."""

    def __init__(self, out: IO[bytes], schema: Any, header: Mapping[str, Any]) -> None:
        self._said = {name: str(header[name]) for name in ("at", "hash")}
        for name in self._said:
            schema = schema.append(pa.field(name, pa.string()))
        self._schema = pa.schema([pa.field(each.name, _written_as(each.type)) for each in schema])
        self._writer: Any = csv.CSVWriter(out, self._schema)

    def write(self, rows: ArrowTable) -> None:
        for name, said in self._said.items():
            rows = rows.append_column(name, pa.array([said] * rows.num_rows, pa.string()))
        self._writer.write_table(pa.table([_as_written(each) for each in rows.columns], schema=self._schema))

    def close(self) -> None:
        self._writer.close()

    def abandon(self) -> None:
        pass


class _Ndjson:
    """header: alone in the first line."""

    def __init__(self, out: IO[bytes], schema: Any, header: Mapping[str, Any]) -> None:
        self._out = out
        out.write(f"{_line({HEADER: header})}\n".encode())

    def write(self, rows: ArrowTable) -> None:
        cells = [_json_texts(name, column) for name, column in zip(rows.schema.names, rows.columns, strict=True)]
        lines = compute.binary_join_element_wise(*cells, ",")
        self._out.write("".join(f"{{{each}}}\n" for each in lines.to_pylist()).encode())

    def close(self) -> None:
        pass

    def abandon(self) -> None:
        pass


_KINDS: Final[Mapping[str, Callable[[IO[bytes], Any, Mapping[str, Any]], _Kind]]] = {
    ".parquet": _Parquet,
    ".csv": _Csv,
    ".ndjson": _Ndjson,
}


def _line(written: Mapping[str, Any]) -> str:
    return json.dumps(written, ensure_ascii=False, sort_keys=True)


def _written_as(kind: Any) -> Any:
    """The type in which a column stands in CSV."""
    if pa.types.is_dictionary(kind):
        return kind.value_type
    return pa.string() if pa.types.is_timestamp(kind) else kind


def _as_written(column: Any) -> Any:
    return _iso(column) if pa.types.is_timestamp(column.type) else column.cast(_written_as(column.type))


def _iso(column: Any) -> Any:
    """Instants as ISO 8601 texts in UTC."""
    return compute.strftime(column, format="%Y-%m-%dT%H:%M:%SZ")


def _json_texts(name: str, column: Any) -> Any:
    """Each cell as `"name":value`."""
    if pa.types.is_string(column.type):
        column = column.dictionary_encode()
    if pa.types.is_dictionary(column.type):
        column = column.combine_chunks()
        said = [json.dumps(each, ensure_ascii=False) for each in column.dictionary.to_pylist()]
        texts = pa.array(said, pa.string()).take(column.indices)
    elif pa.types.is_timestamp(column.type):
        texts = compute.binary_join_element_wise('"', _iso(column), '"', "")
    else:
        texts = column.cast(pa.string())
    return compute.binary_join_element_wise(f"{json.dumps(name)}:", compute.fill_null(texts, "null"), "")
