"""Ask one operator about a few readings written by hand: for trying it, and for the examples in docstrings.

Also the parameter vector in which a compiler or a person states what is asked.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from cds.operators.series import FIRST_TIME, NO_TIME, OWN, PAIR_UNIT, SCRATCH_PER_ROW, Answer, Column, Now, Series

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PARAMETERS = OWN + 16  # room for the own parameters of every operator


def ask(
    operator: Column, rows: Mapping[str, float], *, at: str, slots: Mapping[int, float] | None = None
) -> tuple[float, int, str, int]:
    """Value, rows used, time of the newest and reason, for readings at UTC times; everything was supplied.

    >>> from cds.operators.readings import last_reading
    >>> ask(last_reading, {"2026-01-08 07:30": 83.1}, at="2026-01-08 08:00")
    (83.1, 1, '2026-01-08 07:30', 0)
    """
    series = rows_at(rows)
    now = Now(_microseconds(at), 0, FIRST_TIME, [FIRST_TIME], [0])
    answer: Answer = operator(
        series, series, now, parameter_vector(slots or {}), [], [0.0] * (SCRATCH_PER_ROW * len(rows))
    )
    value, count, newest, reason = answer
    return value, count, _text(newest), reason


def rows_at(rows: Mapping[str, float]) -> Series:
    """Readings at UTC times, in their order, as an operator is given them."""
    times = [_microseconds(each) for each in rows]
    values = list(rows.values())
    nothing = [0] * len(times)
    return Series(times, nothing, values, values, nothing, nothing, nothing, nothing)


def parameter_vector(slots: Mapping[int, float]) -> list[float]:
    """A whole parameter vector: the slots given, no unit pair, and 0 elsewhere."""
    vector = [0.0] * PARAMETERS
    vector[PAIR_UNIT] = -1.0
    for slot, value in slots.items():
        vector[slot] = float(value)
    return vector


def _microseconds(text: str) -> int:
    return (datetime.fromisoformat(text).replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)


def _text(time: int) -> str:
    if time == NO_TIME:
        return ""
    return (_EPOCH + timedelta(microseconds=time)).strftime("%Y-%m-%d %H:%M")
