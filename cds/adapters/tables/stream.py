"""Tables that do not lie in Parquet, batch by batch: nothing is held but the batch at hand."""

from collections.abc import Iterator
from pathlib import Path

from cds.adapters.tables.arrow import ArrowBatch, csv, pa
from cds.adapters.tables.ndjson import stream_of_ndjson
from cds.adapters.tables.source import (
    arrow_stream,
    checked,
    csv_options,
    known_columns,
    readable,
    with_numbers,
    with_words,
)
from cds.adapters.tables.specification import columns


def stream(name: str, given: object, unknown: dict[str, None]) -> Iterator[ArrowBatch]:
    """The rows of a CSV or NDJSON file, or of anything with an Arrow stream, as `open_tables` gives them.

    unknown: takes in the columns that are not read. PatientError when the table as a whole cannot be read.
    """
    if isinstance(given, Path):
        with readable(name, given):
            yield from map(with_words, _STREAMS[given.suffix](name, given, unknown))
    else:
        reader = arrow_stream(name, given)
        known, others = known_columns(name, reader.schema.names)
        unknown.update(dict.fromkeys(others))
        for batch in reader:
            yield from map(with_words, checked(name, pa.table(batch).select(known)))


def _stream_of_csv(name: str, file: Path, unknown: dict[str, None]) -> Iterator[ArrowBatch]:
    options, others = csv_options(name, file)
    unknown.update(dict.fromkeys(others))
    for batch in csv.open_csv(file, convert_options=options):
        yield from with_numbers(name, pa.table(batch)).combine_chunks().to_batches()


def _stream_of_ndjson(name: str, file: Path, unknown: dict[str, None]) -> Iterator[ArrowBatch]:
    found: dict[str, None] = {}
    yield from stream_of_ndjson(name, file, found)
    unknown.update(dict.fromkeys(each for each in found if each not in columns(name)))


_STREAMS = {".csv": _stream_of_csv, ".ndjson": _stream_of_ndjson}
