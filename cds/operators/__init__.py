"""Temporal operators: each one plain Python function over one patient's sorted rows, the same for one and for many.

`OPERATORS` says what each reads, what an author may write beside it, and how it is called in an explanation. The
functions stand by subject: `readings`, `aggregates`, `changes`, `counts`, `sessions`, `doses`, `supply`, `spans`;
`windows` tells which rows they see; `series` what they are given; `reasons` and `logic` why a value is unknown and
how it compares.

Contract: a function allocates nothing, raises nothing, guards every division, and never indexes without a bound,
so that its compiled form gives bit for bit the same answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from cds.operators.aggregates import greatest, least, mean, median, standard_deviation
from cds.operators.changes import change, fall_in, rise_in
from cds.operators.counts import consecutive, count, days_with, percent_of_readings
from cds.operators.doses import days_with_late_dose, missed_in_a_row, share_taken
from cds.operators.readings import absent, last_reading, nth_newest, previous, time_since
from cds.operators.series import Answer, Column, Now, Series
from cds.operators.sessions import protocol_mean
from cds.operators.spans import active, time_since_change
from cds.operators.supply import days_without_supply, percent_of_days_covered

Reads = Literal["readings", "panel", "doses", "supply", "events", "spans"]
Result = Literal["same", "readings", "percent", "days", "doses", "hours", "yes_no"]
Requirement = Literal["readings", "days", "monitored", "dispenses"]
OperatorFunction = Callable[[Series, Series, Now, Column, Column, Column], Answer]

NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator as authors and compilers see it.

    reads: kinds of input it takes (a panel gives one answer per part). window: words that may state the window;
    needs_window: one of them must. options: author fields besides; needs: those that must stand. requirements: what
    `require` may ask for. result: "same" = the input's unit, "hours" = days if so asked. selects: the answer is one
    reading's own value. public: authors may name it. phrase: language -> words with {input} and {window}.
    """

    name: str
    function: OperatorFunction
    reads: frozenset[Reads]
    result: Result
    phrase: Mapping[str, str]
    window: frozenset[str] = NONE
    needs_window: bool = False
    options: frozenset[str] = NONE
    needs: frozenset[str] = NONE
    requirements: frozenset[Requirement] = frozenset()
    selects: bool = False
    public: bool = True


_MEASURED: Final[frozenset[Reads]] = frozenset({"readings", "panel"})
_RECORDED: Final[frozenset[Reads]] = frozenset({"readings", "panel", "events"})
_DOSES: Final[frozenset[Reads]] = frozenset({"doses"})
_SUPPLY: Final[frozenset[Reads]] = frozenset({"supply"})
_SPANS: Final[frozenset[Reads]] = frozenset({"spans"})
_LAST: Final = frozenset({"last"})
_WITHIN: Final = frozenset({"within"})
_EITHER: Final = frozenset({"last", "within"})
_FRESH: Final = frozenset({"newest_within"})
_ENOUGH: Final = frozenset({"require", "newest_within"})
_ROWS_DAYS: Final[frozenset[Requirement]] = frozenset({"readings", "days"})


def _words(nb: str, nn: str, en: str) -> Mapping[str, str]:
    return MappingProxyType({"nb": nb, "nn": nn, "en": en})


def _aggregate(name: str, function: OperatorFunction, phrase: Mapping[str, str]) -> Operator:
    return Operator(
        name,
        function,
        _MEASURED,
        "same",
        phrase,
        window=_LAST,
        needs_window=True,
        options=_ENOUGH,
        requirements=_ROWS_DAYS,
    )


def _difference(name: str, function: OperatorFunction, phrase: Mapping[str, str]) -> Operator:
    return Operator(name, function, _MEASURED, "same", phrase, window=_WITHIN, needs_window=True, options=_FRESH)


_ALL: Final = (
    Operator(
        "last_reading",
        last_reading,
        _MEASURED,
        "same",
        _words("siste {input} {window}", "siste {input} {window}", "newest {input} {window}"),
        window=_EITHER,
        options=_FRESH,
        selects=True,
    ),
    Operator(
        "previous",
        previous,
        _MEASURED,
        "same",
        _words("forrige {input} {window}", "førre {input} {window}", "previous {input} {window}"),
        window=_EITHER,
        options=_FRESH | {"back"},
        selects=True,
    ),
    _aggregate("min", least, _words("laveste {input} {window}", "lågaste {input} {window}", "lowest {input} {window}")),
    _aggregate(
        "max", greatest, _words("høyeste {input} {window}", "høgaste {input} {window}", "highest {input} {window}")
    ),
    _aggregate(
        "mean",
        mean,
        _words("gjennomsnitt av {input} {window}", "gjennomsnitt av {input} {window}", "mean of {input} {window}"),
    ),
    _aggregate(
        "median",
        median,
        _words("median av {input} {window}", "median av {input} {window}", "median of {input} {window}"),
    ),
    _aggregate(
        "sd",
        standard_deviation,
        _words(
            "standardavvik for {input} {window}",
            "standardavvik for {input} {window}",
            "standard deviation of {input} {window}",
        ),
    ),
    Operator(
        "count",
        count,
        _RECORDED,
        "readings",
        _words("antall {input} {window}", "talet på {input} {window}", "number of {input} {window}"),
        window=_LAST,
        needs_window=True,
        options=_ENOUGH | {"that_are"},
        requirements=_ROWS_DAYS,
    ),
    Operator(
        "percent_of_readings",
        percent_of_readings,
        _MEASURED,
        "percent",
        _words("andel av {input} {window}", "del av {input} {window}", "share of {input} {window}"),
        window=_LAST,
        needs_window=True,
        options=_ENOUGH | {"that_are"},
        needs=frozenset({"that_are"}),
        requirements=_ROWS_DAYS,
    ),
    Operator(
        "days_with",
        days_with,
        _RECORDED,
        "days",
        _words("dager med {input} {window}", "dagar med {input} {window}", "days with {input} {window}"),
        window=_LAST,
        needs_window=True,
        options=_ENOUGH | {"that_are"},
        requirements=_ROWS_DAYS,
    ),
    Operator(
        "protocol_mean",
        protocol_mean,
        _MEASURED,
        "same",
        _words(
            "gjennomsnitt av {input} {window} etter måleprotokollen",
            "gjennomsnitt av {input} {window} etter måleprotokollen",
            "mean of {input} {window} by the measuring protocol",
        ),
        window=_LAST,
        needs_window=True,
        options=_ENOUGH
        | {"skip_first_days", "sessions", "per_session", "discard_first_in_session", "outside_sessions"},
        requirements=_ROWS_DAYS,
    ),
    _difference(
        "rise_in", rise_in, _words("økning i {input} {window}", "auke i {input} {window}", "rise in {input} {window}")
    ),
    _difference(
        "fall_in", fall_in, _words("fall i {input} {window}", "fall i {input} {window}", "fall in {input} {window}")
    ),
    Operator(
        "change",
        change,
        _MEASURED,
        "same",
        _words("endring i {input} {window}", "endring i {input} {window}", "change in {input} {window}"),
        options=_FRESH | {"over", "give_or_take"},
        needs=frozenset({"over", "give_or_take"}),
    ),
    Operator(
        "consecutive",
        consecutive,
        _MEASURED,
        "readings",
        _words("{input} på rad {window}", "{input} på rad {window}", "{input} in a row {window}"),
        window=_LAST,
        options=_FRESH | {"that_are", "gap_at_most", "needed"},
        needs=frozenset({"that_are"}),
    ),
    Operator(
        "time_since",
        time_since,
        _RECORDED | _SUPPLY,
        "hours",
        _words("tid siden siste {input}", "tid sidan siste {input}", "time since the newest {input}"),
        options=frozenset({"in"}),
        needs=frozenset({"in"}),
    ),
    Operator(
        "absent",
        absent,
        _RECORDED | _DOSES | _SUPPLY,
        "yes_no",
        _words("ingen {input} {window}", "ingen {input} {window}", "no {input} {window}"),
        window=_LAST,
        needs_window=True,
        public=False,
    ),
    Operator("active", active, _SPANS, "yes_no", _words("har {input}", "har {input}", "has {input}"), public=False),
    Operator(
        "nth_newest",
        nth_newest,
        _MEASURED,
        "same",
        _words("bekreftende {input} {window}", "stadfestande {input} {window}", "confirming {input} {window}"),
        window=_EITHER,
        options=_FRESH,
        selects=True,
        public=False,
    ),
    Operator(
        "missed_in_a_row",
        missed_in_a_row,
        _DOSES,
        "doses",
        _words("uteblitte doser på rad {window}", "uteblitne dosar på rad {window}", "missed doses in a row {window}"),
        window=_LAST,
        needs_window=True,
    ),
    Operator(
        "days_with_late_dose",
        days_with_late_dose,
        _DOSES,
        "days",
        _words("dager med sen dose {window}", "dagar med sein dose {window}", "days with a late dose {window}"),
        window=_LAST,
        needs_window=True,
        options=frozenset({"late_after"}),
        needs=frozenset({"late_after"}),
    ),
    Operator(
        "share_taken",
        share_taken,
        _DOSES,
        "percent",
        _words("andel doser tatt {window}", "del dosar tekne {window}", "share of doses taken {window}"),
        window=_LAST,
        needs_window=True,
        options=frozenset({"require"}),
        requirements=frozenset({"monitored"}),
    ),
    Operator(
        "percent_of_days_covered",
        percent_of_days_covered,
        _SUPPLY,
        "percent",
        _words(
            "andel dager dekket av {input} {window}",
            "del av dagane dekt av {input} {window}",
            "share of days covered by {input} {window}",
        ),
        window=_LAST,
        needs_window=True,
        options=frozenset({"require", "from_first_dispense"}),
        requirements=frozenset({"days", "dispenses"}),
    ),
    Operator(
        "days_without_supply",
        days_without_supply,
        _SUPPLY,
        "days",
        _words("dager uten {input}", "dagar utan {input}", "days without {input}"),
    ),
    Operator(
        "time_since_change",
        time_since_change,
        _SPANS,
        "hours",
        _words("tid siden endring av {input}", "tid sidan endring av {input}", "time since a change of {input}"),
        options=frozenset({"in"}),
        needs=frozenset({"in"}),
    ),
)

OPERATORS: Final[Mapping[str, Operator]] = MappingProxyType({each.name: each for each in _ALL})
