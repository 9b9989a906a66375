"""Operators over a sensor that measures all the time."""

from collections.abc import Mapping
from typing import Final

from cds.operators.entries.operator import (
    ENOUGH,
    LAST,
    MEASURED,
    READINGS,
    WORN,
    Operator,
    OperatorFunction,
    Result,
    words,
)
from cds.operators.episodes import episode_length, episode_mean, episodes, episodes_per_day
from cds.operators.sensor import gmi, hbgi, lbgi, percent_worn


def _glucose(name: str, function: OperatorFunction, result: Result, phrase: Mapping[str, str]) -> Operator:
    return Operator(
        name,
        function,
        READINGS,
        result,
        phrase,
        window=LAST,
        needs_window=True,
        options=ENOUGH,
        requirements=WORN,
    )


def _episodes(name: str, function: OperatorFunction, result: Result, phrase: Mapping[str, str]) -> Operator:
    fields = frozenset({"that_are", "lasting", "ends_after", "gap_at_most"})
    return Operator(
        name,
        function,
        READINGS,
        result,
        phrase,
        window=LAST,
        needs_window=True,
        options=ENOUGH | fields,
        needs=fields,
        requirements=WORN,
        is_continuous=True,
    )


SENSOR_ENTRIES: Final = (
    Operator(
        "percent_worn",
        percent_worn,
        MEASURED,
        "percent",
        words(
            "andel av tiden med {input} {window}",
            "del av tida med {input} {window}",
            "share of the time with {input} {window}",
        ),
        window=LAST,
        needs_window=True,
        options=frozenset({"from_first_reading"}),
        is_continuous=True,
    ),
    _glucose(
        "gmi",
        gmi,
        "percent",
        words("GMI av {input} {window}", "GMI av {input} {window}", "GMI of {input} {window}"),
    ),
    _glucose(
        "lbgi",
        lbgi,
        "plain",
        words(
            "risikoindeks for lav {input} {window}",
            "risikoindeks for låg {input} {window}",
            "risk index of low {input} {window}",
        ),
    ),
    _glucose(
        "hbgi",
        hbgi,
        "plain",
        words(
            "risikoindeks for høy {input} {window}",
            "risikoindeks for høg {input} {window}",
            "risk index of high {input} {window}",
        ),
    ),
    _episodes(
        "episodes",
        episodes,
        "episodes",
        words("episoder av {input} {window}", "episodar av {input} {window}", "episodes of {input} {window}"),
    ),
    _episodes(
        "episodes_per_day",
        episodes_per_day,
        "episodes_per_day",
        words(
            "episoder per dag av {input} {window}",
            "episodar per dag av {input} {window}",
            "episodes a day of {input} {window}",
        ),
    ),
    _episodes(
        "episode_length",
        episode_length,
        "minutes",
        words(
            "lengde på episoder av {input} {window}",
            "lengd på episodar av {input} {window}",
            "length of episodes of {input} {window}",
        ),
    ),
    _episodes(
        "episode_mean",
        episode_mean,
        "same",
        words(
            "gjennomsnitt i episoder av {input} {window}",
            "gjennomsnitt i episodar av {input} {window}",
            "mean in episodes of {input} {window}",
        ),
    ),
)
