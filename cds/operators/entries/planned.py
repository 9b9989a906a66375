"""Operators over readings that belong together, that were planned, or that must agree for some time."""

from collections.abc import Mapping
from typing import Final

from cds.operators.entries.operator import (
    EITHER,
    FRESH,
    LAST,
    MEASURED,
    RECORDED,
    Operator,
    OperatorFunction,
    Result,
    words,
)
from cds.operators.holding import held_for
from cds.operators.pairs import paired_difference, paired_fall, paired_rise
from cds.operators.slots import missed_readings, percent_received


def _paired(name: str, function: OperatorFunction, phrase: Mapping[str, str]) -> Operator:
    fields = frozenset({"pair", "apart_at_most"})
    return Operator(
        name, function, MEASURED, "same", phrase, window=EITHER, needs_window=True, options=FRESH | fields, needs=fields
    )


def _planned(name: str, function: OperatorFunction, result: Result, phrase: Mapping[str, str]) -> Operator:
    fields = frozenset({"at_times", "give_or_take"})
    return Operator(
        name,
        function,
        RECORDED,
        result,
        phrase,
        window=LAST,
        needs_window=True,
        options=fields | {"stays"},
        needs=fields,
    )


PLANNED_ENTRIES: Final = (
    _paired(
        "paired_rise",
        paired_rise,
        words(
            "økning i {input} mellom to målinger {window}",
            "auke i {input} mellom to målingar {window}",
            "rise in {input} between two readings {window}",
        ),
    ),
    _paired(
        "paired_fall",
        paired_fall,
        words(
            "fall i {input} mellom to målinger {window}",
            "fall i {input} mellom to målingar {window}",
            "fall in {input} between two readings {window}",
        ),
    ),
    _paired(
        "paired_difference",
        paired_difference,
        words(
            "forskjell i {input} mellom to målinger {window}",
            "skilnad i {input} mellom to målingar {window}",
            "difference in {input} between two readings {window}",
        ),
    ),
    _planned(
        "missed_readings",
        missed_readings,
        "readings",
        words(
            "planlagte {input} som ikke kom {window}",
            "planlagde {input} som ikkje kom {window}",
            "planned {input} that did not come {window}",
        ),
    ),
    _planned(
        "percent_received",
        percent_received,
        "percent",
        words(
            "andel av planlagte {input} som kom {window}",
            "del av planlagde {input} som kom {window}",
            "share of planned {input} that came {window}",
        ),
    ),
    Operator(
        "held_for",
        held_for,
        MEASURED,
        "minutes",
        words(
            "hvor lenge {input} har vart {window}",
            "kor lenge {input} har vart {window}",
            "how long {input} has held {window}",
        ),
        window=EITHER,
        options=frozenset({"that_are"}),
        needs=frozenset({"that_are"}),
        public=False,
    ),
)
