"""What scoring on Spark gives: findings and issues, both views on one DataFrame that is made when it is read."""

from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from cds.adapters.issues import issue
from cds.adapters.tables.notes import SCHEMA
from cds.spark.rows import COUNT, KEY

_NUMBER = "#"


@dataclass(frozen=True, slots=True)
class Scored:
    """What a population was scored to; nothing is computed before it is read.

    rows: a finding or an issue each, the other one null. Whoever wants both reads them twice from this, so that it
    pays to keep it: `scored.rows.persist()`, or write it and split it with `Scored(written, scored.of_tables)`.
    of_tables: issues of whole tables and of the manifest, known from the start.
    """

    rows: DataFrame
    of_tables: DataFrame

    @property
    def findings(self) -> DataFrame:
        """The findings: columns as of `cds.score_tables`, in no order."""
        return self.rows.where("finding is not null").select("finding.*")

    @property
    def issues(self) -> DataFrame:
        """What could not be used: columns as of `cds.score_tables`, in no order. row: null where none was given."""
        told = self.rows.where("issue is not null").select("issue.*")
        single = told.where(sql.col(KEY).isNull())
        coded = told.where(sql.col(KEY).isNotNull())
        parts = (each.select(*SCHEMA.names) for each in (single, _first(coded), _counted(coded)))
        found = self.of_tables
        for each in parts:
            found = found.unionByName(each)
        return found


def _first(coded: DataFrame) -> DataFrame:
    """What is told once of each code, at the first row that holds it."""
    said = sql.struct("row", *(name for name in SCHEMA.names if name not in ("table", "row")))
    found = coded.where(sql.col(COUNT).isNull()).groupBy("table", KEY).agg(sql.min(said).alias("said"))
    return found.select("table", "said.*")


def _counted(coded: DataFrame) -> DataFrame:
    """What is told of how many rows, as one sentence for all."""
    keys = ("table", "column", "code")
    found = coded.where(sql.col(COUNT).isNotNull()).groupBy(*keys).agg(sql.sum(COUNT).alias(COUNT))
    one, many = (issue("unknown_code", "", count=each) for each in ("1", _NUMBER))

    def sentence(singular: str, plural: str) -> Any:
        number = sql.col(COUNT).cast("string")
        return sql.when(sql.col(COUNT) == 1, sql.lit(singular)).otherwise(
            sql.replace(sql.lit(plural), sql.lit(_NUMBER), number)
        )

    return found.select(
        *keys,
        sql.lit(None).cast("bigint").alias("row"),
        sql.lit(None).cast("string").alias("patient"),
        sentence(one.message, many.message).alias("message"),
        sentence(one.norwegian, many.norwegian).alias("norwegian"),
    )
