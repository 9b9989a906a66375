"""Opens tables: a folder or a mapping → Arrow record batches that hold only the columns that are read."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cds.adapters.tables.arrow import ArrowBatch, ArrowTable, ArrowType, compute, csv, pa, parquet
from cds.adapters.tables.encoding import is_id, is_temporal, is_textual
from cds.adapters.tables.ndjson import batches_of_ndjson
from cds.adapters.tables.specification import FILE_TYPES, MANIFEST, TABLES, TEXT, TYPES, Column, Type, columns
from cds.diagnostics import PatientError, closest


@dataclass(frozen=True, slots=True)
class Opened:
    """A table. batches: its rows in order. unknown: columns that it has and that are not read."""

    name: str
    batches: Sequence[ArrowBatch]
    unknown: Sequence[str]

    def has(self, column: str) -> bool:
        """Whether the table has the column."""
        return bool(self.batches) and column in self.batches[0].schema.names

    def parts(self) -> Iterator[tuple[int, ArrowBatch]]:
        """Each batch with the number of its first row."""
        first = 0
        for each in self.batches:
            yield first, each
            first += each.num_rows


def open_tables(source: object) -> tuple[Mapping[str, Opened], object]:
    """The tables of a source, and what its manifest says (None = it has none)."""
    given, manifest = _in_folder(Path(source)) if isinstance(source, str | Path) else _in_mapping(source)
    return {name: _open(name, each) for name, each in given.items()}, manifest


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
    batches: list[ArrowBatch] = []
    unknown: dict[str, None] = {}
    for each in many:
        found, others = _batches(name, each)
        batches += found
        unknown.update(dict.fromkeys(others))
    kept = [_with_words(each) for each in batches if each.num_rows]
    return Opened(name, kept, list(unknown))


def _with_words(batch: ArrowBatch) -> ArrowBatch:
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


def _batches(name: str, given: object) -> tuple[list[ArrowBatch], list[str]]:
    if isinstance(given, str | Path):
        file = Path(given)
        if not file.is_file():
            raise PatientError(f"the table `{name}`: there is no file `{file.name}`")
        try:
            return _READERS[file.suffix](name, file)
        except KeyError:
            raise PatientError(f"the table `{name}`: {file.name} is none of {', '.join(FILE_TYPES)}") from None
        except (pa.ArrowInvalid, OSError) as wrong:
            raise PatientError(f"the table `{name}`: {file.name} cannot be read as {file.suffix[1:]}") from wrong
    if not hasattr(given, "__arrow_c_stream__"):
        raise PatientError(f"the table `{name}` is neither a file nor anything that hands over Arrow")
    table = pa.RecordBatchReader.from_stream(given).read_all()
    known, unknown = _known(name, table.schema.names)
    return _checked(name, table.select(known)), unknown


def _parquet(name: str, file: Path) -> tuple[list[ArrowBatch], list[str]]:
    schema = parquet.read_schema(file)
    known, unknown = _known(name, schema.names)
    texts = [each for each in known if is_textual(schema.field(each).type)]
    return _checked(name, parquet.ParquetFile(file, read_dictionary=texts).read(known)), unknown


def _csv(name: str, file: Path) -> tuple[list[ArrowBatch], list[str]]:
    with file.open("rb") as opened:
        first = opened.readline().decode("utf-8-sig", "replace")
    names = [each.strip().strip('"') for each in first.strip().split(",")]
    known, unknown = _known(name, names)
    convert = csv.ConvertOptions(
        include_columns=known,
        column_types=dict.fromkeys(known, pa.string()),
        strings_can_be_null=True,
        null_values=[""],
    )
    table = csv.read_csv(file, convert_options=convert)
    for each in known:
        if columns(name)[each].type == "number":
            table = _with_numbers(table, each)
    return table.combine_chunks().to_batches(), unknown


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
    _, unknown = _known(name, names)
    return batches, unknown


_READERS: Final = {".parquet": _parquet, ".csv": _csv, ".ndjson": _ndjson}


def _known(name: str, names: Sequence[str]) -> tuple[list[str], list[str]]:
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


def _checked(name: str, table: ArrowTable) -> list[ArrowBatch]:
    """The table in batches; PatientError when a column is of a type that cannot hold what it should."""
    wanted = columns(name)
    for each in table.schema:
        if not _fits(wanted[each.name], each.type):
            kind = wanted[each.name].type
            raise PatientError(f"the table `{name}`: `{each.name}` is {each.type}, and should be {TYPES[kind]}")
    names = [_as_read(wanted[each.name], each.type) for each in table.schema]
    plain = [each.cast(pa.string()) if pa.types.is_string_view(each.type) else each for each in table.columns]
    return pa.table(plain, names).unify_dictionaries().to_batches()


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
