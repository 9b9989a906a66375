"""Operators over how doses were taken: the right number, on time, drug holidays, streaks, lateness."""

from collections.abc import Mapping
from typing import Final

from cds.operators.dosing import (
    correct_dosing_days,
    drug_holidays,
    longest_missed_in_a_row,
    mean_lateness,
    median_lateness,
    share_on_time,
)
from cds.operators.entries.operator import DOSES, LAST, NONE, Operator, OperatorFunction, Requirement, Result, words

_MONITORED: Final[frozenset[Requirement]] = frozenset({"monitored"})


def _dosing(
    name: str,
    function: OperatorFunction,
    result: Result,
    phrase: Mapping[str, str],
    needs: frozenset[str] = NONE,
    requirements: frozenset[Requirement] = _MONITORED,
) -> Operator:
    return Operator(
        name,
        function,
        DOSES,
        result,
        phrase,
        window=LAST,
        needs_window=True,
        options=needs | ({"require"} if requirements else NONE),
        needs=needs,
        requirements=requirements,
    )


DOSING_ENTRIES: Final = (
    _dosing(
        "correct_dosing_days",
        correct_dosing_days,
        "percent",
        words(
            "andel dager med alle doser tatt {window}",
            "del dagar med alle dosar tekne {window}",
            "share of days with every dose taken {window}",
        ),
    ),
    _dosing(
        "share_on_time",
        share_on_time,
        "percent",
        words(
            "andel doser tatt til rett tid {window}",
            "del dosar tekne til rett tid {window}",
            "share of doses taken on time {window}",
        ),
        needs=frozenset({"on_time_within"}),
    ),
    _dosing(
        "drug_holidays",
        drug_holidays,
        "episodes",
        words(
            "perioder uten medisin {window}",
            "periodar utan medisin {window}",
            "drug holidays {window}",
        ),
        needs=frozenset({"holiday_from"}),
        requirements=frozenset(),
    ),
    _dosing(
        "longest_missed_in_a_row",
        longest_missed_in_a_row,
        "doses",
        words(
            "flest uteblitte doser på rad {window}",
            "flest uteblitne dosar på rad {window}",
            "most missed doses in a row {window}",
        ),
        requirements=frozenset(),
    ),
    _dosing(
        "mean_lateness",
        mean_lateness,
        "minutes",
        words(
            "gjennomsnittlig forsinkelse av doser {window}",
            "gjennomsnittleg forseinking av dosar {window}",
            "mean lateness of doses {window}",
        ),
    ),
    _dosing(
        "median_lateness",
        median_lateness,
        "minutes",
        words(
            "median forsinkelse av doser {window}",
            "median forseinking av dosar {window}",
            "median lateness of doses {window}",
        ),
    ),
)
