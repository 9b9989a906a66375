"""The job as Spark sees it: rows into packages, packages to the task of their bucket, buckets to findings."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from pathlib import Path
from typing import Any, Final

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as sql

from cds.adapters.tables.arrow import pa
from cds.adapters.tables.source import known_columns, tables_in
from cds.api import Ruleset, load
from cds.diagnostics import CdsError, PatientError
from cds.moments import Moment, microseconds
from cds.periods import NORWAY, zone
from cds.scoring.pieces import OWNERS
from cds.scoring.source import Supplied, with_supplied
from cds.spark.outcome import Scored
from cds.spark.packing import BUCKET, Packer
from cds.spark.parcel import Parcel
from cds.spark.rows import ISSUE, ROW, SCHEMA, ddl
from cds.spark.worker import Worker

_PACKAGES: Final = "bucket int, table string, number int, rows binary"
_PARTITIONS: Final = "spark.sql.shuffle.partitions"
_TYPES: Final = {
    **dict.fromkeys(("string", "char", "varchar"), pa.string()),
    **dict.fromkeys(("bigint", "int", "smallint", "tinyint"), pa.int64()),
    **dict.fromkeys(("double", "float"), pa.float64()),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", "UTC"),
    "timestamp_ntz": pa.timestamp("us"),
}


def score(
    rulesets: Ruleset | str | Path | Iterable[str | Path],
    tables: Mapping[str, object],
    *,
    at: Moment,
    everything: bool = False,
    supplied: Supplied | None = None,
    partitions: int | None = None,
    allow_draft: bool = False,
) -> Scored:
    """Every rule's finding for everybody in the tables, on the workers of the tables' Spark; needs the extra `spark`.

    rulesets: as from `cds.load`, or paths for it. tables: name → DataFrame, or several of them, with the columns that
    `cds schema tables` describes, and `manifest`, an object or a file. A DataFrame may have a column `row` besides,
    whole numbers by which issues then name its rows. at, everything, supplied: as for `cds.score_tables`, and each
    patient gets what that gives. partitions: in how many buckets the patients are scored, each held by one task;
    `spark.sql.shuffle.partitions` unless said. A task that is run again gives the same.
    CdsError tells what is wrong with the arguments or the tables' columns; DraftNotAllowed when a ruleset is a draft.

        scored = cds.spark.score("rulesets", {"observations": observations}, at="2026-01-08T08:00")
        scored.findings.where("colour = 'red'").show()
    """
    ruleset = rulesets if isinstance(rulesets, Ruleset) else load(rulesets)
    ruleset.refuse_drafts(allow_draft)
    moment = microseconds(at, zone(NORWAY))
    frames, manifest = _frames(tables)
    manifest = with_supplied(manifest, supplied)
    first = next(iter(frames.values()))[0]
    count = _partitions(first, partitions)
    packed = [_packed(name, each, count) for name, many in frames.items() for each in many]
    # The number of the task makes the order of the packages certain; it is known only where they are made.
    packages = reduce(DataFrame.unionAll, packed).withColumn("task", sql.spark_partition_id())
    sorted_packages = packages.repartition(count, "bucket").sortWithinPartitions("bucket", "table", "task", "number")
    worker = Worker(Parcel.of(ruleset), moment, everything, [*frames], manifest)
    scored = _in_arrow(sorted_packages.select("bucket", "table", "rows"), worker.scored, SCHEMA)
    session: Any = first.sparkSession
    of_tables = session.createDataFrame(_of_tables(ruleset, frames, manifest), ddl(ISSUE))
    return Scored(scored, of_tables)


def _frames(tables: Mapping[str, object]) -> tuple[Mapping[str, list[DataFrame]], object]:
    """The DataFrames of each table, and the manifest."""
    given, manifest = tables_in(tables)
    frames: dict[str, list[DataFrame]] = {}
    for name, each in given.items():
        many: list[Any] = list(each) if isinstance(each, list | tuple) else [each]  # pyright: ignore[reportUnknownArgumentType]
        if not many or not all(isinstance(frame, DataFrame) for frame in many):
            raise PatientError(f"the table `{name}` is no DataFrame of Spark; for files use cds.score_tables")
        frames[name] = many
    if not frames:
        raise PatientError("there is no table to be scored; give at least `observations`")
    return frames, manifest


def _partitions(frame: DataFrame, asked: int | None) -> int:
    count = int(frame.sparkSession.conf.get(_PARTITIONS) or 0) if asked is None else asked
    if count < 1:
        raise CdsError(f"{count} partitions cannot hold anybody; give at least 1")
    return count


def _packed(table: str, frame: DataFrame, buckets: int) -> DataFrame:
    """The packages of a table. Rows of nobody are spread, so that however many they are, no bucket gets them all."""
    owner = OWNERS[table]
    columns = [sql.col(_quoted(each)) for each in _known(table, frame)]
    whose = sql.col(_quoted(owner)).cast("string")
    is_nobody = whose.isNull() | (whose == "")
    place: Column = sql.when(is_nobody, sql.xxhash64(*columns)).otherwise(sql.xxhash64(whose))
    if ROW in frame.columns:
        columns.append(sql.col(ROW).cast("bigint").alias(ROW))
    bucket = sql.pmod(place, sql.lit(buckets)).cast("int")
    return _in_arrow(frame.select(bucket.alias(BUCKET), *columns), Packer(table, owner).packed, _PACKAGES)


def _in_arrow(frame: DataFrame, function: Callable[[Iterable[Any]], Iterator[Any]], schema: str) -> DataFrame:
    untyped: Any = frame
    return untyped.mapInArrow(function, schema)


def _known(table: str, frame: DataFrame) -> list[str]:
    return known_columns(table, [each for each in frame.columns if each != ROW])[0]


def _quoted(name: str) -> str:
    return f"`{name}`"


def _of_tables(ruleset: Ruleset, frames: Mapping[str, list[DataFrame]], manifest: object) -> list[tuple[Any, ...]]:
    """What can be said of the tables from their columns alone; PatientError when one cannot be read at all."""
    empty = {name: [_empty(name, each) for each in many] for name, many in frames.items()}
    _, issues = ruleset.read_tables({**empty, "manifest": manifest})
    return [tuple(each.values()) for each in issues.to_pylist()]


def _empty(table: str, frame: DataFrame) -> Any:
    """The columns of a table without rows; what is not read is there by its name."""
    known = _known(table, frame)
    kinds = {name: _arrow_type(kind) for name, kind in frame.dtypes if name != ROW}
    return pa.schema([(name, kind if name in known else pa.null()) for name, kind in kinds.items()]).empty_table()


def _arrow_type(kind: str) -> Any:
    """The Arrow type in which a column of a Spark type reaches the workers; an empty struct for what no table holds."""
    if kind.startswith("decimal"):
        return pa.decimal128(*map(int, kind[len("decimal(") : -1].split(",")))
    if kind.startswith("array<"):
        return pa.list_(_arrow_type(kind[len("array<") : -1]))
    return _TYPES.get(kind.partition("(")[0], pa.struct([]))
