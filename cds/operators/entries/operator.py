"""What authors and compilers must know of an operator, and the words that several share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from cds.operators.series import Answer, Column, Now, Series

Reads = Literal["readings", "panel", "doses", "as_needed", "supply", "events", "spans"]
Result = Literal[
    "same",
    "per_day",
    "plain",
    "percent",
    "readings",
    "days",
    "hours",
    "minutes",
    "doses",
    "episodes",
    "episodes_per_day",
    "medicines",
    "dispenses",
    "yes_no",
]
Requirement = Literal["readings", "days", "apart", "monitored", "worn", "dispenses"]
OperatorFunction = Callable[[Series, Series, Now, Column, Column, Column], Answer]

NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator as authors and compilers see it.

    reads: kinds of input it takes (a panel gives one answer per part). window: words that may state the window;
    needs_window: one of them must. options: author fields besides; needs: those that must stand. requirements: what
    `require` may ask for. result: "same" = the input's unit, "per_day" = that per day, "hours" = days if so asked.
    selects: the answer is one reading's own value. is_continuous: only for inputs that are. keeps_to_window: rows
    before the window that is stated change nothing. public: authors may name it. phrase: language -> words with {input}
    and {window}.
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
    is_continuous: bool = False
    keeps_to_window: bool = False
    public: bool = True


READINGS: Final[frozenset[Reads]] = frozenset({"readings"})
MEASURED: Final[frozenset[Reads]] = frozenset({"readings", "panel"})
RECORDED: Final[frozenset[Reads]] = frozenset({"readings", "panel", "events"})
DOSES: Final[frozenset[Reads]] = frozenset({"doses"})
ANY_DOSES: Final[frozenset[Reads]] = frozenset({"doses", "as_needed"})
SUPPLY: Final[frozenset[Reads]] = frozenset({"supply"})
SPANS: Final[frozenset[Reads]] = frozenset({"spans"})
LAST: Final = frozenset({"last"})
WITHIN: Final = frozenset({"within"})
EITHER: Final = frozenset({"last", "within"})
FRESH: Final = frozenset({"newest_within"})
ENOUGH: Final = frozenset({"require", "newest_within"})
ROWS_DAYS: Final[frozenset[Requirement]] = frozenset({"readings", "days"})
WORN: Final[frozenset[Requirement]] = frozenset({"readings", "days", "worn"})
APART: Final[frozenset[Requirement]] = frozenset({"readings", "days", "apart"})
RESULT_UNITS: Final[Mapping[Result, str]] = MappingProxyType(
    {
        "plain": "",
        "percent": "%",
        "readings": "readings",
        "days": "days",
        "minutes": "min",
        "doses": "doses",
        "episodes": "episodes",
        "episodes_per_day": "episodes/day",
        "medicines": "medicines",
        "dispenses": "dispenses",
        "yes_no": "",
    }
)
"""Unit of what an operator gives, where neither the input nor the author decides it."""


def words(nb: str, nn: str, en: str) -> Mapping[str, str]:
    """What an operator is called, in every language."""
    return MappingProxyType({"nb": nb, "nn": nn, "en": en})
