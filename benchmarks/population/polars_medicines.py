"""Medicines handed out and doses in Polars: share of days covered, share taken, missed in a row."""

from datetime import date
from pathlib import Path

import polars as pl
from polars import Expr, LazyFrame, col, lit, when

from population.polars_people import may_be
from population.polars_values import CLASSES, OSLO, Moment, at_least


def unplaced_of(folder: Path) -> LazyFrame:
    """Who was given something that may be of a class."""
    held = pl.scan_parquet(folder / "dispenses.parquet").select("patient", col("atc").cast(pl.String))
    doubtful = held.filter(col("atc").is_null() | (col("atc").str.len_bytes() < 5))
    return doubtful.group_by("patient").agg(
        may_be(start).any().alias(f"lost_{name}") for name, start in CLASSES.items()
    )


def covered_of(folder: Path, moment: Moment) -> LazyFrame:
    """Share of days covered, for each class, and whether it is only known to be at least that.

    Of one medicine a dispense waits until the one before it is used up: it ends at the sum of all days so far, moved
    by the longest wait for any dispense so far. Medicines of a class run side by side, and a day counts once.
    """
    after = (moment.today - date(1970, 1, 1)).days + 1
    dispensed = _dispensed(folder, moment).collect().lazy()
    asked = dispensed.group_by("patient", "class").agg(
        asked=after - col("day").min(),
        is_repeated=col("day").min() < col("day").max(),
        is_bound=col("days").is_null().any(),
        has_several=col("atc").min() < col("atc").max(),
    )
    chained = _summed(dispensed.filter(col("days").is_not_null())).join(
        asked.select("patient", "class", "has_several"), on=["patient", "class"]
    )
    alone = (  # one medicine: all its days, but for those that lie after today
        chained.filter(~col("has_several"))
        .group_by("patient", "class")
        .agg(covered=pl.min_horizontal(col("days").sum(), after - (col("day") - col("so_far") + col("days")).max()))
    )
    lengths = pl.concat([alone, _side_by_side(chained.filter("has_several"), after)])
    shares = (
        asked.filter(col("is_repeated") & (col("asked") >= 91))
        .join(lengths, on=["patient", "class"], how="left")
        .with_columns(share=100.0 * col("covered").fill_null(0.0) / col("asked"))
    )
    columns: list[Expr] = []
    for number, name in enumerate(CLASSES):
        is_class = col("class") == number
        columns.append(when(is_class).then("share").max().alias(name))
        columns.append((is_class & col("is_bound") & (col("share") < 100)).any().alias(f"{name}_bound"))
    return shares.group_by("patient").agg(columns)


def _dispensed(folder: Path, moment: Moment) -> LazyFrame:
    """Dispenses of the last year that are of a class, each once. days: null = nobody knows how long it lasts."""
    held = pl.scan_parquet(folder / "dispenses.parquet")
    substances = (
        held.select(col("atc").unique())
        .filter(col("atc").is_not_null())
        .with_columns(text=col("atc").cast(pl.String))
        .with_columns(
            pl.coalesce(
                when(col("text").str.starts_with(start)).then(lit(number, pl.Int8))
                for number, start in enumerate(CLASSES.values())
            ).alias("class")
        )
        .filter(col("class").is_not_null())
        .select("atc", "class", substance=pl.int_range(pl.len(), dtype=pl.Int16))
    )
    is_told = (col("days") > 0) & (col("days") <= 1830)
    return (
        held.filter((col("time") >= moment.a_year_ago) & (col("time") <= moment.at))
        .join(substances, on="atc")
        .select("patient", "class", "time", "days", atc="substance")
        .unique()
        .with_columns(
            day=col("time").dt.convert_time_zone(OSLO).dt.date().to_physical().cast(pl.Float64),
            days=when(is_told).then("days"),
        )
    )


def _summed(dispensed: LazyFrame) -> LazyFrame:
    """Dispenses in the order of patients, medicines and days, with the sum of the days of each medicine so far."""
    is_first = (col("patient") != col("patient").shift()) | (col("atc") != col("atc").shift())
    before = when(is_first.fill_null(True)).then(col("total") - col("days")).forward_fill()
    return (
        dispensed.sort("patient", "atc", "day")
        .with_columns(total=col("days").cum_sum())
        .with_columns(so_far=col("total") - before)
    )


def _side_by_side(chained: LazyFrame, after: int) -> LazyFrame:
    """Days that at least one of several medicines of a class covers."""
    longest_wait = (col("day") - col("so_far") + col("days")).cum_max().over("patient", "atc")
    before = col("ends").cum_max().shift(1).over("patient", "class")
    return (
        chained.sort("patient", "atc", "so_far")  # a join may have changed the order
        .with_columns(ends=col("so_far") + longest_wait)
        .select("patient", "class", begins=col("ends") - col("days"), ends=col("ends").clip(upper_bound=after))
        .sort("patient", "class", "begins")
        .with_columns(added=col("ends") - pl.max_horizontal("begins", before))
        .group_by("patient", "class")
        .agg(covered=col("added").clip(lower_bound=0).sum())
    )


def dosed_of(folder: Path, moment: Moment) -> LazyFrame:
    """Of 14 days: the share taken where enough is known, and how many of the newest in a row were missed.

    What is said twice with different fates counts twice, and ends a run: there were at least so many.
    """
    is_taken = col("status") == "taken"
    fate = when(is_taken).then(1).when((col("status") == "missed") & col("taken").is_null()).then(0)
    fates = (
        pl.scan_parquet(folder / "doses.parquet")
        .filter((col("planned") >= moment.dose_days_open) & (col("planned") <= moment.at) & col("reason").is_null())
        .with_columns(col("status").cast(pl.String))
        .filter(~is_taken | col("taken").is_null() | (col("taken") <= moment.at))
        .select("patient", "planned", fate=fate.cast(pl.Int8), is_untimed=is_taken & col("taken").is_null())
        .unique()
    )
    instants = (
        fates.group_by("patient", "planned")
        .agg(
            doses=pl.len(),
            known=col("fate").count(),
            taken=col("fate").sum(),
            least=col("fate").min(),
            most=col("fate").max(),
        )
        .with_columns(is_missed=(col("known") == col("doses")) & (col("most") == 0).fill_null(False))
        .with_columns(is_open=(col("known") < col("doses")) | (col("most") > col("least")))
        .with_columns(stop=when(~col("is_missed")).then("planned"))
    )
    sums = instants.group_by("patient").agg(col("doses", "known", "taken").sum(), stopped=col("stop").max())
    runs = (
        instants.join(sums.select("patient", "stopped"), on="patient")
        .with_columns(
            is_of_run=col("is_missed") & (col("planned") > col("stopped")).fill_null(True),
            is_bound=col("is_open") & (col("planned") == col("stopped")),
        )
        .group_by("patient")
        .agg(streak=col("is_of_run").sum(), streak_bound=col("is_bound").any())
    )
    share = when(at_least(100.0 * col("known") / col("doses"), lit(70.0))).then(100.0 * col("taken") / col("known"))
    return sums.select("patient", taken=share).join(runs, on="patient")
