"""Home readings in Polars: each once, in the unit of its limits, and what the rules ask of them."""

from pathlib import Path
from typing import Final

import polars as pl
from polars import LazyFrame, col, lit, when

from population.polars_values import UNITS, Moment, without_noise

SYSTOLIC: Final = "blood_pressure.systolic"
DIASTOLIC: Final = "blood_pressure.diastolic"
PRESSURES: Final = (SYSTOLIC, DIASTOLIC)
USABLE, IMPOSSIBLE, NOT_UNDERSTOOD = range(3)
MEASURED: Final[dict[str, tuple[str, float, float, int]]] = {  # unit, what can be, first day that is looked at
    SYSTOLIC: ("mmHg", 30, 300, 6),
    DIASTOLIC: ("mmHg", 10, 200, 6),
    "body_weight": ("kg", 0.3, 650, 7),
    "oxygen_saturation": ("%", 10, 100, 1),
    "glucose": ("mmol/L", 0.1, 150, 13),
    "peak_expiratory_flow": ("L/min", 10, 1000, 1),
    "body_temperature": ("°C", 30, 45, 1),
    "heart_rate": ("/min", 10, 300, 1),
}


KIND: Final = pl.Enum(list(MEASURED))
UNIT: Final = pl.Enum(list(dict.fromkeys(written for unit, *_ in MEASURED.values() for written in UNITS[unit])))


def readings_of(folder: Path, moment: Moment) -> LazyFrame:
    """Every reading that some rule looks at, once each, in the unit of its limits."""
    written = (
        pl.scan_parquet(folder / "observations.parquet")
        .filter((col("time") >= moment.midnight(13)) & (col("time") <= moment.at) & col("value").is_not_null())
        .with_columns(col("code").cast(KIND, strict=False), col("unit").cast(UNIT, strict=False))
        .join(_codes(moment), on="code")
        .filter(col("time") >= col("since"))
        .join(_units(), on=["code", "unit"], how="left")
    )
    is_number, is_understood = col("value").is_finite(), col("numerator").is_not_null()
    converted = without_noise((col("value") + col("shift")) * col("numerator") / col("denominator"))
    is_impossible = ~is_number | ~col("converted").is_between("low", "high")
    quality = (
        when(is_number & ~is_understood).then(NOT_UNDERSTOOD).when(is_impossible).then(IMPOSSIBLE).otherwise(USABLE)
    )
    return (
        written.with_columns(converted=converted)
        .select(
            "patient",
            "code",
            "time",
            quality=quality.cast(pl.Int8),
            value=when(is_number & is_understood).then("converted").otherwise(0.0),
            raw=when(col("unit") == "mg/dL").then("value"),
        )
        .unique()
    )


def _codes(moment: Moment) -> LazyFrame:
    """What can be of each kind, and from when on it is looked at."""
    rows = [(code, float(low), float(high), moment.midnight(days)) for code, (_, low, high, days) in MEASURED.items()]
    types = {"code": KIND, "low": pl.Float64, "high": pl.Float64, "since": pl.Datetime("us", "UTC")}
    return pl.LazyFrame(rows, types, orient="row")


def _units() -> LazyFrame:
    """What each unit makes of a number."""
    rows = [
        (code, written, *map(float, factor))
        for code, (unit, *_) in MEASURED.items()
        for written, factor in UNITS[unit].items()
    ]
    numbers = dict.fromkeys(("numerator", "denominator", "shift"), pl.Float64)
    return pl.LazyFrame(rows, {"code": KIND, "unit": UNIT, **numbers}, orient="row")


def untimed_of(folder: Path) -> LazyFrame:
    """Who has a row of a kind that may have been of any time: those readings are then not known in full."""
    concepts = sorted({code.partition(".")[0] for code in MEASURED})
    return (
        pl.scan_parquet(folder / "observations.parquet")
        .filter(col("time").is_null())
        .select("patient", concept=col("code").cast(pl.String).str.split(".").list.first())
        .group_by("patient")
        .agg((col("concept") == each).any().alias(f"lost_{each}") for each in concepts)
    )


def pressures_of(readings: LazyFrame, moment: Moment) -> LazyFrame:
    """Mean of a week of each part, with at least 12 readings on at least 4 days."""
    days_ago = pl.sum_horizontal((col("time") < moment.midnight(days)).cast(pl.Int8) for days in range(6))
    days = lit(2, pl.Int32).pow(days_ago).cast(pl.Int32).bitwise_or().bitwise_count_ones()
    means = (
        readings.filter(col("code").is_in(PRESSURES) & (col("quality") == USABLE))
        .group_by("patient", "code")
        .agg(mean=col("value").mean(), count=pl.len(), days=days)
        .filter((col("count") >= 12) & (col("days") >= 4))
    )
    return means.group_by("patient").agg(
        systolic_mean=when(col("code") == SYSTOLIC).then("mean").max(),
        diastolic_mean=when(col("code") == DIASTOLIC).then("mean").max(),
    )


def newest_of(readings: LazyFrame, moment: Moment) -> LazyFrame:
    """The newest instant of each kind, and the number that is said of it: none where it is not one that is usable."""
    instants = pl.concat([_instants(readings), _pressure_instants(readings, moment)])
    last = instants.group_by("patient", "code").agg(col("time").max())
    is_told = col("is_told") & (col("time") >= moment.midnight(1))
    return instants.join(last, on=["patient", "code", "time"]).with_columns(value=when(is_told).then("value"))


def _instants(readings: LazyFrame) -> LazyFrame:
    """What is said of each instant by readings of one number."""
    is_single = ~col("code").is_in([*PRESSURES, "glucose"])
    return (
        readings.filter(is_single & (col("quality") != IMPOSSIBLE))
        .group_by("patient", "code", "time")
        .agg(count=pl.len(), quality=col("quality").max(), value=col("value").max())
        .select(
            "patient",
            "code",
            "time",
            is_told=(col("count") == 1) & (col("quality") == USABLE),
            value="value",
        )
    )


def _pressure_instants(readings: LazyFrame, moment: Moment) -> LazyFrame:
    """What is said of the systolic pressure since yesterday.

    Parts sent at one instant belong together where each is there once; else each row lacks its other part.
    """
    is_systolic = col("code") == SYSTOLIC
    is_possible = is_systolic & (col("quality") != IMPOSSIBLE)
    panels = (
        readings.filter(col("code").is_in(PRESSURES) & (col("time") >= moment.midnight(1)))
        .with_columns(is_systolic=is_systolic, is_possible=is_possible)
        .with_columns(quality=when("is_possible").then("quality"), value=when("is_possible").then("value"))
        .group_by("patient", "time")
        .agg(pl.len(), col("is_systolic", "is_possible").sum(), col("quality", "value").max())
    )
    is_joined = (col("is_systolic") == 1) & (col("len") == 2)
    is_told = (col("is_possible") == 1) & (col("quality") == USABLE) & (is_joined | (col("is_systolic") == col("len")))
    has_diastolic = col("len") > col("is_systolic")
    return panels.filter((col("is_possible") > 0) | (has_diastolic & ~is_joined)).select(
        "patient", lit(SYSTOLIC, KIND).alias("code"), "time", is_told.fill_null(False).alias("is_told"), "value"
    )


def weights_of(readings: LazyFrame, newest: LazyFrame, moment: Moment) -> LazyFrame:
    """How much the newest weight lies above the least, and below the most, before it."""
    last = newest.filter((col("code") == "body_weight") & col("value").is_not_null())
    return (
        readings.filter((col("code") == "body_weight") & (col("quality") == USABLE))
        .select("patient", before="time", earlier="value")
        .join(last, on="patient")
        .filter(col("before") < col("time"))
        .group_by("patient")
        .agg(
            gain=col("value").first() - col("earlier").filter(col("before") >= moment.midnight(3)).min(),
            loss=col("earlier").max() - col("value").first(),
        )
    )


def latest_of(newest: LazyFrame) -> LazyFrame:
    """The newest usable number of each kind beside each other."""
    kinds = {
        "systolic": SYSTOLIC,
        "saturation": "oxygen_saturation",
        "peak_flow": "peak_expiratory_flow",
        "temperature": "body_temperature",
        "pulse": "heart_rate",
    }
    return newest.group_by("patient").agg(
        when(col("code") == code).then("value").max().alias(name) for name, code in kinds.items()
    )


def glucoses_of(readings: LazyFrame, limits: LazyFrame, moment: Moment) -> LazyFrame:
    """Low readings of a week and the share in range of two, each compared in the unit in which it arrived."""
    is_mg = col("raw").is_not_null()
    shown = when(is_mg).then(without_noise(col("raw"))).otherwise("value")
    low = without_noise(when(is_mg).then("glucose_low_mg").otherwise("glucose_low"))
    high = without_noise(when(is_mg).then("glucose_high_mg").otherwise("glucose_high"))
    is_this_week = col("time") >= moment.midnight(6)
    return (
        readings.filter((col("code") == "glucose") & (col("quality") == USABLE))
        .join(limits.select("patient", "^glucose_.*$"), on="patient")
        .select(
            "patient",
            is_this_week=is_this_week,
            is_low=is_this_week & (shown < low),
            is_in=(shown >= low) & (shown <= high),
            is_asked=low.is_not_null(),
            is_told=low.is_not_null() & high.is_not_null(),
        )
        .group_by("patient")
        .agg(pl.len(), col("is_low", "is_in").sum(), col("is_this_week").any(), col("is_asked", "is_told").all())
        .select(
            "patient",
            lows=when(col("is_this_week") & col("is_asked")).then("is_low"),
            in_range=when((col("len") >= 14) & col("is_told")).then(100.0 * col("is_in") / col("len")),
        )
    )
