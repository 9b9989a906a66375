"""Operators over medicines handed out."""

from typing import Final

from cds.operators.entries.operator import LAST, SUPPLY, Operator, words
from cds.operators.handed_out import days_from_first_dispense, days_supply, days_with_dispense
from cds.operators.supply import days_without_supply, percent_of_days_covered
from cds.operators.supply_over_time import (
    days_on_treatment,
    dispenses,
    episodes_of_treatment,
    longest_without_supply,
    medicines_at_once,
)

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
        options=frozenset({"require", "from_first_dispense", "carry_over", "medicines_at_least", "stays", "stay_days"}),
        requirements=frozenset({"days", "dispenses"}),
    ),
    Operator(
        "days_without_supply",
        days_without_supply,
        SUPPLY,
        "days",
        words("dager uten {input}", "dagar utan {input}", "days without {input}"),
        options=frozenset({"stays"}),
    ),
    Operator(
        "longest_without_supply",
        longest_without_supply,
        SUPPLY,
        "days",
        words(
            "flest dager på rad uten {input} {window}",
            "flest dagar på rad utan {input} {window}",
            "most days in a row without {input} {window}",
        ),
        window=LAST,
        needs_window=True,
        options=frozenset({"carry_over", "stays"}),
    ),
    Operator(
        "treatment_episodes",
        episodes_of_treatment,
        SUPPLY,
        "episodes",
        words(
            "behandlingsperioder med {input} {window}",
            "behandlingsperiodar med {input} {window}",
            "treatment episodes with {input} {window}",
        ),
        window=LAST,
        needs_window=True,
        options=frozenset({"stopped_after", "carry_over", "stays"}),
        needs=frozenset({"stopped_after"}),
    ),
    Operator(
        "days_on_treatment",
        days_on_treatment,
        SUPPLY,
        "days",
        words(
            "dager i siste behandlingsperiode med {input}",
            "dagar i siste behandlingsperiode med {input}",
            "days of the newest treatment episode with {input}",
        ),
        options=frozenset({"stopped_after", "carry_over", "stays"}),
        needs=frozenset({"stopped_after"}),
    ),
    Operator(
        "medicines_at_once",
        medicines_at_once,
        SUPPLY,
        "medicines",
        words(
            "flest legemidler samtidig av {input} {window}",
            "flest legemiddel samtidig av {input} {window}",
            "most medicines at once of {input} {window}",
        ),
        window=LAST,
        needs_window=True,
    ),
    Operator(
        "dispenses",
        dispenses,
        SUPPLY,
        "dispenses",
        words("utleveringer av {input} {window}", "utleveringar av {input} {window}", "dispenses of {input} {window}"),
        window=LAST,
        needs_window=True,
    ),
    Operator(
        "days_with_dispense",
        days_with_dispense,
        SUPPLY,
        "days",
        words(
            "dager med utlevering av {input} {window}",
            "dagar med utlevering av {input} {window}",
            "days with a dispense of {input} {window}",
        ),
        window=LAST,
        needs_window=True,
    ),
    Operator(
        "days_from_first_dispense",
        days_from_first_dispense,
        SUPPLY,
        "days",
        words(
            "dager fra og med første utlevering av {input} {window}",
            "dagar frå og med første utlevering av {input} {window}",
            "days from the first dispense of {input} on, {window}",
        ),
        window=LAST,
        needs_window=True,
    ),
    Operator(
        "days_supply",
        days_supply,
        SUPPLY,
        "days",
        words(
            "antall dager det som er utlevert av {input} {window} rekker",
            "talet på dagar det som er utlevert av {input} {window} rekk",
            "days' supply of {input} handed out {window}",
        ),
        window=LAST,
        needs_window=True,
    ),
)
