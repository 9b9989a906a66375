"""CMA7 and CMA9 of many patients, against a careful implementation in pandas, interleaved in one run.

The data are made up from a seed: per patient about eleven supplies of 20 to 150 days of two medications over two years,
some early and some late, one row in two thousand with a zero duration. Our time is from an Arrow table to a table of
estimates with a reason for each patient, and an issue for each bad row; the one of pandas from a data frame whose
columns have their types to an estimate for each patient. Both run on one thread, and their answers are compared.

    python benchmarks/adherence.py [--write] [patients …]
"""

import argparse
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from cds.adherence import Answer, Columns, Window, continuous_availability

WRITTEN: Final = Path(__file__).with_suffix(".md")
ROUNDS: Final = 5
FOLLOW_UP: Final = 730
STARTS, LASTS = 182, 365
COLUMNS: Final = Columns()


def made_up(patients: int, seed: int = 20260108) -> dict[str, Any]:
    """Columns of supplies, by patient and date."""
    draw = np.random.default_rng(seed)
    count = draw.integers(4, 20, patients)
    patient = np.repeat(np.arange(patients), count)
    rows = len(patient)
    days = draw.choice([20.0, 30.0, 50.0, 60.0, 90.0, 150.0], rows, p=[0.05, 0.55, 0.15, 0.15, 0.06, 0.04])
    first = np.repeat(draw.integers(17_000, 19_000, patients), count)
    step = np.maximum(1.0, days + draw.normal(15.0, 30.0, rows)).astype(np.int64)
    before = np.cumsum(step) - step
    starts = np.r_[0, np.cumsum(count)[:-1]]
    day = first + before - np.repeat(before[starts], count)
    medication = draw.choice(np.array(["A", "B"]), rows)
    return {
        "patient": patient,
        "date": day.astype("datetime64[D]"),
        "days_supply": np.where(draw.random(rows) < 0.0005, 0.0, days),
        "medication": medication,
    }


def ours(table: pa.Table, measure: str) -> Answer:
    """Estimates with reasons, and issues."""
    window, follow_up = Window(STARTS, LASTS), Window(0, FOLLOW_UP)
    return continuous_availability(
        table, [measure], follow_up=follow_up, observation=window, columns=COLUMNS, executor="batch"
    )


def theirs(frame: pd.DataFrame, measure: str) -> pd.Series:
    """The same in pandas: whole columns where the measure allows it, patient by patient only for the carry-over."""
    frame = frame[frame["days_supply"] > 0.0].sort_values(["patient", "date"], kind="stable")
    day = frame["date"].to_numpy().astype("datetime64[D]").astype(np.int64).astype(float)
    groups = frame.groupby("patient", sort=False).indices
    days = frame["days_supply"].to_numpy()
    judge = _cma7 if measure == "CMA7" else _cma9
    return pd.Series({patient: judge(day[rows], days[rows]) for patient, rows in groups.items()})


def _gaps(day: np.ndarray, days: np.ndarray, ends: float) -> tuple[np.ndarray, np.ndarray]:
    """Intervals and gaps of one patient: what is left over at the start of each supply follows from running sums."""
    interval = np.append(np.diff(day), ends - day[-1])
    surplus = np.cumsum(days - interval)
    left = surplus - np.minimum(np.minimum.accumulate(surplus), 0.0)
    before = np.append(0.0, left[:-1])
    return interval, np.maximum(interval - days - before, 0.0)


def _cma7(day: np.ndarray, days: np.ndarray) -> float:
    starts = day[0] + STARTS
    ends = starts + LASTS
    inside = day <= ends
    day, days = day[inside], days[inside]
    _, gap = _gaps(day, days, ends)
    first = int(np.searchsorted(day, starts))
    if first == len(day):
        return max(0.0, 1.0 - gap[-1] / LASTS)
    lead = day[first] - starts
    if first:
        lead = min(lead, gap[first - 1])
    return 1.0 - (lead + gap[first:].sum()) / LASTS


def _cma9(day: np.ndarray, days: np.ndarray) -> float:
    starts, closes = day[0] + STARTS, day[0] + FOLLOW_UP
    inside = day <= closes
    day, days = day[inside], days[inside]
    interval, gap = _gaps(day, days, closes)
    share = 1.0 - np.divide(gap, interval, out=np.zeros_like(gap), where=interval > 0.0)
    overlap = np.minimum(day + interval, starts + LASTS) - np.maximum(day, starts)
    return float((share * np.maximum(overlap, 0.0)).sum() / LASTS)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def compare(patients: int, measure: str) -> str:
    """Run both in turn, compare their answers; a row of the table, from the best time of each."""
    columns = made_up(patients)
    table, frame = pa.table(columns), pd.DataFrame(columns)
    spans: dict[str, list[float]] = {"cds": [], "pandas": []}
    for _ in range(ROUNDS if patients <= 10_000 else 3):
        span, answer = _timed(lambda: ours(table, measure))
        spans["cds"].append(span)
        span, series = _timed(lambda: theirs(frame, measure))
        spans["pandas"].append(span)
    sound = set(range(patients)) - {issue.patient for issue in answer.issues}
    rows = answer.rows.to_pylist()
    assert len(rows) == patients and len(sound) > 0.98 * patients
    assert all(abs(row["value"] - series[row["patient"]]) < 1e-9 for row in rows if row["patient"] in sound)
    cds, pandas = min(spans["cds"]), min(spans["pandas"])
    speeds = f"{patients / cds:,.0f} | {patients / pandas:,.0f} | {pandas / cds:.0f} ×"
    return f"| {measure} | {patients:,} | {table.num_rows:,} | {speeds} |"


def report(sizes: list[int]) -> str:
    """The whole table."""
    ours(pa.table(made_up(3)), "CMA7")
    rows = [compare(patients, measure) for measure in ("CMA7", "CMA9") for patients in sizes]
    head = ["measure", "patients", "supplies", "cds, patients/s", "pandas, patients/s", "cds is faster"]
    return "\n".join(
        [
            "# Adherence of many patients: cds beside pandas",
            "",
            "Written by `python benchmarks/adherence.py --write`; what is measured stands at the top of that file.",
            "",
            f"Python {platform.python_version()}, pandas {pd.__version__}, pyarrow {pa.__version__}; one thread.",
            "",
            f"| {' | '.join(head)} |",
            "|---|---:|---:|---:|---:|---:|",
            *rows,
            "",
        ]
    )


def main() -> None:
    """Measure, print the table, and write it when asked."""
    parser = argparse.ArgumentParser(description="Adherence of many patients: cds beside pandas.")
    parser.add_argument("patients", nargs="*", type=int, default=[5_000, 100_000])
    parser.add_argument("--write", action="store_true", help=f"put the table into {WRITTEN.name}")
    given = parser.parse_args()
    pa.set_cpu_count(1)
    text = report(given.patients)
    print(text, end="")
    if given.write:
        WRITTEN.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
