"""Operators over medicines handed out."""

from typing import Final

from cds.operators.entries.operator import LAST, SUPPLY, Operator, words
from cds.operators.supply import days_without_supply, percent_of_days_covered

SUPPLY_ENTRIES: Final = (
    Operator(
        "percent_of_days_covered",
        percent_of_days_covered,
        SUPPLY,
        "percent",
        words(
            "andel dager dekket av {input} {window}",
            "del av dagane dekt av {input} {window}",
            "share of days covered by {input} {window}",
        ),
        window=LAST,
        needs_window=True,
        options=frozenset({"require", "from_first_dispense"}),
        requirements=frozenset({"days", "dispenses"}),
    ),
    Operator(
        "days_without_supply",
        days_without_supply,
        SUPPLY,
        "days",
        words("dager uten {input}", "dagar utan {input}", "days without {input}"),
    ),
)
