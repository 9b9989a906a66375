"""Written times, many at once, read as `cds.adapters.fhir.instants` reads them one by one.

Most times of an export are written alike: to the second or the millisecond, with an offset. Those are read in
columns; any other is read by itself.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from cds.adapters.fhir.instants import Instants
from cds.operators.series import FIRST_TIME, MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE
from cds.periods import FIRST_YEAR, LAST_YEAR
from cds.population import Array

_SECOND: Final = 1_000_000
_CLOCK: Final = "YYYY-MM-DDThh:mm:ss"
_FORMS: Final = {len(form): form for form in (f"{_CLOCK}{more}" for more in ("Z", ".fffZ", "+HH:NN", ".fff+HH:NN"))}
_DIGITS: Final = "YMDhmsfHN"
_EPOCH: Final = date(1970, 1, 1).toordinal()
_MOST_AHEAD: Final = 14 * 60
NOT_READ: Final = FIRST_TIME - 1


class _Form(NamedTuple):
    """One way of writing. lowest, span: the letters that may stand at each place; weights: each place's share of the
    numbers that _DIGITS stand for. sign: where that of the offset stands, 0 = nowhere."""

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
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    found = np.full(len(texts), NOT_READ, np.int64)
    for size in np.unique(sizes).tolist():
        places = np.flatnonzero(sizes == size)
        if size in _FORMS and len(places) > 1:
            same = texts if len(places) == len(texts) else [texts[place] for place in places.tolist()]
            found[places] = _read_alike("".join(same), size)
    for place in np.flatnonzero(found == NOT_READ).tolist():
        read = instants.read(texts[place])
        if read and not read[1]:
            found[place] = read[0]
    return found


def _read_alike(joined: str, size: int) -> Array:
    """The times of texts of one size laid end to end; NOT_READ where a text is not of the form of that size."""
    count = len(joined) // size
    if not joined.isascii():
        return np.full(count, NOT_READ, np.int64)
    form = _form(size)
    letters = np.frombuffer(joined.encode("ascii"), np.uint8).reshape(count, size)
    is_read = ((letters - form.lowest) <= form.span).all(axis=1)
    numbers = (letters - form.lowest).astype(np.float32) @ form.weights
    year, month, day, hour, minute, second, milliseconds, hours, minutes = numbers.astype(np.int64).T
    is_read &= (year >= FIRST_YEAR) & (year <= LAST_YEAR) & (month >= 1) & (month <= 12)
    starts, lengths = _months()
    place = np.where(is_read, (year - FIRST_YEAR) * 12 + month - 1, 0)
    is_read &= (day >= 1) & (day <= lengths[place]) & (hour < 24) & (minute < 60) & (second < 60)
    ahead: Array = hours * 60 + minutes
    if form.sign:
        is_read &= (minutes < 60) & (ahead <= _MOST_AHEAD) & (letters[:, form.sign] != ord(","))
        ahead = np.where(letters[:, form.sign] == ord("-"), -ahead, ahead)
    clock: Array = (hour * 60 + minute - ahead) * MICROSECONDS_PER_MINUTE + second * _SECOND + milliseconds * 1000
    return np.where(is_read, (starts[place] + day - 1) * MICROSECONDS_PER_DAY + clock, NOT_READ)


@cache
def _form(size: int) -> _Form:
    form = _FORMS[size]
    lowest = [ord("0" if letter in _DIGITS else letter) for letter in form]
    span = [9 if letter in _DIGITS else 2 if letter == "+" else 0 for letter in form]
    weights = np.array(list(_weights(form)), np.float32)
    return _Form(np.array(lowest, np.uint8), np.array(span, np.uint8), weights, max(form.find("+"), 0))


def _weights(form: str) -> Iterator[list[float]]:
    """For each place what a digit there adds to each number."""
    for place, letter in enumerate(form):
        after = form.rfind(letter) - place
        yield [10.0**after if letter == number else 0.0 for number in _DIGITS]


@cache
def _months() -> tuple[Array, Array]:
    """For each month from January of FIRST_YEAR its first day, counted from 1970, and how many it has."""
    months = [(year, month) for year in range(FIRST_YEAR, LAST_YEAR + 1) for month in range(1, 13)]
    starts = np.array([date(year, month, 1).toordinal() - _EPOCH for year, month in months], np.int64)
    return starts, np.array([monthrange(year, month)[1] for year, month in months], np.int64)
