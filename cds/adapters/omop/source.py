"""Opens an OMOP CDM: a folder of Parquet or CSV files, a DuckDB file, or a mapping of tables → batches of columns."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from cds.adapters.omop.specification import NEEDED
from cds.adapters.tables.arrow import ArrowBatch, ArrowTable, csv, pa, parquet
from cds.adapters.tables.encoding import is_textual
from cds.adapters.tables.source import arrow_stream, readable
from cds.adapters.tables.specification import MANIFEST
from cds.diagnostics import PatientError

CONCEPT_MAP: Final = "concept_map.csv"
ROWS_AT_ONCE: Final = 1 << 20
DUCKDB: Final = ".duckdb"
_FILES: Final = (".parquet", ".csv")


class Part(Protocol):
    """A file, or another piece of a table."""

    @property
    def names(self) -> Sequence[str]:
        """Its columns, as they are written."""
        ...

    def read(self, names: Sequence[str]) -> Iterable[ArrowBatch]:
        """The rows in order, with these columns."""
        ...


@dataclass(frozen=True)
class CdmTable:
    """A table of a CDM, its columns known by their names in small letters."""

    name: str
    parts: Sequence[Part]

    def batches(self, wanted: Sequence[str]) -> Iterator[ArrowBatch]:
        """The rows in order, with those of the wanted columns that they have."""
        for part in self.parts:
            written = {each.lower(): each for each in part.names if each.lower() in wanted}
            for batch in part.read(list(written.values())):
                small = [name.lower() for name in batch.schema.names]
                yield from pa.Table.from_batches([batch]).rename_columns(small).to_batches(ROWS_AT_ONCE)


@dataclass(frozen=True)
class Cdm:
    """What was handed over. manifest: zone and what was supplied, None = nothing is said; concept_map: file or None."""

    tables: Mapping[str, CdmTable]
    manifest: object
    concept_map: Path | None


def is_cdm(source: object) -> bool:
    """Whether a folder or a file is an OMOP CDM: a DuckDB file, or a folder with the table `person`."""
    if not isinstance(source, str | Path):
        return False
    place = Path(source)
    if not place.is_dir():
        return place.suffix.lower() == DUCKDB
    return any(_table_of(each) == "person" for each in place.iterdir())


def open_cdm(source: object) -> Cdm:
    """The tables of a CDM that are read; PatientError when it is none, or a table is not what its name says.

    source: a folder with `person.parquet` (or `.csv`, or a folder `person` of such files) and so on, a file
    `NAME.duckdb`, or a mapping of the tables' names to files, to lists of files, or to anything with an Arrow stream.
    In the folder, beside the DuckDB file, or in the mapping as `manifest` and `concept_map`: what was supplied, and
    what concepts mean that the vocabulary tables do not tell.
    """
    if isinstance(source, Mapping):
        return _from_mapping({str(name): each for name, each in source.items()})  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if not isinstance(source, str | Path):
        raise PatientError("a CDM comes as a folder, a DuckDB file, or a mapping of its tables' names to tables")
    place = Path(source)
    if place.is_dir():
        tables, beside = _in_folder(place), place
    elif place.is_file() and place.suffix.lower() == DUCKDB:
        tables, beside = _in_duckdb(place), place.parent
    else:
        raise PatientError(f"there is no folder and no {DUCKDB} file `{place}`; name the one that holds the CDM")
    manifest, concept_map = beside / MANIFEST, beside / CONCEPT_MAP
    said = _json(manifest) if manifest.is_file() else None
    return _checked(tables, said, concept_map if concept_map.is_file() else None)


def _from_mapping(given: dict[str, object]) -> Cdm:
    manifest, concept_map = given.pop("manifest", None), given.pop("concept_map", None)
    tables = {name.lower(): _handed_over(name.lower(), each) for name, each in given.items()}
    said = _json(Path(manifest)) if isinstance(manifest, str | Path) else manifest
    return _checked(tables, said, Path(concept_map) if isinstance(concept_map, str | Path) else None)


def _handed_over(name: str, given: object) -> CdmTable:
    many: list[object] = list(given) if isinstance(given, list | tuple) else [given]  # pyright: ignore[reportUnknownArgumentType]
    parts = [_file(name, Path(each)) if isinstance(each, str | Path) else _Held(name, each) for each in many]
    return CdmTable(name, parts)


def _checked(tables: Mapping[str, CdmTable], manifest: object, concept_map: Path | None) -> Cdm:
    read = {name: table for name, table in tables.items() if name in NEEDED}
    if "person" not in read:
        raise PatientError("the CDM has no table `person`; hand it over, as every other table refers to it")
    for name, table in read.items():
        for part in table.parts:
            names = [each.lower() for each in part.names]
            _check_names(name, names)
    return Cdm(read, manifest, concept_map)


def _check_names(table: str, names: Sequence[str]) -> None:
    for each in NEEDED[table]:
        if each not in names:
            raise PatientError(f"the table `{table}` has no column `{each}`, which the CDM requires")
    twice = sorted({each for each in names if names.count(each) > 1})
    if twice:
        raise PatientError(f"the table `{table}` has the column `{twice[0]}` twice")


def _json(file: Path) -> object:
    try:
        return json.loads(file.read_text("utf-8"))
    except (ValueError, RecursionError):
        raise PatientError(f"{file.name} is not JSON in UTF-8") from None


# files


def _table_of(file: Path) -> str:
    """The table that a file or folder holds; "" = none."""
    name = file.stem if file.suffix.lower() in _FILES else "" if file.suffix else file.name
    return name.lower() if name.lower() in NEEDED else ""


def _in_folder(folder: Path) -> dict[str, CdmTable]:
    found: dict[str, list[Path]] = {}
    for each in sorted(folder.iterdir()):
        if name := _table_of(each):
            within = sorted(each.iterdir()) if each.is_dir() else [each]
            found.setdefault(name, []).extend(file for file in within if file.suffix.lower() in _FILES)
    for name, files in found.items():
        alone = [each.name for each in files if each.parent == folder]
        if len(alone) > 1:
            raise PatientError(f"the table `{name}` is there as {' and '.join(alone)}; keep one")
    return {name: CdmTable(name, [_file(name, each) for each in files]) for name, files in found.items() if files}


def _file(name: str, file: Path) -> Part:
    if not file.is_file():
        raise PatientError(f"the table `{name}`: there is no file `{file.name}`")
    if file.suffix.lower() not in _FILES:
        raise PatientError(f"the table `{name}`: {file.name} is none of {', '.join(_FILES)}")
    with readable(name, file):
        return _Parquet(name, file) if file.suffix.lower() == ".parquet" else _Csv(name, file)


class _Parquet:
    def __init__(self, name: str, file: Path) -> None:
        self._name, self._file = name, file
        self._schema = parquet.read_schema(file)
        self.names: Sequence[str] = self._schema.names

    def read(self, names: Sequence[str]) -> Iterator[ArrowBatch]:
        texts = [each for each in names if is_textual(self._schema.field(each).type)]
        with readable(self._name, self._file), parquet.ParquetFile(self._file, read_dictionary=texts) as opened:
            for group in range(opened.num_row_groups):
                yield from _whole_batches(opened.read_row_group(group, columns=list(names)))


class _Csv:
    """A CSV file, every cell of it a text; one that has tabs in its first line, such as Athena's, has tabs between."""

    def __init__(self, name: str, file: Path) -> None:
        self._name, self._file = name, file
        with file.open("rb") as opened:
            first = opened.readline().decode("utf-8-sig", "replace").rstrip("\r\n")
        self._has_tabs = "\t" in first
        self.names: Sequence[str] = [each.strip().strip('"') for each in first.split("\t" if self._has_tabs else ",")]

    def read(self, names: Sequence[str]) -> Iterator[ArrowBatch]:
        options = csv.ConvertOptions(
            include_columns=list(names),
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            null_values=[""],
        )
        parsing = csv.ParseOptions(delimiter="\t", quote_char=False) if self._has_tabs else csv.ParseOptions()
        reading = csv.ReadOptions(column_names=list(self.names), skip_rows=1)
        with readable(self._name, self._file):
            yield from csv.open_csv(self._file, read_options=reading, parse_options=parsing, convert_options=options)


class _Held:
    """Anything that hands over Arrow; what can be read only once is kept."""

    def __init__(self, name: str, given: object) -> None:
        self._table: ArrowTable = arrow_stream(name, given).read_all()
        self.names: Sequence[str] = self._table.schema.names

    def read(self, names: Sequence[str]) -> Iterator[ArrowBatch]:
        yield from _whole_batches(self._table.select(list(names)))


def _whole_batches(table: ArrowTable) -> Iterator[ArrowBatch]:
    """The table in batches; one without columns has no rows here either."""
    yield from table.unify_dictionaries().to_batches(max_chunksize=ROWS_AT_ONCE)


def _in_duckdb(file: Path) -> dict[str, CdmTable]:
    from cds.adapters.omop.database import tables_of  # noqa: PLC0415

    return {name: CdmTable(name, [part]) for name, part in tables_of(file).items()}
