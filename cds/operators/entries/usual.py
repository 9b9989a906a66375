"""Operators that look at a course, and beside what is usual, best or meant for a patient."""

from typing import Final

from cds.operators.baselines import percent_of_best, z_score
from cds.operators.entries.operator import (
    APART,
    EITHER,
    ENOUGH,
    FRESH,
    LAST,
    MEASURED,
    READINGS,
    ROWS_DAYS,
    Operator,
    words,
)
from cds.operators.outliers import out_of_step
from cds.operators.time_in_range import percent_of_time
from cds.operators.trends import slope
from cds.operators.variability import diurnal_variability

USUAL_ENTRIES: Final = (
    Operator(
        "slope",
        slope,
        MEASURED,
        "per_day",
        words("endring per dag i {input} {window}", "endring per dag i {input} {window}", "slope of {input} {window}"),
        window=LAST,
        needs_window=True,
        options=ENOUGH | {"leave_out_last"},
        requirements=APART,
    ),
    Operator(
        "z_score",
        z_score,
        MEASURED,
        "plain",
        words(
            "avvik fra det vanlige for {input} {window}",
            "avvik frå det vanlege for {input} {window}",
            "distance from the usual of {input} {window}",
        ),
        window=LAST,
        needs_window=True,
        options=ENOUGH | {"leave_out_last", "spread_at_least"},
        needs=frozenset({"leave_out_last", "require"}),
        requirements=ROWS_DAYS,
    ),
    Operator(
        "out_of_step",
        out_of_step,
        MEASURED,
        "readings",
        words(
            "{input} som skiller seg ut {window}",
            "{input} som skil seg ut {window}",
            "{input} out of step {window}",
        ),
        window=LAST,
        needs_window=True,
        options=ENOUGH | {"by_more_than"},
        needs=frozenset({"by_more_than"}),
        requirements=ROWS_DAYS,
    ),
    Operator(
        "percent_of_best",
        percent_of_best,
        READINGS,
        "percent",
        words(
            "siste {input} i andel av personlig beste {window}",
            "siste {input} i del av personleg beste {window}",
            "newest {input} as a share of the personal best {window}",
        ),
        window=EITHER,
        options=FRESH | {"best"},
        needs=frozenset({"best"}),
    ),
    Operator(
        "diurnal_variability",
        diurnal_variability,
        MEASURED,
        "percent",
        words(
            "døgnvariasjon i {input} {window}",
            "døgnvariasjon i {input} {window}",
            "swing within the day of {input} {window}",
        ),
        window=LAST,
        needs_window=True,
        options=ENOUGH | {"leave_out_last"},
        requirements=ROWS_DAYS,
    ),
    Operator(
        "percent_of_time",
        percent_of_time,
        MEASURED,
        "percent",
        words("andel av tiden {input} {window}", "del av tida {input} {window}", "share of time of {input} {window}"),
        window=LAST,
        needs_window=True,
        options=ENOUGH | {"that_are", "gap_below", "leave_out_first"},
        needs=frozenset({"that_are", "gap_below"}),
        requirements=frozenset({"readings"}),
    ),
)
