"""What Polars knows of each patient: age, limits that count, diagnoses, dispensers and medicines in use."""

from datetime import date
from pathlib import Path
from typing import Final

import polars as pl
from polars import Expr, LazyFrame, col, lit, when

from population.polars_values import CLASSES, UNITS, Moment, is_above, without_noise

LIMITS: Final[dict[str, tuple[str, float, float, float]]] = {  # unit, allowed span, the ruleset's own
    "systolic_high": ("mmHg", 110, 160, 135),
    "diastolic_high": ("mmHg", 70, 100, 85),
    "systolic_low_orange": ("mmHg", 80, 120, 100),
    "systolic_low_red": ("mmHg", 70, 110, 90),
    "gain_yellow": ("kg", 0.5, 5, 2),
    "gain_red": ("kg", 1, 8, float("inf")),
    "loss_yellow": ("kg", 1, 6, 2.27),
    "saturation_yellow": ("%", 80, 94, 90),
    "saturation_red": ("%", 70, 92, float("-inf")),
    "glucose_low": ("mmol/L", 3.5, 5.5, 3.9),
    "glucose_high": ("mmol/L", 6, 20, 10.0),
    "lows_in_a_week": ("readings", 2, 21, 3),
    "least_in_range": ("%", 30, 100, 70),
    "personal_best": ("L/min", 100, 900, float("-inf")),
    "pef_yellow_share": ("%", 70, 90, 80),
    "temperature_high_yellow": ("°C", 37, 39.5, 38.1),
    "temperature_high_orange": ("°C", 37.5, 40.5, 39.1),
    "pulse_high_yellow": ("/min", 80, 140, 91),
    "pulse_high_orange": ("/min", 90, 160, 111),
    "pulse_high_red": ("/min", 100, 180, 131),
    "statin_least": ("%", 50, 100, 80),
    "ras_least": ("%", 50, 100, 80),
    "diabetes_least": ("%", 50, 100, 80),
    "missed_red": ("doses", 1, 6, 2),
    "taken_least": ("%", 50, 100, 80),
}
IN_ORDER: Final = (  # the first must lie above the second
    ("systolic_low_orange", "systolic_low_red"),
    ("gain_red", "gain_yellow"),
    ("saturation_yellow", "saturation_red"),
    ("glucose_high", "glucose_low"),
    ("temperature_high_orange", "temperature_high_yellow"),
    ("pulse_high_orange", "pulse_high_yellow"),
    ("pulse_high_red", "pulse_high_orange"),
)
IN_MG: Final = {"glucose_low": 70.0, "glucose_high": 180.0}
DIAGNOSES: Final = {
    "heart_failure": "^(I50|I11.0|I13.0|I13.2)",
    "diabetes": "^E1[0-4]",
    "copd": "^J44",
    "asthma": "^J4[56]",
    "pregnancy": "^(Z33|Z34|Z35|Z32.1)",
}


def own_limits_of(folder: Path, moment: Moment) -> LazyFrame:
    """Limits of the patient's own, of those in force the one that began last; NaN = nobody knows what it is."""
    written = pl.scan_parquet(folder / "limits.parquet").with_columns(col("limit", "unit").cast(pl.String))
    stated = _stated(written, moment)
    latest = stated.filter("is_current").group_by("patient", "limit").agg(latest=col("since").max())
    is_in_force = (col("is_current") & (col("since") == col("latest"))).fill_null(False)
    used = when("is_in_force").then("converted")
    resolved = (
        stated.join(latest, on=["patient", "limit"], how="left")
        .with_columns(is_in_force=is_in_force)
        .with_columns(is_wrong=(col("is_in_force") & ~col("is_valid")) | col("is_unreadable"), used=used)
        .with_columns(in_mg=when(col("is_in_force") & (col("unit") == "mg/dL")).then("value"))
        .group_by("patient", "limit")
        .agg(col("is_in_force", "is_wrong").any(), col("in_mg", "used").max(), least=col("used").min())
    )
    is_usable = col("is_in_force") & ~col("is_wrong") & (col("used") == col("least"))
    own = when(is_usable).then("used").otherwise(float("nan"))
    misspelt = written.filter(~col("limit").is_in(list(LIMITS))).select("patient").unique()
    spoilt = misspelt.join(pl.LazyFrame({"limit": list(LIMITS)}), how="cross").select(
        "patient", "limit", own=lit(float("nan")), in_mg=lit(None, pl.Float64)
    )
    others = resolved.join(misspelt, on="patient", how="anti").select("patient", "limit", own=own, in_mg="in_mg")
    return _side_by_side(pl.concat([spoilt, others]))


def _stated(written: LazyFrame, moment: Moment) -> LazyFrame:
    """What is stated of limits that have begun, and of those that cannot be read: nobody knows when they begin."""
    factors = pl.LazyFrame(
        [
            (name, written, float(low), float(high), *map(float, factor))
            for name, (unit, low, high, _) in LIMITS.items()
            for written, factor in UNITS[unit].items()
        ],
        ["limit", "unit", "low", "high", "numerator", "denominator", "shift"],
        orient="row",
    )
    is_unreadable = ~col("value").is_finite().fill_null(False) | (col("until") < col("from")).fill_null(False)
    return (
        written.filter((col("from") <= moment.today).fill_null(True) | is_unreadable)
        .join(factors, on=["limit", "unit"], how="left")
        .with_columns(
            is_unreadable=is_unreadable,
            is_current=~is_unreadable & (col("until") >= moment.today).fill_null(True),
            since=col("from").fill_null(date.min),
            converted=without_noise((col("value") + col("shift")) * col("numerator") / col("denominator")),
        )
        .with_columns(is_valid=col("converted").is_between("low", "high").fill_null(False))
    )


def _side_by_side(resolved: LazyFrame) -> LazyFrame:
    """One column for each limit."""
    values = [when(col("limit") == name).then("own").max().alias(name) for name in LIMITS]
    stated = [when(col("limit") == name).then("in_mg").max().alias(f"{name}_mg") for name in IN_MG]
    return resolved.group_by("patient").agg(*values, *stated)


def limits_of(folder: Path, moment: Moment) -> LazyFrame:
    """Everybody, whether of age, and the limits that count: the patient's own, else the ruleset's."""
    adult_since = moment.today.replace(year=moment.today.year - 18)
    people = pl.scan_parquet(folder / "patients.parquet").select(
        patient="id", is_adult=when(col("birth_date") <= moment.today).then(col("birth_date") <= adult_since)
    )
    counting: list[Expr] = []
    for name, (*_, usual) in LIMITS.items():
        if name != "personal_best":
            disorders = [_is_out_of_order(*pair) for pair in IN_ORDER if name in pair]
            is_known = ~col(name).is_nan().fill_null(False)
            for each in disorders:
                is_known = is_known & ~each
            counting.append(when(is_known).then(col(name).fill_null(usual)).alias(name))
    in_mg = [
        when(col(name).is_null())
        .then(usual)
        .otherwise(col(f"{name}_mg").fill_null(col(name) * 45039 / 2500))
        .alias(f"{name}_mg")
        for name, usual in IN_MG.items()
    ]
    joined = people.join(own_limits_of(folder, moment), on="patient", how="left", maintain_order="left")
    known_in_mg = [when(col(name).is_not_null()).then(f"{name}_mg").alias(f"{name}_mg") for name in IN_MG]
    return joined.with_columns(*counting, *in_mg).with_columns(known_in_mg)


def _is_out_of_order(high: str, low: str) -> Expr:
    """Whether one of two limits is the patient's, both are known, and they are not in order."""
    is_own = (col(high).is_not_null() | col(low).is_not_null()) & ~(
        col(high).is_nan().fill_null(False) | col(low).is_nan().fill_null(False)
    )
    return is_own & ~is_above(col(high).fill_null(LIMITS[high][3]), col(low).fill_null(LIMITS[low][3]))


def _holds(moment: Moment) -> Expr:
    return (col("from") <= moment.at).fill_null(True) & (col("to") > moment.at).fill_null(True)


def diagnoses_of(folder: Path, moment: Moment) -> LazyFrame:
    """Who has what: true where it is certain, unknown where it is not; of asthma nobody said who has none."""
    held = (
        pl.scan_parquet(folder / "conditions.parquet")
        .filter(col("system").cast(pl.String) == "ICD-10")
        .with_columns(col("code").cast(pl.String), is_now=_holds(moment))
    )
    columns = []
    for name, codes in DIAGNOSES.items():
        is_it = col("code").str.contains(codes)
        is_certain, is_doubtful = (is_it & col("is_now") & each for each in (col("certain"), ~col("certain")))
        nothing = lit(False) if name != "asthma" else when(is_it.any()).then(False)
        found = when(is_certain.any()).then(True).when(is_doubtful.any()).then(None).otherwise(nothing)
        columns.append(found.alias(f"has_{name}"))
    return held.group_by("patient").agg(*columns, has_rows=lit(True))


def dispensers_of(folder: Path, moment: Moment) -> LazyFrame:
    """Who has a medicine dispenser."""
    held = pl.scan_parquet(folder / "devices.parquet").filter(col("code").cast(pl.String) == "medicine_dispenser")
    return held.group_by("patient").agg(has_dispenser=_holds(moment).any())


def may_be(start: str) -> Expr:
    """Whether a code is missing, or too short to tell that it is not of the class."""
    shorter = [start[:length] for length in range(1, len(start))]
    return col("atc").is_null() | col("atc").is_in(shorter)


def medicines_of(folder: Path, moment: Moment) -> LazyFrame:
    """Who uses a medicine of a class."""
    held = pl.scan_parquet(folder / "medications.parquet").with_columns(
        col("atc").cast(pl.String), is_now=_holds(moment)
    )
    columns = []
    for name, start in CLASSES.items():
        is_used = (col("is_now") & col("atc").str.starts_with(start)).any()
        columns.append(when(is_used).then(True).when(~may_be(start).any()).then(False).alias(f"uses_{name}"))
    return held.group_by("patient").agg(*columns, has_medicines=lit(True))
