"""The sixteen rules of `rules/*.yaml`, written by hand for Polars, with the answers of cds for every patient.

Three values: a number or a condition that is not known is null, and `&`, `|` and `~` do the rest. A limit of the
patient's own that cannot be used is NaN until it is put in place of the ruleset's; one that neither sets is infinitely
far away. Only the columns, codes and times that some rule looks at are read.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import polars as pl
from polars import Expr, LazyFrame, col, lit, when

from population.polars_medicines import covered_of, dosed_of, unplaced_of
from population.polars_people import DIAGNOSES, diagnoses_of, dispensers_of, limits_of, medicines_of
from population.polars_readings import (
    glucoses_of,
    latest_of,
    newest_of,
    pressures_of,
    readings_of,
    untimed_of,
    weights_of,
)
from population.polars_values import CLASSES, Moment, at_least, is_above, without_noise

RULES: Final = (
    *("above_target", "low_pressure", "weight_gain", "weight_loss", "low_saturation", "repeated_lows"),
    *("seldom_in_range", "low_peak_flow", "high_temperature", "high_pulse", "statin_rarely_fetched"),
    *("ras_rarely_fetched", "diabetes_rarely_fetched", "doses_missed", "rarely_taken"),
    "adherence_before_more_treatment",
)
STATUSES: Final = ("not_applicable", "not_fired", "unknown", "fired")


def judged(applies: Expr, holds: Expr) -> Expr:
    """The status of a rule, as a position in STATUSES."""
    return (
        when(~applies).then(0).when(applies & holds).then(3).when(applies & ~holds).then(1).otherwise(2).cast(pl.UInt8)
    )


def _is_fired(rule: str) -> Expr:
    return when(col(rule) == 3).then(True).when(col(rule) == 2).then(None).otherwise(False)


def _is_rarely(name: str) -> Expr:
    """Whether less is covered than asked; of a share that may be more, only that it is enough can be told."""
    is_less = is_above(f"{name}_least", name)
    return when(~is_less).then(False).when(f"{name}_bound").then(None).otherwise(is_less)


def _to_steps(name: str, per_unit: int) -> Expr:
    return (without_noise(col(name) * per_unit) + 0.5).floor() / per_unit


def statuses(facts: LazyFrame) -> LazyFrame:
    """The status of every rule."""
    adult = col("is_adult")
    plain = adult & ~col("has_pregnancy")
    peak_flow = judged(
        adult & col("has_asthma"),
        is_above(
            when(~col("personal_best").is_nan()).then(col("personal_best") * col("pef_yellow_share") / 100), "peak_flow"
        ),
    )
    missed = at_least("streak", "missed_red")
    first = facts.with_columns(
        systolic=_to_steps("systolic", 1), temperature=_to_steps("temperature", 10), pulse=_to_steps("pulse", 1)
    ).with_columns(
        above_target=judged(
            plain, at_least("systolic_mean", "systolic_high") | at_least("diastolic_mean", "diastolic_high")
        ),
        low_pressure=judged(
            plain, at_least("systolic_low_red", "systolic") | at_least("systolic_low_orange", "systolic")
        ),
        weight_gain=judged(
            adult & col("has_heart_failure"), is_above("gain", "gain_red") | is_above("gain", "gain_yellow")
        ),
        weight_loss=judged(adult & col("has_heart_failure"), at_least("loss", "loss_yellow")),
        low_saturation=judged(
            adult & col("has_copd"),
            is_above("saturation_red", "saturation") | is_above("saturation_yellow", "saturation"),
        ),
        repeated_lows=judged(adult & col("has_diabetes"), at_least("lows", "lows_in_a_week")),
        seldom_in_range=judged(adult & col("has_diabetes"), is_above("least_in_range", "in_range")),
        low_peak_flow=when(adult & col("has_asthma") & col("personal_best").is_null())
        .then(lit(0, pl.UInt8))
        .otherwise(peak_flow),
        high_temperature=judged(
            plain,
            at_least("temperature", "temperature_high_orange") | at_least("temperature", "temperature_high_yellow"),
        ),
        high_pulse=judged(
            plain,
            at_least("pulse", "pulse_high_red")
            | at_least("pulse", "pulse_high_orange")
            | at_least("pulse", "pulse_high_yellow"),
        ),
        **{f"{name}_rarely_fetched": judged(adult, col(f"uses_{name}") & _is_rarely(name)) for name in CLASSES},
        doses_missed=judged(
            col("has_dispenser"), when(missed).then(True).when(~col("streak_bound") & ~missed).then(False)
        ),
        rarely_taken=judged(col("has_dispenser"), is_above("taken_least", "taken")),
    )
    chained = _is_fired("above_target") & (_is_fired("ras_rarely_fetched") | _is_fired("rarely_taken"))
    return first.select("patient", *RULES[:-1], judged(adult, chained).alias(RULES[-1]))


LOST: Final = {
    "blood_pressure": ("systolic_mean", "diastolic_mean", "systolic"),
    "body_weight": ("gain", "loss"),
    "oxygen_saturation": ("saturation",),
    "glucose": ("lows", "in_range"),
    "peak_expiratory_flow": ("peak_flow",),
    "body_temperature": ("temperature",),
    "heart_rate": ("pulse",),
    **{name: (name,) for name in CLASSES},
}


def _where_nothing_is_said() -> list[Expr]:
    """Without any row there is no diagnosis, dispenser or medicine; of asthma nobody handed over all."""
    diagnoses = [f"has_{name}" for name in DIAGNOSES if name != "asthma"]
    of = {
        **dict.fromkeys(diagnoses, "has_rows"),
        **dict.fromkeys((f"uses_{name}" for name in CLASSES), "has_medicines"),
        "has_dispenser": "has_dispenser",
    }
    return [when(col(rows).is_null()).then(False).otherwise(col(name)).alias(name) for name, rows in of.items()]


def _where_rows_were_lost() -> list[Expr]:
    """What may be more than could be placed is not known."""
    return [
        when(~col(f"lost_{kind}").fill_null(False)).then(col(name)).alias(name)
        for kind, names in LOST.items()
        for name in names
    ]


def findings(folder: Path, at: datetime) -> pl.DataFrame:
    """Patient, rule and status of every patient and rule."""
    moment = Moment(at)
    readings = readings_of(folder, moment).collect().lazy()
    limits = limits_of(folder, moment).collect().lazy()
    newest = newest_of(readings, moment).collect().lazy()
    parts: Sequence[LazyFrame] = (
        untimed_of(folder),
        pressures_of(readings, moment),
        latest_of(newest),
        weights_of(readings, newest, moment),
        glucoses_of(readings, limits, moment),
        diagnoses_of(folder, moment),
        dispensers_of(folder, moment),
        medicines_of(folder, moment),
        unplaced_of(folder),
        covered_of(folder, moment),
        dosed_of(folder, moment),
    )
    facts = limits
    for part in pl.collect_all(parts):
        facts = facts.join(part.lazy(), on="patient", how="left", maintain_order="left")
    facts = facts.with_columns(*_where_nothing_is_said(), *_where_rows_were_lost())
    return (
        statuses(facts)
        .unpivot(RULES, index="patient", variable_name="rule", value_name="status")
        .with_columns(
            rule=col("rule").cast(pl.Enum(RULES)),
            status=col("status").replace_strict(range(len(STATUSES)), list(STATUSES), return_dtype=pl.Enum(STATUSES)),
        )
        .collect()
    )


def write_findings(folder: Path, at: datetime, out: Path) -> None:
    """Score a population of files, and write the findings."""
    findings(folder, at).write_parquet(out)
