"""The table of groups: which municipality, unit or whatever else each patient belongs to."""

from pathlib import Path
from typing import Any, Final

import pyarrow.json  # pyright: ignore[reportMissingTypeStubs]

from cds.adapters.tables.arrow import ArrowTable, compute, csv, pa, parquet
from cds.diagnostics import CdsError

json: Final[Any] = pyarrow.json
PATIENT: Final = "patient"


def groups_table(given: object) -> ArrowTable:
    """One row for each patient, columns of text.

    given: a .csv, .parquet or .ndjson file, or anything with an Arrow stream. CdsError when it
    cannot be read, has no column `patient`, or a patient twice: nobody is counted in two groups.
    """
    table = _read(Path(given)) if isinstance(given, str | Path) else _streamed(given)
    if PATIENT not in table.schema.names:
        raise CdsError(f"the table of groups has no column `{PATIENT}`")
    table = table.cast(pa.schema([(name, pa.string()) for name in table.schema.names])).combine_chunks()
    if compute.count_distinct(table[PATIENT]).as_py() != table.num_rows:
        raise CdsError("the table of groups has a patient twice; nobody can be counted in two groups of one kind")
    return table


def _streamed(given: object) -> ArrowTable:
    if not hasattr(given, "__arrow_c_stream__"):
        raise CdsError("groups are a file or anything that hands over Arrow")
    return pa.RecordBatchReader.from_stream(given).read_all()


def _read(file: Path) -> ArrowTable:
    if not file.is_file():
        raise CdsError(f"there is no file `{file}`")
    try:
        if file.suffix == ".parquet":
            return parquet.read_table(file)
        if file.suffix == ".csv":
            with file.open("rb") as opened:
                names = opened.readline().decode("utf-8-sig", "replace").strip().split(",")
            texts = dict.fromkeys((each.strip().strip('"') for each in names), pa.string())
            convert = csv.ConvertOptions(column_types=texts, strings_can_be_null=True, null_values=[""])
            return csv.read_csv(file, convert_options=convert)
        if file.suffix == ".ndjson":
            return json.read_json(file)
    except (pa.ArrowInvalid, UnicodeDecodeError) as wrong:
        raise CdsError(f"{file}: cannot be read as {file.suffix[1:]}") from wrong
    raise CdsError(f"{file}: groups stand in a file that ends with .csv, .parquet or .ndjson")
