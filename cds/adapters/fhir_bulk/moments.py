"""Written times, many at once, read as `cds.adapters.fhir.instants` reads them one by one.

Most times of an export are written alike: to the second or the millisecond, with an offset. Those are read in
columns; any other is read by itself.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Final, NamedTuple, cast

import numpy as np

from cds.adapters.fhir.instants import Instants
from cds.operators.series import FIRST_TIME, MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE
from cds.periods import FIRST_YEAR, LAST_YEAR
from cds.population import Array

_MINUTES_OF_DAY: Final = 24 * 60
_CLOCK: Final = "YYYY-MM-DDThh:mm:ss"
_FORMS: Final = {len(form): form for form in (f"{_CLOCK}{more}" for more in ("Z", ".fffZ", "+HH:NN", ".fff+HH:NN"))}
_DIGITS: Final = "YMDhmsfHN"
_HIGHEST: Final = {"M": 1, "D": 3, "h": 2, "m": 5, "s": 5, "H": 1, "N": 5}
"""The highest digit that the first of two may be."""
_SUMS: Final[tuple[dict[str, int], ...]] = (
    {"Y": 12, "M": 1},  # months
    {"M": 1},
    {"D": 1},
    {"h": 60, "m": 1},  # minutes of the day
    {"s": 1000, "f": 1},  # milliseconds of the minute
    {"H": 60, "N": 1},  # minutes ahead of UTC
)
_EPOCH: Final = date(1970, 1, 1).toordinal()
_MOST_AHEAD: Final = 14 * 60
NOT_READ: Final = FIRST_TIME - 1


class _Form(NamedTuple):
    """One way of writing, with the end of the line. lowest, span: the letters that may stand at each place; weights:
    each place's share of _SUMS. sign: where that of the offset stands, 0 = nowhere."""

    lowest: Array
    span: Array
    weights: Array
    sign: int


def read_times(texts: Sequence[str], instants: Instants) -> Array:
    """Microseconds UTC of each text; NOT_READ where it names no instant, or a day without its time.

    >>> from cds.periods import zone
    >>> read_times(["1970-01-02T01:00:00+01:00", "1970-01", "1970-01-02"], Instants(zone())) > NOT_READ
    array([ True, False, False])
    """
    found = _read_alike(texts)
    if found is None:
        found = _read_by_size(texts)
    for place in np.flatnonzero(found == NOT_READ).tolist():
        read = instants.read(texts[place])
        if read and not read[1]:
            found[place] = read[0]
    return found


def _read_by_size(texts: Sequence[str]) -> Array:
    """The times of texts of several sizes; NOT_READ where a text has none of the usual forms."""
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    found = np.full(len(texts), NOT_READ, np.int64)
    for size in np.unique(sizes).tolist():
        places = np.flatnonzero(sizes == size)
        read = _read_alike([texts[place] for place in places.tolist()])
        found[places] = NOT_READ if read is None else read
    return found


def _read_alike(texts: Sequence[str]) -> Array | None:
    """The times of texts that are all of the size of the first; NOT_READ where one is not of the form of that size.

    None where they take other room together, or no form has that size.
    """
    size = len(texts[0]) if texts else 0
    joined = "\n".join((*texts, ""))
    is_plain = joined.isascii() and joined.count("\n") == len(texts)
    if size not in _FORMS or len(joined) != (size + 1) * len(texts) or not is_plain:
        return None
    form = _form(size)
    letters = np.frombuffer(joined.encode("ascii"), np.uint8).reshape(len(texts), size + 1)
    digits = letters - form.lowest
    fits = digits <= form.span
    is_read = np.bool_(True) if fits.all() else fits.all(axis=1)
    numbers = (digits.astype(np.float32) @ form.weights).T.astype(np.int64, order="C")
    months, month, day, minute, milliseconds, ahead = cast("list[Array]", list(numbers))
    is_read = is_read & (month >= 1) & (month <= 12) & (minute < _MINUTES_OF_DAY)
    starts, lengths = _months()
    months -= FIRST_YEAR * 12 + 1
    is_read &= (months >= 0) & (months < len(starts))
    place = np.where(is_read, months, 0)
    is_read &= (day >= 1) & (day <= lengths[place])
    if form.sign:
        is_read &= (ahead <= _MOST_AHEAD) & (letters[:, form.sign] != ord(","))
        minute = minute + np.where(letters[:, form.sign] == ord("-"), ahead, -ahead)
    clock: Array = minute * MICROSECONDS_PER_MINUTE + milliseconds * 1000
    return np.where(is_read, (starts[place] + day - 1) * MICROSECONDS_PER_DAY + clock, NOT_READ)


@cache
def _form(size: int) -> _Form:
    form = _FORMS[size]
    lowest = [ord("0" if letter in _DIGITS else letter) for letter in f"{form}\n"]
    span = [_span(form, place) for place in range(size + 1)]
    weights = np.array(list(_weights(form)), np.float32)
    return _Form(np.array(lowest, np.uint8), np.array(span, np.uint8), weights, max(form.find("+"), 0))


def _span(form: str, place: int) -> int:
    """How many letters more than the lowest may stand at a place."""
    letter = form[place : place + 1]
    if letter == "+":
        return 2
    if letter not in _DIGITS or not letter:
        return 0
    return _HIGHEST.get(letter, 9) if form.index(letter) == place else 9


def _weights(form: str) -> Iterator[list[float]]:
    """For each place what a digit there adds to each sum."""
    for place, letter in enumerate(form):
        after = form.rfind(letter) - place
        yield [each.get(letter, 0) * 10.0**after for each in _SUMS]
    yield [0.0] * len(_SUMS)


@cache
def _months() -> tuple[Array, Array]:
    """For each month from January of FIRST_YEAR its first day, counted from 1970, and how many it has."""
    months = [(year, month) for year in range(FIRST_YEAR, LAST_YEAR + 1) for month in range(1, 13)]
    starts = np.array([date(year, month, 1).toordinal() - _EPOCH for year, month in months], np.int64)
    return starts, np.array([monthrange(year, month)[1] for year, month in months], np.int64)
