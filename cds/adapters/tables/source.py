"""Opens tables: a folder or a mapping → Arrow record batches that hold only the columns that are read."""

import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from cds.adapters.tables.arrow import ArrowBatch, ArrowTable, ArrowType, compute, csv, pa, parquet
from cds.adapters.tables.encoding import is_id, is_temporal, is_textual
from cds.adapters.tables.ndjson import batches_of_ndjson
from cds.adapters.tables.opened import FEW, ROWS_AT_ONCE, Opened, Piece, Read, piece_of
from cds.adapters.tables.specification import FILE_TYPES, MANIFEST, TABLES, TEXT, TYPES, Column, Type, columns
from cds.diagnostics import PatientError, closest


def open_tables(source: object) -> tuple[Mapping[str, Opened], object]:
    """The tables of a source, and what its manifest says (None = it has none)."""
    given, manifest = tables_in(source)
    return {name: each if isinstance(each, Opened) else _open(name, each) for name, each in given.items()}, manifest


def tables_in(source: object) -> tuple[Mapping[str, object], object]:
    """What a source holds for each table, not yet read, and what its manifest says (None = it has none)."""
    return _in_folder(Path(source)) if isinstance(source, str | Path) else _in_mapping(source)


def _in_folder(folder: Path) -> tuple[Mapping[str, object], object]:
    if not folder.is_dir():
        raise PatientError(f"there is no folder `{folder}`; name the one that holds the tables")
    found: dict[str, object] = {}
    for name in TABLES:
        files = [folder / f"{name}{each}" for each in FILE_TYPES if (folder / f"{name}{each}").is_file()]
        if len(files) > 1:
            raise PatientError(f"the table `{name}` is there as {' and '.join(each.name for each in files)}; keep one")
        if (folder / name).is_dir():
            files += sorted(each for each in (folder / name).iterdir() if each.suffix in FILE_TYPES)
        if files:
            found[name] = files
    if not found:
        raise PatientError(f"the folder `{folder}` holds none of the tables {', '.join(TABLES)}")
    manifest = folder / MANIFEST
    return found, _json(manifest) if manifest.is_file() else None


def _json(file: Path) -> object:
    try:
        return json.loads(file.read_text("utf-8"))
    except (ValueError, RecursionError):
        raise PatientError(f"{file.name} is not JSON in UTF-8") from None


def _in_mapping(source: object) -> tuple[Mapping[str, object], object]:
    if not isinstance(source, Mapping):
        raise PatientError("tables come as a folder, or as a mapping of the tables' names to tables or files")
    given: dict[str, object] = {str(name): each for name, each in source.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    manifest = given.pop("manifest", None)
    for name in given:
        if name not in TABLES:
            near = closest(name[:60], sorted(TABLES))
            raise PatientError(f"there is no table `{name[:60]}`" + (f"; did you mean `{near}`?" if near else ""))
    return given, _json(Path(manifest)) if isinstance(manifest, str | Path) else manifest


def _open(name: str, given: object) -> Opened:
    many: list[object] = list(given) if isinstance(given, list | tuple) else [given]  # pyright: ignore[reportUnknownArgumentType]
    pieces: list[Piece] = []
    unknown: dict[str, None] = {}
    for each in many:
        found, others = _pieces(name, each)
        pieces += found
        unknown.update(dict.fromkeys(others))
    return Opened(name, pieces, list(unknown))


def with_words(batch: ArrowBatch) -> ArrowBatch:
    """What stands in the column `word` beside the words that stand among the numbers."""
    names = batch.schema.names
    if "word" not in names:
        return batch
    words = batch["word"].cast(pa.string())
    if "value" + TEXT in names:
        among = batch["value" + TEXT].cast(pa.string())
        words = compute.coalesce(among, words)
        batch = batch.drop_columns(["value" + TEXT])
    return batch.drop_columns(["word"]).append_column("value" + TEXT, words)


def _pieces(name: str, given: object) -> tuple[Sequence[Piece], list[str]]:
    if isinstance(given, str | Path):
        file = file_of(name, given)
        with readable(name, file):
            if file.suffix == ".parquet":
                return _parquet(name, file)
            batches, unknown = _READERS[file.suffix](name, file)
            return _held(batches), unknown
    table = arrow_stream(name, given).read_all()
    known, unknown = known_columns(name, table.schema.names)
    return _held(checked(name, table.select(known))), unknown


def _held(batches: Iterable[ArrowBatch]) -> list[Piece]:
    return [piece_of(with_words(each)) for each in batches if each.num_rows]


def file_of(name: str, given: str | Path) -> Path:
    """A file of a table; PatientError when it is not there or of no type that is read."""
    file = Path(given)
    if not file.is_file():
        raise PatientError(f"the table `{name}`: there is no file `{file.name}`")
    if file.suffix not in FILE_TYPES:
        raise PatientError(f"the table `{name}`: {file.name} is none of {', '.join(FILE_TYPES)}")
    return file


@contextmanager
def readable(name: str, file: Path) -> Generator[None]:
    """Say in a PatientError that the file of a table is not what its name says."""
    try:
        yield
    except (pa.ArrowInvalid, OSError) as wrong:
        raise PatientError(f"the table `{name}`: {file.name} cannot be read as {file.suffix[1:]}") from wrong


def arrow_stream(name: str, given: object) -> Any:
    """The stream of batches that an object hands over; PatientError when it hands over none."""
    if not hasattr(given, "__arrow_c_stream__"):
        raise PatientError(f"the table `{name}` is neither a file nor anything that hands over Arrow")
    return pa.RecordBatchReader.from_stream(given)


def _parquet(name: str, file: Path) -> tuple[Sequence[Piece], list[str]]:
    schema = parquet.read_schema(file)
    known, unknown = known_columns(name, schema.names)
    texts = [each for each in known if is_textual(schema.field(each).type)]
    with parquet.ParquetFile(file, read_dictionary=texts) as opened:
        if _changes(name, opened.schema_arrow.empty_table().select(known)):
            return _held(checked(name, opened.read(known))), unknown
        return _row_groups(name, file, opened.metadata, known, texts), unknown


def _changes(name: str, empty: ArrowTable) -> bool:
    """Whether columns of a file are read under another name or type; PatientError as `checked`."""
    checked(name, empty)
    names = [_as_read(columns(name)[each.name], each.type) for each in empty.schema]
    return names != empty.schema.names or "word" in names or any(map(pa.types.is_string_view, empty.schema.types))


def _row_groups(name: str, file: Path, metadata: Any, known: Sequence[str], texts: Sequence[str]) -> list[Piece]:
    """The row groups of a Parquet file; those of few are decoded on several threads each."""
    groups = range(metadata.num_row_groups)

    def reader(group: int) -> Read:
        def read(names: Sequence[str]) -> Iterator[ArrowBatch]:
            with readable(name, file), parquet.ParquetFile(file, metadata=metadata, read_dictionary=texts) as opened:
                yield from opened.iter_batches(ROWS_AT_ONCE, [group], list(names), use_threads=len(groups) < FEW)

        return read

    sizes = [metadata.row_group(each).num_rows for each in groups]
    return [Piece(sizes[each], known, reader(each)) for each in groups if sizes[each]]


def _csv(name: str, file: Path) -> tuple[list[ArrowBatch], list[str]]:
    options, unknown = csv_options(name, file)
    table = csv.read_csv(file, convert_options=options)
    return with_numbers(name, table).combine_chunks().to_batches(), unknown


def csv_options(name: str, file: Path) -> tuple[Any, list[str]]:
    """How the columns of a CSV file are read, all of them as texts, and those that are not read."""
    with file.open("rb") as opened:
        first = opened.readline().decode("utf-8-sig", "replace")
    names = [each.strip().strip('"') for each in first.strip().split(",")]
    known, unknown = known_columns(name, names)
    options = csv.ConvertOptions(
        include_columns=known,
        column_types=dict.fromkeys(known, pa.string()),
        strings_can_be_null=True,
        null_values=[""],
    )
    return options, unknown


def with_numbers(table: str, texts: ArrowTable) -> ArrowTable:
    """The texts of a CSV file, those of columns of numbers as numbers, and the words among them beside them."""
    for each in texts.schema.names:
        if columns(table)[each].type == "number":
            texts = _with_numbers(texts, each)
    return texts


def _with_numbers(table: ArrowTable, name: str) -> ArrowTable:
    """The table with a column of texts as numbers, and the words among them in a column of their own."""
    written = table[name].combine_chunks().dictionary_encode()
    texts = written.dictionary.to_pylist()
    read = [_number(each) for each in texts]
    numbers = pa.array(read, pa.float64()).take(written.indices)
    words = pa.array([None if number is not None else text for text, number in zip(texts, read, strict=True)])
    place = table.schema.get_field_index(name)
    return table.set_column(place, name, numbers).append_column(
        name + TEXT, words.cast(pa.string()).take(written.indices)
    )


def _number(text: str) -> float | None:
    """The number that a text of a CSV file is; a decimal comma, spaces and words are none."""
    if not text or text.strip() != text or not set(text) <= set("0123456789+-.eE"):
        return None
    try:
        return float(text)
    except ValueError:
        return None


def _ndjson(name: str, file: Path) -> tuple[list[ArrowBatch], list[str]]:
    batches, names = batches_of_ndjson(name, file)
    _, unknown = known_columns(name, names)
    return batches, unknown


_READERS: Final = {".csv": _csv, ".ndjson": _ndjson}


def known_columns(name: str, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The columns that are read, and those that are not; PatientError when one is lacking or there twice."""
    wanted = columns(name)
    for each in wanted.values():
        if names.count(each.name) > 1:
            raise PatientError(f"the table `{name}` has the column `{each.name}` twice")
        if each.is_required and each.name not in names:
            near = closest(each.name, sorted(set(names) - wanted.keys()))
            cure = f"; is `{near}` meant?" if near else ""
            raise PatientError(f"the table `{name}` has no column `{each.name}`{cure}")
    return [each for each in names if each in wanted], [each for each in names if each not in wanted]


def checked(name: str, table: ArrowTable) -> list[ArrowBatch]:
    """The table in batches; PatientError when a column is of a type that cannot hold what it should."""
    wanted = columns(name)
    for each in table.schema:
        if not _fits(wanted[each.name], each.type):
            kind = wanted[each.name].type
            raise PatientError(f"the table `{name}`: `{each.name}` is {each.type}, and should be {TYPES[kind]}")
    names = [_as_read(wanted[each.name], each.type) for each in table.schema]
    plain = [each.cast(pa.string()) if pa.types.is_string_view(each.type) else each for each in table.columns]
    return pa.table(plain, names).to_batches(max_chunksize=ROWS_AT_ONCE)


def _as_read(column: Column, kind: ArrowType) -> str:
    return column.name + TEXT if column.type == "number" and is_textual(kind) else column.name


def _fits(column: Column, kind: ArrowType) -> bool:
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    fitting: Mapping[Type, bool] = {
        "id": is_id(kind),
        "text": is_textual(kind),
        "number": bool(is_number) or is_textual(kind),
        "time": is_temporal(kind) or is_textual(kind),
        "date": bool(pa.types.is_date(kind)) or is_textual(kind),
        "boolean": bool(pa.types.is_boolean(kind)) or is_textual(kind),
        "codes": is_textual(kind) or bool(pa.types.is_list(kind) or pa.types.is_large_list(kind)),
    }
    return fitting[column.type]
