"""Answers as they are handed out: an Arrow table where pyarrow is installed, else rows as objects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cds.adherence.executors import Executor, has_arrow
from cds.adherence.issues import RowIssue
from cds.adherence.windows import EPOCH
from cds.operators.reasons import KNOWN, Reason

REASONS = ["known", *(each.name for each in Reason)]
_NUMBERS = {KNOWN: 0, **{int(each): place for place, each in enumerate(Reason, 1)}}
_ABSENT = float("nan")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came out. rows: a `pyarrow.Table` or, without pyarrow, a tuple of objects with the same names.

    issues: rows that could not be used, or not as they stood.
    """

    rows: Any
    issues: tuple[RowIssue, ...]


def shown_reason(runs: Executor, reason: Any) -> Any:
    """Numbers of `REASONS` for reasons."""
    if runs.name == "batch":
        from numpy import array  # noqa: PLC0415 – optional

        table = array([_NUMBERS.get(each, 0) for each in range(max(_NUMBERS) + 1)])
        return table[reason]
    return [_NUMBERS[each] for each in reason]


def known_values(runs: Executor, value: Any, reason: Any) -> Any:
    """The values, NaN (nothing, in the table) where they are neither known nor a bound."""
    shown = (KNOWN, int(Reason.at_least), int(Reason.at_most))
    if runs.name == "batch":
        from numpy import isin, nan, where  # noqa: PLC0415 – optional

        return where(isin(reason, shown), value, nan)
    return [each if why in shown else _ABSENT for each, why in zip(value, reason, strict=True)]


def handed_out(
    kind: type[Any], columns: Mapping[str, Any], days: Sequence[str], words: Mapping[str, Sequence[Any]]
) -> Any:
    """A table of the columns, which are the fields of `kind`.

    days: columns that hold civil days as numbers, NaN = none. words: columns of codes (-1 = nothing) and their words.
    """
    if has_arrow():
        from cds.adherence.arrays import arrow_table  # noqa: PLC0415 – optional

        return arrow_table(columns, days, words)
    shown = {name: [_shown(each, name, days, words) for each in values] for name, values in columns.items()}
    return tuple(kind(*row) for row in zip(*shown.values(), strict=True))


def _shown(value: Any, name: str, days: Sequence[str], words: Mapping[str, Sequence[Any]]) -> Any:
    if value != value:
        return None
    if name in days:
        return date.fromordinal(int(value // 1) + EPOCH)
    if name in words:
        return words[name][value] if value >= 0 else None
    return value
