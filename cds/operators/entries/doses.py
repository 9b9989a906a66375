"""Operators over doses of a dispenser."""

from typing import Final

from cds.operators.doses import days_with_late_dose, missed_in_a_row, share_taken
from cds.operators.dosing import doses_taken
from cds.operators.entries.operator import ANY_DOSES, DOSES, LAST, Operator, words

DOSES_ENTRIES: Final = (
    Operator(
        "missed_in_a_row",
        missed_in_a_row,
        DOSES,
        "doses",
        words("uteblitte doser på rad {window}", "uteblitne dosar på rad {window}", "missed doses in a row {window}"),
        window=LAST,
        needs_window=True,
    ),
    Operator(
        "doses_taken",
        doses_taken,
        ANY_DOSES,
        "doses",
        words("doser tatt av {input} {window}", "dosar tekne av {input} {window}", "doses taken of {input} {window}"),
        window=LAST,
        needs_window=True,
    ),
    Operator(
        "days_with_late_dose",
        days_with_late_dose,
        DOSES,
        "days",
        words("dager med sen dose {window}", "dagar med sein dose {window}", "days with a late dose {window}"),
        window=LAST,
        needs_window=True,
        options=frozenset({"late_after"}),
        needs=frozenset({"late_after"}),
    ),
    Operator(
        "share_taken",
        share_taken,
        DOSES,
        "percent",
        words("andel doser tatt {window}", "del dosar tekne {window}", "share of doses taken {window}"),
        window=LAST,
        needs_window=True,
        options=frozenset({"require"}),
        requirements=frozenset({"monitored"}),
    ),
)
