"""Operators over readings and events."""

from collections.abc import Mapping
from typing import Final

from cds.operators.aggregates import coefficient_of_variation, greatest, least, mean, median, standard_deviation
from cds.operators.changes import change, fall_in, rise_in
from cds.operators.counts import consecutive, count, days_with, percent_of_readings
from cds.operators.entries.operator import (
    DOSES,
    EITHER,
    ENOUGH,
    FRESH,
    LAST,
    MEASURED,
    RECORDED,
    ROWS_DAYS,
    SUPPLY,
    WITHIN,
    WORN,
    Operator,
    OperatorFunction,
    Result,
    words,
)
from cds.operators.readings import absent, last_reading, nth_newest, previous, time_since
from cds.operators.sessions import protocol_mean


def _aggregate(name: str, function: OperatorFunction, phrase: Mapping[str, str], result: Result = "same") -> Operator:
    return Operator(
        name,
        function,
        MEASURED,
        result,
        phrase,
        window=LAST,
        needs_window=True,
        options=ENOUGH | {"leave_out_last", "each_day", "leave_out_beyond"},
        requirements=WORN,
        keeps_to_window=True,
    )


def _difference(name: str, function: OperatorFunction, phrase: Mapping[str, str]) -> Operator:
    return Operator(
        name,
        function,
        MEASURED,
        "same",
        phrase,
        window=WITHIN,
        needs_window=True,
        options=FRESH | {"leave_out_beyond"},
        keeps_to_window=True,
    )


MEASURED_ENTRIES: Final = (
    Operator(
        "last_reading",
        last_reading,
        MEASURED,
        "same",
        words("siste {input} {window}", "siste {input} {window}", "newest {input} {window}"),
        window=EITHER,
        options=FRESH,
        selects=True,
        keeps_to_window=True,
    ),
    Operator(
        "previous",
        previous,
        MEASURED,
        "same",
        words("forrige {input} {window}", "førre {input} {window}", "previous {input} {window}"),
        window=EITHER,
        options=FRESH | {"back"},
        selects=True,
        keeps_to_window=True,
    ),
    _aggregate("min", least, words("laveste {input} {window}", "lågaste {input} {window}", "lowest {input} {window}")),
    _aggregate(
        "max", greatest, words("høyeste {input} {window}", "høgaste {input} {window}", "highest {input} {window}")
    ),
    _aggregate(
        "mean",
        mean,
        words("gjennomsnitt av {input} {window}", "gjennomsnitt av {input} {window}", "mean of {input} {window}"),
    ),
    _aggregate(
        "median",
        median,
        words("median av {input} {window}", "median av {input} {window}", "median of {input} {window}"),
    ),
    _aggregate(
        "sd",
        standard_deviation,
        words(
            "standardavvik for {input} {window}",
            "standardavvik for {input} {window}",
            "standard deviation of {input} {window}",
        ),
    ),
    _aggregate(
        "cv",
        coefficient_of_variation,
        words(
            "variasjonskoeffisient for {input} {window}",
            "variasjonskoeffisient for {input} {window}",
            "coefficient of variation of {input} {window}",
        ),
        "percent",
    ),
    Operator(
        "count",
        count,
        RECORDED,
        "readings",
        words("antall {input} {window}", "talet på {input} {window}", "number of {input} {window}"),
        window=LAST,
        needs_window=True,
        options=ENOUGH | {"that_are"},
        requirements=ROWS_DAYS,
        keeps_to_window=True,
    ),
    Operator(
        "percent_of_readings",
        percent_of_readings,
        MEASURED,
        "percent",
        words("andel av {input} {window}", "del av {input} {window}", "share of {input} {window}"),
        window=LAST,
        needs_window=True,
        options=ENOUGH | {"that_are"},
        needs=frozenset({"that_are"}),
        requirements=WORN,
        keeps_to_window=True,
    ),
    Operator(
        "days_with",
        days_with,
        RECORDED,
        "days",
        words("dager med {input} {window}", "dagar med {input} {window}", "days with {input} {window}"),
        window=LAST,
        needs_window=True,
        options=ENOUGH | {"that_are"},
        requirements=ROWS_DAYS,
        keeps_to_window=True,
    ),
    Operator(
        "protocol_mean",
        protocol_mean,
        MEASURED,
        "same",
        words(
            "gjennomsnitt av {input} {window} etter måleprotokollen",
            "gjennomsnitt av {input} {window} etter måleprotokollen",
            "mean of {input} {window} by the measuring protocol",
        ),
        window=LAST,
        needs_window=True,
        options=ENOUGH | {"skip_first_days", "sessions", "per_session", "discard_first_in_session", "outside_sessions"},
        requirements=ROWS_DAYS,
        keeps_to_window=True,
    ),
    _difference(
        "rise_in", rise_in, words("økning i {input} {window}", "auke i {input} {window}", "rise in {input} {window}")
    ),
    _difference(
        "fall_in", fall_in, words("fall i {input} {window}", "fall i {input} {window}", "fall in {input} {window}")
    ),
    Operator(
        "change",
        change,
        MEASURED,
        "same",
        words("endring i {input} {window}", "endring i {input} {window}", "change in {input} {window}"),
        options=FRESH | {"over", "give_or_take"},
        needs=frozenset({"over", "give_or_take"}),
    ),
    Operator(
        "consecutive",
        consecutive,
        MEASURED,
        "readings",
        words("{input} på rad {window}", "{input} på rad {window}", "{input} in a row {window}"),
        window=LAST,
        options=FRESH | {"that_are", "gap_at_most", "needed"},
        needs=frozenset({"that_are"}),
    ),
    Operator(
        "time_since",
        time_since,
        RECORDED | SUPPLY,
        "hours",
        words("tid siden siste {input}", "tid sidan siste {input}", "time since the newest {input}"),
        options=frozenset({"in"}),
        needs=frozenset({"in"}),
    ),
    Operator(
        "absent",
        absent,
        RECORDED | DOSES | SUPPLY,
        "yes_no",
        words("ingen {input} {window}", "ingen {input} {window}", "no {input} {window}"),
        window=LAST,
        needs_window=True,
        public=False,
    ),
    Operator(
        "nth_newest",
        nth_newest,
        MEASURED,
        "same",
        words("bekreftende {input} {window}", "stadfestande {input} {window}", "confirming {input} {window}"),
        window=EITHER,
        options=FRESH,
        selects=True,
        public=False,
        keeps_to_window=True,
    ),
)
