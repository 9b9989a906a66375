"""Rows of a patient in Oslo written as text, and an operator's answer about them in words."""

from collections.abc import Mapping, Sequence

from cds.operators import OPERATORS
from cds.operators.ask import parameter_vector
from cds.operators.reasons import Reason
from cds.operators.series import DATE_ONLY, FIRST_TIME, LAST_TIME, NO_TIME, SCRATCH_PER_ROW, Now, Series
from cds.periods import instant, zone

OSLO = zone("Europe/Oslo")
KNOWN = "known"


def time_of(text: str) -> int:
    read = instant(text, OSLO)
    assert read is not None, text
    return read[0]


def rows(*lines: str) -> Series:
    """One row per line: `2026-01-08 07:30 83.1 [reason] [raw=… unit=…]`; without a clock time a date alone."""
    read = sorted((_row(line) for line in lines), key=lambda row: (row[0], row[2]))
    columns = [list(column) for column in zip(*read, strict=True)] or [[] for _ in range(8)]
    return Series(*columns)


def _row(line: str) -> tuple[int, int, float, float, int, int, int, int]:
    words = line.split()
    moment = words.pop(0)
    if "T" not in moment and ":" in words[0]:
        moment += f" {words.pop(0)}"
    read = instant(moment, OSLO)
    assert read is not None, line
    time, undated = read
    value = float(words.pop(0))
    stated = dict(word.split("=") for word in words if "=" in word)
    quality = next((int(Reason[word]) for word in words if "=" not in word), 0)
    raw = float(stated.get("raw", value))
    return time, OSLO.offset_at(time), value, raw, int(stated.get("unit", 0)), 0, DATE_ONLY if undated else 0, quality


def now_at(at: str, supplied: str = "always") -> Now:
    """The moment `at`; `supplied`: always, never, or since when."""
    since = {"always": FIRST_TIME, "never": LAST_TIME}.get(supplied)
    time = time_of(at)
    return Now(
        time, OSLO.offset_at(time), time_of(supplied) if since is None else since, OSLO.transitions, OSLO.offsets
    )


def answer(
    operator: str,
    lines: Sequence[str],
    at: str,
    slots: Mapping[int, float],
    supplied: str = "always",
    partner: Sequence[str] | None = None,
) -> tuple[float, str, int]:
    """Value, reason in words and how many rows were used; checks what holds for every answer."""
    series = rows(*lines)
    used = [0] * len(lines)
    scratch = [0.0] * (SCRATCH_PER_ROW * len(lines))
    function = OPERATORS[operator].function
    now = now_at(at, supplied)
    vector = parameter_vector(slots)
    other = series if partner is None else rows(*partner)
    value, count, newest, reason = function(series, other, now, vector, used, scratch)
    assert function(series, other, now, vector, [], scratch) == (value, count, newest, reason)
    assert newest == NO_TIME or newest in series.times
    assert type(value) is float and type(reason) is int
    word = KNOWN if reason == 0 else Reason(reason).name
    assert word in (KNOWN, "at_least", "at_most") or value == 0.0
    if word == KNOWN:
        assert count == sum(used)
    return value, word, sum(used)
